"""What a number format prints is what its sender sees and says: every kind of format, and what is read of it."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from opdat_analytics.ingest.date_formats import date_shown, prints_date
from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.ingest.files import read_file
from opdat_analytics.ingest.number_formats import changes_meaning, shown
from opdat_analytics.ingest.ods_facts import printed_date

ACCOUNTS = '_($* #,##0_);_($* (#,##0);_($* "-"_);_(@_)'

HARMLESS = [
    ("General", "12"), ("0", "12"), ("#,##0", "1234"), ("#,##0.00", "1234.5"), ("# ##0", "12345"), ("0.", "12"),
    ("[Red]0", "12"), ("0;[Red]0", "-12"), ("0_);(0)", "12"), ("0_);(0)", "-12"), ("* 0", "12"), ("0*-", "12"),
    ("0.0E+0", "3"), ("# ?/?", "3"), ("@", "12"), ('0"."000', "12345"), ("0\\.000", "1234"), ("0.0#", "3"),
    ("_(* #,##0_);_(* (#,##0);_(* \"-\"??_);_(@_)", "5"), ('[<5]"<5";0', "7"),
]  # fmt: skip
PRINTED = [
    ('0"+"', "12", "12+", "said"), ('General"+"', "12", "12+", "said"), ('"<"0', "5", "<5", "said"),
    ('[<5]"<5";0', "3", "<5", "said"), ('0" or more"', "3", "3 or more", "said"), ('"n/a"', "3", "n/a", "said"),
    ('"over "0', "74", "over 74", "said"), ('"~"0', "3", "~3", "said"), ('0"k"', "12", "12k", "said"),
    ('0"00"', "12", "1200", "said"), ('0;0;"none"', "0", "none", "said"), ("0*x", "3", "3x", "said"),
    ("-0", "3", "-3", "said"), ("(0)", "3", "(3)", "said"), ("0-", "3", "3-", "said"),
    ('0" persons"', "3", "3 persons", "said"),
    ("$0", "3", "$3", None), ("[$$-409]#,##0.00", "3", "$3", None), ("[$€-2] 0", "3", "€3", "said"),
    (ACCOUNTS, "5", "$5", None),
    ('#,##0" USD"', "3", "3 USD", None), ("0%", "0.45", "45%", None), ('0" %"', "45", "45%", None),
    ("000", "7", "007", None), ("[=1]\"one\";0", "1", "one", "said"),
]  # fmt: skip
DOUBTED = [
    (";;;", "3", "hidden"), ("[White]0", "3", "hidden"), ("#", "0", "hidden"), ("0;-0;", "0", "hidden"),
    ('[<5]"<5"', "7", "hidden"),
    ('0;-0;"-"', "0", "dash"), (ACCOUNTS, "0", "dash"),
    ("0,", "3456", "scaled"), ('0,"k"', "12345", "scaled"), ('0,,"M"', "3456789", "scaled"), ("0%%", "0.5", "scaled"),
    ("0.0E+0", "12345", "changed"), ("# ?/?", "3.3", "changed"), ("?/?", "3", "changed"), ("0;0", "-3", "changed"),
    ('0"."0', "12", "changed"), ("00-00", "1234", "changed"), ("[$$-80A]#,##0", "3", "abroad"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "raw"), HARMLESS)
def test_a_format_that_changes_the_look_alone_is_left_alone(code: str, raw: str) -> None:
    assert (shown(code, raw).text, shown(code, raw).odd) == (None, None)


@pytest.mark.parametrize(("code", "raw", "text", "odd"), PRINTED)
def test_what_a_format_prints_beside_the_number_is_read(code: str, raw: str, text: str, odd: str | None) -> None:
    assert changes_meaning(code)
    assert (shown(code, raw).text, shown(code, raw).odd) == (text, odd)


@pytest.mark.parametrize(("code", "raw", "odd"), DOUBTED)
def test_what_a_format_hides_or_turns_into_another_number_is_told(code: str, raw: str, odd: str) -> None:
    assert changes_meaning(code)
    assert shown(code, raw).odd == odd


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("yyyy", "2021"), ("yy", "2021"), ("yyyy;@", "2021"), ("mmm-yy", "2021-01"), ("[$-409]mmmm yyyy;@", "2021-01"),
        ("[$-40A]mmmm \\d\\e yyyy;@", "2021-01"), ("mm/yyyy", "2021-01"), ('"FY"yyyy', "FY2021"),
        ('"Q1 "yyyy', "Q1 2021"),
        ("mmm", "January"), ("d-mmm", None), ("ddd", None), ("mmmmm-yy", None), ('"Q"m yyyy', None),
        ("[$-D07041E]yyyy", None), ("ge", None),
    ],
)  # fmt: skip
def test_a_date_says_what_its_format_shows(code: str, said: str | None) -> None:
    assert prints_date(code)
    assert date_shown(code, "2021-01-01") == said


@pytest.mark.parametrize(
    "code", ["yyyy-mm-dd", "d/m/yyyy", "[$-F800]dddd, mmmm dd, yyyy", "d/m/yy h:mm", "h:mm", "[h]:mm:ss"]
)
def test_a_format_that_shows_the_day_or_a_time_is_left_alone(code: str) -> None:
    assert not prints_date(code)


@pytest.mark.parametrize(
    ("printed", "stored", "said"),
    [
        ("2021", "2021-01-01", "2021"), ("ene-21", "2021-01-01", "2021-01"),
        ("janeiro de 2021", "2021-01-01", "2021-01"),
        ("01/2021", "2021-01-15", "2021-01"), ("01/01/2021", "2021-01-01", "2021-01-01"),
        ("FY2021", "2021-01-01", "FY2021"),
        ("Q1 2021", "2021-01-01", "Q1 2021"), ("15 mai 2021", "2021-05-15", "2021-05-15"),
        ("1-May", "2019-05-01", None),
        ("05/21", "2021-05-21", None),
    ],
)  # fmt: skip
def test_an_open_document_says_itself_what_it_shows(printed: str, stored: str, said: str | None) -> None:
    assert printed_date(printed, stored) == said


SAID = 'constants = { measure = "convictions", unit = "persons", offence = "trafficking" }'
FLAT = f'title = "x"\n[[layout]]\n{SAID}\ncolumns = {{ Country = "place", Year = "period", Convictions = "value" }}\n'
CROSSED = f'title = "x"\n[[layout]]\n{SAID}\ncorner = "Country"\nheaders = {{ period = "row 1", place = "column 1" }}\n'


def read(
    folder: Path, rows: list[list[object]], formats: dict[str, str], toml: str
) -> tuple[list[dict], dict[str, str]]:
    """The figures of a workbook with number formats, and cell → code of its issues."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cell, code in formats.items():
        sheet[cell].number_format = code
    book.save(folder / "returns.xlsx")
    (folder / "source.toml").write_text(toml, encoding="utf-8")
    told = read_file(folder / "returns.xlsx", read_declaration(folder / "source.toml")).tables
    figures = told["observations"].to_dict("records") if "observations" in told else []
    return figures, {i["cell"]: i["code"] for i in told["issues"].to_dict("records")}


