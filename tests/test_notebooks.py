"""Notebooks: what they can be asked, that they run on the record, the pages they become, and their tables."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from small_project import small_project

from opdat_analytics import metrics, tables
from opdat_analytics.model import Home, NothingPublished, OpdatError, UnknownName
from opdat_analytics.notebooks import (
    Gap,
    across,
    check_parameters,
    counted,
    in_countries,
    in_words,
    issues_by_file,
    of_places,
    parameters,
    run_notebooks,
    table,
)
from opdat_analytics.notebooks.page import page
from opdat_analytics.refresh import refresh

FOLDER = Path(__file__).parent.parent / "notebooks"
NAMES = [path.stem for path in sorted(FOLDER.glob("*.ipynb"))][:4]

# ---------------------------------------------------------------- what they can be asked


def _write(path: Path, *cells: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    for number, cell in enumerate(cells, start=1):
        cell.id = f"cell-{number}"
    nbformat.write(new_notebook(cells=list(cells)), path)
    return path


def _asks(*lines: str) -> Any:
    return new_code_cell("\n".join(lines), metadata={"tags": ["parameters"]})


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    """A notebook that can be asked something of every kind."""
    return _write(
        tmp_path / "notebooks" / "brief.ipynb",
        _asks(
            'country = "GTM"  # whose figures',
            'scheme = "opdat"',
            'region = "Western Hemisphere"',
            'measures = ["convictions"]',
            "first_year = 2015",
            "last_year = 2022",
            "share = 0.8",
            "rates = False",
        ),
        new_code_cell("print(country, region, measures, first_year, last_year, share, rates)"),
    )


def test_parameters_are_the_literals_of_their_cell_with_their_comments() -> None:
    scheme, first, last = parameters(FOLDER / "01_convictions.ipynb")
    assert (scheme.name, scheme.kind, scheme.default) == ("scheme", "str", "opdat")
    assert scheme.description.startswith("regions: opdat, tip_report_2006")
    assert (first.kind, last.name) == ("int", "last_year")


def test_a_cell_of_parameters_is_read_and_never_run(tmp_path: Path) -> None:
    path = _write(tmp_path / "n.ipynb", _asks(f"year = open({str(tmp_path / 'ran')!r}, 'w')"))
    with pytest.raises(OpdatError, match=r"line 1 of the cell of parameters .* Only literals"):
        parameters(path)
    assert not (tmp_path / "ran").exists()


def test_given_text_gets_the_type_of_its_parameter(brief: Path) -> None:
    given = {"country": "El Salvador", "measures": "charges, prosecutions", "first_year": "2019", "rates": "yes"}
    assert check_parameters(brief, given) == {
        "country": "SLV",
        "measures": ["charges", "prosecutions"],
        "first_year": 2019,
        "rates": True,
    }


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"contry": "GTM"}, UnknownName, "“contry” is not a known parameter of brief; did you mean “country”?"),
        ({"country": "Hondruas"}, UnknownName, r"“Hondruas” is not a known place; did you mean Honduras \(HND\)?"),
        ({"country": "Congo"}, UnknownName, "“Congo” may be any of .*COD"),
        ({"region": "Asai"}, UnknownName, "“Asai” is not a known region of opdat; did you mean “Asia”?"),
        ({"measures": "convictons"}, UnknownName, "“convictons” is not a known measure; did you mean “convictions”?"),
        ({"first_year": "soon"}, UnknownName, "first_year=soon is not a whole number, like 2019"),
        ({"share": "most"}, UnknownName, "share=most is not a number"),
        ({"rates": "maybe"}, OpdatError, "rates=maybe is not true or false"),
        ({"first_year": "2023"}, UnknownName, "first_year=2023 is after last_year=2022"),
        ({"first_year": "20155"}, UnknownName, "first_year=20155 is not a year"),
        ({"scheme": "un_m49"}, UnknownName, "“Western Hemisphere” is not a known region of un_m49; .*Americas"),
    ],
)
def test_what_is_wrong_is_said_with_the_nearest_that_is_right(
    brief: Path, given: dict[str, str], kind: type[OpdatError], said: str
) -> None:
    with pytest.raises(kind, match=said):
        check_parameters(brief, given)


def test_nothing_runs_when_something_is_not_known(record_home: Home, tmp_path: Path) -> None:
    home = Home(record_home.raw, record_home.processed, tmp_path)
    with pytest.raises(UnknownName, match=r"“01_conviction” is not a known notebook of .*mean “01_convictions”"):
        run_notebooks(FOLDER, home, ["01_conviction"])
    with pytest.raises(UnknownName, match="is not a known notebook"):
        run_notebooks(FOLDER, home, ["../elsewhere"])
    with pytest.raises(UnknownName, match=r"“shceme” is not a known parameter .*did you mean “scheme”"):
        run_notebooks(FOLDER, home, given={"shceme": "opdat"})
    with pytest.raises(UnknownName, match="“mexco” is not a known programme of the record; did you mean “mexico”"):
        run_notebooks(FOLDER, home, given={"programme": "mexco"})
    with pytest.raises(
        UnknownName, match="“unodc_gltip” is not a known source of the record; did you mean “unodc_glot"
    ):
        run_notebooks(FOLDER, home, given={"source": "unodc_gltip"})
    with pytest.raises(UnknownName, match=r"“Guatemla” is not a known place; did you mean Guatemala \(GTM\)"):
        run_notebooks(FOLDER, home, ["05_country_brief"], {"country": "Guatemla"})
    with pytest.raises(UnknownName, match="“opdta” is not a known scheme; did you mean “opdat”"):
        run_notebooks(FOLDER, home, given={"scheme": "opdta"})
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- running


def test_they_run_on_the_record_and_become_pages_that_need_nothing_else(record_home: Home, tmp_path: Path) -> None:
    home = Home(record_home.raw, record_home.processed, tmp_path / "exports")
    lines: list[str] = []
    runs = run_notebooks(FOLDER, home, NAMES, {"scheme": "un_m49"}, progress=lines.append)
    assert [(run.name, run.error) for run in runs] == [(name, None) for name in NAMES]
    assert len(lines) == 1 + len(NAMES)
    for run in runs:
        assert run.path_html == home.exports / "notebooks" / f"{run.name}.html"
        _needs_nothing_else(run.path_html.read_text(encoding="utf-8"))
        _executed_in_full(nbformat.read(run.path_ipynb, as_version=4))
    _says_what_the_tables_say(runs[1].path_html, record_home)


def _needs_nothing_else(text: str) -> None:
    soup = BeautifulSoup(text, "html.parser")
    assert not soup.find_all(["script", "iframe", "link", "object", "embed", "svg"])
    assert not [tag for tag in soup.find_all(src=True) if not tag["src"].startswith("data:image/png;base64,")]
    assert not re.search(r"@import|url\(", text)
    for image in soup.find_all("img"):
        assert len(image["alt"]) > 60, "an alternative text says what the chart shows"
    assert all("open" not in fold.attrs for fold in soup.find_all("details"))
    assert "default-src 'none'" in soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert soup.title.text
    assert soup.html["lang"] == "en"


def _executed_in_full(notebook: Any) -> None:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [out for cell in code for out in cell.outputs if out.output_type in ("error", "stream")]
    assert not [cell for cell in notebook.cells if "execution" in cell.metadata], "no time stamps"


def _says_what_the_tables_say(path: Path, home: Home) -> None:
    obs = tables.observations(source="unodc_glotip", scheme="un_m49", home=home)
    last = metrics.totals(obs, "convictions", by=["year"], years=range(2015, 2023)).iloc[-1]
    text = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text(" ", strip=True)
    assert f"For 2022, {last.n_reporting} places reported together {in_words(last)} persons convicted" in text
    assert "Western Asia" not in text
    assert re.search(r"Region 2015 .* Africa .* Americas .* Asia .* Europe", text), "the regions that were asked for"


@pytest.fixture
def small(tmp_path: Path) -> Home:
    home = small_project(tmp_path)
    assert refresh(home).exit_code == 0
    return home


def test_given_values_stand_behind_the_defaults(small: Home, brief: Path) -> None:
    [run] = run_notebooks(brief.parent, small, given={"country": "Honduras", "first_year": "2020"})
    assert run.error is None
    done = nbformat.read(run.path_ipynb, as_version=4)
    assert done.cells[1].source == "# As given for this run.\ncountry = 'HND'\nfirst_year = 2020"
    assert done.cells[1].metadata.tags == ["injected-parameters"]
    assert done.cells[2].outputs[0].text == "HND Western Hemisphere ['convictions'] 2020 2022 0.8 False\n"


def test_a_failure_keeps_what_came_before_and_names_the_cell(small: Home, tmp_path: Path) -> None:
    folder = tmp_path / "notebooks"
    _write(
        folder / "fails.ipynb",
        new_markdown_cell("# Halfway"),
        new_code_cell("print('so far')"),
        new_code_cell("rows = 3\nrows / 0"),
        new_code_cell("print('never')"),
    )
    _write(folder / "works.ipynb", new_code_cell("import os, sys\nprint(sys.executable, os.getcwd())"))
    failed, worked = run_notebooks(folder, small)
    assert failed.error == "cell 3 (“rows = 3”): ZeroDivisionError: division by zero"
    text = failed.path_html.read_text(encoding="utf-8")
    assert "Not finished." in text
    assert "so far" in text
    assert "<pre>never" not in text
    assert nbformat.read(failed.path_ipynb, as_version=4).cells[3].execution_count is None
    assert worked.error is None, "one failure does not stop the others"
    printed = nbformat.read(worked.path_ipynb, as_version=4).cells[0].outputs[0].text
    assert printed == f"{sys.executable} {folder.resolve()}\n"


@pytest.mark.parametrize(
    ("failures", "said"), [(1, None), (9, "its Python process did not start in 3 attempts: taken")]
)
def test_a_process_that_does_not_start_is_started_again(
    small: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int, said: str | None
) -> None:
    """Two programs may choose the same free port at once; the later one ends before it has run anything."""
    start, begun = NotebookClient.execute, []

    def late(client: NotebookClient, **named: Any) -> Any:
        begun.append(client)
        if len(begun) <= failures:
            raise RuntimeError("taken")
        return start(client, **named)

    monkeypatch.setattr(NotebookClient, "execute", late)
    _write(tmp_path / "notebooks" / "one.ipynb", new_code_cell("print('run')"))
    [run] = run_notebooks(tmp_path / "notebooks", small)
    assert run.error == said
    assert len(begun) == min(failures + 1, 3)
    assert ("<pre>run" in run.path_html.read_text(encoding="utf-8")) == (said is None)


def test_where_nothing_is_published_it_says_what_to_do(record_home: Home, tmp_path: Path) -> None:
    with pytest.raises(NothingPublished, match="Run `opdat refresh`"):
        run_notebooks(FOLDER, Home(record_home.raw, tmp_path / "empty", tmp_path / "exports"))
    assert not (tmp_path / "exports").exists()


def test_in_a_notebook_too_it_says_so_without_a_traceback(small: Home, tmp_path: Path) -> None:
    first = 'import os\nos.environ["OPDAT_PROCESSED"] = "empty"'
    start = "import opdat_analytics as opdat\nfrom opdat_analytics.notebooks import setup\nsetup()\nopdat.publication()"
    _write(tmp_path / "notebooks" / "early.ipynb", new_code_cell(first), new_code_cell(start))
    [run] = run_notebooks(tmp_path / "notebooks", small)
    assert run.error is not None
    assert run.error.startswith("cell 2 (“import opdat_analytics as opdat”): NothingPublished: Nothing is published in")
    text = run.path_html.read_text(encoding="utf-8")
    assert "Run `opdat refresh` (or `make run`) first." in text
    assert "Traceback" not in text


# ---------------------------------------------------------------- pages

HOSTILE = (
    "<b>kept</b><script>alert(1)</script><img src=x onerror=alert(1)><img src='https://far.example/x.png'>"
    "<a href='javascript:alert(1)'>link</a><iframe src='https://far.example'></iframe>"
    "<p style='background:url(https://far.example/x)' onclick='alert(1)'>text</p><svg onload=alert(1)></svg>"
)


def _shows(*data: dict[str, str], metadata: dict[str, Any] | None = None) -> Any:
    outputs: Sequence[Any] = [new_output("display_data", data=one, metadata=metadata or {}) for one in data]
    return new_notebook(cells=[new_code_cell("shown", outputs=list(outputs), id="one")])


@pytest.mark.filterwarnings("ignore:Your element with mimetype")
@pytest.mark.parametrize("mimetype", ["text/html", "text/markdown"])
def test_what_data_bring_along_is_shown_and_never_runs(mimetype: str) -> None:
    text = page(_shows({mimetype: HOSTILE}, {"application/javascript": "alert(1)"}), "hostile")
    soup = BeautifulSoup(text, "html.parser")
    assert soup.main.b.text == "kept"
    assert not soup.find_all(["script", "iframe", "svg"])
    assert not soup.find_all(src=True)
    assert not soup.main.find_all(href=True)
    assert not soup.find_all(onclick=True)
    assert "url(" not in str(soup.find_all(style=True))


def test_plain_text_is_not_read_as_markup() -> None:
    text = page(_shows({"text/plain": "<script>alert(1)</script>"}), "<b>name</b>")
    assert "&lt;script&gt;" in text
    assert "<title>&lt;b&gt;name&lt;/b&gt;</title>" in text


def test_a_picture_keeps_its_alternative_text() -> None:
    alt = {"image/png": {"alt": 'Lines of "convictions" <by region>'}}
    soup = BeautifulSoup(page(_shows({"image/png": "aGk=\n"}, metadata=alt), "picture"), "html.parser")
    assert soup.img["alt"] == 'Lines of "convictions" <by region>'
    assert soup.img["src"] == "data:image/png;base64,aGk="


def test_code_is_folded_away() -> None:
    soup = BeautifulSoup(page(_shows({"text/plain": "42"}), "fold"), "html.parser")
    assert soup.details.summary.text == "Code"
    assert soup.details.pre.text == "shown"


# ---------------------------------------------------------------- tables


@pytest.fixture
def totals() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place": ["GTM", "GTM", "SLV", "SLV"],
            "year": [2019, 2020, 2019, 2020],
            "low": [12.0, 75.0, 0.0, None],
            "high": [12.0, None, 4.0, None],
            "qualifier": ["exact", "at_least", "between", "unquantified"],
            "change_low": [None, 63.0, -5.0, None],
            "change_high": [None, None, -1.0, None],
            "n_reporting": [1, 1, 1, 0],
            "n_expected": [1, 1, 2, 2],
            "coverage": [1.0, 1.0, 0.5, 0.0],
        }
    )


def test_a_table_shows_bounds_in_shorthand_and_codes_as_names(totals: pd.DataFrame) -> None:
    shown = table(totals, {"place": "Country", "year": "Year", "figure": "Convictions", "reporting": "Reporting"})
    assert shown.body == (
        ("Guatemala", "2019", "12", "1 of 1 (100%)"),
        ("Guatemala", "2020", "≥75", "1 of 1 (100%)"),
        ("El Salvador", "2019", "0–4", "1 of 2 (50%)"),
        ("El Salvador", "2020", "—", "0 of 2 (0%)"),
    )


def test_changes_have_signs_and_may_be_open(totals: pd.DataFrame) -> None:
    changes = [row[0] for row in table(totals, {"change": "Change"}).body]
    assert changes == ["—", "+63 or more", "−5 to −1", "—"]


def test_bounds_that_print_alike_are_printed_once() -> None:
    frame = pd.DataFrame({"low": [0.0904], "high": [0.0935]})
    assert table(frame, {"figure": "Ratio"}).body == (("0.09",),)


def test_a_table_across_says_who_reported(totals: pd.DataFrame) -> None:
    shown = across(totals, rows="place")
    assert shown.header == ("Country", "2019", "2020")
    assert shown.body[1] == ("El Salvador", "0–4\n1 of 2", "—\n0 of 2")
    with pytest.raises(OpdatError, match="Several rows share a place and year"):
        across(pd.concat([totals, totals]), rows="place")


def test_a_table_says_what_it_leaves_out_and_which_column_is_missing(totals: pd.DataFrame) -> None:
    assert table(totals, {"year": "Year"}, most=1).note == "1 of 4 rows are shown."
    with pytest.raises(OpdatError, match="no column regoin"):
        table(totals, {"regoin": "Region"})


def test_where_there_are_no_rows_there_are_no_headings() -> None:
    shown = table(pd.DataFrame({"year": []}), {"year": "Year"}, caption="Held")
    assert shown._repr_html_() == '<p class="note">Held: No rows.</p>'
    assert repr(shown) == "No rows."


def test_money_carries_its_sign_beside_what_is_no_money() -> None:
    frame = pd.DataFrame(
        {
            "measure": ["seizures", "rewards", "detentions"], "unit": ["usd", "usd", "persons"],
            "breakdown": ["asset: cash", "total", "case: Alfa Siete"],
            "low": [1e6, 8e6, 19.0], "high": [None, 8e6, 19.0], "qualifier": ["over", "exact", "exact"],
        }
    )  # fmt: skip
    assert table(frame, {"of": "Of what", "figure": "Read as"}).body == (
        ("Seizures (cash)", "≥$1,000,000"),
        ("Rewards offered", "$8,000,000"),
        ("Detentions (Alfa Siete)", "19"),
    )


def test_words_agree_with_their_number() -> None:
    told = [counted(number, "programme states", "programmes state") for number in (0, 1, 2, 1204)]
    assert told == ["no programmes state", "**1** programme states", "**2** programmes state",
                    "**1,204** programmes state"]  # fmt: skip
    assert repr(counted(Gap("Nobody knows."), "one", "many")) == "Nothing to show here: Nobody knows."


def test_parts_of_a_country_count_as_the_country_and_a_destination_is_no_place_of_an_activity() -> None:
    frame = pd.DataFrame(
        {
            "places": ["MEX_STATES", "IDN_PROVINCES;NPL", "US_AK", "ALB;USA", "OPDAT_WHA", None],
            "roles": ["location", None, None, "location;destination", "location", None],
        }
    )
    inside = in_countries(frame)
    assert inside.places.dropna().tolist() == ["MEX", "IDN;NPL", "USA", "ALB;USA", "OPDAT_WHA"]
    assert of_places(inside, ["USA"]).index.tolist() == [2, 3]
    assert of_places(inside, ["USA"], role="location").index.tolist() == [2]


def test_cells_are_text_never_markup() -> None:
    frame = pd.DataFrame({"text": ["<script>alert(1)</script>"]})
    shown = table(frame, {"text": "As printed"})._repr_html_()
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown


def test_issues_are_grouped_by_file_with_what_became_of_each() -> None:
    frame = pd.DataFrame(
        {
            "severity": ["hold", "flag", "hold"], "file": ["b.xlsx", "a.xlsx", "b.xlsx"], "sheet": ["S", "S", "S"],
            "cell": ["B2", "A1", "A9"], "text": ["Hondruas", "x", "7.5"], "message": ["m1", "m2", "m3"],
            "hint": ["did you mean Honduras?", None, None], "acknowledged": [False, False, True],
        }
    )  # fmt: skip
    shown = issues_by_file(frame)
    assert [one.caption for one in shown.each] == ["a.xlsx: 1 taken, but odd", "b.xlsx: 2 held"]
    assert shown.each[1].body[1] == ("held", "S", "B2", "Hondruas", "m1", "did you mean Honduras?", "no")
    assert shown._repr_html_().count("<table") == 2
    assert "Nothing was stopped, held or found odd" in repr(issues_by_file(frame.head(0)))
