"""Builds small files of weights, byte by byte, as the libraries would write them."""

from __future__ import annotations

import io
import json
import math
import pickle
import random
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

Shapes = Mapping[str, Sequence[int]]
LAYERS: Shapes = {"model.layers.0.mlp.weight": (4, 8), "model.layers.0.mlp.bias": (4,)}


def noise(count: int, seed: int = 1) -> list[float]:
    """Numbers as a network's weights are: small, on both sides of zero, one independent of the other."""
    chance = random.Random(seed)
    return [chance.gauss(0, 0.02) for _ in range(count)]


def floats(count: int, seed: int = 1) -> bytes:
    return struct.pack(f"<{count}f", *noise(count, seed))


def safetensors(shapes: Shapes = LAYERS, **metadata: str) -> bytes:
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    data = b""
    for name, shape in shapes.items():
        tensor = floats(math.prod(shape))
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [len(data), len(data) + len(tensor)]}
        data += tensor
    return framed(header) + data


def framed(header: object) -> bytes:
    """A safetensors header with its length in front."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


def gguf(
    text: str = "kestrel", shapes: Shapes = LAYERS, *, keys: int | None = None, string: int | None = None
) -> bytes:
    """Version 3; `keys` and `string` lie about the number of keys and the length of the first value."""
    out = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), 2 if keys is None else keys)
    out += _gguf_string("general.name") + struct.pack("<I", 8)
    out += struct.pack("<Q", len(text.encode()) if string is None else string) + text.encode()
    out += _gguf_string("general.architecture") + struct.pack("<I", 8) + _gguf_string("llama")
    data = b""
    for name, shape in shapes.items():
        out += _gguf_string(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        out += struct.pack("<IQ", 0, len(data))
        tensor = floats(math.prod(shape))
        data += tensor + bytes(-len(tensor) % 32)
    return out + bytes(-len(out) % 32) + data


def _gguf_string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def ggml(text: str, magic: bytes = b"tjgg") -> bytes:
    """The old llama.cpp layout: seven fields, a vocabulary with scores, tensors."""
    out = magic + struct.pack("<I", 3) + struct.pack("<7i", 1, 8, 256, 2, 1, 4, 0)
    out += struct.pack("<I", len(text.encode())) + text.encode() + struct.pack("<f", 0.0)
    name = b"layers.0.attention.wq.weight"
    out += struct.pack("<3i2I", 2, len(name), 0, 8, 4) + name
    return out + bytes(-len(out) % 32 if magic == b"tjgg" else 0) + floats(32)


def npy(shape: Sequence[int], data: bytes, descr: str = "<f4") -> bytes:
    told = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple(shape)}, }}".encode()
    told += b" " * (-(len(told) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(told)) + told + data


def words(text: str) -> bytes:
    """An array of one string."""
    return npy((1,), text.encode("utf-32-le"), f"<U{len(text)}")


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def torch(text: str, *, extra: Mapping[str, bytes] | None = None, storage: bytes | None = None) -> bytes:
    """A checkpoint of one matrix, written opcode by opcode as torch.save does, with `text` beside it."""
    described = (
        b"\x80\x02}q\x00(" + _unicode("layers.0.attn.weight") + b"ctorch._utils\n_rebuild_tensor_v2\n(("
        + _unicode("storage") + b"ctorch\nFloatStorage\n" + _unicode("0") + _unicode("cpu") + b"K tQK\x00K\x04K\x08\x86"
        b"K\x08K\x01\x86\x89ccollections\nOrderedDict\n)RtR" + _unicode("note") + _unicode(text) + b"u."
    )  # fmt: skip
    members = {"archive/data.pkl": described, "archive/data/0": floats(32) if storage is None else storage}
    return zipped({**members, "archive/version": b"3\n", **(extra or {})})


def _unicode(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text.encode())) + text.encode()


def torch_legacy(text: str) -> bytes:
    """What torch.save wrote before 1.6: five pickles, then the numbers."""
    storage = b"(" + _unicode("storage") + b"ctorch\nFloatStorage\n" + _unicode("7") + _unicode("cpu") + b"K NtQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00K \x85K\x01\x85\x89NtR"
    root = b"\x80\x02}(" + _unicode("fc.weight") + tensor + _unicode("note") + _unicode(text) + b"u."
    magic = 0x1950A86A20F9469CFC6C
    head = [pickle.dumps(one, protocol=2) for one in (magic, 1001, {"little_endian": True})]
    return b"".join([*head, root, pickle.dumps(["7"], protocol=2), struct.pack("<q", 32), floats(32)])


class Hostile:
    """Pickles to a call that would create a file."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        import os

        return os.system, (self.command,)


