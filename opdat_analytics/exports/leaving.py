"""The one place where figures are let out: by the disclosure policy of the project, before any export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from opdat_analytics.disclosure import HIDDEN, Policies, policies, protect, protect_together
from opdat_analytics.exports.released import earlier, note_released
from opdat_analytics.model import Exhibit, ExportFailed, Home
from opdat_analytics.paths import home_here

AUDIT = "disclosure.csv"
"""What was hidden and why, without the numbers."""
_DERIVED = ("revisions", "conflicts")
"""Tables that say figures again; of sources with a policy nothing of them leaves."""


_TOLD = re.compile(r"“[^”]*”|(?<![\w-])\d[\d.,\u00a0\u202f]*")
"""What issues quote of cells, and the numbers that they name."""


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
    home = home or home_here()
    rules = policies(home.raw)
    return protect(figures, rules, before=earlier(home) if rules.hide else ()).frame


def leaving_revisions(revisions: pd.DataFrame, home: Home) -> pd.DataFrame:
    """Rows of ``revisions`` that may leave: none of what a policy guards, for what it was tells what it is."""
    rules = policies(home.raw)
    if not rules.hide:
        return revisions
    named = zip(revisions["source"].astype(str), revisions["measure"].astype(str), strict=True)
    return revisions[[not rules.of(source, measure).hides for source, measure in named]].reset_index(drop=True)


def leaving_tables(
    tables: Mapping[str, pd.DataFrame], home: Home
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame | None]:
    """The published tables as they may leave, and the audit of what was hidden; None where no rule hides anything.

    Whatever was released before is taken for known: all releases together must not give a figure away.
    """
    rules = policies(home.raw)
    out = dict(tables)
    if not rules.hide:
        return out, None
    done = protect_together({"observations": tables["observations"]}, rules, before=earlier(home))["observations"]
    out["observations"] = done.frame
    guarded = {
        str(source)
        for source, measure in tables["observations"][["source", "measure"]].drop_duplicates().itertuples(index=False)
        if rules.of(str(source), str(measure)).hides
    }
    for name in _DERIVED:
        about = [column for column in out[name].columns if str(column).startswith("source")]
        out[name] = out[name][~out[name][about].isin(guarded).any(axis=1)].reset_index(drop=True)
    # Whoever knows the rest of a file could try out which small numbers give its hash.
    sources = out["sources"]
    out["sources"] = sources.assign(sha256=sources["sha256"].mask(sources["source"].isin(guarded), HIDDEN))
    issues = out["issues"].copy()
    issues.loc[issues["source"].isin(guarded), "text"] = None
    for name in ("message", "hint"):
        issues[name] = issues[name].mask(
            issues["source"].isin(guarded), issues[name].str.replace(_TOLD, HIDDEN, regex=True)
        )
    out["issues"] = issues
    targets = out["targets"].copy()
    targets.loc[targets["source"].isin(guarded), ["baseline_low", "baseline_high"]] = float("nan")
    for name, said in (("text", HIDDEN), ("note", None)):
        targets[name] = targets[name].mask(targets["source"].isin(guarded), said)
    out["targets"] = targets
    return out, done.audit


def check_leaving(exhibits: Iterable[Exhibit], home: Home) -> None:
    """Refuse charts that show what must not leave; note what the others show as released.

    Raises
    ------
    ExportFailed
        If a chart was drawn from figures that its policy hides; the message holds no figure.
    """
    rules = policies(home.raw)
    if not rules.hide:
        return
    charts, before = list(exhibits), earlier(home)
    for chart in charts:
        count, sources = _hidden(chart, rules, before)
        if count:
            raise ExportFailed(
                f"The chart “{chart.name}” shows {count} figures of {sources} that must not leave by "
                f"{home.raw / 'disclosure.toml'}. Draw it from opdat.protected(figures) instead, and export again."
            )
    if charts:
        note_released([chart.frame for chart in charts], rules, home)


def leaving_charts(exhibits: Iterable[Exhibit], home: Home) -> tuple[list[Exhibit], list[str]]:
    """The charts that may leave, in their order, and a sentence for each that may not."""
    rules = policies(home.raw)
    if not rules.hide:
        return list(exhibits), []
    before = earlier(home)
    kept, told = [], []
    for chart in exhibits:
        count, sources = _hidden(chart, rules, before)
        if count:
            told.append(f"Left out: “{chart.title}”. {count} of its figures, of {sources}, must not leave.")
        else:
            kept.append(chart)
    return kept, told


def _hidden(chart: Exhibit, rules: Policies, before: Sequence[pd.DataFrame]) -> tuple[int, str]:
    """How many figures of a chart must not leave, and of which sources."""
    frame = chart.frame
    if "old_low" in frame.columns and chart.kind not in _DERIVED:
        was = frame[frame["old_low"].notna()]
        guarded = [source for source, measure in zip(was["source"].astype(str), was["measure"].astype(str), strict=True)
                   if rules.of(source, measure).hides]  # fmt: skip
        if guarded:
            return len(guarded), ", ".join(sorted(set(guarded)))
    if chart.kind in _DERIVED:
        # What it was before would tell what is hidden now, or the other way round.
        named = zip(frame["source"].astype(str), frame["measure"].astype(str), strict=True)
        found = [source for source, measure in named if rules.of(source, measure).hides]
    else:
        audit = protect(frame, rules, before=before).audit
        found = audit["source"].astype(str).tolist() if len(audit) else []
    return len(found), ", ".join(sorted(set(found)))


def write_audit(audit: pd.DataFrame | None, home: Home) -> list[tuple[Path, bytes]]:
    """The audit as a file to write; nothing where no rule hides anything."""
    if audit is None:
        return []
    return [(home.exports / AUDIT, audit.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))]
