"""Turns bytes of unknown encoding into text and says how sure that is.

Byte-order marks and strict UTF-8 are certain. UTF-16 or UTF-32 without a mark, ISO-2022, HZ, UTF-7 and EBCDIC are
recognised by their own patterns: the seven-bit ones are valid ASCII, too, and would pass for harmless noise. Everything
else is a guess, certain only where nearly all of it is ASCII, so that another guess would spell the same words.
"""

from __future__ import annotations

import base64
import codecs
import re
from collections import Counter
from dataclasses import dataclass

from charset_normalizer import from_bytes

from pipeline.extract.western import western

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
_UTF7_CLOSED = re.compile(rb"\+([A-Za-z0-9+/]{6,})-")
_UTF7_OPEN = re.compile(rb"(?<![A-Za-z0-9+/=])\+([A-Za-z0-9+/]{8,})(?![A-Za-z0-9+/-])")
_UTF7_LETTER = re.compile(rb"\+(?:A[A-Za-z0-9+/]|I[AB])[AEIMQUYcgkosw048]-")  # one letter, as in a word of few accents
_MOST_ACCIDENTS = 2
_CONTROLS = re.compile(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f]")
# Letters of the scripts in which a run of base64 is no accident: to the end of Arabic, kana, Han, Hangul, full width.
_SCRIPTS = ((0x0000, 0x0700), (0x3000, 0x3100), (0x4E00, 0xA000), (0xAC00, 0xD7A4), (0xFF00, 0xFFF0))
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
    return stateful(data) if data.isascii() else None


def stateful(data: bytes) -> Decoded | None:
    """What only a reader of HZ or UTF-7 sees in ASCII `data`; never certain, since others see the code."""
    if b"~{" in data and _HZ.search(data):
        return _doubted(data, "hz")
    return _doubted(data, "utf-7") if b"+" in data and _holds_utf7(data) else None


def _doubted(data: bytes, name: str) -> Decoded:
    return Decoded(data.decode(name, "replace"), name, certain=False)


def _holds_utf7(data: bytes) -> bool:
    return (
        any(_is_utf7(run, least=2) for run in _UTF7_CLOSED.findall(data))
        or any(_is_utf7(run, least=3) for run in _UTF7_OPEN.findall(data))
        or len(_UTF7_LETTER.findall(data)) > _MOST_ACCIDENTS
    )


def _is_utf7(run: bytes, *, least: int) -> bool:
    """Whether a +… run spells letters; a word behind a sign that happens to fit gives unassigned characters."""
    try:
        text = base64.b64decode(run + b"=" * (-len(run) % 4)).decode("utf-16-be")
    except (ValueError, UnicodeError):
        return False
    if len(text) < least or not all(char.isprintable() or char in "\r\n\t" for char in text):
        return False
    if all(ord(char) < 0x0700 for char in text):
        return True
    return len(text) >= 6 and all(any(low <= ord(char) < high for low, high in _SCRIPTS) for char in text)


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 and UTF-32 without a mark: the NULs of their Latin letters stand in fixed columns."""
    sample = data[:4096]
    zeros = sample.count(0)
    if len(sample) < 4:
        return None
    if zeros < len(sample) / 5:
        return _one_block(data, sample)
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if zeros > len(sample) * 0.6:
        name = "utf-32-le" if sample[0::4].count(0) < sample[3::4].count(0) else "utf-32-be"
    elif even < odd / 10:
        name = "utf-16-le"
    elif odd < even / 10:
        name = "utf-16-be"
    else:
        return None
    return _strict(data, name) or _lenient(data, name)


def _one_block(data: bytes, sample: bytes) -> Decoded | None:
    """UTF-16 in another alphabet: every second byte is one of a few control codes, such as 04 for Cyrillic."""
    if len(_CONTROLS.findall(sample)) < len(sample) / 4:
        return None
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        usual = Counter(sample[first::2]).most_common(4)
        if sum(count for _, count in usual) >= 0.95 * len(sample[first::2]) and all(byte < 0x20 for byte, _ in usual):
            return _strict(data, name, certain=False) or _doubted(data, name)
    return None


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
    plain = western(data)
    return _other(data) if plain is None else Decoded(plain, "cp1252", certain=True)


def _is_prose(text: str) -> bool:
    head = text[:4096]
    return sum(char.isalpha() or char in " \n\x85" for char in head) > len(head) * 0.8


def _other(data: bytes) -> Decoded:
    best = from_bytes(data[:SAMPLE]).best()
    if best is None:
        return Decoded(data.decode("cp1252", "replace"), "cp1252", certain=False)
    reading = _strict(data, best.encoding, certain=False) or _lenient(data, best.encoding)
    return Decoded(reading.text, best.encoding, certain=False)
