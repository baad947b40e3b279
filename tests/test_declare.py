"""What a ``source.toml`` may say, and what is told when it says something else: all problems at once, never a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from opdat_analytics.ingest.declare import Axis, Source, read_declaration
from opdat_analytics.model import DeclarationError

GOOD = """
title = "Court returns"

[[layout]]
constants = { measure = "convictions", unit = "persons" }
columns = { "Country" = "place", "Year" = "year", "Convictions" = "value" }
"""
CROSSED = 'title = "t"\n[[layout]]\nconstants = { measure = "convictions" }\ncorner = "Country"\n'


def declare(folder: Path, text: str | bytes) -> Source:
    path = folder / "courts" / "source.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_declaration(path)


def problems(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(DeclarationError) as caught:
        declare(folder, text)
    assert all(problem.startswith("courts/source.toml") for problem in caught.value.problems)
    return caught.value.problems


def test_the_folder_names_the_source(tmp_path: Path) -> None:
    source = declare(tmp_path, GOOD)
    assert (source.id, source.title, source.language) == ("courts", "Court returns", "en")
    assert source.layouts[0].columns == {"Country": "place", "Year": "year", "Convictions": "value"}


def test_a_mark_at_the_beginning_of_the_file_is_no_problem(tmp_path: Path) -> None:
    assert declare(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()).title == "Court returns"


def test_headers_count_from_the_corner(tmp_path: Path) -> None:
    text = CROSSED + 'headers = { year = "row 2", place = { column = 1, blanks = "above" } }\n'
    assert declare(tmp_path, text).layouts[0].headers == (
        Axis("year", "row", 2),
        Axis("place", "column", 1, "above"),
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, GOOD.replace("title", "titel").replace("columns", "colums") + "[expct]\nrows = [1, 2]\n")
    assert len(told) == 4
    assert any("unknown key “titel”; did you mean “title”?" in problem for problem in told)
    assert any("layout 1: unknown key “colums”; did you mean “columns”?" in problem for problem in told)
    assert any("unknown key “expct”; did you mean “expect”?" in problem for problem in told)
    assert any("title is missing" in problem for problem in told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("this is not toml", "is not valid TOML"),
        ('title = "t"\n', "no [[layout]] is declared"),
        ('title = "t"\n[layout]\n', "layout must be a list"),
        (GOOD + 'table = "observatons"\n', "table “observatons” is not one of observations, activities"),
        ('language = "de"\n' + GOOD, "language “de” is not known; allowed: en, es, fr, pt"),
        ('numbers = "1;234"\n' + GOOD, "numbers = “1;234” is not known; write one of 1,234.5"),
        ('symbols = { "-" = "mising" }\n' + GOOD, "symbols.“-” = 'mising'"),
        ('symbols = { "<5" = [4, 0] }\n' + GOOD, "0 ≤ low ≤ high"),
        ('aliases = { "Congo" = "CGO" }\n' + GOOD, "“CGO” is not a place code"),
        ('editions = { "2024" = "June 2024" }\n' + GOOD, "“June 2024” is not a date; write it like 2024-06-24"),
        ('edition = { from = "filename", pattern = "(" }\n' + GOOD, "edition.pattern is not a regular expression"),
        ('edition = { from = "filename", pattern = "x" }\n' + GOOD, "must have one group in parentheses"),
        (GOOD.replace("[[layout]]", "[[layout]]\nfrom = { number = 2 }"), "from names no text"),
        (GOOD.replace("[[layout]]", '[[layout]]\nfrom = { row = "a", number = 0 }'), "from.number counts from 1"),
        ('edition = { from = "filenam", pattern = "(x)" }\n' + GOOD, "allowed: filename"),
        ('edition = { from = "filename", pattern = "(x)", replaces = "al" }\n' + GOOD, "allowed: series, all"),
        ("expect = { years = [2024, 2019] }\n" + GOOD, "two numbers, the lower one first"),
        ('ignore = [{ sheet = "Notes" }]\n' + GOOD, "why is missing"),
        (GOOD.replace('"place"', '"plce"'), "“plce” is not a role; did you mean “place”?"),
        (GOOD.replace('"year"', '"value"'), "exactly one column must have the role “value”"),
        (GOOD + 'fill = ["Region"]\n', "fill names “Region”, which is not among the columns"),
        (GOOD + 'optional = ["Region"]\n', "optional names “Region”, which is not among the columns"),
        (GOOD + 'corner = "Country"\n', "declare either columns (a flat table) or corner and headers"),
        (CROSSED, "corner and headers belong together"),
        (CROSSED + 'headers = { year = "line 1", place = "column 1" }\n', 'must be "row 2", "column 1"'),
        (CROSSED + 'headers = { year = "row 0", place = "column 1" }\n', 'must be "row 2", "column 1"'),
        (CROSSED + 'table = "activities"\nheaders = { places = "column 1" }\n', "a table of activities is flat"),
        (GOOD + 'parts = ["{total} {form:labour}"]\n', "nothing between two parts"),
        (GOOD + 'parts = ["{totl}"]\n', "“totl” is neither total nor column:code"),
        (GOOD + 'routes = [{ column = "Year", by = "Country" }]\n', "routes: to is missing"),
        (GOOD + 'routes = [{ column = "Yaer", by = "Country", to = {} }]\n', "“Yaer”"),
        (GOOD + 'also = { columns = {} }\n', "also.table must be one of activities"),
        (GOOD + '[[decided]]\ncell = "D5"\nwas = "x"\ndo = "hold"\nwhy = "y"\n', "must read like returns_2023.xlsx"),
        (GOOD + '[[decided]]\ncell = "a#b!D5"\nwas = "x"\ndo = "drop"\nwhy = "y"\n', "allowed: hold, ignore, accept"),
        (GOOD + '[[decided]]\ncell = "a#b!D5"\ndo = "hold"\n', "was is missing"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_told_with_what_is(text: str, said: str, tmp_path: Path) -> None:
    assert said in "\n".join(problems(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("convictions", "convictons"), "convictions"),
        (GOOD.replace('"persons"', '"person"'), "persons"),
        (GOOD.replace('unit = "persons"', 'calendar = "fiscal"'), "us_fiscal"),
        (GOOD.replace('unit = "persons"', 'place = "GTN"'), "GTN"),
        (GOOD.replace('unit = "persons"', 'year = "20x9"'), "20x9"),
        ('meanings.measure = { "Condemned" = "convictons" }\n' + GOOD, "convictions"),
        ('meanings.measure = { "Condemned" = { measure = "convictions", unit = "person" } }\n' + GOOD, "persons"),
    ],
)
def test_a_code_that_nobody_knows_is_told(text: str, said: str, tmp_path: Path) -> None:
    assert said in "\n".join(problems(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        'title = "t"\nlayout = [1]\n',
        'meanings = { measure = "x" }\n' + GOOD,
        GOOD.replace('"place"', "3"),
        GOOD + "parts = [3]\n",
        GOOD + 'optional = [["Year"]]\n',
        GOOD + 'routes = ["Year"]\n',
        GOOD + 'also = { table = "activities", columns = { "Country" = 3 } }\n',
        'aliases = { "Congo" = 3 }\n' + GOOD,
        'ignore = ["Notes"]\n' + GOOD,
        'decided = ["D5"]\n' + GOOD,
        'expect = { years = [2019, true, "x"] }\n' + GOOD,
    ],
)
def test_a_value_of_another_kind_is_told_not_a_crash(text: str, tmp_path: Path) -> None:
    assert problems(tmp_path, text)
