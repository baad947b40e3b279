"""Rows of the tables that hold no figures: activities, programmes, indicators; and targets, which hold bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.ingest.block import Block, HeldCell, Rows
from opdat_analytics.ingest.contradictions import doubled_facts
from opdat_analytics.ingest.figures import Problem, parse_figure
from opdat_analytics.ingest.harmonise import TABLE_DEFAULTS, HeldLabel, Surroundings, harmonise
from opdat_analytics.ingest.laid import UNSTATED, Readings
from opdat_analytics.ingest.periods import parse_period
from opdat_analytics.model import FACT_KEYS, TABLES, Figure, address

_YEARS = ("year", "start_year")


def fact_rows(block: Block, wanted: np.ndarray, withheld: np.ndarray) -> Rows:
    """Rows of a flat table of facts.

    Parameters
    ----------
    block
        The sheet, taken apart and harmonised.
    wanted
        Which readings may become rows; the others wait for a label or are ignored.
    withheld
        Which a person ruled to be held.

    Returns
    -------
    Rows
        With ``facts``: a frame with the columns of the layout's table.
    """
    index = np.flatnonzero(wanted & ~withheld)
    took = {role: column.taken(index).values() for role, column in block.columns.items()}
    rows, cols = block.laid.readings.rows[index], block.laid.readings.columns[index]
    frame, problems = _fact_frame(block, block.layout.table, block.layout.id, took, rows, cols)
    needed = [c.name for c in TABLES[block.layout.table] if not c.nullable]
    held = [HeldCell(_cell_of(block, role, rows[i]), text, p.code, p.message, p.hint) for i, role, text, p in problems]
    bad = {i for i, *_ in problems}
    for name in needed:
        for i in np.flatnonzero(frame[name].isna().to_numpy()).tolist():
            message = f"the row has no {name}, which every row of {block.layout.table} needs"
            text = str(block.laid.readings.text[index[i]])
            held.append(HeldCell((int(rows[i]), int(cols[i])), text, "missing_fact", message, None))
            bad.add(i)
    for i, _, problem in _doubled(frame, block.layout.table):
        text = str(block.laid.readings.text[index[i]])
        held.append(HeldCell((int(rows[i]), int(cols[i])), text, problem.code, problem.message, problem.hint))
        bad.add(i)
    wanted = np.zeros(wanted.size, dtype=bool)
    wanted[np.delete(index, sorted(bad))] = True
    also, also_held = also_rows(block, wanted)
    for label in also_held:
        wanted[label.readings] = False
    facts = frame[wanted[index]].reset_index(drop=True)
    return Rows(None, facts, also, {}, tuple(held), (), also_held, ())


def _doubled(frame: pd.DataFrame, table: str) -> Iterable[tuple[int, str, Problem]]:
    """Rows that share what names them with another row that says something else."""
    names = [name for name in FACT_KEYS[table] if name != "period"]
    for together in doubled_facts(frame, table):
        for i in together:
            others = ", ".join(str(frame["cell"].iloc[other]) for other in together if other != i)
            message = f"another row ({others}) has the same {' and '.join(names)} and says something else"
            yield (
                i,
                names[0],
                Problem("duplicate_key", message, "give each row a name of its own, or keep the one that is right"),
            )


def _cell_of(block: Block, role: str, row: int) -> tuple[int, int]:
    """Where the label of a role stands in a row."""
    for labels in block.laid.readings.labels:
        if labels.role == role:
            return int(row), int(labels.columns[0])
    return int(row), int(block.laid.readings.columns[0])


Problems = list[tuple[int, str, str, Problem]]
"""Row of the frame, role, text and what is wrong with it."""


def _fact_frame(
    block: Block, table: str, pattern: str | None, took: Mapping[str, Any], rows: np.ndarray, cols: np.ndarray
) -> tuple[pd.DataFrame, Problems]:
    count = rows.size
    edition = [e or block.edition for e in _column(took, "edition", count)]
    given: dict[str, Any] = {
        **took,
        "edition": edition,
        "source": block.source.id,
        "file": block.file,
        "sheet": block.grid.name,
        "cell": [address(r, c) for r, c in zip(rows.tolist(), cols.tolist(), strict=True)],
    }
    if pattern:
        given["activity"] = row_ids(pattern, rows, edition)
    problems: Problems = []
    for whole in ("baseline", "target"):
        if whole in given:
            _both_bounds(given, whole, block, problems)
    columns = {}
    for column in TABLES[table]:
        values = given.get(column.name)
        if values is None or isinstance(values, str):
            values = [values if values is not None else TABLE_DEFAULTS.get(column.name)] * count
        elif column.name in TABLE_DEFAULTS:
            values = [TABLE_DEFAULTS[column.name] if value is None else value for value in list(values)]
        if column.name in _YEARS:
            values = _each(list(values), column.name, partial(_year, given=given, block=block), problems)
        elif column.kind == "float" and not any(isinstance(value, float) for value in values):
            values = _each(list(values), column.name, partial(_bound, name=column.name, block=block), problems)
        columns[column.name] = values
    if "year" in given and "calendar" in columns and "calendar" not in given:
        columns["calendar"] = [_calendar(text, block) for text in _column(given, "year", count)]
    if table == "activities":
        _years_of_dates(columns)
    problems.extend(_crossed(columns, table))
    return pd.DataFrame(columns, index=range(count)), problems


_ORDERED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "targets": (("target_low", "target_high"), ("baseline_low", "baseline_high")),
    "activities": (("start", "end"),),
}
"""Columns of which the second is never below the first."""


def _crossed(columns: Mapping[str, Sequence[Any]], table: str) -> Iterable[tuple[int, str, str, Problem]]:
    """Rows whose lower bound is above the upper one, or that end before they start."""
    for lower, upper in _ORDERED.get(table, ()):
        for i, (a, b) in enumerate(zip(columns[lower], columns[upper], strict=True)):
            if a is None or b is None:
                continue
            if isinstance(a, str):
                # Of dates of different precision only what both state can be compared.
                if str(a)[: len(b)] > str(b)[: len(a)]:
                    said = f"the activity ends ({b}) before it starts ({a})"
                    yield i, lower, str(a), Problem("wrong_order", said, "give the first day, then the last")
            elif a > b:
                what = lower.partition("_")[0]
                said = f"the {what} is at least {a:,.15g} and at most {b:,.15g}: no number is both"
                yield i, lower, f"{a:.15g}", Problem("wrong_order", said, "give the lower number first")


def _years_of_dates(columns: dict[str, list[Any]]) -> None:
    """An activity without a stated year belongs to the calendar year of its dates, if they are of one year."""
    for i, (year, calendar) in enumerate(zip(columns["year"], columns["calendar"], strict=True)):
        stated = {str(columns[name][i])[:4] for name in ("start", "end") if columns[name][i] is not None}
        if year is None and calendar in (None, "undated", "calendar") and columns["start"][i] and len(stated) == 1:
            columns["year"][i], columns["calendar"][i] = int(stated.pop()), "calendar"


def _each(values: Sequence[Any], role: str, read: Callable[[str], Any], problems: Problems) -> list[Any]:
    """Each text read; what cannot be read is a problem of its row."""
    out: list[Any] = []
    for number, text in enumerate(values):
        found = None if text is None else read(str(text))
        if isinstance(found, Problem):
            problems.append((number, role, str(text), found))
            found = None
        out.append(found)
    return out


def _declared_calendar(given: Mapping[str, Any]) -> str | None:
    calendars = {c for c in list(given.get("calendar", [])) if c}
    return calendars.pop() if len(calendars) == 1 else None


def _year(text: str, given: Mapping[str, Any], block: Block) -> int | Problem | None:
    period = parse_period(text, _declared_calendar(given), block.source.language)
    return period if isinstance(period, Problem) else period.year


def _calendar(text: str | None, block: Block) -> str:
    period = None if text is None else parse_period(str(text), None, block.source.language)
    return "undated" if period is None or isinstance(period, Problem) else period.calendar


def _both_bounds(given: dict[str, Any], whole: str, block: Block, problems: Problems) -> None:
    """One printed cell gives both bounds of a baseline or target; a target is kept as printed too."""
    texts = list(given.pop(whole))
    read = partial(_figure, block=block)
    figures = _each(texts, whole, read, problems)
    given[f"{whole}_low"] = [None if f is None else f.low for f in figures]
    given[f"{whole}_high"] = [None if f is None else f.high for f in figures]
    if whole == "target":
        given["text"] = texts


def _figure(text: str, block: Block) -> Figure | Problem:
    return parse_figure(text, "unstated", block.source.numerals, block.source.language, block.source.symbols)


def _bound(text: str, name: str, block: Block) -> float | Problem | None:
    """A bound of a target: both bounds may be read from one printed figure."""
    figure = _figure(text, block)
    if isinstance(figure, Problem):
        return figure
    if figure.qualifier not in ("exact", "not_reported"):
        role = name.rpartition("_")[0]
        message = f"“{text}” is no single number, so it cannot be one bound"
        return Problem("unread_words", message, f"give the column the role “{role}”: it is read with both its bounds")
    return figure.low if name.endswith("low") else figure.high


def _column(took: Mapping[str, Any], name: str, count: int) -> list[Any]:
    return list(took[name]) if name in took else [None] * count


def row_ids(pattern: str, rows: np.ndarray, editions: Sequence[str | None]) -> list[str]:
    """The id of each row by the layout's pattern."""
    return [
        pattern.replace("{row}", str(row + 1)).replace("{edition}", str(edition or ""))
        for row, edition in zip(rows.tolist(), editions, strict=True)
    ]


