"""Native charts of rows: ranked, changed, restated, listed, shares of a whole, targets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import pandas as pd

from opdat_analytics.charts import style, words
from opdat_analytics.charts.activities import ordered
from opdat_analytics.charts.composition import WHOLE
from opdat_analytics.charts.frame import Point, blank, plain, points, query_columns
from opdat_analytics.charts.trend import MOST_LINES
from opdat_analytics.exports.contents import heading_of
from opdat_analytics.exports.native import (
    BOUNDS,
    DIMENSIONS,
    MOST_BARS,
    MOST_PANELS,
    MOST_ROWS,
    Form,
    Native,
    Series,
    group_of,
    measure_colour,
    series_of,
)
from opdat_analytics.model import Exhibit

T = TypeVar("T")
OPEN = "not stated as any of these, or open within bounds"
_BEFORE = ("Earlier lower bound", "Earlier upper bound")
_SIDES = {"Baseline": ("Baseline, lower bound", "Baseline, upper bound"),
          "Target": ("Target, lower bound", "Target, upper bound")}  # fmt: skip
_SHOWN = re.compile(r"(\d+) of \d+ are shown: ")


def ranked(exhibit: Exhibit) -> tuple[Native, ...]:
    """A bar for each row, up to its upper bound."""
    frame: pd.DataFrame = exhibit.frame
    by = group_of(frame)
    if len(frame) > MOST_ROWS:
        return ()
    every = points(frame, by, None)
    names = [words.label(point.group) for point in every]
    if len(set(names)) < len(names):
        return ()
    shades = style.colours(by, [p.group for p in every]) if by in style.FIXED and by != "measure" else {}
    series = replace(
        series_of(words.measures(frame), measure_colour(frame), every, tuple(range(len(every)))),
        shades=tuple(shades[point.group] for point in every) if shades else (),
    )
    return (Native("ranks", heading_of(by), tuple(names), (series,), words.unit(frame)),)


def change(exhibit: Exhibit) -> tuple[Native, ...]:
    """Two bars for each group, the earlier year hollow."""
    frame: pd.DataFrame = exhibit.frame
    by = group_of(frame)
    years = sorted({int(year) for year in frame["year"].dropna()})
    if len(years) < 2:
        return ()
    first, last = years[0], years[-1]
    every = points(frame, by, "year")
    at = {(p.group, p.along): row for row, p in enumerate(every)}

    def lower(group: str, year: int) -> float:
        row = at.get((group, year))
        low = None if row is None else every[row].low
        return -1.0 if low is None else low

    groups = sorted({p.group for p in every}, key=lambda g: (-lower(g, last), -lower(g, first), words.label(g)))
    stated = [g for g in groups if max(lower(g, first), lower(g, last)) >= 0]
    shown = stated[: _shown(exhibit, len(stated))]
    if not 0 < len(shown) <= MOST_ROWS:
        return ()
    before, now = (
        series_of(str(year), colour, every, tuple(at.get((group, year)) for group in shown))
        for year, colour in ((first, style.FAINT), (last, measure_colour(frame)))
    )
    return (_pairs(heading_of(by), tuple(map(words.label, shown)), before, now, words.unit(frame)),)


def _pairs(heading: str, names: tuple[str, ...], before: Series, now: Series, unit: str | None) -> Native:
    """Two bars a row, the earlier hollow, with both figures behind the name."""
    said = [
        tuple("no figure" if point is None else words.figure(point, unit) for point in pair)
        for pair in zip(before.points, now.points, strict=True)
    ]
    noted = tuple(f"{then} → {later}" for then, later in said)
    return Native("bars", heading, names, (replace(before, earlier=True), now), unit, noted=noted)


def _shown(exhibit: Exhibit, every: int) -> int:
    """How many groups the chart says that it shows; all of them where it leaves none out."""
    said = [_SHOWN.match(text) for text in (*exhibit.caveats, *exhibit.notes)]
    return next((int(found[1]) for found in said if found), every)


def revisions(exhibit: Exhibit) -> tuple[Native, ...]:
    """Two bars for each figure, what it was before hollow."""
    frame: pd.DataFrame = exhibit.frame
    if len(frame) > MOST_ROWS:
        return ()
    keys = [name for name in ("place", "region", "measure", "form", "sex", "age", "year", "as_of")
            if name in frame.columns and frame[name].nunique() > 1]  # fmt: skip
    names = [
        ", ".join(words.label(str(plain(value))) for value in record if not blank(value))
        for record in frame[keys].to_numpy(dtype=object)
    ]
    if not keys or len(set(names)) < len(names):
        return ()
    old = frame.assign(low=frame["old_low"], high=frame["old_high"], secondary=False, about=False)
    rows = tuple(range(len(frame)))
    then = points(old.drop(columns=["old_low", "old_high"]), keys[0], None)
    before = replace(series_of("before", style.FAINT, then, rows), columns=_BEFORE)
    now = series_of("now", measure_colour(frame), points(frame, keys[0], None), rows)
    return (_pairs("Figure", tuple(names), before, now, words.unit(frame)),)


def activities(exhibit: Exhibit) -> tuple[Native, ...]:
    """Counts by two columns; the one with fewer values is told apart by colour."""
    frame: pd.DataFrame = exhibit.frame
    sides = [name for name in query_columns(frame) if name in ("activity_type", "region", "place", "year")]
    sides = [name for name in sides if frame[name].nunique() > 1 or len(sides) == 2]
    if len(sides) != 2 or frame.duplicated(sides).any() or frame[sides].isna().any(axis=None):
        return ()
    sides.sort(key=lambda name: (name != "year", -frame[name].nunique()))
    along, by = sides
    counted = frame.assign(low=frame["n"], high=frame["n"])
    every = points(counted, by, along)
    cells = {(str(p.along), p.group): None if p.low is None else int(p.low) for p in every}
    places, groups = ordered(cells, 0), ordered(cells, 1)
    yearly = along == "year" and all(place.isdigit() for place in places)
    if yearly:
        places = list(map(str, range(min(map(int, places)), max(map(int, places)) + 1)))
    shades = style.colours(by, groups)
    series = []
    for group in groups:
        at = {str(p.along): row for row, p in enumerate(every) if p.group == group}
        made = series_of(words.label(group), shades[group], every, tuple(at.get(place) for place in places))
        series.append(replace(made, columns=("Number listed",)))
    # A stack adds what it shows, and an activity that counts in several places must not be added.
    joint = "joint" in frame.columns and bool((frame["joint"].fillna(0) > 0).any())
    silent = bool(frame["n"].isna().any())
    form: Form = ("columns" if yearly else "bars") if joint or silent else "stacks"
    few = len(groups) * len(places) <= (2 * MOST_BARS if yearly else MOST_ROWS * 2)
    if len(groups) > MOST_LINES or (form != "stacks" and not few) or len(places) > MOST_ROWS:
        return ()
    heading = heading_of(along)
    return (Native(form, heading, tuple(map(words.label, places)), tuple(series), None, upright=yearly),)


def composition(exhibit: Exhibit) -> tuple[Native, ...]:
    """Parts of a known whole, with what is left of it; not where a whole has no upper bound or is not printed."""
    found = _composed(exhibit)
    if found is None:
        return ()
    native, whole = found
    wholes = (None if point is None or not point.stated else words.figure(point, native.unit) for point in whole.points)
    return (replace(native, noted=tuple(f"{said} in all" if said else "" for said in wholes)),)


def parts_and_whole(exhibit: Exhibit) -> tuple[Native, ...]:
    """The parts of a composition beside the whole as it is printed, for programs that draw cells of the table only."""
    found = _composed(exhibit)
    if found is None:
        return ()
    native, whole = found
    return (replace(native, form="columns" if native.heading == "Year" else "bars",
                    series=(*native.series[:-1], whole)),)  # fmt: skip


def _composed(exhibit: Exhibit) -> tuple[Native, Series] | None:
    """The shares of a whole as a chart, with what is left of it as its last series, and the whole."""
    frame: pd.DataFrame = exhibit.frame
    parts = [name for name in ("form", "sex", "age", "citizenship", "breakdown") if frame.get(name) is not None
             and (frame[name] == WHOLE).any() and (frame[name] != WHOLE).any()]  # fmt: skip
    if not parts:
        return None
    part = parts[0]
    by = next((c for c in ("year", *DIMENSIONS) if c in frame.columns and c != part and frame[c].nunique() > 1), "year")
    if by not in frame.columns or frame.duplicated([by, part]).any() or frame[by].isna().any():
        return None
    every = points(frame, part, by)
    places = sorted({p.along for p in every})
    kinds = [code for code in dict.fromkeys(p.group for p in every) if code != WHOLE]
    if len(places) > MOST_ROWS or len(kinds) > MOST_LINES:
        return None
    at = {(p.group, p.along): row for row, p in enumerate(every)}
    rest: list[Point | None] = []
    for place in places:
        lows = [every[at[code, place]].low for code in kinds if (code, place) in at]
        known = [low for low in lows if low is not None]
        if not known:
            rest.append(None)
            continue
        whole = every[at[WHOLE, place]] if (WHOLE, place) in at else None
        if whole is None or whole.high is None or not 0 < whole.high >= sum(known):
            return None
        left = whole.high - sum(known)
        rest.append(replace(whole, low=left, high=left))
    shades = style.colours(part, kinds)
    series = [
        series_of(words.label(code), shades[code], every, tuple(at.get((code, place)) for place in places))
        for code in kinds
    ]
    series.append(Series(OPEN, style.RULE, tuple(rest), (None,) * len(places)))
    along = tuple(str(place) if by == "year" else words.label(place) for place in places)
    whole_of = series_of("Total", style.FAINT, every, tuple(at.get((WHOLE, place)) for place in places))
    return Native("shares", heading_of(by), along, tuple(series), words.unit(frame)), whole_of


def targets(exhibit: Exhibit) -> tuple[Native, ...]:
    """A panel for each indicator, for each has a scale of its own: baseline, actual and target one below another."""
    frame: pd.DataFrame = exhibit.frame
    if not 0 < len(frame) <= MOST_PANELS:
        return ()
    by = "name" if "name" in frame.columns else group_of(frame)
    every = points(frame, by, None)
    found = []
    for row, (point, record) in enumerate(zip(every, frame.to_dict("records"), strict=True)):
        told = [
            (name, shade, point if name == "Actual" else _side(point, record, name.lower()))
            for name, shade in (("Baseline", style.FAINT), ("Actual", measure_colour(frame.iloc[[row]])),
                                ("Target", style.INK))
            if name == "Actual" or not blank(record.get(f"{name.lower()}_low"))
        ]  # fmt: skip
        name = ", ".join(words.label(str(record[c])) for c in (by, "places", "period") if not blank(record.get(c)))
        met = {"yes": "met for certain", "no": "not met"}.get(str(record.get("met")), "not known whether met")
        unit = None if blank(record.get("unit")) else str(record["unit"])
        series = [
            Series(
                side, shade, _only(place, one, len(told)), _only(place, row, len(told)),
                _SIDES.get(side, BOUNDS), earlier=side == "Target",
            )
            for place, (side, shade, one) in enumerate(told)
        ]  # fmt: skip
        noted = tuple(words.figure(one, unit) for _, _, one in told)
        found.append(
            Native("bars", "Side", tuple(side for side, _, _ in told), tuple(series), unit, title=f"{name}: {met}",
                   noted=noted, rows=(row,))
        )  # fmt: skip
    return tuple(found)


def _only(place: int, value: T, count: int) -> tuple[T | None, ...]:
    """The value at its place, and nothing at the others."""
    return tuple(value if n == place else None for n in range(count))


def _side(point: Point, record: Mapping[Any, Any], side: str) -> Point:
    """The baseline or the target as a point: its bounds, and nothing of what is said of the actual."""
    ends = [record.get(f"{side}_{end}") for end in ("low", "high")]
    low, high = (None if blank(end) else float(str(end)) for end in ends)
    other = replace(point, low=low, high=high, partial=False, about=False, secondary=False)
    return replace(other, incomplete=False, unstable=False)
