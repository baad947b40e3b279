"""How often the choices of drafts are right: ``python benchmarks/confidence.py [--write] [--cases F] [--corpus F]``.

Workbooks made from seeds, ordinary and unusual, hand-checked real ones and table cases are drafted; each choice is
judged; scores of one sort are put into steps that never fall. ``--write`` makes them the confidence that is told.
Seeds from 0 calibrate, seeds from 50,000 are only ever used to see how far the told confidence is from the share right.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from draft_judge import Judged, calibration_error, judged
from hand_checked import BY_HAND
from messy_tables import MAKERS, messy
from ordinary_workbooks import workbook
from table_cases import guess, read
from unusual_workbooks import unusual

from opdat_analytics.drafting.confidence import KINDS, kind_of
from opdat_analytics.drafting.draft import draft
from opdat_analytics.drafting.shapes import propose
from opdat_analytics.model import UnreadableFile

DATA = Path(__file__).resolve().parent.parent / "opdat_analytics" / "drafting" / "confidence.csv"
OTHERS = 50_000
FEWEST = 12
"""Choices that a step is made of at least."""
WIDTH = 0.05
MOST = 0.99
"""Nothing is told as certain."""


def made(seeds: range) -> Iterator[Judged]:
    """Choices of drafts of workbooks made from seeds, half of them unusual."""
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            for make in (workbook, unusual):
                one = make(seed)
                path = one.save(Path(folder) / make.__name__ / str(seed))
                try:
                    yield from judged(one, draft(path)[0])
                except UnreadableFile as error:
                    print(f"seed {seed}, {make.__name__}: {error}", file=sys.stderr)


def real(corpus: Path) -> Iterator[Judged]:
    """How hand-checked tables of real workbooks lie: right where all their figures and no others are found."""
    for file in sorted({file for file, *_ in BY_HAND}):
        try:
            best = draft(corpus / file)[0]
        except UnreadableFile:
            continue
        for _, sheet, which, count, _rows in (one for one in BY_HAND if one[0] == file):
            tidy = [one for one in best.tidy if one.sheet == sheet]
            right = len(tidy) > which and len(tidy[which].rows) == count
            for choice in best.choices:
                kind = kind_of(choice.what, choice.value)
                if choice.value and kind == "structure" and choice.what.startswith(f"{sheet}: "):
                    yield Judged(kind, choice.evidence, choice.confidence, right)


def steps(cases: Path | None, seeds: range) -> Iterator[Judged]:
    """Every list of steps put forward for table cases, and for tables made messy."""
    for path in sorted(cases.glob("**/data.csv")) if cases else ():
        info = json.loads((path.parent / "info.json").read_text(encoding="utf-8"))
        known = [info["label"], info["alternative_label"]]
        yield from _steps(read(path), known)
    for seed in seeds:
        for operator in MAKERS:
            table, label = messy(seed, operator)
            yield from _steps(table, [label])


def _steps(table: list[list[str]], known: Sequence[object]) -> Iterator[Judged]:
    for proposal in propose(table):
        yield Judged("steps", proposal.evidence, proposal.confidence, guess(proposal) in known)


def stairs(found: Sequence[Judged]) -> list[tuple[float, int, int, float]]:
    """Steps of score: where each begins, choices, how many were right, and the share right.

    Neighbouring steps whose shares fall are joined (pool adjacent violators), so that more evidence never means less
    confidence; one right and one wrong choice are added to each, so that none is ever told as certain (Laplace).
    """
    bins: dict[int, list[bool]] = {}
    for one in found:
        bins.setdefault(int(one.evidence / WIDTH + 1e-9), []).append(one.right)
    joined: list[list[float]] = []
    for number in sorted(bins):
        joined.append([number * WIDTH, len(bins[number]), sum(bins[number])])
        while len(joined) > 1 and (joined[-2][1] < FEWEST or _share(joined[-2]) >= _share(joined[-1])):
            start, count, right = joined.pop(-2)
            joined[-1] = [start, count + joined[-1][1], right + joined[-1][2]]
    while len(joined) > 1 and joined[-1][1] < FEWEST:
        _, count, right = joined.pop()
        joined[-1] = [joined[-1][0], joined[-1][1] + count, joined[-1][2] + right]
    return [(start, int(count), int(right), _share([start, count, right])) for start, count, right in joined]


def _share(step: Sequence[float]) -> float:
    return (step[2] + 1) / (step[1] + 2)


def write(found: Sequence[Judged]) -> None:
    """Write the data file."""
    with DATA.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["of", "from", "cases", "right", "confidence"])
        for kind in KINDS:
            for start, count, right, share in stairs([one for one in found if one.kind == kind]):
                rows.writerow([kind, f"{start:.2f}", count, right, f"{min(share, MOST):.2f}"])


def tell(found: Sequence[Judged]) -> None:
    """How far the told confidence is from the share right."""
    for kind in (None, *KINDS):
        here = [one for one in found if kind is None or one.kind == kind]
        if here:
            print(f"{kind or 'all':10} {len(here):6} choices, expected calibration error {calibration_error(here):.3f}")
    print("told as     choices   right")
    for number in range(10):
        here = [one for one in found if min(int(one.told * 10), 9) == number]
        if here:
            told, right = (sum(values) / len(here) for values in ([o.told for o in here], [o.right for o in here]))
            print(f"{told:7.0%} {len(here):11} {right:7.0%}")


def main() -> None:
    """Judge, and write or tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="make the shares the confidence that is told")
    parser.add_argument("--seeds", type=int, default=400, help="workbooks of each sort")
    parser.add_argument("--cases", type=Path, help="a folder of table cases")
    parser.add_argument("--corpus", type=Path, help="the folder of real workbooks")
    asked = parser.parse_args()
    first = 0 if asked.write else OTHERS
    found = list(made(range(first, first + asked.seeds)))
    found += steps(asked.cases, range(first, first + asked.seeds // 40))
    found += real(asked.corpus) if asked.corpus else ()
    if asked.write:
        write(found)
    else:
        tell(found)


if __name__ == "__main__":
    main()
