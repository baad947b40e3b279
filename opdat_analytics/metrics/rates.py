"""Rates per head of population."""

from __future__ import annotations

import numpy as np
import pandas as pd

from opdat_analytics.metrics.limits import UNSTABLE_BELOW, garwood
from opdat_analytics.model import CONTINUOUS_UNITS, OpdatError

PER = 100_000
"""Heads that a rate is per."""


def rates(frame: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Rates per 100,000 of a `totals` frame by place and year.

    Parameters
    ----------
    frame
        A `totals` frame whose ``by`` names place and year, in persons, cases or another count.
    population
        Columns ``place``, ``year``, ``population`` (persons): ``vocab.population()``.

    Returns
    -------
    pandas.DataFrame
        The rows of ``frame`` up to ``scheme``, ``places`` and ``years``, then ``low``, ``high`` (rate per 100,000;
        high null where unbounded), ``events_low``, ``events_high``, ``population`` (Int64), ``chance_low``,
        ``chance_high`` (95 % Garwood limits: the lower of the lower bound, the upper of the upper bound; null where
        unbounded), ``unstable`` (fewer than 20 events possible), ``qualifier``, ``about``, ``secondary``,
        ``reason`` (why there is no rate; else null), ``left_out``, ``caveat``.

    Raises
    ------
    OpdatError
        If the frame is not by place and year, or not a count, or a place has two populations in one year.

    Notes
    -----
    Rate = events / population × 100,000. A year without a population has no rate: none is carried over.
    """
    missing = [name for name in ("place", "year", "measure", "low", "high") if name not in frame.columns]
    if missing:
        raise OpdatError(
            f"Rates need totals by place and year; the frame has no {', '.join(missing)}. "
            'Make it with totals(obs, measure, by=["place", "year"]).'
        )
    odd = sorted(set(frame["unit"].dropna()) & CONTINUOUS_UNITS) if "unit" in frame else []
    if odd:
        raise OpdatError(f"Rates are of counts; the frame is in {', '.join(odd)}. Name a counted unit with unit=….")
    if population.duplicated(["place", "year"]).any():
        raise OpdatError("The population names a place and year twice. Keep one row for each.")
    heads = population[["place", "year", "population"]].astype({"year": "Int64"})
    merged = frame.merge(heads, on=["place", "year"], how="left", validate="many_to_one")
    asked = list(frame.columns[: list(frame.columns).index("low")])
    result = merged[asked].copy()
    scale = PER / merged["population"].astype("float64").where(lambda n: n > 0)
    lower, upper = garwood(merged["low"])[0], garwood(merged["high"])[1]
    result["low"], result["high"] = merged["low"] * scale, merged["high"] * scale
    result["events_low"], result["events_high"] = merged["low"], merged["high"]
    result["population"] = merged["population"].astype("Int64")
    result["chance_low"], result["chance_high"] = lower * scale, upper * scale
    result["unstable"] = merged["low"] < UNSTABLE_BELOW
    kept = ["qualifier", "about", "secondary", "left_out", "caveat"]
    for name in (name for name in kept[:3] if name in merged):
        result[name] = merged[name]
    reason = np.select([merged["low"].isna(), scale.isna()], ["no number", "no population for this year"], default="")
    result["reason"] = pd.Series([str(text) or None for text in reason], index=merged.index, dtype="str")
    for name in (name for name in kept[3:] if name in merged):
        result[name] = merged[name]
    return result
