"""The held cells as a workbook to rule in."""

from __future__ import annotations

import io
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import xlsxwriter

from opdat_analytics import store
from opdat_analytics.answers.check import declaration_in
from opdat_analytics.answers.forms import declared_form
from opdat_analytics.answers.template_sheets import MADE
from opdat_analytics.answers.wording import told
from opdat_analytics.answers.words import words
from opdat_analytics.ingest.declare import Source
from opdat_analytics.model import Home
from opdat_analytics.paths import raw_path

_COLUMNS = 10
_WIDTHS = (30, 18, 8, 24, 60, 34, 16, 24, 24, 44)


def decisions_workbook(home: Home, language: str | None = None) -> bytes:
    """The held cells of the current publication that nobody has ruled on, with columns to rule in, as xlsx.

    Parameters
    ----------
    home
        The project's folders.
    language
        ``en``, ``es``, ``fr`` or ``pt``; the language of the files if None, English where they have several.

    Raises
    ------
    NothingPublished
        If there is no publication.
    UnknownName
        If there is no such language.
    """
    issues = store.open_publication(home).table("issues")
    held = issues[(issues["severity"] == "hold") & ~issues["acknowledged"].astype(bool) & issues["cell"].notna()]
    language = language or _language(sorted(set(held["file"])), home)
    phrases = words(language)
    said = phrases["decide"]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": said["sheet"], "created": MADE})
    sheet = book.add_worksheet(said["sheet"])
    head = book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True})
    shown = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#F3F5F8"})
    free = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "border": 1, "bg_color": "#FFF9E5"})
    for column, (header, width) in enumerate(zip(said["headers"], _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, header, head)
    for row, issue in enumerate(held.to_dict("records"), 1):
        told_of = _told(issue, language, phrases)
        for column, text in enumerate((*(issue[name] for name in ("file", "sheet", "cell", "text")), *told_of)):
            sheet.write_string(row, column, text if isinstance(text, str) else "", shown)
        for column in range(6, _COLUMNS):
            sheet.write_blank(row, column, None, free)
    if len(held):
        rule = {
            "validate": "list", "source": said["decisions"],
            "input_title": said["input_title"], "input_message": said["input_message"],
        }  # fmt: skip
        sheet.data_validation(1, 6, len(held), 6, rule)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(1, len(held)), _COLUMNS - 1)
    book.close()
    return buffer.getvalue()


def _told(issue: Mapping[Hashable, Any], language: str, phrases: Mapping[str, Any]) -> tuple[str, str | None]:
    """What is wrong with a cell and what may be done, in a language."""
    if issue["code"] == "duplicate_key":
        hint = phrases["decide"]["duplicate"]
    else:
        hint = issue["hint"] if language == "en" and isinstance(issue["hint"], str) else None
    wrong, accepted = told({str(name): value for name, value in issue.items()}, phrases)
    return wrong, hint or accepted


def _language(files: Iterable[str], home: Home) -> str:
    """The language of some raw files, where they have one and the same; else English."""
    found = set()
    for file in files:
        path, folder = raw_path(home.raw, file), file.partition("/")[0]
        declared = declared_form(path, folder, declaration_in(home.raw / folder))
        found.add(declared.language if isinstance(declared, Source) else "en")
    return found.pop() if len(found) == 1 else "en"
