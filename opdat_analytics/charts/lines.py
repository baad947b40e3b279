"""How a run of years is drawn: its scale, line and bounds, its gaps, its breaks, its likely incomplete years."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes

from opdat_analytics.charts import layout, marks, style, words
from opdat_analytics.charts.frame import Point

Run = Sequence[Point]


def years_of(every: Run) -> list[int]:
    """Every year from the first to the last, those without a row too."""
    known = [point.along for point in every if point.along is not None]
    return list(range(min(known), max(known) + 1)) if known else [0]


def scale(every: Run, height: float, steps: int = 5, arrow: float = marks.ARROW) -> tuple[float, list[float]]:
    """Top of a scale from zero that leaves room for an arrow at its highest lower bound, and its ticks."""
    ends = [p.low + 0.0 if p.high is None else p.high for p in every if p.low is not None]
    ends += [p.old_low for p in every if p.old_low is not None]
    ends += [p.chance_high for p in every if p.chance_high is not None and p.stated]
    most = max(ends, default=0.0) or 1.0
    open_most = max((p.low for p in every if p.low is not None and p.unbounded), default=0.0)
    top = max(most * 1.06, open_most * height / max(height - arrow - 0.1, height / 2))
    return top, layout.ticks(top, steps, ends)


def frame(
    ax: Axes, years: Sequence[int], top: float, ticks: Sequence[float], unit: str | None, every: int,
    size: float = style.BODY,
) -> None:  # fmt: skip
    """Set the axes of years and figures: a label at each ``every``-th year, counted back from the last."""
    ax.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    ax.set_ylim(0, top)
    labelled = list(range(years[-1], years[0] - 1, -every))[::-1]
    ax.set_xticks(labelled, [str(year) for year in labelled])
    ax.set_yticks(list(ticks), [words.number(value, unit) for value in ticks])
    ax.grid(axis="y", color=style.RULE, lw=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0, labelsize=size)
    ax.tick_params(axis="x", length=3, labelsize=size)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)


def incomplete(ax: Axes, run: Run) -> None:
    """The hatched ground of each year that is likely incomplete."""
    for year in sorted({point.along for point in run if point.incomplete and point.stated}):
        marks.stripe(ax, year, 1.0)


def breaks(ax: Axes, run: Run) -> None:
    """A wavy line before each year from which the source counts differently, where that is between two years shown."""
    shown = years_of(run)
    for year in sorted({year for point in run for year in point.breaks}):
        if shown[0] < year <= shown[-1]:
            marks.break_line(ax, year - 0.5)


def gaps(ax: Axes, run: Run, colour: str, row: int = 0, shift: float = 0.0) -> None:
    """A small cross at the foot of each year that has no number, ``[c]`` where it is hidden.

    ``row`` sets the marks of several groups apart.
    """
    height = ax.get_figure().get_size_inches()[1] * ax.get_position().height  # type: ignore[union-attr]
    stated = {point.along for point in run if point.stated}
    for point in (point for point in run if point.along not in stated):
        mark = marks.hidden if point.hidden else marks.gap
        foot = 0.08 if point.hidden else 0.055
        mark(ax, point.along + shift, ax.get_ylim()[1] * (foot + 0.1 * row) / height, colour)


def line(ax: Axes, run: Run, colour: str, shift: float = 0.0, size: float = 5.0, arrow: float = marks.ARROW) -> None:
    """Segments between neighbouring years that both have a number; the shade where both have an upper bound.

    No line crosses a gap or a break of the series.
    """
    for one, two in pairwise(run):
        if one.low is None or two.low is None or two.along - one.along != 1 or two.along in two.breaks:
            continue
        across = [one.along + shift, two.along + shift]
        dashes = (0, (3, 2)) if two.incomplete or one.incomplete else "-"
        ax.plot(across, [one.low, two.low], color=colour, lw=size * 0.32, ls=dashes, zorder=2)
        if one.high is not None and two.high is not None and (one.ranged or two.ranged):
            ax.fill_between(across, [one.low, two.low], [one.high, two.high], color=colour, alpha=0.16, lw=0, zorder=1)
    for point in run:
        if point.stated:
            marks.upright(ax, point.along + shift, point, colour, size, arrow)
