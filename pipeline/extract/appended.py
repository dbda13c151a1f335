"""Finds what hangs on to a picture, or to a file that no reader knows: data after its end, a ZIP or a PDF inside.

Readers of documents account for their own bytes; pictures, programs and unknown files have none that would.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

from pipeline.extract.embedded import printable
from pipeline.extract.parts import PartBuilder
from pipeline.extract.picture_blocks import Block, layout
from pipeline.extract.sniff import UNKNOWN, sniff
from pipeline.extract.texttypes import is_text
from pipeline.types import Blob, Gap, Notice, Part

# pictures of real programs end in scraps of memory; more than this, packed, is more than a scrap
SCRAPS = 16 << 10
_PADDING = b"\0 \t\r\n\x1a\xff"
_LEGIBLE = re.compile(rb"[ -~]{8,}")
_DIRECTORY_END = b"PK\x05\x06"
_SEVEN = b"7z\xbc\xaf\x27\x1c"
_PDF = re.compile(rb"%PDF-\d\.\d\s")
_SEARCHED = ("application/octet-stream", "application/x-executable", "application/vnd.microsoft.portable-executable")


def appended(data: bytes, media_type: str) -> Iterator[Blob | Gap | Notice | Part]:
    """What hangs on to a picture or hides in its blocks, or the container inside something unknown."""
    if media_type.startswith("image/"):
        found = layout(data, media_type)
        yield from _blocks(dict.fromkeys(found.blocks))
        if found.end is not None:
            yield from _hanging(data[found.end :], "after-the-end")
    elif media_type in _SEARCHED or media_type.startswith(("audio/", "video/", "font/")):
        yield from _hanging(_container(data), "container-inside")
    elif media_type.startswith("text/"):
        yield from _hanging(_document(data), "container-inside")


def _hanging(tail: bytes, name: str) -> Iterator[Blob | Gap | Notice | Part]:
    if not tail.strip(_PADDING):
        return
    notice = Notice(code="trailing_data", path=name, visibility="hidden", detail=f"{len(tail)} bytes")
    if sniff(tail, name) != UNKNOWN:
        yield notice
        yield Blob.of(tail, name=name)
        return
    strings = legible(tail, name)
    if strings:
        yield notice
        yield from strings.parts()
    if len(zlib.compress(tail)) > SCRAPS:
        yield Gap(stage="extract", code="trailing_data", path=name, detail=f"{len(tail)} bytes of no known form")


def _blocks(blocks: Iterable[Block]) -> Iterator[Blob | Gap | Part]:
    """The files and words in blocks that nobody looks into; a large one without words is of no known form."""
    for name, block in blocks:
        if block is None:
            yield Gap(stage="extract", code="limit_unpacked", path=f"block/{name}")
            continue
        text = _text(block)
        media_type = sniff(block, name)
        inside = block if media_type != UNKNOWN and not is_text(media_type) else _container(block)
        if inside:
            yield Blob.of(inside, name=f"block-{name}")
        elif text:
            yield Part(kind="metadata", text=text, path=f"block/{name}", visibility="hidden")
        elif len(zlib.compress(block)) > SCRAPS:
            yield Gap(stage="extract", code="trailing_data", path=f"block/{name}", detail=f"{len(block)} bytes")


def _text(block: bytes) -> str:
    """The block as text where it is text, and its legible runs where it is not."""
    text = block.strip(b"\0").decode("utf-8", "replace")
    bare = "".join(text.split())
    return text.strip() if bare.isprintable() and "\ufffd" not in bare else printable(block)


def remainder(data: bytes, name: str) -> Iterator[Blob | Gap | Notice | Part]:
    """Bytes of an archive that none of its members accounts for: a gap, and whatever there is to read in them."""
    data = data.lstrip(b"\0")
    if not data.strip(_PADDING):
        return
    yield Gap(stage="extract", code="trailing_data", path=name, detail=f"{len(data)} bytes")
    bare = data.rstrip(b"\0")
    if is_text(sniff(bare, name)):
        yield Blob.of(bare, name=name)
    elif sniff(data, name) != UNKNOWN:
        yield Blob.of(data, name=name)
    elif inside := _container(data):
        yield Blob.of(inside, name=name)
    else:
        yield from legible(data, name).parts()


def legible(data: bytes, name: str) -> PartBuilder:
    """The runs of readable characters in `data`, a line each."""
    strings = PartBuilder(kind="metadata", path=name, visibility="hidden")
    for run in _LEGIBLE.findall(data):
        strings.add(run.decode("ascii"), "line")
    return strings


def _container(data: bytes) -> bytes:
    """A ZIP (from its first member), a 7z or a PDF inside other bytes."""
    end = data.rfind(_DIRECTORY_END)
    first = data.find(b"PK\x03\x04")
    if 0 < first < end:
        return data[first:]
    if (seven := data.find(_SEVEN)) > 0:
        return data[seven:]
    return _document(data)


def _document(data: bytes) -> bytes:
    """A PDF inside other bytes; of characters alone it may pass for text."""
    found = _PDF.search(data)
    whole = found and found.start() and data.find(b"%%EOF", data.find(b"startxref", found.start())) > 0
    return data[found.start() :] if found and whole else b""
