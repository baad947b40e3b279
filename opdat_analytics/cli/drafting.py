"""The command ``draft``: words in, a declaration with its reasons and a picture of every cell's fate out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opdat_analytics.cli.program import app, say
from opdat_analytics.model import OpdatError, UnknownName, UnreadableFile
from opdat_analytics.paths import DECLARATION

if TYPE_CHECKING:
    from opdat_analytics.drafting.draft import Draft
    from opdat_analytics.ingest.grid import Grid

REFUSED = 4
_ROWS = 8


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(help="The workbook.")],
    top: Annotated[int, typer.Option(help="How many readings to show as tidy tables, best first.", min=1)] = 1,
    accept: Annotated[bool, typer.Option("--accept", help="Write source.toml beside the workbook.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the picture of every cell's fate as a page.")] = None,
) -> None:
    """Propose how a workbook is to be read: a source.toml, with confidence and a reason for each choice.

    Exit codes: 0 proposed; 4 refused.
    """
    from opdat_analytics import store
    from opdat_analytics.drafting.draft import draft as propose
    from opdat_analytics.drafting.fate_picture import picture_html

    try:
        grids = _shown_to_people(file)
        drafts = propose(file, top)
    except UnreadableFile as error:
        typer.echo(f"{file.name}: {error}" + (f". {error.hint}." if error.hint else "."), err=True)
        raise typer.Exit(REFUSED) from error
    _tell(drafts[0], grids)
    for number, one in enumerate(drafts if top > 1 else (), 1):
        _tell_tidy(number, one)
    if html is not None:
        store.write_whole(html, picture_html(drafts[0], grids).encode())
        say(f"The picture as a page: {html}")
    if accept:
        _accept(file, drafts[0])
    else:
        say("To take it as it stands, add --accept; or mend the text above and save it as source.toml.")


def _shown_to_people(file: Path) -> tuple[Grid, ...]:
    """The sheets, if none of them lists persons: a draft shows what stands in cells."""
    from opdat_analytics.admitted import admitted_sheets

    if not file.is_file():
        raise UnknownName(f"There is no file {file}.")
    return admitted_sheets(file)


def _tell(best: Draft, grids: Sequence[Grid]) -> None:
    from opdat_analytics.drafting.fate_picture import picture_text

    say(best.toml.rstrip())
    say("")
    say(f"Confidence {best.confidence:.0%}. Why:")
    for choice in best.choices:
        say(f"  {choice.confidence:>4.0%}  {choice.what}: {choice.value} ({choice.reason})")
    for grid in grids:
        say("")
        say(picture_text(grid, best.fates[grid.name]))
    say("")


def _tell_tidy(number: int, one: Draft) -> None:
    say(f"Reading {number}, confidence {one.confidence:.0%}:")
    for table in one.tidy:
        say(f"  {table.sheet}: {len(table.rows)} rows")
        for row in (table.columns, *table.rows[:_ROWS]):
            say("    " + " | ".join(str(cell) for cell in row))
    say("")


def _accept(file: Path, best: Draft) -> None:
    from opdat_analytics import store

    target = file.parent / DECLARATION
    if best.read is None:
        raise OpdatError("No table of this workbook can be declared yet, so there is nothing to accept.")
    if target.exists():
        raise OpdatError(f"{target} is there already and is not overwritten. Put the text above into it by hand.")
    store.write_whole(target, (best.toml.rstrip() + "\n").encode())
    say(f"Written: {target}. Look at it, then run opdat refresh.")
