"""The rows of a table that was found, each figure with the words that head it; and every cell's fate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from opdat_analytics.drafting.sheet_tables import Table
from opdat_analytics.ingest.grid import Grid, nonblank
from opdat_analytics.ingest.laid import BLANK, FATE, NOT_REPORTED
from opdat_analytics.model import column_letters


@dataclass(frozen=True)
class Tidy:
    """A table in tidy form, before any word is understood.

    Attributes
    ----------
    sheet
        Where it stands.
    columns
        Names of the label columns, ``subtitle`` where rows head others, ``header`` (``header 1``, ``header 2`` … where
        there are several header rows), ``value``.
    rows
        Texts as printed; totals are left out.
    cells
        Where each row's value stands, zero-based; for a list of words, the row's first cell.
    """

    sheet: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[int, int], ...]


def spread_headers(grid: Grid, table: Table) -> dict[int, list[str]]:
    """Per header row, its text over each column of the table: merged and left-blank headings filled to the right."""
    spread = grid.spread() if grid.merges else grid.text
    found: dict[int, list[str]] = {}
    for place, row in enumerate(table.headers):
        merged = any(top <= row <= bottom and right > left for top, left, bottom, right in grid.merges)
        texts = []
        before = ""
        for column in table.columns:
            text = " ".join(str(spread[row, column]).split())
            if column in table.labels:
                before = ""
            elif not text and not merged and place < len(table.headers) - 1:
                text = before
            before = text or before
            texts.append(text)
        found[row] = texts
    return found


def column_name(grid: Grid, table: Table, column: int) -> str:
    """What a label column is called: its lowest heading, or its letter where it has none."""
    spread = grid.spread() if grid.merges else grid.text
    for row in reversed(table.headers):
        text = " ".join(str(spread[row, column]).split())
        if text:
            return text
    return f"column {column_letters(column)}"


def filled_labels(grid: Grid, table: Table) -> dict[int, list[str]]:
    """Per label column, its text in each data row; blanks below a group's first row take its text."""
    spread = grid.spread() if grid.merges else grid.text
    found: dict[int, list[str]] = {}
    for column in table.labels:
        texts = [" ".join(str(spread[row, column]).split()) for row in table.rows]
        found[column] = _down(texts) if fills_down(grid, table, column) else texts
    return found


def fills_down(grid: Grid, table: Table, column: int) -> bool:
    """Whether the blanks of a label column mean “as above”: it begins filled, and another label stands beside them."""
    totals = set(table.totals)
    rows = np.array([r for r in table.rows if r not in totals] or table.rows)
    filled = nonblank(grid.text[rows][:, [column]])[:, 0]
    if not filled.size or filled.all() or not filled[0] or filled.mean() > 0.8:
        return False
    inner = [c for c in table.labels if c > column]
    if not inner:
        return False
    beside = nonblank(grid.text[rows][:, inner]).any(axis=1)
    return bool(np.asarray(beside)[~filled].mean() > 0.9)


def _down(texts: Sequence[str]) -> list[str]:
    said, before = [], ""
    for text in texts:
        before = text or before
        said.append(before)
    return said


def tidy_of(grid: Grid, table: Table) -> Tidy:
    """Each figure of a table with the words that head it.

    Returns
    -------
    Tidy
        One row per cell of a value column in each data row that is no total, blanks left out; for a list of words, one
        row per row.
    """
    labels = filled_labels(grid, table)
    total_rows, total_columns = set(table.totals), set(table.total_columns)
    names = _distinct([column_name(grid, table, c) for c in table.labels])
    subtitles = _subtitles(grid, table)
    where = {c: n for n, c in enumerate(table.columns)}
    if not table.values:
        rows = tuple(tuple(labels[c][n] for c in table.labels) for n in range(len(table.rows)))
        return Tidy(grid.name, tuple(names), rows, tuple((r, table.labels[0]) for r in table.rows))
    headers = spread_headers(grid, table)
    several = len(headers) > 1
    heads = [f"header {n}" if several else "header" for n in range(1, len(headers) + 1)]
    columns = (*names, *(["subtitle"] if subtitles else []), *heads, "value")
    rows_out, cells = [], []
    for number, row in enumerate(table.rows):
        if row in total_rows:
            continue
        left = [labels[c][number] for c in table.labels] + ([subtitles.get(row, "")] if subtitles else [])
        for column in table.values:
            text = str(grid.text[row, column]).strip()
            if text and column not in total_columns:
                rows_out.append((*left, *(texts[where[column]] for texts in headers.values()), text))
                cells.append((row, column))
    return Tidy(grid.name, columns, tuple(rows_out), tuple(cells))


def _distinct(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


def _subtitles(grid: Grid, table: Table) -> dict[int, str]:
    said: dict[int, str] = {}
    before = ""
    for row in sorted({*table.rows, *table.subtitles}):
        if row in table.subtitles:
            before = next((" ".join(str(t).split()) for t in grid.text[row] if str(t).strip()), "")
        else:
            said[row] = before
    return said if table.subtitles else {}


def fates_of(grid: Grid, tables: Sequence[Table]) -> np.ndarray:
    """The fate of every cell by its place: an array like the grid, as ``Laid.fates``."""
    filled = nonblank(grid.text)
    fates = np.zeros(grid.text.shape, dtype=np.uint8)

    def give(rows: Sequence[int], columns: Sequence[int], fate: str, blank: int = BLANK) -> None:
        block = np.ix_(np.array(rows, dtype=int), np.array(columns, dtype=int))
        fates[block] = np.where(filled[block], FATE[fate], blank)

    for table in tables:
        total_rows, total_columns = set(table.totals), set(table.total_columns)
        rows = [r for r in table.rows if r not in total_rows]
        figures = [c for c in table.values if c not in total_columns]
        give((*table.headers, *table.repeats), table.columns, "header")
        give(table.totals, table.columns, "total")
        give(rows, table.labels, "label" if table.values else "value")
        give(rows, figures, "value", NOT_REPORTED)
        give(rows, table.total_columns, "total")
        give(rows, table.flags, "note")
        give(table.subtitles, table.columns, "label")
        for row in table.notes:
            fates[row][filled[row] & (fates[row] == BLANK)] = FATE["note"]
    unclaimed = filled & (fates == BLANK)
    last = max((table.last for table in tables), default=len(fates))
    fates[:last][unclaimed[:last]] = FATE["title"]
    fates[last:][unclaimed[last:]] = FATE["note"]
    return fates
