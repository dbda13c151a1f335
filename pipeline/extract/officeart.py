"""Takes the pictures out of OfficeArt records, in which the binary formats keep them ([MS-ODRAW] 2.2.23)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from pipeline.extract.embedded import child
from pipeline.limits import MB
from pipeline.types import Blob, Gap

_HEADER = struct.Struct("<HHI")
_STORE_ENTRY, _STORE_ENTRY_HEADER, _STORE_ENTRY_PLACE = 0xF007, 36, 28
_METAFILES = {0xF01A: "emf", 0xF01B: "wmf", 0xF01C: "pict"}
_BITMAPS = {0xF01D: "jpg", 0xF01E: "png", 0xF01F: "dib", 0xF029: "tif", 0xF02A: "jpg"}
_TWO_DIGESTS = (0x3D5, 0x217, 0x543, 0x46B, 0x6E3, 0x6E1, 0x7A9, 0x6E5)
_MOST = 64 * MB


def pictures(data: bytes, path: str, delayed: bytes = b"") -> Iterator[Blob | Gap]:
    """Each picture as a child; what cannot be unpacked is a gap. `delayed` is the stream to which a store may point."""
    for number, (kind, instance, payload) in enumerate(_blips(data, delayed), start=1):
        digests = 32 if instance in _TWO_DIGESTS else 16
        if kind in _BITMAPS:
            yield child(payload[digests + 1 :], f"{path}/picture{number}.{_BITMAPS[kind]}")
            continue
        packed, plain = payload[digests + 34 :], payload[digests + 32 : digests + 33] == b"\xfe"
        try:
            unpacked = packed if plain else zlib.decompressobj().decompress(packed, _MOST)
        except zlib.error as error:
            yield Gap(stage="extract", code="damaged", path=path, detail=f"picture {number}: {error}")
            continue
        yield child(unpacked, f"{path}/picture{number}.{_METAFILES[kind]}")


def is_store(data: bytes) -> bool:
    """Whether `data` is a row of pictures to its last byte, as the stream of a presentation's pictures is."""
    at = 0
    while at + _HEADER.size <= len(data):
        _, kind, size = _HEADER.unpack_from(data, at)
        if kind not in _METAFILES and kind not in _BITMAPS:
            break
        at += _HEADER.size + size
    return not data[at:].strip(b"\0")


def _blips(data: bytes, delayed: bytes, depth: int = 0) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + _HEADER.size <= len(data) and depth < 8:
        version, kind, size = _HEADER.unpack_from(data, at)
        payload = data[at + _HEADER.size : at + _HEADER.size + size]
        if kind in _METAFILES or kind in _BITMAPS:
            yield kind, version >> 4, payload
        elif kind == _STORE_ENTRY:
            yield from _blips(payload[_STORE_ENTRY_HEADER:] or _elsewhere(payload, delayed), delayed, depth + 1)
        elif version & 0xF == 0xF:
            yield from _blips(payload, delayed, depth + 1)
        at += _HEADER.size + size


def _elsewhere(entry: bytes, delayed: bytes) -> bytes:
    """The record of a picture to which an entry of the store points (FBSE, [MS-ODRAW] 2.2.32), where there is one."""
    if len(entry) < _STORE_ENTRY_HEADER or not delayed:
        return b""
    (start,) = struct.unpack_from("<I", entry, _STORE_ENTRY_PLACE)
    record = delayed[start : start + _HEADER.size]
    if len(record) < _HEADER.size:
        return b""
    return record + delayed[start + _HEADER.size :][: _HEADER.unpack(record)[2]]
