"""Held cells as a workbook to rule on, and the rulings back into ``source.toml``."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from opdat_analytics import store
from opdat_analytics.answers import declaration_edits
from opdat_analytics.answers.forms import declaration_for, declaration_path, form_of
from opdat_analytics.answers.template_sheets import MADE, styles
from opdat_analytics.exports.inert import inert
from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.files import read_file
from opdat_analytics.ingest.workbook import Grid, read_workbook
from opdat_analytics.model import DeclarationError, Home, OpdatError, UnreadableFile, position

CHOICES = ("accept as", "alias", "ignore", "keep holding")
SHEET = "Decisions"
_COLUMNS = (
    ("File", 34), ("Sheet", 18), ("Cell", 8), ("What it says", 28), ("What is wrong", 54), ("What may help", 38),
    ("Decision", 15), ("Read as / code", 22), ("Who (role, no name)", 20), ("Why", 40), ("Code of the issue", 20),
)  # fmt: skip
_HEADER = 4
_TOGETHER = re.compile(r"\(([A-Z]{1,3}[1-9]\d*)\)")


@dataclass(frozen=True)
class Ruling:
    """One line of a decisions workbook that was filled in; ``at`` is its line there."""

    at: int
    file: str
    sheet: str
    cell: str
    was: str
    do: str
    read_as: str
    who: str
    why: str
    code: str


def held_cells(home: Home) -> pd.DataFrame:
    """Held cells that nobody has ruled on: rows of ``issues`` with a cell, those held together each on their own."""
    issues = store.open_publication(home).table("issues")
    waiting = issues[(issues["severity"] == "hold") & ~issues["acknowledged"].astype(bool) & issues["cell"].notna()]
    rows: list[dict[str, Any]] = []
    for row in waiting.to_dict("records"):
        cells = _TOGETHER.findall(str(row["message"])) if row["code"] == "duplicate_key" else []
        for cell in dict.fromkeys([str(row["cell"]), *cells]):
            rows.append(
                {
                    **{str(name): value for name, value in row.items()},
                    "cell": cell,
                    "text": row["text"] if cell == row["cell"] else None,
                }
            )
    frame = pd.DataFrame(rows, columns=issues.columns)
    return frame.drop_duplicates(["file", "sheet", "cell"]).reset_index(drop=True)


def decisions_workbook(home: Home) -> bytes:
    """All held cells with columns to rule in; the same bytes for the same publication."""
    held = held_cells(home)
    grids = _Grids(home)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": "Decisions on held cells", "author": "opdat_analytics", "created": MADE})
    look = styles(book)
    locked = book.add_format(
        {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#B8C4D0", "num_format": "@"}
    )
    sheet = book.add_worksheet(SHEET)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, f"{len(held)} held cells to rule on", look.title)
    told = (
        "accept as: read the cell as what you write. alias: the printed word always means this code. "
        "ignore: do not read the cell. keep holding: we know; it stays out. Leave a line blank to rule later."
    )
    sheet.write_string(1, 0, told, look.hint)
    sheet.write_string(2, 0, "Then: opdat decide --apply with this file. Every ruling needs a reason.", look.hint)
    for column, (header, width) in enumerate(_COLUMNS):
        entry = 6 <= column <= 9
        sheet.set_column(column, column, width)
        sheet.write_string(_HEADER - 1, column, header, look.required if entry else look.header)
    for line, row in enumerate(held.to_dict("records"), _HEADER):
        says = grids.says(str(row["file"]), str(row["sheet"]), str(row["cell"]))
        shown = (row["file"], row["sheet"], row["cell"], says or "", row["message"], row["hint"] or "")
        for column, text in enumerate(shown):
            sheet.write_string(line, column, inert(str(text)), locked)
        for column in range(6, 10):
            sheet.write_blank(line, column, None, look.box)
        sheet.write_string(line, 10, str(row["code"]), locked)
    last = max(_HEADER + len(held) - 1, _HEADER)
    rule = {
        "validate": "list",
        "source": list(CHOICES),
        "input_title": "Decision",
        "input_message": "Choose from the list, or leave blank.",
    }
    sheet.data_validation(_HEADER, 6, last, 6, rule)
    sheet.autofilter(_HEADER - 1, 0, last, len(_COLUMNS) - 1)
    sheet.freeze_panes(_HEADER, 3)
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER - 1)
    book.close()
    return buffer.getvalue()


def apply_decisions(path: Path, home: Home) -> dict[str, int]:
    """Write the rulings of a decisions workbook into the declarations of their sources; all of them or none.

    Parameters
    ----------
    path
        The workbook of `decisions_workbook`, filled in.
    home
        The project.

    Returns
    -------
    dict
        Source id → number of rulings written. The next refresh applies them.

    Raises
    ------
    OpdatError
        With every line that cannot be applied: an unknown decision, no reason, a cell that says something else now,
        a reading that would be held again.
    UnreadableFile
        If the workbook cannot be read.
    """
    rulings, problems = _rulings(path)
    grids = _Grids(home)
    kept = []
    for ruling in rulings:
        now = grids.says(ruling.file, ruling.sheet, ruling.cell)
        if now is None or inert(now) != ruling.was:
            said = "is not there any more" if now is None else f"says “{now}” now"
            problems.append(
                f"{SHEET}!C{ruling.at}: {ruling.file} › {ruling.sheet}!{ruling.cell} {said}; the line was made when it "
                f"said “{ruling.was}”. Make a new decisions workbook and rule on it again."
            )
        else:
            kept.append((ruling, now))
    texts: dict[str, str] = {}
    for source in dict.fromkeys(ruling.file.split("/")[0] for ruling, _ in kept):
        mine = [(ruling, now) for ruling, now in kept if ruling.file.split("/")[0] == source]
        text, wrong = _edited(home, source, mine, grids)
        problems.extend(wrong)
        texts[source] = text
    if problems:
        raise OpdatError("\n".join(["No ruling was written.", *problems]))
    for source, text in texts.items():
        store.write_whole(home.raw / source / "source.toml", text.encode("utf-8"))
    return {source: sum(r.file.startswith(f"{source}/") for r, _ in kept) for source in texts}


class _Grids:
    """The raw files' sheets, each file read once."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._read: dict[str, Mapping[str, Grid]] = {}

    def of(self, file: str) -> Mapping[str, Grid]:
        """Sheet name → sheet; nothing where the file is gone or cannot be read."""
        if file not in self._read:
            path = self._home.raw / file
            inside = path.resolve().is_relative_to(self._home.raw.resolve()) and path.is_file()
            try:
                self._read[file] = {grid.name: grid for grid in read_workbook(path)} if inside else {}
            except UnreadableFile:
                self._read[file] = {}  # what cannot be read says nothing, so its rulings are stale
        return self._read[file]

    def says(self, file: str, sheet: str, cell: str) -> str | None:
        """What a cell says now; None where it is not there."""
        grid = self.of(file).get(sheet)
        if grid is None:
            return None
        row, column = position(cell)
        inside = row < grid.text.shape[0] and column < grid.text.shape[1]
        return str(grid.text[row, column]) if inside else None


