"""The public record: what its sources say stands in the tables as they say it, and no further.

The fixture ``record`` holds the tables of one refresh of data/raw as pandas frames.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

OPEN = None
"""An unbounded upper end."""

# Fact, measure, unit, places, programme, low, high, qualifier, how often the page says it.
FIGURES: list[tuple[str, str, str, str, str, float | None, float | None, str, int]] = [
    ("S02", "advisers_deployed", "persons", "WORLD", "rla", None, None, "unquantified", 1),
    ("S04", "programmes_led", "events", "OPDAT_WHA", "jtfa", None, None, "unquantified", 1),
    ("S05", "meetings", "events", "OPDAT_WHA", "jtfa", None, None, "unquantified", 1),
    ("S06", "investigations", "cases", "OPDAT_WHA", "jtfa", None, None, "unquantified", 1),
    ("S07", "investigations", "cases", "OPDAT_WHA", "jtfa", None, None, "unquantified", 1),
    ("S08", "indictments", "cases", "SLV;GTM", "jtfa", None, None, "unquantified", 1),
    ("S09", "seizures", "unstated", "SLV;GTM", "jtfa", None, None, "unquantified", 4),
    ("S10", "convictions", "unstated", "USA", "jtfa", 75, OPEN, "over", 1),
    ("S11", "charges", "persons", "UNNAMED_FOREIGN", "jtfa", 201, OPEN, "over", 1),
    ("S13", "meetings", "events", "GTM;MEX;USA", "slv_gtm_hnd", None, None, "unquantified", 1),
    ("S14", "meetings", "events", "OPDAT_WHA", "whem_meetings", None, None, "unquantified", 1),
    ("S19", "convictions", "cases", "MEX_STATES", "mexico", None, None, "unquantified", 1),
    ("S20", "investigations", "cases", "ARG", "argentina", 1, 1, "exact", 1),
    ("S21", "working_groups", "institutions", "COL", "colombia", 1, 1, "exact", 1),
    ("S22", "meetings", "events", "COL", "colombia", None, None, "unquantified", 1),
    ("S23", "participants_trained", "persons", "PRI", "jsi", None, None, "unquantified", 1),
    ("S24", "courses", "items", "PRI", "jsi", 2, 2, "exact", 1),
    ("S25", "institutions", "institutions", "PRY", "paraguay", 1, 1, "exact", 1),
    ("S27", "institutions", "institutions", "BGD", "bangladesh", 7, 7, "exact", 1),
    ("S28", "workshops", "events", "BGD", "bangladesh", None, None, "unquantified", 1),
    ("S29", "consultations", "events", "MDV", "maldives", None, None, "unquantified", 1),
    ("S30", "programmes_led", "events", "PHL", "philippines", 13, OPEN, "over", 1),
    ("S31", "curricula", "items", "PHL", "philippines", None, None, "unquantified", 1),
    ("S32", "programmes_led", "events", "IDN_PROVINCES", "indonesia", None, None, "unquantified", 1),
    ("S33", "workshops", "events", "NPL", "nepal", None, None, "unquantified", 1),
    ("S34", "guidelines", "items", "NPL", "nepal", None, None, "unquantified", 1),
    ("S37", "workshops", "events", "BALKANS", "cee", None, None, "unquantified", 1),
    ("S38", "task_forces", "institutions", "BIH;XKX;MKD", "task_forces", None, None, "unquantified", 1),
    ("S39", "convictions", "unstated", "ALB;MKD", "alb_mkd", None, None, "unquantified", 1),
]

# Fact, activity type, places, programme, certainty.
ACTIVITIES: list[tuple[str, str, str | None, str, str]] = [
    ("S01", "advising", "WORLD", "opdat", "stated"),
    ("S01", "mentoring", "WORLD", "opdat", "stated"),
    ("S02", "rla_deployment", "WORLD", "rla", "stated"),
    ("S03", "cross_border_cooperation", "SLV;GTM;HND;MEX;USA", "jtfa", "planned"),
    ("S04", "capacity_building", "OPDAT_WHA", "jtfa", "stated"),
    ("S04", "case_identification", "OPDAT_WHA", "jtfa", "stated"),
    ("S05", "coordination_meeting", "OPDAT_WHA", "jtfa", "stated"),
    ("S06", "investigation_support", "OPDAT_WHA", "jtfa", "stated"),
    ("S07", "investigation_support", "OPDAT_WHA", "jtfa", "negative"),
    ("S08", "mentoring", "SLV;GTM", "jtfa", "stated"),
    ("S12", "capacity_building", "SLV;GTM;HND", "slv_gtm_hnd", "stated"),
    ("S12", "mentoring", "SLV;GTM;HND", "slv_gtm_hnd", "stated"),
    ("S12", "case_identification", "SLV;GTM;HND", "slv_gtm_hnd", "stated"),
    ("S13", "working_group", "GTM;MEX;USA", "slv_gtm_hnd", "stated"),
    ("S14", "regional_meeting", "OPDAT_WHA", "whem_meetings", "stated"),
    ("S15", "drafting", "MEX", "mexico", "planned"),
    ("S15", "legislative_work", "MEX", "mexico", "planned"),
    ("S15", "victim_support", "MEX", "mexico", "planned"),
    ("S16", "capacity_building", "MEX", "mexico", "stated"),
    ("S16", "victim_centred_skills", "MEX", "mexico", "stated"),
    ("S17", "expert_witness_preparation", "MEX", "mexico", "stated"),
    ("S18", "mentoring", "MEX", "mexico", "stated"),
    ("S18", "cross_border_cooperation", "MEX", "mexico", "stated"),
    ("S19", "investigation_support", "MEX_STATES", "mexico", "stated"),
    ("S20", "mentoring", "ARG", "argentina", "stated"),
    ("S21", "working_group", "COL", "colombia", "stated"),
    ("S22", "regional_meeting", "COL", "colombia", "stated"),
    ("S23", "capacity_building", "PRI", "jsi", "stated"),
    ("S24", "judicial_course", "PRI", "jsi", "stated"),
    ("S25", "institution_building", "PRY", "paraguay", "stated"),
    ("S25", "mentoring", "PRY", "paraguay", "stated"),
    ("S26", "investigation_support", "PRY;TRI_BORDER", "paraguay", "possible"),
    ("S27", "institution_building", "BGD", "bangladesh", "stated"),
    ("S28", "workshop", "BGD", "bangladesh", "stated"),
    ("S29", "mentoring", "MDV", "maldives", "stated"),
    ("S29", "advising", "MDV", "maldives", "stated"),
    ("S29", "consultation", "MDV", "maldives", "stated"),
    ("S30", "capacity_building", "PHL", "philippines", "stated"),
    ("S31", "curriculum_development", "PHL", "philippines", "stated"),
    ("S32", "capacity_building", "IDN_PROVINCES", "indonesia", "stated"),
    ("S32", "victim_centred_skills", "IDN_PROVINCES", "indonesia", "stated"),
    ("S33", "capacity_building", "NPL", "nepal", "stated"),
    ("S33", "workshop", "NPL", "nepal", "stated"),
    ("S34", "drafting", "NPL", "nepal", "stated"),
    ("S34", "legislative_work", "NPL", "nepal", "planned"),
    ("S35", "strategy", "OPDAT_AFRICA", "africa", "stated"),
    ("S36", "capacity_building", "OPDAT_CEE", "cee", "planned"),
    ("S36", "victim_support", "OPDAT_CEE", "cee", "planned"),
    ("S36", "legislative_work", "OPDAT_CEE", "cee", "planned"),
    ("S37", "workshop", "BALKANS", "cee", "stated"),
    ("S37", "mentoring", "BALKANS", "cee", "stated"),
    ("S38", "institution_building", "BIH;XKX;MKD", "task_forces", "stated"),
    ("S38", "mentoring", "BIH;XKX;MKD", "task_forces", "stated"),
    ("S39", "mentoring", "ALB;MKD;USA;CAN;GBR", "alb_mkd", "stated"),
    ("S40", "publication", None, "opdat", "stated"),
]

PROGRAMMES = {
    "opdat", "rla", "jtfa", "slv_gtm_hnd", "whem_meetings", "mexico", "argentina", "colombia", "jsi", "paraguay",
    "bangladesh", "maldives", "philippines", "indonesia", "nepal", "africa", "cee", "task_forces", "alb_mkd",
}  # fmt: skip


def of(frame: pd.DataFrame, **wanted: Any) -> pd.DataFrame:
    """The rows in which every named column has the named value."""
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    return frame


def fact(frame: pd.DataFrame, number: str) -> pd.DataFrame:
    """The rows of the OPDAT page whose note begins with a fact's number."""
    page = of(frame, source="opdat_page")
    return page[page["note"].str.startswith(f"{number}:")]


