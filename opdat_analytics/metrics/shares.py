"""Shares of a part in its whole, and conviction rates: what lies inside what it is divided by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.metrics.cells import cells
from opdat_analytics.metrics.limits import UNSTABLE_BELOW, wilson
from opdat_analytics.metrics.names import DISAGGREGATIONS, not_one_of
from opdat_analytics.metrics.overlaps import refuse_overlaps
from opdat_analytics.metrics.select import Selection, columns_of, joined, said, select
from opdat_analytics.metrics.sides import Side, both_sides, bounds_of, refuse_differences, two_sides
from opdat_analytics.metrics.spans import cover_alike
from opdat_analytics.metrics.totals import ask, groups_of, qualifiers, year_range
from opdat_analytics.model import MixtureRefused, UnknownName


def shares(
    obs: Any, measure: str, part_column: str, part: str, by: str | Sequence[str] = ("year",), **names: Any
) -> pd.DataFrame:
    """Share of one part in its whole, over the places and years that state both.

    Where a place publishes a total, the part is a share of that total; where it publishes parts only, of their sum.
    A part without a number (suppressed, unquantified, not reported) may be any number, so that sum is open above.
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
    if not isinstance(part_column, str) or part_column not in DISAGGREGATIONS:
        raise UnknownName(not_one_of("column of parts", str(part_column), DISAGGREGATIONS))
    if part_column in grouping:
        raise MixtureRefused(f"A share of {part_column} is of one part; leave {part_column} out of by=….")
    selection = select(obs, measure, by=[*grouping, part_column], **{**names, part_column: None})
    reduced = cells(selection, [*grouping, part_column])
    found = sorted(set(reduced[part_column]) - {"total"})
    if not isinstance(part, str) or part not in found:
        raise UnknownName(not_one_of(part_column, str(part), found))
    told = _parts_alike(selection, reduced, part_column, grouping, names)
    keys = list(dict.fromkeys([*grouping, "place", "year"]))
    x = bounds_of(reduced[reduced[part_column] == part], keys, "x")
    whole = bounds_of(reduced[reduced[part_column] == "total"], keys, "t")
    rest = bounds_of(reduced[~reduced[part_column].isin([part, "total"])], keys, "y")
    pairs = x.merge(whole, on=keys, how="outer").merge(rest, on=keys, how="outer")
    # The query names every figure that the share rests on, so that all of them can be explained.
    rests_on_parts = (pairs["x_low"].notna() & pairs["t_low"].isna() & pairs["y_low"].notna()).any()
    rests_on = joined([part, *(["total"] if len(whole) else []), *(found if rests_on_parts else [])])
    frame = _shared(pairs, both_sides([selection], told), grouping, {part_column: str(rests_on)})
    frame.insert(list(frame.columns).index("low"), "share_of", pd.Series(part, index=frame.index, dtype="str"))
    return frame


def conviction_rate(obs: Any, by: str | Sequence[str] = ("year",), **names: Any) -> pd.DataFrame:
    """Convicted among those convicted or acquitted, by year of disposal, where both are reported.

    Parameters, errors and columns are those of `shares`; ``measure`` is ``convictions;acquittals``, and only places
    and years that report both count.
    """
    grouping = columns_of(by)
    sides, reduced, told = two_sides(obs, ("convictions", "acquittals"), grouping, names)
    keys = list(dict.fromkeys([*grouping, "place", "year"]))
    x, y = (bounds_of(part, keys, name) for part, name in zip(reduced, "xy", strict=True))
    pairs = x.merge(y, on=keys, how="outer").assign(
        t_low=np.nan, t_high=np.nan, t_hidden=0, t_part=None, t_about=0, t_secondary=0
    )
    return _shared(pairs, both_sides(sides, told), grouping, {"measure": "convictions;acquittals"})


def _parts_alike(
    selection: Selection, reduced: pd.DataFrame, column: str, by: tuple[str, ...], names: Mapping[str, Any]
) -> tuple[str, ...]:
    """Refuse parts and wholes of unlike offences, units …; what must be said of those that were named."""
    profile, stated = selection.profile, reduced[reduced["numbers"] > 0]
    values = sorted(set(stated[column]))
    sides = [Side(one, profile[profile[column] == one], stated[stated[column] == one]) for one in values]
    return refuse_differences(sides, by, names, but=(column, "years"))


_SHARE_SUMS = ["x_low", "x_high", "whole_low", "whole_high", "part_at_most", "whole_then", "whole_with_least"]


def _shared(pairs: pd.DataFrame, selection: Selection, by: tuple[str, ...], fixed: Mapping[str, str]) -> pd.DataFrame:
    pairs = pairs.assign(_all=0)
    keys = ["_all", *by]
    frame = groups_of(pairs, by, year_range(selection, pairs))
    usable = pairs["x_low"].notna() & (pairs["t_low"].notna() | pairs["y_low"].notna())
    whole_part = pairs["t_part"].where(pairs["t_low"].notna(), pairs["y_part"])
    apart = usable & ~cover_alike(pairs["x_part"], whole_part)
    usable &= ~apart
    refuse_overlaps(pairs[usable], keys)
    used = _place_bounds(pairs[usable].copy())
    sums = used.groupby(keys, dropna=False)[[*_SHARE_SUMS, "about", "secondary", "beyond", "summed", "hidden"]].sum()
    sums["places"] = used.groupby(keys, dropna=False)["place"].nunique()
    half = pairs.assign(half=~usable & ~apart, apart=apart).groupby(keys, dropna=False)[["half", "apart"]].sum()
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
    result["qualifier"] = qualifiers(result)
    result["reason"] = pd.Series([str(r) or None for r in reason], dtype="str")
    left = frame[["half", "apart"]].fillna(0).astype("int64")
    result["left_out"] = pd.Series(
        ["; ".join([*_half(k, m), *said(selection.left_out)]) or None for k, m in left.itertuples(index=False)],
        dtype="str",
    )
    counts = frame[["summed", "hidden"]].fillna(0).astype("int64").itertuples(index=False)
    result["caveat"] = pd.Series(
        ["; ".join([*_summed(k, fixed), *_hidden(n), *selection.caveats]) or None for k, n in counts], dtype="str"
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
    used["hidden"] = used["x_hidden"].gt(0) | used["t_hidden"].where(published, used["y_hidden"]).gt(0)
    for flag in ("about", "secondary"):
        used[flag] = used[f"x_{flag}"] + used[f"t_{flag}"].where(published, used[f"y_{flag}"])
    return used


def _half(places: int, apart: int) -> list[str]:
    left = {"part or whole not stated": places, "part and whole cover different parts of the year": apart}
    return [f"{n} left out: {why}" for why, n in left.items() if n]


def _summed(places: float, fixed: Mapping[str, str]) -> list[str]:
    return [f"the whole is the sum of its stated parts in {int(places)}"] if places and "measure" not in fixed else []


def _hidden(places: int) -> list[str]:
    return [f"parts without a number leave the whole open above in {places}"] if places else []


def _ask(result: pd.DataFrame, selection: Selection, by: tuple[str, ...], fixed: Mapping[str, str]) -> None:
    ask(result, selection, by)
    for name, value in fixed.items():
        result[name] = pd.Series(value, index=result.index, dtype="str")
