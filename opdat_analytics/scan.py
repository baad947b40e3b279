"""What lies in data/raw: files with their hashes, and which of them a publication has not taken up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from opdat_analytics import store
from opdat_analytics.model import Home, UnknownName
from opdat_analytics.paths import DECLARATION, RETURNS

SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv"})


_DECIDING = (
    "across.py", "change_columns.py", "changed_rows.py", "changes.py", "declared.py", "kept_keys.py", "reading.py",
    "row_keys.py", "answers/forms.py",
)  # fmt: skip
"""Modules beside the folders of those that read."""


@dataclass(frozen=True)
class RawFile:
    """One file below data/raw as it is now.

    Attributes
    ----------
    source, path
        Its source id; where it lies.
    sha256
        Hash of its bytes; empty where it may not be read.
    fingerprint
        Hash of its bytes, its declaration and the code: what decides which rows it gives.
    stamp
        What the system says of the file and its declaration (how long, when written): it changes with every
        write, even where the bytes come out the same.
    """

    source: str
    path: Path
    sha256: str
    fingerprint: str
    stamp: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Its source and its own name, with a forward slash."""
        return f"{self.source}/{self.path.name}"

    @property
    def size(self) -> int:
        """How many bytes it has; 0 where it may not be read."""
        return self.stamp[0] if self.sha256 else 0


@cache
def code_version() -> str:
    """Hash of the code and vocabulary that decide what a file says; another one reads every file anew."""
    root = Path(__file__).parent
    digest = hashlib.sha256(str(store.FORMAT).encode())
    for folder in ("privacy", "ingest", "vocab", "model", "answers/declarations"):
        for path in sorted((root / folder).iterdir()):
            if path.suffix in (".py", ".toml", ".csv"):
                digest.update(path.name.encode() + path.read_bytes())
    for name in _DECIDING:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()[:16]


def scan(home: Home, only: Sequence[str], known: Mapping[str, Any]) -> list[RawFile]:
    """The raw files there are, with their hashes.

    Raises
    ------
    UnknownName
        If data/raw is missing, or a named source is not in it.
    """
    if not home.raw.is_dir():
        raise UnknownName(
            f"There is no folder {home.raw}. Make it, with one folder per source, or name another with --raw."
        )
    folders = sorted(path for path in home.raw.iterdir() if path.is_dir() and not path.name.startswith("."))
    loose = loose_files(home.raw)
    names = {folder.name for folder in folders} | {entry["source"] for entry in known.values()}
    names |= {RETURNS} if loose else set()
    for source in only:
        if source not in names:
            raise UnknownName(
                f"There is no source “{source}” in {home.raw}; there are: {', '.join(sorted(names)) or 'none'}."
            )
    found = [file for folder in folders if not only or folder.name in only for file in _raw_files(folder)]
    if loose and (not only or RETURNS in only):
        below = _seen(home.raw / RETURNS / DECLARATION)
        found += [_raw_file(RETURNS, path, below) for path in loose]
    return found


def loose_files(raw: Path) -> list[Path]:
    """The spreadsheets that lie directly in data/raw and not in the folder of a source."""
    return sorted(
        path
        for path in raw.iterdir()
        if path.is_file() and path.suffix.lower() in SPREADSHEETS and not path.name.startswith((".", "~$"))
    )


def _raw_files(folder: Path) -> Iterable[RawFile]:
    try:
        there = sorted(folder.iterdir())
    except FileNotFoundError:
        return  # the folder went away since it was listed, and its files with it
    below = _seen(folder / DECLARATION)
    for path in there:
        if not path.is_file() or path.name.startswith((".", "~$")) or path.name == DECLARATION or path.suffix == ".md":
            continue
        yield _raw_file(folder.name, path, below)


def _raw_file(source: str, path: Path, below: tuple[str, tuple[int, ...]]) -> RawFile:
    """A raw file as it is now, below a declaration of that hash and stamp."""
    (sha256, stamp), (declared, written) = _seen(path), below
    fingerprint = hashlib.sha256(f"{sha256} {declared} {code_version()}".encode()).hexdigest()[:32]
    return RawFile(source, path, sha256, fingerprint, (*stamp, *written))


def _seen(path: Path) -> tuple[str, tuple[int, ...]]:
    """Hash and stamp of a file; empty where it may not be read, which stops that file when its turn comes."""
    try:
        stat = path.stat()
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "", ()
    return sha256, (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def is_same(entry: Mapping[str, Any] | None, file: RawFile, home: Home) -> bool:
    """Whether a file was read before, as it is now, by this code, and its parts are still there."""
    if entry is None or entry["tried"] != file.fingerprint:
        return False
    return store.has_parts(home, entry["parts"])


def again(file: RawFile, home: Home) -> RawFile | None:
    """The same file as it is now; None where it has gone."""
    if not file.path.is_file():
        return None
    return _raw_file(file.source, file.path, _seen(home.raw / file.source / DECLARATION))


def _damaged(home: Home, parts: Mapping[str, Any]) -> bool:
    try:
        store.check_parts(home, parts)
    except store.DamagedPart:
        return True
    return False


def waiting(home: Home, manifest: Mapping[str, Any] | None) -> dict[str, str]:
    """Files that a refresh would take up: file → new, changed, reread, damaged or gone.

    A file is reread when its bytes are the same but its declaration or this package changed. It is damaged when what
    was published of it is not on disk as it was; ``manifest.json`` stands for what all files together give.

    Raises
    ------
    UnknownName
        If there is no folder of raw files.
    """
    known = {entry["file"]: entry for entry in manifest["files"]} if manifest else {}
    found = {}
    there = scan(home, (), known)
    for file in there:
        entry = known.get(file.name)
        if not is_same(entry, file, home):
            same = entry is not None and entry["sha256"] == file.sha256
            found[file.name] = "new" if entry is None else "reread" if same else "changed"
        if entry is not None and _damaged(home, entry["parts"]):
            found[file.name] = "damaged"
    if manifest and _damaged(home, manifest["across"]):
        found["manifest.json"] = "damaged"
    return found | dict.fromkeys(sorted(known.keys() - {file.name for file in there}), "gone")
