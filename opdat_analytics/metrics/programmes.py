"""What a programme reached: people trained, targets, and the years before and after its start. No word of cause."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics.breaks import breaks_between, told
from opdat_analytics.metrics.totals import QUERY, bounds_qualifier, totals
from opdat_analytics.model import MixtureRefused, OpdatError, UnknownName

LEAST_YEARS = 3
"""Years with a number that either side of a start must have."""


def participants(obs: Any, by: str | list[str] = "programme", **names: Any) -> pd.DataFrame:
    """People trained, as reported.

    Parameters
    ----------
    obs, by, **names
        As for `totals`; ``accumulation="to_date"`` for programmes that state running totals.

    Returns
    -------
    pandas.DataFrame
        The columns of `totals` for the measure ``participants_trained``.

    Raises
    ------
    MixtureRefused, UnknownName, OpdatError
        As `totals`.

    Notes
    -----
    Who attends two courses is counted twice, unless the publisher says otherwise; the caveat says so.
    """
    frame = totals(obs, "participants_trained", by, **names)
    said = "who attended several courses may be counted several times"
    frame["caveat"] = pd.Series([said if pd.isna(c) else f"{said}; {c}" for c in frame["caveat"]], dtype="str")
    return frame


def targets(obs: Any, indicators: pd.DataFrame, wanted: pd.DataFrame, **names: Any) -> pd.DataFrame:
    """Baseline, target and actual of each indicator, and how far the way is gone.

    Parameters
    ----------
    obs
        Observations, as for `totals`.
    indicators, wanted
        ``opdat.indicators()`` and ``opdat.targets()``.
    **names
        As for `totals` (``source`` …); they hold for every target.

    Returns
    -------
    pandas.DataFrame
        One row per target: ``indicator``, ``name``, ``direction`` (up, down), ``period``, the query (``measure`` …
        ``programme``, ``places``, ``years``), then ``low``, ``high`` (the actual), ``qualifier``, ``about``,
        ``secondary``, ``baseline_low``, ``baseline_high``, ``baseline_date``, ``target_low``, ``target_high``,
        ``progress_low``, ``progress_high`` (0 at the baseline, 1 at the target; null where unbounded), ``met`` (yes,
        no: only where true for every value within the bounds; else not known), ``reason`` (why there is no actual or
        no progress; else null), ``left_out``, ``caveat``.

    Raises
    ------
    UnknownName
        If a target names an indicator that is not among ``indicators``, or one that is there twice.

    Notes
    -----
    Progress is (actual - baseline) / (target - baseline). It is monotone in each of the three, so its bounds are
    reached where each stands at one of its own.
    """
    found = [_target(obs, _indicator(indicators, row["indicator"]), row, names) for row in wanted.to_dict("records")]
    columns = ["indicator", "name", "direction", "period", *QUERY, *_TARGET]
    result = pd.DataFrame(found, columns=columns)
    texts = ["indicator", "name", "direction", "period", *QUERY, "qualifier", "baseline_date", "met", "reason"]
    return result.astype(dict.fromkeys([*texts, "left_out", "caveat"], "str"))


_TARGET = [
    "low", "high", "qualifier", "about", "secondary", "baseline_low", "baseline_high", "baseline_date", "target_low",
    "target_high", "progress_low", "progress_high", "met", "reason", "left_out", "caveat",
]  # fmt: skip


def _indicator(indicators: pd.DataFrame, wanted: str) -> dict[Any, Any]:
    rows = indicators[indicators["indicator"] == wanted].drop_duplicates(["measure", "unit", "direction"])
    if len(rows) != 1:
        known = sorted(set(indicators["indicator"]))
        near = vocab.suggest(wanted, known)
        raise UnknownName(
            f"A target names the indicator “{wanted}”, which is "
            + ("not defined. " if rows.empty else "defined in several ways; keep one. ")
            + (f"Did you mean “{near}”? " if near and rows.empty else "")
            + f"Defined: {', '.join(known) or 'none'}."
        )
    return dict(rows.iloc[0])


def _target(obs: Any, indicator: dict[Any, Any], row: dict[Any, Any], names: dict[str, Any]) -> dict[str, Any]:
    place, year, programme = (None if pd.isna(row[name]) else row[name] for name in ("place", "year", "programme"))
    asked: dict[str, Any] = {"unit": indicator["unit"], "programme": programme, **names}
    if place is not None:
        asked |= {"places": place, "level": vocab.level_of(place)}
    if year is not None:
        asked["years"] = int(year)
    told_row: dict[str, Any] = {
        "indicator": row["indicator"], "name": indicator["name"], "direction": indicator["direction"],
        "period": row["period"], "measure": indicator["measure"], "unit": indicator["unit"], "programme": programme,
        "places": place, "years": None if year is None else str(int(year)), "low": np.nan, "high": np.nan,
        "qualifier": "unquantified", "about": False, "secondary": False, "met": "not known",
    }  # fmt: skip
    told_row |= {name: row[name] for name in ("baseline_low", "baseline_high", "baseline_date")}
    told_row |= dict(zip(("target_low", "target_high"), _goal(row, indicator["direction"]), strict=True))
    try:
        actual = totals(obs, indicator["measure"], by=(), **asked).iloc[0]
    except OpdatError as refused:
        # One indicator that nobody reports must not hide the others; its row says why it has no actual.
        return {**told_row, "reason": str(refused)}
    told_row |= {name: actual[name] for name in [*QUERY, *_TARGET[:5], "left_out", "caveat"]}
    told_row["met"] = _met(told_row)
    low, high, reason = progress(*(told_row[f"{side}{end}"] for side in ("", "baseline_", "target_") for end in _ENDS))
    return {**told_row, "progress_low": low, "progress_high": high, "reason": reason}


_ENDS = ("low", "high")


def _goal(row: dict[str, Any], direction: str) -> tuple[float, float]:
    """The bounds of a target; what has one bound only, on the side where the way ends, is that number.

    “At least 40 convictions” is reached at 40, and “at most 10 days” at 10.
    """
    low, high = (float("nan") if pd.isna(row[name]) else float(row[name]) for name in ("target_low", "target_high"))
    if direction == "up" and np.isnan(high):
        return low, low
    return (high, high) if direction == "down" and np.isnan(low) else (low, high)


def progress(
    low: float, high: float, base_low: float, base_high: float, target_low: float, target_high: float
) -> tuple[float, float, str | None]:
    """Bounds of (actual - baseline) / (target - baseline); null where unbounded, or with the reason that is third."""
    if any(np.isnan(bound) for bound in (low, base_low, base_high, target_low, target_high)):
        nameless = "the actual" if np.isnan(low) else "the baseline or the target"
        return np.nan, np.nan, f"{nameless} has no bounds"
    if target_low <= base_high and base_low <= target_high:
        return np.nan, np.nan, "the target may be the baseline"
    ends = product((low, np.inf if np.isnan(high) else high), (base_low, base_high), (target_low, target_high))
    values = [(a - b) / (t - b) for a, b, t in ends]
    least, most = (float(bound) for bound in (min(values), max(values)))
    return (least if np.isfinite(least) else np.nan), (most if np.isfinite(most) else np.nan), None


def _met(row: dict[str, Any]) -> str:
    low, high = row["low"], np.inf if pd.isna(row["high"]) else row["high"]
    if pd.isna(low) or pd.isna(row["target_low"]) or row["about"]:
        return "not known"
    least, most = row["target_low"], np.inf if pd.isna(row["target_high"]) else row["target_high"]
    if row["direction"] == "down":
        return "yes" if high <= least else "no" if low > most else "not known"
    return "yes" if low >= most else "no" if high < least else "not known"


def before_after(obs: Any, measure: str, place: str, start: int, *, span: int = 5, **names: Any) -> pd.DataFrame:
    """The years before and after a start in one place, beside the other places of its region. A description.

    Parameters
    ----------
    obs
        Observations with ``scheme`` and ``region``, as for `totals`.
    measure
        Measure code.
    place
        Place code.
    start
        Year of the start, as of ``programmes.start_year``; it belongs to neither side.
    span
        Years on either side, at least 3.
    **names
        As for `totals`, without ``places`` and ``years``.

    Returns
    -------
    pandas.DataFrame
        Two rows for each side (before, after): the place, and the others of its region that report in every year that
        the place reports. ``subject`` (place, others in its region), ``side``, the query with ``places`` and
        ``years``, then ``low``, ``high`` (mean per year; high null where unbounded), ``qualifier``, ``n_years``,
        ``n_places``, ``region``, ``about``, ``secondary``, ``compared`` (after against before: higher, lower, equal;
        only where true for every value within the bounds; else not known), ``left_out``, ``caveat``.

    Raises
    ------
    OpdatError
        If either side has a number in fewer than 3 years, or the observations have no region.
    MixtureRefused
        If the series breaks in between; else as `totals`.

    Notes
    -----
    Two places that differ in many ways are not an experiment. Nothing here says what made a difference.
    """
    years = [year for year in range(start - span, start + span + 1) if year != start]
    if span < LEAST_YEARS:
        raise OpdatError(f"span={span} is under {LEAST_YEARS} years on either side: too few to describe anything.")
    frame = totals(obs, measure, by=["region", "place", "year"], years=range(min(years), max(years) + 1), **names)
    frame = frame[frame["year"].isin(years) & frame["low"].notna()]
    own = frame[frame["place"] == place]
    sides = {"before": own[own["year"] < start], "after": own[own["year"] > start]}
    for side, rows in sides.items():
        if len(rows) < LEAST_YEARS:
            raise OpdatError(
                f"{place} has {measure} in {len(rows)} of the {span} years {side} {start}; at least {LEAST_YEARS} are "
                "needed on either side. Widen span=…, or describe the series with totals."
            )
    broken = breaks_between(own.iloc[0].to_dict(), int(own["year"].min()), int(own["year"].max()))
    if broken:
        raise MixtureRefused(f"The years before and after {start} are not one series: {'; '.join(told(broken))}.")
    region = own["region"].iloc[0]
    near = frame[(frame["region"] == region) & (frame["place"] != place) & frame["year"].isin(own["year"])]
    always = near.groupby("place")["year"].nunique() == own["year"].nunique()
    same = near[near["place"].isin(always[always].index)]
    apart = near["place"].nunique() - same["place"].nunique()
    subjects = {"place": (own, None), "others in its region": (same, _apart(apart))}
    found = []
    for subject, (rows, left_out) in subjects.items():
        pair = [_mean(rows[(rows["year"] > start) == later], start, later) for later in (False, True)]
        found += [{**row, "subject": subject, "left_out": left_out, "compared": _compared(*pair)} for row in pair]
    query = [name for name in QUERY if name in frame or name in ("places", "years")]
    result = pd.DataFrame(found, columns=["subject", "side", *query, *_MEAN])
    result["region"] = region
    texts = ["subject", "side", *query, "qualifier", "region", "compared", "left_out", "caveat"]
    return result.astype(dict.fromkeys(texts, "str"))


_MEAN = [
    "low", "high", "qualifier", "n_years", "n_places", "region", "about", "secondary", "compared", "left_out", "caveat",
]  # fmt: skip


def _apart(places: int) -> str | None:
    return f"{places} places that do not report in every one of these years" if places else None


def _mean(rows: pd.DataFrame, start: int, later: bool) -> dict[str, Any]:
    years = sorted(set(rows["year"].astype(int)))
    side = {"side": "after" if later else "before", "n_years": len(years), "n_places": rows["place"].nunique()}
    caveat = f"the years before and after {start} side by side; what made a difference is not said"
    if rows.empty:
        return {**side, "low": np.nan, "high": np.nan, "qualifier": "unquantified", "about": False, "secondary": False,
                "caveat": caveat}  # fmt: skip
    about, secondary = bool(rows["about"].any()), bool(rows["secondary"].any())
    low, high = rows["low"].sum() / len(years), rows["high"].sum(skipna=False) / len(years)
    return {
        **{name: rows[name].iloc[0] for name in QUERY if name in rows},
        "places": ";".join(sorted(set(rows["place"]))), "years": ";".join(map(str, years)), **side,
        "low": low, "high": high, "qualifier": bounds_qualifier(low, high, about), "about": about,
        "secondary": secondary, "caveat": "; ".join([caveat, *dict.fromkeys(rows["caveat"].dropna())]),
    }  # fmt: skip


def _compared(before: dict[str, Any], after: dict[str, Any]) -> str:
    if before["about"] or after["about"]:
        return "not known"
    if after["low"] > before["high"]:
        return "higher"
    if after["high"] < before["low"]:
        return "lower"
    exact = before["low"] == before["high"] == after["low"] == after["high"]
    return "equal" if exact else "not known"
