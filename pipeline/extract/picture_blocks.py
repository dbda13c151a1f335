"""Walks the blocks of a picture's file: where it ends, and the blocks that nobody who shows the picture looks into.

PNG (third edition, section 5), JPEG (ITU T.81 annex B), GIF89a, RIFF (WebP), BMP, JPEG 2000 (ITU T.800 annex I).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Generator
from dataclasses import dataclass

from pipeline.extract.picture_tiff import tiff

MOST = 4 << 20  # bytes of a compressed text
_MOST_BLOCKS = 100_000
# what a reader of pictures uses, each kind with the most bytes that it can need: what is longer hides some
_ANY = 1 << 31
_PNG_SHOWN = {
    "IHDR": 13, "PLTE": 768, "IEND": 0, "tRNS": 256, "cHRM": 32, "gAMA": 4, "sBIT": 4, "sRGB": 1, "cICP": 4, "bKGD": 6,
    "hIST": 512, "pHYs": 9, "tIME": 7, "acTL": 8, "fcTL": 26, "fdAT": _ANY, "eXIf": _ANY,
}  # fmt: skip
_PNG_TEXTS = ("tEXt", "zTXt", "iTXt")
_RIFF_SHOWN = {
    b"VP8 ": _ANY, b"VP8L": _ANY, b"VP8X": 10, b"ALPH": _ANY, b"ANIM": 6, b"ANMF": _ANY, b"ICCP": _ANY, b"EXIF": _ANY,
}  # fmt: skip
_JP2_SHOWN = (b"jP  ", b"ftyp", b"jp2h", b"jp2c")
_GIF_LOOPS, _GIF_LOOP = (b"NETSCAPE2.0", b"ANIMEXTS1.0"), 16
_JPEG_SHOWN = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF})  # tables and scans
_JPEG_KNOWN = {b"JFIF\0": 14, b"Adobe\0": 12, b"MPF\0": 512}
_ICC, _EXIF = b"ICC_PROFILE\0", b"Exif\0"
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})  # JPEG markers that stand alone

Block = tuple[str, bytes | None]  # a name and the content; None is one that unpacks to more than MOST
Walk = Generator[Block, None, int | None]  # blocks, and where the picture ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`end` is where the picture ends by its own structure, None where that is not known; `blocks` have a name each."""

    end: int | None
    blocks: tuple[Block, ...]


def layout(data: bytes, media_type: str) -> Layout:
    """The layout of a picture. A damaged one gives what was found until there."""
    walk = _WALKS.get(media_type)
    blocks: list[Block] = []
    end: int | None = None
    if walk is not None:
        found = walk(data)
        try:
            while len(blocks) < _MOST_BLOCKS:
                blocks.append(next(found))
        except StopIteration as stop:
            end = stop.value
        except (struct.error, IndexError):
            end = None
    return Layout(end=end, blocks=tuple(blocks))


def _png(data: bytes) -> Walk:
    at, keys, stream = 8, set[bytes](), list[bytes]()
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8].decode("latin-1")
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind in _PNG_TEXTS:
            key = body.partition(b"\0")[0]
            if stream or key in keys:  # the library reads texts before the pixels, and of one key the last
                yield kind, _png_text(kind, body)
            keys.add(key)
        elif kind == "iCCP":
            profile = _png_text(kind, body)
            if stream or profile is None:  # the library leaves out one that is too large, and says nothing
                yield kind, profile
        elif kind == "IDAT":
            stream.append(body)
        elif len(body) > _PNG_SHOWN.get(kind, -1):
            yield kind, body
        if kind == "IEND":
            yield "IDAT", _behind_pixels(stream)
            return at
    return None


def _png_text(kind: str, body: bytes) -> bytes | None:
    """The text of a chunk, unpacked where it is packed."""
    key, _, rest = body.partition(b"\0")
    packed = kind in ("zTXt", "iCCP") or (kind == "iTXt" and rest[:1] == b"\1")
    if kind == "iTXt":
        language, _, rest = rest[2:].partition(b"\0")
        translated, _, rest = rest.partition(b"\0")
        key = b"\n".join((key, language, translated))
    elif packed:
        rest = rest[1:]
    if packed:
        unpacker = zlib.decompressobj()
        try:
            rest = unpacker.decompress(rest, MOST)
        except zlib.error:
            return body
        if unpacker.unconsumed_tail:
            return None
        rest += unpacker.unused_data
    return key + b"\n" + rest