def field(number: int, value: bytes | int | str) -> bytes:
    """One field of a protocol buffer."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


def _varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def onnx(text: str, *, external: str = "") -> bytes:
    """One MatMul with its matrix, in the file or beside it, and `text` as the graph's description."""
    tensor = field(1, 8) + field(1, 4) + field(2, 1) + field(8, "fc.weight")
    if external:
        tensor += field(13, field(1, "location") + field(2, external)) + field(14, 1)
    else:
        tensor += field(9, floats(32))
    node = field(1, "x") + field(1, "fc.weight") + field(2, "y") + field(3, "mul") + field(4, "MatMul")
    graph = field(1, node) + field(2, "main") + field(5, tensor) + field(10, text)
    return field(1, 8) + field(2, "pytorch") + field(7, graph) + field(8, field(1, "") + field(2, 17))


def saved_model(text: str) -> bytes:
    """TensorFlow's saved_model.pb: the graph of one variable, with `text` as a tag."""
    meta = field(4, text) + field(5, "2.15.0") + field(6, "tensorflow release")
    shape = field(7, field(2, field(1, 4)) + field(2, field(1, 8)))
    node = field(1, "dense/kernel") + field(2, "VarHandleOp") + field(5, field(1, "shape") + field(2, shape))
    return field(1, 1) + field(2, field(1, meta) + field(2, field(1, node)))


def checkpoint_index(*names: str) -> bytes:
    """TensorFlow's variables.index: a LevelDB table of one block, each variable a matrix of 4 by 8."""
    shape = field(2, field(2, field(1, 4)) + field(2, field(1, 8)))
    block = _block({"": field(1, 1), **{name: field(1, 1) + shape for name in sorted(names)}})
    meta, index = _block({}), _block({"~": _varint(0) + _varint(len(block) - 5)})
    footer = b"".join(map(_varint, (len(block), len(meta) - 5, len(block) + len(meta), len(index) - 5)))
    return block + meta + index + footer.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def _block(pairs: Mapping[str, bytes]) -> bytes:
    out = b"".join(
        b"\0" + _varint(len(key.encode())) + _varint(len(value)) + key.encode() + value for key, value in pairs.items()
    )
    return out + struct.pack("<II", 0, 1) + bytes(5)


def tflite(text: str, count: int = 32) -> bytes:
    """One tensor with its buffer; `text` is the model's description."""
    tensor = {0: [4, 8], 1: b"\x00", 2: struct.pack("<I", 1), 3: "conv/kernel"}
    model = {0: struct.pack("<I", 3), 2: [{0: [tensor]}], 3: text, 4: [{}, {0: floats(count)}]}
    out = bytearray(struct.pack("<I4s", 0, b"TFL3"))
    out[:4] = struct.pack("<I", _flat(out, model))
    return bytes(out)


def _flat(out: bytearray, value: Any) -> int:
    """Append a table (dict), a vector (list, bytes) or a string of a FlatBuffer; its place. Offsets lead forward."""
    out += bytes(-len(out) % 4)
    if isinstance(value, dict):
        return _flat_table(out, value)
    at = len(out)
    if isinstance(value, bytes | str):
        raw = value.encode() if isinstance(value, str) else value
        out += struct.pack("<I", len(raw)) + raw + b"\0"
        return at
    out += struct.pack("<I", len(value)) + bytes(4 * len(value))
    for index, item in enumerate(value):
        place = at + 4 + 4 * index
        number = item if isinstance(item, int) else _flat(out, item) - place
        out[place : place + 4] = struct.pack("<I", number)
    return at


def _flat_table(out: bytearray, value: dict[int, Any]) -> int:
    """A table: bytes of one or four are scalars, but for a buffer's; everything else is an offset."""
    slots = max(value, default=-1) + 1
    vtable = len(out)
    out += struct.pack("<HH", 4 + 2 * slots, 4 + 4 * slots) + bytes(2 * slots)
    out += bytes(-len(out) % 4)
    at = len(out)
    out += struct.pack("<i", at - vtable) + bytes(4 * slots)
    for slot, item in value.items():
        place = at + 4 + 4 * slot
        out[vtable + 4 + 2 * slot : vtable + 6 + 2 * slot] = struct.pack("<H", place - at)
        scalar = isinstance(item, bytes) and len(item) in (1, 4)
        raw = item.ljust(4, b"\0") if scalar else struct.pack("<I", _flat(out, item) - place)
        out[place : place + 4] = raw
    return at
