"""The figures beside the marks of a chart on a slide: where there is room, and everywhere where one is open-ended."""

from __future__ import annotations

from collections.abc import Mapping

from opdat_analytics.charts import style, words
from opdat_analytics.charts.frame import Point
from opdat_analytics.exports.native import Native, Series
from opdat_analytics.exports.slides_data import Drawn
from opdat_analytics.exports.slides_ink import font, number_format, quoted

MANY = {"columns": 40, "bars": 20}
"""Bars beyond which their figures would touch."""
_FLAGS = (
    '<c:showLegendKey val="0"/><c:showVal val="{0}"/><c:showCatName val="0"/><c:showSerName val="0"/>'
    '<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
)
_NOT_SHOWN = _FLAGS.format(0)


def labels(native: Native, one: Drawn) -> str:
    """Figures beside marks: open-ended ones everywhere, all of them where there is room, else the last of each line."""
    stated = {n: point for n, point in enumerate(one.series.points) if point is not None and point.stated}
    if native.form == "shares":
        if all(row is None for row in one.series.rows):
            return ""
        hollow = "".join(label(native, n, p, "ctr") for n, p in stated.items() if p.secondary)
        return f"<c:dLbls>{hollow}{shown(native, 'ctr', style.text_on(one.series.colour))}</c:dLbls>"
    if native.form == "stacks":
        return f"<c:dLbls>{shown(native, 'ctr', style.text_on(one.series.colour))}</c:dLbls>"
    if native.form == "dates":
        return _dated(native, stated)
    last = max(stated, default=-1)
    if native.form == "lines":
        free = _apart(native, one.series)
        wanted = {n: "r" if n == last else "b" for n, p in stated.items() if p.unbounded or (n == last and free)}
    elif native.form == "ranks":
        wanted = {n: "outEnd" for n, p in stated.items() if p.unbounded}
    else:
        if native.noted:
            return ""
        few = len(native.categories) * len(native.series) <= MANY[native.form]
        later = native.form == "bars" and one.series is native.series[-1]
        if few or later:
            odd = {n: p for n, p in stated.items() if p.ranged or p.unbounded or p.about}
            made = "".join(label(native, n, p, "outEnd") for n, p in odd.items())
            return f"<c:dLbls>{made}{shown(native, 'outEnd')}</c:dLbls>"
        wanted = {n: "outEnd" for n, p in stated.items() if p.unbounded}
    made = "".join(label(native, n, stated[n], where) for n, where in wanted.items())
    return f"<c:dLbls>{made}{_NOT_SHOWN}</c:dLbls>" if made else ""


def _dated(native: Native, stated: Mapping[int, Point]) -> str:
    """The figure of every statement, above the mark where the one before it stands too near."""
    near = (max(native.days) - min(native.days)) * 0.06
    sides: dict[int, str] = {}
    before, where = float("-inf"), "t"
    for n in sorted(range(len(native.days)), key=lambda n: native.days[n]):
        where = {"b": "t", "t": "b"}[where] if native.days[n] - before <= near else "b"
        sides[n] = where
        before = native.days[n]
    made = [label(native, n, point, sides[n]) for n, point in stated.items()]
    return f"<c:dLbls>{''.join(made)}{_NOT_SHOWN}</c:dLbls>"


def _apart(native: Native, series: Series) -> bool:
    """Whether the last figure of a line has room: the higher of two that are near each other is named."""
    ends = {one.name: one.stated[-1].low or 0.0 for one in native.series if one.stated}
    most = native.top or max((point.low or 0.0 for point in native.points), default=0.0) or 1.0
    taken: list[float] = []
    for name, end in sorted(ends.items(), key=lambda item: -item[1]):
        if all(abs(end - other) >= 0.055 * most for other in taken):
            taken.append(end)
            if name == series.name:
                return True
    return False


def label(native: Native, place: int, point: Point, where: str, upper: bool = False) -> str:
    """The label of one mark. Its number follows what is typed into the workbook; the words around it are its format."""
    text = words.figure(point, native.unit)
    end = point.high if upper and point.high is not None else point.low or 0.0
    number = words.number(end, native.unit)
    before, _, after = text.rpartition(number) if upper else text.partition(number)
    around = [f'"{said}"' if said else "" for said in (before, after)]
    code = quoted(number_format(native).join(around))
    return (
        f'<c:dLbl><c:idx val="{place}"/><c:numFmt formatCode="{code}" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>'
        f'{font(1000, style.INK)}<c:dLblPos val="{where}"/>{_FLAGS.format(1)}</c:dLbl>'
    )


def shown(native: Native, where: str, colour: str = style.INK) -> str:
    """The labels of all other marks: their numbers, which follow what is typed into the workbook."""
    return (
        f'<c:numFmt formatCode="{quoted(number_format(native))}" sourceLinked="0"/>'
        f'<c:spPr><a:noFill/></c:spPr>{font(1000, colour)}<c:dLblPos val="{where}"/>{_FLAGS.format(1)}'
    )
