"""Ordinary workbooks of every kind are read exactly right by the draft as it stands; a benchmark drafts hundreds."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from ordinary_workbooks import KINDS, Figure, figures_of, workbook

from opdat_analytics import store
from opdat_analytics.drafting.draft import draft
from opdat_analytics.model import Home
from opdat_analytics.refresh import refresh

SEEDS = range(1000, 1004)


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """What is published of workbooks of every kind after each draft is accepted as it stands."""
    home = Home.at(tmp_path_factory.mktemp("ordinary"))
    for kind in KINDS:
        for seed in SEEDS:
            folder = home.raw / _source(kind, seed)
            path = workbook(seed, kind).save(folder)
            (folder / "source.toml").write_text(draft(path)[0].toml, encoding="utf-8")
    assert not refresh(home).stopped
    publication = store.open_publication(home)
    assert publication.table("ledger")["balanced"].all()
    return publication.table("observations")


def _source(kind: str, seed: int) -> str:
    return f"{kind.replace(' ', '_')}_{seed}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_read_and_nothing_else(accepted: pd.DataFrame, kind: str) -> None:
    for seed in SEEDS:
        made = workbook(seed, kind)
        rows = accepted[accepted["source"] == _source(kind, seed)]
        assert figures_of(rows) == made.figures, f"{kind}, seed {seed}"
        if made.offence:
            assert set(rows["offence"]) == {made.offence}


def test_the_same_seed_makes_the_same_workbook(tmp_path: Path) -> None:
    def told(seed: int) -> tuple[frozenset[Figure], list[dict[tuple[int, int], object]]]:
        made = workbook(seed)
        return made.figures, [sheet.cells for sheet in made.sheets]

    assert told(7) == told(7)
    assert told(7) != told(8)
