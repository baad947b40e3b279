"""The pages people read are held against the code: commands, links, columns, declarations, printed output."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer

from opdat_analytics import cli, metrics
from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.model import TABLES
from opdat_analytics.tables import observations

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *(p for p in (README, ROOT / "CHANGELOG.md") if p.exists())])
MADE_LATER = ("exports/", "data/processed/")
"""Folders that a run makes; a page may name them before they are there."""
WORKED_EXAMPLE = ROOT / "docs" / "add_a_source.md"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page that are in one of the languages."""
    found = re.findall(r"^```([\w-]*)\n(.*?)^```$", text_of(page), re.M | re.S)
    return [body for language, body in found if language in languages]


def inline_code(page: Path) -> list[str]:
    prose = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.M | re.S)
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose)


def commands(page: Path) -> Iterator[str]:
    """Every `opdat …` that a page tells people to type, without the folder it lies in."""
    lines = [line for body in blocks(page, "", "console", "sh", "bash", "ini", "bat") for line in body.splitlines()]
    for line in (*lines, *inline_code(page)):
        typed = re.search(r"(?:^|[\s\\/=\"])opdat(?:\.exe)?\"? ([a-z-].*)$", line.strip())
        if typed and not re.search(r"\bimport\b", line):
            yield re.split(r"\s#|\s*[|>&;]|\s{3}", typed[1])[0].strip()


def cases(of: str) -> list[tuple[Path, str]]:
    found = {"commands": commands, "toml": lambda p: blocks(p, "toml"), "python": lambda p: blocks(p, "python")}[of]
    return [(page, item) for page in PAGES for item in found(page)]


def named(case: object) -> str:
    return case.name if isinstance(case, Path) else str(case)[:40]


@pytest.mark.parametrize(("page", "command"), cases("commands"), ids=named)
def test_every_command_that_a_page_names_exists_with_its_options(page: Path, command: str) -> None:
    words = re.findall(r"[^\s\[\],]+", command)
    app: Any = typer.main.get_command(cli.app)
    given = next((word for word in words if word in app.commands), None)
    assert given, f"{page.name}: “opdat {command}” names no command; there are: {', '.join(app.commands)}"
    at = words.index(given)
    for word, owner in [*((w, app) for w in words[:at]), *((w, app.commands[given]) for w in words[at:])]:
        if word.startswith("-"):
            known = {name for parameter in owner.params for name in parameter.opts} | {"--help"}
            assert word.partition("=")[0] in known, f"{page.name}: opdat {given} has no option {word}"


@pytest.mark.parametrize(("page", "command"), [c for c in cases("commands") if c[1].startswith("show ")], ids=named)
def test_every_table_and_column_that_a_command_shows_exists(page: Path, command: str) -> None:
    table = command.split()[1]
    assert table in (*TABLES, "places", "measures", "packs", "TABLE"), f"{page.name}: there is no table {table}"
    asked = re.search(r"--columns ([\w,]+)", command)
    if asked and table in TABLES:
        assert set(asked[1].split(",")) <= {c.name for c in TABLES[table]}, f"{page.name}: {table} lacks a column"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() and there.parent == ROOT / "notebooks" and not list(there.parent.glob("*.ipynb")):
            continue  # a checkout without notebooks
        assert there.exists(), f"{page.name} links to {target}, which is not there"
        if anchor and there.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", text_of(there), re.M)
            anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in anchors, f"{page.name} links to {target}; {there.name} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_path_of_the_repository_that_a_page_names_is_there(page: Path) -> None:
    tops = r"(?:docs|tests|benchmarks|notebooks|opdat_analytics|data)/"
    for code in inline_code(page):
        plain = re.fullmatch(rf"{tops}[\w./-]*", code)
        example = page == WORKED_EXAMPLE and code.startswith("data/raw/")
        if not plain or code.startswith(MADE_LATER) or example:
            continue
        assert (ROOT / code).exists(), f"{page.name} names {code}, which is not there"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_column_that_a_page_names_with_its_table_exists(page: Path) -> None:
    for table, column in re.findall(rf"`({'|'.join(TABLES)})\.(?!csv`)(\w+)`", text_of(page)):
        names = [c.name for c in TABLES[table]]
        assert column in names, f"{page.name}: {table} has no column {column}; it has: {', '.join(names)}"


@pytest.mark.parametrize(("page", "body"), cases("toml"), ids=named)
def test_every_declaration_that_a_page_shows_can_be_used(page: Path, body: str, tmp_path: Path) -> None:
    whole = tomllib.loads(body)
    if "layout" not in whole:
        return
    declaration = tmp_path / "example" / "source.toml"
    declaration.parent.mkdir()
    declaration.write_text(body, encoding="utf-8")
    assert read_declaration(declaration).layouts


@pytest.mark.parametrize(("page", "body"), cases("python"), ids=named)
def test_every_piece_of_python_that_a_page_shows_compiles(page: Path, body: str) -> None:
    compile(body, str(page), "exec")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_names_a_package_registry_or_somebodys_machine(page: Path) -> None:
    registry = re.search(r"--(?:extra-)?index-url|--find-links|/simple/", text_of(page))
    assert registry is None, f"{page.name} names a package registry: {registry and registry[0]}"
    machine = re.search(r"(?:/home/|/root/|/Users/|/tmp/|[A-Z]:\\Users\\)\w+", text_of(page))
    assert machine is None, f"{page.name} names a folder of somebody's machine: {machine and machine[0]}"


