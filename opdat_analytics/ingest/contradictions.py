"""Files of one edition that contradict each other: which of them is right cannot be told by their names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.ingest.conflicts import conflict_row, no_number_is_both
from opdat_analytics.ingest.editions import combined_codes, contradicted, several
from opdat_analytics.model import FACT_KEYS, TABLES, Issue

_LISTED = 6
"""Cells that one issue names."""
_HINT = (
    "declare `edition` if one file is newer than the other, take the wrong file out, "
    "or say which is right: opdat decide --xlsx decisions.xlsx"
)


def contradictions(observations: pd.DataFrame) -> tuple[list[Issue], list[dict[str, Any]]]:
    """What is told of figures that several files of one edition print with different values.

    Parameters
    ----------
    observations
        Figures of one source.

    Returns
    -------
    One issue ``contradicted`` for each sheet and each file that contradicts it, and rows of ``conflicts`` for each pair
    of figures that no number satisfies both.
    """
    group = contradicted(observations)
    rows = observations.assign(_group=group)[group >= 0]
    against: dict[tuple[str, str, str], list[tuple[Any, Any]]] = {}
    found = []
    for _, together in rows.groupby("_group", sort=True):
        statements: list[Any] = list(together.itertuples(index=False))
        for a, b in combinations(statements, 2):
            if a.file == b.file or _said(a) == _said(b):
                continue
            against.setdefault((a.file, a.sheet, b.file), []).append((a, b))
            against.setdefault((b.file, b.sheet, a.file), []).append((b, a))
            if no_number_is_both(a, b):
                message = f"{_where(a)} says “{a.text}”, {_where(b)} of the same edition “{b.text}”: no number is both"
                found.append(conflict_row("disjoint", a, b, message))
    return [_issue(*key, pairs) for key, pairs in sorted(against.items())], found


def _said(row: Any) -> tuple[Any, ...]:
    return row.qualifier, *(None if pd.isna(bound) else bound for bound in (row.low, row.high))


def _where(row: Any) -> str:
    return f"{row.file} › {row.sheet}!{row.cell}"


def _issue(file: str, sheet: str, other: str, pairs: list[tuple[Any, Any]]) -> Issue:
    mine, theirs = pairs[0]
    cells = list(dict.fromkeys(a.cell for a, _ in pairs))
    listed = ", ".join(cells[:_LISTED]) + (f" and {len(cells) - _LISTED} more" if len(cells) > _LISTED else "")
    figures = "1 figure" if len(cells) == 1 else f"{len(cells)} figures"
    edition = "without an edition" if pd.isna(mine.edition) else f"of the same edition, {mine.edition}"
    message = (
        f"{other}, {edition}, has another value for {figures} of this sheet ({listed}): {mine.cell} says “{mine.text}”,"
        f" {theirs.sheet}!{theirs.cell} there “{theirs.text}”. Neither counts as the latest word"
    )
    return Issue("flag", "contradicted", str(mine.source), file, sheet, mine.cell, mine.text, message, _HINT)


# ---------------------------------------------------------------- facts

_STANDS = frozenset({"file", "sheet", "cell"})


def doubled_facts(frame: pd.DataFrame, table: str) -> list[list[int]]:
    """Rows that share a name within one edition and say different things, name by name; by their positions."""
    key = combined_codes(frame, [*FACT_KEYS[table], "source", "edition"])
    said = combined_codes(frame, [c.name for c in TABLES[table] if c.name not in _STANDS])
    positions = np.flatnonzero(several(said, key))
    return [rows.tolist() for _, rows in pd.Series(positions).groupby(key[positions], sort=True)]


def contradicting_facts(frame: pd.DataFrame, table: str, apart: str) -> Iterator[Issue]:
    """An issue for each row of facts that another ``file`` or ``sheet`` (``apart``) describes otherwise."""
    for rows in doubled_facts(frame, table):
        together = frame.iloc[rows]
        if together[apart].nunique() < 2:
            continue
        name = FACT_KEYS[table][0]
        stand: list[Any] = list(together.itertuples(index=False))
        for row in stand:
            others = together[together[apart] != getattr(row, apart)]
            there = ", ".join(f"{o.file} › {o.sheet}!{o.cell}" for o in others.head(_LISTED).itertuples(index=False))
            message = f"{name} “{getattr(row, name)}” is described otherwise in {there}, of the same edition"
            hint = (
                "give each of them a name of its own, or say which is right: opdat decide --xlsx decisions.xlsx; "
                "until then both are listed"
            )
            at = (row.source, row.file, row.sheet, row.cell, getattr(row, name))
            yield Issue("flag", "contradicted", *at, message, hint)
