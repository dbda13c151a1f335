"""Reads the text records of a Windows metafile ([MS-WMF]) and hands on the bitmaps and metafiles inside it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipeline.extract.dib import packed
from pipeline.extract.embedded import child
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part

Item = Part | Gap | Blob

_PLACEABLE, _PLACEABLE_SIZE, _HEADER_SIZE = b"\xd7\xcd\xc6\x9a", 22, 18
_TEXT, _LONG_TEXT, _ESCAPE, _END = 0x0521, 0x0A32, 0x0626, 0x0000
_BITMAPS = {0x0940: (16, 24), 0x0B41: (26, 26), 0x0F43: (28, 28), 0x0D33: (24, 24), 0x0142: (10, 10)}
_OLD_BITMAPS = frozenset({0x0922, 0x0B23, 0x01F9, 0x06FF})
_ESCAPE_EMF = b"WMFC\x01\x00\x00\x00"
_OPAQUE_OR_CLIPPED = 0x6


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """The text of the picture as one part; bitmaps, and the enhanced metafile that may ride along, as children."""
    text = PartBuilder(kind="image", path="text")
    enhanced: list[bytes] = []
    try:
        for kind, record in _records(blob.data):
            if kind in (_TEXT, _LONG_TEXT):
                text.add(_string(kind, record), role="line")
            elif kind in _BITMAPS:
                yield from _bitmap(kind, record)
            elif kind in _OLD_BITMAPS:
                yield Gap(stage="extract", code="image_not_read", path="", detail=f"record {kind:#x}")
            elif kind == _ESCAPE and record[10:18] == _ESCAPE_EMF:
                enhanced.append(record[44:])
    except (struct.error, ValueError, IndexError) as error:
        yield Gap(stage="extract", code="damaged", path=blob.name, detail=str(error))
    if enhanced:
        yield child(b"".join(enhanced), "enhanced.emf")
    yield from text.parts()


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = (_PLACEABLE_SIZE if data.startswith(_PLACEABLE) else 0) + _HEADER_SIZE
    while at + 6 <= len(data):
        words, kind = struct.unpack_from("<IH", data, at)
        if kind == _END:
            return
        if words < 3 or at + 2 * words > len(data):
            raise ValueError("a record runs past the end")
        yield kind, data[at : at + 2 * words]
        at += 2 * words
    raise ValueError("no end record")


def _string(kind: int, record: bytes) -> str:
    if kind == _TEXT:
        (length,) = struct.unpack_from("<H", record, 6)
        return record[8 : 8 + length].decode("cp1252", "replace")
    length, options = struct.unpack_from("<HH", record, 10)
    start = 22 if options & _OPAQUE_OR_CLIPPED else 14
    return record[start : start + length].decode("cp1252", "replace")


def _bitmap(kind: int, record: bytes) -> Iterator[Item]:
    """Blits carry their bitmap at the end; a short record copies from the screen and has none."""
    for start in dict.fromkeys(_BITMAPS[kind]):
        if len(record) > start + 40 and struct.unpack_from("<I", record, start)[0] in (12, 40, 108, 124):
            yield from packed(record[start:])
            return
    if len(record) > 64:
        yield Gap(stage="extract", code="image_not_read", path="", detail=f"record {kind:#x}")
