"""What notebooks show things with: prose, tables with bounds in shorthand, errors in words."""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opdat_analytics.charts import words
from opdat_analytics.exports import note_figures
from opdat_analytics.model import OUTSIDE, Exhibit, ExportFailed, OpdatError
from opdat_analytics.notebooks.gaps import Gap, gap_in
from opdat_analytics.paths import home_here
from opdat_analytics.provenance import bounds

NONE = "—"
_CODED = frozenset({"place", "places", "measure", "activity_type", "numerator", "denominator"})
_CLOSED = frozenset({"qualifier", "kind", "calendar", "accumulation"})
_MEANT = {
    "level": {
        "global": "the world", "region": "regions", "group": "places together", "country": "countries",
        "subnational": "parts of a country",
    },
    "unit": {"usd": "U.S. dollars", "unstated": "not stated"},
    "region": {OUTSIDE: "other places"},
    "kind": {
        "disjoint": "no number is both", "weaker": "weaker than another", "total_vs_parts": "total and parts differ",
    },
    "certainty": {
        "stated": "as a fact", "possible": "as possible", "planned": "as planned", "negative": "as not (yet) concluded",
    },
}  # fmt: skip
_SHARES = frozenset({"missing", "coverage", "confidence"})
_NUMERIC = re.compile(r"[-−~≥≤+]?\$?[\d,.]+%?( ?(–|to|of) ?[-−+]?\$?[\d,.]+%?| or (more|less))?( \(\d+%\))?|—|")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?|—")


@dataclass(frozen=True, repr=False)
class Table:
    """A table as people read it; shows itself in a notebook.

    Attributes
    ----------
    header, body
        Texts, row by row. A cell may have a second line, which is set small.
    caption, note
        Above and below; empty for none.
    """

    header: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]
    caption: str = ""
    note: str = ""

    def __repr__(self) -> str:
        rows = [self.header, *self.body] if self.body else [(self.note,)]
        return "\n".join(["  ".join(cell.replace("\n", " ") for cell in row) for row in rows])

    def _repr_html_(self) -> str:
        if not self.body:  # a heading over nothing says nothing
            told = " ".join(filter(None, [f"{self.caption}:" if self.caption else "", self.note]))
            return f'<p class="note">{html.escape(told)}</p>'
        kinds = [_kind([row[i] for row in self.body]) for i in range(len(self.header))]
        head = "".join(
            f'<th scope="col"{kind}>{html.escape(text)}</th>' for text, kind in zip(self.header, kinds, strict=True)
        )
        rows = "".join(f"<tr>{_row(row, kinds)}</tr>" for row in self.body)
        caption = f"<caption>{html.escape(self.caption)}</caption>" if self.caption else ""
        note = f'<p class="note">{html.escape(self.note)}</p>' if self.note else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}"


@dataclass(frozen=True, repr=False)
class Tables:
    """Several tables, one below the other."""

    each: tuple[Table, ...]

    def __repr__(self) -> str:
        return "\n\n".join(f"{one.caption}\n{one!r}" for one in self.each)

    def _repr_html_(self) -> str:
        return "".join(one._repr_html_() for one in self.each)


def _kind(texts: Sequence[str]) -> str:
    """The class attribute of a column: numbers stand right, dates are not broken."""
    first = [text.partition("\n")[0] for text in texts]
    for name, pattern in (("n", _NUMERIC), ("d", _DATE)):
        if first and all(pattern.fullmatch(text) for text in first):
            return f' class="{name}"'
    return ' style="text-align:left"'  # where no style sheet of ours reaches, cells stand right


def _row(texts: Sequence[str], kinds: Sequence[str]) -> str:
    cells: list[str] = []
    for text, kind in zip(texts, kinds, strict=True):
        first, _, second = text.partition("\n")
        small = f"<br><small>{html.escape(second)}</small>" if second else ""
        tag, scope = ("td", "") if cells else ("th", ' scope="row"')
        cells.append(f"<{tag}{scope}{kind}>{html.escape(first)}{small}</{tag}>")
    return "".join(cells)


def setup() -> None:
    """Say what a person can put right in words, and note every chart that is shown; for the first cell of a notebook.

    A figure id printed on a chart of a notebook is then known to ``explain``, as those of exported charts are.
    """
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((OpdatError,), _in_words_only)
        pictures: Any = shell.display_formatter
        pictures.formatters["image/png"].for_type(Exhibit, _noted)


def _noted(exhibit: Exhibit) -> tuple[bytes, dict[str, str]]:
    """The picture of a chart, whose figure id goes to the index; a chart shows even where that cannot be written."""
    try:
        note_figures([exhibit], home_here().exports / "figures.json")
    except (ExportFailed, OSError) as error:
        warnings.warn(f"`opdat explain` will not know {exhibit.figure_id}: {error}", stacklevel=2)
    return exhibit._repr_png_()


