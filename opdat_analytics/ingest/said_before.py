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


def readout(manner: Manner) -> Readout:
    """What was read in a manner so far, in any file."""
    kept = _readout(manner)
    if kept.size <= _KEPT:
        return kept
    _readout.cache_clear()
    return _readout(manner)


class Readout:
    """Texts read in one manner, numbered as they came, and the figures of all of them by column.

    Attributes
    ----------
    size
        How many texts there are.
    problems
        Number → why that text cannot be read; it has no figures.
    first, count
        Per text, its first figure and how many it has.
    """

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.size = 0
        self.problems: dict[int, Problem] = {}
        self.first, self.count = np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        self._numbers: dict[tuple[str, bool], dict[str, int]] = {}
        self._bounds = np.empty((0, 2))
        self._words = np.empty((0, 3), dtype=np.intp)
        self._levels: tuple[dict[str | None, int], ...] = ({}, {}, {})
        self._figures = 0

    def numbered(self, texts: Sequence[str], unit: str, typed: bool) -> np.ndarray:
        """The numbers of some texts of one unit and kind of cell; those that are new are read."""
        known = self._numbers.setdefault((unit, typed), {})
        found = list(map(known.get, texts))
        if None in found:
            self._take_up([text for text, number in zip(texts, found, strict=True) if number is None], unit, typed)
            found = list(map(known.get, texts))
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
            _in_order(Coded(self._words[figures, at], tuple(levels)).used()) for at, levels in enumerate(self._levels)
        )
        return qualifier, name, marker

    def _take_up(self, new: Sequence[str], unit: str, typed: bool) -> None:
        self.first, self.count = (_with_room(array, self.size + len(new)) for array in (self.first, self.count))
        known = self._numbers[unit, typed]
        for text in new:
            read = _parts_of(text, unit, typed, self.manner)
            number = known[text] = self.size
            self.size += 1
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


def _in_order(column: Coded) -> Coded:
    """The same column, its levels in an order that does not depend on what was read before."""
    order = sorted(range(len(column.levels)), key=lambda number: column.levels[number] or "")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return Coded(place[column.codes], tuple(column.levels[number] for number in order))


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
