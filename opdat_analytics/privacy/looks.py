"""What a single text looks like: a name, initials, a date, a number of identity, an address, a number of a case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise

from opdat_analytics.privacy.rules import (
    bodies,
    contents,
    family_names,
    given_names,
    letters,
    nationalities,
    particles,
    plain,
    sexes,
)
from opdat_analytics.vocab import is_place

_WORD = r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*\.?,?"
_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{1,6}}")
_ONE_NAME = re.compile(r"[^\W\d_][^\W\d_'’ -]*(?:['’ -][^\W\d_]+){0,4}\.?")
_INITIALS = re.compile(r"(?:[^\W\d_]\.? ?-?){1,4}[^\W\d_]\.?")
_DATE = re.compile(
    r"\d{1,4}[./ -]\w{1,9}\.?[./ -]\d{1,4}(?:[ T][\d:.]+)?|(?:1[5-9]|[2-4]\d)\d{3}|\d{1,2} de \w+ (?:de|del) \d{4}"
    r"|\w{3,9}\.? \d{1,2},? \d{4}|(?:19|20)\d{6}"
)
_PARTS_OF_DATE = re.compile(r"(\d{1,4})[./ -](\w{1,9})\.?[./ -](\d{1,4})(?:[ T][\d:.]+)?")
_CASE = re.compile(r"(?=.*\d)(?=.*[A-Za-z/-])[\w.:/\\ -]{3,40}|\d{4,}")
_CAPTION = re.compile(r"\w(?:\.|, [^\W\d_]+)? (?:v\.?|vs\.?|c/|contra|contre|s/) ?\w|, [^\W\d_].* y otr[oa]s? ")
_PHONE = re.compile(r"(?=.{7,40}$)[+(]?\d[\d\s().,/+-]*(?: ?(?:ext|x|y|o|ou|or|/)\W{0,2}[\d\s().-]+)?", re.I)
_TURNED = re.compile(rf"{_WORD}(?: {_WORD}){{0,2}}, {_WORD}(?: {_WORD})?")
_AGE = re.compile(r"(?:\d|[1-9]\d)(?: ?(?:a|años|anos|ans|yrs|years|years old|y|yo))?\.?", re.I)
_COMMON = 0.5
_NUMBERED = re.compile(r"^\(?\d{1,3}[.)°º]?[ \t)-]+(?=[^\W\d_])")
_CALLED_TOO = re.compile(
    r"[“\"«'‘(]\s*(?:alias |a\.?k\.?a\.? |apodo |dit |dite |vulgo )?[^\W\d_][^“”\"«»'’()\d]{0,24}[”\"»'’)]",
    re.IGNORECASE,
)
_PART = re.compile(r"[;\n/•|·]+|,(?! (?:Jr|Sr)\b)|\s(?:and|y|et|e|&)\s")
_SAINTS = frozenset(
    ("san", "santa", "santo", "sao", "saint", "sainte", "st", "ste", "nuestra", "notre", "nossa", "villa", "puerto",
     "ciudad", "nueva", "nuevo")
)  # fmt: skip
"""Places begin so, and go on like the names of persons."""


def is_body(text: str) -> bool:
    """Whether a text seems to name a body or a place and not a person."""
    said = letters(text)
    return bool(bodies().search(said)) or said.partition(" ")[0].strip(".") in _SAINTS


def unadorned(text: str) -> str:
    """A name without the number before it and without nicknames in quotes or brackets."""
    return " ".join(_CALLED_TOO.sub(" ", _NUMBERED.sub("", text.strip())).split())


@lru_cache(maxsize=65_536)
def known_words(text: str) -> tuple[int, int, int]:
    """How many words of a text there are, how many are common given names, and how many common family names."""
    words = [word for word in re.findall(r"[^\W\d_]+", letters(text)) if word not in particles()]
    given = sum(word in given_names() for word in words)
    return len(words), given, sum(word in family_names() for word in words)


@lru_cache(maxsize=65_536)
def is_name(text: str) -> bool:
    """Two to six words that may be a name: capitalised ones that name neither a place nor a body, or common names."""
    text = unadorned(text)
    if len(text) > 60 or not _NAME.fullmatch(text) or is_body(text):
        return False
    words = [word.strip(".,") for word in text.split()]
    own = [word for word in words if letters(word) not in particles()]
    if not 2 <= len(own) <= 6 or is_place(text):
        return False
    if all(word[:1].isupper() for word in own):
        return True
    count, given, family = known_words(text)
    return given + family >= _COMMON * count


def is_common_name(text: str) -> bool:
    """A name with a common given name in it, or two common family names."""
    _, given, family = known_words(text)
    return is_name(text) and (given >= 1 or family >= 2)


def is_telling_name(text: str) -> bool:
    """A name with a common given or family name in it, or one written like PAYNE, Joan."""
    _, given, family = known_words(text)
    return given + family >= 1 or (bool(_TURNED.fullmatch(text)) and text.partition(",")[0].isupper())


@lru_cache(maxsize=65_536)
def is_person_in_a_cell(text: str) -> bool:
    """A name beside an age, a sex or a nationality in one text."""
    parts = [part.strip() for part in re.split(r",(?!\d{3}\b)|[;|()/–—\n]+|\s-\s", text) if part.strip()]
    if not 2 <= len(parts) <= 8 or len(text) > 120:
        return False
    named = is_name(parts[0]) or (_is_one_name(parts[0]) and is_name(f"{parts[0]} {parts[1]}"))
    rest = parts[1:]
    return named and any(_AGE.fullmatch(part) or plain(part) in sexes() for part in rest)


@lru_cache(maxsize=65_536)
def lists_names(text: str) -> bool:
    """Nothing but names in one text, three or more, set apart by points, lines or small words; half of them common."""
    parts = [unadorned(part) for part in _PART.split(text) if part.strip()]
    if len(parts) < 3 or len(text) > 4_000 or not all(map(is_name, parts)):
        return False
    return sum(map(is_common_name, parts)) * 2 >= len(parts)


@lru_cache(maxsize=65_536)
def is_known_name(text: str) -> bool:
    """One or two words that are all common names and name no place."""
    count, given, family = known_words(text)
    both = count and len(text) <= 40 and not any(letter.isdigit() for letter in text)
    return bool(both) and given + family >= count and count <= 3 and not is_place(text)


def _is_one_name(text: str) -> bool:
    fits = bool(_ONE_NAME.fullmatch(text)) or bool(_NAME.fullmatch(text))
    if not fits or len(text) > 60 or is_body(text):
        return False
    count, given, family = known_words(text)
    own = [word for word in text.split() if letters(word.strip(".,")) not in particles()]
    return all(word[:1].isupper() for word in own) or given + family >= _COMMON * count


def _is_initials(text: str) -> bool:
    return bool(_INITIALS.fullmatch(text)) and len(text) <= 12 and (text.isupper() or "." in text)


def _has_digits(least: int) -> Callable[[str], bool]:
    return lambda text: sum(c.isdigit() for c in text) >= least and len(text) <= 40


def _is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text)) and 7 <= sum(map(str.isdecimal, text)) <= 22


def _is_caption(text: str) -> bool:
    """The name of a case: somebody against somebody, or somebody and what for."""
    return len(text) <= 120 and _CAPTION.search(text) is not None


def is_day(text: str) -> bool:
    """A date to the day, as printed or as a spreadsheet's own number."""
    if not _DATE.fullmatch(text.strip()):
        return False
    parts = _PARTS_OF_DATE.fullmatch(text.strip())
    if parts is None:
        return True
    first, middle, last = parts.groups()
    months = not middle.isdecimal() or int(middle) <= 31
    day, year = (last, first) if len(first) == 4 else (first, last)
    return months and int(day) <= 31 and len(day) <= 2 and (len(year) == 2 or 1880 <= int(year) <= 2100)


