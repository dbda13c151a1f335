"""Walks the directories of a TIFF file: the words in its tags, and the bytes that no tag points to.

TIFF 6.0, section 2; BigTIFF has wider numbers. Only the first page's tags are read with the picture.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterator
from itertools import pairwise

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_BELOW = (330, 34665, 34853, 40965)  # tags that point to further directories
_STRIPS = {273: 279, 324: 325, 513: 514}  # tags of places, with those of their lengths
_TEXTS = (1, 2, 7)  # types of values that may be words
_DIRECTORIES, _VALUES = 500, 200_000
_ALIGNED = 4


def tiff(data: bytes) -> Generator[tuple[str, bytes], None, None]:
    """Words of tags, then what lies between and behind everything that is pointed to."""
    order = "<" if data[:2] == b"II" else ">"
    wide = data[2:4] in (b"+\0", b"\0+")
    spans = [(0, 16 if wide else 8), (len(data), len(data))]
    waiting, seen = [_number(data, 8 if wide else 4, order, wide)], set[int]()
    while waiting and len(seen) < _DIRECTORIES:
        at = waiting.pop()
        if at in seen or not 0 < at < len(data):
            continue
        seen.add(at)
        try:
            values, end, following = _directory(data, at, order, wide, spans)
        except struct.error:
            return
        spans.append((at, end))
        waiting.append(following)
        for tag, (kind, value) in values.items():
            if kind in _TEXTS and tag not in _STRIPS:
                yield f"tag {tag}", value
        for tag in _BELOW:
            waiting += _numbers(values.get(tag), order)
        for places, lengths in _STRIPS.items():
            pairs = zip(_numbers(values.get(places), order), _numbers(values.get(lengths), order), strict=False)
            spans += [(start, start + length) for start, length in pairs]
    yield from _uncovered(data, spans)


def _uncovered(data: bytes, spans: list[tuple[int, int]]) -> Iterator[tuple[str, bytes]]:
    reached = 0
    for (_, end), (start, _) in pairwise(sorted(spans)):
        reached = max(reached, end)
        if start - reached >= _ALIGNED and data[reached:start].strip(b"\0"):
            yield "between", data[reached:start]


def _directory(
    data: bytes, at: int, order: str, wide: bool, spans: list[tuple[int, int]]
) -> tuple[dict[int, tuple[int, bytes]], int, int]:
    """The values of a directory by tag, where it ends, and where the next one is. Raises struct.error."""
    count = struct.unpack_from(order + ("Q" if wide else "H"), data, at)[0]
    at += 8 if wide else 2
    entry = 20 if wide else 12
    if count > _VALUES:
        raise struct.error("more tags than there can be")
    values: dict[int, tuple[int, bytes]] = {}
    for place in range(at, at + count * entry, entry):
        tag, kind = struct.unpack_from(order + "HH", data, place)
        size = _number(data, place + 4, order, wide) * _SIZES.get(kind, 1)
        start = place + (12 if wide else 8)
        if size > (8 if wide else 4):
            start = _number(data, start, order, wide)
            spans.append((start, start + size))
        values[tag] = (kind, data[start : start + size])
    end = at + count * entry
    return values, end + (8 if wide else 4), _number(data, end, order, wide)


def _number(data: bytes, at: int, order: str, wide: bool) -> int:
    return int(struct.unpack_from(order + ("Q" if wide else "I"), data, at)[0])


def _numbers(value: tuple[int, bytes] | None, order: str) -> list[int]:
    if value is None:
        return []
    kind, raw = value
    form = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}.get(kind)
    if form is None:
        return []
    size = struct.calcsize(form)
    return [int(number) for (number,) in struct.iter_unpack(order + form, raw[: len(raw) // size * size])][:_VALUES]
