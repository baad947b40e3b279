"""What every cell of a sheet looks like, as arrays: a figure, a year, a sign for "no figure", a word, a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from opdat_analytics.drafting.cell_kinds import kind
from opdat_analytics.drafting.year_cells import true_years
from opdat_analytics.ingest.declaration_checks import LANGUAGES
from opdat_analytics.ingest.figures import numerals, parse_figure
from opdat_analytics.ingest.grid import NO_FIGURE, UNSEEN, Grid, nonblank
from opdat_analytics.model import Figure

SENTENCE = 60
_TOLD = 30
_BOUNDED = ("over", "at_least", "under", "at_most", "about")
"""What a figure told with words is; “0 - 6” may as well be a group of ages."""
_PLAIN = numerals(None)
_FIGURE = re.compile(
    r"[<>≤≥~≈+\-−–(]*\s*(?:US)?[$€£]?\s*[-−]?\s*(?:\d[\d.,'’ \u00a0\u202f]*|[.,]\d+)\s*%?\)?"
    r"\s*(?:[*†‡§¶#¹²³⁴⁵]+|\[[A-Za-z*]{1,2}\]|\([A-Za-z]\)|[a-z])?"
)
_PARTED = re.compile(r"\d[\d.,]*\s*%?\s*\([^()]{1,60}\)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MISSING = re.compile(
    r"[-–—.:…*/?]{1,6}|x|z|c|n/?[ad]|n\.[ad]\.?|s/?d|s\.d\.|nd|na|n/?r|n/?c|\.\.|null|none"
    r"|not (?:available|applicable|listed)"
    r"|no disponible|non disponible|não disponível|\[[a-z]\]|=…",
    re.I,
)
_PERIOD = re.compile(
    r"(?:fy|cy)\s*'?\d{2,4}(?:[-/–]\d{2,4})?|(?:19|20)\d\d\s*[-/–]\s*\d{2,4}|(?:19|20)\d\d\s*[a-z*†]|"
    r"(?:19|20)\d\d[ -]?[qht][1-4]|[qht][1-4][ -/]?(?:19|20)\d\d",
    re.I,
)
_TOTAL = re.compile(
    r"(?:grand |sub-?|overall |annual |monthly |yearly )?tota(?:l|is|les|ux|als|al|aal)(?: "
    r"general| geral| général)?\b.*"
    r"|all (?:countries|places|states|regions|india|persons|people)|ensemble|suma|soma|somme|.*\btotal",
    re.I,
)


@dataclass(frozen=True)
class Looks:
    """Arrays like the grid.

    Attributes
    ----------
    text
        As printed.
    filled, figure, year, missing, word, long
        Not blank; a figure that could be no year; four digits that could be a year; a sign that stands for no
        figure; anything else; a text of sentence length.
    number
        The number of a figure or year, nan elsewhere.
    span
        How many columns a merged cell covers; 1 for others.
    """

    text: np.ndarray
    filled: np.ndarray
    figure: np.ndarray
    year: np.ndarray
    missing: np.ndarray
    word: np.ndarray
    long: np.ndarray
    number: np.ndarray
    span: np.ndarray


@lru_cache(maxsize=200_000)
def _look(text: str) -> tuple[str, float]:
    plain = text.strip()
    if _MISSING.fullmatch(plain):
        return "missing", np.nan
    if _YEAR.fullmatch(plain):
        return "year", float(plain)
    if re.fullmatch(r"0\d+", plain) or _PERIOD.fullmatch(plain):
        return "word", np.nan
    if _FIGURE.fullmatch(plain) or (_PARTED.fullmatch(plain) and not _YEAR.match(plain)):
        return ("figure", _plain_number(plain)) if kind(plain) not in ("date", "time") else ("word", np.nan)
    return _in_words(plain)


def _in_words(plain: str) -> tuple[str, float]:
    """A figure told with words, such as “más de 7”, or words that stand for one, such as “several”."""
    if len(plain) > _TOLD:
        return "word", np.nan
    readings = (parse_figure(plain, "unstated", _PLAIN, language) for language in LANGUAGES)
    told = [one for one in readings if isinstance(one, Figure)]
    if any(one.qualifier in _BOUNDED for one in told) and re.search(r"\d", plain):
        return "figure", _plain_number(plain)
    return ("missing", np.nan) if any(one.qualifier == "unquantified" for one in told) else ("word", np.nan)


def _plain_number(text: str) -> float:
    found = re.search(r"\d+(?:\.\d+)?", text.replace(",", ""))
    return float(found.group()) if found else np.nan


def long_text(text: str) -> bool:
    """Whether a text is a sentence rather than a label."""
    plain = text.strip()
    return len(plain) > SENTENCE * 2 or (len(plain) > SENTENCE and "\n" not in plain)


def total_word(text: str) -> bool:
    """Whether a label says that its figures are a total."""
    return len(text) < 60 and _TOTAL.fullmatch(text.strip(" :-*")) is not None


def looks_of(grid: Grid) -> Looks:
    """How every cell of a sheet looks; each distinct text is looked at once."""
    filled = nonblank(grid.text)
    shape = grid.text.shape
    known = {text: _look(text) for text in set(grid.text[filled].tolist())}
    kinds = np.full(shape, "", dtype=object)
    number = np.full(shape, np.nan)
    for row, column in np.argwhere(filled).tolist():
        kinds[row, column], number[row, column] = known[grid.text[row, column]]
    long = np.zeros(shape, dtype=bool)
    long[filled] = [long_text(text) for text in grid.text[filled].tolist()]
    span = np.ones(shape, dtype=int)
    for top, left, _, right in grid.merges:
        if top < shape[0] and left < shape[1]:
            span[top, left] = min(right, shape[1] - 1) - left + 1
    for at, (code, _) in grid.unread.items():
        if code in (NO_FIGURE, UNSEEN):
            continue
        if at[0] < shape[0] and at[1] < shape[1] and filled[at] and kinds[at] == "word":
            kinds[at] = "missing"
    year, figure = kinds == "year", kinds == "figure"
    if year.any():
        years = true_years(year, figure, number, grid.text)
        year, figure = years, figure | (year & ~years)
    return Looks(
        grid.text, filled, figure, year, kinds == "missing", kinds == "word", long, number, span
    )  # fmt: skip
