"""Adds rulings and aliases to the text of a ``source.toml`` and leaves every other letter of it as it is."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

from opdat_analytics import vocab
from opdat_analytics.model import OpdatError

if TYPE_CHECKING:
    from opdat_analytics.answers.decisions import Ruling

_DO = {"accept as": "accept", "ignore": "ignore", "keep holding": "hold"}
_WORDS = ("measure", "offence", "unit", "sex", "activity_type", "status", "attribution", "certainty", "purposes")


def quoted(text: str) -> str:
    """A TOML basic string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def with_ruling(text: str, file: str, ruling: Ruling, was: str) -> str:
    """The declaration with one more ruling.

    Raises
    ------
    OpdatError
        If the ruling cannot be written there.
    """
    if ruling.do == "alias":
        return _with_alias(text, ruling, was)
    lines = ["[[decided]]", f"cell = {quoted(f'{file}#{ruling.sheet}!{ruling.cell}')}", f"was = {quoted(was)}"]
    lines.append(f"do = {quoted(_DO[ruling.do])}")
    if ruling.do == "accept as":
        lines.append(f"as = {quoted(ruling.read_as)}")
    lines.append(f"why = {quoted(ruling.why)}")
    if ruling.who:
        lines.append(f"who = {quoted(ruling.who)}")
    return _appended(text, lines)


def _with_alias(text: str, ruling: Ruling, was: str) -> str:
    """A word of the vocabulary for good: for a place under ``aliases``, for others under ``meanings``."""
    role = ruling.code.removeprefix("unknown_").removeprefix("ambiguous_")
    word = was.strip()
    if role == "place":
        for code in ruling.read_as.split(";"):
            if code not in vocab.places():
                near = vocab.suggest(code, vocab.places())
                raise OpdatError(
                    f"“{code}” is not a place code; write one such as GTM, or several joined by ;"
                    + (f" Did you mean {near}?" if near else "")
                )
        table, existing = "aliases", tomllib.loads(text).get("aliases", {})
    elif role in _WORDS:
        table, existing = f"meanings.{role}", tomllib.loads(text).get("meanings", {}).get(role, {})
    else:
        raise OpdatError("only a word for a place, a measure or another label can have an alias; use “accept as”.")
    same = {vocab.normalise(known): code for known, code in existing.items()}
    if vocab.normalise(word) in same:
        if same[vocab.normalise(word)] == ruling.read_as:
            return text
        raise OpdatError(f"“{word}” already means “{same[vocab.normalise(word)]}” in {table}; change it there.")
    line = f"{quoted(word)} = {quoted(ruling.read_as)}  # {_reason(ruling)}"
    header = re.search(rf"^\[{re.escape(table)}\][ \t]*(#.*)?$", text, re.MULTILINE)
    if header:
        return f"{text[: header.end()]}\n{line}{text[header.end() :]}"
    if existing:
        raise OpdatError(
            f"{table} is not written as a table [{table}] in source.toml; add {line.split('  #')[0]} by hand."
        )
    return _appended(text, [f"[{table}]", line])


def _reason(ruling: Ruling) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", "; ".join(filter(None, (ruling.why, ruling.who))))


def _appended(text: str, lines: list[str]) -> str:
    return text.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n"
