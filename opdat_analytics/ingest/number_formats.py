"""What a cell's style says beside its value: struck out, a percentage, or a number format that prints more or less.

``">"0`` prints 74 as ``>74``, ``[<5]"<5";0`` hides small counts, ``0,"k"`` prints 12345 as ``12k``, ``;;;`` prints
nothing at all; the usual readers give the bare number. Decimals, thousands marks, colours, padding and brackets for
negative numbers are left alone: they change the look and not the meaning. A currency sign is printed, so that it must
be the declared unit. Formats of dates are taken apart in ``date_formats``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from opdat_analytics.ingest.date_formats import TOKEN, prints_date

LONGEST = 255
"""Letters that a number format has at most in any spreadsheet program."""
MAX_FORMATS = 4_000
"""Number formats of its own that a workbook has at most; Excel allows some 250."""
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_COLOURS = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|color ?\d+", re.IGNORECASE)
_WHITE = re.compile(r"white|color ?2", re.IGNORECASE)
_CURRENCY = re.compile(r"\$|US ?\$|USD|\$ ?US|US", re.IGNORECASE)
_OF_THE_US = frozenset({"", "409", "0409", "540a", "540A"})
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\s]\d{3})*")
_FILLERS = " -–—._·=…"
_LITERAL = 0xE000
"""Letters printed within the digits are kept apart from the pattern's own signs by moving them here."""
_NO_LETTERS = re.compile(
    r'"[^"]*"|\\.|[_*].|General|\[(?:\$[^\[\]]*|[<>=]+-?[\d.]+|Color ?\d+|Black|Blue|Cyan|Green|Magenta|Red|White'
    r"|Yellow)\]",
    re.IGNORECASE | re.DOTALL,
)
_OF_DATES = re.compile(r"[ymdhsaegb\[]", re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    """One of the up to four parts of a number format.

    Attributes
    ----------
    condition
        Comparison and limit.
    before, after
        The letters printed before and after the digits.
    pattern
        The digits' own signs.
    percents, thousands
        How often the number is multiplied by 100 and divided by 1,000.
    kind
        ``number``, ``date``, ``text``, ``fraction``, ``exponent``, ``white`` (printed white on white) or ``abroad``
        (a dollar that is not that of the US).
    coloured
        Whether it names a colour, which may stand for a sign.
    """

    condition: tuple[str, Decimal] | None
    before: str
    after: str
    pattern: str
    percents: int
    thousands: int
    kind: str
    coloured: bool


@dataclass(frozen=True)
class Shown:
    """How a number is printed.

    Attributes
    ----------
    text
        What is printed, with every decimal kept; None where it means the number alone.
    odd
        ``hidden`` (nothing is printed), ``dash`` (a dash for zero), ``scaled`` (other than the number by thousands),
        ``changed`` (another number, or one without its sign), ``abroad`` (a dollar of another country), ``said`` (more
        than the number, read as printed).
    """

    text: str | None
    odd: str | None = None


PLAIN = Shown(None)


@lru_cache(maxsize=1024)
def sections(code: str) -> tuple[Section, ...]:
    """Take a number format apart."""
    parts: list[list[re.Match[str]]] = [[]]
    for token in TOKEN.finditer(code):
        if token["other"] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(_section(part) for part in parts)


def _section(tokens: Sequence[re.Match[str]]) -> Section:
    condition, before, after, pattern, percents, kind, coloured = None, "", "", "", 0, "number", False
    for token in tokens:
        said = token["quoted"] if token["quoted"] is not None else token["escaped"]
        if token["bracket"] is not None:
            asked = _CONDITION.fullmatch(token["bracket"])
            coloured |= _COLOURS.fullmatch(token["bracket"]) is not None
            if asked:
                condition = (asked[1], Decimal(asked[2]))
            elif token["bracket"].startswith("$"):
                said, _, country = token["bracket"][1:].partition("-")
                kind = "abroad" if said == "$" and country not in _OF_THE_US else kind
            elif _WHITE.fullmatch(token["bracket"]):
                kind = "white"
            elif re.fullmatch(r"[hms]+", token["bracket"], re.IGNORECASE):
                kind = "date"
        elif kind == "exponent" and token["digit"]:
            continue
        elif token["general"] or token["digit"]:
            pattern += _within(after) + (token["digit"] or "G")
            after = ""
        elif token["fill"]:
            said = "" if token["fill"] in _FILLERS else token["fill"]
        elif token["date"]:
            kind = "date"
        elif token["exponent"]:
            kind = "exponent"
        elif token["other"] == "@":
            kind = "text"
        elif token["other"] == "/" and pattern:
            kind = "fraction"
        elif token["other"] == "%":
            percents, said = percents + 1, "%"
        elif token["other"] in (".", ",") and pattern:
            pattern += _within(after) + token["other"]
            after = ""
        elif token["other"] is not None:
            said = token["other"]
        if said and (pattern or kind == "text"):
            after += said
        elif said:
            before += said
    digits = pattern.rstrip(",")
    return Section(condition, before, after, digits, percents, len(pattern) - len(digits), kind, coloured)


def _within(letters: str) -> str:
    return "".join(chr(_LITERAL + ord(c)) if ord(c) < _LITERAL and not c.isspace() else " " for c in letters)


def _inside(pattern: str) -> bool:
    return any(ord(sign) >= _LITERAL for sign in pattern)


def overlong(code: str) -> bool:
    """Whether a format is longer than any spreadsheet program keeps, so that it is not looked into."""
    return len(code) > LONGEST


def changes_meaning(code: str) -> bool:
    """Whether a format can print a number or a date as something else than that, or hide a text."""
    if overlong(code):
        return True
    parts = [part for part in sections(code)[:3] if part.kind != "date"]
    return any(_odd(part, number) for number, part in enumerate(parts)) or hides_text(code) or prints_date(code)


def may_print_dates(code: str) -> bool:
    """Whether a format may print a number as a date or a time: whatever is left of it but text has letters of one."""
    return not overlong(code) and _OF_DATES.search(_NO_LETTERS.sub("", code)) is not None


def _odd(part: Section, number: int) -> bool:
    beside = re.sub(r"[\s()\-−–]" if number == 1 else r"\s", "", part.before + part.after)
    odd = part.percents or part.thousands or _inside(part.pattern) or _padded(part.pattern) or beside
    unsigned = number == 1 and not (part.coloured or re.search(r"[(\-−–]", part.before + part.after))
    empty = part.kind not in ("text", "date") and not re.search(r"[0?G]", part.pattern)
    return bool(odd or unsigned or empty or part.kind not in ("number", "text"))


def hides_text(code: str) -> bool:
    """Whether a format prints a text as something else than that text."""
    if overlong(code):
        return False
    parts = sections(code)
    if len(parts) < 4:
        return any(part.kind == "text" and (part.before + part.after).strip() for part in parts)
    return parts[3].kind != "text" or bool((parts[3].before + parts[3].after).strip())


def _padded(pattern: str) -> bool:
    return re.fullmatch(r"[#?]*00+[0#?]*", pattern.partition(".")[0]) is not None


@lru_cache(maxsize=65_536)
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
        The text with every decimal kept, where it means something else than the number alone. Of dates nothing.
    """
    if raw.isdecimal() and raw[0] != "0" and len(raw) <= 15 and (around := _around(code)) is not None:
        before, after, odd = around
        return Shown(before + raw + after, odd) if before or after else PLAIN
    try:
        value = Decimal(f"{float(raw):.15g}")
    except (InvalidOperation, ValueError):
        return PLAIN
    if not value.is_finite():
        return PLAIN
    parts = sections(code)
    part = _chosen(parts, value)
    if part is None:
        return Shown(None, "hidden")
    if part.kind == "date":
        return PLAIN
    if part.kind == "white":
        return Shown(None, "hidden")
    own = part.condition is None and len(parts) > 1 and part is parts[1] and value < 0
    if not part.pattern and not part.percents and part.kind != "text":
        return _without_digits(part, value)
    if value == 0 and part.kind == "number" and not re.search(r"[0?G%]", part.pattern + part.after):
        return Shown(None, "hidden")
    if part.kind in ("exponent", "fraction"):
        return _rounded(part, value)
    if part.thousands or part.percents > 1:
        return Shown(_scaled(part, value), "scaled") if value else PLAIN
    return _beside(part, value.scaleb(2) if part.percents else value, own)


@lru_cache(maxsize=1024)
def _around(code: str) -> tuple[str, str, str | None] | None:
    """What a format prints around every whole number above zero; None where that depends on the number."""
    parts = sections(code)
    part = parts[0]
    changed = part.thousands or part.percents or _inside(part.pattern) or _padded(part.pattern)
    if any(one.condition for one in parts) or part.kind != "number" or not part.pattern or changed:
        return None
    seven = _beside(part, Decimal(7), False)
    before, _, after = (seven.text or "7").partition("7")
    return None if "7" in after else (before, after, seven.odd)


def _without_digits(part: Section, value: Decimal) -> Shown:
    """A section that prints letters alone, or nothing."""
    text = (part.before + part.after).strip()
    if not text:
        return Shown(None, "hidden")
    dash = value == 0 and re.fullmatch(r"[-−–—]+", re.sub(rf"{_CURRENCY.pattern}|\s", "", text))
    return Shown(None, "dash") if dash else Shown(text, "said")


def _rounded(part: Section, value: Decimal) -> Shown:
    """A fraction or a power of ten: the number where that is exact, else another one."""
    if part.kind == "fraction":
        whole = value == value.to_integral_value() and " " in part.pattern.strip()
        return PLAIN if whole and not (part.before + part.after).strip("/0123456789 ") else Shown(None, "changed")
    places = len(re.findall(r"[0#?]", part.pattern.partition(".")[2]))
    kept = Decimal(f"{value:.{places}e}")
    return PLAIN if kept == value and not (part.before + part.after).strip() else Shown(None, "changed")


def _scaled(part: Section, value: Decimal) -> str:
    divided = value.scaleb(2 * part.percents - 3 * part.thousands)
    places = len(re.findall(r"[0#?]", part.pattern.partition(".")[2]))
    return part.before.lstrip() + _positional(Decimal(f"{divided:.{places}f}")) + part.after.rstrip()


def _beside(part: Section, value: Decimal, own: bool) -> Shown:
    """A number with what is printed around and within its digits; ``own`` where a section for negative numbers is."""
    sign = "-" if value < 0 else ""
    before, after = part.before.strip(), part.after.strip()
    if own:
        if not (part.coloured or re.search(r"[(\-−–]", before + after)):
            return Shown(_positional(-value), "changed")
        before, after = (re.sub(r"[()\-−–]", "", one).strip() for one in (before, after))
    number = _positional(abs(value))
    if _inside(part.pattern):
        dealt = _dealt(part, abs(value))
        if dealt is None or not _GROUPED.fullmatch(dealt) or re.sub(r"\D", "", dealt) != number:
            return Shown(dealt and before + dealt + after, "changed")
    elif _padded(part.pattern):
        whole, point, rest = number.partition(".")
        number = whole.zfill(len(re.findall("0", part.pattern.partition(".")[0]))) + point + rest
    if part.kind == "abroad":
        return Shown(f"{before}{sign}{number}{after}", "abroad")
    beside = before + after
    usual = not beside or beside == "%" or _CURRENCY.fullmatch(beside)
    if usual and not beside and number == _positional(abs(value)):
        return PLAIN
    gap_before = " " if before[-1:].isalpha() else ""
    gap_after = " " if after[:1].isalpha() and part.after[:1].isspace() else ""
    text = sign + before + gap_before + number + gap_after + after
    return Shown(text, None if usual else "said")


def _positional(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _dealt(part: Section, value: Decimal) -> str | None:
    """Digits dealt into a pattern with letters between them, as in ``000-00-0000``, from the right; whole numbers."""
    if value != value.to_integral_value() or "." in part.pattern:
        return None
    digits = list(_positional(value))
    out = ""
    for sign in reversed(part.pattern):
        if ord(sign) >= _LITERAL:
            out = chr(ord(sign) - _LITERAL) + out
        elif sign in "0#?":
            out = (digits.pop() if digits else "0" if sign == "0" else "") + out
        elif sign == " ":
            out = " " + out
    return ("".join(digits) + out).strip()


_COMPARE = {
    "<": Decimal.__lt__, "<=": Decimal.__le__, ">": Decimal.__gt__,
    ">=": Decimal.__ge__, "=": Decimal.__eq__, "<>": Decimal.__ne__,
}  # fmt: skip


def _chosen(parts: Sequence[Section], value: Decimal) -> Section | None:
    """The section that prints a number; None where every condition fails, so that only a row of # is printed."""
    numbers = [part for part in parts[:3] if part.kind != "text"] or parts[:1]
    if any(part.condition for part in numbers):
        for part in numbers:
            if part.condition is None or _COMPARE[part.condition[0]](value, part.condition[1]):
                return part
        return numbers[0] if len(numbers) == 1 and not _odd(numbers[0], 0) else None
    if len(numbers) == 1 or value > 0 or (value == 0 and len(numbers) < 3):
        return numbers[0]
    return numbers[1] if value < 0 else numbers[2]


BUILT_IN = {
    **dict.fromkeys(("5", "6"), '"$"#,##0_);("$"#,##0)'), **dict.fromkeys(("7", "8"), '"$"#,##0.00_);("$"#,##0.00)'),
    "9": "0%", "10": "0.00%", "11": "0.00E+00", "12": "# ?/?", "13": "# ??/??", "16": "d-mmm", "17": "mmm-yy",
    "42": '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    "44": '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)', "48": "##0.0E+0",
}  # fmt: skip
"""Number formats that files name by their number alone, where they may print something else than the number."""


WHITE = "white letters on a white ground"
"""Stands for the number format of a style whose letters cannot be seen."""
