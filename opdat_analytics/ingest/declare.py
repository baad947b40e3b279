"""Reads ``source.toml``: how one source's spreadsheets are laid out. All mistakes are told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.ingest.figures import Numerals, PartPattern, compile_part, numerals, symbol_figures
from opdat_analytics.model import ALLOWED, TABLES, DeclarationError, Figure

LANGUAGES = ("en", "es", "fr", "pt")
OBSERVATION_ROLES = frozenset(
    {
        "place", "measure", "unit", "statistic", "offence", "form", "sex", "age", "citizenship", "breakdown",
        "year", "period", "calendar", "accumulation", "as_of", "reporter", "sourcing", "url", "programme",
        "activity", "edition", "published", "status", "attribution", "note", "value",
    }
)  # fmt: skip
PROVENANCE = frozenset({"source", "file", "sheet", "cell"})
DATA_TABLES = ("observations", "activities", "programmes", "indicators", "targets")

_SOURCE_KEYS = {
    "title": str, "owner": str, "url": str, "licence": str, "handling": str, "reliability": dict, "language": str,
    "numbers": str, "edition": (str, dict), "editions": dict, "symbols": dict, "aliases": dict, "meanings": dict,
    "constants": dict, "ignore": list, "expect": dict, "layout": list, "decided": list,
}  # fmt: skip
_LAYOUT_KEYS = {
    "files": str, "sheet": str, "table": str, "columns": dict, "optional": list, "routes": list, "fill": list,
    "also": dict, "id": str, "corner": str, "headers": dict, "totals": (str, list), "ends": (str, list),
    "ignore": dict, "constants": dict, "meanings": dict, "parts": list,
}  # fmt: skip
_SUB_KEYS: dict[str, dict[str, Any]] = {
    "reliability": {"completeness": str, "accuracy": str, "limits": str, "fitness": str},
    "edition": {"from": str, "pattern": str, "label": str, "replaces": str},
    "expect": {"years": list, "rows": list, "values": list},
    "ignore": {"files": str, "sheet": str, "why": str},
    "decided": {"cell": str, "was": str, "do": str, "as": str, "why": str, "who": str},
    "routes": {"column": str, "by": str, "to": dict},
    "also": {"table": str, "columns": dict, "constants": dict, "id": str},
}
_CELL = re.compile(r"(?P<file>.+)#(?P<sheet>.+)!(?P<cell>[A-Z]{1,3}[1-9]\d*)")
_AXIS = re.compile(r"(row|column) ([1-9]\d*)")


@dataclass(frozen=True)
class Axis:
    """Where the labels of one role stand: the k-th row or column of the table, the corner being first."""

    role: str
    direction: str
    index: int
    blanks: str | None = None


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
class Layout:
    """How the tables of some sheets lie."""

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
    headers: tuple[Axis, ...]
    totals: tuple[str, ...]
    ends: tuple[str, ...]
    ignore: Mapping[str, str]
    constants: Mapping[str, str]
    meanings: Mapping[str, Mapping[str, Mapping[str, str]]]
    parts: tuple[PartPattern, ...]

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
    read_as: str | None
    why: str


@dataclass(frozen=True)
class Editions:
    """How the edition of a file is known, how editions are ordered, and what a new one replaces."""

    label: str | None
    pattern: re.Pattern[str] | None
    replaces: str
    dates: Mapping[str, date | None]

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
        return _iso_date(edition)

    def order(self, edition: str | None) -> tuple[int, str] | None:
        """A key that sorts editions; None where the edition cannot be ordered."""
        if edition is None:
            return None
        if self.dates:
            names = list(self.dates)
            return (names.index(edition), edition) if edition in self.dates else None
        return (0, edition)


@dataclass(frozen=True)
class Source:
    """One folder below data/raw, as its ``source.toml`` declares it."""

    id: str
    title: str
    owner: str | None
    url: str | None
    licence: str | None
    handling: str | None
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
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError([f"{where} is not valid TOML: {error}."]) from error
    problems = list(_shape_problems(table))
    if not problems:
        problems = list(_meaning_problems(table))
    if problems:
        raise DeclarationError([f"{where}: {problem}" for problem in problems])
    try:
        return _build(path.parent.name, table)
    except DeclarationError as error:
        raise DeclarationError([f"{where}: {problem}" for problem in error.problems]) from error


def _shape_problems(table: Mapping[str, Any]) -> Iterable[str]:
    yield from _key_problems(table, _SOURCE_KEYS, "")
    if not table.get("title"):
        yield "title is missing; say in a few words what the source is."
    if not table.get("layout"):
        yield "no [[layout]] is declared; at least one says how the sheets are to be read."
    for key in ("reliability", "edition", "expect"):
        if isinstance(table.get(key), dict):
            yield from _key_problems(table[key], _SUB_KEYS[key], f"{key}.")
    for key in ("ignore", "decided"):
        for number, entry in enumerate(_entries(table, key), 1):
            yield from _key_problems(entry, _SUB_KEYS[key], f"{key} {number}: ")
    for number, layout in enumerate(_entries(table, "layout"), 1):
        where = f"layout {number}: "
        yield from _key_problems(layout, _LAYOUT_KEYS, where)
        for route in _entries(layout, "routes"):
            yield from _key_problems(route, _SUB_KEYS["routes"], where + "routes: ")
        if isinstance(layout.get("also"), dict):
            yield from _key_problems(layout["also"], _SUB_KEYS["also"], where + "also: ")


def _entries(table: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = table.get(key, [])
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _key_problems(table: Mapping[str, Any], allowed: Mapping[str, Any], where: str) -> Iterable[str]:
    for key, value in table.items():
        if key not in allowed:
            near = vocab.suggest(key, allowed)
            yield f"{where}unknown key “{key}”" + (
                f"; did you mean “{near}”?" if near else f"; allowed: {', '.join(allowed)}."
            )
        elif not isinstance(value, allowed[key]):
            kinds = allowed[key] if isinstance(allowed[key], tuple) else (allowed[key],)
            names = {str: "a text", dict: "a table", list: "a list"}
            yield f"{where}{key} must be {' or '.join(names[k] for k in kinds)}, not {value!r}."


def _meaning_problems(table: Mapping[str, Any]) -> Iterable[str]:
    if table.get("language", "en") not in LANGUAGES:
        yield f"language “{table['language']}” is not known; allowed: {', '.join(LANGUAGES)}."
    for label, day in table.get("editions", {}).items():
        if day != "" and _iso_date(str(day)) is None:
            yield f'editions."{label}": “{day}” is not a date; write it like 2024-06-24, or "" where unknown.'
    for text, code in table.get("aliases", {}).items():
        for one in str(code).split(";"):
            if one not in vocab.places():
                near = vocab.suggest(one, vocab.places())
                yield f'aliases."{text}": “{one}” is not a place code' + (f"; did you mean {near}?" if near else ".")
    for number, entry in enumerate(_entries(table, "decided"), 1):
        yield from _decided_problems(entry, f"decided {number}: ")
    for number, entry in enumerate(_entries(table, "ignore"), 1):
        if not entry.get("why"):
            yield f"ignore {number}: why is missing; say why this is not read."
    edition = table.get("edition", "")
    if isinstance(edition, dict):
        yield from _edition_problems(edition)
    for key, pair in table.get("expect", {}).items():
        if len(pair) != 2 or not all(isinstance(v, int | float) for v in pair) or pair[0] > pair[1]:
            yield f"expect.{key} must be two numbers, the lower one first, not {pair!r}."
    yield from _role_problems(table.get("constants", {}), OBSERVATION_ROLES, "constants.")
    yield from _role_problems(table.get("meanings", {}), _all_roles(), "meanings.")
    for number, layout in enumerate(_entries(table, "layout"), 1):
        yield from _layout_problems(layout, f"layout {number}: ")


def _edition_problems(edition: Mapping[str, Any]) -> Iterable[str]:
    if edition.get("replaces", "series") not in ("series", "all"):
        yield f"edition.replaces is “{edition['replaces']}”; allowed: series, all."
    if edition.get("from") not in (None, "filename"):
        yield f"edition.from is “{edition['from']}”; allowed: filename."
    if "pattern" in edition:
        try:
            groups = re.compile(edition["pattern"]).groups
        except re.error as error:
            yield f"edition.pattern is not a regular expression: {error}."
        else:
            if groups != 1:
                yield f"edition.pattern must have one group in parentheses, the edition; it has {groups}."


def _decided_problems(entry: Mapping[str, Any], where: str) -> Iterable[str]:
    for key in ("cell", "was", "do", "why"):
        if key not in entry:
            yield f"{where}{key} is missing."
    if "cell" in entry and not _CELL.fullmatch(entry["cell"]):
        yield f"{where}cell “{entry['cell']}” must read like returns_2023.xlsx#Outcomes!D5."
    if entry.get("do", "hold") not in ("hold", "ignore", "accept"):
        yield f"{where}do is “{entry['do']}”; allowed: hold, ignore, accept."
    if entry.get("do") == "accept" and "as" not in entry:
        yield f'{where}do = "accept" needs as = "…": what to read in the cell\'s place.'


def _all_roles() -> frozenset[str]:
    return OBSERVATION_ROLES | {c.name for t in DATA_TABLES for c in TABLES[t]}


def _roles_of(table: str) -> frozenset[str]:
    if table == "observations":
        return OBSERVATION_ROLES
    return frozenset(c.name for c in TABLES[table]) - PROVENANCE | {"published"}


def _role_problems(roles: Iterable[str], allowed: frozenset[str], where: str) -> Iterable[str]:
    for role in roles:
        if role.split(":")[0] not in allowed:
            near = vocab.suggest(role, allowed)
            yield f"{where}“{role}” is not a role" + (
                f"; did you mean “{near}”?" if near else f"; allowed: {', '.join(sorted(allowed))}."
            )


def _layout_problems(layout: Mapping[str, Any], where: str) -> Iterable[str]:
    table = layout.get("table", "observations")
    if table not in DATA_TABLES:
        yield f"{where}table “{table}” is not one of {', '.join(DATA_TABLES)}."
        return
    roles = _roles_of(table)
    flat, crossed = "columns" in layout, "corner" in layout or "headers" in layout
    if flat == crossed:
        yield f"{where}declare either columns (a flat table) or corner and headers (headers on two sides)."
    if crossed and not ("corner" in layout and "headers" in layout):
        yield f"{where}corner and headers belong together."
    if crossed and table != "observations":
        yield f"{where}a table of {table} is flat: declare its columns."
    yield from _role_problems(layout.get("constants", {}), roles, where + "constants.")
    yield from _role_problems(layout.get("meanings", {}), _all_roles(), where + "meanings.")
    columns = layout.get("columns", {})
    yield from _role_problems([r for r in columns.values() if r != "ignore"], roles, where + "columns: ")
    if flat and table == "observations" and list(columns.values()).count("value") != 1:
        yield f"{where}exactly one column must have the role “value”."
    for key in ("optional", "fill"):
        for header in layout.get(key, []):
            if header not in columns:
                yield f"{where}{key} names “{header}”, which is not among the columns."
    for route in _entries(layout, "routes"):
        for key in ("column", "by", "to"):
            if key not in route:
                yield f"{where}routes: {key} is missing."
        yield from _role_problems([r for r in route.get("to", {}).values() if r], roles, where + "routes: ")
    for role, place in layout.get("headers", {}).items():
        yield from _role_problems([role], roles - {"value"}, where + "headers: ")
        if _axis(role, place) is None:
            yield (
                f'{where}headers.{role} must be "row 2", "column 1", {{ row = 2, blanks = "left" }} or '
                f'{{ column = 1, blanks = "above" }}, not {place!r}.'
            )
    also = layout.get("also")
    if isinstance(also, dict):
        if also.get("table") not in DATA_TABLES[1:]:
            yield f"{where}also.table must be one of {', '.join(DATA_TABLES[1:])}."
        else:
            yield from _role_problems(also.get("columns", {}).values(), _roles_of(also["table"]), where + "also: ")
            yield from _role_problems(also.get("constants", {}), _roles_of(also["table"]), where + "also.constants.")


def _axis(role: str, place: Any) -> Axis | None:
    if isinstance(place, str) and (match := _AXIS.fullmatch(place)):
        return Axis(role, match[1], int(match[2]))
    if isinstance(place, dict):
        direction = "row" if "row" in place else "column"
        blanks = {"row": "left", "column": "above"}[direction]
        if (
            set(place) <= {direction, "blanks"}
            and isinstance(place.get(direction), int)
            and place.get("blanks", blanks) == blanks
        ):
            return Axis(role, direction, place[direction], place.get("blanks"))
    return None


def _iso_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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
    also = table.get("also")
    axes = (_axis(role, place) for role, place in table.get("headers", {}).items())
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
        corner=table.get("corner"),
        headers=tuple(axis for axis in axes if axis is not None),
        totals=_texts(table.get("totals")),
        ends=_texts(table.get("ends")),
        ignore=_codes(table.get("ignore", {})),
        constants=_codes(table.get("constants", {})),
        meanings=_meanings(table.get("meanings", {})),
        parts=tuple(compile_part(pattern) for pattern in table.get("parts", [])),
    )


def _build(source: str, table: Mapping[str, Any]) -> Source:
    edition = table.get("edition", {})
    if isinstance(edition, str):
        edition = {"label": edition}
    decided = []
    for entry in table.get("decided", []):
        match = _CELL.fullmatch(entry["cell"])
        assert match is not None  # noqa: S101 - checked before
        decided.append(
            Decision(
                match["file"], match["sheet"], match["cell"], entry["was"], entry["do"], entry.get("as"), entry["why"]
            )
        )
    return Source(
        id=source,
        title=table["title"],
        owner=table.get("owner"),
        url=table.get("url"),
        licence=table.get("licence"),
        handling=table.get("handling"),
        reliability=_codes(table.get("reliability", {})),
        language=table.get("language", "en"),
        numerals=numerals(table.get("numbers")),
        editions=Editions(
            edition.get("label"),
            re.compile(edition["pattern"]) if "pattern" in edition else None,
            edition.get("replaces", "series"),
            {label: _iso_date(str(day)) for label, day in table.get("editions", {}).items()},
        ),
        symbols=symbol_figures(table.get("symbols", {})),
        aliases=_codes(table.get("aliases", {})),
        meanings=_meanings(table.get("meanings", {})),
        constants=_codes(table.get("constants", {})),
        ignore=tuple(Ignored(e.get("files", "*"), e.get("sheet", "*"), e["why"]) for e in table.get("ignore", [])),
        layouts=tuple(_build_layout(entry) for entry in table["layout"]),
        expect={key: (float(a), float(b)) for key, (a, b) in table.get("expect", {}).items()},
        decided=tuple(decided),
    )


CLOSED: Mapping[str, tuple[str, ...]] = {k: v for k, v in ALLOWED.items() if k != "role"}
"""Roles whose codes come from a closed list."""
