"""The look of the slides: an empty presentation of 16 to 9 with a cover and a chart layout of our own."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.util import Inches

from opdat_analytics.charts import style
from opdat_analytics.exports.files import settled
from opdat_analytics.exports.slides_chart import FIXED_DATE

WIDE, HIGH, EDGE = 13.333, 7.5, 0.55
INNER = WIDE - 2 * EDGE
BOXES: dict[str, dict[int, tuple[str, float, float, float, float, int]]] = {
    "Cover": {
        0: ("Title", EDGE, 0.95, INNER, 1.35, 34),
        10: ("Publication and handling", EDGE, 2.4, INNER, 0.45, 16),
        11: ("What changed", EDGE, 3.1, INNER * 0.53, 3.7, 14),
        12: ("Whose results", EDGE + INNER * 0.57, 3.1, INNER * 0.43, 3.7, 12),
    },
    "Chart": {
        0: ("Title", EDGE, 0.42, INNER - 2.6, 0.86, 24),
        10: ("Subtitle", EDGE, 1.28, INNER, 0.36, 14),
        11: ("Caveats", EDGE, 5.93, INNER, 0.72, 12),
        12: ("Source", EDGE, 6.68, INNER, 0.6, 9),
        13: ("Handling", WIDE - EDGE - 2.5, 0.42, 2.5, 0.3, 11),
    },
}
"""Placeholders of each layout by their index: name, left, top, width and height in inches, type size."""
PLOT = (EDGE, 1.7, INNER, 4.2)
"""Where the chart stands: left, top, width, height in inches."""

_NS = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_THEME = {
    "dk1": style.INK, "lt1": style.PAPER, "dk2": style.GREY, "lt2": style.RULE, "accent1": style.BLUE,
    "accent2": style.VERMILION, "accent3": style.GREEN, "accent4": style.ORANGE, "accent5": style.PURPLE,
    "accent6": style.SKY, "hlink": style.BLUE, "folHlink": style.PURPLE,
}  # fmt: skip
_FONT = "Arial"


def empty() -> Any:
    """A presentation without slides: our theme, layouts “Cover” and “Chart”, nobody's name."""
    made = Presentation()
    made.slide_width, made.slide_height = Inches(WIDE), Inches(HIGH)
    master = made.slide_master
    layouts = {"Cover": made.slide_layouts[0], "Chart": made.slide_layouts[5]}
    for layout in list(made.slide_layouts):
        if layout not in layouts.values():
            made.slide_layouts.remove(layout)
    _shapes(master, "Chart", on_master=True)
    for name, layout in layouts.items():
        layout.name = name
        _shapes(layout, name)
    theme = master.part.part_related_by(RT.THEME)
    theme._blob = _themed(theme.blob)
    for relation in list(made.part.package._rels.values()):
        if "thumbnail" in relation.reltype:
            made.part.package._rels.pop(relation.rId)
    for relation in list(made.part.rels.values()):
        if "printerSettings" in relation.reltype:
            made.part.rels.pop(relation.rId)
    about = made.core_properties
    about.author = about.last_modified_by = about.comments = about.keywords = ""
    about.created = about.modified = FIXED_DATE
    about.revision = 1
    return made


def _shapes(sheet: Any, name: str, on_master: bool = False) -> None:
    """Put the placeholders of a layout in place of those that are there; a rule in our colour above the title."""
    tree = sheet.shapes._spTree
    for shape in list(sheet.shapes):
        tree.remove(shape._element)
    depth = 0.28 if name == "Cover" else 0.12
    tree.append(etree.fromstring(_bar(depth)))
    for place, (index, box) in enumerate(BOXES[name].items(), start=3):
        if on_master and index > 10:
            continue
        tree.append(etree.fromstring(_placeholder(place, index, box, on_master)))


def _bar(depth: float) -> str:
    return (
        f'<p:sp {_NS}><p:nvSpPr><p:cNvPr id="2" name="Rule"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{_emu(WIDE)}" cy="{_emu(depth)}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="accent1"/></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def _placeholder(place: int, index: int, box: tuple[str, float, float, float, float, int], on_master: bool) -> str:
    name, left, top, width, height, size = box
    kind = 'type="title"' if index == 0 else 'type="body" idx="1"' if on_master else f'type="body" idx="{index}"'
    bold = 1 if index in (0, 13) else 0
    ink = "tx1" if index in (0, 11) else "tx2"
    side = "r" if index == 13 else "l"
    anchor = "b" if index == 0 else "t"
    level = (
        f'<a:lvl1pPr marL="0" indent="0" algn="{side}"><a:lnSpc><a:spcPct val="95000"/></a:lnSpc><a:spcBef>'
        f'<a:spcPts val="{300 if size >= 12 and index > 10 else 0}"/></a:spcBef><a:buNone/><a:defRPr sz="{size * 100}" '
        f'b="{bold}"><a:solidFill><a:schemeClr val="{ink}"/></a:solidFill></a:defRPr></a:lvl1pPr>'
    )
    return (
        f'<p:sp {_NS}><p:nvSpPr><p:cNvPr id="{place}" name="{escape(name)}"/><p:cNvSpPr><a:spLocks noGrp="1"/>'
        f'</p:cNvSpPr><p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="{_emu(left)}" '
        f'y="{_emu(top)}"/><a:ext cx="{_emu(width)}" cy="{_emu(height)}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        f'</a:prstGeom></p:spPr><p:txBody><a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="{anchor}">'
        f'<a:normAutofit/></a:bodyPr><a:lstStyle>{level}</a:lstStyle><a:p><a:r><a:rPr lang="en-US"/><a:t>'
        f"{escape(name)}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def _emu(inches: float) -> int:
    return round(inches * 914400)


def _themed(blob: bytes) -> bytes:
    """The theme with our colours and type."""
    text = blob.decode("utf-8")
    for name, colour in _THEME.items():
        text = re.sub(
            rf"(<a:{name}>).*?(</a:{name}>)",
            rf'\g<1><a:srgbClr val="{colour[1:].upper()}"/>\g<2>',
            text,
            flags=re.DOTALL,
        )
    text = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*"', rf'\g<1>{_FONT}"', text)
    return re.sub(r'name="Office Theme"', 'name="opdat_analytics"', text).encode()


def packed(presentation: Any) -> bytes:
    """A presentation as bytes that hold no time: entries in order of their names, all of one date."""
    buffer = io.BytesIO()
    presentation.save(buffer)
    return settled(buffer.getvalue())
