"""Ratios and shares of figures that are intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics.cells import cells
from opdat_analytics.metrics.limits import UNSTABLE_BELOW, Floats, wilson
from opdat_analytics.metrics.select import Selection, columns_of, joined, said, select
from opdat_analytics.metrics.totals import QUERY, add, ask, bounds_qualifier, groups_of, year_range
from opdat_analytics.model import MixtureRefused, UnknownName


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
        ``low_same``, ``high_same``, ``n_same`` (the ratio over the places and years that report both),
        ``qualifier``, ``about``, ``secondary``, ``partial``, ``reason`` (why there is no ratio), ``left_out``,
        ``caveat``.

    Raises
    ------
    MixtureRefused, UnknownName, OpdatError
        As `totals`.
    """
    grouping = columns_of(by)
    sides = [select(obs, measure, by=grouping, **names) for measure in (numerator, denominator)]
    reduced = [cells(side, grouping) for side in sides]
    span = _common_years(sides, reduced) if "year" in grouping else None
    tables = [add(side, part, grouping, years=span) for side, part in zip(sides, reduced, strict=True)]
    keys = ["_all", *grouping]
    top, bottom = (table.assign(_all=0) for table in tables)
    merged = top.merge(bottom, on=keys, how="outer", suffixes=("", "_d"), sort=True)
    result = merged[list(grouping)].copy()
    for name in (name for name in QUERY if name not in grouping):
        result[name] = _both(merged[name], merged[f"{name}_d"])
    result["measure"] = f"{numerator};{denominator}"
    result["numerator"], result["denominator"] = numerator, denominator
    result["low"], result["high"], reason = divide(merged.low, merged.high, merged.low_d, merged.high_d)
    for side, end in (("numerator", ""), ("denominator", "_d")):
        result[f"{side}_low"], result[f"{side}_high"] = merged[f"low{end}"], merged[f"high{end}"]
        result[f"{side}_n"] = merged[f"n_reporting{end}"].fillna(0).astype("int64")
    same = merged[keys].merge(_same(reduced[0], reduced[1], grouping), on=keys, how="left")
    result["low_same"], result["high_same"], _ = divide(same.n_low, same.n_high, same.d_low, same.d_high)
    result["n_same"] = same["places"].fillna(0).astype("int64")
    for name in ("about", "secondary", "partial"):
        result[name] = merged[name].eq(True) | merged[f"{name}_d"].eq(True)
    result["qualifier"] = _qualifiers(result)
    result["reason"] = pd.Series(reason, dtype="str")
    result["left_out"] = _said(merged, "left_out", numerator, denominator)
    result["caveat"] = _ratio_caveats(merged, result)
    return result[[*[n for n in result if n not in _RATIO_ANSWER], *_RATIO_ANSWER]]


_RATIO_ANSWER = [
    "low", "high", "numerator_low", "numerator_high", "denominator_low", "denominator_high", "numerator_n",
    "denominator_n", "low_same", "high_same", "n_same", "qualifier", "about", "secondary", "partial", "reason",
    "left_out", "caveat",
]  # fmt: skip


