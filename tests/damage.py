"""Damages workbooks cell by cell, and tells of every damage whether reading noticed it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from opdat_analytics import vocab
from opdat_analytics.ingest.declare import Source
from opdat_analytics.ingest.files import FileRead, read_file
from opdat_analytics.ingest.layouts import lay
from opdat_analytics.ingest.periods import Period, parse_period
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import address

Place = tuple[str, str]
"""Sheet and cell."""

Cell = Any
Damage = Callable[[Cell, Random], None]


# ---------------------------------------------------------------- damages


def text(change: Callable[[str, Random], str]) -> Damage:
    """A damage to what a cell says."""

    def damage(cell: Cell, random: Random) -> None:
        cell.value = change(str(cell.value), random)

    return damage


def value(change: Callable[[Any, Random], Any]) -> Damage:
    """A damage that puts another value into a cell."""

    def damage(cell: Cell, random: Random) -> None:
        cell.value = change(cell.value, random)

    return damage


def looks(**style: Any) -> Damage:
    """A damage to a cell's style."""

    def damage(cell: Cell, random: Random) -> None:
        for name, said in style.items():
            setattr(cell, name, said)

    return damage


def _raised(cell: Cell, random: Random) -> None:
    cell.value = CellRichText(str(cell.value), TextBlock(InlineFont(vertAlign="superscript"), random.choice("123a")))


def _swapped(said: str, random: Random) -> str:
    pairs = [i for i in range(len(said) - 1) if said[i].isalpha() and said[i + 1].isalpha() and said[i] != said[i + 1]]
    i = random.choice(pairs) if pairs else 0
    return said[:i] + said[i + 1 : i + 2] + said[i : i + 1] + said[i + 2 :]


def _dropped(said: str, random: Random) -> str:
    i = random.randrange(len(said))
    return said[:i] + said[i + 1 :]


def _mojibake(said: str, random: Random) -> str:
    odd = said.encode("utf-8").decode("cp1252", "replace")
    return odd if odd != said else said[:-1] + "Ã©"


def _homoglyph(said: str, random: Random) -> str:
    return re.sub("[aeo]", lambda m: {"a": "а", "e": "е", "o": "о"}[m[0]], said, count=1)


def _other_mark(said: str, random: Random) -> str:
    whole = re.sub(r"\D", "", said) or "0"
    return random.choice(
        (f"{whole},25", f"{whole}.75", f"{whole}.000,5", f"{whole},000.5", f"1.{whole.zfill(3)[-3:]},{whole}")
    )


DAMAGES: Mapping[str, Mapping[str, Damage]] = {
    "number": {
        "letter O for 0": text(lambda s, r: s.replace("0", "O", 1) if "0" in s else s + "O"),
        "letter l for 1": text(lambda s, r: s.replace("1", "l", 1) if "1" in s else "l" + s),
        "stray text": text(lambda s, r: s + r.choice((" ?", "x", " pend.", " (rev)", " véase nota", "abc"))),
        "another decimal mark": text(_other_mark),
        "date": value(lambda v, r: datetime(2021, r.randrange(1, 13), r.randrange(1, 28))),
        "date as text": value(lambda v, r: r.choice(("3/4/2021", "2021-05-06", "12-Jan"))),
        "negative": text(lambda s, r: f"-{s.lstrip('-')}"),
        "percent sign": text(lambda s, r: f"{s} %"),
        "percent format": looks(number_format="0%"),
        "footnote mark": text(lambda s, r: s + r.choice("*†‡")),
        "raised mark": _raised,
        "error": value(lambda v, r: r.choice(("#REF!", "#DIV/0!", "#N/A"))),
        "struck out": looks(font=Font(strike=True)),
        "hidden by format": looks(number_format=";;;"),
        "half": text(lambda s, r: f"{re.sub(r'[^0-9]', '', s) or 0}½"),
        "truth": value(lambda v, r: True),
        "two numbers": text(lambda s, r: f"{s} / {s}"),
        "brackets": text(lambda s, r: f"({s})"),
        "machine's number": text(lambda s, r: f"{s}e+2"),
        "formula never calculated": value(lambda v, r: "=SUM(A1:A2)"),
        "other script": text(lambda s, r: s + "٣"),
        "symbol": value(lambda v, r: r.choice(("-", "..", "*", "?"))),
        "hidden sign": text(lambda s, r: s[:1] + "\u202e" + s[1:] + "\u00ad7"),
    },
    "place": {
        "letters swapped": text(_swapped),
        "letter dropped": text(_dropped),
        "mojibake": text(_mojibake),
        "letter of another script": text(_homoglyph),
        "deleted": value(lambda v, r: None),
        "footnote mark": text(lambda s, r: s + r.choice(("*", "†", " [a]"))),
        "raised mark": _raised,
        "error": value(lambda v, r: "#N/A"),
        "number": value(lambda v, r: r.randrange(10_000)),
        "struck out": looks(font=Font(strike=True)),
    },
    "period": {
        "far year": value(lambda v, r: 2109),
        "letter for digit": text(lambda s, r: s.replace("0", "O", 1)),
        "two digits": value(lambda v, r: r.randrange(10, 30)),
        "deleted": value(lambda v, r: None),
        "footnote mark": text(lambda s, r: s + "*"),
        "two years": text(lambda s, r: f"{s[:4]}/{r.randrange(10, 99)}"),
        "word": value(lambda v, r: r.choice(("n.d.", "ayer", "Q5 2019", "2019.5"))),
        "error": value(lambda v, r: "#VALUE!"),
    },
    "code": {
        "letters swapped": text(_swapped),
        "deleted": value(lambda v, r: None),
        "number": value(lambda v, r: r.randrange(10_000)),
        "footnote mark": text(lambda s, r: s + "†"),
        "error": value(lambda v, r: "#NAME?"),
    },
}
"""By what the cell holds: name → damage. Each of them must be noticed wherever it strikes."""

