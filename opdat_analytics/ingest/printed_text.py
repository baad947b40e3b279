"""A cell's text as printed: brought to one form, freed of footnote markers, split into its parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from opdat_analytics.model import SERIES, DeclarationError


@dataclass(frozen=True)
class Problem:
    """Why a text could not be read: a code, what was found and what is allowed, what to do next."""

    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True)
class PartPattern:
    """A pattern like ``{total} ({form:labour})``: its text, the parts it names, and how it is matched."""

    text: str
    names: tuple[str, ...]
    regex: re.Pattern[str]


_LONGEST = 200
_DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
_TO_ASCII = str.maketrans("".join(_DIGITS[1:]), _DIGITS[0] * 2)
MARKS = str.maketrans({"−": "-", "‐": "-", "‑": "-", "‒": "–", "—": "–", "’": "'", "ʼ": "'"})
_MARKER = re.compile(r"\s*(?:[*†‡§¶#⁰¹²³⁴-⁹ᵃ-ᶻª]|\[(?:[A-Za-z]{1,3}|[*†‡§¶#]+)\])\Z")


_UNBROKEN = re.compile(
    "(?<![\\d.,'])[1-9]\\d{0,2}(?:[\u00a0\u2007\u2009\u202f]\\d{3})+(?![\\d\u00a0\u2007\u2009\u202f])"
)


def closed_up(text: str) -> str:
    """A text without the spaces that cannot break within its numbers: two numbers are parted by one that can."""
    return _UNBROKEN.sub(lambda number: "".join(number[0].split()), text)


def readable(text: str) -> str | Problem:
    """Bring a printed text to one form: compatible characters, ASCII digits and signs, lower case, no accents.

    A character that could change a number when simplified (a raised or circled digit, a fraction, digits of
    two scripts, a hidden character) is a Problem, never dropped.
    """
    shown = trimmed(text)
    if len(shown) > _LONGEST:
        return Problem("unread_words", f"A text of {len(shown)} characters is too long to be one value.")
    if shown.isprintable() and shown.replace("–", "").isascii():
        return shown.lower()
    odd = [c for c in shown if unicodedata.decomposition(c).startswith(("<super>", "<sub>", "<fraction>", "<circle>"))]
    odd += [c for c in shown if unicodedata.category(c) in ("No", "Nl")]
    plain = unicodedata.normalize("NFKC", shown).translate(MARKS)
    decimals = [c for c in plain if c.isdecimal()]
    odd += [c for c in decimals if not any(c in script for script in _DIGITS)]
    odd += [c for c in plain if unicodedata.category(c)[0] == "C" and c not in "\t\n\r"]
    odd += re.findall(r"(?<![^\W\d_])[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f]", unicodedata.normalize("NFD", plain))
    if odd:
        names = sorted({unicodedata.name(c, f"U+{ord(c):04X}").lower() for c in odd})
        return Problem(
            "unusual_characters",
            f"“{shown}” has characters that must not be taken as part of a number: {', '.join(names)}.",
            "Write the number in plain digits; a raised footnote sign belongs in a note.",
        )
    if sum(any(c in script for c in decimals) for script in _DIGITS) > 1:
        return Problem("unusual_characters", f"“{shown}” mixes digits of two scripts.", "Write it in one script.")
    folded = unicodedata.normalize("NFD", plain.translate(_TO_ASCII).lower())
    return unicodedata.normalize("NFC", re.sub(r"([^\W\d_])[\u0300-\u036f]+", r"\1", folded)).strip()


def strip_marker(text: str) -> tuple[str, str | None]:
    """Take footnote markers off the end of a printed text: ``964*`` → ``("964", "*")``.

    Markers are ``* † ‡ § ¶ #``, raised digits and letters, and letters in square brackets. Plain digits and
    what stands in parentheses are never taken, and nothing is when nothing else would be left.
    """
    whole = text.rstrip()
    rest = whole
    while (match := _MARKER.search(rest)) is not None:
        rest = rest[: match.start()]
    if not rest.strip() or rest == whole:
        return text, None
    return rest, whole[len(rest) :].strip()


def compile_part(pattern: str) -> PartPattern:
    """Read a pattern of ``parts``, like ``{total} ({form:labour})``.

    Raises
    ------
    DeclarationError
        If braces do not pair, a name is neither ``total`` nor ``column:code`` with a dimension column, a name
        stands twice, there is none, or two stand with nothing between them that tells where one ends.
    """
    pieces = re.split(r"\{([^{}]*)\}", pattern)
    literals, names = pieces[::2], tuple(name.strip() for name in pieces[1::2])
    problems = []
    if any(brace in literal for literal in literals for brace in "{}"):
        problems.append("its braces do not pair")
    if not names:
        problems.append("it names no part")
    for name in names:
        column, _, code = name.partition(":")
        if name != "total" and not (column in SERIES and code.strip()):
            problems.append(f"“{name}” is neither total nor column:code with a dimension column")
    if len(set(names)) < len(names):
        problems.append("a part is named twice")
    if any(not literal.strip() for literal in literals[1:-1]):
        problems.append("nothing between two parts tells where one ends")
    if problems:
        raise DeclarationError([f"parts: “{pattern}”: {problem}." for problem in problems])
    form = _literal(literals[0])
    for literal in literals[1:]:
        form += rf"\s*(\S.*?)\s*{_literal(literal)}"
    return PartPattern(pattern, names, re.compile(rf"\s*{form}\s*", re.DOTALL))


def _literal(text: str) -> str:
    """A pattern for fixed text in which white space is free, but words stay apart."""
    form = ""
    for token in re.findall(r"\w+|[^\w\s]", text):
        apart = r"\s+" if re.search(r"\w\Z", form) and re.match(r"\w", token) else r"\s*"
        form += (apart if form else "") + re.escape(token)
    return form


def split_parts(text: str, patterns: Sequence[PartPattern]) -> list[tuple[str, str]] | None:
    """Split a cell like ``5,682 (490)`` by the first pattern that fits the whole of it.

    Returns
    -------
    list of (part, text), or None
        In the order of the pattern; None when no pattern fits. A lone letter is a footnote, never a part.
    """
    if len(text) > _LONGEST:
        return None
    for pattern in patterns:
        match = pattern.regex.fullmatch(text)
        if match is not None and not any(len(part) == 1 and part.isalpha() for part in match.groups()):
            return list(zip(pattern.names, match.groups(), strict=True))
    return None


def trimmed(text: str) -> str:
    """A text without white space and invisible marks at both ends."""
    start, end = 0, len(text)
    while start < end and _invisible(text[start]):
        start += 1
    while end > start and _invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def _invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"
