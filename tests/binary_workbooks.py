"""Small binary workbooks (xlsb), written record by record."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

FONTS = {"plain": (0, 0), "raised": (0, 1), "struck": (8, 0)}
"""Name of a font → its bits and its escapement, in the order of the fonts."""

Text = str | tuple[str, Sequence[tuple[int, str]]]
"""A text, or a text and the places at which its font changes."""


def _record(kind: int, body: bytes = b"") -> bytes:
    said = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(body)
    while length >= 128:
        said, length = said + bytes([length & 0x7F | 0x80]), length >> 7
    return said + bytes([length]) + body


def _counted(kind: int, records: Sequence[bytes]) -> bytes:
    return _record(kind, struct.pack("<I", len(records)))


def _string(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _item(text: Text) -> bytes:
    if isinstance(text, str):
        return _record(19, b"\0" + _string(text))
    said, runs = text
    changes = b"".join(struct.pack("<HH", start, list(FONTS).index(font)) for start, font in runs)
    return _record(19, b"\1" + _string(said) + struct.pack("<I", len(runs)) + changes)


def binary_workbook(
    rows: Sequence[Sequence[float | Text]],
    formats: Mapping[tuple[int, int], str] = {},
    struck: Sequence[tuple[int, int]] = (),
    hidden: Sequence[int] = (),
    merges: Sequence[tuple[int, int, int, int]] = (),
    errors: Mapping[tuple[int, int], int] = {},
) -> bytes:
    """A binary workbook with one sheet, ``Data``.

    Parameters
    ----------
    rows
        Numbers and texts.
    formats
        Cell → number format.
    struck, hidden
        Cells that are struck out; rows that are hidden.
    merges
        Merged ranges as (top, left, bottom, right).
    errors
        Cell → number of the error that it shows instead.
    """
    codes = list(dict.fromkeys(formats.values()))
    texts: list[Text] = [cell for row in rows for cell in row if isinstance(cell, str | tuple)]
    # Style 0 is plain, style 1 is struck out, the others have a number format each.
    styles = [(0, 0), (0, 2), *[(164 + number, 0) for number in range(len(codes))]]
    sheet = [_record(129), _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)), _record(145)]
    number = 0
    for r, row in enumerate(rows):
        flags = 0x10 if r in hidden else 0
        sheet.append(_record(0, struct.pack("<IIHBBBI", r, 0, 300, 0, flags, 0, 0)))
        for c, cell in enumerate(row):
            style = 1 if (r, c) in struck else 2 + codes.index(formats[r, c]) if (r, c) in formats else 0
            head = struct.pack("<II", c, style)
            if (r, c) in errors:
                sheet.append(_record(3 + 8 * (r % 2), head + bytes([errors[r, c]])))
            elif isinstance(cell, str | tuple):
                sheet.append(_record(7, head + struct.pack("<I", number)))
                number += 1
            elif float(cell).is_integer() and (r + c) % 2:
                sheet.append(_record(2, head + struct.pack("<i", int(cell) * 4 | 2)))
            else:
                sheet.append(_record(5, head + struct.pack("<d", cell)))
    merged = [_record(176, struct.pack("<4I", top, low, left, right)) for top, left, low, right in merges]
    sheet += [_record(146), _counted(177, merged), *merged, _record(178), _record(130)]
    fonts = [_record(43, struct.pack("<HHHH", 220, bits, 400, up) + bytes(13)) for bits, up in FONTS.values()]
    named = [_record(44, struct.pack("<H", 164 + number) + _string(code)) for number, code in enumerate(codes)]
    xfs = [_record(47, struct.pack("<HHHHH", 0, code, font, 0, 0) + bytes(6)) for code, font in styles]
    parts = {
        "xl/workbook.bin": b"".join(
            [_record(131), _record(143), _record(156, struct.pack("<II", 0, 1) + _string("rId1") + _string("Data")),
             _record(144), _record(132)]
        ),
        "xl/_rels/workbook.bin.rels": (
            b'<?xml version="1.0"?><Relationships><Relationship Id="rId1" Target="worksheets/sheet1.bin" Type="http://'
            b'schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
        ),
        "xl/worksheets/sheet1.bin": b"".join(sheet),
        "xl/styles.bin": b"".join(
            [_record(278), _counted(615, named), *named, _record(616), _counted(611, fonts), *fonts, _record(612),
             _counted(626, xfs[:1]), _record(47, bytes(16)), _record(627),
             _counted(617, xfs), *xfs, _record(618), _record(279)]
        ),
        "xl/sharedStrings.bin": b"".join(
            [_record(159, struct.pack("<II", number, number)), *map(_item, texts), _record(160)]
        ),
    }  # fmt: skip
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return told.getvalue()
