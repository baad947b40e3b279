"""Packs of hard cases for the office files, put together without a project."""

from __future__ import annotations

import functools
from dataclasses import replace

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


def _rows(by: str, values: dict[str, list[tuple[float, float]]], **more: object) -> pd.DataFrame:
    """Bounds of groups in consecutive years from 2010."""
    return result(
        [
            {by: group, "year": 2010 + n, "low": low, "high": high, **more}
            for group, run in values.items()
            for n, (low, high) in enumerate(run)
        ]
    )


@functools.cache
def native_cases() -> dict[str, Exhibit]:
    """A chart of each kind that office programs draw themselves, with bounds where it has any, and one that is none."""
    rows = _rows("region", {"Africa": [(3, 3), (12, 18), (75, NAN)], "Asia": [(5, 5), (7, 7), (0, 4)]})
    last, first = rows[rows["year"] == 2012], rows[rows["year"] == 2010]
    parts = pd.concat(
        [
            result([{"year": 2010 + n, "low": low, "high": high, "form": form} for n, (low, high) in enumerate(run)])
            for form, run in {"labour": [(4, 4), (6, 9)], "total": [(40, 40), (50, 60)]}.items()
        ],
        ignore_index=True,
    )
    counted = pd.DataFrame({"activity_type": ["workshop", "workshop", "strategy"], "region": ["Africa", "Asia", "Asia"],
                            "n": [3, 2, 1], "source": "opdat_page", "certainty": "stated"})  # fmt: skip
    restated = first.drop(columns=["low", "high"]).assign(
        kind="restated", edition_from="2022", edition_to="2023", low_from=[2.0, 5.0], high_from=[4.0, 5.0],
        low_to=[3.0, 9.0], high_to=[3.0, 11.0],
    )  # fmt: skip
    wanted = last.assign(
        name=["Officers trained", "Cases opened"], direction="up", period="2024", target_low=10.0, target_high=12.0,
        baseline_low=2.0, baseline_high=3.0, met="not known", reason=None,
    )  # fmt: skip
    dated = rows.assign(as_of=rows["year"].astype(str), accumulation="to_date")
    stages = pd.concat([first.iloc[:1].drop(columns="region").assign(measure=measure, low=low, high=high)
                        for measure, low, high in (("prosecutions", 9, 12), ("convictions", 4, 4))])  # fmt: skip
    made = {
        "trend": charts.trend(rows, by="region", annotations=[(2011, "Law passed")]),
        "stages": charts.stages(stages),
        "small_multiples": charts.small_multiples(rows, by="region"),
        "ranked": charts.ranked(rows[rows["year"] == 2011], by="region"),
        "change": charts.change(rows, by="region", start=2010, end=2012),
        "revisions": charts.revisions(restated, by=("region", "year")),
        "composition": charts.composition(parts),
        "to_date": charts.to_date(dated[dated["region"] == "Africa"], by="region"),
        "to_date of two": charts.to_date(dated, by="region"),
        "activities": charts.activities(counted),
        "activities in several places": charts.activities(counted.assign(joint=1)),
        "targets": charts.targets(wanted),
        "grid": charts.grid(rows, rows="region"),
    }
    return {name: replace(exhibit, name=name) for name, exhibit in made.items()}
