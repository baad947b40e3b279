"""Issues in the words of the sender: what is wrong with a cell, and what would be accepted, in four languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opdat_analytics.answers.checked_file import Check
from opdat_analytics.answers.words import words

_NEAR = re.compile(r"(?:did you mean|nearest there:) “?([^?”]+)”?\??", re.IGNORECASE)
_ALLOWED = re.compile(r"; allowed: ([^;]+)")
_CELLS = re.compile(r"\(([A-Z]{1,3}[1-9]\d*)\)")
_PRIVATE = "personal_data"


@dataclass(frozen=True)
class Finding:
    """One issue as its sender reads it. ``cells`` are what it is about; none where it is a whole sheet."""

    severity: str
    sheet: str | None
    cells: tuple[str, ...]
    says: str
    wrong: str
    accepted: str


def findings(checked: Check) -> list[Finding]:
    """Every issue of a check that nobody has ruled on, worst first, in the language of the workbook."""
    order = {"stop": 0, "hold": 1, "flag": 2}
    open_issues = checked.issues[~checked.issues["acknowledged"].astype(bool)]
    found = [
        _finding({str(name): value for name, value in row.items()}, checked) for row in open_issues.to_dict("records")
    ]
    return sorted(found, key=lambda one: order[one.severity])


def _finding(row: dict[str, Any], checked: Check) -> Finding:
    said = words(checked.language)
    text, message, hint = (_text(row[name]) for name in ("text", "message", "hint"))
    code, sheet, cell = str(row["code"]), _text(row["sheet"]) or None, _text(row["cell"])
    if code == _PRIVATE:
        told = said["marked"]["personal"].format(columns=", ".join(checked.personal.get(sheet or "", ())))
        return Finding(str(row["severity"]), sheet, (), "", told, "")
    wrong, accepted = said["codes"].get(code) or said["codes"].get(code.partition("_")[0], said["codes"]["other"])
    told = wrong.format(text=text, message=message) if wrong else _sentence(message)
    extra = [accepted]
    if (allowed := _ALLOWED.search(message)) and wrong:
        extra.append(said["marked"]["allowed"].format(allowed=allowed[1].rstrip(". ")))
    if near := _NEAR.search(hint):
        extra.append(said["marked"]["suggestion"].format(near=near[1].strip()))
    cells = (cell, *(_CELLS.findall(message) if code == "duplicate_key" else ())) if cell else ()
    return Finding(str(row["severity"]), sheet, tuple(dict.fromkeys(cells)), text, told, " ".join(extra))


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:].rstrip(". ") + "."
