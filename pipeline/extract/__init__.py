"""The readers, one module a format, in one explicit dict. Runs inside the sandboxed child only.

A reader is a module with `extract`; it may have `warm(profile)`, called once in the zygote, for whatever must be loaded before
the child loses its access to the disk: no import can succeed afterwards. One line a media type, sorted; a type that is not
listed is a gap. Pictures are read in children of the profile "ocr", which have other limits (see `lockdown`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

from pipeline.extract import docx, pdf, text
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

Found = Part | Gap | Blob | Notice


class Extractor(Protocol):
    """A module that reads one family of media types."""

    def extract(self, blob: Blob, limits: Limits) -> Iterator[Found]:
        """Yield parts, gaps, notices, and blobs that must be read on their own. What was yielded before a crash is kept."""
        ...


EXTRACTORS: dict[str, Extractor] = {
    "application/json": text,
    "application/pdf": pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx,
    "application/x-ipynb+json": text,
    "application/x-ndjson": text,
    "application/xml": text,
    "text/csv": text,
    "text/markdown": text,
    "text/plain": text,
    "text/tab-separated-values": text,
    "text/x-source": text,
    "text/x-tex": text,
}

Profile = Literal["parse", "ocr"]
OCR_TYPES = frozenset({"image/bmp", "image/gif", "image/jp2", "image/jpeg", "image/png", "image/tiff", "image/webp"})


def profile_of(media_type: str, limits: Limits) -> Profile:
    """The kind of child that reads `media_type`."""
    return "ocr" if media_type in OCR_TYPES and media_type in EXTRACTORS and limits.ocr != "off" else "parse"
