"""What a cell's style says beside its value: struck out, a percentage, or a number format that prints more or less.

``">"0`` prints 74 as ``>74``, ``[<5]"<5";0`` hides small counts, ``;;;`` prints nothing at all. The usual readers give
the bare number. Decimals, thousands marks, dates, brackets for negative numbers and the dollar sign are left alone:
they change the look and not the meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<pad>[_*].)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|Standard)|(?P<exponent>E[+-])|(?P<date>AM/PM|A/P|[ymdhsgeb]+)|(?P<digit>[0#?])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_HARMLESS = re.compile(r"(?:US\$|USD|US|[\s()\-−–+$/:])*")
_NO_LETTERS = re.compile(
    r'"[^"]*"|\\.|[_*].|General|\[(?:\$[^\]]*|[<>=]+-?[\d.]+|Color ?\d+|Black|Blue|Cyan|Green|Magenta|Red|White'
    r"|Yellow)\]",
    re.IGNORECASE | re.DOTALL,
)
_OF_DATES = re.compile(r"[ymdhsaegb\[]", re.IGNORECASE)
_NO_DATES = frozenset(map(str, (*range(14), *range(37, 45), 48, 49)))
"""Formats that every spreadsheet program knows by their number and that print numbers as numbers."""


@dataclass(frozen=True)
class Section:
    """One of the up to four parts of a number format."""

    condition: tuple[str, Decimal] | None
    before: str
    after: str
    pattern: str
    percent: bool
    thousands: int
    kind: str


@dataclass(frozen=True)
class Shown:
    """How a number is printed: the text where it differs in meaning, and what is odd (``hidden``, ``scaled``)."""

    text: str | None
    odd: str | None = None


PLAIN = Shown(None)


def sections(code: str) -> tuple[Section, ...]:
    """Take a number format apart."""
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["other"] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(_section(part) for part in parts)


def _section(tokens: Sequence[re.Match[str]]) -> Section:
    condition, before, after, pattern, percent, kind = None, "", "", "", False, "number"
    for token in tokens:
        said = token["quoted"] if token["quoted"] is not None else token["escaped"]
        if token["bracket"] is not None:
            asked = _CONDITION.fullmatch(token["bracket"])
            if asked:
                condition = (asked[1], Decimal(asked[2]))
            elif token["bracket"].startswith("$"):
                said = token["bracket"][1:].partition("-")[0]
            elif re.fullmatch(r"[hms]+", token["bracket"], re.IGNORECASE):
                kind = "date"
        elif token["general"] or token["digit"]:
            pattern += after + (token["digit"] or "G")
            after = ""
        elif token["date"]:
            kind = "date"
        elif token["exponent"] or token["other"] == "@":
            kind = "other"
        elif token["other"] == "%":
            percent, said = True, "%"
        elif token["other"] in (".", ",") and pattern:
            pattern += after + token["other"]
            after = ""
        elif token["other"] is not None:
            said = token["other"]
        if said and pattern:
            after += said
        elif said:
            before += said
    digits = pattern.rstrip(",")
    if "/" in pattern:
        kind = "other"
    return Section(condition, before, after, digits, percent, len(pattern) - len(digits), kind)


def changes_meaning(code: str) -> bool:
    """Whether a format can print a number as something else than that number."""
    return any(
        part.kind == "number"
        and (part.percent or part.thousands or not part.pattern or _padded(part.pattern) or not _plain(part))
        for part in sections(code)[:3]
    )


def may_print_dates(code: str) -> bool:
    """Whether a format may print a number as a date or a time: whatever is left of it but text has letters of one."""
    return _OF_DATES.search(_NO_LETTERS.sub("", code)) is not None


def _plain(part: Section) -> bool:
    return bool(_HARMLESS.fullmatch(part.before) and _HARMLESS.fullmatch(part.after)) and not _inside(part.pattern)


def _inside(pattern: str) -> str:
    return re.sub(r"[0#?.,G\s]", "", pattern)


def _padded(pattern: str) -> bool:
    return re.fullmatch(r"[#?]*00+[0#?]*", pattern) is not None


def shown(code: str, raw: str) -> Shown:
    """What a format prints for a number.

    Parameters
    ----------
    code
        The number format.
    raw
        The number as the file stores it.

    Returns
    -------
    Shown
        The text with every decimal kept, where it means something else than the number alone.
    """
    try:
        value = Decimal(f"{float(raw):.15g}")
    except (InvalidOperation, ValueError):
        return PLAIN
    if not value.is_finite():
        return PLAIN
    parts = sections(code)
    part = _chosen(parts, value)
    if part is None or part.kind != "number":
        return PLAIN
    if not part.pattern and not part.percent:
        text = (part.before + part.after).strip()
        if not text:
            return Shown(None, "hidden")
        return PLAIN if value == 0 and _HARMLESS.fullmatch(text) else Shown(text)
    if part.thousands:
        return Shown(None, "scaled")
    if part.percent:
        return Shown(_positional(value.scaleb(2)) + "%") if _HARMLESS.fullmatch(part.before) else Shown(None, "scaled")
    if _inside(part.pattern):
        return Shown(_dealt(part, value)) if value == value.to_integral_value() and value >= 0 else PLAIN
    number = _positional(value)
    if _padded(part.pattern) and value >= 0:
        whole, point, rest = number.partition(".")
        padded = whole.zfill(part.pattern.count("0")) + point + rest
        return Shown(part.before.lstrip() + padded + part.after.rstrip()) if padded != number else _beside(part, number)
    return _beside(part, number)


def _beside(part: Section, number: str) -> Shown:
    if _plain(part):
        return PLAIN
    before, after = part.before.lstrip(), part.after.rstrip()
    if number.startswith("-") and ("-" in before or "(" in before):
        number = number[1:]
    return Shown(before + number + after)


def _positional(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _dealt(part: Section, value: Decimal) -> str:
    """Digits dealt into a pattern with signs between them, as in ``000-00-0000``, from the right."""
    digits = list(_positional(value))
    out = ""
    for sign in reversed(part.pattern):
        out = (sign if sign not in "0#?" else digits.pop() if digits else "0" if sign == "0" else "") + out
    return part.before + "".join(digits) + out + part.after


_COMPARE = {
    "<": Decimal.__lt__, "<=": Decimal.__le__, ">": Decimal.__gt__,
    ">=": Decimal.__ge__, "=": Decimal.__eq__, "<>": Decimal.__ne__,
}  # fmt: skip


def _chosen(parts: Sequence[Section], value: Decimal) -> Section | None:
    numbers = parts[:3]
    if any(part.condition for part in numbers):
        for part in numbers:
            if part.condition is None or _COMPARE[part.condition[0]](value, part.condition[1]):
                return part
        return None
    if len(numbers) == 1 or value > 0 or (value == 0 and len(numbers) < 3):
        return numbers[0]
    return numbers[1] if value < 0 else numbers[2]


class Styles:
    """The cell styles of a workbook, gathered element by element from its styles part.

    Attributes
    ----------
    formats
        Style number → number format, only of formats that can change what a number means.
    struck
        Style numbers whose font is struck through.
    dated
        Style numbers whose format may print a number as a date or a time.
    """

    def __init__(self) -> None:
        self.formats: dict[int, str] = {}
        self.struck: set[int] = set()
        self.dated: set[int] = set()
        self._codes: dict[str, str] = {"9": "0%", "10": "0.00%"}
        self._struck_fonts: set[int] = set()
        self._path: list[str] = []
        self._fonts = self._xfs = -1

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._path.append(tag)
        inside = self._path[1:2]
        if tag == "numFmt" and inside == ["numFmts"]:
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif inside == ["fonts"] and len(self._path) == 3:
            self._fonts += 1
        elif tag == "strike" and inside == ["fonts"] and attributes.get("val", "1") not in ("0", "false"):
            self._struck_fonts.add(self._fonts)
        elif tag == "xf" and inside == ["cellXfs"]:
            self._xfs += 1
            number = attributes.get("numFmtId", "0")
            code = self._codes.get(number)
            if may_print_dates(code) if code is not None else number not in _NO_DATES:
                self.dated.add(self._xfs)
            if code is not None and changes_meaning(code):
                self.formats[self._xfs] = code
            if attributes.get("fontId", "").isdecimal() and int(attributes["fontId"]) in self._struck_fonts:
                self.struck.add(self._xfs)

    def closed(self) -> None:
        """An element ends."""
        self._path.pop()
