"""Decodes the streams of a PDF within bounds, and says where one is damaged.

qpdf unpacks a Flate stream without a bound and passes over a wrong checksum, so Flate is unpacked here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pikepdf

from pipeline.limits import Limits

ObjGen = tuple[int, int]  # number and generation of an object

_HEAD = 1024  # bytes that tell what a stream is
_OWN = frozenset({"/FlateDecode", "/ASCII85Decode"})
_FILTERS = _OWN | {
    "/ASCIIHexDecode", "/LZWDecode", "/RunLengthDecode", "/Crypt",
    "/CCITTFaxDecode", "/JBIG2Decode", "/DCTDecode", "/JPXDecode",
}  # fmt: skip
BLANK = b"\0\t\n\f\r "


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
        try:
            filters = filters_of(stream)
            raw = bytes(stream.read_raw_bytes())
            if not raw:
                return raw
            plain = _OWN.issuperset(filters) and "/DecodeParms" not in stream
            if not filters:
                _check_plain(raw)
            if not plain:
                if filters[0] == "/FlateDecode":
                    self._inflate(raw)  # a bomb must not reach qpdf
                raw = bytes(stream.read_bytes())
            raw = self._unwrap(raw, filters if plain else [])
        except (pikepdf.PdfError, zlib.error, ValueError, RuntimeError) as error:
            raise Damaged(str(error)) from error
        self._count(len(raw))
        return raw

    def unwrap(self, raw: bytes, filters: list[str]) -> bytes:
        """`raw` without its outer `filters`. Raises TooLarge or Damaged."""
        if not _OWN.issuperset(filters):
            raise Damaged("filters of an unusual order")
        try:
            return self._unwrap(raw, filters)
        except (zlib.error, ValueError) as error:
            raise Damaged(str(error)) from error

    def _unwrap(self, raw: bytes, filters: list[str]) -> bytes:
        for name in filters:
            raw = self._inflate(raw) if name == "/FlateDecode" else ascii85(raw)
        return raw

    def _inflate(self, raw: bytes) -> bytes:
        allowed = max(self.limits.ratio_free_bytes, len(raw) * self.limits.ratio)
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(raw, allowed + 1)
        if len(data) > allowed:
            raise TooLarge("limit_ratio")
        if not unpacker.eof:
            raise Damaged("the packed data ends too early")
        if unpacker.unused_data.strip(BLANK):
            raise Damaged("something follows the packed data")
        return data

    def _count(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > self.limits.unpacked_bytes:
            raise TooLarge("limit_unpacked")


def ascii85(raw: bytes) -> bytes:
    """Base 85 as PDF has it (ISO 32000-2, 7.4.3). Raises ValueError where it is not.

    The standard library takes a millisecond for a page of it, as long as pdfium for its text.
    """
    text = b"".join(raw.partition(b"~")[0].split()).removeprefix(b"<").replace(b"z", b"!!!!!")
    missing = -len(text) % 5
    digits = np.frombuffer(text + b"u" * missing, np.uint8).reshape(-1, 5).astype(np.int64) - 33
    values = digits @ np.array([85**4, 85**3, 85**2, 85, 1])
    if missing == 4 or (digits < 0).any() or (digits > 84).any() or (values >> 32).any():
        raise ValueError("not base 85")
    return bytes(values.astype(">u4").tobytes())[: len(values) * 4 - missing]


def filters_of(stream: pikepdf.Stream) -> list[str]:
    """The names of its filters. Raises Damaged for one that does not exist."""
    found = stream.get("/Filter")
    if found is None:
        return []
    filters = [str(name) for name in found] if isinstance(found, pikepdf.Array) else [str(found)]
    if not _FILTERS.issuperset(filters):
        raise Damaged("no such filter")
    return filters


def _check_plain(raw: bytes) -> None:
    """Raise Damaged where the data is packed and no filter says so: every reader would take it for what it is not."""
    if raw.rstrip(BLANK).endswith(b"~>") or (raw[:1] == b"x" and _inflates(raw[:_HEAD])):
        raise Damaged("its filter is not named")


def _inflates(raw: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(raw, _HEAD))
    except zlib.error:
        return False
