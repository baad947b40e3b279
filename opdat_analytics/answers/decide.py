"""The held cells, and those that contradict each other across files, as a workbook to rule in."""

from __future__ import annotations

import io
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import xlsxwriter

from opdat_analytics import store
from opdat_analytics.answers.between_files import differing, rivals_of, said_of
from opdat_analytics.answers.check import declaration_in
from opdat_analytics.answers.forms import declared_form
from opdat_analytics.answers.printed import says_now, sheets_shown
from opdat_analytics.answers.ruling import COLUMNS, Place
from opdat_analytics.answers.template_sheets import MADE
from opdat_analytics.answers.wording import told
from opdat_analytics.answers.words import words
from opdat_analytics.ingest.declare import Source
from opdat_analytics.model import Home
from opdat_analytics.paths import raw_path

if TYPE_CHECKING:
    import pandas as pd

_LISTED = 6
"""Cells that one row names."""
_WIDTHS = (30, 18, 8, 24, 60, 34, 16, 24, 24, 44)


def decisions_workbook(home: Home, language: str | None = None) -> bytes:
    """What waits for a ruling in the current publication, with columns to rule in, as xlsx.

    Held cells that nobody has ruled on, and cells that files of one edition contradict.

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
    publication = store.open_publication(home)
    issues = publication.table("issues")
    held = issues[(issues["severity"] == "hold") & ~issues["acknowledged"].astype(bool) & issues["cell"].notna()]
    rivals = rivals_of(differing(publication))
    language = language or _language(sorted({*held["file"], *(file for file, _, _ in rivals)}), home)
    phrases = words(language)
    rows = [*_of_held(held, language, phrases), *_of_files(rivals, home, phrases)]
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
    for row, shows in enumerate(rows, 1):
        for column, text in enumerate(shows):
            sheet.write_string(row, column, text, shown)
        for column in range(len(shows), COLUMNS):
            sheet.write_blank(row, column, None, free)
    if rows:
        rule = {
            "validate": "list", "source": said["decisions"],
            "input_title": said["input_title"], "input_message": said["input_message"],
        }  # fmt: skip
        sheet.data_validation(1, 6, len(rows), 6, rule)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(1, len(rows)), COLUMNS - 1)
    book.close()
    return buffer.getvalue()


def _of_held(held: pd.DataFrame, language: str, phrases: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each held cell: where it is, what it says, what is wrong with it and what may be done."""
    for issue in held.to_dict("records"):
        shows = (*(issue[name] for name in ("file", "sheet", "cell", "text")), *_told(issue, language, phrases))
        yield tuple(text if isinstance(text, str) else "" for text in shows)


def _of_files(
    rivals: Mapping[Place, Sequence[Place]], home: Home, phrases: Mapping[str, Any]
) -> Iterator[tuple[str, ...]]:
    """A row for each cell that another file contradicts, and before those of a file one for all of them together."""
    said = phrases["decide"]
    shown = cache(lambda file: sheets_shown(file, home))
    says = {place: says_now(shown(place[0]), *place[1:]) or "" for place in rivals}
    for file, own in groupby(sorted(rivals, key=lambda place: place[0]), key=lambda place: place[0]):
        mine = list(own)
        if len(mine) > 1:
            others = ", ".join(sorted({rival[0] for place in mine for rival in rivals[place]}))
            yield file, "", "", "", said["file_apart"].format(n=len(mine), files=others), said["file_apart_hint"]
        for place in mine:
            listed = ", ".join(f"{said_of(rival)} “{says[rival]}”" for rival in rivals[place][:_LISTED])
            yield (*place, says[place], said["apart"].format(listed=listed), said["apart_hint"])


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
