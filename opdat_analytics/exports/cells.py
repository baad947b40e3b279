"""Cells of a workbook: text that is never a formula, numbers to their last digit, and both read back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd

from opdat_analytics.charts.layout import one_line
from opdat_analytics.exports.inert import bare, inert

QUIET: dict[str, Any] = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
"""Options of a workbook that takes text for text."""
FIXED_DATE = datetime(2000, 1, 1)
"""When office files say that they were made, whenever that was."""
YEARS = ("Year", "From year")


class _Exact(float):
    """A number that is written with every digit it has; XlsxWriter would keep sixteen, which is not always all."""

    def __format__(self, spec: str) -> str:
        return repr(float(self)).removesuffix(".0")


def cell_text(text: object) -> str:
    """Text as XML can hold it, in one line."""
    return "".join(letter for letter in one_line(str(text)) if letter not in "\ufffe\uffff")


def write_cell(sheet: Any, row: int, place: int, cell: Any, form: Any = None) -> None:
    """Write text or a number; nothing where the cell is blank."""
    if isinstance(cell, str):
        if cell:
            sheet.write_string(row, place, inert(cell_text(cell)), form)
    elif cell is not None and not pd.isna(cell):
        sheet.write_number(row, place, _Exact(cell), form)


def as_year(heading: str, text: str) -> int | None:
    """A year as a number, so that a program can count with it; None for other text."""
    return int(text) if heading in YEARS and re.fullmatch(r"\d{4}", text) else None


def as_read(head: Iterable[Any], row: Iterable[Any]) -> list[Any]:
    """Cells of a workbook as ``contents.differences`` takes them."""
    found: list[Any] = []
    for heading, cell in zip(head, row, strict=True):
        if heading in YEARS and isinstance(cell, int | float):
            found.append(str(int(cell)))
        else:
            found.append(bare(cell) if isinstance(cell, str) else None if cell is None else float(cell))
    return found
