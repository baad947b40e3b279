"""A small picture of each kind, compared with the one that was last looked at and found right.

After a change that is meant, look at every picture of ``build/baselines`` and take the new ones over::

    OPDAT_BASELINES=write .venv/bin/python -m pytest -q tests/test_charts_images.py
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from chart_frames import CHECKED
from PIL import Image
from test_charts_kinds import KINDS

FOLDER = Path(__file__).parent / "baselines"
SEEN = Path(__file__).parent.parent / "build" / "baselines"
DPI = 50
LARGEST = 40_000
"""Bytes of a baseline."""
BLOCK = 5
"""Dots of a side over which pictures are averaged before they are compared: the edge of a letter does not count."""
MOST = 0.008
"""Root mean square of the differences, of 1 for black against white."""


def picture(kind: str) -> Image.Image:
    buffer = io.BytesIO()
    KINDS[kind](CHECKED).figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return Image.open(buffer).convert("RGB")


def softened(image: Image.Image) -> np.ndarray:
    """The picture averaged over blocks, as numbers from 0 to 1."""
    size = (max(1, image.width // BLOCK), max(1, image.height // BLOCK))
    return np.asarray(image.convert("RGB").resize(size, Image.Resampling.BOX), dtype=float) / 255


def difference(one: Image.Image, other: Image.Image) -> float:
    return float(np.sqrt(((softened(one) - softened(other)) ** 2).mean()))


def path(kind: str) -> Path:
    return FOLDER / f"{kind.replace(' ', '-')}.png"


@pytest.mark.parametrize("kind", KINDS)
def test_looks_as_it_did_when_it_was_last_looked_at(kind: str) -> None:
    drawn = picture(kind)
    if os.environ.get("OPDAT_BASELINES") == "write":
        FOLDER.mkdir(exist_ok=True)
        drawn.quantize(64, dither=Image.Dither.NONE).save(path(kind), optimize=True)
    SEEN.mkdir(parents=True, exist_ok=True)
    drawn.save(SEEN / path(kind).name)
    with Image.open(path(kind)) as baseline:
        assert drawn.size == baseline.size, f"see {SEEN / path(kind).name}"
        assert difference(drawn, baseline) < MOST, f"see {SEEN / path(kind).name}"


def test_a_baseline_is_small_and_there_is_one_for_each_kind() -> None:
    found = {image.name: image.stat().st_size for image in FOLDER.glob("*.png")}
    assert set(found) == {path(kind).name for kind in KINDS}
    assert max(found.values()) < LARGEST


def test_a_missing_bar_or_a_moved_mark_is_a_difference() -> None:
    drawn = picture("ranked")
    changed = drawn.copy()
    changed.paste((255, 255, 255), (200, 60, 420, 90))
    assert difference(drawn, drawn) == 0
    assert difference(drawn, changed) > MOST
