"""Walks the records of a binary workbook (BIFF5/8, [MS-XLS] 2.4) for the text that no cell shows."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from pipeline.extract.office_vocabulary import VOCABULARY

SST, CONTINUE, FILEPASS, DRAWING_GROUP, BOUND_SHEET, NOTE, TEXT_OBJECT = 0xFC, 0x3C, 0x2F, 0xEB, 0x85, 0x1C, 0x1B6
HEADER, FOOTER, FORMULA = 0x14, 0x15, 0x06
_CACHED_RESULT = 20  # bytes in front of a formula's tokens
# Cells, layout and indexes: numbers only, or text that the cell reader has.
_NO_TEXT = frozenset(
    {
        0xFD,
        0x203,
        0x27E,
        0xBD,
        0x201,
        0xBE,
        0x208,
        0x204,
        0xD6,
        0x207,
        0xFF,
        0xD7,
        0x20B,
        0xE0,
        0x31,
        0x92,
        0x7D,
        0x55,
        SST,
        DRAWING_GROUP,
        0xEC,
        0x4D,
        0x809,
        0x3D,
        0xA1,
        0x87D,
        0x87C,
        0x88D,
        0x88E,
        0x89C,
        0x8A3,
        0x892,
        0x896,
        0x5D,
        0xC1,
        0x10,
        0x26,
        0x27,
        0x28,
        0x29,
    }
)
_NARROW = re.compile(rb"[\x20-\x7e]{4,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){3,}")
_WORD = re.compile(r"[^\W\d_]{2,}")


def records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and payload of each record, in order."""
    at = 0
    while at + 4 <= len(stream):
        number, size = struct.unpack_from("<HH", stream, at)
        yield number, stream[at + 4 : at + 4 + size]
        at += 4 + size


def gathered(rows: list[tuple[int, bytes]], wanted: int) -> list[bytes]:
    """The payloads of the record `wanted` and of the CONTINUE records behind it."""
    chunks: list[bytes] = []
    inside = False
    for number, payload in rows:
        if number == wanted or (inside and number == CONTINUE):
            chunks.append(payload)
            inside = True
        else:
            inside = False
    return chunks


def loose_text(rows: list[tuple[int, bytes]]) -> dict[int, list[str]]:
    """Runs of text by record number, from every record that is not known to hold none."""
    found: dict[int, list[str]] = {}
    owner = 0
    for number, payload in rows:
        if number != CONTINUE:
            owner = number
        if owner not in _NO_TEXT:
            start = _CACHED_RESULT if number == FORMULA else 0
            found.setdefault(owner, []).extend(runs(payload[start:]))
    return found


def runs(payload: bytes) -> Iterator[str]:
    """Printable runs of Latin letters in one and in two bytes, and counted strings in any other script."""
    if payload[:1] == b"\x01" and len(payload) % 2:  # the text of a comment or text box: flags, then all of it
        whole = payload[1:].decode("utf-16-le", "replace")
        if whole.replace("\n", "").isprintable():
            yield from _wordy(whole)
            return
    for match in _WIDE.finditer(payload):
        yield from _wordy(match[0].decode("utf-16-le"))
    for match in _NARROW.finditer(payload):
        yield from _wordy(match[0].decode("ascii"))
    yield from _counted(payload)


def _counted(payload: bytes) -> Iterator[str]:
    """XLUnicodeString and its short form: length in two bytes or one, flag 1 or 0, then exactly so many characters."""
    at = 0
    while at + 6 <= len(payload):
        for width in (2, 1):
            length = int.from_bytes(payload[at : at + width], "little")
            start, wide = at + width + 1, payload[at + width]
            size = length * 2 if wide == 1 else length
            raw = payload[start : start + size]
            if 2 < length < 4096 and wide in (0, 1) and len(raw) == size and not raw.isascii():
                text = raw.decode("utf-16-le" if wide else "latin-1", "replace")
                if text.isprintable() and _one_script(text):
                    yield from _wordy(text)
                    at = start + size - 1
                    break
        at += 1


def _one_script(text: str) -> bool:
    """Letters from one part of Unicode, as words are; chance bytes jump about."""
    letters = [ord(char) for char in text if char.isalpha()]
    return len(letters) > 2 and len(letters) * 2 >= len(text) and max(letters) - min(letters) < 0x5200


def _wordy(text: str) -> Iterator[str]:
    words = _WORD.findall(text)
    if words and not all(word.casefold() in VOCABULARY for word in words):
        yield text.strip()


def shared_strings(chunks: list[bytes]) -> list[str]:
    """The strings of an SST record. A string may go on in the next chunk, which then starts with its own flags."""
    strings: list[str] = []
    if not chunks:
        return strings
    reader = _Chunks(chunks)
    reader.take(4)
    (count,) = struct.unpack("<I", reader.take(4))
    for _ in range(count):
        if reader.ended:
            break
        strings.append(reader.string())
    return strings


class _Chunks:
    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks, self._index, self._at = chunks, 0, 0

    @property
    def ended(self) -> bool:
        last = len(self._chunks) - 1
        return self._index > last or (self._index == last and self._at >= len(self._chunks[last]))

    def take(self, size: int) -> bytes:
        out = b""
        while len(out) < size and self._index < len(self._chunks):
            piece = self._chunks[self._index][self._at : self._at + size - len(out)]
            self._at += len(piece)
            out += piece
            if len(out) < size:
                self._index, self._at = self._index + 1, 0
        return out.ljust(size, b"\0")

    def string(self) -> str:
        length, flags = struct.unpack("<HB", self.take(3))
        formats = struct.unpack("<H", self.take(2))[0] if flags & 8 else 0
        phonetic = struct.unpack("<I", self.take(4))[0] if flags & 4 else 0
        text = self._characters(length, wide=bool(flags & 1))
        self.take(formats * 4 + min(phonetic, 1 << 16))
        return text

    def _characters(self, length: int, *, wide: bool) -> str:
        pieces: list[str] = []
        while length > 0 and self._index < len(self._chunks):
            width = 2 if wide else 1
            chunk = self._chunks[self._index]
            here = min(length, (len(chunk) - self._at) // width)
            raw = chunk[self._at : self._at + here * width]
            pieces.append(raw.decode("utf-16-le" if wide else "latin-1", "replace"))
            self._at += here * width
            length -= here
            if length > 0:  # goes on in the next chunk, behind its flags
                self._index, self._at = self._index + 1, 1
                if self._index < len(self._chunks) and self._chunks[self._index]:
                    wide = bool(self._chunks[self._index][0] & 1)
        return "".join(pieces)