def shares(
    obs: Any, measure: str, part_column: str, part: str, by: str | Sequence[str] = ("year",), **names: Any
) -> pd.DataFrame:
    """Share of one part in its whole, over the places and years that state both.

    Where a place publishes a total, the part is a share of that total; where it publishes parts only, of their sum.
    The part always lies inside its whole: ``x / (x + y)``. No part is worked out by subtraction.

    Parameters
    ----------
    obs, by, **names
        As for `totals`, without ``part_column``.
    measure
        Measure code.
    part_column
        form, sex, age, citizenship or breakdown.
    part
        Its value, like ``labour``.

    Returns
    -------
    pandas.DataFrame
        The columns of ``by`` and the query (``part_column`` holds the part, ``total``, and all parts where a
        place publishes no total, joined by ``;``), ``share_of`` (the part); then ``low``, ``high`` (0 to 1),
        ``numerator_low``, ``numerator_high``, ``denominator_low``, ``denominator_high`` (high null where
        unbounded), ``n_reporting`` (places that state both), ``chance_low``, ``chance_high`` (Wilson, only where
        the counts are exact), ``unstable`` (fewer than 20 events possible), ``about``, ``secondary``,
        ``qualifier``, ``reason`` (why there is no share), ``left_out``, ``caveat``.

    Raises
    ------
    MixtureRefused, UnknownName, OpdatError
        As `totals`; MixtureRefused if ``by`` names ``part_column``.
    """
    grouping = columns_of(by)
    if part_column not in _PARTED:
        raise UnknownName(_unknown("column of parts", part_column, _PARTED))
    if part_column in grouping:
        raise MixtureRefused(f"A share of {part_column} is of one part; leave {part_column} out of by=….")
    selection = select(obs, measure, by=[*grouping, part_column], **{**names, part_column: None})
    reduced = cells(selection, [*grouping, part_column])
    found = sorted(set(reduced[part_column]) - {"total"})
    if part not in found:
        raise UnknownName(_unknown(part_column, part, found))
    keys = list(dict.fromkeys([*grouping, "place", "year"]))
    x = _sides(reduced[reduced[part_column] == part], keys, "x")
    whole = _sides(reduced[reduced[part_column] == "total"], keys, "t")
    rest = _sides(reduced[~reduced[part_column].isin([part, "total"])], keys, "y")
    pairs = x.merge(whole, on=keys, how="outer").merge(rest, on=keys, how="outer")
    # The query names every figure that the share rests on, so that all of them can be explained.
    rests_on_parts = (pairs["x_low"].notna() & pairs["t_low"].isna() & pairs["y_low"].notna()).any()
    rests_on = joined([part, *(["total"] if len(whole) else []), *(found if rests_on_parts else [])])
    frame = _shared(pairs, selection, grouping, {part_column: str(rests_on)})
    frame.insert(list(frame.columns).index("low"), "share_of", pd.Series(part, index=frame.index, dtype="str"))
    return frame


_PARTED = ("form", "sex", "age", "citizenship", "breakdown")


def conviction_rate(obs: Any, by: str | Sequence[str] = ("year",), **names: Any) -> pd.DataFrame:
    """Convicted among those convicted or acquitted, by year of disposal, where both are reported.

    Parameters, errors and columns are those of `shares`; ``measure`` is ``convictions;acquittals``, and only places
    and years that report both count.
    """
    grouping = columns_of(by)
    sides = [select(obs, measure, by=grouping, **names) for measure in ("convictions", "acquittals")]
    keys = list(dict.fromkeys([*grouping, "place", "year"]))
    x, y = (_sides(cells(side, grouping), keys, name) for side, name in zip(sides, "xy", strict=True))
    pairs = x.merge(y, on=keys, how="outer").assign(t_low=np.nan, t_high=np.nan, t_about=0, t_secondary=0)
    caveats = tuple(dict.fromkeys([*sides[0].caveats, *sides[1].caveats]))
    both = replace(sides[0], caveats=caveats, left_out=(*sides[0].left_out, *sides[1].left_out))
    return _shared(pairs, both, grouping, {"measure": "convictions;acquittals"})


def _sides(reduced: pd.DataFrame, keys: list[str], name: str) -> pd.DataFrame:
    """Bounds of one side per key, as ``<name>_low`` … ; an open high is infinite, no number is null."""
    sums = reduced.groupby(keys, dropna=False)[["low", "high", "numbers", "open", "about", "secondary"]].sum()
    sums["high"] = sums["high"].mask(sums["open"] > 0, np.inf).where(sums["numbers"] > 0)
    sums["low"] = sums["low"].where(sums["numbers"] > 0)
    return sums[["low", "high", "about", "secondary"]].add_prefix(f"{name}_").reset_index()


_SHARE_SUMS = ["x_low", "x_high", "whole_low", "whole_high", "part_at_most", "whole_then", "whole_with_least"]


