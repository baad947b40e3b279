"""What must hold of figures once they are read: ranges, unique keys, printed totals, footnotes, clean text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from opdat_analytics.ingest.coded import combined
from opdat_analytics.ingest.columns import Figures
from opdat_analytics.ingest.declare import Source
from opdat_analytics.ingest.figures import TYPED, Problem, parse_figure, strip_marker
from opdat_analytics.ingest.laid import Laid, Readings, explained
from opdat_analytics.ingest.workbook import Grid
from opdat_analytics.model import SERIES, Figure


@dataclass(frozen=True)
class Flag:
    """Something to look at; the figure is used all the same."""

    severity: str
    code: str
    cell: tuple[int, int] | None
    message: str
    hint: str | None = None


Strange = tuple[tuple[int, int], str, str, str, str | None]
"""A held cell: position, text, code, message, hint."""


def believable(figures: Figures, expect: Mapping[str, tuple[float, float]]) -> tuple[Figures, list[Strange]]:
    """Hold figures outside the declared ranges of years and values.

    Returns
    -------
    The figures without them, and the held cells.
    """
    strange = np.zeros(len(figures), dtype=bool)
    told: dict[int, str] = {}
    if "values" in expect:
        low, high = expect["values"]
        out = (figures.low > high) | (figures.low < low) | (figures.high > high)
        strange |= out
        said = f"the figure lies outside what is declared possible here ({low:,.0f} to {high:,.0f})"
        told |= dict.fromkeys(np.flatnonzero(out).tolist(), said)
    if "years" in expect:
        low, high = expect["years"]
        years = figures.coded["year"]
        out = years.where(lambda year: year is not None and not low <= year <= high)
        strange |= out
        told |= {
            i: f"year {years.levels[years.codes[i]]} lies outside the declared years {low:.0f} to {high:.0f}"
            for i in np.flatnonzero(out).tolist()
        }
    hint = "if it is right, widen `expect` in source.toml; if not, ask the sender"
    held = [_held(figures, i, "out_of_range", told[i], hint) for i in np.flatnonzero(strange).tolist()]
    return (figures.kept(~strange), held) if strange.any() else (figures, [])


def _held(figures: Figures, row: int, code: str, message: str, hint: str | None) -> Strange:
    at = (int(figures.rows[row]), int(figures.columns[row]))
    return at, _text(figures, row), code, message, hint


def _text(figures: Figures, row: int) -> str:
    said = figures.coded["text"]
    return str(said.levels[said.codes[row]])


@dataclass(frozen=True)
class Doubled:
    """Figures printed more than once: those held for their different values, and flags for those with the same."""

    held: tuple[Strange, ...] = ()
    flags: tuple[Flag, ...] = ()


TWO_TRUTHS = "ask the publisher which is right; accept that cell as it stands, and ignore the others"


def doubled(figures: Figures) -> tuple[Figures, Doubled]:
    """Hold every figure that is printed again with another value, all of a key together; flag those with the same."""
    several, same = repeated(figures)
    flags = (_printed_again(figures, same),) if same else ()
    if not several:
        return figures, Doubled(flags=flags)
    held = np.zeros(len(figures), dtype=bool)
    reported: list[Strange] = []
    for rows in several:
        listed = ", ".join(f"“{_text(figures, i)}” ({figures.cell(i)})" for i in rows)
        message = f"the same figure is printed {len(rows)} times with different values: {listed}"
        reported.extend(_held(figures, i, "duplicate_key", message, TWO_TRUTHS) for i in rows)
        held[rows] = True
    return figures.kept(~held), Doubled(tuple(reported), flags)


def repeated(figures: Figures) -> tuple[list[list[int]], list[list[int]]]:
    """Figures that are printed more than once: those with different values, and those with the same, key by key.

    The key is the series, the edition and the page it was read on. Blanks do not contradict a figure.
    """
    keys = combined(figures.coded[name] for name in (*SERIES, "edition", "url"))
    qualifier = figures.coded["qualifier"]
    said = np.flatnonzero(qualifier.where(lambda one: one != "not_reported"))
    order = said[np.argsort(keys[said], kind="stable")]
    again = keys[order[1:]] == keys[order[:-1]]
    if not again.any():
        return [], []
    one, other = order[:-1], order[1:]
    differ = qualifier.codes[one] != qualifier.codes[other]
    for bound in (figures.low, figures.high):
        differ |= (bound[one] != bound[other]) & ~(np.isnan(bound[one]) & np.isnan(bound[other]))
    bad = set(keys[one[again & differ]].tolist())
    together: dict[int, list[int]] = {}
    for i in np.sort(order[np.isin(keys[order], keys[one[again]])]).tolist():
        together.setdefault(int(keys[i]), []).append(i)
    return (
        [rows for key, rows in together.items() if key in bad],
        [rows for key, rows in together.items() if key not in bad],
    )


def _printed_again(figures: Figures, same: list[list[int]]) -> Flag:
    first, again = same[0][:2]
    more = sum(len(rows) - 1 for rows in same) - 1
    message = f"the same figure stands in {figures.cell(first)} and again in {figures.cell(again)}"
    told = f" (and {more} more figures twice)" if more else ""
    at = (int(figures.rows[again]), int(figures.columns[again]))
    return Flag("flag", "printed_twice", at, f"{message}{told}; it is used once")


def totals(grid: Grid, laid: Laid, figures: Mapping[int, Figure], source: Source) -> Iterable[Flag]:
    """Compare printed totals with the sum of their parts, as intervals."""
    for total in laid.totals:
        text, _ = strip_marker(total.text.strip())
        notation = TYPED if grid.typed[total.cell] else source.numerals
        printed = parse_figure(text, "unstated", notation, source.language, source.symbols)
        if isinstance(printed, Problem) or printed.low is None:
            yield Flag(
                "flag",
                "total_unread",
                total.cell,
                f"the printed total “{total.text}” could not be read, so it was not checked",
            )
            continue
        parts = [figures.get(int(i)) for i in total.parts]
        stated = [p for p in parts if p is not None and p.low is not None]
        low = sum(p.low for p in stated if p.low is not None)
        open_above = len(stated) < len(parts) or any(p.high is None for p in stated)
        high = math.inf if open_above else sum(p.high for p in stated if p.high is not None)
        if (printed.high if printed.high is not None else math.inf) < low or printed.low > high:
            sums = (
                f"{low:,.0f}"
                if low == high
                else f"{low:,.0f} to {high:,.0f}"
                if high < math.inf
                else f"at least {low:,.0f}"
            )
            if not parts:
                message = (
                    f"the printed total is “{total.text}”; nothing beside it is a part of it, so it was not checked"
                )
                yield Flag("flag", "total_unread", total.cell, message)
                continue
            yield Flag(
                "flag", "total_differs", total.cell,
                f"the printed total is “{total.text}”; its {len(stated)} parts add up to {sums}",
                "both are kept as printed; ask the publisher",
            )  # fmt: skip


def unexplained_marks(
    marked: Iterable[tuple[int, str]], readings: Readings, notes: Mapping[str, str]
) -> tuple[Flag, ...]:
    """Footnote marks on figures (their reading, the mark) for which the sheet has no footnote."""
    flags: dict[tuple[int, int], Flag] = {}
    for index, marker in marked:
        if explained(marker, notes) is None:
            at = (int(readings.rows[index]), int(readings.columns[index]))
            flags[at] = Flag("flag", "footnote_missing", at, f"the mark “{marker}” has no footnote on this sheet")
    return tuple(flags.values())


def unexplained_labels(marks: Mapping[tuple[int, int], str]) -> Iterable[Flag]:
    """Footnote marks on labels for which the sheet has no footnote."""
    for at, mark in marks.items():
        message = f"the mark “{mark}” has no footnote on this sheet; the label was read without it"
        yield Flag("flag", "footnote_missing", at, message)


def parts_above_whole(parts: Iterable[tuple[int, str, Figure]], readings: Readings) -> tuple[Flag, ...]:
    """Parts of a cell like ``3 (5)`` that are surely larger than its whole: from reading, name and figure of each."""
    wholes: dict[int, Figure] = {}
    flags = []
    for index, name, figure in parts:
        if name == "total":
            wholes[index] = figure
            continue
        whole = wholes.get(index)
        if whole is None or whole.high is None or figure.low is None or figure.low <= whole.high:
            continue
        at = (int(readings.rows[index]), int(readings.columns[index]))
        message = f"the part {name} is larger than the whole it belongs to"
        flags.append(Flag("flag", "total_differs", at, message, "both are kept as printed; ask the publisher"))
    return tuple(flags)


_BROKEN = re.compile("\N{REPLACEMENT CHARACTER}|[ÃÂ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€")


def odd_text(grid: Grid) -> Iterable[Flag]:
    """Text that was damaged on its way here (mojibake), each distinct text once."""
    broken = [n for n, text in grid.worded.items() if not text.isascii() and _BROKEN.search(text)]
    seen: dict[str, list[tuple[int, int]]] = {}
    for row, column in np.argwhere(np.isin(grid.words.codes, broken)).tolist() if broken else ():
        seen.setdefault(grid.text[row, column], []).append((row, column))
    for text, cells in seen.items():
        several = f" (and {len(cells) - 1} more cells)" if len(cells) > 1 else ""
        yield Flag(
            "flag",
            "mojibake",
            cells[0],
            f"letters of “{text}” were lost before the file came here{several}; kept as received",
        )


def hidden(grid: Grid) -> Iterable[Flag]:
    """A sheet that its reader would not see."""
    if grid.hidden:
        yield Flag(
            "flag", "hidden_sheet", None, f"sheet “{grid.name}” is hidden in the workbook, and was read as declared"
        )
