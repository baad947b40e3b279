"""Which part of a year figures cover: a year of three quarters is no year, and is not compared with one."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import narwhals as nw
import pandas as pd

WHOLE = "whole year"
"""What stands beside the parts in a label, where some figures cover their year."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = pd.Timedelta(days=1)


def part_of_year(stated: pd.DataFrame, subject: Sequence[str], accumulation: str | None) -> pd.Series[Any]:
    """What part of its year each figure's series covers, in words.

    Parameters
    ----------
    stated
        Cells with a number: ``year``, ``period_start``, ``period_end``, ``as_of``, ``activity`` and the columns of
        ``subject``.
    subject
        What tells series apart, ``year`` among it. The periods of one series and year are taken together.
    accumulation
        Of all cells; None where the column says so.

    Returns
    -------
    pandas.Series
        Null where the periods tile a year of 12 months, or where nothing says which days they cover. Else the months,
        as ``Jan–Sep`` or ``Jan–Mar+Jul–Sep``; of totals to date, ``to Jun``. What happened once (a figure of a single
        activity) and what stands at a point is not a part of a year.
    """
    found: dict[Any, str | None] = {}
    kind = stated["accumulation"] if accumulation is None else pd.Series(accumulation, index=stated.index)
    of_year = stated["year"].notna() & stated["activity"].isna()
    running = stated[of_year & (kind == "to_date")]
    found |= zip(running.index, map(_until, running.to_dict("records")), strict=True)
    dated = stated[of_year & (kind == "period") & stated["period_start"].notna() & stated["period_end"].notna()]
    twelve = dated["period_start"] + pd.DateOffset(years=1) - _DAY == dated["period_end"]
    if not twelve.all():
        apart = dated[dated.groupby(list(subject), dropna=False)["year"].transform("size").gt(1) | ~twelve]
        for _, rows in apart.groupby(list(subject), dropna=False, sort=False):
            found |= dict.fromkeys(rows.index, tiled(zip(rows["period_start"], rows["period_end"], strict=True)))
    return pd.Series([found.get(at) for at in stated.index], index=stated.index, dtype="str")


def together(labels: Iterable[Any]) -> str | None:
    """The labels of several series as one, joined by ``;``; None where all cover their year."""
    found = {WHOLE if pd.isna(label) else str(label) for label in labels}
    return None if found <= {WHOLE} else ";".join(sorted(found))


def alike(one: Any, other: Any) -> bool:
    """Whether two sums cover the same part of a year, so that they may be compared."""
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) and pd.isna(other))
    return bool(one == other) and ";" not in str(one)


def cover_alike(some: pd.Series[Any], others: Iterable[Any]) -> pd.Series[Any]:
    """Whether sums cover the same part of a year, row by row."""
    return pd.Series([alike(*pair) for pair in zip(some, others, strict=True)], index=some.index, dtype=bool)


def said(label: Any) -> str:
    """A label in words."""
    return f"the {WHOLE}" if pd.isna(label) else " and ".join(str(label).split(";"))


def tiled(periods: Iterable[tuple[pd.Timestamp, pd.Timestamp]]) -> str | None:
    """What periods cover together, in words; None where they tile 12 months."""
    runs: list[list[pd.Timestamp]] = []
    for start, end in sorted(periods):
        if runs and start <= runs[-1][1] + _DAY:
            runs[-1][1] = max(end, runs[-1][1])
        else:
            runs.append([start, end])
    if len(runs) == 1 and runs[0][0] + pd.DateOffset(years=1) - _DAY == runs[0][1]:
        return None
    return "+".join(_run(start, end) for start, end in runs)


def _run(start: pd.Timestamp, end: pd.Timestamp) -> str:
    months = start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]
    long = end >= start + pd.DateOffset(years=1)
    first, final = (
        f"{'' if months else f'{day.day} '}{_MONTHS[day.month - 1]}{f' {day.year}' if long else ''}"
        for day in (start, end)
    )
    return first if first == final else f"{first}–{final}"


