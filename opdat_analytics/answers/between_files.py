"""Cells that contradict each other across files, and what a ruling on one of them says of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opdat_analytics.answers.ruling import DECISIONS, Place, Ruling
from opdat_analytics.ingest.contradictions import doubled_facts
from opdat_analytics.ingest.editions import combined_codes, contradicted
from opdat_analytics.model import FACT_KEYS, TABLES
from opdat_analytics.store import Publication

if TYPE_CHECKING:
    import pandas as pd

_STANDS = frozenset({"file", "sheet", "cell"})


@dataclass(frozen=True)
class Statement:
    """What a cell says of a thing that is told differently elsewhere.

    Attributes
    ----------
    place
        File, sheet and cell.
    about
        The thing: a figure or a fact; the same for all that speak of it.
    says
        What is said of it; the same for all that say the same.
    """

    place: Place
    about: tuple[str, int]
    says: int


@dataclass(frozen=True)
class Settled:
    """Rulings with those that follow from them, and problems: key of the refusal, row, cell it is about."""

    rulings: tuple[Ruling, ...]
    problems: tuple[tuple[str, int, str], ...]


def differing(publication: Publication) -> tuple[Statement, ...]:
    """All that files of one edition of a source say differently, thing by thing."""
    if "contradicted" not in set(publication.table("issues")["code"]):
        return ()
    figures = publication.table("observations")
    about = contradicted(figures)
    apart = figures[about >= 0]
    says = combined_codes(apart, ("qualifier", "low", "high")).tolist()
    found = [
        Statement(place, ("observations", thing), said)
        for place, thing, said in zip(_places(apart), about[about >= 0].tolist(), says, strict=True)
    ]
    for table in FACT_KEYS:
        facts = publication.table(table)
        told = combined_codes(facts, [c.name for c in TABLES[table] if c.name not in _STANDS]).tolist()
        places = list(_places(facts))
        for thing, rows in enumerate(doubled_facts(facts, table)):
            found += [Statement(places[row], (table, thing), told[row]) for row in rows]
    return tuple(dict.fromkeys(sorted(found, key=lambda one: (one.place[0], one.about))))


def _places(frame: pd.DataFrame) -> Iterator[Place]:
    return zip(*(frame[name].tolist() for name in ("file", "sheet", "cell")), strict=True)


def rivals_of(statements: Iterable[Statement]) -> dict[Place, tuple[Place, ...]]:
    """Per cell the cells that say something else of the same thing."""
    things = _by_thing(statements)
    found: dict[Place, dict[Place, None]] = {}
    for one in statements:
        others = (other.place for other in things[one.about] if other.says != one.says)
        found.setdefault(one.place, {}).update(dict.fromkeys(others))
    return {place: tuple(others) for place, others in found.items()}


def _by_thing(statements: Iterable[Statement]) -> dict[tuple[str, int], list[Statement]]:
    things: dict[tuple[str, int], list[Statement]] = {}
    for one in statements:
        things.setdefault(one.about, []).append(one)
    return things


def settled(rulings: Sequence[Ruling], statements: Sequence[Statement], seen: Mapping[Place, str]) -> Settled:
    """The rulings of one source with what follows from them for cells that contradict each other.

    What is accepted makes the cells that say otherwise ignored; what is held holds all that speak of the same thing. A
    ruling on a file is one on each of its cells that contradict another file, but for those that a ruling on a cell
    settles.

    Parameters
    ----------
    rulings
        As they stand in the workbook.
    statements
        As ``differing`` gives them.
    seen
        What the cells said when the workbook was made; only what was seen can be ruled on.
    """
    rivals, things = rivals_of(statements), _by_thing(statements)
    about: dict[Place, dict[Place, None]] = {}
    for one in statements:
        about.setdefault(one.place, {}).update(dict.fromkeys(other.place for other in things[one.about]))
    found = {ruling.place: ruling for ruling in rulings if ruling.cell}
    problems: dict[tuple[str, int], str] = {}

    def follow(ruling: Ruling, place: Place) -> None:
        """Rule on a cell, and on those that contradict it."""
        implied: list[tuple[Place, str]]
        if ruling.decision == "accept as":
            implied = [(place, "accept as"), *((rival, "ignore") for rival in rivals[place])]
        else:
            affected = about[place] if ruling.decision == "keep holding" else (place,)
            implied = [(other, ruling.decision) for other in affected]
        for other, decision in implied:
            before = found.get(other)
            if before is None and other not in seen:
                problems.setdefault(("unseen", ruling.at), said_of(other))
            elif before is None:
                file, sheet, cell = other
                found[other] = replace(
                    ruling, file=file, sheet=sheet, cell=cell, was=seen[other], decision=decision, value=""
                )
            elif {before.decision, decision} == {"accept as", "ignore"}:
                problems.setdefault(("both_right", ruling.at), said_of(other))

    for ruling in [one for one in rulings if one.place in rivals]:
        if ruling.decision == "alias":
            problems["no_alias", ruling.at] = said_of(ruling.place)
        follow(ruling, ruling.place)
    of_cells = frozenset(found)
    of_files = [one for one in rulings if not one.cell]
    # What is right is ruled on first: a file that is held beside it frees nothing and stops nothing.
    for ruling in sorted(of_files, key=lambda one: (one.decision not in DECISIONS, one.decision)):
        mine = [place for place in rivals if place[0] == ruling.file]
        if not mine:
            problems["settled", ruling.at] = ruling.file
        if ruling.value or ruling.decision == "alias":
            problems["whole_file", ruling.at] = ruling.file
        for place in mine:
            if place not in of_cells:
                follow(ruling, place)
    return Settled(tuple(found.values()), tuple((key, at, cell) for (key, at), cell in problems.items()))


def said_of(place: Place) -> str:
    """Where a cell stands, as it is written to a person."""
    return f"{place[0]} › {place[1]}!{place[2]}"
