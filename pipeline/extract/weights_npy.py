"""Reads NumPy's array files: one array (NPY), or an archive of them (NPZ).

Layout: numpy.lib.format, versions 1.0 to 3.0. The header is a Python literal, read as one and never evaluated.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from pipeline.extract import weights_pickle
from pipeline.extract.embedded import child
from pipeline.extract.weights import MOST_DIMENSIONS, Malformed, Tensor, dtype_name, gap, listing
from pipeline.extract.weights_numbers import Numbers, item_bytes, judged
from pipeline.extract.zipped import Budget, Member, members
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

MAGIC = b"\x93NUMPY"
_MOST_HEADER = 10_000  # as NumPy itself allows


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Names, types and shapes; the numbers of small arrays; a gap where header and bytes do not fit each other."""
    if blob.data.startswith(MAGIC):
        yield from _files([(PurePosixPath(blob.name).stem or "array", blob.data)], "NPY", [])
        return
    files: list[tuple[str, bytes]] = []
    rest: list[Part | Gap | Blob | Notice] = []
    for item in members(blob.data, Budget(limits)):
        if not isinstance(item, Member):
            rest.append(item)
        elif item.data.startswith(MAGIC):
            files.append((item.name.removesuffix(".npy"), item.data))
        elif item.data or not item.name.endswith("/"):
            rest.append(child(item.data, item.name))
    yield from _files(files, "NPZ", rest)


def _files(
    files: list[tuple[str, bytes]], form: str, rest: list[Part | Gap | Blob | Notice]
) -> Iterator[Part | Gap | Blob | Notice]:
    arrays: list[Numbers] = []
    for name, data in files:
        try:
            descr, tensor, start = header(name, data)
        except Malformed as error:
            yield gap(error.code, f"{name}: {error.detail}")
            continue
        if "O" in str(descr):
            yield from listing([tensor])
            yield from weights_pickle.objects(data, start)
            continue
        end = start + tensor.numbers * _bytes_of(descr)
        if end > len(data):
            yield gap("truncated", f"{name}: {len(data) - start} of {end - start} bytes")
        if data[end:]:
            yield gap("trailing_data", f"{name}: {len(data) - end} bytes behind its numbers")
            yield Blob.of(data[end:], name=f"{name}.rest")
        arrays += _columns(tensor, descr, data[start:end])
    yield from judged(form, arrays)
    yield from rest


def _columns(tensor: Tensor, descr: Any, data: bytes) -> Iterator[Numbers]:
    """The array, or one for each field of an array of records."""
    if isinstance(descr, str):
        yield Numbers(tensor=tensor, descr=descr, data=data)
        return
    width, at = _bytes_of(descr), 0
    for name, inner, *more in descr:
        size = _bytes_of([(name, inner, *more)])
        column = b"".join(data[start + at : start + at + size] for start in range(0, len(data), width))
        at += size
        shape = (*tensor.shape, *(more[0] if more else ()))
        field = Tensor(name=f"{tensor.name}.{name}", shape=shape, dtype=dtype_name(str(inner)))
        yield from _columns(field, inner, column)


def header(name: str, data: bytes) -> tuple[Any, Tensor, int]:
    """The type (a string, or a list for records), the array's description, and where its bytes begin."""
    wide = 4 if data[6:7] in (b"\2", b"\3") else 2
    start = 8 + wide + int.from_bytes(data[8 : 8 + wide], "little")
    if data[6:7] not in (b"\1", b"\2", b"\3") or start - 8 > _MOST_HEADER or start > len(data):
        raise Malformed("damaged", f"a header of {start} bytes, version {data[6:7].hex()}")
    try:
        told = ast.literal_eval(data[8 + wide : start].decode("utf-8").strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise Malformed("damaged", f"a header that is no literal: {type(error).__name__}") from error
    if not isinstance(told, dict) or set(told) != {"descr", "fortran_order", "shape"}:
        raise Malformed("damaged", "a header without type and shape, or with more")
    shape = told["shape"]
    if not isinstance(shape, tuple) or len(shape) > MOST_DIMENSIONS or not all(_is_side(side) for side in shape):
        raise Malformed("damaged", "a shape that is none")
    if not _bytes_of(told["descr"]) and "O" not in str(told["descr"]):
        raise Malformed("unsupported_method", f"numbers of type {told['descr']}")
    return told["descr"], Tensor(name=name, shape=shape, dtype=dtype_name(str(told["descr"]))), start


def _is_side(side: Any) -> bool:
    return isinstance(side, int) and 0 <= side < 1 << 62


def _bytes_of(descr: Any) -> int:
    """The size of one item; records are the sum of their fields. 0 where a type is not known."""
    if isinstance(descr, str):
        return item_bytes(descr)
    if not isinstance(descr, list) or not all(isinstance(one, tuple) and 2 <= len(one) <= 3 for one in descr):
        return 0
    sizes = [_bytes_of(one[1]) * math.prod(one[2] if len(one) == 3 and _sides(one[2]) else ()) for one in descr]
    return sum(sizes) if all(sizes) else 0


def _sides(shape: Any) -> bool:
    return isinstance(shape, tuple) and all(_is_side(side) for side in shape)
