"""Stories of a refresh: what changes in data/raw, what is told, what is published, with which exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from small_project import FILES, edit, figures, published, small_project, write

from opdat_analytics import store
from opdat_analytics.model import Home, LockHeld, NothingPublished, OpdatError
from opdat_analytics.refresh import HELD, LOCKED, NOTHING, PUBLISHED, STOPPED, refresh

ALL = {
    ("courts/returns_2023.csv", "C2", "GTM", "12"),
    ("courts/returns_2023.csv", "C3", "HND", "7"),
    ("courts/returns_2024.csv", "C2", "GTM", "9"),
    ("courts/returns_2024.csv", "C3", "HND", "over 4"),
    ("police/returns.csv", "C2", "GTM", "40"),
    ("police/returns.csv", "C3", "HND", "22"),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A small project, refreshed once."""
    made = small_project(tmp_path)
    assert refresh(made).exit_code == PUBLISHED
    return made


def states(report: object) -> dict[str, str]:
    return {file["file"]: file["state"] for file in report.files}  # type: ignore[attr-defined]


VISITS = """
title = "Visits"

[[layout]]
table = "activities"
columns = { "Id" = "activity", "Kind" = "activity_type", "What" = "title", "Where" = "places" }
"""


def test_first_refresh_publishes_every_figure_as_added(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    report = refresh(home)
    assert (report.status, report.exit_code) == ("published", 0)
    assert set(states(report).values()) == {"new"}
    assert report.changes is not None
    assert report.changes["kind"].tolist() == ["added"] * 6
    assert figures(home) == ALL


def test_nothing_changed_is_unchanged_and_exit_0(home: Home) -> None:
    before = store.open_publication(home).id
    report = refresh(home)
    assert (report.status, report.exit_code, report.publication) == ("unchanged", 0, before)
    assert store.generations(home) == [1]


def test_touching_a_file_without_changing_it_changes_nothing(home: Home) -> None:
    (home.raw / "police" / "returns.csv").touch()
    assert refresh(home).status == "unchanged"


# ---------------------------------------------------------------- one cell


def test_one_changed_cell_is_exactly_one_change_and_a_correction(home: Home) -> None:
    edit(home, "courts/returns_2023.csv", "Guatemala,2019,12", "Guatemala,2019,13")
    report = refresh(home)
    assert report.exit_code == PUBLISHED
    assert report.changes is not None
    assert report.changes.to_dict("records") == [
        {
            "kind": "restated",
            "file": "courts/returns_2023.csv",
            "sheet": "returns_2023",
            "cell": "C2",
            "part": "total",
            "place": "GTM",
            "measure": "convictions",
            "year": 2019,
            "was": "12",
            "now": "13",
        }
    ]
    revisions = published(home, "revisions")
    assert len(revisions) == 1
    row = revisions.iloc[0]
    assert (row["kind"], row["edition_from"], row["edition_to"]) == ("corrected", "2023", "2023")
    assert (row["text_from"], row["text_to"], row["change_low"], row["change_high"]) == ("12", "13", 1.0, 1.0)
    assert states(report) == {
        "courts/returns_2023.csv": "changed",
        "courts/returns_2024.csv": "unchanged",
        "police/returns.csv": "unchanged",
    }


def test_a_correction_stays_told_in_later_publications(home: Home) -> None:
    edit(home, "courts/returns_2023.csv", "12", "13")
    refresh(home)
    edit(home, "police/returns.csv", "40", "41")
    refresh(home)
    corrected = published(home, "revisions")
    assert sorted(corrected["text_to"]) == ["13", "41"]


def test_a_change_within_bounds_says_what_the_bounds_allow(home: Home) -> None:
    edit(home, "courts/returns_2024.csv", "over 4", "6")
    refresh(home)
    row = published(home, "revisions").iloc[0]
    assert (row["low_from"], row["low_to"], row["high_to"]) == (5.0, 6.0, 6.0)
    assert row[["high_from", "change_low"]].isna().all()  # from [5, ∞) to 6: there is no least change …
    assert row["change_high"] == 1.0  # … and at most one more


def test_an_inserted_row_moves_cells_but_changes_no_other_figure(home: Home) -> None:
    edit(home, "police/returns.csv", "Guatemala,2019,40", "Albania,2019,3\nGuatemala,2019,40")
    report = refresh(home)
    assert report.changes is not None
    assert report.changes[["kind", "cell", "place", "now"]].values.tolist() == [["added", "C2", "ALB", "3"]]
    assert ("police/returns.csv", "C3", "GTM", "40") in figures(home)


# ---------------------------------------------------------------- what stops


def test_a_renamed_header_stops_its_file_and_nothing_else(home: Home) -> None:
    edit(home, "courts/returns_2023.csv", "Convictions", "Convictions total")
    edit(home, "police/returns.csv", "40", "41")
    report = refresh(home)
    assert report.exit_code == STOPPED
    (issue,) = report.stopped
    assert issue["code"] == "header_missing"
    assert "“Convictions”" in issue["message"]
    assert "“Convictions total”" in issue["message"]
    assert states(report)["courts/returns_2023.csv"] == "stopped"
    assert figures(home) == ALL - {("police/returns.csv", "C2", "GTM", "40")} | {
        ("police/returns.csv", "C2", "GTM", "41")
    }
    sources = published(home, "sources").set_index("file")
    assert sources["stopped"].to_dict() == {
        "courts/returns_2023.csv": True,
        "courts/returns_2024.csv": False,
        "police/returns.csv": False,
    }
    assert sources.loc["courts/returns_2023.csv", "rows"] == 2


def test_a_stopped_file_is_told_on_every_run_until_it_is_repaired(home: Home) -> None:
    edit(home, "courts/returns_2023.csv", "Convictions", "Convictions total")
    refresh(home)
    again = refresh(home)
    assert (again.status, again.exit_code) == ("unchanged", STOPPED)
    assert [issue["code"] for issue in again.stopped] == ["header_missing"]
    edit(home, "courts/returns_2023.csv", "Convictions total", "Convictions")
    report = refresh(home)
    assert report.exit_code == PUBLISHED
    assert figures(home) == ALL
    assert published(home, "issues").empty


def test_a_file_that_was_never_good_stops_without_rows(home: Home) -> None:
    write(home, "police/more.csv", "Land,Jahr,Zahl\nGuatemala,2020,3\n")
    report = refresh(home)
    assert report.exit_code == STOPPED
    assert figures(home) == ALL
    sources = published(home, "sources").set_index("file")
    assert sources.loc["police/more.csv", ["rows", "stopped"]].tolist() == [0, True]


def test_a_broken_declaration_stops_its_source_with_all_problems(home: Home) -> None:
    edit(home, "courts/source.toml", 'title = "Court returns"', 'titel = "Court returns"\nlanguage = "de"')
    report = refresh(home)
    assert report.exit_code == STOPPED
    assert {issue["file"] for issue in report.stopped} == {"courts/returns_2023.csv", "courts/returns_2024.csv"}
    told = " ".join(issue["message"] for issue in report.stopped)
    assert "unknown key “titel”; did you mean “title”?" in told
    assert "title is missing" in told
    assert figures(home) == ALL


def test_a_missing_declaration_stops_its_source(home: Home) -> None:
    (home.raw / "police" / "source.toml").unlink()
    report = refresh(home)
    assert report.exit_code == STOPPED
    assert [issue["message"] for issue in report.stopped] == [
        "police/source.toml is missing; it says how the spreadsheets of police are to be read."
    ]
    assert figures(home) == ALL


DATED = """
title = "Court returns"
owner = "Supreme court"
edition = { from = "filename", pattern = '(\\d{4})', replaces = "all" }

[editions]
"2024" = 2026-01-01
"2023" = 2026-06-01

[[layout]]
constants = { measure = "convictions", unit = "persons", offence = "trafficking" }
columns = { "Country" = "place", "Year" = "year", "Convictions" = "value" }
"""


@pytest.mark.parametrize("broken", ["title = ", None])
def test_what_is_current_does_not_shift_while_a_declaration_is_broken(tmp_path: Path, broken: str | None) -> None:
    home = small_project(tmp_path)
    write(home, "courts/source.toml", DATED)
    refresh(home)
    before = current_of_courts(home)
    assert set(before) == {"2023"}, "the declared order, not that of the labels, makes 2023 the last edition"
    if broken is None:
        (home.raw / "courts" / "source.toml").unlink()
    else:
        write(home, "courts/source.toml", broken)
    edit(home, "police/returns.csv", "40", "41")
    assert refresh(home).exit_code == STOPPED
    assert current_of_courts(home) == before
    sources = published(home, "sources").set_index("file")
    assert sources.loc["courts/returns_2023.csv", "owner"] == "Supreme court"
    assert str(sources.loc["courts/returns_2023.csv", "published"])[:10] == "2026-06-01"


def current_of_courts(home: Home) -> list[str]:
    rows = published(home, "observations")
    return rows[(rows["source"] == "courts") & rows["current"]]["edition"].tolist()


def test_a_source_that_is_not_looked_at_keeps_its_declared_order_too(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    write(home, "courts/source.toml", DATED)
    refresh(home)
    write(home, "courts/source.toml", DATED.replace("2026-06-01", "2025-06-01").replace('"2024" =', '"2024x" ='))
    edit(home, "police/returns.csv", "40", "41")
    refresh(home, ["police"])
    assert set(current_of_courts(home)) == {"2023"}


def test_a_ruling_about_a_file_that_is_not_there_is_told_until_it_is(home: Home) -> None:
    ruling = '[[decided]]\ncell = "return.csv#returns!C2"\nwas = "40"\ndo = "ignore"\nwhy = "asked the office"\n'
    write(home, "police/source.toml", FILES["police/source.toml"] + ruling)
    assert refresh(home).exit_code == PUBLISHED
    (told,) = published(home, "issues").to_dict("records")
    assert (told["severity"], told["code"], told["cell"]) == ("flag", "decision_without_file", "C2")
    assert told["file"] == "police/return.csv"
    assert told["hint"] == "name “returns.csv” if the file was renamed, or remove its [[decided]] entry"
    edit(home, "courts/returns_2023.csv", "12", "13")
    refresh(home)
    assert published(home, "issues")["code"].tolist() == ["decision_without_file"]
    (home.raw / "police" / "returns.csv").rename(home.raw / "police" / "return.csv")
    refresh(home)
    assert published(home, "issues")["code"].tolist() == ["decision_stale"]  # its sheet has another name now


def test_a_stopped_file_that_goes_away_takes_its_rows_along(home: Home) -> None:
    edit(home, "courts/returns_2023.csv", "Convictions", "Convictions total")
    refresh(home)
    (home.raw / "courts" / "returns_2023.csv").unlink()
    report = refresh(home)
    assert report.exit_code == PUBLISHED
    assert {row[0] for row in figures(home)} == {"courts/returns_2024.csv", "police/returns.csv"}


# ---------------------------------------------------------------- what is held


def test_a_typo_in_a_country_holds_the_row_with_a_suggestion(home: Home) -> None:
    edit(home, "police/returns.csv", "Guatemala", "Guatamala")
    report = refresh(home)
    assert report.exit_code == HELD
    (issue,) = report.newly_held
    assert (issue["code"], issue["cell"], issue["text"]) == ("unknown_place", "A2", "Guatamala")
    assert "Guatemala (GTM)" in issue["hint"]
    assert figures(home) == ALL - {("police/returns.csv", "C2", "GTM", "40")}


def test_what_waits_is_told_once_as_newly_held(home: Home) -> None:
    edit(home, "police/returns.csv", "Guatemala", "Guatamala")
    refresh(home)
    edit(home, "courts/returns_2023.csv", "12", "13")
    report = refresh(home)
    assert (report.exit_code, report.newly_held) == (PUBLISHED, ())
    assert published(home, "issues")["code"].tolist() == ["unknown_place"]


def test_repairing_the_typo_brings_the_figure_back(home: Home) -> None:
    edit(home, "police/returns.csv", "Guatemala", "Guatamala")
    refresh(home)
    edit(home, "police/returns.csv", "Guatamala", "Guatemala")
    report = refresh(home)
    assert report.exit_code == PUBLISHED
    assert figures(home) == ALL
    assert published(home, "issues").empty


def test_a_held_cell_is_told_as_held_not_as_gone(home: Home) -> None:
    edit(home, "police/returns.csv", "40", "forty or so")
    report = refresh(home)
    assert report.changes is not None
    assert report.changes[["kind", "cell", "was"]].values.tolist() == [["held", "C2", "40"]]


def test_a_figure_that_waits_for_its_label_is_one_change_that_names_the_label(home: Home) -> None:
    edit(home, "police/returns.csv", "Honduras", "Hondruas")
    report = refresh(home)
    assert report.changes is not None
    assert report.changes[["kind", "cell", "place", "was", "now"]].values.tolist() == [
        ["held", "C3", "HND", "22", "Hondruas"]
    ]


def test_a_changed_fact_is_told_with_its_column(home: Home) -> None:
    write(home, "visits/source.toml", VISITS)
    write(home, "visits/visits.csv", "Id,Kind,What,Where\nv1,workshop,Digital evidence,Nepal\n")
    added = refresh(home).changes
    assert added is not None
    assert added[["kind", "part", "now"]].values.tolist() == [["added", "activities", "v1"]]
    edit(home, "visits/visits.csv", "Digital evidence", "Evidence from telephones")
    changed = refresh(home).changes
    assert changed is not None
    assert changed[["kind", "part", "was", "now"]].values.tolist() == [
        ["restated", "title", "Digital evidence", "Evidence from telephones"]
    ]


def test_a_stray_file_is_told_and_stops_nothing(home: Home) -> None:
    text = (
        FILES["police/source.toml"].replace("[[layout]]", '[[layout]]\nfiles = "returns*"')
        + "[expect]\nrows = [1, 9]\n"
    )
    write(home, "police/source.toml", text)
    write(home, "police/diary.csv", "nothing,of,ours\n")
    report = refresh(home)
    assert [(issue["code"], issue["file"]) for issue in report.newly_held] == [("unclaimed_sheet", "police/diary.csv")]
    assert report.exit_code == HELD


def test_a_ruling_acknowledges_what_is_held(home: Home) -> None:
    edit(home, "police/returns.csv", "40", "forty or so")
    assert refresh(home).exit_code == HELD
    ruling = (
        '[[decided]]\ncell = "returns.csv#returns!C2"\nwas = "forty or so"\ndo = "hold"\nwhy = "asked the office"\n'
    )
    write(home, "police/source.toml", FILES["police/source.toml"] + ruling)
    report = refresh(home)
    assert (report.exit_code, report.newly_held) == (PUBLISHED, ())
    assert published(home, "issues")["acknowledged"].tolist() == [True]


# ---------------------------------------------------------------- files that come and go


def test_a_removed_file_takes_its_figures_along(home: Home) -> None:
    (home.raw / "courts" / "returns_2024.csv").unlink()
    report = refresh(home)
    assert (report.exit_code, states(report)["courts/returns_2024.csv"]) == (PUBLISHED, "gone")
    assert report.changes is not None
    assert report.changes[["kind", "was"]].values.tolist() == [["gone", "9"], ["gone", "over 4"]]
    assert figures(home) == {row for row in ALL if row[0] != "courts/returns_2024.csv"}


def test_a_removed_source_folder_takes_its_figures_along(home: Home) -> None:
    shutil.rmtree(home.raw / "police")
    assert refresh(home).exit_code == PUBLISHED
    assert {row[0].split("/")[0] for row in figures(home)} == {"courts"}


def test_a_new_edition_restates(home: Home) -> None:
    write(home, "courts/returns_2025.csv", "Country,Year,Convictions\nGuatemala,2019,15\n")
    refresh(home)
    observations = published(home, "observations").set_index(["file", "cell"])
    assert bool(observations.loc[("courts/returns_2025.csv", "C2"), "current"])
    assert not bool(observations.loc[("courts/returns_2023.csv", "C2"), "current"])
    row = published(home, "revisions").iloc[0]
    assert (row["kind"], row["edition_from"], row["edition_to"]) == ("restated", "2023", "2025")
    assert (row["change_low"], row["change_high"]) == (3.0, 3.0)


def test_temporary_files_of_a_spreadsheet_program_are_passed_over(home: Home) -> None:
    for name in ("~$returns.xlsx", ".~lock.returns.csv#", ".DS_Store"):
        write(home, f"courts/{name}", "not a table")
    assert refresh(home).status == "unchanged"


def test_only_named_sources_are_looked_at(home: Home) -> None:
    edit(home, "courts/returns_2023.csv", "12", "13")
    edit(home, "police/returns.csv", "40", "41")
    report = refresh(home, ["police"])
    assert report.exit_code == PUBLISHED
    texts = {row[3] for row in figures(home)}
    assert {"41", "12"} <= texts
    assert refresh(home).changes["now"].tolist() == ["13"]  # type: ignore[index]


def test_an_unknown_source_is_told_with_those_there_are(home: Home) -> None:
    with pytest.raises(OpdatError, match="courts, police"):
        refresh(home, ["polise"])


# ---------------------------------------------------------------- runs that publish nothing


def test_a_dry_run_tells_and_publishes_nothing(home: Home) -> None:
    edit(home, "police/returns.csv", "40", "41")
    before = store.manifest_path(home).read_bytes()
    report = refresh(home, dry_run=True)
    assert (report.status, report.exit_code) == ("would publish", PUBLISHED)
    assert report.changes is not None
    assert report.changes["now"].tolist() == ["41"]
    assert store.manifest_path(home).read_bytes() == before
    assert store.generations(home) == [1]
    assert figures(home) == ALL
    assert refresh(home).changes["now"].tolist() == ["41"]  # type: ignore[index]


def test_nothing_readable_at_first_is_exit_5(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    write(home, "police/source.toml", FILES["police/source.toml"])
    write(home, "police/returns.csv", "Land,Jahr,Zahl\nGuatemala,2020,3\n")
    report = refresh(home)
    assert (report.status, report.exit_code, report.publication) == ("nothing", NOTHING, None)
    assert [issue["code"] for issue in report.stopped] == ["header_missing"]
    with pytest.raises(NothingPublished, match="opdat refresh"):
        store.open_publication(home)


def test_an_emptied_raw_folder_does_not_empty_the_publication(home: Home) -> None:
    shutil.rmtree(home.raw)
    home.raw.mkdir()
    with pytest.raises(NothingPublished, match="last publication stays"):
        refresh(home)
    assert figures(home) == ALL


def test_a_missing_raw_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(OpdatError, match="There is no folder"):
        refresh(Home.at(tmp_path))


def test_a_second_refresh_is_refused_while_one_runs(home: Home) -> None:
    with FileLock(home.processed / ".lock"), pytest.raises(LockHeld, match="Another refresh"):
        refresh(home)
    assert refresh(home).exit_code == PUBLISHED


def opdat(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    folders = ["--raw", str(home.raw), "--processed", str(home.processed)]
    command = [sys.executable, "-m", "opdat_analytics", "refresh", *words, *folders]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=home.raw, check=False)


def test_the_command_tells_json_and_exits_as_the_report_says(home: Home) -> None:
    edit(home, "police/returns.csv", "Guatemala", "Guatamala")
    done = opdat(home, "--json")
    assert done.returncode == HELD, done.stderr
    told = json.loads(done.stdout)
    assert told["exit_code"] == HELD


def test_the_command_exits_6_while_another_refresh_runs(home: Home) -> None:
    with FileLock(home.processed / ".lock"):
        done = opdat(home)
    assert done.returncode == LOCKED
    assert "Another refresh" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_unchanged_refresh_loads_nothing_heavy(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    code = (
        "import sys; from pathlib import Path; from opdat_analytics.model import Home; "
        "from opdat_analytics.refresh import refresh; "
        f"report = refresh(Home(Path({str(home.raw)!r}), Path({str(home.processed)!r}), Path('none'))); "
        "heavy = ('pandas', 'pyarrow', 'numpy', 'matplotlib', 'python_calamine'); "
        "print(report.status, [name for name in heavy if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, capture_output=True, text=True, timeout=120, check=False) for _ in range(2)]
    assert [run.stderr for run in runs] == ["", ""]
    assert runs[0].stdout.startswith("published")
    assert runs[1].stdout.strip() == "unchanged []"
