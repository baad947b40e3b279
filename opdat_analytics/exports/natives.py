"""Which charts have a form that office programs draw themselves."""

from __future__ import annotations

from dataclasses import replace
from math import floor, isfinite, log10

from opdat_analytics.exports import native_bars as bars
from opdat_analytics.exports import native_years as years
from opdat_analytics.exports.native import Native
from opdat_analytics.model import Exhibit


def natives(exhibit: Exhibit) -> tuple[Native, ...]:
    """The charts that an office program can draw itself and that say what the exhibit says.

    Parameters
    ----------
    exhibit
        Any chart.

    Returns
    -------
    tuple of Native
        One; several for panels; none where only a picture can say it: other kinds, nothing stated, more rows, lines
        or bars than can be told apart, shares that are not known as counts of a known whole.
    """
    if exhibit.kind not in _KINDS or (exhibit.kind not in _OWN and _more_than_bounds(exhibit)):
        return ()
    made = _KINDS[exhibit.kind](exhibit)
    drawn = [native for native in made if native.points]
    if not drawn or len(drawn) < len(made):
        return ()
    tops = [_top(native) for native in drawn]
    if len(drawn) > 1 and exhibit.kind == "small_multiples":
        shared = max(top or _highest(native) for native, top in zip(drawn, tops, strict=True))
        tops = [_round_up(shared)] * len(drawn)
    return tuple(replace(native, top=top) for native, top in zip(drawn, tops, strict=True))


def _more_than_bounds(exhibit: Exhibit) -> bool:
    """Whether a picture shows limits of chance or what was stated before, for which a series has no mark."""
    frame = exhibit.frame
    return any(name in frame.columns and frame[name].notna().any() for name in ("chance_low", "chance_high", "old_low"))


def _highest(native: Native) -> float:
    return max((point.low or 0.0 for one in native.series for point in one.stated), default=0.0)


def _top(native: Native) -> float | None:
    """Where programs would end the axis of figures below an upper bound, as they look at the marks only: its end."""
    if native.form in ("shares", "ranks", "stacks"):
        return None
    highs = [point.high for one in native.series for point in one.stated if point.high is not None]
    most, highest = max(highs, default=0.0), _highest(native)
    return _round_up(most) if most > highest else None


def _round_up(value: float) -> float:
    """The next of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten."""
    if not isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    steps = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12)
    return next((round(step * power, 12) for step in steps if step * power >= value), value)


_KINDS = {
    "trend": years.trend, "stages": years.stages, "small_multiples": years.panels, "to_date": years.dates,
    "ranked": bars.ranked, "change": bars.change, "revisions": bars.revisions, "activities": bars.activities,
    "composition": bars.composition, "targets": bars.targets,
}  # fmt: skip
_OWN = ("revisions",)
"""Kinds whose native form shows what was stated before."""
