"""The command ``opdat``: words in, words and exit codes out; no logic of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opdat_analytics.answers import commands as answers
from opdat_analytics.drafting import commands as drafting
from opdat_analytics.model import Home, LockHeld, NothingPublished, OpdatError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from opdat_analytics.refresh import Report

USAGE, STOPPED, NOTHING, LOCKED, FAILED = 2, 4, 5, 6, 1

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

Raw = Annotated[Path | None, typer.Option("--raw", help="Folder of the raw spreadsheets.")]
Processed = Annotated[Path | None, typer.Option("--processed", help="Folder of the published tables.")]
Exports = Annotated[Path | None, typer.Option("--exports", help="Folder of what people get.")]


@app.callback()
def start(ctx: typer.Context, raw: Raw = None, processed: Processed = None, exports: Exports = None) -> None:
    """Read, publish, explain and chart what is reported on assistance against trafficking and smuggling."""
    ctx.obj = (raw, processed, exports)


def _home(ctx: typer.Context, *own: Path | None) -> Home:
    from opdat_analytics.paths import home_here

    usual = home_here()
    named = [mine or given for mine, given in zip(own, ctx.obj or (None, None, None), strict=True)]
    return Home(named[0] or usual.raw, named[1] or usual.processed, named[2] or usual.exports)


def say(text: str = "") -> None:
    """Print a line for people."""
    typer.echo(text)


# ---------------------------------------------------------------- refresh


@app.command()
def refresh(
    ctx: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(help="Sources to look at; all if none is named.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, publish nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """Bring the published tables up to date with data/raw.

    Exit codes: 0 published or unchanged; 2 wrong usage; 3 published, cells newly held that nobody has ruled on;
    4 a file stopped, its last good rows kept; 5 nothing published; 6 another refresh holds the lock.
    """
    from opdat_analytics.refresh import refresh as run_refresh

    report = run_refresh(_home(ctx, raw, processed, exports), sources or (), dry_run=dry_run)
    if as_json:
        say(json.dumps(report_json(report), ensure_ascii=False, indent=1))
    else:
        _tell(report)
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
    }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame as JSON records: null for missing values and open bounds, dates in ISO 8601."""
    rows: list[dict[str, Any]] = json.loads(
        frame.to_json(orient="records", date_format="iso", date_unit="s", default_handler=str)
    )
    dates = [str(name) for name, kind in frame.dtypes.items() if "datetime" in str(kind)]
    for row in rows:
        for name in dates:
            row[name] = row[name] and row[name][:10]
    return rows


_LISTED = 12


def _tell(report: Report) -> None:
    if report.status == "unchanged":
        say(f"Nothing changed: publication {report.publication} stands.")
    elif report.status == "nothing":
        say("Nothing was published: no file gave a row.")
    else:
        count = sum(file["observations"] for file in report.files)
        say(f"{report.status.capitalize()}: {report.publication}, {count:,} figures from {len(report.files)} files.")
        for file in report.files:
            if file["state"] not in ("unchanged", "reread"):
                rows = f"{file['observations']:,} figures" + (
                    f", {file['activities']:,} activities" if file["activities"] else ""
                )
                say(f"  {file['state']:<9} {file['file']}: {rows}")
    if report.changes is not None:
        _tell_changes(report.changes, first=all(file["state"] in ("new", "stopped") for file in report.files))
    for issue in report.stopped:
        _tell_issue("Stopped", issue)
    held = list(report.newly_held)
    for issue in held[:_LISTED]:
        _tell_issue("Held", issue)
    if len(held) > _LISTED:
        say(
            f"… and {len(held) - _LISTED} more cells newly held; see them with: opdat show issues --where severity=hold"
        )
    if report.stopped:
        say("The last good rows of a stopped file stay in the tables.")
    if held:
        say("A held cell is in no table until somebody rules on it: [[decided]] in its source.toml.")


def _tell_changes(changes: pd.DataFrame, *, first: bool) -> None:
    counts = changes["kind"].value_counts()
    if not len(changes):
        say("No figure and no fact changed.")
        return
    if first or len(changes) > 10 * _LISTED:
        say("Changes: " + ", ".join(f"{count:,} {kind}" for kind, count in counts.items()) + ".")
        return
    for change in changes.head(_LISTED).itertuples(index=False):
        about = " ".join(str(word) for word in (change.place, change.measure, change.year) if _stated(word))
        said = " → ".join(f"“{text!s}”" for text in (change.was, change.now) if _stated(text))
        say(f"  {change.kind:<9} {about + ': ' if about else ''}{said}  ({change.file} › {change.sheet}!{change.cell})")
    if len(changes) > _LISTED:
        say(f"  … and {len(changes) - _LISTED} more changes; see them all with --json")


