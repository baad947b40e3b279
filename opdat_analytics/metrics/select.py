"""Which figures may be added: one series of one publisher, or a mixture that was asked for by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics.cube import Cube, cube
from opdat_analytics.metrics.given import OBSERVATIONS, rows_of
from opdat_analytics.metrics.names import (
    BY,
    DISAGGREGATIONS,
    NEVER_MIXED,
    PROFILE,
    UNSTATED,
    Asked,
    Named,
    Rule,
    asked_for,
    columns_of,
    joined,
    unknown,
)
from opdat_analytics.model import ALLOWED, MixtureRefused, OpdatError, UnknownName

__all__ = ["BY", "PROFILE", "LeftOut", "Selection", "columns_of", "joined", "said", "select"]

MUST_BE_ONE = ("source", "reporter", "offence", "unit", "calendar")
"""Dimensions of which figures that are added or divided have one value, unless several are named."""
_PLURAL = {
    "source": "sources", "reporter": "reporters", "offence": "offences", "unit": "units", "calendar": "calendars",
    "level": "levels", "accumulation": "accumulations", "statistic": "statistics", "edition": "editions",
}  # fmt: skip
_WHY_NEVER = {
    "level": "countries, regions and the world hold each other",
    "accumulation": "a year and a total to date hold each other",
    "statistic": "counts are added; means, medians and maxima are not",
}


@dataclass(frozen=True)
class LeftOut:
    """How many rows were left out of a selection, and why."""

    rows: int
    why: str

    def __str__(self) -> str:
        return f"{self.rows} ({self.why})"


def said(left_out: Sequence[LeftOut]) -> list[str]:
    """What a selection left out, as one text in a list; an empty list where it left out nothing."""
    return [f"left out before grouping: {', '.join(map(str, left_out))}"] if left_out else []


@dataclass(frozen=True)
class Selection:
    """Figures that may be added.

    Attributes
    ----------
    query
        Dimension → value that the selection is limited to (several joined by ``;``); None where it is not.
        Dimensions of ``by`` are not in it. ``edition`` is ``current`` or the named edition.
    left_out
        What a rule left out that nobody asked to leave out.
    profile
        Pandas frame of the distinct values of the dimensions in `PROFILE` (and ``scheme``, null where none).
    caveats
        What must be said of a mixture that was allowed by name.
    years
        The years that were named; None where all are taken.
    cube
        The figures added up by all that tells them apart: ``cube.Cube.frame``.
    """

    query: Mapping[str, str | None]
    left_out: tuple[LeftOut, ...]
    profile: pd.DataFrame
    caveats: tuple[str, ...]
    years: tuple[int, ...] | None
    cube: pd.DataFrame
    _table: nw.LazyFrame[Any] = field(repr=False)
    _kept: nw.Expr = field(repr=False)

    @property
    def frame(self) -> Any:
        """The selected rows, as the same kind of frame that was given; DuckDB and others stay lazy."""
        selected = self._table.filter(self._kept)
        eager = self._table.implementation.is_pandas()
        return nw.to_native(selected.collect() if eager else selected)


def select(
    obs: Any,
    measure: str,
    *,
    by: str | Sequence[str] = (),
    source: Named = None,
    edition: Named = "current",
    reporter: Named = None,
    programme: Named = None,
    activity: Named = None,
    offence: Named = None,
    unit: Named = None,
    statistic: Named = "count",
    calendar: Named = None,
    accumulation: Named = "period",
    level: Named = "country",
    form: Named = "total",
    sex: Named = "total",
    age: Named = "total",
    citizenship: Named = "total",
    breakdown: Named = "total",
    places: Named = None,
    years: int | Iterable[int] | None = None,
) -> Selection:
    """Take the figures of one measure that may be added; refuse those that may not.

    Parameters
    ----------
    obs
        Observations (``model.TABLES["observations"]``), with ``scheme`` and ``region`` where ``by`` names region:
        a pandas frame, or anything that Narwhals reads.
    measure
        Measure code.
    by
        Columns that the result will be grouped by. What is grouped by is not a mixture. A disaggregation that is
        grouped by gives its parts only; the total beside them is left out, and said.
    source, reporter, offence, unit, calendar
        One code, or a list that allows the mixture by name. None: there must be only one. The word
        ``unstated`` also names an empty reporter.
    edition
        ``current`` takes each source's latest word; or name an edition.
    statistic, accumulation, level
        One code each; these are never mixed, only grouped by.
    form, sex, age, citizenship, breakdown
        ``total``, one part, or a list of parts.
    programme, activity, places
        Codes to keep; None keeps all. The word ``unstated`` names the figures of no programme, or of no single
        activity.
    years
        A year, or every year to keep (``range(2015, 2021)``); None keeps all.

    Returns
    -------
    Selection

    Raises
    ------
    MixtureRefused
        If figures remain that must not be added.
    UnknownName
        If a measure, column or value is not known.
    OpdatError
        If nothing remains, or ``by`` names region and no scheme is attached.
    """
    named = {
        "source": source, "edition": edition, "reporter": reporter, "programme": programme, "activity": activity,
        "offence": offence, "unit": unit, "statistic": statistic, "calendar": calendar, "accumulation": accumulation,
        "level": level,
        "form": form, "sex": sex, "age": age, "citizenship": citizenship, "breakdown": breakdown, "place": places,
    }  # fmt: skip
    asked = asked_for(measure, by, named, years)
    table = rows_of(obs, "select", OBSERVATIONS)
    if "region" in asked.by and "region" not in table.collect_schema().names():
        raise OpdatError(
            "The observations have no column “region”. Attach a scheme when opening them: "
            f"opdat.observations(scheme=…), one of {', '.join(vocab.schemes())}."
        )
    found = cube(table, asked)
    _check_names(table, asked, found.frame)
    rules = asked.rules()
    if found.frame.empty:
        raise OpdatError(_nothing(table, asked, found, rules))
    profile = _profile(found.frame, asked)
    kept = asked.of_measure()
    for rule in rules:
        kept = kept & rule.keep
    return Selection(
        query=_query(asked, profile),
        left_out=tuple(LeftOut(n, rule.why) for n, rule in zip(found.left_out, rules, strict=True) if n),
        profile=profile,
        caveats=tuple(_allowed(profile, measure, asked.wanted, asked.by)),
        years=asked.years,
        cube=found.frame,
        _table=table,
        _kept=kept,
    )


def _profile(found: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Distinct values of the dimensions; those that are pinned to one value have it."""
    names = [*PROFILE, *(["scheme"] if "scheme" in found else [])]
    pinned = {name: value for name, value in asked.pinned.items() if name not in found}
    there = found[[name for name in names if name in found]].drop_duplicates()
    return there.assign(**pinned)[names].drop_duplicates().sort_values(list(PROFILE), ignore_index=True)


