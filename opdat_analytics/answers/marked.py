"""A copy of the sender's workbook with an answer: held cells coloured and explained, a first sheet that lists them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import PatternFill

from opdat_analytics.answers.answer_sheet import FLAG, HELD, answer_sheet, write_text
from opdat_analytics.answers.check import Checked
from opdat_analytics.answers.template_sheets import MADE
from opdat_analytics.answers.wording import guessed_language, told
from opdat_analytics.answers.words import words
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.privacy import must_stop, person_named, personal_data
from opdat_analytics.zipped import settled

_REACHES_OUT = re.compile(
    r"[\[|]|\b(?:WEBSERVICE|FILTERXML|HYPERLINK|IMAGE|RTD|CALL|REGISTER|REGISTER\.ID|DDE|EXEC|SQL\.REQUEST|STOCKHISTORY)\s*\(",
    re.IGNORECASE,
)
"""Formulas that fetch, start or look into something outside of the workbook."""
_UNOPENED = (ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, zipfile.BadZipFile)


def marked_copy(checked: Checked) -> bytes:
    """The workbook as xlsx, marked, with a first sheet in its language.

    A sheet with personal columns is emptied, and of a workbook that was refused for them only the text of the other
    sheets is carried over. Macros, links to other workbooks and what a file that could not be read
    holds are not carried over.
    """
    language = checked.language or guessed_language(checked.grids)
    said = words(language)
    book = _opened(checked)
    personal = {g.name: columns for g in checked.grids if must_stop(columns := personal_data(g.text))}
    for name in personal:
        _emptied(book, name)
    for sheet in [sheet for sheet in book.worksheets if person_named(sheet.title)]:
        book.remove(sheet)
    open_ones = checked.issues[~checked.issues["acknowledged"].astype(bool)]
    issues: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()} for row in open_ones.to_dict("records")
    ]
    for issue in issues:
        if issue["sheet"] in personal:
            issue["text"] = None
    held = [issue for issue in issues if issue["severity"] in ("hold", "stop")]
    flags = [issue for issue in issues if issue["severity"] == "flag"]
    _mark(book, flags, said, "comment_flag", FLAG)
    _mark(book, held, said, "comment_wrong", HELD)
    front = book.create_sheet(_free_name(book, said["marked"]["sheet"]), 0)
    told_columns = {name: ", ".join(column.header for column in columns) for name, columns in personal.items()}
    answer_sheet(front, checked, held, flags, told_columns, language)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is front
    book.active = 0
    return _settled(book)


def _settled(book: Any) -> bytes:
    """The workbook as bytes that name nobody and are the same whenever it is written."""
    book.properties = DocumentProperties(creator="", created=MADE, modified=MADE)
    buffer = io.BytesIO()
    book.save(buffer)
    return settled(buffer.getvalue(), _undated)


def _undated(name: str, part: bytes) -> bytes:
    """A part of the file, without the time that the library writes into it."""
    made = f"{MADE:%Y-%m-%dT%H:%M:%SZ}".encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + made, part) if name == "docProps/core.xml" else part


def _opened(checked: Checked) -> Any:
    """The workbook with its formats where it is a zipped one, else its sheets as they were read."""
    refused = bool((checked.issues["code"] == "personal_columns").any())
    data = checked.path.read_bytes() if checked.grids and not refused else b""
    if data[:4] == b"PK\x03\x04":
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=False, keep_links=False)
        except _UNOPENED:
            return _from_grids(checked.grids)
        if {grid.name for grid in checked.grids} <= set(book.sheetnames):
            _unlinked(book, checked.grids)
            return book
    return _from_grids(checked.grids)


def _unlinked(book: Any, grids: Sequence[Grid]) -> None:
    """What leads out of the workbook gives way to what it showed; stores of data behind pivot tables are dropped."""
    for sheet in book.worksheets:
        sheet._pivots = []
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink is not None and _leads_to_a_file(cell.hyperlink):
                    cell.hyperlink = None
    for grid in grids:
        for row in book[grid.name].iter_rows() if grid.name in {s.title for s in book.worksheets} else ():
            for cell in row:
                if cell.data_type == "f" and _REACHES_OUT.search(_formula(cell.value)):
                    at = cell.row - 1, cell.column - 1
                    inside = at[0] < grid.text.shape[0] and at[1] < grid.text.shape[1]
                    write_text(cell, str(grid.text[at]) if inside else "")
    for name in [name for name, defined in book.defined_names.items() if "[" in str(defined.value)]:
        del book.defined_names[name]


def _formula(value: Any) -> str:
    """The text of a formula, one for many cells included."""
    return str(getattr(value, "text", value))


def _leads_to_a_file(link: Any) -> bool:
    target = str(link.target or "")
    return bool(target) and not target.lower().startswith(("http://", "https://", "mailto:"))


def _from_grids(grids: Sequence[Grid]) -> Any:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for grid in grids:
        sheet = book.create_sheet(_free_name(book, grid.name))
        for row, line in enumerate(grid.text.tolist(), 1):
            for column, text in enumerate(line, 1):
                if text:
                    write_text(sheet.cell(row, column), text)
                    if grid.typed[row - 1, column - 1] and _is_plain(text):
                        sheet.cell(row, column).value = float(text)
    return book


def _is_plain(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _free_name(book: Any, wanted: str) -> str:
    name = "".join(letter for letter in wanted if letter not in "[]:*?/\\").strip("'")[:28] or "1"
    taken = {title.casefold() for title in book.sheetnames}
    return next(n for n in (name, *(f"{name} {i}" for i in range(2, 500))) if n.casefold() not in taken)


def _emptied(book: Any, name: str) -> None:
    if name in book.sheetnames:
        at = book.sheetnames.index(name)
        book.remove(book[name])
        book.create_sheet(name, at)


def _mark(book: Any, issues: Sequence[Mapping[str, Any]], said: Mapping[str, Any], phrase: str, colour: str) -> None:
    """Colour each cell and say in a comment what is wrong and what would be accepted."""
    fill = PatternFill("solid", start_color=colour, end_color=colour)
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    marked: dict[str, list[str]] = {}
    for issue in issues:
        sheet = sheets.get(issue["sheet"])
        if sheet is None or not isinstance(issue["cell"], str):
            if sheet is not None and colour == HELD:
                sheet.sheet_properties.tabColor = colour
            continue
        cell = _anchor(sheet, issue["cell"])
        wrong, accepted = told(issue, said)
        text = said["marked"][phrase].format(wrong=wrong)
        if colour == HELD:
            text += "\n\n" + said["marked"]["comment_accepted"].format(accepted=accepted)
        if cell.comment is not None:
            text += f"\n\n———\n{cell.comment.text}"
        cell.comment = Comment(ILLEGAL_CHARACTERS_RE.sub("", text), "opdat", height=40 + len(text) // 2, width=340)
        cell.fill = fill
        marked.setdefault(issue["sheet"], []).append(cell.coordinate)
    for name, cells in marked.items():
        _above_other_colours(sheets[name], cells, fill)


def _above_other_colours(sheet: Any, cells: Sequence[str], fill: Any) -> None:
    """Conditional formats of the sheet would hide the colour: ours goes before them."""
    others = [rule for formats in sheet.conditional_formatting for rule in formats.rules]
    if others:
        for rule in others:
            rule.priority += 1
        ours = FormulaRule(formula=["TRUE"], fill=PatternFill("solid", bgColor=fill.start_color), stopIfTrue=True)
        ours.priority = 1
        sheet.conditional_formatting.add(" ".join(cells[:500]), ours)


def _anchor(sheet: Any, cell: str) -> Any:
    found = sheet[cell]
    if isinstance(found, MergedCell):
        covering = next(area for area in sheet.merged_cells.ranges if cell in area)
        return sheet.cell(covering.min_row, covering.min_col)
    return found
