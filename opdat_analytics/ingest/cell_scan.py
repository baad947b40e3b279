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
_PREFIXED = re.compile(rb":c[ >/\t\r\n]")
_LONGEST, _WORD = 64, 8
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
    if b":" in block and _PREFIXED.search(block):
        return None
    a = letters(block)
    tags = np.flatnonzero(a == ord("<"))
    first, second = a[tags + 1], a[tags + 2]
    if np.any(first == ord("!")) or not _text_alone(first, second):
        return None
    at = tags[(first == ord("c")) & _ENDS[second]]
    if not np.all(_starts(a, at, b'<c r="')):
        return None
    columns, q = _number(a, at + 6, 3, ord("A"), 26, 1)
    rows, q = _number(a, q, 7, ord("0"), 10, 0)
    if np.any(a[q] != ord('"')) or np.any(columns == 0) or np.any(rows == 0):
        return None
    q += 1
    styles = np.zeros(len(at), dtype=np.int32)
    kinds = np.zeros(len(at), dtype=np.uint8)
    more = np.flatnonzero(a[q] != ord(">"))
    if more.size:
        ends = _attributes(block, a, q[more], more, styles, kinds)
        if ends is None:
            return None
        q[more] = ends
    closed = a[q] == ord("/")
    if np.any(~closed & (a[q + 1] != ord("<"))):
        return None
    inside = a[q + 2]
    filled = ~closed & (inside != ord("/"))
    return Cells(rows - 1, columns - 1, styles, kinds, at, q + 1, filled, filled & (inside == ord("f")))


def _attributes(
    block: bytes, a: np.ndarray, q: np.ndarray, cells: np.ndarray, styles: np.ndarray, kinds: np.ndarray
) -> np.ndarray | None:
    """Read the styles and kinds of some cells from where their attributes go on; where they end, or None."""
    if not _styles(a, q, cells, styles):
        return None
    told = np.flatnonzero(_starts(a, q, b' t="'))
    for name, kind in KINDS.items():
        if not name or not len(told):
            continue
        closing = name.encode() + b'"'
        hit = _starts(a, q[told] + 4, closing[:_WORD])
        if len(closing) > _WORD:
            hit &= _starts(a, q[told] + 4 + _WORD, closing[_WORD:])
        kinds[cells[told[hit]]] = kind
        q[told[hit]] += 4 + len(closing)
        told = told[~hit]
    if len(told) or not _styles(a, q, cells, styles):
        return None
    for i in np.flatnonzero((a[q] != ord(">")) & (a[q] != ord("/"))).tolist():
        more = _MORE.match(block, int(q[i]))
        if more is None:
            return None
        q[i] = more.start(1)
    return q


def letters(block: bytes) -> np.ndarray:
    """The bytes of a block, with blanks behind them, so that looking ahead never leaves the array."""
    return np.frombuffer(block + b" " * _LONGEST, dtype=np.uint8)


def only_text(a: np.ndarray) -> bool:
    """Whether values and texts (``<v>``, ``<t>``) hold text alone: readers lose what comes after anything else."""
    tags = np.flatnonzero(a == ord("<"))
    return _text_alone(a[tags + 1], a[tags + 2])


def _text_alone(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether each ``<v>`` or ``<t>`` is followed by an end; the first and second letters of the tags in order."""
    some = np.flatnonzero(((first[:-1] == ord("v")) | (first[:-1] == ord("t"))) & (second[:-1] != ord("/")))
    some = some[_ENDS[second[some]]]
    return bool(np.all(first[some + 1] == ord("/")))


def begin(block: bytes, bodies: np.ndarray, said: bytes) -> np.ndarray:
    """Where what is inside the cells begins with at most eight letters."""
    return _starts(letters(block), bodies, said)


def numbers_in(block: bytes, bodies: np.ndarray, end: bytes = b"<") -> np.ndarray:
    """The number in ``<v>…</v>`` at each place, with such an end; -1 where there is none."""
    a = letters(block)
    number, q = _number(a, bodies + 3, 9, ord("0"), 10, 0)
    whole = _starts(a, bodies, b"<v>") & (q > bodies + 3) & _starts(a, q, end[:_WORD])
    if len(end) > _WORD:
        whole &= _starts(a, q + _WORD, end[_WORD:])
    return np.where(whole, number, -1)


def _styles(a: np.ndarray, q: np.ndarray, cells: np.ndarray, styles: np.ndarray) -> bool:
    """Read the style numbers that stand next, and go on behind them; False where one is not a number."""
    styled = np.flatnonzero(_starts(a, q, b' s="'))
    if styled.size:
        some, after = _number(a, q[styled] + 4, 6, ord("0"), 10, 0)
        if np.any(a[after] != ord('"')):
            return False
        styles[cells[styled]], q[styled] = some, after + 1
    return True


def _starts(a: np.ndarray, at: np.ndarray, said: bytes) -> np.ndarray:
    """Where at most eight letters stand, compared as one number."""
    words = np.ndarray(len(a) - _WORD + 1, "<u8", a, strides=(1,))
    mask = 2 ** (8 * len(said)) - 1
    found: np.ndarray = (words[at] & np.uint64(mask)) == np.uint64(int.from_bytes(said, "little"))
    return found


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
