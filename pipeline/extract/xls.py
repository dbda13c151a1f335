"""Reads binary workbooks (XLS, BIFF5 and BIFF8): cells through calamine, all other text from the records."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from pipeline.extract import biff, cells, encrypted, officeart
from pipeline.extract.ole_rest import Item, read_rest
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part, PartKind

_MAIN = ("workbook", "book")
_KINDS: dict[int, PartKind] = {
    biff.NOTE: "comment",
    biff.TEXT_OBJECT: "comment",
    biff.HEADER: "header",
    biff.FOOTER: "header",
    biff.BOUND_SHEET: "name",
}


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """Text of a workbook that was saved as an OLE file; under the published password it is opened first."""
    try:
        with olefile.OleFileIO(io.BytesIO(blob.data)) as ole:
            streams = {"/".join(path).casefold(): "/".join(path) for path in ole.listdir()}
            main = [streams[name] for name in _MAIN if name in streams]
            rows = {name: list(biff.records(ole.openstream(name).read())) for name in main}
            if any(number == biff.FILEPASS for found in rows.values() for number, _ in found[:64]):
                yield from _protected(blob, limits)
                return
            for name, found in rows.items():
                yield from _records(name, found)
            yield from read_rest(ole, set(_MAIN))
    except (OSError, ValueError, struct.error, IndexError) as error:
        yield Gap(stage="extract", code="damaged", path=blob.name, detail=str(error))
        return
    yield from _cells(blob, rows)


def _protected(blob: Blob, limits: Limits) -> Iterator[Item]:
    opened = encrypted.decrypted(blob.data)
    if opened is None or opened == blob.data:
        yield Gap(stage="extract", code="encrypted", path=blob.name)
    else:
        yield from _opened(Blob.of(opened, name=blob.name, container=blob.container), limits)


def _opened(blob: Blob, limits: Limits) -> Iterator[Item]:
    """The decrypted workbook; the decryptor leaves its password record in place, so that it is not asked again."""
    with olefile.OleFileIO(io.BytesIO(blob.data)) as ole:
        names = ["/".join(path) for path in ole.listdir() if "/".join(path).casefold() in _MAIN]
        rows = {name: list(biff.records(ole.openstream(name).read())) for name in names}
        for name, found in rows.items():
            yield from _records(name, found)
        yield from read_rest(ole, set(_MAIN))
    yield from _cells(blob, rows)


def _records(stream: str, rows: list[tuple[int, bytes]]) -> Iterator[Item]:
    for number, texts in biff.loose_text(rows).items():
        kind = _KINDS.get(number, "metadata")
        visible = kind in ("comment", "header")
        builder = PartBuilder(
            kind=kind, path=f"{stream}/record/{number:#x}", visibility="visible" if visible else "hidden"
        )
        for text in dict.fromkeys(texts):
            builder.add(text, role="line")
        yield from builder.parts()
    yield from officeart.pictures(b"".join(biff.gathered(rows, biff.DRAWING_GROUP)), stream)


def _cells(blob: Blob, rows: dict[str, list[tuple[int, bytes]]]) -> Iterator[Item]:
    """Sheets, then the shared strings that no cell shows."""
    seen: list[str] = []
    for item in cells.sheets(blob.data, blob.name):
        if isinstance(item, Part):
            seen.append(item.text)
        yield item
    shown = "\n".join(seen)
    builder = PartBuilder(kind="table", path="strings#unreferenced", visibility="hidden")
    for found in rows.values():
        for text in biff.shared_strings(biff.gathered(found, biff.SST)):
            if text.strip() and text.strip() not in shown:
                builder.add(text, role="row")
    yield from builder.parts()