def one(frame: pd.DataFrame) -> pd.Series[Any]:
    """The only row there is."""
    assert len(frame) == 1, frame
    return frame.iloc[0]


# ---------------------------------------------------------------- the OPDAT page


@pytest.mark.parametrize(
    ("number", "measure", "unit", "place", "programme", "low", "high", "qualifier", "times"),
    FIGURES,
    ids=[row[0] for row in FIGURES],
)
def test_the_page_says_how_much(record, number, measure, unit, place, programme, low, high, qualifier, times) -> None:
    rows = fact(record.observations, number)
    assert len(rows) == times
    for row in rows.itertuples():
        assert (row.measure, row.unit, row.place, row.programme) == (measure, unit, place, programme)
        assert row.qualifier == qualifier
        assert (None if pd.isna(row.low) else row.low) == low
        assert (None if pd.isna(row.high) else row.high) == high
        assert row.sourcing == "primary"
        assert pd.isna(row.as_of)
        assert row.calendar == "undated"


@pytest.mark.parametrize("number", sorted({row[0] for row in ACTIVITIES}))
def test_the_page_says_what_was_done(record, number) -> None:
    rows = fact(record.activities, number)
    found = sorted(
        (row.activity_type, "" if pd.isna(row.places) else row.places, row.programme, row.certainty)
        for row in rows.itertuples()
    )
    assert found == sorted(
        (kind, places or "", prog, sure) for no, kind, places, prog, sure in ACTIVITIES if no == number
    )


