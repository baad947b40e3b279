"""Counts of listed activities: what was done, never what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics.given import frame_of
from opdat_analytics.metrics.names import not_one_of
from opdat_analytics.model import ALLOWED, OUTSIDE, TABLES, OpdatError, UnknownName, places_in_role

_BY = (
    "activity_type", "programme", "offence", "place", "region", "year", "calendar", "audience", "funder", "purpose",
    "attribution", "certainty", "source", "edition",
)  # fmt: skip
_CERTAINTIES = ("stated", "possible", "planned", "negative")


def activity_counts(
    activities: pd.DataFrame,
    by: str | Sequence[str] = ("activity_type",),
    *,
    certainty: str | Sequence[str] | None = "stated",
    role: str = "location",
    scheme: str = "opdat",
) -> pd.DataFrame:
    """Count listed activities.

    Parameters
    ----------
    activities
        ``model.TABLES["activities"]``.
    by
        Columns to group by: activity_type, programme, offence, place, region, year, calendar, audience, funder,
        purpose, attribution, certainty, source, edition; none gives one row.
    certainty
        Which to count: ``stated``, ``possible``, ``planned``, ``negative``, or several; None counts all, and is
        only allowed with ``certainty`` in ``by``.
    role
        By place or region: the part a place has in what is counted. ``location`` is where an activity takes place;
        where smuggled people come from, pass through or are taken to is ``origin``, ``transit``, ``destination``.
    scheme
        By region: whose regions, such as ``opdat``, ``tip_report_2024``, ``un_m49``.

    Returns
    -------
    pandas.DataFrame
        The columns of ``by`` (null where an activity states none), the query ``certainty`` and ``source`` where not
        in ``by``, by place or region ``role`` and by region ``scheme``, ``n`` (listed activities), ``joint`` (those
        of ``n`` that name several places in that role; each counts once for every place or region it names, so rows
        by place or region are not added), ``note`` (what was left out). Sorted by ``by``. Places of no region of the
        scheme are ``outside this scheme``; an activity without a place in that role has null.

    Raises
    ------
    UnknownName
        If a column or certainty is not known.
    OpdatError
        If activities of different certainty would be counted together unasked, or columns are missing.

    Notes
    -----
    An activity that a source lists in several editions is counted once, as its last edition in the order of labels
    lists it; one that is printed in several cells of an edition is one activity with the places of all of them. How
    much is listed depends on the publisher; a count of listed activities is not a count of activities.
    """
    if not isinstance(by, str | list | tuple):
        raise UnknownName(f"by={by!r} names no column; write one or several of {', '.join(_BY)}, or by=() for one row.")
    names = (by,) if isinstance(by, str) else tuple(by)
    frame_of(activities, "metrics.activity_counts", (), "opdat.activities()")
    wanted = (certainty,) if isinstance(certainty, str) else certainty
    _check(activities, names, wanted, role)
    listed, again = _latest(activities)
    notes = [f"{again} listed again in another edition, counted once"] if again else []
    listed = listed.assign(own=_own(listed))
    if wanted is not None:
        for code, n in listed.loc[~listed["certainty"].isin(list(wanted)), "certainty"].value_counts().items():
            notes.append(f"{n} {code} left out")
        listed = listed[listed["certainty"].isin(list(wanted))]
    cells = len(listed) - listed["own"].nunique()
    if cells:
        notes.append(f"{cells} printed in another cell, counted once")
    sides = zip(listed["places"], listed["roles"], strict=True)
    placed = pd.Series(
        [places_in_role(places, roles, role) for places, roles in sides], index=listed.index, dtype=object
    )
    # Where one activity stands in several cells, its places are those of all of them.
    several = placed.explode().groupby(listed["own"]).nunique() > 1
    counted = listed.assign(joint=listed["own"].map(several), place=placed)
    counted = _spread(counted, names, scheme)
    result = _summed(counted, names)
    query = {"certainty": ";".join(wanted or ()), "source": ";".join(sorted(set(counted["source"]))) or None}
    query |= {"role": role} if {"place", "region"} & set(names) else {}
    query |= {"scheme": scheme} if "region" in names else {}
    for place, (name, value) in enumerate((one for one in query.items() if one[0] not in names), len(names)):
        result.insert(place, name, value)
    result["note"] = pd.Series("; ".join(sorted(notes)) or None, index=result.index, dtype="str")
    return result


def _spread(counted: pd.DataFrame, names: Sequence[str], scheme: str) -> pd.DataFrame:
    """One row for every place, region and purpose that is asked for, each activity once in each."""
    if "region" in names:
        regions = vocab.scheme(scheme)
        inside = [sorted({regions.get(place, OUTSIDE) for place in there}) for there in counted["place"]]
        counted = counted.assign(region=pd.Series(inside, index=counted.index))
        if "place" in names:
            counted = counted.explode("place")
            counted["region"] = [None if pd.isna(p) else regions.get(p, OUTSIDE) for p in counted["place"]]
        else:
            counted = counted.explode("region")
    elif "place" in names:
        counted = counted.explode("place")
    if "purpose" in names:
        counted = counted.assign(purpose=counted["purposes"].str.split(";")).explode("purpose")
    return counted


def _own(listed: pd.DataFrame) -> pd.Series[Any]:
    """A number for each activity, which rows of one source and id share; a row without an id is one of its own."""
    shared = listed.groupby(["source", "activity"], dropna=False).ngroup()
    return shared.mask(listed["activity"].isna(), -1 - pd.Series(range(len(listed)), index=listed.index))


def _summed(counted: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    once = counted.drop_duplicates([*names, "own"]).assign(n=1)
    if names:
        result = once.groupby(list(names), dropna=False)[["n", "joint"]].sum().reset_index()
    else:
        result = once[["n", "joint"]].sum().to_frame().T
    return result.astype({"n": "int64", "joint": "int64"})


def _check(activities: pd.DataFrame, names: Sequence[str], wanted: Sequence[str] | None, role: str) -> None:
    missing = [column.name for column in TABLES["activities"] if column.name not in activities.columns]
    if missing:
        raise OpdatError(
            f"These are not activities: no column {', '.join(missing)}. Take them from opdat.activities()."
        )
    for name in names:
        if name not in _BY:
            raise UnknownName(not_one_of("column to group activities by", str(name), _BY))
    for code in wanted or ():
        if code not in _CERTAINTIES:
            raise UnknownName(not_one_of("certainty", code, _CERTAINTIES))
    if role not in ALLOWED["role"]:
        raise UnknownName(not_one_of("role of a place", role, ALLOWED["role"]))
    if (wanted is None or len(wanted) > 1) and "certainty" not in names:
        raise OpdatError(
            "Activities that took place and those that are possible, planned or denied are not counted together. "
            'Name one certainty=…, or group by it: by=[…, "certainty"].'
        )


def _latest(activities: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows of each activity's last edition, and how many rows of earlier editions they replace."""
    last = activities.groupby(["source", "activity"])["edition"].transform("max")
    kept = activities[last.isna() | (activities["edition"] == last)]
    return kept, len(activities) - len(kept)
