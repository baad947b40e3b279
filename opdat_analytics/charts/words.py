"""What a chart says in words: numbers, title, subtitle, source, attribution, caveats."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.charts.frame import HIDDEN, Point, blank, several, unique
from opdat_analytics.charts.style import joined
from opdat_analytics.model import OUTSIDE, OpdatError

PARTIAL_BELOW = 0.8
"""Coverage below which a total is a partial total (the metrics' own threshold)."""

_OFFENCES = {
    "trafficking": "trafficking in persons",
    "smuggling": "smuggling of migrants",
    "both": "trafficking and smuggling",
    "unstated": "offence not stated",
}
_CALENDARS = {
    "calendar": "calendar years {}",
    "us_fiscal": "U.S. fiscal years {}",
    "fiscal_other": "fiscal years {}",
    "mixed": "years {} (national periods pooled)",
    "undated": "{}",
}
_NAMES = {"jtfa": "Joint Task Force Alpha", "opdat": "OPDAT"}
_GROUPS = {"activity_type": "type of activity", "as_of": "date"}

_ROSE = re.compile(
    r"\b(rose|risen|rises?|rising|grew|grown|increas\w*|more than doubled|doubled|climbed|up from)\b", re.I
)
_FELL = re.compile(r"\b(fell|fallen|falls?|falling|declin\w*|decreas\w*|dropp?\w*|halved|down from)\b", re.I)
_CAUSAL = re.compile(
    r"\b(caused|causes|led to|leads to|because of|due to|thanks to|as a result of|driven by|impact of)\b", re.I
)


@cache
def _publishers() -> dict[str, Any]:
    text = resources.files("opdat_analytics.charts").joinpath("attribution.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def number(value: float, unit: str | None = None) -> str:
    """A number as printed on a chart: thousands separated, money and per cent with their sign."""
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}"
    return f"${text}" if unit == "usd" else f"{text}%" if unit == "percent" else text


def bounds(low: float | None, high: float | None, unit: str | None = None) -> str:
    """A figure in words: ``12``, ``12–18``, ``≥75``, or ``no figure``."""
    if low is None:
        return "no figure"
    if high is None:
        return f"≥{number(low, unit)}"
    return number(low, unit) if high == low else f"{number(low, unit)}–{number(high, unit)}"


def figure(point: Point, unit: str | None = None) -> str:
    """The figure of a point in words, ``[c]`` where it is hidden; ``about`` where the publisher said so."""
    if point.hidden:
        return HIDDEN
    return ("~" if point.about and point.stated else "") + bounds(point.low, point.high, unit)


def label(code: str, labels: Mapping[str, str] | None = None) -> str:
    """A code as people read it: the given label, else the vocabulary's name, else the code in words, else the text."""
    if labels and code in labels:
        return labels[code]
    if code == OUTSIDE:
        return "Other places"
    for known in (vocab.measures(), vocab.activity_types()):
        if code in known:
            return known[code].name
    if all(part in vocab.places() for part in code.split(";")):
        return vocab.place_name(code)
    if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code):
        words = code.replace("_", " ")
        return words[:1].upper() + words[1:]
    return code


def groups_word(by: str, frame: pd.DataFrame) -> str:
    """What the groups are called in a sentence; places are countries only where every one of them is."""
    if by == "place":
        levels = unique(frame, "level") or {
            "group" if code not in vocab.places() else vocab.places()[code].level for code in unique(frame, "place")
        }
        return "country" if set(levels) == {"country"} else "place"
    return _GROUPS.get(by, by.replace("_", " "))


def plural(word: str) -> str:
    """Several of what `groups_word` names: countries, regions."""
    return word.removesuffix("y") + ("ies" if word.endswith("y") else "s")


def measures(frame: pd.DataFrame, labels: Mapping[str, str] | None = None) -> str:
    """What is shown as a phrase: measures in the order of a case, or the rate, share or ratio made of them."""
    derived = _derived(frame, labels)
    if derived is not None:
        return derived[0]
    order = list(vocab.measures())
    codes = sorted(several(frame, "measure"), key=lambda code: order.index(code) if code in order else len(order))
    names = [label(code, labels) for code in codes] or ["Figures"]
    return joined([names[0], *map(_small, names[1:])])


