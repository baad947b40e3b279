"""Frames as metrics return them, hard cases among them, and the check that everything drawn can be read."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from opdat_analytics.charts import style
from opdat_analytics.model import Exhibit

NAN = float("nan")
REGIONS = ("Africa", "East Asia and Pacific", "Europe and Eurasia", "Near East", "South Asia", "Western Hemisphere")
LONG = "United Kingdom of Great Britain and Northern Ireland, and the Crown dependencies of the Channel Islands"
QUERY = {
    "measure": "convictions", "source": "tip_report", "edition": "2023", "reporter": None, "programme": None,
    "offence": "trafficking", "unit": "persons", "statistic": "count", "form": "total", "sex": "total",
    "age": "total", "citizenship": "total", "breakdown": "total", "level": "region", "calendar": "mixed",
    "accumulation": "period", "scheme": "tip_report_2006",
}  # fmt: skip
ANSWER = {
    "low": NAN, "high": NAN, "qualifier": "exact", "n_figures": 1, "n_reporting": 9, "n_expected": 10,
    "coverage": 0.9, "partial": False, "about": False, "secondary": False, "left_out": None, "caveat": None,
}  # fmt: skip


def result(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a metric returns them: what they are grouped by, the query, the answer."""
    own = [name for name in rows[0] if name not in QUERY and name not in ANSWER]
    sides = list(dict.fromkeys([*own, *[n for n in ("measure",) if len({r.get(n) for r in rows}) > 1]]))
    whole = [{**QUERY, **ANSWER, **row} for row in rows]
    extra = [n for n in ("incomplete", "restated", "old_low", "unstable", "as_of") if n in rows[0] and n not in ANSWER]
    first = [name for name in sides if name not in extra or name == "as_of"]
    names = [*first, *[n for n in QUERY if n not in first], *ANSWER, *[n for n in extra if n != "as_of"]]
    return pd.DataFrame(whole)[names]


def exact(by: str, values: dict[str, list[float]], first: int = 2010, **more: Any) -> pd.DataFrame:
    return result(
        [
            {by: group, "year": first + n, "low": v, "high": v, **more}
            for group, run in values.items()
            for n, v in enumerate(run)
        ]
    )


def record(groups: tuple[str, ...] = REGIONS, years: range = range(2003, 2023)) -> pd.DataFrame:
    """A record like the real one: ranges, lower bounds, gaps, partial totals, a likely incomplete last year."""
    draw = np.random.default_rng(1)
    rows = []
    for group in groups:
        value = int(draw.integers(20, 300))
        for year in years:
            value = int(value * draw.uniform(0.8, 1.3))
            row: dict[str, Any] = {"region": group, "year": year, "low": value, "high": value}
            row["incomplete"] = year == years[-1]
            fate = draw.uniform()
            if fate < 0.25:
                row |= {"high": value + 30, "qualifier": "between"}
            elif fate < 0.35:
                row |= {"high": NAN, "qualifier": "at_least"}
            elif fate < 0.45:
                row |= {"low": NAN, "high": NAN, "qualifier": "unquantified"}
            elif fate < 0.55:
                row |= {"partial": True, "coverage": 0.6}
            rows.append(row)
    return result(rows)


def written(exhibit: Exhibit) -> list[Text]:
    """Every text that is drawn."""
    with matplotlib.rc_context(style.RC):
        FigureCanvasAgg(exhibit.figure)
        exhibit.figure.draw_without_rendering()
    return [t for t in exhibit.figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def assert_readable(exhibit: Exhibit) -> None:
    """Every text lies inside the canvas and on no other text."""
    drawn = [t for t in written(exhibit) if t.axes is None or t.axes.axison or t.axes.get_zorder() == 10]
    canvas = exhibit.figure.bbox
    left, low, right, high = np.array([t.get_window_extent().padded(-0.5).extents for t in drawn]).T
    said = [t.get_text() for t in drawn]
    for place, text in enumerate(said):
        assert canvas.x0 <= left[place], f"“{text}” is cut off on the left"
        assert right[place] <= canvas.x1, f"“{text}” is cut off on the right"
        assert canvas.y0 <= low[place] < high[place] <= canvas.y1, f"“{text}” is cut off above or below"
    across = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    along = np.minimum.outer(high, high) - np.maximum.outer(low, low)
    for one, two in np.argwhere(np.triu((across > 0) & (along > 2.5), 1)):
        raise AssertionError(f"“{said[one]}” and “{said[two]}” overlap")


EDGES = {
    "the record": record(),
    "thirty regions": record(tuple(f"Region number {n} with a long & winding name" for n in range(30))),
    "one point": exact("region", {"Africa": [12]}),
    "one region": exact("region", {"Africa": [12, 14, 13]}),
    "all missing": exact("region", {r: [NAN, NAN] for r in REGIONS}, qualifier="not_reported"),
    "all below five": result([{"region": r, "year": y, "low": 0, "high": 4} for r in REGIONS for y in (2010, 2011)]),
    "zero": exact("region", {r: [0, 0, 0] for r in REGIONS}),
    "long names": exact("region", {f"{LONG} {n}": [n, n + 1] for n in range(8)}),
    "scripts": exact("region", {"Российская Федерация": [3, 4], "المملكة العربية السعودية": [5, 6]}),
    "markup": exact("region", {"<b>Bold</b> & $x^2$": [3, 4], "_hidden $\\bad{x}$": [5, 6], "$": [1, 1]}),
    "large": exact("region", {"Africa": [1234567, 2345678], "Near East": [1e9, 1.5e9]}),
    "everything at once": result(
        [
            {"region": region, "year": year, "low": low, "high": high, **more}
            for year in (2010, 2011, 2012)
            for region, low, high, more in (
                (LONG, 7, 7, {}),
                ("Российская Федерация", 0, 0, {}),
                ("المملكة العربية السعودية", 0, 4, {}),
                ("<b>Bold</b> & $x^2$", 75, NAN, {"qualifier": "at_least"}),
                ("$", NAN, NAN, {"qualifier": "suppressed"}),
                ("Donaudampfschifffahrtsgesellschaft" * 3, 12, 18, {"partial": True, "coverage": 0.5}),
                ("Read elsewhere", 33, 33, {"secondary": True}),
                ("Some years only", 5 if year != 2011 else NAN, 5 if year != 2011 else NAN, {}),
            )
        ]
    ).assign(
        incomplete=lambda rows: rows["year"] == 2012,
        old_low=lambda rows: rows["low"] + 2,
        old_high=lambda rows: rows["high"] + 3,
        chance_low=lambda rows: rows["low"] * 0.6,
        chance_high=lambda rows: rows["low"] * 1.5 + 3,
        unstable=lambda rows: rows["low"] < 6,
    ),
    "two lines at one end": exact("region", {r: [7, 7] for r in REGIONS}),
}

CHECKED = record(REGIONS[:5], range(2010, 2018)).assign(
    old_low=lambda rows: rows["low"].where(rows["year"] == 2015) * 0.8,
    secondary=lambda rows: (rows["region"] == "Near East") & (rows["year"] < 2014),
)
"""What the pictures of the kinds are drawn from: ranges, lower bounds, gaps, partial totals, restated, secondary."""
