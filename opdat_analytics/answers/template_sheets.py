"""Draws the sheets of a template that hold no data: first sheet, examples, checks, notes, lists, marker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opdat_analytics.answers.choices import coded_words, place_words
from opdat_analytics.answers.forms import VERSION
from opdat_analytics.answers.live_checks import FIRST_ROW, LiveCheck

if TYPE_CHECKING:
    from opdat_analytics.answers.template import Plan

MADE = datetime(2024, 1, 1)
"""When every workbook says that it was made, so that the same content has the same bytes."""

INK, PALE, RULE, BOX, RED, AMBER, GREEN = "#1F3A5F", "#E8EDF2", "#B8C4D0", "#FFF9E5", "#F6C7BE", "#FFE3A8", "#CDE7D0"


@dataclass(frozen=True)
class Styles:
    """The formats of a template's cells."""

    title: Any
    heading: Any
    hint: Any
    plain: Any
    text: Any
    centred: Any
    meaning: Any
    header: Any
    required: Any
    box: Any
    date_box: Any
    entry: Mapping[str, Any]
    example: Any
    band: Any
    bad: Any
    missing: Any
    good: Any
    verdict: Any


def styles(book: Any) -> Styles:
    """The formats, in one workbook."""

    def form(**more: Any) -> Any:
        return book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top"} | more)

    edge = {"border": 1, "border_color": RULE}
    head = {"bold": True, "text_wrap": True, "valign": "vcenter", **edge}
    free = {"locked": False, "text_wrap": True, **edge}
    figures = form(**free, align="right", indent=1)
    texts = form(**free, num_format="@")
    lists = form(**free, align="left")
    return Styles(
        title=form(bold=True, font_size=18, font_color=INK, valign="vcenter"),
        heading=form(bold=True, font_size=13, font_color=INK),
        hint=form(italic=True, font_color="#555555"),
        plain=form(),
        text=form(text_wrap=True),
        centred=form(align="center"),
        meaning=form(text_wrap=True, valign="vcenter", indent=1),
        header=form(**head, bg_color=PALE, font_color=INK),
        required=form(**head, bg_color=INK, font_color="#FFFFFF"),
        box=form(**free, valign="vcenter", bg_color=BOX, num_format="@"),
        date_box=form(**free, valign="vcenter", bg_color=BOX, num_format="yyyy-mm-dd", align="left"),
        entry={
            "list": lists,
            "open": lists,
            "figure": figures,
            "number": figures,
            "year": form(**free, align="left"),
            "date": texts,
            "text": texts,
        },
        example=form(text_wrap=True, italic=True, **edge),
        band=book.add_format({"bg_color": "#F6F8FA"}),
        bad=book.add_format({"bg_color": RED, "bold": True}),
        missing=book.add_format({"bg_color": AMBER}),
        good=book.add_format({"bg_color": GREEN}),
        verdict=form(bold=True, font_size=14, border=2, border_color=RULE, valign="vcenter", indent=1),
    )


def front_sheet(sheet: Any, made: Plan, look: Styles, title: str) -> None:
    """Title, what it is for, the two boxes, and how to fill the workbook in."""
    said = made.words["front"]
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3, look.plain)
    sheet.set_column(1, 1, 27, look.plain)
    sheet.set_column(2, 2, 84, look.plain)
    sheet.set_row(1, 32)
    sheet.write_string("B2", title, look.title)
    sheet.merge_range("B3:C3", said[made.kind], look.text)
    sheet.set_row(2, 34)
    for row, (label, hint, style) in enumerate(
        ((said["office"], said["office_hint"], look.box), (said["date"], said["date_hint"], look.date_box)), 5
    ):
        sheet.set_row(row, 24)
        sheet.write_string(row, 1, label, look.required)
        sheet.write_blank(row, 2, None, style)
        rule: dict[str, Any] = {"validate": "any", "input_title": label[:32], "input_message": hint}
        sheet.data_validation(row, 2, row, 2, rule)
    row = 8
    sheet.set_row(row, 22)
    sheet.write_string(row, 1, said["steps_title"], look.heading)
    for number, step in enumerate(said["steps"], 1):
        row += 1
        told = step.format(data=made.sheets["data"], checks=made.sheets["checks"])
        sheet.set_row(row, 34 if len(told) > 105 else 19)
        sheet.merge_range(row, 1, row, 2, f"{number}.  {told}", look.text)
    row += 2
    choices = next((made.offers[key] for key in ("value", "participants", "target_low") if key in made.offers), ())
    if choices:
        sheet.set_row(row, 22)
        sheet.write_string(row, 1, said["choices_title"], look.heading)
    for word, meaning in zip(choices, said["choices"], strict=False):
        row += 1
        sheet.set_row(row, 20)
        sheet.write_string(row, 1, str(word), look.header)
        sheet.write_string(row, 2, meaning, look.meaning)
    row += 2
    sheet.set_row(row, 32)
    sheet.merge_range(row, 1, row, 2, said["privacy"], look.text)
    row += 1
    sheet.merge_range(row, 1, row, 2, said["version"].format(kind=made.kind, version=VERSION), look.hint)
    _finish(sheet)
    sheet.set_selection("C6")


