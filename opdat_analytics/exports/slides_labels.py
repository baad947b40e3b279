"""The figures beside the marks of a chart on a slide: where there is room, and everywhere where one is open-ended."""

from __future__ import annotations

from collections.abc import Mapping

from opdat_analytics.charts import style, words
from opdat_analytics.charts.frame import Point
from opdat_analytics.charts.layout import spread
from opdat_analytics.exports.native import Native
from opdat_analytics.exports.slides_data import Drawn
from opdat_analytics.exports.slides_ink import font, number_format, quoted

MANY = {"columns": 40, "bars": 20}
"""Bars beyond which their figures would touch."""
_FLAGS = (
    '<c:showLegendKey val="0"/><c:showVal val="{0}"/><c:showCatName val="0"/><c:showSerName val="0"/>'
    '<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
)
_NOT_SHOWN = _FLAGS.format(0)
_NAMED = _FLAGS.format(1).replace('showSerName val="0"', 'showSerName val="1"')
PLOT = 0.76
"""Height of the plot of lines, in parts of that of the chart."""
_NAME = 32
"""Letters of a name that have room at the end of a line."""
_LINE = 0.05
"""Height of a label on a slide, in the same."""


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
        wanted = {n: "b" for n, p in stated.items() if p.unbounded and n != last}
        made = "".join(label(native, n, stated[n], where) for n, where in wanted.items())
        if stated:
            down = _ends(native)[one.series.name]
            made += label(native, last, stated[last], "r", named=names_lines(native), down=down)
        return f"<c:dLbls>{made}{_NOT_SHOWN}</c:dLbls>" if made else ""
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


def names_lines(native: Native) -> bool:
    """Whether the last figure of each line has the name of the line before it: several lines, whose names have room."""
    return native.form == "lines" and len(native.series) > 1 and max(len(one.name) for one in native.series) <= _NAME


def _ends(native: Native) -> dict[str, float]:
    """How far the label at the end of each line is moved down, in parts of the height of the chart.

    Labels of lines that end in the same year are set apart, each as near to its end as the others let it.
    """
    most = native.top or max((point.low or 0.0 for point in native.points), default=0.0) or 1.0
    ends: dict[int, dict[str, float]] = {}
    for one in native.series:
        if one.stated:
            last = max(n for n, point in enumerate(one.points) if point is not None and point.stated)
            ends.setdefault(last, {})[one.name] = (one.stated[-1].low or 0.0) / most * PLOT
    moved: dict[str, float] = {}
    for together in ends.values():
        wanted = list(together.values())
        high = max(PLOT, _LINE * len(wanted))
        placed = spread(wanted, [_LINE] * len(wanted), -_LINE / 2, high + _LINE / 2)
        moved |= {name: at - y for name, at, y in zip(together, wanted, placed, strict=True)}
    return moved


def label(
    native: Native, place: int, point: Point, where: str, upper: bool = False, named: bool = False, down: float = 0.0
) -> str:
    """The label of one mark. Its number follows what is typed into the workbook; the words around it are its format.

    ``named`` puts the name of the series before it; ``down`` moves it, in parts of the height of the chart.
    """
    text = words.figure(point, native.unit)
    end = point.high if upper and point.high is not None else point.low or 0.0
    number = words.number(end, native.unit)
    before, _, after = text.rpartition(number) if upper else text.partition(number)
    around = [f'"{said}"' if said else "" for said in (before, after)]
    code = quoted(number_format(native).join(around))
    moved = f'<c:layout><c:manualLayout><c:x val="0"/><c:y val="{down:.4f}"/></c:manualLayout></c:layout>'
    flags = f"{_NAMED}<c:separator>  </c:separator>" if named else _FLAGS.format(1)
    return (
        f'<c:dLbl><c:idx val="{place}"/>{moved if abs(down) >= 0.002 else ""}'
        f'<c:numFmt formatCode="{code}" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>'
        f'{font(1000, style.INK)}<c:dLblPos val="{where}"/>{flags}</c:dLbl>'
    )


def shown(native: Native, where: str, colour: str = style.INK) -> str:
    """The labels of all other marks: their numbers, which follow what is typed into the workbook."""
    return (
        f'<c:numFmt formatCode="{quoted(number_format(native))}" sourceLinked="0"/>'
        f'<c:spPr><a:noFill/></c:spPr>{font(_size(native), colour)}<c:dLblPos val="{where}"/>{_FLAGS.format(1)}'
    )


def _size(native: Native) -> int:
    """Type size of the figures in bars, in hundredths of a point: no taller than the bars of many rows."""
    count = len(native.categories) if native.lying and native.form in ("shares", "stacks") else 0
    return 1000 if count <= 12 else 900 if count <= 16 else 700
