"""Zipped office files that hold no time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable


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
