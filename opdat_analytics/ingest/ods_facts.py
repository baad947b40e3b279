"""What usual readers do not tell of an OpenDocument sheet: errors, raised marks, percentages, what is printed, hidden
rows and columns, and how far it claims to reach."""

from __future__ import annotations

import re
from collections.abc import Iterable

from opdat_analytics.ingest.reader import MAX_CELLS, MAX_COLUMNS
from opdat_analytics.ingest.rich_text import raised_mark
from opdat_analytics.ingest.sheet_facts import UNREAD, SheetFacts
from opdat_analytics.ingest.xml_parts import hostile, parse
from opdat_analytics.model import UnreadableFile

MAX_TEXT = 32_767
MAX_SHEETS = 400
_PLAIN_NUMBER = re.compile(r"[\d\s.,'’+\-−–()$%]*|[-−]?[\d.,]+E[+-]?\d+")
_ERROR = re.compile(r"#(?:REF|NAME|VALUE|DIV/0|N/A|NUM|NULL)[!?]?|Err:\d+")


def facts(chunks: Iterable[bytes]) -> dict[str, SheetFacts]:
    """Look through the content of an OpenDocument spreadsheet.

    Returns
    -------
    dict
        Sheet name → what the readers lose. Formula texts are not looked at: these files keep what was shown.

    Raises
    ------
    UnreadableFile
        For document types, damaged XML, and rows or columns repeated beyond any sheet.
    """
    seen = _Content()
    parse(chunks, "content.xml", seen.opened, seen.closed, seen.said, seen.odd)
    if not seen.sheets:
        raise UnreadableFile("no_sheets", "the workbook has no sheets", "ask the sender for the file again")
    return seen.sheets


class _Content:
    def __init__(self) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self.found = SheetFacts()
        self.path: list[str] = []
        self.style = ""
        self.raised: set[str] = set()
        self.struck: set[str] = set()
        self.row, self.column, self.rows, self.width, self.columns = -1, -1, 1, 1, 0
        self.cell: dict[str, str] = {}
        self.plain, self.mark, self.spans = "", "", [False]
        self.left = MAX_CELLS

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        self.path.append(tag)
        if tag == "style":
            self.style = attributes.get("name", "")
        elif tag == "text-properties":
            if attributes.get("text-position", "").startswith("super"):
                self.raised.add(self.style)
            if attributes.get("text-line-through-style", "none") != "none":
                self.struck.add(self.style)
        elif tag == "table" and self.path[-2:-1] == ["spreadsheet"]:
            if len(self.sheets) >= MAX_SHEETS:
                raise UnreadableFile(
                    "too_many_sheets", f"the workbook has more than {MAX_SHEETS} sheets", "split the file"
                )
            self.found = self.sheets.setdefault(attributes.get("name", ""), SheetFacts())
            self.row, self.rows, self.columns = -1, 1, 0
        elif tag == "table-column":
            count = _repeated(attributes, "number-columns-repeated")
            if attributes.get("visibility") in ("collapse", "filter"):
                self.found.hidden_columns.append((self.columns, self.columns + count - 1))
            self.columns += count
        elif tag == "table-row":
            self.row, self.column, self.width = self.row + self.rows, -1, 1
            self.rows = _repeated(attributes, "number-rows-repeated")
            if attributes.get("visibility") in ("collapse", "filter"):
                self.found.hidden_rows.extend(range(self.row, min(self.row + self.rows, self.row + MAX_COLUMNS)))
        elif tag in ("table-cell", "covered-table-cell"):
            self.column, self.width = self.column + self.width, _repeated(attributes, "number-columns-repeated")
            self.cell, self.plain, self.mark = attributes, "", ""
        elif tag == "span":
            self.spans.append(attributes.get("style-name", "") in self.raised)
            if attributes.get("style-name", "") in self.struck:
                self.found.unread[self.row, self.column] = ("struck_through", None, UNREAD["struck_through"])

    def said(self, text: str) -> None:
        if "table-cell" not in self.path or "annotation" in self.path or "p" not in self.path:
            return
        if self.spans[-1]:
            self.mark += text
        else:
            self.plain += text

    def odd(self, what: str) -> None:
        if "table-cell" in self.path and "annotation" not in self.path:
            raise hostile("content.xml", f"has {what} within a cell")

    def closed(self, tag: str) -> None:
        self.path.pop()
        if tag == "span":
            self.spans.pop()
        elif tag == "table-cell":
            self.take()

    def take(self) -> None:
        """Note what a complete cell says."""
        kind = self.cell.get("value-type", "")
        if not (kind or self.plain or "formula" in self.cell):
            return
        at, printed = (self.row, self.column), self.plain.strip()
        self.left -= self.rows * self.width
        if self.left < 0 or self.column + self.width > MAX_COLUMNS or self.row + self.rows > 2**20:
            raise UnreadableFile(
                "too_large", "cells of the workbook are repeated beyond any table", "delete what lies outside the table"
            )
        self.found.filled += self.rows * self.width
        if len(self.plain) > MAX_TEXT:
            raise UnreadableFile(
                "cell_too_long", f"a text of the workbook has more than {MAX_TEXT:,} characters, which no cell can hold"
            )
        self.left -= len(self.plain) * self.rows * self.width // 64
        if "formula" in self.cell and not printed and not any(name.endswith("value") for name in self.cell):
            self.found.unread[at] = ("formula_without_value", "=…", UNREAD["formula_without_value"])
        elif _ERROR.fullmatch(printed):
            self.found.unread[at] = ("error_value", printed, f"the cell shows the error {printed}")
        elif kind == "percentage":
            self.found.prints[at] = f"{float(self.cell.get('value', 'nan')) * 100:.12g}%"
        elif kind == "float" and printed and not _PLAIN_NUMBER.fullmatch(printed):
            self.found.prints[at] = printed
        if self.mark.strip() and printed:
            self.found.superscripts[at] = raised_mark(self.plain, self.mark)
        if self.cell.get("style-name", "") in self.struck:
            self.found.unread[at] = ("struck_through", None, UNREAD["struck_through"])


def _repeated(attributes: dict[str, str], name: str) -> int:
    said = attributes.get(name, "1")
    if not said.isdecimal() or len(said) > 9:
        raise UnreadableFile(
            "damaged_file", f"the workbook repeats cells “{said[:20]}” times", "ask for the file again"
        )
    return int(said)
