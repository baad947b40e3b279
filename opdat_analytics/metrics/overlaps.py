"""Places that hold each other or share a country are never added."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from opdat_analytics import vocab
from opdat_analytics.model import MixtureRefused


def refuse_overlaps(stated: pd.DataFrame, keys: Sequence[str]) -> None:
    """Refuse groups in which regions or joint statements overlap.

    Parameters
    ----------
    stated
        Figures with a number, with ``place`` and the columns of ``keys``.
    keys
        What the sum is grouped by.

    Raises
    ------
    MixtureRefused
        If a group holds two places that are neither regions of one partition, nor joint statements without a common
        country, nor single countries.
    """
    if "place" in keys or all(_alone(str(place)) for place in stated["place"].unique()):
        return
    for _, group in stated[["place", *keys]].drop_duplicates().groupby(list(keys), dropna=False, sort=False):
        found = sorted({str(place) for place in group["place"]})
        if len(found) > 1 and not _apart(found):
            listed = ", ".join(vocab.place_name(place) if _known(place) else place for place in found[:6])
            raise MixtureRefused(
                f"These places may hold each other or share a country, so their figures are not added: {listed}. "
                "Group by place, or name places=[…] that lie apart."
            )


def _known(place: str) -> bool:
    return all(one in vocab.places() for one in place.split(";"))


def _alone(place: str) -> bool:
    """Whether a place is a single country or part of one; so is what the vocabulary does not know."""
    known = vocab.places()
    return ";" not in place and (place not in known or known[place].level in ("country", "subnational"))


def _apart(found: Sequence[str]) -> bool:
    if any(set(found) <= partition for partition in vocab.partitions()):
        return True
    members = [one for place in found for one in place.split(";")]
    return all(map(_alone, members)) and len(set(members)) == len(members)
