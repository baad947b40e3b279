"""Rows of a table that are about some places, joint statements included."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd


def of_places(frame: pd.DataFrame, places: Iterable[str] | str) -> pd.DataFrame:
    """The rows that name one of some places, alone or together with others.

    Parameters
    ----------
    frame
        Rows with a column ``places`` or ``place``, whose codes are joined by ``;``.
    places
        Place codes.

    Returns
    -------
    pandas.DataFrame
        Rows of the frame.
    """
    wanted = {places} if isinstance(places, str) else set(places)
    column = "places" if "places" in frame.columns else "place"
    named = [not wanted.isdisjoint(str(said).split(";")) for said in frame[column]]
    return frame[pd.Series(named, index=frame.index, dtype=bool)]