def _nothing(table: nw.LazyFrame[Any], asked: Asked, found: Cube, rules: Sequence[Rule]) -> str:
    rows = table.filter(asked.of_measure())
    told = []
    for count, rule in zip(found.left_out, rules, strict=True):
        if count:
            there = ", ".join(_distinct(rows, rule.column))
            there = f" ({rule.column} found: {there})" if there else ""
            told.append(f"{count} rows left out: {rule.why}{there}; {rule.hint}")
    reason = ". ".join(told) or "No row has what was named; name less, or look at the values with obs[…].unique()"
    return f"No figure of {asked.measure} remains. {reason}."


def _allowed(
    profile: pd.DataFrame, measure: str, wanted: Mapping[str, tuple[str, ...]], by: tuple[str, ...]
) -> Iterable[str]:
    """Refuse mixtures; yield the caveats of those that were named."""
    apart = [name for name in by if name in PROFILE]
    groups = [group for _, group in profile.groupby(apart, dropna=False)] if apart else [profile]
    for name in PROFILE:
        if name in by:
            continue
        most = max((sorted({stated_or_not(v) for v in group[name]}) for group in groups), key=len)
        if name == "edition":
            _check_editions(groups, wanted["edition"])
        elif name in DISAGGREGATIONS and len(wanted[name]) > 1 and "total" in wanted[name]:
            raise MixtureRefused(
                f"{name}={list(wanted[name])} would add a total to its parts. "
                f"Name the total or the parts, or group by {name}."
            )
        elif len(most) > 1 and name in NEVER_MIXED:
            raise MixtureRefused(
                f"Several {_PLURAL[name]} of {measure} remain: {', '.join(most)}; {_WHY_NEVER[name]}. "
                f"Name one with {name}=…, or group by {name}."
            )
        elif len(most) > 1 and name in MUST_BE_ONE and not wanted[name]:
            raise MixtureRefused(
                f"Several {_PLURAL[name]} report {measure}: {', '.join(most)}. Name one with {name}=…; "
                f"to mix them knowingly, name them: {name}={most}; or group by {name}."
            )
        elif len(most) > 1:
            yield f"adds, by name, {name} {' + '.join(most)}"
    if "region" in by and "scheme" in profile and profile["scheme"].nunique() > 1:
        raise MixtureRefused(
            f"Regions of several schemes overlap and are never added: {joined(profile['scheme'])}. "
            "Open the observations with one scheme=…."
        )


