"""The workbook inside a chart that PowerPoint draws: the columns that are drawn, and the table behind them."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from opdat_analytics.charts.frame import Point
from opdat_analytics.exports.cells import FIXED_DATE, QUIET, cell_text, write_cell
from opdat_analytics.exports.inert import inert
from opdat_analytics.exports.native import Native, Series

CHART, NUMBERS = "Chart", "Numbers"
"""Sheets of the workbook inside a chart: what is drawn, and the table behind it."""
DRAWN = {
    "Lower bound": ("Upper bound", "Drawn in"),
    "Number listed": ("", "Drawn in"),
    "Earlier lower bound": ("Earlier upper bound", "Earlier value drawn in"),
    "Baseline, lower bound": ("Baseline, upper bound", "Baseline drawn in"),
    "Target, lower bound": ("Target, upper bound", "Target drawn in"),
}
"""Headings of what is drawn → that of its upper bound, and the column that says which cell draws it."""
_UPRIGHT = "\u200e"
_LETTERS = 40
"""Letters of a name in a legend of three names or more."""


@dataclass(frozen=True)
class Column:
    """A column of the sheet that is drawn: its heading, its cells, and its number from the left."""

    place: int
    heading: str
    cells: tuple[Any, ...]

    @property
    def ref(self) -> str:
        """The cells below the heading, as charts name them."""
        first = xl_rowcol_to_cell(1, self.place, row_abs=True, col_abs=True)
        last = xl_rowcol_to_cell(len(self.cells), self.place, row_abs=True, col_abs=True)
        return f"{CHART}!{first}:{last}"

    @property
    def head(self) -> str:
        """The heading, as charts name it."""
        return f"{CHART}!{xl_rowcol_to_cell(0, self.place, row_abs=True, col_abs=True)}"


@dataclass(frozen=True)
class Drawn:
    """The columns of one series: its marks, and how far its bounds reach beyond them."""

    series: Series
    marks: Column
    upper: Column | None
    reach: Column | None


@dataclass(frozen=True)
class Columns:
    """The sheet that is drawn: its categories, days where there are any, and the columns of each series."""

    categories: Column
    days: Column | None
    series: tuple[Drawn, ...]


# ---------------------------------------------------------------- the sheet that is drawn


def columns_of(native: Native) -> Columns:
    """The columns that a chart draws."""
    noted = native.noted or ("",) * len(native.categories)
    names = [_noted(name, figures) for name, figures in zip(native.categories, noted, strict=True)]
    categories = Column(0, native.heading, tuple(names))
    days = Column(1, "Day", native.days) if native.days else None
    first = 2 if days else 1
    letters = _LETTERS if len(native.series) > 2 else 2 * _LETTERS
    called = [shortened(one.name, letters) for one in native.series]
    marks = [Column(first + n, name, one.lows) for n, (name, one) in enumerate(zip(called, native.series, strict=True))]
    place = first + len(marks)
    drawn = []
    for one, column in zip(native.series, marks, strict=True):
        upper = reach = None
        if native.form == "ranks":
            upper = Column(place, f"{one.name}: upper bound", one.highs)
            place += 1
        elif any(point is not None and point.ranged for point in one.points):
            reach = Column(place, f"{one.name}: bar up to it", tuple(map(reach_of, one.points)))
            place += 1
        drawn.append(Drawn(one, column, upper, reach))
    return Columns(categories, days, tuple(drawn))


def _noted(name: str, figures: str) -> str:
    """A category and what stands behind it, as XML can hold it.

    A name that runs from right to left would turn the figures behind it around: “5 → 6” would be read as 6, then 5.
    A left-to-right mark on either side of it keeps them as they are.
    """
    said = cell_text(name)
    if not figures:
        return said
    turned = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in said)
    return f"{_UPRIGHT}{said}{_UPRIGHT}: {figures}" if turned else f"{said}: {figures}"


def shortened(name: str, letters: int) -> str:
    """A name, as much of it as so many letters have room for."""
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"


def reach_of(point: Point | None) -> float | None:
    """How far the upper bound lies above the lower one; None where it does not: a bar of no length has an end cap."""
    if point is None or not point.ranged or point.low is None or point.high is None:
        return None
    return point.high - point.low


def workbook_of(columns: Columns, table: pd.DataFrame) -> bytes:
    """The workbook inside a chart.

    Parameters
    ----------
    columns
        What the chart draws.
    table
        ``contents.numbers`` of the exhibit.

    Returns
    -------
    bytes
        Two sheets: what is drawn, and the table behind it with the cell that draws each of its rows.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, QUIET)
    book.set_properties({"author": "opdat_analytics", "created": FIXED_DATE})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet(CHART)
    every = [columns.categories, *([columns.days] if columns.days else []), *(one.marks for one in columns.series)]
    every += [extra for one in columns.series for extra in (one.upper, one.reach) if extra is not None]
    for column in every:
        write_cell(sheet, 0, column.place, column.heading, bold)
        for row, cell in enumerate(column.cells, start=1):
            if column is columns.categories:  # clean already, with marks that cleaning would take away
                sheet.write_string(row, column.place, inert(cell))
            else:
                write_cell(sheet, row, column.place, cell)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, max(1, len(every) - 1), 16)
    noted = table
    for lower, (_, heading) in DRAWN.items():
        cells = _cells(columns.series, lower)
        if cells:
            noted = noted.assign(**{heading: [cells.get(row, "") for row in range(len(table))]})
    sheet = book.add_worksheet(NUMBERS)
    for place, heading in enumerate(noted.columns):
        sheet.write_string(0, place, str(heading), bold)
        for row, cell in enumerate(noted[heading].tolist(), start=1):
            write_cell(sheet, row, place, cell)
    sheet.set_column(0, len(noted.columns) - 1, 18)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _cells(drawn: Sequence[Drawn], lower: str) -> dict[int, str]:
    """Rows of the table → the cell that draws the figure of the heading."""
    found = {}
    for one in drawn:
        if one.series.columns[0] == lower:
            for place, row in enumerate(one.series.rows):
                if row is not None:
                    found[row] = xl_rowcol_to_cell(place + 1, one.marks.place)
    return found
