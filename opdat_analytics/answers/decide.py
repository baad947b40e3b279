"""Rulings on held cells: a workbook to rule in, and what was ruled written into the declarations."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from opdat_analytics import store, vocab
from opdat_analytics.admitted import admitted_sheets
from opdat_analytics.answers.check import declaration_in
from opdat_analytics.answers.forms import declaration_path, declared_form, form_of
from opdat_analytics.answers.template_sheets import MADE
from opdat_analytics.answers.wording import told
from opdat_analytics.answers.words import LANGUAGES, words
from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.files import read_file
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import DeclarationError, Home, OpdatError, UnknownName, position
from opdat_analytics.paths import DECLARATION, raw_path
from opdat_analytics.privacy import reason_to_stop

DECISIONS = ("accept as", "alias", "ignore", "keep holding")
"""What can be ruled; in the workbook in its language, in this order."""
_DO = {"accept as": "accept", "ignore": "ignore", "keep holding": "hold"}
_COLUMNS = 10
_WIDTHS = (30, 18, 8, 24, 60, 34, 16, 24, 24, 44)


@dataclass(frozen=True)
class Ruling:
    """One row of the workbook that says something; ``at`` is its row number, ``choices`` what it could have said."""

    at: int
    file: str
    sheet: str
    cell: str
    was: str
    decision: str
    value: str
    who: str
    why: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Applied:
    """Source → rulings written; and what was refused, by the address of its cell in the workbook."""

    written: Mapping[str, int]
    refused: tuple[str, ...]


def decisions_workbook(home: Home, language: str | None = None) -> bytes:
    """The held cells of the current publication that nobody has ruled on, with columns to rule in, as xlsx.

    Parameters
    ----------
    home
        The project's folders.
    language
        ``en``, ``es``, ``fr`` or ``pt``; the language of the files if None, English where they have several.

    Raises
    ------
    NothingPublished
        If there is no publication.
    UnknownName
        If there is no such language.
    """
    issues = store.open_publication(home).table("issues")
    held = issues[(issues["severity"] == "hold") & ~issues["acknowledged"].astype(bool) & issues["cell"].notna()]
    language = language or _language(sorted(set(held["file"])), home)
    phrases = words(language)
    said = phrases["decide"]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": said["sheet"], "created": MADE})
    sheet = book.add_worksheet(said["sheet"])
    head = book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True})
    shown = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#F3F5F8"})
    free = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "border": 1, "bg_color": "#FFF9E5"})
    for column, (header, width) in enumerate(zip(said["headers"], _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, header, head)
    for row, issue in enumerate(held.to_dict("records"), 1):
        told_of = _told(issue, language, phrases)
        for column, text in enumerate((*(issue[name] for name in ("file", "sheet", "cell", "text")), *told_of)):
            sheet.write_string(row, column, text if isinstance(text, str) else "", shown)
        for column in range(6, _COLUMNS):
            sheet.write_blank(row, column, None, free)
    if len(held):
        rule = {
            "validate": "list", "source": said["decisions"],
            "input_title": said["input_title"], "input_message": said["input_message"],
        }  # fmt: skip
        sheet.data_validation(1, 6, len(held), 6, rule)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(1, len(held)), _COLUMNS - 1)
    book.close()
    return buffer.getvalue()


def _told(issue: Mapping[Hashable, Any], language: str, phrases: Mapping[str, Any]) -> tuple[str, str | None]:
    """What is wrong with a cell and what may be done, in a language."""
    if issue["code"] == "duplicate_key":
        hint = phrases["decide"]["duplicate"]
    else:
        hint = issue["hint"] if language == "en" and isinstance(issue["hint"], str) else None
    wrong, accepted = told({str(name): value for name, value in issue.items()}, phrases)
    return wrong, hint or accepted


def _language(files: Iterable[str], home: Home) -> str:
    """The language of some raw files, where they have one and the same; else English."""
    found = set()
    for file in files:
        path, folder = raw_path(home.raw, file), file.partition("/")[0]
        declared = declared_form(path, folder, declaration_in(home.raw / folder))
        found.add(declared.language if isinstance(declared, Source) else "en")
    return found.pop() if len(found) == 1 else "en"


def apply_decisions(path: Path, home: Home) -> Applied:
    """Write what was ruled into the declarations; a source of which one row is bad stays as it is.

    Raises
    ------
    UnknownName
        If there is no such file.
    OpdatError
        If it is not a workbook of decisions.
    """
    rulings = _rulings(path)
    by_source: dict[str, list[Ruling]] = {}
    for ruling in rulings:
        by_source.setdefault(ruling.file.split("/")[0], []).append(ruling)
    written, refused = {}, []
    for source, own in sorted(by_source.items()):
        problems = [problem for ruling in own for problem in _problems(ruling, home)]
        problems = problems or list(_write(source, own, home))
        refused += problems
        if not problems:
            written[source] = len(own)
    return Applied(written, tuple(refused))


def _rulings(path: Path) -> list[Ruling]:
    if not path.is_file():
        raise UnknownName(f"There is no file {path}.")
    tables = {
        grid.name: [[str(text) for text in row[:_COLUMNS]] for row in grid.text.tolist()]
        for grid in read_workbook(path)
    }
    spoken = [words(language)["decide"] for language in LANGUAGES]
    said = next((one for one in spoken if tables.get(one["sheet"], [])[:1] == [one["headers"]]), None)
    if said is None:
        raise OpdatError(
            f"{path.name} is not a workbook of decisions; make one with `opdat decide --xlsx {path.name}`."
        )
    meant = dict(zip(said["decisions"], DECISIONS, strict=True))
    found = []
    for at, row in enumerate(tables[said["sheet"]][1:], 2):
        if row[6].strip():
            decision, value, who, why = (text.strip() for text in row[6:])
            decision = meant.get(decision, decision)
            found.append(Ruling(at, row[0], row[1], row[2], row[3], decision, value, who, why, tuple(meant)))
    return found


def _problems(ruling: Ruling, home: Home) -> Iterable[str]:
    """What is wrong with one row: its own words, or a cell that says something else now."""
    if ruling.decision not in DECISIONS:
        yield f"G{ruling.at}: “{ruling.decision}” is no decision; choose from: {', '.join(ruling.choices)}."
    if ruling.decision == "alias" and not ruling.value:
        yield f"H{ruling.at}: “{ruling.decision}” needs the code of the place or measure that the word means."
    if ruling.decision == "alias" and ruling.value and _section(ruling.value) is None:
        measure = vocab.suggest(ruling.value, vocab.measures())
        near = f"“{measure}”" if measure else vocab.near_places(ruling.value)
        hint = f" Did you mean {near}?" if near else ""
        yield (
            f"H{ruling.at}: “{ruling.value}” is neither a place code nor a measure; "
            f"see `opdat show places` and `opdat show measures`.{hint}"
        )
    if not ruling.why:
        yield f"J{ruling.at}: say why; the reason stays in the declaration."
    now = _now(ruling, home)
    if now != ruling.was:
        said = "is not there" if now is None else f"says “{now}”"
        yield (
            f"D{ruling.at}: {ruling.file} › {ruling.sheet}!{ruling.cell} said “{ruling.was}” and now {said}; "
            "refresh, and rule anew in a new workbook."
        )


def _section(value: str) -> str | None:
    """Where a declaration says what a word means: of places in its aliases, of measures in its meanings."""
    if all(code.strip() in vocab.places() for code in value.split(";")):
        return "aliases"
    return "meanings.measure" if value in vocab.measures() else None


def _shown(path: Path, declaration: Path) -> tuple[Grid, ...]:
    """The sheets of a raw file as they may be shown."""
    return admitted_sheets(path, read_declaration(declaration) if declaration.exists() else None)


def _now(ruling: Ruling, home: Home) -> str | None:
    folder, _, name = ruling.file.partition("/")
    path = raw_path(home.raw, ruling.file)
    there = path.resolve().parent in ((home.raw / folder).resolve(), home.raw.resolve())
    if not name or not there or not path.is_file():
        return None
    try:
        grid = next((grid for grid in _shown(path, home.raw / folder / DECLARATION) if grid.name == ruling.sheet), None)
        row, column = position(ruling.cell)
    except OpdatError:
        return None
    inside = grid is not None and row < grid.text.shape[0] and column < grid.text.shape[1]
    return str(grid.text[row, column]) if grid is not None and inside else None


def _write(source: str, rulings: Sequence[Ruling], home: Home) -> Iterable[str]:
    """Add the rulings to the source's declaration if it can still be used with them; tell what is wrong if not."""
    path = home.raw / source / DECLARATION
    text = path.read_text(encoding="utf-8-sig") if path.exists() else _form_text(rulings, home)
    if text is None:
        return [f"A{ruling.at}: {source}/source.toml is missing; write it first." for ruling in rulings]
    for section in ("aliases", "meanings.measure"):
        aliases = [one for one in rulings if one.decision == "alias" and _section(one.value) == section]
        text = _with_aliases(text, section, aliases)
    text = text.rstrip("\n") + "\n" + "".join(_block(r) for r in rulings if r.decision != "alias")
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder) / source / DECLARATION
        tried.parent.mkdir()
        tried.write_text(text, encoding="utf-8")
        try:
            declared = read_declaration(tried)
        except DeclarationError as error:
            rows = ", ".join(f"A{ruling.at}" for ruling in rulings)
            return [f"{rows}: with these rulings the declaration cannot be used: {' '.join(error.problems)}"]
    problems = list(_still_held(rulings, declared, home))
    if not problems:
        path.parent.mkdir(exist_ok=True)
        store.write_whole(path, text.encode())
    return problems


