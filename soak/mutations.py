"""Ways to damage a file: its bytes, the archive around its parts, the XML within them, the words in its cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from random import Random

NUMBERS = (
    "-1", "0", "1", "2147483648", "4294967295", "4294967296", "18446744073709551616", "1e400", "NaN", "-INF", "1048576",
    "1048577", "16385", "9" * 400, "0x1F", "1_000", "12O4", "", " ", "1.5", "-1e-320", "٣", "1/2", "true", "xlfn",
)  # fmt: skip
WORDS = (
    "over 74", "more than", "<5", ">", "at least 3 million", "between 3 and", "10-15", "1,234", "1.234,5", "1 234", "½",
    "²", "12¹", "007", "TRUE", "#REF!", "…", "-", "–", "n/a", "c. 30", "media docena", "quatre-vingt-dix", "mil", "%",
    "45 %", "US$ 3 m", "(12)", "12 (a)", "\u202e12", "\u200b", "\u00a0", "\ufeff", "\x00", "\ud83d\ude00", "ﷺ", "İ",
    "ß", "FY24", "2023/24", "Q3 2019", "H1 2020", "31/12/2020", "0000-00-00", "29 février 2023", "2109", "''7", "=1+1",
    "_x000D_", "_x0041_", "&#x1F;", "x" * 300, "9" * 60, "1" + "0" * 30, "e" * 3 + "1" * 9, "{total} ({form:labour})",
)  # fmt: skip
_TAG = re.compile(rb"<[^<>]*>")
_ATTRIBUTE = re.compile(rb'(\s[\w:]+=")([^"]*)(")')
_TEXT = re.compile(rb">([^<>]+)<")
_DOCTYPE = b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d SYSTEM "file:///etc/hostname">]>'


def damaged(data: bytes, random: Random) -> bytes:
    """The file with one to three damages."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        packed = data[:4] == b"PK\x03\x04"
        change = random.choice((_bytes, _parts, _parts, _parts, _parts) if packed else (_bytes, _words))
        data = change(data, random)
    return data


def words(random: Random) -> str:
    """A text such as a cell might hold, or never should."""
    pieces = [random.choice(WORDS + NUMBERS) for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5)))]
    said = random.choice(("", " ", " - ", ",", ".", "\n")).join(pieces)
    for _ in range(random.choice((0, 0, 1, 3))):
        at = random.randrange(len(said) + 1)
        said = said[:at] + chr(random.choice((random.randrange(32, 127), random.randrange(0x110000)))) + said[at:]
    return said.encode("utf-8", "replace").decode("utf-8")


def _words(data: bytes, random: Random) -> bytes:
    marks = [m.start() for m in re.finditer(rb'[,;\t\n"]', data)] or [0]
    at, end = sorted(random.choices([*marks, len(data)], k=2))
    put = random.choice(
        (words(random).encode(), b'"', b'""', b"\x00", b"\r", b";" * random.choice((1, 50, 5000)), b"\t")
    )
    return data[:at] + put + data[random.choice((at, end)) :]


def _bytes(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    size = random.choice((1, 1, 2, 4, 16, 200))
    return random.choice(
        (
            data[:at],
            data[at:],
            data[:at] + random.randbytes(size) + data[at + size :],
            data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :],
            data[:at] + data[at + size :],
            data[:at] + data[at : at + size] * random.choice((2, 3, 100)) + data[at + size :],
            data[:at] + random.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f")) + data[at + 4 :],
            data + data,
            data + random.randbytes(size),
        )
    )


