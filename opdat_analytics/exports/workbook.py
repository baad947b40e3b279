"""The pack as a workbook: cover, contents and notes, then a table a sheet with its chart beside it."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd
import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from opdat_analytics.charts import style
from opdat_analytics.charts.layout import one_line
from opdat_analytics.exports.cells import FIXED_DATE, QUIET, as_read, as_year, write_cell
from opdat_analytics.exports.contents import SHORTHAND, SHORTHAND_COLUMN, Pack, is_number, numbers
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.images import file_stem
from opdat_analytics.exports.inert import inert
from opdat_analytics.exports.workbook_chart import add_charts, drawn_in_excel, said_beside
from opdat_analytics.exports.workbook_read import check_charts
from opdat_analytics.model import Exhibit, ExportFailed

_FIGURE = "Figure id: "
_LONGEST = 31
"""Letters that the name of a sheet may have."""
_COVER = 110
_CONTENTS = (34, 60, 60, 40, 40)
"""Widths of columns, in letters."""
_CELL = 32_000
"""Letters that a cell may hold, with room to spare."""


def write_workbook(pack: Pack, path: Path) -> Path:
    """Write the pack as a workbook, after the UK government's guidance for statistics in spreadsheets.

    Parameters
    ----------
    pack
        What it shows.
    path
        Where to.

    Returns
    -------
    Path
        The file. ``Cover``, ``Contents`` with links, ``Notes`` on shorthand, ``Remarks`` on single charts where there
        are any; then a sheet for each chart: heading lines from A1, one Excel table without merged cells or blank rows,
        numbers as numbers, bounds and shorthand in columns of their own, and a chart that can be edited where there is
        such a form. No text is run as a formula. The same pack gives the same bytes.

    Raises
    ------
    ExportFailed
        If it cannot be written.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, QUIET)
    book.set_properties(
        {
            "title": one_line(pack.title), "subject": f"Publication {pack.publication}", "author": "", "comments": "",
            "status": pack.handling, "created": FIXED_DATE,
        }
    )  # fmt: skip
    looks = _looks(book)
    names = sheet_names(pack.exhibits)
    _cover(book, looks, pack)
    _contents(book, looks, pack, names)
    _notes(book, looks, pack, names)
    for number, (exhibit, name) in enumerate(zip(pack.exhibits, names, strict=True), start=1):
        _figure(book, looks, exhibit, name, number, pack.handling)
    book.close()
    return write_file(path, buffer.getvalue())


def numbers_in_workbook(path: Path) -> dict[str, pd.DataFrame]:
    """The tables of a pack's workbook by figure id.

    Raises
    ------
    ExportFailed
        If the file is not a workbook, or a chart in it draws otherwise than its table says.
    """
    try:
        book = load_workbook(path)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise ExportFailed(f"{path.name} cannot be read as a workbook ({error}). Export again.") from error
    found: dict[str, pd.DataFrame] = {}
    for sheet in book.worksheets:
        lines = [str(row[0]) for row in sheet.iter_rows(max_row=8, max_col=1, values_only=True)]
        ids = [line.removeprefix(_FIGURE).split(". ")[0] for line in lines if line.startswith(_FIGURE)]
        for table in sheet.tables.values() if ids else ():
            head, *body = [[cell.value for cell in row] for row in sheet[table.ref]]
            rows = [as_read(head, row) for row in body if any(cell is not None for cell in row)]
            found[ids[0]] = pd.DataFrame(rows, columns=head, dtype=object)
    check_charts(path, book)
    return found


def sheet_names(exhibits: Sequence[Exhibit]) -> list[str]:
    """A name for the sheet of each chart: its number, then as much of its own name as a sheet may have."""
    return [
        f"{number} {file_stem(exhibit.name)}"[:_LONGEST].rstrip("- ")
        for number, exhibit in enumerate(exhibits, start=1)
    ]


# ---------------------------------------------------------------- sheets


