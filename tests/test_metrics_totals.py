"""Totals by hand: bounds, coverage, panels, gaps, and what was left out."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from builders import observations, only
from pandas.testing import assert_frame_equal

from opdat_analytics import vocab
from opdat_analytics.metrics import coverage, totals
from opdat_analytics.metrics.totals import QUERY
from opdat_analytics.model import MixtureRefused, OpdatError, UnknownName

OPEN = {"low": 75, "high": None, "qualifier": "over"}


def test_over_74_and_12_are_at_least_87():
    row = only(totals(observations([{"place": "USA", **OPEN}, {"place": "ALB", "low": 12}]), "convictions"))

    assert row["low"] == 87
    assert np.isnan(row["high"])
    assert row["qualifier"] == "at_least"


def test_bounds_of_every_kind_add_up():
    # over 74, more than 200, <5, 10-15, 12: [298, ∞); without the open ones [22, 31].
    closed = [{"low": 0, "high": 4, "qualifier": "under"}, {"low": 10, "high": 15}, {"low": 12}]
    opened = [OPEN, {"low": 201, "high": None, "qualifier": "over"}]
    places = ("ALB", "ITA", "KEN", "PER", "USA")

    row = only(totals(observations({**b, "place": p} for b, p in zip(closed, places, strict=False)), "convictions"))
    assert (row["low"], row["high"], row["qualifier"]) == (22, 31, "between")

    everything = observations({**b, "place": p} for b, p in zip([*closed, *opened], places, strict=True))
    row = only(totals(everything, "convictions"))
    assert row["low"] == 298
    assert np.isnan(row["high"])


def test_about_keeps_the_number_and_marks_the_total():
    row = only(totals(observations([{"low": 100, "qualifier": "about"}, {"place": "ITA", "low": 1}]), "convictions"))

    assert (row["low"], row["high"], row["qualifier"], row["about"]) == (101, 101, "about", True)


def test_secondary_sourcing_marks_the_total():
    obs = observations([{"sourcing": "secondary"}, {"place": "ITA", "year": 2021}])

    assert list(totals(obs, "convictions")["secondary"]) == [True, False]


def test_missing_is_never_zero():
    rows = [{"place": "ALB", "qualifier": "not_reported"}, {"place": "ITA", "qualifier": "unquantified"}]
    row = only(totals(observations(rows), "convictions"))

    assert np.isnan(row["low"])
    assert np.isnan(row["high"])
    assert row["qualifier"] == "unquantified"
    assert (row["n_figures"], row["n_reporting"], row["n_expected"]) == (0, 0, 0)
    assert np.isnan(row["coverage"])
    assert row["partial"]
    assert row["left_out"] == "without a number: 1 unquantified, 1 not reported"


def test_a_suppressed_cell_without_bounds_is_left_out_and_said():
    obs = observations([{"low": 5}, {"place": "ITA", "low": None, "high": None, "qualifier": "suppressed"}])

    row = only(totals(obs, "convictions"))

    assert (row["low"], row["high"], row["n_reporting"]) == (5, 5, 1)
    assert row["left_out"] == "without a number: 1 suppressed"


def test_coverage_and_the_same_reporters_beside_all():
    # A reports 10, 12, 13; B 100, -, 110; C 5, 6, 6.
    reported = {"ALB": (10, 12, 13), "ITA": (100, None, 110), "KEN": (5, 6, 6)}
    obs = observations(
        {"place": place, "year": year, "low": n}
        if n is not None
        else {"place": place, "year": year, "qualifier": "not_reported"}
        for place, numbers in reported.items()
        for year, n in zip((2021, 2022, 2023), numbers, strict=True)
    )

    frame = totals(obs, "convictions", by="year")

    assert list(frame["year"]) == [2021, 2022, 2023]
    assert list(frame["low"]) == [115, 18, 129]
    assert list(frame["n_reporting"]) == [3, 2, 3]
    assert list(frame["n_expected"]) == [3, 3, 3]
    assert list(frame["coverage"]) == [1, 2 / 3, 1]
    assert list(frame["partial"]) == [False, True, False]
    assert list(frame["low_same"]) == list(frame["high_same"]) == [15, 18, 19]
    assert list(frame["n_same"]) == [2, 2, 2]
    assert frame["left_out"].iloc[1] == "without a number: 1 not reported; 1 of 3 expected places reported no number"


def test_four_of_five_is_not_yet_partial():
    places = ("ALB", "ITA", "KEN", "PER", "USA")
    obs = observations([{"place": p, "year": 2020} for p in places] + [{"place": p, "year": 2021} for p in places[:4]])

    frame = totals(obs, "convictions")

    assert list(frame["coverage"]) == [1, 0.8]
    assert list(frame["partial"]) == [False, False]


def test_a_declared_list_of_places_is_what_is_expected():
    obs = observations([{"place": "ALB"}, {"place": "KEN"}])

    row = only(totals(obs, "convictions", expected=["ALB", "ITA", "PER", "USA"]))

    assert (row["n_reporting"], row["n_expected"], row["coverage"]) == (2, 4, 0.25)
    assert row["left_out"] == "3 of 4 expected places reported no number"
    with pytest.raises(UnknownName, match="expected=… names “ALBA”"):
        totals(obs, "convictions", expected=["ALBA"])


def test_an_expected_place_that_never_reports_has_a_row():
    frame = totals(observations([{"place": "ALB"}]), "convictions", by=["place", "year"], expected=["ALB", "ITA"])

    assert list(frame["place"]) == ["ALB", "ITA"]
    assert list(frame["n_reporting"]) == [1, 0]
    assert list(frame["n_expected"]) == [1, 1]


def test_expected_places_count_in_their_own_region():
    obs = observations([{"place": "ALB", "scheme": "un_m49", "region": vocab.scheme("un_m49")["ALB"]}])

    frame = totals(obs, "convictions", by=["region"], expected=["ALB", "ITA", "KEN"]).set_index("region")

    assert frame.loc[vocab.scheme("un_m49")["ALB"], "n_expected"] == 2
    assert frame.loc[vocab.scheme("un_m49")["KEN"], "n_expected"] == 1
    assert frame.loc[vocab.scheme("un_m49")["KEN"], "n_reporting"] == 0


def test_a_missing_year_is_a_gap_in_every_group():
    obs = observations([{"place": "ALB", "year": 2019}, {"place": "ALB", "year": 2021}, {"place": "ITA", "year": 2020}])

    frame = totals(obs, "convictions", by=["place", "year"])

    assert list(zip(frame["place"], frame["year"], frame["n_reporting"], strict=True)) == [
        ("ALB", 2019, 1), ("ALB", 2020, 0), ("ALB", 2021, 1),
        ("ITA", 2019, 0), ("ITA", 2020, 1), ("ITA", 2021, 0),
    ]  # fmt: skip
    gap = frame.iloc[1]
    assert np.isnan(gap["low"])
    assert gap["coverage"] == 0
    assert gap["n_same"] == 0


def test_named_years_are_the_range():
    obs = observations([{"year": 2019}, {"year": 2021}, {"year": 2025}])

    frame = totals(obs, "convictions", years=range(2019, 2023))

    assert list(frame["year"]) == [2019, 2020, 2021, 2022]
    assert frame["years"].unique().tolist() == ["2019;2020;2021;2022"]


def test_places_outside_a_scheme_have_a_row_of_their_own():
    obs = observations(
        [
            {"place": "ALB", "scheme": "opdat", "region": "Europe", "low": 5},
            {"place": "ATA", "scheme": "opdat", "region": "outside this scheme", "low": 2},
            {"place": "BVT", "scheme": "opdat", "region": None, "low": 1},
        ]
    )

    frame = totals(obs, "convictions", by=["region"])

    assert list(zip(frame["region"], frame["low"], strict=True)) == [("Europe", 5), ("outside this scheme", 3)]
    assert list(frame["scheme"]) == ["opdat", "opdat"]


def test_the_columns_are_the_groups_then_the_query_then_the_answer():
    frame = totals(observations([{"sex": "female"}, {"sex": "male"}]), "convictions", by=["sex", "year"])

    query = [name for name in QUERY if name != "sex"]
    answer = ["low", "high", "qualifier", "n_figures", "n_reporting", "n_expected", "coverage", "partial", "about"]
    assert list(frame.columns[: 2 + len(query) + len(answer)]) == ["sex", "year", *query, *answer]
    assert frame["measure"].unique().tolist() == ["convictions"]
    assert frame["age"].unique().tolist() == ["total"]
    assert frame["reporter"].isna().all()


def test_each_source_keeps_its_own_query():
    obs = observations([{"source": "a", "unit": "persons", "reporter": "A"}, {"source": "b", "unit": "cases"}])

    frame = totals(obs, "convictions", by=["source"])

    assert list(frame["unit"]) == ["persons", "cases"]
    assert frame["reporter"].tolist()[0] == "A"
    assert pd.isna(frame["reporter"].tolist()[1])


def test_years_may_be_added_and_missing_place_years_are_said():
    obs = observations([{"year": 2019, "low": 1}, {"year": 2020, "low": 2}, {"place": "ITA", "year": 2020, "low": 3}])

    row = only(totals(obs, "convictions", by=[]))

    assert (row["low"], row["n_reporting"], row["n_figures"]) == (6, 2, 3)
    assert row["left_out"] == "1 of 4 place-years have no number"
    assert (row["low_same"], row["n_same"]) == (3, 1)


def test_a_series_stated_twice_is_said():
    row = only(totals(observations([{"low": 5}, {"low": 5}]), "convictions"))

    assert row["low"] == 10
    assert row["caveat"] == "1 series are stated more than once; every statement is added"


def test_overlapping_periods_are_refused():
    long = {"year": None, "period_start": pd.Timestamp(2010, 1, 1), "period_end": pd.Timestamp(2016, 12, 31)}
    obs = observations([{"year": 2012}, long])

    with pytest.raises(MixtureRefused, match=r"Periods overlap.*place ALB"):
        totals(obs, "convictions", by=["place"])

    by_year = totals(obs, "convictions", by=["year"])
    assert list(by_year["year"]) == [2012]
    assert by_year["left_out"].iloc[0] == "left out before grouping: 1 (without a year)"


def test_quarters_are_added_to_a_year_but_not_beside_it():
    quarters = [
        {"low": 1, "period_start": pd.Timestamp(2020, month, 1), "period_end": pd.Timestamp(2020, month + 2, 28)}
        for month in (1, 4, 7, 10)
    ]
    assert only(totals(observations(quarters), "convictions"))["low"] == 4
    with pytest.raises(MixtureRefused, match="Periods overlap"):
        totals(observations([*quarters, {"low": 4}]), "convictions")


def test_totals_to_date_of_several_dates_are_refused():
    said = {"accumulation": "to_date", "place": "USA", "year": None, "calendar": "undated", "source": "jtfa"}
    obs = observations(
        [{**said, "low": 171, "high": None, "as_of": "2023-12"}, {**said, "low": 241, "high": None, "as_of": "2024-05"}]
    )

    with pytest.raises(MixtureRefused, match=r"metrics\.increments"):
        totals(obs, "convictions", by=["place"], accumulation="to_date")
    assert list(totals(obs, "convictions", by=["as_of"], accumulation="to_date")["low"]) == [171, 241]
    with pytest.raises(OpdatError, match="without a year"):
        totals(obs, "convictions", by=["year"], accumulation="to_date")


def test_what_stands_at_a_date_is_added_over_places_but_not_over_years():
    obs = observations(
        {"measure": "pending", "unit": "cases", "place": p, "year": y} for p in ("ALB", "ITA") for y in (2020, 2021)
    )

    assert list(totals(obs, "pending")["low"]) == [20, 20]
    with pytest.raises(MixtureRefused, match="place ALB"):
        totals(obs, "pending", by=["place"])


def test_means_are_shown_but_never_added():
    obs = observations(
        {"statistic": "mean", "unit": "months", "place": p, "measure": "sentence_length"} for p in ("ALB", "ITA")
    )

    assert len(totals(obs, "sentence_length", by=["place", "year"], statistic="mean")) == 2
    with pytest.raises(MixtureRefused, match="Figures of mean are not added"):
        totals(obs, "sentence_length", by=["year"], statistic="mean")


def test_a_programme_inside_a_national_figure_is_refused():
    obs = observations([{"low": 10}, {"programme": "opdat_albania", "low": 4}])

    with pytest.raises(MixtureRefused, match="programme=…"):
        totals(obs, "convictions")
    assert only(totals(obs, "convictions", programme="opdat_albania"))["low"] == 4


def test_regions_as_published_add_to_the_published_world():
    # U.S. Department of State, Trafficking in Persons Report 2006: prosecutions of 2003 by region add to 7,992.
    regions = {"Africa": 50, "East Asia": 1727, "Europe": 2437, "Near East": 1004, "South Asia": 2599, "America": 175}
    obs = observations(
        {"place": p, "level": "region", "year": 2003, "measure": "prosecutions", "low": n} for p, n in regions.items()
    )

    assert only(totals(obs, "prosecutions", level="region"))["low"] == 7992


def test_coverage_is_a_grid_of_who_reports():
    obs = observations([{"place": "ALB", "year": 2019}, {"place": "ALB", "year": 2020}, {"place": "ITA", "year": 2020}])

    frame = coverage(obs, "convictions", by=["year"])

    assert list(frame["coverage"]) == [0.5, 1]
    assert "low" not in frame.columns


def test_duckdb_gives_the_same_frame():
    obs = observations(
        [
            {"place": "ALB", "low": 0, "high": 4, "qualifier": "under"},
            {"place": "ITA", **OPEN},
            {"place": "ITA", "year": 2022, "low": 7, "qualifier": "about", "sourcing": "secondary"},
            {"place": "KEN", "qualifier": "not_reported"},
            {"place": "KEN", "sex": "female"},
        ]
    )

    for by in (["year"], ["place", "year"], ["place"], []):
        assert_frame_equal(totals(duckdb.from_df(obs), "convictions", by=by), totals(obs, "convictions", by=by))
