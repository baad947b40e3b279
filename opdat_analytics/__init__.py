"""Reads, harmonises and honestly counts what is published on assistance against human trafficking and smuggling.

``observations()``, ``activities()`` and the other tables open what ``opdat refresh`` published; ``metrics`` turns them
into small frames with bounds, ``charts`` into exhibits, ``export`` and ``export_pack`` into files; ``explain`` goes
back to the cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opdat_analytics import charts, metrics
    from opdat_analytics.exports import export
    from opdat_analytics.exports.leaving import protected
    from opdat_analytics.model import Exhibit, Home, OpdatError
    from opdat_analytics.packs.made import export_pack
    from opdat_analytics.provenance import explain
    from opdat_analytics.tables import (
        activities,
        conflicts,
        indicators,
        issues,
        ledger,
        measures,
        observations,
        places,
        programmes,
        publication,
        revisions,
        sources,
        targets,
    )

_HOMES = {
    "explain": "provenance", "export": "exports", "export_pack": "packs.made", "protected": "exports.leaving",
    "Exhibit": "model", "Home": "model", "OpdatError": "model",
    **dict.fromkeys(
        ("activities", "conflicts", "indicators", "issues", "ledger", "measures", "observations", "places",
         "programmes", "publication", "revisions", "sources", "targets"), "tables"),
}  # fmt: skip

__all__ = [
    "Exhibit", "Home", "OpdatError", "activities", "charts", "conflicts", "explain", "export", "export_pack",
    "indicators", "issues", "ledger", "measures", "metrics", "observations", "places", "programmes", "protected",
    "publication", "revisions", "sources", "targets",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load the public names when they are first used, so that a refresh with nothing to do stays light."""
    from importlib import import_module

    if name in ("charts", "metrics"):
        return import_module(f"opdat_analytics.{name}")
    if name in _HOMES:
        return getattr(import_module(f"opdat_analytics.{_HOMES[name]}"), name)
    raise AttributeError(f"opdat_analytics has no “{name}”; it has: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
