"""What usual readers do not tell of a binary workbook (xlsb): raised marks, struck out cells, formats, hidden rows.

Its parts are records, each with its number and its length in bytes of seven bits.
"""

from __future__ import annotations

import posixpath
import re
import struct
from collections.abc import Callable, Iterator

from opdat_analytics.ingest.legacy_facts import Looks, Noting, short_number
from opdat_analytics.ingest.reader import MAX_CELLS
from opdat_analytics.ingest.rich_text import NOTHING
from opdat_analytics.ingest.sheet_facts import SheetFacts

_ROW, _SHORT, _ERROR, _NUMBER, _TEXT, _TEXTED, _FORMULA, _FAILED = 0, 2, 3, 5, 7, 8, 9, 11
_CELLS = frozenset((_SHORT, _ERROR, _NUMBER, _TEXT, _TEXTED, _FORMULA, _FAILED))
_ITEM, _FONT, _FORMAT, _STYLE, _COLUMNS, _SHEET, _STYLES, _STYLES_END = 19, 43, 44, 47, 60, 156, 617, 618
_MERGE = 176
_MOST = 2 * MAX_CELLS
_LINK = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r"\b(Id|Target)=[\"']([^\"']*)[\"']")

Part = Callable[[str], bytes]
"""The bytes of a part by its name; empty where there is none."""


def facts(part: Part) -> dict[str, SheetFacts] | None:
    """Look through a binary workbook.

    Returns
    -------
    dict or None
        Sheet name → what the readers lose; None where the workbook cannot be taken apart.
    """
    try:
        return _sheets(part)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_MOST):
        if at >= len(data):
            return
        kind, length = data[at], 0
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        for shift in (0, 7, 14, 21):
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        yield kind, data[at : at + length]
        at += length
    raise struct.error("more records than an honest part has")


def _text(body: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    (length,) = struct.unpack_from("<I", body, at)
    end = at + 4 + (0 if length == 0xFFFFFFFF else 2 * length)
    return body[at + 4 : end].decode("utf-16-le"), end


def _sheets(part: Part) -> dict[str, SheetFacts]:
    looks = _looks(part)
    formats, struck = looks.odd()
    links = {}
    for link in _LINK.findall(part("xl/_rels/workbook.bin.rels").decode("utf-8", "replace")):
        said = dict(_ATTRIBUTE.findall(link))
        target = said.get("Target", "").lower()
        links[said.get("Id", "")] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    found = {}
    for kind, body in _records(part("xl/workbook.bin")):
        if kind == _SHEET:
            link, end = _text(body, 8)
            name, _ = _text(body, end)
            found[name] = _sheet(part(links.get(link, "")), Noting(looks, formats, struck))
    return found


def _looks(part: Part) -> Looks:
    looks = Looks()
    fonts, within = 0, False
    for kind, body in _records(part("xl/styles.bin")):
        if kind == _FONT:
            looks.font(fonts, body[2], struct.unpack_from("<H", body, 6)[0])
            fonts += 1
        elif kind == _FORMAT:
            looks.codes[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif kind in (_STYLES, _STYLES_END):
            within = kind == _STYLES
        elif kind == _STYLE and within:
            code, font = struct.unpack_from("<HH", body, 2)
            looks.styles.append((font, code))
    items = (body for kind, body in _records(part("xl/sharedstrings.bin")) if kind == _ITEM)
    for number, body in enumerate(items):
        if not body[0] & 1:
            continue
        text, end = _text(body, 1)
        (runs,) = struct.unpack_from("<I", body, end)
        changes = struct.unpack_from(f"<{2 * runs}H", body, end + 4)
        said = looks.rich(text, list(zip(changes[::2], changes[1::2], strict=True)))
        looks.texts |= {number: said} if said is not NOTHING else {}
    return looks


def _sheet(data: bytes, noting: Noting) -> SheetFacts:
    row = 0
    for kind, body in _records(data):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", body)
            if body[11] & 0x10:
                noting.found.hidden_rows.append((row, row))
        elif kind in _CELLS:
            column, style = struct.unpack_from("<II", body)
            style &= 0xFFFFFF
            if kind == _TEXT:
                noting.text(row, column, style, struct.unpack_from("<I", body, 8)[0])
            elif kind == _SHORT:
                noting.number(row, column, style, short_number(struct.unpack_from("<I", body, 8)[0]))
            elif kind in (_NUMBER, _FORMULA):
                noting.number(row, column, style, struct.unpack_from("<d", body, 8)[0])
            elif kind in (_ERROR, _FAILED):
                noting.error(row, column, body[8])
            else:
                noting.style((row, column), style)
                if struct.unpack_from("<I", body, 8)[0] == 0:
                    noting.nothing(row, column)
        elif kind == _MERGE:
            top, low, left, right = struct.unpack_from("<4I", body)
            noting.found.merges.append((top, left, low, right))
        elif kind == _COLUMNS and struct.unpack_from("<H", body, 16)[0] & 1:
            noting.found.hidden_columns.append(struct.unpack_from("<II", body))
    return noting.found
