"""Parses the header of a 7z archive: its entries, and where the streams lie that they are packed in.

Layout: 7zFormat.txt of the LZMA SDK. What has no place in that layout is kept as `strange`, for somebody to look at.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from pipeline.extract.archive_7z_streams import (
    ADDITIONAL,
    END,
    FILES,
    HEADER,
    MAIN,
    PROPERTIES,
    START,
    Cursor,
    Folder,
    Malformed,
    streams,
)  # fmt: skip

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
_START = struct.Struct("<IQQI")
_EMPTY_STREAM, _EMPTY_FILE, _ANTI, _NAMES = range(14, 18)
_TIMES, _ATTRIBUTES, _ENCODED, _START_POSITION = (18, 19, 20), 21, 23, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file, folder, link or anti-item (a file that unpacking would delete). `name` is display only."""

    name: str
    has_stream: bool
    directory: bool
    anti: bool
    attributes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an archive says of itself. The streams of its folders, in order, belong to the entries that have one."""

    folders: tuple[Folder, ...]
    entries: tuple[Entry, ...]
    strange: tuple[bytes, ...]


def start(data: bytes) -> tuple[int, int, int]:
    """Where the header lies: [start, end) and its CRC. Raises Malformed."""
    if len(data) < START:
        raise Malformed("shorter than its start")
    crc, offset, size, header_crc = _START.unpack_from(data, 8)
    if zlib.crc32(data[12:START]) != crc:
        raise Malformed("the start does not match its checksum")
    return START + offset, START + offset + size, header_crc


def is_encoded(header: bytes) -> bool:
    return header[:1] == bytes([_ENCODED])


def encoded(header: bytes) -> Folder:
    """The folder that holds the real header. Raises Malformed."""
    folders = streams(Cursor(header, 1))
    if len(folders) != 1 or not folders[0].spans:
        raise Malformed("a packed header without its stream")
    return folders[0]


def parse(header: bytes) -> Header:
    """The entries and folders of a header that is not packed. Raises Malformed."""
    cursor = Cursor(header)
    cursor.expect(HEADER)
    kind, strange = cursor.number(), list[bytes]()
    if kind == PROPERTIES:
        while cursor.number() != END:
            strange.append(cursor.take(cursor.number()))
        kind = cursor.number()
    if kind == ADDITIONAL:
        raise Malformed("additional streams are not read")
    folders: tuple[Folder, ...] = ()
    if kind == MAIN:
        folders, kind = streams(cursor), cursor.number()
    entries: tuple[Entry, ...] = ()
    if kind == FILES:
        entries, kind = _entries(cursor, strange), cursor.number()
    if kind != END:
        raise Malformed(f"unknown section {kind}")
    strange.append(cursor.rest())
    return Header(folders=folders, entries=entries, strange=tuple(piece for piece in strange if piece.strip(b"\0")))


def _entries(cursor: Cursor, strange: list[bytes]) -> tuple[Entry, ...]:
    count = cursor.count()
    sections: dict[int, Cursor] = {}
    while (kind := cursor.number()) != END:
        content = cursor.take(cursor.number())
        if kind in sections or kind not in (_EMPTY_STREAM, _EMPTY_FILE, _ANTI, _NAMES, _ATTRIBUTES):
            strange += [content] if kind not in (*_TIMES, _START_POSITION) else []
        else:
            sections[kind] = Cursor(content)
    empty = sections[_EMPTY_STREAM].bits(count) if _EMPTY_STREAM in sections else [False] * count
    without = sum(empty)
    empty_file = iter(sections[_EMPTY_FILE].bits(without) if _EMPTY_FILE in sections else [False] * without)
    anti = iter(sections[_ANTI].bits(without) if _ANTI in sections else [False] * without)
    names = _names(sections.get(_NAMES), count)
    attributes = _attributes(sections.get(_ATTRIBUTES), count)
    entries = tuple(
        Entry(
            name=name,
            has_stream=not none,
            directory=none and not next(empty_file),
            anti=none and next(anti),
            attributes=value,
        )
        for name, none, value in zip(names, empty, attributes, strict=True)
    )
    strange += [section.rest() for section in sections.values()]
    return entries


def _names(section: Cursor | None, count: int) -> list[str]:
    if section is None:
        return [""] * count
    if section.take(1)[0]:
        raise Malformed("names outside of the header")
    names = list[str]()
    text = section.rest()
    at = 0
    for _ in range(count):
        end = next((i for i in range(at, len(text) - 1, 2) if text[i : i + 2] == b"\0\0"), -1)
        if end < 0:
            raise Malformed("a name without an end")
        names.append(text[at:end].decode("utf-16-le", "replace"))
        at = end + 2
    if text[at:]:
        raise Malformed("more names than entries")
    return names


def _attributes(section: Cursor | None, count: int) -> list[int]:
    if section is None:
        return [0] * count
    known = section.all_or_bits(count)
    if section.take(1)[0]:
        raise Malformed("attributes outside of the header")
    return [int.from_bytes(section.take(4), "little") if given else 0 for given in known]
