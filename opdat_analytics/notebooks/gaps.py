"""What a notebook shows where there is nothing to show: the reason, in words."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any, NoReturn

from opdat_analytics.model import OpdatError


class Gap:
    """Stands where a table or chart would stand; whatever is asked of it answers with the same reason."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __repr__(self) -> str:
        return f"Nothing to show here: {self._reason}"

    def _repr_html_(self) -> str:
        return f'<p class="note">Nothing to show here: {html.escape(self._reason)}</p>'

    def __bool__(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._refuse()

    def __getitem__(self, _: Any) -> Any:
        self._refuse()

    def __len__(self) -> int:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise OpdatError(self._reason)


def attempt(make: Callable[[], Any]) -> Any:
    """What ``make`` gives, or a gap with the reason where the record does not have what it needs.

    A refused sum, a source that is not published and a place without figures are all facts about the record: a
    notebook says them where the picture would stand, and goes on.
    """
    try:
        return make()
    except OpdatError as error:
        return Gap(str(error))
