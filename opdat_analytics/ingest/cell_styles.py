"""The cell styles of a workbook (xlsx): which are struck out, print another number, or are white on white."""

from __future__ import annotations

from opdat_analytics.ingest.number_formats import (
    BUILT_IN,
    MAX_FORMATS,
    WHITE,
    changes_meaning,
    may_print_dates,
)
from opdat_analytics.model import UnreadableFile

_NO_DATES = frozenset(map(str, (*range(14), *range(37, 45), 48, 49)))
"""Formats that every spreadsheet program knows by their number and that print numbers as numbers."""


def too_many_formats() -> UnreadableFile:
    """The refusal of a workbook with more number formats than any program keeps."""
    return UnreadableFile(
        "too_large",
        f"the workbook has more than {MAX_FORMATS:,} number formats of its own",
        "open it, save it as .xlsx and send it again",
    )


def _is_white(color: dict[str, str]) -> bool:
    plain = float(color.get("tint", "0") or 0) == 0
    white = color.get("rgb", "").lower() in ("ffffffff", "00ffffff") or color.get("indexed") in ("1", "9")
    return plain and (white or color.get("theme") == "0")


def _is_pale(tag: str, attributes: dict[str, str]) -> bool:
    """Whether an element of a fill says that it has no colour, or white."""
    none = tag == "patternFill" and attributes.get("patternType", "none") == "none"
    return none or (tag == "fgColor" and _is_white(attributes))


class Styles:
    """The cell styles of a workbook, gathered element by element from its styles part.

    Attributes
    ----------
    formats
        Style number → number format, only of formats that can change what a number means.
    struck
        Style numbers whose font is struck through.
    dated
        Style numbers whose format may print a number as a date or a time.
    """

    def __init__(self) -> None:
        self.formats: dict[int, str] = {}
        self.struck: set[int] = set()
        self.dated: set[int] = set()
        self._codes: dict[str, str] = dict(BUILT_IN)
        self._struck_fonts: set[int] = set()
        self._white_fonts: set[int] = set()
        self._pale_fills: set[int] = set()
        self._path: list[str] = []
        self._fonts = self._fills = self._xfs = -1

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._path.append(tag)
        inside = self._path[1:2]
        if tag == "numFmt" and inside == ["numFmts"]:
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            if len(self._codes) > MAX_FORMATS:
                raise too_many_formats()
        elif inside == ["fonts"] and len(self._path) == 3:
            self._fonts += 1
        elif tag == "strike" and inside == ["fonts"] and attributes.get("val", "1") not in ("0", "false"):
            self._struck_fonts.add(self._fonts)
        elif tag == "color" and inside == ["fonts"] and _is_white(attributes):
            self._white_fonts.add(self._fonts)
        elif inside == ["fills"] and len(self._path) == 3:
            self._fills += 1
        elif inside == ["fills"] and _is_pale(tag, attributes):
            self._pale_fills.add(self._fills)
        elif tag == "xf" and inside == ["cellXfs"]:
            self._xfs += 1
            number = attributes.get("numFmtId", "0")
            code = self._codes.get(number)
            if may_print_dates(code) if code is not None else number not in _NO_DATES:
                self.dated.add(self._xfs)
            if code is not None and changes_meaning(code):
                self.formats[self._xfs] = code
            font, fill = attributes.get("fontId", ""), attributes.get("fillId", "0")
            if font in map(str, self._white_fonts) and fill in map(str, self._pale_fills):
                self.formats[self._xfs] = WHITE
            if attributes.get("fontId", "").isdecimal() and int(attributes["fontId"]) in self._struck_fonts:
                self.struck.add(self._xfs)

    def closed(self) -> None:
        """An element ends."""
        self._path.pop()
