"""Every kind of chart with every hard case: nothing is cut off, nothing overlaps, and it says what it may say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from chart_frames import EDGES, LONG, assert_readable, exact

from opdat_analytics import charts
from opdat_analytics.charts.tile_map import tiles
from opdat_analytics.model import Exhibit

EVENTS = [(2010, "Law passed"), (2011, "New counting rules with a long and winding name of their own")]


def as_places(rows: pd.DataFrame) -> pd.DataFrame:
    """The last year's groups as countries; the first group stays a place that has no tile."""
    last = rows[rows["year"] == rows["year"].max()]
    codes = ["elsewhere", *list(tiles())[: len(last) - 1]]
    return last.assign(place=codes[: len(last)]).drop(columns="region")


def as_parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Groups as forms of exploitation, and a printed total beside them."""
    parts = rows.drop(columns="form").rename(columns={"region": "form"})
    whole = rows[rows["region"] == rows["region"].iloc[0]].drop(columns="region")
    sums = rows.groupby("year")[["low", "high"]].sum(min_count=1).reset_index()
    return pd.concat([parts, whole.drop(columns=["low", "high"]).merge(sums, on="year")], ignore_index=True)


def as_bars(rows: pd.DataFrame) -> pd.DataFrame:
    """Two forms in each region, of the last year."""
    last = rows[rows["year"] == rows["year"].max()]
    return pd.concat([last.assign(form=form) for form in ("labour", "unspecified")], ignore_index=True)


def as_revisions(rows: pd.DataFrame) -> pd.DataFrame:
    old = {"low_from": rows["low"].fillna(0) + 3, "high_from": rows["high"] + 3}
    new = {"low_to": rows["low"], "high_to": rows["high"], "edition_from": "2022", "edition_to": "2023"}
    return rows.drop(columns=["low", "high"]).assign(kind="restated", **old, **new)


def as_list(rows: pd.DataFrame) -> pd.DataFrame:
    """A list of activities: every second one has no date."""
    dated = [str(year) if place % 2 == 0 else None for place, year in enumerate(rows["year"])]
    table = pd.DataFrame({"title": rows["region"], "activity_type": "workshop", "start": dated, "source": "opdat_page"})
    return table.assign(certainty=["planned" if place % 3 == 0 else "stated" for place in range(len(table))])


def as_targets(rows: pd.DataFrame) -> pd.DataFrame:
    last = rows[rows["year"] == rows["year"].max()]
    return last.assign(
        name=last["region"], direction="up", period="2024", target_low=10.0, target_high=12.0, baseline_low=2.0,
        baseline_high=3.0, met="not known", reason=None,
    )  # fmt: skip


def as_counts(rows: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame({"activity_type": "workshop", "region": rows["region"], "n": rows["low"].clip(upper=999)})
    return table.drop_duplicates("region").assign(source="opdat_page", certainty="stated")


def as_statements(rows: pd.DataFrame) -> pd.DataFrame:
    few = rows[rows["region"].isin(rows["region"].unique()[:8])]
    return few.assign(as_of=few["year"].astype(str), accumulation="to_date")


def last_year(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["year"] == rows["year"].max()]


KINDS: dict[str, Callable[[pd.DataFrame], Exhibit]] = {
    "trend": lambda rows: charts.trend(rows, by="region", annotations=EVENTS),
    "small_multiples": lambda rows: charts.small_multiples(rows, by="region", annotations=EVENTS),
    "ranked": lambda rows: charts.ranked(last_year(rows), by="region", top=30),
    "grid": lambda rows: charts.grid(rows, rows="region"),
    "coverage": lambda rows: charts.grid(rows, rows="region", value="coverage"),
    "stages": lambda rows: charts.stages(
        pd.concat([rows[rows["region"] == rows["region"].iloc[0]].drop(columns="region").assign(measure=measure)
                   for measure in ("prosecutions", "convictions")]), annotations=EVENTS),
    "composition": lambda rows: charts.composition(as_parts(rows), annotations=EVENTS),
    "composition of groups": lambda rows: charts.composition(as_bars(rows), by="region"),
    "change": lambda rows: charts.change(
        rows if rows["year"].nunique() > 1 else pd.concat([rows, rows.assign(year=rows["year"] + 1)]), by="region"),
    "revisions": lambda rows: charts.revisions(as_revisions(last_year(rows)), by=("region", "year"), top=30),
    "to_date": lambda rows: charts.to_date(as_statements(rows), by="region", annotations=EVENTS),
    "activities": lambda rows: charts.activities(as_counts(rows)),
    "timeline": lambda rows: charts.timeline(as_list(rows), annotations=EVENTS),
    "targets": lambda rows: charts.targets(as_targets(rows)),
    "tile_map": lambda rows: charts.tile_map(as_places(rows)),
    "sparkline_table": lambda rows: charts.sparkline_table(rows, by="region"),
}  # fmt: skip
MORE = {
    "secondary": exact("region", {"Africa": [3, 4], "Asia": [5, 9]}, secondary=True),
    "unstable": exact("region", {"Africa": [3, 4], "Asia": [5, 9]}, unstable=True, chance_low=1.0, chance_high=14.0),
    "restated": exact("region", {"Africa": [3, 4], "Asia": [5, 9]}, restated=True, old_low=2.0, old_high=7.0),
    "long words": exact("region", {"Donaudampfschifffahrtsgesellschaft" * 4: [3, 4], LONG * 2: [1, 2]}),
}
CASES = {**EDGES, **MORE}


QUICK = ("everything at once", "one point", "all missing")


@pytest.mark.parametrize("case", QUICK)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_off_and_nothing_overlaps(kind: str, case: str) -> None:
    assert_readable(KINDS[kind](CASES[case]))


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case not in QUICK])
@pytest.mark.parametrize("kind", KINDS)
def test_no_hard_case_is_cut_off_or_overlaps(kind: str, case: str) -> None:
    assert_readable(KINDS[kind](CASES[case]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_elsewhere_is_named_and_no_headline(kind: str) -> None:
    if kind in ("activities", "timeline", "coverage"):
        return
    chart = KINDS[kind](MORE["secondary"])
    assert "elsewhere" in chart.source_line or "pages other than the publisher's" in chart.source_line
    assert not re.search(r"\b(rose|fell|most|met)\b", chart.title), chart.title
    assert any("pages other than the publisher's" in text for text in (*chart.caveats, *chart.notes))


def filled(chart: Exhibit, colour: str) -> list[Any]:
    """Markers of a colour that are filled with it."""
    lines = [line for axes in chart.figure.axes for line in axes.lines]
    return [one for one in lines if one.get_marker() in ("s", "o", "X") and one.get_markerfacecolor() == colour]
