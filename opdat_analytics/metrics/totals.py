"""Totals with their bounds, who reported, and what was left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.metrics.breaks import breaks_between, told
from opdat_analytics.metrics.cells import NO_NUMBER, cells
from opdat_analytics.metrics.overlaps import refuse_overlaps
from opdat_analytics.metrics.select import PROFILE, Selection, columns_of, said, select, words_of
from opdat_analytics.metrics.spans import WHOLE, together
from opdat_analytics.model import OUTSIDE, UnknownName

PARTIAL_BELOW = 0.8
"""Coverage below which a total is a partial total."""

QUERY = (
    "measure", "source", "edition", "reporter", "programme", "activity", "offence", "unit", "statistic", "form",
    "sex", "age", "citizenship", "breakdown", "level", "calendar", "accumulation", "scheme", "places", "years",
)  # fmt: skip
"""Columns of a result that are its query, beside those that it is grouped by."""

_ANSWER = (
    "low", "high", "qualifier", "n_figures", "n_reporting", "n_expected", "coverage", "partial", "about", "secondary",
    "low_same", "high_same", "n_same", "series_break", "part_of_year", "left_out", "caveat",
)  # fmt: skip


def totals(
    obs: Any,
    measure: str,
    by: str | Sequence[str] = ("year",),
    *,
    expected: Iterable[str] | None = None,
    **names: Any,
) -> pd.DataFrame:
    """Add the figures of one measure: lows to lows, highs to highs.

    Parameters
    ----------
    obs
        Observations, as for `select`.
    measure
        Measure code.
    by
        Columns to group by, from ``select.BY``; none gives one row.
    expected
        Places that should report; without it, those that report this series in any year of the range.
    **names
        As for `select`: ``source``, ``edition``, ``reporter``, ``programme``, ``activity``, ``offence``, ``unit``,
        ``statistic``, ``calendar``, ``accumulation``, ``level``, ``form``, ``sex``, ``age``, ``citizenship``,
        ``breakdown``, ``places``, ``years``.

    Returns
    -------
    pandas.DataFrame
        One row per group, in their order; where ``by`` names year, a year without figures is a row too.

        - the columns of ``by``;
        - the query: ``measure``, ``source`` … ``scheme``, ``places``, ``years``, without those in ``by``;
          several values joined by ``;``, null where not limited; ``edition`` is ``current`` or as named;
        - ``low``, ``high``: bounds of the sum of what was reported; ``high`` null where unbounded, both null
          where nothing has a number;
        - ``qualifier``: ``about`` where any figure is, else ``at_least`` (unbounded), ``exact``, ``between``,
          ``suppressed`` (hidden, and no other number) or ``unquantified`` (no number);
        - ``n_figures`` (with a number), ``n_reporting`` (places with one), ``n_expected`` (places),
          ``coverage`` (share of the expected places that report; null where none is expected),
          ``partial`` (coverage below 0.8, or a figure that covers only part of its year);
        - ``about``, ``secondary``: whether any figure is;
        - ``low_same``, ``high_same``, ``n_same``: the same for the places that report in every year of the range, and
          in each the same part of it;
        - ``series_break``: the series breaks in this year; no line is drawn to it from the year before;
        - ``part_of_year``: null where every figure covers a whole year; else what they cover, as ``Jan–Sep`` or, of
          several series, ``Jan–Sep;whole year``. Quarters that tile a year are a whole year. Sums of different parts
          are not compared by `change`, `rolling`, `index`, `rank`, `rates`, `ratio` and `before_after`;
        - ``left_out``, ``caveat``: in words; null where there is nothing to say.

    Raises
    ------
    MixtureRefused, UnknownName, OpdatError
        As `select`; MixtureRefused also where periods overlap or totals to date would be added.

    Notes
    -----
    The range of years is the named ``years``, else from the first to the last year of the selection. Coverage
    after OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 3: missing is never zero.

    Of a figure that one edition prints twice, a publication calls only the first current. Rows of one series that
    stand beside each other in another frame may be single cases, so every one is added, and the caveat says it.
    """
    grouping = columns_of(by)
    selection = select(obs, measure, by=grouping, **names)
    return add(selection, cells(selection, grouping), grouping, _expected(expected))


def add(
    selection: Selection,
    reduced: pd.DataFrame,
    by: tuple[str, ...],
    expected: tuple[str, ...] | None = None,
    years: list[int] | None = None,
) -> pd.DataFrame:
    """Add cells to a totals frame; see `totals` for its columns. ``years`` overrides the range of years."""
    years = year_range(selection, reduced) if years is None else years
    outer = [name for name in by if name != "year"]
    keyed = reduced.assign(_all=0)
    keys, within = ["_all", *by], ["_all", *outer]
    refuse_overlaps(keyed[keyed["numbers"] > 0], keys)

    frame = groups_of(_with_expected(keyed, within, expected, selection), by, years)
    frame, keyed = _numbered(frame, keyed, keys, within)
    stated = keyed[keyed["numbers"] > 0]
    sums = keyed.groupby("_row")[["low", "high", "numbers", "open", "about", "secondary", *NO_NUMBER]].sum()
    frame = frame.join(sums, on="_row")
    same = _same(stated, years)
    frame["n_reporting"] = frame["_row"].map(_places(stated, "_row"))
    frame["n_expected"] = frame["_within"].map(_places(stated, "_within"))
    frame["n_same"] = frame["_within"].map(_places(same, "_within"))
    frame = frame.join(same.groupby("_row")[["low", "high", "open"]].sum().add_suffix("_same"), on="_row")
    whole = ["numbers", "open", "about", "secondary", *NO_NUMBER, "n_reporting", "n_expected", "n_same"]
    frame[whole] = frame[whole].fillna(0).astype("int64")

    frame["covering"] = frame["n_reporting"]
    if expected is not None:
        frame["n_expected"] = _expected_in(frame, outer, expected, keyed, selection)
        among = _places(stated[stated["place"].isin(expected)], "_row")
        frame["covering"] = frame["_row"].map(among).fillna(0).astype("int64")
    frame["coverage"] = (frame["covering"] / frame["n_expected"]).where(frame["n_expected"] > 0)
    frame["part_of_year"] = _parts(frame, stated)
    frame["partial"] = ~(frame["coverage"] >= PARTIAL_BELOW) | frame["part_of_year"].notna()
    frame["high"] = frame["high"].where((frame["numbers"] > 0) & (frame["open"] == 0))
    frame["low"] = frame["low"].where(frame["numbers"] > 0)
    frame["high_same"] = frame["high_same"].where(frame["open_same"] == 0)
    frame["n_figures"] = frame["numbers"]
    frame[["about", "secondary"]] = frame[["about", "secondary"]] > 0
    hidden = (frame["numbers"] == 0) & (frame["suppressed"] > 0)
    frame["qualifier"] = qualifiers(frame).where(~hidden, "suppressed")
    frame["left_out"] = _left_out(frame, selection, stated, years, "year" in by)
    frame["caveat"] = _caveats(frame, selection, keyed, by)
    for name in ("left_out", "caveat"):
        frame[name] = frame[name].astype("str")
    ask(frame, selection, by)
    yearly = "year" in by
    rows = frame[[name for name in ("source", "measure", "place", "year") if name in frame]].to_dict("records")
    frame["series_break"] = [
        yearly and bool(breaks_between(row, int(row["year"]) - 1, int(row["year"]))) for row in rows
    ]
    frame = frame.sort_values(list(by), kind="stable", ignore_index=True) if by else frame
    return frame[[*by, *[name for name in QUERY if name not in by], *_ANSWER]]


def coverage(
    obs: Any,
    measure: str,
    by: str | Sequence[str] = ("region", "year"),
    *,
    expected: Iterable[str] | None = None,
    **names: Any,
) -> pd.DataFrame:
    """How many of the expected places report; arguments and errors as for `totals`.

    Returns
    -------
    pandas.DataFrame
        The columns of `totals` up to its query, then ``n_reporting``, ``n_expected``, ``coverage`` (0 to 1),
        ``partial``, ``left_out``, ``caveat``.
    """
    frame = totals(obs, measure, by, expected=expected, **names)
    reporting = {"n_reporting", "n_expected", "coverage", "partial", "left_out", "caveat"}
    return frame.drop(columns=[name for name in _ANSWER if name not in reporting])


def year_range(selection: Selection, reduced: pd.DataFrame) -> list[int]:
    """The named years, else every year from the first to the last that is found; empty where none is."""
    if selection.years is not None:
        return list(selection.years)
    found = reduced["year"].dropna()
    return list(range(int(found.min()), int(found.max()) + 1)) if len(found) else []


def _expected(places: Iterable[str] | None) -> tuple[str, ...] | None:
    if places is None:
        return None
    found = tuple(dict.fromkeys([places] if isinstance(places, str) else places))
    for place in found:
        if place not in vocab.places():
            near = vocab.near_places(place)
            raise UnknownName(
                f"expected=… names “{place}”, which is not a known place code. "
                + (f"Did you mean {near}? " if near else "")
                + "Codes are those of ISO 3166-1 alpha-3 or ours."
            )
    return found


def groups_of(keyed: pd.DataFrame, by: tuple[str, ...], years: list[int]) -> pd.DataFrame:
    """Every group that there must be a row for: those found, each in every year of the range where ``by`` names it."""
    groups = keyed[["_all", *[name for name in by if name != "year"]]].drop_duplicates(ignore_index=True)
    if "year" not in by:
        return groups
    return groups.merge(pd.DataFrame({"year": pd.array(years, dtype="Int64")}), how="cross")


def _with_expected(
    keyed: pd.DataFrame, within: list[str], expected: tuple[str, ...] | None, selection: Selection
) -> pd.DataFrame:
    """Add the groups of expected places that reported nothing at all."""
    if expected is None or not set(within) <= {"_all", "place", "region"}:
        return keyed[within]
    due = pd.DataFrame({"_all": 0, "place": list(expected)})
    if "region" in within:
        due["region"] = due["place"].map(_regions(keyed, selection))
    return pd.concat([keyed[within], due[within]], ignore_index=True)


def _regions(keyed: pd.DataFrame, selection: Selection) -> Mapping[str, str]:
    scheme = selection.query.get("scheme")
    known = dict(vocab.scheme(scheme)) if scheme else {}
    known |= dict(zip(keyed["place"], keyed["region"], strict=True))
    return {place: known.get(place, OUTSIDE) for place in (*vocab.places(), *known)}


def _expected_in(
    frame: pd.DataFrame, outer: list[str], expected: tuple[str, ...], keyed: pd.DataFrame, selection: Selection
) -> list[int]:
    region_of = _regions(keyed, selection) if "region" in outer else {}
    counts = []
    for row in frame.to_dict("records"):
        due = [place for place in expected if "place" not in outer or place == row["place"]]
        counts.append(len([p for p in due if "region" not in outer or region_of[p] == row["region"]]))
    return counts


def _numbered(
    frame: pd.DataFrame, keyed: pd.DataFrame, keys: list[str], within: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Number the rows of the result, its groups over all years, and places: sums by number cost less than by words."""
    groups = frame.groupby(within, dropna=False, sort=False).ngroup()
    frame = frame.assign(_row=range(len(frame)), _within=groups)
    keyed = keyed.merge(frame[[*keys, "_row"]], on=keys, how="left")
    keyed = keyed.merge(frame[[*within, "_within"]].drop_duplicates("_within"), on=within, how="left")
    # A cell of a year outside of the range is in no row.
    keyed[["_row", "_within"]] = keyed[["_row", "_within"]].fillna(-1).astype("int64")
    return frame, keyed.assign(_place=pd.factorize(keyed["place"], use_na_sentinel=False)[0])


