"""Observations by column, from the cells of a sheet to an Arrow table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from opdat_analytics.ingest.coded import Coded, joined, numbered
from opdat_analytics.model import TABLES, address, column_letters
from opdat_analytics.model.arrow import arrow_schema
from opdat_analytics.model.arrow_columns import arrow_numbers, arrow_values, plain_numbers

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
    number = pa.float64()
    given = {
        "low": arrow_numbers(one.low, ~np.isnan(one.low), number),
        "high": arrow_numbers(one.high, ~np.isnan(one.high), number),
        "exact": arrow_numbers(one.low, exact & ~np.isnan(one.low), number),
        "cell": arrow_column(_addresses(one.rows, one.columns), pa.string()),
    }
    schema = arrow_schema(COLUMNS)
    columns = [
        given[name] if name in given else arrow_column(one.coded[name], schema.field(name).type)
        for name in schema.names
    ]
    return pa.Table.from_arrays(columns, names=schema.names)


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
        numbers, valid = plain_numbers(levels, kind)
        return arrow_numbers(numbers[codes], None if valid is None else valid[codes], kind)
    if None not in levels:
        indices = arrow_numbers(codes.astype(np.int32), None, pa.int32())
        return pa.DictionaryArray.from_arrays(indices, arrow_values(levels, kind), safe=False)
    null = levels.index(None)
    indices = arrow_numbers((codes - (codes > null)).astype(np.int32), codes != null, pa.int32())
    said = arrow_values([level for level in levels if level is not None], kind)
    return pa.DictionaryArray.from_arrays(indices, said, safe=False)


def _addresses(rows: np.ndarray, columns: np.ndarray) -> Coded:
    """The addresses of cells, those on several sheets written once."""
    width = int(columns.max(initial=0)) + 1
    cells, codes = numbered(rows * width + columns, int(rows.max(initial=0) + 1) * width)
    letters = [column_letters(number) for number in range(width)]
    return Coded(codes, [f"{letters[cell % width]}{cell // width + 1}" for cell in cells.tolist()])
