"""Binary workbooks: what they say beside their values is seen as in any other; where it cannot be, that is told."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from binary_workbooks import binary_workbook

from opdat_analytics.ingest import binary_facts, legacy_facts
from opdat_analytics.ingest.compound import stream
from opdat_analytics.ingest.legacy_facts import short_number
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import UnreadableFile

LEGACY = Path(__file__).parent / "layouts" / "legacy_workbook_says_what_it_shows" / "returns.xls"
ROWS = [
    ["Country", "Year", "Convictions"], ["Albania", 2011, ("121", [(2, "raised")])], ["Serbia", 2011, 7],
    ["Kosovo", "", 12], ["Malta", 2011, ("156", [(1, "struck"), (2, "plain")])], ["Italy", 2011, 12345],
]  # fmt: skip


def test_a_binary_workbook_says_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "returns.xlsb"
    path.write_bytes(
        binary_workbook(ROWS, {(3, 2): '0"+"', (5, 2): '0,"k"'}, struck=[(2, 2)], hidden=[4], merges=[(2, 1, 3, 1)])
    )
    (grid,) = read_workbook(path)
    assert grid.text[:, 2].tolist() == ["Convictions", "12", "7", "12+", "156", "12k"]
    assert grid.markers == {(1, 2): "¹"}
    assert {at: code for at, (code, _) in grid.unread.items()} == {
        (2, 2): "struck_through", (4, 2): "struck_through", (5, 2): "scaled_by_format",
    }  # fmt: skip
    assert grid.hidden_rows == {4}
    assert grid.merges == ((2, 1, 3, 1),)
    assert [code for code, _, _ in grid.flags] == ["legacy_format", "read_as_shown", "hidden_rows"]


def test_errors_of_a_binary_workbook_are_no_blanks(tmp_path: Path) -> None:
    path = tmp_path / "errors.xlsb"
    rows = [["Country", "Convictions"], ["Albania", 1], ["Serbia", 2], ["Malta", 3]]
    path.write_bytes(binary_workbook(rows, errors={(1, 1): 0x07, (2, 1): 0x17}))
    (grid,) = read_workbook(path)
    assert grid.text[:, 1].tolist() == ["Convictions", "#DIV/0!", "#REF!", "3"]
    assert {at: code for at, (code, _) in grid.unread.items()} == {(1, 1): "error_value", (2, 1): "error_value"}


def test_errors_and_empty_texts_of_a_legacy_workbook_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def formula(row: int, kind: int, value: int = 0) -> bytes:
        return record(0x06, struct.pack("<HHHBBBBHH", row, 0, 0, kind, 0, value, 0, 0, 0xFFFF))

    begin = record(0x809, struct.pack("<HHHH", 0x600, 5, 0, 0))
    sheet = begin + b"".join(
        [
            formula(0, 2, 0x2A), formula(1, 3), formula(2, 0), record(0x207, bytes(3)),
            formula(3, 0), record(0x207, b"\1\0\0x"), record(0x205, struct.pack("<HHHBB", 4, 0, 0, 0x0F, 1)),
            record(0x205, struct.pack("<HHHBB", 5, 0, 0, 1, 0)), record(0x0A),
        ]
    )  # fmt: skip
    place = len(begin) + 4 + 12 + 4
    book = begin + record(0x85, struct.pack("<IBBBB", place, 0, 0, 4, 0) + b"Data") + record(0x0A) + sheet
    monkeypatch.setattr(legacy_facts, "stream", lambda data, name: book)
    seen = legacy_facts.facts(b"")
    assert seen is not None
    found = seen["Data"]
    assert {at: said for at, (_, said, _) in found.unread.items()} == {(0, 0): "#N/A", (4, 0): "#VALUE!"}
    assert [(code, at) for code, at, _ in found.flags] == [
        ("formula_shows_nothing", (1, 0)), ("formula_shows_nothing", (2, 0)),
    ]  # fmt: skip


def test_white_figures_of_a_legacy_workbook_are_seen_by_their_style() -> None:
    looks = legacy_facts.Looks(styles=[(0, 0), (5, 0)], unseen={1})
    noting = legacy_facts.Noting(looks, *looks.odd())
    noting.number(0, 0, 0, 7.0)
    noting.number(1, 0, 1, 8.0)
    noting.text(2, 0, 1, 0)
    assert {at: code for at, (code, _, _) in noting.found.unread.items()} == {(1, 0): "white_on_white"}


@pytest.mark.parametrize(
    ("short", "value"),
    [(0x3FF00000, 1.0), (0x405EC000, 123.0), (49 * 4 | 2, 49.0), (0xFFFFFFFE, -1.0), (1235 * 4 | 3, 12.35)],
)
def test_numbers_in_four_bytes(short: int, value: float) -> None:
    assert short_number(short) == value


def test_a_container_is_believed_no_further_than_the_file_goes() -> None:
    data = LEGACY.read_bytes()
    book = stream(data, "Workbook")
    assert book is not None
    assert book[:2] == b"\x09\x08"
    assert stream(data, "Nothing") is None
    claims = bytearray(data)
    claims[44:48] = claims[68:72] = claims[72:76] = b"\xff\xff\xff\x7f"
    assert legacy_facts.facts(bytes(claims)) is not None


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_legacy_workbook_that_was_cut_off_is_called_damaged(kept: float, tmp_path: Path) -> None:
    path = tmp_path / "cut.xls"
    data = LEGACY.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(path)
    assert caught.value.code == "damaged_file"


def test_damage_is_never_more_than_not_known() -> None:
    luck = np.random.default_rng(7)
    legacy = LEGACY.read_bytes()
    for _ in range(300):
        data = bytearray(legacy)
        for at in luck.integers(0, len(data), 40).tolist():
            data[at] = int(luck.integers(0, 256))
        found = legacy_facts.facts(bytes(data))
        assert found is None or isinstance(found, dict)
    with zipfile.ZipFile(io.BytesIO(binary_workbook(ROWS))) as archive:
        parts = {name.lower(): archive.read(name) for name in archive.namelist()}
    for _ in range(300):
        name = sorted(parts)[int(luck.integers(0, len(parts)))]
        body = bytearray(parts[name])
        for at in luck.integers(0, len(body), 5).tolist():
            body[at] = int(luck.integers(0, 256))
        damaged = {**parts, name: bytes(body)}
        assert isinstance(binary_facts.facts(lambda part, damaged=damaged: damaged.get(part, b"")), dict | None)


def test_where_nothing_can_be_seen_the_first_of_a_month_is_no_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy_facts, "facts", lambda _: None)
    path = tmp_path / "old.xls"
    path.write_bytes(LEGACY.read_bytes())
    (grid,) = read_workbook(path)
    assert {at: code for at, (code, _) in grid.unread.items()} == {(8, 1): "ambiguous_date", (9, 1): "ambiguous_date"}
    assert "cannot be seen" in next(said for code, _, said in grid.flags if code == "legacy_format")
