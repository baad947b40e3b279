"""Printed text → the interval it states, or the reason why it states none.

Nothing is guessed: a text is read only where it can be read in one way; everything else is a `Problem`, whose
codes are ``ambiguous_number``, ``ambiguous_range``, ``empty_range``, ``error_value``, ``fractional_count``,
``leading_zeros``, ``looks_like_date``, ``malformed_number``, ``negative``, ``not_a_number``, ``open_below``,
``parentheses``, ``too_large``, ``unknown_symbol``, ``unread_words``, ``unusual_characters``,
``wrong_currency``, ``wrong_unit``.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from opdat_analytics.ingest import figure_words
from opdat_analytics.ingest.printed_text import (
    MARKS,
    PartPattern,
    Problem,
    closed_up,
    compile_part,
    readable,
    split_parts,
    strip_marker,
    trimmed,
)
from opdat_analytics.model import CONTINUOUS_UNITS, DeclarationError, Figure

__all__ = [
    "TYPED", "Numerals", "PartPattern", "Problem", "compile_part", "numerals", "parse_figure", "readable",
    "split_parts", "strip_marker", "symbol_figures",
]  # fmt: skip


@dataclass(frozen=True)
class Numerals:
    """How a publisher writes numbers: thousands marks, decimal mark, and whether a person declared it."""

    thousands: tuple[str, ...]
    decimal: str
    declared: bool


_PATTERNS: Mapping[str, Numerals] = {
    "1,234.5": Numerals((",",), ".", True),
    "1.234,5": Numerals((".",), ",", True),
    "1 234,5": Numerals((" ",), ",", True),
    "1 234.5": Numerals((" ",), ".", True),
    "1'234.5": Numerals(("'",), ".", True),
}
_ARABIC = Numerals(("٬",), "٫", True)

TYPED = Numerals((), ".", True)
"""How a spreadsheet's own numbers are written out, whatever the publisher's notation."""

_DECLARE = 'Declare `numbers` in source.toml, for example numbers = "1,234.5".'
_RULE = "Ask the sender, or rule on this cell under [[decided]] in source.toml; the others are read as declared."
_SYMBOL_CODES = ("not_reported", "suppressed", "not_available", "not_applicable", "unquantified")
_NUMBERLIKE = re.compile(r"[0-9.,' ٬٫]*[0-9][0-9.,' ٬٫]*")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,14}")
"""Digits alone, few enough to be kept exactly: every unit and every notation reads them alike."""
_SPAN = re.compile(r"(0|[1-9][0-9]{0,2}) ?– ?([1-9][0-9]{0,2})")
"""Two small numbers and a dash between them, which can be nothing else: neither years, nor a date, nor grouped."""
_MONEY = r"us\$|usd|\$"
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([ t]\d{1,2}:.*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})")
_MACHINE = re.compile(r"[-+]?[\d.,]+e[-+]?\d+|[-+]?0x[\da-f]+|\d+(_\d+)+|[-+]?(inf|infinity|nan)|\d+ */ *\d+")
_TRUTH = frozenset({"true", "false", "verdadero", "falso", "vrai", "faux", "verdadeiro"})


def numerals(pattern: str | None) -> Numerals:
    """How numbers are written, from the declared example.

    Parameters
    ----------
    pattern
        ``1,234.5``, ``1.234,5``, ``1 234,5``, ``1 234.5`` or ``1'234.5``; None where nothing is declared, and
        then only numbers that every notation reads alike are read.

    Raises
    ------
    DeclarationError
        If the pattern is another one.
    """
    if pattern is None:
        return Numerals((), ".", False)
    known = _PATTERNS.get(unicodedata.normalize("NFKC", pattern).translate(MARKS))
    if known is None:
        raise DeclarationError([f"numbers = “{pattern}” is not known; write one of {' · '.join(_PATTERNS)}."])
    return known


def parse_figure(
    text: str,
    unit: str,
    numerals: Numerals,
    language: str = "en",
    symbols: Mapping[str, Figure] = {},
) -> Figure | Problem:
    """Read a printed figure as the interval it states.

    Parameters
    ----------
    text
        The cell as printed, footnote markers already taken off by `strip_marker`. Blank is ``not_reported``.
    unit
        A code of ``ALLOWED["unit"]``. For counts a strict word moves the bound by one ("over 74" is [75, ∞));
        for usd, percent and months the printed number stands.
    numerals
        The publisher's notation; `TYPED` for a cell that holds a number.
    language
        ``en``, ``es``, ``fr``, ``pt``; English words are read in every language.
    symbols
        What symbols mean to this publisher, from `symbol_figures`; they go before everything else.

    Returns
    -------
    Figure or Problem
        Never raises for any text. "Under" and "at most" have the lower bound 0, except for percent, which may
        be negative (``open_below``); a negative number is read only for usd and percent, and only when exact
        or approximate.
    """
    symbol = trimmed(text)
    if symbol in symbols:
        return symbols[symbol]
    if not symbol:
        return Figure(None, None, "not_reported")
    if _WHOLE.fullmatch(symbol):
        return Figure(float(symbol), float(symbol), "exact")
    span = _SPAN.fullmatch(symbol)
    if span is not None and int(span[1]) < int(span[2]):
        return Figure(float(span[1]), float(span[2]), "between")
    plain = readable(symbol if numerals.declared else closed_up(symbol))
    if isinstance(plain, Problem):
        return plain
    state = figure_words.state_words(language).get(" ".join(plain.split()))
    if state is not None:
        return Figure(None, None, state)
    if _DATE.fullmatch(plain) and not _NUMBERLIKE.fullmatch(plain):
        return Problem("looks_like_date", f"“{symbol}” looks like a date, not a number of {unit}.")
    money = {c for c in plain if unicodedata.category(c) == "Sc"} - {"$"}
    if money:
        return Problem("wrong_currency", f"“{symbol}” is in {' '.join(sorted(money))}; the only currency known is usd.")
    read = _Reader(symbol, unit, numerals, language)
    for attempt in (_read_range, _read_qualified, _read_plain):
        found = attempt(read, plain)
        if found is not None:
            return found
    return _refusal(symbol, plain)


@dataclass(frozen=True)
class _Reader:
    """What is the same for every part of one text."""

    printed: str
    unit: str
    numerals: Numerals
    language: str

    @property
    def counts(self) -> bool:
        return self.unit not in CONTINUOUS_UNITS


def _read_range(read: _Reader, plain: str) -> Figure | Problem | None:
    pairs: list[tuple[str, str]] = []
    dashed = re.split(r"\s*[-–]\s*", plain)
    if len(dashed) == 2 and all(re.search(r"\d", side) for side in dashed):
        pairs.append((dashed[0], dashed[1]))
    for opening, joint in figure_words.range_words(read.language):
        if plain.startswith(opening):
            body = plain[len(opening) :]
            pairs += [(body[: m.start()], body[m.end() :]) for m in re.finditer(rf"\s+{joint}\s+", body)]
    read_pairs: dict[tuple[Decimal, Decimal], tuple[str, str]] = {}
    refused: list[Problem] = []
    for low_text, high_text in pairs:
        low, high = _amount(read, low_text), _amount(read, high_text)
        if isinstance(low, Decimal) and isinstance(high, Decimal):
            read_pairs[low, high] = (low_text, high_text)
        elif low is not None and high is not None:
            refused += [side for side in (low, high) if isinstance(side, Problem)]
    if not read_pairs:
        return refused[0] if refused else None
    (low, high), (low_text, high_text) = next(iter(read_pairs.items()))
    years = all(re.fullmatch(r"(19|20)\d\d|2100", side) for side in (low_text, high_text))
    if len(read_pairs) > 1 or (_scaled(high_text) and not _scaled(low_text)) or years:
        why = "two years" if years else "more than one range"
        return Problem("ambiguous_range", f"“{read.printed}” could be {why}.", "Write both ends of the range in full.")
    if low > high or (low == high and "-" in plain):
        return Problem("empty_range", f"“{read.printed}” runs from {low} to {high}; a range runs from low to high.")
    if low < 0:
        return _negative(read)
    return Figure(float(low), float(high), "between")


def _read_qualified(read: _Reader, plain: str) -> Figure | Problem | None:
    for patterns in (figure_words.words_before(read.language), figure_words.words_after(read.language)):
        for pattern, qualifier in patterns:
            match = pattern.fullmatch(plain)
            if match is not None:
                value = _amount(read, match[1].strip())
                return _bounded(read, value, qualifier) if isinstance(value, Decimal) else value
    return None


def _read_plain(read: _Reader, plain: str) -> Figure | Problem | None:
    if plain in ("a", "an") and read.language == "en":
        return Figure(1.0, 1.0, "exact")
    value = _amount(read, plain)
    rough = not figure_words.ROUGH_WORDS.isdisjoint(re.split(r"[\s-]+", plain))
    return _bounded(read, value, "about" if rough else "exact") if isinstance(value, Decimal) else value


def _bounded(read: _Reader, value: Decimal, qualifier: str) -> Figure | Problem:
    """The interval of a number and its qualifier."""
    if qualifier in ("exact", "about"):
        return Figure(float(value), float(value), qualifier)
    if value < 0:
        return _negative(read)
    step = 1 if read.counts else 0
    if qualifier in ("over", "at_least"):
        return Figure(float(value + step if qualifier == "over" else value), None, qualifier)
    if read.unit == "percent":
        return Problem(
            "open_below",
            f"“{read.printed}” has no lower bound: a percentage may be a change below zero.",
            "Declare what it means in `symbols`, as [low, high].",
        )
    high = value - step if qualifier == "under" else value
    if high < 0 or (qualifier == "under" and value == 0):
        return Problem("empty_range", f"“{read.printed}” leaves no number: nothing is below zero {read.unit}.")
    return Figure(0.0, float(high), qualifier)


def _negative(read: _Reader) -> Problem:
    return Problem("negative", f"“{read.printed}” is below zero, which {read.unit} so written cannot be.")


def _amount(read: _Reader, text: str) -> Decimal | Problem | None:
    """Read one number with its sign, currency, percent sign and scale; None where words are left over."""
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return Decimal(text)
    match = re.fullmatch(rf"(-)?\s*({_MONEY})?\s*(-|\+)?\s*([^-+].*?)\s*({_MONEY}|%)?", text, re.DOTALL)
    if match is None:
        return None
    minus, before, sign, body, after = match.groups()
    value = figure_words.number_word(body, read.language)
    amount = Decimal(value) if value is not None else _scaled_number(read, body)
    if not isinstance(amount, Decimal):
        return amount
    for mark in filter(None, (before, after)):
        needed = "percent" if mark == "%" else "usd"
        if read.unit != needed:
            return Problem("wrong_unit", f"“{read.printed}” is written with “{mark}”, but its unit is {read.unit}.")
    if (before and after) or (minus and sign) or (sign == "+" and read.unit != "percent"):
        return Problem("malformed_number", f"“{read.printed}” has a sign too many.", "Write the number alone.")
    if minus or sign == "-":
        if read.unit not in ("usd", "percent"):
            return _negative(read)
        amount = -amount if amount else amount
    if abs(amount) >= 2**53:
        return Problem("too_large", f"“{read.printed}” is too large to be kept exactly; numbers stay below 2⁵³.")
    if read.counts and amount != amount.to_integral_value():
        return Problem("fractional_count", f"“{read.printed}” is not a whole number of {read.unit}.")
    return amount


def _scaled_number(read: _Reader, body: str) -> Decimal | Problem | None:
    """Read digits, with a word like ``million`` after them or, for usd, ``k`` or ``M``."""
    if _NUMBERLIKE.fullmatch(body):
        return _number(read, body, alone=True)
    match = re.fullmatch(r"(.*\d)(\s*)([a-z]+)", body)
    if match is None:
        return None
    scale = figure_words.scales(read.language).get(match[3]) if match[2] else None
    if scale is None and read.unit == "usd":
        scale = {"k": 1000, "m": 10**6}.get(match[3])
    if scale is None or not _NUMBERLIKE.fullmatch(match[1]):
        return None
    number = _number(read, match[1], alone=False)
    return number * scale if isinstance(number, Decimal) else number


def _number(read: _Reader, text: str, alone: bool) -> Decimal | Problem:
    """Read digits under the declared notation, or under every notation where none is declared."""
    if re.match(r"0\d", text):
        return Problem("leading_zeros", f"“{read.printed}” begins with zeros, as an identifier does, not a number.")
    if len(re.findall(r"\d", text)) > 25:
        return Problem("too_large", f"“{read.printed}” has more digits than can be kept exactly.")
    if re.fullmatch(r"\d+(\.0)?", text):
        return Decimal(text)
    if re.search("[٬٫]", text):
        notations: tuple[Numerals, ...] = (_ARABIC,)
    else:
        notations = (read.numerals,) if read.numerals.declared else tuple(_PATTERNS.values())
    readings = {value for notation in notations if (value := _in_notation(text, notation)) is not None}
    if not readings:
        indian = re.fullmatch(r"\d{1,2}(,\d{2})+,\d{3}(\.\d+)?", text)
        return Problem(
            "malformed_number",
            f"“{read.printed}” is not a number {'as declared' if read.numerals.declared else 'in any notation'}: "
            "thousands come in groups of three digits, with one decimal mark at most.",
            "It looks like Indian grouping (lakh, crore); write it without marks."
            if indian
            else (_RULE if read.numerals.declared else _DECLARE),
        )
    if not read.numerals.declared and re.fullmatch(r"\d{1,3} \d{3}", text):
        ways = f"{text.replace(' ', '')} or the two numbers {text.replace(' ', ' and ')}"
        return Problem("ambiguous_number", f"“{read.printed}” could be {ways}.", _DECLARE)
    if len(readings) > 1:
        ways = " or ".join(f"{value:f}" for value in sorted(readings, reverse=True))
        return Problem("ambiguous_number", f"“{read.printed}” could be {ways}.", _DECLARE)
    (value,) = readings
    money = alone and read.unit == "usd" and read.numerals is not TYPED
    doubted = r"[1-9]\d{0,2}[.,]" + (r"\d{3}" if money else "000")
    if (read.counts or money) and read.numerals.declared and value < 1000 and re.fullmatch(doubted, text):
        ways = f"{value:f} or {re.sub('[.,]', '', text)}; {read.unit} have no such decimals"
        return Problem("ambiguous_number", f"“{read.printed}” could be {ways}.", _RULE)
    undeclared_decimals = not read.numerals.declared and notations[0] is not _ARABIC and "." in f"{value:f}"
    if read.counts and alone and undeclared_decimals:
        return Problem(
            "fractional_count", f"“{read.printed}” is written with decimals; {read.unit} are whole numbers.", _DECLARE
        )
    return value


def _in_notation(text: str, notation: Numerals) -> Decimal | None:
    """The number under one notation; None where the text does not follow it."""
    for mark in notation.thousands or ("",):
        grouped = rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+|" if mark else ""
        match = re.fullmatch(rf"({grouped}0|[1-9]\d*)(?:{re.escape(notation.decimal)}(\d+))?", text)
        if match is not None:
            whole = match[1].replace(mark, "") if mark else match[1]
            return Decimal(f"{whole}.{match[2]}" if match[2] else whole)
    return None


def _scaled(text: str) -> bool:
    words = re.findall(r"[a-z]+", text)
    return not figure_words.SHARED_SCALES.isdisjoint(words) or re.search(r"\d\s*[km]\b", text) is not None


def _refusal(printed: str, plain: str) -> Problem:
    """Say why a text is not a figure."""
    letters = re.findall(r"[^\W\d_][^\W\d_'’]*", printed)
    if re.fullmatch(r"#[a-z0-9/]+[!?]?", plain):
        return Problem("error_value", f"“{printed}” is a spreadsheet's error value.", "Repair the formula in the file.")
    if plain in _TRUTH or _MACHINE.fullmatch(plain):
        return Problem("not_a_number", f"“{printed}” is not a number as people print it.", "Write it in plain digits.")
    if re.search(r"[()]", plain):
        return Problem(
            "parentheses",
            f"“{printed}” has parentheses: they could hold a part, a note, or a negative number.",
            'Declare `parts`, for example parts = ["{total} ({form:labour})"], or write the number alone.',
        )
    if (len(plain) <= 4 and not re.search(r"\d", plain)) or not re.search(r"\w", plain):
        return Problem(
            "unknown_symbol",
            f"“{printed}” has no declared meaning; it could be zero, missing or withheld.",
            f'Declare it in `symbols`, for example symbols = {{ "{printed}" = "not_available" }}; '
            f"codes: {', '.join(_SYMBOL_CODES)}, or [low, high].",
        )
    if letters:
        return Problem(
            "unread_words",
            f"“{printed}” has words that were not understood: {', '.join(dict.fromkeys(letters))}.",
            "Write the number alone, with a qualifier such as “over” or “at least”, and the rest in a note.",
        )
    return Problem("malformed_number", f"“{printed}” is not written as a number.", _RULE)


def symbol_figures(symbols: Mapping[str, object]) -> dict[str, Figure]:
    """What symbols mean to a publisher, from ``symbols`` of ``source.toml``.

    Parameters
    ----------
    symbols
        Printed text → a qualifier code without a number, or ``[low, high]``, which is ``under`` when the text
        begins with ``<``, ``exact`` when both are one number, and ``between`` otherwise.

    Raises
    ------
    DeclarationError
        With every value that is neither.
    """
    found: dict[str, Figure] = {}
    problems: list[str] = []
    for text, meaning in symbols.items():
        if isinstance(meaning, str) and meaning in _SYMBOL_CODES:
            found[trimmed(text)] = Figure(None, None, meaning)
        elif isinstance(meaning, list | tuple) and (bounds := _bounds(meaning)) is not None:
            found[trimmed(text)] = Figure(*bounds, _symbol_qualifier(text, *bounds))
        else:
            near = difflib.get_close_matches(str(meaning), _SYMBOL_CODES, 1)
            problems.append(
                f"symbols.“{text}” = {meaning!r}: write one of {', '.join(_SYMBOL_CODES)}, or [low, high] with "
                f"0 ≤ low ≤ high." + (f" Did you mean {near[0]}?" if near else "")
            )
    if problems:
        raise DeclarationError(problems)
    return found


def _symbol_qualifier(text: str, low: float, high: float) -> str:
    if text.strip().startswith("<"):
        return "under"
    return "exact" if low == high else "between"


def _bounds(values: Sequence[object]) -> tuple[float, float] | None:
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < 2**53]
    if len(values) == len(numbers) == 2 and 0 <= numbers[0] <= numbers[1] and all(map(math.isfinite, numbers)):
        return numbers[0], numbers[1]
    return None
