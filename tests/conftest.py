"""What tests share: the published record, built once per run, and the folder of outside spreadsheets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from opdat_analytics import store
from opdat_analytics.model import Home
from opdat_analytics.refresh import refresh

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Record:
    """The tables of one publication of data/raw, and its home."""

    home: Home
    observations: pd.DataFrame
    activities: pd.DataFrame
    programmes: pd.DataFrame
    issues: pd.DataFrame
    ledger: pd.DataFrame
    revisions: pd.DataFrame
    conflicts: pd.DataFrame
    sources: pd.DataFrame


@pytest.fixture(scope="session")
def record_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The record of data/raw, published into a folder that all workers of this run share."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    home = Home(ROOT / "data" / "raw", shared / "record" / "processed", shared / "record" / "exports")
    home.processed.mkdir(parents=True, exist_ok=True)
    with FileLock(shared / "record.lock"):
        assert refresh(home).exit_code == 0
    return home


@pytest.fixture(scope="session")
def record(record_home: Home) -> Record:
    """Every table of the record."""
    publication = store.open_publication(record_home)
    names = [name for name in Record.__annotations__ if name != "home"]
    return Record(record_home, **{name: publication.table(name) for name in names})


@pytest.fixture(scope="session")
def outside() -> Path:
    """Spreadsheets that nobody here wrote; not part of the repository."""
    named = os.environ.get("OPDAT_TESTDATA")
    if not named:
        pytest.skip("OPDAT_TESTDATA names no folder of outside spreadsheets (with corpus/, facts/, faulty/)")
    folder = Path(named)
    assert folder.is_dir(), f"OPDAT_TESTDATA={named} is not a folder"
    return folder.resolve()
