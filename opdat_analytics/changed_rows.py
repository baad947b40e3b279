"""Rows of two publications side by side: figures and facts that are new, restated, gone, or held.

Figures are compared by column and by number; pandas is loaded only for facts, and for whoever asks for every change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from opdat_analytics import store
from opdat_analytics.change_columns import COLUMNS, Counts, held_at
from opdat_analytics.ingest.coded import Coded, combined, joined, levels_array
from opdat_analytics.ingest.revised import revision_columns
from opdat_analytics.kept_keys import bounds_of, coded_column
from opdat_analytics.model import FACT_KEYS, IDENTITY, SERIES, TABLES, Home, position
from opdat_analytics.model.arrow_columns import arrow_columns

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_KEY = (*SERIES, "edition", "url")
_SHOWN = (*IDENTITY, "place", "measure", "year", "text")
_READ = tuple(dict.fromkeys((*_KEY, *_SHOWN, "qualifier")))

Row = tuple[Any, ...]
"""One change, as ``COLUMNS``."""


def first(home: Home, after: Mapping[str, Any], newly: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A first publication: every figure and fact is added, in the order of the files; newly held cells behind."""
    import pandas as pd

    figures = store.columns_of(home, after, "observations", _SHOWN)
    added = figures.rename(columns={"text": "now"}).assign(kind="added", was=None)[list(COLUMNS)]
    none: Mapping[str, Any] = {"files": [], "across": {}}
    files = {entry["file"] for entry in after["files"]}
    facts = (row for table in FACT_KEYS for row in _facts(home, none, after, files, table))
    frames = [added, _frame([*_newly_held(newly, ()), *facts])]
    return pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True)


def between(
    home: Home,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    files: set[str],
    newly: Sequence[Mapping[str, Any]],
) -> tuple[Counts, pa.Table, Callable[[], pd.DataFrame]]:
    """What changed in some files.

    Parameters
    ----------
    home
        The project's folders.
    before, after
        Manifests.
    files
        Names of the files to compare.
    newly
        Issues of the cells that are held since ``before``.

    Returns
    -------
    How many changes there are of each kind and noun; figures corrected within one edition, as rows of ``revisions``;
    and what works out all changes one by one, a frame with ``COLUMNS``.
    """
    old, new = (_figures(home, manifest, files) for manifest in (before, after))
    was, now, gone, added = _paired(old, new)
    differ = ~_agree(old, new, was, now)
    was, now = was[differ], now[differ]
    waits = _waiting(old, gone, newly)
    others = _newly_held(newly, [issue for issue in waits if issue is not None])
    facts = [row for table in FACT_KEYS for row in _facts(home, before, after, files, table)]
    held = sum(issue is not None for issue in waits)
    counts = Counter(
        {("restated", "figure"): was.size, ("added", "figure"): added.size, ("gone", "figure"): gone.size - held}
    ) + Counter({("held", "cell"): held + len(others)})
    counts.update((row[0], "fact") for row in facts)

    def told() -> pd.DataFrame:
        waiting = np.array([issue is not None for issue in waits], dtype=bool)
        texts = [issue["text"] for issue in waits if issue is not None]
        return _frame(
            [
                *_changes("restated", new, now, old.said("text", was), new.said("text", now)),
                *_changes("added", new, added, None, new.said("text", added)),
                *_changes("gone", old, gone[~waiting], old.said("text", gone[~waiting]), None),
                *_changes("held", old, gone[waiting], old.said("text", gone[waiting]), texts),
                *others,
                *facts,
            ]
        )

    return counts, _corrected(old, new, was, now), told


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


# ---------------------------------------------------------------- figures


@dataclass(frozen=True)
class _Figures:
    """Figures of some files in one publication, by column: ``_READ``, and their bounds, NaN where there is none."""

    columns: Mapping[str, Coded]
    low: np.ndarray
    high: np.ndarray

    def said(self, name: str, rows: np.ndarray) -> list[Any]:
        """What a column says in some rows; None for null."""
        found: list[Any] = self.columns[name].taken(rows).values().tolist()
        return found


def _figures(home: Home, manifest: Mapping[str, Any], files: set[str]) -> _Figures:
    entries = [entry for entry in _entries(manifest, files) if store.has_parts(home, entry["parts"])]
    parts = store.part_entries({"files": entries, "across": {}}, "observations")
    if not parts:
        return _Figures({name: Coded(np.empty(0, dtype=np.intp), ()) for name in _READ}, np.empty(0), np.empty(0))
    table = store.part_table(home, parts, [*_READ, "low", "high"])
    return _Figures({name: coded_column(table.column(name)) for name in _READ}, *bounds_of(table))


def _entries(manifest: Mapping[str, Any], files: set[str]) -> list[Mapping[str, Any]]:
    return [entry for entry in manifest["files"] if entry["file"] in files]