@pytest.mark.parametrize("number", [f"S{n:02d}" for n in range(1, 41)])
def test_no_fact_of_the_page_is_lost(record, number) -> None:
    assert len(fact(record.observations, number)) + len(fact(record.activities, number)) > 0


def test_the_page_holds_nothing_beyond_its_facts(record) -> None:
    assert len(of(record.observations, source="opdat_page")) == sum(row[-1] for row in FIGURES)
    assert len(of(record.activities, source="opdat_page")) == len(ACTIVITIES)


def test_nineteen_programmes_and_one_start_year(record) -> None:
    programmes = of(record.programmes, source="opdat_page")
    assert len(programmes) == 19
    assert set(programmes["programme"]) == PROGRAMMES
    started = programmes[programmes["start_year"].notna()]
    assert started[["programme", "start_year"]].to_numpy().tolist() == [["opdat", 1991]]


def test_words_that_are_no_number_have_no_bounds(record) -> None:
    words = of(record.observations, source="opdat_page", qualifier="unquantified")
    assert words[["low", "high", "exact"]].isna().all(axis=None)
    assert {"several", "various", "numerous", "most", "a series of"} <= set(words["text"])


def test_a_task_forces_convictions_are_not_claimed_for_the_page(record) -> None:
    convictions = one(fact(record.observations, "S10"))
    assert convictions["text"] == "over 74"
    assert convictions["attribution"] == "context"
    assert convictions["offence"] == "unstated"
    assert convictions["accumulation"] == "to_date"


@pytest.mark.parametrize("number", ["S20", "S21", "S24", "S27", "S30"])
def test_a_count_of_activities_names_its_activity(record, number) -> None:
    counted = one(fact(record.observations, number))
    activity = one(of(record.activities, activity=counted["activity"]))
    assert activity["note"].startswith(f"{number}:")


def test_countries_reached_by_a_case_are_destinations_not_places_of_the_programme(record) -> None:
    activity = one(fact(record.activities, "S39"))
    roles = dict(zip(activity["places"].split(";"), activity["roles"].split(";"), strict=True))
    assert roles == {
        "ALB": "location", "MKD": "location", "USA": "destination", "CAN": "destination", "GBR": "destination",
    }  # fmt: skip
    everywhere = of(record.programmes, source="opdat_page")["places"].str.cat(sep=";").split(";")
    assert not {"CAN", "GBR"} & set(everywhere)


