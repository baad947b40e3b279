"""How words are compared, and what a comparison may say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

_SINGLE, _DOUBLE = "\u2018\u2019\u201a\u201b\u2032\u00b4`", "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
_DASHES, _UNSEEN = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "\u00ad\u200b\u200c\u200d\ufeff"
_PLAIN = str.maketrans(_SINGLE + _DOUBLE + _DASHES, "'" * 7 + '"' * 7 + "-" * 7, _UNSEEN)
_EDGES = " .,;:!?*'\"-_/\\|·•†‡"
_ARTICLE = re.compile(r"^the |[,( ]+the\)?$")
CUTOFF = 75


@dataclass(frozen=True)
class Match:
    """What the vocabulary makes of a text.

    Attributes
    ----------
    code
        The code, only where it is certain.
    candidates
        The codes it may be, where the text alone does not decide.
    suggestion
        The nearest known word and its code, like ``Philippines (PHL)``; never applied.
    """

    code: str | None
    candidates: tuple[str, ...] = ()
    suggestion: str | None = None


@lru_cache(maxsize=65536)
def normalise(text: str) -> str:
    """Bring a printed word to the form in which words are compared.

    Compatibility forms, case, accents, curly quotes and kinds of dash are levelled, ``&`` is read as ``and``,
    runs of space (no-break spaces too) become one, and punctuation at the edges goes, unless nothing else is
    there. Applying it twice changes nothing.
    """
    # Marks are levelled on both sides of NFKC: it turns a spacing acute into a space, and makes new marks itself.
    text = unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN).replace("&", " and ").casefold()
    decomposed = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    text = " ".join(text.translate(_PLAIN).split())
    return text.strip(_EDGES) or text


@lru_cache(maxsize=65536)
def key(text: str) -> str:
    """Normalise further, for words of the vocabulary: hyphens are spaces, apostrophes and a bare article go."""
    plain = normalise(text)
    return _ARTICLE.sub("", " ".join(plain.replace("-", " ").replace("'", "").split())) or plain


def suggest(text: str, choices: Iterable[str]) -> str | None:
    """Name the choice that is nearest to a text; only ever a suggestion.

    Returns
    -------
    str or None
        One of ``choices``, or None where none is near (similarity below 75 of 100).
    """
    found = process.extractOne(text, list(choices), processor=normalise, scorer=fuzz.ratio, score_cutoff=CUTOFF)
    return found[0] if found else None
