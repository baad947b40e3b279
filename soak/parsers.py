"""Feeds damaged files and texts to every parser for as long as asked: ``python -m soak.parsers --minutes 15``.

A parser may refuse, by an error of the package's own; it may not raise another one, take more than a second a file or
a gigabyte, or end the process. Each input is known by its number and made anew from it (``--only 17``), so a finding
is kept as one number and one file. The work is done by a child, for a reader that aborts takes its process along.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from types import FrameType

from opdat_analytics import privacy
from opdat_analytics.drafting.draft import draft
from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.figures import Problem, numerals, parse_figure, split_parts, strip_marker
from opdat_analytics.ingest.files import read_file
from opdat_analytics.ingest.periods import parse_as_of, parse_period
from opdat_analytics.ingest.printed_text import compile_part
from opdat_analytics.model import ALLOWED, FATES, OpdatError, UnreadableFile
from soak.mutations import damaged, words
from soak.seeds import seeds

SECONDS = 30
ROOM = 2**30
TEXTS_AT_ONCE = 100
DECLARED = """
title = "Soak"
[[layout]]
sheet = "*"
constants = { measure = "convictions", unit = "persons", offence = "trafficking" }
columns = { Country = "place", Year = "year", Sex = "sex", Convictions = "value", Note = "note" }
totals = "Total"
"""
_NOTATIONS = (None, "1,234.5", "1.234,5", "1 234,5", "1 234.5", "1'234.5")


class Wrong(AssertionError):
    """A parser did what it may not."""


def one_input(number: int, folder: Path, source: Source) -> str:
    """Make the input of this number and parse it; how it went, in a word.

    Raises
    ------
    Wrong
        If a file was read but its cells are not accounted for.
    """
    random = Random(number)
    if number % 3 == 0:
        for _ in range(TEXTS_AT_ONCE):
            _texts(words(random), random)
        return "texts"
    every = seeds()
    cheap = [name for name in every if name.endswith((".xlsx", ".csv"))]
    name = random.choice(cheap if random.random() < 0.97 else list(every))
    path = folder / f"input{Path(name).suffix}"
    path.write_bytes(damaged(every[name], random))
    if number % 31 == 0:
        try:
            draft(path, top=random.choice((1, 3)))
        except UnreadableFile as error:
            return f"draft: {error.code}"
        return "draft"
    read = read_file(path, source, privacy.reason_to_stop)
    if read.stopped:
        return str(read.tables["issues"]["code"].iat[0])
    _check(read.tables)
    return "read"


def _check(tables: Mapping[str, object]) -> None:
    ledger = tables["ledger"]
    if not ledger["balanced"].all():  # type: ignore[index]
        raise Wrong(f"the ledger does not balance: {ledger[['cells', *FATES]].to_dict('records')}")  # type: ignore[index]
    rows = tables.get("observations")
    if rows is None:
        return
    low, high = rows["low"].astype(float), rows["high"].astype(float)  # type: ignore[index]
    if (low > high).any() or (low.abs() == float("inf")).any():
        raise Wrong("a figure is printed whose bounds cannot be")


def _texts(text: str, random: Random) -> None:
    """Every parser of words and figures; none of them may raise."""
    language = random.choice(("en", "es", "fr", "pt"))
    unit = random.choice(ALLOWED["unit"])
    bare, _ = strip_marker(text)
    for said in (text, bare):
        figure = parse_figure(said, unit, numerals(random.choice(_NOTATIONS)), language)
        if not isinstance(figure, Problem) and not (figure.low or 0) <= (figure.high or figure.low or 0):
            raise Wrong(f"{said!r} runs from {figure.low} to {figure.high}")
        parse_period(said, random.choice((None, "calendar", "us_fiscal", "fiscal_other")), language)
        parse_as_of(said)
        split_parts(said, (compile_part("{total} ({form:labour})"),))


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise Wrong(f"more than {SECONDS} seconds")


def _declared(home: Path) -> tuple[Path, Source]:
    """An empty folder for inputs, and the declaration by which they are read."""
    folder = home / "soak"
    folder.mkdir()
    (folder / "source.toml").write_text(DECLARED, encoding="utf-8")
    source = read_declaration(folder / "source.toml")
    (folder / "source.toml").unlink()
    return folder, source


def work(first: int, minutes: float, keep: Path) -> None:
    """Parse one input after another; a line of JSON for each finding, and what was done at the end."""
    warnings.filterwarnings("ignore", message="Duplicate name", category=UserWarning)
    resource.setrlimit(resource.RLIMIT_AS, (ROOM + 2**30, ROOM + 2**30))
    signal.signal(signal.SIGALRM, _too_slow)
    with tempfile.TemporaryDirectory() as home:
        folder, source = _declared(Path(home))
        end, went, number, slowest = time.monotonic() + 60 * minutes, Counter[str](), first, 0.0
        while time.monotonic() < end:
            (keep / "now").write_text(str(number), encoding="utf-8")
            begun = time.monotonic()
            signal.alarm(SECONDS)
            try:
                went[one_input(number, folder, source)] += 1
            except OpdatError as error:
                _tell(number, f"raised {type(error).__name__}: {error}", keep, folder)
            except (Wrong, Exception):  # noqa: BLE001 - whatever it is, it is a finding
                _tell(number, traceback.format_exc(), keep, folder)
            finally:
                signal.alarm(0)
            slowest = max(slowest, time.monotonic() - begun)
            number += 1
    print(json.dumps({"went": went, "last": number, "slowest": round(slowest, 2)}), flush=True)


def _tell(number: int, what: str, keep: Path, folder: Path) -> None:
    for path in folder.glob("input.*"):
        (keep / f"{number}{path.suffix}").write_bytes(path.read_bytes())
    print(json.dumps({"finding": number, "what": what}), flush=True)


def main() -> int:
    """Run children until the time is over; 0 where nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m soak.parsers", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--only", type=int, help="one input, told in full")
    parser.add_argument("--keep", type=Path, default=Path("build/soak"), help="where inputs that found something go")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    told.keep.mkdir(parents=True, exist_ok=True)
    if told.child:
        work(told.first, told.minutes, told.keep)
        return 0
    if told.only is not None:
        return _only(told.only, told.keep)
    begun, number, found, went = time.monotonic(), told.first, 0, Counter[str]()
    while (left := told.minutes - (time.monotonic() - begun) / 60) > 0:
        command = [sys.executable, "-m", "soak.parsers", "--child", "--keep", str(told.keep)]
        part = ["--first", str(number), "--minutes", str(min(left, 5))]
        done = subprocess.run([*command, *part], stdout=subprocess.PIPE, text=True, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        for line in lines:
            if "finding" in line:
                found += 1
                print(f"input {line['finding']}: {line['what']}", flush=True)
        if done.returncode:
            number = int((told.keep / "now").read_text(encoding="utf-8"))
            found += 1
            print(f"input {number} ended the process ({done.returncode})", flush=True)
            number += 1
            continue
        number, went = lines[-1]["last"], went + Counter(lines[-1]["went"])
        print(f"{number - told.first:,} inputs, {found} findings, slowest {lines[-1]['slowest']} s", flush=True)
    texts = went.pop("texts", 0)
    print(f"{texts * TEXTS_AT_ONCE:,} texts and {sum(went.values()):,} files parsed, {found} findings")
    print(", ".join(f"{what} {count:,}" for what, count in went.most_common()))
    return 1 if found else 0


def _only(number: int, keep: Path) -> int:
    with tempfile.TemporaryDirectory() as home:
        folder, source = _declared(Path(home))
        try:
            print(one_input(number, folder, source))
        finally:
            for path in folder.glob("input.*"):
                (keep / f"{number}{path.suffix}").write_bytes(path.read_bytes())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
