"""What is planted in raw files, in the user's name and in the place of the project is in nothing that leaves."""

from __future__ import annotations

import io
import random
import re
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
from line_lists import column, line_lists, table
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from opdat_analytics import charts, export, export_pack, metrics, observations, protected, store
from opdat_analytics.answers.check import check
from opdat_analytics.answers.marked import marked_copy
from opdat_analytics.drafting.draft import draft
from opdat_analytics.exports.tables import write_tables
from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.model import DeclarationError, ExportFailed, Home, UnreadableFile
from opdat_analytics.privacy import must_stop, personal_data, reason_to_stop, scan_notebook, scan_text
from opdat_analytics.provenance import explain
from opdat_analytics.refresh import HELD, PUBLISHED, STOPPED, refresh

SECRETS = ("Zorvana Quillfeather", "K7712349", "planted.person@example.org")
DECLARED = """title = "Shelters"
constants = { measure = "victims_identified", unit = "persons", offence = "trafficking" }
[privacy]
level = "case"
[[layout]]
columns = { "Country" = "place", "Sex" = "sex", "Age" = "age", "Entered on" = "year" }
[layout.meanings.sex]
F = "female"
M = "male"
"""
COUNTS = """title = "Returns"
constants = { measure = "convictions", unit = "persons" }
[[layout]]
columns = { Country = "place", Year = "year", Convictions = "value" }
"""


