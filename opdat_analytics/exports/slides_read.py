"""A native chart read back: what it draws, what its workbook says, and whether each says what the other does."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from opdat_analytics.charts import words
from opdat_analytics.exports.cells import cell_text
from opdat_analytics.exports.inert import bare
from opdat_analytics.exports.slides_data import CHART, DRAWN, NUMBERS
from opdat_analytics.model import ExportFailed

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_NUMBER = re.compile(r"\d[\d,.]*")


def read_chart(element: Any, workbook: bytes) -> pd.DataFrame:
    """The table behind a chart, with what is drawn in place of what the table says, where the two differ.

    Parameters
    ----------
    element
        Root of the chart part.
    workbook
        The workbook inside it.

    Returns
    -------
    pandas.DataFrame
        The columns of ``contents.numbers``. A bound is what the chart draws; blank where the two sheets of the
        workbook differ, for what people edit must be what they see.

    Raises
    ------
    ExportFailed
        If the chart and its workbook differ in a cell, the chart draws nothing of a cell, a mark stands at another
        name than its row has, or a label says another number.
    """
    book = load_workbook(io.BytesIO(workbook))
    if not {CHART, NUMBERS} <= set(book.sheetnames):
        raise ExportFailed("The workbook of a chart does not have the sheets that it was written with.")
    head, *body = [[_plain(cell) for cell in row] for row in book[NUMBERS].iter_rows(values_only=True)]
    table = pd.DataFrame(body, columns=[str(name) for name in head], dtype=object)
    sheet = book[CHART]
    _agree(element, sheet)
    reach = _reach(element, sheet)
    names = {text for name in table.columns for text in table[name] if isinstance(text, str)}
    figures: dict[str, tuple[float | None, float | None]] = {}
    for lower, (higher, noted) in DRAWN.items():
        if noted not in table.columns or lower not in table.columns:
            continue
        for row, cell in enumerate(table[noted].tolist()):
            if cell:
                _at_its_name(sheet, str(cell), table, row, names)
                low, high = _drawn(sheet, str(cell), reach)
                figures |= dict.fromkeys([str(cell), reach.get(str(cell), ("", ""))[1]], (low, high))
                table.loc[row, lower] = _both(low, table.loc[row, lower])
                if higher in table.columns:
                    said = table.loc[row, higher]
                    # A mark alone does not say that there is no upper bound; its shape and its label do.
                    table.loc[row, higher] = said if said is None and high == low else _both(high, said)
    _labelled(element, figures)
    return table.drop(columns=sorted({noted for _, noted in DRAWN.values()} & set(table.columns)))


def _plain(cell: Any) -> Any:
    return bare(cell) if isinstance(cell, str) else cell


def references(element: Any) -> Iterator[tuple[str, str | None]]:
    """Each cell that a chart refers to, and what the chart keeps of it as text; None where it keeps nothing."""
    for reference in element.iter(f"{C}numRef", f"{C}strRef"):
        where = str(reference.findtext(f"{C}f")).rpartition("!")[2].replace("$", "")
        try:
            column, first, _, last = range_boundaries(where)
        except ValueError as error:
            raise ExportFailed(f"A chart refers to cells “{where}” that there cannot be.") from error
        kept = cache_of(reference)
        for place in range(int(last) - int(first) + 1):
            yield f"{get_column_letter(int(column))}{int(first) + place}", kept.get(place)


def cache_of(reference: Any) -> dict[int, str]:
    """What a chart keeps of the cells that it refers to, by their place."""
    return {int(point.get("idx")): str(point.findtext(f"{C}v")) for point in reference.iter(f"{C}pt")}


def words_of(label: Any) -> str:
    """The text of a label; "" where it has none of its own."""
    return "".join(text.text or "" for text in label.iter(f"{A}t"))


def strange_numbers(said: str, ends: Iterable[float]) -> list[str]:
    """The numbers in the text of a label that are none of these, as charts print them."""
    known = {digits for end in ends for digits in _NUMBER.findall(words.number(end))}
    return [digits for digits in _NUMBER.findall(said) if digits not in known]


def _agree(element: Any, sheet: Any) -> None:
    """Refuse a chart that keeps other text or numbers than its sheet has, or draws nothing of a cell."""
    drawn = dict(references(element))
    wrong = [cell for cell, kept in drawn.items() if not _same(kept, _plain(sheet[cell].value))]
    if wrong:
        raise ExportFailed(
            f"A chart draws otherwise than its workbook says: cells {', '.join(wrong[:5])} of the sheet {CHART}."
        )
    dated = sheet["B1"].value == "Day"
    lost = [
        cell.coordinate
        for row in sheet.iter_rows(min_row=2, min_col=2 if dated else 1)
        for cell in row
        if cell.value is not None and cell.coordinate not in drawn
    ]
    if lost:
        raise ExportFailed(f"A chart draws nothing of the cells {', '.join(lost[:5])} of the sheet {CHART}.")


def _same(kept: str | None, cell: Any) -> bool:
    if kept is None or cell is None:
        return kept is None and cell is None
    return kept == cell if isinstance(cell, str) else float(kept) == float(cell)


def _marks(series: Any) -> list[str]:
    """The cells that a series draws as marks, one for each category."""
    return [cell for part in ("val", "yVal") for one in series.findall(f"{C}{part}") for cell, _ in references(one)]


def _reach(element: Any, sheet: Any) -> dict[str, tuple[str, str]]:
    """Cells of marks → how their upper bound is drawn (``bar`` behind or ``length``), and the cell that says it."""
    found: dict[str, tuple[str, str]] = {}
    behind: list[str] = []
    ranked = element.find(f".//{C}overlap") is not None and element.find(f".//{C}grouping").get("val") == "clustered"
    ranked = ranked and element.find(f".//{C}overlap").get("val") == "100"
    for series in element.iter(f"{C}ser"):
        marks = _marks(series)
        if ranked and not behind:
            behind = marks
            continue
        found |= {mark: ("bar", cell) for mark, cell in zip(marks, behind, strict=False)}
        behind = []
        for plus in series.findall(f"{C}errBars/{C}plus"):
            found |= {mark: ("length", cell) for mark, (cell, _) in zip(marks, references(plus), strict=True)}
    return found


def _drawn(sheet: Any, cell: str, reach: Mapping[str, tuple[str, str]]) -> tuple[float | None, float | None]:
    """The bounds that are drawn: the mark, and the end of a pale bar or of an error bar, or the mark itself."""
    way, where = reach.get(cell, ("", ""))
    low = sheet[cell].value
    said = sheet[where].value if where else None
    if low is None or not where:
        return low, low
    return low, said if way == "bar" else low if said is None else low + said


def _both(drawn: float | None, said: Any) -> Any:
    """What is drawn and said; in words where these differ, so that it is no number of the chart."""
    if drawn is None or pd.isna(said):
        return None if drawn is None and pd.isna(said) else f"{drawn} drawn, {said} in its table"
    return said if abs(drawn - said) <= 1e-12 * max(1.0, abs(said)) else f"{drawn} drawn, {said} in its table"


def _at_its_name(sheet: Any, cell: str, table: pd.DataFrame, row: int, names: Collection[str]) -> None:
    """Refuse a mark that stands at another category, or in a series of another name, than its row of the table."""
    column, place = re.sub(r"\d", "", cell), int(re.sub(r"\D", "", cell))
    texts = [str(text) for text in table.iloc[row].tolist() if isinstance(text, str)]
    category, series = (cell_text(_plain(sheet[named].value)) for named in (f"A{place}", f"{column}1"))
    for name in (category, category.rpartition(": ")[0], series):
        if name in names and name not in texts:
            raise ExportFailed(f"A chart draws row {row + 1} of its table as “{name}”, which that row is not about.")


def _labelled(element: Any, figures: Mapping[str, tuple[float | None, float | None]]) -> None:
    """Refuse a label that says a number which is neither bound of its mark."""
    for series in element.iter(f"{C}ser"):
        marks = _marks(series)
        for label in series.iter(f"{C}dLbl"):
            cell = marks[int(label.find(f"{C}idx").get("val"))]
            said = words_of(label)
            said += " ".join(re.findall(r'"([^"]*)"', " ".join(f.get("formatCode") for f in label.iter(f"{C}numFmt"))))
            wrong = strange_numbers(said, (end for end in figures.get(cell, ()) if end is not None))
            if wrong and cell in figures:
                raise ExportFailed(
                    f"A label says {wrong[0]} at cell {cell} of the sheet {CHART}, which draws otherwise."
                )