def _behind_pixels(stream: list[bytes]) -> bytes:
    """What stands behind the end of the compressed pixels."""
    unpacker, fed = zlib.decompressobj(), iter(stream)
    try:
        for piece in fed:
            while piece and not unpacker.eof:
                unpacker.decompress(piece, 1 << 20)
                piece = unpacker.unconsumed_tail
            if unpacker.eof:
                return unpacker.unused_data + b"".join(fed)
    except zlib.error:
        return b""
    return b""


def _jpeg(data: bytes) -> Walk:
    at, fields, profile = 2, False, list[bytes]()
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            following = data.find(b"\xff", at)
            following = len(data) if following < 0 else following
            yield "between segments", data[at:following]
            at = following
            continue
        marker = data[at + 1]
        if marker == 0xD9:
            if profile and len(profile) != profile[0][len(_ICC) + 1]:  # the library leaves out one with pieces missing
                yield "profile", b"".join(profile)
            return at + 2
        if marker == 0xFF or marker in _WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xDA:
            at = _after_scan(data, at)
        elif body.startswith(_ICC):
            profile.append(body)
        elif marker not in _JPEG_SHOWN and (fields or not body.startswith(_EXIF)) and _jpeg_words(body):
            yield f"segment {marker:02X}", body
        fields = fields or body.startswith(_EXIF)  # the first are read with the picture
    return None


def _jpeg_words(body: bytes) -> bool:
    """Whether a segment may say more than its kind needs."""
    known = next((most for words, most in _JPEG_KNOWN.items() if body.startswith(words)), -1)
    return len(body) > known


def _after_scan(data: bytes, position: int) -> int:
    """The next marker behind compressed data, where FF 00 is a byte and FF D0–D7 only restarts."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            return len(data)
        if data[position + 1] != 0 and not 0xD0 <= data[position + 1] <= 0xD7:
            return position
        position += 2


def _gif(data: bytes) -> Walk:
    at = 13 + _gif_colours(data[10])
    while at < len(data):
        mark = data[at]
        if mark == 0x3B:
            return at + 1
        if mark == 0x2C:
            at += 10 + _gif_colours(data[at + 9]) + 1
            _, at = _gif_pieces(data, at)
        elif mark == 0x21:
            label = data[at + 1]
            body, at = _gif_pieces(data, at + 2)
            if label != 0xF9 and not (body.startswith(_GIF_LOOPS) and len(body) <= _GIF_LOOP):
                yield f"extension {label:02X}", body
        else:
            return None
    return None


def _gif_colours(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_pieces(data: bytes, at: int) -> tuple[bytes, int]:
    """A chain of pieces with their lengths before them, ended by an empty one."""
    body = bytearray()
    while size := data[at]:
        body += data[at + 1 : at + 1 + size]
        at += 1 + size
    return bytes(body), at + 1


def _riff(data: bytes) -> Walk:
    size = int.from_bytes(data[4:8], "little")
    at, end = 12, 8 + size + size % 2
    while at + 8 <= min(end, len(data)):
        kind, length = struct.unpack_from("<4sI", data, at)
        if length > _RIFF_SHOWN.get(kind, -1):
            yield kind.decode("latin-1"), data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return end


def _bmp(data: bytes) -> Walk:
    size, _, pixels, header = struct.unpack_from("<IIII", data, 2)
    before = 14 + header + 1024 + 16  # the largest palette, and masks
    if pixels > before:
        yield "before the pixels", data[before:pixels]
    return int(size) or None


def _jp2(data: bytes) -> Walk:
    at = 0
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        start = at + 8
        if length == 1:
            length = int.from_bytes(data[start : start + 8], "big")
            start += 8
        length = length or len(data) - at
        if length < start - at or not kind.strip().isalnum():
            return at
        if kind not in _JP2_SHOWN:
            yield kind.decode("latin-1"), data[start : at + length]
        at += length
    return at


_WALKS: dict[str, Callable[[bytes], Walk]] = {
    "image/bmp": _bmp,
    "image/gif": _gif,
    "image/jp2": _jp2,
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/tiff": tiff,
    "image/webp": _riff,
}
