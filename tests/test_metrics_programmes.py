"""People trained, and the years before and after a start."""

import re
import sys

import numpy as np
import pytest
from builders import observations

from opdat_analytics import vocab
from opdat_analytics.metrics import before_after, participants, programmes, targets
from opdat_analytics.model import MixtureRefused, OpdatError

TRAINED = {"measure": "participants_trained", "programme": "colombia", "place": "COL"}


def test_people_trained_are_added_with_what_that_may_mean():
    row = participants(
        observations([{**TRAINED, "low": 100}, {**TRAINED, "year": 2021, "low": 12, "high": None}])
    ).iloc[0]

    assert (row["programme"], row["low"]) == ("colombia", 112)
    assert np.isnan(row["high"])
    assert row["caveat"] == "who attended several courses may be counted several times"


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
