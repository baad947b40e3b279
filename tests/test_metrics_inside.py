"""What may lie inside another figure is not added to it: activities, programmes, countries."""

import pytest
from builders import observations

from opdat_analytics.metrics import increments, participants, reporting_lag, shares, totals
from opdat_analytics.model import MixtureRefused
from opdat_analytics.query import Tables, cells_behind

TRAINED = {"measure": "participants_trained", "place": "COL"}
WHOLE = {**TRAINED, "programme": "colombia", "low": 100}
COURSE = {**TRAINED, "programme": "colombia", "activity": "course-1", "low": 40}
OWN = {**TRAINED, "low": 500}


@pytest.mark.parametrize("by", [["year"], ["place"], ["programme", "year"], [], ["place", "as_of"]])
def test_an_activity_is_not_added_to_its_own_programme(by):
    obs = observations([WHOLE, COURSE])

    with pytest.raises(MixtureRefused, match=r"single activities stand beside .*activity=\"unstated\""):
        totals(obs, "participants_trained", by)
    with pytest.raises(MixtureRefused, match="single activities"):
        participants(obs)


@pytest.mark.parametrize("activity", [{"programme": None}, {"programme": "colombia"}])
def test_an_activity_is_not_added_to_its_country(activity):
    with pytest.raises(MixtureRefused, match=r"single activities .*COL, year 2020"):
        totals(observations([OWN, {**COURSE, **activity}]), "participants_trained")


def test_either_is_had_by_name_and_explains_its_own_cells():
    obs = observations([WHOLE, COURSE, {**COURSE, "activity": "course-2", "low": 5}])
    tables = Tables({"observations": obs}.__getitem__)

    of_none = totals(obs, "participants_trained", activity="unstated").iloc[0]
    of_both = totals(obs, "participants_trained", activity=["course-1", "course-2"]).iloc[0]

    assert (of_none["low"], of_both["low"]) == (100, 45)
    assert (of_none["activity"], of_both["activity"]) == ("unstated", "course-1;course-2")
    assert list(cells_behind(dict(of_none), tables)["cell"]) == ["A1"]
    assert list(cells_behind(dict(of_both), tables)["cell"]) == ["A2", "A3"]


def test_grouped_by_activity_each_stands_alone():
    frame = totals(observations([WHOLE, COURSE]), "participants_trained", by=["activity"])

    assert sorted(frame["low"]) == [40, 100]


def test_activities_alone_are_added():
    obs = observations([COURSE, {**COURSE, "activity": "course-2"}])

    assert totals(obs, "participants_trained")["low"].tolist() == [80]


def test_an_activity_of_another_programme_is_not_inside_this_one():
    obs = observations([WHOLE, {**COURSE, "programme": "peru"}])

    assert totals(obs, "participants_trained")["low"].tolist() == [140]


def test_periods_of_several_years_hold_what_lies_in_them():
    import pandas as pd

    span = {"year": None, "period_start": pd.Timestamp(2019, 1, 1), "period_end": pd.Timestamp(2021, 12, 31)}

    with pytest.raises(MixtureRefused, match="single activities"):
        totals(observations([{**WHOLE, **span}, COURSE]), "participants_trained", by=[])
    apart = totals(observations([{**WHOLE, **span}, {**COURSE, "year": 2022}]), "participants_trained", by=[])
    assert apart["low"].tolist() == [140]
    with pytest.raises(MixtureRefused, match="programmes stand beside"):
        totals(observations([{**OWN, **span}, WHOLE]), "participants_trained", by=[])


def test_a_programme_beside_its_country_is_still_refused():
    with pytest.raises(MixtureRefused, match=r"Figures of programmes .*programme=\"unstated\""):
        totals(observations([OWN, WHOLE]), "participants_trained")
    assert totals(observations([OWN, WHOLE]), "participants_trained", programme="unstated")["low"].tolist() == [500]


def test_shares_and_lags_refuse_the_same():
    parts = [{**row, "sex": sex} for row in (WHOLE, COURSE) for sex in ("female", "male")]
    with pytest.raises(MixtureRefused, match="single activities"):
        shares(observations(parts), "participants_trained", "sex", "female")
    with pytest.raises(MixtureRefused, match="single activities"):
        reporting_lag(observations([WHOLE, COURSE]), "participants_trained")


def test_running_totals_of_two_activities_are_two_series():
    said = {"accumulation": "to_date", "calendar": "undated", "year": None}
    rows = [
        {**COURSE, **said, "as_of": date, "activity": activity, "low": low}
        for activity, date, low in [("a1", "2023", 10), ("a2", "2024", 90), ("a1", "2025", 12)]
    ]

    frame = increments(observations(rows))

    assert frame[["activity", "low", "high"]].to_numpy().tolist() == [["a1", 2, 2]]
