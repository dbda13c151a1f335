"""Reads JSON and JSON lines: every key and every value, also of keys that occur twice."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.extract import weights_json
from pipeline.extract.decoding import decode
from pipeline.extract.jsontree import lines, parse
from pipeline.extract.parts import PartBuilder
from pipeline.extract.text import read
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part, Where


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """One block a value. What is not JSON after all is read as plain text."""
    values = PartBuilder(kind="body", path="values")
    reading = decode(blob.data)
    try:
        if blob.media_type == "application/x-ndjson":
            for number, line in enumerate(reading.text.split("\n"), 1):
                if line.strip():
                    values.add("\n".join(lines(parse(line))), "row", Where(line=number))
        else:
            value = parse(reading.text)
            for line in lines(value):
                values.add(line, "line")
            yield from weights_json.parts(value)
    except (ValueError, RecursionError):
        yield from read(blob.data, "text/plain", path="text")
        return
    if not reading.certain or "\ufffd" in reading.text:
        yield Gap(stage="extract", code="encoding_uncertain", path="values", detail=reading.encoding)
    yield from values.parts()
