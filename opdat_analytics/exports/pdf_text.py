"""What a tagged PDF says, read through its tags: headings, paragraphs, tables, and the texts in place of pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opdat_analytics.model import ExportFailed


@dataclass(frozen=True)
class Element:
    """One element of a tagged PDF.

    Attributes
    ----------
    kind
        Its tag: H1, P, LI, Table, Figure …
    text
        What it says; the alternative text of a Figure; "" for a Table.
    rows
        The cells of a Table, row by row, headers first.
    """

    kind: str
    text: str
    rows: tuple[tuple[str, ...], ...] = ()


_BLOCKS = ("Title", "H1", "H2", "H3", "P", "LI", "Caption")


def read_pdf(path: Path) -> list[Element]:
    """The elements of a tagged PDF in reading order.

    Raises
    ------
    ExportFailed
        If the file is not a PDF, or has no tags.
    """
    import pikepdf

    try:
        with pikepdf.open(path) as opened:
            if "/StructTreeRoot" not in opened.Root:
                raise ExportFailed(f"{path} has no tags: what it says cannot be read back. Export again.")
            texts = {_number(page): _marked(page) for page in opened.pages}
            return list(_elements(opened.Root.StructTreeRoot, texts, None))
    except (pikepdf.PdfError, OSError) as error:
        raise ExportFailed(f"{path} does not read back as a PDF: {error}. Export again.") from error


Texts = dict[tuple[int, int], dict[int, str]]
"""By page, the text of each marked piece."""


def _number(page: Any) -> tuple[int, int]:
    """What names an object of the file."""
    first, second = page.objgen
    return int(first), int(second)


def _children(node: Any) -> list[Any]:
    import pikepdf

    inside = node.get("/K")
    if inside is None:
        return []
    return list(inside) if isinstance(inside, pikepdf.Array) else [inside]


def _elements(node: Any, texts: Texts, page: tuple[int, int] | None) -> Iterator[Element]:
    page = _number(node["/Pg"]) if "/Pg" in node else page
    kind = str(node.get("/S", "")).lstrip("/")
    if kind == "Table":
        yield Element(kind, "", tuple(_rows(node, texts, page)))
    elif kind == "Figure":
        yield Element(kind, str(node.get("/Alt", "")))
    elif kind in _BLOCKS:
        yield Element(kind, _text(node, texts, page))
    else:
        for child in _children(node):
            if hasattr(child, "get") and "/S" in child:
                yield from _elements(child, texts, page)


def _rows(node: Any, texts: Texts, page: tuple[int, int] | None) -> Iterator[tuple[str, ...]]:
    page = _number(node["/Pg"]) if "/Pg" in node else page
    if str(node.get("/S")) == "/TR":
        yield tuple(_text(cell, texts, page) for cell in _children(node))
        return
    for child in _children(node):
        if hasattr(child, "get") and "/S" in child:
            yield from _rows(child, texts, page)


def _text(node: Any, texts: Texts, page: tuple[int, int] | None) -> str:
    """What stands in an element and all that it holds; the parts of a line that was broken are joined by a blank."""
    if not hasattr(node, "get"):
        return texts.get(page, {}).get(int(node), "") if page else ""
    page = _number(node["/Pg"]) if "/Pg" in node else page
    if str(node.get("/Type")) == "/MCR":
        return _text(node["/MCID"], texts, page)
    return "".join(_text(child, texts, page) for child in _children(node) if "/Obj" not in _keys(child))


def _keys(node: Any) -> set[str]:
    return set(node.keys()) if hasattr(node, "keys") else set()


def _marked(page: Any) -> dict[int, str]:
    """The text of each marked piece of a page's content, by its number."""
    import pikepdf

    maps = {str(name): _unicode(font) for name, font in (page.get("/Resources", {}).get("/Font", {})).items()}
    found: dict[int, str] = {}
    inside: list[int | None] = []
    spoken: list[str | None] = []
    letters: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operator, operands = str(instruction.operator), instruction.operands
        if operator in ("BDC", "BMC"):
            marks: Any = operands[1] if operator == "BDC" and len(operands) > 1 else {}
            marks = page.Resources.Properties[str(marks)] if isinstance(marks, pikepdf.Name) else marks
            inside.append(int(marks["/MCID"]) if "/MCID" in marks else inside[-1] if inside else None)
            spoken.append(str(marks["/ActualText"]) if "/ActualText" in marks else None)
            if spoken[-1] is not None and inside[-1] is not None:
                found[inside[-1]] = found.get(inside[-1], "") + str(spoken[-1])
        elif operator == "EMC":
            inside.pop()
            spoken.pop()
        elif operator == "Tf":
            letters = maps.get(str(operands[0]), {})
        elif (
            operator in ("Tj", "TJ", "'", '"')
            and inside
            and inside[-1] is not None
            and spoken.count(None) == len(spoken)
        ):
            found[inside[-1]] = found.get(inside[-1], "") + _said(operands[-1], letters)
    return found


def _said(operand: Any, letters: dict[int, str]) -> str:
    import pikepdf

    parts = list(operand) if isinstance(operand, pikepdf.Array) else [operand]
    codes = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
    return "".join(letters.get(int.from_bytes(codes[i : i + 2], "big"), "\ufffd") for i in range(0, len(codes), 2))


def _unicode(font: Any) -> dict[int, str]:
    """The letters of a font's two-byte codes, from its ToUnicode map."""
    if "/ToUnicode" not in font:
        return {}
    text = font["/ToUnicode"].read_bytes().decode("latin-1")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, letter in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            found[int(code, 16)] = _letters(letter)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for first, last, letter in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = _letters(f"{int(letter, 16) + step:0{len(letter)}x}")
    return found


def _letters(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be", errors="replace")
