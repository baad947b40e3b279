"""No file hurts the machine, and none is believed that must not be: outside faults, and attacks made here."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import UnreadableFile
from soak import seeds

LATER = {
    "c08", "c10", "c14", "c16", "c17", "c22", "c32", "c35", "c44", "c45", "c48", "d19",
}  # fmt: skip
"""Faults of meaning, which the reading of words and figures judges, not the reader."""
OTHER_SHAPES = {"c24", "c27", "c28", "c31"}
READ_ALL = """
import json, sys
from pathlib import Path
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import UnreadableFile
for name in sys.argv[1:]:
    try:
        grids = read_workbook(Path(name))
        told = {"rows": grids[0].text.tolist(), "odd": [f[0] for g in grids for f in g.flags],
                "unread": sum(len(g.unread) for g in grids), "marks": sum(len(g.markers) for g in grids)}
    except UnreadableFile as error:
        told = {"refused": error.code}
    print(json.dumps([Path(name).name, told]), flush=True)
"""


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


@pytest.fixture(scope="module")
def told(outside: Path) -> dict[str, dict[str, object]]:
    """What the reader says of every outside fault, read by one process with 1 GB and a minute for them all."""
    files = [str(path) for path in sorted((outside / "faulty").iterdir()) if path.suffix not in (".md", ".json")]
    command = [sys.executable, "-c", READ_ALL, *files]
    quiet = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=limited, env=quiet, check=False, timeout=60
    )
    said = dict(json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 0, f"after {list(said)[-1:]}: {done.stderr[-500:]}"
    assert len(said) == len(files)
    return said


def test_every_outside_fault_is_met_as_its_index_asks(outside: Path, told: dict[str, dict[str, object]]) -> None:
    wrong = []
    for fault in json.loads((outside / "faulty" / "index.json").read_text(encoding="utf-8"))["files"]:
        name, said = fault["file"], told[fault["file"]]
        if name[:3] in LATER:
            continue
        refused = "refused" in said
        same = not refused and [row[:3] for row in said["rows"][1:4]] == as_text(fault["truth"])  # type: ignore[index]
        odd = not refused and bool(said["odd"] or said["unread"] or said["marks"])
        met = {
            "reject": refused or bool(said.get("unread")),
            "flag": refused or (odd and (same or not fault["truth"] or fault["truth"][0][2] is None)),
            "accept": same or name[:3] in OTHER_SHAPES | {"c06", "c11", "c12", "d17"},
            "quarantine": True,
        }[fault["must"]]
        if not met:
            wrong.append((name, fault["must"], said))
    assert not wrong


def as_text(truth: list[list[object]] | None) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in truth or []]


# ---------------------------------------------------------------- attacks made here


def parts_of(rows: list[list[object]]) -> dict[str, bytes]:
    told = io.BytesIO()
    with xlsxwriter.Workbook(told) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    with zipfile.ZipFile(told) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


Change = Callable[[bytes], bytes]
SHEET, STRINGS, LINKS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"


LONG_ATTRIBUTE = b'<a b="' + b" ".join(b"%d" % i for i in range(2_500_000)) + b'"/><sheetData>'


def with_row(row: bytes) -> Change:
    return lambda part: part.replace(b"</sheetData>", row + b"</sheetData>")


def replaced(old: bytes, new: bytes) -> Change:
    return lambda part: part.replace(old, new)


ATTACKS: dict[str, tuple[str, Change, str]] = {
    "a stray cell in the last corner": (
        SHEET, with_row(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "sparse_sheet",
    ),
    "a stray cell, written unusually": (
        SHEET, with_row(b"<row r='1048576'><c r = 'XFD1048576'><v>1</v></c></row>"), "sparse_sheet",
    ),
    "a stray cell in the last row": (
        SHEET, with_row(b'<row r="1048576"><c r="C1048576"><v>1</v></c></row>'), "sparse_sheet",
    ),
    "a cell beyond any sheet": (
        SHEET, with_row(b'<row r="9"><c r="XFE9"><v>1</v></c></row>'), "damaged_file",
    ),
    "a cell given twice": (
        SHEET, with_row(b'<row r="2"><c r="B2"><v>999</v></c></row>'), "doubled_cell",
    ),
    "deep nesting after the cells": (SHEET, replaced(b"</sheetData>", b"</sheetData>" + b"<a>" * 5_000), "hostile_xml"),
    "a text that no cell can hold": (STRINGS, replaced(b"Albania", b"x" * 40_000), "cell_too_long"),
    "a sheet that ends too early": (SHEET, replaced(b"</worksheet>", b""), "damaged_file"),
    "a sheet in UTF-16": (
        SHEET, lambda part: part.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "unusual_encoding",
    ),
    "a comment within a number": (SHEET, replaced(b"<v>12</v>", b"<v>1<!-- -->2</v>"), "hostile_xml"),
    "an instruction within a number": (SHEET, replaced(b"<v>12</v>", b"<v>1<?a ?>2</v>"), "hostile_xml"),
    "an element within a number": (SHEET, replaced(b"<v>12</v>", b"<v>1<b/>2</v>"), "hostile_xml"),
    "a marked section for a number": (SHEET, replaced(b"<v>12</v>", b"<v><![CDATA[12]]></v>"), "hostile_xml"),
    "a number by character references": (SHEET, replaced(b"<v>12</v>", b"<v>&#49;2</v>"), "hostile_xml"),
    "a comment within a text": (STRINGS, replaced(b"Albania", b"Alba<!-- -->nia"), "hostile_xml"),
    "texts that end within a mark": (STRINGS, lambda part: part[: part.rindex(b"<t") + 1], "damaged_file"),
    "an element within a text": (STRINGS, replaced(b"Albania", b"Alba<b/>nia"), "hostile_xml"),
    "a text by a number below zero": (SHEET, replaced(b'"s"><v>2<', b'"s"><v>-1<'), "damaged_file"),
    "a text by half a number": (SHEET, replaced(b'"s"><v>2<', b'"s"><v>0.5<'), "damaged_file"),
    "a sheet that is another part": (LINKS, replaced(b"worksheets/sheet1.xml", b"styles.xml"), "damaged_file"),
    "a sheet outside the workbook": (LINKS, replaced(b"worksheets/sheet1.xml", b"../../etc/hosts"), "damaged_file"),
    "an attribute of many megabytes": (SHEET, replaced(b"<sheetData>", LONG_ATTRIBUTE), "hostile_xml"),
    "a document type in a part nobody reads": (
        "docProps/core.xml", replaced(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>'), "hostile_xml",
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_by_name(attack: str, tmp_path: Path) -> None:
    part, change, code = ATTACKS[attack]
    parts = parts_of([["Country", "Convictions"], ["Albania", 12]])
    parts[part] = change(parts[part])
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(workbook(tmp_path / "attack.xlsx", parts))
    assert caught.value.code in (code, {"doubled_cell": "doubled_row"}.get(code))
    assert caught.value.hint is None or caught.value.hint


def test_a_lie_about_the_number_of_texts_costs_nothing(tmp_path: Path) -> None:
    parts = parts_of([["Country", "Convictions"], ["Albania", 12]])
    parts[STRINGS] = parts[STRINGS].replace(b'uniqueCount="3"', b'uniqueCount="4294967295"')
    assert b"4294967295" in parts[STRINGS]
    (grid,) = read_workbook(workbook(tmp_path / "lie.xlsx", parts))
    assert grid.text.tolist() == [["Country", "Convictions"], ["Albania", "12"]]


def test_a_merge_over_the_whole_sheet_overwrites_nothing(tmp_path: Path) -> None:
    parts = parts_of([["Country", "Convictions"], ["Albania", 12]])
    parts[SHEET] = parts[SHEET].replace(
        b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    )
    (grid,) = read_workbook(workbook(tmp_path / "merge.xlsx", parts))
    assert grid.spread().tolist() == [["Country", "Convictions"], ["Albania", "12"]]
    assert [code for code, _, _ in grid.flags] == ["merged_values"]


def test_a_bomb_of_repeated_cells_is_refused(tmp_path: Path) -> None:
    content = (
        b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        b'<table:table table:name="a"><table:table-row table:number-rows-repeated="1000000">'
        b'<table:table-cell table:number-columns-repeated="1000" office:value-type="float" office:value="1">'
        b"<text:p>1</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
        b"</office:document-content>"
    )
    path = workbook(
        tmp_path / "bomb.ods",
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content},
    )
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(path)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        (b"a,b,c\n1,2,3\n4,5\n6,7,8\n", {2}),
        (b"a,b,c\n1,2,3,4\n1,2,3,4\n1,2,3,4\n", {0, 1, 2, 3}),
        (b"A title\n\na,b,c\n1,2,3\n4,5,6\n\nA note\n", set()),
        (b"a,b,c\nx,2020,1,234\n", {1}),
        (b"a\tb\tc\nx\t2020\t1\t234\n", {1}),
        (b"a,b,c\nx,2020,1,234\ny,2020,7\n", {1}),
        (b"a,b,c\n\nx,2020,1,234\n\ny,2020,7\n", {2}),
        (b"a,b,c\nx,2020\n", {1}),
        (b"a,b,c\nx,2020,7,\ny,2020,8,\n", set()),
        (b"Convictions\n1,234\n5,678\n9\n", {1, 2}),
        (b"A title\na,b,c\nx,2020,7\n", set()),
        ("a;b;c\nx;2020;1;234\n".encode("utf-16"), {1}),
    ],
)
def test_rows_that_do_not_fit_their_table_are_held(rows: bytes, held: set[int], tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_bytes(rows)
    (grid,) = read_workbook(path)
    assert {row for row, _ in grid.unread} == held


def test_a_file_that_two_marks_split_alike_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "either.csv"
    path.write_bytes(b"Country;Convictions, persons\nAlbania;1,5\nSerbia;2,5\n")
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(path)
    assert caught.value.code == "unknown_delimiter"
    assert "comma or semicolon" in str(caught.value)
    path.write_bytes(b"sep=;\n" + path.read_bytes())
    (grid,) = read_workbook(path)
    assert grid.text.tolist()[1] == ["Albania", "1,5"]


def test_number_formats_print_what_a_person_sees(tmp_path: Path) -> None:
    path = tmp_path / "formats.xlsx"
    seen = {'">"0': "over 74", "0%": "45%", ";;;": "hidden", '[<5]"<5";0': "small", "#,##0": "plain"}
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, (code, number) in enumerate(zip(seen, (74, 0.45, 9, 3, 1234), strict=True)):
            sheet.write_number(row, 0, number, book.add_format({"num_format": code}))
        sheet.write_number(5, 0, 7, book.add_format({"font_strikeout": True}))
        sheet.set_row(4, None, None, {"hidden": True})
    (grid,) = read_workbook(path)
    assert grid.text[:, 0].tolist() == [">74", "45%", "9", "<5", "1234", "7"]
    assert {at: code for at, (code, _) in grid.unread.items()} == {
        (2, 0): "hidden_by_format", (5, 0): "struck_through",
    }  # fmt: skip
    assert {code: said for code, _, said in grid.flags}["hidden_rows"].endswith(": 5")


OPEN_DOCUMENT = seeds.parts_of(seeds.open_document())


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        ("META-INF/manifest.xml", b"<a><encryption-data/></a>", "encrypted"),
        ("meta.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "hostile_xml"),
        ("content.xml", OPEN_DOCUMENT["content.xml"].replace(b"Guatemala", b"Guate<!-- -->mala"), "hostile_xml"),
        ("content.xml", OPEN_DOCUMENT["content.xml"].replace(b'ed="5"', b'ed="-5"'), "damaged_file"),
    ],
)
def test_an_open_document_is_looked_through_as_well(part: str, content: bytes, code: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "attack.ods", OPEN_DOCUMENT | {part: content})
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(path)
    assert caught.value.code == code


def test_a_formula_of_an_open_document_that_nobody_calculated_is_no_blank(tmp_path: Path) -> None:
    value = b'office:value-type="float" office:value="12"><text:p>12</text:p>'
    content = OPEN_DOCUMENT["content.xml"].replace(value, b'table:formula="of:=6*2">')
    assert content != OPEN_DOCUMENT["content.xml"]
    (grid,) = read_workbook(workbook(tmp_path / "formula.ods", OPEN_DOCUMENT | {"content.xml": content}))
    assert grid.text[1].tolist() == ["Guatemala", "2022", "male", "=…", "final"]
    assert grid.unread[1, 3][0] == "formula_without_value"


@pytest.mark.parametrize(("stored", "code"), [(b"0", None), (b"0.4", "hidden_by_format")])
def test_a_number_of_an_open_document_that_shows_nothing_is_zero_only_where_it_is(
    stored: bytes, code: str | None, tmp_path: Path
) -> None:
    value = b'office:value-type="float" office:value="12"><text:p>12</text:p>'
    shown = b'office:value-type="float" office:value="%s"><text:p></text:p>' % stored
    content = OPEN_DOCUMENT["content.xml"].replace(value, shown)
    (grid,) = read_workbook(workbook(tmp_path / "shown.ods", OPEN_DOCUMENT | {"content.xml": content}))
    assert grid.unread.get((1, 3), (None,))[0] == code


@pytest.mark.parametrize("stored", [b"NaN", b"1e999999999999999999", b"1e400"])
def test_a_number_of_an_open_document_that_no_spreadsheet_holds_is_not_believed(stored: bytes, tmp_path: Path) -> None:
    value = b'office:value-type="float" office:value="12"><text:p>12</text:p>'
    held = b'office:value-type="float" office:value="%s"><text:p>12</text:p>' % stored
    content = OPEN_DOCUMENT["content.xml"].replace(value, held)
    path = workbook(tmp_path / "strange.ods", OPEN_DOCUMENT | {"content.xml": content})
    (grid,) = read_workbook(path)
    assert grid.unread[1, 3][0] == "changed_by_format"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_a_last_line_that_ends_is_whole_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\ufeffCountry,Convictions\nAlbania,12\n".encode(encoding))
    (grid,) = read_workbook(path)
    assert "no_final_line_break" not in {flag for flag, _, _ in grid.flags}


def test_what_is_read_is_the_archive_that_was_looked_at(tmp_path: Path) -> None:
    other = workbook(tmp_path / "other.xlsx", parts_of([["Country", "Convictions"], ["Albania", 999]]))
    looked = workbook(tmp_path / "looked.xlsx", parts_of([["Country", "Convictions"], ["Albania", 12]]))
    path = tmp_path / "both.xlsx"
    for data in (other.read_bytes() + looked.read_bytes(), looked.read_bytes() + b"more" * 50):
        path.write_bytes(data)
        (grid,) = read_workbook(path)
        assert grid.text.tolist() == [["Country", "Convictions"], ["Albania", "12"]]


def test_a_length_of_time_beyond_all_bounds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "late.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_number(0, 0, 1e10, book.add_format({"num_format": "[h]:mm"}))
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(path)
    assert caught.value.code == "damaged_file"


def test_a_workbook_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = seeds.plain_workbook()
    for cut in range(0, len(whole), len(whole) // 50):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[:cut])
        with pytest.raises(UnreadableFile):
            read_workbook(path)


def test_number_formats_longer_than_any_program_keeps_are_not_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "Convictions")
        sheet.write_number(1, 0, 12, book.add_format({"num_format": "[" * 20_000 + "0;" * 20_000}))
        sheet.write_number(2, 0, 13, book.add_format({"num_format": "[$" * 127 + "0"}))
    begun = time.perf_counter()
    (grid,) = read_workbook(path)
    assert time.perf_counter() - begun < 3
    assert grid.unread[1, 0][0] == "changed_by_format"
    assert "60,000 letters" in grid.unread[1, 0][1]


@pytest.mark.parametrize(
    ("beside", "what"),
    [
        ("</sheetData><mergeCells>" + '<mergeCell ref="A3:B3"/>' * 70_000 + "</mergeCells>", "merged ranges"),
        ("<cols>" + '<col min="1" max="16384" hidden="1"/>' * 20_000 + "</cols>", "hidden columns"),
    ],
)
def test_what_stands_beside_the_cells_more_often_than_in_any_table_is_refused(
    beside: str, what: str, tmp_path: Path
) -> None:
    parts = seeds.parts_of(seeds.plain_workbook())
    place = b"</sheetData>" if what == "merged ranges" else b"<sheetData>"
    told = beside.encode() if what == "merged ranges" else beside.encode() + place
    sheet = parts["xl/worksheets/sheet1.xml"].replace(place, told)
    with pytest.raises(UnreadableFile, match=what):
        read_workbook(workbook(tmp_path / "many.xlsx", parts | {"xl/worksheets/sheet1.xml": sheet}))


def test_a_lowered_number_is_no_digit_of_a_figure(tmp_path: Path) -> None:
    path = tmp_path / "lowered.xlsx"
    with xlsxwriter.Workbook(path) as book:
        lowered = book.add_format({"font_script": 2})
        book.add_worksheet().write_rich_string(0, 0, "14", lowered, "1")
    (grid,) = read_workbook(path)
    assert grid.text[0, 0] == "14"
    assert grid.markers == {(0, 0): "¹"}
