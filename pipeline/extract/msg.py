"""Read an Outlook message (.msg): all bodies, every property with text, recipients, attachments, messages inside it.

An OLE file whose streams are MAPI properties, one each ([MS-OXMSG]). All streams are read, not a list of known ones.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator

import olefile

from pipeline.extract import mapi
from pipeline.extract.embedded import child, too_small_for_text
from pipeline.extract.mapi import Property
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

Found = Part | Gap | Blob | Notice
Path = tuple[str, ...]

STREAM = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})(?:-([0-9A-F]{8}))?$", re.IGNORECASE)
FIXED = "__properties_version1.0"
NAMES = "__nameid_version1.0"
FIXED_TYPES = (mapi.INTEGER, mapi.TIME)
SIZED = (mapi.UNICODE, mapi.STRING8, mapi.BINARY)
TERMINATORS = {mapi.UNICODE: 2, mapi.STRING8: 1}  # counted in the table, not stored in the stream
BY_REFERENCE = (2, 3, 4)
MAX_DEPTH = 20


def extract(blob: Blob, limits: Limits) -> Iterator[Found]:
    """The message and, in place, the messages inside it; HTML and RTF bodies and attachments become children."""
    try:
        ole = olefile.OleFileIO(io.BytesIO(blob.data))
    except (OSError, ValueError, IndexError, OverflowError, struct.error, TypeError) as error:
        yield Gap(stage="extract", code="damaged", path="ole", detail=str(error)[:100])
        return
    with ole:
        yield from MessageFile(ole).message((), "", 0)


class MessageFile:
    """One .msg file, opened."""

    def __init__(self, ole: olefile.OleFileIO) -> None:
        self._ole = ole
        self._entries: list[Path] = [tuple(entry) for entry in ole.listdir(streams=True, storages=True)]
        self._names = self._named_properties()

    def message(self, root: Path, path: str, depth: int) -> Iterator[Found]:
        """The message stored under `root`."""
        if depth > MAX_DEPTH:
            yield Gap(stage="extract", code="limit_depth", path=f"{path}body")
            return
        properties, gaps = self._properties(root, 24 if root else 32)
        yield from gaps
        label = mapi.codec(properties)
        if not properties:
            yield Gap(stage="extract", code="damaged", path=f"{path}body", detail="no properties")
        yield from mapi.read(properties, path, label)
        for storage in self._storages(root):
            name = storage[-1].lower()
            if name.startswith("__recip_"):
                inner, gaps = self._properties(storage, 8)
                yield from gaps
                yield from mapi.read(inner, f"{path}recipient-{name[-8:].lstrip('0') or '0'}/", label)
            elif name.startswith("__attach_"):
                yield from self._attachment(storage, f"{path}attachment-{name[-8:].lstrip('0') or '0'}/", label, depth)

    def _attachment(self, storage: Path, path: str, label: str, depth: int) -> Iterator[Found]:
        properties, gaps = self._properties(storage, 8)
        yield from gaps
        yield from mapi.read(properties, path, label)
        texts = {prop.id: mapi.text_of(prop, label) for prop in properties}
        name = texts.get(mapi.LONG_NAME) or texts.get(mapi.SHORT_NAME) or path.rstrip("/").replace("/", "-")
        method = next((prop.data[0] for prop in properties if prop.id == mapi.METHOD and prop.data), 0)
        data = next((prop.data for prop in properties if prop.id == mapi.DATA and prop.type == mapi.BINARY), b"")
        if name.lower().endswith(".rpmsg"):
            yield Gap(stage="extract", code="rights_managed", path=path.rstrip("/"), detail="protected message")
        if data and not too_small_for_text(data):
            yield child(data, name, texts.get(mapi.MIME_TAG) or "application/octet-stream")
        elif method in BY_REFERENCE:
            yield Notice(code="external_reference", path=path.rstrip("/"), detail=texts.get(mapi.LONG_PATH, "")[:120])
        inner = (*storage, "__substg1.0_3701000D")
        if self._has(inner):
            yield from self._object(inner, name, path, depth)

    def _object(self, inner: Path, name: str, path: str, depth: int) -> Iterator[Found]:
        """What is attached as a storage: a message, or an OLE object whose streams are read one by one."""
        if self._has((*inner, FIXED)):
            yield from self.message(inner, path, depth + 1)
            return
        inside = {entry[:-1] for entry in self._entries if len(entry) > len(inner) and entry[: len(inner)] == inner}
        for folder in sorted(inside):
            streams, gaps = self._streams(folder)
            yield from gaps
            for stream, data in streams.items():
                if data:
                    yield child(data, "-".join((name, *folder[len(inner) :], stream)))

    def _has(self, entry: Path) -> bool:
        return bool(self._ole.exists(list(entry)))

    def _storages(self, root: Path) -> list[Path]:
        depth = len(root) + 1
        inside = (entry for entry in self._entries if len(entry) == depth and entry[:-1] == root)
        return sorted(entry for entry in inside if self._ole.get_type(list(entry)) == olefile.STGTY_STORAGE)

    def _properties(self, root: Path, header: int) -> tuple[list[Property], list[Gap]]:
        """Every property right under `root`: those of fixed size, then one a stream; and what does not add up."""
        streams, gaps = self._streams(root)
        table = next((data[header:] for name, data in streams.items() if name.lower() == FIXED), b"")
        rows = [struct.unpack_from("<HHI8s", table, at) for at in range(0, len(table) - 15, 16)]
        found = [self._property(number, kind, value) for kind, number, _, value in rows if kind in FIXED_TYPES]
        for name, data in streams.items():
            if match := STREAM.match(name):
                found.append(self._property(int(match[1], 16), int(match[2], 16), data))
            elif name.lower() != FIXED:
                found.append(Property(id=0, type=mapi.BINARY, data=data, name=name))
        lengths = {name.lower(): len(data) for name, data in streams.items()}
        for kind, number, _, value in rows:
            declared = int.from_bytes(value[:4], "little") - TERMINATORS.get(kind, 0)
            stored = lengths.get(f"__substg1.0_{number:04x}{kind:04x}")
            if kind in SIZED and declared > 0 and stored is not None and stored < declared:
                place = "/".join((*root, f"property {number:04x}"))
                gaps.append(Gap(stage="extract", code="damaged", path=place, detail=f"{stored} of {declared} bytes"))
        return found, gaps

    def _streams(self, root: Path) -> tuple[dict[str, bytes], list[Gap]]:
        streams: dict[str, bytes] = {}
        gaps: list[Gap] = []
        for entry in self._entries:
            if entry[:-1] != root or self._ole.get_type(list(entry)) != olefile.STGTY_STREAM:
                continue
            try:
                streams[entry[-1]] = self._ole.openstream(list(entry)).read()
            except (OSError, IndexError, ValueError, OverflowError) as error:
                gaps.append(Gap(stage="extract", code="damaged", path="/".join(entry), detail=str(error)[:80]))
        return streams, gaps

    def _property(self, number: int, kind: int, data: bytes) -> Property:
        return Property(id=number, type=kind & ~mapi.MULTIPLE, data=data, name=self._names.get(number, ""))

    def _named_properties(self) -> dict[int, str]:
        """Names of the properties from 0x8000 on, where they have one in words."""
        try:
            rows = self._ole.openstream([NAMES, "__substg1.0_00030102"]).read()
            strings = self._ole.openstream([NAMES, "__substg1.0_00040102"]).read()
        except (OSError, ValueError, IndexError, OverflowError):
            return {}  # the properties are read all the same, under their numbers
        names: dict[int, str] = {}
        for start in range(0, len(rows) - 7, 8):
            offset, kind, index = struct.unpack_from("<IHH", rows, start)
            if kind & 1:
                length = int.from_bytes(strings[offset : offset + 4], "little")
                names[0x8000 + index] = strings[offset + 4 : offset + 4 + length].decode("utf-16-le", "replace")
        return names
