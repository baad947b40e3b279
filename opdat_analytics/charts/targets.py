"""Baseline, target and actual of each indicator: bullet bars on scales of their own, met only where for certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from opdat_analytics.charts import exhibit, layout, marks, rows, style, words
from opdat_analytics.charts.frame import Point, blank, points, required
from opdat_analytics.model import Exhibit

NEEDS = ("low", "high", "target_low", "target_high", "met")
OWN_SCALE = "Each bar has a scale of its own, from zero: do not compare lengths between rows."
NO_CAUSE = "A target met or missed says what was counted, not who or what brought it about."
TALL = 0.17
_MET = {"yes": "met", "no": "not met"}


def targets(
    frame: pd.DataFrame,
    *,
    by: str = "name",
    title: str | None = None,
    name: str | None = None,
    publication: str | None = None,
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Bullet bars of indicators against their targets.

    Parameters
    ----------
    frame
        Result of ``metrics.targets``: ``by``, ``low``, ``high``, ``target_low``, ``target_high``, ``met``; optional
        ``baseline_low``, ``baseline_high``, ``unit``, ``period``, ``places``, ``direction``, ``reason``.
    by
        Column that names a row; place and period stand behind it.
    title, name, publication, sources, labels
        As for ``trend``.

    Returns
    -------
    Exhibit

    Raises
    ------
    OpdatError
        If columns or rows are missing, or the title names a cause or a change.
    """
    required(frame, (by,), NEEDS)
    table = frame.reset_index(drop=True)
    every = points(table, by, None)
    records = table.to_dict("records")
    names = [
        rows.name([r[by], *(r.get(n) for n in ("places", "period") if not blank(r.get(n)))], labels) for r in records
    ]
    met = [_verdict(r, p) for r, p in zip(records, every, strict=True)]
    sure = met.count("met")
    # A headline never rests on figures read elsewhere than at their publisher.
    open_ended = any(p.secondary or p.partial or p.incomplete for p in every)
    neutral = f"Baseline, target and actual of {len(met)} indicator{'s' if len(met) > 1 else ''}"
    headline = f"{sure} of {len(met)} targets met for certain, {met.count('not met')} not met, " \
               f"{met.count('not known') + met.count('no actual')} not known"  # fmt: skip
    said = words.own_title(title, ()) if title else neutral if open_ended else headline
    span = words.period(value for r in records for value in [r.get("period")])
    subtitle = " · ".join(filter(None, ["Actual against target", span, "lower bound to upper bound"]))
    last = [f"{who}: {exhibit.sentence(str(r['reason']))}" for who, r in zip(names, records, strict=True)
            if not blank(r.get("reason"))]  # fmt: skip
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts("targets", table, every, said, subtitle, publication, sources, (OWN_SCALE, NO_CAUSE), last)
        page = _draw(told, names, records, every, met, labels)
    return exhibit.exhibit("targets", name, page.figure, table, told, _spoken(names, records, every, met), "measure")


def _verdict(record: Mapping[Any, Any], point: Point) -> str:
    return _MET.get(str(record.get("met")), "not known") if point.stated or point.hidden else "no actual"


def _spoken(
    names: Sequence[str], records: Sequence[Mapping[Any, Any]], every: Sequence[Point], met: Sequence[str]
) -> str:
    told = [
        f"{who}: {words.figure(p, _unit(r))}, target {_bounds(r, 'target')}, {verdict}"
        for who, r, p, verdict in list(zip(names, records, every, met, strict=True))[:8]
    ]
    more = f" And {len(names) - 8} more." if len(names) > 8 else ""
    return f"Bullet bars of {len(names)} indicator{'s' if len(names) > 1 else ''}. {'; '.join(told)}.{more}"


def _unit(record: Mapping[Any, Any]) -> str | None:
    return None if blank(record.get("unit")) else str(record["unit"])


def _ends(record: Mapping[Any, Any], side: str) -> tuple[float | None, float | None]:
    low, high = (record.get(f"{side}_{end}") for end in ("low", "high"))
    return None if blank(low) else float(low), None if blank(high) else float(high)  # type: ignore[arg-type]


def _bounds(record: Mapping[Any, Any], side: str) -> str:
    return words.bounds(*_ends(record, side), _unit(record))


