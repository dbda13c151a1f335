"""Reads the header of a GGUF file: keys, values and tensors. Layout: ggml, docs/gguf.md, versions 1 to 3."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipeline.extract.weights import (
    MOST_DIMENSIONS,
    MOST_TENSORS,
    Malformed,
    Tensor,
    artefact,
    gap,
    listing,
    overlaps,
    unaccounted,
)
from pipeline.extract.weights_cursor import Cursor
from pipeline.extract.weights_ggml import TYPES, bytes_of
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_STRING, _ARRAY = 8, 9
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 7: "B", 10: "Q", 11: "q"}
_REALS = {6: "f", 12: "d"}
_SHOWN = 64  # of a long array of numbers
_DEPTH = 4
_MOST_KEYS = 65_536
MOST_ITEMS = 4_000_000


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Keys with their values, tensors with their shapes; a gap where the counts or sizes do not fit the file."""
    reader = _Reader(blob.data)
    broken: Malformed | None = None
    try:
        reader.run()
    except Malformed as error:
        broken = error
    if reader.tensors or broken is None:
        yield artefact("GGUF", reader.tensors, note=reader.architecture)
    yield from listing(reader.tensors, reader.texts)
    if broken is not None:
        yield gap(broken.code, broken.detail)
        return
    if any(end > len(blob.data) for _, end in reader.spans):
        yield gap("truncated", f"tensors up to byte {max(end for _, end in reader.spans)} of {len(blob.data)}")
    if overlaps(reader.spans):
        yield gap("damaged", "tensors overlap")
    yield from unaccounted(blob.data, reader.spans, slack=0)


class _Reader:
    """What was read so far; on a broken file that is kept."""

    def __init__(self, data: bytes) -> None:
        order = "<" if int.from_bytes(data[4:8], "little") < 1 << 16 else ">"
        self.cursor = Cursor(data, 4, order)
        self.texts: list[str] = []
        self.tensors: list[Tensor] = []
        self.spans: list[tuple[int, int]] = []
        self.architecture = ""
        self._alignment, self._items = 32, 0

    def run(self) -> None:
        version = self.cursor.number("I")
        self._count = "I" if version == 1 else "Q"
        tensors, keys = self.cursor.number(self._count), self.cursor.number(self._count)
        # a key takes 13 bytes at least, a tensor 25: a count that the file has no room for is a lie
        if keys > min(_MOST_KEYS, self.cursor.left() // 8) or tensors > min(MOST_TENSORS, self.cursor.left() // 16):
            raise Malformed("damaged", f"{keys} keys and {tensors} tensors in {len(self.cursor.data)} bytes")
        for _ in range(keys):
            self._key()
        offsets = [self._tensor() for _ in range(tensors)]
        start = -(-self.cursor.at // self._alignment) * self._alignment
        self.spans = [(0, self.cursor.at)]
        for tensor, (offset, size) in zip(self.tensors, offsets, strict=True):
            if offset % self._alignment or offset >= 1 << 63:
                raise Malformed("damaged", f"{tensor.name} begins at {offset}")
            self.spans.append((start + offset, start + offset + size))

    def _key(self) -> None:
        key = self._string()
        value = self._value(self.cursor.number("I"), 0)
        self.texts.append(f"{key}: {value}")
        if key == "general.architecture":
            self.architecture = f"architecture {value[:60]}"
        if key == "general.alignment" and value.isdecimal():
            self._alignment = int(value)
            if not 1 <= self._alignment <= 1 << 20:
                raise Malformed("damaged", f"an alignment of {value}")

    def _string(self) -> str:
        return self.cursor.take(self.cursor.number(self._count)).decode("utf-8", "replace")

    def _value(self, kind: int, depth: int) -> str:
        if kind == _STRING:
            return self._string()
        if kind in _NUMBERS:
            return str(self.cursor.number(_NUMBERS[kind]))
        if kind in _REALS:
            return f"{self.cursor.real(_REALS[kind]):.7g}"
        if kind != _ARRAY or depth > _DEPTH:
            raise Malformed("damaged", f"a value of type {kind}")
        return self._array(depth)

    def _array(self, depth: int) -> str:
        kind, count = self.cursor.number("I"), self.cursor.number(self._count)
        self._items += count
        if count > self.cursor.left() or self._items > MOST_ITEMS:
            raise Malformed("damaged", f"an array of {count} values")
        if kind in _NUMBERS or kind in _REALS:
            form = _NUMBERS.get(kind) or _REALS[kind]
            raw = self.cursor.take(count * struct.calcsize(form))
            shown = struct.unpack_from(f"{self.cursor.order}{min(count, _SHOWN)}{form}", raw)
            more = f", … {count:,} in all" if count > _SHOWN else ""
            return ", ".join(f"{one:.7g}" if isinstance(one, float) else str(one) for one in shown) + more
        return " ".join(self._value(kind, depth + 1) for _ in range(count))

    def _tensor(self) -> tuple[int, int]:
        """One entry; its place behind the header and its size in bytes."""
        name = self._string()
        dimensions = self.cursor.number("I")
        if dimensions > MOST_DIMENSIONS:
            raise Malformed("damaged", f"{name} has {dimensions} dimensions")
        shape = tuple(self.cursor.number(self._count) for _ in range(dimensions))
        kind = self.cursor.number("I")
        tensor = Tensor(name=name, shape=shape, dtype=TYPES[kind].name if kind in TYPES else f"type {kind}")
        self.tensors.append(tensor)
        return self.cursor.number("Q"), bytes_of(kind, tensor.numbers)
