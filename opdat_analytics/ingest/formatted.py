"""What a cell's number format makes of its number, noted among the facts of a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opdat_analytics.ingest.date_formats import prints_date
from opdat_analytics.ingest.grid import UNSEEN, Position
from opdat_analytics.ingest.number_formats import LONGEST, WHITE, overlong, shown
from opdat_analytics.ingest.printed_text import strip_marker

if TYPE_CHECKING:
    from opdat_analytics.ingest.sheet_facts import SheetFacts

HIDDEN = "the cell's number format prints nothing, so what it holds was not meant to be seen"
_ODD = {
    "scaled": ("scaled_by_format", "prints {number} in another scale"),
    "changed": ("changed_by_format", "prints {number} as another number, or without its sign"),
    "abroad": ("wrong_currency", "prints the dollar of a country that is not the US"),
}
"""Formats after which nobody can tell whether the number or what is printed was meant."""


def formatted(found: SheetFacts, at: Position, code: str, number: str) -> None:
    """Note what a number format makes of a number."""
    if code == WHITE:
        found.unread.setdefault(at, (UNSEEN, None, "the figure is written in white on white, so nobody sees it"))
        return
    if overlong(code):
        told = f"its number format has {len(code):,} letters, and no program keeps more than {LONGEST}"
        found.unread.setdefault(at, ("changed_by_format", None, f"{told}: nobody can tell what it prints"))
        return
    if prints_date(code):
        found.dates[at] = code
        return
    printed = shown(code, number)
    if printed.odd in _ODD:
        issue, why = _ODD[printed.odd]
        told = f"its number format “{code}” {why.format(number=number)}: nobody can tell which is meant"
        found.unread.setdefault(at, (issue, printed.text, told))
    elif printed.odd == "dash" or (printed.odd == "hidden" and float(number) == 0):
        message = f"its number format “{code}” prints {'a dash' if printed.odd == 'dash' else 'nothing'} for zero"
        found.flags.append(("hidden_by_format", at, f"{message}; 0 is read"))
    elif printed.odd == "hidden":
        found.unread.setdefault(at, ("hidden_by_format", None, HIDDEN))
    elif printed.text is not None:
        found.prints[at] = printed.text
        if printed.odd == "said" and strip_marker(printed.text)[1] is None:
            message = f"its number format “{code}” prints {number} as “{printed.text}”, which is what is read"
            found.flags.append(("read_as_shown", at, message))
