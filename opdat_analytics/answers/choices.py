"""What may be chosen in a template: places, periods and codes under the words of its language."""

from __future__ import annotations

import gettext
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.answers.forms import declared_words

_YEARS = range(2010, 2036)


@cache
def place_words(kind: str, language: str) -> Mapping[str, str]:
    """Printed name → place code: countries by name, then the regions that the template's aliases name.

    Only names that the vocabulary, or the template's own aliases, read as that very place.
    """
    aliases: Mapping[str, str] = declared_words(kind, language).get("aliases", {})
    own = {code: name for name, code in aliases.items()}
    official = _official_names(language)
    known = _known_names(language)
    countries: dict[str, str] = {}
    regions: dict[str, str] = {}
    for code, place in vocab.places().items():
        if place.level == "country" and place.kind in ("iso", "user_assigned"):
            tried = (own.get(code), *official.get(code, ()), *known.get(code, ()), place.name, code)
            name = next(text for text in tried if text and vocab.resolve_place(text, aliases).code == code)
            countries[name] = code
        elif code in own:
            regions[own[code]] = code
    return {**dict(sorted(countries.items(), key=lambda pair: _sorted_as(pair[0]))), **dict(sorted(regions.items()))}


def _sorted_as(name: str) -> str:
    """Letters without accents, as people look names up."""
    return "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c))


def _official_names(language: str) -> Mapping[str, tuple[str, ...]]:
    """ISO 3166-1 names in a language, as pycountry ships them: as written, and turned (“Congo, the …”)."""
    import pycountry

    translated = (
        gettext.NullTranslations()
        if language == "en"
        else gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
    )
    names = {}
    for country in pycountry.countries:
        tried = [getattr(country, "common_name", country.name), country.name]
        said = [translated.gettext(name) for name in tried]
        turned = [" ".join(reversed(name.split(", "))) for name in said if name.count(", ") == 1]
        names[country.alpha_3] = (
            tuple(name for name in (*said, *turned) if ", " not in name) if language != "en" else ()
        )
    return names


def _known_names(language: str) -> Mapping[str, tuple[str, ...]]:
    """The vocabulary's other names of a place in a language, the longest first."""
    from opdat_analytics.vocab.tables import rows

    names: dict[str, list[str]] = {}
    for row in rows("aliases.csv"):
        if row["language"] == language and language != "en":
            names.setdefault(row["code"], []).append(row["text"])
    return {code: tuple(sorted(found, key=lambda name: (-len(name), name))) for code, found in names.items()}


def periods() -> list[int | str]:
    """The periods to choose from: years, US fiscal years, half-years, quarters."""
    years: list[int | str] = list(_YEARS)
    return [
        *years,
        *(f"FY{year}" for year in _YEARS),
        *(f"H{half} {year}" for year in _YEARS for half in (1, 2)),
        *(f"Q{quarter} {year}" for year in _YEARS for quarter in (1, 2, 3, 4)),
    ]


def coded_words(kind: str, language: str, role: str) -> Mapping[str, str]:
    """Printed word → code of one column, in the order of the declaration."""
    meanings: Mapping[str, Any] = declared_words(kind, language)["layout"][0]["meanings"][role]
    return {word: code[role] if isinstance(code, dict) else code for word, code in meanings.items()}


@cache
def measure_words(language: str) -> Mapping[str, str]:
    """Measure code → its word in a language, as the template of outcomes prints it."""
    return {code: word for word, code in coded_words("outcomes", language, "measure").items()}


def no_number_words(kind: str, language: str) -> list[str]:
    """The choices where there is no number: confirmed zero, no data, not applicable, confidential."""
    return list(_once(declared_words(kind, language)["symbols"]))


def _once(words: Iterable[str]) -> Iterable[str]:
    seen = set()
    for word in words:
        if word.casefold() not in seen:
            seen.add(word.casefold())
            yield word
