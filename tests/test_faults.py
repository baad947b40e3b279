"""What goes wrong while a refresh runs: a reader sees a whole publication, and the next refresh heals the rest."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import KINDS, Faulty, calls_of_a_refresh, content, copied, from_then_on, meddled, once, scene
from small_project import edit, figures, published, small_project

from opdat_analytics import disk, publishing, store
from opdat_analytics.cli import FAILED
from opdat_analytics.model import Home, LockHeld, NothingPublished, OpdatError
from opdat_analytics.refresh import LOCKED, NOTHING, PUBLISHED, refresh

TESTS = Path(__file__).parent
SAMPLED, ALL = 26, 1


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A small project, refreshed once."""
    made = small_project(tmp_path)
    refresh(made)
    return made


# ---------------------------------------------------------------- at every call that changes the disk


@dataclass(frozen=True)
class Scene:
    """A project with changes to be taken up; its content before and after; how many calls change the disk."""

    root: Path
    old: str
    new: str
    calls: int


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The scene, made once."""
    root = tmp_path_factory.mktemp("scene")
    _, old, new = scene(root)
    return Scene(root, old, new, calls_of_a_refresh(root))


def outcome(home: Home) -> tuple[int, str]:
    """The exit code of a refresh and what it said."""
    try:
        return refresh(home).exit_code, ""
    except NothingPublished as error:
        return NOTHING, str(error)
    except OpdatError as error:
        return FAILED, str(error)


SAID = {PUBLISHED: "", NOTHING: "The last publication stands", FAILED: "is in place, but the disk did not confirm it"}


def fail_at_each(staged: Scene, kind: str, first: int, step: int) -> None:
    assert staged.calls > 30, "parts, the history and the manifest are written, brought to the disk and moved"
    for at in range(first, staged.calls + 1, step):
        where = f"{kind}, from call {at} of {staged.calls} on"
        home = copied(staged.root)
        with meddled(Faulty(KINDS[kind](at))):
            code, said = outcome(home)
        assert SAID[code] in said, where
        assert content(home) == (staged.old if code == NOTHING else staged.new), where
        assert refresh(home).exit_code == PUBLISHED, where
        assert content(home) == staged.new, where


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_failing_disk_leaves_the_old_publication_or_the_new_one(kind: str, staged: Scene) -> None:
    fail_at_each(staged, kind, 3 + 4 * sorted(KINDS).index(kind), SAMPLED)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_disk_that_fails_at_any_call_leaves_the_old_publication_or_the_new_one(kind: str, staged: Scene) -> None:
    fail_at_each(staged, kind, 1, ALL)


def kill_at_each(root: Path, step: int) -> int:
    command = [sys.executable, str(TESTS / "faults.py"), str(root), str(step)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    for one in told:
        assert (one["killed"], one["whole"], one["healed"]) == (True, True, True), one
        assert one["left"] == [] or one["status"] == "unchanged", one
    return len(told)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed within itself only where it can be copied")
def test_a_killed_refresh_leaves_the_old_publication_or_the_new_one(tmp_path: Path) -> None:
    assert kill_at_each(tmp_path, SAMPLED) == 3


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed within itself only where it can be copied")
def test_a_refresh_that_is_killed_at_any_call_leaves_the_old_publication_or_the_new_one(tmp_path: Path) -> None:
    assert kill_at_each(tmp_path, ALL) > 30


# ---------------------------------------------------------------- single faults, and what is said of them


def test_a_part_that_is_held_open_is_left_and_removed_the_next_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "KEPT", 3)
    for number in range(41, 44):
        edit(home, "police/returns.csv", f"2019,{number - 1}", f"2019,{number}")
        with meddled(Faulty(from_then_on(1, 13, "unlink"))):
            assert refresh(home).exit_code == PUBLISHED
    assert store.generations(home) == [1, 2, 3, 4]
    edit(home, "police/returns.csv", "2019,43", "2019,44")
    refresh(home)
    assert store.generations(home) == [3, 4, 5]
    named = {e["hash"] for n in (3, 4, 5) for e in every_part(store.open_publication(home, n).manifest)}
    assert {path.stem for path in (home.processed / "parts").iterdir()} == named


def every_part(manifest: object) -> Iterator[dict[str, str]]:
    """Every entry of a part, wherever in a manifest it stands."""
    if isinstance(manifest, dict):
        if "hash" in manifest:
            yield manifest
        manifest = list(manifest.values())
    if isinstance(manifest, list):
        for one in manifest:
            yield from every_part(one)


def test_a_manifest_that_is_held_open_for_a_moment_is_waited_for(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(home, "police/returns.csv", "40", "41")
    monkeypatch.setattr(disk, "WAITS", (0.0, 0.0, 0.0))
    tries = 0
    move = os.replace

    def held(source: Path, target: Path) -> None:
        nonlocal tries
        if Path(target).name == "manifest.json":
            tries += 1
            if tries < 3:
                raise PermissionError(13, "in use", str(target))
        move(source, target)

    monkeypatch.setattr(os, "replace", held)
    assert refresh(home).exit_code == PUBLISHED
    assert tries == 3


def test_when_only_the_last_confirmation_fails_the_new_publication_is_told(home: Home) -> None:
    edit(home, "police/returns.csv", "40", "41")
    counted = Faulty()
    with meddled(counted):
        refresh(copy_of(home))
    last = len(counted.calls) - 1 - counted.calls[::-1].index("fsync") + 1
    with meddled(Faulty(once(last, 5))), pytest.raises(OpdatError, match="Publication 2 is in place, but the disk"):
        refresh(home)
    assert ("police/returns.csv", "C2", "GTM", "41") in figures(home)
    assert refresh(home).status == "unchanged"


def test_every_new_part_is_on_the_disk_before_anything_names_it(home: Home) -> None:
    parts = home.processed / "parts"
    before = set(parts.iterdir())
    edit(home, "police/returns.csv", "40", "41")
    counted = Faulty()
    with meddled(counted):
        refresh(home)
    new = set(parts.iterdir()) - before
    assert len(new) >= 3  # figures, what was corrected, the list of sources
    confirmed = counted.calls[: counted.calls.index("link")].count("fsync")
    assert confirmed >= len(new) + 2  # and their folder, and the manifest that the history is about to hold


def copy_of(home: Home) -> Home:
    """The same project elsewhere, to try a refresh on."""
    root = home.raw.parent.parent
    shutil.copytree(root, root / "copy")
    return Home.at(root / "copy")


def test_a_number_that_was_begun_is_never_given_again(home: Home) -> None:
    edit(home, "police/returns.csv", "40", "41")
    with meddled(Faulty()) as _, pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk, "write_whole", failing)
        with pytest.raises(NothingPublished):
            refresh(home)
    assert store.generations(home) == [1, 2]
    assert str(refresh(home).publication).startswith("3-")
    assert store.open_publication(home).manifest["before"] == 1


def failing(path: Path, data: bytes) -> None:
    raise OSError(28, "No space left on device", str(path))


def test_two_that_are_about_to_publish_do_not_take_one_number(home: Home) -> None:
    manifest = store.open_publication(home).manifest
    publishing.publish(home, {**manifest, "generation": 2, "before": 1}, 1)
    with pytest.raises(LockHeld, match="while this one was reading"):
        publishing.publish(home, {**manifest, "generation": 2, "before": 1}, 1)
    store.manifest_path(home).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(LockHeld, match="while this one was reading"):
        publishing.publish(home, {**manifest, "generation": 2, "before": 1}, 1)


def test_a_lost_manifest_costs_neither_corrections_nor_the_last_good_rows_of_a_stopped_file(home: Home) -> None:
    edit(home, "courts/returns_2023.csv", "12", "13")
    refresh(home)
    edit(home, "police/returns.csv", "Investigations", "Something else entirely")
    refresh(home)
    before = figures(home)
    store.manifest_path(home).unlink()
    assert refresh(home).exit_code == 4
    assert figures(home) == before
    assert published(home, "revisions")["text_to"].tolist() == ["13"]


def test_a_damaged_part_is_made_again_when_a_refresh_meets_it(home: Home) -> None:
    before = figures(home)
    part = store.open_publication(home).parts("observations")[0]
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    edit(home, "police/returns.csv", "40", "41")
    assert refresh(home).exit_code == PUBLISHED
    assert {row[3] for row in figures(home)} == {"41" if row[3] == "40" else row[3] for row in before}


# ---------------------------------------------------------------- from outside: locks, folders, kills


def running(home: Home, code: str = "") -> subprocess.Popen[str]:
    """A refresh in a process of its own, which holds the lock and waits until it is let go."""
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from opdat_analytics import refresh, reading\n"
        "from opdat_analytics.model import Home\n"
        "real = refresh.read_all\n"
        "def slow(*given):\n"
        "    print('reading', flush=True); sys.stdin.readline()\n"
        "    return real(*given)\n"
        "refresh.read_all = slow\n"
        f"home = Home(Path({str(home.raw)!r}), Path({str(home.processed)!r}), Path('none'))\n"
        "print(refresh.refresh(home).status, flush=True)\n"
    )
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def opdat(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    folders = ["--raw", str(home.raw), "--processed", str(home.processed)]
    command = [sys.executable, "-m", "opdat_analytics", *words, *folders]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_lock_goes_with_its_holder_and_refuses_at_once_until_then(home: Home) -> None:
    edit(home, "police/returns.csv", "40", "41")
    holder = running(home)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "reading\n"
    if hasattr(signal, "SIGSTOP"):
        holder.send_signal(signal.SIGSTOP)  # a paused holder still holds it
    began = time.monotonic()
    with pytest.raises(LockHeld):
        refresh(home)
    assert time.monotonic() - began < 1
    assert opdat(home, "refresh").returncode == LOCKED
    holder.kill()
    holder.communicate()
    assert refresh(home).status == "published"


def test_an_earlier_refresh_that_lost_its_lock_does_not_publish_over_a_later_one(home: Home) -> None:
    edit(home, "police/returns.csv", "40", "41")
    earlier = running(home)
    assert earlier.stdout is not None
    assert earlier.stdout.readline() == "reading\n"
    (home.processed / ".lock").unlink()
    edit(home, "police/returns.csv", "41", "42")
    assert refresh(home).publication == store.open_publication(home).id
    later = store.open_publication(home).id
    _, said = earlier.communicate("go on\n", timeout=60)
    assert "LockHeld" in said
    assert store.open_publication(home).id == later
    assert ("police/returns.csv", "C2", "GTM", "42") in figures(home)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a user who may not write")
@pytest.mark.parametrize("closed", ["processed", "processed/parts", "processed/history"])
def test_a_folder_that_may_not_be_written_is_said_and_left_as_it_is(closed: str) -> None:
    root = Path(tempfile.mkdtemp(prefix="opdat-read-only-"))
    try:
        home = small_project(root)
        refresh(home)
        before = content(home)
        edit(home, "police/returns.csv", "40", "41")
        for path in (root, *root.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        (root / "data" / closed).chmod(0o555)
        told = as_somebody(lambda: refresh(home))
        assert told.startswith("NothingPublished: Nothing was published: Permission denied")
        assert "give leave to write" in told
        assert content(home) == before
        (root / "data" / closed).chmod(0o755)
        assert refresh(home).exit_code == PUBLISHED
    finally:
        shutil.rmtree(root)


def as_somebody(work: object) -> str:
    """What comes of some work done by a user who is not the owner of everything."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            said = f"done: {work()}"  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - the parent wants to know of any
            said = f"{type(error).__name__}: {error}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


