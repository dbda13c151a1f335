"""Reads the members of a ZIP file one by one, and keeps a ledger of its bytes.

Members are taken by index, never by name; output is counted while it streams, never believed from a header. Bytes that
no member accounts for, members that only the local headers know, and directories that disagree become gaps (threats 28,
44, 72-78). Layout: APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
"""

from __future__ import annotations

import bz2
import io
import struct
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.extract.embedded import printable
from pipeline.extract.unpacking import (
    ERRORS,
    Leftover,
    Stage,
    Truncated,
    Zlib,
    deflate64,
    lzma1,
    pieces,
    stage,
    xz,
    zstd,
)
from pipeline.extract.zipped_headers import (
    SIGNATURE,
    Local,
    descriptor,
    disagreement,
    display_name,
    legible,
    local_header,
    words,
)
from pipeline.limits import Limits
from pipeline.types import Gap, Notice, Part

STORED, LZMA = 0, 14
_STAGES: dict[int, Stage] = {
    8: stage(lambda: Zlib(-15)),
    9: stage(deflate64),
    12: stage(bz2.BZ2Decompressor),
    20: stage(zstd),
    93: stage(zstd),
    95: stage(xz),
}
_END = struct.Struct("<4sHHHHIIH")
_KNOWN_SLACK = (SIGNATURE, b"PK\x01\x02")
_SPLIT_MARKS = (b"PK00", b"PK\x07\x08")  # what splitting leaves in front where one volume was enough


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
    yield from _directory(data, archive, infos)
    yield from _duplicates(infos)
    yield from _folders(infos)
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
    name = display_name(info)
    local = local_header(data, info.header_offset)
    if local is None:
        yield _gap("damaged", f"{name}: no header where the directory says")
        return
    end = local.start + info.compress_size
    after = descriptor(data, end, info) if (local.flags | info.flag_bits) & 8 else 0
    spans.append((info.header_offset, end + after))
    if difference := disagreement(local, info):
        yield _gap("duplicate_member", f"{name}: directory and header differ in {difference}")
    yield from _fields(local, info, name)
    if info.is_dir() and not info.compress_size:
        return
    if info.flag_bits & 0x2041:
        yield _gap("encrypted", name)
        return
    if info.volume:
        yield _gap("missing_volume", name)
        return
    packed = data[local.start : end]
    if len(packed) < info.compress_size:
        yield _gap("truncated", name)
    unpacked, code = _inflate(packed, info.compress_type, info.flag_bits, info.file_size, budget)
    if not code and (zlib.crc32(unpacked) != info.CRC or len(unpacked) != info.file_size):
        code = "damaged"
    if code:
        yield _gap(code, name)
    if unpacked or not code:
        yield Member(index, name, unpacked)


def _fields(local: Local, info: zipfile.ZipInfo, name: str) -> Iterator[Item]:
    """The words of both headers' extra fields that the name does not say."""
    found = dict.fromkeys(text for extra in (info.extra, local.extra) for text in words(extra)[0])
    texts = [text for text in found if text not in (name, info.filename, info.orig_filename)]
    if disagreement(local, info) == "name":
        texts.append(local.name.decode("utf-8", "replace"))
    if texts:
        yield Part(kind="metadata", text="\n".join(texts), path=f"{name}/fields")
    if unread := max(words(extra)[1] for extra in (info.extra, local.extra)):
        yield _gap("trailing_data", f"{name}: {unread} bytes in its fields")


def _inflate(packed: bytes, method: int, flags: int, size: int, budget: Budget) -> tuple[bytes, str]:
    """Unpacked bytes and a gap code where they are not all of it. `size` counts only for LZMA without an end mark."""
    if method == STORED:
        budget.spend(len(packed), member_out=len(packed), member_in=len(packed))
        return packed, ""
    if method == LZMA:  # version, property size, then the properties
        properties, feed = packed[4:9], packed[9:]
        run = stage(lambda: lzma1(properties), None if flags & 2 else size)
    elif method in _STAGES:
        run, feed = _STAGES[method], packed
    else:
        return b"", "unsupported_method"
    out, code, source = bytearray(), "", pieces(feed)
    try:
        for chunk in run(source):
            out += chunk
            budget.spend(len(chunk), member_out=len(out), member_in=len(packed))
        if any(piece.strip(b"\0") for piece in source):
            code = "trailing_data"
    except Truncated:
        code = "truncated"
    except Leftover:
        code = "trailing_data"
    except ERRORS:
        code = "damaged"
    return bytes(out), code


