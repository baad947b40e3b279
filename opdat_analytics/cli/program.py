"""The program ``opdat`` that every command joins, and what all commands share: folders, and a line for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from opdat_analytics.model import Home

USAGE, STOPPED, NOTHING, LOCKED, FAILED = 2, 4, 5, 6, 1
INTERRUPTED = 130
"""What shells expect of a command that was stopped with Ctrl-C."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

Raw = Annotated[Path | None, typer.Option("--raw", help="Folder of the raw spreadsheets.")]
Processed = Annotated[Path | None, typer.Option("--processed", help="Folder of the published tables.")]
Exports = Annotated[Path | None, typer.Option("--exports", help="Folder of what people get.")]
Log = Annotated[Path | None, typer.Option("--log", help="Append what is done to this file, one JSON object a line.")]


@app.callback()
def start(ctx: typer.Context, raw: Raw = None, processed: Processed = None, exports: Exports = None) -> None:
    """Read, publish, explain and chart what is reported on assistance against trafficking and smuggling."""
    ctx.obj = (raw, processed, exports)


def home_of(ctx: typer.Context, *own: Path | None) -> Home:
    """The folders a command works on: its own options, else the program's, else the environment's and the project's."""
    from opdat_analytics.paths import home_here

    usual = home_here()
    named = [mine or given for mine, given in zip(own, ctx.obj or (None, None, None), strict=True)]
    return Home(named[0] or usual.raw, named[1] or usual.processed, named[2] or usual.exports)


class Interrupted(Exception):
    """A command was stopped with Ctrl-C; the text says what is left of it."""


@contextmanager
def told_if_stopped(home: Home) -> Iterator[None]:
    """Say truthfully, where somebody stops a command that publishes, whether it had published."""
    before = _standing(home)
    try:
        yield
    except KeyboardInterrupt as stop:
        if _standing(home) == before:
            raise Interrupted("Stopped; nothing was published. What was published before stands.") from stop
        said = "Stopped after a new publication was made; it is whole and stands. What comes after it was not done."
        raise Interrupted(said) from stop


def _standing(home: Home) -> tuple[int, int] | None:
    from opdat_analytics.store import manifest_path

    try:
        stat = manifest_path(home).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino


def say(text: str = "") -> None:
    """Print a line for people."""
    typer.echo(text)


def several(count: int, one: str, many: str = "") -> str:
    """A count with its noun: “1 file”, “1,204 files”, “2 activities”."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
