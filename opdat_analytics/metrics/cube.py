"""The one reduction over rows: figures added up by all that tells them apart, wherever the rows are.

It is written once over Narwhals; pandas frames, DuckDB relations and Spark frames give the same small cube, and what a
metric says of a selection (mixtures, what was left out, bounds, coverage) is worked out from the cube alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import and_
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opdat_analytics.metrics.names import PROFILE, Asked
from opdat_analytics.model import OUTSIDE

TIME = ("year", "period_start", "period_end", "as_of")
SUMS = ("rows", "numbers", "low", "closed", "high", "about", "secondary")
_DATES = ("period_start", "period_end")
_READ = (*_DATES, "qualifier", "sourcing", "low", "high")
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
    of = asked.of_measure()
    # What has no year is told by the sums: a group of its own costs less than looking at every row.
    rules = [rule.keep for rule in asked.rules() if rule.column != "year"]
    sample = _sampled(table, [of, *rules], loose)
    usual = _usual(table, sample, [of, *rules], loose)
    usually = _all(_are(usual))
    found = [_added(table, _all([of, *rules]) & usually, narrow).assign(**usual)]
    left_out, unusual = _left_out(table, sample, [of, *rules], int(found[0]["rows"].sum()))
    if unusual:
        # In SQL what is neither true nor false is not the opposite of true; here it is.
        other = nw.when(usually).then(nw.lit(0)).otherwise(nw.lit(1)) == 1
        found.append(_added(table, _all([of, *rules]) & other, [*narrow, *loose]))
    frame = _joined(found, [*narrow, *loose, *_DATES, "qualifier", *SUMS])
    if len(rules) == len(asked.rules()):
        return Cube(frame, tuple(left_out))
    dated = frame["year"].notna()
    return Cube(frame[dated].reset_index(drop=True), (*left_out, int(frame.loc[~dated, "rows"].sum())))


def _dimensions(asked: Asked, has: Sequence[str]) -> tuple[list[str], list[str]]:
    """Columns to group by, and columns that usually have one value."""
    several = [n for n in PROFILE if len(asked.wanted[n]) > 1]
    narrow = list(dict.fromkeys([*asked.by, *several, "place", "year"]))
    loose = [n for n in PROFILE if n not in asked.pinned and n not in narrow]
    loose += [n for n in ("programme", "activity", "as_of") if n not in narrow]
    loose += [n for n in ("scheme",) if n in has]
    # Groups of different sources may each have a reporter, a unit and a calendar of their own.
    return (narrow, loose) if not set(asked.by) & {*PROFILE, "programme", "activity"} else ([*narrow, *loose], [])


def _sampled(table: nw.LazyFrame[Any], conditions: Sequence[nw.Expr], loose: list[str]) -> pd.DataFrame:
    """Some columns of the first rows, and whether each condition and those before it hold."""
    flags = _flags(conditions)
    named = [one.alias(flag) for flag, one in zip(flags, conditions, strict=True)]
    found = _small(table.head(_SAMPLE).select(*named, *loose))
    held = np.column_stack([found[flag].fillna(False).to_numpy(dtype=bool) for flag in flags])
    return found[loose].assign(**dict(zip(flags, np.logical_and.accumulate(held, axis=1).T, strict=True)))


def _usual(table: nw.LazyFrame[Any], sample: pd.DataFrame, kept: Sequence[nw.Expr], loose: list[str]) -> dict[str, Any]:
    """The values that the first row has; whichever it is, the result is the same."""
    if not loose:
        return {}
    first = sample.loc[sample[_flags(kept)[-1]], loose].head(1)
    if first.empty:
        first = _small(table.filter(*kept).head(1).select(loose))
    return {name: None if first.empty or pd.isna(first[name].iloc[0]) else first[name].iloc[0] for name in loose}


def _are(usual: Mapping[str, Any]) -> list[nw.Expr]:
    """Whether columns have these values; null is a value."""
    return [nw.col(n).is_null() if value is None else nw.col(n) == value for n, value in usual.items()]


def _left_out(
    table: nw.LazyFrame[Any], sample: pd.DataFrame, conditions: Sequence[nw.Expr], added: int
) -> tuple[list[int], int]:
    """How many rows each rule leaves out of what the rules before it kept, and how many kept rows were not added.

    Most rules leave nothing out. Those that do so in the sample are counted first; if they account for every row that
    was not added, the others leave out none, and were never looked at.
    """
    of, *rules = conditions
    doing = [at for at, (before, after) in enumerate(pairwise(sample[_flags(conditions)].sum())) if after < before]
    counts = _remaining(table, [of, *[rules[at] for at in doing]])
    if counts[-1] != added:
        doing = list(range(len(rules)))
        counts = _remaining(table, conditions)
    out = {at: before - after for at, (before, after) in zip(doing, pairwise(counts), strict=True)}
    return [out.get(at, 0) for at in range(len(rules))], counts[-1] - added


def _remaining(rows: nw.LazyFrame[Any], conditions: Sequence[nw.Expr]) -> list[int]:
    """How many rows are left after each condition."""
    flags = _flags(conditions)
    tested = rows.select(*[one.alias(flag) for flag, one in zip(flags, conditions, strict=True)]).filter(nw.col("_0"))
    left = [
        _all([nw.col(flag) for flag in flags[: at + 1]]).cast(nw.Int64).alias(flag) for at, flag in enumerate(flags)
    ]
    found = _small(tested.select(*left).select(*[nw.col(flag).sum() for flag in flags]))
    return [0 if pd.isna(n) else int(n) for n in found.iloc[0]]


def _flags(conditions: Sequence[nw.Expr]) -> list[str]:
    return [f"_{at}" for at in range(len(conditions))]


def _all(flags: Sequence[nw.Expr]) -> nw.Expr:
    return reduce(and_, flags) if flags else nw.lit(True)


def _added(table: nw.LazyFrame[Any], which: nw.Expr, keys: list[str]) -> pd.DataFrame:
    """Rows of a condition added up by some columns, by period, and those without a number by why they have none."""
    low, high = nw.col("low"), nw.col("high")
    why = nw.when(low.is_null()).then(nw.col("qualifier")).alias("why")
    # Counted, not summed: the numbers that are so, and nothing in the other rows.
    about = nw.when(nw.col("qualifier") == "about").then(low).alias("_about")
    secondary = nw.when(nw.col("sourcing") == "secondary").then(low).alias("_secondary")
    keys = list(dict.fromkeys([*keys, *_DATES]))
    # Narrowed to the columns in use first: a pandas frame would copy all of them.
    rows = table.select(*keys, *[n for n in _READ if n not in keys], which.alias("_which")).filter(nw.col("_which"))
    sums = rows.select(*keys, low, high, why, about, secondary).group_by(*keys, "why").agg(
        nw.len().alias("rows"), low.count().alias("numbers"), high.count().alias("closed"),
        low.sum().alias("_low"), high.sum().alias("_high"),
        nw.col("_about").count().alias("about"), nw.col("_secondary").count().alias("secondary"),
    )  # fmt: skip
    return _small(sums).rename(columns={"_low": "low", "_high": "high", "why": "qualifier"})


def _small(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    found: pd.DataFrame = frame.collect().to_pandas()
    return found


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
