"""Targets: how far the way from a baseline is gone, said only of figures that cover the period of the target."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import product
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics.cells import cells
from opdat_analytics.metrics.given import OBSERVATIONS, frame_of, rows_of
from opdat_analytics.metrics.select import select
from opdat_analytics.metrics.spans import Named, lies_within, named_period, said, tiled_exactly
from opdat_analytics.metrics.totals import QUERY, add
from opdat_analytics.model import MixtureRefused, OpdatError, UnknownName


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
        no, not known), ``reason`` (why there is no actual or no progress; else null), ``left_out``, ``caveat``.

    Raises
    ------
    MixtureRefused
        If ``names`` holds a programme or places although targets name their own.
    UnknownName
        If a target names an indicator that is not among ``indicators``, or one that is there twice.

    Notes
    -----
    An actual is compared only if the figures of each place and programme cover the target's period exactly: as one
    figure, or as parts (years of a range, months of a quarter) that tile it. Else the row has its reason and no
    progress. Periods are read as ``2020``, ``FY2020``, ``2019–2021``, ``FY2019–FY2021``, ``Q1 2020``, ``FY2020 Q1``,
    ``H1 2020``, ``2020-06``; without a label the year holds.

    A target is a threshold somewhere in [target_low, target_high]. “At least 20” upwards is [20, ∞) and its threshold
    is 20; “at most 5” downwards is [0, 5] and its threshold is 5. With the threshold in [a, b] and the actual in
    [low, high]:

    ========= ============ ============ ===============
    direction yes          no           not known
    ========= ============ ============ ===============
    up        low >= b     high < a     else, or about
    down      high <= a    low > b      else, or about
    ========= ============ ============ ===============

    Progress is (actual - baseline) / (threshold - baseline). It is monotone in each of the three, so its bounds are
    reached where each stands at one of its own.
    """
    frame_of(indicators, "metrics.targets: the indicators", _INDICATORS, "opdat.indicators()")
    frame_of(wanted, "metrics.targets: the targets", _WANTED, "opdat.targets()")
    rows_of(obs, "targets", OBSERVATIONS)
    for name, column in (("programme", "programme"), ("places", "place")):
        if name in names and wanted[column].notna().any():
            raise MixtureRefused(
                f"The targets say themselves of which {column} they are; leave {name}=… out, and keep the targets "
                f"that you mean: targets[targets.{column} == …]."
            )
    found = [_target(obs, _indicator(indicators, row["indicator"]), row, names) for row in wanted.to_dict("records")]
    columns = ["indicator", "name", "direction", "period", *QUERY, *_TARGET]
    result = pd.DataFrame(found, columns=columns)
    texts = ["indicator", "name", "direction", "period", *QUERY, "qualifier", "baseline_date", "met", "reason"]
    return result.astype(dict.fromkeys([*texts, "left_out", "caveat"], "str"))


_INDICATORS = ("indicator", "name", "measure", "unit", "direction")
_WANTED = (
    "indicator", "programme", "place", "baseline_low", "baseline_high", "baseline_date", "period", "year", "target_low",
    "target_high",
)  # fmt: skip
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
    told: dict[str, Any] = {
        "indicator": row["indicator"], "name": indicator["name"], "direction": indicator["direction"],
        "period": row["period"], "measure": indicator["measure"], "unit": indicator["unit"], "programme": programme,
        "places": place, "low": np.nan, "high": np.nan, "qualifier": "unquantified", "about": False,
        "secondary": False, "met": "not known",
    }  # fmt: skip
    told["baseline_date"] = row["baseline_date"]
    bounds = {f"{side}_{end}": row[f"{side}_{end}"] for side in ("baseline", "target") for end in ("low", "high")}
    told |= {name: np.nan if pd.isna(bound) else float(bound) for name, bound in bounds.items()}
    named = named_period(row["period"], None if year is None else int(year))
    if isinstance(named, str):
        return {**told, "reason": named}
    told["years"] = ";".join(map(str, named.years))
    try:
        actual = _actual(obs, indicator["measure"], asked, named)
    except OpdatError as refused:
        # One indicator that nobody reports must not hide the others; its row says why it has no actual.
        return {**told, "reason": str(refused)}
    told |= {name: actual[name] for name in [*(n for n in QUERY if n != "years"), *_TARGET[:5], "left_out", "caveat"]}
    goal = threshold(told["target_low"], told["target_high"], told["direction"])
    if actual["reason"] is not None:
        return {**told, "reason": actual["reason"]}
    told["met"] = met((told["low"], told["high"]), goal, told["direction"], bool(told["about"]))
    low, high, reason = progress(
        told["low"], told["high"], told["baseline_low"], told["baseline_high"], goal[0], goal[1]
    )
    return {**told, "progress_low": low, "progress_high": high, "reason": reason}


