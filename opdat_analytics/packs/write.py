"""A Pack onto the disk: written beside, read back and compared, then moved into place as a whole."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock

from opdat_analytics.exports import distinct, file_stem, note_figures, write_images
from opdat_analytics.exports.contents import Pack, differences
from opdat_analytics.exports.document import numbers_in_document, write_chart, write_document
from opdat_analytics.exports.figures import entry
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.page import numbers_in_page, write_page
from opdat_analytics.exports.pdf_text import read_pdf
from opdat_analytics.exports.slides import numbers_in_slides, write_slides
from opdat_analytics.exports.workbook import numbers_in_workbook, write_workbook
from opdat_analytics.model import Exhibit, ExportFailed, canonical_json

FORMAT = 1
CONTENTS = "pack.json"

Writer = Callable[[Pack, Path], Path]
Reader = Callable[[Path], dict[str, pd.DataFrame]]

FORMS: Mapping[str, tuple[Writer, Reader]] = {
    "pack.pdf": (write_document, numbers_in_document),
    "pack.html": (write_page, numbers_in_page),
    "pack.pptx": (write_slides, numbers_in_slides),
    "pack.xlsx": (write_workbook, numbers_in_workbook),
}
"""The files that hold the whole pack: how each is written, and how its numbers are read back.

A further form is one line here (and its module, as ``exports.contents`` says)."""


def write_pack(pack: Pack, folder: Path, *, index: Path, log: Path) -> list[Path]:
    """Write a pack, read every file back, and move all of it into place.

    Parameters
    ----------
    pack
        What it shows.
    folder
        Where to. ``charts/`` gets PNG, SVG, PDF and CSV of each chart; beside it the files of `FORMS` and
        ``pack.json``. What an earlier pack left there and this one does not have is removed.
    index
        The index of figure ids.
    log
        Folder that keeps the ``pack.json`` of every pack, as ``<name>@<publication>.json``.

    Returns
    -------
    list of Path
        The files in ``folder``, ``pack.json`` last.

    Raises
    ------
    ExportFailed
        If a file cannot be written or does not read back as meant. The pack that was there before is untouched.
    """
    distinct(pack.exhibits)
    made = ("charts", *FORMS, CONTENTS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".pack.lock"), _beside(folder) as beside:
            for exhibit in pack.exhibits:
                write_chart_files(exhibit, beside / "charts", pack.handling)
            for name, (write, read) in FORMS.items():
                _checked(write(pack, beside / name), pack, read)
            written = sorted(path for name in made for path in _files(beside / name))
            contents = _contents(pack, {path.relative_to(beside).as_posix(): path for path in written})
            write_file(beside / CONTENTS, contents)
            names = [path.relative_to(beside).as_posix() for path in written]
            left = _listed(folder / CONTENTS) - set(names)
            with _in_place(beside, folder, [*names, *sorted(left), CONTENTS]):
                note_figures(pack.exhibits, index)
                write_file(log / f"{pack.name}@{pack.publication}.json", contents)
    except OSError as error:
        raise ExportFailed(
            f"The pack could not be written to {folder}: {error.strerror or error}. What was there before is "
            "untouched. Check that there is room and that the folder may be written to, then export again."
        ) from error
    return [*(folder / name for name in names), folder / CONTENTS]


def previous_publication(folder: Path, publication: str) -> str | None:
    """Id of the publication that the last pack in a folder showed; where it showed this one, that of the pack before.

    Raises
    ------
    ExportFailed
        If its ``pack.json`` cannot be read.
    """
    contents = read_contents(folder / CONTENTS)
    if contents is None:
        return None
    last = contents["previous"] if contents["publication"] == publication else contents["publication"]
    return None if last is None else str(last)


def read_contents(path: Path) -> dict[str, Any] | None:
    """A ``pack.json``; None where there is none.

    Raises
    ------
    ExportFailed
        If it is not one that this version wrote.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ExportFailed(f"{path} cannot be read ({error}). Move it away and export again.") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ExportFailed(f"{path} was written by another version of opdat_analytics. Move it away and export again.")
    return found


