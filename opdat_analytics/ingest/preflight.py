"""Looks into a zipped workbook before it is read: refuses what is hostile, notes what usual readers lose."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from opdat_analytics.ingest import sheet_facts
from opdat_analytics.ingest.cell_scan import letters, only_text
from opdat_analytics.ingest.cell_styles import Styles
from opdat_analytics.ingest.conditional import Looks
from opdat_analytics.ingest.grid import Remark
from opdat_analytics.ingest.plain_cells import PlainSheet, shared_texts
from opdat_analytics.ingest.reader import MAX_CELLS, MAX_LETTERS
from opdat_analytics.ingest.rich_text import rich_strings
from opdat_analytics.ingest.sheet_facts import Book, SheetFacts
from opdat_analytics.ingest.xml_parts import check_encoding, hostile, nothing, parse, refuse_document_type
from opdat_analytics.model import UnreadableFile

MAX_PARTS = 4_000
MAX_SHEETS = 400
MAX_INFLATED = 256 * 2**20
MAX_RATIO = 400
RATIO_FROM = 8 * 2**20
MAX_TEXT = 32_767
_CHUNK = 2**20
_LOOKED_THROUGH = frozenset(("xl/sharedstrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
_SHEET_TYPES = ("/worksheet", "/dialogsheet", "/xlMacrosheet", "/xlIntlMacrosheet")
_STATES = ("visible", "hidden", "veryHidden")
_CLAIM = re.compile(rb'\s(?:uniqueC|c)ount=["\'](\d+)["\']')
_OTHER_DOCUMENTS = {"word/": "a Word document", "ppt/": "a PowerPoint presentation", "visio/": "a Visio drawing"}


@dataclass(frozen=True)
class Inspected:
    """What is known of a zipped workbook before it is read.

    Attributes
    ----------
    kind
        ``xlsx``, ``xlsb`` or ``ods``.
    sheets
        Per sheet name, what readers lose.
    flags
        What is odd about the workbook as a whole.
    usual
        In the usual form and within limits throughout, so that reading it cannot hurt the process.
    data
        The workbook, without claims about its size that are not true.
    read
        The worksheets in order, read already, where their values are written so plainly that no reader is needed.
    texts
        The shared texts of these.
    """

    kind: str
    sheets: dict[str, SheetFacts]
    flags: tuple[Remark, ...]
    usual: bool
    data: bytes
    read: tuple[PlainSheet, ...] | None = None
    texts: np.ndarray | None = None


@dataclass(frozen=True)
class _Listed:
    """What a workbook's list of sheets says: its worksheets with their parts, in order, and how visible each is.

    ``uncalculated`` where nobody calculated the formulas, ``plain`` where the links are usual ones, ``mixed`` where
    there are sheets of other kinds.
    """

    parts: list[tuple[str, str]]
    states: list[str]
    uncalculated: bool
    plain: bool
    mixed: bool


def inspect(data: bytes) -> Inspected:
    """Check a zipped workbook and collect what readers lose.

    Raises
    ------
    UnreadableFile
        For bombs, encrypted or doubled parts, document types, damaged XML, cells outside any sheet, cells longer
        than a cell can be, and documents that are not spreadsheets.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _Parts(archive, data).inspected()


