"""Figures over years: one line for each group, its bounds, its gaps, its name at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil

import matplotlib
import pandas as pd
from matplotlib.axes import Axes

from opdat_analytics.charts import alt, exhibit, layout, marks, style, words
from opdat_analytics.charts.frame import Point, checked, points, unique
from opdat_analytics.model import Exhibit, OpdatError

MOST_LINES = 8
"""With more groups than this each gets a panel of its own."""

Run = Sequence[Point]
STAGES_CAVEAT = (
    "Stages of one year are different people: a conviction often ends a case begun years before. "
    "Convictions over prosecutions is a ratio, not a conviction rate."
)


def trend(
    frame: pd.DataFrame,
    *,
    by: str,
    title: str | None = None,
    name: str | None = None,
    publication: str | None = None,
    annotations: Sequence[tuple[int, str]] = (),
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Lines over years; from nine groups on, one panel for each group on one common scale.

    The line runs through the lower bounds; shade and bars reach up to the upper bounds. A year without a number
    is a gap: no line crosses it.

    Parameters
    ----------
    frame
        Result of a metric: ``by``, ``year``, ``low``, ``high`` and the columns that name what was asked.
    by
        Column that tells the lines apart: ``region``, ``place``, ``measure`` …
    title
        The message; refused where the data do not bear it. By default a statement that is true.
    name
        Stem of exported files.
    publication
        Which publication the rows are of, where the frame has no such column.
    annotations
        Events as (year, text), drawn as thin lines with their text above the plot.
    sources, labels
        Display names of sources, and of groups, by id or code.

    Returns
    -------
    Exhibit

    Raises
    ------
    OpdatError
        If columns or rows are missing, or the title claims more than the data.
    MixtureRefused
        If the rows mix units, offences, editions or anything else that does not share an axis.
    """
    return _lines("trend", frame, by, title, name, publication, annotations, sources, labels, ())


