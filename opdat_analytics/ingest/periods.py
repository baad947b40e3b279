"""Printed periods and dates → the days they cover, or the reason why they name none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from opdat_analytics.ingest.printed_text import Problem, readable
from opdat_analytics.model import ALLOWED, DeclarationError


@dataclass(frozen=True)
class Period:
    """The days that a label covers.

    Attributes
    ----------
    start, end
        First and last day; None where the publisher's year is not known to the day.
    year
        The year as labelled; None for a range of years.
    calendar
        A code of ``ALLOWED["calendar"]``. Labels that name months or days are ``calendar``.
    accumulation
        ``point`` for a single day, else None: the label does not say.
    """

    start: date | None
    end: date | None
    year: int | None
    calendar: str
    accumulation: str | None


_FIRST, _LAST = 1900, 2100
_MONTH_WORDS = (
    "january jan enero ene janvier janv janeiro",
    "february feb febrero fevrier fevr fev fevereiro",
    "march mar marzo mars marco",
    "april apr abril abr avril avr",
    "may mayo mai maio",
    "june jun junio juin junho",
    "july jul julio juillet juil julho",
    "august aug agosto ago aout",
    "september sept sep septiembre setiembre septembre setembro set",
    "october oct octubre octobre outubro out",
    "november nov noviembre novembre novembro",
    "december dec diciembre dic decembre dezembro dez",
)
_MONTHS = {word: month for month, words in enumerate(_MONTH_WORDS, start=1) for word in words.split()}
_FISCAL = r"(?:fy|fiscal year|ano fiscal|ejercicio fiscal|annee fiscale|exercice fiscal)\s*'?"
_FISCAL_ABROAD = re.compile(r"\b(?:ano|ejercicio|exercicio|exercice) fiscal\b|\bannee fiscale\b")
"""A fiscal year by its name in another language than English: hardly ever that of the United States."""
_YEAR_END = r"(?:as of |at )?(?:yearend|year[- ]end|(?:end|close) of|end|fin de|fin|cierre de|fim de|final de)\s+"
_LABELS = "2019, FY2019, 2010–2016, yearend 2020, 2024-06, 2024-06-24"


@lru_cache(maxsize=4096)
def parse_period(text: str, calendar: str | None = None, language: str = "en") -> Period | Problem:
    """Read a period label.

    Parameters
    ----------
    text
        ``2019``, ``FY2011``, ``FY11``, ``2010–2016``, ``FY2010-FY2016``, ``2022/23``, ``yearend 2020``,
        ``Q1 2019``, ``FY2019 Q1``, ``H1 2019``, ``first quarter of 2019``, ``2.º trimestre 2019``, ``Jan–Mar 2019``,
        ``2024-06``, ``June 2024``, ``2024-06-24``, ``31 December 2020``.
    calendar
        What the publisher's years are. None: ``us_fiscal`` for labels with FY or “fiscal year”, ``calendar`` for
        others; a fiscal year by its Spanish, French or Portuguese name is no period until this is declared. A US
        fiscal year runs from 1 October of the year before to 30 September. For ``fiscal_other``, ``mixed`` and
        ``undated`` the year is kept and the days are not known.
    language
        Month names and ordinals of all four languages are read, as none contradict; ``T1`` and ``S1`` (trimestre,
        semestre) in all but English.

    Returns
    -------
    Period or Problem
        Never raises for any text. A split year such as ``2022/23`` is read only when ``calendar`` is declared
        as a fiscal one, and is then named for the year in which it ends.

    Raises
    ------
    DeclarationError
        If ``calendar`` is not a known code.
    """
    if calendar is not None and calendar not in ALLOWED["calendar"]:
        raise DeclarationError(
            [f"calendar = “{calendar}” is not known; write one of {', '.join(ALLOWED['calendar'])}."]
        )
    plain = readable(re.sub(r"(?<=\d)\.?[ºª](?=\s)", "", text))
    if isinstance(plain, Problem):
        return plain
    label = _in_short(" ".join(plain.replace("–", "-").split()), language)
    if not label:
        return _blank()
    if calendar is None and _FISCAL_ABROAD.search(label):
        return Problem(
            "ambiguous_period",
            f"“{text}” is a fiscal year, and nothing says of which country: from which month to which it runs",
            "Declare `calendar` (calendar, us_fiscal, fiscal_other), or write the period in full.",
        )
    for attempt in (_year, _years, _year_end, _part_of_year, _months):
        found = attempt(label, calendar)
        if found is not None:
            return found
    parts = _day(label)
    if isinstance(parts, tuple):
        return _dated(*parts)
    return parts or _unknown(text)


def parse_as_of(text: str) -> str | Problem:
    """Read the date that a figure speaks of as ISO 8601, with the precision printed and no more.

    Returns
    -------
    str or Problem
        ``2024``, ``2024-06`` or ``2024-06-24``. Days and months in figures are read only where one order is
        possible: ``24/06/2024`` is, ``05/06/2024`` is not. Month names of four languages are read.
    """
    plain = readable(text)
    if isinstance(plain, Problem):
        return plain
    label = " ".join(plain.split())
    if not label:
        return _blank()
    if re.fullmatch(r"\d{4}(\.0)?", label):
        year = _four_digits(label[:4])
        return year if isinstance(year, Problem) else f"{year:04d}"
    parts = _day(label)
    if isinstance(parts, tuple):
        year, month, day = parts
        return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day else "")
    return parts or Problem(
        "not_a_date", f"“{text.strip()}” is not a date.", "Write it as 2024, 2024-06, 2024-06-24 or 24 June 2024."
    )


def _blank() -> Problem:
    return Problem("blank", "There is no period or date here.", f"Write one of {_LABELS}.")


def _unknown(text: str) -> Problem:
    hint = f"Write one of {_LABELS}."
    if re.fullmatch(r"\s*\d{5}(\.\d+)?\s*", text):
        hint = f"It may be a spreadsheet's day number: format the cell as a date. {hint}"
    return Problem("not_a_period", f"“{text.strip()}” is not a period that can be read one way.", hint)


def _four_digits(digits: str) -> int | Problem:
    year = int(digits)
    if _FIRST <= year <= _LAST:
        return year
    return Problem("year_out_of_range", f"{digits} is not a year from {_FIRST} to {_LAST}.")


def _fiscal_digits(digits: str) -> int | Problem:
    """A year after FY: four digits, or two that mean 1970 to 2049."""
    if len(digits) == 4:
        return _four_digits(digits)
    short = int(digits)
    if 50 <= short < 70:
        return Problem("ambiguous_period", f"FY{digits} could be 19{digits} or 20{digits}.", "Write four digits.")
    return short + (2000 if short < 50 else 1900)


def _span(first: int, last: int, calendar: str, year: int | None) -> Period:
    """The days of whole years, from the first to the last."""
    if calendar == "calendar":
        return Period(date(first, 1, 1), date(last, 12, 31), year, calendar, None)
    if calendar == "us_fiscal":
        return Period(date(first - 1, 10, 1), date(last, 9, 30), year, calendar, None)
    return Period(None, None, year, calendar, None)


def _year(label: str, calendar: str | None) -> Period | Problem | None:
    match = re.fullmatch(rf"({_FISCAL})?(\d{{4}}|(?<!\d)\d\d)(\.0)?", label)
    if match is None or (match[1] is None and len(match[2]) == 2) or (match[1] and match[3]):
        return None
    year = _fiscal_digits(match[2]) if match[1] else _four_digits(match[2])
    if isinstance(year, Problem):
        return year
    return _span(year, year, calendar or ("us_fiscal" if match[1] else "calendar"), year)


def _years(label: str, calendar: str | None) -> Period | Problem | None:
    """A range of years, or one year written with two."""
    match = re.fullmatch(rf"({_FISCAL})?(\d{{4}})\s*(-|/| to | a )\s*({_FISCAL})?(\d{{4}}|\d\d)", label)
    if match is None:
        return None
    fiscal, joint, fiscal_again, short = match[1] is not None, match[3], match[4] is not None, len(match[5]) == 2
    first = _four_digits(match[2])
    last = _four_digits(match[2][:2] + match[5] if short else match[5])
    if short and isinstance(first, int) and first % 100 == 99 and match[5] == "00":
        last = first + 1
    if isinstance(first, Problem):
        return first
    if isinstance(last, Problem):
        return last
    could_be_month = short and not fiscal and joint in "-/" and 1 <= int(match[5]) <= 12
    if could_be_month and (last <= first or (calendar == "calendar" and joint == "-")):
        return None
    if last <= first:
        return Problem("empty_range", f"“{label}” runs from {first} to {last}; years run from earlier to later.")
    if could_be_month and joint == "-":
        return _two_ways(label, f"month {match[5]} of {first}", f"the years {first} to {last}")
    if last == first + 1 and not fiscal_again and joint in "-/":
        # "2022-2023" may be two years; "2022/23" and "2022-23" under a fiscal calendar are one.
        two_years = joint == "-" and not short
        if two_years and calendar == "calendar" and not fiscal:
            return _span(first, last, calendar, None)
        if two_years or calendar in (None, "calendar"):
            return _two_ways(label, f"one year that ends in {last}", f"the two years {first} and {last}")
        return _span(last, last, str(calendar), last)
    if joint == "/" or (fiscal_again and not fiscal):
        return _unknown(label)
    return _span(first, last, calendar or ("us_fiscal" if fiscal else "calendar"), None)


def _two_ways(label: str, one: str, other: str) -> Problem:
    return Problem(
        "ambiguous_period",
        f"“{label}” could be {one} or {other}.",
        "Declare `calendar` (us_fiscal, fiscal_other, calendar), or write the period in full.",
    )


def _year_end(label: str, calendar: str | None) -> Period | Problem | None:
    match = re.fullmatch(rf"{_YEAR_END}(fy\s*)?(\d{{4}})", label)
    if match is None:
        return None
    year = _four_digits(match[2])
    if isinstance(year, Problem):
        return year
    if match[1]:
        return Period(date(year, 9, 30), date(year, 9, 30), year, "us_fiscal", "point")
    if calendar not in (None, "calendar", "us_fiscal") or (calendar == "us_fiscal" and not label.startswith("year")):
        return _two_ways(label, f"31 December {year}", "the end of another year")
    return Period(date(year, 12, 31), date(year, 12, 31), year, "calendar", "point")


def _part_of_year(label: str, calendar: str | None) -> Period | Problem | None:
    """A quarter or a half: ``Q1 2019``, ``2019-Q1``, ``FY2019 Q1``, ``H1 2019``."""
    match = re.fullmatch(rf"(?P<part>[qh][1-4])[\s-]*(?P<fy>{_FISCAL})?(?P<year>\d{{4}})", label) or re.fullmatch(
        rf"(?P<fy>{_FISCAL})?(?P<year>\d{{4}})[\s-]*(?P<part>[qh][1-4])", label
    )
    if match is None or match["part"] in ("h3", "h4"):
        return None
    year = _four_digits(match["year"])
    if isinstance(year, Problem):
        return year
    kind = calendar or ("us_fiscal" if match["fy"] else "calendar")
    if kind == "us_fiscal" and not match["fy"]:
        return _two_ways(label, f"a part of the calendar year {year}", f"a part of FY{year}")
    if kind not in ("calendar", "us_fiscal"):
        return Period(None, None, year, kind, None)
    months = 3 if match["part"][0] == "q" else 6
    before = months * (int(match["part"][1]) - 1) + (-3 if kind == "us_fiscal" else 0)
    start = _month_start(year, before)
    return Period(start, _month_start(year, before + months) - timedelta(days=1), year, kind, None)


_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "1 1st 1er 1re 1ere i first primer primero premier premiere primeiro",
            "2 2nd 2o 2e 2eme ii second segundo deuxieme",
            "3 3rd 3er 3o 3e 3eme iii third tercer tercero troisieme terceiro",
            "4 4th 4to 4o 4e 4eme iv fourth cuarto quatrieme quarto",
        ),
        start=1,
    )
    for word in words.split()
}
_PART = r"(?P<kind>quarter|trimestre|half|semestre)"
_NTH = rf"(?P<nth>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})\.?"
_OF_YEAR = rf"(?:\s+(?:of|de|del|du|do)\b)?[\s/]*(?P<year>(?:{_FISCAL})?\d{{4}})"
_LONG = (
    re.compile(rf"{_NTH}[\s-]*{_PART}{_OF_YEAR}"),
    re.compile(rf"{_PART}\s+{_NTH}{_OF_YEAR}"),
    re.compile(rf"(?P<year>(?:{_FISCAL})?\d{{4}})[\s,/-]+{_NTH}[\s-]*{_PART}"),
)
_LETTERS = (
    re.compile(r"(?P<kind>[qhts])(?P<nth>[1-4])[\s/-]*(?P<year>\d{4})"),
    re.compile(r"(?P<nth>[1-4])\s?(?P<kind>[qhts])[\s/-]*(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[\s/-]*(?P<kind>[qhts])(?P<nth>[1-4])"),
)


def _in_short(label: str, language: str) -> str:
    """A quarter or a half in words as ``q1 2019``, ``h1 2019``; any other label as it is."""
    for pattern in (*_LONG, *_LETTERS):
        match = pattern.fullmatch(label)
        if match is None or (match["kind"] in ("t", "s") and language == "en"):
            continue
        letter = "q" if match["kind"] in ("quarter", "trimestre", "q", "t") else "h"
        return f"{letter}{_ORDINALS[match['nth']]} {match['year']}"
    return label


def _months(label: str, calendar: str | None) -> Period | Problem | None:
    """Months of one year from one to another: ``jan-mar 2021``, ``enero a marzo de 2021``."""
    match = re.fullmatch(r"([a-z]+)\.?\s*(?:-|to|a|au|ate|hasta)\s*([a-z]+)\.?\s*(?:de|of)?\s*(\d{4})", label)
    if match is None or not {match[1], match[2]} <= _MONTHS.keys() or calendar not in (None, "calendar"):
        return None
    year, first, last = _four_digits(match[3]), _MONTHS[match[1]], _MONTHS[match[2]]
    if isinstance(year, Problem) or first >= last:
        return year if isinstance(year, Problem) else None
    return Period(date(year, first, 1), _month_start(year, last) - timedelta(days=1), year, "calendar", None)


def _month_start(year: int, months: int) -> date:
    """First day of the month that begins so many months after 1 January."""
    return date(year + months // 12, months % 12 + 1, 1)


def _dated(year: int, month: int, day: int | None) -> Period:
    if day is not None:
        return Period(date(year, month, day), date(year, month, day), year, "calendar", "point")
    return Period(date(year, month, 1), _month_start(year, month) - timedelta(days=1), year, "calendar", None)


def _day(label: str) -> tuple[int, int, int | None] | Problem | None:
    """A month or a day as year, month and, where printed, day; None where the label is neither."""
    label = re.sub(r"[ t]00:00(:00(\.0+)?)?$", "", label)
    named = label.replace(",", " ").replace(".", " ") if re.search("[a-z]", label) else ""
    words = [word for word in named.split() if word not in ("de", "del", "of", "do")]
    words = [re.sub(r"^(\d{1,2})(st|nd|rd|th|er|º|o)$", r"\1", word) for word in words]
    iso = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", label)
    figures = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", label)
    if iso is not None:
        return _checked(label, iso[1], int(iso[2]), int(iso[3]) if iso[3] else None)
    if figures is not None:
        one, other = int(figures[1]), int(figures[3])
        if one <= 12 and other <= 12 and one != other:
            return Problem(
                "ambiguous_date",
                f"“{label}” could be day {one} of month {other}, or day {other} of month {one}.",
                f"Write it as {figures[4]}-MM-DD.",
            )
        month, day = (one, other) if other > 12 else (other, one)
        return _checked(label, figures[4], month, day)
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    numbers = [word for word in words if word.isdecimal()]
    if len(months) != 1 or len(numbers) != len(words) - 1 or not numbers or len(numbers[-1]) != 4:
        return None
    if len(numbers) == 1 and words[-1] == numbers[0]:
        return _checked(label, numbers[0], months[0], None)
    if len(numbers) == 2 and words[-1] == numbers[1] and len(numbers[0]) <= 2:
        return _checked(label, numbers[1], months[0], int(numbers[0]))
    return None


def _checked(label: str, digits: str, month: int, day: int | None) -> tuple[int, int, int | None] | Problem:
    """Year, month and day, if there is such a day."""
    year = _four_digits(digits)
    if isinstance(year, Problem):
        return year
    if not 1 <= month <= 12 or (
        day is not None and not 1 <= day <= (_month_start(year, month) - date(year, month, 1)).days
    ):
        return Problem("no_such_day", f"“{label}” names a day or month that does not exist.")
    return year, month, day
