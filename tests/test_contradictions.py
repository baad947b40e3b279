"""Files of one edition that contradict each other, and files whose edition nobody can tell: neither passes silently."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_project import edit, published, small_project, write

from opdat_analytics.exports.tables import write_tables
from opdat_analytics.model import Home
from opdat_analytics.refresh import Report, refresh

HEAD = "Country,Year,Investigations\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return small_project(tmp_path)


def current_texts(home: Home, source: str = "police") -> dict[str, bool]:
    frame = published(home, "observations")
    mine = frame[(frame["source"] == source) & (frame["place"] == "GTM")]
    return dict(zip(mine["file"] + " " + mine["text"], mine["current"].tolist(), strict=True))


def told(report: Report) -> list[tuple[str, str]]:
    return [(issue["code"], issue["file"]) for issue in report.to_look_at]


@pytest.mark.parametrize("name", ["a_first.csv", "z_last.csv"])
def test_of_two_files_without_an_edition_neither_is_current_whatever_their_names(home: Home, name: str) -> None:
    write(home, f"police/{name}", HEAD + "Guatemala,2019,41\n")

    report = refresh(home)

    assert current_texts(home) == {f"police/{name} 41": False, "police/returns.csv 40": False}
    assert told(report) == [("contradicted", f"police/{min(name, 'returns.csv')}"),
                            ("contradicted", f"police/{max(name, 'returns.csv')}")]  # fmt: skip
    (conflict,) = published(home, "conflicts").to_dict("records")
    assert (conflict["kind"], conflict["same_edition"]) == ("disjoint", True)
    assert {conflict["file_a"], conflict["file_b"]} == {f"police/{name}", "police/returns.csv"}
    assert {conflict["text_a"], conflict["text_b"]} == {"40", "41"}


def test_what_only_one_of_the_files_prints_stays_current(home: Home) -> None:
    write(home, "police/more.csv", HEAD + "Guatemala,2019,41\nGuatemala,2020,7\n")
    refresh(home)
    assert current_texts(home)["police/more.csv 7"]


def test_the_issue_names_both_cells_and_says_what_to_do(home: Home) -> None:
    write(home, "police/more.csv", HEAD + "Guatemala,2019,over 30\n")

    (mine, other) = refresh(home).to_look_at

    assert (mine["severity"], mine["cell"], mine["text"]) == ("flag", "C2", "over 30")
    assert "police/returns.csv, without an edition, has another value" in mine["message"]
    assert "C2 says “over 30”, returns!C2 there “40”" in mine["message"]
    assert "declare `edition`" in mine["hint"]
    assert other["file"] == "police/returns.csv"
    assert published(home, "conflicts").empty, "40 is over 30: one number can be both"


def test_files_that_agree_contradict_nothing(home: Home) -> None:
    write(home, "police/copy.csv", HEAD + "Guatemala,2019,40\nHonduras,2019,\n")
    assert refresh(home).to_look_at == ()
    assert sorted(current_texts(home).values()) == [False, True]


def test_two_files_of_one_dated_edition_are_told_apart_too(home: Home) -> None:
    write(home, "courts/second_2024.csv", "Country,Year,Convictions\nGuatemala,2020,10\n")
    report = refresh(home)
    assert [code for code, _ in told(report)] == ["contradicted", "contradicted"]
    assert not any(
        current_texts(home, "courts")[f"courts/{one}"] for one in ("second_2024.csv 10", "returns_2024.csv 9")
    )


def test_a_ruling_or_an_edition_settles_it(home: Home) -> None:
    write(home, "police/more.csv", HEAD + "Guatemala,2019,41\n")
    refresh(home)
    declaration = (home.raw / "police/source.toml").read_text(encoding="utf-8")
    ruling = '\n[[decided]]\ncell = "more.csv#more!C2"\nwas = "41"\ndo = "ignore"\nwhy = "a slip of the pen"\n'
    write(home, "police/source.toml", declaration + ruling)

    assert refresh(home).to_look_at == ()

    assert current_texts(home) == {"police/returns.csv 40": True}


def test_a_contradiction_is_told_once_and_stays_in_the_issues(home: Home) -> None:
    write(home, "police/more.csv", HEAD + "Guatemala,2019,41\n")
    refresh(home)
    edit(home, "courts/returns_2023.csv", "2019,12", "2019,13")
    assert refresh(home).to_look_at == ()
    assert published(home, "issues")["code"].tolist() == ["contradicted", "contradicted"]


# ---------------------------------------------------------------- editions that nobody can tell


def test_a_file_whose_name_does_not_fit_the_pattern_is_stopped(home: Home) -> None:
    write(home, "courts/newest.csv", "Country,Year,Convictions\nGuatemala,2021,3\n")

    report = refresh(home)

    assert report.exit_code == 4
    (issue,) = report.stopped
    assert (issue["code"], issue["file"]) == ("edition_unknown", "courts/newest.csv")
    assert r"(\d{4})" in issue["message"]
    assert "rename the file" in issue["hint"]
    assert len(published(home, "observations")) == 6


def test_an_edition_that_is_not_named_is_told_unless_it_is_declared_to_have_no_place(home: Home) -> None:
    declaration = (home.raw / "courts/source.toml").read_text(encoding="utf-8")
    head, layout = declaration.split("[[layout]]")
    write(home, "courts/source.toml", f'{head}[editions]\n2023 = ""\n\n[[layout]]{layout}')

    (issue,) = refresh(home).to_look_at

    assert (issue["code"], issue["file"], issue["text"]) == ("edition_not_ordered", "courts/returns_2024.csv", "2024")
    assert '"unordered"' in issue["hint"]

    write(home, "courts/source.toml", f'{head}[editions]\n2023 = ""\n2024 = "unordered"\n\n[[layout]]{layout}')
    assert refresh(home).to_look_at == ()
    assert "edition_not_ordered" not in set(published(home, "issues")["code"])
    assert not published(home, "observations").set_index("edition").loc["2024", "current"].any()


# ---------------------------------------------------------------- facts

PROGRAMMES = """
title = "Programmes"
[[layout]]
table = "programmes"
columns = { "Id" = "programme", "Name" = "name" }
"""


def test_a_programme_that_two_files_or_two_rows_describe_differently_is_told(home: Home) -> None:
    write(home, "office/source.toml", PROGRAMMES)
    write(home, "office/a.csv", "Id,Name\njtfa,Joint task force\ncarsi,One\ncarsi,Two\n")
    write(home, "office/b.csv", "Id,Name\njtfa,Joint Task Force Alpha\n")

    report = refresh(home)

    assert [(i["code"], i["cell"]) for i in report.newly_held] == [("duplicate_key", "A3"), ("duplicate_key", "A4")]
    assert "another row (A4)" in report.newly_held[0]["message"]
    assert told(report) == [("contradicted", "office/a.csv"), ("contradicted", "office/b.csv")]
    assert "office/b.csv › b!A2" in report.to_look_at[0]["message"]


def test_what_a_policy_hides_is_not_quoted_by_the_issues_that_leave(home: Home) -> None:
    write(home, "police/more.csv", HEAD + "Guatemala,2019,41\n")
    write(home, "disclosure.toml", '[[rule]]\nsource = "police"\nthreshold = 50\nwhy = "small numbers"\n')
    refresh(home)
    write_tables(home)
    left = (home.exports / "tables" / "issues.csv").read_text(encoding="utf-8-sig")
    assert "contradicted" in left
    assert "C2 says [c]" in left
    assert "41" not in left
