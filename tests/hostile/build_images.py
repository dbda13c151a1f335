"""Pictures that hide words: turned, faint, behind transparency, in later frames, in codes, in the file's own fields."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from tests.hostile.case import CANARY, HARMLESS, Case
from tests.hostile.pictures import decoration, png


def drawn(text: str, *, ink: int = 0, size: int = 28) -> Image.Image:
    picture = Image.new("L", (760, 110), 255)
    ImageDraw.Draw(picture).text((24, 36), text, font=ImageFont.load_default(size), fill=ink)
    return picture


def plain(text: str) -> bytes:
    return png(drawn(text))


def turned(text: str) -> bytes:
    return png(drawn(text).rotate(90, expand=True))


def faint(text: str) -> bytes:
    return png(drawn(text, ink=244))


def transparent(text: str) -> bytes:
    picture = drawn(text).convert("RGBA")
    picture.putalpha(0)
    return png(picture)


def later_frame(text: str) -> bytes:
    out = io.BytesIO()
    Image.new("L", (760, 110), 255).save(out, "TIFF", save_all=True, append_images=[drawn(text)])
    return out.getvalue()


def cmyk(text: str) -> bytes:
    out = io.BytesIO()
    drawn(text).convert("RGB").convert("CMYK").save(out, "JPEG", quality=90)
    return out.getvalue()


def comment(text: str) -> bytes:
    fields, out = PngImagePlugin.PngInfo(), io.BytesIO()
    fields.add_text("Comment", text)
    Image.new("L", (60, 60), 255).save(out, "PNG", pnginfo=fields)
    return out.getvalue()


def code(text: str) -> bytes:
    squares = cv2.QRCodeEncoder.create().encode(text)
    return png(Image.fromarray(np.pad(np.kron(squares, np.ones((6, 6), np.uint8)), 40, constant_values=255)))


def bomb() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 65_535, 65_535, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def read(row: int, name: str, build: Callable[[str], bytes], filename: str = "picture.png") -> Case:
    return Case(
        row=row, name=name, filename=filename, expect="read",
        data=partial(build, CANARY), twin=partial(build, HARMLESS),
    )  # fmt: skip


CASES = (
    # no twin: a full stop on a turned line leaves it below the confidence that counts as read
    Case(row=82, name="picture-turned", filename="picture.png", expect="read", data=partial(turned, CANARY)),
    read(82, "picture-faint", faint),
    read(81, "picture-transparent", transparent),
    read(81, "picture-later-frame", later_frame, "picture.tif"),
    read(81, "picture-cmyk", cmyk, "picture.jpg"),
    read(81, "picture-comment", comment),
    read(83, "picture-code", code),
    Case(
        row=85, name="picture-bomb", filename="picture.png", expect="hold", code="limit_pixels",
        data=bomb, twin=decoration,
    ),
    Case(row=82, name="picture-cut", filename="picture.png", expect="hold", code="damaged",
         data=lambda: plain(CANARY)[:400]),
)  # fmt: skip
