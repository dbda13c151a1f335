"""Finds the tensors and arrays in the tree of a pickle that was followed but never loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.extract.weights import MOST_DIMENSIONS, Tensor, dtype_name
from pipeline.extract.weights_opcodes import Call, Name, Persistent

MOST_NODES = 2_000_000
STORAGES = {
    "Double": ("F64", 8), "Float": ("F32", 4), "Half": ("F16", 2), "BFloat16": ("BF16", 2), "Long": ("I64", 8),
    "Int": ("I32", 4), "Short": ("I16", 2), "Char": ("I8", 1), "Byte": ("U8", 1), "Bool": ("BOOL", 1),
    "ComplexDouble": ("C128", 16), "ComplexFloat": ("C64", 8), "Untyped": ("bytes", 1), "QInt8": ("I8", 1),
    "QUInt8": ("U8", 1), "QInt32": ("I32", 4),
}  # fmt: skip
_REBUILT = ("torch._utils._rebuild_tensor", "torch._utils._rebuild_qtensor")
_NUMPY = ("_reconstruct", "_frombuffer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """A NumPy array inside a pickle: its description, NumPy's type string and its bytes in memory order."""

    tensor: Tensor
    descr: str
    data: bytes


def nodes(root: Any) -> Iterator[tuple[str, Any]]:
    """Every node of the tree with the names on the way to it; each once, whatever refers to it, and in order."""
    waiting: list[tuple[str, Any]] = [("", root)]
    seen: set[int] = set()
    while waiting and len(seen) < MOST_NODES:
        path, node = waiting.pop()
        if isinstance(node, list | tuple | Call | Persistent):
            if id(node) in seen:
                continue
            seen.add(id(node))
        yield path, node
        if isinstance(node, list | tuple):
            inner = [_named(path, index, item) for index, item in enumerate(node)]
        elif isinstance(node, Call):
            inner = [(path, node.args), (path, node.items), (path, node.state)]
        else:
            continue
        waiting.extend(reversed(inner))


def _named(path: str, index: int, item: Any) -> tuple[str, Any]:
    """An item of a dict is a pair (key, value); every other one goes by its place."""
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        return (f"{path}.{item[0]}" if path else item[0])[:400], item[1]
    return path, item


def tensors(root: Any) -> Iterator[Tensor]:
    """The torch tensors that the pickle would rebuild from storages."""
    for path, node in nodes(root):
        if isinstance(node, Call) and node.what.startswith(_REBUILT) and isinstance(node.args, tuple):
            storage = storage_of(node.args[0]) if node.args else None
            shape = _shape(node.args[2]) if len(node.args) > 2 else None
            if storage is not None and shape is not None:
                yield Tensor(name=path or "tensor", shape=shape, dtype=storage.dtype)


def loose(root: Any) -> Iterator[Tensor]:
    """The storages themselves, as lists of numbers: for a pickle that rebuilds no tensor from them."""
    for storage in storages(root).values():
        yield Tensor(name=f"storage {storage.key}", shape=(storage.count,), dtype=storage.dtype)


@dataclass(frozen=True, slots=True)
class Storage:
    """Numbers that lie outside of the pickle."""

    key: str
    dtype: str
    width: int
    count: int

    @property
    def size(self) -> int:
        return self.width * self.count


def storages(root: Any) -> dict[str, Storage]:
    """Each storage that the pickle refers to, by its key."""
    found = (storage_of(node) for _, node in nodes(root) if isinstance(node, Persistent))
    return {storage.key: storage for storage in found if storage is not None}


def storage_of(node: Any) -> Storage | None:
    """The storage of a persistent id ("storage", class, key, device, count, …)."""
    told = node.id if isinstance(node, Persistent) else None
    if not isinstance(told, tuple) or len(told) < 5 or told[0] != "storage" or not isinstance(told[1], Name):
        return None
    kind = told[1].path.rpartition(".")[2].removesuffix("Storage")
    dtype, width = STORAGES.get(kind, (kind, 0))
    count = told[4]
    return Storage(str(told[2]), dtype, width, count) if isinstance(count, int) and 0 <= count < 1 << 62 else None


def arrays(root: Any) -> Iterator[Array]:
    """The NumPy arrays of the pickle whose type is plain."""
    for path, node in nodes(root):
        if isinstance(node, Call) and node.what.startswith("numpy.") and node.what.endswith(_NUMPY):
            found = _array(path, node)
            if found is not None:
                yield found


def _array(path: str, call: Call) -> Array | None:
    told = call.state if call.what.endswith("_reconstruct") else call.args
    if not isinstance(told, tuple) or len(told) < 3:
        return None
    if call.what.endswith("_reconstruct"):  # (version, shape, dtype, is_fortran, data)
        told = (told[4], told[2], told[1]) if len(told) > 4 else told
    data, dtype, sides = told[:3]
    shape = _shape(sides)
    if not isinstance(data, bytes) or shape is None:
        return None
    descr = _descr(dtype)
    return Array(tensor=Tensor(name=path or "array", shape=shape, dtype=dtype_name(descr)), descr=descr, data=data)


def _descr(dtype: Any) -> str:
    """NumPy's type string, with the byte order that its state sets."""
    if not isinstance(dtype, Call) or not isinstance(dtype.args, tuple) or not dtype.args:
        return "?"
    state = dtype.state if isinstance(dtype.state, tuple) else ()
    order = state[1] if len(state) > 1 and isinstance(state[1], str) else "|"
    return f"{order}{dtype.args[0]}" if isinstance(dtype.args[0], str) else "?"


def _shape(value: Any) -> tuple[int, ...] | None:
    sides = value.args[0] if isinstance(value, Call) and isinstance(value.args, tuple) and value.args else value
    if not isinstance(sides, tuple | list) or len(sides) > MOST_DIMENSIONS:
        return None
    return tuple(sides) if all(isinstance(side, int) and 0 <= side < 1 << 62 for side in sides) else None
