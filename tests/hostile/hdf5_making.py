"""Builds small HDF5 files of the oldest layout, which every reader opens and Keras still writes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_UNDEFINED = (1 << 64) - 1
_TREE, _LEAF = 544, 328  # bytes of a node and of a leaf, by the sizes that the superblock gives


@dataclass(frozen=True)
class Data:
    """A data set of 32-bit numbers."""

    shape: Sequence[int]
    raw: bytes


Group = Mapping[str, "Data | Group"]


def hdf5(root: Group, **attributes: str) -> bytes:
    """A file with the groups and data sets of `root`, and string attributes on its first group."""
    out = bytearray(96)
    header = _group(out, root, attributes)
    out[:96] = (
        b"\x89HDF\r\n\x1a\n" + bytes([0, 0, 0, 0, 0, 8, 8, 0]) + struct.pack("<HHI", 4, 16, 0)
        + struct.pack("<QQQQ", 0, _UNDEFINED, len(out), _UNDEFINED) + struct.pack("<QQII16x", 0, header, 0, 0)
    )  # fmt: skip
    return bytes(out)


def _put(out: bytearray, data: bytes) -> int:
    out += bytes(-len(out) % 8)
    at = len(out)
    out += data
    return at


def _header(messages: Sequence[tuple[int, bytes]]) -> bytes:
    body = b"".join(
        struct.pack("<HHB3x", kind, len(data) + -len(data) % 8, 0) + data + bytes(-len(data) % 8)
        for kind, data in messages
    )
    return struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body


def _group(out: bytearray, members: Group, attributes: Mapping[str, str]) -> int:
    names = sorted(members)
    places = [_member(out, members[name]) for name in names]
    texts, offsets = bytearray(8), []
    for name in names:
        offsets.append(len(texts))
        texts += name.encode() + b"\0" + bytes(-(len(name.encode()) + 1) % 8)
    segment = _put(out, bytes(texts))
    heap = _put(out, b"HEAP" + struct.pack("<B3xQQQ", 0, len(texts), 1, segment))
    leaf = b"SNOD" + struct.pack("<BxH", 1, len(names))
    leaf += b"".join(struct.pack("<QQ24x", offset, place) for offset, place in zip(offsets, places, strict=True))
    node = b"TREE" + struct.pack("<BBHQQ", 0, 0, 1, _UNDEFINED, _UNDEFINED)
    node += struct.pack("<QQQ", 0, _put(out, leaf.ljust(_LEAF, b"\0")), offsets[-1] if offsets else 0)
    tree = _put(out, node.ljust(_TREE, b"\0"))
    messages = [(0x11, struct.pack("<QQ", tree, heap)), *(_attribute(*pair) for pair in attributes.items())]
    return _put(out, _header(messages))


def _member(out: bytearray, member: Data | Group) -> int:
    if not isinstance(member, Data):
        return _group(out, member, {})
    raw = _put(out, member.raw)
    shape = struct.pack("<BBB5x", 1, len(member.shape), 0) + struct.pack(f"<{len(member.shape)}Q", *member.shape)
    kind = bytes([0x11, 0x20, 31, 0]) + struct.pack("<I", 4) + struct.pack("<HHBBBBI", 0, 32, 23, 8, 0, 23, 127)
    fill = struct.pack("<BBBB", 2, 1, 0, 0)
    return _put(out, _header([(1, shape), (3, kind), (5, fill), (8, struct.pack("<BBQQ", 3, 1, raw, len(member.raw)))]))


def _attribute(name: str, text: str) -> tuple[int, bytes]:
    value, title = text.encode(), name.encode() + b"\0"
    kind = bytes([0x13, 0, 0, 0]) + struct.pack("<I", max(1, len(value)))
    space = struct.pack("<BBB5x", 1, 0, 0)
    head = struct.pack("<BxHHH", 1, len(title), len(kind), len(space))
    return 0x0C, head + title + bytes(-len(title) % 8) + kind + space + value
