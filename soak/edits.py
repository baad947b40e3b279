"""A small project of sources whose spreadsheets are edited, broken, taken away and put back at random.

What is right is known without the package: each file remembers the bytes and the declaration by which it could last be
read, and whether it can be read now.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import xlsxwriter

PLACES = ("Albania", "Brazil", "Guatemala", "Honduras", "Kenya", "Nepal", "Peru", "Thailand", "Ukraine", "Viet Nam")
YEARS = range(2016, 2026)
EDITIONS = ("2023", "2024", "2025", "2026")
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class File:
    """A spreadsheet: its rows of place, year and printed figure, and whether its header is as declared."""

    name: str
    rows: tuple[tuple[str, int, str], ...]
    header: str = "Convictions"

    @property
    def good(self) -> bool:
        """Whether it can be read as declared."""
        return self.header == "Convictions" and bool(self.rows)


@dataclass(frozen=True)
class Declared:
    """A ``source.toml``: the order of its editions, what a new one replaces, an alias, and whether it is broken."""

    order: tuple[str, ...]
    replaces: str
    number: int = 0
    broken: bool = False

    @property
    def title(self) -> str:
        """The title that it gives its source, which tells it from every other one."""
        return f"Returns that are {self.replaces}, as declared for the {self.number}. time"

    @property
    def text(self) -> str:
        """As it is written."""
        if self.broken:
            return 'title = "Returns\n'
        dates = "\n".join(f'"{label}" = "20{30 + at}-01-01"' for at, label in enumerate(self.order))
        return (
            f'title = "{self.title}"\n'
            f'edition = {{ from = "filename", pattern = \'(\\d{{4}})\', replaces = "{self.replaces}" }}\n'
            f"[editions]\n{dates}\n[[layout]]\n"
            'constants = { measure = "convictions", unit = "persons", offence = "trafficking" }\n'
            'columns = { "Country" = "place", "Year" = "year", "Convictions" = "value" }\n'
        )


@dataclass(frozen=True)
class World:
    """What lies in data/raw: declarations by source, files by path."""

    declared: dict[str, Declared]
    files: dict[str, File]


def first(chance: random.Random) -> World:
    """A project to begin with: three sources, two files each."""
    declared = {
        name: Declared(EDITIONS, replaces) for name, replaces in (("a", "series"), ("b", "all"), ("c", "series"))
    }
    files = {}
    for source in declared:
        for edition in EDITIONS[:2]:
            file = _file(f"returns_{edition}{chance.choice(('.csv', '.xlsx'))}", chance)
            files[f"{source}/{file.name}"] = file
    return World(declared, files)


def _file(name: str, chance: random.Random) -> File:
    keys = chance.sample([(place, year) for place in PLACES for year in YEARS], chance.randint(3, 9))
    return File(name, tuple((place, year, _figure(chance)) for place, year in keys))


def _figure(chance: random.Random) -> str:
    return chance.choice(
        (
            str(chance.randint(0, 500)),
            f"over {chance.randint(1, 90)}",
            "<5",
            "several",
            "",
            f"about {chance.randint(9, 99)}",
        )
    )


def edited(world: World, removed: list[tuple[str, File]], chance: random.Random) -> tuple[str, World]:
    """The world after one random edit, and what it was; files that are taken away are kept in ``removed``."""
    kind = chance.choice(
        ("cell", "cell", "cell", "row", "row", "less", "typo", "header", "mend", "mend", "toml", "reorder", "mend toml",
         "delete", "restore", "new", "nothing")
    )  # fmt: skip
    files, declared = dict(world.files), dict(world.declared)
    path = chance.choice(sorted(files))
    file = files[path]
    source = chance.choice(sorted(declared))
    at = chance.randrange(len(file.rows))
    place, year, figure = file.rows[at]
    if kind == "cell":
        files[path] = _with(file, at, (place, year, _figure(chance)))
    elif kind == "typo":
        files[path] = _with(file, at, (place.replace("a", "q", 1), year, figure))
    elif kind == "row":
        free = [(p, y) for p in PLACES for y in YEARS if (p, y) not in {(r[0], r[1]) for r in file.rows}]
        files[path] = replace(file, rows=(*file.rows[:at], (*chance.choice(free), _figure(chance)), *file.rows[at:]))
    elif kind == "less" and len(file.rows) > 1:
        files[path] = replace(file, rows=file.rows[:at] + file.rows[at + 1 :])
    elif kind == "header":
        files[path] = replace(file, header="Persons convicted by any court")
    elif kind == "mend":
        files = {name: replace(one, header="Convictions") for name, one in files.items()}
    elif kind == "toml":
        declared[source] = replace(declared[source], broken=True)
    elif kind == "mend toml":
        declared = {name: replace(one, broken=False) for name, one in declared.items()}
    elif kind == "reorder" and not declared[source].broken:
        order = tuple(chance.sample(EDITIONS, len(EDITIONS)))
        declared[source] = replace(declared[source], order=order, number=declared[source].number + 1)
    elif kind == "delete" and len(files) > 2:
        removed.append((path, files.pop(path)))
    elif kind == "restore" and removed:
        back, what = removed.pop(chance.randrange(len(removed)))
        files.setdefault(back, what)
    elif kind == "new":
        made = _file(f"returns_{chance.choice(EDITIONS)}{chance.choice(('.csv', '.xlsx'))}", chance)
        files.setdefault(f"{source}/{made.name}", made)
    return kind, World(declared, files)


def _with(file: File, at: int, row: tuple[str, int, str]) -> File:
    return replace(file, rows=(*file.rows[:at], row, *file.rows[at + 1 :]))


def write(world: World, raw: Path) -> None:
    """Make a folder of raw files say what the world says; what is the same already is not touched."""
    wanted = {f"{source}/source.toml": declared.text.encode() for source, declared in world.declared.items()}
    for path in [path for path in raw.rglob("*") if path.is_file()]:
        name = path.relative_to(raw).as_posix()
        if name not in wanted and name not in world.files:
            path.unlink()
    for name, data in wanted.items():
        _put(raw / name, data)
    for name, file in world.files.items():
        _put(raw / name, book(file))


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


@lru_cache(maxsize=1_000)
def book(file: File) -> bytes:
    """A file's bytes, the same for the same rows."""
    if file.name.endswith(".csv"):
        rows = [f"{place},{year},{figure}" for place, year, figure in file.rows]
        return "\n".join([f"Country,Year,{file.header}", *rows, ""]).encode()
    data = BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as made:
        made.set_properties({"created": _LONG_AGO})
        sheet = made.add_worksheet("Returns")
        sheet.write_row(0, 0, ("Country", "Year", file.header))
        for at, (place, year, figure) in enumerate(file.rows, 1):
            sheet.write_row(at, 0, (place, year, int(figure) if figure.isdigit() else figure))
    return data.getvalue()
