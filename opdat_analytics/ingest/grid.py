"""A sheet as a rectangle of printed text, before anything is interpreted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from opdat_analytics.ingest.coded import Coded

NO_FIGURE = "looks_like_date"
"""Code of a cell that names a period and cannot be a figure: not to be believed as a figure, but as a label."""

UNSEEN = "white_on_white"
"""Code of a cell in white letters: no figure, though a header in white may stand on the dark ground of a theme."""

Position = tuple[int, int]
Merge = tuple[int, int, int, int]
"""A merged range: its first row, first column, last row and last column, zero-based."""

Remark = tuple[str, Position | None, str]
"""Something to look at: a code, the zero-based cell it is about (or none), and what was found."""


@dataclass(frozen=True)
class Grid:
    """One sheet as a rectangle of printed text; ``""`` where blank.

    Attributes
    ----------
    name
        Sheet name; the file's stem for text files.
    text
        Object array (rows × columns) of the text as printed.
    typed
        Where the cell holds a number rather than text: its decimal mark is a point, whatever the publisher writes.
    merges
        Merged ranges as (first row, first column, last row, last column), zero-based, within the rectangle.
    unread
        Cells that must not be believed, with a code and the reason: formulas without a value, error values, struck
        out cells, numbers that the sheet does not show.
    markers
        Superscript footnote marks that the usual readers glue to the cell's text.
    hidden
        Whether the sheet is hidden.
    flags
        What is odd about the sheet though it was read: code, cell, message. What is odd about the whole file stands
        with its first sheet.
    hidden_rows, hidden_columns
        Rows and columns that the sheet does not show; they are read like the others.
    """

    name: str
    text: np.ndarray
    typed: np.ndarray
    merges: tuple[Merge, ...] = ()
    unread: Mapping[Position, tuple[str, str]] = field(default_factory=dict)
    markers: Mapping[Position, str] = field(default_factory=dict)
    hidden: bool = False
    flags: tuple[Remark, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    @cached_property
    def words(self) -> Coded:
        """The distinct texts, and which of them each cell says; codes in the shape of the grid."""
        words = Coded.of(self.text.ravel().tolist())
        return Coded(words.codes.reshape(self.text.shape), words.levels)

    @cached_property
    def worded(self) -> Mapping[int, str]:
        """The texts that are not digits alone, as most cells of a table are: number of the level → text."""
        return {number: text for number, text in enumerate(self.words.levels) if not text.isdecimal()}

    @cached_property
    def filled(self) -> np.ndarray:
        """Where the grid holds anything but white space."""
        filled = np.ones(self.text.shape, dtype=bool)
        for number, text in self.worded.items():
            if not text or text.isspace():
                filled &= self.words.codes != number
        return filled

    def spread(self) -> np.ndarray:
        """The text with the blanks of every merged range filled with the text of its first cell."""
        filled = self.text.copy()
        for top, left, bottom, right in self.merges:
            if top < filled.shape[0] and left < filled.shape[1]:
                covered = filled[top : bottom + 1, left : right + 1]
                covered[~nonblank(covered)] = filled[top, left]
        return filled


def cells_of(grid: Grid) -> int:
    """How many cells of a grid are not blank."""
    return int(np.count_nonzero(grid.filled))


def nonblank(text: np.ndarray) -> np.ndarray:
    """Where texts are anything but white space."""
    filled = text.astype(bool)
    blanks = {value for value in set(text.ravel().tolist()) if value.isspace()}
    if blanks:
        filled &= np.fromiter((v not in blanks for v in text.ravel()), dtype=bool, count=text.size).reshape(text.shape)
    return filled
