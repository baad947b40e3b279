"""The parts that all files together give: what is superseded, revisions, conflicts, the list of sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from opdat_analytics import store
from opdat_analytics.declared import editions_of, rulings_without_file
from opdat_analytics.ingest.declaration_checks import UNORDERED
from opdat_analytics.ingest.declare import Editions
from opdat_analytics.ingest.files import issue_table
from opdat_analytics.kept_keys import coded_column, keys_of
from opdat_analytics.model import FACT_KEYS, IDENTITY, TABLES, Column, Home, Issue
from opdat_analytics.model.arrow import arrow_schema, to_frame
from opdat_analytics.model.arrow_columns import arrow_table
from opdat_analytics.row_keys import RowKeys, told_again, told_apart

if TYPE_CHECKING:
    import pandas as pd

SUPERSEDED = tuple(
    Column(name, "str", False, "identity of a figure that is not its source's latest word") for name in IDENTITY
)


def across_parts(
    home: Home, draft: Mapping[str, Any], before: Mapping[str, Any] | None, corrected: pa.Table | None
) -> dict[str, list[dict[str, Any]]]:
    """Work out and write what crosses files.

    Parameters
    ----------
    home
        The project's folders.
    draft
        A manifest whose ``files`` and ``declared`` are those of the publication to be.
    before
        The manifest of the publication before it, whose corrections are carried on.
    corrected
        Figures corrected within one edition since then: rows of ``revisions``.

    Returns
    -------
    Table name → manifest entries: ``superseded``, ``revisions``, ``conflicts``, ``sources``; and ``issues`` where a
    ruling is about a file that is not there, or files of one edition contradict each other.
    """
    publication = store.Publication(home, draft)
    declared: Mapping[str, Mapping[str, Any]] = draft["declared"]
    editions = {name: editions_of(declared.get(name)) for name in publication.sources}
    parts = [_Part(entry, keys_of(home, entry, editions[entry["source"]])) for entry in _with_figures(draft)]
    superseded: list[pd.DataFrame] = []
    told: list[Issue] = [*rulings_without_file(draft["files"], declared), *_contradicting_facts(home, draft)]
    apart: list[dict[str, Any]] = []
    revisions: list[pd.DataFrame] = []
    for source, own in groupby(parts, key=lambda part: part.entry["source"]):
        mine = list(own)
        told.extend(_without_order(mine, editions[source]))
        undecided = _undecided(mine, editions[source])
        if not any(rows.any() for rows in undecided):
            continue
        from opdat_analytics.ingest.contradictions import contradictions
        from opdat_analytics.ingest.editions import current, restatements

        observations = _figures(home, mine, undecided)
        superseded.append(observations.loc[~current(observations, editions), list(IDENTITY)])
        revisions.append(restatements(observations, editions))
        issues, rows = contradictions(observations)
        told.extend(issues)
        apart.extend(rows)
    frames: dict[str, tuple[pd.DataFrame | pa.Table, Sequence[Column]]] = {
        "superseded": (_below(superseded, SUPERSEDED), SUPERSEDED),
        "revisions": (_below(revisions, TABLES["revisions"]), TABLES["revisions"]),
        "conflicts": (_told_once(apart, _conflicts(home, parts, editions)), TABLES["conflicts"]),
        "sources": (_sources(publication, declared), TABLES["sources"]),
    }
    if told:
        frames["issues"] = (issue_table(told), TABLES["issues"])
    written = {name: [store.write_part(home, frame, columns)] for name, (frame, columns) in frames.items()}
    written["revisions"] += _with_corrected(home, _carried(home, before), corrected)
    return written


def _contradicting_facts(home: Home, draft: Mapping[str, Any]) -> Iterator[Issue]:
    """Facts that files of one source and edition describe differently."""
    for table in FACT_KEYS:
        having = [entry for entry in draft["files"] if any(part["rows"] for part in entry["parts"].get(table, ()))]
        for _, own in groupby(having, key=lambda entry: entry["source"]):
            mine = list(own)
            if len(mine) > 1:
                from opdat_analytics.ingest.contradictions import contradicting_facts

                facts = store.Publication(home, {"files": mine, "across": {}}).table(table)
                yield from contradicting_facts(facts, table, "file")


def _without_order(parts: Sequence[_Part], editions: Editions) -> Iterator[Issue]:
    """Files of an edition whose place among the others is not known: nothing in them is ever the latest word."""
    labels = frozenset[str | None]().union(*(part.keys.editions for part in parts))
    if labels == {None}:
        return
    for part in parts:
        for label in sorted(part.keys.editions, key=str):
            if editions.order(label) is not None or label in editions.unordered:
                continue
            entry = part.entry
            if label is None:
                said = "figures of this file have no edition, and other figures of the source have one"
            else:
                said = f"edition “{label}” is not named in `editions`"
            place = f'name it in its place in `editions`, or with "{UNORDERED}" if it has none'
            hint = place if label else "declare their edition in source.toml"
            yield Issue(
                "flag", "edition_not_ordered", entry["source"], entry["file"], None, None, label,
                f"{said}, so nobody can tell which is newer; none of them counts as the latest word", hint,
            )  # fmt: skip


def _told_once(apart: Sequence[Mapping[str, Any]], found: pd.DataFrame | pa.Table) -> pd.DataFrame | pa.Table:
    """Conflicts between files of one edition, and the others; two figures that contradict each other once."""
    if not apart:
        return found
    import pandas as pd

    columns = TABLES["conflicts"]
    others = to_frame(found, columns) if isinstance(found, pa.Table) else found
    joined = pd.concat([pd.DataFrame(apart, columns=[c.name for c in columns]), others], ignore_index=True)
    sides = joined[[f"{name}_{side}" for side in "ab" for name in IDENTITY]].astype(object).to_numpy().tolist()
    pairs = [frozenset((tuple(one[:4]), tuple(one[4:]))) for one in sides]
    again = pd.DataFrame({"kind": joined["kind"], "pair": pairs}).duplicated()
    return joined[~again.to_numpy()].reset_index(drop=True)


@dataclass(frozen=True)
class _Part:
    """The figures of one file: its entry of the manifest and the keys of its rows."""

    entry: Mapping[str, Any]
    keys: RowKeys


def _with_figures(draft: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [entry for entry in draft["files"] if any(part["rows"] for part in entry["parts"].get("observations", ()))]


def _undecided(parts: Sequence[_Part], editions: Editions) -> list[np.ndarray]:
    """Per part, the rows that may not be their source's latest word: all but those that no other row can supersede."""
    labels = frozenset[str | None]().union(*(part.keys.editions for part in parts))
    unordered = labels != {None} and any(editions.order(label) is None for label in labels)
    if unordered or (editions.replaces == "all" and len(labels) > 1):
        return [np.ones(part.keys.series.size, dtype=bool) for part in parts]
    return told_again([part.keys.series for part in parts])