def example_sheet(sheet: Any, made: Plan, look: Styles) -> None:
    """Lines filled in as they should be; not read."""
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, made.words["example"]["title"], look.title)
    sheet.set_row(FIRST_ROW - 2, 34)
    for column, (field, header) in enumerate(zip(made.fields, made.headers, strict=True)):
        sheet.set_column(column, column, field.width, look.plain)
        sheet.write_string(FIRST_ROW - 2, column, header, look.required if field.required else look.header)
    for row, line in enumerate(example_lines(made), FIRST_ROW - 1):
        for column, field in enumerate(made.fields):
            value = line.get(field.key, "")
            if isinstance(value, int):
                sheet.write_number(row, column, value, look.example)
            else:
                sheet.write_string(row, column, value, look.example)
    sheet.freeze_panes(FIRST_ROW - 1, 1)
    _finish(sheet)
    sheet.fit_to_pages(2, 0)
    sheet.repeat_columns(0)


def example_lines(made: Plan) -> list[dict[str, int | str]]:
    """The examples of a template, each as field key → what is entered."""
    said = made.words["example"]
    lines = []
    for example in _EXAMPLES[made.kind]:
        line: dict[str, int | str] = {}
        for key, value in example.items():
            line[key] = value if isinstance(value, int) else _worded(made, key, value, said)
        lines.append(line)
    return lines


def _worded(made: Plan, key: str, value: str, said: Mapping[str, str]) -> str:
    """A code of an example in the words of the language."""
    if key in ("place", "places", "activity_places"):
        names = {code: name for name, code in place_words(made.kind, made.language).items()}
        return "; ".join(names[code] for code in value.split(";"))
    if key in ("value", "participants") and value.startswith("#"):
        return str(made.offers[key][int(value[1:])])
    if key in ("value", "participants"):
        return f"{made.words['checks']['qualifiers'][0]}{value}"
    if value.startswith("="):
        return value[1:]
    if key in made.offers and key != "period":
        role = "status" if key == "programme_status" else key
        return {code: word for word, code in coded_words(made.kind, made.language, role).items()}[value]
    return said.get(value, value)


_EXAMPLES: Mapping[str, tuple[Mapping[str, int | str], ...]] = {
    "outcomes": (
        {"place": "GTM", "period": 2024, "measure": "convictions", "value": 12, "offence": "trafficking",
         "unit": "persons", "sex": "total",
         "attribution": "context", "status": "final", "reporter": "reporter", "note": "note"},
        {"place": "HND", "period": "Q1 2024", "measure": "participants_trained", "value": "40", "offence": "both",
         "attribution": "direct", "status": "provisional"},
        {"place": "SLV", "period": "FY2024", "measure": "extraditions", "value": "#0", "offence": "smuggling",
         "attribution": "contributed"},
        {"place": "PAN", "period": 2024, "measure": "victims_identified", "value": "#3", "offence": "trafficking",
         "sex": "female", "age": "0-17", "form": "sexual", "attribution": "context"},
    ),
    "activities": (
        {"activity_places": "GTM", "period": 2024, "activity_type": "workshop", "title": "title_1",
         "offence": "smuggling", "participants": 24, "start": "=2024-06-10", "end": "=2024-06-12",
         "audience": "audience", "partners": "partners", "funder": "funder",
         "purposes": "prosecution", "attribution": "direct"},
        {"activity_places": "HND", "period": 2024, "activity_type": "working_group", "title": "title_2",
         "offence": "both", "participants": "#2", "start": "=2024-03", "attribution": "contributed"},
        {"activity_places": "GTM;HND;SLV", "period": 2024, "activity_type": "regional_meeting", "title": "title_3",
         "offence": "both", "participants": 18, "start": "=2024-09-03", "attribution": "direct"},
    ),
    "programmes": (
        {"programme_id": "=central_america_2024", "name": "name", "lead": "lead", "funder": "funder", "places": "GTM",
         "topics": "topics", "start_year": 2024, "programme_status": "active", "partners": "partners"},
    ),
    "targets": (
        {"indicator": "=convictions_gtm", "indicator_name": "indicator_name", "measure": "convictions",
         "unit": "persons", "direction": "up", "programme": "=central_america_2024", "place": "GTM", "year": 2027,
         "target_low": 40, "baseline_low": 12, "baseline_high": 12, "baseline_date": "=2024", "text": "text"},
    ),
}  # fmt: skip
"""Examples by field key: numbers, codes, keys of the words, text after “=”; “#0” is the first choice."""


