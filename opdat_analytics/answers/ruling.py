"""A workbook of decisions read back: what each of its rows ruled, in whichever language it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opdat_analytics.answers.words import LANGUAGES, words
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import OpdatError, UnknownName

DECISIONS = ("accept as", "alias", "ignore", "keep holding")
"""What can be ruled; in the workbook in its language, in this order."""
COLUMNS = 10
"""Columns of the workbook; what is ruled stands in the last four of them."""
Place = tuple[str, str, str]
"""File, sheet and cell."""


@dataclass(frozen=True)
class Ruling:
    """One row of the workbook that says something; ``at`` is its row number, ``choices`` what it could have said.

    A row about a whole file has neither ``sheet`` nor ``cell``.
    """

    at: int
    file: str
    sheet: str
    cell: str
    was: str
    decision: str
    value: str
    who: str
    why: str
    choices: tuple[str, ...]

    @property
    def place(self) -> Place:
        """The cell that is ruled on."""
        return self.file, self.sheet, self.cell


@dataclass(frozen=True)
class Ruled:
    """A workbook of decisions: its language, what it rules, and what every cell in it said when it was made."""

    language: str
    rulings: tuple[Ruling, ...]
    seen: Mapping[Place, str]


def read_rulings(path: Path) -> Ruled:
    """What a workbook of decisions says.

    Raises
    ------
    UnknownName
        If there is no such file.
    OpdatError
        If it is not a workbook of decisions.
    """
    if not path.is_file():
        raise UnknownName(f"There is no file {path}.")
    tables = {
        grid.name: [[str(text) for text in row[:COLUMNS]] for row in grid.text.tolist()] for grid in read_workbook(path)
    }
    spoken = {language: words(language)["decide"] for language in LANGUAGES}
    language = next((k for k, one in spoken.items() if tables.get(one["sheet"], [])[:1] == [one["headers"]]), None)
    if language is None:
        raise OpdatError(
            f"{path.name} is not a workbook of decisions; make one with `opdat decide --xlsx {path.name}`."
        )
    said = spoken[language]
    meant = dict(zip(said["decisions"], DECISIONS, strict=True))
    found, seen = [], {}
    for at, row in enumerate(tables[said["sheet"]][1:], 2):
        seen[row[0], row[1], row[2]] = row[3]
        if row[6].strip():
            decision, value, who, why = (text.strip() for text in row[6:])
            decision = meant.get(decision, decision)
            found.append(Ruling(at, row[0], row[1], row[2], row[3], decision, value, who, why, tuple(meant)))
    return Ruled(language, tuple(found), seen)
