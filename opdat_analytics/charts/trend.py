"""Figures over years: one line for each group, its bounds, its gaps, its name at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil

import matplotlib
import pandas as pd

from opdat_analytics.charts import alt, events, exhibit, layout, lines, marks, panels, style, words
from opdat_analytics.charts.frame import checked, points, unique
from opdat_analytics.charts.lines import Run
from opdat_analytics.model import Exhibit, OpdatError

MOST_LINES = 8
"""With more groups than this each gets a panel of its own."""

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
    annotations: Sequence[tuple[int, str]] = (),
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Stages of the criminal process over years, one line per measure, never added or read as one cohort.

    Takes what ``trend`` takes, grouped by measure.
    """
    extra = (STAGES_CAVEAT,)
    return _lines("stages", frame, "measure", title, name, publication, annotations, sources, labels, extra)


def small_multiples(
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
    """One small panel for each region or country, all on one common scale, each with its bounds.

    Takes what ``trend`` takes; events are drawn as lines in every panel and named in a caveat.
    """
    return _lines("small_multiples", frame, by, title, name, publication, annotations, sources, labels, ())


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
        else words.message(runs, words.measures(rows, labels), word, unit, labels, words.whose(rows, by, labels))
    )
    silent = [words.label(group, labels) for group, run in stated.items() if not run]
    last = [f"No number in any year: {style.joined(silent, 30)}."] if silent and len(silent) < len(runs) else []
    if len(rows) < len(whole):
        last.append(f"{len(whole) - len(rows)} of {len(whole)} rows have no year and are not drawn.")
    many = kind == "small_multiples" or len(runs) > MOST_LINES
    extra = [*extra, *(events.said(annotations) if many else [])]
    subtitle = words.subtitle(rows, (f"by {word}",) if by != "measure" else (), labels)
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts(kind, rows, every, said, subtitle, publication, sources, extra, last)
        shades = style.colours(by, list(runs))
        if many:
            colour = style.measure_colour(next(iter(unique(rows, "measure")), ""))
            shades = {group: style.FIXED.get(by, {}).get(style.slug(group), colour) for group in runs}
        drawn = {group: run for group, run in runs.items() if stated[group]}
        key = [*marks.keys(every, style.GREY), *marks.time_keys(every)]
        page = (panels.draw if many else _single)(
            told, key, runs if many else drawn, every, shades, annotations, unit, labels
        )
    spoken = alt.describe("Small line charts" if many else "Line chart", subtitle, every, unit, labels, word)
    return exhibit.exhibit(kind, name, page.figure, rows, told, spoken, by, events.data(annotations))


def _single(
    told: layout.Texts, key: Sequence[layout.Key], runs: Mapping[str, Run], every: Run, shades: Mapping[str, str],
    annotations: events.Events, unit: str | None, labels: Mapping[str, str] | None,
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
    top, scale = lines.scale(every, body - 0.3)
    left = max(layout.text_width(words.number(t, unit), style.BODY) for t in scale) + 0.12
    width = room - left - widest - 0.45
    years = lines.years_of(every)
    step = width / len(years)

    def at(year: float) -> float:
        return left + (year - years[0] + 0.5) * step

    placed_events = events.place(annotations, years, at, room)
    page = layout.page(told, key, body + events.lift(placed_events))
    ax = page.axes(left, 0.3, width, body - 0.3)
    lines.frame(ax, years, top, scale, unit, max(1, ceil(0.42 / step)))
    lines.incomplete(ax, every)
    lines.breaks(ax, every)
    shifts = _shifts(runs, step)
    gappy = [group for group, run in runs.items() if not all(p.stated for p in run)]
    for group, run in runs.items():
        lines.line(ax, run, shades[group], shifts[group])
        if group in gappy:
            lines.gaps(ax, run, shades[group], gappy.index(group), shifts[group])
    base, per = page.bottom + 0.3, (body - 0.3) / top
    wanted = [base + (end.low or 0) * per for end in ends.values()]
    placed = layout.spread(wanted, list(heights.values()), page.bottom, page.bottom + body)
    edge = page.left + left + width
    for (group, end), want, y in zip(ends.items(), wanted, placed, strict=True):
        start = page.left + at(end.along + shifts[group])
        page.sheet.plot([start + 0.07, edge, edge + 0.24], [want, want if end.along == final else y, y],
                        color=style.tint(shades[group], 0.6), lw=0.8, ls="-" if end.along == final else (0, (1, 2)),
                        solid_capstyle="butt")  # fmt: skip
        _tag(page, tags[group], edge + 0.3, y, style.readable(shades[group]))
    events.draw(page, placed_events, at, page.bottom + 0.3, page.bottom + body)
    if not runs:
        ax.text(0.5, 0.5, "No number is stated", transform=ax.transAxes, ha="center", va="center", color=style.GREY)
    return page


def _tag(page: layout.Page, lines: Sequence[str], x: float, y: float, colour: str) -> None:
    line = layout.line_height(style.BODY)
    start = y + len(lines) * line / 2
    for place, text in enumerate(lines):
        weight = "bold" if place < len(lines) - 1 else "normal"
        page.sheet.text(x, start - (place + 0.76) * line, text, size=style.BODY, color=colour, weight=weight)


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
