"""What a person reads, in the language of the workbook: English, Spanish, French or Portuguese."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from opdat_analytics.model import UnknownName

LANGUAGES: Mapping[str, str] = {"en": "English", "es": "español", "fr": "français", "pt": "português"}


@cache
def words(language: str) -> Mapping[str, Any]:
    """The phrases of one language, by section and key.

    Raises
    ------
    UnknownName
        If the language is not one of ``LANGUAGES``.
    """
    if language not in LANGUAGES:
        known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
        raise UnknownName(f"There are no templates or answers in “{language}”; there are: {known}.")
    return tomllib.loads(files(__package__).joinpath("words", f"{language}.toml").read_text(encoding="utf-8"))
