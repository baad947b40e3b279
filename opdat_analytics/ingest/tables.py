"""Readings with their codes become observations: one row per figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.ingest import checks, neighbours
from opdat_analytics.ingest.block import Block, HeldCell, Rows
from opdat_analytics.ingest.coded import Coded, levels_array, numbered
from opdat_analytics.ingest.columns import COLUMNS, Figures
from opdat_analytics.ingest.declare import Source
from opdat_analytics.ingest.harmonise import DEFAULTS, Times, times
from opdat_analytics.ingest.joint import JOINT, TOGETHER
from opdat_analytics.ingest.laid import explained
from opdat_analytics.ingest.said_before import Manner, readout
from opdat_analytics.model import Figure


@dataclass(frozen=True)
class _Parts:
    """The figures of all readings, one after the other: which reading each is of, and what it says."""

    index: np.ndarray
    low: np.ndarray
    high: np.ndarray
    qualifier: Coded
    name: Coded
    marker: Coded


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
        With ``figures``.
    """
    readings = block.laid.readings
    when = times(readings, block.columns, block.source.language)
    wanted = wanted.copy()
    for label in when.held:
        wanted[label.readings] = False
    columns = _defaulted(block, readings.text.size)
    held = _nameless(block, columns, wanted)
    lone, odd = neighbours.blank_labels(block, wanted)
    held.extend(lone)
    asked = wanted.copy()
    texts = readings.coded()
    parts, unreadable = _read_parts(block, texts, columns["unit"], wanted)
    held.extend(unreadable)
    figures = _figures(block, columns, when, texts, parts)
    figures, strange = checks.believable(figures, block.source.expect)
    figures, doubled = checks.doubled(figures)
    held.extend(HeldCell(*found) for found in (*strange, *doubled.held))
    apart = [at for at, *_ in (*strange, *doubled.held)]
    apart += zip(readings.rows[withheld].tolist(), readings.columns[withheld].tolist(), strict=True)
    if apart:
        figures = figures.kept(~_stands_at(block, apart, figures.rows, figures.columns))
    flags = (
        *doubled.flags,
        *odd,
        *neighbours.lone_fractions(block, texts, columns["unit"], wanted),
        *neighbours.shifted(block),
        *checks.unexplained_marks(_marked(parts), readings, block.laid.notes),
        *(checks.parts_above_whole(_named(parts), readings) if len(parts.name.levels) > 1 else ()),
    )
    also, told = _also(block, asked)
    for label in told:
        figures = figures.kept(~_read_from(block, label, figures.rows, figures.columns))
    wholes = _wholes(parts) if block.laid.totals else {}
    return Rows(figures, None, also, wholes, tuple(held), when.held, told, flags)


