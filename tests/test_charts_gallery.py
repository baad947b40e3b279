"""The gallery notebook: a page for each kind, and it runs on the record."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from opdat_analytics import charts, store
from opdat_analytics.exports import export
from opdat_analytics.model import Home
from opdat_analytics.notebooks import run_notebooks
from opdat_analytics.provenance import explain

FOLDER = Path(__file__).parent.parent / "notebooks"
KINDS = set(charts.__all__) - {"message"}


def test_every_kind_has_a_page_that_says_when_and_what_it_cannot_say() -> None:
    cells = nbformat.read(FOLDER / "10_gallery.ipynb", as_version=4).cells
    pages = {m[1]: cell.source for cell in cells if (m := re.match(r"## .*: `(\w+)`\n", cell.source))}
    assert set(pages) == KINDS
    for page in pages.values():
        assert "**When:**" in page
        assert "**What it cannot say:**" in page
    drawn = set(re.findall(r"charts\.(\w+)[,(]", "\n".join(cell.source for cell in cells)))
    assert drawn == KINDS


def test_every_kind_stands_in_the_table_of_the_page_on_charts() -> None:
    text = (FOLDER.parent / "docs" / "charts.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.M)) == KINDS


def test_the_figure_id_of_what_has_no_figures_of_its_own_gives_the_cells_too(record: Any, tmp_path: Path) -> None:
    home = Home(record.home.raw, record.home.processed, tmp_path)
    publication = store.open_publication(home).id
    listed = record.activities[record.activities["source"] == "jtip_projects"].head(20)
    restated = record.revisions.query("source == 'unodc_glotip' and measure == 'convictions'").head(3)
    shown = [charts.timeline(listed, publication=publication), charts.revisions(restated, publication=publication)]
    export(shown, tmp_path / "charts", index=home.exports / "figures.json")
    timeline, revisions = (explain(chart.figure_id, home=home) for chart in shown)
    assert set(listed["cell"]) <= set(timeline.cells["cell"])
    assert str(listed["title"].iloc[0]) in str(timeline)
    assert set(restated["cell_from"]) | set(restated["cell_to"]) <= set(revisions.cells["cell"])


@pytest.mark.slow
def test_it_runs_on_the_record_and_shows_a_chart_of_each_kind(record_home: Home, tmp_path: Path) -> None:
    [run] = run_notebooks(FOLDER, Home(record_home.raw, record_home.processed, tmp_path), ["10_gallery"])
    assert run.error is None
    cells: list[Any] = nbformat.read(run.path_ipynb, as_version=4).cells
    pictures = [out for cell in cells for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]
    assert len(pictures) == len(KINDS) + 1
