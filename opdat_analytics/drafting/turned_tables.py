"""Tables that lie on their side: the first column names the attributes, each further column is one record."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import mean, pstdev

from opdat_analytics.drafting.cell_kinds import NUMBERS, kind, magnitude
from opdat_analytics.drafting.heading_kinds import VALUE_HEADINGS, heading_kind
from opdat_analytics.drafting.proposals import Candidate, step
from opdat_analytics.drafting.table_profile import Line, Profile

# Evidence adds up; each weight says how far one sign alone goes towards certainty.
PRIOR = 0.15
PURER_ROWS = 1.1
SAME_FORMAT = 0.25
STATISTICS = 0.55
ATTRIBUTE_WORDS = 0.35
CORNER = 0.2
RUNNING_NUMBERS = 0.3
WIDE = 0.15
SIZES = 0.25
# Labels that are years or places are records' keys, not attributes.
VALUES_AS_LABELS = -0.2
# More rows than this are records, whatever else speaks for attributes.
MOST_ATTRIBUTES = 150
RECORDS_LOOKED_AT = 150

_STATISTIC_NAMES = (
    "count mean std min max 25% 50% 75% median unique top freq sum average stdev variance mode range skew kurtosis "
    "accuracy precision recall f1 f1-score auc r2 rmse mae mse support"
)
_STATISTICS = frozenset(_STATISTIC_NAMES.split())
_ATTRIBUTE = re.compile(
    r"\((?:mm|cm|m|km|kg|g|t|%|usd|eur|€|\$|h|hrs?|min|s|°?[cf]|in|ft|lbs?|mw|kw|gwh)[^)]*\)|[%$€]"
    r"|\b(?:number of|no\.? of|percentage|percent|proportion|share of|total|rate|average|mean|median|cost|price|weight"
    r"|length|height|width|date|name|type|model|address|phone|website|email|description|capacity|value|ratio|amount"
    r"|count|hours|days|size|year|population|area|gdp|income|revenue|status|speed|power|latitude|longitude|city"
    r"|country|quantity|code|id|serial|nombre|precio|costo|direcci[oó]n|tel[eé]fono|n[uú]mero|tipo|fecha|nom|prix"
    r"|adresse|date de|nome|preço|endereço)\b",
    re.I,
)
_CORNER = re.compile(
    r"(?:indicators?|statistics?|description|concepto|attributes?|measures?|metrics?|parameters?|variables?|features?|"
    r"characteristics?|items?|fields?|property|properties|specifications?|indicador|variable|descripci[oó]n)",
    re.I,
)


def _form(text: str) -> str:
    """A cell's kind, with the number of decimals where there are any: figures of one attribute are printed alike."""
    name = kind(text)
    if name in NUMBERS:
        decimals = re.search(r"[.,](\d+)\D*$", text.strip())
        return f"{name}{min(len(decimals[1]), 4) if decimals and name != 'integer' else ''}"
    return name


def _purity(line: Line) -> float:
    said = [_form(cell) for cell, name in zip(line.cells, line.kinds, strict=True) if name not in ("", "missing")]
    return Counter(said).most_common(1)[0][1] / len(said) if len(said) > 1 else 1.0


def _spread(line: Line) -> float:
    """Standard deviation of the magnitudes of a line's numbers; nan with fewer than two."""
    sizes = [magnitude(cell) for cell, name in zip(line.cells, line.kinds, strict=True) if name in NUMBERS]
    sizes = [size for size in sizes if not math.isnan(size)]
    return pstdev(sizes) if len(sizes) > 1 else math.nan


def _mean_spread(lines: Sequence[Line]) -> float:
    spreads = [spread for line in lines if not math.isnan(spread := _spread(line))]
    return mean(spreads) if spreads else math.nan


def _share(signs: Iterable[bool]) -> float:
    return mean(map(float, signs))


def _of_one_make(rows: Sequence[Line], columns: Sequence[Line]) -> tuple[float, str]:
    """Rows of one kind and format each, where columns are not."""
    kinds = mean(line.purity for line in rows) - mean(column.purity for column in columns)
    formats = mean(map(_purity, rows)) - mean(map(_purity, columns))
    weight = PURER_ROWS * max(0.0, kinds) + SAME_FORMAT * max(0.0, formats)
    return weight, "the cells of a row are of one make, those of a column are not"


def _of_one_size(rows: Sequence[Line], columns: Sequence[Line]) -> tuple[float, str]:
    """Figures of one size in a row, where those of a column differ."""
    within, across = _mean_spread(rows), _mean_spread(columns)
    if math.isnan(within) or math.isnan(across) or across <= 0.3:
        return 0.0, ""
    return SIZES * max(-0.5, (across - within) / across), "the figures of a row are of one size"


def _names_attributes(labels: Sequence[str], headings: Sequence[str]) -> tuple[float, str]:
    """Labels that name attributes more often than headings do."""
    named = _share(bool(_ATTRIBUTE.search(label)) and heading_kind(label) == "word" for label in labels)
    more = named - _share(bool(_ATTRIBUTE.search(heading)) for heading in headings)
    return ATTRIBUTE_WORDS * more if named > 0.3 and more > 0 else 0.0, "the first column names attributes"


def _counts(headings: Sequence[str]) -> bool:
    """Whether headings count from 0 or 1."""
    return any(list(headings[:5]) == [str(at + first) for at in range(len(headings[:5]))] for first in (0, 1))


def on_its_side(table: Profile) -> list[Candidate]:
    """Whether rows are attributes and columns records: rows of one make each, columns of mixed make."""
    if table.width < 3 or len(table.rows) < 2 or table.height > MOST_ATTRIBUTES:
        return []
    labels = [line.heading.strip() for line in table.lines]
    if not all(labels) or len(set(labels)) < len(labels):
        return []
    headings = [heading.strip() for heading in table.header[1 : RECORDS_LOOKED_AT + 1]]
    rows = [Line(line.heading, line.cells[:RECORDS_LOOKED_AT]) for line in table.lines]
    columns = table.columns[1 : RECORDS_LOOKED_AT + 1]
    signs = [
        _of_one_make(rows, columns),
        (
            STATISTICS * (_share(label.lower() in _STATISTICS for label in labels) >= 0.4),
            "the first column names statistics",
        ),
        _names_attributes(labels, headings),
        (CORNER * bool(_CORNER.fullmatch(table.header[0].strip())), f"its corner says {table.header[0]!r}"),
        (RUNNING_NUMBERS * (_counts(headings) and table.width > 2 * table.height), "the headings are running numbers"),
        (WIDE * (table.width > 3 * table.height), "it is far wider than it is high"),
        _of_one_size(rows, columns),
        (VALUES_AS_LABELS * (_share(heading_kind(label) in VALUE_HEADINGS for label in labels) > 0.5), ""),
    ]
    score = PRIOR + sum(weight for weight, _ in signs)
    reasons = [reason for weight, reason in signs if weight > 0.02 and reason]
    return [
        Candidate(
            step("transpose"),
            max(0.05, min(score, 0.95)),
            "the table lies on its side: " + "; ".join(reasons) if reasons else "rows and columns could change places",
        )
    ]
