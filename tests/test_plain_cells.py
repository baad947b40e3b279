"""Values taken straight from a sheet's bytes are what a reader would have given; what is not plain is left to it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opdat_analytics.ingest import preflight, workbook
from opdat_analytics.ingest.number_formats import may_print_dates
from opdat_analytics.model import UnreadableFile

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def parts(tmp_path: Path) -> dict[str, bytes]:
    """The parts of a small workbook: two texts and a number."""
    path = tmp_path / "small.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Courts")
        sheet.write_row(0, 0, ["Country", "Convictions"])
        sheet.write_row(1, 0, ["Country", 12])
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(found: dict[str, bytes], path: Path) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in found.items():
            archive.writestr(name, part)
    return path.read_bytes()


def both(data: bytes) -> tuple[bool, list[workbook.Grid], list[workbook.Grid]]:
    """Whether a workbook is read from its bytes, its grids as they come, and its grids by the reader."""
    inspected = preflight.inspect(data)
    by_reader = list(workbook._grids(replace(inspected, read=None)))
    return inspected.read is not None, list(workbook._grids(inspected)), by_reader


def assert_same(one: workbook.Grid, other: workbook.Grid) -> None:
    assert one.text.tolist() == other.text.tolist()
    assert one.typed.tolist() == other.typed.tolist()
    for name in ("name", "merges", "unread", "markers", "hidden", "flags"):
        assert getattr(one, name) == getattr(other, name), name


CELLS = {
    "a whole number": (b"<c r=\"B2\"><v>7</v></c>", "7"),
    "a number with leading zeros": (b"<c r=\"B2\"><v>007</v></c>", "7"),
    "a negative number": (b"<c r=\"B2\"><v>-3</v></c>", "-3"),
    "a share": (b"<c r=\"B2\"><v>0.25</v></c>", "0.25"),
    "a power": (b"<c r=\"B2\"><v>1.5E+2</v></c>", "150"),
    "a large number": (b"<c r=\"B2\"><v>12345678901</v></c>", "12345678901"),
    "an identifier that lost its digits": (b"<c r=\"B2\"><v>12345678901234567890</v></c>", "12345678901234567000"),
    "a formula": (b"<c r=\"B2\"><f>SUM(B3:B9)</f><v>41</v></c>", "41"),
    "a formula that gives text": (b"<c r=\"B2\" t=\"str\"><f>A1&amp;A2</f><v>a &amp; b</v></c>", "a & b"),
    "a formula never calculated": (b"<c r=\"B2\"><f>SUM(B3:B9)</f></c>", "=…"),
    "an inline text": (b"<c r=\"B2\" t=\"inlineStr\"><is><t>&lt;5 &#8364;</t></is></c>", "<5 €"),
    "an inline text with an entity": (b"<c r=\"B2\" t=\"inlineStr\"><is><t>&lt;5</t></is></c>", "<5"),
    "an inline text in runs": (b"<c r=\"B2\" t=\"inlineStr\"><is><r><t>a</t></r><r><t>b</t></r></is></c>", "ab"),
    "truth": (b"<c r=\"B2\" t=\"b\"><v>1</v></c>", "TRUE"),
    "an error": (b"<c r=\"B2\" t=\"e\"><v>#REF!</v></c>", "#REF!"),
}  # fmt: skip
LEFT_TO_THE_READER = {"an inline text", "an inline text in runs", "truth", "an error"}


@pytest.mark.parametrize("called", CELLS)
def test_a_cell_says_what_a_reader_says(called: str, tmp_path: Path) -> None:
    xml, printed = CELLS[called]
    found = parts(tmp_path)
    assert b'<c r="B2"><v>12</v></c>' in found[SHEET]
    found[SHEET] = found[SHEET].replace(b'<c r="B2"><v>12</v></c>', xml)
    plain, (grid,), (by_reader,) = both(packed(found, tmp_path / "one.xlsx"))
    assert plain == (called not in LEFT_TO_THE_READER)
    assert grid.text[1, 1] == printed
    assert_same(grid, by_reader)


STRINGS_OF = {
    "with an entity": (b"<si><t>a &amp; b</t></si>", "a & b", True),
    "with blanks that are kept": (b'<si><t xml:space="preserve"> a </t></si>', " a ", True),
    "that is empty": (b"<si><t></t></si>", "", True),
    "with a character reference": (b"<si><t>a&#10;b</t></si>", "a\nb", False),
    "with an escape": (b"<si><t>a_x000D_b</t></si>", None, False),
    "in runs": (b"<si><r><t>a</t></r><r><t>b</t></r></si>", "ab", False),
    "with a reading aid": (b'<si><t>a</t><rPh sb="0" eb="1"><t>b</t></rPh></si>', "a", False),
    "closed at once": (b"<si><t/></si>", "", False),
}


@pytest.mark.parametrize("called", STRINGS_OF)
def test_a_shared_text_says_what_a_reader_says(called: str, tmp_path: Path) -> None:
    xml, said, expected = STRINGS_OF[called]
    found = parts(tmp_path)
    found[STRINGS] = found[STRINGS].replace(b"<si><t>Convictions</t></si>", xml)
    plain, (grid,), (by_reader,) = both(packed(found, tmp_path / "one.xlsx"))
    assert plain == expected
    assert said is None or grid.text[0, 1] == said
    assert_same(grid, by_reader)


def test_what_only_looks_like_a_text_shifts_no_other(tmp_path: Path) -> None:
    found = parts(tmp_path)
    for odd in (b'<si><t> xml:space="preserve"</t></si><si><t/></si>', b"<si><t>a</t></si> <si/>", b"<si></si>"):
        changed = found | {STRINGS: found[STRINGS].replace(b"<si><t>Country</t></si>", odd)}
        _, (grid,), (by_reader,) = both(packed(changed, tmp_path / "one.xlsx"))
        assert_same(grid, by_reader)


def test_a_text_that_is_not_there_is_left_to_the_reader(tmp_path: Path) -> None:
    found = parts(tmp_path)
    found[SHEET] = found[SHEET].replace(b'<c r="A2" t="s"><v>0</v>', b'<c r="A2" t="s"><v>99</v>')
    inspected = preflight.inspect(packed(found, tmp_path / "one.xlsx"))
    assert inspected.read is None


def test_a_text_named_by_no_number_is_refused(tmp_path: Path) -> None:
    found = parts(tmp_path)
    found[SHEET] = found[SHEET].replace(b'<c r="A2" t="s"><v>0</v>', b'<c r="A2" t="s"><v></v>')
    with pytest.raises(UnreadableFile, match="by no number"):
        preflight.inspect(packed(found, tmp_path / "one.xlsx"))


FORMATS = {
    "General": False, "0.00": False, "#,##0": False, '0 "days"': False, "[Red]0;[Blue]-0": False, "0%": False,
    "[$-409]#,##0.00": False, "[>=100]0;0.0": False, r"0\d": False, "_(* #,##0_)": False,
    "yyyy-mm-dd": True, "d.m.yy": True, "hh:mm": True, "[h]:mm": True, "mmmm": True, "[$-409]d-mmm": True,
}  # fmt: skip


@pytest.mark.parametrize("code", FORMATS)
def test_a_number_that_may_be_a_date_is_left_to_the_reader(code: str, tmp_path: Path) -> None:
    path = tmp_path / "dates.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Courts").write_number(0, 0, 45000, book.add_format({"num_format": code}))
    assert may_print_dates(code) == FORMATS[code]
    plain, (grid,), (by_reader,) = both(path.read_bytes())
    assert plain == (not FORMATS[code])
    assert_same(grid, by_reader)


def _several_sheets(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("Empty")
    merged = book.add_worksheet("Merged")
    merged.merge_range(0, 0, 0, 3, "2019")
    merged.write_row(1, 0, [1, 2, 3, 4])
    hidden = book.add_worksheet("Hidden & away")
    hidden.write_string(4, 3, "far")
    hidden.hide()
    styled = book.add_worksheet("Styled")
    struck = book.add_format({"font_strikeout": True})
    styled.write_number(0, 0, 5, struck)
    styled.write_number(0, 1, 74, book.add_format({"num_format": '">"0'}))
    styled.write_blank(9, 9, None, struck)
    styled.write_row(1, 0, [f"text {number}" for number in range(30)])


def test_sheets_are_the_same_in_name_shape_and_all_that_is_known_of_them(tmp_path: Path) -> None:
    path = tmp_path / "several.xlsx"
    with xlsxwriter.Workbook(path) as book:
        _several_sheets(book)
    plain, grids, by_reader = both(path.read_bytes())
    assert plain
    assert [grid.name for grid in grids] == ["Empty", "Merged", "Hidden & away", "Styled"]
    assert [grid.hidden for grid in grids] == [False, False, True, False]
    assert grids[1].merges == ((0, 0, 0, 3),)
    assert grids[3].text[0, 1] == ">74"
    assert [code for code, _ in grids[3].unread.values()] == ["struck_through"]
    for one, other in zip(grids, by_reader, strict=True):
        assert_same(one, other)


def test_a_sheet_of_many_blocks_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for row in range(12_000):
            sheet.write_row(row, 0, [f"place {row % 50}", row, row / 8, "<5"])
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo(SHEET).file_size > preflight._CHUNK
    plain, (grid,), (by_reader,) = both(path.read_bytes())
    assert plain
    assert grid.text[8_001].tolist() == ["place 1", "8001", "1000.125", "<5"]
    assert np.array_equal(grid.text, by_reader.text)
    assert np.array_equal(grid.typed, by_reader.typed)


VALUES = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=12),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(VALUES, min_size=1, max_size=4), min_size=1, max_size=5))
def test_any_values_are_read_alike(rows: list[list[int | float | str]], tmp_path: Path) -> None:
    path = tmp_path / "any.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write_number(row, column, value)
    _, (grid,), (by_reader,) = both(path.read_bytes())
    assert_same(grid, by_reader)
