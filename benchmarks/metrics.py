"""Totals by region and year of 10 million figures, beside the same worked out by hand; prints ratios of medians.

Both sides give the same answer, compared cell by cell: sums of bounds, also of those who always report, figures,
flags, who reports, who is expected, coverage, and how many rows are left out and why. Two shapes of data: one plain
series, and one in which half of the rows belong to other measures and many others to earlier editions or parts.

    python benchmarks/metrics.py [--rows 10000000] [--runs 5]
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from opdat_analytics import metrics, vocab
from opdat_analytics.model import TABLES, Column
from opdat_analytics.store import arrow_schema, to_frame

CHUNK = 500_000
COLUMNS = [*TABLES["observations"], Column("scheme", "str", True, ""), Column("region", "str", True, "")]
KEEP = {
    "measure": "convictions", "level": "country", "accumulation": "period", "statistic": "count", "form": "total",
    "sex": "total", "age": "total", "citizenship": "total", "breakdown": "total",
}  # fmt: skip
SERIES = {
    **KEEP, "source": "case_system", "offence": "trafficking", "unit": "persons", "calendar": "calendar",
    "scheme": "opdat",
}  # fmt: skip
"""What a row of the answer says that it is of. The record holds several sources, offences, units, calendars and
schemes, whose figures are never added: a query that names fewer columns gives other sums there. `totals` is not told
them, finds that there is one of each, and would refuse if there were two."""
ANSWER = (
    "low", "high", "n_figures", "n_reporting", "n_expected", "coverage", "about", "secondary", "low_same", "high_same",
    "n_same",
)  # fmt: skip
"""Columns that are the same on both sides; so is ``left_out``, for which rows outside of the sums are counted: who
knows these data knows that only editions and sex leave out any, and counts no others."""
PLAIN = {
    **SERIES, "edition": "2024", "published": dt.date(2024, 1, 1), "current": True, "sourcing": "primary",
    "status": "final", "attribution": "unstated", "sheet": "Data", "part": "total", "file": "case_system/cases.csv",
}  # fmt: skip


def generate(folder: Path, rows: int, mixed: bool) -> None:
    """Write synthetic observations as Parquet parts; the same every time."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(20)
    regions = vocab.scheme("opdat")
    places = np.array(sorted(place for place in regions if vocab.level_of(place) == "country"))
    region_of = np.array([regions[place] for place in places])
    schema = arrow_schema(COLUMNS)
    for start in range(0, rows, CHUNK):
        n = min(CHUNK, rows - start)
        place, year = rng.integers(0, len(places), n), rng.integers(2003, 2024, n)
        low = rng.integers(0, 200, n).astype(float)
        words = np.array(["exact", "under", "at_least", "about", "not_reported"])
        qualifier = rng.choice(words, n, p=[0.75, 0.1, 0.05, 0.05, 0.05])
        none = qualifier == "not_reported"
        jan_1 = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
        varied = {
            "place": places[place], "region": region_of[place], "year": year, "qualifier": qualifier,
            "period_start": jan_1, "period_end": (year - 1969).astype("datetime64[Y]").astype("datetime64[D]") - 1,
            "low": pa.array(low, mask=none), "text": low.astype(int).astype(str),
            "high": pa.array(np.where(qualifier == "under", low + 4, low), mask=none | (qualifier == "at_least")),
            "cell": np.char.add("D", np.arange(start, start + n).astype(str)),
        }  # fmt: skip
        if mixed:
            varied["measure"] = rng.choice(np.array(["convictions", "prosecutions"]), n)
            varied["current"] = rng.random(n) < 0.7
            varied["sex"] = rng.choice(np.array(["total", "female", "male"]), n, p=[0.6, 0.2, 0.2])
            varied["sourcing"] = rng.choice(np.array(["primary", "secondary"]), n, p=[0.9, 0.1])
        table = {
            c.name: pa.array(varied[c.name]) if c.name in varied else pa.array([PLAIN.get(c.name)] * n) for c in COLUMNS
        }
        pq.write_table(pa.table(table).cast(schema), folder / f"{start // CHUNK:03d}.parquet", compression="zstd")


