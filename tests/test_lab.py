"""The notebooks as analysts open them: JupyterLab in a real browser, every cell run, filters moved."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from opdat_analytics.model import Home

ROOT = Path(__file__).parent.parent
NAMES = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
TOKEN = "of-this-test"  # noqa: S105 - of a server on this machine that ends with the test
MINUTE = 60_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; install it to see notebooks as people do"),
]


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, and the folder of its notebooks."""

    url: str
    folder: Path


@pytest.fixture(scope="module")
def lab(record_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """``opdat lab`` at a copy of the notebooks, with nothing of the person who runs the test."""
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", root / "project" / "notebooks")
    port = _free_port()
    own = {name: str(root / name) for name in ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    environment = {**os.environ, **own, "OPDAT_HOME": str(root / "project"), "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable, "-m", "opdat_analytics", "lab", "--raw", str(record_home.raw),
        "--processed", str(record_home.processed), "--exports", str(root / "exports"), "--no-browser", "--allow-root",
        f"--port={port}", "--port-retries=0", f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    with (root / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, cwd=root, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, server, root / "lab.log")
        yield Lab(url, root / "project" / "notebooks")
    finally:
        server.terminate()
        server.wait(30)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/api/status?token={TOKEN}", timeout=5):  # noqa: S310 - on this machine
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def page(lab: Lab) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        shown = browser.new_page(viewport={"width": 1400, "height": 1600})
        shown.set_default_timeout(2 * MINUTE)
        asked: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        yield shown
        own = (lab.url, lab.url.replace("http", "ws"), "data:", "blob:")
        browser.close()
        assert [url for url in asked if not url.startswith(own)] == [], "nothing is asked of any other machine"


IDLE = """() => {
    const notebook = window.jupyterapp?.shell.currentWidget;
    return notebook?.sessionContext?.session?.kernel?.status === 'idle';
}"""
LIVE = """() => window.jupyterapp.shell.currentWidget.content.widgets.findIndex(
    cell => (cell.model.sharedModel.getMetadata('tags') || []).includes('live'))"""

FOLLOWED = """([before, told]) => {
    const [picture, table] = ['img', 'table'].map(tag => document.querySelector('.jupyter-widgets ' + tag));
    return picture && picture.src !== before && table && table.innerText !== told;
}"""


def run_all(page: Any, lab: Lab, name: str) -> list[dict[str, Any]]:
    """Open a notebook, run all of it, save it: as a person would. The code cells as they were saved."""
    page.goto(f"{lab.url}/lab/workspaces/{name}/tree/{name}.ipynb?token={TOKEN}&reset")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.wait_for_function(IDLE)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    saved = json.loads((lab.folder / f"{name}.ipynb").read_text(encoding="utf-8"))
    return [cell for cell in saved["cells"] if cell["cell_type"] == "code"]


def photograph(page: Any, name: str, folder: Path) -> Path:
    """A picture of what is on the screen; kept where OPDAT_SCREENSHOTS names a folder."""
    path = Path(os.environ.get("OPDAT_SCREENSHOTS", folder)) / f"{name}.png"
    page.screenshot(path=path)
    return path


def close(page: Any) -> None:
    """End the notebook's kernel, so that the next one has the machine for itself."""
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_and_runs_whole(page: Any, lab: Lab, name: str, tmp_path: Path) -> None:
    code = run_all(page, lab, name)
    wrong = [out for cell in code for out in cell["outputs"] if out["output_type"] in ("error", "stream")]
    assert wrong == []
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    shown = {kind for cell in code for out in cell["outputs"] for kind in out["data"]}
    assert shown & {"text/html", "image/png"}
    assert photograph(page, name, tmp_path).stat().st_size > 50_000, "a blank page is smaller"
    assert not page.get_by_text("Jupyter news").count(), "nobody is asked whether to fetch news"

    if any("live" in cell["metadata"].get("tags", []) for cell in code):
        move_a_filter(page, name, tmp_path)
    close(page)


def move_a_filter(page: Any, name: str, folder: Path) -> None:
    """Choose another region, and see that the picture and the table follow; then what no figure answers to."""
    at = page.evaluate(LIVE)
    page.evaluate(f"window.jupyterapp.shell.currentWidget.content.scrollToItem({at}, 'start')")
    region = page.locator(".widget-dropdown", has_text="Region").locator("select").first
    picture, table = (page.locator(f".jupyter-widgets {tag}").first for tag in ("img", "table"))
    picture.wait_for()
    before = [picture.get_attribute("src"), table.inner_text()]

    region.select_option(label="Asia")
    page.wait_for_function(FOLLOWED, arg=before)
    photograph(page, f"{name}-moved", folder)


def test_a_filter_that_leads_to_nothing_says_so(page: Any, lab: Lab, tmp_path: Path) -> None:
    run_all(page, lab, "01_convictions")
    page.evaluate(f"window.jupyterapp.shell.currentWidget.content.scrollToItem({page.evaluate(LIVE)}, 'start')")
    page.locator(".jupyter-widgets img").first.wait_for()

    country = page.locator(".widget-dropdown", has_text="Country").locator("select").first
    page.locator(".widget-dropdown", has_text="Region").locator("select").first.select_option(label="Africa")
    # Only countries of the region are offered.
    country.locator("option", has_text="Guatemala").wait_for(state="detached")
    country.select_option(label="Comoros")

    said = page.locator(".jupyter-widgets", has_text="That is not a zero").first
    said.wait_for()
    assert "No number of convictions of Comoros" in said.inner_text()
    assert not page.locator(".jupyter-widgets img").count(), "no empty picture is drawn"
    photograph(page, "nothing", tmp_path)
    close(page)
