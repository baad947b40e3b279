"""Sheets that list persons are stopped by their columns; sheets that count are not. Every name here is invented."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from opdat_analytics import store
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import Home, UnreadableFile
from opdat_analytics.privacy import must_stop, personal_columns, personal_data, reason_to_stop, refusal
from opdat_analytics.privacy.rules import header_rules, headers
from opdat_analytics.refresh import STOPPED, refresh

RAW = Path(__file__).parent.parent / "data" / "raw"

NAMES = ["Ana Prueba Uno", "Luis Ejemplo", "Maria Inventada", "John Sample", "Rosa Ficticia", "Pedro Modelo"]


def sheet(header: str, values: list[str]) -> np.ndarray:
    return np.array([["Year", header], *[["2022", value] for value in values]], dtype=object)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Full name", NAMES),
        ("Nombre completo", NAMES),
        ("Nome da vítima", NAMES),
        ("Prénom", ["Ana", "Luis", "Maria"]),
        ("Remarks", NAMES),
        ("Passport No.", ["C1234567", "C1234568", "C1234569"]),
        ("DNI", ["12345678", "22345678", "32345678"]),
        ("Fecha de nacimiento", ["03/04/1990", "1991-05-06", "07/08/1992"]),
        ("Teléfono", ["+502 5555 0101", "+502 5555 0102", "+502 5555 0103"]),
        ("E-mail", ["a@example.org", "b@example.org", "c@example.org"]),
        ("Comment", ["call ana@example.org", "passport C1234567 seized", "minor, DOB 03/04/2010"]),
    ],
)
def test_a_column_about_persons_stops_its_sheet_and_is_never_quoted(header: str, values: list[str]) -> None:
    columns = personal_columns(sheet(header, values))
    assert [column.column for column in columns] == [1]
    assert must_stop(columns)
    said = refusal("Cases", columns)
    assert "column B" in said
    assert not any(value in said for value in values)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Name", ["New Zealand", "Costa Rica", "South Africa", "El Salvador", "Saudi Arabia", "Sri Lanka"]),
        ("Agency", ["Federal Police", "National Police", "Ministry of Justice", "Attorney General", "Supreme Court"]),
        ("Phone calls", ["12", "7", "1234"]),
        ("Reports by e-mail", ["12", "7", "1234"]),
        ("Convictions", ["12", "over 74", "<5"]),
        ("Passports seized", ["12", "7", "31"]),
    ],
)
def test_counts_and_places_are_not_about_persons(header: str, values: list[str]) -> None:
    assert not must_stop(personal_columns(sheet(header, values)))


def test_two_hints_stop_a_sheet_and_one_does_not() -> None:
    rows = [[f"2022-{n:04}", f"{n} Invented Street"] for n in range(1001, 1007)]
    both = np.array([["Case number", "Address"], *rows], dtype=object)
    assert must_stop(personal_columns(both))
    assert not must_stop(personal_columns(both[:, :1]))


LISTS = {
    "stress/readxl_deaths.xlsx", "stress/unpivotr_enron.xlsx",
    *(f"table_cases/{puzzle}.csv" for puzzle in (
        "multistep/multistep_test21/data", "stack/stack_test1/data", "stack/stack_test10/data",
        "stack/stack_test10/gt", "stack/stack_test35/data", "stack/stack_test38/data", "stack/stack_test52/data",
        "stack/stack_test52/gt", "subtitle/subtitle_test4/data", "subtitle/subtitle_test4/gt",
    )),
}  # fmt: skip
"""Files of the corpus that list persons by name: actors, players, speakers, politicians, the dead, whom to call."""


@pytest.mark.parametrize("puzzles", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_outside_tables_that_count_are_left_alone(outside: Path, puzzles: bool) -> None:
    read = 0
    stopped = set()
    for path in sorted((outside / "corpus").rglob("*")):
        named = path.relative_to(outside / "corpus").as_posix()
        known = path.suffix in (".csv", ".xlsx", ".xls", ".ods") and "glotip" not in path.parts
        if not known or named.startswith("table_cases/") != puzzles:
            continue
        try:
            grids = read_workbook(path)
        except UnreadableFile:
            continue
        read += len(grids)
        stopped |= {named for grid in grids if must_stop(personal_data(grid.text))}
    assert read > 200
    assert stopped == {named for named in LISTS if named.startswith("table_cases/") == puzzles}


def test_outside_line_lists_are_stopped(outside: Path) -> None:
    for path in sorted((outside / "faulty").glob("c4[34]_*")):
        assert any(must_stop(personal_columns(grid.text)) for grid in read_workbook(path)), path.name


@pytest.mark.parametrize("path", sorted(RAW.glob("*/*.xlsx")), ids=lambda path: path.name)
def test_the_shipped_record_lists_no_persons(path: Path) -> None:
    assert reason_to_stop(path, read_workbook(path)) is None


def test_small_counts_by_sex_are_no_ages_of_persons() -> None:
    """A crosstab with sexes across and figures under ten looks like a list on its side, but a person has one age."""
    rows = [
        ["", "2020", "", "2021", "", "2022", ""],
        ["Country", *["Male", "Female"] * 3],
        ["Chile", "7", "4", "1", "5", "2", "3"], ["Kenya", "5", "6", "2", "1", "9", "8"],
        ["Mexico", "3", "5", "4", "8", "1", "6"], ["Peru", "2", "1", "7", "5", "4", "9"],
    ]  # fmt: skip
    assert not must_stop(personal_data(np.array(rows, dtype=object)))
    persons = [["Male", "31"], ["Female", "19"], ["Male", "44"], ["Female", "27"], ["Male", "52"], ["Female", "8"]]
    assert must_stop(personal_data(np.array(persons, dtype=object)))


def test_a_refused_sheet_stops_its_file_and_leaves_nothing_of_its_contents(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    folder = home.raw / "returns"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(
        'title = "Returns"\nconstants = { measure = "convictions" }\n[[layout]]\n'
        'columns = { Country = "place", Year = "year", Convictions = "value" }\n',
        encoding="utf-8",
    )
    (folder / "good.csv").write_text("Country,Year,Convictions\nAlbania,2019,7\n", encoding="utf-8")
    rows = [f"Albania,{2000 + n},#REF!,{name}" for n, name in enumerate(NAMES)]
    (folder / "list.csv").write_text("\n".join(["Country,Year,Convictions,Full name", *rows, ""]), encoding="utf-8")
    report = refresh(home)
    assert report.exit_code == STOPPED
    issues = store.open_publication(home).table("issues")
    assert issues.loc[issues["file"] == "returns/list.csv", "code"].tolist() == ["personal_columns"]
    kept = b"".join(path.read_bytes() for path in home.processed.rglob("*") if path.is_file())
    told = repr(report) + issues.to_csv()
    for name in NAMES:
        assert name not in told
        assert name.encode() not in kept


def test_digits_beside_the_words_of_a_header_never_decide_whether_a_rule_fits() -> None:
    """Headers are tried with any digit in place of theirs; that holds only while no rule names a digit."""
    assert not [rule.words.pattern for rule in headers() if re.search(r"\\d|[0-9]", rule.words.pattern)]
    assert header_rules("Passport number 1") == header_rules("Passport number 7") != ()


def test_whatever_tells_each_victim_apart_beside_an_age_lists_persons() -> None:
    """Invented: given names that no list of names has, and girls and boys behind a running number."""
    given = [["Victim", "Age"], ["Zulmirata", "17"], ["Takundwa", "22"], ["Ixchelina", "19"], ["Nyaradzwa", "31"]]
    numbered = [["No.", "Victim", "Age"], ["1", "Girl 1", "15"], ["2", "Boy 2", "12"], ["3", "Girl 3", "16"]]
    for rows in (given, [*numbered, ["4", "Woman 4", "25"], ["5", "Girl 5", "14"]]):
        assert must_stop(personal_data(np.array(rows, dtype=object)))


def test_kinds_of_victims_beside_their_numbers_list_nobody() -> None:
    kinds = [["Victims", "2020", "2021"], ["Women", "10", "20"], ["Girls", "5", "7"], ["Men", "3", "4"]]
    stages = [["Defendant", "Number"], ["Charged", "12"], ["Convicted", "5"], ["Acquitted", "3"], ["Pending", "1"]]
    ages = [
        ["Age group", "Girls", "Boys"],
        ["0-4", "3", "4"],
        ["5-9", "7", "1"],
        ["10-14", "3", "4"],
        ["15-17", "2", "4"],
    ]
    for rows in ([*kinds, ["Boys", "1", "2"]], stages, ages):
        assert not must_stop(personal_data(np.array(rows, dtype=object)))
