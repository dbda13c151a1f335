"""Writes archives byte by byte, so that each field can lie."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import py7zr

from tests.hostile.case import CANARY, HARMLESS, Case

Build = Callable[[str], bytes]

NOTE = "note.txt"
COVER = b"Minutes of the garden club, first Monday of the month.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A ZIP member as its two headers describe it; what is None is told truly. `before` and `after` lie around it."""

    name: bytes = NOTE.encode()
    data: bytes
    method: int = 0
    packed: bytes | None = None
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    local_name: bytes | None = None
    local_size: int | None = None
    extra: bytes = b""
    local_extra: bytes = b""
    comment: bytes = b""
    before: bytes = b""
    after: bytes = b""
    listed: bool = True
    disk: int = 0
    described: bool = False


def zip_file(*entries: Entry, comment: bytes = b"", disk: int = 0, count: int | None = None) -> bytes:
    """A ZIP file of `entries`."""
    out, listing = bytearray(), bytearray()
    for entry in entries:
        out += entry.before
        offset = len(out)
        packed = entry.data if entry.packed is None else entry.packed
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        size = len(entry.data) if entry.size is None else entry.size
        flags = entry.flags | 8 * entry.described
        name = entry.name if entry.local_name is None else entry.local_name
        local_size = size if entry.local_size is None else entry.local_size
        stated = (0, 0, 0) if entry.described else (crc, len(packed), local_size)
        fixed = (20, flags, entry.method, 0, 33)
        out += struct.pack("<4s5H3I2H", b"PK\3\4", *fixed, *stated, len(name), len(entry.local_extra))
        out += name + entry.local_extra + packed
        if entry.described:
            out += struct.pack("<4s3I", b"PK\7\x08", crc, len(packed), size)
        out += entry.after
        if entry.listed:
            listing += struct.pack(
                "<4s6H3I5H2I", b"PK\1\2", 20, *fixed, crc, len(packed), size,
                len(entry.name), len(entry.extra), len(entry.comment), entry.disk, 0, 0, offset,
            ) + entry.name + entry.extra + entry.comment  # fmt: skip
    listed = sum(entry.listed for entry in entries) if count is None else count
    end = struct.pack("<4s4H2IH", b"PK\5\6", disk, 0, listed, listed, len(listing), len(out), len(comment))
    return bytes(out + listing) + end + comment


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def zip_note(text: str) -> bytes:
    return zipped({NOTE: text.encode()})


def member(name: str = NOTE, data: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    """A tar member with `fields` of its header set."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def tarred(*members: tuple[tarfile.TarInfo, bytes], format: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def patched(tar: bytes, changes: Mapping[int, bytes], header: int = 0) -> bytes:
    """`tar` with bytes of one header replaced and its checksum made right."""
    block = bytearray(tar[header : header + 512])
    for at, data in changes.items():
        block[at : at + len(data)] = data
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return tar[:header] + bytes(block) + tar[header + 512 :]


def seven(files: Mapping[str, bytes], **how: object) -> bytes:
    """A 7z archive, written as `how` says."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **how) as archive:
        for name, data in files.items():
            archive.writestr(data, name)
    return out.getvalue()


def seven_raw(
    data: bytes, *, size: int | None = None, streams: int = 1, before: bytes = b"", after: bytes = b"",
    dummy: bytes = b"", archive_property: bytes = b"", anti: str = "", attributes: int = 0, name: str = NOTE,
) -> bytes:  # fmt: skip
    """A 7z archive of one stored member with an open header; lengths must stay below 128."""
    content = data[:size]
    streams_info = bytes([4, 6, len(before), 1, 9, len(data), 0, 7, 11, 1, 0, 1, 1, 0, 12, len(content)])
    streams_info += b"\x0a\1" + struct.pack("<I", zlib.crc32(content)) + b"\0"
    streams_info += bytes([8, 13, streams, 0]) if streams != 1 else b"\x08\0"
    names = [name] * (streams == 1) + [anti] * bool(anti)
    spelled = b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    files = bytes([5, len(names)])
    if anti:
        files += b"\x0e\1\x40" + b"\x0f\1\x80" + b"\x10\1\x80"
    files += b"\x11\x80" + bytes([len(spelled) + 1]) + b"\0" + spelled
    if attributes:
        files += bytes([21, 6, 1, 0]) + struct.pack("<I", attributes)
    if dummy:
        files += bytes([25, len(dummy)]) + dummy
    properties = bytes([2, 1, len(archive_property)]) + archive_property + b"\0" if archive_property else b""
    header = b"\1" + properties + streams_info + b"\0" + files + b"\0\0"
    start = struct.pack("<QQI", len(before + data + after), len(header), zlib.crc32(header))
    signature = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start
    return signature + before + data + after + header


def plain_zip() -> bytes:
    return zip_note(HARMLESS)


def plain_seven() -> bytes:
    return seven({NOTE: HARMLESS.encode(), "empty.txt": b"", "b.bin.txt": COVER * 50})


def case(
    row: int, name: str, filename: str, build: Build, expect: Literal["read", "hold"] = "read", code: str = "",
    *, twin: Callable[[], bytes] | bool = True,
) -> Case:  # fmt: skip
    """A case whose twin is the same form around harmless words, or `twin`, or none."""
    same = (lambda: build(HARMLESS)) if twin is True and expect == "read" and not code else None
    return Case(
        row=row, name=f"archive-{name}", filename=filename, data=lambda: build(CANARY), expect=expect, code=code,
        twin=twin if callable(twin) else same,
    )  # fmt: skip
