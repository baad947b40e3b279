"""The notebooks' pages in a real browser, without a network: they open whole, and ask for nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from opdat_analytics.model import Home
from opdat_analytics.notebooks import run_notebooks

ROOT = Path(__file__).parent.parent
BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; install it to see the pages as people do"),
]


def chromium(profile: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        f"--user-data-dir={profile}", "--enable-logging=stderr", "--v=0", *arguments,
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def pages(record_home: Home) -> list[Path]:
    runs = run_notebooks(ROOT / "notebooks", record_home)
    assert [run.error for run in runs] == [None] * len(runs)
    return [run.path_html for run in runs]


def test_every_page_opens_whole_in_a_browser(pages: list[Path], tmp_path: Path) -> None:
    for page in pages:
        done = chromium(tmp_path / page.stem, "--dump-dom", page.as_uri())
        assert "<h1" in done.stdout
        assert done.stdout.rstrip().endswith("</html>")
        assert "Refused to" not in done.stderr, f"{page.name} asks for something that its own policy forbids"
        assert "CONSOLE" not in done.stderr, done.stderr


def test_every_page_draws_something(pages: list[Path], tmp_path: Path) -> None:
    for page in pages:
        picture = tmp_path / f"{page.stem}.png"
        chromium(tmp_path / f"{page.stem}-shot", "--window-size=1200,1600", f"--screenshot={picture}", page.as_uri())
        # A blank page of this size compresses to a few thousand bytes.
        assert picture.stat().st_size > 40_000, page.name
