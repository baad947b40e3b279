"""What left before: every guarded figure as it was released, so that no two releases tell together what each hides."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from opdat_analytics.disclosure import ABOUT, Policies
from opdat_analytics.exports.files import write_file
from opdat_analytics.exports.inert import bare, inert
from opdat_analytics.metrics.totals import leaves_out_hidden
from opdat_analytics.model import ExportFailed, Home
from opdat_analytics.paths import EARLIER

REGISTER = "released.csv"
"""Its name below the folder of the exports; it says nothing that was not released."""
_SPOILT = (
    f"exports/{REGISTER}, the list of what was released before, cannot be read as it was written. Put it back as it "
    "was: without it small counts could be worked out from two releases. Nothing was exported."
)
_COLUMNS = ("release", *ABOUT, "low", "high")


def earlier(home: Home) -> tuple[pd.DataFrame, ...]:
    """The figures of each earlier release, the first one first; hidden ones have no number.

    What a policy guards stands in the register. Of what none guarded when it left, the tables that lie there tell.

    Raises
    ------
    ExportFailed
        If the register was changed by hand so that it cannot be read.
    """
    path, tables = _standing(home) / REGISTER, _standing(home) / "tables" / "observations.csv"
    last = (_read(tables),) if tables.is_file() else ()
    if not path.is_file():
        return last
    try:
        known = _read(path)
    except (ValueError, KeyError) as error:  # the parser's own errors are ValueErrors
        raise ExportFailed(_SPOILT) from error
    if list(known.columns) != list(_COLUMNS):
        raise ExportFailed(_SPOILT)
    noted = pd.MultiIndex.from_frame(known[["source", "measure"]])
    unguarded = (table[~pd.MultiIndex.from_frame(table[["source", "measure"]]).isin(noted)] for table in last)
    releases = (group.drop(columns="release") for _, group in known.groupby("release", sort=False))
    return (*(table for table in unguarded if len(table)), *releases)


def note_released(frames: Iterable[pd.DataFrame], rules: Policies, home: Home) -> list[Path]:
    """Add what is released now to the register, if it says anything that no earlier release said.

    Parameters
    ----------
    frames
        Figures as they leave.
    rules
        The policy of the project; only figures that it guards are noted.
    home
        The project's folders.

    Returns
    -------
    list of Path
        The register, if it changed.
    """
    before = earlier(home)
    now = pd.concat([_guarded(frame, rules) for frame in frames], ignore_index=True).drop_duplicates()
    said = pd.concat([_guarded(frame, rules) for frame in before], ignore_index=True) if before else now.iloc[:0]
    fresh = now[~pd.MultiIndex.from_frame(now).isin(pd.MultiIndex.from_frame(said))]
    path = _standing(home) / REGISTER
    releases = [one for one in (_guarded(frame, rules) for frame in before) if len(one)]
    if fresh.empty and (path.is_file() or not releases):
        return []
    releases += [] if fresh.empty else [now]
    numbered = [frame.assign(release=str(number)) for number, frame in enumerate(releases, 1)]
    whole = pd.concat(numbered, ignore_index=True)[list(_COLUMNS)].map(inert)
    out = io.StringIO()
    whole.to_csv(out, index=False, lineterminator="\r\n")
    return [write_file(path, out.getvalue().encode("utf-8-sig"))]


def _standing(home: Home) -> Path:
    """The folder of the standing exports, below which those of earlier publications lie: all share one register."""
    return home.exports.parent if home.exports.name == f"{EARLIER}{home.publication}" else home.exports


def _guarded(frame: pd.DataFrame, rules: Policies) -> pd.DataFrame:
    """The guarded rows of a table of figures, all as text, by the columns of the register.

    Sums of what is shown that leave out what is hidden say nothing of their own, and are no totals of their parts.
    """
    if not {"source", "measure", "low", "high"} <= set(frame.columns):
        return pd.DataFrame(columns=[*ABOUT, "low", "high"], dtype=object)
    frame = frame[~leaves_out_hidden(frame)]
    pairs = zip(frame["source"].astype(str), frame["measure"].astype(str), strict=True)
    kept = frame[[rules.of(source, measure).hides for source, measure in pairs]]
    columns = {name: _texts(kept[name]) if name in kept else [""] * len(kept) for name in (*ABOUT, "low", "high")}
    return pd.DataFrame(columns, dtype=object)


def _texts(column: pd.Series) -> Sequence[str]:
    def text(value: object) -> str:
        if value is None or pd.isna(value):  # type: ignore[call-overload]
            return ""
        if isinstance(value, pd.Timestamp):
            return value.date().isoformat()
        return f"{value:.15g}" if isinstance(value, float) else str(value)

    return [text(value) for value in column.tolist()]


def _read(path: Path) -> pd.DataFrame:
    before = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    before = before.map(bare).replace("", None)
    for name in ("low", "high"):
        before[name] = pd.to_numeric(before[name])
    return before
