"""Keys of rows kept beside the parts they are of, so that a refresh need not read parts that stay as they are.

They can always be made again from the part. A file of them that is missing, damaged, or made otherwise is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from opdat_analytics import disk, store
from opdat_analytics.ingest.coded import Coded
from opdat_analytics.ingest.declare import Editions
from opdat_analytics.model import Home
from opdat_analytics.model.arrow_columns import arrow_numbers, given_numbers
from opdat_analytics.row_keys import COLUMNS, RowKeys, row_keys
from opdat_analytics.scan import code_version

_KINDS = {
    "series": "<u8", "scope": "<u8", "teller": "<u8", "low": "<f8", "high": "<f8", "running": "|b1", "wide": "|b1",
}  # fmt: skip
_SEAL = 32


def keep(
    home: Home, digest: str, columns: Mapping[str, Coded], low: np.ndarray, high: np.ndarray, editions: Editions
) -> RowKeys:
    """Work out the keys of a part's observations, given by column, and keep them.

    Raises
    ------
    OSError
        If the disk does not take them.
    """
    keys = row_keys(columns, low, high, lambda edition: editions.order(edition) is not None)
    made = json.dumps([code_version(), keys.series.size, _ordered(keys, editions)]).encode()
    kept = b"".join(np.ascontiguousarray(getattr(keys, name), kind).tobytes() for name, kind in _KINDS.items())
    told = made + b"\n" + kept
    disk.lay(path_of(home, digest), hashlib.sha256(told).digest() + told)
    return keys


def keys_of(home: Home, entry: Mapping[str, Any], editions: Editions) -> RowKeys:
    """The keys of one file's observations, whose entry of a manifest is given.

    Raises
    ------
    OpdatError
        If the part is missing or is not what its entry says, whether or not it is needed for the keys.
    """
    (part,) = entry["parts"]["observations"]
    kept = _kept(path_of(home, part["hash"]), editions)
    if kept is not None:
        store.check_parts(home, {"observations": [part]})
        return kept
    table = store.part_table(home, [part], [*COLUMNS, "low", "high"])
    columns = {name: coded_column(table.column(name)) for name in COLUMNS}
    return keep(home, part["hash"], columns, *bounds_of(table), editions)


def coded_column(column: pa.ChunkedArray) -> Coded:
    """A column of a part by its distinct values."""
    whole = column.combine_chunks()
    if pa.types.is_dictionary(whole.type):
        (numbers, given), values = given_numbers(whole.indices), whole.dictionary
    else:
        said, given = given_numbers(whole)
        distinct, numbers = np.unique(said, return_inverse=True)
        values = arrow_numbers(distinct, None, whole.type)
    levels = [*values.to_pylist(), None]
    codes = numbers if given is None else np.where(given, numbers, len(levels) - 1)
    return Coded(codes.astype(np.intp), levels).used()


def bounds_of(table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """The columns ``low`` and ``high``, NaN where there is no bound."""
    low, high = (given_numbers(table.column(name).combine_chunks()) for name in ("low", "high"))
    return _or_nan(*low), _or_nan(*high)


def _or_nan(numbers: np.ndarray, given: np.ndarray | None) -> np.ndarray:
    return numbers if given is None else np.where(given, numbers, np.nan)


def path_of(home: Home, digest: str) -> Path:
    """Where the keys of a part lie."""
    return home.processed / "keys" / f"{digest}.keys"


def _ordered(keys: RowKeys, editions: Editions) -> list[list[Any]]:
    """The editions that the rows are of, and whether each can be ordered."""
    return [[label, editions.order(label) is not None] for label in sorted(keys.editions, key=str)]


def _kept(path: Path, editions: Editions) -> RowKeys | None:
    """Keys as they were kept; None where they must be made again."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    told = data[_SEAL:]
    if hashlib.sha256(told).digest() != data[:_SEAL]:
        return None
    made, _, columns = told.partition(b"\n")
    code, rows, ordered = json.loads(made)
    if code != code_version() or any((editions.order(label) is not None) != was for label, was in ordered):
        return None
    found: dict[str, np.ndarray] = {}
    at = 0
    for name, kind in _KINDS.items():
        found[name] = np.frombuffer(columns, kind, rows, at)
        at += rows * np.dtype(kind).itemsize
    return RowKeys(**found, editions=frozenset(label for label, _ in ordered))
