"""Runs of like columns: years, months, places or groups laid out as headings, with one kind of figure below."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from statistics import mean

from opdat_analytics.ingest.cell_kinds import VALUE_HEADINGS, heading_kind, names_a_time, template
from opdat_analytics.ingest.proposals import Candidate, step
from opdat_analytics.ingest.table_profile import Line, Profile

# Headings and contents both speak for a run; headings somewhat more, since tidy tables too have like columns.
HEADING_WEIGHT, CONTENT_WEIGHT = 0.55, 0.45
# Neighbours less alike than this end a run.
LIKE_ENOUGH = 0.5
# Headings that are values of one attribute leave little doubt; plain words are a matter of the contents.
SAME_VALUES, SAME_TEMPLATE, SHARED_WORDS, BOTH_TIMES, BOTH_CODES, BOTH_WORDS = 1.0, 0.95, 0.8, 0.65, 0.55, 0.25
SURE_OF_RUN = 0.9

_NUMERIC = frozenset({"integer", "decimal"})
_SUMMARY = re.compile(r"\b(?:total|totals|average|averages|avg|mean|sum|suma|overall|change|promedio|media|moyenne|soma)\b", re.I)


def _shared_words(a: str, b: str) -> bool:
    """Whether two headings begin or end alike, word for word, and differ elsewhere."""
    first, second = (re.findall(r"[^\W_]+", text.lower()) for text in (a, b))
    shortest = min(len(first), len(second))
    if shortest < 2 or first == second:
        return False
    ahead = next((at for at in range(shortest) if first[at] != second[at]), shortest)
    behind = next((at for at in range(shortest) if first[-1 - at] != second[-1 - at]), shortest)
    return max(ahead, behind) >= max(1, 0.34 * max(len(first), len(second)))


def heading_link(a: str, b: str) -> float:
    """How much two headings look like values of one attribute, 0 to 1."""
    kinds = heading_kind(a), heading_kind(b)
    if kinds[0] == kinds[1] and kinds[0] in VALUE_HEADINGS:
        return SAME_VALUES
    if set(kinds) <= {"number", "range", "bound"} or set(kinds) <= {"year", "date", "month", "quarter"}:
        return SAME_TEMPLATE
    if template(a) == template(b) and a != b and "#" in template(a):
        return SAME_TEMPLATE
    if _shared_words(a, b):
        return SHARED_WORDS
    if names_a_time(a) and names_a_time(b):
        return BOTH_TIMES
    if kinds[0] in VALUE_HEADINGS or kinds[1] in VALUE_HEADINGS or _SUMMARY.search(a) or _SUMMARY.search(b):
        return 0.0
    if kinds == ("code", "code"):
        return BOTH_CODES
    return BOTH_WORDS if kinds[0] and kinds[1] else 0.0


def content_link(x: Line, y: Line) -> float:
    """How much two columns hold the same sort of thing, 0 to 1."""
    if not x.said or not y.said:
        return 0.6
    rowwise = [
        a == b or {a, b} <= _NUMERIC
        for a, b in zip(x.kinds, y.kinds, strict=True)
        if a not in ("", "missing") and b not in ("", "missing")
    ]
    agree = mean(rowwise) if rowwise else 0.5
    if x.numeric > 0.7 and y.numeric > 0.7:
        if x.main_kind == y.main_kind:
            form = 1.0
        else:
            form = 0.85 if {x.main_kind, y.main_kind} <= _NUMERIC else 0.35
        apart = abs(x.size - y.size) if not (math.isnan(x.size) or math.isnan(y.size)) else 0.0
        near = 1.0 if apart <= 0.7 else 0.75 if apart <= 1.3 else 0.5 if apart <= 2.5 else 0.2
        return form * near
    shared = len(x.values & y.values) / max(1, min(len(x.values), len(y.values)))
    if shared >= 0.25:
        return max(agree, 0.9)
    if x.main_kind == y.main_kind:
        unlike_length = abs(
            math.log(1 + mean(map(len, x.values))) - math.log(1 + mean(map(len, y.values)))
        )
        base = {"date": 1.0, "boolean": 1.0, "percent": 1.0, "code": 0.6, "label": 0.5}.get(x.main_kind, 0.5)
        return max(0.1, min(base, agree) - 0.4 * unlike_length) + 0.4 * min(shared, 0.25)
    return 0.5 * agree


def _link(table: Profile, a: int, b: int) -> tuple[float, float]:
    x, y = table.columns[a], table.columns[b]
    return heading_link(x.heading, y.heading), content_link(x, y)


def _like(heading: float, content: float) -> float:
    return HEADING_WEIGHT * heading + CONTENT_WEIGHT * content


def runs(table: Profile) -> list[tuple[int, int]]:
    """Maximal runs of at least two neighbouring columns that are alike: first and last position."""
    found = []
    start = 0
    for at in range(1, table.width + 1):
        if at < table.width:
            beside = _like(*_link(table, at - 1, at))
            first = _like(*_link(table, start, at)) if at - start < 400 else beside
            if 0.6 * beside + 0.4 * first >= LIKE_ENOUGH:
                continue
        if at - start >= 2:
            found.append((start, at - 1))
        start = at
    return found


def _is_key(table: Profile) -> bool:
    """Whether the first column names the rows: words, or values that do not return, or a corner that says so."""
    column = table.columns[0]
    return heading_link(table.header[0], table.header[1]) < SHARED_WORDS or len(column.values) == len(table.rows)


def _score(table: Profile, start: int, end: int) -> float:
    headings = mean(heading_link(a, b) for a, b in pairwise(table.header[start : end + 1]))
    places = list(range(start, min(end, start + 200) + 1))
    contents = mean(content_link(table.columns[a], table.columns[b]) for a, b in pairwise(places))
    score = SURE_OF_RUN * headings if headings >= BOTH_CODES else 0.3 + 0.3 * headings
    score *= 0.6 + 0.4 * contents
    if end == start + 1:
        score *= 0.75
    # all columns but the first, of one make: a table with headers on two sides
    if start == 1 and end == table.width - 1 and end > 2 and headings < BOTH_TIMES:
        score += 0.12
    if headings < BOTH_CODES and contents < 0.8:
        score *= 0.7
    return score


def like_columns(table: Profile) -> list[Candidate]:
    """Runs of like columns that should become rows, surest first, with the nearest other bounds behind them."""
    if table.width < 3 or not table.rows:
        return []
    found: dict[tuple[int, int], float] = {}
    for start, end in runs(table):
        if start == 0 and (_is_key(table) or end == table.width - 1):
            start = 1
        if end - start < 1:
            continue
        score = _score(table, start, end)
        found[start, end] = max(found.get((start, end), 0.0), score)
        for other, factor in (
            ((start, end - 1), 0.3 if not _SUMMARY.search(table.header[end]) else 0.8),
            ((start + 1, end), 0.3),
        ):
            if other[1] > other[0] and other[0] > 0:
                found.setdefault(other, score * factor)
    if (1, table.width - 1) not in found:
        found[1, table.width - 1] = 0.12 * _score(table, 1, table.width - 1) + 0.05
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:6]
    return [
        Candidate(
            step("stack", start, end),
            min(score, 0.95),
            f"the columns {table.header[start]!r} to {table.header[end]!r} hold one sort of figure under headings "
            f"that are values ({heading_kind(table.header[start]) or 'unnamed'})",
        )
        for (start, end), score in ranked
    ]
