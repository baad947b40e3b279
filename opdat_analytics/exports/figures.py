"""The index of figure ids: what each chart that was ever exported or shown in a notebook shows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from filelock import FileLock

from opdat_analytics.charts.frame import plain, query_columns
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.images import file_stem
from opdat_analytics.model import Exhibit, ExportFailed, canonical_json


def note_figures(exhibits: Iterable[Exhibit], index: Path) -> Path:
    """Note in the index what each figure id shows; what it holds of other charts stays.

    Raises
    ------
    ExportFailed
        If the index cannot be read or written, or does not read back as meant.
    """
    entries = {exhibit.figure_id: entry(exhibit) for exhibit in exhibits}
    index.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(index.with_name(f".{index.name}.lock")):
        before = known_figures(index)
        known = {**before, **entries}
        if known == before and index.exists():
            return index
        write_file(index, (canonical_json(known) + "\n").encode())
        if known_figures(index) != known:
            raise ExportFailed(f"{index} does not read back as it was written. Export again.")
    return index


def entry(exhibit: Exhibit) -> dict[str, Any]:
    """What the index says of a chart: name, kind, title, publication, and the query of each of its rows."""
    columns = query_columns(exhibit.frame)
    rows = [{name: plain(row[name]) for name in columns} for row in exhibit.frame.to_dict("records")]
    return {
        "name": file_stem(exhibit.name),
        "kind": exhibit.kind,
        "title": exhibit.title,
        "publication": exhibit.figure_id.partition("@")[2],
        "query": rows,
    }


def known_figures(index: Path) -> dict[str, Any]:
    """The index as it stands; empty where there is none.

    Raises
    ------
    ExportFailed
        If it is not a map of figure ids.
    """
    if not index.exists():
        return {}
    try:
        found = json.loads(index.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ExportFailed(
            f"{index} is not JSON ({error}). It is made by exports and nothing else depends on it: "
            "move it away and export again."
        ) from error
    if not isinstance(found, dict):
        raise ExportFailed(f"{index} holds no map of figure ids. Move it away and export again.")
    return found
