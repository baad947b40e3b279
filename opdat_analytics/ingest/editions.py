"""What crosses files of one source: which figure is its latest word, and what it restated between editions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from opdat_analytics.ingest.coded import Coded, combined
from opdat_analytics.ingest.declare import Editions
from opdat_analytics.ingest.revised import revision_columns
from opdat_analytics.model import SERIES


def current(observations: pd.DataFrame, editions: Mapping[str, Editions]) -> np.ndarray:
    """Whether each observation is its source's latest word on its series.

    Parameters
    ----------
    observations
        All observations, without ``current``.
    editions
        Source id → how its editions are ordered and what a new one replaces.

    Returns
    -------
    Boolean array, one per row. A figure of an edition that cannot be ordered is never current; where an edition
    replaces the whole one before it, only the last edition's figures are; otherwise the last edition that prints a
    series has its latest word. Printed twice in one edition, the first stands, primary sourcing before secondary;
    where several files of it print different values, none of them is current.
    """
    rank = _ranks(observations, editions)
    newest = rank.copy()
    for source, declared in editions.items():
        if declared.replaces == "all":
            mine = (observations["source"] == source).to_numpy()
            newest[mine] = rank[mine].max(initial=-1)
    key = combined_codes(observations, SERIES)
    order = pd.DataFrame(
        {
            "key": key,
            "unreported": (observations["qualifier"] == "not_reported").to_numpy(),
            "rank": -rank,
            "secondary": (observations["sourcing"] == "secondary").to_numpy(),
        }
    )
    first = order.sort_values(["key", "rank", "unreported", "secondary"], kind="stable").drop_duplicates("key").index
    latest = np.zeros(len(observations), dtype=bool)
    latest[first] = True
    return np.asarray(latest & (rank >= 0) & (rank == newest) & (contradicted(observations) < 0))


def contradicted(observations: pd.DataFrame) -> np.ndarray:
    """Figures that several files of one edition print with different values.

    Parameters
    ----------
    observations
        Figures of one or several sources.

    Returns
    -------
    Per row the number of its series and edition, -1 where nothing contradicts it. Blanks contradict nothing, nor does
    secondary sourcing what is read at its publisher; a value printed otherwise on another page of one file is no matter
    of files.
    """
    found = np.full(len(observations), -1)
    edition = combined_codes(observations, ("source", "edition"))
    stated = (observations["qualifier"] != "not_reported").to_numpy()
    asked = np.flatnonzero(stated & several(combined_codes(observations, ("file",)), edition))
    if asked.size:  # most editions are one file
        rows = observations.iloc[asked]
        key = combined_codes(rows, (*SERIES, "edition"))
        primary = (rows["sourcing"] != "secondary").to_numpy()
        counts = primary | ~np.isin(key, key[primary])
        rows, key, asked = rows[counts], key[counts], asked[counts]
        values = several(combined_codes(rows, ("qualifier", "low", "high")), key)
        found[asked] = np.where(values & several(combined_codes(rows, ("file",)), key), key, -1)
    return found


def several(codes: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Whether there are several codes in the group of a row."""
    return np.asarray(pd.Series(codes).groupby(within).transform("nunique") > 1)


def _ranks(observations: pd.DataFrame, editions: Mapping[str, Editions]) -> np.ndarray:
    """The order of each row's edition within its source; -1 where it cannot be ordered."""
    rank = np.full(len(observations), -1)
    pairs = observations[["source", "edition"]]
    for source, mine in pairs.groupby("source", sort=False):
        declared = editions.get(str(source))
        if declared is None:
            continue
        labels = [None if pd.isna(label) else str(label) for label in mine["edition"].unique()]
        ordered = sorted((key, label) for label in labels if (key := declared.order(label)) is not None)
        position: dict[str | None, int] = {label: number for number, (_, label) in enumerate(ordered)}
        if not any(labels):
            position = {None: 0}
        rank[mine.index] = [position.get(None if pd.isna(label) else label, -1) for label in mine["edition"]]
    return rank


def restatements(observations: pd.DataFrame, editions: Mapping[str, Editions]) -> pd.DataFrame:
    """Figures that an edition prints otherwise than the last ordered edition before it that had them.

    Returns
    -------
    Rows of the ``revisions`` table of kind ``restated``. Figures that an edition first prints or no longer prints are
    not restated, nor those that the files of an edition print differently. Two lower limits of one running total
    (“240+”, “over 240”) are both true and restate nothing; where one falls far below the other, that is a conflict.
    """
    rank = _ranks(observations, editions)
    usable = (rank >= 0) & (observations["qualifier"] != "not_reported").to_numpy() & (contradicted(observations) < 0)
    rows = observations.loc[usable].assign(_rank=rank[usable])
    rows = rows.assign(_key=combined_codes(rows, SERIES))
    rows = rows.sort_values(["_key", "_rank"], kind="stable").drop_duplicates(["_key", "_rank"])
    same = (rows["_key"] == rows["_key"].shift()).to_numpy()
    before = rows.shift()
    changed = same & ~_agree(rows, before) & ~(_running_limit(rows) & _running_limit(before))
    later, earlier = (_by_column(one[changed]) for one in (rows, before))
    return pd.DataFrame(revision_columns(later, earlier, "restated"))


def _by_column(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    bounds = {bound: rows[bound].to_numpy(dtype=float, na_value=np.nan) for bound in ("low", "high")}
    return {**{str(name): rows[name].to_numpy() for name in rows.columns}, **bounds}


def combined_codes(frame: pd.DataFrame, columns: Iterable[str]) -> np.ndarray:
    """One integer per row, equal exactly where the rows agree in all the columns, numbered as they first stand."""
    return np.asarray(pd.factorize(combined(_factorised(frame[column]) for column in columns))[0])


def _factorised(column: pd.Series) -> Coded:
    codes, levels = pd.factorize(column, use_na_sentinel=True)
    return Coded(codes + 1, range(len(levels) + 1))


def _running_limit(rows: pd.DataFrame) -> np.ndarray:
    """Whether a figure is the lower limit of a total to date."""
    return ((rows["accumulation"] == "to_date") & rows["low"].notna() & rows["high"].isna()).to_numpy(dtype=bool)


def _agree(one: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    agree = (one["qualifier"] == other["qualifier"]).to_numpy()
    for bound in ("low", "high"):
        a, b = one[bound].to_numpy(dtype=float, na_value=np.nan), other[bound].to_numpy(dtype=float, na_value=np.nan)
        agree = agree & ((a == b) | (np.isnan(a) & np.isnan(b)))
    return np.asarray(agree)
