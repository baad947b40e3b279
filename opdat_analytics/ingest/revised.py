"""Pairs of figures as rows of the ``revisions`` table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from opdat_analytics.model import IDENTITY, SERIES, TABLES

_SIDES = ("low", "high", "qualifier", "text", *IDENTITY)


def revision_columns(
    later: Mapping[str, np.ndarray], earlier: Mapping[str, np.ndarray], kind: str
) -> dict[str, np.ndarray]:
    """Pairs of observations, given by column, as the columns of the ``revisions`` table.

    Bounds are NaN where there is none. The change is an interval: least and greatest difference that the bounds allow.
    """
    columns = {name: later[name] for name in SERIES}
    columns["kind"] = np.full(len(later["low"]), kind, dtype=object)
    columns["edition_from"], columns["edition_to"] = earlier["edition"], later["edition"]
    for name in _SIDES:
        columns[f"{name}_from"], columns[f"{name}_to"] = earlier[name], later[name]
    columns["change_low"] = later["low"] - earlier["high"]
    columns["change_high"] = later["high"] - earlier["low"]
    return {c.name: columns[c.name] for c in TABLES["revisions"]}
