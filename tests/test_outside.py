"""The full published workbooks, which nobody here wrote: 150,000 rows, their known faults, and their known totals."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from opdat_analytics import store
from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.ingest.files import FileRead, read_file
from opdat_analytics.model import Home
from opdat_analytics.refresh import refresh

ROOT = Path(__file__).parent.parent
FILES = {
    "unodc_glotip": [
        "glotip/data_glotip_2023-05-30.xlsx",
        "glotip/data_glotip_2025-04-14.xlsx",
    ],
    "jtip_projects": ["programme/state_jtip_grants_funding_original.csv"],
}
NEW, OLD = (f"unodc_glotip/data_glotip_{day}.xlsx" for day in ("2025-04-14", "2023-05-30"))
LIST = "jtip_projects/state_jtip_grants_funding_original.csv"


@dataclass(frozen=True)
class Outside:
    """The tables of the full files, read with the declarations of data/raw."""

    observations: pd.DataFrame
    activities: pd.DataFrame
    issues: pd.DataFrame
    ledger: pd.DataFrame
    sources: pd.DataFrame


@pytest.fixture(scope="module")
def full(outside: Path, tmp_path_factory: pytest.TempPathFactory) -> Outside:
    """One refresh of the full files."""
    home = Home.at(tmp_path_factory.mktemp("full"))
    for source, files in FILES.items():
        (home.raw / source).mkdir(parents=True)
        shutil.copy(ROOT / "data" / "raw" / source / "source.toml", home.raw / source)
        for file in files:
            shutil.copy(outside / "corpus" / file, home.raw / source)
    refresh(home)
    publication = store.open_publication(home)
    return Outside(**{name: publication.table(name) for name in Outside.__annotations__})


def codes(full: Outside, file: str) -> dict[str, int]:
    issues = full.issues[(full.issues["file"] == file) & (full.issues["severity"] == "hold")]
    return {str(code): int(n) for code, n in issues["code"].value_counts().items()}


def test_every_sheet_balances(full: Outside) -> None:
    assert full.ledger["balanced"].all()
    assert not full.sources["stopped"].any()


def test_survey_codes_and_contradictions_of_the_new_edition_are_held(full: Outside) -> None:
    found = codes(full, NEW)
    assert found["out_of_range"] == 128
    assert found["duplicate_key"] == 767, "every cell of 284 figures"
    assert set(found) == {"out_of_range", "duplicate_key"}


def test_contradictions_of_the_old_edition_are_held(full: Outside) -> None:
    assert codes(full, OLD)["duplicate_key"] == 536, "every cell of 192 figures"


def test_every_row_of_the_new_edition_is_a_figure_or_held(full: Outside) -> None:
    ledger = full.ledger.set_index("file").loc[NEW]
    rows = int((full.observations["file"] == NEW).sum())
    assert rows + int(ledger["held"]) == 58_769


def test_half_the_values_are_small_and_hidden(full: Outside) -> None:
    new = full.observations[full.observations["file"] == NEW]
    small = new[new["text"] == "<5"]
    assert set(small[["low", "high"]].itertuples(index=False, name=None)) == {(0.0, 4.0)}
    assert 0.45 < len(small) / len(new) < 0.55


def test_persons_convicted_in_2019(full: Outside) -> None:
    observations = full.observations
    plain = (observations[["form", "sex", "age", "citizenship", "breakdown"]] == "total").all(axis=1)
    national = observations[
        plain
        & observations["current"]
        & (observations["measure"] == "convictions")
        & (observations["year"] == 2019)
        & (observations["level"] == "country")
        & (observations["source"] == "unodc_glotip")
    ]
    assert len(national) == 106
    assert (national["low"].sum(), national["high"].sum()) == (3_723, 3_899)


def test_the_list_of_projects_is_read_to_its_end(full: Outside) -> None:
    assert int((full.activities["file"] == LIST).sum()) == 4_284
    held = full.ledger.set_index("file").loc[LIST, "held"]
    assert int((full.observations["file"] == LIST).sum()) + int(held) == 4_284


def test_title_rows_make_no_difference(outside: Path) -> None:
    source = read_declaration(ROOT / "data" / "raw" / "unodc_glotip" / "source.toml")
    names = ("data_glotip_2023-05-30.xlsx", "data_glotip_2023-05_title_rows_removed.xlsx")
    one, other = (read_file(outside / "corpus" / "glotip" / name, source) for name in names)

    def figures(read: FileRead) -> pd.DataFrame:
        frame = read.tables["observations"]
        return frame.drop(columns=["edition", "published", "file", "cell"]).reset_index(drop=True)

    pd.testing.assert_frame_equal(figures(one), figures(other))
