"""What a title or a note beside a table says of all its figures, which no cell of the table repeats."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from opdat_analytics.ingest.checks import Flag
from opdat_analytics.ingest.columns import Figures
from opdat_analytics.ingest.laid import FATE, Laid
from opdat_analytics.ingest.workbook import Grid

_COUNTED = frozenset({"unstated", "persons", "cases", "counts"})


@dataclass(frozen=True)
class _Said:
    """Words beside a table: what finds them, in which dimension they would be declared, and as what they were read."""

    words: re.Pattern[str]
    dimension: str
    undeclared: frozenset[str]
    read: str
    hint: str


_SCALED = re.compile(
    r"\(\s*(?:(?:in|en|em)\s+)?(?:0?00s|thousands?|millions?|miles(?: de \w+)?|millones|milliers(?: de \w+)?"
    r"|milhares(?: de \w+)?|milh[õo]es|per ?cent|percentages?|porcentajes?|pourcentages?|percentage[mn]s?|%)\s*\)"
    r"|\b(?:in|en|em)\s+(?:thousands|millions|miles de|millones de|milliers|milhares|milh[õo]es)\b"
    r"|\b(?:thousands?|millions?|miles|millones|milliers|milhares|milh[õo]es)\s+(?:of|de)\s+"
    r"(?:US|U\.S\.|USD|dollars?|d[óo]lares|euros?|pesos|reais|soles|quetzales|lempiras|francs)\b"
    r"|(?:US\$|USD|EUR|€|\$)\s?(?:(?:in|en|em) )?(?:thousands?|millions?|miles|millones|milliers|milhares|milh[õo]es)\b"
    r"|\b(?:per|por|pour|par)\s+(?:cada\s+)?(?:100|1|10)?[ ,.]?000\b|(?:’|')0?00s?\b",
    re.I,
)
_RUNNING = re.compile(
    r"\b(?:cumulative(?:ly)?|running totals?|acumulad[oa]s?|cumul(?:[ée]e?s?|atifs?|atives?)?)\b", re.I
)
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|ene|fev|fév|abr|avr|mai|jui|ago|aoû|aou|set|out"
_YEAR_ENDS = re.compile(
    r"\b(?:years? (?:ending|ended|to)|a[ñn]os? (?:terminad[oa]s?|que terminan?) (?:en|el)"
    r"|exercices? (?:clos|se terminant)|ann[ée]es? (?:se )?termin[ée]es?|anos? (?:findos?|terminad[oa]s?) em)"
    rf"\s[^;|]{{0,12}}?\b(?:{_MONTH})\w*",
    re.I,
)
_MEANT = (
    _Said(
        _SCALED, "unit", _COUNTED, "its figures are read as they are printed",
        "if it is about them, declare their unit, or ask for the numbers themselves",
    ),
    _Said(
        _RUNNING, "accumulation", frozenset({"period"}), "its figures are read as those of their own time alone",
        'if each contains the ones before it, declare constants = { accumulation = "to_date" }',
    ),
    _Said(
        _YEAR_ENDS, "calendar", frozenset({"calendar"}), "its years are read as calendar years",
        "if it is about them, declare their calendar, or the periods themselves",
    ),
)  # fmt: skip


def titled(grid: Grid, laid: Laid, figures: Figures, roles: Iterable[str]) -> Iterable[Flag]:
    """What is said, or not said, of all figures of a sheet: their time, their scale, whether they run on.

    Statements of a dated edition may be without a time of their own.
    """
    dated = any(figures.coded["edition"].levels)
    if len(figures) and not dated and not {"period", "year", "as_of"} & set(roles):
        of = f"{len(figures)} figures" if len(figures) > 1 else "a figure"
        message = f"nothing says what time {of} of this sheet {'are' if len(figures) > 1 else 'is'} about"
        yield Flag("flag", "undated", None, message, 'declare it, such as constants = { year = "2023" }')
    if not len(figures):
        return
    open_to = [said for said in _MEANT if set(figures.coded[said.dimension].levels) <= said.undeclared]
    beside = np.isin(laid.fates, (FATE["title"], FATE["note"])) & grid.filled
    for row, column in np.argwhere(beside).tolist():
        text = str(grid.text[row, column])
        for said in open_to:
            if found := said.words.search(text):
                message = f"“{found[0].strip('() ')}” stands beside the table; {said.read}"
                yield Flag("flag", "scale_beside", (row, column), message, said.hint)
                return
