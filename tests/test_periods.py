"""Printed periods and dates → the days they cover."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opdat_analytics.ingest.figures import Problem
from opdat_analytics.ingest.periods import Period, parse_as_of, parse_period
from opdat_analytics.model import ALLOWED, DeclarationError

YEARS = st.integers(1901, 2100)
CALENDARS = st.sampled_from([None, *ALLOWED["calendar"]])


def read(text: str, calendar: str | None = None) -> tuple | str:
    """(start, end, year, calendar, accumulation) with dates as ISO text, or the code of a problem."""
    found = parse_period(text, calendar)
    if isinstance(found, Problem):
        return found.code
    days = [day.isoformat() if day else None for day in (found.start, found.end)]
    return (*days, found.year, found.calendar, found.accumulation)


@pytest.mark.parametrize(
    ("text", "calendar", "expected"),
    [
        ("2019", None, ("2019-01-01", "2019-12-31", 2019, "calendar", None)),
        ("2019.0", None, ("2019-01-01", "2019-12-31", 2019, "calendar", None)),
        ("2019", "us_fiscal", ("2018-10-01", "2019-09-30", 2019, "us_fiscal", None)),
        ("2019", "mixed", (None, None, 2019, "mixed", None)),
        ("FY2011", None, ("2010-10-01", "2011-09-30", 2011, "us_fiscal", None)),
        ("FY 2011", None, ("2010-10-01", "2011-09-30", 2011, "us_fiscal", None)),
        ("FY11", None, ("2010-10-01", "2011-09-30", 2011, "us_fiscal", None)),
        ("FY98", None, ("1997-10-01", "1998-09-30", 1998, "us_fiscal", None)),
        ("FY2011", "fiscal_other", (None, None, 2011, "fiscal_other", None)),
        ("2022/23", "us_fiscal", ("2022-10-01", "2023-09-30", 2023, "us_fiscal", None)),
        ("2022-23", "fiscal_other", (None, None, 2023, "fiscal_other", None)),
        ("1999/00", "us_fiscal", ("1999-10-01", "2000-09-30", 2000, "us_fiscal", None)),
        ("2010–2016", None, ("2010-01-01", "2016-12-31", None, "calendar", None)),
        ("2022-2023", "calendar", ("2022-01-01", "2023-12-31", None, "calendar", None)),
        ("FY2010-FY2016", None, ("2009-10-01", "2016-09-30", None, "us_fiscal", None)),
        ("yearend 2020", None, ("2020-12-31", "2020-12-31", 2020, "calendar", "point")),
        ("end of 2020", None, ("2020-12-31", "2020-12-31", 2020, "calendar", "point")),
        ("31 December 2020", None, ("2020-12-31", "2020-12-31", 2020, "calendar", "point")),
        ("Q1 2019", None, ("2019-01-01", "2019-03-31", 2019, "calendar", None)),
        ("2019 Q4", None, ("2019-10-01", "2019-12-31", 2019, "calendar", None)),
        ("H2 2019", None, ("2019-07-01", "2019-12-31", 2019, "calendar", None)),
        ("FY2019 Q1", None, ("2018-10-01", "2018-12-31", 2019, "us_fiscal", None)),
        ("2024-06", None, ("2024-06-01", "2024-06-30", 2024, "calendar", None)),
        ("2024-02", None, ("2024-02-01", "2024-02-29", 2024, "calendar", None)),
        ("junio de 2024", None, ("2024-06-01", "2024-06-30", 2024, "calendar", None)),
        ("2024-06-24", None, ("2024-06-24", "2024-06-24", 2024, "calendar", "point")),
        ("2010-11", "calendar", ("2010-11-01", "2010-11-30", 2010, "calendar", None)),
    ],
)
def test_labels_and_the_days_they_cover(text, calendar, expected):
    assert read(text, calendar) == expected


@pytest.mark.parametrize(
    ("text", "calendar", "code"),
    [
        ("2022/23", None, "ambiguous_period"),
        ("2022-2023", None, "ambiguous_period"),
        ("2022-2023", "us_fiscal", "ambiguous_period"),
        ("FY2010/11", None, "ambiguous_period"),
        ("2010-11", None, "ambiguous_period"),
        ("2010-11", "us_fiscal", "ambiguous_period"),
        ("2008-12", None, "ambiguous_period"),
        ("Q1 2019", "us_fiscal", "ambiguous_period"),
        ("end of 2020", "us_fiscal", "ambiguous_period"),
        ("FY55", None, "ambiguous_period"),
        ("2016-2010", None, "empty_range"),
        ("2202", None, "year_out_of_range"),
        ("1899", None, "year_out_of_range"),
        ("22", None, "not_a_period"),
        ("45123", None, "not_a_period"),
        ("2022*", None, "not_a_period"),
        ("Q5 2019", None, "not_a_period"),
        ("2023-02-29", None, "no_such_day"),
        ("05/06/2024", None, "ambiguous_date"),
        ("", None, "blank"),
    ],
)
def test_a_label_in_doubt_is_a_problem(text, calendar, code):
    assert read(text, calendar) == code


def test_the_message_asks_for_the_calendar():
    found = parse_period("2022/23")
    assert isinstance(found, Problem)
    assert "one year that ends in 2023" in found.message
    assert "calendar" in str(found.hint)


def test_an_unknown_calendar_is_a_declaration_error():
    with pytest.raises(DeclarationError, match="us_fiscal"):
        parse_period("2019", "lunar")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", "2024"),
        ("2024.0", "2024"),
        ("2024-06", "2024-06"),
        ("2024-06-24", "2024-06-24"),
        ("2024-06-24 00:00:00", "2024-06-24"),
        ("24 June 2024", "2024-06-24"),
        ("June 24, 2024", "2024-06-24"),
        ("Sept. 3, 2021", "2021-09-03"),
        ("June 2024", "2024-06"),
        ("24 de junio de 2024", "2024-06-24"),
        ("1er janvier 2020", "2020-01-01"),
        ("31 de março de 2020", "2020-03-31"),
        ("24/06/2024", "2024-06-24"),
        ("06/24/2024", "2024-06-24"),
        ("06/06/2024", "2024-06-06"),
    ],
)
def test_as_of_keeps_the_precision_printed(text, expected):
    assert parse_as_of(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("05/06/2024", "ambiguous_date"),
        ("2024-02-30", "no_such_day"),
        ("24/13/2024", "no_such_day"),
        ("FY2024", "not_a_date"),
        ("22", "not_a_date"),
        ("1 June 2024 or 2 July 2024", "not_a_date"),
        ("2202", "year_out_of_range"),
        ("", "blank"),
    ],
)
def test_an_as_of_in_doubt_is_a_problem(text, code):
    found = parse_as_of(text)
    assert isinstance(found, Problem)
    assert found.code == code


@given(YEARS)
def test_fiscal_years_follow_each_other_without_gap(year):
    one, following = parse_period(f"FY{year - 1}"), parse_period(f"FY{year}")
    assert isinstance(one, Period)
    assert isinstance(following, Period)
    assert one.end is not None
    assert following.start == one.end + timedelta(days=1)
    assert following.end == date(year, 9, 30)


@given(st.integers(1902, 2099))
def test_the_quarters_of_a_year_are_the_year(year):
    quarters = [parse_period(f"FY{year} Q{n}") for n in (1, 2, 3, 4)]
    whole = parse_period(f"FY{year}")
    assert isinstance(whole, Period)
    found = [q for q in quarters if isinstance(q, Period)]
    assert (found[0].start, found[-1].end) == (whole.start, whole.end)
    for one, following in pairwise(found):
        assert one.end is not None
        assert following.start == one.end + timedelta(days=1)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_reads_back(day):
    assert parse_as_of(day.isoformat()) == day.isoformat()
    assert parse_as_of(f"{day.day} {day:%B} {day.year}") == day.isoformat()
    assert parse_period(day.isoformat()) == Period(day, day, day.year, "calendar", "point")
    written = parse_as_of(f"{day:%d/%m/%Y}")
    assert isinstance(written, Problem) or written == day.isoformat()


PIECES = st.sampled_from(
    [
        "2019",
        "2020",
        "20",
        "11",
        "22",
        "FY",
        "fy",
        "Q1",
        "H2",
        "-",
        "–",
        "/",
        " ",
        "to",
        "yearend",
        "end of",
        "June",
        "de",
        "24",
        "00",
        ".0",
        "*",
        "٢٠٢٠",
    ]
)


@given(st.one_of(st.text(max_size=20), st.lists(PIECES, max_size=6).map("".join)), CALENDARS)
def test_any_text_gives_a_sound_period_or_a_problem(text, calendar):
    found = parse_period(text, calendar)
    as_of = parse_as_of(text)
    assert isinstance(as_of, str | Problem)
    if isinstance(found, Problem):
        assert found.message
        return
    assert found.calendar in ALLOWED["calendar"]
    assert found.year is None or 1900 <= found.year <= 2100
    assert (found.start is None) == (found.end is None)
    if found.start is not None and found.end is not None:
        assert found.start <= found.end
        assert (found.start == found.end) == (found.accumulation == "point")


@pytest.mark.parametrize(
    ("text", "language", "start", "end"),
    [
        ("1er trimestre 2021", "fr", date(2021, 1, 1), date(2021, 3, 31)),
        ("Primer semestre de 2021", "es", date(2021, 1, 1), date(2021, 6, 30)),
        ("2.º trimestre de 2021", "pt", date(2021, 4, 1), date(2021, 6, 30)),
        ("T3 2021", "es", date(2021, 7, 1), date(2021, 9, 30)),
        ("2021 S2", "fr", date(2021, 7, 1), date(2021, 12, 31)),
        ("third quarter of FY2021", "en", date(2021, 4, 1), date(2021, 6, 30)),
        ("Quarter 4 2021", "en", date(2021, 10, 1), date(2021, 12, 31)),
        ("Jan–Mar 2021", "en", date(2021, 1, 1), date(2021, 3, 31)),
        ("enero a junio de 2021", "es", date(2021, 1, 1), date(2021, 6, 30)),
    ],
)
def test_parts_of_a_year_in_words(text, language, start, end):
    found = parse_period(text, language=language)
    assert (found.start, found.end, found.year) == (start, end, 2021)


@pytest.mark.parametrize("text", ["T1 2021", "fifth quarter 2021", "third half of 2021", "Mar–Jan 2021", "may to 2021"])
def test_what_is_no_part_of_a_year_is_held(text):
    assert isinstance(parse_period(text), Problem)


@pytest.mark.parametrize(
    ("label", "language"),
    [
        ("Ejercicio fiscal 2021", "es"),
        ("Año fiscal 2021", "es"),
        ("Année fiscale 2021", "fr"),
        ("Ano fiscal 2021", "pt"),
    ],
)
def test_a_fiscal_year_of_another_country_is_not_the_one_of_the_united_states(label: str, language: str) -> None:
    found = parse_period(label, None, language)
    assert isinstance(found, Problem)
    assert found.code == "ambiguous_period"
    read = parse_period(label, "fiscal_other", language)
    assert isinstance(read, Period)
    assert (read.year, read.calendar, read.start) == (2021, "fiscal_other", None)
    meant = parse_period("FY2021", None, language)
    assert isinstance(meant, Period)
    assert meant.calendar == "us_fiscal"
