"""Rows with a name at their left: what the kinds share that run from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from opdat_analytics.charts import layout, marks, style, words
from opdat_analytics.charts.frame import Point

ROW = 0.27
"""Height of a row of one line, in inches."""
FOOT = 0.27
"""Room for the ticks below the rows, in inches."""


@dataclass(frozen=True)
class Rows:
    """Names broken into lines, the height of each row, and the width that the names take; in inches."""

    names: tuple[tuple[str, ...], ...]
    heights: tuple[float, ...]
    left: float

    @property
    def height(self) -> float:
        """All rows together."""
        return sum(self.heights)

    @property
    def centres(self) -> list[float]:
        """The middle of each row, from the lower edge of the last one up."""
        y, found = self.height, []
        for height in self.heights:
            found.append(y - height / 2)
            y -= height
        return found


def rows_of(names: Sequence[str], row: float = ROW, widest: float = 2.9, most: int = 2) -> Rows:
    """Break names into at most so many lines and measure them."""
    broken = [tuple(layout.wrap(name, widest, style.BODY, most=most)) for name in names]
    line = layout.line_height(style.BODY)
    heights = tuple(row + (len(lines) - 1) * line for lines in broken)
    left = max(layout.text_width(text, style.BODY) for lines in broken for text in lines) + 0.15
    return Rows(tuple(broken), heights, left)


def write(
    page: layout.Page, lines: Sequence[str], x: float, y: float, colour: str = style.INK, ha: str = "left",
    size: float = style.BODY, weight: str = "normal",
) -> None:  # fmt: skip
    """Lines of text about a height of the sheet; x and y in inches of the sheet."""
    line = layout.line_height(size)
    for place, text in enumerate(lines):
        at = y + (len(lines) / 2 - place - 0.76) * line
        page.sheet.text(x, at, text, size=size, color=colour, ha=ha, va="baseline", weight=weight)


def name_rows(page: layout.Page, rows: Rows, bottom: float) -> None:
    """Write the names; ``bottom`` is the lower edge of the last row in inches of the sheet."""
    for lines, centre in zip(rows.names, rows.centres, strict=True):
        write(page, lines, page.left + rows.left - 0.15, bottom + centre, ha="right")


def top_of(every: Sequence[Point], width: float) -> float:
    """End of a scale from zero that leaves room for the arrow of its highest open figure, ``width`` inches wide."""
    ends = [e for p in every if p.stated for e in (p.low, p.high, p.chance_high) if e is not None]
    ends += [e for p in every for e in (p.old_low, p.old_high) if e is not None]
    open_most = max((p.low for p in every if p.low is not None and p.unbounded), default=0.0)
    return max((max(ends, default=0.0) or 1.0) * 1.02, open_most * width / (width - marks.ARROW - 0.05))


def value_axes(
    page: layout.Page, rows: Rows, width: float, top: float, values: Sequence[float], unit: str | None
) -> Axes:
    """Axes to the right of the names, as wide as given, with a scale of figures below them; y in inches."""
    ax = page.axes(rows.left, FOOT, width, rows.height)
    ax.set_xlim(0, top)
    ax.set_ylim(0, rows.height)
    ticks = layout.ticks(top, 5, values)
    ax.set_xticks(ticks, [words.number(value, unit) for value in ticks])
    ax.set_yticks([])
    ax.xaxis.set_visible(bool(values))
    ax.grid(axis="x", color=style.RULE, lw=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="x", length=0, labelsize=style.BODY)
    for side in ("top", "right", "left", *(() if values else ("bottom",))):
        ax.spines[side].set_visible(False)
    return ax


def values_of(every: Sequence[Point]) -> list[float]:
    """Every bound that a scale must hold."""
    return [e for p in every for e in (p.low, p.high, p.old_low, p.old_high) if e is not None]


def name(parts: Sequence[object], labels: Mapping[str, str] | None) -> str:
    """The name of a row told apart by several columns: ``Nepal, 2019``."""
    return ", ".join(words.label(str(part), labels) for part in parts if part not in (None, ""))
