"""Whom charts must credit and how they must be handled, from the sources table of a publication."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from opdat_analytics import store
from opdat_analytics.charts import words
from opdat_analytics.charts.frame import several
from opdat_analytics.exports.contents import HANDLING, Credit
from opdat_analytics.model import ALLOWED, Exhibit, Home, NothingPublished

_LOWEST = ALLOWED["handling"][0]


def sources_of(exhibits: Iterable[Exhibit]) -> list[str]:
    """Ids of the sources that charts show, sorted."""
    return sorted({code for exhibit in exhibits for code in several(exhibit.frame, "source")})


def credits_of(exhibits: Iterable[Exhibit], sources: pd.DataFrame) -> tuple[Credit, ...]:
    """The sources that charts show.

    Parameters
    ----------
    exhibits
        The charts.
    sources
        The published table.

    Returns
    -------
    tuple of Credit
        By id. A source that is not in the table is credited by its name alone.
    """
    exhibits = tuple(exhibits)
    found = []
    for code in sources_of(exhibits):
        rows = sources[sources["source"] == code]
        if rows.empty:
            found.append(Credit(code, words.publisher(code), "", "", "", (), _LOWEST, words.result_of(code)))
            continue
        first = rows.astype(object).where(rows.notna(), "").to_dict("records")[0]
        editions = tuple(sorted(str(edition) for edition in rows["edition"].dropna().unique())) or _shown(
            exhibits, code
        )
        found.append(
            Credit(
                code, str(first["title"]), str(first["owner"]), str(first["url"]), str(first["licence"]), editions,
                str(first["handling"]).casefold() or _LOWEST, words.result_of(code),
            )
        )  # fmt: skip
    return tuple(found)


def _shown(exhibits: Sequence[Exhibit], source: str) -> tuple[str, ...]:
    """The editions of a source whose figures charts show, where the table of sources names none."""
    named: set[str] = set()
    for exhibit in exhibits:
        frame = exhibit.frame
        if {"source", "edition"} <= set(frame.columns):
            named.update(several(frame[frame["source"] == source], "edition"))
    return tuple(sorted(named - {"current"}))


def highest(credits: Sequence[Credit]) -> str:
    """The highest handling marking of some sources, as it is printed; one that is not known goes above all."""
    order = list(ALLOWED["handling"])
    marks = [credit.handling for credit in credits] or [_LOWEST]
    mark = max(marks, key=lambda code: order.index(code) if code in order else len(order))
    return HANDLING.get(mark, mark)


def handling_of(exhibits: Sequence[Exhibit], home: Home) -> str:
    """The highest handling marking of the sources that charts show; "" where no publication says."""
    try:
        sources = store.open_publication(home).table("sources")
    except NothingPublished:
        return ""
    known = [credit for credit in credits_of(exhibits, sources) if credit.source in set(sources["source"])]
    return highest(known) if known else ""
