"""Columns that are told by their headings where their looks mislead: figures in words, months in numbers."""

from __future__ import annotations

import re
from dataclasses import replace

from opdat_analytics import vocab
from opdat_analytics.drafting.sheet_tables import Table
from opdat_analytics.drafting.tidy_rows import column_name
from opdat_analytics.drafting.words import composite, is_part_of_year, is_period, named_role
from opdat_analytics.ingest.grid import Grid

_PART = re.compile(r"(?:month|quarter|half|week|mes|trimestre|semestre|mois|m[eê]s|semaine|semana)s?(?:\W.*)?", re.I)
_RELATED = re.compile(
    r"\b(?:of wh(?:om|ich)|thereof|to date|ytd|cumul\w*|acumulad\w*|(?:this|last) (?:month|quarter|year)|previous"
    r"|average|mean|median|rates?|ratio|change|difference|targets?|actual|planned|expected|forecast|projected"
    r"|de (?:los|las) (?:cuales|que)|este (?:mes|trimestre|año|ano)|anterior(?:es)?|promedio|media|tasas?|metas?"
    r"|variaci[oó]n|previst\w*|dont|ce (?:mois|trimestre)|pr[eé]c[eé]dente?s?|moyennes?|taux|[eé]carts?|objectifs?"
    r"|pr[eé]vue?s?|d[oa]s quais|m[eé]dias?|taxas?|varia[cç][aã]o)\b",
    re.I,
)
_FEW = 12
"""Rows up to which digits under a word may look like numbers of rows and be none; in longer tables looks tell."""
_NUMBERED = re.compile(
    r"(?:s/?n|no|nos|n[º°o]|nr|num|number|#|id|code|c[oó]d(?:igo|e)?|ref\w*|row|line|orden|rank)\b.*", re.I
)
"""Headings of columns that number the rows."""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DIGITS = 0.5
"""Share of a column's cells that hold a digit where it is one of figures."""


def names_no_part(heading: str) -> bool:
    """Whether a heading relates its figures to those beside it, so that it names no part of what the title counts."""
    return _RELATED.search(heading) is not None


def names_part_of_year(heading: str) -> bool:
    """Whether a heading says that months, quarters or the like stand below it."""
    return _PART.fullmatch(heading.strip()) is not None


def told_by_headings(grid: Grid, table: Table, language: str) -> Table:
    """The table with its columns told apart as their headings say.

    Months and quarters in numbers name rows and are no figures; a column whose heading names what is counted holds
    figures though most of them are in words, such as “about 20” or “nil”, and so do digits below a period.
    """
    if not table.headers:
        return table
    months = [c for c in table.values if names_part_of_year(column_name(grid, table, c))]
    counted = [c for c in table.labels if c > min(table.labels) and _counts(grid, table, c, language)]
    values = sorted({*table.values, *counted} - set(months))
    if not (months or counted) or not values:
        return table
    labels = sorted({*table.labels, *months} - set(counted))
    return replace(table, labels=tuple(labels), values=tuple(values))


def _counts(grid: Grid, table: Table, column: int, language: str) -> bool:
    """Whether a column's heading names what is counted, or when, and its cells hold digits."""
    heading = column_name(grid, table, column)
    said = [str(grid.text[row, column]) for row in table.rows if str(grid.text[row, column]).strip()]
    if vocab.resolve_measure(heading, language).code or composite(heading, language):
        return sum(bool(re.search(r"\d", text)) for text in said) >= _DIGITS * len(said) > 0
    if not said or not all(re.fullmatch(r"\s*\d[\d.,\s]*", text) for text in said):
        return False
    if is_period(heading) or is_part_of_year(heading) or _YEAR.search(heading):
        return True
    if len(said) > _FEW:
        return False
    running = [text.strip() for text in said] == [str(number + 1) for number in range(len(said))]
    coded = any(re.fullmatch(r"\s*(?:0\d+|(?:19|20)\d\d)\s*", text) for text in said)
    role = named_role(heading) and not names_no_part(heading)
    named = not heading or heading.startswith("column ") or role or _NUMBERED.match(heading.strip())
    return not (running or coded or named)
