"""Filters to play with in a live notebook: a picture and a table that follow them.

Where a notebook runs headless there is nobody to move a filter, and nothing is shown: without filters the notebook
says all that it has to say.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from opdat_analytics import charts, metrics, vocab
from opdat_analytics.charts.words import label
from opdat_analytics.hindsight import with_hindsight
from opdat_analytics.model import OpdatError
from opdat_analytics.notebooks.choose import of_places
from opdat_analytics.notebooks.display import across, table
from opdat_analytics.notebooks.gaps import Gap, attempt
from opdat_analytics.tables import programmes, publication, revisions

HEADLESS = "OPDAT_HEADLESS"
"""Environment variable by which a run without a person says so."""

ALL = ""
"""The choice that leaves a filter open."""

Shown = Sequence[Any]


def explore_figures(
    observations: pd.DataFrame | Gap,
    measures: Sequence[str],
    *,
    years: tuple[int, int],
    region: str = ALL,
    country: str = ALL,
) -> Any:
    """Filters by measure, region, country and years over figures of one source; below them a picture and a table.

    Parameters
    ----------
    observations
        Figures of one source with a column ``region``.
    measures
        Measure codes to choose from; the first is shown first.
    years
        First and last year shown first; the filter runs over all years of the figures.
    region, country
        What is shown first; all if empty.

    Returns
    -------
    ipywidgets.Widget or Gap or None
        None where the notebook runs headless; the gap where there is nothing to choose from.
    """
    if _headless():
        return None
    if isinstance(observations, Gap):
        return observations
    known = observations[observations.measure.isin(measures) & observations.year.notna() & observations.region.notna()]
    if known.empty:
        return Gap(f"The record holds no yearly figure of {' or '.join(map(label, measures)).lower()}.")
    members = {str(name): sorted(rows.place.unique()) for name, rows in known.groupby("region")}
    filters = {
        "measure": _choice("Measure", {_capital(label(one)): one for one in measures}, measures[0]),
        "region": _choice("Region", {"All regions": ALL, **{one: one for one in members}}, region),
        "country": _choice("Country", _countries(members, region), country),
        "years": _years(known, years),
    }
    _follow(filters["country"], filters["region"], members)
    return _panel(filters, lambda **chosen: figures_shown(known, **chosen))


def figures_shown(observations: pd.DataFrame, measure: str, region: str, country: str, years: tuple[int, int]) -> Shown:
    """A picture and a table of what was chosen; each may be the reason why there is none.

    Parameters
    ----------
    observations
        Figures of one source with a column ``region``.
    measure
        Measure code.
    region, country
        A region of the frame and a place code, each empty for all.
    years
        First and last year, both included.
    """
    span = range(years[0], years[1] + 1)
    rows = observations[observations.region == region] if region else observations
    rows = of_places(rows, country) if country else rows
    by = "place" if country else "region"
    found = attempt(metrics.totals, rows, measure, by=[by, "year"], years=span)
    if isinstance(found, Gap) or found.low.isna().all():
        of = vocab.place_name(country) if country else region or "any region"
        when = f"{years[0]}" if years[0] == years[1] else f"{years[0]} to {years[1]}"
        return [Gap(f"No number of {label(measure).lower()} of {of} for {when} is in the record. That is not a zero.")]
    # The marks of the notebooks' own pictures: what was restated, and which years are likely incomplete.
    marked = attempt(with_hindsight, found, observations, revisions())
    shown = [attempt(charts.trend, marked, by=by, publication=publication().id), across(found, rows=by)]
    if region and not country:
        each = attempt(metrics.totals, rows, measure, by=["place", "year"], years=span)
        shown.append(attempt(across, each, rows="place", caption=f"{region}, country by country"))
    return shown


def explore_activities(activities: pd.DataFrame | Gap, scheme: str = "opdat") -> Any:
    """Filters by region, type and programme over listed activities; below them a picture and the lines themselves.

    Parameters
    ----------
    activities
        ``model.TABLES["activities"]``, or rows of it.
    scheme
        Whose regions.

    Returns
    -------
    ipywidgets.Widget or Gap or None
        As for `explore_figures`.
    """
    if _headless():
        return None
    if isinstance(activities, Gap):
        return activities
    if activities.empty:
        return Gap("The record lists no activity.")
    regions = sorted(set(vocab.scheme(scheme).values()))
    types = sorted(activities.activity_type.unique())
    told = programmes().drop_duplicates("programme").set_index("programme").name
    names = {str(told.get(code, code)): code for code in activities.programme.dropna().unique()}
    filters = {
        "region": _choice("Region", {"All regions": ALL, **{one: one for one in regions}}, ALL),
        "activity_type": _choice("Type", {"All types": ALL, **{_capital(label(one)): one for one in types}}, ALL),
        "programme": _choice("Programme", {"All programmes": ALL, **dict(sorted(names.items()))}, ALL),
    }
    return _panel(filters, lambda **chosen: activities_shown(activities, scheme, **chosen))


def activities_shown(activities: pd.DataFrame, scheme: str, region: str, activity_type: str, programme: str) -> Shown:
    """A picture and a table of the listed activities that were chosen; or the reason why there is none."""
    rows = activities
    if activity_type:
        rows = rows[rows.activity_type == activity_type]
    if programme:
        rows = rows[rows.programme == programme]
    if region:
        rows = of_places(rows, [place for place, name in vocab.scheme(scheme).items() if name == region])
    if rows.empty:
        return [Gap("No such activity is listed. What is not listed may have happened all the same.")]
    counts = attempt(metrics.activity_counts, rows, by=["activity_type", "region", "source"], scheme=scheme)
    placed = attempt(pd.DataFrame.dropna, counts, subset=["region"])
    picture = attempt(charts.activities, placed, columns="region", publication=publication().id)
    columns = {
        "activity_type": "Type", "title": "What", "places": "Where", "year": "Year", "certainty": "How it is said",
    }  # fmt: skip
    return [picture, table(rows.sort_values(["activity_type", "title"]), columns, most=40)]


# ---------------------------------------------------------------- the filters


def _headless() -> bool:
    return bool(os.environ.get(HEADLESS))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _choice(title: str, options: Mapping[str, str], chosen: str) -> Any:
    import ipywidgets as widgets

    value = chosen if chosen in options.values() else next(iter(options.values()))
    return widgets.Dropdown(options=list(options.items()), value=value, description=title)


def _countries(members: Mapping[str, Sequence[str]], region: str) -> dict[str, str]:
    inside = members.get(region, []) if region else [one for places in members.values() for one in places]
    names = sorted((vocab.place_name(one), one) for one in inside)
    return {"All countries": ALL, **dict(names)}


def _years(rows: pd.DataFrame, shown: tuple[int, int]) -> Any:
    import ipywidgets as widgets

    least, most = int(rows.year.min()), int(rows.year.max())
    first, last = max(least, min(shown[0], most)), min(most, max(shown[1], least))
    return widgets.IntRangeSlider(
        value=(first, last),
        min=least,
        max=most,
        description="Years",
        continuous_update=False,
        layout=widgets.Layout(width="32em"),
    )


def _follow(country: Any, region: Any, members: Mapping[str, Sequence[str]]) -> None:
    """Offer the countries of the region that is chosen."""

    def offer(change: Any) -> None:
        country.options = list(_countries(members, change["new"]).items())

    region.observe(offer, names="value")


def _panel(filters: Mapping[str, Any], draw: Callable[..., Shown]) -> Any:
    """The filters above what they show, which is drawn anew whenever one is moved."""
    import ipywidgets as widgets
    from IPython.display import display

    def redraw(**chosen: Any) -> None:
        try:
            shown = draw(**chosen)
        except OpdatError as error:
            shown = [Gap(str(error))]
        for one in shown:
            display(one)

    told = widgets.HTML("<b>Look for yourself.</b> Choose, and the picture and the table follow.")
    row = widgets.HBox(list(filters.values()), layout=widgets.Layout(flex_flow="row wrap"))
    return widgets.VBox([told, row, widgets.interactive_output(redraw, dict(filters))])
