"""What declarations say that crosses files, kept with each publication: one that breaks later changes no figure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.ingest.declaration_checks import iso_date
from opdat_analytics.ingest.declare import Editions, Source, read_declaration
from opdat_analytics.model import DeclarationError, Home, Issue
from opdat_analytics.paths import DECLARATION

_ABOUT = ("title", "owner", "url", "licence", "handling")


def declared_by(
    home: Home, sources: Iterable[str], kept: Collection[str], before: Mapping[str, Any] | None
) -> dict[str, dict[str, Any]]:
    """What the sources of a publication declare, as a manifest holds it.

    Parameters
    ----------
    home
        The project's folders.
    sources
        Source ids.
    kept
        Those that are not looked at: what was declared in the publication before holds.
    before
        The manifest of the publication before; it also holds where a declaration is gone or broken now.

    Returns
    -------
    dict
        Source id → ``replaces``, ``editions`` (edition → ISO date or ``""``, in their order), ``unordered`` (editions),
        what is known of the publisher, ``ruled`` (cells on which somebody ruled, as file, sheet and address).
    """
    last: Mapping[str, dict[str, Any]] = (before or {}).get("declared", {})
    found = {}
    for source in sources:
        now = None if source in kept and source in last else _record(home, source)
        said = now or last.get(source)
        if said:
            found[source] = said
    return found


def _record(home: Home, source: str) -> dict[str, Any] | None:
    """What a declaration on disk says; None where there is none or it is broken, as a stop of its files says."""
    try:
        read = declaration_of(home, source)
    except OSError:
        return None
    return None if isinstance(read, DeclarationError) else _written(read)


def declaration_of(home: Home, source: str) -> Source | DeclarationError:
    """The declaration of a source, or what is wrong with it; read once as long as it stays as it is.

    Raises
    ------
    OSError
        If it is not there or may not be read.
    """
    path = home.raw / source / DECLARATION
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@cache
def _read(path: Path, _modified: int, _size: int) -> Source | DeclarationError:
    try:
        return read_declaration(path)
    except DeclarationError as error:
        return error


def _written(source: Source) -> dict[str, Any]:
    return {
        **{name: getattr(source, name) for name in _ABOUT},
        "reliability": dict(source.reliability),
        "replaces": source.editions.replaces,
        "editions": [[label, day.isoformat() if day else ""] for label, day in source.editions.dates.items()],
        "unordered": sorted(source.editions.unordered),
        "ruled": [[decision.file, decision.sheet, decision.cell] for decision in source.decided],
    }


def editions_of(said: Mapping[str, Any] | None) -> Editions:
    """How a source's editions are ordered and what a new one replaces; by their labels where nothing was declared."""
    if not said:
        return Editions(None, None, "series", {})
    dates = {label: iso_date(day) for label, day in said["editions"]}
    return Editions(None, None, said["replaces"], dates, frozenset(said.get("unordered", ())))


def rulings_without_file(
    files: Sequence[Mapping[str, Any]], declared: Mapping[str, Mapping[str, Any]]
) -> Iterator[Issue]:
    """Rulings about files that are not there: whoever renamed the file would otherwise never hear of them."""
    for source, said in declared.items():
        there = {entry["file"].partition("/")[2] for entry in files if entry["source"] == source}
        for file, sheet, cell in said["ruled"]:
            if file not in there:
                near = vocab.suggest(file, sorted(there))
                hint = f"name “{near}” if the file was renamed" if near else "put the file back"
                yield Issue(
                    "flag", "decision_without_file", source, f"{source}/{file}", sheet, cell, None,
                    f"a ruling in {source}/source.toml is about a file that is not there, so it is not applied",
                    f"{hint}, or remove its [[decided]] entry",
                )  # fmt: skip
