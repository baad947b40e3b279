"""The formulas by which a template checks itself: plain ones that every office program calculates, and no macros."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opdat_analytics.model import column_letters

FIRST_ROW, LAST_ROW = 5, 504
"""The lines of a template's table, as spreadsheets number them."""


@dataclass(frozen=True)
class Field:
    """One column of a template: its key in the words, width, whether it is required, and what may be chosen.

    ``pick`` is ``list`` (only from the list), ``open`` (a list that suggests), ``figure`` (a number or a choice),
    ``number``, ``year``, ``date`` or ``text``.
    """

    key: str
    width: int
    required: bool
    pick: str


@dataclass(frozen=True)
class LiveCheck:
    """One line of the checks sheet.

    Attributes
    ----------
    title, todo
        What is checked, and what to do where it is marked.
    count
        Formula: how many lines are concerned.
    first
        Formula: the first of them; None where no line is meant.
    wanted
        ``none`` (no line may be concerned) or ``some``.
    """

    title: str
    todo: str
    count: str
    first: str | None
    wanted: str


def live_checks(
    fields: Sequence[Field],
    headers: Sequence[str],
    names: Mapping[str, str],
    words: Mapping[str, Any],
    boxes: Mapping[str, str],
) -> list[LiveCheck]:
    """The checks of one template.

    Parameters
    ----------
    fields, headers
        Its columns and their printed headers.
    names
        Field key → defined name of its list; ``data`` and ``front`` → names of those sheets.
    words
        The section ``checks`` of a language.
    boxes
        ``office`` and ``date`` → references of the boxes on the first sheet.
    """
    sheet = f"'{names['data']}'!"
    spans = {field.key: _span(sheet, column) for column, field in enumerate(fields)}
    begun = "(" + "+".join(f'({span}<>"")' for span in spans.values()) + ">0)"
    rows = next(iter(spans.values()))
    found = [
        LiveCheck(
            words["filled"].format(data=names["data"]), words["filled_todo"], f"=SUMPRODUCT(--{begun})", None, "some"
        ),
        LiveCheck(
            words["office"],
            words["office_todo"].format(front=names["front"]),
            f'=IF(TRIM({boxes["office"]}&"")="",1,0)',
            None,
            "none",
        ),
        LiveCheck(
            words["date"],
            words["date_todo"].format(front=names["front"]),
            f"=1-{_is_date(boxes['date'])}",
            None,
            "none",
        ),
    ]  # fmt: skip
    for field, header in zip(fields, headers, strict=True):
        for key, wrong in _wrong(field, spans[field.key], begun, names, words["qualifiers"]):
            found.append(_check(words, key, header, wrong, rows))
    for lower, upper in _ORDERED:
        if lower in spans:
            header = headers[list(spans).index(lower)]
            low, high = spans[lower], spans[upper]
            found.append(_check(words, "crossed", header, f"ISNUMBER({low})*ISNUMBER({high})*({low}>{high})", rows))
    keys = [span for field, span in zip(fields, spans.values(), strict=True) if field.key not in _NO_KEY]
    pairs = ",".join(f'{span},{span}&""' for span in keys)
    found.append(_check(words, "doubled", "", f"{begun}*(COUNTIFS({pairs})>1)", rows))
    return found


_ORDERED = (("target_low", "target_high"), ("baseline_low", "baseline_high"), ("start", "end"))
"""Columns beside each other, of which the second is never below the first."""
_NO_KEY = frozenset({"value", "participants", "note", "url", "status", "text", "target_low", "target_high"})
"""Columns in which two lines may differ and still say the same thing twice."""


def _check(words: Mapping[str, Any], key: str, header: str, wrong: str, rows: str) -> LiveCheck:
    first = f"SUMPRODUCT(MIN(99999-({wrong})*(99999-ROW({rows}))))"
    return LiveCheck(words[key].format(column=header), words[f"{key}_todo"], f"=SUMPRODUCT({wrong})", first, "none")


def _wrong(
    field: Field, span: str, begun: str, names: Mapping[str, str], qualifiers: Sequence[str]
) -> Iterable[tuple[str, str]]:
    """What can be wrong with a column, as array expressions that are 1 in every line concerned."""
    if field.required:
        yield "required", f'{begun}*({span}="")'
    if field.pick == "list":
        yield "listed", f'({span}<>"")*(COUNTIF({names[field.key]},{span})=0)'
    if field.pick in ("figure", "number"):
        yield "number", not_a_figure(span, names[field.key], qualifiers)
        yield "negative", f"ISNUMBER({span})*({span}<0)"
    if field.pick == "year":
        yield "number", f'({span}<>"")*(1-ISNUMBER({span}))'
    if field.pick == "date":
        yield "dated", f'({span}<>"")*(1-{_is_date(span)})'


def not_a_figure(cells: str, choices: str, qualifiers: Sequence[str]) -> str:
    """Expression: text that is neither a number, nor one of the choices, nor begins as “at least 40” does."""
    said = "".join(f'*(LEFT({cells},{len(word)})<>"{word}")' for word in qualifiers)
    return f'({cells}<>"")*(1-ISNUMBER({cells}))*(COUNTIF({choices},{cells})=0){said}'


def _is_date(cells: str) -> str:
    """Expression: a date, or text such as 2024, 2024-06 or 2024-06-24."""
    padded = f'LEFT({cells}&"-01-01",10)'
    return f'((ISNUMBER({cells})+ISNUMBER(DATEVALUE({padded}))*(MID({padded},5,1)="-"))>0)'


def _span(sheet: str, column: int) -> str:
    letters = column_letters(column)
    return f"{sheet}${letters}${FIRST_ROW}:${letters}${LAST_ROW}"
