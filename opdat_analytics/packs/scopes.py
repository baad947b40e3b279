"""The charts of one country and of one programme."""

from __future__ import annotations

import pandas as pd

from opdat_analytics import charts, metrics, store, vocab
from opdat_analytics.exports.contents import Section
from opdat_analytics.exports.leaving import protected
from opdat_analytics.model import Exhibit, Home, OpdatError, UnknownName
from opdat_analytics.packs.standing import SCHEME, latest_full_year, sections, told
from opdat_analytics.tables import activities, observations, programmes

STAGES = ("prosecutions", "convictions")


def country_sections(home: Home, place: str) -> tuple[Section, ...]:
    """The charts of one country.

    Parameters
    ----------
    home
        The project's folders.
    place
        Code or name of a country.

    Returns
    -------
    tuple of Section
        What its authorities report over the years, where it stands in its region, and what is listed as done there.

    Raises
    ------
    UnknownName
        If the place is not known.
    OpdatError
        If nothing of it is published.
    NothingPublished
        If nothing is published yet.
    """
    code = country_code(place)
    opened = store.open_publication(home)
    seen = protected(observations(scheme=SCHEME, home=home), home=home)
    national: list[Exhibit] = []
    if "unodc_glotip" in opened.sources:
        national += _stages(seen, code, opened.id)
        national += _neighbours(seen, code, opened.id) if national else []
    done = _listed_in(activities(home=home), code, opened.id)
    found = sections(
        ("Convictions and prosecutions reported by national authorities", national), ("What is listed as done", done)
    )
    if not found:
        raise OpdatError(f"Nothing is published of {vocab.place_name(code)} ({code}) that a chart can show.")
    return found


def country_code(place: str) -> str:
    """The code of a country by its code or name.

    Raises
    ------
    UnknownName
        If it is not known, may be several, or is no country.
    """
    code = vocab.place_code(place)
    level = vocab.places()[code].level
    if level != "country":
        raise UnknownName(f"“{place}” is no country but a {level}; name a country.")
    return code


def _stages(seen: pd.DataFrame, code: str, publication: str) -> list[Exhibit]:
    own = seen[(seen["place"] == code) & (seen["source"] == "unodc_glotip") & seen["current"] & told(seen)]
    stages = [measure for measure in STAGES if (own["measure"] == measure).any()]
    frames = [
        metrics.totals(seen, measure, by=["place", "year"], source="unodc_glotip", places=code) for measure in stages
    ]
    if not frames:
        return []
    name = vocab.place_name(code)
    title = f"{name}: {' and '.join(stages)} reported" if len(stages) > 1 else f"{name}: {stages[0]} reported"
    return [charts.stages(pd.concat(frames), title=title, name=f"{code}-stages", publication=publication)]


def _neighbours(seen: pd.DataFrame, code: str, publication: str) -> list[Exhibit]:
    """Where the country stands among those of its region, in the last year in which most reported."""
    region = vocab.scheme(SCHEME).get(code)
    inside = [place for place, name in vocab.scheme(SCHEME).items() if name == region]
    if region is None:
        return []
    there = seen[seen["region"] == region]
    by_region = metrics.totals(there, "convictions", by=["region", "year"], source="unodc_glotip")
    if not by_region["low"].notna().any():
        return []
    year = latest_full_year(by_region)
    by_country = metrics.totals(
        there, "convictions", by=["place", "year"], source="unodc_glotip", years=year, places=inside
    )
    title = f"{region}: convictions by country, {year}"
    return [charts.ranked(by_country, by="place", title=title, name=f"{code}-in-its-region", publication=publication)]


def _listed_in(done: pd.DataFrame, code: str, publication: str) -> list[Exhibit]:
    """Activities listed with this country as one of their locations."""
    counts = metrics.activity_counts(done, by=["activity_type", "place", "source"])
    here = counts.loc[counts["place"] == code, ["activity_type", "place", "certainty", "source", "n"]]
    return [
        charts.activities(
            rows, rows="activity_type", columns="place", title=f"{vocab.place_name(code)}: activities listed",
            name=f"{code}-activities-{source}", publication=publication,
        )
        for source, rows in here.groupby("source")
    ]  # fmt: skip


def programme_sections(home: Home, programme: str) -> tuple[Section, ...]:
    """The charts of one programme.

    Parameters
    ----------
    home
        The project's folders.
    programme
        Programme id.

    Returns
    -------
    tuple of Section
        Its totals to date as stated, one chart for each measure and offence with more than one dated statement, and
        the activities listed under it.

    Raises
    ------
    UnknownName
        If there is no such programme; names the nearest.
    OpdatError
        If nothing of it can be drawn.
    NothingPublished
        If nothing is published yet.
    """
    opened = store.open_publication(home)
    seen, done = protected(observations(scheme=SCHEME, home=home), home=home), activities(home=home)
    known = sorted({*programmes(home=home)["programme"], *seen["programme"].dropna(), *done["programme"].dropna()})
    if programme not in known:
        near = vocab.suggest(programme, known)
        raise UnknownName(
            f"“{programme}” is not a known programme; "
            + (f"did you mean “{near}”?" if near else f"known: {', '.join(known)}.")
        )
    found = sections(
        ("Totals to date as stated", _statements(seen[seen["programme"] == programme], programme, opened.id)),
        ("What is listed as done", _listed_under(done[done["programme"] == programme], programme, opened.id)),
    )
    if not found:
        raise OpdatError(f"Nothing dated or listed is published of the programme {programme} that a chart can show.")
    return found


def _statements(own: pd.DataFrame, programme: str, publication: str) -> list[Exhibit]:
    dated = own[(own["accumulation"] == "to_date") & own["as_of"].notna() & told(own)]
    pack = []
    order = list(vocab.measures())
    together = ["measure", "unit", "offence", "breakdown", "level"]
    groups = [(tuple(str(code) for code in key), rows) for key, rows in dated.groupby(together)]
    for (measure, unit, *_), rows in sorted(groups, key=lambda pair: (order.index(pair[0][0]), pair[0])):
        if rows["as_of"].nunique() > 1:
            name = f"{programme}-{measure}-to-date" + (f"-{unit}" if unit != "unstated" else "")
            pack.append(charts.to_date(rows, name=name, publication=publication))
    return pack


def _listed_under(own: pd.DataFrame, programme: str, publication: str) -> list[Exhibit]:
    stated = own[own["certainty"] == "stated"]
    if stated.empty:
        return []
    one = stated.assign(place=stated["places"].fillna("WORLD").str.split(";")).explode("place")
    counts = one.groupby(["activity_type", "place", "certainty", "source", "programme"]).size()
    frame = counts.rename("n").reset_index()
    return [charts.activities(frame, columns="place", name=f"{programme}-activities", publication=publication)]
