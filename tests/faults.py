"""Lets the disk fail, or the power go, at the n-th call by which a refresh changes what is on the disk.

As a program, ``python tests/faults.py FOLDER STEP`` kills a refresh of its own at every STEP-th such call and prints,
a line of JSON each, what a reader then saw and what the next refresh made of it.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from small_project import edit, small_project

from opdat_analytics import disk, store
from opdat_analytics.model import TABLES, Home, NothingPublished
from opdat_analytics.refresh import refresh

CHANGING = ("makedirs", "open", "write", "fsync", "replace", "link", "unlink")
"""Calls of ``os`` that change the disk or bring it to rest."""


class Faulty:
    """Stands in for ``os`` where publications are written: counts the calls that change the disk, and meddles."""

    def __init__(self, meddle: Callable[[int, str], None] = lambda number, name: None) -> None:
        self.calls: list[str] = []
        self._meddle = meddle

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in CHANGING:
            return real

        def call(*given: Any, **named: Any) -> Any:
            self.calls.append(name)
            self._meddle(len(self.calls), name)
            return real(*given, **named)

        return call


def once(at: int, number: int) -> Callable[[int, str], None]:
    """Only the n-th call fails, with that error of the system."""

    def meddle(now: int, name: str) -> None:
        if now == at:
            raise OSError(number, os.strerror(number), "a file")

    return meddle


def from_then_on(at: int, number: int, *names: str) -> Callable[[int, str], None]:
    """From the n-th call on every one of these names fails, as on a disk that is full."""

    def meddle(now: int, name: str) -> None:
        if now >= at and name in names:
            raise OSError(number, os.strerror(number), "a file")

    return meddle


def killed(at: int) -> Callable[[int, str], None]:
    """The process is gone at the n-th call; nothing of it runs any more."""

    def meddle(now: int, name: str) -> None:
        if now == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return meddle


FULL = ("makedirs", "open", "write", "link")
KINDS: dict[str, Callable[[int], Callable[[int, str], None]]] = {
    "disk full": lambda at: from_then_on(at, errno.ENOSPC, *FULL),
    "a single error of the disk": lambda at: once(at, errno.EIO),
    "files held open": lambda at: from_then_on(at, errno.EACCES, "replace", "unlink"),
    "read-only from then on": lambda at: from_then_on(at, errno.EROFS, *CHANGING),
    "no second names": lambda at: from_then_on(at, errno.EPERM, "link"),
}


def scene(root: Path) -> tuple[Home, str, str]:
    """A published project with an edit, a new file and a removed one to be taken up; its content before and after."""
    home = small_project(root / "model")
    refresh(home)
    old = content(home)
    edit(home, "police/returns.csv", "40", "41")
    shutil.copy(home.raw / "courts" / "returns_2024.csv", home.raw / "courts" / "returns_2025.csv")
    (home.raw / "courts" / "returns_2023.csv").unlink()
    shutil.copytree(root / "model", root / "whole")
    whole = Home.at(root / "whole")
    refresh(whole)
    return home, old, content(whole)


def copied(root: Path) -> Home:
    """A fresh copy of the scene to try something on."""
    shutil.rmtree(root / "tried", ignore_errors=True)
    shutil.copytree(root / "model", root / "tried")
    return Home.at(root / "tried")


def content(home: Home) -> str:
    """Hash of what a reader sees, every table opened and every part compared with its name; "" before there is any."""
    try:
        opened = store.open_publication(home)
    except NothingPublished:
        return ""
    for table in TABLES:
        opened.table(table)
    return store.content_hash(opened.manifest)


def calls_of_a_refresh(root: Path) -> int:
    """How many calls change the disk while the scene is refreshed."""
    watched = Faulty()
    with meddled(watched):
        refresh(copied(root))
    return len(watched.calls)


class meddled:  # noqa: N801 - reads as a verb where it is used
    """Within it publications are written through a faulty ``os``, and nothing waits for files that are held open."""

    def __init__(self, faulty: Faulty) -> None:
        self.faulty = faulty

    def __enter__(self) -> None:
        self.before = disk.os, disk.WAITS  # type: ignore[attr-defined]
        disk.os, disk.WAITS = self.faulty, ()  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        disk.os, disk.WAITS = self.before  # type: ignore[attr-defined]


def kill_at_each(root: Path, step: int) -> None:
    """Kill a refresh at every ``step``-th call; tell what a reader saw and what the next refresh made of it."""
    _, old, new = scene(root)
    for at in range(1, calls_of_a_refresh(root) + 1, step):
        home = copied(root)
        child = os.fork()
        if child == 0:
            with meddled(Faulty(killed(at))):
                refresh(home)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        seen = content(home)
        again = refresh(home)
        told = {
            "at": at, "killed": os.WIFSIGNALED(status), "whole": seen in (old, new), "healed": content(home) == new,
            "status": again.status, "left": [p.name for p in disk.left_behind(home.processed / "parts")],
        }  # fmt: skip
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    kill_at_each(Path(sys.argv[1]), int(sys.argv[2]))
