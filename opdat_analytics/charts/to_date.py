"""Running totals as they were stated: one mark for each statement at its date, open above where it says “over”."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence

import matplotlib
import pandas as pd
from matplotlib.axes import Axes

from opdat_analytics.charts import alt, events, exhibit, layout, marks, style, words
from opdat_analytics.charts.frame import Point, blank, points, required, unmixed
from opdat_analytics.model import Exhibit, OpdatError

PANEL = 1.5
"""Height of a panel, in inches."""
RUNNING = (
    "Totals to date: each contains the ones before, so they are never added; the difference of two lower bounds "
    "is not what was added between them."
)
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def to_date(
    frame: pd.DataFrame,
    *,
    by: str = "measure",
    title: str | None = None,
    name: str | None = None,
    publication: str | None = None,
    annotations: Sequence[tuple[int, str]] = (),
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Statements of totals to date, one panel for each group, each with a scale of its own.

    Parameters
    ----------
    frame
        ``by``, ``as_of`` (ISO 8601, reduced precision allowed), ``low``, ``high``; several statements may share a
        date. A date that names only a month or a year is drawn over all of it.
    annotations
        Events as (year, text), drawn as thin lines at the start of the year.
    by, title, name, publication, sources, labels
        As for ``trend``.

    Returns
    -------
    Exhibit

    Raises
    ------
    OpdatError
        If columns or rows are missing, no statement has a date, or the title claims more than the data.
    MixtureRefused
        If the rows of one group mix units, offences or the like.
    """
    if by in frame.columns:
        for _, group in frame.groupby(by, dropna=False):
            unmixed(group, (by, "as_of"), ("low", "high"))
    rows = required(frame, (by, "as_of"), ("low", "high"))
    dated = rows[[not blank(value) for value in rows["as_of"]]].reset_index(drop=True)
    if dated.empty:
        raise OpdatError("No statement says what date it speaks of (as_of), so none can stand on a line of time.")
    every = points(dated, by, "as_of")
    groups = sorted({p.group for p in every}, key=lambda group: words.label(group, labels))
    unit = words.unit(dated)
    said = words.own_title(title, ()) if title else f"{words.measures(dated, labels)}: totals to date as stated"
    dates = [str(p.along) for p in every]
    span = " to ".join(sorted({min(dates), max(dates)}))
    subtitle = words.subtitle(dated.drop(columns="year", errors="ignore"), (f"stated for {span}",), labels)
    undated = len(rows) - len(dated)
    last = (
        [f"{undated} {'statement names' if undated == 1 else 'statements name'} no date; not drawn."] if undated else []
    )
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts("to_date", dated, every, said, subtitle, publication, sources, (RUNNING,), last)
        page = _draw(told, {g: [p for p in every if p.group == g] for g in groups},
                     style.colours(by, groups), every, annotations, unit, labels)  # fmt: skip
    spoken = alt.describe("Dated marks", subtitle, every, unit, labels, words.groups_word(by, rows))
    return exhibit.exhibit("to_date", name, page.figure, dated, told, spoken, by, events.data(annotations))


def extent(as_of: str) -> tuple[float, float]:
    """First and last moment of an ISO 8601 date of any precision, in months since the year 0.

    Raises
    ------
    OpdatError
        If the text is not such a date.
    """
    match = _DATE.fullmatch(as_of[:10])
    if match is None or not 1 <= int(match[2] or 1) <= 12:
        raise OpdatError(f"“{as_of}” is not a date like 2024, 2024-06 or 2024-06-24.")
    year = 12.0 * int(match[1])
    if match[2] is None:
        return year, year + 12
    month = year + int(match[2]) - 1
    if match[3] is None:
        return month, month + 1
    day = month + (int(match[3]) - 0.5) / 31
    return day, day


