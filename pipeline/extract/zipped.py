"""Reads the members of a ZIP file one by one, and keeps a ledger of its bytes.

Members are taken by index, never by name; output is counted while it streams, never believed from a header. Bytes that
no member accounts for, members that only the local headers know, and directories that disagree become gaps (threats 28,
44, 72-78). Layout: APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import zstandard

from pipeline.limits import Limits
from pipeline.types import Gap, Notice, Part

STORED, DEFLATE, BZIP2, LZMA, ZSTD = 0, 8, 12, 14, 93
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_END = struct.Struct("<4sHHHHIIH")
_CHUNK = 1 << 20
_EXTRA_TEXT = re.compile(rb"[\x20-\x7e]{16,}")
_KNOWN_SLACK = (b"PK\x03\x04", b"PK\x01\x02")


class LimitHit(Exception):
    """A bound was reached; `code` names it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Budget:
    """What unpacking may still cost. One budget is shared by everything that one file holds."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.unpacked = 0
        self.members = 0

    def admit(self) -> None:
        self.members += 1
        if self.members > self.limits.members:
            raise LimitHit("limit_members")

    def spend(self, produced: int, *, member_out: int, member_in: int) -> None:
        """Count `produced` new bytes; `member_out` and `member_in` are the member's sizes so far."""
        self.unpacked += produced
        if self.unpacked > self.limits.unpacked_bytes:
            raise LimitHit("limit_unpacked")
        if member_out > self.limits.ratio_free_bytes and member_out > self.limits.ratio * max(member_in, 1):
            raise LimitHit("limit_ratio")


@dataclass(frozen=True, slots=True)
class Member:
    """One member with its bytes. `name` is display only and never a path to write to."""

    index: int
    name: str
    data: bytes


