"""One claimed sheet on its way to rows, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from opdat_analytics.ingest.checks import Flag
from opdat_analytics.ingest.coded import Coded
from opdat_analytics.ingest.columns import Figures
from opdat_analytics.ingest.declare import Layout, Source
from opdat_analytics.ingest.harmonise import HeldLabel
from opdat_analytics.ingest.laid import Laid
from opdat_analytics.ingest.workbook import Grid
from opdat_analytics.model import Figure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Block:
    """One claimed sheet on its way to rows: what was read, what was printed, and its codes per reading."""

    grid: Grid
    printed: np.ndarray
    laid: Laid
    layout: Layout
    source: Source
    file: str
    edition: str | None
    columns: Mapping[str, Coded]


@dataclass(frozen=True)
class HeldCell:
    """A cell whose own text could not be believed."""

    at: tuple[int, int]
    text: str
    code: str
    message: str
    hint: str | None


@dataclass(frozen=True)
class Rows:
    """Rows of one table, what else the same rows are, and what is held.

    ``figures`` are observations, ``facts`` rows of another table: one of both. ``wholes`` holds the figure of each
    whole cell by its reading, where printed totals ask for it. Readings of ``held_labels`` are no rows, nor
    are those of ``also_held``, whose rows of the second table are held.
    """

    figures: Figures | None
    facts: pd.DataFrame | None
    also: Mapping[str, pd.DataFrame]
    wholes: Mapping[int, Figure]
    held_cells: tuple[HeldCell, ...]
    held_labels: tuple[HeldLabel, ...]
    also_held: tuple[HeldLabel, ...]
    flags: tuple[Flag, ...]
