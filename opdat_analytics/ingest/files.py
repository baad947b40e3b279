"""One raw file becomes rows of the tables, issues and ledger; nothing here looks at any other file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from opdat_analytics.ingest import beside, checks
from opdat_analytics.ingest.block import Block, Rows
from opdat_analytics.ingest.columns import Figures, one_below_the_other, table_of
from opdat_analytics.ingest.counting import counted_sheets
from opdat_analytics.ingest.declare import Decision, Layout, Privacy, Source
from opdat_analytics.ingest.harmonise import Surroundings, harmonise
from opdat_analytics.ingest.joint import TOGETHER, with_joint
from opdat_analytics.ingest.layouts import BLANK, FATE, NOT_REPORTED, Laid, LayoutMismatch, lay, parts_of
from opdat_analytics.ingest.rulings import ignore_cells, readings_ruled, rule, stale_rulings
from opdat_analytics.ingest.tables import figure_rows
from opdat_analytics.ingest.workbook import Grid, cells_of, read_workbook
from opdat_analytics.model import FACT_KEYS, FATES, TABLES, Issue, UnreadableFile, address
from opdat_analytics.model.arrow import to_frame
from opdat_analytics.model.arrow_columns import arrow_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class FileRead:
    """What one raw file gives.

    Attributes
    ----------
    rows
        Table name → its rows, an Arrow table or, of facts, a frame; ``issues`` and ``ledger`` among them.
        ``observations`` have no ``current``, which only all files together can tell.
    stopped
        The file could not be read as declared: only its issues count.
    edition
        Its edition label.
    figures
        The observations once more, still by column.
    """

    rows: Mapping[str, pa.Table | pd.DataFrame]
    stopped: bool
    edition: str | None
    figures: Figures | None = None

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Table name → a frame with that table's columns."""
        import pandas as pd

        return {
            name: rows
            if isinstance(rows, pd.DataFrame)
            else to_frame(rows, [c for c in TABLES[name] if c.name in rows.column_names])
            for name, rows in self.rows.items()
        }


class Refusal(Protocol):
    """Why a file must not come in, and the sheet it is about if its name may be told."""

    @property
    def sheet(self) -> str | None:
        """Sheet name."""

    @property
    def message(self) -> str:
        """The reason, without any of the contents."""


Refuse = Callable[[Path, Sequence[Grid], Privacy], Refusal | None]
"""The rule by which a file comes in: its path, its sheets, what its declaration says of persons."""


def read_file(path: Path, source: Source, refuse: Refuse = lambda *_: None) -> FileRead:
    """Read one raw file as its source declares.

    Parameters
    ----------
    path
        The file, in its source's folder.
    source
        The declaration.
    refuse
        Says why a file must not come in, without any of its contents; None where it may. Nothing else is said of a
        file that must not.

    Returns
    -------
    FileRead
        Never raises for bad input: what stops the file is an issue of severity ``stop``.
    """
    file = f"{source.id}/{path.name}"
    edition = source.editions.of(path.name)

    def stop(
        code: str, message: str, sheet: str | None = None, cell: str | None = None, hint: str | None = None
    ) -> FileRead:
        issue = Issue("stop", code, source.id, file, sheet, cell, None, message, hint)
        return FileRead({"issues": issue_table([issue])}, True, edition)

    try:
        grids = read_workbook(path)
    except UnreadableFile as error:
        return stop(error.code, str(error), hint=error.hint)
    except OSError as error:
        return stop(
            "no_access", f"the file may not be read ({error.strerror})", hint="give leave to read it, or close it"
        )
    try:
        grids, claimed_by = counted_sheets(path.name, grids, source)
    except LayoutMismatch as error:
        return stop(error.code, str(error), hint=error.hint)
    refusal = refuse(path, grids, source.privacy)
    if refusal is not None:
        hint = "take the file out of data/raw; ask for a copy without these columns, or for the counts"
        return stop("personal_columns", refusal.message, refusal.sheet, hint=hint)
    blocks: list[_Sheet] = []
    for grid in grids:
        claims = claimed_by[grid.name]
        ignored = any(entry.claims(path.name, grid.name) for entry in source.ignore)
        if len(claims) + ignored > 1 and (ignored or any(layout.begins is None for layout in claims)):
            return stop(
                "claimed_twice",
                f"sheet “{grid.name}” is claimed by more than one layout or `ignore` entry",
                grid.name,
                hint="where each layout is for a part of the sheet, give each of them `from`",
            )
        try:
            if claims:
                read = [
                    _read_sheet(part, layout, source, file, path.name, edition)
                    for layout, part in parts_of(grid, claims)
                ]
                blocks.append(read[0] if claims[0].begins is None else _one_sheet(grid, read))
            else:
                blocks.append(_unread_sheet(grid, source, file, ignored=ignored))
        except LayoutMismatch as error:
            cell = address(*error.cell) if error.cell else None
            return stop(error.code, str(error), grid.name, cell, error.hint)
    blocks, figures = _without_contradictions(blocks, source.id, file)
    issues = [issue for block in blocks for issue in block.issues]
    stale = stale_rulings(source, path.name, file, grids)
    tables = _joined(blocks, figures)
    rows = len(tables.get("observations", ()))
    if edition is None and source.editions.pattern is not None and _without_edition(tables):
        pattern = source.editions.pattern.pattern
        message = f"the name of the file does not fit the pattern of `edition`, {pattern}, so its edition is not known"
        hint = "rename the file so that the pattern fits it, or change `pattern` in source.toml"
        return stop("edition_unknown", message, hint=hint)
    claimed = any(block.claimed for block in blocks)
    if claimed and "rows" not in source.expect and not _has_rows(tables, issues, blocks):
        message = "the table has its headers but no rows; an empty return must not take the place of good figures"
        return stop("no_rows", message, hint="if it is meant to be empty, declare `expect.rows` from 0")
    if claimed and "rows" in source.expect and not source.expect["rows"][0] <= rows <= source.expect["rows"][1]:
        low, high = source.expect["rows"]
        return stop("row_count", f"{rows} figures were read; `expect.rows` allows {low:.0f} to {high:.0f}")
    tables["issues"] = issue_table([*issues, *stale, *_told_otherwise(tables)])
    tables["ledger"] = arrow_table([block.ledger for block in blocks], TABLES["ledger"])
    return FileRead(tables, False, edition, figures)


