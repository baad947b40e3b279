"""Packs: one set of files that says what it shows, what changed, and how it must be handled; or the old one stays."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pikepdf
import pytest

import opdat_analytics as opdat
from opdat_analytics import charts, metrics, store
from opdat_analytics.cli import main
from opdat_analytics.exports import document, images, page
from opdat_analytics.exports.contents import SHORTHAND, Pack, Section, differences, numbers, printed
from opdat_analytics.exports.credits import credits_of
from opdat_analytics.exports.pdf_text import read_pdf
from opdat_analytics.model import Exhibit, ExportFailed, Home, UnknownName
from opdat_analytics.packs import write
from opdat_analytics.packs.build import Scope, build, only, showable
from opdat_analytics.packs.made import export_pack, packs_made
from opdat_analytics.packs.since import behind, since, told
from opdat_analytics.refresh import refresh
from tests.chart_frames import exact
from tests.small_project import edit, small_project

HOSTILE = (
    "<script>alert(1)</script>",
    "</script></svg></table><b>bold",
    "#let x = 1 $a^2$ *b* _c_ `d` @e <f> \\u{41}",
    '=cmd|"/c calc"!A1',
    "مصر والسودان",
    "Республика Сербская",
    "The Former Territory of a Very Long Name " * 6,
    'onload="x" id="y" url(#z) 12.345678',
)


Mailed = tuple[Home, list[Exhibit], dict[str, bytes]]


def returns(home: Home) -> list[Exhibit]:
    """Two charts of the small project: convictions by country, and each year's stage."""
    seen = opdat.observations(home=home)
    made = store.open_publication(home).id
    by_place = metrics.totals(seen, "convictions", by=["place", "year"], source="courts", unit="persons")
    return [
        charts.trend(by_place, by="place", name="convictions", publication=made),
        charts.grid(by_place, rows="place", name="convictions-grid", publication=made),
    ]


def labelled(labels: tuple[str, ...] = HOSTILE) -> list[Exhibit]:
    """A chart whose places are called as nobody should call a place."""
    rows = pd.DataFrame(
        {
            "place": labels, "year": 2020, "measure": "convictions", "source": "courts", "offence": "trafficking",
            "unit": "persons", "level": "country", "low": range(len(labels)), "high": [None, *range(1, len(labels))],
            "qualifier": "exact",
        }
    )  # fmt: skip
    title = "Convictions <b>&amp; #strong[$x$]</b> by place"
    return [charts.ranked(rows, by="place", name="hostile", title=title, publication="1-abcdef")]


@pytest.fixture(scope="module")
def mailed(tmp_path_factory: pytest.TempPathFactory) -> Mailed:
    """A pack that tests only read: its home, charts and files."""
    made = small_project(tmp_path_factory.mktemp("mailed"))
    assert refresh(made).exit_code == 0
    shown = returns(made)
    return made, shown, written(made, shown)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = small_project(tmp_path)
    assert refresh(made).exit_code == 0
    return made


def written(home: Home, exhibits: list[Exhibit] | None = None, folder: str = "mailed") -> dict[str, bytes]:
    """Write a pack and read what it wrote, by path."""
    paths = export_pack(exhibits or returns(home), home.exports / folder, title="Court returns", home=home)
    return {path.relative_to(home.exports / folder).as_posix(): path.read_bytes() for path in paths}


def contents(home: Home) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home.exports / "mailed" / "pack.json").read_text(encoding="utf-8"))
    return found


# ---------------------------------------------------------------- what a pack is


def test_a_pack_is_files_for_each_chart_documents_and_their_hashes(mailed: Mailed) -> None:
    home, _, files = mailed
    per_chart = {
        f"charts/{name}.{end}" for name in ("convictions", "convictions-grid") for end in ("png", "svg", "pdf", "csv")
    }
    assert set(files) == {*per_chart, *write.FORMS, "pack.json"}
    noted = contents(home)["files"]
    assert set(noted) == set(files) - {"pack.json"}
    assert all(noted[name]["sha256"] == hashlib.sha256(files[name]).hexdigest() for name in noted)
    assert not [path for path in (home.exports / "mailed").iterdir() if path.name.startswith(".pack-")]


