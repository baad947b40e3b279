"""The commands ``status``, ``changes`` and ``schedule``: what somebody needs who lets refreshes run alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opdat_analytics.cli.program import Exports, Processed, Raw, app, home_of, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opdat_analytics.watch.status import Drifted, Status

_LISTED = 12


@app.command()
def status(
    ctx: typer.Context,
    max_age: Annotated[
        str | None, typer.Option("--max-age", help="How old the publication may be: 90m, 36h, 7d, 2w.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The status as JSON.")] = False,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """How things stand: last good publication, files behind, held cells, drift, what to do next.

    Exit codes: 0 all taken up; 4 a file is stopped; 5 nothing published; 7 files wait or the publication is too old.
    """
    from opdat_analytics.watch.status import as_json as as_record
    from opdat_analytics.watch.status import duration
    from opdat_analytics.watch.status import status as look

    standing = look(home_of(ctx, raw, processed, exports), duration(max_age) if max_age else None)
    if as_json:
        say(json.dumps(as_record(standing), ensure_ascii=False, indent=1))
    else:
        _tell(standing)
    raise typer.Exit(standing.exit_code)


def _tell(standing: Status) -> None:
    if standing.publication is None or standing.age is None:
        say("Nothing is published yet.")
    else:
        age = _age(standing.age.total_seconds() / 3600)
        old = ", older than it may be" if standing.too_old else ""
        say(f"Publication {standing.publication}, made {standing.made} ({age} ago{old}).")
    _list("Waits to be taken up", [f"{state:<8} {file}" for file, state in standing.behind.items()])
    _list("Stopped; the last good rows stand", [f"{file}: {why}" for file, why in standing.stopped.items()])
    tell_drift(standing.drifted)
    if standing.held or standing.ruled:
        say(f"Held cells: {standing.held:,} wait for a person; {standing.ruled:,} are held by a ruling.")
    for step in standing.steps:
        say(f"→ {step}")
    if not standing.steps:
        say("Nothing to do.")


def _age(hours: float) -> str:
    if hours >= 48:
        return f"{hours / 24:.0f} days"
    return f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"


def _list(title: str, lines: list[str]) -> None:
    if lines:
        say(f"{title}:")
        for line in lines[:_LISTED]:
            say(f"  {line}")
        if len(lines) > _LISTED:
            say(f"  … and {len(lines) - _LISTED} more; --json lists all")


def tell_drift(drifted: Iterable[Drifted]) -> None:
    """Say where files no longer lie as declared, and the change of the declaration that would meet it."""
    found = list(drifted)
    lines = []
    for one in found:
        where = f"{one.file} › {one.drift.sheet}" + (f"!{one.drift.cell}" if one.drift.cell else "")
        said = " → ".join(f"“{text}”" for text in (one.drift.was, one.drift.now) if text)
        lines.append(f"{one.drift.kind:<8} {where}: {said}. Proposed: {one.drift.proposal}")
    _list("No longer lies as declared", lines)


@app.command()
def changes(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option(help="The earlier publication; the one before if not named.")] = None,
    publication: Annotated[
        str | None, typer.Option(help="The later publication; the current one if not named.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Write it to a file that ends in .md, .html or .txt.")] = None,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """What changed between two publications, in words, by source and place; ready to be mailed."""
    from opdat_analytics import store
    from opdat_analytics.watch.summary import as_markdown, as_page, as_text, summary

    forms = {".md": as_markdown, ".html": as_page, ".txt": as_text}
    if to is not None and to.suffix.lower() not in forms:
        raise typer.BadParameter("name a file that ends in .md, .html or .txt for --to")
    told = summary(home_of(ctx, raw, processed, exports), since, publication)
    if to is None:
        say(as_text(told))
    else:
        store.write_whole(to, forms[to.suffix.lower()](told).encode())
        say(f"Changes: {to}")


@app.command()
def schedule(
    scheduler: Annotated[str, typer.Argument(help="systemd, cron, windows or github.")],
    at: Annotated[str, typer.Option(help="Time of day.")] = "06:15",
) -> None:
    """Print a ready entry for a scheduler, with the paths of this project; docs/scheduling.md says how to use it."""
    from opdat_analytics.paths import project_root
    from opdat_analytics.watch.schedule import entry

    program = Path(sys.executable).with_name("opdat.exe" if sys.platform == "win32" else "opdat")
    say(entry(scheduler, project_root().absolute(), program.absolute(), at).rstrip("\n"))
