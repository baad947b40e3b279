"""Readings with their codes become observations: one row per figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.ingest import checks, neighbours
from opdat_analytics.ingest.block import Block, HeldCell, Rows
from opdat_analytics.ingest.declare import Source
from opdat_analytics.ingest.facts import also_rows, row_ids
from opdat_analytics.ingest.figures import TYPED, Problem, parse_figure, split_parts, strip_marker
from opdat_analytics.ingest.harmonise import DEFAULTS, times
from opdat_analytics.ingest.laid import explained
from opdat_analytics.model import TABLES, Figure, address


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


def figure_rows(block: Block, wanted: np.ndarray, withheld: np.ndarray) -> Rows:
    """Observations of one sheet.

    Parameters
    ----------
    block
        The sheet, taken apart and harmonised.
    wanted
        Which readings may become rows; the others wait for a label or are ignored.
    withheld
        Which a person ruled to be held: what is wrong with them is told, but they become no rows.

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
    lone, odd = neighbours.blank_labels(block, block.columns, wanted)
    held.extend(lone)
    asked = wanted.copy()
    known: dict[tuple[str, str, bool], tuple[_Part, ...]] = {}
    index: list[int] = []
    parts: list[_Part] = []
    figures: dict[int, Figure] = {}
    units, texts = columns["unit"].tolist(), readings.text.tolist()
    typed = block.grid.typed[readings.rows, readings.columns].tolist()
    unread, marks = block.grid.unread, block.grid.markers
    row_of, column_of = readings.rows.tolist(), readings.columns.tolist()
    doubtful = neighbours.contradicting(
        {(texts[i], units[i], typed[i]) for i in np.flatnonzero(wanted).tolist()}, block.source.numerals.declared
    )
    for i in np.flatnonzero(wanted).tolist():
        at = (row_of[i], column_of[i])
        if at in unread and texts[i].strip() not in block.source.symbols:
            code, reason = unread[at]
            held.append(HeldCell(at, texts[i], code, reason, None))
            continue
        key = (texts[i], units[i], typed[i])
        found = known.get(key)
        if found is None:
            found = known[key] = _parts_of(*key, block)
        bad = next((part.figure for part in found if isinstance(part.figure, Problem)), doubtful.get(key))
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
    withdrawn = zip(readings.rows[withheld].tolist(), readings.columns[withheld].tolist(), strict=True)
    apart = {address(*at) for at, *_ in (*strange, *doubled.reported)} | {
        address(*at) for at in (*doubled.silent, *withdrawn)
    }
    frame = frame[~frame["cell"].isin(apart)].reset_index(drop=True) if apart else frame
    flags = (
        *doubled.flags,
        *odd,
        *neighbours.lone_fractions(block, units, wanted),
        *neighbours.shifted(block),
        *checks.unexplained_marks(zip(index, parts, strict=True), readings, block.laid.notes),
        *checks.parts_above_whole(zip(index, parts, strict=True), readings),
    )
    held_cells = [*held, *(HeldCell(*first) for first in doubled.reported)]
    also, told = also_rows(block, asked)
    rows = Rows(frame, also, figures, tuple(held_cells), when.held, told, flags)
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
    return replace(rows, held_cells=rows.held_cells + more)


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
        took["activity"] = row_ids(block.layout.id, rows, took["edition"].tolist())
    levels = {place: vocab.level_of(place) for place in set(took["place"].tolist()) if place}
    took["level"] = [levels.get(place) for place in took["place"].tolist()]
    names = [c.name for c in TABLES["observations"] if c.name != "current"]
    return pd.DataFrame({name: took[name] for name in names}, index=range(len(parts)))


def _picked(values: list[Any], index: np.ndarray) -> np.ndarray:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return np.asarray(column[index])


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
    notes = []
    changed = block.grid.text is not block.printed
    for note, part, row, col in zip(stated.tolist(), parts, rows.tolist(), cols.tolist(), strict=True):
        said = [note] if note else []
        if part.marker:
            said.append(explained(part.marker, block.laid.notes) or part.marker)
        if changed and block.grid.text[row, col] != block.printed[row, col]:
            said.append(f"read as “{block.grid.text[row, col]}” by a ruling")
        notes.append("; ".join(said) or None)
    return notes
