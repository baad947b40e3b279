"""What usual readers do not tell of a legacy workbook (xls): raised marks, struck out cells, formats, hidden rows.

A workbook of Excel 97 and later is a stream of records, each with its number and its length. Those of older programs
are not looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from opdat_analytics.ingest.cell_styles import too_many_formats
from opdat_analytics.ingest.compound import stream
from opdat_analytics.ingest.formatted import formatted
from opdat_analytics.ingest.number_formats import BUILT_IN, MAX_FORMATS, WHITE, changes_meaning, hides_text
from opdat_analytics.ingest.reader import MAX_CELLS
from opdat_analytics.ingest.rich_text import NOTHING, Rich, of_pieces, spelt
from opdat_analytics.ingest.sheet_facts import SHOWS_NOTHING, UNREAD, SheetFacts

_BOF, _EOF, _CONTINUE = 0x0809, 0x000A, 0x003C
_FONT, _FORMAT, _STYLE, _SHEET, _STRINGS = 0x0031, 0x041E, 0x00E0, 0x0085, 0x00FC
_ROW, _COLUMNS, _TEXT, _NUMBER, _SHORT, _SHORTS, _FORMULA = 0x0208, 0x007D, 0x00FD, 0x0203, 0x027E, 0x00BD, 0x0006
_NOTE, _ODD, _STRING, _PALETTE = 0x001C, 0x0205, 0x0207, 0x0092
_EXCEL_97 = 0x0600
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip


@dataclass
class Looks:
    """Fonts, number formats and texts of a binary workbook.

    Attributes
    ----------
    raised, struck
        Numbers of fonts that raise or lower their letters, or strike them out.
    white
        Numbers of fonts with white letters.
    unseen
        Numbers of cell styles with such a font on a ground that is white or none.
    codes
        Number formats by their number.
    styles
        Font and number format of each cell style.
    texts
        Shared texts with raised or struck parts, by number.
    """

    raised: set[int] = field(default_factory=set)
    white: set[int] = field(default_factory=set)
    unseen: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    codes: dict[int, str] = field(default_factory=lambda: {int(number): code for number, code in BUILT_IN.items()})
    styles: list[tuple[int, int]] = field(default_factory=list)
    texts: dict[int, Rich] = field(default_factory=dict)

    def font(self, number: int, strikes: int, raises: int) -> None:
        """Note a font."""
        if strikes & 0x08:
            self.struck.add(number)
        if raises in (1, 2):
            self.raised.add(number)

    def rich(self, text: str, runs: list[tuple[int, int]]) -> Rich:
        """A text from the places at which its font changes; the first letters have the cell's own font."""
        starts = [0, *[start for start, _ in runs]]
        fonts = [-1, *[font for _, font in runs]]
        pieces, struck = [], False
        for start, end, font in zip(starts, [*starts[1:], len(text)], fonts, strict=True):
            said = text[start:end]
            struck |= font in self.struck and bool(said.strip())
            pieces.append((said, font in self.raised and not spelt(said)))
        found = of_pieces([piece for piece in pieces if piece[0]], struck)
        return found if found.raised or found.struck else NOTHING

    def odd(self) -> tuple[Mapping[int, str], frozenset[int]]:
        """Styles whose number format changes what a number means, and those that are struck out."""
        if len(self.codes) > MAX_FORMATS:
            raise too_many_formats()
        codes = {number: code for number, code in self.codes.items() if changes_meaning(code)}
        formats = {n: codes[code] for n, (_, code) in enumerate(self.styles) if code in codes}
        formats |= dict.fromkeys(self.unseen, WHITE)
        return formats, frozenset(n for n, (font, _) in enumerate(self.styles) if font in self.struck)


