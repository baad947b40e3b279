"""The steps that would tidy a messy table, proposed by rules that a person can read.

Each rule looks for one shape and says how sure it is and why. A step is tried, and the rules look again at the table
it leaves: the confidence of a list of steps is the product of its steps' and of there being no further step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opdat_analytics.ingest.blank_cells import fill_down, subtitles
from opdat_analytics.ingest.headings import repeating_groups
from opdat_analytics.ingest.list_cells import list_columns
from opdat_analytics.ingest.proposals import Candidate, Proposal, Step, step
from opdat_analytics.ingest.repeats import repeated_records
from opdat_analytics.ingest.reshape import apply, even
from opdat_analytics.ingest.stack_runs import like_columns
from opdat_analytics.ingest.table_profile import Table, profile
from opdat_analytics.ingest.turned_tables import on_its_side

__all__ = ["Proposal", "Step", "apply", "propose"]

# What may follow a step: one look further is enough for tables as they are sent.
FOLLOWERS = {
    "subtitle": ("stack", "wide_to_long", "explode", "ffill"),
    "ffill": ("stack", "wide_to_long", "explode"),
    "transpose": ("stack", "wide_to_long", "ffill"),
    "pivot": ("explode",),
}
# Steps that come first where they are needed: a reading without them leaves blanks that mean something.
FIRST = ("subtitle", "ffill")
# A second step that is no likelier than this does not take from the first step's own confidence.
LEAST_FOLLOWER = 0.3


def candidates(table: Table) -> list[Candidate]:
    """What every rule puts forward for a table as it stands, surest first."""
    seen = profile(table)
    found = [
        *repeated_records(table),
        *subtitles(seen),
        *fill_down(seen),
        *repeating_groups(seen),
        *list_columns(seen),
        *like_columns(seen),
        *on_its_side(seen, table),
    ]
    return sorted(found, key=lambda each: -each.score)


def propose(table: Table, top: int = 3) -> list[Proposal]:
    """The likeliest ways to tidy a table, best first.

    Parameters
    ----------
    table
        Rows of text, header row first.
    top
        How many proposals at most.

    Returns
    -------
    list of Proposal
        Steps, confidence and reasons; ``none`` where the table seems tidy.
    """
    whole = even(table)
    proposals = []
    found = candidates(whole)
    for first in found:
        needed = [each.score for each in found if each.step.operator in FIRST and each.step.operator != first.step.operator]
        alone = first.score * (1 - max(needed, default=0.0))
        if first.step.operator in FOLLOWERS:
            after = [
                each
                for each in candidates(apply(whole, [first.step]))
                if each.step.operator in FOLLOWERS[first.step.operator]
            ]
            for second in after[:3]:
                proposals.append(
                    Proposal(
                        (first.step, second.step), first.score * second.score, (first.reason, second.reason)
                    )
                )
            if after and after[0].score > LEAST_FOLLOWER:
                alone *= 1 - after[0].score
        proposals.append(Proposal((first.step,), alone, (first.reason,)))
    ranked = sorted(proposals, key=lambda each: -each.confidence)
    return ranked[:top] or [Proposal((step("none"),), 0.5, ("nothing about the table calls for a step",))]