def test_the_same_publication_gives_the_same_bytes(mailed: Mailed) -> None:
    home, shown, files = mailed
    assert written(home, returns(home)) == files == written(home, shown, "elsewhere")


def test_every_form_holds_every_number(mailed: Mailed) -> None:
    home, shown, _ = mailed
    for name, (_, read) in write.FORMS.items():
        found = read(home.exports / "mailed" / name)
        assert [differences(exhibit, found.get(exhibit.figure_id)) for exhibit in shown] == [[], []], name


def test_what_an_earlier_pack_left_is_removed_and_nothing_else(home: Home) -> None:
    written(home)
    own = home.exports / "mailed" / "charts" / "of-my-own.txt"
    own.write_text("mine", encoding="utf-8")
    files = written(home, returns(home)[:1])
    assert "charts/convictions-grid.png" not in files
    assert {path.name for path in own.parent.iterdir()} == {
        "of-my-own.txt", *(f"convictions.{end}" for end in ("png", "svg", "pdf", "csv"))
    }  # fmt: skip


# ---------------------------------------------------------------- what changed


def test_the_first_page_tells_what_changed_since_the_last_pack(home: Home) -> None:
    written(home, returns(home)[:1])
    assert contents(home)["changes"] == ["This is the first pack: there is no earlier one to compare it with."]
    first = store.open_publication(home).id
    edit(home, "courts/returns_2024.csv", "Guatemala,2020,9", "Guatemala,2020,14")
    refresh(home)
    files = written(home, returns(home)[:1])
    expected = [
        f"The last pack showed publication {first} of {contents(home)['made_on']}.",
        "Restated by Courts: 1 figure of 1 place (convictions 1).",
        "Largest of these: convictions in Guatemala in 2020, from 9 to 14.",
    ]
    assert (contents(home)["previous"], contents(home)["changes"]) == (first, expected)
    said = [element.text.lstrip("–") for element in read_pdf(home.exports / "mailed" / "pack.pdf")]
    assert all(line in said for line in expected)
    assert written(home, returns(home)[:1]) == files, (
        "the last pack is that of another publication, not the one just made"
    )


def test_new_withdrawn_and_unchanged_figures_are_told(home: Home) -> None:
    first = store.open_publication(home).id
    edit(home, "police/returns.csv", "Honduras,2019,22\n", "El Salvador,2019,3\nMexico,2019,8\n")
    refresh(home)
    second = store.open_publication(home).id
    assert told(home, first, store.open_publication(home))[1:] == (
        "New from Police: 2 figures (investigations 2), 2019.",
        "No longer stated by Police: 1 figure (investigations 1), 2019.",
    )
    edit(home, "police/source.toml", 'title = "Police returns"', 'title = "Returns of the police"')
    refresh(home)
    now = store.open_publication(home)
    assert told(home, second, now)[1:] == ("No figure and no listed activity has changed since then.",)
    assert told(home, "1-000000", now) == (
        "The last pack showed publication 1-000000, which is not kept any more: what changed is not known.",
    )


def test_the_first_page_gives_nothing_away_that_must_not_leave(home: Home) -> None:
    first = store.open_publication(home).id
    rule = '[[rule]]\nsource = "courts"\nmeasure = "*"\nthreshold = 10\nwhy = "small courts"\n'
    (home.raw / "disclosure.toml").write_text(rule, encoding="utf-8")
    edit(home, "courts/returns_2024.csv", "Guatemala,2020,9", "Guatemala,2020,14")
    edit(home, "courts/returns_2023.csv", "Honduras,2019,7", "Honduras,2019,6")
    refresh(home)
    changes = told(home, first, store.open_publication(home))
    assert changes[1:] == (
        "Restated by Courts: 1 figure of 1 place (convictions 1).",
        "Largest of these: convictions in Guatemala in 2020, from [c] to 14.",
    )


