"""From rows of figures to cells and the sums between them: totals of breakdowns, and regions of their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """The sums that hold between cells: each total with its parts, one division at a time.

    A sum holds exactly where the parts that are shown make up the total; where they make up less, something else
    belongs to the total; where they make up more, they overlap and nothing can be worked out.
    """
    at = {key: number for number, key in enumerate(keys)}
    groups: dict[tuple[Key, int, str], list[int]] = {}
    for number, (shared, divided) in enumerate(keys):
        for axis, said in enumerate(divided):
            for whole in _totals(axis, said, parents):
                key = (shared, (*divided[:axis], whole, *divided[axis + 1 :]))
                groups.setdefault((key, axis, _kind(axis, said)), []).append(number)
    for (key, _, _), parts in groups.items():
        total = at.get(key)
        if total is None:
            continue
        least, most = float(low[parts].sum()), float(high[parts].sum())
        not_known = bool(unknown[parts].any() or unknown[total])
        if not_known or (least <= high[total] and low[total] <= most):
            yield Sum(total, tuple(parts), True)
        elif most < low[total]:
            yield Sum(total, tuple(parts), False)


def _totals(axis: int, said: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    if said == TOTAL:
        return ()
    if axis == 0 and said in parents:
        return (parents[said],)
    return (TOTAL,)


def _kind(axis: int, said: str) -> str:
    """Breakdowns of one kind add up; of several kinds each does for itself."""
    return said.partition(":")[0] if DIVIDED[axis] == "breakdown" else ""
