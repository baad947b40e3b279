"""Conditional formats that hide a number or print something else: settled where a number decides, else flagged."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from small_project import published, small_project

from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.refresh import refresh

HEAD = ["Country", "Year", "Convictions"]
ROWS: list[list[Any]] = [["Guatemala", 2019, 0], ["Honduras", 2019, 7], ["Panama", 2019, 120]]
Rule = dict[str, Any]


def sheet(path: Path, looks: Rule | None, rule: Rule, cells: str = "C2:C4") -> Path:
    """A small table whose column of convictions has a conditional format."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Returns")
        for number, row in enumerate([HEAD, *ROWS]):
            page.write_row(number, 0, row)
        page.conditional_format(cells, rule | ({"format": book.add_format(looks)} if looks else {}))
    return path


def read(tmp_path: Path, looks: Rule | None, **rule: Any) -> Grid:
    (grid,) = read_workbook(sheet(tmp_path / "returns.xlsx", looks, rule))
    return grid


def below(limit: int) -> Rule:
    return {"type": "cell", "criteria": "<", "value": limit}


HIDING = {"num_format": ";;;"}
ON_ITSELF = {"font_color": "#123456", "bg_color": "#123456"}
BLACKENED = {"bg_color": "#000000"}


@pytest.mark.parametrize("looks", [HIDING, ON_ITSELF, BLACKENED], ids=["no format", "its own colour", "blackened"])
def test_a_number_that_a_rule_hides_is_held_and_the_others_are_not(tmp_path: Path, looks: Rule) -> None:
    grid = read(tmp_path, looks, **below(10))
    assert (2, 2) in grid.unread
    assert (3, 2) not in grid.unread
    assert not any(code == "conditional_format" for code, _, _ in grid.flags)


def test_a_zero_that_a_rule_hides_is_flagged_and_read(tmp_path: Path) -> None:
    grid = read(tmp_path, HIDING, type="cell", criteria="==", value=0)
    assert not grid.unread
    assert [(code, at) for code, at, _ in grid.flags] == [("hidden_by_format", (1, 2))]


def test_what_a_rule_prints_is_what_is_read(tmp_path: Path) -> None:
    grid = read(tmp_path, {"num_format": '"<10"'}, **below(10))
    assert grid.text[:, 2].tolist() == ["Convictions", "<10", "<10", "120"]
    grid = read(tmp_path, {"num_format": '0"+"'}, type="cell", criteria="between", minimum=100, maximum=200)
    assert grid.text[3, 2] == "120+"


def test_a_number_that_a_rule_strikes_out_is_held(tmp_path: Path) -> None:
    grid = read(tmp_path, {"font_strikeout": True}, type="cell", criteria=">", value=100)
    assert {at: code for at, (code, _) in grid.unread.items()} == {(3, 2): "struck_through"}


UNSURE: dict[str, tuple[Rule | None, Rule]] = {
    "a formula that hides": (HIDING, {"type": "formula", "criteria": "=$B2<2020"}),
    "white letters, on whatever ground the cell has": (
        {"font_color": "#FFFFFF"},
        {"type": "formula", "criteria": "=1"},
    ),
    "the largest struck out": ({"font_strikeout": True}, {"type": "top", "value": 1}),
    "a comparison with another cell": (HIDING, {"type": "cell", "criteria": "<", "value": "=$B$2"}),
    "icons in place of numbers": (None, {"type": "icon_set", "icon_style": "3_arrows", "icons_only": True}),
    "bars in place of numbers": (None, {"type": "data_bar", "bar_only": True}),
    "bars of the newer kind": (None, {"type": "data_bar", "bar_only": True, "data_bar_2010": True}),
}


@pytest.mark.parametrize("name", [*UNSURE])
def test_where_nobody_can_tell_the_range_is_flagged_and_the_numbers_are_read(tmp_path: Path, name: str) -> None:
    looks, rule = UNSURE[name]
    grid = read(tmp_path, looks, **rule)
    ((code, at, message),) = grid.flags
    assert (code, at) == ("conditional_format", (1, 2))
    assert message.startswith("numbers may look hidden or different: conditional format at C2:C4;")
    assert grid.text[1:, 2].tolist() == ["0", "7", "120"]


