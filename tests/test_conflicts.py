"""Where statements do not sit together."""

from __future__ import annotations

from typing import Any

import pandas as pd
from builders import observations

from opdat_analytics import vocab
from opdat_analytics.ingest.conflicts import conflicts
from opdat_analytics.ingest.declare import Editions

EDITIONS = {name: Editions(None, None, "series", {}) for name in ("courts", "police")}
COURTS, POLICE = {"source": "courts"}, {"source": "police"}


def found(*rows: dict[str, Any]) -> pd.DataFrame:
    return conflicts(observations(rows), EDITIONS)


def test_no_number_satisfies_both() -> None:
    told = found({**COURTS, "low": 12}, {**POLICE, "low": 13})
    assert told[["kind", "source_a", "low_a", "source_b", "low_b"]].values.tolist() == [
        ["disjoint", "courts", 12.0, "police", 13.0]
    ]
    assert "no number is both" in told["message"].iat[0]


def test_bounds_that_overlap_are_no_conflict() -> None:
    assert found({**COURTS, "low": 0, "high": 4, "text": "<5"}, {**POLICE, "low": 3}).empty


def test_about_is_held_against_nobody() -> None:
    assert found({**COURTS, "low": 12, "qualifier": "about"}, {**POLICE, "low": 13}).empty


def test_different_units_are_no_conflict_but_an_unstated_one_is() -> None:
    assert found({**COURTS, "low": 12, "unit": "persons"}, {**POLICE, "low": 13, "unit": "cases"}).empty
    assert len(found({**COURTS, "low": 12, "unit": "persons"}, {**POLICE, "low": 13, "unit": "unstated"})) == 1


def test_different_offences_places_years_or_forms_are_no_conflict() -> None:
    for name, value in {"offence": "smuggling", "place": "XKX", "year": 2019, "form": "labour"}.items():
        assert found({**COURTS, "low": 12}, {**POLICE, "low": 13, name: value}).empty, name


def test_a_source_s_own_ordered_editions_revise_and_do_not_contradict() -> None:
    assert found({**COURTS, "edition": "2023", "low": 12}, {**COURTS, "edition": "2025", "low": 13}).empty


def test_two_reporters_of_one_edition_contradict_each_other() -> None:
    told = found({**COURTS, "reporter": "UCR", "low": 12}, {**COURTS, "reporter": "BJS", "low": 13})
    assert told[["kind", "same_edition"]].values.tolist() == [["disjoint", True]]


RUNNING = {
    "measure": "arrests", "place": "USA", "year": None, "calendar": "undated", "accumulation": "to_date",
    "high": None, "programme": "jtfa",
}  # fmt: skip


def test_a_statement_that_was_overtaken_when_it_was_made_is_weaker() -> None:
    told = found(
        {**RUNNING, **COURTS, "low": 241, "text": "240+", "published": pd.Timestamp(2024, 6, 3)},
        {**RUNNING, **POLICE, "low": 75, "text": "over 74", "published": pd.Timestamp(2024, 6, 24)},
    )
    assert told[["kind", "text_a", "text_b"]].values.tolist() == [["weaker", "240+", "over 74"]]
    assert " where courts 2024 had said “240+” (2024-06)" in told["message"].iat[0]


def test_which_of_two_statements_of_a_month_came_first_is_not_said_where_a_day_is_not_known() -> None:
    told = found(
        {**RUNNING, **COURTS, "low": 240, "text": "240+", "as_of": "2024-06"},
        {**RUNNING, **POLICE, "low": 75, "text": "over 74", "published": pd.Timestamp(2024, 6, 24)},
    )
    assert " where courts 2024 says in the same month “240+” (2024-06)" in told["message"].iat[0]


def test_an_earlier_or_a_nearly_as_strong_statement_is_not_weaker() -> None:
    strong = {**RUNNING, **COURTS, "low": 241, "published": pd.Timestamp(2024, 6, 3)}
    assert found(strong, {**RUNNING, **POLICE, "low": 75, "published": pd.Timestamp(2024, 5, 24)}).empty
    assert found(strong, {**RUNNING, **POLICE, "low": 200, "published": pd.Timestamp(2024, 6, 24)}).empty


def regions() -> list[str]:
    """The places that are the regions of the scheme of 2006."""
    known = vocab.places()
    return sorted(
        place
        for place, region in vocab.scheme("tip_report_2006").items()
        if known[place].level == "region" and known[place].name == region
    )


def test_a_printed_world_total_is_compared_with_its_regions() -> None:
    parts = [{**COURTS, "place": place, "level": "region", "low": 10} for place in regions()]
    assert len(parts) == 6
    world = {**COURTS, "place": "WORLD", "level": "global"}
    assert found(*parts, {**world, "low": 60}).empty
    told = found(*parts, {**world, "low": 61})
    assert told[["kind", "low_a", "low_b", "high_b"]].values.tolist() == [["total_vs_parts", 61.0, 60.0, 60.0]]
    assert len(told["cell_b"].iat[0].split(";")) == 6
    assert found(*parts[:-1], {**world, "low": 61}).empty  # a region is missing: nothing can be said
