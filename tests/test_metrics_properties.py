"""Whatever the hidden numbers are, they lie within the bounds that a metric gives, and the bounds are reached."""

import math

import numpy as np
import pandas as pd
from builders import observations
from hypothesis import given, settings
from hypothesis import strategies as st

from opdat_analytics.metrics import change, increments, rank, ratio, shares, totals
from opdat_analytics.metrics.ratios import divide

PLACES = ("ALB", "ITA", "KEN", "PER")
FAR = 10_000
"""An open bound is completed up to here."""

few = settings(max_examples=25, deadline=None)


@st.composite
def bounds(draw, most=30):
    low = draw(st.integers(0, most))
    kind = draw(st.sampled_from(["exact", "between", "open"]))
    high = {"exact": low, "between": low + draw(st.integers(0, 9)), "open": None}[kind]
    return low, high


def figure(place, year, interval, **more):
    if interval is None:
        return {"place": place, "year": year, "qualifier": "not_reported", **more}
    return {"place": place, "year": year, "low": interval[0], "high": interval[1], **more}


cells = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from([2020, 2021, 2022])), st.none() | bounds(), min_size=1
)


def frame_of(found):
    return observations(figure(place, year, interval) for (place, year), interval in found.items())


def completed(data, interval):
    low, high = interval
    return data.draw(st.integers(low, low + 50 if high is None else high))


def upper(value):
    return math.inf if pd.isna(value) else value


@few
@given(cells, st.data())
def test_every_completion_of_a_total_lies_within_its_bounds(found, data):
    frame = totals(frame_of(found), "convictions").set_index("year")
    for year, row in frame.iterrows():
        intervals = [i for (_, y), i in found.items() if y == year and i is not None]
        assert row["n_figures"] == row["n_reporting"] == len(intervals)
        if not intervals:
            assert math.isnan(row["low"])
            assert math.isnan(row["high"])
            continue
        total = sum(completed(data, interval) for interval in intervals)
        assert row["low"] <= total <= upper(row["high"])
        # Both ends are reached: by every lower bound, and by every upper bound.
        assert row["low"] == sum(low for low, _ in intervals)
        if any(high is None for _, high in intervals):
            assert math.isnan(row["high"])
        else:
            assert row["high"] == sum(high for _, high in intervals)


