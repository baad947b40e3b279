"""Ink of DrawingML: fills, lines, type and the format of numbers, as the charts of the slides use them."""

from __future__ import annotations

from xml.sax.saxutils import escape

from opdat_analytics.charts import style
from opdat_analytics.exports.cells import cell_text
from opdat_analytics.exports.native import Native

NO_LINE = "<a:ln><a:noFill/></a:ln>"
"""No outline."""


def font(size: int, colour: str, turned: int | None = None) -> str:
    """Type of a size in hundredths of a point, turned by so many 60,000ths of a degree."""
    turn = "" if turned is None else f' rot="{turned}" vert="horz"'
    return (
        f'<c:txPr><a:bodyPr{turn}/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{size}" b="0">{fill(colour)}</a:defRPr>'
        '</a:pPr><a:endParaRPr lang="en-US"/></a:p></c:txPr>'
    )


def fill(colour: str) -> str:
    """One colour."""
    return f'<a:solidFill><a:srgbClr val="{colour.lstrip("#").upper()}"/></a:solidFill>'


def line(colour: str, points: float, *, dash: str = "") -> str:
    """A line so many points wide."""
    dashed = f'<a:prstDash val="{dash}"/>' if dash else ""
    return f'<a:ln w="{int(points * 12700)}" cap="flat">{fill(colour)}{dashed}<a:round/></a:ln>'


HATCHED, DOTTED, CROSSED = "wdUpDiag", "pct25", "openDmnd"
"""Patterns that look different in print: strokes, dots, and strokes in two directions."""


def hatched(colour: str, pattern: str = HATCHED) -> str:
    """A pattern of a colour on white."""
    ink, paper = colour.lstrip("#").upper(), style.PAPER.lstrip("#").upper()
    return (
        f'<a:pattFill prst="{pattern}"><a:fgClr><a:srgbClr val="{ink}"/></a:fgClr>'
        f'<a:bgClr><a:srgbClr val="{paper}"/></a:bgClr></a:pattFill>'
    )


def text_of(text: str) -> str:
    """Text as XML can hold it, in one line."""
    return escape(cell_text(text))


def quoted(text: str) -> str:
    """Text as an attribute of XML can hold it."""
    return escape(text, {'"': "&quot;"})


def number_format(native: Native) -> str:
    """The format of the numbers of a chart, with their sign."""
    whole = all(float(end).is_integer() for p in native.points for end in (p.low, p.high) if end is not None)
    plain = "#,##0" if whole else "#,##0.0##"
    return f'"$"{plain}' if native.unit == "usd" else f'{plain}"%"' if native.unit == "percent" else plain