def _places(stated: pd.DataFrame, number: str) -> pd.Series[Any]:
    """How many places there are in each row or group."""
    return stated.groupby(number)["_place"].nunique()


def _same(stated: pd.DataFrame, years: list[int]) -> pd.DataFrame:
    """Cells of the places that report in every year of the range, within their group."""
    subject = ["_within", "_place"]
    grouped = stated.groupby(subject)
    always = grouped["year"].transform("nunique") >= len(years)
    if stated["part_of_year"].notna().any():
        covered = stated.assign(part_of_year=stated["part_of_year"].fillna(WHOLE)).groupby(subject)
        always &= covered["part_of_year"].transform("nunique") == 1
    return stated[always]


def _parts(frame: pd.DataFrame, stated: pd.DataFrame) -> pd.Series[Any]:
    """What part of a year each group covers; see ``spans``."""
    if stated["part_of_year"].isna().all():
        return pd.Series(None, index=frame.index, dtype="str")
    return frame["_row"].map(stated.groupby("_row")["part_of_year"].agg(together)).astype("str")


def bounds_qualifier(low: float, high: float, about: bool) -> str:
    """The qualifier of a result: no number, about, unbounded, exact or between, in this order."""
    if math.isnan(low):
        return "unquantified"
    if about:
        return "about"
    if math.isnan(high):
        return "at_least"
    return "exact" if low == high else "between"


