"""Observations by column, from the cells of a sheet to an Arrow table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from opdat_analytics.ingest.coded import Coded, joined
from opdat_analytics.model import TABLES, address, column_letters
from opdat_analytics.model.arrow import arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = tuple(column for column in TABLES["observations"] if column.name != "current")
"""The columns of observations that one file alone can tell."""


@dataclass(frozen=True)
class Figures:
    """Observations of one sheet, still by column.

    Attributes
    ----------
    rows, columns
        Where each figure's cell stands, zero-based.
    low, high
        Its bounds; NaN where there is none.
    coded
        Every other column of ``COLUMNS`` but ``cell`` and ``exact``, which follow from these.
    """

    rows: np.ndarray
    columns: np.ndarray
    low: np.ndarray
    high: np.ndarray
    coded: Mapping[str, Coded]

    def __len__(self) -> int:
        return int(self.rows.size)

    def kept(self, mask: np.ndarray) -> Figures:
        """The figures where a mask is true."""
        coded = {name: column.taken(mask) for name, column in self.coded.items()}
        return Figures(self.rows[mask], self.columns[mask], self.low[mask], self.high[mask], coded)

    def cell(self, row: int) -> str:
        """The address of one figure's cell."""
        return address(int(self.rows[row]), int(self.columns[row]))


def table_of(one: Figures) -> pa.Table:
    """Figures as observations: an Arrow table with the columns of ``COLUMNS``, texts as dictionary arrays."""
    import pyarrow as pa

    exact = one.coded["qualifier"].where(lambda qualifier: qualifier == "exact")
    given = {
        "low": pa.array(one.low, from_pandas=True),
        "high": pa.array(one.high, from_pandas=True),
        "exact": pa.array(np.where(exact, one.low, np.nan), from_pandas=True),
        "cell": _addresses(one.rows, one.columns),
    }
    schema = arrow_schema(COLUMNS)
    columns = [
        given[name] if name in given else arrow_column(one.coded[name], schema.field(name).type)
        for name in schema.names
    ]
    return pa.table(columns, names=schema.names)


def one_below_the_other(sheets: Sequence[Figures]) -> Figures:
    """The figures of some sheets as those of one."""
    if len(sheets) == 1:
        return sheets[0]
    rows, columns, low, high = (
        np.concatenate([getattr(sheet, name) for sheet in sheets]) for name in ("rows", "columns", "low", "high")
    )
    coded = {name: joined([sheet.coded[name] for sheet in sheets]) for name in sheets[0].coded}
    return Figures(rows, columns, low, high, coded)


def arrow_column(column: Coded, kind: pa.DataType) -> pa.Array:
    """A column as an Arrow array, texts as a dictionary array."""
    import pyarrow as pa

    codes, levels = column.codes, tuple(column.levels)
    if levels == (None,):
        return pa.nulls(codes.size, kind)
    if not pa.types.is_string(kind):
        return pa.array(levels, kind).take(pa.array(codes))
    if None not in levels:
        return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(levels, kind), safe=False)
    null = levels.index(None)
    said = pa.array([level for level in levels if level is not None], kind)
    indices = pa.array((codes - (codes > null)).astype(np.int32), mask=codes == null)
    return pa.DictionaryArray.from_arrays(indices, said, safe=False)


def _addresses(rows: np.ndarray, columns: np.ndarray) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    letters = pa.array([column_letters(number) for number in range(int(columns.max(initial=-1)) + 1)], pa.string())
    return pc.binary_join_element_wise(letters.take(pa.array(columns)), pa.array(rows + 1).cast(pa.string()), "")
