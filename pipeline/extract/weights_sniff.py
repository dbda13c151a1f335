"""Recognises files of model weights and arrays by their structure, whatever their name.

Magic numbers that are also words ("GGUF is a format …") count only with a version behind them.
"""

from __future__ import annotations

import pickletools
import re

from pipeline.extract import weights_protobuf as protobuf
from pipeline.extract.weights import Malformed
from pipeline.extract.weights_opcodes import walk

SAFETENSORS, GGUF, GGML = "application/x-safetensors", "application/x-gguf", "application/x-ggml"
NPY, HDF5, PICKLE = "application/x-npy", "application/x-hdf5", "application/x-pickle"
ONNX, TFLITE = "application/x-onnx", "application/x-tflite"
SAVED_MODEL, CHECKPOINT_INDEX = "application/x-tensorflow-savedmodel", "application/x-tensorflow-index"

_GGML_MAGICS = (b"lmgg", b"fmgg", b"tjgg", b"algg", b"ggml", b"ggmf", b"ggjt", b"ggla")  # of either byte order
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_TABLE_END = bytes.fromhex("57fb808b247547db")  # LevelDB, the number in the footer of a table
_HEADER = re.compile(rb".{8}\s{0,64}\{\s{0,64}(?:\}|\")", re.DOTALL)
_PROMISE = re.compile(rb'"(?:dtype|data_offsets|__metadata__)"')
# protocols 0 and 1 have no mark of their own: a container with its place in the memo, or a name to import
_OLD_PICKLE = re.compile(rb"\((?:dp|lp|ip)\d|[\]}]q.|\(?c[\w.]{1,80}\n\w{1,80}\n", re.DOTALL)
_HEAD = 64 << 10
_OPCODES = 12
_GRAPH = frozenset({1, 2, 5, 10, 11, 12, 13, 14, 15, 16})  # fields of an ONNX graph
_MODEL = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})  # … of the model around it


def match(data: bytes) -> str:
    """The media type that the structure proves, or an empty string."""
    if data[:4] == b"GGUF" and _version(data[4:8]):
        return GGUF
    if data[:4] in _GGML_MAGICS and b"\0" in data[4:36]:
        return GGML
    if data[:6] == b"\x93NUMPY":
        return NPY
    if data[4:8] == b"TFL3" and 8 <= int.from_bytes(data[:4], "little") <= max(len(data), 1 << 16):
        return TFLITE
    if any(data.startswith(_HDF5_MAGIC, offset) for offset in (0, 512, 1024, 2048, 4096)):
        return HDF5
    if _is_safetensors(data):
        return SAFETENSORS
    if data[:1] == b"\x80" and data[1:2] in (b"\2", b"\3", b"\4", b"\5") and _is_pickle(data):
        return PICKLE
    if data[-1:] == b"." and _OLD_PICKLE.match(data) and _is_old_pickle(data):
        return PICKLE
    if data[-8:] == _TABLE_END and len(data) >= 48:
        return CHECKPOINT_INDEX
    return _protobuf(data)


def _version(field: bytes) -> bool:
    return any(0 < int.from_bytes(field, order) < 100 for order in ("little", "big"))


def _is_safetensors(data: bytes) -> bool:
    """A length, then a JSON object: the whole of it, or one that speaks of tensors where the length lies."""
    if _HEADER.match(data[:256]) is None:
        return False
    size = int.from_bytes(data[:8], "little")
    whole = 2 <= size <= len(data) - 8 and data[8 : 8 + size].rstrip().endswith(b"}")
    return whole or _PROMISE.search(data[8:_HEAD]) is not None


def _is_pickle(data: bytes) -> bool:
    """Whether its first opcodes make sense."""
    try:
        for number, (opcode, _, _) in enumerate(pickletools.genops(data[:_HEAD])):
            if opcode.name == "STOP" or number >= _OPCODES:
                return True
    except (ValueError, IndexError, KeyError, OverflowError):
        return False
    return False


def _is_old_pickle(data: bytes) -> bool:
    """Whether it is a pickle to its last byte; words that happen to begin like one stop at the first blank."""
    try:
        return walk(data).end == len(data)
    except Malformed:
        return False


def _protobuf(data: bytes) -> str:
    """ONNX or TensorFlow's saved model. A file that was cut in its last field is still what it was."""
    if data[:1] != b"\x08" or len(data) < 8:
        return ""
    found: list[protobuf.Field] = []
    try:
        for one in protobuf.fields(data, 0, len(data)):
            found.append(one)
            if len(found) > 4096 or one.number not in _MODEL:
                return ""
    except Malformed as error:
        if error.code != "truncated" or not found:
            return ""
        last = _cut(data, found[-1].end)
        found += [last] if last is not None else []
    if len(found) < 2 or found[0].wire != protobuf.VARINT or not 0 < found[0].value < 100:
        return ""
    meta = [one for one in found if one.number == 2]
    if found[0].value == 1 and {one.number for one in found} == {1, 2} and b"tensorflow" in data:
        return SAVED_MODEL if all(one.wire == protobuf.BYTES for one in meta) else ""
    graphs = [one for one in found if one.number == 7 and one.wire == protobuf.BYTES]
    return ONNX if graphs and all(_is_graph(data, one) for one in graphs) else ""


def _cut(data: bytes, at: int) -> protobuf.Field | None:
    """The field that runs over the end of the data, up to that end."""
    try:
        tag, at = protobuf.varint(data, at, len(data))
        _, at = protobuf.varint(data, at, len(data))
    except Malformed:
        return None
    return protobuf.Field(tag >> 3, tag & 7, 0, at, len(data)) if tag & 7 == protobuf.BYTES else None


def _is_graph(data: bytes, graph: protobuf.Field) -> bool:
    """Whether the fields are those of a graph, as far as they go."""
    seen = 0
    try:
        for one in protobuf.fields(data, graph.start, graph.end):
            if one.number not in _GRAPH or one.wire != protobuf.BYTES:
                return False
            seen += 1
            if seen >= 64:
                return True
    except Malformed as error:
        return error.code == "truncated"
    return seen > 0
