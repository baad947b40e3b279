"""Exhibits out, as files that say what they show and can be traced back to it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from opdat_analytics.exports.credits import handling_of
from opdat_analytics.exports.figures import note_figures
from opdat_analytics.exports.images import file_stem, write_images
from opdat_analytics.exports.leaving import check_leaving
from opdat_analytics.model import Exhibit, ExportFailed, Home
from opdat_analytics.paths import home_here

__all__ = ["distinct", "export", "file_stem", "note_figures", "write_images"]


def export(
    exhibits: Iterable[Exhibit], folder: Path | str, *, index: Path | str | None = None, home: Home | None = None
) -> list[Path]:
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
    home
        The project's folders, whose sources say how the charts must be handled; found from the working folder if None.

    Returns
    -------
    list of Path
        PNG, SVG and CSV of each chart in their order, then the index.

    Raises
    ------
    ExportFailed
        If two charts share a name, a file cannot be written, or what was written does not read back as meant.
    """
    charts = distinct(exhibits)
    check_leaving(charts, home or home_here())
    target = Path(folder)
    handling = handling_of(charts, home or home_here())
    paths = [path for chart in charts for path in write_images(chart, target, handling)]
    return [*paths, note_figures(charts, Path(index) if index is not None else target / "figures.json")]


def distinct(exhibits: Iterable[Exhibit]) -> list[Exhibit]:
    """The charts as a list, no two of which would be written to one file.

    Raises
    ------
    ExportFailed
        If two would.
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
    return charts