def _derived(frame: pd.DataFrame, labels: Mapping[str, str] | None) -> tuple[str, str] | None:
    """Name and unit of what a metric made of counts, told by the columns that it leaves; None for counts."""
    names = [label(code, labels) for code in several(frame, "measure")]
    if "events_low" in frame.columns:
        return f"{joined(names)} per 100,000 people", "per 100,000 people"
    if "numerator_low" not in frame.columns:
        return None
    if "chance_low" not in frame.columns:
        return "Ratio of " + " to ".join(map(_small, names)), "ratio"
    if several(frame, "measure") == ["convictions", "acquittals"]:
        return "Conviction rate", "convicted among convicted or acquitted, 0 to 1"
    parts = [code for name in ("form", "sex", "age", "citizenship", "breakdown") for code in unique(frame, name)]
    part = joined(label(code, labels).lower() for code in parts if code != "total")
    return f"{joined(names)}: share of {part}", "share, 0 to 1"


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def unit(frame: pd.DataFrame) -> str | None:
    """The unit that numbers are written with; None for counts made into rates, shares and ratios."""
    return None if _derived(frame, None) else next(iter(several(frame, "unit")), None)


def period(years: Iterable[Any]) -> str:
    """First to last, as ``2003–2022``; one year alone; nothing for none."""
    known = sorted({year for year in years if not blank(year)}, key=str)
    if not known:
        return ""
    return str(known[0]) if len(known) == 1 else f"{known[0]}–{known[-1]}"


def subtitle(frame: pd.DataFrame, extra: Sequence[str] = (), labels: Mapping[str, str] | None = None) -> str:
    """Measure, offence, breakdowns, unit, calendar and period of the rows, parted by dots."""
    parts = [measures(frame, labels)]
    parts += [joined([_OFFENCES.get(code, code) for code in unique(frame, "offence")])]
    for name in ("form", "sex", "age", "citizenship", "breakdown"):
        codes = [code for code in unique(frame, name) if code != "total"]
        parts += [f"{name}: {joined([label(code, labels).lower() for code in codes])}" if codes else ""]
    derived = _derived(frame, labels)
    units = [{"unstated": "unit not stated", "usd": "U.S. dollars"}.get(code, code) for code in several(frame, "unit")]
    parts += [derived[1] if derived else joined(units)]
    parts += [joined(code for code in unique(frame, "statistic") if code != "count")]
    parts += ["to date" if "to_date" in unique(frame, "accumulation") else ""]
    span = period(frame["year"].map(_whole)) if "year" in frame.columns else ""
    calendars = joined(
        [_CALENDARS.get(code, code).format(span).strip() for code in several(frame, "calendar")] or [span]
    )
    parts += [calendars.replace("years", "year") if span.isdigit() else calendars if span else ""]
    parts += [joined([_NAMES.get(code, label(code, labels)) for code in several(frame, "programme")])]
    return " · ".join(filter(None, [*parts, *extra]))


def _whole(value: Any) -> Any:
    return None if blank(value) else int(value) if isinstance(value, float) else value


def source_line(frame: pd.DataFrame, sources: Mapping[str, str] | None = None) -> str:
    """Publishers, editions and reporters of the plotted rows; secondary sourcing is named."""
    if not unique(frame, "source"):
        return "Source: not stated in the frame."
    told = []
    for code in several(frame, "source"):
        rows = frame[[not blank(value) and code in str(value).split(";") for value in frame["source"]]]
        known = _publishers()["sources"].get(code, {}).get("name")
        told.append((sources or {}).get(code) or known or label(code))
        editions = several(rows, "edition")
        if editions == ["current"]:
            told[-1] += ", current edition"
        elif editions:
            word = "edition" if len(editions) == 1 else "editions"
            listed = (
                joined(editions) if len(editions) <= 4 else f"{editions[0]} to {editions[-1]} ({len(editions)} in all)"
            )
            told[-1] += f", {word} {listed}"
        reporters = [name for name in several(rows, "reporter") if name.lower() not in told[-1].lower()]
        if reporters:
            told[-1] += f"; reporter: {joined([_NAMES.get(name, label(name)) for name in reporters])}"
        rows = rows[rows["low"].notna()] if "low" in rows.columns else rows
        second = _second(rows)
        if second:
            told[-1] += (
                " (read on pages other than the publisher's)"
                if second == len(rows)
                else (f" ({second} of {len(rows)} figures read at least partly elsewhere)")
            )
    return f"Source{'s' if len(told) > 1 else ''}: " + "; ".join(told) + "."


