"""Exports: what is written reads back as what was meant, or nothing is."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from matplotlib.figure import Figure
from small_project import edit, small_project, write

import opdat_analytics as opdat
from opdat_analytics import charts, cli, exports
from opdat_analytics.disclosure import policies
from opdat_analytics.exports import images
from opdat_analytics.exports.released import earlier, note_released
from opdat_analytics.exports.tables import write_tables
from opdat_analytics.model import Exhibit, ExportFailed, Home
from opdat_analytics.refresh import refresh

SVG = "{http://www.w3.org/2000/svg}"


def chart(name: str = "convictions", **more: Any) -> Exhibit:
    rows = pd.DataFrame(
        {
            "place": ["MEX", "=cmd()", "NPL"], "year": 2020, "measure": "convictions", "source": "tip_report",
            "edition": "2021", "offence": "trafficking", "unit": "persons", "level": "country",
            "low": [75.0, 12.0, None], "high": [None, 18.0, None], "qualifier": ["over", "between", "not_reported"],
        }
    )  # fmt: skip
    return charts.trend(rows.assign(**more), by="place", name=name, publication="3")


def test_each_chart_becomes_a_picture_a_drawing_and_its_numbers(tmp_path: Path) -> None:
    paths = exports.write_images(chart(), tmp_path)
    assert [path.name for path in paths] == ["convictions.png", "convictions.svg", "convictions.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in paths)


def test_the_drawing_has_real_text_and_says_what_it_shows(tmp_path: Path) -> None:
    shown = chart()
    root = ElementTree.parse(exports.write_images(shown, tmp_path)[1]).getroot()  # noqa: S314
    assert root.get("role") == "img"
    ids = [root.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")]  # type: ignore[union-attr]
    assert root.get("aria-labelledby") == " ".join(map(str, ids))
    assert root.findtext(f"{SVG}desc") == shown.alt
    assert "Mexico" in {"".join(node.itertext()) for node in root.iter(f"{SVG}text")}


def test_the_numbers_keep_bounds_apart_and_hold_no_formula(tmp_path: Path) -> None:
    content = exports.write_images(chart(), tmp_path)[2].read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = {row["place"]: row for row in csv.DictReader(content.decode("utf-8-sig").splitlines())}
    assert (rows["MEX"]["low"], rows["MEX"]["high"]) == ("75", "")
    assert (rows["NPL"]["low"], rows["NPL"]["high"]) == ("", "")
    assert "=cmd()" not in rows
    assert rows["'=cmd()"]["high"] == "18"


def test_the_same_chart_gives_the_same_bytes(tmp_path: Path) -> None:
    first = exports.write_images(chart(), tmp_path / "a")
    second = exports.write_images(chart(), tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert b"matplotlib" not in first[0].read_bytes().lower()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Convictions by región", "convictions-by-region"),
        ("../../etc/passwd", "etc-passwd"),
        ("مصر", "chart"),
        ("x" * 99, "x" * 60),
    ],
)
def test_file_names_are_safe(name: str, stem: str) -> None:
    assert exports.file_stem(name) == stem


def test_the_index_tells_what_each_figure_id_shows_and_keeps_the_others(tmp_path: Path) -> None:
    index = tmp_path / "figures.json"
    one, two = chart("one"), chart("two", edition="2022")
    exports.export([one], tmp_path / "charts", index=index)
    paths = exports.export([two], tmp_path / "charts", index=index)
    assert paths[-1] == index
    known = json.loads(index.read_text(encoding="utf-8"))
    assert list(known) == sorted([one.figure_id, two.figure_id])
    entry = known[two.figure_id]
    assert (entry["name"], entry["kind"], entry["publication"]) == ("two", "trend", "3")
    assert entry["query"][1] == {
        "place": "MEX", "year": 2020, "measure": "convictions", "source": "tip_report", "edition": "2022",
        "offence": "trafficking", "unit": "persons", "level": "country",
    }  # fmt: skip


def test_two_charts_do_not_share_a_file(tmp_path: Path) -> None:
    with pytest.raises(ExportFailed, match="Two charts would be written as “one”"):
        exports.export([chart("one"), chart("One")], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_reads_back_differently_fails(tmp_path: Path) -> None:
    shown = chart()
    path = exports.write_images(shown, tmp_path)[2]
    path.write_text(path.read_text(encoding="utf-8").replace(",75,", ",74,"), encoding="utf-8")
    with pytest.raises(ExportFailed, match="column low: “74” was written, the chart shows “75"):
        images.check_csv(path, shown)


def test_a_drawing_that_lost_its_words_fails(tmp_path: Path) -> None:
    shown = chart()
    path = exports.write_images(shown, tmp_path)[1]
    path.write_text(path.read_text(encoding="utf-8").replace(shown.figure_id, ""), encoding="utf-8")
    with pytest.raises(ExportFailed, match="figure id"):
        images.check_svg(path, shown)


def test_a_picture_that_was_cut_short_fails(tmp_path: Path) -> None:
    shown = chart()
    path = exports.write_images(shown, tmp_path)[0]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ExportFailed, match="does not read back as a picture"):
        images.check_png(path, shown)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = exports.write_images(chart(), tmp_path)[0].read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ExportFailed, match=r"No space left on device\. The file that was there before is untouched"):
        exports.write_images(chart(), tmp_path)
    assert (tmp_path / "convictions.png").read_bytes() == old
    assert not list(tmp_path.glob(".*"))


def test_a_character_the_font_cannot_draw_is_an_error_not_a_box(tmp_path: Path) -> None:
    with (
        pytest.warns(UserWarning, match="missing from font"),
        pytest.raises(ExportFailed, match="has a character its font cannot draw"),
    ):
        exports.write_images(chart(place=["中国", "MEX", "NPL"]), tmp_path)


def test_a_broken_index_is_named_not_overwritten(tmp_path: Path) -> None:
    index = tmp_path / "figures.json"
    index.write_text("{", encoding="utf-8")
    with pytest.raises(ExportFailed, match="move it away and export again"):
        exports.export([chart()], tmp_path)
    assert index.read_text(encoding="utf-8") == "{"


def test_an_exhibit_shows_itself_with_its_alternative_text() -> None:
    shown = chart()
    assert isinstance(shown.figure, Figure)
    picture, metadata = shown._repr_png_()
    assert picture.startswith(b"\x89PNG")
    assert metadata == {"alt": shown.alt}


# ---------------------------------------------------------------- as of an earlier publication


def command(home: Home, *words: str) -> int:
    folders = ["--raw", str(home.raw), "--processed", str(home.processed), "--exports", str(home.exports)]
    with pytest.raises(SystemExit) as done:
        cli.main([*words, *folders])
    return int(done.value.code or 0)


def test_an_earlier_publication_is_exported_again_byte_for_byte_and_the_standing_export_stays(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    refresh(home)
    write_tables(home)
    then = {path.name: path.read_bytes() for path in (home.exports / "tables").iterdir()}
    edit(home, "courts/returns_2023.csv", "2019,12", "2019,15")
    refresh(home)
    write_tables(home)
    now = {path.name: path.read_bytes() for path in (home.exports / "tables").iterdir()}
    assert then["observations.csv"] != now["observations.csv"]

    earlier = replace(home, publication=1, exports=home.exports / "publication-1")
    write_tables(earlier)

    assert {path.name: path.read_bytes() for path in (earlier.exports / "tables").iterdir()} == then
    assert {path.name: path.read_bytes() for path in (home.exports / "tables").iterdir()} == now
    assert (
        opdat.observations(home=earlier)["text"].tolist()
        == opdat.observations(home=home, publication=1)["text"].tolist()
    )


def test_a_publication_that_is_not_kept_cannot_be_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = small_project(tmp_path)
    refresh(home)
    assert command(home, "export", "--publication", "7") == 2
    assert "Publication 7 is not kept; kept are: 1." in capsys.readouterr().err
    assert not (home.exports / "publication-7").exists()


def test_the_exports_of_an_earlier_publication_share_the_register_of_what_was_released(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    write(home, "disclosure.toml", '[[rule]]\nsource = "courts"\nthreshold = 5\nwhy = "small numbers"\n')
    refresh(home)
    edit(home, "courts/returns_2023.csv", "2019,12", "2019,15")
    refresh(home)
    write_tables(home)

    write_tables(replace(home, publication=1, exports=home.exports / "publication-1"))

    assert [path.parent for path in home.exports.rglob("released.csv")] == [home.exports]
    assert (home.exports / "publication-1" / "tables" / "observations.csv").is_file()


RULE = '[[rule]]\nsource = "courts"\nmeasure = "convictions"\nthreshold = 10\nwhy = "small numbers"\n'


def test_what_no_policy_guards_needs_no_register_and_is_known_to_a_later_policy(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    refresh(home)
    for _ in range(2):
        write_tables(home)
    assert not (home.exports / "released.csv").exists()

    write(home, "disclosure.toml", RULE)
    refresh(home)
    (open_release,) = earlier(home)
    assert {"convictions", "investigations"} <= set(open_release["measure"])
    write_tables(home)

    # What leaves under the policy is noted; what it does not guard is still read from the tables.
    unguarded, *noted = earlier(home)
    assert set(unguarded["measure"]) == {"investigations"}
    assert noted
    assert all(set(release["measure"]) == {"convictions"} for release in noted)


def test_the_register_keeps_every_digit_and_no_formula(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    write(home, "disclosure.toml", RULE)
    refresh(home)
    figure = {"source": "courts", "measure": "convictions", "breakdown": "=HYPERLINK(1)", "year": 2020}
    figures = pd.DataFrame([{**figure, "low": 1_234_567.0, "high": 1_234_569.0}])
    note_released([figures], policies(home.raw), home)

    assert "'=HYPERLINK(1)" in (home.exports / "released.csv").read_text(encoding="utf-8-sig")
    (release,) = earlier(home)
    assert release[["breakdown", "low", "high"]].values.tolist() == [["=HYPERLINK(1)", 1_234_567, 1_234_569]]
    assert note_released([figures], policies(home.raw), home) == []
