"""Which rows above the first figures of a table name its columns, and which are titles or name the rows below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from opdat_analytics.drafting.cell_looks import Looks

MOST_HEADERS = 6


def headers_above(looks: Looks, pending: list[int], row: int) -> tuple[list[int], list[int], list[int]]:
    """Of the rows above the first figures: those that name columns, those that name rows, those of labels only."""
    figures = [c for c in np.flatnonzero(looks.filled[row]) if looks.figure[row, c] or looks.missing[row, c]]
    first, left = int(min(figures)), int(np.flatnonzero(looks.filled[row])[0])
    headers: list[int] = []
    between: list[int] = []
    before = row
    for above in reversed(pending):
        filled = np.flatnonzero(looks.filled[above]).tolist()
        over = [c for c in filled if c >= first]
        if len(headers) >= MOST_HEADERS or before - above > 3 or looks.long[above, filled[0]]:
            break
        if headers:
            if not _heads_header(looks, above, headers[0], filled, first, left):
                break
            headers.insert(0, above)
        elif not over and not any(looks.span[above, c] > 1 and c + looks.span[above, c] > first for c in filled):
            between.insert(0, above)
            if len(between) > MOST_HEADERS:
                break
        elif len(over) == 1 and len(filled) == 1 and filled[0] == first and looks.filled[row].sum() > 3:
            break
        else:
            headers.insert(0, above)
        before = above
    if not headers:
        lone = [r for r in between if looks.filled[r].sum() == 1 and row - r <= 2]
        return [], lone[-1:], []
    names = [r for r in between[:1] if _names_labels(looks, r, headers)]
    rest = between[len(names) :]
    heads = [r for r in rest if looks.filled[r].sum() == 1]
    return headers + names, heads, [r for r in rest if r not in heads]


def _names_labels(looks: Looks, row: int, headers: Sequence[int]) -> bool:
    """Whether a row below the headings of the figures names the label columns, which the headings leave blank."""
    filled = np.flatnonzero(looks.filled[row]).tolist()
    taken = [
        c
        for c in filled
        if any(looks.filled[h, c] and not str(looks.text[h, c]).rstrip().endswith(":") for h in headers)
    ]
    return len(filled) >= 2 and taken in ([], filled[:1])


def _heads_header(looks: Looks, above: int, lowest: int, filled: list[int], first: int, left: int) -> bool:
    """Whether a row above a row of headings heads it in turn, and is no title."""
    over = [c for c in filled if c >= first]
    spans = [c for c in filled if looks.span[above, c] > 1]
    leftmost: int = min(left, int(np.flatnonzero(looks.filled[lowest])[0]))
    if not over and not any(c > leftmost for c in spans):
        return False
    if filled == [leftmost] or (len(filled) == 1 and filled[0] < first and filled[0] <= leftmost):
        return False
    if lowest - above > 1 and not spans and len(over) < 2:
        return False
    over_label = filled[0] == leftmost and looks.span[above, leftmost] == 1 and bool(looks.filled[lowest, leftmost])
    if over_label and not looks.text[above, leftmost].rstrip().endswith(":"):
        return False
    if len(filled) == 1 and not spans:
        return filled[0] > first and len(looks.text[above, filled[0]]) <= 40
    return True