def _rulings(path: Path) -> tuple[list[Ruling], list[str]]:
    """The lines that were ruled on, and what is wrong with others."""
    sheet = next((grid for grid in read_workbook(path) if grid.name == SHEET), None)
    headers = [header for header, _ in _COLUMNS]
    if sheet is None or sheet.text.shape[0] < _HEADER or sheet.text[_HEADER - 1, : len(headers)].tolist() != headers:
        raise OpdatError(
            f"{path.name} is not a decisions workbook: its sheet “{SHEET}” must have the columns {', '.join(headers)} "
            f"in row {_HEADER}. Make one with: opdat decide --xlsx FILE"
        )
    found, problems = [], []
    for row in range(_HEADER, sheet.text.shape[0]):
        line = [str(text) for text in sheet.text[row, : len(headers)].tolist()]
        file, where, cell, was, _, _, do, read_as, who, why, code = line
        at, do = row + 1, do.strip().lower()
        if not any(text.strip() for text in (do, read_as, who, why)):
            continue
        if do not in CHOICES:
            problems.append(f"{SHEET}!G{at}: “{do}” is not a decision; choose one of {', '.join(CHOICES)}.")
        elif not why.strip():
            problems.append(f"{SHEET}!J{at}: say why; every ruling needs a reason.")
        elif do in ("accept as", "alias") and not read_as.strip():
            problems.append(f"{SHEET}!H{at}: “{do}” needs what to read in the cell's place.")
        elif not re.fullmatch(r"[A-Z]{1,3}[1-9]\d{0,6}", cell) or file.count("/") != 1:
            problems.append(f"{SHEET}!C{at}: the columns File, Sheet and Cell must stay as they were made.")
        else:
            found.append(Ruling(at, file, where, cell, was, do, read_as.strip(), who.strip(), why.strip(), code))
    return found, problems


def _edited(home: Home, source: str, rulings: Sequence[tuple[Ruling, str]], grids: _Grids) -> tuple[str, list[str]]:
    """A source's declaration with its rulings, and what is wrong with it."""
    path = home.raw / source / "source.toml"
    text = path.read_text(encoding="utf-8-sig") if path.exists() else _built_in(rulings[0][0].file, grids)
    problems = []
    for ruling, now in rulings:
        try:
            text = declaration_edits.with_ruling(text, ruling.file.split("/")[1], ruling, now)
        except OpdatError as error:
            problems.append(f"{SHEET}!H{ruling.at}: {error}")
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / source / "source.toml"
        trial.parent.mkdir()
        trial.write_text(text, encoding="utf-8")
        try:
            declared = read_declaration(trial)
        except DeclarationError as error:
            return text, [*problems, *error.problems]
    return text, [*problems, *_still_held(home, declared, [ruling for ruling, _ in rulings], grids)]


def _built_in(file: str, grids: _Grids) -> str:
    """The declaration to begin with where a folder of templates has none."""
    form = form_of(list(grids.of(file).values()))
    if form is None:
        raise OpdatError(f"There is no source.toml beside {file} to write rulings into.")
    return declaration_path(form.kind, form.language).read_text(encoding="utf-8")


def _still_held(home: Home, declared: Source, rulings: Sequence[Ruling], grids: _Grids) -> list[str]:
    """Readings that would be held again as they were ruled."""
    problems = []
    for file in dict.fromkeys(ruling.file for ruling in rulings):
        name = file.split("/")[1]
        sheets = list(grids.of(file).values())
        how = declaration_for(sheets, name, declared.id, declared) or declared
        issues = read_file(home.raw / file, how).tables["issues"]
        waiting = issues[issues["severity"].isin(["hold", "stop"]) & ~issues["acknowledged"].astype(bool)]
        for ruling in rulings:
            same = waiting[(waiting["sheet"] == ruling.sheet) & (waiting["cell"] == ruling.cell)]
            if ruling.file == file and len(same):
                problems.append(
                    f"{SHEET}!H{ruling.at}: with “{ruling.do}” {ruling.read_as and f'“{ruling.read_as}” '}"
                    f"{ruling.sheet}!{ruling.cell} would be held again: {same['message'].iloc[0]}"
                )
    return problems
