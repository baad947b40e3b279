"""What holds for every notebook: no outputs, no functions, short cells, numbers from the tables, an honest end."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from opdat_analytics.model import OpdatError
from opdat_analytics.notebooks import Gap, attempt, in_words, listed, table

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST = 15
TEACHING = ("00_start_here", "11_your_own_source")
"""They show how things are done, and need no section on what changed or cannot be said."""
OF_CHARTS = "10_gallery"
"""It shows what charts are for, and says of each what it cannot say."""


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def notebook(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def cells(notebook: Any, kind: str) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def test_the_whole_set_is_there() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number:02d}" for number in range(12)]


def test_it_is_committed_without_outputs_or_traces_of_a_run(notebook: Any) -> None:
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}
    assert {name for cell in notebook.cells for name in cell.metadata} <= {"tags"}
    for cell in cells(notebook, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None


def test_cell_ids_say_where_they_stand(notebook: Any) -> None:
    ids = [cell.id for cell in notebook.cells]
    assert [int(name.rpartition("-")[2]) for name in ids] == list(range(1, len(ids) + 1))


def test_its_cells_are_short_and_define_nothing(notebook: Any) -> None:
    defines = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    for cell in cells(notebook, "code"):
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, defines)], cell.source
        assert len(cell.source.splitlines()) <= LONGEST, cell.source


def test_it_has_one_cell_of_parameters_at_most(notebook: Any) -> None:
    tagged = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    assert set(tagged) <= {"parameters", "live"}
    assert tagged.count("parameters") <= 1


def test_what_moves_only_when_somebody_is_there_is_marked_live(notebook: Any) -> None:
    """And the other way round: whatever else a notebook shows is in its page, too."""
    for cell in cells(notebook, "code"):
        calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        named = [call.func.id for call in calls if isinstance(call.func, ast.Name)]
        explores = [name for name in named if name.startswith("explore")]
        assert ("live" in cell.metadata.get("tags", [])) == bool(explores), cell.source


def test_numbers_in_its_prose_come_from_the_tables(notebook: Any) -> None:
    """Digits stand only in names in backticks, in what is quoted, and before the heading of a step."""
    prose = [cell.source for cell in cells(notebook, "markdown")]
    for cell in cells(notebook, "code"):
        for call in (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "say":
                prose += [str(part.value) for part in _fixed(call) if isinstance(part.value, str)]
    bare = [re.sub(r"`[^`]*`|“[^”]*”|^#+ \d+\. ", "", text, flags=re.MULTILINE) for text in prose]
    assert [text for text in bare if re.search(r"\d", text)] == []


def _fixed(call: ast.Call) -> list[ast.Constant]:
    """String constants of a call's f-strings, without those of the expressions and formats inside."""
    inside = {
        id(node)
        for value in ast.walk(call)
        if isinstance(value, ast.FormattedValue)
        for node in ast.walk(value)
        if isinstance(node, ast.Constant)
    }
    return [node for node in ast.walk(call) if isinstance(node, ast.Constant) and id(node) not in inside]


def test_it_begins_with_a_question_and_ends_with_what_cannot_be_said(path: Path, notebook: Any) -> None:
    prose = [cell.source for cell in cells(notebook, "markdown")]
    assert prose[0].startswith("# ")
    if path.stem not in TEACHING:
        assert "**The question: " in prose[0]
        assert "## What cannot be said" in prose[-1]
        assert path.stem == OF_CHARTS or "\n## What changed since the last" in "\n".join(["", *prose])


def test_every_notebook_is_named_where_people_start() -> None:
    start = nbformat.read(FOLDER / "00_start_here.ipynb", as_version=4)
    named = "".join(cell.source for cell in cells(start, "markdown"))
    assert [path.stem for path in NOTEBOOKS if path.stem not in named and path.stem != "00_start_here"] == []


# ---------------------------------------------------------------- what stands where nothing can stand

GONE = Gap("No source “jtfa” is published.")


def test_whatever_is_made_of_a_gap_is_the_same_gap() -> None:
    made = GONE[GONE.year >= 2019].sort_values("low").iloc[0].low.sum() - 1
    assert repr(made) == "Nothing to show here: No source “jtfa” is published."
    assert "No source “jtfa” is published." in made._repr_html_()
    assert not made
    assert attempt(sorted, [1, GONE]) is GONE
    assert table(GONE, {"year": "Year"}) is GONE
    assert in_words(GONE) is GONE
    assert listed(GONE["rose"]) is GONE


def test_where_a_gap_would_have_to_be_a_number_its_reason_is_the_error() -> None:
    for use in (len, list, int, range):
        with pytest.raises(OpdatError, match="No source “jtfa” is published"):
            use(GONE)


def test_only_what_the_record_lacks_becomes_a_gap() -> None:
    with pytest.raises(ZeroDivisionError):
        attempt(divmod, 1, 0)
    assert attempt(divmod, 7, 2) == (3, 1)


def test_a_sentence_without_its_number_is_the_reason_instead(capsys: pytest.CaptureFixture[str]) -> None:
    from opdat_analytics.notebooks import say

    say(f"Together **{in_words(GONE)}** persons in {GONE.year:,.0f}.")
    assert capsys.readouterr().out == "Nothing to show here: No source “jtfa” is published.\n"
