"""When things were done: programmes, courses, meetings, laws; a date known only to the year spans the year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from opdat_analytics.charts import events, exhibit, layout, rows, style, words
from opdat_analytics.charts.frame import blank, required
from opdat_analytics.charts.to_date import date_axes, extent
from opdat_analytics.model import Exhibit, OpdatError

LISTED = (
    "What the sources list, as long as they say: a date known only to the year covers the year. What is not listed may "
    "have happened all the same, and nothing here says that one thing led to another."
)
TALL = 0.13
MOST_BARS = 40
"""With more dated entries than this, those of one group and one span share a bar that says how many they are."""
MOST_NAMED = 24
COLUMNS = 3
"""Of the list of undated entries, below the bars."""
_STATES = {"planned": "planned", "possible": "possibly done"}
_SINCE = re.compile(r"(since|desde|depuis)\b", re.IGNORECASE)

Entry = Mapping[Any, Any]


@dataclass(frozen=True)
class Bar:
    """One dated entry, or several of one span: months since the year 0, and whether it goes on after the last date."""

    name: str
    group: str
    start: float
    end: float
    lasting: bool
    certainty: str


def timeline(
    frame: pd.DataFrame,
    *,
    by: str = "activity_type",
    title: str | None = None,
    name: str | None = None,
    publication: str | None = None,
    annotations: Sequence[tuple[int, str]] = (),
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Bars on a line of time, one for each listed entry; what has no date is listed apart and never placed.

    Parameters
    ----------
    frame
        Rows of ``opdat.activities()`` or ``opdat.programmes()``, or any with ``title`` or ``name`` and ``start`` (ISO
        8601, reduced precision allowed), ``end``, ``year``, ``start_year``; ``calendar`` (a U.S. fiscal year runs
        from October to September), ``certainty`` (planned and possible are drawn hollow, negative is a note),
        ``status`` (a programme that is active goes on) and ``text`` (what is printed as “since …” goes on).
    by
        Column of the groups, which share a colour; not needed where the frame has none.
    annotations
        Events as (year, text), drawn as thin lines at the start of the year.
    title, name, publication, sources, labels
        As for ``trend``.

    Returns
    -------
    Exhibit

    Raises
    ------
    OpdatError
        If there are no rows, no column names the entries, a date is not one, or the title names a cause or a change.
    """
    told = next((column for column in ("title", "name") if column in frame.columns), None)
    if told is None:
        raise OpdatError(
            "A timeline needs a column title or name that says what each entry is. "
            f"The frame has: {', '.join(map(str, frame.columns))}."
        )
    table = required(frame, (told,), ())
    entries = table.to_dict("records")
    done = [entry for entry in entries if entry.get("certainty") != "negative"]
    spans = [_span(entry) for entry in done]
    dated = [_bar(entry, span, told, by) for entry, span in zip(done, spans, strict=True) if span is not None]
    bars = _gathered(sorted(dated, key=lambda bar: (bar.start, bar.end, bar.group, bar.name)))
    undated = [entry for entry, span in zip(done, spans, strict=True) if span is None]
    negative = len(entries) - len(done)
    what = "Programmes" if told == "name" and "programme" in table.columns else "Entries"
    what = "Activities" if "activity_type" in table.columns else what
    span = words.period(int(month // 12) for bar in bars for month in (bar.start, bar.end - 0.01))
    said = words.own_title(title, ()) if title else ", ".join(filter(None, [f"{what} listed, by date", span]))
    subtitle = (
        f"{len(dated)} of {len(done)} entries have a date; {len(undated)} {'has' if len(undated) == 1 else 'have'} none"
    )
    unsure = _unsure(bars, undated)
    extra = [LISTED, *([unsure] if unsure else [])]
    last = [
        f"{negative} {'entry says' if negative == 1 else 'entries say'} that something was not done; not drawn."
    ] * bool(negative)
    with matplotlib.rc_context(style.RC):
        around = exhibit.texts("timeline", table, [], said, subtitle, publication, sources, extra, last)
        groups = sorted({bar.group for bar in bars})
        page = _draw(around, bars, style.colours(by, groups), _listed(undated, told, by, labels), annotations, labels)
    spoken = " ".join(filter(None, [f"Timeline: {subtitle}.", unsure]))
    if bars:
        spoken += f" The first is {bars[0].name}; the last to begin is {bars[-1].name}."
    return exhibit.exhibit("timeline", name, page.figure, table, around, spoken, by, events.data(annotations))


def _span(entry: Entry) -> tuple[float, float, bool] | None:
    """First and last month of an entry and whether it lasts, or None where it has no date."""
    start, end = entry.get("start"), entry.get("end")
    year = next((entry[n] for n in ("year", "start_year") if not blank(entry.get(n))), None)
    since = blank(end) and _SINCE.match(str(entry.get("text"))) is not None
    lasting = entry.get("status") == "active" or since
    if not blank(start):
        first, last = extent(str(start))
        return first, (last if blank(end) else extent(str(end))[1]), lasting
    if not blank(end):
        return (*extent(str(end)), False)
    if year is None:
        return None
    shift = -3 if entry.get("calendar") == "us_fiscal" else 0
    return int(year) * 12.0 + shift, int(year) * 12.0 + 12 + shift, lasting


def _bar(entry: Entry, span: tuple[float, float, bool], told: str, by: str) -> Bar:
    group = "" if blank(entry.get(by)) else str(entry[by])
    name = "not stated" if blank(entry[told]) else str(entry[told])
    return Bar(name, group, *span, "stated" if blank(entry.get("certainty")) else str(entry["certainty"]))


def _gathered(bars: Sequence[Bar]) -> list[Bar]:
    if len(bars) <= MOST_BARS:
        return list(bars)
    together: dict[tuple[str, float, float, bool, str], list[Bar]] = {}
    for bar in bars:
        together.setdefault((bar.group, bar.start, bar.end, bar.lasting, bar.certainty), []).append(bar)
    return [
        run[0] if len(run) == 1 else Bar(f"{len(run)} × {words.label(key[0]) or 'entries'}", *key)
        for key, run in together.items()
    ]


def _state(entry: Entry) -> str:
    """What is said of an entry that is not stated as done; "" for one that is."""
    certainty = entry.get("certainty")
    return "" if blank(certainty) else _STATES.get(str(certainty), "")


def _states(entries: Sequence[Entry]) -> dict[str, int]:
    """How many entries are planned, and how many possibly done; those that are stated as done are left out."""
    found = [_state(entry) for entry in entries]
    return {state: found.count(state) for state in _STATES.values() if state in found}


def _unsure(bars: Sequence[Bar], undated: Sequence[Entry]) -> str:
    """Which entries are not stated as done, dated or not; "" where all are."""
    said = ["Hollow bars are planned or possible, not stated as done."] * any(bar.certainty in _STATES for bar in bars)
    counts = [f"{n} {'is' if n == 1 else 'are'} {state}" for state, n in _states(undated).items()]
    if counts:
        said.append(f"Of the {len(undated)} without a date {' and '.join(counts)}, not stated as done.")
    return " ".join(said)


def _listed(undated: Sequence[Entry], told: str, by: str, labels: Mapping[str, str] | None) -> list[str]:
    """The undated entries by name, or where they are many, how many of each group, and which are not done."""
    if len(undated) <= MOST_NAMED:
        named = [("not stated" if blank(entry[told]) else str(entry[told]), _state(entry)) for entry in undated]
        return [f"{name} ({state})" if state else name for name, state in named]
    groups: dict[str, list[Entry]] = {}
    for entry in undated:
        group = "not stated" if blank(entry.get(by)) else words.label(str(entry[by]), labels)
        groups.setdefault(group, []).append(entry)
    shown = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    rest = [entry for _, entries in shown[MOST_NAMED:] for entry in entries]
    return [_counted(group, entries) for group, entries in [*shown[:MOST_NAMED], ("others", rest)] if entries]


def _counted(group: str, entries: Sequence[Entry]) -> str:
    """A group with how many entries it has, and how many of these are not stated as done."""
    few = [
        f", {'' if len(entries) == 1 else 'all ' if n == len(entries) else f'{n} '}{state}"
        for state, n in _states(entries).items()
    ]
    return f"{group}: {len(entries)}{''.join(few)}"


def _draw(
    told: layout.Texts, bars: Sequence[Bar], shades: Mapping[str, str], undated: Sequence[str],
    annotations: events.Events, labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    width = layout.WIDTH - 2 * layout.MARGIN
    column = (width - 0.25 * (COLUMNS - 1)) / COLUMNS
    listed = [layout.wrap(text, column - 0.1, style.NOTE, most=3) for text in undated]
    below = _columns(listed)
    line = layout.line_height(style.NOTE)
    tall = max((sum(len(text) * line + 0.04 for text in texts) for texts in below), default=-0.35) + 0.35
    keys = [layout.Key(words.label(group, labels), _swatch(shades[group])) for group in shades if group]
    if any(bar.certainty in _STATES for bar in bars):
        keys.append(layout.Key("planned or possible", _hollow))
    placed = rows.rows_of([bar.name for bar in bars], row=0.3, widest=3.4, most=3) if bars else None
    height = placed.height if placed else 0.5
    left = placed.left if placed else 0.0
    first, last = (min(b.start for b in bars), max(b.end for b in bars)) if bars else (0.0, 12.0)
    pad = max((last - first) * 0.04, 1.5)
    low, high = first - pad, last + pad

    def at(year: float) -> float:
        return left + (year * 12 - low) / (high - low) * (width - left)

    years = range(int(low // 12) + 1, int(high // 12) + 1) if bars else range(0)
    notes = events.place(annotations, years, at, width) if len(years) else []
    floor = tall + rows.FOOT
    body = floor + height + events.lift(notes)
    page = layout.page(told, keys, body)
    if placed is not None:
        ax = page.axes(left, floor, width - left, height)
        ax.set_ylim(0, height)
        ax.set_yticks([])
        ax.set_xlim(low, high)
        date_axes(ax, low, high, True, width - left)
        ax.grid(axis="y", visible=False)
        ax.grid(axis="x", color=style.RULE, lw=0.6)
        rows.name_rows(page, placed, page.bottom + floor)
        for bar, y in zip(bars, placed.centres, strict=True):
            _entry(ax, bar, y, shades[bar.group], high, (high - low) / (width - left))
        top = page.bottom + floor + height
        events.draw(page, notes, at, page.bottom + floor, top)
    else:
        rows.write(page, ["No entry has a date"], page.left, page.bottom + body - 0.3, style.GREY)
    if below:
        page.sheet.text(page.left, page.bottom + tall - line, "No date is stated for", size=style.NOTE, weight="bold")
        for place, texts in enumerate(below):
            _write_column(page, texts, page.left + place * (column + 0.25), page.bottom + tall - line * 1.2)
    return page


def _columns(listed: Sequence[Sequence[str]]) -> list[list[Sequence[str]]]:
    """The list in its order, broken into columns of about as many entries each."""
    per = max(1, -(-len(listed) // COLUMNS))
    return [list(listed[start : start + per]) for start in range(0, len(listed), per)]


def _write_column(page: layout.Page, texts: Sequence[Sequence[str]], x: float, y: float) -> None:
    line = layout.line_height(style.NOTE)
    for broken in texts:
        for place, text in enumerate(broken):
            page.sheet.text(x + (0.0 if place == 0 else 0.1), y - line * 0.9, text, size=style.NOTE, color=style.GREY)
            y -= line
        y -= 0.04


def _entry(ax: Axes, bar: Bar, y: float, colour: str, high: float, month: float) -> None:
    """A bar over its span, at least 0.08 inches wide; an arrow where it goes on; ``month`` is months per inch."""
    least = 0.08 * month
    start = bar.start if bar.end - bar.start >= least else (bar.start + bar.end - least) / 2
    look: dict[str, Any] = {"facecolor": colour, "edgecolor": colour, "linewidth": 1.2}
    if bar.certainty in _STATES:
        look |= {"facecolor": style.PAPER, "linestyle": (0, (2, 1))}
    ax.add_patch(Rectangle((start, y - TALL / 2), max(bar.end - bar.start, least), TALL, zorder=3, **look))
    if bar.lasting:
        ax.plot([bar.end, high], [y, y], color=colour, lw=1.2, ls=(0, (2, 2)), zorder=2)
        ax.plot([high], [y], marker=">", ms=5, color=colour, clip_on=False, zorder=3)


def _swatch(shade: str) -> layout.Glyph:
    return lambda ax, x, y: ax.add_patch(Rectangle((x - 0.12, y - 0.06), 0.24, 0.12, facecolor=shade))


def _hollow(ax: Axes, x: float, y: float) -> None:
    ax.add_patch(Rectangle((x - 0.12, y - 0.06), 0.24, 0.12, facecolor=style.PAPER, edgecolor=style.GREY,
                           linewidth=1.2, linestyle=(0, (2, 1))))  # fmt: skip
