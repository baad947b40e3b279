"""What a total is made of: the least share of each part for certain, and what is left open, never shared out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from opdat_analytics.charts import events, exhibit, layout, marks, rows, style, words
from opdat_analytics.charts.frame import HIDDEN, Point, blank, checked, plain, points
from opdat_analytics.model import Exhibit, OpdatError

WHOLE = "total"
BAR = 0.26
MOST_PARTS = 9
"""Parts with a colour of their own; smaller ones share a grey."""
SMALLER = "#b5b5b5"
SURE = (
    "Coloured: the least that each part has for certain. Hatched: not stated as any of these parts, or left open by "
    "bounds; it is never shared out, and no part is worked out by subtraction."
)
_OPEN: Mapping[str, Any] = {"facecolor": "#fafafa", "edgecolor": "#c4c4c4", "hatch": "////", "linewidth": 0}


@dataclass(frozen=True)
class Bar:
    """One bar: its parts and its whole, the bounds of each share (0 to 1), and why it has none.

    ``whole`` is None where the source prints no total: the parts are then shares of their own sum.
    """

    name: str
    parts: Mapping[str, Point]
    whole: Point | None
    shares: Mapping[str, tuple[float, float]]
    reason: str

    @property
    def points(self) -> list[Point]:
        """All its figures."""
        return [*self.parts.values(), *([self.whole] if self.whole else [])]


def composition(
    frame: pd.DataFrame,
    *,
    part: str = "form",
    by: str = "year",
    title: str | None = None,
    name: str | None = None,
    publication: str | None = None,
    annotations: Sequence[tuple[int, str]] = (),
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Stacked bars of shares, one for each year or region, with the bounds of each share written out.

    Parameters
    ----------
    frame
        ``totals`` by ``part`` and ``by`` (the parts), joined with ``totals`` by ``by`` alone (rows ``total``, where the
        source prints one); ``low``, ``high``.
    part
        Column that names the parts: form, sex, age, citizenship, breakdown.
    by
        Column that tells the bars apart.
    annotations
        Events as (year, text), between the bars, where ``by`` is year.
    title, name, publication, sources, labels
        As for ``trend``.

    Returns
    -------
    Exhibit

    Raises
    ------
    OpdatError
        If columns or rows are missing, no part is among the rows, or the title claims more than the data.
    MixtureRefused
        If two rows claim one part, or the rows mix units, offences or the like.

    Notes
    -----
    Of a printed total the share of a part is [low / total's high, high / total's low], at most 1; of its parts alone
    it is x / (x + others), which is smallest where x is low and the others high.
    """
    table = checked(frame, (by, part))
    kinds = [str(value) for value in table[part].dropna().unique() if value != WHOLE]
    if not kinds:
        raise OpdatError(
            f"No row has a part: the column {part} holds only “{WHOLE}”. "
            f'Make the frame with totals(obs, measure, by=["{part}", "{by}"]).'
        )
    every = points(table, part, by)
    along = sorted({p.along for p in every}, key=lambda v: (v is None, isinstance(v, str), v))
    bars = [_bar(place, [p for p in every if p.along == place], labels) for place in along]
    order = _order(bars, kinds)
    unit, word = words.unit(table), words.groups_word(by, table)
    what = words.measures(table, labels)
    span = words.period(along) if by == "year" else words.period(table.get("year", []))
    said = words.own_title(title, ()) if title else ", ".join(
        filter(None, [f"{what} by {words.groups_word(part, table)}" + ("" if by == "year" else f" and {word}"), span])
    )  # fmt: skip
    subtitle = words.subtitle(table.drop(columns=part), (f"shares by {part}", f"by {word}"), labels)
    extra = [*_beyond(bars), SURE]
    last = ["Where no total is printed, shares are of the sum of the parts that are."] * any(
        bar.whole is None and bool(bar.shares) for bar in bars
    )
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts("composition", table, every, said, subtitle, publication, sources, extra, last)
        shades = style.colours(part, order[:MOST_PARTS]) | dict.fromkeys(order[MOST_PARTS:], SMALLER)
        page = _draw(told, bars, order, shades, annotations if by == "year" else (), unit, labels)
    return exhibit.exhibit(
        "composition", name, page.figure, table, told, _spoken(subtitle, bars, order, labels), by,
        events.data(annotations),
    )  # fmt: skip


