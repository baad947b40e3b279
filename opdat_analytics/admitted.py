"""The sheets of a file as they may be shown to people: by the same rule by which files come in."""

from __future__ import annotations

from pathlib import Path

from opdat_analytics.ingest.counting import counted_sheets
from opdat_analytics.ingest.declare import Source
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import UnreadableFile
from opdat_analytics.privacy import NOTHING, reason_to_stop

HINT = "ask for a copy without these columns, or for the counts"


def admitted_sheets(path: Path, declared: Source | None = None) -> tuple[Grid, ...]:
    """Every sheet of a file, if nothing in it is about persons; of a case-level source the counts.

    Parameters
    ----------
    path
        The file.
    declared
        The declaration of its source, where there is one.

    Raises
    ------
    UnreadableFile
        If the file cannot or must not be read; the message holds nothing of its contents.
    LayoutMismatch
        If the list of a case-level source does not lie as declared.
    """
    grids = read_workbook(path)
    if declared is not None and declared.privacy.case_level:
        grids, _ = counted_sheets(path.name, grids, declared)
    refusal = reason_to_stop(path, grids, declared.privacy if declared is not None else NOTHING)
    if refusal is not None:
        raise UnreadableFile("personal_columns", refusal.message.rstrip("."), HINT)
    return grids
