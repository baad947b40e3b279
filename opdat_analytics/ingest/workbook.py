"""The only reader of spreadsheets: a file becomes grids of printed text, and nothing is interpreted yet.

A zipped workbook (xlsx, xlsm) is looked through before it is read (`preflight`); where that shows it harmless it is
read here, otherwise, and always for xls, xlsb and ods, in a process of its own (`child`).

What is not known of some kinds of files: of xls and xlsb whether a formula was ever calculated, and of xls older than
Excel 97 neither raised marks, struck out cells, number formats nor hidden rows; of ods not the formulas (what was shown
is what is read).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import python_calamine

from opdat_analytics.ingest import ole_facts, preflight
from opdat_analytics.ingest.child import sheets_apart
from opdat_analytics.ingest.conditional import look_through
from opdat_analytics.ingest.date_formats import date_shown
from opdat_analytics.ingest.grid import NO_FIGURE, Grid, Merge, Position, Remark, cells_of, nonblank
from opdat_analytics.ingest.plain_cells import PlainSheet, rectangle
from opdat_analytics.ingest.reader import MAX_CELLS, MAX_COLUMNS, Sheet, TooLarge, printed, sheets
from opdat_analytics.ingest.sheet_facts import SheetFacts, stretches
from opdat_analytics.ingest.text_files import read_text
from opdat_analytics.model import UnreadableFile, address, column_letters

__all__ = ["MAX_CELLS", "MAX_COLUMNS", "Grid", "cells_of", "nonblank", "printed", "read_workbook"]

MAX_BYTES = 64 * 2**20
ROW_LIMITS = (16_384, 65_536, 1_048_576)
_EXTENSIONS = {
    "xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"), "xlsb": (".xlsb",), "ods": (".ods", ".ots"), "xls": (".xls", ".xlt"),
}  # fmt: skip
_ERRORS = frozenset(
    (
        "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#N/A", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA",
        "#¡REF!", "#¡DIV/0!", "#¡VALOR!", "#¿NOMBRE?", "#¡NUM!", "#¡NULO!", "#NOM?", "#VALEUR!", "#NOMBRE!", "#NUL!",
        "#VALOR!", "#NOME?", "#NÚM!", "#NULO!", "#N/D",
    )
)  # fmt: skip
_WHOLE = 2.0**53
_LOST = "“{}” is not a number that a spreadsheet can keep: an identifier of so many digits must be kept as text"
_UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ORDERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_FIRST = re.compile(r"\d{4}-\d\d-01$")
_FORMULA = re.compile(r"^[^\S\n]*(?:[=@+][A-Za-z_(]|-[A-Za-z]+\()", re.MULTILINE)


def read_workbook(path: Path) -> tuple[Grid, ...]:
    """Read every sheet of a spreadsheet, whatever its extension says.

    Parameters
    ----------
    path
        An xlsx, xlsm, xlsb, xls, ods, csv or tsv file, recognised by its content.

    Returns
    -------
    tuple of Grid
        In the workbook's order.

    Raises
    ------
    UnreadableFile
        If the file is not a spreadsheet, is damaged, encrypted, or larger than an honest return could be.
    """
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("empty_file", "the file is empty (0 bytes)", "ask the sender to send it again")
    if size > MAX_BYTES:
        raise UnreadableFile("too_large", f"the file has {size / 2**20:.0f} MB; the limit is {MAX_BYTES // 2**20} MB")
    data = path.read_bytes()
    if data[:4] == b"PK\x03\x04":
        inspected = _inspected(data)
        flags = (*_misnamed(path, inspected.kind), *inspected.flags)
        if inspected.kind == "xlsb":
            flags = (*flags, *_legacy("xlsb", inspected.sheets))
            return _with_flags((_legacy_grid(sheet, inspected.sheets) for sheet in _read(inspected)), flags)
        return _with_flags(_grids(inspected), flags)
    if data[:8] == ole_facts.MAGIC:
        from opdat_analytics.ingest import legacy_facts

        odd, seen = ole_facts.flags(data), legacy_facts.facts(data)
        flags = (*_misnamed(path, "xls"), *_legacy("xls", seen), *odd)
        return _with_flags((_legacy_grid(sheet, seen or {}) for sheet in sheets_apart(data)), flags)
    return _with_flags([_tidied(read_text(path, data))], ())


def _inspected(data: bytes) -> preflight.Inspected:
    try:
        return preflight.inspect(data)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise UnreadableFile("damaged_file", f"the workbook is damaged ({error})", "ask for the file again") from error


def _misnamed(path: Path, kind: str) -> Iterator[Remark]:
    if path.suffix.lower() not in _EXTENSIONS[kind]:
        message = f"the file is named {path.suffix or 'without an extension'} but is a workbook of the kind {kind}"
        yield "extension_mismatch", None, f"{message}, and was read as such"


def _legacy(kind: str, seen: Mapping[str, SheetFacts] | None) -> Iterator[Remark]:
    """What cannot be known of a binary workbook."""
    if seen:
        message = f"in {kind} files it cannot be seen whether a formula was ever calculated; its last value was read"
    else:
        message = (
            f"in this {kind} file raised marks, struck out cells, hidden rows and number formats cannot be seen: a "
            "figure like 121 may be 12 with a raised 1; ask for it as .xlsx"
        )
    yield "legacy_format", None, message


def _legacy_grid(sheet: Sheet, seen: Mapping[str, SheetFacts]) -> Grid:
    """A sheet of a binary workbook; where its formats cannot be seen, a first day of a month may stand for more."""
    grid = _grid(_values(sheet), seen.get(sheet.name))
    if sheet.name in seen:
        return grid
    why = "holds {}, and it cannot be seen whether that day, its month or its year is shown"
    firsts = [divmod(i, grid.text.shape[1]) for i, said in enumerate(grid.text.ravel().tolist()) if _FIRST.match(said)]
    return replace(grid, unread={**{at: ("ambiguous_date", why.format(grid.text[at])) for at in firsts}, **grid.unread})


def _with_flags(grids: Iterable[Grid], flags: Sequence[Remark]) -> tuple[Grid, ...]:
    """Grids of a workbook with what is odd about the file, each sheet, and its copies."""
    told: list[Grid] = []
    for grid in grids:
        own: list[Remark] = [*(flags if not told else ()), *grid.flags, *_row_limit(grid)]
        twin = next((g.name for g in told if _copied(g, grid)), None)
        if twin is not None:
            own.append(("duplicate_sheet", None, f"sheet “{grid.name}” says the same as sheet “{twin}”, cell by cell"))
        told.append(replace(grid, flags=_once_each(own)) if own else grid)
    return tuple(told)


def _once_each(flags: Sequence[Remark]) -> tuple[Remark, ...]:
    """One flag of each code, which says how many more there are."""
    several = Counter(code for code, _, _ in flags)
    first = {code: (at, message) for code, at, message in reversed(flags)}
    return tuple(
        (code, at, message if several[code] == 1 else f"{message} (and {several[code] - 1:,} more)")
        for code, (at, message) in ((code, first[code]) for code in dict.fromkeys(code for code, _, _ in flags))
    )


def _copied(one: Grid, other: Grid) -> bool:
    return bool(np.array_equal(one.text, other.text)) and len(one.text) > 0


def _row_limit(grid: Grid) -> tuple[Remark, ...]:
    rows = grid.text.shape[0]
    if rows not in ROW_LIMITS:
        return ()
    return (("row_limit", None, f"exactly {rows:,} rows, the limit of a spreadsheet program: it may be cut"),)


def _sheets_here(data: bytes) -> Iterator[Sheet]:
    try:
        yield from sheets(data)
    except python_calamine.PasswordError as error:
        raise UnreadableFile(
            "encrypted", "the workbook is protected by a password", "ask for an unprotected copy"
        ) from error
    except TooLarge as error:
        raise UnreadableFile("too_large", str(error), "delete what lies far outside the table") from error
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise UnreadableFile(
            "damaged_file", f"the workbook cannot be read ({error})", "open it, save it as .xlsx and send it again"
        ) from error


def _grids(inspected: preflight.Inspected) -> Iterator[Grid]:
    """The sheets of a workbook that was looked through: from there, or by a reader here or in a process of its own."""
    if inspected.read is not None and inspected.texts is not None:
        for plain in inspected.read:
            yield _grid(_plain_values(plain, inspected.texts), inspected.sheets[plain.name])
        return
    for sheet in _read(inspected):
        yield _grid(_values(sheet), inspected.sheets.get(sheet.name))


def _read(inspected: preflight.Inspected) -> Iterable[Sheet]:
    return _sheets_here(inspected.data) if inspected.usual else sheets_apart(inspected.data)


def _grid(sheet: _Values, facts: SheetFacts | None) -> Grid:
    text, typed, unread = sheet.text, sheet.typed, sheet.unread
    markers: dict[Position, str] = {}
    if facts is not None and facts.untyped:
        text, typed = _with_untyped(text, typed, facts.untyped)
    if facts is not None:
        look_through(facts, text, typed)
        for at, (code, shown, reason) in facts.unread.items():
            if _inside(at, text):
                text[at] = text[at] if shown is None else shown
                unread[at] = (code, reason)
        for at, (plain, marker) in facts.superscripts.items():
            if _inside(at, text):
                text[at] = plain
                markers |= {at: marker} if marker else {}
        for at, shown in facts.prints.items():
            if _inside(at, text) and at not in unread:
                text[at], typed[at] = shown, True
        for at, code in facts.dates.items():
            if _inside(at, text) and at not in unread:
                text[at], unread[at] = _dated(text[at], code)
    merges, odd, unseen = _merged(sheet.merges or (facts.merges if facts else ()), text)
    unread = {**unseen, **unread}
    rows, columns = _not_shown(text, facts)
    flags = (*(facts.flags if facts else ()), *_hidden(text, rows, columns), *odd)
    return _tidied(Grid(sheet.name, text, typed, merges, unread, markers, sheet.hidden, flags, rows, columns))


def _with_untyped(
    text: np.ndarray, typed: np.ndarray, untyped: Mapping[Position, str]
) -> tuple[np.ndarray, np.ndarray]:
    """A sheet with the texts that its reader left blank, perhaps beyond the rectangle that it knew."""
    height = max(text.shape[0], *(row + 1 for row, _ in untyped))
    width = max(text.shape[1], *(column + 1 for _, column in untyped))
    if height * width > MAX_CELLS:
        raise UnreadableFile("too_large", f"a sheet spans {height} rows × {width} columns", "delete what lies outside")
    wider = np.full((height, width), "", dtype=object)
    wider[: text.shape[0], : text.shape[1]] = text
    numbers = np.zeros((height, width), dtype=bool)
    numbers[: text.shape[0], : text.shape[1]] = typed
    for at, said in untyped.items():
        wider[at] = wider[at] or said
    return wider, numbers


def _dated(stored: str, code: str) -> tuple[str, tuple[str, str]]:
    """What a cell with a date shows of it, and why it is no figure."""
    said = date_shown(code, stored)
    if said is None:
        why = f"the cell holds {stored}, but its number format “{code}” shows something else; nobody can tell which"
        return stored, ("changed_by_format", f"{why} is meant")
    return said, (NO_FIGURE, f"the cell holds a date, {stored}, and shows “{said}”: that is no figure")


def _inside(at: Position, text: np.ndarray) -> bool:
    return bool(at[0] < text.shape[0] and at[1] < text.shape[1])


@dataclass(frozen=True)
class _Values:
    """A sheet's printed text, which of it are numbers, and which numbers have lost their last digits."""

    name: str
    text: np.ndarray
    typed: np.ndarray
    unread: dict[Position, tuple[str, str]]
    merges: tuple[Merge, ...]
    hidden: bool


