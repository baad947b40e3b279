"""Publishing: parts that never change, one manifest that changes at once, a history that stays readable."""

from __future__ import annotations

import io
import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_project import edit, figures, small_project

from opdat_analytics import charts, metrics, publishing, store
from opdat_analytics.model import TABLES, Home, NothingPublished, OpdatError
from opdat_analytics.refresh import refresh

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
VALUES = {
    "str": TEXT,
    "int": st.integers(-(2**53), 2**53),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "date": st.dates(date(1900, 1, 1), date(2100, 12, 31)),
}


def rows_of(table: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Random rows of a table: any value of a column's kind, null where the contract allows it."""
    columns = {c.name: VALUES[c.kind] if not c.nullable else st.none() | VALUES[c.kind] for c in TABLES[table]}
    return st.lists(st.fixed_dictionaries(columns), max_size=4)


def plain(value: Any) -> Any:
    """A value as it was put in: None for null, a date for a timestamp."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


@pytest.mark.parametrize("table", ["targets", "issues", "ledger", "sources"])
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_written_is_what_is_read(table: str, data: st.DataObject, tmp_path: Path) -> None:
    rows = data.draw(rows_of(table))
    home = Home.at(tmp_path)
    frame = pd.DataFrame(rows, columns=[c.name for c in TABLES[table]], dtype=object)
    entry = store.write_part(home, frame, TABLES[table])
    read = store.Publication(home, {"files": [], "across": {table: [entry]}}).table(table)
    assert [{name: plain(v) for name, v in row.items()} for row in read.to_dict("records")] == rows
    assert entry["rows"] == len(rows)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_an_empty_table_has_the_columns_and_kinds_of_the_contract(table: str, tmp_path: Path) -> None:
    read = store.Publication(Home.at(tmp_path), {"files": [], "across": {}}).table(table)
    kinds = {"str": "str", "int": "Int64", "float": "float64", "bool": "bool", "date": "datetime64[ms]"}
    assert {name: str(kind) for name, kind in read.dtypes.items()} == {c.name: kinds[c.kind] for c in TABLES[table]}


def test_the_same_rows_are_the_same_part(tmp_path: Path) -> None:
    target = {
        "indicator": "convicted",
        "year": 2024,
        "target_low": 3.0,
        "source": "s",
        "file": "f",
        "sheet": "g",
        "cell": "A1",
    }
    frame = pd.DataFrame([target], columns=[c.name for c in TABLES["targets"]])
    one, other = (store.write_part(Home.at(tmp_path / name), frame, TABLES["targets"]) for name in ("one", "other"))
    assert one == other


# ---------------------------------------------------------------- two runs, one result


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A small project, refreshed once."""
    made = small_project(tmp_path)
    refresh(made)
    return made


def manifest(home: Home) -> dict[str, Any]:
    found = store.read_manifest(store.manifest_path(home))
    assert found is not None
    return found


def test_two_projects_with_one_input_have_identical_parts(tmp_path: Path) -> None:
    homes = [small_project(tmp_path / name) for name in ("one", "other")]
    for home in homes:
        refresh(home)
    one, other = (manifest(home) for home in homes)
    assert (one["files"], one["across"]) == (other["files"], other["across"])
    names = [sorted(path.name for path in (home.processed / "parts").iterdir()) for home in homes]
    assert names[0] == names[1]
    ids = [store.open_publication(home).id for home in homes]
    assert ids[0] == ids[1]


def test_there_and_back_gives_the_first_publication_s_parts(home: Home) -> None:
    first = manifest(home)
    edit(home, "police/returns.csv", "40", "41")
    refresh(home)
    edit(home, "police/returns.csv", "41", "40")
    refresh(home)
    again = manifest(home)
    assert again["generation"] == 3
    assert again["files"] == first["files"]


def test_every_part_on_disk_is_named_by_its_content_and_by_a_kept_manifest(home: Home) -> None:
    edit(home, "police/returns.csv", "40", "41")
    refresh(home)
    named = {
        entry["hash"]
        for generation in store.generations(home)
        for table in (*TABLES, "superseded")
        for entry in store.part_entries(store.open_publication(home, generation).manifest, table)
    }
    assert {path.stem for path in (home.processed / "parts").iterdir()} == named


# ---------------------------------------------------------------- history


def test_an_earlier_publication_stays_as_it_was(home: Home) -> None:
    before = figures(home)
    edit(home, "police/returns.csv", "40", "41")
    refresh(home)
    assert figures(home, 1) == before
    assert figures(home) != before
    assert store.open_publication(home, 2).id == store.open_publication(home).id


def test_an_id_printed_on_a_chart_names_its_publication(home: Home) -> None:
    printed = store.open_publication(home).id
    edit(home, "police/returns.csv", "40", "41")
    refresh(home)
    assert store.open_publication(home, printed).id == printed


def test_a_stated_number_of_publications_is_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "KEPT", 12)
    for number in range(41, 54):
        edit(home, "police/returns.csv", f"2019,{number - 1}", f"2019,{number}")
        refresh(home)
    assert store.generations(home) == list(range(3, 15))
    assert ("police/returns.csv", "C2", "GTM", "42") in figures(home, 3)
    with pytest.raises(OpdatError, match="kept are: 3, 4, 5"):
        store.open_publication(home, 1)


