"""Which choices of a draft were right, by the figures that a person reads in the workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ordinary_workbooks import Workbook, figures_of

from opdat_analytics.drafting.confidence import kind_of
from opdat_analytics.drafting.draft import Draft

_ROLES = {"place": 2, "measure": 3, "year": 4, "sex": 5}


@dataclass(frozen=True)
class Judged:
    """One choice: its sort, what the rules scored, the confidence that is told, and whether it was right."""

    kind: str
    evidence: float
    told: float
    right: bool


def judged(made: Workbook, best: Draft) -> list[Judged]:
    """Every choice of a draft and the draft itself; what is left to a person is no choice.

    A role or a constant is right if all figures of its sheet that are read say of it what the workbook says; how a
    table lies is right if exactly its figures are read.
    """
    rows = None if best.read is None else best.read.tables.get("observations")
    read = figures_of(rows) if rows is not None else frozenset()
    offences = set(rows["offence"]) if rows is not None else set()
    found = [Judged("reading", best.evidence, best.confidence, read == made.figures)]
    for choice in best.choices:
        if not choice.value:
            continue
        kind = kind_of(choice.what, choice.value)
        sheet = next((s.name for s in made.sheets if choice.what.startswith(f"{s.name}: ")), None)
        truth = {f[1]: f for f in made.figures if f[0] == sheet}
        mine = {f[1]: f for f in read if f[0] == sheet}
        if kind == "source":
            right = made.language == choice.value if choice.what == "language" else None
        elif kind == "structure":
            right = mine.keys() == truth.keys()
        else:
            named = re.search(r"constants\.(\w+)", choice.what)
            right = _role_right(named[1] if named else choice.value, mine, truth, offences, made.offence)
        if right is not None:
            found.append(Judged(kind, choice.evidence, choice.confidence, right))
    return found


def _role_right(
    role: str, mine: dict[str, tuple[object, ...]], truth: dict[str, tuple[object, ...]], offences: set[str],
    offence: str | None,
) -> bool | None:  # fmt: skip
    if role == "offence":
        return offences == {offence}
    if role not in _ROLES:
        return role in ("value", "ignore", "calendar") and mine.keys() == truth.keys()
    at = _ROLES[role]
    both = mine.keys() & truth.keys()
    return bool(both) and all(mine[cell][at] == truth[cell][at] for cell in both)


def calibration_error(found: list[Judged], bins: int = 10) -> float:
    """Expected calibration error: the mean gap between confidence and share right, over bins of equal width.

    Notes
    -----
    Naeini, Cooper and Hauskrecht (2015), “Obtaining well calibrated probabilities using Bayesian binning”, AAAI.
    """
    total = 0.0
    for number in range(bins):
        here = [one for one in found if min(int(one.told * bins), bins - 1) == number]
        if here:
            total += abs(sum(one.told for one in here) - sum(one.right for one in here))
    return total / len(found)
