"""The commands ``show`` and ``explain``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opdat_analytics.cli.program import Exports, Processed, Raw, app, home_of, say
from opdat_analytics.cli.rows import is_stated, records

if TYPE_CHECKING:
    import pandas as pd


@app.command()
def show(
    ctx: typer.Context,
    table: Annotated[
        str,
        typer.Argument(
            help="observations, activities, programmes, issues, ledger, revisions, conflicts, sources, places, packs …"
        ),
    ],
    where: Annotated[list[str] | None, typer.Option("--where", "-w", help="column=value; repeat for more.")] = None,
    columns: Annotated[str | None, typer.Option(help="Columns to show, joined by commas.")] = None,
    limit: Annotated[int, typer.Option(help="Rows to show; 0 for all.", min=0)] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="Rows as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Rows as CSV.")] = False,
    scheme: Annotated[str | None, typer.Option(help="Attach the regions of a scheme to observations.")] = None,
    publication: Annotated[str | None, typer.Option(help="An earlier publication, by its number.")] = None,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """Show a published table, or the rows of it that are asked for; ``packs`` are those that were made."""
    from opdat_analytics.tables import filtered, opened_table

    home = home_of(ctx, raw, processed, exports)
    if table == "packs":
        from opdat_analytics.packs.made import packs_made

        frame = packs_made(home)
    else:
        frame = opened_table(table, home=home, publication=publication, scheme=scheme)
    frame = filtered(frame, where or [], columns, table)
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
                if is_stated(value):
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
    if not is_stated(value) or str(value) == "NaT":
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
    found = find(what, home=home_of(ctx, raw, processed, exports), publication=publication)
    if as_json:
        say(json.dumps({"cells": records(found.cells), "remarks": list(found.remarks)}, ensure_ascii=False, indent=1))
    else:
        say(str(found))
