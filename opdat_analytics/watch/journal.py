"""A log that programs can read: one JSON object a line, for whatever a refresh does. It never quotes a cell."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from opdat_analytics.events import LOG
from opdat_analytics.model import OpdatError

_MOST_BYTES, _KEPT = 2_000_000, 5


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts = getattr(record, "facts", {})
        return json.dumps({"at": at, "event": record.getMessage(), **facts}, ensure_ascii=False)


def write_log(path: Path) -> None:
    """Append what refreshes of this process do to a file, which is turned over at 2 MB; five old ones are kept.

    Raises
    ------
    OpdatError
        If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = RotatingFileHandler(path, maxBytes=_MOST_BYTES, backupCount=_KEPT, encoding="utf-8")
    except OSError as error:
        raise OpdatError(
            f"The log {path} cannot be written: {error.strerror}. Name another file with --log."
        ) from error
    lines.setFormatter(_Lines())
    LOG.addHandler(lines)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
