"""What changed between two publications, figure by figure: added, restated, gone, held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from opdat_analytics import store
from opdat_analytics.change_columns import COLUMNS as COLUMNS
from opdat_analytics.change_columns import Counts, held_at
from opdat_analytics.model import FACT_KEYS, TABLES, Home

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

KINDS = ("added", "restated", "gone", "held")


@dataclass(frozen=True)
class Comparison:
    """What changed: how many changes of what kind, newly held cells, and figures corrected within one edition.

    Attributes
    ----------
    counts
        Kind and noun → how many.
    corrected
        Rows of ``revisions``; None where nothing was published before.
    newly_held
        Issues of cells that are held since.
    told
        Works out all changes one by one.
    """

    counts: Counts
    corrected: pa.Table | None
    newly_held: tuple[Mapping[str, Any], ...]
    told: Callable[[], pd.DataFrame]

    @cached_property
    def changes(self) -> pd.DataFrame:
        """All changes, with the columns ``COLUMNS``: of a first publication a row for every figure."""
        return self.told()

    def kinds(self) -> dict[str, int]:
        """Kind → how many."""
        found: Counter[str] = Counter()
        for (kind, _), count in self.counts.items():
            found[kind] += count
        return {kind: found[kind] for kind in KINDS if found[kind]}


def counts_of(changes: pd.DataFrame) -> Counts:
    """The changes of a frame, counted."""
    facts = are_facts(changes).tolist()
    of_row = zip(changes["kind"].tolist(), facts, strict=True)
    return Counter((kind, "cell" if kind == "held" else "fact" if fact else "figure") for kind, fact in of_row)


def counted(counts: Counts) -> str:
    """Changes counted in words, figures apart from facts: “3 figures restated, 1 cell held; 2 facts added.”"""
    parts = [", ".join(in_words(counts, *nouns)) for nouns in (("figure", "cell"), ("fact",))]
    said = "; ".join(part for part in parts if part)
    return f"{said}." if said else "No figure and no fact changed."


def in_words(counts: Counts, *nouns: str) -> Iterable[str]:
    """Each kind with its number, of these nouns: “3 figures restated”."""
    for kind in KINDS:
        for noun in nouns:
            if n := counts.get((kind, noun), 0):
                yield f"{n:,} {noun}{'' if n == 1 else 's'} {kind}"


def compare(home: Home, before: Mapping[str, Any] | None, after: Mapping[str, Any], files: set[str]) -> Comparison:
    """Compare two publications in the files that changed.

    Parameters
    ----------
    home
        The project's folders.
    before, after
        Manifests; ``before`` is None for a first publication, where every figure is added.
    files
        Names of the files to compare.

    Returns
    -------
    Comparison
    """
    issues = issues_of(home, [entry for entry in after["files"] if entry["file"] in files])
    earlier = issues_of(home, [entry for entry in before["files"] if entry["file"] in files]) if before else []
    known = {held_at(issue) for issue in earlier}
    newly = [i for i in issues if i["severity"] == "hold" and not i["acknowledged"] and held_at(i) not in known]

    if before is None:
        figures, facts = _count(after, "observations"), sum(_count(after, table) for table in FACT_KEYS)
        counts: Counts = {("added", "figure"): figures, ("added", "fact"): facts, ("held", "cell"): len(newly)}
        return Comparison(counts, None, tuple(newly), partial(_first, home, after, newly))
    from opdat_analytics import changed_rows

    counts, corrected, told = changed_rows.between(home, before, after, files, newly)
    return Comparison(counts, corrected, tuple(newly), told)


def _count(manifest: Mapping[str, Any], table: str) -> int:
    return sum(part["rows"] for part in store.part_entries(manifest, table))


def _first(home: Home, after: Mapping[str, Any], newly: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    from opdat_analytics import changed_rows

    return changed_rows.first(home, after, newly)


def are_facts(changes: pd.DataFrame) -> pd.Series:
    """Which rows of a frame of changes are about facts, such as activities, and not about figures."""
    return changes["measure"].isna() & (changes["kind"] != "held")


def issues_of(home: Home, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The issues of some manifest entries, as plain rows with None for null."""
    whole = [entry for entry in entries if store.has_parts(home, entry["parts"])]
    parts = [part for entry in whole for part in entry["parts"].get("issues", ()) if part["rows"]]
    names = [column.name for column in TABLES["issues"]]
    return store.part_table(home, parts, names).to_pylist() if parts else []


NEEDS_A_LOOK = frozenset({"contradicted", "decision_stale", "decision_without_file", "edition_not_ordered"})
"""Codes of flags for which figures are never current, or a ruling is not applied: whoever refreshes is told of them."""


def newly_flagged(
    home: Home, before: Mapping[str, Any] | None, after: Mapping[str, Any], files: set[str]
) -> tuple[Mapping[str, Any], ...]:
    """Flags that somebody must look at, and that were not there before, in the files that changed and across files."""
    told = _looked_at(home, after, files)
    known = {held_at(issue) for issue in _looked_at(home, before, files)} if before and told else set()
    return tuple(issue for issue in told if held_at(issue) not in known)


def _looked_at(home: Home, manifest: Mapping[str, Any], files: set[str]) -> list[dict[str, Any]]:
    across = {"parts": {"issues": manifest["across"].get("issues", [])}}
    touched = [entry for entry in manifest["files"] if entry["file"] in files]
    return [issue for issue in issues_of(home, [*touched, across]) if issue["code"] in NEEDS_A_LOOK]
