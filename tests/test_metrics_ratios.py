"""Ratios and shares of intervals, by hand."""

import numpy as np
import pandas as pd
import pytest
from builders import observations, only

from opdat_analytics.metrics import conviction_rate, ratio, shares
from opdat_analytics.metrics.ratios import divide
from opdat_analytics.model import MixtureRefused, UnknownName

NAN = float("nan")


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        ((10, 10), (40, 40), (0.25, 0.25)),
        ((10, 15), (20, 30), (1 / 3, 0.75)),
        ((75, NAN), (100, 100), (0.75, NAN)),
        ((10, 10), (20, NAN), (0, 0.5)),
        ((3, 3), (0, 4), (0.75, NAN)),
        ((0, 4), (0, 4), (0, NAN)),
        ((60, 60), (20, 20), (3, 3)),
    ],
)
def test_low_by_high_and_high_by_low(numerator, denominator, expected):
    low, high, reason = divide(*numerator, *denominator)

    np.testing.assert_allclose([low[0], high[0]], expected)
    assert reason == [None]


@pytest.mark.parametrize(
    ("numerator", "denominator", "why"),
    [
        ((3, 3), (0, 0), "the denominator is 0"),
        ((NAN, NAN), (4, 4), "the numerator has no number"),
        ((3, 3), (NAN, NAN), "the denominator has no number"),
    ],
)
def test_where_there_is_no_ratio_the_reason_is_told(numerator, denominator, why):
    low, high, reason = divide(*numerator, *denominator)

    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert reason == [why]


def test_convictions_to_prosecutions_is_a_ratio_with_both_counts_beside_it():
    obs = observations(
        [
            {"measure": "convictions", "low": 12},
            {"measure": "prosecutions", "low": 8},
            {"measure": "convictions", "low": 3, "place": "ITA"},
            {"measure": "convictions", "low": 5, "year": 2022},
        ]
    )

    frame = ratio(obs, "convictions", "prosecutions", by=["year"])

    assert list(frame["year"]) == [2020, 2021, 2022]
    assert frame["measure"].unique().tolist() == ["convictions;prosecutions"]
    first = frame.iloc[0]
    assert (first["low"], first["high"]) == (15 / 8, 15 / 8)
    assert (first["numerator_low"], first["denominator_low"]) == (15, 8)
    assert (first["low_same"], first["n_same"]) == (1.5, 1)
    assert "above 1 is possible" in first["caveat"]
    assert "2 places report the numerator, 1 the denominator, 1 both" in first["caveat"]
    assert frame["reason"].iloc[2] == "the denominator has no number"
    assert frame["qualifier"].tolist() == ["exact", "unquantified", "unquantified"]


def test_labour_is_a_share_of_the_total_that_holds_it():
    # Trafficking in Persons Report 2008, world, 2007: 5,682 prosecutions of which 490 for labour.
    world = {"measure": "prosecutions", "place": "WLD", "level": "global", "year": 2007}
    obs = observations([{**world, "low": 5682}, {**world, "form": "labour", "low": 490}])

    row = only(shares(obs, "prosecutions", "form", "labour", level="global"))

    assert row["low"] == row["high"] == pytest.approx(490 / 5682)
    assert (row["numerator_low"], row["denominator_low"]) == (490, 5682)
    assert row["share_of"] == "labour"
    assert row["form"] == "labour;total"
    assert row["chance_low"] < row["low"] < row["chance_high"]
    assert not row["unstable"]


def test_without_a_published_total_the_whole_is_the_parts():
    obs = observations([{"sex": "female", "low": 0, "high": 4}, {"sex": "male", "low": 6}])

    row = only(shares(obs, "convictions", "sex", "female"))

    assert row["low"] == 0
    assert row["high"] == pytest.approx(4 / 10)
    assert row["caveat"] == "the whole is the sum of its stated parts in 1"
    assert row["unstable"]


def test_a_part_never_passes_its_whole():
    obs = observations([{"low": 10}, {"form": "labour", "low": 8, "high": None}])

    row = only(shares(obs, "convictions", "form", "labour"))

    assert row["low"] == pytest.approx(0.8)
    assert row["high"] == 1


def test_no_part_is_worked_out_by_subtraction():
    # 10 in total, 4 of them for sexual exploitation; how many for labour is not said, and 6 would be a guess.
    obs = observations([{"low": 10}, {"form": "sexual", "low": 4}, {"form": "labour", "qualifier": "not_reported"}])

    row = only(shares(obs, "convictions", "form", "labour"))

    assert np.isnan(row["low"])
    assert row["reason"] == "no place states both the part and its whole"


def test_only_places_that_state_both_count():
    obs = observations(
        [{"low": 10}, {"form": "labour", "low": 5}, {"place": "ITA", "low": 90}, {"place": "KEN", "form": "labour"}]
    )

    row = only(shares(obs, "convictions", "form", "labour"))

    assert row["low"] == row["high"] == 0.5
    assert row["n_reporting"] == 1
    assert row["left_out"] == "2 left out: part or whole not stated"


def test_a_part_larger_than_its_whole_is_a_contradiction():
    row = only(shares(observations([{"low": 4}, {"form": "labour", "low": 5}]), "convictions", "form", "labour"))

    assert row["reason"] == "a part is larger than its whole"
    assert np.isnan(row["high"])


def test_an_unknown_part_is_answered_with_the_nearest():
    obs = observations([{}, {"form": "labour"}])

    with pytest.raises(UnknownName, match="Did you mean “labour”"):
        shares(obs, "convictions", "form", "labor")
    with pytest.raises(UnknownName, match="column of parts"):
        shares(obs, "convictions", "place", "ALB")
    with pytest.raises(MixtureRefused, match="leave form out"):
        shares(obs, "convictions", "form", "labour", by=["form"])


def test_a_conviction_rate_is_of_those_convicted_or_acquitted():
    obs = observations(
        [{"low": 30}, {"measure": "acquittals", "low": 10}, {"place": "ITA", "low": 99}, {"year": 2022, "low": 1}]
    )

    frame = conviction_rate(obs)

    assert list(frame["year"]) == [2020, 2021, 2022]
    assert frame["low"].iloc[0] == frame["high"].iloc[0] == 0.75
    assert frame["measure"].unique().tolist() == ["convictions;acquittals"]
    assert pd.isna(frame["low"].iloc[2])