def _in_words_only(shell: Any, kind: type, error: BaseException, trace: Any, tb_offset: int | None = None) -> list[str]:
    from IPython.display import HTML, display

    del shell, kind, trace, tb_offset
    display(HTML(f'<div class="problem" role="alert"><pre>{html.escape(str(error))}</pre></div>'))
    return []


def say(text: str) -> None:
    """Show a paragraph of Markdown, its numbers put in from the tables; the reason instead, where one is missing."""
    from IPython.display import Markdown, display

    gap = gap_in(text)
    display(Markdown(text) if gap is None else gap)


def in_words(row: Any) -> Any:
    """The figure of a row as prose: ``12``, ``216–260``, ``at least 75``, ``no number``; “about” where it is."""
    if isinstance(row, Gap):
        return row
    about = "about " if getattr(row, "qualifier", "") == "about" else ""
    return about + bounds(row.low, row.high)


def listed(names: Iterable[str] | Gap, none: str = "none") -> Any:
    """Names as prose: ``Asia``, ``Africa and Asia``, ``Africa, Asia and Europe``; a word of your own for none."""
    if isinstance(names, Gap):
        return names
    *others, last = list(names) or [none]
    return f"{', '.join(others)} and {last}" if others else last


def counted(number: Any, one: str, many: str) -> Any:
    """So many of something as prose: ``**1** programme``, ``**3** programmes``, ``no programmes``.

    Parameters
    ----------
    number
        How many; a gap stays the gap that it is.
    one, many
        The words behind it, with their verb where there is one: ``programme states``, ``programmes state``.
    """
    if isinstance(number, Gap):
        return number
    figure = f"**{int(number):,}**" if number else "no"
    return f"{figure} {one if number == 1 else many}"


def table(
    frame: pd.DataFrame | Gap,
    columns: Mapping[str, str],
    caption: str = "",
    most: int | None = None,
    unit: str | None = None,
) -> Table | Gap:
    """Rows of a frame as a table for people.

    Parameters
    ----------
    frame
        Any result or table. A gap stays the gap that it is.
    columns
        Column → heading, in order. ``figure`` is the bounds ``low`` and ``high``; a name that the frame has as
        ``<name>_low`` and ``<name>_high``, or ``low_<name>`` and ``high_<name>``, is those bounds;
        ``reporting`` is how many of the expected places report; ``of`` is the measure and the part of it that is
        counted, such as “Seizures (cash)”.
    caption
        Stands above.
    most
        Rows to show; how many are left out stands below.
    unit
        Unit code of the bounds, where numbers are written with it (usd, percent); each row's own if left out.

    Returns
    -------
    Table

    Raises
    ------
    OpdatError
        If the frame has no such column.
    """
    if isinstance(frame, Gap):
        return frame
    absent = [name for name in columns if not _has(frame, name)]
    if absent:
        raise OpdatError(f"The frame has no column {', '.join(absent)}; it has: {', '.join(map(str, frame.columns))}.")
    shown = frame if most is None else frame.head(most)
    body = [[_text(row, name, unit) for name in columns] for row in shown.to_dict("records")]
    left = len(frame) - len(shown)
    note = f"{len(shown)} of {len(frame)} rows are shown." if left > 0 else "" if len(frame) else "No rows."
    return Table(tuple(columns.values()), tuple(map(tuple, body)), caption, note)


_HAPPENED = {"stop": "stopped", "hold": "held", "flag": "taken, but odd"}


def issues_by_file(issues: pd.DataFrame | Gap, most: int = 20) -> Tables | Gap:
    """Issues as people read them: a table for each file, how many of each kind above it.

    Parameters
    ----------
    issues
        ``model.TABLES["issues"]``, or rows of it.
    most
        Issues to show of each file; how many are left out stands below.

    Returns
    -------
    Tables or Gap
        A gap where there is no issue.
    """
    if isinstance(issues, Gap):
        return issues
    if issues.empty:
        return Gap("Nothing was stopped, held or found odd.")
    columns = {
        "became": "Became", "sheet": "Sheet", "cell": "Cell", "text": "As printed",
        "message": "What was found", "hint": "What to do", "acknowledged": "Ruled on",
    }  # fmt: skip
    told = issues.assign(became=issues.severity.map(_HAPPENED)).sort_values(["file", "sheet", "cell"])
    shown: list[Table] = []
    for file, rows in told.groupby("file", sort=True):
        counts = ", ".join(f"{len(ones)} {word}" for word, ones in rows.groupby("became"))
        one = table(rows, columns, caption=f"{file}: {counts}", most=most)
        if isinstance(one, Table):
            shown.append(one)
    return Tables(tuple(shown))