def _without_edition(tables: Mapping[str, Any]) -> bool:
    """Whether any row says nothing of its edition."""
    facts = any(bool(tables[name]["edition"].isna().any()) for name in FACT_KEYS if name in tables)
    return facts or ("observations" in tables and bool(tables["observations"]["edition"].null_count))


def _told_otherwise(tables: Mapping[str, Any]) -> Iterable[Issue]:
    """Facts that two sheets of the file describe differently."""
    facts = [name for name in FACT_KEYS if name in tables and tables[name]["sheet"].nunique() > 1]
    if facts:
        from opdat_analytics.ingest.contradictions import contradicting_facts

        for name in facts:
            yield from contradicting_facts(tables[name], name, "sheet")


def _has_rows(tables: Mapping[str, Any], issues: list[Issue], blocks: list[_Sheet]) -> bool:
    """Whether there is anything below the headers: rows, held cells, or cells that are ignored on purpose."""
    found = any(len(frame) for frame in tables.values()) or any(issue.severity == "hold" for issue in issues)
    return found or any(block.ledger["ignored"] for block in blocks)


def issue_table(issues: Iterable[Issue]) -> pa.Table:
    """Issues as rows of the ``issues`` table."""
    return arrow_table([vars(issue) for issue in issues], TABLES["issues"])


@dataclass(frozen=True)
class _Sheet:
    figures: Figures | None
    facts: Mapping[str, pd.DataFrame]
    issues: tuple[Issue, ...]
    ledger: Mapping[str, Any]
    claimed: bool


def _joined(blocks: list[_Sheet], figures: Figures | None) -> dict[str, Any]:
    tables: dict[str, Any] = {} if figures is None else {"observations": table_of(figures)}
    facts: dict[str, list[pd.DataFrame]] = {}
    for block in blocks:
        for name, frame in block.facts.items():
            facts.setdefault(name, []).append(frame)
    return tables | {name: _concat(frames) for name, frames in facts.items()}


