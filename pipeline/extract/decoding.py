"""Turns bytes of unknown encoding into text and says how sure that is.

Byte-order marks and strict UTF-8 are certain. UTF-16 or UTF-32 without a mark, ISO-2022, HZ and UTF-7 are recognised by their
own escape patterns. Everything else is a guess (charset-normalizer), and a guess that two code pages answer
differently is not certain.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

SAMPLE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"+/v8", "utf-7"),
    (b"+/v9", "utf-7"),
)
_ISO_2022 = (
    (b"\x1b$)C", "iso2022_kr"),
    (b"\x1b$B", "iso2022_jp_2"),
    (b"\x1b$@", "iso2022_jp_2"),
    (b"\x1b(J", "iso2022_jp_2"),
    (b"\x1b$A", "iso2022_jp_2"),
)
_HZ = re.compile(rb"~\{(?:[\x21-\x7e]{2})+~\}")
_UTF7 = re.compile(rb"\+[A-Za-z0-9/]{3,}-")


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
    return _escaped(data) or _wide(data) or _utf8(data) or _declared(data, declared) or _guessed(data)


def _lenient(data: bytes, name: str) -> Decoded:
    text = data.decode(name, "replace")
    return Decoded(text, name, "\ufffd" not in text)


def _strict(data: bytes, name: str, *, certain: bool = True) -> Decoded | None:
    try:
        return Decoded(data.decode(name), name, certain)
    except (UnicodeError, LookupError):
        return None


def _escaped(data: bytes) -> Decoded | None:
    """Encodings written in seven bits: they are valid ASCII, too, and would pass for harmless noise."""
    if b"\x1b" in data:
        for escape, name in _ISO_2022:
            if escape in data:
                return _strict(data, name) or _lenient(data, name)
    if not data.isascii():
        return None
    if _HZ.search(data):
        return _strict(data, "hz", certain=False)
    return _utf7(data)


def _utf7(data: bytes) -> Decoded | None:
    """UTF-7 where some +…- run decodes to text that is not ASCII; base64 in a letter rarely does."""
    if not _UTF7.search(data) or b"+AD" not in data and b"+A" not in data and b"+I" not in data:
        return None
    reading = _strict(data, "utf-7", certain=False)
    return reading if reading and not reading.text.isascii() and reading.text.isprintable() else None


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
    return _strict(data, name)


def _utf8(data: bytes) -> Decoded | None:
    return _strict(data, "utf-8")


def _declared(data: bytes, declared: str | None) -> Decoded | None:
    if not declared:
        return None
    return _strict(data, declared)


def _guessed(data: bytes) -> Decoded:
    best = from_bytes(data[:SAMPLE]).best()
    if best is None:
        return Decoded(data.decode("cp1252", "replace"), "cp1252", certain=False)
    reading = _strict(data, best.encoding, certain=True)
    if reading is None:
        return _lenient(data, best.encoding)
    return Decoded(reading.text, best.encoding, certain=best.chaos < 0.1 and not reading.text.isascii())