def across(
    frame: pd.DataFrame | Gap,
    rows: str = "region",
    columns: str = "year",
    caption: str = "",
    unit: str | None = None,
) -> Table | Gap:
    """A totals frame as a table with headers on two sides: bounds, and how many of the expected places report.

    Where every row is of one place, there is nobody else to report, and nothing is said of it.

    Raises
    ------
    OpdatError
        If two rows of the frame claim one cell.
    """
    if isinstance(frame, Gap):
        return frame
    if frame.duplicated([rows, columns]).any():
        raise OpdatError(f"Several rows share a {rows} and {columns}; keep one of each.")
    several = "n_reporting" in frame and bool((frame["n_expected"] > 1).any())
    told = frame if several else frame.drop(columns="n_reporting", errors="ignore")
    cells = {(row[rows], row[columns]): row for row in told.to_dict("records")}
    down, over = (list(dict.fromkeys(frame[name])) for name in (rows, columns))
    body = [[_label(rows, one), *(_stacked(cells.get((one, other)), unit) for other in over)] for one in down]
    header = (_heading(rows), *(_label(columns, other) for other in over))
    note = "Small: places that state a number, of those that did in any year shown." if several else ""
    note = note if body else "No rows."
    return Table(header, tuple(map(tuple, body)), caption, note)


def _stacked(row: Mapping[Any, Any] | None, unit: str | None) -> str:
    if row is None:
        return NONE
    figure = _figure(row, "low", "high", unit)
    return f"{figure}\n{row['n_reporting']} of {row['n_expected']}" if "n_reporting" in row else figure


def _heading(name: str) -> str:
    return {"place": "Country"}.get(name, name.replace("_", " ").capitalize())


def _ends(frame: Any, name: str) -> tuple[str, str] | None:
    pairs = (
        [("low", "high")] if name == "figure" else [(f"{name}_low", f"{name}_high"), (f"low_{name}", f"high_{name}")]
    )
    return next((pair for pair in pairs if pair[0] in frame and pair[1] in frame), None)


def _has(frame: pd.DataFrame, name: str) -> bool:
    if name == "reporting":
        return {"n_reporting", "n_expected"} <= set(frame.columns)
    if name == "of":
        return {"measure", "breakdown"} <= set(frame.columns)
    return name in frame.columns or _ends(frame.columns, name) is not None


def _text(row: Mapping[Any, Any], name: str, unit: str | None) -> str:
    if name == "reporting":
        share = "" if pd.isna(row["coverage"]) else f" ({row['coverage']:.0%})"
        return f"{row['n_reporting']} of {row['n_expected']}{share}"
    if name == "of":
        return _part(row)
    ends = _ends(row, name)
    return _label(name, row[name]) if ends is None else _figure(row, *ends, unit or _own_unit(row, *ends))


def _part(row: Mapping[Any, Any]) -> str:
    """The measure, and behind it the part of it that the row counts, without the name of the breakdown."""
    name, part = words.label(str(row["measure"])), str(row["breakdown"])
    return name if part == "total" else f"{name} ({part.rpartition(': ')[2]})"


def _own_unit(row: Mapping[Any, Any], low: str, high: str) -> str | None:
    """Money carries its sign, whatever stands beside it; what a metric made of money has a unit of its own."""
    printed = (low, high) == ("low", "high") and "numerator_low" not in row and "events_low" not in row
    return row["unit"] if printed and row.get("unit") in ("usd", "percent") else None


def _figure(row: Mapping[Any, Any], low: str, high: str, unit: str | None) -> str:
    least, greatest = (None if pd.isna(row[end]) else float(row[end]) for end in (low, high))
    if low == "change_low":
        return _change(least, greatest, unit)
    if least is None:
        return NONE
    mark = "~" if low == "low" and row.get("qualifier") == "about" else ""
    if greatest is not None and words.number(least, unit) == words.number(greatest, unit):
        greatest = least  # bounds that differ by less than is printed
    return mark + words.bounds(least, greatest, unit)


def _change(least: float | None, greatest: float | None, unit: str | None) -> str:
    """Bounds of a difference, with their signs; either side may be open."""
    signed = [None if end is None else ("+" if end > 0 else "−" if end < 0 else "") + words.number(abs(end), unit)
              for end in (least, greatest)]  # fmt: skip
    if signed == [None, None]:
        return NONE
    if None in signed:
        return f"{signed[0]} or more" if signed[1] is None else f"{signed[1]} or less"
    return str(signed[0]) if least == greatest else f"{signed[0]} to {signed[1]}"


def _label(name: str, value: Any) -> str:
    if value is None or value is pd.NaT or (not isinstance(value, list | tuple) and pd.isna(value)):
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if name == "source":
        return words.publisher(str(value))
    if name == "roles":
        return ", ".join(dict.fromkeys(str(value).replace("location", "place named").split(";")))
    if value in _MEANT.get(name, {}):
        return _MEANT[name][value]
    if isinstance(value, str):
        return words.label(value) if name in _CODED else value.replace("_", " ") if name in _CLOSED else value
    if "year" in name.casefold():
        return str(int(value))
    return f"{value:.0%}" if name in _SHARES else words.number(float(value))
