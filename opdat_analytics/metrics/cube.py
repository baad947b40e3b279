"""The one reduction over rows: figures added up by all that tells them apart, wherever the rows are.

It is written once over Narwhals; pandas frames, DuckDB relations and Spark frames give the same small cube, and what a
metric says of a selection (mixtures, what was left out, bounds, coverage) is worked out from the cube alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw
import pandas as pd

from opdat_analytics.metrics.names import PROFILE, Asked

OUTSIDE = "outside this scheme"
"""Region of the places that a scheme does not know; a row of their own, never left out."""

TIME = ("year", "period_start", "period_end", "as_of")
SUMS = ("rows", "numbers", "low", "closed", "high")
_SAMPLE = 1_000
_DATES = ("period_start", "period_end")


@dataclass(frozen=True)
class Cube:
    """A selection added up.

    Attributes
    ----------
    frame
        One row per value of the grouping columns, of every dimension of ``PROFILE`` that may vary, ``scheme`` where
        there is one, ``place``, ``programme``, ``activity``, the columns of time, ``qualifier`` and ``sourcing``; then
        ``rows``, ``numbers`` (rows with a lower bound), ``low``, ``closed`` (rows with an upper bound), ``high``.
    left_out
        For each rule, how many rows it leaves out of what the rules before it kept.
    """

    frame: pd.DataFrame
    left_out: tuple[int, ...]


def cube(table: nw.LazyFrame[Any], asked: Asked) -> Cube:
    """Add up the rows that are asked for, in as few passes over them as can be.

    Most selections have one reporter, one unit, no programme: rows that have the usual values of such dimensions are
    added up without grouping by them, which costs a fraction. Only if some rows are unusual are those, and only those,
    added up by every dimension in a pass of their own.
    """
    has = table.collect_schema().names()
    narrow, loose = _dimensions(asked, has)
    rules = asked.rules()
    kept = _all([asked.of_measure(), *(rule.keep for rule in rules)])
    usual = _usual(table, kept, loose)
    found = [_added(table, _all([kept, *_are(usual)]), narrow).assign(**usual)]
    left_out = [0] * len(rules)
    of_measure = table.select(asked.of_measure().alias("_which")).filter(nw.col("_which")).select(nw.len().alias("n"))
    if of_measure.collect().to_pandas()["n"].iloc[0] > found[0]["rows"].sum():
        counts = _counts(table, asked, [rule.keep for rule in rules], usual)
        left_out = [counts.get(at, 0) for at in range(len(rules))]
        if counts.get(len(rules), 0):
            unusual = ~_all(_are(usual)) if usual else nw.lit(True)
            found.append(_added(table, kept & unusual, [*narrow, *loose]))
    names = [*narrow, *loose, *SUMS]
    stated = [part[names] for part in found if len(part)] or [found[0][names]]
    return Cube(_in_order(pd.concat(stated, ignore_index=True), names), tuple(left_out))


def _dimensions(asked: Asked, has: Sequence[str]) -> tuple[list[str], list[str]]:
    """Columns to group by, and columns that usually have one value."""
    several = [n for n in PROFILE if len(asked.wanted[n]) > 1]
    narrow = list(dict.fromkeys([*asked.by, *several, "place", *TIME[:3], "qualifier", "sourcing"]))
    loose = [n for n in PROFILE if n not in asked.pinned and n not in narrow]
    loose += [n for n in ("programme", "activity", "as_of") if n not in narrow]
    loose += [n for n in ("scheme",) if n in has]
    # Groups of different sources may each have a reporter, a unit and a calendar of their own.
    return (narrow, loose) if not set(asked.by) & {*PROFILE, "programme", "activity"} else ([*narrow, *loose], [])


def _usual(table: nw.LazyFrame[Any], kept: nw.Expr, loose: list[str]) -> dict[str, Any]:
    """The values that the first row has; whichever it is, the result is the same."""
    if not loose:
        return {}
    first = table.head(_SAMPLE).filter(kept).head(1).select(loose).collect().to_pandas()
    if first.empty:
        first = table.filter(kept).head(1).select(loose).collect().to_pandas()
    if first.empty:
        return dict.fromkeys(loose)
    return {name: None if pd.isna(value) else value for name, value in first.iloc[0].items()}  # type: ignore[misc]


def _are(usual: Mapping[str, Any]) -> list[nw.Expr]:
    """Whether columns have these values; null is a value."""
    return [
        nw.col(name).is_null() if value is None else ~nw.col(name).is_null() & (nw.col(name) == value)
        for name, value in usual.items()
    ]


def _all(conditions: Sequence[nw.Expr]) -> nw.Expr:
    return reduce(and_, conditions)


def _added(table: nw.LazyFrame[Any], which: nw.Expr, keys: list[str]) -> pd.DataFrame:
    """The rows of a condition, added up by some columns."""
    # Narrowed to the columns in use first: a pandas frame would copy all of them.
    rows = table.select(*dict.fromkeys([*keys, "low", "high"]), which.alias("_which")).filter(nw.col("_which"))
    low, high = nw.col("low"), nw.col("high")
    sums = rows.group_by(keys).agg(
        nw.len().alias("rows"), low.count().alias("numbers"), high.count().alias("closed"),
        low.sum().alias("_low"), high.sum().alias("_high"),
    )  # fmt: skip
    found = sums.collect().to_pandas().rename(columns={"_low": "low", "_high": "high"})
    bounds = ["low", "high"]
    found[bounds] = found[bounds].astype("float64").fillna(0.0)
    return found


def _counts(
    table: nw.LazyFrame[Any], asked: Asked, rules: Sequence[nw.Expr], usual: Mapping[str, Any]
) -> dict[int, int]:
    """Rows by the number of the first condition that they break: each rule in turn, then having the usual values."""
    conditions = [*rules, *([_all(_are(usual))] if usual else [])]
    number: nw.Expr = nw.lit(len(conditions))
    for at, keep in reversed(list(enumerate(conditions))):
        number = nw.when(keep).then(number).otherwise(nw.lit(at))
    columns = list(dict.fromkeys([*_columns_of(asked), *usual]))
    rows = table.select(*columns, (asked.of_measure() & ~_all(conditions)).alias("_which")).filter(nw.col("_which"))
    found = rows.select(number.alias("n")).group_by("n").agg(nw.len().alias("rows")).collect().to_pandas()
    return {int(n): int(rows) for n, rows in zip(found["n"], found["rows"], strict=True)}


def _columns_of(asked: Asked) -> list[str]:
    """Columns that the rules look at."""
    return ["current" if rule.column == "edition" else rule.column for rule in asked.rules()]


def _in_order(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """One order and one set of kinds, whatever the engine."""
    kinds: dict[str, str] = {name: "str" for name in names if name not in SUMS and name not in TIME[:3]}
    frame = frame.astype({**kinds, "year": "Int64", **dict.fromkeys(("rows", "numbers", "closed"), "int64")})
    for name in _DATES:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ms]")
    if "region" in names:
        frame["region"] = frame["region"].fillna(OUTSIDE)
    keys = [name for name in names if name not in SUMS]
    return frame.sort_values(keys, ignore_index=True, kind="stable")
