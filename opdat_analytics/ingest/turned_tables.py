"""Tables that lie on their side: the first column names the attributes, each further column is one record."""

from __future__ import annotations

import math
import re
from collections import Counter
from statistics import mean, pstdev

from opdat_analytics.ingest.cell_kinds import NUMBERS, VALUE_HEADINGS, heading_kind, kind, magnitude
from opdat_analytics.ingest.proposals import Candidate, step
from opdat_analytics.ingest.table_profile import Line, Profile, profile
from opdat_analytics.ingest.table_profile import Table

# Evidence adds up; each weight says how far one sign alone goes towards certainty.
PURER_ROWS = 1.1
SAME_FORMAT = 0.25
STATISTICS = 0.55
ATTRIBUTE_WORDS = 0.35
CORNER = 0.2
RUNNING_NUMBERS = 0.3
WIDE = 0.15
SIZES = 0.25

_STATISTICS = frozenset(
    "count mean std min max 25% 50% 75% median unique top freq sum average stdev variance mode range skew kurtosis "
    "accuracy precision recall f1 f1-score auc r2 rmse mae mse support".split()
)
_ATTRIBUTE = re.compile(
    r"\((?:mm|cm|m|km|kg|g|t|%|usd|eur|€|\$|h|hrs?|min|s|°?[cf]|in|ft|lbs?|mw|kw|gwh|l x w x h)[^)]*\)|[%$€]"
    r"|\b(?:number of|no\.? of|percentage|percent|proportion|share of|total|rate|average|mean|median|cost|price|weight|length|height|"
    r"width|date|name|type|model|address|phone|website|email|description|capacity|value|ratio|amount|count|hours|days|size|"
    r"year|population|area|gdp|income|revenue|status|speed|power|latitude|longitude|city|country|quantity|code|id|serial|"
    r"nombre|precio|costo|direcci[oó]n|tel[eé]fono|n[uú]mero|tipo|fecha|nom|prix|adresse|date de|nome|preço|endereço)\b",
    re.I,
)
_CORNER = re.compile(
    r"^(?:indicators?|statistics?|description|concepto|attributes?|measures?|metrics?|parameters?|variables?|features?|"
    r"characteristics?|items?|fields?|property|properties|specifications?|indicador|variable|descripci[oó]n)$",
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


def _mean_spread(lines: list[Line]) -> float:
    spreads = [spread for line in lines if not math.isnan(spread := _spread(line))]
    return mean(spreads) if spreads else math.nan


def on_its_side(table: Profile, whole: Table) -> list[Candidate]:
    """Whether rows are attributes and columns records: rows of one make each, columns of mixed make."""
    if table.width < 3 or len(table.rows) < 2 or table.height > 150:
        return []
    labels = [line.heading.strip() for line in table.lines]
    if any(not label for label in labels) or len(set(labels)) < len(labels):
        return []
    shown = profile([row[: 1 + 150] for row in whole[: table.height + 1]])
    rows, columns = list(shown.lines), list(shown.columns[1:])
    reasons = []
    score = 0.1
    purer = mean(_purity(line) for line in rows) - mean(_purity(column) for column in columns)
    purer_kinds = mean(line.purity for line in rows) - mean(column.purity for column in columns)
    if max(purer, purer_kinds) > 0.03:
        score += PURER_ROWS * max(0.0, purer_kinds) + SAME_FORMAT * max(0.0, purer)
        reasons.append("the cells of a row are of one kind, those of a column are not")
    statistics = mean(label.lower() in _STATISTICS for label in labels)
    if statistics >= 0.4:
        score += STATISTICS
        reasons.append("the first column names statistics")
    named = mean(bool(_ATTRIBUTE.search(label)) and heading_kind(label) == "word" for label in labels)
    named_headings = mean(bool(_ATTRIBUTE.search(heading)) for heading in shown.header[1:])
    if named > 0.3 and named > named_headings:
        score += ATTRIBUTE_WORDS * min(1.0, named - named_headings)
        reasons.append("the first column names attributes")
    if _CORNER.match(table.header[0].strip()):
        score += CORNER
        reasons.append(f"its corner says {table.header[0]!r}")
    if [heading.strip() for heading in shown.header[1:6]] in (
        [str(at) for at in range(first, first + len(shown.header[1:6]))] for first in (0, 1)
    ) and table.width > 2 * table.height:
        score += RUNNING_NUMBERS
        reasons.append("the headings are running numbers")
    if table.width > 3 * table.height:
        score += WIDE
    within, across = _mean_spread(rows), _mean_spread(columns)
    if not math.isnan(within) and not math.isnan(across) and across > 0.3:
        score += SIZES * max(-0.5, min(1.0, (across - within) / across))
    if sum(heading_kind(label) in VALUE_HEADINGS for label in labels) > len(labels) / 2:
        score -= 0.2
    return [
        Candidate(step("transpose"), max(0.05, min(score, 0.95)), "; ".join(reasons) or "rows and columns could change places")
    ]
