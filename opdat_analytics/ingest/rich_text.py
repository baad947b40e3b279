"""Texts with raised or struck parts, which usual readers run together: ``12¹`` becomes 121."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_PREFIX = rb"<(?:[A-Za-z][\w.-]*:)?"
_ITEM = re.compile(_PREFIX + rb"si\b[^>]*?(?:/>|>(.*?)</(?:[A-Za-z][\w.-]*:)?si>)", re.DOTALL)
_RUN = re.compile(_PREFIX + rb"r\b[^>]*>(.*?)</(?:[A-Za-z][\w.-]*:)?r>", re.DOTALL)
_TEXT = re.compile(_PREFIX + rb"t\b[^>]*>([^<]*)<")
_RAISED = re.compile(rb"vertAlign\b[^>]*superscript")
_STRUCK = re.compile(_PREFIX + rb"strike\b(?![^>]*val=[\"'](?:0|false))[^>]*>")
_SPELT = re.compile(r"(?:st|nd|rd|th|er|re|ère|e|tm|o|ª|º)", re.IGNORECASE)
_RAISED_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Rich:
    """A text's plain part, its raised mark (``""`` where none), and whether any of it is struck out."""

    plain: str = ""
    mark: str = ""
    struck: bool = False


NOTHING = Rich()


def rich(item: bytes) -> Rich:
    """What a string item says beyond its letters. A raised ending of a word, as in 1st, is no footnote mark."""
    if b"vertAlign" not in item and b"strike" not in item:
        return NOTHING
    plain, raised, struck = "", "", False
    for run in _RUN.finditer(item):
        said = "".join(html.unescape(text.decode("utf-8", "replace")) for text in _TEXT.findall(run[1]))
        struck |= bool(said.strip() and _STRUCK.search(run[1]))
        if _RAISED.search(run[1]) and not _SPELT.fullmatch(said.strip()):
            raised += said
        else:
            plain += said
    plain, mark = raised_mark(plain, raised) if plain.strip() else (plain + raised, "")
    return Rich(plain, mark, struck)


def raised_mark(plain: str, raised: str) -> tuple[str, str]:
    """A text and its raised mark, the mark's digits written as raised ones."""
    return plain, raised.strip().translate(_RAISED_DIGITS)


def rich_strings(shared: bytes) -> dict[int, Rich]:
    """The shared strings with raised marks or struck parts, by number."""
    if b"vertAlign" not in shared and b"strike" not in shared:
        return {}
    found = ((number, rich(item[1] or b"")) for number, item in enumerate(_ITEM.finditer(shared)))
    return {number: one for number, one in found if one.mark or one.struck}
