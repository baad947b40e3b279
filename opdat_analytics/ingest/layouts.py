"""Finds the declared tables on a sheet and takes them apart: every cell gets its fate, every figure its labels."""

from __future__ import annotations

from opdat_analytics.ingest.crossed import lay_crossed
from opdat_analytics.ingest.declare import Layout
from opdat_analytics.ingest.flat import lay_flat
from opdat_analytics.ingest.laid import (
    BLANK,
    FATE,
    NOT_REPORTED,
    UNSTATED,
    Finding,
    Labels,
    Laid,
    LayoutMismatch,
    Readings,
    Total,
)
from opdat_analytics.ingest.workbook import Grid

__all__ = [
    "BLANK", "FATE", "NOT_REPORTED", "UNSTATED", "Finding", "Labels", "Laid", "LayoutMismatch", "Readings", "Total",
    "lay",
]  # fmt: skip


def lay(grid: Grid, layout: Layout) -> Laid:
    """Take a sheet apart as its layout declares.

    Parameters
    ----------
    grid
        The sheet.
    layout
        Its declaration.

    Returns
    -------
    Laid
        Readings, the fate of every cell, printed totals with their parts, footnotes, findings.

    Raises
    ------
    LayoutMismatch
        If a declared header or corner is not there, or is there more than once.
    """
    return lay_crossed(grid, layout) if layout.corner is not None else lay_flat(grid, layout)
