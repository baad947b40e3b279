"""Whatever a metric is given, what is wrong is said in words: no function of `metrics` shows a traceback."""

import inspect

import numpy as np
import pandas as pd
import pytest
from builders import activities, observations

from opdat_analytics import metrics, vocab
from opdat_analytics.model import OpdatError

OBS = observations([{}, {"measure": "prosecutions"}, {"measure": "acquittals"}, {"measure": "participants_trained"}])
TOTALS = metrics.totals(OBS, "convictions", by=["place", "year"])
INDICATORS = pd.DataFrame({n: ["a"] for n in ("indicator", "name", "measure", "unit", "direction")})
TARGETS = pd.DataFrame(
    {n: ["a"] for n in ("indicator", "programme", "place", "baseline_date", "period")}
    | {n: [1.0] for n in ("year", "baseline_low", "baseline_high", "target_low", "target_high")}
)

SOUND = {
    "activity_counts": (activities([{}]),),
    "before_after": (OBS, "convictions", "ALB", 2020),
    "byar": ([1.0],),
    "change": (TOTALS,),
    "conviction_rate": (OBS,),
    "coverage": (OBS, "convictions", "year"),
    "garwood": ([1.0],),
    "increments": (OBS,),
    "index": (TOTALS, 2020),
    "participants": (OBS,),
    "rank": (TOTALS,),
    "rates": (TOTALS, vocab.population()),
    "ratio": (OBS, "convictions", "prosecutions"),
    "reporting_lag": (OBS, "convictions"),
    "revisions_size": (pd.DataFrame(),),
    "rolling": (TOTALS,),
    "select": (OBS, "convictions"),
    "shares": (OBS, "convictions", "form", "labour"),
    "targets": (OBS, INDICATORS, TARGETS),
    "totals": (OBS, "convictions"),
    "wilson": ([1.0], [2.0]),
}
"""Arguments of every public function; each is then replaced, one at a time, by what is wrong."""

WRONG = {
    "None": None,
    "a number": 3,
    "a text": "convicted",
    "a list of objects": [object()],
    "an empty frame": pd.DataFrame(),
    "a frame of something else": pd.DataFrame({"country": ["Albania"], "value": [3]}),
}


def functions():
    return [name for name in metrics.__all__ if inspect.isfunction(getattr(metrics, name))]


def test_every_public_function_is_tried():
    assert set(SOUND) == set(functions())


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("name", functions())
def test_a_wrong_argument_is_said_in_words(name, kind):
    for position in range(len(SOUND[name])):
        given = list(SOUND[name])
        given[position] = WRONG[kind]
        # One number is a count, and an empty frame holds none.
        if isinstance(given[position], int) and name in ("garwood", "byar", "wilson", "before_after"):
            continue
        if name in ("garwood", "byar", "wilson") and kind == "an empty frame":
            continue
        with pytest.raises(OpdatError) as said:
            getattr(metrics, name)(*given)
        assert len(str(said.value)) > 15


@pytest.mark.parametrize("name", [n for n in functions() if "by" in inspect.signature(getattr(metrics, n)).parameters])
@pytest.mark.parametrize("by", [3, [3], ["nothing of this name"], object()])
def test_a_wrong_grouping_is_said_in_words(name, by):
    with pytest.raises(OpdatError):
        getattr(metrics, name)(
            *SOUND[name][: list(inspect.signature(getattr(metrics, name)).parameters).index("by")], by=by
        )


FRAMES = {
    "only the columns that are asked for first": TOTALS[["place", "year", "measure", "low", "high"]],
    "the answer before the query": TOTALS[["low", "high", "qualifier", "measure", "place", "year"]],
    "numbers as text": TOTALS.astype({"low": "str", "high": "str"}),
    "years as text": TOTALS.astype({"year": "str"}),
}


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("name", ["change", "rank", "rolling", "index", "rates"])
def test_half_a_result_is_said_in_words(name, kind):
    with pytest.raises(OpdatError):
        getattr(metrics, name)(FRAMES[kind], *SOUND[name][1:])


@pytest.mark.parametrize("name", ["totals", "ratio", "shares", "conviction_rate", "coverage", "participants", "select"])
def test_observations_without_rows_or_with_too_few_columns_are_said(name):
    with pytest.raises(OpdatError, match=r"remains|not a known"):
        getattr(metrics, name)(OBS.head(0), *SOUND[name][1:])
    with pytest.raises(OpdatError, match="no column accumulation"):
        getattr(metrics, name)(OBS.drop(columns="accumulation"), *SOUND[name][1:])


def test_what_is_meant_is_said():
    with pytest.raises(OpdatError, match=r"by=\(\) for one row"):
        metrics.totals(OBS, "convictions", by=None)
    with pytest.raises(OpdatError, match="window is a whole number, not “a”; write window=3"):
        metrics.rolling(TOTALS, window="a")
    with pytest.raises(OpdatError, match="base is a whole number, not “2019”; write base=2019"):
        metrics.index(TOTALS, "2019")
    with pytest.raises(OpdatError, match="years='2020' names no year"):
        metrics.totals(OBS, "convictions", years="2020")
    with pytest.raises(OpdatError, match="source=3 names what is no code"):
        metrics.totals(OBS, "convictions", source=3)
    with pytest.raises(OpdatError, match="start is a whole number"):
        metrics.before_after(OBS, "convictions", "ALB", "2020")
    with pytest.raises(OpdatError, match="confidence lies between 0 and 1"):
        metrics.garwood([3], confidence=95)
    with pytest.raises(OpdatError, match="more events than trials"):
        metrics.wilson([3], [2])


def test_numbers_of_numpy_are_numbers():
    assert len(metrics.totals(OBS, "convictions", years=np.int64(2020))) == 1
    assert len(metrics.totals(OBS, "convictions", years=np.array([2020, 2021]))) == 2
