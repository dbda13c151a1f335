"""Reads binary presentations (PPT since PowerPoint 97, [MS-PPT]): every record of the stream, older saves included."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from pipeline.extract import officeart
from pipeline.extract.doc_words import words
from pipeline.extract.ole_rest import Item, read_rest
from pipeline.extract.parts import PartBuilder
from pipeline.extract.ppt_records import Record, records
from pipeline.extract.ppt_texts import Texts
from pipeline.limits import Limits
from pipeline.types import Blob, Gap

_MAIN, _PICTURES, _USER = "powerpoint document", "pictures", "current user"
_ENCRYPTED_TOKEN = b"\xdf\xc4\xd1\xf3"


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """All text of the file; an encrypted one is a gap."""
    try:
        with olefile.OleFileIO(io.BytesIO(blob.data)) as ole:
            names = {"/".join(path).casefold(): "/".join(path) for path in ole.listdir()}
            streams = {name: ole.openstream(names[name]).read() for name in (_MAIN, _PICTURES, _USER) if name in names}
            if streams.get(_USER, b"")[12:16] == _ENCRYPTED_TOKEN:
                yield Gap(stage="extract", code="encrypted", path="")
                return
            yield from _read(list(records(streams[_MAIN])), limits)
            yield from _user(streams.get(_USER, b""))
            pictures = streams.get(_PICTURES, b"")
            yield from officeart.pictures(pictures, "pictures")
            if not officeart.is_store(pictures):
                yield Gap(stage="extract", code="damaged", path="pictures", detail="bytes that are no picture")
            yield from read_rest(ole, {_MAIN, _PICTURES, _USER})
    except (OSError, ValueError, struct.error, IndexError, KeyError) as error:
        yield Gap(stage="extract", code="damaged", path="", detail=f"{type(error).__name__}: {error}"[:80])


def _read(found: list[Record], limits: Limits) -> Iterator[Item]:
    """The top records one by one: slides, notes, masters and the document around them."""
    counts: dict[int, int] = {}
    for record in found:
        counts[record.kind] = counts.get(record.kind, 0) + 1
        yield from Texts.of(record, counts[record.kind]).read(record, limits)


def _user(stream: bytes) -> Iterator[Item]:
    """Who saved the file last (CurrentUserAtom, 2.3.2): the name stands there in one byte a letter, then in two."""
    builder = PartBuilder(kind="metadata", path="current user", visibility="hidden")
    for text in words(stream):
        builder.add(text, role="line")
    yield from builder.parts()
