"""Counts by two things on a slide: stacked bars that can be edited, the workbook behind them, and both read back."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import xlsxwriter
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from opdat_analytics.charts import style
from opdat_analytics.charts.layout import one_line
from opdat_analytics.exports import slides_chart as drawing
from opdat_analytics.exports.contents import SHORTHAND_COLUMN, numbers
from opdat_analytics.exports.inert import inert
from opdat_analytics.exports.native import CODES, LISTED, MOST_LINES, YEAR, texts_of
from opdat_analytics.model import Exhibit, ExportFailed

CHART = "Chart"
MOST_STACKS = 24


@dataclass(frozen=True)
class Stacked:
    """Counts by two things.

    Attributes
    ----------
    along, by
        Column that names the bars; column that names their parts.
    bars, parts
        Their names, in the order of the chart.
    table
        `numbers` of the chart: a row for each count.
    key
        Nothing needs to be said: the key names the parts.
    """

    along: str
    by: str
    bars: tuple[str, ...]
    parts: tuple[str, ...]
    table: pd.DataFrame
    key: str = ""

    def cell(self, bar: str, part: str) -> float | None:
        """The count of one part of one bar; None where none is listed."""
        row = (self.table[self.along] == bar) & (self.table[self.by] == part)
        return float(self.table.loc[row, LISTED].iloc[0]) if row.any() else None


def stacked(exhibit: Exhibit) -> Stacked | None:
    """How a chart of listed activities is stacked; None where it is another chart, or has too many bars or parts.

    Nor is it stacked where an activity counts in several places: a stack adds what it shows.
    """
    if "joint" in exhibit.frame and exhibit.frame["joint"].fillna(0).astype(bool).any():
        return None
    table = numbers(exhibit)
    texts = texts_of(table)
    if exhibit.kind != "activities" or len(texts) != 2 or LISTED not in table or table[LISTED].isna().any():
        return None
    if table.duplicated(texts).any():
        return None
    by, along = sorted(texts, key=lambda name: (name == YEAR, table[name].nunique()))
    bars, parts = table[along].drop_duplicates().tolist(), table[by].drop_duplicates().tolist()
    if along == YEAR:
        if not table[YEAR].str.fullmatch(r"\d{4}").all():
            return None
        # A year without a row keeps its place, or two years would stand side by side that are not neighbours.
        bars = [str(year) for year in range(int(min(bars)), int(max(bars)) + 1)]
    too_many = len(bars) > MOST_STACKS or len(parts) > MOST_LINES or sum(len(part) + 6 for part in parts) > 300
    return None if too_many else Stacked(along, by, tuple(bars), tuple(parts), table)


def stacked_workbook(plan: Stacked) -> bytes:
    """The workbook behind the bars: the grid that they draw, and the rows that it is made of."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": drawing.FIXED_DATE, "author": "", "comments": ""})
    grid: list[list[Any]] = [
        [plan.along, *plan.parts],
        *([bar, *(plan.cell(bar, part) for part in plan.parts)] for bar in plan.bars),
    ]
    kept = [plan.by, plan.along, LISTED, SHORTHAND_COLUMN]
    kept = [name for name in plan.table.columns if name in kept]
    rows = [kept, *plan.table[kept].to_numpy().tolist()]
    sheets: tuple[tuple[str, list[list[Any]]], ...] = ((CHART, grid), (drawing.SHEET, rows))
    for name, cells in sheets:
        sheet = book.add_worksheet(name)
        sheet.set_column(0, len(cells[0]), 22)
        for row, values in enumerate(cells):
            for column, value in enumerate(values):
                if isinstance(value, str) and value:
                    sheet.write_string(row, column, inert(one_line(value)))
                elif isinstance(value, float):
                    sheet.write_number(row, column, value)
    book.close()
    return buffer.getvalue()


