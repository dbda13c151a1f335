"""Makes a BMP file of a device-independent bitmap, as metafiles carry them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipeline.extract.embedded import child
from pipeline.types import Blob, Gap

_SMALLEST = 8  # pixels; a pattern brush is 8 × 8
_CORE_HEADER, _PACKED = 12, {4: "jpg", 5: "png"}


def bitmap(info: bytes, bits: bytes) -> Iterator[Blob | Gap]:
    """The bitmap as a child, unless it is a pattern too small for a letter."""
    (header_size,) = struct.unpack_from("<I", info)
    if header_size == _CORE_HEADER:
        width, height = struct.unpack_from("<HH", info, 4)
        compression = 0
    elif header_size >= 40:
        width, height = struct.unpack_from("<ii", info, 4)
        (compression,) = struct.unpack_from("<I", info, 16)
    else:
        yield Gap(stage="extract", code="image_not_read", path="", detail="a bitmap of unknown form")
        return
    if abs(width) <= _SMALLEST and abs(height) <= _SMALLEST:
        return
    if compression in _PACKED:
        yield child(bits, f"picture.{_PACKED[compression]}")
        return
    start = 14 + len(info)
    yield child(b"BM" + struct.pack("<IHHI", start + len(bits), 0, 0, start) + info + bits, "picture.bmp")


def packed(data: bytes) -> Iterator[Blob | Gap]:
    """The same for header, colours and pixels in one piece."""
    header_size, depth = struct.unpack_from("<I", data)[0], struct.unpack_from("<H", data, 14)[0]
    colours = (struct.unpack_from("<I", data, 32)[0] if header_size >= 40 else 0) or (1 << depth if depth <= 8 else 0)
    masks = 12 if header_size == 40 and struct.unpack_from("<I", data, 16)[0] == 3 else 0
    table = header_size + masks + colours * (3 if header_size == _CORE_HEADER else 4)
    yield from bitmap(data[:table], data[table:])
