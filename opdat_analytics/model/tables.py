"""The columns of every published table, and the codes of those whose values come from a closed list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["str", "int", "float", "bool", "date"]


@dataclass(frozen=True)
class Column:
    """One column of a published table: its name, kind, whether it may be null, and what it means."""

    name: str
    kind: Kind
    nullable: bool
    meaning: str


def _columns(text: str) -> tuple[Column, ...]:
    """Read ``name kind[?] meaning`` lines; a question mark marks a column that may be null."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, kind, meaning = line.split(None, 2)
        found.append(Column(name, kind.rstrip("?"), kind.endswith("?"), meaning))  # type: ignore[arg-type]
    return tuple(found)


_PROVENANCE = """
file str path below data/raw, with forward slashes
sheet str sheet name; the file's stem for text files
cell str address of the cell, like D5
"""

_OBSERVATIONS = """
source str source id: the folder below data/raw
edition str? edition label as declared
published date? publication date of the edition or page
current bool the source's latest word on the series (never true where the edition cannot be ordered)
reporter str? who counts
sourcing str primary or secondary
url str? where this very figure was read
programme str? programme id
activity str? activity id
measure str measure code
unit str persons, cases, counts, offences, institutions, events, laws, items, months, usd, percent, mixed, unstated
statistic str count, mean, median, max
offence str trafficking, smuggling, both, unstated
form str form of exploitation; total where none
sex str sex; total where none
age str age group; total where none
citizenship str citizenship as printed; total where none
breakdown str any other disaggregation, as "kind: value"; total where none
place str ISO 3166 alpha-3 (Kosovo XKX) or vocabulary code; several joined by ; for a joint statement
level str subnational, country, group, region, global
period_start date? first day of the period
period_end date? last day of the period
year int? the year as labelled
calendar str calendar, us_fiscal, fiscal_other, mixed, undated
accumulation str period, to_date, point
as_of str? ISO 8601 date the figure speaks of, reduced precision allowed; never the page date
low float? lower bound, closed; null where no number is stated
high float? upper bound, closed; null where unbounded or where no number is stated
exact float? the number, only where the qualifier is exact
qualifier str exact, over, at_least, under, at_most, about, between, unquantified, not_reported, suppressed, not_available, not_applicable
status str the publisher's provisional, final, revised, unstated
attribution str direct, contributed, context, unstated
text str as printed
note str? notes and footnotes of the figure
file str path below data/raw, with forward slashes
sheet str sheet name; the file's stem for text files
cell str address of the cell, like D5
part str which part of a cell like 5,682 (490): total, or column:code
"""

_ACTIVITIES = (
    """
activity str activity id
programme str? programme id
activity_type str activity type code
title str what was done, in a few words
offence str trafficking, smuggling, both, unstated
places str? place codes joined by ;
roles str? role of each place, in the order of places: location, origin, transit, destination
start str? ISO 8601 date, reduced precision allowed
end str? ISO 8601 date, reduced precision allowed
calendar str calendar, us_fiscal, fiscal_other, mixed, undated
year int? the year as labelled, else the calendar year of its dates where they are of one year
audience str? who it was for
partners str? partner bodies joined by ;
funder str? who paid
purposes str? prevention, protection, prosecution, research, joined by ;
attribution str direct, contributed, context, unstated
certainty str stated, possible, planned, negative
text str? as printed or restated
note str? notes
source str source id
edition str? edition label
"""
    + _PROVENANCE
)

_PROGRAMMES = (
    """
programme str programme id
name str name
lead str? who leads it
funder str? who pays
places str? place codes joined by ;
topics str? topics joined by ;
start_year int? year of the start, where stated
status str? active, ended, past, unstated
partners str? partner bodies joined by ;
note str? notes
source str source id
edition str? edition label
"""
    + _PROVENANCE
)

