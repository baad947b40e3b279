"""Tables kept as text (csv, tsv): which letters, which delimiter, and whether every row has the cells it should."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from opdat_analytics.ingest.grid import Grid, Position, Remark
from opdat_analytics.ingest.reader import MAX_CELLS, MAX_COLUMNS
from opdat_analytics.model import UnreadableFile

MAX_TEXT = 32_767
MIXED = "part of the file is written in UTF-8 and part is not"
_SAVE_AS = "save it as “CSV UTF-8” or as .xlsx and send it again"
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xltx", ".xlt")
_SIGNS = {
    b"%pdf": "a PDF", b"<!doctype html": "a web page (HTML)", b"<html": "a web page (HTML)",
    b"<table": "a web page (HTML)", b"<meta": "a web page (HTML)", b"mime-version:": "a web page (MHT)",
    b"{\\rtf": "a Word (RTF) document", b"\x1f\x8b": "a compressed (gzip) file", b"bzh": "a compressed (bzip2) file",
    b"\xfd7zxz": "a compressed (xz) file", b"7z\xbc\xaf\x27\x1c": "a compressed (7z) file", b"rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a compressed (zstd) file", b"pk\x05\x06": "an empty zip archive",
    b"pk\x07\x08": "a split zip archive",
    b"version https://git-lfs": "a pointer to a file, not the file itself", b"par1": "a Parquet file",
    b"sqlite format 3": "an SQLite database", b"\x89png": "a picture",
    b"\xff\xd8\xff": "a picture", b"gif8": "a picture",
    b"arrow1": "an Arrow file", b"\x89hdf": "an HDF5 file", b"id;p": "a SYLK file", b"table\r\n0,1": "a DIF file",
}  # fmt: skip


def read_text(path: Path, data: bytes) -> Grid:
    """Read a table kept as text.

    Raises
    ------
    UnreadableFile
        If the file is something else, if its letters cannot be told, if its quotation marks do not pair, or if it
        is larger than an honest return could be.
    """
    kind = disguise(data)
    if kind:
        raise UnreadableFile(
            "not_a_spreadsheet", f"the file is {kind}, not a spreadsheet", "save it as .xlsx, send that"
        )
    text, flags, lone_line = decoded(data)
    if path.suffix.lower() in _WORKBOOKS:
        raise UnreadableFile(
            "not_a_spreadsheet",
            f"the file is a text table (CSV) under the name of a workbook, {path.suffix}",
            "rename it to .csv, or open it and save it as a workbook",
        )
    _refuse_conflict(text)
    text, delimiter = _without_sep(text)
    rows = _records(text, delimiter)
    flags = [*flags, *_unfinished(data)]
    width = max(map(len, rows), default=0)
    grid = np.full((len(rows), width), "", dtype=object)
    for number, row in enumerate(rows):
        grid[number, : len(row)] = row
    unread = _ragged(rows, width)
    if lone_line is not None:
        letter = re.compile("[^\x00-\x7f]")
        for at in ((r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if letter.search(cell)):
            unread[at] = (
                "encoding_guessed", f"the one letter that is not UTF-8, in line {lone_line}, proves no other encoding"
            )  # fmt: skip
    return Grid(path.stem, grid, np.zeros(grid.shape, dtype=bool), unread=unread, flags=tuple(flags))


def disguise(data: bytes) -> str | None:
    """What a file is that is neither a workbook nor a table kept as text."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(b"<?xml"):
        office = b"urn:schemas-microsoft-com:office:spreadsheet" in data[:65536]
        page = b"<html" in head
        return "an Excel 2003 XML document" if office else "a web page (HTML)" if page else "an XML document"
    if re.match(rb'[\[{]\s*[\[{"]', head):
        return "a JSON document"
    return next((name for sign, name in _SIGNS.items() if head.startswith(sign)), None)


def decoded(data: bytes) -> tuple[str, list[Remark], int | None]:
    """The text of a file, what was guessed about its letters, and the line of the only letter that was guessed."""
    text = _marked(data)
    if text is None:
        if len(re.findall(rb"[\x00-\x08\x0e-\x1f]", data[:65536])) * 50 > len(data[:65536]):
            raise _binary()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return _guessed(data, error.start)
    if "\0" in text:
        raise _binary()
    return text, [], None


def _binary() -> UnreadableFile:
    return UnreadableFile("binary_file", "the file holds binary data, not a table", "send it as .xlsx or as UTF-8 text")