def _parts(data: bytes, random: Random) -> bytes:
    """Damage one part of an archive, or the list of its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zipfile.zlib.error):  # type: ignore[attr-defined]
        return _bytes(data, random)
    if not parts:
        return _bytes(data, random)
    heavy = [i for i, (name, _) in enumerate(parts) if re.search(r"sheet|content|haredStrings|styles|workbook", name)]
    i = random.choice(heavy or list(range(len(parts)))) if random.random() < 0.9 else random.randrange(len(parts))
    name, part = parts[i]
    kind = random.random()
    if kind < 0.04:
        del parts[i]
    elif kind < 0.08:
        parts.insert(random.randrange(len(parts) + 1), (random.choice((name, name.upper(), "../" + name)), part))
    elif kind < 0.10:
        parts[i] = (random.choice((name.upper(), name.replace("/", "\\"), "/" + name, "a" * 300)), part)
    else:
        parts[i] = (name, _xml(part, random))
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in parts:
            archive.writestr(zipfile.ZipInfo(name), part)
    return told.getvalue()


def _xml(part: bytes, random: Random) -> bytes:
    change: Callable[[bytes, Random], bytes] = random.choice(
        (_attribute, _attribute, _attribute, _text, _text, _tags, _tags, _odd, _bytes)
    )
    return change(part, random)


def _attribute(part: bytes, random: Random) -> bytes:
    found = list(_ATTRIBUTE.finditer(part))
    if not found:
        return _bytes(part, random)
    one = random.choice(found)
    other = random.choice(found)
    cells = (b"A0", b"XFD1048576", b"XFE1", b"A1:XFD1048576", b"b7", b"$A$1", b"A99999999999", b"s", b"e", b"b", b"d",
             b"str", b"inlineStr", b"n", b"../../x", b"/xl/workbook.xml", b"http://a.invalid/")  # fmt: skip
    value = random.choice((random.choice(NUMBERS).encode(), random.choice(cells), other[2], words(random).encode()))
    value = value.replace(b"<", b"&lt;").replace(b'"', b"&quot;") if random.random() < 0.9 else value
    if random.random() < 0.1:
        return part[: one.start()] + part[one.end() :]
    return part[: one.start(2)] + value + part[one.end(2) :]


def _text(part: bytes, random: Random) -> bytes:
    found = list(_TEXT.finditer(part))
    if not found:
        return _bytes(part, random)
    one = random.choice(found)
    said = random.choice((random.choice(NUMBERS), words(random), words(random))).encode()
    said = said.replace(b"&", b"&amp;").replace(b"<", b"&lt;") if random.random() < 0.9 else said
    return part[: one.start(1)] + said + part[one.end(1) :]


def _tags(part: bytes, random: Random) -> bytes:
    found = list(_TAG.finditer(part))
    if len(found) < 3:
        return _bytes(part, random)
    a, b = sorted(random.sample(range(len(found)), 2))
    one, other = found[a], found[b]
    piece = part[one.start() : found[min(a + random.randrange(1, 12), len(found) - 1)].start()]
    return random.choice(
        (
            part[: one.start()] + part[one.end() :],
            part[: one.start()] + part[other.start() :],
            part[: one.start()] + piece * random.choice((2, 2, 2, 50)) + part[one.start() :],
            part[: other.start()] + piece + part[other.start() :],
            part[: one.start()] + part[one.start() : one.end()] * random.choice((2, 70, 3000)) + part[one.end() :],
        )
    )


def _odd(part: bytes, random: Random) -> bytes:
    head = part.find(b"?>") + 2 if b"?>" in part[:200] else 0
    at = random.choice([m.start() for m in _TAG.finditer(part)] or [0])
    return random.choice(
        (
            part[:head] + _DOCTYPE + part[head:],
            part[:at] + b"<!-- a -->" + part[at:],
            part[:at] + b"<![CDATA[7]]>" + part[at:],
            part[:at] + b"<?pi ?>" + part[at:],
            part[:at] + b"&b;" + part[at:],
            part.replace(b"UTF-8", random.choice((b"UTF-16", b"latin-1", b"utf-7", b"x-none"))),
            part.decode("utf-8", "replace").encode(random.choice(("utf-16", "utf-16-be", "utf-8-sig"))),
            part.replace(b"<c ", b"<x:c ").replace(b"</c>", b"</x:c>"),
            part.replace(b'"', b"'"),
            b"",
        )
    )
