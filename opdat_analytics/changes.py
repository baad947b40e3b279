"""What changed between two publications, figure by figure: added, restated, gone, held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opdat_analytics import store
from opdat_analytics.ingest.editions import revision_rows
from opdat_analytics.model import SERIES, Home

COLUMNS = ("kind", "file", "sheet", "cell", "part", "place", "measure", "year", "was", "now")
"""Columns of a frame of changes: what happened, where it stands, what it is about, what was printed and is."""

_KEY = [*SERIES, "edition", "url", "again"]
_VALUE = ["low", "high", "qualifier"]


@dataclass(frozen=True)
class Comparison:
    """All changes; figures corrected within one edition as rows of ``revisions``; issues and newly held cells."""

    changes: pd.DataFrame
    corrected: pd.DataFrame
    issues: tuple[Mapping[str, Any], ...]
    newly_held: tuple[Mapping[str, Any], ...]


def compare(home: Home, before: Mapping[str, Any] | None, after: Mapping[str, Any], files: set[str]) -> Comparison:
    """Compare two publications in the files that changed.

    Parameters
    ----------
    home
        The project's folders.
    before, after
        Manifests; ``before`` is None for a first publication, where every figure is added.
    files
        Names of the files to compare.

    Returns
    -------
    Comparison
    """
    issues = issues_of(home, [entry for entry in after["files"] if entry["file"] in files])
    earlier = issues_of(home, [entry for entry in before["files"] if entry["file"] in files]) if before else []
    known = {_place(issue) for issue in earlier}
    newly = [i for i in issues if i["severity"] == "hold" and not i["acknowledged"] and _place(i) not in known]

    old, new = _figures(home, before, files), _figures(home, after, files)
    both = old.merge(new, on=_KEY, how="outer", suffixes=("_old", "_new"), indicator=True)
    shared = both[both["_merge"] == "both"]
    differ = shared[~_agree(shared)]
    held = {(i["file"], i["sheet"], i["cell"]) for i in issues if i["severity"] == "hold"}
    gone = both[both["_merge"] == "left_only"]
    waiting = pd.Series([key in held for key in _stand(gone)], index=gone.index, dtype=bool)
    frames = [
        _changes("restated", differ, "_new", "text_old", "text_new"),
        _changes("added", both[both["_merge"] == "right_only"], "_new", None, "text_new"),
        _changes("gone", gone[~waiting], "_old", "text_old", None),
        _changes("held", gone[waiting], "_old", "text_old", None),
    ]
    told = set(_stand(gone[waiting]))
    frames.append(_newly_held(newly, told))
    changes = pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True)
    return Comparison(changes, _corrected(differ), tuple(issues), tuple(newly))


def issues_of(home: Home, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The issues of some manifest entries, as plain rows with None for null."""
    whole = [entry for entry in entries if store.has_parts(home, entry["parts"])]
    frame = store.Publication(home, {"files": whole, "across": {}}).table("issues")
    return [
        {str(k): v for k, v in row.items()}
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]


def _place(issue: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(issue[name] for name in ("code", "file", "sheet", "cell", "text"))


def _stand(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(zip(rows["file_old"].tolist(), rows["sheet_old"].tolist(), rows["cell_old"].tolist(), strict=True))


def _figures(home: Home, manifest: Mapping[str, Any] | None, files: set[str]) -> pd.DataFrame:
    touched = [entry for entry in manifest["files"] if entry["file"] in files] if manifest else []
    entries = [entry for entry in touched if store.has_parts(home, entry["parts"])]
    frame = store.Publication(home, {"files": entries, "across": {}}).table("observations")
    again = frame.groupby([*SERIES, "edition", "url"], dropna=False, sort=False).cumcount()
    return frame.assign(again=again)


def _agree(pairs: pd.DataFrame) -> pd.Series:
    agree = pd.Series(data=True, index=pairs.index)
    for name in _VALUE:
        a, b = pairs[f"{name}_old"], pairs[f"{name}_new"]
        agree &= (a == b) | (a.isna() & b.isna())
    return agree


def _changes(kind: str, rows: pd.DataFrame, side: str, was: str | None, now: str | None) -> pd.DataFrame:
    columns: dict[str, Any] = {name: rows[f"{name}{side}"] for name in ("file", "sheet", "cell", "part")}
    columns |= {name: rows[name] for name in ("place", "measure", "year")}
    columns |= {"was": rows[was] if was else None, "now": rows[now] if now else None, "kind": kind}
    return pd.DataFrame(columns, index=rows.index)[list(COLUMNS)].astype(object)


def _newly_held(newly: Sequence[Mapping[str, Any]], told: set[tuple[Any, ...]]) -> pd.DataFrame:
    rows = [
        ("held", i["file"], i["sheet"], i["cell"], None, None, None, None, None, i["text"])
        for i in newly
        if (i["file"], i["sheet"], i["cell"]) not in told
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _corrected(differ: pd.DataFrame) -> pd.DataFrame:
    """Restated within one edition: the raw file was corrected under the same edition's name."""
    sides = []
    for side in ("_new", "_old"):
        columns = {c: c.removesuffix(side) for c in differ.columns if c.endswith(side)}
        sides.append(differ[[*SERIES, "edition", *columns]].rename(columns=columns))
    return revision_rows(sides[0], sides[1], "corrected")
