"""Names and numbers of persons in running text: told by a part in a case, a title, an age or a passport beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from opdat_analytics.privacy.looks import is_body, is_name, is_telling_name, known_words
from opdat_analytics.privacy.rules import contents, letters, particles, sentence_rules
from opdat_analytics.vocab import is_place

_CAPITAL = r"[^\W\d_a-zà-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*\.?"
_BETWEEN = r"(?:(?:de|la|las|los|del|da|do|das|dos|di|du|le|el|al|bin|ben|ibn|van|von|der|den|y|e)\s+){0,2}"
_NAME = rf"{_CAPITAL}(?:\s+{_BETWEEN}{_CAPITAL}){{0,4}}"
_SHORTEST = 8
_STEM = 4
"""Words of no name that are shorter than this stand for themselves, longer ones for all that begin so."""
_SENTENCE = 2
"""So many other words make a sentence in which one unknown word behind a title is a name."""
_IN_TITLES = frozenset(("with", "from", "para", "pour", "avec", "over", "into"))
"""Small words that titles of works and of tables have too; others make a sentence, in which capitals tell."""
NAMES = "texts that seem to name persons"


@cache
def _rules() -> tuple[re.Pattern[str], ...]:
    """A part or a title before a name, a telling word before one, and one with something telling behind it."""
    said = sentence_rules()
    quoted = r"[\s:.,;\"“”'«»(#\d-]*"
    role = rf"\b(?i:{said['roles']})\b\.?{quoted}(?:\b(?i:{said['links']})\b{quoted}){{0,2}}(?P<name>{_NAME})"
    title = rf"(?<![\w.])(?<![^\W\d_] )(?:{said['titles']})\b\.?\s+(?P<name>{_NAME})"
    before = rf"(?<!\w)(?i:{said['before']})\s*(?P<name>{_NAME})"
    after = rf"(?P<name>{_NAME})[\s,;:–—-]*(?i:{said['after']})"
    return tuple(map(re.compile, (role, title, before, after)))


@cache
def _no_names() -> re.Pattern[str]:
    words = sorted(sentence_rules()["words"].split())
    short, long = ("|".join(word for word in words if (len(word) < _STEM) == is_short) for is_short in (True, False))
    return re.compile(rf"(?:{short})|(?:{long})\w*")


@cache
def _hints() -> re.Pattern[str]:
    """What every text that one of the rules fits has in it: looked for first, in all texts at once."""
    said = sentence_rules()
    words = "|".join(said[key] for key in ("roles", "before", "after", "titles"))
    return re.compile(rf"(?<!\w)(?:{words})", re.IGNORECASE)


def kinds_told(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Texts that tell of a person, each with what it tells; one is enough.

    Parameters
    ----------
    texts
        Different texts of cells, comments and the like.

    Yields
    ------
    tuple of (str, str)
        The text, and the kind of data in it.
    """
    long = [text for text in texts if len(text) >= _SHORTEST and not text.isalpha()]
    joined = "\n".join(long)
    rules = [rule for rule in contents() if rule.worded and rule.pattern.search(joined)]
    hinted = _hints().search(joined) is not None
    for text in long if rules or hinted else ():
        for rule in rules:
            if rule.pattern.search(text):
                yield text, rule.kind
        if hinted and names_a_person(text):
            yield text, NAMES


@lru_cache(maxsize=65_536)
def names_a_person(text: str) -> bool:
    """Whether a sentence names somebody."""
    if len(text) < _SHORTEST or not _hints().search(text):
        return False
    text = text[:20_000]
    told = len(set(re.findall(r"(?<!\S)[a-zà-öø-ÿ]{4,}", text)) - _IN_TITLES)
    running = told > 0
    role, title, before, after = _rules()
    for found in role.finditer(text):
        apart = "," in text[found.start() : found.start("name")]
        if _is_called(found["name"], running, 2) and (not apart or is_telling_name(found["name"])):
            return True
    for found in title.finditer(text) if running else ():
        if _is_called(found["name"], True, 1) and (told >= _SENTENCE or is_telling_name(found["name"])):
            return True
    if running and any(_is_known(found["name"]) for found in before.finditer(text)):
        return True
    for found in after.finditer(text):
        numbered = any(map(str.isdecimal, text[found.end("name") : found.end()]))
        if (running or numbered) and any(_is_called(name, running, 2) for name in _tails(found["name"])):
            return True
    return False


def _tails(said: str) -> Iterator[str]:
    """A name, and what is left of it without its first words: a sentence may begin with a capital too."""
    words = said.split()
    yield said
    if len(words) > 2:
        yield " ".join(words[1:])


def _is_called(said: str, running: bool, least: int) -> bool:
    """Whether words are a name: common ones, or capitalised ones in a text that is not all capitalised."""
    words = said.replace(",", " ").split()
    kept: list[str] = []
    for word in words:
        plain = letters(word).strip(".")
        if _no_names().fullmatch(plain) and plain not in particles():
            break
        kept.append(word)
    own = [word for word in kept if letters(word).strip(".") not in particles()]
    name = " ".join(kept)
    if len(own) < least or is_body(name) or is_place(name) or all(map(is_place, own)):
        return False
    count, given, family = known_words(name)
    if given + family >= max(1, count / 2) and (count >= 2 or least == 1):
        return True
    if least == 1:
        return any(len(word) > 2 for word in own) and not all(word.isupper() for word in own)
    return running and is_name(name) and any(not word.isupper() for word in own)


def _is_known(said: str) -> bool:
    """A common given or family name in something that is called like a person."""
    return _is_called(said, True, 2) and is_telling_name(said)
