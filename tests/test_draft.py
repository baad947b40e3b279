"""`opdat draft`: workbooks that nobody declared become declarations that give the right rows as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hand_checked import BY_HAND

from opdat_analytics import store
from opdat_analytics.drafting.draft import draft
from opdat_analytics.drafting.drift import drift
from opdat_analytics.drafting.fate_picture import picture_html, picture_text
from opdat_analytics.drafting.sheet_tables import find_tables
from opdat_analytics.drafting.source import language_of
from opdat_analytics.drafting.tidy_rows import fates_of, tidy_of
from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.grid import nonblank
from opdat_analytics.ingest.laid import FATE
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import Home, UnreadableFile
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
        (2021, "investigations", 12), (2021, "prosecutions", 13),
        (2022, "investigations", 22), (2022, "prosecutions", 23),
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


# ---------------------------------------------------------------- what is not sure is said


def test_a_measure_that_no_word_names_is_asked_for_and_never_guessed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", {"S": [["Country", "Zorps", "Blips"], ["Albania", 1, 2], ["Kenya", 3, 4]]})
    (best,) = draft(path)
    assert best.read is not None
    assert len(best.read.tables["observations"]) == 0
    assert (best.fates["S"][1:, 1:] == FATE["held"]).all()
    assert '# meanings.measure."Zorps" = ""' in best.toml


NAMES = ["San Juan del Sur", "Santa Cruz del Quiché", "Ciudad de Guatemala", "El Progreso", "San José de las Flores"]


@pytest.mark.parametrize(
    ("headings", "language"),
    [
        (["Department", "Year", "Convictions"], "en"),
        (["Location", "Quarter", "Number"], "en"),
        (["Municipio", "Año", "Condenas"], "es"),
        (["Municipio", "Número de Víctimas", "Detenciones"], "es"),
        (["Município", "Ano", "Condenações"], "pt"),
        (["Zona", "2019", "2020"], "es"),
    ],
)
def test_names_of_places_tell_the_language_only_where_nothing_else_does(headings: list[str], language: str) -> None:
    assert language_of(headings + NAMES * 5).value == language


@pytest.mark.parametrize(
    ("cells", "notation"),
    [
        (["1.234", "2.005", "12.750"], "1.234,5"),
        (["1,234", "2,005", "12,750"], "1,234.5"),
        (["1.234.567", "2,5"], "1.234,5"),
        (["1.234", "0.567", "2.125"], None),
        (["1.234"], None),
    ],
)
def test_numbers_are_declared_only_where_the_evidence_leaves_one_notation(
    tmp_path: Path, cells: list[str], notation: str | None
) -> None:
    rows = [
        ["Country", "Convictions"],
        *([place, cell] for place, cell in zip(["Albania", "Kenya", "Peru"], cells, strict=False)),
    ]
    (best,) = draft(workbook(tmp_path / "x.xlsx", {"S": rows}))
    assert (f'numbers = "{notation}"' in best.toml) if notation else ("numbers = " not in best.toml)


def test_a_dash_means_what_the_workbook_says_it_means(tmp_path: Path) -> None:
    rows: Rows = [["Country", "Convictions"], ["Albania", 4], ["Kenya", "-"], ["Peru", 7]]
    silent = draft(workbook(tmp_path / "a.xlsx", {"S": rows}))[0]
    told = draft(workbook(tmp_path / "b.xlsx", {"S": [*rows, [], ["Note: - = nil"]]}))[0]
    assert silent.fates["S"][2, 1] == FATE["held"]
    assert '"-" = [0, 0]' in told.toml
    assert told.fates["S"][2, 1] == FATE["value"]


def test_several_tables_on_one_sheet_get_a_layout_each(home: Home) -> None:
    rows: Rows = [
        ["Prosecutions"], ["Country", 2020, 2021], ["Albania", 1, 2], ["Kenya", 3, 4], [], [],
        ["Convictions"], ["Country", 2020, 2021], ["Albania", 5, 6], ["Kenya", 7, 8],
    ]  # fmt: skip
    workbook(home.raw / "ministry" / "trafficking.xlsx", {"S": rows})
    read = accepted(home, "ministry")
    assert figures(read, "place", "measure", "year") == [
        ("ALB", "prosecutions", 2020, 1), ("ALB", "prosecutions", 2021, 2),
        ("KEN", "prosecutions", 2020, 3), ("KEN", "prosecutions", 2021, 4),
        ("ALB", "convictions", 2020, 5), ("ALB", "convictions", 2021, 6),
        ("KEN", "convictions", 2020, 7), ("KEN", "convictions", 2021, 8),
    ]  # fmt: skip


def test_lines_that_name_the_rows_below_name_their_measure(home: Home) -> None:
    rows: Rows = [
        ["Trafficking in persons"], ["Country", 2020, 2021],
        ["Prosecutions"], ["Albania", 1, 2], ["Kenya", 3, 4],
        ["Convictions"], ["Albania", 5, 6], ["Kenya", 7, 8],
    ]  # fmt: skip
    workbook(home.raw / "ministry" / "returns.xlsx", {"S": rows})
    read = accepted(home, "ministry")
    assert figures(read[read["year"] == 2021], "place", "measure") == [
        ("ALB", "prosecutions", 2), ("KEN", "prosecutions", 4), ("ALB", "convictions", 6), ("KEN", "convictions", 8),
    ]  # fmt: skip


def test_headings_printed_again_and_a_blank_corner_are_declared(home: Home) -> None:
    pages: Rows = [
        ["Convictions for trafficking"], ["Country", 2020, 2021], ["Albania", 1, 2], ["Kenya", 3, 4],
        ["Country", 2020, 2021], ["Peru", 5, 6], ["Chile", 7, 8],
    ]  # fmt: skip
    blank: Rows = [
        ["Prosecutions for trafficking"], [None, 2020, 2021], ["Albania", 1, 2], ["Kenya", 3, 4], ["Peru", 9, 9],
    ]  # fmt: skip
    workbook(home.raw / "ministry" / "returns.xlsx", {"pages": pages, "blank": blank})
    read = accepted(home, "ministry")
    assert figures(read[read["year"] == 2021], "place", "measure") == [
        ("ALB", "convictions", 2), ("KEN", "convictions", 4), ("PER", "convictions", 6), ("CHL", "convictions", 8),
        ("ALB", "prosecutions", 2), ("KEN", "prosecutions", 4), ("PER", "prosecutions", 9),
    ]  # fmt: skip
    declared = (home.raw / "ministry" / "source.toml").read_text(encoding="utf-8")
    assert 'header = "repeated"' in declared


def test_a_list_of_trainings_becomes_activities(home: Home) -> None:
    rows: Rows = [
        ["Trainings on trafficking in persons, 2023"],
        ["Start date", "End date", "Country", "Title of the training", "Participants", "Remarks"],
        ["2023-03-01", "2023-03-03", "Kenya", "Interviewing witnesses", 24, "in Mombasa"],
        ["2023-05-10", None, "Albania", "Financial investigations", 31, None],
        ["2023-06-02", "2023-06-05", "Peru", "Victim assistance in court", 18, None],
    ]
    workbook(home.raw / "office" / "trainings.xlsx", {"Trainings": rows})
    accepted(home, "office")
    publication = store.open_publication(home)
    done = publication.table("activities")
    assert done[["title", "places", "start", "end", "activity_type", "offence", "audience"]].fillna(
        ""
    ).values.tolist() == [
        ["Interviewing witnesses", "KEN", "2023-03-01", "2023-03-03", "capacity_building", "trafficking", "24"],
        ["Financial investigations", "ALB", "2023-05-10", "", "capacity_building", "trafficking", "31"],
        ["Victim assistance in court", "PER", "2023-06-02", "2023-06-05", "capacity_building", "trafficking", "18"],
    ]
    assert publication.table("ledger")["held"].tolist() == [0]


def test_a_list_of_words_without_days_is_no_list_of_activities(tmp_path: Path) -> None:
    rows: Rows = [["Code", "Title"], ["A1", "Persons convicted"], ["A2", "Persons charged"], ["A3", "Other"]]
    (best,) = draft(workbook(tmp_path / "codes.xlsx", {"S": rows}))
    assert "activities" not in best.toml


def test_top_k_gives_different_readings_best_first(tmp_path: Path) -> None:
    rows: Rows = [["Country", 2020, 2021], ["Albania", 1, 2], ["Kenya", 3, 4], ["Total", 4, 6]]
    found = draft(workbook(tmp_path / "convictions.xlsx", {"S": rows}), top=3)
    assert [len(one.tidy[0].rows) for one in found] == [4, 6, 2]
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)


def test_the_page_escapes_what_cells_say_and_tells_fates_without_colour(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "x.xlsx", {"S": [["Country", "Convictions"], ["<script>alert(1)</script>", 2], ["Kenya", 3]]}
    )
    (best,) = draft(path)
    page = picture_html(best, read_workbook(path))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'title="B3: value"' in page
    assert "    3 l#" in picture_text(read_workbook(path)[0], best.fates["S"])


# ---------------------------------------------------------------- a next edition


def source_of(folder: Path, text: str) -> Source:
    """A declaration of this text."""
    folder.mkdir()
    (folder / "source.toml").write_text(text, encoding="utf-8")
    return read_declaration(folder / "source.toml")


def test_drift_tells_columns_renamed_moved_added_and_missing(tmp_path: Path) -> None:
    source = source_of(
        tmp_path / "s",
        'title = "t"\n[[layout]]\n[layout.columns]\n"Country" = "place"\n"Year" = "year"\n"Sex" = "sex"\n'
        '"Indicator" = "measure"\n"Value" = "value"\n',
    )
    path = workbook(
        tmp_path / "new.xlsx",
        {
            "S": [
                ["Year", "Countries", "Indicator", "Age group", "Value"],
                [2020, "Albania", "Convictions", "Adults", 3],
            ]
        },
    )
    found = {(one.kind, one.was, one.now, one.cell) for one in drift(path, source)}
    assert found == {
        ("renamed", "Country", "Countries", "B1"),
        ("missing", "Sex", "", None),
        ("added", "", "Age group", "D1"),
    }
    (added,) = [one for one in drift(path, source) if one.kind == "added"]
    assert added.proposal == 'under `columns`: "Age group" = "age"'


def test_drift_finds_a_renamed_corner_and_a_renamed_sheet(tmp_path: Path) -> None:
    source = source_of(
        tmp_path / "s",
        'title = "t"\n[[layout]]\nsheet = "Table 1"\ncorner = "Country"\n'
        'headers = { year = "row 1", place = "column 1" }\nconstants = { measure = "convictions" }\n'
        '[[layout]]\nsheet = "Table 2"\ncorner = "Country"\n'
        'headers = { year = "row 1", place = "column 1" }\nconstants = { measure = "prosecutions" }\n',
    )
    rows: Rows = [["State", 2020, 2021], ["Albania", 1, 2], ["Kenya", 3, 4]]
    found = drift(workbook(tmp_path / "new.xlsx", {"Table 1": rows, "Table 2a": rows}), source)
    assert [(one.kind, one.sheet, one.was, one.now) for one in found] == [
        ("renamed", "Table 1", "Country", "State"),
        ("renamed", "Table 2a", "Table 2", "Table 2a"),
    ]


BESIDE: Rows = [
    ["Prosecutions", None, None, None, "Convictions", None, None],
    ["Country", 2020, 2021, None, "Country", 2020, 2021],
    ["Albania", 1, 2, None, "Kenya", 5, 6],
    ["Kenya", 3, 4, None, "Peru", 7, 8],
]


def test_tables_side_by_side_are_drafted_read_and_watched_for_drift(tmp_path: Path) -> None:
    path = workbook(tmp_path / "trafficking.xlsx", {"S": BESIDE})
    (best,) = draft(path)
    assert 'from = { column = "Convictions" }' in best.toml
    assert best.read is not None
    assert best.read.tables["ledger"]["balanced"].all()
    assert figures(best.read.tables["observations"], "measure", "place", "year") == [
        ("prosecutions", "ALB", 2020, 1), ("prosecutions", "ALB", 2021, 2),
        ("prosecutions", "KEN", 2020, 3), ("prosecutions", "KEN", 2021, 4),
        ("convictions", "KEN", 2020, 5), ("convictions", "KEN", 2021, 6),
        ("convictions", "PER", 2020, 7), ("convictions", "PER", 2021, 8),
    ]  # fmt: skip
    source = source_of(tmp_path / "s", best.toml)
    longer = [[*row[:3], extra, *row[3:]] for row, extra in zip(BESIDE, (None, 2022, 9, 9), strict=True)]
    assert drift(workbook(tmp_path / "b" / "trafficking.xlsx", {"S": longer}), source) == []
    retitled = [[*BESIDE[0][:4], "All convictions", None, None], *BESIDE[1:]]
    (told,) = drift(workbook(tmp_path / "c" / "trafficking.xlsx", {"S": retitled}), source)
    assert (told.kind, told.was) == ("renamed", "Convictions")
    assert told.now == "All convictions"


def test_tables_in_a_grid_get_a_layout_each_by_their_row_and_their_column(home: Home) -> None:
    def table(title: str, male: int) -> Rows:
        return [[title, None, None], ["Sex", 2020, 2021], ["Male", male, male + 1], ["Female", male + 2, male + 3]]

    def row(left: Rows, right: Rows) -> Rows:
        return [[*a, None, *b] for a, b in zip(left, right, strict=True)]

    upper, lower = (
        row(table("Guatemala", 10), table("Honduras", 20)),
        row(table("Panama", 30), table("El Salvador", 40)),
    )
    path = workbook(home.raw / "office" / "trafficking.xlsx", {"Convictions": [*upper, [], *lower]})
    (best,) = draft(path)
    assert best.toml.count('from = { row = "Panama", column = ') == 2
    rows = accepted(home, "office").query("year == 2021 and sex == 'female'")
    assert figures(rows, "cell", "place") == [
        ("C4", "GTM", 13), ("G4", "HND", 23), ("C9", "PAN", 33), ("G9", "SLV", 43),
    ]  # fmt: skip


def test_drift_tells_a_column_of_labels_that_was_added_and_proposes_the_headers(tmp_path: Path) -> None:
    source = source_of(
        tmp_path / "s",
        'title = "t"\n[[layout]]\ncorner = "Country"\nheaders = { year = "row 1", place = "column 1" }\n'
        'constants = { measure = "convictions" }\n',
    )
    same = workbook(tmp_path / "a.xlsx", {"S": [["Country", 2020, 2021], ["Albania", 1, 2], ["Kenya", 3, 4]]})
    assert drift(same, source) == []
    rows: Rows = [
        ["Country", "Sex", 2020, 2021], ["Albania", "Male", 1, 2], ["Albania", "Female", 5, 6], ["Kenya", "Male", 3, 4],
    ]  # fmt: skip
    (told,) = drift(workbook(tmp_path / "b.xlsx", {"S": rows}), source)
    assert (told.kind, told.cell, told.now) == ("added", "B1", "sex")
    assert told.proposal == 'headers = { year = "row 1", place = "column 1", sex = "column 2" }'


# ---------------------------------------------------------------- workbooks that others made, read by hand first


@pytest.mark.parametrize(
    ("file", "sheet", "which", "count", "rows"), BY_HAND, ids=[f"{Path(f).stem}-{s}" for f, s, *_ in BY_HAND]
)
def test_real_tables_are_taken_apart_as_a_person_would(
    outside: Path, file: str, sheet: str, which: int, count: int, rows: list[tuple[str, ...]]
) -> None:
    (grid,) = [grid for grid in read_workbook(outside / "corpus" / file) if grid.name == sheet]
    tidy = [tidy_of(grid, table) for table in find_tables(grid)][which]
    assert len(tidy.rows) == count
    for wanted in rows:
        assert any(_begins(row, wanted) for row in tidy.rows), f"{wanted} is not among the rows of {tidy.columns}"


def _begins(row: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return len(row) == len(wanted) and all(
        said.startswith(begin) if begin else not said for said, begin in zip(row, wanted, strict=True)
    )


@pytest.mark.parametrize("part", ["national", "us_federal", "programme", "stress"])
def test_every_cell_of_every_real_sheet_has_one_fate(outside: Path, part: str) -> None:
    for path in sorted((outside / "corpus" / part).iterdir()):
        try:
            grids = read_workbook(path)
        except UnreadableFile:
            continue
        for grid in grids:
            fates = fates_of(grid, find_tables(grid))
            assert ((fates > 0) & (fates <= len(FATE))).tolist() == nonblank(grid.text).tolist(), (
                f"{path.name} {grid.name}"
            )
