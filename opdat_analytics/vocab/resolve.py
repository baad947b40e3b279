"""From printed words to codes. What is not certain is never decided: it has candidates, or a suggestion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, LCSseq

from opdat_analytics.model import UnknownName
from opdat_analytics.vocab.tables import activity_types, document, measures, places, rows
from opdat_analytics.vocab.words import CUTOFF, Match, key, normalise, suggest


@dataclass(frozen=True)
class Lexicon:
    """Words of one subject: what is certain, what is not, and how each was written.

    Attributes
    ----------
    certain
        Key of a word → code.
    unsure
        Key of a word → codes it may mean.
    written
        Key of a word → the word as the vocabulary writes it, for suggestions.
    """

    certain: Mapping[str, str]
    unsure: Mapping[str, tuple[str, ...]]
    written: Mapping[str, str]

    def match(self, text: str) -> Match:
        """Look a word up; nothing near is ever taken for it."""
        known = self.known(text)
        if known is not None:
            return known
        near = suggest(key(text), self.certain)
        return Match(None, (), f"{self.written[near]} ({self.certain[near]})" if near else None)

    def known(self, text: str) -> Match | None:
        """What a word means or may mean; None where it is not among them."""
        word = key(text)
        if word in self.unsure:
            return Match(None, self.unsure[word])
        return Match(self.certain[word]) if word in self.certain else None


def _lexicon(words: Iterable[tuple[str, str]], unsure: Iterable[tuple[str, tuple[str, ...]]] = ()) -> Lexicon:
    held = {key(text): candidates for text, candidates in unsure}
    written: dict[str, str] = {}
    certain: dict[str, str] = {}
    for text, code in words:
        word = key(text)
        if word not in held:
            certain.setdefault(word, code)
            written.setdefault(word, text)
    return Lexicon(certain, held, written)


@cache
def _place_words() -> Lexicon:
    named = [(place.name, code) for code, place in places().items()]
    other = [(row["text"], row["code"]) for row in rows("aliases.csv") if row["language"] != "code"]
    held = [(row["text"], tuple(row["candidates"].split(";"))) for row in rows("ambiguous.csv")]
    return _lexicon(named + other, held)


@cache
def _short_codes() -> Mapping[str, str]:
    return {row["text"]: row["code"] for row in rows("aliases.csv") if row["language"] == "code"}


def resolve_place(text: str, aliases: Mapping[str, str] | None = None) -> Match:
    """Find the code of a printed place.

    The source's own ``aliases`` go first (printed text → code, or several codes joined by ``;``). Then codes, in
    upper case only: those of the vocabulary, alone or joined by ``;``, and ISO alpha-2. Then the names of places in
    English, Spanish, French and Portuguese.

    Raises
    ------
    UnknownName
        If one of ``aliases`` that fits leads to a code that is not in the vocabulary.
    """
    if aliases:
        word = normalise(text)
        for printed, code in aliases.items():
            if normalise(printed) == word:
                return Match(_known_codes(printed, code))
    return _known_place(text)


@lru_cache(maxsize=65_536)
def _known_place(text: str) -> Match:
    code = ";".join(part.strip() for part in text.split(";"))
    if all(part in places() for part in code.split(";")):
        return Match(code)
    if code in _short_codes():
        return Match(_short_codes()[code])
    return _place_words().known(text) or Match(None, (), near_places(text))


_OFFERED = 4
_NEARLY_AS_NEAR = 5


def near_places(text: str) -> str | None:
    """The places nearest to a mistyped code or name, in any of the four languages; only ever a suggestion.

    Returns
    -------
    str or None
        ``Angola (AGO)``, or several joined by “or”: codes that differ in one letter or have two of its letters in
        order, places whose name begins so, and names nearly as near as the nearest; None where nothing is near.
    """
    word = text.strip()
    codes = _near_codes(word.upper()) if re.fullmatch(r"[A-Za-z]{2,4}", word) else []
    names = _near_names(word)
    found = [*codes, *names] if word.isupper() else [*names, *codes]
    kept: dict[str, str] = {}
    for said, code in found:
        kept.setdefault(code, said)
    return " or ".join(list(kept.values())[:_OFFERED]) or None


def _near_names(word: str) -> list[tuple[str, str]]:
    """Names like a text, as written with their code, and the code; the nearest first."""
    lexicon = _place_words()
    found = process.extract(key(word), list(lexicon.certain), scorer=fuzz.ratio, score_cutoff=CUTOFF, limit=12)
    best = found[0][1] if found else 0
    near = [name for name, score, _ in found if score >= best - _NEARLY_AS_NEAR]
    return [(f"{lexicon.written[name]} ({lexicon.certain[name]})", lexicon.certain[name]) for name in near]


def _near_codes(word: str) -> list[tuple[str, str]]:
    """Codes like a text of a few letters, with their name, and the code; the nearest first."""
    countries = {code: place.name for code, place in places().items() if len(code) == 3}
    if len(word) == 2 or word in countries:
        only = _short_codes().get(word) if len(word) == 2 else word
        return [(f"{countries.get(only, only)} ({only})", only)] if only else []
    by_name = [code for code, name in countries.items() if key(name).startswith(word.lower())]
    apart = {code: OSA.distance(word, code) for code in countries}
    nearest = [code for code in sorted(countries, key=lambda c: (apart[c], c[0] != word[0], c)) if apart[code] <= 1]
    alike = [code for code in sorted(countries) if code[0] == word[0] and LCSseq.similarity(word, code) == 2]
    listed = [*by_name[:2], *nearest, *(alike if len(word) == 3 else ())]
    return [(f"{countries[code]} ({code})", code) for code in dict.fromkeys(listed)]


def place_code(text: str) -> str:
    """The code of a place, by its code or name.

    Raises
    ------
    UnknownName
        If it is not known or may be several; names the nearest, or those it may be.
    """
    match = resolve_place(text)
    if match.code:
        return match.code
    if match.candidates:
        raise UnknownName(f"“{text}” may be any of {', '.join(match.candidates)}; name one of these codes.")
    hint = f"did you mean {match.suggestion}?" if match.suggestion else "use a code of opdat.places(), like GTM."
    raise UnknownName(f"“{text}” is not a known place; {hint}")


def is_place(text: str) -> bool:
    """Whether a text is the code or a certain name of a place; nothing near is looked for."""
    word = text.strip()
    return word in places() or word in _short_codes() or key(word) in _place_words().certain


def _known_codes(printed: str, code: str) -> str:
    for part in code.split(";"):
        if part not in places():
            near = near_places(part)
            hint = f"; did you mean {near}?" if near else "; use a code of the places table."
            raise UnknownName(f"The alias “{printed}” leads to “{part}”, which is not a known place code{hint}")
    return code


@dataclass(frozen=True)
class _NationalTerm:
    """A word whose measure depends on the country: place → measure, and all it may mean."""

    by_place: Mapping[str, str]
    candidates: tuple[str, ...]


@cache
def _national_terms() -> Mapping[tuple[str, str], _NationalTerm]:
    found = {}
    for entry in document("national_terms.toml")["term"]:
        by_place = {place: code for code, where in entry["means"].items() for place in where}
        candidates = tuple(dict.fromkeys([*entry["means"], *entry.get("or", ())]))
        for text in entry["words"]:
            found[entry["language"], key(text)] = _NationalTerm(by_place, candidates)
    return found


@cache
def _measure_words(language: str) -> Lexicon:
    codes = [(code, code) for code in measures()] + [(code.replace("_", " "), code) for code in measures()]
    names = [(measure.name, code) for code, measure in measures().items()]
    own = [(text, code) for code, measure in measures().items() for text in measure.aliases.get(language, ())]
    english = [(text, code) for code, measure in measures().items() for text in measure.aliases.get("en", ())]
    return _lexicon(own + names + codes + english)


def resolve_measure(text: str, language: str = "en", place: str | None = None) -> Match:
    """Find the measure that a printed word means.

    Parameters
    ----------
    text
        The printed word.
    language
        ``en``, ``es``, ``fr`` or ``pt``; English words are known in every language.
    place
        Place code, or several joined by ``;``. Some words name a different stage of a case in different countries;
        without a country for which the meaning is known, such a word has candidates and no code.
    """
    national = _national_terms().get((language, key(text)))
    if national is None:
        return _measure_words(language).match(text)
    meant = {national.by_place.get(part) for part in (place or "").split(";")}
    code = meant.pop() if len(meant) == 1 else None
    return Match(code) if code else Match(None, national.candidates)


@cache
def _offence_words(language: str) -> Lexicon:
    found = document("offences.toml")
    words = [(text, code) for code in found if code != "unsure" for text in (code, *found[code].get(language, ()))]
    english = [(text, code) for code in found if code != "unsure" for text in found[code]["en"]]
    return _lexicon(
        words + english, [(text, ("trafficking", "smuggling")) for text in found["unsure"].get(language, ())]
    )


def resolve_offence(text: str, language: str = "en") -> Match:
    """Find the offence (trafficking, smuggling, both) that a printed word means in a language.

    A word used for both offences, like Spanish “tráfico”, has candidates and no code.
    """
    return _offence_words(language).match(text)


@cache
def _activity_words() -> Lexicon:
    found = document("activity_types.toml")
    codes = [(spelling, code) for code in found for spelling in (code, code.replace("_", " "))]
    names = [(activity_type.name, code) for code, activity_type in activity_types().items()]
    return _lexicon(names + codes + [(text, code) for code in found for text in found[code]["aliases"]])


def resolve_activity_type(text: str) -> Match:
    """Find the activity type that a printed word means."""
    return _activity_words().match(text)
