"""The command ``refresh``, and how its report is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opdat_analytics.cli.program import Exports, Log, Processed, Raw, app, home_of, say, several, told_if_stopped
from opdat_analytics.cli.rows import is_stated, records
from opdat_analytics.model import Home

if TYPE_CHECKING:
    from opdat_analytics.changes import Comparison
    from opdat_analytics.refresh import Report


@app.command()
def refresh(
    ctx: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(help="Sources to look at; all if none is named.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, publish nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    log: Log = None,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """Bring the published tables up to date with data/raw.

    Exit codes: 0 published or unchanged; 2 wrong usage; 3 published, cells newly held that nobody has ruled on;
    4 a file stopped, its last good rows kept; 5 nothing published; 6 another refresh holds the lock.
    """
    from opdat_analytics.refresh import refresh as run_refresh

    begin_log(log)
    home = home_of(ctx, raw, processed, exports)
    with told_if_stopped(home):
        report = run_refresh(home, sources or (), dry_run=dry_run)
    if as_json:
        say(json.dumps(report_json(report), ensure_ascii=False, indent=1))
    else:
        tell(report, home)
    raise typer.Exit(report.exit_code)


def report_json(report: Report) -> dict[str, Any]:
    """A refresh report as JSON: see docs/contract.md."""
    return {
        "status": report.status,
        "exit_code": report.exit_code,
        "publication": report.publication,
        "files": list(report.files),
        "changes": [] if report.changes is None else records(report.changes),
        "stopped": list(report.stopped),
        "newly_held": list(report.newly_held),
        "to_look_at": list(report.to_look_at),
    }


LISTED = 12


def begin_log(path: Path | None) -> None:
    """Log what refreshes do to a file, where one is named."""
    if path is not None:
        from opdat_analytics.watch.journal import write_log

        write_log(path)


def tell(report: Report, home: Home) -> None:
    """Say what a refresh did, changed, stopped and held."""
    if report.status == "unchanged":
        say(f"Nothing changed: publication {report.publication} stands.")
    elif report.status == "nothing":
        say("Nothing was published: no file gave a row.")
    else:
        figures = several(sum(file["observations"] for file in report.files), "figure")
        files = several(len(report.files), "file")
        say(f"{report.status.capitalize()}: {report.publication}, {figures} from {files}.")
        for file in report.files:
            if file["state"] not in ("unchanged", "reread"):
                say(f"  {file['state']:<9} {file['file']}: {_counted(file)}")
    if report.comparison is not None:
        _tell_changes(report.comparison, first=all(file["state"] in ("new", "stopped") for file in report.files))
    for issue in report.stopped:
        tell_issue("Stopped", issue)
    if report.stopped:
        from opdat_analytics.cli.watching import tell_drift
        from opdat_analytics.watch.status import drifted

        tell_drift(drifted(home, sorted({issue["file"] for issue in report.stopped if issue["sheet"]})))
    held = list(report.newly_held)
    for issue in held[:LISTED]:
        tell_issue("Held", issue)
    if len(held) > LISTED:
        say(f"… and {len(held) - LISTED} more cells newly held; see them with: opdat show issues --where severity=hold")
    for issue in report.to_look_at[:LISTED]:
        tell_issue("Look", issue)
    if len(report.to_look_at) > LISTED:
        say(f"… and {len(report.to_look_at) - LISTED} more to look at; see them with: opdat show issues")
    if any(file["state"] == "stopped" and _counted(file) != "nothing" for file in report.files):
        say("The last good rows of a stopped file stay in the tables.")
    if held:
        say(
            "A held cell is in no table until somebody rules on it: opdat decide --xlsx decisions.xlsx, "
            "or [[decided]] in its source.toml."
        )


def _counted(file: Mapping[str, Any]) -> str:
    """What the tables have of a file, in words."""
    words = (("observations", "figure", "figures"), ("activities", "activity", "activities"), ("other", "row", "rows"))
    parts = [several(file[key], one, many) for key, one, many in words if file[key]]
    return ", ".join(parts) or "nothing"


def _tell_changes(found: Comparison, *, first: bool) -> None:
    from opdat_analytics.changes import counted

    number = sum(found.counts.values())
    if first or not number or number > 10 * LISTED:
        say(f"Changes: {counted(found.counts)}" if number else counted(found.counts))
        return
    for change in found.changes.head(LISTED).itertuples(index=False):
        about = " ".join(str(word) for word in (change.place, change.measure, change.year) if is_stated(word))
        said = " → ".join(f"“{text!s}”" for text in (change.was, change.now) if is_stated(text))
        say(f"  {change.kind:<9} {about + ': ' if about else ''}{said}  ({change.file} › {change.sheet}!{change.cell})")
    if number > LISTED:
        say(f"  … and {number - LISTED} more changes; see them all with: opdat changes")


def tell_issue(word: str, issue: Any) -> None:
    """Say one issue: where it is, what is wrong, what to do."""
    where = (
        issue["file"]
        + (f" › {issue['sheet']}" if issue["sheet"] else "")
        + (f"!{issue['cell']}" if issue["cell"] else "")
    )
    hint = issue["hint"] or ""
    said = [_ended(text) for text in (issue["message"], hint[:1].upper() + hint[1:]) if text]
    say(f"{word}: {where}: {' '.join(said)}")


def _ended(text: str) -> str:
    return text + ("" if text.endswith((".", "?", "!")) else ".")
