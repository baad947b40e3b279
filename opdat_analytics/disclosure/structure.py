"""From rows of figures to cells and the sums between them: totals of breakdowns, and regions of their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.disclosure.attack import Sum

TOTAL = "total"
DIVIDED = ("where", "form", "sex", "age", "citizenship", "breakdown")
"""By what figures are divided; what a row does not name is its total."""
_SAME = (
    "source", "edition", "measure", "unit", "statistic", "offence", "year", "period_start", "period_end", "calendar",
    "accumulation", "as_of", "reporter", "programme", "activity_type", "certainty",
)  # fmt: skip
"""What two figures must share to add up."""
ABOUT = (*_SAME, "place", "region", *DIVIDED[1:])
"""Everything that says which figure a row is."""

Key = tuple[tuple[str, ...], tuple[str, ...]]
"""What a figure shares with those it adds up with, and where it stands among them."""


def keys_of(frame: pd.DataFrame, same: Sequence[str]) -> list[Key]:
    """The key of every row."""
    shared = [_texts(frame, name) for name in same]
    where = _where(frame)
    divided = [where, *([said or TOTAL for said in _texts(frame, name)] for name in DIVIDED[1:])]
    return list(
        zip(zip(*shared, strict=True) if shared else [()] * len(frame), zip(*divided, strict=True), strict=True)
    )


def shared_columns(frames: Iterable[pd.DataFrame]) -> tuple[str, ...]:
    """The columns by which figures of these frames are told apart, where all frames have them."""
    present = [set(frame.columns) for frame in frames]
    return tuple(name for name in _SAME if all(name in columns for columns in present))


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame.columns:
        return [""] * len(frame)
    return [_text(value) for value in frame[name].tolist()]


def _text(value: Any) -> str:
    """A value as the tables of an export print it."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _where(frame: pd.DataFrame) -> list[str]:
    """The place of a row, or its region where it names no place."""
    places, regions = _texts(frame, "place"), _texts(frame, "region")
    named = [TOTAL if region in ("", TOTAL) else f"region {region}" for region in regions]
    return [place or region for place, region in zip(places, named, strict=True)]


def parents_of(frames: Iterable[pd.DataFrame], hierarchy: Mapping[str, str] | None) -> dict[str, str]:
    """Place → the place or region it is part of, as the frames and the given hierarchy have it."""
    parents = dict(hierarchy or {})
    for frame in frames:
        for place, region in zip(_texts(frame, "place"), _texts(frame, "region"), strict=True):
            if place and region not in ("", TOTAL):
                parents.setdefault(place, f"region {region}")
    return parents


def sums_of(
    keys: Sequence[Key], low: np.ndarray, high: np.ndarray, parents: Mapping[str, str], unknown: np.ndarray
) -> Iterator[Sum]:
    """The sums that hold between cells: each total with its parts, by one division, or by several at once.

    Sums by several divisions, or over several levels of places, are added where a total between is not there to be
    asked. A sum holds exactly where the parts that are shown make up the total; where they make up less, something
    else belongs to the total; where they make up more, they overlap and nothing can be worked out.
    """
    at = {key: number for number, key in enumerate(keys)}
    groups: dict[tuple[Key, tuple[int, ...], tuple[str, ...]], list[int]] = {}
    for number, (shared, divided) in enumerate(keys):
        axes = [axis for axis, said in enumerate(divided) if said != TOTAL]
        for together in (chosen for size in range(1, len(axes) + 1) for chosen in combinations(axes, size)):
            kinds = tuple(_kind(axis, divided[axis], parents) for axis in together)
            for steps in product(*(_totals(axis, divided[axis], parents) for axis in together)):
                chain = _chain(divided, together, steps)
                if all((shared, between) in at for between in chain[:-1]) and len(chain) > 1:
                    continue
                groups.setdefault(((shared, chain[-1]), together, kinds), []).append(number)
    for (key, _, _), parts in groups.items():
        total = at.get(key)
        if total is None:
            continue
        least, most = float(low[parts].sum()), float(high[parts].sum())
        seen = [part for part in parts if not unknown[part]]
        if len(seen) < len(parts) and not unknown[total] and float(low[seen].sum()) > high[total]:
            continue  # what is shown of the parts is of another time than the total
        not_known = len(seen) < len(parts) or bool(unknown[total])
        if not_known or (least <= high[total] and low[total] <= most):
            yield Sum(total, tuple(parts), True)
        elif most < low[total]:
            yield Sum(total, tuple(parts), False)


MOST_UNSEEN = 600
"""Of so many figures that nobody printed, at most, is it asked what could be worked out of them."""


def unseen(keys: Iterable[Key], parents: Mapping[str, str]) -> list[Key]:
    """Figures that nobody printed and that stand between those that were: every place and total, by every division.

    What is known of them is only how they add up; without them two figures that share no printed total seem apart.
    None where they would be more than `MOST_UNSEEN`.
    """
    groups: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    printed = set(keys)
    for shared, divided in printed:
        groups.setdefault(shared, []).append(divided)
    found: list[Key] = []
    for shared, known in sorted(groups.items()):
        sides = []
        for axis in range(len(DIVIDED)):
            said = {divided[axis] for divided in known}
            above = (
                {whole for one in said for way in _totals(axis, one, parents) for whole in way} if axis == 0 else set()
            )
            sides.append(sorted(said | above | {TOTAL}))
        if prod(map(len, sides)) <= MOST_UNSEEN:
            found += [(shared, divided) for divided in product(*sides) if (shared, divided) not in printed]
    return found


def _totals(axis: int, said: str, parents: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """The ways up from a division: each the totals that are passed and, last, the one that is reached."""
    above = []
    while axis == 0 and said in parents and parents[said] not in above:
        said = parents[said]
        above.append(said)
    ways = [*above, TOTAL]
    return tuple(tuple(ways[: number + 1]) for number in range(len(ways)))


def _chain(divided: tuple[str, ...], axes: Sequence[int], steps: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """The totals from a figure up, one step at a time."""
    chain, here = [], list(divided)
    for axis, ways in zip(axes, steps, strict=True):
        for whole in ways:
            here[axis] = whole
            chain.append(tuple(here))
    return chain


def _kind(axis: int, said: str, parents: Mapping[str, str]) -> str:
    """Places of one level add up, and breakdowns of one kind; of several kinds each does for itself."""
    if axis == 0:
        return str(len(_totals(axis, said, parents)))
    return said.partition(":")[0] if DIVIDED[axis] == "breakdown" else ""