def test_the_readme_is_a_two_minute_map() -> None:
    if not README.exists():
        pytest.skip("this checkout has no README.md")
    assert len(text_of(README).splitlines()) <= 80


# ---------------------------------------------------------------- the worked example, followed line by line

_STEP = re.compile(
    r"folder `data/raw/(?P<folder>\w+)/` and put (?:the workbook )?`(?P<file>[\w.]+)` into it\. "
    r"Its sheet `(?P<sheet>\w+)`"
    r"|(?P<table>(?:^\|[^\n]*\|\n)+)"
    r"|^```toml\n(?P<toml>.*?)^```$"
    r"|^```console\n(?P<console>.*?)^```$"
    r"|cell (?P<cell>[A-Z]+\d+) of `(?P<of>[\w./]+)` now says “(?P<says>[^”]+)”",
    re.M | re.S,
)


def workbook(path: Path, sheet: str, table: str) -> None:
    """The sheet that a page shows as a table with column letters and row numbers."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for line in table.splitlines()[2:]:
        number, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        for column, cell in enumerate(cells, start=1):
            if cell:
                page.cell(int(number), column, int(cell) if cell.isdecimal() else cell)
    book.save(path)


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit):
        cli.main(arguments)
    return comparable(capsys.readouterr().out)


def comparable(output: str) -> list[str]:
    """Lines without what differs from version to version: the hash in a publication's name."""
    return [re.sub(r"\b(\d+)-[0-9a-f]{6}\b", r"\1", line).rstrip() for line in output.splitlines()]


def test_the_worked_example_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPDAT_HOME", str(tmp_path))
    for name in ("OPDAT_RAW", "OPDAT_PROCESSED", "OPDAT_EXPORTS"):
        monkeypatch.delenv(name, raising=False)
    folder, pending, compared = tmp_path, ("", ""), 0
    for step in _STEP.finditer(text_of(WORKED_EXAMPLE)):
        if step["folder"]:
            folder, pending = tmp_path / "data" / "raw" / step["folder"], (step["file"], step["sheet"])
            folder.mkdir(parents=True)
        elif step["table"] and step["table"].startswith("| | A |"):
            workbook(folder / pending[0], pending[1], step["table"])
        elif step["toml"]:
            with (folder / "source.toml").open("a", encoding="utf-8") as declaration:
                declaration.write(f"\n{step['toml']}")
        elif step["cell"]:
            path = tmp_path / "data" / "raw" / step["of"]
            book = openpyxl.load_workbook(path)
            book.active[step["cell"]] = step["says"]
            book.save(path)
        elif step["console"]:
            for typed in re.findall(r"^\$ opdat (.*?)\n(.*?)(?=^\$|\Z)", step["console"], re.M | re.S):
                printed = said(shlex.split(typed[0]), capsys)
                for line in comparable(typed[1]):
                    assert line in printed, f"opdat {typed[0]} does not print “{line}”:\n" + "\n".join(printed)
                    compared += 1
    assert compared > 20


# ---------------------------------------------------------------- figures that pages quote from the record


def test_the_figures_of_the_data_model_stand_in_the_record(record: Any) -> None:
    rows = re.findall(
        r"^\| `(.+?)` \| (.+?) \| (.+?) \| (.+?) \| (\w+) \|$", text_of(ROOT / "docs" / "data_model.md"), re.M
    )
    assert len(rows) >= 7
    for printed, _, low, high, qualifier in rows:
        found = record.observations.query("text == @printed and qualifier == @qualifier")
        assert len(found), f"no figure “{printed}” with the qualifier {qualifier}"
        lows = {float(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", low)}
        assert set(found["low"].dropna()) == lows, printed
        open_above = {"unbounded", "none"}
        highs = lows if high == "the same" else set() if high in open_above else {float(high.replace(",", ""))}
        assert set(found["high"].dropna()) == highs, printed


def test_the_coverage_example_of_the_methods_is_what_the_metric_gives(record: Any) -> None:
    seen = observations(scheme="opdat", home=record.home)
    africa = metrics.totals(seen, "convictions", by=["region", "year"], source="unodc_glotip").query(
        "region == 'Africa' and year in [2019, 2022]"
    )
    first, last = africa[["low", "high", "n_reporting", "n_expected"]].astype(int).to_numpy().tolist()
    assert (
        f"were [{first[0]}, {first[1]}] in 2019, from {first[2]} of {first[3]} places; "
        f"[{last[0]}, {last[1]}] in 2022, from {last[2]}." in text_of(ROOT / "docs" / "methods.md")
    )
    assert africa["partial"].all()


def test_the_restatement_that_the_data_model_quotes_is_in_the_record(record: Any) -> None:
    unodc = record.revisions[record.revisions["source"] == "unodc_glotip"]
    assert f"restated {len(unodc)} figures" in text_of(ROOT / "docs" / "data_model.md")
    emirates = unodc.query("place == 'ARE' and measure == 'convictions' and year == 2019")
    assert emirates[["text_from", "text_to"]].to_numpy().tolist() == [["67", "92"]]


@pytest.mark.parametrize(
    ("events", "printed"), [(10, "limits of 4.8 to 18.4"), (20, "twenty, 12.2 to 30.9")], ids=["ten", "twenty"]
)
def test_the_limits_that_the_methods_quote_are_computed(events: int, printed: str) -> None:
    lower, upper = metrics.garwood(events)
    assert f"{lower:.1f} to {upper:.1f}" in printed
    assert printed in text_of(ROOT / "docs" / "methods.md")
