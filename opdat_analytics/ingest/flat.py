"""Flat tables: one header row, one row per figure or fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.ingest.declare import Layout
from opdat_analytics.ingest.laid import (
    BLANK,
    FATE,
    NOT_REPORTED,
    TOTALLED,
    UNSTATED,
    Finding,
    Labels,
    Laid,
    LayoutMismatch,
    Readings,
    Total,
    end_row,
    footnotes,
    lone_rows,
    named_above,
    normalised,
    same,
    surroundings,
)
from opdat_analytics.ingest.workbook import Grid, nonblank
from opdat_analytics.model import address

_NO_TOTAL = frozenset(
    {"value", "ignore", "note", "url", "form", "sex", "age", "citizenship", "breakdown", "unknown_route"}
)
"""Columns in which “Total” names no printed total: a disaggregation's own total is a figure like any other."""
_LONGEST = 30
"""Letters of the longest text that could be a usual word for a total."""


def _find_header(grid: Grid, layout: Layout) -> tuple[int, dict[str, int], dict[str, str]]:
    """The header row, the column of every declared header found, and the role of each."""
    wanted = {same(header): header for header in layout.columns}
    needed = {key for key, header in wanted.items() if header not in layout.optional}
    normal = normalised(grid.text[: min(grid.text.shape[0], 200)])
    hits = [
        (len(wanted.keys() & set(row)), len(needed & set(row)), -number) for number, row in enumerate(normal.tolist())
    ]
    complete = [-row for count, required, row in hits if required == len(needed) and count]
    if len(complete) > 1 and not layout.repeated:
        first, again = complete[0] + 1, complete[1] + 1
        raise LayoutMismatch(
            "header_twice",
            f"the declared headers stand in row {first} and again in row {again} of sheet “{grid.name}”",
            (complete[1], 0),
            'if it is one table on several pages, declare header = "repeated"; if these are several tables, give each '
            "a layout with `from`, the text by which its part of the sheet begins",
        )
    if complete:
        return _columns_of(grid, layout, complete[0], normal[complete[0]].tolist(), wanted)
    count, _, row = max(hits, default=(0, 0, 0))
    if count == 0:
        listed = ", ".join(f"“{header}”" for header in layout.columns)
        raise LayoutMismatch("header_missing", f"none of the declared headers is on sheet “{grid.name}”: {listed}")
    missing = [wanted[key] for key in wanted if key in needed and key not in normal[-row].tolist()]
    spare = [str(t) for t, key in zip(grid.text[-row], normal[-row], strict=True) if key and key not in wanted]
    told = []
    for header in missing:
        near = vocab.suggest(header, spare) or (spare[0] if len(spare) == 1 == len(missing) else None)
        told.append(
            f"header “{header}” is not in row {1 - row} of sheet “{grid.name}”"
            + (f"; nearest there: “{near}”" if near else "")
        )
    raise LayoutMismatch(
        "header_missing",
        "; ".join(told),
        (-row, 0),
        "if the column was renamed, change its name under `columns` in source.toml",
    )


def _columns_of(
    grid: Grid, layout: Layout, row: int, normal: list[str], wanted: Mapping[str, str]
) -> tuple[int, dict[str, int], dict[str, str]]:
    places: dict[str, int] = {}
    for column, key in enumerate(normal):
        if key in wanted:
            header = wanted[key]
            if header in places:
                raise LayoutMismatch(
                    "header_twice",
                    f"header “{header}” stands in {address(row, places[header])} and {address(row, column)}",
                    (row, column),
                )
            places[header] = column
    return row, places, {header: layout.columns[header] for header in places}


