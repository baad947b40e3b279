"""Making packs, and the packs that were made: where each goes, and which of its figures are others today."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from opdat_analytics import store
from opdat_analytics.exports import file_stem
from opdat_analytics.exports.contents import Section
from opdat_analytics.model import Exhibit, Home, OpdatError
from opdat_analytics.packs.build import Scope, build, only, showable
from opdat_analytics.packs.since import Since, behind, since
from opdat_analytics.packs.write import CONTENTS, previous_publication, query_of, read_contents, write_pack
from opdat_analytics.paths import home_here

STANDING = "record"
COLUMNS = ("pack", "publication", "made_on", "charts", "restated", "added", "gone", "files", "title")


def make_pack(home: Home, scope: Callable[[], Scope], names: Sequence[str] = ()) -> list[Path]:
    """Write a pack of the current publication.

    Parameters
    ----------
    home
        The project's folders.
    scope
        Makes what the pack is about.
    names
        Names of charts, where it is to hold these only.

    Returns
    -------
    list of Path
        The files, ``pack.json`` last. The standing pack lies in ``exports``, another in a folder of its name there.

    Raises
    ------
    NothingPublished
        If nothing is published yet.
    UnknownName
        If there is no such chart.
    ExportFailed
        If a file cannot be written or does not read back as meant.
    """
    chosen = showable(home, only(scope(), names))
    return _make(home, chosen, home.exports if chosen.name == STANDING else home.exports / chosen.name)


def export_pack(exhibits: Iterable[Exhibit], folder: Path | str, *, title: str, home: Home | None = None) -> list[Path]:
    """Write any charts as one pack: a tagged PDF, an offline page, slides, a workbook, and files for each chart.

    Parameters
    ----------
    exhibits
        The charts, in order.
    folder
        Where to.
    title
        Stands on the front.
    home
        The project's folders, whose publication is credited; found from the working folder if None.

    Returns
    -------
    list of Path
        The files, ``pack.json`` last.

    Raises
    ------
    NothingPublished
        If nothing is published yet.
    ExportFailed
        If two charts share a name, a file cannot be written, or does not read back as meant.
    """
    where = home or home_here()
    return _make(where, Scope(file_stem(title), title, (Section("Charts", tuple(exhibits)),)), Path(folder))


def _make(home: Home, scope: Scope, folder: Path) -> list[Path]:
    previous = previous_publication(folder, store.open_publication(home).id)
    pack = build(home, scope, previous)
    return write_pack(pack, folder, index=home.exports / "figures.json", log=home.exports / "packs")


def packs_made(home: Home) -> pd.DataFrame:
    """The packs that were made, and what became of their figures since.

    Parameters
    ----------
    home
        The project's folders.

    Returns
    -------
    pandas.DataFrame
        One row per pack and publication, the newest first: ``pack``, ``publication``, ``made_on``, ``charts`` (how
        many), ``restated``, ``added``, ``gone`` (charts with such figures now, as ``name (how many)``, joined by
        ``; ``; ``not known`` where its publication is not kept any more), ``files`` (``as made``, ``replaced`` by a
        later pack, or which of them were changed or are gone), ``title``.

    Raises
    ------
    NothingPublished
        If nothing is published.
    """
    now = store.open_publication(home)
    log = home.exports / "packs"
    found = [read_contents(path) for path in sorted(log.glob("*.json"))]
    contents = sorted((one for one in found if one), key=_newest, reverse=True)
    compared: dict[str, Since | None] = {}
    rows = []
    for one in contents:
        publication = str(one["publication"])
        if publication not in compared:
            compared[publication] = _since(home, publication, now)
        figures = [figure for section in one["sections"] for figure in section["figures"]]
        rows.append(
            {
                "pack": one["name"], "publication": publication, "made_on": one["made_on"], "charts": len(figures),
                **_touched(figures, compared[publication]), "files": _files(home, one), "title": one["title"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _newest(contents: Mapping[str, Any]) -> tuple[int, str]:
    generation = str(contents["publication"]).partition("-")[0]
    return (int(generation) if generation.isdigit() else 0, str(contents["name"]))


def _since(home: Home, publication: str, now: store.Publication) -> Since | None:
    """What changed since a publication; None where it is not kept any more."""
    try:
        then = store.open_publication(home, publication)
    except OpdatError:
        return None
    return since(then, now) if then.id == publication else None


def _touched(figures: Sequence[Mapping[str, Any]], changed: Since | None) -> dict[str, str]:
    kinds = {"restated": ("restated", "changed"), "added": ("added",), "gone": ("gone",)}
    if changed is None:
        return dict.fromkeys(kinds, "not known")
    found: dict[str, list[str]] = {name: [] for name in kinds}
    for figure in figures:
        rows = behind(changed, query_of(figure))
        for name, words in kinds.items():
            count = int(rows["change"].isin(words).sum())
            found[name] += [f"{figure['name']} ({count})"] if count else []
    return {name: "; ".join(said) for name, said in found.items()}


def _files(home: Home, contents: Mapping[str, Any]) -> str:
    """What became of the files of a pack that lies in the usual place."""
    folder = home.exports if contents["name"] == STANDING else home.exports / str(contents["name"])
    try:
        there = json.loads((folder / CONTENTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "elsewhere"
    if there != contents:
        return "replaced"
    wrong = [name for name, noted in contents["files"].items() if _sha256(folder / name) != noted["sha256"]]
    return f"changed: {', '.join(wrong)}" if wrong else "as made"


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
