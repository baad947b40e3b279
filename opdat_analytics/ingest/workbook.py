"""The only reader of spreadsheets: a file becomes grids of printed text, and nothing is interpreted yet."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import python_calamine

from opdat_analytics.ingest import preflight
from opdat_analytics.model import UnreadableFile, address

MAX_BYTES = 64 * 2**20
MAX_CELLS = 8_000_000
MAX_COLUMNS = 1_024
MAX_TEXT = 32_767


@dataclass(frozen=True)
class Grid:
    """One sheet as a rectangle of printed text; ``""`` where blank.

    Attributes
    ----------
    name
        Sheet name; the file's stem for text files.
    text
        Object array (rows × columns) of the text as printed.
    typed
        Where the cell holds a number rather than text: its decimal mark is a point, whatever the publisher writes.
    merges
        Merged ranges as (first row, first column, last row, last column), zero-based.
    unread
        Cells that must not be believed, with a code and the reason: formulas without a value, error values.
    markers
        Superscript footnote marks that the usual readers glue to the cell's text.
    hidden
        Whether the sheet is hidden.
    """

    name: str
    text: np.ndarray
    typed: np.ndarray
    merges: tuple[tuple[int, int, int, int], ...] = ()
    unread: Mapping[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    markers: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden: bool = False

    def spread(self) -> np.ndarray:
        """The text with every merged range filled with the text of its first cell."""
        filled = self.text.copy()
        for top, left, bottom, right in self.merges:
            if top < filled.shape[0] and left < filled.shape[1]:
                filled[top : bottom + 1, left : right + 1] = filled[top, left]
        return filled


def read_workbook(path: Path) -> tuple[Grid, ...]:
    """Read every sheet of a spreadsheet, whatever its extension says.

    Parameters
    ----------
    path
        An xlsx, xlsm, xlsb, xls, ods, csv or tsv file, recognised by its content.

    Returns
    -------
    tuple of Grid
        In the workbook's order.

    Raises
    ------
    UnreadableFile
        If the file is not a spreadsheet, is damaged, encrypted, or larger than an honest return could be.
    """
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("empty_file", "the file is empty (0 bytes)", "ask the sender to send it again")
    if size > MAX_BYTES:
        raise UnreadableFile("too_large", f"the file has {size / 2**20:.0f} MB; the limit is {MAX_BYTES // 2**20} MB")
    data = path.read_bytes()
    if data[:4] == b"PK\x03\x04":
        return _read_zipped(path, data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _read_sheets(path, data, {})
    return (_read_text(path.stem, data),)


def _read_zipped(path: Path, data: bytes) -> tuple[Grid, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            facts = preflight.inspect(archive)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise UnreadableFile("damaged_file", f"the workbook is damaged ({error})", "ask for the file again") from error
    return _read_sheets(path, data, facts)


def _read_sheets(path: Path, data: bytes, facts: Mapping[str, preflight.SheetFacts]) -> tuple[Grid, ...]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        hidden = {m.name: not str(m.visible).endswith(".Visible") for m in book.sheets_metadata}
        sheets = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names if _is_worksheet(book, name)]
        return tuple(_grid(name, sheet, facts.get(name), hidden.get(name, False)) for name, sheet in sheets)
    except python_calamine.PasswordError as error:
        raise UnreadableFile(
            "encrypted", "the workbook is protected by a password", "ask for an unprotected copy"
        ) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableFile(
            "damaged_file", f"the workbook cannot be read ({error})", "open it, save it as .xlsx and send it again"
        ) from error


def _is_worksheet(book: Any, name: str) -> bool:
    return any(m.name == name and "WorkSheet" in str(m.typ) for m in book.sheets_metadata)


def _grid(name: str, sheet: Any, facts: preflight.SheetFacts | None, hidden: bool) -> Grid:
    if sheet.width > MAX_COLUMNS or sheet.height * sheet.width > MAX_CELLS:
        raise UnreadableFile(
            "too_large",
            f"sheet “{name}” spans {sheet.height} rows × {sheet.width} columns",
            "delete what lies far outside the table",
        )
    rows = sheet.to_python(skip_empty_area=False)
    merges = tuple((top, left, bottom, right) for (top, left), (bottom, right) in (sheet.merged_cell_ranges or []))
    unread: dict[tuple[int, int], tuple[str, str]] = {}
    markers: dict[tuple[int, int], str] = {}
    text, typed = _rectangle(rows)
    if facts is not None:
        for at, (code, shown, reason) in facts.unread.items():
            if _inside(at, text):
                text[at] = shown
                unread[at] = (code, reason)
        for at, (plain, marker) in facts.superscripts.items():
            if _inside(at, text):
                text[at] = plain
                markers[at] = marker
    return Grid(name, text, typed, merges, unread, markers, hidden)


def _inside(at: tuple[int, int], text: np.ndarray) -> bool:
    return at[0] < text.shape[0] and at[1] < text.shape[1]


def _rectangle(rows: Sequence[Sequence[Any]]) -> tuple[np.ndarray, np.ndarray]:
    width = max(map(len, rows), default=0)
    text = np.full((len(rows), width), "", dtype=object)
    typed = np.zeros((len(rows), width), dtype=bool)
    for number, row in enumerate(rows):
        text[number, : len(row)] = [value if type(value) is str else printed(value) for value in row]
        typed[number, : len(row)] = [type(value) is float for value in row]
    return text, typed


def printed(value: Any) -> str:
    """A typed cell as text: whole numbers without a decimal point, dates in ISO 8601, truth as TRUE or FALSE."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return (
            str(int(value))
            if value.is_integer() and abs(value) < 2**53
            else np.format_float_positional(value, trim="-")
        )
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta | int):
        return str(value)
    raise UnreadableFile("unknown_cell", f"a cell holds a value of an unknown kind ({type(value).__name__})")


