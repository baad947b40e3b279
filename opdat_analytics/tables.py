"""The published tables as pandas frames: what notebooks open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.engines import ENGINES, duckdb_observations, in_list
from opdat_analytics.model import ALLOWED, TABLES, Home, UnknownName
from opdat_analytics.paths import home_here
from opdat_analytics.store import Publication, open_publication, with_region


def publication(number: int | str | None = None, home: Home | None = None) -> Publication:
    """The current publication, or an earlier one by its number; its ``id`` is what charts print.

    Raises
    ------
    NothingPublished, OpdatError
        If there is none, or that one is not kept.
    """
    return open_publication(home or home_here(), number)


def _table(
    name: str, source: str | Sequence[str] | None, publication: int | str | None, home: Home | None
) -> pd.DataFrame:
    opened = open_publication(home or home_here(), publication)
    frame = opened.table(name)
    if source is None:
        return frame
    return frame[frame["source"].isin(_known_sources(opened, source))].reset_index(drop=True)


def _known_sources(opened: Publication, source: str | Sequence[str]) -> list[str]:
    wanted = [source] if isinstance(source, str) else list(source)
    for one in wanted:
        if one not in opened.sources:
            near = vocab.suggest(one, opened.sources)
            raise UnknownName(
                f"No source “{one}” is published"
                + (f"; did you mean “{near}”?" if near else f"; published: {', '.join(opened.sources)}.")
            )
    return wanted


def observations(
    source: str | Sequence[str] | None = None,
    scheme: str | None = None,
    publication: int | str | None = None,
    home: Home | None = None,
    engine: str = "pandas",
) -> Any:
    """Every reported figure, one row each; every edition, with ``current`` telling the latest.

    Parameters
    ----------
    source
        One source id or several; all if None.
    scheme
        Adds columns ``scheme`` and ``region`` by a versioned scheme: opdat, tip_report_2006, tip_report_2024, un_m49 …
    publication
        Generation of an earlier publication; the current one if None.
    home
        The project's folders; found from the working folder if None.
    engine
        ``pandas`` loads a frame; ``duckdb`` opens the published parts as a relation and loads nothing.

    Returns
    -------
    Frame or relation with the columns of ``model.TABLES["observations"]``.

    Raises
    ------
    NothingPublished, UnknownName
        If nothing is published yet; if the source, scheme or engine is not known.
    """
    if engine not in ENGINES:
        raise UnknownName(f"There is no engine “{engine}”; there are {' and '.join(ENGINES)}.")
    if engine == "duckdb":
        opened = open_publication(home or home_here(), publication)
        relation = duckdb_observations(opened, scheme)
        return relation if source is None else relation.filter(in_list("source", _known_sources(opened, source)))
    frame = _table("observations", source, publication, home)
    return frame if scheme is None else with_region(frame, vocab.scheme(scheme), scheme)


def activities(
    source: str | Sequence[str] | None = None, publication: int | str | None = None, home: Home | None = None
) -> pd.DataFrame:
    """What was done, one row per activity; holds no figures. Columns: ``model.TABLES["activities"]``."""
    return _table("activities", source, publication, home)


def programmes(
    source: str | Sequence[str] | None = None, publication: int | str | None = None, home: Home | None = None
) -> pd.DataFrame:
    """The programmes of the record. Columns: ``model.TABLES["programmes"]``."""
    return _table("programmes", source, publication, home)


def indicators(
    source: str | Sequence[str] | None = None, publication: int | str | None = None, home: Home | None = None
) -> pd.DataFrame:
    """Indicators and their definitions. Columns: ``model.TABLES["indicators"]``."""
    return _table("indicators", source, publication, home)


def targets(
    source: str | Sequence[str] | None = None, publication: int | str | None = None, home: Home | None = None
) -> pd.DataFrame:
    """Baselines and targets. Columns: ``model.TABLES["targets"]``."""
    return _table("targets", source, publication, home)


def issues(
    source: str | Sequence[str] | None = None, publication: int | str | None = None, home: Home | None = None
) -> pd.DataFrame:
    """What was stopped, held or flagged, and why. Columns: ``model.TABLES["issues"]``."""
    return _table("issues", source, publication, home)


def ledger(
    source: str | Sequence[str] | None = None, publication: int | str | None = None, home: Home | None = None
) -> pd.DataFrame:
    """Per sheet, what became of its cells. Columns: ``model.TABLES["ledger"]``."""
    return _table("ledger", source, publication, home)


def revisions(
    source: str | Sequence[str] | None = None, publication: int | str | None = None, home: Home | None = None
) -> pd.DataFrame:
    """What publishers restated. Columns: ``model.TABLES["revisions"]``."""
    return _table("revisions", source, publication, home)


def sources(
    source: str | Sequence[str] | None = None, publication: int | str | None = None, home: Home | None = None
) -> pd.DataFrame:
    """The raw files and what is known of their publishers. Columns: ``model.TABLES["sources"]``."""
    return _table("sources", source, publication, home)


def conflicts(publication: int | str | None = None, home: Home | None = None) -> pd.DataFrame:
    """Statements that do not sit together. Columns: ``model.TABLES["conflicts"]``."""
    return _table("conflicts", None, publication, home)


def places() -> pd.DataFrame:
    """The vocabulary's places: ``code``, ``name``, ``level``, ``kind``, ``note``."""
    return _vocabulary(vocab.places().values(), ("code", "name", "level", "kind", "note"))


