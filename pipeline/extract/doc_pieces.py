"""Finds the characters of a binary Word document: its header, its table of pieces, and the stories they make up.

A character has a position (the order of reading) and a place in the stream; pieces lead from one to the other.
[MS-DOC] 2.5 (Fib), 2.8.35 (PlcPcd).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.extract.doc_properties import Mark

_MAGIC, _WORD_97 = 0xA5EC, 0xC1
_ENCRYPTED, _OBFUSCATED, _SECOND_TABLE = 0x100, 0x8000, 0x200
_PAIRS, _PAIR_COUNT, _COUNTS = 0x9A, 0x98, 0x4C
PIECES = 33  # the number of the pair that says where the table of pieces lies
_STORIES = (
    "body", "footnotes", "headers", "macros", "comments", "endnotes", "textboxes", "header-textboxes"
)  # fmt: skip
Run = tuple[str, str]  # text, and "", "deleted" or "hidden"


class Unreadable(Exception):
    """Why a whole document cannot be read; `code` is that of the gap."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the head of the main stream says: the table stream, where what lies in it, and how long each story is."""

    table: str
    pairs: tuple[tuple[int, int], ...]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, main: bytes) -> Header:
        """Raises Unreadable for encrypted and older files, struct.error for a stream that is too short."""
        magic, version = struct.unpack_from("<HH", main)
        (flags,) = struct.unpack_from("<H", main, 10)
        if flags & (_ENCRYPTED | _OBFUSCATED):
            raise Unreadable("encrypted", "")
        if magic != _MAGIC or version < _WORD_97:
            raise Unreadable("unsupported_type", "a Word document of before 1997")
        (count,) = struct.unpack_from("<H", main, _PAIR_COUNT)
        numbers = struct.unpack_from(f"<{2 * count}I", main, _PAIRS)
        return cls(
            table="1table" if flags & _SECOND_TABLE else "0table",
            pairs=tuple(zip(numbers[::2], numbers[1::2], strict=True)),
            lengths=struct.unpack_from("<8I", main, _COUNTS),
        )

    def chunk(self, table: bytes, number: int) -> bytes:
        start, size = self.pairs[number]
        return table[start : start + size]

    def chunks(self, table: bytes) -> list[tuple[int, int]]:
        """Where the table stream is spoken for, sorted."""
        return sorted({(start, start + size) for start, size in self.pairs if size and start + size <= len(table)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of characters in the main stream; `width` is 1 (Windows-1252) or 2 (UTF-16)."""

    at: int
    width: int
    text: str

    @property
    def end(self) -> int:
        return self.at + self.width * len(self.text)


def pieces(main: bytes, table: bytes, header: Header) -> list[Piece]:
    """The pieces in the order of reading. Raises ValueError where they do not lie in the stream."""
    data = header.chunk(table, PIECES)
    at = 0
    while data[at : at + 1] == b"\x01":  # properties that pieces share
        at += 3 + int.from_bytes(data[at + 1 : at + 3], "little")
    if data[at : at + 1] != b"\x02":
        raise ValueError("no table of pieces")
    (size,) = struct.unpack_from("<I", data, at + 1)
    count = (size - 4) // 12
    positions = struct.unpack_from(f"<{count + 1}I", data, at + 5)
    found = []
    for number in range(count):
        (place,) = struct.unpack_from("<I", data, at + 5 + 4 * (count + 1) + 8 * number + 2)
        length = positions[number + 1] - positions[number]
        width = 1 if place & 0x40000000 else 2
        start = (place & 0x3FFFFFFF) // (2 if width == 1 else 1)
        raw = main[start : start + width * length]
        if length < 0 or len(raw) != width * length:
            raise ValueError("a piece outside the stream")
        found.append(Piece(at=start, width=width, text=_decoded(raw, width)))
    return found


def _decoded(raw: bytes, width: int) -> str:
    """One character for each unit, so that positions count; a pair of surrogates is made one by `joined`."""
    if width == 1:
        return raw.decode("cp1252", "surrogateescape").translate(_UNDEFINED)
    return "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw)))


_UNDEFINED = {0xDC00 + byte: byte for byte in range(0x80, 0xA0)}


def joined(text: str) -> str:
    """Pairs of surrogates as the characters that they stand for; a lone one as U+FFFD."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def stories(found: list[Piece], header: Header, marks: list[Mark]) -> Iterator[tuple[str, list[Run]]]:
    """Each story with its runs. What the lengths do not count belongs to the last one: nothing is left out."""
    runs = [run for piece in found for run in _runs(piece, marks)]
    ends, total = [], 0
    for length in header.lengths:
        total += length
        ends.append(total)
    at, number, story = 0, 0, list[Run]()
    for text, mark in runs:
        while text:
            last = number == len(ends) - 1
            room = len(text) if last else min(ends[number] - at, len(text))
            story.append((text[:room], mark))
            at, text = at + room, text[room:]
            if text or (not last and at == ends[number]):
                yield _STORIES[number], story
                number, story = number + 1, []
    if story:
        yield _STORIES[number], story


def _runs(piece: Piece, marks: list[Mark]) -> Iterator[Run]:
    at = piece.at
    for start, end, mark in marks:
        if end <= at or start >= piece.end:
            continue
        if start > at:
            yield piece.text[(at - piece.at) // piece.width : (start - piece.at) // piece.width], ""
        at = max(at, start)
        stop = min(end, piece.end)
        yield piece.text[(at - piece.at) // piece.width : (stop - piece.at) // piece.width], mark
        at = stop
    if at < piece.end:
        yield piece.text[(at - piece.at) // piece.width :], ""
