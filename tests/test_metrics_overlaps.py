"""Regions hold each other and joint statements share countries: such figures are never added."""

from __future__ import annotations

import pytest
from builders import observations

from opdat_analytics import metrics
from opdat_analytics.model import MixtureRefused


def stated(level: str, **lows: int) -> object:
    rows = [
        {"place": place.replace("_and_", ";"), "level": level, "low": low, "high": low, "exact": low, "year": 2022}
        for place, low in lows.items()
    ]
    return observations(rows)


def test_a_region_is_not_added_to_the_one_that_holds_it() -> None:
    with pytest.raises(MixtureRefused, match="may hold each other"):
        metrics.totals(stated("region", UN_011=20, UN_002=50), "convictions", level="region")


def test_regions_of_two_editions_of_a_report_are_not_added() -> None:
    with pytest.raises(MixtureRefused, match="may hold each other"):
        metrics.totals(stated("region", TIP_EE=20, TIP_EUR=50), "convictions", level="region")


def test_joint_statements_that_share_a_country_are_not_added() -> None:
    with pytest.raises(MixtureRefused, match="share a country"):
        metrics.totals(stated("group", GTM_and_HND=30, GTM_and_SLV=30), "convictions", level="group")


def test_regions_of_one_partition_are_added() -> None:
    found = metrics.totals(stated("region", TIP_AF=20, TIP_SA=50), "convictions", level="region")
    assert found["low"].tolist() == [70]


def test_joint_statements_that_lie_apart_are_added() -> None:
    found = metrics.totals(stated("group", GTM_and_HND=30, ALB_and_MKD=12), "convictions", level="group")
    assert found["low"].tolist() == [42]


def test_grouped_by_place_nothing_is_added() -> None:
    found = metrics.totals(stated("region", UN_011=20, UN_002=50), "convictions", by="place", level="region")
    assert found["low"].tolist() == [50, 20]