_OLD = "old"


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder beside the pack, on the same disk, that is gone afterwards."""
    for left in folder.glob(".pack-*"):
        _put_back(left, folder)  # a run that was killed while it moved files
        shutil.rmtree(left, ignore_errors=True)
    beside = folder / f".pack-{secrets.token_hex(4)}"
    beside.mkdir()
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def _in_place(beside: Path, folder: Path, names: Sequence[str]) -> Iterator[None]:
    """Move files into place; whatever fails, then or inside, puts the files that were there before back.

    A name that is not beside is one that goes.
    """
    placed: list[str] = []
    try:
        for name in names:
            if (folder / name).exists():
                _move(folder / name, beside / _OLD / name)
            if (beside / name).exists():
                placed.append(name)
                _move(beside / name, folder / name)
        yield
    except BaseException:
        for name in placed:
            (folder / name).unlink(missing_ok=True)
        _put_back(beside, folder)
        raise


def _put_back(beside: Path, folder: Path) -> None:
    """The files of the pack that was there before, back where they were."""
    old = beside / _OLD
    for path in sorted(old.rglob("*")):
        if path.is_file():
            _move(path, folder / path.relative_to(old))


def write_chart_files(exhibit: Exhibit, folder: Path, handling: str) -> None:
    """Write PNG, SVG, CSV and PDF of one chart, and read them back.

    Raises
    ------
    ExportFailed
        If one cannot be written or does not read back as meant.
    """
    write_images(exhibit, folder, handling)
    path = write_chart(exhibit, folder / f"{file_stem(exhibit.name)}.pdf", handling)
    found = read_pdf(path)
    said = {" ".join(element.text.split()) for element in found}
    wanted = [exhibit.alt, exhibit.title]
    if any(" ".join(text.split()) not in said for text in wanted if text.isascii()) or not any(
        exhibit.figure_id in text for text in said
    ):
        raise ExportFailed(f"{path.name} does not say the title, description and figure id of the chart. Export again.")


def _checked(path: Path, pack: Pack, read: Reader) -> None:
    found = read(path)
    wrong = [said for exhibit in pack.exhibits for said in differences(exhibit, found.get(exhibit.figure_id))]
    if wrong:
        raise ExportFailed(
            f"{path.name} does not read back as meant ({len(wrong)} differences): {'; '.join(wrong[:3])}. "
            "Nothing of this export should be used; the pack that was there before is untouched."
        )


def _files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path] if path.exists() else []


def _listed(contents: Path) -> set[str]:
    """Files that the pack before this one wrote; names that lead out of its folder are not among them."""
    old = read_contents(contents) or {"files": {}}
    return {str(name) for name in old["files"] if ".." not in Path(name).parts and not Path(name).is_absolute()}


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, target)


def _contents(pack: Pack, files: Mapping[str, Path]) -> bytes:
    """``pack.json``: what the pack holds, of which publications, and the hash of every file."""
    sections = [
        {"title": section.title, "figures": [_figure(exhibit) for exhibit in section.exhibits]}
        for section in pack.sections
    ]
    contents = {
        "format": FORMAT, "name": pack.name, "title": pack.title, "publication": pack.publication,
        "previous": pack.previous, "made_on": pack.made_on, "handling": pack.handling,
        "attribution": list(pack.attribution), "changes": list(pack.changes), "sections": sections,
        "sources": [{**vars(credit), "editions": list(credit.editions)} for credit in pack.credits],
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in ((name, path.read_bytes()) for name, path in files.items())
        },
    }  # fmt: skip
    return (canonical_json(contents) + "\n").encode()


def _figure(exhibit: Exhibit) -> dict[str, Any]:
    """A chart with its query; what all its rows share stands once, in ``where``."""
    noted = entry(exhibit)
    rows = noted["query"]
    where = {name: value for name, value in rows[0].items() if all(row[name] == value for row in rows)} if rows else {}
    differ = [{name: value for name, value in row.items() if name not in where} for row in rows]
    return {
        "figure_id": exhibit.figure_id, "name": noted["name"], "kind": exhibit.kind, "title": exhibit.title,
        "query": {"where": where, "rows": differ},
    }  # fmt: skip


def query_of(figure: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The query of a chart in ``pack.json``, row by row."""
    where = figure["query"]["where"]
    return [{**where, **row} for row in figure["query"]["rows"]]
