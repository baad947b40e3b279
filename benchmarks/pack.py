"""Seconds per chart of the standing pack, beside plain seaborn and savefig of the same rows; prints ratios of medians.

Ours makes the chart (bounds, marks, words, alternative text, figure id) and writes PNG, SVG, PDF and CSV, each read
back. Plain is what a person writes by hand: one seaborn call on the lower bounds, and savefig as PNG and SVG.

    python benchmarks/pack.py [--runs 3]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import seaborn as sns

from opdat_analytics import charts, metrics
from opdat_analytics.model import Exhibit, Home
from opdat_analytics.packs import build
from opdat_analytics.packs.made import make_pack
from opdat_analytics.packs.write import write_chart_files
from opdat_analytics.paths import home_here
from opdat_analytics.store import open_publication
from opdat_analytics.tables import observations

SAME = {"trend": "line", "stages": "line", "ranked": "dots", "grid": "heatmap"}


def seconds(what: Callable[[], object], runs: int) -> float:
    """Median of several runs."""
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        what()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def plain(exhibit: Exhibit, folder: Path) -> None:
    """The same rows with one seaborn call, as PNG and SVG."""
    frame, kind = exhibit.frame, SAME[exhibit.kind]
    figure, axes = plt.subplots(figsize=exhibit.figure.get_size_inches())
    if kind == "line":
        sns.lineplot(frame, x="year", y="low", hue="region" if exhibit.kind == "trend" else "measure", ax=axes)
    elif kind == "dots":
        sns.scatterplot(frame, x="low", y="place", ax=axes)
    else:
        sns.heatmap(frame.pivot(index="region", columns="year", values="low"), annot=True, fmt=".0f", ax=axes)
    axes.set_title(exhibit.title)
    for ending in ("png", "svg"):
        figure.savefig(folder / f"plain.{ending}", dpi=200)
    plt.close(figure)


def cases(home: Home) -> dict[str, Callable[[], Exhibit]]:
    """Charts of the pack that one seaborn call can draw too."""
    seen = observations(scheme="opdat", home=home)
    by_region = metrics.totals(seen, "convictions", by=["region", "year"], source="unodc_glotip")
    by_place = metrics.totals(seen, "convictions", by=["place", "year"], source="unodc_glotip", years=2021)
    made = open_publication(home).id
    return {
        "trend": lambda: charts.trend(by_region, by="region", name="trend", publication=made),
        "ranked": lambda: charts.ranked(by_place, by="place", name="ranked", publication=made),
        "grid": lambda: charts.grid(by_region, rows="region", name="grid", publication=made),
    }


def main() -> None:
    """Print a line for each kind, then the whole standing pack."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--runs", type=int, default=3)
    runs = given.parse_args().runs
    home = home_here()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("kind      ours, s   plain, s   ratio")
        for kind, make in cases(home).items():
            exhibit = make()
            plain(exhibit, folder)
            ours = seconds(lambda make=make: write_chart_files(make(), folder, "Public"), runs)  # type: ignore[misc]
            theirs = seconds(lambda exhibit=exhibit: plain(exhibit, folder), runs)  # type: ignore[misc]
            print(f"{kind:8}  {ours:7.2f}   {theirs:8.2f}   {ours / theirs:5.2f}")
        elsewhere = Home(home.raw, home.processed, folder)
        began = time.perf_counter()
        paths = make_pack(elsewhere, lambda: build.record(elsewhere))
        took = time.perf_counter() - began
        count = sum(path.suffix == ".png" for path in paths)
        print(f"standing pack: {took:.1f} s, {count} charts, {took / count:.2f} s for each in every form")


if __name__ == "__main__":
    main()
