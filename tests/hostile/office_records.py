"""Makes what goes into Office files in binary: embedded objects, macros, BIFF records, a metafile with text."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from tests.hostile.ole_making import Tree, compound_file


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of `streams`; "storage/stream" stands for a stream in a storage."""
    tree: Tree = {}
    for path, data in streams.items():
        *storages, name = path.split("/")
        folder = tree
        for storage in storages:
            below = folder.setdefault(storage, {})
            assert isinstance(below, dict)
            folder = below
        folder[name] = data
    return compound_file(tree)


def ole_native(data: bytes, name: str) -> bytes:
    """An OLE file in which a packager put `data`."""
    return ole({"\x01Ole10Native": native_stream(data, name)})


def native_stream(data: bytes, name: str) -> bytes:
    label = name.encode() + b"\0"
    body = b"\x02\0" + label + label + b"\0\0\x03\0" + struct.pack("<I", len(label)) + label
    body += struct.pack("<I", len(data)) + data
    return struct.pack("<I", len(body)) + body


def vba_module(source: str) -> bytes:
    """Macro source as a compressed container of nothing but literals ([MS-OVBA] 2.4.1)."""
    raw = ('Attribute VB_Name = "Module1"\r\n' + source).encode("cp1252")
    packed = b"".join(b"\0" + raw[at : at + 8] for at in range(0, len(raw), 8))
    return b"\x01" + struct.pack("<H", 0xB000 | (len(packed) + 2 - 3)) + packed


def biff(number: int, payload: bytes) -> bytes:
    return struct.pack("<HH", number, len(payload)) + payload


def xls(
    text: str = "Room",
    *,
    globals_: bytes = b"",
    sheet: bytes = b"",
    hidden: int = 0,
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """An XLS (BIFF8) of one sheet with `text` in its first cell."""
    begin = biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6))
    strings = struct.pack("<II", 1, 1) + struct.pack("<HB", len(text), 0) + text.encode("latin-1")
    name = b"Data"
    bound_size = 4 + 8 + len(name)
    head = begin + globals_
    tail = biff(0xFC, strings) + biff(0x0A, b"")
    offset = len(head) + bound_size + len(tail)
    bound = biff(0x85, struct.pack("<IBBBB", offset, hidden, 0, len(name), 0) + name)
    page = biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6))
    page += biff(0x200, struct.pack("<IIHHH", 0, 1, 0, 1, 0)) + biff(0xFD, struct.pack("<HHHI", 0, 0, 0, 0))
    page += sheet + biff(0x0A, b"")
    return ole({"Workbook": head + bound + tail + page, **(more or {})})


def emf(text: str) -> bytes:
    """An enhanced metafile with one text record."""
    raw = text.encode("utf-16-le") + b"\0" * (-2 * len(text) % 4)
    string = struct.pack("<iiIII", 10, 10, len(text), 76, 0) + b"\0" * 16 + struct.pack("<I", 0)
    record = struct.pack("<II", 84, 8 + 28 + len(string) + len(raw)) + b"\0" * 16 + struct.pack("<Iff", 1, 1, 1)
    record += string + raw
    end = struct.pack("<IIIII", 14, 20, 0, 16, 20)
    size = 88 + len(record) + len(end)
    header = struct.pack("<II", 1, 88) + struct.pack("<8i", 0, 0, 100, 100, 0, 0, 1000, 1000)
    header += b" EMF" + struct.pack("<IIIHHIII", 0x10000, size, 3, 1, 0, 0, 0, 0) + struct.pack("<4i", 100, 100, 30, 30)
    return header + record + end