SILENT: Mapping[str, Mapping[str, Damage]] = {
    "number": {
        "ten times": value(lambda v, r: v * 10 if isinstance(v, int) else v),
        "deleted": value(lambda v, r: None),
        "another number": value(lambda v, r: (v + 1) if isinstance(v, int) else v),
    },
    "place": {"another place": value(lambda v, r: r.choice(("Chad", "Fiji", "Togo")))},
    "period": {"another year": value(lambda v, r: r.choice((2001, 2002, 2003)))},
}
"""What no reader can notice in one cell alone: only a printed total, a declared range or a second edition tells."""


# ---------------------------------------------------------------- what becomes of them


@dataclass(frozen=True)
class Struck:
    """One damage that was done."""

    at: Place
    kind: str
    name: str
    was: str


@dataclass(frozen=True)
class Verdict:
    """What reading made of a damaged workbook.

    Attributes
    ----------
    unnoticed
        Damages after which something else is believed, without a word.
    harmed
        Cells that are not as in the clean workbook though nothing they depend on was damaged.
    """

    unnoticed: tuple[Struck, ...]
    harmed: tuple[Place, ...]
    stopped: str | None


def depends(path: Path, source: Source) -> tuple[dict[Place, set[Place]], dict[Place, str]]:
    """Each reading's cell → the cells that it rests on, itself among them; and what each of these cells holds."""
    rests: dict[Place, set[Place]] = {}
    kinds: dict[Place, str] = {}
    for grid in read_workbook(path):
        for layout in source.layouts:
            if not layout.claims(path.name, grid.name):
                continue
            readings = lay(grid, layout).readings
            own = [(grid.name, address(r, c)) for r, c in zip(readings.rows, readings.columns, strict=True)]
            figures = layout.table == "observations"
            for at, said in zip(own, readings.text.tolist(), strict=True):
                rests.setdefault(at, set()).add(at)
                if figures and re.fullmatch(r"\d[\d.,]*", said):
                    kinds[at] = "number"
            for labels in readings.labels:
                for at, r, c, said in zip(own, labels.rows, labels.columns, labels.text.tolist(), strict=True):
                    cell = (grid.name, address(int(r), int(c)))
                    rests[at].add(cell)
                    if said.strip() and not grid.text[int(r), int(c)]:
                        rests[at].add((grid.name, address(*_origin(grid.text, int(r), int(c), said))))
                    kind = _kind(labels.role, said)
                    if kind and said.strip() and said == grid.text[int(r), int(c)]:
                        kinds[cell] = kind
    return rests, kinds


def _origin(cells: np.ndarray, row: int, column: int, said: str) -> tuple[int, int]:
    """Where a label stands that a blank took over: to its left, else above it."""
    left = [c for c in range(column, -1, -1) if cells[row, c] == said]
    above = [r for r in range(row, -1, -1) if cells[r, column] == said]
    return (row, left[0]) if left else (above[0] if above else row, column)


