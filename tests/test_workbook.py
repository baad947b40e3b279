"""The only reader: a file of any kind becomes grids of printed text, or is refused by name."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook

from opdat_analytics.ingest.workbook import Grid, cells_of, printed, read_workbook
from opdat_analytics.model import UnreadableFile

ROWS = [["Country", "Year", "Convictions"], ["Åland, the", "2019", "1,234"], ["Türkiye", "2020", ""]]


def csv_of(delimiter: str) -> str:
    return "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in ROWS) + "\r\n"


def only(path: Path) -> Grid:
    (grid,) = read_workbook(path)
    return grid


def workbook(path: Path, fill: Callable[[Workbook], None]) -> Path:
    book = Workbook()
    fill(book)
    book.save(path)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_in_any_usual_form_is_the_same_table(delimiter: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "returns.csv"
    path.write_bytes(csv_of(delimiter).encode(encoding))
    grid = only(path)
    assert grid.name == "returns"
    assert grid.text.tolist() == ROWS
    assert not grid.typed.any()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_line_end_is_one(newline: str, tmp_path: Path) -> None:
    path = tmp_path / "returns.csv"
    path.write_bytes(newline.join(["Country,Year", "Albania,2019", ""]).encode())
    assert only(path).text.tolist() == [["Country", "Year"], ["Albania", "2019"]]


def test_a_line_break_inside_quotes_stays_in_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "returns.csv"
    path.write_bytes(b'Country,Year\n"El\nSalvador",2019\n')
    assert only(path).text.tolist() == [["Country", "Year"], ["El\nSalvador", "2019"]]


def test_short_lines_are_blank_at_their_end(tmp_path: Path) -> None:
    path = tmp_path / "returns.csv"
    path.write_bytes(b"Country,Year,Convictions\nAlbania\n")
    assert only(path).text.tolist() == [["Country", "Year", "Convictions"], ["Albania", "", ""]]


def test_content_decides_and_not_the_extension(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["Country", 12])  # type: ignore[union-attr]

    path = workbook(tmp_path / "returns.xlsx", fill)
    assert only(path.rename(tmp_path / "returns.xls")).text.tolist() == [["Country", "12"]]


def test_typed_cells_are_printed_and_told_from_text(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append([12, 1.5, "12", True, datetime.date(2024, 6, 24), None, "x"])  # type: ignore[union-attr]

    grid = only(workbook(tmp_path / "typed.xlsx", fill))
    assert grid.text.tolist() == [["12", "1.5", "12", "TRUE", "2024-06-24", "", "x"]]
    assert grid.typed.tolist() == [[True, True, False, False, False, False, False]]
    assert cells_of(grid) == 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.0, "12"),
        (0.1, "0.1"),
        (1e15, "1000000000000000"),
        (1234567.5, "1234567.5"),
        (-3.0, "-3"),
        (datetime.datetime(2024, 6, 24, 13, 30), "2024-06-24 13:30:00"),
        (datetime.datetime(2024, 6, 24), "2024-06-24"),
    ],
)
def test_a_value_is_printed_as_a_person_would_read_it(value: object, text: str) -> None:
    assert printed(value) == text


def test_merged_ranges_are_kept_and_spread_only_when_asked(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["Region", "x"])  # type: ignore[union-attr]
        book.active.append([None, "y"])  # type: ignore[union-attr]
        book.active.merge_cells("A1:A2")  # type: ignore[union-attr]

    grid = only(workbook(tmp_path / "merged.xlsx", fill))
    assert grid.text.tolist() == [["Region", "x"], ["", "y"]]
    assert grid.spread().tolist() == [["Region", "x"], ["Region", "y"]]


def test_addresses_do_not_shift_when_a_sheet_begins_lower_or_further_right(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active["C4"] = "here"  # type: ignore[index]

    grid = only(workbook(tmp_path / "offset.xlsx", fill))
    assert grid.text[3, 2] == "here"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.xlsx", b"", "empty_file"),
        ("page.xlsx", b"<!DOCTYPE html><html><table></table></html>", "not_a_spreadsheet"),
        ("page.csv", b"%PDF-1.7 ...", "not_a_spreadsheet"),
        ("pointer.xlsx", b"version https://git-lfs.github.com/spec/v1\n", "not_a_spreadsheet"),
        ("cut.xlsx", b"PK\x03\x04 cut in the middle", "damaged_file"),
        ("quote.csv", b'Country,Year\n"Albania,2019\n', "damaged_text"),
        ("wide.csv", b",".join([b"x"] * 200_000), "too_large"),
        ("long.csv", b"x" * 900_000 + b",y\n", "cell_too_long"),
    ],
)
def test_what_is_no_table_is_refused_by_name(name: str, data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(path)
    assert caught.value.code == code


def test_noise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.xlsx"
    path.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(UnreadableFile):
        read_workbook(path)


def test_a_word_document_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(UnreadableFile, match="a Word document"):
        read_workbook(path)


def test_a_part_damaged_on_its_way_is_refused(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        for number in range(200):
            book.active.append([f"Country {number}", number * 7919 % 1000])  # type: ignore[union-attr]

    path = workbook(tmp_path / "returns.xlsx", fill)
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    data[entry.header_offset + 200] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(path)
    assert caught.value.code == "damaged_file"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
def test_a_document_type_in_any_part_is_refused(part: str, tmp_path: Path) -> None:
    good = tmp_path / "good.xlsx"
    with xlsxwriter.Workbook(good) as book:
        book.add_worksheet().write("A1", "Country")
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                head, mark, rest = data.partition(b"?>") if data.startswith(b"<?xml") else (b"", b"", data)
                data = head + mark + b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + rest
            target.writestr(name, data)
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(bad)
    assert caught.value.code == "hostile_xml"
