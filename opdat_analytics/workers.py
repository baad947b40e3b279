"""Files read by a process for each core. What comes of them does not depend on who read which."""

from __future__ import annotations

import json
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from opdat_analytics.events import LOG, note

ENOUGH = 768 * 2**10
"""Bytes of spreadsheets from which on a further process is worth its start."""

_PROGRAM = (
    "import json, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); sys.path[:] = json.loads(sys.argv[1]); "
    "from opdat_analytics.workers import serve; serve()"
)
"""Ctrl-C ends a helper without a word: whoever started it says what is left."""

Task = tuple[int, Any]
"""Number and arguments of one piece of work."""


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each(work: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], processes: int) -> list[Any]:
    """What a function of a module gives for each of some arguments, worked out by several processes.

    Parameters
    ----------
    work
        A function that can be pickled by its name, as its arguments and results can.
    tasks
        Arguments, one tuple each.
    processes
        How many processes, this one among them. A process that dies is made up for by this one.

    Returns
    -------
    list
        Results in the order of the tasks. What a function raises elsewhere is raised here.
    """
    waiting: deque[Task] = deque(enumerate(tasks))
    done: dict[int, Any] = {}
    helpers = [_Helper(work, waiting, done) for _ in range(min(processes, len(tasks)) - 1)]
    try:
        while (task := _next(waiting)) is not None:
            done[task[0]] = work(*task[1])
        for helper in helpers:
            helper.thread.join()
        while (task := _next(waiting)) is not None:
            done[task[0]] = work(*task[1])
    finally:
        waiting.clear()
        for helper in helpers:
            helper.end()
    for helper in helpers:
        if helper.failed is not None:
            raise helper.failed
    return [done[number] for number in range(len(tasks))]


def _next(waiting: deque[Task]) -> Task | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


class _Helper:
    """A process that works, and the thread here that hands it its tasks."""

    def __init__(self, work: Callable[..., Any], waiting: deque[Task], done: dict[int, Any]) -> None:
        self.work, self.waiting, self.done = work, waiting, done
        self.failed: BaseException | None = None
        command = [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.thread = threading.Thread(target=self.hand_out, daemon=True)
        self.thread.start()

    def hand_out(self) -> None:
        """Hand out tasks until there are none; a task whose process died goes back."""
        to, back = self.process.stdin, self.process.stdout
        if to is None or back is None:
            return
        while (task := _next(self.waiting)) is not None:
            try:
                _send(to, (self.work, task[1]))
                result, failed, said = pickle.load(back)  # noqa: S301 - from a process of our own
            except (OSError, EOFError, pickle.UnpicklingError):
                self.waiting.appendleft(task)
                return
            for event, facts in said:
                note(event, **facts)
            if failed is not None:
                self.failed = failed
                self.waiting.clear()
                return
            self.done[task[0]] = result

    def end(self) -> None:
        """Let the process end, and wait for it."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.thread.join()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def _send(to: BinaryIO | Any, what: object) -> None:
    pickle.dump(what, to, protocol=pickle.HIGHEST_PROTOCOL)
    to.flush()


def serve() -> None:
    """Work for another process: take tasks from standard input until it ends, write results to standard output."""
    tasks, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with _noted() as said:
        while True:
            try:
                work, arguments = pickle.load(tasks)  # noqa: S301 - from the process that started this one
            except EOFError:
                return
            said.clear()
            try:
                told: tuple[Any, Exception | None, list[Any]] = (work(*arguments), None, list(said))
            except Exception as error:  # noqa: BLE001 - raised again where it was asked for
                told = (None, error, list(said))
            try:
                _send(results, told)
            except BrokenPipeError:
                return


@contextmanager
def _noted() -> Iterator[list[tuple[str, Any]]]:
    """What is logged meanwhile: events and their facts."""
    said: list[tuple[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append((record.getMessage(), getattr(record, "facts", {})))

    LOG.setLevel(logging.INFO)
    LOG.propagate = False
    LOG.addHandler(Keep())
    yield said
