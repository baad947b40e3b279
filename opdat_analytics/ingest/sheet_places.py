"""Where the cells of a sheet stand: none twice, none outside any sheet, none so far out that blanks would drown it."""

from __future__ import annotations

import numpy as np

from opdat_analytics.ingest.reader import MAX_CELLS, MAX_COLUMNS
from opdat_analytics.model import UnreadableFile, address

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
SPARSE_FROM = 1_000_000


def check_places(part: str, rows: np.ndarray, columns: np.ndarray, filled: np.ndarray) -> tuple[int, int]:
    """Check where the cells of a sheet stand.

    Parameters
    ----------
    part
        The sheet's part, for messages.
    rows, columns
        Zero-based, in the order of the XML.
    filled
        Which of the cells hold something.

    Returns
    -------
    tuple of int
        How many cells the rectangle of the filled ones has, and how many are filled.

    Raises
    ------
    UnreadableFile
        For cells given twice, cells outside any sheet, and tables that are too large or nearly empty.
    """
    if rows.size and (int(rows.max()) >= MAX_ROW or int(columns.max()) >= MAX_COLUMN or int(columns.min()) < 0):
        raise UnreadableFile("damaged_file", f"{part} names cells outside any sheet")
    keys = rows.astype(np.int64) * MAX_COLUMN + columns
    if not np.all(keys[1:] > keys[:-1]):
        ordered = np.sort(keys)
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        if twice.size:
            cell = address(*divmod(int(twice[0]), MAX_COLUMN))
            raise UnreadableFile("doubled_row", f"cell {cell} stands twice in {part}, with room for two truths")
    if not filled.all():
        rows, columns = rows[filled], columns[filled]
    if not rows.size:
        return 0, 0
    height, width = int(rows.max()) + 1, int(columns.max()) + 1
    area = height * width
    if area > SPARSE_FROM and rows.size * 20 < area and max(_jump(rows), _jump(columns)) > MAX_COLUMNS // 2:
        outermost = [address(int(rows[i]), int(columns[i])) for i in (int(columns.argmax()), int(rows.argmax()))]
        raise UnreadableFile(
            "sparse_sheet",
            f"{part} has a stray cell far outside its table, at {' or '.join(dict.fromkeys(outermost))}",
            "delete the rows or columns that lie outside the table, save the file and send it again",
        )
    if width > MAX_COLUMNS or area > MAX_CELLS:
        raise UnreadableFile(
            "too_large", f"{part} spans {height} rows × {width} columns", "delete what lies outside the table"
        )
    return area, len(rows)


def _jump(places: np.ndarray) -> int:
    """The widest stretch without anything."""
    used = np.unique(places)
    return int(np.diff(used, prepend=-1).max())
