"""Makes ordinary workbooks, each with the figures that a person would read in it: lists, crosstabs, several tables.

Everything is drawn from a seed: how many headings, years across or down, merged or left blank, small figures or figures
that look like years, titles, notes, totals, blanks, ``<5``, four languages. Nothing here knows how they are read.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.utils import get_column_letter

Figure = tuple[Any, ...]
"""Sheet, cell, place, measure, year, sex, qualifier, low, high."""

WORDS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "place": "Country", "year": "Year", "measure": "Indicator", "sex": "Sex", "value": "Value", "total": "Total",
        "male": "Male", "female": "Female", "trafficking": "trafficking in persons",
        "smuggling": "smuggling of migrants", "note": "Note: figures are provisional.",
        "source": "Source: annual report of the ministry.", "title": "Table {n}. {what} for {off}",
        "measures": {"convictions": "Convictions", "prosecutions": "Prosecutions", "investigations": "Investigations",
                     "arrests": "Arrests", "charges": "Charges"},
        "all": "Outcomes", "office": "Office of the prosecutor: annual statistics",
    },
    "es": {
        "place": "País", "year": "Año", "measure": "Indicador", "sex": "Sexo", "value": "Valor", "total": "Total",
        "male": "Hombres", "female": "Mujeres", "trafficking": "trata de personas", "smuggling": "tráfico de migrantes",
        "note": "Nota: cifras provisionales.", "source": "Fuente: informe anual del ministerio.",
        "title": "Cuadro {n}. {what} por {off}",
        "measures": {"convictions": "Condenas", "prosecutions": "Enjuiciamientos", "investigations": "Investigaciones",
                     "arrests": "Arrestos", "detentions": "Detenciones"},
        "all": "Resultados", "office": "Fiscalía General: estadísticas anuales de la institución",
    },
    "fr": {
        "place": "Pays", "year": "Année", "measure": "Indicateur", "sex": "Sexe", "value": "Valeur", "total": "Total",
        "male": "Hommes", "female": "Femmes", "trafficking": "traite des personnes", "smuggling": "trafic de migrants",
        "note": "Note : chiffres provisoires.", "source": "Source : rapport annuel du ministère.",
        "title": "Tableau {n}. {what} pour {off}",
        "measures": {"convictions": "Condamnations", "prosecutions": "Poursuites", "investigations": "Enquêtes",
                     "arrests": "Arrestations", "charges": "Inculpations"},
        "all": "Résultats", "office": "Ministère de la justice : statistiques annuelles des parquets",
    },
    "pt": {
        "place": "País", "year": "Ano", "measure": "Indicador", "sex": "Sexo", "value": "Valor", "total": "Total",
        "male": "Homens", "female": "Mulheres", "trafficking": "tráfico de pessoas",
        "smuggling": "contrabando de migrantes", "note": "Nota: dados provisórios.",
        "source": "Fonte: relatório anual do ministério.", "title": "Quadro {n}. {what} por {off}",
        "measures": {"convictions": "Condenações", "investigations": "Investigações",
                     "victims_identified": "Vítimas identificadas"},
        "all": "Resultados", "office": "Ministério da Justiça: estatísticas anuais dos tribunais do país",
    },
}  # fmt: skip
PLACES: Mapping[str, Mapping[str, str]] = {
    "en": {"Albania": "ALB", "Kenya": "KEN", "Peru": "PER", "Chile": "CHL", "Nepal": "NPL", "Senegal": "SEN",
           "Namibia": "NAM", "United States": "USA", "Bosnia and Herzegovina": "BIH", "Côte d'Ivoire": "CIV",
           "Viet Nam": "VNM", "Mexico": "MEX"},
    "es": {"España": "ESP", "Perú": "PER", "México": "MEX", "Chile": "CHL", "Brasil": "BRA", "Kenia": "KEN",
           "Alemania": "DEU", "Marruecos": "MAR", "Costa Rica": "CRI"},
    "fr": {"Allemagne": "DEU", "Maroc": "MAR", "Sénégal": "SEN", "Pérou": "PER", "Chili": "CHL", "Tunisie": "TUN",
           "Népal": "NPL", "Mexique": "MEX"},
    "pt": {"Brasil": "BRA", "Portugal": "PRT", "Angola": "AGO", "Moçambique": "MOZ", "Espanha": "ESP", "Peru": "PER",
           "Alemanha": "DEU", "México": "MEX"},
}  # fmt: skip
REGIONS: Mapping[str, Mapping[str, str]] = {
    "en": {"Near East": "TIP_NEA", "South and Central Asia": "TIP_SCA", "East Asia and Pacific": "TIP_EAP",
           "Western Europe": "UN_155"},
}  # fmt: skip
SPREADS = ("small", "years", "middling", "large", "any")
KINDS = ("list", "one row", "two rows", "three rows", "lines", "sheets", "below", "beside")
_ROLES = ("place", "year", "measure", "sex")


@dataclass
class Sheet:
    """One sheet while it is written: its cells, merged ranges, and what its parts are."""

    name: str
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    headings: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    totals: set[tuple[int, int]] = field(default_factory=set)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge a range, zero-based and inclusive."""
        if (top, left) != (bottom, right):
            self.merges.append(f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}")


