"""Proposes a ``source.toml`` for a workbook that nobody has declared, and shows what would become of every cell.

Readings are generated and tested: each is written as a declaration, read back, used to read the file, and scored by
what was taken and what was held.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from opdat_analytics.admitted import admitted_sheets
from opdat_analytics.drafting.activity_lists import draft_activities, is_activity_list
from opdat_analytics.drafting.confidence import confidence
from opdat_analytics.drafting.declaration_text import declaration_text
from opdat_analytics.drafting.empty_rows import with_empty_rows
from opdat_analytics.drafting.layouts import SheetDraft, draft_layout, figures_of
from opdat_analytics.drafting.several_tables import draft_several, told_apart_by_titles
from opdat_analytics.drafting.sheet_tables import Table, find_tables
from opdat_analytics.drafting.source import (
    Choice,
    edition_of,
    figure_texts,
    language_of,
    numbers_of,
    signs_among,
    symbols_of,
)
from opdat_analytics.drafting.tidy_rows import Tidy, fates_of, tidy_of
from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.files import FileRead, read_file
from opdat_analytics.ingest.grid import Grid, cells_of, nonblank
from opdat_analytics.ingest.laid import FATE, NOT_REPORTED, LayoutMismatch
from opdat_analytics.ingest.layouts import lay, parts_of
from opdat_analytics.model import DeclarationError, position
from opdat_analytics.paths import DECLARATION
from opdat_analytics.privacy import reason_to_stop

MOST_TESTED = 120_000
"""Cells of a workbook up to which more than one reading is tested by reading the file."""


@dataclass(frozen=True)
class Draft:
    """One reading of a workbook, as a declaration and as what it gives.

    Attributes
    ----------
    toml
        The text of ``source.toml``. Where the grammar cannot declare any sheet it holds no layout and cannot be used.
    choices
        What was decided, with confidence and reason.
    evidence
        What the rules score: the share of figures that would be taken, weighed with how sure the choices are.
    read
        What reading the file with this declaration gives; None where there is no layout.
    fates
        Sheet → array of fates like ``Laid.fates``: what becomes of every cell if the draft is accepted as it stands.
    tables
        Sheet → the tables found on it.
    tidy
        Each table in tidy form, words not yet understood.
    """

    toml: str
    choices: tuple[Choice, ...]
    evidence: float
    read: FileRead | None
    fates: Mapping[str, np.ndarray]
    tables: Mapping[str, tuple[Table, ...]]
    tidy: tuple[Tidy, ...]

    @property
    def confidence(self) -> float:
        """Of the whole, between 0 and 1: how often a reading with this much evidence was right in every figure."""
        return confidence("reading", self.evidence)


@dataclass(frozen=True)
class _Way:
    """One way of reading the tables that were found."""

    name: str
    change: Callable[[Table], Table]
    prior: float


def _as_found(table: Table) -> Table:
    return table


def _one_header_fewer(table: Table) -> Table:
    return replace(table, headers=table.headers[1:]) if len(table.headers) > 1 else table


def _totals_are_data(table: Table) -> Table:
    return replace(table, totals=(), total_columns=())


def _headings_are_rows(table: Table) -> Table:
    return replace(table, subtitles=(), rows=tuple(sorted((*table.rows, *table.subtitles))))


def _first_figures_are_labels(table: Table) -> Table:
    if len(table.values) < 2:
        return table
    return replace(table, labels=tuple(sorted((*table.labels, table.values[0]))), values=table.values[1:])


_WAYS = (
    _Way("as the tables look", _as_found, 1.0),
    _Way("without the uppermost row of headings", _one_header_fewer, 0.75),
    _Way("with totals as ordinary figures", _totals_are_data, 0.7),
    _Way("with headings of rows as ordinary rows", _headings_are_rows, 0.65),
    _Way("with the first column of figures as labels", _first_figures_are_labels, 0.6),
)


def draft(path: Path, top: int = 1) -> list[Draft]:
    """Propose declarations for a workbook, best first.

    Parameters
    ----------
    path
        The file, wherever it lies.
    top
        How many readings to return at most; fewer where ways of reading come to the same.

    Raises
    ------
    UnreadableFile
        If the file cannot or must not be read.
    """
    grids = admitted_sheets(path)
    language = language_of(_words(grids))
    found = {grid.name: with_empty_rows(grid, find_tables(grid), language.value) for grid in grids}
    ways = _distinct_ways(found) if top > 1 or sum(map(cells_of, grids)) <= MOST_TESTED else _WAYS[:1]
    if top == 1:
        ways = [ways[0]] if sum(map(cells_of, grids)) > MOST_TESTED // 4 else ways
    drafts = [_drafted(path, grids, _changed(found, way), language, way) for way in ways]
    return sorted(drafts, key=lambda one: -one.evidence)[:top]


def _changed(found: Mapping[str, tuple[Table, ...]], way: _Way) -> dict[str, tuple[Table, ...]]:
    return {sheet: tuple(map(way.change, tables)) for sheet, tables in found.items()}


def _distinct_ways(found: Mapping[str, tuple[Table, ...]]) -> list[_Way]:
    seen: list[dict[str, tuple[Table, ...]]] = []
    ways = []
    for way in _WAYS:
        changed = _changed(found, way)
        if changed not in seen:
            seen.append(changed)
            ways.append(way)
    return ways


def _drafted(
    path: Path, grids: Sequence[Grid], found: Mapping[str, tuple[Table, ...]], language: Choice, way: _Way
) -> Draft:
    head, choices = _source(path, grids, found, language)
    sheets: list[SheetDraft] = []
    ignored: dict[str, str] = {}
    for grid in grids:
        _sheet(grid, found[grid.name], path.stem, language.value, sheets, ignored)
    if not any(sheet.keys for sheet in sheets):
        ignored = {}
    notes = [f"Draft of a declaration for {path.name}, {way.name}. Look at each line, then keep or change it."]
    unsure = [choice for choice in choices if choice.evidence < 0.5]
    notes += [f"{choice.what}: {choice.reason}" for choice in unsure]
    toml = declaration_text(path.stem.replace("_", " "), head, sheets, ignored, notes)
    every = (*choices, *(choice for sheet in sheets for choice in sheet.choices))
    source, read = (None, None) if not any(s.keys for s in sheets) else _tested(path, toml)
    fates = {grid.name: _fates(path, grid, found[grid.name], source, read) for grid in grids}
    tidy = tuple(tidy_of(grid, table) for grid in grids for table in found[grid.name])
    return Draft(toml, every, _score(fates, sheets, way), read, fates, found, tidy)


def _sheet(
    grid: Grid, tables: Sequence[Table], stem: str, language: str, sheets: list[SheetDraft], ignored: dict[str, str]
) -> None:
    apart = [one for table in tables for one in told_apart_by_titles(table)]
    counted = [table for table in apart if figures_of(grid, table) > 0]
    if len(apart) == 1 and is_activity_list(grid, apart[0]):
        sheets.append(draft_activities(grid, apart[0], stem, language))
    elif not counted:
        if cells_of(grid):
            ignored[grid.name] = (
                "words only: no table of figures was found" if not tables else "a list of words without figures"
            )
    elif len(counted) > 1:
        sheets.extend(draft_several(grid, counted, stem, language))
    else:
        sheets.append(draft_layout(grid, counted[0], stem, language))


def _words(grids: Sequence[Grid]) -> list[str]:
    return [str(t) for grid in grids for t in grid.text[:60].ravel().tolist()[:3000] if t and len(str(t)) < 300]


def _source(
    path: Path, grids: Sequence[Grid], found: Mapping[str, tuple[Table, ...]], language: Choice
) -> tuple[dict[str, Any], list[Choice]]:
    """The keys that hold for the whole workbook, whose language is known."""
    pairs = [(grid, table) for grid in grids for table in found[grid.name]]
    texts = {text for grid, table in pairs for text in figure_texts(grid, table)}
    numbers = numbers_of(texts, language.value)
    signs: Counter[str] = Counter()
    for grid, table in pairs:
        signs.update(signs_among(grid, table))
    notes = {str(t): None for grid in grids for t in grid.text.ravel().tolist() if len(t) > 4 and " " in t}
    symbols, told = symbols_of(signs, list(notes)[:4000])
    pattern, edition = edition_of(path.stem)
    head: dict[str, Any] = {"language": language.value}
    if numbers.value:
        head["numbers"] = numbers.value
    if pattern:
        head["edition"] = {"from": "filename", "pattern": pattern}
    if symbols:
        head["symbols"] = symbols
    return head, [language, numbers, edition, *told]


def _tested(path: Path, toml: str) -> tuple[Source | None, FileRead | None]:
    """The declaration as it would be read from disk, and what it reads from the file."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "draft" / DECLARATION
        written.parent.mkdir()
        written.write_text(toml, encoding="utf-8")
        source = read_declaration(written)
    return source, read_file(path, source, reason_to_stop)


