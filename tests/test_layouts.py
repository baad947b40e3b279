"""Every folder of tests/layouts is one case: spreadsheets, their source.toml, and what must come of them.

``expected.csv`` lists the observations by the columns it names, in the order of file, sheet, cell and part;
``activities.csv`` and the like list other tables, ``issues.csv`` the issues, ``ledger.csv`` the fates of cells.
Without ``expected.csv`` the case is a file that stops.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.ingest.editions import current
from opdat_analytics.ingest.files import FileRead, read_file
from opdat_analytics.model import TABLES, position

CASES = sorted(path for path in (Path(__file__).parent / "layouts").iterdir() if path.is_dir())
EXPECTATIONS = {"expected.csv": "observations"} | {
    f"{name}.csv": name for name in ("activities", "programmes", "indicators", "targets", "issues", "ledger")
}


def read_case(folder: Path, home: Path) -> list[FileRead]:
    """Copy a case's spreadsheets into a source named ``case`` and read them as declared."""
    raw = home / "case"
    raw.mkdir()
    for path in folder.iterdir():
        if path.name not in EXPECTATIONS:
            shutil.copy(path, raw / path.name)
    source = read_declaration(raw / "source.toml")
    files = sorted(path for path in raw.iterdir() if path.name != "source.toml")
    assert files, f"{folder.name} has no spreadsheet"
    read = [read_file(path, source) for path in files]
    observations = [r.tables["observations"] for r in read if "observations" in r.tables]
    if observations:
        together = pd.concat(observations, ignore_index=True)
        latest = iter(current(together, {"case": source.editions}).tolist())
        for frame in observations:
            frame["current"] = [next(latest) for _ in range(len(frame))]
    return read


def table(read: list[FileRead], name: str) -> pd.DataFrame:
    """One table of all files, in the order of file, sheet, cell and part."""
    frames = [r.tables[name] for r in read if name in r.tables and len(r.tables[name])]
    if not frames:
        return pd.DataFrame(columns=[column.name for column in TABLES[name]])
    frame = pd.concat(frames, ignore_index=True)
    if "cell" not in frame:
        return frame
    sheets = {sheet: number for number, sheet in enumerate(dict.fromkeys(frame["sheet"].tolist()))}
    place = [
        (row.file, sheets[row.sheet], position(row.cell) if isinstance(row.cell, str) else (-1, -1), number)
        for number, row in enumerate(frame.itertuples(index=False))
    ]
    return frame.iloc[sorted(range(len(frame)), key=place.__getitem__)]


def printed(value: object) -> str:
    """A value as an expectation writes it: blank for null, whole numbers without a point, dates in ISO 8601."""
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:10] if isinstance(value, pd.Timestamp) else str(value)


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(folder: Path, tmp_path: Path) -> None:
    read = read_case(folder, tmp_path)
    for file, name in EXPECTATIONS.items():
        if not (folder / file).exists():
            continue
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            columns, *expected = list(csv.reader(lines))
        found = [[printed(v) for v in row] for row in table(read, name)[columns].itertuples(index=False)]
        assert found == expected, f"{folder.name}/{file}: {', '.join(columns)}"


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_every_cell_has_one_fate(folder: Path, tmp_path: Path) -> None:
    read = read_case(folder, tmp_path)
    stops = not (folder / "expected.csv").exists() and not any((folder / f).exists() for f in list(EXPECTATIONS)[1:5])
    assert [one.stopped for one in read] == [stops] * len(read)
    ledger = table(read, "ledger")
    fates = ["title", "header", "label", "value", "total", "note", "ignored", "held"]
    assert ledger["balanced"].all()
    assert (ledger[fates].sum(axis=1) == ledger["cells"]).all()
