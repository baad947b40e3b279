"""A result row is its own query: from every metric on the record back to exactly the cells it is made of."""

from __future__ import annotations

import pandas as pd
import pytest

import opdat_analytics as opdat
from opdat_analytics import metrics, vocab
from opdat_analytics.model import OpdatError, UnknownName


@pytest.fixture(scope="module")
def seen(record_home):
    return opdat.observations(scheme="opdat", home=record_home)


def some(frame, n=4):
    """A few rows from all over a frame."""
    step = max(1, len(frame) // n)
    return [row for _, row in frame.iloc[::step].head(n).iterrows()]


TOTALS = [
    ("convictions", ["region", "year"], {"source": "unodc_glotip"}),
    ("convictions", ["place", "year"], {"source": "unodc_glotip", "years": range(2012, 2020)}),
    ("prosecutions", ["year"], {"source": "unodc_glotip"}),
    ("prosecutions", [], {"source": "unodc_glotip", "years": range(2015, 2018)}),
    ("convictions", ["year"], {"source": "tip_report", "level": "global"}),
    ("prosecutions", ["place", "year"], {"source": "tip_report", "level": "region"}),
    ("convictions", ["edition", "year"], {"source": "unodc_glotip"}),
    ("convictions", ["as_of", "reporter"], {"source": "jtfa", "accumulation": "to_date"}),
    ("funding", ["place", "year"], {"source": "jtip_projects"}),
]


@pytest.mark.parametrize(("measure", "by", "names"), TOTALS, ids=lambda v: "+".join(v) if isinstance(v, list) else None)
def test_a_total_is_explained_by_as_many_cells_as_it_has_figures(record_home, seen, measure, by, names):
    frame = metrics.totals(seen, measure, by, **names)
    stated = frame[frame["n_figures"] > 0]

    assert len(stated)
    for row in some(stated):
        cells = opdat.explain(row, home=record_home).cells
        assert len(cells) == row["n_figures"]
        assert cells["low"].sum() == pytest.approx(row["low"])


@pytest.mark.parametrize(("place", "said"), [("AGP", "did you mean Angola"), ("Guatemala", "by their code: place=GTM")])
def test_a_place_that_is_no_code_is_answered_with_the_code(record_home, place, said):
    with pytest.raises(UnknownName, match=said):
        opdat.explain({"measure": "convictions", "place": place, "year": 2019}, home=record_home)


def test_a_year_without_figures_is_answered_kindly(record_home, seen):
    frame = metrics.totals(seen, "convictions", ["place", "year"], source="unodc_glotip")
    gap = frame[frame["n_figures"] == 0].iloc[0]

    explained = opdat.explain(gap, home=record_home)

    assert explained.cells.empty
    assert explained.pieces == ()
    assert str(explained).startswith(
        f"No cell has a figure for place={gap['place']}, year={gap['year']}, measure=convictions"
    )
    assert "nothing is reported" in explained._repr_html_()
    with pytest.raises(OpdatError, match=f"No cell answers .*year={gap['year']}"):
        opdat.explain({"measure": "convictions", "place": gap["place"], "year": gap["year"]}, home=record_home)


def test_a_ratio_is_explained_by_both_of_its_sides(record_home, seen):
    frame = metrics.ratio(seen, "convictions", "prosecutions", ["region", "year"], source="unodc_glotip")

    for row in some(frame[frame["low"].notna()]):
        cells = opdat.explain(row, home=record_home).cells
        sums = cells.groupby("measure")["low"].sum()
        assert sums["convictions"] == pytest.approx(row["numerator_low"])
        assert sums["prosecutions"] == pytest.approx(row["denominator_low"])


def test_a_share_is_explained_by_the_part_and_its_whole(record_home, seen):
    frame = metrics.shares(seen, "prosecutions", "form", "labour", source="tip_report", level="global")

    for row in some(frame[frame["low"].notna()], 2):
        cells = opdat.explain(row, home=record_home).cells
        sums = cells.groupby("form")["low"].sum()
        assert sums["labour"] == pytest.approx(row["numerator_low"])
        assert sums["total"] == pytest.approx(row["denominator_low"])


def test_what_is_made_of_totals_is_explained_as_they_are(record_home, seen):
    by_place = metrics.totals(seen, "convictions", ["region", "place", "year"], source="unodc_glotip")
    by_year = metrics.totals(seen, "convictions", ["year"], source="unodc_glotip")

    ranked = metrics.rank(by_place[(by_place["year"] == 2019) & by_place["low"].notna()])
    for row in some(ranked):
        assert len(opdat.explain(row, home=record_home).cells) == row["n_figures"]
    rated = metrics.rates(by_place, vocab.population(), by=["region", "year"])
    for row in some(rated[rated["low"].notna()]):
        assert opdat.explain(row, home=record_home).cells["low"].sum() == row["events_low"]
    for row in some(metrics.rolling(by_year)):
        cells = opdat.explain(row, home=record_home).cells
        assert set(cells["year"]) == {int(year) for year in row["years"].split(";")}
        assert cells["low"].sum() / 3 == pytest.approx(row["low"])
    for row in some(metrics.index(by_year, base=2010)):
        assert set(opdat.explain(row, home=record_home).cells["year"]) == {2010, row["year"]}


def test_before_and_after_is_explained_by_its_places_and_years(record_home, seen):
    frame = metrics.before_after(seen, "convictions", "DEU", 2012, span=4, source="unodc_glotip")

    for row in some(frame):
        cells = opdat.explain(row, home=record_home).cells
        assert set(cells["place"]) == set(row["places"].split(";"))
        assert cells["low"].sum() / row["n_years"] == pytest.approx(row["low"])


def test_an_increment_is_explained_by_both_its_statements(record_home, seen):
    said = seen[(seen["accumulation"] == "to_date") & (seen["source"] == "jtfa") & seen["low"].notna()]
    row = metrics.increments(said).dropna(subset=["low"]).iloc[0]

    cells = opdat.explain(row, home=record_home).cells

    assert cells["low"].tolist() == [row["low_before"], row["low_after"]]


def test_listed_activities_are_explained(record_home):
    done = opdat.activities(home=record_home, source="opdat_page")

    for by in ("activity_type", "place", "region", ["region", "activity_type", "year"], "purpose"):
        for row in some(metrics.activity_counts(done, by=by)):
            cells = opdat.explain(row, home=record_home).cells
            assert len(cells) == row["n"], by
    row = metrics.activity_counts(done).iloc[0]
    assert pd.notna(row["activity_type"])


def test_a_year_that_is_none_is_said_so(record_home):
    with pytest.raises(UnknownName, match="“x” is not a year"):
        opdat.explain({"place": "GTM", "year": "x"}, home=record_home)
