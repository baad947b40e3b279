"""docs/contract.md says what others rely on; here it is held against the code."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import opdat_analytics as opdat
from opdat_analytics import charts, cli, metrics, model, refresh
from opdat_analytics.ingest import declaration_checks as declare

ROOT = Path(__file__).parent.parent
CONTRACT = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text below a heading, up to the next heading of the same or a higher level."""
    match = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,2}} |\Z)", CONTRACT, re.M | re.S)
    assert match, f"docs/contract.md has no section “{title}”"
    return match[2]


def first_cells(text: str) -> list[str]:
    """The first cell of each row of the tables in a text, without their heads."""
    rows = re.findall(r"^\| (.+?) \|", text, re.M)
    return [row.replace("`", "").strip() for row in rows if not set(row) <= {"-"}]


def rendered(name: str) -> str:
    rows = [f"| `{c.name}` | {c.kind}{'?' if c.nullable else ''} | {c.meaning} |" for c in model.TABLES[name]]
    return "\n".join([f"### {name}", "| column | kind | meaning |", "|---|---|---|", *rows])


@pytest.mark.parametrize("name", model.TABLES)
def test_every_table_has_the_columns_that_the_contract_lists(name: str) -> None:
    assert rendered(name) in CONTRACT


@pytest.mark.parametrize("column", model.ALLOWED)
def test_every_closed_list_of_codes_is_in_the_contract(column: str) -> None:
    assert f"| `{column}` | {', '.join(model.ALLOWED[column])} |" in section("Codes")


def test_series_and_scope_are_in_the_contract() -> None:
    assert ", ".join(f"`{name}`" for name in model.SERIES) in CONTRACT
    assert ", ".join(f"`{name}`" for name in model.SCOPE) in CONTRACT


def test_every_key_of_source_toml_is_in_the_contract() -> None:
    of_source = re.findall(r"\w+", " ".join(first_cells(section("Of the source"))))
    assert set(of_source) >= set(declare.SOURCE_KEYS) - {"layout", "decided"}
    of_layout = re.findall(r"\w+", " ".join(first_cells(section("`[[layout]]`"))))
    assert set(of_layout) >= set(declare.LAYOUT_KEYS)
    of_decided = re.findall(r"\w+", " ".join(first_cells(section("`[[decided]]`"))))
    assert set(of_decided) >= set(declare.SUB_KEYS["decided"])


def test_every_role_of_observations_is_in_the_contract() -> None:
    line = next(line for line in CONTRACT.splitlines() if line.startswith("Roles of `observations`"))
    assert set(re.findall(r"`(\w+)`", line)) >= declare.OBSERVATION_ROLES


@pytest.mark.parametrize("name", [n for n in opdat.__all__ if inspect.isfunction(getattr(opdat, n))])
def test_public_functions_have_the_signatures_of_the_contract(name: str) -> None:
    assert f"`opdat.{name}({_arguments(getattr(opdat, name))})`" in CONTRACT


@pytest.mark.parametrize("module", [metrics, charts], ids=["metrics", "charts"])
def test_metrics_and_charts_have_the_signatures_of_the_contract(module: object) -> None:
    prefix = module.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
    for name in module.__all__:  # type: ignore[attr-defined]
        function = getattr(module, name)
        if inspect.isfunction(function):
            assert f"`{prefix}.{name}({_arguments(function)})`" in CONTRACT, name


def _arguments(function: object) -> str:
    """Names and defaults of a function's arguments, without the types."""
    parts, starred = [], False
    for one in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if one.kind is one.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        prefix = "**" if one.kind is one.VAR_KEYWORD else ""
        parts.append(prefix + one.name + ("" if one.default is one.empty else f"={one.default!r}"))
    return ", ".join(parts)


def test_every_exception_is_in_the_contract() -> None:
    errors = [name for name, thing in vars(model).items() if inspect.isclass(thing) and issubclass(thing, Exception)]
    assert set(first_cells(section("Exceptions"))) >= set(errors)


def test_exit_codes_are_those_of_the_contract() -> None:
    codes = section("Exit codes")
    for code in (refresh.PUBLISHED, cli.USAGE, refresh.HELD, refresh.STOPPED, refresh.NOTHING, refresh.LOCKED):
        assert f"| {code} |" in codes


def test_every_command_is_in_the_contract() -> None:
    commands = {c.name or c.callback.__name__ for c in cli.app.registered_commands if c.callback}
    assert {f"opdat {name}" for name in commands} <= {
        " ".join(cell.split()[:2]) for cell in first_cells(section("Commands"))
    }


def test_every_issue_code_that_the_code_can_report_is_in_the_contract() -> None:
    listed = {code for cell in first_cells(section("Issue codes")) for code in re.findall(r"[\w<>]+", cell)}
    source = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "opdat_analytics").rglob("*.py"))
    made = r'(?:UnreadableFile|LayoutMismatch|Problem|Flag|Finding|HeldLabel)\(\s*(?:"(?:hold|flag|stop)",\s*)?"(\w+)"'
    pattern = made + r'|stop\(\s*"(\w+)"|Issue\(\s*"\w+", "(\w+)"'
    used = {code for groups in re.findall(pattern, source) for code in groups if code}
    assert used <= listed, sorted(used - listed)


def test_json_of_refresh_has_the_keys_of_the_contract(record_home: model.Home) -> None:
    command = [
        sys.executable,
        "-m",
        "opdat_analytics",
        "--raw",
        str(record_home.raw),
        "--processed",
        str(record_home.processed),
    ]
    told = subprocess.run([*command, "refresh", "--json"], capture_output=True, text=True, check=True)
    report = json.loads(told.stdout)
    keys = re.search(r"`refresh --json`: `\{(.+?)\}`", CONTRACT)
    assert keys is not None
    assert list(report) == re.findall(r"\w+", re.sub(r"\[.*?\]", "", keys[1]))
