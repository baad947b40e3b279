"""The look of the slides: one master and two layouts of our own, made from nothing but what stands here."""

from __future__ import annotations

import re
from typing import Any

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.package import Part
from pptx.oxml import parse_xml
from pptx.util import Emu

from opdat_analytics.charts import style

WIDTH, HEIGHT = 12192000, 6858000
"""16:9, in EMU (914,400 an inch)."""
INCH = 914400
MARGIN = 0.55
INNER = WIDTH / INCH - 2 * MARGIN
FONT = "Arial"

COVER, CHART = "Cover and text", "Chart"
SECTION, SUBTITLE, CAVEATS, SOURCE, MARKING = 10, 11, 12, 13, 14
"""Numbers of the placeholders of the layouts."""

_NS = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_ACCENTS = (style.BLUE, style.VERMILION, style.GREEN, style.ORANGE, style.PURPLE, style.SKY)


def _box(left: float, top: float, width: float, height: float) -> str:
    x, y, wide, high = (round(inches * INCH) for inches in (left, top, width, height))
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'


def _placeholder(
    number: int, name: str, kind: str, box: str, size: int, colour: str, *, anchor: str = "t", bold: int = 0,
    side: str = "l", text: str = "",
) -> str:  # fmt: skip
    run = f'<a:r><a:rPr lang="en-US"/><a:t>{text}</a:t></a:r>'
    if "sldNum" in kind:
        run = f'<a:fld id="{_FIELD}" type="slidenum"><a:rPr lang="en-US"/><a:t>‹#›</a:t></a:fld>'
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr>'
        f'<p:ph {kind}/></p:nvPr></p:nvSpPr><p:spPr>{box}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
        f'<p:txBody><a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="{anchor}"><a:normAutofit/></a:bodyPr>'
        f'<a:lstStyle><a:lvl1pPr marL="0" indent="0" algn="{side}"><a:lnSpc><a:spcPct val="100000"/></a:lnSpc>'
        f'<a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/><a:defRPr sz="{size}" b="{bold}"><a:solidFill>'
        f'<a:srgbClr val="{colour[1:].upper()}"/></a:solidFill></a:defRPr></a:lvl1pPr></a:lstStyle>'
        f"<a:p>{run}</a:p></p:txBody></p:sp>"
    )


def _bar(number: int, box: str, colour: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="Rule"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr>{box}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill>'
        f'<a:srgbClr val="{colour[1:].upper()}"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
    )


_FIELD = "{7B0A9B4C-3B52-4B53-9E1F-4D0C6A2F1E01}"
_FOOT = HEIGHT / INCH - 0.42
_TITLE = 'type="title"'
_NUMBER = 'type="sldNum" sz="quarter" idx="15"'


def _text(idx: int) -> str:
    return f'type="body" sz="quarter" idx="{idx}"'


def _foot(first: int) -> str:
    """Marking and number of the slide at its foot."""
    return (
        _placeholder(first, "Handling marking and figure id", _text(MARKING), _box(MARGIN, _FOOT, INNER - 0.8, 0.22),
                     1000, style.GREY, anchor="ctr", text="Handling marking and figure id")
        + _placeholder(first + 1, "Slide number", _NUMBER, _box(MARGIN + INNER - 0.7, _FOOT, 0.7, 0.22), 1000,
                       style.GREY, anchor="ctr", side="r")
    )  # fmt: skip


_HEAD = _placeholder(2, "Title", _TITLE, _box(MARGIN, 0.62, INNER, 0.5), 2400, style.INK, bold=1, text="The message")

_MASTER = (
    _HEAD
    + _placeholder(3, "Text", 'type="body" idx="1"', _box(MARGIN, 1.6, INNER, 4.6), 1600, style.INK, text="Text")
    + _placeholder(4, "Slide number", 'type="sldNum" sz="quarter" idx="4"',
                   _box(MARGIN + INNER - 0.7, _FOOT, 0.7, 0.22), 1000, style.GREY, anchor="ctr", side="r")
)  # fmt: skip

_COVER = (
    _bar(9, _box(0, 0, 0.18, HEIGHT / INCH), style.BLUE)
    + _placeholder(
        2, "Title", _TITLE, _box(MARGIN, 0.55, INNER, 0.9), 3000, style.INK, bold=1, anchor="b", text="Title"
    )
    + _placeholder(
        3, "Subtitle", _text(SUBTITLE), _box(MARGIN, 1.52, INNER, 0.35), 1400, style.GREY, text="Publication"
    )
    + _placeholder(4, "Text", _text(CAVEATS), _box(MARGIN, 2.15, INNER, 4.6), 1400, style.INK, text="What changed")
    + _foot(5)
)

