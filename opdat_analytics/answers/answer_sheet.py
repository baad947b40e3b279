"""The first sheet of a marked copy: it lists all that was held, and says what was taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties

from opdat_analytics.answers.check import Checked
from opdat_analytics.answers.choices import measure_words, place_words
from opdat_analytics.answers.wording import counted, told
from opdat_analytics.answers.words import words

HELD, FLAG = "F6C7BE", "FFE3A8"
"""Colours of a cell that was not taken, and of one that was taken but looks odd."""
_HEAD = "1F3A5F"
_MOST = 2_000
"""Lines that the first sheet lists at most."""
_WIDTHS = (7, 22, 10, 30, 58, 62)


def write_text(cell: Any, text: str) -> None:
    """Write text as text, never as a formula."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:32_000]
    if cell.data_type == "f":
        cell.data_type = "s"


def answer_sheet(
    sheet: Any,
    checked: Checked,
    held: Sequence[Mapping[str, Any]],
    flags: Sequence[Mapping[str, Any]],
    personal: Mapping[str, str],
    language: str,
) -> None:
    """Fill the first sheet: what was taken, what was not and why, in the language of the workbook.

    Parameters
    ----------
    sheet
        An empty sheet of openpyxl.
    checked
        What became of the workbook.
    held, flags
        Rows of the ``issues`` table: what was not taken, and what was taken but looks odd.
    personal
        Sheet → its personal columns, joined by commas.
    language
        One of ``words.LANGUAGES``.
    """
    said = words(language)
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
    _listed(sheet, held, said, marked["list"], HELD)
    _listed(sheet, flags, said, marked["flags"], FLAG)
    _taken(sheet, checked, marked, language)


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
    write_text(sheet.cell(row, 1), text)
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
            write_text(cell, text if isinstance(text, str) else "")
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


def _taken(sheet: Any, checked: Checked, marked: Mapping[str, Any], language: str) -> None:
    """What was taken: by measure the number of figures, the places and the years."""
    measures, places = measure_words(language), place_words("outcomes", language)
    names = {code: name for name, code in places.items()}
    rows = [
        (measures.get(str(measure), str(measure)), _short(part["place"].map(names.get).fillna(part["place"])),
         _years(part["year"]), len(part))
        for measure, part in checked.figures.groupby("measure", sort=True)
    ]  # fmt: skip
    rows += [(marked["tables"][name], "", "", len(frame)) for name, frame in checked.facts.items()]
    if rows:
        at = _headed(sheet, marked["taken"], ["", marked["what"], marked["count"], marked["years"], marked["places"]])
        for row, (what, where, years, count) in enumerate(rows, at + 1):
            for column, value in enumerate((what, count, years, where), 2):
                sheet.cell(row, column, value).alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")


def _short(values: pd.Series) -> str:
    names = sorted({str(value) for value in values.dropna()})
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def _years(values: pd.Series) -> str:
    years = [int(value) for value in values.dropna()]
    return "" if not years else f"{min(years)}" if min(years) == max(years) else f"{min(years)}–{max(years)}"
