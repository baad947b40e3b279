"""A table that can be seen at once: groups by years (or others), each cell its figure and a shade of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from opdat_analytics.charts import alt, events, exhibit, layout, marks, style, words
from opdat_analytics.charts.classes import Scale, coverage_scale, named_for, scale_of
from opdat_analytics.charts.frame import HIDDEN, Point, checked, plain, points, unique
from opdat_analytics.model import Exhibit, OpdatError

WIDEST = 16.0
"""Widest page, in inches; beyond it the numbers of the cells become smaller, then are left out."""
SMALLEST_TYPE = 4.5
READABLE = 6.5
"""Size of the numbers, in points, for which a page with many columns is made wider than others."""
MANY_COLUMNS, FEW_ROWS = 12, 10
VALUES = ("low", "coverage")
MISSING: Mapping[str, Any] = {"facecolor": style.PAPER, "edgecolor": "#c9c9c9", "hatch": "////", "linewidth": 0}
"""The hatched ground of a cell without a figure."""


def grid(
    frame: pd.DataFrame,
    *,
    rows: str,
    columns: str = "year",
    value: str = "low",
    title: str | None = None,
    name: str | None = None,
    publication: str | None = None,
    annotations: Sequence[tuple[int, str]] = (),
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """A shaded table with its numbers in the cells; hatched where there is none.

    Parameters
    ----------
    frame
        Result of a metric with the columns ``rows``, ``columns`` and ``low``, ``high`` or ``coverage``.
    rows, columns
        Columns of the frame that become the sides of the table; years between the first and last are all shown.
    value
        ``low`` shades by the lower bound and prints both bounds; ``coverage`` shows the share of the expected
        places that reported.
    annotations
        Events as (year, text), above the columns, where these are years.
    title, name, publication, sources, labels
        As for ``trend``.

    Returns
    -------
    Exhibit
        Of the kind ``grid``, or ``coverage``.

    Raises
    ------
    OpdatError
        If columns or rows are missing, ``value`` is not known, or the title claims more than the data.
    MixtureRefused
        If two rows claim one cell, or the rows mix units, offences or the like.
    """
    if value not in VALUES:
        raise OpdatError(f"A grid cannot show “{value}”. Take one of: {', '.join(VALUES)}.")
    needs = ("low", "high") if value == "low" else ("coverage",)
    table = checked(frame, (rows, columns), needs)
    kind = "grid" if value == "low" else "coverage"
    every = points(table, rows, columns)
    unit = words.unit(table)
    across = _across(table[columns], columns)
    cells = {(p.group, p.along): p for p in every}
    down = sorted({p.group for p in every}, key=lambda group: words.label(group, labels))
    word, other = words.groups_word(rows, table), words.groups_word(columns, table)
    what = words.measures(table, labels)
    span = words.period(across if columns == "year" else table.get("year", []))
    if title:
        runs = [[p for p in every if p.group == group and p.stated] for group in down] if columns == "year" else []
        said = words.own_title(title, runs)
    elif value == "coverage":
        said = f"Who reported {what[:1].lower()}{what[1:]}: share of expected places by {word}, {span}".rstrip(", ")
    else:
        said = ", ".join(filter(None, [f"{what} by {word}" + ("" if columns == "year" else f" and {other}"), span]))
    extra = () if value == "low" else (
        "Expected are places that reported this series to this source in any year shown, unless a list was declared.",
    )  # fmt: skip
    subtitle = words.subtitle(table, (f"by {word}" if columns == "year" else f"by {word} and {other}",), labels)
    known = [_shade(p, value) for p in every]
    base = style.TEAL if value == "coverage" else style.measure_colour(next(iter(unique(table, "measure")), ""))
    with matplotlib.rc_context(style.RC):
        scale = (
            coverage_scale(base)
            if value == "coverage"
            else named_for(scale_of([v for v in known if v is not None], base, unit), every, unit)
        )
        texts = {place: _text(point, value, unit) for place, point in cells.items()}
        drawn = [] if value == "coverage" else every
        told = exhibit.texts(kind, table, drawn, said, subtitle, publication, sources, extra)
        page = _draw(told, down, across, cells, texts, scale, value, drawn,
                     annotations if columns == "year" else (), labels)  # fmt: skip
    silent = len(down) * len(across) - sum(v is not None for v in known)
    spoken = alt.describe(f"Shaded table of {len(down)} by {len(across)} cells", subtitle, every, unit, labels, word)
    if value == "coverage":
        stated = [v for v in known if v is not None]
        reach = f"from {min(stated):.0%} to {max(stated):.0%}" if stated else "nowhere known"
        spoken = (
            f"Shaded table of {len(down)} by {len(across)} cells: share of expected places that reported, {subtitle}. "
            f"It runs {reach}. {silent} cells have no share."
        )
    return exhibit.exhibit(kind, name, page.figure, table, told, spoken, rows, events.data(annotations))


def _across(column: pd.Series, name: str) -> list[Any]:
    found = sorted({plain(value) for value in column} - {None}, key=lambda v: (isinstance(v, str), v))
    if name == "year" and found:
        return list(range(found[0], found[-1] + 1))
    return found + ([None] if column.isna().any() else [])


def _shade(point: Point, value: str) -> float | None:
    return point.coverage if value == "coverage" else point.low


def _text(point: Point, value: str, unit: str | None) -> tuple[str, ...]:
    if value == "coverage":
        if point.coverage is None:
            return ()
        of = () if point.n_expected is None else (f"{point.n_reporting or 0}/{point.n_expected}",)
        return (f"{point.coverage:.0%}", *of)
    if point.low is None:
        return (HIDDEN,) if point.hidden else ()
    text = words.figure(point, unit)
    if not point.ranged or len(text) <= 5:
        return (text,)
    low, high = text.split("–")
    return (f"{low}–", high)


def _draw(
    told: layout.Texts, down: Sequence[str], across: Sequence[Any], cells: Mapping[tuple[str, Any], Point],
    texts: Mapping[tuple[str, Any], tuple[str, ...]], scale: Scale, value: str, marked: Sequence[Point],
    annotations: events.Events,     labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    size = style.SMALL + 0.5
    heads = [words.label("not stated" if place is None else str(place), labels) for place in across]
    years = all(isinstance(place, int) for place in across)
    narrow = len(across) > MANY_COLUMNS
    room, most = (1.4, 3) if narrow else (2.6, 2)
    names = [layout.wrap(words.label(group, labels), room, style.BODY, most=most) for group in down]
    left = max(layout.text_width(line, style.BODY) for lines in names for line in lines) + 0.12
    widest = max((layout.text_width(line, size) for text in texts.values() for line in text), default=0.0)
    longest = max(layout.text_width(w, style.NOTE) for head in heads for w in (head.split() if not years else [head]))
    cornered = value == "low" and any(p.stated and (p.partial or p.secondary) for p in marked)
    # Few rows leave room for the mark above the number; many have it beside the number.
    above = 0.1 if cornered and len(down) <= FEW_ROWS else 0.0
    corner = 0.08 if cornered and not above else 0.0
    least = widest * READABLE / size + 0.06 + corner if narrow else widest + 0.12 + corner
    want = max(least, min(longest, 1.3) + 0.08, 0.4)
    page_width = min(max(layout.WIDTH, left + want * len(across) + 2 * layout.MARGIN), WIDEST)
    step = min((page_width - 2 * layout.MARGIN - left) / len(across), max(want, 1.3))
    size = min(size, size * (step - 0.06 - corner) / widest) if widest else size
    wrapped = [layout.wrap(head, step - 0.06, style.NOTE, most=3) for head in heads]
    top = max(map(len, wrapped)) * layout.line_height(style.NOTE) + 0.08
    tall = max([len(text) for text in texts.values()] + [len(lines) for lines in names])
    row = (0.3 if tall < 2 else 0.4 if tall < 3 else 0.54) + above
    every = max(1, round(0.4 / step + 0.49)) if years else 1

    keys = [layout.Key(text, _swatch(shade)) for text, shade in zip(scale.names, scale.shades, strict=True)]
    if any(p.hidden for p in marked):
        keys.append(layout.Key("hidden so that no person can be told", marks.hidden_key))
    if len(texts) < len(down) * len(across) or not all(texts.values()):
        keys.append(layout.Key("no figure", _swatch(None)))
    keys += [k for k in marks.keys(marked, style.GREY) if any(name in k.text for name in ("partial", "elsewhere"))]
    late = {p.along for p in marked if p.incomplete and p.stated}
    if late:
        keys.append(layout.Key("year likely incomplete", lambda ax, x, y: marks.stripe(ax, x, 0.24, 0.15, y)))
    if size < SMALLEST_TYPE:
        keys.append(layout.Key("numbers do not fit here: see the table of this chart", lambda ax, x, y: None))

    def at(year: float) -> float:
        return left + step * (year - int(across[0]) + 0.5)

    placed = events.place(annotations, across, at, page_width - 2 * layout.MARGIN) if annotations else []
    page = layout.page(told, keys, top + row * len(down) + events.lift(placed), page_width)
    ceiling = page.bottom + row * len(down) + top
    events.draw(page, placed, at, ceiling - 0.02, ceiling)
    ax = page.axes(left, 0, step * len(across), row * len(down))
    matrix = np.full((len(down), len(across)), np.nan)
    for i, group in enumerate(down):
        for j, place in enumerate(across):
            point = cells.get((group, place))
            shade = None if point is None else _shade(point, value)
            if point is not None and point.hidden and value == "low":
                ax.add_patch(Rectangle((j + 0.04, i + 0.06), 0.92, 0.88, facecolor="none", edgecolor=style.FAINT,
                                       linewidth=0.6, zorder=3))  # fmt: skip
            elif shade is None:
                ax.add_patch(Rectangle((j + 0.04, i + 0.06), 0.92, 0.88, **MISSING))
            else:
                matrix[i, j] = scale.place(shade)
    if scale.shades:
        sns.heatmap(
            pd.DataFrame(matrix), ax=ax, cmap=ListedColormap(list(scale.shades)), vmin=-0.5,
            vmax=len(scale.shades) - 0.5, cbar=False, linewidths=1.5, linecolor=style.PAPER,
            xticklabels=False, yticklabels=False,
        )  # fmt: skip
    ax.set_xlim(0, len(across))
    ax.set_ylim(len(down), 0)
    ax.set_axis_off()
    for i, (group, lines) in enumerate(zip(down, names, strict=True)):
        y = page.bottom + row * (len(down) - i - 0.5)
        _centred(page.sheet, lines, page.left + left - 0.12, y, style.BODY, style.INK, "right")
        for j, place in enumerate(across):
            point, x = cells.get((group, place)), page.left + left + step * (j + 0.5)
            if point is None or not texts[group, place]:
                continue
            ground = style.PAPER if np.isnan(matrix[i, j]) else scale.shades[int(matrix[i, j])]
            if value == "low" and point.secondary:
                edge = style.readable(ground)
                ax.add_patch(Rectangle((j + 0.06, i + 0.09), 0.88, 0.82, facecolor=style.PAPER, edgecolor=edge,
                                       linewidth=1.6, zorder=3))  # fmt: skip
                ground = style.PAPER
            if size >= SMALLEST_TYPE:
                _centred(
                    page.sheet,
                    texts[group, place],
                    x + corner / 2,
                    y - above / 2,
                    size,
                    style.text_on(ground),
                    "center",
                )
            if value == "low" and not point.hidden and (point.partial or point.secondary):
                marks.dot(
                    page.sheet, x - step / 2 + 0.065, y + row / 2 - 0.07, point, style.text_on(ground), 4.0, ground
                )
    for j, (place, lines) in enumerate(zip(across, wrapped, strict=True)):
        x = page.left + left + step * (j + 0.5)
        if place in late:
            marks.stripe(page.sheet, x, step * 0.94, top - 0.03, page.bottom + row * len(down) + top / 2)
        if (len(across) - 1 - j) % every == 0:
            start = page.bottom + row * len(down) + 0.05 + len(lines) * layout.line_height(style.NOTE) / 2
            _centred(page.sheet, lines, x, start, style.NOTE, style.GREY, "center")
    return page


def _centred(sheet: Axes, lines: Sequence[str], x: float, y: float, size: float, colour: str, ha: str) -> None:
    line = layout.line_height(size)
    for place, text in enumerate(lines):
        at = y + (len(lines) / 2 - place - 0.74) * line
        sheet.text(x, at, text, size=size, color=colour, ha=ha, va="baseline")


def _swatch(shade: str | None) -> layout.Glyph:
    look = dict(MISSING) if shade is None else {"facecolor": shade, "edgecolor": style.RULE, "linewidth": 0.5}

    def draw(ax: Axes, x: float, y: float) -> None:
        ax.add_patch(Rectangle((x - 0.12, y - 0.075), 0.24, 0.15, **look))

    return draw
