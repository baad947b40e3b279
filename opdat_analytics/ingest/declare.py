"""Reads ``source.toml``: how one source's spreadsheets are laid out. All mistakes are told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.ingest.declaration_checks import (
    CELL,
    UNORDERED,
    Axis,
    axis_of,
    iso_date,
    key_problems,
    meaning_problems,
    shape_problems,
)
from opdat_analytics.ingest.figures import Numerals, PartPattern, compile_part, numerals, symbol_figures
from opdat_analytics.model import ALLOWED, DeclarationError, Figure


@dataclass(frozen=True)
class Route:
    """The role of one column as another column's text decides it, row by row."""

    column: str
    by: str
    to: Mapping[str, str]


@dataclass(frozen=True)
class Also:
    """A second table that each row of a flat table also feeds."""

    table: str
    columns: Mapping[str, str]
    constants: Mapping[str, str]
    id: str | None


@dataclass(frozen=True)
class Subtitles:
    """Lines with one text that name the rows below them, in a role; only ``rows`` where these are listed."""

    role: str
    rows: frozenset[str]


@dataclass(frozen=True)
class Begin:
    """The texts by which a layout's part of a sheet begins: its first row, and its first column where tables stand
    side by side; ``number`` counts from the left the columns that hold such a text.
    """

    row: str | None
    column: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class Layout:
    """How the tables of some sheets lie.

    ``begins`` says where its part of a sheet begins; ``beside`` says where a blank corner stands (above, or
    left of, the text ``corner``); ``repeated`` that the headers are printed again further down; ``sheet_name`` is the
    role of the sheet's name. ``usual_totals`` are words for a total that count as such where none are declared.
    """

    files: str
    sheet: str
    table: str
    columns: Mapping[str, str]
    optional: frozenset[str]
    routes: tuple[Route, ...]
    fill: frozenset[str]
    also: Also | None
    id: str | None
    corner: str | None
    beside: str | None
    headers: tuple[Axis, ...]
    totals: tuple[str, ...]
    ends: tuple[str, ...]
    ignore: Mapping[str, str]
    constants: Mapping[str, str]
    meanings: Mapping[str, Mapping[str, Mapping[str, str]]]
    parts: tuple[PartPattern, ...]
    begins: Begin | None
    subtitles: Subtitles | None
    repeated: bool
    sheet_name: str | None
    usual_totals: frozenset[str] = frozenset()

    def claims(self, file: str, sheet: str) -> bool:
        """Whether this layout is for that sheet of that file."""
        return fnmatchcase(file, self.files) and fnmatchcase(sheet, self.sheet)


@dataclass(frozen=True)
class Ignored:
    """Sheets or files that are not read, and why."""

    files: str
    sheet: str
    why: str

    def claims(self, file: str, sheet: str) -> bool:
        """Whether that sheet of that file is ignored."""
        return fnmatchcase(file, self.files) and fnmatchcase(sheet, self.sheet)


@dataclass(frozen=True)
class Decision:
    """What a person ruled about one cell, guarded by what it said then."""

    file: str
    sheet: str
    cell: str
    was: str
    do: str
    read_as: str
    why: str
    who: str | None = None
    when: str | None = None

    @property
    def signed(self) -> str:
        """Who ruled and when, in parentheses behind a space; blank where neither is told."""
        said = ", ".join(filter(None, (self.who, self.when)))
        return f" ({said})" if said else ""


@dataclass(frozen=True)
class Editions:
    """How the edition of a file is known, how editions are ordered, and what a new one replaces.

    ``unordered`` are editions that are known to have no place among the others.
    """

    label: str | None
    pattern: re.Pattern[str] | None
    replaces: str
    dates: Mapping[str, date | None]
    unordered: frozenset[str] = frozenset()

    def of(self, file: str) -> str | None:
        """The edition label of a file, by its name; None where the name does not tell."""
        if self.pattern is None:
            return self.label
        match = self.pattern.search(file)
        return match[1] if match else None

    def published(self, edition: str | None) -> date | None:
        """The publication date of an edition, where it is declared or is the edition's own label."""
        if edition is None:
            return None
        if self.dates:
            return self.dates.get(edition)
        return iso_date(edition)

    def order(self, edition: str | None) -> tuple[int, str] | None:
        """A key that sorts editions; None where the edition cannot be ordered."""
        if edition is None or edition in self.unordered:
            return None
        if self.dates:
            names = list(self.dates)
            return (names.index(edition), edition) if edition in self.dates else None
        return (0, edition)


@dataclass(frozen=True)
class Privacy:
    """What is declared of persons: whether the rows are cases to be counted, and headers that are not about persons."""

    case_level: bool = False
    not_personal: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """One folder below data/raw, as its ``source.toml`` declares it."""

    id: str
    title: str
    owner: str | None
    url: str | None
    licence: str | None
    handling: str
    reliability: Mapping[str, str]
    language: str
    numerals: Numerals
    editions: Editions
    symbols: Mapping[str, Figure]
    aliases: Mapping[str, str]
    meanings: Mapping[str, Mapping[str, Mapping[str, str]]]
    constants: Mapping[str, str]
    ignore: tuple[Ignored, ...]
    layouts: tuple[Layout, ...]
    expect: Mapping[str, tuple[float, float]]
    decided: tuple[Decision, ...] = field(default=())
    privacy: Privacy = field(default=Privacy())


