"""The workbook of a pack: a table a sheet that people and programs can read, and nothing that runs."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook

from opdat_analytics.exports.contents import SHORTHAND, differences
from opdat_analytics.exports.workbook import numbers_in_workbook, sheet_names, write_workbook
from opdat_analytics.model import ExportFailed
from tests.office_packs import bounded, hard_cases, hostile, native_cases, pack, unknown

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(pack(*hard_cases()), tmp_path_factory.mktemp("workbook") / "hard.xlsx")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(pack(bounded(), unknown(), hostile()), tmp_path_factory.mktemp("workbook") / "small.xlsx")


def rows(sheet: Any) -> list[list[Any]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_every_hard_case_reads_back_as_meant(hard: Path) -> None:
    found = numbers_in_workbook(hard)
    assert len(found) == len({exhibit.figure_id for exhibit in hard_cases()})
    for exhibit in hard_cases():
        assert differences(exhibit, found.get(exhibit.figure_id)) == [], exhibit.name


def test_the_same_pack_gives_the_same_bytes_without_names(small: Path, tmp_path: Path) -> None:
    again = write_workbook(pack(bounded(), unknown(), hostile()), tmp_path / "again.xlsx")
    assert again.read_bytes() == small.read_bytes()
    about = load_workbook(small).properties
    assert not about.creator
    assert not about.lastModifiedBy


def test_cover_contents_and_notes_come_first(small: Path) -> None:
    book = load_workbook(small)
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert book.sheetnames[-3:] == ["1 bounded", "2 unknown", "3 hostile"]
    cover = [row[0] for row in rows(book["Cover"])]
    assert cover[:3] == ["Court returns <b>&amp;</b>", "Publication 1-abcdef of 2026-11-24.", "Handling: Public."]
    assert "One figure was restated." in cover
    link = book["Contents"]["A4"]
    assert (link.value, link.hyperlink.location) == ("1 bounded", "'1 bounded'!A1")
    assert {row[0]: row[1] for row in rows(book["Notes"])[3:]} == dict(SHORTHAND)


def test_a_sheet_holds_heading_lines_then_one_table_with_bounds_and_shorthand_apart(small: Path) -> None:
    sheet = load_workbook(small)["1 bounded"]
    assert sheet["A1"].value == bounded().title
    assert all(sheet.cell(row, 1).value for row in range(1, 13))
    assert [table.ref for table in sheet.tables.values()] == ["A8:G12"]
    assert rows(sheet)[7:] == [
        ["Region", "Year", "Lower bound", "Upper bound", "Places reporting", "Places expected", "Notes"],
        ["Africa", 2010, 3, 3, 9, 10, None],
        ["Africa", 2011, None, None, 9, 10, "[x]"],
        ["Africa", 2012, 12, 18, 9, 10, None],
        ["Africa", 2013, 75, None, 9, 10, "[min]"],
    ]
    assert sheet.freeze_panes == "B9"
    assert not sheet.merged_cells.ranges


def test_charts_draw_the_cells_of_the_table_and_carry_a_text_alternative(small: Path) -> None:
    with zipfile.ZipFile(small) as entries:
        chart = entries.read("xl/charts/chart1.xml").decode()
        drawing = etree.fromstring(entries.read("xl/drawings/drawing1.xml"))
    assert "'1 bounded'!$C$9:$C$12" in chart
    assert "dispBlanksAs" not in chart  # a gap is what programs leave where nothing else is asked for
    assert '<c:errValType val="cust"/>' in chart
    assert "≥75" in chart
    assert bounded().alt in [element.get("descr") for element in drawing.iter()]


def test_bars_of_a_list_are_named_by_one_column(tmp_path: Path) -> None:
    write_workbook(pack(native_cases()["activities"]), tmp_path / "listed.xlsx")
    with zipfile.ZipFile(tmp_path / "listed.xlsx") as entries:
        chart = etree.fromstring(entries.read("xl/charts/chart1.xml"))
    names = [[v.text for v in cat.iter(f"{C}v")] for cat in chart.iter(f"{C}cat")]
    assert names == [["Workshop", "Strategy"]] * 2, "the most listed first, as in the picture"


def test_nothing_in_it_is_a_formula_or_a_link_elsewhere(hard: Path) -> None:
    book = load_workbook(hard)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert "'=cmd|'/c calc'!A1" in [cell.value for cell in cells]
    assert "'=Convictions <b>&amp; $x$</b>" in [cell.value for cell in cells]
    assert not [cell.hyperlink.target for cell in cells if cell.hyperlink and cell.hyperlink.target]
    with zipfile.ZipFile(hard) as entries:
        assert not [name for name in entries.namelist() if "externalLink" in name or "vba" in name]
        for name in entries.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(entries.read(name))


def test_names_of_sheets_are_short_plain_and_differ() -> None:
    long = replace(bounded(), name="Convictions: a [very] long/name?* that no sheet may have")
    names = sheet_names([long, long, replace(long, name="'")])
    assert names == ["1 convictions-a-very-long-name", "2 convictions-a-very-long-name", "3 chart"]
    assert all(len(name) <= 31 for name in names)


def test_a_file_that_is_no_workbook_is_refused_in_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"nothing")
    with pytest.raises(ExportFailed, match=r"broken\.xlsx cannot be read as a workbook"):
        numbers_in_workbook(broken)
