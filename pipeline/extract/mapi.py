"""MAPI properties, as .msg files and winmail.dat keep them: what they are called and what text they hold.

Property identifiers: [MS-OXPROPS]; compressed RTF: [MS-OXRTFCP].
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.extract import charset
from pipeline.extract.embedded import child, printable
from pipeline.extract.parts import PartBuilder
from pipeline.types import Blob, Gap, Part

STRING8, UNICODE, BINARY, OBJECT, TIME, INTEGER = 0x1E, 0x1F, 0x102, 0x0D, 0x40, 0x03
MULTIPLE = 0x1000
BODY, HTML, RTF = 0x1000, 0x1013, 0x1009
DATA, METHOD, LONG_NAME, SHORT_NAME, MIME_TAG, LONG_PATH = 0x3701, 0x3705, 0x3707, 0x3704, 0x370E, 0x370D
CODE_PAGES = (0x3FDE, 0x3FFD, 0x66C3)

SHOWN = {
    0x0037: "Subject", 0x0C1A: "From", 0x0C1F: "From address", 0x0042: "Sent for", 0x0E04: "To", 0x0E03: "Cc",
    0x0E02: "Bcc", 0x0039: "Sent", 0x0E06: "Received", 0x3001: "Name", 0x3003: "Address", 0x39FE: "SMTP address",
}  # fmt: skip
HIDDEN = {
    0x001A: "Message class", 0x007D: "Transport headers", 0x0070: "Topic", 0x0E1D: "Normalized subject",
    0x1035: "Message-ID", 0x1039: "References", 0x1042: "In-Reply-To", 0x003D: "Subject prefix", 0x3007: "Created",
    0x3008: "Changed", LONG_NAME: "File name", SHORT_NAME: "Short file name", MIME_TAG: "Media type",
    LONG_PATH: "Path", 0x3712: "Content-ID",
}  # fmt: skip
# An RTF stream starts out with this text in its dictionary.
DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property: its identifier, its type without the multi-value bit, its bytes, the name of a named one."""

    id: int
    type: int
    data: bytes
    name: str = ""


def codec(properties: Iterable[Property]) -> str:
    """The charset label of the eight-bit strings among `properties`, or empty."""
    pages = {prop.id: int.from_bytes(prop.data[:4], "little") for prop in properties if prop.id in CODE_PAGES}
    return next((label for page in CODE_PAGES if page in pages and (label := code_page(pages[page]))), "")


def code_page(number: int) -> str:
    """A Windows code page number as a charset label, or empty for an unknown one."""
    special = {65001: "utf-8", 20127: "ascii", 1200: "utf-16-le", 10000: "mac-roman", 20866: "koi8-r", 21866: "koi8-u"}
    asian = {51932: "euc-jp", 51949: "euc-kr", 50220: "iso2022-jp", 50221: "iso2022-jp", 54936: "gb18030"}
    label = (special | asian).get(number) or (
        f"iso8859-{number - 28590}" if 28591 <= number <= 28605 else f"cp{number}"
    )
    return label if charset.lookup(label) else ""


