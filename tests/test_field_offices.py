"""Workbooks as a field office sends them, drafted and read as they stand: right, held or flagged, never wrong.

Each of these was once read wrongly without a word.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_draft import Rows, workbook

from opdat_analytics import store
from opdat_analytics.drafting.draft import draft
from opdat_analytics.model import TABLES, Home, NothingPublished
from opdat_analytics.refresh import refresh


class Read:
    """What becomes of a workbook whose draft is accepted as it stands."""

    def __init__(self, root: Path, rows: Rows, name: str = "trafficking") -> None:
        home = Home.at(root)
        path = workbook(home.raw / "office" / f"{name}.xlsx", {"Sheet1": rows})
        self.toml = draft(path)[0].toml
        (home.raw / "office" / "source.toml").write_text(self.toml, encoding="utf-8")
        self.report = refresh(home)
        try:
            publication = store.open_publication(home)
            self.rows, self.issues = publication.table("observations"), publication.table("issues")
        except NothingPublished:
            self.rows = pd.DataFrame(columns=[column.name for column in TABLES["observations"]])
            self.issues = pd.DataFrame(list(self.report.stopped), columns=["code", "cell"])

    def figures(self, *columns: str) -> list[tuple[Any, ...]]:
        """The figures beside these columns, cell by cell."""
        known = self.rows[self.rows["low"].notna()]
        told = [known[name].astype(str) for name in columns]
        return list(zip(known["cell"], *told, known["low"].astype(int), strict=True))

    def codes(self) -> set[str]:
        """Codes of what is held, flagged or stopped."""
        return set(self.issues["code"])


MONTHS: Rows = [["Country", "Jan", "Feb", "Total"], ["Tunisia", 1, 2, 3], ["Egypt", 4, 5, 9], ["Libya", 7, 8, 15]]


def test_months_across_are_months_of_the_year_in_the_title(tmp_path: Path) -> None:
    read = Read(tmp_path, [["Convictions for trafficking 2023"], *MONTHS])
    assert read.figures("period_start", "period_end")[:2] == [
        ("B3", "2023-01-01", "2023-01-31", 1),
        ("C3", "2023-02-01", "2023-02-28", 2),
    ]


def test_months_across_of_no_year_wait_for_it(tmp_path: Path) -> None:
    read = Read(tmp_path, [["Convictions for trafficking"], *MONTHS])
    assert read.rows.empty
    assert read.codes() == {"not_a_period"}


def test_quarters_across_with_their_year_are_no_headings_of_a_breakdown(tmp_path: Path) -> None:
    heads: Rows = [["Country", "Q1", "Q2", "Q3", "Q4", "FY2023"], ["Kenya", 1, 2, 3, 4, 10], ["Uganda", 1, 1, 1, 1, 4]]
    read = Read(tmp_path, [["Trafficking prosecutions, FY2023"], *heads])
    assert read.figures("period_start", "period_end")[0] == ("B3", "2022-10-01", "2022-12-31", 1)
    assert read.figures("period_start", "period_end")[4] == ("F3", "2022-10-01", "2023-09-30", 10)


def test_months_in_numbers_are_no_figures_and_no_numbers_of_rows(tmp_path: Path) -> None:
    rows: Rows = [["Country", "Month", "Convictions"], ["Kenya", 1, 3], ["Kenya", 2, 4], ["Uganda", 1, 1]]
    read = Read(tmp_path, [["Trafficking 2023"], *rows])
    assert 'Month = "period"' in read.toml
    assert read.rows.empty, "nobody knows whether 1 is January"


@pytest.mark.parametrize(
    ("title", "start", "end"),
    [
        ("Convictions, January to June 2023", "2023-01-01", "2023-06-30"),
        ("Convictions, first half of 2023", "2023-01-01", "2023-06-30"),
        ("Convictions May 2023", "2023-05-01", "2023-05-31"),
        ("Convictions, January to December 2023", "2023-01-01", "2023-12-31"),
        ("Convictions 2023", "2023-01-01", "2023-12-31"),
    ],
)
def test_a_title_that_names_a_part_of_a_year_is_not_of_the_whole_year(
    title: str, start: str, end: str, tmp_path: Path
) -> None:
    read = Read(tmp_path, [[title], ["Country", "Persons"], ["Kenya", 3], ["Ghana", 4]])
    assert set(read.figures("period_start", "period_end")) == {("B3", start, end, 3), ("B4", start, end, 4)}


@pytest.mark.parametrize(
    "title",
    [
        "Convictions as of 30 June 2023", "Convictions, January through June 2023", "Convictions 2023 (enero-junio)",
        "Convictions, 1 January to 30 June 2023",
    ],
)  # fmt: skip
def test_a_title_that_names_days_which_cannot_be_read_leaves_its_figures_waiting(title: str, tmp_path: Path) -> None:
    assert Read(tmp_path, [[title], ["Country", "Persons"], ["Kenya", 3], ["Ghana", 4]]).rows.empty


@pytest.mark.parametrize("made", ["Updated 12 March 2024", "Fuente: consultado en mayo de 2024", "Publié en 2024"])
def test_the_day_on_which_a_sheet_was_made_is_not_the_time_of_its_figures(made: str, tmp_path: Path) -> None:
    read = Read(tmp_path, [["Convictions for trafficking"], [made], ["Country", "Persons"], ["Kenya", 3], ["Ghana", 4]])
    assert "2024" not in read.toml
    assert set(read.rows["calendar"]) == {"undated"}
    assert "undated" in read.codes()


def test_fiscal_years_with_a_part_among_them_are_years_and_the_part_waits(tmp_path: Path) -> None:
    rows: Rows = [
        ["Country", "FY22", "FY23", "FY 2024 (Q1-Q2)"],
        ["Prosecutions", None, None, None], ["Guatemala", 10, 12, 5], ["Honduras", 8, 9, 4],
        ["Convictions", None, None, None], ["Guatemala", 5, 6, 2], ["Honduras", 3, 3, 1],
    ]  # fmt: skip
    read = Read(tmp_path, [["US assistance to combat trafficking in persons"], *rows])
    assert read.figures("measure", "year", "calendar")[:2] == [
        ("B4", "prosecutions", "2022", "us_fiscal", 10),
        ("C4", "prosecutions", "2023", "us_fiscal", 12),
    ]
    assert ("C8", "convictions", "2023", "us_fiscal", 3) in read.figures("measure", "year", "calendar")
    assert read.issues[["code", "cell"]].to_numpy().tolist() == [["not_a_period", "D2"]]


def test_headings_that_name_a_year_but_cannot_be_read_do_not_lose_it(tmp_path: Path) -> None:
    rows: Rows = [["Country", "1º sem. 2022", "2º sem. 2022"], ["Brazil", 5, 6], ["Peru", 7, 8]]
    read = Read(tmp_path, [["Condenações por tráfico de pessoas"], *rows])
    assert read.rows.empty
    assert read.codes() == {"not_a_period"}


def test_years_and_spans_of_years_in_one_column_are_not_all_fiscal(tmp_path: Path) -> None:
    rows: Rows = [
        ["Country", "Year", "Convictions"],
        ["Kenya", "2022", 3],
        ["Ghana", "2023", 4],
        ["Togo", "2023-24", 5],
    ]
    read = Read(tmp_path, rows)
    assert set(read.figures("year", "calendar")) == {("C2", "2022", "calendar", 3), ("C3", "2023", "calendar", 4)}
    assert "ambiguous_period" in read.codes()


LETTERS = {
    "M and F": (["M", "F", "T"], ["male", "female", "total"]),
    "H and M": (["H", "M", "T"], ["male", "female", "total"]),
    "H and F": (["H", "F", "T"], ["male", "female", "total"]),
}


@pytest.mark.parametrize("name", [*LETTERS])
def test_letters_of_sexes_are_told_by_each_other(name: str, tmp_path: Path) -> None:
    letters, sexes = LETTERS[name]
    rows: Rows = [["Country", *letters], ["Laos", 1, 2, 3], ["Nepal", 4, 5, 9]]
    read = Read(tmp_path, [["Trafficking convictions 2022"], *rows])
    assert [sex for _, sex, _ in read.figures("sex")[:3]] == sexes


def test_m_alone_is_no_sex(tmp_path: Path) -> None:
    rows: Rows = [["País", "Sexo", "Condenas"], ["México", "H", 3], ["México", "M", 4], ["Perú", "H", 1]]
    read = Read(tmp_path, [["Trata de personas 2022"], *rows])
    assert {(sex, low) for _, sex, low in read.figures("sex")} == {("male", 3), ("female", 4), ("male", 1)}


def test_a_row_of_figures_never_becomes_the_headings(tmp_path: Path) -> None:
    quarters: Rows = [["Country", "Jan-Mar", "Apr-Jun", "Jul-Sep"], ["Kenya", 1, 2, 3], ["Uganda", 2, None, 5]]
    read = Read(tmp_path, [["Convictions for trafficking, 2023"], *quarters])
    assert not {low for _, low in read.figures()} or set(read.figures("period_end")) >= {("B3", "2023-03-31", 1)}
    words: Rows = [
        ["Region/Country", "2020", "2021", "2022"], ["Africa"], ["Kenya", "12 cases", "14 cases", "15 cases"],
        ["Uganda", "7 cases", "8", "nine"], ["Americas"], ["Peru", "3", "4", "5 (est.)"],
    ]  # fmt: skip
    read = Read(tmp_path / "words", [["Investigations (trafficking)"], *words, ["Source: police"]])
    assert all(year == {"B": "2020", "C": "2021", "D": "2022"}[cell[0]] for cell, year, _ in read.figures("year"))


def test_a_column_that_says_what_it_counts_is_of_figures_though_in_words(tmp_path: Path) -> None:
    rows: Rows = [
        ["Country", "Convictions 2021", "Convictions 2022", "Notes"], ["Kenya", "12 (of which 3 women)", "15", "annex"],
        ["Uganda", "about 20", "20-25", None], ["Ghana", "none", "nil", None],
    ]  # fmt: skip
    read = Read(tmp_path, rows)
    assert set(read.figures("year", "qualifier")) == {
        ("C2", "2022", "exact", 15), ("B3", "2021", "about", 20), ("C3", "2022", "between", 20),
        ("C4", "2022", "exact", 0),
    }  # fmt: skip
    assert read.codes() >= {"parentheses", "unknown_symbol"}


@pytest.mark.parametrize(
    "title",
    [
        "Convictions (thousands)", "Condenas en miles de personas", "Convictions (%)", "Convictions per 100,000",
        "Funding (thousands of US dollars)", "Funding, US$ millions", "Cumulative convictions since 2010",
        "Convictions, year ending 30 June", "Condenas, año terminado en junio",
    ],
)  # fmt: skip
def test_a_title_that_speaks_of_thousands_shares_or_other_times_is_told(title: str, tmp_path: Path) -> None:
    read = Read(tmp_path, [[f"{title} for trafficking"], ["Country", "2020", "2021"], ["Italy", 2, 3], ["Peru", 4, 5]])
    assert "scale_beside" in read.codes()


def test_cases_and_defendants_beside_each_other_are_units(tmp_path: Path) -> None:
    rows: Rows = [["Country", "Cases", "Defendants"], ["Nepal", 10, 15], ["India", 30, 45]]
    read = Read(tmp_path, [["Trafficking prosecutions 2022"], *rows])
    assert [unit for _, unit, _ in read.figures("unit")] == ["cases", "persons", "cases", "persons"]


RELATED: dict[str, list[str]] = {
    "to date": ["This quarter", "Year to date"],
    "of whom": ["Adults", "of whom women", "Children"],
    "dont": ["Adultes", "dont femmes"],
    "de las cuales": ["Adultos", "de los cuales mujeres"],
    "target": ["Target", "Actual"],
    "averages": ["Northern courts", "Average"],
}


@pytest.mark.parametrize("name", [*RELATED])
def test_headings_that_relate_to_their_neighbours_are_no_parts_of_the_whole(name: str, tmp_path: Path) -> None:
    heads = RELATED[name]
    rows: Rows = [["Country", *heads], ["Mali", *range(3, 3 + len(heads))], ["Niger", *range(7, 7 + len(heads))]]
    read = Read(tmp_path, [["Convictions for trafficking 2022"], *rows])
    assert read.rows.empty
    assert read.codes() == {"unknown_measure"}


def test_the_length_of_sentences_is_no_number_of_sentences(tmp_path: Path) -> None:
    rows: Rows = [["Country", "Convictions", "Sentences (years)"], ["Kenya", 10, "5-10"], ["Uganda", 3, "2"]]
    read = Read(tmp_path, [["Trafficking 2022"], *rows])
    assert "sentences" not in set(read.rows["measure"])
    assert not {cell for cell in read.rows["cell"] if cell.startswith("C")}


def test_an_average_below_years_is_no_year(tmp_path: Path) -> None:
    rows: Rows = [["Year", "Kenya", "Uganda"], ["2021", 3, 4], ["2022", 5, 6], ["Average", 4, 5]]
    read = Read(tmp_path, [["Convictions for trafficking"], *rows])
    assert {cell[1:] for cell, *_ in read.figures()} == {"3", "4"}
    assert read.codes() == {"not_a_period"}


def test_women_beside_girls_are_adults_and_alone_are_all_females(tmp_path: Path) -> None:
    title = ["Victims identified, human trafficking 2022"]
    both = Read(tmp_path / "both", [title, ["Country", "Women", "Girls"], ["Kenya", 10, 5], ["Chad", 3, 2]])
    assert both.figures("sex", "age")[:2] == [("B3", "female", "adults", 10), ("C3", "female", "children", 5)]
    alone = Read(tmp_path / "alone", [title, ["Country", "Women", "Men"], ["Kenya", 10, 5], ["Chad", 3, 2]])
    assert alone.figures("sex", "age")[:2] == [("B3", "female", "total", 10), ("C3", "male", "total", 5)]


def test_an_offence_that_a_title_leaves_out_is_not_the_tables(tmp_path: Path) -> None:
    table: Rows = [["Country", "2020", "2021"], ["Kenya", 120, 130], ["Chad", 43, 40]]
    other = Read(tmp_path / "other", [["Convictions for other crimes than human trafficking"], *table], "courts")
    assert set(other.rows["offence"]) == {"unstated"}
    own = Read(tmp_path / "own", [["Convictions for human trafficking"], *table], "courts")
    assert set(own.rows["offence"]) == {"trafficking"}
