"""Change, rank and increments of figures that are intervals: said only where true for every value they can have."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics import spans
from opdat_analytics.metrics.breaks import breaks_between, told
from opdat_analytics.metrics.cube import TIME
from opdat_analytics.metrics.given import frame_of
from opdat_analytics.metrics.spans import alike, cover_alike
from opdat_analytics.metrics.totals import bounds_qualifier, leaves_out_hidden
from opdat_analytics.model import IDENTITY, SERIES, MixtureRefused, OpdatError

_TIMELESS = tuple(name for name in SERIES if name not in (*TIME, "accumulation"))


def change(frame: pd.DataFrame) -> pd.DataFrame:
    """Compare each year of a `totals` frame with the year before.

    Parameters
    ----------
    frame
        A `totals` frame whose ``by`` names year.

    Returns
    -------
    pandas.DataFrame
        One row per group and year but each group's first. The group and query columns, then ``low``, ``high``,
        ``qualifier``, ``from_year`` (Int64: the year compared with), ``low_before``, ``high_before``,
        ``change_low``, ``change_high`` (null where unbounded on that side), ``percent_low``, ``percent_high``
        (null also where the earlier year can only be 0; unbounded above where it can be 0), ``direction`` (rose,
        fell, unchanged: only where true for every value within the bounds and no sum leaves out what is hidden; else
        not known), ``direction_same`` (of
        the places that report in every year), ``gap`` (no number on either side, a year is missing between, the
        series breaks there, or the two do not cover the same part of a year: nothing is compared), ``about``,
        ``secondary``, ``caveat``.

    Raises
    ------
    OpdatError
        If the frame has no years or is no totals frame.
    MixtureRefused
        If a group has a year twice.
    """
    groups = groups_of_result(frame, "change")
    if "year" not in groups:
        raise OpdatError('Change is from year to year. Make the totals with "year" in by=….')
    outer = [name for name in groups if name != "year"]
    if frame.duplicated(groups).any():
        raise MixtureRefused(f"A year stands twice within {', '.join(outer) or 'the frame'}; keep one row for each.")
    rows = frame.sort_values(groups, ignore_index=True, kind="stable")
    before = rows.groupby(outer, dropna=False).shift() if outer else rows.shift()
    if outer:
        before[outer] = rows[outer]
    later = before["year"].notna()
    rows, before = rows[later].reset_index(drop=True), before[later].reset_index(drop=True)
    asked = list(frame.columns[: list(frame.columns).index("low")])
    result = rows[[*asked, "low", "high", "qualifier"]].copy()
    result["from_year"] = before["year"].astype("Int64")
    result["low_before"], result["high_before"] = before["low"], before["high"]
    skipped = (rows["year"] - before["year"]).fillna(1).astype("int64") > 1
    broken = [
        breaks_between(now, int(then), int(now["year"]))
        for now, then in zip(rows.to_dict("records"), before["year"], strict=True)
    ]
    skipped |= pd.Series([bool(found) for found in broken], index=rows.index, dtype=bool)
    # The panel of the same reporters covers the same parts of every year, so it is compared all the same.
    gap = rows["low"].isna() | before["low"].isna() | skipped | ~covers_alike(rows, before)
    # An unbounded figure takes its difference along: null minus a number is null, as it must be.
    result["change_low"] = (rows["low"] - before["high"]).mask(gap)
    result["change_high"] = (rows["high"] - before["low"]).mask(gap)
    result["percent_low"], result["percent_high"] = _percent(rows, before, gap)
    about = (rows["about"].astype(bool) | before["about"].astype(bool)) if "about" in rows else gap & False
    short = leaves_out_hidden(rows) | leaves_out_hidden(before)
    result["direction"] = _directions(rows, before, "", gap | about | short)
    if "low_same" in rows:
        unknown = rows["low_same"].isna() | before["low_same"].isna() | skipped | about
        result["direction_same"] = _directions(rows, before, "_same", unknown)
    result["gap"] = gap
    result["about"] = about
    if "secondary" in rows:
        result["secondary"] = rows["secondary"].astype(bool) | before["secondary"].astype(bool)
    result["caveat"] = _change_caveats(rows, before, broken)
    return result


def rank(frame: pd.DataFrame, within: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Rank the rows of a result, greatest first, with every rank that their bounds allow.

    Parameters
    ----------
    frame
        A result with ``low`` and ``high``.
    within
        Columns within whose values ranks are given; by default year, where the frame is by year.

    Returns
    -------
    pandas.DataFrame
        The frame, sorted within its groups by best then worst rank, with ``rank_low`` and ``rank_high`` (Int64: the
        best and the worst rank over all values within the bounds; equal numbers share the better rank; null without
        a number, and where a row covers only part of a year and others do not), ``overlaps`` (the
        rank is not known) and ``tied`` (another row has the same exact number).
    """
    groups = groups_of_result(frame, "rank")
    keys = ["year"] if within is None and "year" in groups else []
    if within is not None and not isinstance(within, str | list | tuple):
        raise OpdatError(f"within=… names a column of the frame or several, not {within!r}.")
    keys = ([within] if isinstance(within, str) else list(within)) if within is not None else keys
    absent = [name for name in keys if name not in frame.columns]
    if absent:
        raise OpdatError(f"The frame has no column {', '.join(absent)}; it has: {', '.join(frame.columns)}.")
    ranked = frame.reset_index(drop=True).assign(rank_low=np.nan, rank_high=np.nan, tied=np.nan)
    pieces = [piece.index for _, piece in ranked.groupby(keys, dropna=False)] if keys else [ranked.index]
    for index in map(partial(_of_one_length, ranked), pieces):
        low = ranked.loc[index, "low"].to_numpy(dtype=float)
        high = np.where(np.isnan(low), np.nan, ranked.loc[index, "high"].fillna(np.inf).to_numpy(dtype=float))
        best = 1 + (low[None, :] > high[:, None]).sum(axis=1)
        itself = np.eye(len(low), dtype=bool)
        worst = 1 + ((high[None, :] > low[:, None]) & ~itself).sum(axis=1)
        same = (low[None, :] == low[:, None]) & (high[None, :] == high[:, None]) & (low == high)[:, None] & ~itself
        stated = ~np.isnan(low)
        ranked.loc[index, "rank_low"] = np.where(stated, best, np.nan)
        ranked.loc[index, "rank_high"] = np.where(stated, worst, np.nan)
        ranked.loc[index, "tied"] = same.any(axis=1).astype(float)
    ranked["rank_low"], ranked["rank_high"] = ranked["rank_low"].astype("Int64"), ranked["rank_high"].astype("Int64")
    ranked["overlaps"] = (ranked["rank_low"] != ranked["rank_high"]).fillna(False).astype(bool)
    ranked["tied"] = ranked["tied"] == 1
    return ranked.sort_values([*keys, "rank_low", "rank_high", *groups], kind="stable", ignore_index=True)


