"""Whether a sheet may come in, and what is said of one that may not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from opdat_analytics.privacy.columns import (
    PersonalColumn,
    columns_of,
    headed_columns,
    telling_contents,
)
from opdat_analytics.privacy.looked import Looked
from opdat_analytics.privacy.looks import is_common_name
from opdat_analytics.privacy.persons import persons_in
from opdat_analytics.privacy.rules import plain

MOST_FIELDS, FEWEST_PERSONS = 60, 2
"""A table that lies on its side has at most so many rows, and at least so many persons beside each other."""


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
    return (*columns_of(sheet), *persons_in(sheet), *_on_their_side(sheet))


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


def _on_their_side(sheet: Looked) -> Iterator[PersonalColumn]:
    """Tables in which persons stand beside each other and their fields below each other."""
    for top, end in sheet.tables:
        if not 2 <= end - top <= MOST_FIELDS:
            continue
        turned = sheet.text[top:end].T
        used = Looked(turned[turned.astype(bool).any(axis=1)])
        if len(used.text) <= FEWEST_PERSONS:
            continue
        told = (*headed_columns(used, COMMON), *telling_contents(used))
        for one in (*told, *persons_in(used)):
            yield replace(one, header=f"row {top + one.column + 1} of a table on its side")
