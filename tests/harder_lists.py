# ruff: noqa: E501
"""Line lists as they arrive when nobody helps: forms, codes, other scripts, sentences, and lists beside honest tables.

Every person is invented, and the parts of names are other ones than those of `line_lists`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np
from line_lists import padded as grid

Lines = list[list[str]]

GIVEN = {
    "en": "Chad Ashlyn Trevor Paige Desmond Imani Shanice Terrence Bridget Colin Hayley Marcus Tamika Dwayne Sienna Rhys",
    "es": "Yaretzi Wilmer Maynor Keily Anselmo Dilcia Marvin Suyapa Elmer Itzel Nahomy Rigoberto Zoila Nicanor Damaris Josué",
    "fr": "Maxime Solène Yannick Fanta Corentin Aïcha Tiphaine Loïc Bintou Romane Anselme Mireille Thierno Océane Kader Gwenaëlle",
    "pt": "Wesley Jéssica Kauã Rosilene Ademir Tainara Valdemir Ivanilda Thaís Gleison Cícera Rivaldo Luana Edna Nivaldo Suely",
}  # fmt: skip
FAMILY = {
    "en": "Whitfield Osborne Tucker Langley Mercer Pruitt Radcliffe Gibbs Okoye Winslow Yates Harmon Bauer Sutton",
    "es": "Pacay Cux Villatoro Recinos Amaya Zelaya Montúfar Batz Lobos Argueta Choc Izaguirre Landaverde Cojulún",
    "fr": "Charpentier Doumbia Lefort Hamidou Bouvier Sangaré Marchal Benoît Koffi Vasseur Abdoulaye Perrot Thiam Guillot",
    "pt": "Peixoto Bragança Queirós Assunção Coutinho Valadares Fontoura Siqueiros Teles Amorim Damasceno Brandão Leite Muniz",
}  # fmt: skip
OTHER = {
    "ar": ("محمد أحمد فاطمة عبد الله حسين علي مريم خديجة يوسف زينب عمر سارة إبراهيم نور", "الحسن الشامي حداد القاسم منصور سليمان العلي النجار حمدان"),
    "ru": ("Олена Сергій Наталья Дмитрий Оксана Мария Светлана Андрей Ирина Виктор Анна Юлия", "Шевченко Иванова Кравчук Петренко Мельник Соколова Бондаренко Ковалёв Попова"),
    "zh": ("王 李 张 刘 陈 杨 黄 赵 周 吴", "芳 伟 秀英 娜 敏 静 丽 强 磊 军"),
}  # fmt: skip
SHORT = {
    "name": {"en": ("Nm", "Pt name", "FullName", "victim_name", "NAME(S)", "Complainant"), "es": ("Nom y Ap", "nombreVictima", "APELL. Y NOMB.", "Víct.", "Nombre del Ag."), "fr": ("Nom/Prén.", "NomPrenom", "nom_victime", "Vict.", "NOM USUEL"), "pt": ("Nome compl.", "nomeVitima", "NOME DO(A) ASSISTIDO(A)", "Vít.", "Qualificação")},
    "document": {"en": ("Ppt#", "ID#", "NatID", "Doc No"), "es": ("Doc. Id.", "CUI/DPI", "Pasap.", "N° Id"), "fr": ("Passep.", "N° pièce", "CNI n°", "Doc. id."), "pt": ("Passap.", "Doc. ident.", "CPF/RG", "N.º BI")},
    "birth": {"en": ("D/O/B", "Birth dt", "DoB"), "es": ("F/N", "Fec Nacim", "Nac."), "fr": ("Né le", "D. naiss.", "DDN"), "pt": ("Dt nasc", "D.N.", "Nasc.")},
    "sex": {"en": ("Sx", "M/F"), "es": ("Sx", "H/M"), "fr": ("Sx", "H/F"), "pt": ("Sx", "M/F")},
    "age": {"en": ("Yrs", "Age yrs"), "es": ("Ed.", "Años"), "fr": ("Âge", "Ans"), "pt": ("Id.", "Anos")},
    "nationality": {"en": ("Nat", "Citiz."), "es": ("Nac/dad", "Nacion."), "fr": ("Nat.", "Nation."), "pt": ("Nac.", "Nacion.")},
    "day": {"en": ("Dt", "Seen on"), "es": ("Fec", "F. ingreso"), "fr": ("Dt", "Date adm."), "pt": ("Dt", "Dt. entrada")},
    "code": {"en": ("Code", "Ref"), "es": ("Cód.", "Clave"), "fr": ("Code", "Réf."), "pt": ("Cód.", "Ref.")},
}  # fmt: skip
NATIONS = {
    "en": "Ghanaian Thai Ukrainian Bolivian Kenyan Ugandan Haitian", "es": "haitiana cubana ecuatoriana peruana dominicana boliviana",
    "fr": "Malgache Marocaine Togolaise Béninoise Haïtienne Comorienne", "pt": "Cubana Peruana Colombiana Nigeriana Guineense Chinesa",
}  # fmt: skip
FORM = {
    "en": ("Intake form", "Full name:", "Date of birth:", "Passport no.:", "Sex:", "Nationality:", "Phone:", "Referred by:", "Police"),
    "es": ("Ficha de ingreso", "Nombre y apellidos:", "Fecha de nacimiento:", "No. de documento:", "Sexo:", "Nacionalidad:", "Teléfono:", "Remitida por:", "Policía"),
    "fr": ("Fiche d’accueil", "Nom et prénom :", "Né(e) le :", "N° de passeport :", "Sexe :", "Nationalité :", "Téléphone :", "Orientée par :", "Police"),
    "pt": ("Ficha de atendimento", "Nome completo:", "Data de nascimento:", "N.º do documento:", "Sexo:", "Nacionalidade:", "Telefone:", "Encaminhada por:", "Polícia"),
}  # fmt: skip
NOTES = {
    "en": ("victim {n}, tel. 555-0142, passport X1234567", "Defendant {n} sentenced to 5 years", "Ms. {n} (age 17) was referred to the shelter", "interview with {n}, born 03/04/2006", "survivor named {n} returned home"),
    "es": ("víctima {n}, tel. 5555-0142, pasaporte X1234567", "La imputada {n} fue condenada a 8 años", "Sra. {n} (17 años) ingresó al albergue", "el señor {n}, nacido el 03/04/2006", "menor de nombre {n} repatriada"),
    "fr": ("victime {n}, tél. 06 12 34 56 78, passeport X1234567", "Le prévenu {n} condamné à 5 ans", "Mme {n} (17 ans) accueillie au foyer", "M. {n}, né le 03/04/2006", "la mineure {n} a été rapatriée"),
    "pt": ("vítima {n}, tel. 91234-5678, passaporte X1234567", "O réu {n} foi condenado a 8 anos", "Sra. {n} (17 anos) acolhida no abrigo", "a senhora {n}, nascida em 03/04/2006", "menor chamada {n} retornou"),
}  # fmt: skip
"""Sentences as they stand in a column of remarks; {n} is a name."""


def name(language: str, luck: random.Random) -> str:
    """An invented name as one writes it in a language; two family names where that is usual."""
    if language in OTHER:
        given, family = (words.split() for words in OTHER[language])
        between = "" if language == "zh" else " "
        return f"{luck.choice(given)}{between}{luck.choice(family)}"
    given, family = GIVEN[language].split(), FAMILY[language].split()
    second = f" {luck.choice(family)}" if language in ("es", "pt") else ""
    return f"{luck.choice(given)} {luck.choice(family)}{second}"


def _birth(luck: random.Random) -> str:
    day = date(1970, 1, 1) + timedelta(days=luck.randrange(14_000))
    return f"{day:%d/%m/%Y}"


def _day(luck: random.Random) -> str:
    return (date(2023, 1, 1) + timedelta(days=luck.randrange(400))).isoformat()


def entry(kind: str, language: str, luck: random.Random, number: int) -> str:
    """One invented entry."""
    match kind:
        case "name":
            return name(language, luck)
        case "document":
            return f"{luck.choice('ABGNX')}{luck.randrange(10**6, 10**7)}"
        case "birth":
            return _birth(luck)
        case "sex":
            return luck.choice("HM" if language == "es" else "HF" if language == "fr" else "FM")
        case "age":
            return str(luck.randrange(5, 55))
        case "nationality":
            return luck.choice(NATIONS[language].split())
        case "day":
            return _day(luck)
        case _:
            return f"{luck.choice(('V', 'TIP', 'GT'))}-{number + 1:03}"


def listed(kinds: Sequence[str], language: str, rows: int, luck: random.Random, *, headed: bool = True) -> Lines:
    """A list with these columns under headers cut short."""
    heads = [luck.choice(SHORT[kind][language]) for kind in kinds]
    return [heads] * headed + [[entry(kind, language, luck, n) for kind in kinds] for n in range(rows)]


COUNTS: Lines = [["Year", "Investigations", "Prosecutions", "Convictions"], *[[str(y), str(y % 13), str(y % 7), "3"] for y in range(2015, 2023)]]  # fmt: skip


def harder_lists(language: str, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Lists in one language, each by what it is."""
    luck = random.Random(f"{language} {seed} harder")
    rows = luck.randrange(7, 20)

    def people(n: int = rows) -> list[str]:
        return [name(language, luck) for _ in range(n)]

    full = listed(("code", "name", "document", "birth", "sex", "nationality"), language, rows, luck)
    yield "short headers", grid(full)
    yield "short headers, three rows", grid(full[:4])
    yield "no headers", grid(full[1:])
    yield "name and age, short headers", grid(listed(("name", "age"), language, rows, luck))
    yield "codes, no names", grid(listed(("code", "sex", "age", "nationality", "day"), language, rows, luck))
    yield "codes, age and nationality", grid(listed(("code", "age", "nationality"), language, rows, luck))
    yield "birth and sex only", grid(listed(("code", "birth", "sex"), language, rows, luck))
    yield "on its side", grid(full[:9]).T.copy()
    yield "on its side, no headers", grid(full[1:9]).T.copy()
    yield "blank rows between", grid([line for row in full for line in (row, [""] * 6)])
    yield "blank columns between", grid([[cell for one in row for cell in (one, "")] for row in full])
    said = FORM[language]
    one = [
        ["", ""], [said[0], ""], ["", ""], [said[1], name(language, luck)], [said[2], _birth(luck)],
        [said[3], entry("document", language, luck, 0)], [said[4], entry("sex", language, luck, 0)],
        [said[5], entry("nationality", language, luck, 0)], [said[6], "5555 0142"], [said[7], said[8]],
    ]  # fmt: skip
    yield "a form", grid(one)
    yield "a form in single cells", grid([[f"{a} {b}".strip()] for a, b in one])
    yield "a form, values below labels", grid([[a for a, _ in one if a], [b for a, b in one if a]])
    yield "a form with a gap", grid([[a, "", "", b] for a, b in one])
    split = [full_name.split(" ", 1) for full_name in people()]
    extra = [[entry("age", language, luck, 0), entry("sex", language, luck, 0)] for _ in split]
    yield "split names, no headers", grid([[*two, *more] for two, more in zip(split, extra, strict=True)])
    initials = [
        ["".join(f"{word[0]}." for word in one.split()), *more] for one, more in zip(people(), extra, strict=True)
    ]
    yield "initials, age, sex, no headers", grid(initials)
    yield (
        "initials without points",
        grid([["Init", "Age", "Sex"], *[[a.replace(".", ""), b, c] for a, b, c in initials]]),
    )
    alias = {"en": "a.k.a.", "es": "Apodo", "fr": "Dit", "pt": "Vulgo"}[language]
    nick = [
        f"{said} “{word}”"
        for said, word in zip(people(6), ("Flaco", "Chino", "Boss", "Mama", "Tito", "Rey"), strict=True)
    ]
    yield "names with nicknames", grid([["N", alias], *[[str(n), said] for n, said in enumerate(nick)]])
    yield (
        "small letters",
        grid(
            [
                ["#", {"en": "name", "es": "nombre", "fr": "nom", "pt": "nome"}[language]],
                *[[str(n), one.lower()] for n, one in enumerate(people())],
            ]
        ),
    )
    yield "capitals, no headers", grid([[one.upper()] for one in people(12)])
    yield "numbered in one cell", grid([[f"{n}. {one}, {luck.randrange(14, 40)}"] for n, one in enumerate(people(), 1)])
    yield (
        "several in a cell",
        grid([["2021", "; ".join(people(3))], ["2022", "; ".join(people(4))], ["2023", "; ".join(people(3))]]),
    )
    yield "in lines of a cell", grid([["Cases", "\n".join(people(5))], ["More", "\n".join(people(5))]])
    yield "below counts, no gap", grid([*COUNTS, *full])
    yield "right of counts", grid([[*a, "", *b] for a, b in zip(COUNTS, full, strict=False)])
    for other in OTHER:
        columns = [
            [name(other, luck), entry("age", language, luck, 0), entry("sex", language, luck, 0)] for _ in range(rows)
        ]
        yield f"names in another script ({other})", grid([[SHORT["name"][language][0], "Age", "Sex"], *columns])
        if other != "zh":
            yield f"names in another script, no headers ({other})", grid(columns)
    for number, sentence in enumerate(NOTES[language]):
        told = [[str(2015 + n), str(n * 3 + 1), ""] for n in range(8)]
        told[4][2] = sentence.format(n=name(language, luck))
        yield f"one remark among counts ({number})", grid([["Year", "Convictions", "Remarks"], *told])
    yield "a title that names", grid([[NOTES[language][1].format(n=name(language, luck))], *COUNTS])
    yield "a note below", grid([*COUNTS, ["* " + NOTES[language][2].format(n=name(language, luck))]])
    many = [[str(2015 + n), sentence.format(n=name(language, luck))] for n, sentence in enumerate(NOTES[language] * 2)]
    yield "a column of remarks", grid([["Year", "Remarks"], *many])
    yield (
        "glued to counts",
        grid(
            [
                ["Country", "Year", "Convictions", SHORT["name"][language][1]],
                *[["Guatemala", "2020", "1", one] for one in people(5)],
            ]
        ),
    )
