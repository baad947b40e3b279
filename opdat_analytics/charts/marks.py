"""How certainty looks: one mark for each state of a figure, the same on every chart, explained where it occurs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from opdat_analytics.charts import style
from opdat_analytics.charts.frame import HIDDEN, Point
from opdat_analytics.charts.layout import Glyph, Key

ARROW = 0.2
"""Length of the arrow of an unbounded figure, in inches."""


def dot(ax: Axes, x: Any, y: Any, point: Point, colour: str, size: float = 6.0, paper: str = style.PAPER) -> None:
    """The marker of a figure at its lower bound.

    Full circle: as stated. Open circle: lower bound. Half-filled circle: partial total. Open square:
    secondary sourcing. Cross: unstable, open where secondary too.
    """
    look: dict[str, Any] = {"marker": "o", "markersize": size, "markerfacecolor": colour}
    if point.unstable:
        look |= {"marker": "X", "markersize": size + 1.0}
    elif point.secondary:
        look |= {"marker": "s", "markersize": size - 0.5}
    if point.secondary:
        look |= {"markerfacecolor": paper}
    elif point.partial:
        look |= {"fillstyle": "bottom", "markerfacecoloralt": paper}
    elif point.unbounded:
        look |= {"markerfacecolor": paper}
    ax.plot(
        [x],
        [y],
        linestyle="none",
        markeredgecolor=colour,
        markeredgewidth=min(1.4, size / 4.5),
        zorder=4,
        clip_on=False,
        **look,
    )


def upright(ax: Axes, x: Any, point: Point, colour: str, size: float = 6.0, arrow: float = ARROW) -> None:
    """A figure on a vertical scale: bar over its bounds, or arrow upward, then its dot."""
    if point.chance_low is not None and point.chance_high is not None:
        reach = [point.chance_low, point.chance_high]
        ax.plot([x, x], reach, color=colour, lw=0.8, alpha=0.8, marker="_", markersize=size, zorder=2.5)
    if point.restated and point.old_low is not None:
        ax.plot([x], [point.old_low], marker="D", markersize=size - 1, linestyle="none", markerfacecolor=style.PAPER,
                markeredgecolor=style.FAINT, zorder=3, clip_on=False)  # fmt: skip
    if point.low is not None and point.high is not None and point.ranged:
        ax.plot([x, x], [point.low, point.high], color=colour, lw=2.2, alpha=0.75, solid_capstyle="butt", zorder=3)
        ax.plot([x], [point.high], marker="_", markersize=size + 1.5, markeredgewidth=1.8, color=colour, zorder=3)
    elif point.unbounded:
        open_arrow(ax, x, point.low, (0, arrow * 72), colour)
    dot(ax, x, point.low, point, colour, size)


def level(ax: Axes, y: Any, point: Point, colour: str, size: float = 7.0) -> None:
    """A figure on a horizontal scale: bar over its bounds, or arrow to the right, then its dot."""
    if point.chance_low is not None and point.chance_high is not None:
        reach = [point.chance_low, point.chance_high]
        ax.plot(reach, [y, y], color=colour, lw=0.8, alpha=0.8, marker="|", markersize=size, zorder=2.5)
    old(ax, y, point, size)
    if point.low is not None and point.high is not None and point.ranged:
        ax.plot([point.low, point.high], [y, y], color=colour, lw=2.6, alpha=0.75, solid_capstyle="butt", zorder=3)
        ax.plot([point.high], [y], marker="|", markersize=size + 1.5, markeredgewidth=1.8, color=colour, zorder=3)
    elif point.unbounded:
        open_arrow(ax, point.low, y, (ARROW * 72, 0), colour)
    dot(ax, point.low, y, point, colour, size)


def old(ax: Axes, y: Any, point: Point, size: float = 7.0) -> None:
    """The value before it was restated, on a horizontal scale: an open diamond, and a thin bar over its bounds."""
    if not point.restated or point.old_low is None:
        return
    if point.old_high is not None and point.old_high > point.old_low:
        ax.plot([point.old_low, point.old_high], [y, y], color=style.FAINT, lw=1.2, marker="|", markersize=size - 1,
                zorder=2.6)  # fmt: skip
    elif point.old_high is None:
        open_arrow(ax, point.old_low, y, (ARROW * 60, 0), style.FAINT)
    ax.plot([point.old_low], [y], marker="D", markersize=size - 2, linestyle="none", markerfacecolor=style.PAPER,
            markeredgecolor=style.FAINT, zorder=3, clip_on=False)  # fmt: skip


def open_arrow(ax: Axes, x: Any, y: Any, offset: tuple[float, float], colour: str) -> None:
    """The arrow of a figure without an upper bound, from its lower bound on; ``offset`` in points."""
    ax.annotate(
        "", xy=(x, y), xytext=offset, textcoords="offset points", zorder=3, annotation_clip=False,
        arrowprops={"arrowstyle": "<|-", "color": colour, "lw": 1.4, "shrinkA": 0, "shrinkB": 3, "mutation_scale": 9},
    )  # fmt: skip


def stripe(ax: Axes, x: float, width: float, height: float | None = None, y: float = 0.0) -> None:
    """The pale hatched ground of a likely incomplete year; over the whole height of the axes by default."""
    look: dict[str, Any] = {"facecolor": "#f1f1f1", "edgecolor": "#d5d5d5", "hatch": "////", "linewidth": 0}
    if height is None:
        ax.axvspan(x - width / 2, x + width / 2, zorder=0, **look)
    else:
        ax.add_patch(Rectangle((x - width / 2, y - height / 2), width, height, **look))


def gap(ax: Axes, x: float, y: float, colour: str) -> None:
    """The small cross of a year without a number."""
    ax.plot([x], [y], marker="x", markersize=3.6, markeredgewidth=1.1, color=colour, linestyle="none", zorder=3)


def hidden(ax: Axes, x: float, y: float, colour: str) -> None:
    """What stands for a figure that is hidden so that no person can be told."""
    ax.text(x, y, HIDDEN, ha="center", va="center", color=colour, fontsize=7.5, zorder=3)


def hidden_key(ax: Axes, x: float, y: float) -> None:
    """What stands for a hidden figure, as a key shows it."""
    hidden(ax, x, y, style.GREY)


def break_line(ax: Axes, x: float) -> None:
    """The double line before a year from which a source counts differently; over the whole height of the axes."""
    for colour, width in _DOUBLE:
        ax.axvline(x, zorder=1.5, solid_capstyle="butt", color=colour, lw=width)


_DOUBLE = ((style.FAINT, 3.4), (style.PAPER, 1.6))


def time_keys(points: Sequence[Point]) -> list[Key]:
    """The key of gaps and breaks, where a chart runs along years and they occur."""

    def double(ax: Axes, x: float, y: float) -> None:
        for ink, width in _DOUBLE:
            ax.plot([x, x], [y - 0.08, y + 0.08], solid_capstyle="butt", color=ink, lw=width)

    found = []
    if any(point.hidden for point in points):
        found.append(Key("hidden so that no person can be told", hidden_key))
    if any(not point.stated and not point.hidden for point in points) and any(point.stated for point in points):
        found.append(Key("no number: a gap, not zero", lambda ax, x, y: gap(ax, x, y, style.GREY)))
    shown = [point.along for point in points]
    if any(min(shown) < year <= max(shown) for point in points for year in point.breaks):
        found.append(Key("counted differently from here: a break", double))
    return found


def keys(points: Sequence[Point], colour: str, sideways: bool = False) -> list[Key]:
    """The key of the marks that occur, and of no others.

    Parameters
    ----------
    points
        What the chart shows.
    colour
        Ink of the marks of the key.
    sideways
        Whether the bounds run from left to right.
    """
    stated = [point for point in points if point.stated]
    base = {"group": "", "along": None, "low": 0.0, "high": 0.0, "qualifier": "", "coverage": None,
            "n_reporting": None, "n_expected": None, "old_low": None, "old_high": None}  # fmt: skip
    flags = ("partial", "about", "secondary", "incomplete", "unstable", "restated")
    sample = Point(**base, **dict.fromkeys(flags, False))  # type: ignore[arg-type]

    def dotted(**change: Any) -> Glyph:
        return lambda ax, x, y: dot(ax, x, y, replace(sample, **change), colour)

    def barred(ax: Axes, x: float, y: float) -> None:
        if sideways:
            level(ax, y, replace(sample, low=x - 0.1, high=x + 0.1), colour, 5)
            return
        ax.plot([x, x], [y - 0.07, y + 0.08], color=colour, lw=2.2, alpha=0.75, solid_capstyle="butt")
        ax.plot([x], [y + 0.08], marker="_", markersize=7, markeredgewidth=1.8, color=colour)
        dot(ax, x, y - 0.07, sample, colour, 4.5)

    def open_ended(ax: Axes, x: float, y: float) -> None:
        ends = (0.15, 0.0) if sideways else (0.0, 0.15)
        start = (x - ends[0] / 2, y - ends[1] / 2)
        open_arrow(ax, *start, (ends[0] * 72, ends[1] * 72), colour)
        dot(ax, *start, replace(sample, high=None), colour, 4.5)

    def former(ax: Axes, x: float, y: float) -> None:
        ax.plot([x], [y], marker="D", markersize=5, markerfacecolor=style.PAPER, markeredgecolor=style.FAINT)

    def chance(ax: Axes, x: float, y: float) -> None:
        ends = ([x - 0.1, x + 0.1], [y, y]) if sideways else ([x, x], [y - 0.08, y + 0.08])
        ax.plot(*ends, color=colour, lw=0.8, alpha=0.8, marker="|" if sideways else "_", markersize=5)

    known: list[tuple[str, str, Glyph]] = [
        ("ranged", "between two bounds: dot lowest, tick highest", barred),
        ("unbounded", "at least this many, no upper limit known", open_ended),
        ("partial", "partial total: too few places reported", dotted(partial=True)),
        ("secondary", "read at least partly elsewhere than at the publisher", dotted(secondary=True)),
        ("unstable", "unstable: fewer than 20 events", dotted(unstable=True)),
        ("restated", "value before it was restated", former),
        ("incomplete", "year likely incomplete", lambda ax, x, y: stripe(ax, x, 0.24, 0.15, y)),
    ]
    # Only along years has a likely incomplete one a ground of its own; elsewhere the caveat names it.
    drawn = [one for one in known if one[0] != "incomplete" or not sideways]
    found = [Key(text, glyph) for name, text, glyph in drawn if any(getattr(point, name) for point in stated)]
    if any(point.chance_low is not None and point.chance_high is not None for point in stated):
        found.append(Key("95% chance limits", chance))
    plain = any(not (p.ranged or p.unbounded or p.partial or p.secondary or p.unstable) for p in stated)
    return [Key("as stated", dotted()), *found] if found and plain else found
