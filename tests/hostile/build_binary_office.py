"""Binary Word documents and presentations that hide words: deleted, hidden, in notes, names, objects, old saves."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Literal

from tests.hostile.case import CANARY, HARMLESS, Case
from tests.hostile.office_records import native_stream, ole, vba_module
from tests.hostile.pictures import writing
from tests.hostile.word_making import (
    AUTHORS,
    DELETED,
    HIDDEN,
    blip,
    block,
    record,
    shape_text,
    slide,
    slides,
    string,
    string_list,
    text,
    word,
)  # fmt: skip

Make = Callable[[str], bytes]
LINE = "Minutes of the garden club.\r"
OUTLINE = record(1000, text("Minutes of the garden club."), container=True)


def story(name: str) -> Make:
    return lambda words: word(LINE, stories={name: f"{words}\r"})


def marked(mark: int) -> Make:
    return lambda words: word(f"{LINE}{words}\r", marks=[(words, mark)])


def field(words: str) -> bytes:
    """In the code of a field, which nobody sees."""
    return word(f'{LINE}\x13 COMMENTS "{words}" \x14shown\x15\r')


def left_by_fast_save(words: str) -> bytes:
    return word(LINE, leftover=words.encode())


def author(words: str) -> bytes:
    return word(LINE, chunks={AUTHORS: string_list("Unknown", words)})


def alternative_text(words: str) -> bytes:
    return word(LINE, streams={"Data": block(0x64, record(0xF004, shape_text(words), container=True))})


def picture(words: str) -> bytes:
    shape = record(0xF004, b"", container=True)
    return word(LINE, streams={"Data": block(0x64, shape + blip(writing(words)))})


def form_field(words: str) -> bytes:
    return word(LINE, streams={"Data": block(0, b"\xff\xff\xff\xff" + words.encode("utf-16-le") + b"\0\0")})


def two_objects(words: str) -> bytes:
    """Two embedded files; the second one counts."""
    return word(LINE, streams={
        f"ObjectPool/_{number}/\x01Ole10Native": native_stream(data.encode(), f"{number}.txt")
        for number, data in enumerate(("A first note about the garden.", words))
    })  # fmt: skip


def beside_an_object(words: str) -> bytes:
    """A stream of nobody's beside an embedded file."""
    streams = {"\x01Ole10Native": native_stream(b"A first note about the garden.", "a.txt"), "Notes": words.encode()}
    return word(LINE, streams={f"ObjectPool/_1/{name}": data for name, data in streams.items()})


def macro(words: str) -> bytes:
    return word(LINE, streams={"Macros/VBA/Module1": vba_module(f"' {words}\r\n")})


def beside_macros(words: str) -> bytes:
    streams = {"VBA/Module1": vba_module("x = 1\r\n"), "Notes": words.encode()}
    return word(LINE, streams={f"Macros/{name}": data for name, data in streams.items()})


def on_slide(*, hidden: bool = False, kind: int = 1006, wide: bool = True) -> Make:
    return lambda words: slides(OUTLINE, slide(text(words, wide=wide), hidden=hidden, kind=kind))


def comment(words: str) -> bytes:
    """Inside the blob that newer programs tag onto a slide."""
    said = record(12000, string("A. Gardener") + string(words), container=True)
    return slides(OUTLINE, slide(record(0x138A, string("___PPT10") + record(0x138B, said), container=True)))


def shape_name(words: str) -> bytes:
    return slides(OUTLINE, slide(record(0xF004, shape_text(words), container=True)))


def older_save(words: str) -> bytes:
    """A slide that the directory of the newest save no longer knows."""
    return slides(OUTLINE, slide(text(words)), record(4085, b"\0" * 28), slide(text("Nothing.")))


def in_object(words: str) -> bytes:
    inner = ole({"\x01Ole10Native": native_stream(words.encode(), "note.txt")})
    packed = struct.pack("<I", len(inner)) + zlib.compress(inner)
    return slides(OUTLINE, record(4113, packed, instance=1))


def slide_picture(words: str) -> bytes:
    return slides(OUTLINE, streams={"Pictures": blip(writing(words))})


def case(row: int, name: str, make: Make, expect: Literal["read", "hold"] = "read", code: str = "") -> Case:
    ending = "ppt" if name.startswith("ppt") else "doc"
    twin = (lambda: make(HARMLESS)) if expect == "read" else None
    return Case(row=row, name=name, filename=f"minutes.{ending}", data=lambda: make(CANARY), expect=expect, code=code,
                twin=twin)  # fmt: skip


CASES = [
    case(31, "doc-encrypted", lambda words: word(words, flags=0x100), "hold", "encrypted"),
    case(31, "ppt-encrypted", lambda words: slides(OUTLINE, token=0xF3D1C4DF), "hold", "encrypted"),
    case(80, "doc-before-97", lambda words: word(words, version=0x68), "hold", "unsupported_type"),
    case(32, "doc-deleted", marked(DELETED), code="deleted_text"),
    case(36, "doc-hidden", marked(HIDDEN), code="invisible_text"),
    case(36, "doc-two-bytes", lambda words: word(f"{LINE}{words}\r", marks=[(words, HIDDEN)], wide=True)),
    case(33, "doc-comment", story("comments")),
    case(34, "doc-header", story("headers")),
    case(35, "doc-footnote", story("footnotes")),
    case(35, "doc-endnote", story("endnotes")),
    case(35, "doc-textbox", story("textboxes")),
    case(35, "doc-header-textbox", story("header-textboxes")),
    case(41, "doc-field", field),
    case(41, "doc-alternative-text", alternative_text),
    case(41, "doc-form-field", form_field),
    case(78, "doc-author", author),
    case(12, "doc-left-by-fast-save", left_by_fast_save, code="deleted_text"),
    case(46, "doc-picture", picture),
    case(42, "doc-two-objects", two_objects),
    case(42, "doc-beside-an-object", beside_an_object),
    case(45, "doc-macro", macro, code="macros"),
    case(45, "doc-beside-macros", beside_macros, code="macros"),
    case(78, "ppt-user", lambda words: slides(OUTLINE, user=words)),
    case(40, "ppt-slide", on_slide()),
    case(40, "ppt-slide-narrow", on_slide(wide=False)),
    case(40, "ppt-hidden-slide", on_slide(hidden=True), code="hidden_part"),
    case(40, "ppt-notes", on_slide(kind=1008)),
    case(40, "ppt-master", on_slide(kind=1016)),
    case(33, "ppt-comment", comment),
    case(41, "ppt-shape", shape_name),
    case(12, "ppt-older-save", older_save),
    case(42, "ppt-object", in_object),
    case(46, "ppt-picture", slide_picture),
    case(24, "ppt-cut", lambda words: slides(slide(text(words))[:-20]), "hold", "damaged"),
    case(24, "doc-piece-outside", lambda words: word(words * 400), "hold", "damaged"),
]