def text_of(prop: Property, label: str) -> str:
    """The text of a string property, a time as ISO 8601, else the printable runs of a binary one."""
    if prop.type == UNICODE:
        return prop.data.decode("utf-16-le", "replace").rstrip("\0")
    if prop.type == STRING8:
        return charset.decode(prop.data.rstrip(b"\0"), label).text
    if prop.type == TIME:
        ticks = int.from_bytes(prop.data[:8], "little")
        return (EPOCH + timedelta(microseconds=ticks // 10)).isoformat(timespec="seconds") if ticks < 1 << 61 else ""
    return printable(prop.data) if prop.type in (BINARY, OBJECT) else ""


def read(properties: list[Property], path: str, label: str) -> Iterator[Part | Gap | Blob]:
    """Bodies, shown fields and everything else of one message, recipient or attachment."""
    shown = PartBuilder(kind="metadata", path=f"{path}headers")
    other = PartBuilder(kind="metadata", path=f"{path}properties", visibility="hidden")
    for prop in properties:
        if prop.id in (BODY, HTML, RTF) and prop.data.strip(b"\0"):
            yield from _body(prop, path, label)
        elif prop.id != DATA:
            name = SHOWN.get(prop.id) or prop.name or HIDDEN.get(prop.id) or f"property {prop.id:04x}"
            if (text := text_of(prop, label)) and not (prop.type == BINARY and text.isspace()):
                (shown if prop.id in SHOWN else other).add(f"{name}: {text}", role="line")
            if "�" in text or _doubt(prop, label):
                yield Gap(stage="extract", code="encoding_uncertain", path=f"{path}properties", detail=name[:40])
    yield from shown.parts()
    yield from other.parts()


def _doubt(prop: Property, label: str) -> str:
    """Why the letters of an eight-bit property are uncertain, or nothing; a body in HTML is one without a type."""
    if prop.type != STRING8 and not (prop.type == BINARY and prop.id == HTML):
        return "not valid UTF-16" if prop.type == UNICODE and "\ufffd" in text_of(prop, label) else ""
    found = charset.decode(prop.data.rstrip(b"\0"), label)
    return "" if found.encoding == "utf-8" and "\ufffd" not in found.text else found.doubt  # UTF-8 proves itself


def _body(prop: Property, path: str, label: str) -> Iterator[Part | Gap | Blob]:
    name = f"{path}body".replace("/", "-")
    if doubt := _doubt(prop, label):
        yield Gap(stage="extract", code="encoding_uncertain", path=f"{path}body", detail=doubt)
    if prop.id == RTF:
        data, clean = decompress_rtf(prop.data)
        if not clean:
            yield Gap(stage="extract", code="damaged", path=f"{path}body.rtf", detail="compressed RTF")
        if data.strip():
            yield child(data, f"{name}.rtf", "application/rtf")
    elif prop.id == HTML:
        text = text_of(prop, label) if prop.type != BINARY else charset.decode(prop.data.rstrip(b"\0"), label).text
        yield child(text.encode("utf-8-sig", "replace"), f"{name}.html", "text/html")
    else:
        body = PartBuilder(kind="body", path=f"{path}body")
        for block in text_of(prop, label).replace("\r\n", "\n").split("\n\n"):
            body.add(block)
        yield from body.parts()


def decompress_rtf(data: bytes) -> tuple[bytes, bool]:
    """The RTF inside a compressed RTF property, and whether its length and checksum hold."""
    if len(data) < 16:
        return b"", False
    packed, size, kind, crc = (int.from_bytes(data[at : at + 4], "little") for at in (0, 4, 8, 12))
    body = data[16 : packed + 4]
    if kind == 0x414C454D:  # "MELA": stored
        return body, len(data) >= packed + 4  # writers disagree on whether the size counts the header
    if kind != 0x75465A4C:  # "LZFu"
        return b"", False
    out = _unpack(body, size)
    return out[:size], len(out) >= size and (zlib.crc32(body, 0xFFFFFFFF) ^ 0xFFFFFFFF) == crc


def _unpack(body: bytes, size: int) -> bytes:
    window = bytearray(DICTIONARY.ljust(4096, b"\0"))
    write, at, out = len(DICTIONARY), 0, bytearray()
    while at < len(body) and len(out) <= size:
        control, at = body[at], at + 1
        for bit in range(8):
            if at >= len(body):
                break
            if control >> bit & 1:
                pair, at = int.from_bytes(body[at : at + 2], "big"), at + 2
                offset, length = pair >> 4, (pair & 15) + 2
                if offset == write % 4096:
                    return bytes(out)
                for step in range(length):  # byte by byte: a run may overlap itself
                    byte = window[(offset + step) % 4096]
                    window[write % 4096] = byte
                    out.append(byte)
                    write += 1
            else:
                window[write % 4096] = body[at]
                out.append(body[at])
                write, at = write + 1, at + 1
    return bytes(out)
