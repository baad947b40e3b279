"""Small figures are hidden so that nobody can work them out; the attacks here are written anew."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from opdat_analytics.disclosure import HIDDEN, Policies, Policy, policies, protect, protect_together
from opdat_analytics.model import DeclarationError

FIVE = Policies((("*", "*", Policy(threshold=5)),), Policy(5))
NONE = policies()
AXES = ("place", "sex", "form")
At = tuple[int, ...]
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


def table(counts: object) -> pd.DataFrame:
    """Counts with all their totals, one row per figure; the axes are place, sex and form."""
    inner = np.array(counts, dtype=float)
    for axis in range(inner.ndim):
        inner = np.concatenate([inner, inner.sum(axis=axis, keepdims=True)], axis=axis)
    rows = []
    for at in np.ndindex(*inner.shape):
        said = [f"{AXES[a][0].upper()}{i}" if i + 1 < inner.shape[a] else "total" for a, i in enumerate(at)]
        said[0] = None if said[0] == "total" else said[0]  # type: ignore[call-overload]
        rows.append([*said, inner[at]])
    frame = pd.DataFrame(rows, columns=[*AXES[: inner.ndim], "low"])
    return frame.assign(
        source="shelters", measure="victims_identified", unit="persons", year=2022, high=frame["low"],
        qualifier="exact", text=[str(int(value)) for value in frame["low"]],
    )  # fmt: skip


def attacked(shape: Sequence[int], shown: Mapping[At, float]) -> dict[At, tuple[float, float]]:
    """The bounds of every hidden cell of a table with totals, by trying the least and the most of each.

    Written over the inner cells alone: whatever total is shown is one equation.
    """
    inner = list(np.ndindex(*shape))
    rows, known = [], []
    for at, value in shown.items():
        inside = [all(a in (n, c) for a, n, c in zip(at, shape, cell, strict=True)) for cell in inner]
        rows.append(np.array(inside, dtype=float))
        known.append(value)
    hidden = [at for at in np.ndindex(*(n + 1 for n in shape)) if at not in shown]
    found = {}
    for at in hidden:
        goal = np.array([float(all(a in (n, c) for a, n, c in zip(at, shape, cell, strict=True))) for cell in inner])
        ends = []
        for sign in (1, -1):
            solved = milp(
                sign * goal, integrality=np.ones(len(inner)), bounds=Bounds(0, 10_000),
                constraints=LinearConstraint(np.array(rows), known, known) if rows else (),
            )  # fmt: skip
            ends.append(round(float(goal @ solved.x)))
        found[at] = (ends[0], ends[1])
    return found


def shown_cells(frame: pd.DataFrame, shape: Sequence[int]) -> dict[tuple[int, ...], float]:
    """Where in its table each shown figure stands, and what it says."""
    places = list(np.ndindex(*(n + 1 for n in shape)))
    return {at: low for at, low in zip(places, frame["low"], strict=True) if not np.isnan(low)}


def assert_safe(counts: np.ndarray, threshold: int = 5) -> int:
    frame = table(counts)
    done = protect(frame, FIVE)
    shown = shown_cells(done.frame, counts.shape)
    truth = shown_cells(frame, counts.shape)
    for at, (least, most) in attacked(counts.shape, shown).items():
        assert least <= truth[at] <= most
        assert most - least >= threshold - 1, at
        if 0 < truth[at] < threshold:
            assert (least, most >= threshold - 1) == (0, True), at
    assert all(not 0 < value < threshold for value in shown.values())
    assert {at: truth[at] for at in shown} == shown  # what is shown is true
    assert len(done.audit) == len(truth) - len(shown)
    return len(done.audit)


def test_hiding_only_the_small_counts_would_give_them_away_so_two_others_are_hidden() -> None:
    done = protect(table([[1, 4, 20], [0, 12, 30], [15, 9, 22]]), FIVE)
    hidden = done.frame[done.frame["text"] == HIDDEN]
    assert [tuple(row) for row in hidden[["place", "sex"]].itertuples(index=False)] == [
        ("P0", "S0"), ("P0", "S1"), ("P2", "S0"), ("P2", "S1"),
    ]  # fmt: skip
    assert set(hidden["qualifier"]) == {"suppressed"}
    assert done.audit["reason"].tolist() == ["below the threshold"] * 2 + ["protects a hidden figure"] * 2
    assert not set(done.audit.columns) & {"low", "high", "exact", "text"}
    assert done.audit["rule"].unique().tolist() == ["threshold 5"]


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW, derandomize=True)
@given(st.data())
def test_random_tables_with_two_sides_withstand_an_attack(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 4), st.integers(2, 4)))
    cells = data.draw(st.lists(st.integers(0, 30) | st.integers(0, 6), min_size=shape[0] * shape[1], max_size=16))
    assert_safe(np.resize(np.array(cells), shape))


@settings(max_examples=8, deadline=None, suppress_health_check=SLOW, derandomize=True)
@given(st.lists(st.integers(0, 25), min_size=12, max_size=12))
def test_random_tables_with_three_sides_withstand_an_attack(cells: list[int]) -> None:
    assert_safe(np.array(cells).reshape(3, 2, 2))


def greedy(counts: np.ndarray, threshold: int = 5) -> int:
    """The usual rule: in every row that gives a hidden figure away hide the smallest other, until an attack fails."""
    shape = counts.shape
    truth = shown_cells(table(counts), shape)
    hidden = {at for at, value in truth.items() if 0 < value < threshold}
    lines = [
        [at for at in truth if all(a == b for i, (a, b) in enumerate(zip(at, fixed, strict=True)) if i != axis)]
        for axis in range(len(shape))
        for fixed in {tuple(0 if i == axis else a for i, a in enumerate(at)) for at in truth}
    ]
    while True:
        bad = next((line for line in lines if sum(at in hidden for at in line) == 1), None)
        if bad is None:
            found = attacked(shape, {at: value for at, value in truth.items() if at not in hidden})
            weak = [
                at for at, (least, most) in found.items()
                if (0 < truth[at] < threshold and (least > 0 or most < threshold - 1)) or most - least < threshold - 1
            ]  # fmt: skip
            bad = next(
                (line for at in weak for line in lines if at in line and any(o not in hidden for o in line)), None
            )
            if bad is None:
                return len(hidden)
        open_cells = [at for at in bad if at not in hidden]
        hidden.add(min(open_cells, key=lambda at: (truth[at] == 0, truth[at])))


def test_fewer_figures_are_hidden_than_by_the_greedy_rule() -> None:
    luck = np.random.default_rng(20)
    tables = [luck.poisson(mean, size) for mean in (6, 9, 14) for size in ((4, 4), (5, 3), (3, 6))]
    ours = [assert_safe(counts) for counts in tables]
    theirs = [greedy(counts) for counts in tables]
    assert sum(ours) < sum(theirs)
    assert sum(mine > other for mine, other in zip(ours, theirs, strict=True)) == 0


def test_what_publishers_released_stays_as_it_is_and_no_bound_is_narrowed() -> None:
    frame = table([[1, 4], [2, 3]])
    frame.loc[0, ["low", "high", "qualifier", "text"]] = [0.0, 4.0, "under", "<5"]
    assert protect(frame, NONE).frame is frame
    done = protect(frame, FIVE).frame
    assert done.loc[0, ["low", "high", "qualifier", "text"]].tolist() == [0.0, 4.0, "under", "<5"]


def test_a_total_shown_in_another_table_is_the_same_cell() -> None:
    whole = table([[3, 40], [50, 60]])
    by_sex = whole[whole["place"].isna()].drop(columns="place")
    inner = whole[whole["place"].notna() & (whole["sex"] != "total")]
    apart = protect(inner, FIVE).audit
    together = protect_together({"inner": inner, "by sex": by_sex}, FIVE)
    assert len(apart) == 1  # nothing adds up, so nothing gives it away
    assert len(together["inner"].audit) + len(together["by sex"].audit) == 2


def test_regions_are_totals_of_their_places() -> None:
    frame = pd.DataFrame(
        {"place": ["GTM", "HND", "SLV", None], "region": ["Americas"] * 4, "low": [2.0, 30.0, 11.0, 43.0]}
    )
    frame = frame.assign(source="s", measure="victims_identified", unit="persons", year=2022, high=frame["low"])
    done = protect(frame, FIVE)
    assert done.audit["place"].tolist() == ["GTM", "SLV"]


def test_two_releases_do_not_give_away_between_them_what_each_hides() -> None:
    first = protect(table([[3, 40, 9], [50, 60, 70], [20, 8, 80]]), FIVE).frame
    now = table([[3, 40, 9], [50, 60, 70], [20, 8, 80]])
    now = now[now["sex"] != "S2"].reset_index(drop=True)  # a column less, and the totals as before
    alone = protect(now, FIVE).frame
    done = protect(now, FIVE, before=[first]).frame
    shown = shown_cells(first, (3, 3))
    places = [at for at in np.ndindex(4, 4) if at[1] != 2]

    def bounds_with(frame: pd.DataFrame) -> tuple[float, float]:
        both = dict(shown)
        both |= {at: low for at, low in zip(places, frame["low"], strict=True) if not np.isnan(low)}
        return attacked((3, 3), both)[0, 0]

    assert bounds_with(done) == (0, bounds_with(done)[1])
    assert bounds_with(done)[1] >= 4
    assert bounds_with(alone)[0] >= bounds_with(done)[0]


def only(frame: pd.DataFrame, *, sex: str | None = None, place: bool | None = None) -> pd.DataFrame:
    """Some of the rows of a table: of one sex, of places or of all places together."""
    kept = frame if sex is None else frame[(frame["sex"] == "total") == (sex == "total")]
    kept = kept if place is None else kept[kept["place"].notna() == place]
    return kept.reset_index(drop=True)


def test_a_total_is_hidden_where_its_parts_were_released_before_without_it() -> None:
    whole = table([[3, 40], [50, 60]])
    parts = protect(only(whole, sex="each", place=True), FIVE).frame
    assert parts["text"].tolist() == [HIDDEN, "40", "50", "60"]
    totals = only(whole, sex="total", place=True)
    assert protect(totals, FIVE).frame["text"].tolist() == ["43", "110"]
    assert protect(totals, FIVE, before=[parts]).frame["text"].tolist() == [HIDDEN, "110"]


def test_not_only_the_last_release_is_known() -> None:
    whole = table([[3, 40], [50, 60]])
    first = protect(only(whole, sex="each", place=True), FIVE).frame
    second = whole.assign(year=2023)
    third = only(whole, sex="total", place=True)
    assert protect(third, FIVE, before=[second]).frame["text"].tolist() == ["43", "110"]
    assert protect(third, FIVE, before=[first, second]).frame["text"].tolist()[0] == HIDDEN


def test_a_figure_is_not_told_by_a_total_of_totals_that_are_not_there() -> None:
    whole = table([[3, 40], [50, 60]])
    told = pd.concat([only(whole, sex="each", place=True), only(whole, sex="total", place=False)], ignore_index=True)
    done = protect(told, FIVE).frame["text"].tolist()
    assert done[0] == HIDDEN
    assert done.count(HIDDEN) == 2  # else 153 less 40, 50 and 60 is 3


def test_a_correction_of_a_hidden_figure_does_not_collapse_its_table() -> None:
    first = protect(table([[3, 40, 9], [50, 60, 70], [20, 8, 80]]), FIVE).frame
    now = table([[13, 40, 9], [50, 60, 70], [20, 8, 80]])
    done = protect(now, FIVE, before=[first])
    assert "collapsed" not in set(done.audit["reason"])
    assert done.frame["text"].tolist().count(HIDDEN) <= 4


def test_a_figure_that_grew_by_less_than_the_threshold_is_hidden() -> None:
    before, now = table([[20, 30], [40, 50]]), table([[21, 30], [40, 50]])
    done = protect(now, FIVE, before=[before])
    assert set(done.audit["reason"]) == {"differs from an earlier release by less than the threshold"}
    assert done.frame.loc[[0, 2], "text"].tolist() == [HIDDEN, HIDDEN]


def test_what_was_released_cannot_be_hidden_any_more_and_a_table_that_it_gives_away_is_collapsed() -> None:
    before = table([[30, 40]])
    before.loc[0, ["low", "high"]] = np.nan  # hidden then, but the total and the other part were shown
    now = table([[3, 40]])
    before.loc[[2, 5], ["low", "high"]] = 43.0
    done = protect(now, FIVE, before=[before])
    assert set(done.audit["reason"]) <= {"collapsed", "below the threshold"}
    assert done.frame.loc[0, "text"] == HIDDEN


def test_rounded_figures_are_bounds_that_hold_the_number() -> None:
    rounding = Policies((("*", "*", Policy(threshold=5, rounding=5)),), Policy(5))
    done = protect(table([[12, 13], [17, 30]]), rounding).frame
    assert done.loc[0, ["low", "high", "text"]].tolist() == [8.0, 12.0, "10"] or done.loc[0, "text"] == "10"
    for value, low, high in zip([12, 13, 25, 17, 30, 47, 29, 43, 72], done["low"], done["high"], strict=True):
        assert low <= value <= high


def test_a_sum_that_one_contribution_dominates_is_hidden() -> None:
    rule = Policies((("*", "*", Policy(dominance=(1, 0.85))),), Policy(5))
    frame = table([[400, 300], [500, 600]]).assign(largest=100.0)
    frame.loc[0, "largest"] = 390.0
    done = protect(frame, rule)
    assert done.audit["reason"].tolist().count("dominated by its largest contributions") == 1
    assert len(done.audit) == 4


def test_the_policy_is_one_small_file_and_case_level_sources_have_one_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "shelters").mkdir()
    (tmp_path / "shelters" / "source.toml").write_text('title = "S"\n[privacy]\nlevel = "case"\n', encoding="utf-8")
    assert policies(tmp_path).of("shelters", "victims_identified") == Policy(5)
    assert policies(tmp_path).of("unodc_glotip", "convictions") == Policy(0)
    (tmp_path / "disclosure.toml").write_text(
        '[[rule]]\nsource = "shelters"\nmeasure = "victims_*"\nthreshold = 10\nwhy = "agreed with the shelters"\n',
        encoding="utf-8",
    )
    assert policies(tmp_path).of("shelters", "victims_identified") == Policy(10)
    assert policies(tmp_path).of("shelters", "convictions") == Policy(5)
    (tmp_path / "disclosure.toml").write_text("[[rule]]\nthreshhold = 3\nrounding = -1\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"did you mean “threshold”.*\n.*whole number from 0 to 1000"):
        policies(tmp_path)


def test_every_choice_of_hidden_cells_in_a_small_table_costs_at_least_as_much() -> None:
    counts = np.array([[2, 9, 14], [8, 20, 7], [30, 6, 11]])
    best = assert_safe(counts)
    truth = shown_cells(table(counts), counts.shape)
    inner = [at for at in truth if max(at) < 3]
    primary = {at for at in truth if 0 < truth[at] < 5}
    for extra in range(best - len(primary)):
        for chosen in itertools.combinations([at for at in inner if at not in primary], extra):
            hidden = primary | set(chosen)
            found = attacked(counts.shape, {at: value for at, value in truth.items() if at not in hidden})
            assert any(
                most - least < 4 or (at in primary and (least > 0 or most < 4)) for at, (least, most) in found.items()
            )
