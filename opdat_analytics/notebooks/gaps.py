"""What a notebook shows where there is nothing to show: the reason, in words."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from opdat_analytics.model import OpdatError

_OPENS, _CLOSES = "\ue000", "\ue001"  # private characters: no text of a source holds them


class Gap:
    """Stands where a table or chart would stand. Whatever is made of a gap is the same gap, as with a missing number.

    Written into a sentence it carries its reason along, so that ``say`` shows the reason instead of a sentence without
    its number. What must be a number (a length, a range) is refused with the reason.
    """

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __repr__(self) -> str:
        return f"Nothing to show here: {self._reason}"

    def _repr_html_(self) -> str:
        return f'<p class="note">Nothing to show here: {html.escape(self._reason)}</p>'

    def __format__(self, _: str) -> str:
        return f"{_OPENS}{self._reason}{_CLOSES}"

    def __bool__(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def _same(self, *_: Any, **__: Any) -> Gap:
        return self

    __call__ = __getitem__ = __and__ = __or__ = __rand__ = __ror__ = __invert__ = _same
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _same
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _same  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]

    def _refused(self, *_: Any) -> NoReturn:
        raise OpdatError(self._reason)

    __len__ = __iter__ = __int__ = __index__ = __float__ = _refused


def attempt(make: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What ``make`` makes of what is given, or a gap with the reason where the record does not have what it needs.

    A refused sum, a source that is not published and a place without figures are all facts about the record: a
    notebook says them where the picture would stand, and goes on. Made from a gap, it is the same gap.

    Parameters
    ----------
    make
        A function, such as ``charts.trend``.
    *given, **named
        What it takes.
    """
    missing = gap_among([*given, *named.values()])
    if missing is not None:
        return missing
    try:
        return make(*given, **named)
    except OpdatError as error:
        return Gap(str(error))


def gap_among(values: Iterable[Any]) -> Gap | None:
    """The first gap of some values, or of lists among them."""
    for value in values:
        if isinstance(value, Gap):
            return value
        if isinstance(value, list | tuple) and (inside := gap_among(value)) is not None:
            return inside
    return None


def gap_in(text: str) -> Gap | None:
    """The gap that was written into a sentence, if any."""
    _, opens, rest = text.partition(_OPENS)
    return Gap(rest.partition(_CLOSES)[0]) if opens else None
