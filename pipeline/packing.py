"""Packs what was read of a file into bytes that can be kept, and unpacks it: the frames of the sandbox, compressed.

The bytes of the documents themselves are left out: what was read once is recognised anew without opening the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import zstandard

from .frames import BadFrame, Decoder, Frame, encode
from .types import Blob, Document, Gap, Grade, Notice, Part
from .wire import from_frame, to_frame

_LEVEL = 3
_MOST = 1 << 30  # bytes of one reading; the limits of a file are tighter


def pack(documents: Sequence[Document]) -> bytes:
    """All parts, gaps and notices of `documents`, with what is known of each blob but its bytes."""
    frames = b"".join(frame for document in documents for frame in _frames(document))
    return zstandard.ZstdCompressor(level=_LEVEL).compress(frames)


def unpack(packed: bytes) -> tuple[Document, ...]:
    """The documents again, without bytes and children. Raises BadFrame where the bytes are no packed reading."""
    try:
        raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MOST)
    except zstandard.ZstdError as error:
        raise BadFrame("not compressed as a reading is") from error
    decoder = Decoder(_MOST)
    documents = tuple(_documents(decoder.feed(raw)))
    if decoder.rest:
        raise BadFrame("a reading that was cut off")
    return documents


def _frames(document: Document) -> Iterator[bytes]:
    blob = document.blob
    yield encode({
        "t": "document", "name": blob.name, "sha256": blob.sha256, "media_type": blob.media_type,
        "container": blob.container, "size": blob.size, "extractor": document.extractor,
        "grade": document.grade, "page_count": document.page_count, "ocr_pages": document.ocr_pages,
    })  # fmt: skip
    yield from map(to_frame, document.parts)
    yield from map(to_frame, document.gaps)
    yield from map(to_frame, document.notices)


def _documents(frames: Iterator[Frame]) -> Iterator[Document]:
    current: Document | None = None
    parts: list[Part] = []
    gaps: list[Gap] = []
    notices: list[Notice] = []
    for frame in frames:
        meta, _ = frame
        if meta.get("t") == "document":
            if current is not None:
                yield replace(current, parts=tuple(parts), gaps=tuple(gaps), notices=tuple(notices))
            current, parts, gaps, notices = _document(meta), [], [], []
            continue
        if current is None:
            raise BadFrame("a find without its document")
        found = from_frame(frame, current.blob.location)
        if isinstance(found, Part):
            parts.append(found)
        elif isinstance(found, Gap):
            gaps.append(found)
        elif isinstance(found, Notice):
            notices.append(found)
    if current is not None:
        yield replace(current, parts=tuple(parts), gaps=tuple(gaps), notices=tuple(notices))


def _document(meta: dict[str, Any]) -> Document:
    try:
        blob = Blob(
            name=str(meta["name"]), data=b"", sha256=str(meta["sha256"]), media_type=str(meta["media_type"]),
            container=str(meta["container"]), kept_size=int(meta["size"]),
        )  # fmt: skip
        pages = meta["page_count"]
        return Document(
            blob=blob, extractor=str(meta["extractor"]), grade=cast(Grade, meta["grade"]),
            page_count=None if pages is None else int(pages), ocr_pages=int(meta["ocr_pages"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise BadFrame("a document that is not well formed") from error
