"""Native charts beside the tables of a workbook; they draw the cells of the table, so editing these changes them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from opdat_analytics.charts import style
from opdat_analytics.exports.inert import inert
from opdat_analytics.exports.native import LOW, YEAR, Native, Run, texts_of

_FONT: dict[str, Any] = {"name": "Arial", "size": 10, "color": style.GREY}
_WIDTH = 760


def add_chart(book: Any, sheet: Any, plan: Native, top: int, alt: str) -> None:
    """Put a chart to the right of a table.

    Parameters
    ----------
    book, sheet
        The workbook that is written, and the sheet of the table.
    plan
        What is drawn.
    top
        Row of the table's headings, from 0.
    alt
        The text alternative.
    """
    lines = plan.shape == "lines"
    chart = book.add_chart({"type": "scatter", "subtype": "straight_with_markers"} if lines else {"type": "bar"})
    for run in plan.runs:
        chart.add_series(_line(sheet.name, plan, run, top) if lines else _bar(sheet.name, plan, run, top))
    if lines:
        for run in _least(plan):
            chart.add_series(_line(sheet.name, plan, run, top))
    _axes(chart, plan, _key(plan))
    gone = _unnamed(plan)
    legend = {"position": "bottom", "font": _FONT, "delete_series": gone}
    chart.set_legend(legend if lines or len(plan.runs) > 1 else {"none": True})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}})
    chart.show_blanks_as("gap")
    chart.set_size({"width": _WIDTH, "height": 430 if lines else 110 + 24 * len(plan.labels) * _bars_a_row(plan)})
    sheet.insert_chart(top, len(plan.table.columns) + 1, chart, {"description": alt, "object_position": 3})


def _bars_a_row(plan: Native) -> int:
    return sum(run.role == "value" for run in plan.runs)


def _key(plan: Native) -> str:
    return plan.key.replace("≥: at least", "“≥” at a bar: at least")


def _axes(chart: Any, plan: Native, key: str) -> None:
    grid = {"visible": True, "line": {"color": style.RULE, "width": 0.5}}
    none = {"none": True}
    said = {"name": inert(key), "name_font": {**_FONT, "bold": False, "size": 9}} if key else {}
    numbers = {"num_format": plan.form, "num_font": _FONT, "major_gridlines": grid, "line": none}
    if plan.shape == "lines":
        years = plan.table[YEAR].astype(int)
        ends = {"min": int(years.min()), "max": max(int(years.max()), int(years.min()) + 1)}
        step = {"major_unit": max(1, -(-(ends["max"] - ends["min"]) // 10))}
        chart.set_x_axis(
            {"num_format": "0", "num_font": _FONT, "major_gridlines": {"visible": False}, **ends, **step, **said}
        )
        chart.set_y_axis({**numbers, "min": 0})
    else:
        whole = all(not (plan.table[run.heading] < 0).any() for run in plan.runs)
        chart.set_y_axis({"reverse": True, "num_font": {**_FONT, "size": 9}, "major_tick_mark": "none"})
        # The axis stands at the top, because the first row does.
        chart.set_x_axis({**numbers, **({"min": 0} if whole else {}), **said})


def _least(plan: Native) -> list[Run]:
    """Lower bounds without upper ones, in runs that a series can mark with triangles."""
    rows = sorted(plan.unbounded)
    starts = [row for row in rows if row - 1 not in plan.unbounded or plan.labels[row] != plan.labels[row - 1]]
    found = []
    for start, following in pairwise([*starts, len(plan.labels)]):
        last = max(row for row in rows if start <= row < following)
        run = next(one for one in plan.runs if one.role == "value" and one.first <= start <= one.last)
        found.append(Run(f"{plan.labels[start]}: at least", run.colour, LOW, start, last, "least"))
    return found


def _unnamed(plan: Native) -> list[int]:
    """Series that the key leaves out: bounds, and further stretches of one line."""
    if plan.shape != "lines":
        return []
    gone, seen = [], set()
    for place, run in enumerate(plan.runs):
        if run.role != "value" or run.name in seen:
            gone.append(place)
        seen.add(run.name)
    return [*gone, *range(len(plan.runs), len(plan.runs) + len(_least(plan)))]


def _at(sheet: str, plan: Native, top: int, heading: str, run: Run) -> list[Any]:
    column = list(plan.table.columns).index(heading)
    return [sheet, top + 1 + run.first, column, top + 1 + run.last, column]


def _line(sheet: str, plan: Native, run: Run, top: int) -> dict[str, Any]:
    drawn = {
        "value": ({"color": run.colour, "width": 2.25}, "circle", 5),
        "upper": ({"color": run.colour, "width": 1, "dash_type": "square_dot"}, "long_dash", 6),
        "least": ({"none": True}, "triangle", 10),
    }
    line, marker, size = drawn[run.role]
    ink = {"color": run.colour}
    return {
        "name": inert(run.name), "categories": _at(sheet, plan, top, YEAR, run),
        "values": _at(sheet, plan, top, run.heading, run), "line": line,
        "marker": {"type": marker, "size": size, "fill": ink, "border": ink},
    }  # fmt: skip


def _bar(sheet: str, plan: Native, run: Run, top: int) -> dict[str, Any]:
    texts = texts_of(plan.table)
    first, last = _at(sheet, plan, top, texts[0], run), _at(sheet, plan, top, texts[-1], run)
    series = {
        "name": inert(run.name), "categories": [*first[:3], last[3], last[4]],
        "values": _at(sheet, plan, top, run.heading, run), "fill": {"color": run.colour}, "gap": 40,
        "overlap": 0 if _bars_a_row(plan) > 1 else 100,
    }  # fmt: skip
    if run.role == "value" and plan.unbounded:
        marks = [{"value": "≥"} if row in plan.unbounded else {"delete": True} for row in range(len(plan.labels))]
        series["data_labels"] = {"value": True, "position": "inside_end", "custom": marks, "font": {"color": "#ffffff"}}
    return series