def _is_address(text: str) -> bool:
    return any(c.isdigit() for c in text) and sum(c.isalpha() for c in text) >= 4


def _is_case(text: str) -> bool:
    return bool(_CASE.fullmatch(text)) and not is_day(text)


@lru_cache(maxsize=65_536)
def is_nationality(text: str) -> bool:
    """A place, or a word that begins like a nationality."""
    said = letters(text.strip())
    return bool(said) and (bool(nationalities().match(said)) or is_place(text))


def _is_email(text: str) -> bool:
    return any(rule.pattern.search(text) for rule in contents() if rule.kind == "e-mail addresses")


@lru_cache(maxsize=65_536)
def names_in(text: str) -> int:
    """How many common given names stand beside a common family name in a text that holds a digit too."""
    if len(text) < 7 or not any(map(str.isdecimal, text)):
        return 0
    words = [word for word in re.findall(r"[^\W\d_]+", text) if letters(word) not in particles()]
    words_in_order = [letters(word) if word[:1].isupper() else "" for word in words]
    given, family = given_names(), family_names()
    return sum(
        (a in given and b in family) or (a in family and b in given and a not in given)
        for a, b in pairwise(words_in_order)
    )


@lru_cache(maxsize=65_536)
def may_name(text: str) -> bool:
    """Whether any of the looks by which contents alone tell a name fits."""
    text = text.strip()
    if not any(map(str.isalpha, text)):
        return False
    return is_name(text) or is_known_name(text) or names_in(text) > 0 or is_person_in_a_cell(text) or lists_names(text)


LOOKS: Mapping[str, Callable[[str], bool]] = {
    "name": is_name, "telling_name": is_common_name, "one_name": _is_one_name, "initials": _is_initials,
    "digits5": _has_digits(5), "phone": _is_phone, "date": is_day, "email": _is_email, "address": _is_address,
    "case": _is_case, "caption": _is_caption,
}  # fmt: skip
"""What the rules of headers call it → whether a text looks so."""
