"""Two records that differ in hidden numbers only: nothing that leaves may tell which of them it was made from."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from opdat_analytics import charts, explain, export, export_pack, metrics, observations, protected, store, tables
from opdat_analytics.disclosure import policies
from opdat_analytics.exports.leaving import leaving_charts, leaving_revisions, leaving_tables
from opdat_analytics.exports.leaving_home import leaving_home
from opdat_analytics.exports.tables import write_tables
from opdat_analytics.model import TABLES, Exhibit, Home
from opdat_analytics.notebooks import run_notebooks
from opdat_analytics.refresh import refresh
from opdat_analytics.watch.summary import as_markdown, summary

SHARED = {("Guatemala", 2019): (44, 40), ("Honduras", 2018): (50, 60), ("Honduras", 2020): (9, 80),
          ("Belize", 2019): (15, 25)}  # fmt: skip
ONE = SHARED | {("Guatemala", 2018): (3, 40), ("Guatemala", 2020): (31, 4), ("Honduras", 2019): (2, 70),
                ("Belize", 2018): (1, 2), ("Belize", 2020): (1, 1)}  # fmt: skip
OTHER = SHARED | {("Guatemala", 2018): (1, 42), ("Guatemala", 2020): (33, 2), ("Honduras", 2019): (4, 68),
                  ("Belize", 2018): (2, 2), ("Belize", 2020): (2, 2)}  # fmt: skip
"""Women and men; the totals that are shown are the same in both."""
DECLARED = """
title = "Returns"
constants = { measure = "convictions", unit = "persons" }
[[layout]]
columns = { Country = "place", Year = "year", Sex = "sex", Convictions = "value", Remarks = "note" }
"""
CODE = """import opdat_analytics as opdat
from opdat_analytics import charts, metrics
seen = opdat.observations(scheme="opdat")
print(seen.sort_values(["place", "year", "sex"]).drop(columns=["file"]).to_csv())
print(opdat.observations(engine="duckdb").order("place, year, sex").df().to_csv())
print(opdat.sources().to_csv(), opdat.issues().to_csv(), opdat.revisions().to_csv(), opdat.publication().id)
print(opdat.explain({"measure": "convictions", "place": "GTM", "year": 2018, "sex": "female"}))
by_year = metrics.totals(seen, "convictions", by=["place", "year"], sex="total")
print(metrics.change(by_year).to_csv(), charts.grid(by_year, rows="place").alt)"""


def record_of(root: Path, numbers: dict[tuple[str, int], tuple[int, int]]) -> Home:
    """A record in which counts below five must not leave."""
    home = Home.at(root)
    (home.raw / "returns").mkdir(parents=True)
    lines = ["Country,Year,Sex,Convictions,Remarks"]
    for (place, year), (women, men) in sorted(numbers.items()):
        said = f"of whom {women} women"
        lines += [f"{place},{year},{sex},{value},{said}"
                  for sex, value in (("female", women), ("male", men), ("total", women + men))]  # fmt: skip
    (home.raw / "returns" / "source.toml").write_text(DECLARED, encoding="utf-8")
    (home.raw / "returns" / "a.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (home.raw / "disclosure.toml").write_text('[[rule]]\nsource = "returns"\nthreshold = 5\n', encoding="utf-8")
    refresh(home)
    return home


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Home]]:
    with pytest.MonkeyPatch.context() as patch:
        # The name of a publication is made of everything in it, and stands on every page.
        patch.setattr(store, "content_hash", lambda manifest: "0" * 64 if manifest else "")
        yield (
            record_of(tmp_path_factory.mktemp("one"), ONE),
            record_of(tmp_path_factory.mktemp("other"), OTHER),
        )
        plt.close("all")


def parts(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """A file, or what is in it where it is zipped, workbooks inside of slides too."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            for inner in zipped.namelist():
                yield from parts(zipped.read(inner), f"{name}!{inner}")
    else:
        yield name, data


def left(home: Home) -> dict[str, bytes]:
    files = [path for path in sorted(home.exports.rglob("*")) if path.is_file()]
    return dict(part for path in files for part in parts(path.read_bytes(), path.relative_to(home.exports).as_posix()))


