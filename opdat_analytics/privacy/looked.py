"""A sheet's texts and what is asked of them again and again, worked out once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

MOST_TABLES = 60
"""A sheet with more stretches than this is taken as one table."""
_MAY_BE_WORDS = re.compile("[A-Za-z]|[^\x00-\x7f\u2010-\u2015\u2026]")
_NUMERALS = frozenset(map(str, range(10_000)))
"""What most cells of a table say."""


@dataclass(frozen=True)
class Looked:
    """A sheet, or a part of one, that is looked through.

    Attributes
    ----------
    text
        Printed text, an object array of rows × columns.
    """

    text: np.ndarray

    @cached_property
    def columns(self) -> list[list[str]]:
        """The texts column by column."""
        columns: list[list[str]] = self.text.T.tolist() if self.text.size else []
        return columns

    @cached_property
    def distinct(self) -> frozenset[str]:
        """Every text once."""
        return frozenset().union(*self.columns)

    @cached_property
    def worded(self) -> frozenset[str]:
        """The texts that may have words."""
        return frozenset(filter(_MAY_BE_WORDS.search, self.distinct - _NUMERALS))

    @cached_property
    def tables(self) -> list[tuple[int, int]]:
        """Stretches of rows between wholly blank rows, as (first, behind the last)."""
        return tables_of(self.text)


def tables_of(text: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of rows between wholly blank rows, as (first, behind the last)."""
    if not text.size:
        return []
    filled = np.flatnonzero(text.astype(bool).any(axis=1))
    if not filled.size:
        return []
    breaks = np.flatnonzero(np.diff(filled) > 1)
    starts = [int(filled[0]), *(int(filled[i + 1]) for i in breaks)]
    ends = [*(int(filled[i]) + 1 for i in breaks), int(filled[-1]) + 1]
    if len(starts) > MOST_TABLES:
        return [(starts[0], ends[-1])]
    return list(zip(starts, ends, strict=True))
