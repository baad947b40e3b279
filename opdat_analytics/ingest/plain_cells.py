"""Values of a sheet taken straight from its bytes, where they are plain texts and bare numbers in the usual form.

Whatever is written in another way (formulas, dates, errors, truth, texts in runs or with escapes) makes the workbook
one for `reader`. What is taken here is what `reader` would have given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from opdat_analytics.ingest.cell_scan import KINDS, Cells, begin, numbers_in
from opdat_analytics.ingest.grid import Merge

SHARED, CALCULATED, OWN = KINDS["s"], KINDS["str"], KINDS["inlineStr"]

_SMALL = np.array([str(number) for number in range(10_000)], dtype=object)
"""How the numbers that most figures are, are printed."""
_VALUE = re.compile(rb"(?:<f\b[^<>]*/>|<f\b[^<>]*>[^<]*</f>)?(?:<v>([^<]*)</v>|(<v ?/>))?</c>")
_NUMBER = re.compile(rb"-?\d{1,30}(?:\.\d{1,30})?(?:[eE][-+]?\d{1,3})?")
_HEAD = re.compile(r"(?:<\?xml[^<>]*\?>)?\s*<sst\b[^<>]*>")
_ITEM = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_ITEMS = re.compile(r'(?:<si><t(?: xml:space="preserve")?>[^<]*</t></si>)*+')
_INLINE = re.compile(rb'<is><t(?: xml:space="preserve")?>([^<]*)</t></is></c>')
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos);")
_MEANT = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


@dataclass(frozen=True)
class PlainCells:
    """The filled cells of a block, or of a sheet, in the order of the XML.

    Attributes
    ----------
    rows, columns
        Zero-based.
    kinds
        0 where the cell holds a number, else `SHARED` or `OWN` for a text of the workbook or of the sheet.
    numbers
        The number of the text, or the whole number that the cell holds; of other numbers anything.
    others
        Place in these arrays → the number, where it is not a short whole one.
    """

    rows: np.ndarray
    columns: np.ndarray
    kinds: np.ndarray
    numbers: np.ndarray
    others: Mapping[int, float]

    @property
    def most_text(self) -> int:
        """The highest number of a shared text; -1 where there is none."""
        return int(self.numbers[self.kinds == SHARED].max(initial=-1))


@dataclass(frozen=True)
class PlainSheet:
    """A worksheet: its cells, its own texts, its merged ranges as (top, left, bottom, right), whether it is hidden."""

    name: str
    cells: PlainCells
    own: np.ndarray
    merges: tuple[Merge, ...]
    hidden: bool


def plain_cells(block: bytes, cells: Cells, dated: np.ndarray, own: dict[bytes, int]) -> PlainCells | None:
    """The values of a block of cells; None where some are neither a plain text nor a bare number.

    Parameters
    ----------
    block
        Rows of a sheet's XML.
    cells
        Its cells.
    dated
        Numbers of the styles that may print a number as a date.
    own
        The sheet's own texts as they are written, and their numbers; those of this block are added.
    """
    filled = cells.filled
    kinds, bodies = cells.kinds[filled], cells.bodies[filled]
    inline = kinds == OWN
    if np.any(kinds > OWN):
        return None
    if dated.size and np.any(np.isin(cells.styles[filled][kinds == 0], dated)):
        return None
    numbers = numbers_in(block, bodies, b"</v></c>")
    if inline.any():
        texts = _INLINE.findall(block)
        whole = len(texts) == np.count_nonzero(inline) == block.count(b"<is")
        if not whole or not np.all(begin(block, bodies[inline], b"<is><t")):
            return None
        for text in dict.fromkeys(texts):
            own.setdefault(text, len(own))
        numbers[inline] = list(map(own.__getitem__, texts))
    others: dict[int, float] = {}
    blank: list[int] = []
    for i in np.flatnonzero((numbers < 0) | (kinds == CALCULATED)).tolist():
        told = _VALUE.match(block, int(bodies[i]))
        value = told[1] or b"" if told else b""
        if told is None or kinds[i] == SHARED or (kinds[i] == 0 and value and not _NUMBER.fullmatch(value)):
            return None
        if kinds[i] == CALCULATED and told.lastindex:
            kinds[i], numbers[i] = OWN, own.setdefault(value, len(own))
        elif value:
            others[i] = float(value)
        else:
            blank.append(i)
    return _without(PlainCells(cells.rows[filled], cells.columns[filled], kinds, numbers, others), blank)


def _without(cells: PlainCells, blank: Sequence[int]) -> PlainCells:
    """The cells but those that hold only a formula and show nothing."""
    if not blank:
        return cells
    kept = np.ones(len(cells.rows), dtype=bool)
    kept[list(blank)] = False
    places = np.cumsum(kept) - 1
    others = {int(places[i]): number for i, number in cells.others.items()}
    return PlainCells(cells.rows[kept], cells.columns[kept], cells.kinds[kept], cells.numbers[kept], others)


def one_after_the_other(blocks: Sequence[PlainCells]) -> PlainCells:
    """The cells of a sheet from those of its blocks."""
    if len(blocks) == 1:
        return blocks[0]
    before = np.cumsum([0, *(len(block.rows) for block in blocks[:-1])]).tolist()
    others = {
        first + i: value for first, block in zip(before, blocks, strict=True) for i, value in block.others.items()
    }
    joined = [np.concatenate([getattr(b, name) for b in blocks]) for name in ("rows", "columns", "kinds", "numbers")]
    rows, columns, kinds, numbers = joined
    return PlainCells(rows, columns, kinds, numbers, others)


def shared_texts(strings: bytes) -> np.ndarray | None:
    """The shared strings part as an object array of texts; None where any is more than letters."""
    if not strings:
        return np.empty(0, dtype=object)
    try:
        said = strings.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None
    head = _HEAD.match(said)
    body, end, after = said[head.end() if head else 0 :].strip().rpartition("</sst>")
    if head is None or not end or after or not _ITEMS.fullmatch(body):
        return None
    return _meant(_ITEM.findall(body))


def own_texts(own: Iterable[bytes]) -> np.ndarray | None:
    """A sheet's own texts as an object array; None where any is more than letters."""
    try:
        return _meant([text.decode("utf-8") for text in own])
    except UnicodeDecodeError:
        return None


