"""Every outside fault on its way through a refresh: which figures are published, which cells held, what is flagged.

The reader alone is judged in ``test_faulty.py``; here the declarations are written as a careful person would, and the
outcome must be the demanded one to the last figure.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from opdat_analytics import store
from opdat_analytics.model import Home
from opdat_analytics.refresh import refresh

FLAT = """title = "A fault"
{head}
[[layout]]
{more}
constants = {{ measure = "convictions", unit = "persons", offence = "trafficking" }}
columns = {{ {columns} }}
"""
USUAL = '"Country" = "place", "Year" = "year", "Convictions" = "value"'
CROSSED = """title = "A fault"
[[layout]]
constants = { unit = "persons", offence = "trafficking" }
corner = "Country"
headers = { measure = { row = 1, blanks = "left" }, year = "row 2", place = "column 1" }
"""


@dataclass(frozen=True)
class Outcome:
    """What must become of a file: its declaration, why it stops, or its figures, held cells and flags."""

    stop: str | None = None
    rows: tuple[tuple[object, ...], ...] = ()
    held: dict[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    toml: str = FLAT.format(head="", more="", columns=USUAL)


def flat(columns: str = USUAL, head: str = "", more: str = "") -> str:
    """The declaration of a flat table."""
    return FLAT.format(head=head, more=more, columns=columns)


def flags(*codes: str) -> frozenset[str]:
    """Codes of flags."""
    return frozenset(codes)


TRUTH = (("GTM", 2022, 12, "exact"), ("HND", 2022, 7, "exact"), ("SLV", 2023, 1234, "exact"))
GTM, HND, SLV = TRUTH
DATED = '"Country" = "place", "Date" = "period", "Convictions" = "value"'
OUTCOMES: dict[str, Outcome] = {
    "000": Outcome(rows=TRUTH),
    "a01": Outcome("too_large"),
    "a04": Outcome("hostile_archive"),
    "a05": Outcome("damaged_file"),
    "a06": Outcome("damaged_file"),
    "a07": Outcome("empty_file"),
    "a08": Outcome("binary_file"),
    "a10": Outcome("encrypted"),
    "a12": Outcome("not_a_spreadsheet"),
    "a13": Outcome(rows=TRUTH, flags=flags("extension_mismatch")),
    "a15": Outcome("not_a_spreadsheet"),
    "a16": Outcome("not_a_spreadsheet"),
    "a17": Outcome(rows=TRUTH, flags=flags("legacy_format")),
    "a19": Outcome(rows=TRUTH, flags=flags("legacy_format", "odd_parts")),
    "a20": Outcome(rows=TRUTH, flags=flags("legacy_format", "odd_parts")),
    "a21": Outcome(rows=TRUTH, flags=flags("macros")),
    "a25": Outcome(rows=TRUTH, flags=flags("odd_parts")),
    "a27": Outcome("not_a_spreadsheet"),
    "a29": Outcome(rows=TRUTH, flags=flags("extension_mismatch")),
    **dict.fromkeys(["b01", "b02", "b04", "b05", "b07", "b08"], Outcome("hostile_xml")),
    **dict.fromkeys(["b09", "b20", "b22", "b28", "b29"], Outcome(rows=TRUTH)),
    "b10": Outcome("cell_too_long"),
    "b11": Outcome("damaged_file"),
    "b12": Outcome("sparse_sheet"),
    "b13": Outcome("sparse_sheet"),
    "b17": Outcome("damaged_file"),
    "b18": Outcome("doubled_row"),
    "b21": Outcome(rows=(), held={
        "C2": "number_lost", "C3": "number_lost", "C4": "number_lost", "C5": "unread_words", "C6": "not_a_number",
        "C7": "not_a_number",
    }),
    "b25": Outcome("damaged_file"),
    "b27": Outcome("no_sheets"),
    "b31": Outcome("damaged_file"),
    "b35": Outcome("too_many_sheets"),
    "c01": Outcome(rows=(HND,), held={"C2": "formula_without_value", "C4": "formula_without_value"}),
    "c02": Outcome(rows=(("GTM", 2022, None, "not_reported"), HND, SLV), flags=flags("formula_shows_nothing")),
    "c03": Outcome(rows=(), held={f"C{row}": "error_value" for row in range(2, 9)}),
    "c04": Outcome(rows=(HND, SLV), held={"C2": "error_value"}),
    "c06": Outcome(rows=(("GTM", "2027-01-02", 12, "exact"), ("HND", "2026-01-02", 7, "exact")), toml=flat(DATED)),
    "c08": Outcome(
        rows=(("HND", "2022-12-25", 7, "exact"), ("MEX", "2023-03-12", 3, "exact")),
        held={"B2": "ambiguous_date", "B4": "no_such_day"}, toml=flat(DATED),
    ),
    "c10": Outcome(
        rows=(GTM, HND, ("MEX", 2022, 4, "exact"), ("HTI", 2022, 8, "exact")),
        held={"B4": "ambiguous_period", "B6": "ambiguous_period", "B7": "not_a_period", "B8": "year_out_of_range"},
        flags=flags("footnote_missing"),
    ),
    "c11": Outcome(rows=TRUTH),
    "c12": Outcome(rows=TRUTH),
    "c14": Outcome(rows=(GTM, HND), held={"C4": "ambiguous_number"}),
    "c16": Outcome(rows=(), held={
        "C2": "ambiguous_number", "C3": "ambiguous_number", "C4": "ambiguous_number", "C5": "mixed_numbers",
        "C6": "malformed_number", "C7": "fractional_count",
    }),
    "c17": Outcome(rows=(GTM, SLV), held={"C3": "malformed_number"}),
    "c18": Outcome(
        rows=(*TRUTH, ("BLZ", 2023, 500, "exact")), held={"D1": "undeclared_column"},
        flags=flags("hidden_rows", "hidden_columns"),
    ),
    "c20": Outcome(rows=TRUTH, flags=flags("duplicate_sheet")),
    "c22": Outcome(rows=(GTM, ("GTM", 2023, 13, "exact"), HND)),
    "c24": Outcome(toml=CROSSED, rows=(
        GTM, ("GTM", 2023, 13, "exact"), ("GTM", 2022, 40, "exact"), ("GTM", 2023, 41, "exact"), HND,
        ("HND", 2023, None, "not_reported"), ("HND", 2022, 20, "exact"), ("HND", 2023, 21, "exact"),
    )),
    "c27": Outcome(
        toml=flat(head='symbols = { "n/a" = "not_applicable", ".." = "not_available", "*" = "suppressed" }'),
        rows=(
            ("GTM", 2022, 75, "over"), ("HND", 2022, 201, "over"), ("SLV", 2023, 0, "under"),
            ("MEX", 2023, None, "suppressed"), ("CHL", 2023, None, "not_applicable"),
            ("CUB", 2023, None, "not_available"), ("BRA", 2023, 0, "exact"), ("BLZ", 2023, 30, "about"),
            ("PAN", 2023, 10, "between"), ("BOL", 2023, 0, "exact"), ("ECU", 2023, 7, "exact"),
            ("JAM", 2023, 201, "over"), ("GUY", 2023, 3, "at_least"),
        ),
        held={"C6": "parentheses", "C9": "unknown_symbol"}, flags=flags("footnote_missing"),
    ),
    "c28": Outcome(rows=TRUTH),
    "c31": Outcome(
        toml=flat('"M49" = "place", "Year" = "year", "Convictions" = "value"',
                  head='aliases = { "004" = "AFG", "008" = "ALB", "076" = "BRA" }'),
        rows=(("AFG", 2022, 3, "exact"), ("ALB", 2022, 4, "exact"), ("BRA", 2022, 5, "exact")),
    ),
    "c32": Outcome(
        rows=(
            ("CIV", 2022, 1, "exact"), ("CIV", 2023, 2, "exact"), ("TUR", 2022, 3, "exact"), ("TUR", 2023, 4, "exact"),
            ("MKD", 2022, 5, "exact"), ("MKD", 2018, 6, "exact"), ("HND", 2022, 8, "exact"), ("BIH", 2022, 9, "exact"),
            ("XKX", 2022, 10, "exact"),
        ),
        held={"A8": "unknown_place", "A12": "ambiguous_place"}, flags=flags("footnote_missing"),
    ),
    "c35": Outcome(rows=(HND, SLV), held={"C2": "not_a_number"}),
    "c37": Outcome(
        rows=(GTM,), held={"C3": "struck_through", "C4": "fractional_count"}, flags=flags("footnote_missing")
    ),
    "c40": Outcome(
        rows=(GTM,), held={"A3": "unknown_place", "A4": "unknown_place", "A5": "unknown_place"},
        flags=flags("control_characters"),
    ),
    "c44": Outcome("personal_columns"),
    "c45": Outcome(
        toml=flat('"Country" = "place", "Year" = "year", "Sex" = "sex", "Age" = "age", "Victims" = "value"',
                  more='meanings.sex = { F = "female", M = "male" }').replace('"convictions"', '"victims_identified"'),
        rows=(("MDV", 2022, 1, "exact"), ("MDV", 2022, 4, "exact"), ("MDV", 2022, 0, "exact"),
              ("MDV", 2022, 12, "exact")),
    ),
    "c47": Outcome(
        toml=flat('"CaseID" = "note", "Year" = "year", "Convictions" = "value"').replace(
            'offence = "trafficking" }', 'offence = "trafficking", place = "MDV" }'),
        rows=(), held={"A2": "number_lost", "A3": "number_lost"},
    ),
    "c48": Outcome("no_rows"),
    "c49": Outcome(rows=TRUTH),
    "c51": Outcome(
        rows=(), flags=flags("row_limit"),
    ),
    "c52": Outcome(rows=TRUTH, flags=flags("footnote_missing")),
    "d02": Outcome(
        rows=(("CIV", 2022, 12, "exact"), ("TUR", 2022, 7, "exact"), SLV), flags=flags("encoding_guessed")
    ),
    "d03": Outcome(rows=(("CIV", 2022, 12, "exact"), ("TUR", 2022, 7, "exact"), SLV)),
    **dict.fromkeys(["d06", "d07", "d08"], Outcome(rows=TRUTH)),
    "d09": Outcome("binary_file"),
    "d10": Outcome("damaged_text"),
    "d12": Outcome(rows=(), held={
        "A2": "ragged_row", "A3": "ragged_row", "A4": "ragged_row", "B2": "ragged_row", "B3": "ragged_row",
        "B4": "ragged_row", "D1": "undeclared_column",
    }),
    "d13": Outcome(rows=(GTM, SLV), held={"A3": "ragged_row", "B3": "ragged_row"}),
    "d15": Outcome("unknown_encoding"),
    "d16": Outcome("cell_too_long"),
    "d17": Outcome(rows=(SLV, HND)),
    "d18": Outcome("empty_file"),
    "d19": Outcome("no_rows"),
    "d21": Outcome(rows=TRUTH, held={"D1": "undeclared_column"}, flags=flags("formula_text")),
    "d23": Outcome("too_large"),
    "d24": Outcome("conflict_markers"),
    "d26": Outcome(rows=(GTM, SLV), held={"A3": "encoding_guessed"}, flags=flags("encoding_guessed")),
}  # fmt: skip
"""By the first three letters of the file's name."""


