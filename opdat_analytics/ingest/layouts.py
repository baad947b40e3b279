"""Finds the declared tables on a sheet and takes them apart: every cell gets its fate, every figure its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from opdat_analytics.ingest.crossed import lay_crossed
from opdat_analytics.ingest.declare import Layout
from opdat_analytics.ingest.flat import lay_flat
from opdat_analytics.ingest.laid import (
    BLANK,
    FATE,
    NOT_REPORTED,
    UNSTATED,
    Finding,
    Labels,
    Laid,
    LayoutMismatch,
    Readings,
    Total,
    starts,
)
from opdat_analytics.ingest.workbook import Grid

__all__ = [
    "BLANK", "FATE", "NOT_REPORTED", "UNSTATED", "Finding", "Labels", "Laid", "LayoutMismatch", "Readings", "Total",
    "lay", "parts_of", "rows_only",
]  # fmt: skip


def lay(grid: Grid, layout: Layout) -> Laid:
    """Take a sheet apart as its layout declares.

    Parameters
    ----------
    grid
        The sheet.
    layout
        Its declaration.

    Returns
    -------
    Laid
        Readings, the fate of every cell, printed totals with their parts, footnotes, findings.

    Raises
    ------
    LayoutMismatch
        If a declared header or corner is not there, or is there more than once.
    """
    laid = lay_crossed(grid, layout) if layout.corner is not None else lay_flat(grid, layout)
    return laid if layout.sheet_name is None else replace(laid, readings=_named(grid, laid.readings, layout.sheet_name))


def _named(grid: Grid, readings: Readings, role: str) -> Readings:
    """The readings with the sheet's name as a label of each; it stands in no cell, so each reading's own is named."""
    said = np.full(readings.text.size, grid.name, dtype=object)
    return replace(readings, labels=(*readings.labels, Labels(role, said, readings.rows, readings.columns)))


def parts_of(grid: Grid, layouts: Sequence[Layout]) -> list[tuple[Layout, Grid]]:
    """The part of a sheet that each of its layouts is about, top to bottom.

    Returns
    -------
    Each layout with the sheet as far as its part goes, blank elsewhere. A part begins with the row that begins with
    the layout's ``from`` and goes on to the next part; a layout without it has the whole sheet.

    Raises
    ------
    LayoutMismatch
        If the text by which a part begins is not there, or is there more than once.
    """
    if len(layouts) == 1 and layouts[0].begins is None:
        return [(layouts[0], grid)]
    filled = grid.filled
    firsts = [(row, str(grid.text[row, np.argmax(filled[row])])) for row in np.flatnonzero(filled.any(axis=1)).tolist()]
    begins: list[tuple[int, Layout]] = []
    for layout in layouts:
        assert layout.begins is not None  # noqa: S101 - the caller's choice
        rows = [row for row, said in firsts if starts(said, (layout.begins,))]
        if not rows:
            message = f"no row of sheet “{grid.name}” begins with “{layout.begins}”, where a part of it should begin"
            raise LayoutMismatch("part_missing", message, None, "if the title was changed, change `from`")
        if len(rows) > 1:
            where = ", ".join(str(row + 1) for row in rows[:5])
            message = f"several rows of sheet “{grid.name}” begin with “{layout.begins}”: {where}"
            raise LayoutMismatch(
                "part_twice", message, (rows[1], 0), "give `from` as much of the text as tells them apart"
            )
        begins.append((rows[0], layout))
    begins.sort(key=lambda pair: pair[0])
    ends = [row for row, _ in begins[1:]] + [len(grid.text)]
    return [
        (layout, rows_only(grid, row, end, number == 0))
        for number, ((row, layout), end) in enumerate(zip(begins, ends, strict=True))
    ]


def rows_only(grid: Grid, first: int, end: int, leading: bool) -> Grid:
    """A sheet with only some rows filled; what is odd about the whole of it stands with its first part."""
    text = np.full_like(grid.text, "")
    text[first:end] = grid.text[first:end]
    merges = tuple(merge for merge in grid.merges if first <= merge[0] and merge[2] < end)
    flags = tuple(f for f in grid.flags if (leading if f[1] is None else first <= f[1][0] < end))
    return replace(grid, text=text, merges=merges, flags=flags, hidden=grid.hidden and leading)
