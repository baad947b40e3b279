"""The one reduction over rows: figures added up by all that tells them apart, wherever the rows are.

It is written once over Narwhals; pandas frames, DuckDB relations and Spark frames give the same small cube, and what a
metric says of a selection (mixtures, what was left out, bounds, coverage) is worked out from the cube alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from opdat_analytics.metrics.names import PROFILE, Asked

OUTSIDE = "outside this scheme"
"""Region of the places that a scheme does not know; a row of their own, never left out."""

TIME = ("year", "period_start", "period_end", "as_of")
SUMS = ("rows", "numbers", "low", "closed", "high", "about", "secondary")
_DATES = ("period_start", "period_end")
_WHOLE = (*_DATES, "qualifier")
_READ = (*_WHOLE, "sourcing", "low", "high")
_SAMPLE = 1_000


@dataclass(frozen=True)
class Cube:
    """A selection added up.

    Attributes
    ----------
    frame
        One row per value of the grouping columns, of every dimension of ``PROFILE`` that may vary, ``scheme`` where
        there is one, ``place``, ``programme``, ``activity``, the columns of time and, of rows without a
        number, ``qualifier``; then ``rows``, ``numbers`` (rows with a lower bound), ``low``, ``closed`` (rows with an
        upper bound), ``high``, ``about`` and ``secondary`` (numbers that are).
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
    narrow, loose = _dimensions(asked, table.collect_schema().names())
    rules = [rule.keep for rule in asked.rules()]
    usual = _usual(table, [asked.of_measure(), *rules], loose)
    tests = {"_of": asked.of_measure(), **{f"_{n}": keep for n, keep in enumerate([*rules, *_are(usual)])}}
    flags = [nw.col(name) for name in tests]
    # Narrowed to the columns in use first: a pandas frame would copy all of them, and test them again in each pass.
    columns = dict.fromkeys([*narrow, *loose, *_READ])
    rows = table.select(*columns, *[test.alias(name) for name, test in tests.items()])
    found = [part.assign(**usual) for part in _by_year(rows.filter(*flags), narrow)]
    left_out = [0] * len(rules)
    if _small(rows.select("_of").filter(flags[0]).select(nw.len().alias("n")))["n"].iloc[0] > _rows(found):
        number = _first_broken(flags[1:])
        numbers = rows.select(*tests).filter(flags[0]).select(number.alias("number"))
        broken = _small(numbers.group_by("number").agg(nw.len().alias("rows")))
        counts = {int(at): int(n) for at, n in zip(broken["number"], broken["rows"], strict=True)}
        left_out = [counts.get(at, 0) for at in range(len(rules))]
        if any(counts.get(at) for at in range(len(rules), len(flags) - 1)):
            some = rows.filter(flags[0]).filter((number >= len(rules)) & (number < len(flags) - 1))
            found.append(_by_all(some, [*narrow, *loose]))
    return Cube(_joined(found, [*narrow, *loose, *_WHOLE, *SUMS]), tuple(left_out))


def _dimensions(asked: Asked, has: Sequence[str]) -> tuple[list[str], list[str]]:
    """Columns to group by, and columns that usually have one value."""
    several = [n for n in PROFILE if len(asked.wanted[n]) > 1]
    narrow = list(dict.fromkeys([*asked.by, *several, "place", "year"]))
    loose = [n for n in PROFILE if n not in asked.pinned and n not in narrow]
    loose += [n for n in ("programme", "activity", "as_of") if n not in narrow]
    loose += [n for n in ("scheme",) if n in has]
    # Groups of different sources may each have a reporter, a unit and a calendar of their own.
    return (narrow, loose) if not set(asked.by) & {*PROFILE, "programme", "activity"} else ([*narrow, *loose], [])


def _usual(table: nw.LazyFrame[Any], kept: list[nw.Expr], loose: list[str]) -> dict[str, Any]:
    """The values that the first row has; whichever it is, the result is the same."""
    if not loose:
        return {}
    first = table.head(_SAMPLE).filter(*kept).head(1).select(loose).collect().to_pandas()
    if first.empty:
        first = table.filter(*kept).head(1).select(loose).collect().to_pandas()
    return {name: None if first.empty or pd.isna(first[name].iloc[0]) else first[name].iloc[0] for name in loose}


def _are(usual: Mapping[str, Any]) -> list[nw.Expr]:
    """Whether columns have these values; null is a value."""
    return [nw.col(n).is_null() if value is None else nw.col(n) == value for n, value in usual.items()]


