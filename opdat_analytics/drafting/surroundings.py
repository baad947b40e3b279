"""What stands around the figures of a layout being drafted: totals, headings of rows, notes, titles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opdat_analytics.drafting.cell_looks import total_word
from opdat_analytics.drafting.sheet_tables import Table
from opdat_analytics.drafting.source import Choice
from opdat_analytics.drafting.tidy_rows import column_name, filled_labels, spread_headers
from opdat_analytics.drafting.titles import Around
from opdat_analytics.drafting.words import distinct, is_part_of_year, role_of
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.laid import same
from opdat_analytics.ingest.periods import Period, parse_period


@dataclass
class LayoutWork:
    """One layout while it is being put together."""

    grid: Grid
    table: Table
    language: str
    place: str | None
    choices: list[Choice] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)
    meanings: dict[str, dict[str, Any]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)

    def choose(self, what: str, value: str, confidence: float, reason: str) -> None:
        """Note a choice about this sheet."""
        self.choices.append(Choice(f"{self.grid.name}: {what}", value, round(confidence, 2), reason))


def say_surroundings(work: LayoutWork, keys: dict[str, Any]) -> None:
    """Add totals, ignored headings of rows and the end of the table to the layout's keys."""
    grid, table = work.grid, work.table
    totals = _total_labels(work, keys)
    if totals:
        keys["totals"] = totals if len(totals) > 1 else totals[0]
        work.choose("totals", ", ".join(totals), 0.85, "the labels say total; they are checked against their parts")
    if table.subtitles:
        _say_subtitles(work, keys)
    after = [r for r in range(table.last + 1, grid.text.shape[0]) if any(str(t).strip() for t in grid.text[r])]
    if after:
        begin = next(str(t).strip() for t in grid.text[after[0]] if str(t).strip())
        short = re.match(r"(?:notes?|sources?|fuentes?|notas?|fontes?|footnotes?)\b", begin, re.I)
        ends = short[0] if short else " ".join(begin.split()[:6])[:40]
        firsts = [next((str(t) for t in grid.text[r] if str(t).strip()), "") for r in (*table.rows, *table.subtitles)]
        if not any(same(f).startswith(same(ends)) for f in firsts) and begin.startswith(ends):
            keys["ends"] = ends
            work.choose("ends", ends, 0.9 if short else 0.6, f"what follows from row {after[0] + 1} on are notes")
        else:
            work.choose("ends", "", 0.2, f"the notes from row {after[0] + 1} on begin like a row of the table")


def _say_subtitles(work: LayoutWork, keys: dict[str, Any]) -> None:
    """Rows with one text above others: what names the figures below, where without it rows would say the same."""
    grid, table = work.grid, work.table
    texts = [next((" ".join(str(t).split()) for t in grid.text[row] if str(t).strip()), "") for row in table.subtitles]
    texts = [text for text in dict.fromkeys(texts) if text and len(text) < 90]
    labels = {same(t) for said in filled_labels(grid, table).values() for t in said}
    rows = _label_rows(grid, table)
    fits = role_of(texts, "", work.language, work.place)
    named = fits.role if fits.role and fits.role not in work.used and fits.confidence >= 0.6 else ""
    if named in ("measure", "period", "year", "sex", "offence") or len(set(rows)) < len(rows):
        role = named or "breakdown:group"
        keys["subtitles"] = {"role": role, "rows": texts}
        work.used[role.partition(":")[0]] = "lines above the rows"
        for text, codes in fits.meanings.items() if named else ():
            work.meanings.setdefault(role, {})[text] = (
                next(iter(codes.values())) if set(codes) == {role} else dict(codes)
            )
        reason = fits.reason if named else "they tell rows apart that would say the same"
        work.choose("subtitles", role, fits.confidence if named else 0.5, f"rows with one text head others; {reason}")
        return
    for text in texts:
        if same(text) not in labels:
            keys.setdefault("ignore", {})[text] = "a heading of the rows below it"
    reason = "rows with one text head the rows below, which are told apart without them"
    work.choose("headings of rows", f"{len(table.subtitles)} rows ignored", 0.6, reason)


def _label_rows(grid: Grid, table: Table) -> list[tuple[str, ...]]:
    texts = filled_labels(grid, table)
    totals = set(table.totals)
    return [tuple(texts[c][n] for c in table.labels) for n, r in enumerate(table.rows) if r not in totals]


def _total_labels(work: LayoutWork, keys: Mapping[str, Any]) -> list[str]:
    """Labels of totals; in a flat table those of sexes, ages and the like are figures as any other."""
    grid, table = work.grid, work.table
    labels: dict[str, None] = {}
    plain = ("place", "year", "period", "measure", "offence")
    for row in table.totals:
        for column in table.labels:
            text = " ".join(str(grid.text[row, column]).split())
            if not total_word(text):
                continue
            header = column_name(grid, table, column)
            if "columns" not in keys or keys["columns"].get(header) in plain:
                labels[text] = None
    spread = spread_headers(grid, table)
    where = {c: n for n, c in enumerate(table.columns)}
    for column in table.total_columns:
        for row in table.headers[-1:]:
            if "headers" in keys:
                labels[spread[row][where[column]]] = None
    return [text for text in labels if text]


def say_constants(work: LayoutWork, said: Around, keys: Mapping[str, Any]) -> bool:
    """What the title says of all figures, where no heading says it; and what nothing says.

    False where the title says of which part of a year they are in words that cannot be read.
    """
    times = _time_words(work, keys)
    parts = [word for word in times if is_part_of_year(word)]
    timed = {"year", "period", "as_of"} & work.used.keys()
    if "period" in said.codes and not timed:
        if not isinstance(parse_period(said.codes["period"]), Period):
            return False
        work.constants["period"] = said.codes["period"]
        work.choose("constants.period", said.codes["period"], 0.55, said.reasons["period"])
    for role, confidence in (("measure", 0.7), ("offence", 0.7), ("place", 0.7), ("year", 0.55)):
        if role == "year" and "period" in work.constants:
            continue
        if role in work.used or (role == "year" and "period" in work.used and not parts):
            continue
        if role in said.codes:
            work.constants[role] = said.codes[role]
            work.choose(f"constants.{role}", said.codes[role], confidence, said.reasons[role])
        elif role in ("measure", "place"):
            work.todo.append(
                f'constants.{role} = ""   # nothing on the sheet says which {role}; its figures wait for it'
            )
            work.choose(f"constants.{role}", "", 0.0, f"nothing on the sheet says which {role} the figures are about")
    split = [t for t in times if re.fullmatch(r"(?:19|20)\d\d\s*[-/–]\s*\d{2}(?:\d\d)?", t)]
    # Beside plain years nobody can tell what such a year is, so its figures wait.
    if split and not any(re.fullmatch(r"(?:19|20)\d\d", t) for t in times):
        work.constants["calendar"] = "fiscal_other"
        work.choose("constants.calendar", "fiscal_other", 0.6, f"“{split[0]}” names a year that is no calendar year")
    return True


def _time_words(work: LayoutWork, keys: Mapping[str, Any]) -> list[str]:
    grid, table = work.grid, work.table
    spread = spread_headers(grid, table)
    words = [text for row in table.headers for text in spread[row]]
    for column in table.labels:
        words.extend(distinct(str(grid.text[r, column]) for r in table.rows[:200]))
    return [word.strip() for word in words]
