"""What notebooks tell of editions and declarations: figures of one edition alone, columns left out, rulings."""

from __future__ import annotations

import pytest

import opdat_analytics as opdat
from opdat_analytics.model import Home, OpdatError
from opdat_analytics.notebooks.choose import outside_regions
from opdat_analytics.notebooks.editions import dropped_and_added, printed_twice
from opdat_analytics.notebooks.left_out import columns_left_out, rulings


def test_what_the_later_edition_dropped_and_added_is_told_apart_from_new_years(record_home: Home) -> None:
    found = dropped_and_added(opdat.observations(home=record_home, source="unodc_glotip"), "convictions")
    assert found.kind.value_counts().to_dict() == {"added": 124, "new year": 85, "dropped": 25}
    dropped = found[found.kind == "dropped"]
    assert dropped[dropped.level == "country"][["place", "year", "text"]].values.tolist() == [["PAN", 2019, "10"]]
    assert set(found[found.kind == "new year"].year) == {2022}
    assert set(found.edition_from) == {"2023-05-30"}
    assert set(found.edition_to) == {"2025-04-14"}


def test_what_is_still_the_last_word_was_not_dropped(record_home: Home) -> None:
    """The report of 2024 does not repeat the years of 2006, which stay current."""
    found = dropped_and_added(opdat.observations(home=record_home, source="tip_report"), "convictions")
    assert "dropped" not in set(found.kind)


def test_a_source_with_one_dated_edition_cannot_be_compared(record_home: Home) -> None:
    with pytest.raises(OpdatError, match="Fewer than two dated editions with figures of funding"):
        dropped_and_added(opdat.observations(home=record_home, source="jtip_projects"), "funding")


def test_only_what_two_dated_editions_print_could_be_restated(record_home: Home) -> None:
    counts = printed_twice(opdat.observations(home=record_home))
    assert counts["unodc_glotip"] == 6175
    assert counts["tip_report"] == 4
    assert counts["opdat_page"] == 0


# ---------------------------------------------------------------- what declarations leave out


def test_columns_that_are_not_read_are_named_with_their_source(record_home: Home) -> None:
    found = columns_left_out(record_home, ["eurostat", "unodc_glotip"])
    assert found.values.tolist() == [["unodc_glotip", "Region, Subregion, Dimension, Unit of measurement"]]


def test_a_ruling_stands_with_what_the_cell_said_and_why(record_home: Home) -> None:
    [ruling] = rulings(record_home, ["jtip_projects"]).to_dict("records")
    assert (ruling["cell"], ruling["text"], ruling["ruling"]) == ("J10", "$65,676,50", "stays held")
    assert ruling["why"].startswith("The amount has a comma")


def test_a_source_whose_declaration_is_gone_has_no_row(record_home: Home) -> None:
    assert rulings(record_home, ["nobody"]).empty


# ---------------------------------------------------------------- who the other places are


def test_places_of_no_region_are_named_the_largest_sum_first(record_home: Home) -> None:
    national = opdat.observations(home=record_home, source="unodc_glotip", scheme="opdat")
    others = outside_regions(national, "convictions", range(2015, 2023))
    assert others[:2].tolist() == ["France", "United Kingdom"]
    assert "Guatemala" not in set(others)
    assert len(others) == 45


def test_where_every_place_has_its_region_there_is_none(record_home: Home) -> None:
    national = opdat.observations(home=record_home, source="unodc_glotip", scheme="opdat")
    assert outside_regions(national[national.region == "Africa"], "convictions", [2020]).empty
