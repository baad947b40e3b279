"""Figures printed once over several cells: a merged range says one figure of all of them, and of none alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from opdat_analytics.ingest.declare import Layout
from opdat_analytics.ingest.grid import Grid, Merge, Position
from opdat_analytics.ingest.laid import Labels, Laid
from opdat_analytics.model import TABLES, address

JOINT = "joint_figure"
TOGETHER = "held_together"
"""Code of a cell that is held with the first of its range, which reports for all."""
_SAYS_NOTHING = ("note", "url")
_HINT = "ask the sender for the figure of each; or rule on the first cell, which is then read alone"


def with_joint(grid: Grid, laid: Laid, layout: Layout, ruled: Collection[Position]) -> Grid:
    """The sheet with every figure that is merged over several figures' cells among those not to be believed.

    A range that also covers hidden rows or columns, rows that nothing names, columns that are not read, or rows whose
    labels are merged too, so that all say the same, is one figure like any other. Blanks that a person declared to be
    filled from above are left to that.

    Parameters
    ----------
    grid, laid, layout
        A sheet, taken apart as declared.
    ruled
        Cells that a person ruled on: their range is read as ruled.
    """
    merges = [merge for merge in grid.merges if merge[:2] not in ruled and grid.text[merge[:2]].strip()]
    if not merges or not laid.readings.text.size:
        return grid
    if layout.corner is None and any(layout.columns.get(header) == "value" for header in layout.fill):
        return grid
    found = dict(_of_facts(laid, layout, merges) if layout.table != "observations" else _of_cells(grid, laid, merges))
    return replace(grid, unread={**found, **grid.unread}) if found else grid


def _of_cells(grid: Grid, laid: Laid, merges: list[Merge]) -> Iterator[tuple[Position, tuple[str, str]]]:
    """The cells of figures that share a merged range with another, the first of each range with the reason."""
    readings = laid.readings
    owner = _owners(grid.text.shape, merges)[readings.rows, readings.columns]
    concerned = (owner >= 0) & _named(readings.labels, readings.text.size)
    members: dict[int, list[int]] = {}
    for i in np.flatnonzero(concerned).tolist():
        members.setdefault(int(owner[i]), []).append(i)
    for number, indices in members.items():
        merge = merges[number]
        cells = [(int(readings.rows[i]), int(readings.columns[i])) for i in indices]
        seen = [at for at in cells if at[0] not in grid.hidden_rows and at[1] not in grid.hidden_columns]
        if merge[:2] in cells and (len(cells) == 1 or seen == [merge[:2]]):
            continue
        if merge[:2] not in cells or len({tuple(one.text[i] for one in readings.labels) for i in indices}) > 1:
            said = f"“{grid.text[merge[:2]].strip()}” is printed once over {_range(merge)}"
            told = "so it is one figure for all of them" if len(cells) > 1 else "which is more than this figure's own"
            yield cells[0], (JOINT, f"{said}, merged over the cells of {_counted(len(cells))}, {told}; {_HINT}")
        for at in cells[1:]:
            yield at, (TOGETHER, "")


def _of_facts(laid: Laid, layout: Layout, merges: list[Merge]) -> Iterator[tuple[Position, tuple[str, str]]]:
    """The cells of bounds, as of a target, that are merged over several rows of facts."""
    bounds = {column.name for column in TABLES[layout.table] if column.kind == "float"} | {"baseline", "target"}
    for labels in laid.readings.labels:
        if labels.role not in bounds:
            continue
        column = int(labels.columns[0])
        for top, left, bottom, right in merges:
            rows = labels.rows[(labels.rows >= top) & (labels.rows <= bottom)].tolist()
            if left == column and len(rows) > 1:
                said = f"one {labels.role} is printed over {_range((top, left, bottom, right))}"
                for row in rows:
                    yield (row, column), (JOINT, f"{said}, merged over {len(rows)} rows; {_HINT}")


def _named(labels: tuple[Labels, ...], count: int) -> np.ndarray:
    """Which readings have a label that says what they are about."""
    named = np.zeros(count, dtype=bool)
    for one in labels:
        if one.role not in _SAYS_NOTHING:
            named |= one.coded().where(lambda text: bool(text.strip()))
    return named if any(one.role not in _SAYS_NOTHING for one in labels) else ~named


def _owners(shape: tuple[int, ...], merges: list[Merge]) -> np.ndarray:
    """For each cell the number of its merged range, -1 where it is in none."""
    owner = np.full(shape, -1, dtype=np.intp)
    for number, (top, left, bottom, right) in enumerate(merges):
        owner[top : bottom + 1, left : right + 1] = number
    return owner


def _range(merge: Merge) -> str:
    return f"{address(*merge[:2])}:{address(*merge[2:])}"


def _counted(count: int) -> str:
    return f"{count} figures" if count > 1 else "one figure"
