"""A page in inches: header, plot, key, footer, each as tall as its text, so that nothing is cut off or overlaps."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator

from opdat_analytics.charts import style

WIDTH, MARGIN = 10.0, 0.35
LEADING = 1.32
"""Line height over type size."""

_JOINERS, _UNSEEN = "\u200c\u200d", ("Cc", "Cf", "Cs")
_NOT_IN_XML = "\ufffe\uffff"

Glyph = Callable[[Axes, float, float], object]


@dataclass(frozen=True)
class Texts:
    """What stands around the plot."""

    title: str
    subtitle: str
    source_line: str
    attribution: str
    caveats: tuple[str, ...]
    notes: tuple[str, ...]
    figure_id: str


@dataclass(frozen=True)
class Key:
    """One mark and what it means; ``glyph`` draws it about a point of the sheet, in inches."""

    text: str
    glyph: Glyph


@dataclass(frozen=True)
class Page:
    """A figure with its header and footer drawn, and the room that is left for the plot.

    Attributes
    ----------
    figure
        The figure.
    sheet
        Axes over the whole figure, in inches from its lower left corner.
    left, bottom, width, height
        The room for the plot, in inches.
    """

    figure: Figure
    sheet: Axes
    left: float
    bottom: float
    width: float
    height: float

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Axes within the room for the plot, placed in inches from its lower left corner."""
        wide, high = self.figure.get_size_inches()
        return self.figure.add_axes(
            ((self.left + left) / wide, (self.bottom + bottom) / high, width / wide, height / high)
        )


