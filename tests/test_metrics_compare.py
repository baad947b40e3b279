"""Change, rank and increments: said only where true for every value within the bounds."""

import numpy as np
import pandas as pd
import pytest
from builders import observations

from opdat_analytics.metrics import change, increments, rank, totals
from opdat_analytics.model import MixtureRefused, OpdatError


def yearly(*figures):
    return totals(observations({"year": 2020 + n, **figure} for n, figure in enumerate(figures)), "convictions")


@pytest.mark.parametrize(
    ("before", "after", "direction", "bounds"),
    [
        ({"low": 10}, {"low": 15}, "rose", (5, 5)),
        ({"low": 10}, {"low": 7}, "fell", (-3, -3)),
        ({"low": 10}, {"low": 10}, "unchanged", (0, 0)),
        ({"low": 0, "high": 4}, {"low": 0, "high": 4}, "not known", (-4, 4)),
        ({"low": 0, "high": 4}, {"low": 5}, "rose", (1, 5)),
        ({"low": 0, "high": 4}, {"low": 4}, "not known", (0, 4)),
        ({"low": 10}, {"low": 75, "high": None}, "rose", (65, np.nan)),
        ({"low": 75, "high": None}, {"low": 90}, "not known", (np.nan, 15)),
        ({"low": 75, "high": None}, {"low": 10}, "fell", (np.nan, -65)),
        ({"low": 100, "qualifier": "about"}, {"low": 101}, "not known", (1, 1)),
    ],
)
def test_a_direction_only_where_true_for_every_value(before, after, direction, bounds):
    frame = change(yearly(before, after))

    assert len(frame) == 1
    assert frame["direction"].iloc[0] == direction
    np.testing.assert_allclose(frame[["change_low", "change_high"]].iloc[0].astype(float), bounds)


def test_percent_keeps_its_bounds():
    frame = change(yearly({"low": 10, "high": 20}, {"low": 15, "high": 30}, {"low": 0}, {"low": 4}))

    np.testing.assert_allclose(frame["percent_low"].astype(float), [-25, -100, np.nan])
    np.testing.assert_allclose(frame["percent_high"].astype(float), [200, -100, np.nan])


def test_a_missing_year_is_a_gap_on_both_sides():
    obs = observations([{"year": 2020, "low": 5}, {"year": 2022, "low": 9}])

    frame = change(totals(obs, "convictions"))

    assert list(frame["year"]) == [2021, 2022]
    assert list(frame["gap"]) == [True, True]
    assert list(frame["direction"]) == ["not known", "not known"]
    assert frame["change_low"].isna().all()


def test_a_year_taken_out_of_the_frame_is_still_a_gap():
    frame = yearly({"low": 1}, {"low": 2}, {"low": 3})

    assert list(change(frame[frame["year"] != 2021])["gap"]) == [True]


def test_the_same_reporters_have_a_direction_of_their_own():
    # One more place reports: the total rose, those that report in both years fell.
    obs = observations([{"low": 10}, {"year": 2021, "low": 9}, {"place": "ITA", "year": 2021, "low": 50}])

    row = change(totals(obs, "convictions")).iloc[0]

    assert row["direction"] == "rose"
    assert row["direction_same"] == "fell"
    assert row["caveat"] == "1 places reported, then 2"


def test_change_needs_years_once_each():
    with pytest.raises(OpdatError, match='"year" in by='):
        change(totals(observations([{}]), "convictions", by=["place"]))
    frame = yearly({"low": 1}, {"low": 2})
    with pytest.raises(MixtureRefused, match="twice"):
        change(pd.concat([frame, frame]))


def test_ranks_say_where_bounds_overlap_and_numbers_tie():
    figures = {"ALB": {"low": 10}, "ITA": {"low": 10}, "KEN": {"low": 0, "high": 4}, "PER": {"low": 3}}
    obs = observations({"place": place, **figure} for place, figure in figures.items())

    frame = rank(totals(obs, "convictions", by=["place"])).set_index("place")

    assert frame.loc["ALB", ["rank_low", "rank_high", "tied", "overlaps"]].tolist() == [1, 1, True, False]
    assert frame.loc["ITA", ["rank_low", "rank_high", "tied", "overlaps"]].tolist() == [1, 1, True, False]
    assert frame.loc["KEN", ["rank_low", "rank_high", "tied", "overlaps"]].tolist() == [3, 4, False, True]
    assert frame.loc["PER", ["rank_low", "rank_high", "tied", "overlaps"]].tolist() == [3, 4, False, True]


