"""A table that was found becomes a ``[[layout]]`` of ``source.toml``, with the reason of every choice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from opdat_analytics import vocab
from opdat_analytics.drafting.headed_columns import names_no_part, names_part_of_year, told_by_headings
from opdat_analytics.drafting.sheet_tables import Table
from opdat_analytics.drafting.source import Choice, slug
from opdat_analytics.drafting.surroundings import LayoutWork, say_constants, say_surroundings
from opdat_analytics.drafting.tidy_rows import column_name, filled_labels, fills_down, spread_headers
from opdat_analytics.drafting.titles import Around, around
from opdat_analytics.drafting.words import Role, composite, distinct, generic, role_of
from opdat_analytics.ingest.grid import Grid
from opdat_analytics.ingest.laid import normalised, same
from opdat_analytics.model import address, column_letters

MOST_KINDS = 60
"""Different words up to which a column is taken to break figures down."""


@dataclass(frozen=True)
class SheetDraft:
    """What a draft says of one sheet.

    Attributes
    ----------
    keys
        The keys of the layout; empty where the grammar cannot say how the sheet lies.
    choices
        With confidence and reason.
    todo
        What a person has to add before the figures can be used.
    """

    sheet: str
    keys: Mapping[str, Any]
    choices: tuple[Choice, ...]
    todo: tuple[str, ...] = ()


def draft_layout(grid: Grid, table: Table, stem: str, language: str, above: Sequence[str] = ()) -> SheetDraft:
    """How a sheet with one table is declared.

    Parameters
    ----------
    grid, table
        The sheet and its table.
    stem
        The file's name without its extension, which may name a year or a country.
    language
        Of the workbook.
    above
        Titles that the table shares with others, the nearest first.
    """
    above_it = reversed(grid.text[: min(table.headers or (table.first,))].tolist())
    titles = [text for row in above_it if sum(map(_is_year, row)) < 2 for text in row if text.strip()]
    table = told_by_headings(grid, table, language)
    said = around([*titles[:12], *above, grid.name, _readable_stem(stem)], language, "the title or the name")
    work = LayoutWork(grid, table, language, said.codes.get("place"))
    if table.repeats and not _printed_alike(grid, table):
        return cannot(grid, "headings are printed again further down, but not the same ones")
    keys = _flat(work, said) if _is_flat(work) else _crossed(work, said)
    if not keys:
        return SheetDraft(grid.name, {}, tuple(work.choices), tuple(work.todo))
    if table.repeats:
        keys["header"] = "repeated"
        work.choose("header", "repeated", 0.85, f"the headings are printed again in row {table.repeats[0] + 1}")
    say_surroundings(work, keys)
    if not say_constants(work, said, keys):
        return cannot(grid, f"{said.reasons['period']}, and nobody can tell of which days “{said.codes['period']}” is")
    if work.constants:
        keys["constants"] = work.constants
    if work.meanings:
        keys["meanings"] = work.meanings
    return SheetDraft(grid.name, keys, tuple(work.choices), tuple(work.todo))


def _is_year(text: str) -> bool:
    """Whether a text is a year alone; several of them in a row are headings and say nothing of the whole table."""
    return re.fullmatch(r"\s*(?:FY ?)?(?:19|20)\d\d\s*", text) is not None


def _readable_stem(stem: str) -> str:
    """A file's name as words that names of places can be found in."""
    words = re.split(r"[\s_.-]+", stem)
    return " ".join(w.upper() if w.lower() in ("uk", "us", "usa", "eu") else w[:1].upper() + w[1:] for w in words)


def cannot(grid: Grid, why: str) -> SheetDraft:
    """A sheet that no layout can declare."""
    message = f"{why}; a declaration cannot say that yet, so the sheet is left unclaimed and its cells are held"
    return SheetDraft(
        grid.name, {}, (Choice(f"{grid.name}: layout", "", 0.0, message),), (f"sheet “{grid.name}”: {message}",)
    )


def _printed_alike(grid: Grid, table: Table) -> bool:
    """Whether the headings that are printed again are those above the table, row by row."""
    columns = np.array(table.columns)
    first = normalised(grid.text[np.ix_(np.array(table.headers, dtype=int), columns)]) if table.headers else None
    again = normalised(grid.text[np.ix_(np.array(table.repeats), columns)])
    if first is None or len(again) % len(first) or table.headers[-1] - table.headers[0] != len(table.headers) - 1:
        return False
    return all(np.array_equal(again[at : at + len(first)], first) for at in range(0, len(again), len(first)))


def _is_flat(work: LayoutWork) -> bool:
    """One column of figures and a heading of its own over each column."""
    table = work.table
    if len(table.values) != 1 or not table.headers:
        return False
    heads = [same(str(work.grid.text[table.headers[-1], c])) for c in (*table.labels, *table.values)]
    return all(heads) and len(set(heads)) == len(heads)