def _concat(frames: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _without_contradictions(blocks: list[_Sheet], source: str, file: str) -> tuple[list[_Sheet], Figures | None]:
    """Hold figures that two sheets of the file print with different values, all of a key together.

    Returns
    -------
    The sheets, and the figures of all of them one below the other; None where no sheet is about figures.
    """
    several = [(block, block.figures) for block in blocks if block.figures is not None]
    if not several:
        return blocks, None
    joined = one_below_the_other([figures for _, figures in several])
    apart = checks.repeated(joined)[0] if sum(len(figures) > 0 for _, figures in several) > 1 else []
    if not apart:
        return blocks, joined
    held = np.zeros(len(joined), dtype=bool)
    issues: dict[str, list[Issue]] = {}
    sheets, texts = joined.coded["sheet"].values().tolist(), joined.coded["text"].values().tolist()
    for rows in apart:
        held[rows] = True
        listed = ", ".join(f"“{texts[i]}” ({sheets[i]}!{joined.cell(i)})" for i in rows)
        message = f"the same figure is printed {len(rows)} times with different values: {listed}"
        for i in rows:
            told = (source, file, sheets[i], joined.cell(i), texts[i], message, checks.TWO_TRUTHS)
            issues.setdefault(sheets[i], []).append(Issue("hold", "duplicate_key", *told))
    ends = np.cumsum([len(figures) for _, figures in several])
    changed = {
        id(block): _with_held(block, figures, own, issues)
        for (block, figures), own in zip(several, np.split(held, ends[:-1]), strict=True)
        if own.any()
    }
    kept = [changed.get(id(block), block) for block in blocks]
    return kept, one_below_the_other([block.figures for block in kept if block.figures is not None])


def _with_held(block: _Sheet, figures: Figures, held: np.ndarray, issues: Mapping[str, list[Issue]]) -> _Sheet:
    cells = np.unique(figures.rows[held].astype(np.int64) * 2**20 + figures.columns[held])
    held = np.isin(figures.rows.astype(np.int64) * 2**20 + figures.columns, cells)
    moved = {"value": block.ledger["value"] - len(cells), "held": block.ledger["held"] + len(cells)}
    told = (*block.issues, *issues[block.ledger["sheet"]])
    return replace(block, figures=figures.kept(~held), issues=told, ledger={**block.ledger, **moved})


def _one_sheet(grid: Grid, parts: list[_Sheet]) -> _Sheet:
    """The parts of a sheet as one; what stands above the first of them is title."""
    figures = [part.figures for part in parts if part.figures is not None]
    facts = {name: [part.facts[name] for part in parts if name in part.facts] for part in parts for name in part.facts}
    ledger = dict(parts[0].ledger)
    counts = ("cells", *FATES, "not_reported")
    ledger |= {name: sum(part.ledger[name] for part in parts) for name in counts}
    above = cells_of(grid) - ledger["cells"]
    ledger |= {"cells": ledger["cells"] + above, "title": ledger["title"] + above}
    ledger["balanced"] = all(part.ledger["balanced"] for part in parts)
    issues = tuple(issue for part in parts for issue in part.issues)
    whole = one_below_the_other(figures) if figures else None
    return _Sheet(whole, {name: _concat(frames) for name, frames in facts.items()}, issues, ledger, claimed=True)


def _unread_sheet(grid: Grid, source: Source, file: str, *, ignored: bool) -> _Sheet:
    fates = np.zeros(grid.text.shape, dtype=np.uint8)
    fates[grid.filled] = FATE["ignored" if ignored else "held"]
    issues: tuple[Issue, ...] = ()
    if not ignored and cells_of(grid):
        message = f"no layout claims sheet “{grid.name}”; its {cells_of(grid)} cells are not used"
        hint = "declare a [[layout]] for it, or name it under `ignore` with the reason"
        issues = (Issue("hold", "unclaimed_sheet", source.id, file, grid.name, None, None, message, hint),)
    for code, at, message in grid.flags:
        cell = address(*at) if at is not None else None
        issues = (*issues, Issue("flag", code, source.id, file, grid.name, cell, _shown(grid, at), message))
    return _Sheet(None, {}, issues, _ledger_row(source.id, file, grid, fates), claimed=False)


def _ledger_row(source: str, file: str, grid: Grid, fates: np.ndarray) -> dict[str, Any]:
    of_fate = np.bincount(fates.ravel(), minlength=NOT_REPORTED + 1).tolist()
    counts = {name: of_fate[FATE[name]] for name in FATES}
    cells = cells_of(grid)
    return {
        "source": source,
        "file": file,
        "sheet": grid.name,
        "cells": cells,
        **counts,
        "not_reported": of_fate[NOT_REPORTED],
        "balanced": sum(counts.values()) == cells and not np.any((fates == BLANK) & grid.filled),
    }


# ---------------------------------------------------------------- one claimed sheet


def _read_sheet(grid: Grid, layout: Layout, source: Source, file: str, name: str, edition: str | None) -> _Sheet:
    ruled = rule(grid, (d for d in source.decided if d.file == name))
    laid = lay(ruled.grid, layout)
    ruled = replace(ruled, grid=with_joint(ruled.grid, laid, layout, ruled.by_cell.keys()))
    fates = laid.fates.copy()
    constants = {**source.constants, **layout.constants}
    around = Surroundings(ruled.grid.unread, ruled.grid.markers, laid.notes)
    words = harmonise(laid.readings, layout, source, constants, around)
    block = Block(ruled.grid, grid.text, laid, layout, source, file, edition, words.columns)
    issues: list[Issue] = []
    report = _reporter(source.id, file, grid, ruled.by_cell, issues)

    dropped = readings_ruled(laid, ruled.by_cell, "ignore")
    ignore_cells(laid, ruled.by_cell, dropped, fates)
    waiting = np.zeros(laid.readings.text.size, dtype=bool)
    for label in words.held:
        waiting[label.readings] = True
    withheld = readings_ruled(laid, ruled.by_cell, "hold")
    rows = _rows_of(block, ~(waiting | dropped), withheld)
    for label in (*rows.held_labels, *rows.also_held):
        waiting[label.readings] = True
    facts = rows.also if rows.facts is None else {layout.table: rows.facts, **rows.also}

    known = {(label.code, label.cell) for label in words.held}
    more = [label for label in rows.also_held if (label.code, label.cell) not in known]
    for label in (*words.held, *rows.held_labels, *more):
        waits = int((~dropped[label.readings]).sum())
        if waits:
            noun = "figure" if layout.table == "observations" else "row"
            told = f"{waits} {noun}s wait" if waits > 1 else f"1 {noun} waits"
            message = f"{label.message.rstrip('.')}; {told} for it"
            report("hold", label.code, label.cell, label.text, message, label.hint)
    for cell in (held for held in rows.held_cells if held.code != TOGETHER):
        report("hold", cell.code, cell.at, cell.text, cell.message, cell.hint)
    for finding in laid.findings:
        report(finding.severity, finding.code, finding.cell, _shown(grid, finding.cell), finding.message, finding.hint)
    for code, at, message in grid.flags:
        report("flag", code, at, _shown(grid, at), message, None)
    for flag in (
        *checks.odd_text(grid),
        *checks.unexplained_labels(words.unexplained),
        *checks.totals(grid, laid, rows.wholes, source),
        *rows.flags,
        *(beside.titled(grid, laid, rows.figures, words.columns) if rows.figures is not None else ()),
        *checks.hidden(grid),
    ):
        report(flag.severity, flag.code, flag.cell, _shown(grid, flag.cell), flag.message, flag.hint)
    for at, decision in ruled.by_cell.items():
        if decision.do == "hold" and not any(issue.cell == address(*at) for issue in issues):
            report(
                "hold", "held_by_ruling", at, decision.was, f"held by a ruling: {decision.why}{decision.signed}", None
            )
    _hold_cells(fates, laid, layout, (waiting | withheld) & ~dropped, [cell.at for cell in rows.held_cells])
    return _Sheet(rows.figures, facts, tuple(issues), _ledger_row(source.id, file, ruled.grid, fates), claimed=True)


def _rows_of(block: Block, wanted: np.ndarray, withheld: np.ndarray) -> Rows:
    if block.layout.table == "observations":
        return figure_rows(block, wanted, withheld)
    from opdat_analytics.ingest.facts import fact_rows

    return fact_rows(block, wanted, withheld)


def _shown(grid: Grid, at: tuple[int, int] | None) -> str | None:
    return str(grid.text[at]) if at is not None else None


def _reporter(
    source: str, file: str, grid: Grid, ruled: Mapping[tuple[int, int], Decision], issues: list[Issue]
) -> Any:
    def report(
        severity: str, code: str, at: tuple[int, int] | None, text: str | None, message: str, hint: str | None
    ) -> None:
        acknowledged = at is not None and at in ruled and ruled[at].do == "hold"
        cell = address(*at) if at is not None else None
        issues.append(Issue(severity, code, source, file, grid.name, cell, text, message, hint, acknowledged))

    return report


def _hold_cells(
    fates: np.ndarray, laid: Laid, layout: Layout, waiting: np.ndarray, cells: list[tuple[int, int]]
) -> None:
    """Give held cells their fate: the figure's own cell, and in a table of facts the whole row."""
    rows, columns = laid.readings.rows[waiting], laid.readings.columns[waiting]
    if layout.table != "observations":
        for row in {*rows.tolist(), *(at[0] for at in cells)}:
            fates[row][fates[row] == FATE["value"]] = FATE["held"]
    for at in (*zip(rows.tolist(), columns.tolist(), strict=True), *cells):
        if fates[at] == FATE["value"]:
            fates[at] = FATE["held"]