def _second(rows: pd.DataFrame) -> int:
    return int(rows["secondary"].fillna(False).astype(bool).sum()) if "secondary" in rows.columns else 0


def publisher(source: str) -> str:
    """Who published a source, in words; its id in words where that is not known."""
    return str(_publishers()["sources"].get(source, {}).get("name") or label(source))


def result_of(source: str) -> str:
    """Whose result the figures of a source are, in a sentence."""
    known = _publishers()
    return str(known["sources"].get(source, known["otherwise"])["attribution"])


def listed(frame: pd.DataFrame) -> str:
    """What the entries of a list are called: awards where each of its sources lists awards, else activities."""
    known = _publishers()["sources"]
    named = {known.get(code, {}).get("listed", "activities") for code in several(frame, "source")}
    return named.pop() if len(named) == 1 else "activities"


def attribution(frame: pd.DataFrame) -> str:
    """Whose result the figures are, for every source that is plotted."""
    lines = [result_of(code) for code in several(frame, "source")]
    return " ".join(dict.fromkeys(lines or [_publishers()["otherwise"]["attribution"]]))


def direction(series: Sequence[Point]) -> str | None:
    """``rose``, ``fell`` or ``stayed the same`` from the first to the last year, where every reading agrees.

    Returns
    -------
    str or None
        None where the bounds allow more than one answer, where an end is partial, likely incomplete, unstable or
        read elsewhere than at its publisher (never a headline), where the places behind the two ends may differ,
        where one leaves out figures that are hidden, where the series breaks between them, or where there are not two
        years.
    """
    if len(series) < 2 or not series[0].stated or not series[-1].stated:
        return None
    first, last = series[0], series[-1]
    if any(end.partial or end.incomplete or end.unstable or end.about or end.secondary for end in (first, last)):
        return None
    if first.short or last.short:
        return None
    if first.n_reporting != last.n_reporting or first.low is None or last.low is None:
        return None
    if any(first.along < year <= last.along for year in last.breaks):
        return None
    if first.high is not None and last.low > first.high:
        return "rose"
    if last.high is not None and last.high < first.low:
        return "fell"
    return "stayed the same" if first.low == first.high == last.low == last.high else None


def message(
    series: Mapping[str, Sequence[Point]], what: str, by: str, unit: str | None = None,
    labels: Mapping[str, str] | None = None, whose: str = "",
) -> str:  # fmt: skip
    """A title that is true for every value within the bounds, else a neutral one.

    Parameters
    ----------
    series
        Points of each group in the order of years, those without a number too.
    what
        The measure in words.
    by
        What the groups are called.
    unit, labels
        Unit code of the numbers; names of groups by code.
    whose
        The one place that all of it is about, where the groups do not name it.

    Returns
    -------
    str
        ``Convictions in Africa rose from 29 in 2004 to 101 in 2010``, or ``Convictions by region, 2003–2022``; the
        latter also where a year between stands certainly above or below both ends.
    """
    span = period(point.along for run in series.values() for point in run)
    told = {group: [point for point in run if point.stated] for group, run in series.items()}
    ways = {direction(run) if _between_its_ends(run) else None for run in told.values()}
    if len(told) == 1:
        [(group, run)] = told.items()
        name = whose if by == "measure" or group == "all" else label(group, labels)
        way = ways.pop()
        if way in ("rose", "fell"):
            first, last = (f"{figure(end, unit)} in {end.along}" for end in (run[0], run[-1]))
            return f"{_lead(what, name)} {way} from {first} to {last}"
        return ", ".join(filter(None, [what, name, span]))
    ends = {(run[0].along, run[-1].along) for run in told.values() if run}
    if len(ways) == 1 and len(ends) == 1 and ways <= {"rose", "fell"}:
        [(first_year, last_year)] = ends
        every = f" in every {by}" if by != "measure" else ""
        both = ("" if every else " both" if len(told) == 2 else " all") + f" {ways.pop()}"
        return f"{_lead(what, whose)}{both}{every} from {first_year} to {last_year}"
    return ", ".join(filter(None, [what if by == "measure" else f"{what} by {by}", whose, span]))


