"""The values of a workbook's cells, by python-calamine; run as a program, it reads a workbook that may not be harmless.

Only the standard library and python-calamine are imported here, so that the program starts at once.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import python_calamine

MAX_CELLS = 3_000_000
MAX_COLUMNS = 1_024
MAX_LETTERS = 100_000_000


class TooLarge(ValueError):
    """A workbook larger than an honest return could be; its text says in what way."""


@dataclass(frozen=True)
class Sheet:
    """A worksheet's values, row by row, its merged ranges as (top, left, bottom, right), whether it is hidden."""

    name: str
    rows: list[list[Any]]
    merges: tuple[tuple[int, int, int, int], ...]
    hidden: bool


def sheets(data: bytes) -> Iterator[Sheet]:
    """Every worksheet of a workbook, in order.

    Raises
    ------
    TooLarge
        Before the values of a sheet become Python objects.
    python_calamine.CalamineError, python_calamine.PasswordError, ValueError, OSError
        As python-calamine has it.
    """
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    left = MAX_CELLS
    for about in book.sheets_metadata:
        if "WorkSheet" not in str(about.typ):
            continue
        sheet = book.get_sheet_by_name(about.name)
        left -= sheet.total_height * sheet.total_width
        if sheet.total_width > MAX_COLUMNS or left < 0:
            spans = f"{sheet.total_height} rows × {sheet.total_width} columns"
            raise TooLarge(f"sheet “{about.name}” spans {spans}")
        merges = tuple((top, left, low, right) for (top, left), (low, right) in (sheet.merged_cell_ranges or []))
        yield Sheet(
            about.name, sheet.to_python(skip_empty_area=False), merges, not str(about.visible).endswith(".Visible")
        )


def printed(value: Any) -> str:
    """A typed cell as text: whole numbers without a decimal point, dates in ISO 8601, truth as TRUE or FALSE."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _limit(seconds: int, room: int) -> None:
    """Bound what this process may take; where the system knows no such limits, only the caller's time-out holds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _told(value: Any) -> Any:
    if isinstance(value, date | time | datetime | timedelta):
        return [printed(value)]
    raise TypeError(type(value).__name__)


def _main() -> None:
    """Read a workbook from standard input; write a line of JSON per sheet, or what was wrong with it."""
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    letters = MAX_LETTERS
    try:
        for sheet in sheets(sys.stdin.buffer.read()):
            line = json.dumps([sheet.name, sheet.rows, sheet.merges, sheet.hidden], default=_told)
            letters -= len(line)
            if letters < 0:
                raise TooLarge("its text alone is larger than an honest return could be")
            sys.stdout.write(line + "\n")
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError, MemoryError) as error:
        sys.stdout.write(json.dumps({"kind": type(error).__name__, "said": str(error)}) + "\n")


if __name__ == "__main__":
    _main()
