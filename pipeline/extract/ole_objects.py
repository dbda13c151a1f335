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


def unwrap(data: bytes, name: str) -> Iterator[Blob | Gap]:
    """The embedded file where the wrapping holds one, the wrapping itself where it is a document of its own."""
    if not data.startswith(olefile.MAGIC):
        yield child(data, name)
        return
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            streams = {"/".join(path).casefold(): path for path in ole.listdir()}
            native = next((path for key, path in streams.items() if key.endswith(_NATIVE)), None)
            if native:
                yield from _native(ole.openstream(native).read(), name)
                return
            shell = next((streams[key] for key in _SHELLS if key in streams), None)
            if shell:
                yield child(ole.openstream(shell).read(), name)
                return
    except (OSError, struct.error, ValueError, IndexError) as error:
        yield Gap(stage="extract", code="damaged", path=name, detail=str(error))
    yield child(data, name)


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
