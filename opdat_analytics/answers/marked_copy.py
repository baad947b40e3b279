"""A copy of the sender's workbook in which every held cell is coloured and says why; macros are never carried over."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Border, PatternFill, Side

from opdat_analytics.answers.answer_sheet import answer_sheet, written
from opdat_analytics.answers.checked_file import REFUSED, Check
from opdat_analytics.answers.findings import Finding, findings
from opdat_analytics.answers.template_sheets import AMBER, MADE, RED
from opdat_analytics.answers.words import words
from opdat_analytics.ingest.workbook import Grid, read_workbook
from opdat_analytics.model import UnreadableFile, position

_EDGES = {"stop": "C00000", "hold": "C00000", "flag": "B7791F"}
_ACTIVE = re.compile(
    r"\[|\||\b(WEBSERVICE|HYPERLINK|CALL|REGISTER(\.ID)?|RTD|DDE|EXEC|FILTERXML|IMAGE|IMPORT\w*)\s*\(", re.IGNORECASE
)
_MAX_COMMENTS = 5_000


def marked_copy(path: Path, checked: Check) -> bytes:
    """The copy that goes back to the sender.

    Parameters
    ----------
    path
        The workbook that was checked.
    checked
        What the check found.

    Returns
    -------
    bytes
        An xlsx file: formats kept where the workbook is an xlsx or xlsm, else the text of its cells. Its first sheet
        lists what could not be used and what was taken. Macros, links to other workbooks and formulas that reach
        outside are not in it, nor are sheets with personal data.
    """
    told = findings(checked)
    try:
        grids: Sequence[Grid] = read_workbook(path)
    except UnreadableFile:
        grids = ()
    book = _opened(path, checked, grids)
    said = words(checked.language)["marked"]
    for sheet in [name for name in book.sheetnames if name in checked.personal]:
        _emptied(book, sheet, said["personal"].format(columns=", ".join(checked.personal[sheet])))
    marked = 0
    for finding in told:
        if finding.sheet in book.sheetnames and finding.sheet not in checked.personal and marked < _MAX_COMMENTS:
            for cell in finding.cells:
                _mark(book[finding.sheet], cell, finding, said)
                marked += 1
    answer_sheet(book, checked, told, refused=checked.exit_code == REFUSED)
    return _saved(book)


def _opened(path: Path, checked: Check, grids: Sequence[Grid]) -> Any:
    """The workbook with its formats, or its text alone; without anything active."""
    if grids and checked.kind in ("xlsx", "xlsm"):
        try:
            book = openpyxl.load_workbook(path, keep_vba=False, keep_links=False, rich_text=True)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, SyntaxError):
            return _from_grids(grids)  # what openpyxl cannot open still has its text
        _made_passive(book, {grid.name: grid for grid in grids}, strict=bool(checked.personal))
        return book
    return _from_grids(grids)


def _from_grids(grids: Sequence[Grid]) -> Any:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for grid in grids:
        sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", grid.name)[:31] or "1")
        if grid.hidden:
            sheet.sheet_state = "hidden"
        for row, line in enumerate(grid.text.tolist(), 1):
            for column, text in enumerate(line, 1):
                if text:
                    at = (row - 1, column - 1)
                    typed = grid.typed[at] and re.fullmatch(r"-?\d{1,15}(\.\d+)?", text)
                    if typed:
                        sheet.cell(row, column, float(text) if "." in text else int(text))
                    else:
                        written(sheet, row, column, text)
        _fit(sheet, grid)
    return book


def _fit(sheet: Any, grid: Grid) -> None:
    from openpyxl.utils import get_column_letter

    for column in range(min(grid.text.shape[1], 60)):
        longest = max((len(text) for text in grid.text[:200, column].tolist()), default=0)
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(max(longest + 2, 9), 48)


def _made_passive(book: Any, grids: dict[str, Grid], *, strict: bool) -> None:
    """Take out what acts or reaches outside: such formulas, pivot caches, data connections, hyperlinks that run."""
    book.security = None
    for name in list(book.defined_names):
        if _ACTIVE.search(str(book.defined_names[name].value or "")):
            del book.defined_names[name]
    for sheet in book.worksheets:
        sheet._pivots = []
        sheet.legacy_drawing = None
        if strict:
            sheet._charts, sheet._images = [], []
        grid = grids.get(sheet.title)
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f" and (grid is None or strict or _ACTIVE.search(_formula(cell.value))):
                    inside = grid is not None and cell.row <= grid.text.shape[0] and cell.column <= grid.text.shape[1]
                    written(
                        sheet,
                        cell.row,
                        cell.column,
                        grid.text[cell.row - 1, cell.column - 1] if inside and grid else "",
                    )
                if cell.hyperlink is not None and not str(cell.hyperlink.target or "").startswith(
                    ("http://", "https://")
                ):
                    cell.hyperlink = None
    for chart in list(book.chartsheets):
        if strict:
            book.remove(chart)


def _formula(value: Any) -> str:
    return str(getattr(value, "text", value) or "")


def _emptied(book: Any, name: str, why: str) -> None:
    """A sheet of that name at that place, with nothing in it but the reason."""
    at = book.sheetnames.index(name)
    book.remove(book[name])
    sheet = book.create_sheet(name, at)
    written(sheet, 1, 1, why)
    sheet.column_dimensions["A"].width = 100


def _mark(sheet: Any, cell: str, finding: Finding, said: Any) -> None:
    row, column = position(cell)
    target = sheet.cell(row + 1, column + 1)
    if isinstance(target, MergedCell):
        span = next(span for span in sheet.merged_cells.ranges if cell in span)
        target = sheet.cell(span.min_row, span.min_col)
    flag = finding.severity == "flag"
    lines = [said["comment_flag" if flag else "comment_wrong"].format(wrong=finding.wrong)]
    if finding.accepted:
        lines.append(said["comment_accepted"].format(accepted=finding.accepted))
    before = [target.comment.text] if target.comment is not None else []
    comment = Comment("\n\n".join([*before, "\n".join(lines)]), "opdat_analytics")
    comment.width, comment.height = 340, 150
    target.comment = comment
    if flag and target.fill.fgColor.rgb == f"FF{RED[1:]}":
        return
    target.fill = PatternFill("solid", fgColor=f"FF{(AMBER if flag else RED)[1:]}")
    edge = Side(style="medium", color=_EDGES[finding.severity])
    target.border = Border(left=edge, right=edge, top=edge, bottom=edge)


def _saved(book: Any) -> bytes:
    """The same bytes for the same content: no names, no times of now."""
    book.properties = type(book.properties)(creator="opdat_analytics", created=MADE, modified=MADE)
    book.custom_doc_props = type(book.custom_doc_props)()
    buffer, fixed = io.BytesIO(), io.BytesIO()
    book.save(buffer)
    stamp = MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(buffer) as drawn, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as kept:
        for entry in drawn.infolist():
            data = drawn.read(entry)
            if entry.filename == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            told = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            told.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(told, data)
    return fixed.getvalue()
