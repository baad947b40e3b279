"""What was ruled in a workbook of decisions, written into the declarations."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from opdat_analytics import store, vocab
from opdat_analytics.answers.between_files import differing, settled
from opdat_analytics.answers.forms import declaration_path, declared_form, form_of
from opdat_analytics.answers.printed import says_now, sheets_shown
from opdat_analytics.answers.ruling import DECISIONS, Ruling, read_rulings
from opdat_analytics.answers.wording import told
from opdat_analytics.answers.words import words
from opdat_analytics.ingest.declare import Source, read_declaration
from opdat_analytics.ingest.files import read_file
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.workbook import read_workbook
from opdat_analytics.model import DeclarationError, Home
from opdat_analytics.paths import DECLARATION, raw_path
from opdat_analytics.privacy import reason_to_stop

_DO = {"accept as": "accept", "ignore": "ignore", "keep holding": "hold"}


@dataclass(frozen=True)
class Applied:
    """Source → rulings written; and what was refused, by the address of its cell in the workbook, in its language."""

    written: Mapping[str, int]
    refused: tuple[str, ...]
    language: str


def apply_decisions(path: Path, home: Home, today: date | None = None) -> Applied:
    """Write what was ruled into the declarations; a source of which one row is bad stays as it is.

    Where files say different things, ruling on one of them, or on one cell, settles the others.

    Parameters
    ----------
    path
        A workbook as ``decisions_workbook`` makes it, filled in.
    home
        The project's folders.
    today
        When it was ruled, for the declarations; not told if None.

    Raises
    ------
    NothingPublished
        If there is no publication.
    UnknownName
        If there is no such file.
    OpdatError
        If it is not a workbook of decisions.
    """
    told_in = read_rulings(path)
    phrases = words(told_in.language)
    statements = differing(store.open_publication(home))
    by_source: dict[str, list[Ruling]] = {}
    for ruling in told_in.rulings:
        by_source.setdefault(ruling.file.split("/")[0], []).append(ruling)
    written, refused = {}, []
    for source, own in sorted(by_source.items()):
        whole = settled(own, statements, told_in.seen)
        problems = [phrases["refused"][key].format(at=at, cell=cell) for key, at, cell in whole.problems]
        shown = cache(lambda file: sheets_shown(file, home))
        problems += [problem for ruling in own for problem in _said_badly(ruling, phrases)]
        problems = problems or [problem for one in whole.rulings for problem in _changed(one, shown, phrases)]
        problems = problems or list(_write(source, whole.rulings, home, phrases, today))
        refused += problems
        if not problems:
            written[source] = len(whole.rulings)
    return Applied(written, tuple(refused), told_in.language)


def _said_badly(ruling: Ruling, phrases: Mapping[str, Any]) -> Iterable[str]:
    """What is wrong with the words of one row."""
    said = phrases["refused"]
    if ruling.decision not in DECISIONS:
        yield said["no_decision"].format(at=ruling.at, decision=ruling.decision, choices=", ".join(ruling.choices))
    if ruling.decision == "alias" and not ruling.value:
        yield said["needs_code"].format(at=ruling.at, decision=ruling.choices[DECISIONS.index("alias")])
    if ruling.decision == "alias" and ruling.value and _section(ruling.value) is None:
        measure = vocab.suggest(ruling.value, vocab.measures())
        near = f"“{measure}”" if measure else vocab.near_places(ruling.value)
        hint = " " + said["near"].format(near=near.replace(" or ", f" {said['or']} ")) if near else ""
        yield said["unknown_code"].format(at=ruling.at, value=ruling.value) + hint
    if not ruling.why:
        yield said["no_reason"].format(at=ruling.at)


def _changed(ruling: Ruling, shown: Callable[[str], tuple[Grid, ...]], phrases: Mapping[str, Any]) -> Iterable[str]:
    """Whether a cell says something else than when it was ruled on."""
    now = says_now(shown(ruling.file), ruling.sheet, ruling.cell)
    if now != ruling.was:
        key = "gone" if now is None else "changed"
        yield phrases["refused"][key].format(at=ruling.at, cell=_cell(ruling), was=ruling.was, now=now)


def _cell(ruling: Ruling) -> str:
    return f"{ruling.file} › {ruling.sheet}!{ruling.cell}"


def _section(value: str) -> str | None:
    """Where a declaration says what a word means: of places in its aliases, of measures in its meanings."""
    if all(code.strip() in vocab.places() for code in value.split(";")):
        return "aliases"
    return "meanings.measure" if value in vocab.measures() else None


def _write(
    source: str, rulings: Sequence[Ruling], home: Home, phrases: Mapping[str, Any], today: date | None
) -> Iterable[str]:
    """Add the rulings to the source's declaration if it can still be used with them; tell what is wrong if not."""
    said = phrases["refused"]
    path = home.raw / source / DECLARATION
    text = path.read_text(encoding="utf-8-sig") if path.exists() else _form_text(rulings, home)
    if text is None:
        return [said["no_declaration"].format(at=ruling.at, source=source) for ruling in rulings]
    for section in ("aliases", "meanings.measure"):
        aliases = [one for one in rulings if one.decision == "alias" and _section(one.value) == section]
        text = _with_aliases(text, section, aliases, today)
    text = text.rstrip("\n") + "\n" + "".join(_block(r, today) for r in rulings if r.decision != "alias")
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder) / source / DECLARATION
        tried.parent.mkdir()
        tried.write_text(text, encoding="utf-8")
        try:
            declared = read_declaration(tried)
        except DeclarationError as error:
            rows = ", ".join(f"A{ruling.at}" for ruling in rulings)
            return [said["unusable"].format(rows=rows, problems=" ".join(error.problems))]
    problems = list(_still_held(rulings, declared, home, phrases))
    if not problems:
        path.parent.mkdir(exist_ok=True)
        store.write_whole(path, text.encode())
    return problems


