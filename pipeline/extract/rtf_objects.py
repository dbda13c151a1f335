"""Take embedded objects and pictures out of RTF, where they stand as hexadecimal digits."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import olefile

from pipeline.extract import ole_objects, zipped
from pipeline.extract.embedded import child, printable, too_small_for_text
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

NOT_HEX = re.compile(rb"[^0-9a-fA-F]")
LINKED = 1
PICTURES = {"pngblip": ".png", "jpegblip": ".jpg", "emfblip": ".emf", "wmetafile": ".wmf", "macpict": ".pict"}
PLACEABLE = 0x9AC6CDD7


def from_hex(digits: bytes) -> bytes:
    """The bytes behind hexadecimal digits; anything else between them is left out, as Word does."""
    clean = NOT_HEX.sub(b"", digits)
    return bytes.fromhex(clean[: len(clean) & ~1].decode("ascii"))


def embedded(data: bytes, name: str) -> Iterator[Blob | Gap | Notice]:
    """The file inside an OLE 1 object ([MS-OLEDS] 2.2.5)."""
    try:
        kind, class_name, topic, native = _ole1(data)
    except (struct.error, ValueError):
        yield child(data, name)
        return
    if kind == LINKED:
        yield Notice(code="external_reference", path=name, detail=topic[:120])
    elif native.startswith(olefile.MAGIC):
        yield from ole_objects.unwrap(native, name)
    elif class_name == "Package":
        yield _package(native, name)
    elif native:
        yield child(native, f"{name} {class_name}".strip())


def _ole1(data: bytes) -> tuple[int, str, str, bytes]:
    _, kind = struct.unpack_from("<II", data)
    texts, at = [], 8
    for _ in range(3):
        (length,) = struct.unpack_from("<I", data, at)
        texts.append(data[at + 4 : at + 4 + length].rstrip(b"\0").decode("latin-1"))
        at += 4 + length
    if kind not in (LINKED, 2):
        raise ValueError("no OLE 1 object")
    if kind == LINKED:
        return kind, texts[0], texts[1], b""
    (size,) = struct.unpack_from("<I", data, at)
    native = data[at + 4 : at + 4 + size]
    if len(native) < size:
        raise ValueError("cut off")
    return kind, texts[0], texts[1], native


def _package(native: bytes, name: str) -> Blob:
    """A packaged file: u16, label, path, u32, counted temporary path, counted data."""
    try:
        label, _, rest = native[2:].partition(b"\0")
        _, _, rest = rest.partition(b"\0")
        (length,) = struct.unpack_from("<I", rest, 4)
        (size,) = struct.unpack_from("<I", rest, 8 + length)
        data = rest[12 + length : 12 + length + size]
    except struct.error:
        return child(native, name)
    return child(data, label.decode("latin-1") or name) if len(data) == size else child(native, name)


def picture(data: bytes, kind: str, name: str) -> Blob | None:
    """A picture as a file of its own, or None where it is too small to hold text."""
    if kind == "wmetafile" and not data.startswith(struct.pack("<I", PLACEABLE)):
        data = struct.pack("<IHhhhhHIH", PLACEABLE, 0, 0, 0, 1440, 1440, 1440, 0, 0) + data
    return None if not data or too_small_for_text(data) else child(data, name + PICTURES.get(kind, ""))


def package_text(data: bytes, name: str, limits: Limits) -> Iterator[Part | Gap]:
    """What theme and data store packages hold as text; they are ZIP and OLE files of Word's own."""
    texts = [printable(data)]
    if data.startswith(b"PK"):
        found = list(zipped.members(data, zipped.Budget(limits)))
        texts = [printable(member.data) for member in found if isinstance(member, zipped.Member)]
        yield from (item for item in found if isinstance(item, Gap))
    if text := "\n\n".join(filter(None, texts)):
        yield Part(kind="metadata", path=name, text=text, visibility="hidden")
