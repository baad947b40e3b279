"""What the cells of the raw files say now."""

from __future__ import annotations

from opdat_analytics.admitted import admitted_sheets
from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.model import Home, OpdatError, position
from opdat_analytics.paths import DECLARATION, raw_path


def sheets_shown(file: str, home: Home) -> tuple[Grid, ...]:
    """The sheets of a raw file as they may be shown; none where it is not there or cannot be read."""
    folder, _, name = file.partition("/")
    path, declaration = raw_path(home.raw, file), home.raw / folder / DECLARATION
    there = path.resolve().parent in ((home.raw / folder).resolve(), home.raw.resolve())
    if not name or not there or not path.is_file():
        return ()
    try:
        return admitted_sheets(path, read_declaration(declaration) if declaration.exists() else None)
    except OpdatError:
        return ()


def says_now(sheets: tuple[Grid, ...], sheet: str, cell: str) -> str | None:
    """The text of one cell; None where there is no such cell."""
    grid = next((grid for grid in sheets if grid.name == sheet), None)
    try:
        row, column = position(cell)
    except OpdatError:
        return None
    inside = grid is not None and row < grid.text.shape[0] and column < grid.text.shape[1]
    return str(grid.text[row, column]) if grid is not None and inside else None
