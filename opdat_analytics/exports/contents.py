"""The nouns of a pack, and the one table of numbers behind each chart that every writer prints.

A writer is one function ``write_<form>(pack: Pack, path: Path) -> Path`` in a module of its own (``slides``,
``workbook``, ``page``, ``document``). It draws `Pack.sections` in their order and prints of each exhibit its title,
subtitle, picture or native chart, caveats, notes, source line, attribution and figure id, and, on its front, the
title, `Pack.changes`, `Pack.handling`, `Pack.credits` and `Pack.made_on`. The same pack gives the same bytes: no clock,
no random ids, no order of sets. It writes with ``exports.files.write_file`` and raises ``ExportFailed`` only.

Tables come from `numbers` alone: text columns, then number columns, headings as people read them, rows in the order
of the chart. A missing number is explained by the shorthand of its row (column `SHORTHAND_COLUMN`); what each
shorthand means is `SHORTHAND`. Numbers that are printed as text are printed by `printed`.

Each writer has a reader, ``numbers_in_<form>(path: Path) -> dict[str, pandas.DataFrame]``: figure id → what stands in
the file, with the headings of `numbers` (all of them, or those that the form has room for: the text columns and every
column that is drawn are never left out) and all rows in order. Cells are text, floats, or None and "" where blank.
`differences` compares it with the exhibit; the export fails on any.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opdat_analytics.charts import words
from opdat_analytics.charts.frame import blank, plain, query_columns
from opdat_analytics.charts.layout import one_line
from opdat_analytics.model import Exhibit

SHORTHAND_COLUMN = "Notes"

SHORTHAND: Mapping[str, str] = {
    "[c]": "confidential: the number is hidden, by its publisher or here, so that no person can be told",
    "[x]": "not available: no number is stated; missing is not zero",
    "[z]": "not applicable",
    "[low]": "a small number that is hidden: it lies between the bounds, and may be zero",
    "[min]": "a lower bound: the number is at least this, and no upper bound is known",
    "[r]": "restated by the publisher since an earlier edition",
    "[p]": "provisional",
    "[e]": "rests on a number that the publisher gives as “about”",
    "[u]": "a partial total: fewer than 80 % of the places expected reported, or fewer than 20 events",
    "[b]": "the series breaks here: do not compare with the years before",
    "[s]": "read at least partly elsewhere than at its publisher",
}
"""What stands in `SHORTHAND_COLUMN`, after the UK government's guidance on symbols in statistical tables."""

HANDLING: Mapping[str, str] = {
    "public": "Public",
    "internal": "Internal use only",
    "controlled": "Controlled unclassified information",
    "law_enforcement": "Law enforcement sensitive",
}
"""Handling markings as they are printed."""

_HEADINGS: Mapping[str, str] = {
    "region": "Region", "place": "Place", "places": "Places", "activity_type": "Type of activity", "measure": "Measure",
    "numerator": "Numerator", "denominator": "Denominator", "indicator": "Indicator", "name": "Name",
    "programme": "Programme", "form": "Form", "sex": "Sex", "age": "Age", "citizenship": "Citizenship",
    "breakdown": "Breakdown", "offence": "Offence", "unit": "Unit", "statistic": "Statistic", "period": "Period",
    "from_year": "From year", "year": "Year", "as_of": "As of", "start": "Start", "end": "End",
    "edition_from": "Earlier edition", "edition_to": "Later edition", "edition": "Edition", "reporter": "Reporter",
    "source": "Source", "certainty": "Certainty", "title": "Title", "kind": "Kind",
    "low": "Lower bound", "high": "Upper bound", "n": "Number listed",
    "coverage": "Share of expected places reporting", "n_reporting": "Places reporting",
    "n_expected": "Places expected", "low_before": "Lower bound before", "high_before": "Upper bound before",
    "low_from": "Earlier lower bound", "high_from": "Earlier upper bound", "change_low": "Least change",
    "change_high": "Greatest change",
    "percent_low": "Least change, %", "percent_high": "Greatest change, %", "baseline_low": "Baseline, lower bound",
    "baseline_high": "Baseline, upper bound", "target_low": "Target, lower bound", "target_high": "Target, upper bound",
    "numerator_low": "Numerator, lower bound", "numerator_high": "Numerator, upper bound",
    "denominator_low": "Denominator, lower bound", "denominator_high": "Denominator, upper bound",
    "population": "Population", "chance_low": "95 % limit, lower", "chance_high": "95 % limit, upper",
}  # fmt: skip
"""Columns of results → headings, in the order in which they stand; what is not named is not printed in tables."""

