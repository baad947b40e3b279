"""Which figures may be added: one series of one publisher, or a mixture that was asked for by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.model import ALLOWED, MixtureRefused, OpdatError, UnknownName

OUTSIDE = "outside this scheme"
"""Region of the places that a scheme does not know; a row of their own, never left out."""

UNSTATED = "unstated"
"""Names what a column leaves empty or calls unstated."""

DISAGGREGATIONS = ("form", "sex", "age", "citizenship", "breakdown")
"""Dimensions that have a ``total`` beside their parts."""

DEFAULTS: Mapping[str, str] = {
    "edition": "current",
    "level": "country",
    "accumulation": "period",
    "statistic": "count",
    **dict.fromkeys(DISAGGREGATIONS, "total"),
}
"""What a metric takes where nothing is named."""

_MUST_BE_ONE = ("source", "reporter", "offence", "unit", "calendar")
_NEVER_MIXED = ("level", "accumulation", "statistic")
PROFILE = ("source", "edition", "reporter", "offence", "unit", "calendar", *_NEVER_MIXED, *DISAGGREGATIONS)
"""Dimensions whose values say whether figures may be added."""

BY = ("place", "region", "year", "programme", "activity", "as_of", *PROFILE)
"""Columns that a result can be grouped by."""

_PLURAL = {
    "source": "sources", "reporter": "reporters", "offence": "offences", "unit": "units", "calendar": "calendars",
    "level": "levels", "accumulation": "accumulations", "statistic": "statistics", "edition": "editions",
}  # fmt: skip
_WHY_NEVER = {
    "level": "countries, regions and the world hold each other",
    "accumulation": "a year and a total to date hold each other",
    "statistic": "counts are added; means, medians and maxima are not",
}

Named = str | Sequence[str] | None


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
    frame
        The selected rows, as the same kind of frame that was given (pandas; DuckDB and others stay lazy).
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
    """

    frame: Any
    query: Mapping[str, str | None]
    left_out: tuple[LeftOut, ...]
    profile: pd.DataFrame
    caveats: tuple[str, ...]
    years: tuple[int, ...] | None


