"""One Exhibit as files: PNG, SVG with real text, and a CSV of the numbers it shows; each read back and compared."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import matplotlib

from opdat_analytics.charts import style
from opdat_analytics.charts.frame import plain
from opdat_analytics.charts.layout import MARGIN
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.inert import bare, inert
from opdat_analytics.model import Exhibit, ExportFailed

DPI = 200
SAVING: Any = {"svg.fonttype": "none", "svg.hashsalt": "opdat_analytics", "text.parse_math": False}
FONTS = re.compile(r"(font(?:-family)?: [^;\"]*?)'DejaVu Sans'")


def file_stem(name: str) -> str:
    """A safe file name: lower-case letters, digits and hyphens, 1 to 60 of them."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:60].strip("-") or "chart"


MARKING, WHOSE = "handling_marking", "whose_result"
"""Columns that a CSV has behind those of the frame, where its handling is known."""


def write_images(exhibit: Exhibit, folder: Path, handling: str = "") -> list[Path]:
    """Write ``<name>.png``, ``<name>.svg`` and ``<name>.csv``, and read them back.

    Parameters
    ----------
    exhibit
        The chart.
    folder
        Where to; it is made if it is not there.
    handling
        Its handling marking as it is printed: drawn at the lower left, and a column of the CSV. "" for none.

    Returns
    -------
    list of Path
        PNG, SVG, CSV. The same exhibit gives the same bytes every time.

    Raises
    ------
    ExportFailed
        If a file cannot be written (the one before it stays), a character cannot be drawn, or what is read back
        differs from the exhibit.
    """
    stem = file_stem(exhibit.name)
    with matplotlib.rc_context(SAVING), _marked(exhibit, handling):
        contents = {"png": _png(exhibit), "svg": _svg(exhibit), "csv": _csv(exhibit, handling)}
    paths = []
    for ending, content in contents.items():
        paths.append(folder / f"{stem}.{ending}")
        write_file(paths[-1], content)
    check_png(paths[0], exhibit)
    check_svg(paths[1], exhibit)
    check_csv(paths[2], exhibit)
    return paths


@contextmanager
def _marked(exhibit: Exhibit, handling: str) -> Iterator[None]:
    """Draw the handling marking on the line of the figure id, at the other side; it is gone afterwards."""
    texts = [text for axes in exhibit.figure.axes for text in axes.texts if text.get_text() == exhibit.figure_id]
    if not handling or not texts:
        yield
        return
    beside = texts[-1]
    drawn = beside.axes.text(
        MARGIN, beside.get_position()[1], handling, size=style.NOTE, weight="bold", color=style.INK, va="baseline"
    )
    try:
        yield
    finally:
        drawn.remove()


def _png(exhibit: Exhibit) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exhibit.figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    for warning in caught:
        text = str(warning.message)
        if text.startswith("Glyph"):
            raise ExportFailed(
                f"The chart “{exhibit.name}” has a character its font cannot draw ({text.split(' missing')[0]}). "
                "Give that name in other letters with labels={…} and export again."
            )
    return buffer.getvalue()


def _svg(exhibit: Exhibit) -> bytes:
    buffer = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        exhibit.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawn = FONTS.sub(r"\1'DejaVu Sans', Verdana, sans-serif", buffer.getvalue())
    start = drawn.index("<svg ")
    end = drawn.index(">", start)
    stem = file_stem(exhibit.name)
    opening = f'{drawn[start:end]} role="img" aria-labelledby="{stem}-title {stem}-desc">'
    words = (
        f'\n <title id="{stem}-title">{escape(exhibit.title)}</title>'
        f'\n <desc id="{stem}-desc">{escape(exhibit.alt)}</desc>'
    )
    return (drawn[:start] + opening + words + drawn[end + 1 :]).encode()


def _csv(exhibit: Exhibit, handling: str) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    said = {MARKING: handling, WHOSE: exhibit.attribution} if handling else {}
    writer.writerow([inert(str(name)) for name in (*exhibit.frame.columns, *said)])
    for row in exhibit.frame.itertuples(index=False, name=None):
        writer.writerow([_printed(value) for value in (*row, *said.values())])
    return buffer.getvalue().encode("utf-8-sig")


def _printed(value: Any) -> str:
    known = plain(value)
    if known is None:
        return ""
    return inert(known) if isinstance(known, str) else repr(known)


def check_png(path: Path, exhibit: Exhibit) -> None:
    """Compare a written PNG with its exhibit: whole, and of the size that was drawn."""
    content = path.read_bytes()
    size = (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))
    meant = tuple(int(round(inches * DPI, 6)) for inches in exhibit.figure.get_size_inches())
    if content[:8] != b"\x89PNG\r\n\x1a\n" or b"IEND" not in content[-12:] or size != meant:
        raise ExportFailed(f"{path} does not read back as a picture of {meant[0]} by {meant[1]} dots. Export again.")


def check_svg(path: Path, exhibit: Exhibit) -> None:
    """Compare a written SVG with its exhibit: it parses, and says title, alternative text and figure id."""
    try:
        root = ElementTree.fromstring(path.read_bytes())  # noqa: S314 (our own file, written a moment ago)
    except ElementTree.ParseError as error:
        raise ExportFailed(f"{path} does not read back as SVG: {error}. Export again.") from error
    name = "{http://www.w3.org/2000/svg}"
    said = (root.findtext(f"{name}title"), root.findtext(f"{name}desc"))
    texts = {"".join(node.itertext()).strip() for node in root.iter(f"{name}text")}
    if said != (exhibit.title, exhibit.alt) or exhibit.figure_id not in texts:
        raise ExportFailed(f"{path} does not say the title, description and figure id of the chart. Export again.")


def check_csv(path: Path, exhibit: Exhibit) -> None:
    """Compare a written CSV with the frame of its exhibit, cell by cell: numbers as numbers, text as text."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *lines = list(csv.reader(stream))
    if header[-2:] == [MARKING, WHOSE]:
        header, lines = header[:-2], [line[:-2] for line in lines]
    frame = exhibit.frame
    if [bare(name) for name in header] != [str(name) for name in frame.columns] or len(lines) != len(frame):
        raise ExportFailed(f"{path} has other rows or columns than the chart. Export again.")
    for number, (line, row) in enumerate(zip(lines, frame.itertuples(index=False, name=None), strict=True), start=2):
        for name, text, value in zip(header, line, row, strict=True):
            if not _same(text, plain(value)):
                raise ExportFailed(
                    f"{path}, line {number}, column {name}: “{text}” was written, the chart shows “{value}”. "
                    "Nothing of this export should be used; export again."
                )


def _same(text: str, value: Any) -> bool:
    if value is None:
        return text == ""
    if isinstance(value, bool | str):
        return bare(text) == str(value)
    try:
        return float(text) == float(value)
    except ValueError:
        return False
