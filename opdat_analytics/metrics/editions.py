"""What publishers do to their own figures later: how much they restate, and how much of a year comes late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opdat_analytics.metrics.cells import cells
from opdat_analytics.metrics.given import frame_of
from opdat_analytics.metrics.select import said, select
from opdat_analytics.metrics.totals import QUERY, ask
from opdat_analytics.model import OpdatError


def revisions_size(revisions: pd.DataFrame, by: str | Sequence[str] = ("source", "measure")) -> pd.DataFrame:
    """How often and how far publishers restated their figures between editions.

    Parameters
    ----------
    revisions
        ``opdat.revisions()``.
    by
        Columns of it to group by; ``edition_to`` and ``year`` among them.

    Returns
    -------
    pandas.DataFrame
        The columns of ``by``; then ``n`` (restated figures), ``n_up``, ``n_down`` (true for every value within the
        bounds), ``n_not_known``, ``change_low``, ``change_high`` (sum of the changes; null where unbounded or where a
        side has no number), ``n_exact`` (both sides exact and the earlier above 0), ``percent_median``,
        ``percent_largest`` (of those, without sign), ``left_out``.

    Raises
    ------
    OpdatError
        If columns are missing, or nothing was restated.

    Notes
    -----
    Only what both editions print is restated; what a later edition adds or no longer prints is not counted here.
    """
    needed = ("kind", "change_low", "change_high", "low_from", "high_from", "low_to", "high_to")
    frame_of(revisions, "metrics.revisions_size", needed, "opdat.revisions()")
    if not isinstance(by, str | list | tuple):
        raise OpdatError(f"by=… names a column of revisions or several, not {by!r}.")
    names = [by] if isinstance(by, str) else list(by)
    absent = [name for name in names if name not in revisions.columns]
    if absent:
        raise OpdatError(f"These are not revisions: no column {', '.join(absent)}. Take them from opdat.revisions().")
    rows = revisions[revisions["kind"] == "restated"]
    if rows.empty:
        raise OpdatError("Nothing was restated between editions among these rows.")
    exact = (rows["low_from"] == rows["high_from"]) & (rows["low_to"] == rows["high_to"]) & (rows["low_from"] > 0)
    percent = ((rows["low_to"] / rows["low_from"] - 1).abs() * 100).where(exact)
    rows = rows.assign(
        _all=0, up=rows["change_low"] > 0, down=rows["change_high"] < 0, exact=exact, percent=percent, n=1
    )
    grouped = rows.groupby(["_all", *names], dropna=False)
    frame = grouped.agg(
        n=("n", "sum"), n_up=("up", "sum"), n_down=("down", "sum"), n_exact=("exact", "sum"),
        percent_median=("percent", "median"), percent_largest=("percent", "max"),
    )  # fmt: skip
    for name in ("change_low", "change_high"):
        frame[name] = grouped[name].sum().where(grouped[name].count() == grouped.size())
    frame["n_not_known"] = frame["n"] - frame["n_up"] - frame["n_down"]
    corrected = len(revisions) - len(rows)
    told = f"{corrected} corrected within one edition" if corrected else None
    frame["left_out"] = pd.Series(told, index=frame.index, dtype="str")
    order = ["n", "n_up", "n_down", "n_not_known", "change_low", "change_high", "n_exact", "percent_median"]
    return frame.reset_index().drop(columns="_all")[[*names, *order, "percent_largest", "left_out"]]


def reporting_lag(obs: Any, measure: str, **names: Any) -> pd.DataFrame:
    """How much of a year is still missing when it is published, from what later editions hold.

    Parameters
    ----------
    obs
        Observations of one source with several dated editions, as for `totals`.
    measure
        Measure code.
    **names
        As for `totals`, without ``edition``.

    Returns
    -------
    pandas.DataFrame
        One row per year and edition before the last. ``edition``, ``year``, the query, then ``n_then``, ``n_now``
        (places with a number in that edition, and in the last), ``missing`` (share of the places of the last edition
        that had none then, or none for as much of the year; 0 to 1),
        ``low_then``, ``high_then``, ``low_now``, ``high_now`` (sums over each edition's
        own places), ``published``, ``years_old`` (years from the end of the year to the publication), ``first`` (no
        earlier edition here has the year; it may have been in one that is not here), ``left_out``.

    Raises
    ------
    OpdatError
        If fewer than two editions have a publication date.
    MixtureRefused, UnknownName
        As `totals`.

    Notes
    -----
    Read it by ``years_old``: what was missing of years then one or two years old is likely missing of the latest
    years now.
    """
    by = ("edition", "place", "year")
    selection = select(obs, measure, by=by, **names)
    figures = cells(selection, by)
    figures = figures[figures["numbers"] > 0].dropna(subset=["year"])
    dates = _published(obs, selection.query["source"])
    dated = sorted((date, edition) for edition, date in dates.items() if edition in set(figures["edition"]))
    if len(dated) < 2:
        raise OpdatError(
            f"{len(dated)} editions of {selection.query['source']} with {measure} have a publication date; a lag needs "
            "two. Name another source with source=…."
        )
    last = dated[-1][1]
    undated = sorted(set(figures["edition"].dropna()) - set(dates))
    told = [f"without a publication date: {', '.join(undated)}"] if undated else []
    found = [
        _late(figures, year, dated, at, last)
        for at in range(len(dated) - 1)
        for year in sorted(set(figures.loc[figures["edition"] == dated[at][1], "year"]))
    ]
    frame = pd.DataFrame(found)
    frame["year"] = frame["year"].astype("Int64")
    frame["left_out"] = pd.Series("; ".join([*told, *said(selection.left_out)]) or None, index=frame.index, dtype="str")
    ask(frame, selection, ("edition",))
    query = [name for name in QUERY if name not in ("edition", "year")]
    return frame[["edition", "year", *query, *[n for n in frame if n not in (*query, "edition", "year")]]]


def _late(figures: pd.DataFrame, year: int, dated: list[tuple[Any, str]], at: int, last: str) -> dict[str, Any]:
    published, edition = dated[at]
    of_year = figures[figures["year"] == year]
    then, now = (of_year[of_year["edition"] == one] for one in (edition, last))
    # Who had stated only a part of what it states now is late too.
    covered, since = (dict(zip(side["place"], side["part_of_year"].fillna(""), strict=True)) for side in (then, now))
    late = {place for place, part in since.items() if covered.get(place) != part}
    earlier = {one for _, one in dated[:at]}
    return {
        "edition": edition, "year": year, "n_then": then["place"].nunique(), "n_now": now["place"].nunique(),
        "missing": len(late) / now["place"].nunique() if len(now) else np.nan,
        "low_then": _sum(then, "low"), "high_then": _sum(then, "high"),
        "low_now": _sum(now, "low"), "high_now": _sum(now, "high"),
        "published": published, "years_old": round((published - pd.Timestamp(int(year), 12, 31)).days / 365.25, 1),
        "first": not earlier & set(of_year["edition"]),
    }  # fmt: skip


def _sum(rows: pd.DataFrame, end: str) -> float:
    unbounded = rows.empty or (end == "high" and rows["open"].sum() > 0)
    return np.nan if unbounded else float(rows[end].sum())


def _published(obs: Any, source: str | None) -> dict[str, pd.Timestamp]:
    table = nw.from_native(obs).lazy().select("source", "edition", "published").unique().collect().to_pandas()
    table = table[table["source"].isin(str(source).split(";"))].dropna(subset=["edition", "published"])
    table["published"] = pd.to_datetime(table["published"])
    return dict(table.groupby("edition")["published"].max())