def test_a_chart_of_single_cells_finds_its_figures_where_they_stood(home: Home) -> None:
    before = store.open_publication(home)
    stood = {"file": "courts/returns_2024.csv", "sheet": "returns_2024", "cell": "C2", "part": "total"}
    edit(home, "courts/returns_2024.csv", "Guatemala,2020,9", "El Salvador,2020,1\nGuatemala,2020,14")
    refresh(home)
    changed = since(before, store.open_publication(home))
    assert behind(changed, [stood])[["change", "place", "was", "now"]].to_numpy().tolist() == [
        ["restated", "GTM", "9", "14"]
    ]
    assert behind(changed, [stood | {"cell": "C3"}]).empty


def test_packs_that_were_made_know_which_of_their_charts_were_restated(home: Home) -> None:
    written(home, returns(home)[:1])
    made = packs_made(home)
    assert made[["pack", "charts", "restated", "files"]].to_numpy().tolist() == [["court-returns", 1, "", "elsewhere"]]
    edit(home, "courts/returns_2024.csv", "Guatemala,2020,9", "Guatemala,2020,14")
    edit(home, "courts/returns_2024.csv", "Honduras,2020,over 4\n", "")
    refresh(home)
    row = packs_made(home).iloc[0]
    assert (row["restated"], row["added"], row["gone"]) == ("convictions (1)", "", "convictions (1)")


def test_the_files_of_a_pack_are_as_made_changed_or_replaced(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    scope = Scope("country-gtm", "Guatemala", build_sections(home))
    folder = home.exports / "country-gtm"
    write.write_pack(build(home, scope), folder, index=home.exports / "figures.json", log=home.exports / "packs")
    assert packs_made(home)["files"].tolist() == ["as made"]
    (folder / "pack.html").write_text("", encoding="utf-8")
    assert packs_made(home)["files"].tolist() == ["changed: pack.html"]
    edit(home, "courts/returns_2024.csv", "Guatemala,2020,9", "Guatemala,2020,14")
    refresh(home)
    scope = Scope("country-gtm", "Guatemala", build_sections(home))
    write.write_pack(build(home, scope), folder, index=home.exports / "figures.json", log=home.exports / "packs")
    assert packs_made(home)["files"].tolist() == ["as made", "replaced"]
    with pytest.raises(SystemExit) as stopped:
        main(["show", "packs", "--json", *options(home)])
    assert stopped.value.code == 0
    assert [row["restated"] for row in json.loads(capsys.readouterr().out)] == ["", "convictions (1)"]


def build_sections(home: Home) -> tuple[Section, ...]:
    return (Section("Courts", tuple(returns(home)[:1])),)


def options(home: Home) -> list[str]:
    return ["--raw", str(home.raw), "--processed", str(home.processed), "--exports", str(home.exports)]


# ---------------------------------------------------------------- the document


def test_the_document_is_tagged_as_pdf_ua_asks(mailed: Mailed) -> None:
    home, shown, _ = mailed
    path = home.exports / "mailed" / "pack.pdf"
    with pikepdf.open(path) as opened:
        root = opened.Root
        assert root.MarkInfo.Marked
        assert "/StructTreeRoot" in root
        assert str(root.Lang) == "en"
        assert root.ViewerPreferences.DisplayDocTitle
        assert "/Outlines" in root
        with opened.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Court returns"
        assert "/CreationDate" not in opened.docinfo
        for sheet in opened.pages:
            assert str(sheet.Tabs) == "/S", "the keyboard follows the tags"
            assert all(str(link.Contents) for link in sheet.get("/Annots", []))
        heads = [node for node in opened.objects if isinstance(node, pikepdf.Dictionary) and node.get("/S") == "/TH"]
        assert heads
        assert {str(attribute.Scope) for node in heads for attribute in node.A if "/Scope" in attribute} == {"/Column"}
    elements = read_pdf(path)
    assert [element.text for element in elements if element.kind == "Figure"] == [one.alt for one in shown]
    heads = [(element.kind, element.text) for element in elements if element.kind in ("Title", "H1", "H2")]
    assert heads[:3] == [
        ("Title", "Court returns"), ("H1", "What changed since the last pack"), ("H1", "Whose results these are")
    ]  # fmt: skip
    assert ("H2", shown[0].title) in heads
    levels = [int(kind[1]) for kind, _ in heads if kind != "Title"]
    assert all(after - before <= 1 for before, after in pairwise(levels)), "no level is skipped"


def test_links_of_the_document_name_the_chart_they_lead_to(mailed: Mailed) -> None:
    home, shown, _ = mailed
    with pikepdf.open(home.exports / "mailed" / "pack.pdf") as opened:
        named = [str(link.Contents) for page in opened.pages for link in page.get("/Annots", []) if "/Contents" in link]
    for chart in shown:
        assert any(text.startswith(f"{chart.title}, page ") for text in named), chart.title


def test_editions_that_only_the_figures_name_are_credited() -> None:
    sources = pd.DataFrame({
        "source": ["jtfa"], "title": ["Statements"], "owner": [""], "url": [""], "licence": [""], "edition": [None],
        "handling": ["public"],
    })  # fmt: skip
    rows = exact("as_of", {"2023-12": [2], "2024-06": [3]}).assign(source="jtfa", programme="jtfa")
    shown = charts.to_date(rows.assign(edition=["2024-06 readout", "2023-12-05"]))
    assert [credit.editions for credit in credits_of([shown], sources)] == [("2023-12-05", "2024-06 readout")]


def test_a_character_that_cannot_be_drawn_stops_the_document(mailed: Mailed, tmp_path: Path) -> None:
    foreign = build(mailed[0], Scope("x", "来源", (Section("Courts", tuple(mailed[1])),)))
    with pytest.raises(ExportFailed, match=r"characters its font cannot draw \(来, 源\)"):
        document.write_document(foreign, tmp_path / "pack.pdf")
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- names that nobody should give


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exhibit]:
    home = small_project(tmp_path_factory.mktemp("hostile"))
    assert refresh(home).exit_code == 0
    [chart] = labelled()
    export_pack([chart], home.exports / "mailed", title="Markup <script> #x $y$", home=home)
    return home.exports / "mailed", chart