def lay_flat(grid: Grid, layout: Layout) -> Laid:
    """Take a flat sheet apart; see ``layouts.lay``."""
    text, filled = grid.text, grid.filled
    fates = np.zeros(text.shape, dtype=np.uint8)
    top, places, roles = _find_header(grid, layout)
    end = end_row(text, filled, top + 1, layout.ends)
    for column in places.values():
        fates[top, column] = FATE["header"]
    findings = list(_undeclared(grid, filled, fates, top, end, set(places.values())))

    body = np.arange(top + 1, end)
    declared = np.array(sorted(places.values()))
    body = body[filled[np.ix_(body, declared)].any(axis=1)] if body.size else body
    if layout.repeated:
        again = _printed_again(text, top, body, places)
        fates[np.ix_(again, declared)] = np.where(filled[np.ix_(again, declared)], FATE["header"], BLANK)
        body = np.setdiff1d(body, again)
    lines = np.empty(0, dtype=body.dtype)
    if layout.subtitles is not None:
        lines = body[lone_rows(filled, text, body, declared, layout.subtitles)]
        fates[np.ix_(lines, declared)] = np.where(filled[np.ix_(lines, declared)], FATE["label"], BLANK)
        body = np.setdiff1d(body, lines)
    read = _filled_down(grid, layout, places, body)
    aside, totals = _set_aside(read, layout, places, roles, body, fates, filled)
    kept = body[~aside]

    value_header = next((h for h, role in roles.items() if role == "value"), None)
    value_column = places[value_header] if value_header is not None else int(declared[0])
    for header, column in places.items():
        role = roles[header]
        fate = "ignored" if role == "ignore" else "label" if value_header is not None and role != "value" else "value"
        fates[kept, column] = np.where(filled[kept, column], FATE[fate], BLANK)
    if value_header is not None:
        blank = kept[~filled[kept, value_column]]
        fates[blank, value_column] = NOT_REPORTED

    labels = tuple(_flat_labels(read, layout, places, roles, kept))
    if layout.subtitles is not None:
        labels = (*labels, named_above(text, filled, lines, kept, layout.subtitles.role))
    said = read if value_header in layout.fill else text
    also = tuple(_also_labels(read, layout, places, kept))
    readings = Readings(kept, np.full(kept.size, value_column), said[kept, value_column], labels, also)
    notes = footnotes(text, filled, end, fates != BLANK)
    surroundings(fates, filled, top, end)
    return Laid(readings, fates, _with_parts(totals, readings, read, layout), notes, tuple(findings))


def _printed_again(text: np.ndarray, top: int, body: np.ndarray, places: Mapping[str, int]) -> np.ndarray:
    """The rows of the body that say what the header row says."""
    columns = np.array(sorted(places.values()))
    heads = normalised(text[top, columns])
    return body[(normalised(text[np.ix_(body, columns)]) == heads).all(axis=1)] if body.size else body


def _undeclared(
    grid: Grid, filled: np.ndarray, fates: np.ndarray, top: int, end: int, known: set[int]
) -> Iterator[Finding]:
    for column in np.flatnonzero(filled[top:end].any(axis=0)).tolist():
        if column in known:
            continue
        rows = top + np.flatnonzero(filled[top:end, column])
        fates[rows, column] = FATE["held"]
        header = grid.text[top, column].strip() or "(no header)"
        yield Finding(
            "hold",
            "undeclared_column",
            (top, column),
            f"column “{header}” is not declared; its {rows.size} cells are not used",
            f'give it a role under `columns` in source.toml, or "{header}" = "ignore"',
        )


def _filled_down(grid: Grid, layout: Layout, places: Mapping[str, int], body: np.ndarray) -> np.ndarray:
    """The text to read: merged ranges spread downwards, and blanks filled from above where declared."""
    if not layout.fill and not grid.merges:
        return grid.text
    read = grid.text.copy()
    for top, left, bottom, _ in grid.merges:
        covered = read[top : bottom + 1, left]
        covered[~nonblank(covered)] = grid.text[top, left]
    apart = {same(label) for label in (*layout.ignore, *layout.totals)}
    for header in layout.fill & places.keys():
        above = ""
        for row in body.tolist():
            if read[row, places[header]].strip():
                above = "" if same(read[row, places[header]]) in apart else read[row, places[header]]
            else:
                read[row, places[header]] = above
    return read


