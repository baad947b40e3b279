"""Conditional formats that hide a number or print it as something else, and the cells that they are about."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING

import numpy as np

from opdat_analytics.ingest.date_formats import prints_date
from opdat_analytics.ingest.formatted import formatted
from opdat_analytics.ingest.grid import Merge, Position
from opdat_analytics.ingest.number_formats import WHITE, changes_meaning
from opdat_analytics.model import OpdatError, address, position

if TYPE_CHECKING:
    from opdat_analytics.ingest.sheet_facts import SheetFacts

_COMPARED: Mapping[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "lessThan": operator.lt, "lessThanOrEqual": operator.le, "equal": operator.eq, "notEqual": operator.ne,
    "greaterThanOrEqual": operator.ge, "greaterThan": operator.gt,
}  # fmt: skip
_NEVER_ON_NUMBERS = ("containsErrors", "containsBlanks")
_NUMBER = re.compile(r"\s*[-+]?\d+(\.\d+)?([eE][-+]?\d+)?\s*")
_BLACK = ("rgb ff000000", "rgb 00000000", "theme 1", "indexed 0", "indexed 8", "indexed 64")
_WHITE = ("rgb ffffffff", "rgb 00ffffff", "theme 0", "indexed 1", "indexed 9")
_LISTED = 6
_MOST = 1_000_000
"""Cells that are looked through whatever the size of the sheet."""


@dataclass
class Look:
    """What a conditional format makes of the letters of a cell: number format, colours, whether it strikes them out."""

    code: str | None = None
    letters: str | None = None
    ground: str | None = None
    struck: bool = False

    @property
    def unseen(self) -> bool:
        """Whether the letters have the colour of their own ground."""
        return self.ground is not None and (self.letters or _BLACK[0]) in _same(self.ground)

    @property
    def matters(self) -> bool:
        """Whether a number could look hidden or different."""
        white = self.ground is None and self.letters in _WHITE
        return self.code is not None or self.struck or self.unseen or white


def _same(color: str) -> tuple[str, ...]:
    return next((names for names in (_BLACK, _WHITE) if color in names), (color,))


def _color(attributes: Mapping[str, str]) -> str | None:
    """One name for a colour; None where it is left to the program."""
    kind = next((kind for kind in ("rgb", "theme", "indexed") if kind in attributes), None)
    tint = attributes.get("tint", "0")
    return None if kind is None else f"{kind} {attributes[kind].lower()}{'' if float(tint or 0) == 0 else ' ' + tint}"


class Looks:
    """The looks that conditional formats give, by number, gathered from the styles of a workbook.

    Attributes
    ----------
    found
        All of them, in the order in which rules count them.
    """

    def __init__(self) -> None:
        self.found: list[Look] = []
        self._path: list[str] = []

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._path.append(tag)
        if self._path[1:2] != ["dxfs"]:
            return
        if len(self._path) == 3:
            self.found.append(Look())
        elif self.found:
            _looks(self.found[-1], self._path[3:], attributes)

    def closed(self) -> None:
        """An element ends."""
        self._path.pop()


def _looks(look: Look, path: list[str], attributes: Mapping[str, str]) -> None:
    """Take in one element of a look."""
    code = attributes.get("formatCode", "")
    if path == ["numFmt"] and changes_meaning(code):
        look.code = code
    elif path == ["font", "color"]:
        look.letters = _color(attributes)
    elif path == ["font", "strike"]:
        look.struck = attributes.get("val", "1") not in ("0", "false")
    elif path[:1] == ["fill"] and path[-1] in ("bgColor", "fgColor") and (path[-1] == "bgColor" or not look.ground):
        look.ground = _color(attributes)


@dataclass
class Rule:
    """One conditional format of a sheet: where it holds, how it looks, and when, as far as that can be told."""

    where: list[str]
    kind: str
    compared: str
    look: Look | None
    bare: bool = False
    terms: list[str] = field(default_factory=list)

    @property
    def ranges(self) -> Iterator[Merge]:
        """Where it holds, as (top, left, bottom, right)."""
        for one in "".join(self.where).split():
            first, _, last = one.replace("$", "").partition(":")
            try:
                yield (*position(first), *position(last or first))
            except OpdatError:
                continue

    def hits(self, numbers: np.ndarray) -> np.ndarray | None:
        """For which numbers the rule holds; None where that takes a spreadsheet program to tell."""
        if self.bare:
            return np.ones(numbers.shape, dtype=bool)
        if self.kind in _NEVER_ON_NUMBERS:
            return np.zeros(numbers.shape, dtype=bool)
        if self.kind != "cellIs" or not self.terms or not all(_NUMBER.fullmatch(term) for term in self.terms):
            return None
        limits = [float(term) for term in self.terms]
        if self.compared in ("between", "notBetween") and len(limits) == 2:
            inside = (numbers >= min(limits)) & (numbers <= max(limits))
            return np.asarray(inside == (self.compared == "between"))
        compare = _COMPARED.get(self.compared)
        return np.asarray(compare(numbers, limits[0])) if compare is not None else None


class Rules:
    """The conditional formats of one sheet, gathered element by element, in either of the forms in which they stand."""

    def __init__(self, looks: Mapping[int, Look]) -> None:
        self._looks = looks
        self._found: list[Rule] = []
        self._where: list[str] = []
        self._inside = self._around = ""

    def opened(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins; where it ends need not be told."""
        self._inside = tag
        self._around = tag if tag in ("font", "fill") else self._around
        if tag == "conditionalFormatting":
            self._where = [attributes.get("sqref", "")]
        elif tag == "cfRule":
            number = attributes.get("dxfId", "")
            look = self._looks.get(int(number)) if re.fullmatch(r"[0-9]{1,9}", number) else None
            kind, compared = attributes.get("type", ""), attributes.get("operator", "")
            self._found.append(Rule(self._where, kind, compared, look))
        elif not self._found:
            return
        elif tag in ("iconSet", "dataBar") and attributes.get("showValue") in ("0", "false"):
            self._found[-1].bare = True
        elif tag in ("formula", "f"):
            self._found[-1].terms.append("")
        elif tag == "dxf":
            self._found[-1].look = Look()
        elif self._found[-1].look is not None and tag in ("numFmt", "color", "strike", "bgColor", "fgColor"):
            _looks(self._found[-1].look, [tag] if tag == "numFmt" else [self._around, tag], attributes)

    def said(self, text: str) -> None:
        """A text within the element that began last."""
        if self._inside in ("formula", "f") and self._found and self._found[-1].terms:
            self._found[-1].terms[-1] += text
        elif self._inside == "sqref":
            self._where.append(text)

    def mattering(self) -> list[Rule]:
        """Rules after which a number could look hidden or different."""
        return [rule for rule in self._found if rule.bare or (rule.look is not None and rule.look.matters)]


