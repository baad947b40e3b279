"""One tile for each country, about where it lies: no borders, so none that is disputed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.patches import Rectangle

from opdat_analytics.charts import alt, exhibit, layout, marks, style, words
from opdat_analytics.charts.classes import Scale, named_for, scale_of
from opdat_analytics.charts.frame import Point, checked, points, unique
from opdat_analytics.charts.grid import MISSING
from opdat_analytics.model import Exhibit, MixtureRefused

TALL = 0.3
"""Height of a tile's place, in inches: more than its width, for its code and its figure stand one below the other."""
CODE, VALUE, LEAST = 7.2, 7.0, 5.2
"""Type sizes of a tile's code and its figure, and the least size of a figure, in points."""
EMPTY = "#6b6b6b"
"""Ink of the code of a place without a row: paler than the others, and dark enough to read (5.3 to 1 on white)."""
_TOLD_ON_THE_MAP = 4
"""So many places without a tile are told below the map; more are told in the notes."""
TILES = (
    "One tile for each country, about where it lies: neither size nor border says anything. Empty tiles have no row "
    "here; what is not reported is not zero."
)


@cache
def tiles() -> Mapping[str, tuple[int, int]]:
    """Column and row of the tile of each place, counted from the upper left; declared in ``tiles.csv``."""
    text = resources.files("opdat_analytics.charts").joinpath("tiles.csv").read_text(encoding="utf-8")
    return {row["place"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(text.splitlines())}


def tile_map(
    frame: pd.DataFrame,
    *,
    by: str = "place",
    title: str | None = None,
    name: str | None = None,
    publication: str | None = None,
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Tiles shaded by lower bound, with the figure written in each.

    Parameters
    ----------
    frame
        Result of a metric: ``by`` (ISO 3166 alpha-3 codes), ``low``, ``high``; one year only.
    by
        Column of the places.
    title, name, publication, sources, labels
        As for ``trend``.

    Returns
    -------
    Exhibit
        Places without a tile are told below it with their figures; many of them all in the notes.

    Raises
    ------
    MixtureRefused
        If the frame holds several years, or mixes units, offences or the like.
    OpdatError
        If columns or rows are missing, or the title claims more than the data.
    """
    years = unique(frame, "year")
    if len(years) > 1:
        raise MixtureRefused(
            f"A map shows one year; the frame has {len(years)}: {style.joined(years)}. "
            f"Keep one, for example frame[frame.year == {years[-1]}]."
        )
    table = checked(frame, (by,))
    every = points(table, by, "year" if years else None)
    unit, word = words.unit(table), words.groups_word(by, table)
    off = [p for p in every if p.group not in tiles()]
    told_off = [f"{words.label(p.group, labels)} ({words.figure(p, unit)})" for p in off]
    last = [f"Without a tile: {style.joined(told_off, 40)}."] if len(off) > _TOLD_ON_THE_MAP else []
    what = words.measures(table, labels)
    said = words.own_title(title, ()) if title else ", ".join(filter(None, [f"{what} by {word}", words.period(years)]))
    subtitle = words.subtitle(table, (f"by {word}",), labels)
    extra = [TILES]
    if off:
        extra.insert(0, f"Without a tile: {style.joined(told_off, _TOLD_ON_THE_MAP)}.")
    base = style.measure_colour(next(iter(unique(table, "measure")), ""))
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts("tile_map", table, every, said, subtitle, publication, sources, extra, last)
        shaded = [p for p in every if p.group in tiles()]
        scale = named_for(scale_of([p.low for p in shaded if p.low is not None], base, unit), shaded, unit)
        page = _draw(told, {p.group: p for p in every}, scale, unit)
    spoken = alt.describe("Tile map", subtitle, every, unit, labels, word)
    return exhibit.exhibit("tile_map", name, page.figure, table, told, spoken, by)


def _draw(told: layout.Texts, found: Mapping[str, Point], scale: Scale, unit: str | None) -> layout.Page:
    first, last = (end(column for column, _ in tiles().values()) for end in (min, max))
    down = max(row for _, row in tiles().values()) + 1
    step = (layout.WIDTH - 2 * layout.MARGIN) / (last - first + 1)
    page = layout.page(told, _keys(found, scale), TALL * down)
    for code, (column, row) in tiles().items():
        x, y = page.left + step * (column - first + 0.5), page.bottom + TALL * (down - row - 0.5)
        _tile(page, code, found.get(code), x, y, step, scale, unit)
    return page


def _tile(
    page: layout.Page, code: str, point: Point | None, x: float, y: float, step: float, scale: Scale, unit: str | None
) -> None:
    side, high = step - 0.02, TALL - 0.02
    shade = None if point is None or point.low is None else scale.shades[scale.place(point.low)]
    hollow = point is not None and point.secondary and shade is not None
    look: dict[str, Any] = {"facecolor": "none", "edgecolor": "#dcdcdc", "linewidth": 0.6}
    if point is not None and point.hidden:
        look = {"facecolor": "none", "edgecolor": style.GREY, "linewidth": 0.6}
    elif point is not None and shade is None:
        look = dict(MISSING)
    elif shade is not None:
        look = {"facecolor": shade, "edgecolor": "none"}
        if hollow:
            look = {"facecolor": style.PAPER, "edgecolor": style.readable(shade), "linewidth": 1.6}
    inset = 0.02 if hollow else 0.0
    page.sheet.add_patch(
        Rectangle((x - side / 2 + inset, y - high / 2 + inset), side - 2 * inset, high - 2 * inset, **look)
    )
    ink = EMPTY if point is None else style.GREY if shade is None else style.INK if hollow else style.text_on(shade)
    if point is None or (shade is None and not point.hidden):
        page.sheet.text(x, y, code, size=CODE, color=ink, ha="center", va="center_baseline")
        return
    page.sheet.text(x, y + 0.03, code, size=CODE, color=ink, ha="center", va="baseline")
    text, size = _fitting(point, side - 0.04, unit)
    page.sheet.text(x, y - 0.1, text, size=size, color=ink, ha="center", va="baseline")
    if shade is not None and point.partial and not hollow:
        marks.dot(page.sheet, x + side / 2 - 0.05, y + high / 2 - 0.04, point, ink, 3.2, shade)


def _fitting(point: Point, width: float, unit: str | None) -> tuple[str, float]:
    """The figure at the size at which it fits; where its bounds do not, its lower bound as ``≥``, which is true too."""
    text = words.figure(point, unit)
    size = min(VALUE, VALUE * width / layout.text_width(text, VALUE))
    if size < LEAST and point.low is not None:
        text = ("~" if point.about else "") + f"≥{words.number(point.low, unit)}"
        size = min(VALUE, VALUE * width / layout.text_width(text, VALUE))
    return text, size


def _keys(found: Mapping[str, Point], scale: Scale) -> list[layout.Key]:
    there = [p for code, p in found.items() if code in tiles()]
    exact = all(p.low == p.high for p in there)
    first = next((place for place, start in enumerate(scale.starts) if start > 0), None)
    names = [f"lower bound {name}" if place == first and not exact else name for place, name in enumerate(scale.names)]
    keys = [layout.Key(text, _swatch(shade)) for text, shade in zip(names, scale.shades, strict=True)]
    if any(p.hidden for p in there):
        keys.append(layout.Key("hidden so that no person can be told", marks.hidden_key))
    if any(not p.stated and not p.hidden for p in there):
        keys.append(layout.Key("no figure", lambda ax, x, y: ax.add_patch(
            Rectangle((x - 0.1, y - 0.09), 0.2, 0.18, **MISSING))))  # fmt: skip
    if any(p.stated and p.secondary for p in there):
        keys.append(layout.Key("hollow: read at least partly elsewhere than at the publisher", _ring))
    keys += [k for k in marks.keys(there, style.GREY) if "partial" in k.text]
    return keys


def _swatch(shade: str) -> layout.Glyph:
    return lambda ax, x, y: ax.add_patch(Rectangle((x - 0.1, y - 0.09), 0.2, 0.18, facecolor=shade))


def _ring(ax: Any, x: float, y: float) -> None:
    ax.add_patch(
        Rectangle((x - 0.08, y - 0.08), 0.16, 0.16, facecolor=style.PAPER, edgecolor=style.GREY, linewidth=1.6)
    )
