"""The pack as slides: charts that PowerPoint draws and people can edit where it can, crisp pictures where it cannot."""

from __future__ import annotations

import copy
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.opc.constants import CONTENT_TYPE as CT
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.parts.chart import ChartPart

from opdat_analytics.charts.layout import wrap
from opdat_analytics.exports.cells import FIXED_DATE, cell_text
from opdat_analytics.exports.contents import SHORTHAND, SHORTHAND_COLUMN, Pack, numbers, printed
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.native import Native
from opdat_analytics.exports.natives import natives
from opdat_analytics.exports.plots import plot_png
from opdat_analytics.exports.slides_chart import chart_parts
from opdat_analytics.exports.slides_layout import (
    CAVEATS,
    CHART,
    COVER,
    HEIGHT,
    INCH,
    INNER,
    MARGIN,
    MARKING,
    SECTION,
    SOURCE,
    SUBTITLE,
    new_deck,
)  # fmt: skip
from opdat_analytics.exports.slides_read import read_chart
from opdat_analytics.exports.slides_words import events, key, spoken
from opdat_analytics.model import Exhibit, ExportFailed
from opdat_analytics.zipped import settled

DPI = 220
FIGURE = "Figure "
_TABLE = "The numbers behind the picture:"
_FOOT = HEIGHT / INCH - 0.5
_MEASURE = INNER * 1.07
"""Lines are measured in DejaVu Sans, whose letters are at least so much wider than those of the slides."""
_BOLD = INNER * 1.17
"""The same of bold letters."""


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
        The file: what changed, a slide for each chart with its source and all caveats in the notes, the sources. The
        same pack gives the same bytes.

    Raises
    ------
    ExportFailed
        If it cannot be written.
    """
    deck = new_deck()
    _cover(deck, pack)
    for section in pack.sections:
        for exhibit in section.exhibits:
            _chart_slide(deck, exhibit, section.title, pack)
    _sources(deck, pack)
    _properties(deck, pack)
    buffer = io.BytesIO()
    deck.save(buffer)
    return write_file(path, settled(buffer.getvalue()))


def numbers_in_slides(path: Path) -> dict[str, pd.DataFrame]:
    """The tables behind the charts of some slides by figure id, with what is drawn where PowerPoint draws it.

    Raises
    ------
    ExportFailed
        If the file is not a presentation, a slide lost its chart, or a chart and its workbook differ.
    """
    try:
        deck = Presentation(str(path))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise ExportFailed(f"{path.name} cannot be read as slides ({error}). Export again.") from error
    found = {}
    for slide in deck.slides:
        marking = [s for s in slide.placeholders if s.placeholder_format.idx == MARKING]
        name = marking[0].text_frame.text.partition(FIGURE)[2] if marking else ""
        if not name:
            continue
        if not any(shape.has_chart or shape.shape_type == MSO_SHAPE_TYPE.PICTURE for shape in slide.shapes):
            raise ExportFailed(f"{path.name}: the slide of {name} has neither a chart nor a picture. Export again.")
        parts = [shape.chart.part for shape in slide.shapes if shape.has_chart]
        tables = [read_chart(part._element, part.chart_workbook.xlsx_part.blob) for part in parts]
        found[name] = pd.concat(tables, ignore_index=True) if tables else _noted(slide.notes_slide)
    return found


def _noted(notes: Any) -> pd.DataFrame:
    lines = notes.notes_text_frame.text.split("\n")
    head, *rows = [line.split("\t") for line in lines[lines.index(_TABLE) + 1 :]] if _TABLE in lines else [[]]
    return pd.DataFrame(rows, columns=head, dtype=object)


# ---------------------------------------------------------------- a slide for each chart


def _chart_slide(deck: Any, exhibit: Exhibit, section: str, pack: Pack) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name(CHART))
    table = numbers(exhibit)
    drawn = _drawable(exhibit, len(table))
    top = _titled(slide, exhibit.title, 0.62)
    subtitle = _Block([cell_text(exhibit.subtitle)], 13)
    subtitle.fill(slide, SUBTITLE, top)
    _Block([cell_text(section)], 10).fill(slide, SECTION, 0.4)
    marks = (key(drawn), events(exhibit)) if drawn else ()
    caveats = _Block(list(map(cell_text, filter(None, (*marks, *exhibit.caveats)))), 11.5)
    source = _Block([cell_text(exhibit.source_line), cell_text(exhibit.attribution)], 10)
    low = _FOOT - 0.08 - source.height
    source.fill(slide, SOURCE, low)
    low -= caveats.height + 0.1
    caveats.fill(slide, CAVEATS, low)
    _foot(slide, pack, exhibit)
    high = top + subtitle.height + 0.12
    room = (MARGIN, high, INNER, max(1.5, low - 0.12 - high))
    if drawn:
        _draw(slide, exhibit, drawn, table, room)
    else:
        _picture(slide, exhibit, room)
    _ordered(slide)
    slide.notes_slide.notes_text_frame.text = "\n".join(_notes(exhibit, pack, None if drawn else table))


def _drawable(exhibit: Exhibit, rows: int) -> tuple[Native, ...]:
    """What PowerPoint can draw; panels only where each row of the table belongs to one of them, in order."""
    drawn = natives(exhibit)
    if len(drawn) > 1:
        told = [row for native in drawn for row in native.rows]
        return drawn if told == list(range(rows)) else ()
    return drawn


@dataclass(frozen=True)
class _Block:
    """Paragraphs of one size, as tall as their lines."""

    paragraphs: Sequence[str]
    size: float
    weight: str = "normal"

    @property
    def height(self) -> float:
        """In inches."""
        lines = sum(len(wrap(text, _MEASURE, self.size, self.weight)) for text in self.paragraphs)
        return lines * self.size * 1.2 / 72 + 0.03

    def fill(self, slide: Any, idx: int, top: float) -> None:
        """Write into a placeholder and place it; a placeholder with nothing to say goes."""
        [shape] = [s for s in slide.placeholders if s.placeholder_format.idx == idx]
        if not any(self.paragraphs):
            shape._element.getparent().remove(shape._element)
            return
        shape.left, shape.top = _emu(MARGIN), _emu(top)
        shape.width, shape.height = _emu(INNER), _emu(self.height)
        shape.text_frame.text = "\n".join(self.paragraphs)
        for paragraph in shape.text_frame.paragraphs:
            for run in paragraph.runs:
                run.font.size = round(self.size * 12700)


def _emu(inches: float) -> int:
    return round(inches * INCH)


def _titled(slide: Any, text: str, top: float) -> float:
    """Write the title, smaller where it is long; the foot of it."""
    said = cell_text(text)
    size = next((s for s in (24, 22, 20, 18) if len(wrap(said, _BOLD, s, "bold")) <= 2), 16)
    title = slide.shapes.title
    high = len(wrap(said, _BOLD, size, "bold")) * size * 1.2 / 72 + 0.04
    title.left, title.top, title.width, title.height = _emu(MARGIN), _emu(top), _emu(INNER), _emu(high)
    title.text_frame.text = said
    title.text_frame.paragraphs[0].runs[0].font.size = size * 12700
    return top + high + 0.02


def _draw(
    slide: Any, exhibit: Exhibit, drawn: Sequence[Native], table: pd.DataFrame,
    room: tuple[float, float, float, float],
) -> None:  # fmt: skip
    left, top, width, height = room
    across = 1 if len(drawn) == 1 else 2 if len(drawn) in (2, 4) else 3
    down = -(-len(drawn) // across)
    for place, native in enumerate(drawn):
        part = native if len(drawn) == 1 else _alone(native)
        said = table if len(drawn) == 1 else table.iloc[list(native.rows)].reset_index(drop=True)
        chart = _part(slide, *chart_parts(part, said))
        box = (left + place % across * width / across, top + place // across * height / down, width / across,
               height / down)  # fmt: skip
        frame = slide.shapes._add_chart_graphicFrame(slide.part.relate_to(chart, RT.CHART), *map(_emu, box))
        _described(frame.nvGraphicFramePr.cNvPr, f"Chart {place + 1}", spoken(exhibit, drawn, native))


def _alone(native: Native) -> Native:
    """A panel whose table holds its own rows only."""
    at = {row: place for place, row in enumerate(native.rows)}
    series = [replace(one, rows=tuple(None if row is None else at[row] for row in one.rows)) for one in native.series]
    return replace(native, series=tuple(series))


def _part(slide: Any, xml: bytes, workbook: bytes) -> Any:
    package = slide.part.package
    part = ChartPart.load(package.next_partname(ChartPart.partname_template), CT.DML_CHART, package, xml)
    part.chart_workbook.update_from_xlsx_blob(workbook)
    return part


def _picture(slide: Any, exhibit: Exhibit, room: tuple[float, float, float, float]) -> None:
    left, top, width, height = room
    image, wide, high = plot_png(exhibit, DPI)
    scale = min(width / wide, height / high)
    shape = slide.shapes.add_picture(
        io.BytesIO(image), _emu(left + (width - wide * scale) / 2), _emu(top), _emu(wide * scale), _emu(high * scale)
    )
    _described(shape._element.nvPicPr.cNvPr, "Picture of the chart", exhibit.alt)


def _described(properties: Any, name: str, text: str) -> None:
    properties.set("name", name)
    properties.set("descr", cell_text(text))


def _ordered(slide: Any) -> None:
    """The order in which a screen reader reads: title, subtitle, chart, caveats, source, section, marking."""
    tree = slide.shapes._spTree
    places = {0: 0, SUBTITLE: 1, CAVEATS: 3, SOURCE: 4, SECTION: 5, MARKING: 6}

    def place(shape: Any) -> int:
        return places.get(shape.placeholder_format.idx, 7) if shape.is_placeholder else 2

    for shape in sorted(slide.shapes, key=place):
        tree.remove(shape._element)
        tree.append(shape._element)


def _foot(slide: Any, pack: Pack, exhibit: Exhibit | None = None) -> None:
    """The marking, and the figure id where there is one; the number of the slide."""
    [marking] = [s for s in slide.placeholders if s.placeholder_format.idx == MARKING]
    frame = marking.text_frame
    frame.text = cell_text(pack.handling)
    frame.paragraphs[0].runs[0].font.bold = True
    rest = frame.paragraphs[0].add_run()
    rest.text = f" · Publication {cell_text(pack.publication)}"
    if exhibit is not None:
        rest.text += f" · {FIGURE}{cell_text(exhibit.figure_id)}"
    number = next(
        s for s in slide.slide_layout.placeholders if s.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER
    )
    slide.shapes._spTree.append(copy.deepcopy(number._element))


def _notes(exhibit: Exhibit, pack: Pack, table: pd.DataFrame | None) -> list[str]:
    said = [
        exhibit.title, exhibit.subtitle, *exhibit.caveats, *exhibit.notes, exhibit.source_line, exhibit.attribution,
        f"{FIGURE}{exhibit.figure_id}. Handling: {pack.handling}. Publication {pack.publication} of {pack.made_on}.",
    ]  # fmt: skip
    lines = [cell_text(line) for line in said if line]
    if table is not None:
        rows = [[cell_text(printed(cell)) for cell in row] for row in table.itertuples(index=False, name=None)]
        lines += [_TABLE, "\t".join(map(str, table.columns)), *("\t".join(row) for row in rows)]
    return lines


# ---------------------------------------------------------------- front and back


def _cover(deck: Any, pack: Pack) -> None:
    blocks = [
        [_Line("What changed since the last pack", True), *map(_Line, pack.changes)],
        [_Line("Whose results these are", True), *map(_Line, pack.attribution)],
    ]
    said = f"Publication {pack.publication} of {pack.made_on}. Handling: {pack.handling}."
    _text_slides(deck, pack, pack.title, said, blocks)


def _sources(deck: Any, pack: Pack) -> None:
    blocks = []
    for credit in pack.credits:
        editions = f"Editions: {', '.join(credit.editions)}" if credit.editions else ""
        about = " · ".join(filter(None, (credit.owner, editions, credit.licence, credit.url)))
        blocks.append([_Line(credit.title, True), _Line(about), _Line(credit.attribution)])
    _text_slides(deck, pack, "Where the numbers come from", "Sources of the charts", blocks)
    lines = [_Line(f"{code}  {meaning}") for code, meaning in SHORTHAND.items()]
    said = (
        f"Column {SHORTHAND_COLUMN} of the tables behind the charts: in the notes of a picture, in the data of a chart"
    )
    _text_slides(deck, pack, "What the shorthand in the tables means", said, [lines])


@dataclass(frozen=True)
class _Line:
    text: str
    heading: bool = False


_SIZE = 13


def _tall(line: _Line) -> float:
    return _Block([cell_text(line.text)], _SIZE, "bold" if line.heading else "normal").height + 0.05


def _text_slides(deck: Any, pack: Pack, title: str, subtitle: str, blocks: Sequence[Sequence[_Line]]) -> None:
    """Blocks of lines on as many slides as they need, none where there are none; one that fits is not parted."""
    if not blocks:
        return
    pages: list[list[_Line]] = [[]]
    used = 0.0
    for block in blocks:
        whole = sum(map(_tall, block))
        if used and used + whole > 4.7 and whole <= 4.7:
            pages.append([])
            used = 0.0
        elif used:
            pages[-1].append(_Line(""))
            used += _tall(_Line(""))
        for line in block:
            if used + _tall(line) > 4.7 and pages[-1]:
                pages.append([])
                used = 0.0
            pages[-1].append(line)
            used += _tall(line)
    for number, page in enumerate(pages):
        slide = deck.slides.add_slide(deck.slide_layouts.get_by_name(COVER))
        slide.shapes.title.text_frame.text = cell_text(title) + (" (continued)" if number else "")
        long = len(wrap(cell_text(title), _BOLD, 30, "bold")) > 1
        slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size = (22 if long else 30) * 12700
        by_idx = {s.placeholder_format.idx: s for s in slide.placeholders}
        by_idx[SUBTITLE].text_frame.text = cell_text(subtitle)
        frame = by_idx[CAVEATS].text_frame
        frame.text = "\n".join(cell_text(line.text) for line in page)
        for line, paragraph in zip(page, frame.paragraphs, strict=True):
            paragraph.space_after = 5 * 12700
            for run in paragraph.runs:
                run.font.size = _SIZE * 12700
                run.font.bold = line.heading or None
        _foot(slide, pack)


def _properties(deck: Any, pack: Pack) -> None:
    """The properties of the file: nothing of who made it, where, or when it was written."""
    about = deck.core_properties
    about.author = about.last_modified_by = "opdat_analytics"
    about.title, about.language, about.revision = cell_text(pack.title), "en", 1
    about.subject = f"Publication {pack.publication}"
    about.comments = about.category = about.keywords = ""
    about.created = about.modified = datetime.fromisoformat(pack.made_on) if pack.made_on else FIXED_DATE