def _of_one_length(ranked: pd.DataFrame, index: pd.Index[Any]) -> pd.Index[Any]:
    """The rows that may be ranked among each other: those of whole years, or all where all cover the same part.

    A row that is not ranked for that says so in its caveat.
    """
    if "part_of_year" not in ranked:
        return index
    rows = ranked.loc[index]
    labels = list(rows.loc[rows["low"].notna(), "part_of_year"])
    if all(alike(one, labels[0]) for one in labels):
        return index
    left = index[rows["part_of_year"].notna()]
    if "caveat" in ranked:
        ranked.loc[left, "caveat"] = [
            "; ".join(["not ranked: it covers only part of a year", *([] if pd.isna(text) else [str(text)])])
            for text in ranked.loc[left, "caveat"]
        ]
    return index.difference(left)


def increments(statements: pd.DataFrame) -> pd.DataFrame:
    """What came between successive totals to date, as intervals.

    Parameters
    ----------
    statements
        Observations whose accumulation is ``to_date``.

    Returns
    -------
    pandas.DataFrame
        One row per pair of successive statements of one series: its dimensions (source, reporter, … calendar),
        ``from_date``, ``to_date`` (as stated: ``as_of``, else the end of the period, else the publication date),
        ``low``, ``high`` (null where unbounded; 171 or more, then 241 or more, gives [0, ∞), not 70), ``qualifier``,
        ``about``, ``low_before``, ``high_before``, ``low_after``, ``high_after``, ``text_before``, ``text_after``,
        ``file``, ``sheet``, ``cell``, ``part`` and ``file_before`` … ``part_before`` (where both stand), ``reason``
        (why there is no increment; else null). A statement without a date or a number is a row with its reason.

    Raises
    ------
    OpdatError
        If no row is a total to date.
    MixtureRefused
        If rows of other accumulations stand among them.

    Notes
    -----
    A total to date cannot fall, so an increment is at least 0. Where the later one is lower whatever the values,
    it was revised or means something else, and there is no increment. Totals that begin anew (each year's from January
    on) are not counted from one day, and nothing came between them. Statements of one date, or of dates that
    hold each other (2024 and 2024-06), are not ordered and not compared.
    """
    needed = [*_TIMELESS, "accumulation", "as_of", "period_start", "period_end", "published", "low", "high"]
    frame_of(statements, "metrics.increments", [*needed, "qualifier", "text", *IDENTITY], "opdat.observations()")
    if not all(pd.api.types.is_datetime64_any_dtype(statements[name]) for name in ("period_end", "published")):
        raise OpdatError("metrics.increments needs dates in period_end and published; open opdat.observations() anew.")
    other = sorted(set(statements["accumulation"]) - {"to_date"})
    if other:
        raise MixtureRefused(
            f"Increments are of totals to date; there are rows of {', '.join(other)} among them. "
            'Keep obs[obs.accumulation == "to_date"].'
        )
    if statements.empty:
        raise OpdatError("There is no total to date among these rows.")
    dated = statements.assign(when=_when(statements))
    # Ties are broken by where the statement stands, so that the order of rows never matters.
    dated = dated.sort_values([*_TIMELESS, "when", *IDENTITY], kind="stable")
    found = []
    for _, series in dated.groupby(list(_TIMELESS), dropna=False, sort=False):
        found += _steps(series)
    result = pd.DataFrame(found, columns=[*_TIMELESS, *_STEP])
    text = [name for name in result if not str(name).startswith(("low", "high", "about"))]
    return result.astype(dict.fromkeys(text, "str"))


