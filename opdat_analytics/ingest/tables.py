"""Readings with their codes become rows: figures become observations, facts become activities and the like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.ingest import checks
from opdat_analytics.ingest.checks import Flag
from opdat_analytics.ingest.declare import Layout, Source
from opdat_analytics.ingest.figures import TYPED, Problem, parse_figure, split_parts, strip_marker
from opdat_analytics.ingest.harmonise import DEFAULTS, TABLE_DEFAULTS, HeldLabel, harmonise, times
from opdat_analytics.ingest.layouts import FATE, UNSTATED, Labels, Laid, Readings
from opdat_analytics.ingest.workbook import Grid
from opdat_analytics.model import TABLES, Figure, address


@dataclass(frozen=True)
class Block:
    """One claimed sheet on its way to rows: what was read, what was printed, and its codes per reading."""

    grid: Grid
    printed: np.ndarray
    laid: Laid
    layout: Layout
    source: Source
    file: str
    edition: str | None
    columns: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class HeldCell:
    """A cell whose own text could not be believed."""

    at: tuple[int, int]
    text: str
    code: str
    message: str
    hint: str | None


@dataclass(frozen=True)
class Rows:
    """Rows of one table, what else the same rows are, and what is held.

    ``figures`` holds the whole-cell figure of each reading, where it has one.
    """

    frame: pd.DataFrame
    also: Mapping[str, pd.DataFrame]
    figures: Mapping[int, Figure]
    held_cells: tuple[HeldCell, ...]
    held_labels: tuple[HeldLabel, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class _Part:
    name: str
    figure: Figure | Problem
    marker: str | None


def _parts_of(text: str, unit: str, typed: bool, block: Block) -> tuple[_Part, ...]:
    """The figures of one printed text: its parts, each without its footnote mark."""
    source = block.source
    numerals = TYPED if typed else source.numerals
    said = text.strip()
    if said in source.symbols:
        return (_Part("total", source.symbols[said], None),)
    plain, marker = strip_marker(said)
    split = split_parts(plain, block.layout.parts) or [("total", plain)]
    parts = []
    for name, one in split:
        bare, own = (one, None) if one.strip() in source.symbols else strip_marker(one.strip())
        figure = parse_figure(bare, unit, numerals, source.language, source.symbols)
        parts.append(_Part(name, figure, own or marker))
    return tuple(parts)


def figure_rows(block: Block, wanted: np.ndarray) -> Rows:
    """Observations of one sheet.

    Parameters
    ----------
    block
        The sheet, taken apart and harmonised.
    wanted
        Which readings may become rows; the others wait for a label or are ignored.

    Returns
    -------
    Rows
        ``frame`` with the columns of ``observations`` except ``current``.
    """
    readings = block.laid.readings
    when = times(readings, block.columns, block.source.language)
    wanted = wanted.copy()
    for label in when.held:
        wanted[label.readings] = False
    columns = _defaulted(block, readings.text.size)
    held = _nameless(block, columns, wanted)
    asked = wanted.copy()
    known: dict[tuple[str, str, bool], tuple[_Part, ...]] = {}
    index: list[int] = []
    parts: list[_Part] = []
    figures: dict[int, Figure] = {}
    units, texts = columns["unit"].tolist(), readings.text.tolist()
    typed = block.grid.typed[readings.rows, readings.columns].tolist()
    unread, marks = block.grid.unread, block.grid.markers
    row_of, column_of = readings.rows.tolist(), readings.columns.tolist()
    for i in np.flatnonzero(wanted).tolist():
        at = (row_of[i], column_of[i])
        if at in unread:
            code, reason = unread[at]
            held.append(HeldCell(at, texts[i], code, reason, None))
            continue
        key = (texts[i], units[i], typed[i])
        found = known.get(key)
        if found is None:
            found = known[key] = _parts_of(*key, block)
        bad = next((part.figure for part in found if isinstance(part.figure, Problem)), None)
        if bad is not None:
            held.append(HeldCell(at, texts[i], bad.code, bad.message, bad.hint))
            continue
        for part in found:
            if isinstance(part.figure, Figure):
                index.append(i)
                parts.append(part if at not in marks else _Part(part.name, part.figure, marks[at]))
                if part.name == "total":
                    figures[i] = part.figure
    frame = _observation_frame(block, columns, when, np.array(index, dtype=int), parts)
    frame, strange = checks.believable(frame, block.source.expect)
    frame, doubled = checks.doubled(frame)
    held.extend(HeldCell(*found) for found in strange)
    flags = checks.unexplained_marks(zip(index, parts, strict=True), readings, block.laid.notes)
    held_cells = [*held, *(HeldCell(*first) for first in doubled.reported)]
    rows = Rows(frame, _also_rows(block, asked), figures, tuple(held_cells), when.held, flags)
    return rows if not doubled.silent else _with_silent(rows, doubled.silent)


def _nameless(block: Block, columns: Mapping[str, np.ndarray], wanted: np.ndarray) -> list[HeldCell]:
    """Figures that no label gives a place or a measure; ``wanted`` loses them."""
    held = []
    readings = block.laid.readings
    for role in ("place", "measure"):
        missing = wanted & np.array([code is None for code in columns[role].tolist()], dtype=bool)
        wanted &= ~missing
        for i in np.flatnonzero(missing).tolist():
            if readings.text[i].strip():
                at = (int(readings.rows[i]), int(readings.columns[i]))
                message = f"nothing says which {role} this figure is about"
                held.append(
                    HeldCell(at, readings.text[i], f"missing_{role}", message, "fill the blank, or declare `fill`")
                )
    return held


def _with_silent(rows: Rows, silent: Iterable[tuple[int, int]]) -> Rows:
    """Cells held together with another that reports for them."""
    more = tuple(HeldCell(at, "", checks.TOGETHER, "", None) for at in silent)
    return Rows(rows.frame, rows.also, rows.figures, rows.held_cells + more, rows.held_labels, rows.flags)


def _defaulted(block: Block, count: int) -> dict[str, np.ndarray]:
    """Every column of observations that a word can set, with defaults where nothing was said."""
    columns: dict[str, np.ndarray] = {}
    for role, default in {**DEFAULTS, "place": None, "measure": None, **dict.fromkeys(_OPTIONAL)}.items():
        said = block.columns.get(role)
        if said is None:
            columns[role] = np.full(count, default, dtype=object)
        elif default is None:
            columns[role] = said
        else:
            columns[role] = np.array([default if value is None else value for value in said.tolist()], dtype=object)
    return columns


_OPTIONAL = ("reporter", "url", "programme", "activity", "as_of", "note", "edition", "published")


def _observation_frame(
    block: Block, columns: Mapping[str, np.ndarray], when: Any, index: np.ndarray, parts: list[_Part]
) -> pd.DataFrame:
    source, readings = block.source, block.laid.readings
    took: dict[str, Any] = {role: column[index] for role, column in columns.items()}
    rows, cols = readings.rows[index], readings.columns[index]
    took["period_start"] = _picked(when.start, index)
    took["period_end"] = _picked(when.end, index)
    took["year"] = _picked(when.year, index)
    took["calendar"] = _picked(when.calendar, index)
    stated = "accumulation" in block.columns
    if not stated:
        implied = _picked(when.accumulation, index)
        took["accumulation"] = np.array([i or "period" for i in implied.tolist()], dtype=object)
    for role in ("form", "sex", "age", "citizenship", "breakdown"):
        took[role] = _part_codes(role, took[role], parts)
    took["edition"] = np.array([e or block.edition for e in took["edition"].tolist()], dtype=object)
    took["published"] = _published(took["published"], took["edition"], source)
    took["source"] = source.id
    took["low"] = [p.figure.low for p in parts]  # type: ignore[union-attr]
    took["high"] = [p.figure.high for p in parts]  # type: ignore[union-attr]
    took["exact"] = [p.figure.exact for p in parts]  # type: ignore[union-attr]
    took["qualifier"] = [p.figure.qualifier for p in parts]  # type: ignore[union-attr]
    took["text"] = block.printed[rows, cols]
    took["note"] = _notes(block, took["note"], parts, rows, cols)
    took["file"], took["sheet"] = block.file, block.grid.name
    took["cell"] = [address(r, c) for r, c in zip(rows.tolist(), cols.tolist(), strict=True)]
    took["part"] = [p.name for p in parts]
    if block.layout.id:
        took["activity"] = _ids(block.layout.id, rows, took["edition"])
    levels = {place: vocab.level_of(place) for place in set(took["place"].tolist()) if place}
    took["level"] = [levels.get(place) for place in took["place"].tolist()]
    names = [c.name for c in TABLES["observations"] if c.name != "current"]
    return pd.DataFrame({name: took[name] for name in names}, index=range(len(parts)))


def _picked(values: list[Any], index: np.ndarray) -> np.ndarray:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column[index]


def _part_codes(role: str, column: np.ndarray, parts: list[_Part]) -> np.ndarray:
    """A part like ``form:labour`` sets that column for its own figure."""
    return np.array(
        [
            p.name.partition(":")[2] if p.name.startswith(role + ":") else c
            for c, p in zip(column.tolist(), parts, strict=True)
        ],
        dtype=object,
    )


def _published(stated: np.ndarray, editions: np.ndarray, source: Source) -> pd.Series:
    declared = {edition: source.editions.published(edition) for edition in set(editions.tolist())}
    days = [day or declared[edition] for day, edition in zip(stated.tolist(), editions.tolist(), strict=True)]
    return pd.to_datetime(pd.Series(days, dtype=object))


def _notes(
    block: Block, stated: np.ndarray, parts: list[_Part], rows: np.ndarray, cols: np.ndarray
) -> list[str | None]:
    """The row's own note, its footnote, and how a ruling read the cell."""
    explained = block.laid.notes
    notes = []
    changed = block.grid.text is not block.printed
    for note, part, row, col in zip(stated.tolist(), parts, rows.tolist(), cols.tolist(), strict=True):
        said = [note] if note else []
        if part.marker:
            said.append(f"{part.marker} {explained[part.marker]}" if part.marker in explained else part.marker)
        if changed and block.grid.text[row, col] != block.printed[row, col]:
            said.append(f"read as “{block.grid.text[row, col]}” by a ruling")
        notes.append("; ".join(said) or None)
    return notes


