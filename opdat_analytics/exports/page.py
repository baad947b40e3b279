"""The pack as one page that opens offline: every chart with the table behind it, whole without its small script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.charts import words
from opdat_analytics.charts.frame import blank, plain
from opdat_analytics.charts.layout import one_line
from opdat_analytics.exports.contents import (
    SHORTHAND,
    SHORTHAND_COLUMN,
    Credit,
    Pack,
    is_number,
    numbers,
    printed,
)
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.plots import plot_svg
from opdat_analytics.model import Exhibit, ExportFailed

MOST = 3_000_000
"""Bytes that a page may have, so that it can be mailed."""
_SCHEME = "opdat"
_FACETS = ("region", "year", "measure")


def write_page(pack: Pack, path: Path) -> Path:
    """Write the pack as one self-contained HTML page.

    Parameters
    ----------
    pack
        What it shows.
    path
        Where to.

    Returns
    -------
    Path
        The file. It loads nothing, its one script filters rows and charts by region, year and measure, and all of it
        can be read, printed and reached by keyboard without. The same pack gives the same bytes.

    Raises
    ------
    ExportFailed
        If it cannot be written, or would have more than `MOST` bytes.
    """
    page = _page(pack).encode()
    if len(page) > MOST:
        raise ExportFailed(
            f"{path.name} would have {len(page):,} bytes, more than the {MOST:,} that can be mailed. "
            "Export fewer charts at a time (--only)."
        )
    return write_file(path, page)


def numbers_in_page(path: Path) -> dict[str, pd.DataFrame]:
    """The tables of a page by figure id.

    Raises
    ------
    ExportFailed
        If a chart has lost its drawing, or what is said in place of it.
    """
    reader = _Tables()
    reader.feed(path.read_text(encoding="utf-8"))
    if reader.bare:
        raise ExportFailed(f"{path.name}: {', '.join(reader.bare)} has a table but no drawing. Export again.")
    return {name: pd.DataFrame(body, columns=head, dtype=object) for name, (head, *body) in reader.tables.items()}


class _Tables(HTMLParser):
    """The cells of the tables that carry a figure id."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.bare: list[str] = []
        self._parts: set[str] = set()
        self._rows: list[list[str]] | None = None
        self._cell = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("data-figure") if tag == "table" else None
        if tag in ("article", "path", "desc"):
            # A drawing is lines and what is said in place of them.
            self._parts = set() if tag == "article" else {*self._parts, tag}
        if name is not None:
            if self._parts != {"path", "desc"}:
                self.bare.append(name)
            self._rows = self.tables.setdefault(name, [])
        elif self._rows is not None and tag == "tr":
            self._rows.append([])
        elif self._rows is not None and tag in ("th", "td"):
            self._rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._rows = None
        elif tag in ("th", "td"):
            self._cell = False

    def handle_data(self, data: str) -> None:
        if self._cell and self._rows is not None:
            self._rows[-1][-1] += data


# ---------------------------------------------------------------- what rows are about, for the filters


def _facets(exhibit: Exhibit) -> list[dict[str, list[str]]]:
    """Region, year and measure of each row; a row without one of them is not found by it."""
    regions = vocab.scheme(_SCHEME)
    found = []
    for row in exhibit.frame.to_dict("records"):
        place = [] if blank(row.get("place")) else str(row["place"]).split(";")
        region = [str(row["region"])] if not blank(row.get("region")) else [regions[p] for p in place if p in regions]
        year = plain(row.get("year"))
        when = [str(year)] if year is not None else [str(row["as_of"])[:4]] if not blank(row.get("as_of")) else []
        measure = [] if blank(row.get("measure")) else str(row["measure"]).split(";")
        found.append({"region": sorted(set(region)), "year": when, "measure": measure})
    return found