def test_figures_are_those_that_the_sender_sees(tmp_path: Path) -> None:
    rows = [["Country", "Year", "Convictions"], *[["Albania", 2010 + i, 12] for i in range(5)]]
    formats = {"C2": '0"+"', "C3": '0,"k"', "C4": "$0", "C5": '0"k"', "C6": "#,##0"}
    figures, issues = read(tmp_path, rows, formats, FLAT)
    assert [(f["cell"], f["low"], f["qualifier"], f["text"]) for f in figures] == [
        ("C2", 12, "at_least", "12+"), ("C6", 12, "exact", "12"),
    ]  # fmt: skip
    assert issues == {"C2": "read_as_shown", "C3": "scaled_by_format", "C4": "wrong_unit", "C5": "unread_words"}


def test_a_hidden_text_is_held_like_a_hidden_number(tmp_path: Path) -> None:
    rows = [["Country", "Year", "Convictions"], ["Albania", 2010, "under 5"], ["Serbia", 2010, "6"]]
    figures, issues = read(tmp_path, rows, {"C2": ";;;", "A3": "0;0;0;"}, FLAT)
    assert figures == []
    assert issues == {"C2": "hidden_by_format", "A3": "hidden_by_format"}


def test_a_year_kept_as_a_date_is_the_year_that_is_shown(tmp_path: Path) -> None:
    day = datetime.datetime(2021, 1, 1)
    rows = [
        ["Country", "Year", "Convictions"],
        *[[place, day, 3] for place in ("Albania", "Serbia", "Kosovo", "Malta")],
    ]
    formats = {"B2": "yyyy", "B3": "mmm-yy", "B4": "yyyy-mm-dd", "B5": "d-mmm"}
    figures, issues = read(tmp_path, rows, formats, FLAT)
    assert [(f["cell"], str(f["period_start"])[:10], str(f["period_end"])[:10]) for f in figures] == [
        ("C2", "2021-01-01", "2021-12-31"), ("C3", "2021-01-01", "2021-01-31"), ("C4", "2021-01-01", "2021-01-01"),
    ]  # fmt: skip
    assert issues == {"B5": "changed_by_format"}


def test_years_kept_as_dates_among_headers(tmp_path: Path) -> None:
    rows = [["Country", datetime.datetime(2020, 1, 1), datetime.datetime(2021, 1, 1)], ["Albania", 3, 4]]
    figures, issues = read(tmp_path, rows, {"B1": "yyyy", "C1": "yyyy"}, CROSSED)
    assert [(f["year"], f["low"]) for f in figures] == [(2020, 3), (2021, 4)]
    assert issues == {}


def test_a_figure_that_shows_as_a_year_is_no_figure(tmp_path: Path) -> None:
    rows = [["Country", "Year", "Convictions"], ["Albania", 2020, 2022], ["Serbia", 2020, 5]]
    figures, issues = read(tmp_path, rows, {"C2": "yyyy"}, FLAT)
    assert [f["cell"] for f in figures] == ["C3"]
    assert issues == {"C2": "looks_like_date"}


def test_white_figures_are_held_and_comments_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [["Country", "Year", "Convictions"], ["Albania", 2010, 3], ["Serbia", 2010, 4], ["Kosovo", 2010, 5]]:
        sheet.append(row)
    white = openpyxl.styles.Font(color="FFFFFFFF")
    sheet["C2"].font = sheet["B3"].font = sheet["C4"].font = white
    sheet["C4"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF003366")
    sheet["C3"].comment = openpyxl.comments.Comment("provisional", "office")
    book.save(tmp_path / "returns.xlsx")
    (tmp_path / "source.toml").write_text(FLAT, encoding="utf-8")
    told = read_file(tmp_path / "returns.xlsx", read_declaration(tmp_path / "source.toml")).tables
    assert told["observations"]["cell"].tolist() == ["C3", "C4"]
    issues = told["issues"].to_dict("records")
    assert {i["code"]: i["cell"] for i in issues if i["severity"] == "hold"} == {"white_on_white": "C2"}
    assert [i["message"] for i in issues if i["code"] == "comments"] == ["cells have comments, which are not read: C3"]
