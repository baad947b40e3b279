"""The standing chart pack of the record: which charts a manager receives, in which order."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from opdat_analytics import charts, metrics, store
from opdat_analytics.exports.contents import Section
from opdat_analytics.exports.leaving import leaving_revisions, protected
from opdat_analytics.hindsight import only_unordered, with_hindsight
from opdat_analytics.model import Exhibit, Home
from opdat_analytics.tables import activities, observations, revisions

SCHEME = "opdat"
AWARDS_SCHEME = "tip_report_2006"
"""The regions of the list's own time."""
MEASURES = ("convictions", "prosecutions")
YEARS_APART = 10
"""How far the two years of a comparison lie apart."""
ENOUGH = 0.8
"""A year is ranked only if this share of the most that ever reported has reported."""


def record_sections(home: Home) -> tuple[Section, ...]:
    """The charts of the record, for the sources that are published, in the order in which a manager asks.

    Returns
    -------
    tuple of Section
        The state of things at a glance; convictions, then prosecutions, of national authorities; what the world's
        reports add up to; what Joint Task Force Alpha states; what is listed as done; how far all that can be trusted.
        What a source that is not published would show is left out.

    Raises
    ------
    NothingPublished
        If nothing is published yet.
    """
    opened = store.open_publication(home)
    seen = protected(observations(scheme=SCHEME, home=home), home=home)
    done = activities(home=home)
    done = done[done["activity_type"] != "publication"]  # that a page was updated is nobody's work on a case
    there = set(opened.sources)
    glance: list[Exhibit] = []
    by_measure: dict[str, list[Exhibit]] = {}
    world: list[Exhibit] = []
    own: list[Exhibit] = []
    listed: list[Exhibit] = []
    trust: list[Exhibit] = []
    if "unodc_glotip" in there:
        restated = revisions(home=home)
        may_leave = leaving_revisions(restated, home)
        counted = {measure: _counted(seen, may_leave, measure) for measure in MEASURES}
        glance += _at_a_glance(counted["convictions"], opened.id)
        by_measure = {measure: _national(seen, measure, of, opened.id) for measure, of in counted.items()}
        trust += [_coverage(seen, opened.id), *_restated(restated, opened.id)]
    if "tip_report" in there:
        world += [*_world(seen, opened.id), *_by_edition(seen, opened)]
    if "jtfa" in there:
        own.append(_to_date(seen, opened.id))
    if "opdat_page" in there:
        listed.append(_listed(done[done["source"] == "opdat_page"], opened.id))
    if "jtip_projects" in there:
        listed.append(_awards(done[done["source"] == "jtip_projects"], opened.id))
    listed += _dated(done[done["source"].isin(["opdat_page", "jtip_projects"])], opened.id)
    return sections(
        ("At a glance", glance),
        *((f"{measure.capitalize()} reported by national authorities", made) for measure, made in by_measure.items()),
        ("World totals of the Trafficking in Persons Report", world),
        ("What Joint Task Force Alpha states", own),
        ("What is listed as done", listed),
        ("How far the figures can be trusted", trust),
    )


def sections(*parts: tuple[str, list[Exhibit]]) -> tuple[Section, ...]:
    """Titles with their charts; what has no chart is left out."""
    return tuple(Section(title, tuple(exhibits)) for title, exhibits in parts if exhibits)


@dataclass(frozen=True)
class _Counted:
    """One measure by region and year, by country in the last full year, and by country in that year and one before."""

    by_region: pd.DataFrame
    by_country: pd.DataFrame
    both: pd.DataFrame
    year: int


def _counted(seen: pd.DataFrame, restated: pd.DataFrame, measure: str) -> _Counted:
    by_region = metrics.totals(seen, measure, by=["region", "year"], source="unodc_glotip")
    by_region = with_hindsight(by_region, seen, restated)
    year = latest_full_year(by_region)
    places = metrics.totals(seen, measure, by=["place", "year"], source="unodc_glotip")
    both = with_hindsight(places[places["year"].isin([year - YEARS_APART, year])], seen, restated)
    return _Counted(by_region, both[both["year"] == year], both, year)


def _at_a_glance(counted: _Counted, publication: str) -> list[Exhibit]:
    """Convictions of every region in a line each, and of every country of the last full year on a map of tiles."""
    by_region, by_country, year = counted.by_region, counted.by_country, counted.year
    title = f"Convictions by country, {year}"
    return [
        charts.sparkline_table(
            by_region, by="region", title="Convictions by region: the course, first and last year",
            name="convictions-at-a-glance", publication=publication,
        ),
        charts.tile_map(by_country, title=title, name="convictions-map", publication=publication),
    ]  # fmt: skip


def _national(seen: pd.DataFrame, measure: str, counted: _Counted, publication: str) -> list[Exhibit]:
    """One measure of national authorities: its course by region, who moved, who stands where."""
    by_region, by_country, year = counted.by_region, counted.by_country, counted.year
    named = measure.capitalize()
    return [
        charts.trend(by_region, by="region", name=f"{measure}-by-region", publication=publication),
        charts.small_multiples(
            by_region, by="region", title=f"{named}, region by region", name=f"{measure}-region-by-region",
            publication=publication,
        ),
        charts.grid(
            by_region, rows="region", title=f"{named} by region and year: the numbers", name=f"{measure}-grid",
            publication=publication,
        ),
        charts.ranked(by_country, by="place", name=f"{measure}-ranked", publication=publication),
        charts.change(
            counted.both, by="place", start=year - YEARS_APART, end=year, top=20, name=f"{measure}-change",
            publication=publication,
        ),
    ]  # fmt: skip


