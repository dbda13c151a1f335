"""Files that are two files at once, and words before, behind and between what belongs there (rows 27 and 28)."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Literal

import zstandard
from PIL import Image, TiffImagePlugin

from tests.hostile import office_making, pdf_making
from tests.hostile.archive_making import COVER, NOTE, Entry, member, seven, tarred, zip_file, zip_note
from tests.hostile.case import CANARY, HARMLESS, Case
from tests.hostile.ole_making import compound_file

Build = Callable[[str], bytes]


@cache
def picture(form: str) -> bytes:
    """A small plain picture; a JPEG carries a thumbnail, as cameras put it there."""
    out = io.BytesIO()
    grey = Image.linear_gradient("L").resize((64, 64))
    if form == "JPEG":
        thumbnail = io.BytesIO()
        grey.resize((16, 16)).save(thumbnail, "JPEG")
        grey.save(out, form, exif=_exif(thumbnail.getvalue()))
    else:
        grey.save(out, form)
    return out.getvalue()


def _exif(thumbnail: bytes) -> bytes:
    """Two directories: an empty one, and that of the thumbnail (tags 0x201 and 0x202)."""
    tiff = struct.pack("<2sHIHI", b"II", 42, 8, 0, 14)
    start = len(tiff) + 2 + 2 * 12 + 4
    entries = struct.pack("<HHHIIHHII", 2, 0x201, 4, 1, start, 0x202, 4, 1, len(thumbnail))
    return b"Exif\0\0" + tiff + entries + struct.pack("<I", 0) + thumbnail


def pdf(text: str = HARMLESS) -> bytes:
    return pdf_making.plain(text)


def docx(text: str = HARMLESS) -> bytes:
    return office_making.word(office_making.paragraph(text))


def rtf(text: str = HARMLESS) -> bytes:
    return f"{{\\rtf1\\ansi {text}}}".encode()


def ole(text: str = HARMLESS) -> bytes:
    return compound_file({"Note": text.encode("utf-16-le") * 3})


def shifted(front: bytes, archive: bytes) -> bytes:
    """`archive` behind `front`, with its offsets made to count from the first byte, as tools that sign do."""
    out = bytearray(front + archive)
    end = out.rindex(b"PK\5\6")
    size, start = struct.unpack_from("<II", out, end + 12)
    struct.pack_into("<I", out, end + 16, start + len(front))
    at = start + len(front)
    while at < start + len(front) + size:
        name, extra, comment = struct.unpack_from("<HHH", out, at + 28)
        struct.pack_into("<I", out, at + 42, struct.unpack_from("<I", out, at + 42)[0] + len(front))
        at += 46 + name + extra + comment
    return bytes(out)


def script(text: str) -> bytes:
    """A picture that a browser would also run: its width is the beginning of a comment."""
    return b"GIF89a/*\0\0\0\0\0\0*/=1;/*" + picture("GIF")[13:] + f"*/alert('{text}');".encode()


def png_chunk(kind: bytes, content: Build, at: int) -> Build:
    """A chunk before the pixels (33) or behind them (-12)."""

    def build(text: str) -> bytes:
        data, body = picture("PNG"), kind + content(text)
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return data[:at] + chunk + data[at:]

    return build


def packed_text(text: str) -> bytes:
    return b"Note\0\0" + zlib.compress(text.encode())


def behind_pixels(text: str) -> bytes:
    """In the chunk of the pixels, behind the end of their stream."""
    data = picture("PNG")
    (length,) = struct.unpack_from(">I", data, 33)
    body = data[37 : 41 + length] + text.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:33] + chunk + data[45 + length :]


def jpeg_segment(*markers: int) -> Build:
    def build(text: str) -> bytes:
        data = picture("JPEG")
        segments = b"".join(
            b"\xff" + bytes([marker]) + struct.pack(">H", len(words) + 2) + words
            for marker, words in zip(markers, (text.encode(), COVER), strict=False)
        )
        return data[:2] + segments + data[2:]

    return build


def jpeg_between(text: str) -> bytes:
    data = picture("JPEG")
    return data[:20] + text.encode() + data[20:]


def tiff_later_page(text: str) -> bytes:
    out = io.BytesIO()
    grey = Image.new("L", (32, 32), 255)
    grey.save(out, "TIFF")
    later = io.BytesIO()
    grey.save(later, "TIFF", description=text)
    out.seek(0)
    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        writer.write(later.getvalue())
    return out.getvalue()


def webp_chunk(text: str) -> bytes:
    words = text.encode() + b" " * (len(text) % 2)
    data = picture("WEBP") + b"NOTE" + struct.pack("<I", len(words)) + words
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def bmp_gap(text: str) -> bytes:
    data, gap = bytearray(picture("BMP")), bytes(1100) + text.encode()
    (start,) = struct.unpack_from("<I", data, 10)
    struct.pack_into("<II", data, 2, len(data) + len(gap), 0)
    struct.pack_into("<I", data, 10, start + len(gap))
    return bytes(data[:start] + gap + data[start:])


def jp2_box(text: str) -> bytes:
    data = picture("JPEG2000")
    end = data.index(b"jp2c") - 4
    return data[:end] + struct.pack(">I", len(text) + 8) + b"xml " + text.encode() + data[end:]


def gif_comment(text: str) -> bytes:
    data = picture("GIF")
    return data[:-1] + b"\x21\xfe" + bytes([len(text)]) + text.encode() + b"\0;"


def between_members(text: str) -> bytes:
    return zip_file(Entry(name=b"a.txt", data=COVER, after=text.encode()), Entry(name=b"b.txt", data=COVER))


def few_between_members(text: str) -> bytes:
    """Small pieces, each no longer than a data descriptor."""
    words = text.encode()
    parts = [words[at : at + 14] for at in range(0, len(words), 14)]
    return zip_file(*(Entry(name=b"%d.txt" % i, data=COVER, after=part) for i, part in enumerate(parts)))


def behind_a_member(text: str) -> bytes:
    """Behind the end of a member's stream, inside its packed bytes."""
    packer = zlib.compressobj(wbits=-15)
    return zip_file(Entry(data=COVER, method=8, packed=packer.compress(COVER) + packer.flush() + text.encode()))


