"""Runs the notebooks of a project headless, two side by side, and keeps what each got to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from opdat_analytics.exports.leaving_home import leaving_home
from opdat_analytics.model import Home, OpdatError, UnknownName
from opdat_analytics.notebooks.explore import HEADLESS
from opdat_analytics.notebooks.parameters import TAG, check_parameters, parameters, read_notebook, unknown
from opdat_analytics.store import open_publication, write_whole

SIDE_BY_SIDE = 2
SECONDS = 600
"""How long one cell may take."""
STARTS = 3
"""How often a notebook's Python process is started, where it ends before it has run anything."""


@dataclass(frozen=True)
class NotebookRun:
    """What became of one notebook.

    Attributes
    ----------
    name, path_ipynb, path_html
        The notebook; its executed copy; its page. Both are written after a failure too, as far as it got.
    seconds
        How long it took.
    error
        Which cell failed and why; None where none did.
    """

    name: str
    path_ipynb: Path
    path_html: Path
    seconds: float
    error: str | None


def notebook_names(folder: Path) -> list[str]:
    """Names of the notebooks of a folder, in order, without their ending."""
    return sorted(path.stem for path in folder.glob("*.ipynb") if not path.name.startswith("."))


def _silent(line: str) -> None:
    del line


def run_notebooks(
    folder: Path,
    home: Home,
    names: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = _silent,
) -> list[NotebookRun]:
    """Run notebooks and write their executed copies and pages to ``exports/notebooks``.

    Parameters
    ----------
    folder
        The project's notebooks; only what lies in it is run, and it is their working folder.
    home
        Where the tables they read are published, and where ``exports`` lies.
    names
        Which to run; all if none is named.
    given
        Parameter name → text as typed. Each notebook takes the parameters that it has.
    progress
        Takes a line for people when a notebook is done.

    Returns
    -------
    list of NotebookRun
        In the order of names. A failure is in its run, never raised.

    Raises
    ------
    NothingPublished
        If there is no publication to read.
    UnknownName, OpdatError
        If a notebook or parameter is not known, or a value is wrong: before anything runs.
    """
    chosen = _chosen(folder, names)
    values = _checked(chosen, given or {}, home)
    open_publication(home)
    progress(f"Notebooks to run: {len(chosen)}, at most {SIDE_BY_SIDE} side by side.")
    runs: dict[str, NotebookRun] = {}
    with TemporaryDirectory() as private, ThreadPoolExecutor(SIDE_BY_SIDE) as workers:
        read = leaving_home(home, Path(private) / "processed")
        waiting = [workers.submit(_run, path, home, read, values[path]) for path in chosen]
        for number, future in enumerate(as_completed(waiting), start=1):
            run = future.result()
            runs[run.name] = run
            said = f"failed: {run.error}" if run.error else str(run.path_html)
            progress(f"  {number} of {len(chosen)}  {run.name}  {run.seconds:.1f} s  {said}")
    return [runs[path.stem] for path in chosen]


def _chosen(folder: Path, names: Sequence[str]) -> list[Path]:
    known = notebook_names(folder)
    if not known:
        raise OpdatError(f"There are no notebooks in {folder}. Run this in the project, or name it with OPDAT_HOME.")
    wanted = [name.removesuffix(".ipynb") for name in names] or known
    for name in wanted:
        if name not in known:
            raise UnknownName(unknown(f"notebook of {folder}", name, known))
    paths = [folder / f"{name}.ipynb" for name in dict.fromkeys(wanted)]
    for path in paths:
        if path.resolve().parent != folder.resolve():
            raise OpdatError(f"{path} lies outside of the project and is not run: notebooks are code.")
    return paths


def _checked(chosen: Sequence[Path], given: Mapping[str, str], home: Home) -> dict[Path, dict[str, Any]]:
    """The values of each notebook; what no chosen notebook takes is an error."""
    takes = {path: [parameter.name for parameter in parameters(path)] for path in chosen}
    known = list(dict.fromkeys(name for own in takes.values() for name in own))
    for name in given:
        if name not in known:
            raise UnknownName(unknown(f"parameter of {', '.join(path.stem for path in chosen)}", name, known))
    record = _of_the_record(home) if {"source", "programme"} & set(given) else {}
    return {
        path: check_parameters(path, {name: text for name, text in given.items() if name in own}, record)
        for path, own in takes.items()
    }


