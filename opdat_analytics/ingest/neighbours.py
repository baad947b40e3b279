"""What the cells of one table say about each other: marks that contradict, fractions among percentages, lone blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np

from opdat_analytics.ingest.block import Block, HeldCell
from opdat_analytics.ingest.checks import Flag
from opdat_analytics.ingest.coded import Coded
from opdat_analytics.ingest.figures import Problem
from opdat_analytics.ingest.grid import nonblank
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


def lone_fractions(block: Block, texts: Coded, units: Coded, wanted: np.ndarray) -> Iterator[Flag]:
    """Percentages of at most 1 among much larger ones, or nothing but such: perhaps fractions."""
    if "percent" not in units.levels:
        return
    plain = texts.changed(lambda text: float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text.strip()) else None)
    numbers = wanted & plain.given() & units.where(lambda unit: unit == "percent")
    small = np.flatnonzero(numbers & plain.where(lambda number: number is not None and 0 < number <= 1))
    count = int(numbers.sum())
    if not small.size or count < 3 or (small.size < count and small.size * 5 > count):
        return
    at = (int(block.laid.readings.rows[small[0]]), int(block.laid.readings.columns[small[0]]))
    more = f" (and {small.size - 1} more)" if small.size > 1 else ""
    said = "all percentages of this table are" if small.size == count else "unlike the others, this percentage is"
    yield Flag("flag", "percent_or_fraction", at, f"{said} at most 1{more}: perhaps a fraction; read as percent")


def blank_labels(block: Block, wanted: np.ndarray) -> tuple[list[HeldCell], list[Flag]]:
    """Blanks in a column that names something in the other rows; ``wanted`` loses the figures that are held.

    A blank period is held, unless the column is declared optional. Of other columns only a blank that is rare is looked
    at, and any among the headers of a table with two sides: a blank sex, form, … is held where other rows spell the
    total out, and else is read as the total, or as not stated, and flagged.
    """
    held: list[HeldCell] = []
    flags: list[Flag] = []
    readings = block.laid.readings
    nothing = Coded.same(None, wanted.size)
    routed = {route.column for route in block.layout.routes}
    for labels in readings.labels:
        role = labels.role.partition(":")[0]
        texts = labels.coded()
        if role not in (*_SIZED, "year", "period") or all(text.strip() for text in texts.levels):
            continue
        blank = ~texts.where(lambda text: bool(text.strip()))
        codes = block.columns.get(role, nothing)
        missing = blank & wanted & nonblank(readings.text) & ~codes.given()
        count, rows = int(blank[wanted].sum()), int(wanted.sum())
        lone = count <= RARE * rows or (count == 1 and rows >= FEW) or block.layout.corner is not None
        dated = role in ("year", "period") and _header_of(block, labels) not in block.layout.optional
        if not missing.any() or not (dated or (lone and count < rows)) or _header_of(block, labels) in routed:
            continue
        if dated:
            for other in ("period", "year", "as_of"):
                missing &= ~block.columns.get(other, nothing).given()
            held += _missing(block, missing, "missing_period", "nothing says which period this figure is about")
            wanted &= ~missing
        elif role not in ("offence", "unit") and "total" in codes.levels:
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
        hint += "; where no period is meant, name the header under `optional`" if code == "missing_period" else ""
        found.append(HeldCell(at, str(readings.text[i]), code, message, hint))
    return found


def shifted(block: Block) -> Iterator[Flag]:
    """Bare numbers in a column of notes beside a blank figure: perhaps the figure, one column too far."""
    readings = block.laid.readings
    for labels in readings.labels:
        if labels.role != "note":
            continue
        bare = labels.coded().where(lambda text: re.fullmatch(r"\s*\d[\d.,]*\s*", text) is not None)
        for i in np.flatnonzero(bare & ~nonblank(readings.text)).tolist() if bare.any() else ():
            at = (int(labels.rows[i]), int(labels.columns[i]))
            figure = address(int(readings.rows[i]), int(readings.columns[i]))
            message = f"a number stands where notes are, and the figure in {figure} is blank: perhaps it slipped"
            yield Flag("flag", "shifted_cell", at, message, "ask the sender, or put the number where it belongs")
