"""Tables with headers on two sides: figures where rows and columns cross."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.ingest.coded import Coded
from opdat_analytics.ingest.declare import Layout
from opdat_analytics.ingest.laid import (
    BLANK,
    FATE,
    NOT_REPORTED,
    TOTALLED,
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
from opdat_analytics.ingest.workbook import Grid
from opdat_analytics.model import address


def _corners(grid: Grid, layout: Layout, deep: int, wide: int) -> list[tuple[int, int]]:
    """Where the table's corner stands; more than once only where its headers are printed again."""
    assert layout.corner is not None  # noqa: S101 - the caller's choice
    corner = layout.corner
    wanted = same(corner)
    texts = dict(enumerate(grid.words.levels)) if wanted.isdecimal() else grid.worded
    said = [number for number, text in texts.items() if same(text) == wanted]
    found = sorted((int(r), int(c)) for number in said for r, c in np.argwhere(grid.words.codes == number))
    if found and layout.repeated and {column for _, column in found} == {found[0][1]}:
        return found
    if len(found) == 1 and layout.beside is None:
        return found
    if len(found) == 1:
        row, column = found[0]
        at = (row - deep, column) if layout.beside == "above" else (row, column - wide)
        if min(at) >= 0:
            return [at]
        found = []
    if not found:
        near = vocab.suggest(corner, sorted({str(t).strip() for t in grid.text.ravel() if t.strip() and len(t) < 80}))
        raise LayoutMismatch(
            "corner_missing",
            f"corner “{corner}” is not on sheet “{grid.name}”" + (f"; nearest there: “{near}”" if near else ""),
            None,
            "if the header was renamed, change `corner` in source.toml",
        )
    cells = ", ".join(address(r, c) for r, c in found[:5])
    raise LayoutMismatch(
        "corner_twice", f"corner “{corner}” stands {len(found)} times on sheet “{grid.name}”: {cells}", found[1]
    )


def lay_crossed(grid: Grid, layout: Layout) -> Laid:
    """Take a sheet with headers on two sides apart; see ``layouts.lay``."""
    assert layout.corner is not None  # noqa: S101 - the caller's choice
    text, filled = grid.text, grid.filled
    fates = np.zeros(text.shape, dtype=np.uint8)
    deep = max((a.index for a in layout.headers if a.direction == "row"), default=1)
    wide = max((a.index for a in layout.headers if a.direction == "column"), default=1)
    (top, left), *again = _corners(grid, layout, deep, wide)
    first_row, first_column = top + deep, left + wide
    end = end_row(text, filled, first_row, layout.ends)
    spread = grid.spread() if grid.merges else text
    right = _right_edge(spread, top, first_row, first_column)
    rows = np.arange(first_row, end)
    rows = rows[filled[first_row:end, left:right].any(axis=1)]
    columns = np.arange(first_column, right)
    heads = _heads_again(grid, layout, [row for row, _ in again], (top, first_row, left, right))
    rows = rows[~np.isin(rows, heads)]
    lines = np.empty(0, dtype=rows.dtype)
    if layout.subtitles is not None:
        lines = rows[lone_rows(filled, text, rows, np.arange(left, right), layout.subtitles)]
        lines = lines[filled[lines, left:first_column].any(axis=1)]
        rows = rows[~np.isin(rows, lines)]

    across, down = _axis_labels(spread, layout, top, left, rows, columns)
    rows_aside = _fates_of_labels(layout, down, rows)
    columns_aside = _fates_of_labels(layout, across, columns)
    fates[top:first_row, left:right] = np.where(filled[top:first_row, left:right], FATE["header"], BLANK)
    for row in heads.tolist():
        fates[row, left:right] = np.where(filled[row, left:right], FATE["header"], BLANK)
    named = np.ix_(np.concatenate([rows, lines]), np.arange(left, first_column))
    fates[named] = np.where(filled[named], FATE["label"], BLANK)
    findings = list(_headless(grid, filled, fates, rows, end, right))

    wanted_rows = [r for r, fate in zip(rows.tolist(), rows_aside, strict=True) if fate is None]
    wanted_columns = [c for c, fate in zip(columns.tolist(), columns_aside, strict=True) if fate is None]
    for numbers, fated, is_row in ((rows.tolist(), rows_aside, True), (columns.tolist(), columns_aside, False)):
        for number, fate in zip(numbers, fated, strict=True):
            if fate is not None:
                block = (number, slice(left, right)) if is_row else (slice(top, end), number)
                fates[block] = np.where(filled[block] & (fates[block] != FATE["header"]), FATE[fate], fates[block])

    r = np.repeat(np.array(wanted_rows, dtype=np.intp), len(wanted_columns))
    c = np.tile(np.array(wanted_columns, dtype=np.intp), len(wanted_rows))
    fates[r, c] = np.where(filled[r, c], FATE["value"], NOT_REPORTED)
    labels = tuple(
        [_labels(role, said, columns, c, np.full(c.size, at), c) for role, at, said in across]
        + [_labels(role, said, rows, r, r, np.full(r.size, at)) for role, at, said in down]
    )
    if layout.subtitles is not None:
        labels = (*labels, named_above(text, filled, lines, r, layout.subtitles.role))
    readings = Readings(r, c, text[r, c], labels, known=grid.words.taken((r, c)))
    totals = _crossed_totals(text, filled, rows, columns, rows_aside, columns_aside, readings, down, across)
    notes = footnotes(text, filled, end, fates != BLANK)
    surroundings(fates, filled, top, end)
    return Laid(readings, fates, totals, notes, tuple(findings))


