"""Cells that hold several values: ``theft, fraud; forgery``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from opdat_analytics.ingest.cell_kinds import kind
from opdat_analytics.ingest.proposals import Candidate, step
from opdat_analytics.ingest.table_profile import Line, Profile

# In order of how seldom the mark stands for anything but a list.
MARKS = ("\n", "|", ";", ",", "/", "&")
# A comma and a slash also stand in names, dates, places and prose; a break or a bar hardly ever.
BASE = {"\n": 0.5, "|": 0.5, ";": 0.5, ",": 0.43, "/": 0.33, "&": 0.1}

FIRST_COLUMN = 0.08

# Headings that name several things: a plural, "(s)", or a word for a set.
_PLURAL = re.compile(r"\(s\)|\w\w[^su\W]s\b|\b(?:list|cast|crew|team|staff|set|group)\b", re.I)
# Marks within parentheses, and the commas of thousands, do not part values.
_PROTECTED = re.compile(r"\([^()]*\)|(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])")
_DATE_COMMA = re.compile(r"[A-Za-z]{3,9}\.? \d{1,2},\s*\d{4}")


def split_cell(cell: str, mark: str) -> list[str]:
    """The values of one cell; marks within parentheses do not part them."""
    guarded = _PROTECTED.sub(lambda found: found.group().replace(mark, "\0"), cell)
    return [part.replace("\0", mark).strip() for part in guarded.split(mark) if part.strip()] or [cell]


def mark_of(cells: Sequence[str]) -> str:
    """The mark that parts the most cells of a column; the surer mark where they tie. Empty if none does."""
    said = [cell for cell in cells[:2000] if cell.strip()]
    counts = {mark: sum(len(split_cell(cell, mark)) > 1 for cell in said) * BASE[mark] for mark in MARKS}
    best = max(MARKS, key=lambda mark: counts[mark])
    return best if counts[best] else ""


def parts(cells: Sequence[str]) -> list[list[str]]:
    """Each cell of a column as the list of its values."""
    mark = mark_of(cells)
    return [split_cell(cell, mark) if mark else [cell] for cell in cells]


def _is_plain_value(cell: str) -> bool:
    """A number, date or link that a mark stands in without making it a list."""
    return kind(cell) in {"integer", "decimal", "money", "date", "link", "range", "missing"} and not re.search(
        r"\d,\s*\d{1,2}(,|$)|,\s", cell
    )


def _score(column: Line, mark: str) -> float:
    # a cell that returns (filled down, or a common value) says nothing new
    said = sorted(cell for cell in column.values if kind(cell) != "missing")
    lists = [
        split_cell(cell, mark) for cell in said if not _is_plain_value(cell) and not _DATE_COMMA.fullmatch(cell.strip())
    ]
    lists = [found for found in lists if len(found) > 1]
    if len(lists) < 2 or len(lists) / len(said) < 0.03:
        return 0.0
    share = len(lists) / len(said)
    counts = Counter(map(len, lists))
    atoms = [part for found in lists for part in found]
    singles = {cell for cell in said if mark not in cell}
    words = median(len(atom.split()) for atom in atoms)
    long = sum(len(atom.split()) > 7 for atom in atoms) / len(atoms)
    known = sum(times > 1 or atom in singles for atom, times in Counter(atoms).items()) / len(set(atoms))
    score = BASE[mark]
    # more cells that are lists, more lists of differing length, values that return: a list and not a phrase
    score += 0.15 * min(1.0, share / 0.4)
    score += 0.12 if len(counts) > 1 else 0.0
    score += 0.1 if max(counts) > 3 else 0.0
    score += 0.15 * known
    score += 0.1 if _PLURAL.search(column.heading) else 0.0
    # lists of one-word values and of numbers are surest; prose has long parts
    score += 0.08 if words <= 2 else 0.0
    score -= 0.25 if words > 4 else 0.0
    score -= 0.7 * long
    score -= 0.12 if share < 0.08 else 0.0
    if mark in "/&" and sum(bool(re.search(r"\d", atom)) for atom in atoms) > len(atoms) / 3:
        score -= 0.3
    # always two: city and state, surname and name
    if set(counts) == {2}:
        score -= 0.3 if mark == "," else 0.15
    return score


def list_columns(table: Profile) -> list[Candidate]:
    """Columns whose cells hold several values, surest first, at most three."""
    found = []
    for at, column in enumerate(table.columns[:200]):
        scored = [(_score(column, mark), mark) for mark in MARKS]
        score, mark = max(scored)
        # the first column more often holds names with a mark in them
        score -= FIRST_COLUMN if at == 0 else 0.0
        if score > 0.25:
            found.append(
                Candidate(
                    step("explode", at),
                    min(0.95, score),
                    f"cells of {column.heading!r} hold several values parted by {mark!r}",
                )
            )
    return sorted(found, key=lambda each: -each.score)[:3]