def _check_editions(groups: Iterable[pd.DataFrame], wanted: tuple[str, ...]) -> None:
    if wanted == ("current",):
        return
    for group in groups:
        for source, rows in group.groupby("source"):
            found = sorted({stated_or_not(value) for value in rows["edition"]})
            if len(found) > 1:
                raise MixtureRefused(
                    f"Several editions of {source} would be added: {', '.join(found)}. "
                    'Name one with edition=…, take edition="current", or group by edition.'
                )


def _query(asked: Asked, profile: pd.DataFrame) -> dict[str, str | None]:
    query: dict[str, str | None] = {"measure": asked.measure}
    for name in PROFILE:
        query[name] = words_of(profile[name])
    query["edition"] = joined(asked.wanted["edition"])
    for name in ("programme", "activity"):
        query[name] = joined(asked.wanted[name])
    query["scheme"] = joined(profile["scheme"]) if "scheme" in profile else None
    query["places"] = joined(asked.wanted["place"])
    query["years"] = joined(asked.years) if asked.years is not None else None
    return {name: value for name, value in query.items() if name not in asked.by}


def words_of(values: pd.Series[Any]) -> str | None:
    """Distinct values joined by ``;``. What is empty beside stated values is ``unstated``; None where all is empty."""
    return joined(map(stated_or_not, values)) if values.notna().any() else None


def _check_names(table: nw.LazyFrame[Any], asked: Asked, found: pd.DataFrame) -> None:
    """Refuse a name that nothing has; what the cube holds is known without looking again."""
    for name, values in {"measure": (asked.measure,), **asked.named}.items():
        known: Iterable[str] = {"measure": vocab.measures(), "place": vocab.places()}.get(name, ALLOWED.get(name, ()))
        there = set(found[name].dropna()) if name in found else set(values if len(found) and len(values) == 1 else ())
        doubtful = [value for value in values if value not in known and value != UNSTATED and value not in there]
        present = _distinct(table, name) if doubtful else []
        for value in doubtful:
            if value not in present:
                raise UnknownName(unknown(name, value, (*present, *known)))


def _distinct(table: nw.LazyFrame[Any], name: str) -> list[str]:
    found = table.select(name).unique().collect().to_pandas()[name]
    return sorted(str(value) for value in found.dropna())


def without_one(name: str) -> str:
    """How to take the figures that name no programme, activity …, or those of some."""
    return f'{name}="{UNSTATED}" takes the figures of no {name}; {name}=[…] takes those of some.'


def stated_or_not(value: Any) -> str:
    """A value as a word; ``unstated`` where there is none."""
    return UNSTATED if pd.isna(value) else str(value)