def _until(row: dict[Any, Any]) -> str | None:
    """Up to where a total to date runs within its year; None where that is the year's end, or is not known."""
    end = row["period_end"]
    if not pd.isna(row["as_of"]):
        month = str(row["as_of"]).split("-")[1:2]
        end = pd.Timestamp(int(row["year"]), int(month[0]), 1) + pd.offsets.MonthEnd(0) if month else None
    if end is None or pd.isna(end):
        return None
    start = row["period_start"]
    whole = not pd.isna(start) and (start.month - 1 - end.month) % 12 == 0
    return None if whole or end.month == 12 else f"to {_MONTHS[end.month - 1]}"


@dataclass(frozen=True)
class Named:
    """A period that a label names: its days, its years as labelled, and whether it is but a part of a year."""

    label: str
    start: pd.Timestamp
    end: pd.Timestamp
    years: tuple[int, ...]
    part: bool


_FY = r"(?P<fy>FY\s*)?"
_FORMS = (
    re.compile(rf"{_FY}(?P<year>\d{{4}})", re.I),
    re.compile(rf"{_FY}(?P<year>\d{{4}})\s*[-–—]\s*(?:FY\s*)?(?P<last>\d{{4}})", re.I),
    re.compile(rf"(?P<kind>[QH])(?P<nth>[1-4])[\s-]*{_FY}(?P<year>\d{{4}})", re.I),
    re.compile(rf"{_FY}(?P<year>\d{{4}})[\s-]*(?P<kind>[QH])(?P<nth>[1-4])", re.I),
    re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])"),
)
FORMS = "2020, FY2020, 2019–2021, Q1 2020, FY2020 Q1, H1 2020, 2020-06"
"""How periods of targets may be written."""


def named_period(label: Any, year: int | None) -> Named | str:
    """Read the period that a target is for; the reason in words where none is named or it cannot be read."""
    if label is None or pd.isna(label) or not str(label).strip():
        if year is None:
            return f"the target names no period; write one of {FORMS}"
        label = str(year)
    text = " ".join(str(label).split())
    match = next((found for form in _FORMS if (found := form.fullmatch(text))), None)
    said_of = {} if match is None else match.groupdict()
    first, last = (int(said_of.get(name) or said_of.get("year") or 0) for name in ("year", "last"))
    nth = int(said_of.get("nth") or 1)
    if match is None or not 1000 <= first <= last < 9998 or (said_of.get("kind") in ("H", "h") and nth > 2):
        return f"the period “{text}” of the target cannot be read; write one of {FORMS}"
    if year is not None and set(said_of) == {"fy", "year"}:
        # The year is what the table says beside the label; a label of one year says no more.
        first = last = year
    months, before = 12 * (last - first + 1), 0
    if said_of.get("kind"):
        months = 3 if said_of["kind"] in "Qq" else 6
        before = months * (nth - 1)
    elif said_of.get("month"):
        months, before = 1, int(said_of["month"]) - 1
    # A US fiscal year begins in October of the year before.
    start = pd.Timestamp(first, 1, 1) + pd.DateOffset(months=before - (3 if said_of.get("fy") else 0))
    end = start + pd.DateOffset(months=months) - _DAY
    return Named(text, start, end, tuple(range(first, last + 1)), months < 12)


def lies_within(named: Named) -> nw.Expr:
    """Whether a row's figure is of the named period: its days lie within, or it is of a named year as labelled."""
    start, end = (nw.lit(datetime(day.year, day.month, day.day)) for day in (named.start, named.end))
    whole = (nw.col("period_start") == start) & (nw.col("period_end") == end)
    within = (nw.col("period_start") >= start) & (nw.col("period_end") <= end)
    return whole | (within if named.part else nw.col("year").is_in(list(named.years)))


def tiled_exactly(periods: Sequence[tuple[pd.Timestamp, pd.Timestamp]], start: pd.Timestamp, end: pd.Timestamp) -> bool:
    """Whether periods follow each other from a first to a last day, without a gap or an overlap."""
    if any(pd.isna(day) for period in periods for day in period):
        return False
    after = start
    for first, last in sorted(set(periods)):
        if first != after:
            return False
        after = last + _DAY
    return bool(after == end + _DAY)
