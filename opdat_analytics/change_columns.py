"""The columns of changes, and what names a fact or an issue among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLUMNS = ("kind", "file", "sheet", "cell", "part", "place", "measure", "year", "was", "now")
"""Columns of a frame of changes: what happened, where it stands, what it is about, what was printed and is.

Of a fact that changed, ``part`` is the column; of a row of facts that is new or gone, the table."""


Counts = Mapping[tuple[str, str], int]
"""How many changes there are of each kind and noun: figure, fact, cell."""


def held_at(issue: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells one issue from another."""
    return tuple(issue[name] for name in ("code", "file", "sheet", "cell", "text"))
