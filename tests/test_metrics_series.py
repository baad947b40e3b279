"""Rolling means and an index keep their bounds, and no line crosses a break."""

import numpy as np
import pandas as pd
import pytest
from builders import observations

from opdat_analytics import vocab
from opdat_analytics.metrics import change, index, rolling, totals
from opdat_analytics.model import OpdatError


def yearly(*figures, **more):
    rows = ({"year": 2020 + n, **figure, **more} for n, figure in enumerate(figures))
    return totals(observations(rows), "convictions")


@pytest.fixture
def broken_2021(monkeypatch):
    found = (vocab.Break("unodc_glotip", "convictions", "", 2021, "courts count final sentences only"),)
    monkeypatch.setattr(vocab, "breaks", lambda: found)


def test_a_rolling_mean_adds_bounds_and_divides_them():
    frame = rolling(yearly({"low": 3}, {"low": 0, "high": 4}, {"low": 6}, {"low": 75, "high": None}))

    assert list(frame["year"]) == [2022, 2023]
    assert list(frame["years"]) == ["2020;2021;2022", "2021;2022;2023"]
    assert frame["low"].tolist() == [3, 27]
    assert frame["high"].iloc[0] == pytest.approx(13 / 3)
    assert np.isnan(frame["high"].iloc[1])
    assert frame["qualifier"].tolist() == ["between", "at_least"]


def test_a_missing_year_leaves_its_runs_without_a_mean():
    obs = observations([{"year": 2020}, {"year": 2022}, {"year": 2023}])

    frame = rolling(totals(obs, "convictions"), window=2)

    assert frame["reason"].tolist()[:2] == ["no number in 2021", "no number in 2021"]
    assert frame["low"].isna().tolist() == [True, True, False]


def test_an_index_is_in_per_cent_of_its_base():
    frame = index(yearly({"low": 10, "high": 20}, {"low": 15}, {"low": 75, "high": None}), base=2020)

    assert frame[["low", "high"]].iloc[0].tolist() == [100, 100]
    assert frame[["low", "high"]].iloc[1].tolist() == [75, 150]
    assert frame["low"].iloc[2] == 375
    assert np.isnan(frame["high"].iloc[2])
    assert frame["years"].tolist() == ["2020", "2020;2021", "2020;2022"]


def test_an_index_on_nothing_is_refused():
    with pytest.raises(OpdatError, match="no year 2030"):
        index(yearly({"low": 1}), base=2030)
    frame = index(yearly({"low": 0}, {"low": 4}), base=2020)
    assert frame["reason"].tolist() == ["the base year is 0", "the base year is 0"]
    assert pd.isna(index(yearly({"low": 0, "high": 4}, {"low": 4}), base=2020)["high"].iloc[1])


def test_groups_have_rows_of_their_own():
    obs = observations({"place": p, "year": y, "low": n} for p, n in [("ALB", 1), ("ITA", 5)] for y in (2020, 2021))

    frame = rolling(totals(obs, "convictions", by=["place", "year"]), window=2)

    assert list(zip(frame["place"], frame["low"], strict=True)) == [("ALB", 1), ("ITA", 5)]


def test_nothing_is_compared_across_a_break(broken_2021):
    frame = yearly({"low": 10}, {"low": 50}, {"low": 60})

    assert frame["series_break"].tolist() == [False, True, False]
    assert frame["caveat"].iloc[1] == "break in series in 2021: courts count final sentences only"
    changed = change(frame)
    assert changed["gap"].tolist() == [True, False]
    assert changed["direction"].tolist() == ["not known", "rose"]
    assert np.isnan(changed["change_low"].iloc[0])
    assert "courts count final sentences only" in changed["caveat"].iloc[0]
    assert rolling(frame, window=2)["reason"].isna().tolist() == [False, True]
    assert index(frame, base=2020)["reason"].isna().tolist() == [True, False, False]


def test_a_break_of_one_place_stops_its_own_line_only(monkeypatch):
    found = (vocab.Break("unodc_glotip", "convictions", "ALB", 2021, "a new code"),)
    monkeypatch.setattr(vocab, "breaks", lambda: found)
    obs = observations({"place": p, "year": y, "low": y - 2000} for p in ("ALB", "ITA") for y in (2020, 2021))

    apart = change(totals(obs, "convictions", by=["place", "year"]))
    assert dict(zip(apart["place"], apart["direction"], strict=True)) == {"ALB": "not known", "ITA": "rose"}
    together = totals(obs, "convictions")
    assert change(together)["direction"].tolist() == ["rose"]
    assert together["caveat"].iloc[1] == "break in series in 2021 (ALB): a new code"