def _paired(old: _Figures, new: _Figures) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows of one key in both, the first with the first, the second with the second; those of the old only; the new.

    All in the order of their keys.
    """
    count = old.low.size
    if not count + new.low.size:
        nothing = np.empty(0, dtype=np.intp)
        return nothing, nothing, nothing, nothing
    key = combined(_ranked(joined([old.columns[name], new.columns[name]])) for name in _KEY)
    order = np.argsort(key, kind="stable")
    side = (order >= count).astype(np.intp)
    own = np.diff(key[order], prepend=key[order[0]] - 1) != 0
    group = np.cumsum(own) - 1
    begins, olds = np.flatnonzero(own), np.bincount(group, weights=1 - side).astype(np.intp)
    place = np.arange(order.size) - begins[group] - side * olds[group]  # how many of its key came before it on its side
    news = np.diff(begins, append=order.size) - olds
    shared = place < np.minimum(olds, news)[group]
    rows = order - side * count
    return tuple(rows[(side == of) & both] for both in (shared, ~shared) for of in (0, 1))


def _ranked(column: Coded) -> Coded:
    """The same column, the numbers of its values in the order of what they say; null comes last."""
    known = sorted((level, number) for number, level in enumerate(column.levels) if level is not None)
    order = [number for _, number in known] + [number for number, level in enumerate(column.levels) if level is None]
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return Coded(rank[column.codes], tuple(column.levels[number] for number in order))


def _agree(old: _Figures, new: _Figures, was: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Whether pairs of figures state the same."""
    qualifier = joined([old.columns["qualifier"].taken(was), new.columns["qualifier"].taken(now)]).codes
    agree: np.ndarray = qualifier[: was.size] == qualifier[was.size :]
    for a, b in ((old.low[was], new.low[now]), (old.high[was], new.high[now])):
        agree &= (a == b) | (np.isnan(a) & np.isnan(b))
    return agree


def _waiting(old: _Figures, gone: np.ndarray, newly: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any] | None]:
    """For each figure that is gone, the newly held cell it waits for: its own, or a label in its row or column."""
    held: dict[tuple[str, str], list[tuple[tuple[int, int], Mapping[str, Any]]]] = {}
    for issue in newly:
        if issue["cell"]:
            held.setdefault((issue["file"], issue["sheet"]), []).append((position(issue["cell"]), issue))
    if not held:
        return [None] * gone.size
    found: list[Mapping[str, Any] | None] = []
    for file, sheet, cell in zip(*(old.said(name, gone) for name in ("file", "sheet", "cell")), strict=True):
        row, column = position(cell)
        cells = held.get((file, sheet), [])
        own = next((issue for at, issue in cells if at == (row, column)), None)
        label = next((issue for at, issue in cells if at[0] == row or at[1] == column), None)
        found.append(own or label)
    return found


def _changes(
    kind: str, figures: _Figures, rows: np.ndarray, was: Sequence[Any] | None, now: Sequence[Any] | None
) -> Iterable[Row]:
    nothing = [None] * rows.size
    about = (figures.said(name, rows) for name in (*IDENTITY, "place", "measure", "year"))
    return zip([kind] * rows.size, *about, was or nothing, now or nothing, strict=True)


def _newly_held(newly: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Newly held cells that hold nothing which was published before."""
    known = {held_at(issue) for issue in told}
    return [
        ("held", i["file"], i["sheet"], i["cell"], None, None, None, None, None, i["text"])
        for i in newly
        if held_at(i) not in known
    ]


def _corrected(old: _Figures, new: _Figures, was: np.ndarray, now: np.ndarray) -> pa.Table:
    """Restated within one edition: the raw file was corrected under the same edition's name."""
    later, earlier = (
        {
            **{name: levels_array(side.said(name, rows)) for name in _READ},
            "low": side.low[rows],
            "high": side.high[rows],
        }
        for side, rows in ((new, now), (old, was))
    )
    return arrow_columns(revision_columns(later, earlier, "corrected"), TABLES["revisions"])


# ---------------------------------------------------------------- facts


def _facts(home: Home, before: Mapping[str, Any], after: Mapping[str, Any], files: set[str], table: str) -> list[Row]:
    """Rows of facts that are new or gone, and single facts that changed; ``part`` is the column."""
    entries = (*_entries(before, files), *_entries(after, files))
    if not any(part["rows"] for entry in entries for part in entry["parts"].get(table, ())):
        return []
    import pandas as pd

    key = [*FACT_KEYS[table], "source", "edition", "again"]
    names = [c.name for c in TABLES[table] if c.name not in (*key, "file", "sheet", "cell")]
    old, new = (_fact_rows(home, manifest, files, table, key[:-1]) for manifest in (before, after))
    both = old.merge(new, on=key, how="outer", suffixes=("_old", "_new"), indicator=True).astype(object)
    rows: list[Row] = []
    for row in both.to_dict("records"):
        side = "old" if row["_merge"] == "left_only" else "new"
        stands = (row[f"file_{side}"], row[f"sheet_{side}"], row[f"cell_{side}"])
        subject = str(row[key[0]])
        if row["_merge"] != "both":
            kind = "gone" if side == "old" else "added"
            was, now = (subject, None) if side == "old" else (None, subject)
            rows.append((kind, *stands, table, None, None, None, was, now))
            continue
        for name in names:
            a, b = (None if pd.isna(row[name + of]) else str(row[name + of]) for of in ("_old", "_new"))
            if a != b:
                rows.append(("restated", *stands, name, None, None, None, a, b))
    return rows


def _fact_rows(
    home: Home, manifest: Mapping[str, Any], files: set[str], table: str, key: Sequence[str]
) -> pd.DataFrame:
    entries = [entry for entry in _entries(manifest, files) if store.has_parts(home, entry["parts"])]
    frame = store.Publication(home, {"files": entries, "across": {}}).table(table)
    return frame.assign(again=frame.groupby(list(key), dropna=False, sort=False).cumcount())
