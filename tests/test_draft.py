"""`opdat draft`: workbooks that nobody declared become declarations; accepted as they stand, they give the right rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from opdat_analytics import store
from opdat_analytics.ingest.draft import draft
from opdat_analytics.model import Home
from opdat_analytics.refresh import refresh

Rows = list[list[Any]]


def workbook(path: Path, sheets: dict[str, Rows], merges: dict[str, list[str]] | None = None) -> Path:
    """A workbook with these rows on its sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for merged in (merges or {}).get(name, ()):
            sheet.merge_cells(merged)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def accepted(home: Home, source: str) -> pd.DataFrame:
    """The observations after the best draft is written as it stands and the data are refreshed."""
    folder = home.raw / source
    (file,) = [path for path in folder.iterdir() if path.name != "source.toml"]
    (folder / "source.toml").write_text(draft(file)[0].toml, encoding="utf-8")
    report = refresh(home)
    assert not report.stopped
    return store.open_publication(home).table("observations")


def figures(rows: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """The exact figures beside these columns, in the order of the sheet."""
    cells = rows.assign(low=rows["low"].astype(int))
    return list(cells[[*columns, "low"]].itertuples(index=False, name=None))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty project."""
    return Home.at(tmp_path)


# ---------------------------------------------------------------- accepted as it stands


def test_a_flat_list(home: Home) -> None:
    workbook(
        home.raw / "returns" / "returns_2023.xlsx",
        {
            "Data": [
                ["Annual return on trafficking in persons"],
                [],
                ["Country", "Year", "Indicator", "Sex", "Value"],
                ["Albania", 2022, "Prosecutions", "Male", 12],
                ["Albania", 2022, "Convictions", "Female", 3],
                ["Kenya", 2023, "Prosecutions", "Male", 40],
                ["Kenya", 2023, "Convictions", "Female", "n/a"],
                [],
                ["Source: the reporting desk."],
            ]
        },
    )
    rows = accepted(home, "returns")
    stated = rows[rows["qualifier"] == "exact"]
    assert figures(stated, "place", "year", "measure", "sex") == [
        ("ALB", 2022, "prosecutions", "male", 12),
        ("ALB", 2022, "convictions", "female", 3),
        ("KEN", 2023, "prosecutions", "male", 40),
    ]
    assert set(rows["offence"]) == {"trafficking"}
    assert set(rows["edition"]) == {"2023"}
    assert list(rows.loc[rows["qualifier"] != "exact", "qualifier"]) == ["not_available"]


def test_years_across(home: Home) -> None:
    workbook(
        home.raw / "ministry" / "convictions.xlsx",
        {
            "Table 1": [
                ["Table 1. Convictions for trafficking in persons by country"],
                [],
                ["Country", 2019, 2020, 2021],
                ["Albania", 5, 7, 1],
                ["Kenya", 20, None, 31],
                ["Peru", 9, 8, 12],
                ["Total", 34, 15, 44],
                ["Note: persons convicted at first instance."],
            ]
        },
    )
    rows = accepted(home, "ministry")
    stated = rows[rows["qualifier"] == "exact"]
    assert figures(stated, "place", "year") == [
        ("ALB", 2019, 5), ("ALB", 2020, 7), ("ALB", 2021, 1), ("KEN", 2019, 20), ("KEN", 2021, 31),
        ("PER", 2019, 9), ("PER", 2020, 8), ("PER", 2021, 12),
    ]  # fmt: skip
    assert set(rows["measure"]) == {"convictions"}
    assert list(rows.loc[rows["qualifier"] == "not_reported", "cell"]) == ["C5"]
    issues = store.open_publication(home).table("issues")
    assert not set(issues["code"]) & {"total_differs"}


def test_two_rows_of_merged_headings(home: Home) -> None:
    workbook(
        home.raw / "office" / "return.xlsx",
        {
            "Return": [
                ["Trafficking in persons"],
                ["Country", "Prosecutions", None, "Convictions", None],
                [None, 2021, 2022, 2021, 2022],
                ["Albania", 10, 11, 4, 5],
                ["Kenya", 30, 31, 14, 15],
            ]
        },
        {"Return": ["B2:C2", "D2:E2", "A2:A3"]},
    )
    rows = accepted(home, "office")
    assert figures(rows, "place", "measure", "year") == [
        ("ALB", "prosecutions", 2021, 10), ("ALB", "prosecutions", 2022, 11),
        ("ALB", "convictions", 2021, 4), ("ALB", "convictions", 2022, 5),
        ("KEN", "prosecutions", 2021, 30), ("KEN", "prosecutions", 2022, 31),
        ("KEN", "convictions", 2021, 14), ("KEN", "convictions", 2022, 15),
    ]  # fmt: skip


def test_one_sheet_per_year(home: Home) -> None:
    def sheet(first: int) -> Rows:
        return [
            ["Country", "Investigations", "Prosecutions"],
            ["Albania", first, first + 1],
            ["Kenya", first + 2, first + 3],
        ]

    workbook(
        home.raw / "yearly" / "statistics.xlsx",
        {"Notes": [["Figures of the ministry on trafficking."]], "2021": sheet(10), "2022": sheet(20)},
    )
    rows = accepted(home, "yearly")
    assert figures(rows[rows["place"] == "KEN"], "year", "measure") == [
        (2021, "investigations", 12), (2021, "prosecutions", 13), (2022, "investigations", 22), (2022, "prosecutions", 23),
    ]  # fmt: skip
    ledger = store.open_publication(home).table("ledger").set_index("sheet")
    assert ledger.loc["Notes", "ignored"] == 1
    assert ledger["balanced"].all()
    assert (ledger["held"] == 0).all()


def test_spanish_headings(home: Home) -> None:
    workbook(
        home.raw / "fiscalia" / "informe.xlsx",
        {
            "Cuadro 1": [
                ["Cuadro 1. Trata de personas: resultados por país y sexo"],
                ["País", "Año", "Sexo", "Indicador", "Valor"],
                ["España", 2021, "Hombres", "Condenas", "1.234"],
                ["España", 2021, "Mujeres", "Condenas", "2.034"],
                ["Perú", 2022, "Hombres", "Condenas", "1.005"],
                ["Perú", 2022, "Mujeres", "Condenas", 12],
                ["Fuente: fiscalía."],
            ]
        },
    )
    rows = accepted(home, "fiscalia")
    assert figures(rows, "place", "year", "sex", "measure") == [
        ("ESP", 2021, "male", "convictions", 1234),
        ("ESP", 2021, "female", "convictions", 2034),
        ("PER", 2022, "male", "convictions", 1005),
        ("PER", 2022, "female", "convictions", 12),
    ]
    assert set(rows["offence"]) == {"trafficking"}
