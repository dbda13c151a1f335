"""Reads the words in the table stream of a binary Word document: names, authors, bookmarks, and its drawings.

Lists of strings are taken apart as such (STTB, [MS-DOC] 2.2.4; Xst, 2.9.353), so that any script is read; in the rest
runs of letters are looked for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipeline.extract import officeart
from pipeline.extract.doc_pieces import Header, joined
from pipeline.extract.doc_words import words
from pipeline.extract.office_theme import PACKAGE, XML, read_theme
from pipeline.extract.officeart_words import read_shapes
from pipeline.extract.ole_rest import Item
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits

_DRAWINGS = 50  # the number of the pair that says where they lie
_EXTENDED = 0xFFFF
_HEAD = struct.Struct("<HHI")


def strings(table: bytes, chunks: list[tuple[int, int]], path: str, limits: Limits) -> Iterator[Item]:
    """Every string of the stream; `chunks` says where the document's own lists begin and end."""
    builder = PartBuilder(kind="metadata", path=path, visibility="hidden")
    found: dict[str, None] = {}
    rest = bytearray(table)
    for start, end in chunks:
        chunk = table[start:end]
        if chunk.startswith((PACKAGE, XML)):
            yield from read_theme(chunk, limits)
        elif (listed := _listed(chunk)) is not None:
            found.update(dict.fromkeys(listed))
        else:
            continue
        rest[start:end] = bytes(end - start)
    found.update(dict.fromkeys(words(bytes(rest))))
    for text in found:
        if any(map(str.isalpha, text)):
            builder.add(text.strip("\0 "), role="line")
    yield from builder.parts()


def drawing(table: bytes, header: Header, main: bytes, limits: Limits) -> Iterator[Item]:
    """The pictures of the drawings, whose bytes lie in the main stream, and the words of their shapes."""
    data = header.chunk(table, _DRAWINGS) if len(header.pairs) > _DRAWINGS else b""
    if len(data) < _HEAD.size:
        return
    end = _HEAD.size + _HEAD.unpack_from(data)[2]
    yield from officeart.pictures(data[:end], "drawings", delayed=main)
    names = PartBuilder(kind="metadata", path="drawings", visibility="hidden")
    while (
        len(data) - end > _HEAD.size
    ):  # the drawings of the text and of the headers, each behind a byte that says which
        size = _HEAD.size + _HEAD.unpack_from(data, end + 1)[2]
        yield from read_shapes(data[end + 1 : end + 1 + size], names, limits)
        end += 1 + size
    yield from names.parts()


def _listed(chunk: bytes) -> list[str] | None:
    """The strings of a chunk that is a list and nothing else."""
    for start, extra in _heads(chunk):
        found = _counted(chunk, start, extra)
        if found is not None:
            return found
    return None


def _heads(chunk: bytes) -> Iterator[tuple[int, int]]:
    """Where the strings may begin, and how many bytes follow each: an STTB in its two forms, or bare strings."""
    if len(chunk) >= 6 and struct.unpack_from("<H", chunk)[0] == _EXTENDED:
        yield 6, struct.unpack_from("<H", chunk, 4)[0]
    yield 0, 0


def _counted(chunk: bytes, at: int, extra: int) -> list[str] | None:
    texts = []
    while at < len(chunk):
        if at + 2 > len(chunk):
            return None
        (length,) = struct.unpack_from("<H", chunk, at)
        end = at + 2 + 2 * length
        if end + extra > len(chunk):
            return None
        text = joined("".join(map(chr, struct.unpack_from(f"<{length}H", chunk, at + 2)))).rstrip("\0")
        if not text.isprintable():
            return None
        texts.append(text)
        at = end + extra
    return texts