def _meant(texts: list[str]) -> np.ndarray | None:
    """What texts mean that are written in XML; None where readers differ in what they take it for."""
    every = np.empty(len(texts), dtype=object)
    every[:] = texts
    joined = "".join(texts)
    if "_x" in joined or "\r" in joined:
        return None
    if "&" in joined:
        if joined.count("&") != len(_ENTITY.findall(joined)):
            return None
        every[:] = [_ENTITY.sub(lambda one: _MEANT[one[1]], text) if "&" in text else text for text in texts]
    return every


def rectangle(sheet: PlainSheet, texts: np.ndarray, other: Callable[[float], str]) -> tuple[np.ndarray, np.ndarray]:
    """A sheet's cells as a rectangle of printed text, ``""`` where blank, and which of them are numbers.

    Parameters
    ----------
    sheet
        The sheet.
    texts
        The workbook's shared texts.
    other
        Prints a number that is not a short whole one.
    """
    cells = sheet.cells
    typed_cells = cells.kinds == 0
    height, width = (int(places.max(initial=-1)) + 1 for places in (cells.rows, cells.columns))
    said = np.empty(len(cells.rows), dtype=object)
    said[typed_cells] = whole_numbers(cells.numbers[typed_cells])
    for kind, known in ((SHARED, texts), (OWN, sheet.own)):
        of_kind = np.flatnonzero(cells.kinds == kind)
        said[of_kind] = known[cells.numbers[of_kind]]
    for i, number in cells.others.items():
        said[i] = other(number)
    at = cells.rows.astype(np.intp) * width + cells.columns
    text, typed = np.full(height * width, "", dtype=object), np.zeros(height * width, dtype=bool)
    text[at], typed[at] = said, typed_cells
    return text.reshape(height, width), typed.reshape(height, width)


def whole_numbers(numbers: np.ndarray) -> np.ndarray:
    """Whole numbers as printed, an object array."""
    if not numbers.size or numbers.max() < len(_SMALL):
        return np.asarray(_SMALL[numbers])
    printed = np.empty(len(numbers), dtype=object)
    printed[:] = list(map(str, numbers.tolist()))
    return printed