def shelter(sexes: str, ages: list[int]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.append(["Full name", "Passport", "E-mail", "Country", "Sex", "Age", "Entered on"])
    for number, (sex, age) in enumerate(zip(sexes, ages, strict=True)):
        own = SECRETS if number == 0 else (f"Invented Person{number}", f"K{1000000 + number}", "")
        book.active.append([*own, "Guatemala", sex, age, "2022-03-0" + str(1 + number % 9)])
    return book


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A case-level source, a source of counts, and a line list among the counts; a user with a telling name."""
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "secretuser")
    home = Home.at(tmp_path / "secret-folder")
    for source, declaration in (("shelters", DECLARED), ("returns", COUNTS)):
        (home.raw / source).mkdir(parents=True)
        (home.raw / source / "source.toml").write_text(declaration, encoding="utf-8")
    shelter("F" * 9 + "M" * 3 + "F" * 8, [30] * 12 + [15] * 8).save(home.raw / "shelters" / "entries.xlsx")
    years = "".join(f"Guatemala,{year},{7 + year % 5}\n" for year in range(2015, 2023))
    (home.raw / "returns" / "good.csv").write_text("Country,Year,Convictions\n" + years, encoding="utf-8")
    listed = openpyxl.Workbook()
    listed.active.append(["Country", "Year", "Full name", "Passport", "E-mail"])
    for n in range(5):
        listed.active.append(["Guatemala", 2020, *(SECRETS if n == 0 else (f"Other Person{n}", f"K99{n}1234", ""))])
    listed.save(home.raw / "returns" / "list.xlsx")
    return home


def texts_in(data: bytes, name: str) -> Iterator[bytes]:
    """A file, what is packed in it however deep, and the text and metadata of its pages."""
    yield data
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield inner.encode()
                yield from texts_in(archive.read(inner), inner)
    elif data[:5] == b"%PDF-":
        reader = pypdf.PdfReader(io.BytesIO(data))
        yield str(reader.metadata).encode()
        yield from (page.extract_text().encode() for page in reader.pages)


def planted(folder: Path, secrets: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            for text in texts_in(path.read_bytes(), path.name):
                found += [(path.name, secret) for secret in secrets if secret.encode() in text]
    return found


def test_rows_of_persons_are_counted_where_they_lie_and_nothing_else_of_them_comes_in(project: Home) -> None:
    report = refresh(project)
    assert report.exit_code == STOPPED  # for the line list among the counts
    told = observations(source="shelters", home=project)
    counts = {(row.sex, row.age): row.low for row in told.itertuples()}
    assert counts == {("female", "adult"): 9.0, ("male", "adult"): 3.0, ("female", "child"): 8.0}
    assert set(told["year"]) == {2022}
    assert planted(project.processed, SECRETS) == []
    assert not any(secret in repr(report) for secret in SECRETS)
    assert "20 rows were counted into 3 figures" in store.open_publication(project).table("issues")["message"].str.cat()
    around = explain({"source": "shelters", "measure": "victims_identified", "sex": "male"}, home=project)
    assert not any(secret in str(around) + around._repr_html_() for secret in SECRETS)
    assert "rows counted" in str(around)


def test_nothing_planted_is_in_any_export(project: Home) -> None:
    refresh(project)
    write_tables(project)
    seen = protected(observations(home=project), home=project)
    by_year = metrics.totals(seen, "convictions", by=["place", "year"], source="returns")
    drawn = [
        charts.trend(by_year, by="place", name="lines", publication="1-x"),
        charts.grid(by_year, rows="place", name="grid", publication="1-x"),
    ]
    export(drawn, project.exports / "charts", home=project)
    export_pack(drawn, project.exports / "pack", title="Pack", home=project)
    written = {path.suffix for path in project.exports.rglob("*") if path.is_file()}
    assert {".png", ".svg", ".csv", ".xlsx", ".pdf", ".html", ".json"} <= written
    here = (*SECRETS, "secretuser", "secret-folder", str(Path.home()), socket.gethostname())
    assert planted(project.exports, tuple(one for one in here if len(one) > 4)) == []
    assert [path.name for path in project.exports.rglob("*") if not re.fullmatch(r"[\w.@-]+", path.name)] == []
    plt.close("all")


def test_small_counts_of_a_case_level_source_do_not_leave_and_the_audit_says_which_and_why(project: Home) -> None:
    refresh(project)
    write_tables(project)
    rows = pd.read_csv(project.exports / "tables" / "observations.csv", encoding="utf-8-sig")
    own = rows[rows["source"] == "shelters"]
    assert own["low"].dropna().tolist() == [9.0, 8.0] or own["low"].dropna().tolist() == [8.0, 9.0]
    assert own.loc[own["low"].isna(), ["qualifier", "text"]].to_numpy().tolist() == [["suppressed", "[c]"]]
    audit = pd.read_csv(project.exports / "disclosure.csv", encoding="utf-8-sig")
    assert audit[["source", "sex", "reason", "rule"]].to_numpy().tolist() == [
        ["shelters", "male", "below the threshold", "threshold 5"]
    ]
    seen = observations(home=project)
    figures = seen[seen["source"] == "shelters"]
    drawn = charts.grid(figures[figures["age"] == "adult"], rows="sex", name="adults", publication="1-x")
    with pytest.raises(ExportFailed, match="shows 1 figures of shelters that must not leave"):
        export([drawn], project.exports / "charts", home=project)
    kept = protected(figures[figures["age"] == "adult"], home=project)
    chart = charts.grid(kept, rows="sex", name="adults", publication="1-x")
    assert "1 figure is hidden so that no person can be told: [c]." in chart.alt
    assert any("[c]" in caveat for caveat in chart.caveats)
    export([chart], project.exports / "charts", home=project)
    assert "[c]" in (project.exports / "charts" / "adults.svg").read_text(encoding="utf-8")
    plt.close("all")


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ('"Country" = "place", "Full name" = "note"', "may lead to a person"),
        ('"Country" = "place", "Day" = "as_of"', "may lead to a person"),
    ],
)
def test_a_case_level_source_is_counted_by_nothing_that_names_a_person(key: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "source.toml"
    path.write_text(f'title = "S"\n[privacy]\nlevel = "case"\n[[layout]]\ncolumns = {{ {key} }}\n', encoding="utf-8")
    with pytest.raises(DeclarationError, match=told):
        read_declaration(path)


def test_a_false_alarm_is_overruled_by_name_with_a_reason_and_by_whom(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    (home.raw / "films").mkdir(parents=True)
    names = [row[0] for row in table(["name"], "es", 9, random.Random(3)).tolist()[1:]]
    lines = "".join(f'Guatemala,{2010 + n},{n},"{name}"\n' for n, name in enumerate(names))
    (home.raw / "films" / "a.csv").write_text("Country,Year,Convictions,Name\n" + lines, encoding="utf-8")
    declaration = COUNTS.replace("Convictions = ", 'Name = "ignore", Convictions = ')
    (home.raw / "films" / "source.toml").write_text(declaration, encoding="utf-8")
    assert refresh(home).stopped[0]["code"] == "personal_columns"
    overruled = '[[privacy.not_personal]]\ncolumn = "Name"\nwhy = "names of the films"\n'
    (home.raw / "films" / "source.toml").write_text(declaration + overruled, encoding="utf-8")
    assert "who is missing" in refresh(home).stopped[0]["message"]
    overruled += 'who = "data officer"\n'
    (home.raw / "films" / "source.toml").write_text(declaration + overruled, encoding="utf-8")
    assert refresh(home).exit_code in (PUBLISHED, HELD)


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
def test_line_lists_are_stopped_in_whatever_way_they_are_laid_out(language: str) -> None:
    let_in = [what for seed in range(100, 103) for what, text in line_lists(language, seed)
              if not must_stop(personal_data(text))]  # fmt: skip
    assert let_in == []


UNCOMMON = (
    "Tendai Mukasa", "Blerta Hoxha", "Nguyễn Thị Lan", "Adwoa Sarpong", "Yusra Haddad", "Ixchel Poot",
    "Dilnoza Karimova", "Chukwuemeka Eze", "Siti Rahma", "Ewa Kowalska",
)  # fmt: skip
"""Put together from names of countries whose names no rule knows."""


@pytest.mark.parametrize(
    ("headers", "kinds"),
    [
        ("S/N|NAME OF VICTIM|AGE|SEX", "case name age sex"),
        ("Nro|Ape. y Nom.|Edad|Sexo", "case name age sex"),
        ("Apellido(s)/Nombre(s)|Edad", "name age"),
        ("N°|NOM & PRENOM(S)|AGE", "case name age"),
        ("Ord.|NOME DA VÍTIMA (COMPLETO)|IDADE", "case name age"),
        ("Survivor code|Age at intake|Gender|Country of origin|Referral date", "case age sex nationality day"),
        ("N° de processo|Idade|Nacionalidade|Data", "case age nationality day"),
        ("Defendant|Charge|Sentence (months)", "name place age"),
        ("Sexe|Age|Nationalité|Ville", "sex age nationality place"),
        ("Victim ID|Minor|Sex|District", "case sex sex place"),
        ("Docket no.|Court|Filed|Outcome", "case place day place"),
        ("Expediente|Sexo|Fecha de ingreso", "case sex day"),
    ],
)
def test_headers_that_no_list_of_the_generator_has_are_known_all_the_same(headers: str, kinds: str) -> None:
    luck = random.Random(headers)
    columns = [UNCOMMON if kind == "name" else column(kind, "es", len(UNCOMMON), luck) for kind in kinds.split()]
    text = np.array([headers.split("|"), *zip(*columns, strict=True)], dtype=object)
    assert must_stop(personal_data(text))


@pytest.mark.parametrize(
    "text",
    [
        [["Full name", "Who leads it", "Countries"], ["Programme against smuggling", "Resident adviser", "Guatemala"]],
        [["Sex", "Age", "Victims"], *[[s, a, str(n)] for n, s in enumerate("FMFMFM") for a in ("0-17", "18+")]],
        [["Age", "Sex", "Population"], *[[str(a), "F", str(4000 + a)] for a in range(40)]],
        [["Nationality", "Sex", "Year", "Convictions"], *[[n, "M", "2020", "4"] for n in ("Mali", "Togo", "Benin")]],
        [["Court", "Docketed", "Decided"], *[[f"Court {n}", str(n * 7), str(n * 3)] for n in range(9)]],
    ],
)
def test_counts_by_age_sex_and_nationality_are_not_lists(text: list[list[str]]) -> None:
    assert not must_stop(personal_data(np.array(text, dtype=object)))


def test_messages_hold_nothing_of_a_list() -> None:
    for _, text in line_lists("es", 7):
        said = " ".join(f"{one.header} {one.reason}" for one in personal_data(text))
        values = {value for value in text[6:].ravel().tolist() if len(value) > 4 and not value.isdigit()}
        assert not any(value in said for value in values - {"Nacionalidad"})


def outside_of_cells(where: str) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Country", "Convictions"], ["Guatemala", 3], ["Honduras", 9]):
        sheet.append(row)
    if where == "comments":
        sheet["B2"].comment = Comment("víctima Maria Lopez, pasaporte C1234567", "x")
    elif where == "a list of choices":
        rule = DataValidation("list", formula1='"Maria Lopez,Juan Perez,Ana Torres,Rosa Diaz"')
        rule.add("B2")
        sheet.add_data_validation(rule)
    elif where == "defined names":
        book.defined_names["Maria_Lopez"] = DefinedName("Maria_Lopez", attr_text="Sheet!$B$2")
    elif where == "running heads":
        sheet.oddFooter.center.text = "DNI 12345678"
    elif where == "hidden":
        hidden = book.create_sheet("x")
        for row in table(["name", "document"], "pt", 6, random.Random(1)).tolist():
            hidden.append(row)
        hidden.sheet_state = "veryHidden"
    elif where == "name of a sheet":
        sheet.title = "Maria Lopez"
    return book


@pytest.mark.parametrize(
    "where", ["comments", "a list of choices", "defined names", "running heads", "hidden", "name of a sheet"]
)
def test_what_stands_outside_of_cells_stops_a_file_for_every_command(where: str, tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    (home.raw / "returns").mkdir(parents=True)
    path = home.raw / "returns" / "a.xlsx"
    outside_of_cells(where).save(path)
    (home.raw / "returns" / "source.toml").write_text(
        'title = "R"\nconstants = { measure = "convictions", year = "2020" }\n[[layout]]\n'
        'columns = { Country = "place", Convictions = "value" }\n', encoding="utf-8",
    )  # fmt: skip
    report = refresh(home)
    assert [issue["code"] for issue in report.stopped] == ["personal_columns"]
    secrets = ("Maria", "Lopez", "C1234567", "12345678")
    assert not any(secret in repr(report) for secret in secrets)
    with pytest.raises(UnreadableFile) as caught:
        draft(path)
    checked = check(path, home)
    copied = b"".join(texts_in(marked_copy(checked), "copy"))
    said = str(caught.value) + checked.issues.to_csv() + copied.decode("utf-8", "replace")
    assert checked.read.stopped
    assert not any(secret in said for secret in secrets)


@pytest.mark.parametrize(
    "cells", [b"<sheetData/>", b"<sheetData>%s</sheetData>" % (b" " * 9 * 2**20)], ids=["none", "many"]
)
def test_a_running_head_is_found_whatever_cells_stand_before_it(cells: bytes, tmp_path: Path) -> None:
    plain, written = tmp_path / "plain.xlsx", tmp_path / "written.xlsx"
    outside_of_cells("running heads").save(plain)
    with zipfile.ZipFile(plain) as whole, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in whole.namelist():
            data = whole.read(entry)
            if entry == "xl/worksheets/sheet1.xml":
                data = re.sub(rb"<sheetData>.*</sheetData>", lambda _: cells, data, flags=re.DOTALL)
            out.writestr(entry, data)
    assert reason_to_stop(written, ()) is not None


def test_an_empty_workbook_of_counts_has_nothing_outside_of_its_cells(tmp_path: Path) -> None:
    outside_of_cells("nowhere").save(tmp_path / "a.xlsx")
    assert reason_to_stop(tmp_path / "a.xlsx", ()) is None


def test_outputs_of_notebooks_are_looked_through_by_the_same_rules() -> None:
    listed = pd.DataFrame(table(["name", "document", "birth"], "fr", 6, random.Random(2))[1:])
    cells = [
        {"outputs": [{"output_type": "stream", "text": ["convictions 12\n", "see convictions@example.org"]}]},
        {"outputs": [{"output_type": "execute_result", "data": {"text/html": listed.to_html()}}]},
        {"outputs": [{"output_type": "error", "traceback": ["ValueError: passport C1234567"]}]},
    ]
    assert list(scan_notebook(cells)) == [2, 3]
    assert scan_notebook(cells)[3] == ("passport numbers",)
    counts = pd.DataFrame(np.arange(40).reshape(10, 4) * 1234567, columns=["year", "low", "high", "n"])
    assert scan_text(counts.to_html()) == scan_text(counts.to_string()) == ()
