"""What may be added, and what is refused with the way to allow it."""

import duckdb
import pytest
from builders import observations

from opdat_analytics.metrics import select
from opdat_analytics.model import MixtureRefused, OpdatError, UnknownName


def test_one_publisher_one_series_is_taken_as_it_is():
    obs = observations([{"place": "ALB", "low": 5}, {"place": "ITA", "low": 7}, {"measure": "prosecutions", "low": 99}])

    selection = select(obs, "convictions", by=["year"])

    assert list(selection.frame["low"]) == [5, 7]
    assert selection.query["source"] == "unodc_glotip"
    assert selection.query["edition"] == "current"
    assert selection.query["sex"] == "total"
    assert selection.query["programme"] is None
    assert selection.left_out == ()
    assert selection.caveats == ()


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("source", "tip_report", "unodc_glotip"),
        ("reporter", "BJS", "FBI UCR"),
        ("offence", "smuggling", "trafficking"),
        ("offence", "trafficking", "unstated"),
        ("unit", "cases", "persons"),
        ("unit", "persons", "unstated"),
        ("calendar", "calendar", "us_fiscal"),
    ],
)
def test_a_mixture_is_refused_with_what_was_found_and_how_to_allow_it(column, one, other):
    obs = observations([{column: one, "place": "ALB"}, {column: other, "place": "ITA"}])

    with pytest.raises(MixtureRefused) as refused:
        select(obs, "convictions")
    assert f"{one}, {other}" in str(refused.value)
    assert f"{column}=" in str(refused.value)
    assert "convictions" in str(refused.value)

    named = select(obs, "convictions", **{column: one})
    assert list(named.frame["place"]) == ["ALB"]

    both = select(obs, "convictions", **{column: [one, other]})
    assert len(both.frame) == 2
    assert both.query[column] == f"{one};{other}"
    assert both.caveats == (f"adds, by name, {column} {one} + {other}",)

    apart = select(obs, "convictions", by=[column])
    assert len(apart.frame) == 2
    assert apart.caveats == ()


def test_a_reporter_that_is_not_stated_is_a_mixture_beside_one_that_is():
    obs = observations([{"reporter": None, "place": "ALB"}, {"reporter": "BJS", "place": "ITA"}])

    with pytest.raises(MixtureRefused, match="BJS, unstated"):
        select(obs, "convictions")
    assert list(select(obs, "convictions", reporter="unstated").frame["place"]) == ["ALB"]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("level", ["country", "region"]),
        ("level", ["country", "global"]),
        ("accumulation", ["period", "to_date"]),
        ("statistic", ["count", "mean"]),
    ],
)
def test_some_mixtures_are_refused_even_by_name(column, values):
    obs = observations([{column: value, "place": place} for value, place in zip(values, ("ALB", "ITA"), strict=True)])

    with pytest.raises(MixtureRefused, match=f"group by {column}"):
        select(obs, "convictions", **{column: values})
    assert len(select(obs, "convictions", by=[column]).frame) == 2


def test_by_default_regions_and_totals_to_date_are_left_out_and_counted():
    obs = observations([{}, {"level": "region"}, {"level": "global"}, {"accumulation": "to_date"}])

    selection = select(obs, "convictions")

    assert len(selection.frame) == 1
    assert [str(item) for item in selection.left_out] == [
        "2 (level is not country)",
        "1 (accumulation is not period)",
    ]


def test_only_the_latest_word_counts_unless_an_edition_is_named():
    obs = observations(
        [
            {"edition": "2023", "current": False, "low": 8},
            {"edition": "2024", "low": 9},
            {"edition": "2023", "place": "ITA", "low": 3},
        ]
    )

    current = select(obs, "convictions")
    assert list(current.frame["low"]) == [9, 3]
    assert [str(item) for item in current.left_out] == ["1 (not of the current edition)"]

    earlier = select(obs, "convictions", edition="2023")
    assert list(earlier.frame["low"]) == [8, 3]
    assert earlier.query["edition"] == "2023"

    with pytest.raises(MixtureRefused, match="Several editions of unodc_glotip would be added: 2023, 2024"):
        select(obs, "convictions", edition=["2023", "2024"])
    assert len(select(obs, "convictions", by=["edition"]).frame) == 3


