"""Figures to cells of place and time, and what of them must not be added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics.cube import TIME
from opdat_analytics.metrics.select import PROFILE, Selection
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
        and one column per reason for having no number: counts of rows.

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
    _check(reduced, selection, [name for name in dict.fromkeys([*by, *mixed]) if name not in TIME], by)
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
    _check_programmes(stated, group, by)


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


def _check_programmes(stated: pd.DataFrame, group: list[str], by: Sequence[str]) -> None:
    if "programme" in by or stated["programme"].isna().all() or stated["programme"].notna().all():
        return
    place = list(dict.fromkeys([*group, "place", "year"]))
    inside = stated.assign(own=stated["programme"].notna()).groupby(place, dropna=False)["own"].nunique()
    if (inside > 1).any():
        raise MixtureRefused(
            f"Figures of programmes stand beside figures of the whole country ({_where(inside.idxmax(), place)}), "
            "and may be inside them. Name programmes with programme=…, or group by programme."
        )


def _where(key: Any, names: Sequence[str]) -> str:
    values = key if isinstance(key, tuple) else (key,)
    return ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True) if not pd.isna(value))