def _form_text(rulings: Sequence[Ruling], home: Home) -> str | None:
    """The declaration of a template, for a folder that needed none until now."""
    form = form_of(read_workbook(raw_path(home.raw, rulings[0].file)))
    if form is None:
        return None
    text = declaration_path(form.kind, form.language).read_text(encoding="utf-8")
    # All kinds of returns may lie in one folder, which this declaration names.
    return re.sub(r"\Atitle = .*", 'title = "Returns"', text)


def _still_held(rulings: Sequence[Ruling], declared: Source, home: Home, phrases: Mapping[str, Any]) -> Iterable[str]:
    """Rulings after which the cell would be held all the same."""
    for file in sorted({ruling.file for ruling in rulings}):
        path = raw_path(home.raw, file)
        source = declared_form(path, declared.id, declared)
        assert isinstance(source, Source)  # noqa: S101 - it was read from one
        issues = read_file(path, source, reason_to_stop).tables["issues"]
        held = issues[issues["severity"].isin(["hold", "stop"]) & ~issues["acknowledged"].astype(bool)]
        for ruling in (r for r in rulings if r.file == file):
            same = held[(held["sheet"] == ruling.sheet) & (held["cell"] == ruling.cell)]
            for issue in same.to_dict("records"):
                wrong, _ = told({str(name): value for name, value in issue.items()}, phrases)
                wrong = wrong.rstrip(".")
                yield phrases["refused"]["still_held"].format(at=ruling.at, cell=_cell(ruling), wrong=wrong)


def _block(ruling: Ruling, today: date | None) -> str:
    name = ruling.file.partition("/")[2]
    keys = {"cell": f"{name}#{ruling.sheet}!{ruling.cell}", "was": ruling.was, "do": _DO[ruling.decision]}
    if ruling.decision == "accept as" and ruling.value:
        keys["as"] = ruling.value
    keys["why"] = ruling.why
    if ruling.who:
        keys["who"] = ruling.who
    if today:
        keys["when"] = today.isoformat()
    return "\n[[decided]]\n" + "".join(f"{key} = {_quoted(text)}\n" for key, text in keys.items())


def _with_aliases(text: str, section: str, rulings: Sequence[Ruling], today: date | None) -> str:
    """The words below the heading of a section that is there, else below a new one at the end."""
    said = {ruling.was: ruling for ruling in rulings}
    lines = [f"{_quoted(was)} = {_quoted(r.value)} # {_reason(r, today)}\n" for was, r in said.items()]
    if not lines:
        return text
    heading = re.search(rf"^\[{re.escape(section)}\][ \t]*(#.*)?\n", text, re.M)
    if heading:
        return text[: heading.end()] + "".join(lines) + text[heading.end() :]
    return text.rstrip("\n") + f"\n\n[{section}]\n" + "".join(lines)


def _reason(ruling: Ruling, today: date | None) -> str:
    """Why a word means what it means, who said so and when, on one line."""
    signed = ", ".join(filter(None, (ruling.who, today.isoformat() if today else "")))
    return " ".join(f"{ruling.why} ({signed})".split() if signed else ruling.why.split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
