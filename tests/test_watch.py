"""What somebody sees who lets refreshes run alone: status, what changed in words, the log, entries for schedulers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_project import edit, figures, published, small_project, write

from opdat_analytics import cli, disk, reading, store
from opdat_analytics.events import LOG
from opdat_analytics.model import Home, LockHeld, NothingPublished, OpdatError, UnknownName
from opdat_analytics.refresh import refresh
from opdat_analytics.watch.journal import write_log
from opdat_analytics.watch.schedule import SCHEDULERS, entry
from opdat_analytics.watch.status import BEHIND, FRESH, NOTHING, STOPPED, as_json, duration, status
from opdat_analytics.watch.summary import as_markdown, as_page, as_text, summary


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A small project, refreshed once."""
    made = small_project(tmp_path)
    refresh(made)
    return made


def opdat(home: Home, *words: str) -> int:
    with pytest.raises(SystemExit) as done:
        cli.main([*words, "--raw", str(home.raw), "--processed", str(home.processed), "--exports", str(home.exports)])
    return int(done.value.code or 0)


# ---------------------------------------------------------------- status


def test_all_taken_up_is_nothing_to_do(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert opdat(home, "status") == FRESH
    assert capsys.readouterr().out.endswith("Nothing to do.\n")


def test_before_the_first_refresh_it_says_what_to_run(tmp_path: Path) -> None:
    standing = status(small_project(tmp_path))
    assert standing.exit_code == NOTHING
    assert standing.steps == ("Run `opdat refresh` to publish.",)
    assert set(standing.behind.values()) == {"new"}


def test_files_that_were_not_taken_up_are_named_with_what_happened_to_them(home: Home) -> None:
    edit(home, "courts/returns_2023.csv", "Guatemala,2019,12", "Guatemala,2019,13")
    write(home, "courts/returns_2025.csv", "Country,Year,Convictions\nGuatemala,2021,3\n")
    (home.raw / "police" / "returns.csv").unlink()

    standing = status(home)

    assert standing.exit_code == BEHIND
    assert standing.behind == {
        "courts/returns_2023.csv": "changed", "courts/returns_2025.csv": "new", "police/returns.csv": "gone",
    }  # fmt: skip
    assert refresh(home).exit_code == 0
    assert status(home).exit_code == FRESH


def test_a_renamed_header_comes_with_the_change_that_would_meet_it(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(home, "police/returns.csv", "Investigations", "Investigations opened")

    assert opdat(home, "refresh") == 4
    told = capsys.readouterr().out
    assert "No longer lies as declared:" in told
    assert 'Proposed: under `columns`: "Investigations opened" = "value" in place of "Investigations"' in told

    standing = status(home)
    assert standing.exit_code == STOPPED
    assert list(standing.stopped) == ["police/returns.csv"]
    (one,) = standing.drifted
    assert (one.drift.kind, one.drift.was, one.drift.now) == ("renamed", "Investigations", "Investigations opened")
    assert "source.toml of: police" in standing.steps[0]


def test_held_cells_are_counted_and_raise_no_alarm_by_themselves(home: Home) -> None:
    edit(home, "courts/returns_2023.csv", "Guatemala", "Gautemalla")
    refresh(home)

    standing = status(home)

    assert (standing.held, standing.ruled, standing.exit_code) == (1, 0, FRESH)
    assert "opdat decide" in standing.steps[-1]


def test_a_publication_may_be_called_too_old(home: Home) -> None:
    manifest = json.loads(store.manifest_path(home).read_text())
    manifest["made"] = (datetime.now(UTC) - timedelta(hours=30)).isoformat(timespec="seconds")
    store.manifest_path(home).write_text(json.dumps(manifest))

    assert opdat(home, "status", "--max-age", "36h") == FRESH
    assert opdat(home, "status", "--max-age", "1d") == BEHIND


def test_a_clock_that_was_set_back_makes_no_negative_age(home: Home) -> None:
    manifest = json.loads(store.manifest_path(home).read_text())
    manifest["made"] = (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="seconds")
    store.manifest_path(home).write_text(json.dumps(manifest))

    assert as_json(status(home))["age_hours"] == 0
    edit(home, "courts/returns_2023.csv", "Guatemala,2019,12", "Guatemala,2019,13")
    assert str(refresh(home).publication).startswith("2-")


def test_a_monitor_that_looks_when_nothing_is_odd_loads_nothing_heavy(home: Home) -> None:
    code = (
        "import sys; from pathlib import Path; from opdat_analytics.model import Home; "
        "from opdat_analytics.watch.status import status; "
        f"standing = status(Home(Path({str(home.raw)!r}), Path({str(home.processed)!r}), Path('none'))); "
        "print(standing.exit_code, [name for name in ('pandas', 'pyarrow', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "0 []", done.stderr


@pytest.mark.parametrize("text", ["soon", "7", "h", "-3d", "3y"])
def test_what_is_no_length_of_time_is_said(text: str) -> None:
    with pytest.raises(OpdatError, match="write a number and m, h, d or w"):
        duration(text)


# ---------------------------------------------------------------- a raw file that changes while it is read


def changing(monkeypatch: pytest.MonkeyPatch, path: Path, texts: Iterator[str]) -> None:
    """Somebody writes the next text into a file each time it has been read."""
    real = reading._read_one
    monkeypatch.setattr(reading, "PAUSE", 0)

    def read(home: Home, file: reading.RawFile, *rest: object) -> object:
        entry = real(home, file, *rest)  # type: ignore[arg-type]
        if file.path == path and (text := next(texts, None)) is not None:
            path.write_text(text, encoding="utf-8")
        return entry

    monkeypatch.setattr(reading, "_read_one", read)


def test_a_file_that_changes_while_it_is_read_is_read_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(home, "police/returns.csv", "40", "41")
    path = home.raw / "police" / "returns.csv"
    changing(monkeypatch, path, iter(["Country,Year,Investigations\nGuatemala,2019,42\n"]))

    assert refresh(home).exit_code == 0

    assert {text for file, _, _, text in figures(home) if file == "police/returns.csv"} == {"42"}
    assert refresh(home).status == "unchanged"


def test_a_file_that_never_rests_is_stopped_and_its_last_good_rows_stay(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = figures(home)
    edit(home, "police/returns.csv", "40", "41")
    path = home.raw / "police" / "returns.csv"
    restless = (f"Country,Year,Investigations\nGuatemala,2019,{n}\n" for n in range(50, 60))
    changing(monkeypatch, path, restless)

    report = refresh(home)

    assert report.exit_code == 4
    assert [(issue["code"], issue["file"]) for issue in report.stopped] == [("changing", "police/returns.csv")]
    assert figures(home) == before
    monkeypatch.undo()
    assert refresh(home).exit_code == 0
    assert ("police/returns.csv", "C2", "GTM", "53") in figures(home)


def test_a_file_that_goes_while_it_is_read_is_gone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(home, "police/returns.csv", "40", "41")
    real = reading.again
    path = home.raw / "police" / "returns.csv"
    monkeypatch.setattr(reading, "PAUSE", 0)

    def look(file: reading.RawFile, home: Home) -> reading.RawFile | None:
        path.unlink(missing_ok=True)
        return real(file, home)

    monkeypatch.setattr(reading, "again", look)

    report = refresh(home)

    assert {file["file"]: file["state"] for file in report.files}["police/returns.csv"] == "gone"
    assert not {row for row in figures(home) if row[0] == "police/returns.csv"}


def test_a_refresh_never_publishes_over_one_that_was_made_meanwhile(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(home, "police/returns.csv", "40", "41")
    real = reading._read_one

    def slow(home: Home, file: reading.RawFile, *rest: object) -> object:
        monkeypatch.undo()
        (home.processed / ".lock").unlink()
        entry = real(home, file, *rest)  # type: ignore[arg-type]
        assert refresh(home).status == "published"
        return entry

    monkeypatch.setattr(reading, "_read_one", slow)
    with pytest.raises(LockHeld, match=r"published to .* while this one was reading"):
        refresh(home)
    assert store.open_publication(home).id.startswith("2-")


# ---------------------------------------------------------------- what changed, in words


@pytest.fixture
def edited(home: Home) -> Home:
    """The project after one of each kind of change."""
    edit(home, "courts/returns_2023.csv", "Guatemala,2019,12", "Guatemala,2019,113")
    edit(home, "courts/returns_2024.csv", "Honduras,2020,over 4", "Honduras,2020,over <b>4</b>|*x*")
    edit(home, "police/returns.csv", "Honduras,2019,22\n", "El Salvador,2019,5\n")
    refresh(home)
    return home


def test_changes_are_told_by_source_and_place(edited: Home) -> None:
    told = summary(edited)

    assert told.first == "1 figure added, 1 figure restated, 1 figure gone, 1 cell held."
    assert [one.title for one in told.sources] == ["Court returns (courts)", "Police returns (police)"]
    assert told.sources[0].counts == ("Guatemala: 1 figure restated", "Honduras: 1 cell held")
    assert told.sources[1].counts == ("El Salvador: 1 figure added", "Honduras: 1 figure gone")
    assert told.sources[0].rows[0] == (
        "restated: convictions 2019", "Guatemala", "12", "113", "courts/returns_2023.csv › returns_2023!C2"
    )  # fmt: skip
    assert "restated: convictions 2019, Guatemala: “12” → “113”" in as_text(told)


def test_changes_are_told_against_what_was_last_seen_not_against_what_a_killed_refresh_began(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(home, "police/returns.csv", "40", "41")
    real = disk.write_whole

    def stops(path: Path, data: bytes) -> None:
        if path.name == "manifest.json":
            raise OSError(28, "No space left on device", str(path))
        real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(disk, "write_whole", stops)
        with pytest.raises(NothingPublished):
            refresh(home)
    refresh(home)
    assert store.generations(home) == [1, 2, 3]
    assert summary(home).first == "1 figure restated."


def test_what_cells_say_cannot_become_markup(edited: Home) -> None:
    told = summary(edited)

    assert r"over \<b\>4\</b\>\|\*x\*" in as_markdown(told)
    assert "over &lt;b&gt;4&lt;/b&gt;|*x*" in as_page(told)
    assert "<script" not in as_page(told)


def test_the_summary_is_written_as_the_name_of_the_file_asks(
    edited: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, begins in (("c.md", "# What changed"), ("c.html", "<!doctype html>"), ("c.txt", "What changed from")):
        assert opdat(edited, "changes", "--since", "1", "--to", str(tmp_path / name)) == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    assert opdat(edited, "changes", "--to", str(tmp_path / "c.pdf")) == 2
    assert opdat(edited, "changes", "--since", "9") == 2
    assert "kept are: 1, 2" in capsys.readouterr().err


def test_facts_are_counted_apart_from_figures(home: Home) -> None:
    write(home, "visits/source.toml", VISITS)
    write(home, "visits/list.csv", "Id,Kind,What,Where\nv1,training,Seminar,Albania\nv2,training,Course,Kosovo\n")
    refresh(home)

    assert summary(home).first == "2 facts added."
    assert summary(home).sources[0].counts == ("Without a place: 2 facts added",)


VISITS = """
title = "Visits"

[[layout]]
table = "activities"
columns = { "Id" = "activity", "Kind" = "activity_type", "What" = "title", "Where" = "places" }
"""

# ---------------------------------------------------------------- log, schedulers


def test_the_log_has_one_event_a_line_and_quotes_no_cell(home: Home, tmp_path: Path) -> None:
    edit(home, "police/returns.csv", "Guatemala,2019,40", "Guatemala,2019,about 4711")
    log = tmp_path / "log" / "opdat.jsonl"
    try:
        write_log(log)
        refresh(home)
    finally:
        for handler in list(LOG.handlers):
            LOG.removeHandler(handler)
            handler.close()

    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]

    assert [one["event"] for one in events] == ["started", "read", "published"]
    assert events[0]["to_read"] == 1
    assert events[1]["file"] == "police/returns.csv"
    assert events[1]["rows"]["observations"] == 2
    assert events[2]["changes"] == {"restated": 1}
    assert datetime.fromisoformat(events[0]["at"]).tzinfo is not None
    assert "4711" not in log.read_text(encoding="utf-8")


ODD = Path("/srv/100% \"ours\" & 'theirs' $HOME <x>")


def test_entries_survive_odd_paths() -> None:
    program = ODD / ".venv" / "bin" / "opdat"
    assert "100\\%" in entry("cron", ODD, program)
    assert "WorkingDirectory=/srv/100%% " in entry("systemd", ODD, program)
    assert '\\"ours\\"' in entry("systemd", ODD, program)
    task = ET.fromstring(entry("windows", ODD, program, "7:05").partition("?>")[2])  # noqa: S314 - our own text
    found = {element.tag.partition("}")[2]: element.text for element in task.iter()}
    assert found["Command"] == str(program)
    assert found["WorkingDirectory"] == str(ODD)
    assert str(found["StartBoundary"]).endswith("T07:05:00")


@pytest.mark.skipif(os.name == "nt", reason="cron runs its commands with sh")
def test_the_line_for_cron_runs_in_a_shell_and_speaks_only_when_a_person_is_needed(tmp_path: Path) -> None:
    folder = tmp_path / "it's ours"
    folder.mkdir()
    program = folder / "opdat"
    line = entry("cron", folder, program).splitlines()[-1]
    command = line.split(" ", 5)[5].replace("\\%", "%")
    for code, told in ((0, ""), (6, ""), (4, "said\n")):
        program.write_text(f"#!/bin/sh\necho said\nexit {code}\n")
        program.chmod(0o755)
        assert subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False).stdout == told


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    text = entry("systemd", tmp_path, Path(sys.executable))
    unit = tmp_path / "opdat.service"
    unit.write_text(text.partition("# ~/.config/systemd/user/opdat.timer")[0])
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert "opdat.service:" not in done.stderr


def test_unknown_schedulers_and_times_are_answered() -> None:
    with pytest.raises(UnknownName, match="Did you mean “systemd”"):
        entry("sytemd", ODD, ODD)
    with pytest.raises(OpdatError, match="“25:00” is no time of day"):
        entry("cron", ODD, ODD, "25:00")
    with pytest.raises(OpdatError, match="line break"):
        entry("cron", Path("/srv/a\nb"), ODD)
    assert set(SCHEDULERS) == {"systemd", "cron", "windows", "github"}


# ---------------------------------------------------------------- damaged parts


@pytest.mark.parametrize("harm", ["one letter", "cut short"])
@pytest.mark.parametrize("table", ["observations", "issues", "superseded"])
def test_a_refresh_with_nothing_to_do_notices_and_mends_what_was_damaged(tmp_path: Path, table: str, harm: str) -> None:
    home = small_project(tmp_path)
    first = refresh(home)
    before = published(home, "observations")
    part = store.open_publication(home).parts(table)[0]
    data = part.read_bytes()
    part.write_bytes(data[:-9] if harm == "cut short" else data[:9] + bytes([data[9] ^ 1]) + data[10:])

    standing = status(home)
    assert set(standing.behind.values()) == {"damaged"}
    assert standing.exit_code == 7
    assert standing.publication == first.publication
    assert standing.steps[0].startswith("Run `opdat refresh` to make damaged files")

    again = refresh(home)

    assert (again.status, again.publication) == ("unchanged", first.publication)
    assert part.read_bytes() == data
    assert published(home, "observations").equals(before)
    assert status(home).exit_code == 0