def _salvage(data: bytes, budget: Budget) -> Iterator[Item]:
    """Members found by their local headers alone, where the directory is lost."""
    index, at = 0, data.find(SIGNATURE)
    while at >= 0 and (local := local_header(data, at)) is not None:
        following = data.find(SIGNATURE, local.start)
        end = len(data) if following < 0 else following
        name = local.name.decode("utf-8", "replace")
        known = local.packed and local.packed != 0xFFFFFFFF
        stream = data[local.start : local.start + local.packed] if known else data[local.start : end]
        try:
            budget.admit()
            unpacked = b"" if local.flags & 1 else _inflate(stream, local.method, local.flags, local.size, budget)[0]
        except LimitHit as hit:
            yield _gap(hit.code, name)
            return
        if unpacked:
            yield Member(index, name, unpacked)
            index += 1
        at = following


def _comments(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[Part | Gap]:
    found = [legible(comment) for comment in (archive.comment, *(info.comment for info in infos)) if comment]
    text = "\n\n".join(text for texts, _ in found for text in texts if text.strip())
    if text:
        yield Part(kind="metadata", text=text, path="zip comment")
    if unread := sum(left for _, left in found):
        yield _gap("trailing_data", f"{unread} bytes in comments")


def _directory(data: bytes, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[Gap]:
    """What the record at the end says of the directory, and that the library does not compare."""
    end = data.rfind(b"PK\x05\x06")
    if not 0 <= end <= len(data) - _END.size:
        return
    _, disk, _, _, count, *_ = _END.unpack_from(data, end)
    if disk not in (0, 0xFFFF):
        yield _gap("missing_volume", f"this is volume {disk + 1}")
    if count not in (len(infos), 0xFFFF):
        yield _gap("duplicate_member", f"a directory of {len(infos)} that says it is one of {count}")


def _folders(infos: list[zipfile.ZipInfo]) -> Iterator[Part]:
    """The names of empty folders; those of the others stand before the names of what is in them."""
    files = sorted(info.orig_filename for info in infos if not info.is_dir())
    folders = [info.orig_filename for info in infos if info.is_dir()]
    following = [(name, bisect_left(files, name)) for name in folders]
    empty = [name for name, place in following if not files[place : place + 1] or not files[place].startswith(name)]
    if empty:
        yield Part(kind="name", text="\n".join(empty), path="folders")


def _duplicates(infos: list[zipfile.ZipInfo]) -> Iterator[Gap]:
    seen: set[str] = set()
    for info in infos:
        name = info.filename.replace("\\", "/").lstrip("/").casefold()
        if name in seen:
            yield _gap("duplicate_member", info.filename)
        seen.add(name)


def _slack(data: bytes, spans: list[tuple[int, int]], archive: zipfile.ZipFile) -> Iterator[Gap | Part]:
    """What lies before, between and behind the members."""
    directory = archive.start_dir
    at, found = 0, list[bytes]()
    for start, end in [*sorted(spans), (directory, len(data))]:
        between = data[at:start]
        if start < at:
            yield _gap("damaged", "members overlap")
        elif any(mark in between for mark in _KNOWN_SLACK):
            yield _gap("duplicate_member", "a member that the directory does not list")
            found.append(between)
        elif between.strip(b"\0") and not (at == 0 and between in _SPLIT_MARKS):
            yield _gap("trailing_data", f"{len(between)} bytes outside of its members")
            found.append(between)
        at = max(at, end)
    tail = data.rfind(b"PK\x05\x06")
    behind = data[tail + _END.size + len(archive.comment) :]
    if behind.strip(b"\0\r\n "):
        yield _gap("trailing_data", f"{len(behind)} bytes after its end")
        found.append(behind)
    text = "\n".join(filter(None, map(printable, found)))
    if text:
        yield Part(kind="metadata", text=text, path="zip slack", visibility="hidden")


def _gap(code: str, detail: str) -> Gap:
    return Gap(stage="extract", code=code, path="zip", detail=detail)
