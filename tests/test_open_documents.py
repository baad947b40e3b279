"""What an OpenDocument sheet shows is what is read of it; what readers lose of that is held or put right."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest

from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import UnreadableFile

NAMES = {
    "office": "office", "table": "table", "text": "text", "style": "style", "fo": "xsl-fo-compatible",
}  # fmt: skip
STYLES = """
<style:style style:name="T1"><style:text-properties style:text-position="33% 58%"/></style:style>
<style:style style:name="T2"><style:text-properties style:text-line-through-type="single"/></style:style>
<style:style style:name="T3"><style:text-properties style:text-position="-33% 58%"/></style:style>
<style:style style:name="T4"><style:text-properties style:text-position="0% 100%"
 style:text-line-through-type="none"/></style:style>
<style:style style:name="white" style:family="table-cell"><style:text-properties fo:color="#ffffff"/></style:style>
<style:style style:name="header" style:family="table-cell"><style:table-cell-properties fo:background-color="#000080"/>
<style:text-properties fo:color="#ffffff"/></style:style>
"""


def document(path: Path, *tables: str) -> Path:
    """An OpenDocument spreadsheet of tables written out."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for short, name in NAMES.items()
    )
    content = (
        f"<office:document-content {names}><office:automatic-styles>{STYLES}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    path.write_bytes(told.getvalue())
    return path


def table(*rows: str, name: str = "Data", columns: str = "") -> str:
    """A table of rows written out."""
    return f'<table:table table:name="{name}">{columns}{"".join(rows)}</table:table>'


def row(*cells: str, more: str = "") -> str:
    """A row of cells written out."""
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def said(inside: str, more: str = 'office:value-type="string"') -> str:
    """A cell with a text."""
    return f"<table:table-cell {more}><text:p>{inside}</text:p></table:table-cell>"


def number(value: str, shown: str, more: str = "") -> str:
    """A cell with a number."""
    return said(shown, f'office:value-type="float" office:value="{value}" {more}')


def read(tmp_path: Path, *cells: str) -> Grid:
    """A table of one column, below its heading."""
    (grid,) = read_workbook(document(tmp_path / "a.ods", table(row(said("Convictions")), *map(row, cells))))
    return grid


def codes(grid: Grid) -> dict[int, str]:
    """The row of each cell that is not to be believed, and why."""
    return {row: code for (row, _), (code, _) in grid.unread.items()}


def test_raised_lowered_and_struck_letters_are_seen_in_any_measure(tmp_path: Path) -> None:
    span = '<text:span text:style-name="{}">{}</text:span>'.format
    grid = read(
        tmp_path, said("12" + span("T1", "1")), said(span("T2", "5") + "7"), said("14" + span("T3", "1")),
        said("1" + span("T4", "5")), said("1" + span("T1", "2") + "3"),
    )  # fmt: skip
    assert grid.text[1:, 0].tolist() == ["12", "57", "14", "15", "1²3"]
    assert grid.markers == {(1, 0): "¹", (3, 0): "¹"}
    assert codes(grid) == {2: "struck_through"}


def test_letters_that_readers_run_together_are_read_as_they_are_shown(tmp_path: Path) -> None:
    ruby = "<text:ruby><text:ruby-base>2</text:ruby-base><text:ruby-text>3</text:ruby-text></text:ruby>"
    grid = read(
        tmp_path, said("1<text:line-break/>2"), said("1<text:tab/>2"), said("1" + ruby), said("12", ""),
        said("99", 'office:value-type="string" office:string-value="12"'),
        said("two  words", 'office:value-type="string" office:string-value="two words"'),
    )  # fmt: skip
    assert grid.text[1:, 0].tolist() == ["1\n2", "1\t2", "12", "12", "99", "two words"]
    assert grid.markers == {(3, 0): "³"}
    assert codes(grid) == {5: "changed_by_format"}
    assert not grid.typed.any()


def test_a_text_that_is_called_none_is_read_even_beyond_the_last_column_of_texts(tmp_path: Path) -> None:
    (grid,) = read_workbook(document(tmp_path / "a.ods", table(row(said("Kenya"), said("12", "")), row(said("Chad")))))
    assert grid.text.tolist() == [["Kenya", "12"], ["Chad", ""]]


def test_cells_that_repeat_another_are_read_like_it(tmp_path: Path) -> None:
    twice = 'office:value-type="percentage" office:value="0.12" table:number-columns-repeated="2"'
    (grid,) = read_workbook(document(tmp_path / "a.ods", table(row(said("12%", twice)))))
    assert grid.text.tolist() == [["12%", "12%"]]


def test_white_figures_on_white_and_a_nought_before_thousands_are_held(tmp_path: Path) -> None:
    grid = read(
        tmp_path, number("7", "7", 'table:style-name="white"'), number("8", "8", 'table:style-name="header"'),
        number("12", "0,012"), number("0.5", "0,5"), number("0", "0.00"),
    )  # fmt: skip
    assert codes(grid) == {1: "white_on_white", 3: "changed_by_format"}


def test_the_style_of_a_column_holds_where_a_cell_names_none(tmp_path: Path) -> None:
    columns = '<table:table-column table:default-cell-style-name="white"/>'
    (grid,) = read_workbook(document(tmp_path / "a.ods", table(row(number("7", "7")), columns=columns)))
    assert codes(grid) == {0: "white_on_white"}


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="one name"):
        read_workbook(document(tmp_path / "a.ods", table(row(number("1", "1"))), table(row(number("2", "2")))))


@pytest.mark.parametrize(
    "inside",
    [
        '<table:table-row table:number-rows-repeated="16384" table:visibility="collapse"><table:table-cell/>'
        "</table:table-row>",
        '<table:table-column table:number-columns-repeated="999999999" table:visibility="collapse"/>',
    ],
)
def test_hidden_rows_and_columns_beyond_any_sheet_are_refused_at_once(inside: str, tmp_path: Path) -> None:
    path = document(tmp_path / "a.ods", table(inside * 20_000, row(number("1", "1"))))
    begun = time.perf_counter()
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(path)
    assert caught.value.code == "too_large"
    assert time.perf_counter() - begun < 5


def test_hidden_rows_to_the_end_of_a_sheet_are_told_by_those_that_hold_something(tmp_path: Path) -> None:
    hidden = 'table:visibility="collapse" table:number-rows-repeated="{}"'.format
    sheet = table(
        row(said("Kenya")), row(said("Chad"), more=hidden(2)), row("<table:table-cell/>", more=hidden(1048573))
    )
    (grid,) = read_workbook(document(tmp_path / "a.ods", sheet))
    assert grid.hidden_rows == {1, 2}
