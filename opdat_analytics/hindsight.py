"""What later editions say about figures, and what only an edition says that has no place among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import pandas as pd

from opdat_analytics import metrics
from opdat_analytics.declared import editions_of
from opdat_analytics.model import IDENTITY, SERIES, OpdatError
from opdat_analytics.store import Publication

LIKELY_MISSING = 0.1
"""Share of the places that was still missing of a year as old, from which on a year is called likely incomplete."""
LEEWAY = 0.5
"""Years by which two ages may differ and still be compared."""

_SCOPE = (
    "region", "place", "source", "reporter", "programme", "measure", "unit", "statistic", "offence", "form",
    "sex", "age", "citizenship", "breakdown", "level", "calendar", "accumulation",
)  # fmt: skip


def with_hindsight(frame: pd.DataFrame, obs: pd.DataFrame, revisions: pd.DataFrame) -> pd.DataFrame:
    """Add what charts mark apart: restated values with their old bounds, and likely incomplete years.

    Parameters
    ----------
    frame
        A ``metrics.totals`` result of the current edition.
    obs
        The observations it was made of, every edition, with the same ``scheme``.
    revisions
        ``opdat.revisions()``.

    Returns
    -------
    pandas.DataFrame
        The frame with four more columns: ``restated`` (bool: a figure behind the row was restated between editions),
        ``old_low``, ``old_high`` (the row's bounds with those figures as they were before; null where one of them had
        no number, or is unbounded), ``incomplete`` (bool).

    Raises
    ------
    OpdatError
        If the frame is no totals frame.

    Notes
    -----
    A year is likely incomplete if, of a year about as old or older at the publication of an earlier edition of the
    same source, at least a tenth of the places that report by now were missing (``metrics.reporting_lag``). It is our
    word, apart from the publisher's “provisional”. With fewer than two dated editions, or
    editions that cannot be compared, no year is called incomplete.
    Places that only the later edition prints are no restatement, so an old value can be compared with the new.
    """
    missing = [name for name in ("measure", "source", "low", "high", "n_figures") if name not in frame.columns]
    if missing:
        raise OpdatError(
            f"Hindsight is added to totals; the frame has no {', '.join(missing)}. Make it with metrics.totals(…), "
            "and rates or ratios from it afterwards."
        )
    changed = _changed(obs, revisions)
    late = _likely_late(frame, obs)
    found = [_restated(row, changed) for row in frame.to_dict("records")]
    result = frame.copy()
    result["restated"] = [one[0] for one in found]
    result["old_low"] = pd.Series([one[1] for one in found], index=frame.index, dtype="float64")
    result["old_high"] = pd.Series([one[2] for one in found], index=frame.index, dtype="float64")
    keys = zip(frame["source"], frame["measure"], frame.get("year", pd.Series(None, index=frame.index)), strict=True)
    result["incomplete"] = [
        not pd.isna(year) and (source, measure, int(year)) in late for source, measure, year in keys
    ]
    return result


def only_unordered(obs: pd.DataFrame, opened: Publication) -> pd.DataFrame:
    """Figures that nothing replaces and that are never current, because their edition cannot be ordered.

    A total of the current edition has a gap where only such an edition (a compilation of several years, a page without
    a date) has a figure; whoever shows the gap can show these beside it.

    Parameters
    ----------
    obs
        Observations, every edition.
    opened
        The publication that they are from: ``opdat.publication()``.

    Returns
    -------
    pandas.DataFrame
        Rows of ``obs``, in their order, with a number or a word for one, whose edition its source declares as
        unordered or does not name, and whose series no current figure has.
    """
    unplaced = []
    for source, rows in obs.groupby("source", sort=False):
        editions = editions_of(opened.manifest["declared"].get(source))
        labels = rows["edition"].unique()
        named = not pd.isna(labels).all()
        lost = [one for one in labels if named and editions.order(None if pd.isna(one) else str(one)) is None]
        unplaced.append(rows[rows["edition"].isin(lost) & (rows["qualifier"] != "not_reported")])
    found = pd.concat(unplaced).sort_index() if unplaced else obs.head(0)
    names = list(SERIES)
    current = pd.MultiIndex.from_frame(obs.loc[obs["current"], names])
    return found[~pd.MultiIndex.from_frame(found[names]).isin(current)]


Changed = Mapping[Any, Sequence[Mapping[Any, Any]]]


def _changed(obs: pd.DataFrame, revisions: pd.DataFrame) -> Changed:
    """Current observations that an edition restated, with their bounds before, by year; found by their cells."""
    restated = revisions[revisions["kind"] == "restated"]
    before = restated[[*(f"{name}_to" for name in IDENTITY), "low_from", "high_from"]]
    before = before.rename(columns={f"{name}_to": name for name in IDENTITY})
    current = obs[obs["current"]]
    hits = current.merge(before.drop_duplicates(list(IDENTITY), keep="last"), on=list(IDENTITY))
    by_year: dict[Any, list[Mapping[Any, Any]]] = {}
    for hit in hits.to_dict("records"):
        by_year.setdefault(None if pd.isna(hit["year"]) else int(hit["year"]), []).append(hit)
    return by_year


def _restated(row: Mapping[Any, Any], changed: Changed) -> tuple[bool, float | None, float | None]:
    """Whether a figure behind a row was restated, and the row's bounds with those figures as they were."""
    year = row.get("year")
    near = chain.from_iterable(changed.values()) if pd.isna(year) else changed.get(int(year), ())
    names = [name for name in _SCOPE if name in row and not pd.isna(row[name])]
    asked = {name: str(row[name]).split(";") for name in names}
    hits = [hit for hit in near if all(str(hit[name]) in values for name, values in asked.items() if name in hit)]
    if not hits or pd.isna(row["low"]):
        return bool(hits), None, None
    low = row["low"] + sum(hit["low_from"] - hit["low"] for hit in hits)
    high = row["high"] + sum(hit["high_from"] - hit["high"] for hit in hits)
    return True, None if pd.isna(low) else float(low), None if pd.isna(high) else float(high)


def _likely_late(frame: pd.DataFrame, obs: pd.DataFrame) -> set[tuple[str, str, int]]:
    """Source, measure and year of what is likely incomplete."""
    if "year" not in frame.columns:
        return set()
    late = set()
    for (source, measure), rows in frame.groupby(["source", "measure"]):
        own = obs[(obs["source"] == source) & (obs["measure"] == measure)].dropna(subset=["published", "year", "low"])
        current = own[own["current"]]
        if own["edition"].nunique() < 2 or current.empty:
            continue
        published = pd.to_datetime(current["published"]).max()
        names = ("offence", "unit", "statistic", "calendar", "accumulation", "level", "reporter")
        asked = {n: str(rows[n].iloc[0]) for n in names if n in rows and rows[n].nunique() == 1}
        asked = {name: value for name, value in asked.items() if ";" not in value}
        try:
            lag = metrics.reporting_lag(obs, str(measure), source=source, **asked)
        except OpdatError:
            # Editions that cannot be compared say nothing of what is late; the totals themselves stand.
            continue
        for year in sorted({int(year) for year in rows["year"].dropna()}):
            old = (published - pd.Timestamp(year, 12, 31)).days / 365.25
            if (lag.loc[lag["years_old"] >= old - LEEWAY, "missing"] >= LIKELY_MISSING).any():
                late.add((str(source), str(measure), year))
    return late
