"""What is listed as done, by type and place: bubbles of counts of listed activities, never of work or results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from opdat_analytics.charts import exhibit, layout, style, words
from opdat_analytics.charts.frame import blank, checked, plain, unique
from opdat_analytics.model import Exhibit

LISTED = (
    "Counts of activities that the sources list, not of work done or results: one listed activity may be one meeting "
    "or years of advice, and what is not listed may have happened all the same."
)
AWARDS = (
    "Counts of awards that the sources list: money granted, not work done or results; what is not listed may have been "
    "granted all the same."
)

MOST_ACROSS = 12
"""With more columns than this, and fewer rows, the sides change places."""

Cells = Mapping[tuple[str, str], int | None]


def activities(
    frame: pd.DataFrame,
    *,
    rows: str = "activity_type",
    columns: str | None = None,
    title: str | None = None,
    name: str | None = None,
    publication: str | None = None,
    sources: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Exhibit:
    """Bubbles of how many activities are listed, by type and by region or place.

    Parameters
    ----------
    frame
        Counts of listed activities: ``rows``, ``columns``, ``n``. An ``n`` that is null is an activity told
        without any number; it is written as “listed, no number” and has no bubble. Where ``activity_type`` says
        that all of them are funded projects, the words are of awards.
    rows, columns
        Columns that become the sides; ``columns`` is ``region`` where the frame has it, else ``place``.
        A wide table is turned, so that the longer side runs down.
    title, name, publication, sources, labels
        As for ``trend``.

    Returns
    -------
    Exhibit

    Raises
    ------
    OpdatError
        If columns or rows are missing, or the title names a cause or a change.
    MixtureRefused
        If two rows claim one cell.
    """
    columns = columns or ("region" if "region" in frame.columns else "place")
    table = checked(frame, (rows, columns), ("n",))
    cells: dict[tuple[str, str], int | None] = {}
    for record in table.to_dict("records"):
        sides = ["not stated" if blank(record[side]) else str(plain(record[side])) for side in (rows, columns)]
        cells[sides[0], sides[1]] = None if blank(record["n"]) else int(record["n"])
    word, other = words.groups_word(rows, table), words.groups_word(columns, table)
    down, across = ordered(cells, 0), ordered(cells, 1)
    if len(across) > max(MOST_ACROSS, len(down)):
        cells = {(column, row): n for (row, column), n in cells.items()}
        down, across = across, down
    entries = words.listed(table)
    said = words.own_title(title, ()) if title else f"{entries.capitalize()} listed, by {word} and {other}"
    certainty = style.joined(
        [code.replace("stated", "stated as done") for code in unique(table, "certainty")] * (entries == "activities")
    )
    subtitle = " · ".join(filter(None, [f"Number of {entries} listed", certainty, f"by {word} and {other}"]))
    joint = "joint" in table.columns and bool((table["joint"].fillna(0) > 0).any())
    extra = [AWARDS if entries == "awards" else LISTED]
    if joint:
        one = "An award" if entries == "awards" else "An activity"
        extra.append(f"{one} in several places is counted once in each, so {other} counts are not added.")
    if any(n is None for n in cells.values()):
        extra.append("Where a source names no number of activities, none is drawn: “listed, no number”.")
    last = [exhibit.sentence(text) for text in unique(table, "note")]
    with matplotlib.rc_context(style.RC):
        told = exhibit.texts("activities", table, [], said, subtitle, publication, sources, extra, last)
        page = _draw(told, down, across, cells, labels)
    return exhibit.exhibit("activities", name, page.figure, table, told,
                           _spoken(subtitle, cells, down, across, labels), columns)  # fmt: skip


def ordered(cells: Cells, side: int) -> list[str]:
    """Years in their order, else the most listed first; what is not stated last."""
    totals: dict[str, int] = {}
    for key, n in cells.items():
        totals[key[side]] = totals.get(key[side], 0) + (n or 0)
    yearly = all(code.isdigit() or code == "not stated" for code in totals)
    return sorted(totals, key=lambda code: (code == "not stated", 0 if yearly else -totals[code], code))


def _spoken(
    subtitle: str, cells: Cells, down: Sequence[str], across: Sequence[str], labels: Mapping[str, str] | None
) -> str:
    known = {key: n for key, n in cells.items() if n}
    text = f"Bubble table: {subtitle}; {len(down)} rows and {len(across)} columns."
    if known:
        (row, column), n = max(known.items(), key=lambda item: item[1])
        text += f" Most listed: {words.label(row, labels)}, {words.label(column, labels)} ({n})."
    empty = len(down) * len(across) - len(cells)
    silent = sum(n is None for n in cells.values())
    text += f" {empty} of {len(down) * len(across)} cells have nothing listed."
    return text + (f" {silent} are listed without a number." if silent else "")


def _draw(
    told: layout.Texts, down: Sequence[str], across: Sequence[str], cells: Cells, labels: Mapping[str, str] | None
) -> layout.Page:
    names = [layout.wrap(words.label(code, labels), 2.6, style.BODY, most=2) for code in down]
    heads = [words.label(code, labels) for code in across]
    left = max(layout.text_width(line, style.BODY) for lines in names for line in lines) + 0.2
    longest = max(layout.text_width(word, style.NOTE) for head in heads for word in head.split())
    want = max(0.62, longest + 0.1)
    width = max(layout.WIDTH, left + want * len(across) + 2 * layout.MARGIN)
    step = min((width - 2 * layout.MARGIN - left) / len(across), 1.5)
    wrapped = [layout.wrap(head, step - 0.08, style.NOTE, most=4) for head in heads]
    top = max(map(len, wrapped)) * layout.line_height(style.NOTE) + 0.1
    row = 0.44 if len(down) <= MOST_ACROSS else 0.34
    most = max([n for n in cells.values() if n] or [1])
    keys = [layout.Key("none listed", lambda ax, x, y: _mark(ax, x, y, 0, most, 0.1))] if (
        len(cells) < len(down) * len(across)) else []  # fmt: skip
    page = layout.page(told, keys, top + row * len(down), width)
    sheet = page.sheet
    for i, lines in enumerate(names):
        y = page.bottom + row * (len(down) - i - 0.5)
        sheet.plot([page.left, page.left + left + step * len(across)], [y - row / 2, y - row / 2],
                   color=style.RULE, lw=0.6, zorder=0)  # fmt: skip
        line = layout.line_height(style.BODY)
        for place, text in enumerate(lines):
            sheet.text(page.left, y + (len(lines) / 2 - place - 0.74) * line, text, size=style.BODY)
        for j, column in enumerate(across):
            n = cells.get((down[i], column), 0)
            _mark(sheet, page.left + left + step * (j + 0.5), y, n, most, row / 2 - 0.03)
    line = layout.line_height(style.NOTE)
    for j, lines in enumerate(wrapped):
        x = page.left + left + step * (j + 0.5)
        for place, text in enumerate(lines):
            y = page.bottom + row * len(down) + 0.07 + (len(lines) - place - 0.74) * line
            sheet.text(x, y, text, size=style.NOTE, color=style.GREY, ha="center")
    return page


def _mark(ax: Axes, x: float, y: float, n: int | None, most: int, largest: float) -> None:
    if n is None:
        for shift, text in ((0.02, "listed,"), (-0.1, "no number")):
            ax.text(x, y + shift, text, size=style.SMALL, color=style.GREY, ha="center", style="italic")
        return
    if n == 0:
        ax.plot([x], [y], marker="o", markersize=2, color=style.RULE)
        return
    radius = largest * sqrt(n / most)
    ax.add_patch(Circle((x, y), radius, facecolor=style.BLUE, edgecolor="none", alpha=0.9))
    inside = radius > layout.text_width(str(n), style.NOTE) / 2 + 0.03
    ax.text(x if inside else x + radius + 0.03, y - 0.042, str(n), size=style.NOTE,
            color=style.PAPER if inside else style.INK, ha="center" if inside else "left")  # fmt: skip
