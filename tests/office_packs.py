"""Packs of hard cases for the office files, put together without a project."""

from __future__ import annotations

import functools

import matplotlib.pyplot as plt
import pandas as pd

from opdat_analytics import charts
from opdat_analytics.exports.contents import Credit, Pack, Section
from opdat_analytics.model import Exhibit
from tests.chart_frames import EDGES, NAN, REGIONS, exact, result

SLOW = ("the record", "thirty regions", "everything at once")
"""Hard cases whose trends take long to draw."""
HOSTILE = (
    "=cmd|'/c calc'!A1",
    "+1-2",
    "@SUM(A1)",
    "<script>alert(1)</script> & ]]>",
    "$x^2$ {0} %s",
    "مصر والسودان",
    "Республика Сербская",
    "The Former Territory of a Very Long Name " * 6,
    "vertical\x0btab \x00nul \x1bescape \ufffe",
)


def pack(*exhibits: Exhibit, name: str = "trial", changes: tuple[str, ...] = ("One figure was restated.",)) -> Pack:
    """Charts as a pack of one part."""
    credit = Credit(
        "courts", "Returns of the courts", "Ministry", "https://example.org", "Open", ("2023",), "public", "Theirs."
    )
    return Pack(
        name, "Court returns <b>&amp;</b>", (Section("All charts", exhibits),), "1-abcdef", None, changes, "Public",
        ("National authorities' figures; not results of any U.S. programme.",), "2026-11-24", (credit,),
    )  # fmt: skip


@functools.cache
def hard_cases() -> tuple[Exhibit, ...]:
    """A trend and a ranking of every hard case, with hostile labels and kinds that nobody declared."""
    found = []
    for name, frame in EDGES.items():
        if name not in SLOW:
            found.append(charts.trend(frame, by="region", name=f"trend {name}", publication="1-abcdef"))
        last = frame[frame["year"] == frame["year"].max()]
        found.append(charts.ranked(last, by="region", name=f"ranked {name}", publication="1-abcdef"))
    return (*found, hostile(), listed(), unknown())


@functools.cache
def hostile() -> Exhibit:
    """Bars that are called as nobody should call a place."""
    rows = [{"region": label, "year": 2020, "low": n, "high": n} for n, label in enumerate(HOSTILE)]
    title = "=Convictions <b>&amp; $x$</b>"
    return charts.ranked(result(rows), by="region", name="hostile", title=title, publication="1-abcdef")


@functools.cache
def bounded() -> Exhibit:
    """One line: stated, a gap, within bounds, a lower bound only."""
    rows = [
        {"region": "Africa", "year": 2010, "low": 3, "high": 3},
        {"region": "Africa", "year": 2011, "low": NAN, "high": NAN, "qualifier": "not_reported"},
        {"region": "Africa", "year": 2012, "low": 12, "high": 18, "qualifier": "between"},
        {"region": "Africa", "year": 2013, "low": 75, "high": NAN, "qualifier": "at_least"},
    ]
    return charts.trend(result(rows), by="region", name="bounded", publication="1-abcdef")


@functools.cache
def listed() -> Exhibit:
    """Activities of twenty-six kinds and years: too many for a bar each, few enough for stacks."""
    rows = [
        {"region": region, "year": year, "certainty": "stated", "source": "opdat_page", "scheme": "opdat", "n": n}
        for n, region in enumerate(("Africa", "Asia", "=Europe & <b>"), start=1)
        for year in range(2000, 2010)
        if year != 2004 and (region, year) != ("Asia", 2007)
    ]
    frame = pd.DataFrame(rows)
    return charts.activities(frame, rows="region", columns="year", name="listed", publication="1-abcdef")


@functools.cache
def unknown() -> Exhibit:
    """A chart of a kind that no writer knows."""
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    plt.close(figure)
    frame: pd.DataFrame = exact("region", {REGIONS[0]: [1, 2]})
    return Exhibit(
        "unknown", "hologram", figure, frame, "A hologram", "Seen", "Source: us.", "Ours.", (), ("A note.",),
        "A picture.", "hologram-00000000@1-abcdef",
    )  # fmt: skip