@dataclass(frozen=True)
class Workbook:
    """A workbook and what a person reads in it.

    Attributes
    ----------
    stem
        Name of the file.
    kind
        One of ``KINDS``.
    language
        Of its words.
    sheets
        As they are printed, with the role of each row and column of headings.
    figures
        Every figure, blanks among them as ``not_reported``.
    offence
        What the titles say of all figures; None where none says anything.
    """

    stem: str
    kind: str
    language: str
    sheets: tuple[Sheet, ...]
    figures: frozenset[Figure]
    offence: str | None

    def save(self, folder: Path) -> Path:
        """Write it as ``.xlsx``."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for sheet in self.sheets:
            page = book.create_sheet(sheet.name)
            for (row, column), value in sheet.cells.items():
                if value is not None:
                    page.cell(row + 1, column + 1, value)
            for merged in sheet.merges:
                page.merge_cells(merged)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.stem}.xlsx"
        book.save(path)
        return path


def workbook(seed: int, kind: str | None = None) -> Workbook:
    """The workbook of a seed; of one kind where it is named."""
    draw = random.Random(seed)
    return _Maker(draw, kind or draw.choice(KINDS)).made()


def figures_of(rows: pd.DataFrame) -> frozenset[Figure]:
    """The figures of observations, to be held against those of the workbook."""

    def given(value: Any) -> Any:
        return None if pd.isna(value) else value

    return frozenset(
        (
            row.sheet, row.cell, row.place, row.measure, None if pd.isna(row.year) else int(row.year),
            None if row.sex == "total" else given(row.sex), row.qualifier, given(row.low), given(row.high),
        )
        for row in rows.itertuples()
    )  # fmt: skip


class _Maker:
    """What was drawn for one workbook."""

    def __init__(self, draw: random.Random, kind: str) -> None:
        self.draw, self.kind = draw, kind
        self.language = draw.choice(("en", "en", "es", "fr", "pt"))
        self.words = WORDS[self.language]
        self.spread = draw.choice(SPREADS)
        self.offence = draw.choice(("trafficking", "smuggling", None))
        self.blanks = draw.choice((0.0, 0.0, 0.08, 0.25))
        self.bounded = draw.choice((0.0, 0.0, 0.0, 0.1))
        self.texts = self.spread in ("large", "any") and draw.random() < 0.2
        self.style = draw.choice(("merged", "left", "repeated"))
        self.corner = draw.choice(("named", "named", "blank", "top"))
        self.totals = draw.choice(("", "", "down", "across", "both"))
        self.year_texts = draw.random() < 0.2
        self.left = draw.choice((0, 0, 0, 1))
        self.titles = draw.choice((0, 1, 1, 2))
        self.notes = draw.choice((0, 0, 1, 2))
        self.gap = draw.choice((0, 1))
        self.figures: list[Figure] = []

    # ------------------------------------------------------------ drawing

    def places(self, least: int = 2, most: int = 8) -> list[tuple[str, str]]:
        of_language = REGIONS if self.language == "en" and self.draw.random() < 0.1 else PLACES
        known = list(of_language[self.language].items())
        return self.draw.sample(known, min(len(known), self.draw.randint(least, most)))

    def years(self, least: int = 2, most: int = 7) -> list[tuple[str, str]]:
        count = self.draw.randint(least, most)
        first = self.draw.randint(2008, 2024 - count)
        found = [(str(y), str(y)) for y in range(first, first + count)]
        return found[::-1] if self.draw.random() < 0.15 else found

    def measures(self, least: int = 2, most: int = 4) -> list[tuple[str, str]]:
        known = [(word, code) for code, word in self.words["measures"].items()]
        return self.draw.sample(known, min(len(known), self.draw.randint(least, most)))

    def sexes(self) -> list[tuple[str, str]]:
        return [(self.words["male"], "male"), (self.words["female"], "female")]

    def values(self, role: str, least: int = 2, most: int = 6) -> list[tuple[str, str]]:
        if role == "place":
            return self.places(least, most)
        if role == "year":
            return self.years(least, most)
        return self.measures(least, 4) if role == "measure" else self.sexes()

    def one(self, role: str) -> tuple[str, str]:
        return self.draw.choice(self.values(role, 1, 1))

    def number(self) -> Any:
        draw = self.draw
        if draw.random() < self.blanks:
            return None
        if draw.random() < self.bounded:
            return "<5"
        spread = draw.choice(SPREADS[:4]) if self.spread == "any" else self.spread
        number = {
            "small": lambda: draw.randint(0, 9),
            "years": lambda: draw.randint(1960, 2040),
            "middling": lambda: draw.randint(0, 400),
            "large": lambda: draw.randint(1_000, 250_000),
        }[spread]()
        if self.texts and number >= 1000:
            mark = {"en": ",", "es": ".", "fr": "\u00a0", "pt": "."}[self.language]
            return f"{number:,}".replace(",", mark)
        return number

    def year_cell(self, text: str) -> Any:
        return text if self.year_texts else int(text)

    def cell(self, role: str, text: str) -> Any:
        return self.year_cell(text) if role == "year" else text

    # ------------------------------------------------------------ writing

    def figure(self, sheet: Sheet, at: tuple[int, int], value: Any, codes: Mapping[str, str]) -> None:
        sheet.cells[at] = value
        cell = f"{get_column_letter(at[1] + 1)}{at[0] + 1}"
        if value is None:
            told: tuple[str, float | None, float | None] = ("not_reported", None, None)
        elif value == "<5":
            told = ("under", 0.0, 4.0)
        else:
            number = float("".join(filter(str.isdigit, str(value))))
            told = ("exact", number, number)
        year = int(codes["year"]) if "year" in codes else None
        self.figures.append(
            (sheet.name, cell, codes["place"], codes.get("measure"), year, codes.get("sex"), *told)
        )  # fmt: skip

    def title(self, constants: Mapping[str, tuple[str, str]], number: int = 1) -> str:
        measure = constants.get("measure", (self.words["all"], ""))[0]
        offence = self.words[self.offence] if self.offence else None
        said = self.words["title"].format(n=number, what=measure, off=offence or "")
        if offence is None:
            said = said.rsplit(" ", 2)[0]
        if "place" in constants:
            said += f", {constants['place'][0]}"
        if "year" in constants:
            said += f", {constants['year'][0]}"
        return said

    def above(self, sheet: Sheet, row: int, constants: Mapping[str, tuple[str, str]], number: int = 1) -> int:
        """Titles, and at least one where the title has to say something; the next free row."""
        must = bool(constants) or self.offence is not None
        lines = [self.title(constants, number)] if must or self.titles else []
        if self.titles == 2 and number == 1:
            lines.insert(0, self.words["office"])
        for line in lines:
            sheet.cells[row, self.left if number > 1 or self.draw.random() < 0.9 else 0] = line
            row += 1
        return row + (self.gap if lines else 0)

    def below(self, sheet: Sheet, row: int) -> None:
        row += self.gap
        for text in (self.words["source"], self.words["note"])[: self.notes]:
            sheet.cells[row, self.left] = text
            row += 1

    def listed(self, sheet: Sheet, row: int) -> int:
        """A flat list: one row per figure."""
        roles = ["place", "year", "measure", *(["sex"] if self.draw.random() < 0.4 else [])]
        fixed: dict[str, tuple[str, str]] = {}
        for role in ("year", "measure"):
            if self.draw.random() < 0.25:
                fixed[role] = self.one(role)
                roles.remove(role)
        self.draw.shuffle(roles)
        row = self.above(sheet, row, fixed)
        axes = [self.values(role, 2, 4) for role in roles]
        where = {role: self.left + n for n, role in enumerate(roles)}
        last = self.left + len(roles)
        for role, column in where.items():
            sheet.cells[row, column] = self.words[role]
            sheet.labels[column] = role
        sheet.cells[row, last] = self.words["value"]
        codes = {role: code for role, (_, code) in fixed.items()}
        before: tuple[str, ...] = ()
        filled = self.draw.random() < 0.7
        for line in itertools.product(*axes):
            row += 1
            for number, (role, (text, _)) in enumerate(zip(roles, line, strict=True)):
                said = tuple(t for t, _ in line[: number + 1])
                if filled or number > 0 or before[: number + 1] != said:
                    sheet.cells[row, where[role]] = self.cell(role, text)
            before = tuple(t for t, _ in line)
            own = codes | {role: code for role, (_, code) in zip(roles, line, strict=True)}
            self.figure(sheet, (row, last), self.number(), own)
        sheet.constants.update({role: code for role, (_, code) in fixed.items()})
        return row + 1

    def crossed(
        self, sheet: Sheet, row: int, depth: int, fixed: Mapping[str, tuple[str, str]], said: Mapping[str, str],
        number: int = 1, lines: bool = False, left: int | None = None,
    ) -> int:  # fmt: skip
        """A table with ``depth`` rows of headings; returns the next free row."""
        draw = self.draw
        left = self.left if left is None else left
        free = [r for r in _ROLES[: 3 + (depth == 3 or draw.random() < 0.3)] if r not in fixed and r not in said]
        across = self._across(free, depth)
        down = [r for r in free if r not in across]
        draw.shuffle(down)
        down = down[:2] if lines or draw.random() < 0.5 else down[:1]
        if not down:
            down = [across.pop(0)]
        for role in ("place", "measure", "year"):
            if role not in (*across, *down, *fixed, *said):
                fixed = {**fixed, role: self.one(role)}
        codes = {**said, **{role: code for role, (_, code) in fixed.items()}}
        sheet.constants.update({role: code for role, (_, code) in fixed.items()})
        row = self.above(sheet, row, fixed, number)
        wide = len(down) - lines
        heads = [self.values(role, 2, 4 if depth > 1 else 6) for role in across]
        bodies = [self.values(role, 2, 3 if n == 0 and len(down) > 1 else 8) for n, role in enumerate(down)]
        columns = list(itertools.product(*heads))
        top, first = row, left + wide
        self._headings(sheet, across, columns, top, first)
        labels = down[1:] if lines else down
        named = {"named": top + len(across) - 1, "top": top}.get(self.corner)
        for n, role in enumerate(labels):
            sheet.labels[left + n] = role
            if named is not None:
                sheet.cells[named, left + n] = self.words[role]
        total_across = self.totals in ("across", "both") and len(across) == 1 and len(columns) > 2
        if total_across:
            sheet.cells[top, first + len(columns)] = self.words["total"]
        row = top + len(across)
        sums = [0.0] * (len(columns) + 1)
        before = None
        for body in itertools.product(*bodies):
            if (lines or wide == 2) and body[0] != before:
                if lines:
                    sheet.cells[row, left] = body[0][0]
                    row += 1
                else:
                    sheet.cells[row, left] = self.cell(down[0], body[0][0])
            elif wide == 2 and self.style == "repeated":
                sheet.cells[row, left] = self.cell(down[0], body[0][0])
            before = body[0]
            sheet.cells[row, first - 1] = self.cell(down[-1], body[-1][0])
            own = codes | {role: code for role, (_, code) in zip(down, body, strict=True)}
            whole = 0.0
            for n, head in enumerate(columns):
                value = self.number()
                self.figure(
                    sheet, (row, first + n), value, own | {r: c for r, (_, c) in zip(across, head, strict=True)}
                )
                low = self.figures[-1][-2] or 0.0
                whole += low
                sums[n] += low
            if total_across:
                sheet.cells[row, first + len(columns)] = int(whole)
                sheet.totals.add((row, first + len(columns)))
                sums[-1] += whole
            row += 1
        if self.totals in ("down", "both") and not lines and wide == 1 and down[0] != "sex":
            sheet.cells[row, left] = self.words["total"]
            for n in range(len(columns) + total_across):
                sheet.cells[row, first + n] = int(sums[n if n < len(columns) else -1])
                sheet.totals.add((row, first + n))
            row += 1
        return row

    def _across(self, free: list[str], depth: int) -> list[str]:
        across = self.draw.sample(free, min(depth, len(free) - (len(free) > depth)))
        if across == ["sex"]:
            across = ["year"] if "year" in free else across
        return across

    def _headings(
        self, sheet: Sheet, across: Sequence[str], columns: Sequence[tuple[Any, ...]], top: int, first: int
    ) -> None:
        for level, role in enumerate(across):
            row = top + level
            sheet.headings[row] = role
            starts = [n for n, c in enumerate(columns) if n == 0 or columns[n - 1][: level + 1] != c[: level + 1]]
            for start, end in itertools.pairwise([*starts, len(columns)]):
                text = self.cell(role, columns[start][level][0])
                for n in range(start, end if self.style == "repeated" else start + 1):
                    sheet.cells[row, first + n] = text
                if self.style == "merged":
                    sheet.merge(row, first + start, row, first + end - 1)

    # ------------------------------------------------------------ kinds

    def made(self) -> Workbook:
        stem = self.draw.choice(("return", "statistics", "annex", "tables", "informe", "dados"))
        sheets = tuple(self._sheets())
        return Workbook(stem, self.kind, self.language, sheets, frozenset(self.figures), self.offence)

    def _sheets(self) -> Iterator[Sheet]:
        draw = self.draw
        if self.kind == "sheets":
            role = draw.choice(("year", "place"))
            if role == "year":
                self.offence = None
            for text, code in self.values(role, 2, 4):
                sheet = Sheet(text)
                sheet.constants[role] = code
                row = self.crossed(sheet, 0, 1, {}, {role: code})
                self.below(sheet, row)
                yield sheet
            return
        sheet = Sheet(draw.choice(("Sheet1", "Data", "Hoja1", "Feuil1")))
        depth = {"one row": 1, "two rows": 2, "three rows": 3}.get(self.kind)
        if self.kind == "list":
            row = self.listed(sheet, 0)
        elif self.kind == "lines":
            row = self.crossed(sheet, 0, 1, {}, {}, lines=True)
        elif depth:
            row = self.crossed(sheet, 0, depth, {}, {})
        else:
            row = self._several(sheet)
        self.below(sheet, row)
        yield sheet

    def _several(self, sheet: Sheet) -> int:
        """Tables of one measure each: one below the other, or side by side with a blank column between."""
        row, left, lowest = 0, self.left, 0
        self.titles = max(1, self.titles)
        for number, measure in enumerate(self.measures(2, 3), 1):
            if self.kind == "below":
                row = self.crossed(sheet, row, 1, {"measure": measure}, {}, number) + 1 + self.draw.randint(0, 2)
                lowest = row
                continue
            top = int(self.titles == 2 and number > 1)
            keep, self.left = self.left, left
            lowest = max(lowest, self.crossed(sheet, top, 1, {"measure": measure}, {}, number, left=left))
            self.left = keep
            left = max(c for r, c in sheet.cells if r > top + 1) + 2
        return lowest
