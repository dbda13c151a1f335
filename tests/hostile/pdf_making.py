"""Makes small PDFs for the hostile suite."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from reportlab.pdfgen.canvas import Canvas

from tests.hostile.case import CANARY, HARMLESS, Case

Make = Callable[[str], bytes]
Change = Callable[[pikepdf.Pdf], None]
COVER = "Minutes of the garden club, first Monday of the month."


def drawn(draw: Callable[[Canvas], None], *, pages: int = 1) -> bytes:
    """Pages of one harmless line each, and on the last what `draw` adds."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for number in range(pages):
        canvas.drawString(72, 720, f"{COVER} Page {number + 1}.")
        if number == pages - 1:
            draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def plain(text: str = "") -> bytes:
    """One page with one more line."""
    return drawn(lambda canvas: canvas.drawString(72, 640, text))


def changed(change: Change, data: bytes | None = None, **how: object) -> bytes:
    """A plain PDF after `change`, saved as `how` says."""
    pdf = pikepdf.open(io.BytesIO(data or plain()))
    change(pdf)
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def annotate(pdf: pikepdf.Pdf, **entries: object) -> None:
    """Put one annotation on the first page."""
    annotation = pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=Array([72, 72, 200, 100]), **entries))
    pdf.pages[0].obj.Annots = pdf.make_indirect(Array([annotation]))


def field(pdf: pikepdf.Pdf, **entries: object) -> None:
    """Put one form field on the first page."""
    annotate(pdf, Subtype=Name.Widget, FT=Name.Tx, T=String("remark"), **entries)
    pdf.Root.AcroForm = Dictionary(Fields=Array(list(pdf.pages[0].obj.Annots)))


def form_xobject(pdf: pikepdf.Pdf, text: str) -> Stream:
    """A form that shows `text`."""
    fonts = Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    form = pdf.make_stream(f"BT /F1 12 Tf 10 50 Td ({text}) Tj ET".encode())
    form.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 500, 100])})
    form["/Resources"] = Dictionary(Font=fonts)
    return form


def appended(base: bytes, number: int, body: bytes) -> bytes:
    """An incremental update that replaces one object."""
    pdf = pikepdf.open(io.BytesIO(base))
    size, root = len(pdf.objects) + 1, pdf.Root.objgen[0]
    previous = int(base[base.rindex(b"startxref") + 9 :].split()[0])
    at = len(base)
    update = base + b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(update)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size, root, previous)
    return update + table + trailer + b"startxref\n%d\n%%%%EOF\n" % xref


def replaced_page(old: str, new: str) -> bytes:
    """A page that said `old` and, since an incremental update, says `new`."""
    base = changed(lambda pdf: None, plain(old), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    pdf = pikepdf.open(io.BytesIO(base))
    content = f"BT /F1 12 Tf 72 640 Td ({new}) Tj ET".encode()
    number = pdf.pages[0].obj.Contents.objgen[0]
    return appended(base, number, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))


def pdf_case(
    row: int, name: str, make: Make, expect: Literal["read", "hold"] = "read", code: str = "", twin: bool = True
) -> Case:
    return Case(
        row=row, name=f"pdf-{name}", filename="minutes.pdf", data=lambda: make(CANARY), expect=expect, code=code,
        twin=(lambda: make(HARMLESS)) if twin and expect == "read" else None,
    )  # fmt: skip
