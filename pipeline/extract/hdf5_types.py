"""The types and shapes of HDF5 data sets, and where their bytes lie."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from pipeline.extract.weights import MOST_DIMENSIONS, Malformed
from pipeline.extract.weights_cursor import Cursor

_FIXED, _FLOAT, _STRING, _VARIABLE = 0, 1, 3, 9
_FORMS = {
    "f2": "e",
    "f4": "f",
    "f8": "d",
    "i1": "b",
    "i2": "h",
    "i4": "i",
    "i8": "q",
    "u1": "B",
    "u2": "H",
    "u4": "I",
    "u8": "Q",
}
_LEGIBLE = re.compile(rb"[\x20-\x7e\x80-\xff]{3,}")
_MOST_VALUES = 10_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: NumPy's string for it ("<f4", "S12"), or empty where it has none; `variable` for strings in heaps."""

    descr: str = ""
    size: int = 0
    variable: bool = False

    def words(self, raw: bytes) -> str:
        """Values in words: strings as they are, numbers in figures, anything else by what is legible in it."""
        form = _FORMS.get(self.descr[1:])
        if self.descr.startswith("S"):
            return raw.replace(b"\0", b" ").decode("utf-8", "replace").strip()
        if form is None:
            return " ".join(run.decode("utf-8", "replace") for run in _LEGIBLE.findall(raw))
        count = min(len(raw) // self.size, _MOST_VALUES)
        values = struct.unpack_from(f"{self.descr[0]}{count}{form}", raw)
        return ", ".join(f"{value:.9g}" for value in values)


@dataclass(slots=True)
class Dataset:
    """A data set by the messages of its header; `layout` and `filters` are places in the file."""

    path: str
    shape: tuple[int, ...] = ()
    kind: Kind = Kind()
    layout: tuple[int, int] | None = None
    filters: tuple[int, int] | None = None

    def describe(self, kind: int, cursor: Cursor) -> None:
        """Take in one message of the header: shape, type, layout or filters."""
        if kind == 0x01:
            self.shape = dataspace(cursor)
        elif kind == 0x03:
            self.kind = datatype(cursor)
        elif kind == 0x08:
            self.layout = (cursor.at, cursor.end)
        else:
            self.filters = (cursor.at, cursor.end)


def dataspace(cursor: Cursor) -> tuple[int, ...]:
    """The shape; () for a single value, (0,) for none."""
    version, rank = cursor.number("B"), cursor.number("B")
    cursor.skip(1)
    none = cursor.number("B") == 2 and version == 2
    cursor.skip(4 if version == 1 else 0)
    if version not in (1, 2) or rank > MOST_DIMENSIONS:
        raise Malformed("damaged", f"a shape of version {version} and {rank} dimensions")
    return (0,) if none else tuple(cursor.number("Q") for _ in range(rank))


def datatype(cursor: Cursor) -> Kind:
    """The type of the numbers or strings."""
    family = cursor.number("B") & 15
    bits = int.from_bytes(cursor.take(3), "little")
    size = cursor.number("I")
    order = ">" if bits & 1 else "<"
    if family == _FIXED and size in (1, 2, 4, 8):
        return Kind(f"{order}{'i' if bits & 8 else 'u'}{size}", size)
    if family == _FLOAT and size in (2, 4, 8):
        return Kind(f"{order}f{size}", size)
    if family == _STRING and 0 < size < 1 << 31:
        return Kind(f"S{size}", size)
    if family == _VARIABLE and bits & 15 == 1:
        return Kind("", size, variable=True)
    return Kind("", size)
