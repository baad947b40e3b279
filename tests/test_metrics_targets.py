"""Targets are compared with what covers their period, and met only where it is true for every value."""

from itertools import product

import duckdb
import numpy as np
import pandas as pd
import pytest
from builders import months, observations, quarters
from hypothesis import given, settings
from hypothesis import strategies as st

from opdat_analytics.metrics import targets
from opdat_analytics.metrics.spans import named_period
from opdat_analytics.metrics.targets import met, progress, threshold
from opdat_analytics.model import MixtureRefused, UnknownName
from opdat_analytics.query import Tables, cells_behind

NAN = float("nan")
TRAINED = {"measure": "participants_trained", "programme": "colombia", "place": "COL"}
INDICATORS = pd.DataFrame(
    {
        "indicator": ["trained", "pending"], "name": ["Prosecutors trained", "Cases pending"],
        "measure": ["participants_trained", "pending"], "unit": ["persons", "cases"], "direction": ["up", "down"],
    }
)  # fmt: skip


def target(**more):
    row = {
        "indicator": "trained", "programme": "colombia", "place": "COL", "baseline_low": 0.0, "baseline_high": 0.0,
        "baseline_date": "2018", "period": None, "year": None, "target_low": 100.0, "target_high": 100.0,
    }  # fmt: skip
    return pd.DataFrame([{**row, **more}]).astype({"year": "Int64", "period": "str"})


def compared(rows, **more):
    frame = targets(observations({**TRAINED, **row} for row in rows), INDICATORS, target(**more))
    assert len(frame) == 1
    return frame.iloc[0]


def yearly(**of):
    return [{"year": int(year.removeprefix("y")), "low": low} for year, low in of.items()]


SINCE_2019 = {"baseline_low": 20.0, "baseline_high": 20.0, "baseline_date": "2019", "period": "2020", "year": 2020}


@pytest.mark.parametrize(
    ("actual", "met", "low", "high"),
    [
        ({"low": 60}, "no", 0.5, 0.5),
        ({"low": 100}, "yes", 1, 1),
        ({"low": 110}, "yes", 1.125, 1.125),
        ({"low": 60, "high": 120}, "not known", 0.5, 1.25),
        ({"low": 110, "high": None}, "yes", 1.125, np.nan),
        ({"low": 12}, "no", -0.1, -0.1),
        ({"low": 100, "qualifier": "about"}, "not known", 1, 1),
    ],
)
def test_progress_goes_from_the_baseline_to_the_target(actual, met, low, high):
    row = targets(observations([{**TRAINED, **actual}]), INDICATORS, target(**SINCE_2019)).iloc[0]

    assert row["met"] == met
    np.testing.assert_allclose([row["progress_low"], row["progress_high"]], [low, high])
    assert (row["baseline_low"], row["target_low"], row["low"]) == (20, 100, actual["low"])


def test_less_can_be_the_target():
    obs = observations([{"measure": "pending", "unit": "cases", "place": "COL", "low": 30, "accumulation": "point"}])
    wanted = target(
        indicator="pending", programme=None, period="2020", year=2020, baseline_low=50.0, baseline_high=50.0,
        target_low=25.0, target_high=25.0,
    )  # fmt: skip

    row = targets(obs, INDICATORS, wanted, accumulation="point").iloc[0]

    assert (row["met"], row["progress_low"]) == ("no", 0.8)


def test_what_nobody_reports_has_a_row_with_its_reason():
    wanted = pd.concat([target(**SINCE_2019), target(**{**SINCE_2019, "year": 2021})], ignore_index=True)

    frame = targets(observations([{**TRAINED, "low": 60}]), INDICATORS, wanted)

    assert frame["reason"].isna().tolist() == [True, False]
    assert "No figure of participants_trained remains" in frame["reason"].iloc[1]
    assert frame["met"].tolist() == ["no", "not known"]


def test_a_target_needs_its_indicator_and_a_way_to_go():
    obs = observations([{**TRAINED, "low": 60}])

    with pytest.raises(UnknownName, match="Did you mean “trained”"):
        targets(obs, INDICATORS, target(indicator="traind", **SINCE_2019))
    assert (
        targets(obs, INDICATORS, target(target_low=20.0, **SINCE_2019))["reason"].iloc[0]
        == "the target may be the baseline"
    )


ends = st.tuples(st.integers(0, 20), st.integers(0, 5)).map(lambda pair: (pair[0], sum(pair)))


@settings(max_examples=200, deadline=None)
@given(ends, ends, ends)
def test_every_completion_of_progress_lies_within_its_bounds(actual, base, goal):
    low, high, reason = progress(*map(float, (*actual, *base, *goal)))
    if reason:
        assert goal[0] <= base[1]
        assert base[0] <= goal[1]
        return
    values = [(a - b) / (t - b) for a, b, t in product(*(range(e[0], e[1] + 1) for e in (actual, base, goal)))]
    assert low == pytest.approx(min(values))
    assert high == pytest.approx(max(values))


