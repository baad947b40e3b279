"""What happens during a refresh, for whoever asked for a log; never what a cell says."""

from __future__ import annotations

import logging
from typing import Any

LOG = logging.getLogger("opdat_analytics.refresh")
"""Its records carry the event as their message, and ``facts``, a mapping."""


def note(event: str, **facts: Any) -> None:
    """Log an event with its facts."""
    LOG.info(event, extra={"facts": facts})
