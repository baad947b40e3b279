"""What declarations leave out, and what a person ruled on held cells, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from opdat_analytics.declared import declaration_of
from opdat_analytics.ingest.declare import Source
from opdat_analytics.model import Home


def columns_left_out(home: Home, sources: Iterable[str]) -> pd.DataFrame:
    """The columns that the layouts of sources name as not to be read.

    Parameters
    ----------
    home
        The project's folders.
    sources
        Source ids. One whose declaration is gone or broken by now has no row; the status of the project tells of it.

    Returns
    -------
    pandas.DataFrame
        ``source``, ``columns`` (their headings, joined by commas); a row for every source that leaves some out.
    """
    found = []
    for source in _declared(home, sources):
        headings = [name for layout in source.layouts for name, role in layout.columns.items() if role == "ignore"]
        if headings:
            found.append({"source": source.id, "columns": ", ".join(dict.fromkeys(headings))})
    return pd.DataFrame(found, columns=["source", "columns"])


def rulings(home: Home, sources: Iterable[str]) -> pd.DataFrame:
    """What persons ruled on single cells.

    Parameters
    ----------
    home, sources
        As for ``columns_left_out``.

    Returns
    -------
    pandas.DataFrame
        ``source``, ``file``, ``sheet``, ``cell``, ``text`` (what the cell said then), ``ruling``, ``why``.
    """
    columns = ["source", "file", "sheet", "cell", "text", "ruling", "why"]
    found = [
        (source.id, one.file, one.sheet, one.cell, one.was, _RULED.get(one.do, one.do), one.why)
        for source in _declared(home, sources)
        for one in source.decided
    ]
    return pd.DataFrame(found, columns=columns)


_RULED = {"hold": "stays held", "ignore": "left out", "accept": "taken"}


def _declared(home: Home, sources: Iterable[str]) -> Iterator[Source]:
    for name in sources:
        try:
            read = declaration_of(home, name)
        except FileNotFoundError:
            continue
        if isinstance(read, Source):
            yield read
