"""House style: type, ink, and colours that stay with a region or a measure on every chart.

Colours are of the Okabe–Ito set (doi:10.1038/nmeth.1618) and, where more are needed, of Paul Tol's muted set
(personal.sron.nl/~pault); yellow is left out because lines in it vanish on white paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.colors import to_hex, to_rgb

INK, GREY, FAINT, RULE, PAPER = "#1b1b1b", "#4d4d4d", "#8a8a8a", "#d9d9d9", "#ffffff"

TITLE, SUBTITLE, BODY, NOTE, SMALL = 15.0, 10.0, 9.0, 8.5, 7.0
"""Type sizes in points."""

RC: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": BODY,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": GREY,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "savefig.facecolor": PAPER,
    "hatch.linewidth": 0.6,
    "path.simplify": False,
}
"""Settings under which every chart is drawn; nothing global is changed."""

BLUE, SKY, GREEN, ORANGE, VERMILION, PURPLE = "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7"
INDIGO, WINE, OLIVE, TEAL = "#332288", "#882255", "#999933", "#44AA99"
CYCLE: tuple[str, ...] = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, INDIGO, WINE, OLIVE, TEAL)

FIXED: Mapping[str, Mapping[str, str]] = {
    "region": {
        "western_hemisphere": BLUE,
        "americas": BLUE,
        "africa": VERMILION,
        "asia": GREEN,
        "east_asia_and_pacific": GREEN,
        "europe": PURPLE,
        "europe_and_eurasia": PURPLE,
        "central_and_eastern_europe": PURPLE,
        "near_east": ORANGE,
        "south_asia": INDIGO,
        "south_and_central_asia": INDIGO,
        "oceania": SKY,
        "world": INK,
        "outside_this_scheme": FAINT,
    },
    "measure": {
        "complaints": TEAL,
        "investigations": SKY,
        "arrests": ORANGE,
        "charges": INDIGO,
        "prosecutions": BLUE,
        "acquittals": OLIVE,
        "convictions": VERMILION,
        "sentences": WINE,
        "victims_identified": GREEN,
        "participants_trained": PURPLE,
        "funding": TEAL,
    },
}
"""Colours that never change, by kind of group and by its code."""


def slug(text: str) -> str:
    """A name as a code: lower case, ``and`` for ``&``, underscores for whatever is not a letter or digit."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower().replace("&", " and ")).strip("_")


def colours(by: str, groups: Sequence[str]) -> dict[str, str]:
    """A colour for each group: its fixed one if it has one, else the next that no other group holds.

    Parameters
    ----------
    by
        Column that names the groups; ``region`` and ``measure`` have fixed colours.
    groups
        Codes or names of the groups.
    """
    fixed = FIXED.get(by, {})
    found = {group: fixed[slug(group)] for group in groups if slug(group) in fixed}
    free = [colour for colour in CYCLE if colour not in found.values()] or list(CYCLE)
    rest = sorted(group for group in groups if group not in found)
    return found | {group: free[place % len(free)] for place, group in enumerate(rest)}


def measure_colour(measure: str) -> str:
    """The colour of a measure, where a chart shows one measure only."""
    return FIXED["measure"].get(slug(measure), BLUE)


def _luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2, from 0 (black) to 1 (white)."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2 between two colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str) -> str:
    """The colour, darkened until it can be read as text on white (contrast of 4.5 or more)."""
    red, green, blue = to_rgb(colour)
    while contrast(to_hex((red, green, blue)), PAPER) < 4.5:
        red, green, blue = red * 0.94, green * 0.94, blue * 0.94
    return to_hex((red, green, blue))


def text_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour; one of them has a contrast of 4.5 or more on any."""
    return max(("#000000", PAPER), key=lambda ink: contrast(ink, colour))


def tint(colour: str, share: float) -> str:
    """A colour mixed with white; ``share`` of 1 is the colour itself."""
    red, green, blue = (share * c + 1 - share for c in to_rgb(colour))
    return to_hex((red, green, blue))


def shade(colour: str, share: float) -> str:
    """A colour mixed with black; ``share`` of 1 is the colour itself."""
    red, green, blue = (share * c for c in to_rgb(colour))
    return to_hex((red, green, blue))


def joined(names: Iterable[str], most: int = 6) -> str:
    """Names as a list in a sentence, cut to ``most`` with the number of the rest."""
    names = list(names)
    if len(names) > most:
        return ", ".join(names[:most]) + f" and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))
