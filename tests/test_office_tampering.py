"""A slide or sheet that says otherwise than its chart is found out, whatever was changed, in every native form."""

from __future__ import annotations

import functools
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from opdat_analytics.exports.contents import differences
from opdat_analytics.exports.natives import natives
from opdat_analytics.exports.slides import numbers_in_slides, write_slides
from opdat_analytics.exports.workbook import numbers_in_workbook, write_workbook
from opdat_analytics.model import Exhibit, ExportFailed
from tests.office_packs import native_cases, pack

FORMS = {
    "trend": ["lines"], "stages": ["columns"], "small_multiples": ["lines"] * 2, "ranked": ["ranks"],
    "change": ["bars"], "revisions": ["bars"], "composition": ["shares"], "to_date": ["dates"],
    "to_date of two": ["dates"] * 2, "activities": ["stacks"], "activities in several places": ["bars"],
    "targets": ["bars"] * 2,
}  # fmt: skip
CHART, BOOK = "ppt/charts/chart1.xml", "ppt/embeddings/Microsoft_Excel_Sheet1.xlsx"
LAST_SHEET = "the last sheet"
Change = Callable[[bytes], bytes]


@functools.cache
def slides_of(name: str, folder: Path) -> bytes:
    return write_slides(pack(native_cases()[name]), folder / "slides.pptx").read_bytes()


@functools.cache
def workbook_of(name: str, folder: Path) -> bytes:
    return write_workbook(pack(native_cases()[name]), folder / "book.xlsx").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tampering")


