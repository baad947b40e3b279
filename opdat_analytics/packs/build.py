"""From charts to a Pack: who must be credited, how it must be handled, what changed since the last one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from opdat_analytics import store, vocab
from opdat_analytics.charts import words
from opdat_analytics.exports import file_stem
from opdat_analytics.exports.contents import Pack, Section
from opdat_analytics.exports.credits import credits_of, highest
from opdat_analytics.exports.leaving import check_leaving, leaving_charts
from opdat_analytics.model import Exhibit, ExportFailed, Home, UnknownName
from opdat_analytics.packs.scopes import country_code, country_sections, programme_sections
from opdat_analytics.packs.since import told
from opdat_analytics.packs.standing import record_sections

TITLE = "Human trafficking and smuggling: what is reported"


@dataclass(frozen=True)
class Scope:
    """What a pack is about: short slug, title on its front, charts under their headings, what must be left out."""

    name: str
    title: str
    sections: tuple[Section, ...]
    left_out: tuple[str, ...] = ()

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """All charts, in order."""
        return tuple(exhibit for section in self.sections for exhibit in section.exhibits)


def record(home: Home) -> Scope:
    """The standing pack of the record.

    Raises
    ------
    NothingPublished
        If nothing is published yet.
    """
    return Scope("record", TITLE, record_sections(home))


def country(home: Home, place: str) -> Scope:
    """The pack of one country, by its code or name.

    Raises
    ------
    UnknownName
        If the place is not known.
    OpdatError
        If nothing of it is published.
    """
    code = country_code(place)
    title = f"{vocab.place_name(code)}: what is reported on human trafficking and smuggling"
    return Scope(f"country-{code.lower()}", title, country_sections(home, code))


def programme(home: Home, code: str) -> Scope:
    """The pack of one programme, by its id.

    Raises
    ------
    UnknownName
        If there is no such programme.
    OpdatError
        If nothing of it can be drawn.
    """
    sections = programme_sections(home, code)
    names = store.open_publication(home).table("programmes").set_index("programme")["name"].to_dict()
    return Scope(file_stem(f"programme-{code}"), f"{names.get(code, words.label(code))}: what is reported", sections)


def only(scope: Scope, names: Sequence[str]) -> Scope:
    """The scope with the named charts only, in the order of the pack; all of them where none is named.

    Raises
    ------
    UnknownName
        If there is no such chart; names the nearest.
    """
    known = [exhibit.name for exhibit in scope.exhibits]
    for name in names:
        if name not in known:
            near = vocab.suggest(name, known)
            raise UnknownName(
                f"There is no chart “{name}” in this pack; "
                + (f"did you mean “{near}”?" if near else f"there are: {', '.join(known)}.")
            )
    if not names:
        return scope
    return replace(_with(scope, names), name=f"{scope.name}-chosen")


def _with(scope: Scope, names: Collection[str]) -> Scope:
    """The scope with the charts of these names."""
    kept = [Section(one.title, tuple(chart for chart in one.exhibits if chart.name in names)) for one in scope.sections]
    return replace(scope, sections=tuple(section for section in kept if section.exhibits))


def showable(home: Home, scope: Scope) -> Scope:
    """The scope without the charts that must not leave, and a sentence for each of these.

    Raises
    ------
    ExportFailed
        If none of its charts may leave.
    """
    kept, told = leaving_charts(scope.exhibits, home)
    if not told:
        return scope
    if not kept:
        raise ExportFailed(f"Nothing of this pack may leave by {home.raw / 'disclosure.toml'}. {told[0]}")
    return replace(_with(scope, {chart.name for chart in kept}), left_out=(*scope.left_out, *told))


def build(home: Home, scope: Scope, previous: str | None = None) -> Pack:
    """Charts as a Pack of the current publication.

    Parameters
    ----------
    home
        The project's folders.
    scope
        What it is about.
    previous
        Id of the publication that the last pack showed.

    Returns
    -------
    Pack

    Raises
    ------
    NothingPublished
        If nothing is published yet.
    """
    opened = store.open_publication(home)
    check_leaving(scope.exhibits, home)
    credits = credits_of(scope.exhibits, opened.table("sources"))
    lines = dict.fromkeys(credit.attribution for credit in credits)
    return Pack(
        scope.name, scope.title, scope.sections, opened.id, previous, (*told(home, previous, opened), *scope.left_out),
        highest(credits),
        tuple(lines), str(opened.manifest["made"])[:10], credits,
    )  # fmt: skip
