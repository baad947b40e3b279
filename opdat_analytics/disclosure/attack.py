"""What somebody who knows the published cells can work out of the hidden ones: their integer bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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


def reconciled(system: System, hidden: np.ndarray) -> System | None:
    """The same table with as few sums as possible taken for incomplete, so that numbers fit it.

    A total may hold something of which no figure was printed; where parts are missing that cannot be seen from the
    numbers alone, but where no number fits all sums at once some of them must be so.

    Parameters
    ----------
    system
        The table.
    hidden
        Cells of which nothing is known.

    Returns
    -------
    System or None
        None where parts make up more than their total, whatever is left out.
    """
    n, m = system.size, len(system.sums)
    rows, columns, values = [], [], []
    for number, one in enumerate(system.sums):
        for cell, factor in [*((part, 1.0) for part in one.parts), (one.total, -1.0), (n + number, 1.0)]:
            rows.append(number)
            columns.append(cell)
            values.append(factor)
    low = np.concatenate([np.where(hidden, 0.0, system.low), np.zeros(m)])
    high = np.concatenate([np.where(hidden, np.inf, system.high), np.full(m, np.inf)])
    cost = np.concatenate([np.zeros(n), [1.0 if one.exact else 0.0 for one in system.sums]])
    matrix = csr_matrix((values, (rows, columns)), (m, n + m))
    solved = milp(cost, constraints=LinearConstraint(matrix, 0, 0), bounds=Bounds(low, high))
    if solved.x is None:
        return None
    rests = solved.x[n:]
    sums = [replace(one, exact=one.exact and rest < 0.5) for one, rest in zip(system.sums, rests, strict=True)]
    return System(system.low, system.high, tuple(sums))


def with_rests(system: System) -> System:
    """The same table with a cell more for the rest of each total of which no figure was printed; unknown, and last."""
    open_sums = [one for one in system.sums if not one.exact]
    at = {one: system.size + number for number, one in enumerate(open_sums)}
    sums = tuple(one if one.exact else Sum(one.total, (*one.parts, at[one]), True) for one in system.sums)
    more = np.zeros(len(at))
    return System(np.concatenate([system.low, more]), np.concatenate([system.high, more]), sums)