def _marked(data: bytes) -> str | None:
    """The text of a file that is in UTF-16 or UTF-32, as its first bytes or its many zero bytes tell."""
    encoding = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}.get(data[:2])
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        encoding = "utf-32"
    elif encoding is None and len(data) % 2 == 0:
        head = np.frombuffer(data[: 4096 - len(data[:4096]) % 2], dtype=np.uint8).reshape(-1, 2)
        zeros = (head == 0).mean(axis=0)
        encoding = "utf-16-le" if zeros[1] > 0.4 > zeros[0] else "utf-16-be" if zeros[0] > 0.4 > zeros[1] else None
    if encoding is None:
        return None
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "damaged_text", f"the file is damaged {encoding.upper()} text ({error.reason})", _SAVE_AS
        ) from error


def _guessed(data: bytes, first: int) -> tuple[str, list[Remark], int | None]:
    """Text of Windows in western letters, where nothing speaks against it."""
    line = data.count(b"\n", 0, first) + 1
    rest = re.sub(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", b"", data)
    if 0 < len(data) - len(rest) >= sum(letter > 127 for letter in rest):
        raise UnreadableFile("mixed_encoding", f"{MIXED}; the first such letter is in line {line}", _SAVE_AS)
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "unknown_encoding", f"the letters of the file cannot be told (line {line})", _SAVE_AS
        ) from error
    if "\0" in text:
        raise _binary()
    if not _western(text):
        raise UnreadableFile(
            "unknown_encoding",
            f"the letters of the file cannot be told: in western letters they make no words (line {line})",
            _SAVE_AS,
        )
    foreign = re.findall(r"[^\x00-\x7f]", text)
    message = f"the file is not UTF-8 (first in line {line}); its letters were read as Windows-1252"
    return text, [("encoding_guessed", None, message)], line if len(foreign) == 1 else None


def _western(text: str) -> bool:
    """Whether letters beyond ASCII stand as in western words: few in a word, none of them a sign inside a word."""
    words = re.findall(r"[^\W\d_]+", text)
    foreign = [word for word in words if not word.isascii()]
    odd = sum(sum(not c.isascii() for c in word) > max(1, len(word) * 0.4) for word in foreign)
    mixed_case = sum(bool(re.search(r"[a-zß-ÿ][A-ZÀ-Þ][A-ZÀ-Þa-zß-ÿ]*[a-zß-ÿ]", word)) for word in foreign)
    signs = len(re.findall(r"[^\W\d_][¡¢£¤¥¦§¨©¬®¯°±²³´µ¶·¸¹»¼½¾¿÷×ˆ‰‹Œž][^\W\d_]", text))
    return (odd + mixed_case + signs) * 5 <= len(foreign)


def _refuse_conflict(text: str) -> None:
    if "<<<<<<<" in text and ">>>>>>>" in text:
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(r"<{7} |>{7} ", line):
                raise UnreadableFile(
                    "conflict_markers",
                    f"line {number} says “{line[:20]}”: two versions of the file were merged and nobody chose",
                    "choose one version of those lines, remove the marks, and send the file again",
                )


def _without_sep(text: str) -> tuple[str, str]:
    """The text without Excel's first line ``sep=;``, and the delimiter."""
    first, _, rest = text.partition("\n")
    match = re.fullmatch(r'"?sep=(.)"?\r?', first, re.IGNORECASE | re.DOTALL)
    return (rest, match[1]) if match else (text, _delimiter(text))


