"""A project small enough to read at a glance: two sources, three files, six figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from opdat_analytics import store
from opdat_analytics.model import Home

COURTS = """
title = "Court returns"
edition = { from = "filename", pattern = '(\\d{4})' }

[[layout]]
constants = { measure = "convictions", unit = "persons", offence = "trafficking" }
columns = { "Country" = "place", "Year" = "year", "Convictions" = "value" }
"""
POLICE = """
title = "Police returns"

[[layout]]
constants = { measure = "investigations", unit = "cases", offence = "trafficking" }
columns = { "Country" = "place", "Year" = "year", "Investigations" = "value" }
"""
FILES = {
    "courts/source.toml": COURTS,
    "courts/returns_2023.csv": "Country,Year,Convictions\nGuatemala,2019,12\nHonduras,2019,7\n",
    "courts/returns_2024.csv": "Country,Year,Convictions\nGuatemala,2020,9\nHonduras,2020,over 4\n",
    "police/source.toml": POLICE,
    "police/returns.csv": "Country,Year,Investigations\nGuatemala,2019,40\nHonduras,2019,22\n",
}
"""Path below data/raw → content."""


def small_project(root: Path) -> Home:
    """The project below a folder, not yet refreshed."""
    home = Home.at(root)
    for path, text in FILES.items():
        write(home, path, text)
    return home


def write(home: Home, path: str, text: str) -> None:
    """Write one file below data/raw."""
    target = home.raw / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")


def edit(home: Home, path: str, old: str, new: str) -> None:
    """Change one text of a file below data/raw, which must stand there once."""
    text = (home.raw / path).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"“{old}” stands {text.count(old)} times in {path}"
    write(home, path, text.replace(old, new))


def figures(home: Home, publication: int | None = None) -> set[tuple[str, str, str, str]]:
    """What is published: file, cell, place and printed text of every figure."""
    frame = store.open_publication(home, publication).table("observations")
    return set(frame[["file", "cell", "place", "text"]].itertuples(index=False, name=None))


def published(home: Home, table: str) -> pd.DataFrame:
    """A table of the current publication."""
    return store.open_publication(home).table(table)
