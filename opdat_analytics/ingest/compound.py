"""Streams of a compound file, the container of legacy workbooks (xls): sectors chained by a table of sectors."""

from __future__ import annotations

import struct

_END = 0xFFFFFFFA
"""Numbers from here on are marks and no sectors."""


def stream(data: bytes, name: str) -> bytes | None:
    """One stream of a compound file by its name; None where it has none, or is damaged.

    Claims of the header are never believed beyond the size of the file, and no sector is read twice.
    """
    try:
        return _Container(data).stream(name)
    except (struct.error, IndexError):
        return None


class _Container:
    def __init__(self, data: bytes) -> None:
        self.data = data
        power, mini = struct.unpack_from("<HH", data, 30)
        self.size, self.mini = 1 << min(max(power, 7), 16), 1 << min(max(mini, 4), 12)
        _, first, _, self.cutoff, minis, _, more, _ = struct.unpack_from("<8I", data, 44)
        self.sectors = max(len(data) // self.size - 1, 0)
        listed = list(struct.unpack_from("<109I", data, 76))
        for _ in range(self.sectors):
            if more >= min(_END, self.sectors):
                break
            *numbers, more = struct.unpack(f"<{self.size // 4}I", self.sector(more))
            listed += numbers
        self.following: list[int] = []
        for number in listed:
            if number < self.sectors and len(self.following) <= self.sectors:
                self.following += struct.unpack(f"<{self.size // 4}I", self.sector(number))
        self.entries = self.chain(first)
        table = self.chain(minis) if minis < _END else b""
        self.minis = struct.unpack(f"<{len(table) // 4}I", table)

    def sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        return self.data[start : start + self.size].ljust(self.size, b"\0")

    def chain(self, number: int) -> bytes:
        """The sectors from one on, in their order."""
        found: list[bytes] = []
        while number < self.sectors and number < len(self.following) and len(found) <= self.sectors:
            found.append(self.sector(number))
            number = self.following[number]
        return b"".join(found)

    def stream(self, name: str) -> bytes | None:
        root = struct.unpack_from("<I", self.entries, 116)[0]
        for at in range(0, len(self.entries) - 127, 128):
            entry = self.entries[at : at + 128]
            length = struct.unpack_from("<H", entry, 64)[0]
            if entry[66] != 2 or entry[: max(length - 2, 0)].decode("utf-16-le", "replace").lower() != name.lower():
                continue
            first, size = struct.unpack_from("<II", entry, 116)
            if size >= self.cutoff:
                return self.chain(first)[:size]
            small = self.chain(root)
            kept: list[bytes] = []
            while first < len(self.minis) and len(kept) <= len(self.minis):
                kept.append(small[first * self.mini : (first + 1) * self.mini])
                first = self.minis[first]
            return b"".join(kept)[:size]
        return None
