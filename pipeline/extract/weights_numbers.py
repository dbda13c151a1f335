"""Prints the numbers of small arrays, and says of larger ones what they may be.

The rule: arrays named like a network's layers are weights. Arrays shaped like them, and more than SMALL_ARRAY numbers
of which nothing says what they are, may be weights: a person looks. All others are a table, and are printed as text.
Bytes of an array that are text, or a file, are handed on as one.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.extract.sniff import UNKNOWN, sniff
from pipeline.extract.texttypes import is_text
from pipeline.extract.weights import (
    POSSIBLE,
    SMALL_ARRAY,
    WEIGHTS,
    Tensor,
    artefact,
    gap,
    is_named_like_layers,
    is_shaped_like_layers,
    listing,
)
from pipeline.types import Blob, Gap, Part

_FORMS = {
    "f2": "e", "f4": "f", "f8": "d", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I",
    "u8": "Q", "b1": "?", "M8": "q", "m8": "q", "c8": "f", "c16": "d",
}  # fmt: skip
_DESCR = re.compile(r"([<>=|]?)([fiubcmMSUV])(\d+)(?:\[.{1,12}\])?")
_TEXT = ("S", "U")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """An array with its bytes, in order; `descr` is NumPy's type string ("<f4")."""

    tensor: Tensor
    descr: str
    data: bytes


def item_bytes(descr: str) -> int:
    """The size of one number of the type `descr`; 0 where the type is not known."""
    match = _DESCR.fullmatch(descr)
    if match is None:
        return 0
    return int(match[3]) * (4 if match[2] == "U" else 1)


def judged(form: str, arrays: Sequence[Numbers], texts: Sequence[str] = ()) -> Iterator[Part | Gap | Blob]:
    """The parts for all arrays of one file."""
    tensors = [array.tensor for array in arrays]
    words = [array for array in arrays if _is_text(array.descr)]
    numeric = [array.tensor for array in arrays if not _is_text(array.descr)]
    if is_named_like_layers(numeric):
        yield artefact(form, tensors, kind=WEIGHTS)
    elif is_shaped_like_layers(numeric):
        yield artefact(form, tensors, kind=POSSIBLE, note="their shapes are those of a network's layers")
    elif sum(tensor.numbers for tensor in numeric) > SMALL_ARRAY:
        yield artefact(form, tensors, kind=POSSIBLE, note="nothing says what these numbers are")
    else:
        words = list(arrays)
    for array in words:
        yield from _printed(array)
    yield from listing(tensors, texts)
    yield from (Blob.of(array.data, name=f"{array.tensor.name}.bytes") for array in arrays if _is_file(array))


def _is_file(array: Numbers) -> bool:
    """Whether the bytes of the array are a file; text only where it is an array of bytes."""
    kind = sniff(array.data, "")
    return kind != UNKNOWN and (not is_text(kind) or array.descr[-2:] in ("u1", "i1"))


def _is_text(descr: str) -> bool:
    match = _DESCR.fullmatch(descr)
    return match is not None and match[2] in _TEXT


def _printed(array: Numbers) -> Iterator[Part | Gap]:
    """The values, a row of the last axis a line; whole numbers that are all letters are spelt, too."""
    match = _DESCR.fullmatch(array.descr)
    path = f"values of {array.tensor.name}"
    if match is None:
        yield gap("unsupported_method", f"numbers of type {array.descr}", path)
        return
    if match[2] in _TEXT:
        text = "\n".join(_strings(array.data, match[2], int(match[3]), ">" if match[1] == ">" else "<"))
        if text.strip():
            yield Part(kind="metadata", text=text, path=path)
        return
    form = _FORMS.get(match[2] + match[3])
    if form is None:
        yield gap("unsupported_method", f"numbers of type {array.descr}", path)
        return
    order = ">" if match[1] == ">" else "<"
    width = struct.calcsize(order + form)
    values = struct.unpack(f"{order}{len(array.data) // width}{form}", array.data[: len(array.data) // width * width])
    if not values:
        return
    row = max(1, array.tensor.shape[-1] if array.tensor.shape else 1)
    lines = [" | ".join(map(_shown, values[at : at + row])) for at in range(0, len(values), row)]
    yield Part(kind="metadata", text="\n".join(lines), path=path)
    if form not in "fde?" and all(char == 9 or char == 10 or 32 <= char < 0x110000 for char in values):
        spelt = "".join(map(chr, values))
        if spelt.isprintable() and sum(map(str.isalpha, spelt)) > len(spelt) / 2:
            yield Part(kind="body", text=spelt, path=f"{path} as letters")


def _shown(value: float | int | bool) -> str:
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def _strings(data: bytes, kind: str, length: int, order: str) -> Iterator[str]:
    width = length * (4 if kind == "U" else 1)
    encoding = ("utf-32-be" if order == ">" else "utf-32-le") if kind == "U" else "utf-8"
    for at in range(0, len(data) if width else 0, width or 1):
        yield data[at : at + width].decode(encoding, "replace").rstrip("\0")
