"""What can be told of a legacy workbook (xls) from its container, before it is read."""

from __future__ import annotations

import re
import struct

from opdat_analytics.ingest.grid import Remark
from opdat_analytics.model import UnreadableFile

_PROTECTED = re.compile(rb"\x09\x08(?:\x08\x00.{8}|\x10\x00.{16})\x2f\x00[\x04-\xff]\x00", re.DOTALL)
"""The beginning of a workbook stream, and right after it the key of its encryption."""

_NO_SECTOR = 0xFFFFFFFA
"""Sector numbers from here on stand for none."""
MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def flags(data: bytes) -> tuple[Remark, ...]:
    """Macros, and claims that the container cannot keep.

    Raises
    ------
    UnreadableFile
        For protected workbooks, and for Word, PowerPoint and mail files.
    """
    if _holds(data, "EncryptedPackage") or _holds(data, "EncryptionInfo"):
        raise UnreadableFile("encrypted", "the workbook is protected by a password", "ask for an unprotected copy")
    if _PROTECTED.search(data):
        raise UnreadableFile("encrypted", "the workbook is protected by a password", "ask for an unprotected copy")
    for stream, kind in {
        "WordDocument": "a Word document", "PowerPoint Document": "a PowerPoint presentation",
        "__properties_version1.0": "a mail message",
    }.items():  # fmt: skip
        if _holds(data, stream) and not _holds(data, "Workbook"):
            raise UnreadableFile("not_a_spreadsheet", f"the file is {kind}, not a spreadsheet", "send it as .xlsx")
    if len(data) < 512:
        raise UnreadableFile("damaged_file", "the workbook is cut off", "ask for the file again")
    found: list[Remark] = []
    (power,) = struct.unpack_from("<H", data, 30)
    tables, _, _, _, _, minis, _, more = struct.unpack_from("<8I", data, 44)
    sectors = len(data) >> min(max(power, 7), 16)
    listed = struct.unpack_from(f"<{min(tables, 109)}I", data, 76)
    (directory,) = struct.unpack_from("<I", data, 48)
    if any(sectors <= sector < _NO_SECTOR for sector in (directory, *listed)):
        raise UnreadableFile(
            "damaged_file", "the workbook is cut off: its own directory is not in it", "ask for it again"
        )
    if max(tables, minis, more) > sectors + 1:
        message = "the container claims more sectors than the file has; it was read all the same"
        found.append(("odd_parts", None, message))
    if _holds(data, "_VBA_PROJECT_CUR") or _holds(data, "_VBA_PROJECT"):
        found.append(("macros", None, "the workbook has macros; they are neither run nor carried over"))
    return tuple(found)


def _holds(data: bytes, stream: str) -> bool:
    return stream.encode("utf-16-le") + b"\0\0" in data