def _actual(obs: Any, measure: str, asked: Mapping[str, Any], named: Named) -> dict[str, Any]:
    """The total of the figures within a period, and why it does not cover it (None where it does)."""
    try:
        selection = select(nw.from_native(obs).filter(lies_within(named)).to_native(), measure, by=(), **asked)
    except UnknownName:
        # A name that only figures of other periods have is known; one that none has is told as such.
        _check_known(obs, measure, asked)
        raise OpdatError(f"No figure of {measure} remains that lies within {named.label}.") from None
    reduced = cells(selection, ())
    actual = add(selection, reduced, ()).iloc[0]
    return {**{str(name): value for name, value in actual.items()}, "reason": _uncovered(reduced, named)}


def _check_known(obs: Any, measure: str, asked: Mapping[str, Any]) -> None:
    with suppress(MixtureRefused):
        select(obs, measure, by=(), **asked)


def _uncovered(reduced: pd.DataFrame, named: Named) -> str | None:
    """Why figures do not cover a period; None where those of every place and programme do."""
    stated = reduced[(reduced["numbers"] > 0) & reduced["activity"].isna()]
    for (place, _), rows in stated.groupby(["place", "programme"], dropna=False):
        spans = list(zip(rows["period_start"], rows["period_end"], strict=True))
        if tiled_exactly(spans, named.start, named.end):
            continue
        years = sorted({int(year) for year in rows["year"].dropna()})
        parts = rows["part_of_year"].dropna()
        # A year of the same label is the same year, unless its days are known and are others.
        by_label = not named.part and rows["period_start"].isna().all()
        if by_label and years == list(named.years) and parts.empty:
            continue
        covers = [f"{', '.join(map(str, years))}"] if years else []
        covers += [f"of which only {said(part)}" for part in sorted(set(parts))]
        return (
            f"the figures of {vocab.place_name(str(place))} cover {' '.join(covers) or 'other days'}, "
            f"not all of {named.label} and nothing else"
        )
    return None


def threshold(low: float, high: float, direction: str) -> tuple[float, float]:
    """The bounds of what must be reached: open above where the target is, null where it has no number."""
    if direction == "down" and not np.isnan(high) and (np.isnan(low) or low == 0):
        return high, high
    if np.isnan(low):
        return np.nan, np.nan
    if direction != "down" and np.isnan(high):
        return low, low
    return low, high


def met(actual: tuple[float, float], goal: tuple[float, float], direction: str, about: bool) -> str:
    """Whether a target is met: yes or no only where true for every value within the bounds of both."""
    low, high = actual[0], np.inf if np.isnan(actual[1]) else actual[1]
    least, most = goal[0], np.inf if np.isnan(goal[1]) else goal[1]
    if np.isnan(low) or np.isnan(least) or about:
        return "not known"
    if direction == "down":
        return "yes" if high <= least else "no" if low > most else "not known"
    return "yes" if low >= most else "no" if high < least else "not known"


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
