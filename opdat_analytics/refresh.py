"""Raw spreadsheets become one publication: the steps, once, in order. Nothing heavy is loaded if nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opdat_analytics import store
from opdat_analytics.model import TABLES, DeclarationError, Home, LockHeld, NothingPublished, UnknownName
from opdat_analytics.paths import RETURNS

if TYPE_CHECKING:
    import pandas as pd

    from opdat_analytics.ingest.declare import Source

DECLARATION = "source.toml"
PUBLISHED, HELD, STOPPED, NOTHING, LOCKED = 0, 3, 4, 5, 6
"""Exit codes of a refresh: published or unchanged; published with cells newly held; a file stopped; nothing; locked."""

SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv"})

_FILE_TABLES = ("observations", "activities", "programmes", "indicators", "targets", "issues", "ledger")


@dataclass(frozen=True)
class RawFile:
    """One file below data/raw as it is now. ``fingerprint`` covers its bytes, its declaration and the code."""

    source: str
    path: Path
    sha256: str
    fingerprint: str

    @property
    def name(self) -> str:
        """Its source and its own name, with a forward slash."""
        return f"{self.source}/{self.path.name}"


@dataclass(frozen=True)
class Report:
    """What a refresh did.

    Attributes
    ----------
    status
        ``published``, ``unchanged``, ``would publish`` (a dry run) or ``nothing``.
    exit_code
        See the module's constants.
    publication
        Id of the current publication; None where there is none.
    files
        Per raw file: its state (new, changed, reread, unchanged, stopped, gone), rows. A file is reread when its bytes
        are the same but its declaration or this package changed.
    changes
        Frame of figures added, restated, gone and held since the publication before, with columns ``changes.COLUMNS``;
        None where nothing changed.
    stopped, newly_held
        Issues, as rows of the ``issues`` table.
    newly_stopped
        Files that were not stopped in the publication before.
    """

    status: str
    exit_code: int
    publication: str | None
    files: tuple[Mapping[str, Any], ...] = ()
    changes: pd.DataFrame | None = None
    stopped: tuple[Mapping[str, Any], ...] = ()
    newly_held: tuple[Mapping[str, Any], ...] = ()
    newly_stopped: tuple[str, ...] = ()


def refresh(home: Home, only: Sequence[str] = (), *, dry_run: bool = False) -> Report:
    """Bring the published tables up to date with data/raw.

    Parameters
    ----------
    home
        The project's folders.
    only
        Source ids to look at; the others keep what is published. Empty means all.
    dry_run
        Read and compare, but publish nothing.

    Returns
    -------
    Report

    Raises
    ------
    LockHeld
        If another refresh is running.
    UnknownName
        If ``only`` names a source that is not there, or ``data/raw`` is missing.
    NothingPublished
        If no file gives a row any more, or a file could not be written: the last publication stands.
    """
    from filelock import FileLock, Timeout

    try:
        home.processed.mkdir(parents=True, exist_ok=True)
        with FileLock(home.processed / ".lock").acquire(timeout=0):
            return _refresh(home, only, dry_run)
    except Timeout as error:
        said = f"Another refresh of {home.processed} is running. Wait for it to end, then try again."
        raise LockHeld(said) from error
    except OSError as error:
        raise NothingPublished(
            f"Nothing was published: {error.strerror or error} ({error.filename or home.processed}). "
            "The last publication stands as it was. Make room or give leave to write, then refresh again."
        ) from error


def _refresh(home: Home, only: Sequence[str], dry_run: bool) -> Report:
    before = store.last_manifest(home)
    known = {entry["file"]: entry for entry in before["files"]} if before else {}
    raw = scan(home, only, known)
    kept = [entry for entry in known.values() if only and entry["source"] not in only]
    todo = [file for file in raw if not _same(known.get(file.name), file, home)]
    same = [known[file.name] for file in raw if _same(known.get(file.name), file, home)]
    gone = known.keys() - {file.name for file in raw} - {entry["file"] for entry in kept}
    if before and not todo and not gone and store.is_whole(home, before):
        return _unchanged(before, home)
    entries = [*kept, *same, *_read_all(home, todo, known)]
    entries.sort(key=lambda entry: entry["file"])
    if not any(_rows(entry) for entry in entries):
        return _nothing(home, entries, before)
    return _publish(home, entries, before, {file.name for file in todo}, gone, dry_run)


# ---------------------------------------------------------------- what is there


@cache
def _code_version() -> str:
    """Hash of the code and vocabulary that decide what a file says; another one reads every file anew."""
    root = Path(__file__).parent
    digest = hashlib.sha256(str(store.FORMAT).encode())
    for folder in ("ingest", "vocab", "model", "answers/declarations"):
        for path in sorted((root / folder).iterdir()):
            if path.suffix in (".py", ".toml", ".csv"):
                digest.update(path.name.encode() + path.read_bytes())
    for name in ("across.py", "changes.py", "privacy.py", "answers/forms.py"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()[:16]


def package_version() -> str:
    """The installed version of this package."""
    try:
        return version("opdat-analytics")
    except PackageNotFoundError:
        return "unknown"


def scan(home: Home, only: Sequence[str], known: Mapping[str, Any]) -> list[RawFile]:
    """The raw files there are, with their hashes.

    Raises
    ------
    UnknownName
        If data/raw is missing, or a named source is not in it.
    """
    if not home.raw.is_dir():
        raise UnknownName(
            f"There is no folder {home.raw}. Make it, with one folder per source, or name another with --raw."
        )
    folders = sorted(path for path in home.raw.iterdir() if path.is_dir() and not path.name.startswith("."))
    loose = loose_files(home.raw)
    names = {folder.name for folder in folders} | {entry["source"] for entry in known.values()}
    names |= {RETURNS} if loose else set()
    for source in only:
        if source not in names:
            raise UnknownName(
                f"There is no source “{source}” in {home.raw}; there are: {', '.join(sorted(names)) or 'none'}."
            )
    found = [file for folder in folders if not only or folder.name in only for file in _raw_files(folder)]
    if loose and (not only or RETURNS in only):
        found += [_raw_file(RETURNS, path, _declared(home.raw / RETURNS)) for path in loose]
    return found


def loose_files(raw: Path) -> list[Path]:
    """The spreadsheets that lie directly in data/raw and not in the folder of a source."""
    return sorted(
        path
        for path in raw.iterdir()
        if path.is_file() and path.suffix.lower() in SPREADSHEETS and not path.name.startswith((".", "~$"))
    )


def _raw_files(folder: Path) -> Iterable[RawFile]:
    declared = _declared(folder)
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith((".", "~$")) or path.name == DECLARATION or path.suffix == ".md":
            continue
        yield _raw_file(folder.name, path, declared)


def _declared(folder: Path) -> str:
    declaration = folder / DECLARATION
    return hashlib.sha256(declaration.read_bytes() if declaration.exists() else b"").hexdigest()


def _raw_file(source: str, path: Path, declared: str) -> RawFile:
    sha256 = _hash(path)
    fingerprint = hashlib.sha256(f"{sha256} {declared} {_code_version()}".encode()).hexdigest()[:32]
    return RawFile(source, path, sha256, fingerprint)


def _hash(path: Path) -> str:
    """Hash of a file's bytes; empty where it may not be read, which stops that file when its turn comes."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _same(entry: Mapping[str, Any] | None, file: RawFile, home: Home) -> bool:
    """Whether a file was read before, as it is now, by this code, and its parts are still there."""
    if entry is None or entry["tried"] != file.fingerprint:
        return False
    return store.has_parts(home, entry["parts"])