def _looks(book: Any) -> dict[str, Any]:
    base = {"font_name": "Arial", "font_size": 11, "font_color": style.INK}
    return {
        "title": book.add_format({**base, "bold": True, "font_size": 16}),
        "head": book.add_format({**base, "bold": True, "font_size": 13}),
        "text": book.add_format(base),
        "wrapped": book.add_format({**base, "text_wrap": True, "valign": "top"}),
        "link": book.add_format({**base, "font_color": style.BLUE, "underline": 1}),
        "shorthand": book.add_format({**base, "indent": 1}),
        "columns of shorthand": book.add_format(
            {**base, "bold": True, "valign": "top", "align": "left", "indent": 1, "bottom": 1}
        ),
        "columns": book.add_format({**base, "bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "columns of numbers": book.add_format(
            {**base, "bold": True, "text_wrap": True, "valign": "top", "align": "right", "bottom": 1}
        ),
        "year": book.add_format({**base, "num_format": "0", "align": "left"}),
        "whole": book.add_format({**base, "num_format": "#,##0"}),
        "parts": book.add_format({**base, "num_format": "#,##0.0##"}),
    }


def _text(sheet: Any, row: int, column: int, text: str, look: Any) -> None:
    sheet.write_string(row, column, inert(one_line(text))[:_CELL], look)


def _page(sheet: Any, handling: str, repeated: int | None = None) -> None:
    """How a sheet prints: across one page, the marking above, its headings on each page."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f'&R&"Arial,Bold"{one_line(handling).replace("&", "&&")}')
    sheet.set_footer("&L&A&RPage &P of &N")
    if repeated is not None:
        sheet.repeat_rows(repeated)


def _cover(book: Any, looks: dict[str, Any], pack: Pack) -> None:
    sheet = book.add_worksheet("Cover")
    sheet.set_column(0, 0, _COVER)
    lines = [
        (pack.title, "title"),
        (f"Publication {pack.publication} of {pack.made_on}.", "text"),
        (f"Handling: {pack.handling}.", "text"),
        ("What changed since the last pack", "head"),
        *((change, "wrapped") for change in pack.changes),
        ("Whose results these are", "head"),
        *((whose, "wrapped") for whose in pack.attribution),
        ("How to read the tables", "head"),
        ("Each sheet after Notes holds one table, with a chart beside it where programs have a form for it. Bounds "
         f"stand in columns of their own. An empty cell is not zero: the column “{SHORTHAND_COLUMN}” says why, in "
         "shorthand that the sheet Notes explains.", "wrapped"),
        ("Sources", "head"),
    ]  # fmt: skip
    for credit in pack.credits:
        editions = f"Editions: {', '.join(credit.editions)}." if credit.editions else ""
        said = [f"{credit.title}.", credit.owner, editions, credit.licence, credit.url]
        lines.append((" ".join(part for part in said if part), "wrapped"))
    for row, (text, look) in enumerate(lines):
        _text(sheet, row, 0, text, looks[look])
        sheet.set_row(row, 26 if look == "head" else _height(text, _COVER) if look == "wrapped" else None)
    _page(sheet, pack.handling)
    sheet.set_portrait()  # it is text, and its sources stay together


def _contents(book: Any, looks: dict[str, Any], pack: Pack, names: Sequence[str]) -> None:
    sheet = book.add_worksheet("Contents")
    _text(sheet, 0, 0, "Contents", looks["title"])
    _text(sheet, 1, 0, "This sheet holds one table. Each sheet of a chart is linked from it.", looks["text"])
    sections = [section.title for section in pack.sections for _ in section.exhibits]
    rows = [
        [name, exhibit.title, exhibit.subtitle, section, exhibit.figure_id]
        for name, exhibit, section in zip(names, pack.exhibits, sections, strict=True)
    ]
    _table(
        sheet,
        looks,
        2,
        ["Sheet", "Title", "What it shows", "Part of the pack", "Figure id"],
        rows,
        "contents",
        _CONTENTS,
    )
    for row, name in enumerate(names, start=3):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", looks["link"], name)
    _page(sheet, pack.handling, 2)


def _notes(book: Any, looks: dict[str, Any], pack: Pack, names: Sequence[str]) -> None:
    sheet = book.add_worksheet("Notes")
    _text(sheet, 0, 0, "Notes", looks["title"])
    _text(sheet, 1, 0, f"This sheet holds one table: shorthand of the column “{SHORTHAND_COLUMN}”.", looks["text"])
    _table(
        sheet, looks, 2, ["Shorthand", "Meaning"], [list(pair) for pair in SHORTHAND.items()], "shorthand", (14, 100)
    )
    _page(sheet, pack.handling, 2)
    remarks = [[name, note] for name, exhibit in zip(names, pack.exhibits, strict=True) for note in exhibit.notes]
    if remarks:
        sheet = book.add_worksheet("Remarks")
        _text(sheet, 0, 0, "Remarks", looks["title"])
        _text(sheet, 1, 0, "This sheet holds one table: what else must be known about single charts.", looks["text"])
        _table(sheet, looks, 2, ["Sheet", "Remark"], remarks, "remarks", (34, 110))
        _page(sheet, pack.handling, 2)


def _table(
    sheet: Any, looks: dict[str, Any], top: int, head: list[str], rows: list[list[str]], name: str,
    widths: Sequence[int],
) -> None:  # fmt: skip
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    columns = [{"header": heading, "header_format": looks["columns"]} for heading in head]
    sheet.add_table(top, 0, top + max(1, len(rows)), len(head) - 1, _declared(name, columns))
    for row, cells in enumerate(rows, start=top + 1):
        sheet.set_row(row, max(_height(text, width) for text, width in zip(cells, widths, strict=True)))
        for column, text in enumerate(cells):
            _text(sheet, row, column, text, looks["wrapped"])
    sheet.freeze_panes(top + 1, 0)


def _height(text: str, width: int) -> float:
    """Height of a row in points that shows a text of many lines whole; not every program finds it by itself."""
    return 15.0 * min(26, len(textwrap.wrap(one_line(text), round(width * 1.08))) or 1)


def _declared(name: str, columns: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "columns": columns, "style": "Table Style Light 1", "autofilter": False}


def _figure(book: Any, looks: dict[str, Any], exhibit: Exhibit, name: str, number: int, handling: str) -> None:
    """The sheet of one chart."""
    sheet = book.add_worksheet(name)
    table = numbers(exhibit)
    drawn = drawn_in_excel(exhibit)
    lines = [
        exhibit.subtitle,
        f"This sheet holds one table. Shorthand in the column “{SHORTHAND_COLUMN}” is explained on the sheet Notes. "
        f"{said_beside(drawn)}",
        " ".join(exhibit.caveats) or "Nothing needs to be said about these figures that the table does not say.",
        exhibit.source_line,
        exhibit.attribution,
        f"{_FIGURE}{exhibit.figure_id}. Handling: {handling}.",
    ]
    _text(sheet, 0, 0, exhibit.title, looks["title"])
    for row, line in enumerate(lines, start=1):
        _text(sheet, row, 0, line, looks["text"])
    top = len(lines) + 1
    kinds = [is_number(table, heading) for heading in table.columns]
    columns = [
        {"header": heading, "header_format": looks[_heading_look(heading, numeric)]}
        for heading, numeric in zip(table.columns, kinds, strict=True)
    ]
    sheet.add_table(top, 0, top + max(1, len(table)), len(columns) - 1, _declared(f"figure_{number}", columns))
    for column, (heading, numeric) in enumerate(zip(table.columns, kinds, strict=True)):
        values = table[heading].tolist()
        _column(sheet, looks, (top + 1, column), heading, values, numeric)
        sheet.set_column(column, column, _width(heading, values, numeric))
    sheet.freeze_panes(top + 1, 1)
    add_charts(book, sheet, exhibit, drawn, table, top)
    _page(sheet, handling, top)


def _column(
    sheet: Any, looks: dict[str, Any], at: tuple[int, int], heading: str, values: list[Any], numeric: bool
) -> None:
    """The cells of one column, from the row and column ``at``."""
    first, column = at
    whole = numeric and all(value != value or float(value).is_integer() for value in values)
    for row, value in enumerate(values, start=first):
        year = None if numeric else as_year(heading, value)
        if year is not None:
            sheet.write_number(row, column, year, looks["year"])
        elif numeric and value == value:
            write_cell(sheet, row, column, value, looks["whole" if whole else "parts"])
        elif not numeric and value:
            _text(sheet, row, column, value, looks["shorthand" if heading == SHORTHAND_COLUMN else "text"])


def _heading_look(heading: str, numeric: bool) -> str:
    return "columns of numbers" if numeric else "columns of shorthand" if heading == SHORTHAND_COLUMN else "columns"


def _width(heading: str, values: list[Any], numeric: bool) -> float:
    longest = max((len(str(value)) for value in values), default=0)
    words = max(len(word) for word in heading.split()) + 2
    return float(max(13 if numeric else 10, words, min(longest + 2, 50) if not numeric else 0))
