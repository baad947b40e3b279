"""Which part of a year figures cover: a year of three quarters is no year, and is not compared with one."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from typing import Any

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
    found = pd.Series(None, index=stated.index, dtype="str")
    kind = stated["accumulation"] if accumulation is None else pd.Series(accumulation, index=stated.index)
    of_year = stated["year"].notna() & stated["activity"].isna()
    running = stated[of_year & (kind == "to_date")]
    for at, row in zip(running.index, running.to_dict("records"), strict=True):
        found[at] = _until(row)
    dated = stated[of_year & (kind == "period") & stated["period_start"].notna() & stated["period_end"].notna()]
    twelve = dated["period_start"] + pd.DateOffset(years=1) - _DAY == dated["period_end"]
    if not twelve.all():
        apart = dated[dated.groupby(list(subject), dropna=False)["year"].transform("size").gt(1) | ~twelve]
        for _, rows in apart.groupby(list(subject), dropna=False, sort=False):
            found[rows.index] = tiled(zip(rows["period_start"], rows["period_end"], strict=True))
    return found


def together(labels: Iterable[Any]) -> str | None:
    """The labels of several series as one, joined by ``;``; None where all cover their year."""
    found = {WHOLE if pd.isna(label) else str(label) for label in labels}
    return None if found <= {WHOLE} else ";".join(sorted(found))


def alike(one: Any, other: Any) -> bool:
    """Whether two sums cover the same part of a year, so that they may be compared."""
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) and pd.isna(other))
    return bool(one == other) and ";" not in str(one)


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