def _kind(role: str, said: str) -> str | None:
    if role == "place" and vocab.resolve_place(said).code and len(said) > 4:
        return "place"
    if role in ("year", "period") and isinstance(parse_period(said), Period) and re.fullmatch(r"\d{4}", said):
        return "period"
    return "code" if role in ("sex", "measure", "unit", "offence") else None


def strike(
    clean: Path,
    to: Path,
    random: Random,
    kinds: Mapping[Place, str],
    share: float,
    damages: Mapping[str, Mapping[str, Damage]],
) -> list[Struck]:
    """Write a copy of a workbook with a share of its cells (one at least) damaged."""
    book = openpyxl.load_workbook(clean, rich_text=True)
    within = {sheet.title: [r for m in sheet.merged_cells.ranges for r in m.cells] for sheet in book}
    able = [at for at, kind in sorted(kinds.items()) if kind in damages and not _merged(at, within)]
    struck = []
    for at in random.sample(able, max(1, round(share * len(able)))):
        kind = kinds[at]
        name = random.choice(list(damages[kind]))
        cell = book[at[0]][at[1]]
        was = str(cell.value)
        damages[kind][name](cell, random)
        struck.append(Struck(at, kind, name, was))
    book.save(to)
    return struck


def _merged(at: Place, within: Mapping[str, list[tuple[int, int]]]) -> bool:
    cell = openpyxl.utils.cell.coordinate_from_string(at[1])
    return (cell[1], openpyxl.utils.column_index_from_string(cell[0])) in within[at[0]]


def judge(clean: FileRead, damaged: FileRead, struck: list[Struck], rests: Mapping[Place, set[Place]]) -> Verdict:
    """Compare what a damaged workbook gives with what the clean one gave."""
    if damaged.stopped:
        issue = damaged.tables["issues"].iloc[0]
        return Verdict((), (), f"{issue['code']}: {issue['message']}")
    before, after = dict(_facts(clean)), dict(_facts(damaged))
    hit = {one.at for one in struck}
    told = list(damaged.tables["issues"][["sheet", "cell", "message"]].itertuples(index=False, name=None))
    named: set[Place] = {(sheet, cell) for sheet, cell, _ in told}
    named |= {(sheet, cell) for sheet, _, message in told for cell in re.findall(r"\b[A-Z]{1,2}\d+\b", str(message))}
    unnoticed = []
    for one in struck:
        resting = [at for at, cells in rests.items() if one.at in cells]
        changed = [
            at
            for at in resting
            if before.get(at) != after.get(at) and not (at not in after and rests[at] & named)  # held for another label
        ]
        if changed and one.at not in named and not any(at in named for at in changed):
            unnoticed.append(one)
    harmed = [
        at
        for at in {*before, *after}
        if not rests.get(at, {at}) & hit and before.get(at) != after.get(at) and at not in named
    ]
    return Verdict(tuple(unnoticed), tuple(harmed), None)


def _facts(read: FileRead) -> Iterator[tuple[Place, tuple[object, ...]]]:
    """Cell → everything that is believed of it, but for how it was printed."""
    for name in ("observations", "activities", "programmes", "targets"):
        frame = read.tables.get(name)
        if frame is None:
            continue
        said = [c for c in frame.columns if c not in ("text", "sheet", "cell", "note", "file")]
        parts = frame["part"].tolist() if "part" in frame else [""] * len(frame)
        whole: dict[Place, list[object]] = {}
        rows = zip(frame["sheet"], frame["cell"], parts, frame[said].itertuples(index=False, name=None), strict=True)
        for sheet, cell, part, row in rows:
            plain = tuple(None if pd.isna(v) else v for v in row)
            whole.setdefault((sheet, cell), []).append((part, *plain))
        yield from ((at, tuple(rows)) for at, rows in whole.items())


def trial(
    clean: Path, source: Source, seed: int, folder: Path, share: float, damages: Mapping[str, Mapping[str, Damage]]
) -> tuple[list[Struck], Verdict]:
    """Damage a workbook once and judge how it is read."""
    rests, kinds = depends(clean, source)
    to = folder / clean.name
    struck = strike(clean, to, Random(seed), kinds, share, damages)
    return struck, judge(read_file(clean, source), read_file(to, source), struck, rests)
