"""Finds the cells of a sheet's XML by arithmetic on its bytes, many times faster than a parser could.

It knows the one form in which spreadsheet programs write a cell, ``<c r="B7" s="3" t="s">``. A sheet that is written
in any other way is not guessed at: it is left to a parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

_ENDS = np.zeros(256, dtype=bool)
_ENDS[[ord(c) for c in " >/\t\r\n"]] = True
_MORE = re.compile(rb'(?: (?:cm|vm|ph)="[^"<>]*")* ?(/?>)')
_LONGEST = 64
KINDS = {"": 0, "n": 0, "s": 1, "str": 2, "inlineStr": 3, "b": 4, "e": 5, "d": 6}
"""Kinds of cells by their ``t`` attribute; numbers are 0."""


@dataclass(frozen=True)
class Cells:
    """Cells in the order of a block of XML: zero-based rows and columns, style numbers, kinds, where they begin.

    ``bodies`` is where what is inside begins; ``filled`` is false for cells that hold nothing, ``formulas`` true for
    those that calculate.
    """

    rows: np.ndarray
    columns: np.ndarray
    styles: np.ndarray
    kinds: np.ndarray
    starts: np.ndarray
    bodies: np.ndarray
    filled: np.ndarray
    formulas: np.ndarray


def scan(block: bytes) -> Cells | None:
    """The cells of a block of sheet XML that ends between two cells; None where it is not in the usual form."""
    a = np.frombuffer(block + b" " * _LONGEST, dtype=np.uint8)
    marks = np.flatnonzero(a == ord("!"))
    if np.any(a[marks - 1] == ord("<")):
        return None
    if not only_text(a):
        return None
    at = np.flatnonzero(a == ord("c"))
    before, after = a[at - 1], a[at + 1]
    ends = _ENDS[after]
    if np.any(ends & (before == ord(":"))):
        return None
    at = at[ends & (before == ord("<"))].astype(np.int32)
    if not _is(a, at, b'c r="'):
        return None
    q = at + 5
    columns, q = _number(a, q, 3, ord("A"), 26, 1)
    rows, q = _number(a, q, 7, ord("0"), 10, 0)
    if np.any(a[q] != ord('"')) or np.any(columns == 0) or np.any(rows == 0):
        return None
    q += 1
    styles = np.zeros(len(at), dtype=np.int32)
    if not _styles(a, q, styles):
        return None
    kinds = np.zeros(len(at), dtype=np.uint8)
    told = np.flatnonzero(_starts(a, q, b' t="'))
    for name, kind in KINDS.items():
        if not name or not len(told):
            continue
        closing = name.encode() + b'"'
        hit = _starts(a, q[told] + 4, closing)
        kinds[told[hit]] = kind
        q[told[hit]] += 4 + len(closing)
        told = told[~hit]
    if len(told):
        return None
    if not _styles(a, q, styles):
        return None
    for i in np.flatnonzero((a[q] != ord(">")) & (a[q] != ord("/"))).tolist():
        more = _MORE.match(block, int(q[i]))
        if more is None:
            return None
        q[i] = more.start(1)
    closed = a[q] == ord("/")
    if np.any(~closed & (a[q + 1] != ord("<"))):
        return None
    filled = ~closed & (a[q + 2] != ord("/"))
    return Cells(rows - 1, columns - 1, styles, kinds, at - 1, q + 1, filled, filled & (a[q + 2] == ord("f")))


def only_text(a: np.ndarray) -> bool:
    """Whether values and texts (``<v>``, ``<t>``) hold text alone: readers lose what comes after anything else."""
    tags = np.flatnonzero(a[:-2] == ord("<"))
    names = a[tags[:-1] + 1]
    some = np.flatnonzero((names == ord("v")) | (names == ord("t")))
    some = some[_ENDS[a[tags[some] + 2]] & (a[tags[some] + 2] != ord("/"))]
    return bool(np.all(a[tags[some + 1] + 1] == ord("/")))


def shared_numbers(block: bytes, bodies: np.ndarray) -> np.ndarray:
    """The number in ``<v>…</v>`` at each place; -1 where there is none."""
    a = np.frombuffer(block + b" " * _LONGEST, dtype=np.uint8)
    number, q = _number(a, bodies + 3, 9, ord("0"), 10, 0)
    return np.where(_starts(a, bodies, b"<v>") & (a[q] == ord("<")), number, -1)


def _styles(a: np.ndarray, q: np.ndarray, styles: np.ndarray) -> bool:
    """Read the style numbers that stand next, and go on behind them; False where one is not a number."""
    styled = _starts(a, q, b' s="')
    if styled.any():
        some, after = _number(a, q[styled] + 4, 6, ord("0"), 10, 0)
        if np.any(a[after] != ord('"')):
            return False
        styles[styled], q[styled] = some, after + 1
    return True


def _is(a: np.ndarray, at: np.ndarray, said: bytes) -> bool:
    return all(bool(np.all(a[at + i] == letter)) for i, letter in enumerate(said))


def _starts(a: np.ndarray, at: np.ndarray, said: bytes) -> np.ndarray:
    hit: np.ndarray = a[at] == said[0]
    for i, letter in enumerate(said[1:], 1):
        if not hit.any():
            break
        hit &= a[at + i] == letter
    return hit


def _number(
    a: np.ndarray, q: np.ndarray, most: int, first: int, base: int, least: int
) -> tuple[np.ndarray, np.ndarray]:
    """Read up to ``most`` digits or letters at each place; the numbers, and where each ends."""
    number, q = np.zeros(len(q), dtype=np.int32), q.copy()
    for _ in range(most):
        digit = a[q] - np.uint8(first)
        good = digit < base
        if not good.any():
            break
        if good.all():
            number *= base
            number += digit
            number += least
            q += 1
        else:
            number = np.where(good, number * base + digit + least, number)
            q += good
    return number, q