def drawn(home: Home, *, every: bool = False) -> list[Exhibit]:
    seen = protected(observations(scheme="opdat", home=home), home=home)
    by_year = metrics.totals(seen, "convictions", by=["place", "year"], sex="total")
    by_region = metrics.totals(seen, "convictions", by=["region", "year"], sex="total")
    one_year = by_year[by_year["year"] == 2018]
    own = seen[seen["place"] == "GTM"]
    by_sex = [metrics.totals(own, "convictions", by=["sex", "year"]),
              metrics.totals(own, "convictions", by=["year"], sex="total")]  # fmt: skip
    dated = own[own["sex"] == "female"].assign(as_of=own["year"].astype("str") + "-06", accumulation="to_date")
    coverage = metrics.coverage(seen, "convictions", by=["region", "year"])
    kinds: list[Callable[[], Exhibit]] = [
        lambda: charts.grid(by_year, rows="place", publication="1-x", name="grid"),
        lambda: charts.trend(by_year, by="place", publication="1-x", name="trend"),
        lambda: charts.trend(by_region, by="region", publication="1-x", name="region"),
        lambda: charts.small_multiples(by_year, by="place", publication="1-x", name="panels"),
        lambda: charts.ranked(one_year, by="place", publication="1-x", name="ranked"),
        lambda: charts.change(by_year, by="place", publication="1-x", name="change"),
        lambda: charts.sparkline_table(by_year, by="place", publication="1-x", name="table"),
        lambda: charts.tile_map(one_year, publication="1-x", name="map"),
        lambda: charts.stages(by_sex[1], title="Guatemala", publication="1-x", name="stages"),
        lambda: charts.to_date(dated.drop(columns="year"), publication="1-x", name="dated"),
        lambda: charts.grid(coverage, rows="region", value="coverage", publication="1-x", name="coverage"),
        lambda: charts.composition(
            pd.concat(by_sex, ignore_index=True), part="sex", by="year", publication="1-x", name="composition"
        ),
    ]
    return [make() for make in (kinds if every else kinds[:1])]


def test_tables_and_a_chart_are_the_same_whatever_the_hidden_numbers_are(worlds: tuple[Home, Home]) -> None:
    for home in worlds:
        write_tables(home)
        export(drawn(home), home.exports / "charts", home=home)
    one, other = map(left, worlds)
    assert {"tables/observations.csv", "disclosure.csv", "released.csv"} <= set(one)
    assert [name for name in one if one[name] != other.get(name)] == []
    assert one["disclosure.csv"].count(b"below the threshold") == 9
    assert b"of whom" not in one["tables/observations.csv"]


@pytest.mark.slow
def test_every_kind_of_chart_and_what_notebooks_show_are_the_same_whatever_the_hidden_numbers_are(
    worlds: tuple[Home, Home],
) -> None:
    for home in worlds:
        charts_of = drawn(home, every=True)
        assert [chart.name for chart in charts_of if "[c]" not in chart.alt] == ["stages", "coverage"]
        export(charts_of, home.exports / "charts", home=home)
        export_pack(charts_of, home.exports / "whole", title="Pack", home=home)
        folder = home.raw.parent.parent / "notebooks"
        folder.mkdir()
        nbformat.write(new_notebook(cells=[new_code_cell(CODE, id="cell-1")]), folder / "n.ipynb")
        assert [run.error for run in run_notebooks(folder, home)] == [None]
    one, other = map(left, worlds)
    assert [name for name in one if one[name] != other.get(name)] == []
    assert one["notebooks/n.ipynb"].count(b"[c]") > 9


def test_what_notebooks_read_holds_no_hidden_number(worlds: tuple[Home, Home], tmp_path: Path) -> None:
    home = leaving_home(worlds[0], tmp_path / "processed")
    assert store.open_publication(home).id == store.open_publication(worlds[0]).id
    seen = tables.observations(home=home)
    own = seen[(seen["place"] == "GTM") & (seen["year"] == 2018) & (seen["sex"] == "female")]
    assert own[["qualifier", "text"]].to_numpy().tolist() == [["suppressed", "[c]"]]
    assert own[["low", "high", "exact", "note"]].isna().all(axis=None)
    told = str(explain(own.iloc[0], home=home))
    assert "[c]" in told
    assert "The sheet around the cells of returns/a.csv is not shown: it holds what must not leave." in told
    assert "Guatemala,2018,female,3" not in told
    duck = tables.observations(home=home, engine="duckdb").filter("place = 'GTM' AND year = 2018").df()
    assert sorted(duck["text"]) == ["43", "[c]", "[c]"]
    unguarded = Home(tmp_path, worlds[0].processed, worlds[0].exports)
    assert leaving_home(unguarded, tmp_path / "none") is unguarded


