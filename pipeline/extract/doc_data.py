"""Reads the data stream of a binary Word document: pictures in the line, and what form fields and links hold.

A row of blocks, each with its length and a head of 68 bytes (PICF, [MS-DOC] 2.9.190; NilPICFAndBinData, 2.9.158), or
a length and properties that found no room elsewhere (PrcData, 2.9.209).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipeline.extract import officeart
from pipeline.extract.doc_properties import all_properties
from pipeline.extract.doc_words import words
from pipeline.extract.embedded import child
from pipeline.extract.officeart_words import read_shapes
from pipeline.extract.ole_rest import Item
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits
from pipeline.types import Gap

_HEAD, _MARK = 68, b"\x44\0"
_SHAPE, _SHAPE_OF_FILE, _METAFILE = 0x64, 0x66, 0x08
_SHAPE_RECORD = struct.Struct("<HHI")


def blocks(data: bytes, limits: Limits) -> Iterator[Item]:
    """What each block holds; bytes that are no block are a gap."""
    at, number = 0, 0
    while size := _size(data, at):
        number += 1
        if size >= _HEAD and data[at + 4 : at + 6] == _MARK:
            yield from _block(data[at : at + size], f"data/{number}", limits)
        at += size
    if data[at:].strip(b"\0"):
        yield Gap(stage="extract", code="damaged", path="data", detail=f"{len(data) - at} bytes are no block")


def _size(data: bytes, at: int) -> int:
    """The length of the block there: a picture or binary data, or a row of properties; 0 where there is neither."""
    size = int.from_bytes(data[at : at + 4], "little")
    if data[at + 4 : at + 6] == _MARK and _HEAD <= size <= len(data) - at:
        return size
    size = 2 + int.from_bytes(data[at : at + 2], "little")
    return size if size <= len(data) - at and all_properties(data[at + 2 : at + size]) else 0


def _block(block: bytes, path: str, limits: Limits) -> Iterator[Item]:
    (mode,) = struct.unpack_from("<h", block, 6)
    body = block[_HEAD:]
    if mode == _METAFILE:
        yield child(body, f"{path}.wmf")
        return
    if mode not in (_SHAPE, _SHAPE_OF_FILE):
        yield from _strings(body, path)
        return
    if mode == _SHAPE_OF_FILE:
        yield from _strings(body[1 : 1 + body[0]], path)
        body = body[1 + body[0] :]
    if len(body) >= _SHAPE_RECORD.size:
        names = PartBuilder(kind="metadata", path=path, visibility="hidden")
        end = _SHAPE_RECORD.size + _SHAPE_RECORD.unpack_from(body)[2]
        yield from read_shapes(body[:end], names, limits)
        yield from names.parts()
        yield from officeart.pictures(body, path)


def _strings(data: bytes, path: str) -> Iterator[Item]:
    builder = PartBuilder(kind="metadata", path=path, visibility="hidden")
    for text in dict.fromkeys(words(data)):
        builder.add(text, role="line")
    yield from builder.parts()
