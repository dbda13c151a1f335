"""Unpacks streams in bounded steps: whatever comes in, one step gives at most about a chunk.

What is counted while it comes out can be stopped before it fills the memory. A stage takes pieces of packed bytes and
gives pieces of unpacked ones; stages are chained by calling one with the other.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import inflate64
import zstandard

CHUNK = 1 << 20
LARGEST_WINDOW = 1 << 27
ERRORS = (zlib.error, OSError, ValueError, EOFError, RuntimeError, lzma.LZMAError, zstandard.ZstdError)
_PIECE = 1 << 16
LAST = 16  # no format needs more than this after the last byte of output: end marks and checksums

Pieces = Iterator[bytes]
Stage = Callable[[Pieces], Pieces]


class Truncated(Exception):
    """The packed bytes end before the stream does."""


class Leftover(Exception):
    """The stream ends before the packed bytes do."""


class Stream(Protocol):
    """What the standard library's decompressors have in common; an empty answer asks for more input."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Zlib:
    """zlib in the manner of bz2 and lzma: what was not taken in is kept, and given in pieces, since zlib copies it."""

    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)
        self._data, self._place = b"", 0

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data + self._data[self._place :]

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if data:
            self._data, self._place = self._data[self._place :] + data, 0
        out = b""
        while not out and not self.eof:
            piece = self._inner.unconsumed_tail
            if not piece:
                piece = self._data[self._place : self._place + _PIECE]
                self._place += len(piece)
            out = self._inner.decompress(piece, max_length)
            if not piece:
                break
        return out


class Bites:
    """A library that cannot be told how much to give: small bites of the input bound what one call may produce."""

    def __init__(
        self, bite: int, step: Callable[[bytes], bytes], ended: Callable[[], bool], rest: Callable[[], bytes]
    ) -> None:
        self._bite, self._step, self._ended, self._rest = bite, step, ended, rest
        self._data, self._place = b"", 0

    @property
    def eof(self) -> bool:
        return self._ended()

    @property
    def unused_data(self) -> bytes:
        return self._rest() + self._data[self._place :]

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if data:
            self._data, self._place = self._data[self._place :] + data, 0
        out = b""
        while not out and self._place < len(self._data) and not self.eof:
            bite = self._data[self._place : self._place + self._bite]
            self._place += len(bite)
            out = self._step(bite)
        return out


def zstd() -> Stream:
    """One frame; a run of one byte may fill a block of 128 KB out of four bytes."""
    frame = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).decompressobj()
    return Bites(256, frame.decompress, lambda: frame.eof, lambda: frame.unused_data)


def deflate64() -> Stream:
    """Deflate with a window of 64 KB; one byte may stand for almost 30 KB."""
    inflater = inflate64.Inflater()
    return Bites(32, inflater.inflate, lambda: bool(inflater.eof), bytes)


def lzma1(properties: bytes, largest: int = LARGEST_WINDOW) -> Stream:
    """A stream of raw LZMA after its five bytes of properties; `largest` bounds the window. Raises ValueError."""
    if len(properties) < 5 or properties[0] >= 9 * 5 * 5:
        raise ValueError("no properties of LZMA")
    rest, lc = divmod(properties[0], 9)
    pb, lp = divmod(rest, 5)
    (window,) = struct.unpack_from("<I", properties, 1)
    spec = {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": max(min(window, largest), 4096)}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[spec])


def lzma2(properties: bytes, largest: int = LARGEST_WINDOW) -> Stream:
    """A stream of raw LZMA2 after its one byte of properties. Raises ValueError."""
    if len(properties) != 1 or properties[0] > 40:
        raise ValueError("no properties of LZMA2")
    window = (2 | properties[0] & 1) << (properties[0] // 2 + 11)
    spec = {"id": lzma.FILTER_LZMA2, "dict_size": max(min(window, largest), 4096)}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[spec])


def xz() -> Stream:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=4 * LARGEST_WINDOW)


def stage(make: Callable[[], Stream], size: int | None = None) -> Stage:
    """A stage that runs one stream: to its end, or until `size` bytes came out where the format has no end mark.

    Raises Truncated, Leftover and ERRORS, after what came out until then.
    """

    def run(source: Pieces) -> Pieces:
        stream, left = make(), size
        for piece in source:
            data = piece
            while left != 0 and (out := stream.decompress(data, CHUNK if left is None else min(CHUNK, left))):
                yield out
                data = b""
                if left is not None:
                    left = _less(left, len(out))
                if stream.eof:
                    break
            if left == 0:
                return
            if stream.eof:
                _nothing_more(stream.unused_data, source)
                return
        raise Truncated

    return run


def stored(size: int) -> Stage:
    """Bytes as they are. Raises Leftover where there are more than `size`."""

    def run(source: Pieces) -> Pieces:
        left = size
        for piece in source:
            yield piece
            left = _less(left, len(piece))

    return run


def _less(left: int, produced: int) -> int:
    if produced > left:
        raise Leftover
    return left - produced


def _nothing_more(unused: bytes, source: Pieces) -> None:
    if unused.strip(b"\0") or any(piece.strip(b"\0") for piece in source):
        raise Leftover


def pieces(data: bytes) -> Pieces:
    """`data` in pieces. The last few bytes come alone: who never asks for them left something packed."""
    end = max(len(data) - LAST, 0)
    for start in range(0, end, _PIECE):
        yield data[start : min(start + _PIECE, end)]
    yield data[end:]