def _of_the_record(home: Home) -> dict[str, list[str]]:
    """What a publication holds that can be asked for by name."""
    publication = open_publication(home)
    programmes = publication.table("programmes")["programme"]
    return {"source": list(publication.sources), "programme": sorted(programmes.unique())}


def _run(path: Path, home: Home, read: Home, values: Mapping[str, Any]) -> NotebookRun:
    import nbformat

    from opdat_analytics.notebooks.page import page

    began = monotonic()
    notebook = read_notebook(path)
    _give(notebook, values)
    error = _execute(notebook, path.parent, read)
    error = _kept_back(notebook) or error
    out = home.exports / "notebooks"
    run = NotebookRun(path.stem, out / path.name, out / f"{path.stem}.html", round(monotonic() - began, 1), error)
    write_whole(run.path_ipynb, nbformat.writes(notebook).encode() + b"\n")
    write_whole(run.path_html, page(notebook, run.name, error).encode())
    return run


def _kept_back(notebook: Any) -> str | None:
    """Empty the cells that seem to show data about persons; which they are, or None."""
    from nbformat.v4 import new_output

    from opdat_analytics.privacy import scan_notebook

    found = scan_notebook(notebook.cells)
    for number in found:
        said = "Not shown: this output seems to hold data about persons.\n"
        notebook.cells[number - 1].outputs = [new_output("stream", name="stdout", text=said)]
    told = (f"cell {number} ({', '.join(kinds)})" for number, kinds in found.items())
    return f"outputs that seem to hold data about persons were not exported: {'; '.join(told)}" if found else None


def _give(notebook: Any, values: Mapping[str, Any]) -> None:
    """Put a cell with the given values behind the cell of parameters, as papermill does."""
    from nbformat.v4 import new_code_cell

    if not values:
        return
    at = next(i for i, cell in enumerate(notebook.cells) if TAG in cell.metadata.get("tags", []))
    lines = ["# As given for this run.", *(f"{name} = {value!r}" for name, value in values.items())]
    cell = new_code_cell("\n".join(lines), id="given-parameters", metadata={"tags": ["injected-parameters"]})
    notebook.cells.insert(at + 1, cell)


def _execute(notebook: Any, folder: Path, home: Home) -> str | None:
    """Execute in place; the failing cell in words, or None."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    from opdat_analytics.notebooks.kernel import ThisPython

    started: list[int] = []
    unborn = ""
    for _ in range(STARTS):
        with TemporaryDirectory() as empty:
            client = NotebookClient(
                notebook,
                timeout=SECONDS,
                kernel_name="python3",
                kernel_manager_class=ThisPython,
                record_timing=False,
                extra_arguments=["--log-level=ERROR"],
                resources={"metadata": {"path": str(folder)}},
                on_cell_start=lambda cell, cell_index: started.append(cell_index),
            )
            try:
                client.execute(env=_environment(home, folder, empty))
                return None
            except CellExecutionError as error:
                return _failed(notebook, started, f"{error.ename}: {error.evalue}")
            except CellTimeoutError:
                return _failed(notebook, started, f"took longer than {SECONDS} seconds")
            except DeadKernelError:
                return _failed(notebook, started, "its Python process died; it may have run out of memory")
            except RuntimeError as error:
                # Another program may have taken a port between its choice and its use; nothing has run yet.
                if started:
                    raise
                unborn = str(error)
    return f"its Python process did not start in {STARTS} attempts: {unborn}"


def _environment(home: Home, folder: Path, empty: str) -> dict[str, str]:
    """The folders of the run by name, and a start-up folder that holds nothing of the person's own."""
    return {
        **os.environ,
        "OPDAT_HOME": str(folder.resolve().parent),
        "OPDAT_RAW": str(home.raw.resolve()),
        "OPDAT_PROCESSED": str(home.processed.resolve()),
        "OPDAT_EXPORTS": str(home.exports.resolve()),
        HEADLESS: "1",
        "IPYTHONDIR": empty,
    }


def _failed(notebook: Any, started: Sequence[int], why: str) -> str:
    if not started:
        return why
    source = notebook.cells[started[-1]].source.strip()
    begins = source.splitlines()[0] if source else ""
    return f"cell {started[-1] + 1} (“{begins[:60]}”): {why}"