def _stated(value: Any) -> bool:
    return value is not None and str(value) not in ("<NA>", "nan", "NaT", "None")


def _tell_issue(word: str, issue: Any) -> None:
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


# ---------------------------------------------------------------- show, explain


@app.command()
def show(
    ctx: typer.Context,
    table: Annotated[
        str,
        typer.Argument(
            help="observations, activities, programmes, issues, ledger, revisions, conflicts, sources, places …"
        ),
    ],
    where: Annotated[list[str] | None, typer.Option("--where", "-w", help="column=value; repeat for more.")] = None,
    columns: Annotated[str | None, typer.Option(help="Columns to show, joined by commas.")] = None,
    limit: Annotated[int, typer.Option(help="Rows to show; 0 for all.")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="Rows as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Rows as CSV.")] = False,
    scheme: Annotated[str | None, typer.Option(help="Attach the regions of a scheme to observations.")] = None,
    publication: Annotated[str | None, typer.Option(help="An earlier publication, by its number.")] = None,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """Show a published table, or the rows of it that are asked for."""
    from opdat_analytics.tables import filtered, opened_table

    frame = opened_table(table, home=_home(ctx, raw, processed, exports), publication=publication, scheme=scheme)
    frame = filtered(frame, where or [], columns)
    if as_json:
        say(json.dumps(records(frame), ensure_ascii=False, indent=1))
    elif as_csv:
        say(frame.to_csv(index=False).rstrip("\n"))
    else:
        _draw(frame, limit)


def _draw(frame: pd.DataFrame, limit: int) -> None:
    from rich.console import Console
    from rich.table import Table

    shown = frame if limit <= 0 else frame.head(limit)
    full = [name for name in shown.columns if shown[name].notna().any()]
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    if len(shown) and len(full) > 12 and len(shown) <= 3:
        for row in shown[full].itertuples(index=False):
            for name, value in zip(full, row, strict=True):
                if _stated(value):
                    say(f"{name:>14}  {_plain(value)}")
            say()
    else:
        grid = Table(box=None, header_style="bold", pad_edge=False)
        brief = _brief(full)
        for name in brief:
            grid.add_column(name, overflow="fold", justify="right" if "float" in str(shown[name].dtype) else "left")
        for row in shown[brief].itertuples(index=False):
            grid.add_row(*(_plain(value) for value in row))
        console.print(grid)
        if len(brief) < len(full):
            say(f"Columns not shown: {', '.join(c for c in full if c not in brief)}. Name some with --columns.")
    if len(shown) < len(frame):
        say(f"{len(shown)} of {len(frame):,} rows shown; --limit 0 shows all.")
    elif not len(frame):
        say("No rows.")


_FIRST = (
    "severity", "code", "kind", "source", "edition", "place", "region", "measure", "year", "form", "low", "high",
    "qualifier",
    "activity_type", "title", "places", "name", "text", "cell", "message", "level", "sha256", "rows", "stopped",
)  # fmt: skip


def _brief(names: Sequence[str]) -> list[str]:
    """The columns that fit a terminal: all of a narrow table, the telling ones of a wide table."""
    if len(names) <= 11:
        return list(names)
    chosen = [name for name in names if name in _FIRST or name == "file"][:11]
    return chosen or list(names)[:11]


def _plain(value: Any) -> str:
    if not _stated(value) or str(value) == "NaT":
        return ""
    if isinstance(value, float):
        return f"{value:,.10g}"
    text = str(value)
    return text[:10] if text.endswith(" 00:00:00") else text


