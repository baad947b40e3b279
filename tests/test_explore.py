"""Filters of live notebooks: what they offer, what follows them, and that nobody is left with an empty picture."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from opdat_analytics import tables
from opdat_analytics.model import Exhibit, Home
from opdat_analytics.notebooks import Gap, Table, explore_activities, explore_figures
from opdat_analytics.notebooks.explore import HEADLESS, activities_shown, figures_shown
from opdat_analytics.notebooks.kernel import OnlyThisPython, lab_arguments

YEARS = (2015, 2020)


@pytest.fixture(autouse=True)
def _at_the_record(record_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPDAT_PROCESSED", str(record_home.processed))
    monkeypatch.delenv(HEADLESS, raising=False)


@pytest.fixture(scope="module")
def national(record_home: Home) -> pd.DataFrame:
    frame: pd.DataFrame = tables.observations(source="unodc_glotip", scheme="opdat", home=record_home)
    return frame


def filters(panel: object) -> dict[str, object]:
    return {one.description: one for one in panel.children[1].children}  # type: ignore[attr-defined]


def test_a_region_is_drawn_and_its_countries_are_listed(national: pd.DataFrame) -> None:
    picture, total, each = figures_shown(national, "convictions", "Africa", "", YEARS)
    assert isinstance(picture, Exhibit)
    assert picture.frame.region.unique().tolist() == ["Africa"]
    assert [row[0] for row in total.body] == ["Africa"]
    assert "Kenya" in [row[0] for row in each.body]
    assert "Guatemala" not in [row[0] for row in each.body]


def test_a_filtered_picture_marks_what_was_restated_and_which_years_are_likely_incomplete(
    national: pd.DataFrame,
) -> None:
    picture, *_ = figures_shown(national, "convictions", "Asia", "", (2017, 2022))
    rows = picture.frame.set_index("year")
    assert rows.restated.any()
    assert not rows.restated[2017]
    assert rows.incomplete.to_dict() == {2017: False, 2018: False, 2019: False, 2020: False, 2021: True, 2022: True}


def test_a_country_is_drawn_by_itself(national: pd.DataFrame) -> None:
    picture, total = figures_shown(national, "convictions", "", "GTM", YEARS)
    assert picture.frame.place.unique().tolist() == ["GTM"]
    assert total.header == ("Country", *map(str, range(2015, 2021)))
    assert total.body[0][0] == "Guatemala"


def test_what_nobody_reported_is_said_in_words(national: pd.DataFrame) -> None:
    (said,) = figures_shown(national, "convictions", "", "COM", YEARS)
    assert isinstance(said, Gap)
    assert "No number of convictions of Comoros for 2015 to 2020 is in the record. That is not a zero." in repr(said)
    (said,) = figures_shown(national, "charges", "Africa", "", (2020, 2020))
    assert "of Africa for 2020 is in the record" in repr(said)


def test_activities_are_drawn_and_listed_or_said_not_to_be_listed(record_home: Home) -> None:
    listed = tables.activities(home=record_home)
    picture, rows = activities_shown(listed, "opdat", "Asia", "", "nepal")
    assert isinstance(picture, Exhibit)
    assert {row[2] for row in rows.body} == {"Nepal"}
    (said,) = activities_shown(listed, "opdat", "Africa", "", "nepal")
    assert "What is not listed may have happened all the same" in repr(said)


def test_the_countries_offered_are_those_of_the_region(national: pd.DataFrame) -> None:
    panel = explore_figures(national, ["convictions", "prosecutions"], years=(1990, 2020), region="Africa")
    offered = filters(panel)
    assert list(offered) == ["Measure", "Region", "Country", "Years"]
    assert "Guatemala" not in dict(offered["Country"].options)
    offered["Region"].value = "Western Hemisphere"
    assert "Guatemala" in dict(offered["Country"].options)
    assert "Kenya" not in dict(offered["Country"].options)
    assert offered["Years"].value == (offered["Years"].min, 2020), "years that the record does not have are not offered"


def test_without_anybody_there_nothing_is_shown(national: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HEADLESS, "1")
    assert explore_figures(national, ["convictions"], years=YEARS) is None
    assert explore_activities(Gap("gone")) is None


def test_where_a_source_is_gone_there_is_no_dead_filter(national: pd.DataFrame) -> None:
    gone = Gap("No source “unodc_glotip” is published.")
    assert explore_figures(gone, ["convictions"], years=YEARS) is gone
    assert explore_activities(gone) is gone
    none = explore_figures(national, ["charges"], years=YEARS)
    assert "The record holds no yearly figure of charges" in repr(none)
    assert isinstance(figures_shown(national, "convictions", "", "", YEARS)[1], Table)


def test_jupyterlab_knows_this_python_only_and_asks_no_other_machine() -> None:
    specs = OnlyThisPython()
    assert list(specs.find_kernel_specs()) == ["python3"]
    assert specs.get_kernel_spec("python3").argv[0] == sys.executable
    arguments = lab_arguments(Path("notebooks"), ["--no-browser"])
    assert arguments[0] == f"--ServerApp.root_dir={Path('notebooks').resolve()}"
    assert arguments[-1] == "--no-browser"
    assert "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate" in arguments
