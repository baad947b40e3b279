"""What a ``source.toml`` may say: its keys, the roles and codes it may name, and every problem told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.ingest.figures import Problem
from opdat_analytics.ingest.periods import parse_period
from opdat_analytics.model import ALLOWED, TABLES

LANGUAGES = ("en", "es", "fr", "pt")
OBSERVATION_ROLES = frozenset(
    {
        "place", "measure", "unit", "statistic", "offence", "form", "sex", "age", "citizenship", "breakdown",
        "year", "period", "calendar", "accumulation", "as_of", "reporter", "sourcing", "url", "programme",
        "activity", "edition", "published", "status", "attribution", "note", "value",
    }
)  # fmt: skip
CASE_ROLES = frozenset(
    {"place", "year", "measure", "offence", "form", "sex", "age", "citizenship", "breakdown", "status"}
)
"""By what the rows of a case-level source may be counted."""
PROVENANCE = frozenset({"source", "file", "sheet", "cell"})
DATA_TABLES = ("observations", "activities", "programmes", "indicators", "targets")

SOURCE_KEYS = {
    "title": str, "owner": str, "url": str, "licence": str, "handling": str, "reliability": dict, "language": str,
    "numbers": str, "edition": (str, dict), "editions": dict, "symbols": dict, "aliases": dict, "meanings": dict,
    "constants": dict, "ignore": list, "expect": dict, "layout": list, "decided": list, "privacy": dict,
}  # fmt: skip
LAYOUT_KEYS = {
    "files": str, "sheet": str, "table": str, "columns": dict, "optional": list, "routes": list, "fill": list,
    "also": dict, "id": str, "corner": (str, dict), "headers": dict, "totals": (str, list), "ends": (str, list),
    "ignore": dict, "constants": dict, "meanings": dict, "parts": list, "from": (str, dict), "subtitles": (str, dict),
    "header": str, "sheet_name": str,
}  # fmt: skip
SUB_KEYS: dict[str, dict[str, Any]] = {
    "reliability": {"completeness": str, "accuracy": str, "limits": str, "fitness": str},
    "edition": {"from": str, "pattern": str, "label": str, "replaces": str},
    "expect": {"years": list, "rows": list, "values": list},
    "ignore": {"files": str, "sheet": str, "why": str},
    "decided": {"cell": str, "was": str, "do": str, "as": str, "why": str, "who": str, "when": str},
    "privacy": {"level": str, "not_personal": list},
    "not_personal": {"column": str, "why": str, "who": str},
    "routes": {"column": str, "by": str, "to": dict},
    "also": {"table": str, "columns": dict, "constants": dict, "id": str},
    "subtitles": {"role": str, "rows": list},
    "from": {"row": str, "column": str, "number": int},
}
CELL = re.compile(r"(?P<file>.+)#(?P<sheet>.+)!(?P<cell>[A-Z]{1,3}[1-9]\d*)")
_AXIS = re.compile(r"(row|column) ([1-9]\d*)")


@dataclass(frozen=True)
class Axis:
    """Where the labels of one role stand: the k-th row or column of the table, the corner being first."""

    role: str
    direction: str
    index: int
    blanks: str | None = None


def key_problems(table: Mapping[str, Any]) -> Iterable[str]:
    """Keys that are not known, or missing."""
    for part, allowed, where in _parts(table):
        for key in part:
            if key not in allowed:
                near = vocab.suggest(key, allowed)
                said = f"did you mean “{near}”?" if near else f"allowed: {', '.join(allowed)}."
                yield f"{where}unknown key “{key}”; {said}"
    if not table.get("title"):
        yield "title is missing; say in a few words what the source is."
    if not table.get("layout"):
        yield "no [[layout]] is declared; at least one says how the sheets are to be read."


def shape_problems(table: Mapping[str, Any]) -> Iterable[str]:
    """Values of another kind than they must be; where there is one, what the values mean cannot be looked at."""
    names = {str: "a text", dict: "a table", list: "a list"}
    for part, allowed, where in _parts(table):
        for key, value in part.items():
            if key in allowed and not isinstance(value, allowed[key]):
                kinds = allowed[key] if isinstance(allowed[key], tuple) else (allowed[key],)
                yield f"{where}{key} must be {' or '.join(names[k] for k in kinds)}, not {value!r}."
        yield from _text_problems(part, _TEXT_TABLES, where)


Part = tuple[Mapping[str, Any], Mapping[str, Any], str]
"""A table of the declaration, its allowed keys, and how messages name it."""


def _parts(table: Mapping[str, Any]) -> Iterable[Part]:
    yield table, SOURCE_KEYS, ""
    for key in ("reliability", "edition", "expect", "privacy"):
        if isinstance(table.get(key), dict):
            yield table[key], SUB_KEYS[key], f"{key}."
    for key in ("ignore", "decided"):
        for number, entry in enumerate(_entries(table, key), 1):
            yield entry, SUB_KEYS[key], f"{key} {number}: "
    for number, entry in enumerate(_entries(table.get("privacy", {}), "not_personal"), 1):
        yield entry, SUB_KEYS["not_personal"], f"privacy.not_personal {number}: "
    for number, layout in enumerate(_entries(table, "layout"), 1):
        where = f"layout {number}: "
        yield layout, LAYOUT_KEYS, where
        for route in _entries(layout, "routes"):
            yield route, SUB_KEYS["routes"], where + "routes: "
        for key in ("also", "subtitles", "from"):
            if isinstance(layout.get(key), dict):
                yield layout[key], SUB_KEYS[key], f"{where}{key}: "


_TEXT_TABLES = ("aliases", "constants", "columns", "ignore", "optional", "fill", "totals", "ends", "parts")


def _text_problems(table: Mapping[str, Any], keys: Iterable[str], where: str) -> Iterable[str]:
    """Tables and lists whose entries must be text, and lists that must hold tables."""
    for key in keys:
        value = table.get(key)
        if key == "ignore" and isinstance(value, list):
            continue
        entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        for entry in entries:
            if not isinstance(entry, str) and not (key == "constants" and isinstance(entry, int)):
                yield f"{where}{key} holds {entry!r}, which is not a text; write it between quotation marks."
    for key in ("layout", "decided", "routes", "ignore", "not_personal"):
        value = table.get(key)
        for entry in value if isinstance(value, list) else []:
            if not isinstance(entry, dict):
                yield f"{where}{key} holds {entry!r}, which is not a table."
    for role, words in table.get("meanings", {}).items() if isinstance(table.get("meanings"), dict) else ():
        if not isinstance(words, dict):
            yield f"{where}meanings.{role} must be a table of printed text → code, not {words!r}."


def _entries(table: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = table.get(key, []) if isinstance(table, dict) else []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def meaning_problems(table: Mapping[str, Any]) -> Iterable[str]:
    """Values that name no language, date, place, role, table or position; the keys are sound by now."""
    if table.get("language", "en") not in LANGUAGES:
        yield f"language “{table['language']}” is not known; allowed: {', '.join(LANGUAGES)}."
    if str(table.get("handling", "public")).casefold() not in ALLOWED["handling"]:
        near = vocab.suggest(str(table["handling"]), ALLOWED["handling"])
        said = f"did you mean “{near}”?" if near else f"allowed, in rising order: {', '.join(ALLOWED['handling'])}."
        yield f"handling “{table['handling']}” is not a known marking; {said}"
    for label, day in table.get("editions", {}).items():
        if day not in ("", UNORDERED) and iso_date(str(day)) is None:
            yield (
                f'editions."{label}": “{day}” is not a date; write it like 2024-06-24, "" where unknown, '
                f'or "{UNORDERED}" where nobody can say between which editions it lies.'
            )
    for text, code in table.get("aliases", {}).items():
        for one in str(code).split(";"):
            if one not in vocab.places():
                near = vocab.near_places(one)
                yield f'aliases."{text}": “{one}” is not a place code' + (f"; did you mean {near}?" if near else ".")
    for number, entry in enumerate(_entries(table, "decided"), 1):
        yield from _decided_problems(entry, f"decided {number}: ")
    for number, entry in enumerate(_entries(table, "ignore"), 1):
        if not entry.get("why"):
            yield f"ignore {number}: why is missing; say why this is not read."
    privacy = table.get("privacy", {})
    yield from _privacy_problems(privacy)
    edition = table.get("edition", "")
    if isinstance(edition, dict):
        yield from _edition_problems(edition)
    for key, pair in table.get("expect", {}).items():
        if len(pair) != 2 or not all(isinstance(v, int | float) for v in pair) or pair[0] > pair[1]:
            yield f"expect.{key} must be two numbers, the lower one first, not {pair!r}."
    yield from _role_problems(table.get("constants", {}), OBSERVATION_ROLES, "constants.")
    yield from _code_problems(table.get("constants", {}), "constants.")
    yield from _meanings_problems(table.get("meanings", {}), "meanings.")
    for number, layout in enumerate(_entries(table, "layout"), 1):
        if layout.keys() <= LAYOUT_KEYS.keys():  # what a misspelt key leaves missing would only confuse
            yield from _layout_problems(layout, f"layout {number}: ", cases=privacy.get("level") == "case")


def _privacy_problems(privacy: Mapping[str, Any]) -> Iterable[str]:
    if privacy.get("level", "counts") not in ("counts", "case"):
        yield f"privacy.level is “{privacy['level']}”; allowed: counts (the default), case."
    for number, entry in enumerate(_entries(privacy, "not_personal"), 1):
        for key in ("column", "why", "who"):
            if not entry.get(key):
                told = "name the column, the reason, and the role of who says so"
                yield f"privacy.not_personal {number}: {key} is missing; {told}."


def _case_problems(layout: Mapping[str, Any], where: str) -> Iterable[str]:
    """A list of persons is only counted: by codes, by nothing that could name one of them."""
    if "columns" not in layout or layout.get("table", "observations") != "observations":
        yield f"{where}a case-level source is counted: declare a flat table of observations without a value."
    for key in ("also", "routes", "parts", "id", "fill"):
        if key in layout:
            yield f"{where}{key} cannot be declared in a case-level source; its rows are only counted."
    for header, role in layout.get("columns", {}).items():
        if role != "ignore" and role.partition(":")[0] not in CASE_ROLES:
            yield (
                f"{where}columns: “{header}” is “{role}”, which may lead to a person; count by one of "
                f"{', '.join(sorted(CASE_ROLES))}."
            )


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
    if "cell" in entry and not CELL.fullmatch(entry["cell"]):
        yield f"{where}cell “{entry['cell']}” must read like returns_2023.xlsx#Outcomes!D5."
    if entry.get("do", "hold") not in ("hold", "ignore", "accept"):
        yield f"{where}do is “{entry['do']}”; allowed: hold, ignore, accept."
    if "when" in entry and not re.fullmatch(r"\d{4}-\d\d-\d\d", entry["when"]):
        yield f"{where}when is “{entry['when']}”; write the day like 2026-11-24."


def _all_roles() -> frozenset[str]:
    return OBSERVATION_ROLES | {c.name for t in DATA_TABLES for c in TABLES[t]}


def _roles_of(table: str) -> frozenset[str]:
    if table == "observations":
        return OBSERVATION_ROLES
    both = {"baseline", "target"} if table == "targets" else set()
    return frozenset(c.name for c in TABLES[table]) - PROVENANCE | {"published"} | both


def _role_problems(roles: Iterable[str], allowed: frozenset[str], where: str) -> Iterable[str]:
    for role in roles:
        if role.split(":")[0] not in allowed:
            near = vocab.suggest(role, allowed)
            yield f"{where}“{role}” is not a role" + (
                f"; did you mean “{near}”?" if near else f"; allowed: {', '.join(sorted(allowed))}."
            )


def _layout_problems(layout: Mapping[str, Any], where: str, *, cases: bool = False) -> Iterable[str]:
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
    yield from _code_problems(layout.get("constants", {}), where + "constants.", table)
    yield from _meanings_problems(layout.get("meanings", {}), where + "meanings.", table)
    columns = layout.get("columns", {})
    yield from _role_problems([r for r in columns.values() if r != "ignore"], roles, where + "columns: ")
    if cases:
        yield from _case_problems(layout, where)
    elif flat and table == "observations" and list(columns.values()).count("value") != 1:
        yield f"{where}exactly one column must have the role “value”."
    yield from _lie_problems(layout, roles, where)
    for key in ("optional", "fill"):
        for header in layout.get(key, []):
            if header not in columns:
                yield f"{where}{key} names “{header}”, which is not among the columns."
    for route in _entries(layout, "routes"):
        for key in ("column", "by", "to"):
            if key not in route:
                yield f"{where}routes: {key} is missing."
            elif key != "to" and route[key] not in columns:
                yield f"{where}routes: {key} names “{route[key]}”, which is not among the columns."
        yield from _role_problems([r for r in route.get("to", {}).values() if r], roles, where + "routes: ")
    for role, place in layout.get("headers", {}).items():
        yield from _role_problems([role], roles - {"value"}, where + "headers: ")
        if axis_of(role, place) is None:
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
            yield from _code_problems(also.get("constants", {}), where + "also.constants.", also["table"])
            declared = {vocab.normalise(header) for header in columns}
            for header in also.get("columns", {}):
                if vocab.normalise(header) not in declared:
                    yield f"{where}also.columns names “{header}”, which is not among the columns."


def _lie_problems(layout: Mapping[str, Any], roles: frozenset[str], where: str) -> Iterable[str]:
    """How the rows lie: lines that name the rows below, headers printed again, the corner, the sheet's name."""
    subtitles = layout.get("subtitles", {})
    role = subtitles.get("role", "") if isinstance(subtitles, dict) else subtitles
    if "subtitles" in layout:
        yield from _role_problems([role], roles - {"value"}, where + "subtitles: ")
    if "sheet_name" in layout:
        yield from _role_problems([layout["sheet_name"]], roles - {"value"}, where + "sheet_name: ")
    if layout.get("header", "repeated") != "repeated":
        yield f"{where}header is “{layout['header']}”; allowed: repeated, where the headers are printed again below."
    begin = layout.get("from", "")
    if isinstance(begin, dict) and not begin.keys() & {"row", "column"}:
        yield f'{where}from names no text; give {{ column = "…" }}, {{ row = "…", column = "…" }}, or a text alone.'
    if isinstance(begin, dict) and ("number" in begin) and ("column" not in begin or begin["number"] < 1):
        yield f"{where}from.number counts from 1 the columns that hold the text `column`, which it needs."
    corner = layout.get("corner", "")
    if isinstance(corner, dict) and (len(corner) != 1 or not corner.keys() <= {"above", "left_of"}):
        yield f'{where}a blank corner is declared as {{ above = "…" }} or {{ left_of = "…" }}, not {corner!r}.'