def duckdb_by_hand(folder: Path) -> pd.DataFrame:
    """The queries that somebody would write who knows the data, for what a row of `totals` says; see ANSWER."""
    kept = " and ".join(["current", *(f"{name} = '{value}'" for name, value in SERIES.items())])
    parts = f"read_parquet('{folder}/*.parquet')"
    out = duckdb.sql(f"""select count(*) filter (not current), count(*) filter (current and sex <> 'total')
        from {parts} where measure = '{SERIES["measure"]}'""").fetchall()[0]  # noqa: S608
    found = duckdb.sql(f"""
        with cell as (
            select region, place, year, count(low) n, sum(low) low, sum(high) high,
                count(*) filter (low is not null and high is null) open,
                count(*) filter (low is not null and qualifier = 'about') about,
                count(*) filter (low is not null and sourcing = 'secondary') secondary,
                count(*) filter (low is null and qualifier = 'not_reported') not_reported
            from {parts} where {kept} group by all),
        reports as (select region, place, count(*) = (select max(year) - min(year) + 1 from cell) always
            from cell where n > 0 group by all),
        due as (select region, count(*) n_expected, count(*) filter (always) n_same from reports group by all)
        select region, year, sum(low) low, case when sum(open) = 0 then sum(high) end high, sum(n) n_figures,
            count(*) filter (n > 0) n_reporting, any_value(n_expected) n_expected,
            count(*) filter (n > 0) / any_value(n_expected) coverage, sum(about) > 0 about,
            sum(secondary) > 0 secondary, sum(not_reported) not_reported, sum(low) filter (always) low_same,
            case when sum(open) filter (always) = 0 then sum(high) filter (always) end high_same,
            any_value(n_same) n_same
        from cell join due using (region) left join reports using (region, place)
        group by region, year order by region, year""").df()  # noqa: S608
    return found.assign(earlier=out[0], parts=out[1])


def pandas_by_hand(obs: pd.DataFrame) -> pd.DataFrame:
    """The lines that somebody would write who knows the data, for what a row of `totals` says; see ANSWER."""
    of = obs["measure"] == SERIES["measure"]
    total = obs["sex"] == "total"
    earlier, parts = (of & ~obs["current"]).sum(), (of & obs["current"] & ~total).sum()
    mask = of & obs["current"] & total
    for name, value in SERIES.items():
        if name not in ("measure", "sex"):
            mask = mask & (obs[name] == value)
    rows = obs.loc[mask, ["region", "place", "year", "low", "high", "qualifier", "sourcing"]]
    stated = rows["low"].notna()
    rows = rows.assign(
        n=stated, open=stated & rows["high"].isna(), about=stated & (rows["qualifier"] == "about"),
        secondary=stated & (rows["sourcing"] == "secondary"),
        not_reported=~stated & (rows["qualifier"] == "not_reported"),
    )  # fmt: skip
    sums = ["low", "high", "n", "open", "about", "secondary", "not_reported"]
    cell = rows.groupby(["region", "place", "year"], sort=False)[sums].sum().reset_index()
    found = cell.groupby(["region", "year"])[sums].sum()
    found["high"] = found["high"].where(found["open"] == 0)
    reports = cell[cell["n"] > 0]
    found["n_reporting"] = reports.groupby(["region", "year"]).size()
    found = found.join(reports.groupby("region")["place"].nunique().rename("n_expected"), on="region")
    found["coverage"] = found["n_reporting"] / found["n_expected"]
    years = cell["year"].max() - cell["year"].min() + 1
    same = reports[reports.groupby(["region", "place"])["year"].transform("size") == years]
    panel = same.groupby(["region", "year"])[["low", "high", "open"]].sum()
    panel["high"] = panel["high"].where(panel["open"] == 0)
    found = found.join(panel[["low", "high"]].add_suffix("_same"))
    found = found.join(same.groupby("region")["place"].nunique().rename("n_same"), on="region").fillna({"n_same": 0})
    found[["about", "secondary"]] = found[["about", "secondary"]] > 0
    return found.reset_index().rename(columns={"n": "n_figures"}).assign(earlier=earlier, parts=parts)