def _ids(pattern: str, rows: np.ndarray, editions: Iterable[str | None]) -> list[str]:
    return [
        pattern.replace("{row}", str(row + 1)).replace("{edition}", str(edition or ""))
        for row, edition in zip(rows.tolist(), editions, strict=True)
    ]


# ---------------------------------------------------------------- tables of facts


def fact_rows(block: Block, wanted: np.ndarray) -> Rows:
    """Rows of a flat table that holds no figures: activities, programmes, indicators, targets."""
    index = np.flatnonzero(wanted)
    took = {role: column[index] for role, column in block.columns.items()}
    frame = _fact_frame(
        block,
        block.layout.table,
        block.layout.id,
        took,
        block.laid.readings.rows[index],
        block.laid.readings.columns[index],
    )
    missing = [
        c.name for c in TABLES[block.layout.table] if not c.nullable and c.name in frame and frame[c.name].isna().any()
    ]
    held = [
        HeldCell(
            (int(block.laid.readings.rows[index[i]]), int(block.laid.readings.columns[index[i]])),
            str(block.laid.readings.text[index[i]]), "missing_fact", f"the row has no {name}, which every row of {block.layout.table} needs", None,
        )
        for name in missing
        for i in np.flatnonzero(frame[name].isna().to_numpy()).tolist()
    ]  # fmt: skip
    return Rows(frame.dropna(subset=missing) if missing else frame, {}, {}, tuple(held), (), ())