_NUMBERS = tuple(_HEADINGS)[tuple(_HEADINGS).index("low") :]
_GROUPS = ("region", "place", "activity_type", "indicator", "name")
"""What a row is about stays even where all rows are about one."""
_GAPS = {"suppressed": "[c]", "not_applicable": "[z]"}


@dataclass(frozen=True)
class Credit:
    """A source as it must be credited.

    Attributes
    ----------
    source, title
        Id; what it is.
    owner, url, licence
        Empty where its declaration does not say.
    editions
        In order; empty where the source has none.
    handling
        Its handling marking, one of ``ALLOWED["handling"]``.
    attribution
        Whose result its figures are.
    """

    source: str
    title: str
    owner: str
    url: str
    licence: str
    editions: tuple[str, ...]
    handling: str
    attribution: str


@dataclass(frozen=True)
class Section:
    """Charts that belong together, under a heading."""

    title: str
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True)
class Pack:
    """What a manager receives: charts in order, where they come from, and what changed since the last time.

    Attributes
    ----------
    name, title
        Short slug (``record``, ``country-gtm``, ``programme-jtfa``); the title on its front.
    sections
        The charts under their headings.
    publication, previous
        Id of the publication that is shown, and of the one that the last pack showed; None for a first pack.
    changes
        What changed since then, a sentence each.
    handling
        The highest marking of the sources, as it is printed (`Public`).
    attribution
        Whose results the figures are, a sentence for each source.
    made_on
        ISO 8601 date of the publication, never of the clock.
    credits
        The sources, each with editions, address and licence.
    """

    name: str
    title: str
    sections: tuple[Section, ...]
    publication: str
    previous: str | None
    changes: tuple[str, ...]
    handling: str
    attribution: tuple[str, ...]
    made_on: str
    credits: tuple[Credit, ...]

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """All charts, in order."""
        return tuple(exhibit for section in self.sections for exhibit in section.exhibits)


def heading_of(column: str) -> str:
    """The heading of a column of a result, as `numbers` prints it."""
    return _HEADINGS.get(column, words.label(column))


def numbers(exhibit: Exhibit) -> pd.DataFrame:
    """The table behind a chart, as it is printed beside it.

    Parameters
    ----------
    exhibit
        Any chart.

    Returns
    -------
    pandas.DataFrame
        One row for each row of the chart's frame, in its order. First what a row is about (text; what differs
        between rows, and the region, place, type or indicator), then ``Lower bound``, ``Upper bound`` and the other
        numbers (float64; NaN where there is none), then ``Notes``: shorthand parted by blanks, "" for none.
    """
    frame = exhibit.frame
    about = [name for name in _HEADINGS if name in query_columns(frame) and name not in _NUMBERS]
    varying = [name for name in about if frame[name].astype(str).nunique() > 1 or name in _GROUPS]
    kept = [name for name in varying if not frame[name].isna().all()] or about[:1]
    if "place" in kept and "region" in kept and frame["region"].nunique() == 1:
        kept.remove("region")
    table = {_HEADINGS[name]: [_text(name, value) for value in frame[name].tolist()] for name in kept}
    silent = _telling_nothing(frame)
    for name in _NUMBERS:
        if name in frame.columns and name not in silent:
            table[_HEADINGS[name]] = pd.to_numeric(frame[name], errors="coerce").astype("float64").tolist()
    shorthand = [" ".join(_shorthand(row)) for row in frame.to_dict("records")]
    return pd.DataFrame({**table, SHORTHAND_COLUMN: shorthand})


