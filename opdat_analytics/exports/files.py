"""The one way an export reaches the disk, and office files that hold no time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from opdat_analytics.model import ExportFailed
from opdat_analytics.store import write_whole


def write_file(path: Path, content: bytes) -> Path:
    """Write a file so that readers see the old one or the new one, and return its path.

    Raises
    ------
    ExportFailed
        If it could not be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise ExportFailed(
            f"{path} could not be written: {error.strerror or error}. The file that was there before is untouched. "
            "Check that there is room and that the folder may be written to, then export again."
        ) from error
    return path


def settled(archive: bytes, change: Callable[[str, bytes], bytes] = lambda _, part: part) -> bytes:
    """A zipped office file with its parts in order of their names and all of one date, whenever it was made.

    Parameters
    ----------
    archive
        The file.
    change
        Takes the name and content of a part and gives what stands in its place.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in sorted(made.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name.endswith((".png", ".xlsx")) else zipfile.ZIP_DEFLATED
            info.create_system = 3
            kept.writestr(info, change(name, made.read(name)))
    return out.getvalue()
