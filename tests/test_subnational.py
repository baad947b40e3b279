"""States, provinces and departments are not read as the countries of the same name or code."""

from __future__ import annotations

import pytest

from opdat_analytics import vocab
from opdat_analytics.ingest.figures import Problem
from opdat_analytics.ingest.subnational import doubting


def look(text: str) -> dict[str, str] | Problem:
    """What the vocabulary makes of a place."""
    code = vocab.resolve_place(text).code
    return {"place": code} if code else Problem("unknown_place", text)


@pytest.mark.parametrize(
    ("heading", "labels", "doubted"),
    [
        ("Country", "AL AK CA TX NY", {"AL", "CA"}),
        ("State", "AL CA IN Total", {"AL", "CA", "IN"}),
        ("UF", "PA PE SE", {"PA", "PE", "SE"}),
        ("Country", "AL CA DE", set()),
        ("Country", "FR DE CA", set()),
        ("Departamento", "Guatemala Petén", {"Guatemala"}),
        ("District", "Luxembourg", {"Luxembourg"}),
        ("Estado", "México Colima Jalisco", {"México"}),
        ("State", "Albania Kenya Peru", set()),
        ("State", "Albania Kenya Perru", set()),
        ("Country", "Guatemala Petén", set()),
    ],
)
def test_parts_of_a_country_are_doubted_where_their_column_says_so(
    heading: str, labels: str, doubted: set[str]
) -> None:
    texts = labels.split()
    asked = doubting(look, texts, [heading], [])
    found = {text: asked(text) for text in texts}
    held = {text for text, said in found.items() if isinstance(said, Problem) and said.code == "ambiguous_place"}
    assert held == doubted
    assert all("aliases" in (found[text].hint or "") for text in held)


def test_what_the_source_explains_is_not_doubted() -> None:
    asked = doubting(look, ["Guatemala", "Petén"], ["Departamento"], ["guatemala"])
    assert asked("Guatemala") == {"place": "GTM"}
