"""Takes a file out of the OLE wrapping in which Office embeds it ([MS-OLEDS] 2.3.6, OLENativeStream)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from pipeline.extract.embedded import child
from pipeline.types import Blob, Gap

_NATIVE = "\x01ole10native"
_SHELLS = ("contents", "package")
_HOUSEKEEPING = "\x05"  # streams of OLE itself begin with a sign up to this one


def unwrap(data: bytes, name: str) -> Iterator[Blob | Gap]:
    """The embedded file where the wrapping holds one, the wrapping itself where it is a document of its own."""
    if not data.startswith(olefile.MAGIC):
        yield child(data, name)
        return
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            found = list(_unwrapped(ole, ["/".join(path) for path in ole.listdir()], name))
    except (OSError, struct.error, ValueError, IndexError) as error:
        yield Gap(stage="extract", code="damaged", path=name, detail=str(error))
        found = []
    yield from found or [child(data, name)]


def unwrap_storage(ole: olefile.OleFileIO, storage: str) -> Iterator[Blob | Gap]:
    """The file embedded in one storage of an open document; an object without a file of its own is a gap."""
    streams = [name for name in map("/".join, ole.listdir()) if name.startswith(f"{storage}/")]
    found = list(_unwrapped(ole, streams, storage))
    yield from found or [Gap(stage="extract", code="unsupported_type", path=storage, detail="an embedded object")]
    for stream in streams if found else ():
        last = stream.rpartition("/")[2]
        if last[0] > _HOUSEKEEPING and last.casefold() not in _SHELLS:  # beside the file, and nobody's
            yield child(ole.openstream(stream).read(), stream)


def _unwrapped(ole: olefile.OleFileIO, streams: list[str], name: str) -> Iterator[Blob | Gap]:
    for stream in streams:
        last = stream.rpartition("/")[2].casefold()
        if last == _NATIVE:
            yield from _native(ole.openstream(stream).read(), name)
        elif last in _SHELLS:
            yield child(ole.openstream(stream).read(), name)


def _native(stream: bytes, name: str) -> Iterator[Blob | Gap]:
    try:
        label, payload = _read_native(stream)
    except (ValueError, struct.error, IndexError):
        yield child(stream[4:], name)
        return
    yield child(payload, label or name)


def _read_native(stream: bytes) -> tuple[str, bytes]:
    """Label and payload. Layout: u32 size, u16 flags, label, path, u32 kind, counted temporary path, u32 size, data."""
    at = 6
    label, at = _text(stream, at)
    path, at = _text(stream, at)
    at += 4
    (length,) = struct.unpack_from("<I", stream, at)
    at += 4 + length
    (size,) = struct.unpack_from("<I", stream, at)
    payload = stream[at + 4 : at + 4 + size]
    if len(payload) != size:
        raise ValueError("shorter than it says")
    return label or path.replace("\\", "/").rpartition("/")[2], payload


def _text(stream: bytes, at: int) -> tuple[str, int]:
    end = stream.index(b"\0", at)
    return stream[at:end].decode("cp1252", "replace"), end + 1
