"""The drawing of a chart alone, for pages that print its title, caveats and sources themselves as real text."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.colors import to_hex
from matplotlib.transforms import Bbox

from opdat_analytics.charts import style
from opdat_analytics.charts.layout import MARGIN, wrap
from opdat_analytics.exports.images import FONTS, SAVING
from opdat_analytics.model import Exhibit

_TAG = re.compile(r"<[^>]*>")
_LONG = re.compile(r"-?\d+\.\d{3,}")
_USED = re.compile(r'(?:url\(#|href="#)([^)"]+)')
_ID = re.compile(r' id="([^"]*)"')


def plot_svg(exhibit: Exhibit, *, described: str) -> str:
    """The plot and its key as one compact SVG element with real text, without the words around them.

    Parameters
    ----------
    exhibit
        The chart.
    described
        Prefix of the ids of its title and description, which no other drawing of the page may have.

    Returns
    -------
    str
        ``<svg …>…</svg>``. A figure that is not laid out as the charts here are is drawn whole.
    """
    inner, bottom, top = _drawn(exhibit)
    wide, high = (72 * inches for inches in exhibit.figure.get_size_inches())
    used = frozenset(_USED.findall(inner))
    inner = _TAG.sub(lambda tag: _compact(tag[0], used, described), inner)
    inner = re.sub(r">\s+<", "><", inner).replace("<defs></defs>", "")
    box = f"0 {high - 72 * top:.2f} {wide:.2f} {72 * (top - bottom):.2f}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}" '
        f'width="{wide:.2f}pt" height="{72 * (top - bottom):.2f}pt" stroke-linejoin="round" stroke-linecap="butt" '
        f'role="img" aria-labelledby="{described}-title {described}-desc">'
    )
    title = f'<title id="{described}-title">{escape(exhibit.title)}</title>'
    return f'{head}{title}<desc id="{described}-desc">{escape(exhibit.alt)}</desc>{inner.strip()}</svg>'


def plot_png(exhibit: Exhibit, dpi: int = 200) -> tuple[bytes, float, float]:
    """The plot and its key as a PNG, without the words around them, and its width and height in inches."""
    buffer = io.BytesIO()
    with matplotlib.rc_context(SAVING), _bare(exhibit) as (bottom, top), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        wide = float(exhibit.figure.get_size_inches()[0])
        box = Bbox([[0.0, bottom], [wide, top]])
        exhibit.figure.savefig(buffer, format="png", dpi=dpi, bbox_inches=box, metadata={"Software": None})
    return buffer.getvalue(), wide, top - bottom


_DRAWN: WeakKeyDictionary[Any, tuple[str, float, float]] = WeakKeyDictionary()
"""What was drawn of a figure, for a pack prints each chart in several files."""


def _drawn(exhibit: Exhibit) -> tuple[str, float, float]:
    """The elements of the drawing, and the part of the figure that it takes, in inches from the bottom."""
    if exhibit.figure not in _DRAWN:
        with matplotlib.rc_context(SAVING), _bare(exhibit) as (bottom, top), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph")
            buffer = io.StringIO()
            exhibit.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        text = buffer.getvalue()
        text = text[text.index(">", text.index("<svg ")) + 1 : text.rindex("</svg>")]
        text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
        _DRAWN[exhibit.figure] = (re.sub(r"<style[^>]*>[^<]*</style>", "", text), bottom, top)
    return _DRAWN[exhibit.figure]


def _compact(tag: str, used: frozenset[str], prefix: str) -> str:
    """A tag with two decimals at most, and with ids that are its drawing's own; ids that nothing uses are dropped."""
    tag = _ID.sub(lambda found: f' id="{prefix}-{found[1]}"' if found[1] in used else "", tag)
    tag = re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}-", tag)
    tag = _LONG.sub(lambda n: f"{float(n[0]):.2f}", " ".join(tag.split()))
    return FONTS.sub(r"\1'DejaVu Sans', Verdana, sans-serif", tag)


@contextmanager
def _bare(exhibit: Exhibit) -> Iterator[tuple[float, float]]:
    """Hide what stands above and below the plot and its key; yields where these lie, in inches from the bottom."""
    figure = exhibit.figure
    found = _words(exhibit)
    if found is None:
        yield 0.0, float(figure.get_size_inches()[1])
        return
    hidden, bottom, top = found
    shown = [artist.get_visible() for artist in hidden]
    try:
        for artist in hidden:
            artist.set_visible(False)
        yield bottom, top
    finally:
        for artist, visible in zip(hidden, shown, strict=True):
            artist.set_visible(visible)


def _words(exhibit: Exhibit) -> tuple[list[Any], float, float] | None:
    """The drawn title, subtitle and footer, the rule above the footer, and the foot of the subtitle."""
    figure = exhibit.figure
    wide, high = figure.get_size_inches()
    sheets = [axes for axes in figure.axes if axes.get_xlim() == (0, wide) and axes.get_ylim() == (0, high)]
    inner = wide - 2 * MARGIN
    head = [*wrap(exhibit.title, inner, style.TITLE, "bold"), *wrap(exhibit.subtitle, inner, style.SUBTITLE)]
    for sheet in sheets:
        texts = sheet.texts[: len(head)]
        rules = [
            line for line in sheet.lines
            if to_hex(line.get_color()) == style.RULE and [round(x, 6) for x in line.get_xdata()]
            == [round(MARGIN, 6), round(wide - MARGIN, 6)]
        ]  # fmt: skip
        if rules and [text.get_text().lstrip("\u200e") for text in texts] == head:
            below = rules[-1].get_ydata()[0]
            foot = [text for text in sheet.texts if text.get_position()[1] < below]
            return [*texts, *foot, rules[-1]], float(below) + 0.02, texts[-1].get_position()[1] - 0.06
    return None