def _bar(place: Any, stated: Sequence[Point], labels: Mapping[str, str] | None) -> Bar:
    parts = {p.group: p for p in stated if p.group != WHOLE}
    whole = next((p for p in stated if p.group == WHOLE and p.stated), None)
    name = "not stated" if blank(place) else words.label(str(plain(place)), labels)
    known = {code: p for code, p in parts.items() if p.stated}
    if not known:
        none = f"parts are hidden {HIDDEN}" if any(p.hidden for p in parts.values()) else "no part is stated"
        return Bar(name, parts, whole, {}, none)
    lows = {code: p.low or 0.0 for code, p in known.items()}
    highs = {code: inf if p.high is None else p.high for code, p in known.items()}
    if whole is None and any(p.hidden for p in parts.values()):
        return Bar(name, parts, None, {}, f"parts are hidden {HIDDEN}, and no total: no share")
    if whole is None and len(known) == 1:
        alone = words.label(next(iter(known)), labels).lower()
        return Bar(name, parts, None, {}, f"only {alone} is stated, and no total: no share")
    if whole is None and sum(highs.values()) == 0:
        return Bar(name, parts, None, {}, "nothing to share out: every part is zero")
    if whole is None:
        rest = {code: [c for c in known if c != code] for code in known}
        shares = {
            code: _within(lows[code], sum(highs[c] for c in rest[code]), highs[code], sum(lows[c] for c in rest[code]))
            for code in known
        }
        return Bar(name, parts, None, shares, "")
    least, most = whole.low or 0.0, inf if whole.high is None else whole.high
    if most == 0:
        return Bar(name, parts, whole, {}, "nothing to share out: the total is zero")
    if sum(lows.values()) > most:
        sum_of = words.number(sum(lows.values()))
        return Bar(
            name, parts, whole, {}, f"parts do not add up: at least {sum_of} in a total of {words.figure(whole)}"
        )
    shares = {code: (lows[code] / most, min(1.0, highs[code] / least if least else 1.0)) for code in known}
    return Bar(name, parts, whole, shares, "")


def _within(low: float, others_high: float, high: float, others_low: float) -> tuple[float, float]:
    """Bounds of x / (x + others)."""
    least = 0.0 if low == 0 else low / (low + others_high)
    if high == inf:
        return least, 1.0
    return least, high / (high + others_low) if high + others_low > 0 else 1.0


def _order(bars: Sequence[Bar], kinds: Sequence[str]) -> list[str]:
    """Parts with the largest sure share first; what is not specified last."""
    size = {code: sum(bar.shares.get(code, (0.0, 0.0))[0] for bar in bars) for code in kinds}
    return sorted(size, key=lambda code: (code in ("unspecified", "unstated", "other"), -size[code], code))


def _beyond(bars: Sequence[Bar]) -> list[str]:
    odd = [bar.name for bar in bars if bar.reason.startswith("parts do not add up")]
    return [f"The parts add up to more than the printed total for {style.joined(odd)}: not drawn."] if odd else []


def _percent(share: tuple[float, float]) -> str:
    low, high = (f"{100 * end:.0f}" for end in share)
    return f"{low}%" if low == high else f"{low}–{high}%"


def _spoken(subtitle: str, bars: Sequence[Bar], order: Sequence[str], labels: Mapping[str, str] | None) -> str:
    parts = f"{len(order)} named part{'s' if len(order) != 1 else ''}"
    text = f"Stacked bars: {subtitle}; {len(bars)} bar{'s' if len(bars) > 1 else ''}, {parts}."
    known = [bar for bar in bars if bar.shares]
    if not known:
        return text + " No share is known for any of them."
    last = known[-1]
    told = [f"{words.label(code, labels)} {_percent(last.shares[code])}" for code in order if code in last.shares]
    text += f" {last.name}: {style.joined(told)}."
    silent = len(bars) - len(known)
    return text + (f" {silent} {'has' if silent == 1 else 'have'} no shares." if silent else "")


