"""Looks into a zipped workbook before it is read: refuses what is hostile, notes what usual readers lose."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from xml.parsers import expat

from opdat_analytics.ingest import sheet_facts
from opdat_analytics.ingest.sheet_facts import SheetFacts
from opdat_analytics.model import UnreadableFile

MAX_PARTS = 4_000
MAX_INFLATED = 256 * 2**20
MAX_RATIO = 400
RATIO_FROM = 8 * 2**20
MAX_DEPTH = 64
_CHUNK = 2**20


def inspect(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    """Check a zipped workbook and collect, per sheet name, what readers lose.

    Raises
    ------
    UnreadableFile
        For bombs, encrypted or doubled parts, document types, damaged XML, cells outside any sheet, and
        documents that are not spreadsheets.
    """
    names = _check_directory(archive)
    if "mimetype" in names:
        return {}
    if not any(name.lower() == "xl/workbook.xml" or name.lower() == "xl/workbook.bin" for name in names):
        kind = "a Word document" if any(n.startswith("word/") for n in names) else "a zip archive"
        raise UnreadableFile("not_a_spreadsheet", f"the file is {kind}, not a spreadsheet", "send it as .xlsx")
    if "xl/workbook.xml" not in names:
        return {}
    for name in names:
        if name.endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/sheet"):
            _parse(archive, name)
    shared = b"".join(_chunks(archive, "xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else b""
    raised = sheet_facts.raised_strings(shared)
    return {
        sheet: sheet_facts.facts(b"".join(_chunks(archive, part)), part, raised)
        for sheet, part in _sheet_parts(archive)
        if part in names
    }


def _check_directory(archive: zipfile.ZipFile) -> set[str]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    folded = [name.replace("\\", "/").lower() for name in names]
    if len(set(folded)) != len(folded):
        twice = next(name for name in folded if folded.count(name) > 1)
        raise UnreadableFile("doubled_part", f"the workbook holds the part {twice} twice, with room for two truths")
    if len(entries) > MAX_PARTS:
        raise UnreadableFile("too_large", f"the workbook has {len(entries)} parts; the limit is {MAX_PARTS}")
    inflated = sum(entry.file_size for entry in entries)
    if inflated > MAX_INFLATED:
        raise UnreadableFile(
            "too_large", f"the workbook unpacks to {inflated / 2**20:.0f} MB; the limit is {MAX_INFLATED // 2**20} MB"
        )
    spans = sorted((entry.header_offset, entry.header_offset + 30 + entry.compress_size) for entry in entries)
    if any(end > start for (_, end), (start, _) in zip(spans, spans[1:], strict=False)):
        raise UnreadableFile("hostile_archive", "the workbook's parts overlap, which no spreadsheet program writes")
    for entry in entries:
        if entry.flag_bits & 1:
            raise UnreadableFile("encrypted", "the workbook is protected by a password", "ask for an unprotected copy")
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise UnreadableFile("hostile_archive", f"part {entry.filename} unpacks more than {MAX_RATIO} times over")
    return set(names)


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    declared = archive.getinfo(name).file_size
    seen = 0
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            seen += len(chunk)
            if seen > declared:
                raise UnreadableFile("hostile_archive", f"part {name} is larger than the archive says")
            yield chunk


Seen = Callable[[str, dict[str, str]], None]


def _unseen(tag: str, attributes: dict[str, str]) -> None:
    """What an element means to somebody who only checks that it is sound."""


def _parse(archive: zipfile.ZipFile, name: str, seen: Seen = _unseen) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def refuse(*_: object) -> None:
        raise UnreadableFile("hostile_xml", f"part {name} declares a document type, which no spreadsheet needs")

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise UnreadableFile("hostile_xml", f"part {name} is nested deeper than {MAX_DEPTH} levels")
        seen(tag.rpartition(" ")[2], attributes)

    def closed(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        for chunk in _chunks(archive, name):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableFile("damaged_file", f"part {name} is damaged ({error})", "ask for the file again") from error


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            link = next((v for k, v in attributes.items() if k.endswith(" id")), "")
            sheets.append((attributes.get("name", ""), link))

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _parse(archive, "xl/workbook.xml", sheet)
    if "xl/_rels/workbook.xml.rels" in archive.namelist():
        _parse(archive, "xl/_rels/workbook.xml.rels", relation)
    return [
        (
            name,
            targets[link].lstrip("/") if targets[link].startswith("/") else posixpath.normpath("xl/" + targets[link]),
        )
        for name, link in sheets
        if link in targets
    ]
