"""A sheet taken apart: readings with their labels, the fate of every cell; and what both kinds of layout share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.ingest.coded import Coded
from opdat_analytics.ingest.declare import Subtitles
from opdat_analytics.model import FATES, OpdatError

FATE = {name: number for number, name in enumerate(FATES, 1)}
BLANK = 0
NOT_REPORTED = len(FATES) + 1
UNSTATED = "unstated"
"""What a blank says in a column that its row declares to be a disaggregation: a part unnamed, never the total."""


@dataclass(frozen=True)
class Labels:
    """The texts of one role, one per reading, and where each stands (zero-based rows and columns)."""

    role: str
    text: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    known: Coded | None = None

    def coded(self) -> Coded:
        """The texts by their distinct values: ``known``, where whoever laid the table knew them."""
        return self.known if self.known is not None else Coded.of(self.text.tolist())


@dataclass(frozen=True)
class Readings:
    """The cells of one table that hold figures or facts, still as text, beside their labels.

    Attributes
    ----------
    rows, columns
        Where each reading's own cell stands, zero-based.
    text
        What it says.
    labels
        One entry per header or column that names something; several may name the same role.
    also
        The labels of the second table that the same rows feed, where one is declared.
    known
        The texts by their distinct values, where whoever laid the table knew them.
    """

    rows: np.ndarray
    columns: np.ndarray
    text: np.ndarray
    labels: tuple[Labels, ...]
    also: tuple[Labels, ...] = ()
    known: Coded | None = None

    def coded(self) -> Coded:
        """The texts by their distinct values."""
        return self.known if self.known is not None else Coded.of(self.text.tolist())


@dataclass(frozen=True)
class Total:
    """A printed total and the readings that are its parts."""

    cell: tuple[int, int]
    text: str
    parts: np.ndarray


@dataclass(frozen=True)
class Finding:
    """A problem of the layout at a cell; becomes an issue with the file's name."""

    severity: str
    code: str
    cell: tuple[int, int] | None
    message: str
    hint: str | None = None


