"""Headings that are values of an attribute (2019, March, 18–25, Spain) told apart from names of attributes."""

from __future__ import annotations

import re
from functools import lru_cache

from opdat_analytics.drafting.cell_kinds import (
    BLANK,
    CLOCK,
    CODE,
    DATE,
    DECIMAL,
    MONTH,
    MONTHS,
    PERCENT,
    RANGE,
    YEAR,
)
from opdat_analytics.vocab import resolve_place

_KINDS = "year month weekday quarter date time number range bound ordinal grade place currency"
# Headings of these kinds are values of one attribute, seldom names of attributes.
VALUE_HEADINGS = frozenset(_KINDS.split())

_WEEKDAY_NAMES = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "lunes martes miercoles miércoles jueves viernes sabado sábado domingo lun mar mie mié jue vie sab sáb dom "
    "lundi mardi mercredi jeudi vendredi samedi dimanche mer jeu ven sam dim "
    "segunda terca terça quarta quinta sexta seg ter qua qui sex"
)
_CURRENCY_CODES = "USD EUR GBP JPY CHF CAD AUD NZD CNY INR BRL MXN ARS COP CLP PEN ZAR SEK NOK DKK PLN TRY RUB KRW"
_WEEKDAYS = frozenset(_WEEKDAY_NAMES.split())
_CURRENCIES = frozenset(_CURRENCY_CODES.split())

# What spreadsheet and table programs write where a heading was blank.
_PLACEHOLDER = re.compile(
    r"unnamed: ?\d+(?:_level_\d+)?|(?:column|colonna|columna|colonne|coluna|spalte|field) ?\d+", re.I
)
_WHOLE = re.compile(r"[-+]?\d+(?:\.0+)?")
_YEARS = re.compile(
    rf"(?:fy|cy|f\.y\.|ano|año|year|ejercicio|exercice)?\s*'?{YEAR}(?:\.0)?(?:\s*[-–/]\s*(?:{YEAR}|\d\d))?\*?"
    rf"|(?:fy|cy)\s*'?\d\d(?:[-/]\d\d)?|{YEAR}s",
    re.I,
)
_QUARTER = re.compile(
    r"(?:[qtsh][1-4]|[1-4][qths]|[1-4](?:st|nd|rd|th) (?:quarter|half))(?:[\s,/'-]+(?:fy)?\d{2,4}(?:[-/]\d{2,4})?)?"
    rf"|(?:fy)?\d{{2,4}}[\s,/'-]+[qtsh][1-4]|{YEAR}q[1-4]",
    re.I,
)
_AMOUNT = r"[$€£]?\s*\d[\d.,]*\s*[%k]?"
_BOUND = re.compile(
    r"(?:[<>≤≥]=?|under|over|less than|more than|below|above|menos de|más de|mas de|moins de|plus de)"
    rf"\s*{_AMOUNT}(?:\s*\w+)?"
    rf"|{_AMOUNT}\s*(?:\+|and (?:over|under|older|above|more)|or (?:more|less|over|older)|y más|y mas|et plus|ou mais)",
    re.I,
)
_ORDINAL = re.compile(
    r"\d+(?:st|nd|rd|th|º|ª|er|e|ème)|first|second|third|fourth|fifth|sixth|i{1,3}|iv|vi{0,3}|ix|x", re.I
)
_GRADE = re.compile(
    r"(?:very |extremely |somewhat |strongly |highly )?"
    r"(?:good|bad|poor|fair|satisfied|dissatisfied|agree|disagree|likely|unlikely)"
    r"|excellent|satisfactory|average|neutral|high|medium|low|always|often|sometimes|rarely|never|yes|no"
    r"|male|female|men|women|boys|girls|home|away",
    re.I,
)
_PATTERNS = (
    ("year", _YEARS),
    ("number", _WHOLE),
    ("quarter", _QUARTER),
    ("date", DATE),
    ("time", CLOCK),
    ("number", DECIMAL),
    ("bound", PERCENT),
    ("range", RANGE),
    ("bound", _BOUND),
    ("ordinal", _ORDINAL),
    ("grade", _GRADE),
)
_MONTH_WORD = re.compile(rf"\b{MONTH}(?!\w)", re.I)
_YEAR_WORD = re.compile(rf"(?<!\d){YEAR}(?!\d)")
# Shorter place names are also ordinary words and initials.
_SHORTEST_PLACE = 4


@lru_cache(maxsize=50_000)
def heading_kind(text: str) -> str:
    """What sort of value a heading is.

    Returns
    -------
    str
        One of ``VALUE_HEADINGS``; ``code`` for capitals and digits; ``word`` for anything else; ``""`` where there is
        no heading, or only one that a program has put there.
    """
    text = " ".join(text.split())
    if not text or _PLACEHOLDER.fullmatch(text):
        return BLANK
    word = text.lower().rstrip(".:")
    if word in MONTHS:
        return "month"
    if word in _WEEKDAYS:
        return "weekday"
    for name, pattern in _PATTERNS:
        if pattern.fullmatch(text):
            return name
    if text in _CURRENCIES:
        return "currency"
    if len(text) >= _SHORTEST_PLACE and text[0].isupper():
        place = resolve_place(text)
        if place.code or place.candidates:
            return "place"
    return "code" if CODE.fullmatch(text) else "word"


@lru_cache(maxsize=50_000)
def template(text: str) -> str:
    """A heading with numbers, months and plurals blotted out: ``1 room`` and ``12 rooms`` are both ``# room``."""
    text = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", " ".join(text.lower().split()))
    text = _MONTH_WORD.sub("@", text)
    text = re.sub(r"\d+(?:[.,]\d+)*", "#", text)
    return re.sub(r"(?<=[^\W\d_]{3})s\b", "", text)


@lru_cache(maxsize=50_000)
def place_of_year(text: str) -> str:
    """Where a year stands in a heading: ``first`` (2014 estimate), ``last`` (Estimate 2014), ``within`` or ``""``."""
    found = list(_YEAR_WORD.finditer(text))
    if not found:
        return ""
    if not text[: found[0].start()].strip(" ("):
        return "first"
    return "within" if text[found[-1].end() :].strip(" )*") else "last"