def _plain_values(sheet: PlainSheet, texts: np.ndarray) -> _Values:
    """The values of a sheet that was read while it was looked through."""
    cells = sheet.cells
    text, typed = rectangle(sheet, texts, _printed_number)
    lost = [i for i, value in cells.others.items() if not -_WHOLE < value < _WHOLE]
    at = [(int(cells.rows[i]), int(cells.columns[i])) for i in lost]
    unread = {place: ("number_lost", _LOST.format(text[place])) for place in at}
    return _Values(sheet.name, text, typed, unread, sheet.merges, sheet.hidden)


def _values(sheet: Sheet) -> _Values:
    """The values that a reader gave."""
    rows = sheet.rows
    width = len(rows[0]) if rows else 0
    flat: list[Any] = list(chain.from_iterable(rows))
    text = np.array(flat, dtype=object) if flat else np.empty(0, dtype=object)
    typed = np.zeros(len(flat), dtype=bool)
    unread: dict[Position, tuple[str, str]] = {}
    odd = [i for i, kind in enumerate(map(type, flat)) if kind is not str]
    shown: list[str] = []
    for i in odd:
        value = flat[i]
        if value.__class__ is not float:
            shown.append(printed(value))
            continue
        typed[i] = True
        shown.append(_printed_number(value))
        if not -_WHOLE < value < _WHOLE:
            unread[divmod(i, width)] = ("number_lost", _LOST.format(shown[-1]))
    text[odd] = shown
    shape = len(rows), width
    return _Values(sheet.name, text.reshape(shape), typed.reshape(shape), unread, sheet.merges, sheet.hidden)


