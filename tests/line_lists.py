"""Line lists that nobody ever kept: invented persons in four languages, laid out in the ways such lists arrive.

Every name is put together from parts that are common in no language or in many; whoever bears one of them does so by
chance. Nothing here comes from a real list.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

Row = list[str]

GIVEN = {
    "en": [
        "Alice",
        "Brandon",
        "Chloe",
        "Derek",
        "Emily",
        "Grace",
        "Hannah",
        "Isaac",
        "Jasper",
        "Kayla",
        "Logan",
        "Megan",
        "Naomi",
        "Oscar",
        "Piper",
        "Quentin",
    ],
    "es": [
        "Yesenia",
        "Osvaldo",
        "Maricela",
        "Efraín",
        "Noelia",
        "Ramiro",
        "Xiomara",
        "Gilberto",
        "Dulce",
        "Iker",
        "Nayeli",
        "Rosaura",
        "Ulises",
        "Brenda",
    ],
    "fr": [
        "Amélie",
        "Bastien",
        "Clémence",
        "Djibril",
        "Élodie",
        "Fatoumata",
        "Gaël",
        "Héloïse",
        "Ibrahima",
        "Joséphine",
        "Kévin",
        "Léonie",
        "Maëlys",
    ],
    "pt": [
        "Adriane",
        "Breno",
        "Cauã",
        "Deise",
        "Edilson",
        "Flávia",
        "Genivaldo",
        "Hortência",
        "Iracema",
        "Jurandir",
        "Keila",
        "Luzinete",
        "Moacir",
    ],
}
FAMILY = {
    "en": [
        "Abernathy",
        "Brown",
        "Clarkson",
        "Dunmore",
        "Ellsworth",
        "Foster",
        "Grant",
        "Holloway",
        "Jenkins",
        "Kirkland",
        "Morris",
        "Parker",
    ],
    "es": [
        "Zambrano",
        "Quiñónez",
        "Hernández",
        "Tzul",
        "Barahona",
        "Menjívar",
        "Orellana",
        "López",
        "Pech",
        "Chacón",
        "Umaña",
        "Cisneros",
    ],
    "fr": [
        "Traoré",
        "Lemoine",
        "Diallo",
        "Gauthier",
        "N’Diaye",
        "Petit",
        "Rousseau",
        "Coulibaly",
        "Delacroix",
        "Benali",
        "Marchand",
        "Sissoko",
    ],
    "pt": [
        "Nogueira",
        "Pereira",
        "Sampaio",
        "Vasconcelos",
        "Lacerda",
        "Ferreira",
        "Bittencourt",
        "Quaresma",
        "Trindade",
        "Rezende",
        "Souza",
    ],
}
HEADERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "name": {
        "en": ("Full name", "Victim name", "NAME", "Name of the defendant", "Surname, first name", "Name & surname"),
        "es": ("Nombre completo", "Apellidos y nombres", "NOMBRE", "Nombre de la víctima", "Nom. y Ap.", "Imputado/a"),
        "fr": ("Nom et prénom", "NOM", "Nom de la victime", "Noms et prénoms", "Nom/Prénoms", "Prévenu"),
        "pt": ("Nome completo", "NOME", "Nome da vítima", "Nome e sobrenome", "Vítima", "Nome do réu"),
    },
    "document": {
        "en": ("Passport No.", "ID number", "National ID", "PASSPORT #", "ID No", "Travel document / passport"),
        "es": ("Nº DUI", "DPI", "Núm. de documento", "No. de pasaporte", "CURP", "Documento de identidad"),
        "fr": ("N° de passeport", "N° CNI", "Pièce d’identité", "Passeport n°", "Numéro d'identité"),
        "pt": ("CPF", "N.º do passaporte", "RG", "Bilhete de identidade", "Nº documento"),
    },
    "birth": {
        "en": ("DOB", "Date of birth", "Birthdate", "BORN ON", "D.O.B."),
        "es": ("Fecha de nacimiento", "F. nac.", "FEC. NAC.", "Fecha nac", "FDN"),
        "fr": ("Date de naissance", "Né(e) le", "DDN", "Date naiss."),
        "pt": ("Data de nascimento", "DATA NASC.", "Nascimento", "Dt. nasc."),
    },
    "phone": {
        "en": ("Phone", "Tel.", "Mobile no", "Contact number"), "es": ("Teléfono", "Cel.", "TEL", "Móvil"),
        "fr": ("Téléphone", "Tél.", "Portable", "GSM"), "pt": ("Telefone", "Telemóvel", "Celular", "Tel. contato"),
    },
    "case": {
        "en": ("Case number", "Docket No.", "Case ID", "File ref"),
        "es": ("Nº de expediente", "No. de caso", "Carpeta de investigación", "Expediente"),
        "fr": ("N° de dossier", "Numéro d’affaire", "N° parquet", "Dossier"),
        "pt": ("N° de processo", "Nº do processo", "Número do inquérito", "Processo"),
    },
    "age": {
        "en": ("Age", "AGE", "Age (years)"), "es": ("Edad", "EDAD", "Edad (años)"),
        "fr": ("Âge", "AGE", "Age (ans)"), "pt": ("Idade", "IDADE", "Idade (anos)"),
    },
    "sex": {"en": ("Sex", "Gender"), "es": ("Sexo", "Género"), "fr": ("Sexe", "Genre"), "pt": ("Sexo", "Gênero")},
    "nationality": {
        "en": ("Nationality", "Citizenship"), "es": ("Nacionalidad", "País de origen"),
        "fr": ("Nationalité", "Pays d’origine"), "pt": ("Nacionalidade", "País de origem"),
    },
    "day": {
        "en": ("Date identified", "Arrest date"), "es": ("Fecha de rescate", "Fecha"),
        "fr": ("Date d’identification", "Date"), "pt": ("Data do resgate", "Data"),
    },
    "place": {
        "en": ("District", "Shelter"), "es": ("Municipio", "Albergue"), "fr": ("Commune", "Foyer"),
        "pt": ("Município", "Abrigo"),
    },
}  # fmt: skip
NATIONS = {
    "en": ["Honduran", "Guatemalan", "Nigerian", "Filipino", "Vietnamese", "Romanian", "Mexican"],
    "es": ["hondureña", "guatemalteca", "venezolana", "colombiana", "nicaragüense", "salvadoreña", "mexicana"],
    "fr": ["Nigériane", "Malienne", "Ivoirienne", "Roumaine", "Albanaise", "Guinéenne", "Camerounaise"],
    "pt": ["Venezuelana", "Boliviana", "Haitiana", "Paraguaia", "Angolana", "Brasileira", "Moçambicana"],
}
TOWNS = {
    "en": ["Northbridge", "Eastford", "Millbrook", "Stonehaven"], "es": ["Sololá", "Mixco", "Apopa", "Choloma"],
    "fr": ["Bobo", "Ségou", "Thiès", "Roubaix"], "pt": ["Manaus", "Corumbá", "Boa", "Foz"],
}  # fmt: skip
SEXES = {"en": ("F", "M"), "es": ("Mujer", "Hombre"), "fr": ("F", "H"), "pt": ("Feminino", "Masculino")}


def column(kind: str, language: str, rows: int, luck: random.Random) -> Row:
    """So many invented entries of one kind."""
    return [_ENTRY[kind](language, luck, number) for number in range(rows)]


def _name(language: str, luck: random.Random, number: int) -> str:
    given, family = luck.choice(GIVEN[language]), luck.choice(FAMILY[language])
    second = f" {luck.choice(FAMILY[language])}" if language in ("es", "pt") else ""
    shape = luck.randrange(3)
    return (f"{given} {family}{second}", f"{family}{second}, {given}", f"{family}{second} {given}".upper())[shape]


def _document(language: str, luck: random.Random, number: int) -> str:
    n = luck.randrange(10**8, 10**9)
    if language == "pt":
        return f"{n // 10**6}.{n // 1000 % 1000:03}.{n % 1000:03}-{luck.randrange(10, 99)}"
    if language == "es":
        return luck.choice((f"{n // 10:08}-{n % 10}", f"{n % 10**4:04} {n // 10**4 % 10**5:05} 0101"))
    return f"{luck.choice('ABCPX')}{n % 10**7:07}"


def _date(language: str, luck: random.Random, number: int) -> str:
    day = date(1975, 1, 1) + timedelta(days=luck.randrange(12_000))
    return luck.choice((day.isoformat(), f"{day:%d/%m/%Y}"))


def _lately(language: str, luck: random.Random, number: int) -> str:
    return (date(2022, 1, 1) + timedelta(days=luck.randrange(700))).isoformat()


def _phone(language: str, luck: random.Random, number: int) -> str:
    n = luck.randrange(10**7, 10**8)
    return luck.choice(
        (f"+50{luck.randrange(2, 9)} {n // 10**4} {n % 10**4:04}", f"{n // 10**4}-{n % 10**4:04}", str(n))
    )


def _case(language: str, luck: random.Random, number: int) -> str:
    return luck.choice(
        (f"{luck.randrange(100, 9999)}/2022-{number}", f"FED-{number:04}/2023", f"2021-{number + 1000:05}")
    )


_ENTRY: Mapping[str, Callable[[str, random.Random, int], str]] = {
    "name": _name, "document": _document, "birth": _date, "phone": _phone, "case": _case,
    "age": lambda language, luck, number: str(luck.randrange(4, 61)),
    "sex": lambda language, luck, number: luck.choice(SEXES[language]),
    "nationality": lambda language, luck, number: luck.choice(NATIONS[language]),
    "day": _lately,
    "place": lambda language, luck, number: luck.choice(TOWNS[language]),
    "given": lambda language, luck, number: luck.choice(GIVEN[language]),
    "family": lambda language, luck, number: luck.choice(FAMILY[language]),
    "initials": lambda language, luck, number: f"{luck.choice('ABCDEFGJKLM')}.{luck.choice('NOPRSTVZ')}.",
}  # fmt: skip
_SPLIT = {
    "en": ("First name", "Last name"),
    "es": ("Nombres", "Apellidos"),
    "fr": ("Prénom", "Nom"),
    "pt": ("Nome", "Sobrenome"),
}
_INITIALS = {"en": "Initials", "es": "Iniciales", "fr": "Initiales", "pt": "Iniciais"}


def table(kinds: Sequence[str], language: str, rows: int, luck: random.Random, *, headed: bool = True) -> np.ndarray:
    """A list with these columns, its headers drawn from how people write them."""
    columns = [column(kind, language, rows, luck) for kind in kinds]
    heads = [luck.choice(HEADERS[kind][language]) for kind in kinds]
    lines = [heads] * headed + [list(line) for line in zip(*columns, strict=True)]
    return np.array(lines, dtype=object)


def padded(lines: Sequence[Sequence[str]]) -> np.ndarray:
    """The lines as the text of a sheet."""
    width = max(map(len, lines))
    return np.array([[*line, *[""] * (width - len(line))] for line in lines], dtype=object)


def line_lists(language: str, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Lists of every layout in one language, each by what it is."""
    luck = random.Random(f"{language} {seed}")
    rows = luck.randrange(8, 30)
    named = ("name", "document", "birth", "nationality")
    for kind in ("name", "document", "birth", "phone"):
        yield f"{kind} beside counts of nothing", table(("day", "place", kind), language, rows, luck)
    yield "the usual list", table(("case", *named, "sex", "age"), language, rows, luck)
    yield "no header", table((*named, "sex"), language, rows, luck, headed=False)
    yield "names only, no header", table(("name", "place"), language, max(rows, 12), luck, headed=False)
    plain = table((*named, "sex", "age"), language, rows, luck)
    yield "header in row 6", padded([["2023"], [], ["X"], [], [], *plain.tolist()])
    yield "on its side", plain.T.copy()
    upper = plain.copy()
    upper[0] = [said.upper() for said in plain[0]]
    yield "headers in capitals", upper
    yield "below a table of counts", padded([["2021", "2022"], ["12", "7"], ["3", "9"], [], *plain.tolist()])
    yield (
        "right of a table of counts",
        np.hstack([padded([["2021", "2022", ""], ["12", "7", ""], *[["3", "9", ""]] * (len(plain) - 2)]), plain]),
    )
    yield "merged headers above", padded([["", "Data", "", ""], *plain.tolist()])
    first, last = (column(kind, language, rows, luck) for kind in ("given", "family"))
    more = table(("sex", "place"), language, rows, luck)
    split = np.hstack([np.array([_SPLIT[language], *zip(first, last, strict=True)], dtype=object), more])
    yield "names in two columns", split
    short = np.array([(_INITIALS[language],), *((text,) for text in column("initials", language, rows, luck))], object)
    yield "initials", np.hstack([short, table(("age", "sex", "day"), language, rows, luck)])
    yield "numbers of cases, age, nationality, date", table(("case", "age", "nationality", "day"), language, rows, luck)
    yield (
        "age, sex, nationality, date, place",
        table(("age", "sex", "nationality", "day", "place"), language, rows, luck),
    )
    yield "age, sex, place", table(("age", "sex", "place"), language, rows, luck)
    yield "three persons only", table((*named, "sex"), language, 3, luck)
    told = [
        f"{_name(language, luck, 0)}, {luck.randrange(14, 50)}, {luck.choice(NATIONS[language])}" for _ in range(rows)
    ]
    yield "all in one cell", np.array([[text] for text in told], dtype=object)
