"""What words mean: places, region schemes, measures, offences, activity types, population."""

from opdat_analytics.vocab.resolve import (
    is_place,
    place_code,
    resolve_activity_type,
    resolve_measure,
    resolve_offence,
    resolve_place,
)
from opdat_analytics.vocab.tables import (
    ActivityType,
    Break,
    Measure,
    Place,
    activity_types,
    breaks,
    level_of,
    measures,
    partitions,
    place_name,
    places,
    population,
    scheme,
    schemes,
)
from opdat_analytics.vocab.words import Match, normalise, suggest

__all__ = [
    "ActivityType",
    "Break",
    "Match",
    "Measure",
    "Place",
    "activity_types",
    "breaks",
    "is_place",
    "level_of",
    "measures",
    "normalise",
    "partitions",
    "place_code",
    "place_name",
    "places",
    "population",
    "resolve_activity_type",
    "resolve_measure",
    "resolve_offence",
    "resolve_place",
    "scheme",
    "schemes",
    "suggest",
]