class _Parts:
    """The parts of an archive by their names as readers take them: forward slashes, any case."""

    def __init__(self, archive: zipfile.ZipFile, data: bytes) -> None:
        self.archive, self.data = archive, data
        entries = archive.infolist()
        self.entries = {_folded(entry.filename): entry for entry in entries}
        _check_directory(entries, self.entries)
        self.odd = any("\\" in entry.filename or _is_odd(entry.filename) for entry in entries)

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, unpacked piece by piece."""
        entry = self.entries[name]
        packed, seen, checked = self.packed(entry), 0, 0
        unpacking = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        while packed:
            chunk = unpacking.decompress(packed, _CHUNK) if unpacking else packed
            packed = unpacking.unconsumed_tail if unpacking else b""
            seen, checked = seen + len(chunk), zlib.crc32(chunk, checked)
            if seen > entry.file_size:
                raise zipfile.BadZipFile(f"part {name} is larger than the archive says")
            if chunk:
                yield chunk
        if seen < entry.file_size or checked != entry.CRC:
            raise zipfile.BadZipFile(f"part {name} was damaged on its way: its check sum (CRC) is another")

    def packed(self, entry: zipfile.ZipInfo) -> bytes:
        """The bytes of a part as they lie in the archive, below the name that the directory gives it."""
        at = entry.header_offset
        if self.data[at : at + 4] != b"PK\x03\x04" or len(self.data) < at + 30:
            raise zipfile.BadZipFile(f"part {entry.filename} is not where the directory says")
        name = at + 30
        body = name + int.from_bytes(self.data[at + 26 : at + 28], "little")
        told = self.data[name:body].decode("utf-8" if entry.flag_bits & 0x800 else "cp437")
        if told != entry.orig_filename:
            raise zipfile.BadZipFile(f"part {entry.filename} is called {told} where it lies")
        begin = body + int.from_bytes(self.data[at + 28 : at + 30], "little")
        return self.data[begin : begin + entry.compress_size]

    def whole(self, name: str) -> bytes:
        """A part, unpacked as a whole; empty where there is none."""
        return b"".join(self.chunks(name)) if name in self.entries else b""

    def inspected(self) -> Inspected:
        if "xl/workbook.bin" in self.entries:
            from opdat_analytics.ingest import binary_facts

            self.refuse_document_types(frozenset())
            return Inspected("xlsb", binary_facts.facts(self.whole) or {}, self.flags(), False, self.one_archive())
        if "xl/workbook.xml" in self.entries:
            return self.workbook()
        if "mimetype" in self.entries and "content.xml" in self.entries:
            kind = self.whole("mimetype")[:100]
            if b"opendocument.spreadsheet" in kind:
                return self.open_document()
            raise _not_a_spreadsheet("a text or drawing in OpenDocument form")
        found = (what for start, what in _OTHER_DOCUMENTS.items() if any(n.startswith(start) for n in self.entries))
        raise _not_a_spreadsheet(next(found, "a zip archive"))

    def refuse_document_types(self, but: Set[str]) -> None:
        """Refuse a document type in any part that nothing else looks through."""
        for name in self.entries.keys() - but:
            if name.endswith((".xml", ".rels", ".vml", ".rdf")):
                refuse_document_type(self.chunks(name), name)

    def open_document(self) -> Inspected:
        """Inspect an ods workbook."""
        from opdat_analytics.ingest import ods_facts

        if b"encryption-data" in self.whole("meta-inf/manifest.xml"):
            raise UnreadableFile("encrypted", "the workbook is protected by a password", "ask for an unprotected copy")
        self.refuse_document_types({"content.xml"})
        return Inspected("ods", ods_facts.facts(self.chunks("content.xml")), self.flags(), False, self.one_archive())

    def flags(self) -> tuple[Remark, ...]:
        """What is odd about the parts."""
        flags: list[Remark] = []
        if any(name.endswith(("vbaproject.bin", "macros/")) or "/macrosheets/" in name for name in self.entries):
            flags.append(("macros", None, "the workbook has macros; they are neither run nor carried over"))
        if any("/externallinks/" in name for name in self.entries):
            message = "some cells take their values from other workbooks, as these were when it was last saved"
            flags.append(("external_links", None, message))
        notes = [n for n in self.entries if re.fullmatch(r"xl/(?:comments[^/]*|comments/[^/]*)\.(?:xml|bin)", n)]
        if notes:
            cells = [
                c for n in notes for c in re.findall(rb'<(?:\w+:)?comment\b[^>]*\bref="([A-Z]+\d+)"', self.whole(n))
            ]
            where = f": {', '.join(c.decode() for c in cells[:8])}{' …' if len(cells) > 8 else ''}" if cells else ""
            flags.append(("comments", None, f"cells have comments, which are not read{where}"))
        if self.odd:
            flags.append(
                ("odd_parts", None, "the workbook's parts are named in an unusual way; it was read all the same")
            )
        return tuple(flags)

    def workbook(self) -> Inspected:
        """Inspect an xlsx or xlsm workbook."""
        listed = self.listed()
        if not listed.parts:
            raise UnreadableFile("no_sheets", "the workbook has no sheets", "ask the sender for the file again")
        if len(listed.parts) > MAX_SHEETS:
            said = f"the workbook has {len(listed.parts)} sheets; the limit is {MAX_SHEETS}"
            raise UnreadableFile("too_many_sheets", said, "split the file")
        self.refuse_document_types({part for _, part in listed.parts} | _LOOKED_THROUGH)
        styles, looks = Styles(), Looks()
        if "xl/styles.xml" in self.entries:
            for one in (styles, looks):
                parse(self.chunks("xl/styles.xml"), "xl/styles.xml", one.opened, lambda _, one=one: one.closed())  # type: ignore[misc]
        strings = self.whole("xl/sharedstrings.xml")
        longest = _check_strings(strings)
        book = Book(
            rich_strings(strings),
            styles.formats,
            frozenset(styles.struck),
            frozenset(styles.dated),
            listed.uncalculated,
            dict(enumerate(looks.found)),
        )
        sheets: dict[str, SheetFacts] = {}
        left = MAX_CELLS
        for name, part in listed.parts:
            if part not in self.entries:
                raise UnreadableFile(
                    "damaged_file", f"the workbook lists a sheet “{name}” that is not in it", "ask for the file again"
                )
            sheets[name] = sheet_facts.facts(lambda part=part: self.chunks(part), part, book)  # type: ignore[misc]
            left -= sheets[name].area
        if left < 0:
            raise UnreadableFile("too_large", f"the workbook has more than {MAX_CELLS:,} cells", "split the file")
        filled = sum(one.filled for one in sheets.values())
        if filled * longest > MAX_LETTERS and self.letters([p for _, p in listed.parts], strings) > MAX_LETTERS:
            raise UnreadableFile(
                "too_large", "long texts are repeated until the workbook holds more than 100 MB of text"
            )
        usual = listed.plain and all(one.usual for one in sheets.values())
        texts = None if listed.mixed or not usual else shared_texts(strings)
        read = None if texts is None else _read(listed, sheets, len(texts))
        return Inspected("xlsx", sheets, self.flags(), usual, self.honest(strings), read, texts)

    def listed(self) -> _Listed:
        """The workbook's list of its sheets."""
        sheets: list[tuple[str, str]] = []
        states: dict[str, str] = {}
        targets: dict[str, tuple[str, str]] = {}
        loading: list[bool] = []

        def sheet(tag: str, attributes: dict[str, str]) -> None:
            if tag == "sheet":
                sheets.append((attributes.get("name", ""), attributes.get("id", "")))
                states[attributes.get("name", "")] = attributes.get("state", "visible")
            elif tag == "calcPr":
                loading.append(attributes.get("fullCalcOnLoad") in ("1", "true"))

        def relation(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship":
                targets[attributes.get("Id", "")] = (attributes.get("Type", ""), attributes.get("Target", ""))

        parse(self.chunks("xl/workbook.xml"), "xl/workbook.xml", sheet)
        links = "xl/_rels/workbook.xml.rels"
        if links in self.entries:
            parse(self.chunks(links), links, relation)
        if len({name for name, _ in sheets}) < len(sheets):
            raise UnreadableFile("damaged_file", "two sheets of the workbook have one name", "ask for the file again")
        worksheets = [(name, targets[link][1]) for name, link in sheets if self.is_worksheet(targets.get(link))]
        parts = [(name, _part(target)) for name, target in worksheets]
        missing = next((name for name, link in sheets if link not in targets), None)
        if missing is not None:
            raise UnreadableFile(
                "damaged_file", f"the workbook lists a sheet “{missing}” that is not in it", "ask for the file again"
            )
        plain = all(re.fullmatch(r"/?(?:xl/)?worksheets/[\w.-]+", target) for _, target in worksheets)
        return _Listed(parts, [states[name] for name, _ in parts], any(loading), plain, len(parts) < len(sheets))

    def is_worksheet(self, target: tuple[str, str] | None) -> bool:
        return target is not None and target[0].endswith(_SHEET_TYPES)

    def letters(self, parts: list[str], strings: bytes) -> int:
        """How many bytes of text the cells show, each as often as it is shown."""
        lengths = np.array([len(item[0]) for item in re.finditer(rb"<si\b.*?(?:</si>|/>)", strings, re.DOTALL)])
        total = 0
        for part in parts:
            numbers = re.findall(rb't="s"[^>]*>\s*<v>\s*(\d{1,9})\s*<', self.whole(part))
            shown = np.array([int(n) for n in numbers if int(n) < len(lengths)], dtype=np.int64)
            total += int(lengths[shown].sum()) if shown.size else 0
        return total

    def honest(self, strings: bytes) -> bytes:
        """The workbook, its shared strings freed of a count that would make a reader reserve memory for nothing."""
        opening = strings[: strings.find(b">", strings.find(b"<sst")) + 1]
        claimed = max(map(int, _CLAIM.findall(opening)), default=0)
        if claimed <= max(100_000, 2 * strings.count(b"<si")):
            return self.one_archive()
        if not re.search(rb'uniqueCount=["\'](\d+)', opening) and claimed <= MAX_CELLS:
            return self.one_archive()
        return self.packed_again({"xl/sharedstrings.xml": _CLAIM.sub(b"", opening) + strings[len(opening) :]})

    def one_archive(self) -> bytes:
        """The workbook, packed again where another archive within or beside it could show a reader other parts."""
        return self.data if self.data.find(b"PK\x05\x06") == len(self.data) - 22 else self.packed_again({})

    def packed_again(self, changed: Mapping[str, bytes]) -> bytes:
        """The workbook as an archive of the parts that were looked at."""
        told = io.BytesIO()
        with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for name, entry in self.entries.items():
                part = changed.get(name) or self.whole(name)
                copy.writestr(entry.filename, part, zipfile.ZIP_STORED if name == "mimetype" else None)
        return told.getvalue()


def _read(listed: _Listed, sheets: Mapping[str, SheetFacts], texts: int) -> tuple[PlainSheet, ...] | None:
    """The worksheets whose values are known already; None where they are not known of all of them."""
    read: list[PlainSheet] = []
    for (name, _), state in zip(listed.parts, listed.states, strict=True):
        cells, own = sheets[name].cells, sheets[name].own
        if cells is None or own is None or state not in _STATES or cells.most_text >= texts:
            return None
        read.append(PlainSheet(name, cells, own, tuple(sheets[name].merges), state != "visible"))
    return tuple(read)


def _folded(name: str) -> str:
    return name.replace("\\", "/").lower()


def _is_odd(name: str) -> bool:
    return _folded(name) in ("xl/workbook.xml", "xl/styles.xml") and name != _folded(name)


def _part(target: str) -> str:
    target = target.replace("\\", "/").lower()
    return target.lstrip("/") if target.startswith(("/", "xl/")) else posixpath.normpath("xl/" + target)


def _not_a_spreadsheet(kind: str) -> UnreadableFile:
    return UnreadableFile("not_a_spreadsheet", f"the file is {kind}, not a spreadsheet", "send it as .xlsx")


def _check_directory(entries: list[zipfile.ZipInfo], folded: dict[str, zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_PARTS:
        raise UnreadableFile("too_large", f"the workbook has {len(entries)} parts; the limit is {MAX_PARTS}")
    if len(folded) < len(entries):
        names = [_folded(entry.filename) for entry in entries]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableFile("doubled_part", f"the workbook holds the part {twice} twice, with room for two truths")
    spans = sorted((e.header_offset, e.header_offset + 30 + len(e.filename) + e.compress_size) for e in entries)
    if any(end > start for (_, end), (start, _) in pairwise(spans)):
        raise UnreadableFile("hostile_archive", "the workbook's parts overlap, which no spreadsheet program writes")
    inflated = sum(entry.file_size for entry in entries)
    if inflated > MAX_INFLATED:
        raise UnreadableFile(
            "too_large", f"the workbook unpacks to {inflated / 2**20:.0f} MB; the limit is {MAX_INFLATED // 2**20} MB"
        )
    for entry in entries:
        if entry.flag_bits & 1:
            raise UnreadableFile("encrypted", "the workbook is protected by a password", "ask for an unprotected copy")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableFile("hostile_archive", f"part {entry.filename} is packed in a way no workbook is")
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise UnreadableFile("hostile_archive", f"part {entry.filename} unpacks more than {MAX_RATIO} times over")


def _refuse_in_strings(what: str) -> None:
    raise hostile("xl/sharedStrings.xml", f"has {what}")


def _check_strings(strings: bytes) -> int:
    """Refuse shared strings that no cell can hold; the length of the longest, in bytes."""
    if not strings:
        return 0
    name = "xl/sharedStrings.xml"
    check_encoding(strings, name)
    if strings.count(b"<si") > MAX_CELLS:
        raise UnreadableFile("too_large", f"the workbook has more than {MAX_CELLS:,} texts", "split the file")
    if b"<!" in strings or b":si" in strings:
        parse([strings], name, nothing, odd=_refuse_in_strings)
    a = letters(strings)
    if not only_text(a):
        raise hostile(name, "has more than letters within a text")
    starts = np.flatnonzero((a[:-2] == ord("<")) & (a[1:-1] == ord("s")) & (a[2:] == ord("i")))
    lengths = np.diff(starts, append=len(strings))
    for i in np.flatnonzero(lengths > MAX_TEXT).tolist():
        item = strings[int(starts[i]) : int(starts[i] + lengths[i])]
        said = re.sub(rb"<rPh\b.*?</rPh>|<[^>]*>", b"", item, flags=re.DOTALL).decode("utf-8", "replace")
        if len(re.sub(r"&#?\w+;|_x[0-9A-F]{4}_", " ", said)) > MAX_TEXT:
            raise UnreadableFile(
                "cell_too_long", f"a text of the workbook has more than {MAX_TEXT:,} characters, which no cell can hold"
            )
    return int(lengths.max()) if lengths.size else len(strings)