def _telling_nothing(frame: pd.DataFrame) -> set[str]:
    """Number columns that a table can do without: empty ones, and coverage where it follows from its neighbours."""
    empty = {name for name in _NUMBERS if name in frame.columns and frame[name].isna().all()} - {"low", "high"}
    if "low" in frame.columns:
        empty.add("coverage")
    if "n_expected" in frame.columns and not (frame["n_expected"].fillna(0) > 1).any():
        empty |= {"n_reporting", "n_expected"}
    return empty


def _text(name: str, value: Any) -> str:
    known = plain(value)
    if not isinstance(known, str):
        return "" if known is None else str(known)
    return words.publisher(known) if name == "source" else words.label(known)


def _shorthand(row: Mapping[Any, Any]) -> list[str]:
    """The shorthand that holds for a row of a result."""

    def said(name: str) -> bool:
        return name in row and not blank(row[name]) and bool(row[name])

    found = []
    if "low" in row and blank(row["low"]):
        found.append(_GAPS.get(str(row.get("qualifier")), "[x]"))
    elif "low" in row and "high" in row and blank(row["high"]):
        found.append("[min]")
    elif "low" in row and "high" in row and row["low"] == 0 < row["high"]:
        found.append("[low]")
    elif "n" in row and blank(row["n"]):
        found.append("[x]")
    found += ["[r]"] if said("restated") or row.get("status") == "revised" else []
    found += ["[p]"] if row.get("status") == "provisional" else []
    found += ["[e]"] if said("about") or row.get("qualifier") == "about" else []
    found += ["[u]"] if (said("partial") and not blank(row.get("low", 0))) or said("unstable") else []
    found += ["[b]"] if said("series_break") else []
    found += ["[s]"] if said("secondary") else []
    return found


def is_number(table: pd.DataFrame, heading: str) -> bool:
    """Whether a column of `numbers` holds numbers."""
    return str(table[heading].dtype) == "float64"


def printed(value: Any) -> str:
    """A cell of `numbers` as text: thousands separated, at most three decimals, "" where blank."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    rounded = round(float(value), 3)
    return f"{rounded:,.0f}" if rounded.is_integer() else f"{rounded:,.3f}".rstrip("0")


def differences(exhibit: Exhibit, found: pd.DataFrame | None) -> list[str]:
    """What a file says otherwise than the chart, a sentence each; nothing where they agree.

    Parameters
    ----------
    exhibit
        The chart.
    found
        What a reader found of it: headings and rows of `numbers`; None where it is not in the file.
    """
    if found is None:
        return [f"{exhibit.figure_id} is not in it"]
    meant = numbers(exhibit)
    foreign = [str(name) for name in found.columns if name not in meant.columns]
    lost = [name for name in meant.columns if name not in found.columns and not is_number(meant, name)]
    if foreign or (lost and lost != [SHORTHAND_COLUMN]):
        return [f"{exhibit.figure_id} has other columns than the chart: {', '.join([*foreign, *lost])}"]
    if len(found) != len(meant):
        return [f"{exhibit.figure_id} has {len(found)} rows, the chart has {len(meant)}"]
    told = []
    for heading in found.columns:
        pairs = zip(found[heading].tolist(), meant[heading].tolist(), strict=True)
        for row, (was, wanted) in enumerate(pairs, start=1):
            if not _same(was, wanted):
                told.append(
                    f"{exhibit.figure_id}, {heading}, row {row}: “{_shown(was)}” stands there, the chart shows "
                    f"“{_shown(wanted)}”"
                )
    return told


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, str):
        meant = one_line(printed(wanted))
        if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in meant):
            # A PDF keeps such letters as they are seen, from left to right, not as they are read.
            return sorted("".join(found.split())) == sorted("".join(meant.split()))
        return one_line(found) == meant
    if found is None or pd.isna(found):
        return printed(wanted) == ""
    # Office files hold 16 digits, and the programs count with 15.
    return not isinstance(wanted, str) and not pd.isna(wanted) and math.isclose(found, wanted, rel_tol=1e-14)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None or pd.isna(value) else f"{value:.10g}"
