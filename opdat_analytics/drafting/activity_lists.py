"""Lists of what was done: trainings, meetings, awards, one row each, with dates and places instead of figures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.drafting.layouts import SheetDraft
from opdat_analytics.drafting.sheet_tables import Table
from opdat_analytics.drafting.source import Choice, slug
from opdat_analytics.drafting.titles import Around, around
from opdat_analytics.drafting.words import distinct
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.periods import parse_as_of
from opdat_analytics.ingest.printed_text import Problem, strip_marker

_NAMED: Sequence[tuple[str, str]] = (
    (r"(?:start|begin|from|date|day|when|fecha|inicio|desde|debut|du|data|de|quando)\b.*", "start"),
    (r"(?:end|until|to|fin|final|hasta|au|jusqu|fim|termino|ate)\b.*", "end"),
    (r"(?:.*\b)?(?:country|countries|place|location|venue|where|pais|paises|lugar|pays|lieu|local)\b.*", "places"),
    (r"(?:.*\b)?(?:type|kind|category|tipo|categoria|genre|categorie)\b.*", "activity_type"),
    (r"(?:.*\b)?(?:funder|funded by|donor|financ\w*|bailleur|doador)\b.*", "funder"),
    (r"(?:.*\b)?(?:partners?|with|organi[sz]er|socios?|contrapartes?|partenaires?|parceiros?|grantee|recipient)\b.*",
     "partners"),
    (r"(?:.*\b)?(?:audience|for whom|participants?|attendees|publico|destinatarios|publi[ck])\b.*", "audience"),
    (r"(?:fiscal |calendar )?(?:year|ano|annee|fy)", "year"),
    (r"(?:.*\b)?(?:activity|activities|title|name|training|course|workshop|event|project|award|what|topic|actividad"
     r"|titulo|capacitacion|curso|taller|evento|proyecto|activite|titre|formation|atelier|atividade|formacao|oficina"
     r"|projeto|subject|description|descripcion|descricao)\b.*", "title"),
)  # fmt: skip
_SINGLE = ("start", "end", "activity_type", "year", "title", "funder", "audience")


def is_activity_list(grid: Grid, table: Table) -> bool:
    """Whether the rows of a table are things that were done: each has a title, a day and a place.

    The only numbers are of those who came.
    """
    if not table.headers:
        return False
    roles = {column: role for column, (role, _) in _roles(grid, table).items()}
    counted = all(roles.get(column) in ("audience", "year") for column in table.values)
    return counted and {"title", "start", "places"} <= set(roles.values())


def draft_activities(grid: Grid, table: Table, stem: str, language: str) -> SheetDraft:
    """How a list of activities is declared; arguments as for ``draft_layout``."""
    row = table.headers[-1]
    choices: list[Choice] = []
    columns: dict[str, str] = {}
    meanings: dict[str, dict[str, str]] = {}
    todo: list[str] = []
    for column, (role, confidence) in sorted(_roles(grid, table).items()):
        header = " ".join(str(grid.text[row, column]).split())
        columns[header] = role
        choices.append(Choice(f"{grid.name}: column “{header}”", role, confidence, "its heading or its words say so"))
        texts = distinct(str(grid.text[r, column]) for r in table.rows)
        if role == "places":
            todo += [f'aliases."{t}" = ""' for t in texts if not _places(t)]
    titles = [str(t) for line in grid.text[: table.headers[0]] for t in line if str(t).strip()]
    said = around([*titles[:12], grid.name, stem.replace("_", " ")], language, "the title or the name")
    constants = _constants(said, [*titles, grid.name, stem, *columns], columns)
    for role, code in constants.items():
        choices.append(Choice(f"{grid.name}: constants.{role}", code, 0.6, "the title or the headings say so"))
    if "activity_type" not in columns.values() and "activity_type" not in constants:
        todo.append('constants.activity_type = ""   # what kind of activity these are; opdat show activity_types')
        choices.append(Choice(f"{grid.name}: constants.activity_type", "", 0.0, "nothing says what kind they are"))
    keys: dict[str, Any] = {"table": "activities", "id": f"{slug(stem)}-{slug(grid.name)}-{{row}}", "columns": columns}
    if constants:
        keys["constants"] = constants
    if meanings:
        keys["meanings"] = meanings
    return SheetDraft(grid.name, keys, tuple(choices), tuple(todo))


def _roles(grid: Grid, table: Table) -> dict[int, tuple[str, float]]:
    """The role of every column that has a heading, and how sure it is; what fits no role is a note."""
    row = table.headers[-1]
    found: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for column in table.columns:
        header = " ".join(str(grid.text[row, column]).split())
        if not header:
            continue
        texts = distinct(str(grid.text[r, column]) for r in table.rows[:300])
        role, confidence = _role(vocab.normalise(header), texts)
        if role == "start" and "start" in taken:
            role = "end"
        if role in _SINGLE and role in taken:
            role, confidence = "note", 0.5
        taken.add(role)
        found[column] = (role, confidence)
    return found


def _role(header: str, texts: Sequence[str]) -> tuple[str, float]:
    named = next((role for pattern, role in _NAMED if re.fullmatch(pattern, header)), "")
    dates = _share(texts, lambda text: not isinstance(parse_as_of(text), Problem))
    years = _share(texts, lambda text: re.fullmatch(r"(?:FY ?)?(?:19|20)\d\d", text) is not None)
    if texts and dates > 0.8:
        return (
            ("year", 0.8) if years > 0.9 and named == "year" else (named if named in ("start", "end") else "start", 0.9)
        )
    if named in ("start", "end", "year"):
        return "note", 0.4
    if texts and _share(texts, _places) > (0.5 if named == "places" else 0.8):
        return "places", 0.9
    if named == "activity_type" and _share(texts, lambda text: bool(vocab.resolve_activity_type(text).code)) < 0.5:
        return "note", 0.4
    if named == "places":
        return "note", 0.4
    return (named, 0.8) if named else ("note", 0.4)


def _share(texts: Sequence[str], test: Any) -> float:
    return sum(map(bool, map(test, texts))) / len(texts) if texts else 0.0


def _places(text: str) -> bool:
    return all(vocab.resolve_place(strip_marker(one.strip())[0]).code for one in text.split(";"))


def _constants(said: Around, words: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    constants = {role: said.codes[role] for role in ("offence",) if role in said.codes}
    if "places" not in columns.values() and "place" in said.codes:
        constants["places"] = said.codes["place"]
    if "activity_type" not in columns.values():
        pieces = [piece for text in words for piece in (text, *re.split(r"[\W_]+", text)) if piece]
        codes = [vocab.resolve_activity_type(form).code for piece in pieces for form in (piece, piece.rstrip("s"))]
        kind = next((code for code in codes if code), None)
        if kind:
            constants["activity_type"] = kind
    return constants
