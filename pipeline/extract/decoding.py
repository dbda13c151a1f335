"""Turns bytes of unknown encoding into text and says how sure that is.

Byte-order marks and strict UTF-8 are certain. UTF-16 or UTF-32 without a mark, ISO-2022, HZ, UTF-7 and EBCDIC are
recognised by their own patterns: the seven-bit ones are valid ASCII, too, and would pass for harmless noise. Everything
else is a guess, certain only where nearly all of it is ASCII, so that another guess would spell the same words.
"""

from __future__ import annotations

import base64
import codecs
import re
import unicodedata
from dataclasses import dataclass

from charset_normalizer import from_bytes

SAMPLE = 1 << 18
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ISO_2022 = (
    (b"\x1b$)C", "iso2022_kr"),
    (b"\x1b$B", "iso2022_jp_2"),
    (b"\x1b$@", "iso2022_jp_2"),
    (b"\x1b(J", "iso2022_jp_2"),
    (b"\x1b$A", "iso2022_jp_2"),
)
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e]){2,}~\}")
_UTF7 = re.compile(rb"\+([A-Za-z0-9+/]{6,})-")
_EBCDIC_SPACE, _ASCII_SPACE = 0x40, 0x20


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the codec that gave it, and whether another reading is out of the question."""

    text: str
    encoding: str
    certain: bool


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode `data`. `declared` (a charset label from a header) is tried before guessing. Never raises."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _lenient(data, name)
    return _seven_bit(data) or _wide(data) or _strict(data, "utf-8") or _declared(data, declared) or _guessed(data)


def _strict(data: bytes, name: str, *, certain: bool = True) -> Decoded | None:
    try:
        return Decoded(data.decode(name), name, certain)
    except (UnicodeError, LookupError):
        return None


def _lenient(data: bytes, name: str) -> Decoded:
    text = data.decode(name, "replace")
    return Decoded(text, name, "\ufffd" not in text)


def _seven_bit(data: bytes) -> Decoded | None:
    if b"\x1b" in data:
        for escape, name in _ISO_2022:
            if escape in data:
                return _strict(data, name) or _lenient(data, name)
    if b"~{" in data and data.isascii() and _HZ.search(data):
        return _strict(data, "hz", certain=False)
    if b"+" in data and data.isascii() and any(map(_is_utf7, _UTF7.findall(data))):
        return _strict(data, "utf-7", certain=False)
    return None


def _is_utf7(run: bytes) -> bool:
    """Whether a +…- run spells letters; a word between two signs that happens to fit gives ideographs."""
    try:
        text = base64.b64decode(run + b"=" * (-len(run) % 4)).decode("utf-16-be")
    except (ValueError, UnicodeError):
        return False
    return len(text) >= 2 and all(char.isprintable() and ord(char) < 0x0700 for char in text)


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 and UTF-32 without a mark: the NULs of their Latin letters stand in fixed columns."""
    sample = data[:4096]
    zeros = sample.count(0)
    if len(sample) < 4 or zeros < len(sample) / 5:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if zeros > len(sample) * 0.6:
        name = "utf-32-le" if sample[0::4].count(0) < sample[3::4].count(0) else "utf-32-be"
    elif even < odd / 10:
        name = "utf-16-le"
    elif odd < even / 10:
        name = "utf-16-be"
    else:
        return None
    return _strict(data, name) or (_lenient(data, name) if len(data) % 2 else None)


def _declared(data: bytes, declared: str | None) -> Decoded | None:
    return _strict(data, declared) if declared else None


def _guessed(data: bytes) -> Decoded:
    sample = data[:SAMPLE]
    if sample.count(_EBCDIC_SPACE) > len(sample) / 12 > sample.count(_ASCII_SPACE):
        reading = Decoded(data.decode("cp037"), "cp037", certain=False)
        if _is_prose(reading.text):
            return reading
    text = data.decode("utf-8", "replace")
    if 10 * text.count("\ufffd") < sum(char > "\x7f" for char in text):  # UTF-8 with a few bad bytes
        return Decoded(text, "utf-8", certain=False)
    return _western(data) or _other(data)


def _is_prose(text: str) -> bool:
    head = text[:4096]
    return sum(char.isalpha() or char in " \n\x85" for char in head) > len(head) * 0.8


def _western(data: bytes) -> Decoded | None:
    """Windows-1252, where all but a few bytes are ASCII and the others spell letters and marks of western languages."""
    high = sum(byte > 0x7F for byte in data[:SAMPLE])
    reading = _strict(data, "cp1252")
    if reading is None or high > len(data[:SAMPLE]) * 0.12:
        return None
    plain = "".join(char for char in unicodedata.normalize("NFD", reading.text[:SAMPLE]) if char > "\x7f")
    odd = sum(char not in "‘’“”–—•…€£©®™°«»·§ß¿¡æÆøØœŒ\u00a0" and not unicodedata.combining(char) for char in plain)
    return reading if odd <= len(plain) * 0.1 else None


def _other(data: bytes) -> Decoded:
    best = from_bytes(data[:SAMPLE]).best()
    if best is None:
        return Decoded(data.decode("cp1252", "replace"), "cp1252", certain=False)
    reading = _strict(data, best.encoding, certain=False) or _lenient(data, best.encoding)
    return Decoded(reading.text, best.encoding, certain=False)
