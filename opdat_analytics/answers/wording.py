"""What is said of an issue to the person who sent the workbook, in the workbook's own language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from opdat_analytics.answers.words import LANGUAGES
from opdat_analytics.ingest.grid import Grid

_SUGGESTED = re.compile(r"did you mean (.+?)\?$", re.IGNORECASE)
_EACH_CELL = re.compile(r"different values: (.+)$")
_TELLING: Mapping[str, frozenset[str]] = {
    "en": frozenset(["the", "of", "and", "by", "year", "country", "number", "total", "cases", "persons", "month"]),
    "es": frozenset(["el", "los", "las", "del", "por", "año", "país", "número", "casos", "personas", "mes", "delito"]),
    "fr": frozenset(["le", "les", "des", "du", "par", "année", "pays", "nombre", "affaires", "personnes", "mois"]),
    "pt": frozenset(["os", "dos", "das", "do", "por", "ano", "país", "número", "casos", "pessoas", "mês", "não"]),
}
"""Words that stand in workbooks of one language and hardly in those of the others."""


def guessed_language(grids: Iterable[Grid]) -> str:
    """The language whose usual words a workbook has most of; English where none tells."""
    said = [word for grid in grids for text in set(grid.text[:60].ravel().tolist()) for word in _words(text)]
    counts = {language: sum(word in _TELLING[language] for word in said) for language in LANGUAGES}
    return max(counts, key=lambda language: counts[language])


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())


def told(issue: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong, and what would be accepted.

    Parameters
    ----------
    issue
        A row of the ``issues`` table.
    words
        The phrases of a language.
    """
    codes = words["codes"]
    wrong, accepted = codes.get(issue["code"], codes["other"])
    text = str(issue["text"]) if isinstance(issue["text"], str) else ""
    wrong = wrong.format(text=text, message=issue["message"]) or issue["message"]
    listed = _EACH_CELL.search(issue["message"]) if codes.get(issue["code"], [""])[0] else None
    if listed:
        wrong = f"{wrong.rstrip('.')}: {listed[1]}"
    near = _SUGGESTED.search(issue["hint"]) if isinstance(issue["hint"], str) else None
    if near:
        accepted = f"{words['marked']['suggestion'].format(near=near[1])} {accepted}"
    return wrong, accepted


def counted(words: Mapping[str, Any], key: str, n: int) -> str:
    """A number of things in words: “1 figure”, “12 figures”."""
    phrase: str = words["marked"][key]["one" if n == 1 else "many"]
    return phrase.format(n=n)
