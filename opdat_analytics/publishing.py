"""Makes a publication the current one in a single step, heals what killed refreshes left, prunes by a stated policy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opdat_analytics import disk, store
from opdat_analytics.model import Home, LockHeld, OpdatError

KEPT = 100
"""How many publications stay readable, the current one among them; of older ones the last of each month does, too."""
CURRENT = 3
"""How many publications are never removed, whatever ``KEPT`` says."""


def publish(home: Home, manifest: Mapping[str, Any], base: int, written: Iterable[Path] = ()) -> store.Publication:
    """Make a manifest the current publication: parts and history first, the manifest last, in one step.

    The caller holds the lock and has written every part.

    Parameters
    ----------
    home
        The project's folders.
    manifest
        The publication to be, or the current one again where its files were damaged.
    base
        Generation of the publication that it was made from; 0 where there was none.
    written
        Parts that may have been written for it: they are brought to the disk before anything names them.

    Raises
    ------
    LockHeld
        If another publication was made meanwhile, as when the lock file was removed by hand: it stands.
    OpdatError
        If the publication is in place but the disk did not confirm it.
    OSError
        If the disk does not take it: the publication before stands.
    """
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    kept = store.history_path(home, manifest["generation"])
    disk.settle(written)
    disk.sync_folder(home.processed / "parts")
    standing, last = _standing(home), store.last_manifest(home)
    if (last["generation"] if last else 0) != base:
        raise LockHeld(_OVERTAKEN.format(home.processed))
    if manifest["generation"] == base:
        disk.write_whole(kept, text)
    else:
        try:
            disk.write_new(kept, text)
        except FileExistsError as error:
            raise LockHeld(_OVERTAKEN.format(home.processed)) from error
    if _standing(home) != standing:
        raise LockHeld(_OVERTAKEN.format(home.processed))
    try:
        disk.write_whole(store.manifest_path(home), text)
    except OSError as error:
        if _standing(home) != text:
            raise
        raise OpdatError(
            f"Publication {manifest['generation']} is in place, but the disk did not confirm it "
            f"({error.strerror or error}). Look at the disk; a loss of power may bring the publication before it back."
        ) from error
    return store.Publication(home, manifest)


_OVERTAKEN = (
    "Another refresh published to {} while this one was reading. "
    "Its publication stands; refresh again to take up what it had not seen."
)


def _standing(home: Home) -> bytes | None:
    """What stands in the current manifest's place, damaged or not; None where nothing does."""
    path = store.manifest_path(home)
    return path.read_bytes() if path.exists() else None


def next_generation(home: Home, base: int) -> int:
    """The number of the next publication, whatever the clock says: above every one that was ever begun."""
    return max([base, *store.generations(home)]) + 1


@dataclass(frozen=True)
class Pruned:
    """How many manifests and parts were removed, and how many files would not go and are left for the next time."""

    manifests: int
    parts: int
    left: int


def prune(home: Home) -> Pruned:
    """Remove what the policy does not keep, and parts that no kept manifest names; nothing that fails here matters.

    Kept are the last ``KEPT`` publications and, of those before them, the last of each month. While a manifest cannot
    be read, no part is removed: it may be one that it names.
    """
    kept = store.generations(home)
    old = kept[: -max(KEPT, CURRENT)]
    months = {number: _month(home, number) for number in kept[: len(old) + 1]} if old else {}
    dropped = [n for n, after in zip(old, kept[1:], strict=False) if months[n] and months[n] == months[after]]
    gone = [disk.remove(store.history_path(home, number)) for number in dropped]
    parts = [disk.remove(path) for path in _unnamed(home)]
    now = _named(_standing(home) or b"")
    for path in (home.processed / "keys").glob("[!.]*.keys"):
        if path.stem.encode() not in now:
            disk.remove(path)
    return Pruned(sum(gone), sum(parts), gone.count(False) + parts.count(False))


def _month(home: Home, number: int) -> bytes:
    """The month in which a publication was made; empty where its manifest does not tell."""
    found = re.search(rb'"made":\s*"(\d{4}-\d\d)', _text(store.history_path(home, number)))
    return found[1] if found else b""


def _unnamed(home: Home) -> list[Path]:
    """Parts that no manifest names. Hashes are looked for as text: a hundred manifests of big projects are long."""
    manifests = [store.history_path(home, number) for number in store.generations(home)] + [store.manifest_path(home)]
    texts = [_text(path) for path in manifests]
    if not all(texts):
        return []
    named = {digest for text in texts for digest in _named(text)}
    parts = (home.processed / "parts").glob("[!.]*.parquet")
    return [path for path in parts if path.stem.encode() not in named]


def _named(manifest: bytes) -> set[bytes]:
    """The hashes of the parts that a manifest names."""
    return set(re.findall(rb'"hash":\s*"([0-9a-f]+)"', manifest))


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def sweep(home: Home) -> int:
    """Remove files that a killed refresh was writing; how many. Only for who holds the lock."""
    folders = (home.processed, *(home.processed / name for name in ("parts", "keys", "history")))
    return sum(disk.remove(path) for folder in folders for path in disk.left_behind(folder))
