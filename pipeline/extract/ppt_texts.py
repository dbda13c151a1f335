"""Collects what the records below one slide, page of notes or master of a binary presentation say."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.extract import officeart_words, ole_objects, vba
from pipeline.extract.doc_words import words
from pipeline.extract.office_theme import PACKAGE, XML, read_theme
from pipeline.extract.ole_rest import Item
from pipeline.extract.parts import PartBuilder
from pipeline.extract.ppt_records import Record
from pipeline.limits import Limits
from pipeline.types import Gap, Notice, PartKind, Visibility

_SLIDE, _NOTES, _MASTER, _HANDOUT = 1006, 1008, 1016, 4041
_NAMES = {1000: "document", _SLIDE: "slide", _NOTES: "notes", _MASTER: "master", _HANDOUT: "handout"}
_TEXT, _NARROW_TEXT, _STRING = 4000, 4008, 4026
_COMMENT, _HEADERS = 12000, 4057
_SHOW, _HIDDEN_BIT = 1017, 4
_OBJECT, _SOUND, _FONT, _PACKED = 4113, 2023, 4024, 1
# Numbers only: styles of text, positions, colours, directories.
_NO_TEXT = frozenset((1001, 1007, 1009, 1017, 2031, 2032, 4001, 4002, 4003, 4005, 4006, 4010, 4085, 6001, 6002))
_LINES = str.maketrans({"\x0b": "\n"})
_MOST = 1 << 28  # bytes of an unpacked object
_VBA_STORAGE = "VBA".encode("utf-16-le")


@dataclass(slots=True, kw_only=True)
class Texts:
    """The parts of one top record."""

    kind: PartKind
    path: str
    visibility: Visibility

    @classmethod
    def of(cls, record: Record, number: int) -> Texts:
        """Named after what the record is and how many of its kind came before; a slide may be hidden."""
        hidden = any(r.kind == _SHOW and len(r.data) > 10 and r.data[10] & _HIDDEN_BIT for r, _ in record.walk())
        return cls(
            kind="note" if record.kind == _NOTES else "body",
            path=f"{_NAMES.get(record.kind, f'record/{record.kind}')}/{number}",
            visibility="hidden" if hidden or record.kind in (_MASTER, _HANDOUT) else "visible",
        )

    def read(self, record: Record, limits: Limits) -> Iterator[Item]:
        """What stands on the slide, then comments, headers and names, then objects."""
        body = PartBuilder(kind=self.kind, path=self.path, visibility=self.visibility)
        names = PartBuilder(kind="metadata", path=f"{self.path}#names", visibility="hidden")
        comments = PartBuilder(kind="comment", path=f"{self.path}#comments")
        headers = PartBuilder(kind="header", path=f"{self.path}#headers", visibility=self.visibility)
        owners = {_COMMENT: comments, _HEADERS: headers}
        for found, owner in record.walk():
            if found.kind in (_TEXT, _NARROW_TEXT):
                for paragraph in _text(found).split("\r"):
                    body.add(paragraph)
            elif found.kind == _STRING:
                owners.get(owner, names).add(_text(found), role="line")
            elif found.data and found.kind not in _NO_TEXT:
                yield from self._other(found, names, limits)
        if self.visibility == "hidden" and record.kind == _SLIDE:
            yield Notice(code="hidden_part", path=self.path, visibility="hidden", detail="a hidden slide")
        for builder in (body, comments, headers, names):
            yield from builder.parts()

    def _other(self, record: Record, names: PartBuilder, limits: Limits) -> Iterator[Item]:
        """Objects and packages by what they are; in all else words are looked for."""
        if record.kind == _OBJECT:
            yield from _embedded(record, self.path)
        elif record.kind in (_SOUND, _FONT):
            yield Gap(stage="extract", code="unsupported_media", path=self.path)
        elif record.data.startswith((PACKAGE, XML)):
            yield from read_theme(record.data, limits)
        elif record.kind in officeart_words.TABLES:
            yield from officeart_words.read_table(record.data, record.instance, names, limits)
        else:
            for text in words(record.data):
                names.add(text, role="line")


def _text(record: Record) -> str:
    text = record.data.decode("latin-1" if record.kind == _NARROW_TEXT else "utf-16-le", "replace")
    return text.translate(_LINES).strip("\0")


def _embedded(record: Record, path: str) -> Iterator[Item]:
    """The storage of an object or of macros, unpacked."""
    data = record.data
    if record.instance == _PACKED:
        packed = zlib.decompressobj()
        try:
            data = packed.decompress(data[4:], _MOST)
        except zlib.error as error:
            yield Gap(stage="extract", code="damaged", path=f"{path}/object", detail=str(error))
            return
        if not packed.eof:
            code = "limit_unpacked" if packed.unconsumed_tail else "damaged"
            yield Gap(stage="extract", code=code, path=f"{path}/object", detail="not whole")
    if _VBA_STORAGE in data:
        yield from vba.read(data, f"{path}/macros")
    else:
        yield from ole_objects.unwrap(data, f"{path}/object")
