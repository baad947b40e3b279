"""A next edition held against its declaration: what moved, was renamed, was added or is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.admitted import admitted_sheets
from opdat_analytics.drafting.declaration_text import toml_value
from opdat_analytics.drafting.layouts import draft_layout
from opdat_analytics.drafting.sheet_tables import find_tables
from opdat_analytics.drafting.words import named_role
from opdat_analytics.ingest.declare import Layout, Source
from opdat_analytics.ingest.grid import Grid, cells_of
from opdat_analytics.ingest.laid import LayoutMismatch, normalised, same, starts
from opdat_analytics.ingest.layouts import parts_of
from opdat_analytics.model import address

LONGEST = 200
"""Letters of a text that may begin a part of a sheet."""


@dataclass(frozen=True)
class Drift:
    """One way in which a file no longer lies as declared.

    Attributes
    ----------
    kind
        ``renamed``, ``moved``, ``added`` or ``missing``.
    sheet, cell
        Where; the cell is None where nothing stands there any more.
    was, now
        What the declaration says and what the file says; ``""`` where it says nothing.
    proposal
        The change of ``source.toml`` that would meet it.
    """

    kind: str
    sheet: str
    cell: str | None
    was: str
    now: str
    proposal: str


def drift(path: Path, source: Source) -> list[Drift]:
    """What changed in a file since its declaration was written; nothing is changed by this.

    Parameters
    ----------
    path
        The new edition.
    source
        The declaration of its source.

    Raises
    ------
    UnreadableFile
        If the file cannot be read.
    """
    grids = admitted_sheets(path, source)
    found: list[Drift] = []
    for grid in grids:
        claims = [layout for layout in source.layouts if layout.claims(path.name, grid.name)]
        try:
            parts = parts_of(grid, claims) if claims and all(c.begins for c in claims) else [(c, grid) for c in claims]
        except LayoutMismatch as error:
            found += _begun(grid, claims, str(error))
            continue
        for layout, part in parts:
            crossed = layout.corner is not None
            found += _crossed(part, layout, source.language) if crossed else _flat(part, layout)
    found += _sheets(path, source, grids)
    return found


def _begun(grid: Grid, layouts: Sequence[Layout], told: str) -> Iterator[Drift]:
    """Parts of a sheet that no longer begin with the text of their ``from``."""
    texts = sorted({str(t).strip() for t in grid.text.ravel().tolist() if 0 < len(t.strip()) < LONGEST})
    wanted = {text for one in layouts if one.begins for text in (one.begins.row, one.begins.column) if text}
    gone = [text for text in sorted(wanted) if not any(starts(said, (text,)) for said in texts)]
    for text in gone:
        now = vocab.suggest(text, [said for said in texts if said not in wanted])
        proposal = f"in the layout with from = “{text}”: “{now}” in its place" if now else "change or delete its layout"
        yield Drift("renamed" if now else "missing", grid.name, None, text, now or "", proposal)
    if not gone:
        yield Drift("added", grid.name, None, "", "", f"{told}; change `from`")


def _sheets(path: Path, source: Source, grids: Sequence[Grid]) -> Iterator[Drift]:
    """Sheets that no layout claims, beside layouts that claim no sheet."""
    idle = [one for one in source.layouts if not any(one.claims(path.name, grid.name) for grid in grids)]
    for grid in grids:
        layouts = any(one.claims(path.name, grid.name) for one in source.layouts)
        if not cells_of(grid) or layouts or any(one.claims(path.name, grid.name) for one in source.ignore):
            continue
        near = vocab.suggest(grid.name, [one.sheet for one in idle]) or (idle[0].sheet if len(idle) == 1 else None)
        if near:
            yield Drift(
                "renamed",
                grid.name,
                None,
                near,
                grid.name,
                f'in the layout with sheet = "{near}": sheet = "{grid.name}"',
            )
        else:
            yield Drift(
                "added", grid.name, None, "", grid.name, "declare a [[layout]] for it, or name it under `ignore`"
            )


def _flat(grid: Grid, layout: Layout) -> Iterator[Drift]:
    wanted = {same(header): header for header in layout.columns}
    normal = normalised(grid.text[:200])
    hits = [len(wanted.keys() & set(row)) for row in normal.tolist()]
    if not any(hits):
        tables = find_tables(grid)
        heads = [t.headers[-1] for t in tables if t.headers]
        if not heads:
            for header in layout.columns:
                yield Drift("missing", grid.name, None, header, "", "no row of headings was found on the sheet")
            return
        row = heads[0]
    else:
        row = int(np.argmax(hits))
    at = {key: c for c, key in reversed(list(enumerate(normal[row].tolist()))) if key}
    missing = [header for key, header in wanted.items() if key not in at and header not in layout.optional]
    spare = {str(grid.text[row, c]).strip(): c for key, c in at.items() if key not in wanted}
    for header in missing:
        now = _renamed(header, layout, spare, len(missing))
        if now is None:
            proposal = f'delete "{header}" from `columns`, or name it under `optional`'
            yield Drift("missing", grid.name, None, header, "", proposal)
            continue
        cell = address(row, spare.pop(now))
        yield Drift(
            "renamed",
            grid.name,
            cell,
            header,
            now,
            f'under `columns`: "{now}" = "{layout.columns[header]}" in place of "{header}"',
        )
    for now, column in spare.items():
        role = named_role(now)
        proposal = f'under `columns`: "{now}" = "{role or "ignore"}"' + ("" if role else ", or the role that it has")
        yield Drift("added", grid.name, address(row, column), "", now, proposal)
    yield from _moved(grid, layout, row, at)


def _renamed(header: str, layout: Layout, spare: dict[str, int], missing: int) -> str | None:
    """The new heading that stands for one that is gone: alike in letters, alike in meaning, or the only one left."""
    near = vocab.suggest(header, spare)
    if near:
        return near
    role = layout.columns[header].partition(":")[0]
    alike = [now for now in spare if named_role(now) == role]
    if len(alike) == 1:
        return alike[0]
    return next(iter(spare)) if len(spare) == 1 and missing == 1 else None


def _moved(grid: Grid, layout: Layout, row: int, at: dict[str, int]) -> Iterator[Drift]:
    """Columns that no longer stand in the order of the declaration: the fewest that must have moved."""
    order = [(header, at[same(header)]) for header in layout.columns if same(header) in at]
    kept: list[list[int]] = []
    for number, (_, column) in enumerate(order):
        before = [run for run in kept if order[run[-1]][1] < column]
        kept.append([*_longest(before), number])
    stay = set(_longest(kept))
    for number, (header, column) in enumerate(order):
        if number not in stay:
            cell = address(row, column)
            yield Drift(
                "moved", grid.name, cell, header, header, "nothing: columns of a flat table are found by their headings"
            )


def _longest(runs: Sequence[list[int]]) -> list[int]:
    return max(runs, key=len) if runs else []


def _crossed(grid: Grid, layout: Layout, language: str) -> Iterator[Drift]:
    corner = layout.corner or ""
    places = np.argwhere(normalised(grid.text) == same(corner))
    if len(places) == 1 or (len(places) and layout.repeated):
        yield from _headings(grid, layout, (int(places[0][0]), int(places[0][1])), language)
        return
    if len(places) > 1:
        cells = ", ".join(address(int(r), int(c)) for r, c in places[:4])
        proposal = f"choose another `corner`: this text now stands in {cells}"
        yield Drift("added", grid.name, address(*map(int, places[1])), corner, corner, proposal)
        return
    tables = [t for t in find_tables(grid) if t.headers and t.labels]
    if not tables:
        yield Drift("missing", grid.name, None, corner, "", "no table with headings and labels was found on the sheet")
        return
    table = tables[0]
    for row in table.headers:
        now = str(grid.text[row, table.labels[0]]).strip()
        if now:
            cell = address(row, table.labels[0])
            yield Drift("renamed", grid.name, cell, corner, now, f'corner = "{now}"')
            return
    cell = address(table.headers[0], table.labels[0])
    yield Drift(
        "missing", grid.name, cell, corner, "", f"write “{corner}” into {cell} again, or choose another `corner`"
    )


def _headings(grid: Grid, layout: Layout, at: tuple[int, int], language: str) -> Iterator[Drift]:
    """Columns of labels that were added or are gone: the figures begin in another column than is declared."""
    deep = max((axis.index for axis in layout.headers if axis.direction == "row"), default=1)
    wide = max((axis.index for axis in layout.headers if axis.direction == "column"), default=1)
    top, left = at[0] - deep * (layout.beside == "above"), at[1] - wide * (layout.beside == "left_of")
    tables = [t for t in find_tables(grid) if t.headers and t.values and top <= t.headers[-1] < top + deep + 1]
    if len(tables) != 1:
        return
    (table,) = tables
    first = table.values[0]
    if first == left + wide:
        return
    drafted = draft_layout(grid, table, "", language).keys.get("headers")
    if not drafted:
        return
    declared = {axis.role for axis in layout.headers}
    known = set(map(str, drafted))
    cell = address(table.headers[-1], max(left, min(first, left + wide) - 1) if first < left + wide else left + wide)
    said = ", ".join(sorted(known - declared if first > left + wide else declared - known)) or "labels"
    kind = "added" if first > left + wide else "missing"
    was, now = ("", said) if kind == "added" else (said, "")
    yield Drift(kind, grid.name, cell, was, now, f"headers = {toml_value(drafted)}")
