"""Slides: a message each, charts that can be edited, pictures where not, and every number found again in the file."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook
from pptx import Presentation
from pptx.util import Inches

from opdat_analytics.exports.contents import differences
from opdat_analytics.exports.native import native
from opdat_analytics.exports.slides import numbers_in_slides, write_slides
from opdat_analytics.model import ExportFailed
from tests.chart_frames import EDGES, exact
from tests.office_packs import bounded, hard_cases, hostile, listed, pack, unknown

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_slides(pack(*hard_cases()), tmp_path_factory.mktemp("slides") / "hard.pptx")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_slides(pack(bounded(), unknown(), hostile()), tmp_path_factory.mktemp("slides") / "small.pptx")


def slide(path: Path, number: int) -> Any:
    return Presentation(str(path)).slides[number]


def shown(path: Path, number: int) -> Any:
    """The chart or picture of a slide."""
    return next(shape for shape in slide(path, number).shapes if shape.name.startswith("Figure "))


def test_every_hard_case_reads_back_as_meant(hard: Path) -> None:
    found = numbers_in_slides(hard)
    assert len(found) == len({exhibit.figure_id for exhibit in hard_cases()})
    for exhibit in hard_cases():
        assert differences(exhibit, found.get(exhibit.figure_id)) == [], exhibit.name


def test_the_same_pack_gives_the_same_bytes_without_names_or_times(small: Path, tmp_path: Path) -> None:
    again = write_slides(pack(bounded(), unknown(), hostile()), tmp_path / "again.pptx")
    assert again.read_bytes() == small.read_bytes()
    with zipfile.ZipFile(small) as entries:
        assert {entry.date_time for entry in entries.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    about = Presentation(str(small)).core_properties
    assert (about.author, about.last_modified_by, about.title) == ("", "", "Court returns <b>&amp;</b>")


def test_the_cover_says_what_changed_whose_results_and_how_it_must_be_handled(small: Path) -> None:
    cover = slide(small, 0)
    text = "\n".join(shape.text_frame.text for shape in cover.placeholders)
    assert cover.shapes.title.text_frame.text == "Court returns <b>&amp;</b>"
    for said in ("One figure was restated.", "Handling: Public", "1-abcdef", "not results of any U.S. programme"):
        assert said in text


def test_each_slide_has_message_subtitle_source_figure_id_alternative_and_notes(small: Path) -> None:
    exhibit = bounded()
    page = slide(small, 1)
    boxes = {shape.placeholder_format.idx: shape.text_frame.text for shape in page.placeholders}
    assert page.shapes.title.text_frame.text == boxes[0] == exhibit.title
    assert boxes[10] == exhibit.subtitle
    assert exhibit.figure_id in boxes[12]
    assert exhibit.attribution in boxes[12]
    assert boxes[13] == "Public"
    assert shown(small, 1)._element._nvXxPr.cNvPr.get("descr") == exhibit.alt
    notes = page.notes_slide.notes_text_frame.text
    for said in (exhibit.source_line, *exhibit.caveats, *exhibit.notes):
        assert said in notes


def test_a_gap_is_no_zero_and_bounds_are_series_of_their_own(small: Path) -> None:
    chart = shown(small, 1).chart
    names = [found.text for found in chart._chartSpace.findall(f".//{C}tx//{C}v")]
    drawn = dict(zip(names, [list(plot.values) for plot in chart.plots[0].series], strict=True))
    assert drawn == {"Africa: upper bound": [3, None, 18, None], "Africa": [3, None, 12, 75]}
    assert chart._chartSpace.find(f".//{C}dispBlanksAs").get("val") == "gap"


def test_a_lower_bound_without_an_upper_one_is_marked_and_said(small: Path) -> None:
    series = shown(small, 1).chart._chartSpace.findall(f".//{C}ser")[-1]
    marked = [
        (point.find(f"{C}idx").get("val"), point.find(f".//{C}symbol").get("val"))
        for point in series.findall(f"{C}dPt")
    ]
    assert marked == [("3", "triangle")]
    caveats = {shape.placeholder_format.idx: shape.text_frame.text for shape in slide(small, 1).placeholders}[11]
    assert "Triangle: at least so many, no upper bound is known." in caveats


def test_the_workbook_of_a_chart_holds_what_is_shown_and_the_chart_refers_to_it(small: Path) -> None:
    chart = shown(small, 1).chart
    book = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    rows = [list(row) for row in book["Numbers"].iter_rows(values_only=True)]
    assert rows[0] == ["Region", "Year", "Lower bound", "Upper bound", "Notes", "Label"]
    assert rows[3] == ["Africa", 2012, 12, 18, None, "Africa"]
    references = [found.text for found in chart._chartSpace.iter(f"{C}f")]
    assert "Numbers!$C$2:$C$5" in references
    assert book.sheetnames == ["Numbers"]


def test_what_a_chart_draws_otherwise_than_its_workbook_says_is_found(small: Path, tmp_path: Path) -> None:
    altered = tmp_path / "altered.pptx"
    with zipfile.ZipFile(small) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"<c:v>75</c:v>", b"<c:v>76</c:v>") if "charts/chart" in name else data)
    told = differences(bounded(), numbers_in_slides(altered)[bounded().figure_id])
    assert told == [f"{bounded().figure_id}, Lower bound, row 4: “76” stands there, the chart shows “75”"]


def test_a_kind_that_nobody_knows_is_a_picture_with_its_numbers_in_the_notes(small: Path) -> None:
    picture = shown(small, 2)
    assert not picture.has_chart
    assert picture.image.content_type == "image/png"
    assert picture._element._nvXxPr.cNvPr.get("descr") == "A picture."
    assert "Africa\t2010\t1\t1" in slide(small, 2).notes_slide.notes_text_frame.text


def test_counts_by_two_things_are_stacks_with_a_place_for_every_year(tmp_path: Path) -> None:
    path = write_slides(pack(listed()), tmp_path / "listed.pptx")
    chart = shown(path, 1).chart
    assert list(chart.plots[0].categories) == [str(year) for year in range(2000, 2010)]
    drawn = {plot.name: list(plot.values) for plot in chart.plots[0].series}
    assert drawn == {
        "Africa": [1, 1, 1, 1, None, 1, 1, 1, 1, 1],
        "Asia": [2, 2, 2, 2, None, 2, 2, None, 2, 2],
        "=Europe & <b>": [3, 3, 3, 3, None, 3, 3, 3, 3, 3],
    }
    book = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    assert [cell.value for cell in book["Chart"][1]] == ["Year", "'=Europe & <b>", "Africa", "Asia"]
    assert differences(listed(), numbers_in_slides(path)[listed().figure_id]) == []


def test_labels_are_text_and_never_formulas_or_markup(small: Path) -> None:
    chart = shown(small, 3).chart
    assert "<script>alert(1)</script> & ]]>" in list(chart.plots[0].categories)
    book = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    cells = [cell for row in book["Numbers"].iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert "'=cmd|'/c calc'!A1" in [cell.value for cell in cells]


def test_every_part_is_wellformed_and_everything_lies_on_the_slide(hard: Path) -> None:
    with zipfile.ZipFile(hard) as entries:
        for name in entries.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(entries.read(name))
    made = Presentation(str(hard))
    assert (made.slide_width, made.slide_height) == (Inches(13.333), Inches(7.5))
    assert [layout.name for layout in made.slide_layouts] == ["Cover", "Chart"]
    for page in made.slides:
        for shape in page.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= made.slide_width
            assert shape.top + shape.height <= made.slide_height


def test_what_has_too_many_lines_or_no_number_is_a_picture() -> None:
    for name, has_form in (("thirty regions", False), ("all missing", False), ("the record", True), ("zero", True)):
        drawn = native(replace(bounded(), frame=EDGES[name]))
        assert (drawn is not None) == has_form, name


def test_no_line_is_drawn_across_years_without_a_row() -> None:
    frame = exact("region", {"Africa": [1, 2, 3, 4, 5]})
    plan = native(replace(bounded(), frame=frame[frame["year"] != 2012]))
    assert plan is not None
    assert [(run.first, run.last) for run in plan.runs] == [(0, 1), (2, 3)]


def test_a_file_that_is_no_presentation_is_refused_in_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pptx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ExportFailed, match=r"broken\.pptx cannot be read as slides"):
        numbers_in_slides(broken)
