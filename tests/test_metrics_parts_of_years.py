"""Part of a year is never taken for a year: quarters that tile one are added, and fewer are partial."""

import numpy as np
import pandas as pd
import pytest
from builders import months, observations, only, quarters

from opdat_analytics.metrics import (
    before_after,
    change,
    conviction_rate,
    increments,
    index,
    rank,
    rates,
    ratio,
    rolling,
    shares,
    totals,
)
from opdat_analytics.metrics.spans import tiled
from opdat_analytics.model import MixtureRefused, OpdatError
from opdat_analytics.query import Tables, cells_behind

THREE_QUARTERS = [{"year": 2020, "low": 40}, *quarters(2021, 1, 2, 3)]


def test_four_quarters_are_a_year():
    frame = totals(observations([{"year": 2020, "low": 36}, *quarters(2021, 4, 2, 1, 3)]), "convictions")

    assert frame["low"].tolist() == [36, 40]
    assert frame["part_of_year"].isna().all()
    assert not frame["partial"].any()
    assert change(frame)["direction"].tolist() == ["rose"]


def test_a_half_and_two_quarters_are_a_year_and_a_gap_is_not():
    whole = [months(2020, 1, 6), *quarters(2020, 3, 4)]
    assert totals(observations(whole), "convictions")["part_of_year"].isna().all()
    holed = totals(observations(quarters(2020, 1, 3, 4)), "convictions")
    assert holed["part_of_year"].tolist() == ["Jan–Mar+Jul–Dec"]


def test_a_fiscal_year_is_a_year():
    start, end = pd.Timestamp(2019, 10, 1), pd.Timestamp(2020, 9, 30)
    year = {"calendar": "us_fiscal", "year": 2020, "period_start": start, "period_end": end}

    assert totals(observations([year]), "convictions")["part_of_year"].isna().all()
    first = {**year, "period_end": pd.Timestamp(2019, 12, 31)}
    assert totals(observations([first]), "convictions")["part_of_year"].tolist() == ["Oct–Dec"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([("2020-01-01", "2020-12-31")], None),
        ([("2020-01-15", "2020-03-10")], "15 Jan–10 Mar"),
        ([("2020-02-01", "2020-02-29")], "Feb"),
        ([("2019-01-01", "2020-12-31")], "Jan 2019–Dec 2020"),
        ([("2020-07-01", "2020-12-31"), ("2020-01-01", "2020-06-30")], None),
        ([("2020-07-01", "2020-12-31"), ("2020-01-01", "2020-06-29")], "1 Jan–29 Jun+Jul–Dec"),
    ],
)
def test_periods_tile_a_year_or_say_what_they_cover(days, said):
    assert tiled((pd.Timestamp(first), pd.Timestamp(last)) for first, last in days) == said


def test_three_quarters_are_partial_and_said():
    frame = totals(observations(THREE_QUARTERS), "convictions")

    assert frame["part_of_year"].fillna("").tolist() == ["", "Jan–Sep"]
    assert frame["partial"].tolist() == [False, True]
    assert frame["caveat"].iloc[1] == "only part of a year (Jan–Sep) is covered by 1 of 1 places"
    assert frame["n_same"].tolist() == [0, 0]


def test_three_quarters_are_not_compared_with_a_year():
    frame = totals(observations(THREE_QUARTERS), "convictions")

    row = only(change(frame))
    assert (row["direction"], row["direction_same"], row["gap"]) == ("not known", "not known", True)
    assert np.isnan(row["change_low"])
    assert "2020 covers the whole year and 2021 Jan–Sep: not compared" in row["caveat"]
    assert only(rolling(frame, window=2))["reason"] == (
        "different parts of a year: 2020 covers the whole year, 2021 covers Jan–Sep"
    )
    assert index(frame, base=2020)["low"].isna().tolist() == [False, True]


def test_the_same_quarter_of_two_years_is_compared():
    rows = [*quarters(2020, 1, low=5), *quarters(2021, 1, low=9)]

    row = only(change(totals(observations(rows), "convictions")))

    assert (row["direction"], row["direction_same"], row["change_low"]) == ("rose", "rose", 4)
    unlike = [*quarters(2020, 1, low=5), *quarters(2021, 2, low=9)]
    assert only(change(totals(observations(unlike), "convictions")))["direction"] == "not known"


def test_among_several_places_one_part_is_enough():
    rows = [{"place": "ITA", "year": year} for year in (2020, 2021)]

    frame = totals(observations([*THREE_QUARTERS, *rows]), "convictions")

    assert frame["part_of_year"].fillna("").tolist() == ["", "Jan–Sep;whole year"]
    assert frame["n_same"].tolist() == [1, 1]
    assert only(change(frame))["direction"] == "not known"
    assert only(change(frame))["direction_same"] == "unchanged"


def test_a_total_over_years_says_that_one_is_partial():
    row = only(totals(observations(THREE_QUARTERS), "convictions", by=["place"]))

    assert (row["low"], row["partial"], row["part_of_year"]) == (70, True, "Jan–Sep;whole year")


def test_a_quarter_without_a_number_is_not_covered():
    rows = [*quarters(2020, 1, 2, 3), *quarters(2020, 4, qualifier="not_reported")]

    assert totals(observations(rows), "convictions")["part_of_year"].tolist() == ["Jan–Sep"]


def test_a_year_beside_its_quarters_is_refused_with_and_without_dates():
    with pytest.raises(MixtureRefused, match="Periods overlap"):
        totals(observations([{"year": 2020}, *quarters(2020, 1)]), "convictions")
    obs = observations([{"year": 2020}, *quarters(2020, 1)])
    obs.loc[0, ["period_start", "period_end"]] = pd.NaT
    with pytest.raises(MixtureRefused, match="without dates stands beside"):
        totals(obs, "convictions")