# ---------------------------------------------------------------- roles of label columns


def _label_roles(work: LayoutWork) -> dict[int, Role]:
    """The role of every label column; each role once, to the column that fits best."""
    grid, table = work.grid, work.table
    texts = filled_labels(grid, table)
    totals = set(table.totals)
    wanted = [n for n, r in enumerate(table.rows) if r not in totals]
    sample = wanted if len(wanted) <= 400 else wanted[:: max(1, len(wanted) // 400)]
    found: dict[int, Role] = {}
    for column in table.labels:
        said = [texts[column][n] for n in sample]
        name = column_name(grid, table, column)
        if names_part_of_year(name):
            found[column] = Role("period", 0.8, f"the heading “{name}” says so")
        elif all(re.fullmatch(r"[\d.,]*", t) for t in said) and not _years(said):
            found[column] = Role("", 0.7, "it only numbers the rows or is a code")
        else:
            found[column] = role_of(said, name, work.language, work.place)
    return found


def _years(texts: Sequence[str]) -> bool:
    return all(re.fullmatch(r"(?:19|20)\d\d(?:\.0)?|", t) for t in texts) and any(texts)


def _settle(work: LayoutWork, found: Mapping[int, Role], several: bool) -> dict[int, Role]:
    """Each role goes to one column (two columns may name the place of a flat table); names left over break down."""
    settled: dict[int, Role] = {}
    taken: set[str] = set()
    for column, role in sorted(found.items(), key=lambda item: (-item[1].confidence, item[0])):
        if role.role and (role.role not in taken or (several and role.role in ("place", "note"))):
            settled[column] = role
            taken.add(role.role)
        else:
            settled[column] = Role("", role.confidence, role.reason)
    free = [c for c in found if not settled[c].role and "numbers the rows" not in settled[c].reason]
    texts = filled_labels(work.grid, work.table)
    kinds = {c: len(distinct(texts[c])) for c in free}
    tell = [c for c in free if 1 < kinds[c] <= MOST_KINDS] or [c for c in free if kinds[c] > 1][-1:]
    names: set[str] = set()
    for column in tell if "breakdown" not in taken else ():
        name = column_name(work.grid, work.table, column)
        kind = slug(name) if not name.startswith("column ") else "group"
        kind = kind if kind not in names else f"{kind}_{column_letters(column).lower()}"
        names.add(kind)
        settled[column] = Role(
            f"breakdown:{kind}",
            0.5 if len(tell) == 1 else 0.4,
            f"its {kinds[column]} words are no place, year or measure that the vocabulary knows",
        )
    return settled


def _note_role(work: LayoutWork, role: Role, where: str) -> None:
    work.choose(where, role.role, role.confidence, role.reason)
    base = role.role.partition(":")[0]
    for text, codes in role.meanings.items():
        work.meanings.setdefault(base, {})[text] = next(iter(codes.values())) if set(codes) == {base} else dict(codes)
    for text, near in role.unknown.items():
        work.todo.append(_unknown_line(base, text, near))


def _unknown_line(role: str, text: str, near: Sequence[str]) -> str:
    key = "aliases" if role == "place" else f"meanings.{role}"
    hint = " or ".join(near) if near else "no code is near"
    return f'{key}."{text}" = ""   # {hint}'


# ---------------------------------------------------------------- flat


def _flat(work: LayoutWork, said: Around) -> dict[str, Any]:
    grid, table = work.grid, work.table
    row = table.headers[-1]
    roles = _settle(work, _label_roles(work), several=True)
    columns: dict[str, str] = {}
    for column in sorted((*table.labels, *table.values, *table.flags)):
        header = " ".join(str(grid.text[row, column]).split())
        if not header:
            continue
        if column in table.values:
            columns[header] = "value"
            work.choose(f"column “{header}”", "value", 0.9, "the only column of figures")
            _value_header(work, header)
            continue
        role = roles.get(column, Role("note", 0.6, "marks beside the figures"))
        if role.role:
            columns[header] = role.role
            work.used[role.role.partition(":")[0]] = header
            _note_role(work, role, f"column “{header}”")
        else:
            columns[header] = "ignore"
            work.choose(f"column “{header}”", "ignore", min(role.confidence, 0.6), role.reason)
    keys: dict[str, Any] = {"columns": columns}
    fill = [" ".join(str(grid.text[row, c]).split()) for c in table.labels if fills_down(grid, table, c)]
    fill = [header for header in fill if columns.get(header, "ignore") != "ignore"]
    if fill:
        keys["fill"] = fill
        work.choose("fill", ", ".join(fill), 0.8, "blanks stand below a text, beside rows that go on")
    return keys


def _value_header(work: LayoutWork, header: str) -> None:
    if generic(header):
        return
    codes = composite(header, work.language, work.place)
    if re.fullmatch(r"(?:FY ?)?(?:19|20)\d\d", header):
        codes = {"year": header}
    for role, code in codes.items():
        work.constants[role] = code
        work.used[role] = header
        work.choose(f"constants.{role}", code, 0.85, f"the heading of the figures says “{header}”")


# ---------------------------------------------------------------- headings on two sides


def _crossed(work: LayoutWork, said: Around) -> dict[str, Any]:
    grid, table = work.grid, work.table
    if not table.headers or min(table.headers) > table.first or not table.labels:
        work.todo.append(f"sheet “{grid.name}”: no row of headings stands above the figures; it is left unclaimed")
        work.choose("layout", "", 0.0, "no row of headings stands above the figures")
        return {}
    left_labels = [c for c in table.labels if c < table.values[0]]
    if not left_labels:
        work.choose("layout", "", 0.0, "no column of labels stands left of the figures, which a declaration needs")
        work.todo.append(f"sheet “{grid.name}”: labels stand right of the figures only; it is left unclaimed")
        return {}
    down = {c: r for c, r in _settle(work, _label_roles(work), several=False).items() if c in left_labels}
    across = _across(work, said, {r.role.partition(":")[0] for r in down.values()})
    if not across:
        work.choose("layout", "", 0.0, "no row of headings tells the columns apart")
        return {}
    last = max(c for c in left_labels)
    if not down[last].role:
        down[last] = Role("note", 0.4, "it stands right before the figures and says nothing that is known")
    bottom = max(table.headers)
    if bottom not in across:
        across[bottom] = Role("note", 0.4, "it stands right above the figures and says nothing that is known")
    rows = {row: role for row, role in across.items() if role.role}
    columns = {column: role for column, role in down.items() if role.role}
    corner = _corner(work, min(rows), min(columns))
    blank = None if corner else _blank_corner(work, rows, columns)
    if corner is None and blank is None:
        work.choose("corner", "", 0.0, "no text that stands once on the sheet marks the table's corner")
        work.todo.append(
            f"sheet “{grid.name}”: write a heading into {address(min(rows), min(columns))}, so "
            f"that `corner` can find the table"
        )
        return {}
    top, left = corner or (min(rows), min(columns))
    spread = spread_headers(grid, table)
    headers: dict[str, Any] = {}
    for row, role in sorted(rows.items()):
        blanks = _left_blanks(grid, table, row)
        headers[role.role] = {"row": row - top + 1, "blanks": "left"} if blanks else f"row {row - top + 1}"
        work.used[role.role.partition(":")[0]] = f"row {row + 1}"
        _note_role(work, role, f"row {row + 1} (“{next(filter(None, spread[row][len(table.labels) :]), '')}” …)")
    for column, role in sorted(columns.items()):
        blanks = fills_down(grid, table, column)
        place = column - left + 1
        if role.role in headers:
            continue
        headers[role.role] = {"column": place, "blanks": "above"} if blanks else f"column {place}"
        work.used[role.role.partition(":")[0]] = f"column {column_letters(column)}"
        _note_role(work, role, f"column {column_letters(column)} (“{column_name(grid, table, column)}”)")
    keys: dict[str, Any] = {"corner": blank or " ".join(str(grid.text[top, left]).split()), "headers": headers}
    _unread_columns(work, keys, rows)
    return keys


def _across(work: LayoutWork, said: Around, taken: set[str]) -> dict[int, Role]:
    """The role of every heading row that tells columns apart."""
    grid, table = work.grid, work.table
    spread = spread_headers(grid, table)
    at = [n for n, c in enumerate(table.columns) if c in table.values]
    found: dict[int, Role] = {}
    for row in table.headers:
        texts = [spread[row][n] for n in at]
        different = distinct(texts)
        if len(set(texts)) == 1 and texts[0]:
            codes = composite(texts[0], work.language, work.place)
            for said_role, code in codes.items():
                work.constants[said_role] = code
                work.used[said_role] = texts[0]
                work.choose(f"constants.{said_role}", code, 0.8, f"one heading over all figures says “{texts[0]}”")
            if len(table.values) > 1 or codes:
                continue
        if different:
            found[row] = role_of(texts, "", work.language, work.place)
    if any(not role.role and _holds_figures([spread[row][n] for n in at]) for row, role in found.items()):
        work.todo.append(f"sheet “{grid.name}”: figures stand where its headings should; it is left unclaimed")
        return {}
    known = taken | {role.role for role in found.values() if role.role} | set(work.constants)
    unsure = [row for row, role in found.items() if not role.role]
    settled: dict[int, Role] = {}
    for row, fits in found.items():
        settled[row] = fits
        if fits.role and (fits.role in taken or fits.role in {r.role for r in list(settled.values())[:-1]}):
            settled[row] = Role("", 0.3, f"another heading says the {fits.role} already")
            unsure.append(row)
    related = any(names_no_part(spread[row][n]) for row in unsure for n in at)
    if unsure and "measure" not in known and (related or "measure" not in said.codes):
        row = max(unsure, key=lambda r: len(distinct([spread[r][n] for n in at])))
        words = distinct([spread[row][n] for n in at])
        settled[row] = Role(
            "measure", 0.25, "its words should name what is counted, but the vocabulary knows none of them",
            {}, {word: _suggestions(word, work.language) for word in words},
        )  # fmt: skip
        unsure.remove(row)
    elif unsure:
        row = max(unsure, key=lambda r: len(distinct([spread[r][n] for n in at])))
        settled[row] = Role(
            "breakdown:heading", 0.4, "its words are no year, place or measure that the vocabulary knows"
        )
    return {row: fits for row, fits in settled.items() if fits.role}


def _holds_figures(texts: Sequence[str]) -> bool:
    """Whether a row of headings holds figures, as a row of the table itself would."""
    return any(re.fullmatch(r"\s*\d[\d.,\s]*(?: [^\W\d_]+)?\s*", text) for text in texts)


def _suggestions(word: str, language: str) -> tuple[str, ...]:
    match = vocab.resolve_measure(word, language)
    return match.candidates or ((match.suggestion,) if match.suggestion else ())


def _left_blanks(grid: Grid, table: Table, row: int) -> bool:
    """Whether blanks of a heading row mean “as to the left”: nothing is merged there and another row goes on below."""
    merged = any(top <= row <= bottom and right > left for top, left, bottom, right in grid.merges)
    if merged or row == max(table.headers):
        return False
    return any(not str(grid.text[row, c]).strip() for c in table.values)


def _corner(work: LayoutWork, first_row: int, first_column: int) -> tuple[int, int] | None:
    """A cell at or above-left of the headings whose text stands once on the sheet: the nearest row, then column."""
    text = work.grid.text
    counts = Counter(normalised(text).ravel().tolist())
    for row in range(first_row, max(-1, first_row - 8), -1):
        for column in range(first_column, -1, -1):
            said = same(str(text[row, column]))
            pages = row in work.table.headers and said in {same(str(text[r, column])) for r in work.table.repeats}
            if said and (counts[said] == 1 or pages) and len(said) <= 150:
                near = row in work.table.headers
                reason = "its text stands once on the sheet" + (
                    "" if near else "; it is a title, which may change with the edition"
                )
                work.choose(
                    f"corner {address(row, column)}", str(text[row, column]).strip(), 0.9 if near else 0.5, reason
                )
                return row, column
    return None


def _blank_corner(work: LayoutWork, rows: Mapping[int, Role], columns: Mapping[int, Role]) -> dict[str, str] | None:
    """A blank corner by the text below it or beside it, where that stands once on the sheet."""
    grid = work.grid
    top, left = min(rows), min(columns)
    counts = Counter(normalised(grid.text).ravel().tolist())
    for side, at in (("above", (max(rows) + 1, left)), ("left_of", (top, max(columns) + 1))):
        if at[0] >= grid.text.shape[0] or at[1] >= grid.text.shape[1]:
            continue
        said = " ".join(str(grid.text[at]).split())
        if said and counts[same(said)] == 1 and not (side == "left_of" and said.isdecimal()):
            work.choose(f"corner {address(top, left)}", said, 0.75, f"the corner is blank; it stands {side} this text")
            return {side: said}
    return None


def _unread_columns(work: LayoutWork, keys: dict[str, Any], rows: Mapping[int, Role]) -> None:
    """Columns among the figures that hold none: marks and words, by their headings."""
    grid, table = work.grid, work.table
    spread = spread_headers(grid, table)
    where = {c: n for n, c in enumerate(table.columns)}
    own = {spread[r][where[c]] for r in rows for c in table.values}
    aside = [c for c in (*table.flags, *table.labels) if c > table.values[0]]
    for column in aside:
        names = [
            spread[r][where[column]] for r in rows if spread[r][where[column]] and spread[r][where[column]] not in own
        ]
        if names:
            keys.setdefault("ignore", {})[names[-1]] = "marks or words beside the figures"
            work.choose(f"column {column_letters(column)}", "ignore", 0.5, "it holds marks or words, not figures")


def figures_of(grid: Grid, table: Table) -> int:
    """How many cells of a table hold figures."""
    if not table.values:
        return 0
    block = grid.text[np.ix_(np.array(table.rows), np.array(table.values))]
    return int(sum(bool(str(t).strip()) for t in block.ravel()))
