"""Reads CSV and TSV: every row with its number, the first as the header."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator

from pipeline.extract import control
from pipeline.extract.decoding import decode
from pipeline.extract.parts import PartBuilder
from pipeline.extract.text import read
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part, Where

_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """One block a row. What the csv module refuses is read as plain text."""
    reading = decode(blob.data)
    if not reading.certain or "\ufffd" in reading.text:
        yield Gap(stage="extract", code="encoding_uncertain", path="rows", detail=reading.encoding)
    text = control.strip(control.lines(reading.text)).lstrip("\ufeff")
    rows = PartBuilder(kind="table", path="rows")
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, blob.media_type))
        line = 1
        for row in reader:
            cells = " | ".join(cell.strip() for cell in row)
            rows.add(cells.strip(" |"), "row" if rows else "header_row", Where(line=line))
            line = reader.line_num + 1
    except csv.Error:
        yield from read(blob.data, "text/plain", path="text")
        return
    yield from rows.parts()


def _delimiter(text: str, media_type: str) -> str:
    """The delimiter that the first lines agree on."""
    if media_type == "text/tab-separated-values":
        return "\t"
    lines = [line for line in text[:_SAMPLE].split("\n")[:20] if line.strip()]
    return max(_DELIMITERS, key=lambda mark: min((line.count(mark) for line in lines), default=0))
