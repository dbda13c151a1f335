"""Reads what an OLE document holds beside its main stream: properties, macros, objects, unknown streams."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import olefile

from pipeline.extract import ole_objects, vba
from pipeline.extract.embedded import child
from pipeline.extract.parts import PartBuilder
from pipeline.types import Blob, Gap, Notice, Part

Item = Part | Gap | Blob | Notice

_PROPERTY_SETS = ("\x05summaryinformation", "\x05documentsummaryinformation")
# Registration, layout and view state of OLE itself; they hold class names at most.
_HARMLESS = ("\x01compobj", "\x01ole", "\x03objinfo", "\x03ocxname", "\x03linkinfo", "\x03print", "\x02olepres000")
_POOL = "objectpool"  # where Word keeps a storage for each object
_CODE_PAGE, _THUMBNAIL = 1, 17
_WINDOWS_FORMAT, _METAFILE_PICTURE, _METAFILE_HEADER = -1, 3, 8


def read_rest(ole: olefile.OleFileIO, taken: set[str]) -> Iterator[Item]:
    """All streams whose lower-case paths are not in `taken` (names of main streams)."""
    entries = ["/".join(entry) for entry in ole.listdir()]
    macros = [entry for entry in entries if "/vba/" in f"/{entry.casefold()}"]
    if macros:
        yield Notice(code="macros", path=macros[0].partition("/")[0])
        yield from vba.modules(ole, "macros")
    done = {entry.partition("/")[0] for entry in macros}
    for entry in entries:
        top, _, rest = entry.partition("/")
        if top in done or entry.casefold() in taken:
            continue
        if rest:
            storage = "/".join(entry.split("/")[:2]) if top.casefold() == _POOL and "/" in rest else top
            if storage not in done:
                done.add(storage)
                yield from ole_objects.unwrap_storage(ole, storage)
        elif entry.casefold() in _PROPERTY_SETS:
            yield from _properties(ole, entry)
        elif entry.casefold() not in _HARMLESS and ole.get_size(entry):
            yield child(ole.openstream(entry).read(), entry.strip("\x01\x03\x05"))


def _properties(ole: olefile.OleFileIO, entry: str) -> Iterator[Part | Gap | Blob]:
    """Title, author, comments, company and custom properties of a property set."""
    try:
        properties = ole.getproperties(entry, convert_time=True)
    except (OSError, ValueError, struct.error, IndexError) as error:
        yield Gap(stage="extract", code="damaged", path=entry, detail=str(error))
        return
    encoding = f"cp{properties.get(_CODE_PAGE, 1252)}".replace("cp65001", "utf-8")
    builder = PartBuilder(kind="metadata", path=entry.strip("\x05"), visibility="hidden")
    for number, value in properties.items():
        if number == _THUMBNAIL and isinstance(value, bytes):
            yield from _thumbnail(value, entry.strip("\x05"))
            continue
        for item in value if isinstance(value, list) else [value]:
            text = _text(item, encoding)
            if any(map(str.isalpha, text)):
                builder.add(text, role="line")
    yield from builder.parts()


def _thumbnail(value: bytes, path: str) -> Iterator[Blob]:
    """The preview in the clipboard format ([MS-OLEPS] 2.11): a tag, a format, then the picture."""
    tag, kind = struct.unpack_from("<iI", value.ljust(8, b"\0"))
    start = 8 + (_METAFILE_HEADER if (tag, kind) == (_WINDOWS_FORMAT, _METAFILE_PICTURE) else 0)
    yield child(value[start:], f"{path}/thumbnail")


def _text(value: object, encoding: str) -> str:
    if isinstance(value, str):
        return value.strip("\0 ")
    if not isinstance(value, bytes):
        return ""
    try:
        return value.decode(encoding, "replace").strip("\0 ")
    except LookupError:
        return value.decode("cp1252", "replace").strip("\0 ")
