"""Rows that a notebook speaks of: of some places, of the fullest year, of the latest; refused where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.model import OUTSIDE, OpdatError, places_in_role

NEARLY = 0.8
"""Share of the most reporters a year ever had, from which on it is said to be nearly fully reported."""


def of_places(frame: pd.DataFrame, places: Iterable[str] | str, role: str | None = None) -> pd.DataFrame:
    """The rows that name one of some places, alone or together with others.

    Parameters
    ----------
    frame
        Rows with a column ``places`` or ``place``, whose codes are joined by ``;``.
    places
        Place codes.
    role
        Of activities: the role in which they name the place (``location``, ``destination`` …); any if left out.

    Returns
    -------
    pandas.DataFrame
        Rows of the frame.
    """
    wanted = {places} if isinstance(places, str) else set(places)
    column = "places" if "places" in frame.columns else "place"
    roles = frame["roles"] if "roles" in frame.columns else [None] * len(frame)
    sides = zip(frame[column], roles, strict=True)
    named = [not wanted.isdisjoint(places_in_role(said, own, role)) for said, own in sides]
    return frame[pd.Series(named, index=frame.index, dtype=bool)]


def in_countries(activities: pd.DataFrame) -> pd.DataFrame:
    """Activities whose unnamed or numbered parts of a country are named by the country: a map has a tile for it alone.

    Parameters
    ----------
    activities
        Rows with a column ``places``, whose codes are joined by ``;``.

    Returns
    -------
    pandas.DataFrame
        The same rows; ``MEX_STATES`` became ``MEX``.
    """
    told = [
        None if pd.isna(said) else ";".join(_country(code) for code in said.split(";")) for said in activities["places"]
    ]
    return activities.assign(places=pd.Series(told, index=activities.index, dtype=activities["places"].dtype))


def _country(code: str) -> str:
    whole = {"US": "USA"}.get(code.partition("_")[0], code.partition("_")[0])
    part = code in vocab.places() and vocab.level_of(code) == "subnational"
    return whole if part and whole in vocab.places() else code


def first_row(frame: pd.DataFrame, otherwise: str) -> Any:
    """The first row of a frame.

    Raises
    ------
    OpdatError
        If there is none; ``otherwise`` is what it then says.
    """
    if frame.empty:
        raise OpdatError(otherwise)
    return frame.iloc[0]


def latest(totals: pd.DataFrame) -> Any:
    """The row of the last year for which anybody reported a number.

    Raises
    ------
    OpdatError
        If nobody did.
    """
    return _numbered(totals).sort_values("year").iloc[-1]


def fullest(totals: pd.DataFrame) -> Any:
    """The row of the year for which most places reported a number.

    Raises
    ------
    OpdatError
        If none did.
    """
    return _numbered(totals).sort_values("n_reporting", ascending=False, kind="stable").iloc[0]


def nearly_full_year(totals: pd.DataFrame) -> int:
    """The last year for which nearly as many places (four in five) reported a number as for the fullest.

    Raises
    ------
    OpdatError
        If none did.
    """
    numbered = _numbered(totals)
    return int(numbered.year[numbered.n_reporting >= NEARLY * numbered.n_reporting.max()].max())


def _numbered(totals: pd.DataFrame) -> pd.DataFrame:
    numbered = totals[totals.low.notna()]
    if numbered.empty:
        raise OpdatError("No place reported a number for any of these years.")
    return numbered


def moved(totals: pd.DataFrame, first_year: int, last_year: int, by: str = "region") -> dict[str, list[str]]:
    """Which groups ``rose`` and which ``fell`` from one year to another, whatever the true numbers within the limits.

    Only the places that report in every year are compared.

    Parameters
    ----------
    totals
        A ``metrics.totals`` result by ``by`` and year.
    first_year, last_year
        The years compared.
    by
        Column of the groups.

    Returns
    -------
    dict
        ``rose``, ``fell``, ``unclear`` → names of groups as prose; groups without such a place are in none.

    Raises
    ------
    OpdatError
        If no place reports in every year.
    """
    found: dict[str, list[str]] = {"rose": [], "fell": [], "unclear": []}
    compared = totals[(totals.n_same > 0) & totals.year.isin([first_year, last_year])]
    if compared.empty or first_year == last_year:
        raise OpdatError(
            f"No place reported a number for every year from {first_year} to {last_year}, so no years are compared."
            if first_year != last_year
            else "One year alone cannot be compared with another."
        )
    for name, rows in compared.groupby(by):
        ends = rows.set_index("year")
        before, after = ends.loc[first_year], ends.loc[last_year]
        word = (
            "rose" if after.low_same > before.high_same else "fell" if after.high_same < before.low_same else "unclear"
        )
        found[word].append("other places" if name == OUTSIDE else str(name))
    return found


def outside_regions(observations: pd.DataFrame, measure: str, years: Iterable[int]) -> pd.Series:
    """Names of the places that belong to no region of a scheme and told a number, the largest sum first.

    Parameters
    ----------
    observations
        ``opdat.observations(scheme=…)`` of one source.
    measure
        A measure code.
    years
        The years of which the numbers are.

    Returns
    -------
    pandas.Series
        Names; empty where every place has its region.
    """
    told = observations[observations["current"] & observations["low"].notna() & (observations["region"] == OUTSIDE)]
    told = told[(told["measure"] == measure) & told["year"].isin(list(years))]
    sums = told.groupby("place")["low"].sum().sort_values(ascending=False, kind="stable")
    return pd.Series([vocab.place_name(str(place)) for place in sums.index], dtype="str")