@lru_cache(maxsize=100_000)
def _printed_number(value: float) -> str:
    """How a number is printed, kept from sheet to sheet."""
    return printed(value)


def _not_shown(text: np.ndarray, facts: SheetFacts | None) -> tuple[frozenset[int], frozenset[int]]:
    """Hidden rows and columns within the sheet."""
    if facts is None or not (facts.hidden_rows or facts.hidden_columns):
        return frozenset(), frozenset()
    return _numbers(facts.hidden_rows, text.shape[0]), _numbers(facts.hidden_columns, text.shape[1])


def _numbers(ranges: Iterable[tuple[int, int]], end: int) -> frozenset[int]:
    """The numbers below an end that lie within ranges, which are given by their first and last."""
    within = np.zeros(end, dtype=bool)
    for first, last in set(ranges):
        within[first : last + 1] = True
    return frozenset(np.flatnonzero(within).tolist())


def _hidden(text: np.ndarray, rows: Iterable[int], columns: Iterable[int]) -> Iterator[Remark]:
    """Which of the hidden rows and columns hold something."""
    rows = [row for row in rows if text[row].astype(bool).any()]
    if rows:
        names = _listed([f"{a + 1}" if a == b else f"{a + 1}–{b + 1}" for a, b in stretches(rows)])
        yield "hidden_rows", None, f"hidden rows were read like the others: {names}"
    columns = [column for column in columns if text[:, column].astype(bool).any()]
    if columns:
        ends = [(column_letters(a), column_letters(b)) for a, b in stretches(columns)]
        names = _listed([a if a == b else f"{a}–{b}" for a, b in ends])
        yield "hidden_columns", None, f"hidden columns were read like the others: {names}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _merged(
    ranges: Iterable[Merge], text: np.ndarray
) -> tuple[tuple[Merge, ...], list[Remark], dict[Position, tuple[str, str]]]:
    """Merged ranges within the rectangle, what is odd about the others, and the cells that a range covers up.

    A range that reaches beyond the rectangle on both sides and covers more than its first cell is no range that a
    person made; it is left out.
    """
    kept: list[Merge] = []
    odd: list[Remark] = []
    covered_up: dict[Position, tuple[str, str]] = {}
    left = 2 * text.size
    for top, first, lowest, rightmost in ranges:
        if top >= text.shape[0] or first >= text.shape[1] or lowest < top or rightmost < first:
            continue
        bottom, last = min(lowest, text.shape[0] - 1), min(rightmost, text.shape[1] - 1)
        left -= (bottom - top + 1) * (last - first + 1)
        if left < 0:
            raise UnreadableFile("damaged_file", "merged ranges lie upon each other", "open the file and save it again")
        covered = text[top : bottom + 1, first : last + 1].astype(bool)
        several = int(covered.sum() - covered[0, 0]) > 0
        if several and bottom < lowest and last < rightmost:
            message = "a merged range covers more than one value; its cells were read as if they were not merged"
            odd.append(("merged_values", (top, first), message))
            continue
        kept.append((top, first, bottom, last))
        if several:
            shown = f"“{text[top, first]}”" if text[top, first] else "nothing"
            span = f"{address(top, first)}:{address(bottom, last)}"
            for row, column in np.argwhere(covered).tolist():
                if row or column:
                    why = f"the cell lies under the merged range {span}, which shows {shown}; nobody can see this one"
                    covered_up[top + row, first + column] = ("under_a_merge", why)
    return tuple(kept), odd, covered_up


