"""Writes OLE compound files ([MS-CFB]) for tests: any tree of storages and streams."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

Tree = dict[str, "bytes | Tree"]

SECTOR, SMALL_SECTOR, CUTOFF = 512, 64, 4096
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


@dataclass(kw_only=True)
class Entry:
    """One line of the directory."""

    name: str
    kind: int
    data: bytes = b""
    right: int = FREE
    child: int = FREE
    start: int = END


class Sectors:
    """Chains of sectors of one size, with the table that links them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray()
        self.table: list[int] = []

    def store(self, data: bytes) -> int:
        if not data:
            return END
        start = len(self.table)
        count = -(-len(data) // self.size)
        self.table += [*range(start + 1, start + count), END]
        self.data += data.ljust(count * self.size, b"\0")
        return start


def compound_file(tree: Tree) -> bytes:
    """A file with the streams and storages of `tree`."""
    entries: list[Entry] = []
    _directory("Root Entry", tree, entries, kind=5)
    large, small = Sectors(SECTOR), Sectors(SMALL_SECTOR)
    for entry in entries[1:]:
        entry.start = (large if len(entry.data) >= CUTOFF else small).store(entry.data)
    entries[0].data = bytes(small.data)
    entries[0].start = large.store(entries[0].data)
    links = _packed(small.table)
    small_table = large.store(links)
    directory = large.store(b"".join(map(_entry, entries)))
    tables = 1
    while tables * SECTOR // 4 < len(large.table) + tables:
        tables += 1
    first = len(large.table)
    large.table += [TABLE] * tables
    large.data += _packed(large.table)
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, tables, directory, 0, CUTOFF,
        small_table, len(links) // SECTOR, END, 0,
    )  # fmt: skip
    return (head + _packed(list(range(first, first + tables)))).ljust(SECTOR, b"\xff")[:SECTOR] + bytes(large.data)


def _directory(name: str, content: bytes | Tree, entries: list[Entry], *, kind: int) -> int:
    number = len(entries)
    entries.append(Entry(name=name, kind=kind, data=content if isinstance(content, bytes) else b""))
    if isinstance(content, dict):
        order = sorted(content.items(), key=lambda item: (len(item[0]), item[0].upper()))
        numbers = [_directory(key, value, entries, kind=2 if isinstance(value, bytes) else 1) for key, value in order]
        entries[number].child = numbers[0] if numbers else FREE
        for left, right in pairwise(numbers):
            entries[left].right = right
    return number


def _packed(numbers: list[int]) -> bytes:
    data = b"".join(struct.pack("<I", number) for number in numbers)
    return data.ljust(-(-len(data) // SECTOR) * SECTOR, b"\xff")


def _entry(entry: Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        name, len(name) + 2, entry.kind, 1, FREE, entry.right, entry.child, b"", 0, 0, 0, entry.start, len(entry.data),
    )  # fmt: skip