def _heads_again(grid: Grid, layout: Layout, rows: list[int], head: tuple[int, int, int, int]) -> np.ndarray:
    """The rows of headers that are printed again; they must say what the first ones say."""
    top, first_row, left, right = head
    found: list[int] = []
    for row in rows:
        again = grid.text[row : row + first_row - top, left:right]
        first = grid.text[top:first_row, left:right]
        if again.shape != first.shape or not np.array_equal(normalised(again), normalised(first)):
            message = f"the headers at {address(row, left)} are not those at {address(top, left)}"
            raise LayoutMismatch("corner_twice", f"{message} of sheet “{grid.name}”", (row, left))
        found.extend(range(row, row + first_row - top))
    return np.array(found, dtype=np.intp)


def _right_edge(spread: np.ndarray, top: int, first_row: int, first_column: int) -> int:
    """One past the last column that has a header; columns beyond it belong to no table."""
    headed = [c for c in range(first_column, spread.shape[1]) if any(str(t).strip() for t in spread[top:first_row, c])]
    return max(headed, default=first_column - 1) + 1


Said = tuple[str, int, np.ndarray]


def _axis_labels(
    spread: np.ndarray, layout: Layout, top: int, left: int, rows: np.ndarray, columns: np.ndarray
) -> tuple[list[Said], list[Said]]:
    """The labels along each declared header row and header column: role, its row or column, its texts."""
    across: list[Said] = []
    down: list[Said] = []
    for axis in layout.headers:
        at = (top if axis.direction == "row" else left) + axis.index - 1
        said = (spread[at, columns] if axis.direction == "row" else spread[rows, at]).copy()
        if axis.blanks:
            before = ""
            for number, text in enumerate(said):
                before = text if text.strip() else before
                said[number] = before
        (across if axis.direction == "row" else down).append((axis.role, at, said))
    return across, down


def _labels(
    role: str, said: np.ndarray, numbers: np.ndarray, wanted: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> Labels:
    """The labels along an axis, as each reading has them."""
    index = np.searchsorted(numbers, wanted)
    return Labels(role, said[index], rows, columns, Coded.of(said.tolist()).taken(index).used())


def _fates_of_labels(layout: Layout, said: list[Said], numbers: np.ndarray) -> list[str | None]:
    unread, sums = {same(t) for t in layout.ignore}, {same(t) for t in layout.totals}
    fates: list[str | None] = [None] * numbers.size
    for role, _, texts in said:
        for number, word in enumerate(map(same, texts.tolist())):
            if word in unread:
                fates[number] = "ignored"
            elif fates[number] is None and (word in sums or (role in TOTALLED and word in layout.usual_totals)):
                fates[number] = "total"
    return fates


def _headless(
    grid: Grid, filled: np.ndarray, fates: np.ndarray, rows: np.ndarray, end: int, right: int
) -> Iterator[Finding]:
    """Cells right of the last header stand beside the table's rows but under no header: held."""
    if not rows.size:
        return
    for row, column in np.argwhere(filled[rows[0] : end, right:]).tolist():
        at = (int(rows[0]) + row, right + column)
        fates[at] = FATE["held"]
        yield Finding(
            "hold",
            "no_header",
            at,
            "the cell stands beside the table but under no header",
            "move it, or give it a header",
        )


def _crossed_totals(
    text: np.ndarray,
    filled: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    rows_aside: list[str | None],
    columns_aside: list[str | None],
    readings: Readings,
    down: list[Said],
    across: list[Said],
) -> tuple[Total, ...]:
    """A total row sums the rows above it since the last total; a total column sums the columns of its headers."""
    found = []
    before = -1
    for row, fate in zip(rows.tolist(), rows_aside, strict=True):
        if fate != "total":
            continue
        for column, other in zip(columns.tolist(), columns_aside, strict=True):
            if other is None and filled[row, column]:
                parts = np.flatnonzero((readings.columns == column) & (readings.rows > before) & (readings.rows < row))
                found.append(Total((row, column), text[row, column], parts))
        before = row
    for number, (column, fate) in enumerate(zip(columns.tolist(), columns_aside, strict=True)):
        if fate != "total":
            continue
        sisters = [
            c
            for k, (c, other) in enumerate(zip(columns.tolist(), columns_aside, strict=True))
            if other is None and _differ_once(across, number, k)
        ]
        for row, other in zip(rows.tolist(), rows_aside, strict=True):
            if other is None and filled[row, column] and sisters:
                parts = np.flatnonzero((readings.rows == row) & np.isin(readings.columns, sisters))
                found.append(Total((row, column), text[row, column], parts))
    return tuple(found)


def _differ_once(across: list[Said], first: int, second: int) -> bool:
    """Whether two columns share all header labels but the one that says “total”."""
    return sum(bool(texts[first] != texts[second]) for _, _, texts in across) == 1
