"""From a blank template to the published tables, and back to the sender with what was wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill
from small_project import small_project, write

from opdat_analytics import store, vocab
from opdat_analytics.answers.checked_file import HELD, REFUSED, TAKEN, check
from opdat_analytics.answers.choices import coded_words, place_words
from opdat_analytics.answers.decisions import SHEET, apply_decisions, decisions_workbook, held_cells
from opdat_analytics.answers.forms import KINDS, declared_form, declared_words
from opdat_analytics.answers.marked_copy import marked_copy
from opdat_analytics.answers.template import FIELDS, plan, template
from opdat_analytics.answers.template_sheets import example_lines
from opdat_analytics.answers.words import LANGUAGES, words
from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.ingest.files import read_file
from opdat_analytics.model import DeclarationError, Home, OpdatError, UnknownName
from opdat_analytics.refresh import HELD as CELLS_HELD
from opdat_analytics.refresh import PUBLISHED, refresh

NO_DECLARATION = DeclarationError(["source.toml is missing"])


def filled(path: Path, kind: str, language: str, change: Callable[[Any], None] = lambda sheet: None) -> Path:
    """A template with its own examples filled in."""
    made = plan(kind, language)
    book = openpyxl.load_workbook(io.BytesIO(template(kind, language)))
    book[made.sheets["front"]]["C6"] = "Resident legal adviser"
    book[made.sheets["front"]]["C7"] = date(2025, 1, 31)
    sheet = book[made.sheets["data"]]
    for row, line in enumerate(example_lines(made), 5):
        for column, field in enumerate(FIELDS[kind], 1):
            if field.key in line:
                sheet.cell(row, column, line[field.key])
    change(sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


# ---------------------------------------------------------------- templates


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_in_template_is_read_whole_without_a_declaration(tmp_path: Path, kind: str, language: str) -> None:
    path = filled(tmp_path / "office" / "return.xlsx", kind, language)
    read = read_file(path, declared_form(path, "office", NO_DECLARATION))  # type: ignore[arg-type]
    assert not read.stopped
    assert read.edition == "2025-01-31"
    assert read.tables["issues"].empty
    assert read.tables["ledger"]["balanced"].all()
    table = {"outcomes": "observations"}.get(kind, kind)
    assert len(read.tables[table]) == len(example_lines(plan(kind, language)))


def test_the_choices_without_a_number_keep_their_meaning(tmp_path: Path) -> None:
    path = filled(tmp_path / "return.xlsx", "outcomes", "es")
    figures = read_file(path, declared_form(path, "office", NO_DECLARATION)).tables["observations"]  # type: ignore[arg-type]
    told = figures.set_index("place")[["measure", "low", "qualifier", "calendar", "reporter"]].astype(object)
    assert told.loc["GTM"].tolist() == ["convictions", 12.0, "exact", "calendar", "Ministerio Público"]
    assert told.loc["HND"].tolist() == [
        "participants_trained", 40.0, "at_least", "calendar", "Resident legal adviser",
    ]  # fmt: skip
    assert told.loc["SLV", "low"] == 0.0
    assert told.loc["SLV", "calendar"] == "us_fiscal"
    assert told.loc["PAN", "qualifier"] == "suppressed"


def test_a_template_has_the_same_bytes_every_time_and_no_macros() -> None:
    assert template("outcomes", "fr") == template("outcomes", "fr")
    with zipfile.ZipFile(io.BytesIO(template("outcomes", "fr"))) as archive:
        assert not any("vba" in name.lower() for name in archive.namelist())


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_offer_the_whole_vocabulary(language: str) -> None:
    assert set(coded_words("outcomes", language, "measure").values()) == set(vocab.measures())
    assert set(coded_words("activities", language, "activity_type").values()) == set(vocab.activity_types())
    countries = {code for code, place in vocab.places().items() if place.kind in ("iso", "user_assigned")}
    assert countries <= set(place_words("outcomes", language).values())


@pytest.mark.parametrize("kind", KINDS)
def test_columns_and_declaration_agree(kind: str) -> None:
    for language in LANGUAGES:
        assert len(FIELDS[kind]) == len(declared_words(kind, language)["layout"][0]["columns"])
        assert all(len(words(language)["columns"][field.key]) <= 255 for field in FIELDS[kind])


def test_headers_are_locked_and_entries_are_not() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(template("outcomes")))["Outcomes"]
    assert sheet.protection.sheet
    assert sheet["A4"].protection.locked
    assert not openpyxl.load_workbook(io.BytesIO(template("outcomes")))["Start here"]["C6"].protection.locked
    assert {str(rule.type) for rule in sheet.data_validations.dataValidation} >= {"list"}


def test_all_languages_have_the_same_phrases() -> None:
    def keys(table: Any, at: str = "") -> set[str]:
        return {
            found
            for key, value in table.items()
            for found in ({f"{at}{key}"} | (keys(value, f"{at}{key}.") if isinstance(value, dict) else set()))
        }

    english = keys(words("en"))
    assert all(keys(words(language)) == english for language in LANGUAGES)


def test_an_unknown_template_or_language_names_those_there_are() -> None:
    with pytest.raises(UnknownName, match="Did you mean “outcomes”"):
        template("outcome")
    with pytest.raises(UnknownName, match="français"):
        template("outcomes", "de")


def test_a_renamed_sheet_is_found_by_its_headers(tmp_path: Path) -> None:
    path = filled(tmp_path / "return.xlsx", "outcomes", "en", lambda sheet: setattr(sheet, "title", "Our figures"))
    read = read_file(path, declared_form(path, "office", NO_DECLARATION))  # type: ignore[arg-type]
    assert len(read.tables["observations"]) == 4


# ---------------------------------------------------------------- check and marked copy


def spoil(sheet: Any) -> None:
    """A place that is not there, words without a number, a number below zero."""
    sheet["A5"], sheet["D6"], sheet["D7"] = "Guatemalandia", "muchísimos", -3


def test_a_good_template_is_taken_and_a_spoiled_one_is_held_by_cell(tmp_path: Path) -> None:
    home = small_project(tmp_path / "project")
    good = check(filled(tmp_path / "good.xlsx", "outcomes", "es"), home)
    assert (good.exit_code, good.kind, good.basis, good.language, len(good.figures)) == (
        TAKEN,
        "xlsx",
        "template",
        "es",
        4,
    )
    spoiled = check(filled(tmp_path / "bad.xlsx", "outcomes", "es", spoil), home)
    assert spoiled.exit_code == HELD
    told = spoiled.as_json()
    assert set(told) == {"file", "kind", "issues", "figures"}
    assert {(i["code"], i["cell"]) for i in told["issues"]} == {
        ("unknown_place", "A5"), ("unread_words", "D6"), ("negative", "D7"),
    }  # fmt: skip
    assert [figure["qualifier"] for figure in told["figures"]] == ["suppressed"]


def test_the_marked_copy_speaks_spanish_and_comments_every_held_cell(tmp_path: Path) -> None:
    home = small_project(tmp_path / "project")
    path = filled(tmp_path / "bad.xlsx", "outcomes", "es", spoil)
    copy = marked_copy(path, check(path, home))
    assert copy == marked_copy(path, check(path, home))
    book = openpyxl.load_workbook(io.BytesIO(copy))
    assert book.sheetnames[0] == "Respuesta"
    said = " ".join(str(cell) for row in book["Respuesta"].iter_rows(values_only=True) for cell in row if cell)
    assert "«Guatemalandia» no es un lugar conocido" in said
    assert "¿Quiso decir Guatemala" in said
    assert "Víctimas identificadas" in said
    sheet = book["Resultados"]
    commented = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert commented == {"A5", "D6", "D7"}
    assert "Se aceptaría" in sheet["D7"].comment.text
    assert sheet["D7"].fill.fgColor.rgb == "FFF6C7BE"


def test_formats_stay_and_formulas_that_reach_outside_do_not(tmp_path: Path) -> None:
    home = small_project(tmp_path / "project")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Country", "Year", "Convictions"])
    sheet.append(["Guatemala", 2019, 12])
    sheet.append(["Atlantis", 2019, 7])
    sheet["A1"].font, sheet["B2"].fill = Font(bold=True, color="FF00AA00"), PatternFill("solid", fgColor="FF123456")
    sheet.column_dimensions["A"].width = 33
    sheet["E9"] = '=WEBSERVICE("http://example.org/"&A2)'
    path = tmp_path / "returns.xlsx"
    book.save(path)
    found = check(path, home)
    assert (found.basis, found.source) == ("tried", "courts")
    copied = openpyxl.load_workbook(io.BytesIO(marked_copy(path, found)))
    assert copied.sheetnames == ["Answer", "Sheet"]
    again = copied["Sheet"]
    assert again["A1"].font.bold
    assert again["A1"].font.color.rgb == "FF00AA00"
    assert again["B2"].fill.fgColor.rgb == "FF123456"
    assert again.column_dimensions["A"].width == 33
    assert again["A3"].comment is not None
    assert "WEBSERVICE" not in str(again["E9"].value)


def test_macros_are_not_carried_over(tmp_path: Path) -> None:
    home = small_project(tmp_path / "project")
    path, plain = tmp_path / "macro.xlsm", filled(tmp_path / "plain.xlsx", "outcomes", "en")
    with zipfile.ZipFile(plain) as inside, zipfile.ZipFile(path, "w") as outside:
        for entry in inside.infolist():
            outside.writestr(entry.filename, inside.read(entry))
        outside.writestr("xl/vbaProject.bin", b"macro")
    found = check(path, home)
    assert found.kind == "xlsm"
    with zipfile.ZipFile(io.BytesIO(marked_copy(path, found))) as archive:
        assert not any("vba" in name.lower() for name in archive.namelist())


def test_text_files_and_refused_files_get_an_answer_too(tmp_path: Path) -> None:
    home = small_project(tmp_path / "project")
    text = tmp_path / "returns.csv"
    text.write_text("Country,Year,Convictions\nGuatemala,2019,12\nHonduras,2019,=1+1\n", encoding="utf-8")
    found = check(text, home)
    assert (found.kind, found.exit_code) == ("csv", HELD)
    book = openpyxl.load_workbook(io.BytesIO(marked_copy(text, found)))
    assert book["returns"]["C3"].value == "'=1+1"
    assert book["returns"]["C3"].comment is not None
    refused = tmp_path / "letter.xlsx"
    refused.write_bytes(b"%PDF-1.7 not a table")
    found = check(refused, home)
    assert (found.kind, found.exit_code) == ("unknown", REFUSED)
    answered = openpyxl.load_workbook(io.BytesIO(marked_copy(refused, found)))
    assert answered.sheetnames == ["Answer"]


# ---------------------------------------------------------------- decide


@pytest.fixture
def held(tmp_path: Path) -> Home:
    """A project in which a place and two figures are held."""
    home = small_project(tmp_path)
    write(
        home, "courts/returns_2025.csv", "Country,Year,Convictions\nAtlantis,2021,4\nPanama,2021,a lot\nPeru,2021,-1\n"
    )
    assert refresh(home).exit_code == CELLS_HELD
    return home


def ruled(home: Home, path: Path, rulings: dict[str, tuple[str, str, str]]) -> Path:
    """The decisions workbook, filled in: cell → decision, reading, reason."""
    book = openpyxl.load_workbook(io.BytesIO(decisions_workbook(home)))
    sheet = book[SHEET]
    for row in range(5, sheet.max_row + 1):
        do, read_as, why = rulings.get(sheet.cell(row, 3).value, ("", "", ""))
        for column, text in ((7, do), (8, read_as), (9, "desk" if do else ""), (10, why)):
            sheet.cell(row, column, text or None)
    book.save(path)
    return path


def test_rulings_are_written_and_the_next_refresh_holds_nothing(held: Home, tmp_path: Path) -> None:
    before = (held.raw / "courts" / "source.toml").read_text(encoding="utf-8")
    assert held_cells(held)["cell"].tolist() == ["A2", "C3", "C4"]
    path = ruled(
        held,
        tmp_path / "decisions.xlsx",
        {
            "A2": ("alias", "PRT", "the office writes Portugal so"),
            "C3": ("keep holding", "", "asked the office"),
            "C4": ("accept as", "1", "a dash before the number"),
        },
    )
    assert apply_decisions(path, held) == {"courts": 3}
    after = (held.raw / "courts" / "source.toml").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip("\n"))
    assert refresh(held).exit_code == PUBLISHED
    figures = store.open_publication(held).table("observations")
    new = figures[figures["file"] == "courts/returns_2025.csv"]
    assert new[["place", "low"]].values.tolist() == [["PRT", 4.0], ["PER", 1.0]]
    issues = store.open_publication(held).table("issues")
    assert issues[issues["cell"] == "C3"]["acknowledged"].tolist() == [True]
    assert held_cells(held).empty


def test_a_ruling_on_a_cell_that_changed_is_refused_and_nothing_is_written(held: Home, tmp_path: Path) -> None:
    path = ruled(held, tmp_path / "decisions.xlsx", {"C3": ("ignore", "", "a note"), "C4": ("ignore", "", "a slip")})
    write(held, "courts/returns_2025.csv", "Country,Year,Convictions\nAtlantis,2021,4\nPanama,2021,5\nPeru,2021,-1\n")
    before = (held.raw / "courts" / "source.toml").read_bytes()
    with pytest.raises(OpdatError, match="says “5” now"):
        apply_decisions(path, held)
    assert (held.raw / "courts" / "source.toml").read_bytes() == before


def test_every_bad_choice_is_told_with_its_cell(held: Home, tmp_path: Path) -> None:
    path = ruled(
        held,
        tmp_path / "decisions.xlsx",
        {"A2": ("alias", "ATL", "guess"), "C3": ("accept as", "lots", "guess"), "C4": ("delete", "", "guess")},
    )
    with pytest.raises(OpdatError) as told:
        apply_decisions(path, held)
    assert "Decisions!H5: “ATL” is not a place code" in str(told.value)
    assert "Decisions!G7: “delete” is not a decision" in str(told.value)
    assert "C3 would be held again" in str(told.value)


def test_a_declaration_beside_a_template_gives_its_rulings_but_not_its_layouts(tmp_path: Path) -> None:
    path = filled(tmp_path / "courts" / "return.xlsx", "outcomes", "es", spoil)
    home = small_project(tmp_path)
    write(home, "courts/source.toml", (home.raw / "courts" / "source.toml").read_text(encoding="utf-8") + RULED)
    declared = declared_form(path, "courts", read_declaration(home.raw / "courts" / "source.toml"))
    read = read_file(path, declared)  # type: ignore[arg-type]
    held = read.tables["issues"]
    assert held.loc[held["code"] == "unknown_place", "acknowledged"].tolist() == [True]
    assert held.loc[held["code"] == "negative", "acknowledged"].tolist() == [False]
    assert declared.title == "Court returns"  # type: ignore[union-attr]


RULED = """
[[decided]]
cell = "return.xlsx#Resultados!A5"
was = "Guatemalandia"
do = "hold"
why = "asked the office"
"""


def test_the_whole_round_template_refresh_check_decide_without_writing_a_declaration(tmp_path: Path) -> None:
    home = small_project(tmp_path / "project")
    good = filled(home.raw / "guatemala" / "good.xlsx", "activities", "pt")
    assert refresh(home).exit_code == PUBLISHED
    assert check(good, home).exit_code == TAKEN
    activities = store.open_publication(home).table("activities")
    assert activities["activity"].tolist() == ["good-5", "good-6"]
    filled(home.raw / "guatemala" / "bad.xlsx", "outcomes", "es", spoil)
    assert refresh(home).exit_code == CELLS_HELD
    path = ruled(
        home,
        tmp_path / "decisions.xlsx",
        {
            "A5": ("alias", "GTM", "so it is written there"),
            "D6": ("keep holding", "", "asked the office"),
            "D7": ("accept as", "3", "a dash, not a sign"),
        },
    )
    assert apply_decisions(path, home) == {"guatemala": 3}
    assert refresh(home).exit_code == PUBLISHED
    figures = store.open_publication(home).table("observations")
    told = figures[figures["file"] == "guatemala/bad.xlsx"][["cell", "place", "low", "current"]]
    assert told.iloc[:2].values.tolist() == [["D5", "GTM", 12.0, True], ["D7", "SLV", 3.0, True]]
    assert check(home.raw / "guatemala" / "bad.xlsx", home).exit_code == TAKEN
    assert len(store.open_publication(home).table("activities")) == 2
