"""The current publication as it may leave, in a folder of its own: what notebooks read whose copies are exported."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from opdat_analytics import store
from opdat_analytics.disclosure import policies
from opdat_analytics.exports.leaving import leaving_tables
from opdat_analytics.exports.released import note_released
from opdat_analytics.model import TABLES, Home

_CHANGED = ("observations", "revisions", "conflicts", "issues", "sources", "targets")


def leaving_home(home: Home, folder: Path) -> Home:
    """The folders of a project with its current publication as it may leave.

    Whatever opens it is given hidden figures as ``[c]``: tables, engines, metrics, charts and `explain` alike. It
    carries the id of the publication that it was made from. Earlier publications are not in it.

    Parameters
    ----------
    home
        The project's folders.
    folder
        An empty folder for the tables.

    Returns
    -------
    Home
        ``home`` itself where no rule hides anything.

    Raises
    ------
    NothingPublished
        If there is no publication.
    """
    rules = policies(home.raw)
    if not rules.hide:
        return home
    opened = store.open_publication(home)
    tables, _ = leaving_tables({name: opened.table(name) for name in TABLES}, home)
    note_released([tables["observations"]], rules, home)
    there = replace(home, processed=folder, publication=None)
    figures = tables["observations"][["source", "measure"]].drop_duplicates().itertuples(index=False)
    guarded = sorted({str(source) for source, measure in figures if rules.of(str(source), str(measure)).hides})
    files = [
        {**entry, "parts": _others(entry["parts"])} | ({"sha256": "[c]"} if entry["source"] in guarded else {})
        for entry in opened.manifest["files"]
    ]
    across = _others(opened.manifest["across"])
    (folder / "parts").mkdir(parents=True)
    for several in (*(entry["parts"] for entry in files), across):
        for part in (one for parts in several.values() for one in parts):
            shutil.copyfile(store.part_path(home, part["hash"]), store.part_path(there, part["hash"]))
    for name in _CHANGED:
        columns = [column for column in TABLES[name] if column.name != "current"]
        across[name] = [store.write_part(there, tables[name], columns)]
    manifest = {**opened.manifest, "files": files, "across": across, "leaves_as": opened.id, "guarded": guarded}
    written = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    for path in (store.manifest_path(there), store.history_path(there, manifest["generation"])):
        store.write_whole(path, written)
    return there


def _others(parts: dict[str, Any]) -> dict[str, Any]:
    """The parts of the tables that leave as they are."""
    return {name: several for name, several in parts.items() if name not in _CHANGED}
