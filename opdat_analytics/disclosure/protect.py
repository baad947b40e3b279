"""Figures as they may leave: small ones hidden, and as many others as it takes to keep them hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from opdat_analytics.disclosure.attack import FAR, Sum, System, bounds_of, reconciled, with_rests
from opdat_analytics.disclosure.policy import Policies, Policy
from opdat_analytics.disclosure.structure import (
    DIVIDED,
    TOTAL,
    Key,
    keys_of,
    parents_of,
    shared_columns,
    sums_of,
    unseen,
)
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
        Notes beside guarded figures are left out.
    audit
        One row per hidden figure: the columns that say which, ``reason``, ``rule``. Never a number.
    """

    frame: pd.DataFrame
    audit: pd.DataFrame


def protect(
    frame: pd.DataFrame,
    rules: Policies,
    *,
    before: Sequence[pd.DataFrame] = (),
    hierarchy: Mapping[str, str] | None = None,
) -> Protected:
    """Hide what must not leave of one table; see `protect_together`."""
    return protect_together({"": frame}, rules, before=before, hierarchy=hierarchy)[""]


def protect_together(
    frames: Mapping[str, pd.DataFrame],
    rules: Policies,
    *,
    before: Sequence[pd.DataFrame] = (),
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
        The same figures as they were released earlier, one table for each release, hidden figures and all.
    hierarchy
        Place → the place that it is part of.

    Returns
    -------
    dict of Protected
        For each table. Every hidden figure, those of earlier releases too, was attacked with all that is shown and
        ever was, and keeps the width that its policy asks; a table for which that cannot be had is collapsed.
    """
    used = {name: frame for name, frame in frames.items() if _is_of_figures(frame)}
    done = {name: Protected(frame, _no_audit()) for name, frame in frames.items() if name not in used}
    if not rules.hide or not used:
        return {name: done.get(name, Protected(frame, _no_audit())) for name, frame in frames.items()}
    same = shared_columns(used.values())
    policy_of = {name: _policies_of(frame, rules) for name, frame in used.items()}
    earlier = [_earlier(frame, rules, same) for frame in before]
    keys = {name: keys_of(frame, same) for name, frame in used.items()}
    cells = _cells(used, keys, policy_of)
    if cells:
        _hide(cells, [one for one in earlier if one], parents_of((*used.values(), *before), hierarchy))
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
                    key, _Cell(key, float(low), float(low + FAR if pd.isna(high) else high), policy, float(most))
                )
    return cells


Release = Mapping[Key, float | None]
"""What one release said: key → number, None where it was hidden."""


def _earlier(released: pd.DataFrame, rules: Policies, same: Sequence[str]) -> Release:
    guarded = released[[policy.hides for policy in _policies_of(released, rules)]]
    exact = [low if low == high else None for low, high in zip(guarded["low"], guarded["high"], strict=True)]
    return dict(zip(keys_of(guarded, same), exact, strict=True))


def _hide(cells: dict[Key, _Cell], earlier: Sequence[Release], parents: Mapping[str, str]) -> None:
    """Give every cell that must be hidden its reason."""
    known = list(cells.values())
    for cell in known:
        cell.reason = _sensitive(cell, _said(cell.key, earlier))
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


def _said(key: Key, earlier: Sequence[Release]) -> frozenset[float]:
    """Every number that earlier releases gave for a figure."""
    return frozenset(said for release in earlier if (said := release.get(key)) is not None)


def _sensitive(cell: _Cell, said: frozenset[float]) -> str | None:
    threshold, exact = cell.policy.threshold, cell.low == cell.high
    if exact and cell.low in said:
        return None  # everybody has it already
    if exact and 0 < cell.low < threshold:
        return "below the threshold"
    if exact and any(0 < abs(cell.low - number) < threshold for number in said):
        return "differs from an earlier release by less than the threshold"
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


def _hide_once(cells: Sequence[_Cell], earlier: Sequence[Release], parents: Mapping[str, str]) -> list[_Cell]:
    """Hide what it takes; the cells of tables that could not be made safe."""
    old = _old_cells(cells, earlier, parents)
    last = old.places[-1] if old.places else {cell.key: number for number, cell in enumerate(cells)}
    between = unseen(last, parents)
    done = _hide_with(cells, earlier, parents, old, between)
    if done is None:  # the figures do not add up as one table, so that what nobody printed cannot be asked for
        done = _hide_with(cells, earlier, parents, old, [])
    return done or []


def _hide_with(
    cells: Sequence[_Cell], earlier: Sequence[Release], parents: Mapping[str, str], old: _Old, between: Sequence[Key]
) -> list[_Cell] | None:
    """The same with figures that nobody printed; None where no number fits them."""
    keys = [cell.key for cell in cells]
    n, seen = len(cells), len(cells) + len(old.values)
    size = seen + len(between)
    low = np.concatenate([[cell.low for cell in cells], old.values, np.zeros(len(between))])
    high = np.concatenate([[cell.high for cell in cells], old.values, np.zeros(len(between))])
    free = np.concatenate([np.zeros(n, dtype=bool), old.free, np.ones(len(between), dtype=bool)])
    now = {key: number for number, key in enumerate(keys)}
    # What a release did not print is taken for what another one did, and for what nobody did where none did.
    rest = {key: seen + number for number, key in enumerate(between)}
    rest = (dict(old.places[-1]) if old.places else now) | rest if between else {}
    all_places = [{**rest, **places} for places in (now, *old.places)]
    known: dict[Sum, None] = {}
    for places in all_places:
        at = list(places.values())
        for one in sums_of(list(places), low[at], high[at], parents, free[at]):
            known[replace(one, total=at[one.total], parts=tuple(at[part] for part in one.parts))] = None
    system = System(low, high, tuple(known))
    unprinted = np.arange(size) >= seen
    sensitive, may_hide = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    least, most = np.zeros(size), np.zeros(size)
    for i, cell in enumerate(cells):
        sensitive[i] = cell.reason is not None
        may_hide[i] = cell.low == cell.high and cell.low not in _said(cell.key, earlier)
        small = cell.low < cell.policy.threshold
        margin = max(float(cell.policy.threshold), np.ceil(0.1 * cell.low))
        most[i] = cell.policy.threshold - 1 if small else cell.low + margin
        least[i] = 0.0 if small else max(0.0, cell.low - margin)
    unsafe: list[_Cell] = []
    also: list[_Cell] = []
    for group in parts_that_hang_together(system):
        own = [cells[i] for i in group if i < n]
        if not own or not (sensitive | free)[group].any():
            continue
        width = max(max(cell.policy.threshold, 2) - 1 for cell in own)
        part = cut(system, group)
        values = _values(part, free[group])
        if values is None and (other := reconciled(part, free[group])) is not None:
            part, values = other, _values(other, free[group])
        if values is None and between:
            return None
        part = with_rests(part)
        more = part.size - len(group)
        free_here = np.append(free[group], np.ones(more, dtype=bool))
        none, nobody = np.zeros(more, dtype=bool), np.append(unprinted[group], np.ones(more, dtype=bool))
        above = np.where(nobody, width + 1.0, np.append(most[group], np.zeros(more)))
        need = Need(np.append(least[group], np.zeros(more)), above, float(width), nobody)
        values = values if values is None or not more else _values(part, free_here)
        hidden = None if values is None else suppressed(
            part, values, np.append(sensitive[group], none), np.append(may_hide[group], none), free_here, need
        )  # fmt: skip
        if hidden is None:
            unsafe += [cell for cell in own if cell.reason != "collapsed"]
            continue
        also += [cells[i] for i, hide in zip(group, hidden.tolist(), strict=False) if hide and i < n]
    for cell in also:
        cell.reason = cell.reason or "protects a hidden figure"
    return unsafe


@dataclass(frozen=True)
class _Old:
    """Cells of earlier releases that are no cells of this one, and where the figures of each release stand."""

    values: np.ndarray
    free: np.ndarray
    places: Sequence[Mapping[Key, int]]


def _old_cells(cells: Sequence[_Cell], earlier: Sequence[Release], parents: Mapping[str, str]) -> _Old:
    """What was shown and is another number now is a cell of its own.

    What was hidden is taken for what it is now, unless what stood around it says that it was another. Whoever has
    an earlier release keeps it, so that each is read with all that came before it, and this one with all of them.
    """
    now = {cell.key: number for number, cell in enumerate(cells)}
    own: dict[tuple[Key, float | None], int] = {}
    values: list[float] = []
    read: dict[Key, float | None] = {}
    places: list[Mapping[Key, int]] = []
    at: dict[Key, int] = {}
    for release in earlier:
        read |= release
        others = _were_others(read, cells, now, parents)
        at = {}
        for key, said in read.items():
            here = now.get(key)
            same = here is not None and said is not None and cells[here].low == said == cells[here].high
            if here is not None and (same or (said is None and key not in others)):
                at[key] = here
                continue
            if (key, said) not in own:
                own[key, said] = len(cells) + len(values)
                values.append(0.0 if said is None else said)
            at[key] = own[key, said]
        places.append(at)
    if earlier:
        places.append(at | now)
    return _Old(np.array(values, dtype=float), np.array([said is None for _, said in own], dtype=bool), places)


def _were_others(
    read: Release, cells: Sequence[_Cell], now: Mapping[Key, int], parents: Mapping[str, str]
) -> frozenset[Key]:
    """Figures that an earlier release hid and that were others then: what stood around them does not fit them now."""
    keys = list(read)
    hidden = np.array([read[key] is None for key in keys], dtype=bool)
    open_cells = np.array([gone and key not in now for gone, key in zip(hidden, keys, strict=True)], dtype=bool)
    taken = [cells[now[key]].low if gone and key in now else said or 0.0
             for key, gone, said in zip(keys, hidden, read.values(), strict=True)]  # fmt: skip
    known = np.array(taken, dtype=float)
    others = set()
    for one in sums_of(keys, known, known, parents, hidden):
        members = (one.total, *one.parts)
        if not open_cells[list(members)].any() and known[list(one.parts)].sum() != known[one.total]:
            others |= {keys[member] for member in members if hidden[member]}
    return frozenset(others)


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
    if "note" in shown.columns:  # what stands beside one figure may tell another
        shown["note"] = shown["note"].mask(np.array([policy.hides for policy in policy_of], dtype=bool), None)
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
