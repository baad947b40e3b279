"""Which charts have a form of their own in office programs, and what it draws: ranges of the rows of `numbers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from opdat_analytics.charts import style
from opdat_analytics.charts.layout import one_line
from opdat_analytics.exports.contents import SHORTHAND_COLUMN, is_number, numbers, printed
from opdat_analytics.model import Exhibit

LOW, HIGH, LISTED, YEAR = "Lower bound", "Upper bound", "Number listed", "Year"
_EARLIER, _EARLIER_HIGH = "Earlier lower bound", "Earlier upper bound"
_LINES = ("trend", "stages")
_BARS = ("ranked", "to_date", "activities", "revisions")
MOST_LINES = 8
MOST_BARS = 40
_KEY = 300
"""Letters that the names of all lines may have together, so that a key stays below the plot."""
CODES = {"Region": "region", "Measure": "measure"}


@dataclass(frozen=True)
class Run:
    """Neighbouring rows that one series draws.

    Attributes
    ----------
    name, colour
        What the key calls it; ``#rrggbb``.
    heading
        The column of `numbers` whose values are drawn.
    first, last
        Positions of its rows, both included.
    role
        ``value``: the number, or its lower bound; ``upper``: the upper bound of the run before.
    """

    name: str
    colour: str
    heading: str
    first: int
    last: int
    role: str = "value"


@dataclass(frozen=True)
class Native:
    """A chart as office programs draw it.

    Attributes
    ----------
    shape
        ``lines`` along years, or horizontal ``bars``, a row each.
    runs
        What is drawn, first at the back.
    labels
        A label for each row.
    unbounded
        Rows that are a lower bound without an upper one.
    direct
        Whether lines are named at their ends; a key names them otherwise.
    key
        What the marks mean, in words.
    table
        `numbers` of the chart.
    """

    shape: str
    runs: tuple[Run, ...]
    labels: tuple[str, ...]
    unbounded: frozenset[int]
    direct: bool
    key: str
    table: pd.DataFrame

    @property
    def form(self) -> str:
        """The number format of its axis."""
        drawn = pd.concat([self.table[name] for name in dict.fromkeys(run.heading for run in self.runs)]).dropna()
        return "#,##0" if (drawn == drawn.round()).all() else "General"


def native(exhibit: Exhibit, most_bars: int = MOST_BARS) -> Native | None:
    """How office programs draw a chart; None where a picture shows it better.

    Parameters
    ----------
    exhibit
        Any chart.
    most_bars
        How many bars there is room for.

    Returns
    -------
    Native or None
        None for kinds that have no such form, for more than `MOST_LINES` lines or ``most_bars`` bars, for names too
        long for a key, where no number is stated at all, and where a figure was read elsewhere than at its publisher:
        the picture draws it hollow, which a series of office programs cannot.
    """
    frame = exhibit.frame
    if "secondary" in frame and frame["secondary"].fillna(value=False).astype(bool).any():
        return None
    table = numbers(exhibit)
    if exhibit.kind in _LINES:
        return _lines(table)
    if exhibit.kind in _BARS and 0 < len(table) <= most_bars:
        return _bars(table, _colour(exhibit))
    return None


def _colour(exhibit: Exhibit) -> str:
    """The fixed colour of the measure, where the chart shows one."""
    shown = set(exhibit.frame["measure"].dropna()) if "measure" in exhibit.frame else set()
    return style.measure_colour(str(shown.pop())) if len(shown) == 1 else style.BLUE


def texts_of(table: pd.DataFrame) -> list[str]:
    """The text columns of `numbers`, without the shorthand."""
    return [name for name in table.columns if not is_number(table, name) and name != SHORTHAND_COLUMN]


def _lines(table: pd.DataFrame) -> Native | None:
    texts = texts_of(table)
    if YEAR not in texts or LOW not in table or HIGH not in table or not table[YEAR].str.fullmatch(r"\d{4}").all():
        return None
    about = [name for name in texts if name != YEAR]
    names = [", ".join(one_line(str(cell)) for cell in row) for row in table[about].to_numpy().tolist()]
    names = names if about else ["All"] * len(table)
    groups = list(dict.fromkeys(names))
    years = table[YEAR].astype(int).tolist()
    parts = [
        (position, position + 1)
        for position in range(len(names) - 1)
        if names[position] == names[position + 1] and years[position] >= years[position + 1]
    ]
    changes = sum(one != two for one, two in pairwise(names))
    key_too_long = sum(len(group) + 6 for group in groups) > _KEY
    if parts or key_too_long or changes + 1 != len(groups) or len(groups) > MOST_LINES or table[LOW].notna().sum() < 2:
        return None
    colours = style.colours(CODES.get(about[0], "") if len(about) == 1 else "", groups)
    runs: list[Run] = []
    for first, last in _stretches(names, years, table[SHORTHAND_COLUMN].tolist()):
        stretch = table.iloc[first : last + 1]
        colour, name = colours[names[first]], names[first]
        if (stretch[HIGH].notna() & (stretch[HIGH] != stretch[LOW])).any():
            runs.append(Run(f"{name}: upper bound", colour, HIGH, first, last, "upper"))
        if stretch[LOW].notna().any():
            runs.append(Run(name, colour, LOW, first, last))
    return Native(
        "lines", tuple(runs), tuple(names), _unbounded(table), _apart(table, names), _said(table, "lines"), table
    )


def _stretches(names: Sequence[str], years: Sequence[int], marks: Sequence[str]) -> list[tuple[int, int]]:
    """Rows that a line may join: of one group, of consecutive years, within one way of counting."""
    starts = [0]
    for position in range(1, len(names)):
        joined = names[position] == names[position - 1] and years[position] == years[position - 1] + 1
        if not joined or "[b]" in marks[position].split():
            starts.append(position)
    return list(zip(starts, [*(start - 1 for start in starts[1:]), len(names) - 1], strict=True))


def _apart(table: pd.DataFrame, names: Sequence[str]) -> bool:
    """Whether the ends of the lines lie far enough apart to be named there."""
    stated = table.assign(group=names)[table[LOW].notna()]
    ends = sorted(stated.groupby("group")[LOW].last().tolist())
    most = max(table[LOW].max(), table[HIGH].max() if table[HIGH].notna().any() else 0.0) or 1.0
    return all(two - one >= 0.06 * most for one, two in pairwise(ends)) and all(len(name) <= 22 for name in names)


def _bars(table: pd.DataFrame, colour: str) -> Native | None:
    texts = texts_of(table)
    labels = tuple(", ".join(filter(None, (one_line(str(c)) for c in row))) for row in table[texts].to_numpy().tolist())
    last = len(table) - 1
    if _EARLIER in table.columns:
        pairs = ((LOW, HIGH), (_EARLIER, _EARLIER_HIGH))
        # Two bars side by side have no room for bounds: the picture draws them.
        if any((table[low] != table[high]).any() for low, high in pairs):
            return None
        earlier = Run("Earlier edition", style.tint(colour, 0.45), _EARLIER, 0, last)
        later = Run("Later edition", colour, LOW, 0, last)
        return Native("bars", (earlier, later), labels, frozenset(), False, "", table)
    if LISTED in table.columns:
        return Native("bars", (Run(LISTED, colour, LISTED, 0, last),), labels, frozenset(), True, "", table)
    if LOW not in table.columns or HIGH not in table.columns or table[LOW].isna().all():
        return None
    runs = [Run(LOW, colour, LOW, 0, last)]
    if (table[HIGH].notna() & (table[HIGH] != table[LOW])).any():
        runs.insert(0, Run(HIGH, style.tint(colour, 0.4), HIGH, 0, last, "upper"))
    return Native("bars", tuple(runs), labels, _unbounded(table), True, _said(table, "bars"), table)


def _unbounded(table: pd.DataFrame) -> frozenset[int]:
    lower, upper = table[LOW].tolist(), table[HIGH].tolist()
    return frozenset(n for n, (low, high) in enumerate(zip(lower, upper, strict=True)) if low == low and high != high)


def _said(table: pd.DataFrame, shape: str) -> str:
    """The marks that this chart has, in words."""
    told = []
    if (table[HIGH].notna() & (table[HIGH] != table[LOW])).any():
        told.append(
            "Solid line: lower bound; dashed line: upper bound."
            if shape == "lines"
            else "Full colour: lower bound; pale: up to the upper bound."
        )
    if _unbounded(table):
        mark = "Triangle" if shape == "lines" else "≥"
        told.append(f"{mark}: at least so many, no upper bound is known.")
    notes = table[SHORTHAND_COLUMN].astype(str) if SHORTHAND_COLUMN in table else pd.Series("", index=table.index)
    hidden = notes.str.contains("[c]", regex=False)
    if hidden.any():
        told.append("[c]: hidden so that no person can be told.")
    if (table[LOW].isna() & ~hidden).any():
        told.append("Gap: no number is stated; that is not zero." if shape == "lines" else "No bar: no number stated.")
    return " ".join(told)


def point_label(plan: Native, row: int) -> str:
    """What stands at the end of a bar: the number, its bounds, or the least it can be."""
    low = printed(plan.table[LOW].iloc[row])
    high = printed(plan.table[HIGH].iloc[row])
    return f"≥ {low}" if row in plan.unbounded else low if low == high else f"{low}–{high}"
