"""The nouns, the columns of every table, and the errors. Everything else reads from here; this reads nothing."""

from opdat_analytics.model.addresses import address, canonical_json, column_letters, position
from opdat_analytics.model.errors import (
    DeclarationError,
    ExportFailed,
    LockHeld,
    MixtureRefused,
    NothingPublished,
    OpdatError,
    UnknownName,
    UnreadableFile,
)
from opdat_analytics.model.nouns import Exhibit, Figure, Home, Issue, Ref
from opdat_analytics.model.roles import places_in_role
from opdat_analytics.model.tables import (
    ALLOWED,
    CONTINUOUS_UNITS,
    FACT_KEYS,
    FATES,
    IDENTITY,
    OUTSIDE,
    SCOPE,
    SERIES,
    SEVERAL,
    TABLES,
    Column,
)

__all__ = [
    "ALLOWED", "CONTINUOUS_UNITS", "FACT_KEYS", "FATES", "IDENTITY", "OUTSIDE", "SCOPE", "SERIES", "SEVERAL", "TABLES",
    "Column",
    "DeclarationError", "Exhibit", "ExportFailed", "Figure", "Home", "Issue", "LockHeld", "MixtureRefused",
    "NothingPublished", "OpdatError", "Ref", "UnknownName", "UnreadableFile", "address", "canonical_json",
    "column_letters", "places_in_role", "position",
]  # fmt: skip
