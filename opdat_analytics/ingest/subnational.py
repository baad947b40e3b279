"""States, provinces and departments whose names or codes are those of countries: CA may be California, Guatemala the
department of that name. Where a column says that it lists parts of a country, none of them is read as a country."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.ingest.figures import Problem, strip_marker

_LETTERS = {
    "the United States": (
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "
        "OK OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY GU VI AS MP"
    ),
    "Brazil": "AC AL AP AM BA CE DF ES GO MA MT MS MG PA PB PR PE PI RJ RN RS RO RR SC SP SE TO",
}
STATES: Mapping[str, frozenset[str]] = {land: frozenset(letters.split()) for land, letters in _LETTERS.items()}
"""Country → the two letters by which its states are known."""

_PARTS = frozenset(
    (
        "departamento", "departamentos", "departement", "province", "provinces", "provincia", "provincias", "district",
        "districts", "distrito", "distritos", "uf", "municipio", "municipios", "canton", "county", "counties",
    )
)  # fmt: skip
"""Headings under which no countries stand."""

_STATES = frozenset(("state", "states", "estado", "estados", "etat", "etats", "entidad", "entidad federativa"))
"""Headings under which parts of a country stand, or countries, as the United Nations call them."""

_HINT = "if it is the country, write it under `aliases` in source.toml; if not, name the code of the place there"

Look = Callable[[str], Any]


def doubting(look: Look, texts: Iterable[str], headings: Collection[str], declared: Collection[str]) -> Look:
    """A look-up that does not take parts of a country for countries.

    Parameters
    ----------
    look
        What a printed place means: codes by role, or a problem.
    texts
        Every label of the column.
    headings
        What stands above the column.
    declared
        Words that the source's declaration explains, as it writes them.

    Returns
    -------
    callable
        The same look-up, but with a problem for each label that nobody can place.
    """
    known = {vocab.normalise(word) for word in declared}
    said = {strip_marker(text.strip())[0] for text in texts if text.strip()}
    labels = {text for text in said if vocab.normalise(text) not in known}
    doubted = _codes(labels, look, headings) | _names(labels, look, headings)
    return (lambda text: doubted.get(text) or look(text)) if doubted else look


def _under(headings: Collection[str], words: Collection[str]) -> bool:
    return any(vocab.normalise(heading) in words for heading in headings)


def _country(text: str, look: Look) -> str | None:
    """The country that a label means, if any."""
    found = look(text)
    code = None if isinstance(found, Problem) else found.get("place", found.get("places"))
    return code if code and re.fullmatch(r"[A-Z]{3}", code) else None


def _codes(labels: Collection[str], look: Look, headings: Collection[str]) -> dict[str, Problem]:
    """Two letters each that all fit the states of one country, and not all of them countries."""
    pairs = {text for text in labels if re.fullmatch(r"[A-Z]{2}", text)} - {"US", "BR"}
    owner = next((land for land, states in STATES.items() if pairs and pairs <= states), None)
    if owner is None:
        return {}
    countries = {text: code for text in pairs if (code := _country(text, look))}
    if not (_under(headings, _PARTS | _STATES) or len(pairs) - len(countries) >= 2):
        return {}
    told = "“{}” could be {} or a state of {}, as the other labels of its column are"
    return {t: Problem("ambiguous_place", told.format(t, code, owner), _HINT) for t, code in countries.items()}


def _names(labels: Collection[str], look: Look, headings: Collection[str]) -> dict[str, Problem]:
    """Names of countries under a heading of parts of a country."""
    parts = _under(headings, _PARTS)
    if not parts and not _under(headings, _STATES):
        return {}
    countries = {text: code for text in labels if (code := _country(text, look))}
    unknown = sum(isinstance(look(text), Problem) for text in labels)
    if not parts and unknown < len(countries):
        return {}
    told = "“{}” could be the country {} or a part of one, as its column is headed “{}”"
    heading = next(h for h in headings if vocab.normalise(h) in _PARTS | _STATES)
    return {t: Problem("ambiguous_place", told.format(t, code, heading), _HINT) for t, code in countries.items()}
