"""Native charts over time: lines and columns by year, small multiples, dated statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from opdat_analytics.charts import style, words
from opdat_analytics.charts.frame import Point, points, unique
from opdat_analytics.charts.to_date import extent
from opdat_analytics.charts.trend import MOST_LINES
from opdat_analytics.exports.native import (
    DIMENSIONS,
    MOST_BARS,
    MOST_PANELS,
    Form,
    Native,
    Series,
    group_of,
    measure_colour,
    series_of,
)
from opdat_analytics.model import Exhibit


def trend(exhibit: Exhibit) -> tuple[Native, ...]:
    """A line for each group."""
    frame: pd.DataFrame = exhibit.frame
    by = group_of(frame)
    native = _yearly(frame, by, "lines")
    return (native,) if native is not None and len(native.series) <= MOST_LINES else ()


def stages(exhibit: Exhibit) -> tuple[Native, ...]:
    """Columns of each stage beside each other, lines where there are too many."""
    frame: pd.DataFrame = exhibit.frame
    native = _yearly(frame, "measure", "columns")
    if native is None or len(native.series) > MOST_LINES:
        return ()
    few = len(native.categories) * len(native.series) <= MOST_BARS
    return (native if few else replace(native, form="lines"),)


def panels(exhibit: Exhibit) -> tuple[Native, ...]:
    """A small line chart for each group, all of one scale."""
    frame: pd.DataFrame = exhibit.frame
    by = group_of(frame)
    whole = _yearly(frame, by, "lines")
    if whole is None or not 1 < len(whole.series) <= MOST_PANELS:
        return ()
    colour = measure_colour(frame)
    kept = []
    for one in whole.series:
        code = next(p.group for p in one.points if p is not None)
        shade = style.FIXED.get(by, {}).get(style.slug(code), colour)
        own = tuple(row for row in one.rows if row is not None)
        kept.append(replace(whole, series=(replace(one, colour=shade),), title=one.name, rows=own))
    return tuple(kept)


def _yearly(frame: pd.DataFrame, by: str, form: Form) -> Native | None:
    if "year" not in frame.columns or by not in frame.columns or frame["year"].isna().any():
        return None
    every = points(frame, by, "year")
    known = [int(point.along) for point in every]
    years = list(range(min(known), max(known) + 1))
    groups = list(dict.fromkeys(point.group for point in every))
    shades = style.colours(by, groups)
    series = []
    for group in groups:
        at = {int(p.along): row for row, p in enumerate(every) if p.group == group}
        rows = tuple(at.get(year) for year in years)
        series.append(series_of(words.label(group), shades[group], every, rows))
    return Native(form, "Year", tuple(map(str, years)), tuple(s for s in series if s.stated), words.unit(frame))


_DATED_PANELS = 4
_STATEMENTS = 24
"""Dated statements whose figures have room on one slide; a panel has room for a third of them."""


def dates(exhibit: Exhibit) -> tuple[Native, ...]:
    """Marks at days; a panel for each group, where there are several, for each has a scale of its own."""
    frame: pd.DataFrame = exhibit.frame
    varying = [name for name in (*DIMENSIONS, "offence", "unit") if len(unique(frame, name)) > 1]
    by = varying[0] if varying else "measure"
    if len(varying) > 1 or by not in frame.columns or frame[by].isna().any():
        return ()
    every = points(frame, by, "as_of")
    groups = list(dict.fromkeys(point.group for point in every))
    most = max(sum(point.group == group for point in every) for group in groups)
    if len(groups) > _DATED_PANELS or most > _STATEMENTS // (1 if len(groups) == 1 else 3):
        return ()
    shades = style.colours(by, groups)
    found = [_dated(frame, [p if p.group == group else None for p in every], shades[group]) for group in groups]
    if len(groups) == 1:
        return (replace(found[0], rows=()),)
    return tuple(replace(one, title=words.label(group)) for one, group in zip(found, groups, strict=True))


def _dated(frame: pd.DataFrame, every: Sequence[Point | None], colour: str) -> Native:
    """The statements of one group, told apart by what their marks say."""
    rows = [row for row, point in enumerate(every) if point is not None]
    own = [point for point in every if point is not None]
    kinds = list(dict.fromkeys(_mark(point) for point in own if point.stated))
    series = tuple(
        Series(
            kind, colour, tuple(p if _mark(p) == kind else None for p in own),
            tuple(row if _mark(p) == kind else None for row, p in zip(rows, own, strict=True)),
        )
        for kind in kinds
    )  # fmt: skip
    days = tuple(_day(str(point.along)) for point in own)
    stated = tuple(str(point.along) for point in own)
    return Native("dates", "As of", stated, series, words.unit(frame.iloc[rows]), days, rows=tuple(rows))


def _mark(point: Point) -> str:
    """What the mark of a dated statement says, for the legend; statements that say the same share a series."""
    said = "at least this many, no upper limit known" if point.unbounded else "between bounds" if point.ranged else (
        "as stated")  # fmt: skip
    flags = {"read elsewhere than at the publisher": point.secondary, "partial total": point.partial,
             "fewer than 20 events": point.unstable}  # fmt: skip
    return ", ".join([said, *(name for name, holds in flags.items() if holds)])


def _day(as_of: str) -> float:
    """The middle of a date of any precision, in days since 1899-12-30."""
    months = sum(extent(as_of)) / 2
    year, month = divmod(int(months), 12)
    start = date(year, month + 1, 1)
    return float(
        (start + timedelta(days=round((months - int(months)) * 30))).toordinal() - date(1899, 12, 30).toordinal()
    )
