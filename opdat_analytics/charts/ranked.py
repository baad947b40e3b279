"""Who has most, by what is certain: dots at lower bounds, bars over the bounds, one row for each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib
import pandas as pd

from opdat_analytics.charts import alt, exhibit, layout, marks, rows, style, words
from opdat_analytics.charts.frame import HIDDEN, Point, checked, points, unique
from opdat_analytics.model import Exhibit, MixtureRefused


def ranked(
    frame: pd.DataFrame,
    *,
    by: str,
    title: str | None = None,
    top: int = 20,
    name: str | None = None,
    publication: str | None = None,
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Dots with bounds for one year, the highest lower bound first.

    Parameters
    ----------
    frame
        Result of a metric: ``by``, ``low``, ``high`` and the columns that name what was asked; one year only.
    by
        Column that tells the rows apart: ``place``, ``region`` …
    title, name, publication, sources, labels
        As for ``trend``.
    top
        How many rows to draw at most; the rest, and groups without a number, are counted in the notes.

    Returns
    -------
    Exhibit
        Its frame holds the drawn rows only.

    Raises
    ------
    MixtureRefused
        If the frame holds several years.
    OpdatError
        If columns or rows are missing, or the title claims more than the data.
    """
    years = unique(frame, "year") if by != "year" else []
    if len(years) > 1:
        raise MixtureRefused(
            f"A ranking shows one year; the frame has {len(years)}: {style.joined(years)}. "
            f"Keep one, for example frame[frame.year == {years[-1]}]."
        )
    table = checked(frame, (by,))
    table = table.sort_values(["low", "high"], ascending=False, kind="stable", na_position="first")
    table = table.sort_values("low", ascending=False, kind="stable", na_position="last").reset_index(drop=True)
    stated = table["low"].notna()
    shown = table[stated].head(top) if stated.any() else table.head(top)
    every = points(shown, by, "year" if "year" in table.columns else None)
    word = words.groups_word(by, table)
    unit = words.unit(table)
    hidden = table["qualifier"].eq("suppressed") & ~stated if "qualifier" in table else ~stated & False
    silent, secret = ([words.label(str(value), labels) for value in table.loc[mask, by]] if stated.any() else []
                      for mask in (~stated & ~hidden, hidden))  # fmt: skip
    extra = _order(every)
    last = [f"No number is stated for {style.joined(silent, 40)}."] if silent else []
    named = style.joined(sorted(secret), 40)
    gone = [f"Hidden so that no person can be told, however many: {named} {HIDDEN}."] if secret else []
    extra += gone
    if len(shown) < stated.sum():
        extra.append(f"The {len(shown)} highest lower bounds of {stated.sum()} are shown.")
    span = words.period(years)
    said = words.own_title(title, ()) if title else _message(every, table, word, span, unit, labels)
    subtitle = words.subtitle(shown, (f"by {word}",), labels)
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts("ranked", shown, every, said, subtitle, publication, sources, extra, last)
        page = _draw(told, every, style.colours(by, [p.group for p in every]) if by in style.FIXED else {},
                     style.measure_colour(next(iter(unique(table, "measure")), "")), unit, labels)  # fmt: skip
    spoken = " ".join([alt.describe("Ranked dot chart", subtitle, every, unit, labels, word), *gone])
    return exhibit.exhibit("ranked", name, page.figure, shown, told, spoken, by)


def _message(
    every: Sequence[Point], table: pd.DataFrame, word: str, span: str, unit: str | None,
    labels: Mapping[str, str] | None,
) -> str:  # fmt: skip
    """Names the first only where no other can be larger and every group has a number and is comparable."""
    what = words.measures(table, labels)
    if len(every) > 1 and table["low"].notna().all():
        first, rest = every[0], every[1:]
        sure = all(p.high is not None and p.high < (first.low or 0) for p in rest)
        # What chance alone could turn around is no headline either.
        if first.chance_low is not None:
            least = first.chance_low
            sure = sure and all(p.chance_high is not None and p.chance_high < least for p in rest)
        if (
            sure
            and len(every) == len(table)
            and not any(p.partial or p.incomplete or p.secondary or p.unstable or p.about for p in every)
        ):
            return (
                f"{words.label(first.group, labels)} reported the most {what[:1].lower()}{what[1:]}"
                f"{f' in {span}' if span else ''}: {words.figure(first, unit)}"
            )
    return ", ".join(filter(None, [f"{what} by {word}", span]))


def _order(every: Sequence[Point]) -> list[str]:
    """What the order of the rows does not say: ties, and neighbours whose bounds overlap."""
    pairs = [(one, two) for one, two in pairwise(every) if one.stated and two.stated]
    ties = sum(one.low == two.low and one.high == two.high for one, two in pairs)
    overlaps = sum(
        (two.high is None or (one.low is not None and two.high >= one.low))
        and (one.low, one.high) != (two.low, two.high)
        for one, two in pairs
    )
    parts = []
    if overlaps:
        parts.append(f"the bounds of {overlaps} of {len(pairs)} neighbouring pairs overlap, so their order is open")
    if ties:
        parts.append(f"{ties} {'pair is' if ties == 1 else 'pairs are'} tied")
    return [f"Ordered by lower bound; {' and '.join(parts)}."] if parts else []


def _draw(
    told: layout.Texts, every: Sequence[Point], shades: Mapping[str, str], colour: str, unit: str | None,
    labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    placed = rows.rows_of([words.label(p.group, labels) for p in every])
    numbers = [words.figure(p, unit) for p in every]
    beside = max(layout.text_width(text, style.BODY) for text in numbers) + 0.3
    width = layout.WIDTH - 2 * layout.MARGIN - placed.left - beside - 0.1
    page = layout.page(told, marks.keys(every, style.GREY, sideways=True), placed.height + rows.FOOT)
    top = rows.top_of(every, width)
    ax = rows.value_axes(page, placed, width, top, rows.values_of(every), unit)
    base = page.bottom + rows.FOOT
    rows.name_rows(page, placed, base)
    for point, text, centre in zip(every, numbers, placed.centres, strict=True):
        shade = shades.get(point.group, colour)
        start = 0.0
        if point.low is not None:
            ax.plot([0, point.low], [centre, centre], color=style.RULE, lw=0.8, ls=(0, (1, 2)), zorder=1)
            marks.level(ax, centre, point, shade, 6.5)
            edge = max(
                e for e in (point.low, point.high, point.chance_high, point.old_low, point.old_high) if e is not None
            )
            start = edge / top * width + (marks.ARROW + 0.08 if point.unbounded else 0.12)
        ink = style.readable(shade) if point.stated else style.GREY
        rows.write(page, [text], page.left + placed.left + start, base + centre, ink)
    return page
