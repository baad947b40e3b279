"""Small panels of lines over years: one for each group, all on one common scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from opdat_analytics.charts import events, layout, lines, style, words
from opdat_analytics.charts.lines import Run

PANEL_ARROW = 0.12
GAP = 0.22
"""Between two panels, in inches."""


def draw(
    told: layout.Texts, key: Sequence[layout.Key], runs: Mapping[str, Run], every: Run, shades: Mapping[str, str],
    annotations: events.Events, unit: str | None, labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    """Draw a panel for each group, in rows of at most five, with the last figure of each above it."""
    across = min(len(runs), 3 if len(runs) <= 9 else 4 if len(runs) <= 16 else 5)
    down = ceil(len(runs) / across)
    room = layout.WIDTH - 2 * layout.MARGIN
    high, size = (1.0, 2.6) if down > 2 else (1.45, 3.4)
    top, scale = lines.scale(every, high, 3, PANEL_ARROW)
    left = max(layout.text_width(words.number(t, unit), style.SMALL) for t in scale) + 0.1
    width = (room - left - GAP * (across - 1)) / across
    titles = {g: layout.wrap(words.label(g, labels), width, style.NOTE, "bold", 2) for g in runs}
    head = (max(map(len, titles.values())) + 1) * layout.line_height(style.NOTE) + 0.06
    cell = head + high + 0.32
    page = layout.page(told, key, cell * down - 0.1)
    years = lines.years_of(every)
    for place, (group, run) in enumerate(runs.items()):
        row, column = divmod(place, across)
        x, y = left + column * (width + GAP), page.height - (row + 1) * cell + 0.32
        ax = page.axes(x, y, width, high)
        lines.frame(ax, years, top, scale, unit, max(1, len(years) - 1), style.SMALL)
        ax.tick_params(labelleft=column == 0)
        lines.incomplete(ax, run)
        lines.breaks(ax, run)
        lines.line(ax, run, shades[group], 0.0, size, PANEL_ARROW)
        lines.gaps(ax, run, style.GREY)
        events.faint(ax, annotations)
        stated = [p for p in run if p.stated]
        ending = f"{words.figure(stated[-1], unit)} in {stated[-1].along}" if stated else "no number stated"
        told_lines = [*titles[group], ending]
        start = page.bottom + y + high + 0.06 + len(told_lines) * layout.line_height(style.NOTE)
        for n, text in enumerate(told_lines):
            page.sheet.text(page.left + x, start - (n + 0.76) * layout.line_height(style.NOTE), text, size=style.NOTE,
                            weight="bold" if n < len(told_lines) - 1 else "normal",
                            color=style.INK if n < len(told_lines) - 1 else style.GREY)  # fmt: skip
    return page
