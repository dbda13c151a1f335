"""PDFs that hide text where no reader looks for it: comments, unlisted members, bytes behind pixels, masks, fonts."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

from tests.hostile.pdf_making import Make, changed, pdf_case, plain
from tests.hostile.pictures import writing

GREY = {"/Type": Name.XObject, "/Subtype": Name.Image, "/ColorSpace": Name.DeviceGray, "/BitsPerComponent": 8}


def comment_in_object(text: str) -> bytes:
    """Between the entries of a dictionary."""
    return plain().replace(b"/Type /Catalog", b"% " + text.encode() + b"\n/Type /Catalog")


def content(line: str, **how: object) -> Make:
    """A page whose content ends with `line`, a pattern for the text."""
    return lambda text: changed(lambda pdf: pdf.pages[0].contents_add(line.format(text).encode()), **how)


def broken_operator(text: str) -> bytes:
    """A string without its end, in the middle of the page: readers drop what follows."""
    return content("BT /F1 12 Tf 72 600 Td (a sum) T* (and Tj ET BT /F1 12 Tf 72 500 Td ({}) Tj ET")(text)


def member(listed: bool, between: str = "") -> Make:
    """An object stream whose second member holds the text; a table lists it, or does not."""

    def make(text: str) -> bytes:
        first, second = b"<< /Producer (garden press) >>\n", f"<< /Remark ({text}) >>{between}".encode()
        head = b"6 0 7 %d " % len(first)
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << >> >>"
        objects = {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            3: page,
            4: _stream(b"", b"BT /F1 12 Tf 10 10 Td (Minutes of the garden club.) Tj ET"),
            5: _stream(b"/Type /ObjStm /N 2 /First %d" % len(head), head + first + second),
        }
        out, entries = bytearray(b"%PDF-1.5\n"), [(0, 0, 65535)]
        for number, body in objects.items():
            entries.append((1, len(out), 0))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        entries += [(2, 5, 0), (2, 5, 1) if listed else (0, 0, 0), (1, len(out), 0)]
        table = b"".join(struct.pack(">BIH", *entry) for entry in entries)
        start = len(out)
        out += b"8 0 obj\n%s\nendobj\n" % _stream(b"/Type /XRef /Size 9 /W [1 4 2] /Root 1 0 R /Info 6 0 R", table)
        return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)

    return make


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def image(pdf: pikepdf.Pdf, data: bytes, side: int, packing: Name | None = None, **entries: object) -> Stream:
    """An image of grey pixels, `side` wide and high."""
    return pixels(pdf, data, (side, side), packing, **entries)


def pixels(pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], packing: Name | None, **entries: object) -> Stream:
    stream = Stream(pdf, b"")
    stream.write(data, filter=packing)
    stream.stream_dict.update(GREY | {"/Width": size[0], "/Height": size[1]})
    for key, value in entries.items():
        stream[f"/{key}"] = value
    return stream


def picture(pdf: pikepdf.Pdf, png: bytes, **entries: object) -> Stream:
    """An image of the grey levels of a PNG."""
    with Image.open(io.BytesIO(png)) as grey:
        return pixels(pdf, zlib.compress(grey.convert("L").tobytes()), grey.size, Name.FlateDecode, **entries)


def placed(make: Callable[[pikepdf.Pdf, str], Stream]) -> Make:
    """A page that draws the image which `make` returns."""

    def build(text: str) -> bytes:
        def add(pdf: pikepdf.Pdf) -> None:
            pdf.pages[0].obj.Resources.XObject = Dictionary(Im0=make(pdf, text))
            pdf.pages[0].contents_add(b"q 400 0 0 120 72 300 cm /Im0 Do Q")

        return changed(add, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)

    return build


def behind_pixels(pdf: pikepdf.Pdf, text: str) -> Stream:
    return image(pdf, zlib.compress(bytes(64) + text.encode()), 8, Name.FlateDecode)


def behind_packed_pixels(pdf: pikepdf.Pdf, text: str) -> Stream:
    return image(pdf, zlib.compress(bytes(64)) + text.encode(), 8, Name.FlateDecode)


def behind_plain_pixels(pdf: pikepdf.Pdf, text: str) -> Stream:
    return image(pdf, bytes(64) + text.encode(), 8)


def behind_jpeg(pdf: pikepdf.Pdf, text: str) -> Stream:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).save(out, "JPEG")
    return image(pdf, out.getvalue() + text.encode(), 64, Name.DCTDecode)


def in_mask(pdf: pikepdf.Pdf, text: str) -> Stream:
    """White on white: the words are only in what lets the white through."""
    return image(pdf, bytes([255]) * 64, 8, SMask=picture(pdf, writing(text, size=40)))


def behind_mask(pdf: pikepdf.Pdf, text: str) -> Stream:
    """Words in an image of which nothing shines through."""
    return picture(pdf, writing(text, size=40), SMask=image(pdf, bytes(1240 * 400), 1))


def thumbnail(text: str) -> bytes:
    return changed(lambda pdf: pdf.pages[0].obj.__setattr__("Thumb", picture(pdf, writing(text, size=40))))


def alternate(pdf: pikepdf.Pdf, text: str) -> Stream:
    """Another image for printing."""
    choice = Dictionary(Image=picture(pdf, writing(text, size=40)), DefaultForPrinting=True)
    return image(pdf, bytes(64), 8, Alternates=Array([choice]))


def inline_picture(text: str) -> bytes:
    return content("q 9 0 0 9 9 9 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \0{} EI Q")(text)


def font_name(text: str) -> bytes:
    """In the table of names of an embedded TrueType font."""
    words = text.encode("utf-16-be")
    names = struct.pack(">HHH6H", 0, 1, 18, 3, 1, 0x409, 0, len(words), 0) + words
    program = b"\0\1\0\0" + struct.pack(">4H", 1, 16, 0, 0) + b"name" + struct.pack(">3I", 0, 28, len(names)) + names

    def add(pdf: pikepdf.Pdf) -> None:
        font = pdf.make_stream(program, Length1=len(program))
        about = Dictionary(Type=Name.FontDescriptor, FontName=Name("/ABCDEF+Garden"), Flags=32, FontFile2=font)
        pdf.Root.Unused = pdf.make_indirect(about)

    return changed(add)


def behind_font(text: str) -> bytes:
    """Behind the end of a packed font program."""
    packed = zlib.compress(np.random.default_rng(5).bytes(4000)) + text.encode()

    def add(pdf: pikepdf.Pdf) -> None:
        font = Stream(pdf, b"")
        font.write(packed, filter=Name.FlateDecode)
        pdf.Root.Unused = Dictionary(Type=Name.FontDescriptor, FontName=Name.Garden, Flags=32, FontFile3=font)

    return changed(add, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def unnamed_filter(text: str) -> bytes:
    """Packed, and nothing says so."""
    return changed(
        lambda pdf: pdf.Root.__setattr__("Private", pdf.make_stream(zlib.compress(text.encode()))),
        compress_streams=False,
    )


CASES = [
    pdf_case(28, "comment-in-object", comment_in_object),
    pdf_case(28, "comment-in-content", content("q 1 0 0 1 0 0 cm % {}\nQ")),
    pdf_case(24, "broken-operator", broken_operator, "hold", "damaged"),
    pdf_case(13, "unlisted-member", member(listed=False)),
    pdf_case(13, "listed-member", member(listed=True)),
    pdf_case(13, "between-members", member(listed=True, between=" and so it goes"), "hold", "damaged"),
    pdf_case(28, "behind-pixels", placed(behind_pixels), code="trailing_data"),
    pdf_case(28, "behind-packed-pixels", placed(behind_packed_pixels), code="trailing_data"),
    pdf_case(28, "behind-plain-pixels", placed(behind_plain_pixels), code="trailing_data"),
    pdf_case(28, "behind-jpeg", placed(behind_jpeg), code="trailing_data"),
    pdf_case(28, "inline-picture", inline_picture),
    pdf_case(19, "mask", placed(in_mask)),
    pdf_case(19, "behind-mask", placed(behind_mask)),
    pdf_case(19, "thumbnail", thumbnail),
    pdf_case(19, "alternate", placed(alternate)),
    pdf_case(47, "font-name", font_name),
    pdf_case(47, "behind-font", behind_font, "hold", "damaged"),
    pdf_case(24, "unnamed-filter", unnamed_filter, "hold", "damaged"),
]
