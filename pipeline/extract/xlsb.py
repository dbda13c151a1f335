"""Reads binary workbooks in a package (XLSB): cells through calamine, all other text from the records."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from pipeline.extract import cells
from pipeline.extract.ooxml import PackagePart, open_package
from pipeline.extract.ooxml_rest import Item, read_rest
from pipeline.extract.parts import PartBuilder
from pipeline.extract.zipped import Budget
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part

_NO_TEXT = frozenset([0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 37, 38, 43, 47])  # cells without own text, layout, fonts
_RUN = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){4,}")


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """All cells and all strings of the package."""
    package = open_package(blob.data, limits, Budget(limits))
    taken: set[str] = set()
    seen: list[str] = []
    for item in cells.sheets(blob.data, blob.name):
        if isinstance(item, Part):
            seen.append(item.text)
        yield item
    shown = "\n".join(seen)
    for part in package.parts.values():
        if part.key.endswith(".bin") and "ms-excel" in part.content_type and "printersettings" not in part.content_type:
            taken.add(part.key)
            yield from _strings(part, shown)
    yield from read_rest(package, taken)


def _strings(part: PackagePart, shown: str) -> Iterator[Part | Gap]:
    kind = "comment" if "comment" in part.key else "metadata"
    builder = PartBuilder(
        kind="comment" if kind == "comment" else "metadata",
        path=part.name,
        visibility="visible" if kind == "comment" else "hidden",
    )
    try:
        for number, payload in _records(part.data):
            for text in _texts(payload) if number not in _NO_TEXT else ():
                if text not in shown:
                    builder.add(text, role="line")
    except (IndexError, struct.error) as error:
        yield Gap(stage="extract", code="damaged", path=part.name, detail=str(error))
    yield from builder.parts()


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        number, at = data[at], at + 1
        if number & 0x80:
            number, at = (number & 0x7F) | (data[at] & 0x7F) << 7, at + 1
        size = shift = 0
        while True:
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield number, data[at : at + size]
        at += size


def _texts(payload: bytes) -> Iterator[str]:
    """Counted wide strings (u32 length), then runs of wide Latin letters, as formulas hold them."""
    found: list[str] = []
    at = 0
    while at + 6 <= len(payload):
        (length,) = struct.unpack_from("<I", payload, at)
        if 1 < length <= 32767 and at + 4 + 2 * length <= len(payload):
            text = payload[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace")
            if text.isprintable() or "\n" in text:
                found.append(text.strip())
                at += 4 + 2 * length
                continue
        at += 1
    joined = "\n".join(found)
    found += [run for run in (match[0].decode("utf-16-le") for match in _RUN.finditer(payload)) if run not in joined]
    return (text for text in dict.fromkeys(found) if re.search(r"[^\W\d_]{2,}", text))
