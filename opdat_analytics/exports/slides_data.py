"""The workbook inside a chart that PowerPoint draws: the columns that are drawn, and the table behind them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from opdat_analytics.charts.frame import Point
from opdat_analytics.exports.cells import FIXED_DATE, QUIET, write_cell
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


# ---------------------------------------------------------------- the sheet that is drawn


def columns_of(native: Native) -> tuple[Column, Column | None, list[Drawn]]:
    """The columns of the sheet that is drawn: categories, days where there are any, and those of each series."""
    noted = native.noted or ("",) * len(native.categories)
    names = [f"{name}: {figures}" if figures else name for name, figures in zip(native.categories, noted, strict=True)]
    categories = Column(0, native.heading, tuple(names))
    days = Column(1, "Day", native.days) if native.days else None
    first = 2 if days else 1
    called = [_short(one.name, len(native.series)) for one in native.series]
    lows = [tuple(None if point is None else point.low for point in one.points) for one in native.series]
    marks = [Column(first + n, name, cells) for n, (name, cells) in enumerate(zip(called, lows, strict=True))]
    place = first + len(marks)
    drawn = []
    for one, column in zip(native.series, marks, strict=True):
        made: dict[str, Column | None] = {"upper": None, "reach": None}
        spans = [_span(p) for p in one.points]
        ranged = any(p is not None and p.ranged for p in one.points)
        if native.form == "ranks":
            cells = [None if p is None else p.high for p in one.points]
            made["upper"] = Column(place, f"{one.name}: upper bound", tuple(cells))
            place += 1
        if ranged and native.form != "ranks":
            made["reach"] = Column(place, f"{one.name}: bar up to it", tuple(spans))
            place += 1
        drawn.append(Drawn(one, column, made["upper"], made["reach"]))
    return categories, days, drawn


def _short(name: str, names: int) -> str:
    """A name as a legend of so many names has room for it."""
    letters = _LETTERS if names > 2 else 2 * _LETTERS
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"


def _span(point: Point | None) -> float | None:
    return None if point is None or point.low is None or point.high is None else point.high - point.low


def workbook_of(
    native: Native, table: pd.DataFrame, categories: Column, days: Column | None, drawn: Sequence[Drawn]
) -> bytes:
    """The workbook inside a chart.

    Parameters
    ----------
    native
        What is drawn.
    table
        ``contents.numbers`` of the exhibit.
    categories, days, drawn
        Of `columns_of`.

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
    columns = [categories, *([days] if days else []), *(one.marks for one in drawn)]
    columns += [extra for one in drawn for extra in (one.upper, one.reach) if extra is not None]
    for column in columns:
        write_cell(sheet, 0, column.place, column.heading, bold)
        for row, cell in enumerate(column.cells, start=1):
            write_cell(sheet, row, column.place, cell)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, max(1, len(columns) - 1), 16)
    noted = table
    for lower, (_, heading) in DRAWN.items():
        cells = _cells(drawn, lower)
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
