"""Finds, in the bytes of a PDF, its older revisions and whatever lies before its head and after its end."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKER = b"%%EOF"
_LINE_END = re.compile(rb"[ \t]*(?:\r\n|\r|\n)?")
_HEAD = re.compile(rb"%PDF-\d")
_PADDING = re.compile(rb"[\s\0]*")
_LINEARIZED = re.compile(rb"/Linearized\b")


@dataclass(frozen=True, slots=True)
class Shape:
    """Offsets in the file: where the PDF starts, where it ends, and where each older revision ends."""

    start: int
    end: int
    revisions: tuple[int, ...]
    closed: bool  # has an end marker at all


def shape(data: bytes) -> Shape:
    """Measure the file. An older revision ends at each end marker but the last one."""
    head = _HEAD.search(data, 0, 4096)
    start = head.start() if head else 0
    ends = _ends(data, start)
    if not ends:
        return Shape(start, len(data), (), False)
    older = ends[:-1]
    if older and _LINEARIZED.search(data, start, start + 2048):
        older = older[1:]  # its first end marker closes the first page, not a revision
    return Shape(start, ends[-1], tuple(older), True)


def _ends(data: bytes, start: int) -> list[int]:
    """Where each end marker and its line break end."""
    ends = []
    at = data.find(_MARKER, start)
    while at >= 0:
        ends.append(_LINE_END.match(data, at + len(_MARKER)).end())  # type: ignore[union-attr]  # an empty match exists
        at = data.find(_MARKER, at + len(_MARKER))
    return ends


def trailing(data: bytes, end: int) -> bytes:
    """What follows the end, without padding."""
    return data[end:][_PADDING.match(data[end:]).end() :]  # type: ignore[union-attr]  # an empty match always exists
