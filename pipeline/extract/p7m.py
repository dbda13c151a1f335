"""Unwrap S/MIME (CMS, RFC 5652): signed and compressed content is read, enveloped content is a gap."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from pipeline.extract.embedded import child, decode_base64, printable
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part

CMS = bytes.fromhex("2a864886f70d0107")
SIGNED, COMPRESSED = CMS + b"\x02", bytes.fromhex("2a864886f70d0109100109")
ENCRYPTED = {
    CMS + b"\x03": "enveloped",
    CMS + b"\x06": "encrypted",
    bytes.fromhex("2a864886f70d0109100117"): "enveloped",
}
SEQUENCE, OID, OCTETS, CONSTRUCTED = 0x30, 0x06, 0x04, 0x20
MAX_DEPTH = 16
ARMOUR = re.compile(rb"-----(?:BEGIN|END) [A-Z0-9 ]+-----")
MIME = re.compile(rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*content-type:", re.IGNORECASE)


class Damaged(Exception):
    """The lengths of the encoding do not fit."""


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob]:
    """The signed content as a child, names in the certificates as hidden metadata; what is encrypted as a gap."""
    data = blob.data
    if data[:1] != b"\x30":
        data = decode_base64(ARMOUR.sub(b"", data))[0]
    try:
        kind, content = _content_info(data)
        if kind in ENCRYPTED:
            yield Gap(stage="extract", code="encrypted", path="cms", detail=ENCRYPTED[kind])
            return
        inner = _signed(content) if kind == SIGNED else _compressed(content, limits) if kind == COMPRESSED else None
    except (Damaged, zlib.error) as error:
        yield Gap(stage="extract", code="damaged", path="cms", detail=str(error))
        return
    if inner is None:
        yield Gap(stage="extract", code="unsupported_type", path="cms", detail=f"CMS content {kind.hex()}")
        return
    if inner and MIME.match(inner):  # one header more makes it a message
        yield child(b"MIME-Version: 1.0\r\n" + inner, "signed.eml", "message/rfc822")
    elif inner:  # a file signed as it is
        yield child(inner, blob.name.removesuffix(".p7m") if blob.name.endswith(".p7m") else "signed")
    around = data.replace(inner, b"") if inner else data
    if names := printable(around):
        yield Part(kind="metadata", path="certificates", text=names, visibility="hidden")


def _content_info(data: bytes) -> tuple[bytes, bytes]:
    """The content type and what stands under it."""
    fields = _items(_only(data, SEQUENCE))
    if len(fields) < 2 or fields[0][0] != OID:
        raise Damaged("no content type")
    return fields[0][1], fields[1][1]


def _signed(content: bytes) -> bytes:
    """The content inside SignedData; empty where the signature is detached."""
    for tag, value in _items(_only(content, SEQUENCE)):
        if tag == SEQUENCE:
            fields = _items(value)
            return _octets(fields[1][1]) if len(fields) > 1 else b""
    raise Damaged("no signed content")


def _compressed(content: bytes, limits: Limits) -> bytes:
    fields = _items(_only(content, SEQUENCE))
    packed = _octets(_items(fields[-1][1])[1][1])
    stream = zlib.decompressobj()
    inner = stream.decompress(packed, max(1, min(limits.unpacked_bytes, limits.ratio * len(packed))))
    if not stream.eof or stream.unused_data:
        raise Damaged("the packed content has another length")
    return inner


def _octets(data: bytes, depth: int = 0) -> bytes:
    """An OCTET STRING, whole or in pieces."""
    if depth > MAX_DEPTH:
        raise Damaged("nested too deep")
    pieces = (_octets(value, depth + 1) if tag & CONSTRUCTED else value for tag, value in _items(data))
    return b"".join(pieces)


def _only(data: bytes, tag: int) -> bytes:
    found = _items(data)
    if not found or found[0][0] != tag:
        raise Damaged("not the structure it should be")
    return found[0][1]


def _items(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data) and data[at : at + 2] != b"\0\0":
        tag, start, end, after = _header(data, at)
        found.append((tag, data[start:end]))
        at = after
    return found


def _header(data: bytes, at: int, depth: int = 0) -> tuple[int, int, int, int]:
    """Tag, start and end of the value, and where the next item begins (X.690; lengths may be left open)."""
    if at + 2 > len(data) or depth > 4 * MAX_DEPTH:
        raise Damaged("cut off")
    tag, length, start = data[at], data[at + 1], at + 2
    if length == 0x80:
        inner = start
        while data[inner : inner + 2] != b"\0\0":
            inner = _header(data, inner, depth + 1)[3]
        return tag, start, inner, inner + 2
    if length > 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    if start + length > len(data):
        raise Damaged("cut off")
    return tag, start, start + length, start + length