def _first_broken(flags: Sequence[nw.Expr]) -> nw.Expr:
    """Number of the first condition that a row does not meet; how many there are where it meets all."""
    number: nw.Expr = nw.lit(len(flags))
    for at, flag in reversed(list(enumerate(flags))):
        number = nw.when(flag).then(number).otherwise(nw.lit(at))
    return number


def _by_year(rows: nw.LazyFrame[Any], keys: list[str]) -> list[pd.DataFrame]:
    """Rows added up by some columns with the year; those without a number beside them by why they have none.

    Dates and qualifiers are looked at within the groups instead of grouped by, which is cheaper; where a place has
    several periods in a year, everything is grouped by.
    """
    number = ~nw.col("low").is_null()
    about = (number & (nw.col("qualifier") == "about")).cast(nw.Int64).alias("_about")
    secondary = (number & (nw.col("sourcing") == "secondary")).cast(nw.Int64).alias("_secondary")
    ends = [nw.col(n).count().alias(f"n_{n}") for n in _DATES]
    ends += [nw.col(n).min().alias(f"least_{n}") for n in _DATES] + [nw.col(n).max().alias(f"most_{n}") for n in _DATES]
    narrowed = rows.select(*dict.fromkeys([*keys, *_DATES, "low", "high"]), about, secondary)
    marks = [nw.col(f"_{name}").sum().alias(name) for name in ("about", "secondary")]
    found = _added(narrowed, keys, [*ends, *marks])
    for name in _DATES:
        least, most, n = found[f"least_{name}"], found[f"most_{name}"], found[f"n_{name}"]
        if not ((n == 0) | ((n == found["rows"]) & (least == most))).all():
            return [_by_all(rows, keys)]
    found = found.rename(columns={f"least_{name}": name for name in _DATES}).assign(qualifier=None)
    if found["numbers"].sum() == found["rows"].sum():
        return [found]
    none = rows.filter(nw.col("low").is_null()).select(*dict.fromkeys([*keys, "qualifier"]))
    why = _small(none.group_by(*keys, "qualifier").agg(nw.len().alias("rows")))
    why[[*_DATES]] = None
    why[[*SUMS[1:]]] = 0
    return [found.assign(rows=found["numbers"]), why]


def _by_all(rows: nw.LazyFrame[Any], keys: list[str]) -> pd.DataFrame:
    """Rows added up by some columns, by period and by qualifier."""
    keys = list(dict.fromkeys([*keys, *_WHOLE, "sourcing"]))
    found = _added(rows, keys, [])
    about, secondary = found["qualifier"] == "about", found["sourcing"] == "secondary"
    return found.assign(about=found["numbers"].where(about, 0), secondary=found["numbers"].where(secondary, 0))


def _added(rows: nw.LazyFrame[Any], keys: list[str], more: Sequence[nw.Expr]) -> pd.DataFrame:
    low, high = nw.col("low"), nw.col("high")
    sums = rows.group_by(keys).agg(
        nw.len().alias("rows"), low.count().alias("numbers"), high.count().alias("closed"),
        low.sum().alias("_low"), high.sum().alias("_high"), *more,
    )  # fmt: skip
    return _small(sums).rename(columns={"_low": "low", "_high": "high"})


def _small(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    found: pd.DataFrame = frame.collect().to_pandas()
    return found


def _rows(found: Sequence[pd.DataFrame]) -> int:
    return int(sum(part["rows"].sum() for part in found))


def _joined(found: Sequence[pd.DataFrame], names: list[str]) -> pd.DataFrame:
    """The passes as one frame with the same kinds of columns, whatever the engine."""
    stated = [part[names] for part in found if len(part)] or [found[0][names]]
    frame = pd.concat(stated, ignore_index=True) if len(stated) > 1 else stated[0]
    kinds: dict[str, str] = {name: "str" for name in names if name not in (*SUMS, *TIME[:3])}
    counts = dict.fromkeys(("rows", "numbers", "closed", "about", "secondary"), "int64")
    frame = frame.astype({**kinds, **counts, "year": "Int64", "low": "float64", "high": "float64"})
    frame[["low", "high"]] = frame[["low", "high"]].fillna(0.0)
    for name in _DATES:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ms]")
    if "region" in names:
        frame["region"] = frame["region"].fillna(OUTSIDE)
    return frame
