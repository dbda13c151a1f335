"""Reads a TensorFlow Lite model: a FlatBuffer of tensors, operators and buffers (schema.fbs, file identifier TFL3).

Buffers of tensors are data. All other bytes are searched for legible strings, so that nothing written there is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.weights import MOST_DIMENSIONS, MOST_TENSORS, Malformed, Tensor, artefact, gap, listing
from pipeline.extract.weights_cursor import Cursor
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_TYPES = ("F32", "F16", "I32", "U8", "I64", "text", "BOOL", "I16", "C64", "I8", "F64", "C128", "U64", "resource",
          "variant", "U32", "U16", "I4", "BF16")  # fmt: skip
_LEGIBLE = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")
_SUBGRAPHS, _BUFFERS = 2, 4
_PER_OBJECT = 4096  # bytes of structure for a tensor or an operator; more than that is something else


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Tensors, and every string outside of their numbers; a gap where an offset leads out of the file."""
    try:
        tensors, spans = _model(blob.data)
    except Malformed as error:
        yield gap(error.code, error.detail)
        return
    rest, at = [], 0
    for start, end in sorted(spans):
        rest.append(blob.data[at:start])
        at = max(at, end)
    rest.append(blob.data[at:])
    yield artefact("TensorFlow Lite", tensors)
    yield from listing(tensors, _strings(rest))
    if sum(map(len, rest)) > _PER_OBJECT * (len(tensors) + 4):
        yield gap("trailing_data", f"{sum(map(len, rest))} bytes beside the numbers of {len(tensors)} tensors")
    zipped = blob.data.find(b"PK\x03\x04", max((end for _, end in spans), default=0))
    if zipped >= 0:  # files that travel with the model are appended as a ZIP archive
        yield Blob.of(blob.data[zipped:], name="appended.zip")


def _strings(rest: list[bytes]) -> list[str]:
    return list(dict.fromkeys(run.decode("utf-8", "replace") for piece in rest for run in _LEGIBLE.findall(piece)))


def _model(data: bytes) -> tuple[list[Tensor], list[tuple[int, int]]]:
    """The tensors, and where the numbers of those lie that have a buffer."""
    root = _Table(data, int.from_bytes(data[:4], "little"))
    buffers = [table.bytes(0) for table in root.tables(_BUFFERS)]
    tensors: list[Tensor] = []
    used: set[int] = set()
    for graph in root.tables(_SUBGRAPHS):
        for table in graph.tables(0):
            kind = table.scalar(1, "b")
            shape = table.numbers(0)
            name = table.text(3)
            tensors.append(Tensor(name=name, shape=shape, dtype=_TYPES[kind] if kind < len(_TYPES) else "other"))
            used.add(table.scalar(2, "I"))
            if len(tensors) > MOST_TENSORS:
                raise Malformed("limit_members", f"{len(tensors)} tensors")
    return tensors, [buffers[index] for index in used if index < len(buffers) and buffers[index][1] > buffers[index][0]]


class _Table:
    """A table of a FlatBuffer: fields by number, through its vtable."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        offset = Cursor(data, at).number("i") if 0 <= at <= len(data) else None
        if offset is None or not 0 <= at - offset <= len(data) - 4:
            raise Malformed("damaged", f"no table at {at}")
        self._vtable = at - offset
        self._size = Cursor(data, self._vtable).number("H")

    def _place(self, field: int) -> int:
        """Where the field lies; 0 where it has its default."""
        slot = 4 + 2 * field
        if slot + 2 > self._size:
            return 0
        offset = Cursor(self.data, self._vtable + slot).number("H")
        return self.at + offset if offset else 0

    def scalar(self, field: int, form: str) -> int:
        place = self._place(field)
        return Cursor(self.data, place).number(form) if place else 0

    def _vector(self, field: int, width: int) -> tuple[int, int]:
        """Where the items begin, and how many there are."""
        place = self._place(field)
        if not place:
            return 0, 0
        start = place + Cursor(self.data, place).number("I")
        count = Cursor(self.data, min(start, len(self.data))).number("I")
        if count * width > len(self.data) - start - 4:
            raise Malformed("truncated", f"{count} items at {start}")
        return start + 4, count

    def tables(self, field: int) -> list[_Table]:
        start, count = self._vector(field, 4)
        if count > MOST_TENSORS:
            raise Malformed("limit_members", f"{count} tables")
        places = (start + 4 * index for index in range(count))
        return [_Table(self.data, place + Cursor(self.data, place).number("I")) for place in places]

    def numbers(self, field: int) -> tuple[int, ...]:
        start, count = self._vector(field, 4)
        if count > MOST_DIMENSIONS:
            raise Malformed("damaged", f"{count} dimensions")
        cursor = Cursor(self.data, start)
        return tuple(max(0, cursor.number("i")) for _ in range(count))

    def bytes(self, field: int) -> tuple[int, int]:
        start, count = self._vector(field, 1)
        return start, start + count

    def text(self, field: int) -> str:
        start, end = self.bytes(field)
        return self.data[start:end].decode("utf-8", "replace")
