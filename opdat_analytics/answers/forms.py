"""Recognises a filled-in template, and says how it is read: nobody has to write a declaration for it."""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.answers.words import LANGUAGES
from opdat_analytics.ingest.declare import Editions, Layout, Source, read_declaration
from opdat_analytics.ingest.periods import parse_as_of
from opdat_analytics.ingest.workbook import Grid, read_workbook
from opdat_analytics.model import DeclarationError, UnknownName, UnreadableFile, position

KINDS = ("outcomes", "activities", "programmes", "targets")
VERSION = "2"
MARKER = "opdat"
"""Name of the sheet by which a template is recognised; it says which one it is."""
OFFICE, DATE = "C6", "C7"
"""Where the first sheet of a template asks who reports, and of which day the return is."""
UNDATED = "(undated)"
"""Edition of a return without a date; as text it comes before every date, so that a dated one goes before it."""

_FOLDER = Path(__file__).parent / "declarations"
_MAX_BYTES = 4 * 2**20
_MAX_INDEX = 2**20


@dataclass(frozen=True)
class Form:
    """Which template a workbook is, and what its first sheet says: the reporting office and the day of the return."""

    kind: str
    language: str
    office: str | None
    edition: str


def declaration_path(kind: str, language: str) -> Path:
    """The declaration by which a template is read.

    Raises
    ------
    UnknownName
        If there is no such template.
    """
    if kind not in KINDS:
        near = vocab.suggest(kind, KINDS)
        said = f" Did you mean “{near}”?" if near else ""
        raise UnknownName(f"There is no template “{kind}”; there are: {', '.join(KINDS)}.{said}")
    if language not in LANGUAGES:
        raise UnknownName(f"There is no template in “{language}”; there are: {', '.join(LANGUAGES)}.")
    return _FOLDER / f"{kind}_{language}.toml"


@cache
def declared_words(kind: str, language: str) -> Mapping[str, Any]:
    """The same declaration as it is written: sheet names, headers and choices in their order."""
    return tomllib.loads(declaration_path(kind, language).read_text(encoding="utf-8"))


@cache
def _declaration(kind: str, language: str) -> Source:
    return read_declaration(declaration_path(kind, language))


def form_of(grids: Sequence[Grid]) -> Form | None:
    """Which template a workbook is; None where it is none."""
    sheets = {grid.name: grid for grid in grids}
    marker = sheets.get(MARKER)
    if marker is None or _says(marker, "A1") != "opdat_template":
        return None
    kind, language = _says(marker, "B2"), _says(marker, "B3")
    if kind not in KINDS or language not in LANGUAGES:
        return None
    front = sheets.get(_front(kind, language))
    day = _says(front, DATE) if front is not None else ""
    edition = parse_as_of(day) if day else None
    office = _says(front, OFFICE) if front is not None else ""
    return Form(kind, language, office or None, edition if isinstance(edition, str) else UNDATED)


def declaration_for(grids: Sequence[Grid], name: str, folder: str, declared: Source | None = None) -> Source | None:
    """How a workbook is read, if it is a template.

    Parameters
    ----------
    grids
        Its sheets.
    name, folder
        Its file name; its source id.
    declared
        The declaration of the folder it lies in, if there is one: its rulings, aliases, meanings and what it says of
        the publisher hold for templates too; its layouts do not.

    Returns
    -------
    Source or None
        None where the workbook is no template.
    """
    form = form_of(grids)
    if form is None:
        return None
    built = _declaration(form.kind, form.language)
    constants = dict(built.constants)
    if form.office and form.kind in ("outcomes", "activities"):
        constants["reporter"] = form.office
    layouts = tuple(_fitted(layout, grids, name) for layout in built.layouts)
    built = replace(
        built, id=folder, layouts=layouts, constants=constants, editions=Editions(form.edition, None, "series", {})
    )
    if declared is None:
        return built
    expect = {key: pair for key, pair in declared.expect.items() if key != "rows"}
    return replace(
        declared,
        language=built.language,
        editions=built.editions,
        symbols={**declared.symbols, **built.symbols},
        aliases={**built.aliases, **declared.aliases},
        constants=built.constants,
        ignore=(*built.ignore, *(entry for entry in declared.ignore if entry.sheet != "*")),
        layouts=built.layouts,
        expect=expect,
    )


def declared_form(path: Path, folder: str, declared: Source | DeclarationError) -> Source | DeclarationError:
    """How a raw file is read: as a template if it is one, else as its folder declares.

    Parameters
    ----------
    path
        The raw file.
    folder
        Its source id.
    declared
        The declaration of its folder, or what is wrong with it (also that there is none).

    Returns
    -------
    Source or DeclarationError
        ``declared`` itself for every file that is no template, or that cannot be read at all.
    """
    if not _may_be_form(path):
        return declared
    try:
        grids = read_workbook(path)
    except (UnreadableFile, OSError):
        return declared  # told when the file itself is read
    found = declaration_for(grids, path.name, folder, declared if isinstance(declared, Source) else None)
    return declared if found is None else found


def _may_be_form(path: Path) -> bool:
    """Whether reading a file is worth while to see if it is a template; a look at its list of sheets is cheap."""
    try:
        data = path.read_bytes() if path.stat().st_size <= _MAX_BYTES else b""
    except OSError:
        return False  # told when the file itself is read
    if data[:4] == b"\xd0\xcf\x11\xe0":
        return True
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return "mimetype" in archive.namelist() or "xl/workbook.bin" in archive.namelist()
            with archive.open("xl/workbook.xml") as part:
                return f'name="{MARKER}"'.encode() in part.read(_MAX_INDEX)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return False  # told when the file itself is read


def _front(kind: str, language: str) -> str:
    return str(declared_words(kind, language)["ignore"][0]["sheet"])


def _fitted(layout: Layout, grids: Sequence[Grid], name: str) -> Layout:
    """The layout for this file: ids of its own, and the sheet found by its headers where it was renamed."""
    fitted = replace(layout, id=f"{Path(name).stem}-{{row}}") if layout.id else layout
    names = {grid.name for grid in grids}
    if layout.sheet in names:
        return fitted
    wanted = {vocab.normalise(header) for header in layout.columns}
    for grid in grids:
        for row in grid.text[:20].tolist():
            if wanted <= {vocab.normalise(text) for text in row}:
                return replace(fitted, sheet=_literal(grid.name))
    return fitted


def _literal(name: str) -> str:
    """A pattern that fits this sheet name only."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _says(grid: Grid, cell: str) -> str:
    row, column = position(cell)
    inside = row < grid.text.shape[0] and column < grid.text.shape[1]
    return str(grid.text[row, column]).strip() if inside else ""
