"""A day of refreshes: ``python -m soak.refreshes --minutes 10``.

Raw files are edited, broken, taken away and put back at random; refreshes are killed at random moments, or meet a
second one. After each, what is published must be what a clean rebuild from each file's last good bytes gives, every
figure once, every cell accounted for.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from opdat_analytics import reading, store
from opdat_analytics.model import TABLES, Home, LockHeld, NothingPublished
from opdat_analytics.refresh import refresh
from soak.edits import Declared, File, World, book, edited, first, write

CODES = {
    "Albania": "ALB", "Brazil": "BRA", "Guatemala": "GTM", "Honduras": "HND", "Kenya": "KEN", "Nepal": "NPL",
    "Peru": "PER", "Thailand": "THA", "Ukraine": "UKR", "Viet Nam": "VNM",
}  # fmt: skip
REBUILT = ("observations", "issues", "ledger", "conflicts", "sources")
HOW = {"here": 10, "killed": 6, "command killed": 1, "beside another": 2, "edited meanwhile": 3}
"""How a refresh is run, and how often it is run so."""
_DAY, _TOLD = 1_000, 50


class Wrong(Exception):
    """What is published is not what it should be."""


@dataclass(frozen=True)
class Expected:
    """What a publication must hold: each file as it could last be read, or None; what each source last declared."""

    files: dict[str, File | None] = field(default_factory=dict)
    read_as: dict[str, Declared] = field(default_factory=dict)
    declared: dict[str, Declared] = field(default_factory=dict)

    def after(self, world: World) -> Expected:
        """What the next publication must hold."""
        files, read_as = {}, {}
        for path, file in world.files.items():
            now = world.declared[path.partition("/")[0]]
            good = file.good and not now.broken
            files[path] = file if good else self.files.get(path)
            if files[path] is not None:
                read_as[path] = now if good else self.read_as[path]
        declared = {}
        for source in sorted({path.partition("/")[0] for path in files}):
            now = world.declared[source]
            last = self.declared.get(source) if now.broken else now
            if last is not None:
                declared[source] = last
        return Expected(files, read_as, declared)


# ---------------------------------------------------------------- what is checked


def check(home: Home, expected: Expected, clean: Path, known: dict[str, Expected]) -> None:
    """Compare what is published with a clean rebuild, and figure by figure with what was written.

    What ``known`` says was found right before, by the hash of its content, is opened and counted but not built again.

    Raises
    ------
    Wrong
        If they differ.
    """
    opened = store.open_publication(home)
    found = {table: opened.table(table) for table in REBUILT}
    observations = found["observations"]
    if observations.duplicated(["file", "sheet", "cell", "part"]).any():
        raise Wrong("a figure stands twice")
    if not found["ledger"]["balanced"].all():
        raise Wrong("the ledger of a sheet does not balance")
    _figures(observations, expected)
    if known.get(store.content_hash(opened.manifest)) == expected:
        return
    shutil.rmtree(clean, ignore_errors=True)
    good = {path: file for path, file in expected.files.items() if file is not None}
    lost = {path.partition("/")[0] for path in good} - expected.declared.keys()
    if lost:
        raise Wrong(f"what was last declared is lost: {', '.join(sorted(lost))}")
    rebuilt = Home.at(clean)
    rebuilt.raw.mkdir(parents=True)
    write(World(expected.declared, good), rebuilt.raw)
    refresh(rebuilt)
    other = store.open_publication(rebuilt)
    moved = {path for path in good if expected.read_as[path] != expected.declared[path.partition("/")[0]]}
    for table in REBUILT:
        _same(table, _comparable(table, found[table], good, moved), _comparable(table, other.table(table), good, moved))
    known[store.content_hash(opened.manifest)] = expected


def _figures(observations: pd.DataFrame, expected: Expected) -> None:
    """Every figure that was written is published once with its text, and no other."""
    stated = observations[observations["qualifier"] != "not_reported"]
    have = Counter(zip(stated["file"], stated["place"], stated["year"], stated["text"], strict=True))
    want = Counter(
        (path, CODES[place], year, figure)
        for path, file in expected.files.items()
        if file is not None
        for place, year, figure in file.rows
        if place in CODES and figure
    )
    if have != want:
        raise Wrong(f"lost: {sorted((want - have).items())}; too many: {sorted((have - want).items())}")


def _comparable(table: str, frame: pd.DataFrame, good: dict[str, File], moved: set[str]) -> pd.DataFrame:
    """Rows that a rebuild must give too: without what stops, and without the date of editions declared anew since."""
    frame = frame[frame["severity"] != "stop"] if table == "issues" else frame
    if table == "sources":
        frame = frame[frame["file"].isin(list(good))].drop(columns=["stopped", "held"])
    sides = {"observations": ("",), "conflicts": ("_a", "_b")}.get(table, ())
    for side in sides:
        dates = frame[f"published{side}"].mask(frame[f"file{side}"].isin(list(moved)))
        frame = frame.assign(**{f"published{side}": dates})
    return frame.reset_index(drop=True)


def _same(table: str, one: pd.DataFrame, other: pd.DataFrame) -> None:
    try:
        pd.testing.assert_frame_equal(one, other)
    except AssertionError as error:
        raise Wrong(f"{table} is not what a clean rebuild gives: {error}") from error


# ---------------------------------------------------------------- refreshes that are killed, or meet another


def in_a_child(home: Home, delay: float | None) -> int | None:
    """Refresh in a process of its own, killed after some seconds; its exit code, None where it was killed."""
    child = os.fork()
    if child == 0:
        os._exit(_code(home))
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else None


def as_a_command(home: Home, delay: float) -> int | None:
    """The command ``opdat refresh``, killed after some seconds; its exit code, None where it was killed."""
    words = ["--raw", str(home.raw), "--processed", str(home.processed)]
    command = [sys.executable, "-m", "opdat_analytics", "refresh", *words]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return running.wait(delay)
    except subprocess.TimeoutExpired:
        running.kill()
        code = running.wait()
        return None if code < 0 else code


def _code(home: Home) -> int:
    try:
        return refresh(home).exit_code
    except LockHeld:
        return 6
    except NothingPublished:
        return 5


def two_at_once(home: Home) -> int:
    """Two refreshes at the same moment; the exit code of the one that was not refused."""
    child = os.fork()
    if child == 0:
        os._exit(_code(home))
    own = _code(home)
    _, status = os.waitpid(child, 0)
    other = os.WEXITSTATUS(status)
    codes = {own, other} - {6}
    if not codes:
        raise Wrong("two refreshes refused each other")
    return max(codes)


# ---------------------------------------------------------------- the day


def soak(root: Path, seed: int, refreshes: int, minutes: float) -> Counter[str]:
    """Refresh so often or so long, whichever ends first; what happened how often.

    Raises
    ------
    Wrong
        With the step at which something was not as it should be; the project lies where it was left.
    """
    chance = random.Random(seed)
    reading.PAUSE = 0.01
    home, world, expected = Home.at(root / "day"), first(chance), Expected()
    home.raw.mkdir(parents=True)
    removed: list[tuple[str, File]] = []
    known: dict[str, Expected] = {}
    told: Counter[str] = Counter()
    ends, spent = time.monotonic() + 60 * minutes, 0.5
    for step in range(refreshes):
        if time.monotonic() > ends:
            break
        for _ in range(chance.randint(1, 3)):
            kind, world = edited(world, removed, chance)
            told[f"edit: {kind}"] += 1
        write(world, home.raw)
        how = chance.choices(list(HOW), weights=list(HOW.values()))[0] if step else "here"
        try:
            if how == "edited meanwhile":
                kind, world, expected = _edited_meanwhile(home, world, expected, removed, chance, spent)
                told[f"edit: {kind}"] += 1
                check(home, expected, root / "clean", known)
            began = time.monotonic()
            expected, code = _step(home, world, expected, how, chance, spent)
            if how == "here":
                spent = (spent + time.monotonic() - began) / 2
            check(home, expected, root / "clean", known)
        except Wrong as wrong:
            raise Wrong(f"step {step} of seed {seed}, {how}: {wrong}") from wrong
        told["refreshes"] += 1
        told[f"how: {how}"] += 1
        told[f"exit {code}" if code is not None else "killed"] += 1
        told["publications"] = store.generations(home)[-1]
        if told["refreshes"] % _TOLD == 0:
            print(f"{told['refreshes']:,} refreshes, {told['killed']:,} killed, nothing wrong", file=sys.stderr)
    if world.files:
        _code(home)
        check(home, expected.after(world), root / "clean", known)
    told["kept and readable"] = _kept(home)
    return told


def _kept(home: Home) -> int:
    """Open every table of every publication that is kept; how many there are."""
    kept = store.generations(home)
    for number in kept:
        opened = store.open_publication(home, number)
        for table in TABLES:
            opened.table(table)
    return len(kept)


def _step(
    home: Home, world: World, expected: Expected, how: str, chance: random.Random, spent: float
) -> tuple[Expected, int | None]:
    """One refresh, which takes about so many seconds; what must be published then, and its exit code."""
    before = _manifest(home)
    if how == "beside another":
        code: int | None = two_at_once(home)
    elif how == "killed":
        code = in_a_child(home, chance.uniform(0, spent))
    elif how == "command killed":
        code = as_a_command(home, chance.uniform(0, 2 + 2 * spent))
    else:
        code = _code(home)
    if code == 5 or (code is None and _manifest(home) == before):
        return expected, code
    return expected.after(world), code


def _manifest(home: Home) -> bytes | None:
    path = store.manifest_path(home)
    return path.read_bytes() if path.exists() else None


def _edited_meanwhile(
    home: Home,
    world: World,
    expected: Expected,
    removed: list[tuple[str, File]],
    chance: random.Random,
    spent: float,
) -> tuple[str, World, Expected]:
    """Edit while a refresh runs; what was published must be, file by file, from before the edit, from after it or last
    good. Of which declaration a file was read by is not known then.
    """
    child = os.fork()
    if child == 0:
        os._exit(_code(home))
    time.sleep(chance.uniform(0, spent))
    kind, then = edited(world, removed, chance)
    write(then, home.raw)
    os.waitpid(child, 0)
    manifest = store.open_publication(home).manifest
    files: dict[str, File | None] = {}
    for entry in manifest["files"]:
        path = entry["file"]
        seen = (expected.files.get(path), world.files.get(path), then.files.get(path))
        by_hash = {hashlib.sha256(book(one)).hexdigest(): one for one in seen if one}
        if entry["sha256"] and entry["sha256"] not in by_hash:
            raise Wrong(f"{path} was published from bytes that it never had")
        files[path] = by_hash.get(entry["sha256"])
    known = [*expected.declared.values(), *world.declared.values(), *then.declared.values()]
    declared = {
        source: next(one for one in known if not one.broken and (one.title, list(one.order)) == _said(said))
        for source, said in manifest["declared"].items()
    }
    unknown = {path: Declared((), "", -1) for path, file in files.items() if file}
    return kind, then, Expected(files, unknown, declared)


def _said(declared: dict[str, Any]) -> tuple[str, list[str]]:
    return declared["title"], [label for label, _ in declared["editions"]]


def main() -> None:
    """Take the words of the command line, soak, tell."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--minutes", type=float, default=600)
    words.add_argument("--refreshes", type=int, default=_DAY)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    root = Path(tempfile.mkdtemp(prefix="opdat-soak-"))
    began = time.monotonic()
    try:
        told = soak(root, given.seed, given.refreshes, given.minutes)
    except Wrong as wrong:
        sys.exit(f"Wrong: {wrong}\nThe project lies in {root}")
    shutil.rmtree(root)
    print(json.dumps({"seed": given.seed, "seconds": round(time.monotonic() - began), **dict(sorted(told.items()))}))


if __name__ == "__main__":
    main()
