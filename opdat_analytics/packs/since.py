"""What changed between two publications as a reader of charts sees it: the latest word on each series then and now.

An edition that restates earlier years, a corrected cell and a withdrawn figure all look alike to who holds a chart:
the number is another one today. So series are compared by their latest word, whatever edition or file says it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.charts import words
from opdat_analytics.charts.style import joined
from opdat_analytics.exports.leaving import protected
from opdat_analytics.model import SERIES, Home, OpdatError
from opdat_analytics.query import Tables, cells_behind
from opdat_analytics.store import Publication, open_publication

_VALUE = ("low", "high", "qualifier")
_FACTS = ("activity_type", "places", "roles", "certainty", "year", "start", "end", "title")
FIRST = ("convictions", "prosecutions", "charges", "arrests", "victims_identified")
TOLD = 3
"""How many measures are told with an example, and which go first."""


@dataclass(frozen=True)
class Since:
    """What is another than it was.

    Attributes
    ----------
    figures
        Rows of ``observations`` with ``change`` (restated, added, gone), ``was`` and ``now`` (text as printed). Of a
        figure that is gone it is the row as it was.
    activities
        Rows of ``activities`` with ``change`` (changed, added, gone).
    """

    figures: pd.DataFrame
    activities: pd.DataFrame


def since(before: Publication, after: Publication) -> Since:
    """Compare the latest word on every series, as it may leave, and every listed activity, of two publications."""
    figures, listed = ([one.table(name) for one in (before, after)] for name in ("observations", "activities"))
    leaving = [protected(one, home=after.home) for one in figures]
    return Since(_figures(*leaving), _activities(*listed))


def _figures(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    sides = [_numbered(frame[frame["current"]], list(SERIES)) for frame in (old, new)]
    both = _paired(sides[0], sides[1], [*SERIES, "again"])
    same = pd.Series(data=True, index=both.index)
    for name in _VALUE:
        was, now = both[f"{name}_old"], both[f"{name}_new"]
        same &= (was == now) | (was.isna() & now.isna())
    rows = _changed(both, sides, same, "restated")
    # Who holds an old chart names the cell as it stood then; what is new stood nowhere.
    then = {name: rows[f"{name}_old"].where(rows["change"] != "added") for name in ("file", "sheet", "cell", "part")}
    return rows.assign(**then, was=rows["text_old"], now=rows["text_new"])


def _activities(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    key = ["source", "edition", "activity"]
    sides = [_numbered(frame, key) for frame in (old, new)]
    both = _paired(sides[0], sides[1], [*key, "again"])
    same = pd.Series(data=True, index=both.index)
    for name in _FACTS:
        same &= both[f"{name}_old"].astype("str").fillna("") == both[f"{name}_new"].astype("str").fillna("")
    return _changed(both, sides, same, "changed")


def _numbered(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """A row's number among those of its series, so that each has one partner."""
    return frame.assign(again=frame.groupby(key, dropna=False, sort=False).cumcount())


