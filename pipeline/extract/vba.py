"""Reads the source of VBA macros ([MS-OVBA] 2.4.1, compressed containers) without ever running it."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator

import olefile

from pipeline.limits import MB
from pipeline.types import Gap, Notice, Part

_SOURCE_MARK = b"\0Attribut"
_BOILERPLATE = re.compile(r"^Attribute VB_\w+ = .*$\r?\n?", re.MULTILINE)
# What the compiler and the project keep for themselves.
_NO_WORDS = ("_vba_project", "__srp_", "dir", "project", "\x01compobj")
_MOST = 16 * MB


def read(data: bytes, path: str) -> Iterator[Part | Gap | Notice]:
    """The source of each module as code, and the notice that there are macros."""
    yield Notice(code="macros", path=path)
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            yield from modules(ole, path)
    except (OSError, ValueError, IndexError, struct.error) as error:
        yield Gap(stage="extract", code="damaged", path=path, detail=str(error))


def modules(ole: olefile.OleFileIO, path: str) -> Iterator[Part | Gap]:
    """Sources of all modules of an open OLE file, and the strings of its forms."""
    entries = ole.listdir()
    homes = {tuple(entry[:-2]) for entry in entries if len(entry) > 1 and entry[-2].casefold() == "vba"}
    for entry in entries:
        name = "/".join(entry)
        parent, last = "/".join(entry[:-1]).casefold(), entry[-1].casefold()
        if parent.rpartition("/")[2] == "vba" and not last.startswith(("_vba_project", "__srp_", "dir")):
            yield from _module(ole.openstream(entry).read(), f"{path}/{name}")
        elif any(tuple(entry[: len(home)]) == home for home in homes) and not last.startswith(_NO_WORDS):
            # a form's controls and their captions, or something put beside the macros
            yield from _strings(ole.openstream(entry).read(), f"{path}/{name}")


def _module(stream: bytes, path: str) -> Iterator[Part | Gap]:
    at = stream.find(_SOURCE_MARK)
    if at < 3:
        yield Gap(stage="extract", code="damaged", path=path, detail="no macro source found")
        return
    try:
        source = decompress(stream[at - 3 :]).decode("cp1252", "replace")
    except ValueError as error:
        yield Gap(stage="extract", code="damaged", path=path, detail=str(error))
        return
    source = _BOILERPLATE.sub("", source.replace("\r\n", "\n")).strip()
    if source:
        yield Part(kind="code", text=source, path=path, visibility="hidden")


def _strings(stream: bytes, path: str) -> Iterator[Part]:
    text = "\n".join(run.decode("ascii") for run in re.findall(rb"[\x20-\x7e]{4,}", stream.replace(b"\0", b"")))
    if text:
        yield Part(kind="code", text=text, path=path, visibility="hidden")


def decompress(container: bytes) -> bytes:
    """A compressed container unpacked. Raises ValueError where it is not one."""
    if not container or container[0] != 1:
        raise ValueError("not a compressed container")
    out, at = bytearray(), 1
    while at + 2 <= len(container) and len(out) < _MOST and any(container[at : at + 2]):
        (header,) = struct.unpack_from("<H", container, at)
        size, compressed = (header & 0x0FFF) + 3, header >> 15
        if (header >> 12) & 7 != 3:
            raise ValueError("bad chunk signature")
        chunk = container[at + 2 : at + size]
        out += _chunk(chunk) if compressed else chunk[:4096]
        at += size
    return bytes(out)


def _chunk(chunk: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(chunk):
        flags, at = chunk[at], at + 1
        for bit in range(8):
            if at >= len(chunk):
                break
            if not flags >> bit & 1:
                out.append(chunk[at])
                at += 1
                continue
            if at + 2 > len(chunk):
                raise ValueError("a copy is cut off")
            token = chunk[at] | chunk[at + 1] << 8
            at += 2
            width = max((len(out) - 1).bit_length(), 4)
            offset, length = (token >> (16 - width)) + 1, (token & (0xFFFF >> width)) + 3
            if offset > len(out):
                raise ValueError("a copy from before the start")
            for _ in range(length):
                out.append(out[-offset])
    return bytes(out)
