"""What a slide says of a chart that PowerPoint draws: its marks in words, and its alternative text."""

from __future__ import annotations

from collections.abc import Sequence

from opdat_analytics.charts import alt, words
from opdat_analytics.charts.frame import HIDDEN
from opdat_analytics.exports.native import Native
from opdat_analytics.model import Exhibit

_OPENINGS = {
    "lines": "Line chart",
    "columns": "Column chart",
    "bars": "Bar chart",
    "ranks": "Bar chart",
    "shares": "Stacked bars",
    "stacks": "Stacked bars",
    "dates": "Dated marks",
}
_DRAWN = ("Ranked dot chart", "Dumbbell chart", "Dot chart", "Bubble table", "Line chart", "Small line charts")


def events(exhibit: Exhibit) -> str:
    """What the picture of a chart marks on its line of time, in words; "" for nothing."""
    told = [f"{year}: {text}" for year, text in exhibit.annotations.items()]
    return f"Events: {'; '.join(told)}." if told else ""


def key(drawn: Sequence[Native]) -> str:
    """The marks that occur, and no others, in one line; "" where every figure is as stated."""
    points = [point for native in drawn for point in native.points]
    form = drawn[0].form
    barred = form != "lines"
    found = []
    if form == "dates":
        return ""  # the legend says it
    if form == "shares":  # the first caveat says what is coloured and what is hatched
        empty = any(point is None or not point.stated for point in drawn[0].series[-1].points)
        figures = "the axis is the share of the total, the figures in the bars are the numbers stated"
        return f"Marks: {figures}{'; no bar: no part is stated' if empty else ''}."
    if any(point.ranged for point in points):
        found.append("pale: up to the upper bound" if form == "ranks" else "bar from a mark: up to the upper bound")
    if any(point.unbounded for point in points):
        shape = "hollow" if barred else "pale triangle"
        found.append(f"{shape} with ≥: at least this many, no upper limit known")
    if any(point.secondary for point in points):
        found.append(f"{'hollow' if barred else 'pale square'}: read at least partly elsewhere than at the publisher")
    if any(point.partial for point in points):
        found.append(f"{'hatched' if barred else 'pale diamond'}: partial total, too few places reported")
    if any(point.unstable for point in points):
        found.append(f"{'dotted' if barred else '×'}: unstable, fewer than 20 events")
    if barred and any(point.partial and point.unstable for point in points):
        found.append("cross-hatched: both of these")
    if any(point.about for point in points):
        found.append("~: given as “about”")
    if form == "lines" and any(point.incomplete for point in points):
        found.append("dotted line: year likely incomplete")
    if form == "lines" and any(
        int(year) in point.breaks for native in drawn for year in native.categories for point in native.points
        if point.along == int(year)
    ):  # fmt: skip
        found.append("no line where the source counts differently from that year on")
    if any(point is not None and point.hidden for native in drawn for one in native.series for point in one.points):
        found.append(f"no mark, {HIDDEN} in the table: hidden so that no person can be told, however many")
    if form in ("lines", "columns") and any(_gaps(native) for native in drawn):
        found.append("gap: no number, not zero")
    if form == "bars" and not drawn[0].title and any(_gaps(native) for native in drawn):
        found.append("no bar: no number, not zero")
    return f"Marks: {'; '.join(found)}." if found else ""


def _gaps(native: Native) -> bool:
    listed = {one.columns for one in native.series} == {("Number listed",)}
    silent = [point for one in native.series for point in one.points if point is None or not point.stated]
    return not listed and any(point is None or not point.hidden for point in silent)


def spoken(exhibit: Exhibit, drawn: Sequence[Native], panel: Native) -> str:
    """Alternative text of a native chart: that of the exhibit, with the name of what is drawn here."""
    if panel.title and exhibit.kind != "small_multiples":
        told = [
            f"{one.name}{f', {name}' if len(panel.categories) > 1 else ''}: {words.figure(point, panel.unit)}"
            for one in panel.series
            for name, point in zip(panel.categories, one.points, strict=True)
            if point is not None and point.stated
        ]
        return f"{_OPENINGS[panel.form]}, {panel.title}. {'; '.join(told)}."
    if len(drawn) > 1:
        subtitle = f"{panel.title} · {exhibit.subtitle}"
        return alt.describe(_OPENINGS[panel.form], subtitle, panel.points, panel.unit, None, "group")
    for opening in _DRAWN:
        if exhibit.alt.startswith(opening):
            return _OPENINGS[panel.form] + exhibit.alt.removeprefix(opening)
    return exhibit.alt
