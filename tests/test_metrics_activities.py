"""Counts of listed activities."""

import pandas as pd
import pytest
from builders import activities

from opdat_analytics.metrics import activity_counts
from opdat_analytics.model import OpdatError, UnknownName


def test_listed_activities_are_counted_by_type():
    listed = activities([{}, {}, {"activity_type": "legislative_reform"}])

    frame = activity_counts(listed)

    assert list(zip(frame["activity_type"], frame["n"], strict=True)) == [("legislative_reform", 1), ("training", 2)]
    assert frame["certainty"].unique().tolist() == ["stated"]


def test_what_is_possible_planned_or_denied_is_left_out_and_said():
    listed = activities([{}, {"certainty": "planned"}, {"certainty": "possible"}, {"certainty": "possible"}])

    frame = activity_counts(listed)

    assert frame["n"].tolist() == [1]
    assert frame["note"].tolist() == ["1 planned left out; 2 possible left out"]
    assert activity_counts(listed, certainty="possible")["n"].tolist() == [2]
    with pytest.raises(OpdatError, match="not counted together"):
        activity_counts(listed, certainty=["stated", "planned"])
    by_certainty = activity_counts(listed, by=["certainty"], certainty=None)
    assert by_certainty["n"].tolist() == [1, 2, 1]


def test_a_joint_activity_counts_once_for_each_of_its_places():
    frame = activity_counts(activities([{"places": "ALB;XKX"}, {"places": "ALB"}, {"places": None}]), by="place")

    assert frame["n"].tolist() == [2, 1, 1]
    assert frame["joint"].tolist() == [1, 1, 0]
    assert frame["place"].tolist()[:2] == ["ALB", "XKX"]
    assert pd.isna(frame["place"].tolist()[2])


def test_an_activity_listed_in_two_editions_is_one_activity():
    listed = activities([{"activity": "a1", "edition": "2023"}, {"activity": "a1", "edition": "2024"}, {}])

    frame = activity_counts(listed)

    assert frame["n"].tolist() == [2]
    assert frame["note"].tolist() == ["1 listed again in another edition, counted once"]


def test_an_activity_printed_in_two_cells_is_one_activity():
    listed = activities(
        [
            {"activity": "a1", "places": "ALB", "cell": "B2", "purposes": "prevention"},
            {"activity": "a1", "places": "XKX", "cell": "B9", "purposes": "prevention;protection"},
            {"activity": "a2", "places": "ALB"},
            {"activity": "a1", "places": "ALB", "source": "jtip_projects"},
        ]
    )

    frame = activity_counts(listed)
    assert (frame["n"].tolist(), frame["joint"].tolist()) == ([3], [1])
    assert frame["note"].tolist() == ["1 printed in another cell, counted once"]
    assert activity_counts(listed, by=())["n"].tolist() == [3]
    by_place = activity_counts(listed, by="place")
    assert dict(zip(by_place["place"], by_place["n"], strict=True)) == {"ALB": 3, "XKX": 1}
    assert by_place["joint"].tolist() == [1, 1]
    by_purpose = activity_counts(listed, by="purpose").dropna(subset="purpose")
    assert dict(zip(by_purpose["purpose"], by_purpose["n"], strict=True)) == {"prevention": 1, "protection": 1}


def test_all_of_them_are_one_row():
    frame = activity_counts(activities([{}, {"source": "jtip_projects"}]), by=())

    assert frame["n"].tolist() == [2]
    assert frame["source"].tolist() == ["jtip_projects;opdat_page"]


def test_unknown_columns_and_words_are_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean “activity_type”"):
        activity_counts(activities([{}]), by="activity_typ")
    with pytest.raises(UnknownName, match="Did you mean “planned”"):
        activity_counts(activities([{}]), certainty="planed")


def test_by_region_an_activity_counts_once_where_it_takes_place():
    listed = activities(
        [{"places": "ALB;XKX"}, {"places": "ALB;PHL"}, {"places": "GTM;USA", "roles": "location;destination"}]
    )

    frame = activity_counts(listed, by="region")

    assert dict(zip(frame["region"], frame["n"], strict=True)) == {
        "Asia": 1,
        "Central and Eastern Europe": 2,
        "Western Hemisphere": 1,
    }
    assert frame[["role", "scheme"]].drop_duplicates().to_numpy().tolist() == [["location", "opdat"]]


def test_where_people_are_taken_to_is_asked_for_by_name():
    listed = activities([{"places": "GTM;USA", "roles": "location;destination"}, {"places": "GTM"}])

    assert activity_counts(listed, by="place")["place"].tolist() == ["GTM"]
    there = activity_counts(listed, by="place", role="destination")
    assert there.loc[there["place"] == "USA", "n"].tolist() == [1]
    assert there.loc[there["place"].isna(), "n"].tolist() == [1]
    with pytest.raises(UnknownName, match="Did you mean “destination”"):
        activity_counts(listed, by="place", role="destinaton")
