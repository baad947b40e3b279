"""The words that go with figures, in English, Spanish, French and Portuguese.

All words are folded (lower case, no accents, hyphens as spaces), and English is always looked at too,
because headers and notes in English travel with workbooks of any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

LANGUAGES = ("en", "es", "fr", "pt")

_BEFORE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "over": "over|more than|in excess of|greater than|above|exceeding|>",
        "at_least": "at least|no fewer than|not fewer than|no less than|not less than|minimum|minimum of|"
        "a minimum of|≥|>=",
        "under": "under|fewer than|less than|below|<",
        "at_most": "up to|at most|no more than|not more than|maximum|maximum of|a maximum of|≤|<=",
        "about": "about|approximately|around|nearly|almost|roughly|some|approx.|approx|an estimated|estimated|circa|"
        "c.|ca.|~|≈",
    },
    "es": {
        "over": "mas de|superior a|por encima de",
        "at_least": "al menos|por lo menos|como minimo|no menos de|minimo|minimo de|un minimo de",
        "under": "menos de|inferior a|por debajo de",
        "at_most": "hasta|como maximo|no mas de|a lo sumo|maximo|maximo de|un maximo de",
        "about": "aproximadamente|alrededor de|cerca de|casi|unos|unas|aprox.|aprox|en torno a",
    },
    "fr": {
        "over": "plus de|plus d'|superieur a",
        "at_least": "au moins|pas moins de|pas moins d'|au minimum|un minimum de",
        "under": "moins de|moins d'|inferieur a",
        "at_most": "jusqu'a|au plus|pas plus de|pas plus d'|au maximum|un maximum de",
        "about": "environ|a peu pres|pres de|pres d'|presque|autour de|autour d'|quelque|approximativement|env.",
    },
    "pt": {
        "over": "mais de|mais do que|superior a|acima de",
        "at_least": "pelo menos|ao menos|no minimo|nao menos de|minimo de|um minimo de",
        "under": "menos de|menos do que|inferior a|abaixo de",
        "at_most": "ate|no maximo|nao mais de|nao mais do que|maximo de|um maximo de",
        "about": "cerca de|aproximadamente|em torno de|por volta de|quase|uns|umas|aprox.|aprox",
    },
}  # fmt: skip

_AFTER: Mapping[str, Mapping[str, str]] = {
    "en": {"at_least": "+|or more|or above", "at_most": "or fewer|or less"},
    "es": {"at_least": "o mas", "at_most": "o menos"},
    "fr": {"at_least": "ou plus", "at_most": "ou moins"},
    "pt": {"at_least": "ou mais", "at_most": "ou menos"},
}

_STATES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "not_reported": "not reported",
        "suppressed": "suppressed",
        "not_available": "not available",
        "not_applicable": "not applicable",
        "unquantified": "several|various|numerous|many|some|most|multiple|few|a few|a series of|a number of|a handful|"
        "dozens|scores|hundreds|thousands|millions|countless",
    },
    "es": {
        "not_reported": "no reportado|no reportada|no informado|no informada|no notificado|no notificada",
        "suppressed": "suprimido|suprimida",
        "not_available": "no disponible|no disponibles",
        "not_applicable": "no aplica|no aplicable|no procede",
        "unquantified": "varios|varias|numerosos|numerosas|muchos|muchas|algunos|algunas|unos|unas|unos cuantos|"
        "diversos|diversas|multiples|pocos|pocas|una serie de|decenas|docenas|cientos|miles|millones",
    },
    "fr": {
        "not_reported": "non declare|non declaree|non communique|non communiquee|non rapporte",
        "suppressed": "supprime|supprimee",
        "not_available": "non disponible|non disponibles|indisponible",
        "not_applicable": "non applicable|sans objet",
        "unquantified": "plusieurs|divers|diverses|nombreux|nombreuses|de nombreux|de nombreuses|quelques|beaucoup|"
        "certains|certaines|multiples|une serie de|un certain nombre de|dizaines|des dizaines|douzaines|"
        "centaines|des centaines|milliers|des milliers|des millions",
    },
    "pt": {
        "not_reported": "nao informado|nao informada|nao reportado|nao reportada|nao declarado|nao declarada",
        "suppressed": "suprimido|suprimida",
        "not_available": "nao disponivel|nao disponiveis|indisponivel",
        "not_applicable": "nao aplicavel|nao se aplica",
        "unquantified": "varios|varias|diversos|diversas|numerosos|numerosas|muitos|muitas|alguns|algumas|uns|umas|"
        "multiplos|multiplas|poucos|poucas|uma serie de|dezenas|duzias|centenas|milhares|milhoes",
    },
}

_RANGES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (("between ", "and"), ("from ", "to"), ("", "to")),
    "es": (("entre ", "y"), ("de ", "a"), ("", "a")),
    "fr": (("entre ", "et"), ("de ", "a"), ("", "a")),
    "pt": (("entre ", "e"), ("de ", "a"), ("", "a")),
}
"""How a range is opened and joined."""

_SCALES: Mapping[str, Mapping[str, int]] = {
    "en": {"dozen": 12, "thousand": 1000, "million": 10**6},
    "es": {"docena": 12, "docenas": 12, "mil": 1000, "millon": 10**6, "millones": 10**6},
    "fr": {"douzaine": 12, "douzaines": 12, "mille": 1000, "million": 10**6, "millions": 10**6},
    "pt": {"duzia": 12, "duzias": 12, "mil": 1000, "milhao": 10**6, "milhoes": 10**6},
}
"""Words that multiply. A billion is left out: it is 10⁹ in English and 10¹² in Spanish and French."""

_FIXED: Mapping[str, Mapping[str, int]] = {
    "en": {"zero": 0, "nil": 0, "half a dozen": 6, "a dozen": 12, "a hundred": 100, "a thousand": 1000,
           "a million": 10**6},
    "es": {"cero": 0, "media docena": 6},
    "fr": {"zero": 0, "une demi douzaine": 6},
    "pt": {"zero": 0, "meia duzia": 6},
}  # fmt: skip

ROUGH_WORDS: frozenset[str] = frozenset({"douzaine", "douzaines"})
"""Number words that mean “about” when nothing else is said."""

SHARED_SCALES: frozenset[str] = frozenset(
    {word for scales in _SCALES.values() for word in scales} | {"hundred", "cent", "cents"}
)
"""Words that, said once at the end of a range, may stand for both of its ends."""


@dataclass(frozen=True)
class _Spelling:
    """How a language spells 1 to 999; alternatives are joined by ``/``, an underscore is a space.

    ``small`` counts from 1; ``tens`` names the first of each run; ``hundreds`` are 100, 200 … alone, ``stems``
    the same before a remainder.
    """

    small: str
    tens: Mapping[int, str]
    tens_joint: str
    hundreds: str
    stems: str
    hundreds_joints: tuple[str, ...]
    et: frozenset[int] = frozenset()


def _tens(first: int, words: str) -> Mapping[int, str]:
    return dict(zip(range(first, 100, 10), words.split(), strict=True))


_EN_ONES = "one two three four five six seven eight nine"
_SPELLINGS: Mapping[str, _Spelling] = {
    "en": _Spelling(
        f"{_EN_ONES} ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
        _tens(20, "twenty thirty forty fifty sixty seventy eighty ninety"),
        " ",
        " ".join(f"{one}_hundred" for one in _EN_ONES.split()),
        "one_hundred/a_hundred " + " ".join(f"{one}_hundred" for one in _EN_ONES.split()[1:]),
        (" ", " and "),
    ),
    "es": _Spelling(
        "uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
        "diecisiete dieciocho diecinueve veinte veintiuno/veintiun/veintiuna veintidos veintitres veinticuatro "
        "veinticinco veintiseis veintisiete veintiocho veintinueve",
        _tens(30, "treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
        " y ",
        "cien doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas quinientos/quinientas "
        "seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas novecientos/novecientas",
        "ciento doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas quinientos/quinientas "
        "seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas novecientos/novecientas",
        (" ",),
    ),
    "fr": _Spelling(
        "un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix_sept "
        "dix_huit dix_neuf",
        {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre_vingt"},
        " ",
        "cent deux_cents/deux_cent trois_cents/trois_cent quatre_cents/quatre_cent cinq_cents/cinq_cent "
        "six_cents/six_cent sept_cents/sept_cent huit_cents/huit_cent neuf_cents/neuf_cent",
        "cent deux_cent trois_cent quatre_cent cinq_cent six_cent sept_cent huit_cent neuf_cent",
        (" ",),
        frozenset({21, 31, 41, 51, 61, 71}),
    ),
    "pt": _Spelling(
        "um/uma dois/duas tres quatro cinco seis sete oito nove dez onze doze treze catorze/quatorze quinze "
        "dezesseis/dezasseis dezessete/dezassete dezoito dezenove/dezanove",
        _tens(20, "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"),
        " e ",
        "cem duzentos/duzentas trezentos/trezentas quatrocentos/quatrocentas quinhentos/quinhentas "
        "seiscentos/seiscentas setecentos/setecentas oitocentos/oitocentas novecentos/novecentas",
        "cento duzentos/duzentas trezentos/trezentas quatrocentos/quatrocentas quinhentos/quinhentas "
        "seiscentos/seiscentas setecentos/setecentas oitocentos/oitocentas novecentos/novecentas",
        (" e ",),
    ),
}  # fmt: skip


def _spelled(spelling: _Spelling) -> Iterator[tuple[str, int]]:
    """Every accepted spelling of 1 to 999 with its number."""

    def alternatives(words: str) -> list[list[str]]:
        return [word.replace("_", " ").split("/") for word in words.split()]

    below_hundred = list(enumerate(alternatives(spelling.small), start=1))
    small = dict(below_hundred)
    runs = [*spelling.tens, 100]
    for ten, following in pairwise(runs):
        stem = spelling.tens[ten].replace("_", " ")
        below_hundred.append((ten, [stem, f"{stem}s"] if ten == 80 else [stem]))
        for rest in range(1, following - ten):
            joint = " et " if ten + rest in spelling.et else spelling.tens_joint
            below_hundred.append((ten + rest, [f"{stem}{joint}{word}" for word in small[rest]]))
    for number, words in below_hundred:
        yield from ((word, number) for word in words)
    stems = alternatives(spelling.stems)
    for place, words in enumerate(alternatives(spelling.hundreds)):
        hundred = 100 * (place + 1)
        yield from ((word, hundred) for word in words)
        for stem in stems[place]:
            for rest, endings in below_hundred:
                for joint in spelling.hundreds_joints:
                    yield from ((f"{stem}{joint}{ending}", hundred + rest) for ending in endings)


@cache
def _below_thousand(language: str) -> Mapping[str, int]:
    return dict(_spelled(_SPELLINGS[language]))


def _read_words(words: str, language: str) -> int | None:
    """Read a spelled number of one language, like ``two million three hundred thousand``."""
    fixed = _FIXED[language].get(words)
    if fixed is not None:
        return fixed
    plain = _below_thousand(language).get(words)
    if plain is not None:
        return plain
    tokens = words.split(" ")
    for scale in (10**6, 1000, 12):
        at = [i for i, token in enumerate(tokens) if _SCALES[language].get(token) == scale]
        if len(at) != 1:
            continue
        head, tail = " ".join(tokens[: at[0]]), " ".join(tokens[at[0] + 1 :])
        if head == "" and tokens[at[0]] in ("mil", "mille"):
            times: int | None = 1
        elif language == "en" and head == "a":
            times = 1
        else:
            times = _below_thousand(language).get(head)
        if times is None or (tail and scale == 12):
            return None
        rest = _read_words(re.sub(r"^(and|y|e|et) ", "", tail), language) if tail else 0
        return times * scale + rest if rest is not None and (tail == "" or 0 < rest < scale) else None
    return None


def _spoken(language: str) -> tuple[str, ...]:
    return ("en",) if language == "en" or language not in LANGUAGES else (language, "en")


def number_word(text: str, language: str) -> int | None:
    """Read a folded text that is wholly a number in words; None when it is not."""
    words = " ".join(re.sub(r"(?<=\w)-(?=\w)", " ", text).split())
    for spoken in _spoken(language):
        number = _read_words(words, spoken)
        if number is not None:
            return number
    return None


@cache
def scales(language: str) -> Mapping[str, int]:
    """Words that multiply the number before them."""
    return {word: scale for spoken in _spoken(language) for word, scale in _SCALES[spoken].items()}


@cache
def state_words(language: str) -> Mapping[str, str]:
    """Phrase → qualifier of a figure without a number."""
    return {
        phrase: state
        for spoken in _spoken(language)
        for state, phrases in _STATES[spoken].items()
        for phrase in phrases.split("|")
    }


@cache
def words_before(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of what may stand before a number, longest first, and the qualifier each sets."""
    return _patterns(_BEFORE, language, "{words}{edge}\\s*(.+)")


@cache
def words_after(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of what may stand after a number, longest first, and the qualifier each sets."""
    return _patterns(_AFTER, language, "(.+?)\\s*{words}")


def _patterns(
    table: Mapping[str, Mapping[str, str]], language: str, form: str
) -> tuple[tuple[re.Pattern[str], str], ...]:
    phrases = {
        phrase: qualifier
        for spoken in _spoken(language)
        for qualifier, phrases in table[spoken].items()
        for phrase in phrases.split("|")
    }
    found = []
    for phrase in sorted(phrases, key=len, reverse=True):
        words = "\\s+".join(map(re.escape, phrase.split(" ")))
        edge = "(?!\\w)" if phrase[-1].isalpha() else ""
        found.append((re.compile(form.format(words=words, edge=edge), re.DOTALL), phrases[phrase]))
    return tuple(found)


def range_words(language: str) -> tuple[tuple[str, str], ...]:
    """What opens and what joins a range, those with an opening first."""
    found = [pair for spoken in _spoken(language) for pair in _RANGES[spoken]]
    return tuple(sorted(found, key=lambda pair: pair[0] == ""))
