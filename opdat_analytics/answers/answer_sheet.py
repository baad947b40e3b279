"""The first sheet of a marked copy: what was taken, what was not and why, in the language of the workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from opdat_analytics.answers.checked_file import Check
from opdat_analytics.answers.findings import Finding
from opdat_analytics.answers.template_sheets import AMBER, GREEN, INK, PALE, RED, RULE
from opdat_analytics.answers.words import words
from opdat_analytics.exports.inert import inert

_MAX_LISTED = 2_000
_WIDTHS = (6, 20, 11, 30, 58, 58)
_EDGE = Side(style="thin", color=RULE[1:])
_BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)


def written(sheet: Any, row: int, column: int, text: str) -> Any:
    """Write a text as text, so that no spreadsheet program runs it."""
    cell = sheet.cell(row, column)
    cell.value = inert(ILLEGAL_CHARACTERS_RE.sub(" ", text))[:32_000]
    cell.data_type = "s"
    return cell


def answer_sheet(book: Any, checked: Check, told: Sequence[Finding], *, refused: bool) -> None:
    """Put the answer before the sheets of a marked copy, and open the copy there."""
    said = words(checked.language)["marked"]
    sheet = book.create_sheet(_free_name(said["sheet"], book.sheetnames), 0)
    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    held = [one for one in told if one.severity != "flag"]
    flags = [one for one in told if one.severity == "flag"]
    written(sheet, 1, 1, said["title"]).font = Font(name="Calibri", bold=True, size=18, color=INK[1:])
    sheet.row_dimensions[1].height = 30
    written(sheet, 2, 1, f"{said['file']}: {checked.file}").font = Font(name="Calibri", italic=True, color="555555")
    colour = GREEN if not held else RED if refused else AMBER
    _banner(sheet, 4, _verdict(checked, held, said, refused=refused), colour)
    row = 5
    for text in _remarks(book, held, said, refused=refused):
        _wide(sheet, row, text)
        row += 1
    row += 1
    for title, group, fill in ((said["list"], held, RED), (said["flags"], flags, AMBER)):
        if group:
            row = _listed(sheet, row, title, group, fill, said) + 1
    _taken(sheet, row, checked, said)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.freeze_panes = "A5"
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = 0


def _free_name(name: str, taken: Sequence[str]) -> str:
    used = {one.casefold() for one in taken}
    tried = (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
    return next(one for one in tried if one.casefold() not in used)


def _verdict(checked: Check, held: Sequence[Finding], said: Mapping[str, Any], *, refused: bool) -> str:
    if refused:
        return str(said["refused"])
    if not held:
        return str(said["all_taken"])
    facts = sum(len(frame) for frame in checked.facts.values())
    counted = [_counted(said["figures"], len(checked.figures)), _counted(said["facts"], facts)]
    parts = [text for text, number in zip(counted, (len(checked.figures), facts), strict=True) if number]
    taken = said["joined"].format(a=parts[0], b=parts[1]) if len(parts) == 2 else (parts or [said["none"]])[0]
    return str(said["some_held"].format(taken=taken, held=_counted(said["held"], len(held))))


def _counted(forms: Mapping[str, str], number: int) -> str:
    return forms["one"] if number == 1 else forms["many"].format(n=number)


def _remarks(book: Any, held: Sequence[Finding], said: Mapping[str, Any], *, refused: bool) -> Iterator[str]:
    if held:
        yield said["do_refused"] if refused else said["do"]
    if len(book.sheetnames) > 1:
        yield said["copy"]


def _banner(sheet: Any, row: int, text: str, colour: str) -> None:
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=6)
    cell = written(sheet, row, 1, text)
    cell.font = Font(name="Calibri", bold=True, size=13)
    cell.fill = PatternFill("solid", fgColor=f"FF{colour[1:]}")
    cell.alignment = Alignment(vertical="center", wrap_text=True, indent=1)
    sheet.row_dimensions[row].height = 32


def _wide(sheet: Any, row: int, text: str) -> None:
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=6)
    written(sheet, row, 1, text).alignment = Alignment(vertical="center", wrap_text=True, indent=1)
    sheet.row_dimensions[row].height = 19 if len(text) < 160 else 34


def _listed(sheet: Any, row: int, title: str, group: Sequence[Finding], fill: str, said: Mapping[str, Any]) -> int:
    written(sheet, row, 1, title).font = Font(name="Calibri", bold=True, size=13, color=INK[1:])
    row += 1
    _heads(sheet, row, [said[key] for key in ("number", "where", "cell", "says", "wrong", "accepted")])
    for number, one in enumerate(group[:_MAX_LISTED], 1):
        row += 1
        cells = ", ".join(one.cells[:6])
        for column, text in enumerate(
            (str(number), one.sheet or "", cells, one.says[:300], one.wrong, one.accepted), 1
        ):
            cell = written(sheet, row, column, text)
            cell.border = _BOX
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.cell(row, 3).fill = PatternFill("solid", fgColor=f"FF{fill[1:]}")
        if one.cells and one.sheet and one.sheet in sheet.parent.sheetnames:
            quoted = one.sheet.replace("'", "''")
            sheet.cell(row, 3).hyperlink = f"#'{quoted}'!{one.cells[0]}"
            sheet.cell(row, 3).font = Font(name="Calibri", underline="single", color="1F3A5F")
        lines = max(-(-len(one.wrong) // 56), -(-len(one.accepted) // 56), -(-len(one.says[:300]) // 28), 1)
        sheet.row_dimensions[row].height = 15.5 * lines + 3
    if len(group) > _MAX_LISTED:
        row += 1
        _wide(sheet, row, said["more"].format(n=len(group) - _MAX_LISTED))
    return row + 1


def _heads(sheet: Any, row: int, heads: Sequence[str]) -> None:
    for column, head in enumerate(heads, 1):
        cell = written(sheet, row, column, head)
        cell.font = Font(name="Calibri", bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=f"FF{INK[1:]}")
        cell.border = _BOX
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[row].height = 20


def _taken(sheet: Any, row: int, checked: Check, said: Mapping[str, Any]) -> None:
    """What was taken: per sheet and measure how many figures, of how many places, of which years."""
    lines = list(_taken_lines(checked))
    if not lines:
        return
    written(sheet, row, 1, said["taken"]).font = Font(name="Calibri", bold=True, size=13, color=INK[1:])
    row += 1
    _heads(sheet, row, ["", said["where"], said["count"], said["what"], said["places"], said["years"]])
    for line in lines:
        row += 1
        for column, text in enumerate(("", *line), 1):
            cell = written(sheet, row, column, text)
            cell.border = _BOX
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.fill = PatternFill("solid", fgColor=f"FF{PALE[1:]}") if column == 3 else PatternFill()


def _taken_lines(checked: Check) -> Iterator[tuple[str, str, str, str, str]]:
    names = _measure_names(checked.language)
    if len(checked.figures):
        for (sheet, measure), rows in checked.figures.groupby(["sheet", "measure"], sort=True):
            places = sorted(set(rows["place"].dropna()))
            listed = ", ".join(places[:12]) + (f" … ({len(places)})" if len(places) > 12 else "")
            yield str(sheet), str(len(rows)), names.get(str(measure), str(measure)), listed, _years(rows["year"])
    for table, frame in checked.facts.items():
        for sheet, rows in frame.groupby("sheet", sort=True):
            where = "place" if "place" in rows else "places"
            codes = {code for text in rows[where].dropna() for code in str(text).split(";")}
            years = _years(rows["year"]) if "year" in rows else ""
            yield str(sheet), str(len(rows)), table, ", ".join(sorted(codes)[:12]), years


def _years(years: pd.Series) -> str:
    known = sorted({int(year) for year in years.dropna()})
    return "" if not known else str(known[0]) if len(known) == 1 else f"{known[0]}–{known[-1]}"


def _measure_names(language: str) -> dict[str, str]:
    from opdat_analytics.answers.choices import coded_words

    return {code: word for word, code in coded_words("outcomes", language, "measure").items()}
