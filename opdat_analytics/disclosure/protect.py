"""Figures as they may leave: small ones hidden, and as many others as it takes to keep them hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.disclosure.attack import System, bounds_of
from opdat_analytics.disclosure.policy import Policies, Policy
from opdat_analytics.disclosure.structure import DIVIDED, TOTAL, Key, keys_of, parents_of, shared_columns, sums_of
from opdat_analytics.disclosure.suppress import Need, cut, parts_that_hang_together, suppressed

HIDDEN = "[c]"
"""The shorthand for a figure that is hidden."""
_KEPT = ("coverage", "year", "n_expected")
_COLLAPSES = ("breakdown", "citizenship", "form", "age", "sex", "where")
"""In which order divisions are given up where a table cannot be made safe."""
_PERSONS = ("persons", "cases", "counts", "offences", "mixed", "unstated", "")


@dataclass(frozen=True)
class Protected:
    """Figures that may leave.

    Attributes
    ----------
    frame
        The rows as they came; a hidden figure has no number, the qualifier ``suppressed``, and ``[c]`` for its text.
    audit
        One row per hidden figure: the columns that say which, ``reason``, ``rule``. Never a number.
    """

    frame: pd.DataFrame
    audit: pd.DataFrame


def protect(
    frame: pd.DataFrame,
    rules: Policies,
    *,
    before: pd.DataFrame | None = None,
    hierarchy: Mapping[str, str] | None = None,
) -> Protected:
    """Hide what must not leave of one table; see `protect_together`."""
    return protect_together({"": frame}, rules, before=before, hierarchy=hierarchy)[""]


def protect_together(
    frames: Mapping[str, pd.DataFrame],
    rules: Policies,
    *,
    before: pd.DataFrame | None = None,
    hierarchy: Mapping[str, str] | None = None,
) -> dict[str, Protected]:
    """Hide what must not leave of tables that are read side by side.

    Parameters
    ----------
    frames
        Tables of figures: ``low`` and ``high`` and the columns that say what each figure is about. What
        two of them both show is one cell. A column ``largest`` has the sum of the largest contributions where a rule
        asks for it.
    rules
        The policy of the project.
    before
        The same tables as they were released last, hidden figures and all.
    hierarchy
        Place → the place that it is part of.

    Returns
    -------
    dict of Protected
        For each table. Every hidden figure was attacked with all that is shown, the last release included, and keeps
        the width that its policy asks; a table for which nothing of that kind can be had is collapsed.
    """
    used = {name: frame for name, frame in frames.items() if _is_of_figures(frame)}
    done = {name: Protected(frame, _no_audit()) for name, frame in frames.items() if name not in used}
    if not rules.hide or not used:
        return {name: done.get(name, Protected(frame, _no_audit())) for name, frame in frames.items()}
    same = shared_columns(used.values())
    policy_of = {name: _policies_of(frame, rules) for name, frame in used.items()}
    released = before[[policy.hides for policy in _policies_of(before, rules)]] if before is not None else None
    keys = {name: keys_of(frame, same) for name, frame in used.items()}
    cells = _cells(used, keys, policy_of)
    if cells:
        _hide(cells, _earlier(released, same), parents_of(used.values(), hierarchy))
    for name, frame in used.items():
        done[name] = _shown(frame, keys[name], policy_of[name], cells)
    return {name: done[name] for name in frames}


def _is_of_figures(frame: pd.DataFrame) -> bool:
    return {"low", "high", "source", "measure"} <= set(frame.columns)


def _no_audit() -> pd.DataFrame:
    return pd.DataFrame(columns=["reason", "rule"])


def _policies_of(frame: pd.DataFrame, rules: Policies) -> list[Policy]:
    units = frame["unit"].tolist() if "unit" in frame else [""] * len(frame)
    found = []
    for source, measure, unit in zip(frame["source"], frame["measure"], units, strict=True):
        counted = pd.isna(unit) or any(one in _PERSONS for one in str(unit).split(";"))
        found.append(rules.of(str(source), str(measure)) if counted else Policy())
    return found


@dataclass
class _Cell:
    """One figure, however many tables show it."""

    key: Key
    low: float
    high: float
    policy: Policy
    largest: float
    reason: str | None = None


def _cells(
    frames: Mapping[str, pd.DataFrame], keys: Mapping[str, Sequence[Key]], policy_of: Mapping[str, Sequence[Policy]]
) -> dict[Key, _Cell]:
    cells: dict[Key, _Cell] = {}
    for name, frame in frames.items():
        largest = frame["largest"].tolist() if "largest" in frame else [np.nan] * len(frame)
        rows = zip(keys[name], frame["low"].tolist(), frame["high"].tolist(), policy_of[name], largest, strict=True)
        for key, low, high, policy, most in rows:
            if policy.hides and not pd.isna(low):
                cells.setdefault(
                    key, _Cell(key, float(low), float(low if pd.isna(high) else high), policy, float(most))
                )
    return cells


def _earlier(released: pd.DataFrame | None, same: Sequence[str]) -> dict[Key, float | None]:
    """What was released: key → number, None where it was hidden."""
    if released is None:
        return {}
    exact = [low if low == high else None for low, high in zip(released["low"], released["high"], strict=True)]
    return dict(zip(keys_of(released, same), exact, strict=True))


def _hide(cells: dict[Key, _Cell], earlier: Mapping[Key, float | None], parents: Mapping[str, str]) -> None:
    """Give every cell that must be hidden its reason."""
    known = list(cells.values())
    for cell in known:
        cell.reason = _sensitive(cell, earlier.get(cell.key))
    while True:
        unsafe = _hide_once(known, earlier, parents)
        if not unsafe:
            return
        given_up = _finest(unsafe)
        for cell in unsafe:
            if given_up is None or cell.key[1][DIVIDED.index(given_up)] != TOTAL:
                cell.reason = "collapsed"
        if given_up is None:
            return
        known = [cell for cell in known if cell.reason != "collapsed"]


def _sensitive(cell: _Cell, said: float | None) -> str | None:
    threshold, exact = cell.policy.threshold, cell.low == cell.high
    if said is not None and exact and said == cell.low:
        return None  # everybody has it already
    if exact and 0 < cell.low < threshold:
        return "below the threshold"
    if said is not None and exact and 0 < abs(cell.low - said) < threshold:
        return "differs from the last release by less than the threshold"
    if cell.policy.dominance is not None and cell.low > 0:
        if np.isnan(cell.largest):
            return "its largest contributions are not known"
        if cell.largest > cell.policy.dominance[1] * cell.low:
            return "dominated by its largest contributions"
    return None


def _finest(cells: Sequence[_Cell]) -> str | None:
    """The division to give up next."""
    for name in _COLLAPSES:
        if any(cell.key[1][DIVIDED.index(name)] != TOTAL for cell in cells):
            return name
    return None


def _hide_once(cells: Sequence[_Cell], earlier: Mapping[Key, float | None], parents: Mapping[str, str]) -> list[_Cell]:
    """Hide what it takes; the cells of tables that could not be made safe."""
    keys = [cell.key for cell in cells]
    low, high = np.array([cell.low for cell in cells]), np.array([cell.high for cell in cells])
    gone = np.zeros(len(cells), dtype=bool)
    sums = list(sums_of(keys, low, high, parents, gone))
    # What was shown in the last release and is another number now is a cell of its own; what was hidden then is taken
    # for what it is now.
    old_keys = list(earlier)
    place = {key: number for number, key in enumerate(keys)}
    old_at: list[int] = []
    old_low: list[float] = []
    old_high: list[float] = []
    old_free: list[bool] = []
    for key in old_keys:
        said, now = earlier[key], place.get(key)
        if now is not None and (said is None or (low[now] == said == high[now])):
            old_at.append(now)
            continue
        old_at.append(len(cells) + len(old_low))
        old_low.append(0.0 if said is None else said)
        old_high.append(0.0 if said is None else said)
        old_free.append(said is None)
    all_low, all_high = np.concatenate([low, old_low]), np.concatenate([high, old_high])
    free = np.concatenate([gone, np.array(old_free, dtype=bool)]) if old_low else gone
    for one in sums_of(old_keys, all_low[old_at], all_high[old_at], parents, free[old_at]) if old_keys else ():
        moved = replace(one, total=old_at[one.total], parts=tuple(old_at[part] for part in one.parts))
        if moved not in sums:
            sums.append(moved)
    system = System(all_low, all_high, tuple(sums))
    n, size = len(cells), system.size
    sensitive, may_hide = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    least, most = np.zeros(size), np.zeros(size)
    for i, cell in enumerate(cells):
        exact = cell.low == cell.high
        sensitive[i] = cell.reason is not None
        may_hide[i] = exact and (cell.key not in earlier or earlier[cell.key] != cell.low)
        small = cell.low < cell.policy.threshold
        margin = max(float(cell.policy.threshold), np.ceil(0.1 * cell.low))
        most[i] = cell.policy.threshold - 1 if small else cell.low + margin
        least[i] = 0.0 if small else max(0.0, cell.low - margin)
    unsafe: list[_Cell] = []
    for group in parts_that_hang_together(system):
        if not sensitive[group].any():
            continue
        own = [cells[i] for i in group if i < n]
        width = max(max(cell.policy.threshold, 2) - 1 for cell in own)
        part, values = cut(system, group), _values(cut(system, group), free[group])
        need = Need(least[group], most[group], float(width))
        hidden = None if values is None else suppressed(
            part, values, sensitive[group], may_hide[group], free[group], need
        )  # fmt: skip
        if hidden is None:
            unsafe += [cell for cell in own if cell.reason != "collapsed"]
            continue
        for i, hide in zip(group, hidden.tolist(), strict=True):
            if hide and i < n and cells[i].reason is None:
                cells[i].reason = "protects a hidden figure"
    return unsafe


def _values(system: System, free: np.ndarray) -> np.ndarray | None:
    """A number for each cell that fits all that is known: the true one where it is."""
    values = system.low.copy()
    if not free.any() and bool((system.low == system.high).all()):
        return values
    low, high = system.low.copy(), system.high.copy()
    open_cells = free.copy()
    for cell in np.flatnonzero(free | (low < high)).tolist():
        found = bounds_of(System(low, high, system.sums), open_cells, [cell])[0, 0]
        if np.isnan(found):
            return None
        values[cell] = low[cell] = high[cell] = found
        open_cells[cell] = False
    return values


def _shown(
    frame: pd.DataFrame, keys: Sequence[Key], policy_of: Sequence[Policy], cells: Mapping[Key, _Cell]
) -> Protected:
    """The rows with what is hidden taken out, and the audit of it."""
    reasons = [cells[key].reason if key in cells else None for key in keys]
    hide = np.array([reason is not None for reason in reasons], dtype=bool)
    shown = frame.copy()
    for name in shown.columns:
        if str(shown[name].dtype) in ("float64", "Float64", "Int64") and name not in _KEPT and hide.any():
            shown.loc[hide, name] = np.nan if str(shown[name].dtype) == "float64" else pd.NA
    for name, said in (("qualifier", "suppressed"), ("text", HIDDEN)):
        if name in shown.columns and hide.any():
            shown[name] = shown[name].astype(object)
            shown.loc[hide, name] = said
    _round(shown, policy_of, hide)
    told = [name for name in frame.columns if name in (*_TOLD, *DIVIDED)]
    audit = frame.loc[hide, told].copy()
    audit["reason"] = [reason for reason in reasons if reason is not None]
    audit["rule"] = [_rule(policy) for policy, h in zip(policy_of, hide.tolist(), strict=True) if h]
    return Protected(shown, audit.reset_index(drop=True))


_TOLD = ("source", "edition", "measure", "unit", "year", "place", "region")


def _rule(policy: Policy) -> str:
    said = [f"threshold {policy.threshold}"] if policy.threshold else []
    said += [f"dominance {policy.dominance[0]}, {policy.dominance[1]:g}"] if policy.dominance else []
    return "; ".join(said) or "none"


def _round(shown: pd.DataFrame, policy_of: Sequence[Policy], hide: np.ndarray) -> None:
    """Numbers to the nearest multiple, as the bounds that every number rounded so lies within; half goes up."""
    names = [name for name in ("low", "high", "qualifier", "exact", "text") if name in shown]
    columns: dict[str, list[Any]] = {name: shown[name].tolist() for name in names}
    changed = False
    for i, policy in enumerate(policy_of):
        low, high = columns["low"][i], columns["high"][i]
        if policy.rounding < 2 or hide[i] or pd.isna(low) or low != high:
            continue
        base = policy.rounding
        near = int((low + base / 2) // base) * base
        columns["low"][i], columns["high"][i] = float(max(0, near - base // 2)), float(near + (base - 1) // 2)
        for name, said in (("qualifier", "between"), ("exact", np.nan), ("text", f"{near}")):
            if name in columns:
                columns[name][i] = said
        changed = True
    if changed:
        for name, values in columns.items():
            shown[name] = values
