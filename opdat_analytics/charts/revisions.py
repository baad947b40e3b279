"""What publishers changed afterwards: the old value hollow, the new value full, the largest changes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import matplotlib
import pandas as pd

from opdat_analytics.charts import exhibit, layout, marks, rows, style, words
from opdat_analytics.charts.frame import Point, points, unique, unmixed
from opdat_analytics.model import Exhibit, OpdatError

NEEDS = ("low_from", "high_from", "low_to", "high_to", "edition_from", "edition_to")
KEPT = "Only figures that both editions print are compared: what a later edition adds or drops is not shown here."


def revisions(
    frame: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("place", "year"),
    title: str | None = None,
    top: int = 20,
    name: str | None = None,
    publication: str | None = None,
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Old and new value of each restated figure, one row each.

    Parameters
    ----------
    frame
        Rows of ``opdat.revisions()``: of one measure and unit.
    by
        Columns that name a row; ``measure`` may be among them.
    top
        How many rows to draw at most; the largest changes of the lower bound are drawn, the rest are counted.
    title, name, publication, sources, labels
        As for ``trend``.

    Returns
    -------
    Exhibit
        Its frame is the drawn rows with ``low``, ``high`` (the new bounds), ``old_low``, ``old_high``.

    Raises
    ------
    OpdatError
        If columns or rows are missing, or the title names a cause or a change.
    MixtureRefused
        If the rows mix units, offences, or measures that ``by`` does not tell apart.
    """
    keys = (by,) if isinstance(by, str) else tuple(by)
    table = unmixed(frame, keys, NEEDS)
    if table[["low_from", "low_to"]].isna().all(axis=None):
        raise OpdatError("No row has a number before or after it was restated: there is nothing to draw.")
    table = table.assign(
        low=table["low_to"], high=table["high_to"], old_low=table["low_from"], old_high=table["high_from"],
        restated=True, qualifier=table.get("qualifier_to", "exact"),
    )  # fmt: skip
    table["edition"] = table["edition_from"].astype(str) + ";" + table["edition_to"].astype(str)
    size = (table["low"].fillna(0) - table["old_low"].fillna(0)).abs()
    shown = table.loc[size.sort_values(ascending=False, kind="stable").index[:top]].reset_index(drop=True)
    every = points(shown, keys[0], "year" if "year" in shown.columns else None)
    names = [rows.name([None if pd.isna(v) else v for v in record], labels) for record in shown[list(keys)].to_numpy()]
    unit = words.unit(shown)
    ways = [_way(point) for point in every]
    what = words.measures(shown, labels)
    said = words.own_title(title, ()) if title else (
        f"{what}: {'the ' + str(len(shown)) + ' largest of ' if len(shown) < len(table) else ''}"
        f"{len(table)} figure{'s' if len(table) > 1 else ''} restated between editions"
    )  # fmt: skip
    extra = [KEPT]
    if len(shown) < len(table):
        extra.append(f"The {len(shown)} largest changes of the lower bound, of {len(table)}, are shown.")
    extra += _within_bounds(every)
    kinds = unique(shown, "kind")
    last = ["Some of these were corrected within one edition, not restated by a later one."] * ("corrected" in kinds)
    subtitle = words.subtitle(shown, (f"old and new value by {style.joined(keys)}",), labels)
    with matplotlib.rc_context(style.RC):
        marked = [replace(p, high=p.low) if p.ranged else p for p in every]  # `_within_bounds` tells of these
        told = exhibit.texts("revisions", shown, marked, said, subtitle, publication, sources, extra, last)
        page = _draw(told, names, every, ways, unit, style.measure_colour(next(iter(unique(shown, "measure")), "")))
    spoken = (
        f"Dot chart of {subtitle}; {len(shown)} row{'s' if len(shown) > 1 else ''}. Restated for every value within "
        f"the bounds: upwards {ways.count('up')}, downwards {ways.count('down')}. "
        f"Largest: {names[0]}, from {_old(every[0], unit)} to {words.figure(every[0], unit)}."
    )
    return exhibit.exhibit("revisions", name, page.figure, shown, told, spoken, "measure")


def _within_bounds(every: Sequence[Point]) -> list[str]:
    """How many of the values are known only within bounds: of those before, and of those now."""
    before = [p for p in every if p.old_low is not None]
    now = [p for p in every if p.stated]
    counts = (
        sum(p.old_high is not None and p.old_high > (p.old_low or 0.0) for p in before),
        sum(p.ranged for p in now),
    )
    if not any(counts):
        return []
    told = [f"{n} of {of} {side} values" for n, of, side in zip(counts, map(len, (before, now)), ("old", "new"),
                                                               strict=True) if n]  # fmt: skip
    verb = "is" if sum(counts) == 1 else "are"
    return [f"{style.joined(told)} {verb} known only within bounds, often because small numbers are hidden."]


def _way(point: Point) -> str:
    """``up`` or ``down`` where true for every value within the bounds."""
    if point.low is None or point.old_low is None:
        return ""
    if point.old_high is not None and point.low > point.old_high:
        return "up"
    return "down" if point.high is not None and point.high < point.old_low else ""


def _old(point: Point, unit: str | None) -> str:
    return words.bounds(point.old_low, point.old_high, unit)


def _draw(
    told: layout.Texts, names: Sequence[str], every: Sequence[Point], ways: Sequence[str], unit: str | None, colour: str
) -> layout.Page:
    placed = rows.rows_of(names)
    texts = [(_old(p, unit), "→", words.figure(p, unit)) for p in every]
    widths = [max(layout.text_width(text[n], style.BODY) for text in texts) + 0.1 for n in range(3)]
    width = layout.WIDTH - 2 * layout.MARGIN - placed.left - sum(widths) - 0.3
    page = layout.page(told, _keys(every, colour), placed.height + rows.FOOT)
    base, top = page.bottom + rows.FOOT, rows.top_of(every, width)
    ax = rows.value_axes(page, placed, width, top, rows.values_of(every), unit)
    rows.name_rows(page, placed, base)
    right = page.left + placed.left + width + 0.3
    for point, text, way, y in zip(every, texts, ways, placed.centres, strict=True):
        if point.low is not None and point.old_low is not None:
            look = {"lw": 1.4} if way else {"lw": 1.0, "ls": (0, (1, 2))}
            ax.plot([point.old_low, point.low], [y, y], color=style.FAINT, zorder=2, **look)
        if point.stated:
            marks.level(ax, y, point, colour, 6.5)
        else:
            marks.old(ax, y, point, 6.5)
        for n, part in enumerate(text):
            rows.write(
                page, [part], right + sum(widths[: n + 1]), base + y, style.INK if n == 2 else style.GREY, "right"
            )
    return page


def _keys(every: Sequence[Point], colour: str) -> list[layout.Key]:
    new = layout.Key("new value", lambda ax, x, y: ax.plot([x], [y], "o", ms=6.5, color=colour))
    return [new, *(k for k in marks.keys(every, style.GREY, sideways=True) if k.text != "as stated")]
