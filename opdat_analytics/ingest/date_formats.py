"""What a number format shows of a date: ``yyyy`` shows 2021, ``mmm-yy`` shows January 2021, whatever day is stored.

A person who types 2021 into a cell that shows years means the year. The usual readers give 1 January 2021.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|\*(?P<fill>.)|(?P<pad>_.)|\[(?P<bracket>[^\[\]]*)\]'
    r"|(?P<general>General|Standard)|(?P<exponent>E[+-])|(?P<date>AM/PM|A/P|[ymdhsgeb]+)|(?P<digit>[0#?])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SEPARATORS = re.compile(r"(?:[\s/.,'’\-–年月日]|\b(?:de|del|of|do)\b)*", re.IGNORECASE)
_CALENDAR = re.compile(r"\$-([0-9A-F]+)", re.IGNORECASE)
_GREGORIAN = frozenset({0x00, 0x01, 0x02, 0x09, 0x0A, 0x0B, 0x0C})
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True)
class _Parts:
    """The pieces of a date format in order, as (kind, letters): ``y``, ``m``, ``d``, ``time``, ``odd``, ``said``."""

    pieces: tuple[tuple[str, str], ...]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for kind, _ in self.pieces)

    @property
    def said(self) -> str:
        return "".join(letters for kind, letters in self.pieces if kind == "said")


@lru_cache(maxsize=1024)
def _parts(code: str) -> _Parts:
    """A format's first section, taken apart."""
    pieces: list[tuple[str, str]] = []
    for token in TOKEN.finditer(code):
        said = token["quoted"] if token["quoted"] is not None else token["escaped"]
        calendar = _CALENDAR.match(token["bracket"] or "")
        if token["other"] == ";":
            break
        if calendar and len(calendar[1]) > 4 and int(calendar[1], 16) >> 16 & 0xFF not in _GREGORIAN:
            pieces.append(("odd", token["bracket"]))
        elif token["bracket"] is not None:
            if re.fullmatch(r"[hms]+", token["bracket"], re.IGNORECASE):
                pieces.append(("time", token["bracket"]))
        elif token["date"]:
            pieces += [_letters(run[0].lower()) for run in re.finditer(r"AM/PM|A/P|(.)\1*", token["date"], re.I)]
        elif token["digit"] and pieces and pieces[-1][0] == "time":
            continue
        elif said or token["digit"] or token["other"] or token["general"]:
            pieces.append(("said", said or token[0]))
    return _Parts(tuple(_minutes(pieces)))


def _letters(run: str) -> tuple[str, str]:
    if run[0] in "egb" or run == "mmmmm":
        return "odd", run
    if run[0] in "hs" or "/" in run:
        return "time", run
    return ("weekday", run) if run in ("ddd", "dddd") else (run[0], run)


def _minutes(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pieces with minutes told from months: they stand after hours or before seconds."""
    found: list[tuple[str, str]] = []
    timed = [i for i, (kind, _) in enumerate(pieces) if kind not in ("said",)]
    for i, (kind, run) in enumerate(pieces):
        if kind == "m" and len(run) <= 2:
            here = timed.index(i)
            before = pieces[timed[here - 1]] if here else ("", "")
            after = pieces[timed[here + 1]] if here + 1 < len(timed) else ("", "")
            if (before[0] == "time" and "h" in before[1].lower()) or (after[0] == "time" and "s" in after[1].lower()):
                found.append(("time", run))
                continue
        found.append((kind, run))
    return found


@lru_cache(maxsize=1024)
def prints_date(code: str) -> bool:
    """Whether a format is one of dates that shows less than the day, or more than the date."""
    kinds = _parts(code).kinds
    return bool(kinds & {"y", "m", "d", "odd", "weekday"}) and ("odd" in kinds or not {"y", "m", "d"} <= kinds)


def date_shown(code: str, stored: str) -> str | None:
    """What a format shows of a date.

    Parameters
    ----------
    code
        A number format of which ``prints_date`` is true.
    stored
        The date in ISO 8601.

    Returns
    -------
    str or None
        As a period that can be read: ``2021``, ``2021-01``, ``FY2021``, ``January``. None
        where what is shown names no period, as day and month without a year, or a year of another calendar.
    """
    match = _DATE.match(stored)
    parts = _parts(code)
    kinds = parts.kinds - {"said", "time", "weekday"}
    if match is None or "odd" in kinds:
        return None
    separators = _SEPARATORS.fullmatch(parts.said) is not None
    if kinds == {"y", "m"}:
        return f"{match[1]}-{match[2]}" if separators else None
    if kinds == {"m"} and separators:
        return _MONTHS[int(match[2]) - 1] if any(k == "m" and len(run) > 2 for k, run in parts.pieces) else None
    if kinds != {"y"} or "time" in parts.kinds or "weekday" in parts.kinds:
        return None
    return "".join(match[1] if kind == "y" else run for kind, run in parts.pieces).strip()
