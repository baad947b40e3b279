"""The packs of the record: whole, in time, explained, and opened in a browser."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pypdfium2
import pytest

import opdat_analytics as opdat
from opdat_analytics import store
from opdat_analytics.cli import main
from opdat_analytics.exports.page import MOST
from opdat_analytics.model import Home, OpdatError, UnknownName
from opdat_analytics.packs import build, scopes
from opdat_analytics.packs.made import make_pack

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def standing(record_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, float]:
    """The standing pack of the record, written once, and the seconds of one core it took."""
    home = Home(record_home.raw, record_home.processed, tmp_path_factory.mktemp("exports"))
    began = time.process_time()
    make_pack(home, lambda: build.record(home))
    return home, time.process_time() - began


def contents(home: Home, folder: str = ".") -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        (home.exports / folder / "pack.json").read_text(encoding="utf-8")
    )
    return found


def test_the_standing_pack_is_made_in_a_minute(standing: tuple[Home, float]) -> None:
    home, seconds = standing
    assert seconds < 60
    assert (home.exports / "pack.html").stat().st_size < MOST


def overlapping(page: pypdfium2.PdfPage) -> list[str]:
    """Neighbouring letters of a line of which one lies on the other by more than a kerned pair does."""
    text = page.get_textpage()
    lines: dict[int, list[tuple[float, float, str]]] = {}
    for number, letter in enumerate(text.get_text_range(0, text.count_chars())):
        if letter.strip() and number < text.count_chars():
            left, bottom, right, _ = text.get_charbox(number, loose=True)
            lines.setdefault(round(bottom), []).append((left, right, letter))
    pairs = (pair for line in lines.values() for pair in pairwise(sorted(line)))
    # The letters of a ligature share one box.
    return [one[2] + two[2] for one, two in pairs if one[:2] != two[:2] and two[0] < one[1] - 2]


def test_no_column_of_a_table_runs_into_the_next(standing: tuple[Home, float]) -> None:
    document = pypdfium2.PdfDocument(standing[0].exports / "pack.pdf")
    assert {number: found for number, page in enumerate(document, 1) if (found := overlapping(page))} == {}


def test_every_figure_id_of_the_standing_pack_is_explained(standing: tuple[Home, float]) -> None:
    home, _ = standing
    figures = [figure for section in contents(home)["sections"] for figure in section["figures"]]  # type: ignore[attr-defined]
    assert len(figures) > 10
    for figure in figures:
        assert len(opdat.explain(figure["figure_id"], home=home).cells), figure["name"]


def test_a_manager_asks_for_a_country_a_programme_and_single_charts(
    standing: tuple[Home, float], capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = standing
    options = ["--raw", str(home.raw), "--processed", str(home.processed), "--exports", str(home.exports)]
    for asked, folder in (
        (["--country", "Guatemala"], "country-gtm"),
        (["--programme", "jtfa"], "programme-jtfa"),
        (["--only", "convictions-by-region,jtfa-convictions-to-date"], "record-chosen"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(["export", *asked, *options])
        assert stopped.value.code == 0, capsys.readouterr().err
        assert (home.exports / folder / "pack.pdf").exists()
    titles = [section["title"] for section in contents(home, "country-gtm")["sections"]]
    assert titles == ["Convictions and prosecutions reported by national authorities", "What is listed as done"]
    with pytest.raises(SystemExit) as stopped:
        main(["export", "--country", "Atlantis", *options])
    assert stopped.value.code == 2
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["show", "packs", "--json", *options])
    rows = pd.DataFrame(json.loads(capsys.readouterr().out))
    assert set(rows["pack"]) == {"record", "country-gtm", "programme-jtfa", "record-chosen"}
    assert set(rows["files"]) == {"as made"}
    assert set(rows["restated"]) == {""}


def test_what_is_not_known_is_named_with_the_nearest(record_home: Home) -> None:
    with pytest.raises(UnknownName, match="did you mean “jtfa”"):
        scopes.programme_sections(record_home, "jfta")
    with pytest.raises(UnknownName, match="is no country"):
        scopes.country_code("WORLD")
    with pytest.raises(OpdatError, match="Nothing is published of"):
        scopes.country_sections(record_home, "Tuvalu")


def test_charts_of_notebooks_are_explained_too(record_home: Home, tmp_path: Path) -> None:
    from opdat_analytics.notebooks import run_notebooks

    home = Home(record_home.raw, record_home.processed, tmp_path)
    [run] = run_notebooks(ROOT / "notebooks", home, ["01_convictions"])
    assert run.error is None
    shown = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert shown
    for figure_id in shown:
        assert store.open_publication(home).id in figure_id
        assert len(opdat.explain(figure_id, home=home).cells)


@pytest.fixture(scope="module")
def browser():  # type: ignore[no-untyped-def]
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_no_fault_in_the_page(standing: tuple[Home, float], browser, width: int) -> None:  # type: ignore[no-untyped-def]
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto((standing[0].exports / "pack.html").as_uri())
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == [], "no message, no fault of the script, nothing loaded"
    page.close()


def test_filters_leave_the_rows_that_are_asked_for(standing: tuple[Home, float], browser) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page()
    page.goto((standing[0].exports / "pack.html").as_uri())
    page.select_option("#by-region", label="Africa")
    page.select_option("#by-year", label="2015")
    page.select_option("#by-measure", label="Convictions")
    rows = page.eval_on_selector_all(
        "#charts article:not([hidden]) tbody tr:not([hidden])", "rows => rows.map(row => row.cells[0].textContent)"
    )
    assert rows
    assert page.eval_on_selector_all(
        "tbody tr:not([hidden])", "rows => rows.every(row => row.textContent.includes('2015') || !row.offsetParent)"
    )
    page.focus("text=Show all")
    page.keyboard.press("Enter")
    page.locator("#shown", has_text="All charts").wait_for()
    assert page.eval_on_selector_all("article[hidden], tr[hidden]", "found => found.length") == 0
    page.close()


def test_the_page_is_whole_without_its_script(standing: tuple[Home, float], browser) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((standing[0].exports / "pack.html").as_uri())
    articles = page.locator("article")
    assert articles.count() == page.locator("article:visible").count() > 10
    assert page.locator("#filter-box").is_hidden()
    page.locator("summary").first.click()
    assert page.locator("table").first.is_visible()
    page.keyboard.press("Tab")
    context.close()
