"""Columns of few distinct values: each value is looked at once, however many rows say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Coded:
    """A column by its distinct values.

    Attributes
    ----------
    codes
        Per row, the number of its value.
    levels
        The distinct values; None where nothing is said. There may be values that no row has.
    """

    codes: np.ndarray
    levels: Sequence[Any]

    @classmethod
    def same(cls, value: Any, count: int) -> Coded:
        """A column that says one thing in every row."""
        return cls(np.zeros(count, dtype=np.intp), (value,))

    @classmethod
    def of(cls, values: Iterable[Any]) -> Coded:
        """A column of hashable values, its levels in the order in which they first stand."""
        every = list(values)
        levels = tuple(dict.fromkeys(every))
        numbers = dict(zip(levels, range(len(levels)), strict=True))
        return cls(np.fromiter(map(numbers.__getitem__, every), dtype=np.intp, count=len(every)), levels)

    def taken(self, index: np.ndarray | tuple[np.ndarray, ...]) -> Coded:
        """The rows at some positions, or where a mask is true."""
        return Coded(self.codes[index], self.levels)

    def used(self) -> Coded:
        """Without the levels that no row has."""
        if len(self.levels) == 1 and self.codes.size:
            return self
        held = np.bincount(self.codes, minlength=len(self.levels)) > 0
        if held.all():
            return self
        kept = np.flatnonzero(held)
        return Coded((np.cumsum(held) - 1)[self.codes], tuple(map(self.levels.__getitem__, kept.tolist())))

    def values(self) -> np.ndarray:
        """An object array of one value per row."""
        return np.asarray(levels_array(self.levels)[self.codes])

    def changed(self, change: Callable[[Any], Any]) -> Coded:
        """Another value in place of each, the change worked out once per level."""
        return self._with([change(level) for level in self.levels])

    def filled(self, default: Any) -> Coded:
        """The default where nothing is said."""
        return self if None not in self.levels else self.changed(lambda value: default if value is None else value)

    def given(self) -> np.ndarray:
        """Where something is said."""
        return self.where(lambda value: value is not None)

    def where(self, holds: Callable[[Any], bool]) -> np.ndarray:
        """Where the value is such, asked once per level."""
        return np.asarray(np.array([bool(holds(level)) for level in self.levels], dtype=bool)[self.codes])

    def paired(self, other: Coded, join: Callable[[Any, Any], Any]) -> Coded:
        """One value for what two columns say of each row, worked out once per distinct pair."""
        if len(other.levels) == 1:
            return self.changed(lambda value: join(value, other.levels[0]))
        if len(self.levels) == 1:
            return other.changed(lambda value: join(self.levels[0], value))
        pairs, codes = numbered(self.codes * len(other.levels) + other.codes, len(self.levels) * len(other.levels))
        one, two = np.divmod(pairs, len(other.levels))
        levels = [join(self.levels[a], other.levels[b]) for a, b in zip(one.tolist(), two.tolist(), strict=True)]
        return Coded(codes, ())._with(levels)

    def _with(self, levels: Sequence[Any]) -> Coded:
        """The same rows under new levels, of which several may be one."""
        known: dict[Any, int] = {}
        codes = [known.setdefault(level, len(known)) for level in levels]
        if len(known) == len(levels):
            return Coded(self.codes, tuple(levels))
        return Coded(np.array(codes, dtype=np.intp)[self.codes], tuple(known))


def levels_array(levels: Sequence[Any]) -> np.ndarray:
    """Values as an object array, whatever they are."""
    array = np.empty(len(levels), dtype=object)
    array[:] = levels
    return array


def numbered(codes: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The distinct numbers below ``width`` in rising order, and which of them each row has."""
    if width > 4 * codes.size + 4096:
        distinct, of_row = np.unique(codes, return_inverse=True)
        return distinct, of_row
    there = np.zeros(width, dtype=bool)
    there[codes] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[codes]


def joined(columns: Sequence[Coded]) -> Coded:
    """Columns one below the other."""
    first = columns[0].levels
    if len(columns) == 1:
        return columns[0]
    if all(len(column.levels) == len(first) and tuple(column.levels) == tuple(first) for column in columns):
        if len(first) == 1:
            return Coded.same(first[0], sum(column.codes.size for column in columns))
        return Coded(np.concatenate([column.codes for column in columns]), first)
    known: dict[Any, int] = {}
    codes = []
    for column in columns:
        own = [known.setdefault(level, len(known)) for level in column.levels]
        codes.append(np.array(own, dtype=np.intp)[column.codes])
    return Coded(np.concatenate(codes), tuple(known))


def combined(columns: Iterable[Coded]) -> np.ndarray:
    """One integer per row, equal exactly where the rows agree in all the columns (nulls equal nulls)."""
    codes: np.ndarray | None = None
    most = 1
    for column in columns:
        width = len(column.levels)
        if width <= 1:
            codes = column.codes.astype(np.int64) if codes is None else codes
            continue
        if most > 2**62 // width and codes is not None:
            distinct, codes = np.unique(codes, return_inverse=True)
            most = len(distinct)
        codes = column.codes.astype(np.int64) if codes is None else codes * width + column.codes
        most *= width
    if codes is None:
        raise ValueError("no column to combine")
    return codes
