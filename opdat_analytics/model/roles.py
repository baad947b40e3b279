"""Which of its places an activity names in which role."""

from __future__ import annotations

from itertools import zip_longest

ROLE = "location"
"""The role of a place for which none is stated: where an activity takes place."""


def places_in_role(places: object, roles: object, role: str | None = ROLE) -> list[str]:
    """The places of an activity in a role, in their order.

    Parameters
    ----------
    places, roles
        Columns of ``activities``, joined by ``;``; null where nothing is stated.
    role
        ``location``, ``origin``, ``transit`` or ``destination``; None takes every place.
    """
    if not isinstance(places, str):
        return []
    named = places.split(";")
    stated = roles.split(";") if isinstance(roles, str) else []
    return [
        place for place, own in zip_longest(named, stated[: len(named)], fillvalue=ROLE) if role is None or own == role
    ]
