"""Charts: what they say is true for every value within the bounds, and everything they draw can be read."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import matplotlib
import pandas as pd
import pytest
from chart_frames import EDGES, LONG, NAN, assert_readable, exact, record, result, written

from opdat_analytics import charts
from opdat_analytics.charts import frame as frames
from opdat_analytics.charts import layout, style, words
from opdat_analytics.charts.classes import ramp
from opdat_analytics.charts.to_date import extent
from opdat_analytics.model import MixtureRefused, OpdatError


def test_a_long_title_grows_the_page() -> None:
    title = "Convictions in every region of the world as its authorities reported them, " * 4
    assert_readable(charts.trend(record(), by="region", title=title))
    assert_readable(charts.grid(exact("place", {LONG: [1] * 70}, first=1950), rows="place"))


def test_annotations_are_placed_apart_and_kept_as_data() -> None:
    events = [(2005, "Protocol in force in most of the region"), (2008, "Law renewed"), (2021, "New counting rules")]
    chart = charts.trend(record(), by="region", annotations=events)
    assert_readable(chart)
    assert chart.annotations["2008"] == "Law renewed"
    assert any(t.get_text() == "2008: Law renewed" for t in written(chart))


class TestTitles:
    def test_does_not_tell_two_ends_of_a_course_that_went_beyond_both(self) -> None:
        peaked, steady = (exact("region", {"Africa": course}) for course in ([14, 484, 228], [14, 484, 600]))
        assert charts.trend(peaked, by="region").title == "Convictions, Africa, 2010–2012"
        assert charts.trend(steady, by="region").title == "Africa: convictions rose from 14 in 2010 to 600 in 2012"

    def test_says_rose_where_every_value_within_the_bounds_rose(self) -> None:
        rows = result([
            {"region": "Africa", "year": 2010, "low": 10, "high": 12},
            {"region": "Africa", "year": 2011, "low": 13, "high": 20},
        ])  # fmt: skip
        assert charts.trend(rows, by="region").title == "Africa: convictions rose from 10–12 in 2010 to 13–20 in 2011"

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ({"low": 10, "high": 14}, {"low": 13, "high": 20}),
            ({"low": 10, "high": NAN}, {"low": 300, "high": 300}),
            ({"low": 10, "high": 10}, {"low": 30, "high": 30, "partial": True}),
            ({"low": 10, "high": 10}, {"low": 30, "high": 30, "n_reporting": 12}),
            ({"low": 10, "high": 10}, {"low": 30, "high": 30, "about": True}),
        ],
        ids=["bounds overlap", "start is open above", "end is partial", "other places report", "about"],
    )
    def test_is_neutral_where_that_is_not_sure(self, first: dict[str, Any], last: dict[str, Any]) -> None:
        rows = result([{"region": "Africa", "year": 2010, **first}, {"region": "Africa", "year": 2011, **last}])
        assert charts.trend(rows, by="region").title == "Convictions, Africa, 2010–2011"

    def test_speaks_of_every_region_only_where_each_did_so(self) -> None:
        both = exact("region", {"Africa": [5, 3], "Near East": [9, 4]})
        assert charts.trend(both, by="region").title == "Convictions fell in every region from 2010 to 2011"
        mixed = exact("region", {"Africa": [5, 3], "Near East": [4, 9]})
        assert charts.trend(mixed, by="region").title == "Convictions by region, 2010–2011"

    def test_refuses_a_title_that_the_data_do_not_bear(self) -> None:
        rows = exact("region", {"Africa": [5, 3]})
        with pytest.raises(OpdatError, match="says “rose”, but no group rose"):
            charts.trend(rows, by="region", title="Convictions rose")
        with pytest.raises(OpdatError, match="names a cause"):
            charts.trend(rows, by="region", title="Convictions fell because of new rules")
        assert charts.trend(rows, by="region", title="Convictions fell").title == "Convictions fell"

    def test_names_a_first_only_where_no_other_can_be_larger(self) -> None:
        sure = result([{"region": "Africa", "year": 2020, "low": 9, "high": 12},
                       {"region": "Near East", "year": 2020, "low": 1, "high": 8}])  # fmt: skip
        assert charts.ranked(sure, by="region").title == "Africa reported the most convictions in 2020: 9–12"
        unsure = result([{"region": "Africa", "year": 2020, "low": 9, "high": 12},
                         {"region": "Near East", "year": 2020, "low": 1, "high": NAN}])  # fmt: skip
        assert charts.ranked(unsure, by="region").title == "Convictions by region, 2020"


class TestWordsAroundTheChart:
    def test_names_source_edition_secondary_sourcing_and_whose_result_it_is(self) -> None:
        rows = exact("region", {"Africa": [5, 3]})
        rows.loc[0, "secondary"] = True
        chart = charts.trend(rows, by="region")
        assert chart.source_line == (
            "Source: U.S. Department of State, Trafficking in Persons Report, edition 2023 "
            "(1 of 2 figures read at least partly elsewhere)."
        )
        assert "not results of any U.S. programme" in chart.attribution
        jtfa = charts.trend(exact("region", {"Africa": [5, 3]}, source="jtfa"), by="region")
        assert "U.S. prosecutions, not OPDAT's results" in jtfa.attribution

    def test_draws_at_most_two_caveats_and_keeps_the_rest_as_notes(self) -> None:
        chart = charts.trend(record(), by="region")
        drawn = " ".join(t.get_text() for t in written(chart))
        assert len(chart.caveats) == 2
        assert chart.caveats[0].endswith("do not compare with full totals.")
        assert all(" ".join(caveat.split()) in drawn for caveat in chart.caveats)
        assert any(note.startswith("Likely incomplete") and "2022" in note for note in chart.notes)

    def test_alternative_text_gives_range_extremes_with_bounds_and_gaps(self) -> None:
        rows = result([
            {"region": "Africa", "year": 2010, "low": 75, "high": NAN, "qualifier": "over"},
            {"region": "Africa", "year": 2011, "low": NAN, "high": NAN, "qualifier": "not_reported"},
            {"region": "Near East", "year": 2010, "low": 12, "high": 18, "qualifier": "between"},
        ])  # fmt: skip
        alt = charts.trend(rows, by="region").alt
        assert "2 regions, 2010–2011" in alt
        assert "Highest lower bound: Africa in 2010 (≥75); lowest: Near East in 2010 (12–18)." in alt
        assert "1 has no number and is a gap." in alt

    def test_subtitle_says_what_is_counted(self) -> None:
        chart = charts.trend(exact("region", {"Africa": [5, 3]}, form="labour"), by="region")
        assert chart.subtitle == (
            "Convictions · trafficking in persons · form: labour · persons · "
            "years 2010–2011 (national periods pooled) · by region"
        )

    def test_text_of_others_is_drawn_as_it_is(self) -> None:
        chart = charts.trend(EDGES["markup"], by="region")
        assert {"<b>Bold</b> & $x^2$", "_hidden $\\bad{x}$", "$"} <= {t.get_text() for t in written(chart)}

    def test_every_mark_that_occurs_is_explained_and_no_other(self) -> None:
        texts = {t.get_text() for t in written(charts.trend(record(), by="region"))}
        assert {"as stated", "at least this many, no upper limit known", "year likely incomplete"} <= texts
        assert "unstable: fewer than 20 events" not in texts
        plain = {t.get_text() for t in written(charts.trend(EDGES["one region"], by="region"))}
        assert "as stated" not in plain


class TestWhatIsMadeOfCounts:
    def test_a_rate_a_share_and_a_ratio_are_not_called_counts(self) -> None:
        rows = exact("region", {"Africa": [0.5, 0.75]})
        rate = charts.trend(rows.assign(events_low=5, events_high=5), by="region")
        assert rate.title == "Africa: convictions per 100,000 people rose from 0.50 in 2010 to 0.75 in 2011"
        assert "· per 100,000 people ·" in rate.subtitle
        ratio = charts.trend(
            rows.assign(measure="convictions;prosecutions", numerator_low=1, partial=True), by="region"
        )
        assert ratio.title == "Ratio of convictions to prosecutions, Africa, 2010–2011"
        share = rows.assign(measure="convictions;acquittals", numerator_low=1, chance_low=0.1, partial=True)
        assert charts.trend(share, by="region").title == "Conviction rate, Africa, 2010–2011"


class TestLines:
    def test_no_line_crosses_a_gap(self) -> None:
        rows = exact("region", {"Africa": [5, 6, NAN, 8, 9]})
        rows = rows[rows["year"] != 2014]
        axes = charts.trend(rows, by="region").figure.axes[1]
        segments = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2]
        assert [list(x) for x in segments] == [[2010, 2011]]

    def test_more_than_eight_groups_become_panels_on_one_scale(self) -> None:
        rows = exact("region", {f"R{n}": [n, 2 * n] for n in range(9)})
        panels = charts.trend(rows, by="region").figure.axes[1:]
        assert len(panels) == 9
        assert len({axes.get_ylim() for axes in panels}) == 1

    def test_panels_say_what_their_dashed_lines_are(self) -> None:
        rows = exact("region", {f"R{n}": [n, 2 * n] for n in range(9)})
        chart = charts.trend(rows, by="region", annotations=[(2011, "Law renewed")])
        assert chart.caveats[0] == "Dashed lines: 2011, Law renewed."

    def test_rows_without_a_year_are_counted_not_drawn(self) -> None:
        rows = exact("region", {"Africa": [5, 6]}).assign(year=[2010.0, NAN])
        chart = charts.trend(rows, by="region")
        assert "1 of 2 rows have no year and are not drawn." in chart.notes
        assert list(chart.frame["year"]) == [2010]

    def test_restated_values_keep_their_old_mark(self) -> None:
        rows = exact("region", {"Africa": [5, 6]}).assign(old_low=[NAN, 4.0])
        axes = charts.trend(rows, by="region").figure.axes[1]
        assert [list(line.get_ydata()) for line in axes.lines if line.get_marker() == "D"] == [[4.0]]

    def test_stages_carry_their_caveat_first(self) -> None:
        rows = pd.concat([exact("year_", {"x": [9, 8]}, measure=m) for m in ("prosecutions", "convictions")])
        chart = charts.stages(rows.drop(columns="year_"))
        assert "a ratio, not a conviction rate" in chart.caveats[0]
        assert chart.title == "Prosecutions and convictions both fell from 2010 to 2011"
        of_one = charts.stages(rows.drop(columns="year_").assign(place="GTM", level="country"))
        assert of_one.title == "Guatemala: prosecutions and convictions both fell from 2010 to 2011"


class TestRanking:
    def test_orders_by_lower_bound_and_says_what_the_order_does_not_say(self) -> None:
        rows = result([
            {"place": place, "year": 2020, "low": low, "high": high, "level": "country"}
            for place, low, high in (("MEX", 5, 5), ("NPL", 9, NAN), ("BGD", 7, 12), ("ARG", 5, 5), ("PHL", NAN, NAN))
        ])  # fmt: skip
        chart = charts.ranked(rows, by="place")
        assert list(chart.frame["place"]) == ["NPL", "BGD", "ARG", "MEX"]
        assert chart.caveats[0] == (
            "Ordered by lower bound; the bounds of 1 of 3 neighbouring pairs overlap, so their order is open "
            "and 1 pair is tied."
        )
        assert "No number is stated for Philippines." in chart.notes
        assert "Nepal" in {t.get_text() for t in written(chart)}

    def test_refuses_several_years(self) -> None:
        with pytest.raises(MixtureRefused, match=r"has 2: 2010 and 2011\. Keep one"):
            charts.ranked(exact("region", {"Africa": [5, 3]}), by="region")

    def test_says_how_many_of_how_many_are_shown(self) -> None:
        chart = charts.ranked(exact("region", {f"R{n}": [n] for n in range(9)}), by="region", top=3)
        assert list(chart.frame["low"]) == [8, 7, 6]
        assert "The 3 highest lower bounds of 9 are shown." in chart.caveats


class TestGrid:
    def test_cells_say_the_bounds_and_missing_years_are_shown(self) -> None:
        rows = result([
            {"region": "Africa", "year": 2010, "low": 75, "high": NAN},
            {"region": "Africa", "year": 2012, "low": 12, "high": 18},
        ])  # fmt: skip
        texts = {t.get_text() for t in written(charts.grid(rows, rows="region"))}
        assert {"≥75", "12–18", "2011", "no figure"} <= texts

    def test_coverage_gives_the_share_and_the_counts_behind_it(self) -> None:
        texts = {t.get_text() for t in written(charts.grid(record(), rows="region", value="coverage"))}
        assert {"90%", "9/10", "60%"} <= texts

    def test_refuses_a_value_it_cannot_show(self) -> None:
        with pytest.raises(OpdatError, match="Take one of: low, coverage"):
            charts.grid(record(), rows="region", value="high")

    def test_text_on_every_shade_can_be_read(self) -> None:
        ramps = [shade for colour in style.CYCLE for shade in ramp(colour, 6)]
        assert min(style.contrast(shade, style.text_on(shade)) for shade in ramps) >= 4.5


class TestActivities:
    rows = pd.DataFrame(
        {
            "activity_type": ["workshop", "mentoring"], "region": ["Asia", "Africa"], "certainty": "stated",
            "source": "opdat_page", "n": [3, None], "joint": [1, 0],
        }
    )  # fmt: skip

    def test_counts_what_is_listed_and_says_so(self) -> None:
        chart = charts.activities(self.rows)
        assert_readable(chart)
        texts = [t.get_text() for t in written(chart)]
        assert {"Workshop", "Case-based mentoring", "3", "listed,", "no number", "none listed"} <= set(texts)
        assert chart.title == "Activities listed, by type of activity and region"
        assert chart.caveats[0].startswith("Counts of activities that the sources list, not of work done or results")

    def test_awards_are_not_called_activities(self) -> None:
        rows = pd.DataFrame({"activity_type": "funded_project", "region": ["Asia", "Africa"], "year": ["2003", "2004"],
                             "certainty": "stated", "source": "jtip_projects", "n": [3, 1]})  # fmt: skip
        chart = charts.activities(rows, rows="region", columns="year")
        assert (chart.title, chart.subtitle) == (
            "Awards listed, by region and year", "Number of awards listed · by region and year"
        )  # fmt: skip
        assert chart.caveats[0].startswith("Counts of awards that the sources list: money granted, not work done")

    def test_an_activity_without_a_number_has_no_bubble(self) -> None:
        sheet = charts.activities(self.rows).figure.axes[0]
        assert len(sheet.patches) == 1


class TestToDate:
    rows = result(
        [
            {"as_of": as_of, "measure": measure, "low": low, "accumulation": "to_date", "source": "jtfa"}
            for as_of, measure, low in (
                ("2023-12-05", "convictions", 171),
                ("2024-06", "convictions", 241),
                ("2024-12", "convictions", 296),
                ("2024-06", "arrests", 301),
                (None, "arrests", 19),
            )
        ]
    )

    def test_every_statement_stands_at_its_date_and_no_line_joins_them(self) -> None:
        chart = charts.to_date(self.rows)
        assert_readable(chart)
        assert {"≥171", "≥241", "≥296", "≥301"} <= {t.get_text() for t in written(chart)}
        assert "never added" in chart.caveats[0]
        assert "1 statement names no date; not drawn." in chart.notes

    def test_dates_of_reduced_precision_are_as_long_as_they_say(self) -> None:
        assert extent("2024") == (2024 * 12, 2024 * 12 + 12)
        assert extent("2024-06") == (2024 * 12 + 5, 2024 * 12 + 6)
        with pytest.raises(OpdatError, match="not a date like 2024"):
            extent("June 2024")


class TestRefusals:
    def test_two_units_do_not_share_an_axis(self) -> None:
        rows = pd.concat([exact("region", {"Africa": [1]}), exact("region", {"Asia": [1]}, unit="cases")])
        with pytest.raises(MixtureRefused, match="would mix units: cases, persons"):
            charts.trend(rows, by="region")

    def test_two_rows_do_not_claim_one_mark(self) -> None:
        rows = pd.concat([exact("region", {"Africa": [1]}), exact("region", {"Africa": [2]}, edition="2024")])
        with pytest.raises(MixtureRefused, match="2 rows claim the same mark, the first at region Africa, year 2010"):
            charts.trend(rows, by="region")

    def test_missing_columns_are_named(self) -> None:
        with pytest.raises(OpdatError, match="the frame has no place"):
            charts.trend(record(), by="place")

    def test_an_empty_frame_is_nothing_to_draw(self) -> None:
        with pytest.raises(OpdatError, match="no rows"):
            charts.trend(record().head(0), by="region")


class TestFigureId:
    def test_is_the_same_for_the_same_rows_in_any_order(self) -> None:
        rows = record()
        one = charts.trend(rows, by="region", publication="7").figure_id
        assert one == charts.trend(rows.sample(frac=1, random_state=3), by="region", publication="7").figure_id
        assert one.startswith("trend-")
        assert one.endswith("@7")

    def test_differs_with_a_value_the_kind_and_the_publication(self) -> None:
        rows = exact("region", {"Africa": [1]})
        other = exact("region", {"Africa": [2]})
        ids = {frames.figure_id("trend", "7", rows), frames.figure_id("trend", "8", rows),
               frames.figure_id("grid", "7", rows), frames.figure_id("trend", "7", other)}  # fmt: skip
        assert len({name.partition("@")[0].partition("-")[2] for name in ids}) == 4

    def test_takes_the_publication_from_the_frame_and_stands_on_the_image(self) -> None:
        chart = charts.trend(exact("region", {"Africa": [1, 2]}).assign(publication="12"), by="region")
        assert chart.figure_id.endswith("@12")
        assert chart.figure_id in {t.get_text() for t in written(chart)}


class TestStyle:
    def test_a_region_keeps_its_colour_whoever_stands_beside_it(self) -> None:
        alone = style.colours("region", ["Africa"])
        among = style.colours("region", ["Near East", "Atlantis", "Africa", "Western Hemisphere"])
        assert alone["Africa"] == among["Africa"] == style.VERMILION
        assert len(set(among.values())) == 4

    def test_names_can_be_read_on_white(self) -> None:
        assert min(style.contrast(style.readable(c), style.PAPER) for c in style.CYCLE) >= 4.5

    def test_nothing_global_changes(self) -> None:
        before = dict(matplotlib.rcParams)
        charts.trend(record(), by="region")
        assert dict(matplotlib.rcParams) == before


class TestLayout:
    def test_labels_are_moved_apart_keep_their_order_and_stay_inside(self) -> None:
        placed = layout.spread([1.0, 1.0, 1.1, 3.9], [0.4] * 4, 0.0, 4.0)
        assert placed == sorted(placed)
        assert all(b - a >= 0.4 - 1e-9 for a, b in pairwise(placed))
        assert placed[0] >= 0.2 - 1e-9
        assert placed[-1] <= 3.8 + 1e-9

    def test_text_is_broken_to_its_width_and_loses_nothing(self) -> None:
        lines = layout.wrap(f"{LONG} {'x' * 200}", 2.0, 9)
        assert max(layout.text_width(line, 9) for line in lines) <= 2.0
        assert "".join(lines).replace(" ", "") == f"{LONG}{'x' * 200}".replace(" ", "")

    def test_signs_that_turn_or_hide_text_are_not_drawn(self) -> None:
        assert layout.one_line("a\u202eb\nc\x00") == "ab c"


def test_numbers_read_as_people_write_them() -> None:
    assert words.bounds(12, 18) == "12–18"
    assert words.bounds(75, None) == "≥75"
    assert words.bounds(1234.0, 1234.0, "usd") == "$1,234"
    assert words.bounds(0.25, 0.5) == "0.25–0.50"
    assert words.bounds(None, None) == "no figure"