def _shared(pairs: pd.DataFrame, selection: Selection, by: tuple[str, ...], fixed: Mapping[str, str]) -> pd.DataFrame:
    pairs = pairs.assign(_all=0)
    keys = ["_all", *by]
    frame = groups_of(pairs, by, year_range(selection, pairs))
    usable = pairs["x_low"].notna() & (pairs["t_low"].notna() | pairs["y_low"].notna())
    used = _place_bounds(pairs[usable].copy())
    sums = used.groupby(keys, dropna=False)[[*_SHARE_SUMS, "about", "secondary", "beyond", "summed"]].sum()
    sums["places"] = used.groupby(keys, dropna=False)["place"].nunique()
    half = pairs[~usable].groupby(keys, dropna=False).size().rename("half")
    frame = frame.merge(sums.reset_index(), on=keys, how="left").merge(half.reset_index(), on=keys, how="left")
    n = frame["places"].fillna(0)
    result = frame[list(by)].copy()
    _ask(result, selection, by, fixed)
    reason = np.select(
        [n == 0, frame["beyond"].fillna(0) > 0, frame["whole_high"] == 0],
        ["no place states both the part and its whole", "a part is larger than its whole", "the whole is 0"],
        default="",
    )
    fine = pd.Series(reason == "", index=frame.index)
    x_low, x_high = frame["x_low"], frame["x_high"].replace(np.inf, np.nan)
    d_low, d_high = frame["whole_low"], frame["whole_high"].replace(np.inf, np.nan)
    # The least share has the least part and the most of everything else; the greatest the other way round.
    low = (frame["x_low"] / frame["whole_with_least"]).mask(frame["x_low"] == 0, 0.0)
    high = (frame["part_at_most"] / frame["whole_then"]).mask(frame["part_at_most"] == 0, 0.0)
    high = high.mask(np.isinf(frame["part_at_most"]), 1.0)
    result["low"], result["high"] = low.where(fine), high.where(fine)
    result["numerator_low"], result["numerator_high"] = x_low, x_high
    result["denominator_low"], result["denominator_high"] = d_low, d_high
    result["n_reporting"] = n.astype("int64")
    exact = fine & (x_low == x_high) & (d_low == d_high)
    lower, upper = wilson(x_low.where(exact), d_low.where(exact))
    result["chance_low"], result["chance_high"] = lower, upper
    result["unstable"] = x_low < UNSTABLE_BELOW
    result["about"], result["secondary"] = frame["about"].fillna(0) > 0, frame["secondary"].fillna(0) > 0
    result["qualifier"] = _qualifiers(result)
    result["reason"] = pd.Series([str(r) or None for r in reason], dtype="str")
    result["left_out"] = pd.Series(
        ["; ".join([*_half(k), *said(selection.left_out)]) or None for k in frame["half"].fillna(0)], dtype="str"
    )
    result["caveat"] = pd.Series(
        ["; ".join([*_summed(k, fixed), *selection.caveats]) or None for k in frame["summed"].fillna(0)], dtype="str"
    )
    return result.sort_values(list(by), kind="stable", ignore_index=True) if by else result


def _place_bounds(used: pd.DataFrame) -> pd.DataFrame:
    """What each place adds to the least and the greatest share, and to the bounds of part and whole."""
    published = used["t_low"].notna()
    t_low, t_high = used["t_low"], used["t_high"]
    y_low, y_high = used["y_low"], used["y_high"]
    used["beyond"] = published & (used["x_low"] > t_high)
    # Within a published whole the part can be no more than that whole.
    used["part_at_most"] = used["x_high"].mask(published, used["x_high"].clip(upper=t_high))
    least_whole = t_low.clip(lower=used["x_low"])
    used["whole_low"] = least_whole.where(published, used["x_low"] + y_low)
    used["whole_high"] = t_high.where(published, used["x_high"] + y_high)
    used["whole_then"] = t_low.clip(lower=used["part_at_most"]).where(published, used["x_high"] + y_low)
    used["whole_with_least"] = t_high.where(published, used["x_low"] + y_high)
    used["summed"] = ~published
    for flag in ("about", "secondary"):
        used[flag] = used[f"x_{flag}"] + used[f"t_{flag}"].where(published, used[f"y_{flag}"])
    return used


