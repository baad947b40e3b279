"""Lists with one row per person that name nobody: age, sex, nationality, a date or a number for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import pairwise

import numpy as np

from opdat_analytics.model import column_letters
from opdat_analytics.privacy.columns import PersonalColumn
from opdat_analytics.privacy.looked import Looked
from opdat_analytics.privacy.looks import LOOKS, is_day, is_nationality
from opdat_analytics.privacy.rules import header_rules, person_word, plain, sexes

FEWEST = 4
HEAD = 12
MOST_ROWS = 300
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?%?")
_AGE = re.compile(r"(?:\d|[1-9]\d)(?: ?(?:a|años|anos|ans|yrs|years|y))?\.?", re.I)
_BIRTH_YEAR = re.compile(r"(?:19|20)\d\d")
_LIKE_NUMBER = re.compile("id")
"""What is short for an age in one language and for a number in another."""
_ONE_PERSON = re.compile(
    r"(?:(?:the|la|el|le|l) )?(?:victim|defendant|suspect|accused|offender|trafficker|smuggler|convict|detainee"
    r"|survivor|victima|imputad[oa]|acusad[oa]|procesad[oa]|condenad[oa]|sentenciad[oa]|detenid[oa]|tratante|sospechos[oa]"
    r"|victime|prevenue?|accusee?|condamnee?|suspecte?|trafiquante?"
    r"|vitima|re|reu|arguid[oa]|suspeit[oa]|traficante|apodo|alias|nickname|surnom|apelido|alcunha|mote)"
)
"""Headers that speak of one person in each row, in the singular: below “victims” stand kinds of them, too."""
_OF_PERSONS = ("sex", "age", "nationality")


def persons_in(sheet: Looked) -> tuple[PersonalColumn, ...]:
    """Tables of a sheet in which each row is one person, though none is named.

    Parameters
    ----------
    sheet
        The sheet, or a table that was laid on its side.

    Returns
    -------
    tuple of PersonalColumn
        One for each such table; its header lists the columns that tell.
    """
    sexed = any(map(_is_sex, sheet.worded))
    found = (_told(sheet.text[top:end], sheet.worded, sexed) for top, end in sheet.tables if end - top > FEWEST)
    return tuple({one.header: one for one in found if one is not None}.values())


def _told(table: np.ndarray, worded: Set[str], sexed: bool) -> PersonalColumn | None:
    """What tells that a table has one row for each person; ``sexed`` where any of its worded texts says a sex."""
    head, said = _header_row(table, worded)
    if not said and not sexed:
        return None  # without headers only sex tells
    body = table[head + 1 :]
    if len(body) < FEWEST:
        return None
    body = body[:: len(body) // MOST_ROWS + 1]
    columns = {c: [v.strip() for v in body[:, c].tolist() if v and v.strip()] for c in range(body.shape[1])}
    columns = {c: values for c, values in columns.items() if len(values) * 2 >= len(body)}
    if not said and not any(_are_sexes(values, len(set(values))) for values in columns.values()):
        return None  # no look below can change that
    kinds: dict[int, str] = {}
    for c, values in columns.items():
        kind = _kind(said.get(c), values)
        if kind is not None:
            kinds[c] = kind
    ages = [c for c, kind in kinds.items() if kind == "age"] if not said else []
    if len(ages) > 1 or any(_is_headed(columns[c]) or _is_counted(c, body, columns, kinds) for c in ages):
        return None  # a person has one age: several such columns without a header are counts
    if not _is_list(kinds, columns, said):
        return None
    telling = [c for c, kind in kinds.items() if kind in (*_OF_PERSONS, "day", "case", "initials", "name", "attribute")]
    what = ", ".join(dict.fromkeys(_CALLED[kinds[c]] for c in telling))
    letters = ", ".join(column_letters(c) for c in telling)
    return PersonalColumn(f"columns {letters}", telling[0], f"one row for each person: {what}", True)


def _is_headed(values: Sequence[str]) -> bool:
    """Whether a column of numbers begins with a word, though none that stands for an age."""
    first = values[0]
    return first.isalpha() and len(first) > _SHORT and all(map(_NUMBER.fullmatch, values[1:]))


def _is_counted(column: int, body: np.ndarray, columns: Mapping[int, Sequence[str]], kinds: Mapping[int, str]) -> bool:
    """Whether no two rows share what stands beside a number: so figures are counted, seldom persons."""
    unknown = [values for c, values in columns.items() if c not in kinds and not _most(values, _NUMBER.fullmatch, 1.0)]
    if len(body) < _MANY or unknown or not set(kinds.values()) <= set(_OF_PERSONS):
        return False
    beside = [tuple(line) for line in np.delete(body, column, axis=1).tolist()]
    return len(set(beside)) == len(beside)


_SHORT, _MANY = 4, 8
"""Letters that may be short for an age, and rows of which some would agree if each were a person."""
_CALLED: Mapping[str, str] = {
    "sex": "sex", "age": "age", "nationality": "nationality", "day": "a date", "case": "a number",
    "initials": "initials", "name": "names", "attribute": "attributes",
}  # fmt: skip


def _header_row(table: np.ndarray, worded: Set[str]) -> tuple[int, Mapping[int, str]]:
    """The row of headers (-1 where there is none), and what its cells say."""
    best, at = 1, -1
    for row, values in enumerate(table[:HEAD].tolist()):
        told = len({word for value in values if value in worded and (word := _word(value)) is not None})
        if told > best:
            best, at = told, row
    return at, {c: v for c, v in enumerate(table[at].tolist()) if v} if at >= 0 else {}


@lru_cache(maxsize=65_536)
def _word(said: str) -> str | None:
    """What a header says; kinds of its own for numbers of cases and initials."""
    word = person_word(said)
    if word is not None:
        return word
    for rule in header_rules(said):
        if rule.person is not None:
            return rule.person
        if rule.looks in ("initials", "one_name", "name", "telling_name"):
            return "initials" if rule.looks == "initials" else "name"
    return None


def _kind(said: str | None, values: Sequence[str]) -> str | None:
    """What a column says of a person: its header and its contents agree, or its contents alone can be nothing else."""
    word = _word(said) if said else None
    different = len(set(values))
    if word in ("count", "place", "attribute"):
        return word
    if word == "age" and (not _LIKE_NUMBER.fullmatch(plain(said or "")) or _most(values, _AGE.fullmatch, 0.7)):
        fits = _AGE if not re.search(r"yob|birth|nac|nais|nasc", plain(said or "")) else _BIRTH_YEAR
        return "age" if _most(values, fits.fullmatch, 0.7) and different >= min(3, len(values) // 2) else None
    if word in ("case", "age"):
        return "case" if _most(values, LOOKS["case"], 0.7) and different * 10 >= len(values) * 9 else None
    if word == "name":
        single = _ONE_PERSON.fullmatch(plain(said or "")) and _tell_apart(values, different)
        return "name" if single or _most(values, LOOKS["name"], 0.7) else None
    if word == "initials":
        return "initials" if _most(values, LOOKS["initials"], 0.7) else None
    if word == "sex":
        return "sex" if _most(values, _is_sex, 0.7) else None
    if word == "day":
        return "day" if _most(values, is_day, 0.7) else None
    if word == "nationality":
        return "nationality" if not _most(values, _NUMBER.fullmatch, 0.3) else None
    if _are_sexes(values, different):
        return "sex"
    if said is not None:
        return "day" if _most(values, is_day, 0.9) else None
    return _by_values(values, different)


def _tell_apart(values: Sequence[str], different: int) -> bool:
    """Whether words below “victim” are another one for each row: given names, nicknames, “Girl 1”, never a number."""
    return different * 10 >= len(values) * 9 and len(values) >= FEWEST and not any(map(_NUMBER.fullmatch, values))


def _are_sexes(values: Sequence[str], different: int) -> bool:
    return 1 < different <= 6 and _most(values, _is_sex, 0.9)


def _by_values(values: Sequence[str], different: int) -> str | None:
    if _most(values, is_day, 0.9) and different * 2 >= len(values):
        return "day"
    if _most(values, _is_dotted, 0.9) and different * 10 >= len(values) * 7 and different >= FEWEST:
        return "initials"
    if _most(values, is_nationality, 0.8) and different > 1:
        return "nationality"
    if _most(values, _AGE.fullmatch, 0.9) and different >= FEWEST and not _counts_up(values):
        return "age"
    if _most(values, _is_code, 0.9) and different * 20 >= len(values) * 19:
        return "case"
    return None


def _is_dotted(text: str) -> bool:
    return "." in text and LOOKS["initials"](text)


def _is_code(text: str) -> bool:
    return bool(re.search(r"[A-Za-z/-]", text)) and LOOKS["case"](text) and " " not in text


def _counts_up(values: Sequence[str]) -> bool:
    numbers = [int(v) for v in values if v.isdecimal()]
    return len(numbers) == len(values) and len(set(numbers)) > 1 and all(b >= a for a, b in pairwise(numbers))


def _numbers_the_rows(values: Sequence[str]) -> bool:
    """Whether numbers go up by one from row to row, as “No.” does before a list."""
    numbers = [int(v) for v in values if v.isdecimal()]
    return len(numbers) == len(values) and numbers[:1] == [1] and all(b == a + 1 for a, b in pairwise(numbers))


@lru_cache(maxsize=65_536)
def _is_sex(text: str) -> bool:
    return plain(text) in sexes()


def _most(values: Sequence[str], fits: Callable[[str], object], share: float) -> bool:
    """Whether at least such a share of the values fits; no more are looked at than it takes to say no."""
    missed = 0
    for value in values:
        if not fits(value):
            missed += 1
            if (len(values) - missed) / len(values) < share:
                return False
    return True


def _is_list(kinds: Mapping[int, str], columns: Mapping[int, Sequence[str]], said: Mapping[int, str]) -> bool:
    """Whether these columns together say that each row is one person."""
    of_persons = {kind for kind in kinds.values() if kind in _OF_PERSONS}
    single = {kind for kind in kinds.values() if kind in ("case", "initials", "name")}
    dated = "day" in kinds.values()
    counting = any(_counts(c, kinds, columns[c], said) for c in columns)
    if not said and "sex" not in of_persons:
        return False
    if single and len(of_persons) >= 2:
        return True
    if single and "case" in kinds.values() and dated and of_persons:
        return True
    attributes = sum(kind == "attribute" for kind in kinds.values())
    if "name" in single and attributes >= 2 and not counting:
        return True
    if "case" in single and attributes and (of_persons or (dated and bool(said))):
        return True
    if counting:
        return False
    if single & {"initials", "name"} and of_persons:
        return True
    if dated and (len(of_persons) >= 2 or ("age" in of_persons)):
        return True
    if "age" in of_persons and len(of_persons) >= 2:
        return True
    if not said:
        return False
    return {"sex", "nationality"} <= of_persons and (attributes >= 1 or dated)


def _counts(column: int, kinds: Mapping[int, str], values: Sequence[str], said: Mapping[int, str]) -> bool:
    """Whether a column may hold how many: numbers that are neither of a person, nor a running number, nor a year."""
    kind = kinds.get(column)
    if kind in (*_OF_PERSONS, "day", "case", "initials", "name"):
        return False
    if not _most(values, _NUMBER.fullmatch, 0.5) or set(values) <= {"1"}:
        return False
    if kind == "count":
        return not _numbers_the_rows(values)
    if _counts_up(values):
        return False
    if _most(values, _BIRTH_YEAR.fullmatch, 0.9):
        return False
    return kind != "attribute" or not said
