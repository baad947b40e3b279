"""Finds the declared tables on a sheet and takes them apart: every cell gets its fate, every figure its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

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
    beginnings,
    starts,
)
from opdat_analytics.ingest.workbook import Grid
from opdat_analytics.model import column_letters

__all__ = [
    "BLANK", "FATE", "NOT_REPORTED", "UNSTATED", "Finding", "Labels", "Laid", "LayoutMismatch", "Readings", "Total",
    "columns_beginning", "lay", "part_only", "parts_of",
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
    """The part of a sheet that each of its layouts is about, top to bottom and left to right.

    Returns
    -------
    Each layout with the sheet as far as its part goes, blank elsewhere. A part begins with the row that begins with
    the layout's ``from`` and goes on to the next part; where tables stand side by side, with the column in which a
    cell begins so, and goes on to the next of them. A layout without ``from`` has the whole sheet.

    Raises
    ------
    LayoutMismatch
        If the text by which a part begins is not there, or is there more than once.
    """
    if len(layouts) == 1 and layouts[0].begins is None:
        return [(layouts[0], grid)]
    bands: dict[str | None, list[Layout]] = {}
    for layout in layouts:
        assert layout.begins is not None  # noqa: S101 - the caller's choice
        bands.setdefault(layout.begins.row, []).append(layout)
    begins = sorted((0 if row is None else _row_of(grid, row), row) for row in bands)
    ends = [row for row, _ in begins[1:]] + [len(grid.text)]
    parts: list[tuple[Layout, Grid]] = []
    for (first, said), end in zip(begins, ends, strict=True):
        band = part_only(grid, (first, end), (0, grid.text.shape[1]), not parts)
        parts += _side_by_side(band, bands[said])
    return parts


def _row_of(grid: Grid, wanted: str) -> int:
    rows = [row for row, said in beginnings(grid.text, grid.filled) if starts(said, (wanted,))]
    if not rows:
        message = f"no row of sheet “{grid.name}” begins with “{wanted}”, where a part of it should begin"
        raise LayoutMismatch("part_missing", message, None, "if the title was changed, change `from`")
    if len(rows) > 1:
        where = ", ".join(str(row + 1) for row in rows[:5])
        message = f"several rows of sheet “{grid.name}” begin with “{wanted}”: {where}"
        raise LayoutMismatch("part_twice", message, (rows[1], 0), "give `from` as much of the text as tells them apart")
    return rows[0]


def _side_by_side(band: Grid, layouts: Sequence[Layout]) -> list[tuple[Layout, Grid]]:
    """The parts of some rows, left to right; what stands left of the first of them belongs to it."""
    if len(layouts) == 1:
        return [(layouts[0], band)]
    begins = sorted(((_column_of(band, layout), layout) for layout in layouts), key=lambda pair: pair[0])
    columns = [column for column, _ in begins]
    for before, column in pairwise(columns):
        if before == column:
            message = f"two parts of sheet “{band.name}” begin with column {column_letters(column)}"
            raise LayoutMismatch("part_twice", message, None, "give each `from` a text that tells them apart")
    edges = [0, *columns[1:], band.text.shape[1]]
    rows = (0, len(band.text))
    return [
        (layout, part_only(band, rows, edge, number == 0))
        for number, ((_, layout), edge) in enumerate(zip(begins, pairwise(edges), strict=True))
    ]


def columns_beginning(grid: Grid, text: str) -> list[int]:
    """The columns, left to right, that hold a cell which begins with a text."""
    beginning = grid.words.where(lambda said: bool(said.strip()) and starts(said, (text,)))
    return [int(column) for column in np.flatnonzero(beginning.any(axis=0))]


def _column_of(band: Grid, layout: Layout) -> int:
    begin = layout.begins
    if begin is None or begin.column is None:
        message = f"several layouts are for the same rows of sheet “{band.name}”"
        raise LayoutMismatch("part_twice", message, None, 'where they stand side by side, give each from.column = "…"')
    columns = columns_beginning(band, begin.column)
    if len(columns) < (begin.number or 1):
        message = f"no column of sheet “{band.name}” holds “{begin.column}”, where a part of it should begin"
        if begin.number and columns:
            message = f"sheet “{band.name}” has {len(columns)} columns that hold “{begin.column}”, not {begin.number}"
        raise LayoutMismatch("part_missing", message, None, "if the title was changed, change `from.column`")
    if len(columns) > 1 and begin.number is None:
        where = ", ".join(column_letters(column) for column in columns[:5])
        message = f"several columns of sheet “{band.name}” hold “{begin.column}”: {where}"
        hint = "give `from.column` as much of the text as tells them apart, or `from.number`, counted from the left"
        raise LayoutMismatch("part_twice", message, None, hint)
    return columns[(begin.number or 1) - 1]


def part_only(grid: Grid, rows: tuple[int, int], columns: tuple[int, int], leading: bool) -> Grid:
    """A sheet with only some rows and columns filled; what is odd about the whole of it stands with its first part."""
    (top, bottom), (left, right) = rows, columns

    def here(row: int, column: int) -> bool:
        return top <= row < bottom and left <= column < right

    text = np.full_like(grid.text, "")
    text[top:bottom, left:right] = grid.text[top:bottom, left:right]
    merges = tuple(merge for merge in grid.merges if here(*merge[:2]) and here(*merge[2:]))
    flags = tuple(f for f in grid.flags if (leading if f[1] is None else here(*f[1])))
    return replace(grid, text=text, merges=merges, flags=flags, hidden=grid.hidden and leading)
