"""Which small numbers may leave: one rule for each source and measure, as a small file writes it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.model import DeclarationError

FILE = "disclosure.toml"
_KEYS = ("source", "measure", "threshold", "rounding", "dominance", "why")


@dataclass(frozen=True)
class Policy:
    """What is hidden of a source's figures of one measure.

    Attributes
    ----------
    threshold
        Counts from 1 up to this, without it, are hidden; 0 hides none.
    rounding
        Numbers are given to the nearest multiple of this; 0 leaves them.
    dominance
        (n, share): hidden where the n largest contributions are more than this share; None asks nothing.
    """

    threshold: int = 0
    rounding: int = 0
    dominance: tuple[int, float] | None = None

    @property
    def hides(self) -> bool:
        """Whether it can hide or change anything."""
        return self.threshold > 0 or self.rounding > 1 or self.dominance is not None


@dataclass(frozen=True)
class Policies:
    """Every rule of a project, and its case-level sources."""

    rules: tuple[tuple[str, str, Policy], ...]
    case_level: Policy
    cases: frozenset[str] = frozenset()

    def of(self, source: str, measure: str) -> Policy:
        """The rule for a figure; the strictest where several sources or measures are joined by ``;``."""
        found = [self._one(s, m) for s in source.split(";") for m in measure.split(";")]
        return max(found, key=lambda one: (one.threshold, one.rounding, one.dominance is not None))

    def _one(self, source: str, measure: str) -> Policy:
        rules = self.rules if source not in self.cases else tuple(r for r in self.rules if r[0] != "*")
        for one, other, policy in rules:
            if fnmatchcase(source, one) and fnmatchcase(measure, other):
                return policy
        return self.case_level if source in self.cases else Policy()

    @property
    def hide(self) -> bool:
        """Whether any rule can hide anything."""
        return any(policy.hides for _, _, policy in self.rules) or bool(self.cases)


def policies(raw: Path | None = None) -> Policies:
    """The rules of a project.

    Parameters
    ----------
    raw
        The folder of its spreadsheets, with `disclosure.toml` and the declarations of its sources; only the rules
        that come with this package if None.

    Raises
    ------
    DeclarationError
        If the file says what is not understood; every problem at once.
    """
    common = tomllib.loads((Path(__file__).parent / "policy.toml").read_text(encoding="utf-8"))
    own: Mapping[str, Any] = {}
    if raw is not None and (raw / FILE).is_file():
        try:
            own = tomllib.loads((raw / FILE).read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DeclarationError([f"{FILE} is not valid TOML: {error}."]) from error
    problems = list(_problems(own))
    if problems:
        raise DeclarationError([f"{FILE}: {problem}" for problem in problems])
    rules = tuple(
        (entry.get("source", "*"), entry.get("measure", "*"), _policy(entry))
        for entry in (*own.get("rule", []), *common["rule"])
    )
    cases = frozenset(_case_level(raw)) if raw is not None else frozenset()
    return Policies(rules, _policy({**common["case_level"], **own.get("case_level", {})}), cases)


def _policy(entry: Mapping[str, Any]) -> Policy:
    dominance = entry.get("dominance")
    return Policy(
        int(entry.get("threshold", 0)), int(entry.get("rounding", 0)),
        (int(dominance[0]), float(dominance[1])) if dominance else None,
    )  # fmt: skip


def _case_level(raw: Path) -> Iterable[str]:
    for path in sorted(raw.glob("*/source.toml")):
        try:
            declared = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
            continue  # told when the source itself is read; none of its new rows come in
        if declared.get("privacy", {}).get("level") == "case":
            yield path.parent.name


def _problems(own: Mapping[str, Any]) -> Iterable[str]:
    for key in own.keys() - {"rule", "case_level"}:
        yield f"unknown key “{key}”; allowed: rule, case_level."
    entries = [("case_level", own.get("case_level", {}))]
    entries += [(f"rule {number}", entry) for number, entry in enumerate(own.get("rule", []), 1)]
    for where, entry in entries:
        for key, value in entry.items():
            if key not in _KEYS:
                near = vocab.suggest(key, _KEYS)
                yield f"{where}: unknown key “{key}”" + (f"; did you mean “{near}”?" if near else ".")
            elif key in ("threshold", "rounding") and (not isinstance(value, int) or not 0 <= value <= 1000):
                yield f"{where}: {key} must be a whole number from 0 to 1000, not {value!r}."
            elif key == "dominance" and not (
                isinstance(value, list) and len(value) == 2 and isinstance(value[0], int) and 0 < value[1] < 1
            ):
                yield f"{where}: dominance must be [n, share], such as [1, 0.85], not {value!r}."