def _rows(entry: Mapping[str, Any]) -> int:
    return sum(part["rows"] for table in _FILE_TABLES[:5] for part in entry["parts"].get(table, []))


# ---------------------------------------------------------------- reading


def _read_all(home: Home, files: Sequence[RawFile], known: Mapping[str, Any]) -> list[dict[str, Any]]:
    from opdat_analytics.answers.forms import declared_form

    declared: dict[str, Source | DeclarationError] = {}
    entries = []
    for file in files:
        if file.source not in declared:
            declared[file.source] = _declaration(home, file.source)
        source = declared_form(file.path, file.source, declared[file.source])
        entries.append(_read_one(home, file, source, known.get(file.name)))
    return entries


def _declaration(home: Home, source: str) -> Source | DeclarationError:
    from opdat_analytics.ingest.declare import read_declaration

    path = home.raw / source / DECLARATION
    if not path.exists():
        loose = f" A spreadsheet directly in {home.raw.name} must be a filled-in template." if source == RETURNS else ""
        return DeclarationError(
            [f"{source}/{DECLARATION} is missing; it says how the spreadsheets of {source} are to be read.{loose}"]
        )
    try:
        return read_declaration(path)
    except DeclarationError as error:
        return error


def _read_one(
    home: Home, file: RawFile, source: Source | DeclarationError, last: Mapping[str, Any] | None
) -> dict[str, Any]:
    from opdat_analytics.ingest.files import FileRead, issue_table, read_file
    from opdat_analytics.model import Issue
    from opdat_analytics.privacy import reason_to_stop

    if isinstance(source, DeclarationError):
        issues = [
            Issue("stop", "declaration", file.source, file.name, None, None, None, problem)
            for problem in source.problems
        ]
        read = FileRead({"issues": issue_table(issues)}, True, None)
    else:
        read = read_file(file.path, source, reason_to_stop)
    parts = {name: [store.write_part(home, rows, _stored(name))] for name, rows in read.rows.items()}
    if not read.stopped:
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


