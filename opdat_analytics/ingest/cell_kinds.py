"""What a printed cell looks like: a number, a date, a label, a heading that is a value of something.

Nothing here decides what a cell means or how a figure is read; that is declared. These are the looks by which
a table that nobody has declared yet can be told apart into headings, labels and values.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

BLANK = ""
NUMBERS = frozenset({"integer", "decimal", "percent", "money", "year"})
WORDS = frozenset({"code", "label", "sentence", "link"})
# Headings of these kinds are values of one attribute (the years, the months, the age groups), seldom names of attributes.
VALUE_HEADINGS = frozenset(
    {"year", "month", "weekday", "quarter", "date", "time", "number", "range", "bound", "ordinal", "grade"}
)

_MISSING = frozenset(
    [
        "-",
        "–",
        "—",
        ".",
        "..",
        "...",
        "?",
        "n/a",
        "na",
        "n.a.",
        "n.a",
        "nr",
        "nan",
        "none",
        "null",
        "tba",
        "tbd",
        "unknown",
    ]
)
_BOOLEANS = frozenset(
    ["true", "false", "yes", "no", "si", "sí", "oui", "non", "sim", "não", "y", "n", "t", "f", "x", "✓", "✔", "✗"]
)
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "setiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "ene",
    "abr",
    "ago",
    "dic",
    "janvier",
    "fevrier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "décembre",
    "janv",
    "févr",
    "fevr",
    "avr",
    "juil",
    "déc",
    "janeiro",
    "fevereiro",
    "março",
    "marco",
    "maio",
    "junho",
    "julho",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
    "fev",
    "abr",
    "set",
    "out",
    "dez",
]
_WEEKDAYS = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "lunes",
    "martes",
    "miercoles",
    "miércoles",
    "jueves",
    "viernes",
    "sabado",
    "sábado",
    "domingo",
    "lun",
    "mie",
    "mié",
    "jue",
    "vie",
    "sab",
    "sáb",
    "dom",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "mer",
    "jeu",
    "ven",
    "sam",
    "dim",
    "segunda",
    "terca",
    "terça",
    "quarta",
    "quinta",
    "sexta",
    "seg",
    "ter",
    "qua",
    "qui",
    "sex",
]
_MONTH = "(?:" + "|".join(sorted(map(re.escape, set(_MONTHS)), key=len, reverse=True)) + r")\.?"
_YEAR = r"(?:1[5-9]|20)\d\d"

_INTEGER = re.compile(r"[-+−]?\(?\d{1,3}(?:[,\u00a0\u202f ]\d{3})+\)?|[-+−]?\(?\d+\)?")
_DECIMAL = re.compile(r"[-+−]?\(?(?:\d{1,3}(?:,\d{3})+|\d*)[.,]\d+(?:[eE][-+]?\d+)?\)?|[-+]?\d+[eE][-+]?\d+")
_PERCENT = re.compile(r"[-+−<>≤≥~]?\s*[\d.,]+\s*%|[\d.,]+\s*(?:percent|per cent|pct)")
_MONEY = re.compile(
    r"[-+−(]?\s*(?:us|c|a|r|mx)?[$€£¥₹]\s*[-−]?\s*[\d., ]+\d?\s*(?:k|m|bn?|million|billion)?\)?"
    r"|[\d.,]+\s*(?:€|£|\$|usd|eur|gbp)",
    re.I,
)
_DATE = re.compile(
    rf"\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|{_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[-\s/.]+(?:de |of )?{_MONTH}(?:[-\s/.,]+(?:de |of )?\d{{2,4}})?"
    rf"|{_MONTH}[-\s/.]+\d{{1,2}}(?:st|nd|rd|th)?(?:\s*,?\s*{_YEAR})?|{_MONTH}[-\s/.,']+(?:de )?\d{{2,4}}|{_YEAR}[-\s/]{_MONTH}"
    rf"|{_YEAR}-\d\d",
    re.I,
)
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:am|pm)?|\d{1,2}\s*(?:am|pm)", re.I)
_YEARS = re.compile(
    rf"(?:fy|cy|f\.y\.|ano|año|year|ejercicio|exercice)?\s*'?{_YEAR}(?:\s*[-–/]\s*(?:{_YEAR}|\d\d))?\*?"
    r"|(?:fy|cy)\s*'?\d\d(?:[-/]\d\d)?|(?:1[5-9]|20)\d\ds",
    re.I,
)
_QUARTER = re.compile(
    r"(?:[qtsh][1-4]|[1-4][qths]|[1-4](?:st|nd|rd|th) (?:quarter|half))(?:[\s,/'-]*(?:fy)?\d{2,4}(?:[-/]\d{2,4})?)?"
    r"|(?:fy)?\d{2,4}[\s,/'-]*[qtsh][1-4]",
    re.I,
)
_RANGE = re.compile(
    r"[<>≤≥=]*\s*[$€£]?\d[\d.,]*\s*[%k]?\s*(?:-|–|—|to|a|à|bis)\s*[$€£]?\d[\d.,]*\s*[%k+]?(?:\s*\w+)?", re.I
)
_BOUND = re.compile(
    r"(?:[<>≤≥]=?|under|over|less than|more than|below|above|menos de|más de|mas de|moins de|plus de)\s*[$€£]?\s*\d[\d.,]*\s*[%k]?"
    r"(?:\s*\w+)?|[$€£]?\d[\d.,]*\s*[%k]?\s*(?:\+|and (?:over|under|older|above|more)|or (?:more|less|over|older)|y más|y mas|et plus|ou mais)",
    re.I,
)
_ORDINAL = re.compile(
    r"\d+(?:st|nd|rd|th|º|ª|er|e|ème)|first|second|third|fourth|fifth|sixth|(?:i{1,3}|iv|vi{0,3}|ix|x)", re.I
)
_GRADE = re.compile(
    r"(?:very |extremely |somewhat |strongly |highly )?(?:good|bad|poor|fair|satisfied|dissatisfied|agree|disagree|likely|unlikely)"
    r"|excellent|satisfactory|average|neutral|high|medium|low|always|often|sometimes|rarely|never|yes|no|male|female|men|women"
    r"|boys|girls|home|away",
    re.I,
)
_LINK = re.compile(r"(?:https?://|www\.|/)\S+|\S+@\S+\.\S+", re.I)
_CODE = re.compile(r"(?=.*[\dA-Z])[A-Z\d][A-Z\d./_#&+-]{0,15}")
_NUMBER_IN_TEXT = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?|[-−]?\.\d+")
_MONTH_WORD = re.compile(rf"\b{_MONTH}(?!\w)", re.I)
_YEAR_WORD = re.compile(rf"(?<!\d){_YEAR}(?!\d)")


@lru_cache(maxsize=200_000)
def kind(text: str) -> str:
    """What a cell looks like.

    Returns
    -------
    str
        ``""`` (blank), ``missing`` (a dash, n/a), ``boolean``, ``year``, ``integer``, ``decimal``, ``percent``,
        ``money``, ``date``, ``time``, ``range``, ``link``, ``code`` (capitals and digits), ``label`` (a few words)
        or ``sentence`` (more than eight words).
    """
    text = text.strip()
    if not text:
        return BLANK
    lower = text.lower()
    if lower in _MISSING:
        return "missing"
    if lower in _BOOLEANS:
        return "boolean"
    if re.fullmatch(_YEAR, text):
        return "year"
    for name, pattern in (
        ("integer", _INTEGER),
        ("decimal", _DECIMAL),
        ("percent", _PERCENT),
        ("money", _MONEY),
        ("date", _DATE),
        ("time", _CLOCK),
        ("range", _RANGE),
        ("link", _LINK),
        ("code", _CODE),
    ):
        if pattern.fullmatch(text):
            return name
    return "sentence" if len(text.split()) > 8 else "label"


@lru_cache(maxsize=200_000)
def magnitude(text: str) -> float:
    """log10 of the first number printed in a cell (0 → 0, so that it neither counts as large nor small); nan if none."""
    found = _NUMBER_IN_TEXT.search(text.replace("\u00a0", ""))
    if not found:
        return math.nan
    value = abs(float(found.group().replace(",", "").replace("−", "-")))
    return math.log10(value) if value > 0 else math.nan


@lru_cache(maxsize=50_000)
def heading_kind(text: str) -> str:
    """What sort of value a heading is, if it is one: a kind of ``VALUE_HEADINGS``, else ``code``, ``word`` or ``""``."""
    text = " ".join(text.split())
    if not text or text.lower().startswith("unnamed"):
        return BLANK
    lower = text.lower().rstrip(".:")
    if re.fullmatch(r"[-+]?\d+(\.0+)?", text) and not re.fullmatch(rf"{_YEAR}(\.0)?", text):
        return "number"
    if lower in _MONTHS:
        return "month"
    if lower in _WEEKDAYS:
        return "weekday"
    for name, pattern in (
        ("year", _YEARS),
        ("quarter", _QUARTER),
        ("date", _DATE),
        ("time", _CLOCK),
        ("number", _DECIMAL),
        ("bound", _PERCENT),
        ("range", _RANGE),
        ("bound", _BOUND),
        ("ordinal", _ORDINAL),
        ("grade", _GRADE),
    ):
        if pattern.fullmatch(text):
            return name
    return "code" if _CODE.fullmatch(text) else "word"


@lru_cache(maxsize=50_000)
def template(text: str) -> str:
    """A heading with its numbers and months blotted out: ``Ep. 1`` and ``Ep. 12`` have the template ``ep. #``."""
    text = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", " ".join(text.lower().split()))
    text = _MONTH_WORD.sub("@", text)
    return re.sub(r"\d+(?:[.,]\d+)*", "#", text)


def names_a_time(text: str) -> bool:
    """Whether a year or a month stands anywhere in a heading (``Estimate 2014``)."""
    return bool(_YEAR_WORD.search(text))