class _Choices:
    """The values of each facet over all charts, numbered; rows name them by number."""

    def __init__(self, facets: Iterable[Mapping[str, Sequence[str]]]) -> None:
        seen: dict[str, set[str]] = {name: set() for name in _FACETS}
        for row in facets:
            for name in _FACETS:
                seen[name] |= set(row[name])
        self.values = {name: sorted(values) for name, values in seen.items()}

    def attributes(self, row: Mapping[str, Sequence[str]]) -> str:
        """The data attributes of a row."""
        said = []
        for name in _FACETS:
            numbered = [str(self.values[name].index(value)) for value in row[name]]
            if numbered:
                said.append(f' data-{name}="{" ".join(numbered)}"')
        return "".join(said)


# ---------------------------------------------------------------- the page


def _page(pack: Pack) -> str:
    facets = [_facets(exhibit) for exhibit in pack.exhibits]
    choices = _Choices(row for rows in facets for row in rows)
    numbered = {id(exhibit): number for number, exhibit in enumerate(pack.exhibits, start=1)}
    script = _asset("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    sections = []
    for place, section in enumerate(pack.sections, start=1):
        articles = "".join(
            _article(exhibit, numbered[id(exhibit)], facets[numbered[id(exhibit)] - 1], choices)
            for exhibit in section.exhibits
        )
        sections.append(
            f'<section data-charts aria-labelledby="section-{place}"><h2 id="section-{place}">{_text(section.title)}'
            f"</h2>{articles}</section>"
        )
    marking = f'<div class="marking">{_text(pack.handling)}</div>'
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(pack.title)}</title><style>{_asset('page.css')}{_on_each_sheet(pack)}</style></head>\n<body>"
        f'<a class="skip" href="#charts">Skip to the charts</a>'
        f"<header>{marking}<h1>{_text(pack.title)}</h1>"
        f'<p class="quiet">Publication {_text(pack.publication)} of {_text(pack.made_on)}. '
        f"Handling: {_text(pack.handling)}.</p>"
        f"<h2>What changed since the last pack</h2>{_list(pack.changes)}"
        f"<h2>Whose results these are</h2>{_list(pack.attribution)}</header>\n"
        f"{_contents(pack, numbered)}\n{_filters(choices)}\n"
        f'<main id="charts" tabindex="-1">{"".join(sections)}</main>\n{_foot(pack)}\n'
        f"<script>{script}</script></body></html>\n"
    )


def _on_each_sheet(pack: Pack) -> str:
    """The marking and the publication for the margins of every printed sheet, as strings of CSS."""

    def quoted(text: str) -> str:
        return '"' + "".join(c if c.isalnum() or c in " -." else f"\\{ord(c):x} " for c in one_line(text)) + '"'

    return (
        f"@page {{ @top-right {{ content: {quoted(pack.handling)}; font: bold 8pt sans-serif }} "
        f"@bottom-left {{ content: {quoted(f'Publication {pack.publication}')}; font: 8pt sans-serif }} "
        "@bottom-right { content: counter(page); font: 8pt sans-serif } }"
    )


def _text(text: Any) -> str:
    return escape(one_line(str(text)))


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{_text(line)}</li>" for line in lines) + "</ul>"


@cache
def _asset(name: str) -> str:
    return resources.files("opdat_analytics.exports").joinpath(name).read_text(encoding="utf-8")


def _contents(pack: Pack, numbered: Mapping[int, int]) -> str:
    items = [
        f'<li data-chart="chart-{numbered[id(exhibit)]}"><a href="#chart-{numbered[id(exhibit)]}">'
        f"{_text(exhibit.title)}</a></li>"
        for exhibit in pack.exhibits
    ]
    return f'<nav aria-labelledby="contents"><h2 id="contents">Charts</h2><ol>{"".join(items)}</ol></nav>'


def _filters(choices: _Choices) -> str:
    named = {"region": "Region", "year": "Year", "measure": "Measure"}
    selects = []
    for name, label in named.items():
        options = "".join(
            f'<option value="{place}">{_text(words.label(value) if name == "measure" else value)}</option>'
            for place, value in enumerate(choices.values[name])
        )
        selects.append(
            f'<div><label for="by-{name}">{label}</label><select id="by-{name}" name="{name}">'
            f'<option value="">All</option>{options}</select></div>'
        )
    return (
        '<section class="filters" id="filter-box" aria-labelledby="filter-title" hidden>'
        '<h2 id="filter-title" style="margin-top:0">Show only</h2>'
        f'<form id="filters">{"".join(selects)}<div><button type="reset">Show all</button></div></form>'
        '<p class="quiet" id="shown" role="status"></p></section>'
    )


