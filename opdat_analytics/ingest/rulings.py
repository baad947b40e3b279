"""What persons ruled about single cells, applied to a sheet: each only where the cell still says what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from opdat_analytics.ingest.declare import Decision, Source
from opdat_analytics.ingest.laid import BLANK, FATE, NOT_REPORTED, Laid
from opdat_analytics.ingest.workbook import Grid
from opdat_analytics.model import Issue, position


@dataclass(frozen=True)
class Ruled:
    """The grid as a person ruled it is to be read, and the rulings by cell."""

    grid: Grid
    by_cell: Mapping[tuple[int, int], Decision]


def rule(grid: Grid, decisions: Iterable[Decision]) -> Ruled:
    """The sheet as it is to be read: accepted readings in place of what is printed."""
    text, typed = grid.text, grid.typed
    by_cell: dict[tuple[int, int], Decision] = {}
    for decision in decisions:
        at = position(decision.cell)
        if decision.sheet != grid.name or _says(grid, at) != decision.was:
            continue
        by_cell[at] = decision
        if decision.do == "accept":
            text = text.copy() if text is grid.text else text
            typed = typed.copy() if typed is grid.typed else typed
            # What is accepted as it stands stays a number where it is one, and is not read by the publisher's notation.
            text[at], typed[at] = decision.read_as, bool(typed[at]) and decision.read_as == decision.was
    if not by_cell:
        return Ruled(grid, by_cell)
    unread = {at: why for at, why in grid.unread.items() if at not in by_cell}
    return Ruled(replace(grid, text=text, typed=typed, unread=unread), by_cell)


def _says(grid: Grid, at: tuple[int, int]) -> str | None:
    inside = at[0] < grid.text.shape[0] and at[1] < grid.text.shape[1]
    return str(grid.text[at]) if inside else None


def stale_rulings(source: Source, name: str, file: str, grids: tuple[Grid, ...]) -> Iterable[Issue]:
    """Rulings on cells that say something else now, or are not there."""
    sheets = {grid.name: grid for grid in grids}
    for decision in source.decided:
        if decision.file != name:
            continue
        grid = sheets.get(decision.sheet)
        now = _says(grid, position(decision.cell)) if grid is not None else None
        if now != decision.was:
            said = f"says “{now}”" if now is not None else "is not there"
            yield Issue(
                "flag", "decision_stale", source.id, file, decision.sheet, decision.cell, now,
                f"a ruling was made{decision.signed} when the cell said “{decision.was}”; it now {said}, so the "
                "ruling is not applied",
                "look at the cell again, and renew or remove its [[decided]] entry",
            )  # fmt: skip


def readings_ruled(laid: Laid, ruled: Mapping[tuple[int, int], Decision], do: str) -> np.ndarray:
    """Which readings a ruling of that kind is about, by their own cell or by a label's."""
    hit = np.zeros(laid.readings.text.size, dtype=bool)
    places = [(laid.readings.rows, laid.readings.columns), *((n.rows, n.columns) for n in laid.readings.labels)]
    for at, decision in ruled.items():
        if decision.do == do:
            for rows, columns in places:
                hit |= (rows == at[0]) & (columns == at[1])
    return hit


def ignore_cells(laid: Laid, ruled: Mapping[tuple[int, int], Decision], dropped: np.ndarray, fates: np.ndarray) -> None:
    """Give the cells that are not to be read their fate."""
    for at, decision in ruled.items():
        if decision.do == "ignore" and fates[at] != BLANK:
            fates[at] = FATE["ignored"]
    cells = laid.readings.rows[dropped], laid.readings.columns[dropped]
    fates[cells] = np.where(np.isin(fates[cells], (BLANK, NOT_REPORTED)), BLANK, FATE["ignored"])
