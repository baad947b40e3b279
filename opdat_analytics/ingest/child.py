"""Reads a workbook in a process of its own, where neither its memory nor its time can hurt this one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from opdat_analytics.ingest.reader import Sheet, TooLarge
from opdat_analytics.model import UnreadableFile

SECONDS = 20
ROOM = 2**30


def sheets_apart(data: bytes) -> list[Sheet]:
    """The worksheets of a workbook, read by a child with 1 GB of memory and 20 seconds.

    Memory and processor limits need a system that has them (Linux, macOS); elsewhere only the time limit holds.

    Raises
    ------
    UnreadableFile
        If the workbook is damaged, protected, or takes more than it may.
    """
    program = Path(__file__).with_name("reader.py")
    command = [sys.executable, "-I", str(program), str(SECONDS), str(ROOM)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS + 5, check=False)
    except subprocess.TimeoutExpired as error:
        raise _refused() from error
    lines = [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
    if done.returncode == 1 and b"PanicException" in done.stderr:
        raise UnreadableFile(
            "damaged_file",
            "the workbook is damaged or cut off: its parts do not fit together",
            "ask for the file again",
        )
    if done.returncode != 0:
        raise _refused()
    if lines and isinstance(lines[-1], dict):
        raise _as_here(lines[-1]["kind"], lines[-1]["said"])
    return [
        Sheet(name, [_values(row) for row in rows], _ranges(merges), hidden) for name, rows, merges, hidden in lines
    ]


def _values(row: list[Any]) -> list[Any]:
    return [value[0] if isinstance(value, list) else value for value in row]


def _ranges(merges: list[list[int]]) -> tuple[tuple[int, int, int, int], ...]:
    return tuple((top, left, bottom, right) for top, left, bottom, right in merges)


def _refused() -> UnreadableFile:
    return UnreadableFile(
        "too_demanding",
        f"reading the workbook takes more than {ROOM // 2**20} MB or {SECONDS} seconds, which no honest table does",
        "open it, save it as .xlsx and send it again",
    )


def _as_here(kind: str, said: str) -> UnreadableFile:
    if kind == "MemoryError":
        return _refused()
    if kind == TooLarge.__name__:
        return UnreadableFile("too_large", said, "delete what lies far outside the table")
    if kind == "PasswordError":
        return UnreadableFile("encrypted", "the workbook is protected by a password", "ask for an unprotected copy")
    return UnreadableFile(
        "damaged_file", f"the workbook cannot be read ({said})", "open it, save it as .xlsx and send it again"
    )
