"""Rows of two publications are paired by what they are about, and corrections stay in the parts that told them."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from small_project import edit, published, small_project

from opdat_analytics import across, changed_rows, store
from opdat_analytics.changed_rows import _Figures, _paired
from opdat_analytics.ingest.coded import Coded
from opdat_analytics.model import TABLES
from opdat_analytics.model.arrow_columns import arrow_table
from opdat_analytics.refresh import refresh


def figures(keys: list[tuple[str | None, ...]]) -> _Figures:
    """Figures that differ in their place, year and edition only."""
    told = {name: Coded.same("x", len(keys)) for name in changed_rows._READ}
    for at, name in enumerate(("place", "year", "edition")):
        told[name] = Coded.of([key[at] for key in keys])
    return _Figures(told, np.zeros(len(keys)), np.zeros(len(keys)))


def in_order(key: tuple[str | None, ...]) -> list[tuple[bool, str]]:
    return [(part is None, part or "") for part in key]


@pytest.mark.parametrize("seed", range(8))
def test_the_first_of_a_key_meets_the_first_and_what_is_left_is_gone_or_added(seed: int) -> None:
    dice = random.Random(seed)
    old, new = ([tuple(dice.choice("ab") if dice.random() < 0.8 else None for _ in range(3)) for _ in range(n)]
                for n in (dice.randrange(12), dice.randrange(12)))  # fmt: skip
    was, now, gone, added = (rows.tolist() for rows in _paired(figures(old), figures(new)))
    assert [old[i] for i in was] == [new[i] for i in now]
    places: dict[str, defaultdict[tuple[str | None, ...], list[int]]] = {s: defaultdict(list) for s in ("old", "new")}
    for side, keys in (("old", old), ("new", new)):
        for row, key in enumerate(keys):
            places[side][key].append(row)
    shared = {key: min(len(places["old"][key]), len(places["new"][key])) for key in {*old, *new}}
    ordered = sorted(shared, key=in_order)
    assert was == [row for key in ordered for row in places["old"][key][: shared[key]]]
    assert now == [row for key in ordered for row in places["new"][key][: shared[key]]]
    assert gone == [row for key in ordered for row in places["old"][key][shared[key] :]]
    assert added == [row for key in ordered for row in places["new"][key][shared[key] :]]
    assert Counter({*was, *gone}) == Counter(range(len(old)))


def test_corrections_stay_in_their_part_and_new_ones_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(across, "_FEW", 2)
    home = small_project(tmp_path)
    refresh(home)
    rows = []
    for number in range(40, 44):
        edit(home, "police/returns.csv", f"2019,{number}", f"2019,{number + 1}")
        refresh(home)
        parts = store.open_publication(home).manifest["across"]["revisions"]
        rows.append([part["rows"] for part in parts])
    assert rows == [[0, 1], [0, 2], [0, 2, 1], [0, 2, 2]]
    told = published(home, "revisions")
    assert told[["text_from", "text_to"]].to_numpy().tolist() == [[str(n), str(n + 1)] for n in range(40, 44)]
    assert set(told["kind"]) == {"corrected"}


def test_what_was_corrected_is_carried_on_from_a_part_that_also_tells_what_was_restated(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    refresh(home)
    edit(home, "police/returns.csv", "2019,40", "2019,41")
    refresh(home)
    opened = store.open_publication(home)
    corrected = opened.table("revisions").to_dict("records")
    assert len(corrected) == 1
    rows = [{name: None if value != value else value for name, value in corrected[0].items()}]
    rows = [{**row, "year": int(row["year"]), **dict.fromkeys(("period_start", "period_end"))} for row in rows]
    mixed = arrow_table([{**rows[0], "kind": "restated"}, rows[0]], TABLES["revisions"])
    part = store.write_part(home, mixed, TABLES["revisions"])
    before = {**opened.manifest, "across": {**opened.manifest["across"], "revisions": [part]}}
    (kept,) = across._carried(home, before)
    assert store.whole_part(home, kept).to_pylist() == mixed.slice(1).to_pylist()


def test_a_part_that_a_loss_of_power_spoiled_is_written_again(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    rows = arrow_table([], TABLES["targets"])
    entry = store.write_part(home, rows, TABLES["targets"])
    path = store.part_path(home, entry["hash"])
    path.write_bytes(b"\0" * path.stat().st_size)
    assert store.write_part(home, rows, TABLES["targets"]) == entry
    store.check_parts(home, {"targets": [entry]})
