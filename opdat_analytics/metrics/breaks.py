"""Breaks in series: years from which a source counts differently, which no comparison may cross."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from opdat_analytics import vocab


def breaks_between(row: Mapping[Any, Any], after: int, until: int) -> list[vocab.Break]:
    """The breaks that a row's series has after one year and until another.

    Parameters
    ----------
    row
        A row of a `totals` result: ``source`` and ``measure`` (several joined by ``;``), ``place`` where it has one.
    after, until
        Years; a break in ``until`` counts, one in ``after`` does not.

    Returns
    -------
    list of vocab.Break
        Those of a whole source, and those of the row's own place. A break of one place among many does not stop their
        total; `totals` says it in the caveat.
    """
    sources, measures = (set(str(row.get(name) or "").split(";")) for name in ("source", "measure"))
    place = row.get("place")
    own = {"", str(place)} if place is not None and not pd.isna(place) else {""}
    return [
        one
        for one in vocab.breaks()
        if one.source in sources and one.measure in measures and one.place in own and after < one.year <= until
    ]


def told(broken: list[vocab.Break]) -> list[str]:
    """Breaks in words."""
    return [f"break in series in {b.year}{f' ({b.place})' if b.place else ''}: {b.note}" for b in broken]
