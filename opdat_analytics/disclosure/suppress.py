"""Which cells to hide so that no hidden one can be worked out, and as few of them as that takes.

The cells are chosen by an integer programme. For a cell that must be protected it holds two other tables that an
attacker could just as well believe, one in which the cell is low and one in which it is high; both differ from the true
table in hidden cells only. Such pairs are added only for cells that an attack, itself an integer programme, still
narrows (Fischetti and Salazar 2001, Solving the cell suppression problem on tabular data with linear constraints).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

from opdat_analytics.disclosure.attack import Sum, System, bounds_of

SECONDS = 20.0
ROUNDS = 25
_TOTAL, _ROOT, _ZERO = 1.5, 3.0, 1.2
"""How much more than a plain cell it costs to hide a total, a total of no other total, and a zero."""


@dataclass(frozen=True)
class Need:
    """How wide the bounds of a hidden cell must stay.

    Attributes
    ----------
    least, most
        For a cell that is sensitive itself: what its bounds must reach down and up to.
    width
        For every hidden cell: how far apart its bounds must be.
    unseen
        Cells that nobody printed: only that they are small must not be told.
    """

    least: np.ndarray
    most: np.ndarray
    width: float
    unseen: np.ndarray


def narrowed(system: System, hidden: np.ndarray, sensitive: np.ndarray, need: Need) -> list[int]:
    """The hidden cells that an attack narrows further than they may be."""
    cells = np.flatnonzero(hidden).tolist()
    found = bounds_of(system, hidden, cells)
    bad = []
    for cell, (least, most) in zip(cells, found.tolist(), strict=True):
        if sensitive[cell]:
            safe = least <= need.least[cell] and most >= need.most[cell]
        elif need.unseen[cell]:
            safe = least <= 0 or most > need.width
        else:
            safe = most - least >= need.width
        if not safe:
            bad.append(cell)
    return bad


def suppressed(
    system: System, values: np.ndarray, sensitive: np.ndarray, may_hide: np.ndarray, free: np.ndarray, need: Need
) -> np.ndarray | None:
    """Which cells to hide.

    Parameters
    ----------
    system
        The table as it would be shown.
    values
        The true number of each cell, or one that fits where it is not known.
    sensitive
        Cells that must be hidden for what they say.
    may_hide
        Cells that can still be hidden; what was released before cannot.
    free
        Cells that nobody is shown, such as cells hidden in an earlier release only; they cost nothing. They are
        protected as hidden cells are, but for those that the earlier releases give away by themselves.
    need
        How wide bounds must stay.

    Returns
    -------
    numpy.ndarray or None
        Hidden cells, the sensitive and the free ones among them; None where no choice is safe.
    """
    hidden: np.ndarray = np.array(sensitive | free)
    protected: set[int] = set()
    whole: set[int] = set()
    until = time.monotonic() + SECONDS
    most = sensitive | free | may_hide
    given = {cell for cell in narrowed(system, most, sensitive, need) if free[cell]} if free.any() else set()
    for _ in range(ROUNDS):
        bad = [cell for cell in narrowed(system, hidden, sensitive, need) if cell not in given]
        if not bad:
            return hidden
        whole |= protected & set(bad)
        protected |= set(bad)
        left = until - time.monotonic()
        chosen = _chosen(system, values, sensitive, may_hide, free, need, sorted(protected), whole, left)
        if chosen is None:
            break
        hidden = chosen
    every: np.ndarray = sensitive | free | (may_hide & (values > 0)) | (may_hide & hidden)
    return None if set(narrowed(system, every, sensitive, need)) - given else every


def _costs(system: System, values: np.ndarray) -> np.ndarray:
    totals = {one.total for one in system.sums}
    parts = {part for one in system.sums for part in one.parts}
    cost = 1.0 + 1e-3 * np.log1p(np.nan_to_num(values))
    for cell in range(system.size):
        if cell in totals:
            cost[cell] *= _TOTAL if cell in parts else _ROOT
        if values[cell] == 0:
            cost[cell] *= _ZERO
    return np.asarray(cost)


def _chosen(
    system: System, values: np.ndarray, sensitive: np.ndarray, may_hide: np.ndarray, free: np.ndarray, need: Need,
    protected: Sequence[int], whole: set[int], seconds: float,
) -> np.ndarray | None:  # fmt: skip
    """The cheapest cells to hide for which every protected cell has its two other tables."""
    if seconds <= 0:
        return None
    n = system.size
    far = 3 * max(need.width, float(np.nanmax(np.where(sensitive, need.most, 0.0), initial=1.0)), 1.0)
    cells: list[tuple[int, int, float]] = []
    least: list[float] = []
    most: list[float] = []

    def add(entries: Sequence[tuple[int, float]], low: float, high: float) -> None:
        cells.extend((len(least), column, factor) for column, factor in entries)
        least.append(low)
        most.append(high)

    blocks = [(cell, side) for cell in protected for side in ("up", "down")]
    for number, (cell, side) in enumerate(blocks):
        start = n * (number + 1)
        for i in range(n):
            add([(start + i, 1.0), (i, -far)], -np.inf, 0.0)
            add([(start + i, 1.0), (i, min(values[i], far))], 0.0, np.inf)
        for one in system.sums:
            spare = 0.0 if one.exact else values[one.total] - sum(values[list(one.parts)])
            entries = [*((start + part, 1.0) for part in one.parts), (start + one.total, -1.0)]
            add(entries, 0.0 if one.exact else -np.inf, spare)
        told = sensitive[cell] or need.unseen[cell]
        if told and side == "up":
            add([(start + cell, 1.0)], need.most[cell] - values[cell], np.inf)
        elif told:
            add([(start + cell, 1.0)], -np.inf, need.least[cell] - values[cell])
        elif side == "up":
            add([(start + cell, 1.0), (start + n + cell, -1.0), (cell, -need.width)], 0.0, np.inf)
    size = n * (len(blocks) + 1)
    integral = np.zeros(size)
    integral[:n] = 1
    for number, (cell, _) in enumerate(blocks):
        if cell in whole:
            integral[n * (number + 1) : n * (number + 2)] = 1
    low, high = np.full(size, -far), np.full(size, far)
    low[:n] = np.where(sensitive | free, 1.0, 0.0)
    high[:n] = np.where(sensitive | free | may_hide, 1.0, 0.0)
    cost = np.zeros(size)
    cost[:n] = np.where(free, 0.0, _costs(system, values))
    rows, columns, factors = zip(*cells, strict=True)
    matrix = coo_matrix((factors, (rows, columns)), (len(least), size)).tocsr()
    solved = milp(
        cost, constraints=LinearConstraint(matrix, least, most), bounds=Bounds(low, high), integrality=integral,
        options={"time_limit": seconds, "mip_rel_gap": 1e-6},
    )  # fmt: skip
    return None if solved.x is None else np.asarray(solved.x[:n] > 0.5)


def parts_that_hang_together(system: System) -> list[list[int]]:
    """Cells bound by sums, group by group; what is in no sum is a group of its own."""
    leader = list(range(system.size))

    def first(cell: int) -> int:
        while leader[cell] != cell:
            leader[cell] = leader[leader[cell]]
            cell = leader[cell]
        return cell

    for one in system.sums:
        for part in one.parts:
            leader[first(part)] = first(one.total)
    groups: dict[int, list[int]] = {}
    for cell in range(system.size):
        groups.setdefault(first(cell), []).append(cell)
    return list(groups.values())


def cut(system: System, cells: Sequence[int]) -> System:
    """The part of a table that some cells are, all their sums with it."""
    place = {cell: i for i, cell in enumerate(cells)}
    sums = [
        Sum(place[one.total], tuple(place[part] for part in one.parts), one.exact)
        for one in system.sums
        if one.total in place
    ]
    chosen = list(cells)
    return System(system.low[chosen], system.high[chosen], tuple(sums))
