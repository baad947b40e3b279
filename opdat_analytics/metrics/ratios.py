"""Ratios of figures that are intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.metrics import spans
from opdat_analytics.metrics.limits import Floats
from opdat_analytics.metrics.select import Selection, columns_of
from opdat_analytics.metrics.sides import both_sides, bounds_of, two_sides
from opdat_analytics.metrics.spans import alike, cover_alike
from opdat_analytics.metrics.totals import add, ask, qualifiers, year_range


def divide(n_low: Any, n_high: Any, d_low: Any, d_high: Any) -> tuple[Floats, Floats, list[str | None]]:
    """Divide intervals of counts: ``[low / high, high / low]``.

    Parameters
    ----------
    n_low, n_high, d_low, d_high
        Bounds, array-like, at least 0; a null high beside a low is unbounded, two nulls are no number.

    Returns
    -------
    tuple
        Lower and upper bounds (upper null where unbounded), and the reason why there are none (None where there
        are): the upper bound is unbounded where the denominator can be 0; there is no ratio where it can only
        be 0, or where either side has no number.
    """
    nl, nh, dl, dh = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (n_low, n_high, d_low, d_high))
    reason = np.select(
        [np.isnan(nl), np.isnan(dl), dh == 0],
        ["the numerator has no number", "the denominator has no number", "the denominator is 0"],
        default="",
    )
    fine = reason == ""
    low = np.where(np.isnan(dh), 0.0, nl / np.where(dh == 0, np.nan, dh))
    high = nh / np.where(dl == 0, np.nan, dl)
    return np.where(fine, low, np.nan), np.where(fine, high, np.nan), [str(r) or None for r in reason]


def ratio(
    obs: Any, numerator: str, denominator: str, by: str | Sequence[str] = ("year",), **names: Any
) -> pd.DataFrame:
    """Divide one measure's total by another's.

    Convictions to prosecutions of one period is a ratio, not a conviction rate: the convictions of a year are
    mostly of earlier years' prosecutions, and above 1 is possible.

    Parameters
    ----------
    obs, by, **names
        As for `totals`; the names hold for both measures.
    numerator, denominator
        Measure codes.

    Returns
    -------
    pandas.DataFrame
        The columns of ``by`` and the query (``measure`` names both, joined by ``;``), ``numerator``,
        ``denominator``; then ``low``, ``high`` (high null where unbounded), ``numerator_low``, ``numerator_high``,
        ``denominator_low``, ``denominator_high``, ``numerator_n``, ``denominator_n`` (places reporting),
        ``low_same``, ``high_same``, ``n_same`` (the ratio over the places and years that
        report both, of the same part of a year),
        ``qualifier``, ``about``, ``secondary``, ``partial``, ``reason`` (why there is no ratio), ``left_out``,
        ``caveat``.

    Raises
    ------
    MixtureRefused, UnknownName, OpdatError
        As `totals`.
    """
    grouping = columns_of(by)
    sides, reduced, told = two_sides(obs, (numerator, denominator), grouping, names)
    span = _common_years(sides, reduced) if "year" in grouping else None
    tables = [add(side, part, grouping, years=span) for side, part in zip(sides, reduced, strict=True)]
    keys = ["_all", *grouping]
    top, bottom = (table.assign(_all=0) for table in tables)
    merged = top.merge(bottom, on=keys, how="outer", suffixes=("", "_d"), sort=True)
    result = merged[list(grouping)].copy()
    ask(result, both_sides(sides, told), grouping)
    result["measure"] = f"{numerator};{denominator}"
    result["numerator"], result["denominator"] = numerator, denominator
    result["low"], result["high"], reason = divide(merged.low, merged.high, merged.low_d, merged.high_d)
    parts = merged[["part_of_year", "part_of_year_d"]].itertuples(index=False)
    reason = [why or _apart(*both) for why, both in zip(reason, parts, strict=True)]
    apart = [why is not None for why in reason]
    result.loc[apart, ["low", "high"]] = np.nan
    for side, end in (("numerator", ""), ("denominator", "_d")):
        result[f"{side}_low"], result[f"{side}_high"] = merged[f"low{end}"], merged[f"high{end}"]
        result[f"{side}_n"] = merged[f"n_reporting{end}"].fillna(0).astype("int64")
    same = merged[keys].merge(_same(reduced[0], reduced[1], grouping), on=keys, how="left")
    result["low_same"], result["high_same"], _ = divide(same.n_low, same.n_high, same.d_low, same.d_high)
    result["n_same"] = same["places"].fillna(0).astype("int64")
    for name in ("about", "secondary", "partial"):
        result[name] = merged[name].eq(True) | merged[f"{name}_d"].eq(True)
    result["qualifier"] = qualifiers(result)
    result["reason"] = pd.Series(reason, dtype="str")
    result["left_out"] = _said(merged, "left_out", numerator, denominator)
    result["caveat"] = _ratio_caveats(merged, result, same, told)
    return result[[*[n for n in result if n not in _RATIO_ANSWER], *_RATIO_ANSWER]]


_RATIO_ANSWER = [
    "low", "high", "numerator_low", "numerator_high", "denominator_low", "denominator_high", "numerator_n",
    "denominator_n", "low_same", "high_same", "n_same", "qualifier", "about", "secondary", "partial", "reason",
    "left_out", "caveat",
]  # fmt: skip


def _common_years(sides: Sequence[Selection], reduced: Sequence[pd.DataFrame]) -> list[int]:
    found = [year for side, part in zip(sides, reduced, strict=True) for year in year_range(side, part)]
    return list(range(min(found), max(found) + 1)) if found and sides[0].years is None else sorted(set(found))


def _same(top: pd.DataFrame, bottom: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """Bounds of both sides over the places and years that report both, and how many report either, per group."""
    group = ["_all", *by]
    keys = list(dict.fromkeys([*group, "place", "year"]))
    either = bounds_of(top.assign(_all=0), keys, "n").merge(
        bounds_of(bottom.assign(_all=0), keys, "d"), on=keys, how="outer"
    )
    pairs = either.groupby(group, dropna=False)[["n_low", "d_low"]].count()
    both = either.dropna(subset=["n_low", "d_low"])
    grouped = both[cover_alike(both["n_part"], both["d_part"])].groupby(group, dropna=False)
    sums = grouped[["n_low", "n_high", "d_low", "d_high"]].sum().replace(np.inf, np.nan)
    sums = sums.assign(places=grouped["place"].nunique(), pairs=grouped.size())
    return pairs.add_suffix("_pairs").join(sums).reset_index()


def _apart(top: Any, bottom: Any) -> str | None:
    """Why sums of different parts of a year are not divided; None where they cover the same."""
    if alike(top, bottom):
        return None
    return f"the numerator covers {spans.said(top)}, the denominator {spans.said(bottom)}"


def _said(merged: pd.DataFrame, name: str, numerator: str, denominator: str) -> pd.Series[Any]:
    texts = []
    for top, bottom in zip(merged[name], merged[f"{name}_d"], strict=True):
        sides = [f"{what}: {text}" for what, text in ((numerator, top), (denominator, bottom)) if not pd.isna(text)]
        texts.append(" · ".join(sides) or None)
    return pd.Series(texts, index=merged.index, dtype="str")


def _ratio_caveats(
    merged: pd.DataFrame, result: pd.DataFrame, same: pd.DataFrame, told: Sequence[str]
) -> pd.Series[Any]:
    texts = []
    pairs = same[["n_low_pairs", "d_low_pairs", "pairs"]].fillna(0).astype("int64")
    for row, answer, (top, bottom, both) in zip(
        merged.to_dict("records"), result.to_dict("records"), pairs.itertuples(index=False), strict=True
    ):
        parts = ["a ratio of one period's figures, not a rate of conviction; above 1 is possible", *told]
        if not answer["numerator_n"] == answer["denominator_n"] == answer["n_same"]:
            parts.append(
                f"{answer['numerator_n']} places report the numerator, {answer['denominator_n']} the denominator, "
                f"{answer['n_same']} both"
            )
        elif not top == bottom == both:
            parts.append(f"{top} place-years have the numerator, {bottom} the denominator, {both} both")
        parts += [text for text in dict.fromkeys([row["caveat"], row["caveat_d"]]) if not pd.isna(text)]
        texts.append("; ".join(parts))
    return pd.Series(texts, index=merged.index, dtype="str")
