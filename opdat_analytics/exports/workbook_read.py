"""The charts of a workbook read back: each draws as many cells of its table as its sheet says, and nothing else."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from math import isclose
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl.utils import range_boundaries

from opdat_analytics.exports.slides_data import DRAWN
from opdat_analytics.exports.slides_read import C, cache_of, strange_numbers, words_of
from opdat_analytics.model import ExportFailed

_SAID = re.compile(r"(?:The chart beside it draws|The (\d+) charts beside it draw) (\d+) of its figures\.")
_CELLS = re.compile(r"\$([A-Z]+)\$(\d+)(?::\$([A-Z]+)\$(\d+))?")

Cell = tuple[int, int]
"""Row and column, from 1."""


def check_charts(path: Path, book: Any) -> None:
    """Compare the charts of a workbook with its tables.

    Parameters
    ----------
    path
        The workbook.
    book
        The same, opened by openpyxl.

    Raises
    ------
    ExportFailed
        If a sheet has fewer or more charts than it says, these draw fewer or more figures, keep other numbers than the
        cells have, draw other bounds, or have a label that says another number.
    """
    with zipfile.ZipFile(path) as parts:
        for place, sheet in enumerate(book.worksheets, start=1):
            lines = [str(row[0]) for row in sheet.iter_rows(max_row=8, max_col=1, values_only=True)]
            said = next((found for line in lines if (found := _SAID.search(line))), None)
            charts = [etree.fromstring(parts.read(name)) for name in _charts(parts, place)]
            if said is None and not charts:
                continue
            wanted = (int(said[1] or 1), int(said[2])) if said else (0, 0)
            drawn: set[Cell] = set()
            for chart in charts:
                drawn |= _drawn(chart, sheet)
            if (len(charts), len(drawn)) != wanted:
                raise ExportFailed(
                    f"{path.name}, sheet {sheet.title}: {len(charts)} charts draw {len(drawn)} figures, the sheet says "
                    f"{wanted[0]} and {wanted[1]}. Nothing of this export should be used; export again."
                )


def _charts(parts: zipfile.ZipFile, place: int) -> Iterator[str]:
    """The chart parts of a sheet."""
    for drawing in _related(parts, f"xl/worksheets/sheet{place}.xml", "/drawing"):
        yield from _related(parts, drawing, "/chart")


def _related(parts: zipfile.ZipFile, name: str, kind: str) -> Iterator[str]:
    folder, _, last = name.rpartition("/")
    relations = f"{folder}/_rels/{last}.rels"
    if relations in parts.namelist():
        for relation in etree.fromstring(parts.read(relations)):
            if str(relation.get("Type")).endswith(kind):
                yield posixpath.normpath(posixpath.join(folder, str(relation.get("Target")))).lstrip("/")


def _cells(formula: str) -> list[Cell]:
    """The cells that a formula of a chart names, in its order."""
    found = []
    for column, row, last_column, last_row in _CELLS.findall(
        formula.rpartition("!")[2] if "," not in formula else formula
    ):
        left, top, right, bottom = range_boundaries(f"{column}{row}:{last_column or column}{last_row or row}")
        found += [(r, c) for r in range(int(top), int(bottom) + 1) for c in range(int(left), int(right) + 1)]
    return found


def _drawn(chart: Any, sheet: Any) -> set[Cell]:
    """The cells with a number that a chart draws; refuses what it keeps otherwise than they say."""
    headings = {cell.column: str(cell.value) for table in sheet.tables.values() for cell in sheet[table.ref][0]}
    found: set[Cell] = set()
    for series in chart.iter(f"{C}ser"):
        reference = series.find(f"{C}val/{C}numRef")
        cells = _cells(str(reference.findtext(f"{C}f")))
        values = [sheet.cell(*cell).value for cell in cells]
        found |= {cell for cell, value in zip(cells, values, strict=True) if value is not None}
        kept = {place: float(text) for place, text in cache_of(reference).items()}
        told = {place: float(value) for place, value in enumerate(values) if value is not None}
        if set(kept) != set(told) or not all(isclose(kept[n], told[n], rel_tol=1e-12) for n in kept):
            raise ExportFailed(f"A chart on the sheet {sheet.title} draws otherwise than its table says.")
        _bounded(series, cells, sheet, headings, {column for _, column in found})
    return found


def _bounded(series: Any, cells: list[Cell], sheet: Any, headings: dict[int, str], drawn: set[int]) -> None:
    """Refuse a series whose error bars or labels say other bounds than the table."""
    columns = {name: column for column, name in headings.items()}
    lengths = {place: float(text) for plus in series.iterfind(f"{C}errBars/{C}plus")
               for place, text in cache_of(plus).items()}  # fmt: skip
    labels = {int(label.find(f"{C}idx").get("val")): words_of(label) for label in series.iter(f"{C}dLbl")}
    for place, (row, column) in enumerate(cells):
        higher = columns.get(DRAWN.get(headings.get(column, ""), ("", ""))[0])
        low, high = sheet.cell(row, column).value, sheet.cell(row, higher).value if higher else None
        meant = high - low if low is not None and high is not None and higher not in drawn else 0.0
        if abs(lengths.get(place, 0.0) - meant) > 1e-9 * max(1.0, abs(meant)):
            raise ExportFailed(
                f"A chart on the sheet {sheet.title} draws other bounds in row {row} than its table says."
            )
        beside = [end for end in (low, high, *_lower(sheet, row, column, columns)) if isinstance(end, int | float)]
        if strange_numbers(labels.get(place, ""), beside):
            raise ExportFailed(f"A label on the sheet {sheet.title}, row {row}, says otherwise than its table.")


def _lower(sheet: Any, row: int, column: int, columns: dict[str, int]) -> list[Any]:
    """The lower bound beside an upper one, where a series draws the upper ones."""
    return [sheet.cell(row, columns[lower]).value for lower, (higher, _) in DRAWN.items()
            if columns.get(higher) == column and lower in columns]  # fmt: skip
