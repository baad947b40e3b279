"""Small synthetic tables: every column of the contract, one line per figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from opdat_analytics.model import TABLES

_DTYPES = {"str": "str", "int": "Int64", "float": "float64", "bool": "bool", "date": "datetime64[us]"}

_OBSERVATION: dict[str, Any] = {
    "source": "unodc_glotip", "edition": "2024", "published": None, "current": True,
    "reporter": None, "sourcing": "primary", "url": None, "programme": None, "activity": None,
    "measure": "convictions", "unit": "persons", "statistic": "count", "offence": "trafficking",
    "form": "total", "sex": "total", "age": "total", "citizenship": "total", "breakdown": "total",
    "place": "ALB", "level": "country", "period_start": None, "period_end": None, "year": 2020,
    "calendar": "calendar", "accumulation": "period", "as_of": None,
    "low": 10.0, "high": 10.0, "exact": None, "qualifier": "exact",
    "status": "unstated", "attribution": "unstated", "text": "10", "note": None,
    "file": "unodc_glotip/figures.xlsx", "sheet": "Data", "cell": "A1", "part": "total",
}  # fmt: skip

_ACTIVITY: dict[str, Any] = {
    "activity": "a1", "programme": None, "activity_type": "training", "title": "Training", "offence": "trafficking",
    "places": "ALB", "roles": None, "start": None, "end": None, "calendar": "calendar", "year": 2020,
    "audience": None, "partners": None, "funder": None, "purposes": None, "attribution": "unstated",
    "certainty": "stated", "text": None, "note": None, "source": "opdat_page", "edition": "2024",
    "file": "opdat_page/page.xlsx", "sheet": "Data", "cell": "A1",
}  # fmt: skip

NO_NUMBER = ("unquantified", "not_reported", "not_available", "not_applicable")


def observation(**overrides: Any) -> dict[str, Any]:
    """One observation as a dict of every column: 10 convictions in Albania in 2020 unless told otherwise.

    ``low`` alone (``low=75, high=None``) is a lower bound; a qualifier without a number clears both bounds.
    ``qualifier`` follows the bounds and ``exact``, period dates and ``text`` follow from them where not given.
    """
    unknown = set(overrides) - set(_OBSERVATION) - {"scheme", "region"}
    assert not unknown, f"no such column of observations: {unknown}"
    row = {**_OBSERVATION, **overrides}
    if "low" in overrides and "high" not in overrides:
        row["high"] = row["low"]
    if row["qualifier"] in NO_NUMBER:
        row["low"] = row["high"] = None
    elif "qualifier" not in overrides:
        row["qualifier"] = "at_least" if row["high"] is None else "exact" if row["low"] == row["high"] else "between"
    row["exact"] = row["low"] if row["qualifier"] == "exact" else None
    if "text" not in overrides:
        row["text"] = f"{row['low']:g}" if row["qualifier"] == "exact" else f"{row['qualifier']} {row['low']}"
    if row["year"] is not None and row["accumulation"] == "period" and row["period_start"] is None:
        row["period_start"] = pd.Timestamp(int(row["year"]), 1, 1)
        row["period_end"] = pd.Timestamp(int(row["year"]), 12, 31)
    return row


def observations(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows made with `observation` (or their overrides) as a frame with the dtypes that the store gives.

    Each row stands in a cell of its own (A1, A2 …) unless it names one.
    """
    full = [observation(**{"cell": f"A{number}", **_overrides(row)}) for number, row in enumerate(rows, start=1)]
    return _frame(full, "observations", ("scheme", "region"))


def months(year: int, first: int, last: int, **more: Any) -> dict[str, Any]:
    """Overrides of an observation of some months of a year, from the first to the last."""
    end = pd.Timestamp(year, last, 1) + pd.offsets.MonthEnd(0)
    return {"year": year, "period_start": pd.Timestamp(year, first, 1), "period_end": end, **more}


def quarters(year: int, *which: int, **more: Any) -> list[dict[str, Any]]:
    """Overrides of an observation for each of some quarters of a year."""
    return [months(year, 3 * q - 2, 3 * q, **more) for q in which]


def only(frame: pd.DataFrame) -> Any:
    """The row of a frame that has just one."""
    assert len(frame) == 1
    return frame.iloc[0]


def activity(**overrides: Any) -> dict[str, Any]:
    """One listed activity as a dict of every column: a training in Albania in 2020 unless told otherwise."""
    unknown = set(overrides) - set(_ACTIVITY)
    assert not unknown, f"no such column of activities: {unknown}"
    return {**_ACTIVITY, **overrides}


def activities(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Activities as a frame; each has an id of its own (a1, a2 …) unless it names one."""
    full = [activity(**{"activity": f"a{number}", **row}) for number, row in enumerate(rows, start=1)]
    return _frame(full, "activities", ())


def _overrides(row: Mapping[str, Any]) -> dict[str, Any]:
    # A full row stays as it is, but for the cell, which tells rows apart.
    full = set(_OBSERVATION) <= set(row)
    return {name: value for name, value in row.items() if not (full and name == "cell" and value == "A1")}


def _frame(full: list[dict[str, Any]], table: str, attached: tuple[str, ...]) -> pd.DataFrame:
    kinds = {column.name: column.kind for column in TABLES[table]}
    kinds |= {name: "str" for name in attached if any(name in row for row in full)}  # type: ignore[misc]
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in full], dtype=_DTYPES[kind])  # type: ignore[call-overload]
            for name, kind in kinds.items()
        }
    )
