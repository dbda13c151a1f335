"""PDFs that two readers may take for two different texts, and turned pages on which they merely differ in order."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Name
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.hostile.case import CANARY, HARMLESS, Case
from tests.hostile.pdf_making import COVER, Make, changed, pdf_case, plain
from tests.hostile.pictures import writing

_CLASSIC = {"object_stream_mode": pikepdf.ObjectStreamMode.disable}


def shown(text: str) -> bytes:
    content = f"BT /F1 12 Tf 72 640 Td ({text}) Tj ET".encode()
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def page(contents: str = "/Contents 4 0 R") -> bytes:
    fonts = "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {contents} /Resources << /Font {fonts} >> >>"
    ).encode()


def file(
    numbered: list[tuple[str, bytes]], listed: Callable[[list[int]], list[int]] = list, tail: bytes = b""
) -> bytes:
    """A file of these objects; `listed` says at which of their places its table points."""
    data, places = bytearray(b"%PDF-1.4\n"), []
    for name, body in numbered:
        places.append(len(data))
        data += f"{name} obj\n".encode() + body + b"\nendobj\n"
    entries = listed(places)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(entries) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in entries)
    data += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(entries) + 1, tail, start)
    return bytes(data)


CATALOG = ("1 0", b"<< /Type /Catalog /Pages 2 0 R >>")
TREE = ("2 0", b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>")


def two_of_one_number(text: str) -> bytes:
    """The table points at the first; a reader that goes through the file finds the second."""
    objects = [CATALOG, TREE, ("3 0", page()), ("4 0", shown(COVER)), ("4 0", shown(text))]
    return file(objects, lambda places: places[:4])


def key_twice(text: str) -> bytes:
    """Two contents of one page: some readers take the first, others the last."""
    objects = [CATALOG, TREE, ("3 0", page("/Contents 4 0 R /Contents 5 0 R")), ("4 0", shown(text))]
    return file([*objects, ("5 0", shown(COVER))])


def two_tables(text: str) -> bytes:
    """The last table counts for one reader; another rebuilds the file and finds the other content."""
    first = file([CATALOG, TREE, ("3 0", page()), ("4 0", shown(text))])
    second = file([CATALOG, TREE, ("3 0", page()), ("4 0", shown(COVER))])
    moved = first + second[9:]
    return moved[: moved.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % (moved.index(b"xref\n0 5") + 3)


def hybrid(text: str) -> bytes:
    """A table for old readers, and a stream of entries for new ones that names another content."""
    objects = [CATALOG, TREE, ("3 0", page()), ("4 0", shown(COVER)), ("4 0", shown(text))]
    plain_file = file(objects, lambda places: places[:4])
    entry = struct.pack(">BIH", 1, plain_file.rindex(b"4 0 obj"), 0)
    stream = b"<< /Type /XRef /Size 6 /W [1 4 2] /Index [4 1] /Length %d >>\nstream\n%s\nendstream" % (
        len(entry),
        entry,
    )
    data = plain_file[: plain_file.rindex(b"xref\n0 5")]
    place = len(data)
    data += b"5 0 obj\n" + stream + b"\nendobj\n"
    table = plain_file[plain_file.rindex(b"xref\n0 5") : plain_file.rindex(b"trailer")]
    start = len(data)
    return data + table + b"trailer\n<< /Size 6 /Root 1 0 R /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (place, start)


def other_generation(text: str) -> bytes:
    """The page refers to the second generation of its content, the table lists the first."""
    objects = [CATALOG, TREE, ("3 0", page("/Contents 4 1 R")), ("4 0", shown(COVER)), ("4 1", shown(text))]
    return file(objects, lambda places: places[:4])


def second_tree(text: str) -> bytes:
    """Two trees of pages in one catalog entry."""
    objects = [
        ("1 0", b"<< /Type /Catalog /Pages 6 0 R /Pages 2 0 R >>"), TREE, ("3 0", page()), ("4 0", shown(COVER)),
        ("5 0", page("/Contents 7 0 R").replace(b"/Parent 2 0 R", b"/Parent 6 0 R")),
        ("6 0", b"<< /Type /Pages /Count 1 /Kids [5 0 R] >>"), ("7 0", shown(text)),
    ]  # fmt: skip
    return file(objects)


def turned(angle: int) -> Make:
    """A page that is shown turned: the readers take its lines in different orders, and disagree on nothing."""
    return lambda text: changed(lambda pdf: pdf.pages[0].obj.__setitem__("/Rotate", angle), plain(text))


def sideways(text: str) -> bytes:
    """Lines that run upwards, two columns of them, beside one that runs across."""

    def add(pdf: pikepdf.Pdf) -> None:
        lines = "".join(f"BT /F1 11 Tf 0 1 -1 0 {300 + 20 * n} 90 Tm ({text}) Tj ET\n" for n in range(6))
        pdf.pages[0].contents_add(lines.encode())

    return changed(add, plain())


def in_pieces(text: str) -> bytes:
    """The content in two streams, cut inside a string: a reader that takes them one by one loses it."""

    def cut(pdf: pikepdf.Pdf) -> None:
        content = f"BT /F1 12 Tf 72 600 Td ({text}) Tj ET".encode()
        middle = len(content) // 2
        halves = [pdf.make_stream(content[:middle]), pdf.make_stream(content[middle:])]
        pdf.pages[0].obj[Name.Contents] = Array([pdf.pages[0].obj.Contents, *halves])

    return changed(cut, plain(), **_CLASSIC)


def scan(picture: str, layer: str, angle: int = 0) -> bytes:
    """A page that is a picture of one text, under an unseen layer of another; laid turned, it is shown upright."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(842, 595) if angle else (595, 842), invariant=True)
    if angle:
        canvas.rotate(90)
        canvas.translate(0, -842)
    image = ImageReader(io.BytesIO(writing(picture, width=1240, height=1754)))
    canvas.drawImage(image, 0, 0, 595, 842)
    words = canvas.beginText(72, 420)
    words.setTextRenderMode(3)
    words.textLine(layer)
    canvas.drawText(words)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def turned_scan(text: str) -> bytes:
    data = scan(text, text, 90)
    return changed(lambda pdf: pdf.pages[0].obj.__setitem__("/Rotate", 90), data)


CASES = [
    Case(
        row=20,
        name="pdf-lying-layer",
        filename="scan.pdf",
        expect="read",
        code="invisible_text",
        data=lambda: scan(CANARY, COVER),
        twin=lambda: turned_scan(HARMLESS),
    ),
    pdf_case(29, "two-of-one-number", two_of_one_number),
    pdf_case(29, "key-twice", key_twice),
    pdf_case(29, "two-tables", two_tables),
    pdf_case(29, "hybrid", hybrid),
    pdf_case(29, "other-generation", other_generation, "hold", "readers_disagree"),
    pdf_case(29, "second-tree", second_tree),
    pdf_case(29, "turned", turned(90)),
    pdf_case(29, "upside-down", turned(180)),
    pdf_case(29, "sideways", sideways),
    pdf_case(29, "in-pieces", in_pieces),
]