Item = Member | Gap | Notice | Part


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def members(data: bytes, budget: Budget) -> Iterator[Item]:
    """Every member of the archive, with gaps and notices for what is not as it should be, and its comments as text."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, struct.error, EOFError) as error:
        yield _gap("damaged", f"no readable directory: {error}")
        yield from _salvage(data, budget)
        return
    infos = archive.infolist()
    yield from _comments(archive, infos)
    yield from _volumes(data, archive)
    yield from _duplicates(infos)
    spans: list[tuple[int, int]] = []
    for index, info in enumerate(infos):
        try:
            budget.admit()
            yield from _member(data, index, info, spans, budget)
        except LimitHit as hit:
            yield _gap(hit.code, info.filename)
            if hit.code != "limit_ratio":
                return
    yield from _slack(data, spans, archive)


def _member(
    data: bytes, index: int, info: zipfile.ZipInfo, spans: list[tuple[int, int]], budget: Budget
) -> Iterator[Item]:
    start = _data_start(data, info)
    if start is None:
        yield _gap("damaged", f"{info.filename}: no header where the directory says")
        return
    spans.append((info.header_offset, start + info.compress_size))
    if difference := _disagreement(data, info):
        yield _gap("duplicate_member", f"{info.filename}: directory and header differ in {difference}")
    if info.is_dir() and not info.compress_size:
        return
    if info.flag_bits & 0x2041:
        yield _gap("encrypted", info.filename)
        return
    packed = data[start : start + info.compress_size]
    if len(packed) < info.compress_size:
        yield _gap("truncated", info.filename)
    unpacked, code = _inflate(packed, info.compress_type, budget)
    if code in ("", "truncated"):  # LZMA may come without an end mark: the checksum decides
        code = "" if zlib.crc32(unpacked) == info.CRC else code or "damaged"
    if code:
        yield _gap(code, info.filename)
    if unpacked or not code:
        yield Member(index, info.filename, unpacked)


def _data_start(data: bytes, info: zipfile.ZipInfo) -> int | None:
    header = data[info.header_offset : info.header_offset + _LOCAL.size]
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        return None
    *_, name_length, extra_length = _LOCAL.unpack(header)
    return int(info.header_offset + _LOCAL.size + name_length + extra_length)


def _disagreement(data: bytes, info: zipfile.ZipInfo) -> str:
    """What the local header says differently from the central directory, or nothing."""
    _, _, flags, method, _, _, crc, packed, size, name_length, _ = _LOCAL.unpack_from(data, info.header_offset)
    start = info.header_offset + _LOCAL.size
    name = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace")
    if data[start : start + name_length] != name:
        return "name"
    if method != info.compress_type:
        return "method"
    if (flags ^ info.flag_bits) & 1:
        return "encryption"
    later = flags & 8  # sizes follow the data
    if (
        not later
        and 0xFFFFFFFF not in (packed, size)
        and (crc, packed, size)
        != (
            info.CRC,
            info.compress_size,
            info.file_size,
        )
    ):
        return "size"
    return ""


def _inflate(packed: bytes, method: int, budget: Budget) -> tuple[bytes, str]:
    """Unpacked bytes and a gap code where they are not all of it."""
    if method == STORED:
        budget.spend(len(packed), member_out=len(packed), member_in=len(packed))
        return packed, ""
    decompressor = _decompressor(method, packed)
    if decompressor is None:
        return b"", "unsupported_method"
    out, code = bytearray(), ""
    feed = packed[9:] if method == LZMA else packed
    try:
        while not decompressor.eof:
            chunk = decompressor.decompress(feed, _CHUNK)
            feed = getattr(decompressor, "unconsumed_tail", b"")
            out += chunk
            budget.spend(len(chunk), member_out=len(out), member_in=len(packed))
            if not chunk and not feed:
                code = "truncated"
                break
    except (zlib.error, OSError, ValueError, EOFError, lzma.LZMAError, zstandard.ZstdError):
        code = "damaged"
    if not code and getattr(decompressor, "unused_data", b"").strip(b"\0"):
        code = "trailing_data"
    return bytes(out), code


class _Zstd:
    """zstandard's stream reader in the shape of the standard library's decompressors."""

    def __init__(self, packed: bytes) -> None:
        self._reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(packed)
        self.eof = False

    def decompress(self, data: bytes, max_length: int) -> bytes:
        chunk = self._reader.read(max_length)
        self.eof = not chunk
        return chunk


def _decompressor(method: int, packed: bytes) -> _Decompressor | None:
    if method == DEFLATE:
        return zlib.decompressobj(-15)
    if method == BZIP2:
        return bz2.BZ2Decompressor()
    if method == ZSTD:
        return _Zstd(packed)
    if method == LZMA and len(packed) > 9:  # version, property size, then LZMA1 properties
        lclppb, dictionary = packed[4], struct.unpack_from("<I", packed, 5)[0]
        rest, lc = divmod(lclppb, 9)
        pb, lp = divmod(rest, 5)
        spec = {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": min(dictionary, 1 << 27)}
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[spec])
    return None


def _salvage(data: bytes, budget: Budget) -> Iterator[Item]:
    """Members found by their local headers alone, where the directory is lost."""
    index, at = 0, data.find(b"PK\x03\x04")
    while at >= 0 and at + _LOCAL.size <= len(data):
        _, _, flags, method, _, _, _, packed, _, name_length, extra_length = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size + name_length + extra_length
        following = data.find(b"PK\x03\x04", start)
        end = len(data) if following < 0 else following
        name = data[at + _LOCAL.size : at + _LOCAL.size + name_length].decode("utf-8", "replace")
        stream = data[start : start + packed] if packed and packed != 0xFFFFFFFF else data[start:end]
        try:
            budget.admit()
            unpacked, _code = (b"", "encrypted") if flags & 1 else _inflate(stream, method, budget)
        except LimitHit as hit:
            yield _gap(hit.code, name)
            return
        if unpacked:
            yield Member(index, name, unpacked)
            index += 1
        at = following


def _comments(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[Part]:
    texts = [archive.comment, *(info.comment for info in infos)]
    texts += [run for info in infos for run in _EXTRA_TEXT.findall(info.extra)]
    lines = [text.decode("utf-8", "replace") for text in texts if text.strip(b"\0 \r\n\t")]
    if lines:
        yield Part(kind="metadata", text="\n\n".join(lines), path="zip comment")


def _volumes(data: bytes, archive: zipfile.ZipFile) -> Iterator[Gap]:
    end = _END.unpack_from(data, len(data) - _END.size - len(archive.comment)) if len(data) >= _END.size else None
    if end and end[0] == b"PK\x05\x06" and end[1] not in (0, 0xFFFF):
        yield _gap("missing_volume", f"this is volume {end[1] + 1}")


def _duplicates(infos: list[zipfile.ZipInfo]) -> Iterator[Gap]:
    seen: set[str] = set()
    for info in infos:
        name = info.filename.replace("\\", "/").lstrip("/").casefold()
        if name in seen:
            yield _gap("duplicate_member", info.filename)
        seen.add(name)


def _slack(data: bytes, spans: list[tuple[int, int]], archive: zipfile.ZipFile) -> Iterator[Gap | Notice]:
    """What lies before, between and behind the members."""
    directory = archive.start_dir
    at = 0
    for start, end in [*sorted(spans), (directory, len(data))]:
        between = data[at:start]
        if start < at:
            yield _gap("damaged", "members overlap")
        elif any(mark in between for mark in _KNOWN_SLACK):
            yield _gap("duplicate_member", "a member that the directory does not list")
        elif len(between.strip(b"\0")) > 24:  # a data descriptor takes up to 24
            yield _gap("trailing_data", f"{len(between)} bytes outside of its members")
        at = max(at, end)
    tail = data.rfind(b"PK\x05\x06")
    behind = data[tail + _END.size + len(archive.comment) :]
    if behind.strip(b"\0\r\n "):
        yield _gap("trailing_data", f"{len(behind)} bytes after its end")


def _gap(code: str, detail: str) -> Gap:
    return Gap(stage="extract", code=code, path="zip", detail=detail)
