"""What stands on the sides of a fraction: of one offence, source, calendar …, or a mixture that was asked for by name.

Each side of a fraction is a selection of its own, and each may be sound alone. Convictions for trafficking over
prosecutions for smuggling are not; the same guards that hold within a side hold between the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.metrics.cells import cells
from opdat_analytics.metrics.names import DISAGGREGATIONS, NEVER_MIXED, PROFILE, UNSTATED
from opdat_analytics.metrics.select import MUST_BE_ONE, Selection, select, stated_or_not, without_one, words_of
from opdat_analytics.metrics.spans import together
from opdat_analytics.model import MixtureRefused


@dataclass(frozen=True)
class Side:
    """One side: what to call it, its ``Selection.profile``, and its cells of ``cells`` with a number."""

    name: str
    profile: pd.DataFrame
    stated: pd.DataFrame


def refuse_differences(
    sides: Sequence[Side], by: Sequence[str], names: Mapping[str, Any], but: Sequence[str] = ()
) -> tuple[str, ...]:
    """Refuse sides that differ in what a mixture may not differ in.

    Parameters
    ----------
    sides
        The sides, in order.
    by
        What the result is grouped by: only what meets in one group is compared.
    names
        What the caller named; a dimension that was named is mixed knowingly.
    but
        What the sides are told apart by, and may differ in; ``years`` where only the same years meet.

    Returns
    -------
    tuple of str
        What must be said of a difference that was allowed by name.

    Raises
    ------
    MixtureRefused
        If a source, reporter, offence, unit, calendar, programme, edition or span of years differs unasked.
    """
    told: list[str] = []
    for name in (*PROFILE, "programme"):
        if name in (*by, *but) or (name == "edition" and names.get("edition") in (None, "current")):
            continue
        found = _differing(sides, by, name)
        if not found:
            continue
        each = "; ".join(f"{side} {' + '.join(values)}" for side, values in found.items())
        if name in ("edition", *NEVER_MIXED) or (name in (*MUST_BE_ONE, "programme") and names.get(name) is None):
            raise MixtureRefused(_refusal(name, each, found))
        if name in (*MUST_BE_ONE, "programme", *DISAGGREGATIONS):
            told.append(f"mixes, by name, {name}: {each}")
    _refuse_activities(sides, by, names)
    if "years" not in but:
        _refuse_years(sides, by, names)
    return tuple(told)


def both_sides(sides: Sequence[Selection], told: Sequence[str]) -> Selection:
    """One selection that names the figures of both sides, for a result that rests on both."""
    profile = pd.concat([side.profile for side in sides], ignore_index=True).drop_duplicates(ignore_index=True)
    query = {
        name: words_of(profile[name]) if name in profile and name != "edition" else value
        for name, value in sides[0].query.items()
    }
    return replace(
        sides[0],
        query=query,
        left_out=tuple(dict.fromkeys(one for side in sides for one in side.left_out)),
        profile=profile,
        caveats=tuple(dict.fromkeys([*(text for side in sides for text in side.caveats), *told])),
    )


def _differing(sides: Sequence[Side], by: Sequence[str], name: str) -> dict[str, list[str]]:
    """The values of the first two sides that have not the same in a group that both have; empty where all have."""
    column = "profile" if name in PROFILE else "stated"
    apart = [one for one in by if one in PROFILE or (one == "programme" and column == "stated")]
    first: dict[Any, tuple[str, list[str]]] = {}
    for side in sides:
        for key, values in _values(getattr(side, column), apart, name).items():
            other, before = first.setdefault(key, (side.name, values))
            if values != before:
                return {other: before, side.name: values}
    return {}


def _values(frame: pd.DataFrame, apart: list[str], name: str) -> dict[Any, list[str]]:
    rows = frame[[*apart, name]].drop_duplicates().astype(object)
    rows = rows.where(rows.notna(), None)
    found: dict[Any, set[str]] = {}
    for *key, value in rows.itertuples(index=False):
        found.setdefault(tuple(key), set()).add(stated_or_not(value))
    return {key: sorted(values) for key, values in found.items()}


def _refusal(name: str, each: str, found: Mapping[str, Sequence[str]]) -> str:
    every = sorted({value for values in found.values() for value in values})
    kinds = "one way" if name in NEVER_MIXED else f"one {name}"
    refused = f"The sides are not of {kinds}: {each}. Name one with {name}=…"
    if name in ("edition", *NEVER_MIXED):
        return f"{refused}, or group by {name}."
    if name == "programme" and UNSTATED in every:
        refused += " (“unstated” names the figures of no programme)"
    return f"{refused}; to mix them knowingly, name them: {name}={every}; or group by {name}."


def _refuse_activities(sides: Sequence[Side], by: Sequence[str], names: Mapping[str, Any]) -> None:
    if "activity" in by or names.get("activity") is not None:
        return
    single = [found for side in sides if (found := set(side.stated["activity"].notna()))]
    if any(one != single[0] for one in single):
        raise MixtureRefused(
            "Figures of single activities stand on one side, and figures of a whole programme or country on the other. "
            f"{without_one('activity')} Or group by activity."
        )


def _refuse_years(sides: Sequence[Side], by: Sequence[str], names: Mapping[str, Any]) -> None:
    if "year" in by or names.get("years") is not None:
        return
    years = [sorted({int(year) for year in side.stated["year"].dropna()}) for side in sides]
    if all(years) and any(one != years[0] for one in years):
        each = "; ".join(f"{side.name} {runs(found)}" for side, found in zip(sides, years, strict=True))
        common = sorted(set(years[0]).intersection(*years))
        offer = f"years={common}" if common else "years=…"
        raise MixtureRefused(
            f"The sides are not of the same years: {each}. Name the years of both with {offer}, or group by year."
        )


def runs(years: Sequence[int]) -> str:
    """Years in words: 2003–2006, 2009."""
    told: list[list[int]] = []
    for year in sorted(years):
        if told and told[-1][1] == year - 1:
            told[-1][1] = year
        else:
            told.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in told)


def two_sides(
    obs: Any, measures: Sequence[str], by: tuple[str, ...], names: Mapping[str, Any]
) -> tuple[list[Selection], list[pd.DataFrame], tuple[str, ...]]:
    """Both selections and their cells, and what must be said of where they differ by name."""
    found = [select(obs, measure, by=by, **names) for measure in measures]
    reduced = [cells(one, by) for one in found]
    sides = [
        Side(measure, one.profile, part[part["numbers"] > 0])
        for measure, one, part in zip(measures, found, reduced, strict=True)
    ]
    return found, reduced, refuse_differences(sides, by, names)


def bounds_of(reduced: pd.DataFrame, keys: list[str], name: str) -> pd.DataFrame:
    """Bounds of one side per key, as ``<name>_low`` …; ``<name>_hidden``, rows without a number; ``<name>_part``.

    An open high is infinite; where nothing has a number, bounds are null. A row without a number beside others may be
    any number, so it opens the high; what is not applicable is none.
    """
    rows = reduced.assign(hidden=reduced["rows"] - reduced["numbers"] - reduced["not_applicable"])
    sums = rows.groupby(keys, dropna=False)[["low", "high", "numbers", "open", "hidden", "about", "secondary"]].sum()
    sums["high"] = sums["high"].mask(sums["open"] + sums["hidden"] > 0, np.inf).where(sums["numbers"] > 0)
    sums["low"] = sums["low"].where(sums["numbers"] > 0)
    sums["part"] = _parts(rows[rows["numbers"] > 0], keys).reindex(sums.index)
    return sums[["low", "high", "hidden", "about", "secondary", "part"]].add_prefix(f"{name}_").reset_index()


def _parts(stated: pd.DataFrame, keys: list[str]) -> pd.Series[Any]:
    if stated["part_of_year"].isna().all():
        return pd.Series(None, index=pd.Index([]), dtype="str")
    return stated.groupby(keys, dropna=False)["part_of_year"].agg(together).astype("str")
