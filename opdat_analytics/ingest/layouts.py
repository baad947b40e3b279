"""Finds declared tables on a sheet and takes them apart: every cell gets its fate, every figure its labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.ingest.declare import Layout
from opdat_analytics.ingest.workbook import Grid, nonblank
from opdat_analytics.model import FATES, OpdatError, address

FATE = {name: number for number, name in enumerate(FATES, 1)}
BLANK = 0
NOT_REPORTED = len(FATES) + 1
UNSTATED = "unstated"
"""What a blank says in a column that its row declares to be a disaggregation: a part unnamed, never the total."""


@dataclass(frozen=True)
class Labels:
    """The texts of one role, one per reading, and where each stands (zero-based rows and columns)."""

    role: str
    text: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True)
class Readings:
    """The cells of one table that hold figures or facts, still as text, beside their labels.

    Attributes
    ----------
    rows, columns
        Where each reading's own cell stands, zero-based.
    text
        What it says.
    labels
        One entry per header or column that names something; several may name the same role.
    """

    rows: np.ndarray
    columns: np.ndarray
    text: np.ndarray
    labels: tuple[Labels, ...]


@dataclass(frozen=True)
class Total:
    """A printed total and the readings that are its parts."""

    cell: tuple[int, int]
    text: str
    parts: np.ndarray


@dataclass(frozen=True)
class Finding:
    """A problem of the layout at a cell; becomes an issue with the file's name."""

    severity: str
    code: str
    cell: tuple[int, int] | None
    message: str
    hint: str | None = None


