"""The gallery notebook: a page for each kind, and it runs on the record."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from opdat_analytics import charts
from opdat_analytics.model import Home
from opdat_analytics.notebooks import run_notebooks

FOLDER = Path(__file__).parent.parent / "notebooks"
KINDS = set(charts.__all__) - {"message"}


def test_every_kind_has_a_page_that_says_when_and_what_it_cannot_say() -> None:
    cells = nbformat.read(FOLDER / "10_gallery.ipynb", as_version=4).cells
    pages = {m[1]: cell.source for cell in cells if (m := re.match(r"## .*: `(\w+)`\n", cell.source))}
    assert set(pages) == KINDS
    for page in pages.values():
        assert "**When:**" in page
        assert "**What it cannot say:**" in page
    drawn = set(re.findall(r"charts\.(\w+)\(", "\n".join(cell.source for cell in cells)))
    assert drawn == KINDS


def test_every_kind_stands_in_the_table_of_the_page_on_charts() -> None:
    text = (FOLDER.parent / "docs" / "charts.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.M)) == KINDS


@pytest.mark.slow
def test_it_runs_on_the_record_and_shows_a_chart_of_each_kind(record_home: Home, tmp_path: Path) -> None:
    [run] = run_notebooks(FOLDER, Home(record_home.raw, record_home.processed, tmp_path), ["10_gallery"])
    assert run.error is None
    cells: list[Any] = nbformat.read(run.path_ipynb, as_version=4).cells
    pictures = [out for cell in cells for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]
    assert len(pictures) == len(KINDS) + 1
