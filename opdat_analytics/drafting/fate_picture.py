"""A picture of what becomes of every cell of a workbook, for a terminal and as a page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from opdat_analytics.drafting.draft import Draft
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.laid import BLANK, FATE, NOT_REPORTED
from opdat_analytics.model import address, column_letters

_LETTERS: Mapping[str, str] = {
    "title": "t", "header": "H", "label": "l", "value": "#", "total": "+", "note": "n", "ignored": "x", "held": "!",
}  # fmt: skip
_OF = {number: _LETTERS[name] for name, number in FATE.items()} | {BLANK: " ", NOT_REPORTED: "."}
_NAMES = {number: name for name, number in FATE.items()} | {NOT_REPORTED: "not_reported"}
_EXPLAINED: Mapping[str, str] = {
    "title": "above or beside the table", "header": "names a column", "label": "names a row",
    "value": "taken as a figure",
    "total": "a printed total, only checked", "note": "a note", "ignored": "not read, by declaration",
    "held": "cannot be used yet", "not_reported": "a blank inside the table",
}  # fmt: skip


def picture_text(grid: Grid, fates: np.ndarray, most_rows: int = 60, most_columns: int = 100) -> str:
    """A sheet as one letter per cell.

    Parameters
    ----------
    grid, fates
        The sheet, and the fate of each of its cells.
    most_rows, most_columns
        What is shown at most; rows of the middle are left out, columns at the right.

    Returns
    -------
    str
        A legend, then a line per row: its number, and a letter per cell.
    """
    height, width = fates.shape
    shown = min(width, most_columns)
    legend = "  ".join(f"{letter} {name}" for name, letter in _LETTERS.items())
    lines = [f"{grid.name}: {height} rows, {width} columns", f"{legend}  . not reported"]
    lines.append("      " + "".join(column_letters(c)[-1] for c in range(shown)) + (" …" if shown < width else ""))
    for row in _rows(height, most_rows):
        if row is None:
            lines.append(f"    … {height - most_rows} rows more")
        else:
            lines.append(f"{row + 1:>5} " + "".join(_OF[int(fate)] for fate in fates[row, :shown]))
    return "\n".join(lines)


def _rows(height: int, most: int) -> list[int | None]:
    if height <= most:
        return list(range(height))
    head, foot = most - most // 4, most // 4
    return [*range(head), None, *range(height - foot, height)]


_STYLE = """
:root { color-scheme: light; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem; color: #1b1b1b; background: #fff; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.scroll { overflow: auto; max-height: 75vh; border: 1px solid #bbb; }
table { border-collapse: collapse; } td, th { padding: 1px 6px; white-space: nowrap; max-width: 22ch; overflow: hidden;
 text-overflow: ellipsis; border: 1px solid #ddd; font-weight: normal; text-align: left; vertical-align: top; }
th { background: #f2f2f2; color: #555; position: sticky; top: 0; } tbody th { left: 0; }
.key { display: inline-block; border: 1px solid #999; padding: 1px 8px; margin: 2px 6px 2px 0; }
.title { background: #fff; font-style: italic; }
.header { background: #cfe0f5; font-weight: 600; border-bottom: 3px solid #1f4e8c; }
.label { background: #e8f0fa; border-left: 3px solid #1f4e8c; }
.value { background: #e3f3e3; }
.total { background: #fff4d1; text-decoration: overline; }
.note { background: #f3f3f3; font-style: italic; color: #444; }
.ignored { background: #eee; color: #666; text-decoration: line-through; }
.held { background: #fbdcd5 repeating-linear-gradient(45deg, transparent 0 4px,
 rgba(160,40,20,.25) 4px 6px); border: 2px dashed #a02814; }
.not_reported { background: #fff radial-gradient(#888 1px, transparent 1.5px) 0 0 / 8px 8px; }
pre { background: #f6f6f6; padding: 1rem; overflow: auto; } .sure { width: 9ch; }
"""


def picture_html(
    drafted: Draft, grids: Sequence[Grid], title: str = "Draft of a declaration", most_rows: int = 400
) -> str:
    """A page that shows every cell's fate, the choices and the declaration.

    Nothing is loaded from elsewhere and nothing runs; texts of cells are escaped. Fates differ by line, slant, weight
    or pattern as well as by colour, and each cell says its fate when pointed at.

    Parameters
    ----------
    drafted
        The draft.
    grids
        The sheets of the workbook.
    title
        Heading of the page.
    most_rows
        Rows of a sheet that are shown at most.
    """
    parts = [
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>",
        f"<p>Confidence {drafted.confidence:.2f}. What becomes of each cell if the draft is "
        f"accepted as it stands:</p><p>",
        *(f'<span class="key {name}">{name.replace("_", " ")}: {told}</span>' for name, told in _EXPLAINED.items()),
        "</p>",
    ]
    for grid in grids:
        parts += _sheet(grid, drafted.fates[grid.name], most_rows)
    parts.append(
        "<h2>Choices</h2><table><thead><tr><th>what<th>value<th class=sure>confidence<th>reason</thead><tbody>"
    )
    for choice in drafted.choices:
        cells = (choice.what, choice.value or "(nothing)", f"{choice.confidence:.2f}", choice.reason)
        parts.append(
            "<tr>" + "".join(f'<td style="max-width:60ch;white-space:normal">{escape(c)}</td>' for c in cells) + "</tr>"
        )
    parts.append(f"</tbody></table><h2>source.toml</h2><pre>{escape(drafted.toml)}</pre></body></html>")
    return "\n".join(parts)


def cells_and_fates(drafted: Draft, grid: Grid) -> tuple[tuple[str, ...], ...]:
    """Each cell of a sheet as two lines, what it says and what becomes of it; one line where it is blank."""
    fates = drafted.fates[grid.name]
    named = [[_NAMES.get(int(fate), "").replace("_", " ") for fate in row] for row in fates]
    return tuple(
        tuple(f"{text}\n{fate}" if fate else str(text) for text, fate in zip(texts, row, strict=True))
        for texts, row in zip(grid.text.tolist(), named, strict=True)
    )


def _sheet(grid: Grid, fates: np.ndarray, most_rows: int) -> list[str]:
    height, width = fates.shape
    parts = [f"<h2>{escape(grid.name)}</h2>"]
    if not height:
        return [*parts, "<p>The sheet is empty.</p>"]
    heads = "".join(f"<th>{column_letters(c)}" for c in range(width))
    parts.append(f'<div class="scroll"><table><thead><tr><th>{heads}</thead><tbody>')
    for row in _rows(height, most_rows):
        if row is None:
            parts.append(f'<tr><th>…<td colspan="{width}">{height - most_rows} rows more</td></tr>')
            continue
        cells = []
        for column in range(width):
            fate = _NAMES.get(int(fates[row, column]))
            text = escape(str(grid.text[row, column])[:200])
            said = f' class="{fate}" title="{address(row, column)}: {fate.replace("_", " ")}"' if fate else ""
            cells.append(f"<td{said}>{text}</td>")
        parts.append(f"<tr><th>{row + 1}" + "".join(cells) + "</tr>")
    return [*parts, "</tbody></table></div>"]
