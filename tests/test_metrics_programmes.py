"""People trained, targets, and the years before and after a start."""

import re
import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest
from builders import observations
from hypothesis import given, settings
from hypothesis import strategies as st

from opdat_analytics import vocab
from opdat_analytics.metrics import before_after, participants, programmes, targets
from opdat_analytics.metrics.targets import progress
from opdat_analytics.model import MixtureRefused, OpdatError, UnknownName

TRAINED = {"measure": "participants_trained", "programme": "colombia", "place": "COL"}


def test_people_trained_are_added_with_what_that_may_mean():
    row = participants(
        observations([{**TRAINED, "low": 100}, {**TRAINED, "year": 2021, "low": 12, "high": None}])
    ).iloc[0]

    assert (row["programme"], row["low"]) == ("colombia", 112)
    assert np.isnan(row["high"])
    assert row["caveat"] == "who attended several courses may be counted several times"


INDICATORS = pd.DataFrame(
    {
        "indicator": ["trained", "pending"], "name": ["Prosecutors trained", "Cases pending"],
        "measure": ["participants_trained", "pending"], "unit": ["persons", "cases"], "direction": ["up", "down"],
    }
)  # fmt: skip


def target(**more):
    row = {
        "indicator": "trained", "programme": "colombia", "place": "COL", "baseline_low": 20.0, "baseline_high": 20.0,
        "baseline_date": "2019", "period": "2020", "year": 2020, "target_low": 100.0, "target_high": 100.0,
    }  # fmt: skip
    return pd.DataFrame([{**row, **more}])


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
    row = targets(observations([{**TRAINED, **actual}]), INDICATORS, target()).iloc[0]

    assert row["met"] == met
    np.testing.assert_allclose([row["progress_low"], row["progress_high"]], [low, high])
    assert (row["baseline_low"], row["target_low"], row["low"]) == (20, 100, actual["low"])


def test_less_can_be_the_target():
    obs = observations([{"measure": "pending", "unit": "cases", "place": "COL", "low": 30, "accumulation": "point"}])
    wanted = target(
        indicator="pending", programme=None, baseline_low=50.0, baseline_high=50.0, target_low=25.0, target_high=25.0
    )

    row = targets(obs, INDICATORS, wanted, accumulation="point").iloc[0]

    assert (row["met"], row["progress_low"]) == ("no", 0.8)


def test_what_nobody_reports_has_a_row_with_its_reason():
    wanted = pd.concat([target(), target(year=2021)], ignore_index=True)

    frame = targets(observations([{**TRAINED, "low": 60}]), INDICATORS, wanted)

    assert frame["reason"].isna().tolist() == [True, False]
    assert "No figure of participants_trained remains" in frame["reason"].iloc[1]
    assert frame["met"].tolist() == ["no", "not known"]


def test_a_target_needs_its_indicator_and_a_way_to_go():
    obs = observations([{**TRAINED, "low": 60}])

    with pytest.raises(UnknownName, match="Did you mean “trained”"):
        targets(obs, INDICATORS, target(indicator="traind"))
    assert targets(obs, INDICATORS, target(target_low=20.0))["reason"].iloc[0] == "the target may be the baseline"


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


def region_of_three(own, others, years):
    rows = [{"place": "ALB", "year": y, "low": n} for y, n in zip(years, own, strict=True)]
    rows += [{"place": p, "year": y, "low": n} for p in ("ITA", "PRT") for y, n in zip(years, others, strict=True)]
    return observations({**row, "scheme": "opdat", "region": "Europe"} for row in rows)


def test_before_and_after_stand_beside_the_region():
    years = range(2014, 2021)
    obs = region_of_three([1, 2, 3, 99, 4, 5, 6], [10, 10, 10, 99, 10, 10, 10], years)

    frame = before_after(obs, "convictions", "ALB", 2017, span=3)

    rows = list(zip(frame["subject"], frame["side"], frame["low"], frame["compared"], strict=True))
    assert rows == [
        ("place", "before", 2, "higher"), ("place", "after", 5, "higher"),
        ("others in its region", "before", 20, "equal"), ("others in its region", "after", 20, "equal"),
    ]  # fmt: skip
    assert frame["years"].tolist()[:2] == ["2014;2015;2016", "2018;2019;2020"]
    assert frame["places"].tolist() == ["ALB", "ALB", "ITA;PRT", "ITA;PRT"]
    assert frame["caveat"].iloc[0] == "the years before and after 2017 side by side; what made a difference is not said"


def test_under_three_years_on_either_side_is_refused():
    obs = region_of_three([1, 2, 3, 4, 5, 6], [1] * 6, range(2014, 2020))

    with pytest.raises(OpdatError, match="2 of the 5 years after 2017"):
        before_after(obs, "convictions", "ALB", 2017)
    with pytest.raises(OpdatError, match="too few to describe"):
        before_after(obs, "convictions", "ALB", 2017, span=2)


def test_a_break_between_before_and_after_is_refused(monkeypatch):
    monkeypatch.setattr(vocab, "breaks", lambda: (vocab.Break("unodc_glotip", "convictions", "ALB", 2018, "new code"),))
    obs = region_of_three([1] * 7, [1] * 7, range(2014, 2021))

    with pytest.raises(MixtureRefused, match="not one series: break in series in 2018"):
        before_after(obs, "convictions", "ALB", 2017, span=3)


def test_bounds_that_overlap_are_not_compared():
    rows = [{"year": y, "low": 0, "high": 4, "scheme": "opdat", "region": "Europe"} for y in range(2014, 2021)]

    frame = before_after(observations(rows), "convictions", "ALB", 2017, span=3)

    assert frame["compared"].tolist()[:2] == ["not known", "not known"]
    assert frame["high"].tolist()[:2] == [4, 4]


def test_no_word_of_cause_is_used():
    import inspect

    words = r"\b(caus\w*|impact\w*|effect\w*|due to|led to|because of|result of|thanks to)\b"
    text = inspect.getsource(programmes).replace("No word of cause", "") + inspect.getsource(
        sys.modules[targets.__module__]
    )
    assert set(re.findall(words, text, re.I)) == set()