def select(
    obs: Any,
    measure: str,
    *,
    by: str | Sequence[str] = (),
    source: Named = None,
    edition: Named = "current",
    reporter: Named = None,
    programme: Named = None,
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
    programme, places
        Codes to keep; None keeps all.
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
    grouping = columns_of(by)
    named = {
        "source": source, "edition": edition, "reporter": reporter, "programme": programme, "offence": offence,
        "unit": unit, "statistic": statistic, "calendar": calendar, "accumulation": accumulation, "level": level,
        "form": form, "sex": sex, "age": age, "citizenship": citizenship, "breakdown": breakdown, "place": places,
    }  # fmt: skip
    wanted = {name: _values(value) for name, value in named.items()}
    kept_years = _years(years)
    table = nw.from_native(obs).lazy()
    has = set(table.collect_schema().names())
    if "region" in grouping:
        if "region" not in has:
            raise OpdatError(
                "The observations have no column “region”. Attach a scheme when opening them: "
                f"opdat.observations(scheme=…), one of {', '.join(vocab.schemes())}."
            )
        table = table.with_columns(nw.col("region").fill_null(OUTSIDE))
    _check_measure(table, measure)
    rows = table.filter(nw.col("measure") == measure)
    for name, values in wanted.items():
        if values and values != (DEFAULTS.get(name),):
            _check_values(table, name, values)
            rows = rows.filter(_is(name, values))
    if kept_years is not None:
        rows = rows.filter(nw.col("year").is_in(list(kept_years)))
    rules = list(_rules(wanted, grouping))
    ruled = rows.with_columns(_first_broken(rules).alias(_BROKEN))
    counts = _left_out(ruled, len(rules))
    selected = ruled.filter(nw.col(_BROKEN) == len(rules)).drop(_BROKEN)
    profile = _profile(selected, wanted, grouping, "scheme" in has)
    if profile.empty:
        raise OpdatError(_nothing(rows, measure, counts, rules))
    caveats = tuple(_allowed(profile, measure, wanted, grouping))
    native = nw.to_native(selected.collect() if isinstance(obs, pd.DataFrame) else selected)
    return Selection(
        frame=native,
        query=_query(measure, wanted, grouping, profile, kept_years),
        left_out=tuple(LeftOut(n, rule.why) for n, rule in zip(counts, rules, strict=True) if n),
        profile=profile,
        caveats=caveats,
        years=kept_years,
    )


def columns_of(by: str | Sequence[str]) -> tuple[str, ...]:
    """The grouping columns as a tuple.

    Raises
    ------
    UnknownName
        If results cannot be grouped by one of them, or one is named twice.
    """
    names = (by,) if isinstance(by, str) else tuple(by)
    for name in names:
        if name not in BY:
            raise UnknownName(_unknown("column to group by", name, BY))
    if len(set(names)) < len(names):
        raise UnknownName(f"by={list(names)} names a column twice; name each once.")
    return names


def joined(values: Iterable[object]) -> str | None:
    """Distinct stated values in order, joined by ``;``; None where there are none."""
    return ";".join(sorted({str(value) for value in values if not pd.isna(value)})) or None  # type: ignore[call-overload]


@dataclass(frozen=True)
class _Rule:
    """A default that keeps some rows: what it keeps, of which column, and what to say of the others."""

    column: str
    keep: Any
    why: str
    hint: str


def _rules(wanted: Mapping[str, tuple[str, ...]], by: tuple[str, ...]) -> Iterable[_Rule]:
    for name, default in DEFAULTS.items():
        if wanted[name] != (default,):
            continue
        if name in by:
            if name in DISAGGREGATIONS:
                parts = ~nw.col(name).is_in(["total"])
                yield _Rule(name, parts, f"totals beside their parts by {name}", f"leave {name} out of by=…")
        elif name == "edition":
            yield _Rule(name, nw.col("current"), "not of the current edition", "name one with edition=…")
        else:
            yield _Rule(name, _is(name, (default,)), f"{name} is not {default}", f"name it with {name}=…")
    if "year" in by:
        yield _Rule("year", ~nw.col("year").is_null(), "without a year", "group by something else than year")


def _profile(
    selected: nw.LazyFrame[Any], wanted: Mapping[str, tuple[str, ...]], by: tuple[str, ...], schemed: bool
) -> pd.DataFrame:
    """Distinct values of the dimensions; those that a filter pins to one value are not looked up."""
    pinned = {name: values[0] for name, values in wanted.items() if len(values) == 1 and values != (UNSTATED,)}
    pinned = {name: value for name, value in pinned.items() if name in PROFILE and name not in by}
    names = [name for name in (*PROFILE, *(["scheme"] if schemed else [])) if name not in pinned]
    found = selected.select(names).unique().collect().to_pandas()
    # Under the current edition its label is whatever is latest for each series; it does not tell series apart.
    profile = found.assign(**pinned)[[*PROFILE, *(["scheme"] if schemed else [])]]
    return profile.sort_values(list(PROFILE), ignore_index=True)


_BROKEN = "_first_broken"


def _first_broken(rules: Sequence[_Rule]) -> nw.Expr:
    """Number of the first rule that leaves a row out; the number of rules where none does."""
    number: nw.Expr = nw.lit(len(rules))
    for at, rule in reversed(list(enumerate(rules))):
        number = nw.when(rule.keep).then(number).otherwise(nw.lit(at))
    return number


def _left_out(ruled: nw.LazyFrame[Any], rules: int) -> list[int]:
    """Rows that each rule leaves out of what the rules before it kept."""
    found = ruled.group_by(_BROKEN).agg(nw.len().alias("n")).collect().to_pandas()
    counts = dict(zip(found[_BROKEN], found["n"], strict=True))
    return [int(counts.get(at, 0)) for at in range(rules)]


def _nothing(rows: nw.LazyFrame[Any], measure: str, counts: Sequence[int], rules: Sequence[_Rule]) -> str:
    said = []
    for count, rule in zip(counts, rules, strict=True):
        if count:
            found = _distinct(rows, rule.column)
            there = f" ({rule.column} found: {', '.join(found)})" if found else ""
            said.append(f"{count} rows left out: {rule.why}{there}; {rule.hint}")
    reason = ". ".join(said) or "No row has what was named; name less, or look at the values with obs[…].unique()"
    return f"No figure of {measure} remains. {reason}."


def _allowed(
    profile: pd.DataFrame, measure: str, wanted: Mapping[str, tuple[str, ...]], by: tuple[str, ...]
) -> Iterable[str]:
    """Refuse mixtures; yield the caveats of those that were named."""
    apart = [name for name in by if name in PROFILE]
    groups = [group for _, group in profile.groupby(apart, dropna=False)] if apart else [profile]
    for name in PROFILE:
        if name in by:
            continue
        most = max((sorted({_word(v) for v in group[name]}) for group in groups), key=len)
        if name == "edition":
            _check_editions(groups, wanted["edition"])
        elif name in DISAGGREGATIONS and len(wanted[name]) > 1 and "total" in wanted[name]:
            raise MixtureRefused(
                f"{name}={list(wanted[name])} would add a total to its parts. "
                f"Name the total or the parts, or group by {name}."
            )
        elif len(most) > 1 and name in _NEVER_MIXED:
            raise MixtureRefused(
                f"Several {_PLURAL[name]} of {measure} remain: {', '.join(most)}; {_WHY_NEVER[name]}. "
                f"Name one with {name}=…, or group by {name}."
            )
        elif len(most) > 1 and name in _MUST_BE_ONE and not wanted[name]:
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
            found = sorted({_word(value) for value in rows["edition"]})
            if len(found) > 1:
                raise MixtureRefused(
                    f"Several editions of {source} would be added: {', '.join(found)}. "
                    'Name one with edition=…, take edition="current", or group by edition.'
                )


def _query(
    measure: str,
    wanted: Mapping[str, tuple[str, ...]],
    by: tuple[str, ...],
    profile: pd.DataFrame,
    years: tuple[int, ...] | None,
) -> dict[str, str | None]:
    query: dict[str, str | None] = {"measure": measure}
    for name in PROFILE:
        query[name] = joined(profile[name])
    query["edition"] = joined(wanted["edition"])
    query["programme"] = joined(wanted["programme"])
    query["scheme"] = joined(profile["scheme"]) if "scheme" in profile else None
    query["places"] = joined(wanted["place"])
    query["years"] = joined(years) if years is not None else None
    return {name: value for name, value in query.items() if name not in by}


def _is(name: str, values: tuple[str, ...]) -> nw.Expr:
    # Nulls are spelled out: in SQL a comparison with null is neither true nor false.
    stated = ~nw.col(name).is_null() & nw.col(name).is_in(list(values))
    return stated | nw.col(name).is_null() if UNSTATED in values else stated


def _check_measure(table: nw.LazyFrame[Any], measure: str) -> None:
    if measure in vocab.measures():
        return
    found = _distinct(table, "measure")
    if measure not in found:
        raise UnknownName(_unknown("measure", measure, (*found, *vocab.measures())))


def _check_values(table: nw.LazyFrame[Any], name: str, values: tuple[str, ...]) -> None:
    known: Iterable[str] = vocab.places() if name == "place" else ALLOWED.get(name, ())
    unknown = [value for value in values if value not in known and value != UNSTATED]
    if unknown:
        found = _distinct(table, name)
        for value in unknown:
            if value not in found:
                raise UnknownName(_unknown(name, value, (*found, *known)))


def _unknown(what: str, found: str, known: Iterable[str]) -> str:
    choices = list(dict.fromkeys(known))
    near = vocab.suggest(found, choices)
    listed = ", ".join(choices) if len(choices) <= 20 else f"{', '.join(choices[:20])} …"
    return f"“{found}” is not a known {what}. " + (f"Did you mean “{near}”? " if near else "") + f"Known: {listed}."


def _distinct(table: nw.LazyFrame[Any], name: str) -> list[str]:
    found = table.select(name).unique().collect().to_pandas()[name]
    return sorted(str(value) for value in found.dropna())


def _values(value: Named) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))


def _years(years: int | Iterable[int] | None) -> tuple[int, ...] | None:
    if years is None:
        return None
    return (years,) if isinstance(years, int) else tuple(sorted(set(years)))


def _word(value: Any) -> str:
    return UNSTATED if pd.isna(value) else str(value)
