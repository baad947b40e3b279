"""Charts that Excel draws beside a table, from the cells of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from opdat_analytics.charts import style, words
from opdat_analytics.charts.frame import Point
from opdat_analytics.exports.cells import cell_text
from opdat_analytics.exports.contents import SHORTHAND_COLUMN, is_number
from opdat_analytics.exports.native import Native, Series
from opdat_analytics.exports.native_bars import parts_and_whole
from opdat_analytics.exports.natives import natives
from opdat_analytics.exports.slides_chart import PANEL
from opdat_analytics.exports.slides_data import reach_of, shortened
from opdat_analytics.exports.slides_ink import number_format
from opdat_analytics.exports.slides_words import spoken
from opdat_analytics.model import Exhibit

MOST_ROWS = 40
"""Rows of horizontal bars that there is room for beside a table."""
_SIZE, _SMALL = (900, 480), (600, 240)
"""Width and height of a chart, and of one of several, in pixels."""
_INK = {"name": "Arial", "size": 10, "color": style.INK}


def drawn_in_excel(exhibit: Exhibit) -> tuple[Native, ...]:
    """The charts that Excel can draw from cells of the table; days, and what is left of a whole, stand in none."""
    found = parts_and_whole(exhibit) if exhibit.kind == "composition" else natives(exhibit)
    drawn = tuple(_as_bars(native) if native.form == "dates" else _beside(native) for native in found)
    rows = sum(len(native.categories) for native in drawn)
    return drawn if exhibit.kind == "small_multiples" or rows <= MOST_ROWS or not drawn[0].lying else ()


def _beside(native: Native) -> Native:
    """Bars of one indicator as series side by side: the cells of a row are columns of a table, not categories."""
    if not native.sided:
        return native
    series = [
        replace(one, points=tuple(p for p in one.points if p), rows=tuple(r for r in one.rows if r is not None))
        for one in native.series
    ]
    return replace(native, categories=(native.title,), series=tuple(series), noted=())


def _as_bars(native: Native) -> Native:
    """Dated statements as bars, a row each in their order: a table holds dates as text, which no axis can place."""
    count = len(native.categories)
    pairs = [
        next(((one.points[n], one.rows[n]) for one in native.series if one.points[n] is not None), (None, None))
        for n in range(count)
    ]
    points, rows = tuple(point for point, _ in pairs), tuple(row for _, row in pairs)
    one = replace(native.series[0], name=native.title or "Lower bound", points=points, rows=rows)
    return replace(native, form="ranks", series=(one,), days=())


def said_beside(drawn: Sequence[Native]) -> str:
    """What the sheet of a chart says of the charts beside its table, with how many of its figures they draw."""
    if not drawn:
        return "No chart stands beside it: spreadsheet programs have no form for this one."
    count = sum(len(_cells_drawn(native)) for native in drawn)
    who = "The chart beside it draws" if len(drawn) == 1 else f"The {len(drawn)} charts beside it draw"
    points = [point for native in drawn for point in native.points]
    lined, ranged = drawn[0].form == "lines", any(point.ranged for point in points)
    told = ["lines run through lower bounds"] * lined
    reach = "pale: up to" if drawn[0].form == "ranks" else "bars from a mark reach up to"
    told += [f"{reach} the upper bound"] * ranged
    told += ["≥ marks a lower bound without an upper one"] * any(p.unbounded for p in points)
    hollow = not lined and any(p.unbounded or p.secondary for p in points)
    told += ["hollow: no upper bound, or read elsewhere than at the publisher"] * hollow
    told += ["hatched: partial total"] * (not lined and any(p.partial for p in points))
    told += ["dotted: fewer than 20 events"] * (not lined and any(p.unstable for p in points))
    told += ["cross-hatched: both of these"] * (not lined and any(p.partial and p.unstable for p in points))
    told += ["a gap is a year without a number, not zero"] * lined
    marks = f" Marks: {'; '.join(told)}." if told else ""
    return f"{who} {count} of its figures.{marks}"


def _cells_drawn(native: Native) -> set[tuple[str, int]]:
    """Heading and row of each number of the table that a chart draws."""
    found: set[tuple[str, int]] = set()
    for one in native.series:
        headings = one.columns if native.form == "ranks" else one.columns[:1]
        for point, row in zip(one.points, one.rows, strict=True):
            if point is not None and row is not None:
                ends = zip(headings, (point.low, point.high), strict=False)
                found |= {(name, row) for name, end in ends if end is not None}
    return found


def add_charts(book: Any, sheet: Any, exhibit: Exhibit, drawn: Sequence[Native], frame: pd.DataFrame, top: int) -> None:
    """Insert the charts of an exhibit to the right of its table.

    Parameters
    ----------
    book, sheet
        The workbook and the sheet of the table.
    exhibit
        The chart.
    drawn
        Its `drawn_in_excel`.
    frame
        The table as it stands in the sheet, from column A.
    top
        Row of its headings, from 0.
    """
    row = top + 1
    for native in drawn:
        kind = {"type": "line" if native.form == "lines" else "bar" if native.lying else "column"}
        chart = book.add_chart(kind | ({"subtype": "stacked"} if native.form == "stacks" else {}))
        cells = _Cells(sheet.get_name(), frame, top)
        for one in native.series:
            _add(chart, native, one, cells)
        _dress(chart, native, cells)
        width, height = _SMALL if len(drawn) > 1 else _SIZE
        if native.lying:
            count = len(native.categories) * (1 if native.form in ("ranks", "stacks") else len(native.series))
            height = 130 + max(16, 24 if native.form in ("ranks", "stacks") else 15) * count
        chart.set_size({"width": width, "height": height})
        told = cell_text(spoken(exhibit, drawn, native))
        sheet.insert_chart(row, len(frame.columns) + 1, chart, {"description": told, "object_position": 3})
        row += -(-height // 20)


class _Cells:
    """Where the figures of a table stand in its sheet."""

    def __init__(self, sheet: str, frame: pd.DataFrame, top: int) -> None:
        self._sheet, self._frame, self._top = quote_sheetname(sheet), frame, top

    def of(self, heading: str, rows: tuple[int | None, ...]) -> str:
        """The cells of rows under a heading; an empty cell below the table for a row that is not there."""
        place = list(self._frame.columns).index(heading)
        below = len(self._frame) + 1
        at = [self._top + 1 + (below if row is None else row) for row in rows]
        if at == list(range(at[0], at[0] + len(at))):
            return f"={self._range(at[0], at[-1], place)}"
        return f"=({','.join(self._range(row, row, place) for row in at)})"

    def _range(self, first: int, last: int, place: int) -> str:
        start, end = (xl_rowcol_to_cell(row, place, row_abs=True, col_abs=True) for row in (first, last))
        return f"{self._sheet}!{start}" if start == end else f"{self._sheet}!{start}:{end}"

    def named(self, one: Series) -> str:
        """The cell of the table that holds the name of a series; else the name, which must not read like a cell.

        XlsxWriter takes any text like ``a!A1`` for a reference, so a name out of the data is never handed to it.
        """
        row = next((row for row in one.rows if row is not None), 0)
        for place, heading in enumerate(self._frame.columns):
            if str(self._frame[heading].iloc[row]) == one.name:
                return f"={self._range(self._top + 1 + row, self._top + 1 + row, place)}"
        return plain_name(one.name)

    def has(self, heading: str) -> bool:
        """Whether the table has such a column."""
        return heading in self._frame.columns

    @property
    def count(self) -> int:
        """How many rows the table has."""
        return len(self._frame)

    def about(self) -> str:
        """The text columns before the numbers, of all rows."""
        texts = [name for name in self._frame.columns if not is_number(self._frame, name) and name != SHORTHAND_COLUMN]
        first, last = (self._range(self._top + 1, self._top + len(self._frame), place) for place in (0, len(texts) - 1))
        return f"={first.rpartition(':')[0]}:{last.rpartition(':')[2]}" if len(self._frame) > 1 else f"={first}"


def plain_name(name: str) -> str:
    """A name that XlsxWriter does not take for a reference to cells."""
    return cell_text(name).replace("!", " ").lstrip("=")


def _add(chart: Any, native: Native, one: Series, cells: _Cells) -> None:
    rows = one.rows
    made: dict[str, Any] = {
        "name": cells.named(one),
        "values": cells.of(one.columns[0], rows),
        # XlsxWriter keeps no numbers of cells that are not neighbours, and not every program counts them anew.
        "values_data": list(one.lows),
    }
    # A year that all rows share stands in no column; what several columns name is named by all of them.
    if cells.has(native.heading):
        made["categories"] = cells.of(native.heading, _known(native))
        made["categories_data"] = [cell_text(name) for name in native.categories]
    elif native.heading not in ("Year", "Side") and len(native.categories) == cells.count:
        made["categories"] = cells.about()
    if native.form == "lines":
        made |= {
            "line": {"color": one.colour, "width": 2.25},
            "marker": {"type": "circle", "size": 6, "fill": {"color": one.colour}, "border": {"color": one.colour}},
        }
    else:
        made |= {"fill": {"color": style.PAPER if one.earlier else one.colour}, "border": {"color": one.colour},
                 "gap": 50, "points": _points(one)}  # fmt: skip
    if native.form == "ranks":
        behind = {name: made[name] for name in ("categories", "categories_data", "gap") if name in made}
        pale = style.tint(one.colour, 0.35)
        points = [{"fill": {"color": style.tint(shade, 0.35)}} for shade in one.shades]
        labels = [_custom(p, p is not None and p.ranged, native) for p in one.points]
        chart.add_series(
            behind
            | {"name": "upper bound", "values": cells.of(one.columns[1], rows), "fill": {"color": pale},
               "values_data": list(one.highs),
               "points": points or None, "overlap": 100,
               "data_labels": {"value": True, "position": "outside_end", "custom": labels,
                               "num_format": number_format(native)}}
        )  # fmt: skip
        made |= {"name": "lower bound", "overlap": 100}
    elif any(point is not None and point.ranged for point in one.points):
        reach = [reach_of(point) for point in one.points]  # none where exact: a bar of no length has an end cap
        ink = style.shade(one.colour, 0.6)
        made["y_error_bars"] = {"type": "custom", "direction": "plus", "plus_values": reach, "line": {"color": ink},
                                "minus_values": [0] * len(reach)}  # fmt: skip
        if native.form == "bars":
            made["x_error_bars"] = made.pop("y_error_bars")
    if native.form == "stacks":
        font = _INK | {"color": style.text_on(one.colour), "size": 9}
        made |= {"overlap": 100, "data_labels": {"value": True, "position": "center", "font": font}}
    elif any(point is not None and point.unbounded for point in one.points):
        custom = [_custom(p, p is not None and p.unbounded, native) or {"delete": True} for p in one.points]
        made["data_labels"] = {"value": True, "custom": custom,
                               "position": "above" if native.form == "lines" else "outside_end"}  # fmt: skip
    chart.add_series({name: value for name, value in made.items() if value is not None})


def _known(native: Native) -> tuple[int | None, ...]:
    """A row that names each category: that of the first series which has one."""
    every = zip(*(one.rows for one in native.series), strict=True)
    return tuple(next((row for row in rows if row is not None), None) for rows in every)


def _custom(point: Point | None, wanted: bool, native: Native) -> dict[str, Any] | None:
    return {"value": words.figure(point, native.unit)} if point is not None and wanted else None


def _points(one: Series) -> list[dict[str, Any] | None] | None:
    """How bars look that differ from their series: hollow where open-ended or read elsewhere, else of a pattern."""
    found: list[dict[str, Any] | None] = []
    for place, point in enumerate(one.points):
        shade = one.shades[place] if one.shades else one.colour
        look: dict[str, Any] | None = None
        if point is not None and (point.unbounded or point.secondary):
            look = {"fill": {"color": style.PAPER}, "border": {"color": shade, "width": 1.25}}
        elif point is not None and point.stated and (point.partial or point.unstable):
            both = point.partial and point.unstable
            pattern = "outlined_diamond" if both else "wide_upward_diagonal" if point.partial else "percent_25"
            look = {"pattern": {"pattern": pattern, "fg_color": shade, "bg_color": style.PAPER},
                    "border": {"color": shade}}  # fmt: skip
        elif shade != one.colour:
            look = {"fill": {"color": shade}, "border": {"color": shade}}
        found.append(look)
    return found if any(found) else None


def _dress(chart: Any, native: Native, cells: _Cells) -> None:
    """Title, legend and axes in the house style."""
    if native.title:
        own = native.title == native.series[0].name
        name = cells.named(native.series[0]) if own else plain_name(shortened(native.title, PANEL))
        chart.set_title({"name": name, "name_font": _INK | {"bold": True, "size": 11}, "overlay": False})
    else:
        chart.set_title({"none": True})
    lone = len(native.series) == 1
    if lone and native.form != "ranks":
        chart.set_legend({"none": True})
    else:
        chart.set_legend({"position": "top", "font": _INK})
    along: dict[str, Any] = {"num_font": _INK, "line": {"color": style.FAINT}, "major_tick_mark": "none"}
    figures: dict[str, Any] = {
        "num_font": _INK | {"color": style.GREY}, "min": 0, "num_format": number_format(native),
        "major_gridlines": {"visible": True, "line": {"color": style.RULE}}, "line": {"none": True},
    }  # fmt: skip
    if native.top is not None:
        figures["max"] = native.top
    if native.lying:
        # The first row of the table on top, and the scale below all of them.
        chart.set_y_axis(along | {"reverse": True, "interval_unit": 1})
        chart.set_x_axis(figures | {"label_position": "high"})
    else:
        chart.set_x_axis(along)
        chart.set_y_axis(figures)
    chart.show_blanks_as("gap")
    chart.set_chartarea({"border": {"none": True}})
