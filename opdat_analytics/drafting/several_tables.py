"""Several tables on one sheet: one layout for each, told apart by the texts with which they begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from opdat_analytics.drafting.layouts import SheetDraft, cannot, draft_layout
from opdat_analytics.drafting.sheet_tables import Table
from opdat_analytics.drafting.source import Choice
from opdat_analytics.ingest.grid import Grid, nonblank
from opdat_analytics.ingest.laid import starts
from opdat_analytics.ingest.layouts import columns_beginning, part_only
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
    One draft for each table; a single one without keys where no text tells where one begins, where tables lie about in
    no order, or where one of them cannot be declared.
    """
    bands = _bands(tables)
    where = ", ".join(address(_top(table), table.columns[0]) for table in sorted(tables, key=_top)[:6])
    several = f"it holds {len(tables)} tables (at {where})"
    lasts = [-1, *(max(row for t in band for row in (*t.rows, *t.notes)) for band in bands)]
    begins = [_begin(grid, last, band) for last, band in zip(lasts, bands, strict=False)] if len(bands) > 1 else [None]
    if len(bands) > 1 and any(begin is None for begin in begins):
        return [cannot(grid, f"{several}, and no text tells where each begins")]
    firsts = [begin[0] if begin and number else 0 for number, begin in enumerate(begins)]
    drafts: list[SheetDraft] = []
    for band, begin, (first, end) in zip(bands, begins, pairwise([*firsts, len(grid.text)]), strict=True):
        part = part_only(grid, (first, end), (0, grid.text.shape[1]), not drafts)
        beside = _columns(part, band)
        if beside is None:
            return [cannot(grid, f"{several}, some of them side by side, and no text tells them apart")]
        shared = _above(part, band) if len(band) > 1 else []
        for number, (table, said) in enumerate(zip(band, beside, strict=True)):
            edge = (said[0] if number else 0, beside[number + 1][0] if number + 1 < len(band) else grid.text.shape[1])
            own = part_only(part, (first, end), edge, number == 0)
            one = draft_layout(own, table, stem, language, shared)
            if not one.keys:
                at = address(_top(table), table.columns[0])
                return [cannot(grid, f"of its {len(tables)} tables, the one at {at} cannot be declared")]
            drafts.append(_named(grid, table, one, begin[1] if begin else None, said[1]))
    return drafts


def _named(grid: Grid, table: Table, one: SheetDraft, row: str | None, column: Mapping[str, Any]) -> SheetDraft:
    """A draft with where its part of the sheet begins."""
    begin = {"row": row, **column} if row else dict(column)
    said = begin if column else row
    told = ", ".join(str(value) for value in begin.values())
    reason = f"the table at {address(_top(table), table.columns[0])} begins with this text"
    choice = Choice(f"{grid.name}: from", told, 0.6 if column else 0.7, reason)
    return SheetDraft(grid.name, {"from": said, **one.keys}, (choice, *one.choices), one.todo)


def _bands(tables: Sequence[Table]) -> list[list[Table]]:
    """Tables that share rows, left to right; the groups from top to bottom."""
    bands: list[list[Table]] = []
    for table in sorted(tables, key=_top):
        if bands and max(one.last for one in bands[-1]) >= _top(table):
            bands[-1].append(table)
        else:
            bands.append([table])
    return [sorted(band, key=lambda one: one.columns[0]) for band in bands]


Column = tuple[int, Mapping[str, Any]]
"""The first column of a part, and what `from` says of it."""


def _columns(part: Grid, band: Sequence[Table]) -> list[Column] | None:
    """Where each of the tables that stand side by side begins; None where no text tells."""
    if len(band) == 1:
        return [(0, {})]
    found: list[Column] = []
    before = -1
    for table in band:
        if table.columns[0] <= before:
            return None
        one = _first_column(part, range(before + 1, table.columns[0] + 1), table)
        if one is None:
            return None
        found.append(one)
        before = table.columns[-1]
    return found


def _first_column(part: Grid, columns: Sequence[int], table: Table) -> Column | None:
    """A text above or at the head of a table that tells its first column: the uppermost that stands in one column."""
    counted: list[Column] = []
    for row in range(_top(table) + 2):
        for column in columns:
            text = _beginning(str(part.text[row, column])) if row < len(part.text) else ""
            if len(text) < 2 or text.isdecimal():
                continue
            there = columns_beginning(part, text)
            if there == [column]:
                return column, {"column": text}
            counted.append((column, {"column": text, "number": there.index(column) + 1}))
    return counted[-1] if counted else None


def _above(part: Grid, band: Sequence[Table]) -> list[str]:
    """Titles that stand above all tables side by side: those above the lowest row in which only one cell is filled."""
    filled = nonblank(part.text)
    lone = [row for row in range(min(map(_top, band))) if filled[row].sum() == 1]
    return [str(part.text[row][filled[row]][0]) for row in reversed(lone)]


def _beginning(text: str) -> str:
    """A text on one line, without the words behind its first letters where it is long."""
    said = " ".join(text.split())
    return said if len(said) <= LONGEST else said[:LONGEST].rsplit(" ", 1)[0]


def _top(table: Table) -> int:
    return min((*table.headers, table.first))


def _begin(grid: Grid, last: int, band: Sequence[Table]) -> tuple[int, str] | None:
    """The row below the last one with which a part begins, and the text that no other row begins with."""
    firsts = {
        row: next((str(t).strip() for t in texts if str(t).strip()), "") for row, texts in enumerate(grid.text.tolist())
    }
    for row in range(last + 1, min(map(_top, band)) + 1):
        text = _beginning(firsts[row])
        if len(text) > 1 and sum(starts(first, (text,)) for first in firsts.values() if first) == 1:
            return row, text
    return None
