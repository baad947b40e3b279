"""Texts with raised or struck parts, which usual readers run together: ``12¹`` becomes 121."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

_PREFIX = rb"<(?:[A-Za-z][\w.-]*:)?"
_ITEM = re.compile(_PREFIX + rb"si\b[^>]*?(?:/>|>(.*?)</(?:[A-Za-z][\w.-]*:)?si>)", re.DOTALL)
_RUN = re.compile(_PREFIX + rb"r\b[^>]*>(.*?)</(?:[A-Za-z][\w.-]*:)?r>", re.DOTALL)
_TEXT = re.compile(_PREFIX + rb"t\b[^>]*>([^<]*)<")
_RAISED = re.compile(rb"vertAlign\b[^>]*(?:super|sub)script")
_STRUCK = re.compile(_PREFIX + rb"strike\b(?![^>]*val=[\"'](?:0|false))[^>]*>")
_SPELT = re.compile(r"(?:st|nd|rd|th|er|re|ère|e|tm|o|ª|º)", re.IGNORECASE)
_RAISED_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Rich:
    """A text's plain part, its raised mark (``""`` where none), and whether any of it is struck out.

    ``raised`` where any of it is raised: then ``plain`` is what to read, digits raised within it written as such.
    """

    plain: str = ""
    mark: str = ""
    struck: bool = False
    raised: bool = False


NOTHING = Rich()


def may_be_rich(xml: bytes) -> bool:
    """Whether anything in a piece of XML may be raised or struck out."""
    return b"vertAlign" in xml or b"strike" in xml


def rich(item: bytes) -> Rich:
    """What a string item says beyond its letters. A raised ending of a word, as in 1st, is no footnote mark."""
    if not may_be_rich(item):
        return NOTHING
    pieces: list[tuple[str, bool]] = []
    struck = False
    for run in _RUN.finditer(item):
        said = "".join(html.unescape(text.decode("utf-8", "replace")) for text in _TEXT.findall(run[1]))
        struck |= bool(said.strip() and _STRUCK.search(run[1]))
        pieces.append((said, bool(_RAISED.search(run[1])) and not spelt(said)))
    return of_pieces(pieces, struck)


def of_pieces(pieces: Sequence[tuple[str, bool]], struck: bool) -> Rich:
    """A text from its pieces, each with whether it is raised."""
    end = len(pieces)
    while end and (pieces[end - 1][1] or not pieces[end - 1][0].strip()):
        end -= 1
    plain = "".join(said.translate(_RAISED_DIGITS) if up else said for said, up in pieces[:end])
    mark = "".join(said for said, up in pieces[end:] if up)
    plain, mark = raised_mark(plain, mark) if plain.strip() else (plain + mark, "")
    return Rich(plain, mark, struck, any(up for _, up in pieces))


def spelt(said: str) -> bool:
    """Whether raised letters are the ending of a word, as in 1st."""
    return _SPELT.fullmatch(said.strip()) is not None


def raised_mark(plain: str, raised: str) -> tuple[str, str]:
    """A text and its raised mark, the mark's digits written as raised ones."""
    return plain, raised.strip().translate(_RAISED_DIGITS)


def rich_strings(shared: bytes) -> dict[int, Rich]:
    """The shared strings with raised marks or struck parts, by number."""
    if not may_be_rich(shared):
        return {}
    found = ((number, rich(item[1] or b"")) for number, item in enumerate(_ITEM.finditer(shared)))
    return {number: one for number, one in found if one.raised or one.struck}