def qualifiers(result: pd.DataFrame) -> pd.Series[Any]:
    """The qualifier of each row of a result, from its bounds and ``about``."""
    rows = zip(result["low"], result["high"], result["about"], strict=True)
    return pd.Series([bounds_qualifier(*row) for row in rows], index=result.index, dtype="str")


def leaves_out_hidden(result: pd.DataFrame) -> pd.Series[Any]:
    """Which sums of a result are without figures that are hidden, as ``left_out`` says."""
    if "left_out" not in result:
        return pd.Series(data=False, index=result.index)
    return result["left_out"].astype("str").str.contains(r"without a number: [^;]*\bsuppressed\b").fillna(value=False)


def _left_out(
    frame: pd.DataFrame, selection: Selection, stated: pd.DataFrame, years: list[int], yearly: bool
) -> list[str | None]:
    general = said(selection.left_out)
    seen = stated[["_within", "_place", "year"]].drop_duplicates().groupby("_within").size()
    seen_of = frame["_within"].map(seen).fillna(0)
    lines: list[str | None] = []
    rows = frame[[*NO_NUMBER, "n_expected", "covering"]].to_dict("records")
    for row, place_years in zip(rows, seen_of, strict=True):
        own = [f"{row[code]} {code.replace('_', ' ')}" for code in NO_NUMBER if row[code]]
        texts = [f"without a number: {', '.join(own)}"] if own else []
        missing = row["n_expected"] - row["covering"]
        if missing > 0:
            texts.append(f"{missing} of {row['n_expected']} expected places reported no number")
        due = row["n_expected"] * len(years)
        if not yearly and 0 < place_years < due:
            texts.append(f"{due - int(place_years)} of {due} place-years have no number")
        lines.append("; ".join([*texts, *general]) or None)
    return lines


