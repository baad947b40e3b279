"""The number told beside each choice of a draft is how often such a choice is right; seeds here calibrated nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from draft_judge import Judged, calibration_error, judged
from messy_tables import MAKERS, messy
from ordinary_workbooks import workbook
from unusual_workbooks import unusual

import opdat_analytics.drafting.confidence
from opdat_analytics.drafting.confidence import KINDS, confidence, kind_of
from opdat_analytics.drafting.draft import draft
from opdat_analytics.drafting.shapes import propose

SEEDS = range(70_000, 70_016)


@pytest.fixture(scope="module")
def choices(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """Choices of drafts of workbooks, half of them unusual."""
    folder = tmp_path_factory.mktemp("made")
    found = []
    for seed in SEEDS:
        for make in (workbook, unusual):
            made = make(seed)
            found += judged(made, draft(made.save(folder / make.__name__ / str(seed)))[0])
    return found


def test_of_what_is_told_as_so_sure_so_much_is_right(choices: list[Judged]) -> None:
    assert len(choices) > 200
    assert calibration_error(choices) < 0.08


def test_of_what_is_told_as_nine_in_ten_or_more_at_least_so_much_is_right(choices: list[Judged]) -> None:
    sure = [one for one in choices if one.told >= 0.9]
    assert len(sure) > 100
    assert sum(one.right for one in sure) / len(sure) > 0.9


def test_what_the_error_of_calibration_is() -> None:
    right = [Judged("role", 0.5, 0.75, True)] * 3 + [Judged("role", 0.5, 0.75, False)]
    assert calibration_error(right) == 0
    assert calibration_error([*right, *right[3:] * 4]) == pytest.approx(0.75 - 3 / 8)


def test_more_evidence_never_means_less_confidence() -> None:
    with Path(opdat_analytics.drafting.confidence.__file__).with_suffix(".csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["of"] for row in rows} == set(KINDS)
    for kind in KINDS:
        told = [confidence(kind, score / 100) for score in range(101)]
        assert told == sorted(told)
        assert told[0] > 0
        assert told[-1] < 1


def test_choices_are_told_apart_by_what_they_are_about() -> None:
    assert kind_of("S: column “Year”", "year") == "role"
    assert kind_of("S: row 3 (“2019” …)", "breakdown:heading") == "leftover"
    assert kind_of("S: constants.place", "KEN") == "constant"
    assert kind_of("S: corner A3", "Country") == "structure"
    assert kind_of("language", "fr") == "source"


@pytest.mark.parametrize("operator", MAKERS)
def test_tables_made_messy_in_a_known_way_are_tidied_by_undoing_it(operator: str) -> None:
    for seed in range(12):
        table, label = messy(seed, operator)
        (best,) = propose(table, top=1)
        steps = [{"operator": step.operator, **step.parameters} for step in best.steps]
        assert steps == label, f"{operator}, seed {seed}"
        assert best.confidence > 0.5
