"""Merged ranges: a figure printed once over several cells is held, every other merge reads as a person reads it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.cell_range import CellRange

from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.ingest.files import read_file

HEADERS = ["Country", "Year", "Convictions"]
ROWS = [HEADERS, ["Albania", 2019, 12], ["Kosovo", 2019, None], ["Serbia", 2019, 7]]
SAID = 'constants = { measure = "convictions", unit = "persons", offence = "trafficking" }'
FLAT = f'title = "x"\n[[layout]]\n{SAID}\ncolumns = {{ Country = "place", Year = "year", Convictions = "value" }}\n'
CROSSED = f'title = "x"\n[[layout]]\n{SAID}\ncorner = "Country"\nheaders = {{ year = "row 1", place = "column 1" }}\n'
GRID = [["Country", 2019, 2020, 2021], ["Albania", 12, None, 3], ["Serbia", 5, 6, 7]]


def figures(
    folder: Path, rows: list[list[object]], merges: tuple[str, ...], toml: str = FLAT, *hidden: int
) -> tuple[dict[str, str], dict[str, str]]:
    """Cell → text of the figures of a workbook with merged ranges; and cell → code of what is held."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merged_cells.ranges.add(CellRange(merge))
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    book.save(folder / "returns.xlsx")
    (folder / "source.toml").write_text(toml, encoding="utf-8")
    read = read_file(folder / "returns.xlsx", read_declaration(folder / "source.toml"))
    assert not read.stopped
    assert read.tables["ledger"].to_dict("records")[0]["balanced"]
    told = read.tables["observations"].to_dict("records") if "observations" in read.tables else []
    held = {i["cell"]: i["code"] for i in read.tables["issues"].to_dict("records") if i["severity"] == "hold"}
    return {row["cell"]: row["text"] for row in told}, held


@pytest.mark.parametrize(
    ("rows", "merges", "toml", "left", "held"),
    [
        (ROWS, ("C2:C3",), FLAT, {"C4": "7"}, {"C2": "joint_figure"}),
        (GRID, ("B2:C2",), CROSSED, {"D2": "3", "B3": "5", "C3": "6", "D3": "7"}, {"B2": "joint_figure"}),
        (
            [GRID[0], ["Albania", 12, 4, 3], ["Serbia", None, 6, 7]], ("B2:B3",), CROSSED,
            {"C2": "4", "D2": "3", "C3": "6", "D3": "7"}, {"B2": "joint_figure"},
        ),
        ([HEADERS, ["Albania", 2019, None], ROWS[3]], ("B2:C2",), FLAT, {"C3": "7"}, {"C2": "joint_figure"}),
        (
            [HEADERS, ["Albania", 2019, 12], ["Kosovo", 2019, 9], ROWS[3]], ("C2:C3",), FLAT,
            {"C4": "7"}, {"C2": "joint_figure", "C3": "under_a_merge"},
        ),
        ([GRID[0], ["Albania", "n/a", None, 3]], ("B2:C2",), CROSSED, {"D2": "3"}, {"B2": "joint_figure"}),
        ([HEADERS, ["Albania", 2019, 12], ["Kosovoo", 2019, None]], ("C2:C3",), FLAT, {}, {
            "C2": "joint_figure", "A3": "unknown_place",
        }),
    ],
    ids=["down", "across", "down between years", "from a label", "covering a value", "no figure", "beside a typo"],
)  # fmt: skip
def test_a_figure_merged_over_others_is_in_none_of_them(
    rows: list[list[object]], merges: tuple[str, ...], toml: str, left: dict[str, str], held: dict[str, str],
    tmp_path: Path,
) -> None:  # fmt: skip
    assert figures(tmp_path, rows, merges, toml) == (left, held)


@pytest.mark.parametrize(
    ("rows", "merges", "hidden", "expected"),
    [
        (
            [["Convictions by country", None, None], *ROWS[:2], ROWS[3]], ("A1:C1",), (), {"C3": "12", "C4": "7"},
        ),
        (ROWS, ("C2:C3",), (3,), {"C2": "12", "C3": "", "C4": "7"}),
        ([HEADERS, ["Albania", 2019, 12], [None, None, None], ROWS[3]], ("C2:C3",), (), {"C2": "12", "C4": "7"}),
        (
            [HEADERS, ["Albania", 2019, 12], [None, None, None], ROWS[3]], ("A2:A3", "B2:B3", "C2:C3"), (),
            {"C2": "12", "C4": "7"},
        ),
        ([HEADERS, ROWS[1], ROWS[3]], ("C2:E2",), (), {"C2": "12", "C3": "7"}),
        ([HEADERS, ROWS[1], [None, 2020, 8], ROWS[3]], ("A2:A3",), (), {"C2": "12", "C3": "8", "C4": "7"}),
    ],
    ids=["title", "hidden row", "blank row", "one row of two lines", "blank columns", "label"],
)  # fmt: skip
def test_any_other_merge_reads_as_a_person_reads_it(
    rows: list[list[object]], merges: tuple[str, ...], hidden: tuple[int, ...], expected: dict[str, str], tmp_path: Path
) -> None:
    assert figures(tmp_path, rows, merges, FLAT, *hidden) == (expected, {})


def test_a_ruling_on_the_first_cell_reads_it_alone(tmp_path: Path) -> None:
    ruling = (
        'title = "x"\n[[decided]]\ncell = "returns.xlsx#Sheet!C2"\nwas = "12"\ndo = "accept"\nas = "12"\n'
        'why = "the ministry says that it is for Albania alone"\n'
    )
    assert figures(tmp_path, ROWS, ("C2:C3",), ruling + FLAT.replace('title = "x"\n', "")) == (
        {"C2": "12", "C3": "", "C4": "7"},
        {},
    )


def test_a_target_merged_over_two_indicators_is_of_neither(tmp_path: Path) -> None:
    toml = (
        'title = "x"\n[[layout]]\ntable = "targets"\n'
        'columns = { Indicator = "indicator", Place = "place", Year = "year", Target = "target" }\n'
    )
    rows = [["Indicator", "Place", "Year", "Target"], ["i1", "Albania", 2024, 10], ["i2", "Albania", 2024, None]]
    _, held = figures(tmp_path, rows, ("D2:D3",), toml)
    assert held == {"D2": "joint_figure", "D3": "joint_figure"}


def test_merged_cells_of_an_open_document_are_seen(tmp_path: Path) -> None:
    def cell(said: object, spans: str = "") -> str:
        kind = (
            'office:value-type="string"'
            if isinstance(said, str)
            else f'office:value-type="float" office:value="{said}"'
        )
        return f"<table:table-cell {kind} {spans}><text:p>{said}</text:p></table:table-cell>"

    rows = [
        "".join(map(cell, HEADERS)), cell("Albania") + cell(2019) + cell(12, 'table:number-rows-spanned="2"'),
        cell("Kosovo") + cell(2019) + "<table:covered-table-cell/>", cell("Serbia") + cell(2019) + cell(7),
    ]  # fmt: skip
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    content = (
        f'<office:document-content{names}><office:body><office:spreadsheet><table:table table:name="Data">{table}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "returns.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    (tmp_path / "source.toml").write_text(FLAT, encoding="utf-8")
    tables = read_file(tmp_path / "returns.ods", read_declaration(tmp_path / "source.toml")).tables
    assert [row["cell"] for row in tables["observations"].to_dict("records")] == ["C4"]
    assert [(i["cell"], i["code"]) for i in tables["issues"].to_dict("records")] == [("C2", "joint_figure")]