def stages(
    frame: pd.DataFrame,
    *,
    title: str | None = None,
    name: str | None = None,
    publication: str | None = None,
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Stages of the criminal process over years, one line per measure, never added or read as one cohort.

    Takes what ``trend`` takes, grouped by measure.
    """
    return _lines("stages", frame, "measure", title, name, publication, (), sources, labels, (STAGES_CAVEAT,))


def _lines(
    kind: str, frame: pd.DataFrame, by: str, title: str | None, name: str | None, publication: str | None,
    annotations: Sequence[tuple[int, str]], sources: Mapping[str, str] | None, labels: Mapping[str, str] | None,
    extra: Sequence[str],
) -> Exhibit:  # fmt: skip
    whole = checked(frame, (by, "year"))
    rows = whole[whole["year"].notna()].reset_index(drop=True)
    if rows.empty:
        raise OpdatError("No row has a year, so none can stand on a line of years. Use ranked, or to_date for dates.")
    every = points(rows, by, "year")
    groups = sorted({p.group for p in every}, key=lambda group: words.label(group, labels))
    runs = {group: [p for p in every if p.group == group] for group in groups}
    unit = words.unit(rows)
    word = words.groups_word(by, rows)
    stated = {group: [p for p in run if p.stated] for group, run in runs.items()}
    said = (
        words.own_title(title, stated.values())
        if title
        else words.message(runs, words.measures(rows, labels), word, unit, labels)
    )
    silent = [words.label(group, labels) for group, run in stated.items() if not run]
    last = [f"No number in any year: {style.joined(silent, 30)}."] if silent and len(silent) < len(runs) else []
    if len(rows) < len(whole):
        last.append(f"{len(whole) - len(rows)} of {len(whole)} rows have no year and are not drawn.")
    panels = len(runs) > MOST_LINES
    if panels and annotations:
        extra = [*extra, f"Dashed lines: {'; '.join(f'{year}, {text}' for year, text in sorted(annotations))}."]
    subtitle = words.subtitle(rows, (f"by {word}",) if by != "measure" else (), labels)
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts(kind, rows, every, said, subtitle, publication, sources, extra, last)
        shades = style.colours(by, list(runs))
        if panels:
            colour = style.measure_colour(next(iter(unique(rows, "measure")), ""))
            shades = {group: style.FIXED.get(by, {}).get(style.slug(group), colour) for group in runs}
        drawn = {group: run for group, run in runs.items() if stated[group]}
        key = marks.keys(every, style.GREY)
        page = (_panels if panels else _single)(
            told, key, runs if panels else drawn, every, shades, annotations, unit, labels
        )
    spoken = alt.describe("Small line charts" if panels else "Line chart", subtitle, every, unit, labels, word)
    return exhibit.exhibit(kind, name, page.figure, rows, told, spoken, by, {str(y): text for y, text in annotations})


def _single(
    told: layout.Texts, key: Sequence[layout.Key], runs: Mapping[str, Run], every: Run, shades: Mapping[str, str],
    annotations: Sequence[tuple[int, str]], unit: str | None, labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    ends = {group: [p for p in run if p.stated][-1] for group, run in runs.items()}
    final = max((point.along for point in every), default=0)
    tags: dict[str, list[str]] = {}
    for group, end in ends.items():
        when = "" if end.along == final else f" ({end.along})"
        tags[group] = [
            *layout.wrap(words.label(group, labels), 2.1, style.BODY, "bold", 3),
            f"{words.figure(end, unit)}{when}",
        ]
    widest = max((layout.text_width(t, style.BODY, "bold") for tag in tags.values() for t in tag), default=0.0)
    heights = {group: len(tag) * layout.line_height(style.BODY) + 0.05 for group, tag in tags.items()}
    body = max(3.9, sum(heights.values()) + 0.6)

    room = layout.WIDTH - 2 * layout.MARGIN
    top, scale = _scale(every, body - 0.3)
    left = max(layout.text_width(words.number(t, unit), style.BODY) for t in scale) + 0.12
    width = room - left - widest - 0.45
    years = _years(every)
    step = width / len(years)
    rows = _place_notes(annotations, years, left, step, room)
    lift = (max((row for _, _, _, row in rows), default=-1) + 1) * layout.line_height(style.NOTE)
    page = layout.page(told, key, body + lift)
    ax = page.axes(left, 0.3, width, body - 0.3)
    _frame(ax, years, top, scale, unit, max(1, ceil(0.42 / step)))
    _incomplete(ax, every)
    shifts = _shifts(runs, step)
    for group, run in runs.items():
        _run(ax, run, shades[group], shifts[group])
    base, per = page.bottom + 0.3, (body - 0.3) / top
    wanted = [base + (end.low or 0) * per for end in ends.values()]
    placed = layout.spread(wanted, list(heights.values()), page.bottom, page.bottom + body)
    edge = page.left + left + width
    for (group, end), want, y in zip(ends.items(), wanted, placed, strict=True):
        at = page.left + left + (end.along + shifts[group] - years[0] + 0.5) * step
        page.sheet.plot([at + 0.07, edge, edge + 0.24], [want, want if end.along == final else y, y],
                        color=style.tint(shades[group], 0.6), lw=0.8, ls="-" if end.along == final else (0, (1, 2)),
                        solid_capstyle="butt")  # fmt: skip
        _tag(page, tags[group], edge + 0.3, y, style.readable(shades[group]))
    for year, text, x, row in rows:
        y = page.bottom + body + (row + 0.35) * layout.line_height(style.NOTE)
        at = page.left + left + (year - years[0] + 0.5) * step
        ax.axvline(year, color=style.FAINT, lw=0.8, ls=(0, (3, 2)), zorder=1)
        page.sheet.plot([at, at], [page.bottom + body, y - 0.05], color=style.FAINT, lw=0.8, ls=(0, (3, 2)), zorder=1)
        page.sheet.text(page.left + x, y, text, size=style.NOTE, color=style.GREY, va="baseline",
                        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6})  # fmt: skip
    if not runs:
        ax.text(0.5, 0.5, "No number is stated", transform=ax.transAxes, ha="center", va="center", color=style.GREY)
    return page


def _tag(page: layout.Page, lines: Sequence[str], x: float, y: float, colour: str) -> None:
    line = layout.line_height(style.BODY)
    start = y + len(lines) * line / 2
    for place, text in enumerate(lines):
        weight = "bold" if place < len(lines) - 1 else "normal"
        page.sheet.text(x, start - (place + 0.76) * line, text, size=style.BODY, color=colour, weight=weight)


def _place_notes(
    annotations: Sequence[tuple[int, str]], years: Sequence[int], left: float, step: float, room: float
) -> list[tuple[int, str, float, int]]:
    """Year, text, left edge and row of each annotation, in the lowest row where it touches no other.

    Later years come first, so that an earlier one, which has to rise higher, passes to the left of their text.
    """
    taken: list[float] = []
    found = []
    for year, text in sorted(annotations, reverse=True):
        if not years[0] <= year <= years[-1]:
            continue
        short = layout.wrap(f"{year}: {text}", room * 0.6, style.NOTE, most=1)[0]
        width = layout.text_width(short, style.NOTE)
        x = min(left + (year - years[0] + 0.5) * step - 0.04, room - width)
        row = next((r for r, start in enumerate(taken) if x + width < start), len(taken))
        taken[row : row + 1] = [x - 0.15]
        found.append((year, short, x, row))
    return found


def _panels(
    told: layout.Texts, key: Sequence[layout.Key], runs: Mapping[str, Run], every: Run, shades: Mapping[str, str],
    annotations: Sequence[tuple[int, str]], unit: str | None, labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    panel_arrow = 0.12
    across = 3 if len(runs) <= 9 else 4 if len(runs) <= 16 else 5
    down = ceil(len(runs) / across)
    room = layout.WIDTH - 2 * layout.MARGIN
    high = 1.0
    top, scale = _scale(every, high, 3, panel_arrow)
    left = max(layout.text_width(words.number(t, unit), style.SMALL) for t in scale) + 0.1
    gap = 0.22
    width = (room - left - gap * (across - 1)) / across
    titles = {g: layout.wrap(words.label(g, labels), width, style.NOTE, "bold", 2) for g in runs}
    head = (max(map(len, titles.values())) + 1) * layout.line_height(style.NOTE) + 0.06
    cell = head + high + 0.32
    page = layout.page(told, key, cell * down - 0.1)
    years = _years(every)
    for place, (group, run) in enumerate(runs.items()):
        row, column = divmod(place, across)
        x, y = left + column * (width + gap), page.height - (row + 1) * cell + 0.32 - 0.1 + 0.1
        ax = page.axes(x, y, width, high)
        _frame(ax, years, top, scale, unit, max(1, len(years) - 1), style.SMALL)
        ax.tick_params(labelleft=column == 0)
        _incomplete(ax, run)
        _run(ax, run, shades[group], 0.0, 2.6, panel_arrow)
        for year, _ in annotations:
            ax.axvline(year, color=style.FAINT, lw=0.6, ls=(0, (3, 2)), zorder=1)
        stated = [p for p in run if p.stated]
        ending = f"{words.figure(stated[-1], unit)} in {stated[-1].along}" if stated else "no number stated"
        lines = [*titles[group], ending]
        start = page.bottom + y + high + 0.06 + len(lines) * layout.line_height(style.NOTE)
        for n, text in enumerate(lines):
            page.sheet.text(page.left + x, start - (n + 0.76) * layout.line_height(style.NOTE), text, size=style.NOTE,
                            weight="bold" if n < len(lines) - 1 else "normal",
                            color=style.INK if n < len(lines) - 1 else style.GREY)  # fmt: skip
    return page


def _years(every: Run) -> list[int]:
    known = [point.along for point in every if point.along is not None]
    return list(range(min(known), max(known) + 1)) if known else [0]


def _scale(every: Run, height: float, steps: int = 5, arrow: float = marks.ARROW) -> tuple[float, list[float]]:
    """Top of a scale from zero that leaves room for an arrow at its highest lower bound, and its ticks."""
    ends = [p.low + 0.0 if p.high is None else p.high for p in every if p.low is not None]
    ends += [p.old_low for p in every if p.old_low is not None]
    most = max(ends, default=0.0) or 1.0
    open_most = max((p.low for p in every if p.low is not None and p.unbounded), default=0.0)
    top = max(most * 1.06, open_most * height / max(height - arrow - 0.1, height / 2))
    return top, layout.ticks(top, steps, ends)


def _frame(
    ax: Axes, years: Sequence[int], top: float, scale: Sequence[float], unit: str | None, every: int,
    size: float = style.BODY,
) -> None:  # fmt: skip
    ax.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    ax.set_ylim(0, top)
    ticks = list(range(years[-1], years[0] - 1, -every))[::-1]
    ax.set_xticks(ticks, [str(year) for year in ticks])
    ax.set_yticks(list(scale), [words.number(value, unit) for value in scale])
    ax.grid(axis="y", color=style.RULE, lw=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0, labelsize=size)
    ax.tick_params(axis="x", length=3, labelsize=size)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)


def _incomplete(ax: Axes, run: Run) -> None:
    for year in sorted({point.along for point in run if point.incomplete and point.stated}):
        marks.stripe(ax, year, 1.0)


def _shifts(runs: Mapping[str, Run], step: float) -> dict[str, float]:
    """How far each group stands aside of its year, so that bounds that overlap can all be seen."""
    widest = max(map(len, runs.values()), default=0)
    aside = min(0.11, 0.5 / max(len(runs), 1), 0.1 / step) if widest and _crowded(runs) else 0.0
    middle = (len(runs) - 1) / 2
    return {group: (place - middle) * aside for place, group in enumerate(runs)}


def _crowded(runs: Mapping[str, Run]) -> bool:
    by_year: dict[int, list[tuple[float, float]]] = {}
    for run in runs.values():
        for point in run:
            if point.low is not None:
                high = float("inf") if point.high is None else point.high
                by_year.setdefault(point.along, []).append((point.low, high))
    return any(before[1] >= after[0] for spans in by_year.values() for before, after in pairwise(sorted(spans)))


def _run(ax: Axes, run: Run, colour: str, shift: float = 0.0, size: float = 5.0, arrow: float = marks.ARROW) -> None:
    """Segments between neighbouring years that both have a number; the shade where both have an upper bound."""
    for one, two in pairwise(run):
        if one.low is None or two.low is None or two.along - one.along != 1:
            continue
        across = [one.along + shift, two.along + shift]
        dashes = (0, (3, 2)) if two.incomplete or one.incomplete else "-"
        ax.plot(across, [one.low, two.low], color=colour, lw=size * 0.32, ls=dashes, zorder=2)
        if one.high is not None and two.high is not None and (one.ranged or two.ranged):
            ax.fill_between(across, [one.low, two.low], [one.high, two.high], color=colour, alpha=0.16, lw=0, zorder=1)
    for point in run:
        if point.stated:
            marks.upright(ax, point.along + shift, point, colour, size, arrow)