def stacked_xml(plan: Stacked) -> bytes:
    """The drawing of the bars."""
    colours = style.colours(CODES.get(plan.by, ""), plan.parts)
    series = "".join(_series(plan, part, place, colours[part]) for place, part in enumerate(plan.parts))
    upright = plan.along == YEAR
    inner = (
        f'<c:layout/><c:barChart><c:barDir val="{"col" if upright else "bar"}"/><c:grouping val="stacked"/>'
        f'<c:varyColors val="0"/>{series}<c:gapWidth val="40"/><c:overlap val="100"/><c:axId val="1"/>'
        '<c:axId val="2"/></c:barChart>'
        + drawing.axis("catAx", 1, 2, "b" if upright else "l", "General", "", "", size=1000, turned=not upright)
        + drawing.axis("valAx", 2, 1, "l" if upright else "b", "#,##0", '<c:min val="0"/>', "", grid=True, last=True)
    )
    legend = f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{drawing.type_(1100)}</c:legend>'
    return drawing.chart_space(inner, legend)


def _series(plan: Stacked, part: str, place: int, colour: str) -> str:
    letter, last = get_column_letter(place + 2), len(plan.bars) + 1
    names = "".join(f'<c:pt idx="{at}"><c:v>{_text(bar)}</c:v></c:pt>' for at, bar in enumerate(plan.bars))
    counts = [(at, plan.cell(bar, part)) for at, bar in enumerate(plan.bars)]
    points = "".join(f'<c:pt idx="{at}"><c:v>{n:.17g}</c:v></c:pt>' for at, n in counts if n is not None)
    flags = "".join(
        f'<c:{name} val="{int(name == "showVal")}"/>'
        for name in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
    )
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/><c:tx><c:strRef><c:f>{CHART}!${letter}$1</c:f>'
        f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{_text(part)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f'<c:spPr>{drawing.fill(colour)}</c:spPr><c:invertIfNegative val="0"/><c:dLbls><c:spPr><a:noFill/></c:spPr>'
        f'{drawing.type_(900, style.text_on(colour))}<c:dLblPos val="ctr"/>{flags}</c:dLbls>'
        f'<c:cat><c:strRef><c:f>{CHART}!$A$2:$A${last}</c:f><c:strCache><c:ptCount val="{len(plan.bars)}"/>{names}'
        f"</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>{CHART}!${letter}$2:${letter}${last}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(plan.bars)}"/>{points}</c:numCache></c:numRef>'
        "</c:val></c:ser>"
    )


def _text(text: str) -> str:
    return escape(one_line(text))


def is_stacked(workbook: bytes) -> bool:
    """Whether the workbook of a chart is that of stacked bars."""
    return CHART in load_workbook(io.BytesIO(workbook), read_only=True).sheetnames


def read_stacked(xml: bytes, workbook: bytes) -> pd.DataFrame:
    """The rows behind the bars, with what the bars draw in place of what the workbook says.

    Raises
    ------
    ExportFailed
        If a bar has no row.
    """
    book = load_workbook(io.BytesIO(workbook))
    head, *rows = [list(row) for row in book[drawing.SHEET].iter_rows(values_only=True)]
    grid = [list(row) for row in book[CHART].iter_rows(values_only=True)]
    table = pd.DataFrame([drawing.as_read(head, row) for row in rows], columns=head, dtype=object)
    along = str(grid[0][0])
    by = next(name for name in texts_of(table) if name not in (along, LISTED))
    columns = [str(part) for part in drawing.as_read(grid[0], grid[0])[1:]]
    bars = [str(drawing.as_read([along], row[:1])[0]) for row in grid[1:]]
    where = {(row[along], row[by]): position for position, row in table.iterrows()}
    drawn: list[Any] = [None] * len(table)
    for reference in etree.fromstring(xml).iter(f"{{{drawing.C}}}numRef"):
        for row, column, value in drawing.drawn(reference):
            at = where.get((bars[row], columns[column - 1]))
            if at is None and value is not None:
                raise ExportFailed(f"A chart draws {value:g} for {bars[row]}, {columns[column - 1]}, which has no row.")
            if at is not None:
                drawn[int(str(at))] = value
    return table.assign(**{LISTED: pd.Series(drawn, dtype=object)})
