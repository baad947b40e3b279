"""The columns of a table in Arrow, as parts store them, and in pandas, as everybody is given them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from opdat_analytics.model.tables import Column

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def arrow_schema(columns: Sequence[Column]) -> pa.Schema:
    """The Parquet schema of some columns."""
    import pyarrow as pa

    kinds = {"str": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "date": pa.date32()}
    return pa.schema([pa.field(c.name, kinds[c.kind]) for c in columns])


def to_frame(table: pa.Table, columns: Iterable[Column]) -> pd.DataFrame:
    """A pandas frame of an Arrow table: text as ``str``, whole numbers as ``Int64``, dates as ``datetime64``."""
    import pandas as pd

    kinds = {"str": "str", "int": "Int64", "float": "float64", "bool": "bool", "date": "datetime64[ms]"}
    if table.num_rows == 0:
        return pd.DataFrame({c.name: pd.Series([], dtype=kinds[c.kind]) for c in columns})
    frame: pd.DataFrame = table.cast(arrow_schema(list(columns))).to_pandas(date_as_object=False)
    return frame.astype({c.name: kinds[c.kind] for c in columns})
