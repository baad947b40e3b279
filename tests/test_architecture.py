"""Imports point one way, modules stay small, and nothing hides behind a name that says nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "opdat_analytics"
MODULES = sorted(PACKAGE.rglob("*.py"))
MIDDLE = ("ingest", "store", "metrics", "charts", "privacy")
RANK = {"model": 0, "disk": 0, "vocab": 1, **dict.fromkeys(MIDDLE, 2)}
TOP = ("cli", "__main__")
LONGEST = 420


def unit(path: Path) -> str:
    """The part of the package that a module belongs to: a module or a folder directly below it."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The parts of the package that a module imports, wherever in it the import stands."""
    parts = {unit(module) for module in MODULES}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} line {node.lineno}: write the whole name of the module"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            below = name.split(".")[1:2] if name.split(".")[0] == "opdat_analytics" else []
            yield from (part if part in parts else "__init__" for part in below)


def rank(part: str) -> int:
    """How far up a part stands: model, vocabulary, the five in the middle, what joins them, the commands."""
    return 4 if part in TOP else RANK.get(part, 3)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    own = unit(path)
    for part in set(imported(path)) - {own}:
        assert rank(part) <= rank(own), f"{own} imports {part}, which stands above it"
        assert not (own in MIDDLE and part in MIDDLE), f"{own} imports {part}: the five in the middle do not meet"


def test_disclosure_knows_the_figures_it_is_given_and_nothing_of_how_they_came() -> None:
    known = {part for path in (PACKAGE / "disclosure").glob("*.py") for part in imported(path)}
    assert known <= {"disclosure", "model", "vocab"}


def test_every_reader_of_workbooks_outside_of_ingest_goes_by_the_rule_on_persons() -> None:
    """`admitted_sheets`, or `reason_to_stop` in the same module.

    A template is only recognised, nothing of it shown; a workbook of decisions holds what was admitted before.
    """
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        if unit(path) != "ingest" and path.name not in ("forms.py", "ruling.py") and "read_workbook(" in text:
            assert "reason_to_stop" in text, f"{path.name} reads workbooks without the rule on persons"


def test_no_two_parts_import_each_other() -> None:
    arrows = {(unit(path), part) for path in MODULES for part in imported(path) if part != unit(path)}
    reached = {part: {part} for part, _ in arrows}
    for start in reached:
        fresh = [start]
        while fresh:
            fresh = [b for a, b in arrows if a in fresh and b not in reached[start]]
            reached[start] |= set(fresh)
    circles = sorted((a, b) for a, b in arrows if a in reached.get(b, ()))
    assert circles == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    assert lines <= LONGEST, f"{path.name} has {lines} lines; split it by what it does"
    assert path.stem not in ("utils", "util", "helpers", "helper", "common", "misc", "base", "manager")
    assert ast.get_docstring(ast.parse(text)), f"{path.name} does not say what it is for"


def test_a_refresh_without_work_and_the_nouns_load_nothing_heavy() -> None:
    code = (
        "import sys, opdat_analytics.model, opdat_analytics.refresh\n"
        "print([m for m in ('pandas', 'numpy', 'pyarrow', 'matplotlib', 'scipy', 'openpyxl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "[]", done.stderr
