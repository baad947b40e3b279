"""A copy of the sender's workbook with an answer: held cells coloured and explained, a first sheet that lists them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties

from opdat_analytics.answers.check import Checked
from opdat_analytics.answers.wording import counted, guessed_language, told
from opdat_analytics.answers.words import words
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.privacy import must_stop, personal_columns

_HELD, _FLAG, _HEAD = "F6C7BE", "FFE3A8", "1F3A5F"
_MOST = 2_000
"""Lines that the first sheet lists at most."""
_UNOPENED = (ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, zipfile.BadZipFile)
_WIDTHS = (7, 22, 10, 30, 58, 62)


def marked_copy(checked: Checked) -> bytes:
    """The workbook as xlsx, marked, with a first sheet in its language.

    A sheet with personal columns is emptied. Macros, links to other workbooks and what a file that could not be read
    holds are not carried over.
    """
    said = words(checked.language or guessed_language(checked.grids))
    book = _opened(checked)
    personal = {g.name: columns for g in checked.grids if must_stop(columns := personal_columns(g.text))}
    for name in personal:
        _emptied(book, name)
    open_ones = checked.issues[~checked.issues["acknowledged"].astype(bool)]
    issues: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()} for row in open_ones.to_dict("records")
    ]
    for issue in issues:
        if issue["sheet"] in personal:
            issue["text"] = None
    held = [issue for issue in issues if issue["severity"] in ("hold", "stop")]
    flags = [issue for issue in issues if issue["severity"] == "flag"]
    _mark(book, flags, said, "comment_flag", _FLAG)
    _mark(book, held, said, "comment_wrong", _HELD)
    front = book.create_sheet(_free_name(book, said["marked"]["sheet"]), 0)
    _front(front, checked, held, flags, said, {n: ", ".join(c.header for c in cs) for n, cs in personal.items()})
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is front
    book.active = 0
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _opened(checked: Checked) -> Any:
    """The workbook with its formats where it is a zipped one, else its sheets as they were read."""
    data = checked.path.read_bytes() if checked.grids else b""
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
    """Formulas and names that lead out of the workbook give way to what they showed."""
    for grid in grids:
        for row in book[grid.name].iter_rows() if grid.name in {s.title for s in book.worksheets} else ():
            for cell in row:
                if cell.data_type == "f" and ("[" in str(cell.value) or "|" in str(cell.value)):
                    at = cell.row - 1, cell.column - 1
                    inside = at[0] < grid.text.shape[0] and at[1] < grid.text.shape[1]
                    _write(cell, str(grid.text[at]) if inside else "")
    for name in [name for name, defined in book.defined_names.items() if "[" in str(defined.value)]:
        del book.defined_names[name]


def _from_grids(grids: Sequence[Grid]) -> Any:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for grid in grids:
        sheet = book.create_sheet(_free_name(book, grid.name))
        for row, line in enumerate(grid.text.tolist(), 1):
            for column, text in enumerate(line, 1):
                if text:
                    _write(sheet.cell(row, column), text)
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


def _write(cell: Any, text: str) -> None:
    """Text as text, never as a formula."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:32_000]
    if cell.data_type == "f":
        cell.data_type = "s"


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
            if sheet is not None and colour == _HELD:
                sheet.sheet_properties.tabColor = colour
            continue
        cell = _anchor(sheet, issue["cell"])
        wrong, accepted = told(issue, said)
        text = said["marked"][phrase].format(wrong=wrong)
        if colour == _HELD:
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


# ---------------------------------------------------------------- the first sheet


def _front(
    sheet: Any,
    checked: Checked,
    held: Sequence[Mapping[str, Any]],
    flags: Sequence[Mapping[str, Any]],
    said: Mapping[str, Any],
    personal: Mapping[str, str],
) -> None:
    marked = said["marked"]
    for column, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEF"[column]].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    _line(sheet, marked["title"], Font(name="Calibri", bold=True, size=16, color=_HEAD))
    _line(sheet, f"{marked['file']}: {checked.path.name}", Font(name="Calibri", color="555555"))
    _line(sheet, _summary(checked, len(held), said), Font(name="Calibri", bold=True))
    if held:
        _line(sheet, marked["do_refused" if checked.read.stopped else "do"], Font(name="Calibri"))
    for name, columns in personal.items():
        _line(sheet, f"{name}: " + marked["personal"].format(columns=columns), Font(name="Calibri", bold=True))
    _line(sheet, marked["copy"], Font(name="Calibri", italic=True, color="555555"))
    _listed(sheet, held, said, marked["list"], _HELD)
    _listed(sheet, flags, said, marked["flags"], _FLAG)
    _taken(sheet, checked, marked)


