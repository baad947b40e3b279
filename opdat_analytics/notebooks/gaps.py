"""What a notebook shows where there is nothing to show: the reason, in words."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from types import CodeType
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

    def __len__(self) -> int:  # noqa: PLE0303 - it always refuses
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise OpdatError(self._reason)


_NO_ROW = "the record has no such row."


def _names(code: CodeType) -> Iterator[str]:
    """Names that some code uses, comprehensions inside it included."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def attempt(make: Callable[[], Any]) -> Any:
    """What ``make`` gives, or a gap with the reason where the record does not have what it needs.

    A refused sum, a source that is not published and a place without figures are all facts about the record: a
    notebook says them where the picture would stand, and goes on. What is built on a gap is the same gap.
    """
    used = (make.__globals__.get(name) for name in _names(make.__code__))
    gap = next((value for value in used if isinstance(value, Gap)), None)
    if gap is not None:
        return gap
    try:
        return make()
    except OpdatError as error:
        return Gap(str(error))
    except IndexError:  # the first of no rows
        return Gap(_NO_ROW)
    except ValueError as error:
        if "empty sequence" not in str(error):  # the largest of no rows
            raise
        return Gap(_NO_ROW)
