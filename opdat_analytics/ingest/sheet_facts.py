"""What usual readers do not tell of a sheet, found in its XML: uncalculated formulas, errors, raised footnote marks,
struck out and hidden cells, number formats that print something else than the number.

A sheet in the usual form is searched as bytes, block by block (`cell_scan`); any other goes through a parser.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from opdat_analytics.ingest import cell_scan
from opdat_analytics.ingest.conditional import Look, Rule, Rules
from opdat_analytics.ingest.formatted import HIDDEN, formatted
from opdat_analytics.ingest.grid import Merge, Position, Remark
from opdat_analytics.ingest.number_formats import WHITE, hides_text
from opdat_analytics.ingest.plain_cells import PlainCells, one_after_the_other, own_texts, plain_cells
from opdat_analytics.ingest.rich_text import NOTHING, Rich, may_be_rich, rich
from opdat_analytics.ingest.sheet_places import MAX_COLUMN, MAX_ROW, check_places
from opdat_analytics.ingest.xml_parts import check_skeleton, hostile, walk
from opdat_analytics.model import OpdatError, UnreadableFile, address, position

MAX_MERGES = 65_536
LONGEST_ROW = 16 * 2**20
SHOWS_NOTHING = "a formula that gives an empty text; read as blank"
UNREAD = {
    "formula_without_value": "a formula that was never calculated; open the file, recalculate and save it",
    "struck_through": "the cell, or a part of it, is struck out; nobody can tell whether it still holds",
    "hidden_by_format": HIDDEN,
}


@dataclass(frozen=True)
class Book:
    """What holds for every sheet of a workbook.

    Attributes
    ----------
    strings
        Shared strings with raised or struck parts, by number.
    formats, struck, dated
        Number formats that can change what a number means, struck out styles, and styles that may print a date, by
        style number.
    uncalculated
        The workbook was written by a program that does not calculate: a formula's zero is only a filler.
    looks
        What conditional formats make of cells, by number.
    """

    strings: Mapping[int, Rich] = field(default_factory=dict)
    formats: Mapping[int, str] = field(default_factory=dict)
    struck: frozenset[int] = frozenset()
    dated: frozenset[int] = frozenset()
    uncalculated: bool = False
    looks: Mapping[int, Look] = field(default_factory=dict)


@dataclass
class SheetFacts:
    """What the usual readers do not tell of one sheet, by zero-based (row, column).

    Attributes
    ----------
    unread
        (code, what the cell shows or None for what the reader says, reason).
    superscripts
        The text without its raised footnote mark, and the mark; ``""`` where it has raised letters but no mark.
    untyped
        Texts that are shown though the file calls them no text, so that readers give blanks for them.
    prints
        What the cell's number format prints.
    dates
        Number formats of dates that print less than the day, or more.
    flags
        Code, cell, message.
    hidden_rows, hidden_columns
        First and last of each hidden stretch.
    merges
        Merged ranges as (top, left, bottom, right).
    rules
        Conditional formats after which a number could look hidden or different.
    usual
        Written in the usual form and within limits, so that no reader can be hurt.
    cells, own
        The values themselves and the sheet's own texts, where all are plain texts and bare numbers in the usual form.
    """

    unread: dict[Position, tuple[str, str | None, str]] = field(default_factory=dict)
    superscripts: dict[Position, tuple[str, str]] = field(default_factory=dict)
    untyped: dict[Position, str] = field(default_factory=dict)
    prints: dict[Position, str] = field(default_factory=dict)
    dates: dict[Position, str] = field(default_factory=dict)
    flags: list[Remark] = field(default_factory=list)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    area: int = 0
    filled: int = 0
    usual: bool = True
    cells: PlainCells | None = None
    own: np.ndarray | None = None

    def struck(self, at: Position) -> None:
        """Note a cell that is struck out, or a part of it."""
        self.unread[at] = ("struck_through", None, UNREAD["struck_through"])

    def text(self, at: Position, said: Rich) -> None:
        """Note raised and struck parts of a text."""
        if said.raised and said.plain:
            self.superscripts[at] = (said.plain, said.mark)
        if said.struck:
            self.struck(at)


_TEXTS = tuple(cell_scan.KINDS[kind] for kind in ("s", "str", "inlineStr"))
_ROW = re.compile(rb"<row\b[^>]*>")
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']")
_NUMBER = re.compile(rb"\br=[\"'](\d{1,7})[\"']")
_VALUE = re.compile(rb"<v\b[^>]*>([^<]*)<")
_EMPTY = re.compile(rb"(?:</f>|<f\b[^<>]*/>)(?:</c>|(<v\b[^<>]*(?:/>|></v>)))")
_SHEETS = ("worksheet", "dialogsheet", "macrosheet")
_REFERENCE = re.compile(rb"<(?:\w+:)?v>[^<&]*&#")
_RANGE = re.compile(r"([A-Z]{1,3}[1-9]\d{0,6}):([A-Z]{1,3}[1-9]\d{0,6})")
_NO_ROWS = re.compile(rb"<sheetData\s*/>")
_ZERO = re.compile(rb"(?:</f>|<f\b[^<>]*/>)<v>0</v>")


def facts(chunks: Callable[[], Iterator[bytes]], part: str, book: Book) -> SheetFacts:
    """Look through one sheet's XML.

    Parameters
    ----------
    chunks
        Opens the part anew and gives it piece by piece, unpacked.
    part
        Its name, for messages.
    book
        What holds for every sheet.

    Raises
    ------
    UnreadableFile
        For document types, encodings that readers lose, a cell given twice, and cells far outside the table.
    """
    seen = _Seen(part, book)
    if seen.scanned(chunks()):
        seen.found.own = own_texts(seen.own)
        seen.found.cells = one_after_the_other(seen.plain) if seen.plain and seen.found.own is not None else None
    else:
        seen = _Seen(part, book)
        seen.parsed(chunks())
        seen.found.usual = False
    seen.check_places()
    seen.found.rules = seen.rules.mattering()
    return seen.found


class _Seen:
    """What has been seen of one sheet so far."""

    def __init__(self, part: str, book: Book) -> None:
        self.part, self.book, self.found = part, book, SheetFacts()
        self.rules = Rules(book.looks)
        self.odd_styles = np.array(sorted({*book.formats, *book.struck}), dtype=np.int32)
        self.odd_strings = np.array(sorted(book.strings), dtype=np.int32)
        self.dated = np.array(sorted(book.dated), dtype=np.int32)
        self.plain: list[PlainCells] | None = []
        self.own: dict[bytes, int] = {}
        self.rows: list[np.ndarray] = []
        self.columns: list[np.ndarray] = []
        self.filled: list[np.ndarray] = []

    # ---------------------------------------------------------------- in the usual form

    def scanned(self, chunks: Iterator[bytes]) -> bool:
        """Take a sheet in by its bytes; False where it is not in the usual form."""
        pending, head = b"", None
        for chunk in chunks:
            pending += chunk
            if head is None:
                begin = pending.find(b"<sheetData")
                if begin < 0:
                    if len(pending) > LONGEST_ROW:
                        return False
                    continue
                head, pending = pending[:begin], pending[begin:]
            if b"</sheetData>" in chunk or b"</sheetData>" in pending[-len(chunk) - 16 :]:
                break
            cut = pending.rfind(b"<row")
            if cut > 0:
                if not self.block(pending[:cut]):
                    return False
                pending = pending[cut:]
            elif len(pending) > LONGEST_ROW:
                return False
        empty = _NO_ROWS.match(pending)
        body, end, tail = (
            (b"", b"</sheetData>", pending[empty.end() :]) if empty else pending.partition(b"</sheetData>")
        )
        tail = (end and tail) + b"".join(chunks)
        if head is None or b"<!" in head or not end or b"<sheetData" in tail:
            return False
        if not self.block(body):
            return False
        check_skeleton(head + b"<sheetData>" + end + tail, self.part, self.beside, self.rules.said)
        return True

    def block(self, block: bytes) -> bool:
        """Take in some rows; False where they are not in the usual form."""
        cells = cell_scan.scan(block)
        if cells is None:
            return False
        self.rows.append(cells.rows)
        self.columns.append(cells.columns)
        self.filled.append(cells.filled)
        if b'hidden="' in block:
            self.hidden_rows(block)
        wanted = cells.kinds == cell_scan.KINDS["e"]
        if may_be_rich(block):
            wanted |= cells.kinds == cell_scan.KINDS["inlineStr"]
        if self.odd_styles.size:
            wanted |= np.isin(cells.styles, self.odd_styles)
        wanted &= cells.filled
        for i in np.flatnonzero(wanted).tolist():
            kind = int(cells.kinds[i])
            stop = int(cells.starts[i + 1]) if i + 1 < len(cells.starts) else len(block)
            body = block[int(cells.bodies[i]) : stop]
            value = _VALUE.search(body)
            said = rich(body) if kind == cell_scan.KINDS["inlineStr"] else NOTHING
            self.cell(self.at(cells, i), kind, int(cells.styles[i]), value[1] if value else b"", said)
        plain = self.plain is not None and plain_cells(block, cells, self.dated, self.own)
        if self.plain is not None and plain:
            self.plain.append(plain)
        else:
            self.plain = None
        if (self.plain is None or self.odd_strings.size) and not self.shared(block, cells):
            return False
        if cells.formulas.any():
            self.formulas(block, cells)
        for match in _REFERENCE.finditer(block) if b"&" in block else ():
            if cells.kinds[np.searchsorted(cells.starts, match.start(), side="right") - 1] == cell_scan.KINDS["n"]:
                raise hostile(self.part, "writes a number with character references")
        return True

    def shared(self, block: bytes, cells: cell_scan.Cells) -> bool:
        """Note the raised and struck texts of a block; False where a cell names a text by no number."""
        strings = np.flatnonzero((cells.kinds == cell_scan.KINDS["s"]) & cells.filled)
        numbers = cell_scan.numbers_in(block, cells.bodies[strings])
        for i in np.flatnonzero(np.isin(numbers, self.odd_strings)).tolist() if self.odd_strings.size else ():
            self.found.text(self.at(cells, int(strings[i])), self.book.strings[int(numbers[i])])
        return not np.any(numbers < 0)

    def at(self, cells: cell_scan.Cells, i: int) -> Position:
        """Where the i-th cell of a block stands."""
        return int(cells.rows[i]), int(cells.columns[i])

    def hidden_rows(self, block: bytes) -> None:
        """Note the rows of a block that are hidden."""
        for row in _ROW.findall(block):
            number = _NUMBER.search(row) if _HIDDEN.search(row) else None
            if number:
                self.found.hidden_rows.append((int(number[1]) - 1, int(number[1]) - 1))

    def formulas(self, block: bytes, cells: cell_scan.Cells) -> None:
        """Note the formulas of a block that have no value."""

        def cell_of(match: re.Match[bytes]) -> int:
            return int(np.searchsorted(cells.starts, match.start(), side="right")) - 1

        for match in _EMPTY.finditer(block):
            i = cell_of(match)
            self.formula(self.at(cells, i), match[1] is not None and cells.kinds[i] == cell_scan.KINDS["str"])
        for match in _ZERO.finditer(block) if self.book.uncalculated else ():
            self.formula(self.at(cells, cell_of(match)), False)

    # ---------------------------------------------------------------- in any form

    def parsed(self, chunks: Iterator[bytes]) -> None:
        """Take a sheet in through a parser."""
        rows: list[int] = []
        columns: list[int] = []
        filled: list[bool] = []
        row = column = -1
        sheet = False
        for event in walk(map(self.without_references, chunks), self.part):
            if event.tag == "row":
                row, column = int(event.attributes.get("r", row + 2)) - 1, -1
                if event.attributes.get("hidden") in ("1", "true"):
                    self.found.hidden_rows.append((row, row))
            elif event.tag == "c":
                at = self.position(event.attributes["r"]) if "r" in event.attributes else (row, column + 1)
                row, column = at
                kind = cell_scan.KINDS.get(event.attributes.get("t", ""), -1)
                rows.append(at[0])
                columns.append(at[1])
                filled.append(bool(event.parts))
                value = event.parts.get("v")
                style = event.attributes.get("s", "0")
                said = rich(event.parts.get("is", "").encode())
                self.cell(at, kind, int(style) if style.isdecimal() else 0, (value or "").encode(), said)
                if kind == cell_scan.KINDS["s"] and value is not None:
                    self.found.text(at, self.book.strings.get(self.shared_number(value, at), NOTHING))
                if "f" in event.parts and (not value or (self.book.uncalculated and value == "0")):
                    self.formula(at, value is not None and not value and kind == cell_scan.KINDS["str"])
            else:
                sheet = sheet or event.tag in _SHEETS
                self.beside(event.tag, event.attributes)
        if not sheet:
            raise UnreadableFile("damaged_file", f"{self.part} is listed as a sheet but is none", "ask for it again")
        self.rows.append(np.array(rows, dtype=np.int64))
        self.columns.append(np.array(columns, dtype=np.int64))
        self.filled.append(np.array(filled, dtype=bool))

    def without_references(self, chunk: bytes) -> bytes:
        """A piece of the sheet; refused where values are written in a way that readers take for blanks."""
        if _REFERENCE.search(chunk):
            raise hostile(self.part, "writes a value with character references")
        return chunk

    def shared_number(self, value: str, at: Position) -> int:
        """The number of a shared string; readers take anything else for the first one."""
        if not re.fullmatch(r"\s*\d{1,9}\s*", value):
            said = f"cell {address(*at)} of {self.part} names a text “{value[:20]}” by no number"
            raise UnreadableFile("damaged_file", said, "ask for the file again")
        return int(value)

    def position(self, reference: str) -> Position:
        """A cell's reference as row and column."""
        try:
            return position(reference)
        except OpdatError as error:
            raise UnreadableFile(
                "damaged_file", f"{self.part} names a cell {reference[:20]!r} that no sheet has"
            ) from error

    # ---------------------------------------------------------------- what is found

    def cell(self, at: Position, kind: int, style: int, value: bytes, said: Rich) -> None:
        """Note what a cell's kind and style say."""
        if kind == cell_scan.KINDS["e"]:
            error = html.unescape(value.decode("utf-8", "replace")) or "#?"
            self.found.unread[at] = ("error_value", error, f"the cell shows the error {error}")
            return
        self.found.text(at, said)
        if style in self.book.struck and (value or kind == cell_scan.KINDS["inlineStr"]):
            self.found.struck(at)
        code = self.book.formats.get(style)
        if code is None:
            return
        if kind != cell_scan.KINDS["n"]:
            if (
                kind in _TEXTS
                and (value or kind == cell_scan.KINDS["inlineStr"])
                and code != WHITE
                and hides_text(code)
            ):
                self.found.unread.setdefault(at, ("hidden_by_format", None, UNREAD["hidden_by_format"]))
        elif value:
            number = value.decode("utf-8", "replace").strip()
            formatted(self.found, at, code, number)

    def formula(self, at: Position, shows_nothing: bool) -> None:
        """Note a formula without a value: never calculated, or calculated to nothing."""
        if shows_nothing:
            self.found.flags.append(("formula_shows_nothing", at, SHOWS_NOTHING))
        else:
            self.found.unread[at] = ("formula_without_value", "=…", UNREAD["formula_without_value"])

    def beside(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Note what stands outside the cells."""
        self.rules.opened(tag, attributes)
        hidden = attributes.get("hidden") in ("1", "true") or attributes.get("width") == "0"
        if tag == "col" and hidden:
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.found.hidden_columns.append((int(first) - 1, int(last) - 1))
                self.beyond(len(self.found.hidden_columns), MAX_COLUMN, "hidden columns")
        elif tag == "mergeCell" and self.plain is not None:
            self.merged(attributes.get("ref", ""))
        elif tag == "sheetView" and attributes.get("showZeros") in ("0", "false"):
            self.found.flags.append(("hidden_by_format", None, "the sheet is set to show no zeros; they are read as 0"))
        elif int(attributes.get("count", "0") if attributes.get("count", "0").isdecimal() else 0) > MAX_ROW:
            self.found.usual = False

    def merged(self, reference: str) -> None:
        """Note a merged range; one that is written in an odd way is left to the reader."""
        corners = _RANGE.fullmatch(reference)
        if corners is None:
            self.plain = None
        else:
            self.found.merges.append((*self.position(corners[1]), *self.position(corners[2])))
            self.beyond(len(self.found.merges), MAX_MERGES, "merged ranges")

    def beyond(self, count: int, most: int, what: str) -> None:
        """Refuse what stands beside the cells more often than in any table."""
        if count > most:
            raise UnreadableFile("too_large", f"{self.part} has more than {most:,} {what}", "split the file")

    def check_places(self) -> None:
        """Refuse cells given twice, outside any sheet, or far out; note how large the table is."""
        joined = (np.concatenate(places) for places in (self.rows, self.columns, self.filled))
        self.found.area, self.found.filled = check_places(self.part, *joined)


def stretches(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Whole numbers as first and last of each unbroken stretch."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