def _fates(path: Path, grid: Grid, tables: Sequence[Table], source: Source | None, read: FileRead | None) -> np.ndarray:
    """What becomes of every cell of a sheet if the draft is accepted as it stands."""
    looks = fates_of(grid, tables)
    claims = [] if source is None else [one for one in source.layouts if one.claims(path.name, grid.name)]
    if source is not None and any(one.claims(path.name, grid.name) for one in source.ignore):
        looks[(looks > 0) & (looks <= len(FATE))] = FATE["ignored"]
        return looks
    taken: set[tuple[int, int]] = set()
    whole_rows: set[int] = set()
    if claims and read is not None and not read.stopped:
        try:
            laid = [(lay(part, layout).fates, nonblank(part.text)) for layout, part in parts_of(grid, claims)]
            looks = np.where(nonblank(grid.text), FATE["title"], 0).astype(np.uint8)
            for fates, filled in laid:
                looks = np.where(filled | (fates == NOT_REPORTED), fates, looks)
        except LayoutMismatch:
            claims = []
        facts = [layout.table for layout in claims if layout.table != "observations"]
        for table in ("observations", *facts):
            rows = read.tables.get(table)
            if rows is not None:
                taken |= {position(cell) for cell in rows.loc[rows["sheet"] == grid.name, "cell"].unique()}
        whole_rows = {row for row, _ in taken} if facts else set()
    held = np.argwhere(looks == FATE["value"])
    for row, column in held.tolist():
        if (row, column) not in taken and row not in whole_rows:
            looks[row, column] = FATE["held"]
    return looks


def _score(fates: Mapping[str, np.ndarray], sheets: Sequence[SheetDraft], way: _Way) -> float:
    """Share of figures taken, weighed with how sure the choices are; structure counts even where nothing is taken."""
    taken = sum(int((array == FATE["value"]).sum()) for array in fates.values())
    held = sum(int((array == FATE["held"]).sum()) for array in fates.values())
    share = taken / (taken + held) if taken + held else 0.0
    sure = [choice.evidence for sheet in sheets for choice in sheet.choices]
    mean = sum(sure) / len(sure) if sure else 0.3
    return round(way.prior * (0.6 * share + 0.4 * mean), 3)


__all__ = ["Choice", "DeclarationError", "Draft", "draft"]
