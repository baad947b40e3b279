"""Parses the XML parts of a workbook, refusing what no spreadsheet needs: document types, deep nesting, odd letters."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from opdat_analytics.model import UnreadableFile

MAX_DEPTH = 64
MAX_ELEMENTS = 8_000_000
LONGEST_PIECE = 16 * 2**20
_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([\w.:-]+)[\"']")

Opened = Callable[[str, dict[str, str]], None]
Closed = Callable[[str], None]
Said = Callable[[str], None]


def nothing(*_: object) -> None:
    """What an element means to somebody who only checks that the part is sound."""


def parse(
    chunks: Iterable[bytes],
    part: str,
    opened: Opened,
    closed: Closed = nothing,
    said: Said = nothing,
    odd: Said = nothing,
) -> None:
    """Parse a part; tags and attributes come without their namespaces. What is neither is told to ``odd`` by name.

    Raises
    ------
    UnreadableFile
        For document types, nesting deeper than `MAX_DEPTH`, more than `MAX_ELEMENTS`, encodings other than UTF-8, and
        damaged XML.
    """
    for _ in _parsed(chunks, part, opened, closed, said, odd):
        pass


def _parsed(
    chunks: Iterable[bytes], part: str, opened: Opened, closed: Closed, said: Said, odd: Said
) -> Iterator[None]:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = elements = 0

    def refuse(*_: object) -> None:
        raise hostile(part, "declares a document type")

    def opening(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > MAX_DEPTH:
            raise hostile(part, f"is nested deeper than {MAX_DEPTH} levels")
        if elements > MAX_ELEMENTS:
            raise UnreadableFile("too_large", f"part {part} has more than {MAX_ELEMENTS:,} elements", "split the file")
        opened(tag[tag.rfind(" ") + 1 :], {name[name.rfind(" ") + 1 :]: value for name, value in attributes.items()})

    def closing(tag: str) -> None:
        nonlocal depth
        depth -= 1
        closed(tag[tag.rfind(" ") + 1 :])

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = opening
    parser.EndElementHandler = closing
    if said is not nothing:
        parser.CharacterDataHandler = said
    if odd is not nothing:
        parser.CommentHandler = lambda _: odd("a comment")
        parser.ProcessingInstructionHandler = lambda *_: odd("an instruction")
        parser.StartCdataSectionHandler = lambda: odd("a marked section")
    first = True
    fed = 0
    try:
        for chunk in chunks:
            if first:
                check_encoding(chunk, part)
                first = False
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > LONGEST_PIECE:
                raise hostile(part, f"has a piece of more than {LONGEST_PIECE // 2**20} MB")
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise UnreadableFile("damaged_file", f"part {part} is damaged ({error})", "ask for the file again") from error


def hostile(part: str, what: str) -> UnreadableFile:
    """The refusal of a part."""
    return UnreadableFile(
        "hostile_xml", f"part {part} {what}, which no spreadsheet needs", "open the file, save it as .xlsx, send that"
    )


def check_encoding(head: bytes, part: str) -> None:
    """Refuse what is not UTF-8: some readers take it for an empty sheet."""
    named = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:64]:
        found = "UTF-16"
    elif named and named[1].upper() not in (b"UTF-8", b"UTF8", b"US-ASCII", b"ASCII"):
        found = named[1].decode("ascii", "replace")
    else:
        return
    raise UnreadableFile(
        "unusual_encoding", f"part {part} is written in {found}, which readers lose", "open the file and save it again"
    )


def check_skeleton(skeleton: bytes, part: str, opened: Opened, said: Said) -> None:
    """Parse a sheet from which the cells were taken out."""
    parse([skeleton], part, opened, said=said)


def refuse_document_type(chunks: Iterable[bytes], part: str) -> None:
    """Refuse a part that nobody reads but that declares a document type all the same."""
    last = b""
    for chunk in chunks:
        seen = (last + chunk).replace(b"\0", b"")
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise hostile(part, "declares a document type")
        last = chunk[-32:]


@dataclass(frozen=True)
class Event:
    """An element of a sheet; a cell (``c``) has the texts of its parts ``f``, ``v`` and ``is`` (as XML)."""

    tag: str
    attributes: Mapping[str, str]
    parts: dict[str, str] = field(default_factory=dict)


def walk(chunks: Iterable[bytes], part: str) -> Iterator[Event]:
    """The elements of a sheet in order, each cell once it is complete."""
    ready: list[Event] = []
    path: list[str] = []
    cell: list[Event] = []

    def opened(tag: str, attributes: dict[str, str]) -> None:
        path.append(tag)
        if cell and path[-2] in ("v", "f", "t"):
            odd(f"an element {tag}")
        if tag == "c" and path[-2:-1] == ["row"]:
            cell.append(Event(tag, attributes))
        elif not cell:
            ready.append(Event(tag, attributes))
        elif tag in ("f", "v", "is") and path[-2] == "c":
            cell[0].parts.setdefault(tag, "")
        elif "is" in path:
            inside = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
            cell[0].parts["is"] += f"<{tag}{inside}>"

    def closed(tag: str) -> None:
        path.pop()
        if cell and tag == "c" and path[-1:] == ["row"]:
            ready.append(cell.pop())
        elif cell and "is" in path:
            cell[0].parts["is"] += f"</{tag}>"

    def said(text: str) -> None:
        if not cell:
            return
        if path[-1] in ("f", "v") and path[-2] == "c":
            cell[0].parts[path[-1]] += text
        elif "is" in path:
            cell[0].parts["is"] += html.escape(text, quote=False)

    def odd(what: str) -> None:
        if cell:
            raise hostile(part, f"has {what} within a cell")

    for _ in _parsed(chunks, part, opened, closed, said, odd):
        yield from ready
        ready.clear()
