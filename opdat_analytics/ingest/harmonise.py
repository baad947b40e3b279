"""Words become codes: the labels of each reading are looked up, and what stays uncertain is held."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.ingest.coded import Coded
from opdat_analytics.ingest.declaration_checks import CLOSED
from opdat_analytics.ingest.declare import Layout, Source
from opdat_analytics.ingest.figures import Problem, strip_marker
from opdat_analytics.ingest.grid import NO_FIGURE, UNSEEN
from opdat_analytics.ingest.laid import Labels, Readings, explained
from opdat_analytics.ingest.periods import parse_as_of, parse_period
from opdat_analytics.ingest.subnational import doubting
from opdat_analytics.model import ALLOWED

Codes = Mapping[str, str]
"""What one word says: role → code."""

DEFAULTS: Mapping[str, str] = {
    "unit": "unstated", "statistic": "count", "offence": "unstated", "form": "total", "sex": "total", "age": "total",
    "citizenship": "total", "breakdown": "total", "accumulation": "period", "sourcing": "primary", "status": "unstated",
    "attribution": "unstated",
}  # fmt: skip
TABLE_DEFAULTS: Mapping[str, str] = {
    "offence": "unstated", "calendar": "undated", "attribution": "unstated", "certainty": "stated", "unit": "unstated",
}  # fmt: skip


_JOINT = re.compile(r"\w\s*[,/&+]\s*\w|\w (?:and|y|e|et) \w")
_ERROR_VALUE = re.compile(r"#(REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!)")
_PROGRAMME_ROLES: Mapping[str, str] = {"status": "programme_status"}
"""Where a role of programmes takes other codes than the role of that name elsewhere."""


@dataclass(frozen=True)
class HeldLabel:
    """A label that could not be understood: the readings that wait for it, and where it stands."""

    cell: tuple[int, int]
    text: str
    code: str
    message: str
    hint: str | None
    readings: np.ndarray


@dataclass(frozen=True)
class Harmonised:
    """Role → one code per reading (None where nothing is said), the labels that are held, and those whose footnote
    mark has no footnote: cell → mark."""

    columns: Mapping[str, Coded]
    held: tuple[HeldLabel, ...]
    unexplained: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Surroundings:
    """What a sheet says of its labels' cells: cells not to be believed, raised marks, and what the marks mean."""

    unread: Mapping[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    markers: Mapping[tuple[int, int], str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


def harmonise(readings: Readings, layout: Layout, source: Source, constants: Codes, around: Surroundings) -> Harmonised:
    """Look up every label of a table.

    Parameters
    ----------
    readings
        The table's readings with their labels.
    layout, source
        Their declarations: meanings, aliases, language.
    constants
        What holds for every reading: role → code.
    around
        Cells that must not be believed, and footnotes: those of a label become notes of its readings.

    Returns
    -------
    Harmonised
        Codes per role. A word that sets several roles at once sets them all; a label of the role itself goes before
        what another word says of it, and both go before the constants.
    """
    count = readings.text.size
    columns: dict[str, Coded] = {role: Coded.same(code, count) for role, code in constants.items()}
    held: list[HeldLabel] = []
    implied: dict[str, Coded] = {}
    direct: dict[str, Coded] = {}
    unexplained: dict[tuple[int, int], str] = {}
    for labels in _in_order(readings.labels):
        place = _one_place(direct.get("place"), constants)
        look = _lookup(labels.role, layout, source, place)
        held.extend(_unread(labels, around))
        texts = labels.coded()
        if labels.role == "place":
            declared = (*source.aliases, *source.meanings.get("place", ()), *layout.meanings.get("place", ()))
            look = doubting(look, texts.levels, _headings(layout, "place"), declared)
        said, problems, marks = _looked_up(labels, texts, look)
        held.extend(problems)
        notes = _marked(labels, texts, marks, around, unexplained)
        if notes is not None:
            _merge(implied, "note", notes, labels)
        for role in sorted({role for codes in said.values() for role in codes}):
            column = texts.changed(lambda text, role=role, said=said: said[text].get(role))  # type: ignore[misc]
            target = direct if role == labels.role.split(":")[0] else implied
            held.extend(_merge(target, role, column, labels))
    for role, column in (*implied.items(), *direct.items()):
        before = columns.get(role)
        columns[role] = column if before is None else column.paired(before, _first)
    return Harmonised(columns, tuple(held), unexplained)


def _in_order(labels: Sequence[Labels]) -> list[Labels]:
    """Places first, since a national term may need to know the country."""
    return sorted(labels, key=lambda label: label.role != "place")


def _headings(layout: Layout, role: str) -> list[str]:
    """What the declaration says that stands above the labels of a role."""
    return [
        *(header for header, of in layout.columns.items() if of == role),
        *([layout.corner] if layout.corner else ()),
    ]


def _one_place(places: Coded | None, constants: Codes) -> str | None:
    found = set() if places is None else {p for p in places.levels if p}
    return found.pop() if len(found) == 1 else constants.get("place") if not found else None


def _first(one: str | None, other: str | None) -> str | None:
    return other if one is None else one


def _together(one: str | None, other: str | None) -> str | None:
    """Two notes of one row."""
    return "; ".join(dict.fromkeys(filter(None, (one, other)))) or None


def _both(one: str | None, other: str | None) -> str | None:
    """Two breakdowns of one figure; the total of one of them adds nothing."""
    return "; ".join(dict.fromkeys(said for said in (one, other) if said and said != "total")) or one or other


def _merge(target: dict[str, Coded], role: str, column: Coded, labels: Labels) -> list[HeldLabel]:
    """Join a column with what another label says of the same role: notes add up, codes must agree."""
    if role not in target:
        target[role] = column
        return []
    before = target[role]
    if role in ("note", "breakdown"):
        target[role] = before.paired(column, _together if role == "note" else _both)
        return []
    differ = before.paired(column, lambda a, b: a is not None and b is not None and a != b).where(bool)
    target[role] = before.paired(column, _first)
    held = []
    for index in np.flatnonzero(differ).tolist():
        cell = (int(labels.rows[index]), int(labels.columns[index]))
        says, said = (one.levels[one.codes[index]] for one in (column, before))
        message = f"“{labels.text[index]}” says {role} {says}, but another column of the row says {said}"
        held.append(HeldLabel(cell, str(labels.text[index]), "disagreement", message, None, np.array([index])))
    return held


def _unread(labels: Labels, around: Surroundings) -> list[HeldLabel]:
    """Labels in cells that show an error or were never calculated."""
    doubted = {cell: told for cell, told in around.unread.items() if told[0] not in (NO_FIGURE, UNSEEN)}
    if not doubted:
        return []
    concerned = np.isin(labels.rows, [row for row, _ in doubted]) & np.isin(labels.columns, [c for _, c in doubted])
    waiting: dict[tuple[int, int], list[int]] = {}
    for index in np.flatnonzero(concerned).tolist():
        waiting.setdefault((int(labels.rows[index]), int(labels.columns[index])), []).append(index)
    return [
        HeldLabel(cell, str(labels.text[waiting[cell][0]]), code, reason, None, np.array(waiting[cell]))
        for cell, (code, reason) in doubted.items()
        if cell in waiting
    ]


def _marked(
    labels: Labels,
    texts: Coded,
    marks: Mapping[str, str],
    around: Surroundings,
    unexplained: dict[tuple[int, int], str],
) -> Coded | None:
    """The footnotes of marked labels, one per reading; None where no label bears a mark.

    Cells with a mark that has no footnote are added to ``unexplained``.
    """
    if not marks and not around.markers:
        return None
    found = texts.changed(marks.get)
    if around.markers:
        raised = [around.markers.get(at) for at in zip(labels.rows.tolist(), labels.columns.tolist(), strict=True)]
        found = found.paired(Coded.of(raised), lambda mark, up: mark or up)
    if not any(found.levels):
        return None
    for i in np.flatnonzero(found.where(lambda mark: mark and explained(mark, around.notes) is None)).tolist():
        unexplained[int(labels.rows[i]), int(labels.columns[i])] = found.levels[found.codes[i]]
    return found.changed(lambda mark: (explained(mark, around.notes) or mark) if mark else None)


def _looked_up(
    labels: Labels, texts: Coded, look: Callable[[str], Codes | Problem]
) -> tuple[dict[str, Codes], list[HeldLabel], dict[str, str]]:
    """Each distinct text looked up once; a problem holds every reading that carries the label.

    A label that means the same without its footnote mark, or is only known without it, is read without it; the marks
    are the third of what returns.
    """
    said: dict[str, Codes] = {}
    bad: dict[str, Problem] = {}
    marks: dict[str, str] = {}
    for text in texts.levels:
        found = look(text.strip()) if text.strip() else {}
        bare, mark = strip_marker(text.strip())
        if mark:
            again = look(bare)
            # A mark that changes nothing in what a known word means is a mark as well.
            if not isinstance(again, Problem) and (isinstance(found, Problem) or again == found):
                marks[text], found = mark, again
        if isinstance(found, Problem):
            bad[text], said[text] = found, {}
        else:
            said[text] = found
    if not bad:
        return said, [], marks
    cells: dict[tuple[int, int, str], list[int]] = {}
    for index in np.flatnonzero(texts.where(bad.__contains__)).tolist():
        text = texts.levels[texts.codes[index]]
        cells.setdefault((int(labels.rows[index]), int(labels.columns[index]), text), []).append(index)
    held = [
        HeldLabel((row, column), text, bad[text].code, bad[text].message, bad[text].hint, np.array(waiting))
        for (row, column, text), waiting in cells.items()
    ]
    return said, held, marks


def _lookup(role: str, layout: Layout, source: Source, place: str | None) -> Callable[[str], Codes | Problem]:
    """What a word in this role means: the layout's meanings, then the source's, then the vocabulary."""
    base, _, kind = role.partition(":")
    own = {**source.meanings.get(base, {}), **layout.meanings.get(base, {})}
    names = list(own)
    common = base if layout.table != "programmes" else _PROGRAMME_ROLES.get(base, base)

    def look(text: str) -> Codes | Problem:
        if _ERROR_VALUE.fullmatch(text):
            return Problem("error_value", f"“{text}” is a spreadsheet's error value", "repair the formula in the file")
        meant = own.get(vocab.normalise(text))
        if meant is not None:
            return meant
        found = _common(common, text, source, place, names)
        if isinstance(found, str) and kind and found != "total":
            found = f"{kind}: {found}"
        return found if isinstance(found, Problem) else {base: found}

    return look


def _common(role: str, text: str, source: Source, place: str | None, own: list[str]) -> str | Problem:
    if role in ("place", "places"):
        return _place(text, source.aliases)
    if role in ("year", "period"):
        marked = strip_marker(text)[1] is not None and isinstance(parse_period(text), Problem)
        return Problem("not_a_period", f"“{text}” is not a period") if marked else text
    if role == "unknown_route":
        return Problem("unknown_route", f"“{text}” decides what its row is about, but `routes` does not name it")
    if role == "measure":
        return _match(vocab.resolve_measure(text, source.language, place), text, "measure", own)
    if role == "activity_type":
        return _match(vocab.resolve_activity_type(text), text, "activity type", own)
    if role == "offence":
        return (
            text
            if text in ALLOWED["offence"]
            else _match(vocab.resolve_offence(text, source.language), text, "offence", own)
        )
    if role in ("purposes", "roles"):
        return _listed(text, ALLOWED["purpose" if role == "purposes" else "role"], role)
    if role in ("as_of", "start", "end", "baseline_date"):
        return parse_as_of(text)
    if role == "published":
        day = parse_as_of(text)
        if isinstance(day, str) and len(day) != 10:
            return Problem("not_a_day", f"“{text}” is not a day; write a publication date like 2024-06-24")
        return day
    if role in CLOSED:
        allowed = CLOSED[role]
        folded = vocab.normalise(text)
        if folded in allowed:
            return folded
        near = vocab.suggest(text, allowed)
        named = role.removeprefix("programme_")
        return Problem(f"unknown_{named}", f"“{text}” is not a {named}; allowed: {', '.join(allowed)}", near)
    return text


def _place(text: str, aliases: Mapping[str, str]) -> str | Problem:
    """The code of a place; of several that a semicolon joins, their codes in that order, each once."""
    several = [one.strip() for one in text.split(";") if one.strip()]
    if len(several) > 1 and vocab.resolve_place(text, aliases).code is None:
        found = [_place(one, aliases) for one in several]
        bad = next((one for one in found if isinstance(one, Problem)), None)
        return bad or ";".join(dict.fromkeys(str(one) for one in found))
    match = vocab.resolve_place(text, aliases)
    if match.code is None and re.fullmatch(r"\d{1,2}", text):
        # A numeric country code kept as a number has lost the zeros it begins with.
        match = vocab.resolve_place(text.zfill(3), aliases)
    return _match(match, text, "place", [])


def _match(match: vocab.Match, text: str, what: str, own: list[str]) -> str | Problem:
    code = what.replace(" ", "_")
    if match.code is not None:
        return match.code
    if match.candidates:
        could = " or ".join(match.candidates)
        return Problem(
            f"ambiguous_{code}", f"“{text}” could be {could}", "say which under `aliases` or `meanings` in source.toml"
        )
    near = match.suggestion or vocab.suggest(text, own)
    hint = f"did you mean {near}?" if near else None
    if what == "place" and _JOINT.search(text):
        hint = f'for a joint statement write its codes under `aliases`, as in "{text}" = "SLV;GTM"'
    return Problem(f"unknown_{code}", f"“{text}” is not a known {what}", hint)


def _listed(text: str, allowed: Sequence[str], role: str) -> str | Problem:
    words = [vocab.normalise(word) for word in text.split(";")]
    unknown = [word for word in words if word not in allowed]
    if unknown:
        return Problem(f"unknown_{role}", f"“{unknown[0]}” is not among {', '.join(allowed)}")
    return ";".join(words)


@dataclass(frozen=True)
class Times:
    """Per reading: period bounds, labelled year, calendar and accumulation; and the labels held for it."""

    start: Coded
    end: Coded
    year: Coded
    calendar: Coded
    accumulation: Coded
    held: tuple[HeldLabel, ...]


def _of_a_year(language: str, part: str | None, year: str | None) -> str | None:
    """A period, and where it is but a part of a year, as in “Q1” beside 2021, that part of that year."""
    if part is None or year is None:
        return _first(part, year)
    whole = f"{part} {year}"
    # Months name themselves in any calendar but a fiscal one, years with a stroke only in that.
    alone, joined = (
        all(isinstance(parse_period(text, calendar, language), Problem) for calendar in ("fiscal_other", None))
        for text in (part, whole)
    )
    return whole if alone and not joined else part


def times(readings: Readings, columns: Mapping[str, Coded], language: str) -> Times:
    """Read the period of every reading, from its `period` or `year` label and its calendar.

    Each distinct pair of label and calendar is read once; a label that is not a period holds its readings.
    """
    nothing = Coded.same(None, readings.text.size)
    label = columns.get("period", nothing).paired(columns.get("year", nothing), partial(_of_a_year, language))
    bad: dict[str, Problem] = {}

    def read(text: str | None, declared: str | None) -> tuple[date | None, date | None, int | None, str, str | None]:
        found = None if text is None else parse_period(text, declared, language)
        if isinstance(found, Problem):
            bad[str(text)] = found
        if found is None or isinstance(found, Problem):
            return None, None, None, declared or "undated", None
        return found.start, found.end, found.year, found.calendar, found.accumulation

    found = label.paired(columns.get("calendar", nothing), read)
    held = [_not_a_period(cell, text, bad[text], waiting) for cell, text, waiting in _periods(readings, label, bad)]
    start, end, year, calendar, accumulation = (
        found.changed(lambda of, at=at: of[at])  # type: ignore[misc]
        for at in range(5)
    )
    return Times(start, end, year, calendar, accumulation, tuple(held))


def _periods(
    readings: Readings, label: Coded, bad: Mapping[str, Problem]
) -> list[tuple[tuple[int, int], str, np.ndarray]]:
    """Where the labels stand that are no periods, and the readings that wait for each."""
    found: dict[tuple[int, int, str], list[int]] = {}
    own = [labels for role in ("period", "year") for labels in readings.labels if labels.role == role]
    for index in np.flatnonzero(label.where(bad.__contains__)).tolist():
        stands = next((one for one in own if one.text[index].strip()), None)
        rows, columns = (readings.rows, readings.columns) if stands is None else (stands.rows, stands.columns)
        text = label.levels[label.codes[index]]
        found.setdefault((int(rows[index]), int(columns[index]), text), []).append(index)
    return [((row, column), text, np.array(waiting)) for (row, column, text), waiting in found.items()]


def _not_a_period(cell: tuple[int, int], text: str, problem: Problem, waiting: np.ndarray) -> HeldLabel:
    return HeldLabel(cell, text, problem.code, problem.message, problem.hint, waiting)
