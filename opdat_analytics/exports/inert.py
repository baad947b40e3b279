"""Text that no spreadsheet program runs as a formula."""

from __future__ import annotations

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet program would take it for a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(_TRIGGERS) else text


def bare(text: str) -> str:
    """The text as it was before `inert`."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_TRIGGERS) else text
