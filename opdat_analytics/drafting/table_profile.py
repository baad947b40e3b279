"""A table as printed, with what is worth knowing about each of its columns and rows before anything is decided."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from opdat_analytics.drafting.cell_kinds import BLANK, NUMBERS, kind, magnitude

Table = Sequence[Sequence[str]]

# Rows beyond these are of the same make as those before them; reading them all would only cost time.
ROWS_LOOKED_AT = 300


@dataclass(frozen=True)
class Line:
    """One column or row of a table: its heading and the cells after it."""

    heading: str
    cells: tuple[str, ...]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each cell."""
        return tuple(kind(cell) for cell in self.cells)

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The kinds of the cells that say something: neither blank nor missing."""
        return tuple(name for name in self.kinds if name not in (BLANK, "missing"))

    @cached_property
    def filled(self) -> float:
        """Share of cells that are not blank."""
        return sum(name != BLANK for name in self.kinds) / max(1, len(self.kinds))

    @cached_property
    def main_kind(self) -> str:
        """The commonest kind of what is said; blank if nothing is."""
        return Counter(self.said).most_common(1)[0][0] if self.said else BLANK

    @cached_property
    def purity(self) -> float:
        """Share of what is said that is of the commonest kind."""
        return Counter(self.said).most_common(1)[0][1] / len(self.said) if self.said else 1.0

    @cached_property
    def numeric(self) -> float:
        """Share of what is said that is a number."""
        return sum(name in NUMBERS for name in self.said) / max(1, len(self.said))

    @cached_property
    def values(self) -> frozenset[str]:
        """Distinct texts that are not blank."""
        return frozenset(cell.strip() for cell in self.cells if cell.strip())

    @cached_property
    def size(self) -> float:
        """Median magnitude (log10) of its numbers; nan if there are none."""
        sizes = [magnitude(cell) for cell, name in zip(self.cells, self.kinds, strict=True) if name in NUMBERS]
        sizes = [size for size in sizes if not math.isnan(size)]
        return median(sizes) if sizes else math.nan


@dataclass(frozen=True)
class Profile:
    """A table with its header row apart and its ragged rows made even.

    Attributes
    ----------
    header
        First row.
    rows
        The rows after it, at most ``ROWS_LOOKED_AT``.
    height
        How many rows the table has after its header.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    height: int

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return len(self.header)

    @cached_property
    def columns(self) -> tuple[Line, ...]:
        """The columns."""
        return tuple(Line(heading, tuple(row[at] for row in self.rows)) for at, heading in enumerate(self.header))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The rows, with their first cell as heading."""
        return tuple(Line(row[0], row[1:]) for row in self.rows)


def profile(table: Table) -> Profile:
    """The profile of a table whose first row is its header; short rows are filled with blanks."""
    width = max((len(row) for row in table), default=0)
    even = [tuple(row) + ("",) * (width - len(row)) for row in table[: ROWS_LOOKED_AT + 1]]
    return Profile(even[0] if even else (), tuple(even[1:]), max(0, len(table) - 1))
