"""Reads HDF5: a Keras model, or measurements (see `weights_numbers` for the difference).

Names, attributes and the values of small data sets are text; of larger ones only the description. Whatever bytes no
object accounts for are searched for legible strings, and are a gap where they are many.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator

from pipeline.extract.embedded import printable
from pipeline.extract.hdf5_objects import UNDEFINED, Walk
from pipeline.extract.hdf5_types import Dataset
from pipeline.extract.weights import SMALL_ARRAY, Malformed, Tensor, dtype_name, gap
from pipeline.extract.weights_cursor import Cursor
from pipeline.extract.weights_numbers import Numbers, judged
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_MAGIC = b"\x89HDF\r\n\x1a\n"
_MOST_BYTES = 8 << 20  # of the values of one data set
_SCRAPS = 1024  # bytes, packed; more that nobody accounts for is a gap
_DEFLATE, _SHUFFLE, _FLETCHER = 1, 2, 3


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Data sets with their attributes; a gap for storage that is not read and for bytes that belong to nothing."""
    base = blob.data.find(_MAGIC)
    if block := blob.data[:base].strip(b"\0"):
        yield Blob.of(block, name="user-block")
    walk = Walk(blob.data[base:])
    try:
        walk.run()
    except Malformed as error:
        walk.problems[error.code, error.detail] = None
    arrays: list[Numbers] = []
    for dataset in walk.datasets:
        try:
            arrays.append(_array(walk, dataset))
        except Malformed as error:
            walk.problems[error.code, f"{dataset.path}: {error.detail}"] = None
    yield from judged("HDF5", arrays, walk.texts)
    for code, detail in walk.problems:
        yield gap(code, detail)
    yield from _rest(walk)


def _array(walk: Walk, dataset: Dataset) -> Numbers:
    """The data set; its bytes only where they are few, or text."""
    kind = dataset.kind
    tensor = Tensor(name=dataset.path, shape=dataset.shape, dtype=dtype_name(kind.descr) if kind.descr else "other")
    size = math.prod(dataset.shape) * kind.size
    wanted = (kind.variable or kind.descr.startswith("S") or tensor.numbers <= SMALL_ARRAY) and size <= _MOST_BYTES
    raw = b"".join(_bytes(walk, dataset, size, unpack=wanted))
    if not wanted and (kind.variable or kind.descr.startswith("S") or not kind.descr):
        raise Malformed("limit_text", f"{size} bytes of text")
    if kind.variable:
        walk.texts += walk.variable(raw)
        return Numbers(tensor=tensor, descr="S1", data=b"")
    if not kind.descr:
        walk.texts.append(kind.words(raw))
        walk.problems["unsupported_method", f"{dataset.path}: values of a compound or other type"] = None
        return Numbers(tensor=tensor, descr="S1", data=b"")
    return Numbers(tensor=tensor, descr=kind.descr, data=raw)


def _bytes(walk: Walk, dataset: Dataset, size: int, *, unpack: bool) -> Iterator[bytes]:
    """The bytes of the data set piece by piece, and their places into the ledger."""
    start, end = dataset.layout or (0, 0)
    cursor = Cursor(walk.data, start, end=end)
    version, family = cursor.number("B"), cursor.number("B")
    if version not in (3, 4):
        raise Malformed("unsupported_method", f"layout version {version}")
    if family == 0:
        yield cursor.take(cursor.number("H"))
    elif family == 1:
        at, length = cursor.number("Q"), cursor.number("Q")
        if at != UNDEFINED:
            if length < size or at + length > len(walk.data):
                raise Malformed("truncated", f"{length} of {size} bytes at {at}")
            walk.spans.append((at, at + length))
            yield walk.data[at : at + size] if unpack else b""
    elif family == 2 and version == 3:
        rank = cursor.number("B")
        tree = cursor.number("Q")
        if tree != UNDEFINED:
            yield from _chunks(walk, dataset, tree, rank, unpack=unpack)
    else:
        raise Malformed("unsupported_method", f"layout {family} of version {version}")


def _chunks(walk: Walk, dataset: Dataset, tree: int, rank: int, *, unpack: bool) -> Iterator[bytes]:
    filters = _filters(walk, dataset)
    total = 0
    for place in walk.leaves(tree, 8 + 8 * rank):
        key = Cursor(walk.data, place)
        packed, mask = key.number("I"), key.number("I")
        key.skip(8 * rank)
        at = key.number("Q")
        if at + packed > len(walk.data):
            raise Malformed("truncated", f"{packed} bytes at {at}")
        walk.spans.append((at, at + packed))
        if unpack:
            if mask:
                raise Malformed("unsupported_method", "a chunk that skips a filter")
            chunk = _unpacked(walk.data[at : at + packed], filters, dataset.kind.size)
            total += len(chunk)
            if total > _MOST_BYTES:
                raise Malformed("limit_unpacked", f"more than {_MOST_BYTES} bytes")
            yield chunk


def _filters(walk: Walk, dataset: Dataset) -> list[int]:
    if dataset.filters is None:
        return []
    cursor = Cursor(walk.data, dataset.filters[0], end=dataset.filters[1])
    version, count = cursor.number("B"), cursor.number("B")
    cursor.skip(6 if version == 1 else 0)
    found = []
    for _ in range(count):
        number = cursor.number("H")
        length = cursor.number("H") if version == 1 or number >= 256 else 0
        cursor.skip(2)
        values = cursor.number("H")
        cursor.skip(length + 4 * values + (4 if version == 1 and values % 2 else 0))
        found.append(number)
    return found


def _unpacked(chunk: bytes, filters: list[int], width: int) -> bytes:
    for number in reversed(filters):
        if number == _DEFLATE:
            stream = zlib.decompressobj()
            try:
                chunk = stream.decompress(chunk, _MOST_BYTES)
            except zlib.error as error:
                raise Malformed("damaged", "a chunk that does not unpack") from error
            if not stream.eof:
                raise Malformed("limit_unpacked", "a chunk that does not end")
        elif number == _SHUFFLE and width > 1:
            count = len(chunk) // width
            planes = [chunk[index * count : (index + 1) * count] for index in range(width)]
            chunk = bytes(byte for item in zip(*planes, strict=True) for byte in item) + chunk[count * width :]
        elif number == _FLETCHER:
            chunk = chunk[:-4]
        elif number != _SHUFFLE:
            raise Malformed("unsupported_method", f"filter {number}")
    return chunk


def _rest(walk: Walk) -> Iterator[Part | Gap]:
    """What no object accounts for: its strings, and a gap where it is more than scraps."""
    rest, at = bytearray(), 0
    for start, end in (*sorted(walk.spans), (len(walk.data), len(walk.data))):
        rest += walk.data[at:start] if start > at else b""
        at = max(at, end)
    text = printable(bytes(rest))
    if text:
        yield Part(kind="metadata", text=text, path="unaccounted", visibility="hidden")
    if len(zlib.compress(bytes(rest))) > _SCRAPS:
        yield gap("trailing_data", f"{len(rest.strip(bytes(1)))} bytes that belong to no object")