@dataclass(frozen=True)
class Noting:
    """Notes what the cells of one sheet say beside their value."""

    looks: Looks
    formats: Mapping[int, str]
    struck: frozenset[int]
    found: SheetFacts = field(default_factory=SheetFacts)

    def number(self, row: int, column: int, style: int, value: float) -> None:
        """Note a number's cell."""
        self.style((row, column), style)
        if style in self.formats:
            formatted(self.found, (row, column), self.formats[style], f"{value:.17g}")

    def text(self, row: int, column: int, style: int, number: int) -> None:
        """Note the cell of a shared text."""
        at = (row, column)
        self.style(at, style)
        self.found.text(at, self.looks.texts.get(number, NOTHING))
        if self.formats.get(style, WHITE) != WHITE and hides_text(self.formats[style]):
            self.found.unread.setdefault(at, ("hidden_by_format", None, UNREAD["hidden_by_format"]))

    def error(self, row: int, column: int, number: int) -> None:
        """Note a cell that shows an error."""
        said = _ERRORS.get(number, "#?")
        self.found.unread[row, column] = ("error_value", said, f"the cell shows the error {said}")

    def nothing(self, row: int, column: int) -> None:
        """Note a formula that gives an empty text."""
        self.found.flags.append(("formula_shows_nothing", (row, column), SHOWS_NOTHING))

    def style(self, at: tuple[int, int], style: int) -> None:
        """Note a struck out cell."""
        if style in self.struck:
            self.found.struck(at)


def facts(data: bytes) -> dict[str, SheetFacts] | None:
    """Look through a legacy workbook.

    Returns
    -------
    dict or None
        Sheet name → what the readers lose; None where the workbook is older than Excel 97 or cannot be taken apart.
    """
    book = stream(data, "Workbook")
    try:
        if book is None or struct.unpack_from("<HHH", book)[0::2] != (_BOF, _EXCEL_97):
            return None
        return _sheets(book)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from one place to the end of its part of the stream."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + length]
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        at += 4 + length


def _sheets(book: bytes) -> dict[str, SheetFacts]:
    looks, listed, strings = Looks(), [], []
    fonts, within = 0, False
    colours: dict[int, int] = {}
    grounds: list[tuple[int, int]] = []
    white = {1, 9}
    for kind, body in _records(book, 0):
        if kind == _FONT:
            # There is no font of the number 4.
            number = fonts + (fonts >= 4)
            looks.font(number, body[2], struct.unpack_from("<H", body, 8)[0])
            colours[number] = struct.unpack_from("<H", body, 4)[0]
            fonts += 1
        elif kind == _FORMAT:
            number, length, wide = struct.unpack_from("<HHB", body)
            looks.codes[number] = _letters(body[5:], length, wide)
        elif kind == _STYLE:
            looks.styles.append(struct.unpack_from("<HH", body))
            grounds.append((body[17] >> 2, body[18] & 0x7F))
        elif kind == _PALETTE:
            count = struct.unpack_from("<H", body)[0]
            white = {1, *(8 + i for i in range(count) if body[2 + 4 * i : 5 + 4 * i] == b"\xff\xff\xff")}
        elif kind == _SHEET:
            place, _, sort, length, wide = struct.unpack_from("<IBBBB", body)
            if sort == 0:
                listed.append((_letters(body[8:], length, wide), place))
        elif kind == _STRINGS or (kind == _CONTINUE and within):
            strings.append(body)
        within = kind == _STRINGS or (kind == _CONTINUE and within)
    looks.texts = {n: rich for n, rich in enumerate(_texts(strings, looks)) if rich is not NOTHING}
    looks.white = {number for number, colour in colours.items() if colour in white}
    pale = {n for n, (pattern, colour) in enumerate(grounds) if pattern == 0 or (pattern == 1 and colour in white)}
    looks.unseen = {n for n in pale if looks.styles[n][0] in looks.white}
    formats, struck = looks.odd()
    return {name: _sheet(book, place, Noting(looks, formats, struck)) for name, place in listed}


def _letters(body: bytes, length: int, wide: int) -> str:
    return body[: 2 * length].decode("utf-16-le") if wide & 1 else body[:length].decode("latin-1")


