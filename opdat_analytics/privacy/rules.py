"""The rules by which personal data are recognised, as the small files beside this module write them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_MARKS = re.compile("[\u0300-\u036f]")
_WORDS = re.compile(r"[^\W_]+")
_GLUED = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ])")
"""Where the words of a header such as FullName or nombreVictima are glued together."""
_ANY_DIGIT = str.maketrans("123456789", "000000000")
"""No words of a header hold a digit, so that whether they fit does not depend on which digits stand beside them."""
LONGEST = 80
"""A header is not longer than this; what is longer is a sentence."""


@dataclass(frozen=True)
class Header:
    """Words of a header, what its contents must look like, and what it is then."""

    words: re.Pattern[str]
    looks: str
    reason: str
    strong: bool
    distinct: float
    person: str | None


@dataclass(frozen=True)
class Content:
    """Contents that only persons have: where they stand in how many cells, they tell."""

    kind: str
    pattern: re.Pattern[str]
    worded: bool


@cache
def _document(name: str) -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=65_536)
def plain(said: str) -> str:
    """A header as its rules write it: no accents, lower case, words with single spaces."""
    return " ".join(_WORDS.findall(letters(_GLUED.sub(" ", said))))


@lru_cache(maxsize=65_536)
def letters(said: str) -> str:
    """Text in lower case and without accents."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", said.casefold()))


@cache
def headers() -> tuple[Header, ...]:
    """The telling headers, in the order in which they are tried."""
    person = "|".join(_document("persons.toml")["person"])
    return tuple(_header(entry, person) for entry in _document("headers.toml")["header"])


def _header(entry: Mapping[str, Any], person: str) -> Header:
    within = "|".join(entry.get("within", [])).replace("{person}", person)
    whole = "|".join(entry.get("whole", [])).replace("{person}", person)
    around = rf"(?:.*\b)?(?:{within})(?:\b.*)?" if within else ""
    words = re.compile("|".join(part for part in (around, whole) if part), re.DOTALL)
    return Header(
        words, entry["looks"], entry["reason"], entry["strong"], entry.get("distinct", 0.0), entry.get("person")
    )


def may_head(said: str) -> bool:
    """Whether a text can be a header or a label at all."""
    return 0 < len(said) <= LONGEST and not said[0].isdigit()


@lru_cache(maxsize=65_536)
def header_rules(said: str) -> tuple[Header, ...]:
    """The rules that a text fits if it is a header."""
    return _fitting(plain(said.translate(_ANY_DIGIT))) if 0 < len(said) <= LONGEST else ()


@lru_cache(maxsize=65_536)
def rules_below(above: str, said: str) -> tuple[Header, ...]:
    """The rules that a text fits if it is a header together with the text above it."""
    return header_rules(f"{above} {said}")


@lru_cache(maxsize=65_536)
def _fitting(words: str) -> tuple[Header, ...]:
    return tuple(header for header in headers() if header.words.fullmatch(words)) if words else ()


@cache
def header_words() -> frozenset[str]:
    """Words of which a header may be made to be quoted."""
    return frozenset(_document("headers.toml")["words"].split())


@cache
def contents() -> tuple[Content, ...]:
    """What only persons have."""
    found = []
    for entry in _document("contents.toml")["content"]:
        pattern = re.compile(entry["pattern"], 0 if entry.get("shouted") else re.IGNORECASE)
        found.append(Content(entry["kind"], pattern, entry.get("worded", False)))
    return tuple(found)


@cache
def person_headers() -> Mapping[str, re.Pattern[str]]:
    """What a header says of a person → its words."""
    return {kind: re.compile("|".join(words)) for kind, words in _document("persons.toml")["headers"].items()}


@lru_cache(maxsize=65_536)
def person_word(said: str) -> str | None:
    """Which of age, sex, nationality and the like a text is the header of."""
    words = plain(said) if 0 < len(said) <= LONGEST else ""
    return next((kind for kind, pattern in person_headers().items() if words and pattern.fullmatch(words)), None)


@cache
def sexes() -> frozenset[str]:
    """Words that say sex as a whole cell."""
    return frozenset(_document("persons.toml")["sex"])


@cache
def given_names() -> frozenset[str]:
    """Common given names, as `letters` has them."""
    return frozenset(_document("names.toml")["given"].split())


@cache
def family_names() -> frozenset[str]:
    """Common family names, as `letters` has them."""
    return frozenset(_document("names.toml")["family"].split())


@cache
def particles() -> frozenset[str]:
    """Small words between names."""
    return frozenset(_document("names.toml")["particles"].split("|"))


@cache
def bodies() -> re.Pattern[str]:
    """Beginnings of words that name no person."""
    return re.compile(rf"\b(?:{'|'.join(_document('names.toml')['bodies'].split()).replace('||', '|')})\w*")


@cache
def nationalities() -> re.Pattern[str]:
    """Beginnings of words that name a nationality."""
    stems = (stem.replace("_", " ") for stem in _document("nationalities.toml")["stems"].split())
    return re.compile(rf"(?:{'|'.join(stems)})")


@cache
def sentence_rules() -> Mapping[str, str]:
    """What stands beside a name in a sentence, by its place: patterns, and words that are no name."""
    return {key: said.replace("\n", "").strip("|") if key != "words" else said
            for key, said in _document("sentences.toml").items()}  # fmt: skip


@cache
def work_words() -> re.Pattern[str]:
    """Headers of works that somebody signed: books, films, reports."""
    return re.compile("|".join(_document("headers.toml")["works"]["work"]))


@cache
def author_words() -> re.Pattern[str]:
    """Headers of who signed them."""
    return re.compile("|".join(_document("headers.toml")["works"]["author"]))


@cache
def person_words() -> re.Pattern[str]:
    """What a person is called in a case, as `letters` has it."""
    return re.compile("|".join(_document("persons.toml")["person"]))
