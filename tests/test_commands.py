"""What commands say of input that cannot be, and when somebody stops them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest
from small_project import published, small_project

from opdat_analytics import cli, provenance, publishing, refresh
from opdat_analytics.model import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return small_project(tmp_path)


@pytest.fixture
def said(home: Home, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as done:
            cli.main([*words, "--raw", str(home.raw), "--processed", str(home.processed)])
        told = capsys.readouterr()
        return int(done.value.code or 0), told.out, told.err

    return run


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("observations", "--where", "year=abc"), "year=abc is not possible; write year as a whole number, like 2019."),
        (("observations", "--where", "low=many"), "low=many is not possible; write low as a number, like 12.5."),
        (("observations", "--where", "published=June"), "write published as a day, like 2024-06-24."),
        (("observations", "--where", "current=maybe"), "write current as true or false."),
        (("observations", "--where", "measure=convictons"), "“convictons” is not a known measure; did you mean “conv"),
        (("observations", "--where", "place=GTM;HNX"), "“HNX” is not a known place; "),
        (("activities", "--where", "activity_type=zzz"), "“zzz” is not a known activity_type; there are: "),
        (("issues", "--where", "severity=holdd"), "“holdd” is not a known severity; did you mean “hold”?"),
        (
            ("observations", "--where", "year"),
            "“year” is not a condition; write year=value, or year= for what is blank.",
        ),
        (("observations", "--limit", "-3"), "Invalid value for '--limit'"),
        (("observations", "--publication", "abc"), "“abc” is no publication; name one by its number. Kept are: 1."),
    ],
)
def test_what_no_row_could_have_is_refused_in_words(said: Any, words: tuple[str, ...], message: str) -> None:
    said("refresh")
    code, out, err = said("show", *words)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("low=12", 1),
        ("low=12.0", 1),
        ("current=TRUE", 6),
        ("year=2020", 2),
        ("exact=", 1),
        ("place=gtm", 3),
        ("place=FRA", 0),
    ],
)
def test_values_are_compared_by_what_they_say(said: Any, condition: str, rows: int) -> None:
    said("refresh")
    code, out, _ = said("show", "observations", "--where", condition, "--csv")
    assert (code, len(out.strip().splitlines()) - 1) == (0, rows)


@pytest.mark.parametrize(
    "words", [("status", "--max-age", "soon"), ("schedule", "cron", "--at", "25:99"), ("draft", "x.xlsx", "--top", "0")]
)
def test_a_value_that_cannot_be_is_wrong_usage_like_a_name_that_is_not_known(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        cli.main(list(words))
    assert done.value.code == 2
    assert capsys.readouterr().err


def stop(*_: Any, **__: Any) -> NoReturn:
    raise KeyboardInterrupt


def test_a_refresh_that_is_stopped_says_that_nothing_was_published(
    said: Any, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "read_all", stop)
    assert said("refresh") == (130, "", "Stopped; nothing was published. What was published before stands.\n")
    monkeypatch.undo()
    assert said("refresh")[0] == 0


def test_a_refresh_that_is_stopped_after_it_published_says_so(
    said: Any, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "prune", stop)
    code, _, err = said("refresh")
    assert code == 130
    assert err.startswith("Stopped after a new publication was made; it is whole and stands.")
    assert len(published(home, "observations")) == 6


def test_any_other_command_that_is_stopped_says_so(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said("refresh")
    monkeypatch.setattr(provenance, "explain", stop)
    code, _, err = said("explain", "place=GTM")
    assert (code, err.strip()) == (130, "Stopped.")


@pytest.mark.parametrize("command", ["check", "draft"])
def test_a_file_that_is_not_there_is_a_wrong_name(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        cli.main([command, "nothere.xlsx"])
    assert done.value.code == 2
    assert "There is no file nothere.xlsx." in capsys.readouterr().err


def test_last_good_rows_are_spoken_of_only_where_there_are_any(said: Any, home: Home) -> None:
    broken = home.raw / "courts" / "broken.csv"
    broken.write_text("Nobody,knows\n1,2\n", encoding="utf-8")
    code, out, _ = said("refresh")
    assert code == 4
    assert "Stopped: courts/broken.csv" in out
    assert "last good rows" not in out
    broken.unlink()
    (home.raw / "courts" / "returns_2023.csv").write_text("Nobody,knows\n1,2\n", encoding="utf-8")
    assert "The last good rows of a stopped file stay in the tables." in said("refresh")[1]
