"""Random tables with regions, released in parts one after the other, and an attacker who kept every release."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from opdat_analytics.disclosure import HIDDEN, Policies, Policy, protect

FIVE = Policies((("*", "*", Policy(threshold=5)),), Policy(5))
PLACES = {"GTM": "north", "HND": "north", "SLV": "south", "NIC": "south"}
SEXES = ("female", "male")
INNER = list(itertools.product(PLACES, SEXES))
At = tuple[str, str]
"""A place, a region or "all", and a sex or "total"."""


def inside(at: At) -> np.ndarray:
    """Which of the inner cells a figure counts."""
    where, sex = at
    return np.array([where in (place, PLACES[place], "all") and sex in (one, "total") for place, one in INNER], float)


EVERY: tuple[At, ...] = tuple(itertools.product([*PLACES, "north", "south", "all"], [*SEXES, "total"]))


def rows(counts: np.ndarray, chosen: list[At]) -> pd.DataFrame:
    """So many of the figures of a table, as they are published."""
    frame = pd.DataFrame(
        {
            "place": [where if where in PLACES else None for where, _ in chosen],
            "region": [PLACES.get(where, where if where != "all" else "total") for where, _ in chosen],
            "sex": [sex for _, sex in chosen],
            "low": [float(inside(at) @ counts) for at in chosen],
        }
    )
    return frame.assign(
        source="shelters", measure="victims_identified", unit="persons", year=2022, high=frame["low"],
        qualifier="exact", text=[str(int(value)) for value in frame["low"]],
    )  # fmt: skip


def worked_out(shown: Mapping[At, float], at: At) -> tuple[float, float]:
    """The least and the most that a figure can be for somebody who knows what is shown."""
    goal = inside(at)
    values = list(shown.values())
    known = [LinearConstraint(np.array([inside(one) for one in shown]), values, values)] if shown else []
    ends = []
    for sign in (1, -1):
        solved = milp(
            sign * goal,
            integrality=np.ones(len(goal)),
            bounds=Bounds(0, 5_000),
            constraints=known,
        )
        ends.append(round(float(goal @ solved.x)))
    return ends[0], ends[1]


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(12, 60))])
def test_releases_of_parts_of_a_table_give_nothing_away_together(seed: int) -> None:
    luck = np.random.default_rng(seed)
    counts = luck.poisson(luck.choice([4, 8, 14]), len(INNER)).astype(float)
    shown: dict[At, float] = {}
    before: list[pd.DataFrame] = []
    for _ in range(3):
        chosen = [at for at in EVERY if luck.random() < 0.6] or [("all", "total")]
        released = protect(rows(counts, chosen), FIVE, before=before).frame
        before.append(released)
        given = {at for at in chosen if at in shown or _is_narrow(shown, at)}
        texts = dict(zip(chosen, released["text"], strict=True))
        shown |= {at: float(text) for at, text in texts.items() if text != HIDDEN}
        kept = [at for at, text in texts.items() if text == HIDDEN and at not in given]
        assert [at for at in kept if _is_narrow(shown, at)] == []
    assert all(float(inside(at) @ counts) == value for at, value in shown.items())
    for at in EVERY:  # printed or not
        least, most = worked_out(shown, at)
        assert least <= 0 or most >= 5, (at, least, most)


def _is_narrow(shown: Mapping[At, float], at: At) -> bool:
    least, most = worked_out(shown, at)
    return most - least < 4