def test_the_pages_total_is_the_weaker_statement(record) -> None:
    found = of(record.conflicts, kind="weaker", measure="convictions", place="USA", source_b="opdat_page")
    assert set(found["source_a"]) == {"jtfa"}
    assert set(found["low_b"]) == {75}
    assert sorted(found["low_a"]) == [171, 240, 241, 241]
    assert found["high_b"].isna().all()


def test_the_page_contradicts_nobody(record) -> None:
    disjoint = of(record.conflicts, kind="disjoint")
    assert not {"opdat_page"} & ({*disjoint["source_a"]} | {*disjoint["source_b"]})


# ---------------------------------------------------------------- Joint Task Force Alpha


@pytest.mark.parametrize(
    ("as_of", "lows"),
    [("2023-12-05", [171]), ("2024-05-31", [241]), ("2024-06", [240, 241]), ("2024-12", [296])],
)
def test_convictions_to_date_are_lower_bounds(record, as_of, lows) -> None:
    rows = of(record.observations, source="jtfa", measure="convictions", accumulation="to_date", as_of=as_of)
    assert sorted(rows["low"]) == lows
    assert rows["high"].isna().all()
    assert set(rows["place"]) == {"USA"}


def test_arrests_at_home_and_abroad_are_joint(record) -> None:
    arrests = of(record.observations, source="jtfa", measure="arrests", accumulation="to_date")
    assert set(arrests["place"]) == {"USA;UNNAMED_FOREIGN"}
    assert sorted(arrests["low"]) == [261, 300, 301, 301, 346]


def test_a_single_case_is_not_a_total(record) -> None:
    cases = of(record.observations, source="jtfa", accumulation="point")
    named = cases[cases["breakdown"].str.startswith("case: ")]
    assert of(named, measure="detentions").iloc[0]["exact"] == 19
    assert of(named, measure="proceeds").iloc[0][["low", "high", "qualifier"]].tolist() == [2e6, 2e6, "about"]
    assert of(named, measure="rewards").iloc[0]["exact"] == 8e6
    totals = of(record.observations, source="jtfa", accumulation="to_date")
    assert set(totals["breakdown"]) == {"total"}


def test_an_undated_page_version_is_never_current(record) -> None:
    undated = of(record.observations, source="jtfa", edition="later page version, undated")
    assert len(undated) == 6
    assert not undated["current"].any()


def test_a_month_stays_a_month(record) -> None:
    june = of(record.observations, source="jtfa", as_of="2024-06")
    assert len(june) == 6
    assert june["published"].isna().all()


def test_growth_in_percent_is_not_a_figure_of_the_task_force(record) -> None:
    growth = of(record.observations, source="jtfa", measure="percent_change")
    assert sorted(growth["low"]) == [25, 27]
    assert growth["programme"].isna().all()


def test_what_was_read_on_other_pages_says_so(record) -> None:
    rows = of(record.observations, source="jtfa")
    assert (rows["url"].str.contains("justice.gov") == (rows["sourcing"] == "primary")).all()


# ---------------------------------------------------------------- TIP Report


def test_a_number_in_parentheses_is_a_part(record) -> None:
    rows = of(record.observations, source="tip_report", edition="2008", year=2007, text="5,682 (490)")
    assert dict(zip(rows["form"], rows["exact"], strict=True)) == {"total": 5682, "labour": 490}
    assert dict(zip(rows["form"], rows["part"], strict=True)) == {"total": "total", "labour": "form:labour"}
    assert rows["cell"].nunique() == 1


@pytest.mark.parametrize(("text", "measure", "number"), [("964*", "prosecutions", 964), ("214*", "convictions", 214)])
def test_a_footnote_travels_with_its_figure(record, text, measure, number) -> None:
    row = one(of(record.observations, source="tip_report", place="TIP_SA", text=text))
    assert (row["measure"], row["year"], row["exact"]) == (measure, 2005, number)
    assert "India" in row["note"]


