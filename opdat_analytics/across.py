"""The parts that all files together give: what is superseded, revisions, conflicts, the list of sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from opdat_analytics import store
from opdat_analytics.ingest.conflicts import conflicts
from opdat_analytics.ingest.declare import Editions, Source, read_declaration
from opdat_analytics.ingest.editions import IDENTITY, current, restatements
from opdat_analytics.model import TABLES, Column, DeclarationError, Home
from opdat_analytics.model.arrow import arrow_schema, to_frame
from opdat_analytics.row_keys import COLUMNS, RowKeys, repeated, row_keys, told_apart

SUPERSEDED = tuple(
    Column(name, "str", False, "identity of a figure that is not its source's latest word") for name in IDENTITY
)


def across_parts(
    home: Home, draft: Mapping[str, Any], before: Mapping[str, Any] | None, corrected: pd.DataFrame
) -> dict[str, list[dict[str, Any]]]:
    """Work out and write what crosses files.

    Parameters
    ----------
    home
        The project's folders.
    draft
        A manifest whose ``files`` are those of the publication to be.
    before
        The manifest of the publication before it, whose corrections are carried on.
    corrected
        Figures corrected within one edition since then: rows of ``revisions``.

    Returns
    -------
    Table name → manifest entries: ``superseded``, ``revisions``, ``conflicts``, ``sources``.
    """
    publication = store.Publication(home, draft)
    declared = _declarations(home, publication.sources)
    editions = {name: source.editions for name, source in declared.items()}
    for name in publication.sources:  # a broken declaration: its figures stay, its editions order by their labels
        editions.setdefault(name, Editions(None, None, "series", {}))
    parts = [_Part(entry, keys_of(home, entry, editions[entry["source"]])) for entry in _with_figures(draft)]
    superseded: list[pd.DataFrame] = []
    revisions: list[pd.DataFrame] = [_carried(home, before), corrected]
    for source, own in groupby(parts, key=lambda part: part.entry["source"]):
        mine = list(own)
        if _is_plain(mine, editions[source]):
            continue
        observations = _figures(home, [part.entry for part in mine])
        superseded.append(observations.loc[~current(observations, editions), list(IDENTITY)])
        revisions.insert(len(revisions) - 2, restatements(observations, editions))
    frames = {
        "superseded": (_below(superseded, SUPERSEDED), SUPERSEDED),
        "revisions": (_below(revisions, TABLES["revisions"]), TABLES["revisions"]),
        "conflicts": (conflicts(_neighbours(home, parts), editions), TABLES["conflicts"]),
        "sources": (_sources(publication, declared), TABLES["sources"]),
    }
    return {name: [store.write_part(home, frame, columns)] for name, (frame, columns) in frames.items()}


@dataclass(frozen=True)
class _Part:
    """The figures of one file: its entry of the manifest and the keys of its rows."""

    entry: Mapping[str, Any]
    keys: RowKeys


def _with_figures(draft: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [entry for entry in draft["files"] if any(part["rows"] for part in entry["parts"].get("observations", ()))]


def keys_of(home: Home, entry: Mapping[str, Any], editions: Editions) -> RowKeys:
    """The keys of one file's figures."""
    table = store.part_table(home, entry["parts"]["observations"], COLUMNS)
    return row_keys(table, lambda edition: editions.order(edition) is not None)


def _is_plain(parts: Sequence[_Part], editions: Editions) -> bool:
    """Whether each figure of a source is its latest word, told once, so that there is nothing to work out."""
    labels = frozenset[str | None]().union(*(part.keys.editions for part in parts))
    if labels != {None} and any(editions.order(label) is None for label in labels):
        return False
    if editions.replaces == "all" and len(labels) > 1:
        return False
    return not repeated(part.keys.series for part in parts)


def _figures(home: Home, entries: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return store.Publication(home, {"files": entries, "across": {}}).table("observations").drop(columns="current")


def _neighbours(home: Home, parts: Sequence[_Part]) -> pd.DataFrame:
    """The figures that may not sit together with another one."""
    apart = told_apart([part.keys for part in parts])
    found = []
    for part, rows in zip(parts, apart, strict=True):
        wanted = rows | part.keys.running | part.keys.wide
        if wanted.any():
            found.append(_figures(home, [part.entry])[wanted])
    return _below(found, [c for c in TABLES["observations"] if c.name != "current"])


def _below(frames: Sequence[pd.DataFrame], columns: Sequence[Column]) -> pd.DataFrame:
    """Frames one below the other; with these columns where there is no row."""
    frames = [frame for frame in frames if len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else to_frame(arrow_schema(columns).empty_table(), columns)


def _declarations(home: Home, sources: tuple[str, ...]) -> dict[str, Source]:
    """The declarations that can be read; a broken one is already an issue of its files."""
    declared = {}
    for name in sources:
        path = home.raw / name / "source.toml"
        if path.exists():
            try:
                declared[name] = read_declaration(path)
            except DeclarationError:
                continue  # told as a stop of each of its files
    return declared


def _carried(home: Home, before: Mapping[str, Any] | None) -> pd.DataFrame:
    """Corrections told in earlier publications."""
    if before is None or not store.has_parts(home, {"revisions": before["across"]["revisions"]}):
        return pd.DataFrame(columns=[c.name for c in TABLES["revisions"]])
    revisions = store.Publication(home, before).table("revisions")
    return revisions[revisions["kind"] == "corrected"]


def _sources(publication: store.Publication, declared: Mapping[str, Source]) -> pd.DataFrame:
    issues = publication.table("issues")
    held = issues[issues["severity"] == "hold"].groupby("file").size()
    rows = []
    for entry in publication.manifest["files"]:
        source = declared.get(entry["source"])
        published = source.editions.published(entry["edition"]) if source else None
        rows.append(
            {
                "source": entry["source"],
                "file": entry["file"],
                "sha256": entry["sha256"],
                "edition": entry["edition"],
                "published": published,
                "rows": sum(part["rows"] for part in entry["parts"].get("observations", [])),
                "activities": sum(part["rows"] for part in entry["parts"].get("activities", [])),
                "held": int(held.get(entry["file"], 0)),
                "stopped": entry["stopped"],
                "title": source.title if source else entry["source"],
                **{name: getattr(source, name, None) for name in ("owner", "url", "licence", "handling")},
                **{
                    name: source.reliability.get(name) if source else None
                    for name in ("completeness", "accuracy", "limits", "fitness")
                },
            }
        )
    return pd.DataFrame(rows, columns=[c.name for c in TABLES["sources"]])