@settings(max_examples=8, deadline=None)
@given(cells, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(found, random):
    obs = frame_of(found)
    order = list(obs.index)
    random.shuffle(order)
    for by in (["year"], ["place"], ["place", "year"], []):
        pd.testing.assert_frame_equal(totals(obs, "convictions", by), totals(obs.loc[order], "convictions", by))


@few
@given(cells, st.sets(st.sampled_from(PLACES)))
def test_splitting_and_adding_is_the_same(found, some):
    whole = totals(frame_of(found), "convictions", years=range(2020, 2023))
    halves = [{k: v for k, v in found.items() if (k[0] in some) is side} for side in (True, False)]
    parts = [totals(frame_of(half), "convictions", years=range(2020, 2023)) for half in halves if half]
    for name in ("n_figures", "n_reporting", "n_expected", "n_same"):
        assert whole[name].tolist() == sum(part[name] for part in parts).tolist()
    for at, row in whole.iterrows():
        stated = [part.loc[at] for part in parts if part.loc[at, "n_figures"]]
        if stated:
            assert row["low"] == sum(part["low"] for part in stated)
            assert upper(row["high"]) == sum(upper(part["high"]) for part in stated)


@few
@given(cells, st.data())
def test_a_wider_figure_never_narrows_a_total(found, data):
    def widened(interval):
        if interval is None:
            return None
        low, high = interval
        low -= data.draw(st.integers(0, low))
        opened = high is None or data.draw(st.booleans())
        return low, None if opened else high + data.draw(st.integers(0, 5))

    narrow = totals(frame_of(found), "convictions")
    wide = totals(frame_of({key: widened(interval) for key, interval in found.items()}), "convictions")
    for before, after in zip(narrow.to_dict("records"), wide.to_dict("records"), strict=True):
        if before["n_figures"]:
            assert after["low"] <= before["low"]
            assert upper(after["high"]) >= upper(before["high"])


@settings(max_examples=300, deadline=None)
@given(bounds(), bounds(), st.data())
def test_every_completion_of_a_ratio_lies_within_its_bounds(numerator, denominator, data):
    nl, nh = numerator
    dl, dh = denominator
    low, high, reason = divide(nl, np.nan if nh is None else nh, dl, np.nan if dh is None else dh)
    n, d = completed(data, numerator), completed(data, denominator)
    if dh == 0:
        assert reason == ["the denominator is 0"]
        assert np.isnan(low[0])
    elif d > 0:
        assert low[0] - 1e-12 <= n / d <= upper(high[0]) + 1e-12
        if dh is not None:
            assert math.isclose(low[0], nl / dh)
        if nh is not None and dl > 0:
            assert math.isclose(high[0], nh / dl)


@few
@given(cells, cells)
def test_a_ratio_is_the_quotient_of_its_totals(convicted, prosecuted):
    tops = [figure(place, year, i) for (place, year), i in convicted.items()]
    bottoms = [figure(place, year, i, measure="prosecutions") for (place, year), i in prosecuted.items()]
    frame = ratio(observations(tops + bottoms), "convictions", "prosecutions", by=["place", "year"])
    for row in frame.to_dict("records"):
        key = (row["place"], row["year"])
        top, bottom = convicted.get(key), prosecuted.get(key)
        if top is None or bottom is None or bottom[1] == 0:
            assert not pd.isna(row["reason"])
            assert math.isnan(row["low"])
        else:
            assert pd.isna(row["reason"])
            assert row["low"] == (0 if bottom[1] is None else top[0] / bottom[1])
            assert row["n_same"] == 1


@st.composite
def wholes(draw):
    """A part, its published whole or the other parts, and one completion of both."""
    part, other = draw(bounds(12)), draw(bounds(12))
    x = draw(st.integers(part[0], part[0] + 20 if part[1] is None else part[1]))
    y = draw(st.integers(other[0], other[0] + 20 if other[1] is None else other[1]))
    if draw(st.booleans()):
        return part, None, other, x, x + y
    below, above = draw(st.integers(0, 5)), draw(st.none() | st.integers(0, 5))
    total = (max(0, x + y - below), None if above is None else x + y + above)
    return part, total, None, x, x + y


@few
@given(st.lists(wholes(), min_size=1, max_size=4))
def test_every_completion_of_a_share_lies_within_its_bounds(places):
    rows = []
    for place, (part, total, other, _, _) in zip(PLACES, places, strict=False):
        rows.append(figure(place, 2020, part, form="labour"))
        if total is not None:
            rows.append(figure(place, 2020, total))
        if other is not None:
            rows.append(figure(place, 2020, other, form="sexual"))
    row = shares(observations(rows), "convictions", "form", "labour").iloc[0]
    part, whole = sum(p[3] for p in places), sum(p[4] for p in places)
    assert row["numerator_low"] <= part <= upper(row["numerator_high"])
    assert row["denominator_low"] <= whole <= upper(row["denominator_high"])
    if whole:
        assert row["low"] - 1e-12 <= part / whole <= row["high"] + 1e-12
        assert 0 <= row["low"] <= row["high"] <= 1


@few
@given(st.lists(wholes(), min_size=1, max_size=3))
def test_the_bounds_of_a_share_are_reached(places):
    def ends(interval):
        return interval[0], FAR * FAR if interval[1] is None else interval[1]

    rows, least, greatest = [], [], []
    for place, (part, total, other, _, _) in zip(PLACES, places, strict=False):
        rows.append(figure(place, 2020, part, form="labour"))
        x0, x1 = ends(part)
        rows.append(figure(place, 2020, total) if total else figure(place, 2020, other, form="sexual"))
        if total:
            t0, t1 = ends(total)
            least.append((x0, t1))
            greatest.append((min(x1, t1), max(t0, min(x1, t1))))
        else:
            y0, y1 = ends(other)
            least.append((x0, x0 + y1))
            greatest.append((x1, x1 + y0))
    row = shares(observations(rows), "convictions", "form", "labour").iloc[0]
    for name, found in (("low", least), ("high", greatest)):
        part, whole = (sum(side) for side in zip(*found, strict=True))
        if whole:
            assert math.isclose(row[name], part / whole, abs_tol=1e-4)


@few
@given(bounds(), bounds(), st.data())
def test_every_completion_of_a_change_agrees_with_its_direction(first, second, data):
    obs = frame_of({("ALB", 2020): first, ("ALB", 2021): second})
    row = change(totals(obs, "convictions")).iloc[0]
    a, b = completed(data, first), completed(data, second)
    least = -math.inf if pd.isna(row["change_low"]) else row["change_low"]
    assert least <= b - a <= upper(row["change_high"])
    assert {"rose": b > a, "fell": b < a, "unchanged": a == b, "not known": True}[row["direction"]]
    if row["direction"] == "not known":
        assert first != second or first[0] != first[1]
    if a > 0 and not pd.isna(row["percent_low"]):
        assert row["percent_low"] - 1e-9 <= (b / a - 1) * 100 <= upper(row["percent_high"]) + 1e-9


@few
@given(st.lists(bounds(12), min_size=2, max_size=4), st.data())
def test_every_completion_of_a_ranking_lies_within_the_ranks(found, data):
    obs = frame_of({(place, 2020): interval for place, interval in zip(PLACES, found, strict=False)})
    ranked = rank(totals(obs, "convictions", by=["place"])).set_index("place")
    values = {place: completed(data, interval) for place, interval in zip(PLACES, found, strict=False)}
    for place, value in values.items():
        place_rank = 1 + sum(other > value for other in values.values())
        assert ranked.loc[place, "rank_low"] <= place_rank <= ranked.loc[place, "rank_high"]


@few
@given(bounds(), bounds(), st.data())
def test_every_completion_of_totals_to_date_lies_within_the_increment(first, second, data):
    said = {"accumulation": "to_date", "calendar": "undated"}
    dated = [figure("USA", None, i, as_of=d, **said) for i, d in ((first, "2023-12"), (second, "2024-05"))]
    row = increments(observations(dated)).iloc[0]
    a, b = completed(data, first), completed(data, second)
    if b >= a:
        assert row["low"] <= b - a <= upper(row["high"])
    if not pd.isna(row["reason"]):
        assert b < a
