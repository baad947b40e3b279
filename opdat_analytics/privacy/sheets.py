"""Whether a sheet may come in, and what is said of one that may not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

import numpy as np

from opdat_analytics.privacy.columns import (
    PersonalColumn,
    columns_of,
    headed_columns,
    telling_contents,
)
from opdat_analytics.privacy.forms import forms
from opdat_analytics.privacy.looked import Looked
from opdat_analytics.privacy.looks import LOOKS, is_body, is_common_name
from opdat_analytics.privacy.persons import persons_in
from opdat_analytics.privacy.rules import LONGEST, author_words, header_rules, plain, work_words

MOST_FIELDS, FEWEST_PERSONS = 60, 2
"""A table that lies on its side has at most so many rows, and at least so many persons beside each other."""


FEWEST_BODIES, MOST_CONTACTS = 4, 12
_CONTACTS = frozenset(("telephone numbers", "e-mail addresses", "addresses"))
HEAD = 6
"""In so many first rows of a table its headers may stand."""
COMMON = 0.3
"""Of names that stand beside each other so many must be common ones: rows of a usual table begin with labels too."""


class Sheet(Protocol):
    """A sheet by its name and its printed text."""

    @property
    def name(self) -> str:
        """Sheet name."""

    @property
    def text(self) -> np.ndarray:
        """Object array of rows × columns."""


def personal_data(text: np.ndarray, not_personal: Collection[str] = ()) -> tuple[PersonalColumn, ...]:
    """Everything on a sheet that is taken for data about persons.

    Parameters
    ----------
    text
        The sheet's printed text, an object array of rows × columns.
    not_personal
        Headers of columns of which a person declared that they are not about persons.

    Returns
    -------
    tuple of PersonalColumn
        Columns, rows of tables that lie on their side, and tables with one row for each person.
    """
    sheet = Looked(_without(text, not_personal) if not_personal else text)
    kept = _without_authors(sheet)
    found = (*columns_of(kept), *persons_in(kept), *_on_their_side(kept), *forms(kept))
    return () if found and _only_contacts(found) and (_is_directory(kept.text) or _is_whom_to_ask(kept.text)) else found


def must_stop(found: Sequence[PersonalColumn]) -> bool:
    """Whether a sheet lists persons: one column that tells for certain, or two that hint at it."""
    return any(one.strong for one in found) or len({one.reason for one in found}) >= 2


def refusal(sheet: str, found: Sequence[PersonalColumn]) -> str:
    """What is said of a sheet that is stopped: its columns and what is in them, and nothing of the contents."""
    named = "; ".join(dict.fromkeys(f"{one.header} ({one.reason})" for one in found))
    called = "a sheet whose name seems to be a person's" if is_common_name(sheet) else f"sheet “{sheet}”"
    return (
        f"{called} lists persons, and this project keeps only counts: {named}. Nothing of it was "
        "stored; remove these columns, or send the counts."
    )


def _without(text: np.ndarray, headers: Collection[str]) -> np.ndarray:
    """The text without the columns of these headers, from each header down."""
    wanted = {plain(header) for header in headers}
    kept = text.copy()
    for row, column in zip(*np.nonzero(text.astype(bool)), strict=True):
        said = text[row, column]
        if len(said) <= 120 and plain(said) in wanted:
            kept[row:, column] = ""
    return kept


def _without_authors(sheet: Looked) -> Looked:
    """The sheet without who made works, where a table lists works: whoever signs a book is no case of anybody's."""
    if not any(map(_is_author, sheet.worded)):
        return sheet
    text = sheet.text
    for top, end in sheet.tables:
        for row in range(top, min(end, top + HEAD)):
            heads = text[row].tolist()
            authors = [column for column, said in enumerate(heads) if _is_author(said)]
            if authors and any(map(_is_work, heads)):
                text = text.copy()
                text[row + 1 : end, authors] = ""
                break
    return Looked(text)


@lru_cache(maxsize=65_536)
def _is_author(said: str) -> bool:
    return 0 < len(said) <= LONGEST and author_words().fullmatch(plain(said)) is not None


def _is_work(said: str) -> bool:
    return 0 < len(said) <= LONGEST and work_words().fullmatch(plain(said)) is not None


def _rows_of_names(table: np.ndarray) -> Iterator[PersonalColumn]:
    """Rows of which most cells are common names, each another."""
    for row, line in enumerate(table):
        said = {value for value in line.tolist() if value and not value.isspace()}
        if len(said) > FEWEST_PERSONS and sum(map(is_common_name, said)) * 5 > len(said) * 3:
            yield PersonalColumn("", row, "what look like names of persons", True)


def _only_contacts(found: Sequence[PersonalColumn]) -> bool:
    return all(set(one.reason.split(", ")) <= _CONTACTS for one in found if one.strong)


def _is_directory(text: np.ndarray) -> bool:
    """Whether a row or a column names a body in most of its cells, each another: a directory of offices or hotels."""
    for line in (*text.T, *text[:MOST_FIELDS]):
        said = [value for value in line.tolist() if value and not value.isspace()]
        bodies = sum(map(is_body, said))
        if bodies >= FEWEST_BODIES and bodies * 2 > len(said) and len(set(said)) * 5 >= len(said) * 4:
            return not any(map(is_common_name, said))
    return False


def _is_whom_to_ask(text: np.ndarray) -> bool:
    """Whether numbers and e-mail addresses stand right of labels that say so, as where a publisher says whom to ask."""
    labelled = told = 0
    for line in text.tolist():
        said = [value for value in line if value and not value.isspace()]
        for before, value in zip(("", *said), said, strict=False):
            if LOOKS["email"](value) or (LOOKS["phone"](value) and any(map(str.isdecimal, value))):
                told += 1
                known = any(rule.looks in ("phone", "email") for rule in header_rules(before))
                labelled += known or before.rstrip().endswith(":")
    return 0 < told <= MOST_CONTACTS and labelled == told


def _on_their_side(sheet: Looked) -> Iterator[PersonalColumn]:
    """Tables in which persons stand beside each other and their fields below each other."""
    for top, end in sheet.tables:
        if not 2 <= end - top <= MOST_FIELDS:
            continue
        turned = sheet.text[top:end].T
        used = Looked(turned[turned.astype(bool).any(axis=1)])
        if len(used.text) <= FEWEST_PERSONS:
            continue
        beside = _rows_of_names(sheet.text[top:end])
        told = (*headed_columns(used, COMMON), *telling_contents(used), *beside)
        for one in (*told, *persons_in(used)):
            yield replace(one, header=f"row {top + one.column + 1} of a table on its side")