# ---------------------------------------------------------------- publishing


def _publish(
    home: Home,
    entries: list[dict[str, Any]],
    before: Mapping[str, Any] | None,
    touched: set[str],
    gone: set[str],
    dry_run: bool,
) -> Report:
    from opdat_analytics import changes as compare
    from opdat_analytics.across import across_parts

    draft = {"format": store.FORMAT, "generation": 0, "files": entries, "across": {}}
    change = compare.compare(home, before, draft, touched | gone)
    draft["across"] = across_parts(home, draft, before, change.corrected)
    if before and store.content_hash(draft) == store.content_hash(before):
        if not dry_run:
            store.publish(home, before)
        return _unchanged(before, home)
    generation = max([before["generation"] if before else 0, *store.generations(home)]) + 1
    manifest = draft | {
        "generation": generation,
        "code": {"version": package_version(), "reading": _code_version()},
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    publication = store.Publication(home, manifest)
    if not dry_run:
        publication = store.publish(home, manifest)
    stops = compare.issues_of(home, [entry for entry in entries if entry["stopped"]])
    stopped = [issue for issue in stops if issue["severity"] == "stop"]
    code = STOPPED if any(entry["stopped"] for entry in entries) else HELD if change.newly_held else PUBLISHED
    return Report(
        status="would publish" if dry_run else "published",
        exit_code=code,
        publication=publication.id,
        files=tuple(_states(entries, before, touched, gone)),
        changes=change.changes,
        stopped=tuple(stopped),
        newly_held=change.newly_held,
        newly_stopped=_newly_stopped(entries, before),
    )


def _newly_stopped(entries: Sequence[Mapping[str, Any]], before: Mapping[str, Any] | None) -> tuple[str, ...]:
    known = {entry["file"] for entry in before["files"] if entry["stopped"]} if before else set()
    return tuple(entry["file"] for entry in entries if entry["stopped"] and entry["file"] not in known)


def _states(
    entries: Sequence[Mapping[str, Any]], before: Mapping[str, Any] | None, touched: set[str], gone: set[str]
) -> Iterable[Mapping[str, Any]]:
    known = {entry["file"]: entry["sha256"] for entry in before["files"]} if before else {}
    for entry in entries:
        name = entry["file"]
        read = "reread" if known.get(name) == entry["sha256"] else "changed" if name in known else "new"
        state = "stopped" if entry["stopped"] else read if name in touched else "unchanged"
        rows = {
            table: sum(p["rows"] for p in entry["parts"].get(table, [])) for table in ("observations", "activities")
        }
        yield {"file": name, "source": entry["source"], "state": state, **rows}
    for name in sorted(gone):
        yield {"file": name, "source": name.split("/")[0], "state": "gone", "observations": 0, "activities": 0}


def _unchanged(manifest: Mapping[str, Any], home: Home) -> Report:
    stopped = [entry for entry in manifest["files"] if entry["stopped"]]
    issues: tuple[Mapping[str, Any], ...] = ()
    if stopped:
        from opdat_analytics.changes import issues_of

        issues = tuple(issue for issue in issues_of(home, stopped) if issue["severity"] == "stop")
    return Report(
        status="unchanged",
        exit_code=STOPPED if stopped else PUBLISHED,
        publication=store.Publication(home, manifest).id,
        files=tuple(_states(manifest["files"], manifest, set(), set())),
        stopped=issues,
    )


def _nothing(home: Home, entries: Sequence[Mapping[str, Any]], before: Mapping[str, Any] | None) -> Report:
    """Nothing could be read and nothing was ever: there is no publication to make."""
    from opdat_analytics.changes import issues_of

    if before is not None:
        raise NothingPublished(
            f"No file in {home.raw} gives a row any more, so the last publication stays as it is. "
            "Put the spreadsheets back, or delete the processed folder to begin anew."
        )
    stopped = tuple(issue for issue in issues_of(home, entries) if issue["severity"] in ("stop", "hold"))
    return Report("nothing", NOTHING, None, tuple(_states(entries, None, set(), set())), stopped=stopped)
