"""How often a choice of this sort, with this much evidence, was right: the confidence that is told.

The rules give scores; ``confidence.csv`` says how often each score was right among workbooks whose reading is known. It
is written by ``python benchmarks/confidence.py --write``.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

KINDS = ("role", "leftover", "constant", "structure", "source", "reading", "steps")
"""What a score is of: a heading's role; a role that says nothing known; a constant; how a table lies; what holds for
the workbook; a whole reading; steps that tidy a table."""
_SOURCE = re.compile(r"(?:language|numbers|edition|symbols\..*)", re.S)
_HEADING = re.compile(r".*: (?:column [A-Z“]|row \d).*", re.S)
_LEFT_OVER = ("breakdown", "note", "ignore")


def kind_of(what: str, value: str) -> str:
    """What sort of choice it is, by what it is about and what was chosen."""
    if _SOURCE.fullmatch(what):
        return "source"
    if _HEADING.fullmatch(what):
        return "leftover" if value.startswith(_LEFT_OVER) else "role"
    return "constant" if ": constants." in what else "structure"


def confidence(kind: str, score: float) -> float:
    """How often such a score was right.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    score
        What the rules gave, between 0 and 1.

    Returns
    -------
    Between 0 and 1; it never falls as the score rises.
    """
    scores, found = _table()[kind]
    return found[max(0, bisect_right(scores, score) - 1)]


@cache
def _table() -> Mapping[str, tuple[Sequence[float], Sequence[float]]]:
    text = files("opdat_analytics.drafting").joinpath("confidence.csv").read_text(encoding="utf-8")
    read: dict[str, tuple[list[float], list[float]]] = {kind: ([], []) for kind in KINDS}
    for row in csv.DictReader(text.splitlines()):
        scores, found = read[row["of"]]
        scores.append(float(row["from"]))
        found.append(float(row["confidence"]))
    return read
