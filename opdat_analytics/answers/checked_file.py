"""What would be taken from a workbook, and what not and why; nothing is published."""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from opdat_analytics.answers.forms import declaration_for, declaration_path
from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.files import FileRead, read_file
from opdat_analytics.ingest.workbook import Grid, read_workbook
from opdat_analytics.model import DeclarationError, Home, OpdatError, UnreadableFile

TAKEN, HELD, REFUSED = 0, 3, 4
"""Exit codes of a check: all taken; some held; refused."""

_FACTS = ("activities", "programmes", "indicators", "targets")
_FIGURES = ("place", "year", "measure", "low", "high", "qualifier", "text", "sheet", "cell")
_ISSUES = ("severity", "code", "sheet", "cell", "message")


@dataclass(frozen=True)
class Check:
    """What a check found.

    Attributes
    ----------
    file, kind
        Name of the file; xlsx, xlsm, xls, xlsb, ods, csv, tsv by its content, or ``unknown``.
    basis
        How it was read: ``declared`` (by its folder), ``template``, ``tried`` (by the declaration that reads it best),
        ``draft`` (by the best proposal), ``none``.
    source
        Id of the source whose declaration was used; None where there is none.
    language
        Of the workbook: ``en``, ``es``, ``fr``, ``pt``.
    figures, facts
        Rows of ``observations``; table name → rows of the other tables.
    issues
        Rows of ``issues``.
    personal
        Sheet → headers of its columns with personal data: such a sheet is refused, and its contents go nowhere.
    """

    file: str
    kind: str
    basis: str
    source: str | None
    language: str
    figures: pd.DataFrame
    facts: Mapping[str, pd.DataFrame]
    issues: pd.DataFrame
    personal: Mapping[str, tuple[str, ...]]

    @property
    def exit_code(self) -> int:
        """0 all taken, 3 some held, 4 refused."""
        if (self.issues["severity"] == "stop").any():
            return REFUSED
        waiting = (self.issues["severity"] == "hold") & ~self.issues["acknowledged"].astype(bool)
        return HELD if waiting.any() else TAKEN

    def as_json(self) -> dict[str, Any]:
        """The check as ``check --json`` prints it."""
        return {
            "file": self.file,
            "kind": self.kind,
            "issues": _records(self.issues, _ISSUES),
            "figures": _records(self.figures, _FIGURES),
        }


