"""Records printed one field to a row: name, court, date, name, court, date, …"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from opdat_analytics.drafting.cell_kinds import kind
from opdat_analytics.drafting.heading_kinds import VALUE_HEADINGS, heading_kind
from opdat_analytics.drafting.proposals import Candidate, step
from opdat_analytics.drafting.table_profile import Table

# Labels that return at the same distance all the way down leave little doubt.
SURE_OF_PERIOD = 0.95
# Where there are no labels, only the looks of the cells return.
LOOKS_ONLY = 0.7
# A third column makes it likelier that the returning names are a column of a tidy table.
THREE_COLUMNS = 0.5
_LONGEST_RECORD = 60


def _labels(rows: Sequence[Sequence[str]]) -> list[str]:
    """The field name of each row: its first cell, or what stands before the colon where there is one column only."""
    if rows and len(rows[0]) == 1:
        named = [row[0].partition(":")[0].strip() if ":" in row[0] else "" for row in rows]
        if sum(map(bool, named)) > 0.9 * len(named):
            return named
        return [kind(row[0]) for row in rows]
    return [row[0].strip().rstrip(":") for row in rows]


def _regular(labels: Sequence[str], period: int) -> float:
    """Share of labels that equal the label one period before."""
    return sum(a == b for a, b in zip(labels, labels[period:], strict=False)) / max(1, len(labels) - period)


def repeated_records(table: Table) -> list[Candidate]:
    """Rows that repeat the same field names at a fixed distance, the header row perhaps among them."""
    width = max((len(row) for row in table[:600]), default=0)
    if not 1 <= width <= 3 or len(table) < 4:
        return []
    rows = [list(row) + [""] * (width - len(row)) for row in table[:600]]
    labels = _labels(rows)
    in_words = width > 1 or ":" in table[1][0]
    for period in range(2, min(_LONGEST_RECORD, len(labels) // 2) + 1):
        first = labels[1 : period + 1]
        if _regular(labels[1:], period) < 0.9 or (in_words and len(set(first)) < period) or len(set(first)) < 2:
            continue
        if not all(first) or not any(kind(label) in {"label", "code"} for label in first):
            continue
        if mean(heading_kind(label) in VALUE_HEADINGS for label in first) > 0.5:
            continue
        return [
            Candidate(
                step("pivot", period),
                (SURE_OF_PERIOD if in_words else LOOKS_ONLY) * (1.0 if width < 3 else THREE_COLUMNS),
                f"every {period} rows the same names return: {', '.join(first[:4])}",
            )
        ]
    return []


def records(table: Sequence[Sequence[str]], period: int) -> list[list[str]]:
    """Every ``period`` rows as one row, with the field names as header.

    The header row is the first row of the first record where its field name is the one that returns with the period.
    """
    labels = _labels([list(row) for row in table])
    begins_in_header = len(labels) > period and labels[0] == labels[period]
    rows = table if begins_in_header else table[1:]
    names = labels[:period] if begins_in_header else labels[1 : period + 1]
    single = bool(rows) and len(rows[0]) == 1

    def value(row: Sequence[str]) -> str:
        return row[0].partition(":")[2].strip() if single and ":" in row[0] else row[-1 if len(row) == 2 else 0]

    if len(rows[0]) <= 2:
        body = [[value(row) for row in rows[at : at + period]] for at in range(0, len(rows), period)]
        header = list(names)
    else:
        width = len(rows[0])
        header = [f"{name} {at}" for name in names for at in range(1, width)]
        body = [[cell for row in rows[at : at + period] for cell in row[1:]] for at in range(0, len(rows), period)]
    return [header, *([*row, *[""] * (len(header) - len(row))] for row in body)]