def also_rows(block: Block, wanted: np.ndarray) -> tuple[dict[str, pd.DataFrame], tuple[HeldLabel, ...]]:
    """The second table that the same rows feed, and what is held in it, with the readings that are no rows for it.

    A row whose figure is held was still done; where the row itself is held, so is its figure. Rows that say the same
    of one thing, such as the targets of one indicator, become one row.
    """
    also = block.layout.also
    if also is None:
        return {}, ()
    readings = block.laid.readings
    second = Readings(readings.rows, readings.columns, readings.text, readings.also)
    around = Surroundings(block.grid.unread, block.grid.markers, block.laid.notes)
    words = harmonise(second, replace(block.layout, table=also.table), block.source, also.constants, around)
    wanted = wanted.copy()
    for label in words.held:
        wanted[label.readings] = False
    index = np.flatnonzero(wanted)
    took = {role: column.taken(index).values() for role, column in words.columns.items()}
    pattern = also.id or block.layout.id
    frame, problems = _fact_frame(block, also.table, pattern, took, readings.rows[index], readings.columns[index])
    problems.extend(_nameless(frame, also.table))
    problems.extend((i, name, str(frame[name].iloc[i]), p) for i, name, p in _doubled(frame, also.table))
    needed = [c.name for c in TABLES[also.table] if not c.nullable and c.kind == "str"]
    frame = frame.drop(index=[i for i, *_ in problems]).fillna(dict.fromkeys(needed, UNSTATED))
    frame = frame.drop_duplicates([name for name in frame.columns if name != "cell"])
    told = [
        HeldLabel(_also_cell(second, role, index[i]), text, p.code, p.message, p.hint, index[[i]])
        for i, role, text, p in problems
    ]
    return {also.table: frame.reset_index(drop=True)}, (*words.held, *told)


def _nameless(frame: pd.DataFrame, table: str) -> Iterable[tuple[int, str, str, Problem]]:
    """Rows without the codes that a row of the second table cannot do without; other words may stay unstated."""
    if table == "indicators":
        for name in ("measure", "direction"):
            for i in np.flatnonzero(frame[name].isna().to_numpy()).tolist():
                message = f"the row has no {name}, which every row of {table} needs"
                yield i, name, "", Problem("missing_fact", message)


def _also_cell(readings: Readings, role: str, reading: int) -> tuple[int, int]:
    """Where the label of a role of the second table stands, in the row of a reading."""
    column = next((int(label.columns[reading]) for label in readings.labels if label.role == role), None)
    return int(readings.rows[reading]), int(readings.columns[reading]) if column is None else column
