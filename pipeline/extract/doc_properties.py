"""Reads the properties of characters in a binary Word document, for which of them are deleted or hidden.

[MS-DOC] 2.9.33 (ChpxFkp), 2.2.5 (Prl), 2.6.1 (character properties).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PAGE = 512
_DELETED, _HIDDEN = 0x0800, 0x083C
_OPERANDS = (1, 1, 2, 4, 2, 2, -1, 3)  # bytes, by the three highest bits of a property's number; -1: they say how many
_TABLE, _TABS = 0xD608, 0xC615  # whose operands have lengths of their own

Mark = tuple[int, int, str]  # first and last place in the stream, "deleted" or "hidden"


def marked(main: bytes, pages: bytes) -> list[Mark]:
    """Which stretches of the main stream are deleted (a tracked change) or hidden, in order.

    `pages` is the table of the pages of character properties. Raises ValueError, struct.error for damaged ones.
    """
    count = (len(pages) - 4) // 8
    marks: list[Mark] = []
    for page in struct.unpack_from(f"<{count}I", pages, 4 * (count + 1)) if count > 0 else ():
        marks.extend(_marks(main[(page & 0x3FFFFF) * _PAGE :][:_PAGE]))
    return sorted(marks)


def _marks(page: bytes) -> Iterator[Mark]:
    """The marks of one page; its last byte says how many runs it has."""
    if len(page) < _PAGE:
        raise ValueError("a page of properties outside the stream")
    runs = page[-1]
    places = struct.unpack_from(f"<{runs + 1}I", page)
    for number in range(runs):
        at = 2 * page[4 * (runs + 1) + number]
        data = page[at + 1 : at + 1 + page[at]] if at else b""
        on = {number for number, operand in properties(data) if operand[:1] > b"\0"}
        mark = "deleted" if _DELETED in on else "hidden" if _HIDDEN in on else ""
        if mark:
            yield places[number], places[number + 1], mark


def properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and operand of each property. A last byte of padding is passed over."""
    at = 0
    while at + 3 <= len(data):
        (number,) = struct.unpack_from("<H", data, at)
        size = _OPERANDS[number >> 13]
        if number == _TABLE:
            size = int.from_bytes(data[at + 2 : at + 4], "little") + 1
        elif size < 0:
            size = 1 + data[at + 2]
        operand = data[at + 2 : at + 2 + size]
        if len(operand) < size and number != _TABS:
            raise ValueError("a property longer than its page")
        yield number, operand
        at += 2 + size


def all_properties(data: bytes) -> bool:
    """Whether `data` is a row of properties to the last byte."""
    try:
        found = list(properties(data))
    except ValueError:
        return False
    return bool(found) and len(data) - sum(2 + len(operand) for _, operand in found) <= 1