# ---------------------------------------------------------------- raw files that do not hold still


def test_half_a_text_file_is_not_taken_for_a_whole_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home.raw / "police" / "returns.csv"
    text = path.read_text(encoding="utf-8").replace("40", "41")
    path.write_text(text[:38], encoding="utf-8")  # somebody is copying it in
    assert not path.read_text(encoding="utf-8").endswith("\n")
    monkeypatch.setattr(time, "sleep", lambda seconds: path.write_text(text, encoding="utf-8"))
    assert refresh(home).exit_code == PUBLISHED
    assert {row[3] for row in figures(home) if row[0] == "police/returns.csv"} == {"41", "22"}


def test_a_file_that_a_program_takes_away_for_a_moment_while_saving_is_not_gone(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home.raw / "police" / "returns.csv"
    beside = path.rename(home.raw / "saving")
    monkeypatch.setattr(time, "sleep", lambda seconds: beside.exists() and beside.rename(path))
    assert refresh(home).status == "unchanged"
    assert ("police/returns.csv", "C2", "GTM", "40") in figures(home)


def test_a_file_that_is_changed_and_changed_back_while_it_is_read_is_read_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opdat_analytics import reading

    edit(home, "police/returns.csv", "40", "41")
    path = home.raw / "police" / "returns.csv"
    whole = path.read_text(encoding="utf-8")
    real, times = reading._read_one, 0

    def read(home: Home, file: reading.RawFile, *rest: object) -> object:
        nonlocal times
        times += file.path == path
        if times == 1:
            path.write_text(whole.replace("41", "999"), encoding="utf-8")
        entry = real(home, file, *rest)  # type: ignore[arg-type]
        if times == 1:
            path.write_text(whole, encoding="utf-8")
        return entry

    monkeypatch.setattr(reading, "_read_one", read)
    monkeypatch.setattr(reading, "PAUSE", 0)
    assert refresh(home).exit_code == PUBLISHED
    assert {row[3] for row in figures(home) if row[0] == "police/returns.csv"} == {"41", "22"}
    assert times == 2


def test_a_declaration_that_may_not_be_read_stops_its_source_only(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = figures(home)
    real = Path.read_text

    def read(self: Path, *given: object, **named: object) -> str:
        if self.parent.name == "police" and self.name == "source.toml":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "read_text", read)
    edit_text = real(home.raw / "police" / "source.toml", encoding="utf-8") + "\n"
    (home.raw / "police" / "source.toml").write_text(edit_text, encoding="utf-8")
    report = refresh(home)
    assert report.exit_code == 4
    assert [issue["message"] for issue in report.stopped] == [
        "police/source.toml may not be read (Permission denied); give leave to read it."
    ]
    assert figures(home) == before
