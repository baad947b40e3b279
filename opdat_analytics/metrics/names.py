"""What a metric is asked for: codes by name, defaults, and the rules that keep some rows and leave out others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.model import UnknownName

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

NEVER_MIXED = ("level", "accumulation", "statistic")
PROFILE = ("source", "edition", "reporter", "offence", "unit", "calendar", *NEVER_MIXED, *DISAGGREGATIONS)
"""Dimensions whose values say whether figures may be added."""

BY = ("place", "region", "year", "programme", "activity", "as_of", *PROFILE)
"""Columns that a result can be grouped by."""

Named = str | Sequence[str] | None


@dataclass(frozen=True)
class Rule:
    """A default that keeps some rows: what it keeps, of which column, and what to say of the others."""

    column: str
    keep: nw.Expr
    why: str
    hint: str


@dataclass(frozen=True)
class Asked:
    """What a metric is asked for.

    Attributes
    ----------
    measure
        Measure code.
    by
        Grouping columns.
    wanted
        Dimension → the values that were named; none where all are taken.
    years
        The years that were named, in order; None where all are taken.
    """

    measure: str
    by: tuple[str, ...]
    wanted: Mapping[str, tuple[str, ...]]
    years: tuple[int, ...] | None

    @property
    def named(self) -> dict[str, tuple[str, ...]]:
        """Dimensions whose values were named, other than by default."""
        return {name: values for name, values in self.wanted.items() if values and values != (DEFAULTS.get(name),)}

    @property
    def pinned(self) -> dict[str, str]:
        """Dimensions of `PROFILE` that can only have one value."""
        single = {name: values[0] for name, values in self.wanted.items() if len(values) == 1}
        return {n: v for n, v in single.items() if v != UNSTATED and n in PROFILE and n not in self.by}

    def of_measure(self) -> nw.Expr:
        """Whether a row is of the measure and of what was named."""
        of = nw.col("measure") == self.measure
        for name, values in self.named.items():
            of = of & is_one_of(name, values)
        if self.years is not None:
            of = of & nw.col("year").is_in(list(self.years))
        return of

    def rules(self) -> list[Rule]:
        """What the defaults keep, in the order in which they are told."""
        return list(_rules(self.wanted, self.by))


def asked_for(measure: str, by: str | Sequence[str], names: Mapping[str, Named], years: Any) -> Asked:
    """Read the names that a metric was called with.

    Raises
    ------
    UnknownName
        If results cannot be grouped by a column of ``by``.
    """
    grouping = columns_of(by)
    if not isinstance(measure, str):
        raise UnknownName(
            f"A measure is a code like convictions, not {measure!r}. Known: {', '.join(vocab.measures())}."
        )
    return Asked(measure, grouping, {name: _values(name, value) for name, value in names.items()}, _years(years))


def columns_of(by: Any) -> tuple[str, ...]:
    """The grouping columns as a tuple.

    Raises
    ------
    UnknownName
        If results cannot be grouped by one of them, or one is named twice.
    """
    if isinstance(by, pd.DataFrame) or not isinstance(by, Iterable):
        raise UnknownName(
            f"by={by!r} names no column; write by=[…] with one or several, or by=() for one row over all."
        )
    names = (by,) if isinstance(by, str) else tuple(by)
    for name in names:
        if not isinstance(name, str):
            raise UnknownName(f"by={list(names)} names what is no column: {name!r}. Known: {', '.join(BY)}.")
        if name not in BY:
            raise UnknownName(unknown("column to group by", name, BY))
    if len(set(names)) < len(names):
        raise UnknownName(f"by={list(names)} names a column twice; name each once.")
    return names


def joined(values: Iterable[object]) -> str | None:
    """Distinct stated values in order, joined by ``;``; None where there are none."""
    return ";".join(sorted({str(value) for value in values if not pd.isna(value)})) or None  # type: ignore[call-overload]


def is_one_of(name: str, values: Sequence[str]) -> nw.Expr:
    """Whether a column has one of some values; ``unstated`` also names what is empty.

    In SQL a comparison with null is neither true nor false: good for keeping rows, never to be negated.
    """
    stated = nw.col(name) == values[0] if len(values) == 1 else nw.col(name).is_in(list(values))
    return nw.col(name).is_null() | stated if UNSTATED in values else stated


def unknown(what: str, found: str, known: Iterable[str]) -> str:
    """The message for a name that is not known: the nearest, and what is known."""
    choices = list(dict.fromkeys(known))
    near = vocab.suggest(found, choices)
    listed = ", ".join(choices) if len(choices) <= 20 else f"{', '.join(choices[:20])} …"
    return f"“{found}” is not a known {what}. " + (f"Did you mean “{near}”? " if near else "") + f"Known: {listed}."


def not_one_of(what: str, found: str, known: Sequence[str]) -> str:
    """The message for a name outside of a short list: the nearest, and all of them."""
    near = vocab.suggest(found, known)
    return f"“{found}” is not a known {what}. " + (f"Did you mean “{near}”? " if near else "") + ", ".join(known) + "."


def _rules(wanted: Mapping[str, tuple[str, ...]], by: tuple[str, ...]) -> Iterable[Rule]:
    for name, default in DEFAULTS.items():
        if wanted[name] != (default,):
            continue
        if name in by:
            if name in DISAGGREGATIONS:
                parts = nw.col(name) != "total"
                yield Rule(name, parts, f"totals beside their parts by {name}", f"leave {name} out of by=…")
        elif name == "edition":
            yield Rule(name, nw.col("current"), "not of the current edition", "name one with edition=…")
        else:
            yield Rule(name, is_one_of(name, [default]), f"{name} is not {default}", f"name it with {name}=…")
    if "year" in by:
        yield Rule("year", ~nw.col("year").is_null(), "without a year", "group by something else than year")


def _values(name: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    found = tuple(dict.fromkeys(value)) if isinstance(value, Iterable) else (value,)
    for one in found:
        if not isinstance(one, str):
            raise UnknownName(f"{name}={value!r} names what is no code: {one!r}. Write a code, or a list of codes.")
    return found


def _years(years: Any) -> tuple[int, ...] | None:
    if years is None:
        return None
    found = set(years) if isinstance(years, Iterable) and not isinstance(years, str) else {years}
    for year in found:
        if isinstance(year, bool) or not isinstance(year, int | np.integer):
            raise UnknownName(
                f"years={years!r} names no year; write years=2020, years=[2019, 2021] or years=range(2015, 2021)."
            )
    return tuple(sorted(int(year) for year in found))
