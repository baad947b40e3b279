"""What a programme reached: people trained, and the years before and after its start. No word of cause."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.metrics.breaks import breaks_between, told
from opdat_analytics.metrics.given import whole_number
from opdat_analytics.metrics.totals import QUERY, bounds_qualifier, totals
from opdat_analytics.model import MixtureRefused, OpdatError

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
    start, span = whole_number(start, "start", 2015), whole_number(span, "span", 5)
    years = [year for year in range(start - span, start + span + 1) if year != start]
    if span < LEAST_YEARS:
        raise OpdatError(f"span={span} is under {LEAST_YEARS} years on either side: too few to describe anything.")
    frame = totals(obs, measure, by=["region", "place", "year"], years=range(min(years), max(years) + 1), **names)
    frame = frame[frame["year"].isin(years) & frame["low"].notna()]
    in_part = frame[frame["part_of_year"].notna()]
    frame = frame[frame["part_of_year"].isna()]
    own = frame[frame["place"] == place]
    sides = {"before": own[own["year"] < start], "after": own[own["year"] > start]}
    for side, rows in sides.items():
        if len(rows) < LEAST_YEARS:
            raise OpdatError(
                f"{place} has {measure} of {len(rows)} of the {span} years {side} {start} in whole; at least "
                f"{LEAST_YEARS} are needed on either side. Widen span=…, or describe the series with totals."
            )
    broken = breaks_between(own.iloc[0].to_dict(), int(own["year"].min()), int(own["year"].max()))
    if broken:
        raise MixtureRefused(f"The years before and after {start} are not one series: {'; '.join(told(broken))}.")
    region = own["region"].iloc[0]
    near = frame[(frame["region"] == region) & (frame["place"] != place) & frame["year"].isin(own["year"])]
    always = near.groupby("place")["year"].nunique() == own["year"].nunique()
    same = near[near["place"].isin(always[always].index)]
    apart = near["place"].nunique() - same["place"].nunique()
    in_part = in_part[in_part["region"] == region]
    its = in_part["place"] == place
    subjects = {
        "place": (own, _left(0, in_part[its])),
        "others in its region": (same, _left(apart, in_part[~its])),
    }
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


def _left(places: int, in_part: pd.DataFrame) -> str | None:
    told = [f"{places} places that do not report in every one of these years"] if places else []
    if len(in_part):
        of = ", ".join(f"{row['place']} {row['year']}" for row in in_part.to_dict("records"))
        told.append(f"only part of a year: {of}")
    return "; ".join(told) or None


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
