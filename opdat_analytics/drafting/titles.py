"""What a title, a sheet's name or a file's name says of all figures of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opdat_analytics import vocab
from opdat_analytics.ingest.periods import Period, parse_period

Codes = Mapping[str, str]
_SHORTEST_YEAR = 364
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_EDGES = "()[].,;:–—- "
_JOINING = r"\b(?:of|through|thru|to|till|until|up|from|since|a|al|hasta|desde|à|au|jusqu\S*|depuis|até|ao|desde)\b"
"""Words that make what follows the end of something, or its beginning."""
_MADE = re.compile(
    r"\b(?:updated?|published|publication|downloaded|printed|generated|accessed|retrieved|prepared|submitted|sent on"
    r"|actualiza\w+|publicad\w+|publicaci[oó]n|descargad\w+|impres[oa]|consultad\w+|elaborad\w+|enviad\w+"
    r"|mis(?:e)? [aà] jour|publi[eé]e?s?|t[eé]l[eé]charg\w+|imprim\w+|consult[eé]e?s?|[eé]tabli\w*"
    r"|atualiza\w+|publica[cç][aã]o|acessad\w+|gerad[oa]|emitid[oa])\b",
    re.I,
)
"""Words beside the day on which a sheet was made, which says nothing of its figures."""
_MONTH = (
    "january|february|april|june|july|august|september|october|november|december|enero|febrero|abril|junio|julio|agosto"
    "|septiembre|octubre|noviembre|diciembre|janvier|février|avril|juin|juillet|août|septembre|octobre|novembre"
    "|décembre|janeiro|fevereiro|junho|julho|setembro|outubro|novembro|dezembro|semestre|trimestre|quarter|as of|until"
)
"""Words for parts of a year that are no other words too, as *may* and *mars* are."""
_EXCEPT = re.compile(
    r"\b(?:other\b.{0,30}\bthan|except(?:ing)?|excluding|excludes?|not including|without"
    r"|distint[oa]s? (?:de|a)|excepto|salvo|excluid[oa]s?|excluyendo|sin (?:incluir|contar)"
    r"|autres? que|sauf|hors|except[ée]e?s?|exceto|excluind?o|sem (?:incluir|contar))\b",
    re.I,
)
"""Words by which a title names an offence to leave it out."""
_UNREAD = re.compile(
    rf"\b(?:{_MONTH})\b.{{0,40}}?(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d).{{0,40}}?\b(?:{_MONTH})\b", re.I
)


@dataclass(frozen=True)
class Around:
    """What the title, the sheet's name and the file's name say of all figures of a table: role → code, and why."""

    codes: Codes
    reasons: Mapping[str, str]


def around(texts: Sequence[str], language: str, where: str) -> Around:
    """What holds for a whole table by the words around it, each only where one thing alone is said.

    Parameters
    ----------
    texts
        Titles, the sheet's name, the file's name: the nearest to the table first.
    language
        Of the workbook.
    where
        How to call them in reasons.
    """
    codes: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for text in texts:
        tokens = [t for t in re.split(r"[\s_,;:()\[\]/|.]+|(?<=\w)[–—-](?=\w)|\s[–—-]\s", text[:400]) if t]
        pieces = {" ".join(tokens[a:b]) for a in range(len(tokens)) for b in range(a + 1, min(a + 5, len(tokens)) + 1)}
        said: dict[str, set[str]] = {}
        for piece in pieces:
            for role, code in _said(piece, language).items():
                said.setdefault(role, set()).add(code)
        if (time := _part_of_year(text)) is not None:
            said.pop("year", None)
            said |= {"period": {time}} if time else {}
        if _EXCEPT.search(text):
            said.pop("offence", None)
        for role, found in said.items():
            if role not in codes and len(found) == 1:
                codes[role] = next(iter(found))
                reasons[role] = f"{where} says “{text.strip()[:60]}”"
    return Around(codes, reasons)


def _part_of_year(text: str) -> str | None:
    """The part of a year that a text names; blank where its day is when the sheet was made; None where it names none.

    Where a month or a day stands by a year in a way that cannot be read, the words are given as they stand, so that
    the figures wait for a person instead of becoming those of the whole year.
    """
    if not _YEAR.search(text):
        return None
    if _MADE.search(text):
        return ""
    words = text[:400].split()
    for size in range(min(7, len(words)), 1, -1):
        for at in range(len(words) - size + 1):
            said = " ".join(words[at : at + size]).strip(_EDGES)
            read = parse_period(said) if _YEAR.search(said) and re.search(r"[^\W\d_]{3}|\b[QTSH]\d", said) else None
            if isinstance(read, Period) and not re.match(_JOINING, said, re.I):
                if _is_a_year(read):
                    return None
                around_it = " ".join((*words[:at], "…", *words[at + size :]))
                one_year = len(set(_YEAR.findall(text))) == 1
                if one_year and not re.search(rf"(?:{_JOINING})\W*…|\b(?:{_MONTH})\b", around_it, re.I):
                    return said
                return _unread(text) or (None if re.search(r"\bFY ?\d", text) else text.strip())
    return _unread(text)


def _unread(text: str) -> str | None:
    """The words of a part of a year that cannot be read as a period, where the text names one year."""
    named = len(set(_YEAR.findall(text))) > 1 or re.search(r"\bFY ?\d", text)
    found = None if named else _UNREAD.search(text)
    return " ".join(found[0].split()) if found else None


def _is_a_year(period: Period) -> bool:
    """Whether a period is a year long, or cannot be told by its days."""
    if period.start is None or period.end is None:
        return True
    return _SHORTEST_YEAR <= (period.end - period.start).days <= _SHORTEST_YEAR + 2


def _said(piece: str, language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if (measure := vocab.resolve_measure(piece, language).code) is not None:
        found["measure"] = measure
    if len(piece) > 5 and (offence := vocab.resolve_offence(piece, language).code) is not None:
        found["offence"] = offence
    if len(piece) > 3 and piece[0].isupper() and (place := vocab.resolve_place(piece).code) is not None:
        found["place"] = place
    if re.fullmatch(r"(?:FY ?)?(?:19|20)\d\d", piece):
        found["year"] = piece
    return found
