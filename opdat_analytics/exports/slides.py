"""The pack as slides: a message each, with a chart that can be edited where office programs have its form."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pptx import Presentation
from pptx.exc import PackageNotFoundError
from pptx.opc.constants import CONTENT_TYPE as CT
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.parts.chart import ChartPart
from pptx.util import Inches, Pt

from opdat_analytics.charts.layout import one_line, text_width, wrap
from opdat_analytics.exports.contents import Pack, numbers, printed
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.native import native
from opdat_analytics.exports.plots import plot_png
from opdat_analytics.exports.slides_chart import chart_workbook, chart_xml, read_chart
from opdat_analytics.exports.slides_layout import BOXES, PLOT, empty, packed
from opdat_analytics.exports.slides_stacked import is_stacked, read_stacked, stacked, stacked_workbook, stacked_xml
from opdat_analytics.model import Exhibit, ExportFailed

_FIGURE = "Figure "
_TABLE = "The numbers of the picture, columns parted by tabs:"
MOST_BARS = 24
"""Bars that can be read on a slide."""
_LEAST = 8.0
"""Smallest type on a slide, in points."""


def write_slides(pack: Pack, path: Path) -> Path:
    """Write the pack as slides.

    Parameters
    ----------
    pack
        What it shows.
    path
        Where to.

    Returns
    -------
    Path
        The file: a cover with what changed, then a slide for each chart. Trends, stages, ranked and listed
        figures are native charts, each with the few rows that it shows in a workbook of its own; what has no such
        form, or too many lines or bars for one, is a picture, with its numbers in the speaker notes. The same pack
        gives the same bytes.

    Raises
    ------
    ExportFailed
        If it cannot be written.
    """
    made = empty()
    made.core_properties.title = one_line(pack.title)
    made.core_properties.subject = f"Publication {pack.publication}"
    _cover(made, pack)
    for exhibit in pack.exhibits:
        _chart(made, exhibit, pack.handling)
    return write_file(path, packed(made))


def numbers_in_slides(path: Path) -> dict[str, pd.DataFrame]:
    """The numbers of the slides by figure id: what native charts draw, and the notes of pictures.

    Raises
    ------
    ExportFailed
        If the file is not a presentation, or a chart refers to cells that its workbook does not have.
    """
    try:
        made = Presentation(str(path))
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise ExportFailed(f"{path.name} cannot be read as slides ({error}). Export again.") from error
    found: dict[str, pd.DataFrame] = {}
    for slide in made.slides:
        for shape in slide.shapes:
            if shape.name.startswith(_FIGURE):
                figure_id = shape.name.removeprefix(_FIGURE)
                if shape.has_chart:
                    part = shape.chart.part
                    book = part.chart_workbook.xlsx_part.blob
                    found[figure_id] = (read_stacked if is_stacked(book) else read_chart)(part.blob, book)
                else:
                    found[figure_id] = _noted(slide.notes_slide.notes_text_frame.text)
    return found


def _noted(notes: str) -> pd.DataFrame:
    """The table in the speaker notes of a picture."""
    head, *body = [line.split("\t") for line in notes.partition(f"{_TABLE}\n")[2].split("\n")]
    return pd.DataFrame(body, columns=head, dtype=object)


# ---------------------------------------------------------------- slides


def _cover(made: Any, pack: Pack) -> None:
    slide = made.slides.add_slide(made.slide_layouts.get_by_name("Cover"))
    _fill(slide, "Cover", 0, [pack.title])
    _fill(slide, "Cover", 10, [f"Publication {pack.publication} of {pack.made_on}. Handling: {pack.handling}."])
    _fill(slide, "Cover", 11, pack.changes, heading="What changed since the last pack")
    _fill(slide, "Cover", 12, pack.attribution, heading="Whose results these are")
    sources = [
        " ".join(filter(None, [f"{credit.title}.", credit.owner, credit.licence, credit.url]))
        for credit in pack.credits
    ]
    _notes(slide, [*pack.changes, *pack.attribution, "Sources:", *sources])


def _chart(made: Any, exhibit: Exhibit, handling: str) -> None:
    slide = made.slides.add_slide(made.slide_layouts.get_by_name("Chart"))
    editable = _editable(exhibit)
    _fill(slide, "Chart", 0, [exhibit.title])
    _fill(slide, "Chart", 10, [exhibit.subtitle])
    _fill(slide, "Chart", 11, [*([editable.key] if editable and editable.key else []), *exhibit.caveats])
    foot = f"{exhibit.attribution} {_FIGURE}{exhibit.figure_id}. Handling: {handling}."
    _fill(slide, "Chart", 12, [exhibit.source_line, foot])
    _fill(slide, "Chart", 13, [handling])
    left, top, width, height = PLOT
    if editable is not None:
        package = made.part.package
        name = package.next_partname(ChartPart.partname_template)
        part = ChartPart.load(name, CT.DML_CHART, package, editable.drawing)
        part.chart_workbook.update_from_xlsx_blob(editable.workbook)
        frame = slide.shapes._add_chart_graphicFrame(
            slide.part.relate_to(part, RT.CHART), Inches(left), Inches(top), Inches(width),
            Inches(min(height, editable.height)),
        )  # fmt: skip
        element = frame._nvXxPr.cNvPr
    else:
        image, wide, high = plot_png(exhibit)
        scale = min(width / wide, height / high)
        picture = slide.shapes.add_picture(
            io.BytesIO(image), Inches(left + (width - wide * scale) / 2), Inches(top + (height - high * scale) / 2),
            Inches(wide * scale), Inches(high * scale),
        )  # fmt: skip
        element = picture._element._nvXxPr.cNvPr
    element.set("name", f"{_FIGURE}{exhibit.figure_id}")
    element.set("descr", one_line(exhibit.alt))
    table = [] if editable is not None else _tabbed(numbers(exhibit))
    said = [exhibit.title, exhibit.subtitle, exhibit.source_line, exhibit.attribution, *exhibit.caveats, *exhibit.notes]
    _notes(slide, [*said, f"{_FIGURE}{exhibit.figure_id}. Handling: {handling}."], table)


@dataclass(frozen=True)
class _Editable:
    """A native chart: its drawing, the workbook behind it, what its marks mean, and the inches that it needs."""

    drawing: bytes
    workbook: bytes
    key: str
    height: float


def _editable(exhibit: Exhibit) -> _Editable | None:
    """The native chart of an exhibit; None where a picture shows it better."""
    plan = native(exhibit, MOST_BARS)
    if plan is not None:
        height = PLOT[3] if plan.shape == "lines" else 0.6 + 0.5 * len(plan.labels)
        return _Editable(chart_xml(plan), chart_workbook(plan), plan.key, height)
    grid = stacked(exhibit)
    return None if grid is None else _Editable(stacked_xml(grid), stacked_workbook(grid), grid.key, PLOT[3])


def _tabbed(table: pd.DataFrame) -> list[str]:
    rows = [[one_line(printed(value)) for value in row] for row in table.itertuples(index=False, name=None)]
    return [_TABLE, "\t".join(table.columns), *("\t".join(row) for row in rows)]


def _notes(slide: Any, lines: Sequence[str], table: Sequence[str] = ()) -> None:
    slide.notes_slide.notes_text_frame.text = "\n".join([*(line for line in map(one_line, lines) if line), *table])


def _fill(slide: Any, layout: str, index: int, lines: Sequence[str], heading: str = "") -> None:
    """Put paragraphs into a placeholder, in type that fits; what fits in none is cut."""
    shape = next(one for one in slide.placeholders if one.placeholder_format.idx == index)
    _, _, _, width, height, size = BOXES[layout][index]
    kept = [line for line in map(one_line, lines) if line]
    if not kept:
        shape._element.getparent().remove(shape._element)
        return
    fitted, points = _fitted(kept, width, height - (0.35 if heading else 0.0), float(size), index == 0)
    frame = shape.text_frame
    paragraphs = [*([heading] if heading else []), *fitted]
    frame.text = paragraphs[0]
    for text in paragraphs[1:]:
        frame.add_paragraph().text = text
    for place, paragraph in enumerate(frame.paragraphs):
        if points != size:
            paragraph.font.size = Pt(points)
        if heading and place == 0:
            paragraph.font.bold = True
            paragraph.font.size = Pt(14)


def _fitted(lines: Sequence[str], width: float, height: float, size: float, bold: bool) -> tuple[list[str], float]:
    """Lines and the type size at which they fit into a box; at the smallest, they are cut."""
    weight = "bold" if bold else "normal"
    least = 14.0 if bold else _LEAST
    while True:
        most = max(1, int(height / (size * 1.2 / 72)))
        needed = sum(len(wrap(line, width, size, weight)) for line in lines)
        if needed <= most or size <= least:
            break
        size = max(least, size - 1)
    kept: list[str] = []
    room = most
    for line in lines:
        if room <= 0:
            break
        wrapped = wrap(line, width, size, weight, most=room)
        kept.append(" ".join(wrapped) if text_width(line, size, weight) > width else line)
        room -= len(wrapped)
    return kept, size
