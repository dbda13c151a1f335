"""Reads models stored as protocol buffers: ONNX, and TensorFlow's saved_model.pb.

Tensors are known by the definitions (onnx.proto3; tensorflow/core/protobuf/saved_model.proto), everything else by what
it is: each string of the file is text, whatever field it stands in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.extract import weights_sniff
from pipeline.extract.weights import MOST_DIMENSIONS, MOST_TENSORS, Malformed, Tensor, artefact, gap, listing
from pipeline.extract.weights_protobuf import BYTES, VARINT, Field, Strings, fields, packed
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

# message -> field -> the message in it; whatever is not listed is searched for strings
_ONNX: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_TENSORFLOW: Mapping[str, Mapping[int, str]] = {
    "model": {2: "meta"},
    "meta": {2: "graph"},
    "graph": {1: "op", 2: "library"},
    "library": {1: "function"},
    "function": {3: "op"},
    "op": {5: "entry"},
    "entry": {2: "value"},
    "value": {1: "list", 8: "constant"},
    "list": {8: "constant"},
}
_NUMBERS = {"tensor": frozenset({4, 5, 7, 9, 10, 11}), "constant": frozenset({4, 5, 6, 7, 9, 10, 11, 12, 13, 16, 17})}
_BYTES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2}
_TYPES = {
    1: "F32", 2: "U8", 3: "I8", 4: "U16", 5: "I16", 6: "I32", 7: "I64", 8: "text", 9: "BOOL", 10: "F16", 11: "F64",
    12: "U32", 13: "U64", 16: "BF16", 17: "F8", 18: "F8", 19: "F8", 20: "F8", 21: "U4", 22: "I4",
}  # fmt: skip
TENSORFLOW_TYPES = {
    1: "F32", 2: "F64", 3: "I32", 4: "U8", 5: "I16", 6: "I8", 7: "text", 9: "I64", 10: "BOOL", 14: "BF16", 17: "U16",
    19: "F16", 22: "U32", 23: "U64",
}  # fmt: skip
_DEPTH = 40
_LONG = 64  # bytes that are neither text nor a message; below, a shape or an option


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Tensors with their shapes and every string; a gap where a message is cut or a tensor has other bytes."""
    onnx = blob.media_type == weights_sniff.ONNX
    reader = _Reader(blob.data, _ONNX if onnx else _TENSORFLOW)
    broken: Malformed | None = None
    try:
        reader.message("model", 0, len(blob.data), 0)
    except Malformed as error:
        broken = error
    yield artefact("ONNX" if onnx else "TensorFlow", reader.tensors)
    yield from listing(reader.tensors, reader.strings.texts)
    if broken is not None:
        yield gap(broken.code, broken.detail)
    for problem in reader.problems:
        yield gap("damaged", problem)
    for place in reader.external:
        yield Notice(code="external_reference", path="weights", detail=place[:200])
    for number, raw in enumerate(one for one in reader.strings.opaque if len(one) > _LONG):
        yield Blob.of(raw, name=f"bytes-{number}")


@dataclass(slots=True)
class _Reader:
    """Walks the messages of a model; what was found stays where one is broken."""

    data: bytes
    known: Mapping[str, Mapping[int, str]]
    tensors: list[Tensor] = field(default_factory=list)
    strings: Strings = field(default_factory=Strings)
    problems: list[str] = field(default_factory=list)
    external: dict[str, None] = field(default_factory=dict)

    def message(self, kind: str, start: int, end: int, depth: int) -> None:
        """All fields of one message; those that run over its end raise Malformed after the others were read."""
        if depth > _DEPTH or len(self.tensors) > MOST_TENSORS:
            raise Malformed("limit_members", f"more than {_DEPTH} levels or {MOST_TENSORS} tensors")
        inner = self.known.get(kind, {})
        seen: list[Field] = []
        for one in fields(self.data, start, end):
            seen.append(one)
            if one.wire == BYTES and one.number in inner:
                self.inside(inner[one.number], one, depth)
            else:
                self.strings.field(self.data, one)
        if kind == "op":
            self.variable(seen)

    def inside(self, kind: str, one: Field, depth: int) -> None:
        if kind in _NUMBERS:
            self.tensor(kind, list(fields(self.data, one.start, one.end)))
        else:
            self.message(kind, one.start, one.end, depth + 1)

    def tensor(self, kind: str, parts: list[Field]) -> None:
        """A tensor with its numbers: they are data, all its other fields are searched for strings."""
        numbers = _NUMBERS[kind]
        for one in parts:
            if one.number not in numbers:
                self.strings.field(self.data, one)
        if kind == "constant":
            sides = [side for one in parts if one.number == 2 for side in self.sides(one)]
            dtype = TENSORFLOW_TYPES.get(next((one.value for one in parts if one.number == 1), 0), "other")
            self.tensors.append(Tensor(name="constant", shape=tuple(sides), dtype=dtype))
            return
        sides = [side for one in parts if one.number == 1 for side in packed(self.data, one)]
        form = next((one.value for one in parts if one.number == 2), 0)
        name = next((self.text(one) for one in parts if one.number == 8 and one.wire == BYTES), "")
        if len(sides) > MOST_DIMENSIONS or any(side >= 1 << 62 for side in sides):
            raise Malformed("damaged", f"{name} has a shape that is none")
        self.tensors.append(Tensor(name=name or "constant", shape=tuple(sides), dtype=_TYPES.get(form, "other")))
        raw = sum(one.end - one.start for one in parts if one.number == 9 and one.wire == BYTES)
        if raw and form in _BYTES and raw != math.prod(sides) * _BYTES[form]:
            self.problems.append(f"{name}: {raw} bytes, its shape has {math.prod(sides) * _BYTES[form]}")
        for one in parts:
            if one.number == 13:
                pair = {part.number: self.text(part) for part in fields(self.data, one.start, one.end)}
                self.external |= {pair.get(2, ""): None} if pair.get(1) == "location" else {}

    def variable(self, seen: list[Field]) -> None:
        """TensorFlow keeps variables beside the graph; an operation of this name gives their shape."""
        if not any(one.number == 2 and self.text(one) in ("VarHandleOp", "VariableV2") for one in seen):
            return
        name = next((self.text(one) for one in seen if one.number == 1), "")
        entries = [list(fields(self.data, one.start, one.end)) for one in seen if one.number == 5]
        for entry in entries:
            if any(one.number == 1 and self.text(one) == "shape" for one in entry):
                shapes = [part for one in entry if one.number == 2 for part in fields(self.data, one.start, one.end)]
                sides = [side for part in shapes if part.number == 7 for side in self.sides(part)]
                self.tensors.append(Tensor(name=name, shape=tuple(sides), dtype="variable"))

    def sides(self, shape: Field) -> Iterator[int]:
        """The sizes of a TensorShapeProto."""
        for one in fields(self.data, shape.start, shape.end):
            if one.number == 2 and one.wire == BYTES:
                sizes = [part.value for part in fields(self.data, one.start, one.end) if part.wire == VARINT]
                yield from (size for size in sizes[:1] if size < 1 << 62)

    def text(self, one: Field) -> str:
        return self.data[one.start : one.end].decode("utf-8", "replace") if one.wire == BYTES else ""
