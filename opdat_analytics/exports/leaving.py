"""The one place where figures are let out: by the disclosure policy of the project, before any export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from opdat_analytics.disclosure import policies, protect, protect_together
from opdat_analytics.exports.inert import bare
from opdat_analytics.model import Exhibit, ExportFailed, Home
from opdat_analytics.paths import home_here

AUDIT = "disclosure.csv"
"""What was hidden and why, without the numbers."""
_DERIVED = ("revisions", "conflicts")
"""Tables that say figures again; of sources with a policy nothing of them leaves."""


_QUOTED = re.compile("“[^”]*”")
"""What issues quote of cells."""


def protected(figures: pd.DataFrame, *, home: Home | None = None) -> pd.DataFrame:
    """Figures as they may leave by the project's policy; what is computed and drawn from them may leave too.

    Parameters
    ----------
    figures
        Rows of ``observations`` or of a result of ``metrics``.
    home
        The project's folders; found from the working folder if None.

    Returns
    -------
    pandas.DataFrame
        The rows as they came; a hidden figure has no number and the qualifier ``suppressed``.
    """
    return protect(figures, policies((home or home_here()).raw)).frame


def leaving_tables(
    tables: Mapping[str, pd.DataFrame], home: Home
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame | None]:
    """The published tables as they may leave, and the audit of what was hidden; None where no rule hides anything.

    The tables exported before are taken for known: what both releases show together must not give a figure away.
    """
    rules = policies(home.raw)
    out = dict(tables)
    if not rules.hide:
        return out, None
    done = protect_together({"observations": tables["observations"]}, rules, before=_exported(home))["observations"]
    out["observations"] = done.frame
    guarded = {
        str(source)
        for source, measure in tables["observations"][["source", "measure"]].drop_duplicates().itertuples(index=False)
        if rules.of(str(source), str(measure)).hides
    }
    for name in _DERIVED:
        about = [column for column in out[name].columns if str(column).startswith("source")]
        out[name] = out[name][~out[name][about].isin(guarded).any(axis=1)].reset_index(drop=True)
    issues = out["issues"].copy()
    issues.loc[issues["source"].isin(guarded), "text"] = None
    for name in ("message", "hint"):
        issues[name] = issues[name].mask(
            issues["source"].isin(guarded), issues[name].str.replace(_QUOTED, "“[c]”", regex=True)
        )
    out["issues"] = issues
    return out, done.audit


def _exported(home: Home) -> pd.DataFrame | None:
    """The figures as they were exported last; beside an earlier publication, those of the standing export."""
    folder = home.exports if home.publication is None else home.exports.parent
    path = folder / "tables" / "observations.csv"
    if not path.is_file():
        return None
    before = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    before = before.map(bare).replace("", None)
    for name in ("low", "high"):
        before[name] = pd.to_numeric(before[name])
    return before


def check_leaving(exhibits: Iterable[Exhibit], home: Home) -> None:
    """Refuse charts that show what must not leave.

    Raises
    ------
    ExportFailed
        If a chart was drawn from figures that its policy hides; the message holds no figure.
    """
    rules = policies(home.raw)
    if not rules.hide:
        return
    for chart in exhibits:
        hidden = protect(chart.frame, rules).audit
        if len(hidden):
            sources = ", ".join(sorted(set(hidden["source"])))
            raise ExportFailed(
                f"The chart “{chart.name}” shows {len(hidden)} figures of {sources} that must not leave by "
                f"{home.raw / 'disclosure.toml'}. Draw it from opdat.protected(figures) instead, and export again."
            )


def write_audit(audit: pd.DataFrame | None, home: Home) -> list[tuple[Path, bytes]]:
    """The audit as a file to write; nothing where no rule hides anything."""
    if audit is None:
        return []
    return [(home.exports / AUDIT, audit.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))]
