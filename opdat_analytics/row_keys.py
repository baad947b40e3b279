"""What must be known of every row to find the few rows that other files speak of too; nothing is decided here.

Two rows that agree have the same key. Two that differ have, but for chance, another one; so a key only ever names
candidates, which are then compared by what they say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from opdat_analytics.model import SCOPE, SERIES

if TYPE_CHECKING:
    import pyarrow as pa

TIME = ("as_of", "period_start", "period_end", "year", "calendar", "accumulation")
OPEN = ("unit", "offence")
"""Columns of a scope in which “unstated” agrees with anything."""
COLUMNS = tuple(dict.fromkeys((*SERIES, *SCOPE, *TIME, "edition", "url", "qualifier", "low", "high")))
"""The columns of observations from which keys are made."""


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


def row_keys(table: pa.Table, ordered: Callable[[str | None], bool]) -> RowKeys:
    """The keys of observations.

    Parameters
    ----------
    table
        Observations of one source, with the columns ``COLUMNS`` at least.
    ordered
        Whether an edition of that source can be ordered.
    """
    codes = {name: _codes(table.column(name)) for name in COLUMNS if name not in ("low", "high")}
    edition, levels = codes["edition"]
    codes["told in"] = (edition, [None if ordered(level) else (level or "") for level in levels])
    low, high = (table.column(name).to_numpy() for name in ("low", "high"))
    timed = ~_all_null(codes, ("as_of", "period_start", "year"), table.num_rows)
    firm = timed & ~np.isnan(low) & ~_where(codes["qualifier"], ("about",))
    hashed = {name: _hashes(name, *column) for name, column in codes.items()}
    return RowKeys(
        _summed([hashed[name] for name in SERIES], table.num_rows),
        _summed([hashed[name] for name in (*SCOPE, *TIME) if name not in OPEN], table.num_rows),
        _summed([hashed[name] for name in ("source", "told in", "reporter", "url")], table.num_rows),
        np.where(firm, low, -np.inf),
        np.where(firm & ~np.isnan(high), high, np.inf),
        ~np.isnan(low) & _where(codes["accumulation"], ("to_date",)),
        ~np.isnan(low) & _where(codes["level"], ("region", "global")),
        frozenset(levels[i] for i in np.unique(edition).tolist()),
    )


_Column = tuple[np.ndarray, list[Any]]


def _codes(column: pa.ChunkedArray) -> _Column:
    """A column as numbers of its distinct values; null is one of them."""
    import pyarrow as pa

    if column.null_count == len(column):
        return np.zeros(len(column), dtype=np.intp), [None]
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    levels = [*whole.dictionary.to_pylist(), None]
    return whole.indices.fill_null(len(levels) - 1).to_numpy(zero_copy_only=False).astype(np.intp), levels


@lru_cache(maxsize=200_000)
def _hash(name: str, value: Any) -> int:
    said = name if value is None else f"{name}={value}"
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), "little")


def _hashes(name: str, codes: np.ndarray, levels: list[Any]) -> np.ndarray | np.uint64:
    """A column as hashes of what it says: one number where every row says the same."""
    first = int(codes[0]) if codes.size else 0
    if len(levels) <= 2 and (codes == first).all():
        return np.uint64(_hash(name, levels[first]))
    of_level = np.array([_hash(name, level) for level in levels], dtype=np.uint64)
    return np.asarray(of_level[codes])


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


def _where(column: _Column, values: Iterable[str]) -> np.ndarray:
    codes, levels = column
    return np.asarray(np.array([level in values for level in levels], dtype=bool)[codes])


def _all_null(codes: dict[str, _Column], names: Iterable[str], count: int) -> np.ndarray:
    null = np.ones(count, dtype=bool)
    for name in names:
        of_row, levels = codes[name]
        null &= np.array([level is None for level in levels], dtype=bool)[of_row]
    return null


# ---------------------------------------------------------------- candidates


def repeated(keys: Iterable[np.ndarray]) -> bool:
    """Whether any key is there twice."""
    every = np.sort(np.concatenate([*keys, np.empty(0, dtype=np.uint64)]))
    return bool(np.any(every[1:] == every[:-1]))


def told_apart(keys: Sequence[RowKeys]) -> list[np.ndarray]:
    """Per part, the rows of scopes in which different tellers state bounds that no number satisfies."""
    if not keys:
        return []
    scope, teller, low, high = (
        np.concatenate([getattr(one, name) for one in keys]) for name in ("scope", "teller", "low", "high")
    )
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