def _summary(checked: Checked, held: int, said: Mapping[str, Any]) -> str:
    marked = said["marked"]
    if checked.read.stopped:
        return str(marked["refused"])
    facts = sum(map(len, checked.facts.values()))
    parts = [counted(said, key, n) for key, n in (("figures", len(checked.figures)), ("facts", facts)) if n]
    taken = marked["joined"].format(a=parts[0], b=parts[1]) if len(parts) == 2 else (parts or [marked["none"]])[0]
    line = marked["some_held"].format(taken=taken, held=counted(said, "held", held))
    return str(line if held else f"{marked['all_taken']} ({taken})")


def _line(sheet: Any, text: str, font: Any) -> None:
    row = sheet.max_row + 1 if sheet["A1"].value else 1
    _write(sheet.cell(row, 1), text)
    sheet.cell(row, 1).font = font


def _listed(sheet: Any, issues: Sequence[Mapping[str, Any]], said: Mapping[str, Any], title: str, colour: str) -> None:
    if not issues:
        return
    marked = said["marked"]
    keys = ("number", "where", "cell", "says", "wrong", "accepted")
    row = _headed(sheet, title, [marked[key] for key in keys])
    for number, issue in enumerate(issues[:_MOST], 1):
        row += 1
        wrong, accepted = told(issue, said)
        sheet.cell(row, 1, number).fill = PatternFill("solid", start_color=colour, end_color=colour)
        for column, text in enumerate((issue["sheet"], issue["cell"], issue["text"], wrong, accepted), 2):
            cell = sheet.cell(row, column)
            _write(cell, text if isinstance(text, str) else "")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        lines = max(len(wrong) / _WIDTHS[4], len(accepted) / _WIDTHS[5], len(str(issue["text"] or "")) / _WIDTHS[3])
        sheet.row_dimensions[row].height = 15 * min(12, 1 + int(lines * 1.1))
        if isinstance(issue["cell"], str) and issue["sheet"] in sheet.parent.sheetnames:
            target = issue["sheet"].replace("'", "''")
            sheet.cell(row, 3).hyperlink = f"#'{target}'!{issue['cell']}"
            sheet.cell(row, 3).font = Font(name="Calibri", color="0563C1", underline="single")
    if len(issues) > _MOST:
        _line(sheet, marked["more"].format(n=len(issues) - _MOST), Font(name="Calibri", italic=True))


def _headed(sheet: Any, title: str, headers: Sequence[str]) -> int:
    """A heading with a blank line before it and a row of headers; gives the row of the headers."""
    row = int(sheet.max_row) + 2
    sheet.cell(row, 1, title).font = Font(name="Calibri", bold=True, size=13, color=_HEAD)
    for column, header in enumerate(headers, 1):
        cell = sheet.cell(row + 1, column, header)
        cell.font, cell.fill = Font(name="Calibri", bold=True, color="FFFFFF"), PatternFill("solid", start_color=_HEAD)
    return row + 1


def _taken(sheet: Any, checked: Checked, marked: Mapping[str, Any]) -> None:
    """What was taken: by measure the number of figures, the places and the years."""
    rows = [
        (str(measure), _short(part["place"]), _years(part["year"]), len(part))
        for measure, part in checked.figures.groupby("measure", sort=True)
    ]
    rows += [(name, "", "", len(frame)) for name, frame in checked.facts.items()]
    if rows:
        at = _headed(sheet, marked["taken"], ["", marked["what"], marked["count"], marked["years"], marked["places"]])
        for row, (what, places, years, count) in enumerate(rows, at + 1):
            for column, value in enumerate((what, count, years, places), 2):
                sheet.cell(row, column, value).alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")


def _short(values: pd.Series) -> str:
    names = sorted({str(value) for value in values.dropna()})
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def _years(values: pd.Series) -> str:
    years = [int(value) for value in values.dropna()]
    return "" if not years else f"{min(years)}" if min(years) == max(years) else f"{min(years)}–{max(years)}"