def test_a_range_of_years_takes_those_years_and_no_others():
    row = compared(yearly(y2018=900, y2019=20, y2020=20, y2021=20, y2022=900), period="2019–2021")

    assert (row["low"], row["progress_low"], row["met"], row["years"]) == (60, 0.6, "no", "2019;2020;2021")
    assert pd.isna(row["reason"])


def test_a_range_with_a_year_missing_is_not_compared():
    row = compared(yearly(y2019=80, y2021=80), period="2019-2021")

    assert row["met"] == "not known"
    assert np.isnan(row["progress_low"])
    assert row["reason"] == "the figures of Colombia cover 2019, 2021, not all of 2019-2021 and nothing else"


def test_one_figure_of_the_whole_range_is_compared():
    span = {"year": None, "period_start": pd.Timestamp(2019, 1, 1), "period_end": pd.Timestamp(2021, 12, 31)}

    row = compared([{**span, "low": 100}], period="2019–2021")

    assert (row["met"], row["progress_low"]) == ("yes", 1)
    longer = {**span, "period_end": pd.Timestamp(2022, 12, 31)}
    assert (
        "No figure of participants_trained remains" in compared([{**longer, "low": 100}], period="2019–2021")["reason"]
    )


def test_a_quarter_is_compared_with_that_quarter():
    rows = quarters(2020, 1, 2, 3, 4, low=100)

    row = compared(rows, period="Q2 2020", year=2020)

    assert (row["low"], row["met"]) == (100, "yes")
    assert compared([months(2020, n, n, low=10) for n in (4, 5, 6)], period="2020 Q2", year=2020)["low"] == 30


def test_a_quarter_is_not_compared_with_its_year_nor_with_a_month_of_it():
    of_year = compared([{"year": 2020, "low": 400}], period="Q1 2020", year=2020)
    of_month = compared([months(2020, 1, 1, low=400)], period="Q1 2020", year=2020)

    assert "No figure of participants_trained remains" in of_year["reason"]
    assert (
        of_month["reason"]
        == "the figures of Colombia cover 2020 of which only Jan, not all of Q1 2020 and nothing else"
    )
    assert {of_year["met"], of_month["met"]} == {"not known"}


def test_a_year_is_not_compared_with_three_quarters():
    three = compared(quarters(2020, 1, 2, 3, low=50), period="2020", year=2020)
    four = compared(quarters(2020, 1, 2, 3, 4, low=50), period="2020", year=2020)

    assert (
        three["reason"] == "the figures of Colombia cover 2020 of which only Jan–Sep, not all of 2020 and nothing else"
    )
    assert (three["met"], four["met"], four["low"]) == ("not known", "yes", 200)


def test_every_place_must_cover_the_period():
    rows = [*yearly(y2019=60, y2020=60), {"place": "PER", "year": 2020, "low": 60}]

    row = compared(rows, period="2019–2020", place=None)

    assert row["reason"].startswith("the figures of Peru cover 2020")


def test_a_fiscal_year_is_not_a_calendar_year():
    fiscal = {
        "calendar": "us_fiscal", "year": 2020, "low": 100,
        "period_start": pd.Timestamp(2019, 10, 1), "period_end": pd.Timestamp(2020, 9, 30),
    }  # fmt: skip

    assert compared([fiscal], period="FY2020", year=2020)["met"] == "yes"
    assert compared(yearly(y2020=100), period="FY2020", year=2020)["met"] == "not known"


def test_without_a_period_or_with_an_odd_one_nothing_is_compared():
    assert compared(yearly(y2020=100))["reason"].startswith("the target names no period")
    odd = compared(yearly(y2020=100), period="by the end of the project")
    assert odd["reason"].startswith("the period “by the end of the project” of the target cannot be read")
    assert compared(yearly(y2020=100), year=2020)["met"] == "yes"


def test_rows_on_duckdb_give_the_same():
    obs = observations({**TRAINED, **row} for row in quarters(2020, 1, 2, low=60))

    frame = targets(duckdb.from_df(obs), INDICATORS, target(period="H1 2020"))

    assert (frame["low"].iloc[0], frame["met"].iloc[0]) == (120, "yes")


@pytest.mark.parametrize(
    ("label", "days"),
    [
        ("2020", ("2020-01-01", "2020-12-31")),
        ("fy2020", ("2019-10-01", "2020-09-30")),
        ("FY2019–FY2021", ("2018-10-01", "2021-09-30")),
        ("Q1 2020", ("2020-01-01", "2020-03-31")),
        ("FY2020 Q1", ("2019-10-01", "2019-12-31")),
        ("2020-H2", ("2020-07-01", "2020-12-31")),
        ("2020-02", ("2020-02-01", "2020-02-29")),
    ],
)
def test_labels_name_days(label, days):
    named = named_period(label, None)

    assert (f"{named.start:%Y-%m-%d}", f"{named.end:%Y-%m-%d}") == days