def _form_text(rulings: Sequence[Ruling], home: Home) -> str | None:
    """The declaration of a template, for a folder that needed none until now."""
    form = form_of(read_workbook(raw_path(home.raw, rulings[0].file)))
    if form is None:
        return None
    text = declaration_path(form.kind, form.language).read_text(encoding="utf-8")
    # All kinds of returns may lie in one folder, which this declaration names.
    return re.sub(r"\Atitle = .*", 'title = "Returns"', text)


def _still_held(rulings: Sequence[Ruling], declared: Source, home: Home) -> Iterable[str]:
    """Rulings after which the cell would be held all the same."""
    for file in sorted({ruling.file for ruling in rulings}):
        path = raw_path(home.raw, file)
        source = declared_form(path, declared.id, declared)
        assert isinstance(source, Source)  # noqa: S101 - it was read from one
        issues = read_file(path, source, reason_to_stop).tables["issues"]
        held = issues[issues["severity"].isin(["hold", "stop"]) & ~issues["acknowledged"].astype(bool)]
        for ruling in (r for r in rulings if r.file == file):
            same = held[(held["sheet"] == ruling.sheet) & (held["cell"] == ruling.cell)]
            for message in same["message"]:
                yield f"H{ruling.at}: {file} › {ruling.sheet}!{ruling.cell} would be held all the same: {message}."


def _block(ruling: Ruling) -> str:
    name = ruling.file.partition("/")[2]
    keys = {"cell": f"{name}#{ruling.sheet}!{ruling.cell}", "was": ruling.was, "do": _DO[ruling.decision]}
    if ruling.decision == "accept as" and ruling.value:
        keys["as"] = ruling.value
    keys["why"] = ruling.why
    if ruling.who:
        keys["who"] = ruling.who
    return "\n[[decided]]\n" + "".join(f"{key} = {_quoted(text)}\n" for key, text in keys.items())


def _with_aliases(text: str, section: str, rulings: Sequence[Ruling]) -> str:
    """The words below the heading of a section that is there, else below a new one at the end."""
    told = {ruling.was: ruling for ruling in rulings}
    lines = [f"{_quoted(was)} = {_quoted(r.value)} # {' '.join(r.why.split())}\n" for was, r in told.items()]
    if not lines:
        return text
    heading = re.search(rf"^\[{re.escape(section)}\][ \t]*(#.*)?\n", text, re.M)
    if heading:
        return text[: heading.end()] + "".join(lines) + text[heading.end() :]
    return text.rstrip("\n") + f"\n\n[{section}]\n" + "".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
