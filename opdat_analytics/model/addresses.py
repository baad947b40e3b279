"""Addresses of cells, and JSON that does not change by chance."""

from __future__ import annotations

import json
import re

from opdat_analytics.model.errors import OpdatError


def column_letters(index: int) -> str:
    """Spreadsheet letters of a zero-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Spreadsheet address of a zero-based row and column."""
    return f"{column_letters(column)}{row + 1}"


_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


def position(cell: str) -> tuple[int, int]:
    """Zero-based row and column of an address like ``D5``.

    Raises
    ------
    OpdatError
        If ``cell`` is not an address.
    """
    match = _ADDRESS.fullmatch(cell)
    if match is None:
        raise OpdatError(f"“{cell}” is not a cell address; write it like D5.")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces, for hashing and for files that must not change by chance."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