def read_declaration(path: Path) -> Source:
    """Read and check a ``source.toml``.

    Parameters
    ----------
    path
        The file; its folder's name is the source id.

    Returns
    -------
    Source

    Raises
    ------
    DeclarationError
        With every problem found, each naming the key and what is allowed.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError([f"{where} is not valid TOML: {error}."]) from error
    problems = list(key_problems(table))
    shapes = list(shape_problems(table))
    problems += shapes or meaning_problems(table)
    if problems:
        raise DeclarationError([f"{where}: {problem}" for problem in problems])
    try:
        return _build(path.parent.name, table)
    except DeclarationError as error:
        raise DeclarationError([f"{where}: {problem}" for problem in error.problems]) from error


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(v) for v in value or ())


def _meanings(table: Mapping[str, Any]) -> dict[str, dict[str, dict[str, str]]]:
    """Each word's meaning as role → code, keyed by role and by the word as the vocabulary compares words."""
    return {
        role: {
            vocab.normalise(text): {k: str(v) for k, v in code.items()} if isinstance(code, dict) else {role: str(code)}
            for text, code in words.items()
        }
        for role, words in table.items()
    }


def _codes(table: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in table.items()}


def _build_layout(table: Mapping[str, Any]) -> Layout:
    also, corner = table.get("also"), table.get("corner", None)
    beside = next(iter(corner)) if isinstance(corner, dict) else None
    axes = (axis_of(role, place) for role, place in table.get("headers", {}).items())
    return Layout(
        files=table.get("files", "*"),
        sheet=table.get("sheet", "*"),
        table=table.get("table", "observations"),
        columns=_codes(table.get("columns", {})),
        optional=frozenset(table.get("optional", [])),
        routes=tuple(Route(r["column"], r["by"], _codes(r["to"])) for r in table.get("routes", [])),
        fill=frozenset(table.get("fill", [])),
        also=Also(also["table"], _codes(also.get("columns", {})), _codes(also.get("constants", {})), also.get("id"))
        if also
        else None,
        id=table.get("id"),
        corner=corner[beside] if isinstance(corner, dict) else corner,
        beside=beside,
        headers=tuple(axis for axis in axes if axis is not None),
        totals=_texts(table.get("totals")),
        ends=_texts(table.get("ends")),
        ignore=_codes(table.get("ignore", {})),
        constants=_codes(table.get("constants", {})),
        meanings=_meanings(table.get("meanings", {})),
        parts=tuple(compile_part(pattern) for pattern in table.get("parts", [])),
        begins=_begin(table.get("from")),
        subtitles=_subtitles(table.get("subtitles")),
        repeated="header" in table,
        sheet_name=table.get("sheet_name"),
    )


def _begin(declared: Any) -> Begin | None:
    if declared is None or isinstance(declared, str):
        return None if declared is None else Begin(declared)
    return Begin(declared.get("row"), declared.get("column"), declared.get("number"))


USUAL_TOTALS = frozenset(
    (
        "total", "totals", "grand total", "overall total", "total general", "gran total", "total geral", "total global",
        "ensemble",
    )
)  # fmt: skip


def _with_usual_totals(layout: Layout, aliases: Mapping[str, str], meanings: Mapping[str, Any]) -> Layout:
    """A layout that knows the words for a total which mean nothing else to this publisher."""
    if layout.totals:
        return layout
    meant = {vocab.normalise(text) for text in (*aliases, *layout.ignore)}
    meant |= {text for words in (*meanings.values(), *layout.meanings.values()) for text in words}
    return replace(layout, usual_totals=USUAL_TOTALS - meant)


def _subtitles(declared: Any) -> Subtitles | None:
    if declared is None:
        return None
    role, rows = (declared, []) if isinstance(declared, str) else (declared["role"], declared.get("rows", []))
    return Subtitles(role, frozenset(vocab.normalise(str(row)) for row in rows))


def _build(source: str, table: Mapping[str, Any]) -> Source:
    edition = table.get("edition", {})
    if isinstance(edition, str):
        edition = {"label": edition}
    decided = []
    for entry in table.get("decided", []):
        match = CELL.fullmatch(entry["cell"])
        assert match is not None  # noqa: S101 - checked before
        decided.append(
            Decision(
                match["file"],
                match["sheet"],
                match["cell"],
                entry["was"],
                entry["do"],
                entry.get("as", entry["was"]),
                entry["why"],
                entry.get("who"),
                entry.get("when"),
            )
        )
    aliases, meanings = _codes(table.get("aliases", {})), _meanings(table.get("meanings", {}))
    layouts = tuple(_with_usual_totals(_build_layout(entry), aliases, meanings) for entry in table["layout"])
    return Source(
        id=source,
        title=table["title"],
        owner=table.get("owner"),
        url=table.get("url"),
        licence=table.get("licence"),
        handling=table.get("handling", ALLOWED["handling"][0]).casefold(),
        reliability=_codes(table.get("reliability", {})),
        language=table.get("language", "en"),
        numerals=numerals(table.get("numbers")),
        editions=Editions(
            edition.get("label"),
            re.compile(edition["pattern"]) if "pattern" in edition else None,
            edition.get("replaces", "series"),
            {label: iso_date(str(day)) for label, day in table.get("editions", {}).items() if day != UNORDERED},
            frozenset(label for label, day in table.get("editions", {}).items() if day == UNORDERED),
        ),
        symbols=symbol_figures(table.get("symbols", {})),
        aliases=aliases,
        meanings=meanings,
        constants=_codes(table.get("constants", {})),
        ignore=tuple(Ignored(e.get("files", "*"), e.get("sheet", "*"), e["why"]) for e in table.get("ignore", [])),
        layouts=layouts,
        expect={key: (float(a), float(b)) for key, (a, b) in table.get("expect", {}).items()},
        decided=tuple(decided),
        privacy=Privacy(
            table.get("privacy", {}).get("level") == "case",
            tuple(entry["column"] for entry in table.get("privacy", {}).get("not_personal", [])),
        ),
    )
