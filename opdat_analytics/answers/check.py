"""What would be taken from a workbook as it lies there, and what not and why; nothing is stored."""

from __future__ import annotations

import importlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from opdat_analytics.admitted import HINT
from opdat_analytics.answers.forms import declaration_for, declared_form, declared_words, form_of
from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.files import FileRead, issue_table, read_file
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import DeclarationError, Home, Issue, UnknownName, UnreadableFile
from opdat_analytics.paths import DECLARATION, RETURNS
from opdat_analytics.privacy import reason_to_stop

ALL_TAKEN, SOME_HELD, REFUSED = 0, 3, 4
"""Exit codes of a check."""
FACTS = ("activities", "programmes", "indicators", "targets")
_FIGURE = ("place", "year", "measure", "low", "high", "qualifier", "text", "sheet", "cell")
_ISSUE = ("severity", "code", "sheet", "cell", "message")


@dataclass(frozen=True)
class Checked:
    """What became of one workbook.

    Attributes
    ----------
    path
        The file.
    kind
        By what it was read: ``declared``, ``template``, ``drafted``, or ``unknown`` where nothing fits.
    by
        The source id, the template, or None.
    language
        The language of the declaration; None where there is none.
    read
        What reading it gives, as ``read_file`` does.
    grids
        Its sheets; none where the file cannot be read.
    """

    path: Path
    kind: str
    by: str | None
    language: str | None
    read: FileRead
    grids: tuple[Grid, ...]

    @property
    def issues(self) -> pd.DataFrame:
        """Rows of the ``issues`` table."""
        return self.read.tables["issues"]

    @property
    def held(self) -> pd.DataFrame:
        """The issues for which something was not taken and on which nobody has ruled."""
        issues = self.issues
        return issues[issues["severity"].isin(["hold", "stop"]) & ~issues["acknowledged"].astype(bool)]

    @property
    def figures(self) -> pd.DataFrame:
        """Rows of ``observations`` that would be taken; empty where the file is refused."""
        found = None if self.read.stopped else self.read.tables.get("observations")
        return pd.DataFrame(columns=list(_FIGURE)) if found is None else found

    @property
    def facts(self) -> Mapping[str, pd.DataFrame]:
        """The other tables that would gain rows."""
        tables = {} if self.read.stopped else self.read.tables
        return {name: tables[name] for name in FACTS if name in tables and len(tables[name])}

    @property
    def exit_code(self) -> int:
        """0 all taken, 3 some held, 4 refused."""
        return REFUSED if self.read.stopped else SOME_HELD if len(self.held) else ALL_TAKEN


def check(path: Path, home: Home) -> Checked:
    """Read a workbook as it would be read, and store nothing.

    A file in ``data/raw/<source>/`` is read as its source declares. Any other is read as a template if it is one; else
    by the declaration below ``data/raw`` that takes the most of it; else by the best draft.

    Raises
    ------
    UnknownName
        If there is no such file.
    """
    if not path.is_file():
        raise UnknownName(f"There is no file {path}.")
    try:
        grids = read_workbook(path)
    except UnreadableFile as error:
        return _refused(path, (), error.code, str(error), error.hint)
    except OSError as error:
        return _refused(path, (), "no_access", f"the file may not be read ({error.strerror})", None)
    if path.resolve().parent.parent == home.raw.resolve():
        return _in_its_folder(path, grids)
    loose = path.resolve().parent == home.raw.resolve()
    ruled = declaration_in(home.raw / RETURNS) if loose else None
    form = declaration_for(
        grids, path.name, RETURNS if loose else path.stem, ruled if isinstance(ruled, Source) else None
    )
    refusal = reason_to_stop(path, grids)
    if refusal is not None:
        refused = _refused(path, grids, "personal_columns", refusal.message, HINT, refusal.sheet)
        return _declared_elsewhere(path, grids, home) or refused
    if form is not None:
        filled = form_of(grids)
        title = str(declared_words(filled.kind, filled.language)["title"]) if filled is not None else form.title
        return Checked(path, "template", title, form.language, read_file(path, form, reason_to_stop), grids)
    return _declared_elsewhere(path, grids, home) or _drafted(path, grids) or _refused(
        path, grids, "no_declaration", "no declaration fits this workbook, so nothing of it can be taken",
        "declare it in a source.toml, or send the figures in a template",
    )  # fmt: skip


def _in_its_folder(path: Path, grids: tuple[Grid, ...]) -> Checked:
    folder = path.resolve().parent
    declared = declared_form(path, folder.name, declaration_in(folder))
    if isinstance(declared, DeclarationError):
        return _refused(path, grids, "declaration", " ".join(declared.problems), None)
    return Checked(path, "declared", folder.name, declared.language, read_file(path, declared, reason_to_stop), grids)


def declaration_in(folder: Path) -> Source | DeclarationError:
    """The declaration of a folder, or what is wrong with it."""
    path = folder / DECLARATION
    if not path.exists():
        return DeclarationError([f"{folder.name}/source.toml is missing"])
    try:
        return read_declaration(path)
    except DeclarationError as error:
        return error


def _declared_elsewhere(path: Path, grids: tuple[Grid, ...], home: Home) -> Checked | None:
    """By the declaration that takes the most of the file, and of those the one that holds the least."""
    folders = sorted(home.raw.iterdir()) if home.raw.is_dir() else []
    tried = []
    for folder in folders:
        declared = declaration_in(folder) if folder.is_dir() else None
        if isinstance(declared, Source):
            # What was ruled on one file's cells says nothing of another file; and a file may be sent under any name.
            anywhere = replace(declared, decided=(), editions=replace(declared.editions, pattern=None))
            read = read_file(path, anywhere, reason_to_stop)
            tried.append(Checked(path, "declared", declared.id, declared.language, read, grids))
    fitting = [one for one in tried if _taken(one)]
    return max(fitting, key=lambda one: (_taken(one), -len(one.held)), default=None)


def _taken(checked: Checked) -> int:
    return len(checked.figures) + sum(map(len, checked.facts.values()))


def _drafted(path: Path, grids: tuple[Grid, ...]) -> Checked | None:
    try:
        drafting = importlib.import_module("opdat_analytics.drafting.draft")
    except ModuleNotFoundError:
        return None
    best = next(iter(drafting.draft(path)), None)
    if best is None or best.read is None or best.read.stopped:
        return None
    language = tomllib.loads(best.toml).get("language", "en")
    drafted = Checked(path, "drafted", None, language, best.read, grids)
    return drafted if _taken(drafted) else None


def _refused(path: Path, grids: tuple[Grid, ...], code: str, message: str, hint: str | None,
    sheet: str | None = None,
) -> Checked:  # fmt: skip
    issue = Issue("stop", code, "", path.name, sheet, None, None, message, hint)
    return Checked(path, "unknown", None, None, FileRead({"issues": issue_table([issue])}, True, None), grids)


def as_json(checked: Checked) -> dict[str, Any]:
    """A check as JSON: see docs/contract.md."""
    return {
        "file": checked.path.name,
        "kind": checked.kind,
        "issues": _records(checked.issues, _ISSUE),
        "figures": _records(checked.figures, _FIGURE),
    }


def _records(frame: pd.DataFrame, columns: Iterable[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(frame[list(columns)].to_json(orient="records", default_handler=str))
    return rows
