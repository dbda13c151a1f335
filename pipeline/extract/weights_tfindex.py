"""Reads the index of a TensorFlow checkpoint (variables.index): names, types and shapes of the variables beside it.

Layout: a LevelDB table of blocks; keys share prefixes, values are BundleEntryProto (tensor_bundle.proto).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.extract.weights import INDEX, MOST_TENSORS, Malformed, Tensor, artefact, gap, listing, unaccounted
from pipeline.extract.weights_onnx import TENSORFLOW_TYPES
from pipeline.extract.weights_protobuf import BYTES, fields, varint
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_FOOTER, _TRAILER = 48, 5


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """The variables; a gap where the blocks do not fit the file or are packed."""
    data = blob.data
    tensors: list[Tensor] = []
    spans = [(len(data) - _FOOTER, len(data))]
    try:
        at = len(data) - _FOOTER
        meta, at = varint(data, at, len(data))  # the block of meta blocks, which is empty
        size, at = varint(data, at, len(data))
        spans.append((meta, meta + size + _TRAILER))
        start, at = varint(data, at, len(data))
        size, _ = varint(data, at, len(data))
        spans.append((start, start + size + _TRAILER))
        for _, handle in _block(data, start, size):
            inner, after = varint(handle, 0, len(handle))
            length, _ = varint(handle, after, len(handle))
            spans.append((inner, inner + length + _TRAILER))
            tensors += [_tensor(key, value) for key, value in _block(data, inner, length) if key]
    except Malformed as error:
        yield gap(error.code, error.detail)
    if tensors:
        yield artefact("TensorFlow checkpoint", tensors, kind=INDEX)
    yield from listing(tensors)
    yield from unaccounted(data, spans)


def _block(data: bytes, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The pairs of one block: a key says how much of the one before it to keep."""
    end = start + size
    if end + _TRAILER > len(data) or size < 4:
        raise Malformed("truncated", f"a block of {size} bytes at {start}")
    if data[end] != 0:
        raise Malformed("unsupported_method", "a packed block")
    restarts = int.from_bytes(data[end - 4 : end], "little")
    end -= 4 + 4 * restarts
    at, key, count = start, b"", 0
    while at < end:
        shared, at = varint(data, at, end)
        fresh, at = varint(data, at, end)
        length, at = varint(data, at, end)
        if shared > len(key) or at + fresh + length > end or count > MOST_TENSORS:
            raise Malformed("damaged", f"a pair at {at}")
        key = key[:shared] + data[at : at + fresh]
        yield key, data[at + fresh : at + fresh + length]
        at += fresh + length
        count += 1


def _tensor(key: bytes, value: bytes) -> Tensor:
    found = list(fields(value, 0, len(value)))
    dtype = next((one.value for one in found if one.number == 1), 0)
    shape = [one for one in found if one.number == 2 and one.wire == BYTES]
    dims = [dim for one in shape for dim in fields(value, one.start, one.end) if dim.number == 2 and dim.wire == BYTES]
    sides = [next((size.value for size in fields(value, dim.start, dim.end)), 0) for dim in dims]
    return Tensor(
        name=key.decode("utf-8", "replace"),
        shape=tuple(side for side in sides if side < 1 << 62),
        dtype=TENSORFLOW_TYPES.get(dtype, "other"),
    )
