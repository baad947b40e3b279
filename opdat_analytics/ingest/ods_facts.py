"""What usual readers do not tell of an OpenDocument sheet: errors, raised marks, percentages, what is printed, hidden
rows and columns, and how far it claims to reach."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, DecimalException
from typing import Any

from opdat_analytics.ingest.grid import NO_FIGURE, UNSEEN, Position
from opdat_analytics.ingest.reader import MAX_CELLS, MAX_COLUMNS
from opdat_analytics.ingest.rich_text import of_pieces, spelt
from opdat_analytics.ingest.sheet_facts import UNREAD, SheetFacts
from opdat_analytics.ingest.sheet_places import MAX_COLUMN, MAX_ROW
from opdat_analytics.ingest.xml_parts import hostile, parse
from opdat_analytics.model import UnreadableFile

MAX_TEXT = 32_767
MAX_SHEETS = 400
MAX_COPIES = 200_000
_WHITE = "#ffffff"
_RAISED = re.compile(r"\s*(?:super|sub|-?(?!0+(?:\.0*)?%)\d)")
_LOST = {"line-break": "\n", "tab": "\t", "ruby-text": ""}
"""What readers leave out between letters, or run together with them."""
_PLAIN_NUMBER = re.compile(r"[-−–(]?\s*(?P<number>\d[\d\s.,'’]*|[.,]\d+)(?:E(?P<power>[+-]?\d+))?\s*\)?")
_DASHES = re.compile(r"[-−–—\s]+")
_ERROR = re.compile(r"#(?:REF|NAME|VALUE|DIV/0|N/A|NUM|NULL)[!?]?|Err:\d+")


def facts(chunks: Iterable[bytes]) -> dict[str, SheetFacts]:
    """Look through the content of an OpenDocument spreadsheet.

    Returns
    -------
    dict
        Sheet name → what the readers lose. Formula texts are not looked at: these files keep what was shown.

    Raises
    ------
    UnreadableFile
        For document types, damaged XML, and rows or columns repeated beyond any sheet.
    """
    seen = _Content()
    parse(chunks, "content.xml", seen.opened, seen.closed, seen.said, seen.odd)
    if not seen.sheets:
        raise UnreadableFile("no_sheets", "the workbook has no sheets", "ask the sender for the file again")
    return seen.sheets


class _Looks:
    """The styles of a document's cells and letters, gathered element by element."""

    def __init__(self) -> None:
        self.style, self.based = "", False
        self.raised: set[str] = set()
        self.struck: set[str] = set()
        self._white: set[str] = set()
        self._grounds: set[str] = set()

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "style":
            self.style = attributes.get("name", "")
            # Of a style that is built upon another one nobody can tell here on what ground its letters stand.
            self.based = attributes.get("parent-style-name", "Default") != "Default"
        elif tag == "text-properties":
            if _RAISED.match(attributes.get("text-position", "")):
                self.raised.add(self.style)
            drawn = attributes.get("text-line-through-style") or attributes.get("text-line-through-type", "none")
            if drawn != "none":
                self.struck.add(self.style)
            if attributes.get("color", "").lower() == _WHITE and not self.based:
                self._white.add(self.style)
        elif attributes.get("background-color", "transparent").lower() not in (_WHITE, "transparent"):
            self._grounds.add(self.style)

    def unseen(self, style: str) -> bool:
        """Whether a style writes white letters on a white ground."""
        return style in self._white and style not in self._grounds


