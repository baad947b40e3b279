"""Raw spreadsheets become one publication: the steps, once, in order. Nothing heavy is loaded if nothing changed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opdat_analytics import disk, publishing, reading, store
from opdat_analytics.events import note
from opdat_analytics.model import FACT_KEYS, Home, LockHeld, NothingPublished
from opdat_analytics.reading import read_all
from opdat_analytics.scan import code_version, is_same, scan

if TYPE_CHECKING:
    import pandas as pd

    from opdat_analytics.changes import Comparison

PUBLISHED, HELD, STOPPED, NOTHING, LOCKED = 0, 3, 4, 5, 6
"""Exit codes of a refresh: published or unchanged; published with cells newly held; a file stopped; nothing; locked."""


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
    comparison
        What changed since the publication before, counted; None where nothing changed.
    stopped, newly_held
        Issues, as rows of the ``issues`` table.
    newly_stopped
        Files that were not stopped in the publication before.
    to_look_at
        Issues, as rows of the ``issues`` table, that were not there before and for which figures are left out or a
        ruling is not applied, though nothing is held.
    """

    status: str
    exit_code: int
    publication: str | None
    files: tuple[Mapping[str, Any], ...] = ()
    comparison: Comparison | None = None
    stopped: tuple[Mapping[str, Any], ...] = ()
    newly_held: tuple[Mapping[str, Any], ...] = ()
    newly_stopped: tuple[str, ...] = ()
    to_look_at: tuple[Mapping[str, Any], ...] = ()

    @property
    def changes(self) -> pd.DataFrame | None:
        """Figures added, restated, gone and held since the publication before, one by one.

        With columns ``changes.COLUMNS``, worked out when asked for; None where nothing changed.
        """
        return None if self.comparison is None else self.comparison.changes


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
            return _healed(home, only, dry_run)
    except Timeout as error:
        said = f"Another refresh of {home.processed} is running. Wait for it to end, then try again."
        raise LockHeld(said) from error
    except OSError as error:
        note("failed", errno=error.errno, what=error.strerror)
        raise NothingPublished(_refused(home, error)) from error


def _refused(home: Home, error: OSError) -> str:
    """What the system refused, and what to do about it."""
    place = Path(error.filename) if isinstance(error.filename, str | Path) else home.processed
    below = place == home.raw or home.raw in place.parents
    step = "Give leave to read it" if below else "Make room, give leave to write, or close what holds it open"
    reason = error.strerror or str(error)
    return f"Nothing was published: {reason} ({place}). The last publication stands. {step}, then refresh again."


def _healed(home: Home, only: Sequence[str], dry_run: bool) -> Report:
    """Refresh; a part that was damaged since it was published is taken away and made again from its raw file."""
    taken: set[Path] = set()
    while True:
        try:
            return _refresh(home, only, dry_run)
        except store.DamagedPart as damage:
            if damage.path in taken or not disk.remove(damage.path):
                raise
            taken.add(damage.path)
            note("healed", part=damage.path.name)


def _refresh(home: Home, only: Sequence[str], dry_run: bool) -> Report:
    before = store.last_manifest(home)
    known = {entry["file"]: entry for entry in before["files"]} if before else {}
    kept = [entry for entry in known.values() if only and entry["source"] not in only]
    looked_at = known.keys() - {entry["file"] for entry in kept}
    raw = scan(home, only, known)
    if looked_at - {file.name for file in raw}:
        # A program that saves a file takes it away for a moment: look twice before it counts as gone.
        time.sleep(reading.PAUSE)
        raw = scan(home, only, known)
    todo = [file for file in raw if not is_same(known.get(file.name), file, home)]
    touched = {file.name for file in todo}
    same = [known[file.name] for file in raw if file.name not in touched]
    gone = set(looked_at - {file.name for file in raw})
    if before and not todo and not gone and store.is_whole(home, before):
        for entry in (*before["files"], {"parts": before["across"]}):
            store.check_parts(home, entry["parts"])
        return _unchanged(before, home)
    note("started", files=len(raw), to_read=len(todo), gone=len(gone), swept=publishing.sweep(home))
    number = publishing.next_generation(home, before["generation"] if before else 0)
    entries = [*kept, *same, *read_all(home, todo, known)]
    gone |= touched & known.keys() - {entry["file"] for entry in entries}
    entries.sort(key=lambda entry: entry["file"])
    if not any(_rows(entry) for entry in entries):
        return _nothing(home, entries, before)
    from opdat_analytics.declared import declared_by

    declared = declared_by(
        home, sorted({entry["source"] for entry in entries}), {entry["source"] for entry in kept}, before
    )
    draft = {"format": store.FORMAT, "generation": number, "files": entries, "declared": declared, "across": {}}
    return _publish(home, draft, before, touched, gone, dry_run)


def _rows(entry: Mapping[str, Any]) -> int:
    return sum(part["rows"] for table in ("observations", *FACT_KEYS) for part in entry["parts"].get(table, []))


def package_version() -> str:
    """The installed version of this package."""
    try:
        return version("opdat-analytics")
    except PackageNotFoundError:
        return "unknown"


# ---------------------------------------------------------------- publishing


def _publish(
    home: Home,
    draft: dict[str, Any],
    before: Mapping[str, Any] | None,
    touched: set[str],
    gone: set[str],
    dry_run: bool,
) -> Report:
    from opdat_analytics import changes as compare
    from opdat_analytics.across import across_parts

    entries, base = draft["files"], before["generation"] if before else 0
    change = compare.compare(home, before, draft, touched | gone)
    draft["across"] = across_parts(home, draft, before, change.corrected)
    written = {path for parts in _written(draft, touched) for path in store.paths_of(home, parts)}
    if before and store.content_hash(draft) == store.content_hash(before):
        if not dry_run:
            publishing.publish(home, before, base, written)
            note("healed", publication=store.Publication(home, before).id)
        return _unchanged(before, home)
    manifest = draft | {
        "before": base,
        "code": {"version": package_version(), "reading": code_version()},
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    publication = store.Publication(home, manifest)
    if not dry_run:
        publication = publishing.publish(home, manifest, base, written)
        note("published", publication=publication.id, changes=change.kinds())
        pruned = publishing.prune(home)
        if pruned.manifests or pruned.parts or pruned.left:
            note("pruned", **vars(pruned))
    stops = compare.issues_of(home, [entry for entry in entries if entry["stopped"]])
    stopped = [issue for issue in stops if issue["severity"] == "stop"]
    code = STOPPED if any(entry["stopped"] for entry in entries) else HELD if change.newly_held else PUBLISHED
    return Report(
        status="would publish" if dry_run else "published",
        exit_code=code,
        publication=publication.id,
        files=tuple(_states(entries, before, touched, gone)),
        comparison=change,
        stopped=tuple(stopped),
        newly_held=change.newly_held,
        newly_stopped=_newly_stopped(entries, before),
        to_look_at=compare.newly_flagged(home, before, draft, touched | gone),
    )


def _written(draft: Mapping[str, Any], touched: set[str]) -> Iterable[Mapping[str, Any]]:
    """The parts that a refresh has written: of the files that it read, and of all together."""
    return [*(entry["parts"] for entry in draft["files"] if entry["file"] in touched), draft["across"]]


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
        other = _rows(entry) - sum(rows.values())
        yield {"file": name, "source": entry["source"], "state": state, **rows, "other": other}
    for name in sorted(gone):
        yield {
            "file": name,
            "source": name.split("/")[0],
            "state": "gone",
            "observations": 0,
            "activities": 0,
            "other": 0,
        }


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
