"""Decodes what is written in code inside text: base64, hex, percent, entities, escapes; the result is read as a child.

Only what decodes to readable text or to a known type of file is a find: hashes, keys and identifiers decode to noise
and stay what they are. A long run that decodes to noise of no known form may be a document in disguise: a gap.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

from pipeline.extract import weights_sniff
from pipeline.types import Blob, Gap

MOST_FINDS = 500
MOST_BYTES = 4 << 20
LONG_NOISE = 1024  # decoded bytes; above the size of keys and signatures, which are harmless noise

# each pattern starts at a literal or where a word does, so that ordinary text costs next to nothing
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}")
_WRAPPED = re.compile(r"(?:\n[ \t>]*[A-Za-z0-9+/_-]{8,}={0,2}[ \t]*(?=\n|$)){2,}")
_HEX = re.compile(
    r"(?<![0-9A-Za-z])(?:0x)?(?:[0-9A-Fa-f]{24,}|[0-9A-Fa-f]{2}(?:(?:[ :,-]|,? ?0x)[0-9A-Fa-f]{2}){11,})(?![0-9A-Za-z])"
)
_PERCENT = re.compile(r"(?<![\w.~+-])[\w.~+-]{0,80}%[0-9A-Fa-f]{2}(?:[\w.~+-]{0,80}%[0-9A-Fa-f]{2}){3,}[\w.~+-]*")
_ENTITIES = re.compile(r"&#(?:\d{2,7}|x[0-9A-Fa-f]{2,6});(?:[\s\w]?&#(?:\d{2,7}|x[0-9A-Fa-f]{2,6});){3,}")
_ESCAPE = r"\\(?:u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|x[0-9A-Fa-f]{2})"
_ESCAPES = re.compile(rf"{_ESCAPE}(?:{_ESCAPE}){{3,}}")
_QUOTED = re.compile(r"=[0-9A-F]{2}(?:[ -<>-~]{0,40}=[0-9A-F]{2}){7,}[ -<>-~]*")


class Noise:
    """Bytes of no known form."""


_FILES = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG\r\n",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"7z\xbc\xaf",
)
_PACKED = (b"\x1f\x8b\x08", b"BZh91AY", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"Rar!\x1a")
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
# certificates and public keys: DER sequences, OpenSSH and OpenPGP packets
_KEYS = (
    b"\x30\x82",
    b"\x30\x81",
    b"\x00\x00\x00\x07ssh-",
    b"\x00\x00\x00\x0bssh-",
    b"\x99\x01",
    b"\x99\x02",
    b"\x89\x01",
    b"\x89\x02",
)
_LETTERS = re.compile(r"[^\W\d_]|\s")


def decoded_runs(text: str) -> Iterator[Blob | Gap]:
    """What the encoded runs of `text` hold, at most MOST_FINDS in all.

    Texts come together as one child, since a page may hold hundreds of encoded links; a file is a child of its own,
    named by its coding and place.
    """
    text = f"\n{text}"
    taken: list[tuple[int, int]] = []
    texts: list[str] = []
    for coding, (mark, pattern, decode) in _CODINGS.items():
        if mark not in text:
            continue
        for match in pattern.finditer(text):
            if len(taken) >= MOST_FINDS:
                yield Gap(stage="extract", code="limit_members", path=coding, detail="encoded runs")
                break
            if any(start <= match.start() < end for start, end in taken):
                continue
            found = _judge(decode(match.group()), match.group())
            if found is not None:
                taken.append(match.span())
            if isinstance(found, str):
                texts.append(found)
            elif found is not None:
                yield _placed(found, f"{coding}@{match.start() - 1}")
    if texts:
        yield Blob.of("\n\n".join(texts).encode("utf-8", "replace"), name="decoded.txt")


def _placed(found: bytes | Noise, name: str) -> Blob | Gap:
    if isinstance(found, Noise):
        return Gap(stage="extract", code="undecodable", path=name)
    return Blob.of(found, name=name)


def _judge(data: bytes, written: str) -> str | bytes | Noise | None:
    """The text that `data` is, the file that it is, noise too long to be a key, or None for what is harmless."""
    data = _inflate(data)
    if not data:
        return None
    if data.startswith((*_FILES, *_PACKED)) or weights_sniff.match(data):
        return data
    text = _readable(data, written)
    if text:
        return text
    harmless = len(data) < LONG_NOISE or data.startswith(_KEYS) or len(set(data)) < 64
    return None if harmless else Noise()


def _readable(data: bytes, written: str) -> str:
    """The text of `data`, but for a stray byte, that `written` did not already show; or nothing."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        text = data.decode(encoding, "replace")
        if encoding != "utf-8" and any(char >= "\u0600" for char in text):
            continue
        letters = len(_LETTERS.findall(text))
        unreadable = sum(not (char.isprintable() or char in "\n\r\t") or char == "\ufffd" for char in text)
        if len(text) >= 6 and letters >= 0.7 * len(text) and unreadable <= 0.03 * len(text) and text != written:
            return text.replace("\ufffd", "")
    return ""


def _inflate(data: bytes) -> bytes:
    """What a zlib or gzip stream holds, unless it is more than a text would be: then its own reader takes it."""
    if not data.startswith((*_ZLIB, b"\x1f\x8b")):
        return data
    stream = zlib.decompressobj(wbits=47)
    try:
        text = stream.decompress(data, MOST_BYTES)
    except zlib.error:
        return data
    return text if stream.eof and not stream.unused_data else data


def _base64(run: str) -> bytes:
    run = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(run[: len(run) - (len(run) % 4 == 1)] + "==")
    except (binascii.Error, ValueError):
        return b""


def _wrapped(block: str) -> bytes:
    """Lines of one length but for the last, as encoders wrap them; a list of digests or identifiers is none."""
    lines = block.replace(">", " ").split()
    if any(len(line) != len(lines[0]) or line.endswith("=") for line in lines[:-1]) or len(lines[-1]) > len(lines[0]):
        return b""
    run = "".join(lines)
    return b"" if _HEX.fullmatch(run) else _base64(run)


def _hex(run: str) -> bytes:
    digits = re.sub(r"0x|\\x|[^0-9A-Fa-f]", "", run)
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _entities(run: str) -> bytes:
    return html.unescape(run).encode("utf-8", "replace")


def _escapes(run: str) -> bytes:
    codes = re.findall(r"\\u\{?([0-9A-Fa-f]{1,6})\}?|\\x([0-9A-Fa-f]{2})", run)
    units = [int(wide or narrow, 16) for wide, narrow in codes]
    text = "".join(chr(unit) for unit in units if unit < 0x110000)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8")


_CODINGS: dict[str, tuple[str, re.Pattern[str], Callable[[str], bytes]]] = {
    "hex": ("", _HEX, _hex),
    "base64-lines": ("\n", _WRAPPED, _wrapped),
    "base64": ("", _BASE64, _base64),
    "percent": ("%", _PERCENT, unquote_to_bytes),
    "entities": ("&#", _ENTITIES, _entities),
    "escapes": ("\\", _ESCAPES, _escapes),
    "quoted-printable": ("=", _QUOTED, lambda run: quopri.decodestring(run.encode("ascii", "ignore"))),
}
