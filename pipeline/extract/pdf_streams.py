"""Sorts the streams of a PDF: files and text come out, what pages do not draw is collected, harmless kinds are dropped.

The harmless kinds are listed; a stream that is none of them is read as text, as a drawing or as a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

from pipeline.extract.pdf_contents import Drawn
from pipeline.extract.pdf_decode import Damaged, Decoder, ObjGen, TooLarge
from pipeline.extract.pdf_ledger import markup_text
from pipeline.extract.pdf_masks import worth_reading
from pipeline.extract.pdf_members import Members
from pipeline.extract.pdf_objects import Objects, Text, read_loose
from pipeline.extract.pdf_pixels import behind_pixels
from pipeline.extract.pdf_words import words
from pipeline.types import Blob, Gap, Notice, Part

# Under these keys lie fonts, their tables and colours: no text of the document.
_HARMLESS_KEYS = frozenset(
    {"/FontFile", "/FontFile2", "/FontFile3", "/ToUnicode", "/CIDToGIDMap", "/CIDSet", "/JBIG2Globals", "/UseCMap"}
    | {"/DestOutputProfile", "/Indexed", "/TR", "/TR2", "/BG", "/UCR", "/HT", "/Function"}
)
_VEILS = frozenset({"/SMask", "/Mask", "/Thumb"})
_HARMLESS_TYPES = frozenset({"/XRef", "/CMap", "/Halftone"})
_TEXT_KEYS = {"/JS": "javascript", "/RC": "annotations", "/RV": "form", "/V": "form", "/DV": "form"}
_MEDIA = frozenset({"/3D", "/Sound", "/U3D", "/PRC"})
_FILES = (b"%PDF-", b"PK\3\4", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"7z\xbc\xaf")
_MARKS = (b"\xfe\xff", b"\xff\xfe")  # of UTF-16
_WORD = re.compile(r"[A-Za-z]{3}")
_SCRAP = 32  # bytes of unknown data that hold no sentence
# What a table of characters, a function or a font in plain text holds.
_TECHNICAL = re.compile(rb"begincmap|begin(?:bf|cid)(?:char|range)|usecmap|\A\s*\{|\A%!|\A[\d\s.+-]*\Z")
_PROSE = re.compile(rb"[A-Za-z]{3,} +[A-Za-z]{2,} +[A-Za-z]{2,}")
_SHOWS_TEXT = re.compile(rb"\bT[jJ*]|[)\]>]\s*['\"]")
_PRINTED = bytes(range(32, 127)) + b"\r\n\t"
_GLYPH = re.compile(rb"^\s*(?:[-\d.]+\s+){2,6}d[01]\b")


@dataclass(slots=True)
class Sorted:
    """Streams that need another reader."""

    texts: list[Text] = field(default_factory=list)
    undrawn: list[pikepdf.Stream] = field(default_factory=list)  # forms, appearances, patterns, lost pages
    images: list[pikepdf.Stream] = field(default_factory=list)  # that no page draws
    veiled: list[pikepdf.Stream] = field(default_factory=list)  # masks, and images behind masks, that may hold writing


def sort_streams(
    objects: Objects, members: Members, drawn: Drawn, decoder: Decoder, found: Sorted
) -> Iterator[Part | Gap | Blob | Notice]:
    """Yield files and XML as they come; fill `found` with the rest."""
    sound: dict[ObjGen, pikepdf.Stream] = {}  # images that unpack to about as much as they say
    for stream in objects.streams:
        keys = objects.keys.get(stream.objgen, set())
        image = stream.get("/Subtype") == "/Image" and stream.objgen not in objects.files
        try:
            if image:
                yield from behind_pixels(stream, decoder)
                sound[stream.objgen] = stream
            if _used(stream, drawn):
                continue
            if stream.get("/Type") == "/ObjStm":
                _read_members(stream, members, objects, decoder, found)
                continue
            if image and not keys & _VEILS:
                found.images.append(stream)
            elif not image and _harmless(stream, keys):
                yield from _sort_harmless(stream, keys, objects, drawn, decoder, found)
            elif not image:
                yield from _sort(stream, keys, objects, drawn, decoder, found)
        except TooLarge as error:
            yield Gap(stage="extract", code=error.code, path=_path(stream))
        except Damaged as error:
            yield Gap(stage="extract", code="damaged", path=_path(stream), detail=str(error)[:200])
    found.veiled = [image for image in sound.values() if _veiled(image, objects, sound, decoder.limits.pixels)]


def _veiled(image: pikepdf.Stream, objects: Objects, sound: dict[ObjGen, pikepdf.Stream], pixels: int) -> bool:
    """Whether an image is a mask, or lies behind one, and may hold writing."""
    mask = image.get("/SMask", image.get("/Mask"))
    if isinstance(mask, pikepdf.Stream) and mask.objgen not in sound:
        return False  # damaged, which was said, or read with another revision
    return worth_reading(image, bool(objects.keys.get(image.objgen, set()) & _VEILS), pixels)


def _read_members(stream: pikepdf.Stream, members: Members, objects: Objects, decoder: Decoder, found: Sorted) -> None:
    unlisted, comments = members.unlisted(stream, decoder)
    found.texts.extend(Text("other", comment, hidden=True) for comment in comments if _WORD.search(comment))
    for raw in unlisted:
        read_loose(raw, objects)


def _sort_harmless(
    stream: pikepdf.Stream, keys: set[str], objects: Objects, drawn: Drawn, decoder: Decoder, found: Sorted
) -> Iterator[Part | Gap | Blob]:
    """A font, a table or a profile: its words are read, and a text that only claims to be one is read as such."""
    try:
        data = decoder.read(stream)
    except Damaged as error:
        # of a table of characters, or a font without one, that cannot be unpacked, pdfium makes guesses
        spells = "/ToUnicode" in keys or stream.objgen in objects.spelling
        code = "text_unreliable" if spells else "damaged"
        yield Gap(stage="extract", code=code, path=_path(stream), detail=str(error)[:200])
        return
    if _prose(data):
        yield from _sort(stream, keys, objects, drawn, decoder, found)
    else:
        found.texts.extend(Text("fonts", text, hidden=True) for text in words(data))


def _path(stream: pikepdf.Stream) -> str:
    return f"object/{stream.objgen[0]}"


def _used(stream: pikepdf.Stream, drawn: Drawn) -> bool:
    number: ObjGen = stream.objgen
    return number in drawn.contents or number in drawn.forms or number in drawn.images


def _prose(data: bytes) -> bool:
    """Whether a stream of a harmless kind begins like a text."""
    head = data[:4096]
    return _is_text(head) and not _TECHNICAL.search(head) and bool(_PROSE.search(head))


def _harmless(stream: pikepdf.Stream, keys: set[str]) -> bool:
    return (
        bool(keys & _HARMLESS_KEYS)
        or str(stream.get("/Type", "")) in _HARMLESS_TYPES
        or "/FunctionType" in stream
        or "/ShadingType" in stream
        or isinstance(stream.get("/S"), int)  # the hint table of a linearized file
    )


def _sort(
    stream: pikepdf.Stream, keys: set[str], objects: Objects, drawn: Drawn, decoder: Decoder, found: Sorted
) -> Iterator[Part | Gap | Blob]:
    kind, subtype = str(stream.get("/Type", "")), str(stream.get("/Subtype", ""))
    if stream.objgen in objects.files or kind == "/EmbeddedFile":
        yield Blob.of(decoder.read(stream), name=objects.files.get(stream.objgen, _path(stream)))
    elif kind in _MEDIA or subtype in _MEDIA:
        yield Gap(stage="extract", code="unsupported_media", path=_path(stream))
    elif kind == "/Metadata" or subtype == "/XML":
        data = decoder.read(stream)
        if text := markup_text(data):
            yield Part(kind="metadata", text=text, path=f"metadata/{stream.objgen[0]}")
        elif b"<" not in data:
            yield from _sort_data(data, stream, keys, found)
    else:
        yield from _sort_data(decoder.read(stream), stream, keys, found)


def _sort_data(data: bytes, stream: pikepdf.Stream, keys: set[str], found: Sorted) -> Iterator[Blob]:
    """A stream whose dictionary does not say what it is."""
    family = next((_TEXT_KEYS[k] for k in keys if k in _TEXT_KEYS), None)
    if family and (_is_text(data) or data[:2] in _MARKS):
        found.texts.append(Text(family, _decoded(data)))
    elif (_GLYPH.match(data) or data[36:40] == b"acsp") and not _prose(data):
        found.texts.extend(Text("fonts", text, hidden=True) for text in words(data))
    elif str(stream.get("/Subtype", "")) == "/Form" or "/PatternType" in stream:
        found.undrawn.append(stream)
    elif data.startswith(_FILES):
        yield Blob.of(data, name=_path(stream).replace("/", "-"))
    elif b"BT" in data and _SHOWS_TEXT.search(data) and _is_text(data):
        found.undrawn.append(stream)
    elif data.lstrip()[:1] == b"<":
        found.texts.append(Text("other", markup_text(data) or _decoded(data), hidden=True))
    elif _is_text(data):
        found.texts.append(Text("other", _decoded(data), hidden=True))
    elif len(data) >= _SCRAP:
        yield Blob.of(data, name=f"{_path(stream).replace('/', '-')}.bin")


def _decoded(data: bytes) -> str:
    if data[:2] in _MARKS:
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _is_text(data: bytes) -> bool:
    head = data[:4096]
    return len(head.translate(None, _PRINTED)) < 0.15 * len(head)