def _between_its_ends(run: Sequence[Point]) -> bool:
    """Whether no year is certainly above or below both ends: “rose from 14 to 228” hides the 484 in the middle."""
    ends = [*run[:1], *run[-1:]]
    most = max((math.inf if end.high is None else end.high for end in ends), default=0)
    least = min((end.low or 0 for end in ends), default=0)
    return not any(
        (point.low or 0) > most or (point.high is not None and point.high < least) for point in run if point.stated
    )


def _lead(what: str, name: str) -> str:
    return f"{name}: {what[:1].lower()}{what[1:]}" if name else what


def whose(frame: pd.DataFrame, by: str, labels: Mapping[str, str] | None = None) -> str:
    """The one country or region that a chart is about, where its groups are not places; else nothing."""
    if by in ("place", "region"):
        return ""
    for name in ("place", "region"):
        found = unique(frame, name)
        if len(found) == 1 and not frame[name].isna().any():
            return label(str(next(iter(found))), labels)
    return ""


def own_title(title: str, series: Iterable[Sequence[Point]]) -> str:
    """Let a title of the author stand, unless the data do not bear it.

    Raises
    ------
    OpdatError
        If it says that something rose or fell and no group did so for every value within its bounds, or if
        it names a cause.
    """
    cause = _CAUSAL.search(title)
    if cause:
        raise OpdatError(
            f"The title “{title}” names a cause (“{cause[0]}”). These figures do not show causes; "
            "say what was counted, where and when."
        )
    ways = {direction(run) for run in series}
    for pattern, way in ((_ROSE, "rose"), (_FELL, "fell")):
        said = pattern.search(title)
        if said and way not in ways:
            raise OpdatError(
                f"The title “{title}” says “{said[0]}”, but no group {way} for every value within its bounds with "
                "complete first and last years. Say what the figures are, or leave the title out for a neutral one."
            )
    return title


def caveats(marks: Sequence[Point], extra: Sequence[str] = ()) -> list[str]:
    """Everything a reader should know, the gravest first; ``extra`` of the chart goes before all of it."""
    stated = [point for point in marks if point.stated]
    total = len(stated)

    def told(name: str, one: str, many: str) -> None:
        count = sum(bool(getattr(point, name)) for point in stated)
        if count:
            found.append(f"{_share(count, total)} {one if count == 1 else many}")

    found = list(extra)
    if not stated and not all(point.hidden for point in marks):
        found.append("No number is stated for any of these; missing is not zero.")
    few = f"fewer than {PARTIAL_BELOW:.0%} of the places expected reported; do not compare with full totals."
    told("partial", f"is a partial total: {few}", f"are partial totals: {few}")
    elsewhere = "at least partly on pages other than the publisher's."
    told("secondary", f"rests {elsewhere}", f"rest {elsewhere}")
    larger = "(“over”, “at least”): the number may be larger."
    told("unbounded", f"is a lower bound {larger}", f"are lower bounds {larger}")
    late = sorted({str(point.along) for point in stated if point.incomplete and point.along is not None})
    if any(point.incomplete for point in stated):
        found.append(f"Likely incomplete by the source's usual reporting lag: {joined(late) or 'some figures'}.")
    told("unstable", "rests on fewer than 20 events: read no change into it.",
         "rest on fewer than 20 events: read no change into them.")  # fmt: skip
    if any(point.chance_high is not None for point in stated):
        found.append("Thin whiskers are 95% chance limits: how far chance alone could move a figure; not bounds.")
    hidden = "known only within bounds, often because small numbers are hidden."
    told("ranged", f"is {hidden}", f"are {hidden}")
    told("restated", "was restated by the publisher.", "were restated by the publisher.")
    told("about", "rests on a number given as “about”, marked ~.", "rest on numbers given as “about”, marked ~.")
    gone = sum(point.hidden for point in marks)
    missing = len(marks) - total - gone
    if stated and missing:
        kinds = sorted(
            {point.qualifier.replace("_", " ") for point in marks if not point.stated}
            - {"exact", "unquantified", "suppressed"}
        )
        why = f" ({joined(kinds)})" if kinds else ""
        found.append(
            f"{missing} of {len(marks)} {'has' if missing == 1 else 'have'} no number{why}; missing is not zero."
        )
    return found


def _share(count: int, total: int) -> str:
    if count == total:
        return "The only figure" if total == 1 else f"All {total} figures"
    return f"{count} of {total} figures"
