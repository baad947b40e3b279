"""What `opdat draft` makes of real workbooks: ``python benchmarks/draft_corpus.py FOLDER -o docs/draft_results.md``.

One row per sheet with cells: tables found, figures, totals, notes; and how much of it the best draft would take as it
stands. No file is recognised; what is measured is written to the table.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np

from opdat_analytics.drafting.draft import Draft, draft
from opdat_analytics.ingest.laid import FATE
from opdat_analytics.ingest.workbook import cells_of, nonblank, read_workbook
from opdat_analytics.model import UnreadableFile

FOLDERS = ("national", "us_federal", "programme", "stress")
SLOW = 15.0


@dataclass(frozen=True)
class Result:
    """What became of one file: its draft or why there is none, seconds, and whether every sheet's cells add up."""

    file: str
    drafted: Draft | None
    refused: str
    seconds: float
    balanced: bool


def results(folder: Path) -> Iterator[Result]:
    """Draft each file of the corpus in turn."""
    for part in FOLDERS:
        for path in sorted((folder / part).iterdir()):
            began = process_time()
            try:
                drafted = draft(path)[0]
            except UnreadableFile as error:
                yield Result(f"{part}/{path.name}", None, str(error), process_time() - began, True)
                continue
            yield Result(f"{part}/{path.name}", drafted, "", process_time() - began, balanced(path, drafted))


def balanced(path: Path, drafted: Draft) -> bool:
    """Whether every non-blank cell has one fate, on every sheet, and the ledger of the reading agrees."""
    for grid in read_workbook(path):
        fates = drafted.fates[grid.name]
        if not np.array_equal(nonblank(grid.text), (fates > 0) & (fates <= len(FATE))):
            return False
        if cells_of(grid) != sum(int((fates == number).sum()) for number in FATE.values()):
            return False
    ledger = None if drafted.read is None else drafted.read.tables.get("ledger")
    return ledger is None or bool(ledger["balanced"].all())


def page(found: Sequence[Result]) -> str:
    """The table as Markdown."""
    read = [one for one in found if one.drafted is not None]
    sheets = [rows for one in read for rows in _sheets(one)]
    lines = [
        "# What `opdat draft` makes of real workbooks",
        "",
        "Made by `python benchmarks/draft_corpus.py FOLDER -o docs/draft_results.md` over "
        "workbooks that nobody here made "
        "and that are not part of this repository. Most of them are not about this field, so their measures cannot be "
        "known: what counts there is whether titles, headings, labels, figures, totals and notes are told apart.",
        "",
        f"{len(found)} files, {len(read)} readable, {len(sheets)} sheets with cells. "
        f"Cells add up on every sheet of {sum(one.balanced for one in read)} of {len(read)} files. "
        f"Files that took more than {SLOW:.0f} seconds: {sum(one.seconds > SLOW for one in found)}.",
        "",
        "*Tables*: rows of headings × rows of figures × columns of figures, at most three per "
        "sheet. *Declared*: a layout "
        "is written for the sheet; *ignored*: words only; *held*: the grammar cannot say how "
        "it lies. *Taken* and *held* "
        "count cells as they would be if the draft were accepted as it stands.",
        "",
        "| file | sheet | tables | figures | totals | notes | draft | taken | held |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in found:
        if one.drafted is None:
            lines.append(f"| {one.file} | | refused: {_cell(one.refused)} | | | | | | |")
        lines += _sheets(one)
    return "\n".join(lines) + "\n"


def _sheets(one: Result) -> list[str]:
    drafted = one.drafted
    if drafted is None:
        return []
    rows = []
    for sheet, fates in drafted.fates.items():
        if not fates.any():
            continue
        tables = drafted.tables[sheet]
        figures = sum(len(tidy.rows) for tidy in drafted.tidy if tidy.sheet == sheet)
        shapes = [f"{len(t.headers)}×{len(t.rows)}×{len(t.values)}" for t in tables]
        shown = ", ".join(shapes[:3]) + (f" … {len(shapes)} in all" if len(shapes) > 3 else "")
        count = {name: int((fates == number).sum()) for name, number in FATE.items()}
        totals = sum(len(t.totals) + len(t.total_columns) for t in tables)
        notes = sum(len(t.notes) for t in tables)
        read = sum(count[fate] for fate in ("header", "label", "value", "held"))
        what = "ignored" if count["ignored"] and not read else "declared" if _declared(drafted, sheet) else "held"
        name = _cell(sheet) if len(drafted.fates) > 1 else ""
        rows.append(
            f"| {one.file} | {name} | {shown or 'none'} | {figures} | {totals} | {notes} | {what} "
            f"| {count['value']} | {count['held']} |"
        )
    return rows


def _declared(drafted: Draft, sheet: str) -> bool:
    return any(
        choice.what.startswith((f"{sheet}: corner", f"{sheet}: column", f"{sheet}: row")) for choice in drafted.choices
    ) and not any(
        choice.what in (f"{sheet}: layout", f"{sheet}: corner") and not choice.value for choice in drafted.choices
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())[:80]


def main() -> None:
    """Run over a folder and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the corpus: a folder with " + ", ".join(FOLDERS))
    parser.add_argument("-o", "--out", type=Path, default=Path("docs/draft_results.md"))
    asked = parser.parse_args()
    found = []
    for one in results(asked.folder):
        print(f"{one.seconds:6.1f} s  {'ok ' if one.balanced else 'BAD'} {one.file}", flush=True)
        found.append(one)
    asked.out.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
