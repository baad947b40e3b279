"""Alternative text, written from the points a chart shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opdat_analytics.charts.frame import Point
from opdat_analytics.charts.style import joined
from opdat_analytics.charts.words import bounds, figure, label, number, period, plural


def describe(
    chart: str, subtitle: str, marks: Sequence[Point], unit: str | None = None,
    labels: Mapping[str, str] | None = None, series_word: str = "group",
) -> str:  # fmt: skip
    """Two to four sentences: what chart, how much of it, highest and lowest with bounds, gaps and open bounds.

    ``chart`` is what is drawn, as ``Line chart``; ``marks`` are all its points, those without a number too.
    """
    groups = list(dict.fromkeys(point.group for point in marks))
    span = period(point.along for point in marks)
    counted = series_word if len(groups) == 1 else plural(series_word)
    sentences = [f"{chart} of {subtitle}; {len(groups)} {counted}{', ' + span if span else ''}."]
    stated = [point for point in marks if point.stated]
    if all(point.hidden for point in marks):
        return sentences[0] + " No number of them is shown."
    if not stated:
        return sentences[0] + " No number is stated for any of them; missing is not zero."

    def told(point: Point) -> str:
        when = "" if point.along is None else f" in {point.along}"
        return f"{label(point.group, labels)}{when} ({figure(point, unit)})"

    def shared(low: float | None) -> str:
        """Who has this lower bound: its one figure, or how many share it, for naming one of them would be chance."""
        those = [point for point in stated if point.low == low]
        return told(those[0]) if len(those) == 1 else f"{number(low or 0, unit)}, shared by {len(those)} figures"

    highest = max(stated, key=lambda point: point.low or 0)
    lowest = min(stated, key=lambda point: point.low or 0)
    if len(stated) == 1:
        sentences.append(f"The only number is {told(highest)}.")
    elif highest.low == lowest.low:
        sentences.append(f"Every lower bound is {bounds(highest.low, highest.low, unit)}.")
    else:
        sentences.append(f"Highest lower bound: {shared(highest.low)}; lowest: {shared(lowest.low)}.")
    kinds = [
        (sum(point.ranged for point in stated), "known only within bounds"),
        (sum(point.unbounded for point in stated), "without an upper bound"),
        (sum(point.partial for point in stated), "from too few places"),
        (sum(point.incomplete for point in stated), "likely incomplete"),
    ]
    told_kinds = [f"{count} {'is' if count == 1 else 'are'} {name}" for count, name in kinds if count]
    if told_kinds:
        sentences.append(f"Of {len(stated)} figure{'s' if len(stated) > 1 else ''}, {joined(told_kinds)}.")
    gaps = sum(not point.stated and not point.hidden for point in marks)
    silent = [label(name, labels) for name in groups if not any(p.stated for p in marks if p.group == name)]
    if gaps:
        sentences.append(
            f"{gaps} {'has' if gaps == 1 else 'have'} no number and {'is a gap' if gaps == 1 else 'are gaps'}"
            + (f"; none at all for {joined(silent)}." if silent else ".")
        )
    return " ".join(sentences)
