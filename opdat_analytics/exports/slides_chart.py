"""A chart that PowerPoint draws and people can edit, as DrawingML."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pandas as pd

from opdat_analytics.charts import style
from opdat_analytics.charts.frame import Point
from opdat_analytics.charts.layout import text_width
from opdat_analytics.exports.native import Native, Series
from opdat_analytics.exports.slides_data import Column, Columns, Drawn, columns_of, shortened, workbook_of
from opdat_analytics.exports.slides_ink import (
    CROSSED,
    DOTTED,
    HATCHED,
    NO_LINE,
    fill,
    font,
    hatched,
    line,
    number_format,
    quoted,
    text_of,
)
from opdat_analytics.exports.slides_labels import label, labels, names_lines, shown
from opdat_analytics.exports.slides_layout import INNER

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_NS = (
    f'xmlns:c="{_C}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)

PANEL = 44
"""Letters of the name of a panel."""


def chart_parts(native: Native, table: pd.DataFrame) -> tuple[bytes, bytes]:
    """A chart and the workbook inside it.

    Parameters
    ----------
    native
        What is drawn.
    table
        ``contents.numbers`` of the exhibit.

    Returns
    -------
    tuple of bytes
        The part ``chart.xml`` without its link to the workbook, and the workbook.
    """
    columns = columns_of(native)
    return _xml(native, columns).encode(), workbook_of(columns, table)


# ---------------------------------------------------------------- the chart


def _xml(native: Native, columns: Columns) -> str:
    made: list[str] = []
    for one in columns.series:
        if one.upper is not None:
            made.append(_upper_bars(native, one, one.upper, columns, len(made)))
        made.append(_series(native, one, columns, len(made)))
    lone = (len(native.series) == 1 and native.form != "dates") or native.sided
    legend = "" if lone else _LEGEND
    title = _title(shortened(native.title, PANEL)) if native.title else '<c:autoTitleDeleted val="1"/>'
    plot = _PLOTS[native.form](native, "".join(made))
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<c:chartSpace {_NS}><c:date1904 val="0"/>'
        f'<c:roundedCorners val="0"/><c:chart>{title}<c:plotArea>{_room(native, lone)}{plot}</c:plotArea>{legend}'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{font(1100, style.GREY)}</c:chartSpace>"
    )


def _room(native: Native, lone: bool) -> str:
    """Where lines end before the edge of the chart, so that their last figures stand beside them."""
    if native.form != "lines":
        return "<c:layout/>"
    left, top, width = (0.12, 0.16, 0.68) if native.title else (0.06, 0.05 if lone else 0.16, 0.85)
    if names_lines(native):
        width = round(0.92 - max(text_width(f"{one.name}  1,000", 10) for one in native.series) / INNER, 3)
    tall = (0.8 if native.title else 0.92) - top
    return (
        '<c:layout><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
        f'<c:x val="{left}"/><c:y val="{top}"/><c:w val="{width}"/><c:h val="{round(tall, 3)}"/></c:manualLayout>'
        "</c:layout>"
    )


def _title(text: str) -> str:
    run = f'<a:r><a:rPr lang="en-US" sz="1200" b="1">{fill(style.INK)}</a:rPr><a:t>{text_of(text)}</a:t></a:r>'
    return (
        f'<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1200" b="1"/></a:pPr>{run}</a:p></c:rich>'
        '</c:tx><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/>'
    )


_LEGEND = f'<c:legend><c:legendPos val="t"/><c:overlay val="0"/>{font(1200, style.INK)}</c:legend>'


def _series(native: Native, one: Drawn, columns: Columns, place: int) -> str:
    colour = one.series.colour
    barred = native.form not in ("lines", "dates")
    if barred:
        look = f'<c:spPr>{_bar_look(one.series, native)}</c:spPr><c:invertIfNegative val="0"/>'
    else:
        drawn = line(colour, 1.75 if native.title else 2.25) if native.form == "lines" else NO_LINE
        small = native.form == "lines" and bool(native.title)
        alike = one.series.stated[0] if native.form == "dates" else None
        look = f"<c:spPr>{drawn}</c:spPr>{_marker(alike, colour, small)}"
    return (
        f"<c:ser>{_head(one.marks, place)}{look}{_points(native, one.series, barred)}{labels(native, one)}"
        f"{_reach(native, one)}{_data(native, one.marks, columns)}</c:ser>"
    )


def _head(column: Column, place: int) -> str:
    name = (
        f'<c:tx><c:strRef><c:f>{column.head}</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>'
        f"{text_of(column.heading)}</c:v></c:pt></c:strCache></c:strRef></c:tx>"
    )
    return f'<c:idx val="{place}"/><c:order val="{place}"/>{name}'


def _data(native: Native, values: Column, columns: Columns) -> str:
    smooth = '<c:smooth val="0"/>' if native.form in ("lines", "dates") else ""
    if columns.days is not None:
        return f"<c:xVal>{_numbers(columns.days)}</c:xVal><c:yVal>{_numbers(values)}</c:yVal>{smooth}"
    categories = columns.categories
    texts = "".join(f'<c:pt idx="{n}"><c:v>{escape(text)}</c:v></c:pt>' for n, text in enumerate(categories.cells))
    return (
        f'<c:cat><c:strRef><c:f>{categories.ref}</c:f><c:strCache><c:ptCount val="{len(categories.cells)}"/>{texts}'
        f"</c:strCache></c:strRef></c:cat><c:val>{_numbers(values)}</c:val>{smooth}"
    )


def _numbers(column: Column) -> str:
    cells = "".join(
        f'<c:pt idx="{n}"><c:v>{float(cell)!r}</c:v></c:pt>' for n, cell in enumerate(column.cells) if cell is not None
    )
    return (
        f"<c:numRef><c:f>{column.ref}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(column.cells)}"/>{cells}</c:numCache></c:numRef>'
    )


def _marker(point: Point | None, colour: str, small: bool = False) -> str:
    """The marker of a figure, told apart by its shape too, for not every program draws its outline.

    Pale triangle: no upper limit known. Pale square: read elsewhere. Pale diamond: partial. Cross: unstable.
    """
    # Not white: a program that draws no outline would not show it at all.
    pale = style.tint(colour, 0.5)
    symbol, inside, size = "circle", colour, 7
    if point is not None:
        if point.unstable:
            symbol = "x"
        elif point.secondary:
            symbol, inside = "square", pale
        elif point.partial:
            symbol, inside, size = "diamond", pale, 8
        elif point.unbounded:
            symbol = "triangle"
        if point.unbounded:
            inside, size = pale, 9
    edge, size = line(colour, 1.0 if small else 1.5), size - 3 if small else size
    return f'<c:marker><c:symbol val="{symbol}"/><c:size val="{size}"/><c:spPr>{fill(inside)}{edge}</c:spPr></c:marker>'


def _points(native: Native, series: Series, barred: bool) -> str:
    """Marks that differ from their series; no line is drawn to a year from which the series counts differently."""
    found = []
    for n, point in enumerate(series.points):
        if point is None or not point.stated or (native.form == "shares" and series.rows[n] is None):
            continue
        shade = series.shades[n] if series.shades else series.colour
        flagged = point.unbounded or point.secondary or point.partial or point.unstable
        if barred:
            if (point.secondary if native.form == "shares" else flagged) or shade != series.colour:
                found.append(
                    f'<c:dPt><c:idx val="{n}"/><c:invertIfNegative val="0"/><c:bubble3D val="0"/>'
                    f"<c:spPr>{_bar_point(point, shade)}</c:spPr></c:dPt>"
                )
            continue
        if native.form == "dates":
            continue
        broken = int(native.categories[n]) in point.breaks
        if flagged or broken or point.incomplete:
            way = NO_LINE if broken else line(series.colour, 2.25, dash="sysDash" if point.incomplete else "")
            look = f'{_marker(point, shade, bool(native.title))}<c:bubble3D val="0"/><c:spPr>{way}</c:spPr>'
            found.append(f'<c:dPt><c:idx val="{n}"/>{look}</c:dPt>')
    return "".join(found)


def _bar_look(series: Series, native: Native) -> str:
    if native.form == "shares" and all(row is None for row in series.rows):
        return hatched(style.FAINT) + line(style.RULE, 0.75)
    if series.earlier:
        return fill(style.PAPER) + line(series.colour, 1.25)
    return fill(series.colour) + NO_LINE


def _bar_point(point: Point, shade: str) -> str:
    edge = line(shade, 1.25)
    if point.unbounded or point.secondary:
        return fill(style.PAPER) + edge
    if point.partial or point.unstable:
        both = point.partial and point.unstable
        return hatched(shade, CROSSED if both else HATCHED if point.partial else DOTTED) + edge
    return fill(shade) + NO_LINE


def _upper_bars(native: Native, one: Drawn, upper: Column, columns: Columns, place: int) -> str:
    """Pale bars up to the upper bounds behind those of the lower ones; their labels name both."""
    points = "".join(
        f'<c:dPt><c:idx val="{n}"/><c:invertIfNegative val="0"/><c:bubble3D val="0"/>'
        f"<c:spPr>{fill(style.tint(shade, 0.35))}{NO_LINE}</c:spPr></c:dPt>"
        for n, shade in enumerate(one.series.shades)
    )
    labels = "".join(
        label(native, n, point, "outEnd", upper=True)
        for n, point in enumerate(one.series.points)
        if point is not None and (point.ranged or point.about)
    )
    look = f"<c:spPr>{fill(style.tint(one.series.colour, 0.35))}{NO_LINE}</c:spPr>"
    return (
        f'<c:ser>{_head(upper, place)}{look}<c:invertIfNegative val="0"/>{points}'
        f"<c:dLbls>{labels}{shown(native, 'outEnd')}</c:dLbls>{_data(native, upper, columns)}</c:ser>"
    )


def _reach(native: Native, one: Drawn) -> str:
    """Error bars from each mark up to its upper bound, as long as the column beside it says."""
    if one.reach is None:
        return ""
    way = '<c:errDir val="y"/>' if native.form in ("lines", "dates") else ""
    colour = style.shade(one.series.colour, 0.6) if native.form in ("columns", "bars") else one.series.colour
    return (
        f'<c:errBars>{way}<c:errBarType val="plus"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{_numbers(one.reach)}</c:plus><c:spPr>{line(colour, 1.75)}</c:spPr></c:errBars>"
    )


# ---------------------------------------------------------------- axes


def _lines_plot(native: Native, series: str) -> str:
    return (
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{series}<c:marker val="1"/>{_IDS}'
        f"</c:lineChart>{_category_axis(native, 'b', 0)}{_value_axis(native, 'l')}"
    )


def _bars_plot(native: Native, series: str) -> str:
    grouping = {"shares": "percentStacked", "stacks": "stacked"}.get(native.form, "clustered")
    overlap = 100 if native.form in ("shares", "ranks", "stacks") else 0
    if native.sided:
        grouping, overlap = "stacked", 100
    count = max(len(native.series), 1)
    gap = 45 if native.form in ("shares", "ranks", "stacks") or count > 2 else 60
    axes = (
        _category_axis(native, "l", 1) + _value_axis(native, "b")
        if native.lying
        else _category_axis(native, "b", 0) + _value_axis(native, "l")
    )
    return (
        f'<c:barChart><c:barDir val="{"bar" if native.lying else "col"}"/><c:grouping val="{grouping}"/>'
        f'<c:varyColors val="0"/>{series}<c:gapWidth val="{gap}"/><c:overlap val="{overlap}"/>{_IDS}</c:barChart>{axes}'
    )


def _dates_plot(native: Native, series: str) -> str:
    first, last = min(native.days), max(native.days)
    pad = max(45.0, (last - first) * 0.1)
    span = last - first + 2 * pad
    step = next(days for days in (61, 92, 183, 365.25, 730.5, 1826.25, 3652.5, 36525) if span / days <= 9)
    day = (
        f'<c:valAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/><c:max val="{round(last + pad)}"/>'
        f'<c:min val="{round(first - pad)}"/></c:scaling><c:delete val="0"/><c:axPos val="b"/>'
        f'<c:numFmt formatCode="{"mmm yyyy" if step < 300 else "yyyy"}" sourceLinked="0"/><c:majorTickMark val="out"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="low"/>{_AXIS_LINE}{font(1100, style.GREY)}'
        f'<c:crossAx val="2"/><c:crosses val="min"/><c:majorUnit val="{step}"/></c:valAx>'
    )
    return (
        f'<c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>{series}{_IDS}</c:scatterChart>'
        f"{day}{_value_axis(native, 'l')}"
    )


_IDS = '<c:axId val="1"/><c:axId val="2"/>'
_AXIS_LINE = f"<c:spPr>{line(style.FAINT, 0.75)}</c:spPr>"
_PLOTS = {
    "lines": _lines_plot, "columns": _bars_plot, "bars": _bars_plot, "ranks": _bars_plot, "shares": _bars_plot,
    "stacks": _bars_plot, "dates": _dates_plot,
}  # fmt: skip


def _category_axis(native: Native, side: str, downwards: int) -> str:
    count = len(native.categories)
    skip = 1 if downwards else -(-count // (4 if native.title else 22))
    turn = -2_700_000 if native.title and not downwards else 0
    size = 800 if native.title else 1100 if not downwards else 1000 if count <= 12 else 900 if count <= 20 else 800
    return (
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{("minMax", "maxMin")[downwards]}"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{side}"/><c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
        f'{_AXIS_LINE}{font(size, style.INK, turn)}<c:crossAx val="2"/><c:crosses val="autoZero"/>'
        '<c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="60"/>'
        f'<c:tickLblSkip val="{skip}"/><c:noMultiLvlLbl val="1"/></c:catAx>'
    )


def _value_axis(native: Native, side: str) -> str:
    top = f'<c:max val="{native.top!r}"/>' if native.top is not None else ""
    figures = "0%" if native.form == "shares" else number_format(native)
    nothing = all(point.low == 0 and not point.ranged for point in native.points)
    unit = '<c:majorUnit val="1"/>' if nothing else ""
    if nothing and native.form != "shares":
        top = '<c:max val="1"/>'
    crosses = "max" if side == "b" else "autoZero"
    if native.form == "dates":
        crosses = "min"
    return (
        f'<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>{top}<c:min val="0"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{side}"/><c:majorGridlines><c:spPr>{line(style.RULE, 0.75)}</c:spPr>'
        f'</c:majorGridlines><c:numFmt formatCode="{quoted(figures)}" sourceLinked="0"/>'
        f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:spPr>{NO_LINE}'
        f'</c:spPr>{font(1100, style.GREY)}<c:crossAx val="1"/><c:crosses val="{crosses}"/>'
        f'<c:crossBetween val="{"midCat" if native.form == "dates" else "between"}"/>{unit}</c:valAx>'
    )
