"""Headings that repeat: ``Charges 2019, Convictions 2019, Charges 2020, Convictions 2020``.

A heading is cut into an attribute and a key, the same way for all. Where attributes and keys form a grid, the columns
are repeating groups.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby

from opdat_analytics.drafting.heading_kinds import VALUE_HEADINGS, heading_kind
from opdat_analytics.drafting.proposals import Candidate, step
from opdat_analytics.drafting.table_profile import Line, Profile

Pair = tuple[str, str]
Cut = Callable[[str], Pair | None]

# A grid with every attribute under every key is what repeating groups look like; gaps are rarer and less sure.
SURE_OF_GRID = 0.92
LEAST_GRID = 0.75
# Keys without a digit (Home, Away) may as well be halves of ordinary names.
WORDS_AS_KEYS = 0.85
# The columns of one attribute should look alike, whatever the key.
UNLIKE_CONTENT = 0.6

_TOKEN = re.compile(r"\d+(?:st|nd|rd|th)\b|\d+(?:[.,]\d+)*|[A-Z]?[^\W\d_]+(?:'[a-z]+)?|[^\w\s]|_")
_EDGES = " _-:.,/#|"


def _tokens(heading: str) -> list[re.Match[str]]:
    return [found for found in _TOKEN.finditer(heading) if found.group() not in set(_EDGES)]


def _prefix(count: int, heading: str) -> Pair | None:
    """The first ``count`` tokens are the key."""
    tokens = _tokens(heading)
    if len(tokens) <= count:
        return None
    at = tokens[count].start()
    return heading[at:].strip(_EDGES), heading[:at].strip(_EDGES)


def _suffix(count: int, heading: str) -> Pair | None:
    """The last ``count`` tokens are the key."""
    tokens = _tokens(heading)
    if len(tokens) <= count:
        return None
    at = tokens[-count].start()
    return heading[:at].strip(_EDGES), heading[at:].strip(_EDGES)


def _after(mark: str, heading: str) -> Pair | None:
    """What stands after the first ``mark`` is the key."""
    before, found, after = heading.partition(mark)
    return (before.strip(), found.strip() + after) if before.strip() and after.strip() else None


def _before(mark: str, heading: str) -> Pair | None:
    """What stands before the first ``mark`` is the key."""
    before, found, after = heading.partition(mark)
    return (found.strip() + after, before.strip()) if before.strip() and after.strip() else None


def _number(which: int, heading: str) -> Pair | None:
    """A number is the key, wherever it stands; the rest is the attribute."""
    found = list(re.finditer(r"\d+(?:\.\d+)?", heading))
    if len(found) < abs(which + (which >= 0)):
        return None
    at = found[which]
    rest = f"{heading[: at.start()].strip(_EDGES)} {heading[at.end() :].strip(_EDGES)}".strip()
    return (rest, at.group()) if rest else None


def _numbered(heading: str) -> Pair | None:
    """A number at the end is the key, and a heading without one is the first of its name (x, y, x.1, y.1)."""
    found = re.fullmatch(r"(.*?\D)[\s._-]*(\d{1,2})", heading.strip())
    return (found[1].strip(_EDGES), found[2]) if found else (heading.strip(), "")


# Where several cuts serve equally, the first is told: "Visit 1 | Cost" reads better than "1 | Visit Cost".
_CUTS: tuple[Cut, ...] = (
    *(partial(_suffix, count) for count in range(1, 6)),
    *(partial(_prefix, count) for count in range(1, 6)),
    *(partial(_after, mark) for mark in ("(", " - ", "_", ": ", "[")),
    *(partial(_before, mark) for mark in ("(", " - ", "_", ": ", "[")),
    partial(_number, -1),
    partial(_number, 0),
    _numbered,
)


def _pairs(headings: Sequence[str]) -> Iterator[list[Pair | None]]:
    """Every way of cutting all headings; last, repeated headings with their turn as key."""
    for cut in _CUTS:
        yield [cut(heading) for heading in headings]
    turns: Counter[str] = Counter()
    times = Counter(headings)
    repeated: list[Pair | None] = []
    for heading in headings:
        turns[heading] += 1
        repeated.append((heading, str(turns[heading])) if times[heading] > 1 and heading.strip() else None)
    yield repeated


def _kept(pairs: list[Pair | None]) -> list[bool]:
    """Which columns belong to a grid: attribute under two keys at least, key with two attributes at least."""
    kept = [pair is not None for pair in pairs]
    while True:
        keys, attributes = defaultdict(set), defaultdict(set)
        for pair, keep in zip(pairs, kept, strict=True):
            if keep and pair:
                keys[pair[0]].add(pair[1])
                attributes[pair[1]].add(pair[0])
        again = [
            bool(keep and pair and len(keys[pair[0]]) > 1 and len(attributes[pair[1]]) > 1)
            for pair, keep in zip(pairs, kept, strict=True)
        ]
        if again == kept:
            return kept
        kept = again


def _grids(headings: Sequence[str]) -> Iterator[tuple[int, int, list[Pair], float]]:
    """Runs of columns whose headings form a grid: start, end, pairs and how full the grid is."""
    for cut in _pairs(headings):
        kept = _kept(cut)
        for keep, run in groupby(range(len(headings)), key=kept.__getitem__):
            places = list(run)
            pairs = [pair for at in places if (pair := cut[at])]
            if not keep or len(pairs) < 4 or len(set(pairs)) < len(pairs) or not all(_kept(list(pairs))):
                continue
            attributes, keys = ({pair[side] for pair in pairs} for side in (0, 1))
            full = len(pairs) / (len(attributes) * len(keys))
            if full >= LEAST_GRID:
                yield places[0], places[-1], pairs, full


def _key_rank(pairs: list[Pair]) -> float:
    """How much the keys look like keys rather than the attributes do: values and numbers against words."""

    def valued(texts: set[str]) -> float:
        return sum(
            heading_kind(text) in VALUE_HEADINGS or bool(re.search(r"\d", text)) or not text for text in texts
        ) / len(texts)

    return valued({key for _, key in pairs}) - valued({attribute for attribute, _ in pairs})


def _alike(columns: Sequence[Line], pairs: list[Pair]) -> float:
    """Share of columns that look like the first column of their attribute."""
    first: dict[str, Line] = {}
    same = 0
    for column, (attribute, _) in zip(columns, pairs, strict=True):
        like = first.setdefault(attribute, column)
        if not like.said:
            like = first[attribute] = column
        same += not column.said or (column.numeric > 0.5) == (like.numeric > 0.5)
    return same / len(pairs)


def repeating_groups(table: Profile) -> list[Candidate]:
    """Repeating groups of columns, surest first, at most two."""
    headings = table.header
    if len(headings) > 400 or sum(heading_kind(heading) in VALUE_HEADINGS for heading in headings) > len(headings) / 2:
        return []
    found: dict[tuple[int, int], tuple[float, list[Pair]]] = {}
    for start, end, pairs, full in _grids(headings):
        if start == 0 and end < len(headings) - 1:
            continue
        score = SURE_OF_GRID * full
        rank = _key_rank(pairs)
        if rank <= 0:
            score *= WORDS_AS_KEYS
        if _alike(table.columns[start : end + 1], pairs) < 0.8:
            score *= UNLIKE_CONTENT
        # longer runs explain more of the table
        score -= 0.3 * (1 - (end - start + 1) / len(headings))
        best = found.get((start, end))
        if best is None or (score, rank) > (best[0], _key_rank(best[1])):
            found[start, end] = (score, pairs)
    ranked = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))[:2]
    return [
        Candidate(
            step("wide_to_long", start, end),
            score,
            f"the headings {headings[start]!r} to {headings[end]!r} repeat "
            f"{', '.join(sorted({attribute for attribute, _ in pairs})[:4])} for "
            f"{', '.join(sorted({key for _, key in pairs})[:4])}",
        )
        for (start, end), (score, pairs) in ranked
    ]


def split_headings(headings: Sequence[str]) -> list[Pair]:
    """Headings of repeating groups as (attribute, key) pairs, each pair once.

    The cut that leaves the smallest grid is taken, keys that look like keys first; without any, each heading is its own
    attribute, and headings printed twice are told apart by their turn.
    """
    best: tuple[tuple[float, float], list[Pair]] | None = None
    for cut in _pairs(headings):
        pairs = [pair for pair in cut if pair]
        if len(pairs) < len(headings) or len(set(pairs)) < len(pairs):
            continue
        attributes, keys = ({pair[side] for pair in pairs} for side in (0, 1))
        better = (-float(len(attributes) * len(keys)), _key_rank(pairs))
        if min(len(attributes), len(keys)) > 1 and (best is None or better > best[0]):
            best = better, pairs
    if best:
        return best[1]
    turns: Counter[str] = Counter()
    alone = []
    for heading in headings:
        turns[heading] += 1
        alone.append((heading, str(turns[heading])))
    return alone
