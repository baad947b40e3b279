"""What holds for a whole workbook: language, how numbers are written, what signs mean, which edition it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.drafting.confidence import confidence, kind_of
from opdat_analytics.drafting.sheet_tables import Table
from opdat_analytics.ingest.grid import Grid


@dataclass(frozen=True)
class Choice:
    """One thing that a draft decides.

    Attributes
    ----------
    what
        The key of ``source.toml`` or the place on the sheet.
    value
        What was chosen; ``""`` where nothing was, and the person has to say.
    evidence
        Between 0 and 1: what the rules score.
    reason
        In plain words.
    """

    what: str
    value: str
    evidence: float
    reason: str

    @property
    def confidence(self) -> float:
        """How often a choice of this sort was right, between 0 and 1; of what a person has to say, its score."""
        return confidence(kind_of(self.what, self.value), self.evidence) if self.value else self.evidence


_STOPWORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and by for to in with not number year country persons cases sex age from all other per table "
        "indicator value male female location district department municipality month quarter count amount name",
        "es": "el la los las de del y en por para con no número año país personas casos sexo edad fuente según "
        "víctimas mujeres hombres delito departamento sentencias condenas cuadro tabla indicador valor resultados",
        "fr": "le la les des du et en par pour avec nombre année pays personnes cas sexe âge selon victimes "
        "femmes hommes condamnations enquêtes poursuites tableau indicateur valeur résultats trafic traite",
        "pt": "o a os as do da dos das de e em por para com não número ano país pessoas casos sexo idade fonte segundo "
        "vítimas mulheres homens condenações quadro tabela indicador valor resultados",
    }.items()
}
_SMALL = "of the and el la los las de del y en o a os as do da dos das e le les du des et"
_JOINING = frozenset(_SMALL.split())
"""Small words that stand in names too."""
_OF_THE_FIELD = 3
"""Small words that a heading of this field counts for, such as “Arrestations”."""
_MOST_HEADINGS = 400
_LONGEST_NAME = 60


def is_name(text: str) -> bool:
    """Whether a text looks like a name of several words: capitals but for what joins them, and no word of the field."""
    words = re.findall(r"[^\W\d_]+", text)
    joining = [word for word in words if word.lower() in _JOINING]
    others = [word for word in words if word.lower() not in _JOINING]
    if not joining or not others or len(text) >= _LONGEST_NAME or not all(word[0].isupper() for word in others):
        return False
    field = any(word.lower() in known for word in others for known in _STOPWORDS.values())
    return not field and not any(vocab.resolve_measure(text, language).code for language in _STOPWORDS)


def language_of(texts: Iterable[str]) -> Choice:
    """The language of headings and titles, by their commonest small words and the measures that they name.

    English where nothing tells. Names, as of places, count only where no other text tells anything: “San Juan del Sur”
    stands in returns of any language.
    """
    counts: Counter[str] = Counter()
    of_names: Counter[str] = Counter()
    said = list(texts)
    for text in said:
        counted = of_names if is_name(text) else counts
        for word in re.findall(r"[^\W\d_]+", text.lower()):
            for language, words in _STOPWORDS.items():
                counted[language] += word in words
    for text in list(dict.fromkeys(text.strip() for text in said if len(text) < 40))[:_MOST_HEADINGS]:
        for language in _STOPWORDS:
            if re.search(r"[^\W\d_]{4}", text) and vocab.resolve_measure(text, language).code:
                counts[language] += _OF_THE_FIELD
    ranked = (counts if counts.total() else of_names).most_common(2)
    if not ranked or ranked[0][1] == 0:
        return Choice("language", "en", 0.5, "no word tells the language; English is the default")
    best, times = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0
    if not counts.total():
        return Choice("language", best, 0.5, f"only names tell, and they are {_SPOKEN[best]}")
    if times == second:
        return Choice(
            "language", "en", 0.5, f"{_SPOKEN[ranked[0][0]]} and {_SPOKEN[ranked[1][0]]} words are equally common"
        )
    return Choice(
        "language", best, min(0.99, 0.5 + 0.5 * (times - second) / times), f"most of its words are {_SPOKEN[best]}"
    )


_SPOKEN: Mapping[str, str] = {"en": "English", "es": "Spanish", "fr": "French", "pt": "Portuguese"}


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


_PLAIN = str.maketrans("\u00a0\u202f’", "  '")
_NOTATIONS: Mapping[str, re.Pattern[str]] = {
    "1,234.5": re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"),
    "1.234,5": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?"),
    "1 234,5": re.compile(r"\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:,\d+)?"),
    "1 234.5": re.compile(r"\d{1,3}(?: \d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"),
    "1'234.5": re.compile(r"\d{1,3}(?:'\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"),
}


_USUAL_MARK: Mapping[str, str] = {"en": ",", "es": ".", "pt": ".", "fr": " "}


def numbers_of(texts: Iterable[str], language: str = "") -> Choice:
    """How numbers stored as text are written, where the evidence leaves one notation.

    A mark with three digits after it says nothing alone, but where it stands before three digits in every number of a
    thousand or more and never in a smaller one, it marks thousands. Two such numbers are enough where smaller ones are
    whole and the mark is the usual one of the language.
    """
    marked = set()
    plain_long = plain_short = 0
    for text in set(texts):
        bare = re.sub(r"[^\d.,' \u00a0\u202f’]", "", text).strip().translate(_PLAIN)
        if re.search(r"\d[.,' ]\d", bare):
            marked.add(bare)
        elif re.fullmatch(r"\d{4,}", bare):
            plain_long += 1
        elif bare.isdecimal():
            plain_short += 1
    if not marked:
        return Choice("numbers", "", 1.0, "no number needs it: all are typed numbers or plain digits")
    fits = [name for name, form in _NOTATIONS.items() if all(form.fullmatch(text) for text in marked)]
    sample = sorted(marked)[0]
    if len(fits) == 1:
        return Choice(
            "numbers", fits[0], 0.97, f"“{sample}” and {len(marked) - 1} more can all be read so and no other way"
        )
    by_thousands = [name for name in fits if _thousands_mark(name) in "".join(marked)]
    zeros = any(re.match(r"0[.,]", text) for text in marked)
    whole = all(re.fullmatch(r"\d{1,3}(?:[.,' ]\d{3})+", text) for text in marked)
    names = {_thousands_mark(name) for name in by_thousands}
    usual = plain_short > 0 and names == {_USUAL_MARK.get(language, "")}
    if whole and not zeros and len(names) == 1 and len(marked) >= 3 - usual and plain_long == 0:
        return Choice(
            "numbers",
            by_thousands[0],
            0.85,
            f"all {len(marked)} numbers with a mark have three digits after it, like “{sample}”",
        )
    return Choice("numbers", "", 0.3, f"“{sample}” could be read two ways; say which, or it stays held")


def _thousands_mark(notation: str) -> str:
    return notation[1]


_LEGENDS: Sequence[tuple[str, str]] = (
    (r"not applicable|no aplica(?:ble)?|sans objet|não se aplica", "not_applicable"),
    (
        r"not available|no disponible|non disponible|não disponível|no data|sin datos|missing"
        r"|unavailable|data not", "not_available"),
    (r"suppress|confidential|disclos|withheld|too small|unreliable|confidencial", "suppressed"),
    (r"not reported|no reportado|non communiqué|not recorded", "not_reported"),
    (r"nil|zero|none|cero|néant", "zero"),
)  # fmt: skip
_USUAL: Mapping[str, str] = {
    "..": "not_available", "...": "not_available", ":": "not_available", "n.d.": "not_available",
    "s/d": "not_available", "n/a": "not_available", "na": "not_available", "n.a.": "not_available",
    "n.d": "not_available", "s.d.": "not_available",
}  # fmt: skip


def symbols_of(signs: Mapping[str, int], notes: Iterable[str]) -> tuple[dict[str, str | list[int]], list[Choice]]:
    """What the signs among the figures mean: by the workbook's own legend, else by common use; a dash is never guessed.

    Returns
    -------
    dict, list of Choice
        Sign → qualifier code, or [0, 0] for a zero.
    """
    legend: dict[str, str] = {}
    for note in notes:
        for sign in signs:
            found = re.search(
                rf"(?:^|[\s\[(“\"']){re.escape(sign)}[\]”\"')]?\s*(?:[=:–-]|means|denotes|indicates"
                rf"|represents|significa)?\s*(\w.{{2,80}})",
                note,
            )
            if found:
                code = next(
                    (c for words, c in _LEGENDS if re.search(rf"^\W*(?:\w+ ){{0,4}}?(?:{words})", found[1], re.I)), None
                )
                if code:
                    legend.setdefault(sign, code)
    out: dict[str, str | list[int]] = {}
    choices = []
    for sign, times in sorted(signs.items(), key=lambda item: -item[1]):
        code = legend.get(sign) or _USUAL.get(sign.lower())
        if code:
            out[sign] = [0, 0] if code == "zero" else code
            why = "the workbook says so" if sign in legend else "its common meaning in statistics"
            choices.append(
                Choice(
                    f'symbols."{sign}"',
                    str(out[sign]),
                    0.95 if sign in legend else 0.7,
                    f"stands {_times(times)}; {why}",
                )
            )
        else:
            choices.append(
                Choice(
                    f'symbols."{sign}"',
                    "",
                    0.2,
                    f"stands {_times(times)} and nothing says what it means; its cells stay held",
                )
            )
    return out, choices


_DATE = re.compile(r"((?:19|20)\d\d[-_.](?:0[1-9]|1[0-2])(?:[-_.](?:0[1-9]|[12]\d|3[01]))?)(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def edition_of(stem: str) -> tuple[str | None, Choice]:
    """The pattern that finds the edition in a file's name, where it holds one date or one year."""
    dates, years = _DATE.findall(stem), _YEAR.findall(stem)
    if len(dates) == 1:
        parts = len(re.split(r"[-_.]", dates[0]))
        mark = r"[-_.]\d{2}"
        return rf"(\d{{4}}{mark * (parts - 1)})", Choice(
            "edition", dates[0], 0.9, f"the file's name holds the date {dates[0]}"
        )
    if len(set(years)) == 1:
        return r"(?<!\d)((?:19|20)\d{2})(?!\d)", Choice(
            "edition", years[0], 0.75, f"the file's name holds the year {years[0]}"
        )
    return None, Choice("edition", "", 0.4, "the file's name holds no single date or year")


def signs_among(grid: Grid, table: Table) -> Counter[str]:
    """Signs that stand for no figure among the figures of a table, and how often."""
    if not table.values:
        return Counter()
    block = grid.text[np.ix_(np.array(table.rows), np.array(table.values))]
    texts = Counter(" ".join(str(t).split()) for t in block.ravel() if str(t).strip())
    return Counter({t: n for t, n in texts.items() if not re.search(r"\d", t) and 0 < len(t) <= 6 and t != "=…"})


def figure_texts(grid: Grid, table: Table) -> set[str]:
    """Figures of a table that are stored as text."""
    at = np.ix_(np.array(table.rows), np.array(table.values, dtype=int))
    block, typed = grid.text[at], grid.typed[at]
    return {str(t).strip() for t in block[~typed] if re.search(r"\d", str(t))}


def slug(text: str) -> str:
    """A heading as a short name for ``breakdown:name``."""
    return "_".join(re.findall(r"[a-z0-9]+", vocab.normalise(text)))[:30] or "group"