_STEP = [
    "from_date", "to_date", "low", "high", "qualifier", "about", "low_before", "high_before", "low_after", "high_after",
    "text_before", "text_after", *IDENTITY, *[f"{name}_before" for name in IDENTITY], "reason",
]  # fmt: skip


def _steps(series: pd.DataFrame) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    before: dict[Any, Any] | None = None
    for row in series.to_dict("records"):
        step = _step(before, row)
        if step is not None:
            steps.append({**{name: row[name] for name in _TIMELESS}, **step})
        if not pd.isna(row["when"]) and not pd.isna(row["low"]):
            before = row
    return steps


def _step(before: dict[Any, Any] | None, after: dict[Any, Any]) -> dict[str, Any] | None:
    step: dict[str, Any] = {
        "to_date": after["when"], "low": np.nan, "high": np.nan, "qualifier": "unquantified", "about": False,
        "low_after": after["low"], "high_after": after["high"], "text_after": after["text"],
        **{name: after[name] for name in IDENTITY}, "reason": None,
    }  # fmt: skip
    if pd.isna(after["when"]):
        return {**step, "reason": "the statement has no date"}
    if pd.isna(after["low"]):
        return {**step, "reason": "the statement has no number"}
    if before is None:
        return None
    step |= {"from_date": before["when"], "low_before": before["low"], "high_before": before["high"]}
    step |= {"text_before": before["text"], **{f"{name}_before": before[name] for name in IDENTITY}}
    step["about"] = "about" in (before["qualifier"], after["qualifier"])
    if not _same_start(before, after):
        return {**step, "reason": "the two totals are not counted from the same day"}
    if str(after["when"]).startswith(str(before["when"])):
        return {**step, "reason": "the dates do not say which statement is later"}
    highest = after["high"] - before["low"]
    if highest < 0:
        return {**step, "reason": "the later total is lower: it was revised, or means something else"}
    step["low"] = max(0.0, after["low"] - before["high"]) if not pd.isna(before["high"]) else 0.0
    step["high"] = highest
    step["qualifier"] = bounds_qualifier(step["low"], step["high"], step["about"])
    return step


