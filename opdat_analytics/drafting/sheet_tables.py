"""Finds the tables on a sheet that nobody has declared: titles, headers, labels, values, totals and notes told apart.

Only looks are used, no vocabulary: what a cell looks like, and what stands below, above and beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from opdat_analytics.drafting.cell_kinds import kind
from opdat_analytics.drafting.cell_looks import Looks, looks_of, total_word
from opdat_analytics.drafting.heading_rows import headers_above
from opdat_analytics.drafting.table_columns import prose, told_apart
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.laid import same

LOOK_BELOW = 12
SURE_AFTER = 200


@dataclass(frozen=True)
class Table:
    """Where one table lies on its sheet; rows and columns are zero-based.

    Attributes
    ----------
    headers
        Rows that name columns, top to bottom.
    rows
        Rows with data, totals among them.
    labels, values, flags
        Columns that name rows, columns of figures, and columns of marks beside the figures.
    subtitles
        Rows with one text that names the rows below.
    totals
        Rows whose label says total.
    total_columns
        Columns of figures whose header says total.
    repeats
        Header rows that are printed again further down.
    notes
        Rows below the table that belong to it.
    """

    headers: tuple[int, ...]
    rows: tuple[int, ...]
    labels: tuple[int, ...]
    values: tuple[int, ...]
    flags: tuple[int, ...] = ()
    subtitles: tuple[int, ...] = ()
    totals: tuple[int, ...] = ()
    total_columns: tuple[int, ...] = ()
    repeats: tuple[int, ...] = ()
    notes: tuple[int, ...] = ()

    @property
    def columns(self) -> tuple[int, ...]:
        """Every column of the table, left to right."""
        return tuple(sorted((*self.labels, *self.values, *self.flags)))

    @property
    def first(self) -> int:
        """The first row with data or a subtitle."""
        return min((*self.rows, *self.subtitles))

    @property
    def last(self) -> int:
        """The last row with data."""
        return self.rows[-1]


@dataclass
class _Open:
    """A table that is being read downwards."""

    headers: list[int]
    rows: list[int]
    heads: list[int]
    repeats: list[int]
    waiting: list[int]


def find_tables(grid: Grid) -> tuple[Table, ...]:
    """Find the tables of a sheet.

    Parameters
    ----------
    grid
        The sheet.

    Returns
    -------
    tuple of Table
        Top to bottom, left to right. Lists of words without figures are tables without values.
    """
    looks = looks_of(grid)
    if not looks.filled.any():
        return ()
    below = _Below(looks)
    found: list[Table] = []
    pending: list[int] = []
    at: _Open | None = None
    plain = np.zeros(looks.filled.shape[0], dtype=bool)
    for row in np.flatnonzero(looks.filled.any(axis=1)).tolist():
        if at is not None and len(at.rows) == SURE_AFTER and not at.waiting:
            plain = _like(looks, at.rows)
        if at is not None and plain[row] and len(at.rows) > SURE_AFTER and not at.waiting:
            at.rows.append(row)
        elif at is None:
            at = _opened(looks, below, pending, row)
            pending = [] if at else [*pending, row]
        elif not _continues(grid, looks, below, at, row):
            pending = [*at.waiting, row]
            found.extend(_closed(grid, looks, replace_waiting(at, [])))
            at = _opened(looks, below, pending[:-1], row)
            pending = [] if at else pending
    if at is not None:
        found.extend(_closed(grid, looks, at))
    if not found:
        found.extend(_list(grid, looks, pending))
    return tuple(found)


def _like(looks: Looks, rows: Sequence[int]) -> np.ndarray:
    """Which rows have figures where these rows have them, and words where these have words."""
    body = np.array(rows)
    figures = (looks.figure[body] | looks.missing[body]).mean(axis=0) > 0.5
    words = looks.word[body].mean(axis=0) > 0.9
    if not figures.any() or not words.any():
        return np.zeros(looks.filled.shape[0], dtype=bool)
    numbers = looks.figure | looks.missing | looks.year
    alike: np.ndarray = numbers[:, figures].all(axis=1) & looks.word[:, words].all(axis=1)
    return alike


def replace_waiting(at: _Open, rows: list[int]) -> _Open:
    """The same open table with other rows waiting to be told apart."""
    return replace(at, waiting=rows)


class _Below:
    """For each cell, what stands in its column in the few rows below it; worked out where it is asked for.

    0: nothing; 1: mostly words; 2: mostly years; 3: mostly figures.
    """

    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        self._filled = [np.flatnonzero(looks.filled[:, c]) for c in range(looks.filled.shape[1])]
        self._known: dict[tuple[int, int], int] = {}

    def __getitem__(self, at: tuple[int, int]) -> int:
        found = self._known.get(at)
        if found is None:
            found = self._known[at] = self._look(*at)
        return found

    def _look(self, row: int, column: int) -> int:
        filled = self._filled[column]
        start = int(np.searchsorted(filled, row, side="right"))
        ahead = filled[start : start + 8]
        ahead = ahead[ahead <= row + LOOK_BELOW * 2]
        if not ahead.size:
            return 0
        looks = self._looks
        figures = int(looks.figure[ahead, column].sum())
        years = int(looks.year[ahead, column].sum())
        said = ahead.size - int(looks.missing[ahead, column].sum())
        if said == 0:
            return 3
        if figures + years >= 0.6 * said:
            return 2 if years > figures else 3
        return 1


def _is_data(looks: Looks, below: _Below, row: int, columns: Iterable[int] | None = None) -> bool:
    """Whether a row holds figures and is no heading of figures below it; within ``columns`` of a table begun."""
    filled = np.flatnonzero(looks.filled[row]).tolist()
    if columns is not None:
        wanted = set(columns)
        filled = [c for c in filled if c in wanted]
    figures = [c for c in filled if looks.figure[row, c] or looks.missing[row, c]]
    if not any(looks.figure[row, c] for c in figures):
        years = [c for c in filled if looks.year[row, c] and below[row, c] == 2]
        return len(years) >= 1 and len(filled) >= 2 and not _headings(looks, below, row, filled) and len(figures) > 0
    if len(filled) == 1 and looks.filled.shape[1] > 1 and below[row, filled[0]] != 3:
        return False
    if _counting(looks, row, figures) and any(below[row, c] == 3 for c in figures):
        return False
    headings = _headings(looks, below, row, filled)
    if columns is None and headings > 1 and headings * 4 > len(figures):
        return False
    return headings * 2 < len(figures) + 1


def _headings(looks: Looks, below: _Below, row: int, columns: Sequence[int]) -> int:
    """Cells of a row that head figures: words, or years over figures that are no years."""
    count = 0
    for column in columns:
        if below[row, column] < 2 or looks.missing[row, column] or looks.figure[row, column]:
            continue
        count += not (looks.year[row, column] and below[row, column] == 2)
    return count


def _counting(looks: Looks, row: int, columns: Sequence[int]) -> bool:
    """Whether a row only counts its columns: 1, 2, 3, 4 …"""
    numbers = [looks.number[row, c] for c in columns]
    return len(numbers) >= 4 and all(b - a == 1 for a, b in pairwise(numbers))


def _opened(looks: Looks, below: _Below, pending: list[int], row: int) -> _Open | None:
    if not _is_data(looks, below, row) or _codes_below(looks, row):
        return None
    headers, heads, rows = headers_above(looks, pending, row)
    return _Open(headers, [*rows, row], heads, [], [])


def _codes_below(looks: Looks, row: int) -> bool:
    """Whether the next row has words where this one has figures, and figures come again below: codes over a table."""
    figures = np.flatnonzero(looks.figure[row])
    if not figures.size or figures[0] != np.flatnonzero(looks.filled[row])[0]:
        return False
    after = np.flatnonzero(looks.filled[row + 1 : row + 3].any(axis=1))
    if not after.size or row + 1 + after[0] >= looks.filled.shape[0]:
        return False
    following = row + 1 + int(after[0])
    words = looks.word[following, figures]
    return bool(words.mean() >= 0.5 and not looks.figure[following, figures].any() and figures.size >= 1)


def _continues(grid: Grid, looks: Looks, below: _Below, at: _Open, row: int) -> bool:
    """Take a row into the open table, or say that it is no part of it."""
    filled = np.flatnonzero(looks.filled[row]).tolist()
    gap = row - (at.waiting[-1] if at.waiting else at.rows[-1])
    if at.headers and any(_same_header(looks, h, row) for h in at.headers):
        if any(looks.filled[waiting].sum() > 1 for waiting in at.waiting):
            return False
        at.repeats.append(row)
        at.heads.extend(at.waiting)
        at.waiting.clear()
        return True
    recent = np.array(at.rows[-8:])
    counted = (looks.figure[recent] | looks.missing[recent]).any(axis=0)
    figures = set(np.flatnonzero(counted).tolist())
    lone = len(filled) == 1 and filled[0] in figures and bool(looks.figure[row, filled[0]])
    if lone or _is_data(looks, below, row, range(looks.filled.shape[1])):
        mine = {c for c in filled if looks.figure[row, c]}
        if (gap > 3 or len(at.waiting) > 3) and not mine & figures:
            return False
        _take(at, row)
        return True
    over = _headings(looks, below, row, filled)
    if (gap > 1 or at.waiting) and len(filled) >= 2 and over > 1 and over * 2 >= len(filled) - 1:
        return False
    heading = [c for c in filled if c in figures and not looks.missing[row, c]]
    if len(filled) >= 2 and len(heading) >= max(1, 0.5 * len(filled) - 0.5) and below[row, heading[0]] >= 2:
        codes = all(kind(looks.text[row, c]) == "code" for c in heading)
        if gap == 1 and not at.waiting and codes and len(heading) > 1:
            at.repeats.append(row)
            return True
        if len(figures) > 1 or gap > 1:
            return False
    if len(filled) == 1:
        at.waiting.append(row)
        return True
    usual = looks.filled[recent].mean(axis=0) > 0.5
    labels = [c for c in np.flatnonzero(usual).tolist() if c not in figures]
    if gap <= 2 and not at.waiting and labels and (looks.filled[row, labels].mean() >= 0.5):
        _take(at, row)
    else:
        at.waiting.append(row)
    return True


def _take(at: _Open, row: int) -> None:
    at.heads.extend(at.waiting)
    at.waiting.clear()
    at.rows.append(row)


def _same_header(looks: Looks, header: int, row: int) -> bool:
    again = np.flatnonzero(looks.filled[row])
    alike = sum(same(looks.text[header, c]) == same(looks.text[row, c]) for c in again.tolist())
    return again.size >= 2 and alike >= max(2, 0.7 * again.size)


# ---------------------------------------------------------------- columns


def _closed(grid: Grid, looks: Looks, at: _Open) -> list[Table]:
    """The finished table, cut where two stand side by side."""
    rows = list(at.rows)
    while len(rows) > 1 and rows[-1] not in at.waiting and not _tabular(looks, rows[-1]):
        at.waiting.insert(0, rows.pop())
    if not at.headers:
        _take_headings_below(looks, at, rows)
    span = np.array(sorted({*at.headers, *rows}))
    used = np.flatnonzero(looks.filled[span].any(axis=0)).tolist()
    if not used:
        return []
    parts = _side_by_side(looks, at, rows, used)
    tables = [_table(grid, looks, at, rows, part) for part in parts]
    return [table for table in tables if table is not None]


def _take_headings_below(looks: Looks, at: _Open, rows: list[int]) -> None:
    """A table without headings above may have them right below."""
    figures = looks.figure[np.array(rows)].any(axis=0)
    below: list[int] = []
    for row in at.waiting:
        over = looks.filled[row] & figures
        if row - (below[-1] if below else rows[-1]) > 1 or over.sum() < 2 or looks.long[row].any():
            break
        below.append(row)
    at.headers.extend(below)
    del at.waiting[: len(below)]


def _tabular(looks: Looks, row: int) -> bool:
    return bool((looks.figure[row] | looks.missing[row] | looks.year[row]).any()) or int(looks.filled[row].sum()) > 2


def _side_by_side(looks: Looks, at: _Open, rows: list[int], used: list[int]) -> list[list[int]]:
    """Runs of columns apart by a blank column, where each run has its own labels and figures."""
    runs: list[list[int]] = [[used[0]]]
    for before, column in pairwise(used):
        if column - before > 1:
            runs.append([])
        runs[-1].append(column)
    if len(runs) == 1:
        return [used]
    body = np.array(rows)

    def whole(run: list[int]) -> bool:
        first, *rest = [c for c in run if looks.filled[body, c].any()] or run
        said = body[looks.filled[body, first]]
        words = said.size and (looks.word | looks.year)[said, first].mean() > 0.7 and said.size >= 2
        return bool(words and any(looks.figure[body, c].any() for c in rest))

    joined: list[list[int]] = [runs[0]]
    for run in runs[1:]:
        if whole(joined[0]) and whole(joined[-1]) and whole(run):
            joined.append(run)
        else:
            joined[-1] = joined[-1] + run
    return joined


def _table(grid: Grid, looks: Looks, at: _Open, rows: list[int], columns: list[int]) -> Table | None:
    width = looks.filled.shape[1]
    here = np.zeros(width, dtype=bool)
    here[columns] = True
    # The titles of tables side by side share a row, so it is only within one of them that a title stands alone.
    titles = [r for r in rows if r + 1 in at.repeats and (looks.filled[r] & here).sum() == 1 and r > rows[0]]
    rows = [r for r in rows if (looks.filled[r] & here).any() and r not in titles]
    if not rows:
        return None
    headers = [r for r in at.headers if (looks.filled[r] & here).any()]
    heads = [r for r in at.heads if rows[0] - 3 <= r < rows[-1] and (looks.filled[r] & here).any()]
    heads = sorted({*heads, *(r for r in titles if not (looks.figure[r] & here).any())})
    labels, values, flags = told_apart(looks, headers, rows, columns)
    if (not values and len(labels) < 2) or prose(looks, rows, labels):
        return None
    totals = [r for r in rows if any(total_word(looks.text[r, c]) for c in labels)]
    lowest = headers[-1:] if headers else []
    total_columns = [c for c in values if len(values) > 2 and any(total_word(looks.text[h, c]) for h in lowest)]
    notes = [r for r in at.waiting if r > rows[-1]]
    if heads and any(looks.long[r].any() for r in heads):
        heads = [r for r in heads if not looks.long[r].any()]
    return Table(
        tuple(headers), tuple(rows), tuple(labels), tuple(values), tuple(flags), tuple(heads), tuple(totals),
        tuple(total_columns), tuple(at.repeats), tuple(notes),
    )  # fmt: skip


# ---------------------------------------------------------------- lists of words


def _list(grid: Grid, looks: Looks, rows: list[int]) -> list[Table]:
    """A list without figures: the longest run of rows that fill the same two columns or more."""
    best: list[int] = []
    run: list[int] = []
    for row in rows:
        wide = looks.filled[row].sum() >= 2
        if wide and (not run or row - run[-1] <= 2):
            run.append(row)
        else:
            run = [row] if wide else []
        if len(run) > len(best):
            best = list(run)
    if len(best) < 2:
        return []
    body = np.array(best)
    columns = np.flatnonzero(looks.filled[body].sum(axis=0) >= max(2, 0.1 * len(best))).tolist()
    if len(columns) < 2:
        return []
    headed = looks.filled[best[0]][columns].mean() >= 0.5 and not any(looks.long[best[0], c] for c in columns)
    headers, data = (best[:1], best[1:]) if headed else ([], best)
    notes = tuple(r for r in rows if r > data[-1])
    return [Table(tuple(headers), tuple(data), tuple(columns), (), notes=notes)]
