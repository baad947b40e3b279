"""From checked rows and words to an Exhibit: what every kind of chart does before and after it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from opdat_analytics.charts import words
from opdat_analytics.charts.frame import Point, figure_id, leaves_out_hidden, remarks, several
from opdat_analytics.charts.layout import Texts
from opdat_analytics.charts.style import slug
from opdat_analytics.model import Exhibit

DRAWN_CAVEATS = 2


def texts(
    kind: str, frame: pd.DataFrame, marks: Sequence[Point], title: str, subtitle: str, publication: str | None,
    sources: Mapping[str, str] | None, extra: Sequence[str] = (), last: Sequence[str] = (),
) -> Texts:  # fmt: skip
    """Everything that stands around the plot; the first two caveats are drawn, the rest are notes.

    ``extra`` are caveats of the kind that go before all others; ``last`` are remarks that come after them.
    """
    common, single = remarks(frame, "caveat")
    found = words.caveats(marks, [*_hidden(frame), *extra, *(sentence(text) for text in (*common, *single))])
    out, others = remarks(frame, "left_out")
    left_out = [sentence(text if text.startswith("left out") else f"left out: {text}") for text in out]
    left_out += (
        ["What single rows leave out stands in the column left_out of the data (CSV) of this chart."] if others else []
    )
    notes = [*found[DRAWN_CAVEATS:], *last, *left_out]
    return Texts(
        title, subtitle, words.source_line(frame, sources), words.attribution(frame),
        tuple(found[:DRAWN_CAVEATS]), tuple(notes), figure_id(kind, publication, frame),
    )  # fmt: skip


def exhibit(
    kind: str, name: str | None, figure: Figure, frame: pd.DataFrame, told: Texts, alt: str, by: str,
    annotations: Mapping[str, str] | None = None,
) -> Exhibit:  # fmt: skip
    """The Exhibit of a drawn figure; without a name it is called after its kind, its measures and its groups."""
    codes = [kind, *several(frame, "measure")[:3], *(["by", by] if by not in ("measure", "activity_type") else [])]
    return Exhibit(
        name or "-".join(slug(code).replace("_", "-") for code in codes), kind, figure, frame, told.title,
        told.subtitle, told.source_line, told.attribution, told.caveats, told.notes, " ".join([alt, *_hidden(frame)]),
        told.figure_id,
        dict(annotations or {}),
    )  # fmt: skip


def _hidden(frame: pd.DataFrame) -> list[str]:
    """How many figures of a chart are hidden to protect persons, with the shorthand for them."""
    count = int((frame["qualifier"] == "suppressed").sum()) if "qualifier" in frame else 0
    found = []
    if count:
        found.append(
            f"{count} {'figure is' if count == 1 else 'figures are'} hidden so that no person can be told: [c]."
        )
    if {"low", "left_out"} <= set(frame.columns):
        sums = frame.loc[frame["low"].notna(), "left_out"]
        short = sum(map(leaves_out_hidden, sums))
        if short:
            found.append(
                f"Figures hidden so that no person can be told [c] are left out of {short} of {len(sums)} "
                f"{'sum' if len(sums) == 1 else 'sums'}; their places count as not reporting."
            )
    return found


def sentence(text: str) -> str:
    """A remark with a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