def measures() -> pd.DataFrame:
    """The vocabulary's measures.

    Columns: ``code``, ``name``, ``stage``, ``definition``, ``unit``, ``includes``, ``excludes``, ``flow``.
    """
    return _vocabulary(
        vocab.measures().values(), ("code", "name", "stage", "definition", "unit", "includes", "excludes", "flow")
    )


def _vocabulary(entries: Iterable[object], names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame([{name: getattr(entry, name) for name in names} for entry in entries], columns=list(names))


def opened_table(
    name: str, *, home: Home | None = None, publication: int | str | None = None, scheme: str | None = None
) -> pd.DataFrame:
    """Any table by its name, the vocabulary's included.

    Raises
    ------
    UnknownName
        If there is no such table; names the nearest.
    """
    vocabulary = {"places": places, "measures": measures}
    if name in vocabulary:
        return vocabulary[name]()
    if name not in TABLES:
        near = vocab.suggest(name, (*TABLES, *vocabulary))
        raise UnknownName(
            f"There is no table “{name}”"
            + (f"; did you mean “{near}”?" if near else f"; there are: {', '.join((*TABLES, *vocabulary))}.")
        )
    if name == "observations":
        frame: pd.DataFrame = observations(scheme=scheme, publication=publication, home=home)
        return frame
    return _table(name, None, publication, home)


def filtered(
    frame: pd.DataFrame, conditions: Sequence[str], columns: str | None = None, table: str = ""
) -> pd.DataFrame:
    """Rows that meet every ``column=value``, and the named columns.

    Parameters
    ----------
    frame
        The rows.
    conditions
        As typed; nothing behind ``=`` asks for what is blank.
    columns
        Joined by commas; all if None.
    table
        Its name, by which closed lists are known.

    Raises
    ------
    UnknownName
        If a column is not there (names the nearest), a condition is none, or a value is none that its column can have.
    """
    for condition in conditions:
        name, mark, value = condition.partition("=")
        _known_column(frame, name)
        if not mark:
            raise UnknownName(f"“{condition}” is not a condition; write {name}=value, or {name}= for what is blank.")
        frame = frame[_meets(frame[name], value, table)]
    if columns:
        names = [name.strip() for name in columns.split(",")]
        for name in names:
            _known_column(frame, name)
        frame = frame[names]
    return frame.reset_index(drop=True)


_KINDS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "i": (int, "a whole number, like 2019"),
    "f": (float, "a number, like 12.5"),
    "d": (lambda text: pd.Timestamp(date.fromisoformat(text)), "a day, like 2024-06-24"),
    "b": (lambda text: {"true": True, "false": False}[text.casefold()], "true or false"),
}
"""First letter of a column's kind → how its values are read, and how one is written."""


def _meets(column: pd.Series, value: str, table: str) -> pd.Series:
    """Which cells of a column are a value as it was typed; a value that no cell could be is refused."""
    if not value:
        return column.isna() | (column.astype(object) == "")
    kind = str(column.dtype)[0].lower()
    if kind in _KINDS:
        read, example = _KINDS[kind]
        try:
            found: pd.Series[bool] = (column == read(value)).fillna(value=False).astype(bool)
        except (ValueError, KeyError):
            name = column.name
            raise UnknownName(f"{name}={value} is not possible; write {name} as {example}.") from None
        return found
    _known_word(column, value, table)
    same = [not pd.isna(cell) and str(cell).casefold() == value.casefold() for cell in column.tolist()]
    return pd.Series(same, index=column.index, dtype=bool)


_LISTS = ("place", "measure")
"""Columns whose words have a table of their own."""


def _known_word(column: pd.Series, value: str, table: str) -> None:
    """Refuse a word that is not in the closed list of its column, or in the vocabulary."""
    name = str(column.name)
    closed = "programme_status" if (table, name) == ("programmes", "status") else name
    known = {"place": vocab.places(), "measure": vocab.measures(), "activity_type": vocab.activity_types()}
    allowed = ALLOWED.get(closed, known.get(name))
    words = value.split(";") if name == "place" else [value]
    there = {str(one).casefold() for one in column.dropna().unique()}
    if allowed is None or value.casefold() in there:
        return
    for word in words:
        if word.casefold() not in {str(one).casefold() for one in allowed}:
            near = vocab.suggest(word, list(allowed))
            listed = f"see `opdat show {name}s`." if name in _LISTS else f"there are: {', '.join(allowed)}."
            raise UnknownName(f"“{word}” is not a known {name}; " + (f"did you mean “{near}”?" if near else listed))


def _known_column(frame: pd.DataFrame, name: str) -> None:
    if name not in frame.columns:
        near = vocab.suggest(name, [str(c) for c in frame.columns])
        raise UnknownName(
            f"There is no column “{name}”"
            + (f"; did you mean “{near}”?" if near else f"; there are: {', '.join(frame.columns)}.")
        )
