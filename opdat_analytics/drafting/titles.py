"""What a title, a sheet's name or a file's name says of all figures of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opdat_analytics import vocab

Codes = Mapping[str, str]


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
        for role, found in said.items():
            if role not in codes and len(found) == 1:
                codes[role] = next(iter(found))
                reasons[role] = f"{where} says “{text.strip()[:60]}”"
    return Around(codes, reasons)


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
