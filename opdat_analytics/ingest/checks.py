"""What must hold of figures once they are read: ranges, unique keys, printed totals, footnotes, clean text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.ingest.declare import Source
from opdat_analytics.ingest.figures import TYPED, Problem, parse_figure, strip_marker
from opdat_analytics.ingest.laid import Laid, Readings, explained
from opdat_analytics.ingest.workbook import Grid
from opdat_analytics.model import SERIES, Figure, position

TOGETHER = "held_together"
"""Code of a cell that is held with another one, which reports for both."""


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


def believable(frame: pd.DataFrame, expect: Mapping[str, tuple[float, float]]) -> tuple[pd.DataFrame, list[Strange]]:
    """Hold figures outside the declared ranges of years and values.

    Returns
    -------
    The frame without them, and the held cells.
    """
    strange = np.zeros(len(frame), dtype=bool)
    told: dict[int, str] = {}
    if "values" in expect:
        low, high = expect["values"]
        lows, highs = frame["low"].astype(float).to_numpy(), frame["high"].astype(float).to_numpy()
        out = (lows > high) | (lows < low) | (highs > high)
        strange |= out
        said = f"the figure lies outside what is declared possible here ({low:,.0f} to {high:,.0f})"
        told |= dict.fromkeys(np.flatnonzero(out).tolist(), said)
    if "years" in expect:
        low, high = expect["years"]
        years = pd.to_numeric(frame["year"], errors="raise").astype(float).to_numpy()
        out = (years < low) | (years > high)
        strange |= out
        told |= {
            i: f"year {years[i]:.0f} lies outside the declared years {low:.0f} to {high:.0f}"
            for i in np.flatnonzero(out).tolist()
        }
    hint = "if it is right, widen `expect` in source.toml; if not, ask the sender"
    held = [_held(frame, i, "out_of_range", told[i], hint) for i in np.flatnonzero(strange).tolist()]
    return (frame[~strange].reset_index(drop=True), held) if strange.any() else (frame, [])


def _held(frame: pd.DataFrame, row: int, code: str, message: str, hint: str | None) -> Strange:
    return position(str(frame["cell"].iat[row])), str(frame["text"].iat[row]), code, message, hint


@dataclass(frozen=True)
class Doubled:
    """Figures printed more than once. With different values, one cell reports and the others are held with it."""

    reported: tuple[Strange, ...] = ()
    silent: tuple[tuple[int, int], ...] = ()
    flags: tuple[Flag, ...] = ()


def doubled(frame: pd.DataFrame) -> tuple[pd.DataFrame, Doubled]:
    """Hold every figure that is printed again with another value, all of a key together; flag those with the same."""
    several, same = repeated(frame)
    flags = (_printed_again(frame, same),) if same else ()
    if not several:
        return frame, Doubled(flags=flags)
    reported: list[Strange] = []
    silent: list[tuple[int, int]] = []
    for first, *rest in several:
        listed = ", ".join(f"“{frame['text'].iat[i]}” ({frame['cell'].iat[i]})" for i in (first, *rest))
        message = f"the same figure is printed {len(rest) + 1} times with different values: {listed}"
        reported.append(_held(frame, first, "duplicate_key", message, TWO_TRUTHS))
        silent.extend(position(str(frame["cell"].iat[i])) for i in rest)
    held = np.zeros(len(frame), dtype=bool)
    held[[row for rows in several for row in rows]] = True
    return frame[~held].reset_index(drop=True), Doubled(tuple(reported), tuple(silent), flags)


TWO_TRUTHS = "ask the publisher which is right, and rule on each cell"


def repeated(frame: pd.DataFrame) -> tuple[list[list[int]], list[list[int]]]:
    """Rows that state one figure more than once: those with different values, and those with the same, key by key.

    The key is the series, the edition and the page it was read on. Blanks do not contradict a figure.
    """
    said = np.flatnonzero((frame["qualifier"] != "not_reported").to_numpy())
    codes = combined_codes(frame, [*SERIES, "edition", "url"])[said]
    order = np.argsort(codes, kind="stable")
    bounds = np.flatnonzero(np.diff(codes[order])) + 1
    groups = (
        [said[rows].tolist() for rows in np.split(order, bounds) if rows.size > 1]
        if bounds.size < said.size - 1
        else []
    )
    values = combined_codes(frame, ["low", "high", "qualifier"]) if groups else np.empty(0)
    differ = [len({values[row] for row in rows}) > 1 for rows in groups]
    groups = sorted(zip(groups, differ, strict=True), key=lambda pair: pair[0][0])
    return [rows for rows, apart in groups if apart], [rows for rows, apart in groups if not apart]


def _printed_again(frame: pd.DataFrame, same: list[list[int]]) -> Flag:
    first, again = same[0][:2]
    more = sum(len(rows) - 1 for rows in same) - 1
    message = f"the same figure stands in {frame['cell'].iat[first]} and again in {frame['cell'].iat[again]}"
    told = f" (and {more} more figures twice)" if more else ""
    return Flag("flag", "printed_twice", position(str(frame["cell"].iat[again])), f"{message}{told}; it is used once")


def combined_codes(frame: pd.DataFrame, columns: Iterable[str]) -> np.ndarray:
    """One integer per row, equal exactly where the rows agree in all the columns (nulls equal nulls)."""
    code = np.zeros(len(frame), dtype=np.int64)
    for column in columns:
        one, levels = pd.factorize(frame[column], use_na_sentinel=True)
        code = code * (len(levels) + 1) + (one + 1)
        code = pd.factorize(code)[0].astype(np.int64)
    return code


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
            yield Flag(
                "flag", "total_differs", total.cell,
                f"the printed total is “{total.text}”; its {len(stated)} parts add up to {sums}",
                "both are kept as printed; ask the publisher",
            )  # fmt: skip


def unexplained_marks(
    parts: Iterable[tuple[int, Any]], readings: Readings, notes: Mapping[str, str]
) -> tuple[Flag, ...]:
    """Footnote marks on figures for which the sheet has no footnote."""
    flags: dict[tuple[int, int], Flag] = {}
    for index, part in parts:
        if part.marker and explained(part.marker, notes) is None:
            at = (int(readings.rows[index]), int(readings.columns[index]))
            flags[at] = Flag("flag", "footnote_missing", at, f"the mark “{part.marker}” has no footnote on this sheet")
    return tuple(flags.values())


def unexplained_labels(marks: Mapping[tuple[int, int], str]) -> Iterable[Flag]:
    """Footnote marks on labels for which the sheet has no footnote."""
    for at, mark in marks.items():
        message = f"the mark “{mark}” has no footnote on this sheet; the label was read without it"
        yield Flag("flag", "footnote_missing", at, message)


def parts_above_whole(parts: Iterable[tuple[int, Any]], readings: Readings) -> tuple[Flag, ...]:
    """Parts of a cell like ``3 (5)`` that are surely larger than its whole."""
    wholes: dict[int, Figure] = {}
    flags = []
    for index, part in parts:
        if part.name == "total":
            wholes[index] = part.figure
            continue
        whole = wholes.get(index)
        if whole is None or whole.high is None or part.figure.low is None or part.figure.low <= whole.high:
            continue
        at = (int(readings.rows[index]), int(readings.columns[index]))
        message = f"the part {part.name} is larger than the whole it belongs to"
        flags.append(Flag("flag", "total_differs", at, message, "both are kept as printed; ask the publisher"))
    return tuple(flags)


_BROKEN = re.compile("\N{REPLACEMENT CHARACTER}|[ÃÂ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€")


def odd_text(grid: Grid) -> Iterable[Flag]:
    """Text that was damaged on its way here (mojibake), each distinct text once."""
    seen: dict[str, list[tuple[int, int]]] = {}
    flat = grid.text.ravel().tolist()
    for number, text in enumerate(flat):
        if text and not text.isascii() and _BROKEN.search(text):
            seen.setdefault(text, []).append(divmod(number, grid.text.shape[1]))
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