@pytest.mark.parametrize(
    ("measure", "year", "regions", "world_2008"),
    [("prosecutions", 2005, 6618, 6178), ("convictions", 2004, 3026, 3025), ("prosecutions", 2003, 7992, 7992)],
)
def test_regions_of_one_edition_and_the_world_of_a_later_one(record, measure, year, regions, world_2008) -> None:
    figures = of(record.observations, source="tip_report", measure=measure, year=year, form="total")
    assert of(figures, edition="2006")["exact"].sum() == regions
    assert len(of(figures, edition="2006")) == 6
    assert one(of(figures, edition="2008", place="WORLD"))["exact"] == world_2008


def test_years_of_the_report_pool_national_periods(record) -> None:
    report = of(record.observations, source="tip_report")
    assert set(report["calendar"]) == {"mixed"}
    assert set(report["offence"]) == {"trafficking"}
    assert report["period_start"].isna().all()


def test_a_compilation_is_never_current(record) -> None:
    report = of(record.observations, source="tip_report")
    compiled = report[report["edition"].isin(["2007 and 2016 (secondary compilation)", "not stated (secondary)"])]
    assert len(compiled) > 0
    assert not compiled["current"].any()
    assert set(compiled["sourcing"]) == {"secondary"}


def test_the_table_of_2024_was_read_on_another_page(record) -> None:
    rows = of(record.observations, source="tip_report", edition="2024", year=2023, form="total")
    assert set(rows["sourcing"]) == {"secondary"}
    assert set(of(rows, measure="prosecutions")["exact"]) == {18774}
    assert set(of(rows, measure="victims_identified")["exact"]) == {133943}
    assert set(of(rows, measure="convictions")["exact"]) == {7115}


@pytest.mark.parametrize(("country", "unit"), [("CHN", "cases"), ("TUR", "persons"), ("DEU", "persons")])
def test_a_unit_is_only_what_the_page_says(record, country, unit) -> None:
    row = one(of(record.observations, source="tip_report", place=country, year=2020, measure="prosecutions"))
    assert row["unit"] == unit


# ---------------------------------------------------------------- UNODC


def convicted_2019(record) -> pd.DataFrame:
    return of(
        record.observations, source="unodc_glotip", measure="convictions", year=2019, level="country", current=True
    )


def test_convictions_of_2019_are_a_range(record) -> None:
    rows = convicted_2019(record)
    assert rows["place"].nunique() == len(rows) == 106
    assert (rows["low"].sum(), rows["high"].sum()) == (3723, 3899)


def test_less_than_five_may_be_none(record) -> None:
    small = of(record.observations, source="unodc_glotip", text="<5")
    assert len(small) > 3000
    assert (set(small["low"]), set(small["high"]), set(small["qualifier"])) == ({0}, {4}, {"under"})


def test_a_new_edition_restates_and_drops(record) -> None:
    restated = of(record.revisions, source="unodc_glotip", kind="restated")
    assert len(restated) == 224
    figures = of(record.observations, source="unodc_glotip")
    assert figures.groupby("edition").size().to_dict() == {"2023-05-30": 6275, "2025-04-14": 7203}
    assert set(of(figures, current=True)["edition"]) == {"2025-04-14"}
    assert figures["current"].sum() == 7203


def test_subregions_are_not_countries(record) -> None:
    regions = of(record.observations, source="unodc_glotip", level="region")
    assert len(regions) == 92
    assert set(regions["place"]) == {"UN_CAR", "UN_CAS", "UN_EEU", "UN_MCA", "UN_MCN", "UN_SAF", "UN_SAM"}
    assert set(regions["edition"]) == {"2023-05-30"}


# ---------------------------------------------------------------- awards


def test_a_hundred_awards_one_of_which_cannot_be_read(record) -> None:
    awards = of(record.observations, source="jtip_projects")
    assert len(awards) == 99
    assert set(awards["measure"]) == {"funding"}
    assert set(awards["unit"]) == {"usd"}
    assert awards["qualifier"].value_counts().to_dict() == {"exact": 93, "not_available": 6}
    held = one(of(record.issues, source="jtip_projects", severity="hold"))
    assert held[["cell", "text"]].tolist() == ["J10", "$65,676,50"]
    assert held["acknowledged"]


