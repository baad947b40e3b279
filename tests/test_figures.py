"""Printed text → interval. A figure is read in the one way it can be read, or not at all."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opdat_analytics.ingest import figure_words
from opdat_analytics.ingest.figures import (
    TYPED,
    Numerals,
    Problem,
    compile_part,
    numerals,
    parse_figure,
    split_parts,
    strip_marker,
    symbol_figures,
)
from opdat_analytics.model import ALLOWED, CONTINUOUS_UNITS, DeclarationError, Figure

UNDECLARED = numerals(None)
NOTATIONS = ["1,234.5", "1.234,5", "1 234,5", "1 234.5", "1'234.5"]
UNITS = list(ALLOWED["unit"])
NO_NUMBER = {"unquantified", "not_reported", "suppressed", "not_available", "not_applicable"}
COUNTS = [unit for unit in UNITS if unit not in CONTINUOUS_UNITS]


def read(text: str, unit: str = "persons", notation: str | None = None, language: str = "en") -> tuple | str:
    """(low, high, qualifier) of a figure, or the code of a problem."""
    found = parse_figure(text, unit, numerals(notation), language)
    return found.code if isinstance(found, Problem) else (found.low, found.high, found.qualifier)


def printed(n: int, notation: str) -> str:
    return f"{n:,}".replace(",", numerals(notation).thousands[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("74", (74, 74, "exact")),
        ("0", (0, 0, "exact")),
        ("zero", (0, 0, "exact")),
        ("nil", (0, 0, "exact")),
        ("1234.0", (1234, 1234, "exact")),
        ("over 74", (75, None, "over")),
        (">200", (201, None, "over")),
        ("more than a dozen", (13, None, "over")),
        ("In excess of 200", (201, None, "over")),
        ("at least 300", (300, None, "at_least")),
        ("300+", (300, None, "at_least")),
        ("≥ 5", (5, None, "at_least")),
        ("no fewer than 12", (12, None, "at_least")),
        ("5 or more", (5, None, "at_least")),
        ("under 5", (0, 4, "under")),
        ("<5", (0, 4, "under")),
        ("<1", (0, 0, "under")),
        ("fewer than five", (0, 4, "under")),
        ("up to 10", (0, 10, "at_most")),
        ("no more than 10", (0, 10, "at_most")),
        ("nearly 2 million", (2_000_000, 2_000_000, "about")),
        ("c. 30", (30, 30, "about")),
        ("~30", (30, 30, "about")),
        ("some 200", (200, 200, "about")),
        ("between 3 and 5", (3, 5, "between")),
        ("10–15", (10, 15, "between")),
        ("10-15", (10, 15, "between")),
        ("ten to twenty", (10, 20, "between")),
        ("between one hundred and five and two hundred", (105, 200, "between")),
        ("seven", (7, 7, "exact")),
        ("an", (1, 1, "exact")),
        ("one hundred and five", (105, 105, "exact")),
        ("two dozen", (24, 24, "exact")),
        ("two million", (2_000_000, 2_000_000, "exact")),
        ("2.5 million", (2_500_000, 2_500_000, "exact")),
        ("several", (None, None, "unquantified")),
        ("a series of", (None, None, "unquantified")),
        ("dozens", (None, None, "unquantified")),
        ("some", (None, None, "unquantified")),
        ("not reported", (None, None, "not_reported")),
        ("Suppressed", (None, None, "suppressed")),
        ("", (None, None, "not_reported")),
        ("\u00a0 ", (None, None, "not_reported")),
        ("12\u00a0", (12, 12, "exact")),
        ("\ufeff7\u2009", (7, 7, "exact")),
        ("٣٤", (34, 34, "exact")),
        ("۳۴", (34, 34, "exact")),
        ("١٬٢٣٤", (1234, 1234, "exact")),
    ],
)
def test_counts_in_english(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("es", "más de 74", (75, None, "over")),
        ("es", "más de una docena", (13, None, "over")),
        ("es", "al menos tres", (3, None, "at_least")),
        ("es", "unos 200", (200, 200, "about")),
        ("es", "unos", (None, None, "unquantified")),
        ("es", "entre treinta y uno y cuarenta", (31, 40, "between")),
        ("es", "once", (11, 11, "exact")),
        ("es", "300 mil", (300_000, 300_000, "exact")),
        ("es", "no disponible", (None, None, "not_available")),
        ("es", "over 74", (75, None, "over")),
        ("fr", "plus d'une douzaine", (13, None, "over")),
        ("fr", "plus d’une douzaine", (13, None, "over")),
        ("fr", "une douzaine", (12, 12, "about")),
        ("fr", "jusqu'à 10", (0, 10, "at_most")),
        ("fr", "quatre-vingt-douze", (92, 92, "exact")),
        ("fr", "3 à 5", (3, 5, "between")),
        ("fr", "sans objet", (None, None, "not_applicable")),
        ("pt", "mais de mil", (1001, None, "over")),
        ("pt", "até 10", (0, 10, "at_most")),
        ("pt", "vinte e um", (21, 21, "exact")),
        ("pt", "vários", (None, None, "unquantified")),
        ("pt", "não informado", (None, None, "not_reported")),
    ],
)
def test_counts_in_other_languages(language, text, expected):
    assert read(text, language=language) == expected


def test_a_word_of_a_language_that_is_not_declared_is_not_read():
    assert read("más de 74", language="en") == "unread_words"
    assert read("once", language="en") == "unknown_symbol"
    assert read("over a", language="en") == "unread_words"
    assert read("a", language="es") == "unknown_symbol"


@pytest.mark.parametrize(
    ("unit", "text", "expected"),
    [
        ("usd", "$2 million", (2_000_000, 2_000_000, "exact")),
        ("usd", "8M", (8_000_000, 8_000_000, "exact")),
        ("usd", "3k", (3000, 3000, "exact")),
        ("usd", "US$ 1,500,000", (1_500_000, 1_500_000, "exact")),
        ("usd", "12.5", (12.5, 12.5, "exact")),
        ("usd", "over $5", (5, None, "over")),
        ("usd", "under 5", (0, 5, "under")),
        ("usd", "-$5", (-5, -5, "exact")),
        ("usd", "€5", "wrong_currency"),
        ("usd", "$65,676,50", "malformed_number"),
        ("usd", "$5-10M", "ambiguous_range"),
        ("usd", "5%", "wrong_unit"),
        ("percent", "26.1 %", (26.1, 26.1, "exact")),
        ("percent", "+88%", (88, 88, "exact")),
        ("percent", "−3.5", (-3.5, -3.5, "exact")),
        ("percent", "under 5", "open_below"),
        ("percent", "$5", "wrong_unit"),
        ("months", "over 74", (74, None, "over")),
        ("months", "-3", "negative"),
        ("persons", "$5", "wrong_unit"),
        ("persons", "8M", "unread_words"),
    ],
)
def test_a_sign_or_a_strict_word_means_what_the_unit_lets_it_mean(unit, text, expected):
    assert read(text, unit) == expected


@pytest.mark.parametrize(
    ("notation", "text", "expected"),
    [
        ("1,234.5", "1,234", 1234),
        ("1,234.5", "1.234", "fractional_count"),
        ("1,234.5", "12.00", 12),
        ("1,234.5", "65,676,50", "malformed_number"),
        ("1,234.5", "1,2345", "malformed_number"),
        ("1,234.5", "1234,567", "malformed_number"),
        ("1,234.5", "0,123", "malformed_number"),
        ("1,234.5", "12,34,567", "malformed_number"),
        ("1,234.5", "1 234", "malformed_number"),
        ("1.234,5", "1.234", 1234),
        ("1.234,5", "1,234", "fractional_count"),
        ("1 234,5", "1\u202f234", 1234),
        ("1 234,5", "1\n234", "malformed_number"),
        ("1'234.5", "1’234", 1234),
        (None, "1234", 1234),
        (None, "1,234,567", 1_234_567),
        (None, "1.234.567", 1_234_567),
        (None, "1,234", "ambiguous_number"),
        (None, "1.234", "ambiguous_number"),
        (None, "1 234", "ambiguous_number"),
        (None, "12.5", "fractional_count"),
        (None, "12.00", "fractional_count"),
    ],
)
def test_numbers_follow_the_declared_notation(notation, text, expected):
    found = read(text, notation=notation)
    assert found == (expected if isinstance(expected, str) else (expected, expected, "exact"))


def test_an_ambiguous_number_tells_both_readings_and_what_to_declare():
    found = parse_figure("1,234", "persons", UNDECLARED)
    assert isinstance(found, Problem)
    assert "1234 or 1.234" in found.message
    assert "numbers" in str(found.hint)
    indian = parse_figure("12,34,567", "persons", UNDECLARED)
    assert isinstance(indian, Problem)
    assert "Indian" in str(indian.hint)


def test_a_typed_number_is_read_whatever_the_publisher_declares():
    assert parse_figure("1234.5", "usd", TYPED) == Figure(1234.5, 1234.5, "exact")
    assert parse_figure("1.234", "usd", TYPED) == Figure(1.234, 1.234, "exact")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[(text, "unknown_symbol") for text in ("-", "–", "—", "..", "*", ":", "NA", "N/A", "n/d", "none", "no", "x")],
        *[(text, "error_value") for text in ("#REF!", "#N/A", "#DIV/0!", "#NAME?")],
        *[(text, "not_a_number") for text in ("TRUE", "1e5", "1_000", "0x10", "inf", "nan", "1/2")],
        *[(text, "looks_like_date") for text in ("2019-05", "24/06/2024", "2024-06-24")],
        *[(text, "leading_zeros") for text in ("007", "00")],
        *[(text, "parentheses") for text in ("(12)", "12 (a)")],
        *[(text, "unusual_characters") for text in ("12²", "½", "1٢", "৪", "①", "1\u200b2", "1\u03362", "ª")],
        *[(text, "unread_words") for text in ("74 convictions", "well over 300", "about several", "5 percent")],
        *[(text, "ambiguous_range") for text in ("2019-2020", "2019–2020", "2-3 million", "two to three hundred")],
        *[(text, "empty_range") for text in ("5-3", "3-3", "between 5 and 3", "under 0")],
        *[(text, "negative") for text in ("-5", "−5")],
        *[(text, "too_large") for text in ("9007199254740992", "9" * 40)],
        *[(text, "malformed_number") for text in ("12 5", "1.", ".5", "5,", "+5", "12 *", "3-4-5")],
    ],
)
def test_what_is_in_doubt_is_a_problem(text, code):
    assert read(text) == code


def test_unread_words_are_named():
    found = parse_figure("74 convictions and pleas", "persons", UNDECLARED)
    assert isinstance(found, Problem)
    assert "convictions, and, pleas" in found.message


def test_symbols_mean_what_the_publisher_says_before_anything_else():
    symbols = symbol_figures({"-": "not_available", "<5": [0, 4], "1-3": [1, 3], "seven": "suppressed"})
    assert symbols["<5"] == Figure(0, 4, "under")
    assert symbols["1-3"] == Figure(1, 3, "between")
    assert parse_figure(" - ", "persons", UNDECLARED, symbols=symbols) == Figure(None, None, "not_available")
    assert parse_figure("seven", "persons", UNDECLARED, symbols=symbols) == Figure(None, None, "suppressed")
    assert read("-") == "unknown_symbol"


def test_every_bad_symbol_is_told_at_once():
    with pytest.raises(DeclarationError) as caught:
        symbol_figures({"-": "zero", "x": [5, 2], "y": True, "z": "supressed", "w": [1], "*": "suppressed"})
    assert len(caught.value.problems) == 5
    assert "Did you mean suppressed?" in str(caught.value)


def test_an_unknown_notation_is_a_declaration_error():
    assert numerals("1.234,5") == Numerals((".",), ",", True)
    assert not UNDECLARED.declared
    with pytest.raises(DeclarationError, match=r"1,234\.5 · 1\.234,5"):
        numerals("1234")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("964*", ("964", "*")),
        ("12†", ("12", "†")),
        ("7 [a]", ("7", "[a]")),
        ("12¹", ("12", "¹")),
        ("964*†", ("964", "*†")),
        ("over 74 ¹²", ("over 74", "¹²")),
        ("121", ("121", None)),
        ("5(1)", ("5(1)", None)),
        ("12 [15]", ("12 [15]", None)),
        ("*", ("*", None)),
        ("[a]", ("[a]", None)),
    ],
)
def test_markers_are_taken_off_the_end_and_digits_never(text, expected):
    assert strip_marker(text) == expected


def test_parts_of_one_cell():
    patterns = [compile_part("{total} ({form:labour})"), compile_part("{total} of which {sex:female} women")]
    assert split_parts("5,682 (490)", patterns) == [("total", "5,682"), ("form:labour", "490")]
    assert split_parts("5,682(490)", patterns) == [("total", "5,682"), ("form:labour", "490")]
    assert split_parts("10  of which 4 women", patterns) == [("total", "10"), ("sex:female", "4")]
    assert split_parts("5,682", patterns) is None
    assert split_parts("12 (a)", patterns) is None


@pytest.mark.parametrize(
    "pattern",
    ["{a}", "{total", "{total}}", "{total} {form:x}", "no names", "{total} ({total})", "{nothing:x}", "{sex:}"],
)
def test_a_bad_pattern_is_a_declaration_error(pattern):
    with pytest.raises(DeclarationError, match="parts"):
        compile_part(pattern)


@pytest.mark.parametrize("language", figure_words.LANGUAGES)
def test_number_words_name_one_number_each(language):
    spelled = dict(figure_words._below_thousand(language))
    assert set(spelled.values()) == set(range(1, 1000))
    pairs = list(figure_words._spelled(figure_words._SPELLINGS[language]))
    assert len(set(pairs)) == len(spelled)


@given(st.integers(0, 2**53 - 1), st.sampled_from(NOTATIONS), st.sampled_from(UNITS))
def test_a_number_written_as_declared_reads_back(n, notation, unit):
    assert parse_figure(printed(n, notation), unit, numerals(notation)) == Figure(n, n, "exact")
    assert parse_figure(str(n), unit, numerals(notation)) == Figure(n, n, "exact")


@given(st.integers(0, 10**9), st.sampled_from(NOTATIONS))
def test_without_a_declaration_a_number_is_right_or_held(n, notation):
    found = parse_figure(printed(n, notation), "persons", UNDECLARED)
    assert isinstance(found, Problem) or found == Figure(n, n, "exact")


@given(st.integers(0, 10**9), st.sampled_from(NOTATIONS), st.sampled_from(NOTATIONS), st.sampled_from(UNITS))
def test_a_count_in_another_notation_than_declared_is_right_or_held(n, written, declared, unit):
    found = parse_figure(printed(n, written), unit, numerals(declared))
    if unit not in CONTINUOUS_UNITS:
        assert isinstance(found, Problem) or found == Figure(n, n, "exact")


@given(
    st.integers(0, 10**12), st.sampled_from(UNITS), st.sampled_from(["over", "more than", "> ", ">", "in excess of"])
)
def test_over_moves_the_bound_of_a_count_by_one(n, unit, word):
    step = 0 if unit in CONTINUOUS_UNITS else 1
    assert parse_figure(f"{word} {n}", unit, UNDECLARED) == Figure(n + step, None, "over")


@given(st.integers(1, 10**12), st.sampled_from(COUNTS))
def test_under_and_at_most_agree_on_counts(n, unit):
    under, at_most = (parse_figure(f"{word} {m}", unit, UNDECLARED) for word, m in (("under", n), ("at most", n - 1)))
    assert isinstance(under, Figure)
    assert isinstance(at_most, Figure)
    assert (under.low, under.high) == (at_most.low, at_most.high) == (0, n - 1)


@given(st.integers(0, 1800), st.integers(0, 1800))
def test_a_range_runs_from_low_to_high_or_is_held(a, b):
    found = parse_figure(f"between {a} and {b}", "cases", UNDECLARED)
    if a <= b:
        assert found == Figure(a, b, "between")
    else:
        assert isinstance(found, Problem)


FRAGMENTS = st.sampled_from(
    [
        "over",
        "at least",
        "under",
        "up to",
        "about",
        "between",
        "and",
        "to",
        "–",
        "-",
        "+",
        "<",
        ">",
        "≥",
        "$",
        "%",
        "(",
        ")",
        ".",
        "'",
        "12",
        "3",
        "1 234",
        "007",
        "2019",
        "dozen",
        "million",
        "two",
        "hundred",
        "a",
        "several",
        "k",
        "M",
        "e5",
        "²",
        "½",
        "٣",
        "#N/A",
        "mil",
        "y",
        "entre",
        "plus d'",
        "cent",
        "*",
        "[a]",
        "\xa0",
        "\u200b",
    ]
)
ANY_TEXT = st.one_of(
    st.text(max_size=30), st.lists(FRAGMENTS, max_size=6).map(" ".join), st.lists(FRAGMENTS, max_size=6).map("".join)
)
ANY_NUMERALS = st.sampled_from([None, *NOTATIONS]).map(numerals)
LANGUAGES = st.sampled_from(figure_words.LANGUAGES)


@settings(max_examples=400)
@given(ANY_TEXT, st.sampled_from(UNITS), ANY_NUMERALS, LANGUAGES)
def test_any_text_gives_a_sound_figure_or_a_problem(text, unit, notation, language):
    found = parse_figure(text, unit, notation, language)
    if isinstance(found, Problem):
        assert found.message
        return
    assert found.qualifier in ALLOWED["qualifier"]
    assert (found.low is None) == (found.qualifier in NO_NUMBER)
    if found.low is None:
        assert found.high is None
        return
    assert found.high is None or found.low <= found.high
    assert found.low >= 0 or unit in ("usd", "percent")
    assert unit in CONTINUOUS_UNITS or found.low == int(found.low)
    assert (found.exact is None) == (found.qualifier != "exact")


@settings(max_examples=400)
@given(st.text(alphabet="0123456789.,' -–+<>~()%$²٣\u00a0\n", max_size=12), st.sampled_from(UNITS), ANY_NUMERALS)
def test_an_exact_figure_has_the_digits_that_are_printed(text, unit, notation):
    found = parse_figure(text, unit, notation)
    if isinstance(found, Figure) and found.exact is not None:
        seen = "".join(re.findall("[0-9]", text.replace("٣", "3")))
        whole = int(seen)
        assert any(abs(found.exact) == float(Fraction(whole, 10**places)) for places in range(len(seen) + 1))


@given(ANY_TEXT)
def test_stripping_a_marker_keeps_the_digits_and_something_to_read(text):
    rest, marker = strip_marker(text)
    assert re.findall(r"[0-9]", rest) == re.findall(r"[0-9]", text)
    assert text.startswith(rest)
    assert rest.strip() or marker is None


@given(ANY_TEXT)
def test_splitting_parts_loses_no_digit(text):
    parts = split_parts(text, [compile_part("{total} ({form:labour})")])
    if parts is not None:
        assert re.findall("[0-9]", "".join(part for _, part in parts)) == re.findall("[0-9]", text)
        assert all(part.strip() for _, part in parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.200", "ambiguous_number"), ("$12.345", "ambiguous_number"), ("1.20", (1.2, 1.2, "exact")),
     ("1.234 million", (1_234_000, 1_234_000, "exact")), ("1,200", (1200, 1200, "exact"))],
)  # fmt: skip
def test_money_has_no_three_decimals(text: str, expected: object) -> None:
    assert read(text, "usd", "1,234.5") == expected
