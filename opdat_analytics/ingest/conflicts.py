"""Where statements do not sit together: no number satisfies both, one is far weaker, a total is not its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.ingest.declare import Editions
from opdat_analytics.ingest.editions import combined_codes
from opdat_analytics.model import SCOPE, TABLES

_OPEN = ("unit", "offence")
"""Scope columns in which `unstated` matches anything."""

Statement = Any
"""One observation as a named tuple."""


def conflicts(observations: pd.DataFrame, editions: Mapping[str, Editions]) -> pd.DataFrame:
    """Statements that do not sit together.

    Parameters
    ----------
    observations
        All observations.
    editions
        Source id → how its editions are ordered.

    Returns
    -------
    Rows of the ``conflicts`` table. Two statements are compared where they share measure, statistic,
    disaggregations and place, their units and offences agree or are unstated, and they speak of the same time; what one
    source restated between editions that can be ordered is a revision, not a conflict.
    """
    stated = observations[observations["low"].notna()].reset_index(drop=True)
    rows = [*_disjoint(stated, editions), *_weaker(stated), *_parts(stated)]
    names = [c.name for c in TABLES["conflicts"]]
    return pd.DataFrame(rows, columns=names)


def _candidates(frame: pd.DataFrame, time: list[str]) -> Iterator[pd.DataFrame]:
    """Groups of statements with one scope and one time, told by more than one source, edition, reporter or page."""
    closed = [name for name in SCOPE if name not in _OPEN]
    key = combined_codes(frame, [*closed, *time])
    teller = combined_codes(frame, ["source", "teller", "reporter", "url"])
    tellers = pd.Series(teller).groupby(key).transform("nunique").to_numpy()
    for _, index in pd.Series(np.arange(len(frame)))[tellers > 1].groupby(key[tellers > 1], sort=False):
        yield frame.iloc[index.to_numpy()]


def _statements(frame: pd.DataFrame) -> list[Statement]:
    return list(frame.itertuples(index=False))


def _compatible(a: Statement, b: Statement) -> bool:
    return all(
        getattr(a, name) == getattr(b, name) or "unstated" in (getattr(a, name), getattr(b, name)) for name in _OPEN
    ) and all(
        pd.isna(getattr(a, name)) or pd.isna(getattr(b, name)) or getattr(a, name) == getattr(b, name)
        for name in ("programme", "activity")
    )


def _high(statement: Statement) -> float:
    return float("inf") if pd.isna(statement.high) else float(statement.high)


def no_number_is_both(a: Statement, b: Statement) -> bool:
    """Whether the bounds of two statements have no number in common; false where one of them has none."""
    return bool(a.low > _high(b) or b.low > _high(a))


def _same_edition(a: Statement, b: Statement) -> bool:
    return bool(a.source == b.source and _text(a.edition) == _text(b.edition))


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def conflict_row(kind: str, a: Statement, b: Statement, message: str, **other: Any) -> dict[str, Any]:
    """Two statements as a row of the ``conflicts`` table."""
    row: dict[str, Any] = {
        "kind": kind, "measure": a.measure, "statistic": a.statistic, "place": a.place, "year": a.year,
        "programme": _text(a.programme) or _text(b.programme), "same_edition": _same_edition(a, b), "message": message,
    }  # fmt: skip
    for side, statement in (("a", a), ("b", b)):
        for name in ("source", "edition", "reporter", "published", "as_of", "offence", "unit", "low", "high", "text"):
            row[f"{name}_{side}"] = getattr(statement, name)
        for name in ("file", "sheet", "cell", "part"):
            row[f"{name}_{side}"] = getattr(statement, name)
    return row | other


def _teller(statement: Statement) -> str:
    return " ".join(filter(None, (_text(statement.reporter) or statement.source, _text(statement.edition))))


def _disjoint(stated: pd.DataFrame, editions: Mapping[str, Editions]) -> Iterator[dict[str, Any]]:
    """No number satisfies both. `about` is never held against anybody: it states no bounds."""
    timed = stated["as_of"].notna() | stated["period_start"].notna() | stated["year"].notna()
    firm = stated[(stated["qualifier"] != "about") & timed].reset_index(drop=True)
    time = ["as_of", "period_start", "period_end", "year", "calendar", "accumulation"]
    key = combined_codes(firm, [*(name for name in SCOPE if name not in _OPEN), *time])
    most = firm["low"].groupby(key).transform("max")
    least = firm["high"].fillna(np.inf).groupby(key).transform("min")
    apart = firm[(most > least).to_numpy()].reset_index(drop=True)
    for group in _candidates(apart.assign(teller=_unordered(apart, editions)), time):
        for a, b in combinations(_statements(group), 2):
            if not no_number_is_both(a, b) or not _compatible(a, b) or _revises(a, b, editions):
                continue
            yield conflict_row(
                "disjoint", a, b, f"{_teller(a)} says “{a.text}”, {_teller(b)} says “{b.text}”: no number is both"
            )


def _unordered(frame: pd.DataFrame, editions: Mapping[str, Editions]) -> pd.Series:
    """Editions that cannot be ordered; the ordered ones of a source tell one story, and differ by revision."""
    pairs = frame[["source", "edition"]].drop_duplicates()
    ordered = {
        (s, e) for s, e in pairs.itertuples(index=False) if s in editions and editions[s].order(_text(e)) is not None
    }
    keys = zip(frame["source"].tolist(), frame["edition"].tolist(), strict=True)
    return pd.Series([None if key in ordered else _text(key[1]) or "" for key in keys], index=frame.index, dtype=object)


def _revises(a: Statement, b: Statement, editions: Mapping[str, Editions]) -> bool:
    """Two ordered editions of one reporter of one source: a revision, told elsewhere."""
    if a.source != b.source or _text(a.reporter) != _text(b.reporter) or _text(a.edition) == _text(b.edition):
        return False
    declared = editions.get(a.source)
    return declared is not None and all(declared.order(_text(s.edition)) is not None for s in (a, b))


def _month(statement: Statement) -> str | None:
    """The month in which a statement was made, as far as it is known: its publication, else what it speaks of."""
    if pd.notna(statement.published):
        return f"{statement.published:%Y-%m}"
    as_of = _text(statement.as_of)
    return as_of[:7] if as_of and len(as_of) >= 7 else None


def _weaker(stated: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """To-date statements that a stronger one had already overtaken in the month they were published."""
    running = stated[(stated["accumulation"] == "to_date") & (stated["low"] > 0)].reset_index(drop=True)
    for group in _candidates(running.assign(teller=running["edition"]), []):
        for a, b in combinations(_statements(group), 2):
            strong, weak = (a, b) if a.low >= b.low else (b, a)
            made, overtaken = _month(strong), _month(weak)
            if not made or not overtaken or overtaken < made or weak.low * 2 > strong.low:
                continue
            if strong.low > _high(weak) or not _compatible(a, b):
                continue
            days = strong.published, weak.published
            before = days[0] < days[1] if pd.notna(days[0]) and pd.notna(days[1]) else made < overtaken
            when = "had said" if before else "says in the same month"
            message = (
                f"{_teller(weak)} says “{weak.text}” ({overtaken}) where {_teller(strong)} {when} “{strong.text}” "
                f"({made}): both can be true, but the first is older or narrower than its date"
            )
            yield conflict_row("weaker", strong, weak, message)


def _parts(stated: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Printed world totals against the sum of the regions of the same scheme, where all of them are printed."""
    regions = vocab.partitions()
    key = [
        "source",
        "measure",
        "unit",
        "statistic",
        "offence",
        "form",
        "sex",
        "age",
        "citizenship",
        "breakdown",
        "year",
        "calendar",
    ]
    whole = stated["activity"].isna() & (stated["accumulation"] == "period")
    wide = stated[stated["level"].isin(["region", "global"]) & whole]
    for _, group in wide.groupby(key, sort=False, dropna=False):
        totals = [t for t in _statements(group) if t.place == "WORLD"]
        for edition, printed in group[group["level"] == "region"].groupby("edition", sort=False, dropna=False):
            del edition
            for members in regions:
                parts = printed[printed["place"].isin(members)].drop_duplicates("place")
                if len(parts) == len(members):
                    yield from _compared(totals, parts)


def _compared(totals: Iterable[Statement], parts: pd.DataFrame) -> Iterator[dict[str, Any]]:
    low = float(parts["low"].sum())
    high = float(parts["high"].sum()) if parts["high"].notna().all() else float("inf")
    first = _statements(parts)[0]
    for total in totals:
        if low <= _high(total) and total.low <= high:
            continue
        sums = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
        printed = f"{_teller(total)} prints {total.text} for the world in {total.year}"
        message = f"{printed}; the {len(parts)} regions of {_teller(first)} add up to {sums}"
        yield conflict_row(
            "total_vs_parts", total, first, message,
            low_b=low, high_b=None if high == float("inf") else high, text_b=sums, cell_b=";".join(parts["cell"]),
        )  # fmt: skip
