"""The vocabulary's tables, read once: places, region schemes, measures, activity types, population."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opdat_analytics.model import UnknownName
from opdat_analytics.vocab.words import suggest

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Place:
    """A place that figures are about.

    Attributes
    ----------
    code
        ISO 3166-1 alpha-3 (Kosovo XKX), or a code of this vocabulary.
    name
        Usual short English name.
    level
        subnational, country, group, region or global.
    kind
        What sort of code it is: iso, user_assigned, former, state, judicial_district, unodc_aggregate …
    note
        What must be known before the place is used; empty where nothing.
    """

    code: str
    name: str
    level: str
    kind: str
    note: str


@dataclass(frozen=True)
class Measure:
    """What is counted.

    Attributes
    ----------
    code, name
        Measure code; its name as charts print it.
    stage
        Its order in a case; None for what is not a stage of a case.
    definition, includes, excludes
        What the count means, what belongs to it and what does not.
    unit, units
        Usual unit code; the unit codes it may have.
    flow
        ``flow`` (happens over a period) or ``stock`` (stands at a date).
    additive
        Dimensions over which its sums make sense.
    aliases
        Language → printed words that mean this measure, whatever the country.
    """

    code: str
    name: str
    stage: int | None
    definition: str
    unit: str
    units: tuple[str, ...]
    includes: str
    excludes: str
    flow: str
    additive: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ActivityType:
    """A kind of activity: its code, its name, and what belongs to it."""

    code: str
    name: str
    definition: str


@dataclass(frozen=True)
class Break:
    """A year from which a source counts differently; figures before and from ``year`` are not one series."""

    source: str
    measure: str
    place: str
    year: int
    note: str


def rows(name: str) -> list[dict[str, str]]:
    """Read a CSV file of the vocabulary as a list of header → text."""
    return list(csv.DictReader(io.StringIO(_text(name))))


def document(name: str) -> dict[str, Any]:
    """Read a TOML file of the vocabulary."""
    return tomllib.loads(_text(name))


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def places() -> Mapping[str, Place]:
    """Every place: code → `Place`."""
    return MappingProxyType({row["code"]: Place(**row) for row in rows("places.csv")})


@cache
def measures() -> Mapping[str, Measure]:
    """Every measure, in the order of a case, then those beside it: code → `Measure`."""
    return MappingProxyType({code: _measure(code, entry) for code, entry in document("measures.toml").items()})


def _measure(code: str, entry: Mapping[str, Any]) -> Measure:
    return Measure(
        code=code,
        name=entry["name"],
        stage=entry.get("stage"),
        definition=entry["definition"],
        unit=entry["unit"],
        units=tuple(entry["units"]),
        includes=entry.get("includes", ""),
        excludes=entry.get("excludes", ""),
        flow=entry["flow"],
        additive=tuple(entry["additive"]),
        aliases=MappingProxyType({language: tuple(words) for language, words in entry["aliases"].items()}),
    )


@cache
def activity_types() -> Mapping[str, ActivityType]:
    """Every activity type: code → `ActivityType`."""
    found = document("activity_types.toml")
    return MappingProxyType({c: ActivityType(c, entry["name"], entry["definition"]) for c, entry in found.items()})


@cache
def breaks() -> tuple[Break, ...]:
    """Known breaks in series; only those with a published ground."""
    return tuple(Break(**{**row, "year": int(row["year"])}) for row in rows("breaks.csv"))  # type: ignore[arg-type]


@cache
def _schemes() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows("schemes.csv"):
        found.setdefault(row["scheme"], {})[row["place"]] = row["region"]
    return {name: MappingProxyType(region_of) for name, region_of in found.items()}


def schemes() -> tuple[str, ...]:
    """Names of the region schemes. Each is a partition; a place outside it has no region there."""
    return tuple(_schemes())


def scheme(name: str) -> Mapping[str, str]:
    """One region scheme: place code → region name.

    Raises
    ------
    UnknownName
        If there is no such scheme.
    """
    if name not in _schemes():
        raise UnknownName(_unknown("region scheme", name, schemes(), "Known: " + ", ".join(schemes()) + "."))
    return _schemes()[name]


def place_name(code: str) -> str:
    """Name of a place, or of several joined by ``;``: ``SLV;GTM`` is “El Salvador and Guatemala”.

    Raises
    ------
    UnknownName
        If a code is not in the vocabulary.
    """
    first, *others = _each(code)
    # Unnamed governments have no proper name, so within a phrase they are written small.
    names = [first.name, *(one.name[:1].lower() + one.name[1:] if one.level == "group" and one.kind == "unnamed"
                           else one.name for one in others)]  # fmt: skip
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def level_of(code: str) -> str:
    """Level of a place: subnational, country, group, region or global; several joined by ``;`` are a group.

    Raises
    ------
    UnknownName
        If a code is not in the vocabulary.
    """
    found = _each(code)
    return found[0].level if len(found) == 1 else "group"


def _each(code: str) -> list[Place]:
    parts = code.split(";")
    for part in parts:
        if part not in places():
            raise UnknownName(_unknown("place code", part, places(), "Codes are those of ISO 3166-1 alpha-3 or ours."))
    return [places()[part] for part in parts]


def _unknown(what: str, found: str, known: Mapping[str, object] | tuple[str, ...], allowed: str) -> str:
    near = suggest(found, known)
    return f"“{found}” is not a known {what}. " + (f"Did you mean “{near}”? " if near else "") + allowed


@cache
def _population() -> pd.DataFrame:
    import pandas as pd

    # No code may be read as a missing value, whatever pandas takes for one.
    kinds = {"place": "str", "year": "int64", "population": "int64"}
    return pd.read_csv(io.StringIO(_text("population.csv")), keep_default_na=False, dtype=kinds)


def population() -> pd.DataFrame:
    """Mid-year population by country.

    Returns
    -------
    pandas.DataFrame
        Columns ``place`` (ISO 3166-1 alpha-3, Kosovo XKX), ``year`` (int, from 2000) and ``population`` (persons,
        int). No row where the publisher has none: Taiwan is not among them.

    Notes
    -----
    Source: World Bank, World Development Indicators, indicator SP.POP.TOTL, CC BY 4.0,
    https://data.worldbank.org/indicator/SP.POP.TOTL; the publisher's aggregates are left out.
    """
    return _population().copy()


@cache
def partitions() -> tuple[frozenset[str], ...]:
    """For each scheme, the places that are its regions themselves: together they cover it, and none holds another."""
    known = places()
    sets: list[frozenset[str]] = []
    for name in schemes():
        members = scheme(name)
        own = (p for p, region in members.items() if known[p].level == "region" and known[p].name == region)
        regions = frozenset(own)
        if regions and {known[p].name for p in regions} == set(members.values()):
            sets.append(regions)
    return tuple(sets)