def test_of_older_publications_the_last_of_each_month_is_kept_whatever_the_clock_did(home: Home) -> None:
    made = {
        1: "2026-01-05", 2: "2026-01-30", 3: "2026-02-01", 4: "2026-02-02", 5: "2026-01-31", 6: "2026-03-01",
        7: "2026-03-02", 8: "2026-03-03", 9: "2026-03-04",
    }  # fmt: skip
    first = manifest(home)
    for number, day in made.items():
        text = json.dumps(first | {"generation": number, "made": f"{day}T06:00:00+00:00"}, indent=1)
        store.history_path(home, number).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "KEPT", 1)
        pruned = publishing.prune(home)
    assert store.generations(home) == [2, 4, 5, 7, 8, 9]  # the current three, and the last of each month before them
    assert (pruned.manifests, pruned.parts, pruned.left) == (3, 0, 0)
    assert figures(home, 2) == figures(home)


def drawn(publication: store.Publication) -> tuple[str, bytes]:
    """The id and the picture of a chart of a publication."""
    totals = metrics.totals(publication.table("observations"), "convictions", by=("place", "year"))
    exhibit = charts.trend(totals, by="place", publication=publication.id)
    picture = io.BytesIO()
    exhibit.figure.savefig(picture, format="png", dpi=50, metadata={"Software": None})
    return exhibit.figure_id, picture.getvalue()


def test_a_chart_of_an_earlier_publication_is_drawn_again_as_it_was(home: Home) -> None:
    before = drawn(store.open_publication(home))
    edit(home, "courts/returns_2024.csv", "Guatemala,2020,9", "Guatemala,2020,90")
    (home.raw / "courts" / "returns_2023.csv").unlink()
    refresh(home)
    assert drawn(store.open_publication(home, 1)) == before
    assert drawn(store.open_publication(home)) != before


def test_nothing_published_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NothingPublished, match="opdat refresh"):
        store.open_publication(Home.at(tmp_path))


# ---------------------------------------------------------------- what goes wrong on disk


def a_part(home: Home, table: str) -> Path:
    return store.open_publication(home).parts(table)[0]


@pytest.mark.parametrize("table", ["observations", "issues", "sources", "superseded"])
@pytest.mark.parametrize("harm", ["deleted", "changed"])
def test_a_damaged_part_is_noticed_and_healed_as_its_message_says(home: Home, table: str, harm: str) -> None:
    before = figures(home)
    path = a_part(home, table)
    if harm == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    else:
        path.unlink()
    name = "observations" if table == "superseded" else table
    with pytest.raises(OpdatError, match="opdat refresh"):
        store.open_publication(home).table(name)
    path.unlink(missing_ok=True)
    refresh(home)
    store.open_publication(home).table(name)
    assert figures(home) == before


def test_a_manifest_that_is_not_one_is_told(home: Home) -> None:
    store.manifest_path(home).write_text("{", encoding="utf-8")
    with pytest.raises(OpdatError, match="opdat refresh"):
        store.open_publication(home)


def test_a_refresh_makes_a_damaged_manifest_again_from_the_history(home: Home) -> None:
    before = figures(home)
    store.manifest_path(home).write_text("{", encoding="utf-8")
    assert refresh(home).status == "unchanged"
    assert figures(home) == before
    store.manifest_path(home).unlink()
    refresh(home)
    assert figures(home) == before


def test_a_manifest_of_another_version_is_told(home: Home) -> None:
    text = json.dumps(manifest(home) | {"format": 999})
    store.manifest_path(home).write_text(text, encoding="utf-8")
    with pytest.raises(OpdatError, match="another version"):
        store.open_publication(home)
