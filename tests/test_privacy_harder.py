# ruff: noqa: E501
"""Lists that nobody laid out kindly are stopped, sentences that name somebody too; honest tables are left alone."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from harder_lists import COUNTS, Lines, harder_lists, name
from line_lists import padded as grid
from openpyxl.comments import Comment

from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.privacy import must_stop, person_named, personal_data, reason_to_stop


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
def test_no_harder_list_comes_in(language: str) -> None:
    let_in = [what for seed in range(300, 304) for what, text in harder_lists(language, seed)
              if not must_stop(personal_data(text))]  # fmt: skip
    assert let_in == []


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
def test_what_is_said_of_a_harder_list_holds_nothing_of_it(language: str) -> None:
    for what, text in harder_lists(language, 9):
        said = " ".join(f"{one.header} {one.reason}" for one in personal_data(text))
        words = {word for value in text.ravel().tolist() for word in value.split() if word[:1].isupper()}
        named = {word for word in words if len(word) > 3} & set(said.replace("“", "").replace("”", "").split())
        assert not {word for word in named if word in name(language, random.Random(0)).split()}, what


def _column(header: str, values: str) -> Lines:
    return [[header, "2021"], *[[value, str(n + 3)] for n, value in enumerate(values.split("|"))]]


HONEST: dict[str, Lines] = {
    "municipalities called after persons": _column(
        "Municipio", "San Pedro Carchá|San Juan Chamelco|Santa Cruz Verapaz|Benito Juárez|Lázaro Cárdenas|Emiliano Zapata"
    ),
    "municipalities without a header": _column(
        "", "San Pedro Carchá|San Juan Chamelco|Santa Cruz Verapaz|San Miguel Tucurú|Puerto Barrios|Villa Nueva"
    )[1:],
    "bodies": _column("Agency", "Border Patrol|Coast Guard|Save the Children|Covenant House|Casa Alianza|Santa Marta Group"),
    "offences": _column("Offence", "Forced Labour|Child Marriage|Organ Removal|Domestic Servitude|Debt Bondage|Illegal Adoption"),
    "courses": _column("Activity", "Case Management|Victim Interviewing|Mock Trial|Trial Advocacy|Evidence Handling|Cyber Evidence"),
    "states": _column("State", "North Carolina|South Dakota|West Virginia|New Mexico|Rhode Island|New Jersey"),
    "acts": _column("Law", "William Wilberforce Act|Trafficking Victims Protection Act|Decreto 9-2009|Lei Maria da Penha"),
    "hotlines": [
        ["Country", "Organisation", "Hotline"], ["Guatemala", "Secretaría contra la Violencia", "+502 2504 8888"],
        ["Honduras", "Comisión Interinstitucional", "+504 2222 1818"], ["El Salvador", "Policía Nacional Civil", "+503 2511 1100"],
        ["Mexico", "Consejo Ciudadano", "+52 55 5533 5533"], ["Peru", "Ministerio de la Mujer", "+51 1 419 7260"],
    ],
    "whom to ask": [
        ["Issued by:", "Ministry of Justice"], ["Tel:", "+502 2222 3333"], ["Email:", "statistics@example.org"],
        ["Press office:", "+502 2222 4444"], *COUNTS,
    ],
    "ages and sexes by year": [["Age", "Sex", "2020", "2021"], *[[str(a), s, "3", "4"] for a in range(14, 20) for s in "FM"]],
    "convictions by country, year and sex": [
        ["Country", "Year", "Sex", "Convictions"],
        *[[c, str(y), s, str(3 + y % 7 + len(c))] for c in ("Honduras", "Belize") for y in range(2017, 2024) for s in ("female", "male")],
    ],
    "the same without headers": [
        [c, s, str(3 + len(c) * len(s))] for c in ("Honduras", "Belize", "Guatemala", "Mali", "Togo") for s in ("female", "male")
    ],
    "trainings by day": [
        ["Date", "Training", "Participants", "Male", "Female", "Place"],
        *[[f"2022-03-{d:02}", "Workshop for prosecutors", str(20 + d), "12", str(8 + d), "Tegucigalpa"] for d in range(1, 9)],
    ],
    "books": [["Author", "Title", "Year"], *[[name("en", random.Random(n)), f"Report {n}", "2020"] for n in range(8)]],
    "notes": [
        ["Victims Support Services assisted victims in all regions."], ["Defendants charged under section 5 of the Act."],
        ["Case of Trafficking in Persons under the Palermo Protocol"], ["Minor (under 18 years)"],
        ["Víctimas: Mujeres, Hombres"], ["The Supreme Court upheld the conviction in Case 12/2019"],
        ["Persons convicted v. acquitted"], ["Victims Kenya Uganda returned home"], *COUNTS,
    ],
}  # fmt: skip


@pytest.mark.parametrize("what", HONEST)
def test_honest_tables_come_in(what: str) -> None:
    assert not must_stop(personal_data(grid(HONEST[what])))


def test_names_on_tabs_stop_a_file_and_names_of_places_do_not() -> None:
    persons = ("Maria Lopez", "VICTIMA 1 - Yesenia", "Yesenia M.", "López, María", "Menor_Ana", "Case - Keily Amaya")
    assert [tab for tab in persons if not person_named(tab)] == []
    honest = (
        "Angola", "Victims by sex", "Victoria", "Santa Rosa", "Menor de edad", "San Juan", "Data A", "Grant A", "June",
        "Male victims", "Suspects", "Florida", "Víctimas mujeres", "Victims - Honduras", "Case law", "Suspects Paris",
    )  # fmt: skip
    assert [tab for tab in honest if person_named(tab)] == []


def _counts() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for line in COUNTS:
        book.active.append(line)
    return book


@pytest.mark.parametrize("where", ["title", "keywords", "comment", "second sheet", "very hidden form", "tab"])
def test_a_workbook_of_counts_that_names_somebody_elsewhere_is_stopped(where: str, tmp_path: Path) -> None:
    book = _counts()
    said = "víctima María Pacay, pasaporte X1234567"
    if where == "title":
        book.properties.title = said
    elif where == "keywords":
        book.properties.keywords = "Wilmer Zelaya"
    elif where == "comment":
        book.active["B2"].comment = Comment("La imputada María Pacay fue condenada", "x")
    elif where == "tab":
        book.create_sheet("Víctima Yesenia").append(["Total", 1])
    else:
        other = book.create_sheet("Anexo")
        for line in [
            ["Nombre:", "María Pacay"],
            ["Fecha de nacimiento:", "03/04/2006"],
            ["Sexo:", "F"],
            ["Edad:", "17"],
        ]:
            other.append(line)
        other.sheet_state = "veryHidden" if where == "very hidden form" else "visible"
    book.save(tmp_path / "a.xlsx")
    refusal = reason_to_stop(tmp_path / "a.xlsx", read_workbook(tmp_path / "a.xlsx"))
    assert refusal is not None
    assert not any(secret in repr(refusal) for secret in ("Pacay", "Zelaya", "Yesenia", "X1234567", "03/04"))


def test_who_made_a_workbook_does_not_stop_it(tmp_path: Path) -> None:
    book = _counts()
    book.properties.creator, book.properties.title = "María Pacay", "Convictions for trafficking, 2015 to 2022"
    book.save(tmp_path / "a.xlsx")
    assert reason_to_stop(tmp_path / "a.xlsx", read_workbook(tmp_path / "a.xlsx")) is None


def test_comments_of_an_old_binary_workbook_are_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(300)
    for encoding in ("latin-1", "utf-16-le"):
        path.write_bytes(start + "La víctima María Pacay fue remitida".encode(encoding) + bytes(99))
        assert reason_to_stop(path, ()) is not None
    path.write_bytes(start + "Víctimas por departamento, según sexo".encode("utf-16-le") + bytes(99))
    assert reason_to_stop(path, ()) is None


def test_a_name_in_a_long_column_of_honest_remarks_is_found() -> None:
    remarks = [[str(n), "Se brindó asistencia a las víctimas en coordinación con la Fiscalía"] for n in range(400)]
    assert not must_stop(personal_data(np.array(remarks, dtype=object)))
    remarks[333][1] = "La víctima María Pacay fue remitida al albergue"
    assert [one.header for one in personal_data(np.array(remarks, dtype=object))] == ["column B"]


CALLERS = ["Grace", "anon", "Peter O.", "Mercy", "Joan", "anon", "Ritah"]
NUMBERS = ["+256 772 123456", "0701 998877", "0782 445566", "0772 110022", "0703 221100", "0755 900112", "0772 334455"]
CAPTIONS = ["Okonkwo", "Petrenko et al.", "Vargas-Lopez", "Hassan", "Nguyen", "Da Silva"]
CARATULAS = ["Gómez, Ramón s/ inf. art. 145 bis", "Ledesma, Carlos y otros s/ trata", "N.N. s/ averiguación",
             "Paz, Luis s/ trata", "Sosa, Marta s/ inf. art. 145 ter"]  # fmt: skip
AFFAIRES = ["Ministère public c/ Kaboré", "Ministère public c/ Zongo et autres", "MP contre Ilboudo", "MP c/ Nana"]
REGISTERS: dict[str, Lines] = {
    "calls": [["Caller", "Callback no."], *map(list, zip(CALLERS, NUMBERS, strict=True))],
    "numbers of telephones by their technical name": [
        ["MSISDN", "Topic"],
        *[[f"25677211{n}045", "labour"] for n in range(6)],
    ],
    "a docket": [
        ["Docket", "Caption"],
        *[[f"1:2{n}-cr-0{n}23", f"United States v. {s}"] for n, s in enumerate(CAPTIONS)],
    ],
    "carátulas": [["Exp.", "Carátula"], *[[f"CFP {n}234/2019", said] for n, said in enumerate(CARATULAS)]],
    "affaires": [["Affaire", "Décision"], *[[said, "renvoi"] for said in AFFAIRES]],
}


@pytest.mark.parametrize("what", REGISTERS)
def test_registers_of_calls_and_of_cases_by_name_are_stopped(what: str) -> None:
    assert must_stop(personal_data(grid(REGISTERS[what])))


def test_counts_of_cases_and_of_callers_come_in() -> None:
    for head, values in (("Cases", "12|7|31"), ("Callers", "4|18|9"), ("Parties", "48|51|60"), ("Affaires", "3|2|8"),
                         ("Caption", "Table 1. Convictions|Table 2. Cases v. persons|Table 3. Charges")):  # fmt: skip
        assert not must_stop(personal_data(grid(_column(head, values))))
