"""Run the proposer on a folder of table cases: ``python benchmarks/table_cases.py FOLDER -o PREDICTIONS.json``.

Every ``data.csv`` below the folder is one case, keyed by the name of the folder it lies in. Only its cells are read.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from opdat_analytics.drafting.shapes import Proposal, propose


def read(path: Path) -> list[list[str]]:
    """The rows of a case as text."""
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return [row for row in csv.reader(file) if row]


def guess(proposal: Proposal) -> list[dict[str, str | int]]:
    """A proposal in the scorer's format."""
    return [{"operator": step.operator, **step.parameters} for step in proposal.steps]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    began = time.perf_counter()
    guesses = {
        path.parent.name: [guess(proposal) for proposal in propose(read(path))]
        for path in sorted(arguments.folder.glob("**/data.csv"))
    }
    arguments.output.write_text(json.dumps(guesses, indent=1), encoding="utf-8")
    print(f"{len(guesses)} cases, {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
