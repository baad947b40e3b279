"""What may not come in: sheets that list persons instead of counting them.

The rules are simple and meant as a net, not as a guarantee: telling headers whose contents agree with them, contents
that can only be personal, and columns of what look like names. A column tells for certain (`strong`) or only together
with another. What is said of a column never holds anything of its contents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from opdat_analytics.model import column_letters
from opdat_analytics.vocab import resolve_place

SAMPLE = 2_000
HEAD = 30
FEWEST = 3


class Sheet(Protocol):
    """A sheet by its name and its printed text."""

    @property
    def name(self) -> str:
        """Sheet name."""

    @property
    def text(self) -> np.ndarray:
        """Object array of rows × columns."""


@dataclass(frozen=True)
class PersonalColumn:
    """A column that holds data about persons.

    Attributes
    ----------
    header
        Its header where that is one of the telling words, else its letter, like ``column D``.
    column
        Zero-based.
    reason
        Why it is taken for personal, without any of its contents.
    strong
        Whether it alone is enough to stop the sheet.
    """

    header: str
    column: int
    reason: str
    strong: bool


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\d.,])(?:\+|00)\d{1,3}[\s.()-]{0,2}\d(?:[\s.()-]{0,2}\d){6,12}(?!\d)")
_CALLED = re.compile(
    r"\b(?:tel|phone|mobile|cell|call|whatsapp|cel|m[oó]vil|celular|t[eé]l)\w*\W{1,3}(?:\d\W?){7,}", re.I
)
_PASSPORT = re.compile(r"\b(?:passport|pasaporte|passeport|passaporte)\b\D{0,12}[A-Z]{0,3}\d{5,10}\b", re.I)
_BORN = re.compile(
    r"\b(?:DOB|born(?: on)?|date of birth|nacid[oa]|nacimiento|née?|naissance|nascid[oa]|nascimento)\b\D{0,8}"
    r"\d{1,4}[./ -]\w{1,9}[./ -]\d{2,4}",
    re.I,
)
_NATIONAL = re.compile(
    r"\b[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d\b|\b\d{3}\.\d{3}\.\d{3}-\d{2}\b|(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"
    r"|\b(?:DNI|CUI|CPF|SSN|NIE|c[eé]dula|national id)\b\D{0,10}\d{6,13}\b"
)
_CONTENTS = {
    "e-mail addresses": _EMAIL, "telephone numbers": _PHONE, "telephone numbers ": _CALLED,
    "passport numbers": _PASSPORT, "dates of birth": _BORN, "national identity numbers": _NATIONAL,
}  # fmt: skip

_DATE = re.compile(r"\d{1,4}[./ -]\w{1,9}\.?[./ -]\d{1,4}(?: [\d:.]+)?|(?:1[5-9]|[2-4]\d)\d{3}")
_NAME = re.compile(
    r"(?:[^\W\d_][^\W\d_.'’-]*(?:['’-][^\W\d_]+)*\.?,?)(?: (?:[^\W\d_][^\W\d_.'’-]*(?:['’-][^\W\d_]+)*\.?,?)){1,5}"
)
_PARTICLES = re.compile(r"de|la|las|los|del|da|do|das|dos|di|du|le|el|al|bin|ben|ibn|van|von|der|den|y|e|san|santa")
_BODIES = re.compile(
    r"\b(?:minist|office|oficina|bureau|depart|divis|polic|court|tribun|corte|fiscal|prosecut|attorney|universit|univers"
    r"|institut|program|agenc|embass|commiss|comisi|service|servic|secretar|council|consej|associa|asocia|fund|found"
    r"|federal|national|nacional|general|international|centre|center|centro|group|grupo|project|proyecto|justice|justic"
    r"|total|other|otro|autre|outro|force|unit|task|rate|act|law|county|city|state|region|district|province|island)\w*",
    re.I,
)
_GIVEN = re.compile(
    r"maria|maría|jose|josé|juan|ana|anna|luis|carlos|jorge|pedro|pablo|miguel|manuel|rosa|carmen|marta|"
    r"martha|laura|elena|sofia|sofía|lucia|lucía|andrea|daniel|daniela|david|diego|fernando|francisco|"
    r"gabriel|gabriela|javier|julia|julio|karla|mario|marco|marcos|patricia|rafael|ramon|ramón|raul|raúl|"
    r"ricardo|roberto|sandra|sergio|teresa|victor|víctor|antonio|alejandro|alejandra|angel|ángel|alberto|"
    r"eduardo|enrique|guadalupe|isabel|joão|joao|paulo|antónio|luiz|fernanda|beatriz|mariana|rodrigo|"
    r"thiago|john|james|robert|michael|william|thomas|joseph|charles|mary|jennifer|linda|elizabeth|susan|"
    r"jessica|sarah|karen|lisa|nancy|emily|anthony|mark|paul|steven|andrew|kevin|brian|george|edward|jean|"
    r"pierre|marie|jacques|michel|philippe|nathalie|isabelle|françois|claude|ahmed|mohamed|mohammed|"
    r"muhammad|ali|fatima|fatma|hassan|hussein|omar|khaled|ibrahim|youssef|yusuf|aisha|amina|samuel|grace|"
    r"esther"
)


def _is_name(text: str) -> bool:
    """Two to six capitalised words that name neither a place nor a body."""
    if len(text) > 60 or not _NAME.fullmatch(text) or _BODIES.search(text):
        return False
    words = [word.strip(".,") for word in text.split()]
    own = [word for word in words if not _PARTICLES.fullmatch(word.lower())]
    return 2 <= len(own) <= 5 and all(word[:1].isupper() for word in own) and resolve_place(text).code is None


def _is_one_name(text: str) -> bool:
    return bool(re.fullmatch(r"[^\W\d_][^\W\d_'’ -]+(?:['’ -][^\W\d_]+){0,3}", text)) and text[:1].isupper()


def _has_digits(least: int) -> Callable[[str], bool]:
    return lambda text: sum(c.isdigit() for c in text) >= least and len(text) <= 40


def _is_address(text: str) -> bool:
    return any(c.isdigit() for c in text) and sum(c.isalpha() for c in text) >= 5


@dataclass(frozen=True)
class _Header:
    """Words of a header, what its contents must look like, and what it is then."""

    words: re.Pattern[str]
    agrees: Callable[[str], bool]
    reason: str
    strong: bool
    distinct: float = 0.0


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:.*\b)?(?:{pattern})(?:\b.*)?", re.DOTALL)


_PERSON = (
    r"victims?|defendants?|suspects?|accused|offenders?|perpetrators?|survivors?|persons?|participants?|trainees?"
    r"|victimas?|imputad[oa]s?|acusad[oa]s?|detenid[oa]s?|participantes?|prevenus?|accuses?|vitimas?|reus?|pessoas?"
    r"|personas?|beneficiari[oa]s?|witness(?:es)?|testigos?|complainants?|denunciantes?"
)
_NAMES = r"names?|nombres?|noms?|nomes?"
_HEADERS = (
    _Header(
        _words(
            r"full names?|first names?|last names?|family names?|given names?|surnames?|forenames?"
            r"|apellidos?|nombres? completos?|primer nombre|prenoms?|noms? de famille|noms? complets?|sobrenomes?"
            rf"|nomes? completos?|(?:{_NAMES})(?: \w+)? (?:{_PERSON})|(?:{_PERSON})(?: s)? (?:{_NAMES})"
        ),
        _is_one_name, "names of persons", True, 0.3,
    ),
    _Header(re.compile(_NAMES), _is_name, "what look like names of persons", True, 0.7),
    _Header(
        _words(r"passports?|pasaportes?|passeports?|passaportes?"), _has_digits(5), "passport numbers", True, 0.7
    ),
    _Header(
        _words(
            r"national id(?:entity)?|identity (?:card|number|no)|id (?:card|number|no)|social security"
            r"|ssn|dni|curp|cpf|cui|nie|rut"
            r"|cedulas?|documento de identidad|numero de identidad|carte d identite|bilhete de identidade"
        ),
        _has_digits(5), "identity numbers", True, 0.7,
    ),
    _Header(
        _words(r"dob|d o b|date of birth|birth ?dates?|birthday"
            r"|fecha de nacimiento|date de naissance|data de nascimento"),
        lambda text: bool(_DATE.fullmatch(text)), "dates of birth", True,
    ),
    _Header(
        _words(r"(?:tele)?phones?|tel|mobile|whatsapp|telefonos?|celular(?:es)?|movil|telephones?|telefones?"),
        _has_digits(7), "telephone numbers", True, 0.5,
    ),
    _Header(
        _words(r"e ?mails?|correos?(?: electronicos?)?|courriels?"),
        lambda text: bool(_EMAIL.search(text)), "e-mail addresses", True,
    ),
    _Header(
        _words(r"(?:home |street |postal )?address(?:es)?|direccion(?:es)?|domicilios?|adresses?|enderecos?|moradas?"),
        _is_address, "addresses", False, 0.5,
    ),
    _Header(
        _words(
            r"(?:case|docket|file|victim|client|beneficiary) ?(?:id|ids|no|nos|nr|number|numbers|ref|reference|code)"
            r"|(?:numero|no|nro|num|n) (?:de |du |do )?(?:caso|causa|expediente|proceso)"
            r"|(?:numero|no|num|n) (?:de |du |do )?(?:processo|dossier|affaire|carpeta)"
            r"|expedientes?|dockets?|carpeta de investigacion"
        ),
        _has_digits(3), "numbers of single cases", False, 0.7,
    ),
)  # fmt: skip


def personal_columns(text: np.ndarray) -> tuple[PersonalColumn, ...]:
    """Columns of a sheet that hold data about persons.

    Parameters
    ----------
    text
        The sheet's printed text, an object array of rows × columns.

    Returns
    -------
    tuple of PersonalColumn
        In the order of the columns, at most one for each.
    """
    found = (_column(text[:, column].tolist(), column) for column in range(text.shape[1] if text.size else 0))
    return tuple(column for column in found if column is not None)


def must_stop(columns: Sequence[PersonalColumn]) -> bool:
    """Whether a sheet with these columns lists persons: one column that tells for certain, or two that hint at it."""
    return any(column.strong for column in columns) or len(columns) >= 2


def refusal(sheet: str, columns: Sequence[PersonalColumn]) -> str:
    """What is said of a sheet that is stopped: its columns and what is in them, and nothing of the contents."""
    named = "; ".join(f"{column.header} ({column.reason})" for column in columns)
    return (
        f"sheet “{sheet}” lists persons, and this project keeps only counts: {named}. Nothing of it was "
        "stored; remove these columns, or send the counts."
    )


def reason_to_stop(sheet: Sheet) -> str | None:
    """Why a sheet must not come in, without any of its contents; None where it may."""
    columns = personal_columns(sheet.text)
    return refusal(sheet.name, columns) if must_stop(columns) else None


def _column(values: list[str], column: int) -> PersonalColumn | None:
    letter = f"column {column_letters(column)}"
    for row, said in enumerate(values[:HEAD]):
        header = _header(said) if said and len(said) <= 60 else None
        if header is None:
            continue
        below = _sample(values[row + 1 :])
        agreeing = [value for value in below if header.agrees(value)]
        enough = len(agreeing) >= FEWEST and len(agreeing) * 2 >= len(below)
        if enough and len(set(agreeing)) >= header.distinct * len(agreeing):
            return PersonalColumn(f"“{said.strip()}” ({letter})", column, header.reason, header.strong)
    sample = _sample(values)
    return _by_contents(sample, letter, column) or _by_shape(sample, letter, column)


def _header(said: str) -> _Header | None:
    plain = unicodedata.normalize("NFD", said.casefold())
    plain = re.sub(r"[\u0300-\u036f]", "", plain)
    plain = " ".join(re.findall(r"[^\W_]+", plain))
    return next((header for header in _HEADERS if header.words.fullmatch(plain)), None)


def _sample(values: list[str]) -> list[str]:
    """Texts that are not blank, at most `SAMPLE`, from all over the column."""
    filled = [value.strip() for value in values if value and not value.isspace()]
    return filled[:: len(filled) // SAMPLE + 1]


def _by_contents(sample: list[str], letter: str, column: int) -> PersonalColumn | None:
    """A column whose texts hold what only persons have, in several cells and in a fifth of them at least."""
    kinds: dict[str, int] = {}
    cells = 0
    for value in sample:
        if len(value) < 7 or value.isalpha():
            continue
        held = [kind.strip() for kind, pattern in _CONTENTS.items() if pattern.search(value)]
        cells += bool(held)
        for kind in held:
            kinds[kind] = kinds.get(kind, 0) + 1
    if cells < FEWEST or cells * 5 < len(sample):
        return None
    return PersonalColumn(letter, column, ", ".join(sorted(kinds)), True)


def _by_shape(sample: list[str], letter: str, column: int) -> PersonalColumn | None:
    """A column of what look like names, nearly each another one; strong where many have a common given name."""
    if len(sample) < 2 * FEWEST or not sample[0]:
        return None
    shaped = [value for value in sample if _NAME.fullmatch(value)]
    if len(shaped) * 10 < len(sample) * 7 or len(set(shaped)) * 10 < len(shaped) * 9:
        return None
    names = [value for value in shaped if _is_name(value)]
    if len(names) * 10 < len(sample) * 7:
        return None
    given = sum(any(_GIVEN.fullmatch(word.strip(".,").lower()) for word in name.split()) for name in names)
    if given * 4 >= len(names):
        return PersonalColumn(letter, column, "what look like names of persons", True)
    return None if given * 20 < len(names) else PersonalColumn(letter, column, "what may be names of persons", False)
