"""The sides of a fraction are of one kind, or differ by name; and a result explains the cells of all its sides."""

import pytest
from builders import observations

from opdat_analytics.metrics import conviction_rate, ratio, shares
from opdat_analytics.model import MixtureRefused
from opdat_analytics.query import Tables, cells_behind

CONVICTED = {"measure": "convictions", "low": 12}
ACQUITTED = {"measure": "acquittals", "low": 4}
PROSECUTED = {"measure": "prosecutions", "low": 20}

UNLIKE = [
    ("offence", "trafficking", "smuggling"),
    ("source", "unodc_glotip", "tip_report"),
    ("reporter", "Ministry of Justice", "Supreme Court"),
    ("reporter", "Ministry of Justice", None),
    ("unit", "persons", "cases"),
    ("calendar", "calendar", "us_fiscal"),
    ("programme", "colombia", None),
    ("programme", "colombia", "peru"),
]


def cell_names(row, obs):
    return sorted(cells_behind(dict(row), Tables({"observations": obs}.__getitem__))["cell"])


def words(*values):
    return [value or "unstated" for value in values]


@pytest.mark.parametrize(("name", "top", "bottom"), UNLIKE)
def test_a_ratio_of_unlike_sides_is_refused_and_allowed_by_name(name, top, bottom):
    obs = observations([{**CONVICTED, name: top}, {**PROSECUTED, name: bottom}])
    both = sorted(words(top, bottom))

    with pytest.raises(MixtureRefused) as refused:
        ratio(obs, "convictions", "prosecutions")
    assert f"convictions {both[both.index(top)]}; prosecutions {bottom or 'unstated'}" in str(refused.value)
    assert f"{name}={both}" in str(refused.value)

    row = ratio(obs, "convictions", "prosecutions", **{name: both}).iloc[0]
    assert (row["low"], row["high"]) == (0.6, 0.6)
    assert f"mixes, by name, {name}: convictions {top}; prosecutions {bottom or 'unstated'}" in row["caveat"]
    assert row[name] == ";".join(both)
    assert cell_names(row, obs) == ["A1", "A2"]


@pytest.mark.parametrize(("name", "top", "bottom"), UNLIKE)
def test_a_conviction_rate_of_unlike_sides_is_refused_and_allowed_by_name(name, top, bottom):
    obs = observations([{**CONVICTED, name: top}, {**ACQUITTED, name: bottom}])
    both = sorted(words(top, bottom))

    with pytest.raises(MixtureRefused, match="The sides are not of one"):
        conviction_rate(obs)

    row = conviction_rate(obs, **{name: both}).iloc[0]
    assert row["low"] == 0.75
    assert f"mixes, by name, {name}" in row["caveat"]
    assert row[name] == ";".join(both)
    assert cell_names(row, obs) == ["A1", "A2"]


@pytest.mark.parametrize(("name", "top", "bottom"), UNLIKE)
def test_a_share_of_an_unlike_whole_is_refused_and_allowed_by_name(name, top, bottom):
    obs = observations([{"form": "labour", "low": 3, name: top}, {"low": 12, name: bottom}])
    both = sorted(words(top, bottom))

    with pytest.raises(MixtureRefused, match="The sides are not of one"):
        shares(obs, "convictions", "form", "labour")

    row = shares(obs, "convictions", "form", "labour", **{name: both}).iloc[0]
    assert row["low"] == 0.25
    assert f"mixes, by name, {name}" in row["caveat"]
    assert cell_names(row, obs) == ["A1", "A2"]


def test_other_parts_of_another_kind_are_refused_too():
    obs = observations(
        [{"form": "labour", "low": 3}, {"form": "sexual", "low": 9, "offence": "smuggling"}, {"place": "ITA"}]
    )

    with pytest.raises(MixtureRefused, match="labour trafficking; sexual smuggling"):
        shares(obs, "convictions", "form", "labour")


def test_disaggregations_that_differ_by_name_are_said():
    obs = observations([{**CONVICTED, "sex": "female"}, {**PROSECUTED, "sex": "female"}, {**PROSECUTED, "sex": "male"}])

    row = ratio(obs, "convictions", "prosecutions", sex=["female", "male"]).iloc[0]

    assert row["low"] == 12 / 40
    assert "mixes, by name, sex: convictions female; prosecutions female + male" in row["caveat"]
    assert cell_names(row, obs) == ["A1", "A2", "A3"]


def test_editions_that_differ_are_refused():
    obs = observations([{**CONVICTED, "edition": "2023"}, {**PROSECUTED, "edition": "2024"}])

    with pytest.raises(MixtureRefused, match="one edition: convictions 2023; prosecutions 2024"):
        ratio(obs, "convictions", "prosecutions", edition=["2023", "2024"])


def test_years_that_differ_are_refused_where_the_result_is_not_by_year():
    obs = observations(
        [{**CONVICTED, "year": 2020}, *({**PROSECUTED, "year": year} for year in (2018, 2020, 2021, 2022))]
    )

    with pytest.raises(MixtureRefused, match=r"convictions 2020; prosecutions 2018, 2020–2022. .* years=\[2020\]"):
        ratio(obs, "convictions", "prosecutions", by=["place"])
    row = ratio(obs, "convictions", "prosecutions", by=["place"], years=[2020]).iloc[0]
    assert row["low"] == 0.6
    named = ratio(obs, "convictions", "prosecutions", by=["place"], years=range(2020, 2022)).iloc[0]
    assert "1 place-years have the numerator, 2 the denominator, 1 both" in named["caveat"]


def test_activities_on_one_side_only_are_refused():
    obs = observations([{**CONVICTED, "activity": "a1"}, PROSECUTED])

    with pytest.raises(MixtureRefused, match="single activities stand on one side"):
        ratio(obs, "convictions", "prosecutions")


def test_groups_that_only_one_side_has_are_no_mixture():
    obs = observations(
        [CONVICTED, PROSECUTED, {**CONVICTED, "source": "tip_report", "unit": "cases", "calendar": "mixed"}]
    )

    frame = ratio(obs, "convictions", "prosecutions", by=["source", "year"])

    assert frame["reason"].isna().tolist() == [False, True]


def test_an_empty_reporter_beside_a_stated_one_is_part_of_the_query():
    from opdat_analytics.metrics import totals

    obs = observations([{"reporter": "Ministry of Justice"}, {"place": "ITA"}])

    row = totals(obs, "convictions", reporter=["Ministry of Justice", "unstated"]).iloc[0]

    assert row["reporter"] == "Ministry of Justice;unstated"
    assert cell_names(row, obs) == ["A1", "A2"]
