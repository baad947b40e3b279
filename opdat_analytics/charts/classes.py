"""Classes of a shade: at most six that begin at round numbers, and one for exactly zero."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import floor, inf, log10

import numpy as np
import seaborn as sns
from matplotlib.colors import to_hex

from opdat_analytics.charts import style, words
from opdat_analytics.charts.frame import Point


@dataclass(frozen=True)
class Scale:
    """Classes of a shade: where each begins, what it is called, its colour."""

    starts: tuple[float, ...]
    names: tuple[str, ...]
    shades: tuple[str, ...]

    def place(self, value: float) -> int:
        """The class a value falls in."""
        return max(0, int(np.searchsorted(self.starts, value, side="right")) - 1)


def _round_below(value: float) -> float:
    """The largest round number (1, 1.5, 2, 3, 4, 5, 7 times a power of ten) that is not above a positive value."""
    power = 10.0 ** floor(log10(value))
    return float(max(step * power for step in (1, 1.5, 2, 3, 4, 5, 7) if step * power <= value * (1 + 1e-9)))


def scale_of(values: Sequence[float], colour: str, unit: str | None) -> Scale:
    """At most six classes that begin at round numbers near the sextiles, and one for exactly zero."""
    if not values:
        return Scale((), (), ())
    above = sorted(v for v in values if v > 0)
    zero = [0.0] if len(above) < len(values) or not above else []
    whole = all(float(v).is_integer() for v in values)
    round_to = (lambda v: float(floor(_round_below(v)))) if whole else _round_below
    starts = sorted({round_to(above[int(len(above) * i / 6)]) for i in range(6)}) if above else []
    names = ["0"] if zero else []
    for start, end in zip(starts, [*starts[1:], inf][: len(starts)], strict=True):
        if end == inf:
            names.append(f"{words.number(start, unit)} and over")
        elif whole:
            names.append(words.bounds(start, end - 1, unit))
        else:
            names.append(f"{words.number(start, unit)} to under {words.number(end, unit)}")
    shades = ramp(colour, len(starts))
    return Scale((*zero, *starts), tuple(names), (*(["#f4f4f4"] if zero else []), *shades))


def named_for(scale: Scale, figures: Iterable[Point], unit: str | None) -> Scale:
    """The scale with the class of zero named after all that is in it: a hidden 0–4 is shaded with zero, and is not it.

    Parameters
    ----------
    scale
        A result of `scale_of`.
    figures
        What is shaded by its lower bound.
    unit
        Unit code of the figures.
    """
    if not scale.names or scale.starts[0] > 0:
        return scale
    of_none = [point for point in figures if point.low == 0]
    zero = ["0"] if any(point.high == 0 for point in of_none) else []
    tops = [math.inf if point.high is None else point.high for point in of_none if point.high != 0]
    open_ended = ["0 or more"] if math.inf in tops else [words.bounds(0, max(tops), unit)] if tops else []
    return replace(scale, names=(" or ".join([*zero, *open_ended]) or "0", *scale.names[1:]))


def coverage_scale(colour: str) -> Scale:
    """The four classes of a share of places that reported."""
    return Scale((0.0, 0.5, 0.8, 1.0), ("under 50%", "50% to under 80%", "80% to under 100%", "100%"), ramp(colour, 4))


def ramp(colour: str, steps: int) -> tuple[str, ...]:
    """So many shades from pale to dark of one colour."""
    along = [style.tint(colour, 0.14), style.tint(colour, 0.5), colour, style.shade(colour, 0.5)]
    return tuple(to_hex(each) for each in sns.blend_palette(along, max(steps, 2))[:steps])
