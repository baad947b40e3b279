"""A native chart of a slide: its drawing, the workbook that is edited, and both read back together."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import xlsxwriter
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from opdat_analytics.charts import style
from opdat_analytics.charts.layout import one_line
from opdat_analytics.exports.contents import SHORTHAND_COLUMN
from opdat_analytics.exports.inert import bare, inert
from opdat_analytics.exports.native import LOW, YEAR, Native, Run, point_label, texts_of
from opdat_analytics.model import ExportFailed

SHEET, LABEL = "Numbers", "Label"
FIXED_DATE = datetime(2000, 1, 1)
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_YEARS = (YEAR, "From year")


def as_year(heading: str, text: str) -> int | None:
    """A year as a number, so that a program can count with it; None for other text."""
    return int(text) if heading in _YEARS and re.fullmatch(r"\d{4}", text) else None


def shown_in(plan: Native) -> list[str]:
    """The columns that the chart shows: what rows are about, what is drawn, and the shorthand."""
    drawn = {run.heading for run in plan.runs} | ({LOW, "Upper bound"} & set(plan.table.columns))
    about = {*texts_of(plan.table), SHORTHAND_COLUMN}
    return [name for name in plan.table.columns if name in drawn | about]


def chart_workbook(plan: Native) -> bytes:
    """The workbook behind a chart: the rows that it shows and nothing else."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": FIXED_DATE, "author": "", "comments": ""})
    sheet = book.add_worksheet(SHEET)
    names = shown_in(plan)
    headings = [*names, LABEL]
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
        sheet.set_column(column, column, 28 if column == 0 or heading == LABEL else 14)
    for column, heading in enumerate(names):
        for row, value in enumerate(plan.table[heading].tolist(), start=1):
            year = as_year(heading, value) if isinstance(value, str) else None
            if year is not None:
                sheet.write_number(row, column, year)
            elif isinstance(value, str):
                if value:
                    sheet.write_string(row, column, inert(one_line(value)))
            elif not pd.isna(value):
                sheet.write_number(row, column, value)
    for row, label in enumerate(plan.labels, start=1):
        sheet.write_string(row, len(names), inert(label))
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


# ---------------------------------------------------------------- drawing


def chart_xml(plan: Native) -> bytes:
    """The drawing of a chart, its numbers as references to the workbook with what was last read there."""
    inner = _scatter(plan) if plan.shape == "lines" else _bars(plan)
    legend = "" if plan.direct else _legend(plan)
    return chart_space(inner, legend)