def test_a_source_whose_editions_cannot_be_ordered_has_no_current_figures_and_says_which_it_has():
    obs = observations([{"edition": "a", "current": False}, {"edition": "b", "current": False}])

    with pytest.raises(OpdatError, match=r"edition found: a, b.*name one with edition=…"):
        select(obs, "convictions")


def test_parts_are_never_added_to_their_total():
    obs = observations([{"low": 10}, {"sex": "female", "low": 6}, {"sex": "male", "low": 4}])

    assert list(select(obs, "convictions").frame["low"]) == [10]

    apart = select(obs, "convictions", by=["sex"])
    assert list(apart.frame["low"]) == [6, 4]
    assert [str(item) for item in apart.left_out] == ["1 (totals beside their parts by sex)"]

    with pytest.raises(MixtureRefused, match="would add a total to its parts"):
        select(obs, "convictions", sex=["total", "female"])

    parts = select(obs, "convictions", sex=["female", "male"])
    assert parts.caveats == ("adds, by name, sex female + male",)


def test_grouping_by_source_lets_each_source_have_its_own_unit():
    obs = observations([{"source": "a", "unit": "persons"}, {"source": "b", "unit": "cases"}])

    assert len(select(obs, "convictions", by=["source"]).frame) == 2


def test_unknown_names_are_answered_with_the_nearest():
    obs = observations([{"source": "tip_report"}])

    with pytest.raises(UnknownName, match="Did you mean “convictions”"):
        select(obs, "convction")
    with pytest.raises(UnknownName, match="Did you mean “tip_report”"):
        select(obs, "convictions", source="tip_reprot")
    with pytest.raises(UnknownName, match="Did you mean “country”"):
        select(obs, "convictions", level="county")
    with pytest.raises(UnknownName, match="Did you mean “region”"):
        select(obs, "convictions", by=["regoin"])
    with pytest.raises(UnknownName, match="not a known place"):
        select(obs, "convictions", places=["ALBANIA"])


def test_region_needs_a_scheme():
    with pytest.raises(OpdatError, match=r"opdat\.observations\(scheme=…\)"):
        select(observations([{}]), "convictions", by=["region"])


def test_regions_of_two_schemes_are_never_in_one_result():
    obs = observations([{"scheme": "opdat", "region": "Europe"}, {"scheme": "un_m49", "region": "Europe"}])

    with pytest.raises(MixtureRefused, match="opdat;un_m49"):
        select(obs, "convictions", by=["region"])


def test_where_nothing_remains_the_reason_is_told():
    obs = observations([{"level": "region"}, {"level": "global"}])

    with pytest.raises(OpdatError, match=r"No figure of convictions remains.*level found: global, region.*level=…"):
        select(obs, "convictions")
    with pytest.raises(OpdatError, match="No figure of convictions remains"):
        select(observations([{}]), "convictions", years=1999)


def test_years_and_places_are_kept_by_name():
    obs = observations([{"place": p, "year": y} for p in ("ALB", "ITA") for y in (2019, 2020, 2021)])

    selection = select(obs, "convictions", places=["ITA"], years=range(2020, 2022))

    assert list(selection.frame["year"]) == [2020, 2021]
    assert selection.query["places"] == "ITA"
    assert selection.query["years"] == "2020;2021"


def test_a_duckdb_relation_is_selected_where_it_is():
    obs = observations([{"sex": "female"}, {"low": 5}, {"edition": None, "current": False}])
    relation = duckdb.from_df(obs)

    here, there = select(obs, "convictions"), select(relation, "convictions")

    assert there.query == here.query
    assert there.left_out == here.left_out
    assert there.frame.fetchdf()["low"].tolist() == here.frame["low"].tolist() == [5]
