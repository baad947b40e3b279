"""Refreshes of synthetic workbooks beside pandas merely reading the same files; whole processes, in turns, medians.

    python benchmarks/refresh.py [--workbooks 200] [--runs 3] [--shape series] [--sizes 20 200] [--workbook FILE SOURCE]

A workbook has three sheets of 60 places by 18 figures, a tenth of them with words or signs. ``--workbook`` also reads
one workbook of your own, as the declaration ``SOURCE`` says, beside pandas. ``--sizes 20 200 2000`` takes minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from refresh_cases import SHAPES, write_return, write_returns

PUBLISHED = (0, 3)
PANDAS = """
import sys, pathlib, pandas as pd
for path in sorted(pathlib.Path(sys.argv[2]).glob("*.xlsx")):
    pd.read_excel(path, sheet_name=None, engine=sys.argv[1])
"""


def kept_compiled(folder: Path) -> None:
    """Let Python keep what it compiles, in that folder, as it does for installed packages, pandas among them."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def run(command: Sequence[str], allowed: Sequence[int] = (0,)) -> float:
    """Seconds that a process takes."""
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in allowed:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return time.perf_counter() - began


def refreshed(home: Path) -> float:
    """Seconds of a refresh of the project below a folder."""
    place = ["--raw", str(home / "raw"), "--processed", str(home / "processed")]
    return run([sys.executable, "-m", "opdat_analytics", "refresh", *place], PUBLISHED)


def cold(home: Path) -> float:
    """Seconds of a refresh that starts from nothing."""
    shutil.rmtree(home / "processed", ignore_errors=True)
    return refreshed(home)


def pandas_reads(home: Path, engine: str) -> float:
    """Seconds in which pandas reads all sheets of the same files, and does nothing with them."""
    (folder,) = (path for path in (home / "raw").iterdir() if path.is_dir())
    return run([sys.executable, "-c", PANDAS, engine, str(folder)])


def in_turns(runs: int, *work: Callable[[], float]) -> list[float]:
    """The median of each, measured in turns after one round that does not count."""
    rounds = [[one() for one in work] for _ in range(runs + 1)][1:]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def peak(home: Path) -> float:
    """Gigabytes that a cold refresh and its helpers have in memory together at most (Linux)."""
    shutil.rmtree(home / "processed", ignore_errors=True)
    place = ["--raw", str(home / "raw"), "--processed", str(home / "processed")]
    command = [sys.executable, "-m", "opdat_analytics", "refresh", *place]
    most = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        while process.poll() is None:
            most = max(most, _resident(process.pid))
            time.sleep(0.05)
    return most / 2**20


def _resident(session: int) -> int:
    """Kilobytes in memory of all processes of a session."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") // 1024
        except (OSError, IndexError):
            continue
    return total


def changed(home: Path, shape: str, runs: int) -> float:
    """Median seconds of a refresh after one workbook was changed."""
    times = []
    for salt in range(1, runs + 2):
        write_return(home / "raw" / "returns" / "returns_0000.xlsx", 0, shape, salt)
        times.append(refreshed(home))
    return statistics.median(times[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workbooks", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--shape", choices=list(SHAPES), default="series")
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--workbook", nargs=2, type=Path, metavar=("FILE", "SOURCE"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        kept_compiled(Path(temporary) / "compiled")
        home = Path(temporary) / "returns"
        write_returns(home / "raw" / "returns", asked.workbooks, asked.shape)
        ours, calamine = in_turns(asked.runs, lambda: cold(home), lambda: pandas_reads(home, "calamine"))
        openpyxl = statistics.median(pandas_reads(home, "openpyxl") for _ in range(max(1, asked.runs // 2)))
        print(
            f"{asked.workbooks} workbooks, {asked.shape}: cold {ours:.2f} s; pandas merely reading with calamine ",
            end="",
        )
        print(f"{calamine:.2f} s, with openpyxl {openpyxl:.2f} s")
        print(f"  cold refresh: {ours / calamine:.2f} x calamine; openpyxl takes {openpyxl / ours:.2f} x as long")
        cold(home)
        nothing = in_turns(asked.runs, lambda: refreshed(home))[0]
        one = changed(home, asked.shape, asked.runs)
        print(
            f"  nothing changed: {nothing:.2f} s; one workbook changed: {one:.2f} s, {one / ours:.2f} x cold",
            flush=True,
        )
        if asked.workbook:
            _one(Path(temporary) / "one", *asked.workbook, asked.runs)
        for size in asked.sizes:
            home = Path(temporary) / f"returns_{size}"
            write_returns(home / "raw" / "returns", size, asked.shape)
            seconds = statistics.median(cold(home) for _ in range(1 if size > 500 else asked.runs))
            print(f"  {size} workbooks: {1000 * seconds / size:.1f} ms each, at most {peak(home):.2f} GB", flush=True)
            shutil.rmtree(home)


def _one(home: Path, workbook: Path, declaration: Path, runs: int) -> None:
    folder = home / "raw" / "one"
    folder.mkdir(parents=True)
    shutil.copy(workbook, folder)
    shutil.copy(declaration, folder / "source.toml")
    ours, calamine = in_turns(runs, lambda: cold(home), lambda: pandas_reads(home, "calamine"))
    print(f"  {workbook.name}: cold {ours:.2f} s, {ours / calamine:.2f} x calamine ({calamine:.2f} s)", flush=True)


if __name__ == "__main__":
    main()
