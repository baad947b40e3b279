"""Lists of persons or cases become counts, before anything else looks at them.

Only what a case-level source declares is read, and only to count by it: how many rows there are of each combination.
The rest of the sheet goes no further than this module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.ingest.declare import Layout, Source
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.laid import LayoutMismatch, end_row, same

COUNTED = "rows counted"
"""Header of the counts."""
CHILD_BELOW = 18
_DATE = re.compile(r"((?:19|20)\d\d)[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]((?:19|20)\d\d)")
_AGE = re.compile(r"(\d{1,3})(?:[.,]0)?")


def counted_sheets(
    name: str, grids: tuple[Grid, ...], source: Source
) -> tuple[tuple[Grid, ...], dict[str, list[Layout]]]:
    """The sheets of a file and the layouts that claim each; in a case-level source counts stand in place of lists.

    Raises
    ------
    LayoutMismatch
        If a list does not have the declared headers.
    """
    layouts = {grid.name: [one for one in source.layouts if one.claims(name, grid.name)] for grid in grids}
    if not source.privacy.case_level:
        return grids, layouts
    found = []
    for grid in grids:
        one = grid
        if len(layouts[grid.name]) == 1:
            one, read_as = counted(grid, layouts[grid.name][0], source)
            layouts[grid.name] = [read_as]
        found.append(one)
    return tuple(found), layouts


def counted(grid: Grid, layout: Layout, source: Source) -> tuple[Grid, Layout]:
    """The counts of a sheet on which each row is a person or a case, and the layout by which they are read.

    Parameters
    ----------
    grid
        The sheet.
    layout
        What is declared of it: the headers by which rows are counted, and their roles.
    source
        The declaration.

    Returns
    -------
    Grid, Layout
        One row for each combination that occurs, in the order of its words; the number of rows under `COUNTED`.

    Raises
    ------
    LayoutMismatch
        If a declared header is missing; its message names declared headers only, nothing of the sheet.
    """
    headers = [header for header, role in layout.columns.items() if role != "ignore"]
    top, places = _find(grid, headers, layout)
    spread, filled = grid.spread(), grid.filled
    end = end_row(grid.text, filled, top + 1, layout.ends)
    kept = [header for header in headers if header in places]
    counts: Counter[tuple[str, ...]] = Counter()
    written: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in range(top + 1, end):
        texts = tuple(_grouped(str(spread[row, places[h]]).strip(), layout.columns[h], layout, source) for h in kept)
        if not filled[row, list(places.values())].any():
            continue
        key = tuple(vocab.normalise(text) for text in texts)
        counts[key] += 1
        written.setdefault(key, texts)
    lines = [[*kept, COUNTED], *([*written[key], str(counts[key])] for key in sorted(counts))]
    text = np.array(lines, dtype=object)
    typed = np.zeros(text.shape, dtype=bool)
    typed[1:, -1] = True
    by = ", ".join(kept)
    said = f"{counts.total():,} rows were counted into {len(counts):,} figures by {by}; nothing else was read"
    columns = {**{h: layout.columns[h] for h in kept}, COUNTED: "value"}
    read_as = replace(layout, columns=columns, optional=frozenset(), fill=frozenset(), ends=(), totals=(), ignore={})
    return Grid(grid.name, text, typed, flags=(("counted_rows", None, said),)), read_as


def _find(grid: Grid, headers: list[str], layout: Layout) -> tuple[int, dict[str, int]]:
    """The header row, and the column of each declared header that is there."""
    needed = {same(header) for header in headers if header not in layout.optional}
    for row, values in enumerate(grid.text[:200].tolist()):
        said = [same(value) for value in values]
        if needed and needed <= set(said):
            return row, {header: said.index(same(header)) for header in headers if same(header) in said}
    listed = ", ".join(f"“{header}”" for header in headers)
    raise LayoutMismatch(
        "header_missing",
        f"the declared headers stand together in no row of the sheet: {listed}",
        None,
        "nothing of a list of persons is quoted here; compare its headers with `columns` in source.toml",
    )


def _grouped(text: str, role: str, layout: Layout, source: Source) -> str:
    """What a text is counted as: its declared meaning, the year of a date, child or adult for an age."""
    base = role.partition(":")[0]
    meant: Mapping[str, str] = {
        **source.meanings.get(base, {}), **layout.meanings.get(base, {})
    }.get(vocab.normalise(text), {})  # fmt: skip
    if set(meant) == {base}:
        return meant[base]
    if base == "year" and (day := _DATE.fullmatch(text)):
        return day[1] or day[2]
    if base == "age" and (age := _AGE.fullmatch(text)):
        return "child" if int(age[1]) < CHILD_BELOW else "adult"
    return text or "unknown" if base in ("sex", "age", "citizenship", "form") or ":" in role else text
