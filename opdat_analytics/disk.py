"""Files that others see whole or not at all, and that outlast a loss of power: the only writer of what is published.

Every call that changes the disk goes through ``os`` here, one by one, so that tests can let each of them fail.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable
from pathlib import Path

WAITS = (0.05, 0.1, 0.2, 0.4)
"""Seconds between tries to move a file onto one that another program holds open, as Windows does not allow."""

ABREAST = 16
"""How many files are brought to the disk at a time."""

_BESIDE = re.compile(r"\..+\.\d+\.[0-9a-f]{8}")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that others see all of it or nothing, and that its name outlasts a loss of power.

    Raises
    ------
    OSError
        If the disk does not take it; what was there before is there still, unless only the last step failed.
    """
    put(path, data)
    sync_folder(path.parent)


def put(path: Path, data: bytes) -> None:
    """Write a file beside its place, bring it to the disk, and move it there; its folder is not brought to the disk."""
    _move(_written_beside(path, data, os.fsync), path)


def lay(path: Path, data: bytes) -> None:
    """Write what can be made again: others see all of it or nothing, but a loss of power may leave it damaged.

    What was laid is brought to the disk by `settle`.
    """
    _move(_written_beside(path, data, lambda _: None), path)


def settle(paths: Iterable[Path]) -> None:
    """Bring files that were laid to the disk, many at a time: a disk confirms many in hardly more time than one.

    Raises
    ------
    OSError
        If the disk does not take one of them, or it is not there.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(ABREAST) as several:
        list(several.map(_settled, paths))


def _settled(path: Path) -> None:
    handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))  # Windows brings nothing to the disk for a reader
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _move(beside: Path, path: Path) -> None:
    try:
        _replace(beside, path)
    except BaseException:
        remove(beside)
        raise


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises
    ------
    FileExistsError
        If it is there; it is not touched, even if it came at the same moment.
    OSError
        If the disk does not take it.
    """
    beside = _written_beside(path, data, os.fsync)
    try:
        _link(beside, path)
    finally:
        remove(beside)
    sync_folder(path.parent)


def _written_beside(path: Path, data: bytes, settle: Callable[[int], None]) -> Path:
    os.makedirs(path.parent, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(beside, flags, 0o666)
    try:
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(handle, left) :]
            settle(handle)
        finally:
            os.close(handle)
    except BaseException:
        remove(beside)
        raise
    return beside


def _replace(source: Path, target: Path) -> None:
    for wait in WAITS:
        try:
            os.replace(source, target)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    os.replace(source, target)


def _link(source: Path, target: Path) -> None:
    """Give a file its name unless the name is taken; where the disk knows no second names, look and then move."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError(errno.EEXIST, "there already", str(target)) from None
        _replace(source, target)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where folders can be (not on Windows, nor on some network drives)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def remove(path: Path) -> bool:
    """Remove a file; whether it is gone. One that is held open or may not be removed is left for the next time."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def left_behind(folder: Path) -> list[Path]:
    """Files in a folder that were being written when their writer was killed; only for who holds the lock."""
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if _BESIDE.fullmatch(path.name)]