def _records(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    names = [name for name in columns if name in frame]
    return [
        {name: None if pd.isna(value) else value for name, value in zip(names, row, strict=True)}
        for row in frame[names].astype(object).itertuples(index=False)
    ]


@dataclass(frozen=True)
class _Reading:
    basis: str
    source: str | None
    language: str
    read: FileRead


def check(path: Path, home: Home, language: str | None = None) -> Check:
    """Say what would be taken from a workbook.

    Parameters
    ----------
    path
        The workbook, anywhere.
    home
        The project: a file in ``data/raw/<source>/`` is read as declared there, a template by itself, any other by the
        declaration that reads it best, else by the best draft.
    language
        Of the answer; without it, that of the workbook.

    Raises
    ------
    OpdatError
        If there is no such file.
    """
    if not path.is_file():
        raise OpdatError(f"There is no file {path}.")
    kind = kind_of(path.read_bytes())
    own = _own_source(path, home)
    try:
        grids = read_workbook(path)
    except UnreadableFile:
        found = _Reading("none", None, own.language if own else "en", read_file(path, own or _any_declaration()))
        personal: dict[str, tuple[str, ...]] = {}
    else:
        found = _reading(path, home, grids, own)
        personal = _personal(grids)
    return _checked(path, kind, replace(found, language=language or found.language), personal)


def _any_declaration() -> Source:
    """Some declaration: the file stops before it is needed, or no sheet is claimed by it."""
    return read_declaration(declaration_path("outcomes", "en"))


def _reading(path: Path, home: Home, grids: Sequence[Grid], own: Source | None) -> _Reading:
    form = declaration_for(grids, path.name, own.id if own else path.stem, own)
    if form is not None:
        return _Reading("template", form.id, form.language, read_file(path, form))
    if own is not None:
        return _Reading("declared", own.id, own.language, read_file(path, own))
    tried = [(source, read_file(path, source)) for source in _declarations(home)]
    usable = [(source, read) for source, read in tried if _rows(read)]
    if usable:
        source, read = max(usable, key=lambda pair: (_rows(pair[1]), -_held(pair[1]), pair[0].id))
        return _Reading("tried", source.id, source.language, read)
    return _drafted(path)


def _own_source(path: Path, home: Home) -> Source | None:
    """The declaration of the folder below data/raw that a file lies in.

    Raises
    ------
    DeclarationError
        If that declaration cannot be used.
    """
    folder = path.resolve().parent
    declaration = folder / "source.toml"
    if folder.parent != home.raw.resolve() or not declaration.exists():
        return None
    return read_declaration(declaration)


def _declarations(home: Home) -> Iterator[Source]:
    for path in sorted(home.raw.glob("*/source.toml")):
        try:
            declared = read_declaration(path)
        except DeclarationError:
            continue  # a broken declaration reads no workbook; `refresh` tells what is wrong with it
        # What was ruled on one file's cells says nothing of another file.
        yield replace(declared, decided=())


def _rows(read: FileRead) -> int:
    if read.stopped:
        return 0
    return sum(len(frame) for name, frame in read.tables.items() if name in ("observations", *_FACTS))


def _held(read: FileRead) -> int:
    return int((read.tables["issues"]["severity"] == "hold").sum())


def _drafted(path: Path) -> _Reading:
    """The reading of the best proposal; without one, every sheet is held as unclaimed."""
    from opdat_analytics.ingest.draft import draft

    for proposal in draft(path, 1):
        if proposal.read is not None and _rows(proposal.read):
            language = tomllib.loads(proposal.toml).get("language", "en")
            return _Reading("draft", None, language, proposal.read)
    return _Reading("none", None, "en", read_file(path, _any_declaration()))


def _personal(grids: Sequence[Grid]) -> dict[str, tuple[str, ...]]:
    """Sheets that must not come in, with the headers of their columns about persons."""
    try:
        from opdat_analytics.privacy import personal_columns
    except ImportError:  # the rules come with the privacy module
        return {}
    found = {grid.name: tuple(str(column) for column in personal_columns(grid.text)) for grid in grids}
    return {sheet: columns for sheet, columns in found.items() if columns}


def _checked(path: Path, kind: str, found: _Reading, personal: Mapping[str, tuple[str, ...]]) -> Check:
    stopped = found.read.stopped
    tables = {
        name: frame[~frame["sheet"].isin(list(personal))] if "sheet" in frame else frame
        for name, frame in found.read.tables.items()
        if name == "issues" or not stopped
    }
    issues = tables["issues"]
    for sheet, columns in personal.items():
        message = f"sheet “{sheet}” has columns with personal data ({', '.join(columns)}); it is refused"
        hint = "send counts without personal data"
        row = ("stop", "personal_data", found.source or "", path.name, sheet, None, None, message, hint, False)
        issues = pd.concat([issues, pd.DataFrame([row], columns=issues.columns)], ignore_index=True)
    return Check(
        file=path.name,
        kind=kind,
        basis=found.basis,
        source=found.source,
        language=found.language,
        figures=tables.get("observations", pd.DataFrame(columns=list(_FIGURES))),
        facts={name: tables[name] for name in _FACTS if name in tables},
        issues=issues,
        personal=personal,
    )


def kind_of(data: bytes) -> str:
    """What a file is by its content: xlsx, xlsm, xlsb, ods, xls, csv, tsv; ``unknown`` for what is no spreadsheet."""
    from opdat_analytics.ingest.text_files import disguise

    if data[:4] == b"PK\x03\x04":
        return _zipped_kind(data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "xls"
    if not data or disguise(data) or (b"\0" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff")):
        return "unknown"
    head = data[:4096].replace(b"\0", b"")
    return "tsv" if head.count(b"\t") > max(head.count(b","), head.count(b";")) else "csv"


def _zipped_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        return "unknown"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names:
        return "xlsm" if "xl/vbaproject.bin" in names else "xlsx"
    return "ods" if "content.xml" in names else "unknown"
