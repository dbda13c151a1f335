"""Holds the two headers of a ZIP member against each other and reads what their fields say beside the content.

Layout: APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.9 (data descriptor), 4.5 and 4.6 (extra fields).
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.extract.embedded import printable

SIGNATURE = b"PK\x03\x04"
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_ELSEWHERE = 0xFFFFFFFF  # the size stands in an extra field
_ZIP64, _UNICODE_NAME, _UNICODE_COMMENT, _GROWTH, _ALIGNMENT = 0x0001, 0x7075, 0x6375, 0xA220, 0xD935
# extra fields of numbers (sizes, times, owners, encryption), each with the most bytes that it needs
_NUMBERS = {
    _ZIP64: 32, 0x000A: 36, 0x000D: 12, 0x5455: 13, 0x5855: 12, 0x7855: 4, 0x7875: 40, 0x9901: 7, 0xCAFE: 0,
}  # fmt: skip
_SCRAP = 64  # bytes of an unknown field that may be numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A local header. `start` is where the member's data begin."""

    start: int
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    name: bytes
    extra: bytes


def local_header(data: bytes, offset: int) -> Local | None:
    """The header at `offset`, or None where there is none."""
    if not 0 <= offset <= len(data) - _LOCAL.size or not data.startswith(SIGNATURE, offset):
        return None
    _, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack_from(data, offset)
    at = offset + _LOCAL.size
    return Local(
        start=at + name + extra, flags=flags, method=method, crc=crc, packed=packed, size=size,
        name=data[at : at + name], extra=data[at + name : at + name + extra],
    )  # fmt: skip


def display_name(info: zipfile.ZipInfo) -> str:
    """The whole name, behind a NUL, too. Without the flag for UTF-8 it is often UTF-8 all the same."""
    name = info.orig_filename
    if not info.flag_bits & 0x800 and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.orig_filename
    return name.replace("\0", " ")


def disagreement(local: Local, info: zipfile.ZipInfo) -> str:
    """What the local header says differently from the central directory, or nothing."""
    if local.name != info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace"):
        return "name"
    if local.method != info.compress_type:
        return "method"
    if (local.flags ^ info.flag_bits) & 1:
        return "encryption"
    stated = (local.crc, *_true_sizes(local))
    if stated == (info.CRC, info.compress_size, info.file_size):
        return ""
    return "" if local.flags & 8 and not any(stated) else "size"


def _true_sizes(local: Local) -> tuple[int, int]:
    """Packed and unpacked size, from the ZIP64 field where they stand there."""
    if _ELSEWHERE not in (local.packed, local.size):
        return local.packed, local.size
    for kind, content in fields(local.extra):
        if kind == _ZIP64 and len(content) >= 16:  # a local header must have both
            size, packed = struct.unpack_from("<QQ", content)
            if local.flags & 8 and not size and not packed:
                return 0, 0
            return packed, size
    return local.packed, local.size


def descriptor(data: bytes, end: int, info: zipfile.ZipInfo) -> int:
    """The length of the data descriptor at `end`, or 0 where none stands there."""
    for signature in (b"PK\x07\x08", b""):
        for sizes in ("<III", "<IQQ"):
            try:
                expected = signature + struct.pack(sizes, info.CRC, info.compress_size, info.file_size)
            except struct.error:
                continue
            if data.startswith(expected, end):
                return len(expected)
    return 0


def fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each extra field; a rest that is none has kind -1. Padding of zeros is left out."""
    while extra.strip(b"\0"):
        kind, size = struct.unpack_from("<HH", extra) if len(extra) >= 4 else (-1, 0)
        if kind < 0 or size > len(extra) - 4:
            yield -1, extra
            return
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]


def words(extra: bytes) -> tuple[list[str], int]:
    """The texts in extra fields, and how many bytes are neither text nor the numbers of a known field."""
    texts, unread = list[str](), 0
    for kind, content in fields(extra):
        if len(content) <= _NUMBERS.get(kind, -1):
            continue
        if kind in (_UNICODE_NAME, _UNICODE_COMMENT):
            content = content[5:]  # behind a version and a checksum
        if kind in (_GROWTH, _ALIGNMENT):
            content = content[4 if kind == _GROWTH else 2 :].strip(b"\0")
        more, left = legible(content)
        texts += more
        unread += left
    return [text for text in texts if text.strip()], unread


def legible(content: bytes) -> tuple[list[str], int]:
    """The text that `content` is, or the runs of text in it and how many bytes may hide more."""
    western = sum(byte > 0x7F for byte in content) < len(content) / 5
    for encoding in ("utf-8", "cp1252")[: 1 + western]:
        try:
            text = content.decode(encoding).strip("\0")
        except UnicodeDecodeError:
            continue
        if "".join(text.split()).isprintable():
            return [text], 0
    return printable(content).split("\n"), len(content) if len(content) > _SCRAP else 0
