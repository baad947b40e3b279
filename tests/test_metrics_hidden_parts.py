"""A part that has no number is not nothing: the whole that it belongs to is open above."""

from itertools import product

import numpy as np
import pytest
from builders import observations, only

from opdat_analytics.metrics import conviction_rate, shares

LABOUR, SEXUAL = {"form": "labour"}, {"form": "sexual"}


@pytest.mark.parametrize("hidden", ["suppressed", "unquantified", "not_reported", "not_available"])
def test_a_part_without_a_number_opens_the_whole(hidden):
    obs = observations(
        [{**LABOUR, "low": 5}, {**SEXUAL, "low": 5}, {"form": "other", "low": None, "high": None, "qualifier": hidden}]
    )

    row = only(shares(obs, "convictions", "form", "labour"))

    # Other may be 0, and the share a half; or any number, and the share as small as one likes.
    assert (row["low"], row["high"]) == (0, 0.5)
    assert row["denominator_low"] == 10
    assert np.isnan(row["denominator_high"])
    assert np.isnan(row["chance_low"])
    assert "parts without a number leave the whole open above in 1" in row["caveat"]


def test_what_is_not_applicable_is_nothing():
    obs = observations([{**LABOUR, "low": 5}, {**SEXUAL, "low": 5}, {"form": "other", "qualifier": "not_applicable"}])

    row = only(shares(obs, "convictions", "form", "labour"))

    assert (row["low"], row["high"], row["denominator_high"]) == (0.5, 0.5, 10)


def test_a_published_total_closes_the_whole_again():
    obs = observations(
        [{"low": 20}, {**LABOUR, "low": 5}, {**SEXUAL, "low": 5}, {"form": "other", "qualifier": "not_reported"}]
    )

    row = only(shares(obs, "convictions", "form", "labour"))

    assert (row["low"], row["high"]) == (0.25, 0.25)


def test_a_place_with_nothing_but_the_part_is_left_out():
    obs = observations([{**LABOUR, "low": 5}, {**SEXUAL, "qualifier": "not_reported"}])

    row = only(shares(obs, "convictions", "form", "labour"))

    assert row["reason"] == "no place states both the part and its whole"
    assert row["left_out"] == "1 left out: part or whole not stated"


def test_a_part_that_is_itself_half_hidden_is_open_too():
    # Persons of two programmes: one states its women, the other does not.
    rows = [
        {"sex": "female", "programme": "a", "low": 5}, {"sex": "female", "programme": "b", "qualifier": "not_reported"},
        {"sex": "male", "programme": "a", "low": 5},
    ]  # fmt: skip

    row = only(shares(observations(rows), "convictions", "sex", "female"))

    assert (row["low"], row["high"]) == (0.5, 1)
    assert np.isnan(row["numerator_high"])


def test_acquittals_without_a_number_open_a_conviction_rate():
    rows = [
        {"programme": "a", "low": 6}, {"programme": "a", "measure": "acquittals", "low": 2},
        {"programme": "b", "measure": "acquittals", "qualifier": "not_reported"},
        {"programme": "b", "qualifier": "not_reported"},
    ]  # fmt: skip

    row = only(conviction_rate(observations(rows)))

    assert (row["low"], row["high"]) == (0, 1)


def test_every_completion_lies_within_and_the_bounds_are_attained():
    # Two places; in the first a part is hidden, in the second it is known to be under 5.
    rows = [
        {**LABOUR, "low": 3, "high": 4}, {**SEXUAL, "low": 2}, {"form": "other", "qualifier": "suppressed",
                                                                 "low": None, "high": None},
        {**LABOUR, "place": "ITA", "low": 6}, {**SEXUAL, "place": "ITA", "low": 0, "high": 4},
    ]  # fmt: skip
    row = only(shares(observations(rows), "convictions", "form", "labour"))
    far = (0, 1, 7, 10**9)
    found = [(a + 6) / (a + 2 + h + 6 + b) for a, b, h in product((3, 4), range(5), far)]

    assert row["low"] <= min(found)
    assert min(found) == pytest.approx(row["low"], abs=1e-6)
    assert max(found) == pytest.approx(row["high"])