def _paired(old: pd.DataFrame, new: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    return old.reset_index(drop=True).merge(
        new.reset_index(drop=True), on=key, how="outer", suffixes=("_old", "_new"), indicator=True
    )


def _changed(both: pd.DataFrame, sides: list[pd.DataFrame], same: pd.Series, word: str) -> pd.DataFrame:
    """The rows that differ, as rows of today's table, or of the old one where they are gone."""
    kinds = both["_merge"].astype("str").map({"both": word, "left_only": "gone", "right_only": "added"})
    rows = both[(kinds != word) | ~same].assign(change=kinds)
    rows = rows.assign(
        **{
            name: rows[f"{name}_new"].where(rows["change"] != "gone", rows[f"{name}_old"])
            for name in sides[1].columns
            if f"{name}_new" in rows.columns
        }
    )
    return rows.reset_index(drop=True)


def behind(changed: Since, query: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The changed rows that a chart shows.

    Parameters
    ----------
    changed
        What `since` found.
    query
        One mapping for each row of the chart, as in ``exports/figures.json``.

    Returns
    -------
    pandas.DataFrame
        Rows of ``changed.figures`` or ``changed.activities``, each once.
    """
    fixed = {name: value for name, value in query[0].items() if all(row.get(name) == value for row in query)}
    others = {"activities": changed.activities, "programmes": changed.activities.head(0)}
    tables = Tables({**others, "observations": changed.figures}.__getitem__)
    if not _asks(fixed):
        found = pd.concat([cells_behind(row, tables) for row in query])
        return found[~found.index.duplicated()]
    # What holds for all rows of the chart is asked once; what is left is few rows.
    narrowed = cells_behind(fixed, tables)
    if narrowed.empty:
        return narrowed
    left = narrowed.drop(columns=["scheme", "region"], errors="ignore")
    few = Tables({**others, "observations": left}.__getitem__)
    asked = [{name: value for name, value in row.items() if name not in fixed or name in _KEPT} for row in query]
    found = pd.concat([cells_behind(row, few) for row in asked])
    return found[~found.index.duplicated()]


_KEPT = ("measure", "scheme")


def _asks(query: Mapping[str, Any]) -> bool:
    return "measure" in query and query["measure"] is not None and "file" not in query


def told(home: Home, previous: str | None, after: Publication) -> tuple[str, ...]:
    """What changed since the last pack, a sentence each.

    Parameters
    ----------
    home
        The project's folders.
    previous
        Id of the publication that the last pack showed; None where there was none.
    after
        The publication that this pack shows.
    """
    if previous is None:
        return ("This is the first pack: there is no earlier one to compare it with.",)
    try:
        before = open_publication(home, previous)
    except OpdatError:
        return (f"The last pack showed publication {previous}, which is not kept any more: what changed is not known.",)
    if before.id != previous:
        return (f"The last pack showed publication {previous}, which is not kept any more: what changed is not known.",)
    changed = since(before, after)
    made = str(before.manifest["made"])[:10]
    first = f"The last pack showed publication {previous} of {made}."
    found = [*_restated(changed.figures), *_counted(changed.figures), *_listed(changed.activities)]
    return (first, *(found or ["No figure and no listed activity has changed since then."]))


def _restated(figures: pd.DataFrame) -> list[str]:
    """For each source how many figures of what, and the largest change of the measures that are asked for first."""
    restated = figures[figures["change"] == "restated"]
    sentences = []
    for source, rows in restated.groupby("source"):
        counts = rows.groupby("measure").size().sort_values(ascending=False, kind="stable")
        named = [f"{words.label(str(measure)).lower()} {count:,}" for measure, count in counts.items()]
        sentences.append(
            f"Restated by {words.publisher(str(source))}: {_many(len(rows), 'figure')} of "
            f"{_many(rows['place'].nunique(), 'place')} ({joined(named)})."
        )
        order = sorted(counts.index, key=lambda measure: FIRST.index(measure) if measure in FIRST else len(FIRST))
        largest = [_largest(rows[rows["measure"] == measure]) for measure in order[:TOLD]]
        sentences.append(f"Largest of these: {'; '.join(largest)}.")
    return sentences


def _largest(rows: pd.DataFrame) -> str:
    by = (rows["low_new"] - rows["low_old"]).abs().fillna(-1)
    ordered = rows.assign(by=by).sort_values(
        ["by", "place", "year", "cell_new"], ascending=[False, True, True, True], kind="stable"
    )
    row = ordered.astype(object).to_dict("records")[0]
    when = "" if pd.isna(row["year"]) else f" in {row['year']}"
    what = f"{words.label(row['measure']).lower()} in {vocab.place_name(row['place'])}{when}"
    return f"{what}, from {row['was']} to {row['now']}"


def _counted(figures: pd.DataFrame) -> list[str]:
    sentences = []
    for kind, lead in (("added", "New from"), ("gone", "No longer stated by")):
        rows = figures[figures["change"] == kind]
        for source, some in rows.groupby("source"):
            by_measure = some.groupby("measure").size().sort_values(ascending=False, kind="stable")
            named = [f"{words.label(str(m)).lower()} {n:,}" for m, n in by_measure.head(3).items()]
            more = f" and {len(by_measure) - 3} more measures" if len(by_measure) > 3 else ""
            span = words.period(some["year"].dropna().astype(int).tolist())
            sentences.append(
                f"{lead} {words.publisher(str(source))}: {_many(len(some), 'figure')} ({', '.join(named)}{more})"
                + (f", {span}." if span else ".")
            )
    return sentences


def _listed(activities: pd.DataFrame) -> list[str]:
    sentences = []
    for kind, said in (("added", "newly listed"), ("changed", "described anew"), ("gone", "no longer listed")):
        for source, rows in activities[activities["change"] == kind].groupby("source"):
            sentences.append(f"{words.publisher(str(source))}: {_many(len(rows), 'activity', 'activities')} {said}.")
    return sentences


def _many(count: int, one: str, several: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"
