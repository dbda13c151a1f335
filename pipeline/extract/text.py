"""Reads plain text in any encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.decoding import decode
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part, Where

_BLANK = re.compile(r"\n[ \t]*\n")


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """The text, with a gap where its encoding is not certain."""
    reading = decode(blob.data)
    if not reading.certain:
        yield Gap(stage="extract", code="encoding_uncertain", path="text", detail=reading.encoding)
    body = PartBuilder(kind="body", path="text")
    line = 1
    text = reading.text.replace("\r\n", "\n").replace("\r", "\n")
    for paragraph in _BLANK.split(text):
        body.add(paragraph, where=Where(line=line))
        line += paragraph.count("\n") + 2
    yield from body.parts()