def _set_aside(
    read: np.ndarray,
    layout: Layout,
    places: Mapping[str, int],
    roles: Mapping[str, str],
    body: np.ndarray,
    fates: np.ndarray,
    filled: np.ndarray,
) -> tuple[np.ndarray, list[tuple[int, int, str]]]:
    """Rows that are ignored by declaration or are printed totals, and the totals' cells."""
    aside = np.zeros(body.size, dtype=bool)
    totals: list[tuple[int, int, str]] = []
    unread = {same(label) for label in layout.ignore}
    sums = {same(label) for label in layout.totals}
    totalling = [column for header, column in places.items() if roles[header] in TOTALLED]
    words = {same(text) for column in totalling for text in set(read[body, column].tolist()) if len(text) < _LONGEST}
    usual = layout.usual_totals & words
    if not unread and not sums and not usual:
        return aside, totals
    labelled = [column for header, column in places.items() if roles[header].partition(":")[0] not in _NO_TOTAL]
    normal = normalised(read[np.ix_(body, np.array(labelled, dtype=int))])
    totalled = [n for n, column in enumerate(labelled) if column in totalling]
    odd = np.isin(normal, list(unread | sums)).any(axis=1) | np.isin(normal[:, totalled], list(usual)).any(axis=1)
    for number in np.flatnonzero(odd).tolist():
        row = int(body[number])
        said = set(normal[number].tolist())
        fate = "ignored" if said & unread else "total" if said & sums or said & usual else None
        if fate is None:
            continue
        aside[number] = True
        fates[row, filled[row]] = FATE[fate]
        if fate == "total":
            totals.extend((row, c, read[row, c]) for h, c in places.items() if roles[h] == "value" and filled[row, c])
    return aside, totals


def _with_parts(
    totals: list[tuple[int, int, str]], readings: Readings, read: np.ndarray, layout: Layout
) -> tuple[Total, ...]:
    """In a flat table a total sums the rows since the totals before it that say the same beside it."""
    sums = {same(label) for label in layout.totals} | layout.usual_totals
    found, before, last = [], -1, -2
    for row, column, text in totals:
        before = before if row == last + 1 else last
        parts = (readings.rows > before) & (readings.rows < row)
        for labels in readings.labels if readings.text.size else ():
            said = str(read[row, int(labels.columns[0])]).strip()
            if said and labels.role not in ("note", "url") and same(said) not in sums:
                parts &= labels.text == read[row, int(labels.columns[0])]
        found.append(Total((row, column), text, np.flatnonzero(parts)))
        last = row
    return tuple(found)


def _also_labels(read: np.ndarray, layout: Layout, places: Mapping[str, int], rows: np.ndarray) -> Iterator[Labels]:
    """The labels of the second table that the same rows feed."""
    columns = {same(header): column for header, column in places.items()}
    for header, role in layout.also.columns.items() if layout.also else ():
        column = columns.get(same(header))
        if column is not None:
            yield Labels(role, read[rows, column], rows, np.full(rows.size, column))


def _flat_labels(
    read: np.ndarray, layout: Layout, places: Mapping[str, int], roles: Mapping[str, str], rows: np.ndarray
) -> Iterator[Labels]:
    routed = {route.column for route in layout.routes}
    for header, column in places.items():
        role = roles[header]
        if role not in ("ignore", "value") and header not in routed:
            yield Labels(role, read[rows, column], rows, np.full(rows.size, column))
    for route in layout.routes:
        if route.column not in places or route.by not in places:
            continue
        to = {same(text): role for text, role in route.to.items()}
        by = normalised(read[rows, places[route.by]])
        text = read[rows, places[route.column]]
        columns = np.full(rows.size, places[route.column])
        for role in sorted(set(to.values()) - {""}):
            here = np.array([to.get(key) == role for key in by.tolist()], dtype=bool)
            blank = np.array([not one.strip() for one in text.tolist()], dtype=bool)
            yield Labels(role, np.where(here, np.where(blank, UNSTATED, text), ""), rows, columns)
        unknown = np.array([key not in to for key in by.tolist()], dtype=bool)
        if unknown.any():
            yield Labels(
                "unknown_route",
                np.where(unknown, read[rows, places[route.by]], ""),
                rows,
                np.full(rows.size, places[route.by]),
            )
