"""What the cells of one table say about each other: marks that contradict, fractions among percentages, lone blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from opdat_analytics.ingest.block import Block, HeldCell
from opdat_analytics.ingest.checks import Flag
from opdat_analytics.ingest.figures import Problem
from opdat_analytics.ingest.laid import Labels
from opdat_analytics.model import address

_SPACES = "\u00a0\u2007\u2009\u202f"
_MARKED = re.compile(rf"\d[\d.,'’{_SPACES}]*[.,'’{_SPACES}]\d[\d.,'’{_SPACES}]*")
_FORMS = {
    form: re.compile(rf"\d{{1,3}}(?:[{mark}]\d{{3}})+(?:[{decimal}]\d+)?|\d+(?:[{decimal}]\d+)?")
    for form, mark, decimal in (
        ("1,234.5", ",", "."), ("1.234,5", ".", ","), ("1 234,5", _SPACES, ","), ("1 234.5", _SPACES, "."),
        ("1'234.5", "'’", "."),
    )
}  # fmt: skip
_SIZED = ("form", "sex", "age", "citizenship", "breakdown", "offence", "unit")
"""Roles in which a blank has a meaning of its own: the total, or not stated."""

RARE, FEW = 0.05, 8
"""A blank is rare where at most this share of the rows has one, or one of at least so many rows."""

Texts = Iterable[tuple[str, str, bool]]
"""Printed text, unit, and whether the cell holds a number."""


def contradicting(texts: Texts, declared: bool) -> dict[tuple[str, str, bool], Problem]:
    """Figures that may not be read because others of the same table are written by another rule.

    Parameters
    ----------
    texts
        The distinct figures of the table.
    declared
        Whether the publisher's notation is declared; each figure is then judged alone.

    Returns
    -------
    A problem for each figure concerned.
    """
    every = list(texts)
    found = {} if declared else _mixed_marks(every)
    return found | _fractions(every)


def _mixed_marks(texts: list[tuple[str, str, bool]]) -> dict[tuple[str, str, bool], Problem]:
    """Where no one notation fits all marked numbers of a table, none of them shows how its marks are meant."""
    marked: dict[tuple[str, str, bool], frozenset[str]] = {}
    for key in texts:
        for number in () if key[2] else _MARKED.findall(key[0]):
            fits = frozenset(name for name, form in _FORMS.items() if form.fullmatch(number))
            if fits:
                marked[key] = marked.get(key, fits) & fits
    if len(marked) < 2 or frozenset.intersection(*marked.values()):
        return {}
    sample = ", ".join(f"“{text}”" for text, *_ in sorted(marked)[:3])
    message = f"numbers of this table are written by more than one rule ({sample})"
    hint = "declare `numbers` in source.toml; those that do not follow it stay held"
    return {key: Problem("mixed_numbers", message, hint) for key in marked}


def _fractions(texts: list[tuple[str, str, bool]]) -> dict[tuple[str, str, bool], Problem]:
    """Numbers of at most 1 without a sign, where others say “%”: 0.45 may be 45 % or less than half of one."""
    percents = [key for key in texts if key[1] == "percent"]
    if not any("%" in text for text, *_ in percents):
        return {}
    small = [key for key in percents if re.fullmatch(r"0?[.,]\d+|1(?:[.,]0+)?", key[0].strip())]
    return {
        key: Problem(
            "percent_or_fraction",
            f"“{key[0]}” stands among figures with “%”: it could be {key[0]} % or that fraction of one",
            "write it with its sign, or rule on it",
        )
        for key in small
    }


def lone_fractions(block: Block, units: list[str], wanted: np.ndarray) -> Iterator[Flag]:
    """Percentages of at most 1 among much larger ones, or nothing but such: perhaps fractions."""
    readings, numbers = block.laid.readings, {}
    for i in np.flatnonzero(wanted).tolist():
        if units[i] == "percent" and re.fullmatch(r"\d+(?:\.\d+)?", readings.text[i].strip()):
            numbers[i] = float(readings.text[i])
    small = [i for i, number in numbers.items() if 0 < number <= 1]
    if not small or len(numbers) < 3 or (len(small) < len(numbers) and len(small) * 5 > len(numbers)):
        return
    at = (int(readings.rows[small[0]]), int(readings.columns[small[0]]))
    more = f" (and {len(small) - 1} more)" if len(small) > 1 else ""
    said = (
        "all percentages of this table are" if len(small) == len(numbers) else "unlike the others, this percentage is"
    )
    yield Flag("flag", "percent_or_fraction", at, f"{said} at most 1{more}: perhaps a fraction; read as percent")


def blank_labels(
    block: Block, columns: Mapping[str, np.ndarray], wanted: np.ndarray
) -> tuple[list[HeldCell], list[Flag]]:
    """Blanks in a column that names something in the other rows; ``wanted`` loses the figures that are held.

    Only a blank that is rare in its column is looked at, and any among the headers of a table with two sides. A blank
    period is held. A blank sex, form, … is held where other rows spell the total out, and else is read as the total,
    or as not stated, and flagged.
    """
    held: list[HeldCell] = []
    flags: list[Flag] = []
    readings = block.laid.readings
    routed = {route.column for route in block.layout.routes}
    filled = np.array([bool(text.strip()) for text in readings.text.tolist()], dtype=bool)
    for labels in readings.labels:
        role = labels.role.partition(":")[0]
        if role not in (*_SIZED, "year", "period") or not wanted.any():
            continue
        blank = np.array([not text.strip() for text in labels.text.tolist()], dtype=bool)
        if not blank.any() or blank[wanted].all() or _header_of(block, labels) in routed:
            continue
        codes = columns.get(role)
        missing = blank & wanted & filled & np.array([code is None for code in _column(codes, blank.size)], dtype=bool)
        count, rows = int(blank[wanted].sum()), int(wanted.sum())
        lone = count <= RARE * rows or (count == 1 and rows >= FEW) or block.layout.corner is not None
        if not missing.any() or not lone:
            continue
        if role in ("year", "period"):
            dated = columns.get("period"), columns.get("year"), columns.get("as_of")
            timeless = np.array([not any(row) for row in zip(*(_column(c, blank.size) for c in dated), strict=True)])
            missing &= timeless
            held += _missing(block, missing, "missing_period", "nothing says which period this figure is about")
            wanted &= ~missing
        elif role not in ("offence", "unit") and any(code == "total" for code in _column(codes, blank.size)):
            message = f"nothing says which {role} this figure is about, and other rows say “total” where they mean it"
            held += _missing(block, missing, f"missing_{role}", message)
            wanted &= ~missing
        else:
            first = int(np.flatnonzero(missing)[0])
            at = int(labels.rows[first]), int(labels.columns[first])
            several = int(missing.sum())
            read = "unstated" if role in ("offence", "unit") else "the total"
            told = f"{several} figures have" if several > 1 else "a figure has"
            flags.append(Flag("flag", "blank_label", at, f"{told} no {role} though others do; read as {read}"))
    return held, flags


def _column(codes: np.ndarray | None, count: int) -> list[str | None]:
    return [None] * count if codes is None else codes.tolist()


def _header_of(block: Block, labels: Labels) -> str:
    """The header of a column of labels in a flat table; ``""`` elsewhere."""
    for header in block.layout.columns:
        if labels.columns.size and header in block.grid.text[:, int(labels.columns[0])].tolist():
            return header
    return ""


def _missing(block: Block, missing: np.ndarray, code: str, message: str) -> list[HeldCell]:
    readings = block.laid.readings
    found = []
    for i in np.flatnonzero(missing).tolist():
        at = (int(readings.rows[i]), int(readings.columns[i]))
        hint = f"fill the blank beside {address(*at)}, or declare `fill`"
        found.append(HeldCell(at, str(readings.text[i]), code, message, hint))
    return found


def shifted(block: Block) -> Iterator[Flag]:
    """Bare numbers in a column of notes beside a blank figure: perhaps the figure, one column too far."""
    readings = block.laid.readings
    for labels in readings.labels:
        for i, said in enumerate(labels.text.tolist() if labels.role == "note" else ()):
            if said and not readings.text[i].strip() and re.fullmatch(r"\d[\d.,]*", said.strip()):
                at = (int(labels.rows[i]), int(labels.columns[i]))
                figure = address(int(readings.rows[i]), int(readings.columns[i]))
                message = f"a number stands where notes are, and the figure in {figure} is blank: perhaps it slipped"
                yield Flag("flag", "shifted_cell", at, message, "ask the sender, or put the number where it belongs")
