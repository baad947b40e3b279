"""Which cells of four digits are years and which are figures that happen to look like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

LONGEST_STEP = 10
"""Years between two headings of a series: 1990, 2000, 2010."""
MANY = 6
"""So many years are a series though their steps differ."""
SPAN = 30
"""Years that a list in no order may cover; figures of that size hardly ever stand so close together."""
OFTEN = 5
"""Rows for each year of a list that covers more."""
NEAR = 2
"""Rows up to which a figure above tells that figures go on."""
YEARWORD = re.compile(
    r"(?:.*[\W_])?(?:year|año|ano|année|annee|period|periodo|période|fy|quarter|trimestre)(?:[\W_].*)?", re.I | re.S
)


def true_years(year: np.ndarray, figure: np.ndarray, number: np.ndarray, text: np.ndarray) -> np.ndarray:
    """Which year-like cells are years.

    Parameters
    ----------
    year, figure, number, text
        Arrays like the grid: cells of four digits that could be a year, figures that could be none, the number and the
        text of each cell.

    Returns
    -------
    Boolean array like the grid. A year stands in a row that holds a series of years and no other figure, or in a column
    that holds one or is called one, or stands alone. Series go up or down and may begin again or repeat.
    """
    found = np.zeros(year.shape, dtype=bool)
    like = year | figure
    empty = (text == "").all(axis=0)
    for row in np.flatnonzero(year.any(axis=1)).tolist():
        columns = np.flatnonzero(year[row])
        values = number[row, columns].tolist()
        if figure[row].any() or len(values) < 2:
            continue
        headed = row > 0 and text[row - 1, columns[0]] != "" and not like[row - 1, columns].any()
        several = [number[row, part].tolist() for part in _apart(columns, text[row], empty)]
        series = all(map(_series, several)) if max(map(len, several)) > 1 else _series(values)
        found[row, columns] = series if len(set(values)) > 1 else headed
    leading = (text != "") & (np.cumsum(text != "", axis=1) == 1)
    leading[:, 1:] |= empty[:-1]
    for column in np.flatnonzero(year.any(axis=0)).tolist():
        for rows, head, above, mixed in _runs(year, figure, found, text, column):
            values = number[rows, column].tolist()
            if YEARWORD.fullmatch(head):
                found[rows, column] = True
            elif len(values) == 1:
                row = int(rows[0])
                over = str(text[row - 1, column]).strip() if row else ""
                under = above or (mixed and over) or (row and found[row - 1, column])
                among = (year[row] & ~found[row]).sum() > 1 and not leading[row, column]
                stray = (text[:, column] != "").sum() == 1
                found[row, column] = stray or not (figure[row].any() or under or among)
            elif not mixed and (len(values) > 2 or leading[rows, column].all()):
                found[rows, column] = _series(values) or _listed(values)
    return found


def _apart(columns: np.ndarray, said: np.ndarray, empty: np.ndarray) -> Iterator[np.ndarray]:
    """Columns of a row, apart where a word or a blank column stands between them: tables side by side."""
    cuts = [n for n in range(1, columns.size) if _cut(said, empty, columns[n - 1] + 1, columns[n])]
    return iter(np.split(columns, cuts))


def _cut(said: np.ndarray, empty: np.ndarray, start: int, end: int) -> bool:
    return bool((said[start:end] != "").any() or empty[start:end].any())


def _runs(
    year: np.ndarray, figure: np.ndarray, known: np.ndarray, text: np.ndarray, column: int
) -> Iterator[tuple[np.ndarray, str, bool, bool]]:
    """Year-like cells of a column with nothing but blanks between them, and no blank row.

    With each run, the text above it, whether that is a figure, and whether it stands above or below a figure.
    """
    head, above, last = "", False, 0
    rows: list[int] = []
    blank = (text == "").all(axis=1)
    for row in range(year.shape[0]):
        if blank[row] and rows:
            yield np.array(rows), head, above, above
            head, rows, above = "", [], False
        if known[row, column] or figure[row, column] or not year[row, column]:
            said = str(text[row, column]).strip()
            if not said:
                continue
            if rows:
                yield np.array(rows), head, above, above or bool(figure[row, column])
            head = head if YEARWORD.fullmatch(head) else said
            rows, above, last = [], bool(figure[row, column]), row
        else:
            above = above and (bool(rows) or row - last <= NEAR)
            rows.append(row)
    if rows:
        yield np.array(rows), head, above, above


def _series(values: list[float]) -> bool:
    """Whether numbers go by one step, repeated and begun again as often as may be; many, by short steps."""
    different = [values[0], *(b for a, b in pairwise(values) if a != b)]
    if len(different) < 2:
        return len(values) > 2
    step = different[1] - different[0]
    if not 0 < abs(step) <= (1 if len(different) == 2 else LONGEST_STEP):
        return False
    again = [after == different[0] for after in different[2:]]
    steps = [b - a for a, b in pairwise(different[1:])]
    if all(now == step or anew for now, anew in zip(steps, again, strict=True)):
        return True
    return len(different) >= MANY and all(
        (now / step > 0 and abs(now) <= LONGEST_STEP) or anew for now, anew in zip(steps, again, strict=True)
    )


def _listed(values: list[float]) -> bool:
    """Whether numbers are the few years of a list, in any order, each in several rows."""
    near = max(values) - min(values) <= SPAN
    return len(values) > 3 and len(set(values)) * (2 if near else OFTEN) <= len(values)