def _fact_frame(
    block: Block, table: str, pattern: str | None, took: Mapping[str, Any], rows: np.ndarray, cols: np.ndarray
) -> pd.DataFrame:
    count = rows.size
    edition = np.array([e or block.edition for e in _column(took, "edition", count)], dtype=object)
    given: dict[str, Any] = {
        **took,
        "edition": edition,
        "source": block.source.id,
        "file": block.file,
        "sheet": block.grid.name,
        "cell": [address(r, c) for r, c in zip(rows.tolist(), cols.tolist(), strict=True)],
    }
    if pattern:
        given["activity"] = _ids(pattern, rows, edition.tolist())
    if "year" in given:
        given["year"] = [int(y) if y is not None and str(y).isdigit() else None for y in list(given["year"])]
    if "start_year" in given:
        given["start_year"] = [
            int(y) if y is not None and str(y).isdigit() else None for y in list(given["start_year"])
        ]
    columns = {}
    for column in TABLES[table]:
        values = given.get(column.name)
        if values is None or isinstance(values, str):
            values = [values if values is not None else TABLE_DEFAULTS.get(column.name)] * count
        elif column.name in TABLE_DEFAULTS:
            values = [TABLE_DEFAULTS[column.name] if value is None else value for value in list(values)]
        columns[column.name] = values
    return pd.DataFrame(columns, index=range(count))


def _column(took: Mapping[str, Any], name: str, count: int) -> list[Any]:
    return list(took[name]) if name in took else [None] * count


def _also_rows(block: Block, wanted: np.ndarray) -> dict[str, pd.DataFrame]:
    """The second table that the same rows feed; a row whose figure is held was still done."""
    also = block.layout.also
    if also is None:
        return {}
    readings = block.laid.readings
    top = next(iter(np.flatnonzero((block.laid.fates == FATE["header"]).any(axis=1)).tolist()), 0)
    headers = {str(text).strip(): column for column, text in enumerate(block.grid.text[top].tolist())}
    rows = readings.rows
    labels = tuple(
        Labels(role, block.grid.text[rows, headers[header]], rows, np.full(rows.size, headers[header]))
        for header, role in also.columns.items()
        if header in headers
    )
    second = Readings(rows, readings.columns, readings.text, labels)
    words = harmonise(second, replace(block.layout, table=also.table), block.source, also.constants)
    index = np.flatnonzero(wanted)
    took = {role: column[index] for role, column in words.columns.items()}
    frame = _fact_frame(block, also.table, also.id or block.layout.id, took, rows[index], readings.columns[index])
    needed = [c.name for c in TABLES[also.table] if not c.nullable and c.kind == "str"]
    return {also.table: frame.fillna(dict.fromkeys(needed, UNSTATED))}