@dataclass(frozen=True)
class Laid:
    """A sheet taken apart.

    ``fates`` is an array like the grid: 0 for blank, else ``FATE[...]``, or ``NOT_REPORTED`` for a blank inside the
    table. ``notes`` maps a footnote's mark to its text.
    """

    readings: Readings
    fates: np.ndarray
    totals: tuple[Total, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


class LayoutMismatch(OpdatError):
    """The sheet does not lie as declared: the file stops."""

    def __init__(self, code: str, message: str, cell: tuple[int, int] | None = None, hint: str | None = None) -> None:
        self.code, self.cell, self.hint = code, cell, hint
        super().__init__(message)


def lay(grid: Grid, layout: Layout) -> Laid:
    """Take a sheet apart as its layout declares.

    Parameters
    ----------
    grid
        The sheet.
    layout
        Its declaration.

    Returns
    -------
    Laid
        Readings, the fate of every cell, printed totals with their parts, footnotes, findings.

    Raises
    ------
    LayoutMismatch
        If a declared header or corner is not there, or is there more than once.
    """
    return _lay_crossed(grid, layout) if layout.corner is not None else _lay_flat(grid, layout)


def _same(text: str) -> str:
    return vocab.normalise(text)


def _normal(texts: np.ndarray) -> np.ndarray:
    """The texts as the vocabulary compares words, each distinct text normalised once."""
    known: dict[str, str] = {"": ""}
    for text in set(texts.ravel().tolist()):
        known[text] = _same(text)
    return np.array([known[text] for text in texts.ravel().tolist()], dtype=object).reshape(texts.shape)


def _starts(text: str, beginnings: tuple[str, ...]) -> bool:
    """Whether a text begins so, letter by letter or as the vocabulary compares words (a mark like * only as it is)."""
    said, word = text.strip(), _same(text)
    return any(said.startswith(b.strip()) or (b[:1].isalnum() and word.startswith(_same(b))) for b in beginnings)


def _end(text: np.ndarray, filled: np.ndarray, first: int, ends: tuple[str, ...]) -> int:
    """The row at which the table has ended: the first whose first non-blank cell begins as declared."""
    last = int(np.flatnonzero(filled.any(axis=1)).max(initial=-1)) + 1
    if ends:
        for row in range(first, last):
            columns = np.flatnonzero(filled[row])
            if columns.size and _starts(text[row, columns[0]], ends):
                return row
    return last


def _is_mark(text: str) -> bool:
    return 0 < len(text) <= 3 and not any(c.isalnum() and c.isascii() for c in text.strip("[]()"))


def _notes(text: np.ndarray, filled: np.ndarray, first: int, taken: np.ndarray) -> dict[str, str]:
    """Footnotes by their mark: rows below the table that begin with a mark, in one cell or in two."""
    found: dict[str, str] = {}
    for row in range(first, text.shape[0]):
        columns = [c for c in np.flatnonzero(filled[row]) if not taken[row, c]]
        if not columns:
            continue
        said = " ".join(str(text[row, c]).strip() for c in columns)
        head, _, rest = said.partition(" ")
        if _is_mark(head) and rest:
            found.setdefault(head.strip("[]()"), rest.strip())
        elif said and not said[0].isalnum() and said.lstrip("*†‡§¶#^⁰¹²³⁴⁵⁶⁷⁸⁹") != said:
            body = said.lstrip("*†‡§¶#^⁰¹²³⁴⁵⁶⁷⁸⁹")
            found.setdefault(said[: len(said) - len(body)], body.strip())
    return found


def _surroundings(fates: np.ndarray, filled: np.ndarray, first: int, end: int) -> None:
    """What no table claimed is title above and beside it, and note below it."""
    unclaimed = filled & (fates == BLANK)
    fates[:end][unclaimed[:end]] = FATE["title"]
    fates[end:][unclaimed[end:]] = FATE["note"]


# ---------------------------------------------------------------- flat tables


def _find_header(grid: Grid, layout: Layout) -> tuple[int, dict[str, int], dict[str, str]]:
    """The header row, the column of every declared header found, and the role of each."""
    wanted = {_same(header): header for header in layout.columns}
    needed = {key for key, header in wanted.items() if header not in layout.optional}
    normal = _normal(grid.text[: min(grid.text.shape[0], 200)])
    hits = [
        (len(wanted.keys() & set(row)), len(needed & set(row)), -number) for number, row in enumerate(normal.tolist())
    ]
    complete = [-row for count, required, row in hits if required == len(needed) and count]
    if len(complete) > 1:
        raise LayoutMismatch(
            "header_twice",
            f"the declared headers stand in row {complete[0] + 1} and again in row {complete[1] + 1} of sheet “{grid.name}”",
            (complete[1], 0),
            "declare a layout that tells the tables apart, or where the first one `ends`",
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


def _lay_flat(grid: Grid, layout: Layout) -> Laid:
    text, filled = grid.text, nonblank(grid.text)
    fates = np.zeros(text.shape, dtype=np.uint8)
    top, places, roles = _find_header(grid, layout)
    end = _end(text, filled, top + 1, layout.ends)
    for header, column in places.items():
        fates[top, column] = FATE["header"]
        del header
    findings = list(_undeclared(grid, filled, fates, top, end, set(places.values())))

    body = np.arange(top + 1, end)
    declared = sorted(places.values())
    body = body[filled[np.ix_(body, declared)].any(axis=1)] if body.size else body
    read = _filled_down(grid, layout, places, body)
    aside, totals = _set_aside(read, layout, places, roles, body, fates, filled)
    kept = body[~aside]

    value_header = next((h for h, role in roles.items() if role == "value"), None)
    value_column = places[value_header] if value_header is not None else declared[0]
    for header, column in places.items():
        role = roles[header]
        fate = "ignored" if role == "ignore" else "label" if value_header is not None and role != "value" else "value"
        fates[kept, column] = np.where(filled[kept, column], FATE[fate], BLANK)
    if value_header is not None:
        blank = kept[~filled[kept, value_column]]
        fates[blank, value_column] = NOT_REPORTED

    labels = tuple(_flat_labels(read, layout, places, roles, kept))
    readings = Readings(kept, np.full(kept.size, value_column), read[kept, value_column], labels)
    notes = _notes(text, filled, end, fates != BLANK)
    _surroundings(fates, filled, top, end)
    return Laid(readings, fates, _with_parts(totals, readings), notes, tuple(findings))


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
    read = grid.spread() if grid.merges else grid.text
    if not layout.fill:
        return read
    read = read.copy()
    for header in layout.fill & places.keys():
        above = ""
        for row in body.tolist():
            if read[row, places[header]].strip():
                above = read[row, places[header]]
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
    unread = {_same(label) for label in layout.ignore}
    sums = {_same(label) for label in layout.totals}
    if not unread and not sums:
        return aside, totals
    labelled = [column for header, column in places.items() if roles[header] not in ("value", "ignore", "note", "url")]
    normal = _normal(read[np.ix_(body, labelled)])
    for number, row in enumerate(body.tolist()):
        said = set(normal[number].tolist())
        fate = "ignored" if said & unread else "total" if said & sums else None
        if fate is None:
            continue
        aside[number] = True
        fates[row, filled[row]] = FATE[fate]
        if fate == "total":
            totals.extend((row, c, read[row, c]) for h, c in places.items() if roles[h] == "value" and filled[row, c])
    return aside, totals


def _with_parts(totals: list[tuple[int, int, str]], readings: Readings) -> tuple[Total, ...]:
    """In a flat table a total sums the rows since the total before it."""
    found, before = [], -1
    for row, column, text in totals:
        parts = np.flatnonzero((readings.rows > before) & (readings.rows < row))
        found.append(Total((row, column), text, parts))
        before = row
    return tuple(found)


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
        to = {_same(text): role for text, role in route.to.items()}
        by = _normal(read[rows, places[route.by]])
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


# ---------------------------------------------------------------- headers on two sides


def _find_corner(grid: Grid, corner: str) -> tuple[int, int]:
    wanted = _same(corner)
    normal = _normal(grid.text)
    found = [(int(r), int(c)) for r, c in np.argwhere(normal == wanted)]
    if len(found) == 1:
        return found[0]
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


def _lay_crossed(grid: Grid, layout: Layout) -> Laid:
    assert layout.corner is not None  # noqa: S101 - the caller's choice
    text, filled = grid.text, nonblank(grid.text)
    fates = np.zeros(text.shape, dtype=np.uint8)
    top, left = _find_corner(grid, layout.corner)
    deep = max((a.index for a in layout.headers if a.direction == "row"), default=1)
    wide = max((a.index for a in layout.headers if a.direction == "column"), default=1)
    first_row, first_column = top + deep, left + wide
    end = _end(text, filled, first_row, layout.ends)
    spread = grid.spread() if grid.merges else text
    right = _right_edge(spread, top, first_row, first_column)
    rows = np.arange(first_row, end)
    rows = rows[filled[first_row:end, left:right].any(axis=1)]
    columns = np.arange(first_column, right)

    across, down = _axis_labels(spread, layout, top, left, rows, columns)
    rows_aside = _fates_of_labels(layout, down, rows)
    columns_aside = _fates_of_labels(layout, across, columns)
    fates[top:first_row, left:right] = np.where(filled[top:first_row, left:right], FATE["header"], BLANK)
    for row in rows.tolist():
        fates[row, left:first_column] = np.where(filled[row, left:first_column], FATE["label"], BLANK)
    findings = list(_headless(grid, filled, fates, rows, end, right))

    wanted_rows = [r for r, fate in zip(rows.tolist(), rows_aside, strict=True) if fate is None]
    wanted_columns = [c for c, fate in zip(columns.tolist(), columns_aside, strict=True) if fate is None]
    for numbers, fated, is_row in ((rows.tolist(), rows_aside, True), (columns.tolist(), columns_aside, False)):
        for number, fate in zip(numbers, fated, strict=True):
            if fate is not None:
                block = (number, slice(left, right)) if is_row else (slice(top, end), number)
                fates[block] = np.where(filled[block] & (fates[block] != FATE["header"]), FATE[fate], fates[block])

    grid_rows, grid_columns = np.meshgrid(wanted_rows, wanted_columns, indexing="ij")
    r, c = grid_rows.ravel().astype(int), grid_columns.ravel().astype(int)
    fates[r, c] = np.where(filled[r, c], FATE["value"], NOT_REPORTED)
    labels = tuple(
        [Labels(role, _picked(said, columns, c), np.full(c.size, at), c) for role, at, said in across]
        + [Labels(role, _picked(said, rows, r), r, np.full(r.size, at)) for role, at, said in down]
    )
    readings = Readings(r, c, text[r, c], labels)
    totals = _crossed_totals(text, filled, rows, columns, rows_aside, columns_aside, readings, down, across)
    notes = _notes(text, filled, end, fates != BLANK)
    _surroundings(fates, filled, top, end)
    return Laid(readings, fates, totals, notes, tuple(findings))


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


def _picked(said: np.ndarray, numbers: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    return said[np.searchsorted(numbers, wanted)]


def _fates_of_labels(layout: Layout, said: list[Said], numbers: np.ndarray) -> list[str | None]:
    unread, sums = {_same(t) for t in layout.ignore}, {_same(t) for t in layout.totals}
    fates: list[str | None] = []
    for number in range(numbers.size):
        words = {_same(texts[number]) for _, _, texts in said}
        fates.append("ignored" if words & unread else "total" if words & sums else None)
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
    return sum(texts[first] != texts[second] for _, _, texts in across) == 1
