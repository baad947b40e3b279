"""What a printed cell looks like: a number, a date, a label, a sentence.

Nothing here decides what a cell means or how a figure is read; that is declared. These are the looks by which
a table that nobody has declared yet can be told apart into headings, labels and values.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

BLANK = ""
NUMBERS = frozenset({"integer", "decimal", "percent", "money", "year"})

_SAYS_NOTHING = "- – — . .. ... ? n/a na n.a. n.a nr nan none null tba tbd unknown"
_YES_OR_NO = "true false yes no si sí oui non sim não y n t f x ✓ ✔ ✗"
_MONTH_NAMES = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec "
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre "
    "janvier fevrier février mars avril mai juin juillet aout août septembre octobre novembre decembre décembre "
    "ene abr ago dic janv févr fevr avr juil déc "
    "janeiro fevereiro março marco maio junho julho setembro outubro novembro dezembro fev set out dez"
)
MISSING = frozenset(_SAYS_NOTHING.split())
BOOLEANS = frozenset(_YES_OR_NO.split())
MONTHS = frozenset(_MONTH_NAMES.split())

# A year and a month as parts of other patterns.
YEAR = r"(?:1[5-9]|20)\d\d"
MONTH = "(?:" + "|".join(sorted(map(re.escape, MONTHS), key=lambda name: (-len(name), name))) + r")\.?"

INTEGER = re.compile(r"[-+−]?\(?\d{1,3}(?:[,\u00a0\u202f ]\d{3})+\)?|[-+−]?\(?\d+\)?")
DECIMAL = re.compile(r"[-+−]?\(?(?:\d{1,3}(?:,\d{3})+|\d*)[.,]\d+(?:[eE][-+]?\d+)?\)?|[-+]?\d+[eE][-+]?\d+")
PERCENT = re.compile(r"[-+−<>≤≥~]?\s*[\d.,]+\s*%|[\d.,]+\s*(?:percent|per cent|pct)")
DATE = re.compile(
    rf"\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|{YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[-\s/.]+(?:de |of )?{MONTH}(?:[-\s/.,]+(?:de |of )?\d{{2,4}})?"
    rf"|{MONTH}[-\s/.]+\d{{1,2}}(?:st|nd|rd|th)?(?:\s*,?\s*{YEAR})?"
    rf"|{MONTH}[-\s/.,']+(?:de )?\d{{2,4}}|{YEAR}[-\s/]{MONTH}|{YEAR}-\d\d",
    re.I,
)
CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:am|pm)?|\d{1,2}\s*(?:am|pm)", re.I)
RANGE = re.compile(
    r"[<>≤≥=]*\s*[$€£]?\d[\d.,]*\s*[%k]?\s*(?:-|–|—|to|a|à|bis)\s*[$€£]?\d[\d.,]*\s*[%k+]?(?:\s*\w+)?", re.I
)
CODE = re.compile(r"(?=.*[\dA-Z])[A-Z\d][A-Z\d./_#&+-]{0,15}")
_MONEY = re.compile(
    r"[-+−(]?\s*(?:us|c|a|r|mx)?[$€£¥₹]\s*[-−]?\s*[\d., ]+\d?\s*(?:k|m|bn?|million|billion)?\)?"
    r"|[\d.,]+\s*(?:€|£|\$|usd|eur|gbp)",
    re.I,
)
_LINK = re.compile(r"(?:https?://|www\.|/)\S+|\S+@\S+\.\S+", re.I)
_NUMBER_IN_TEXT = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?|[-−]?\.\d+")

_PATTERNS = (
    ("year", re.compile(YEAR)),
    ("integer", INTEGER),
    ("decimal", DECIMAL),
    ("percent", PERCENT),
    ("money", _MONEY),
    ("date", DATE),
    ("time", CLOCK),
    ("range", RANGE),
    ("link", _LINK),
    ("code", CODE),
)
_LONGEST_LABEL = 8


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
    if text.lower() in MISSING:
        return "missing"
    if text.lower() in BOOLEANS:
        return "boolean"
    for name, pattern in _PATTERNS:
        if pattern.fullmatch(text):
            return name
    return "sentence" if len(text.split()) > _LONGEST_LABEL else "label"


@lru_cache(maxsize=200_000)
def magnitude(text: str) -> float:
    """log10 of the first number printed in a cell; nan if there is none or it is zero, which has no magnitude."""
    found = _NUMBER_IN_TEXT.search(text.replace("\u00a0", ""))
    value = abs(float(found.group().replace(",", "").replace("−", "-"))) if found else 0.0
    return math.log10(value) if 0 < value < math.inf else math.nan