def _figures(home: Home, parts: Sequence[_Part], rows: Sequence[np.ndarray]) -> pd.DataFrame:
    """Some rows of some parts, as observations without ``current``."""
    columns = [c for c in TABLES["observations"] if c.name != "current"]
    names = [column.name for column in columns]
    found = [
        store.part_table(home, part.entry["parts"]["observations"], names).filter(pa.array(wanted))
        for part, wanted in zip(parts, rows, strict=True)
        if wanted.any()
    ]
    return to_frame(pa.concat_tables([table.cast(arrow_schema(columns)) for table in found]), columns)


def _conflicts(home: Home, parts: Sequence[_Part], editions: Mapping[str, Editions]) -> pd.DataFrame | pa.Table:
    """The conflicts among the figures that may not sit together with another one."""
    apart = told_apart([part.keys for part in parts])
    wanted = [rows | part.keys.running | part.keys.wide for part, rows in zip(parts, apart, strict=True)]
    if not any(rows.any() for rows in wanted):
        return arrow_table([], TABLES["conflicts"])
    from opdat_analytics.ingest.conflicts import conflicts

    return conflicts(_figures(home, parts, wanted), editions)


def _below(frames: Sequence[pd.DataFrame], columns: Sequence[Column]) -> pd.DataFrame | pa.Table:
    """Frames one below the other; with these columns where there is no row."""
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return arrow_table([], columns)
    import pandas as pd

    return pd.concat(frames, ignore_index=True)


_FEW = 4096
"""A part of corrections that has fewer rows takes up the next ones; another stays as it is."""


def _with_corrected(home: Home, carried: list[dict[str, Any]], corrected: pa.Table | None) -> list[dict[str, Any]]:
    """Parts of corrections: those of earlier publications, and what was corrected since then."""
    if corrected is None or not corrected.num_rows:
        return carried
    if carried and carried[-1]["rows"] < _FEW:
        corrected = pa.concat_tables([store.whole_part(home, carried.pop()), corrected])
    return [*carried, store.write_part(home, corrected, TABLES["revisions"])]


def _carried(home: Home, before: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Parts of corrections told in earlier publications; where one was lost, as the last one that still has it.

    Most stay as they are. One that also tells what editions restated is written anew without that.
    """
    for manifest in _backwards(home, before):
        parts = manifest["across"]["revisions"]
        if not store.has_parts(home, {"revisions": parts}):
            continue
        carried: list[dict[str, Any]] = []
        for part in (part for part in parts if part["rows"]):
            kind = coded_column(store.part_table(home, [part], ["kind"])["kind"])
            if list(kind.levels) == ["corrected"]:
                carried.append(part)
            elif "corrected" in kind.levels:
                mine = store.whole_part(home, part).filter(pa.array(kind.where(lambda kind: kind == "corrected")))
                carried.append(store.write_part(home, mine, TABLES["revisions"]))
        return carried
    return []


def _backwards(home: Home, manifest: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """A publication and those before it, as far as they are kept and can be read."""
    if manifest is None:
        return
    yield manifest
    for number in reversed(store.generations(home)):
        if number < manifest["generation"] and (earlier := store.kept_manifest(home, number)) is not None:
            yield earlier


def _sources(publication: store.Publication, declared: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    rows = []
    for entry in publication.manifest["files"]:
        said = declared.get(entry["source"], {})
        reliability = said.get("reliability", {})
        rows.append(
            {
                "source": entry["source"],
                "file": entry["file"],
                "sha256": entry["sha256"],
                "edition": entry["edition"],
                "published": editions_of(said).published(entry["edition"]) if said else None,
                "rows": sum(part["rows"] for part in entry["parts"].get("observations", [])),
                "activities": sum(part["rows"] for part in entry["parts"].get("activities", [])),
                "held": _held(publication.home, entry),
                "stopped": entry["stopped"],
                "title": said.get("title", entry["source"]),
                **{name: said.get(name) for name in ("owner", "url", "licence", "handling")},
                **{name: reliability.get(name) for name in ("completeness", "accuracy", "limits", "fitness")},
            }
        )
    return arrow_table(rows, TABLES["sources"])


def _held(home: Home, entry: Mapping[str, Any]) -> int:
    """How many cells of a file are held."""
    parts = [part for part in entry["parts"].get("issues", ()) if part["rows"]]
    return store.part_table(home, parts, ["severity"])["severity"].to_pylist().count("hold") if parts else 0
