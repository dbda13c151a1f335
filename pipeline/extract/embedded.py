"""Turn bytes found inside a document into a child, and decode base64 as forgivingly as readers do."""

from __future__ import annotations

import binascii
import re

from pipeline.types import Blob

NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
NARROW = re.compile(rb"[\x20-\x7e]{6,}")
WIDE = re.compile(rb"(?:[\x20-\x7e]\0){6,}")
UTF_8 = re.compile(rb"(?:[\x20-\x7e]|[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}){6,}")
# Letters of the alphabets up to U+06FF in two bytes; scripts beyond make no pattern among bytes.
OTHER_WIDE = re.compile(rb"(?:[ -@]\0|[\0-\xff][\x03-\x06]){5,}", re.DOTALL)
WHITE = re.compile(rb"\s+")
_FAR = 0x120  # code points between the letters of one alphabet


def child(data: bytes, name: str, media_type: str = "application/octet-stream") -> Blob:
    """A blob found inside; the parent adds the container, and sniffs the type anew."""
    return Blob.of(data, name=name.strip() or "unnamed", media_type=media_type.lower())


def decode_base64(data: bytes) -> tuple[bytes, bool]:
    """The decoded bytes, and whether nothing had to be skipped or cut. Accepts the URL alphabet and missing padding."""
    packed = WHITE.sub(b"", data).replace(b"-", b"+").replace(b"_", b"/")
    body = packed.rstrip(b"=")
    kept = NOT_BASE64.sub(b"", body)
    cut = len(kept) % 4 == 1
    kept = kept[:-1] if cut else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4)), kept == body and not cut


def too_small_for_text(data: bytes) -> bool:
    """A tracking pixel or spacer: a PNG or GIF of at most 8 × 8 pixels and a few hundred bytes."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    elif data[:4] == b"GIF8" and len(data) >= 10:
        width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    else:
        return False
    return width <= 8 and height <= 8 and len(data) <= 512


def printable(data: bytes) -> str:
    """Runs of readable characters in binary data: eight-bit, UTF-8 and UTF-16, one a line."""
    runs = [match.decode("ascii") for match in NARROW.findall(data)]
    runs += [match.decode("utf-16-le", "ignore") for match in WIDE.findall(data)]
    coded = (match.decode("utf-8", "ignore") for match in UTF_8.findall(data) if not match.isascii())
    runs += [text for text in coded if sum(map(str.isalpha, text)) * 2 > len(text)]
    return "\n".join(dict.fromkeys(runs + other_alphabets(data)))


def other_alphabets(data: bytes) -> list[str]:
    """Runs of UTF-16 letters beyond Latin that are neighbours, as those of a word are; chance bytes jump about."""
    texts = (match.decode("utf-16-le") for match in OTHER_WIDE.findall(data))
    return [text.strip() for text in texts if text.isprintable() and _one_alphabet(text)]


def _one_alphabet(text: str) -> bool:
    letters = [ord(char) for char in text if char.isalpha()]
    return len(letters) >= max(4, 0.7 * len(text)) and max(letters) - min(letters) < _FAR
