"""Chance limits and rates against published values."""

import numpy as np
import pandas as pd
import pytest
from builders import observations
from scipy import stats

from opdat_analytics.metrics import byar, garwood, rates, totals, wilson
from opdat_analytics.model import OpdatError


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0.0, 3.688879), (1, 0.025318, 5.571643), (5, 1.623486, 11.668332), (25, 16.178682, 36.904932)],
)
def test_garwood(events, low, high):
    # 0 and 25: epitools' pois.exact and GraphPad's note on the interval of a count; 5: PHEindicatormethods 2.1.0.
    np.testing.assert_allclose(garwood(events), (low, high), atol=1e-6)


def test_garwood_holds_its_own_definition():
    # Garwood 1936: at the limits, seeing k or fewer (or k or more) has a chance of one half of 5 %.
    k = np.array([1, 7, 74, 200])
    low, high = garwood(k)

    np.testing.assert_allclose(stats.poisson.cdf(k, high), 0.025)
    np.testing.assert_allclose(stats.poisson.sf(k - 1, low), 0.025)
    np.testing.assert_allclose(garwood(25, 0.99), (14.00, 41.00), atol=0.01)


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(10, 4.78745, 18.391459), (65, 50.163188, 82.849139), (1045, 982.593202, 1110.331213)],
)
def test_byar(events, low, high):
    # PHEindicatormethods 2.1.0, its published test values.
    np.testing.assert_allclose(byar(events), (low, high), atol=1e-5)


def test_byar_comes_close_to_garwood_from_10_events():
    k = np.arange(10, 400)

    np.testing.assert_allclose(byar(k), garwood(k), atol=0.01)


@pytest.mark.parametrize(
    ("events", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson(events, trials, low, high):
    # Newcombe 1998, Table I, method 3.
    np.testing.assert_allclose(wilson(events, trials), (low, high), atol=5e-5)


def test_limits_keep_shape_and_blanks():
    low, high = garwood([0, np.nan, 5])

    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [False, True, False]
    assert np.isnan(wilson([0, 1], [0, np.nan])[0]).all()
    assert wilson(20, 20)[1] == 1


POPULATION = pd.DataFrame(
    {"place": ["ALB", "ITA", "KEN"], "year": [2020] * 3, "population": [100_000, 200_000, 50_000]}
)


def test_a_rate_has_bounds_and_apart_from_them_chance_limits():
    obs = observations([{"low": 5}, {"place": "ITA", "low": 30, "high": 40}, {"place": "KEN", "low": 25, "high": None}])

    frame = rates(totals(obs, "convictions", by=["place", "year"]), POPULATION).set_index("place")

    # 5 in 100,000: 1.623486 to 11.668332 (PHEindicatormethods 2.1.0).
    assert frame.loc["ALB", ["low", "high"]].tolist() == [5, 5]
    np.testing.assert_allclose(
        frame.loc["ALB", ["chance_low", "chance_high"]].astype(float), (1.623486, 11.668332), atol=1e-6
    )
    assert frame.loc["ITA", ["low", "high"]].tolist() == [15, 20]
    assert frame.loc["ITA", "chance_low"] < 15
    assert frame.loc["ITA", "chance_high"] > 20
    assert frame.loc["KEN", "low"] == 50
    assert np.isnan(frame.loc["KEN", "high"])
    assert np.isnan(frame.loc["KEN", "chance_high"])
    assert frame["unstable"].tolist() == [True, False, False]


def test_a_year_without_a_population_has_no_rate_and_says_so():
    obs = observations([{"year": 2021}, {"year": 2020, "qualifier": "not_reported"}])

    frame = rates(totals(obs, "convictions", by=["place", "year"]), POPULATION)

    assert frame["reason"].tolist() == ["no number", "no population for this year"]
    assert frame["low"].isna().all()


def test_rates_are_by_place_and_year_and_of_counts():
    with pytest.raises(OpdatError, match=r'by=\["place", "year"\]'):
        rates(totals(observations([{}]), "convictions"), POPULATION)
    money = totals(observations([{"measure": "funding", "unit": "usd"}]), "funding", by=["place", "year"])
    with pytest.raises(OpdatError, match="in usd"):
        rates(money, POPULATION)
    with pytest.raises(OpdatError, match="twice"):
        rates(totals(observations([{}]), "convictions", by=["place", "year"]), pd.concat([POPULATION, POPULATION]))