@pytest.fixture(scope="module")
def published(outside: Path, tmp_path_factory: pytest.TempPathFactory) -> store.Publication:
    """One refresh of a project in which every fault is a source of its own."""
    home = Home.at(tmp_path_factory.mktemp("faults"))
    for path in faults(outside):
        folder = home.raw / path.name[:3]
        folder.mkdir(parents=True)
        shutil.copy(path, folder / path.name)
        (folder / "source.toml").write_text(OUTCOMES[path.name[:3]].toml, encoding="utf-8")
    refresh(home)
    return store.open_publication(home)


def faults(outside: Path) -> list[Path]:
    """The files of the index."""
    listed = json.loads((outside / "faulty" / "index.json").read_text(encoding="utf-8"))["files"]
    return [outside / "faulty" / entry["file"] for entry in listed]


def test_every_fault_has_its_outcome(outside: Path) -> None:
    assert sorted(path.name[:3] for path in faults(outside)) == sorted(OUTCOMES)


@pytest.mark.parametrize("fault", OUTCOMES)
def test_the_demanded_outcome(fault: str, published: store.Publication) -> None:
    wanted = OUTCOMES[fault]
    issues = published.table("issues")
    issues = issues[issues["source"] == fault]
    stops = issues[issues["severity"] == "stop"]["code"].tolist()
    assert stops == ([wanted.stop] if wanted.stop else [])
    rows = published.table("observations").query("source == @fault and current")
    assert [_row(row) for row in rows.itertuples(index=False)] == list(wanted.rows)
    holds = issues[issues["severity"] == "hold"].drop_duplicates("cell")
    if fault != "c51":
        assert dict(zip(holds["cell"], holds["code"], strict=True)) == wanted.held
    assert set(issues[issues["severity"] == "flag"]["code"]) == wanted.flags


def _row(row: object) -> tuple[object, ...]:
    when = row.period_start.date().isoformat() if row.accumulation == "point" else row.year  # type: ignore[attr-defined]
    low = None if pd.isna(row.low) else int(row.low)  # type: ignore[attr-defined]
    return row.place, when, low, row.qualifier  # type: ignore[attr-defined]


def test_nothing_hostile_is_told_and_no_fault_is_counted_twice(published: store.Publication) -> None:
    told = " ".join(published.table("issues")["message"])
    assert "passwd" not in told
    assert "http" not in told
    copied = published.table("observations").query("source == 'c20' and current")
    assert copied["low"].sum() == 1253
