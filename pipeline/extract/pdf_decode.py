"""Decodes the streams of a PDF within bounds, and says where one is damaged.

qpdf unpacks a Flate stream without a bound and passes over a wrong checksum, so Flate is unpacked here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import pikepdf

from pipeline.limits import Limits

_CHUNK = 1 << 20


class TooLarge(Exception):
    """A stream unpacks to more than the limits allow; `code` is the gap."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Damaged(Exception):
    """A stream cannot be unpacked, or only in part."""


@dataclass(slots=True)
class Decoder:
    """Unpacks streams of one file; what they unpack to counts against one budget."""

    limits: Limits
    unpacked: int = 0

    def read(self, stream: pikepdf.Stream) -> bytes:
        """The decoded bytes. Raises TooLarge or Damaged."""
        filters = _filters(stream)
        try:
            raw = bytes(stream.read_raw_bytes())
            if all(name == "/FlateDecode" for name in filters) and "/DecodeParms" not in stream:
                for _ in filters:
                    raw = self._inflate(raw)
            elif filters:
                if filters[0] == "/FlateDecode":
                    self._inflate(raw)  # a bomb must not reach qpdf
                raw = bytes(stream.read_bytes())
        except (pikepdf.PdfError, zlib.error, ValueError, RuntimeError) as error:
            raise Damaged(str(error)) from error
        self._count(len(raw))
        return raw

    def _inflate(self, raw: bytes) -> bytes:
        allowed = max(self.limits.ratio_free_bytes, len(raw) * self.limits.ratio)
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(raw, allowed + 1)
        if len(data) > allowed:
            raise TooLarge("limit_ratio")
        if not unpacker.eof:
            raise Damaged("the packed data ends too early")
        return data

    def _count(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > self.limits.unpacked_bytes:
            raise TooLarge("limit_unpacked")


def _filters(stream: pikepdf.Stream) -> list[str]:
    found = stream.get("/Filter")
    if found is None:
        return []
    return [str(name) for name in found] if isinstance(found, pikepdf.Array) else [str(found)]
