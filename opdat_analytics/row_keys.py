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
_ODD = np.uint64(0x9E3779B97F4A7C15)


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
    unordered = (edition, [None if ordered(level) else (level or "") for level in levels])
    low, high = (table.column(name).to_numpy() for name in ("low", "high"))
    timed = ~_all_null(codes, ("as_of", "period_start", "year"), table.num_rows)
    firm = timed & ~np.isnan(low) & ~_where(codes["qualifier"], ("about",))
    return RowKeys(
        _mixed([codes[name] for name in SERIES], table.num_rows),
        _mixed([codes[name] for name in (*SCOPE, *TIME) if name not in OPEN], table.num_rows),
        _mixed([codes["source"], unordered, codes["reporter"], codes["url"]], table.num_rows),
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

    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    levels = [*whole.dictionary.to_pylist(), None]
    return whole.indices.fill_null(len(levels) - 1).to_numpy(zero_copy_only=False).astype(np.intp), levels


@lru_cache(maxsize=200_000)
def _hash(value: Any) -> int:
    said = b"" if value is None else f"={value}".encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "little")


def _mixed(columns: Sequence[_Column], count: int) -> np.ndarray:
    mixed = np.zeros(count, dtype=np.uint64)
    for codes, levels in columns:
        mixed *= _ODD
        mixed ^= mixed >> np.uint64(29)
        mixed ^= np.array([_hash(level) for level in levels], dtype=np.uint64)[codes]
    return mixed


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
