"""What is made of a series of years: rolling means, and an index on a base year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.metrics.breaks import breaks_between, told
from opdat_analytics.metrics.compare import groups_of_result
from opdat_analytics.metrics.given import frame_of, whole_number
from opdat_analytics.metrics.ratios import divide
from opdat_analytics.metrics.spans import alike, said
from opdat_analytics.metrics.totals import bounds_qualifier
from opdat_analytics.model import MixtureRefused, OpdatError


def rolling(frame: pd.DataFrame, window: int = 3) -> pd.DataFrame:
    """Mean per year over each run of successive years.

    Parameters
    ----------
    frame
        A `totals` frame whose ``by`` names year.
    window
        Years in a run, at least 2.

    Returns
    -------
    pandas.DataFrame
        One row per group and last year of a run. The columns of ``by`` without year, the query (``years`` holds every
        year of the run), then ``low``, ``high`` (mean per year: sums of bounds divided by ``window``; high null where
        unbounded), ``qualifier``, ``year`` (the last), ``from_year``, ``about``, ``secondary``, ``reason`` (a year
        without a number, years that do not cover the same part of a year, or a break in the series, within the run;
        else null), ``caveat``.

    Raises
    ------
    OpdatError
        If the frame has no years, or the window is under 2.
    MixtureRefused
        If a group has a year twice.
    """
    window = whole_number(window, "window", 3)
    if window < 2:
        raise OpdatError(f"A run of {window} years is no run; give window=2 or more.")

    def runs(years: Sequence[int]) -> list[tuple[int, list[int]]]:
        return [(last, list(range(last - window + 1, last + 1))) for last in years if last - window + 1 >= min(years)]

    def mean(rows: pd.DataFrame) -> tuple[float, float, str | None]:
        return float(rows["low"].sum()) / window, float(rows["high"].sum(skipna=False)) / window, None

    return _over_years(frame, "rolling", runs, mean)


def index(frame: pd.DataFrame, base: int) -> pd.DataFrame:
    """Each year in per cent of a base year.

    Parameters
    ----------
    frame
        A `totals` frame whose ``by`` names year.
    base
        The year that is 100.

    Returns
    -------
    pandas.DataFrame
        One row per group and year; columns as of `rolling`, with ``years`` holding the base and the year, and
        ``from_year`` the base. ``low``, ``high`` are per cent: low / base high, high / base low; unbounded above where
        the base can be 0. The base year itself is 100.

    Raises
    ------
    OpdatError
        If the frame has no years, or the base is not among them.
    MixtureRefused
        If a group has a year twice.
    """
    base = whole_number(base, "base", 2019)
    groups_of_result(frame, "index")
    if "year" in frame and base not in set(frame["year"].dropna()):
        raise OpdatError(f"The frame has no year {base}; it has {', '.join(map(str, sorted(set(frame['year']))))}.")

    def pairs(years: Sequence[int]) -> list[tuple[int, list[int]]]:
        return [(year, [base] if year == base else [base, year]) for year in years]

    def percent(rows: pd.DataFrame) -> tuple[float, float, str | None]:
        first, last = rows.iloc[0], rows.iloc[-1]
        if len(rows) == 1:
            return (100.0, 100.0, None) if first["high"] != 0 else (np.nan, np.nan, "the base year is 0")
        low, high, reason = divide(last["low"], last["high"], first["low"], first["high"])
        return low[0] * 100, high[0] * 100, "the base year is 0" if reason[0] else None

    return _over_years(frame, "index", pairs, percent)


def _over_years(
    frame: pd.DataFrame,
    what: str,
    runs: Callable[[Sequence[int]], list[tuple[int, list[int]]]],
    answer: Callable[[pd.DataFrame], tuple[float, float, str | None]],
) -> pd.DataFrame:
    groups = groups_of_result(frame, what)
    if "year" not in groups:
        raise OpdatError(f'metrics.{what} goes over years. Make the totals with "year" in by=….')
    outer = [name for name in groups if name != "year"]
    if frame.duplicated(groups).any():
        raise MixtureRefused(f"A year stands twice within {', '.join(outer) or 'the frame'}; keep one row for each.")
    frame_of(frame, f"metrics.{what}", ("about", "secondary", "caveat"), "metrics.totals(obs, measure, by=…)")
    asked = [name for name in frame.columns[: list(frame.columns).index("low")] if name != "year"]
    found = []
    for _, part in frame.assign(_all=0).groupby(["_all", *outer], dropna=False):
        by_year = part.assign(year=part["year"].astype(int)).set_index("year", drop=False).sort_index()
        for last, years in runs(list(by_year.index)):
            found.append(_run(by_year.reindex(years), by_year.loc[last], asked, years, answer))
    result = pd.DataFrame(found, columns=[*dict.fromkeys([*asked, "years"]), *_ANSWER])
    texts = [*dict.fromkeys([*asked, "years"]), "qualifier", "reason", "caveat"]
    return result.astype(dict.fromkeys(texts, "str") | {"year": "Int64", "from_year": "Int64"})


_ANSWER = ["low", "high", "qualifier", "year", "from_year", "about", "secondary", "reason", "caveat"]


def _run(
    rows: pd.DataFrame, last: Any, asked: list[str], years: list[int], answer: Callable[[pd.DataFrame], Any]
) -> dict[str, Any]:
    own = last.to_dict()
    missing = [year for year, low in zip(years, rows["low"], strict=True) if pd.isna(low)]
    broken = breaks_between(own, min(years), max(years))
    low, high, reason = np.nan, np.nan, None
    labels = list(rows["part_of_year"]) if "part_of_year" in rows else [None]
    if missing:
        reason = f"no number in {', '.join(map(str, missing))}"
    elif not all(alike(label, labels[0]) for label in labels):
        covered = zip(years, labels, strict=True)
        reason = "different parts of a year: " + ", ".join(f"{year} covers {said(label)}" for year, label in covered)
    elif broken:
        reason = "; ".join(told(broken))
    else:
        low, high, reason = answer(rows)
    about, secondary = (bool(rows[name].eq(True).any()) for name in ("about", "secondary"))
    caveats = dict.fromkeys(str(text) for text in rows["caveat"].dropna())
    return {
        **{name: own[name] for name in asked}, "years": ";".join(map(str, sorted(years))), "low": low, "high": high,
        "qualifier": bounds_qualifier(low, high, about), "year": own["year"], "from_year": years[0], "about": about,
        "secondary": secondary, "reason": reason, "caveat": "; ".join(caveats) or None,
    }  # fmt: skip