def _same_start(before: dict[Any, Any], after: dict[Any, Any]) -> bool:
    """Whether two totals to date run from one day; where neither says from when, they are taken to."""
    first, second = before["period_start"], after["period_start"]
    return bool((pd.isna(first) and pd.isna(second)) or first == second)


def _when(statements: pd.DataFrame) -> pd.Series[Any]:
    days = [statements[name].dt.strftime("%Y-%m-%d") for name in ("period_end", "published")]
    return statements["as_of"].fillna(days[0]).fillna(days[1])


def groups_of_result(frame: pd.DataFrame, what: str) -> list[str]:
    """The grouping columns of a result: those before its query."""
    frame_of(frame, f"metrics.{what}", ("measure", "low", "high", "qualifier"), "metrics.totals(obs, measure, by=…)")
    for name in ("low", "high", "year"):
        if name in frame and not pd.api.types.is_numeric_dtype(frame[name]):
            raise OpdatError(f"metrics.{what} takes a result of metrics.totals; its column {name} holds no numbers.")
    if list(frame.columns).index("measure") > list(frame.columns).index("low"):
        raise OpdatError(f"metrics.{what} takes a result of metrics.totals, whose query stands before its answer.")
    names = list(frame.columns)
    return names[: names.index("measure")]


def covers_alike(rows: pd.DataFrame, others: pd.DataFrame) -> pd.Series[Any]:
    """Whether two rows of results cover the same part of a year."""
    if "part_of_year" not in rows:
        return pd.Series(True, index=rows.index)
    return cover_alike(rows["part_of_year"], others["part_of_year"])


def _percent(rows: pd.DataFrame, before: pd.DataFrame, gap: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    none = gap | (before["high"] == 0)
    # From an unbounded start the end may be any smaller: nothing is left of it in the limit.
    least = (rows["low"] / before["high"]).where(before["high"].notna(), 0.0)
    most = rows["high"] / before["low"].where(before["low"] > 0)
    return ((least - 1) * 100).mask(none), ((most - 1) * 100).mask(none)


def _directions(rows: pd.DataFrame, before: pd.DataFrame, end: str, unknown: pd.Series[Any]) -> pd.Series[Any]:
    low, high = f"low{end}", f"high{end}"
    exact = (rows[low] == rows[high]) & (before[low] == before[high])
    said = np.select(
        [unknown, rows[low] > before[high], rows[high] < before[low], exact & (rows[low] == before[low])],
        ["not known", "rose", "fell", "unchanged"],
        default="not known",
    )
    return pd.Series(said, index=rows.index, dtype="str")


def _change_caveats(rows: pd.DataFrame, before: pd.DataFrame, broken: Sequence[list[vocab.Break]]) -> pd.Series[Any]:
    texts = []
    for now, then, breaks in zip(rows.to_dict("records"), before.to_dict("records"), broken, strict=True):
        said = told(breaks)
        if "n_reporting" in now and now["n_reporting"] != then["n_reporting"]:
            said.append(f"{int(then['n_reporting'])} places reported, then {int(now['n_reporting'])}")
        if not alike(now.get("part_of_year"), then.get("part_of_year")):
            said.append(
                f"{int(then['year'])} covers {spans.said(then.get('part_of_year'))} and {int(now['year'])} "
                f"{spans.said(now.get('part_of_year'))}: not compared"
            )
        caveats = dict.fromkeys([then.get("caveat"), now.get("caveat")])
        said += [str(text) for text in caveats if not pd.isna(text)]
        texts.append("; ".join(dict.fromkeys(said)) or None)
    return pd.Series(texts, index=rows.index, dtype="str")
