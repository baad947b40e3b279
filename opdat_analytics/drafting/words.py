"""What the words along a row or column of headings are about, with how sure and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from opdat_analytics import vocab
from opdat_analytics.drafting.cell_looks import total_word
from opdat_analytics.drafting.sexes import SEX, beside_children, letters_of_sexes
from opdat_analytics.ingest.periods import Period, parse_period
from opdat_analytics.ingest.printed_text import strip_marker
from opdat_analytics.model import ALLOWED

Codes = Mapping[str, str]


@dataclass(frozen=True)
class Role:
    """What a series of words is about.

    Attributes
    ----------
    role
        A role of the declaration, or ``""`` where nothing fits.
    confidence
        Between 0 and 1.
    reason
        In plain words.
    meanings
        Words that the vocabulary does not know in this role but that say one thing here: text → role → code.
    unknown
        Words that nobody can look up, with the nearest known ones: they stay held until a person says what they mean.
    """

    role: str
    confidence: float
    reason: str
    meanings: Mapping[str, Codes] = field(default_factory=dict)
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_AGE = re.compile(
    r"(?:aged? |de |ages )?\d{1,2}\s*(?:-|–|to|a|à)\s*\d{1,2}.*|(?:under|over|below"
    r"|menores? de|mayores? de|moins de|plus de|menos de|mais de) \d{1,2}.*"
    r"|\d{1,2}\s*(?:\+|and over|or over|and under|or under|y mas|et plus|ou mais).*"
    r"|<\s*\d{1,2}|adults?\b.*|child(?:ren)?\b.*|minors?|menores|adult[oe]s"
    r"|ninos|enfants?|criancas|adolescent\w*|mineurs?|majeurs?|age (?:not|un).*",
    re.I,
)
_NAMES: Sequence[tuple[str, str]] = (
    (
        r"(?:.*\b)?(?:country|countries|pa[ií]s(?:es)?|pays|nation|state or territory|iso ?3.*"
        r"|alpha ?[23].*|territory|economy)(?:\b.*|_.*)", "place"),
    (
        r"(?:.*\b)?(?:citizenship|nationality|nationalities|nacionalidad|nationalit[eé]"
        r"|nacionalidade|country of origin)\b.*", "citizenship"),
    (r"(?:.*\b|.*_)?(?:year|a[ñn]o|ann[eé]e|ano|fy)(?:\b.*|_.*)|fiscalyear", "year"),
    (r"(?:.*\b)?(?:quarter|period|month|trimestre|mes|mois|m[eê]s|periodo|p[eé]riode|date|fecha|data)\b.*", "period"),
    (r"(?:.*\b)?(?:sex|gender|sexo|sexe|g[eé]nero|genre)\b.*", "sex"),
    (r"(?:.*\b)?(?:age|edad|[aâ]ge|idade|edades)\b.*", "age"),
    (r"(?:.*\b)?(?:exploitation|explotaci[oó]n|explora[cç][aã]o|form of|forma de)\b.*", "form"),
    (r"(?:indicator|measure|indicador|indicateur|medida|series|statistic|category of figure|outcome)s?", "measure"),
    (r"(?:.*\b)?(?:offence|offense|delito|infraction|crime)s?\b.*", "offence"),
    (r"units?(?: of measure.*)?|unidad|unit[eé]|unidade|units", "unit"),
    (r"(?:foot)?notes?\b.*|remarks?|comments?|observaciones|nota|observa[cç][oõ]es|remarques?", "note"),
    (r"url|link|web ?site|enlace|lien", "url"),
    (r"(?:published|publication date|date published|fecha de publicaci[oó]n)", "published"),
    (r"(?:reporter|reporting (?:body|agency)|source|fuente|fonte)", "reporter"),
)  # fmt: skip
_GENERIC = re.compile(
    r"(?:txt ?)?value|valor|valeur|total|n|no\.?|number|count|counts|amount|n[uú]mero"
    r"|nombre|quantity|figure|figures|cantidad|obs_value",
    re.I,
)
_OVER_ALL = re.compile(
    r"(?:overall )?(?:average|mean|median|change|difference|promedio|media|variaci[oó]n|moyenne|[eé]cart|m[eé]dia"
    r"|varia[cç][aã]o)(?: (?:%|annual|anual|annuelle))?",
    re.I,
)
"""Labels beside years for what was worked out from them."""
_MEASURED = re.compile(
    r"\((?:in |en |em )?(?:years?|months?|days?|hours?|años|meses|d[ií]as|ans|mois|jours|anos|dias)\)", re.I
)
"""What is measured in time is no number of cases or persons."""
_NEUTRAL = frozenset(
    [
        "the",
        "of",
        "for",
        "in",
        "by",
        "and",
        "or",
        "a",
        "an",
        "to",
        "on",
        "at",
        "number",
        "no",
        "total",
        "totals",
        "numbers",
        "count",
        "counts",
        "cases",
        "persons",
        "people",
        "reported",
        "all",
        "de",
        "del",
        "la",
        "las",
        "los",
        "el",
        "y",
        "en",
        "por",
        "para",
        "numero",
        "total",
        "casos",
        "personas",
        "du",
        "des",
        "les",
        "le",
        "et",
        "au",
        "aux",
        "par",
        "pour",
        "nombre",
        "cas",
        "personnes",
        "da",
        "do",
        "das",
        "dos",
        "e",
        "o",
        "a",
        "os",
        "as",
        "em",
        "pessoas",
        "um",
        "uma",
        "annual",
        "yearly",
        "year",
        "years",
        "table",
        "tabla",
        "tableau",
        "tabela",
        "fy",
        "fiscal",
        "calendar",
        "country",
        "countries",
        "pais",
        "paises",
        "pays",
        "region",
        "regions",
        "sex",
        "age",
        "world",
        "international",
        "data",
        "figures",
        "statistics",
        "during",
        "since",
    ]
)


def distinct(texts: Iterable[str], most: int = 80) -> list[str]:
    """The different texts, blanks and totals left out, in order of appearance."""
    found: dict[str, None] = {}
    for text in texts:
        plain = " ".join(str(text).split())
        if plain and plain not in found and not total_word(plain):
            found[plain] = None
            if len(found) >= most:
                break
    return list(found)


def role_of(texts: Sequence[str], name: str, language: str, place: str | None = None) -> Role:
    """What a row or column of headings is about.

    Parameters
    ----------
    texts
        The headings.
    name
        What they are called together, where the sheet says it.
    language
        Of the workbook.
    place
        The country that the table is about, where one is known: some words name another stage elsewhere.
    """
    words = distinct(texts)
    if not words:
        return Role("", 0.2, "says nothing")
    named = named_role(name)
    tests: tuple[Callable[[], Role | None], ...] = (
        lambda: _period(words, named),
        lambda: _sex(words, named),
        lambda: _age(words, named),
        lambda: _place(words, named, name),
        lambda: _measure(words, named, language, place),
        lambda: _offence(words, named, language),
        lambda: _unit(words, named),
        lambda: _dated(words),
    )
    for test in tests:
        found = test()
        if found is not None:
            return found
    if named in ("citizenship", "form", "note", "url", "reporter", "age"):
        return Role(named, 0.8, f"the heading “{name}” says so")
    return Role("", 0.3, f"no vocabulary knows “{words[0]}”" + (f", “{words[1]}” …" if len(words) > 1 else ""))


def named_role(name: str) -> str:
    """The role that a heading names, or ``""``."""
    plain = name.strip()
    return next((role for pattern, role in _NAMES if plain and re.fullmatch(pattern, plain, re.I)), "")


def generic(heading: str) -> bool:
    """Whether a heading only says that figures stand below it."""
    return _GENERIC.fullmatch(heading.strip()) is not None


def _share(words: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, words)) / len(words)


def is_period(text: str) -> bool:
    """Whether a text is a period that can be read one way, a footnote mark left aside."""
    said = {text, strip_marker(text)[0]}
    return any(isinstance(parse_period(t, calendar), Period) for t in said for calendar in ("fiscal_other", None))


def is_part_of_year(text: str) -> bool:
    """Whether a text is a month, quarter or half that says nothing of its year."""
    return not is_period(text) and any(
        isinstance(parse_period(f"{said} 2023", "calendar"), Period) for said in {text, strip_marker(text)[0]}
    )


def _period(words: Sequence[str], named: str) -> Role | None:
    parts = [word for word in words if is_part_of_year(word)]
    if parts and _share(words, lambda w: w in parts or is_period(w)) >= (0.6 if named == "period" else 0.9):
        return Role("period", 0.8, f"“{parts[0]}” and the like are parts of a year")
    share = _share([word for word in words if not _OVER_ALL.fullmatch(word.strip())] or words, is_period)
    if share < (0.6 if named in ("year", "period") else 0.9):
        return None
    years = _share(words, lambda w: re.fullmatch(r"(?:FY ?)?(?:19|20)\d\d.{0,2}", w) is not None)
    role = "year" if years > 0.9 or named == "year" else "period"
    return Role(role, 0.6 + 0.39 * share, f"“{words[0]}” … “{words[-1]}” are years or periods")


def _dated(words: Sequence[str]) -> Role | None:
    """Words that all name a year, but no period that can be read: they wait for a person rather than lose it."""
    if len(words) < 2 or not all(re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)|\bFY ?\d\d\b", word) for word in words):
        return None
    return Role("period", 0.4, f"“{words[0]}” and the like name a year, though not in a way that can be read")


def _sex(words: Sequence[str], named: str) -> Role | None:
    letters = letters_of_sexes(words)
    known = {w: letters.get(w) if len(w) == 1 or letters.get(w) else SEX.get(vocab.normalise(w)) for w in words}
    both = beside_children(words)
    share = len({w for w, c in known.items() if c is not None} | both.keys()) / len(words)
    if share < (0.5 if named == "sex" else 0.99) or (len(words) == 1 and named != "sex"):
        return None
    meanings: dict[str, Codes] = {w: {"sex": c} for w, c in known.items() if c and vocab.normalise(w) != c}
    meanings.update(both)
    for word in words:
        if vocab.normalise(word) in (
            "not specified",
            "unspecified",
            "not known",
            "se ignora",
            "no especificado",
            "inconnu",
        ):
            meanings[word] = {"sex": "unknown"}
    return Role("sex", 0.95, f"“{words[0]}” and the like are sexes", meanings)


def _age(words: Sequence[str], named: str) -> Role | None:
    share = _share(words, lambda w: _AGE.fullmatch(vocab.normalise(w)) is not None)
    if share >= (0.5 if named == "age" else 0.9) and (len(words) > 1 or named == "age"):
        return Role("age", 0.5 + 0.4 * share + 0.09 * (named == "age"), f"“{words[0]}” and the like are age groups")
    return None


def _place(words: Sequence[str], named: str, name: str) -> Role | None:
    known = [w for w in words if vocab.resolve_place(w).code or vocab.resolve_place(strip_marker(w)[0]).code]
    short = _share(words, lambda w: len(w) <= 3)
    share = len(known) / len(words)
    if named == "citizenship" and share > 0.3:
        return Role("citizenship", 0.9, f"the heading “{name}” says so; {len(known)} of {len(words)} are places")
    least = 0.3 if named == "place" else 0.6 if len(words) > 2 and short < 0.5 else 0.99
    if share < least or (named and named not in ("place", "")):
        return None
    missing = {w: _near(vocab.resolve_place(w)) for w in words if w not in known}
    return Role("place", 0.5 + 0.49 * share, f"{len(known)} of {len(words)} are known places", {}, missing)


def _near(match: vocab.Match) -> tuple[str, ...]:
    return match.candidates or ((match.suggestion,) if match.suggestion else ())


def _measure(words: Sequence[str], named: str, language: str, place: str | None) -> Role | None:
    plain = {w: vocab.resolve_measure(w, language, place) for w in words}
    known = [w for w, match in plain.items() if match.code]
    meant: dict[str, Codes] = {}
    for word in words:
        if plain[word].code is None and not plain[word].candidates:
            found = composite(word, language, place)
            if found:
                meant[word] = found
    share = (len(known) + len(meant)) / len(words)
    if not known and not meant and named != "measure":
        return None
    if share < 0.4 and named != "measure":
        return None
    unknown = {w: _near(m) for w, m in plain.items() if m.code is None and w not in meant}
    return Role(
        "measure", 0.45 + 0.5 * share, f"{len(known) + len(meant)} of {len(words)} are known measures", meant, unknown
    )


def composite(heading: str, language: str, place: str | None = None) -> Codes:
    """A heading like “Persons convicted (male), 2019” as codes, where every word of it is understood; else nothing."""
    if _MEASURED.search(heading):
        return {}
    text = " ".join(re.sub(r"[()\[\],:;/–—-]+", " ", strip_marker(heading)[0]).split())
    tokens = text.split()
    codes: dict[str, str] = {}
    rest: list[str] = []
    at = 0
    while at < len(tokens):
        for size in range(min(6, len(tokens) - at), 0, -1):
            found = _piece(" ".join(tokens[at : at + size]), language, place, set(codes))
            if found:
                codes.update(found)
                at += size
                break
        else:
            rest.append(tokens[at])
            at += 1
    leftover = [word for word in rest if vocab.normalise(word) not in _NEUTRAL]
    return codes if "measure" in codes and not leftover else {}


def _piece(text: str, language: str, place: str | None, taken: set[str]) -> dict[str, str]:
    word = vocab.normalise(text)
    if "measure" not in taken and (match := vocab.resolve_measure(text, language, place)).code:
        return {"measure": match.code}
    if "offence" not in taken and len(word) > 5 and (match := vocab.resolve_offence(text, language)).code:
        return {"offence": match.code}
    if "sex" not in taken and len(word) > 1 and word in SEX:
        return {"sex": SEX[word]}
    if "year" not in taken and re.fullmatch(r"(?:fy ?)?(?:19|20)\d\d", word):
        return {"year": text}
    return {}


def _offence(words: Sequence[str], named: str, language: str) -> Role | None:
    share = _share(words, lambda w: vocab.resolve_offence(w, language).code is not None)
    if share >= (0.5 if named == "offence" else 0.99):
        unknown = {w: _near(m) for w in words if (m := vocab.resolve_offence(w, language)).code is None}
        return Role("offence", 0.5 + 0.45 * share, f"“{words[0]}” is an offence that the vocabulary knows", {}, unknown)
    return None


_UNITS: Mapping[str, str] = {
    "%": "percent", "per cent": "percent", "percentage": "percent", "porcentaje": "percent",
    "number": "unstated", "no": "unstated",
    "counts": "counts", "us$": "usd", "usd": "usd", "us dollars": "usd", "persons": "persons", "cases": "cases",
    "defendants": "persons", "individuals": "persons", "people": "persons",
    "personas": "persons", "casos": "cases", "personnes": "persons", "pessoas": "persons",
}  # fmt: skip


def _unit(words: Sequence[str], named: str) -> Role | None:
    known = {
        w: _UNITS.get(vocab.normalise(w), "") or (vocab.normalise(w) if vocab.normalise(w) in ALLOWED["unit"] else "")
        for w in words
    }
    share = sum(bool(c) for c in known.values()) / len(words)
    if share >= (0.5 if named == "unit" else 0.99):
        meanings = {w: {"unit": c} for w, c in known.items() if c and c != vocab.normalise(w)}
        return Role("unit", 0.8, f"“{words[0]}” is a unit", meanings)
    return None
