"""Reads what an image stream of a PDF holds beside its pixels: bytes behind the last row, fields of a JPEG.

A reader takes as many bytes as the size of the image says, and shows nothing of the rest.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace

import pikepdf

from pipeline.extract.appended import appended
from pipeline.extract.pdf_decode import BLANK, Damaged, Decoder, filters_of
from pipeline.extract.pdf_words import words
from pipeline.extract.picture_blocks import layout
from pipeline.types import Blob, Gap, Notice, Part

_PICTURES = {"/DCTDecode": "image/jpeg", "/JPXDecode": "image/jp2"}
_CLOSED = frozenset({"/CCITTFaxDecode", "/JBIG2Decode"})  # nobody here unpacks these
_COMPONENTS = {
    "/DeviceGray": 1, "/CalGray": 1, "/G": 1, "/Indexed": 1, "/I": 1, "/Separation": 1,
    "/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/RGB": 3, "/DeviceCMYK": 4, "/CMYK": 4,
}  # fmt: skip
_CHUNK = 1 << 18
_MOST = 1 << 20  # bytes behind the pixels that are worth reading; more is a gap


def behind_pixels(image: pikepdf.Stream, decoder: Decoder) -> Iterator[Part | Gap | Blob | Notice]:
    """Everything in the stream of `image` that is no pixel. Raises TooLarge or Damaged."""
    path = f"object/{image.objgen[0]}"
    filters = filters_of(image)
    if filters and filters[-1] in _PICTURES:
        data = decoder.unwrap(bytes(image.read_raw_bytes()), filters[:-1])
        media_type = _PICTURES[filters[-1]]
        yield from (_placed(found, path) for found in appended(data, media_type))
        if layout(data, media_type).end is None:  # without its end mark, what follows the pixels is not told from them
            yield from _said(words(data), path)
        return
    if filters and filters[-1] in _CLOSED:
        yield from _said(words(bytes(image.read_raw_bytes())), path)
        return
    rest = _rest(image, filters, decoder)
    if rest.strip(BLANK):
        yield Notice(code="trailing_data", path=path, visibility="hidden", detail=f"{len(rest)} bytes")
        yield Blob.of(rest, name=f"{path.replace('/', '-')}-behind-pixels.bin")
    if len(rest) >= _MOST:
        raise Damaged("too much behind the pixels")


def _said(texts: list[str], path: str) -> Iterator[Part]:
    if texts:
        yield Part(kind="metadata", text="\n".join(texts), path=f"{path}/behind-pixels", visibility="hidden")


def _placed(found: Part | Gap | Blob | Notice, path: str) -> Part | Gap | Blob | Notice:
    if isinstance(found, Blob):
        return replace(found, name=f"{path}/{found.name}".replace("/", "-"))
    return replace(found, path=f"{path}/{found.path}")


def _rest(image: pikepdf.Stream, filters: list[str], decoder: Decoder) -> bytes:
    """What follows the last row of pixels, at most _MOST bytes."""
    try:
        size = _size(image, filters == ["/FlateDecode"])
    except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        raise Damaged("the size of the image is not stated") from error
    if filters == ["/FlateDecode"]:
        return _inflated_behind(bytes(image.read_raw_bytes()), size)
    return decoder.read(image)[size : size + _MOST]


def _inflated_behind(raw: bytes, size: int) -> bytes:
    """The end of what `raw` unpacks to; the pixels before it are not kept."""
    unpacker, done, rest = zlib.decompressobj(), 0, b""
    try:
        while not unpacker.eof and len(rest) < _MOST:
            piece = unpacker.decompress(raw, _CHUNK)
            raw = unpacker.unconsumed_tail
            if not piece and not raw:
                break
            done += len(piece)
            if done > size:
                rest += piece[-(done - size) :] if done - len(piece) < size else piece
    except zlib.error as error:
        raise Damaged(str(error)) from error
    if not unpacker.eof and len(rest) < _MOST:
        raise Damaged("the packed data ends too early")
    return (rest + unpacker.unused_data)[:_MOST]


def _size(image: pikepdf.Stream, predicted: bool) -> int:
    """Bytes of all rows of pixels, before a predictor is undone where `predicted`. Raises where it is not stated."""
    width, height = int(image["/Width"]), int(image["/Height"])
    depth, components = 1, 1
    if not image.get("/ImageMask"):
        depth, components = int(image["/BitsPerComponent"]), _components(image["/ColorSpace"])
    if depth not in (1, 2, 4, 8, 16):
        raise ValueError("no such depth")
    tagged = 0
    parms = image.get("/DecodeParms")
    parms = parms[0] if isinstance(parms, pikepdf.Array) else parms
    if predicted and isinstance(parms, pikepdf.Dictionary) and int(parms.get("/Predictor", 1)) >= 10:
        width, components = int(parms.get("/Columns", 1)), int(parms.get("/Colors", 1))
        depth, tagged = int(parms.get("/BitsPerComponent", 8)), 1
    return height * ((width * depth * components + 7) // 8 + tagged)


def _components(space: pikepdf.Object) -> int:
    name = str(space[0] if isinstance(space, pikepdf.Array) else space)
    if name == "/ICCBased":
        return int(space[1]["/N"])
    return len(space[1]) if name == "/DeviceN" else _COMPONENTS[name]
