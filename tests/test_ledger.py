"""Every cell has exactly one fate, whatever stands in the grid; no figure says what no cell says."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.files import FileRead, read_file
from opdat_analytics.model import FATES, position

RULES = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

FLAT = """
title = "Court returns"
numbers = "1,234.5"
symbols = { ".." = "not_available" }
expect = { years = [2000, 2024] }

[[layout]]
constants = { measure = "convictions", unit = "persons" }
columns = { "Country" = "place", "Sex" = "sex", "Year" = "year", "Convictions" = "value", "Comment" = "ignore" }
optional = ["Comment"]
totals = "Total"
ignore = { "Other" = "not a country" }
ends = "Note"
"""
CROSSED = """
title = "Court returns"
numbers = "1,234.5"

[[layout]]
constants = { measure = "convictions", unit = "persons" }
corner = "Country"
headers = { year = "row 1", sex = { row = 2, blanks = "left" }, place = { column = 1, blanks = "above" } }
totals = "Total"
ignore = { "Other" = "not a country" }
ends = "Note"
"""
PLACES = st.sampled_from(["Albania", "Kosovo", "Honduras", "Guatamala", "Congo", "", " ", "Total", "Other", "Note: a"])
SEXES = st.sampled_from(["female", "male", "total", "", "Total", "women?"])
YEARS = st.sampled_from(["2019", "2020", "2019*", "2091", "FY19", "", "soon"])
VALUES = st.sampled_from(
    ["12", "7", "<5", "over 74", "1,234", "1.5", "", " ", "..", "-", "several", "x", "12*", "#REF!"]
)
ROW = st.tuples(PLACES, SEXES, YEARS, VALUES, st.sampled_from(["", "checked"]), st.sampled_from(["", "", "stray"]))
TITLES = st.lists(st.sampled_from(["", "Annual return", "page 1"]), max_size=2)

Table = list[list[str]]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """The two declarations that the properties are tried with."""
    found = {}
    for name, text in {"flat": FLAT, "crossed": CROSSED}.items():
        folder = tmp_path_factory.mktemp(name) / name
        folder.mkdir()
        (folder / "source.toml").write_text(text, encoding="utf-8")
        found[name] = read_declaration(folder / "source.toml")
    return found


def flat_tables() -> st.SearchStrategy[Table]:
    header = ["Country", "Sex", "Year", "Convictions", "Comment", ""]
    return st.tuples(TITLES, st.lists(ROW, max_size=6)).map(
        lambda made: [*([title] for title in made[0]), header, *(list(row) for row in made[1])]
    )


def crossed_tables() -> st.SearchStrategy[Table]:
    years = st.lists(
        st.sampled_from(["2019", "2020", "", "Total", "Other", "FY19", "2019*", "soon"]), min_size=1, max_size=4
    )

    def table(made: tuple[list[str], list[str], list[str], list[tuple[str, list[str]]]]) -> Table:
        titles, columns, sexes, rows = made
        upper = ["Country", *columns]
        lower = ["", *(sexes * 4)[: len(columns)]]
        return [*([title] for title in titles), upper, lower, *([place, *values] for place, values in rows)]

    body = st.lists(st.tuples(PLACES, st.lists(VALUES, max_size=5)), max_size=6)
    return st.tuples(TITLES, years, st.lists(SEXES, min_size=1, max_size=4), body).map(table)


def read(table: Table, source: Source, folder: Path) -> FileRead:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(table)
    path = folder / "returns.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return read_file(path, source)


def every_cell_is_accounted_for(table: Table, found: FileRead) -> None:
    written = [cell for row in table for cell in row if cell.strip()]
    if found.stopped:
        assert set(found.tables) == {"issues"}
        assert (found.tables["issues"]["severity"] == "stop").all()
        return
    (sheet,) = found.tables["ledger"].to_dict("records")
    assert sheet["balanced"]
    assert sheet["cells"] == len(written)
    assert sum(sheet[fate] for fate in FATES) == len(written)

    observations = found.tables["observations"]
    for row in observations.itertuples():
        at = position(row.cell)
        printed = table[at[0]][at[1]] if at[1] < len(table[at[0]]) else ""
        assert row.text == printed or (not printed.strip() and row.qualifier == "not_reported")
    reported = observations[observations["qualifier"] != "not_reported"]
    assert not reported[["cell", "part"]].duplicated().any()
    assert reported["cell"].nunique() == sheet["value"]

    held = found.tables["issues"].query("severity == 'hold'")
    assert bool(sheet["held"]) <= bool(len(held)), "a cell is held, but nothing says why"
    assert not set(held["cell"].dropna()) & set(reported["cell"]), "a cell is held and used"


@RULES
@given(table=flat_tables())
def test_flat_tables(table: Table, sources: dict[str, Source], tmp_path: Path) -> None:
    found = read(table, sources["flat"], tmp_path)
    every_cell_is_accounted_for(table, found)
    for row in [] if found.stopped else found.tables["observations"].itertuples():
        labelled = table[position(row.cell)[0]][2].strip()
        assert bool(labelled) == pd.notna(row.year), f"year “{labelled}” was read as {row.year}"


@RULES
@given(table=crossed_tables())
def test_tables_with_headers_on_two_sides(table: Table, sources: dict[str, Source], tmp_path: Path) -> None:
    every_cell_is_accounted_for(table, read(table, sources["crossed"], tmp_path))


def said(found: FileRead) -> tuple[Counter[tuple[object, ...]], Counter[str]]:
    """The figures and the codes of the issues, without where they stand."""
    columns = ["place", "sex", "year", "low", "high", "qualifier", "text"]
    figures = found.tables.get("observations", pd.DataFrame(columns=columns))[columns].astype(object)
    return Counter(figures.where(figures.notna(), None).itertuples(False, None)), Counter(
        found.tables["issues"]["code"]
    )


PLAIN = ROW.filter(lambda row: row[0] not in ("Total", "Note: a"))


@RULES
@given(rows=st.lists(PLAIN, min_size=1, max_size=6), data=st.data())
def test_the_order_of_rows_says_nothing(
    rows: list[tuple[str, ...]], data: st.DataObject, sources: dict[str, Source], tmp_path: Path
) -> None:
    header = ["Country", "Sex", "Year", "Convictions", "Comment", ""]
    shuffled = data.draw(st.permutations(rows))
    one, other = (read([header, *map(list, body)], sources["flat"], tmp_path) for body in (rows, shuffled))
    assert said(one) == said(other)


@RULES
@given(rows=st.lists(PLAIN, min_size=1, max_size=6))
def test_columns_may_stand_in_any_order(
    rows: list[tuple[str, ...]], sources: dict[str, Source], tmp_path: Path
) -> None:
    table = [["Country", "Sex", "Year", "Convictions", "Comment", ""], *map(list, rows)]
    mirrored = [row[::-1] for row in table]
    one, other = read(table, sources["flat"], tmp_path), read(mirrored, sources["flat"], tmp_path)
    assert said(one) == said(other)
