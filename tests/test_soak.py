"""The simulated day of refreshes, in small; and that it would notice what it looks for."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from opdat_analytics import declared, reading, store
from opdat_analytics.model import Home
from opdat_analytics.refresh import refresh
from soak import edits, refreshes

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="refreshes are killed in copies of the process")


@pytest.mark.slow
def test_thirty_refreshes_with_random_edits_and_kills_lose_and_double_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAUSE", 0.01)
    told = refreshes.soak(tmp_path, seed=7, refreshes=30, minutes=30)
    assert told["refreshes"] == 30
    assert told["killed"] > 0
    assert told["publications"] > 10


@pytest.mark.slow
def test_the_day_notices_when_a_broken_declaration_shifts_what_is_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = declared.declared_by
    monkeypatch.setattr(declared, "declared_by", lambda home, sources, kept, before: real(home, sources, kept, None))
    with pytest.raises(refreshes.Wrong, match=r"is not what a clean rebuild gives|what was last declared is lost"):
        refreshes.soak(tmp_path, seed=7, refreshes=30, minutes=30)


def test_the_day_notices_a_figure_that_is_lost_doubled_or_restated(tmp_path: Path) -> None:
    day = Home.at(tmp_path / "day")
    file = edits.File("returns_2024.csv", (("Peru", 2020, "7"), ("Nepal", 2021, "over 3")))
    world = edits.World({"a": edits.Declared(edits.EDITIONS, "series")}, {"a/returns_2024.csv": file})
    edits.write(world, day.raw)
    refresh(day)
    refreshes.check(day, refreshes.Expected().after(world), tmp_path / "clean", {})
    for rows in (file.rows[:1], (*file.rows, ("Kenya", 2020, "1")), (("Peru", 2020, "8"), file.rows[1])):
        other = edits.World(world.declared, {"a/returns_2024.csv": edits.File(file.name, rows)})
        with pytest.raises(refreshes.Wrong, match=r"lost: .*too many: "):
            refreshes.check(day, refreshes.Expected().after(other), tmp_path / "clean", {})
    manifest = store.open_publication(day).manifest
    twice = {**manifest, "files": [*manifest["files"], *manifest["files"]]}
    shutil.copytree(tmp_path / "day", tmp_path / "twice")
    doubled = Home.at(tmp_path / "twice")
    store.manifest_path(doubled).write_text(json.dumps(twice), encoding="utf-8")
    with pytest.raises(refreshes.Wrong, match="a figure stands twice"):
        refreshes.check(doubled, refreshes.Expected().after(world), tmp_path / "clean", {})
