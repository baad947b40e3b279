"""Hindsight: what later editions restated, and which years are likely incomplete."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from opdat_analytics import charts, metrics, tables
from opdat_analytics.hindsight import only_unordered, with_hindsight
from opdat_analytics.model import OpdatError


@pytest.fixture(scope="module")
def seen(record: Any) -> pd.DataFrame:
    return tables.observations(source="unodc_glotip", scheme="opdat", home=record.home)


def test_restated_figures_keep_their_old_bounds(record: Any, seen: pd.DataFrame) -> None:
    by_place = metrics.totals(seen, "convictions", by=["place", "year"], years=range(2015, 2023))
    told = with_hindsight(by_place, seen, record.revisions).set_index(["place", "year"])
    assert told.loc[("ARE", 2019), ["old_low", "old_high", "low", "high"]].tolist() == [67, 67, 92, 92]
    assert told.loc[("SLV", 2020), ["old_low", "old_high", "low", "high"]].tolist() == [0, 4, 7, 7]
    assert told["restated"].sum() == 20
    assert not told.loc[("ARE", 2018), "restated"]


def test_a_total_is_as_it_was_with_only_what_was_restated_turned_back(record: Any, seen: pd.DataFrame) -> None:
    by_region = metrics.totals(seen, "convictions", by=["region", "year"], years=range(2015, 2023))
    told = with_hindsight(by_region, seen, record.revisions)
    row = told[(told["region"] == "Asia") & (told["year"] == 2021)].iloc[0]
    own = record.revisions.query("source == 'unodc_glotip' and measure == 'convictions' and year == 2021")
    asia = own[own["place"].isin(["UZB", "JPN", "THA"])]
    assert row["low"] - row["old_low"] == (asia["low_to"] - asia["low_from"]).sum() == 49


def test_years_are_incomplete_where_a_tenth_of_the_places_used_to_be_missing_at_that_age(
    record: Any, seen: pd.DataFrame
) -> None:
    lag = metrics.reporting_lag(seen, "convictions").set_index("year")["missing"]
    assert lag[2018] == 0
    assert lag[2020] > 0.1
    world = metrics.totals(seen, "convictions", by=["year"], years=range(2015, 2023))
    told = with_hindsight(world, seen, record.revisions)
    # The edition of April 2025 is as far from 2021 as that of May 2023 was from 2019, which lacked a fifth.
    assert told.loc[told["incomplete"], "year"].tolist() == [2021, 2022]
    chart = charts.trend(told.assign(world="all"), by="world")
    assert "Likely incomplete by the source's usual reporting lag: 2021 and 2022." in (*chart.caveats, *chart.notes)
    assert chart.title == "Convictions, 2015–2022"


def test_one_edition_tells_nothing_of_its_lag(record: Any, seen: pd.DataFrame) -> None:
    one = seen[seen["current"]]
    world = metrics.totals(one, "convictions", by=["year"], years=range(2019, 2023))
    assert not with_hindsight(world, one, record.revisions)["incomplete"].any()


def test_only_totals_have_hindsight(record: Any, seen: pd.DataFrame) -> None:
    with pytest.raises(OpdatError, match=r"has no n_figures. Make it with metrics.totals"):
        with_hindsight(pd.DataFrame({"measure": [], "source": [], "low": [], "high": []}), seen, record.revisions)


def test_what_only_an_edition_without_a_place_among_the_others_prints_can_be_shown_beside_a_gap(record: Any) -> None:
    obs = tables.observations(home=record.home)
    found = only_unordered(obs, tables.publication(home=record.home))
    assert not found["current"].any()
    world = found[(found["source"] == "tip_report") & (found["measure"] == "convictions") & (found["form"] == "total")]
    assert world.loc[world["level"] == "global", ["year", "low"]].to_numpy().tolist() == [
        [2008, 2983], [2010, 3619], [2011, 3969], [2013, 5776], [2014, 4443]
    ]  # fmt: skip
    assert set(found.loc[found["source"] == "jtfa", "edition"]) == {"later page version, undated"}
    assert (found["source"] == "unodc_glotip").sum() == 0, "an edition that was replaced as a whole has its place"
