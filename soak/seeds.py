"""Honest files to damage: small tables in every form that is read, made the same way every time."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date
from functools import cache
from pathlib import Path

import xlsxwriter

ROWS: list[list[object]] = [
    ["Country", "Year", "Sex", "Convictions", "Note"],
    ["Guatemala", 2022, "male", 12, "final"],
    ["Honduras", "2022", "female", "1,234", ""],
    ["El Salvador", "FY2023", "total", "over 74", "see ¹"],
    ["Côte d’Ivoire", 2021, "male", "<5", None],
    ["Total", 2022, "", 1246, None],
    ["Note: provisional", None, None, None, None],
]


@cache
def seeds() -> dict[str, bytes]:
    """File name → content."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in ROWS]
    text = "\n".join(";".join(row) for row in rows) + "\n"
    found = {
        "plain.xlsx": plain_workbook(),
        "rich.xlsx": rich_workbook(),
        "plain.ods": open_document(),
        "semicolons.csv": text.encode(),
        "commas.csv": "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode(),
        "wide.csv": text.replace(";", "\t").encode("utf-16"),
        "western.csv": text.encode("cp1252", "replace"),
    }
    return found | outside_files()


def parts_of(workbook: bytes) -> dict[str, bytes]:
    """The parts of a zipped workbook by name."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def plain_workbook() -> bytes:
    """A table as any program writes it."""
    told = io.BytesIO()
    with xlsxwriter.Workbook(told) as book:
        sheet = book.add_worksheet("Outcomes")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return told.getvalue()


def rich_workbook() -> bytes:
    """A table with everything that usual readers lose."""
    told = io.BytesIO()
    with xlsxwriter.Workbook(told) as book:
        sheet, other = book.add_worksheet("Outcomes"), book.add_worksheet("2022")
        raised, struck = book.add_format({"font_script": 1}), book.add_format({"font_strikeout": True})
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
            other.write_row(number, 0, row[:3])
        sheet.write_rich_string("A2", "Guatemala", raised, "1")
        sheet.write_number("D3", 7, struck)
        for row, code in enumerate(('">"0', "0%", ";;;", '[<5]"<5";0', "[h]:mm", "000", "yyyy-mm-dd", "0.0,")):
            sheet.write_number(row, 6, 1.5 * row, book.add_format({"num_format": code}))
        sheet.write_formula("D4", "=SUM(D2:D3)", None, 19)
        sheet.write_formula("D5", "=1/0", None, "#DIV/0!")
        sheet.write_boolean("E2", True)
        sheet.write_datetime("E3", date(2022, 2, 3), book.add_format({"num_format": "d/m/yy"}))
        sheet.merge_range("A8:B9", "Merged")
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column("C:C", None, None, {"hidden": True})
        sheet.write_comment("A1", "a comment")
        sheet.write_url("A10", "internal:'2022'!A1")
        other.hide()
    return told.getvalue()


def open_document() -> bytes:
    """An OpenDocument table."""
    names = "office table text style fo"
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names.split())
    cells = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in ROWS)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:automatic-styles>'
        '<style:style style:name="s1" style:family="text"><style:text-properties '
        'style:text-position="super 58%"/></style:style></office:automatic-styles><office:body><office:spreadsheet>'
        f'<table:table table:name="Outcomes"><table:table-column table:number-columns-repeated="5"/>{cells}'
        '<table:table-row table:number-rows-repeated="1000"><table:table-cell '
        'table:number-columns-repeated="1000"/></table:table-row></table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return told.getvalue()


def _ods_cell(value: object) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, int):
        kind = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"
    body = str(value).replace("<", "&lt;").replace("¹", '<text:span text:style-name="s1">1</text:span>')
    return f'<table:table-cell office:value-type="string"><text:p>{body}</text:p></table:table-cell>'


def outside_files() -> dict[str, bytes]:
    """Small legacy workbooks that no library here writes, from the folder ``OPDAT_TESTDATA`` where there is one."""
    folder = os.environ.get("OPDAT_TESTDATA")
    if not folder:
        return {}
    found = [path for kind in ("*.xls", "*.xlsb") for path in Path(folder).rglob(kind)]
    small = sorted((path.stat().st_size, path) for path in found if 0 < path.stat().st_size < 60_000)
    return {path.name: path.read_bytes() for _, path in small[:8]}