def ours(obs: Any) -> pd.DataFrame:
    return metrics.totals(obs, "convictions", by=["region", "year"])


def agree(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Both sides must give the same, cell by cell, before their times are compared."""
    assert one[["region", "year"]].astype(str).equals(other[["region", "year"]].astype(str))
    for name in ANSWER:
        np.testing.assert_allclose(one[name].to_numpy(dtype=float), other[name].to_numpy(dtype=float), err_msg=name)
    assert one["left_out"].tolist() == [said(row) for row in other.to_dict("records")]


def said(row: dict[Any, Any]) -> str:
    """The counts of what is left out, in the words of `totals`."""
    texts = [f"without a number: {int(row['not_reported'])} not reported"] if row["not_reported"] else []
    missing = int(row["n_expected"] - row["n_reporting"])
    texts += [f"{missing} of {int(row['n_expected'])} expected places reported no number"] if missing else []
    why = {"not of the current edition": row["earlier"], "sex is not total": row["parts"]}
    rules = ", ".join(f"{int(n)} ({reason})" for reason, n in why.items() if n)
    return "; ".join([*texts, *([f"left out before grouping: {rules}"] if rules else [])]) or "nan"


def ratio(first: Callable[[], Any], second: Callable[[], Any], runs: int) -> str:
    """Median times of the first by those of the second, in turns, after one run of each: by the clock and in CPU."""
    times: tuple[list[tuple[float, float]], ...] = ([], [])
    for turn in range(runs + 1):
        for side, work in zip(times, (first, second), strict=True):
            began = time.perf_counter(), time.process_time()
            work()
            if turn:
                side.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    (clock, cpu), (clock_by_hand, cpu_by_hand) = (map(statistics.median, zip(*side, strict=True)) for side in times)
    return f"{clock / clock_by_hand:.2f} x by hand (in CPU time {cpu / cpu_by_hand:.2f} x)"


def peak(folder: Path) -> float:
    """Gigabytes that a process of its own has in memory at most for totals on DuckDB."""
    work = f"""
import duckdb, re, pathlib
from opdat_analytics import metrics
duckdb.sql("set threads = 2")
metrics.totals(duckdb.read_parquet({str(folder / "*.parquet")!r}), "convictions", by=["region", "year"])
print(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""
    told = subprocess.run([sys.executable, "-c", work], check=True, capture_output=True, text=True)
    return int(told.stdout) / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    duckdb.sql("set threads = 2")
    with tempfile.TemporaryDirectory() as temporary:
        for shape in ("plain", "mixed"):
            folder = Path(temporary) / shape
            generate(folder, asked.rows, shape == "mixed")
            pattern = str(folder / "*.parquet")
            agree(ours(duckdb.read_parquet(pattern)), duckdb_by_hand(folder))
            there = ratio(
                lambda p=pattern: ours(duckdb.read_parquet(p)), lambda f=folder: duckdb_by_hand(f), asked.runs
            )  # type: ignore[misc]
            gigabytes = peak(folder)
            frame = to_frame(pq.read_table(folder), COLUMNS)
            agree(ours(frame), pandas_by_hand(frame))
            here = ratio(lambda o=frame: ours(o), lambda o=frame: pandas_by_hand(o), asked.runs)  # type: ignore[misc]
            print(f"{shape}, {asked.rows:,} rows: DuckDB {there}, at most {gigabytes:.2f} GB; pandas {here}")
            del frame


if __name__ == "__main__":
    main()
