"""What somebody who knows the published cells can work out of the hidden ones: their integer bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

FAR = 1_000
"""How far above the greatest number of a table a hidden cell could lie, as far as an attacker knows."""


@dataclass(frozen=True)
class Sum:
    """A total and its parts, by their places among the cells; ``exact`` where nothing else belongs to the total."""

    total: int
    parts: tuple[int, ...]
    exact: bool


@dataclass(frozen=True)
class System:
    """Cells and the sums between them.

    Attributes
    ----------
    low, high
        What is known of each cell when it is shown: its number twice, or the bounds its publisher gives.
    sums
        Which cells add up to which.
    """

    low: np.ndarray
    high: np.ndarray
    sums: tuple[Sum, ...]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.low)


def bounds_of(system: System, hidden: np.ndarray, cells: Sequence[int]) -> np.ndarray:
    """The least and the greatest that each of some cells can be, by integer programming.

    Parameters
    ----------
    system
        The table.
    hidden
        Which cells are hidden; a hidden cell is a whole number from 0 up.
    cells
        Which cells to bound.

    Returns
    -------
    numpy.ndarray
        One row per cell: least, greatest; both NaN where nothing fits what is shown.
    """
    far = float(np.nanmax(system.high, initial=0.0)) + FAR
    low = np.where(hidden, 0.0, system.low)
    high = np.where(hidden, far, system.high)
    found = np.empty((len(cells), 2))
    for number, cell in enumerate(cells):
        inside, sums = _around(system, low < high, cell)
        for column, sign in enumerate((1.0, -1.0)):
            found[number, column] = _extreme(inside, sums, low, high, cell, sign)
    return found


def _around(system: System, open_cells: np.ndarray, cell: int) -> tuple[list[int], list[Sum]]:
    """The open cells that hang together with one, and the sums that bind them."""
    inside, waiting, sums = {cell}, [cell], dict[int, Sum]()
    while waiting:
        one = waiting.pop()
        for number, member in enumerate(system.sums):
            if number in sums or (one != member.total and one not in member.parts):
                continue
            sums[number] = member
            fresh = {c for c in (member.total, *member.parts) if open_cells[c]} - inside
            inside |= fresh
            waiting += sorted(fresh)
    return sorted(inside), list(sums.values())


def _extreme(
    inside: Sequence[int], sums: Sequence[Sum], low: np.ndarray, high: np.ndarray, cell: int, sign: float
) -> float:
    place = {c: i for i, c in enumerate(inside)}
    rows, columns, values, least, most = [], [], [], [], []
    for number, member in enumerate(sums):
        known = 0.0
        for c, factor in [*((part, 1.0) for part in member.parts), (member.total, -1.0)]:
            if c in place:
                rows.append(number)
                columns.append(place[c])
                values.append(factor)
            else:
                known += factor * low[c]
        most.append(-known)
        least.append(-known if member.exact else -np.inf)
    goal = np.zeros(len(inside))
    goal[place[cell]] = sign
    bounded = [LinearConstraint(csr_matrix((values, (rows, columns)), (len(sums), len(inside))), least, most)]
    solved = milp(
        goal,
        constraints=bounded if sums else [],
        bounds=Bounds(low[list(inside)], high[list(inside)]),
        integrality=np.ones(len(inside)),
    )
    return float(round(solved.x[place[cell]])) if solved.x is not None else float("nan")