def test_every_award_is_an_activity_too(record) -> None:
    awards = of(record.observations, source="jtip_projects")
    projects = of(record.activities, source="jtip_projects")
    assert awards["activity"].is_unique
    assert set(awards["activity"]) <= set(projects["activity"])
    assert set(projects["activity_type"]) == {"funded_project"}


def test_awards_are_of_fiscal_years(record) -> None:
    award = one(of(record.observations, source="jtip_projects", place="MEX", year=2011))
    assert award["calendar"] == "us_fiscal"
    assert (str(award["period_start"])[:10], str(award["period_end"])[:10]) == ("2010-10-01", "2011-09-30")
    assert award["exact"] == 500_000


def test_identical_awards_both_stand(record) -> None:
    same = of(record.observations, source="jtip_projects", place="WORLD", year=2004)
    assert same["exact"].tolist() == [200_000, 200_000]


# ---------------------------------------------------------------- federal figures, Eurostat


def test_two_programmes_of_one_bureau_count_differently(record) -> None:
    arrests = of(record.observations, source="us_federal", measure="arrests", year=2012)
    assert dict(zip(arrests["reporter"], arrests["exact"], strict=True)) == {
        "FBI Civil Rights Unit": 188, "FBI Innocence Lost": 1769,
    }  # fmt: skip


def test_persons_in_custody_are_counted_on_a_day(record) -> None:
    prisoners = of(record.observations, source="us_federal", measure="prisoners")
    assert set(prisoners["accumulation"]) == {"point"}
    assert sorted(prisoners["exact"]) == [1564, 1657]


def test_arrests_since_2010_are_a_total_to_date(record) -> None:
    row = one(of(record.observations, source="us_federal", measure="arrests", accumulation="to_date"))
    assert (row["low"], row["qualifier"], row["calendar"]) == (7001, "over", "us_fiscal")
    assert pd.isna(row["high"])


def test_a_mean_sentence_is_a_mean(record) -> None:
    row = one(of(record.observations, source="us_federal", measure="sentence_length"))
    assert (row["exact"], row["unit"], row["statistic"], row["offence"]) == (15, "months", "mean", "smuggling")


def test_judicial_districts_are_places(record) -> None:
    districts = of(record.observations, source="us_federal", level="subnational")
    assert dict(zip(districts["place"], districts["exact"], strict=True)) == {
        "US_TXW": 1490, "US_TXS": 1191, "US_AZD": 981, "US_CAS": 490, "US_NMD": 312,
    }  # fmt: skip


def test_a_figure_printed_by_two_reports_is_current_once(record) -> None:
    twice = of(record.observations, source="us_federal", reporter="BJS", measure="prosecutions", year=2011)
    assert twice["exact"].tolist() == [729, 729]
    assert twice["current"].sum() == 1


def test_thin_spaces_part_thousands(record) -> None:
    victims = of(record.observations, source="eurostat", measure="victims_identified", place="EU27_2020")
    assert dict(zip(victims["year"], victims["exact"], strict=True)) == {2021: 7155, 2022: 10093}
    assert victims["current"].all()


# ---------------------------------------------------------------- the record as a whole


def test_nothing_is_stopped_and_every_cell_has_a_fate(record) -> None:
    assert not record.sources["stopped"].any()
    assert record.ledger["balanced"].all()
    assert set(record.sources["source"]) == {
        "opdat_page", "tip_report", "jtfa", "unodc_glotip", "jtip_projects", "us_federal", "eurostat",
    }  # fmt: skip


def test_only_what_a_person_ruled_on_is_held(record) -> None:
    held = record.issues[record.issues["severity"] != "flag"]
    assert held["acknowledged"].all()
    assert record.ledger["held"].sum() == 1


def test_every_source_says_how_far_it_can_be_trusted(record) -> None:
    said = record.sources[
        ["title", "owner", "url", "licence", "handling", "completeness", "accuracy", "limits", "fitness"]
    ]
    assert said.notna().all(axis=None)
    assert set(record.sources["handling"]) == {"public"}


def test_every_figure_says_where_it_was_read(record) -> None:
    assert record.observations["url"].notna().all()
    assert record.observations["reporter"].notna().all()
