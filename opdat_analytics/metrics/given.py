"""What a metric was given, looked at before anything is worked out: frames with their columns, numbers, names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opdat_analytics.model import TABLES, OpdatError

OBSERVATIONS = tuple(column.name for column in TABLES["observations"] if column.name not in ("url", "exact", "note"))


def rows_of(obs: Any, what: str, columns: Iterable[str]) -> nw.LazyFrame[Any]:
    """Observations as a lazy table.

    Raises
    ------
    OpdatError
        If it is no table, or lacks columns.
    """
    try:
        table: nw.LazyFrame[Any] = nw.from_native(obs).lazy()
    except TypeError:
        raise OpdatError(
            f"metrics.{what} takes observations: a pandas frame, a DuckDB relation or a Spark frame, not "
            f"{_kind(obs)}. Open them with opdat.observations()."
        ) from None
    has = set(table.collect_schema().names())
    missing = [name for name in columns if name not in has]
    if missing:
        raise OpdatError(
            f"metrics.{what} takes observations; the frame has no column {_listed(missing)}. "
            "Open them with opdat.observations()."
        )
    return table


def frame_of(frame: Any, what: str, columns: Sequence[str], made_by: str) -> pd.DataFrame:
    """A pandas frame that has some columns, each once.

    Raises
    ------
    OpdatError
        If it is none, with what makes one.
    """
    if not isinstance(frame, pd.DataFrame):
        raise OpdatError(f"{what} takes a pandas frame, not {_kind(frame)}. Make it with {made_by}.")
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise OpdatError(
            f"{what} needs the column {_listed(missing)}, which the frame has not. Make it with {made_by}."
        )
    if not frame.columns.is_unique:
        raise OpdatError(f"{what}: the frame has a column twice. Make it with {made_by}.")
    return frame


def whole_number(value: Any, name: str, example: int) -> int:
    """A whole number.

    Raises
    ------
    OpdatError
        If it is none; a number in quotation marks is a text.
    """
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return int(value)
    raise OpdatError(f"{name} is a whole number, not {_kind(value)}; write {name}={example}.")


def numbers(values: Any, name: str, least: float = 0.0) -> np.ndarray:
    """Numbers as an array of float; what is missing is NaN.

    Raises
    ------
    OpdatError
        If they are not numbers, or one is below what it can be.
    """
    try:
        found = np.asarray(pd.array(values, dtype="float64") if isinstance(values, list) else values, dtype=float)
    except (TypeError, ValueError):
        raise OpdatError(f"{name} are numbers, not {_kind(values)}.") from None
    if values is None or (found < least).any():
        raise OpdatError(f"{name} are numbers from {least:g} up" + (", not None." if values is None else "."))
    return found


def confidence_of(value: Any) -> float:
    """A confidence between 0 and 1.

    Raises
    ------
    OpdatError
        If it is none.
    """
    if not isinstance(value, int | float | np.floating) or not 0 < value < 1:
        raise OpdatError(f"confidence lies between 0 and 1, as 0.95; {value!r} does not.")
    return float(value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _kind(value: Any) -> str:
    if value is None:
        return "None"
    return f"“{value}”" if isinstance(value, str) else f"a {type(value).__name__}"
