"""Synthetic returns for the refresh benchmark: workbooks of three sheets, 60 places by 18 figures, all alike."""

from __future__ import annotations

import random
from pathlib import Path

import xlsxwriter

from opdat_analytics import vocab

ROWS, SHEETS = 60, ("Courts", "Prosecutors", "Police")
MEASURES = ("Convictions", "Prosecutions", "Investigations")
YEARS = range(2018, 2024)
QUALIFIED = ("<5", "{}*", "1,{:03d}", "..", "over {}", "{}–{}")
SHAPES = {
    "series": 'headers = { measure = { row = 1, blanks = "left" }, year = "row 2", place = "column 1",'
    ' programme = "column 2" }',
    "editions": 'headers = { measure = { row = 1, blanks = "left" }, year = "row 2", place = "column 1",'
    ' breakdown = "column 2" }',
}
"""What tells the workbooks apart: each is about another programme, or each is an edition of the same figures."""
DECLARATION = """title = "Synthetic returns"
numbers = "1,234.5"
{edition}

[symbols]
"<5" = [0, 4]
".." = "not_available"

[constants]
offence = "trafficking"
unit = "persons"
url = "https://example.org/returns"

[[layout]]
corner = "Place"
{headers}
ends = "Notes"
"""


def write_returns(folder: Path, count: int, shape: str = "series", first: int = 0) -> None:
    """Write ``count`` workbooks and their declaration into a source's folder; the same every time.

    Parameters
    ----------
    folder
        The source's folder below data/raw.
    count
        How many workbooks.
    shape
        A key of ``SHAPES``.
    first
        Number of the first workbook.
    """
    folder.mkdir(parents=True, exist_ok=True)
    edition = """edition = { from = "filename", pattern = '(\\d{4})' }""" if shape == "editions" else ""
    (folder / "source.toml").write_text(
        DECLARATION.format(edition=edition, headers=SHAPES[shape]), encoding="utf-8", newline="\n"
    )
    for number in range(first, first + count):
        write_return(folder / f"returns_{number:04d}.xlsx", number, shape)


def write_return(path: Path, number: int, shape: str, salt: int = 0) -> None:
    """Write one workbook; ``salt`` changes its figures."""
    dice = random.Random(number * 1_000_003 + salt)  # noqa: S311 - figures to read, nothing to keep secret
    places = [vocab.place_name(code) for code in _countries()[:ROWS]]
    with xlsxwriter.Workbook(path) as book:
        for sheet_name in SHEETS:
            sheet = book.add_worksheet(sheet_name)
            sheet.write_string(0, 0, f"{sheet_name}: persons, by country and year")
            sheet.write_row(2, 0, ["Place", "Programme" if shape == "series" else "Sector"])
            for group, measure in enumerate(MEASURES):
                sheet.write_string(2, 2 + group * len(YEARS), measure)
                sheet.write_row(3, 2 + group * len(YEARS), [*YEARS])
            for row, place in enumerate(places, 4):
                kind = f"{sheet_name} {number}" if shape == "series" else sheet_name
                sheet.write_row(row, 0, [place, kind])
                for column in range(2, 2 + len(MEASURES) * len(YEARS)):
                    figure = dice.randrange(0, 900)
                    if dice.random() < 0.1:
                        said = dice.choice(QUALIFIED).format(figure, figure + dice.randrange(1, 90))
                        sheet.write_string(row, column, said)
                    else:
                        sheet.write_number(row, column, figure)
            sheet.write_string(4 + ROWS + 1, 0, "Notes")
            sheet.write_string(4 + ROWS + 2, 0, "* provisional")


def _countries() -> list[str]:
    return sorted(place for place in vocab.scheme("opdat") if vocab.level_of(place) == "country")
