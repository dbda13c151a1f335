"""Takes the stream of a binary presentation apart into records ([MS-PPT] 2.3.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = struct.Struct("<HHI")
_CONTAINER = 0xF
_TAGGED = 0x138B  # a blob of a program's own, made of records
_DEPTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: its kind, its instance, its bytes, and the records inside it where it is a container."""

    kind: int
    instance: int
    data: bytes
    inside: tuple[Record, ...] = ()

    def walk(self, owner: int = 0) -> Iterator[tuple[Record, int]]:
        """This record and all below it, in the order of the stream, each with the kind of the one around it."""
        yield self, owner
        for record in self.inside:
            yield from record.walk(self.kind)


def records(data: bytes, depth: int = 0) -> Iterator[Record]:
    """The records of a stretch of bytes. Raises ValueError where they do not fill it, or lie too deep."""
    if depth > _DEPTH:
        raise ValueError("records inside records without end")
    at = 0
    while at < len(data):
        if not data[at:].strip(b"\0"):
            return  # room that the storage keeps free
        version, kind, size = _HEADER.unpack_from(data, at)
        payload = data[at + _HEADER.size : at + _HEADER.size + size]
        if len(payload) < size:
            raise ValueError("a record longer than the stream")
        nested = version & 0xF == _CONTAINER or kind == _TAGGED
        yield Record(
            kind=kind, instance=version >> 4, data=b"" if nested else payload,
            inside=tuple(records(payload, depth + 1)) if nested else (),
        )  # fmt: skip
        at += _HEADER.size + size