def _article(exhibit: Exhibit, number: int, facets: Sequence[Mapping[str, Sequence[str]]], choices: _Choices) -> str:
    name = f"chart-{number}"
    caveats = "".join(f"<p>{_text(caveat)}</p>" for caveat in exhibit.caveats)
    quiet = "".join(
        f'<p class="quiet">{_text(line)}</p>'
        for line in (exhibit.source_line, exhibit.attribution, f"Figure {exhibit.figure_id}")
    )
    notes = f'<div class="notes">{_list(exhibit.notes)}</div>' if exhibit.notes else ""
    return (
        f'<article id="{name}" aria-labelledby="{name}-head"><h3 id="{name}-head">{_text(exhibit.title)}</h3>'
        f'<p class="quiet">{_text(exhibit.subtitle)}</p><figure>'
        f'<div class="wide" tabindex="0" role="group" aria-label="Drawing {number}">'
        f"{plot_svg(exhibit, described=name)}</div><figcaption>{caveats}{quiet}</figcaption></figure>"
        f"{_table(exhibit, number, facets, choices)}{notes}</article>\n"
    )


def _table(exhibit: Exhibit, number: int, facets: Sequence[Mapping[str, Sequence[str]]], choices: _Choices) -> str:
    frame = numbers(exhibit)
    kinds = [' class="n"' if is_number(frame, name) else "" for name in frame.columns]
    head = "".join(f'<th scope="col"{kind}>{_text(name)}</th>' for name, kind in zip(frame.columns, kinds, strict=True))
    body = []
    for row, about in zip(frame.itertuples(index=False, name=None), facets, strict=True):
        said = [printed(value) for value in row]
        heading = next((place for place, text in enumerate(said) if text), 0)  # an empty heading names no row
        cells = [_cell(said[place], kinds[place], place == heading) for place in range(len(said))]
        body.append(f"<tr{choices.attributes(about)}>{''.join(cells)}</tr>")
    rows = f"{len(frame)} row{'' if len(frame) == 1 else 's'}"
    return (
        f"<details><summary>The numbers behind “{_text(exhibit.title)}” ({rows})</summary>"
        f'<div class="wide" tabindex="0" role="group" aria-label="Table {number}">'
        f'<table data-figure="{escape(exhibit.figure_id)}"><caption>{_text(exhibit.subtitle)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>\n{chr(10).join(body)}\n</tbody></table></div></details>"
    )


def _cell(said: str, kind: str, heads: bool) -> str:
    text = _text(said)
    inner = text if text.isascii() else f"<bdi>{text}</bdi>"
    return f'<th scope="row"{kind}>{inner}</th>' if heads else f"<td{kind}>{inner}</td>"


def _foot(pack: Pack) -> str:
    meanings = "".join(f"<dt>{_text(code)}</dt><dd>{_text(said)}</dd>" for code, said in SHORTHAND.items())
    return (
        f'<footer class="foot"><h2>Column “{SHORTHAND_COLUMN}” of the tables</h2><dl>{meanings}</dl>'
        f"<h2>Sources</h2>{''.join(_credit(credit) for credit in pack.credits)}"
        f'<div class="marking">{_text(pack.handling)}</div></footer>'
    )


def _credit(credit: Credit) -> str:
    lines = [credit.owner, f"Editions: {', '.join(credit.editions)}" if credit.editions else "", credit.licence,
             credit.attribution]  # fmt: skip
    link = f'<a href="{escape(credit.url)}">{_text(credit.url)}</a>'
    address = link if credit.url.startswith(("https://", "http://")) else _text(credit.url)
    said = "".join(f'<p class="quiet">{line}</p>' for line in [*map(_text, filter(None, lines)), address] if line)
    return f"<h3>{_text(credit.title)}</h3>{said}"
