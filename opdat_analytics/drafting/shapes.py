"""The steps that would tidy a messy table, proposed by rules that a person can read.

Each rule looks for one shape and says how sure it is and why. Each step put forward is tried, and the rules look again
at the table it leaves: the confidence of two steps is the product of theirs, that of a single step the product of its
own and of no further step being needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opdat_analytics.drafting.blank_cells import fill_down, subtitles
from opdat_analytics.drafting.headings import repeating_groups
from opdat_analytics.drafting.list_cells import list_columns
from opdat_analytics.drafting.proposals import Candidate, Proposal, Step, step
from opdat_analytics.drafting.repeats import repeated_records
from opdat_analytics.drafting.reshape import apply, even
from opdat_analytics.drafting.stack_runs import like_columns
from opdat_analytics.drafting.table_profile import Table, profile
from opdat_analytics.drafting.turned_tables import on_its_side

__all__ = ["Proposal", "Step", "apply", "propose"]

# What may follow a step, and how likely it is to be meant, as a share of its own score: most tables need one step, and
# a table turned upright seldom needs another.
FOLLOWERS: Mapping[str, Mapping[str, float]] = {
    "subtitle": {"stack": 0.8, "wide_to_long": 0.8, "explode": 0.6},
    "ffill": {"stack": 0.8, "wide_to_long": 0.8, "explode": 0.65},
    "transpose": {"stack": 0.4, "wide_to_long": 0.75},
    "pivot": {"explode": 0.3},
}
# Readings that may follow each step; those behind them are hardly ever meant.
FOLLOWERS_TRIED = 3
# Where a table lies on its side more likely than not, readings of its columns as they stand lose this share of it.
UPRIGHT_DOUBT = 0.7
# Below this no step is called for: the table is tidy.
TIDY = 0.22


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
        *on_its_side(seen),
    ]
    return sorted(found, key=lambda each: -each.score)


def _followers(table: Table, first: Step) -> list[Candidate]:
    """What may follow a step, with scores that allow for one step being enough; surest first."""
    shares = FOLLOWERS.get(first.operator)
    if not shares:
        return []
    left = apply(table, [first])
    if first.operator == "subtitle":
        # the column of headings that this step appends is no part of what may follow
        left = [row[:-1] for row in left]
    found = [
        Candidate(each.step, each.score * shares[each.step.operator], each.reason)
        for each in candidates(left)
        if each.step.operator in shares
    ]
    return sorted(found, key=lambda each: -each.score)[:FOLLOWERS_TRIED]


def _surest(found: Sequence[Candidate], operators: set[str]) -> float:
    return max((each.score for each in found if each.step.operator in operators), default=0.0)


def _standing(each: Candidate, found: Sequence[Candidate]) -> float:
    """How sure a first step is beside the other readings of the same table."""
    operator = each.step.operator
    if operator == "pivot":
        # records one field to a row explain the whole table, its blanks and its one-cell rows too
        return each.score
    # a reading that leaves blanks which mean something is not whole
    sure = each.score * (1 - _surest(found, {"pivot", "subtitle", "ffill"} - {operator}))
    turned = _surest(found, {"transpose"} - {operator})
    return sure * (1 - UPRIGHT_DOUBT * turned) if turned > 0.5 else sure


def propose(table: Table, top: int = 3) -> list[Proposal]:
    """The likeliest ways to tidy a table, best first.

    Parameters
    ----------
    table
        Rows of text, header row first; short rows are filled with blanks.
    top
        How many proposals at most.

    Returns
    -------
    list of Proposal
        Different lists of one or two steps, each with its confidence and reasons. The first is ``none`` where nothing
        calls for a step. Of long and wide tables only the first rows and columns are looked at
        (``table_profile.ROWS_LOOKED_AT``, ``stack_runs.COLUMNS_LOOKED_AT``).
    """
    whole = even(table)
    found = candidates(whole)
    proposals = []
    for first in found:
        sure = _standing(first, found)
        after = _followers(whole, first.step)
        enough = 1 - after[0].score if after else 1.0
        proposals.append(Proposal((first.step,), sure * enough, (first.reason,)))
        proposals += [
            Proposal((first.step, then.step), sure * then.score, (first.reason, then.reason)) for then in after
        ]
    ranked = sorted(proposals, key=lambda each: -each.evidence)
    best = ranked[0].evidence if ranked else 0.0
    if best < TIDY:
        ranked.insert(0, Proposal((step("none"),), 1 - best, ("nothing about the table calls for a step",)))
    return ranked[:top]
