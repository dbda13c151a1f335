"""Reads the words of OfficeArt shapes: names, alternative texts, WordArt, and the packages that newer programs add.

They are the long values in tables of properties (OfficeArtFOPT, [MS-ODRAW] 2.2.9): first the numbers and lengths of
all properties, then the long values one after the other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipeline.extract.doc_words import words
from pipeline.extract.office_theme import PACKAGE, XML, read_theme
from pipeline.extract.ole_rest import Item
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits

TABLES = (0xF00B, 0xF121, 0xF122)
_HEADER = struct.Struct("<HHI")
_PROPERTY = struct.Struct("<HI")
_LONG = 0x8000
_DEPTH = 16


def read_shapes(data: bytes, names: PartBuilder, limits: Limits, depth: int = 0) -> Iterator[Item]:
    """Walk records and read every table of properties; words go to `names`, packages come out."""
    at = 0
    while at + _HEADER.size <= len(data) and depth < _DEPTH:
        version, kind, size = _HEADER.unpack_from(data, at)
        payload = data[at + _HEADER.size : at + _HEADER.size + size]
        if kind in TABLES:
            yield from read_table(payload, version >> 4, names, limits)
        elif version & 0xF == 0xF:
            yield from read_shapes(payload, names, limits, depth + 1)
        at += _HEADER.size + size


def read_table(data: bytes, count: int, names: PartBuilder, limits: Limits) -> Iterator[Item]:
    """The long values of a table of `count` properties."""
    at = _PROPERTY.size * count
    if at > len(data):
        count, at = 0, 0
    for number in range(count):
        what, size = _PROPERTY.unpack_from(data, _PROPERTY.size * number)
        if what & _LONG:
            yield from _value(data[at : at + size], names, limits)
            at += size
    yield from _value(data[at:], names, limits)


def _value(data: bytes, names: PartBuilder, limits: Limits) -> Iterator[Item]:
    if data.startswith((PACKAGE, XML)):
        yield from read_theme(data, limits)
        return
    text = data.decode("utf-16-le", "replace").rstrip("\0")
    if len(data) % 2 == 0 and text.replace("\r", "").isprintable() and data.endswith(b"\0\0"):
        names.add(text, role="line")
        return
    for text in words(data):
        names.add(text, role="line")
