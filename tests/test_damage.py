"""One cell in a hundred damaged at random: each is held or flagged, and every other cell is read as before.

What no reader can see in one cell alone stands in ``damage.SILENT``: another number, another known place, another
possible year, a blank in place of a figure. Printed totals, keys that meet and declared ranges tell of many of these.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import openpyxl
import pytest
from damage import DAMAGES, SILENT, trial

from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.files import read_file

PLACES = (
    "Guatemala", "Honduras", "El Salvador", "Nicaragua", "Panama", "Mexico", "Belize", "Jamaica", "Guyana", "Bolivia",
    "Ecuador", "Paraguay", "Uruguay", "Argentina", "Dominican Republic", "Costa Rica",
)  # fmt: skip
HEAD = 'title = "Clean"\nnumbers = "{numbers}"\nlanguage = "{language}"\n[[layout]]\n'
ENGLISH, SPANISH = HEAD.format(numbers="1,234.5", language="en"), HEAD.format(numbers="1.234,5", language="es")
FLAT = ENGLISH + (
    'constants = { unit = "persons", offence = "trafficking" }\n'
    'columns = { Country = "place", Year = "year", Sex = "sex", Measure = "measure", Figure = "value", Remark = "note" '
    "}\n"
)
CROSSED = ENGLISH + (
    'constants = { measure = "convictions", unit = "persons", offence = "trafficking" }\n'
    'corner = "Country"\nheaders = { year = "row 1", place = "column 1" }\ntotals = "Total"\nends = "Note"\n'
)
TEXTS = SPANISH + (
    'constants = { unit = "persons", offence = "trafficking", measure = "convictions" }\n'
    'columns = { "País" = "place", "Año" = "year", Cifra = "value" }\n'
)
DEEP = ENGLISH + (
    'constants = { unit = "persons", offence = "trafficking" }\ncorner = "Country"\n'
    'headers = { measure = { row = 1, blanks = "left" }, year = "row 2", place = "column 1" }\n'
)


def flat_rows(random: Random) -> list[list[object]]:
    """A long table: place, year, sex, measure, figure, remark."""
    rows: list[list[object]] = [["Country", "Year", "Sex", "Measure", "Figure", "Remark"]]
    for place in PLACES:
        for year in (2019, 2020, 2021):
            for sex in ("male", "female", "total"):
                for measure in ("Prosecutions", "Convictions"):
                    rows.append([place, year, sex, measure, random.randrange(4, 1500), None])
    return rows


def crossed_rows(random: Random) -> list[list[object]]:
    """A table with years across, a printed total and a note."""
    years = list(range(2010, 2022))
    body = [[place, *(random.randrange(4, 900) for _ in years)] for place in PLACES]
    sums: list[object] = [sum(int(row[i]) for row in body) for i in range(1, len(years) + 1)]
    return [["Persons convicted"], [], ["Country", *years], *body, ["Total", *sums], ["Note: first instance"]]


def clean(folder: Path, rows: list[list[object]], toml: str) -> tuple[Path, Source]:
    """Write a clean workbook and its declaration."""
    folder.mkdir()
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(folder / "clean.xlsx")
    (folder / "source.toml").write_text(toml, encoding="utf-8")
    return folder / "clean.xlsx", read_declaration(folder / "source.toml")


def text_rows(random: Random) -> list[list[object]]:
    """Numbers kept as text, written as in Spanish."""
    rows: list[list[object]] = [["País", "Año", "Cifra"]]
    for place in ("Perú", "México", "España", "Brasil", "Haití", "Panamá", "Bolivia", "Colombia"):
        rows += [[place, year, f"{random.randrange(1000, 90_000):,}".replace(",", ".")] for year in range(2010, 2022)]
    return rows


def deep_rows(random: Random) -> list[list[object]]:
    """Measures over years, each measure named once."""
    years = [2019, 2020, 2021]
    names = ["Prosecutions", None, None, "Convictions", None, None]
    body = [[place, *(random.randrange(4, 900) for _ in names)] for place in PLACES]
    return [["Country", *names], [None, *years, *years], *body]


CASES = {
    "flat": (flat_rows, FLAT), "crossed": (crossed_rows, CROSSED), "texts": (text_rows, TEXTS),
    "deep": (deep_rows, DEEP),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(6))
def test_every_damage_is_noticed_and_nothing_else_is_harmed(case: str, seed: int, tmp_path: Path) -> None:
    made, toml = CASES[case]
    path, source = clean(tmp_path / "source", made(Random(1)), toml)
    struck, verdict = trial(path, source, seed, tmp_path, 0.05, DAMAGES)
    assert len(struck) >= 5
    assert verdict.stopped is None
    assert verdict.unnoticed == ()
    assert verdict.harmed == ()


def test_a_printed_total_tells_of_another_number(tmp_path: Path) -> None:
    path, source = clean(tmp_path / "source", crossed_rows(Random(1)), CROSSED)
    for seed in range(4):
        only = {"number": {name: SILENT["number"][name] for name in ("ten times", "another number")}}
        struck, _ = trial(path, source, seed, tmp_path, 0.005, only)
        issues = read_file(tmp_path / path.name, source).tables["issues"]
        assert set(issues["code"]) == {"total_differs"}
        assert {cell[0] for cell in issues["cell"]} == {one.at[1][0] for one in struck}


def test_a_key_that_meets_another_tells_of_another_place_or_year(tmp_path: Path) -> None:
    rows = flat_rows(Random(1))
    rows[40][0] = rows[80][0]
    rows[40][1:4] = rows[80][1:4]
    path, source = clean(tmp_path / "source", rows, FLAT)
    read = read_file(path, source)
    told = read.tables["issues"][["code", "cell"]].values.tolist()
    assert told == [["duplicate_key", "E41"], ["duplicate_key", "E81"]]
    assert not set(read.tables["observations"]["cell"]) & {"E41", "E81"}


def test_a_row_given_twice_is_flagged_and_used_once(tmp_path: Path) -> None:
    rows = flat_rows(Random(1))
    rows.insert(51, list(rows[50]))
    path, source = clean(tmp_path / "source", rows, FLAT)
    read = read_file(path, source)
    assert read.tables["issues"][["severity", "code", "cell"]].values.tolist() == [["flag", "printed_twice", "E52"]]


def test_a_figure_that_slipped_one_column_is_flagged(tmp_path: Path) -> None:
    rows = flat_rows(Random(1))
    rows[30][4], rows[30][5] = None, rows[30][4]
    path, source = clean(tmp_path / "source", rows, FLAT)
    read = read_file(path, source)
    assert read.tables["issues"][["severity", "code", "cell"]].values.tolist() == [["flag", "shifted_cell", "F31"]]


def test_two_sheets_that_contradict_each_other_are_both_held(tmp_path: Path) -> None:
    path, source = clean(tmp_path / "source", flat_rows(Random(1)), FLAT)
    book = openpyxl.load_workbook(path)
    copy = book.copy_worksheet(book.active)  # type: ignore[arg-type]
    copy["E7"] = copy["E7"].value + 1
    book.save(path)
    read = read_file(path, source)
    held = read.tables["issues"].query("severity == 'hold'")[["code", "sheet", "cell"]].values.tolist()
    assert held == [["duplicate_key", "Sheet", "E7"], ["duplicate_key", "Sheet Copy", "E7"]]
    assert "E7" not in set(read.tables["observations"]["cell"])
    ledger = read.tables["ledger"].set_index("sheet")
    assert ledger["held"].to_dict() == {"Sheet": 1, "Sheet Copy": 1}
    assert ledger["balanced"].all()


RECORD = {
    "tip_report": 0.02, "us_federal": 0.05, "unodc_glotip": 0.002, "jtip_projects": 0.02, "jtfa": 0.05,
}  # fmt: skip
"""Sources of the record and the share of their cells to damage."""


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORD)
def test_the_record_damaged(name: str, tmp_path: Path) -> None:
    folder = Path(__file__).parents[1] / "data" / "raw" / name
    source = read_declaration(folder / "source.toml")
    for path in sorted(folder.glob("*.xlsx")):
        for seed in range(5):
            _, verdict = trial(path, source, seed, tmp_path, RECORD[name], DAMAGES)
            assert (verdict.stopped, verdict.unnoticed, verdict.harmed) == (None, (), ())


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_many_damages(case: str, tmp_path: Path) -> None:
    made, toml = CASES[case]
    path, source = clean(tmp_path / "source", made(Random(1)), toml)
    for seed in range(300):
        _, verdict = trial(path, source, seed, tmp_path, 0.02, DAMAGES)
        assert (verdict.stopped, verdict.unnoticed, verdict.harmed) == (None, (), ())
