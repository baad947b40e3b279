"""The operators that tidy a table, each a plain function from a table to a table, header row first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from opdat_analytics.drafting.headings import split_headings
from opdat_analytics.drafting.list_cells import parts
from opdat_analytics.drafting.proposals import OPERATORS, Step
from opdat_analytics.drafting.repeats import records
from opdat_analytics.drafting.table_profile import Table

Rows = list[list[str]]


def even(table: Table) -> Rows:
    """The table with short rows filled with blanks."""
    width = max((len(row) for row in table), default=0)
    return [list(row) + [""] * (width - len(row)) for row in table]


def stack(table: Rows, start: int, end: int) -> Rows:
    """Columns ``start`` to ``end`` become two: ``var`` holds their headings, ``value`` their cells."""
    header, rows = table[0], table[1:]
    kept = [at for at in range(len(header)) if not start <= at <= end]
    return [
        [*(header[at] for at in kept), "var", "value"],
        *([*(row[at] for at in kept), header[over], row[over]] for row in rows for over in range(start, end + 1)),
    ]


def wide_to_long(table: Rows, start: int, end: int) -> Rows:
    """Repeating groups in columns ``start`` to ``end`` become rows: ``var`` names the group."""
    header, rows = table[0], table[1:]
    kept = [at for at in range(len(header)) if not start <= at <= end]
    pairs = split_headings(header[start : end + 1])
    attributes = list(dict.fromkeys(attribute for attribute, _ in pairs))
    keys = list(dict.fromkeys(key for _, key in pairs))
    at_pair = {pair: start + offset for offset, pair in enumerate(pairs)}
    tidy = [[*(header[at] for at in kept), "var", *attributes]]
    for row in rows:
        for key in keys:
            places = [at_pair.get((attribute, key)) for attribute in attributes]
            tidy.append([*(row[at] for at in kept), key, *("" if at is None else row[at] for at in places)])
    return tidy


def transpose(table: Rows) -> Rows:
    """Rows become columns, header included."""
    return [list(row) for row in zip(*table, strict=True)]


def pivot(table: Rows, frequency: int) -> Rows:
    """Every ``frequency`` rows become one row; the header row, where it is the first of them, counts as one."""
    return records(table, frequency)


def ffill(table: Rows, end: int) -> Rows:
    """Blanks in columns 0 to ``end`` take the value above."""
    tidy = [table[0]]
    above = [""] * len(table[0])
    for row in table[1:]:
        above = [cell if cell.strip() or at > end else above[at] for at, cell in enumerate(row)]
        tidy.append(above)
    return tidy


def explode(table: Rows, column: int) -> Rows:
    """A cell of ``column`` that holds several values becomes several rows."""
    cells = [row[column] for row in table[1:]]
    return [
        table[0],
        *(
            [*row[:column], part, *row[column + 1 :]]
            for row, found in zip(table[1:], parts(cells), strict=True)
            for part in found
        ),
    ]


def subtitle(table: Rows) -> Rows:
    """Rows with one cell only become a last column, so that the other columns keep their positions."""
    tidy, heading = [[*table[0], "subtitle"]], ""
    for row in table[1:]:
        said = [cell for cell in row if cell.strip()]
        if len(said) == 1 and row[0].strip():
            heading = said[0].strip()
        elif said:
            tidy.append([*row, heading])
    return tidy


_FUNCTIONS: Mapping[str, Callable[..., Rows]] = {
    "stack": stack,
    "wide_to_long": wide_to_long,
    "transpose": transpose,
    "pivot": pivot,
    "ffill": ffill,
    "explode": explode,
    "subtitle": subtitle,
    "none": lambda table: table,
}


def apply(table: Table, steps: Sequence[Step]) -> Rows:
    """The table after the steps, header row first.

    Parameters
    ----------
    table
        Rows of text, header row first; short rows are filled with blanks.
    steps
        Steps in order; the parameters of each count the columns of the table as it stands before that step.

    Raises
    ------
    KeyError
        If an operator is unknown or one of its parameters (``proposals.OPERATORS``) is missing.
    IndexError
        If a parameter lies outside the table.
    """
    tidy = even(table)
    for each in steps:
        tidy = _FUNCTIONS[each.operator](tidy, *(each.parameters[name] for name in OPERATORS[each.operator]))
    return tidy