@cache
def _renderer() -> RendererAgg:
    return RendererAgg(10, 10, 288)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=20_000)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of one line of text, in inches, with the 4 % that hinting can add at the resolution of a screen."""
    font = FontProperties(family=["DejaVu Sans"], size=size, weight=weight)
    size_of: Any = _renderer().get_text_width_height_descent
    return float(size_of(text, font, ismath=False)[0]) / 288 * 1.04


def one_line(text: str) -> str:
    """The text without line breaks, control characters and characters that turn the direction of others.

    The joiners that Persian and Indic scripts need are kept.
    """
    kept = (" " if c in "\n\r\t" else c for c in text)
    seen = (c for c in kept if c in _JOINERS or unicodedata.category(c) not in _UNSEEN)
    return " ".join("".join(c for c in seen if c not in _NOT_IN_XML).split())


def wrap(text: str, width: float, size: float, weight: str = "normal", most: int | None = None) -> list[str]:
    """Break text into lines no wider than ``width`` inches; a word that is wider by itself is broken.

    With ``most``, what does not fit in so many lines ends in an ellipsis.
    """
    lines: list[str] = [""]
    for whole in one_line(text).split(" "):
        word = whole
        trial = f"{lines[-1]} {word}".strip()
        if text_width(trial, size, weight) <= width:
            lines[-1] = trial
            continue
        if lines[-1]:
            lines.append("")
        while text_width(word, size, weight) > width and len(word) > 1:
            fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or text_width(word[:n], size, weight) <= width)
            lines[-1] = word[:fits]
            lines.append("")
            word = word[fits:]
        lines[-1] = word
    if most is not None and len(lines) > most:
        last = lines[most - 1]
        while last and text_width(f"{last}…", size, weight) > width:
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last.rstrip()}…"]
    return lines


def line_height(size: float) -> float:
    """Height of one line of text, in inches."""
    return size * LEADING / 72


def ticks(top: float, steps: int, values: Sequence[float]) -> list[float]:
    """Round ticks from zero that do not pass the top of a scale; whole numbers where all values are."""
    whole = all(float(value).is_integer() for value in values)
    found = MaxNLocator(steps, integer=whole).tick_values(0, top)
    return [round(float(tick), 9) for tick in found if 0 <= tick <= top]


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Move labels apart as little as needed: centres that keep their order, do not overlap and stay inside.

    Parameters
    ----------
    wanted, heights
        Centre where each label would stand, and its height.
    low, high
        The room; it must hold all heights together.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = dict.fromkeys(order, 0.0)
    # Pool neighbours that overlap into blocks that sit at the mean of their wishes, as isotonic regression does.
    blocks: list[list[int]] = []

    def start(block: list[int]) -> float:
        total = sum(heights[i] for i in block)
        offset, wish = 0.0, 0.0
        for i in block:
            wish += wanted[i] - offset - heights[i] / 2
            offset += heights[i]
        return min(max(wish / len(block), low), max(low, high - total))

    for i in order:
        blocks.append([i])
        while len(blocks) > 1:
            before, last = blocks[-2], blocks[-1]
            if start(before) + sum(heights[j] for j in before) <= start(last) + 1e-9:
                break
            blocks[-2:] = [before + last]
    for block in blocks:
        at = start(block)
        for i in block:
            placed[i] = at + heights[i] / 2
            at += heights[i]
    return [placed[i] for i in range(len(wanted))]


def page(texts: Texts, keys: Sequence[Key], body: float, width: float = WIDTH) -> Page:
    """Lay out a page around a plot of a given height.

    Parameters
    ----------
    texts, keys
        Header, footer and the marks to explain.
    body, width
        Height of the plot and width of the page, in inches.
    """
    inner = width - 2 * MARGIN
    title = wrap(texts.title, inner, style.TITLE, "bold")
    subtitle = wrap(texts.subtitle, inner, style.SUBTITLE)
    footer: list[tuple[list[str], float, str, float]] = []
    for place, caveat in enumerate(texts.caveats):
        footer.append((wrap(caveat, inner, style.BODY), style.BODY, style.INK, 0.0 if place == 0 else 0.03))
    footer.append((wrap(texts.source_line, inner, style.NOTE), style.NOTE, style.GREY, 0.07))
    footer.append((wrap(texts.attribution, inner, style.NOTE), style.NOTE, style.GREY, 0.0))
    footer.append((wrap(texts.figure_id, inner, style.SMALL), style.SMALL, style.GREY, 0.05))

    named = [wrap(key.text, inner - 0.35, style.NOTE, most=1)[0] for key in keys]
    rows = _flow(named, inner)
    key_height = len(rows) * 0.23 + (0.1 if rows else 0)
    head_height = len(title) * line_height(style.TITLE) + 0.05 + len(subtitle) * line_height(style.SUBTITLE) + 0.18
    foot_height = 0.12 + sum(len(lines) * line_height(size) + gap for lines, size, _, gap in footer)
    height = MARGIN * 0.8 + head_height + body + 0.12 + key_height + foot_height + MARGIN * 0.55

    figure = Figure(figsize=(width, height))
    sheet = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height), zorder=10)
    sheet.set_axis_off()
    y = height - MARGIN * 0.8
    for lines, size, weight, colour in ((title, style.TITLE, "bold", style.INK),
                                        (subtitle, style.SUBTITLE, "normal", style.GREY)):  # fmt: skip
        y = _lines(sheet, lines, MARGIN, y, size, colour, weight) - 0.05
    bottom = height - MARGIN * 0.8 - head_height - body

    y = bottom - 0.12
    for row in rows:
        for place, x in row:
            keys[place].glyph(sheet, x + 0.14, y - 0.115)
            sheet.text(x + 0.32, y - 0.115, named[place], size=style.NOTE, va="center_baseline", color=style.GREY)
        y -= 0.23
    y -= 0.1 if rows else 0
    sheet.plot([MARGIN, width - MARGIN], [y, y], color=style.RULE, lw=0.8)
    y -= 0.12
    for lines, size, colour, gap in footer[:-1]:
        y = _lines(sheet, lines, MARGIN, y - gap, size, colour)
    lines, size, colour, gap = footer[-1]
    _lines(sheet, lines, width - MARGIN, y - gap, size, colour, ha="right")
    return Page(figure, sheet, MARGIN, bottom, inner, body)


def _lines(
    sheet: Axes, lines: Sequence[str], x: float, y: float, size: float, colour: str,
    weight: str = "normal", ha: str = "left",
) -> float:  # fmt: skip
    for whole in lines:
        # A first letter that runs from right to left would turn the whole English line around.
        line = f"\u200e{whole}" if any(unicodedata.bidirectional(c) in ("R", "AL") for c in whole) else whole
        sheet.text(x, y - line_height(size) * 0.78, line, size=size, color=colour, weight=weight, ha=ha, va="baseline")
        y -= line_height(size)
    return y


def _flow(texts: Sequence[str], width: float) -> list[list[tuple[int, float]]]:
    rows: list[list[tuple[int, float]]] = []
    x = width + 1
    for place, text in enumerate(texts):
        need = 0.32 + text_width(text, style.NOTE) + 0.25
        if x + need - 0.25 > MARGIN + width:
            rows.append([])
            x = MARGIN
        rows[-1].append((place, x))
        x += need
    return rows
