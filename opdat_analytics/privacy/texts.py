"""Text that is about to leave: outputs of notebooks, looked through by the rules by which sheets come in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from opdat_analytics.privacy.outside import personal_texts
from opdat_analytics.privacy.rules import contents
from opdat_analytics.privacy.sheets import must_stop, personal_data

FEWEST = 3
"""So many e-mail addresses in one output are a list; fewer may be whom to ask."""
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL | re.IGNORECASE)
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)


def scan_text(text: str) -> tuple[str, ...]:
    """What of persons a text seems to hold.

    Parameters
    ----------
    text
        Plain text, or HTML with tables.

    Returns
    -------
    tuple of str
        Kinds of data, never the data; empty where nothing was found.
    """
    plain = html.unescape(re.sub(r"<[^>]*>", " ", text)) if "<" in text else text
    found = [*personal_texts(plain.splitlines())]
    for rule in contents():
        # Rows of numbers look like telephone numbers; those are told by the columns of tables below.
        if rule.kind != "telephone numbers" and len(set(rule.pattern.findall(plain))) >= FEWEST:
            found.append(rule.kind)
    for table in _tables(text):
        told = personal_data(table)
        if must_stop(told):
            found += [one.reason for one in told]
    return tuple(dict.fromkeys(found))


def _tables(text: str) -> Iterator[np.ndarray]:
    for table in _TABLE.findall(text):
        rows = [[_said(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(table)]
        yield _grid(rows)
    if "<" not in text:
        yield _grid([re.split(r"\s{2,}|\t|\|", line.strip()) for line in text.splitlines()])


def _said(cell: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", cell)).split())


def _grid(rows: Sequence[Sequence[str]]) -> np.ndarray:
    width = max(map(len, rows), default=0)
    return np.array([[*row, *[""] * (width - len(row))] for row in rows], dtype=object).reshape(len(rows), width)


def scan_notebook(cells: Sequence[Mapping[str, Any]]) -> dict[int, tuple[str, ...]]:
    """What of persons the outputs of an executed notebook seem to hold.

    Parameters
    ----------
    cells
        The notebook's cells, as its format has them.

    Returns
    -------
    dict
        Number of a cell, from 1 → kinds of data; only cells in which something was found.
    """
    found = {}
    for number, cell in enumerate(cells, 1):
        kinds = [kind for text in output_texts(cell) for kind in scan_text(text)]
        if kinds:
            found[number] = tuple(dict.fromkeys(kinds))
    return found


def output_texts(cell: Mapping[str, Any]) -> Iterator[str]:
    """Every text that a cell puts out: streams, results, errors."""
    for output in cell.get("outputs", ()):
        yield _joined(output.get("text", ""))
        for kind, said in output.get("data", {}).items():
            if kind.startswith("text/") or kind in ("image/svg+xml", "application/json"):
                yield _joined(said)
        yield "\n".join(map(str, output.get("traceback", ())))


def _joined(said: Any) -> str:
    return "".join(said) if isinstance(said, list) else str(said)