def slack_in_pdf(text: str) -> bytes:
    """Between two objects, where no reference leads."""
    data = pdf()
    at = data.index(b"endobj") + 7
    return data[:at] + f"\n{text}\n".encode() + data[at:]


def archive() -> bytes:
    return zip_note(HARMLESS)


def tape() -> bytes:
    return tarred(member(NOTE, COVER))


def packed() -> bytes:
    return gzip.compress(COVER, mtime=0)


def packed_note(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def skipped_frame(text: str) -> bytes:
    return zstandard.compress(COVER) + struct.pack("<II", 0x184D2A50, len(text)) + text.encode()


def seven_note(text: str) -> bytes:
    return seven({NOTE: text.encode()})


def _behind(front: Callable[[], bytes], end: Build) -> Build:
    return lambda text: front() + end(text)


def _case(
    row: int, name: str, filename: str, build: Build, expect: Literal["read", "hold"] = "read", code: str = "",
    twin: Callable[[], bytes] | None = None,
) -> Case:  # fmt: skip
    return Case(
        row=row, name=f"polyglot-{name}", filename=filename, data=lambda: build(CANARY), expect=expect, code=code,
        twin=twin,
    )  # fmt: skip


def _later_words(text: str) -> bytes:
    return f"\n{text}\n".encode()


def _page(text: str) -> bytes:
    return f"<html><body><p>{text}</p></body></html>".encode()


CASES = [
    _case(27, "jpeg-zip", "photo.jpg", _behind(lambda: picture("JPEG"), zip_note), twin=lambda: picture("JPEG")),
    _case(27, "jpeg-pdf", "photo.jpg", _behind(lambda: picture("JPEG"), pdf)),
    _case(27, "jpeg-7z", "photo.jpg", _behind(lambda: picture("JPEG"), seven_note)),
    _case(27, "png-zip", "photo.png", _behind(lambda: picture("PNG"), zip_note), twin=lambda: picture("PNG")),
    _case(27, "gif-zip", "photo.gif", _behind(lambda: picture("GIF"), zip_note), twin=lambda: picture("GIF")),
    _case(27, "gif-script", "photo.gif", script, "hold"),
    _case(27, "bmp-zip", "photo.bmp", _behind(lambda: picture("BMP"), zip_note), twin=lambda: picture("BMP")),
    _case(27, "webp-zip", "photo.webp", _behind(lambda: picture("WEBP"), zip_note), twin=lambda: picture("WEBP")),
    _case(27, "tiff-zip", "photo.tif", _behind(lambda: picture("TIFF"), zip_note), twin=lambda: picture("TIFF")),
    _case(27, "pdf-zip", "minutes.pdf", _behind(pdf, zip_note), "read", "trailing_data", twin=pdf),
    _case(27, "pdf-zip-of-one-piece", "minutes.pdf", lambda t: shifted(pdf(), zip_note(t)), "read", "trailing_data"),
    _case(27, "pdf-docx", "minutes.docx", lambda t: shifted(pdf(), docx(t)), "read", "trailing_data", twin=docx),
    _case(27, "pdf-behind-docx", "minutes.docx", _behind(docx, pdf), "hold"),
    _case(27, "pdf-html", "minutes.pdf", _behind(pdf, _page), "read"),
    _case(27, "html-pdf", "minutes.pdf", lambda t: _page(t) + pdf(), "read"),
    _case(27, "pdf-after-junk", "minutes.pdf", lambda t: f"{t:<1000}".encode() + pdf(), "read"),
    _case(27, "pdf-after-noise", "minutes.pdf", lambda t: bytes(range(128, 250)) * 8 + pdf(t), "read"),
    _case(27, "rtf-zip", "minutes.rtf", _behind(rtf, zip_note), "hold", twin=rtf),
    _case(27, "ole-zip", "minutes.doc", _behind(ole, zip_note), "hold"),
    _case(27, "gz-zip", "minutes.gz", _behind(packed, zip_note), "hold"),
    _case(27, "html-zip", "page.html", lambda t: _page(HARMLESS * 2000) + zip_note(t), "hold"),
    _case(27, "zip-gz", "minutes.zip", _behind(archive, packed_note), "hold"),
    _case(28, "after-png", "photo.png", _behind(lambda: picture("PNG"), _later_words)),
    _case(28, "after-jpeg", "photo.jpg", _behind(lambda: picture("JPEG"), _later_words)),
    _case(28, "after-gif", "photo.gif", _behind(lambda: picture("GIF"), _later_words)),
    _case(28, "after-bmp", "photo.bmp", _behind(lambda: picture("BMP"), _later_words)),
    _case(28, "after-webp", "photo.webp", _behind(lambda: picture("WEBP"), _later_words)),
    _case(28, "after-tiff", "photo.tif", _behind(lambda: picture("TIFF"), _later_words)),
    _case(28, "after-wide-text", "photo.png", _behind(lambda: picture("PNG"), lambda t: t.encode("utf-16-le") * 2)),
    _case(28, "png-private-chunk", "photo.png", png_chunk(b"prVt", str.encode, 33)),
    _case(28, "png-text-behind-pixels", "photo.png", png_chunk(b"tEXt", lambda t: b"Note\0" + t.encode(), -12)),
    _case(28, "png-packed-text", "photo.png", png_chunk(b"zTXt", packed_text, -12)),
    _case(28, "png-behind-pixels", "photo.png", behind_pixels),
    _case(28, "jpeg-private-segment", "photo.jpg", jpeg_segment(0xEB)),
    _case(28, "jpeg-two-comments", "photo.jpg", jpeg_segment(0xFE, 0xFE)),
    _case(28, "jpeg-between-segments", "photo.jpg", jpeg_between),
    _case(28, "tiff-later-page", "photo.tif", tiff_later_page),
    _case(28, "webp-private-chunk", "photo.webp", webp_chunk),
    _case(28, "bmp-before-pixels", "photo.bmp", bmp_gap),
    _case(28, "jp2-box", "photo.jp2", jp2_box, twin=lambda: picture("JPEG2000")),
    _case(85, "png-text-bomb", "photo.png",
          png_chunk(b"zTXt", lambda t: b"Note\0\0" + zlib.compress(bytes(60_000_000)), -12), "hold"),
    _case(85, "png-profile-bomb", "photo.png",
          png_chunk(b"iCCP", lambda t: b"Note\0\0" + zlib.compress(bytes(60_000_000)), 33), "hold", "limit_unpacked"),
    _case(28, "gif-comment", "photo.gif", gif_comment),
    _case(28, "after-pdf", "minutes.pdf", _behind(pdf, _later_words), twin=lambda: pdf() + b"\r\n\0\0\0\0"),
    _case(28, "inside-pdf", "minutes.pdf", slack_in_pdf),
    _case(28, "after-rtf", "minutes.rtf", _behind(rtf, _later_words), twin=lambda: rtf() + b"\r\n\0"),
    _case(28, "after-ole", "minutes.doc", _behind(ole, lambda t: t.encode() * 20), "hold"),
    _case(28, "before-zip", "minutes.zip", lambda t: t.encode() + zip_note(HARMLESS), "hold"),
    _case(28, "before-zip-of-one-piece", "minutes.zip", lambda t: shifted(t.encode(), zip_note(HARMLESS)), "hold"),
    _case(28, "after-zip", "minutes.zip", _behind(archive, _later_words), "hold", "trailing_data",
          twin=lambda: archive() + b"\r\n\0\0"),
    _case(28, "between-members", "minutes.zip", between_members, "hold", "trailing_data",
          twin=lambda: zip_file(Entry(name=b"a.txt", data=COVER, described=True), Entry(data=COVER, after=bytes(8)))),
    _case(28, "few-between-members", "minutes.zip", few_between_members, "hold", "trailing_data"),
    _case(28, "behind-a-stream", "minutes.zip", behind_a_member, "hold", "trailing_data"),
    _case(28, "after-gz", "note.txt.gz", _behind(packed, _later_words), code="trailing_data",
          twin=lambda: packed() + bytes(512)),
    _case(28, "after-xz", "note.txt.xz", _behind(lambda: lzma.compress(COVER), _later_words), code="trailing_data",
          twin=lambda: lzma.compress(COVER) + bytes(4)),
    _case(28, "after-bz2", "note.txt.bz2", _behind(lambda: bz2.compress(COVER), _later_words), code="trailing_data"),
    _case(28, "zstd-skipped-frame", "note.txt.zst", skipped_frame, code="trailing_data",
          twin=lambda: zstandard.compress(COVER)),
    _case(28, "after-tar", "minutes.tar", _behind(tape, _later_words), code="trailing_data",
          twin=lambda: tape() + bytes(10_240)),
]  # fmt: skip