def _draw(
    told: layout.Texts, bars: Sequence[Bar], order: Sequence[str], shades: Mapping[str, str],
    annotations: events.Events, unit: str | None, labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    placed = rows.rows_of([bar.name for bar in bars], row=0.36)
    notes = {bar.name: [f"{y}: {text}" for y, text in annotations if str(y) == bar.name] for bar in bars}
    line = layout.line_height(style.NOTE)
    counts = [
        f"of {words.figure(bar.whole, unit)}" if bar.whole else "of the sum of parts" if bar.shares else ""
        for bar in bars
    ]
    beside = max(layout.text_width(text, style.BODY) for text in counts) + 0.42
    width = layout.WIDTH - 2 * layout.MARGIN - placed.left - beside
    every = [p for bar in bars for p in bar.points]
    keys = [layout.Key(words.label(code, labels), _swatch(_look(shades[code], False))) for code in order[:MOST_PARTS]]
    if len(order) > MOST_PARTS:
        keys.append(layout.Key(f"{len(order) - MOST_PARTS} smaller parts", _swatch(_look(SMALLER, False))))
    keys.append(layout.Key("not stated as any of these, or open within bounds", _swatch(_OPEN)))
    keys += [
        k for k in marks.keys(every, style.GREY) if any(w in k.text for w in ("partial", "elsewhere", "incomplete"))
    ]
    extra = sum(map(len, notes.values())) * line
    page = layout.page(told, keys, placed.height + extra + rows.FOOT)
    ax = page.axes(placed.left, rows.FOOT, width, placed.height + extra)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, placed.height + extra)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_yticks([])
    ax.tick_params(axis="x", length=0, labelsize=style.BODY)
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    y = placed.height + extra
    for bar, names, height, count in zip(bars, placed.names, placed.heights, counts, strict=True):
        for text in notes[bar.name]:
            ax.axhline(y - line / 2, color=style.FAINT, lw=0.8, ls=events.DASHES)
            short = layout.wrap(text, width * 0.8, style.NOTE, most=1)
            page.sheet.text(page.left + placed.left + 0.1, page.bottom + rows.FOOT + y - line * 0.78, short[0],
                            size=style.NOTE, color=style.GREY, bbox={"facecolor": style.PAPER, "edgecolor": "none",
                                                                     "pad": 0.6})  # fmt: skip
            y -= line
        centre = y - height / 2
        at = page.bottom + rows.FOOT + centre
        rows.write(page, names, page.left + placed.left - 0.15, at, ha="right")
        _stack(page, ax, bar, order, shades, centre, at, page.left + placed.left, width, labels)
        flagged = bar.whole if bar.whole and (bar.whole.partial or bar.whole.secondary) else None
        start = page.left + placed.left + width + 0.12
        if flagged is not None:
            marks.dot(page.sheet, start + 0.08, at, flagged, style.GREY, 5)
        rows.write(page, [count], start + 0.2, at, style.GREY)
        if any(p.incomplete for p in bar.points):
            marks.stripe(page.sheet, page.left + placed.left - 0.07, 0.09, BAR, at)
        y -= height
    return page


def _look(colour: str, hollow: bool) -> dict[str, Any]:
    if hollow:
        return {"facecolor": style.PAPER, "edgecolor": colour, "linewidth": 1.4}
    return {"facecolor": colour, "edgecolor": style.PAPER, "linewidth": 0.8}


def _stack(
    page: layout.Page, ax: Axes, bar: Bar, order: Sequence[str], shades: Mapping[str, str], centre: float, at: float,
    left: float, width: float, labels: Mapping[str, str] | None,
) -> None:  # fmt: skip
    if bar.reason:
        rows.write(
            page, layout.wrap(bar.reason, width - 0.2, style.NOTE, most=1), left + 0.08, at, style.GREY, size=style.NOTE
        )
        return
    ax.add_patch(Rectangle((0, centre - BAR / 2), 1, BAR, **_OPEN))
    start = 0.0
    unplaced = []
    for code in (code for code in order if code in bar.shares):
        low = bar.shares[code][0]
        secondary = bar.parts[code].secondary or (bar.whole is not None and bar.whole.secondary)
        inset = 0.012 if secondary else 0.0
        look = _look(shades[code], secondary)
        ax.add_patch(Rectangle((start, centre - BAR / 2 + inset), low, BAR - 2 * inset, **look))
        text = _percent(bar.shares[code])
        if layout.text_width(text, style.NOTE) + 0.1 <= low * width:
            ink = style.INK if secondary else style.text_on(shades[code])
            rows.write(page, [text], left + (start + low / 2) * width, at, ink, "center", style.NOTE)
        else:
            unplaced.append((f"{words.label(code, labels)} {text}", style.readable(shades[code])))
        start += low
    # What has no room on its own piece stands in the open ground behind it, named.
    x = start * width + 0.08
    for text, ink in unplaced:
        wide = layout.text_width(text, style.NOTE) + 0.16
        if x + wide > width:
            break
        page.sheet.text(left + x, at - 0.26 * layout.line_height(style.NOTE), text, size=style.NOTE, color=ink,
                        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.2})  # fmt: skip
        x += wide


def _swatch(look: Mapping[str, Any]) -> layout.Glyph:
    return lambda ax, x, y: ax.add_patch(Rectangle((x - 0.12, y - 0.075), 0.24, 0.15, **look))
