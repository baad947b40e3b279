"""Blank workbooks to report with: lists, input messages, examples, live checks; four languages, no macros."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from opdat_analytics.answers.choices import coded_words, no_number_words, periods, place_words
from opdat_analytics.answers.forms import DATE, MARKER, OFFICE, VERSION, declared_words
from opdat_analytics.answers.live_checks import FIRST_ROW, LAST_ROW, Field, live_checks, not_a_figure
from opdat_analytics.answers.template_sheets import (
    MADE,
    Styles,
    checks_sheet,
    example_sheet,
    front_sheet,
    lists_sheet,
    marker_sheet,
    notes_sheet,
    styles,
)
from opdat_analytics.answers.words import words
from opdat_analytics.model import column_letters

__all__ = ["FIELDS", "MADE", "template"]

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "outcomes": (
        Field("place", 20, True, "list"),
        Field("period", 11, True, "list"),
        Field("measure", 26, True, "list"),
        Field("value", 17, True, "figure"),
        Field("offence", 24, True, "list"),
        Field("unit", 15, False, "list"),
        Field("sex", 12, False, "list"),
        Field("age", 20, False, "list"),
        Field("form", 21, False, "list"),
        Field("attribution", 22, False, "list"),
        Field("status", 13, False, "list"),
        Field("reporter", 24, False, "text"),
        Field("url", 26, False, "text"),
        Field("note", 34, False, "text"),
    ),
    "activities": (
        Field("activity_places", 24, True, "open"),
        Field("period", 11, True, "list"),
        Field("activity_type", 26, True, "list"),
        Field("title", 36, True, "text"),
        Field("offence", 24, True, "list"),
        Field("participants", 17, True, "figure"),
        Field("start", 13, False, "date"),
        Field("end", 13, False, "date"),
        Field("audience", 24, False, "text"),
        Field("partners", 24, False, "text"),
        Field("funder", 22, False, "text"),
        Field("purposes", 16, False, "list"),
        Field("attribution", 22, False, "list"),
        Field("programme", 20, False, "text"),
        Field("note", 34, False, "text"),
    ),
    "programmes": (
        Field("programme_id", 22, True, "text"),
        Field("name", 40, True, "text"),
        Field("lead", 24, False, "text"),
        Field("funder", 24, False, "text"),
        Field("places", 28, False, "open"),
        Field("topics", 26, False, "text"),
        Field("start_year", 11, False, "year"),
        Field("programme_status", 20, False, "list"),
        Field("partners", 26, False, "text"),
        Field("note", 34, False, "text"),
    ),
    "targets": (
        Field("indicator", 24, True, "text"),
        Field("indicator_name", 34, True, "text"),
        Field("measure", 26, True, "list"),
        Field("unit", 15, False, "list"),
        Field("direction", 15, True, "list"),
        Field("programme", 20, False, "text"),
        Field("place", 20, False, "list"),
        Field("year", 11, True, "year"),
        Field("target_low", 15, False, "number"),
        Field("target_high", 15, False, "number"),
        Field("baseline_low", 15, False, "number"),
        Field("baseline_high", 15, False, "number"),
        Field("baseline_date", 15, False, "date"),
        Field("text", 36, True, "text"),
        Field("note", 34, False, "text"),
    ),
}
"""The columns of each template, in the order of its declaration."""

_ROLES = {"programme_status": "status"}


@dataclass(frozen=True)
class Plan:
    """One template before it is drawn: its words, sheet names, headers, and what each column offers."""

    kind: str
    language: str
    words: Mapping[str, Any]
    sheets: Mapping[str, str]
    headers: tuple[str, ...]
    offers: Mapping[str, Sequence[int | str]]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its columns."""
        return FIELDS[self.kind]

    def list_name(self, key: str) -> str:
        """The defined name of a column's list."""
        return f"opdat_list_{key}"


def plan(kind: str, language: str) -> Plan:
    """What a template is made of.

    Raises
    ------
    UnknownName
        If there is no such template or language.
    """
    said = words(language)
    declared = declared_words(kind, language)
    layout = declared["layout"][0]
    names = [entry["sheet"] for entry in declared["ignore"]]
    sheets = dict(zip(("front", "example", "checks", "notes", "lists"), names, strict=False))
    offers = {field.key: _offered(kind, language, field) for field in FIELDS[kind] if field.pick in _LISTED}
    return Plan(kind, language, said, {**sheets, "data": layout["sheet"]}, tuple(layout["columns"]), offers)


_LISTED = ("list", "open", "figure", "number")


def _offered(kind: str, language: str, field: Field) -> Sequence[int | str]:
    if field.key in ("place", "places", "activity_places"):
        return list(place_words(kind, language))
    if field.key == "period":
        return periods()
    if field.pick in ("figure", "number"):
        return no_number_words(kind, language)
    return list(coded_words(kind, language, _ROLES.get(field.key, field.key)))


