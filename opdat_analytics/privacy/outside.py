"""Text of a workbook that stands outside its cells: comments, names, lists of choices, caches, running heads, authors.

Nobody reads it for figures, but it travels with the file, and a copy of the file would carry it on.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from opdat_analytics.privacy.columns import PersonalColumn, personal_columns
from opdat_analytics.privacy.looks import is_common_name, is_telling_name
from opdat_analytics.privacy.rules import contents, header_rules
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
    """The texts of a workbook outside its cells; none for files that are no zipped workbook.

    Parameters
    ----------
    path
        The file; it has been looked through before for what could hurt.
    """
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            return ()
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            return tuple(aside for entry in archive.infolist() for aside in _part(archive, entry))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError):
        return ()  # told when the file itself is read


def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[Aside]:
    name = entry.filename.replace("\\", "/").lower()
    kind = next((kind for pattern, kind in _PARTS if re.search(pattern, name)), None)
    if kind is None or entry.file_size == 0:
        return
    with archive.open(entry) as part:
        whole = part.read(MOST)
    if kind == "sheet":
        whole = whole[whole.rfind(b"</sheetData>") :]
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
    elif kind == "text":
        yield Aside("text boxes", tuple(_texts(said, r"<a:t>.*?</a:t>")))


_HEAD_CODE = re.compile(r"&(?:[LCRPNDTFAZGBIUESXYOH]|\"[^\"]*\"|K[0-9A-F]{6}|\d{1,3})")
"""What in a running head says how it is printed."""
_PARTS = (
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
    if aside.where == "comments" and sum(_names_a_person(text) for text in texts):
        yield "texts that seem to name persons"


def personal_texts(texts: Sequence[str]) -> Iterator[str]:
    """Kinds of data of which one is enough: numbers of passports and identity, dates of birth."""
    telling = [rule for rule in contents() if rule.worded or rule.kind.startswith("national")]
    yield from dict.fromkeys(rule.kind for rule in telling if any(rule.pattern.search(text) for text in texts))


_ABOUT = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){1,3}")
_ROLE = re.compile(
    r"\b(?:victim|v[ií]ctima|victime|v[ií]tima|survivor|defendant|imputad[oa]|acusad[oa]|prévenue?|réu|detenid[oa]|minor"
    r"|menor|mineure?|suspect\w*|witness|testigo|témoin|testemunha)\b\W*(?:(?:is|es|est|é|named|llamad[oa])\W+)?", re.I,
)  # fmt: skip


def _names_a_person(text: str) -> bool:
    """A role in a case with a name right behind it."""
    for role in _ROLE.finditer(text):
        said = _ABOUT.match(text[role.end() :])
        words = said[0].split() if said else []
        if any(is_common_name(" ".join(words[:n])) for n in (2, 3)):
            return True
    return False


def person_named(sheet: str) -> bool:
    """Whether the name of a sheet seems to be a person's."""
    return is_common_name(sheet.strip()) and not is_place(sheet) and not header_rules(sheet)