def _draw(
    told: layout.Texts, names: Sequence[str], records: Sequence[Mapping[Any, Any]], every: Sequence[Point],
    met: Sequence[str], labels: Mapping[str, str] | None,
) -> layout.Page:  # fmt: skip
    placed = rows.rows_of(names, row=0.42)
    columns = [
        ("actual", [words.figure(p, _unit(r)) for p, r in zip(every, records, strict=True)]),
        ("target", [("≤ " if r.get("direction") == "down" else "") + _bounds(r, "target") for r in records]),
        ("", list(met)),
    ]
    widths = [max(layout.text_width(t, style.BODY, "bold") for t in (head, *texts)) + 0.22 for head, texts in columns]
    width = layout.WIDTH - 2 * layout.MARGIN - placed.left - sum(widths)
    head = layout.line_height(style.BODY) + 0.1
    keys = [layout.Key("actual", _plain), layout.Key("target", _tick(style.INK, 2.4))]
    if any(_ends(r, "baseline")[0] is not None for r in records):
        keys.append(layout.Key("baseline", _tick(style.FAINT, 1.4)))
    if any(p.ranged for p in every):
        keys.append(layout.Key("may be as much: upper bound", _lighter))
    if any(_ends(r, "target")[1] != _ends(r, "target")[0] for r in records):
        keys.append(layout.Key("target between two bounds", _band))
    skip = ("as stated", "between two bounds", "value before", "95%")
    keys += [k for k in marks.keys(every, style.GREY, sideways=True) if not k.text.startswith(skip)]
    page = layout.page(told, keys, placed.height + head)
    rows.name_rows(page, placed, page.bottom)
    right = page.left + placed.left + width
    edges = [right + sum(widths[: n + 1]) for n in range(3)]
    for (text, texts), edge in zip(columns, edges, strict=True):
        rows.write(page, [text] if text else [], edge, page.bottom + placed.height + head / 2, style.GREY, "right")
        for value, y in zip(texts, placed.centres, strict=True):
            strong = value in _MET.values()
            rows.write(page, [value], edge, page.bottom + y, style.INK if strong else style.GREY, "right",
                       weight="bold" if value == "met" else "normal")  # fmt: skip
    for record, point, y in zip(records, every, placed.centres, strict=True):
        ax = page.axes(placed.left, y - 0.17, width - 0.1, 0.34)
        _bullet(ax, record, point, width - 0.1)
    return page


def _bullet(ax: Axes, record: Mapping[Any, Any], point: Point, width: float) -> None:
    target, base = _ends(record, "target"), _ends(record, "baseline")
    ends = [e for e in (*target, *base, point.low, point.high) if e is not None]
    top = (max(ends, default=0.0) or 1.0) * 1.04
    if point.unbounded and point.low is not None:
        top = max(top, point.low * width / (width - marks.ARROW - 0.1))
    ax.set_xlim(min(0.0, *ends) if ends else 0.0, top)
    ax.set_ylim(-0.17, 0.17)
    ax.set_axis_off()
    ax.add_patch(Rectangle((0, -TALL / 2), top, TALL, facecolor="#f0f0f0", edgecolor="none", zorder=0))
    colour = style.measure_colour(str(record.get("measure", "")))
    if point.low is not None:
        hollow = {"facecolor": style.PAPER, "edgecolor": colour, "linewidth": 1.4}
        full = {"facecolor": colour, "edgecolor": "none"}
        look: dict[str, Any] = hollow if point.secondary else full
        ax.add_patch(Rectangle((0, -TALL / 2), point.low, TALL, zorder=2, **look))
        if point.ranged and point.high is not None:
            ax.add_patch(Rectangle((point.low, -TALL / 2), point.high - point.low, TALL, zorder=1.5,
                                   facecolor=style.tint(colour, 0.45), edgecolor="none"))  # fmt: skip
        if point.unbounded:
            marks.open_arrow(ax, point.low, 0.0, (marks.ARROW * 72, 0), style.shade(colour, 0.75))
        if point.secondary or point.partial or point.unstable or point.unbounded:
            marks.dot(ax, point.low, 0.0, point, style.shade(colour, 0.75), 5)
    if base[0] is not None:
        most = base[0] if base[1] is None else base[1]
        ax.plot([base[0]] * 2, [-0.15, 0.15], color=style.FAINT, lw=1.4, zorder=3)
        ax.add_patch(Rectangle((base[0], -0.14), most - base[0], 0.28, facecolor="none", edgecolor=style.FAINT,
                               linewidth=0.8, zorder=3))  # fmt: skip
    if target[0] is not None:
        if target[1] is not None and target[1] > target[0]:
            ax.add_patch(Rectangle((target[0], -0.15), target[1] - target[0], 0.3, facecolor="none",
                                   edgecolor=style.INK, linewidth=1.0, zorder=3.5))  # fmt: skip
        ax.plot([target[0]] * 2, [-0.16, 0.16], color=style.INK, lw=2.4, zorder=3.6, solid_capstyle="butt")
        if target[1] is None:
            marks.open_arrow(ax, target[0], 0.12, (marks.ARROW * 72, 0), style.INK)


def _plain(ax: Axes, x: float, y: float) -> None:
    ax.add_patch(Rectangle((x - 0.12, y - 0.05), 0.24, 0.1, facecolor=style.GREY))


def _lighter(ax: Axes, x: float, y: float) -> None:
    ax.add_patch(Rectangle((x - 0.12, y - 0.05), 0.24, 0.1, facecolor=style.tint(style.GREY, 0.45)))


def _band(ax: Axes, x: float, y: float) -> None:
    ax.add_patch(Rectangle((x - 0.1, y - 0.07), 0.2, 0.14, facecolor="none", edgecolor=style.INK, linewidth=1.0))


def _tick(colour: str, width: float) -> layout.Glyph:
    return lambda ax, x, y: ax.plot([x, x], [y - 0.08, y + 0.08], color=colour, lw=width, solid_capstyle="butt")