@dataclass(frozen=True)
class Laid:
    """A sheet taken apart.

    ``fates`` is an array like the grid: 0 for blank, else ``FATE[...]``, or ``NOT_REPORTED`` for a blank inside the
    table. ``notes`` maps a footnote's mark to its text.
    """

    readings: Readings
    fates: np.ndarray
    totals: tuple[Total, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


TOTALLED = ("place", "year", "period", "measure", "offence")
"""Roles in which a word for a total names a printed total; a total sex or age is a figure like any other."""


class LayoutMismatch(OpdatError):
    """The sheet does not lie as declared: the file stops."""

    def __init__(self, code: str, message: str, cell: tuple[int, int] | None = None, hint: str | None = None) -> None:
        self.code, self.cell, self.hint = code, cell, hint
        super().__init__(message)


same = vocab.normalise
"""A text as the vocabulary compares words."""


def normalised(texts: np.ndarray) -> np.ndarray:
    """The texts as the vocabulary compares words, each distinct text normalised once."""
    known: dict[str, str] = {"": ""}
    for text in set(texts.ravel().tolist()):
        known[text] = same(text)
    return np.array([known[text] for text in texts.ravel().tolist()], dtype=object).reshape(texts.shape)


def starts(text: str, beginnings: tuple[str, ...]) -> bool:
    """Whether a text begins so, letter by letter or as the vocabulary compares words (a mark like * only as it is)."""
    letters, words = _beginnings(beginnings)
    return text.strip().startswith(letters) or same(text).startswith(words)


@lru_cache
def _beginnings(texts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(text.strip() for text in texts), tuple(same(text) for text in texts if text[:1].isalnum())


def beginnings(text: np.ndarray, filled: np.ndarray) -> Iterator[tuple[int, str]]:
    """Rows that hold something, top to bottom, each with the text of its first cell that does."""
    rows = np.flatnonzero(filled.any(axis=1))
    return zip(rows.tolist(), text[rows, filled[rows].argmax(axis=1)].tolist(), strict=True)


def end_row(text: np.ndarray, filled: np.ndarray, first: int, ends: tuple[str, ...]) -> int:
    """The row at which the table has ended: the first whose first non-blank cell begins as declared.

    Where nothing is declared, lines at the very end that say of themselves that they are notes are no rows.
    """
    last = int(np.flatnonzero(filled.any(axis=1)).max(initial=-1)) + 1
    if ends:
        below = ((first + row, said) for row, said in beginnings(text[first:], filled[first:]))
        return next((row for row, said in below if starts(said, ends)), last)
    lines = filled.sum(axis=1)
    end = last
    for row in range(last - 1, first - 1, -1):
        said = [str(t).strip() for t in text[row, filled[row]].tolist()]
        if lines[row] > 2 or (lines[row] == 2 and not _NOTE.match(f"{said[0]} a")):
            break
        if _NOTE.match(" ".join(said)):
            end = row
    return end


def lone_rows(
    filled: np.ndarray, text: np.ndarray, rows: np.ndarray, columns: np.ndarray, subtitles: Subtitles
) -> np.ndarray:
    """Which rows are lines that name the rows below: one text among the table's columns, no figure beside it."""
    lone: np.ndarray = filled[np.ix_(rows, columns)].sum(axis=1) == 1
    if not subtitles.rows:
        return lone
    for number in np.flatnonzero(lone).tolist():
        row = rows[number]
        said = text[row, columns[np.flatnonzero(filled[row, columns])[0]]]
        lone[number] = same(str(said)) in subtitles.rows
    return lone


def named_above(text: np.ndarray, filled: np.ndarray, lines: np.ndarray, wanted: np.ndarray, role: str) -> Labels:
    """The label that the last line above gives each reading's row; none above the first line."""
    at = np.searchsorted(lines, wanted, side="right") - 1
    columns = np.array([int(np.flatnonzero(filled[row])[0]) for row in lines.tolist()], dtype=np.intp)
    said = np.array([text[row, column] for row, column in zip(lines, columns, strict=True)], dtype=object)
    if not lines.size:
        return Labels(role, np.full(wanted.size, "", dtype=object), wanted, np.zeros(wanted.size, dtype=np.intp))
    under = at >= 0
    texts = np.where(under, said[np.maximum(at, 0)], "")
    return Labels(
        role, texts, np.where(under, lines[np.maximum(at, 0)], wanted), np.where(under, columns[np.maximum(at, 0)], 0)
    )


_SYMBOLS = "*†‡§¶#^⁰¹²³⁴⁵⁶⁷⁸⁹"
_BRACKETED = re.compile(r"[\[(](\w{1,3})[\])]|(\d{1,2}|[A-Za-z])[.):]")
_NOTE = re.compile(
    r"(?:(?:foot)?notes?|notas?|sources?|fuentes?|fontes?|remarques?)(?: \d{1,2})?\s*[:.\-–—]"
    rf"|(?:[{re.escape(_SYMBOLS)}]+|[\[(]\w{{1,3}}[\])]|\d{{1,2}}[.)])\s*[^\W\d_]",
    re.IGNORECASE,
)


def _mark_of(head: str) -> str | None:
    """The footnote mark that a word is, without its brackets; None where it is none."""
    bracketed = _BRACKETED.fullmatch(head)
    if bracketed:
        return bracketed[1] or bracketed[2]
    return head if 0 < len(head) <= 3 and not any(c.isalnum() and c.isascii() for c in head) else None


def footnotes(text: np.ndarray, filled: np.ndarray, first: int, taken: np.ndarray) -> dict[str, str]:
    """Footnotes by their mark: rows below the table that begin with a mark, in one cell or in two."""
    found: dict[str, str] = {}
    for row in range(first, text.shape[0]):
        columns = [c for c in np.flatnonzero(filled[row]) if not taken[row, c]]
        if not columns:
            continue
        said = " ".join(str(text[row, c]).strip() for c in columns)
        head, _, rest = said.partition(" ")
        mark = _mark_of(head)
        body = said.lstrip(_SYMBOLS)
        if mark and rest:
            found.setdefault(mark, rest.strip())
        elif body != said and body:
            found.setdefault(said[: len(said) - len(body)], body.strip())
    return found


def explained(mark: str, notes: Mapping[str, str]) -> str | None:
    """What a footnote mark says, the mark before it; several marks at one figure are explained one by one.

    A raised mark is explained by its plain letter too: ¹ by a note that begins with “1.” or “(1)”.
    """
    bare = mark.strip("[]()")
    plain = unicodedata.normalize("NFKC", bare)
    said = notes.get(bare, notes.get(plain))
    if said is not None:
        return f"{mark} {said}"
    bare = bare if any(one in notes for one in bare) else plain
    told = [f"{one} {notes[one]}" for one in bare if one in notes]
    return "; ".join(told) if told and len(told) == len(bare) else None


def surroundings(fates: np.ndarray, filled: np.ndarray, first: int, end: int) -> None:
    """What no table claimed is title above and beside it, and note below it."""
    unclaimed = filled & (fates == BLANK)
    fates[:end][unclaimed[:end]] = FATE["title"]
    fates[end:][unclaimed[end:]] = FATE["note"]