def changed(path: Path, data: bytes, changes: dict[str, Change]) -> Path:
    """A zip file some of whose parts were changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(path, "w") as new:
        sheets = sorted(name for name in old.namelist() if name.startswith("xl/worksheets/sheet"))
        changes = {sheets[-1] if name == LAST_SHEET else name: change for name, change in changes.items()}
        for name in old.namelist():
            part = old.read(name)
            after = changes[name](part) if name in changes else part
            assert name not in changes or after != part, f"{name} was not changed"
            new.writestr(name, after)
        assert set(changes) <= set(old.namelist())
    return path


def is_found_out(exhibit: Exhibit, path: Path) -> bool:
    """Whether reading it back refuses the file or finds a difference, which both fail the export."""
    read = numbers_in_slides if path.suffix == ".pptx" else numbers_in_workbook
    try:
        return differences(exhibit, read(path).get(exhibit.figure_id)) != []
    except ExportFailed:
        return True


def without_series(place: int) -> Change:
    """A chart that lost one of its series."""

    def change(part: bytes) -> bytes:
        series = re.findall(rb"<c:ser>.*?</c:ser>", part, flags=re.DOTALL)
        return part.replace(series[place], b"", 1)

    return change


def other_number(inside: bytes) -> Change:
    """A chart that draws its last number in some element otherwise."""

    def change(part: bytes) -> bytes:
        start = part.rindex(b"<c:v>", 0, part.rindex(b"</c:" + inside + b">")) + 5
        end = part.index(b"</c:v>", start)
        return part[:start] + b"98765" + part[end:]

    return change


def other_cell(sheet: str, of: Callable[[object], bool]) -> Change:
    """A workbook in which somebody typed another number over the last such cell."""

    def change(part: bytes) -> bytes:
        book = load_workbook(io.BytesIO(part))
        cells = [cell for row in book[sheet].iter_rows(min_row=2) for cell in row if of(cell.value)]
        cells[-1].value = 98765 if isinstance(cells[-1].value, int | float) else f"{cells[-1].value} x"
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    return change


def is_number(value: object) -> bool:
    return isinstance(value, int | float)


def is_name(value: object) -> bool:
    return isinstance(value, str) and not re.fullmatch(r"[A-Z]\d+|\[.*\]", value)


@pytest.mark.parametrize("name", FORMS)
def test_each_kind_has_the_form_that_is_promised_and_reads_back(name: str, folder: Path) -> None:
    exhibit = native_cases()[name]
    assert [native.form for native in natives(exhibit)] == FORMS[name]
    for suffix, data in (("pptx", slides_of(name, folder)), ("xlsx", workbook_of(name, folder))):
        path = folder / f"whole.{suffix}"
        path.write_bytes(data)
        assert not is_found_out(exhibit, path)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "changes",
    [
        {CHART: without_series(0)}, {CHART: without_series(-1)}, {CHART: other_number(b"val")},
        {BOOK: other_cell("Chart", is_number)}, {BOOK: other_cell("Numbers", is_number)},
        {BOOK: other_cell("Numbers", is_name)},
    ],
    ids=["first series", "last series", "point", "cell that is drawn", "number in the table", "name in the table"],
)  # fmt: skip
def test_a_slide_that_was_changed_fails_the_export(name: str, changes: dict[str, Change], folder: Path) -> None:
    given = {key: other_number(b"yVal") if name.startswith("to_date") and change.__qualname__.startswith("other_number")
             else change for key, change in changes.items()}  # fmt: skip
    assert is_found_out(native_cases()[name], changed(folder / "changed.pptx", slides_of(name, folder), given))


def test_error_bars_and_labels_that_say_other_bounds_fail_the_export(folder: Path) -> None:
    exhibit, data = native_cases()["trend"], slides_of("trend", folder)
    for change in (
        other_number(b"plus"),
        lambda part: re.sub(rb"<c:errBars>.*?</c:errBars>", b"", part),
    ):
        assert is_found_out(exhibit, changed(folder / "bounds.pptx", data, {CHART: change}))
    path = changed(
        folder / "label.pptx", slides_of("ranked", folder),
        {CHART: lambda part: part.replace("12–".encode(), "13–".encode())},
    )  # fmt: skip
    with pytest.raises(ExportFailed, match="A label says 13 at cell"):
        numbers_in_slides(path)


def test_marks_at_another_name_than_their_row_has_fail_the_export(folder: Path) -> None:
    """Two names that changed places in the chart and in the workbook behind it, each agreeing with the other."""
    exhibit, data = native_cases()["ranked"], slides_of("ranked", folder)

    def swapped(part: bytes) -> bytes:
        return part.replace(b"Africa", b"@@").replace(b"Asia", b"Africa").replace(b"@@", b"Asia")

    def typed(part: bytes) -> bytes:
        book = load_workbook(io.BytesIO(part))
        sheet = book["Chart"]
        sheet["A2"].value, sheet["A3"].value = sheet["A3"].value, sheet["A2"].value
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    path = changed(folder / "names.pptx", data, {CHART: swapped, BOOK: typed})
    with pytest.raises(ExportFailed, match="which that row is not about"):
        numbers_in_slides(path)
    assert is_found_out(exhibit, path)


@pytest.mark.parametrize("name", ["trend", "to_date of two", "grid"])
def test_a_slide_that_lost_its_chart_or_picture_fails_the_export(name: str, folder: Path) -> None:
    def gone(part: bytes) -> bytes:
        return re.sub(rb"<p:(graphicFrame|pic)>.*?</p:\1>", b"", part, count=1, flags=re.DOTALL)

    path = changed(folder / "gone.pptx", slides_of(name, folder), {"ppt/slides/slide2.xml": gone})
    assert is_found_out(native_cases()[name], path)


XLSX_CHART = "xl/charts/chart1.xml"


def other_cell_of_sheet(part: bytes) -> bytes:
    """A sheet whose last number is another."""
    numbers = list(re.finditer(rb'<c r="[A-Z]+\d+" s="\d+"><v>([\d.]+)</v></c>', part))
    start, end = numbers[-1].span(1)
    return part[:start] + b"98765" + part[end:]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "changes",
    [
        {XLSX_CHART: without_series(0)}, {XLSX_CHART: without_series(-1)}, {XLSX_CHART: other_number(b"val")},
        {LAST_SHEET: other_cell_of_sheet},
    ],
    ids=["first series", "last series", "point", "cell"],
)  # fmt: skip
def test_a_workbook_that_was_changed_fails_the_export(name: str, changes: dict[str, Change], folder: Path) -> None:
    assert is_found_out(native_cases()[name], changed(folder / "changed.xlsx", workbook_of(name, folder), changes))


def test_a_sheet_that_lost_its_chart_or_the_bounds_in_it_fails_the_export(folder: Path) -> None:
    exhibit, data = native_cases()["trend"], workbook_of("trend", folder)
    for part, change in (
        ("xl/drawings/_rels/drawing1.xml.rels", lambda part: re.sub(rb"<Relationship .*?/>", b"", part)),
        (XLSX_CHART, lambda part: re.sub(rb"<c:errBars>.*?</c:errBars>", b"", part, flags=re.DOTALL)),
        (XLSX_CHART, lambda part: part.replace("≥75".encode(), "≥76".encode())),
    ):
        assert is_found_out(exhibit, changed(folder / "lost.xlsx", data, {part: change}))
