"""Forms: labels with one value each, on a sheet of their own for every person, or beside other things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import lru_cache

from opdat_analytics.model import column_letters
from opdat_analytics.privacy.columns import MOST_CELLS, PersonalColumn
from opdat_analytics.privacy.looked import Looked
from opdat_analytics.privacy.looks import LOOKS, is_nationality
from opdat_analytics.privacy.rules import header_rules, may_head, person_word, plain, sexes

_FAR = 3
"""So many cells away from its label a value may stand."""
_TELLING = frozenset({"names", "initials", "documents", "birth"})
_CALLED = {
    "names of persons": "names", "what look like names of persons": "names", "initials of persons": "initials",
    "passport numbers": "documents", "identity numbers": "documents", "dates of birth": "birth",
    "numbers of single persons": "case", "numbers of single cases": "case", "telephone numbers": "contact",
    "e-mail addresses": "contact", "addresses": "contact",
}  # fmt: skip
_AGE = re.compile(r"[1-9]?\d(?: ?(?:a|años|anos|ans|yrs?|years?(?: old)?|y/?o))?\.?", re.IGNORECASE)
_INSIDE = re.compile(r"\s*([^:：]{2,60}?)\s*[:：]\s*(\S[^\n]{0,80})")


@dataclass(frozen=True)
class _Said:
    """A label with its value: what it tells, and where it stands."""

    kind: str
    row: int
    column: int


def forms(sheet: Looked) -> Iterator[PersonalColumn]:
    """Forms about one person each.

    Parameters
    ----------
    sheet
        The sheet.

    Yields
    ------
    PersonalColumn
        One for the sheet, where two things that tell a person, or one and two that describe one, have a value.
    """
    text = sheet.text
    if not text.size or text.size > MOST_CELLS:
        return
    rows = text.tolist()
    labels = frozenset(filter(_is_label, sheet.worded))
    with_colon = {said for said in sheet.worded if ":" in said or "：" in said}
    for said in (list(_beside(rows, labels)), list(_below(rows, labels)), list(_inside(rows, with_colon))):
        kinds = {one.kind for one in said}
        telling, described = kinds & _TELLING, kinds & {"sex", "age", "nationality", "case"}
        if len(telling) >= 2 or (telling and len(described) >= 2):
            first = min(said, key=lambda one: (one.row, one.column))
            where = f"{column_letters(first.column)}{first.row + 1}"
            what = ", ".join(sorted(kinds - {"contact"}))
            yield PersonalColumn(f"a form from cell {where}", first.column, f"the {what} of one person", True)
            return


def _beside(rows: list[list[str]], labels: Set[str]) -> Iterator[_Said]:
    """Labels before their values; several of a row only where a colon says that they are labels."""
    for row, values in enumerate(rows):
        if labels.isdisjoint(values):
            continue
        first = next(column for column, said in enumerate(values) if may_head(said))
        for column in [column for column, said in enumerate(values) if said in labels]:
            label = values[column]
            if column != first and not label.rstrip().endswith((":", "：")):
                continue
            near = [value for value in values[column + 1 : column + 1 + _FAR] if value]
            if near and (kind := _told(label, near[0])):
                yield _Said(kind, row, column)


def _below(rows: list[list[str]], labels: Set[str]) -> Iterator[_Said]:
    """Labels above their values, where no more than two rows follow; what is longer is a list."""
    for row, values in enumerate(rows[:-1]):
        if labels.isdisjoint(values):
            continue
        following = rows[row : row + _FAR + 1]
        if len(following) > _FAR and all(map(any, following)):
            continue
        for column, label in enumerate(values):
            if label in labels and (value := rows[row + 1][column]) and (kind := _told(label, value)):
                yield _Said(kind, row, column)


def _inside(rows: list[list[str]], with_colon: Set[str]) -> Iterator[_Said]:
    for row, values in enumerate(rows) if with_colon else ():
        for column in [column for column, said in enumerate(values) if said in with_colon]:
            for line in values[column].splitlines():
                found = _INSIDE.fullmatch(line)
                if found and (kind := _told(found[1], found[2].strip())):
                    yield _Said(kind, row, column)


@lru_cache(maxsize=65_536)
def _is_label(said: str) -> bool:
    """Whether a text is a label that tells anything of a person."""
    return may_head(said) and (bool(header_rules(said)) or person_word(said) is not None)


def _told(label: str, value: str) -> str | None:
    """What a label and its value tell of a person; None where they do not agree."""
    rules, word = header_rules(label), person_word(label)
    value = value.strip()
    if (not rules and word is None) or len(value) > 120 or value.endswith(":"):
        return None
    for rule in rules:
        if LOOKS[rule.looks](value) and not header_rules(value) and rule.reason in _CALLED:
            return _CALLED[rule.reason]
    fits = {
        "sex": plain(value) in sexes(),
        "age": bool(_AGE.fullmatch(value)),
        "nationality": not any(map(str.isdecimal, value)) and is_nationality(value),
    }
    return word if word is not None and fits.get(word, False) else None
