"""Rates per head of population."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opdat_analytics.metrics.compare import groups_of_result
from opdat_analytics.metrics.given import frame_of
from opdat_analytics.metrics.limits import UNSTABLE_BELOW, garwood
from opdat_analytics.metrics.names import joined
from opdat_analytics.metrics.totals import qualifiers
from opdat_analytics.model import CONTINUOUS_UNITS, OpdatError

PER = 100_000
"""Heads that a rate is per."""

IN_PART = "the figures cover only part of the year"


def rates(frame: pd.DataFrame, population: pd.DataFrame, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Rates per 100,000 of a `totals` frame by place and year.

    Parameters
    ----------
    frame
        A `totals` frame whose ``by`` names place and year, in persons, cases or another count.
    population
        Columns ``place``, ``year``, ``population`` (persons): ``vocab.population()``.
    by
        Columns of the frame's own groups to add the places up by, such as region and year. Events and population are
        those of the places that have both for the whole year, and of no others; ``places`` names them. Without it,
        a rate for each row.

    Returns
    -------
    pandas.DataFrame
        The rows of ``frame`` (or one for each value of ``by``, with ``n_reporting``, the places it is made of, behind
        the rates) up to ``scheme``, ``places`` and ``years``, then ``low``, ``high`` (rate per 100,000;
        high null where unbounded), ``events_low``, ``events_high``, ``population`` (Int64), ``chance_low``,
        ``chance_high`` (95 % Garwood limits: the lower of the lower bound, the upper of the upper bound; null where
        unbounded), ``unstable`` (fewer than 20 events possible), ``qualifier``, ``about``, ``secondary``,
        ``reason`` (why there is no rate; else null), ``left_out``, ``caveat``.

    Raises
    ------
    OpdatError
        If the frame is not by place and year, or not a count, or a place has two populations in one year; if it has no
        such column to add up by.

    Notes
    -----
    Rate = events / population × 100,000. A year without a population has no rate: none is carried over. Nor has a part
    of a year: its events are not those that its population had in a year.
    """
    frame_of(frame, "metrics.rates", (), 'totals(obs, measure, by=["place", "year"])')
    frame_of(population, "metrics.rates: the population", ("place", "year", "population"), "vocab.population()")
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
    if by is not None and not (
        isinstance(by, str) or (isinstance(by, list | tuple) and all(isinstance(n, str) for n in by))
    ):
        raise OpdatError(f"by=… names groups of the frame, such as region and year, not {by!r}.")
    groups = [by] if isinstance(by, str) else list(by or ())
    own = groups_of_result(frame, "rates")
    absent = [name for name in groups if name not in own or name == "place"]
    if absent:
        raise OpdatError(f"Rates are added up by groups of the frame but place ({', '.join(own)}), not {absent}.")
    heads = population[["place", "year", "population"]].astype({"year": "Int64"})
    merged = frame.merge(heads, on=["place", "year"], how="left", validate="many_to_one")
    asked = list(frame.columns[: list(frame.columns).index("low")])
    if groups:
        merged = _added_up(merged, groups, [name for name in asked if name not in own])
        asked = [str(name) for name in merged if name in (*groups, *asked, "places")]
    result = merged[asked].copy()
    scale = PER / merged["population"].astype("float64").where(lambda n: n > 0)
    in_part = merged["part_of_year"].notna() if "part_of_year" in merged else scale.isna() & False
    scale = scale.where(~in_part)
    lower, upper = garwood(merged["low"])[0], garwood(merged["high"])[1]
    result["low"], result["high"] = merged["low"] * scale, merged["high"] * scale
    result["events_low"], result["events_high"] = merged["low"], merged["high"]
    result["population"] = merged["population"].astype("Int64")
    result["chance_low"], result["chance_high"] = lower * scale, upper * scale
    result["unstable"] = merged["low"] < UNSTABLE_BELOW
    kept = ["qualifier", "about", "secondary", "left_out", "caveat"]
    for name in (name for name in kept[:3] if name in merged):
        result[name] = merged[name]
    lacks = {"no number": merged["low"].isna(), IN_PART: in_part, "no population for this year": scale.isna()}
    reason = np.select(list(lacks.values()), list(lacks), default="")
    result["reason"] = pd.Series([str(text) or None for text in reason], index=merged.index, dtype="str")
    for name in (name for name in kept[3:] if name in merged):
        result[name] = merged[name]
    if groups:
        result.insert(list(result).index("high") + 1, "n_reporting", merged["n_reporting"])
    return result


def _added_up(merged: pd.DataFrame, groups: list[str], query: list[str]) -> pd.DataFrame:
    """Events and heads of the places that have both, by some columns."""
    rows = []
    for key, part in merged.groupby(groups, dropna=False, sort=True):
        stated, known = part["low"].notna(), part["population"].notna()
        whole = part["part_of_year"].isna() if "part_of_year" in part else stated | True
        usable = part[stated & known & whole]
        told = {
            "without a number": int((~stated).sum()),
            "without a population for this year": int((stated & ~known).sum()),
            "with figures of only part of the year": int((stated & known & ~whole).sum()),
        }
        left_out = [f"{n} places {why}" for why, n in told.items() if n]
        rows.append(
            {
                **dict(zip(groups, key, strict=True)), **{name: joined(part[name]) for name in query},
                "places": joined(usable["place"]),
                "low": usable["low"].sum() if len(usable) else np.nan,
                "high": usable["high"].sum(skipna=False) if len(usable) else np.nan,
                "population": usable["population"].sum() if len(usable) else np.nan,
                "n_reporting": usable["place"].nunique(), "about": bool(usable["about"].any()),
                "secondary": bool(usable["secondary"].any()), "left_out": "; ".join(left_out) or None,
                "caveat": "; ".join(dict.fromkeys(usable["caveat"].dropna())) or None,
            }
        )  # fmt: skip
    query = list(dict.fromkeys([*query, "places"]))
    result = pd.DataFrame(rows).astype(dict.fromkeys([*query, "left_out", "caveat"], "str"))
    return result.assign(qualifier=qualifiers(result))
