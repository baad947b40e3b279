"""Runs of like columns: years, months, places or groups laid out as headings, with one kind of figure below."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from statistics import mean

from opdat_analytics.drafting.heading_kinds import VALUE_HEADINGS, heading_kind, place_of_year, template
from opdat_analytics.drafting.proposals import Candidate, step
from opdat_analytics.drafting.table_profile import Line, Profile

# Headings and contents both speak for a run; headings somewhat more, since tidy tables too have like columns.
HEADING_WEIGHT, CONTENT_WEIGHT = 0.55, 0.45
# Neighbours less alike than this end a run.
LIKE_ENOUGH = 0.5
# Headings that are values of one attribute leave little doubt; plain words are a matter of the contents.
SAME_VALUES, SAME_TEMPLATE, RUNNING_LABEL = 1.0, 0.95, 0.9
# "Cost (fuel), Cost (rent)" are values of one attribute; "start date, end date" are rather two attributes.
SAME_BEGINNING, SAME_END = 0.8, 0.6
BOTH_TIMES, BOTH_CODES, BOTH_WORDS, NO_HEADING = 0.65, 0.55, 0.25, 0.1
SURE_OF_RUN = 0.9
# Plain headings: how sure at least, how much more by their likeness, how much of it regardless of the run's share of
# the columns, and how much is left where the contents differ.
PLAIN, PLAIN_BY_HEADING, PLAIN_REGARDLESS, PLAIN_UNLIKE = 0.3, 0.3, 0.3, 0.7
# All columns but the first are of one make: a table with headers on two sides.
TWO_SIDED = 0.12
# How much of a run's score its contents decide.
BY_CONTENT = 0.4
# All columns but the first, though they do not look alike.
WHOLE_UNLIKE, WHOLE_LEAST = 0.12, 0.05
# A run that goes on so far goes on to the end.
COLUMNS_LOOKED_AT = 400
# Two columns are as likely a pair of attributes; at the end of the table less so.
ONLY_TWO_LEFT, ONLY_TWO = 0.9, 0.5
# Keys stand at one side of a run or the other; a run amid other columns is likelier a few related attributes.
IN_THE_MIDDLE = 0.6
# A run from the first column on leaves rows without a name.
NO_KEY = 0.3
# The values of a second key return (the same months in every group); figures seldom do.
KEY_RETURNS = 0.6
# Bounds one column off are seldom right.
ONE_OFF, ONE_OFF_AT_TOTAL = 0.05, 0.7

_NUMERIC = frozenset({"integer", "decimal"})
_SUMMARY = re.compile(
    r"\b(?:total|totals|average|averages|avg|mean|sum|suma|overall|change|promedio|media|moyenne|soma)\b", re.I
)


def _shared_words(a: str, b: str) -> float:
    """How much two headings begin or end alike, word for word, while they differ elsewhere."""
    if "(" in a and a.partition("(")[0].strip() == b.partition("(")[0].strip() != "":
        return SAME_BEGINNING
    first, second = (re.findall(r"[^\W_]+", text.lower()) for text in (a, b))
    shortest = min(len(first), len(second))
    if shortest < 2 or first == second:
        return 0.0
    ahead = next((at for at in range(shortest) if first[at] != second[at]), shortest)
    behind = next((at for at in range(shortest) if first[-1 - at] != second[-1 - at]), shortest)
    enough = max(1, 0.34 * max(len(first), len(second)))
    return SAME_BEGINNING if ahead >= enough else SAME_END if behind >= enough else 0.0


def _running_label(a: str, b: str) -> bool:
    """Whether two headings begin with running labels: ``P1 - Survey``, ``P2 - Report``."""
    first, second = (re.match(r"[^\W\d_]{0,4}\s?\d{1,2}\b", text) for text in (a, b))
    return bool(first and second and first[0] != second[0] and template(first[0]) == template(second[0]))


def heading_link(a: str, b: str) -> float:
    """How much two headings look like values of one attribute, 0 to 1."""
    kinds = heading_kind(a), heading_kind(b)
    if not all(kinds):
        return NO_HEADING
    if kinds[0] == kinds[1] and kinds[0] in VALUE_HEADINGS:
        return SAME_VALUES
    if set(kinds) <= {"number", "range", "bound"} or set(kinds) <= {"year", "date", "month", "quarter"}:
        return SAME_TEMPLATE
    if template(a) == template(b) and a != b and "#" in template(a):
        return SAME_TEMPLATE
    if _running_label(a, b):
        return RUNNING_LABEL
    if shared := _shared_words(a, b):
        return shared
    if place_of_year(a) and place_of_year(a) == place_of_year(b):
        return BOTH_TIMES
    if kinds[0] in VALUE_HEADINGS or kinds[1] in VALUE_HEADINGS or _SUMMARY.search(a) or _SUMMARY.search(b):
        return 0.0
    if kinds == ("code", "code"):
        return BOTH_CODES
    return BOTH_WORDS


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
        both = {x.main_kind, y.main_kind}
        form = 1.0 if len(both) == 1 else 0.85 if both <= _NUMERIC else 0.35
        apart = abs(x.size - y.size) if not (math.isnan(x.size) or math.isnan(y.size)) else 0.0
        near = 1.0 if apart <= 0.7 else 0.75 if apart <= 1.3 else 0.5 if apart <= 2.5 else 0.2
        return form * near
    shared = len(x.values & y.values) / max(1, min(len(x.values), len(y.values)))
    if shared >= 0.25:
        return max(agree, 0.9)
    if x.main_kind == y.main_kind:
        unlike_length = abs(math.log(1 + mean(map(len, x.values))) - math.log(1 + mean(map(len, y.values))))
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
        if COLUMNS_LOOKED_AT <= at < table.width:
            continue
        if at < table.width:
            beside, first = _like(*_link(table, at - 1, at)), _like(*_link(table, start, at))
            if 0.6 * beside + 0.4 * first >= LIKE_ENOUGH:
                continue
        if at - start >= 2:
            found.append((start, at - 1))
        start = at
    return found


def _named_alike(table: Profile) -> tuple[int, int] | None:
    """From the first to the last column whose heading ends with one word that most headings end with."""
    last = [words[-1].lower() if len(words := heading.split()) > 1 else "" for heading in table.header]
    for word in dict.fromkeys(filter(None, last[1:])):
        places = [at for at, each in enumerate(last) if each == word]
        if len(places) > max(2, 0.5 * (places[-1] - places[0])) and places[0] > 0:
            return places[0], places[-1]
    return None


def _after_keys(table: Profile, start: int) -> int:
    """The start of a run without the key that it may begin with: the column that first tells all rows apart."""
    if not 0 < start < table.width - 2 or len(table.columns[start].values) > KEY_RETURNS * len(table.rows):
        return start
    before = {row[:start] for row in table.rows}
    within = {row[: start + 1] for row in table.rows}
    links = heading_link(*table.header[start : start + 2]), heading_link(*table.header[start + 1 : start + 3])
    if len(before) < len(within) == len(table.rows) and links[0] < min(SAME_BEGINNING, links[1] + 0.01):
        return start + 1
    return start


def _score(table: Profile, start: int, end: int) -> float:
    links = [_link(table, a, b) for a, b in pairwise(range(start, min(end, start + COLUMNS_LOOKED_AT) + 1))]
    headings, contents = (mean(link[side] for link in links) for side in (0, 1))
    score = SURE_OF_RUN * headings if headings >= BOTH_CODES else PLAIN + PLAIN_BY_HEADING * headings
    score *= 1 - BY_CONTENT * (1 - contents)
    if end == start + 1:
        score *= ONLY_TWO if end < table.width - 1 else ONLY_TWO_LEFT
    if start == 0 and headings < RUNNING_LABEL:
        score *= NO_KEY
    if start > 1 and end < table.width - 1 and headings < RUNNING_LABEL:
        score *= IN_THE_MIDDLE
    if headings < BOTH_TIMES:
        # plain words are values only where nearly all columns but the keys are under them
        score *= PLAIN_REGARDLESS + (1 - PLAIN_REGARDLESS) * (end - start + 1) / (table.width - 1)
    if start == 1 and end == table.width - 1 and end > 2 and headings < BOTH_TIMES:
        score += TWO_SIDED
    if headings < BOTH_CODES and contents < 0.8:
        score *= PLAIN_UNLIKE
    return score


def like_columns(table: Profile) -> list[Candidate]:
    """Runs of like columns that should become rows, surest first, with the nearest other bounds behind them."""
    if table.width < 3 or not table.rows:
        return []
    found: dict[tuple[int, int], float] = {}
    alike = runs(table)
    named = _named_alike(table)
    if named and not any(start <= named[0] and named[1] <= end for start, end in alike):
        alike.append(named)
    for first, end in alike:
        unkeyed = heading_link(*table.header[:2]) >= RUNNING_LABEL
        start = _after_keys(table, first) if first or unkeyed else 1
        if end - start < 1:
            continue
        score = _score(table, start, end)
        found[start, end] = max(found.get((start, end), 0.0), score)
        for other, factor in (
            ((start, end - 1), ONE_OFF_AT_TOTAL if _SUMMARY.search(table.header[end]) else ONE_OFF),
            ((start + 1, end), ONE_OFF),
        ):
            if other[1] > other[0]:
                found.setdefault(other, score * factor)
    if (1, table.width - 1) not in found:
        found[1, table.width - 1] = WHOLE_UNLIKE * _score(table, 1, table.width - 1) + WHOLE_LEAST
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:6]
    return [
        Candidate(
            step("stack", start, end),
            min(score, 0.95),
            f"{end - start + 1} columns, {table.header[start]!r} to {table.header[end]!r}, hold one sort of cell "
            f"under headings of one sort ({heading_kind(table.header[end]) or 'none'})",
        )
        for (start, end), score in ranked
    ]
