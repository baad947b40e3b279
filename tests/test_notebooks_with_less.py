"""Notebooks on a record that holds less: a source gone, a region missing, one year only, nothing but hidden numbers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from opdat_analytics.model import Home
from opdat_analytics.notebooks import run_notebooks
from opdat_analytics.refresh import refresh

ROOT = Path(__file__).parent.parent
NAMES = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
NATIONAL = """
title = "National totals"
symbols = { "<5" = [0, 4] }

[[layout]]
columns = { "Country" = "place", "Year" = "year", "What" = "measure", "Value" = "value" }
constants = { unit = "persons", offence = "trafficking" }
"""


def told(home: Home, names: Sequence[str], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the pages of some notebooks say; none may fail."""
    runs = run_notebooks(ROOT / "notebooks", home, names, given)
    assert {run.name: run.error for run in runs if run.error} == {}
    pages = {run.name: BeautifulSoup(run.path_html.read_text(encoding="utf-8"), "html.parser") for run in runs}
    for page in pages.values():
        for code in page.find_all("details"):
            code.decompose()
    return {name: " ".join(page.get_text(" ").split()) for name, page in pages.items()}


def national(root: Path, rows: Sequence[tuple[str, int, str, str]]) -> Home:
    """A record of a few national totals, published under the name of the United Nations' source."""
    home = Home.at(root)
    folder = home.raw / "unodc_glotip"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(NATIONAL, encoding="utf-8")
    lines = ["Country,Year,What,Value", *(f"{place},{year},{what},{value}" for place, year, what, value in rows)]
    (folder / "totals.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert refresh(home).exit_code == 0
    return home


PLACES = ("Guatemala", "Honduras", "Kenya", "Ghana", "Albania")


# ---------------------------------------------------------------- less than a record


def test_one_year_of_hidden_numbers_stays_bounds_and_makes_no_change(tmp_path: Path) -> None:
    home = national(tmp_path, [(place, 2020, "convictions", "<5") for place in PLACES])
    pages = told(home, ["01_convictions", "07_joint_task_force_alpha"])
    page = pages["01_convictions"]
    assert "For 2020, 5 places reported together 0–20 persons convicted." in page
    assert "No place reported a number for every year from 2015 to 2022, so no years are compared." in page
    assert "is higher than" not in page
    assert "Nothing to show here: No source “tip_report” is published" in page
    assert "Nothing to show here: No source “us_federal” is published" in page
    assert "The record holds no dated statement" in pages["07_joint_task_force_alpha"]
    assert "convictions in the United States. A lower limit" not in pages["07_joint_task_force_alpha"]


@pytest.mark.slow
def test_every_notebook_runs_on_one_year_of_hidden_numbers(tmp_path: Path) -> None:
    rows = [(place, 2020, what, "<5") for place in PLACES for what in ("convictions", "prosecutions")]
    pages = told(national(tmp_path, rows), NAMES)
    assert "5 places reported together 0–20 persons prosecuted" in pages["02_charges"]
    assert "No source “opdat_page” is published" in pages["03_activities"]
    assert "The record tells of no programmes" in pages["04_programmes"]
    assert (
        "Guatemala reported a number of persons convicted for 1 . The latest is 0–4 for 2020"
        in pages["05_country_brief"]
    )
    assert "in a later edition than in an earlier one: 0 ." in pages["08_revisions_and_conflicts"]


@pytest.mark.slow
def test_a_region_that_nobody_reports_from_is_said_to_be_missing(tmp_path: Path) -> None:
    rows = [(place, year, "convictions", str(year - 2000)) for place in PLACES for year in range(2012, 2023)]
    home = national(tmp_path, rows)
    names = ["01_convictions", "05_country_brief", "06_region_brief", "09_data_quality"]
    pages = told(home, names, {"region": "Asia", "country": "NPL"})
    assert "Asia" not in pages["01_convictions"].partition("By region and year")[2].partition("Who reported")[0]
    assert "Nothing to show here: No figure of convictions remains." in pages["06_region_brief"]
    assert "persons convicted of trafficking. A total" not in pages["06_region_brief"]
    assert "Nothing to show here: No figure of convictions remains." in pages["05_country_brief"]
    assert "Nepal reported a number" not in pages["05_country_brief"]


# ---------------------------------------------------------------- each source in turn

SHOWN_IN = {
    "unodc_glotip": ("00_start_here", "01_convictions", "02_charges", "05_country_brief", "06_region_brief",
                     "08_revisions_and_conflicts", "09_data_quality", "10_gallery"),
    "tip_report": ("01_convictions", "02_charges", "10_gallery"),
    "us_federal": ("01_convictions", "02_charges"),
    "jtfa": ("01_convictions", "04_programmes", "07_joint_task_force_alpha", "10_gallery"),
    "opdat_page": ("03_activities", "04_programmes", "05_country_brief", "06_region_brief"),
    "jtip_projects": ("03_activities", "10_gallery"),
    "eurostat": ("00_start_here", "09_data_quality"),
}  # fmt: skip
"""The notebooks in which a source's absence shows."""
NAMED_IN = {
    "unodc_glotip": ("00_start_here", "01_convictions", "02_charges", "05_country_brief", "06_region_brief",
                     "09_data_quality", "10_gallery"),
    "tip_report": ("01_convictions", "02_charges", "10_gallery"),
    "us_federal": ("01_convictions",),
    "jtfa": ("10_gallery",),
    "opdat_page": ("03_activities", "06_region_brief"),
    "jtip_projects": ("03_activities", "10_gallery"),
    "eurostat": (),
}  # fmt: skip
"""Those of them that are about it, and so must say that it is not published."""


@pytest.mark.slow
@pytest.mark.parametrize("source", sorted(SHOWN_IN))
def test_a_source_that_is_gone_is_said_to_be_gone(source: str, tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    shutil.copytree(ROOT / "data" / "raw", home.raw, ignore=shutil.ignore_patterns(source))
    assert refresh(home).exit_code == 0
    pages = told(home, SHOWN_IN[source])
    for name in NAMED_IN[source]:
        assert f"Nothing to show here: No source “{source}” is published" in pages[name], name
    for name, page in pages.items():
        assert "nan" not in page.split(), name
        assert "<NA>" not in page, name


def test_every_source_of_the_record_is_taken_away_once() -> None:
    assert set(SHOWN_IN) == {path.parent.name for path in (ROOT / "data" / "raw").glob("*/source.toml")}