def look_through(facts: SheetFacts, text: np.ndarray, typed: np.ndarray) -> None:
    """Note among the facts of a sheet what its conditional formats make of its numbers.

    Where a rule compares the cell with a number, its cells are treated like cells with that format; where nobody but a
    spreadsheet program can tell when it holds, its range is flagged.
    """
    doubted: dict[str, Position] = {}
    left = _MOST + 4 * text.size
    for rule, (top, first, bottom, last) in chain.from_iterable(zip(repeat(one), one.ranges) for one in facts.rules):
        cells = np.argwhere(typed[top : bottom + 1, first : last + 1]) + np.array((top, first))
        left -= 1 + (min(bottom, text.shape[0]) - top + 1) * (min(last, text.shape[1]) - first + 1)
        if left < 0:
            doubted["more cells than can be looked through"] = (top, first)
            break
        hits = rule.hits(text[cells[:, 0], cells[:, 1]].astype(float))
        held = [(int(row), int(column)) for row, column in (cells if hits is None else cells[hits]).tolist()]
        unsure = [at for at in held if hits is None or not _settled(facts, rule, at, str(text[at]))]
        if not unsure:
            continue
        ends = ((top, first), (bottom, last)) if hits is None else (unsure[0], unsure[-1])
        doubted.setdefault(":".join(dict.fromkeys(address(*at) for at in ends)), unsure[0])
    if doubted:
        names = [*doubted]
        listed = ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
        message = f"numbers may look hidden or different: conditional format at {listed}; what the cells hold is read"
        facts.flags.append(("conditional_format", doubted[names[0]], message))


def _settled(facts: SheetFacts, rule: Rule, at: Position, number: str) -> bool:
    """Note a cell for which a rule holds; False where nobody can tell how it looks."""
    look = rule.look
    if look is None or rule.bare:
        return False
    if look.struck:
        facts.struck(at)
    elif look.unseen:
        formatted(facts, at, WHITE, number)
    elif look.code is not None and not prints_date(look.code):
        formatted(facts, at, look.code, number)
    else:
        return False
    return True