_CHART = (
    _bar(9, _box(MARGIN, 0.34, 0.5, 0.04), style.BLUE)
    + _HEAD
    + _placeholder(3, "Section", _text(SECTION), _box(MARGIN, 0.4, INNER, 0.2), 1000, style.GREY, text="Section")
    + _placeholder(4, "Subtitle", _text(SUBTITLE), _box(MARGIN, 1.12, INNER, 0.25), 1300, style.GREY,
                   text="Measure, unit, scope and period")
    + _placeholder(5, "Caveats", _text(CAVEATS), _box(MARGIN, 5.7, INNER, 0.5), 1200, style.INK, text="Caveats")
    + _placeholder(6, "Source and attribution", _text(SOURCE), _box(MARGIN, 6.35, INNER, 0.5), 1000, style.GREY,
                   text="Source and attribution")
    + _foot(7)
)  # fmt: skip


def _level(size: int) -> str:
    return (
        '<a:lvl1pPr algn="l" defTabSz="914400" rtl="0" eaLnBrk="1" latinLnBrk="0" hangingPunct="1"><a:buNone/>'
        f'<a:defRPr sz="{size}" kern="1200"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
        '<a:latin typeface="+mn-lt"/><a:ea typeface="+mn-ea"/><a:cs typeface="+mn-cs"/></a:defRPr></a:lvl1pPr>'
    )


_STYLES = (
    f"<p:txStyles {_NS}><p:titleStyle>{_level(2400)}</p:titleStyle><p:bodyStyle>{_level(1600)}</p:bodyStyle>"
    f"<p:otherStyle>{_level(1200)}</p:otherStyle></p:txStyles>"
)


def new_deck() -> Any:
    """An empty presentation with the layouts of the pack, and with nothing of the one it is made from."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Emu(WIDTH), Emu(HEIGHT)
    master = deck.slide_masters[0]
    for layout in list(deck.slide_layouts)[2:]:
        deck.slide_layouts.remove(layout)
    for part, reltypes in ((deck.part, (RT.PRINTER_SETTINGS,)), (deck.part.package, (RT.THUMBNAIL,))):
        for name, rel in list(part._rels.items()):
            if rel.reltype in reltypes:
                part._rels.pop(name)
    _theme(master.part)
    _replace(master, _tree(_MASTER), _STYLES)
    for layout, name, shapes in zip(deck.slide_layouts, (COVER, CHART), (_COVER, _CHART), strict=True):
        _replace(layout, _tree(shapes))
        layout.name = name
        layout._element.attrib.pop("type", None)
        layout._element.set("preserve", "1")
    return deck


def _replace(shown: Any, tree: Any, styles: str = "") -> None:
    data = shown._element.cSld
    data.replace(data.spTree, tree)
    if styles:
        old = shown._element.find(f"{{{shown._element.nsmap['p']}}}txStyles")
        shown._element.replace(old, parse_xml(styles))


def _theme(master: Any) -> None:
    """Our own colours and type in the theme, so that what people add looks alike."""
    part: Part = master.part_related_by(RT.THEME)
    part._blob = themed(part.blob)


def themed(blob: bytes) -> bytes:
    """A theme with the colours and the type of the charts."""
    text = blob.decode("utf-8")
    for number, colour in enumerate(_ACCENTS, start=1):
        text = re.sub(rf"(<a:accent{number}>).*?(</a:accent{number}>)",
                      rf'\g<1><a:srgbClr val="{colour[1:].upper()}"/>\g<2>', text, flags=re.DOTALL)  # fmt: skip
    for name, colour in (("dk2", style.GREY), ("lt2", "#f1f1f1"), ("hlink", style.BLUE), ("folHlink", style.INDIGO)):
        text = re.sub(rf"(<a:{name}>).*?(</a:{name}>)",
                      rf'\g<1><a:srgbClr val="{colour[1:].upper()}"/>\g<2>', text, flags=re.DOTALL)  # fmt: skip
    text = re.sub(r'<a:latin typeface="(?!\+)[^"]*"', f'<a:latin typeface="{FONT}"', text)
    return re.sub(r'(<a:theme [^>]*?name=)"[^"]*"', r'\1"opdat_analytics"', text).encode("utf-8")


def _tree(shapes: str) -> Any:
    return parse_xml(
        f'<p:spTree {_NS}><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr>'
        '<a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm>'
        f"</p:grpSpPr>{shapes}</p:spTree>"
    )
