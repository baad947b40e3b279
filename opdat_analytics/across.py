"""The parts that all files together give: what is superseded, revisions, conflicts, the list of sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from opdat_analytics import store
from opdat_analytics.ingest.conflicts import conflicts
from opdat_analytics.ingest.declare import Editions, Source, read_declaration
from opdat_analytics.ingest.editions import IDENTITY, current, restatements
from opdat_analytics.model import TABLES, Column, DeclarationError, Home

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
    observations = publication.table("observations").drop(columns="current")
    declared = _declarations(home, publication.sources)
    editions = {name: source.editions for name, source in declared.items()}
    for name in publication.sources:  # a broken declaration: its figures stay, its editions order by their labels
        editions.setdefault(name, Editions(None, None, "series", {}))
    latest = current(observations, editions)
    revisions = [restatements(observations, editions), _carried(home, before), corrected]
    told = conflicts(observations, editions)
    frames = {
        "superseded": (observations.loc[~latest, list(IDENTITY)], SUPERSEDED),
        "revisions": (
            pd.concat([r for r in revisions if len(r)] or revisions[:1], ignore_index=True),
            TABLES["revisions"],
        ),
        "conflicts": (told, TABLES["conflicts"]),
        "sources": (_sources(publication, declared), TABLES["sources"]),
    }
    return {name: [store.write_part(home, frame, columns)] for name, (frame, columns) in frames.items()}


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