def _delimiter(text: str) -> str:
    """The mark that splits most of the first lines into the same, largest number of cells."""
    lines = [line[:20_000] for line in re.split(r"\r\n|\r|\n", text[:200_000])[:60] if line.strip()]

    def agreement(mark: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    found = {mark: agreement(mark) for mark in (",", ";", "\t", "|")}
    best = max(found, key=found.__getitem__)
    others = [mark for mark in found if mark != best and found[mark] == found[best]]
    if others and found[best] >= (max(len(lines), 2), 2):
        marks = " or ".join(_NAMES[mark] for mark in (best, *others))
        raise UnreadableFile(
            "unknown_delimiter",
            f"every line could be split by {marks}, and nobody can tell which parts the cells",
            f"put “sep={others[-1] if others[-1] != chr(9) else ';'}” or the like above the first line, or send .xlsx",
        )
    return best


_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def _records(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(MAX_TEXT * 4)
    rows: list[list[str]] = []
    left = MAX_CELLS
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append(row)
            left -= len(row)
            if len(row) > MAX_COLUMNS or left < 0:
                what = (
                    f"line {reader.line_num} has {len(row)} columns" if left >= 0 else f"more than {MAX_CELLS:,} cells"
                )
                raise UnreadableFile(
                    "too_large", f"{what}, more than a table has", "check its delimiter, or split the file"
                )
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_long(reader.line_num) from error
        raise UnreadableFile(
            "damaged_text",
            f"the text cannot be split into cells near line {reader.line_num} ({error})",
            "check its quotation marks: each that opens must close",
        ) from error
    width = max(map(len, rows), default=0)
    if len(rows) * width > MAX_CELLS:
        raise UnreadableFile("too_large", f"the file has more than {MAX_CELLS:,} cells", "split the file")
    for number, row in enumerate(rows, 1):
        for cell in row:
            if len(cell) > MAX_TEXT:
                raise _too_long(number)
            if "\n" in cell and _swallowed(cell, delimiter, width):
                raise UnreadableFile(
                    "damaged_text",
                    f"row {number} holds a quotation that runs over whole rows of the table",
                    "check its quotation marks: each that opens must close",
                )
    return rows


def _too_long(line: int) -> UnreadableFile:
    return UnreadableFile(
        "cell_too_long", f"near line {line} a cell has more than {MAX_TEXT:,} characters, which no table needs",
        "check its quotation marks and its delimiter",
    )  # fmt: skip


def _swallowed(cell: str, delimiter: str, width: int) -> bool:
    inner = cell.split("\n")[1:-1]
    return width > 2 and any(line.count(delimiter) == width - 1 for line in inner)


def _ragged(rows: Sequence[Sequence[str]], width: int) -> dict[Position, tuple[str, str]]:
    """The cells of rows that have fewer or more cells than the table they stand in.

    A table is a run of rows without a blank one between. A line with one cell is a title or a note; cells that are
    blank beyond the usual width do not count. A row that stands alone must not reach beyond the rows above it.
    """
    unread: dict[Position, tuple[str, str]] = {}
    reaches = list(map(_reach, rows))
    start = before = 0
    for number in range(len(rows) + 1):
        if number < len(rows) and reaches[number]:
            continue
        block = range(start, number)
        start = number + 1
        unread.update(_split_numbers(rows, block, width))
        reach = max((reaches[i] for i in block), default=0)
        usual = min(_usual_width([len(rows[i]) for i in block]), reach)
        alone, before = before, usual if usual > 1 else reach
        if usual < 2 and not (1 < alone < reach):
            continue
        usual = usual if usual > 1 else alone
        wrong = {}
        for i in block:
            row = rows[i]
            short = len(row) < usual and sum(bool(cell.strip()) for cell in row) > 1
            if short or reaches[i] > usual:
                wrong[i] = f"row {i + 1} has {len(row)} cells where the rows around it have {usual}"
        first = block[0]
        if first in wrong and len(block) > 1:
            wrong = dict.fromkeys(block, wrong[first] + ", so nobody can tell which column is which")
        unread.update({(i, column): ("ragged_row", why) for i, why in wrong.items() for column in range(width)})
    return unread


def _reach(row: Sequence[str]) -> int:
    """How many cells a row has without blanks at its end."""
    return next((number for number in range(len(row), 0, -1) if row[number - 1].strip()), 0)


def _usual_width(widths: Sequence[int]) -> int:
    """How many cells the rows of a table have: as most of them, and where no width prevails, as its first such row."""
    usual = max(set(widths), key=lambda w: (widths.count(w), w), default=0)
    if usual > 1 and widths.count(usual) * 2 >= len(widths) and widths.count(usual) > 1:
        return usual
    several = [w for w in widths if w > 1]
    return several[0] if len(several) > 1 else 0


def _split_numbers(rows: Sequence[Sequence[str]], block: range, width: int) -> dict[Position, tuple[str, str]]:
    """The rows of a table of one column whose thousands marks were taken for the marks between cells."""
    if len(block) < 2 or len([cell for cell in rows[block[0]] if cell.strip()]) != 1:
        return {}
    several = [i for i in block[1:] if len(rows[i]) > 1]
    numbers = [re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:,\d{1,2})?", ",".join(c.strip() for c in rows[i])) for i in several]
    if not several or not all(numbers):
        return {}
    why = "row {} could be one number with a thousands mark, or several cells"
    return {(i, column): ("ragged_row", why.format(i + 1)) for i in several for column in range(width)}


def _unfinished(data: bytes) -> list[Remark]:
    # In encodings of two or four bytes a letter may end with up to three zeros.
    if data[-4:].rstrip(b"\0").endswith((b"\n", b"\r")):
        return []
    return [
        ("no_final_line_break", None, "the last line does not end: if the file was cut, its last cell is not whole")
    ]
