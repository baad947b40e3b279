"""The standing chart pack of the record: which charts a manager receives, in which order."""

from __future__ import annotations

import pandas as pd

from opdat_analytics import charts, metrics, store, vocab
from opdat_analytics.exports.contents import Section
from opdat_analytics.model import Exhibit, Home
from opdat_analytics.tables import activities, observations

SCHEME = "opdat"
AWARDS_SCHEME = "tip_report_2006"
"""The regions of the list's own time."""
ENOUGH = 0.8
"""A year is ranked only if this share of the most that ever reported has reported."""


def record_sections(home: Home) -> tuple[Section, ...]:
    """The charts of the record, for the sources that are published, in the order in which a manager asks.

    Returns
    -------
    tuple of Section
        What the programmes report of themselves, what is listed as done, what national authorities report, how far
        the reports reach. A section whose sources are not published is left out.

    Raises
    ------
    NothingPublished
        If nothing is published yet.
    """
    opened = store.open_publication(home)
    seen = observations(scheme=SCHEME, home=home)
    done = activities(home=home)
    there = set(opened.sources)
    own: list[Exhibit] = []
    listed: list[Exhibit] = []
    national: list[Exhibit] = []
    reach: list[Exhibit] = []
    if "unodc_glotip" in there:
        national += _national(seen, opened.id)
        reach.append(_coverage(seen, opened.id))
    if "tip_report" in there:
        national += _world(seen, opened.id)
    if "jtfa" in there:
        own.append(_to_date(seen, opened.id))
    if "opdat_page" in there:
        listed.append(_listed(done[done["source"] == "opdat_page"], opened.id))
    if "jtip_projects" in there:
        listed.append(_awards(done[done["source"] == "jtip_projects"], opened.id))
    return sections(
        ("Convictions and prosecutions reported by national authorities", national),
        ("What Joint Task Force Alpha states", own),
        ("What is listed as done", listed),
        ("How far the reports reach", reach),
    )


def sections(*parts: tuple[str, list[Exhibit]]) -> tuple[Section, ...]:
    """Titles with their charts; what has no chart is left out."""
    return tuple(Section(title, tuple(exhibits)) for title, exhibits in parts if exhibits)


def _national(seen: pd.DataFrame, publication: str) -> list[Exhibit]:
    pack = []
    for measure in ("convictions", "prosecutions"):
        by_region = metrics.totals(seen, measure, by=["region", "year"], source="unodc_glotip")
        pack.append(charts.trend(by_region, by="region", name=f"{measure}-by-region", publication=publication))
        title = f"{measure.capitalize()} by region and year: the numbers"
        pack.append(charts.grid(by_region, rows="region", title=title, name=f"{measure}-grid", publication=publication))
        year = latest_full_year(by_region)
        by_country = metrics.totals(seen, measure, by=["place", "year"], source="unodc_glotip", years=year)
        pack.append(charts.ranked(by_country, by="place", name=f"{measure}-ranked", publication=publication))
    return pack


def _coverage(seen: pd.DataFrame, publication: str) -> Exhibit:
    covered = metrics.coverage(seen, "convictions", by=["region", "year"], source="unodc_glotip")
    return charts.grid(covered, rows="region", value="coverage", name="convictions-coverage", publication=publication)


def latest_full_year(by_region: pd.DataFrame) -> int:
    """The last year in which nearly as many places reported as ever did: a later one would rank who answers first."""
    reporting = by_region.groupby("year")["n_reporting"].sum()
    return int(reporting[reporting >= ENOUGH * reporting.max()].index.max())


def _world(seen: pd.DataFrame, publication: str) -> list[Exhibit]:
    stages = [
        metrics.totals(seen, measure, by=["year"], source="tip_report", level="global")
        for measure in ("prosecutions", "convictions")
    ]
    return [charts.stages(pd.concat(stages, ignore_index=True), name="tip-report-world", publication=publication)]


def _to_date(seen: pd.DataFrame, publication: str) -> Exhibit:
    running = seen[
        (seen["accumulation"] == "to_date") & (seen["programme"] == "jtfa") & (seen["measure"] == "convictions")
    ]
    stated = running[running["as_of"].notna() & running["low"].notna()]
    stated = stated.assign(secondary=stated["sourcing"] == "secondary")
    return charts.to_date(stated, name="jtfa-convictions-to-date", publication=publication)


def _listed(done: pd.DataFrame, publication: str) -> Exhibit:
    counts = listed_by_region(done, SCHEME, "activity_type")
    return charts.activities(counts, columns="region", name="activities-by-type-and-region", publication=publication)


def _awards(done: pd.DataFrame, publication: str) -> Exhibit:
    counts = listed_by_region(done, AWARDS_SCHEME, "year")
    title = "Awards to the Department of Justice against trafficking, listed by region and fiscal year"
    return charts.activities(
        counts, rows="region", columns="year", title=title, name="awards-by-region-and-year", publication=publication
    )


def listed_by_region(done: pd.DataFrame, scheme: str, key: str) -> pd.DataFrame:
    """Listed activities by region: each once in every region where it takes place, however many places it names there.

    Where it aims at, such as a country of destination, is not where it takes place.
    """
    stated = done[(done["certainty"] == "stated") & done["places"].notna()]
    sides = stated.assign(place=stated["places"].str.split(";"), role=stated["roles"].str.split(";"))
    plain = sides["role"].isna()
    sides.loc[plain, "role"] = pd.Series(
        [["location"] * len(p) for p in sides.loc[plain, "place"]], index=sides.index[plain]
    )
    sides = sides.explode(["place", "role"])
    sides = sides[sides["role"] == "location"]
    regions = vocab.scheme(scheme)
    sides = sides.assign(region=[regions.get(str(place), store.OUTSIDE) for place in sides["place"]], scheme=scheme)
    once = sides.drop_duplicates(["source", "activity", "region"])
    together = [key, "region", "certainty", "source", "scheme"]
    return once.groupby(together).size().rename("n").reset_index()