@app.command()
def explain(
    ctx: typer.Context,
    question: Annotated[
        list[str] | None, typer.Argument(help="A figure id printed on a chart, or column=value pairs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The cells as JSON.")] = False,
    publication: Annotated[str | None, typer.Option(help="An earlier publication, by its number.")] = None,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """The cells behind a figure: opdat explain measure=convictions place=GTM year=2019, or a figure id."""
    from opdat_analytics.provenance import explain as find

    words = question or []
    pairs = [word.partition("=") for word in words]
    if not words or (len(words) > 1 and not all(mark for _, mark, _ in pairs)):
        raise typer.BadParameter(
            "name a figure id, or ask with column=value pairs, such as measure=convictions place=GTM year=2019"
        )
    what: Any = words[0] if len(words) == 1 and not pairs[0][1] else {name: value for name, _, value in pairs}
    found = find(what, home=_home(ctx, raw, processed, exports), publication=publication)
    if as_json:
        say(json.dumps({"cells": records(found.cells), "remarks": list(found.remarks)}, ensure_ascii=False, indent=1))
    else:
        say(str(found))


# ---------------------------------------------------------------- notebooks, export, run


@app.command()
def notebooks(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Notebooks to run; all if none is named.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="name=value; repeat for more.")
    ] = None,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """Run notebooks headless, side by side; executed copies and HTML go to exports/notebooks."""
    from opdat_analytics.notebooks import run_notebooks

    given = {}
    for word in parameter or []:
        name, mark, value = word.partition("=")
        if not mark:
            raise typer.BadParameter(f"“{word}” is not a parameter; write name=value")
        given[name] = value
    home = _home(ctx, raw, processed, exports)
    runs = run_notebooks(_notebook_folder(), home, names or (), given, progress=say)
    failed = [run for run in runs if run.error]
    for run in failed:
        say(f"Failed: {run.name}: {run.error}")
    raise typer.Exit(FAILED if failed else 0)


def _notebook_folder() -> Path:
    from opdat_analytics.paths import project_root

    return project_root() / "notebooks"


@app.command()
def export(ctx: typer.Context, raw: Raw = None, processed: Processed = None, exports: Exports = None) -> None:
    """Write the tables and the standing chart pack of the record to exports/."""
    _export(_home(ctx, raw, processed, exports))


def _export(home: Home) -> None:
    from opdat_analytics.exports.tables import write_tables
    from opdat_analytics.pack import write_pack

    tables = write_tables(home)
    say(f"Tables: {len(tables)} files in {home.exports / 'tables'}")
    charts = write_pack(home)
    say(f"Charts: {len(charts)} files in {home.exports / 'charts'}")


@app.command()
def run(ctx: typer.Context, raw: Raw = None, processed: Processed = None, exports: Exports = None) -> None:
    """The main job: refresh, then tables, chart pack and notebooks."""
    from opdat_analytics.notebooks import run_notebooks
    from opdat_analytics.refresh import refresh as run_refresh

    home = _home(ctx, raw, processed, exports)
    report = run_refresh(home)
    _tell(report)
    if report.publication is None:
        raise typer.Exit(report.exit_code)
    _export(home)
    runs = run_notebooks(_notebook_folder(), home, progress=say)
    failed = [one for one in runs if one.error]
    for one in failed:
        say(f"Failed: {one.name}: {one.error}")
    _remind(report)
    raise typer.Exit(FAILED if failed else STOPPED if report.newly_stopped else 0)


def _remind(report: Report) -> None:
    """Repeat what needs a person, at the end, where it is read."""
    for issue in report.stopped:
        _tell_issue("Needs you", issue)
    for issue in report.newly_held[:_LISTED]:
        _tell_issue("Needs you", issue)


@app.command()
def lab() -> None:
    """Open JupyterLab at the notebooks."""
    folder = _notebook_folder()
    if not folder.is_dir():
        raise OpdatError(f"There is no folder {folder}. Run this in the project, or name it with OPDAT_HOME.")
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", f"--notebook-dir={folder}"])  # noqa: S606 - becomes JupyterLab


answers.add_commands(app, _home)
drafting.add_commands(app)

# ---------------------------------------------------------------- exit codes

_CODES: tuple[tuple[type[OpdatError], int], ...] = (
    (LockHeld, LOCKED),
    (NothingPublished, NOTHING),
    (UnknownName, USAGE),
    (OpdatError, FAILED),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; what a person can put right is said in words, never with a traceback."""
    command: Callable[..., Any] = typer.main.get_command(app)
    try:
        code = command(arguments, standalone_mode=False)
    except OpdatError as error:
        typer.echo(str(error), err=True)
        code = next(number for kind, number in _CODES if isinstance(error, kind))
    except typer.Abort:
        code = FAILED
    except Exception as error:  # noqa: BLE001 - usage errors of the command line's own library; others are raised again
        code = _usage(error)
    sys.exit(code or 0)


def _usage(error: Exception) -> int:
    """Say what was wrong with the command line; anything else is a fault of ours and shows itself in full."""
    show_usage = getattr(error, "show", None)
    if show_usage is None:
        raise error
    show_usage()
    return USAGE
