"""Columns that hold data about persons: by a telling header whose contents agree, by contents, or by the look of names.

A column tells for certain (`strong`) or only together with another. What is said of a column never holds anything of
its contents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from opdat_analytics.model import column_letters
from opdat_analytics.privacy.looked import Looked
from opdat_analytics.privacy.looks import (
    LOOKS,
    is_common_name,
    is_known_name,
    is_name,
    is_person_in_a_cell,
    is_telling_name,
    lists_names,
    may_name,
    names_in,
)
from opdat_analytics.privacy.rules import (
    Content,
    Header,
    contents,
    header_rules,
    header_words,
    may_head,
    person_word,
    plain,
    rules_below,
)
from opdat_analytics.privacy.sentences import NAMES, kinds_told

SAMPLE, LOOKED_AT = 2_000, 300
"""Cells of a column that are searched for contents, and that are looked at one by one."""
FEWEST = 3
HEAD = 40
MOST_CELLS = 20_000
"""Headers are looked for in the first rows of each table, and everywhere on a sheet with no more cells than this."""
_OFTEN = 6
"""A text that stands in so many cells of a column is no header."""


_LONG = 7
"""Fewer characters than these cannot hold what only persons have."""


@dataclass(frozen=True)
class PersonalColumn:
    """A column (or, in a table that lies on its side, a row) that holds data about persons.

    Attributes
    ----------
    header
        Its header where that is made of telling words only, and its letter; never more of the sheet.
    column
        Zero-based; the first of several.
    reason
        Why it is taken for personal, without any of its contents.
    strong
        Whether it alone is enough to stop the sheet.
    """

    header: str
    column: int
    reason: str
    strong: bool


def personal_columns(text: np.ndarray) -> tuple[PersonalColumn, ...]:
    """Columns of a sheet that hold data about persons.

    Parameters
    ----------
    text
        The sheet's printed text, an object array of rows × columns.

    Returns
    -------
    tuple of PersonalColumn
        In the order of the columns, at most one for each, the strongest.
    """
    return columns_of(Looked(text))


def columns_of(sheet: Looked) -> tuple[PersonalColumn, ...]:
    """Columns of a sheet that hold data about persons, in their order, at most one for each, the strongest."""
    found: dict[int, PersonalColumn] = {}
    for one in _all(sheet):
        before = found.get(one.column)
        if before is None or (one.strong and not before.strong):
            found[one.column] = one
    return tuple(found[column] for column in sorted(found))


def _all(sheet: Looked) -> Iterator[PersonalColumn]:
    yield from headed_columns(sheet)
    new = sheet.distinct - _silent_before()
    told = list(kinds_told(sorted(new)))
    if told:
        every = sheet.text.ravel().tolist()
        first = dict(zip(reversed(every), range(len(every) - 1, -1, -1), strict=True))
    for said, kind in told:
        column = first[said] % sheet.text.shape[1]
        yield PersonalColumn(f"column {column_letters(column)}", column, kind, True)
    telling = _telling(new, sheet.worded)
    _SILENT.update(new - telling - {said for said, _ in told})
    if not telling:
        return
    tables = sheet.tables
    whole = (tables[0][0], tables[-1][1])
    for column, values in enumerate(sheet.columns):
        for top, end in dict.fromkeys((whole, *tables)):
            if telling.isdisjoint(values[top:end]):
                continue
            sample = _sample(values[top:end])
            one = _by_contents(sample, column)
            few = sample[:: len(sample) // LOOKED_AT + 1] if one is None else []
            if any(map(str.isalpha, "".join(few))):
                one = _by_shape(few, column) or _by_names(few, column)
            if one is not None:
                yield one


_SILENT: set[str] = set()
_SILENT_KEPT = 200_000


def _silent_before() -> set[str]:
    """Texts of earlier sheets that no rule about contents, names or sentences fits."""
    if len(_SILENT) > _SILENT_KEPT:
        _SILENT.clear()
    return _SILENT


def _telling(texts: Set[str], worded: Set[str]) -> set[str]:
    """Texts that a rule about contents or names fits: a column without any tells nothing."""
    long = [text for text in texts if len(text) >= _LONG and not text.isalpha()]
    joined = "\n".join(long)
    rules = [rule for rule in contents() if rule.pattern.search(joined)]
    telling = {text for text in long if any(_holds(rule, text) for rule in rules)} if rules else set()
    telling.update(filter(may_name, texts & worded))
    return telling


def headed_columns(sheet: Looked, turned: float | None = None) -> Iterator[PersonalColumn]:
    """Columns below a telling header with which their contents agree.

    ``turned`` is given for a table that was laid on its side: its headers stand first in their columns, and where its
    first column may be a usual row of headers, at least this share of its names must be common ones.
    """
    everywhere = sheet.text.size <= MOST_CELLS
    worded = sheet.worded
    heads = {said: rules for said in worded if (rules := _rules_of_head(said)) is not None}
    for column, values in enumerate(sheet.columns):
        if worded.isdisjoint(values):
            continue
        for top, end in sheet.tables:
            last = end if everywhere else min(end, top + HEAD)
            for row in [r for r in range(top, last) if values[r] in heads or (r and values[r - 1] in worded)]:
                said, above = values[row], values[row - 1] if row else ""
                found = heads.get(said)
                if not found and above in worded and (found is not None or may_head(said)):
                    found = rules_below(above, said)
                if not found:
                    continue
                if turned is not None and any(values[top:row]):
                    break
                if values[top:last].count(said) < _OFTEN:
                    yield from _below(values, row, column, found, turned if turned and column == 0 else 0.0)


@lru_cache(maxsize=65_536)
def _rules_of_head(said: str) -> tuple[Header, ...] | None:
    """The rules of headers that a text fits; None where it can be no header."""
    return header_rules(said) if may_head(said) else None


def _below(
    values: list[str], row: int, column: int, rules: Sequence[Header], common: float
) -> Iterator[PersonalColumn]:
    """The column below a cell that fits such rules of headers, where what stands there agrees."""
    said = values[row]
    below = _sample(_until_blank(values[row + 1 :]))
    for rule in rules:
        if _agrees(rule, below, common):
            yield PersonalColumn(_called(said, column), column, rule.reason, rule.strong)
            return


def _agrees(rule: Header, below: Sequence[str], common: float) -> bool:
    agreeing = [value for value in below if LOOKS[rule.looks](value)]
    few = 2 if len(below) == 2 and rule.strong and rule.looks != "name" else FEWEST
    if len(agreeing) < few or len(agreeing) * 2 < len(below):
        return False
    if common and rule.looks in ("name", "one_name") and sum(map(is_telling_name, agreeing)) < common * len(agreeing):
        return False
    if rule.looks == "one_name" and _are_headers(agreeing):
        return False
    return len(set(agreeing)) >= rule.distinct * len(agreeing)


def _are_headers(values: Sequence[str]) -> bool:
    return sum(bool(header_rules(value)) or person_word(value) is not None for value in values) * 2 >= len(values)


def _until_blank(values: list[str]) -> list[str]:
    """What stands below, until a long gap."""
    gap = 0
    for at, value in enumerate(values):
        gap = 0 if value else gap + 1
        if gap > 20:
            return values[: at - 20]
    return values


def _called(said: str, column: int) -> str:
    """A header is quoted only where all its words are words of headers; else its letter stands for it."""
    letter = f"column {column_letters(column)}"
    words = plain(said).split()
    telling = all(len(word) <= 3 or word in header_words() for word in words) and len(words) <= 6
    return f"“{' '.join(said.split())}” ({letter})" if telling and not is_common_name(said) else letter


def _sample(values: Sequence[str]) -> list[str]:
    """Texts that are not blank, at most `SAMPLE`, from all over the column."""
    values = values[:: len(values) // (8 * SAMPLE) + 1]
    filled = [value.strip() for value in values if value and not value.isspace()]
    return filled[:: len(filled) // SAMPLE + 1]


def _by_contents(sample: list[str], column: int) -> PersonalColumn | None:
    """A column whose texts hold what only persons have, in several cells and in a fifth of them at least."""
    told = [value for value in sample if len(value) >= _LONG and not value.isalpha()]
    if not told:
        return None
    joined = "\n".join(told)
    rules = [rule for rule in contents() if rule.pattern.search(joined)]
    if not rules:
        return None
    kinds: dict[str, None] = {}
    cells, worded = set(), False
    for at, value in enumerate(told):
        for rule in rules:
            if _holds(rule, value):
                kinds[rule.kind] = None
                cells.add(at)
                worded |= rule.worded
    different = len({told[at] for at in cells})
    enough = different >= FEWEST and len(cells) * 5 >= len(sample)
    if not enough and not worded:
        return None
    return PersonalColumn(f"column {column_letters(column)}", column, ", ".join(sorted(kinds)), True)


def telling_contents(sheet: Looked) -> Iterator[PersonalColumn]:
    """Columns whose texts hold what only persons have."""
    for column, values in enumerate(sheet.columns):
        one = _by_contents(_sample(values), column)
        if one is not None:
            yield one


def _holds(rule: Content, value: str) -> bool:
    return rule.pattern.search(value) is not None


def _by_shape(sample: list[str], column: int) -> PersonalColumn | None:
    """A column of what look like names, nearly each another one; strong where many have a common given name."""
    if len(sample) < 2 * FEWEST:
        return None
    names = [value for value in sample if is_name(value)]
    if len(names) * 10 < len(sample) * 7:
        return None
    common, telling = sum(map(is_common_name, names)), sum(map(is_telling_name, names))
    different = len(set(names))
    letter = f"column {column_letters(column)}"
    if different * 10 >= len(names) * 8 and telling * 5 >= 2 * len(names):
        return PersonalColumn(letter, column, "what look like names of persons", True)
    if different >= 2 * FEWEST and common * 2 >= len(names) and different * 4 >= len(names):
        return PersonalColumn(letter, column, "what may be names of persons", False)
    if different * 10 < len(names) * 9 or common * 20 < len(names):
        return None
    return PersonalColumn(letter, column, "what may be names of persons", False)


def _by_names(sample: list[str], column: int) -> PersonalColumn | None:
    """A column of single common names, or of texts in which a given name stands beside a family name."""
    letter = f"column {column_letters(column)}"
    if any(map(lists_names, sample)):
        return PersonalColumn(letter, column, NAMES, True)
    if len(sample) < FEWEST:
        return None
    known = [value for value in sample if is_known_name(value)]
    if len(known) >= 2 * FEWEST and len(known) * 10 >= len(sample) * 6 and len(set(known)) * 10 >= len(known) * 3:
        return PersonalColumn(letter, column, "what look like given or family names", True)
    holding = {value for value in sample if names_in(value) or is_person_in_a_cell(value)}
    if len(holding) >= FEWEST and len(holding) * 5 >= len(sample):
        return PersonalColumn(letter, column, NAMES, True)
    return None