def template(kind: str, language: str = "en") -> bytes:
    """A blank workbook to report with.

    Parameters
    ----------
    kind
        ``outcomes``, ``activities``, ``programmes`` or ``targets``.
    language
        ``en``, ``es``, ``fr`` or ``pt``.

    Returns
    -------
    bytes
        An xlsx file, the same bytes every time. Filled in, it is read without a declaration; see
        ``forms.declaration_for``.

    Raises
    ------
    UnknownName
        If there is no such template or language.
    """
    made = plan(kind, language)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": declared_words(kind, language)["title"], "author": "opdat_analytics", "created": MADE}
    )
    look = styles(book)
    drawn = {
        name: book.add_worksheet(made.sheets[name]) for name in ("front", "data", "example", "checks", "notes", "lists")
    }
    marker_sheet(book.add_worksheet(MARKER), kind, language, VERSION)
    lists_sheet(book, drawn["lists"], made.offers, made.sheets["lists"], made.list_name)
    front_sheet(drawn["front"], made, look, declared_words(kind, language)["title"])
    _data_sheet(drawn["data"], made, look)
    example_sheet(drawn["example"], made, look)
    lines = live_checks(
        made.fields,
        made.headers,
        {
            **{key: made.list_name(key) for key in made.offers},
            "data": made.sheets["data"],
            "front": made.sheets["front"],
        },
        made.words["checks"],
        {name: _reference(made.sheets["front"], cell) for name, cell in (("office", OFFICE), ("date", DATE))},
    )
    checks_sheet(drawn["checks"], made, look, lines)
    notes_sheet(drawn["notes"], made, look)
    drawn["front"].activate()
    book.close()
    return buffer.getvalue()


def _reference(sheet: str, cell: str) -> str:
    letters, number = cell[0], cell[1:]
    return f"'{sheet}'!${letters}${number}"


def _data_sheet(sheet: Any, made: Plan, look: Styles) -> None:
    said = made.words["data"]
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, declared_words(made.kind, made.language)["title"], look.title)
    sheet.write_string(1, 0, said["hint"].format(thing=said[made.kind]), look.hint)
    sheet.set_row(FIRST_ROW - 2, 34)
    for column, (field, header) in enumerate(zip(made.fields, made.headers, strict=True)):
        sheet.set_column(column, column, field.width, look.entry[field.pick])
        sheet.write_string(FIRST_ROW - 2, column, header, look.required if field.required else look.header)
        _validate(sheet, column, field, header, made)
        _colour(sheet, column, field, made, look)
    for row in range(FIRST_ROW - 1):
        if row != FIRST_ROW - 2:
            sheet.set_row(row, 30 if row == 0 else 18, look.plain)
    last = len(made.fields) - 1
    sheet.conditional_format(
        FIRST_ROW - 1, 0, LAST_ROW - 1, last, {"type": "formula", "criteria": "=MOD(ROW(),2)=0", "format": look.band}
    )
    sheet.freeze_panes(FIRST_ROW - 1, 1)
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "delete_rows": False})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(2, 0)
    sheet.repeat_columns(0)
    sheet.repeat_rows(FIRST_ROW - 2)
    sheet.print_area(0, 0, FIRST_ROW + 28, last)
    sheet.set_footer("&L&A&R&P / &N")
    sheet.set_selection(FIRST_ROW - 1, 0, FIRST_ROW - 1, 0)


def _validate(sheet: Any, column: int, field: Field, header: str, made: Plan) -> None:
    """What may be entered in a column, and the message that a cell shows when it is chosen."""
    said = made.words["data"]
    rule: dict[str, Any] = {"validate": "any"}
    if field.key in made.offers:
        # Lists that only suggest leave other entries alone: a number is not in the list of choices.
        strict = field.pick == "list"
        rule = {"validate": "list", "source": f"={made.list_name(field.key)}", "show_error": strict}
    elif field.pick == "year":
        rule = {"validate": "integer", "criteria": "between", "minimum": 1990, "maximum": 2100}
    rule |= {
        "input_title": header[:32],
        "input_message": made.words["columns"][field.key],
        "error_title": said["stop_title"],
        "error_message": said["year_stop"] if field.pick == "year" else said["stop"],
    }
    sheet.data_validation(FIRST_ROW - 1, column, LAST_ROW - 1, column, rule)


def _colour(sheet: Any, column: int, field: Field, made: Plan, look: Styles) -> None:
    """Colour what cannot be read as it stands, and required cells left blank in a line that is begun."""
    letters = column_letters(column)
    cell = f"${letters}{FIRST_ROW}"
    line = f"$A{FIRST_ROW}:${column_letters(len(made.fields) - 1)}{FIRST_ROW}"
    rules = []
    if field.pick == "list":
        rules.append((f'=AND({cell}<>"",COUNTIF({made.list_name(field.key)},{cell})=0)', look.bad))
    if field.pick in ("figure", "number"):
        wrong = not_a_figure(cell, made.list_name(field.key), made.words["checks"]["qualifiers"])
        rules.append((f"=({wrong}+ISNUMBER({cell})*({cell}<0))>0", look.bad))
    if field.required:
        rules.append((f'=AND({cell}="",COUNTA({line})>0)', look.missing))
    for formula, colour in rules:
        sheet.conditional_format(
            FIRST_ROW - 1,
            column,
            LAST_ROW - 1,
            column,
            {"type": "formula", "criteria": formula, "format": colour, "stop_if_true": True},
        )
