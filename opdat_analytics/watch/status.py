"""How things stand: the last good publication, what it has not taken up yet, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from opdat_analytics import store
from opdat_analytics.model import DeclarationError, Home, UnknownName, UnreadableFile
from opdat_analytics.paths import DECLARATION, raw_path
from opdat_analytics.scan import waiting

if TYPE_CHECKING:
    from opdat_analytics.drafting.drift import Drift

FRESH, STOPPED, NOTHING, BEHIND = 0, 4, 5, 7
"""Exit codes: all taken up; a file is stopped; nothing is published; raw files wait, or the publication is too old."""

_LIES_OTHERWISE = frozenset(
    {"header_missing", "header_twice", "corner_missing", "corner_twice", "unclaimed_sheet", "undeclared_column"}
)
"""Codes of issues that a changed layout causes."""


@dataclass(frozen=True)
class Drifted:
    """A file that no longer lies as declared, and one way in which."""

    file: str
    drift: Drift


@dataclass(frozen=True)
class Status:
    """How things stand.

    Attributes
    ----------
    publication
        Id of the current publication; None where there is none.
    made
        When it was published, in UTC; None where there is none.
    age
        Time since then; never negative, even if a clock was set back.
    behind
        Raw file → new, changed, reread (its declaration or this package changed), damaged (what was published of it is
        not on disk as it was) or gone: what a refresh would take up.
    stopped
        Files that cannot be read as they are, each with the reason; their last good rows stand in the tables.
    held, ruled
        Cells that wait for a person, and cells on which somebody has ruled that they stay held.
    drifted
        Where files no longer lie as declared, with the change of the declaration that would meet it.
    too_old
        Whether the publication is older than was allowed.
    """

    publication: str | None
    made: str | None
    age: timedelta | None
    behind: Mapping[str, str]
    stopped: Mapping[str, str]
    held: int
    ruled: int
    drifted: tuple[Drifted, ...]
    too_old: bool

    @property
    def exit_code(self) -> int:
        """What a monitor should see: see the module's constants. Held cells alone do not raise an alarm."""
        if self.publication is None:
            return NOTHING
        if self.stopped:
            return STOPPED
        return BEHIND if self.behind or self.too_old else FRESH

    @property
    def steps(self) -> tuple[str, ...]:
        """What to do next, a sentence each."""
        steps = []
        if self.publication is None:
            steps.append("Run `opdat refresh` to publish.")
        elif "damaged" in self.behind.values():
            steps.append(
                "Run `opdat refresh` to make damaged files of the publication again, and take up what changed."
            )
        elif self.behind or self.too_old:
            steps.append("Run `opdat refresh` to take up what changed.")
        if self.drifted:
            files = ", ".join(dict.fromkeys(one.file.partition("/")[0] for one in self.drifted))
            steps.append(f"Look at the proposed changes and put those that are right into source.toml of: {files}.")
        elif self.stopped:
            steps.append("Mend what stopped the files, or ask the senders for them again; then refresh.")
        if self.held:
            steps.append("Rule on the held cells: `opdat decide --xlsx decisions.xlsx`, fill it in, then `--apply` it.")
        return tuple(steps)


def status(home: Home, max_age: timedelta | None = None) -> Status:
    """Say how things stand; nothing is changed by it.

    Parameters
    ----------
    home
        The project's folders.
    max_age
        How old the publication may be; any age is allowed if None.

    Returns
    -------
    Status

    Raises
    ------
    UnknownName
        If there is no folder of raw files.
    OpdatError
        If the manifest or a part cannot be read.
    """
    manifest = store.read_manifest(store.manifest_path(home))
    behind = waiting(home, manifest)
    if manifest is None:
        return Status(None, None, None, behind, {}, 0, 0, (), max_age is not None)
    opened = store.Publication(home, manifest)
    age = max(timedelta(0), datetime.now(UTC) - datetime.fromisoformat(str(manifest["made"])))
    too_old = max_age is not None and age > max_age
    if "damaged" in behind.values():
        manifest = _whole(manifest, behind)
    if not any(part["rows"] for part in store.part_entries(manifest, "issues")):
        return Status(opened.id, str(manifest["made"]), age, behind, {}, 0, 0, (), too_old)
    issues = store.Publication(home, manifest).table("issues")
    held = issues[issues["severity"] == "hold"]
    ruled = int(held["acknowledged"].astype(bool).sum())
    stops = issues[issues["severity"] == "stop"]
    still = {entry["file"] for entry in manifest["files"] if entry["stopped"]}
    stopped = {str(file): _reason(rows["message"]) for file, rows in stops.groupby("file") if file in still}
    lying = issues[issues["code"].isin(_LIES_OTHERWISE) & ~issues["acknowledged"].astype(bool)]
    return Status(
        opened.id, str(manifest["made"]), age, behind, stopped, len(held) - ruled, ruled,
        tuple(drifted(home, sorted(set(lying["file"])))), too_old,
    )  # fmt: skip


def _whole(manifest: Mapping[str, Any], behind: Mapping[str, str]) -> dict[str, Any]:
    """A publication without what is damaged, so that what is left of it can still be told."""
    files = [entry for entry in manifest["files"] if behind.get(entry["file"]) != "damaged"]
    return {
        **manifest,
        "files": files,
        "across": {} if behind.get("manifest.json") == "damaged" else manifest["across"],
    }


def _reason(messages: Iterable[str]) -> str:
    """What stopped a file: its first message, and how many more there are."""
    first, *more = messages
    return first + (f" (and {len(more)} more)" if more else "")


def drifted(home: Home, files: Iterable[str]) -> Iterable[Drifted]:
    """Where some files no longer lie as their sources declare; a file that cannot be read has no layout to compare."""
    from opdat_analytics.drafting.drift import drift
    from opdat_analytics.ingest.declare import read_declaration

    for file in files:
        declaration = home.raw / file.partition("/")[0] / DECLARATION
        path = raw_path(home.raw, file)
        if not declaration.exists() or not path.exists():
            continue
        try:
            source = read_declaration(declaration)
            found = drift(path, source)
        except (DeclarationError, UnreadableFile):
            continue  # its own stop says why
        yield from (Drifted(file, one) for one in found if one.kind != "moved")


def as_json(standing: Status) -> dict[str, Any]:
    """A status as JSON: see docs/contract.md."""
    return {
        "publication": standing.publication,
        "made": standing.made,
        "age_hours": None if standing.age is None else round(standing.age.total_seconds() / 3600, 2),
        "behind": [{"file": file, "state": state} for file, state in standing.behind.items()],
        "stopped": [{"file": file, "message": message} for file, message in standing.stopped.items()],
        "held": standing.held,
        "ruled": standing.ruled,
        "drift": [
            {
                "file": one.file, "kind": one.drift.kind, "sheet": one.drift.sheet, "cell": one.drift.cell,
                "was": one.drift.was, "now": one.drift.now, "proposal": one.drift.proposal,
            }
            for one in standing.drifted
        ],
        "too_old": standing.too_old,
        "steps": list(standing.steps),
        "exit_code": standing.exit_code,
    }  # fmt: skip


_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: str) -> timedelta:
    """A length of time as people write it: 90m, 36h, 7d, 2w.

    Raises
    ------
    UnknownName
        If it is not one.
    """
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    if unit not in _UNITS or not number.isdigit():
        raise UnknownName(f"“{text}” is no length of time; write a number and m, h, d or w, such as 36h or 7d.")
    return timedelta(**{_UNITS[unit]: int(number)})
