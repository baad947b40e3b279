"""Makes messy tables from tidy ones by undoing known steps: each comes with the steps that tidy it again."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

Table = list[list[str]]
Steps = list[dict[str, str | int]]

_NAMES = [
    "Harbour",
    "Valley",
    "Hill",
    "Plains",
    "Coast",
    "Ridge",
    "Meadow",
    "Forest",
    "Lake",
    "River",
    "Summit",
    "Canyon",
    "Delta",
    "Island",
    "Bridge",
    "Orchard",
    "Quarry",
    "Mill",
    "Castle",
    "Garden",
    "Market",
    "Tower",
    "Station",
    "Chapel",
    "Field",
    "Grove",
    "Marsh",
    "Dune",
    "Glen",
    "Ford",
]
_KINDS = "court school clinic office depot branch farm library museum garage".split()  # noqa: SIM905
_TOPICS = "evidence interviewing sentencing appeals bail forensics ethics translation mediation drafting".split()  # noqa: SIM905
_COLOURS = "red green blue white black grey orange purple".split()  # noqa: SIM905
_MEASURES = "Charged Convicted Acquitted Budget Staff Visits Sales Returns Rainfall Output".split()  # noqa: SIM905
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905


def messy(seed: int, operator: str) -> tuple[Table, Steps]:
    """A messy table of a seed and the steps that tidy it; ``operator`` is a key of ``MAKERS``."""
    return MAKERS[operator](random.Random(seed))


def _names(draw: random.Random, count: int) -> list[str]:
    kind = draw.choice(_KINDS)
    return [f"{name} {kind}" for name in draw.sample(_NAMES, count)]


def _number(draw: random.Random, top: int) -> str:
    return str(draw.randint(0, top))


def _keys(draw: random.Random, least: int = 3, most: int = 9) -> list[str]:
    """Like headings: years, months, quarters, places, weeks, ranges."""
    count = draw.randint(least, most)
    first = draw.randint(1995, 2015)
    years = [str(first + n) for n in range(count)]
    return draw.choice(
        (
            years, years[::-1], _MONTHS[:count], [f"FY{y}" for y in years], [f"Week {n}" for n in range(1, count + 1)],
            [f"Q{1 + n % 4} {first + n // 4}" for n in range(count)],
            draw.sample(("Kenya", "Peru", "Chile", "Nepal", "Albania", "Mexico", "Spain", "France", "Brazil"), count),
            [f"{a * 10}-{a * 10 + 9}" for a in range(1, count + 1)],
        )
    )  # fmt: skip


def _extra(draw: random.Random, count: int) -> list[tuple[str, list[str]]]:
    """Ordinary columns beside the names."""
    known: list[tuple[str, Callable[[], str]]] = [
        ("Colour", lambda: draw.choice(_COLOURS)),
        ("Opened", lambda: f"{draw.randint(1, 28)} May {draw.randint(1970, 2020)}"),
        ("Code", lambda: f"{draw.choice('ABC')}{draw.randint(100, 999)}"),
        ("Rate", lambda: f"{draw.random() * 100:.1f}%"),
        ("Price", lambda: f"${draw.randint(10, 99999):,}"),
    ]  # fmt: skip
    chosen = draw.sample(known, draw.randint(0, 2))
    return [(name, [make() for _ in range(count)]) for name, make in chosen]


def _joined(columns: Sequence[tuple[str, Sequence[str]]]) -> Table:
    return [[name for name, _ in columns], *map(list, zip(*(values for _, values in columns), strict=True))]


def _wide(draw: random.Random, names: Sequence[str]) -> tuple[list[tuple[str, list[str]]], list[str]]:
    top = draw.choice((9, 400, 90_000))
    keys = _keys(draw)
    return [(key, [_number(draw, top) for _ in names]) for key in keys], keys


def _stack(draw: random.Random) -> tuple[Table, Steps]:
    names = _names(draw, draw.randint(3, 25))
    left = [("Name", names), *_extra(draw, len(names))]
    wide, keys = _wide(draw, names)
    return _joined([*left, *wide]), [_span("stack", len(left), len(keys))]


def _span(operator: str, first: int, count: int) -> dict[str, str | int]:
    return {"operator": operator, f"{operator}_start_idx": first, f"{operator}_end_idx": first + count - 1}


def _groups(draw: random.Random) -> tuple[Table, Steps]:
    names = _names(draw, draw.randint(3, 20))
    left = [("Name", names), *_extra(draw, len(names))]
    measures = draw.sample(_MEASURES, draw.randint(2, 3))
    first, count = draw.randint(2000, 2015), draw.randint(2, 5)
    form = draw.choice(("{m} {k}", "{k} {m}", "{m} ({k})", "{k} - {m}", "{m}_{k}"))
    keys = draw.choice(([str(first + n) for n in range(count)], [f"Q{n + 1}" for n in range(min(count, 4))]))
    wide = [
        (form.format(m=measure, k=key), [_number(draw, 500) for _ in names]) for key in keys for measure in measures
    ]
    return _joined([*left, *wide]), [_span("wide_to_long", len(left), len(wide))]


def _transpose(draw: random.Random) -> tuple[Table, Steps]:
    names = _names(draw, draw.randint(3, 9))
    columns = [
        ("Opened", [f"{draw.randint(1, 28)} June {draw.randint(1970, 2020)}" for _ in names]),
        ("Staff", [_number(draw, 60) for _ in names]),
        ("Budget", [f"${draw.randint(10_000, 9_000_000):,}" for _ in names]),
        ("Electronic files", [draw.choice(("yes", "no")) for _ in names]),
        ("Clearance rate", [f"{draw.random() * 100:.1f}%" for _ in names]),
        ("Director", [draw.choice(_NAMES) + " " + draw.choice(_NAMES) for _ in names]),
    ]  # fmt: skip
    draw.shuffle(columns)
    rows = [["Attribute", *names], *([name, *values] for name, values in columns[: draw.randint(4, 6)])]
    return rows, [{"operator": "transpose"}]


def _pivot(draw: random.Random) -> tuple[Table, Steps]:
    fields = draw.sample(("Name", "Opened", "Staff", "Phone", "City", "Rate"), draw.randint(3, 5))
    made: Mapping[str, Callable[[], str]] = {
        "Name": lambda: draw.choice(_NAMES) + " " + draw.choice(_KINDS),
        "Opened": lambda: str(draw.randint(1950, 2020)),
        "Staff": lambda: _number(draw, 80), "Phone": lambda: f"555-{draw.randint(1000, 9999)}",
        "City": lambda: draw.choice(_NAMES) + "ton", "Rate": lambda: f"{draw.random() * 100:.1f}%",
    }  # fmt: skip
    rows = [[field, made[field]()] for _ in range(draw.randint(3, 12)) for field in fields]
    return rows, [{"operator": "pivot", "pivot_row_frequency": len(fields)}]


def _grouped(draw: random.Random) -> tuple[list[str], list[list[str]], int]:
    groups = draw.randint(2, 5)
    heads = draw.sample(("North", "South", "East", "West", "Centre", "Coast", "Highlands", "Islands"), groups)
    parts = [_names(draw, draw.randint(2, 6)) for _ in heads]
    return heads, parts, sum(map(len, parts))


def _ffill(draw: random.Random, wide: bool = False) -> tuple[Table, Steps]:
    heads, parts, count = _grouped(draw)
    names = [name for part in parts for name in part]
    first = [head if n == 0 else "" for head, part in zip(heads, parts, strict=True) for n in range(len(part))]
    left = [("Region", first), ("Name", names)]
    if wide:
        more, keys = _wide(draw, names)
        return _joined([*left, *more]), [{"operator": "ffill", "ffill_end_idx": 0}, _span("stack", 2, len(keys))]
    more = [*_extra(draw, count), ("Workshops", [_number(draw, 40) for _ in names])]
    return _joined([*left, *more]), [{"operator": "ffill", "ffill_end_idx": 0}]


def _subtitle(draw: random.Random, wide: bool = False) -> tuple[Table, Steps]:
    heads, parts, _ = _grouped(draw)
    names = [name for part in parts for name in part]
    more: list[tuple[str, list[str]]]
    if wide:
        more, keys = _wide(draw, names)
    else:
        more = [(name, [_number(draw, 900) for _ in names]) for name in draw.sample(_MEASURES, draw.randint(2, 3))]
        keys = []
    whole = _joined([("Name", names), *more])
    rows, at = [whole[0]], 1
    for head, part in zip(heads, parts, strict=True):
        rows.append([head, *[""] * (len(whole[0]) - 1)])
        rows += whole[at : at + len(part)]
        at += len(part)
    return rows, [{"operator": "subtitle"}, *([_span("stack", 1, len(keys))] if wide else [])]


def _explode(draw: random.Random) -> tuple[Table, Steps]:
    names = _names(draw, draw.randint(4, 20))
    mark = draw.choice((", ", "; ", "|", "\n", " / "))
    lists = [mark.join(draw.sample(_TOPICS, draw.randint(1, 4))) for _ in names]
    columns = [("Name", names), *_extra(draw, len(names))]
    at = draw.randint(1, len(columns))
    columns.insert(at, ("Topics", lists))
    return _joined(columns), [{"operator": "explode", "explode_column_idx": at}]


def _tidy(draw: random.Random) -> tuple[Table, Steps]:
    count = draw.randint(4, 30)
    columns = [
        ("Case", [f"C-{1000 + 7 * n}" for n in range(count)]),
        ("Opened", [f"{draw.randint(2001, 2020)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}" for _ in range(count)]),
        ("Place", [draw.choice(_NAMES) + " court" for _ in range(count)]),
        ("Colour", [draw.choice(_COLOURS) for _ in range(count)]),
        ("Months", [_number(draw, 240) for _ in range(count)]),
    ]
    kept = columns[:1] + draw.sample(columns[1:], draw.randint(2, 4))
    return _joined(kept), [{"operator": "none"}]


MAKERS: Mapping[str, Callable[[random.Random], tuple[Table, Steps]]] = {
    "stack": _stack, "wide_to_long": _groups, "transpose": _transpose, "pivot": _pivot, "ffill": _ffill,
    "subtitle": _subtitle, "explode": _explode, "none": _tidy, "ffill, stack": lambda draw: _ffill(draw, wide=True),
    "subtitle, stack": lambda draw: _subtitle(draw, wide=True),
}  # fmt: skip
