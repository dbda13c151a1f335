"""Takes protocol buffers apart without their definition: fields by number, strings wherever they stand.

A message accounts for itself: each byte belongs to a field or the message is not well formed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.extract.weights import Malformed

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_MOST_FIELDS = 4_000_000
_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its number and wire type, its value (of a varint) or place [start, end) in the data."""

    number: int
    wire: int
    value: int
    start: int
    end: int


def fields(data: bytes, start: int, end: int) -> Iterator[Field]:
    """The fields of the message in [start, end). Raises Malformed where one does not end within it."""
    at = start
    while at < end:
        tag, at = varint(data, at, end)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise Malformed("damaged", f"a field without a number at {at}")
        if wire == VARINT:
            value, after = varint(data, at, end)
            yield Field(number, wire, value, at, after)
        elif wire == BYTES:
            size, at = varint(data, at, end)
            after = at + size
            if after > end:
                raise Malformed("truncated", f"a field of {size} bytes at {at} of {end}")
            yield Field(number, wire, 0, at, after)
        elif wire in (FIXED64, FIXED32):
            after = at + (8 if wire == FIXED64 else 4)
            if after > end:
                raise Malformed("truncated", f"a number at {at} of {end}")
            yield Field(number, wire, int.from_bytes(data[at:after], "little"), at, after)
        else:
            raise Malformed("damaged", f"wire type {wire} at {at}")
        at = after


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at `at`, and the place behind it."""
    value = 0
    for index in range(10):
        if at + index >= end:
            raise Malformed("truncated", f"a number at {at} of {end}")
        byte = data[at + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, at + index + 1
    raise Malformed("damaged", f"a number without an end at {at}")


def packed(data: bytes, one: Field) -> list[int]:
    """The numbers of a repeated varint, packed or alone."""
    if one.wire == VARINT:
        return [one.value]
    numbers: list[int] = []
    at = one.start
    while at < one.end and len(numbers) < 64:
        value, at = varint(data, at, one.end)
        numbers.append(value)
    return numbers


@dataclass(slots=True)
class Strings:
    """Gathers the strings of messages whose definition nobody needs; `opaque` is what is neither text nor message."""

    texts: dict[str, None] = field(default_factory=dict)
    opaque: list[bytes] = field(default_factory=list)
    count: int = 0

    def message(self, data: bytes, start: int, end: int, depth: int = 0) -> None:
        """Every field of the message in [start, end)."""
        for one in list(fields(data, start, end)):
            self.field(data, one, depth)

    def field(self, data: bytes, one: Field, depth: int = 0) -> None:
        """A field: text, a message, or opaque bytes. Raises Malformed where there are too many."""
        self.count += 1
        if self.count > _MOST_FIELDS:
            raise Malformed("limit_members", f"more than {_MOST_FIELDS} fields")
        if one.wire != BYTES or one.start == one.end:
            return
        raw = data[one.start : one.end]
        text = _text(raw)
        if text:
            self.texts[text] = None
            return
        try:
            if depth > _DEPTH:
                raise Malformed("damaged", "too deep")
            parts = list(fields(data, one.start, one.end))
        except Malformed:
            self.opaque.append(raw)  # numbers, packed; or bytes of their own, which the reader hands on
            return
        for part in parts:
            self.field(data, part, depth + 1)


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text.replace("\n", "").replace("\t", "").replace("\r", "").isprintable() else ""
