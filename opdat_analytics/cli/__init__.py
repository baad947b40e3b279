"""The command ``opdat``: words in, words and exit codes out; no logic of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from opdat_analytics.cli import answering, drafting, giving, refreshing, showing, watching
from opdat_analytics.cli.program import FAILED, INTERRUPTED, LOCKED, NOTHING, STOPPED, USAGE, Interrupted, app
from opdat_analytics.model import LockHeld, NothingPublished, OpdatError, UnknownName

__all__ = [
    "FAILED", "INTERRUPTED", "LOCKED", "NOTHING", "STOPPED", "USAGE", "answering", "app", "drafting", "giving", "main",
    "refreshing", "showing", "watching",
]  # fmt: skip

_CODES: tuple[tuple[type[OpdatError], int], ...] = (
    (LockHeld, LOCKED),
    (NothingPublished, NOTHING),
    (UnknownName, USAGE),
    (OpdatError, FAILED),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; what a person can put right is said in words, never with a traceback."""
    command: Callable[..., Any] = typer.main.get_command(app)
    try:
        code = command(arguments, standalone_mode=False)
        if code == INTERRUPTED:  # some versions of the library give this code instead of raising
            typer.echo("Stopped.", err=True)
    except OpdatError as error:
        typer.echo(str(error), err=True)
        code = next(number for kind, number in _CODES if isinstance(error, kind))
    except Interrupted as stop:
        typer.echo(str(stop), err=True)
        code = INTERRUPTED
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("Stopped.", err=True)
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - usage errors of the command line's own library; others are raised again
        code = _usage(error)
    sys.exit(code or 0)


def _usage(error: Exception) -> int:
    """Say what was wrong with the command line; anything else is a fault of ours and shows itself in full."""
    show_usage = getattr(error, "show", None)
    if show_usage is None:
        raise error
    show_usage()
    return USAGE
