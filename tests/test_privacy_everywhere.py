"""Secrets planted in every corner of files that are stopped are in no byte that any command writes or says."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment
from small_project import small_project
from test_privacy_exports import planted, texts_in

from opdat_analytics import charts, export, export_pack, metrics, observations, protected
from opdat_analytics.cli import main
from opdat_analytics.exports.released import REGISTER
from opdat_analytics.exports.tables import write_tables
from opdat_analytics.model import ExportFailed, Home
from opdat_analytics.refresh import refresh

SECRETS = ("Quillfeather", "Zorvana", "K7712349", "planted.person@", "12/11/1987")


def _stopped_files(folder: Path) -> list[Path]:
    """One secret person in a list, a form, a sentence, a comment, a property, a tab, a hidden sheet and a bad cell."""
    counts = [["Country", "Year", "Convictions"], ["Guatemala", 2019, 12], ["Honduras", 2019, 7]]
    sentence = "La víctima Zorvana Quillfeather, pasaporte K7712349, fue remitida"
    form = [["Nombre:", "Zorvana Quillfeather"], ["Fecha de nacimiento:", "12/11/1987"], ["Pasaporte:", "K7712349"]]
    person = ["Zorvana Quillfeather", "K7712349", "12/11/1987", "planted.person@example.org"]
    listed = [["Nombre", "Pasaporte", "F. nac.", "Correo"], *[person] * 2]
    made = []
    for what in ("list", "form", "sentence", "comment", "property", "tab", "hidden", "fault"):
        book = openpyxl.Workbook()
        first = book.active
        for row in counts:
            first.append(row)
        if what in ("list", "hidden"):
            sheet = book.create_sheet("Datos")
            for row in listed:
                sheet.append(row)
            sheet.sheet_state = "hidden" if what == "hidden" else "visible"
        elif what == "form":
            for row in form:
                first.append(row)
        elif what == "comment":
            first["C2"].comment = Comment(sentence, "x")
        elif what == "property":
            book.properties.title = sentence
        elif what == "tab":
            book.create_sheet("Víctima Maria Quillfeather").append([1])
        elif what == "sentence":
            first.append([sentence])
        else:
            first.append(["Zorvana Quillfeather", "12/11/1987", "K7712349"])
            first.append([sentence, "#REF!", "=1/0"])
        made.append(folder / f"bad_{what}.xlsx")
        book.save(made[-1])
    text = folder / "bad_text.csv"
    text.write_text(f'Country,Year,Convictions\nGuatemala,2020,"{sentence}"\n', encoding="utf-8")
    return [*made, text]


def test_no_command_says_or_writes_anything_of_a_stopped_file(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = small_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    bad = _stopped_files(home.raw / "courts")
    commands = [["refresh"], ["status"], ["show", "issues", "--csv", "--limit", "0"], ["show", "ledger"],
                ["changes"], ["explain", "measure=convictions", "place=GTM", "year=2019"],
                ["decide", "--xlsx", "out/decide.xlsx"]]  # fmt: skip
    (tmp_path / "out").mkdir()
    for path in bad:
        commands += [["check", str(path), "--copy-to", f"out/{path.stem}.xlsx"], ["check", str(path), "--json"],
                     ["draft", str(path), "--html", f"out/draft_{path.stem}.html"]]  # fmt: skip
    for words in commands:
        with pytest.raises(SystemExit):
            main(words)
    write_tables(home)
    said = capsys.readouterr()
    told = said.out + said.err + caplog.text
    assert told.count("personal_columns") + told.count("about persons") + told.count("lists persons") >= len(bad)
    assert [secret for secret in SECRETS if secret in told] == []
    for folder in (home.processed, home.exports, tmp_path / "out"):
        assert planted(folder, SECRETS) == []
    later = [path for path in home.raw.rglob("*") if path.is_file() and path not in bad]
    kept = b"".join(text for path in later for text in texts_in(path.read_bytes(), path.name))
    assert not any(secret.encode() in kept for secret in SECRETS)


@pytest.fixture
def guarded(tmp_path: Path) -> Home:
    """A source of which counts below five must not leave."""
    home = Home.at(tmp_path)
    (home.raw / "returns").mkdir(parents=True)
    (home.raw / "returns" / "source.toml").write_text(
        'title = "Returns"\nconstants = { measure = "convictions", unit = "persons" }\n[[layout]]\n'
        'columns = { Country = "place", Year = "year", Convictions = "value" }\n', encoding="utf-8",
    )  # fmt: skip
    numbers = {"Guatemala": (31, 3, 29, 33), "Honduras": (17, 18, 2, 19), "Belize": (1, 2, 1, 3)}
    lines = [f"{place},{2019 + n},{value}" for place, row in numbers.items() for n, value in enumerate(row)]
    text = "\n".join(["Country,Year,Convictions", *lines, ""])
    (home.raw / "returns" / "a.csv").write_text(text, encoding="utf-8")
    (home.raw / "disclosure.toml").write_text('[[rule]]\nsource = "returns"\nthreshold = 5\n', encoding="utf-8")
    refresh(home)
    return home


def test_charts_draw_what_is_hidden_as_c_on_pictures_pages_slides_and_in_words(guarded: Home) -> None:
    seen = protected(observations(home=guarded), home=guarded)
    by_year = metrics.totals(seen, "convictions", by=["place", "year"])
    hidden = by_year["qualifier"] == "suppressed"
    assert set(by_year.loc[hidden, "place"]) == {"GTM", "HND", "BLZ"}
    drawn = [charts.trend(by_year, by="place", name="lines", publication="1-x"),
             charts.grid(by_year, rows="place", name="grid", publication="1-x")]  # fmt: skip
    for chart in drawn:
        assert f"{hidden.sum()} figures are hidden so that no person can be told: [c]." in chart.alt
        assert "no number" not in chart.alt
    year = by_year[by_year["year"] == 2019]
    ranked = charts.ranked(year, by="place", name="ranked", publication="1-x")
    assert "Hidden so that no person can be told, however many: Belize [c]." in ranked.caveats
    paths = export([*drawn, ranked], guarded.exports / "charts", home=guarded)
    for name in ("lines", "grid", "ranked"):
        assert "[c]" in (guarded.exports / "charts" / f"{name}.svg").read_text(encoding="utf-8")
    assert all(path.exists() for path in paths)
    made = export_pack([*drawn, ranked], guarded.exports / "pack", title="Pack", home=guarded)
    slides = b"".join(texts_in(next(p for p in made if p.suffix == ".pptx").read_bytes(), "pptx"))
    assert b"[c] in the table: hidden so that no person can be told, however many" in slides
    plt.close("all")


def test_every_release_is_noted_and_counts_for_those_that_follow(guarded: Home) -> None:
    write_tables(guarded)
    register = guarded.exports / REGISTER
    noted = pd.read_csv(register, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert noted["release"].unique().tolist() == ["1"]
    assert sorted(noted.loc[noted["low"] != "", "low"].astype(int)) == [17, 18, 19, 29, 31, 33]
    first = register.read_bytes()
    write_tables(guarded)
    assert register.read_bytes() == first  # nothing new was said
    (guarded.exports / "tables" / "observations.csv").unlink()
    path = guarded.raw / "returns" / "a.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Honduras,2019,17", "Honduras,2019,19"), encoding="utf-8")
    refresh(guarded)
    seen = protected(observations(home=guarded), home=guarded)
    now = seen[(seen["place"] == "HND") & (seen["year"] == 2019) & seen["current"]]
    assert now["text"].tolist() == ["[c]"]  # two more than was released would be two persons
    open_figures = metrics.totals(observations(home=guarded), "convictions", by=["place", "year"])
    with pytest.raises(ExportFailed, match="must not leave"):
        export([charts.grid(open_figures, rows="place", name="open", publication="1-x")], guarded.exports, home=guarded)
    assert register.read_bytes() == first  # what was refused was not released
    plt.close("all")


def test_a_register_that_was_spoilt_stops_exports(guarded: Home) -> None:
    write_tables(guarded)
    register = guarded.exports / REGISTER
    whole = register.read_text(encoding="utf-8-sig")
    for spoilt in ("release,source\r\n1,returns\r\n", whole.replace("31", "many"), "", whole.replace("high", "hi")):
        register.write_text(spoilt, encoding="utf-8")
        with pytest.raises(ExportFailed, match=r"released\.csv.*Put it back"):
            write_tables(guarded)
