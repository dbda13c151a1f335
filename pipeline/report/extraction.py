"""What was read of a file, as one row: all its text, its parts, and what stayed unread."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Literal

from ..types import Document, Gap, Part, PartKind, Visibility
from .result import Row

Status = Literal["complete", "partial", "unreadable"]


class PartRow(Row):
    """`status` is `read`, or `unread` with the code of the gap."""

    path: str
    kind: PartKind | None
    visibility: Visibility
    status: Literal["read", "unread"]
    code: str | None
    sha256: str | None


class GapRow(Row):
    part: str
    code: str
    where: str


class Extraction(Row):
    uri: str
    name: str
    sha256: str
    media_type: str
    status: Status
    text: str
    parts: tuple[PartRow, ...]
    gaps: tuple[GapRow, ...]


def extraction(uri: str, documents: tuple[Document, ...]) -> Extraction:
    """The row of a file and everything inside it; paths inside a container begin with the container's own."""
    top = documents[0]
    read = [(document, part) for document in documents for part in document.parts]
    gaps = [replace(gap, path=document.blob.inside(gap.path)) for document in documents for gap in document.gaps]
    return Extraction(
        uri=uri,
        name=top.blob.name,
        sha256=top.blob.sha256,
        media_type=top.blob.media_type,
        status="complete" if not gaps else "partial" if read else "unreadable",
        text="\n\n".join(part.text for _, part in read),
        parts=(*(_read(document, part) for document, part in read), *(_unread(gap) for gap in gaps)),
        gaps=tuple(GapRow(part=gap.path, code=gap.code, where=gap.detail) for gap in gaps),
    )


def _read(document: Document, part: Part) -> PartRow:
    digest = hashlib.sha256(part.text.encode("utf-8", "surrogatepass")).hexdigest()
    return PartRow(
        path=document.blob.inside(part.path),
        kind=part.kind,
        visibility=part.visibility,
        status="read",
        code=None,
        sha256=digest,
    )


def _unread(gap: Gap) -> PartRow:
    return PartRow(path=gap.path, kind=None, visibility="visible", status="unread", code=gap.code, sha256=None)
