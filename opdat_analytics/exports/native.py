"""Charts as office programs draw them: what each of their series holds, and in which rows of the table it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from opdat_analytics.charts import style
from opdat_analytics.charts.frame import Point, query_columns, unique

Form = Literal["lines", "columns", "bars", "ranks", "shares", "stacks", "dates"]

MOST_ROWS = 24
"""Rows of horizontal bars that can be read on one slide."""
MOST_BARS = 60
"""Bars of several series that can be read on one slide."""
MOST_PANELS = 9
BOUNDS = ("Lower bound", "Upper bound")
DIMENSIONS = ("region", "place", "measure", "programme", "form", "sex", "age", "citizenship", "breakdown")


@dataclass(frozen=True)
class Series:
    """Marks of one colour, one for each category of the chart.

    Attributes
    ----------
    name, colour
        As in the legend.
    points
        A figure for each category; None where there is none.
    rows
        For each category the row of ``contents.numbers`` that the figure stands in; None where it stands in none.
    columns
        The headings of its lower and its upper bound in ``contents.numbers``; one heading where it has no bounds.
    shades
        A colour for each category, where they differ; else empty.
    earlier
        Whether it is what was before, beside what is now; drawn hollow.
    """

    name: str
    colour: str
    points: tuple[Point | None, ...]
    rows: tuple[int | None, ...]
    columns: tuple[str, ...] = BOUNDS
    shades: tuple[str, ...] = ()
    earlier: bool = False

    @property
    def stated(self) -> list[Point]:
        """The figures that have a number."""
        return [point for point in self.points if point is not None and point.stated]

    @property
    def lows(self) -> tuple[float | None, ...]:
        """The lower bound at each category; None where there is none."""
        return tuple(None if point is None else point.low for point in self.points)

    @property
    def highs(self) -> tuple[float | None, ...]:
        """The upper bound at each category; None where there is none."""
        return tuple(None if point is None else point.high for point in self.points)


@dataclass(frozen=True)
class Native:
    """A chart as an office program draws it.

    Attributes
    ----------
    form
        ``lines`` over years; ``columns`` and ``bars`` side by side; ``ranks``, one bar a row up to its upper bound;
        ``stacks`` of counts; ``shares`` of a whole; ``dates``, marks at days.
    heading, categories
        What runs along the axis of categories.
    days
        Days since 1899-12-30 for each category of ``dates``; else empty.
    series
        What is drawn, in the order of the legend.
    unit
        Unit code of the numbers.
    top
        End of the axis of figures where it must be fixed; None leaves it to the program.
    title
        Name of a panel; empty where the chart is not one of several.
    upright
        Whether stacks stand along years.
    noted
        What stands behind each category: both figures of a pair, for which there is no room at the bars; else empty.
    rows
        The rows of the table that a panel is about; empty where the chart is about all of them.
    """

    form: Form
    heading: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str | None
    days: tuple[float, ...] = ()
    top: float | None = None
    title: str = ""
    upright: bool = False
    noted: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()

    @property
    def lying(self) -> bool:
        """Whether its bars run from left to right."""
        return self.form in ("bars", "ranks", "shares", "stacks") and not self.upright

    @property
    def sided(self) -> bool:
        """Whether it is the panel of one indicator, each of whose bars is a series and stands alone in its row."""
        return bool(self.title and self.noted)

    @property
    def points(self) -> list[Point]:
        """All figures that have a number and stand in a row of the table."""
        return [
            point
            for one in self.series
            for point, row in zip(one.points, one.rows, strict=True)
            if row is not None and point is not None and point.stated
        ]


def series_of(name: str, colour: str, every: Sequence[Point], rows: tuple[int | None, ...]) -> Series:
    """A series of the points that stand in the given rows."""
    return Series(name, colour, tuple(None if row is None else every[row] for row in rows), rows)


def group_of(frame: pd.DataFrame) -> str:
    """The column that tells the groups apart: with the year, if there is one, it names each row."""
    along = ["year"] if "year" in frame.columns and frame["year"].nunique() > 1 else []
    asked = [name for name in query_columns(frame) if name != "year"]
    keys = [name for name in dict.fromkeys((*DIMENSIONS, *asked)) if name in asked]
    naming = [name for name in keys if not frame.duplicated([name, *along]).any()]
    varying = [name for name in naming if frame[name].nunique() > 1]
    return (varying or [name for name in naming if frame[name].notna().all()] or keys or ["measure"])[0]


def measure_colour(frame: pd.DataFrame) -> str:
    """The fixed colour of the measure of a frame."""
    return style.measure_colour(next(iter(unique(frame, "measure")), ""))
