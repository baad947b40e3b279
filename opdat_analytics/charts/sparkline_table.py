"""A table with small lines: for each group its course, its latest figure with bounds, and who reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib
import pandas as pd

from opdat_analytics.charts import alt, events, exhibit, layout, lines, marks, rows, style, words
from opdat_analytics.charts.frame import HIDDEN, Point, checked, points, unique
from opdat_analytics.model import Exhibit, OpdatError

TALL = 0.46
SPARK_ARROW = 0.07
OWN_SCALE = "Each small line has a scale of its own, from zero to its highest figure: do not compare heights."


def sparkline_table(
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
    """One row for each group: a small line over the years, first and latest figure with bounds, coverage.

    Parameters
    ----------
    frame
        Result of a metric: ``by``, ``year``, ``low``, ``high``; ``coverage``, ``n_reporting``, ``n_expected`` where
        the metric has them.
    by
        Column that tells the rows apart.
    annotations
        Events as (year, text), drawn as thin lines in every row and named in a caveat.
    title, name, publication, sources, labels
        As for ``trend``.

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
    table = checked(frame, (by, "year"))
    table = table[table["year"].notna()].reset_index(drop=True)
    if table.empty:
        raise OpdatError("No row has a year, so there is no line to draw. Use ranked.")
    every = points(table, by, "year")
    groups = sorted({p.group for p in every}, key=lambda group: words.label(group, labels))
    runs = {group: [p for p in every if p.group == group] for group in groups}
    unit, word = words.unit(table), words.groups_word(by, table)
    what = words.measures(table, labels)
    stated = [[p for p in run if p.stated] for run in runs.values()]
    said = (
        words.own_title(title, stated)
        if title
        else words.message(runs, what, word, unit, labels, words.whose(table, by, labels))
    )
    subtitle = words.subtitle(table, (f"by {word}",) if by != "measure" else (), labels)
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts("sparkline_table", table, every, said, subtitle, publication, sources,
                             (*events.said(annotations), OWN_SCALE))  # fmt: skip
        shade = style.measure_colour(next(iter(unique(table, "measure")), ""))
        shades = {group: style.FIXED.get(by, {}).get(style.slug(group), shade) for group in groups}
        page = _draw(told, runs, every, shades, unit, word, annotations, labels)
    spoken = alt.describe("Table with small lines", subtitle, every, unit, labels, word)
    return exhibit.exhibit("sparkline_table", name, page.figure, table, told, spoken, by, events.data(annotations))


def _coverage(point: Point | None) -> str:
    """Who reported, as ``9 of 10``; where the metric only has a share, the share."""
    if point is None:
        return "–"
    if point.n_expected is not None and point.n_reporting is not None:
        return f"{point.n_reporting} of {point.n_expected}"
    return "not stated" if point.coverage is None else f"{point.coverage:.0%}"


def _draw(
    told: layout.Texts, runs: Mapping[str, Sequence[Point]], every: Sequence[Point], shades: Mapping[str, str],
    unit: str | None, word: str, annotations: events.Events, labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    years = lines.years_of(every)
    shown = {group: [p for p in run if p.stated] for group, run in runs.items()}
    final = years[-1]
    none = {group: HIDDEN if any(p.hidden for p in run) else "no figure" for group, run in runs.items()}
    first = [f"{words.figure(run[0], unit)} ({run[0].along})" if run else none[g] for g, run in shown.items()]
    latest = [words.figure(run[-1], unit) if run else none[g] for g, run in shown.items()]
    when = [str(run[-1].along) if run else "–" for run in shown.values()]
    who = [_coverage(run[-1] if run else None) for run in shown.values()]
    columns = [("first", first), ("latest", latest), ("year", when)]
    # Where every row is of one place there is nobody else to report.
    if any(p.n_expected != 1 for p in every):
        columns.append(("reporting", who))
    widths = [max(layout.text_width(t, style.BODY, "bold") for t in (head, *texts)) + 0.2 for head, texts in columns]
    placed = rows.rows_of([words.label(group, labels) for group in runs], row=TALL + 0.12)
    room = layout.WIDTH - 2 * layout.MARGIN
    spark = max(min(room - placed.left - sum(widths) - 0.15, 4.2), 1.0)
    head = layout.line_height(style.BODY) + 0.12
    keys = [*marks.keys(every, style.GREY), *marks.time_keys(every)]
    page = layout.page(
        told,
        keys,
        placed.height + head,
        max(layout.WIDTH, placed.left + spark + sum(widths) + 0.05 + 2 * layout.MARGIN),
    )
    rows.name_rows(page, placed, page.bottom)
    top = page.bottom + placed.height
    start = page.left + placed.left
    rows.write(page, [word.capitalize()], start - 0.15, top + head / 2, style.GREY, "right")
    span = [str(years[0])] if len(years) == 1 else [str(years[0]), str(final)]
    ends = [start + spark / 2] if len(span) == 1 else [start, start + spark]
    for text, x, ha in zip(span, ends, ("center",) if len(span) == 1 else ("left", "right"), strict=True):
        rows.write(page, [text], x, top + head / 2, style.GREY, ha)
    edges = [start + spark + 0.05 + sum(widths[: n + 1]) for n in range(len(widths))]
    for (name, texts), edge in zip(columns, edges, strict=True):
        rows.write(page, [name], edge, top + head / 2, style.GREY, "right")
        for text, y in zip(texts, placed.centres, strict=True):
            strong = name == "latest" and text not in none.values()
            ink = style.INK if name == "latest" else style.GREY
            rows.write(page, [text], edge, page.bottom + y, ink, "right", weight="bold" if strong else "normal")
    page.sheet.plot([page.left, edges[-1]], [top, top], color=style.RULE, lw=0.8)
    for (group, run), y in zip(runs.items(), placed.centres, strict=True):
        _spark(page, run, years, shades[group], placed.left, y - TALL / 2, spark, annotations)
    return page


def _spark(
    page: layout.Page,
    run: Sequence[Point],
    years: Sequence[int],
    colour: str,
    x: float,
    y: float,
    width: float,
    annotations: events.Events,
) -> None:
    ax = page.axes(x, y, width, TALL)
    top, _ = lines.scale(run, TALL, 3, SPARK_ARROW)
    ax.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    ax.set_ylim(-top * 0.06, top)
    ax.axhline(0, color=style.RULE, lw=0.6, zorder=0)
    ax.set_axis_off()
    lines.incomplete(ax, run)
    lines.breaks(ax, run)
    lines.line(ax, run, colour, 0.0, 2.4, SPARK_ARROW)
    lines.gaps(ax, run, style.GREY)
    events.faint(ax, annotations)
