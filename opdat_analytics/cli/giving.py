"""The commands ``notebooks``, ``export``, ``run`` and ``lab``: what people open and receive."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opdat_analytics.cli.program import (
    FAILED,
    STOPPED,
    Exports,
    Log,
    Processed,
    Raw,
    app,
    home_of,
    say,
    told_if_stopped,
)
from opdat_analytics.cli.refreshing import LISTED, begin_log, tell, tell_issue
from opdat_analytics.model import Home, NothingPublished, OpdatError

if TYPE_CHECKING:
    from opdat_analytics.refresh import Report


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
    given = {}
    for word in parameter or []:
        name, mark, value = word.partition("=")
        if not mark:
            raise typer.BadParameter(f"“{word}” is not a parameter; write name=value")
        given[name] = value
    home = home_of(ctx, raw, processed, exports)
    raise typer.Exit(FAILED if _run_notebooks(home, names or (), given) else 0)


def _run_notebooks(home: Home, names: Sequence[str] = (), given: Mapping[str, str] | None = None) -> int:
    """Run notebooks and say which failed; how many."""
    from opdat_analytics.notebooks import run_notebooks

    failed = [run for run in run_notebooks(_notebook_folder(), home, names, given, progress=say) if run.error]
    for run in failed:
        say(f"Failed: {run.name}: {run.error}")
    return len(failed)


def _notebook_folder() -> Path:
    from opdat_analytics.paths import project_root

    return project_root() / "notebooks"


@app.command()
def export(
    ctx: typer.Context,
    country: Annotated[str | None, typer.Option(help="The pack of one country, by its code or name.")] = None,
    programme: Annotated[str | None, typer.Option(help="The pack of one programme, by its id.")] = None,
    only: Annotated[str | None, typer.Option(help="Names of charts, joined by commas: a pack of these only.")] = None,
    publication: Annotated[
        str | None, typer.Option(help="An earlier publication, by its number; into a folder of its own.")
    ] = None,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """Write the tables and the standing pack of the record to exports/; or the pack of a country or programme."""
    home = home_of(ctx, raw, processed, exports)
    for option, value in (("--country", country), ("--programme", programme), ("--only", only)):
        if value is not None and not value.strip(" ,"):
            raise typer.BadParameter(f"{option} names nothing; leave it out for the standing pack of the record")
    if country and programme:
        raise typer.BadParameter("name a country or a programme, not both")
    if publication is not None:
        home = _as_of(home, publication)
    names = [name.strip() for name in (only or "").split(",") if name.strip()]
    if country or programme or names:
        _pack(home, country, programme, names)
    else:
        _export(home)


def _as_of(home: Home, publication: str) -> Home:
    """The project as an earlier publication showed it; its exports lie beside the standing ones, in a folder."""
    from opdat_analytics.paths import EARLIER
    from opdat_analytics.store import open_publication

    number = int(open_publication(home, publication).manifest["generation"])
    return replace(home, exports=home.exports / f"{EARLIER}{number}", publication=number)


def _export(home: Home) -> None:
    from opdat_analytics.exports.tables import write_tables

    tables = write_tables(home)
    say(f"Tables: {len(tables)} files in {home.exports / 'tables'}")
    _pack(home)


def _pack(home: Home, country: str | None = None, programme: str | None = None, names: Sequence[str] = ()) -> None:
    from opdat_analytics.packs import build
    from opdat_analytics.packs.made import make_pack

    def scope() -> build.Scope:
        if country:
            return build.country(home, country)
        return build.programme(home, programme) if programme else build.record(home)

    paths = make_pack(home, scope, names)
    folder = paths[-1].parent
    documents = [path.name for path in paths if path.parent == folder]
    say(f"Pack: {', '.join(documents)} in {folder}; {len(paths) - len(documents)} files in {folder / 'charts'}")


@app.command()
def run(
    ctx: typer.Context, log: Log = None, raw: Raw = None, processed: Processed = None, exports: Exports = None
) -> None:
    """The main job: refresh, then tables, chart pack and notebooks."""
    from opdat_analytics.refresh import refresh as run_refresh

    home = home_of(ctx, raw, processed, exports)
    begin_log(log)
    with told_if_stopped(home):
        report = run_refresh(home)
        tell(report, home)
        if report.publication is None:
            raise typer.Exit(report.exit_code)
        _export(home)
        _changes(home)
        failed = _run_notebooks(home)
    _remind(report)
    raise typer.Exit(FAILED if failed else STOPPED if report.newly_stopped else 0)


def _changes(home: Home) -> None:
    """What changed since the publication before, beside the pack, for whoever mails it."""
    from opdat_analytics import store
    from opdat_analytics.disclosure import policies
    from opdat_analytics.watch.summary import as_markdown, as_page, summary

    rules = policies(home.raw)
    told = summary(home, hides=lambda source, measure: rules.of(source, measure).hides)
    for name, text in (("changes.md", as_markdown(told)), ("changes.html", as_page(told))):
        store.write_whole(home.exports / name, text.encode())
    say(f"Changes: changes.md, changes.html in {home.exports}")


def _remind(report: Report) -> None:
    """Repeat what needs a person, at the end, where it is read."""
    for issue in report.stopped:
        tell_issue("Needs you", issue)
    for issue in report.newly_held[:LISTED]:
        tell_issue("Needs you", issue)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(ctx: typer.Context, raw: Raw = None, processed: Processed = None, exports: Exports = None) -> None:
    """Open JupyterLab at the notebooks; what follows is given to JupyterLab, such as --no-browser or --port=8890."""
    from opdat_analytics.notebooks.kernel import SETTINGS, lab_arguments
    from opdat_analytics.store import open_publication

    folder = _notebook_folder()
    if not folder.is_dir() and "OPDAT_HOME" not in os.environ:
        folder = Path(__file__).resolve().parents[2] / "notebooks"  # the project that this package was installed from
    if not folder.is_dir():
        raise OpdatError(f"There is no folder {folder}. Run this in the project, or name it with OPDAT_HOME.")
    os.environ.setdefault("OPDAT_HOME", str(folder.parent.resolve()))
    home = home_of(ctx, raw, processed, exports)
    named = {"OPDAT_RAW": home.raw, "OPDAT_PROCESSED": home.processed, "OPDAT_EXPORTS": home.exports}
    os.environ.update({name: str(path.resolve()) for name, path in named.items()})
    looked_in = [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, looked_in))
    try:
        open_publication(home)
    except NothingPublished as error:
        say(str(error))
    command = [sys.executable, "-m", "jupyterlab", *lab_arguments(folder, ctx.args)]
    os.execv(sys.executable, command)  # noqa: S606 - becomes JupyterLab