def _read_text(stem: str, data: bytes) -> Grid:
    kind = _disguise(data)
    if kind:
        raise UnreadableFile(
            "not_a_spreadsheet", f"the file is {kind}, not a spreadsheet", "save it as .xlsx and send it again"
        )
    text = _decoded(data)
    delimiter = _delimiter(text)
    csv.field_size_limit(MAX_TEXT)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UnreadableFile(
            "damaged_text", f"the text file cannot be split into cells ({error})", "check its quotation marks"
        ) from error
    if rows and rows[0] and rows[0][0].lower() == "sep=":
        rows = rows[1:]
    if max(map(len, rows), default=0) > MAX_COLUMNS:
        raise UnreadableFile("too_large", f"the file has more than {MAX_COLUMNS} columns")
    return Grid(stem, *_rectangle(rows))


def _disguise(data: bytes) -> str | None:
    head = data[:2048].lstrip().lower()
    signs = {
        b"%pdf": "a PDF", b"<!doctype html": "a web page (HTML)", b"<html": "a web page (HTML)", b"{\\rtf": "a Word (RTF) document",
        b"\x1f\x8b": "a compressed (gzip) file", b"<?xml": "an XML document", b"version https://git-lfs": "a pointer to a file, not the file itself",
        b"par1": "a Parquet file", b"\x89png": "a picture", b"<table": "a web page (HTML)",
    }  # fmt: skip
    return next((name for sign, name in signs.items() if head.startswith(sign)), None)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise UnreadableFile(
            "binary_file", "the file holds binary data, not a table", "send it as .xlsx or as UTF-8 text"
        )
    return text


def _delimiter(text: str) -> str:
    """The mark that splits most of the first lines into the same, largest number of cells."""
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4]

    def agreement(mark: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max((",", ";", "\t", "|"), key=agreement)


def cells_of(grid: Grid) -> int:
    """How many cells of a grid are not blank."""
    return int(np.count_nonzero(nonblank(grid.text)))


def nonblank(text: np.ndarray) -> np.ndarray:
    """Where a grid holds anything but white space."""
    flat = text.ravel()
    return np.fromiter((bool(value) and not value.isspace() for value in flat), dtype=bool, count=flat.size).reshape(
        text.shape
    )


def where(grid: Grid, row: int, column: int) -> str:
    """Address of a cell for messages: sheet and cell."""
    return f"{grid.name}!{address(row, column)}"
