"""What holds for every notebook: no outputs, no functions, short cells, numbers that come from tables, an honest end."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from opdat_analytics.model import Home
from opdat_analytics.notebooks import Gap, attempt, run_notebooks
from opdat_analytics.refresh import refresh

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST = 20
TEACHING = ("00_start_here", "11_your_own_source")
"""They show how things are done, and need no section on what cannot be said."""


def cells(path: Path, kind: str) -> list[Any]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_without_outputs(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_cells_are_short_and_define_nothing(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell.source.count("\n") < LONGEST, cell.source
        defined = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        assert defined == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_numbers_in_its_prose_come_from_the_tables(path: Path) -> None:
    """Digits stand in prose only in code, in quotes, in names of notebooks, or as the number of a step."""
    for cell in cells(path, "markdown"):
        prose = re.sub(r"`[^`]*`|“[^”]*”|^#+ \d+\. ", "", cell.source, flags=re.M)
        assert re.findall(r"\d+", prose) == [], cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_begins_with_a_question_and_ends_with_what_cannot_be_said(path: Path) -> None:
    prose = [cell.source for cell in cells(path, "markdown")]
    assert prose[0].startswith("# ")
    if path.stem not in TEACHING:
        assert "**The question: " in prose[0]
        assert "## What cannot be said" in prose[-1]


def test_every_notebook_is_named_where_people_start() -> None:
    start = "".join(cell.source for cell in cells(FOLDER / "00_start_here.ipynb", "markdown"))
    assert [path.stem for path in NOTEBOOKS if path.stem not in start and path.stem != "00_start_here"] == []


def test_a_gap_says_its_reason_wherever_it_is_used() -> None:
    gap = Gap("No source “jtfa” is published.")
    made: Any = attempt(lambda: gap.iloc[0])

    assert not made
    assert repr(made) == "Nothing to show here: No source “jtfa” is published."
    assert "jtfa" in attempt(lambda: len(gap))._repr_html_()
    with pytest.raises(ZeroDivisionError):
        attempt(lambda: 1 // 0)


# ---------------------------------------------------------------- with less in the record


def without(root: Path, *sources: str) -> Home:
    """The record without some of its sources, published."""
    shutil.copytree(FOLDER.parent / "data" / "raw", root / "data" / "raw", ignore=shutil.ignore_patterns(*sources))
    home = Home.at(root)
    refresh(home)
    return home


def pages(home: Home, names: list[str]) -> dict[str, str]:
    runs = run_notebooks(FOLDER, home, names)
    assert {run.name: run.error for run in runs if run.error} == {}
    return {run.name: run.path_html.read_text(encoding="utf-8") for run in runs}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gone", "missed"),
    [
        (["unodc_glotip"], ["01_convictions", "02_charges", "06_region_brief"]),
        (["opdat_page", "jtfa"], ["03_activities", "07_joint_task_force_alpha"]),
    ],
)
def test_every_notebook_stays_truthful_when_a_source_is_gone(
    gone: list[str], missed: list[str], tmp_path: Path
) -> None:
    told = pages(without(tmp_path, *gone), [path.stem for path in NOTEBOOKS])
    for name in missed:
        assert "Nothing to show here:" in told[name]


@pytest.mark.slow
def test_they_stay_truthful_when_everything_is_hidden_and_one_year_is_left(tmp_path: Path) -> None:
    """Every figure of one small source is below five, and of one year."""
    folder = tmp_path / "data" / "raw" / "unodc_glotip"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(
        'title = "Hidden"\nsymbols = { "<5" = [0, 4] }\n\n[[layout]]\n'
        'columns = { "Country" = "place", "Year" = "year", "Convicted" = "value" }\n'
        'constants = { measure = "convictions", unit = "persons", offence = "trafficking" }\n',
        encoding="utf-8",
    )
    rows = "".join(f"{place},2020,<5\n" for place in ("Guatemala", "Honduras", "Albania", "Nepal"))
    (folder / "hidden.csv").write_text("Country,Year,Convicted\n" + rows, encoding="utf-8")
    home = Home.at(tmp_path)
    refresh(home)

    told = pages(home, [path.stem for path in NOTEBOOKS])

    assert "0–16" in told["01_convictions"]
    assert "Nothing to show here:" in told["02_charges"]
