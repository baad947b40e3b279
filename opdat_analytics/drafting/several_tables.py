"""Several tables on one sheet: one layout for each, told apart by the titles above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from opdat_analytics.drafting.layouts import SheetDraft, cannot, draft_layout
from opdat_analytics.drafting.sheet_tables import Table
from opdat_analytics.drafting.source import Choice
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.laid import starts
from opdat_analytics.ingest.layouts import rows_only
from opdat_analytics.model import address

LONGEST = 60


def told_apart_by_titles(table: Table) -> tuple[Table, ...]:
    """The tables that look like one because they have the same headings: each with a title right above its own."""
    pages = [row for number, row in enumerate(table.repeats) if not number or table.repeats[number - 1] != row - 1]
    titles = [max((s for s in table.subtitles if s < page), default=-1) for page in pages]
    if not pages or any(
        title < max(r for r in table.rows if r < page) for title, page in zip(titles, pages, strict=True)
    ):
        return (table,)
    bounds = [0, *titles, table.last + 1]
    found = []
    for number, (first, end) in enumerate(pairwise(bounds)):

        def within(rows: Sequence[int], first: int = first, end: int = end) -> tuple[int, ...]:
            return tuple(row for row in rows if first <= row < end)

        headers = within(table.repeats) if number else table.headers
        subtitles = tuple(row for row in within(table.subtitles) if row not in titles)
        if within(table.rows):
            found.append(
                replace(
                    table, headers=headers, rows=within(table.rows), subtitles=subtitles, totals=within(table.totals),
                    repeats=(), notes=table.notes if end > table.last else (),
                )
            )  # fmt: skip
    return tuple(found)


def draft_several(grid: Grid, tables: Sequence[Table], stem: str, language: str) -> list[SheetDraft]:
    """How a sheet with several tables is declared.

    Parameters
    ----------
    grid, tables
        The sheet and its tables of figures.
    stem, language
        As for ``draft_layout``.

    Returns
    -------
    One draft for each table; a single one without keys where the tables do not stand one below the other, where no
    text tells where one begins, or where one of them cannot be declared.
    """
    ordered = sorted(tables, key=_top)
    where = ", ".join(address(_top(table), table.columns[0]) for table in ordered[:6])
    if any(one.last >= _top(other) for one, other in pairwise(ordered)):
        return [cannot(grid, f"it holds {len(tables)} tables (at {where}), some of them side by side")]
    begins = [_begin(grid, before, table) for before, table in zip([None, *ordered], ordered, strict=False)]
    if any(begin is None for begin in begins):
        return [cannot(grid, f"it holds {len(tables)} tables (at {where}), and no text tells where each begins")]
    known = [begin for begin in begins if begin is not None]
    ends = [row for row, _ in known[1:]] + [len(grid.text)]
    drafts: list[SheetDraft] = []
    for number, (table, (row, text), end) in enumerate(zip(ordered, known, ends, strict=True)):
        part = rows_only(grid, row if number else 0, end, number == 0)
        one = draft_layout(part, table, stem, language)
        if not one.keys:
            return [
                cannot(grid, f"of its {len(tables)} tables, the one at {address(_top(table), 0)} cannot be declared")
            ]
        choice = Choice(
            f"{grid.name}: from", text, 0.7, f"the table at {address(_top(table), 0)} begins with this text"
        )
        drafts.append(SheetDraft(grid.name, {"from": text, **one.keys}, (choice, *one.choices), one.todo))
    return drafts


def _top(table: Table) -> int:
    return min((*table.headers, table.first))


def _begin(grid: Grid, before: Table | None, table: Table) -> tuple[int, str] | None:
    """The row with which a table's part begins and the text that no other row begins with."""
    firsts = {
        row: next((str(t).strip() for t in texts if str(t).strip()), "") for row, texts in enumerate(grid.text.tolist())
    }
    least = max((*before.rows, *before.notes)) + 1 if before else 0
    for row in range(least, _top(table) + 1):
        said = " ".join(firsts[row].split())
        if not said:
            continue
        text = said if len(said) <= LONGEST else said[:LONGEST].rsplit(" ", 1)[0]
        if len(text) > 1 and sum(starts(first, (text,)) for first in firsts.values() if first) == 1:
            return row, text
    return None