def _meanings_problems(meanings: Mapping[str, Any], where: str, table: str = "observations") -> Iterable[str]:
    yield from _role_problems(meanings, _all_roles(), where)
    for role, words in meanings.items():
        for text, code in words.items():
            codes = code if isinstance(code, dict) else {role: code}
            yield from _role_problems(codes, _all_roles(), f'{where}{role}."{text}": ')
            yield from _code_problems(codes, f'{where}{role}."{text}": ', table)


def _code_problems(codes: Mapping[str, Any], where: str, table: str = "observations") -> Iterable[str]:
    """Codes that the vocabulary or a closed list does not know, and periods that are none."""
    for role, code in codes.items():
        if role in ("year", "period"):
            period = parse_period(str(code), None)
            if isinstance(period, Problem) and period.code != "ambiguous_period":
                yield f"{where}{role}: {period.message}"
        known = _known_codes(role, table)
        for one in str(code).split(";") if role in ("place", "places") else [str(code)]:
            if known is not None and one not in known:
                near = vocab.near_places(one) if role in ("place", "places") else vocab.suggest(one, known)
                said = f"did you mean {near}?" if near else f"allowed: {', '.join(sorted(known)[:14])}."
                yield f"{where}{role} = “{one}” is not known; {said}"


def _known_codes(role: str, table: str) -> Iterable[str] | None:
    """What a role may be where its codes are limited; None where any text will do."""
    limited: dict[str, Iterable[str]] = {
        "measure": vocab.measures(), "place": vocab.places(), "places": vocab.places(),
        "activity_type": vocab.activity_types(),
    }  # fmt: skip
    if table == "programmes" and role == "status":
        return ALLOWED["programme_status"]
    return limited.get(role, CLOSED.get(role))


def axis_of(role: str, place: Any) -> Axis | None:
    """Where `headers` says that a role stands; None where it says it in no known way."""
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


UNORDERED = "unordered"
"""What stands for the date of an edition that has no place among the others, and is never the latest word."""


def iso_date(text: str) -> date | None:
    """A date in ISO 8601, in full; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


CLOSED: Mapping[str, tuple[str, ...]] = {k: v for k, v in ALLOWED.items() if k != "role"}
"""Roles whose codes come from a closed list."""