class _Content:
    def __init__(self) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self.found = SheetFacts()
        self.path: list[str] = []
        self.looks = _Looks()
        self.row, self.column, self.rows, self.width, self.columns = -1, -1, 1, 1, 0
        self.defaults: dict[int, str] = {}
        self.default = ""
        self.cell: dict[str, str] = {}
        self.pieces: list[tuple[str, bool]] = []
        self.spans = [False]
        self.seen: set[str] = set()
        self.left, self.copies, self.length = MAX_CELLS, MAX_COPIES, 0

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        self.path.append(tag)
        if not self.sheets:
            self.looks.opened(tag, attributes)
        if tag == "table" and self.path[-2:-1] == ["spreadsheet"]:
            if len(self.sheets) >= MAX_SHEETS:
                raise UnreadableFile(
                    "too_many_sheets", f"the workbook has more than {MAX_SHEETS} sheets", "split the file"
                )
            name = attributes.get("name", "")
            if name in self.sheets:
                raise UnreadableFile(
                    "damaged_file", "two sheets of the workbook have one name", "ask for the file again"
                )
            self.found = self.sheets[name] = SheetFacts()
            self.row, self.rows, self.columns, self.defaults = -1, 1, 0, {}
        elif tag == "table-column":
            count = _repeated(attributes, "number-columns-repeated")
            if self.columns > MAX_COLUMN:
                raise _beyond()
            if attributes.get("visibility") in ("collapse", "filter"):
                self.found.hidden_columns.append((self.columns, min(self.columns + count, MAX_COLUMN) - 1))
            style, end = attributes.get("default-cell-style-name", ""), min(self.columns + count, MAX_COLUMNS)
            self.defaults.update(dict.fromkeys(range(self.columns, end), style))
            self.columns += count
        elif tag == "table-row":
            self.row, self.column, self.width = self.row + self.rows, -1, 1
            self.rows = _repeated(attributes, "number-rows-repeated")
            self.default = attributes.get("default-cell-style-name", "")
            if self.row > MAX_ROW:
                raise _beyond()
            if attributes.get("visibility") in ("collapse", "filter"):
                self.found.hidden_rows.append((self.row, min(self.row + self.rows, MAX_ROW) - 1))
        elif tag in ("table-cell", "covered-table-cell"):
            self.column, self.width = self.column + self.width, _repeated(attributes, "number-columns-repeated")
            self.cell, self.pieces, self.seen, self.length = attributes, [], set(), 0
        elif tag == "annotation" and "table-cell" in self.path:
            self.found.flags.append(("comments", (self.row, self.column), "a comment on the cell, which is not read"))
        elif tag == "span":
            self.spans.append(attributes.get("style-name", "") in self.looks.raised)
            if attributes.get("style-name", "") in self.looks.struck:
                self.found.struck((self.row, self.column))
        elif "table-cell" in self.path and "annotation" not in self.path:
            self.inside(tag, attributes)

    def inside(self, tag: str, attributes: dict[str, str]) -> None:
        """Note what stands between the letters of a cell."""
        if tag == "p" and "p" in self.seen:
            self.said("\n")
        elif tag == "s":
            self.said(" " * min(_repeated(attributes, "c"), MAX_TEXT))
        elif tag in _LOST:
            self.said(_LOST[tag])
        self.seen.add(tag)

    def said(self, text: str) -> None:
        if "table-cell" not in self.path or "annotation" in self.path or "p" not in self.path:
            return
        self.length += len(text)
        if self.length > MAX_TEXT:
            raise UnreadableFile(
                "cell_too_long", f"a text of the workbook has more than {MAX_TEXT:,} characters, which no cell can hold"
            )
        self.pieces.append((text, self.spans[-1] or "ruby-text" in self.path))

    def odd(self, what: str) -> None:
        if "table-cell" in self.path and "annotation" not in self.path:
            raise hostile("content.xml", f"has {what} within a cell")

    def closed(self, tag: str) -> None:
        self.path.pop()
        if tag == "span":
            self.spans.pop()
        elif tag == "table-cell":
            self.take()

    def take(self) -> None:
        """Note what a complete cell says."""
        kind = self.cell.get("value-type", "")
        if not (kind or self.pieces or "formula" in self.cell):
            return
        at, printed = (self.row, self.column), "".join(said for said, up in self.pieces if not up).strip()
        down, across = (_repeated(self.cell, f"number-{what}-spanned") for what in ("rows", "columns"))
        if down * across > 1:
            self.found.merges.append((*at, at[0] + down - 1, at[1] + across - 1))
        self.left -= self.rows * self.width
        if self.left < 0 or self.column + self.width > MAX_COLUMNS or self.row + self.rows > MAX_ROW:
            raise _beyond()
        self.found.filled += self.rows * self.width
        self.left -= self.length * self.rows * self.width // 64
        if "formula" in self.cell and not printed and not any(name.endswith("value") for name in self.cell):
            self.found.unread[at] = ("formula_without_value", "=…", UNREAD["formula_without_value"])
        elif _ERROR.fullmatch(printed):
            self.found.unread[at] = ("error_value", printed, f"the cell shows the error {printed}")
        elif kind == "percentage":
            self.found.prints[at] = f"{float(self.cell.get('value', 'nan')) * 100:.12g}%"
        elif kind in ("float", "currency") and "p" in self.seen:
            self.number(at, self.cell.get("value", "nan"), printed)
        elif kind == "date" and printed:
            self.date(at, printed)
        elif kind in ("", "string") and self.pieces:
            self.text(at, printed)
        style = self.cell.get("style-name") or self.default or self.defaults.get(self.column, "")
        if style in self.looks.struck:
            self.found.struck(at)
        if kind not in ("", "string") and self.looks.unseen(style):
            self.found.unread.setdefault(at, (UNSEEN, None, "the figure is written in white on white: nobody sees it"))
        if self.rows * self.width > 1:
            self.repeat(at)

    def repeat(self, at: Position) -> None:
        """Note the same of the cells that repeat one."""
        found, cells = self.found, self.rows * self.width
        noted: tuple[dict[Position, Any], ...] = (found.unread, found.superscripts, found.untyped, found.prints)
        for told in noted:
            if at not in told:
                continue
            self.copies -= cells
            if self.copies < 0:
                raise _beyond()
            told.update(((at[0] + i // self.width, at[1] + i % self.width), told[at]) for i in range(1, cells))

    def text(self, at: Position, printed: str) -> None:
        """Note what a text's cell shows."""
        whole = "".join(said for said, _ in self.pieces)
        stored = self.cell.get("string-value")
        if stored is not None and stored.split() != whole.split():
            told = f"the cell holds “{stored[:80]}” and shows “{whole[:80]}”, {_UNSURE}"
            self.found.unread[at] = ("changed_by_format", whole, told)
            return
        if not self.cell.get("value-type"):
            self.found.untyped[at] = whole
        said = of_pieces([(said, up and not spelt(said)) for said, up in self.pieces], False)
        if said.raised and said.plain and printed:
            self.found.superscripts[at] = (said.plain, said.mark)
        elif self.seen & _LOST.keys():
            self.found.superscripts[at] = (whole, "")

    def date(self, at: Position, printed: str) -> None:
        """Note what a date's cell shows of it."""
        said = printed_date(printed, self.cell.get("date-value", ""))
        if said is None:
            self.found.unread[at] = ("changed_by_format", printed, f"the date is shown as “{printed}”, {_UNSURE}")
        elif said != self.cell.get("date-value", "")[:10]:
            self.found.prints[at] = said
            self.found.unread[at] = (NO_FIGURE, said, f"the cell holds a date and shows “{printed}”: no figure")

    def number(self, at: Position, value: str, printed: str) -> None:
        """Note what a number's cell prints."""
        if not printed and _is_zero(value):
            self.found.flags.append(("hidden_by_format", at, "the cell shows nothing for zero; 0 is read"))
        elif not printed:
            self.found.unread[at] = ("hidden_by_format", value, UNREAD["hidden_by_format"])
        elif _DASHES.fullmatch(printed) and _is_zero(value):
            self.found.flags.append(("hidden_by_format", at, "the cell shows a dash for zero; 0 is read"))
        elif (plain := _PLAIN_NUMBER.fullmatch(printed)) is None:
            self.found.prints[at] = printed
            message = f"the cell holds {value} and shows “{printed}”, which is what is read"
            self.found.flags.append(("read_as_shown", at, message))
        elif re.match(r"0\d", plain["number"]):
            self.found.prints[at] = printed
        elif not any(_same(value, one) for one in _readings(plain["number"], plain["power"])) or _unsigned(
            value, plain[0]
        ):
            told = f"the cell holds {value} and shows “{printed}”, {_UNSURE}"
            self.found.unread[at] = ("changed_by_format", printed, told)


def _beyond() -> UnreadableFile:
    return UnreadableFile(
        "too_large", "cells of the workbook are repeated beyond any table", "delete what lies outside the table"
    )


_UNSURE = "and nobody can tell which is meant"


def _is_zero(value: str) -> bool:
    """Whether a stored number is zero itself, and not one that is rounded to it."""
    return _same(value, "0e0")


def _unsigned(value: str, printed: str) -> bool:
    """Whether a number is printed without its minus, or with one that is not its own."""
    return (printed[0] in "-−–(") != value.startswith("-") and not _same(value, "0")


def _readings(number: str, power: str | None) -> list[str]:
    """What a printed number may be, with a comma or a point as its decimal mark or without decimals."""
    bare = re.sub(r"[\s'’]", "", number)
    marks = [mark for mark in ".," if bare.count(mark) == 1]
    # Nobody prints 12 as 0,012: a whole number has no nought before its thousands.
    wholes = [] if re.match(r"0[^\d]", number) else [re.sub(r"[.,]", "", bare)]
    parted = [re.sub(rf"[^\d{re.escape(mark)}]", "", bare).replace(mark, ".") for mark in marks]
    return [f"{one}e{power}" if power else one for one in (*wholes, *parted)]


def _same(value: str, printed: str) -> bool:
    """Whether a number is printed as another one only by rounding to the decimals that are shown."""
    try:
        stored, shown = abs(Decimal(value)), Decimal(printed)
        if "e" in printed:
            return stored == shown
        return abs(stored - shown) * 2 <= Decimal(1).scaleb(int(shown.as_tuple().exponent))
    except DecimalException:  # of what is no number, and of numbers that no spreadsheet holds
        return False


def printed_date(printed: str, stored: str) -> str | None:
    """What a cell with a date shows of it, in a form that can be read; None where that cannot be told.

    Parameters
    ----------
    printed
        As shown, in any language.
    stored
        The date in ISO 8601.
    """
    if len(stored) < 10 or not re.fullmatch(r"\d{4}-\d\d-\d\d", stored[:10]):
        return None
    year, month, day = str(stored[:4]), stored[5:7], stored[8:10]
    said = re.sub(r"\d{1,2}:\d\d.*", "", printed)
    tokens = [token for token in re.findall(r"\d+|[^\W\d_]+", said) if token.lower() not in ("de", "del", "of", "do")]
    numbers = [token for token in tokens if token.isdecimal()]
    words = [token for token in tokens if not token.isdecimal()]
    years = [n for n in numbers if n == year or (n == year[2:] and len(n) == 2)]
    if not numbers and len(words) == 1:
        return str(words[0])
    if len(numbers) == 2 and numbers[1] == year and [len(word) for word in words] == [1]:
        return f"{words[0]}{numbers[0]} {year}"
    if len(numbers) >= 3 or (len(numbers) == 2 and words and years and int(day) in map(int, numbers)):
        return stored[:10]
    if len(numbers) == 1 and years and len(words) <= 1:
        if not words:
            return year
        return f"{year}-{month}" if len(words[0]) > 2 else f"{words[0]}{year}"
    dated = len(numbers) == 2 and years and not words and int(month) in map(int, numbers)
    if dated and {int(month), int(day)} != set(map(int, numbers)):
        return f"{year}-{month}"
    return None


def _repeated(attributes: dict[str, str], name: str) -> int:
    said = attributes.get(name, "1")
    if not said.isdecimal() or len(said) > 9:
        raise UnreadableFile(
            "damaged_file", f"the workbook repeats cells “{said[:20]}” times", "ask for the file again"
        )
    return int(said)
