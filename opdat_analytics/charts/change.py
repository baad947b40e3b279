"""Two years side by side: a dumbbell for each group, a direction only where every value within the bounds has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import matplotlib
import pandas as pd

from opdat_analytics.charts import alt, exhibit, layout, marks, rows, style, words
from opdat_analytics.charts.frame import HIDDEN, Point, checked, points, unique
from opdat_analytics.model import Exhibit, OpdatError

Pair = tuple[Point | None, Point | None]
UNKNOWN = "not known"


def change(
    frame: pd.DataFrame,
    *,
    by: str,
    start: int | None = None,
    end: int | None = None,
    title: str | None = None,
    top: int = 30,
    name: str | None = None,
    publication: str | None = None,
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Dumbbells from one year to another; the groups with the most in the later year first.

    Parameters
    ----------
    frame
        Result of a metric: ``by``, ``year``, ``low``, ``high`` and the columns that name what was asked.
    by
        Column that tells the rows apart: ``region``, ``place``, ``measure`` …
    start, end
        The two years; by default the first and the last of the frame.
    top
        How many rows to draw at most; the rest, and groups without a number in both years, are told in the notes.
    title, name, publication, sources, labels
        As for ``trend``.

    Returns
    -------
    Exhibit
        Its frame holds the two years only.

    Raises
    ------
    OpdatError
        If columns or rows are missing, there are not two years, or the title claims more than the data.
    MixtureRefused
        If the rows mix units, offences, editions or anything else that does not share an axis.
    """
    table = checked(frame, (by, "year"))
    years = sorted({int(year) for year in table["year"].dropna()})
    first, last = (years[0] if start is None else start, years[-1] if end is None else end) if years else (0, 0)
    if first not in years or last not in years or first >= last:
        raise OpdatError(
            f"A change needs two years with rows; asked were {first or 'none'} and {last or 'none'}, the frame has "
            f"{style.joined(map(str, years)) or 'none'}. Name two of them with start=… and end=…, or take ranked."
        )
    both = table[table["year"].isin([first, last])].reset_index(drop=True)
    found = {(p.group, p.along): p for p in points(both, by, "year")}
    pairs: dict[str, Pair] = {p: (found.get((p, first)), found.get((p, last))) for p, _ in found}
    order = sorted(pairs, key=lambda g: (-_lower(pairs[g][1]), -_lower(pairs[g][0]), words.label(g, labels)))
    stated = [g for g in order if any(p is not None and p.stated for p in pairs[g])]
    shown = {g: pairs[g] for g in (stated[:top] if stated else order[:top])}
    silent = [words.label(g, labels) for g in order if g not in stated]
    every = [p for pair in shown.values() for p in pair if p is not None]
    word, unit = words.groups_word(by, both), words.unit(both)
    what = words.measures(both, labels)
    runs = {g: [p for p in pair if p is not None] for g, pair in pairs.items()}
    said = (
        words.own_title(title, [run for run in runs.values() if len(run) == 2])
        if title
        else _counted([_way(pairs[g]) for g in stated], what, word, (first, last))
        or words.message(runs, what, word, unit, labels, words.whose(both, by, labels))
    )
    subtitle = words.subtitle(both, (f"by {word}",) if by != "measure" else (), labels)
    unsure = sum(_way(pair) == UNKNOWN for pair in shown.values())
    extra = [
        "Direction: only where true for every value within the bounds, both years complete, the same number of places "
        f"reporting; here for {len(shown) - unsure} of {len(shown)}."
    ]
    notes = [f"No number in either year: {style.joined(silent, 40)}."] if silent and stated else []
    if len(stated) > top:  # the title counts all of them, so this is drawn
        extra.insert(0, f"{len(shown)} of {len(stated)} are shown: those with the highest lower bounds in {last}.")
    colour = style.measure_colour(next(iter(unique(both, "measure")), ""))
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts("change", both, every, said, subtitle, publication, sources, extra, notes)
        page = _draw(told, shown, every, colour, (first, last), unit, labels)
    spoken = alt.describe("Dumbbell chart", subtitle, every, unit, labels, word)
    ways = [_way(pair) for pair in shown.values()]
    spoken += f" From {first} to {last} {ways.count('rose')} rose, {ways.count('fell')} fell for certain; " \
              f"of {ways.count(UNKNOWN)} the direction is not known."  # fmt: skip
    return exhibit.exhibit("change", name, page.figure, both, told, spoken, by)


