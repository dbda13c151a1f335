"""Finds what hangs on to a picture, or to a file that no reader knows: data after its end, a ZIP or a PDF inside.

Readers of documents account for their own bytes; pictures, programs and unknown files have none that would.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from pipeline.extract.parts import PartBuilder
from pipeline.extract.sniff import UNKNOWN, sniff
from pipeline.types import Blob, Gap, Notice, Part

# pictures of real programs end in scraps of memory; more than this, packed, is more than a scrap
SCRAPS = 16 << 10
_PADDING = b"\0 \t\r\n\x1a"
_LEGIBLE = re.compile(rb"[ -~]{8,}")
_DIRECTORY_END = b"PK\x05\x06"
_PDF = re.compile(rb"%PDF-\d\.\d\s")
_SEARCHED = ("application/octet-stream", "application/x-executable", "application/vnd.microsoft.portable-executable")
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})  # JPEG markers that stand alone


def appended(data: bytes, media_type: str) -> Iterator[Blob | Gap | Notice | Part]:
    """The stretch behind a picture's end, or the container inside something unknown: a child, or legible scraps."""
    start = _end(data, media_type) if media_type.startswith("image/") else None
    if start is not None:
        tail = data[start:]
        name = "after-the-end"
    elif media_type in _SEARCHED or media_type.startswith(("audio/", "video/", "font/")):
        tail, name = _container(data), "container-inside"
    else:
        return
    if not tail.strip(_PADDING):
        return
    notice = Notice(code="trailing_data", path=name, visibility="hidden", detail=f"{len(tail)} bytes")
    if sniff(tail, name) != UNKNOWN:
        yield notice
        yield Blob.of(tail, name=name)
        return
    strings = legible(tail, name)
    if strings:
        yield notice
        yield from strings.parts()
    if len(zlib.compress(tail)) > SCRAPS:
        yield Gap(stage="extract", code="trailing_data", path=name, detail=f"{len(tail)} bytes of no known form")


def remainder(data: bytes, name: str) -> Iterator[Blob | Gap | Notice | Part]:
    """Bytes of an archive that none of its members accounts for: a gap, and whatever there is to read in them."""
    data = data.strip(b"\0")
    if not data.strip(_PADDING):
        return
    yield Gap(stage="extract", code="trailing_data", path=name, detail=f"{len(data)} bytes")
    if sniff(data, name) != UNKNOWN:
        yield Blob.of(data, name=name)
    elif inside := _container(data):
        yield Blob.of(inside, name=name)
    else:
        yield from legible(data, name).parts()


def legible(data: bytes, name: str) -> PartBuilder:
    """The runs of readable characters in `data`, a line each."""
    strings = PartBuilder(kind="metadata", path=name, visibility="hidden")
    for run in _LEGIBLE.findall(data):
        strings.add(run.decode("ascii"), "line")
    return strings


def _end(data: bytes, media_type: str) -> int | None:
    """Where the picture ends by its own structure; None where that is not known."""
    if media_type == "image/png":
        return _png_end(data)
    if media_type == "image/jpeg":
        return _jpeg_end(data)
    if media_type == "image/bmp":
        return int.from_bytes(data[2:6], "little") or None
    if media_type == "image/webp":
        size = int.from_bytes(data[4:8], "little")
        return 8 + size + size % 2
    return None


def _png_end(data: bytes) -> int | None:
    position = 8
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        position += 12 + length
        if kind == b"IEND":
            return position
    return None


def _jpeg_end(data: bytes) -> int | None:
    """Behind the end marker of the first picture; thumbnails in its segments are skipped with them."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xD9:
            return position + 2
        if marker == 0xFF or marker in _WITHOUT_LENGTH:
            position += 1 if marker == 0xFF else 2
            continue
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if marker == 0xDA:
            position = _after_scan(data, position)
    return None


def _after_scan(data: bytes, position: int) -> int:
    """The next marker behind compressed data, where FF 00 is a byte and FF D0–D7 only restarts."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            return len(data)
        if data[position + 1] != 0 and not 0xD0 <= data[position + 1] <= 0xD7:
            return position
        position += 2


def _container(data: bytes) -> bytes:
    """A ZIP (from its first member) or a PDF inside other bytes."""
    end = data.rfind(_DIRECTORY_END)
    first = data.find(b"PK\x03\x04")
    if 0 < first < end:
        return data[first:]
    found = _PDF.search(data)
    return data[found.start() :] if found and found.start() and b"%%EOF" in data[found.start() :] else b""
