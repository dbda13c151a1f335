"""Builds the chain of decoders that unpacks one folder of a 7z archive.

PPMd is not among them: its library waits for a thread of its own, which the locked child cannot start.
"""

from __future__ import annotations

import bz2
from collections.abc import Callable
from typing import Any

import bcj

from pipeline.extract.archive_7z_streams import Coder, Folder, Malformed
from pipeline.extract.unpacking import Pieces, Stage, Zlib, deflate64, lzma1, lzma2, stage, stored, zstd
from pipeline.limits import Limits

_BRANCHES: Any = bcj  # it does not say which of its names are public
_AES = b"\x06\xf1\x07\x01"


class Unread(Exception):
    """Something cannot be read; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def chain(folder: Folder, source: Pieces, limits: Limits) -> Pieces:
    """The coders of a folder, each fed by the one before. Raises Unread."""
    if any(coder.method == _AES for coder in folder.coders):
        raise Unread("encrypted")
    if any((coder.inputs, coder.outputs) != (1, 1) for coder in folder.coders):
        raise Unread("unsupported_method")
    feeds = {output: taker for taker, output in folder.bonds}
    at: int | None = next((i for i in range(len(folder.coders)) if i not in feeds.values()), None)
    passed = 0
    while at is not None and passed < len(folder.coders):
        coder, size = folder.coders[at], folder.sizes[at]
        make = _METHODS.get(coder.method)
        if make is None:
            raise Unread("unsupported_method")
        source = make(coder, size, limits)(source)
        at, passed = feeds.get(at), passed + 1
    if passed != len(folder.coders):
        raise Malformed("coders that do not form a chain")
    return source


def _window(size: int, limits: Limits) -> int:
    """No stream looks back further than to its beginning."""
    return min(size, limits.memory_bytes // 2)


def _branches(make: Callable[[int], Any]) -> Callable[[Coder, int, Limits], Stage]:
    """A filter that turns absolute addresses in programs back into relative ones."""

    def filtered(coder: Coder, size: int, limits: Limits) -> Stage:
        def run(source: Pieces) -> Pieces:
            decoder = make(size)
            for piece in source:
                yield decoder.decode(piece)
            yield decoder.decode(b"")

        return run

    return filtered


_METHODS: dict[bytes, Callable[[Coder, int, Limits], Stage]] = {
    b"\x00": lambda coder, size, limits: stored(size),
    b"\x21": lambda coder, size, limits: stage(lambda: lzma2(coder.properties, _window(size, limits)), size),
    b"\x03\x01\x01": lambda coder, size, limits: stage(lambda: lzma1(coder.properties, _window(size, limits)), size),
    b"\x04\x01\x08": lambda coder, size, limits: stage(lambda: Zlib(-15), size),
    b"\x04\x01\x09": lambda coder, size, limits: stage(deflate64, size),
    b"\x04\x02\x02": lambda coder, size, limits: stage(bz2.BZ2Decompressor, size),
    b"\x04\xf7\x11\x01": lambda coder, size, limits: stage(zstd, size),
    **dict.fromkeys((b"\x03\x03\x01\x03", b"\x04"), _branches(_BRANCHES.BCJDecoder)),
    **dict.fromkeys((b"\x03\x03\x02\x05", b"\x05"), _branches(_BRANCHES.PPCDecoder)),
    **dict.fromkeys((b"\x03\x03\x05\x01", b"\x07"), _branches(_BRANCHES.ARMDecoder)),
    **dict.fromkeys((b"\x03\x03\x07\x01", b"\x08"), _branches(_BRANCHES.ARMTDecoder)),
    **dict.fromkeys((b"\x03\x03\x08\x05", b"\x09"), _branches(_BRANCHES.SparcDecoder)),
}
