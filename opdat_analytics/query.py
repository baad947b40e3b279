"""A row of a result is its own query: which cells of the published tables answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics.spans import Named, lies_within, named_period
from opdat_analytics.model import IDENTITY, OUTSIDE, SERIES, OpdatError, UnknownName, places_in_role
from opdat_analytics.store import with_region

ANSWERS = ("low", "n", "n_reporting", "coverage")
"""Where the answer of a result row begins; the columns before it ask."""
_ASKS = frozenset({*SERIES, "edition", "sourcing", "region", "qualifier", "status", "attribution"})


class Tables:
    """Tables that are asked, each read once however many figures a chart shows."""

    def __init__(self, table: Callable[[str], pd.DataFrame]) -> None:
        self._table = table
        self._read: dict[tuple[str, str | None], pd.DataFrame] = {}

    def get(self, name: str, scheme: str | None = None) -> pd.DataFrame:
        """A table, with the regions of a scheme where one is named."""
        if (name, scheme) not in self._read:
            frame = self._table(name) if scheme is None else self.get(name)
            self._read[name, scheme] = frame if scheme is None else with_region(frame, vocab.scheme(scheme), scheme)
        return self._read[name, scheme]


def cells_behind(query: Mapping[str, Any], tables: Tables) -> pd.DataFrame:
    """The rows of ``observations`` or ``activities`` that answer a row of a result; its columns are its query.

    Raises
    ------
    UnknownName
        If a measure is not known, or no column is one to ask by.
    OpdatError
        If it asks by region without a scheme.
    """
    if all(name in query and not is_null(query[name]) for name in ("file", "sheet", "cell")):
        now = _at_cell(tables, query)
        before = {name: query.get(f"{name}_before") for name in IDENTITY}
        return now if is_null(before["file"]) else pd.concat([_at_cell(tables, before), now])
    if "measure" not in query and ("activity_type" in query or "certainty" in query):
        return _activities(tables, query)
    scheme = query.get("scheme")
    observations = tables.get("observations", None if is_null(scheme) else str(scheme))
    keep = np.ones(len(observations), dtype=bool)
    for name, value in _conditions(query).items():
        keep &= _matches(observations, name, value)
    rows = observations[keep]
    if not is_null(query.get("period")) and isinstance(named := named_period(query["period"], None), Named):
        rows = nw.from_native(rows).filter(lies_within(named)).to_native()
    stated = rows[rows["low"].notna()]
    return stated if len(stated) else rows


def _at_cell(tables: Tables, query: Mapping[str, Any]) -> pd.DataFrame:
    for table in ("observations", "activities", "programmes"):
        frame = tables.get(table)
        keep = np.ones(len(frame), dtype=bool)
        for name in IDENTITY:
            if name in frame and name in query and not is_null(query[name]):
                keep &= (frame[name] == query[name]).to_numpy(dtype=bool)
        if keep.any():
            return frame[keep]
    return tables.get("observations").head(0)


def asking(query: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row that ask: those before its answer."""
    names = list(query)
    answers = min((names.index(name) for name in ANSWERS if name in names), default=len(names))
    return {name: query[name] for name in names[:answers]}


def _conditions(query: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions a row puts: its columns before the answer; what a result says of itself is no condition."""
    asked = {name: value for name, value in asking(query).items() if name in _ASKS and not is_null(value)}
    for name, column in (("places", "place"), ("years", "year")):
        if name in query and not is_null(query[name]):
            asked.setdefault(column, str(query[name]).split(";"))
    measure = asked.get("measure")
    for one in str(measure).split(";") if isinstance(measure, str) else ():
        if one not in vocab.measures():
            near = vocab.suggest(one, vocab.measures())
            raise UnknownName(f"“{one}” is not a known measure" + (f"; did you mean “{near}”?" if near else "."))
    if not asked:
        raise UnknownName(f"None of {', '.join(query)} is a column of observations to ask by.")
    return asked


def _matches(frame: pd.DataFrame, name: str, value: Any) -> np.ndarray:
    if name not in frame:
        raise OpdatError(f"To ask by {name}, name a scheme too, such as scheme=opdat.")
    if name == "edition" and value == "current":
        return frame["current"].to_numpy(dtype=bool)
    if name in ("year",):
        years = {_year(year) for year in (value if isinstance(value, list) else str(value).split(";"))}
        return frame["year"].isin(years).to_numpy(dtype=bool)
    if name in ("period_start", "period_end"):
        return (frame[name] == pd.Timestamp(value)).fillna(value=False).to_numpy(dtype=bool)
    if name == "place" and isinstance(value, list):
        return _among(frame["place"], frozenset(value))
    values = value if isinstance(value, list) else [str(value)] if name == "place" else str(value).split(";")
    column = frame[name].isin(values)
    if "unstated" in values:
        column |= frame[name].isna()
    return column.to_numpy(dtype=bool)


def _among(places: pd.Series, wanted: frozenset[str]) -> np.ndarray:
    """Whether each place is one of those wanted; a joint place is where all its countries are."""
    within = {place: frozenset(str(place).split(";")) <= wanted for place in places.unique()}
    return places.map(within).to_numpy(dtype=bool)


def _year(text: Any) -> int:
    try:
        return int(text)
    except ValueError:
        raise UnknownName(f"“{text}” is not a year; write it as 2019.") from None


def _activities(tables: Tables, query: Mapping[str, Any]) -> pd.DataFrame:
    """The activities that a row of counts asks for; what it groups by and has no value for, they do not state."""
    activities = tables.get("activities")
    keep = np.ones(len(activities), dtype=bool)
    for name, value in asking(query).items():
        column = {"purpose": "purposes"}.get(name, name)
        if column not in activities or name in ("place", "region", "role"):
            continue
        if is_null(value):
            keep &= activities[column].isna().to_numpy(dtype=bool)
        else:
            words = set(str(value).split(";"))
            keep &= np.array([bool(words & _words(said)) for said in activities[column].tolist()], dtype=bool)
    if "place" in query or "region" in query:
        role = None if is_null(query.get("role")) else str(query["role"])
        sides = zip(activities["places"], activities["roles"], strict=True)
        placed = [set(places_in_role(places, roles, role)) for places, roles in sides]
        regions = vocab.scheme(str(query["scheme"])) if not is_null(query.get("scheme")) else None
        for name, found in (
            ("place", placed),
            ("region", [{regions.get(one, OUTSIDE) for one in there} for there in placed] if regions else None),
        ):
            if name in query and found is not None:
                value = query[name]
                keep &= np.array([not there if is_null(value) else str(value) in there for there in found], dtype=bool)
    return activities[keep]


def _words(said: Any) -> set[str]:
    return set() if is_null(said) else set(str(said).split(";"))


def is_null(value: Any) -> bool:
    """Whether a value of a query asks for nothing."""
    return value is None or (not isinstance(value, list | tuple | set) and bool(pd.isna(value)))
