"""Writes a ``source.toml`` as people write one: short tables on one line, reasons and open questions as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from opdat_analytics.drafting.layouts import SheetDraft

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WIDE = 100


def toml_key(key: str) -> str:
    """A key, between quotation marks where it must be."""
    return key if _BARE.fullmatch(key) else toml_text(key)


def toml_text(text: str) -> str:
    """A text between quotation marks, with what TOML does not allow escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_value(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, str):
        return toml_text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return str(value)


def comment(text: str) -> str:
    """A text as one line of comment."""
    return "# " + re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def sheet_pattern(name: str) -> str:
    """A pattern that fits this sheet's name alone."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def declaration_text(
    title: str,
    head: Mapping[str, Any],
    sheets: Sequence[SheetDraft],
    ignored: Mapping[str, str],
    notes: Sequence[str],
) -> str:
    """The text of a ``source.toml``.

    Parameters
    ----------
    title
        What the source is.
    head
        Keys of the source: language, numbers, edition, symbols.
    sheets
        What is said of each sheet that is read.
    ignored
        Sheets that are not read, and why.
    notes
        Comments at the top.
    """
    lines = [comment(note) for note in notes]
    lines.append(f"title = {toml_text(title)}")
    tables = {key: value for key, value in head.items() if isinstance(value, Mapping) and key != "edition"}
    lines += [f"{key} = {toml_value(value)}" for key, value in head.items() if key not in tables]
    if ignored:
        entries = [
            f"    {{ sheet = {toml_text(sheet_pattern(s))}, why = {toml_text(why)} }}," for s, why in ignored.items()
        ]
        lines += ["ignore = [", *entries, "]"]
    for key, table in tables.items():
        lines += ["", f"[{key}]", *(f"{toml_key(k)} = {toml_value(v)}" for k, v in table.items())]
    for sheet in sheets:
        lines += _layout(sheet, len(sheets) + len(ignored) > 1)
    return "\n".join(lines) + "\n"


def _layout(sheet: SheetDraft, named: bool) -> list[str]:
    lines = [""]
    if not sheet.keys:
        return lines + [comment(line) for line in sheet.todo]
    lines.append("[[layout]]")
    if named:
        lines.append(f"sheet = {toml_text(sheet_pattern(sheet.sheet))}")
    long: list[str] = []
    for key, value in sheet.keys.items():
        if key == "meanings":
            continue
        one = f"{key} = {toml_value(value)}"
        if isinstance(value, Mapping) and len(one) > _WIDE:
            long += ["", f"[layout.{key}]", *(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items())]
        else:
            lines.append(one)
    for role, words in sheet.keys.get("meanings", {}).items():
        long += ["", f"[layout.meanings.{role}]", *(f"{toml_key(k)} = {toml_value(v)}" for k, v in words.items())]
    shown = sheet.todo[:40]
    more = [comment(f"… and {len(sheet.todo) - 40} more words of this kind")] if len(sheet.todo) > 40 else []
    asked = [comment("to be said by a person; until then the cells that need it are held:")] if shown else []
    return lines + long + asked + [comment(line) for line in shown] + more
