"""Reads the text records of an enhanced metafile ([MS-EMF], [MS-EMFPLUS]) and hands on the bitmaps inside it.

A drawing without text records, bitmaps or letter-like curves is a drawing, and read by that. Text as glyph numbers,
and curves enough for a line of letters, cannot be read and are gaps.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipeline.extract.dib import bitmap
from pipeline.extract.embedded import child
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part

Item = Part | Gap | Blob

_END, _COMMENT = 14, 70
_TEXT_W, _TEXT_A, _TEXT_SMALL, _POLYTEXT = 84, 83, 108, (96, 97)
_CURVES = frozenset({2, 5, 85, 88})
_BITMAPS = {76: 84, 77: 84, 78: 84, 114: 84, 116: 84, 80: 48, 81: 48, 94: 16, 93: 16}  # where the four offsets stand
_PLG = 79
_GLYPHS, _NARROW, _NO_RECTANGLE = 0x10, 0x200, 0x100
_LETTER_CURVES = 60  # about twenty-five letters drawn as outlines
_PLUS_OBJECT, _PLUS_TEXT, _PLUS_GLYPHS = 0x4008, 0x401C, 0x4036


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """The text of the picture as one part; bitmaps as children."""
    reader = _Reader()
    try:
        for kind, record in _records(blob.data):
            yield from reader.read(kind, record)
    except (struct.error, IndexError, ValueError) as error:
        yield Gap(stage="extract", code="damaged", path=blob.name, detail=str(error))
    yield from reader.finish()


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if size < 8 or at + size > len(data):
            raise ValueError("a record runs past the end")
        yield kind, data[at : at + size]
        at += size
        if kind == _END:
            return
    raise ValueError("no end record")


class _Reader:
    def __init__(self) -> None:
        self._text = PartBuilder(kind="image", path="text")
        self._curves = 0
        self._glyphs = False
        self._seen: set[bytes] = set()

    def read(self, kind: int, record: bytes) -> Iterator[Item]:
        if kind in (_TEXT_W, _TEXT_A):
            self._long_text(record, wide=kind == _TEXT_W)
        elif kind == _TEXT_SMALL:
            self._small_text(record)
        elif kind in _POLYTEXT or kind == _PLG:
            yield Gap(stage="extract", code="image_not_read", path="", detail=f"record {kind}")
        elif kind in _CURVES:
            self._curves += 1
        elif kind in _BITMAPS:
            yield from self._bitmap(record, _BITMAPS[kind])
        elif kind == _COMMENT:
            yield from self._comment(record)

    def finish(self) -> Iterator[Item]:
        yield from self._text.parts()
        if self._glyphs:
            yield Gap(stage="extract", code="text_unreliable", path="", detail="text as glyph numbers")
        if self._curves > _LETTER_CURVES:
            yield Gap(stage="extract", code="outlined_text", path="", detail=f"{self._curves} curves")

    def _long_text(self, record: bytes, *, wide: bool) -> None:
        count, offset, options = struct.unpack_from("<III", record, 44)
        self._add(record, offset, count, wide=wide, options=options)

    def _small_text(self, record: bytes) -> None:
        count, options = struct.unpack_from("<II", record, 16)
        offset = 36 if options & _NO_RECTANGLE else 52
        self._add(record, offset, count, wide=not options & _NARROW, options=options)

    def _add(self, record: bytes, offset: int, count: int, *, wide: bool, options: int) -> None:
        if options & _GLYPHS:
            self._glyphs = self._glyphs or count > 0
            return
        raw = record[offset : offset + count * (2 if wide else 1)]
        self._text.add(raw.decode("utf-16-le" if wide else "cp1252", "replace").replace("\0", ""), role="line")

    def _bitmap(self, record: bytes, place: int) -> Iterator[Item]:
        info_at, info_size, bits_at, bits_size = struct.unpack_from("<IIII", record, place)
        info, bits = record[info_at : info_at + info_size], record[bits_at : bits_at + bits_size]
        if info and bits and info + bits not in self._seen:
            self._seen.add(info + bits)
            yield from bitmap(info, bits)

    def _comment(self, record: bytes) -> Iterator[Item]:
        (size,) = struct.unpack_from("<I", record, 8)
        data = record[12 : 12 + size]
        if data.startswith(b"EMF+"):
            yield from self._plus(data[4:])
        elif data.startswith(b"GDIC") and data[4:8] in (b"\x04\x00\x00\x40", b"\x05\x00\x00\x40"):
            yield Gap(stage="extract", code="image_not_read", path="", detail="a picture in another format")
        elif size > 64:
            self._text.add(_words(data), role="line")

    def _plus(self, data: bytes) -> Iterator[Item]:
        at = 0
        while at + 12 <= len(data):
            kind, flags, size, length = struct.unpack_from("<HHII", data, at)
            if size < 12:
                raise ValueError("an EMF+ record without size")
            body = data[at + 12 : at + 12 + length]
            if kind == _PLUS_TEXT:
                (count,) = struct.unpack_from("<I", body, 8)
                self._text.add(body[28 : 28 + 2 * count].decode("utf-16-le", "replace"), role="line")
            elif kind == _PLUS_GLYPHS:
                self._driver_text(body)
            elif kind == _PLUS_OBJECT and (flags >> 8) & 0x7F == 5:
                yield from _plus_image(body, continued=bool(flags & 0x8000))
            at += size

    def _driver_text(self, body: bytes) -> None:
        options, count = struct.unpack_from("<I4xI", body, 4)
        if options & 1:
            self._text.add(body[16 : 16 + 2 * count].decode("utf-16-le", "replace"), role="line")
        else:
            self._glyphs = True


def _plus_image(body: bytes, *, continued: bool) -> Iterator[Item]:
    """An image object: a packed bitmap or a metafile is a child; raw pixels, or one in pieces, are a gap."""
    (kind,) = struct.unpack_from("<I", body, 4)
    if kind == 1 and not continued and struct.unpack_from("<I", body, 24)[0] == 1:
        yield child(body[28:], "picture")
    elif kind == 2 and not continued:
        yield child(body[16:], "metafile")
    else:
        yield Gap(stage="extract", code="image_not_read", path="", detail="a bitmap in EMF+")


def _words(data: bytes) -> str:
    """Printable runs of a comment that another program left."""
    text = data.decode("ascii", "replace").replace("\ufffd", "\0")
    runs = [run for run in text.split("\0") if len(run) > 5 and run.isprintable()]
    return "\n".join(runs)