def _draw(
    told: layout.Texts, runs: Mapping[str, Sequence[Point]], shades: Mapping[str, str], every: Sequence[Point],
    annotations: events.Events, unit: str | None, labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    head = layout.line_height(style.BODY) + 0.06
    extents = [extent(str(p.along)) for p in every]
    first, last = min(e[0] for e in extents), max(e[1] for e in extents)
    pad = max((last - first) * 0.06, 1.0)
    numbers = [words.number(p.low if p.high is None else p.high, unit) for p in every if p.low is not None]
    left = max((layout.text_width(text, style.BODY) for text in numbers), default=0.2) + 0.15
    width = layout.WIDTH - 2 * layout.MARGIN - left

    def at(year: float) -> float:
        return left + (year * 12 - first + pad) / (last - first + 2 * pad) * width

    years = range(int((first - pad) // 12) + 1, int((last + pad) // 12) + 1)
    placed = events.place(annotations, years, at, layout.WIDTH - 2 * layout.MARGIN) if len(years) else []
    body = len(runs) * (PANEL + head + 0.15) + 0.2
    keys = [key for key in marks.keys(every, style.GREY) if "incomplete" not in key.text]
    if any(p.hidden for p in every):
        keys.append(layout.Key("hidden so that no person can be told", marks.hidden_key))
    page = layout.page(told, keys, body + events.lift(placed))
    events.draw(page, placed, at, page.bottom + 0.2, page.bottom + body)
    for place, (group, run) in enumerate(runs.items()):
        y = body - (place + 1) * (PANEL + head + 0.15) + 0.15
        ax = page.axes(left, y, width, PANEL)
        ends = [e for p in run for e in (p.low, p.high, p.old_low, p.old_high, p.chance_high) if e is not None]
        most = max(ends, default=0.0) or 1.0
        ax.set_xlim(first - pad, last + pad)
        ax.set_ylim(0, most * PANEL / (PANEL - 0.5))
        scale = layout.ticks(ax.get_ylim()[1], 3, [p.low for p in run if p.low is not None])
        ax.set_yticks(scale, [words.number(value, unit) for value in scale])
        date_axes(ax, first - pad, last + pad, place == len(runs) - 1, width)
        _statements(page, ax, run, shades[group], unit)
        heading = layout.wrap(words.label(group, labels), width, style.BODY, "bold", 1)[0]
        ground = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6}
        page.sheet.text(page.left + left, page.bottom + y + PANEL + 0.07, heading, size=style.BODY, weight="bold",
                        color=style.readable(shades[group]), bbox=ground)  # fmt: skip
    return page


def date_axes(ax: Axes, first: float, last: float, labelled: bool, width: float) -> None:
    """Ticks at round months or years of an axis in months since the year 0, ``width`` inches wide."""
    most = max(2, int(width / 0.95))
    step = next((s for s in _STEPS if (last - first) / s <= most), _STEPS[-1])
    # A label at the very left would touch the foot of the other scale.
    least = first + 0.38 / width * (last - first)
    ticks = [m for m in range(int(first), int(last) + 1) if m % step == 0 and least <= m <= last]
    short = [str(m // 12) if step >= 12 else f"{calendar.month_abbr[m % 12 + 1]} {m // 12}" for m in ticks]
    ax.set_xticks(ticks, short if labelled else [""] * len(ticks))
    ax.grid(axis="y", color=style.RULE, lw=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0, labelsize=style.BODY)
    ax.tick_params(axis="x", length=3, labelsize=style.BODY)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)


def _statements(page: layout.Page, ax: Axes, run: Sequence[Point], colour: str, unit: str | None) -> None:
    """Marks, and their numbers where they touch no mark and no number; what has no room stands in the table."""
    to_inches = page.figure.dpi_scale_trans.inverted()
    floor = to_inches.transform((0, ax.bbox.y0))[1]
    shown = [p for p in sorted(run, key=lambda p: (extent(str(p.along))[1], p.low or 0.0)) if p.low is not None]
    for point in run:
        if point.hidden:
            marks.hidden(ax, sum(extent(str(point.along))) / 2, ax.get_ylim()[1] * 0.08, colour)
    middles = [sum(extent(str(p.along))) / 2 for p in shown]
    lows: list[float] = [p.low for p in shown if p.low is not None]
    spots = [to_inches.transform(ax.transData.transform((x, low))) for x, low in zip(middles, lows, strict=True)]
    taken = [_box(x, y + 0.1, 0.07, 0.16) for x, y in spots]
    for point, low, middle, (x, y) in zip(shown, lows, middles, spots, strict=True):
        start, end = extent(str(point.along))
        if end > start:
            ax.plot([start, end], [low, low], color=colour, lw=3.5, alpha=0.3, solid_capstyle="butt")
        marks.upright(ax, middle, point, colour)
        text = words.figure(point, unit)
        half = layout.text_width(text, style.NOTE) / 2
        for at in (y - 0.15, y + (0.33 if point.unbounded else 0.17), y - 0.3):
            box = _box(x, at, half, 0.06)
            if at - 0.06 > floor and not any(_touch(box, other) for other in taken):
                page.sheet.text(x, at - 0.045, text, size=style.NOTE, ha="center", color=style.readable(colour))
                taken.append(box)
                break


def _box(x: float, y: float, half_width: float, half_height: float) -> tuple[float, float, float, float]:
    return x - half_width, x + half_width, y - half_height, y + half_height


def _touch(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> bool:
    return one[0] < two[1] and two[0] < one[1] and one[2] < two[3] and two[2] < one[3]