def _read_from(block: Block, label: Any, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Which positions are those of the readings that wait for a label of the second table."""
    at = block.laid.readings
    cells = zip(at.rows[label.readings].tolist(), at.columns[label.readings].tolist(), strict=True)
    return _stands_at(block, cells, rows, columns)


def _also(block: Block, asked: np.ndarray) -> tuple[Mapping[str, Any], tuple[Any, ...]]:
    if block.layout.also is None:
        return {}, ()
    from opdat_analytics.ingest.facts import also_rows

    return also_rows(block, asked)


def _nameless(block: Block, columns: Mapping[str, Coded], wanted: np.ndarray) -> list[HeldCell]:
    """Figures that no label gives a place or a measure; ``wanted`` loses them."""
    held = []
    readings = block.laid.readings
    for role in ("place", "measure"):
        missing = wanted & ~columns[role].given()
        wanted &= ~missing
        for i in np.flatnonzero(missing).tolist():
            if readings.text[i].strip():
                at = (int(readings.rows[i]), int(readings.columns[i]))
                message = f"nothing says which {role} this figure is about"
                held.append(
                    HeldCell(at, readings.text[i], f"missing_{role}", message, "fill the blank, or declare `fill`")
                )
    return held


_OPTIONAL = ("reporter", "url", "programme", "activity", "as_of", "note", "edition", "published")


def _defaulted(block: Block, count: int) -> dict[str, Coded]:
    """Every column of observations that a word can set, with defaults where nothing was said."""
    columns: dict[str, Coded] = {}
    for role, default in {**DEFAULTS, "place": None, "measure": None, **dict.fromkeys(_OPTIONAL)}.items():
        said = block.columns.get(role)
        columns[role] = Coded.same(default, count) if said is None else said.filled(default)
    return columns


# ---------------------------------------------------------------- printed texts


def _read_parts(block: Block, texts: Coded, units: Coded, wanted: np.ndarray) -> tuple[_Parts, list[HeldCell]]:
    """Read the texts of the readings, each distinct one once; and the cells that cannot be read or believed."""
    readings, source = block.laid.readings, block.source
    manner = Manner(source.numerals, source.language, tuple(source.symbols.items()), tuple(block.layout.parts))
    typed = block.grid.typed[readings.rows, readings.columns].astype(np.intp)
    key = (texts.codes * len(units.levels) + units.codes) * 2 + typed
    held: dict[int, HeldCell] = {}
    usable = wanted.copy()
    if block.grid.unread:
        doubted = wanted & _stands_at(block, block.grid.unread, readings.rows, readings.columns)
        symbolic = texts.where(lambda text: text.strip() in source.symbols)
        for i in np.flatnonzero(doubted).tolist():
            at = (int(readings.rows[i]), int(readings.columns[i]))
            code, reason = block.grid.unread[at]
            if symbolic[i] and code not in (JOINT, TOGETHER):
                doubted[i] = False
                continue
            held[i] = HeldCell(at, readings.text[i], code, reason, None)
        usable &= ~doubted
    kinds, kind = numbered(key[usable], 2 * len(texts.levels) * len(units.levels))
    read = readout(manner)
    of_text, kind_of = np.divmod(kinds, 2 * len(units.levels))
    said = list(map(texts.levels.__getitem__, of_text.tolist()))
    number = np.empty(len(said), dtype=np.intp)
    for one in np.flatnonzero(np.bincount(kind_of)).tolist():
        mine = np.flatnonzero(kind_of == one)
        number[mine] = read.numbered([said[k] for k in mine.tolist()], units.levels[one // 2], bool(one % 2))
    counts = read.count[number]
    problems = (
        {k: read.problems[n] for k, n in enumerate(number.tolist()) if n in read.problems} if read.problems else {}
    )
    if not source.numerals.declared or "percent" in units.levels:
        every = [(said[k], units.levels[one // 2], bool(one % 2)) for k, one in enumerate(kind_of.tolist())]
        doubtful = neighbours.contradicting(every, source.numerals.declared)
        problems |= {k: doubtful[one] for k, one in enumerate(every) if one in doubtful and k not in problems}
    counts[list(problems)] = 0
    index = np.flatnonzero(usable)
    if problems:
        bad = counts[kind] == 0
        for at_kind, i in zip(kind[bad].tolist(), index[bad].tolist(), strict=True):
            problem = problems[at_kind]
            at = (int(readings.rows[i]), int(readings.columns[i]))
            held[i] = HeldCell(at, readings.text[i], problem.code, problem.message, problem.hint)
    figures = read.first[number][kind]
    own = counts[kind]
    if not (own == 1).all():
        index, figures = np.repeat(index, own), np.repeat(figures, own)
        figures = figures + np.arange(index.size) - np.repeat(np.cumsum(own) - own, own)
    qualifier, name, marker = read.words(figures)
    marker = _raised(block, index, marker)
    parts = _Parts(index, read.low(figures), read.high(figures), qualifier, name, marker)
    return parts, [held[i] for i in sorted(held)]


def _raised(block: Block, index: np.ndarray, marker: Coded) -> Coded:
    """The footnote marks of readings, with those that are raised in their cells."""
    marks = block.grid.markers
    if not marks:
        return marker
    at = zip(block.laid.readings.rows[index].tolist(), block.laid.readings.columns[index].tolist(), strict=True)
    raised = Coded.of([marks.get(one) for one in at])
    return marker.paired(raised, lambda own, up: own if up is None else up)


def _stands_at(block: Block, cells: Iterable[tuple[int, int]], rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Which of some positions are among the cells."""
    height, width = block.grid.text.shape
    mask = np.zeros((height, width), dtype=bool)
    for row, column in cells:
        if row < height and column < width:
            mask[row, column] = True
    return np.asarray(mask[rows, columns])


def _marked(parts: _Parts) -> Iterable[tuple[int, str]]:
    """Readings with a footnote mark."""
    for i in np.flatnonzero(parts.marker.where(bool)).tolist():
        yield int(parts.index[i]), parts.marker.levels[parts.marker.codes[i]]


def _named(parts: _Parts) -> Iterable[tuple[int, str, Figure]]:
    """Per figure: its reading, the name of the part, and what it is."""
    lows, highs = (levels_array(bound.tolist()) for bound in (parts.low, parts.high))
    lows[np.isnan(parts.low)] = None
    highs[np.isnan(parts.high)] = None
    names, qualifiers = parts.name.values(), parts.qualifier.values()
    for i, name, low, high, qualifier in zip(
        parts.index.tolist(), names.tolist(), lows.tolist(), highs.tolist(), qualifiers.tolist(), strict=True
    ):
        yield i, name, Figure(low, high, qualifier)


def _wholes(parts: _Parts) -> dict[int, Figure]:
    """The figure of each whole cell, by its reading."""
    return {i: figure for i, name, figure in _named(parts) if name == "total"}


# ---------------------------------------------------------------- columns


def _figures(block: Block, columns: Mapping[str, Coded], when: Times, texts: Coded, parts: _Parts) -> Figures:
    source, readings, index = block.source, block.laid.readings, parts.index
    whole = index.size == readings.text.size and bool((np.diff(index) == 1).all())
    took = dict(columns) if whole else {role: column.taken(index) for role, column in columns.items()}
    rows, cols = readings.rows[index], readings.columns[index]
    for name in ("period_start", "period_end", "year", "calendar"):
        took[name] = getattr(when, name.removeprefix("period_")).taken(index)
    if "accumulation" not in block.columns:
        took["accumulation"] = when.accumulation.taken(index).filled("period")
    for role in ("form", "sex", "age", "citizenship", "breakdown"):
        if any(name.startswith(role + ":") for name in parts.name.levels):
            took[role] = parts.name.paired(took[role], lambda name, code, role=role: _part_code(role, name, code))  # type: ignore[misc]
    took["edition"] = took["edition"].changed(lambda edition: edition or block.edition)
    took["published"] = took["published"].paired(took["edition"], lambda day, edition: _published(day, edition, source))
    took["qualifier"], took["part"] = parts.qualifier, parts.name
    printed = block.printed[rows, cols]
    as_printed = np.array_equal(printed, readings.text[index])
    took["text"] = texts.taken(index).used() if as_printed else Coded.of(printed.tolist())
    took["note"] = _notes(block, took["note"], parts.marker, rows, cols)
    for name, value in (("source", source.id), ("file", block.file), ("sheet", block.grid.name)):
        took[name] = Coded.same(value, index.size)
    if block.layout.id:
        from opdat_analytics.ingest.facts import row_ids

        took["activity"] = Coded.of(row_ids(block.layout.id, rows, took["edition"].values().tolist()))
    took["level"] = took["place"].changed(lambda place: vocab.level_of(place) if place else None)
    names = [c.name for c in COLUMNS if c.name not in ("cell", "low", "high", "exact")]
    return Figures(rows, cols, parts.low, parts.high, {name: took[name] for name in names})


def _part_code(role: str, name: str, code: str | None) -> str | None:
    """A part like ``form:labour`` sets that column for its own figure."""
    return name.partition(":")[2] if name.startswith(role + ":") else code


def _published(day: str | None, edition: str | None, source: Source) -> date | None:
    return date.fromisoformat(day) if day else source.editions.published(edition)


def _notes(block: Block, stated: Coded, marker: Coded, rows: np.ndarray, cols: np.ndarray) -> Coded:
    """The row's own note, its footnote, and how a ruling read the cell."""

    def note(own: str | None, mark: str | None) -> str | None:
        told = (explained(mark, block.laid.notes) or mark) if mark else None
        return "; ".join(filter(None, (own, told))) or None

    notes = stated.paired(marker, note)
    if block.grid.text is block.printed:
        return notes
    read, printed = block.grid.text[rows, cols], block.printed[rows, cols]
    ruled = [f"read as “{a}” by a ruling" if a != b else None for a, b in zip(read, printed, strict=True)]
    return notes.paired(Coded.of(ruled), lambda a, b: "; ".join(filter(None, (a, b))) or None)
