"""What makes a refresh fast changes nothing of what it says."""

from __future__ import annotations

import datetime as dt
import operator
import os
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_project import figures, published, small_project, write

from opdat_analytics import kept_keys, store
from opdat_analytics.ingest.coded import Coded, combined, joined
from opdat_analytics.ingest.columns import arrow_column
from opdat_analytics.ingest.declare import read_declaration
from opdat_analytics.ingest.editions import current, restatements
from opdat_analytics.ingest.figures import Problem, numerals, parse_figure
from opdat_analytics.model import IDENTITY, Figure, Home
from opdat_analytics.reading import read_all
from opdat_analytics.refresh import refresh
from opdat_analytics.row_keys import told_apart
from opdat_analytics.scan import scan
from opdat_analytics.workers import each

WORDS = st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "c", ""])), max_size=12)


@given(WORDS)
def test_a_coded_column_says_what_it_was_made_of(words: list[str | None]) -> None:
    column = Coded.of(words)
    assert column.values().tolist() == words
    assert column.given().tolist() == [word is not None for word in words]
    assert column.filled("z").values().tolist() == ["z" if word is None else word for word in words]
    assert arrow_column(column, pa.string()).to_pylist() == words
    assert joined([column, Coded.same("k", 2)]).values().tolist() == [*words, "k", "k"]
    assert set(column.taken(np.arange(len(words)) % 2 == 0).used().levels) == set(words[::2])


@given(st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.sampled_from([None, 1, 2]), st.sampled_from("xy"))))
def test_combined_columns_agree_where_all_of_them_do(rows: list[tuple[object, ...]]) -> None:
    columns = [Coded.of([row[i] for row in rows]) for i in range(3)]
    keys = combined(columns).tolist()
    for one, key in zip(rows, keys, strict=True):
        assert [key == other for other in keys] == [one == other for other in rows]
    paired = columns[0].paired(columns[1], lambda a, b: (a, b)).values().tolist()
    assert paired == [row[:2] for row in rows]


def test_combined_columns_do_not_overflow() -> None:
    wide = Coded(np.arange(1000) % 500, range(2**40))
    keys = combined([wide, Coded(np.arange(1000), range(2**40)), wide])
    assert len(np.unique(keys)) == 1000


def test_days_and_years_become_what_they_are() -> None:
    days = Coded.of([dt.date(2024, 1, 1), None, dt.date(2024, 1, 1)])
    assert arrow_column(days, pa.date32()).to_pylist() == [dt.date(2024, 1, 1), None, dt.date(2024, 1, 1)]
    assert arrow_column(Coded.same(None, 2), pa.int64()).to_pylist() == [None, None]


def test_several_processes_give_what_one_gives_in_the_same_order() -> None:
    tasks = [(number, 7) for number in range(40)]
    assert each(operator.mul, tasks, 3) == [number * 7 for number in range(40)]


def test_what_is_raised_elsewhere_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        each(operator.floordiv, [(1, 0)] * 6, 2)


def test_a_process_that_dies_is_made_up_for() -> None:
    assert each(_only_here, [(number, os.getpid()) for number in range(4)], 3) == [0, 1, 2, 3]


def _only_here(number: int, process: int) -> int:
    """Ends every process but one in the middle of its task."""
    if os.getpid() != process:
        os._exit(3)
    time.sleep(0.3)
    return number


def test_two_processes_write_the_parts_that_one_writes(tmp_path: Path) -> None:
    found = []
    for processes in (1, 2):
        home = small_project(tmp_path / str(processes))
        found.append(read_all(home, scan(home, (), {}), {}, processes))
    assert found[0] == found[1]
    assert {entry["file"] for entry in found[0]} == {
        "courts/returns_2023.csv", "courts/returns_2024.csv", "police/returns.csv",
    }  # fmt: skip


def test_kept_keys_that_are_damaged_or_gone_are_made_again(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    assert refresh(home).exit_code == 0
    entry = store.open_publication(home).manifest["files"][0]
    editions = read_declaration(home.raw / entry["source"] / "source.toml").editions
    path = kept_keys.path_of(home, entry["parts"]["observations"][0]["hash"])
    kept, keys = path.read_bytes(), kept_keys.keys_of(home, entry, editions)
    for meddle in (lambda: path.write_bytes(kept[:-1] + b"?"), path.unlink, lambda: path.write_bytes(b"")):
        meddle()
        again = kept_keys.keys_of(home, entry, editions)
        assert again.series.tolist() == keys.series.tolist()
        assert again.teller.tolist() == keys.teller.tolist()
        assert path.read_bytes() == kept


def test_small_ranges_are_read_as_longer_ones_are() -> None:
    notation = numerals("1,234.5")
    assert parse_figure("12–40", "persons", notation) == Figure(12.0, 40.0, "between")
    assert parse_figure("12 to 40", "persons", notation) == Figure(12.0, 40.0, "between")
    assert isinstance(parse_figure("40–12", "persons", notation), Problem)


def test_candidates_leave_nothing_out(record_home: Home) -> None:
    """What crosses files, worked out from all rows of a source at once, is what is published."""
    publication = store.open_publication(record_home)
    observations = publication.table("observations").drop(columns="current")
    declared = {name: read_declaration(record_home.raw / name / "source.toml") for name in publication.sources}
    editions = {name: source.editions for name, source in declared.items()}
    latest = current(observations, editions)
    assert published(record_home, "observations")["current"].tolist() == latest.tolist()
    revised = restatements(observations, editions)
    assert len(published(record_home, "revisions")) == len(revised) > 200
    assert set(IDENTITY) <= set(observations.columns)


def test_a_figure_told_otherwise_by_another_source_is_a_candidate(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    write(home, "other/source.toml", (home.raw / "police" / "source.toml").read_text("utf-8"))
    write(home, "other/returns.csv", "Country,Year,Investigations\nGuatemala,2019,41\nHonduras,2019,22\n")
    assert refresh(home).exit_code == 0
    (conflict,) = published(home, "conflicts").to_dict("records")
    assert (conflict["kind"], conflict["text_a"], conflict["text_b"]) == ("disjoint", "41", "40")
    entries = store.open_publication(home).manifest["files"]
    source = read_declaration(home.raw / "police" / "source.toml")
    apart = told_apart([kept_keys.keys_of(home, entry, source.editions) for entry in entries])
    assert [rows.tolist() for rows in apart] == [[False, False], [False, False], [True, False], [True, False]]
    assert len(figures(home)) == 8