_INDICATORS = (
    """
indicator str indicator id
name str name
definition str? definition
definition_version str? version of the definition
measure str measure code
unit str unit code
direction str up, down
disaggregations str? disaggregations joined by ;
aggregation str? how places and periods aggregate
owner str? who owns it
source str source id
edition str? edition label
"""
    + _PROVENANCE
)

_TARGETS = (
    """
indicator str indicator id
programme str? programme id
place str? place code
baseline_low float? lower bound of the baseline
baseline_high float? upper bound of the baseline
baseline_date str? ISO 8601 date, reduced precision allowed
period str? period of the target as labelled
year int? the year as labelled
target_low float? lower bound of the target
target_high float? upper bound of the target
text str? the target as printed
note str? notes
source str source id
edition str? edition label
"""
    + _PROVENANCE
)

_ISSUES = """
severity str stop (the file is not used), hold (the cell is not used), flag (used, but look)
code str issue code
source str source id
file str path below data/raw
sheet str? sheet name
cell str? address of the cell
text str? the cell as printed
message str what was found, and what is allowed
hint str? the nearest known value, or what to do next
acknowledged bool a person has ruled on it in source.toml
"""

_LEDGER = """
source str source id
file str path below data/raw
sheet str sheet name
cells int non-blank cells
title int cells above or beside the tables
header int cells that name columns
label int cells that name rows
value int cells read as figures or facts
total int printed totals, used as checks only
note int notes and footnotes
ignored int cells ignored by declaration
held int cells that could not be understood
not_reported int blank cells inside a declared table (not among cells)
balanced bool cells = title + header + label + value + total + note + ignored + held
"""

_SOURCES = """
source str source id
file str path below data/raw
sha256 str hash of the file's bytes
edition str? edition label
published date? publication date
rows int observations read
activities int activities read
held int held cells
stopped bool the file on disk could not be read; the rows are of its last good version
title str title of the source
owner str? who owns it
url str? where it is published
licence str? licence
handling str? handling marking: public, internal, controlled, law_enforcement, in rising order
completeness str? reliability: completeness
accuracy str? reliability: accuracy
limits str? reliability: limits
fitness str? reliability: fitness for purpose
"""

OUTSIDE, SEVERAL = "outside this scheme", "several regions"
"""Region of a place that a scheme does not know, a row of its own, never left out; and of a joint statement across."""

SERIES: tuple[str, ...] = (
    "source", "reporter", "programme", "activity", "measure", "unit", "statistic", "offence",
    "form", "sex", "age", "citizenship", "breakdown", "place", "level",
    "period_start", "period_end", "year", "calendar", "accumulation", "as_of",
)  # fmt: skip
"""The dimension columns: together they name one series of figures."""

IDENTITY = ("file", "sheet", "cell", "part")
"""Where a figure stands: no two of one publication agree in all of these."""

SCOPE: tuple[str, ...] = (
    "measure", "unit", "statistic", "offence", "form", "sex", "age", "citizenship", "breakdown", "place",
)  # fmt: skip
"""What two publishers must share, beside time, before their figures are compared."""

FACT_KEYS: Mapping[str, tuple[str, ...]] = {
    "activities": ("activity",),
    "programmes": ("programme",),
    "indicators": ("indicator",),
    "targets": ("indicator", "programme", "place", "period", "year"),
}
"""Tables of facts, and what names a row of each within one edition of a source."""

_SERIES_COLUMNS = tuple(c for c in _columns(_OBSERVATIONS) if c.name in SERIES)

_REVISIONS = _columns(
    """
kind str restated (between editions), corrected (within one edition)
edition_from str? the earlier edition
edition_to str? the later edition
low_from float? earlier lower bound
high_from float? earlier upper bound
qualifier_from str earlier qualifier
text_from str earlier text as printed
low_to float? later lower bound
high_to float? later upper bound
qualifier_to str later qualifier
text_to str later text as printed
change_low float? least change the bounds allow; null where unbounded
change_high float? greatest change the bounds allow; null where unbounded
file_from str where the earlier figure stands
sheet_from str sheet of the earlier figure
cell_from str cell of the earlier figure
part_from str part of the earlier cell
file_to str where the later figure stands
sheet_to str sheet of the later figure
cell_to str cell of the later figure
part_to str part of the later cell
"""
)