def test_a_sum_that_leaves_out_hidden_figures_says_so_and_has_no_direction(worlds: tuple[Home, Home]) -> None:
    seen = protected(observations(scheme="opdat", home=worlds[0]), home=worlds[0])
    by_region = metrics.totals(seen, "convictions", by=["region", "year"], sex="total")
    assert by_region["low"].tolist() == [153.0, 196.0, 124.0]  # of 156, 196 and 126
    chart = charts.trend(by_region, by="region", publication="1-x")
    assert chart.title == "Convictions, Western Hemisphere, 2018–2020"
    assert chart.caveats[0] == (
        "Figures hidden so that no person can be told [c] are left out of 2 of 3 sums; "
        "their places count as not reporting."
    )
    assert metrics.change(by_region)["direction"].tolist() == ["not known", "not known"]
    plt.close("all")


def test_a_share_of_parts_is_not_told_where_one_of_them_is_hidden(worlds: tuple[Home, Home]) -> None:
    seen = protected(observations(home=worlds[0]), home=worlds[0])
    own = seen[(seen["place"] == "GTM") & (seen["sex"] != "total")]
    chart = charts.composition(metrics.totals(own, "convictions", by=["sex", "year"]), part="sex", by="year")
    assert "2 have no shares" in chart.alt
    plt.close("all")


def test_what_is_said_beside_figures_does_not_leave_of_guarded_sources(worlds: tuple[Home, Home]) -> None:
    opened = store.open_publication(worlds[0])
    published = {name: opened.table(name) for name in TABLES}
    issue = dict.fromkeys(TABLES and [column.name for column in TABLES["issues"]])
    issue |= {"source": "returns", "text": "43", "message": "the total is “43”; its 2 parts add up to 40 in A1-3"}
    target = dict.fromkeys([column.name for column in TABLES["targets"]])
    target |= {"source": "returns", "baseline_low": 3.0, "baseline_high": 3.0, "target_low": 50.0, "text": "3 → 50"}
    published["issues"] = pd.DataFrame([issue], columns=published["issues"].columns).astype("str")
    published["targets"] = pd.DataFrame([target], columns=published["targets"].columns)
    leaving, _ = leaving_tables(published, worlds[0])
    assert leaving["issues"]["message"].tolist() == ["the total is [c]; its [c] parts add up to [c] in A1-3"]
    assert leaving["targets"][["target_low", "text"]].to_numpy().tolist() == [[50.0, "[c]"]]
    assert leaving["targets"][["baseline_low", "baseline_high"]].isna().all(axis=None)
    assert leaving["sources"]["sha256"].tolist() == ["[c]"]


def test_what_changed_is_told_without_numbers_of_guarded_sources(worlds: tuple[Home, Home]) -> None:
    rules = [policies(home.raw) for home in worlds]
    one, other = (
        as_markdown(summary(home, hides=lambda source, measure, rule=rule: rule.of(source, measure).hides))
        for home, rule in zip(worlds, rules, strict=True)
    )
    assert one == other
    assert one.count("\\[c\\]") == 27
    assert as_markdown(summary(worlds[0])) != as_markdown(summary(worlds[1]))


def test_a_chart_with_numbers_from_before_they_were_restated_does_not_leave(worlds: tuple[Home, Home]) -> None:
    seen = protected(observations(scheme="opdat", home=worlds[0]), home=worlds[0])
    by_year = metrics.totals(seen, "convictions", by=["place", "year"], sex="total")
    before = by_year.assign(restated=True, old_low=by_year["low"].where(by_year["place"] == "HND"), old_high=99.0)
    chart = charts.trend(before, by="place", publication="1-x", name="before")
    kept, said = leaving_charts([chart, charts.trend(by_year, by="place", publication="1-x", name="now")], worlds[0])
    assert [one.name for one in kept] == ["now"]
    assert said == ["Left out: “Convictions by country, 2018–2020”. 3 of its figures, of returns, must not leave."]
    restated = pd.DataFrame({"source": ["returns", "others"], "measure": "convictions", "low_from": 3.0})
    assert leaving_revisions(restated, worlds[0])["source"].tolist() == ["others"]
    plt.close("all")


def test_sums_of_what_is_shown_are_no_totals_for_later_releases(worlds: tuple[Home, Home], tmp_path: Path) -> None:
    home = Home(worlds[0].raw, worlds[0].processed, tmp_path)
    seen = protected(observations(scheme="opdat", home=home), home=home)
    by_region = metrics.totals(seen, "convictions", by=["region", "year"], sex="total")
    by_place = metrics.totals(seen, "convictions", by=["place", "year"], sex="total")
    made = [charts.trend(by_region, by="region", publication="1-x"), charts.grid(by_place, rows="place")]
    export(made, tmp_path, home=home)
    noted = pd.read_csv(tmp_path / "released.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert noted.loc[noted["region"] != "", ["year", "low"]].to_numpy().tolist() == [["2019", "196"]]
    assert leaving_charts(made, home) == (made, [])
    plt.close("all")
