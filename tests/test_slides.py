"""Slides: a message each, charts that can be edited, pictures where not, and every number found again in the file."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import etree
from openpyxl import load_workbook
from pptx import Presentation

from opdat_analytics.charts import activities, change, composition, trend
from opdat_analytics.exports.contents import differences
from opdat_analytics.exports.natives import natives
from opdat_analytics.exports.slides import numbers_in_slides, write_slides
from opdat_analytics.exports.slides_labels import PLOT
from opdat_analytics.exports.slides_layout import CAVEATS, MARKING, SOURCE, SUBTITLE
from opdat_analytics.model import ExportFailed
from tests.chart_frames import EDGES, exact, result
from tests.office_packs import bounded, hard_cases, hostile, listed, pack, unknown

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


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
    return next(shape for shape in slide(path, number).shapes if not shape.is_placeholder)


def texts(path: Path, number: int) -> dict[int, str]:
    return {shape.placeholder_format.idx: shape.text_frame.text for shape in slide(path, number).placeholders}


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
    assert (about.author, about.last_modified_by, about.title) == (
        "opdat_analytics",
        "opdat_analytics",
        "Court returns <b>&amp;</b>",
    )


def test_the_cover_says_what_changed_whose_results_and_how_it_must_be_handled(small: Path) -> None:
    text = "\n".join(texts(small, 0).values())
    assert slide(small, 0).shapes.title.text_frame.text == "Court returns <b>&amp;</b>"
    for said in ("One figure was restated.", "Handling: Public", "1-abcdef", "not results of any U.S. programme"):
        assert said in text


def test_what_changed_goes_on_to_as_many_slides_as_it_needs(tmp_path: Path) -> None:
    changes = tuple(f"Country {number}: convictions were restated." for number in range(40))
    made = Presentation(str(write_slides(pack(unknown(), changes=changes), tmp_path / "long.pptx")))
    titles = [page.shapes.title.text_frame.text for page in made.slides]
    assert titles[1] == "Court returns <b>&amp;</b> (continued)"
    said = "\n".join(shape.text_frame.text for page in made.slides for shape in page.placeholders)
    assert all(line in said for line in changes)


def test_each_slide_has_message_subtitle_source_figure_id_alternative_and_notes(small: Path) -> None:
    exhibit, page, boxes = bounded(), slide(small, 1), texts(small, 1)
    assert page.shapes.title.text_frame.text == exhibit.title
    assert boxes[SUBTITLE] == exhibit.subtitle
    assert boxes[MARKING] == f"Public · Publication 1-abcdef · Figure {exhibit.figure_id}"
    assert exhibit.attribution in boxes[SOURCE]
    assert shown(small, 1)._element._nvXxPr.cNvPr.get("descr") == exhibit.alt
    notes = page.notes_slide.notes_text_frame.text
    for said in (exhibit.source_line, *exhibit.caveats, *exhibit.notes):
        assert said in notes


def test_a_screen_reader_reads_the_title_first_and_the_chart_before_its_caveats(small: Path) -> None:
    order = [s.placeholder_format.idx if s.is_placeholder else "chart" for s in slide(small, 1).shapes]
    assert order[:4] == [0, SUBTITLE, "chart", CAVEATS]


def test_a_gap_is_no_zero_and_bounds_are_error_bars_as_long_as_a_column_says(small: Path) -> None:
    chart = shown(small, 1).chart
    assert [(plot.name, list(plot.values)) for plot in chart.plots[0].series] == [("Africa", [3, None, 12, 75])]
    plus = chart._chartSpace.find(f".//{C}errBars/{C}plus/{C}numRef")
    assert plus.findtext(f"{C}f") == "Chart!$C$2:$C$5"
    assert {p.get("idx"): float(p.findtext(f"{C}v")) for p in plus.iter(f"{C}pt")} == {"2": 6}, (
        "an exact figure has no bar, not one of no length"
    )
    assert chart._chartSpace.find(f".//{C}dispBlanksAs").get("val") == "gap"


def test_a_lower_bound_without_an_upper_one_is_marked_and_said(small: Path) -> None:
    series = shown(small, 1).chart._chartSpace.find(f".//{C}ser")
    marked = [
        (point.find(f"{C}idx").get("val"), point.find(f".//{C}symbol").get("val"))
        for point in series.findall(f"{C}dPt")
    ]
    assert marked == [("3", "triangle")]
    [label] = [one for one in series.iter(f"{C}dLbl") if one.find(f"{C}idx").get("val") == "3"]
    assert label.find(f"{C}numFmt").get("formatCode") == '"≥"#,##0', "the number follows what is typed, the sign stays"
    assert "pale triangle with ≥: at least this many, no upper limit known" in texts(small, 1)[CAVEATS]


def test_partial_and_unstable_bars_have_a_pattern_each_that_the_key_names(tmp_path: Path) -> None:
    rows = exact("region", {"Partial": [5, 50], "Unstable": [6, 7], "Both": [4, 8], "Full": [60, 70]})
    rows["partial"] = rows["region"].isin(["Partial", "Both"])
    rows["unstable"] = rows["region"].isin(["Unstable", "Both"])
    path = write_slides(pack(change(rows, by="region")), tmp_path / "patterns.pptx")
    later = shown(path, 1).chart._chartSpace.findall(f".//{C}ser")[-1]
    patterns = {
        point.find(f"{C}idx").get("val"): point.find(f".//{A}pattFill").get("prst")
        for point in later.findall(f"{C}dPt")
    }
    assert patterns == {"1": "wdUpDiag", "2": "openDmnd", "3": "pct25"}
    for said in ("hatched: partial total", "dotted: unstable", "cross-hatched: both of these"):
        assert said in texts(path, 1)[CAVEATS]


def test_the_workbook_of_a_chart_holds_what_is_drawn_and_the_table_behind_it(small: Path) -> None:
    book = load_workbook(io.BytesIO(shown(small, 1).chart.part.chart_workbook.xlsx_part.blob))
    assert book.sheetnames == ["Chart", "Numbers"]
    drawn = [list(row) for row in book["Chart"].iter_rows(values_only=True)]
    assert drawn[0] == ["Year", "Africa", "Africa: bar up to it"]
    assert drawn[3] == ["2012", 12, 6]
    rows = [list(row) for row in book["Numbers"].iter_rows(values_only=True)]
    assert rows[3] == ["Africa", "2012", 12, 18, 9, 10, None, "B4"]


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
    assert "'=Europe & <b>" in [cell.value for cell in book["Chart"][1]]


def test_each_line_ends_in_its_name_and_figure_set_apart_from_its_neighbours(tmp_path: Path) -> None:
    ends = {"Africa": [9, 50], "Near East": [1, 51], "South Asia": [2, 52], "Western Hemisphere": [4, 400]}
    path = write_slides(pack(trend(exact("region", ends), by="region")), tmp_path / "lines.pptx")
    found = [series.findall(f".//{C}dLbl") for series in shown(path, 1).chart._chartSpace.iter(f"{C}ser")]
    assert [
        [(one.find(f"{C}idx").get("val"), one.find(f"{C}showSerName").get("val")) for one in each] for each in found
    ] == [[("1", "1")]] * 4
    moved = [each[0].find(f".//{C}manualLayout/{C}y") for each in found]
    down = [0.0 if one is None else float(one.get("val")) for one in moved]
    at = [value[1] / 400 * PLOT - y for value, y in zip(ends.values(), down, strict=True)]
    assert [round(b - a, 3) for a, b in pairwise(at)][:2] == [0.05, 0.05]
    assert down[3] == 0


def test_shares_name_their_total_and_the_key_says_what_the_figures_are(tmp_path: Path) -> None:
    rows = result([
        {"form": form, "year": year, "low": low, "high": low}
        for year in (2010, 2011) for form, low in (("sexual", 6), ("labour", 3), ("total", 10))
    ])  # fmt: skip
    made = composition(rows)
    path = write_slides(pack(made), tmp_path / "shares.pptx")
    assert list(shown(path, 1).chart.plots[0].categories) == ["2010: 10 in all", "2011: 10 in all"]
    assert (
        "the axis is the share of the total, the figures in the bars are the numbers stated" in texts(path, 1)[CAVEATS]
    )
    assert differences(made, numbers_in_slides(path)[made.figure_id]) == []


def test_listed_activities_stand_in_the_order_of_the_picture_the_most_listed_first() -> None:
    rows = pd.DataFrame(
        [("Zebra", "South Asia", 9), ("Apple", "Africa", 1), ("Zebra", "Africa", 2), ("Mango", "Africa", 4)],
        columns=["activity_type", "region", "n"],
    ).assign(source="opdat_page")  # fmt: skip
    [native] = natives(activities(rows))
    assert native.categories == ("Zebra", "Mango", "Apple")


def test_what_counts_in_several_places_is_never_stacked() -> None:
    frame = listed().frame.assign(joint=1)
    assert [one.form for one in natives(listed())] == ["stacks"]
    assert [one.form for one in natives(replace(listed(), frame=frame))] == ["columns"]


def test_a_name_from_right_to_left_does_not_turn_the_figures_behind_it(tmp_path: Path) -> None:
    exhibit = change(EDGES["scripts"], by="region")
    path = write_slides(pack(exhibit), tmp_path / "scripts.pptx")
    sheet = load_workbook(io.BytesIO(shown(path, 1).chart.part.chart_workbook.xlsx_part.blob))["Chart"]
    arabic = "\u200eالمملكة العربية السعودية\u200e: 5 → 6"
    assert [cell.value for cell in sheet["A"][1:]] == [arabic, "Российская Федерация: 3 → 4"]
    assert list(shown(path, 1).chart.plots[0].categories) == [arabic, "Российская Федерация: 3 → 4"]
    assert differences(exhibit, numbers_in_slides(path)[exhibit.figure_id]) == []


def test_labels_are_text_and_never_formulas_or_markup(small: Path) -> None:
    chart = shown(small, 3).chart
    assert "<script>alert(1)</script> & ]]>" in list(chart.plots[0].categories)
    book = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert "'=cmd|'/c calc'!A1" in [cell.value for cell in cells]


def test_every_part_is_wellformed_and_everything_lies_on_the_slide(hard: Path) -> None:
    with zipfile.ZipFile(hard) as entries:
        for name in entries.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(entries.read(name))
    made = Presentation(str(hard))
    assert (made.slide_width, made.slide_height) == (12_192_000, 6_858_000)
    assert [layout.name for layout in made.slide_layouts] == ["Cover and text", "Chart"]
    for page in made.slides:
        for shape in page.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= made.slide_width
            assert shape.top + shape.height <= made.slide_height


def test_what_has_too_many_lines_or_no_number_is_a_picture() -> None:
    for name, has_form in (("thirty regions", False), ("all missing", False), ("the record", True), ("zero", True)):
        assert bool(natives(replace(bounded(), frame=EDGES[name]))) == has_form, name


def test_what_a_picture_shows_beyond_bounds_is_never_left_out() -> None:
    for more in ({"chance_low": 1.0}, {"old_low": 2.0}):
        frame = bounded().frame.assign(**more)
        assert natives(replace(bounded(), frame=frame)) == ()


def test_a_year_without_a_row_keeps_its_place() -> None:
    frame = exact("region", {"Africa": [1, 2, 3, 4, 5]})
    [plan] = natives(replace(bounded(), frame=frame[frame["year"] != 2012]))
    assert plan.categories == ("2010", "2011", "2012", "2013", "2014")
    assert plan.series[0].points[2] is None


def test_a_file_that_is_no_presentation_is_refused_in_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pptx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ExportFailed, match=r"broken\.pptx cannot be read as slides"):
        numbers_in_slides(broken)