def chart_space(plot: str, legend: str) -> bytes:
    """A drawing around the plot and its key."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{C}" xmlns:a="{_A}" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<c:date1904 val="0"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/>'
        f'<c:plotArea>{plot}<c:spPr><a:noFill/></c:spPr></c:plotArea>{legend}<c:plotVisOnly val="1"/>'
        f'<c:dispBlanksAs val="gap"/></c:chart>{type_(1200)}</c:chartSpace>'
    ).encode()


def _scatter(plan: Native) -> str:
    width = 0.78 if plan.direct else 0.9
    series = "".join(_line(plan, run, place) for place, run in enumerate(plan.runs))
    years = plan.table[YEAR].astype(int)
    first, last = int(years.min()), int(years.max())
    unit = f'<c:majorUnit val="{max(1, -(-(last - first) // 12))}"/>'
    return (
        '<c:layout><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
        f'<c:x val="0.06"/><c:y val="0.04"/><c:w val="{width}"/><c:h val="{0.84 if plan.direct else 0.76}"/>'
        '</c:manualLayout></c:layout><c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>'
        f'{series}<c:axId val="1"/><c:axId val="2"/></c:scatterChart>'
        + axis("valAx", 1, 2, "b", "General", f'<c:max val="{last}"/><c:min val="{first}"/>', unit)
        + axis("valAx", 2, 1, "l", plan.form, '<c:min val="0"/>', "", grid=True)
    )  # fmt: skip


def _bars(plan: Native) -> str:
    series = "".join(_bar(plan, run, place) for place, run in enumerate(plan.runs))
    floor = '<c:min val="0"/>' if _positive(plan) else ""
    over = 0 if plan.runs[0].name == "Earlier edition" else 100
    small = 1200 if len(plan.labels) <= 12 else 1000 if len(plan.labels) <= 20 else 700
    return (
        '<c:layout/><c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'{series}<c:gapWidth val="40"/><c:overlap val="{over}"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        + axis("catAx", 1, 2, "l", "General", "", "", size=small, turned=True)
        + axis("valAx", 2, 1, "t", plan.form, floor, "", grid=True, hidden=True)
    )  # fmt: skip


def _positive(plan: Native) -> bool:
    return all(not (plan.table[run.heading] < 0).any() for run in plan.runs)


def axis(
    kind: str, own: int, other: int, side: str, form: str, ends: str, unit: str, *,
    grid: bool = False, size: int = 1200, turned: bool = False, hidden: bool = False, last: bool = False,
) -> str:  # fmt: skip
    """An axis; ``hidden`` and ``last`` are those of numbers along bars, without and with its scale."""
    lines = f"<c:majorGridlines>{_ink(style.RULE, 0.5)}</c:majorGridlines>" if grid and not hidden else ""
    rest = '<c:auto val="0"/><c:lblOffset val="60"/><c:tickLblSkip val="1"/><c:noMultiLvlLbl val="1"/>'
    return (
        f'<c:{kind}><c:axId val="{own}"/><c:scaling><c:orientation val="{"maxMin" if turned else "minMax"}"/>{ends}'
        f'</c:scaling><c:delete val="{int(hidden)}"/><c:axPos val="{side}"/>{lines}'
        f'<c:numFmt formatCode="{form}" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="low"/>{_ink(style.FAINT, 0.75) if not grid else _ink(None, 0)}{type_(size)}'
        f'<c:crossAx val="{other}"/><c:crosses val="autoZero"/>'
        + (rest if kind == "catAx" else f'<c:crossBetween val="{"between" if hidden or last else "midCat"}"/>{unit}')
        + f"</c:{kind}>"
    )


def _line(plan: Native, run: Run, place: int) -> str:
    upper = run.role == "upper"
    marker = "dash" if upper else "circle"
    rows = range(run.first, run.last + 1)
    points = [] if upper else [row - run.first for row in rows if row in plan.unbounded]
    marked = "".join(
        f'<c:dPt><c:idx val="{at}"/>{_marker("triangle", 9, run.colour)}<c:bubble3D val="0"/></c:dPt>' for at in points
    )
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/>{_name(plan, run)}'
        f"<c:spPr>{_stroke(run.colour, 1.0 if upper else 2.25, 'sysDash' if upper else 'solid')}</c:spPr>"
        f"{_marker(marker, 6 if upper else 5, run.colour)}{marked}{_end(plan, run)}"
        f"<c:xVal>{_numbers(plan, run, YEAR)}</c:xVal><c:yVal>{_numbers(plan, run, run.heading)}</c:yVal>"
        '<c:smooth val="0"/></c:ser>'
    )


def _end(plan: Native, run: Run) -> str:
    """The name of a line at its last number."""
    if not plan.direct or run.role == "upper":
        return ""
    later = [other for other in plan.runs if other.name == run.name and other.first > run.first]
    stated = [row for row in range(run.first, run.last + 1) if not pd.isna(plan.table[run.heading].iloc[row])]
    if later or not stated or run.name == "All":
        return ""
    off = '<c:showLegendKey val="0"/><c:showVal val="0"/><c:showCatName val="0"/><c:showSerName val="{}"/>'
    end = '<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
    return (
        f'<c:dLbls><c:dLbl><c:idx val="{stated[-1] - run.first}"/><c:spPr><a:noFill/></c:spPr>'
        f'{type_(1200, style.readable(run.colour), True)}<c:dLblPos val="r"/>{off.format(1)}{end}</c:dLbl>'
        f"{off.format(0)}{end}</c:dLbls>"
    )


def _bar(plan: Native, run: Run, place: int) -> str:
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/>{_name(plan, run)}'
        f"<c:spPr>{fill(run.colour)}</c:spPr>"
        f'<c:invertIfNegative val="0"/>{_bar_labels(plan, run)}<c:cat>{_labels(plan, run)}</c:cat>'
        f"<c:val>{_numbers(plan, run, run.heading)}</c:val></c:ser>"
    )


def _bar_labels(plan: Native, run: Run) -> str:
    """Numbers at the ends of bars. Their prefix says what lies below; the number itself follows what is edited."""
    size = 1100 if len(plan.labels) <= 20 else 700
    ink = type_(size, style.INK)
    flags = (
        '<c:showLegendKey val="0"/><c:showVal val="{}"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
    )
    own = []
    has_upper = any(other.role == "upper" for other in plan.runs)
    for row in range(run.first, run.last + 1):
        prefix = ""
        if plan.unbounded or has_upper:
            prefix = point_label(plan, row)
            prefix = "≥ " if row in plan.unbounded else prefix.split("–")[0] + "–" if "–" in prefix else ""
        if run.role == "value" and has_upper and row not in plan.unbounded:
            own.append(f'<c:dLbl><c:idx val="{row - run.first}"/><c:delete val="1"/></c:dLbl>')
        elif prefix:
            code = escape(f'"{prefix}"{plan.form if plan.form != "General" else "0.###"}', {'"': "&quot;"})
            own.append(
                f'<c:dLbl><c:idx val="{row - run.first}"/><c:numFmt formatCode="{code}" sourceLinked="0"/>'
                f'<c:spPr><a:noFill/></c:spPr>{ink}<c:dLblPos val="outEnd"/>{flags.format(1)}</c:dLbl>'
            )
    return (
        f'<c:dLbls>{"".join(own)}<c:numFmt formatCode="{plan.form}" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>'
        f'{ink}<c:dLblPos val="outEnd"/>{flags.format(1)}</c:dLbls>'
    )


def _legend(plan: Native) -> str:
    """The key, each name once, without the upper bounds that the words beside it explain."""
    seen: set[str] = set()
    gone = []
    for place, run in enumerate(plan.runs):
        if run.role == "upper" or run.name in seen:
            gone.append(f'<c:legendEntry><c:idx val="{place}"/><c:delete val="1"/></c:legendEntry>')
        else:
            seen.add(run.name)
    return f'<c:legend><c:legendPos val="b"/>{"".join(gone)}<c:overlay val="0"/>{type_(1200)}</c:legend>'


def _at(plan: Native, heading: str, first: int, last: int) -> str:
    letter = get_column_letter([*shown_in(plan), LABEL].index(heading) + 1)
    return f"{SHEET}!${letter}${first + 2}:${letter}${last + 2}"


def _numbers(plan: Native, run: Run, heading: str) -> str:
    values = plan.table[heading].iloc[run.first : run.last + 1].tolist()
    points = "".join(
        f'<c:pt idx="{at}"><c:v>{float(value):.17g}</c:v></c:pt>' for at, value in enumerate(values) if value == value
    )
    return (
        f"<c:numRef><c:f>{_at(plan, heading, run.first, run.last)}</c:f><c:numCache><c:formatCode>General"
        f'</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numCache></c:numRef>'
    )


def _labels(plan: Native, run: Run) -> str:
    texts = plan.labels[run.first : run.last + 1]
    points = "".join(f'<c:pt idx="{at}"><c:v>{escape(text)}</c:v></c:pt>' for at, text in enumerate(texts))
    return (
        f"<c:strRef><c:f>{_at(plan, LABEL, run.first, run.last)}</c:f><c:strCache>"
        f'<c:ptCount val="{len(texts)}"/>{points}</c:strCache></c:strRef>'
    )


def _name(plan: Native, run: Run) -> str:
    """What the key calls a series: the cell that says it, where one does."""
    text = escape(run.name)
    if plan.labels[run.first] == run.name and plan.shape == "lines":
        where = _at(plan, LABEL, run.first, run.first).partition(":")[0]
    elif run.name == run.heading:
        where = _at(plan, run.heading, -1, -1).partition(":")[0]
    else:
        return f"<c:tx><c:v>{text}</c:v></c:tx>"
    cached = f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{text}</c:v></c:pt></c:strCache>'
    return f"<c:tx><c:strRef><c:f>{where}</c:f>{cached}</c:strRef></c:tx>"


def _marker(symbol: str, size: int, colour: str) -> str:
    return (
        f'<c:marker><c:symbol val="{symbol}"/><c:size val="{size}"/><c:spPr>{fill(colour)}'
        f"{_stroke(colour, 0.75)}</c:spPr></c:marker>"
    )


def fill(colour: str) -> str:
    """A plain ground."""
    return f'<a:solidFill><a:srgbClr val="{colour[1:].upper()}"/></a:solidFill>'


def _stroke(colour: str | None, points: float, dash: str = "solid") -> str:
    if colour is None:
        return "<a:ln><a:noFill/></a:ln>"
    return f'<a:ln w="{round(points * 12700)}">{fill(colour)}<a:prstDash val="{dash}"/><a:round/></a:ln>'


def _ink(colour: str | None, points: float) -> str:
    return f"<c:spPr>{_stroke(colour, points)}</c:spPr>"


def type_(size: int, colour: str = style.GREY, bold: bool = False) -> str:
    """Type of a size in hundredths of points."""
    return (
        f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{size}" b="{int(bold)}">{fill(colour)}</a:defRPr>'
        '</a:pPr><a:endParaRPr lang="en-US"/></a:p></c:txPr>'
    )


# ---------------------------------------------------------------- reading


def read_chart(xml: bytes, workbook: bytes) -> pd.DataFrame:
    """The rows behind a chart, with what the chart draws in place of what its workbook says.

    Raises
    ------
    ExportFailed
        If a reference of the chart leads nowhere.
    """
    sheet = load_workbook(io.BytesIO(workbook))[SHEET]
    head, *body = [list(row) for row in sheet.iter_rows(values_only=True)]
    cells: list[list[Any]] = body
    for reference in etree.fromstring(xml).iter(f"{{{C}}}numRef"):
        for row, column, value in drawn(reference):
            if not (0 <= row < len(cells) and column < len(head)):
                raise ExportFailed(f"A chart refers to row {row + 2} of its workbook, which has {len(cells) + 1} rows.")
            cells[row][column] = value
    found = pd.DataFrame([as_read(head, row) for row in cells], columns=head, dtype=object)
    return found.drop(columns=LABEL)


def as_read(head: list[Any], row: Iterable[Any]) -> list[Any]:
    """Cells of a workbook as `differences` takes them."""
    found: list[Any] = []
    for heading, cell in zip(head, row, strict=True):
        if heading in _YEARS and isinstance(cell, int | float):
            found.append(str(int(cell)))
        else:
            found.append(bare(cell) if isinstance(cell, str) else None if cell is None else float(cell))
    return found


def drawn(reference: Any) -> Iterator[tuple[int, int, float | None]]:
    """Row and column (from 0, without the heading) of each cell that is drawn, and the number that is."""
    where = reference.findtext(f"{{{C}}}f").rpartition("!")[2].replace("$", "")
    column, first, _, last = range_boundaries(where)
    points = {int(point.get("idx")): float(point.findtext(f"{{{C}}}v")) for point in reference.iter(f"{{{C}}}pt")}
    for at in range(int(last) - int(first) + 1):
        yield int(first) - 2 + at, int(column) - 1, points.get(at)
