"""Read winmail.dat (TNEF, [MS-OXTNEF]): the message's properties, its bodies and its attachments."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipeline.extract import mapi
from pipeline.extract.embedded import child, too_small_for_text
from pipeline.extract.mapi import Property
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part

Found = Part | Gap | Blob

SIGNATURE = b"\x78\x9f\x3e\x22"
SUBJECT, BODY, FROM, CODE_PAGE = 0x8004, 0x800C, 0x8000, 0x9007
RENDER, DATA, TITLE, MESSAGE_PROPERTIES, ATTACHMENT_PROPERTIES, RECIPIENTS = (
    0x9002,
    0x800F,
    0x8010,
    0x9003,
    0x9005,
    0x9004,
)
VARIABLE = frozenset({mapi.STRING8, mapi.UNICODE, mapi.BINARY, mapi.OBJECT})
SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
OLD_BODY = {SUBJECT: 0x0037, BODY: mapi.BODY}


class Damaged(Exception):
    """The stream is not what its lengths say."""


def extract(blob: Blob, limits: Limits) -> Iterator[Found]:
    """The message's properties as parts, attachments and rich bodies as children."""
    message: list[Property] = []
    attachments: list[dict[str, bytes | list[Property]]] = []
    damage = ""
    try:
        for attribute, data in _attributes(blob.data):
            if attribute == RENDER:
                attachments.append({})
            elif attribute in (DATA, TITLE, ATTACHMENT_PROPERTIES):
                attachments = attachments or [{}]
                _attach(attachments[-1], attribute, data)
            elif attribute == MESSAGE_PROPERTIES:
                message += _properties(data)
            elif attribute == CODE_PAGE:
                message.append(Property(id=0x3FFD, type=mapi.INTEGER, data=data[:4]))
            else:
                message += _plain(attribute, data)
    except Damaged as error:
        damage = str(error)
    label = mapi.codec(message) or "cp1252"
    yield from mapi.read(message, "", label)
    for number, attachment in enumerate(attachments, 1):
        yield from _attachment(attachment, f"attachment-{number}/", label)
    if damage:
        yield Gap(stage="extract", code="damaged", path="body", detail=damage)


def _plain(attribute: int, data: bytes) -> list[Property]:
    """An attribute from before MAPI, or one that is not known: its text, if it has any."""
    if attribute == RECIPIENTS:
        rows, at = int.from_bytes(data[:4], "little"), 4
        found: list[Property] = []
        for _ in range(min(rows, len(data) // 4)):
            row, at = _property_list(data, at)
            found += row
        return found
    known = OLD_BODY.get(attribute)
    kind = mapi.STRING8 if known else mapi.BINARY
    return [Property(id=known or attribute, type=kind, data=data, name=f"attribute {attribute:04x}")]


def _attach(attachment: dict[str, bytes | list[Property]], attribute: int, data: bytes) -> None:
    if attribute == ATTACHMENT_PROPERTIES:
        attachment["properties"] = _properties(data)
    else:
        attachment["data" if attribute == DATA else "title"] = data


def _attachment(attachment: dict[str, bytes | list[Property]], path: str, label: str) -> Iterator[Found]:
    listed = attachment.get("properties", [])
    properties = listed if isinstance(listed, list) else []
    title, data = attachment.get("title", b""), attachment.get("data", b"")
    yield from mapi.read(properties, path, label)
    texts = {prop.id: mapi.text_of(prop, label) for prop in properties}
    old = title.rstrip(b"\0").decode(label, "replace") if isinstance(title, bytes) else ""
    name = texts.get(mapi.LONG_NAME) or old or texts.get(mapi.SHORT_NAME) or path.rstrip("/")
    contents = [data] if isinstance(data, bytes) and data else []
    contents += [_object(prop) for prop in properties if prop.id == mapi.DATA]
    if not any(contents):
        yield Gap(stage="extract", code="truncated", path=path.rstrip("/"), detail="an attachment without its data")
    for content in dict.fromkeys(contents):
        if content and not too_small_for_text(content):
            kind = "application/vnd.ms-tnef" if content.startswith(SIGNATURE) else "application/octet-stream"
            yield child(content, name, kind)


def _object(prop: Property) -> bytes:
    """An object's bytes come behind the 16 bytes of its interface."""
    return prop.data[16:] if prop.type == mapi.OBJECT or prop.data[16:20] == SIGNATURE else prop.data


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    if not data.startswith(SIGNATURE):
        raise Damaged("no TNEF signature")
    at = 6
    if len(data) <= at:
        raise Damaged("nothing behind the signature")
    while at < len(data):
        if at + 9 > len(data):
            raise Damaged(f"{len(data) - at} bytes after the last attribute")
        attribute, length = struct.unpack_from("<HxxI", data, at + 1)
        body = data[at + 9 : at + 9 + length]
        if len(body) < length:
            yield attribute, body
            raise Damaged(f"attribute {attribute:04x} is cut off")
        (checksum,) = struct.unpack("<H", data[at + 9 + length : at + 11 + length].ljust(2, b"\0"))
        if sum(body) & 0xFFFF != checksum:
            yield attribute, body
            raise Damaged(f"attribute {attribute:04x}: its checksum is wrong")
        yield attribute, body
        at += 11 + length


def _properties(data: bytes) -> list[Property]:
    return _property_list(data, 0)[0]


def _property_list(data: bytes, at: int) -> tuple[list[Property], int]:
    """A counted list of properties, and where it ends."""
    count, at = _number(data, at)
    found: list[Property] = []
    for _ in range(min(count, len(data) // 4)):
        tag, at = _number(data, at)
        kind, number, name = tag & 0xFFFF, tag >> 16, ""
        if number >= 0x8000:
            name, at = _name(data, at)
        values, at = _values(data, at, kind)
        found += [Property(id=number, type=kind & ~mapi.MULTIPLE, data=value, name=name) for value in values]
    return found, at


def _name(data: bytes, at: int) -> tuple[str, int]:
    kind, at = _number(data, at + 16)
    if kind == 0:
        return "", at + 4
    length, at = _number(data, at)
    return _slice(data, at, length).decode("utf-16-le", "replace").rstrip("\0"), at + _padded(length)


def _values(data: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    single = kind & ~mapi.MULTIPLE
    count = 1
    if kind & mapi.MULTIPLE or single in VARIABLE:
        count, at = _number(data, at)
    values: list[bytes] = []
    for _ in range(min(count, len(data))):
        if single in VARIABLE:
            length, at = _number(data, at)
        elif single in SIZES:
            length = SIZES[single]
        else:
            raise Damaged(f"property type {kind:04x} is unknown")
        values.append(_slice(data, at, length))
        at += _padded(length)
    return values, at


def _padded(length: int) -> int:
    return length + -length % 4


def _number(data: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(_slice(data, at, 4), "little"), at + 4


def _slice(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise Damaged("a property is cut off")
    return data[at : at + length]
