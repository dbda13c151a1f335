"""Unpacks compressed streams (gzip, bzip2, xz, lzma, zstd), every member to the last byte, counting what comes out."""

from __future__ import annotations

import bz2
import lzma
import struct
from collections.abc import Callable, Generator, Iterator
from pathlib import PurePosixPath

from pipeline.extract.appended import remainder
from pipeline.extract.embedded import child
from pipeline.extract.unpacking import CHUNK, ERRORS, Stream, Zlib, zstd
from pipeline.extract.zipped import Budget, LimitHit
from pipeline.extract.zipped_headers import legible
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_SUFFIXES = {".gz": "", ".bz2": "", ".xz": "", ".lzma": "", ".zst": "", ".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar"}
_NAME, _COMMENT, _EXTRA, _CRC = 8, 16, 4, 2  # flags of RFC 1952


_KINDS: dict[str, Callable[[], Stream]] = {
    "application/gzip": lambda: Zlib(31),
    "application/x-bzip2": bz2.BZ2Decompressor,
    "application/x-xz": lzma.LZMADecompressor,
    "application/x-lzma": lzma.LZMADecompressor,
    "application/zstd": zstd,
}


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """The unpacked content as a child; the names and comments of gzip as text; a stream cut short is a gap."""
    budget, rest, out, number = Budget(limits), blob.data, bytearray(), 0
    try:
        while rest and (number == 0 or rest.strip(b"\0")):
            budget.admit()
            if number and not _continues(rest, blob.data):
                yield from remainder(rest, "trailing")
                break
            if blob.media_type == "application/gzip":
                yield from _gzip_words(rest, f"header{number}")
            rest = yield from _member(_KINDS[blob.media_type](), rest, out, budget)
            number += 1
    except LimitHit as hit:
        yield Gap(stage="extract", code=hit.code, path="")
    yield child(bytes(out), _inner_name(blob.name))


def _member(stream: Stream, data: bytes, out: bytearray, budget: Budget) -> Generator[Gap, None, bytes]:
    """Unpack one member onto `out` and return what lies behind it."""
    before, fed = len(out), data
    try:
        while not stream.eof:
            produced = stream.decompress(fed, CHUNK)
            budget.spend(len(produced), member_out=len(out) - before + len(produced), member_in=len(data))
            out += produced
            if not produced and not fed and not stream.eof:
                yield Gap(stage="extract", code="truncated", path="")
                return b""
            fed = b""
    except ERRORS as error:
        yield Gap(stage="extract", code="damaged", path="", detail=str(error)[:80])
        return b""
    return stream.unused_data


def _continues(rest: bytes, whole: bytes) -> bool:
    """Whether another member follows, by the two bytes with which the first began."""
    return rest[:2] == whole[:2]


def _gzip_words(data: bytes, path: str) -> Iterator[Part | Gap]:
    """Original name, comment and extra field of a gzip header (RFC 1952, section 2.3)."""
    flags, place, found = data[3] if len(data) > 10 else 0, 10, []
    if flags & _EXTRA and len(data) > 12:
        (size,) = struct.unpack_from("<H", data, place)
        found.append(data[place + 2 : place + 2 + size])
        place += 2 + size
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = data.find(b"\0", place)
            found.append(data[place : end if end >= 0 else len(data)])
            place = end + 1 if end >= 0 else len(data)
    pieces = [legible(piece) for piece in found]
    text = "\n".join(text for texts, _ in pieces for text in texts if text.strip())
    if text:
        yield Part(kind="name", text=text, path=path)
    if unread := sum(left for _, left in pieces):
        yield Gap(stage="extract", code="trailing_data", path=path, detail=f"{unread} bytes in its fields")


def _inner_name(name: str) -> str:
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    return path.stem + _SUFFIXES[suffix] if suffix in _SUFFIXES else f"{name}.unpacked"
