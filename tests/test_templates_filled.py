"""Templates of activities and targets as people fill them in: joint activities, indicators, what is held together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_project import published
from test_answers import filled, opdat, project

from opdat_analytics import metrics
from opdat_analytics.answers.check import check
from opdat_analytics.provenance import explain
from opdat_analytics.refresh import refresh


def headers(book: Any, sheet: str) -> dict[str, str]:
    """Printed header → letter of its column."""
    return {cell.value: cell.column_letter for cell in book[sheet][4]}


# ---------------------------------------------------------------- activities


@pytest.mark.parametrize("written", ["Guatemala; Honduras", "GTM; HND", "Guatemala;Honduras", "Guatemala; Honduras;"])
def test_an_activity_may_take_place_in_several_countries(written: str, tmp_path: Path) -> None:
    home, _ = project(tmp_path, filled("activities", "en", A5=written))
    assert refresh(home).exit_code == 0
    first = published(home, "activities").iloc[0]
    figure = published(home, "observations").iloc[0]
    assert first["places"] == "GTM;HND"
    assert (figure["place"], figure["level"], figure["low"]) == ("GTM;HND", "group", 24)
    assert figure["activity"] == first["activity"]


def test_one_unknown_country_of_several_is_held_and_named(tmp_path: Path) -> None:
    home, _ = project(tmp_path, filled("activities", "en", A5="Guatemala; Hondurrras"))
    report = refresh(home)
    assert [(i["code"], i["cell"]) for i in report.newly_held] == [("unknown_place", "A5")]
    assert "“Hondurrras”" in report.newly_held[0]["message"]


@pytest.mark.parametrize(
    ("header", "text", "code"),
    [
        ("First day", "soon", "not_a_date"),
        ("Kind of activity", "Picnic", "unknown_activity_type"),
        ("Purpose", "profit", "unknown_purposes"),
        ("Last day", "2024-06-09", "wrong_order"),
    ],
)
def test_an_activity_that_is_held_takes_its_figure_along(header: str, text: str, code: str, tmp_path: Path) -> None:
    book = filled("activities", "en")
    column = headers(book, "Activities")[header]
    book["Activities"][f"{column}5"] = text
    home, path = project(tmp_path, book)

    report = refresh(home)

    (held,) = report.newly_held
    assert held["code"] == code
    assert "1 figure waits for it" in held["message"]
    assert "return-5" not in set(published(home, "activities")["activity"])
    assert "return-5" not in set(published(home, "observations")["activity"])
    assert set(published(home, "activities")["activity"]) == set(published(home, "observations")["activity"])
    assert bool(published(home, "ledger")["balanced"].all())
    assert check(path, home).exit_code == 3


def test_an_activity_whose_number_cannot_be_read_was_still_done(tmp_path: Path) -> None:
    home, _ = project(tmp_path, filled("activities", "en", F5="a room full"))
    assert [i["cell"] for i in refresh(home).newly_held] == ["F5"]
    assert "return-5" in set(published(home, "activities")["activity"])
    assert "return-5" not in set(published(home, "observations")["activity"])


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
def test_a_return_of_targets_says_what_its_indicators_measure(language: str, tmp_path: Path) -> None:
    home, _ = project(tmp_path, filled("targets", language))
    assert refresh(home).exit_code == 0
    (indicator,) = published(home, "indicators").to_dict("records")
    assert [indicator[name] for name in ("indicator", "measure", "unit", "direction")] == [
        "convictions_gtm", "convictions", "persons", "up",
    ]  # fmt: skip


def test_targets_and_outcomes_from_templates_give_the_progress(tmp_path: Path) -> None:
    home, path = project(tmp_path, filled("targets", "en"))
    book = filled("outcomes", "en")
    book["Outcomes"]["B5"], book["Outcomes"]["D5"] = 2027, 26
    book.save(path.parent / "outcomes.xlsx")
    assert refresh(home).exit_code == 0
    observations = published(home, "observations").assign(programme="central_america_2024")

    result = metrics.targets(
        observations, published(home, "indicators"), published(home, "targets"), source="office", offence="trafficking",
    ).iloc[0]  # fmt: skip

    assert (result["low"], result["target_low"], result["met"]) == (26, 40, "no")
    assert (result["progress_low"], result["progress_high"]) == (0.5, 0.5), "from 12 to 40, 26 is half the way"


@pytest.mark.parametrize(
    ("low", "high", "name"),
    [("Target: at least", "Target: at most", "target"), ("Baseline: at least", "Baseline: at most", "baseline")],
)
def test_a_lower_bound_above_the_upper_one_is_held_and_defines_nothing(
    low: str, high: str, name: str, tmp_path: Path
) -> None:
    book = filled("targets", "en")
    at = headers(book, "Targets")
    book["Targets"][f"{at[low]}5"], book["Targets"][f"{at[high]}5"] = 40, 12
    home, _ = project(tmp_path, book)

    report = refresh(home)

    (held,) = [issue for issue in report.stopped if issue["severity"] == "hold"]
    assert report.status == "nothing", "the only row is held"
    assert (held["code"], held["cell"]) == ("wrong_order", f"{at[low]}5")
    assert f"the {name} is at least 40 and at most 12" in held["message"]


def second_target(book: Any, **changed: Any) -> Any:
    """A second line for the indicator of the first, a year later."""
    sheet = book["Targets"]
    at = headers(book, "Targets")
    for column in at.values():
        sheet[f"{column}6"] = sheet[f"{column}5"].value
    sheet[f"{at['Target year']}6"] = 2028
    for header, value in changed.items():
        sheet[f"{at[header.replace('_', ' ')]}6"] = value
    return book


def test_the_targets_of_one_indicator_define_it_once(tmp_path: Path) -> None:
    home, _ = project(tmp_path, second_target(filled("targets", "en")))
    assert refresh(home).exit_code == 0
    assert len(published(home, "indicators")) == 1
    assert published(home, "targets")["year"].tolist() == [2027, 2028]


def test_an_indicator_that_two_lines_define_differently_is_held_with_its_targets(tmp_path: Path) -> None:
    book = second_target(filled("targets", "en"), Direction="Should fall")
    sheet, at = book["Targets"], headers(book, "Targets")
    for header in ("Indicator", "Indicator in words", "What is counted", "Direction", "Target year", "Target in words"):
        sheet[f"{at[header]}7"] = {"Indicator": "other", "Target year": 2027}.get(header, sheet[f"{at[header]}5"].value)
    home, _ = project(tmp_path, book)
    assert [(i["code"], i["cell"]) for i in refresh(home).newly_held] == [
        ("duplicate_key", "A5"),
        ("duplicate_key", "A6"),
    ]
    assert published(home, "indicators")["indicator"].tolist() == ["other"]
    assert published(home, "targets")["indicator"].tolist() == ["other"]


@pytest.mark.parametrize(("direction", "low", "high", "actual", "met"), [
    ("up", 40, None, 40, "yes"), ("up", 40, None, 39, "no"),
    ("down", None, 10, 10, "yes"), ("down", None, 10, 11, "no"),
])  # fmt: skip
def test_a_target_with_one_bound_is_met_when_it_is_reached(
    direction: str, low: int | None, high: int | None, actual: int, met: str, tmp_path: Path
) -> None:
    book = filled("outcomes", "en", D5=str(actual))
    home, _ = project(tmp_path, book)
    refresh(home)
    indicator = {"indicator": "i", "name": "Convictions", "measure": "convictions", "unit": "persons"}
    indicators = pd.DataFrame([indicator | {"direction": direction}])
    wanted = {"indicator": "i", "programme": None, "place": "GTM", "year": 2024, "period": None, "baseline_low": 20.0}
    wanted |= {"baseline_high": 20.0, "baseline_date": None, "target_low": low, "target_high": high}
    result = metrics.targets(published(home, "observations"), indicators, pd.DataFrame([wanted]), source="office",
                             offence="trafficking").iloc[0]  # fmt: skip
    assert result["met"] == met
    assert not pd.isna(result["progress_low"])


# ---------------------------------------------------------------- loose returns


def test_the_sheet_around_a_figure_is_shown_for_a_return_that_lies_directly_in_data_raw(tmp_path: Path) -> None:
    """What the folder `returns` declares of personal columns holds for it too."""
    home, path = project(tmp_path, filled("outcomes", "en"))
    path.rename(home.raw / "guatemala.xlsx")
    path.parent.rmdir()
    (home.raw / "source.toml").write_text("title = 3\n", encoding="utf-8")
    assert refresh(home).exit_code == 0

    shown = explain({"source": "returns", "place": "GTM"}, home=home)

    assert [str(piece.ref) for piece in shown.pieces] == ["returns/guatemala.xlsx › Outcomes!D5"]
    assert opdat(home, "explain", "source=returns", "place=GTM") == 0


# ---------------------------------------------------------------- outcomes


def test_a_blank_among_filled_lines_means_what_its_prompt_says(tmp_path: Path) -> None:
    book = filled("outcomes", "es")
    sheet = book["Resultados"]
    column = headers(book, "Resultados")
    for row, sex in enumerate(["Mujeres", "Todos"] * 6 + [None], start=5):
        line = {"País": "Guatemala", "Período": 2008 + row, "Qué se cuenta": "Condenas", "Cifra": row, "Sexo": sex}
        for header in ("País", "Período", "Qué se cuenta", "Cifra", "Sexo", "Unidad", "Grupo de edad"):
            sheet[f"{column[header]}{row}"] = line.get(header)
        sheet[f"{column['Delito']}{row}"] = "Trata de personas"
    home, _ = project(tmp_path, book)
    report = refresh(home)
    assert [i for i in report.newly_held if i["code"] == "missing_sex"] == []
    figures = published(home, "observations").set_index("cell")
    assert (figures.loc["D17", "sex"], figures.loc["D17", "low"]) == ("total", 17)