def test_what_happened_once_is_no_part_of_a_year():
    course = months(2020, 3, 3, measure="participants_trained", activity="a1")

    assert totals(observations([course]), "participants_trained")["part_of_year"].isna().all()


def test_totals_to_date_within_a_year_are_not_compared_with_those_of_its_end():
    rows = [
        {**months(2020, 1, 12, low=30), "accumulation": "to_date"},
        {**months(2021, 1, 6, low=40), "accumulation": "to_date"},
    ]
    frame = totals(observations(rows), "convictions", accumulation="to_date")

    assert frame["part_of_year"].fillna("").tolist() == ["", "to Jun"]
    assert only(change(frame))["direction"] == "not known"
    by_date = [
        {"accumulation": "to_date", "year": year, "as_of": as_of, "low": low}
        for year, as_of, low in ((2020, "2020-12-31", 30), (2021, "2021-06", 40))
    ]
    frame = totals(observations(by_date), "convictions", accumulation="to_date")
    assert frame["part_of_year"].fillna("").tolist() == ["", "to Jun"]


def test_increments_do_not_cross_a_new_start():
    rows = [
        {**months(2020, 1, 6, low=10), "accumulation": "to_date"},
        {**months(2020, 1, 12, low=30), "accumulation": "to_date"},
        {**months(2021, 1, 6, low=40), "accumulation": "to_date"},
    ]

    frame = increments(observations(rows))

    assert frame["low"].tolist()[0] == 20
    assert frame["reason"].tolist()[1] == "the two totals are not counted from the same day"


def test_a_rate_of_part_of_a_year_is_none():
    population = pd.DataFrame({"place": ["ALB", "ITA"], "year": [2021, 2021], "population": [1e6, 1e6]})
    obs = observations([*quarters(2021, 1, 2, 3), {"place": "ITA", "year": 2021, "low": 10}])
    frame = totals(obs, "convictions", by=["place", "year"])

    each = rates(frame, population).set_index("place")
    assert each.loc["ALB", "reason"] == "the figures cover only part of the year"
    assert np.isnan(each.loc["ALB", "low"])
    assert each.loc["ITA", "low"] == 1
    together = only(rates(frame, population, by=["year"]))
    assert (together["low"], together["population"], together["places"]) == (1, 1e6, "ITA")
    assert together["left_out"] == "1 places with figures of only part of the year"


def test_a_rate_explains_the_cells_that_it_is_made_of():
    population = pd.DataFrame({"place": ["ALB"], "year": [2020], "population": [1e6]})
    obs = observations([{"scheme": "opdat", "region": "Europe", "place": place} for place in ("ALB", "ITA", "PRT")])
    frame = totals(obs, "convictions", by=["region", "place", "year"])

    row = only(rates(frame, population, by=["region", "year"]))

    tables = Tables({"observations": obs.drop(columns=["scheme", "region"])}.__getitem__)
    assert list(cells_behind({**row, "scheme": None, "region": None}, tables)["cell"]) == ["A1"]


def test_fractions_of_different_parts_of_a_year_are_not_made():
    top = {"year": 2020, "low": 10}
    part = quarters(2020, 1, 2, measure="prosecutions", low=10)

    row = only(ratio(observations([top, *part]), "convictions", "prosecutions"))
    assert row["reason"] == "the numerator covers the whole year, the denominator Jan–Jun"
    assert row[["low", "high", "low_same"]].isna().all()
    acquitted = quarters(2020, 1, 2, measure="acquittals", low=10)
    row = only(conviction_rate(observations([top, *acquitted])))
    assert row["left_out"] == "1 left out: part and whole cover different parts of the year"
    assert np.isnan(row["low"])
    row = only(shares(observations([top, *quarters(2020, 1, form="labour")]), "convictions", "form", "labour"))
    assert row["left_out"] == "1 left out: part and whole cover different parts of the year"


def test_fractions_of_the_same_part_are():
    rows = [*quarters(2020, 1, 2, low=4), *quarters(2020, 1, 2, measure="prosecutions", low=10)]

    row = only(ratio(observations(rows), "convictions", "prosecutions"))

    assert (row["low"], row["low_same"], row["partial"]) == (0.4, 0.4, True)


def test_a_place_with_part_of_a_year_is_not_ranked_among_whole_ones():
    obs = observations([*quarters(2020, 1, low=99), {"place": "ITA", "low": 9}, {"place": "PER", "low": 5}])

    frame = rank(totals(obs, "convictions", by=["place", "year"])).set_index("place")

    assert frame["rank_low"].fillna(0).to_dict() == {"ITA": 1, "PER": 2, "ALB": 0}
    assert "not ranked: it covers only part of a year" in frame.loc["ALB", "caveat"]


def test_before_and_after_take_whole_years_only():
    rows = [{"year": year, "low": 9} for year in (2014, 2015, 2016, 2018, 2019)]
    partial = quarters(2020, 1, low=1)
    attached = {"scheme": "opdat", "region": "Europe"}

    with pytest.raises(OpdatError, match="2 of the 3 years after 2017 in whole"):
        before_after(observations({**r, **attached} for r in (*rows, *partial)), "convictions", "ALB", 2017, span=3)
    more = observations({**r, **attached} for r in (*rows, *partial, {"year": 2021, "low": 9}))
    frame = before_after(more, "convictions", "ALB", 2017, span=4)
    assert frame["high"].tolist()[:2] == [9, 9]
    assert frame["left_out"].iloc[0] == "only part of a year: ALB 2020"