def _coverage(seen: pd.DataFrame, publication: str) -> Exhibit:
    covered = metrics.coverage(seen, "convictions", by=["region", "year"], source="unodc_glotip")
    return charts.grid(covered, rows="region", value="coverage", name="convictions-coverage", publication=publication)


def latest_full_year(by_region: pd.DataFrame) -> int:
    """The last year in which nearly as many places reported as ever did: a later one would rank who answers first.

    Where the frame has hindsight, a year that is likely incomplete is passed over, unless there is no other.
    """
    reporting = by_region.groupby("year")["n_reporting"].sum()
    enough = reporting[reporting >= ENOUGH * reporting.max()].index
    late = by_region.loc[by_region["incomplete"], "year"] if "incomplete" in by_region else by_region["year"].head(0)
    settled = enough.difference(late)
    return int((settled if len(settled) else enough).max())


def _restated(found: pd.DataFrame, publication: str) -> list[Exhibit]:
    """Figures that the latest edition restates, for each measure that has any."""
    own = found[(found["source"] == "unodc_glotip") & (found["form"] == "total") & (found["level"] == "country")]
    return [
        charts.revisions(own[own["measure"] == measure], name=f"{measure}-restated", publication=publication)
        for measure in MEASURES
        if (own["measure"] == measure).any()
    ]


def _world(seen: pd.DataFrame, publication: str) -> list[Exhibit]:
    """Stages of the world's totals, and how much of the convictions are told to be for labour trafficking."""
    stages = [
        metrics.totals(seen, measure, by=["year"], source="tip_report", level="global")
        for measure in ("prosecutions", "convictions")
    ]
    forms = [
        metrics.totals(seen, "convictions", by=by, source="tip_report", level="global")
        for by in (["form", "year"], ["year"])
    ]
    return [
        charts.stages(pd.concat(stages, ignore_index=True), name="tip-report-world", publication=publication),
        charts.composition(
            pd.concat(forms, ignore_index=True), part="form", by="year", name="tip-report-convictions-by-form",
            publication=publication,
        ),
    ]  # fmt: skip


def _by_edition(seen: pd.DataFrame, opened: store.Publication) -> list[Exhibit]:
    """World convictions of the dated editions beside those of compilations, which have years that no edition has."""
    world = {"source": "tip_report", "level": "global"}
    own = seen[(seen["source"] == "tip_report") & (seen["level"] == "global") & (seen["form"] == "total")]
    beside = only_unordered(own[own["measure"] == "convictions"], opened)["edition"].dropna().unique()
    if not len(beside):
        return []
    found = [
        metrics.totals(seen, "convictions", by=["year"], edition=edition, **world) for edition in ("current", *beside)
    ]
    return [
        charts.trend(
            pd.concat(found, ignore_index=True), by="edition", labels={"current": "Dated editions"},
            name="tip-report-convictions-by-edition", publication=opened.id,
        )
    ]  # fmt: skip


def _to_date(seen: pd.DataFrame, publication: str) -> Exhibit:
    running = seen[
        (seen["accumulation"] == "to_date") & (seen["programme"] == "jtfa") & (seen["measure"] == "convictions")
    ]
    stated = running[running["as_of"].notna() & told(running)]
    return charts.to_date(stated, name="jtfa-convictions-to-date", publication=publication)


def told(rows: pd.DataFrame) -> pd.Series:
    """Which figures have a number, or have one that is hidden."""
    return rows["low"].notna() | rows["qualifier"].eq("suppressed")


def _listed(done: pd.DataFrame, publication: str) -> Exhibit:
    counts = listed_by_region(done, SCHEME, "activity_type")
    return charts.activities(counts, columns="region", name="activities-by-type-and-region", publication=publication)


def _awards(done: pd.DataFrame, publication: str) -> Exhibit:
    counts = listed_by_region(done, AWARDS_SCHEME, "year")
    title = "Awards to the Department of Justice against trafficking, listed by region and fiscal year"
    return charts.activities(
        counts, rows="region", columns="year", title=title, name="awards-by-region-and-year", publication=publication
    )


def _dated(done: pd.DataFrame, publication: str) -> list[Exhibit]:
    """When the listed activities were, where any of them has a date."""
    if not done[["start", "end", "year"]].notna().any(axis=None):
        return []
    return [charts.timeline(done, name="activities-by-date", publication=publication)]


def listed_by_region(done: pd.DataFrame, scheme: str, key: str) -> pd.DataFrame:
    """Listed activities by region and another column, of those that state both; where they take place counts."""
    counts = metrics.activity_counts(done, by=[key, "region"], scheme=scheme).dropna(subset=[key, "region"])
    return counts[[key, "region", "certainty", "source", "scheme", "n"]]
