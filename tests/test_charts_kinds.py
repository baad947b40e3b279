"""Every kind of chart with every hard case: nothing is cut off, nothing overlaps, and it says what it may say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from chart_frames import EDGES, LONG, NAN, assert_readable, exact, result, written

from opdat_analytics import charts, vocab
from opdat_analytics.charts import layout
from opdat_analytics.charts.tile_map import tiles
from opdat_analytics.model import Exhibit, MixtureRefused, OpdatError

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
    sums = rows.groupby("year")[["low", "high"]].agg({"low": "sum", "high": lambda highs: highs.sum(skipna=False)})
    sums = sums.reset_index()
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
    "grid": lambda rows: charts.grid(rows, rows="region", annotations=EVENTS),
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
    "sparkline_table": lambda rows: charts.sparkline_table(rows, by="region", annotations=EVENTS),
}  # fmt: skip
OVER_TIME = ("trend", "stages", "small_multiples", "composition", "to_date", "timeline", "grid", "sparkline_table")
MORE = {
    "secondary": exact("region", {"Africa": [3, 4], "Asia": [5, 9]}, secondary=True),
    "unstable": exact("region", {"Africa": [3, 4], "Asia": [5, 9]}, unstable=True, chance_low=1.0, chance_high=14.0),
    "restated": exact("region", {"Africa": [3, 4], "Asia": [5, 9]}, restated=True, old_low=2.0, old_high=7.0),
    "long words": exact("region", {"Donaudampfschifffahrtsgesellschaft" * 4: [3, 4], LONG * 2: [1, 2]}),
}
CASES = {**EDGES, **MORE}


QUICK = ("everything at once", "all missing")


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


class TestMarks:
    @pytest.mark.parametrize("kind", ["trend", "ranked", "change", "to_date", "small_multiples", "sparkline_table"])
    def test_what_is_read_elsewhere_is_hollow(self, kind: str) -> None:
        axes = KINDS[kind](MORE["secondary"]).figure.axes
        dots = [line for ax in axes for line in ax.lines if line.get_marker() == "s" and ax.get_zorder() != 10]
        assert dots
        assert {line.get_markerfacecolor() for line in dots} == {"#ffffff"}

    def test_statements_of_the_record_say_themselves_that_they_were_read_elsewhere(self) -> None:
        rows = MORE["secondary"].drop(columns="secondary").assign(sourcing="secondary")
        assert "pages other than the publisher's" in KINDS["to_date"](rows).source_line

    def test_an_unstable_rate_read_elsewhere_is_a_hollow_cross(self) -> None:
        rows = exact("region", {"Africa": [3]}, unstable=True, secondary=True)
        axes = charts.ranked(rows, by="region").figure.axes[1]
        [cross] = [line for line in axes.lines if line.get_marker() == "X"]
        assert cross.get_markerfacecolor() == "#ffffff"

    @pytest.mark.parametrize("kind", ["trend", "ranked", "small_multiples", "to_date"])
    def test_chance_limits_and_unstable_rates_are_drawn_and_explained(self, kind: str) -> None:
        chart = KINDS[kind](MORE["unstable"])
        texts = {text.get_text() for text in written(chart)}
        assert {"unstable: fewer than 20 events", "95% chance limits"} <= texts
        drawn = [
            [float(x) for x in line.get_ydata()] + [float(x) for x in line.get_xdata()]
            for ax in chart.figure.axes for line in ax.lines if line.get_linewidth() == 0.8
        ]  # fmt: skip
        assert any({1.0, 14.0} <= set(ends) for ends in drawn)
        assert any("95% chance limits" in text for text in (*chart.caveats, *chart.notes))

    def test_a_gap_has_a_mark_and_no_line_crosses_it(self) -> None:
        chart = charts.trend(exact("region", {"Africa": [3, NAN, 5]}), by="region")
        axes = chart.figure.axes[1]
        assert [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "x"] == [[2011.0]]
        assert not [line for line in axes.lines if list(line.get_ydata()) == [3.0, 5.0]]
        assert "no number: a gap, not zero" in {text.get_text() for text in written(chart)}

    def test_a_break_has_a_mark_no_line_crosses_it_and_no_title_speaks_across_it(self) -> None:
        rows = exact("region", {"Africa": [3, 4, 50]}).assign(series_break=[False, False, True])
        chart = charts.trend(rows, by="region")
        axes = chart.figure.axes[1]
        assert "counted differently from here: a break" in {text.get_text() for text in written(chart)}
        assert [list(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 3.4] == [[2011.5, 2011.5]]
        assert not [line for line in axes.lines if list(line.get_ydata()) == [4.0, 50.0]]
        assert chart.title == "Convictions, Africa, 2010–2012"

    @pytest.mark.parametrize("kind", OVER_TIME)
    def test_events_are_data_and_are_drawn_or_named(self, kind: str) -> None:
        chart = KINDS[kind](exact("region", {"Africa": [3, 4, 5], "Asia": [6, 7, 8]}))
        assert chart.annotations == {str(year): text for year, text in EVENTS}
        drawn = " ".join(text.get_text() for text in written(chart))
        assert all(text in drawn for _, text in EVENTS)


class TestComposition:
    def shares(self, rows: pd.DataFrame, **more: Any) -> list[str]:
        return [text.get_text() for text in written(charts.composition(rows, **more))]

    def test_shares_of_a_printed_total_carry_its_bounds(self) -> None:
        rows = pd.concat([
            exact("form", {"labour": [20], "sexual": [30]}),
            exact("form", {"total": [80]}).assign(high=100.0),
        ])  # fmt: skip
        texts = self.shares(rows)
        assert {"20–25%", "30–38%", "of 80–100"} <= set(texts)

    def test_one_part_without_a_total_is_no_share(self) -> None:
        texts = self.shares(exact("form", {"labour": [20]}))
        assert "only labour is stated, and no total: no share" in texts
        assert texts.count("100%") == 1, "only the scale says so"

    def test_parts_alone_are_shares_of_their_sum(self) -> None:
        rows = exact("form", {"labour": [10], "sexual": [10]}).assign(high=[10.0, 30.0])
        assert {"25–50%", "50–75%", "of the sum of parts"} <= set(self.shares(rows))

    def test_parts_that_do_not_add_up_are_said_and_not_drawn(self) -> None:
        rows = exact("form", {"labour": [70], "sexual": [60], "total": [100]})
        chart = charts.composition(rows)
        assert chart.caveats[0] == "The parts add up to more than the printed total for 2010: not drawn."
        assert "parts do not add up: at least 130 in a total of 100" in {t.get_text() for t in written(chart)}

    def test_needs_a_part(self) -> None:
        with pytest.raises(OpdatError, match="the column form holds only “total”"):
            charts.composition(exact("form", {"total": [5]}))


class TestChange:
    def test_says_a_direction_only_where_every_value_has_it(self) -> None:
        rows = exact("region", {"Africa": [10, 30], "Asia": [10, 12], "Europe": [9, 5]})
        rows.loc[(rows["region"] == "Asia") & (rows["year"] == 2010), "high"] = 15
        chart = charts.change(rows, by="region")
        ways = [t.get_text() for t in written(chart) if t.get_text() in ("rose", "fell", "not known")]
        assert sorted(ways) == ["fell", "not known", "rose"]
        assert "here for 2 of 3" in chart.caveats[0]
        assert chart.title == "Convictions of 3 regions from 2010 to 2011: rose in 1, fell in 1, not known for 1"

    def test_a_title_that_counts_more_than_is_drawn_stands_beside_how_many_are_drawn(self) -> None:
        rows = exact("region", {"Africa": [1, 2], "Asia": [3, 4], "Europe": [6, 5]})
        chart = charts.change(rows, by="region", top=2)
        assert chart.title.startswith("Convictions of 3 regions")
        assert chart.caveats[0] == "2 of 3 are shown: those with the highest lower bounds in 2011."

    def test_needs_two_years(self) -> None:
        with pytest.raises(OpdatError, match=r"asked were 2010 and 2030, the frame has 2010 and 2011"):
            charts.change(exact("region", {"Africa": [1, 2]}), by="region", end=2030)


def test_alternative_text_names_no_lowest_where_several_share_it() -> None:
    rows = exact("region", {"Africa": [9], "Asia": [5], "Near East": [5], "South Asia": [5]})
    assert (
        "Highest lower bound: Africa in 2010 (9); lowest: 5, shared by 3 figures."
        in charts.ranked(rows, by="region").alt
    )


def test_listed_awards_are_called_awards_and_never_work_done() -> None:
    rows = pd.DataFrame(
        {"region": ["Africa"], "year": [2005], "certainty": "stated", "source": "jtip_projects", "n": 3}
    )
    chart = charts.activities(rows, rows="region", columns="year")
    assert chart.title == "Awards listed, by region and year"
    assert chart.subtitle == "Number of awards listed · by region and year"
    assert chart.caveats[0].startswith("Counts of awards that the sources list: money granted, not work done")


class TestTimeline:
    rows = pd.DataFrame({
        "title": ["Tribunal", "Course", "Project", "Undated mission", "Not held"],
        "activity_type": "workshop", "start": ["2019-03", "2020", None, None, "2018"],
        "year": [None, None, 2018, None, None], "calendar": "us_fiscal", "source": "opdat_page",
        "certainty": ["stated", "planned", "stated", "stated", "negative"],
    })  # fmt: skip

    def test_dates_are_as_long_as_they_say_and_undated_entries_are_never_placed(self) -> None:
        chart = charts.timeline(self.rows)
        bars = [(patch.get_x(), patch.get_width()) for patch in chart.figure.axes[1].patches]
        # A fiscal year runs from October of the year before; a date of a year covers the year.
        assert bars == [(2018 * 12 - 3, 12), (2019 * 12 + 2, 1), (2020 * 12, 12)]
        assert chart.subtitle == "3 of 4 entries have a date; 1 has none"
        assert "Undated mission" in {t.get_text() for t in written(chart)}
        assert "1 entry says that something was not done; not drawn." in chart.notes

    def test_what_is_printed_as_since_a_year_goes_on(self) -> None:
        rows = self.rows.head(2).assign(text=["since 2019-03", "in 2020"])
        first, second = charts.timeline(rows).figure.axes[1].patches
        ends = [line.get_xdata()[0] for line in charts.timeline(rows).figure.axes[1].lines if line.get_marker() == ">"]
        assert (first.get_x(), second.get_x()) == (2019 * 12 + 2, 2020 * 12)
        assert len(ends) == 1

    def test_many_undated_entries_are_counted_by_group_and_the_subtitle_says_so(self) -> None:
        rows = pd.concat([self.rows.head(1), *[self.rows.iloc[[3]]] * 25], ignore_index=True)
        chart = charts.timeline(rows)
        assert chart.subtitle == "1 of 26 entries have a date; 25 without one are counted below by their group"
        assert "Workshop: 25" in {t.get_text() for t in written(chart)}

    def test_planned_is_hollow(self) -> None:
        patches = charts.timeline(self.rows).figure.axes[1].patches
        assert [patch.get_facecolor() == (1, 1, 1, 1) for patch in patches] == [False, False, True]

    def test_undated_entries_that_are_not_stated_as_done_say_so_by_name_and_by_count(self) -> None:
        few = self.rows.assign(start=None, year=None, certainty=["stated", "planned", "possible", "stated", "negative"])
        chart = charts.timeline(few)
        assert {"Tribunal", "Course (planned)", "Project (possibly done)"} <= {t.get_text() for t in written(chart)}
        assert "Of the 4 without a date 1 is planned and 1 is possibly done, not stated as done." in chart.caveats
        assert chart.subtitle == "0 of 4 entries have a date; 4 have none"
        many = pd.DataFrame({
            "title": [f"Entry {n}" for n in range(30)], "start": None, "source": "opdat_page",
            "activity_type": ["workshop"] * 20 + ["legal_assistance"] * 3 + ["mentoring"] * 7,
            "certainty": ["planned"] * 4 + ["possible"] + ["stated"] * 15 + ["planned"] * 3 + ["stated"] * 7,
        })  # fmt: skip
        chart = charts.timeline(many)
        said = {t.get_text() for t in written(chart)}
        assert {"Case-based mentoring: 7", "Legal assistance: 3, all planned"} <= said
        assert "Workshop: 20, 4 planned, 1 possibly done" in said
        assert "Of the 30 without a date 7 are planned and 1 is possibly done, not stated as done." in chart.caveats

    def test_needs_names(self) -> None:
        with pytest.raises(OpdatError, match="needs a column title or name"):
            charts.timeline(pd.DataFrame({"start": ["2019"]}))


class TestTargets:
    def test_a_headline_counts_what_is_met_for_certain_and_never_rests_on_secondary_figures(self) -> None:
        rows = as_targets(exact("region", {"Trained": [15], "Convicted": [3]})).assign(met=["no", "yes"])
        assert charts.targets(rows).title == "1 of 2 targets met for certain, 1 not met, 0 not known"
        assert charts.targets(rows.assign(secondary=True)).title == "Baseline, target and actual of 2 indicators"


class TestTileMap:
    def test_every_country_of_the_record_and_of_its_programmes_has_a_tile(self, record: Any) -> None:
        named = record.programmes["places"].dropna().str.split(";").explode()
        countries = {code for code in named if vocab.level_of(code) == "country"}
        countries |= set(record.observations.loc[record.observations["level"] == "country", "place"])
        assert len(countries) > 170
        assert countries <= set(tiles())

    @pytest.mark.parametrize(("high", "name"), [(0, "0"), (4, "0–4"), (NAN, "0 or more")])
    def test_the_class_of_zero_is_named_after_all_that_is_in_it(self, high: float, name: str) -> None:
        hidden = {"year": 2020, "low": 0, "high": high}
        rows = [{"place": "ALB", **hidden}, {"place": "ITA", "year": 2020, "low": 7, "high": 7}]
        assert name in {text.get_text() for text in written(charts.tile_map(result(rows), by="place"))}
        both = [*rows, {"place": "PRT", "year": 2020, "low": 0, "high": 0}]
        wanted = name if high == 0 else f"0 or {name}"
        assert wanted in {text.get_text() for text in written(charts.grid(result(both), rows="place"))}

    def test_no_two_tiles_share_a_place(self) -> None:
        assert len(set(tiles().values())) == len(tiles())

    def test_a_place_without_a_tile_is_told(self) -> None:
        rows = exact("place", {"NPL": [4], "WORLD": [9]})
        chart = charts.tile_map(rows)
        assert "Without a tile: World (9)." in chart.caveats
        assert not any("Without a tile" in note for note in chart.notes)

    def test_shows_one_year(self) -> None:
        with pytest.raises(MixtureRefused, match="A map shows one year"):
            charts.tile_map(exact("place", {"NPL": [4, 5]}))


class TestRevisions:
    def test_draws_old_hollow_and_new_full(self, record: Any) -> None:
        rows = record.revisions.query("source == 'unodc_glotip' and measure == 'convictions'")
        chart = charts.revisions(rows, top=3)
        assert chart.title == "Convictions: the 3 largest of 20 figures restated between editions"
        assert list(zip(chart.frame["old_low"], chart.frame["low"], strict=True)) == [(154, 195), (89, 129), (67, 92)]
        axes = chart.figure.axes[1]
        old = [line for line in axes.lines if line.get_marker() == "D"]
        assert [line.get_xdata()[0] for line in old] == [154, 89, 67]
        assert {line.get_markerfacecolor() for line in old} == {"#ffffff"}

    def test_counts_old_and_new_values_that_are_known_only_within_bounds(self, record: Any) -> None:
        rows = record.revisions.query("source == 'unodc_glotip' and measure == 'convictions'")
        said = "2 of 20 old values and 1 of 20 new values are known only within bounds, often because small numbers"
        assert any(text.startswith(said) for text in charts.revisions(rows).caveats)


def test_a_ranking_by_rates_names_no_first_where_chance_could_turn_it_around() -> None:
    rows = exact("region", {"Africa": [9], "Asia": [5]}).assign(chance_low=[4.0, 2.0], chance_high=[15.0, 8.0])
    assert charts.ranked(rows, by="region").title == "Convictions by region, 2010"
    apart = rows.assign(chance_low=[8.5, 2.0])
    assert charts.ranked(apart, by="region").title == "Africa reported the most convictions in 2010: 9"


def test_arabic_letters_are_joined() -> None:
    assert layout.text_width("سس", 9) < 1.8 * layout.text_width("س", 9)
