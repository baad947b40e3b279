"""Counts of listed activities: what was done, never what came of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.model import TABLES, OpdatError, UnknownName

_BY = (
    "activity_type", "programme", "offence", "place", "year", "calendar", "audience", "funder", "purpose",
    "attribution", "certainty", "source", "edition",
)  # fmt: skip
_SEVERAL = {"place": "places", "purpose": "purposes"}


def activity_counts(
    activities: pd.DataFrame,
    by: str | Sequence[str] = ("activity_type",),
    *,
    certainty: str | Sequence[str] | None = "stated",
) -> pd.DataFrame:
    """Count listed activities.

    Parameters
    ----------
    activities
        ``model.TABLES["activities"]``.
    by
        Columns to group by: activity_type, programme, offence, place, year, calendar, audience, funder, purpose,
        attribution, certainty, source, edition; none gives one row.
    certainty
        Which to count: ``stated``, ``possible``, ``planned``, ``negative``, or several; None counts all, and is
        only allowed with ``certainty`` in ``by``.

    Returns
    -------
    pandas.DataFrame
        The columns of ``by`` (null where an activity states none), the query ``certainty`` and ``source`` where not
        in ``by``, ``n`` (listed activities), ``joint`` (those of ``n`` that name several places; each counts once
        for every place it names, so rows by place are not added), ``note`` (what was left out). Sorted by ``by``.

    Raises
    ------
    UnknownName
        If a column or certainty is not known.
    OpdatError
        If activities of different certainty would be counted together unasked, or columns are missing.

    Notes
    -----
    An activity that a source lists in several editions is counted once, as its last edition in the order of labels
    lists it. How much is listed depends on the publisher; a count of listed activities is not a count of activities.
    """
    names = (by,) if isinstance(by, str) else tuple(by)
    wanted = (certainty,) if isinstance(certainty, str) else certainty
    _check(activities, names, wanted)
    listed, again = _latest(activities)
    notes = [f"{again} listed again in another edition, counted once"] if again else []
    if wanted is not None:
        for code, n in listed.loc[~listed["certainty"].isin(list(wanted)), "certainty"].value_counts().items():
            notes.append(f"{n} {code} left out")
        listed = listed[listed["certainty"].isin(list(wanted))]
    joint = listed["places"].str.contains(";", regex=False).fillna(False).astype(bool)
    counted = listed.assign(joint=joint, n=1)
    for name in (name for name in names if name in _SEVERAL):
        counted[name] = counted[_SEVERAL[name]].str.split(";")
        counted = counted.explode(name)
    sources = ";".join(sorted(set(counted["source"]))) or None
    keys = list(names)
    if keys:
        result = counted.groupby(keys, dropna=False)[["n", "joint"]].sum().reset_index()
    else:
        result = counted[["n", "joint"]].sum().to_frame().T
    for place, (name, value) in enumerate({"certainty": ";".join(wanted or ()), "source": sources}.items()):
        if name not in names:
            result.insert(min(len(keys) + place, len(result.columns) - 2), name, value)
    result[["n", "joint"]] = result[["n", "joint"]].astype("int64")
    result["note"] = pd.Series("; ".join(sorted(notes)) or None, index=result.index, dtype="str")
    return result


def _check(activities: pd.DataFrame, names: Sequence[str], wanted: Sequence[str] | None) -> None:
    missing = [column.name for column in TABLES["activities"] if column.name not in activities.columns]
    if missing:
        raise OpdatError(
            f"These are not activities: no column {', '.join(missing)}. Take them from opdat.activities()."
        )
    for name in names:
        if name not in _BY:
            raise UnknownName(_unknown("column to group activities by", name, _BY))
    known = ("stated", "possible", "planned", "negative")
    for code in wanted or ():
        if code not in known:
            raise UnknownName(_unknown("certainty", code, known))
    if (wanted is None or len(wanted) > 1) and "certainty" not in names:
        raise OpdatError(
            "Activities that took place and those that are possible, planned or denied are not counted together. "
            'Name one certainty=…, or group by it: by=[…, "certainty"].'
        )


def _unknown(what: str, found: str, known: Sequence[str]) -> str:
    near = vocab.suggest(found, known)
    return f"“{found}” is not a known {what}. " + (f"Did you mean “{near}”? " if near else "") + ", ".join(known) + "."


def _latest(activities: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows of each activity's last edition, and how many rows of earlier editions they replace."""
    last = activities.groupby(["source", "activity"])["edition"].transform("max")
    kept = activities[last.isna() | (activities["edition"] == last)]
    return kept, len(activities) - len(kept)
