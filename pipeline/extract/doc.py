"""Reads binary Word documents (DOC since Word 97, [MS-DOC]): every story, then all that the other streams say."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from pipeline.extract import doc_data, doc_table
from pipeline.extract.doc_pieces import Header, Unreadable, pieces, stories
from pipeline.extract.doc_properties import marked
from pipeline.extract.doc_text import Story
from pipeline.extract.doc_words import sentences
from pipeline.extract.ole_rest import Item, read_rest
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, PartKind

_PAGES = 12  # the number of the pair that says where the table of the pages of properties lies
_MAIN, _DATA, _TABLES = "worddocument", "data", ("0table", "1table")
_KINDS: dict[str, PartKind] = {
    "body": "body", "footnotes": "note", "headers": "header", "macros": "code", "comments": "comment",
    "endnotes": "note", "textboxes": "body", "header-textboxes": "header",
}  # fmt: skip


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """All text of the file, deleted and hidden text apart; an encrypted or older file is a gap."""
    try:
        with olefile.OleFileIO(io.BytesIO(blob.data)) as ole:
            names = {"/".join(path).casefold(): "/".join(path) for path in ole.listdir()}
            main = ole.openstream(names[_MAIN]).read()
            header = Header.of(main)
            tables = {name: ole.openstream(names[name]).read() for name in _TABLES if name in names}
            yield from _text(main, tables.get(header.table, b""), header, limits)
            for name, table in tables.items():
                chunks = header.chunks(table) if name == header.table else []
                yield from doc_table.strings(table, chunks, names[name], limits)
            if _DATA in names:
                yield from doc_data.blocks(ole.openstream(names[_DATA]).read(), limits)
            yield from read_rest(ole, {_MAIN, _DATA, *_TABLES})
    except Unreadable as error:
        yield Gap(stage="extract", code=error.code, path="", detail=str(error))
    except (OSError, ValueError, struct.error, IndexError, KeyError) as error:
        yield Gap(stage="extract", code="damaged", path="", detail=f"{type(error).__name__}: {error}"[:80])


def _text(main: bytes, table: bytes, header: Header, limits: Limits) -> Iterator[Item]:
    found = pieces(main, table, header)
    marks = marked(main, header.chunk(table, _PAGES))
    for name, runs in stories(found, header, marks):
        yield from Story(kind=_KINDS[name], path=name).read(runs)
    rest = bytearray(main)
    for piece in found:
        rest[piece.at : piece.end] = bytes(piece.end - piece.at)
    for picture in doc_table.drawing(table, header, main, limits):
        yield picture
        if isinstance(picture, Blob) and (at := main.find(picture.data)) >= 0:
            rest[at : at + len(picture.data)] = bytes(len(picture.data))
    yield from _leftover(bytes(rest))


def _leftover(rest: bytes) -> Iterator[Item]:
    """Text in the stream that no story has any more: what a fast save left behind."""
    builder = PartBuilder(kind="revision", path="leftover", visibility="deleted")
    for text in sentences(rest):
        builder.add(text, role="line")
    if builder:
        yield Notice(code="deleted_text", path="leftover", visibility="deleted")
    yield from builder.parts()
