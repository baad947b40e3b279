"""The pack as one tagged PDF (PDF/UA-1), and one chart as a PDF of its own, made by Typst without a system library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.ft2font import FT2Font

from opdat_analytics.charts.layout import one_line
from opdat_analytics.exports.contents import SHORTHAND, SHORTHAND_COLUMN, Credit, Pack, is_number, numbers, printed
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.pdf_text import read_pdf
from opdat_analytics.exports.plots import plot_svg
from opdat_analytics.model import Exhibit, ExportFailed

_IDS = "Figure ids: "
HALF_A_PAGE = 80
"""Letters of a row that fit into one of two columns; a table with longer rows has the width of the page."""


def write_document(pack: Pack, path: Path) -> Path:
    """Write the pack as one tagged PDF.

    Parameters
    ----------
    pack
        What it shows.
    path
        Where to.

    Returns
    -------
    Path
        The file: a front page with what changed, a page for each chart, the tables behind them, the sources. The
        same pack gives the same bytes.

    Raises
    ------
    ExportFailed
        If a character cannot be drawn, Typst refuses the document, or it cannot be written.
    """
    files = {f"plot-{number}.svg": _plot(exhibit, number) for number, exhibit in enumerate(pack.exhibits)}
    return write_file(path, _compiled("pack.typ", _contents(pack), files, path.name))


def write_chart(exhibit: Exhibit, path: Path, handling: str = "Public") -> Path:
    """Write one chart as a tagged PDF with its title, caveats, source, attribution and figure id as real text.

    Raises
    ------
    ExportFailed
        As for `write_document`.
    """
    contents = {
        **_words(exhibit), "alt": one_line(exhibit.alt), "handling": handling, "caveats": list(exhibit.caveats),
    }  # fmt: skip
    return write_file(path, _compiled("chart.typ", contents, {"chart.svg": _plot(exhibit, 0)}, path.name))


def numbers_in_document(path: Path) -> dict[str, pd.DataFrame]:
    """The tables of a pack's PDF by figure id, read through its tags.

    Raises
    ------
    ExportFailed
        If the file is not a PDF, has no tags, or has fewer drawings than charts.
    """
    found: dict[str, pd.DataFrame] = {}
    ids: list[str] = []
    elements = read_pdf(path)
    drawn = sum(element.kind == "Figure" and bool(element.text) for element in elements)
    for element in elements:
        if element.kind == "P" and element.text.startswith(_IDS):
            ids = element.text.removeprefix(_IDS).split(", ")
        elif element.kind == "Table" and element.rows and ids:
            head, *body = element.rows
            found |= dict.fromkeys(ids, pd.DataFrame(body, columns=list(head), dtype=object))
            ids = []
    if drawn < len(found):
        raise ExportFailed(f"{path.name} has {drawn} drawings for {len(found)} charts. Export again.")
    return found


def _plot(exhibit: Exhibit, number: int) -> bytes:
    return plot_svg(exhibit, described=f"plot-{number}").encode()


def _words(exhibit: Exhibit) -> dict[str, Any]:
    names = ("title", "subtitle", "source_line", "attribution", "figure_id")
    return {name: one_line(getattr(exhibit, name)) for name in names}


def _contents(pack: Pack) -> dict[str, Any]:
    """Everything that the template prints, as strings."""
    tables, behind = _tables(pack)
    numbered = iter(range(len(pack.exhibits)))
    sections = [
        {
            "title": one_line(section.title),
            "charts": [_chart(one, next(numbered), tables, behind) for one in section.exhibits],
        }
        for section in pack.sections
    ]
    return {
        "title": one_line(pack.title), "publication": pack.publication, "made_on": pack.made_on,
        "handling": pack.handling, "attribution": [one_line(line) for line in pack.attribution],
        "description": f"Charts of publication {pack.publication}, with what changed and the numbers behind them.",
        "changes_title": "What changed since the last pack", "changes": [one_line(line) for line in pack.changes],
        "sections": sections, "tables": tables, "credits": [_credit(credit) for credit in pack.credits],
        "shorthand": [[code, meaning] for code, meaning in SHORTHAND.items()], "shorthand_column": SHORTHAND_COLUMN,
    }  # fmt: skip


def _chart(exhibit: Exhibit, number: int, tables: list[dict[str, Any]], behind: list[int]) -> dict[str, Any]:
    table = tables[behind[number]]
    return _words(exhibit) | {
        "alt": one_line(exhibit.alt), "caveats": [one_line(caveat) for caveat in exhibit.caveats],
        "label": f"chart-{number}", "file": f"plot-{number}.svg",
        "table": table["label"], "table_title": table["title"],
    }  # fmt: skip


def _credit(credit: Credit) -> dict[str, Any]:
    lines = [credit.owner, f"Editions: {', '.join(credit.editions)}" if credit.editions else "", credit.licence,
             credit.attribution]  # fmt: skip
    return {"title": one_line(credit.title), "url": credit.url, "lines": [one_line(line) for line in lines if line]}


def _tables(pack: Pack) -> tuple[list[dict[str, Any]], list[int]]:
    """Each table once, however many charts show it, and which table stands behind each chart."""
    tables: list[dict[str, Any]] = []
    known: dict[str, int] = {}
    behind = []
    for exhibit in pack.exhibits:
        frame = numbers(exhibit)
        rows = [[one_line(printed(value)) for value in row] for row in frame.itertuples(index=False, name=None)]
        key = json.dumps([list(frame.columns), rows, exhibit.subtitle])
        if key not in known:
            known[key] = len(tables)
            number = len(tables) + 1
            widths = _widths(frame, rows)
            tables.append(
                {
                    "label": f"table-{number}", "title": f"Table {number}. {one_line(exhibit.title)}",
                    "subtitle": one_line(exhibit.subtitle), "figures": _IDS + exhibit.figure_id,
                    "headings": list(frame.columns), "rows": rows, "widths": widths,
                    "wide": sum(widths) + len(widths) > HALF_A_PAGE,
                    "right": [is_number(frame, name) for name in frame.columns],
                    "notes": [one_line(note) for note in exhibit.notes],
                }
            )  # fmt: skip
        else:
            tables[known[key]]["figures"] += f", {exhibit.figure_id}"
        behind.append(known[key])
    return tables, behind


def _widths(frame: pd.DataFrame, rows: list[list[str]]) -> list[int]:
    """Shares of the width: as long as the longest word of the heading or a third of the longest text, within reason."""
    found = []
    for place, heading in enumerate(frame.columns):
        longest = max((len(row[place]) for row in rows), default=0)
        words = max(len(word) for word in str(heading).split()) + 1  # headings are bold
        found.append(max(4, min(24, max(words, longest if longest <= 12 else longest * 2 // 3))))
    return found


# ---------------------------------------------------------------- Typst


def _compiled(template: str, contents: Mapping[str, Any], images: Mapping[str, bytes], name: str) -> bytes:
    import typst

    missing = sorted({character for text in _texts(contents) for character in text if not _drawable(character)})
    if missing:
        raise ExportFailed(
            f"{name} would have characters its font cannot draw ({', '.join(missing[:8])}). "
            "Give those names in other letters with labels={…} and export again."
        )
    source = resources.files("opdat_analytics.exports").joinpath(template).read_bytes()
    files: Any = {"main.typ": source, "data.json": json.dumps(contents, ensure_ascii=False).encode(), **images}
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    try:
        made: bytes = typst.compile(
            files, font_paths=[str(fonts)], ignore_system_fonts=True, format="pdf", pdf_standards=["ua-1"]
        )
    except (typst.TypstError, ValueError, OSError) as error:
        raise ExportFailed(f"{name} could not be made: {error}") from error
    return made


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


@cache
def _glyphs() -> frozenset[int]:
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return frozenset(FT2Font(str(path)).get_charmap())


def _drawable(character: str) -> bool:
    return ord(character) in _glyphs() or character in "\u200c\u200d\u200e\u200f"