def _counted(ways: Sequence[str], what: str, word: str, years: tuple[int, int]) -> str | None:
    """How many rose and fell for certain, and how many nobody can tell; None where the directions do not differ."""
    counts = {way: ways.count(way) for way in ("rose", "fell", "stayed the same", UNKNOWN)}
    told = [(way, count) for way, count in counts.items() if count]
    if len(told) < 2 or counts[UNKNOWN] == len(ways):
        return None
    parts = [f"{way}{' in' if way != UNKNOWN else ' for'} {count}" for way, count in told]
    return f"{what} of {len(ways)} {words.plural(word)} from {years[0]} to {years[1]}: {', '.join(parts)}"


def _lower(point: Point | None) -> float:
    return -1.0 if point is None or point.low is None else point.low


def _way(pair: Pair) -> str:
    one, two = pair
    return (words.direction([one, two]) if one is not None and two is not None else None) or UNKNOWN


def _draw(
    told: layout.Texts, shown: Mapping[str, Pair], every: Sequence[Point], colour: str, years: tuple[int, int],
    unit: str | None, labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    placed = rows.rows_of([words.label(group, labels) for group in shown])
    columns = [[words.figure(p, unit) if p is not None else "no figure" for p in pair] for pair in shown.values()]
    ways = [_way(pair) for pair in shown.values()]
    widths = [
        max(layout.text_width(text, style.BODY) for text in (*texts, head)) + 0.2
        for texts, head in (
            *(([column[n] for column in columns], str(years[n])) for n in (0, 1)),
            (ways, "direction"),
        )
    ]
    width = layout.WIDTH - 2 * layout.MARGIN - placed.left - sum(widths) - 0.3
    dot = [
        layout.Key(str(years[0]), lambda ax, x, y: ax.plot([x], [y], "o", ms=5.5, color=style.FAINT)),
        layout.Key(str(years[1]), lambda ax, x, y: ax.plot([x], [y], "o", ms=6.5, color=colour)),
        layout.Key("same direction for every value within bounds", lambda ax, x, y: _link(ax, x - 0.12, x + 0.12, y)),
        layout.Key("direction not known", lambda ax, x, y: _faint_link(ax, x - 0.12, x + 0.12, y)),
    ]
    keys = [
        k for k in marks.keys(every, style.GREY, sideways=True) if not k.text.startswith(("as stated", "value before"))
    ]
    head = layout.line_height(style.BODY) + 0.08
    page = layout.page(told, [*dot, *keys], placed.height + rows.FOOT + head)
    base = page.bottom + rows.FOOT
    top = rows.top_of(every, width)
    ax = rows.value_axes(page, placed, width, top, rows.values_of(every), unit)
    rows.name_rows(page, placed, base)
    start = page.left + placed.left + width + 0.3
    edges = [start + sum(widths[: n + 1]) for n in range(3)]
    for text, edge in zip((str(years[0]), str(years[1]), "direction"), edges, strict=True):
        rows.write(page, [text], edge, base + placed.height + head / 2, style.GREY, "right")
    for pair, texts, way, y in zip(shown.values(), columns, ways, placed.centres, strict=True):
        one, two = pair
        if one is not None and two is not None and one.low is not None and two.low is not None:
            (_faint_link if way == UNKNOWN else _link)(ax, one.low, two.low, y)
        if one is not None and one.stated:
            aside = 0.07 if two is not None and two.stated and _near(one, two, top / width * 0.13) else 0.0
            marks.level(ax, y - aside, replace(one, old_low=None), style.FAINT, 5.5)
        if two is not None and two.stated:
            marks.level(ax, y, replace(two, old_low=None), colour, 6.5)
        for text, edge in zip((*texts, way), edges, strict=True):
            faint = text in ("no figure", HIDDEN, UNKNOWN)
            rows.write(page, [text], edge, base + y, style.GREY if faint else style.INK, "right")
    return page


def _near(one: Point, two: Point, room: float) -> bool:
    """Whether the dots or bars of the two years would hide each other; the earlier one then stands a little lower."""
    ends = [(p.low or 0.0, (p.low or 0.0) if p.high is None else p.high) for p in (one, two)]
    return ends[0][0] - room <= ends[1][1] and ends[1][0] - room <= ends[0][1]


def _link(ax: matplotlib.axes.Axes, one: float, two: float, y: float) -> None:
    ax.plot([one, two], [y, y], color=style.GREY, lw=1.4, zorder=2, solid_capstyle="butt")


def _faint_link(ax: matplotlib.axes.Axes, one: float, two: float, y: float) -> None:
    ax.plot([one, two], [y, y], color=style.FAINT, lw=1.0, ls=(0, (1, 2)), zorder=2)
