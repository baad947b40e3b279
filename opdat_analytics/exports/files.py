"""The one way an export reaches the disk."""

from __future__ import annotations

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
