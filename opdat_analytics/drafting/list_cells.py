"""Cells that hold several values: ``theft, fraud; forgery``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from opdat_analytics.drafting.cell_kinds import kind
from opdat_analytics.drafting.proposals import Candidate, step
from opdat_analytics.drafting.table_profile import ROWS_LOOKED_AT, Line, Profile

# In order of how seldom the mark stands for anything but a list.
MARKS = ("\n", "|", ";", ",", "/", "&")
# A comma and a slash also stand in names, dates, places and prose; a break or a bar hardly ever.
BASE = {"\n": 0.5, "|": 0.5, ";": 0.5, ",": 0.43, "/": 0.33, "&": 0.1}

# Signs of a list, added up: many cells are lists, of differing length, some of them long, and their values return.
MANY, MANY_IS = 0.15, 0.4
LENGTHS_DIFFER, LONG_LIST, VALUES_RETURN = 0.12, 0.1, 0.15
# The heading names several things; the values are a word or two.
PLURAL_HEADING, SHORT_VALUES = 0.1, 0.08
# Signs of phrases and prose.
LONG_VALUES, PROSE, SELDOM, SELDOM_IS = -0.25, -0.7, -0.12, 0.08
# Always two: city and state, surname and name. Digits beside a slash: dates, fractions, rates.
ALWAYS_TWO, ALWAYS_TWO_BY_COMMA, DIGITS = -0.15, -0.45, -0.3
# The first column more often holds names with a mark in them.
FIRST_COLUMN = -0.08
# Below this a mark stands in a cell or two, as it does anywhere.
LEAST = 0.25
COLUMNS_LOOKED_AT = 200

# Headings that name several things: a plural, "(s)", or a word for a set.
_PLURAL = re.compile(r"\(s\)|\w\w[^su\W]s\b|\b(?:list|cast|crew|team|staff|set|group)\b", re.I)
# Marks within parentheses, and the commas of thousands, do not part values.
_PROTECTED = re.compile(r"\([^()]*\)|(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])")
_PLAIN_KINDS = frozenset({"integer", "decimal", "money", "date", "link", "range", "missing"})
# 7,9 and 2, 6, 13 look like decimals and thousands, but are printed as lists.
_LIST_OF_NUMBERS = re.compile(r"\d,\s*\d{1,2}(,|$)|,\s")
_DATE_COMMA = re.compile(r"[A-Za-z]{3,9}\.? \d{1,2},\s*\d{4}")


def split_cell(cell: str, mark: str) -> list[str]:
    """The values of one cell; marks within parentheses do not part them."""
    guarded = _PROTECTED.sub(lambda found: found.group().replace(mark, "\0"), cell)
    return [part.replace("\0", mark).strip() for part in guarded.split(mark) if part.strip()] or [cell]


def mark_of(cells: Sequence[str]) -> str:
    """The mark that parts the most cells of a column, a sure mark counting for more; empty if none does."""
    said = {cell.strip() for cell in cells[:ROWS_LOOKED_AT] if cell.strip() and not _is_plain_value(cell)}
    counts = {mark: sum(len(split_cell(cell, mark)) > 1 for cell in said) * BASE[mark] for mark in MARKS}
    best = max(MARKS, key=lambda mark: counts[mark])
    return best if counts[best] else ""


def parts(cells: Sequence[str]) -> list[list[str]]:
    """Each cell of a column as the list of its values."""
    mark = mark_of(cells)
    return [split_cell(cell, mark) if mark else [cell] for cell in cells]


def _is_plain_value(cell: str) -> bool:
    """A number, date or link that a mark stands in without making it a list."""
    if _DATE_COMMA.fullmatch(cell.strip()):
        return True
    return kind(cell) in _PLAIN_KINDS and not _LIST_OF_NUMBERS.search(cell)


def _score(column: Line, mark: str) -> float:
    """How sure a column holds lists parted by a mark; the signs add up."""
    # a cell that returns (filled down, or a common value) says nothing new
    said = sorted(cell for cell in column.values if kind(cell) != "missing")
    split = [split_cell(cell, mark) for cell in said if not _is_plain_value(cell)]
    lists = [found for found in split if len(found) > 1]
    if len(lists) < 2 or len(lists) / len(said) < 0.03:
        return 0.0
    share = len(lists) / len(said)
    counts = Counter(map(len, lists))
    atoms = [part for found in lists for part in found]
    singles = {cell for cell in said if mark not in cell}
    words = median(len(atom.split()) for atom in atoms)
    # prose runs on without any mark
    long = sum(any(len(piece.split()) > 7 for piece in re.split(r"[,;|/]", atom)) for atom in atoms) / len(atoms)
    known = sum(times > 1 or atom in singles for atom, times in Counter(atoms).items()) / len(set(atoms))
    score = BASE[mark]
    score += MANY * min(1.0, share / MANY_IS)
    score += LENGTHS_DIFFER if len(counts) > 1 else 0.0
    score += LONG_LIST if max(counts) > 3 else 0.0
    score += VALUES_RETURN * known
    score += PLURAL_HEADING if _PLURAL.search(column.heading) else 0.0
    score += SHORT_VALUES if words <= 2 else LONG_VALUES if words > 4 else 0.0
    score += PROSE * long
    score += SELDOM if share < SELDOM_IS else 0.0
    if mark in "/&" and sum(bool(re.search(r"\d", atom)) for atom in atoms) > len(atoms) / 3:
        score += DIGITS
    if set(counts) == {2}:
        score += ALWAYS_TWO_BY_COMMA if mark == "," else ALWAYS_TWO
    return score


def list_columns(table: Profile) -> list[Candidate]:
    """Columns whose cells hold several values, surest first, at most three."""
    found = []
    for at, column in enumerate(table.columns[:COLUMNS_LOOKED_AT]):
        mark = mark_of(column.cells)
        score = _score(column, mark) + (FIRST_COLUMN if at == 0 else 0.0) if mark else 0.0
        if score > LEAST:
            found.append(
                Candidate(
                    step("explode", at),
                    min(0.95, score),
                    f"cells of {column.heading!r} hold several values parted by {mark!r}",
                )
            )
    return sorted(found, key=lambda each: -each.score)[:3]
