"""Parses which packed streams a 7z archive has and how its folders unpack them.

Layout: 7zFormat.txt of the LZMA SDK.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

START = 32
END, HEADER, PROPERTIES, ADDITIONAL, MAIN, FILES = range(6)
_PACK, _UNPACK, _SUBSTREAMS, _SIZE, _CRC, _FOLDER, _SIZES, _COUNTS = range(6, 14)
_MOST = 1 << 20  # of anything that is counted; every entry would cost memory before it is looked at
_MOST_CODERS = 32


class Malformed(ValueError):
    """The header is not what the format says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coder:
    """One step of unpacking: its method's identifier and properties."""

    method: bytes
    inputs: int
    outputs: int
    properties: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Packed bytes [start, start + size) of the file, and the coders that turn them into one run of streams."""

    coders: tuple[Coder, ...]
    bonds: tuple[tuple[int, int], ...]
    sizes: tuple[int, ...]
    crc: int | None
    spans: tuple[tuple[int, int], ...] = ()
    streams: tuple[tuple[int, int | None], ...] = ()


class Cursor:
    """A place in the header that never runs over its end."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data, self._at = data, at

    def take(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise Malformed("ends too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def rest(self) -> bytes:
        return self.take(len(self._data) - self._at)

    def number(self) -> int:
        """The leading ones of the first byte count the bytes that follow; its other bits are the highest."""
        first = self.take(1)[0]
        more = next((count for count in range(8) if not first & 0x80 >> count), 8)
        high = first & (0x7F >> more) if more < 8 else 0
        return int.from_bytes(self.take(more), "little") | high << 8 * more

    def count(self, most: int = _MOST) -> int:
        found = self.number()
        if found > most:
            raise Malformed("counts more than there can be")
        return found

    def expect(self, kind: int) -> None:
        if self.number() != kind:
            raise Malformed(f"section {kind} is not where it should be")

    def bits(self, count: int) -> list[bool]:
        packed = self.take(-(-count // 8))
        return [bool(packed[i // 8] & 0x80 >> i % 8) for i in range(count)]

    def all_or_bits(self, count: int) -> list[bool]:
        return [True] * count if self.take(1)[0] else self.bits(count)

    def checksums(self, count: int) -> list[int | None]:
        return [int.from_bytes(self.take(4), "little") if known else None for known in self.all_or_bits(count)]


def streams(cursor: Cursor) -> tuple[Folder, ...]:
    kind = cursor.number()
    at, sizes = START, list[int]()
    if kind == _PACK:
        at += cursor.number()
        sizes = _pack_sizes(cursor)
        kind = cursor.number()
    folders: list[Folder] = []
    if kind == _UNPACK:
        folders, kind = _folders(cursor, at, sizes), cursor.number()
    if kind == _SUBSTREAMS:
        folders, kind = _substreams(cursor, folders), cursor.number()
    if kind != END:
        raise Malformed("streams without an end")
    return tuple(folders)


def _pack_sizes(cursor: Cursor) -> list[int]:
    count = cursor.count()
    sizes, kind = list[int](), cursor.number()
    if kind == _SIZE:
        sizes, kind = [cursor.number() for _ in range(count)], cursor.number()
    if kind == _CRC:
        cursor.checksums(count)
        kind = cursor.number()
    if kind != END or len(sizes) != count:
        raise Malformed("packed streams without their sizes")
    return sizes


def _folders(cursor: Cursor, at: int, pack_sizes: list[int]) -> list[Folder]:
    cursor.expect(_FOLDER)
    count = cursor.count()
    if cursor.take(1)[0]:
        raise Malformed("folders outside of the header")
    plans = [_folder(cursor) for _ in range(count)]
    cursor.expect(_SIZES)
    sizes = [tuple(cursor.number() for coder in coders for _ in range(coder.outputs)) for coders, _, _ in plans]
    kind, checksums = cursor.number(), list[int | None]([None] * count)
    if kind == _CRC:
        checksums, kind = cursor.checksums(count), cursor.number()
    if kind != END:
        raise Malformed("folders without an end")
    folders, taken = list[Folder](), 0
    for (coders, bonds, packed), outputs, crc in zip(plans, sizes, checksums, strict=True):
        spans = list[tuple[int, int]]()
        for size in pack_sizes[taken : taken + packed]:
            spans.append((at, at + size))
            at += size
        taken += packed
        if len(spans) != packed:
            raise Malformed("a folder without its packed streams")
        whole = outputs[_main(bonds, len(outputs))]
        folders.append(
            Folder(coders=coders, bonds=bonds, sizes=outputs, crc=crc, spans=tuple(spans), streams=((whole, crc),))
        )
    if taken != len(pack_sizes):
        raise Malformed("packed streams that no folder unpacks")
    return folders


def _folder(cursor: Cursor) -> tuple[tuple[Coder, ...], tuple[tuple[int, int], ...], int]:
    coders = tuple(_coder(cursor) for _ in range(cursor.count(_MOST_CODERS)))
    inputs, outputs = sum(coder.inputs for coder in coders), sum(coder.outputs for coder in coders)
    if not outputs or inputs < outputs:
        raise Malformed("a folder that unpacks nothing")
    bonds = tuple((cursor.number(), cursor.number()) for _ in range(outputs - 1))
    packed = inputs - len(bonds)
    if packed > 1:
        for _ in range(packed):
            cursor.number()
    return coders, bonds, packed


def _coder(cursor: Cursor) -> Coder:
    flags = cursor.take(1)[0]
    method = cursor.take(flags & 15)
    inputs, outputs = (cursor.count(_MOST_CODERS), cursor.count(_MOST_CODERS)) if flags & 16 else (1, 1)
    return Coder(
        method=method,
        inputs=inputs,
        outputs=outputs,
        properties=cursor.take(cursor.number()) if flags & 32 else b"",
    )


def _main(bonds: tuple[tuple[int, int], ...], outputs: int) -> int:
    """The output that no other coder takes in."""
    bound = {output for _, output in bonds}
    free = [output for output in range(outputs) if output not in bound]
    if len(free) != 1:
        raise Malformed("a folder without one result")
    return free[0]


def _substreams(cursor: Cursor, folders: list[Folder]) -> list[Folder]:
    kind, counts = cursor.number(), [1] * len(folders)
    if kind == _COUNTS:
        counts, kind = [cursor.count() for _ in folders], cursor.number()
    if sum(counts) > _MOST:
        raise Malformed("counts more than there can be")
    sizes: list[list[int]] = []
    for folder, count in zip(folders, counts, strict=True):
        given = [cursor.number() for _ in range(count - 1)] if kind == _SIZE else []
        whole = folder.streams[0][0]
        if sum(given) > whole or len(given) < count - 1:
            raise Malformed("streams larger than their folder")
        sizes.append([*given, whole - sum(given)] if count else [])
    if kind == _SIZE:
        kind = cursor.number()
    open_ended = [not (count == 1 and folder.crc is not None) for folder, count in zip(folders, counts, strict=True)]
    checksums = list[int | None]()
    if kind == _CRC:
        checksums = cursor.checksums(sum(count for count, unknown in zip(counts, open_ended, strict=True) if unknown))
        kind = cursor.number()
    if kind != END:
        raise Malformed("streams without an end")
    known, found = iter(checksums), list[Folder]()
    for folder, parts, unknown in zip(folders, sizes, open_ended, strict=True):
        parts_of = tuple((size, next(known, None) if unknown else folder.crc) for size in parts)
        found.append(replace(folder, streams=parts_of))
    return found