def test_hostile_names_are_text_in_every_form(hostile: tuple[Path, Exhibit]) -> None:
    folder, chart = hostile
    for name, (_, read) in write.FORMS.items():
        found = read(folder / name)[chart.figure_id]
        assert differences(chart, found) == [], name
        if name != "pack.pdf":
            assert [" ".join(text.split()) for text in found["Place"]] == [
                " ".join(text.split()) for text in numbers(chart)["Place"]
            ]


class Tags(HTMLParser):
    """Every element of a page, by name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def test_hostile_names_add_no_element_to_the_page(hostile: tuple[Path, Exhibit]) -> None:
    text = (hostile[0] / "pack.html").read_text(encoding="utf-8")
    tags = Tags(text)
    assert (tags.found.count("script"), tags.found.count("table"), tags.found.count("b")) == (1, 1, 0)
    assert tags.handlers == []
    assert "script-src &#x27;sha256-" in text
    assert re.search(r'(?:src|href)="(?!#|https?://)', text) is None, "the page loads nothing"


def test_hostile_names_are_no_formula_in_the_csv(hostile: tuple[Path, Exhibit]) -> None:
    with (hostile[0] / "charts" / "hostile.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert "مصر والسودان" in cells


def test_typst_reads_no_name_as_markup(hostile: tuple[Path, Exhibit]) -> None:
    said = "".join("".join(row) for element in read_pdf(hostile[0] / "pack.pdf") for row in element.rows)
    assert "#letx=1$a^2$*b*_c_`d`@e<f>" in said.replace(" ", "")


# ---------------------------------------------------------------- handling, attribution


def test_every_output_carries_the_highest_marking_and_whose_result_it_is(home: Home) -> None:
    edit(home, "courts/source.toml", 'title = "Court returns"', 'title = "Court returns"\nhandling = "Internal"')
    refresh(home)
    [shown] = returns(home)[:1]
    files = written(home, [shown])
    whose = shown.attribution
    for name in ("pack.html", "charts/convictions.svg", "charts/convictions.csv", "pack.json"):
        text = files[name].decode("utf-8")
        assert "Internal use only" in text, name
        assert whose in text, name
    for name in ("pack.pdf", "charts/convictions.pdf"):
        said = " ".join(element.text for element in read_pdf(home.exports / "mailed" / name))
        assert "Internal use only" in said, name
        assert whose in said, name
    single = opdat.export([shown], home.exports / "single", home=home)
    assert "Internal use only" in single[1].read_text(encoding="utf-8")


def test_a_marking_that_is_not_known_is_refused(home: Home) -> None:
    edit(home, "courts/source.toml", 'title = "Court returns"', 'title = "Court returns"\nhandling = "intern"')
    refresh(home)
    issues = store.open_publication(home).table("issues")
    assert issues["message"].str.contains("handling “intern” is not a known marking; did you mean “internal”").any()


def test_a_source_without_a_marking_is_public(mailed: Mailed) -> None:
    assert set(store.open_publication(mailed[0]).table("sources")["handling"]) == {"public"}


# ---------------------------------------------------------------- what goes wrong leaves the old pack


def wrong(pack: Pack, path: Path) -> Path:
    """A page with one number that the chart does not show."""
    page.write_page(pack, path)
    path.write_text(path.read_text(encoding="utf-8").replace('<td class="n">12</td>', '<td class="n">13</td>'))
    return path


def test_a_number_that_reads_back_differently_fails_the_export(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = returns(home)[:1]
    before = written(home, shown)
    monkeypatch.setitem(write.FORMS, "pack.html", (wrong, page.numbers_in_page))
    with pytest.raises(
        ExportFailed, match=r"pack\.html does not read back as meant .*“13” stands there, the chart shows “12”"
    ):
        written(home, shown)
    folder = home.exports / "mailed"
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_a_page_or_a_document_that_lost_a_drawing_is_refused(mailed: Mailed, tmp_path: Path) -> None:
    home, shown, files = mailed
    (tmp_path / "pack.html").write_bytes(re.sub(rb"<svg .*?</svg>", b"", files["pack.html"], count=1, flags=re.DOTALL))
    with pytest.raises(ExportFailed, match=f"{shown[0].figure_id} has a table but no drawing"):
        page.numbers_in_page(tmp_path / "pack.html")
    with pikepdf.open(home.exports / "mailed" / "pack.pdf") as opened:
        figures = [
            node for node in opened.objects if isinstance(node, pikepdf.Dictionary) and node.get("/S") == "/Figure"
        ]
        del figures[0]["/Alt"]
        opened.save(tmp_path / "pack.pdf")
    with pytest.raises(ExportFailed, match="has 1 drawings for 2 charts"):
        document.numbers_in_document(tmp_path / "pack.pdf")


def test_a_csv_that_says_otherwise_is_refused(mailed: Mailed, tmp_path: Path) -> None:
    (tmp_path / "changed.csv").write_bytes(mailed[2]["charts/convictions.csv"].replace(b",12.0,", b",13.0,", 1)
                                           .replace(b",12,", b",13,", 1))  # fmt: skip
    with pytest.raises(ExportFailed, match=r"“13(\.0)?” was written, the chart shows “12\.0”"):
        images.check_csv(tmp_path / "changed.csv", mailed[1][0])


def test_a_chart_that_must_not_leave_is_left_out_with_a_sentence(home: Home) -> None:
    unguarded = Scope("x", "X", (Section("Courts", tuple(returns(home))),))
    assert showable(home, unguarded) == unguarded
    rule = '[[rule]]\nsource = "courts"\nmeasure = "*"\nthreshold = 10\nwhy = "small courts"\n'
    (home.raw / "disclosure.toml").write_text(rule, encoding="utf-8")
    with pytest.raises(ExportFailed, match="Nothing of this pack may leave by"):
        showable(home, unguarded)
    safe = charts.grid(
        metrics.totals(opdat.protected(opdat.observations(home=home), home=home), "convictions", by=["place", "year"],
                       source="courts", unit="persons"),
        rows="place", name="safe",
    )  # fmt: skip
    scope = showable(home, Scope("x", "X", (Section("Courts", (*returns(home), safe)),)))
    assert [chart.name for section in scope.sections for chart in section.exhibits] == ["safe"]
    assert len(scope.left_out) == 2
    assert re.fullmatch(r"Left out: “.+”\. \d of its figures, of courts, must not leave\.", scope.left_out[0])
    assert build(home, scope).changes[-2:] == scope.left_out


@pytest.mark.parametrize("after", [8])
def test_a_full_disk_leaves_the_old_pack(home: Home, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    before = written(home, returns(home)[:1])
    edit(home, "courts/returns_2024.csv", "Guatemala,2020,9", "Guatemala,2020,14")
    refresh(home)
    done: list[int] = []

    def full(_: int) -> None:
        done.append(1)
        if len(done) > after:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ExportFailed, match="No space left on device"):
        written(home, returns(home)[:1])
    folder = home.exports / "mailed"
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert not list(folder.glob(".pack-*"))


@pytest.mark.parametrize("fails_at", [9])
def test_a_move_that_fails_puts_the_old_pack_back(home: Home, monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    folder = home.exports / "mailed"
    before = written(home, returns(home)[:1])
    edit(home, "courts/returns_2024.csv", "Guatemala,2020,9", "Guatemala,2020,14")
    refresh(home)
    moves: list[Path] = []
    whole = write._move

    def failing(path: Path, target: Path) -> None:
        moves.append(path)
        if len(moves) == fails_at:
            raise PermissionError(13, "Permission denied")
        whole(path, target)

    monkeypatch.setattr(write, "_move", failing)
    with pytest.raises(ExportFailed, match="Permission denied"):
        written(home, returns(home))
    assert {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()
            and not path.name.startswith(".")} == before  # fmt: skip


def test_a_run_that_was_killed_while_it_moved_files_is_put_back_by_the_next(home: Home) -> None:
    folder = home.exports / "mailed"
    before = written(home, returns(home)[:1])
    left = folder / ".pack-dead"
    (left / "old" / "charts").mkdir(parents=True)
    (folder / "pack.html").rename(left / "old" / "pack.html")
    (folder / "charts" / "convictions.csv").rename(left / "old" / "charts" / "convictions.csv")
    with write._beside(folder):
        assert {name: (folder / name).read_bytes() for name in before} == before
    assert not list(folder.glob(".pack-*"))


EDGES: dict[str, list[tuple[str, float | None, float | None, str]]] = {
    "one point": [("Guatemala", 3, 3, "exact")],
    "all missing": [(place, None, None, "not_reported") for place in ("Guatemala", "Honduras")],
    "all under five": [(place, 0, 4, "under") for place in ("Guatemala", "Honduras")],
    "zero": [("Guatemala", 0, 0, "exact"), ("Honduras", 0, 0, "exact")],
    "suppressed and open": [("Guatemala", None, None, "suppressed"), ("Honduras", 75, None, "over")],
    "thirty regions": [
        (f"Region {number} with a rather long name", number, number + 2, "between") for number in range(30)
    ],
}


def test_charts_at_their_edges_go_through_every_form(home: Home) -> None:
    exhibits = []
    for name, rows in EDGES.items():
        frame = pd.DataFrame(rows, columns=["region", "low", "high", "qualifier"]).assign(
            year=2020, measure="convictions", source="courts", offence="trafficking", unit="persons"
        )
        frame = frame[["region", "year", "measure", "source", "offence", "unit", "low", "high", "qualifier"]]
        exhibits.append(charts.grid(frame, rows="region", name=name, publication="1-abcdef"))
    written(home, exhibits)
    found = page.numbers_in_page(home.exports / "mailed" / "pack.html")
    by_name = {chart.name: found[chart.figure_id] for chart in exhibits}
    assert by_name["all missing"]["Notes"].tolist() == ["[x]", "[x]"]
    assert by_name["all under five"]["Notes"].tolist() == ["[low]", "[low]"]
    assert by_name["zero"]["Lower bound"].tolist() == ["0", "0"]
    assert sorted(by_name["suppressed and open"]["Notes"]) == ["[c]", "[min]"]


def test_a_broken_contents_file_is_named_not_overwritten(home: Home) -> None:
    path = home.exports / "mailed" / "pack.json"
    path.parent.mkdir(parents=True)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ExportFailed, match="Move it away and export again"):
        written(home, returns(home)[:1])
    assert path.read_text(encoding="utf-8") == "{"


# ---------------------------------------------------------------- the table behind a chart


def test_the_table_behind_a_chart_keeps_bounds_apart_and_explains_gaps(mailed: Mailed) -> None:
    table = numbers(mailed[1][0])
    assert list(table.columns) == ["Place", "Year", "Lower bound", "Upper bound", "Notes"]
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    assert rows[0] == ["Guatemala", "2019", 12.0, 12.0, ""]
    assert rows[-1] == ["Honduras", "2020", 5.0, None, "[min]"]
    assert {mark for notes in table["Notes"] for mark in notes.split()} <= set(SHORTHAND)


@pytest.mark.parametrize(
    ("value", "text"), [(1094.0, "1,094"), (0.54321, "0.543"), (0.5, "0.5"), (None, ""), (float("nan"), ""), ("x", "x")]
)
def test_numbers_are_printed_short(value: Any, text: str) -> None:
    assert printed(value) == text


def test_a_difference_says_where_it_is(mailed: Mailed) -> None:
    chart = mailed[1][0]
    found = numbers(chart).astype(object)
    assert differences(chart, found) == []
    found.loc[1, "Upper bound"] = 8.0
    assert differences(chart, found) == [
        f"{chart.figure_id}, Upper bound, row 2: “8” stands there, the chart shows “9”"
    ]
    assert differences(chart, None) == [f"{chart.figure_id} is not in it"]
    assert differences(chart, found.drop(columns="Place"))[0].endswith("has other columns than the chart: Place")
    assert differences(chart, found.head(1)) == [f"{chart.figure_id} has 1 rows, the chart has 4"]


# ---------------------------------------------------------------- asking for less


def test_a_chart_that_is_not_in_the_pack_is_named_with_the_nearest(mailed: Mailed) -> None:
    scope = Scope("x", "X", (Section("Courts", tuple(mailed[1])),))
    assert [chart.name for chart in only(scope, ["convictions-grid"]).sections[0].exhibits] == ["convictions-grid"]
    with pytest.raises(UnknownName, match="did you mean “convictions-grid”"):
        only(scope, ["conviction-grid"])


def test_a_country_and_a_programme_at_once_are_refused(mailed: Mailed, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["export", "--country", "GTM", "--programme", "jtfa", *options(mailed[0])])
    assert stopped.value.code == 2
    assert "name a country or a programme, not both" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--country", "--programme", "--only"])
def test_an_option_that_names_nothing_is_refused_and_no_pack_of_everything_made(
    option: str, mailed: Mailed, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = mailed[0].exports
    before = sorted(folder.rglob("*"))
    with pytest.raises(SystemExit) as stopped:
        main(["export", option, " ", *options(mailed[0])])
    assert stopped.value.code == 2
    assert f"{option} names nothing" in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before


def test_a_country_that_nothing_is_published_of_is_told(mailed: Mailed, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["export", "--country", "Tuvalu", *options(mailed[0])])
    assert stopped.value.code == 1
    assert "Nothing is published of Tuvalu (TUV)" in capsys.readouterr().err


def test_the_figure_ids_of_a_pack_can_be_explained(mailed: Mailed) -> None:
    home, shown, _ = mailed
    found = opdat.explain(shown[0].figure_id, home=home)
    assert set(found.cells["text"]) == {"12", "7", "9", "over 4"}


def test_a_project_without_any_source_of_the_standing_pack_gets_one_without_charts(tmp_path: Path) -> None:
    home = small_project(tmp_path)
    refresh(home)
    assert main_code(["export", "--raw", str(home.raw), "--processed", str(home.processed), "--exports",
                      str(home.exports)]) == 0  # fmt: skip
    assert json.loads((home.exports / "pack.json").read_text(encoding="utf-8"))["sections"] == []
    assert (home.exports / "pack.pptx").stat().st_size > 0


def main_code(words: list[str]) -> int:
    with pytest.raises(SystemExit) as left:
        main(words)
    return int(left.value.code or 0)
