"""The published tables for people: a CSV each, one workbook, and a Data Package that describes them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from opdat_analytics import store, vocab
from opdat_analytics.disclosure import policies
from opdat_analytics.exports.cells import FIXED_DATE, QUIET
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.inert import inert
from opdat_analytics.exports.leaving import leaving_tables, write_audit
from opdat_analytics.exports.released import note_released
from opdat_analytics.model import TABLES, Column, ExportFailed, Home

_VOCABULARY = {
    "places": ("code", "name", "level", "kind", "note"),
    "measures": ("code", "name", "stage", "definition", "unit", "includes", "excludes", "flow"),
}
_KINDS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "date": "date"}
_MAX_ROWS = 1_048_000
_WIDTHS = {
    "text": 18,
    "note": 40,
    "message": 60,
    "title": 40,
    "url": 30,
    "file": 34,
    "definition": 60,
    "hint": 40,
    "name": 26,
}


def write_tables(home: Home, publication: int | str | None = None) -> list[Path]:
    """Write every published table to ``exports/tables``.

    Parameters
    ----------
    home
        The project's folders.
    publication
        Generation of an earlier publication; the current one if None.

    Returns
    -------
    list of Path
        ``<table>.csv`` for each, ``opdat_tables.xlsx``, ``datapackage.json``, and ``exports/disclosure.csv`` where a
        policy hides figures: which and why, without the numbers. The same publication gives the same bytes.

    Raises
    ------
    NothingPublished
        If there is nothing to write.
    ExportFailed
        If a file cannot be written, or a CSV does not read back as the table.
    """
    opened = store.open_publication(home, publication)
    published, audit = leaving_tables({name: opened.table(name) for name in TABLES}, home)
    note_released([published["observations"]], policies(home.raw), home)
    tables = published | {name: _vocabulary(name) for name in _VOCABULARY}
    folder = home.exports / "tables"
    written = []
    for name, frame in tables.items():
        data = _csv(frame)
        _check(name, data, frame)
        written.append(write_file(folder / f"{name}.csv", data))
    written.append(write_file(folder / "opdat_tables.xlsx", _workbook(opened, tables)))
    written.append(write_file(folder / "datapackage.json", _package(opened, tables)))
    written += [write_file(path, data) for path, data in write_audit(audit, home)]
    return written


def _vocabulary(name: str) -> pd.DataFrame:
    entries = (vocab.places() if name == "places" else vocab.measures()).values()
    return pd.DataFrame([{key: getattr(entry, key) for key in _VOCABULARY[name]} for entry in entries])


def _columns(name: str, frame: pd.DataFrame) -> Sequence[Column]:
    if name in TABLES:
        return TABLES[name]
    whole = {"stage"}
    return [Column(str(c), "int" if c in whole else "str", bool(frame[c].isna().any()), str(c)) for c in frame.columns]


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as text: dates in ISO 8601, whole numbers without a point, nothing where null."""
    texts = {}
    for name in frame.columns:
        column = frame[name]
        if str(column.dtype).startswith("datetime"):
            texts[name] = column.dt.strftime("%Y-%m-%d").fillna("")
        elif str(column.dtype) == "float64":
            texts[name] = [_number(value) for value in column.tolist()]
        elif str(column.dtype) == "bool":
            texts[name] = column.map({True: "true", False: "false"})
        else:
            texts[name] = ["" if pd.isna(value) else inert(str(value)) for value in column.tolist()]
    return pd.DataFrame(texts, columns=frame.columns)


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if float(value).is_integer() else repr(value)


def _csv(frame: pd.DataFrame) -> bytes:
    text = _texts(frame).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def _check(name: str, data: bytes, frame: pd.DataFrame) -> None:
    """Read a CSV back: as many rows, and the same sums of every numeric column."""
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    if len(rows) != len(frame):
        raise ExportFailed(f"{name}.csv reads back with {len(rows)} rows instead of {len(frame)}.")
    for column in frame.select_dtypes("float64").columns:
        back = sum(float(row[column]) for row in rows if row[column])
        if abs(back - float(frame[column].sum())) > 1e-6 * max(1.0, abs(back)):
            raise ExportFailed(f"{name}.csv reads back with another sum of {column}.")


def _workbook(opened: store.Publication, tables: Mapping[str, pd.DataFrame]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, QUIET)
    book.set_properties({"title": "OPDAT analytics: tables", "author": "opdat_analytics", "created": FIXED_DATE})
    bold = book.add_format({"bold": True, "bg_color": "#E8EDF2", "border": 1, "border_color": "#C5CED8"})
    plain = book.add_format({"num_format": "@"})
    number = book.add_format({"num_format": "#,##0.###############"})
    _cover(book, opened, tables)
    for name, frame in tables.items():
        _sheet(book, name, frame, bold, plain, number)
    book.close()
    return buffer.getvalue()


def _cover(book: Any, opened: store.Publication, tables: Mapping[str, pd.DataFrame]) -> None:
    sheet = book.add_worksheet("contents")
    big, bold = book.add_format({"bold": True, "font_size": 16}), book.add_format({"bold": True})
    sheet.write_string(0, 0, "OPDAT analytics: tables", big)
    sheet.write_string(
        1,
        0,
        f"Publication {opened.id}. low and high are the bounds of a figure; "
        "an empty high is unbounded, both empty is no number.",
    )
    sheet.write_row(3, 0, ["Table", "Rows"], bold)
    for row, (name, frame) in enumerate(tables.items(), 4):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        sheet.write_number(row, 1, len(frame))
    sheet.set_column(0, 0, 24)


def _sheet(book: Any, name: str, frame: pd.DataFrame, bold: Any, plain: Any, number: Any) -> None:
    sheet = book.add_worksheet(name)
    shown = frame.head(_MAX_ROWS)
    for column, header in enumerate(shown.columns):
        numeric = str(shown[header].dtype) in ("float64", "Int64", "int64")
        sheet.set_column(
            column, column, _WIDTHS.get(str(header), 14), number if numeric and header != "year" else plain
        )
        sheet.write_string(0, column, str(header), bold)
        values = shown[header].tolist() if numeric else _texts(shown[[header]])[header].tolist()
        for row, value in enumerate(values, 1):
            if numeric and not pd.isna(value):
                sheet.write_number(row, column, value)
            elif not numeric and value:
                sheet.write_string(row, column, value)
    sheet.freeze_panes(1, 0)
    if len(shown.columns):
        sheet.autofilter(0, 0, max(len(shown), 1), len(shown.columns) - 1)


def _package(opened: store.Publication, tables: Mapping[str, pd.DataFrame]) -> bytes:
    licences = opened.table("sources")[["source", "title", "url", "licence"]].drop_duplicates("source")
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "opdat-analytics",
        "title": "Assistance against human trafficking and human smuggling: what is published",
        "version": opened.id,
        "sources": [
            {key: value for key, value in (("title", row.title), ("path", row.url)) if isinstance(value, str)}
            for row in licences.itertuples(index=False)
        ],
        "resources": [_resource(name, frame) for name, frame in tables.items()],
    }
    return (json.dumps(package, indent=1, ensure_ascii=False) + "\n").encode()


def _resource(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    fields: Iterable[Column] = _columns(name, frame)
    return {
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "missingValues": [""],
            "fields": [
                {
                    "name": c.name,
                    "type": _KINDS[c.kind],
                    "description": c.meaning,
                    **({} if c.nullable else {"constraints": {"required": True}}),
                }
                for c in fields
            ],
        },
    }