def _caveats(frame: pd.DataFrame, selection: Selection, keyed: pd.DataFrame, by: tuple[str, ...]) -> list[str | None]:
    times = frame["_row"].map(keyed[keyed["numbers"] > 1].groupby("_row").size()).fillna(0)
    parted = frame["_row"].map(_places(keyed[keyed["part_of_year"].notna()], "_row")).fillna(0)
    breaks = [b for b in vocab.breaks() if b.measure == selection.query["measure"]]
    breaks = [b for b in breaks if b.source in set(selection.profile["source"])]
    lines: list[str | None] = []
    rows = frame[[*by, "part_of_year", "n_reporting"]].to_dict("records")
    for row, n, some in zip(rows, times, parted, strict=True):
        texts = list(selection.caveats)
        if n:
            texts.append(f"{int(n)} series are stated more than once; every statement is added")
        if some:
            parts = " and ".join(part for part in str(row["part_of_year"]).split(";") if part != WHOLE)
            texts.append(f"only part of a year ({parts}) is covered by {int(some)} of {row['n_reporting']} places")
        if "year" in by:
            broken = [b for b in breaks if b.year == row["year"] and row.get("place", b.place) in ("", b.place)]
            texts += told(broken)
        lines.append("; ".join(texts) or None)
    return lines


def ask(frame: pd.DataFrame, selection: Selection, by: tuple[str, ...]) -> None:
    """Write the query into the rows: what differs between named groups is that group's own."""
    apart = [name for name in by if name in PROFILE]
    for name in (name for name in QUERY if name not in by):
        values: list[str | None] = [selection.query.get(name)] * len(frame)
        if apart and name in PROFILE and name != "edition":
            own = selection.profile.groupby(apart, dropna=False)[name].agg(words_of).rename("own").reset_index()
            found = frame[apart].merge(own, on=apart, how="left")["own"]
            values = [None if pd.isna(value) else str(value) for value in found]
        frame[name] = pd.Series(values, index=frame.index, dtype="str")