def _sheet(book: bytes, place: int, noting: Noting) -> SheetFacts:
    found = noting.found
    texted = (0, 0)
    for kind, body in _records(book, place):
        if kind == _TEXT:
            noting.text(*struct.unpack_from("<HHHI", body))
        elif kind == _FORMULA and body[12:14] == b"\xff\xff":
            texted = _resulted(body, noting)
        elif kind in (_NUMBER, _FORMULA):
            noting.number(*struct.unpack_from("<HHHd", body))
        elif kind == _STRING and body[:2] == b"\0\0":
            noting.nothing(*texted)
        elif kind == _ODD and body[7]:
            row, column = struct.unpack_from("<HH", body)
            noting.error(row, column, body[6])
        elif kind == _SHORT:
            row, column, style, short = struct.unpack_from("<HHHI", body)
            noting.number(row, column, style, short_number(short))
        elif kind == _SHORTS:
            row, first = struct.unpack_from("<HH", body)
            for number in range((len(body) - 6) // 6):
                style, short = struct.unpack_from("<HI", body, 4 + 6 * number)
                noting.number(row, first + number, style, short_number(short))
        elif kind == _NOTE:
            found.flags.append(
                ("comments", struct.unpack_from("<HH", body), "a comment on the cell, which is not read")
            )
        elif kind == _ROW and body[12] & 0x20:
            found.hidden_rows.append(2 * struct.unpack_from("<H", body))
        elif kind == _COLUMNS and body[8] & 1:
            found.hidden_columns.append(struct.unpack_from("<HH", body))
    return found


def _resulted(body: bytes, noting: Noting) -> tuple[int, int]:
    """Note a formula whose result is no number; where it stands, as its text comes in the next record."""
    row, column, style, kind = struct.unpack_from("<HHHB", body)
    noting.style((row, column), style)
    if kind == 2:
        noting.error(row, column, body[8])
    elif kind == 3:
        noting.nothing(row, column)
    return row, column


def short_number(short: int) -> float:
    """A number that is kept in four bytes: a whole one or the first half of a long one, perhaps a hundredfold."""
    whole = (short >> 2) - (1 << 30 if short & 0x80000000 else 0)
    long: float = struct.unpack("<d", struct.pack("<Q", (short & 0xFFFFFFFC) << 32))[0]
    value = float(whole) if short & 2 else long
    return value / 100 if short & 1 else value


def _texts(strings: list[bytes], looks: Looks) -> Iterator[Rich]:
    """The shared texts, of which one may begin in one record and end in the next."""
    if not strings:
        return
    pieces = _Pieces(strings)
    (count,) = struct.unpack("<I", pieces.take(8)[4:])
    for _ in range(min(count, MAX_CELLS)):
        length, kind = struct.unpack("<HB", pieces.take(3))
        runs = struct.unpack("<H", pieces.take(2))[0] if kind & 8 else 0
        phonetic = struct.unpack("<I", pieces.take(4))[0] if kind & 4 else 0
        text = pieces.letters(length, kind & 1)
        changes = struct.unpack(f"<{2 * runs}H", pieces.take(4 * runs))
        pieces.take(phonetic)
        yield looks.rich(text, list(zip(changes[::2], changes[1::2], strict=True))) if runs else NOTHING


class _Pieces:
    """The records of the shared texts as one; where letters go on in the next, that says anew how wide they are."""

    def __init__(self, records: list[bytes]) -> None:
        self.records, self.number, self.at = records, 0, 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        found = b""
        while len(found) < count:
            record = self.records[self.number]
            piece = record[self.at : self.at + count - len(found)]
            found, self.at = found + piece, self.at + len(piece)
            if len(found) < count:
                self.number, self.at = self.number + 1, 0
        return found

    def letters(self, count: int, wide: int) -> str:
        """The next letters."""
        found = ""
        while len(found) < count:
            record = self.records[self.number]
            width = 2 if wide else 1
            number = min(count - len(found), (len(record) - self.at) // width)
            found += _letters(record[self.at :], number, wide)
            self.at += number * width
            if len(found) < count:
                self.number, self.at = self.number + 1, 1
                wide = self.records[self.number][0] & 1
        return found