@pytest.mark.parametrize("label", ["2021–2019", "H3 2020", "Q5 2020", "2020-13", "0000", "20200", "soon"])
def test_labels_that_name_none_are_said(label):
    assert "cannot be read" in named_period(label, None)


TRUTH = [
    # direction, target, actual, met
    ("up", (20, NAN), (100, 100), "yes"),
    ("up", (20, NAN), (20, NAN), "yes"),
    ("up", (20, NAN), (10, 30), "not known"),
    ("up", (20, NAN), (10, NAN), "not known"),
    ("up", (20, NAN), (10, 19), "no"),
    ("up", (20, 20), (20, 20), "yes"),
    ("up", (20, 20), (19, 19), "no"),
    ("up", (20, 30), (25, 25), "not known"),
    ("up", (20, 30), (30, NAN), "yes"),
    ("up", (20, 30), (5, 19), "no"),
    ("down", (0, 5), (3, 3), "yes"),
    ("down", (0, 5), (5, 5), "yes"),
    ("down", (0, 5), (0, 4), "yes"),
    ("down", (0, 5), (3, 6), "not known"),
    ("down", (0, 5), (6, NAN), "no"),
    ("down", (25, 25), (30, 30), "no"),
    ("down", (25, 25), (25, 25), "yes"),
    ("down", (20, 30), (25, 25), "not known"),
    ("down", (20, 30), (10, 20), "yes"),
    ("down", (20, 30), (31, 40), "no"),
    ("down", (20, NAN), (20, 20), "yes"),
    ("down", (20, NAN), (30, 30), "not known"),
    ("down", (0, 0), (0, 0), "yes"),
    ("down", (0, 0), (1, 1), "no"),
    ("up", (NAN, NAN), (1, 1), "not known"),
    ("up", (20, 20), (NAN, NAN), "not known"),
]


@pytest.mark.parametrize(("direction", "goal", "actual", "expected"), TRUTH)
def test_the_truth_table(direction, goal, actual, expected):
    assert met(actual, threshold(*goal, direction), direction, False) == expected
    assert met(actual, threshold(*goal, direction), direction, True) == "not known"


def test_met_is_what_every_completion_says():
    ends = [(a, b) for a in range(5) for b in range(a, 5)]
    for direction, goal, actual in product(("up", "down"), ends, ends):
        least, most = threshold(*goal, direction)
        reached = {
            (a >= t if direction == "up" else a <= t)
            for a in range(actual[0], actual[1] + 1) for t in range(int(least), int(most) + 1)
        }  # fmt: skip
        expected = {frozenset({True}): "yes", frozenset({False}): "no"}.get(frozenset(reached), "not known")
        assert met(actual, (least, most), direction, False) == expected


def test_progress_towards_at_least_and_at_most():
    row = compared(yearly(y2020=10), period="2020", target_low=20.0, target_high=NAN)
    assert (row["progress_low"], row["progress_high"], row["met"]) == (0.5, 0.5, "no")
    obs = observations([{"measure": "pending", "unit": "cases", "place": "COL", "low": 3, "programme": None}])
    few = target(indicator="pending", programme=None, year=2020, baseline_low=10.0, baseline_high=10.0,
                 target_low=0.0, target_high=5.0)  # fmt: skip
    row = targets(obs, INDICATORS, few).iloc[0]
    assert (row["progress_low"], row["met"]) == (1.4, "yes")


def test_a_target_for_a_calendar_year_is_not_judged_by_a_fiscal_one():
    fiscal = {"year": 2020, "low": 200, "calendar": "us_fiscal",
              "period_start": pd.Timestamp(2019, 10, 1), "period_end": pd.Timestamp(2020, 9, 30)}  # fmt: skip

    assert compared([fiscal], period="2020")["met"] == "not known"
    assert "not all of 2020" in compared([fiscal], period="2020")["reason"]
    assert compared([fiscal], period="FY2020")["met"] == "yes"


def test_targets_say_themselves_whose_they_are():
    obs = observations([{**TRAINED, "programme": "peru", "place": "PER", "low": 500}])

    with pytest.raises(MixtureRefused, match="say themselves of which programme they are; leave programme=… out"):
        targets(obs, INDICATORS, target(**SINCE_2019), programme="peru")
    with pytest.raises(MixtureRefused, match="say themselves of which place they are; leave places=… out"):
        targets(obs, INDICATORS, target(**SINCE_2019), places="PER")


def test_a_year_that_no_calendar_has_is_no_period():
    assert "cannot be read" in named_period("FY0001", None)


def test_a_target_of_a_quarter_is_explained_by_the_cells_of_its_quarter():
    four = [{**row, "low": 10 * at} for at, row in enumerate(quarters(2020, 1, 2, 3, 4), start=1)]
    obs = observations({**TRAINED, **row} for row in four)
    frame = targets(obs, INDICATORS, target(period="Q2 2020", year=2020))

    cells = cells_behind(dict(frame.iloc[0]), Tables(lambda _: obs))

    assert frame.iloc[0]["low"] == 20
    assert list(cells["low"]) == [20]
