"""The one rule by which a file comes in or not, whichever command reads it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from opdat_analytics.privacy.outside import asides, person_named, personal_asides
from opdat_analytics.privacy.sheets import Sheet, must_stop, personal_data, refusal


class Allowed(Protocol):
    """What a declaration says of persons in its files."""

    @property
    def case_level(self) -> bool:
        """Whether the rows are persons or cases, counted where they lie by columns that are declared."""

    @property
    def not_personal(self) -> Collection[str]:
        """Headers of columns that are not about persons, though a rule takes them for it."""


@dataclass(frozen=True)
class _Nothing:
    case_level: bool = False
    not_personal: Collection[str] = ()


NOTHING: Allowed = _Nothing()
"""No declaration says anything."""


@dataclass(frozen=True)
class Refusal:
    """Why a file must not come in; ``sheet`` is None where it is not about one, or where its name must not be told."""

    sheet: str | None
    message: str


def reason_to_stop(path: Path, sheets: Sequence[Sheet], allowed: Allowed = NOTHING) -> Refusal | None:
    """Why a file must not come in, without any of its contents; None where it may.

    Parameters
    ----------
    path
        The file, for what stands in it outside the cells.
    sheets
        Its sheets, hidden ones too. Of a case-level source these are the counts, no longer the list.
    allowed
        What its declaration says.
    """
    for number, sheet in enumerate(sheets, 1):
        if person_named(sheet.name):
            called = f"the name of sheet {number} seems to be a person's; rename it, and look what else is on it"
            return Refusal(None, called)
        found = personal_data(sheet.text, allowed.not_personal)
        if must_stop(found):
            return Refusal(sheet.name, refusal(sheet.name, found))
    aside = () if allowed.case_level else personal_asides(asides(path))
    if not aside:
        return None
    named = "; ".join(f"{one.header} ({one.reason})" for one in aside)
    return Refusal(
        None,
        f"outside its cells the workbook holds data about persons: {named}. Nothing of it was stored; remove them "
        "(File › Inspect document finds them), or send the counts alone",
    )
