"""Reads the header of a safetensors file and holds every byte behind it against the tensors that it lists.

Layout: eight bytes of length, a JSON object of tensors, then their bytes without a hole (safetensors, "Format").
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pipeline.extract.jsontree import Pairs, lines, parse
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
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

BITS = {
    "F64": 64, "I64": 64, "U64": 64, "C64": 64, "F32": 32, "I32": 32, "U32": 32, "F16": 16, "BF16": 16, "I16": 16,
    "U16": 16, "I8": 8, "U8": 8, "BOOL": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
}  # fmt: skip


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Tensors and metadata as text; a gap where header and file do not fit each other."""
    try:
        header, start = _header(blob.data, limits)
    except Malformed as error:
        yield gap(error.code, error.detail)
        return
    tensors: list[Tensor] = []
    spans: list[tuple[int, int]] = []
    texts: list[str] = []
    seen: set[str] = set()
    for name, value in header[:MOST_TENSORS]:
        if name in seen:
            yield gap("duplicate_member", f"two entries of the name {name}")
        seen.add(name)
        if name == "__metadata__":
            texts += lines(value)
            continue
        try:
            tensor, span = entry(name, value)
        except Malformed as error:
            yield gap(error.code, error.detail)
            texts += lines(value, name)
            continue
        more = Pairs(pair for pair in value if pair[0] not in ("dtype", "shape", "data_offsets"))
        texts += lines(more, name) if more else ()
        tensors.append(tensor)
        spans.append((start + span[0], start + span[1]))
    yield artefact("safetensors", tensors)
    yield from listing(tensors, texts)
    yield from _ledger(blob.data, start, spans, len(header))


def _header(data: bytes, limits: Limits) -> tuple[Pairs, int]:
    size = int.from_bytes(data[:8], "little")
    if size > len(data) - 8:
        raise Malformed("truncated", f"a header of {size} bytes in a file of {len(data)}")
    if size > limits.text_chars:
        raise Malformed("limit_text", f"a header of {size} bytes")
    try:
        header = parse(data[8 : 8 + size].decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Malformed("damaged", f"the header is no JSON: {type(error).__name__}") from error
    if not isinstance(header, Pairs):
        raise Malformed("damaged", "the header is no JSON object")
    return header, 8 + size


def entry(name: str, value: Any) -> tuple[Tensor, tuple[int, int]]:
    """One entry of the header: the tensor, and where its bytes lie behind the header. Raises Malformed."""
    fields = dict(value) if isinstance(value, Pairs) else {}
    dtype, shape, offsets = fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")
    sides, places = _counts(shape), _counts(offsets)
    if not isinstance(dtype, str) or sides is None or places is None or len(places) != 2:
        raise Malformed("damaged", f"{name} is no entry of a tensor")
    start, end = places
    if dtype not in BITS:
        raise Malformed("unsupported_method", f"{name} is of the unknown type {dtype}")
    if end - start != (math.prod(sides) * BITS[dtype] + 7) // 8:
        raise Malformed("damaged", f"{name} claims bytes that its shape does not have")
    return Tensor(name=name, shape=sides, dtype=dtype), (start, end)


def _counts(value: Any) -> tuple[int, ...] | None:
    """Natural numbers below 2^64, which `parse` leaves as text; None where it is no list of them."""
    if not isinstance(value, list) or len(value) > MOST_DIMENSIONS:
        return None
    whole = all(isinstance(one, str) and one.isdecimal() and one.isascii() and len(one) < 20 for one in value)
    return tuple(map(int, value)) if whole else None


def _ledger(data: bytes, start: int, spans: list[tuple[int, int]], entries: int) -> Iterator[Gap | Blob]:
    if entries > MOST_TENSORS:
        yield gap("limit_members", f"{entries} tensors")
    if any(end > len(data) for _, end in spans):
        yield gap("truncated", f"tensors up to byte {max(end for _, end in spans)} in a file of {len(data)}")
    if overlaps(spans):
        yield gap("damaged", "tensors overlap")
    yield from unaccounted(data, [(0, start), *spans])
