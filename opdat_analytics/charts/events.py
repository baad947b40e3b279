"""Events on an axis of time: a thin dashed line at each, its text above the plot, in the lowest row that is free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from opdat_analytics.charts import layout, style

Events = Sequence[tuple[int, str]]
DASHES = (0, (3, 2))


@dataclass(frozen=True)
class Placed:
    """One event: its year, its text, the left edge of the text in inches and the row above the plot."""

    year: int
    text: str
    left: float
    row: int


def place(events: Events, years: Sequence[int], at: Callable[[int], float], room: float) -> list[Placed]:
    """Set the texts of events apart.

    Parameters
    ----------
    events
        (year, text); those outside the years shown are passed over.
    years
        The years shown.
    at
        Where a year stands, in inches from the left of the room for the plot.
    room
        Width of that room, in inches.

    Notes
    -----
    Later years come first, so that an earlier one, which has to rise higher, passes to the left of their text.
    """
    taken: list[float] = []
    found = []
    for year, text in sorted(events, reverse=True):
        if not years[0] <= year <= years[-1]:
            continue
        short = layout.wrap(f"{year}: {text}", room * 0.6, style.NOTE, most=1)[0]
        width = layout.text_width(short, style.NOTE)
        left = min(at(year) - 0.04, room - width)
        row = next((r for r, start in enumerate(taken) if left + width < start), len(taken))
        taken[row : row + 1] = [left - 0.15]
        found.append(Placed(year, short, left, row))
    return found


def lift(placed: Sequence[Placed]) -> float:
    """Height that the texts need above the plot, in inches."""
    return (max((one.row for one in placed), default=-1) + 1) * layout.line_height(style.NOTE)


def draw(
    page: layout.Page, placed: Sequence[Placed], at: Callable[[int], float], floor: float, top: float,
) -> None:  # fmt: skip
    """Draw the lines from ``floor`` up through ``top`` to their texts; both in inches of the sheet."""
    for one in placed:
        y = top + (one.row + 0.35) * layout.line_height(style.NOTE)
        x = page.left + at(one.year)
        page.sheet.plot([x, x], [floor, y - 0.05], color=style.FAINT, lw=0.8, ls=DASHES, zorder=1)
        page.sheet.text(page.left + one.left, y, one.text, size=style.NOTE, color=style.GREY, va="baseline",
                        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6})  # fmt: skip


def faint(ax: Axes, events: Events, offset: float = 0.0) -> None:
    """The lines only, in a small panel; the caveat names them."""
    for year, _ in events:
        ax.axvline(year + offset, color=style.FAINT, lw=0.6, ls=DASHES, zorder=1)


def said(events: Events) -> list[str]:
    """A caveat that names the events, for charts that have no room for their texts."""
    return [f"Dashed lines: {'; '.join(f'{year}, {text}' for year, text in sorted(events))}."] if events else []


def data(events: Events) -> dict[str, str]:
    """Events as an Exhibit keeps them; the texts of one year are joined."""
    kept: dict[str, str] = {}
    for year, text in sorted(events):
        kept[str(year)] = f"{kept[str(year)]}; {text}" if str(year) in kept else text
    return kept
