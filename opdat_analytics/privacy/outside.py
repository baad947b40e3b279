"""Text of a workbook that stands outside its cells: comments, names, lists of choices, caches, running heads, authors.

Nobody reads it for figures, but it travels with the file, and a copy of the file would carry it on.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from opdat_analytics.privacy.columns import PersonalColumn, personal_columns
from opdat_analytics.privacy.looks import is_body, is_common_name, is_telling_name
from opdat_analytics.privacy.rules import (
    contents,
    family_names,
    given_names,
    header_rules,
    letters,
    particles,
    person_words,
)
from opdat_analytics.privacy.sentences import NAMES, names_a_person
from opdat_analytics.vocab import is_place

MOST = 8 * 2**20
"""Bytes of one part that are looked at."""
FEWEST = 3


@dataclass(frozen=True)
class Aside:
    """Texts of one kind outside the cells, and where they stand."""

    where: str
    texts: tuple[str, ...]
    header: str = ""


def asides(path: Path) -> tuple[Aside, ...]:
    """The texts of a workbook outside its cells; of an old binary one all texts; none for other files.

    Parameters
    ----------
    path
        The file; it has been looked through before for what could hurt.
    """
    with path.open("rb") as stream:
        start = stream.read(8)
    if start == _OLD:
        return (Aside("an old binary workbook", tuple(_runs(path.read_bytes()[:MOST]))),)
    if not start.startswith(b"PK\x03\x04"):
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            return tuple(aside for entry in archive.infolist() for aside in _part(archive, entry))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError, zlib.error):
        return ()  # told when the file itself is read


def _runs(data: bytes) -> Iterator[str]:
    """What can be read in a binary file, letters of one byte and of two."""
    for said in (data.decode("latin-1"), data.decode("utf-16-le", "replace"), data[1:].decode("utf-16-le", "replace")):
        yield from dict.fromkeys(_READABLE.findall(said))


def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[Aside]:
    name = entry.filename.replace("\\", "/").lower()
    kind = next((kind for pattern, kind in _PARTS if re.search(pattern, name)), None)
    if kind is None or entry.file_size == 0:
        return
    with archive.open(entry) as part:
        whole = _below_the_cells(part) if kind == "sheet" else part.read(MOST)
    said = whole.decode("utf-8", "replace")
    if kind == "comments":
        yield Aside("comments", tuple(_texts(said, r"<(?:\w+:)?text\b.*?</(?:\w+:)?text>")))
    elif kind == "annotations":
        yield Aside("comments", tuple(_texts(said, r"<office:annotation\b.*?</office:annotation>")))
    elif kind == "workbook":
        named = re.findall(r"<definedName\b[^>]*\bname=\"([^\"]+)\"[^>]*>([^<]*)", said)
        yield Aside("defined names", tuple(html.unescape(text) for pair in named for text in pair if text))
    elif kind == "sheet":
        heads = _texts(said, r"<(?:odd|even|first)(?:Header|Footer)\b.*?</\w+>")
        yield Aside("running heads", tuple(_HEAD_CODE.sub(" ", head) for head in heads))
        for chosen in _texts(said, r"<formula1>.*?</formula1>"):
            if chosen.startswith('"'):
                yield Aside("a list of choices", tuple(chosen.strip('"').split(",")))
    elif kind == "cache":
        for field in re.finditer(r"<cacheField\b[^>]*?\bname=\"([^\"]*)\".*?</cacheField>", said, re.DOTALL):
            held = re.findall(r"<s\b[^>]*?\bv=\"([^\"]*)\"", field[0])
            yield Aside("a pivot table", tuple(map(html.unescape, held)), html.unescape(field[1]))
    elif kind == "properties":
        yield Aside("properties", tuple(_texts(said, _PROPERTIES)))
    elif kind == "text":
        yield Aside("text boxes", tuple(_texts(said, r"<a:t>.*?</a:t>")))


def _below_the_cells(part: IO[bytes]) -> bytes:
    """What a sheet says after its cells, however many there are."""
    kept = b""
    while chunk := part.read(2**20):
        kept += chunk
        if end := _end_of_cells(kept):
            return kept[end.end() :] + part.read(MOST)
        kept = kept[-_END_LENGTH:]
    return b""


def _end_of_cells(said: bytes) -> re.Match[bytes] | None:
    """The first tag that ends the cells. Its name is looked for first: every cell has tags, and only these have it."""
    at = said.find(_CELLS)
    while at >= 0:
        if end := _CELLS_END.match(said, max(said.rfind(b"<", 0, at), 0)):
            return end
        at = said.find(_CELLS, at + 1)
    return None


_CELLS = b"sheetData"
_CELLS_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
_END_LENGTH = 64
"""Bytes kept of what was read, lest the end of the cells lie across two pieces."""
_HEAD_CODE = re.compile(r"&(?:[LCRPNDTFAZGBIUESXYOH]|\"[^\"]*\"|K[0-9A-F]{6}|\d{1,3})")
"""What in a running head says how it is printed."""
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_READABLE = re.compile(r"[ -~À-ÖØ-öø-ÿ’“”–]{12,400}")
_WRITTEN = ("comments", "running heads", "text boxes", "properties", "an old binary workbook")
"""Where people write sentences."""
_PROPERTIES = (
    r"<(?:dc|cp|meta):(?:title|subject|description|keywords?|category)\b.*?</[\w:]+>|<vt:lpw?str>.*?</vt:lpw?str>"
    r"|<meta:user-defined\b.*?</meta:user-defined>"
)
"""What a workbook is called; not who made it, for every workbook says that."""
_PARTS = (
    (r"^docprops/(?:core|custom)\.xml$", "properties"), (r"^meta\.xml$", "properties"),
    (r"^xl/(?:comments\w*|threadedcomments/.*|comments/.*)\.xml$", "comments"), (r"^content\.xml$", "annotations"),
    (r"^xl/workbook\.xml$", "workbook"), (r"^xl/worksheets/[^/]+\.xml$", "sheet"),
    (r"^xl/pivotcache/pivotcachedefinition\w*\.xml$", "cache"), (r"^xl/drawings/[^/]+\.xml$", "text"),
)  # fmt: skip


def _texts(said: str, pattern: str) -> Iterator[str]:
    for found in re.finditer(pattern, said, re.DOTALL):
        text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[0])).split())
        if text:
            yield text


def personal_asides(found: Sequence[Aside]) -> tuple[PersonalColumn, ...]:
    """Which of these texts are about persons; never what they say."""
    told = (PersonalColumn(aside.where, -1, reason, True) for aside in found for reason in _reasons(aside))
    return tuple({(one.header, one.reason): one for one in told}.values())


def _reasons(aside: Aside) -> Iterator[str]:
    texts = [text for text in aside.texts if text.strip()]
    yield from personal_texts(texts)
    listed = aside.where in ("a list of choices", "a pivot table")
    if listed and len(texts) >= FEWEST:
        table = np.array([[aside.header or "-"], *[[text] for text in texts]], dtype=object)
        yield from (one.reason for one in personal_columns(table) if one.strong)
        names = [text for text in texts if is_common_name(text.strip()) and is_telling_name(text)]
        if len(names) * 2 >= len(texts):
            yield "what look like names of persons"
    if aside.where == "defined names":
        named = [text for text in texts if is_common_name(re.sub(r"[_.]", " ", text).title())]
        if len(named) >= 1:
            yield "what look like names of persons"
    if aside.where in _WRITTEN and any(map(names_a_person, texts)):
        yield NAMES
    if aside.where == "properties" and any(map(_names_somebody, texts)):
        yield NAMES


def personal_texts(texts: Sequence[str]) -> Iterator[str]:
    """Kinds of data of which one is enough: numbers of passports and identity, dates of birth."""
    telling = [rule for rule in contents() if rule.worded or rule.kind.startswith("national")]
    yield from dict.fromkeys(rule.kind for rule in telling if any(rule.pattern.search(text) for text in texts))


_CASES = frozenset(
    (*("case", "caso", "cas", "file", "fiche", "ficha", "exp", "expediente", "dossier", "processo", "proceso", "id"),
     *("mr", "mrs", "ms", "sr", "sra", "mme"))
)  # fmt: skip
"""What stands before a name on the tab of a sheet, beside parts in a case."""


def _names_somebody(text: str) -> bool:
    """Whether a short text is a common name, with a part in a case, a number or an initial beside it or not."""
    said = " ".join(re.sub(r"[\d_()#.:–—-]+", " ", text).split())
    words = [word for word in letters(said).split() if word not in particles()]
    parts = person_words()
    own = [word for word in words if not parts.fullmatch(word) and word not in _CASES]
    known = [word for word in own if word in given_names() or (len(own) < len(words) and word in family_names())]
    if not known or is_place(said) or is_body(" ".join(own)):
        return False
    alone = len(own) < len(words) or (len(own) == 2 and any(len(word) == 1 for word in own))
    return is_common_name(" ".join(own).title()) or (len(own) <= 3 and alone)


def person_named(sheet: str) -> bool:
    """Whether the name of a sheet seems to be a person's."""
    if is_place(sheet):
        return False
    return (is_common_name(sheet.strip()) and not header_rules(sheet)) or _names_somebody(sheet)