_SIDE = """
source_{s} str source of the {w} statement
edition_{s} str? edition of the {w} statement
reporter_{s} str? reporter of the {w} statement
published_{s} date? publication date of the {w} statement
as_of_{s} str? as-of date of the {w} statement
offence_{s} str offence of the {w} statement
unit_{s} str unit of the {w} statement
low_{s} float? lower bound of the {w} statement
high_{s} float? upper bound of the {w} statement
text_{s} str the {w} statement as printed
file_{s} str file of the {w} statement
sheet_{s} str sheet of the {w} statement
cell_{s} str cell of the {w} statement; the parts' cells joined by ; for total_vs_parts
part_{s} str part of the {w} statement's cell
"""

_CONFLICTS = _columns(
    "kind str disjoint (no number satisfies both), weaker (b is the weaker statement), total_vs_parts (b is the sum of the parts)\n"
    "measure str measure code\nstatistic str statistic\nplace str place code\nyear int? the year as labelled\n"
    "programme str? programme id\n"
    + _SIDE.format(s="a", w="first").strip()
    + "\n"
    + _SIDE.format(s="b", w="second").strip()
    + "\nsame_edition bool both stand in one edition of one source\nmessage str the conflict in words"
)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "observations": _columns(_OBSERVATIONS),
    "activities": _columns(_ACTIVITIES),
    "programmes": _columns(_PROGRAMMES),
    "indicators": _columns(_INDICATORS),
    "targets": _columns(_TARGETS),
    "issues": _columns(_ISSUES),
    "ledger": _columns(_LEDGER),
    "sources": _columns(_SOURCES),
    "revisions": (*_SERIES_COLUMNS, *_REVISIONS),
    "conflicts": _CONFLICTS,
}
"""Every published table and its columns, in order. ``places`` and ``measures`` are the vocabulary's."""

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "sourcing": ("primary", "secondary"),
    "unit": (
        "persons", "cases", "counts", "offences", "institutions", "events", "laws", "items",
        "months", "usd", "percent", "mixed", "unstated",
    ),
    "statistic": ("count", "mean", "median", "max"),
    "offence": ("trafficking", "smuggling", "both", "unstated"),
    "level": ("subnational", "country", "group", "region", "global"),
    "calendar": ("calendar", "us_fiscal", "fiscal_other", "mixed", "undated"),
    "accumulation": ("period", "to_date", "point"),
    "qualifier": (
        "exact", "over", "at_least", "under", "at_most", "about", "between", "unquantified",
        "not_reported", "suppressed", "not_available", "not_applicable",
    ),
    "status": ("provisional", "final", "revised", "unstated"),
    "programme_status": ("active", "ended", "past", "unstated"),
    "attribution": ("direct", "contributed", "context", "unstated"),
    "certainty": ("stated", "possible", "planned", "negative"),
    "severity": ("stop", "hold", "flag"),
    "sex": ("total", "female", "male", "other", "unknown"),
    "role": ("location", "origin", "transit", "destination"),
    "purpose": ("prevention", "protection", "prosecution", "research"),
    "direction": ("up", "down"),
    "handling": ("public", "internal", "controlled", "law_enforcement"),
}  # fmt: skip
"""Columns whose values come from a closed list."""

CONTINUOUS_UNITS: frozenset[str] = frozenset({"usd", "percent", "months"})
"""Units that are not counts: a strict word does not move their bound by one."""

FATES: tuple[str, ...] = ("title", "header", "label", "value", "total", "note", "ignored", "held")
"""What can become of a non-blank cell."""
