"""Blanks that mean "as above", and rows with one cell that head the rows below them."""

from __future__ import annotations

from statistics import mean

from opdat_analytics.drafting.cell_kinds import NUMBERS, kind
from opdat_analytics.drafting.proposals import Candidate, step
from opdat_analytics.drafting.table_profile import Profile

SURE_OF_SUBTITLE = 0.93
SURE_OF_FILL = 0.88
# What takes from a subtitle: the first row is none; there is only one; the rows below are mostly blank too, as in a
# sparse table; the heading is a number, which heads nothing but is the key of a row that happens to be blank.
NOT_FIRST, ONLY_ONE, SPARSE, A_NUMBER = 0.4, 0.6, 0.5, 0.4
# What takes from filling down: no column to the right is full; there is a single blank; the bounds are one column off.
NOTHING_FULL, ONE_BLANK, ONE_OFF = 0.4, 0.7, 0.35


def heading_rows(table: Profile) -> list[int]:
    """Rows whose only cell stands in the first column, save those at the foot of the table: they are notes."""
    rows = [at for at, row in enumerate(table.rows) if row[0].strip() and not any(cell.strip() for cell in row[1:])]
    foot = len(table.rows)
    if len(table.rows) < table.height:
        return rows
    while rows and rows[-1] == foot - 1:
        foot = rows.pop()
    return rows


def subtitles(table: Profile) -> list[Candidate]:
    """Heading rows inside the table."""
    if table.width < 2 or len(table.rows) < 4:
        return []
    heads = heading_rows(table)
    others = [row for at, row in enumerate(table.rows) if at not in set(heads) and any(cell.strip() for cell in row)]
    if not heads or len(others) < 2 or len(heads) > 0.5 * len(table.rows):
        return []
    filled = mean(sum(bool(cell.strip()) for cell in row) for row in others) / table.width
    numbers = sum(kind(table.rows[at][0]) in NUMBERS for at in heads) / len(heads)
    followed = sum(at + 1 not in heads for at in heads) / len(heads)
    score = SURE_OF_SUBTITLE
    score *= 1.0 if heads[0] == 0 else NOT_FIRST
    score *= 1.0 if len(heads) > 1 else ONLY_ONE
    score *= 1.0 if filled > 0.5 or (filled > 0.3 and table.width > 3) else SPARSE
    score *= (1 + followed) / 2
    score *= 1 - (1 - A_NUMBER) * numbers
    heading = table.rows[heads[0]][0].strip()
    return [
        Candidate(
            step("subtitle"),
            score,
            f"{len(heads)} rows have a single cell and head the rows below them, such as {heading!r}",
        )
    ]


def fill_down(table: Profile) -> list[Candidate]:
    """Blanks in the leading columns that take the value above."""
    # rows that are blank throughout separate, they do not continue; rows with one cell only are headings
    rows = [row for row in table.rows if any(cell.strip() for cell in row[1:])]
    if len(rows) < 3 or table.width < 2 or not rows[0][0].strip():
        return []
    blanks = [[not row[at].strip() for row in rows] for at in range(table.width)]
    share = [mean(column) for column in blanks]
    if not any(blanks[0]):
        return []
    end = 0
    for at in range(1, table.width - 1):
        starts = [at_row for at_row, blank in enumerate(blanks[at - 1]) if not blank]
        nested = mean(not blanks[at][at_row] for at_row in starts)
        later = blanks[at + 1 :]
        if not any(blanks[at]) or blanks[at][0] or nested < 0.95 or share[at] > share[at - 1] + 0.02:
            break
        # the column's blanks must be repeats, not gaps of a sparse table: somewhere to the right is full
        if min(mean(column) for column in later) > share[at] / 2:
            break
        end = at
    right = min(share[end + 1 :])
    score = SURE_OF_FILL
    score *= 1.0 if right < 0.5 * share[0] else NOTHING_FULL
    score *= 1.0 if sum(blanks[0]) > 1 else ONE_BLANK
    candidates = [
        Candidate(
            step("ffill", end),
            score,
            f"blanks in {', '.join(map(repr, table.header[: end + 1]))} repeat the value above them",
        )
    ]
    for other in (end + 1, end - 1):
        if 0 <= other < table.width - 1 and any(blanks[other]) and not blanks[other][0]:
            candidates.append(
                Candidate(step("ffill", other), score * ONE_OFF, f"columns up to {table.header[other]!r} filled down")
            )
    return candidates
