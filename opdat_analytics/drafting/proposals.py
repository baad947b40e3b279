"""The nouns of a proposal: a step that tidies a table, and a list of steps with the reasons for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from opdat_analytics.drafting.confidence import confidence

OPERATORS: Mapping[str, tuple[str, ...]] = {
    "stack": ("stack_start_idx", "stack_end_idx"),
    "wide_to_long": ("wide_to_long_start_idx", "wide_to_long_end_idx"),
    "transpose": (),
    "pivot": ("pivot_row_frequency",),
    "ffill": ("ffill_end_idx",),
    "explode": ("explode_column_idx",),
    "subtitle": (),
    "none": (),
}


@dataclass(frozen=True)
class Step:
    """One operator and its parameters.

    Attributes
    ----------
    operator
        A key of ``OPERATORS``.
    parameters
        Column positions count from zero, ends are inclusive, and each counts the columns of the table as it stands
        before the step.
    """

    operator: str
    parameters: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """A step that some rule puts forward, how sure the rule is (0 to 1), and why, in words."""

    step: Step
    score: float
    reason: str


@dataclass(frozen=True)
class Proposal:
    """Steps that would tidy a table, best taken in this order, what the rules score for them (0 to 1), and why."""

    steps: tuple[Step, ...]
    evidence: float
    reasons: tuple[str, ...]

    @property
    def confidence(self) -> float:
        """How often steps of such a score were right, between 0 and 1."""
        return confidence("steps", self.evidence)


def step(operator: str, *parameters: int) -> Step:
    """A step from its operator and its parameters in the order of ``OPERATORS``."""
    return Step(operator, dict(zip(OPERATORS[operator], parameters, strict=True)))
