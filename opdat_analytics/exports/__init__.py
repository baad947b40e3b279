"""Exhibits out, as files that say what they show and can be traced back to it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from filelock import FileLock

from opdat_analytics.charts.frame import plain, query_columns
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.images import file_stem, write_images
from opdat_analytics.model import Exhibit, ExportFailed, canonical_json

__all__ = ["export", "file_stem", "write_images"]


def export(exhibits: Iterable[Exhibit], folder: Path | str, *, index: Path | str | None = None) -> list[Path]:
    """Write every chart as PNG, SVG and CSV, and note in the index what each figure id shows.

    Parameters
    ----------
    exhibits
        The charts; no two may have the same file name.
    folder
        Where the files go.
    index
        The file that maps a figure id to what the chart shows; ``figures.json`` in ``folder`` by default. What it
        holds of other charts stays.

    Returns
    -------
    list of Path
        PNG, SVG and CSV of each chart in their order, then the index.

    Raises
    ------
    ExportFailed
        If two charts share a name, a file cannot be written, or what was written does not read back as meant.
    """
    charts = list(exhibits)
    names: dict[str, str] = {}
    for chart in charts:
        stem = file_stem(chart.name)
        if stem in names:
            raise ExportFailed(
                f"Two charts would be written as “{stem}”: {names[stem]} and {chart.figure_id}. "
                "Give one of them another name (name=…)."
            )
        names[stem] = chart.figure_id
    target = Path(folder)
    paths = [path for chart in charts for path in write_images(chart, target)]
    where = Path(index) if index is not None else target / "figures.json"
    where.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(where.with_name(f".{where.name}.lock")):
        known = {**_known(where), **{chart.figure_id: _entry(chart) for chart in charts}}
        write_file(where, (canonical_json(known) + "\n").encode())
        if _known(where) != known:
            raise ExportFailed(f"{where} does not read back as it was written. Export again.")
    return [*paths, where]


def _entry(chart: Exhibit) -> dict[str, Any]:
    columns = query_columns(chart.frame)
    rows = [{name: plain(row[name]) for name in columns} for row in chart.frame.to_dict("records")]
    return {
        "name": file_stem(chart.name),
        "kind": chart.kind,
        "title": chart.title,
        "publication": chart.figure_id.partition("@")[2],
        "query": rows,
    }


def _known(index: Path) -> dict[str, Any]:
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