def test_an_unbounded_figure_may_rank_first_and_no_number_has_no_rank():
    figures = {"ALB": {"low": 10}, "ITA": {"low": 8, "high": None}, "KEN": {"qualifier": "not_reported"}}
    obs = observations({"place": place, **figure} for place, figure in figures.items())

    frame = rank(totals(obs, "convictions", by=["place"])).set_index("place")

    assert frame.loc["ITA", ["rank_low", "rank_high"]].tolist() == [1, 2]
    assert frame.loc["ALB", ["rank_low", "rank_high"]].tolist() == [1, 2]
    assert pd.isna(frame.loc["KEN", "rank_low"])
    assert list(frame.index)[-1] == "KEN"


def test_no_rows_have_no_ranks():
    ranked = rank(yearly({"low": 1}).query("year == 1990"))

    assert ranked.empty
    assert {"rank_low", "rank_high", "overlaps", "tied"} <= set(ranked.columns)


def test_ranks_are_within_each_year():
    obs = observations(
        {"place": p, "year": y, "low": n} for p, y, n in [("ALB", 2020, 1), ("ITA", 2020, 2), ("ALB", 2021, 9)]
    )

    frame = rank(totals(obs, "convictions", by=["place", "year"]))

    assert list(zip(frame["year"], frame["place"], frame["rank_low"], strict=True))[:3] == [
        (2020, "ITA", 1), (2020, "ALB", 2), (2021, "ALB", 1),
    ]  # fmt: skip


def to_date(*statements):
    said = {"source": "jtfa", "accumulation": "to_date", "place": "USA", "year": None, "calendar": "undated"}
    return observations({**said, **statement} for statement in statements)


def test_170_plus_then_240_plus_is_no_increment_of_70():
    # Joint Task Force Alpha: more than 170 convictions in December 2023, over 240 in May 2024.
    statements = to_date({"as_of": "2023-12", "low": 171, "high": None}, {"as_of": "2024-05", "low": 241, "high": None})

    row = increments(statements).iloc[0]

    assert (row["from_date"], row["to_date"]) == ("2023-12", "2024-05")
    assert row["low"] == 0
    assert np.isnan(row["high"])
    assert row["qualifier"] == "at_least"


def test_exact_totals_have_exact_increments():
    statements = to_date({"as_of": "2024-06", "low": 250}, {"as_of": "2023-12", "low": 170})

    row = increments(statements).iloc[0]

    assert (row["low"], row["high"], row["qualifier"]) == (80, 80, "exact")
    assert (row["cell_before"], row["cell"]) == ("A2", "A1")


def test_an_increment_is_at_least_0():
    row = increments(to_date({"as_of": "2023", "low": 5, "high": 9}, {"as_of": "2024", "low": 7, "high": 8})).iloc[0]

    assert (row["low"], row["high"]) == (0, 3)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"as_of": "2023", "low": 9}, {"as_of": "2024", "low": 8}, "the later total is lower"),
        ({"as_of": "2024", "low": 8}, {"as_of": "2024-06", "low": 9}, "the dates do not say"),
        ({"as_of": "2023", "low": 8}, {"as_of": "2024", "qualifier": "unquantified"}, "no number"),
        ({"as_of": "2023", "low": 8}, {"as_of": None, "low": 9}, "no date"),
    ],
)
def test_where_there_is_no_increment_the_reason_is_told(first, second, why):
    row = increments(to_date(first, second)).iloc[0]

    assert why in row["reason"]
    assert np.isnan(row["low"])
    assert np.isnan(row["high"])


def test_increments_are_of_totals_to_date_only():
    with pytest.raises(MixtureRefused, match="rows of period"):
        increments(observations([{}]))
