"""What must be known of every row to find the few rows that other files speak of too; nothing is decided here.

Two rows that agree have the same key. Two that differ have, but for chance, another one; so a key only ever names
candidates, which are then compared by what they say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from opdat_analytics.ingest.coded import Coded
from opdat_analytics.model import SCOPE, SERIES

TIME = ("as_of", "period_start", "period_end", "year", "calendar", "accumulation")
OPEN = ("unit", "offence")
"""Columns of a scope in which “unstated” agrees with anything."""
COLUMNS = tuple(dict.fromkeys((*SERIES, *SCOPE, *TIME, "edition", "url", "qualifier")))
"""The columns of observations from which keys are made, their bounds apart."""


@dataclass(frozen=True)
class RowKeys:
    """The rows of one part, in its order.

    Attributes
    ----------
    series
        Key of each row's series.
    scope, teller
        Keys of what a row is compared by, and of who tells it; rows of ordered editions of one source have one teller.
    low, high
        Bounds of the rows that can be told to be apart; else minus and plus infinity.
    running, wide
        Rows that count to a date, and rows about whole regions or the world.
    editions
        Which editions the rows are of.
    """

    series: np.ndarray
    scope: np.ndarray
    teller: np.ndarray
    low: np.ndarray
    high: np.ndarray
    running: np.ndarray
    wide: np.ndarray
    editions: frozenset[str | None]


def row_keys(
    columns: Mapping[str, Coded], low: np.ndarray, high: np.ndarray, ordered: Callable[[str | None], bool]
) -> RowKeys:
    """The keys of observations.

    Parameters
    ----------
    columns
        Observations of one source by column, ``COLUMNS`` at least.
    low, high
        Their bounds, NaN where there is none.
    ordered
        Whether an edition of that source can be ordered.
    """
    edition = columns["edition"].used()
    told_in = edition.changed(lambda label: None if ordered(label) else label or "")
    timed = columns["as_of"].given() | columns["period_start"].given() | columns["year"].given()
    stated = ~np.isnan(low)
    firm = timed & stated & ~columns["qualifier"].where(lambda qualifier: qualifier == "about")
    hashed = {name: _hashes(name, columns[name]) for name in COLUMNS} | {"told in": _hashes("told in", told_in)}
    return RowKeys(
        _summed([hashed[name] for name in SERIES], low.size),
        _summed([hashed[name] for name in (*SCOPE, *TIME) if name not in OPEN], low.size),
        _summed([hashed[name] for name in ("source", "told in", "reporter", "url")], low.size),
        np.where(firm, low, -np.inf),
        np.where(firm & ~np.isnan(high), high, np.inf),
        stated & columns["accumulation"].where(lambda accumulation: accumulation == "to_date"),
        stated & columns["level"].where(lambda level: level in ("region", "global")),
        frozenset(edition.levels),
    )


@lru_cache(maxsize=200_000)
def _hash(name: str, value: Any) -> int:
    said = name if value is None else f"{name}={value}"
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), "little")


def _hashes(name: str, column: Coded) -> np.ndarray | np.uint64:
    """A column as hashes of what it says: one number where every row says the same."""
    of_level = np.array([_hash(name, level) for level in column.levels], dtype=np.uint64)
    return np.asarray(of_level[column.codes]) if of_level.size > 1 else of_level[0]


def _summed(columns: Iterable[np.ndarray | np.uint64], count: int) -> np.ndarray:
    """One number per row of the hashes of its columns, which each hold their column's name: sums go astray by chance.

    A sum does not ask for an order, so that the many columns which say one thing throughout are added once.
    """
    summed = np.zeros(count, dtype=np.uint64)
    alike = 0
    for column in columns:
        if isinstance(column, np.ndarray):
            summed += column
        else:
            alike += int(column)
    return summed + np.uint64(alike % 2**64)


# ---------------------------------------------------------------- candidates


def told_again(keys: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Per part, the rows whose key is there more than once."""
    every = np.concatenate([*keys, np.empty(0, dtype=np.uint64)])
    ordered = np.sort(every)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    again = np.isin(every, twice) if twice.size else np.zeros(every.size, dtype=bool)
    return np.split(again, np.cumsum([key.size for key in keys])[:-1])


def told_apart(keys: Sequence[RowKeys]) -> list[np.ndarray]:
    """Per part, the rows of scopes in which different tellers state bounds that no number satisfies."""
    if not keys:
        return []
    scope, teller, low, high = (
        np.concatenate([getattr(one, name) for one in keys]) for name in ("scope", "teller", "low", "high")
    )
    if teller.size and (teller == teller[0]).all():
        return [np.zeros(one.scope.size, dtype=bool) for one in keys]
    order = np.argsort(scope, kind="stable")
    first = np.flatnonzero(np.diff(scope[order], prepend=scope[order][:1] + np.uint64(1)))
    size = np.diff(first, append=scope.size)
    found = np.zeros(scope.size, dtype=bool)
    if first.size:
        most, least = np.maximum.reduceat(low[order], first), np.minimum.reduceat(high[order], first)
        by = teller[order]
        apart = (most > least) & (np.maximum.reduceat(by, first) != np.minimum.reduceat(by, first))
        found[order] = np.repeat(apart, size)
    return np.split(found, np.cumsum([one.scope.size for one in keys])[:-1])
