"""What printed texts state, kept from sheet to sheet: each distinct text of a publisher is parsed once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from opdat_analytics.ingest.coded import Coded
from opdat_analytics.ingest.figures import (
    TYPED,
    Numerals,
    PartPattern,
    Problem,
    parse_figure,
    split_parts,
    strip_marker,
)
from opdat_analytics.model import Figure

Said = tuple[str, str, bool]
"""A printed text, its unit, and whether the cell holds a number."""
_KEPT = 200_000


@dataclass(frozen=True)
class Manner:
    """What decides how a publisher's printed texts are read, the text itself apart."""

    numerals: Numerals
    language: str
    symbols: tuple[tuple[str, Figure], ...]
    parts: tuple[PartPattern, ...]


class Part(NamedTuple):
    """One figure of a cell; NaN where there is no bound."""

    low: float
    high: float
    qualifier: str
    name: str
    marker: str | None


def read_in(manner: Manner, every: Sequence[Said]) -> tuple[Readout, np.ndarray]:
    """Read printed texts in a manner.

    Returns
    -------
    What was read in that manner so far, and the number under which each of the texts stands there.
    """
    readout = _readout(manner)
    if len(readout.numbers) > _KEPT:
        _readout.cache_clear()
        readout = _readout(manner)
    return readout, readout.numbered(every)


class Readout:
    """Texts read in one manner, numbered as they came, and the figures of all of them by column.

    Attributes
    ----------
    numbers
        Text → its number.
    problems
        Number → why that text cannot be read; it has no figures.
    first, count
        Per text, its first figure and how many it has.
    """

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.numbers: dict[Said, int] = {}
        self.problems: dict[int, Problem] = {}
        self.first, self.count = np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        self._bounds = np.empty((0, 2))
        self._words = np.empty((0, 3), dtype=np.intp)
        self._levels: tuple[dict[str | None, int], ...] = ({}, {}, {})
        self._figures = 0

    def numbered(self, every: Sequence[Said]) -> np.ndarray:
        """The numbers of some texts; those that are new are read."""
        found = list(map(self.numbers.get, every))
        if None in found:
            self._take_up([said for said, number in zip(every, found, strict=True) if number is None])
            found = list(map(self.numbers.get, every))
        return np.array(found, dtype=np.intp)

    def low(self, figures: np.ndarray) -> np.ndarray:
        """Lower bounds of some figures."""
        return np.asarray(self._bounds[figures, 0])

    def high(self, figures: np.ndarray) -> np.ndarray:
        """Upper bounds of some figures."""
        return np.asarray(self._bounds[figures, 1])

    def words(self, figures: np.ndarray) -> tuple[Coded, Coded, Coded]:
        """Qualifiers, names of parts, and footnote marks of some figures."""
        qualifier, name, marker = (
            Coded(self._words[figures, at], tuple(levels)).used() for at, levels in enumerate(self._levels)
        )
        return qualifier, name, marker

    def _take_up(self, new: Sequence[Said]) -> None:
        self.first, self.count = (_with_room(array, len(self.numbers) + len(new)) for array in (self.first, self.count))
        for said in new:
            read = _parts_of(*said, self.manner)
            number = self.numbers[said] = len(self.numbers)
            parts: tuple[Part, ...] = ()
            if isinstance(read, Problem):
                self.problems[number] = read
            else:
                parts = read
            self.first[number], self.count[number] = self._figures, len(parts)
            self._bounds, self._words = (
                _with_room(array, self._figures + len(parts)) for array in (self._bounds, self._words)
            )
            for part in parts:
                self._bounds[self._figures] = part[:2]
                self._words[self._figures] = [
                    levels.setdefault(word, len(levels)) for levels, word in zip(self._levels, part[2:], strict=True)
                ]
                self._figures += 1


@lru_cache(maxsize=16)
def _readout(manner: Manner) -> Readout:
    return Readout(manner)


def _with_room(array: np.ndarray, rows: int) -> np.ndarray:
    """The array, or one twice as long where it has too few rows."""
    if len(array) >= rows:
        return array
    return np.concatenate([array, np.zeros((max(rows, 1024), *array.shape[1:]), dtype=array.dtype)])


def _parts_of(text: str, unit: str, typed: bool, manner: Manner) -> tuple[Part, ...] | Problem:
    """The figures of a printed text: its parts, each without its footnote mark; or why it cannot be read."""
    symbols = dict(manner.symbols)
    numerals = TYPED if typed else manner.numerals
    printed = text.strip()
    if printed in symbols:
        return (_part("total", symbols[printed], None),)
    plain, marker = strip_marker(printed)
    split = split_parts(plain, manner.parts) or [("total", plain)]
    parts = []
    for name, one in split:
        bare, own = (one, None) if one.strip() in symbols else strip_marker(one.strip())
        figure = parse_figure(bare, unit, numerals, manner.language, symbols)
        if isinstance(figure, Problem):
            return figure
        parts.append(_part(name, figure, own or marker))
    return tuple(parts)


def _part(name: str, figure: Figure, marker: str | None) -> Part:
    low, high = (math.nan if bound is None else bound for bound in (figure.low, figure.high))
    return Part(low, high, figure.qualifier, name, marker)
