"""Rows of a frame as JSON records, and whether a value is stated at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame as JSON records: null for missing values and open bounds, dates in ISO 8601."""
    rows: list[dict[str, Any]] = json.loads(
        frame.to_json(orient="records", date_format="iso", date_unit="s", default_handler=str)
    )
    dates = [str(name) for name, kind in frame.dtypes.items() if "datetime" in str(kind)]
    for row in rows:
        for name in dates:
            row[name] = row[name] and row[name][:10]
    return rows


def is_stated(value: Any) -> bool:
    """Whether a value of a row says anything."""
    return value is not None and str(value) not in ("<NA>", "nan", "NaT", "None")
