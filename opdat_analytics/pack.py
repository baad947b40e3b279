"""The standing chart pack of the record: which charts a manager receives, in which order."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from opdat_analytics import charts, metrics, store, vocab
from opdat_analytics.exports import export
from opdat_analytics.model import Exhibit, Home
from opdat_analytics.tables import activities, observations

SCHEME = "opdat"
AWARDS_SCHEME = "tip_report_2006"
"""The regions of the list's own time."""
ENOUGH = 0.8
"""A year is ranked only if this share of the most that ever reported has reported."""


def standing_pack(home: Home) -> list[Exhibit]:
    """The charts of the record, for the sources that are published.

    Returns
    -------
    list of Exhibit
        Convictions and prosecutions by region and year, countries ranked, coverage, world totals, to-date statements,
        listed activities, awards; those whose source is not published are left out.

    Raises
    ------
    NothingPublished
        If nothing is published yet.
    """
    opened = store.open_publication(home)
    seen = observations(scheme=SCHEME, home=home)
    done = activities(home=home)
    there = set(opened.sources)
    pack: list[Exhibit] = []
    if "unodc_glotip" in there:
        pack += _national(seen, opened.id)
    if "tip_report" in there:
        pack += _world(seen, opened.id)
    if "jtfa" in there:
        pack.append(_to_date(seen, opened.id))
    if "opdat_page" in there:
        pack.append(_listed(done[done["source"] == "opdat_page"], opened.id))
    if "jtip_projects" in there:
        pack.append(_awards(done[done["source"] == "jtip_projects"], opened.id))
    return pack


def write_pack(home: Home) -> list[Path]:
    """Write the standing pack to ``exports/charts`` and its figure ids to ``exports/figures.json``."""
    return export(standing_pack(home), home.exports / "charts", index=home.exports / "figures.json")


def _national(seen: pd.DataFrame, publication: str) -> list[Exhibit]:
    pack = []
    for measure in ("convictions", "prosecutions"):
        by_region = metrics.totals(seen, measure, by=["region", "year"], source="unodc_glotip")
        pack.append(charts.trend(by_region, by="region", name=f"{measure}-by-region", publication=publication))
        pack.append(charts.grid(by_region, rows="region", name=f"{measure}-grid", publication=publication))
        year = _latest_full_year(by_region)
        by_country = metrics.totals(seen, measure, by=["place", "year"], source="unodc_glotip", years=year)
        pack.append(charts.ranked(by_country, by="place", name=f"{measure}-ranked", publication=publication))
    covered = metrics.coverage(seen, "convictions", by=["region", "year"], source="unodc_glotip")
    pack.append(
        charts.grid(covered, rows="region", value="coverage", name="convictions-coverage", publication=publication)
    )
    return pack


def _latest_full_year(by_region: pd.DataFrame) -> int:
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
    counts = _by_region(done, SCHEME, "activity_type")
    return charts.activities(counts, columns="region", name="activities-by-type-and-region", publication=publication)


def _awards(done: pd.DataFrame, publication: str) -> Exhibit:
    counts = _by_region(done, AWARDS_SCHEME, "year")
    title = "Awards to the Department of Justice against trafficking, listed by region and fiscal year"
    return charts.activities(
        counts, rows="region", columns="year", title=title, name="awards-by-region-and-year", publication=publication
    )


def _by_region(done: pd.DataFrame, scheme: str, key: str) -> pd.DataFrame:
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
