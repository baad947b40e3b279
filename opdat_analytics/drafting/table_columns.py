"""Which columns of a table that was found name its rows, hold its figures, or hold marks beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from opdat_analytics.drafting.cell_looks import Looks

MANY_MARKS = 100
"""From so many on, figures that are all 0 or 1 are marks for no and yes, not counts."""
_ID = re.compile(
    r"(?:.*[\s_.(/])?(?:ids?|codes?|c[oó]digos?|cod|rank|ranking|fips|iso\d?|uid|msid)\b[\s_.)0-9]*|.*_(?:id|code|cd)",
    re.I,
)
_NUMBER_OF_ROW = re.compile(
    r"(?:(?:sl|si|s|sr|serial|row|item)[ .]*)?(?:no|nr|num|number|#|n[°º]|lp)[ .]*(?:\(.*\))?", re.I
)
_MARKS = re.compile(r"(?:foot)?notes?\b.*|flags?\b.*|remarks?|observaciones|symbol|status", re.I)


def prose(looks: Looks, rows: Sequence[int], labels: Sequence[int]) -> bool:
    """Whether the labels are sentences: numbered notes rather than a table."""
    lengths = sorted(len(str(looks.text[r, c])) for r in rows for c in labels[:1])
    return bool(lengths) and lengths[len(lengths) // 2] > 90


def told_apart(
    looks: Looks, headers: Sequence[int], rows: Sequence[int], columns: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    """Label columns, value columns and columns of marks."""
    body = np.array(rows)
    sorts: dict[int, str] = {}
    for column in columns:
        said = body[looks.filled[body, column] & ~looks.missing[body, column]]
        head = " ".join(str(looks.text[h, column]) for h in headers).strip()
        lowest = str(looks.text[headers[-1], column]).strip() if headers else ""
        begun = "value" in sorts.values()
        if begun and not head and said.size < 0.1 * body.size and not looks.figure[said, column].any():
            continue
        if (
            begun
            and (_MARKS.fullmatch(lowest) or _is_flag(looks, said, column, body.size))
            and not (said.size and looks.figure[said, column].mean() > 0.6 and not _MARKS.fullmatch(lowest))
        ):
            sorts[column] = "flag" if said.size or not head else "value"
        elif (not said.size and lowest and sorts) or _is_value(looks, said, column, head, lowest, begun):
            sorts[column] = "value"
        else:
            strong = (said.size > 0.7 * body.size and not begun) or (said.size > 0.9 * body.size)
            sorts[column] = "strong" if strong else "label"
    _numbers_before_names(sorts)
    if not any(looks.figure[body, c].any() for c, sort in sorts.items() if sort == "value"):
        sorts = {c: "label" if sort == "value" else sort for c, sort in sorts.items()}
    labels = [c for c, sort in sorts.items() if sort in ("label", "strong")]
    values = [c for c, sort in sorts.items() if sort == "value"]
    flags = [c for c, sort in sorts.items() if sort == "flag"]
    if not labels and len(values) > 1:
        labels, values = values[:1], values[1:]
    return labels, values, flags


def _numbers_before_names(sorts: dict[int, str]) -> None:
    """Up to three columns of numbers left of a column of names are labels too, if figures stand right of it."""
    run: list[int] = []
    order = list(sorts)
    for place, column in enumerate(order):
        if sorts[column] == "value":
            run.append(column)
        elif sorts[column] == "strong":
            if len(run) > 3 or "value" not in [sorts[c] for c in order[place:]]:
                return
            for earlier in run:
                sorts[earlier] = "label"
            run = []


def _is_value(looks: Looks, said: np.ndarray, column: int, head: str, lowest: str, begun: bool) -> bool:
    if not said.size:
        return begun and bool(head)
    figures, years = looks.figure[said, column], looks.year[said, column]
    if figures.mean() + years.mean() < 0.6:
        return False
    if years.mean() > 0.9 or (years.mean() > 0.5 and not begun):
        return begun and looks_like_year(head)
    numbers = looks.number[said, column]
    numbers = numbers[np.isfinite(numbers)]
    whole = bool((numbers == np.floor(numbers)).all())
    if numbers.size >= MANY_MARKS and set(numbers.tolist()) == {0.0, 1.0}:
        return False
    if whole and (_ID.fullmatch(lowest or head) or (not begun and _NUMBER_OF_ROW.fullmatch(head))):
        return False
    if not begun and whole and numbers.size >= 4 and numbers[0] in (0, 1):
        return bool((np.diff(numbers) == 1).mean() <= 0.9)
    return True


def looks_like_year(text: str) -> bool:
    """Whether a heading is a year and no more."""
    return re.fullmatch(r"\D{0,4}(?:19|20)\d\d\D{0,3}", text.strip()) is not None


def _is_flag(looks: Looks, said: np.ndarray, column: int, height: int) -> bool:
    """Short marks beside figures: few different ones, or hardly any."""
    if not said.size:
        return True
    texts = {str(t).strip() for t in looks.text[said, column]}
    return max(map(len, texts)) <= 3 and (said.size < 0.5 * height or len(texts) <= 4)
