"""Rows of two publications side by side: figures and facts that are new, restated, gone, or held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from opdat_analytics import store
from opdat_analytics.change_columns import COLUMNS, held_at
from opdat_analytics.ingest.editions import revision_rows
from opdat_analytics.model import FACT_KEYS, IDENTITY, SERIES, TABLES, Home, position

_KEY = [*SERIES, "edition", "url", "again"]
_VALUE = ["low", "high", "qualifier"]
_SHOWN = (*IDENTITY, "place", "measure", "year", "text")


def first(home: Home, after: Mapping[str, Any], newly: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A first publication: every figure and fact is added, in the order of the files; newly held cells behind."""
    figures = store.columns_of(home, after, "observations", _SHOWN)
    added = figures.rename(columns={"text": "now"}).assign(kind="added", was=None)[list(COLUMNS)]
    none: Mapping[str, Any] = {"files": [], "across": {}}
    files = {entry["file"] for entry in after["files"]}
    frames = [added, _newly_held(newly, ()), *(_facts(home, none, after, files, table) for table in FACT_KEYS)]
    return pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True)


def between(
    home: Home,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    files: set[str],
    newly: Sequence[Mapping[str, Any]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All changes in some files, and figures corrected within one edition as rows of ``revisions``.

    ``newly`` are the issues of the cells that are held since ``before``.
    """
    old, new = _figures(home, before, files), _figures(home, after, files)
    both = old.merge(new, on=_KEY, how="outer", suffixes=("_old", "_new"), indicator=True)
    shared = both[both["_merge"] == "both"]
    differ = shared[~_agree(shared)]
    gone = both[both["_merge"] == "left_only"]
    waits = _waiting(gone, newly)
    waiting = pd.Series([issue is not None for issue in waits], index=gone.index, dtype=bool)
    frames = [
        _changes("restated", differ, "_new", "text_old", "text_new"),
        _changes("added", both[both["_merge"] == "right_only"], "_new", None, "text_new"),
        _changes("gone", gone[~waiting], "_old", "text_old", None),
        _changes("held", gone[waiting], "_old", "text_old", None).assign(now=[i["text"] for i in waits if i]),
        _newly_held(newly, [issue for issue in waits if issue is not None]),
        *(_facts(home, before, after, files, table) for table in FACT_KEYS),
    ]
    changes = pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True)
    return changes, _corrected(differ)


def _waiting(gone: pd.DataFrame, newly: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any] | None]:
    """For each figure that is gone, the newly held cell it waits for: its own, or a label in its row or column."""
    held: dict[tuple[str, str], list[tuple[tuple[int, int], Mapping[str, Any]]]] = {}
    for issue in newly:
        if issue["cell"]:
            held.setdefault((issue["file"], issue["sheet"]), []).append((position(issue["cell"]), issue))
    found: list[Mapping[str, Any] | None] = []
    stands = zip(gone["file_old"].tolist(), gone["sheet_old"].tolist(), gone["cell_old"].tolist(), strict=True)
    for file, sheet, cell in stands:
        row, column = position(cell)
        cells = held.get((file, sheet), [])
        own = next((issue for at, issue in cells if at == (row, column)), None)
        label = next((issue for at, issue in cells if at[0] == row or at[1] == column), None)
        found.append(own or label)
    return found


def _facts(
    home: Home, before: Mapping[str, Any], after: Mapping[str, Any], files: set[str], table: str
) -> pd.DataFrame:
    """Rows of facts that are new or gone, and single facts that changed; ``part`` is the column."""
    entries = (*_entries(before, files), *_entries(after, files))
    if not any(part["rows"] for entry in entries for part in entry["parts"].get(table, ())):
        return pd.DataFrame(columns=list(COLUMNS), dtype=object)
    key = [*FACT_KEYS[table], "source", "edition", "again"]
    names = [c.name for c in TABLES[table] if c.name not in (*key, "file", "sheet", "cell")]
    old, new = (_rows(home, manifest, files, table, key[:-1]) for manifest in (before, after))
    both = old.merge(new, on=key, how="outer", suffixes=("_old", "_new"), indicator=True).astype(object)
    rows: list[tuple[Any, ...]] = []
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
            was, now = row[f"{name}_old"], row[f"{name}_new"]
            if not (pd.isna(was) and pd.isna(now)) and str(was) != str(now):
                rows.append(("restated", *stands, name, None, None, None, _said(was), _said(now)))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _entries(manifest: Mapping[str, Any], files: set[str]) -> list[Mapping[str, Any]]:
    return [entry for entry in manifest["files"] if entry["file"] in files]


def _said(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _rows(home: Home, manifest: Mapping[str, Any], files: set[str], table: str, key: Sequence[str]) -> pd.DataFrame:
    entries = [entry for entry in _entries(manifest, files) if store.has_parts(home, entry["parts"])]
    frame = store.Publication(home, {"files": entries, "across": {}}).table(table)
    return frame.assign(again=frame.groupby(list(key), dropna=False, sort=False).cumcount())


def _figures(home: Home, manifest: Mapping[str, Any], files: set[str]) -> pd.DataFrame:
    return _rows(home, manifest, files, "observations", [*SERIES, "edition", "url"])


def _agree(pairs: pd.DataFrame) -> pd.Series:
    agree = pd.Series(data=True, index=pairs.index)
    for name in _VALUE:
        a, b = pairs[f"{name}_old"], pairs[f"{name}_new"]
        agree &= (a == b) | (a.isna() & b.isna())
    return agree


def _changes(kind: str, rows: pd.DataFrame, side: str, was: str | None, now: str | None) -> pd.DataFrame:
    columns: dict[str, Any] = {name: rows[f"{name}{side}"] for name in IDENTITY}
    columns |= {name: rows[name] for name in ("place", "measure", "year")}
    columns |= {"was": rows[was] if was else None, "now": rows[now] if now else None, "kind": kind}
    return pd.DataFrame(columns, index=rows.index)[list(COLUMNS)].astype(object)


def _newly_held(newly: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Newly held cells that hold nothing which was published before."""
    known = {held_at(issue) for issue in told}
    rows = [
        ("held", i["file"], i["sheet"], i["cell"], None, None, None, None, None, i["text"])
        for i in newly
        if held_at(i) not in known
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _corrected(differ: pd.DataFrame) -> pd.DataFrame:
    """Restated within one edition: the raw file was corrected under the same edition's name."""
    sides = []
    for side in ("_new", "_old"):
        columns = {c: c.removesuffix(side) for c in differ.columns if c.endswith(side)}
        sides.append(differ[[*SERIES, "edition", *columns]].rename(columns=columns))
    return revision_rows(sides[0], sides[1], "corrected")
