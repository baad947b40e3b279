"""Ordinary workbooks with something unusual done to each, so that a draft of them is sometimes wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from ordinary_workbooks import Figure, Sheet, Workbook, workbook


def unusual(seed: int) -> Workbook:
    """The ordinary workbook of a seed with one or two unusual things done to it."""
    draw = random.Random(f"unusual {seed}")
    made = workbook(seed)
    figures = set(made.figures)
    for _ in range(draw.choice((1, 1, 2))):
        sheet = draw.choice(made.sheets)
        if not sheet.merges:
            draw.choice(tuple(_DONE.values()))(draw, sheet, figures)
    return replace(made, figures=frozenset(figures))


def _extent(sheet: Sheet) -> tuple[int, int]:
    return max(row for row, _ in sheet.cells), max(column for _, column in sheet.cells)


def _heads(sheet: Sheet) -> list[tuple[int, int]]:
    return [at for at, value in sheet.cells.items() if at[0] in sheet.headings and isinstance(value, str)]


def _title(draw: random.Random, sheet: Sheet, _: set[Figure]) -> None:
    said = draw.choice(
        (
            "Updated in 2025",
            "Desk for Kenya",
            "Prosecutions lead to convictions",
            "Annex to the report of 2012",
            "Draft 3",
        )
    )
    row = next((r for r in range(3) if not any((r, c) in sheet.cells for c in range(8))), None)
    sheet.cells[(0, 0) if row is None else (row, 0)] = said


def _note(draw: random.Random, sheet: Sheet, _: set[Figure]) -> None:
    last, _column = _extent(sheet)
    said = draw.choice(("Figures for Chile are late", "Chile", "Compiled by the desk, 2021", "2021 figures are final"))
    sheet.cells[last + 1, draw.choice((0, 1))] = said


def _remarks(draw: random.Random, sheet: Sheet, _: set[Figure]) -> None:
    last, column = _extent(sheet)
    words = draw.choice((("late", "checked", "estimate"), ("a", "b", "*"), ("see annex", "by letter", "by phone")))
    for row in range(last + 1):
        if (row, column) in sheet.cells and draw.random() < 0.7:
            sheet.cells[row, column + 1] = draw.choice(words)


def _change(draw: random.Random, sheet: Sheet, _: set[Figure]) -> None:
    last, column = _extent(sheet)
    for row in range(last + 1):
        if (row, column) in sheet.cells:
            value = sheet.cells[row, column]
            is_figure = isinstance(value, int) and row not in sheet.headings
            sheet.cells[row, column + 1] = f"{draw.randint(-40, 60)}%" if is_figure else "Change"


def _words(draw: random.Random, sheet: Sheet, figures: set[Figure]) -> None:
    """Words that no vocabulary knows in place of a heading; the figures below it say nothing that can be read."""
    at = draw.choice(_heads(sheet) or [(0, 0)])
    sheet.cells[at] = draw.choice(("Zorps", "Northern bureau", "Files moved", "Kiosk 7"))


def _blank_heading(draw: random.Random, sheet: Sheet, _: set[Figure]) -> None:
    at = draw.choice(_heads(sheet) or [(0, 0)])
    sheet.cells.pop(at, None)


def _joined_words(draw: random.Random, sheet: Sheet, _: set[Figure]) -> None:
    """Years as no one prints them: “in 2019 (p)”."""
    for at, value in list(sheet.cells.items()):
        if sheet.headings.get(at[0]) == "year":
            sheet.cells[at] = f"{value} (p)"


_DONE: Mapping[str, Callable[[random.Random, Sheet, set[Figure]], None]] = {
    "title": _title, "note": _note, "remarks": _remarks, "change": _change, "words": _words,
    "blank heading": _blank_heading, "joined words": _joined_words,
}  # fmt: skip
