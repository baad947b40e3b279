"""Figures to cells of place and time, and what of them must not be added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics.cube import TIME
from opdat_analytics.metrics.select import PROFILE, Selection, without_one
from opdat_analytics.metrics.spans import part_of_year
from opdat_analytics.model import ALLOWED, MixtureRefused

NO_NUMBER = ("unquantified", "not_reported", "suppressed", "not_available", "not_applicable")
"""Qualifiers that a figure without a number can have."""

_SUMS = ("rows", "numbers", "low", "high", "open", "about", "secondary", *NO_NUMBER)


def cells(selection: Selection, by: Sequence[str]) -> pd.DataFrame:
    """Reduce a selection to cells: one row per group, place, programme, activity and time.

    Parameters
    ----------
    selection
        What `select` returned.
    by
        Grouping columns.

    Returns
    -------
    pandas.DataFrame
        The grouping columns, ``place``, ``programme``, ``activity``, ``year`` (Int64), ``period_start``,
        ``period_end``, ``as_of``; then ``rows``, ``numbers`` (rows that state a number), ``low`` and ``high``
        (sums of the bounds that are stated), ``open`` (numbers without an upper bound), ``about``, ``secondary``
        and one column per reason for having no number: counts of rows; and ``part_of_year`` (what the figures of the
        same series and year cover together, where that is no whole year; see ``spans.part_of_year``).

    Raises
    ------
    MixtureRefused
        If the cells hold each other: overlapping periods, several totals to date, a programme inside a national
        figure, or statistics that are not counts.
    """
    mixed = [name for name in PROFILE if selection.profile[name].nunique(dropna=False) > 1 and name != "edition"]
    keys = list(dict.fromkeys([*by, *mixed, "place", "programme", "activity", *TIME]))
    rows = selection.cube
    rows = rows.assign(
        open=rows["numbers"] - rows["closed"],
        **{code: (rows["rows"] - rows["numbers"]).where(rows["qualifier"] == code, 0) for code in NO_NUMBER},
    )
    reduced = rows.groupby(keys, dropna=False, sort=True)[list(_SUMS)].sum().reset_index()
    dimensions = [name for name in dict.fromkeys([*by, *mixed]) if name not in TIME]
    _check(reduced, selection, dimensions, by)
    stated, kinds = reduced[reduced["numbers"] > 0], set(selection.profile["accumulation"])
    series = list(dict.fromkeys([*dimensions, "place", "programme", "activity", "year"]))
    reduced["part_of_year"] = part_of_year(stated, series, kinds.pop() if len(kinds) == 1 else None)
    return reduced


def _check(reduced: pd.DataFrame, selection: Selection, dimensions: list[str], by: Sequence[str]) -> None:
    stated = reduced[reduced["numbers"] > 0]
    group = [*dimensions, *[name for name in ("year", "as_of") if name in by]]
    subject = list(dict.fromkeys([*group, "place", "programme", "activity"]))
    for name, added in (("statistic", {"count"}), ("unit", set(ALLOWED["unit"]) - {"percent"})):
        other = sorted(set(selection.profile[name]) - added)
        if other:
            _check_single(_only(stated, name, other), by, other)
    measure = str(selection.query["measure"])
    known = vocab.measures().get(measure)
    if known is not None and "place" not in known.additive:
        _check_single(stated, by, [measure])
    accumulations = set(selection.profile["accumulation"])
    if known is not None and "period" not in known.additive:
        _check_dates(stated, subject)
    elif accumulations - {"period"}:
        _check_dates(_only(stated, "accumulation", sorted(accumulations - {"period"})), subject)
    if "period" in accumulations:
        _check_periods(stated, subject)
    _check_inside(stated, group)


def _only(stated: pd.DataFrame, name: str, values: list[str]) -> pd.DataFrame:
    """The cells of some values of a dimension; all of them where cells are not told apart by it."""
    return stated[stated[name].isin(values)] if name in stated.columns else stated


def _check_single(stated: pd.DataFrame, by: Sequence[str], kinds: list[str]) -> None:
    sizes = stated.assign(_all=0).groupby(["_all", *by], dropna=False)["numbers"].sum()
    if (sizes > 1).any():
        raise MixtureRefused(
            f"Figures of {' and '.join(kinds)} are not added. Group by what tells them apart, for example by "
            "place and year, so that each stands alone."
        )


def _check_dates(stated: pd.DataFrame, subject: list[str]) -> None:
    dates = stated[list(dict.fromkeys([*subject, *TIME]))].drop_duplicates()
    times = dates.groupby(subject, dropna=False).size()
    if (times > 1).any():
        where = _where(times[times > 1].index[0], subject)
        raise MixtureRefused(
            f"Totals to date, or what stands at a date, would be added over several dates ({where}). "
            "Keep one date with years=…, group by year or as_of, or use metrics.increments for what came between."
        )


def _check_periods(stated: pd.DataFrame, subject: list[str]) -> None:
    _check_undated(stated, list(dict.fromkeys([*subject, "year"])))
    dated = stated.dropna(subset=["period_start", "period_end"])
    dated = dated.drop_duplicates([*subject, "period_start", "period_end"])
    dated = dated.sort_values([*subject, "period_start", "period_end"])
    # Nulls are values here: a place without a programme is one subject.
    subjects = dated.groupby(subject, dropna=False, sort=False).ngroup()
    reached = dated["period_end"].groupby(subjects).cummax().groupby(subjects).shift()
    overlapping = dated[dated["period_start"] <= reached]
    if len(overlapping):
        first = overlapping.iloc[0]
        raise MixtureRefused(
            f"Periods overlap and would be counted twice: {_where(tuple(first[subject]), subject)}, from "
            f"{first['period_start']:%Y-%m-%d} to {first['period_end']:%Y-%m-%d} lies in or over another period. "
            "Keep one kind of period with years=… or by filtering the observations, or group by year."
        )


def _check_undated(stated: pd.DataFrame, subject: list[str]) -> None:
    """A figure of a year without dates holds a figure of a part of that year."""
    of_year = stated[stated["year"].notna()]
    dated = of_year["period_start"].notna()
    if dated.all() or not dated.any():
        return
    kinds = of_year.assign(_dated=dated).groupby(subject, dropna=False)["_dated"].nunique()
    if (kinds > 1).any():
        raise MixtureRefused(
            f"A figure of a year without dates stands beside figures of dated periods of that year "
            f"({_where(kinds.idxmax(), subject)}), and may hold them. Keep one kind of period by filtering the "
            "observations: obs[obs.period_start.notna()]."
        )


def _check_inside(stated: pd.DataFrame, group: list[str]) -> None:
    """Refuse figures that may hold each other: a country's own, a programme's own, those of single activities."""
    kind = np.where(stated["activity"].notna(), 2, np.where(stated["programme"].notna(), 1, 0))
    if len(stated) == 0 or (kind == kind[0]).all():
        return
    keys = list(dict.fromkeys([*group, "place"]))
    spans = stated.assign(
        _kind=kind, _of=stated["programme"], _year=stated["year"], _from=_first_day(stated), _to=_last_day(stated)
    )
    spans = spans[[*keys, "_kind", "_of", "_year", "_from", "_to"]].drop_duplicates()
    spans = spans[spans.groupby(keys, dropna=False)["_kind"].transform("nunique") > 1]
    pairs = spans.merge(spans, on=keys, suffixes=("", "_in"))
    together = (pairs["_from"] <= pairs["_to_in"]) & (pairs["_from_in"] <= pairs["_to"])
    together |= (pairs["_year"] == pairs["_year_in"]).fillna(False).astype(bool)
    # An activity of another programme is not inside this programme's figure.
    other = (pairs["_kind"] == 1) & pairs["_of_in"].notna() & (pairs["_of"] != pairs["_of_in"])
    pairs = pairs[(pairs["_kind"] < pairs["_kind_in"]) & together & ~other]
    if pairs.empty:
        return
    names = [name for name in keys if name != "year"]
    where = _where(tuple(pairs.iloc[0][[*names, "_year_in"]]), [*names, "year"])
    if (pairs["_kind_in"] == 2).any():
        raise MixtureRefused(
            f"Figures of single activities stand beside figures of their whole programme or country ({where}), and may "
            f"be inside them. {without_one('activity')} Or group by activity."
        )
    raise MixtureRefused(
        f"Figures of programmes stand beside figures of the whole country ({where}), and may be inside them. "
        f"Name programmes with programme=…: {without_one('programme')} Or group by programme."
    )


def _first_day(stated: pd.DataFrame) -> pd.Series[Any]:
    """The first day that a figure may be of: of its period, else of its year, else any day at all."""
    year = stated["year"].astype("float64").fillna(1).clip(1, 9999).astype("int64")
    return stated["period_start"].fillna(_day_of(year, "01-01"))


def _last_day(stated: pd.DataFrame) -> pd.Series[Any]:
    year = stated["year"].astype("float64").fillna(9999).clip(1, 9999).astype("int64")
    return stated["period_end"].fillna(_day_of(year, "12-31"))


def _day_of(year: pd.Series[Any], day: str) -> pd.Series[Any]:
    days = pd.DatetimeIndex(np.array([f"{one:04d}-{day}" for one in year], dtype="datetime64[ms]"))
    return pd.Series(days, index=year.index)


def _where(key: Any, names: Sequence[str]) -> str:
    values = key if isinstance(key, tuple) else (key,)
    return ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True) if not pd.isna(value))
