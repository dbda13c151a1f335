"""Walks through the header of a binary file: each step is checked against what is there."""

from __future__ import annotations

import struct

from pipeline.extract.weights import Malformed


class Cursor:
    """A place in `data`. Whatever would read behind the end raises Malformed("truncated")."""

    def __init__(self, data: bytes, at: int = 0, order: str = "<", end: int | None = None) -> None:
        self.data, self.at, self.order = data, at, order
        self.end = len(data) if end is None else min(end, len(data))

    def take(self, size: int) -> bytes:
        if not 0 <= size <= self.end - self.at:
            raise Malformed("truncated", f"{size} bytes at {self.at} of {self.end}")
        self.at += size
        return self.data[self.at - size : self.at]

    def skip(self, size: int) -> None:
        if not 0 <= size <= self.end - self.at:
            raise Malformed("truncated", f"{size} bytes at {self.at} of {self.end}")
        self.at += size

    def number(self, form: str) -> int:
        """An integer of a `struct` code (B, H, I, Q, b, h, i, q)."""
        return int(struct.unpack(self.order + form, self.take(struct.calcsize(self.order + form)))[0])

    def real(self, form: str) -> float:
        return float(struct.unpack(self.order + form, self.take(struct.calcsize(self.order + form)))[0])

    def left(self) -> int:
        return self.end - self.at
