"""The parts that all files together give: what is superseded, revisions, conflicts, the list of sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from opdat_analytics import store
from opdat_analytics.declared import editions_of, rulings_without_file
from opdat_analytics.ingest.conflicts import conflicts
from opdat_analytics.ingest.editions import IDENTITY, current, restatements
from opdat_analytics.ingest.files import issue_table
from opdat_analytics.model import TABLES, Column, Home

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
        A manifest whose ``files`` and ``declared`` are those of the publication to be.
    before
        The manifest of the publication before it, whose corrections are carried on.
    corrected
        Figures corrected within one edition since then: rows of ``revisions``.

    Returns
    -------
    Table name → manifest entries: ``superseded``, ``revisions``, ``conflicts``, ``sources``; and ``issues`` where a
    ruling is about a file that is not there.
    """
    publication = store.Publication(home, draft)
    observations = publication.table("observations").drop(columns="current")
    declared: Mapping[str, Mapping[str, Any]] = draft["declared"]
    editions = {name: editions_of(declared.get(name)) for name in publication.sources}
    latest = current(observations, editions)
    revisions = [restatements(observations, editions), _carried(home, before), corrected]
    told = conflicts(observations, editions)
    frames: dict[str, tuple[pd.DataFrame | pa.Table, Sequence[Column]]] = {
        "superseded": (observations.loc[~latest, list(IDENTITY)], SUPERSEDED),
        "revisions": (
            pd.concat([r for r in revisions if len(r)] or revisions[:1], ignore_index=True),
            TABLES["revisions"],
        ),
        "conflicts": (told, TABLES["conflicts"]),
        "sources": (_sources(publication, declared), TABLES["sources"]),
    }
    astray = list(rulings_without_file(draft["files"], declared))
    if astray:
        frames["issues"] = (issue_table(astray), TABLES["issues"])
    return {name: [store.write_part(home, frame, columns)] for name, (frame, columns) in frames.items()}


def _carried(home: Home, before: Mapping[str, Any] | None) -> pd.DataFrame:
    """Corrections told in earlier publications; where their part was lost, as the last one that still has it."""
    for manifest in _backwards(home, before):
        parts = {"revisions": manifest["across"]["revisions"]}
        if store.has_parts(home, parts):
            revisions = store.Publication(home, manifest).table("revisions")
            return revisions[revisions["kind"] == "corrected"]
    return pd.DataFrame(columns=[c.name for c in TABLES["revisions"]])


def _backwards(home: Home, manifest: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """A publication and those before it, as far as they are kept and can be read."""
    if manifest is None:
        return
    yield manifest
    for number in reversed(store.generations(home)):
        if number < manifest["generation"] and (earlier := store.kept_manifest(home, number)) is not None:
            yield earlier


def _sources(publication: store.Publication, declared: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    issues = publication.table("issues")
    held = issues[issues["severity"] == "hold"].groupby("file").size()
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
                "held": int(held.get(entry["file"], 0)),
                "stopped": entry["stopped"],
                "title": said.get("title", entry["source"]),
                **{name: said.get(name) for name in ("owner", "url", "licence", "handling")},
                **{name: reliability.get(name) for name in ("completeness", "accuracy", "limits", "fitness")},
            }
        )
    return pd.DataFrame(rows, columns=[c.name for c in TABLES["sources"]])
