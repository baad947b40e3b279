"""From a row, a figure id or a question back to the cells behind it, and the piece of the sheet around each."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.admitted import admitted_sheets
from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.ingest.workbook import Grid, nonblank
from opdat_analytics.model import (
    IDENTITY,
    Home,
    OpdatError,
    Ref,
    UnknownName,
    UnreadableFile,
    column_letters,
    position,
)  # fmt: skip
from opdat_analytics.paths import DECLARATION, EARLIER, home_here, raw_path
from opdat_analytics.query import ANSWERS, Tables, asking, cells_behind, is_null
from opdat_analytics.store import Publication, open_publication

SHOWN = 3
"""How many pieces of sheets are shown; the cells are listed all."""
_AROUND = 2


@dataclass(frozen=True)
class Piece:
    """A cell with the rows and columns around it, as the raw file has them."""

    ref: Ref
    columns: tuple[int, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    marked: tuple[int, int]


@dataclass(frozen=True)
class Explanation:
    """The cells behind a figure.

    Attributes
    ----------
    cells
        Rows of ``observations`` (or ``activities``), every column: bounds, text as printed, note, file, sheet, cell.
    pieces
        The surroundings of the first few, where the raw file is still the one that was read.
    remarks
        What a reader must know, such as a raw file that has changed since.
    """

    cells: pd.DataFrame
    pieces: tuple[Piece, ...]
    remarks: tuple[str, ...]

    def __str__(self) -> str:
        lines = [_sentence(row) for row in self.cells.itertuples(index=False)]
        lines += ["", *(line for piece in self.pieces for line in (*_drawn(piece), ""))]
        return "\n".join([*lines, *self.remarks]).strip()

    def _repr_html_(self) -> str:
        listed = "".join(
            f"<li>{html.escape(_sentence(row))}</li>" for row in self.cells.head(20).itertuples(index=False)
        )
        more = f"<p>… and {len(self.cells) - 20} more cells in <code>.cells</code></p>" if len(self.cells) > 20 else ""
        pieces = "".join(_table(piece) for piece in self.pieces)
        remarks = "".join(f"<p>{html.escape(remark)}</p>" for remark in self.remarks)
        return f"<ul>{listed}</ul>{more}{pieces}{remarks}"


def explain(
    what: str | Mapping[str, Any] | pd.Series, *, home: Home | None = None, publication: int | str | None = None
) -> Explanation:
    """The cells behind a figure.

    Parameters
    ----------
    what
        A row of ``observations``, of ``activities`` or of any result of ``metrics`` (its columns are its query); a
        mapping of columns to values; or the figure id printed on a chart.
    home
        The project's folders; found from the working folder if None.
    publication
        Generation of an earlier publication. A figure id names its own.

    Returns
    -------
    Explanation

    Raises
    ------
    UnknownName
        If the figure id is not in ``exports/figures.json``, or a column or value is not known.
    OpdatError
        If no cell answers a question. A result row without a figure is answered with no cells and a remark.
    """
    home = home or home_here()
    if isinstance(what, str):
        queries, publication = _of_figure(what, home)
    else:
        queries = [{str(name): value for name, value in dict(what).items()}]
    opened = open_publication(home, publication)
    tables = Tables(opened.table)
    found = [cells_behind(query, tables) for query in queries]
    cells = pd.concat(found, ignore_index=True).drop_duplicates(
        [c for c in IDENTITY if c in found[0].columns], ignore_index=True
    )
    if cells.empty and any(name in query for query in queries for name in ANSWERS):
        asked = _asked(asking(queries[0]))
        return Explanation(
            cells, (), (f"No cell has a figure for {asked}: the row is empty because nothing is reported.",)
        )
    if cells.empty:
        for place in (str(query["place"]) for query in queries if not is_null(query.get("place"))):
            if place not in vocab.places() and ";" not in place:
                raise UnknownName(f"Places are asked for by their code: place={vocab.place_code(place)} for “{place}”.")
        raise OpdatError(f"No cell answers {_asked(queries[0])}.")
    pieces, remarks = _pieces(cells.head(SHOWN), opened)
    return Explanation(cells, pieces, remarks)


def _asked(query: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in query.items() if not is_null(value))


def _of_figure(figure_id: str, home: Home) -> tuple[list[Mapping[str, Any]], str | None]:
    """What an exported chart shows: one query per plotted row, and its publication."""
    path = home.exports / "figures.json"
    indexes = [*sorted(home.exports.glob(f"{EARLIER}*/figures.json")), path]
    known = {
        name: entry
        for index in indexes
        if index.exists()
        for name, entry in json.loads(index.read_text(encoding="utf-8")).items()
    }
    if figure_id not in known:
        near = vocab.suggest(figure_id, known)
        raise UnknownName(
            f"No figure “{figure_id}” is in {path}."
            + (f" Did you mean {near}?" if near else " Figure ids are printed at the lower right of each chart.")
        )
    entry = known[figure_id]
    generation = str(entry["publication"]).partition("-")[0]
    return [dict(row) for row in entry["query"]], generation if generation.isdigit() else None


# ---------------------------------------------------------------- the sheet around a cell


def _pieces(cells: pd.DataFrame, opened: Publication) -> tuple[tuple[Piece, ...], tuple[str, ...]]:
    pieces: list[Piece] = []
    remarks: dict[str, None] = {}
    read = {entry["file"]: entry["sha256"] for entry in opened.manifest["files"]}
    for row in cells.itertuples(index=False):
        ref = Ref(str(row.file), str(row.sheet), str(row.cell))
        if row.source in opened.manifest.get("guarded", ()):
            remarks[f"The sheet around the cells of {ref.file} is not shown: it holds what must not leave."] = None
            continue
        path = raw_path(opened.home.raw, ref.file)
        try:
            declaration = opened.home.raw / ref.file.partition("/")[0] / DECLARATION
            grids = _grids(path, declaration, read.get(ref.file, ""))
        except UnreadableFile as error:
            remarks[f"The sheet around the cells of {ref.file} is not shown: {error}."] = None
            continue
        except (OSError, OpdatError):
            grids = None
        if grids is None:
            remarks[
                f"{ref.file} has changed or gone since it was read, so the sheet around its cells is not shown."
            ] = None
            continue
        grid = next((g for g in grids if g.name == ref.sheet), None)
        if grid is not None:
            pieces.append(_piece(grid, ref))
    return tuple(pieces), tuple(remarks)


@lru_cache(maxsize=4)
def _grids(path: Path, declaration: Path, sha256: str) -> tuple[Grid, ...] | None:
    """The sheets of a raw file of a source, if it is still the one with that hash."""
    import hashlib

    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        return None
    return admitted_sheets(path, read_declaration(declaration) if declaration.exists() else None)


def _piece(grid: Grid, ref: Ref) -> Piece:
    row, column = position(ref.cell)
    filled = nonblank(grid.text)
    height = grid.text.shape[0]
    widest = int(np.argmax(filled[:30].sum(axis=1)))
    rows = sorted({r for r in (widest, *range(row - _AROUND, row + _AROUND + 1)) if 0 <= r < height})
    used = np.flatnonzero(filled[rows].any(axis=0)).tolist()
    columns = tuple(c for c in used if c in used[:3] or abs(c - column) <= 3) if len(used) > 14 else tuple(used)
    shown = tuple((r, tuple(str(grid.text[r, c]) for c in columns)) for r in rows)
    return Piece(ref, columns, shown, (row, column))


def _clipped(text: str, width: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def _drawn(piece: Piece) -> Iterable[str]:
    """A piece as lines of text, the cell in brackets."""
    yield str(piece.ref)
    head = ["", *(column_letters(c) for c in piece.columns)]
    body = [
        [str(r + 1), *(f"[{t}]" if (r, c) == piece.marked else t for c, t in zip(piece.columns, texts, strict=True))]
        for r, texts in piece.rows
    ]
    lines = [[_clipped(text, 24) for text in line] for line in (head, *body)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        yield "  " + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()


def _table(piece: Piece) -> str:
    cell = "padding:2px 5px;border:1px solid #ccc;text-align:left;"
    head = "".join(f'<th scope="col" style="{cell}background:#eee">{column_letters(c)}</th>' for c in piece.columns)
    mark = "background:#fff3bf;font-weight:bold;outline:2px solid #b35900"
    rows = []
    for r, texts in piece.rows:
        said = "".join(
            f'<td style="{cell}{mark if (r, c) == piece.marked else ""}">{html.escape(_clipped(t, 60))}</td>'
            for c, t in zip(piece.columns, texts, strict=True)
        )
        rows.append(f'<tr><th scope="row" style="{cell}background:#eee">{r + 1}</th>{said}</tr>')
    caption = html.escape(str(piece.ref))
    return (
        '<table style="border-collapse:collapse;margin:8px 0;font-size:80%">'
        f'<caption style="text-align:left">{caption}</caption>'
        f'<tr><td style="{cell}background:#eee"></td>{head}</tr>{"".join(rows)}</table>'
    )


def _sentence(row: Any) -> str:
    """One cell in words: what it says, what it is about, where it stands."""
    stands = str(Ref(row.file, row.sheet, row.cell))
    # Where a figure shows activities and their amounts, rows of both tables stand below each other.
    if is_null(getattr(row, "measure", None)):
        told = (getattr(row, "title", None), getattr(row, "name", None))
        about = next((str(name) for name in told if not is_null(name)), "")
        note = "" if is_null(getattr(row, "note", None)) else f" — {row.note}"
        return f"{about}{note} · {stands}"
    when = "" if is_null(row.year) else f" {row.year}"
    place = vocab.place_name(row.place)
    note = "" if is_null(row.note) else f" — {row.note}"
    edition = "" if is_null(row.edition) else f", edition {row.edition}"
    part = "" if row.part == "total" else f" ({row.part})"
    said = f"“{row.text}”{part} = {bounds(row.low, row.high)}"
    return f"{said} · {row.measure}, {place}{when} ({row.source}{edition}) · {stands}{note}"


def bounds(low: float | None, high: float | None) -> str:
    """Bounds as people read them: 12, 0–4, at least 75, no number."""
    if low is None or is_null(low):
        return "no number"
    if high is None or is_null(high):
        return f"at least {low:,.10g}"
    return f"{low:,.10g}" if low == high else f"{low:,.10g}–{high:,.10g}"
