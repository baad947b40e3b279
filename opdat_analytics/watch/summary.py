"""What changed between two publications, in words: a text to read, Markdown or a page to mail."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opdat_analytics import changes, store, vocab
from opdat_analytics.model import Home

LISTED = 40
"""Single changes that are listed for each source; the rest are counted."""
_HEAD = ("What", "Where", "Was", "Is now", "Cell")


@dataclass(frozen=True)
class SourceChanges:
    """What changed in one source: a line for each place, and the single changes that are worth reading."""

    title: str
    counts: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int


@dataclass(frozen=True)
class Summary:
    """What changed: title, a line of counts, and each source in order."""

    title: str
    first: str
    sources: tuple[SourceChanges, ...]


def summary(
    home: Home,
    since: int | str | None = None,
    publication: int | str | None = None,
    hides: Callable[[str, str], bool] | None = None,
) -> Summary:
    """What changed from one publication to another.

    Parameters
    ----------
    home
        The project's folders.
    since
        The earlier publication; the one before if None. Before the first there is nothing.
    publication
        The later one; the current one if None.
    hides
        Of a source and a measure, whether small numbers of it must not leave: no number of such a source is told.

    Returns
    -------
    Summary

    Raises
    ------
    NothingPublished, OpdatError
        If one of them is not there.
    """
    after = store.open_publication(home, publication)
    if since is not None:
        before: store.Publication | None = store.open_publication(home, since)
    else:
        before = _made_from(home, after)
    found = changes.compare(home, before.manifest if before else None, after.manifest, _touched(before, after))
    sources = after.table("sources")
    titles = dict(zip(sources["source"], sources["title"], strict=True))
    made = str(after.manifest["made"])[:10]
    if before is None:
        title = f"What publication {after.id} of {made} holds"
    else:
        then = str(before.manifest["made"])[:10]
        title = f"What changed from publication {before.id} of {then} to {after.id} of {made}"
    return Summary(title, changes.counted(found.counts), tuple(_sources(found.changes, titles, hides)))


def _made_from(home: Home, after: store.Publication) -> store.Publication | None:
    """The publication that one was made from; a number between the two was begun by a refresh that was killed."""
    base = int(after.manifest.get("before", after.manifest["generation"] - 1))
    kept = [one for one in store.generations(home) if one <= base]
    return store.open_publication(home, kept[-1]) if kept else None


def _touched(before: store.Publication | None, after: store.Publication) -> set[str]:
    old = {entry["file"]: entry for entry in before.manifest["files"]} if before else {}
    new = {entry["file"]: entry for entry in after.manifest["files"]}
    return {file for file in old.keys() | new.keys() if old.get(file) != new.get(file)}


def _sources(
    found: pd.DataFrame, titles: Mapping[str, str], hides: Callable[[str, str], bool] | None
) -> Iterable[SourceChanges]:
    source = found["file"].map(lambda file: str(file).partition("/")[0])
    for name, rows in found.groupby(source, sort=True):
        telling = rows[rows["kind"] != "added"]
        telling = pd.concat([telling, rows[rows["kind"] == "added"]]) if len(rows) <= LISTED else telling
        if hides is not None and any(hides(str(name), measure) for measure in rows["measure"].fillna("").unique()):
            texts = {side: telling[side].mask(telling[side].fillna("").ne(""), "[c]") for side in ("was", "now")}
            telling = telling.assign(**texts)
        listed = tuple(_row(row) for row in telling.head(LISTED).to_dict("records"))
        title = titles.get(str(name)) or str(name)
        yield SourceChanges(f"{title} ({name})", tuple(_by_place(rows)), listed, len(rows) - len(listed))


def _by_place(rows: pd.DataFrame) -> Iterable[str]:
    """For each place how many of what; what is of no place, such as a fact, comes last."""
    named = rows["place"].map(lambda code: None if pd.isna(code) else _name(str(code)))
    for place, part in rows[named.notna()].groupby(named.dropna()):
        yield f"{place}: {', '.join(_said(part))}"
    rest = rows[named.isna()]
    if len(rest):
        yield f"Without a place: {', '.join(_said(rest))}"


def _said(rows: pd.DataFrame) -> Iterable[str]:
    counts = changes.counts_of(rows)
    return (*changes.in_words(counts, "figure", "cell"), *changes.in_words(counts, "fact"))


def _name(place: str) -> str:
    return vocab.place_name(place) if all(one in vocab.places() for one in place.split(";")) else place


def _row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    said = {name: "" if pd.isna(value) else str(value) for name, value in row.items()}
    if said["measure"]:
        about = f"{said['measure'].replace('_', ' ')} {said['year']}".strip()
    else:
        about = said["part"].replace("_", " ")
    place = _name(said["place"]) if said["place"] else ""
    what = f"{said['kind']}: {about}" if about else said["kind"]
    stands = f"{said['file']} › {said['sheet']}!{said['cell']}" if said["cell"] else said["file"]
    return what, place, said["was"], said["now"], stands


# ---------------------------------------------------------------- how it is written


def as_text(told: Summary) -> str:
    """As plain lines, for a terminal."""
    lines = [told.title, told.first]
    for one in told.sources:
        lines += ["", one.title, *(f"  {line}" for line in one.counts)]
        for what, where, was, now, cell in one.rows:
            lines.append(f"    {what}{f', {where}' if where else ''}: {_arrow(was, now)}  ({cell})")
        lines += [f"    … and {one.more:,} more"] if one.more else []
    return "\n".join(lines)


def _arrow(was: str, now: str) -> str:
    return " → ".join(f"“{text}”" for text in (was, now) if text) or "no text"


def as_markdown(told: Summary) -> str:
    """As Markdown; what cells say cannot become markup."""
    lines = [f"# {_plain(told.title)}", "", _plain(told.first)]
    for one in told.sources:
        lines += ["", f"## {_plain(one.title)}", "", *(f"- {_plain(line)}" for line in one.counts)]
        if one.rows:
            lines += ["", f"| {' | '.join(_HEAD)} |", f"|{'---|' * len(_HEAD)}"]
            lines += [f"| {' | '.join(_plain(text) for text in row)} |" for row in one.rows]
        lines += ["", f"… and {one.more:,} more, in the counts above."] if one.more else []
    return "\n".join(lines) + "\n"


_MARKUP = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_{}[]<>#|!~&$"})


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(_MARKUP)


def as_page(told: Summary) -> str:
    """As one HTML page without scripts, ready to be mailed."""
    parts = [f"<h1>{html.escape(told.title)}</h1><p class=first>{html.escape(told.first)}</p>"]
    for one in told.sources:
        counts = "".join(f"<li>{html.escape(line)}</li>" for line in one.counts)
        parts.append(f"<h2>{html.escape(one.title)}</h2><ul>{counts}</ul>")
        if one.rows:
            head = "".join(f'<th scope="col">{name}</th>' for name in _HEAD)
            body = "".join(
                "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in one.rows
            )
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
        if one.more:
            parts.append(f"<p>… and {one.more:,} more, in the counts above.</p>")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(told.title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#1b2733;background:#fff;margin:0}"
    "main{max-width:62rem;margin:2rem auto;padding:0 1.25rem}h1{font-size:1.5rem;line-height:1.25;color:#1f3a5f}"
    "h2{font-size:1.15rem;margin-top:2rem;border-top:1px solid #d5dbe1;padding-top:1rem}.first{font-weight:600}"
    "ul{columns:2;column-gap:2rem;padding-left:1.2rem}table{border-collapse:collapse;width:100%;font-size:.875rem}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid #e3e7eb}"
    "th{background:#f3f5f8}td:nth-child(3),td:nth-child(4){font-variant-numeric:tabular-nums;white-space:nowrap;"
    "max-width:16rem;overflow:hidden;text-overflow:ellipsis}td:last-child{color:#55606b;font-size:.8125rem}"
)
