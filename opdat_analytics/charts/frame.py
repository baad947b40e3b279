"""A result frame as points: what is stated, how far it can be trusted, and what it must not mix."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.model import MixtureRefused, OpdatError, canonical_json

ONE_VALUED = (
    "measure", "unit", "statistic", "offence", "form", "sex", "age", "citizenship", "breakdown",
    "level", "calendar", "accumulation", "scheme",
)  # fmt: skip
"""Columns that one chart may not mix, unless its groups are told apart by them."""

_ANSWERS = ("low", "n", "n_reporting", "numerator", "numerator_low")


HIDDEN = "[c]"
"""The shorthand for a figure that is hidden to protect persons."""
_WITHOUT_HIDDEN = re.compile(r"without a number: [^;]*\bsuppressed\b")


@dataclass(frozen=True)
class Point:
    """One figure of a chart.

    ``low`` is None where no number is stated; ``high`` is None where there is none or it is unbounded.
    ``along`` is what the chart runs along: a year, a column of a grid, a date. ``chance_low`` and ``chance_high``
    are limits of chance, apart from the bounds; ``breaks`` are the years from which its series counts differently.
    ``short`` is a sum that leaves out figures that are hidden.
    """

    group: str
    along: Any
    low: float | None
    high: float | None
    qualifier: str
    coverage: float | None
    n_reporting: int | None
    n_expected: int | None
    partial: bool
    about: bool
    secondary: bool
    incomplete: bool
    unstable: bool
    restated: bool
    old_low: float | None
    old_high: float | None
    chance_low: float | None = None
    chance_high: float | None = None
    breaks: tuple[int, ...] = ()
    short: bool = False

    @property
    def stated(self) -> bool:
        """Whether there is a number at all."""
        return self.low is not None

    @property
    def hidden(self) -> bool:
        """Whether its number is hidden so that no person can be told."""
        return self.low is None and self.qualifier == "suppressed"

    @property
    def unbounded(self) -> bool:
        """Whether only a lower bound is known."""
        return self.low is not None and self.high is None

    @property
    def ranged(self) -> bool:
        """Whether the number lies somewhere between two different bounds."""
        return self.low is not None and self.high is not None and self.high > self.low


def blank(value: Any) -> bool:
    """Whether a cell of a frame is empty (None, NaN, NaT, NA)."""
    return bool(pd.isna(value)) if pd.api.types.is_scalar(value) else False


def plain(value: Any) -> Any:
    """A cell as JSON can hold it: None for blanks, Python numbers, text for dates."""
    if blank(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return None if math.isinf(value) else int(value) if value.is_integer() else value
    return str(value)


def query_columns(frame: pd.DataFrame) -> list[str]:
    """The columns that ask, before those that answer: everything before ``low`` or a count."""
    names = [str(name) for name in frame.columns]
    end = min((names.index(name) for name in _ANSWERS if name in names), default=len(names))
    return [name for name in names[:end] if name != "publication"]


def figure_id(kind: str, publication: str | None, frame: pd.DataFrame) -> str:
    """Name a chart by what it shows: the same rows of the same publication have the same id, in any order.

    Returns
    -------
    str
        ``<kind>-<8 hex digits>@<publication>``.
    """
    if publication is None and "publication" in frame.columns:
        names = sorted({str(value) for value in frame["publication"] if not blank(value)})
        publication = "+".join(names) or None
    named = publication or "unpublished"
    rows = sorted(
        canonical_json({str(name): plain(value) for name, value in row.items()}) for row in frame.to_dict("records")
    )
    text = canonical_json([kind, named, query_columns(frame), rows])
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:8]}@{named}"


def checked(frame: pd.DataFrame, keys: Sequence[str], needs: Sequence[str] = ("low", "high")) -> pd.DataFrame:
    """Refuse a frame that cannot be drawn, or must not be drawn as one chart.

    Parameters
    ----------
    frame
        Result of a metric.
    keys
        Columns that tell the marks of the chart apart; no two rows may agree in all of them.
    needs
        Other columns that must be there.

    Returns
    -------
    pandas.DataFrame
        The same rows, in the order of ``keys``.

    Raises
    ------
    OpdatError
        If columns or rows are missing.
    MixtureRefused
        If two units, offences or the like would stand on one axis, or two rows claim one mark.
    """
    rows = unmixed(frame, keys, needs)
    twice = rows[rows.duplicated(list(keys), keep=False)]
    if len(twice):
        first = twice.iloc[0]
        where = ", ".join(f"{name} {first[name]}" for name in keys)
        raise MixtureRefused(
            f"{len(twice)} rows claim the same mark, the first at {where}. "
            "Keep one source, edition and reporter, or group by what differs."
        )
    return rows


def unmixed(frame: pd.DataFrame, keys: Sequence[str], needs: Sequence[str]) -> pd.DataFrame:
    """As ``checked``, where several rows may share a mark: statements of one day, for example."""
    rows = required(frame, keys, needs)
    for name in ONE_VALUED:
        if name in rows.columns and name not in keys:
            # As in comparisons between publishers, what is not stated sits with anything; the subtitle names it.
            found = sorted({str(value) for value in rows[name] if not blank(value)} - {"unstated"})
            if len(found) > 1:
                raise MixtureRefused(
                    f"One chart would mix {name}s: {', '.join(found[:6])}. "
                    f"Keep one, or tell the groups apart by {name} (by={name!r})."
                )
    return rows


def required(frame: pd.DataFrame, keys: Sequence[str], needs: Sequence[str]) -> pd.DataFrame:
    """The rows in the order of ``keys``; an error names the columns that are missing, or that there are no rows."""
    missing = [name for name in (*keys, *needs) if name not in frame.columns]
    if missing:
        raise OpdatError(
            f"The chart needs the columns {', '.join((*keys, *needs))}; the frame has no {', '.join(missing)}. "
            f"It has: {', '.join(map(str, frame.columns))}. Name the column that tells the groups apart with by=…"
        )
    if frame.empty:
        raise OpdatError("There is nothing to draw: the frame has no rows. Loosen the filter that made it.")
    if "secondary" not in frame.columns and "sourcing" in frame.columns:
        frame = frame.assign(secondary=frame["sourcing"] == "secondary")
    return frame.sort_values(list(keys), kind="stable", key=_sortable).reset_index(drop=True)


def _sortable(column: pd.Series) -> pd.Series:
    return column if column.notna().all() else column.astype(str)


def points(frame: pd.DataFrame, group: str, along: str | None, fallback: str = "all") -> list[Point]:
    """The rows of a checked frame as points, one each, in its order; a blank group is ``not stated``."""
    return [_point(row, group, along, fallback) for row in frame.to_dict("records")]


def _point(row: Mapping[Any, Any], group: str, along: str | None, fallback: str) -> Point:
    def real(name: str) -> float | None:
        value: Any = row.get(name)
        return None if blank(value) or math.isinf(float(value)) else float(value)

    def whole(name: str) -> int | None:
        value: Any = row.get(name)
        return None if blank(value) else int(value)

    def true(name: str) -> bool:
        value = row.get(name)
        return not blank(value) and bool(value)

    name = row.get(group, fallback)
    place = row.get(along) if along else None
    return Point(
        group="not stated" if blank(name) else str(name),
        along=plain(place),
        low=real("low"),
        high=real("high") if real("low") is not None else None,
        qualifier=str(row.get("qualifier", "exact")),
        coverage=real("coverage"),
        n_reporting=whole("n_reporting"),
        n_expected=whole("n_expected"),
        partial=true("partial"),
        about=true("about"),
        secondary=true("secondary"),
        incomplete=true("incomplete"),
        unstable=true("unstable"),
        restated=true("restated") or real("old_low") is not None,
        old_low=real("old_low"),
        old_high=real("old_high") if "old_high" in row else real("old_low"),
        chance_low=real("chance_low"),
        chance_high=real("chance_high"),
        breaks=_breaks(row, true("series_break")),
        short=leaves_out_hidden(row.get("left_out")),
    )


def _breaks(row: Mapping[Any, Any], here: bool) -> tuple[int, ...]:
    """Years of the breaks of a row's series: its own year where the metric says so, and those that are declared.

    The declared ones matter where the year of the break itself has no row.
    """
    sources, measures = (set(str(row.get(name) or "").split(";")) for name in ("source", "measure"))
    places = {"", str(row.get("place", ""))}
    known = vocab.breaks()
    years = {b.year for b in known if b.source in sources and b.measure in measures and b.place in places}
    return tuple(sorted(years | ({int(row["year"])} if here and not blank(row.get("year")) else set())))


def unique(frame: pd.DataFrame, name: str) -> list[str]:
    """The values of a column that are not blank, sorted, as text; nothing where there is no such column."""
    if name not in frame.columns:
        return []
    return [str(value) for value in sorted({plain(value) for value in frame[name] if not blank(value)}, key=str)]


def several(frame: pd.DataFrame, name: str) -> list[str]:
    """As ``unique``, taking apart what a metric joined by ``;``."""
    return list(dict.fromkeys(part for value in unique(frame, name) for part in value.split(";")))


def remarks(frame: pd.DataFrame, name: str) -> tuple[list[str], list[str]]:
    """Remarks that a metric wrote on its rows: those on every row, and those on some."""
    if name not in frame.columns:
        return [], []
    told = [[] if blank(value) else str(value).split("; ") for value in frame[name]]
    every = dict.fromkeys(part for parts in told for part in parts)
    common = [part for part in every if all(part in parts for parts in told)]
    return common, [part for part in every if part not in common]


def leaves_out_hidden(left_out: Any) -> bool:
    """Whether a sum says of itself (``left_out``) that it is without figures that are hidden."""
    return not blank(left_out) and _WITHOUT_HIDDEN.search(str(left_out)) is not None
