"""What usual readers do not tell of a sheet, found in its XML: uncalculated formulas, errors, raised footnote marks.

The parts are searched as bytes, since only a few of a sheet's cells are of interest and a sheet may have millions.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from opdat_analytics.model import OpdatError, UnreadableFile, position

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
MAX_AREA = 8_000_000

_PREFIX = rb"<(?:[A-Za-z][\w.-]*:)?"
_CELL = re.compile(_PREFIX + rb"c\b[^>]*>")
_FORMULA = re.compile(_PREFIX + rb"c\b[^>]*>\s*" + _PREFIX + rb"f\b")
_ERROR = re.compile(_PREFIX + rb"c\b[^>]*\bt=[\"']e[\"'][^>]*>")
_INLINE = re.compile(_PREFIX + rb"c\b[^>]*\bt=[\"']inlineStr[\"'][^>]*>")
_REFERENCE = re.compile(rb"\br=[\"']([^\"']*)[\"']")
_VALUE = re.compile(_PREFIX + rb"v\b[^>]*>([^<]*)<")
_END = re.compile(rb"</(?:[A-Za-z][\w.-]*:)?c>")
_ROW = re.compile(_PREFIX + rb"row\b[^>]*?\br=[\"'](\d+)[\"']")
_FAR = re.compile(_PREFIX + rb"c\b[^>]*?\br=[\"']([A-Z]{3,})\d")
_ITEM = re.compile(_PREFIX + rb"si\b[^>]*?(?:/>|>(.*?)</(?:[A-Za-z][\w.-]*:)?si>)", re.DOTALL)
_RUN = re.compile(_PREFIX + rb"r\b[^>]*>(.*?)</(?:[A-Za-z][\w.-]*:)?r>", re.DOTALL)
_TEXT = re.compile(_PREFIX + rb"t\b[^>]*>([^<]*)<")
_RAISED = re.compile(rb"vertAlign\b[^>]*superscript")
_RAISED_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass
class SheetFacts:
    """What the usual readers do not tell of one sheet.

    ``unread`` maps a zero-based (row, column) to (code, what the cell shows, reason); ``superscripts`` maps it to the
    text without its raised footnote mark, and the mark.
    """

    unread: dict[tuple[int, int], tuple[str, str, str]] = field(default_factory=dict)
    superscripts: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)


def raised_strings(shared: bytes) -> dict[int, tuple[str, str]]:
    """Shared strings that end in a raised mark: index → text without the mark, and the mark."""
    _refuse_document_type(shared, "xl/sharedStrings.xml")
    if not _RAISED.search(shared):
        return {}
    found = {}
    for number, item in enumerate(_ITEM.finditer(shared)):
        mark = _mark(item[1] or b"")
        if mark is not None:
            found[number] = mark
    return found


def _mark(item: bytes) -> tuple[str, str] | None:
    if not _RAISED.search(item):
        return None
    plain, raised = "", ""
    for run in _RUN.finditer(item):
        said = "".join(html.unescape(text.decode("utf-8", "replace")) for text in _TEXT.findall(run[1]))
        if _RAISED.search(run[1]):
            raised += said
        else:
            plain += said
    return (plain, raised.strip().translate(_RAISED_DIGITS)) if plain.strip() and raised.strip() else None


def facts(sheet: bytes, part: str, raised: Mapping[int, tuple[str, str]]) -> SheetFacts:
    """Look through one sheet's XML.

    Parameters
    ----------
    sheet
        The part, unpacked.
    part
        Its name, for messages.
    raised
        Shared strings that end in a raised mark.

    Raises
    ------
    UnreadableFile
        For document types, encodings that readers lose, a row given twice, and cells far outside the table.
    """
    _refuse_document_type(sheet, part)
    _refuse_strange_rows(sheet, part)
    found = SheetFacts()
    for start in _FORMULA.finditer(sheet):
        at, body = _cell(sheet, start.start(), part)
        value = _VALUE.search(body)
        if at is not None and (value is None or not value[1]):
            reason = "a formula that was never calculated; open the file, recalculate and save it"
            found.unread[at] = ("formula_without_value", "=…", reason)
    for start in _ERROR.finditer(sheet):
        at, body = _cell(sheet, start.start(), part)
        value = _VALUE.search(body)
        shown = html.unescape(value[1].decode("utf-8", "replace")) if value else "#?"
        if at is not None:
            found.unread[at] = ("error_value", shown, f"the cell shows the error {shown}")
    for start in _INLINE.finditer(sheet) if _RAISED.search(sheet) else ():
        at, body = _cell(sheet, start.start(), part)
        mark = _mark(body)
        if at is not None and mark is not None:
            found.superscripts[at] = mark
    if raised:
        found.superscripts.update(_shared_marks(sheet, part, raised))
    return found


def _shared_marks(
    sheet: bytes, part: str, raised: Mapping[int, tuple[str, str]]
) -> dict[tuple[int, int], tuple[str, str]]:
    numbers = b"|".join(str(number).encode() for number in raised)
    cell = re.compile(_PREFIX + rb"c\b[^>]*\bt=[\"']s[\"'][^>]*>\s*" + _PREFIX + rb"v>\s*(" + numbers + rb")\s*<")
    found = {}
    for match in cell.finditer(sheet):
        at, _ = _cell(sheet, match.start(), part)
        if at is not None:
            found[at] = raised[int(match[1])]
    return found


def _refuse_document_type(data: bytes, part: str) -> None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:64]:
        raise UnreadableFile(
            "unusual_encoding",
            f"part {part} is written in UTF-16, which readers lose",
            "open the file and save it again",
        )
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnreadableFile("hostile_xml", f"part {part} declares a document type, which no spreadsheet needs")


def _refuse_strange_rows(sheet: bytes, part: str) -> None:
    rows = [int(number) for number in _ROW.findall(sheet)]
    if len(set(rows)) < len(rows):
        twice = next(number for number in rows if rows.count(number) > 1)
        raise UnreadableFile("doubled_row", f"row {twice} stands twice in {part}, with room for two truths")
    last = max(rows, default=0)
    far = max((_column(letters) for letters in _FAR.findall(sheet)), default=701)
    if last > MAX_ROW or far >= MAX_COLUMN:
        raise UnreadableFile("damaged_file", f"{part} names cells outside any sheet")
    if (
        last * (far + 1) > MAX_AREA
        and sheet.count(b"<c ") * 20 < last * (far + 1)
        and (far > 701 or len(rows) * 20 < last)
    ):
        raise UnreadableFile(
            "sparse_sheet", f"{part} has a stray cell far outside its table", "delete what lies outside the table"
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:4]:
        number = number * 26 + letter - 64
    return number - 1


def _cell(sheet: bytes, start: int, part: str) -> tuple[tuple[int, int] | None, bytes]:
    """Where the cell that begins there stands, and its XML."""
    opening = _CELL.match(sheet, start)
    if opening is None or opening[0].endswith(b"/>"):
        return None, b""
    end = _END.search(sheet, opening.end())
    body = sheet[opening.start() : end.start() if end else opening.end()]
    reference = _REFERENCE.search(opening[0])
    if reference is None:
        return None, body
    try:
        at = position(reference[1].decode("ascii", "replace"))
    except OpdatError as error:
        raise UnreadableFile("damaged_file", f"{part} names a cell {reference[1][:20]!r} that no sheet has") from error
    return at, body