def checks_sheet(sheet: Any, made: Plan, look: Styles, lines: Sequence[LiveCheck]) -> None:
    """The live checks: one line each, and a verdict over all."""
    said = made.words["checks"]
    sheet.hide_gridlines(2)
    for column, width in enumerate((58, 11, 9, 13, 62)):
        sheet.set_column(column, column, width, look.plain)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, said["title"], look.title)
    sheet.write_string(1, 0, said["intro"], look.hint)
    top, last = 5, 5 + len(lines)
    sheet.set_row(2, 28)
    marked = f'COUNTIF($B${top + 1}:$B${last},"{said["look"]}")'
    sheet.merge_range(2, 0, 2, 4, "", look.verdict)
    sheet.write_formula(
        2, 0, f'=IF({marked}=0,"{said["ready"]}","{said["not_ready"]}")', look.verdict, said["not_ready"]
    )
    for column, key in enumerate(("check", "result", "count", "first", "todo")):
        sheet.write_string(4, column, said[key], look.required)
    for row, line in enumerate(lines, top):
        blank = line.wanted == "some" or line.first is None
        sheet.set_row(row, 18)
        sheet.write_string(row, 0, line.title, look.text)
        good = f"C{row + 1}=0" if line.wanted == "none" else f"C{row + 1}>0"
        shown = said["look"] if blank else said["ok"]
        sheet.write_formula(row, 1, f'=IF({good},"{said["ok"]}","{said["look"]}")', look.header, shown)
        sheet.write_formula(row, 2, line.count, look.centred, 1 if line.wanted == "none" and blank else 0)
        if line.first is not None:
            sheet.write_formula(row, 3, f'=IF(C{row + 1}=0,"",{line.first})', look.centred, "")
        sheet.write_formula(row, 4, f'=IF({good},"",{_quoted(line.todo)})', look.text, line.todo if blank else "")
    results = (top, 1, last - 1, 1)
    for word, colour in ((said["look"], look.bad), (said["ok"], look.good)):
        sheet.conditional_format(*results, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": colour})
    sheet.conditional_format(2, 0, 2, 4, {"type": "formula", "criteria": f"={marked}>0", "format": look.bad})
    sheet.conditional_format(2, 0, 2, 4, {"type": "formula", "criteria": f"={marked}=0", "format": look.good})
    sheet.freeze_panes(5, 0)
    _finish(sheet)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def notes_sheet(sheet: Any, made: Plan, look: Styles) -> None:
    """A sheet to write to whoever reads the workbook."""
    said = made.words["notes"]
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 44, look.plain)
    sheet.set_column(1, 1, 84, look.plain)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, said["title"], look.title)
    sheet.write_string(1, 0, said["intro"], look.hint)
    for row, prompt in enumerate(said["prompts"], 3):
        sheet.set_row(row, 76)
        sheet.write_string(row, 0, prompt, look.header)
        sheet.write_blank(row, 1, None, look.box)
    _finish(sheet)
    sheet.set_selection("B4")


def lists_sheet(
    book: Any, sheet: Any, offers: Mapping[str, Sequence[int | str]], name: str, list_name: Callable[[str], str]
) -> None:
    """The lists behind the drop-downs, each with a defined name; the sheet is hidden."""
    from opdat_analytics.model import column_letters

    for column, (key, choices) in enumerate(offers.items()):
        sheet.write_string(0, column, key)
        for row, choice in enumerate(choices, 1):
            if isinstance(choice, int):
                sheet.write_number(row, column, choice)
            else:
                sheet.write_string(row, column, choice)
        letters = column_letters(column)
        book.define_name(list_name(key), f"='{name}'!${letters}$2:${letters}${len(choices) + 1}")
    sheet.protect()
    sheet.hide()


def marker_sheet(sheet: Any, kind: str, language: str, version: str) -> None:
    """Says which template this is; no menu of a spreadsheet program shows the sheet."""
    for row, (key, value) in enumerate((("opdat_template", version), ("kind", kind), ("language", language))):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.protect()
    sheet.very_hidden()


def _finish(sheet: Any) -> None:
    """Protect what is not to be filled in, without a password; make it print on whole pages."""
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
