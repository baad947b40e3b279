"""Rows of a table that have a label and no figure: told apart from lines that name the rows below them, and from notes.

What a row says decides, so the vocabulary is asked; the sheet's looks alone cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.drafting.cell_looks import total_word
from opdat_analytics.drafting.sheet_tables import Table
from opdat_analytics.drafting.words import is_period
from opdat_analytics.ingest.grid import Grid, nonblank
from opdat_analytics.ingest.laid import same


def with_empty_rows(grid: Grid, tables: Sequence[Table], language: str) -> tuple[Table, ...]:
    """Tables with the rows taken in that have labels and no figures.

    Parameters
    ----------
    grid, tables
        The sheet and the tables that were found on it.
    language
        Of the workbook.

    Returns
    -------
    The tables; such rows are among their ``rows`` rather than their ``subtitles`` or ``notes``.
    """
    taken = {row for table in tables for row in (*table.headers, *table.rows, *table.subtitles)}
    return tuple(_with_empty_rows(grid, table, taken, language) for table in tables)


def _with_empty_rows(grid: Grid, table: Table, taken: Set[int], language: str) -> Table:
    if not table.labels or not table.values:
        return table
    found = [row for row in table.subtitles if _is_row(grid, table, row, language)]
    after = table.last
    while after + 1 < len(grid.text) and after + 1 not in taken and _is_row(grid, table, after + 1, language):
        after += 1
        found.append(after)
    if not found:
        return table
    return replace(
        table,
        rows=tuple(sorted({*table.rows, *found})),
        subtitles=tuple(row for row in table.subtitles if row not in found),
        notes=tuple(row for row in table.notes if row not in found),
    )


def _is_row(grid: Grid, table: Table, row: int, language: str) -> bool:
    """Whether a row without figures is a row of the table all the same."""
    filled = np.flatnonzero(nonblank(grid.text[row : row + 1])[0]).tolist()
    if not filled or any(column not in table.labels for column in filled):
        return False
    said = str(grid.text[row, filled[-1]])
    labels = [str(grid.text[r, filled[-1]]) for r in table.rows]
    if len(filled) == len(table.labels) > 1 or filled[-1] > table.labels[0]:
        return True
    return same(said) in {same(label) for label in labels} or _alike(said, labels, language)


def _alike(said: str, labels: Sequence[str], language: str) -> bool:
    """Whether a text says the same sort of thing as the labels do: a year among years, a country among countries."""
    given = [label for label in labels if label.strip() and not total_word(label)]
    if not given:
        return False
    if is_period(said):
        return all(map(is_period, given))
    level = _level(said)
    if level:
        return sum(_level(label) == level for label in given) >= 0.8 * len(given)
    return bool(vocab.resolve_measure(said, language).code) and _measures(given, language) >= 0.8 * len(given)


def _level(text: str) -> str:
    code = vocab.resolve_place(text).code
    return vocab.level_of(code) if code else ""


def _measures(labels: Sequence[str], language: str) -> int:
    return sum(bool(vocab.resolve_measure(label, language).code) for label in labels)
