"""Which of several files is right where they contradict each other: asked, ruled on and honoured."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from small_project import edit, published, small_project, write

from opdat_analytics.answers.apply import Applied, apply_decisions
from opdat_analytics.answers.decide import decisions_workbook
from opdat_analytics.answers.words import words
from opdat_analytics.model import Home
from opdat_analytics.refresh import refresh

HEAD = "Country,Year,Investigations\n"
FIRST, OTHER = "police/more.csv", "police/returns.csv"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = small_project(tmp_path)
    write(made, FIRST, HEAD + "Guatemala,2019,41\nHonduras,2019,over 20\nPanama,2019,5\n")
    refresh(made)
    return made


def asked(home: Home, language: str | None = None) -> dict[tuple[str, str], tuple[int, tuple[str, ...]]]:
    """File and cell → row of the workbook and what it shows."""
    sheet = openpyxl.load_workbook(io.BytesIO(decisions_workbook(home, language))).active
    rows = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(2, values_only=True)]
    return {(row[0], row[2]): (number, row) for number, row in enumerate(rows, 2)}


def rule(home: Home, rulings: dict[tuple[str, str], str], language: str = "en", value: str = "") -> Applied:
    """Rule on cells, or on a file (with a blank cell), and apply it."""
    rows = asked(home, language)
    book = openpyxl.load_workbook(io.BytesIO(decisions_workbook(home, language)))
    said = words(language)["decide"]["decisions"]
    choices = dict(zip(("accept", "alias", "ignore", "hold"), said, strict=True))
    for at, decision in rulings.items():
        row = rows[at][0]
        book.active[f"G{row}"], book.active[f"H{row}"] = choices[decision], value
        book.active[f"I{row}"], book.active[f"J{row}"] = "record keeper", "asked the police"
    path = home.raw.parent / "decisions.xlsx"
    book.save(path)
    return apply_decisions(path, home, date(2026, 11, 24))


def texts(home: Home, *, current: bool = True) -> dict[str, str]:
    """File and cell → text of the figures of the police that are, or are not, the latest word."""
    frame = published(home, "observations").query("source == 'police'")
    frame = frame[frame["current"] == current]
    return dict(zip(frame["file"] + " " + frame["cell"], frame["text"].tolist(), strict=True))


def declaration(home: Home) -> str:
    return (home.raw / "police" / "source.toml").read_text(encoding="utf-8")


def test_each_cell_that_another_file_contradicts_is_asked_and_the_file_as_a_whole(home: Home) -> None:
    rows = asked(home)
    assert [*rows] == [(FIRST, ""), (FIRST, "C2"), (FIRST, "C3"), (OTHER, ""), (OTHER, "C2"), (OTHER, "C3")]
    assert rows[FIRST, "C2"][1][:6] == (
        FIRST, "more", "C2", "41",
        "Told differently elsewhere, so that none of them counts: police/returns.csv › returns!C2 “40”",
        "Accept the cell that is right as it stands; the others are then ignored.",
    )  # fmt: skip
    assert rows[OTHER, ""][1][:5] == (
        OTHER,
        "",
        "",
        "",
        "2 cells of this file are told differently in police/more.csv.",
    )


@pytest.mark.parametrize(("right", "text"), [(FIRST, "41"), (OTHER, "40")])
def test_the_cell_that_is_accepted_is_the_latest_word_and_the_other_is_left_out(
    home: Home, right: str, text: str
) -> None:
    assert rule(home, {(right, "C2"): "accept"}).written == {"police": 2}

    assert {issue["cell"] for issue in refresh(home).to_look_at} == {"C3"}

    assert texts(home) == {f"{right} C2": text, f"{FIRST} C4": "5"}
    assert texts(home, current=False) == {f"{FIRST} C3": "over 20", f"{OTHER} C3": "22"}, "nobody ruled on Honduras"
    assert [*asked(home)] == [(FIRST, "C3"), (OTHER, "C3")]
    written = declaration(home)
    assert written.count("[[decided]]") == 2
    assert 'who = "record keeper"\nwhen = "2026-11-24"\n' in written


def test_a_file_that_is_accepted_is_right_wherever_another_one_contradicts_it(home: Home) -> None:
    assert rule(home, {(FIRST, ""): "accept"}).refused == ()
    refresh(home)
    assert texts(home) == {f"{FIRST} C2": "41", f"{FIRST} C3": "over 20", f"{FIRST} C4": "5"}
    assert texts(home, current=False) == {}
    assert not asked(home)


def test_a_file_that_is_ignored_is_left_out_only_where_it_contradicts_another_one(home: Home) -> None:
    rule(home, {(FIRST, ""): "ignore"})
    refresh(home)
    assert texts(home) == {f"{OTHER} C2": "40", f"{OTHER} C3": "22", f"{FIRST} C4": "5"}


def test_a_ruling_on_a_cell_goes_before_the_ruling_on_its_file(home: Home) -> None:
    assert rule(home, {(FIRST, ""): "accept", (OTHER, "C3"): "accept"}).refused == ()
    refresh(home)
    assert texts(home) == {f"{FIRST} C2": "41", f"{OTHER} C3": "22", f"{FIRST} C4": "5"}


def test_to_hold_one_frees_none(home: Home) -> None:
    rule(home, {(FIRST, "C2"): "hold"})
    refresh(home)
    assert "41" not in {**texts(home), **texts(home, current=False)}.values()
    assert "40" not in {**texts(home), **texts(home, current=False)}.values()
    held = published(home, "issues").query("code == 'held_by_ruling'")
    assert held["acknowledged"].tolist() == [True, True]
    assert held["message"].unique().tolist() == [
        "held by a ruling: asked the police (record keeper, 2026-11-24)"
    ]  # fmt: skip


def test_when_the_accepted_cell_changes_the_ruling_is_told_to_be_stale(home: Home) -> None:
    rule(home, {(FIRST, "C2"): "accept", (OTHER, "C3"): "accept"})
    refresh(home)
    edit(home, FIRST, "2019,41", "2019,42")

    (stale,) = refresh(home).to_look_at

    assert (stale["code"], stale["cell"]) == ("decision_stale", "C2")
    assert "a ruling was made (record keeper, 2026-11-24) when the cell said “41”; it now says “42”" in stale["message"]


def test_what_changed_since_it_was_asked_is_refused_for_the_other_cell_too(home: Home) -> None:
    before = declaration(home)
    rows = asked(home)
    book = openpyxl.load_workbook(io.BytesIO(decisions_workbook(home)))
    row = rows[FIRST, "C2"][0]
    book.active[f"G{row}"], book.active[f"J{row}"] = "accept as", "asked"
    book.save(home.raw.parent / "decisions.xlsx")
    edit(home, OTHER, "2019,40", "2019,39")

    (refused,) = apply_decisions(home.raw.parent / "decisions.xlsx", home).refused

    assert refused.startswith(f"D{row}: {OTHER} › returns!C2 said “40” and now says “39”")
    assert declaration(home) == before


def test_a_file_that_came_since_must_be_seen_first(home: Home) -> None:
    row = asked(home)[FIRST, "C2"][0]
    book = openpyxl.load_workbook(io.BytesIO(decisions_workbook(home)))
    book.active[f"G{row}"], book.active[f"J{row}"] = "accept as", "asked"
    book.save(home.raw.parent / "decisions.xlsx")
    write(home, "police/third.csv", HEAD + "Guatemala,2019,43\n")
    refresh(home)
    assert apply_decisions(home.raw.parent / "decisions.xlsx", home).refused == (
        f"G{row}: police/third.csv › third!C2 says otherwise too and is not in this workbook; refresh, and rule in a "
        "new workbook.",
    )


REFUSED = {
    "both cells": (
        {(FIRST, "C2"): "accept", (OTHER, "C2"): "accept"},
        "",
        "says otherwise, and only one of them can be",
    ),
    "both files": ({(FIRST, ""): "accept", (OTHER, ""): "accept"}, "", "says otherwise, and only one of them can be"),
    "right and left out": ({(FIRST, ""): "accept", (OTHER, ""): "hold"}, None, ""),
    "a file as a number": ({(FIRST, ""): "accept"}, "12", "nothing can be read in its place"),
    "a file as a word": ({(FIRST, ""): "alias"}, "GTM", "nothing can be read in its place"),
    "a figure as a word": ({(FIRST, "C2"): "alias"}, "GTM", "contradicts another cell"),
}


@pytest.mark.parametrize("name", [*REFUSED])
def test_rulings_that_cannot_all_be_meant_are_refused(home: Home, name: str) -> None:
    rulings, value, message = REFUSED[name]
    before = declaration(home)
    refused = rule(home, rulings, value=value or "").refused
    assert all(message in problem for problem in refused)
    assert bool(refused) == bool(message)
    assert (declaration(home) == before) == bool(message)


def test_of_three_files_the_one_that_agrees_with_the_accepted_one_stays(home: Home) -> None:
    write(home, "police/third.csv", HEAD + "Guatemala,2019,41\n")
    refresh(home)
    rule(home, {(FIRST, "C2"): "accept"})
    refresh(home)
    kept = {**texts(home), **texts(home, current=False)}
    assert {at for at in kept if at.endswith("C2")} == {f"{FIRST} C2", "police/third.csv C2"}


@pytest.mark.parametrize("language", ["es", "fr", "pt"])
def test_it_is_asked_and_refused_in_the_other_languages(home: Home, language: str) -> None:
    shows = asked(home, language)[FIRST, "C2"][1]
    assert "police/returns.csv › returns!C2 “40”" in shows[4]
    assert not shows[4].startswith("Told")
    (refused, *_) = rule(home, {(FIRST, ""): "accept", (OTHER, ""): "accept"}, language).refused
    expected = words(language)["refused"]["both_right"].partition("{cell}")[2]
    assert refused.endswith(expected)
    assert rule(home, {(OTHER, ""): "accept"}, language).refused == ()


PROGRAMMES = """
title = "Programmes"
[[layout]]
table = "programmes"
columns = { "Id" = "programme", "Name" = "name" }
"""


def test_a_programme_that_two_files_describe_differently_is_asked_too(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    write(home, "office/source.toml", PROGRAMMES)
    write(home, "office/a.csv", "Id,Name\njtfa,Joint task force\n")
    write(home, "office/b.csv", "Id,Name\njtfa,Joint Task Force Alpha\n")
    refresh(home)
    assert [*asked(home)] == [("office/a.csv", "A2"), ("office/b.csv", "A2")]
    assert rule(home, {("office/b.csv", "A2"): "accept"}).refused == ()
    assert refresh(home).to_look_at == ()
    assert published(home, "programmes")["name"].tolist() == ["Joint Task Force Alpha"]