def _half(places: float) -> list[str]:
    return [f"{int(places)} left out: part or whole not stated"] if places else []


def _summed(places: float, fixed: Mapping[str, str]) -> list[str]:
    return [f"the whole is the sum of its stated parts in {int(places)}"] if places and "measure" not in fixed else []


def _ask(result: pd.DataFrame, selection: Selection, by: tuple[str, ...], fixed: Mapping[str, str]) -> None:
    ask(result, selection, by)
    for name, value in fixed.items():
        result[name] = pd.Series(value, index=result.index, dtype="str")


def _common_years(sides: Sequence[Selection], reduced: Sequence[pd.DataFrame]) -> list[int]:
    found = [year for side, part in zip(sides, reduced, strict=True) for year in year_range(side, part)]
    return list(range(min(found), max(found) + 1)) if found and sides[0].years is None else sorted(set(found))


def _same(top: pd.DataFrame, bottom: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """Bounds of both sides over the places and years that report both, per group."""
    keys = list(dict.fromkeys(["_all", *by, "place", "year"]))
    both = _sides(top.assign(_all=0), keys, "n").merge(_sides(bottom.assign(_all=0), keys, "d"), on=keys)
    both = both.dropna(subset=["n_low", "d_low"])
    grouped = both.groupby(["_all", *by], dropna=False)
    sums = grouped[["n_low", "n_high", "d_low", "d_high"]].sum().replace(np.inf, np.nan)
    return sums.assign(places=grouped["place"].nunique()).reset_index()


def _both(first: pd.Series[Any], second: pd.Series[Any]) -> pd.Series[Any]:
    """The values of two query columns, joined where they differ."""
    values = [
        joined(code for value in pair if not pd.isna(value) for code in str(value).split(";"))
        for pair in zip(first, second, strict=True)
    ]
    return pd.Series(values, index=first.index, dtype="str")


def _qualifiers(result: pd.DataFrame) -> pd.Series[Any]:
    rows = zip(result["low"], result["high"], result["about"], strict=True)
    return pd.Series([bounds_qualifier(*row) for row in rows], index=result.index, dtype="str")


def _said(merged: pd.DataFrame, name: str, numerator: str, denominator: str) -> pd.Series[Any]:
    texts = []
    for top, bottom in zip(merged[name], merged[f"{name}_d"], strict=True):
        sides = [f"{what}: {text}" for what, text in ((numerator, top), (denominator, bottom)) if not pd.isna(text)]
        texts.append(" · ".join(sides) or None)
    return pd.Series(texts, index=merged.index, dtype="str")


def _ratio_caveats(merged: pd.DataFrame, result: pd.DataFrame) -> pd.Series[Any]:
    texts = []
    for row, answer in zip(merged.to_dict("records"), result.to_dict("records"), strict=True):
        parts = ["a ratio of one period's figures, not a rate of conviction; above 1 is possible"]
        if not pd.isna(row.get("unit")) and not pd.isna(row.get("unit_d")) and row["unit"] != row["unit_d"]:
            parts.append(f"{row['unit']} divided by {row['unit_d']}")
        if not answer["numerator_n"] == answer["denominator_n"] == answer["n_same"]:
            parts.append(
                f"{answer['numerator_n']} places report the numerator, {answer['denominator_n']} the denominator, "
                f"{answer['n_same']} both"
            )
        parts += [text for text in dict.fromkeys([row["caveat"], row["caveat_d"]]) if not pd.isna(text)]
        texts.append("; ".join(parts))
    return pd.Series(texts, index=merged.index, dtype="str")


def _unknown(what: str, found: str, known: Sequence[str]) -> str:
    near = vocab.suggest(found, known)
    return f"“{found}” is not a known {what}. " + (f"Did you mean “{near}”? " if near else "") + ", ".join(known) + "."
