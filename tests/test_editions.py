"""Which figure is a source's latest word, and what it restated between its editions."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pandas as pd
import pytest
from builders import observations

from opdat_analytics.ingest.declare import Editions
from opdat_analytics.ingest.editions import current, restatements

BY_LABEL = Editions(None, None, "series", {})
REPLACING = Editions(None, None, "all", {})
DECLARED = Editions(None, None, "series", {"Spring": date(2024, 3, 1), "Autumn": None})


def rows(*figures: dict[str, Any]) -> pd.DataFrame:
    return observations([{"source": "courts", **figure} for figure in figures])


def latest(frame: pd.DataFrame, editions: Editions) -> list[bool]:
    return current(frame, {"courts": editions}).tolist()


def test_the_last_edition_that_prints_a_series_has_its_latest_word() -> None:
    frame = rows(
        {"edition": "2023", "year": 2019, "low": 12},
        {"edition": "2025", "year": 2019, "low": 13},
        {"edition": "2023", "year": 2018, "low": 8},
    )
    assert latest(frame, BY_LABEL) == [False, True, True]


def test_an_edition_may_replace_the_whole_one_before() -> None:
    frame = rows({"edition": "2023", "year": 2018}, {"edition": "2025", "year": 2019})
    assert latest(frame, REPLACING) == [False, True]


def test_a_declared_order_goes_before_the_alphabet() -> None:
    frame = rows({"edition": "Autumn"}, {"edition": "Spring"})
    assert latest(frame, DECLARED) == [True, False]
    assert latest(frame, BY_LABEL) == [False, True]


def test_an_edition_that_cannot_be_ordered_is_never_current() -> None:
    assert latest(rows({"edition": "Winter"}), DECLARED) == [False]


def test_a_source_without_editions_is_current() -> None:
    assert latest(rows({"edition": None}), BY_LABEL) == [True]


def test_a_blank_in_the_last_edition_is_its_latest_word_only_where_it_prints_no_figure() -> None:
    frame = rows(
        {"edition": "2025", "qualifier": "not_reported", "text": ""},
        {"edition": "2025", "low": 12},
        {"edition": "2023", "low": 11},
    )
    assert latest(frame, BY_LABEL) == [False, True, False]


def test_printed_twice_in_one_edition_primary_sourcing_goes_before_secondary() -> None:
    frame = rows({"edition": "2025", "sourcing": "secondary"}, {"edition": "2025", "sourcing": "primary"})
    assert latest(frame, BY_LABEL) == [False, True]


def test_sources_do_not_supersede_each_other() -> None:
    frame = observations([{"source": "courts", "edition": "2023"}, {"source": "police", "edition": "2025"}])
    assert current(frame, {"courts": BY_LABEL, "police": BY_LABEL}).tolist() == [True, True]


def test_the_edition_of_a_file_stands_in_its_name() -> None:
    editions = Editions(None, re.compile(r"(\d{4}-\d{2}-\d{2})"), "series", {})
    assert editions.of("glotip_2025-04-14.xlsx") == "2025-04-14"
    assert editions.of("glotip.xlsx") is None
    assert editions.published("2025-04-14") == date(2025, 4, 14)
    assert editions.published("2025") is None


# ---------------------------------------------------------------- restatements


def restated(frame: pd.DataFrame, editions: Editions = BY_LABEL) -> list[tuple[Any, ...]]:
    found = restatements(frame, {"courts": editions})
    return list(
        found[["edition_from", "edition_to", "text_from", "text_to", "change_low", "change_high"]]
        .astype(object)
        .where(found[["edition_from", "edition_to", "text_from", "text_to", "change_low", "change_high"]].notna(), None)
        .itertuples(index=False, name=None)
    )


def test_a_figure_printed_otherwise_later_is_restated() -> None:
    frame = rows({"edition": "2023", "low": 12}, {"edition": "2025", "low": 15})
    assert restated(frame) == [("2023", "2025", "12", "15", 3.0, 3.0)]


def test_the_same_figure_again_is_not() -> None:
    assert restated(rows({"edition": "2023", "low": 12}, {"edition": "2025", "low": 12})) == []


def test_a_change_is_the_interval_that_the_bounds_allow() -> None:
    frame = rows(
        {"edition": "2023", "low": 0, "high": 4, "text": "<5"},
        {"edition": "2025", "low": 6, "text": "6"},
        {"edition": "2026", "low": 10, "high": None, "text": "10+"},
    )
    assert restated(frame) == [
        ("2023", "2025", "<5", "6", 2.0, 6.0),
        ("2025", "2026", "6", "10+", 4.0, None),
    ]


def test_an_edition_that_leaves_a_figure_out_lies_between_two_that_print_it() -> None:
    frame = rows(
        {"edition": "2023", "low": 12},
        {"edition": "2024", "year": 2018, "low": 3},
        {"edition": "2025", "low": 15},
    )
    assert restated(frame) == [("2023", "2025", "12", "15", 3.0, 3.0)]


@pytest.mark.parametrize("blank", ["not_reported"])
def test_a_blank_restates_nothing(blank: str) -> None:
    frame = rows({"edition": "2023", "low": 12}, {"edition": "2025", "qualifier": blank, "text": ""})
    assert restated(frame) == []


def test_what_cannot_be_ordered_restates_nothing() -> None:
    assert restated(rows({"edition": "Winter", "low": 12}, {"edition": "Spring", "low": 15}), DECLARED) == []


def test_two_lower_limits_of_a_running_total_restate_nothing() -> None:
    running = {"accumulation": "to_date", "year": None, "calendar": "undated", "as_of": "2024-06", "high": None}
    frame = rows(
        {**running, "edition": "2024-06 fact sheet", "low": 240, "text": "240+"},
        {**running, "edition": "2024-06 readout", "low": 241, "text": "over 240"},
        {**running, "edition": "2025", "low": 241, "high": 241, "text": "241"},
    )
    assert restated(frame) == [("2024-06 readout", "2025", "over 240", "241", None, 0.0)]
