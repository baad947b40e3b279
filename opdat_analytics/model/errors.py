"""What can go wrong that a person can put right; the text of each is all they need."""

from __future__ import annotations

from collections.abc import Sequence


class OpdatError(Exception):
    """Something a person can put right; its text is all they need. Never shown with a traceback."""


class DeclarationError(OpdatError):
    """A ``source.toml`` that cannot be used; carries every problem at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class UnreadableFile(OpdatError):
    """A spreadsheet that cannot or must not be read."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        self.code, self.hint = code, hint
        super().__init__(message)


class MixtureRefused(OpdatError):
    """A sum or ratio that would be wrong; its text names what was mixed and how to allow it."""


class UnknownName(OpdatError):
    """A code or name that the vocabulary or the data do not know, or a value that none can be; says what can."""


class NothingPublished(OpdatError):
    """There is no publication to read yet."""


class LockHeld(OpdatError):
    """Another refresh is running."""


class ExportFailed(OpdatError):
    """What was written does not read back as what was meant, or could not be written."""