HARMLESS: dict[str, tuple[Rule | None, Rule]] = {
    "red letters": ({"font_color": "#FF0000"}, below(10)),
    "white on red": ({"font_color": "#FFFFFF", "bg_color": "#FF0000"}, {"type": "formula", "criteria": "=TRUE"}),
    "a format that shows the number": ({"num_format": "#,##0"}, {"type": "formula", "criteria": "=TRUE"}),
    "hidden errors": (HIDING, {"type": "errors"}),
    "hidden blanks": (HIDING, {"type": "blanks"}),
    "a scale of colours": (None, {"type": "3_color_scale"}),
    "bars beside the numbers": (None, {"type": "data_bar"}),
    "no number is like that": (HIDING, below(0)),
}


@pytest.mark.parametrize("name", [*HARMLESS])
def test_what_only_colours_numbers_is_passed_over(tmp_path: Path, name: str) -> None:
    looks, rule = HARMLESS[name]
    grid = read(tmp_path, looks, **rule)
    assert (grid.flags, dict(grid.unread)) == ((), {})


def test_a_rule_over_words_alone_is_passed_over(tmp_path: Path) -> None:
    path = sheet(tmp_path / "returns.xlsx", HIDING, {"type": "formula", "criteria": "=TRUE"}, "A1:A9 C1")
    assert read_workbook(path)[0].flags == ()


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with its sheet changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = change(parts["xl/worksheets/sheet1.xml"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


NEWER = (
    b'<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:conditionalFormattings>'
    b'<x14:conditionalFormatting xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:cfRule type="'
    b'expression"><xm:f>Other!A1</xm:f><x14:dxf><font><color rgb="FFABCDEF"/></font><fill><patternFill><bgColor '
    b'rgb="FFABCDEF"/></patternFill></fill></x14:dxf></x14:cfRule><xm:sqref>C3:C4</xm:sqref>'
    b"</x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst></worksheet>"
)


def test_rules_that_look_at_other_sheets_are_seen_too(tmp_path: Path) -> None:
    plain = sheet(tmp_path / "returns.xlsx", None, {"type": "2_color_scale"})
    (grid,) = read_workbook(rewritten(plain, lambda part: part.replace(b"</worksheet>", NEWER)))
    assert [(code, at) for code, at, _ in grid.flags] == [("conditional_format", (2, 2))]
    assert "C3:C4" in grid.flags[0][2]


def test_a_sheet_in_an_unusual_form_is_seen_too(tmp_path: Path) -> None:
    path = sheet(tmp_path / "returns.xlsx", HIDING, {"type": "formula", "criteria": "=TRUE"})
    odd = rewritten(path, lambda part: part.replace(b"<sheetData>", b"<!-- by hand --><sheetData>"))
    (grid,) = read_workbook(odd)
    assert [code for code, _, _ in grid.flags] == ["conditional_format"]


def test_very_many_ranges_take_no_time(tmp_path: Path) -> None:
    path = sheet(tmp_path / "returns.xlsx", HIDING, {"type": "formula", "criteria": "=TRUE"})
    many = b'sqref="' + b" ".join([b"A1:XFD1048576"] * 200_000) + b'"'
    (grid,) = read_workbook(rewritten(path, lambda part: part.replace(b'sqref="C2:C4"', many)))
    assert [code for code, _, _ in grid.flags] == ["conditional_format"]


def test_it_is_told_of_a_table_that_is_read(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    path = sheet(home.raw / "courts" / "returns_2022.xlsx", HIDING, {"type": "formula", "criteria": "=$B2=2019"})
    assert path.exists()
    refresh(home)
    issue = published(home, "issues").query("code == 'conditional_format'").iloc[0]
    assert (issue["severity"], issue["sheet"], issue["cell"]) == ("flag", "Returns", "C2")
    assert len(published(home, "observations").query("file == 'courts/returns_2022.xlsx'")) == 3
