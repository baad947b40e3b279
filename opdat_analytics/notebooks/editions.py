"""What two editions of a source print apart: which figures a later one dropped, and which it added."""

from __future__ import annotations

import pandas as pd

from opdat_analytics.model import SERIES, OpdatError


def dropped_and_added(observations: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Figures of a measure that only one of a source's last two dated editions prints.

    Restated figures stand in both, and are in ``revisions``.

    Parameters
    ----------
    observations
        Observations of one source, every edition.
    measure
        A measure code.

    Returns
    -------
    pandas.DataFrame
        Rows of the observations, with ``kind``: ``dropped`` (in the earlier edition alone, and not current), ``added``
        (in the later alone, of a year of which the earlier had figures), ``new year`` (in the later alone, of another
        year); and ``edition_from``, ``edition_to``.

    Raises
    ------
    OpdatError
        If fewer than two dated editions print the measure.
    """
    rows = observations[(observations["measure"] == measure) & observations["published"].notna()]
    days = sorted(rows["published"].unique())
    if len(days) < 2:
        raise OpdatError(f"Fewer than two dated editions with figures of {measure} are held, so none can be compared.")
    before, after = (rows[rows["published"] == day] for day in days[-2:])
    gone = _only(before[~before["current"]], after).assign(kind="dropped")
    more = _only(after, before)
    known = more["year"].isin(before["year"])
    found = pd.concat([gone, more.assign(kind=known.map({True: "added", False: "new year"}))], ignore_index=True)
    return found.assign(edition_from=before["edition"].iloc[0], edition_to=after["edition"].iloc[0])


def printed_twice(observations: pd.DataFrame) -> pd.Series:
    """How many figures more than one dated edition of a source prints, by source: those that could be restated.

    Parameters
    ----------
    observations
        Observations, every edition.

    Returns
    -------
    pandas.Series
        A count for every source, 0 where no figure can be compared; named ``comparable``.
    """
    dated = observations[observations["published"].notna()]
    editions = dated.groupby(list(SERIES), dropna=False)["edition"].nunique()
    counts = editions[editions > 1].groupby("source").size()
    return counts.reindex(sorted(observations["source"].unique()), fill_value=0).rename("comparable")


def _only(these: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Rows of which no other row is of the same series."""
    keys = list(SERIES)
    seen = these[keys].merge(others[keys].drop_duplicates(), how="left", on=keys, indicator="where")
    return these[(seen["where"] == "left_only").to_numpy()]
