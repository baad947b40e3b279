"""Arrow arrays put together from their buffers: ``pa.array`` loads all of pandas when it first meets a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from opdat_analytics.model.arrow import arrow_schema
from opdat_analytics.model.tables import Column


def arrow_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pa.Table:
    """Rows as an Arrow table; None for null."""
    return arrow_columns({column.name: [row[column.name] for row in rows] for column in columns}, columns)


def arrow_columns(given: Mapping[str, Sequence[Any] | np.ndarray], columns: Sequence[Column]) -> pa.Table:
    """Columns as an Arrow table; None is null, and so is NaN in an array of numbers."""
    schema = arrow_schema(columns)
    return pa.Table.from_arrays([_arrow_column(given[field.name], field.type) for field in schema], schema=schema)


def _arrow_column(given: Sequence[Any] | np.ndarray, kind: pa.DataType) -> pa.Array:
    if isinstance(given, np.ndarray) and given.dtype.kind == "f":
        return arrow_numbers(given, ~np.isnan(given), kind)
    return arrow_values(given.tolist() if isinstance(given, np.ndarray) else given, kind)


def arrow_values(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Values as an Arrow array; None for null."""
    if not pa.types.is_string(kind):
        return arrow_numbers(*plain_numbers(values, kind), kind)
    valid = _given(values)
    texts = [value.encode() for value in values] if valid is None else [(value or "").encode() for value in values]
    ends = np.zeros(len(texts) + 1, dtype=np.int32)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int32, count=len(texts)), out=ends[1:])
    buffers = [_bits(valid), pa.py_buffer(ends), pa.py_buffer(b"".join(texts))]
    return pa.Array.from_buffers(kind, len(texts), buffers)


def arrow_numbers(values: np.ndarray, valid: np.ndarray | None, kind: pa.DataType) -> pa.Array:
    """Numbers, truths or days since 1970 as an Arrow array; null where they are not valid, if any."""
    held = np.packbits(values, bitorder="little") if pa.types.is_boolean(kind) else np.ascontiguousarray(values)
    return pa.Array.from_buffers(kind, values.size, [_bits(valid), pa.py_buffer(held)])


def plain_numbers(values: Sequence[Any], kind: pa.DataType) -> tuple[np.ndarray, np.ndarray | None]:
    """Values as numbers of that kind, days as days since 1970; and which of them are given (None where all are)."""
    given = (
        0 if value is None else value.toordinal() - _DAY_0 if isinstance(value, date) else value for value in values
    )
    return np.fromiter(given, dtype=_NUMBERS[str(kind)], count=len(values)), _given(values)


def given_numbers(array: pa.Array) -> tuple[np.ndarray, np.ndarray | None]:
    """Numbers or days of an Arrow array, and which of them are given (None where all are).

    ``to_numpy`` would load all of pandas.
    """
    valid, held = array.buffers()
    end = array.offset + len(array)
    numbers: np.ndarray = np.frombuffer(held, dtype=_NUMBERS[str(array.type)], count=end)[array.offset :]
    if valid is None:
        return numbers, None
    bits = np.unpackbits(np.frombuffer(valid, dtype=np.uint8), count=end, bitorder="little")
    return numbers, bits[array.offset :].astype(bool)


_DAY_0 = date(1970, 1, 1).toordinal()
_NUMBERS = {"int32": np.int32, "int64": np.int64, "double": np.float64, "bool": np.bool_, "date32[day]": np.int32}


def _given(values: Sequence[Any]) -> np.ndarray | None:
    return np.array([value is not None for value in values], dtype=bool) if None in values else None


def _bits(valid: np.ndarray | None) -> pa.Buffer | None:
    return None if valid is None or valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
