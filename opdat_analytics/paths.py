"""Where the project lies, from where a person stands."""

from __future__ import annotations

import os
from pathlib import Path

from opdat_analytics.model import Home

DECLARATION = "source.toml"
"""Name of the file in a source's folder that says how its spreadsheets are read."""
RETURNS = "returns"
"""The source of filled-in templates that lie directly in data/raw; its declaration, if any, is in its folder."""


EARLIER = "publication-"
"""How the folder below exports begins that holds what an earlier publication shows; its number follows."""


def project_root() -> Path:
    """The folder named by ``OPDAT_HOME``, else the nearest one from here upwards that holds data/raw, else here."""
    named = os.environ.get("OPDAT_HOME")
    if named:
        return Path(named)
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "data" / "raw").is_dir()), here)


def home_here() -> Home:
    """The usual folders below the project root; ``OPDAT_RAW``, ``OPDAT_PROCESSED``, ``OPDAT_EXPORTS`` name others."""
    usual = Home.at(project_root())
    return Home(
        Path(os.environ.get("OPDAT_RAW", usual.raw)),
        Path(os.environ.get("OPDAT_PROCESSED", usual.processed)),
        Path(os.environ.get("OPDAT_EXPORTS", usual.exports)),
    )


def raw_path(raw: Path, file: str) -> Path:
    """Where a file that tables name as ``source/name`` lies: in its source's folder, or directly in data/raw."""
    inside = raw / file
    loose = raw / file.partition("/")[2]
    return loose if not inside.exists() and file.count("/") == 1 and loose.is_file() else inside