def _tidied(grid: Grid) -> Grid:
    """A grid without characters that are never printed, its pasted errors unread, odd texts flagged."""
    flags = list(grid.flags)
    unread = dict(grid.unread)
    text = grid.text
    distinct = set(text.ravel().tolist())
    every = "\n".join(distinct)
    errors = distinct & _ERRORS
    unprinted = {said: _UNPRINTED.sub("", said) for said in distinct} if _UNPRINTED.search(every) else {}
    unprinted = {said: clean for said, clean in unprinted.items() if clean != said}
    formulas = {said for said in distinct if _FORMULA.match(said)} if _FORMULA.search(every) else set()
    formulas.discard("=…")
    if not (errors or unprinted or formulas):
        return grid
    width = text.shape[1]
    wanted = errors | formulas | unprinted.keys()
    ordering: list[Position] = []
    for i, said in enumerate(text.ravel().tolist()):
        if said not in wanted:
            continue
        at = divmod(i, width)
        if said in errors and at not in unread:
            unread[at] = ("error_value", f"the cell shows the error {said}")
        if said in formulas:
            flags.append(("formula_text", at, "a text that looks like a formula; it is kept as text and never run"))
        if said in unprinted:
            text[at] = unprinted[said]
            if _ORDERING.search(said):
                ordering.append(at)
    if ordering:
        message = "characters that are never printed were taken out of the text"
        flags.extend(("control_characters", at, message) for at in ordering)
    return replace(grid, unread=unread, flags=tuple(flags))
