"""The nouns: figures, cells, issues, exhibits, and where a project lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Home:
    """Where a project's folders lie.

    Attributes
    ----------
    raw, processed, exports
        Folders of the spreadsheets as received, of the published tables, and of what people get.
    publication
        Generation of the publication that is read where none is named; the current one if None.
    """

    raw: Path
    processed: Path
    exports: Path
    publication: int | None = None

    @classmethod
    def at(cls, root: Path) -> Home:
        """The usual three folders below a project root."""
        return cls(root / "data" / "raw", root / "data" / "processed", root / "exports")


@dataclass(frozen=True)
class Figure:
    """A reported number as the interval it can be.

    ``high`` is None where unbounded; both bounds are None where no number is stated; ``qualifier`` is one
    of ``ALLOWED["qualifier"]``.
    """

    low: float | None
    high: float | None
    qualifier: str

    @property
    def exact(self) -> float | None:
        """The number itself, only where it was stated exactly."""
        return self.low if self.qualifier == "exact" else None


@dataclass(frozen=True)
class Ref:
    """Where a cell stands: file below data/raw, sheet, address."""

    file: str
    sheet: str
    cell: str

    def __str__(self) -> str:
        return f"{self.file} › {self.sheet}!{self.cell}"


@dataclass(frozen=True)
class Issue:
    """One finding about an input: what, where, what is allowed, what to do next."""

    severity: str
    code: str
    source: str
    file: str
    sheet: str | None
    cell: str | None
    text: str | None
    message: str
    hint: str | None = None
    acknowledged: bool = False


@dataclass(frozen=True)
class Exhibit:
    """A chart with everything that makes it defensible.

    Attributes
    ----------
    name
        Short slug; the stem of exported file names.
    kind
        The chart function that made it (trend, ranked, grid, activities …).
    figure
        The matplotlib figure.
    frame
        The rows it shows; their columns are the query that ``explain`` takes.
    title, subtitle
        The message; measure, unit, scope and period.
    source_line, attribution
        Who published the figures; whose result they are.
    caveats, notes
        At most two caveats are drawn; the rest are notes.
    alt
        Text that says what the chart shows, written from the data.
    figure_id
        Names the publication and the chart; printed small on every image.
    """

    name: str
    kind: str
    figure: Any
    frame: Any
    title: str
    subtitle: str
    source_line: str
    attribution: str
    caveats: tuple[str, ...]
    notes: tuple[str, ...]
    alt: str
    figure_id: str
    annotations: Mapping[str, str] = field(default_factory=dict)

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        """Show the chart in a notebook, with its alternative text."""
        import io

        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
        return buffer.getvalue(), {"alt": self.alt}
