"""Raw files read into parts, each with its entry in the manifest; what stops keeps its last good rows."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opdat_analytics import store
from opdat_analytics.events import note
from opdat_analytics.model import TABLES, DeclarationError, Home
from opdat_analytics.paths import DECLARATION, RETURNS
from opdat_analytics.scan import RawFile, again
from opdat_analytics.workers import ENOUGH, cores, each

if TYPE_CHECKING:
    from opdat_analytics.ingest.declare import Source

TRIES, PAUSE = 3, 0.2
"""How often a file that changes while it is read is tried, and how many seconds lie between."""
SETTLED = 1.0
"""Seconds without a write after which a text file that ends within a line counts as written to its end."""


def read_all(
    home: Home, files: Sequence[RawFile], known: Mapping[str, Any], processes: int | None = None
) -> list[dict[str, Any]]:
    """Read some raw files into parts.

    Parameters
    ----------
    home
        The project's folders.
    files
        The files, as `scan` found them.
    known
        Entries of the last manifest by file.
    processes
        How many processes read; None for as many as the files are worth, at most one for each core.

    Returns
    -------
    list of dict
        A manifest entry for each file that is still there. A file that cannot be read keeps its last good rows.
    """
    if processes is None:
        worth = sum(file.size for file in files) // ENOUGH
        processes = min(cores(), worth + 1)
    tasks = [(home, file, known.get(file.name)) for file in files]
    found = each(_read_steady, tasks, processes)
    return [entry for entry in found if entry is not None]


def _read_steady(home: Home, file: RawFile, last: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Read a file that nobody writes at meanwhile: what was read half before and half after a change is not kept."""
    from opdat_analytics.answers.forms import declared_form

    now: RawFile | None = file
    if _unfinished(file.path):
        time.sleep(SETTLED)
        now = there(file, home)
    for left in reversed(range(TRIES)):
        if now is None:
            note("vanished", file=file.name)
            return None
        file, began = now, time.monotonic()
        source = declared_form(file.path, file.source, _declaration(home, file.source))
        entry = _read_one(home, file, source, last)
        now = there(file, home)
        same = now is not None and now.fingerprint == file.fingerprint
        if now == file or (same and not left):  # some network drives give a file another stamp each time
            _told(entry, began)
            return entry
        note("changed while it was read", file=file.name)
        time.sleep(PAUSE)
        now = again(file, home)
    problem = DeclarationError([f"{file.name} kept changing while it was read; it is read when nobody writes to it"])
    return _read_one(home, replace(file, fingerprint=""), problem, last, "changing")


def there(file: RawFile, home: Home) -> RawFile | None:
    """The file as it is now; None only where it stays away. A program that saves a file takes it away for a moment."""
    for _ in range(TRIES - 1):
        now = again(file, home)
        if now is not None:
            return now
        time.sleep(PAUSE)
    return again(file, home)


def _unfinished(path: Path) -> bool:
    """Whether a text file looks as if somebody is still copying it in: just written, and it ends within a line.

    Half a workbook cannot be read and stops; half a text file could pass for a whole one.
    """
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return False
    try:
        with path.open("rb") as opened:
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - 1))
            return opened.read(1) not in (b"", b"\n", b"\r") and abs(time.time() - path.stat().st_mtime) < SETTLED
    except OSError:
        return False  # told when the file itself is read


def _told(entry: Mapping[str, Any], began: float) -> None:
    rows = {table: sum(part["rows"] for part in parts) for table, parts in entry["parts"].items()}
    spent = round((time.monotonic() - began) * 1000)
    note("stopped" if entry["stopped"] else "read", file=entry["file"], ms=spent, rows=rows)


def _declaration(home: Home, source: str) -> Source | DeclarationError:
    from opdat_analytics.declared import declaration_of

    try:
        return declaration_of(home, source)
    except FileNotFoundError:
        loose = f" A spreadsheet directly in {home.raw.name} must be a filled-in template." if source == RETURNS else ""
        return DeclarationError(
            [f"{source}/{DECLARATION} is missing; it says how the spreadsheets of {source} are to be read.{loose}"]
        )
    except OSError as error:
        return DeclarationError([f"{source}/{DECLARATION} may not be read ({error.strerror}); give leave to read it."])


def _read_one(
    home: Home,
    file: RawFile,
    source: Source | DeclarationError,
    last: Mapping[str, Any] | None,
    code: str = "declaration",
) -> dict[str, Any]:
    from opdat_analytics.ingest.files import FileRead, issue_table, read_file
    from opdat_analytics.kept_keys import keep
    from opdat_analytics.model import Issue
    from opdat_analytics.privacy import reason_to_stop

    if isinstance(source, DeclarationError):
        issues = [Issue("stop", code, file.source, file.name, None, None, None, problem) for problem in source.problems]
        read = FileRead({"issues": issue_table(issues)}, True, None)
    else:
        read = read_file(file.path, source, reason_to_stop)
    parts = {name: [store.write_part(home, rows, _stored(name))] for name, rows in read.rows.items()}
    if not read.stopped:
        if not isinstance(source, DeclarationError) and read.figures is not None and len(read.figures):
            told = read.figures
            keep(home, parts["observations"][0]["hash"], told.coded, told.low, told.high, source.editions)
        return _entry(file, parts, stopped=False, sha256=file.sha256, edition=read.edition)
    good = last["parts"] if last and store.has_parts(home, last["parts"]) else {}
    earlier = [part for part in good.get("issues", []) if part not in (last or {}).get("stop_issues", [])]
    merged = {**good, "issues": [*earlier, *parts["issues"]]}
    sha256 = last["sha256"] if last else ""
    return _entry(file, merged, stopped=True, sha256=sha256, edition=last["edition"] if last else None) | {
        "stop_issues": parts["issues"]
    }


def _entry(
    file: RawFile, parts: Mapping[str, Any], *, stopped: bool, sha256: str, edition: str | None
) -> dict[str, Any]:
    return {
        "file": file.name, "source": file.source, "sha256": sha256, "tried": file.fingerprint, "edition": edition,
        "stopped": stopped, "parts": dict(parts), "stop_issues": [],
    }  # fmt: skip


def _stored(table: str) -> list[Any]:
    return [c for c in TABLES[table] if c.name != "current"]
